package item

import (
	"slices"

	"tongban/catalog/area"
)

// TakenBy lists the levels whose counters receive or accept the item: those of
// its steps, or the level that decides where no step says, and those to which
// such a part of the work was brought down. None where nothing is said.
func (it *Item) TakenBy() []area.Level {
	var levels []area.Level
	add := func(l area.Level) {
		if l != 0 && !slices.Contains(levels, l) {
			levels = append(levels, l)
		}
	}
	for _, step := range it.Steps {
		if step.Action == Receive || step.Action == Accept {
			add(step.Level)
		}
	}
	if len(levels) == 0 {
		add(it.Level)
	}
	for _, d := range it.Delegations {
		if len(d.Actions) == 0 || slices.Contains(d.Actions, Receive) || slices.Contains(d.Actions, Accept) {
			add(d.Level)
		}
	}
	slices.Sort(levels)
	return levels
}

// FurtherCodes lists the codes and numbers by which the item is known beside
// its key, each once.
func (it *Item) FurtherCodes() []string {
	var codes []string
	for _, code := range []string{it.Basic, it.Implement, it.Handling, it.LocalCode, it.Record} {
		if code != "" && code != string(it.Ref.Code) && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}
