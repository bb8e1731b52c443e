package supervise

import (
	"slices"
	"time"

	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// Ever are the entries that a case has given rise to since it was opened, also
// those that are over, in the order in which they came up: each as it last stood.
// states are what the log came to after each event; look is the case in such a
// state at a moment. What is wrong with a copy of the log here (a branch, a letter
// that is not delivered) is no word about the case and is left out.
//
// It is judged at the moments at which something was written, and now: what came
// and went without a word about the case in between is seen by the next word.
func Ever(states []casefile.State, look func(s casefile.State, at time.Time) Case, cal workday.Calendar, now time.Time) []Entry {
	var all []Entry
	place := map[string]int{}
	for i, s := range states {
		until := now
		if i+1 < len(states) {
			until = time.UnixMilli(states[i+1].Time)
		}
		if !slices.Contains(Phases, s.Phase) {
			continue
		}
		for _, e := range Entries(look(s, until), cal, until) {
			if e.Kind == Branch || e.Kind == Undelivered {
				continue
			}
			at, known := place[e.Number]
			if !known {
				at = len(all)
				place[e.Number], all = at, append(all, e)
			}
			all[at] = e
		}
	}
	return all
}
