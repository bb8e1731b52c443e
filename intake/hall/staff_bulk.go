package hall

import (
	"errors"
	"reflect"

	"tongban/consensus/refusal"
	"tongban/intake/hall/roster"
	"tongban/intake/journal"
)

// WindowPlan is what SetWindows does, or would do, with one window.
type WindowPlan struct {
	New, Same bool
	Wrong     error // why it is refused
}

// errWindows: with one wrong window none is written.
var errWindows = errors.New("a window is refused")

// SetWindows writes several windows as SetWindow writes one: all of them, or
// none where one is refused. What is the same already is not written again. A
// dry call only tells.
func (s *Staff) SetWindows(by By, all []roster.Window, dry bool) ([]WindowPlan, error) {
	const op = "set windows"
	call, err := s.h.call(by, keeper, op, all)
	if err != nil {
		return nil, err
	}
	var plans []WindowPlan
	plan := func() ([]journal.Draft, error) {
		var drafts []journal.Draft
		wrong, more := false, 0
		r := s.Roster()
		plans = make([]WindowPlan, len(all))
		for i, w := range all {
			p := &plans[i]
			old, known := r.Window(w.Number)
			w.Closed, w.Note = old.Closed, old.Note
			p.New, p.Same = !known, known && reflect.DeepEqual(old, w)
			if p.New {
				more++
			}
			p.Wrong = r.CheckWindow(w, s.h.types())
			if wrong = wrong || p.Wrong != nil; p.Wrong == nil && !p.Same {
				drafts = append(drafts, journal.Draft{Kind: roster.WindowSet, Entity: w.Number, Body: w})
			}
		}
		if known := len(r.Windows()); known+more > roster.MaxWindows {
			return nil, refusal.Newf(refusal.TooLarge, op, "", "at most %d windows", roster.MaxWindows)
		}
		if wrong {
			return nil, errWindows
		}
		return drafts, nil
	}
	if dry {
		_, err = plan()
	} else {
		_, err = s.log.Append(call, journal.Change{Plan: plan})
		s.h.bell.ring()
	}
	if errors.Is(err, errWindows) {
		err = nil
	}
	return plans, err
}
