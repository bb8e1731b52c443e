// Package supervise says who is late and where (电子监察): from the logs of the
// cases, their pinned items, the calendar, the rules and the moment given, and
// from nothing else. What is red, and who is silent, is reported one level up.
//
// It is pure. It must never remember anything: a list is worked out anew each
// time, so that a node that was off has nothing to catch up, and any two nodes
// with the same logs show the same. It must never name an applicant, and never
// blame a center for what has not reached it.
package supervise

import (
	"cmp"
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// Kind is what an entry is about.
type Kind string

// The kinds.
const (
	Near         Kind = "near"           // a clock is about to run out
	Late         Kind = "late"           // a clock has run out
	NoticeLate   Kind = "notice_late"    // what is missing was not told in time: the case may count as accepted
	Renewed      Kind = "renewed"        // a permit counts as prolonged, for nothing was decided by its last day
	Lapsed       Kind = "lapsed"         // the applicant let a day pass: somebody at the counter has to see to it
	Duty         Kind = "duty"           // a day beside the clocks is past: a hearing, a survey, a correction
	SilentOffer  Kind = "silent_offer"   // offered, arrived and not answered
	Undelivered  Kind = "undelivered"    // offered, and not arrived yet
	SilentVoice  Kind = "opinion_silent" // a participant of a joint case says nothing
	SlipOpen     Kind = "slip_unmatched" // papers left and were not scanned at the other end, or not all of them
	Branch       Kind = "branch"         // a superseded branch is not settled, or two logs contradict each other
	FeeUnsettled Kind = "fee_unsettled"  // money collected on behalf is still here although the case is over
	SilentCenter Kind = "silent_center"  // a center has given no sign of life
)

// Kinds lists them.
func Kinds() []Kind {
	return []Kind{Near, Late, NoticeLate, Renewed, Lapsed, Duty, SilentOffer, Undelivered, SilentVoice, SlipOpen, Branch, FeeUnsettled, SilentCenter}
}

// Entry is one thing that somebody has to see to, in the fields of GB/T
// 39046-2020 table 11 as far as they are known. The codes of the warning types
// are published nowhere: the lamp stands for them.
type Entry struct {
	Number     string         `json:"number"`               // 监察编号: the same for the same thing, whoever looks and whenever
	Rule       string         `json:"rule"`                 // 监察规则编号: the clock, else the rule's key, else the kind
	Lamp       clock.Lamp     `json:"lamp"`                 // 监察预警类型: yellow or red
	Second     bool           `json:"second_red,omitempty"` // the legal limit is past, too
	Since      int64          `json:"since"`                // 状态产生时间, Unix milliseconds
	Result     string         `json:"result"`               // 监察结果描述
	Center     area.Center    `json:"center"`               // 责任部门: who owes it
	Department string         `json:"department,omitempty"` // and which of its departments, where the step names one
	Report     area.Center    `json:"report,omitempty"`     // to whom it is reported: one level above who owes it
	Kind       Kind           `json:"kind"`
	Case       casefile.ID    `json:"case,omitempty"`
	CaseNumber string         `json:"case_number,omitempty"` // 办件编号
	Item       item.Code      `json:"item,omitempty"`
	Name       string         `json:"name,omitempty"` // of the item
	Phase      casefile.Phase `json:"phase,omitempty"`
	Clock      clock.Name     `json:"clock,omitempty"`
	Due        workday.Date   `json:"due,omitempty"`
	Over       int            `json:"days_late"` // days past the due day, in the unit of its limit; 0: the day itself has closed, or it has none
	Head       uint64         `json:"head,omitempty"`
}

// Case is what an entry is made of.
type Case struct {
	State       casefile.State
	Item        *item.Item      // the pinned version; nil where it has not come here
	Readings    []clock.Reading // of clock.Readings, at the same moment
	Limits      clock.Limits    // of clock.LimitsFor
	Rules       rule.Set        // by which other centers owe an answer
	Unsettled   int             // superseded branches of which nobody has said what becomes of them
	Frozen      bool            // two logs contradict each other
	Undelivered bool            // what was offered has not reached whom it was offered to
}

// Query chooses entries. Its zero value chooses all.
type Query struct {
	Under area.Code  // only what centers of this area and below owe
	Kind  Kind       //
	Lamp  clock.Lamp //
}

// Matches reports whether an entry is asked for.
func (q Query) Matches(e Entry) bool {
	return (q.Under == "" || e.Center.Area().Under(q.Under)) && (q.Kind == "" || e.Kind == q.Kind) && (q.Lamp == "" || e.Lamp == q.Lamp)
}

// ByUrgency orders entries: red a second time, red, yellow; within a lamp by due
// day, what has none last.
func ByUrgency(a, b Entry) int {
	last := func(d workday.Date) workday.Date { return cmp.Or(d, "9999-12-31") }
	second := func(e Entry) int {
		if e.Second {
			return 0
		}
		return 1
	}
	return cmp.Or(
		-cmp.Compare(a.Lamp.Urgency(), b.Lamp.Urgency()), cmp.Compare(second(a), second(b)),
		cmp.Compare(last(a.Due), last(b.Due)), cmp.Compare(a.Number, b.Number),
	)
}

// Debt is what one center owes by now.
type Debt struct {
	Center area.Center `json:"center"`
	Red    int         `json:"red"`
	Second int         `json:"second_red"` // of the red ones
	Yellow int         `json:"yellow"`
}

// ByCenter counts entries by who owes them, the center with the most red ones
// first.
func ByCenter(entries []Entry) []Debt {
	var all []Debt
	for _, e := range entries {
		i := slices.IndexFunc(all, func(d Debt) bool { return d.Center == e.Center })
		if i < 0 {
			i = len(all)
			all = append(all, Debt{Center: e.Center})
		}
		switch {
		case e.Lamp == clock.Red && e.Second:
			all[i].Second++
			all[i].Red++
		case e.Lamp == clock.Red:
			all[i].Red++
		default:
			all[i].Yellow++
		}
	}
	slices.SortFunc(all, func(a, b Debt) int {
		return cmp.Or(-cmp.Compare(a.Red, b.Red), -cmp.Compare(a.Yellow, b.Yellow), cmp.Compare(a.Center, b.Center))
	})
	return all
}
