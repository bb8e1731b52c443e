// Package clock reads the clocks of a case: by which day the notice, the next
// step, the decision and the service are due, and what lamp each of them
// shows.
//
// What differs from area to area, and from one type of items to another, is a
// rule (Limits): how long a notice and a supplement take and what follows, at which minute a last day ends, for how long an overdue
// promise is yellow before it is red, whether the law's own limit shows a second
// red. A supplement that is not brought is said to be lapsed and nothing more:
// a case is ended by a person.
//
// It is pure: the case's state, the pinned item, the calendar, the rules and
// the present moment in, readings out. It must never read a clock or storage,
// never set anything in a case, and never guess a holiday: a due day that runs
// into a year without a published calendar is marked provisional.
package clock

import (
	"time"

	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// Name is one of the clocks that run beside each other.
type Name string

// The clocks. Each is measured by itself (电子监察). All but Bring, which is the
// applicant's, are the office's. A case that is sent back for correction stays
// on all of them: nothing stops.
const (
	Notice   Name = "notice"     // from receipt: everything missing is told (行政许可法 32)
	Bring    Name = "supplement" // from the notice: the applicant brings what is missing (补正)
	Forward  Name = "forward"    // from acceptance (before it: from receipt): sent on to whoever acts next (行政许可法 43)
	Step     Name = "step"       // the limit of the present step
	Promised Name = "promised"   // 承诺时限, from acceptance
	Legal    Name = "legal"      // 法定时限, from acceptance
	Service  Name = "service"    // from the decision: the applicant has it (行政许可法 44)
	Renewal  Name = "renewal"    // of what is to be prolonged: its last day (of permits 行政许可法 50)
)

// Lamp is how a clock is shown.
type Lamp string

// The lamps, by rising urgency.
const (
	Done   Lamp = "done"   // it has stopped for good
	Green  Lamp = "green"  // it runs, and there is time
	Paused Lamp = "paused" // it stands still
	Yellow Lamp = "yellow" // the due day is near, or today; or past, and by the area's rule not yet red
	Red    Lamp = "red"    // the due day is past
)

var urgency = map[Lamp]int{Done: 0, Green: 1, Paused: 2, Yellow: 3, Red: 4}

// Urgency orders lamps: the higher, the sooner somebody has to look.
func (l Lamp) Urgency() int { return urgency[l] }

// Supplement is why a clock stands still while the applicant fetches what is
// missing. It is no special procedure: nothing has started yet (补正).
const Supplement casefile.Ground = "supplement"

// Reading is what one clock shows.
type Reading struct {
	Clock       Name            `json:"clock"`
	From        workday.Date    `json:"from"`                  // day 0, which does not count (民法典 201)
	Due         workday.Date    `json:"due"`                   // the last day; overdue when it has ended. While the clock stands still, as it was when it stopped
	Closes      int             `json:"closes,omitempty"`      // minutes after midnight at which it ends, where that is before 24:00
	Provisional bool            `json:"provisional,omitempty"` // a year on the way has no published calendar
	PausedBy    casefile.Ground `json:"paused_by,omitempty"`
	LeftDays    int             `json:"left_days"` // days of its unit after today (a clock that stands still: after the day on which it stopped) up to the due day; negative: days overdue; 0 and late: today has closed
	Unit        item.Unit       `json:"unit"`
	Lamp        Lamp            `json:"lamp"`
	Second      bool            `json:"second_red,omitempty"` // of the legal clock: red a second time (超法定时限)
	Ended       workday.Date    `json:"ended,omitempty"`      // the day on which it stopped
	Late        bool            `json:"late,omitempty"`       // it is overdue, or it stopped after the due day
	Step        int             `json:"step"`                 // of the step clock; else -1
}

// Input is all that the clocks depend on.
type Input struct {
	State    casefile.State
	Item     *item.Item // the pinned version
	Calendar Calendar
	Limits   Limits
	Rules    rule.Set // by which others owe something: of an offer, of papers on the way, of an opinion
	Now      time.Time

	Next  int  // the step of the item that is to be done next; -1 where there is none
	Leave bool // what comes next is another center's: the case has to go on from here
}

// Readings are the clocks that have started, in the order of their names
// above. A clock without a limit (the source gives none) is not shown.
func Readings(in Input) []Reading {
	r := reader{in: in, today: DayOf(in.Now.UnixMilli())}
	r.pauses, r.stopped = r.stillSpans()
	var all []Reading
	for _, read := range []func() (Reading, bool){r.notice, r.bring, r.forward, r.step, r.promised, r.legal, r.service, r.renewal} {
		if reading, ok := read(); ok {
			all = append(all, reading)
		}
	}
	return all
}

// Worst is the lamp that a case shows: the most urgent of its clocks.
func Worst(readings []Reading) Lamp {
	worst := Done
	for _, r := range readings {
		if r.Lamp.Urgency() > worst.Urgency() {
			worst = r.Lamp
		}
	}
	return worst
}

// Second reports whether a case is red a second time: its legal limit is past,
// where the area's rule tells that from the promised one.
func Second(readings []Reading) bool {
	for _, r := range readings {
		if r.Second {
			return true
		}
	}
	return false
}

// Leading is the clock of which the lamp of a case speaks: of those that are so
// urgent the one that is due first. The zero Reading where none runs.
func Leading(readings []Reading) (lead Reading) {
	lamp, second := Worst(readings), Second(readings)
	for _, r := range readings {
		if r.Lamp == lamp && lamp != Done && r.Second == second && (lead.Due == "" || r.Due < lead.Due) {
			lead = r
		}
	}
	return lead
}

// reader computes the readings of one case.
type reader struct {
	in      Input
	today   workday.Date
	pauses  []pause
	stopped *casefile.Interval // the first of the waits that are open; nil: the case goes on
}

func (r *reader) notice() (Reading, bool) {
	s := r.in.State
	if s.ReceivedAt == 0 || r.in.Limits.NoticeDays <= 0 && !r.in.Limits.NoticeAtOnce {
		return Reading{}, false
	}
	end := first(s.NoticedAt, s.AcceptedAt)
	if end == 0 {
		end = r.ended()
	}
	reading := r.read(Notice, span{from: DayOf(s.ReceivedAt), days: r.in.Limits.NoticeDays, unit: item.WorkingDays}, end, false)
	if WaitsForStage(&s) {
		reading.Late = false
		if end == 0 {
			reading.Lamp, reading.PausedBy = Paused, EarlierStage
		}
	}
	if _, deemed := DeemedAccepted(s, r.in.Calendar, r.in.Limits, r.in.Now); deemed {
		reading.Lamp = Red // the acceptance that follows by law is not recorded
	} else if s.Phase == casefile.PhaseNoticed {
		reading.Lamp, reading.PausedBy = Paused, Supplement
	}
	return reading, true
}

// bring is shown while the case waits for its applicant. What is late here is
// not the office's fault, so the lamp never turns red.
func (r *reader) bring() (Reading, bool) {
	s := r.in.State
	if !brings(&s, r.in.Limits) {
		return Reading{}, false
	}
	if _, accepted := DeemedAccepted(s, r.in.Calendar, r.in.Limits, r.in.Now); accepted {
		return Reading{}, false
	}
	reading := r.read(Bring, bringing(&s, r.in.Limits), 0, false)
	if reading.Lamp == Red {
		reading.Lamp = Yellow
	}
	return reading, true
}

func (r *reader) forward() (Reading, bool) {
	s := r.in.State
	waiting := s.Phase == casefile.PhaseOpened && !WaitsForStage(&s) || s.Phase == casefile.PhaseAccepted
	if r.in.Limits.ForwardDays <= 0 || !waiting || !(r.in.Leave || s.Offer != nil) {
		return Reading{}, false
	}
	sp := span{from: workday.Date(s.AcceptedOn), days: r.in.Limits.ForwardDays, unit: item.WorkingDays}
	if s.AcceptedOn == "" {
		if s.ReceivedAt == 0 {
			return Reading{}, false
		}
		sp.from = DayOf(s.ReceivedAt)
	}
	return r.read(Forward, sp, 0, true), true
}

func (r *reader) step() (Reading, bool) {
	s, n := r.in.State, r.in.Next
	if r.in.Item == nil || n < 0 || n >= len(r.in.Item.Steps) || r.over() || r.in.Leave || s.Offer != nil || s.Phase == casefile.PhaseNoticed {
		return Reading{}, false
	}
	limit := r.in.Item.Steps[n].Limit
	from := r.lastWork()
	if limit.IsZero() || from == 0 {
		return Reading{}, false
	}
	reading := r.read(Step, spanOf(DayOf(from), limit), 0, true)
	reading.Step = n
	return reading, true
}

func (r *reader) promised() (Reading, bool) {
	if r.in.Item == nil {
		return Reading{}, false
	}
	return r.sinceAcceptance(Promised, r.in.Item.Promise)
}

func (r *reader) legal() (Reading, bool) {
	if r.in.Item == nil {
		return Reading{}, false
	}
	return r.sinceAcceptance(Legal, r.in.Item.Legal)
}

func (r *reader) sinceAcceptance(name Name, limit item.Limit) (Reading, bool) {
	s := r.in.State
	if s.AcceptedOn == "" || limit.IsZero() {
		return Reading{}, false
	}
	end := s.DecidedAt
	if end == 0 {
		end = r.ended()
	}
	sp := spanOf(workday.Date(s.AcceptedOn), limit)
	sp.extra = s.Extended
	return r.read(name, sp, end, true), true
}

func (r *reader) service() (Reading, bool) {
	s := r.in.State
	if s.DecidedAt == 0 || r.in.Limits.ServeDays <= 0 {
		return Reading{}, false
	}
	end := first(s.ServedAt, s.HandedOut)
	if end == 0 {
		end = r.ended()
	}
	return r.read(Service, span{from: DayOf(s.DecidedAt), days: r.in.Limits.ServeDays, unit: item.WorkingDays}, end, false), true
}

// renewal counts nothing: the permit itself names the day, and it lasts until
// midnight whatever day it is and whenever the office closes. The law on permits
// wants a decision by then; of what is none only a rule can.
func (r *reader) renewal() (Reading, bool) {
	s := r.in.State
	last, ok := renews(&s)
	if !ok || r.in.Item != nil && r.in.Item.Type != item.Permit && !r.in.Limits.RenewalDeemed {
		return Reading{}, false
	}
	end := s.DecidedAt
	if end == 0 {
		end = r.ended()
	}
	limits := r.in.Limits
	r.in.Limits.BusinessClose = 0
	sp := span{from: DayOf(first(s.ReceivedAt, s.OpenedAt)), unit: item.ByDate, by: item.Limit{Unit: item.ByDate, By: string(last)}}
	reading := r.read(Renewal, sp, end, false)
	r.in.Limits = limits
	return reading, true
}

// read works one clock out: end is when it stopped for good (0: it runs),
// stands says whether the case's intervals stop it.
func (r *reader) read(name Name, sp span, end int64, stands bool) Reading {
	reading := Reading{Clock: name, From: sp.from, Unit: sp.unit, Step: -1, Lamp: Green}
	moment := r.in.Now.UnixMilli()
	if end != 0 {
		moment, reading.Ended = end, DayOf(end)
	}
	if stands && sp.unit != item.ByDate {
		sp.pauses = r.pauses
		if r.stopped != nil { // it is looked at as on the day on which it stopped, for nothing has happened to it since
			moment = min(moment, r.stopped.From)
			if end == 0 {
				reading.PausedBy = r.stopped.Ground
			}
		}
	}
	reading.Due, reading.Provisional = sp.due(r.in.Calendar)
	reading.LeftDays = sp.left(r.in.Calendar, DayOf(moment), reading.Due)
	reading.Late = r.in.Limits.Over(reading.Due, moment)
	if r.in.Limits.closesEarly() {
		reading.Closes = r.in.Limits.BusinessClose
	}
	switch {
	case end != 0:
		reading.Lamp = Done
	case reading.Late && r.spared(name, sp, moment):
		reading.Lamp = Yellow
	case reading.Late:
		reading.Lamp = Red
		reading.Second = name == Legal && r.in.Limits.SecondRed
	case reading.PausedBy != "":
		reading.Lamp = Paused
	case (sp.days+sp.extra > 0 || sp.unit == item.ByDate) && reading.LeftDays <= r.in.Limits.YellowBefore:
		reading.Lamp = Yellow
	}
	return reading
}

// spared reports whether a clock that is overdue is not red yet: of the
// promised limit an area may say after how many working days it is (红灯延后).
// The legal limit is nobody's to stretch.
func (r *reader) spared(name Name, sp span, moment int64) bool {
	if name != Promised || r.in.Limits.RedAfter <= 0 {
		return false
	}
	sp.extra += r.in.Limits.RedAfter
	last, _ := sp.due(r.in.Calendar)
	return !r.in.Limits.Over(last, moment)
}

// lastWork is when the last thing was done that the next one waits for. Of a
// case that was reopened it is no earlier than that.
func (r *reader) lastWork() int64 {
	s := r.in.State
	last := max(s.ReceivedAt, s.AcceptedAt, s.DecidedAt, s.ServedAt)
	for _, done := range s.Steps {
		last = max(last, done.At)
	}
	for _, i := range s.Intervals {
		if i.From >= s.ReopenedAt {
			last = max(last, i.To)
		}
	}
	if legs := len(s.Route); legs > 0 {
		last = max(last, s.Route[legs-1].Since)
	}
	return max(last, s.ReopenedAt)
}

// over reports whether nothing more is done on the case.
func (r *reader) over() bool {
	switch r.in.State.Phase {
	case casefile.PhaseDeclined, casefile.PhaseReturned, casefile.PhaseWithdrawn, casefile.PhaseTerminated,
		casefile.PhaseConcluded, casefile.PhaseArchived:
		return true
	}
	return false
}

// ended is when a case that is over came to its end; 0 for one that is not. What
// is written on it afterwards, such as its conclusion, changes nothing.
func (r *reader) ended() int64 {
	if !r.over() {
		return 0
	}
	if s := r.in.State; s.EndedAt != 0 || s.ConcludedAt != 0 {
		return first(s.EndedAt, s.ConcludedAt)
	}
	return r.in.State.Time
}

// stillSpans are the waits that have ended, and the first of those that have
// not. What was before a reopening does not count any more.
func (r *reader) stillSpans() (ended []pause, open *casefile.Interval) {
	s := r.in.State
	for n := range s.Intervals {
		i := &s.Intervals[n]
		switch {
		case i.Counts || i.From < s.ReopenedAt:
		case i.To != 0:
			ended = append(ended, pause{from: DayOf(i.From), to: DayOf(i.To)})
		case open == nil || i.From < open.From:
			open = i
		}
	}
	return ended, open
}

// first is the earliest of the moments that have come; 0 is none.
func first(moments ...int64) int64 {
	var earliest int64
	for _, m := range moments {
		if m != 0 && (earliest == 0 || m < earliest) {
			earliest = m
		}
	}
	return earliest
}
