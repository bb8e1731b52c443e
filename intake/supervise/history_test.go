package supervise_test

import (
	"slices"
	"testing"
	"time"

	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/supervise"
)

// What a case gave rise to stays to be told after it was seen to, each thing once
// and as it last stood.
func TestWhatACaseGaveRiseTo(t *testing.T) {
	cal := shipped(t)
	judged := func(s casefile.State, at time.Time) supervise.Case { return look(s, cal, at) }
	when := func(day string) func(*casefile.State) {
		return func(s *casefile.State) { s.Time = at(day) }
	}
	first := accepted(when("2026-03-02 09:00"))
	offer := accepted(when("2026-03-10 09:00"), offered("2026-03-10 09:00"))
	done := accepted(when("2026-03-13 09:00"), func(s *casefile.State) {
		s.Phase, s.DecidedAt, s.ConcludedAt = casefile.PhaseConcluded, at("2026-03-13 09:00"), at("2026-03-13 09:00")
	})
	kinds := func(states ...casefile.State) (all []string) {
		for _, e := range supervise.Ever(states, judged, cal, time.UnixMilli(at("2026-03-20 09:00"))) {
			all = append(all, string(e.Lamp)+" "+e.Rule)
		}
		return all
	}
	open := kinds(first)
	if !slices.Contains(open, "red promised") || !slices.Contains(open, "red legal") {
		t.Errorf("open and late: %v", open)
	}
	ended := kinds(first, offer, done)
	if !slices.Contains(ended, "red promised") || !slices.Contains(ended, "red step") || slices.Contains(ended, "red legal") {
		t.Errorf("concluded on the tenth working day: %v", ended)
	}
	seen := map[string]bool{}
	for _, e := range supervise.Ever([]casefile.State{first, offer, done}, judged, cal, time.UnixMilli(at("2026-03-20 09:00"))) {
		if seen[e.Number] {
			t.Errorf("%s is told twice", e.Number)
		}
		if seen[e.Number] = true; e.Clock == clock.Promised && e.Due != "2026-03-09" {
			t.Errorf("%+v", e)
		}
	}
	if none := supervise.Ever([]casefile.State{done}, judged, cal, time.UnixMilli(at("2026-03-20 09:00"))); len(none) != 0 {
		t.Errorf("nobody owes anything: %v", none)
	}
}
