package item

import "tongban/catalog/area"

// StepFor finds the first step with an action; ok is false where the item
// lists none. The index is what events name.
func (it *Item) StepFor(a Action) (step int, ok bool) {
	for i := range it.Steps {
		if it.Steps[i].Action == a {
			return i, true
		}
	}
	return -1, false
}

// StepsFor lists every step with an action: a route may check twice or post
// at two levels.
func (it *Item) StepsFor(a Action) []int {
	var found []int
	for i := range it.Steps {
		if it.Steps[i].Action == a {
			found = append(found, i)
		}
	}
	return found
}

// Acting is the area in whose name the step is taken, for a case with this
// subject area: the subject's, truncated to the step's level. "" where the
// subject does not reach that deep (a village step, but only the town is
// known). It is the default; a dated grant may let another center act.
func (s Step) Acting(subject area.Code) area.Code { return subject.At(s.Level) }

// Waits reports whether the step is a typed wait: nobody works, the outside
// world does (公示, 评定).
func (s Step) Waits() bool { return s.Action == Posting || s.Action == Assess }

// Levels lists the levels that act along the route, in order, each change
// once: town, district, town for a case that is referred up and comes back.
// An item with more than one is referred up (上报件).
func (it *Item) Levels() []area.Level {
	var way []area.Level
	for _, s := range it.Steps {
		if len(way) == 0 || way[len(way)-1] != s.Level {
			way = append(way, s.Level)
		}
	}
	return way
}

// Material finds a material by its id.
func (it *Item) Material(id string) (Material, bool) {
	for _, m := range it.Materials {
		if m.ID == id {
			return m, true
		}
	}
	return Material{}, false
}

// PublishedCode is the key that a published item gets in a realm: its handling
// code, else its implementation code, else its basic code; "" where no
// standard code is published and the realm must give a local one.
func (it *Item) PublishedCode() Code {
	for _, c := range []string{it.Handling, it.Implement, it.Basic} {
		if c != "" {
			return Code(c)
		}
	}
	return ""
}

// IsBundle reports whether the item is several items as one (一件事, 一业一证).
func (it *Item) IsBundle() bool { return it.Bundle != "" || len(it.Members) > 0 }
