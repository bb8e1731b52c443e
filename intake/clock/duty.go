package clock

import (
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// What is something with a day of its own beside the clocks.
type What string

// What may be due. The days of the first group follow from a rule, those of the
// second from what was said in the log itself.
const (
	HearingAsked  What = "hearing_ask"    // the applicant may ask for a hearing until then (行政许可法 47)
	HearingHeld   What = "hearing"        // it is held (行政许可法 47)
	HearingTold   What = "hearing_notice" // time and place are told (行政许可法 48)
	Inspected     What = "inspection"     // somebody is sent to inspect, test or quarantine (行政许可法 55)
	DecidedByLaw  What = "decision"       // a permit is decided, where its item names no legal limit (行政许可法 42)
	DecidedJoint  What = "joint_decision" // the same of one that is handled jointly
	WaitEnds      What = "wait"           // the time that was told for a special procedure is over (行政许可法 45)
	PostingEnds   What = "posting"        // the last day of a public posting
	OpinionSaid   What = "opinion"        // a participant of a joint case says its opinion
	SurveyDone    What = "survey"         // the joint site survey is held
	Mended        What = "correction"     // what was sent back is put right
	MandateEnds   What = "mandate"        // the agency is carried through
	LaterMaterial What = "later_material" // what was promised for later is brought (容缺)
	OfferAnswered What = "offer"          // a hand-over is taken over or turned back
	SlipScanned   What = "slip"           // papers on the way are scanned at the other end
)

// Duty is one of them, as a case shows it.
type Duty struct {
	What        What         `json:"what"`
	Rule        rule.Key     `json:"rule,omitempty"`   // by which the day is counted; "": the log names it
	Of          string       `json:"of,omitempty"`     // which one: a step's wait, a material, a matter
	Center      area.Center  `json:"center,omitempty"` // who owes it, where that is neither the holder nor the applicant
	Applicant   bool         `json:"applicant,omitempty"`
	From        workday.Date `json:"from,omitempty"` // since when it is owed, where that is not when the case was accepted
	Due         workday.Date `json:"due"`
	Done        workday.Date `json:"done,omitempty"` // when it was; "": it is still to come
	Late        bool         `json:"late,omitempty"` // it was done after the day, or the day is past
	Provisional bool         `json:"provisional,omitempty"`
}

// Open reports whether somebody still has to do it.
func (d Duty) Open() bool { return d.Done == "" }

// Procedures are the days of a case beside its clocks: those of hearings,
// inspections and other waits, of a survey, a correction, an agency, of what is
// to be brought later, and the statute's for a permit whose item names none.
// The opinions of a joint case are Voices, what other centers are to answer
// Answers. Next and Leave of the input are not looked at.
func Procedures(in Input) []Duty {
	r := reader{in: in, today: DayOf(in.Now.UnixMilli())}
	r.pauses, r.stopped = r.stillSpans()
	var all []Duty
	if d, ok := r.byLaw(); ok {
		all = append(all, d)
	}
	for n := range in.State.Intervals {
		all = append(all, r.wait(&in.State.Intervals[n])...)
	}
	return append(all, r.named()...)
}

// duty fills in what follows from the day and from when it was done; ends is
// when the case stopped waiting for it, 0 where it does.
func (r *reader) duty(d Duty, done workday.Date, ends int64) Duty {
	switch d.Done = done; {
	case done != "":
		d.Late = done > d.Due
	case ends != 0:
		d.Done = DayOf(ends)
		d.Late = r.in.Limits.Over(d.Due, ends)
	default:
		d.Late = r.in.Limits.Over(d.Due, r.in.Now.UnixMilli())
	}
	return d
}

// ahead is the day so many working days after another.
func (r *reader) ahead(what What, key rule.Key, from workday.Date, days int) Duty {
	due, provisional := span{from: from, days: days, unit: item.WorkingDays}.due(r.in.Calendar)
	return Duty{What: what, Rule: key, Due: due, Provisional: provisional}
}

// byLaw is the statute's limit for a permit whose item names none. Another law
// may set another: whoever shows it says so, and no lamp hangs on it.
func (r *reader) byLaw() (Duty, bool) {
	s, it, l := r.in.State, r.in.Item, r.in.Limits
	if it == nil || it.Type != item.Permit || !it.Legal.IsZero() || s.AcceptedOn == "" {
		return Duty{}, false
	}
	what, key, days := DecidedByLaw, rule.DecisionDays, l.DecisionDays
	if Joint(&s, it) {
		what, key, days = DecidedJoint, rule.JointDays, l.JointDays
	}
	if days <= 0 {
		return Duty{}, false
	}
	limit := item.Limit{Tenths: int32(10 * days), Unit: item.WorkingDays}
	reading, _ := r.sinceAcceptance(Legal, limit)
	return Duty{What: what, Rule: key, Due: reading.Due, Done: reading.Ended, Late: reading.Late, Provisional: reading.Provisional}, true
}

// Joint reports whether several bodies handle a case together: it was opened as
// a joint one, its item names them (联办机构), or its lead called others since.
// Whoever was taken out before it said anything did not handle it.
func Joint(s *casefile.State, it *item.Item) bool {
	called := func(v casefile.Voice) bool { return v.Removed == "" || v.Said != nil }
	return s.Filing.Joint || len(it.Joint) > 0 || slices.ContainsFunc(s.Voices, called)
}

// wait is what one special procedure is held to.
func (r *reader) wait(i *casefile.Interval) []Duty {
	var all []Duty
	ends := i.To
	if ends == 0 {
		ends = r.ended()
	}
	if i.Hearing != nil {
		all = append(all, r.hearing(i, ends)...)
	}
	permit := r.in.Item != nil && r.in.Item.Type == item.Permit
	if on := workday.Date(r.in.State.AcceptedOn); i.Ground == casefile.Testing && permit && on.Valid() && r.in.Limits.InspectionDays > 0 && i.From >= r.in.State.ReopenedAt {
		d := r.ahead(Inspected, rule.InspectionDays, on, r.in.Limits.InspectionDays)
		d.Of = i.Name
		all = append(all, r.duty(d, DayOf(i.From), 0))
	}
	until := workday.Date(i.Until)
	if i.Posting != nil {
		if to := workday.Date(i.Posting.To); to.Valid() {
			d := r.duty(Duty{What: PostingEnds, Of: i.Posting.Number, Due: to}, "", ends)
			d.Late = d.Late && d.Open() // it stands for all of its days, so it ends after the last of them
			all = append(all, d)
		}
	} else if until.Valid() {
		all = append(all, r.duty(Duty{What: WaitEnds, Of: i.Name, Due: until}, "", ends))
	}
	return all
}

func (r *reader) hearing(i *casefile.Interval, ends int64) []Duty {
	h, l := i.Hearing, r.in.Limits
	told, asked, on := workday.Date(h.Told), workday.Date(h.Asked), workday.Date(h.On)
	var all []Duty
	if told.Valid() && l.HearingAsk > 0 && (asked != "" || on == "") {
		d := r.ahead(HearingAsked, rule.HearingAskDays, told, l.HearingAsk)
		d.Applicant = true
		all = append(all, r.duty(d, asked, ends))
	}
	if asked.Valid() && l.HearingHold > 0 {
		all = append(all, r.duty(r.ahead(HearingHeld, rule.HearingHoldDays, asked, l.HearingHold), workday.Date(i.Held), ends))
	}
	if on.Valid() && l.HearingNotice > 0 {
		due, known := back(r.in.Calendar, on, l.HearingNotice)
		d := Duty{What: HearingTold, Rule: rule.HearingNotice, Due: due, Provisional: !known}
		all = append(all, r.duty(d, workday.Date(h.Notice), ends))
	}
	return all
}

// back is the day so many working days before another.
func back(cal Calendar, day workday.Date, days int) (due workday.Date, known bool) {
	known = true
	for range longest {
		if days <= 0 || day == "" {
			break
		}
		day = day.Add(-1)
		work, sure := cal.IsWorkday(day)
		known = known && sure
		if work {
			days--
		}
	}
	return day, known
}

// named are the days that the log itself names.
func (r *reader) named() []Duty {
	s, ended := r.in.State, r.ended()
	if ended == 0 {
		ended = s.DecidedAt
	}
	var all []Duty
	add := func(d Duty, done workday.Date) {
		if d.Due.Valid() {
			all = append(all, r.duty(d, done, ended))
		}
	}
	for _, one := range s.Surveys {
		d := Duty{What: SurveyDone, Of: one.Number, Due: workday.Date(one.On)}
		if one.Held != nil {
			add(d, workday.Date(one.Held.On))
		} else {
			add(d, "")
		}
	}
	if c := s.Correction; c != nil {
		add(Duty{What: Mended, Due: workday.Date(c.By)}, "")
	}
	if m := s.Mandate; m != nil && m.Taken != nil && m.Back == nil && r.ended() == 0 {
		d := Duty{What: MandateEnds, Of: m.Taken.Number, Center: m.By.Center, Due: workday.Date(m.Taken.Due)}
		if d.Due.Valid() { // it lasts beyond the decision: until the result is in the client's hands
			all = append(all, r.duty(d, "", 0))
		}
	}
	for _, m := range s.Materials {
		if m.State == casefile.Later && s.Phase == casefile.PhaseAccepted {
			add(Duty{What: LaterMaterial, Of: m.ID, Applicant: true, Due: workday.Date(m.By)}, "")
		}
	}
	return all
}
