package clock

import (
	"slices"
	"testing"
	"time"

	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// lawful are the limits of the permit law, as they hold where no area says
// otherwise.
func lawful() Limits { return LimitsOf(rule.Set{}, "320509111000", "2026-03-02", item.Permit) }

func TestDeemedRenewed(t *testing.T) {
	cal := published()
	renews := casefile.Filing{Renews: &casefile.Renewal{Certificate: "ZX-1", Expires: "2026-05-02"}} // a day off: it stays that day
	accepted := casefile.State{Phase: casefile.PhaseAccepted, Filing: renews, ReceivedAt: at("2026-04-01 09:00"), AcceptedAt: at("2026-04-01 09:00"), AcceptedOn: "2026-04-01"}
	change := func(f func(*casefile.State)) casefile.State {
		s := accepted
		f(&s)
		return s
	}
	for _, c := range []struct {
		name  string
		state casefile.State
		now   string
		want  bool
		lamp  Lamp
	}{
		{"weeks before", accepted, "2026-04-20 09:00", false, Green},
		{"the day before", accepted, "2026-05-01 09:00", false, Yellow},
		{"on its last minute", accepted, "2026-05-02 23:59", false, Yellow},
		{"the day after, whatever offices do", accepted, "2026-05-03 00:00", true, Red},
		{"while the case stands still", change(func(s *casefile.State) {
			s.Intervals = []casefile.Interval{{Step: -1, Ground: casefile.Hearing, From: at("2026-04-10 09:00")}}
		}), "2026-05-03 00:00", true, Red},
		{"decided on the last day", change(func(s *casefile.State) { s.Phase, s.DecidedAt = casefile.PhaseDecided, at("2026-05-02 18:00") }), "2026-06-01 09:00", false, Done},
		{"decided a day late", change(func(s *casefile.State) { s.Phase, s.DecidedAt = casefile.PhaseDecided, at("2026-05-03 08:00") }), "2026-06-01 09:00", true, Done},
		{"withdrawn before", change(func(s *casefile.State) { s.Phase, s.EndedAt = casefile.PhaseWithdrawn, at("2026-04-20 09:00") }), "2026-06-01 09:00", false, Done},
		{"withdrawn after", change(func(s *casefile.State) { s.Phase, s.EndedAt = casefile.PhaseWithdrawn, at("2026-05-20 09:00") }), "2026-06-01 09:00", true, Done},
		{"accepted after", change(func(s *casefile.State) { s.AcceptedOn = "2026-05-06" }), "2026-06-01 09:00", false, Red},
		{"nobody answered at all", change(func(s *casefile.State) { s.Phase, s.AcceptedOn, s.AcceptedAt = casefile.PhaseOpened, "", 0 }), "2026-05-03 09:00", true, Red},
		{"told in time what is missing", change(func(s *casefile.State) {
			s.Phase, s.AcceptedOn, s.AcceptedAt, s.NoticedAt = casefile.PhaseNoticed, "", 0, at("2026-04-02 09:00")
		}), "2026-05-03 09:00", false, Red},
	} {
		on, ok := DeemedRenewed(c.state, cal, lawful(), time.UnixMilli(at(c.now)))
		if ok != c.want || ok && on != "2026-05-02" {
			t.Errorf("%s: %q %v, want %v", c.name, on, ok, c.want)
		}
		l := lawful()
		l.BusinessClose = 17 * 60
		in := Input{State: c.state, Calendar: cal, Limits: l, Now: time.UnixMilli(at(c.now)), Next: -1}
		if r := find(t, Readings(in), Renewal); r.Due != "2026-05-02" || r.Lamp != c.lamp || r.Provisional || r.Unit != item.ByDate || r.Closes != 0 {
			t.Errorf("%s: %+v, want %s", c.name, r, c.lamp)
		}
	}
	l := lawful()
	l.RenewalDeemed = false
	now := time.UnixMilli(at("2026-06-01 09:00"))
	if _, ok := DeemedRenewed(accepted, cal, l, now); ok {
		t.Error("deemed renewed where the area has no such rule")
	}
	plain := change(func(s *casefile.State) { s.Filing = casefile.Filing{} })
	if _, ok := DeemedRenewed(plain, cal, lawful(), now); ok || slices.ContainsFunc(Readings(Input{State: plain, Calendar: cal, Limits: lawful(), Now: now}), func(r Reading) bool { return r.Clock == Renewal }) {
		t.Error("deemed renewed, and nothing is to be renewed")
	}
}

// A reopened case begins anew: what stood still before, and the steps before,
// do not count.
func TestAReopenedCase(t *testing.T) {
	it := &item.Item{Promise: days(5), Legal: days(20), Steps: []item.Step{{Action: item.Decide, Limit: days(3)}}}
	s := casefile.State{
		Phase: casefile.PhaseAccepted, ReceivedAt: at("2026-03-02 09:00"), AcceptedAt: at("2026-03-02 09:00"), AcceptedOn: "2026-05-11",
		Intervals:  []casefile.Interval{{Step: -1, Ground: casefile.Hearing, From: at("2026-03-04 09:00"), To: at("2026-05-13 09:00")}},
		Steps:      []casefile.StepDone{{Step: 0, Action: item.Check, At: at("2026-03-20 09:00")}},
		Reopened:   []casefile.ReopenedBody{{On: "2026-05-11"}},
		ReopenedAt: at("2026-05-12 15:00"),
	}
	in := Input{State: s, Item: it, Calendar: published(), Limits: lawful(), Now: time.UnixMilli(at("2026-05-13 09:00")), Next: 0}
	if r := find(t, Readings(in), Promised); r.Due != "2026-05-18" || r.From != "2026-05-11" || r.Lamp != Green {
		t.Errorf("promised: %+v", r)
	}
	if r := find(t, Readings(in), Step); r.From != "2026-05-12" || r.Due != "2026-05-15" {
		t.Errorf("step: %+v", r)
	}
	in.State.Intervals = append(slices.Clone(s.Intervals), casefile.Interval{Step: -1, Ground: casefile.Testing, From: at("2026-05-13 08:00"), To: at("2026-05-14 08:00")})
	if r := find(t, Readings(in), Promised); r.Due != "2026-05-19" {
		t.Errorf("promised, with a test since: %+v", r)
	}
}

// Sent back for correction, a case stays on every clock.
func TestACorrectionStopsNothing(t *testing.T) {
	it := &item.Item{Promise: days(5), Legal: days(20), Steps: []item.Step{{Action: item.Check, Limit: days(2)}}}
	s := casefile.State{
		Phase: casefile.PhaseAccepted, ReceivedAt: at("2026-03-02 09:00"), AcceptedAt: at("2026-03-02 09:00"), AcceptedOn: "2026-03-02",
		Route: []casefile.Leg{{Since: at("2026-03-02 09:00")}},
	}
	in := Input{State: s, Item: it, Calendar: published(), Limits: lawful(), Now: time.UnixMilli(at("2026-03-06 09:00")), Next: 0}
	before := Readings(in)
	in.State.Correction = &casefile.Correction{Reason: "表格填错", By: "2026-03-05"}
	after := Readings(in)
	if !slices.Equal(before, after) {
		t.Errorf("a correction turned %+v into %+v", before, after)
	}
	if d := owed(t, Procedures(in), Mended); !d.Late || d.Due != "2026-03-05" || !d.Open() {
		t.Errorf("the correction itself: %+v", d)
	}
}

// What is written on a case after its end makes nothing late.
func TestAnEndStaysAnEnd(t *testing.T) {
	it := &item.Item{Promise: days(5)}
	s := casefile.State{
		Phase: casefile.PhaseConcluded, ReceivedAt: at("2026-03-02 09:00"), AcceptedAt: at("2026-03-02 09:00"), AcceptedOn: "2026-03-02",
		EndedAt: at("2026-03-04 09:00"), ConcludedAt: at("2026-04-20 09:00"), Time: at("2026-04-20 09:00"),
	}
	in := Input{State: s, Item: it, Calendar: published(), Limits: lawful(), Now: time.UnixMilli(at("2026-06-01 09:00")), Next: -1}
	if r := find(t, Readings(in), Promised); r.Late || r.Ended != "2026-03-04" {
		t.Errorf("withdrawn in time and concluded later: %+v", r)
	}
	in.State.EndedAt = 0
	if r := find(t, Readings(in), Promised); !r.Late || r.Ended != "2026-04-20" {
		t.Errorf("concluded and never decided: %+v", r)
	}
	returned := s
	returned.Phase, returned.AcceptedOn, returned.AcceptedAt = casefile.PhaseReturned, "", 0
	in.State = returned
	in.State.EndedAt = at("2026-03-04 09:00")
	if r := find(t, Readings(in), Notice); r.Lamp != Done || r.Late {
		t.Errorf("given back before it was accepted: %+v", r)
	}
}

// A late notice leaves the case accepted: the lamp is red until somebody says so.
func TestALateNoticeIsRed(t *testing.T) {
	s := casefile.State{Phase: casefile.PhaseNoticed, ReceivedAt: at("2026-03-02 09:00"), NoticedAt: at("2026-03-10 09:00")}
	in := Input{State: s, Calendar: published(), Limits: lawful(), Now: time.UnixMilli(at("2026-03-11 09:00")), Next: -1}
	if r := find(t, Readings(in), Notice); r.Lamp != Red || !r.Late {
		t.Errorf("%+v", r)
	}
}

func owed(t *testing.T, all []Duty, what What) Duty {
	t.Helper()
	i := slices.IndexFunc(all, func(d Duty) bool { return d.What == what })
	if i < 0 {
		t.Fatalf("no %s in %+v", what, all)
	}
	return all[i]
}

func TestTheDaysOfAHearing(t *testing.T) {
	hearing := func(h casefile.HearingTerms, held string, to int64) casefile.State {
		return casefile.State{Phase: casefile.PhaseAccepted, AcceptedOn: "2026-02-02", Intervals: []casefile.Interval{
			{Step: -1, Ground: casefile.Hearing, From: at("2026-02-09 09:00"), To: to, Hearing: &h, Held: held}}}
	}
	for _, c := range []struct {
		name  string
		state casefile.State
		now   string
		what  What
		due   workday.Date
		late  bool
		open  bool
	}{
		// 2026-02-14 works, 02-15 to 02-23 are off, 02-28 works.
		{"told before the spring festival", hearing(casefile.HearingTerms{Told: "2026-02-11"}, "", 0), "2026-02-25 09:00", HearingAsked, "2026-02-25", false, true},
		{"nobody asked", hearing(casefile.HearingTerms{Told: "2026-02-11"}, "", 0), "2026-02-26 09:00", HearingAsked, "2026-02-25", true, true},
		{"asked in time", hearing(casefile.HearingTerms{Told: "2026-02-11", Asked: "2026-02-25"}, "", 0), "2026-03-26 09:00", HearingAsked, "2026-02-25", false, false},
		{"asked too late", hearing(casefile.HearingTerms{Told: "2026-02-11", Asked: "2026-02-26"}, "", 0), "2026-03-26 09:00", HearingAsked, "2026-02-25", true, false},
		{"not held yet", hearing(casefile.HearingTerms{Told: "2026-02-09", Asked: "2026-02-11"}, "", 0), "2026-03-17 09:00", HearingHeld, "2026-03-17", false, true},
		{"not held in time", hearing(casefile.HearingTerms{Told: "2026-02-09", Asked: "2026-02-11"}, "", 0), "2026-03-18 09:00", HearingHeld, "2026-03-17", true, true},
		{"held in time", hearing(casefile.HearingTerms{Told: "2026-02-09", Asked: "2026-02-11"}, "2026-03-17", at("2026-03-20 09:00")), "2026-06-01 09:00", HearingHeld, "2026-03-17", false, false},
		{"held late", hearing(casefile.HearingTerms{Told: "2026-02-09", Asked: "2026-02-11"}, "2026-03-18", at("2026-03-20 09:00")), "2026-06-01 09:00", HearingHeld, "2026-03-17", true, false},
		{"given up in time", hearing(casefile.HearingTerms{Told: "2026-02-09", Asked: "2026-02-11"}, "", at("2026-03-02 09:00")), "2026-06-01 09:00", HearingHeld, "2026-03-17", false, false},
		{"told seven days before", hearing(casefile.HearingTerms{On: "2026-03-02", Notice: "2026-02-13"}, "", 0), "2026-02-20 09:00", HearingTold, "2026-02-13", false, false},
		{"told six days before", hearing(casefile.HearingTerms{On: "2026-03-02", Notice: "2026-02-14"}, "", 0), "2026-02-20 09:00", HearingTold, "2026-02-13", true, false},
		{"not told yet", hearing(casefile.HearingTerms{On: "2026-03-02"}, "", 0), "2026-02-14 09:00", HearingTold, "2026-02-13", true, true},
	} {
		in := Input{State: c.state, Calendar: published(), Limits: lawful(), Now: time.UnixMilli(at(c.now)), Next: -1}
		if d := owed(t, Procedures(in), c.what); d.Due != c.due || d.Late != c.late || d.Open() != c.open || d.Rule == "" || d.Applicant != (c.what == HearingAsked) {
			t.Errorf("%s: %+v, want %s, late %v, open %v", c.name, d, c.due, c.late, c.open)
		}
	}
}

func TestTheDaysBesideTheClocks(t *testing.T) {
	permit := &item.Item{Type: item.Permit, Promise: days(5)}
	s := casefile.State{
		Phase: casefile.PhaseAccepted, ReceivedAt: at("2026-03-02 09:00"), AcceptedAt: at("2026-03-02 09:00"), AcceptedOn: "2026-03-02",
		Intervals: []casefile.Interval{
			{Step: -1, Ground: casefile.Testing, From: at("2026-03-10 09:00"), To: at("2026-03-12 09:00"), Until: "2026-03-11"},
			{Step: 1, Ground: casefile.PublicPosting, From: at("2026-03-13 09:00"), Posting: &casefile.PostingTerms{To: "2026-03-20"}, Until: "2026-03-20"},
		},
		Surveys:   []casefile.Survey{{SurveyBody: casefile.SurveyBody{Number: "TK-1", On: "2026-03-18"}}, {SurveyBody: casefile.SurveyBody{Number: "TK-2", On: "2026-03-18"}, Held: &casefile.SurveyHeldBody{On: "2026-03-18"}}},
		Mandate:   &casefile.Mandate{Taken: &casefile.UndertakenBody{Number: "DB-1", Due: "2026-03-19"}, By: casefile.Party{Center: "320509111201"}},
		Materials: []casefile.MaterialEntry{{ID: "plan", State: casefile.Later, By: "2026-03-16"}, {ID: "photo", State: casefile.Copy}},
	}
	in := Input{State: s, Item: permit, Calendar: published(), Limits: lawful(), Now: time.UnixMilli(at("2026-03-23 09:00")), Next: -1}
	all := Procedures(in)
	for _, want := range []Duty{
		{What: DecidedByLaw, Rule: rule.DecisionDays, Due: "2026-04-01"}, // two working days of testing, and a posting that is not over
		{What: Inspected, Rule: rule.InspectionDays, Due: "2026-03-09", Done: "2026-03-10", Late: true},
		{What: WaitEnds, Due: "2026-03-11", Done: "2026-03-12", Late: true},
		{What: PostingEnds, Due: "2026-03-20", Late: true},
		{What: SurveyDone, Of: "TK-1", Due: "2026-03-18", Late: true},
		{What: MandateEnds, Of: "DB-1", Center: "320509111201", Due: "2026-03-19", Late: true},
		{What: LaterMaterial, Of: "plan", Applicant: true, Due: "2026-03-16", Late: true},
	} {
		if got := owed(t, all, want.What); got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if len(all) != 8 {
		t.Errorf("%d duties: %+v", len(all), all)
	}

	// Handled jointly, the statute gives 45 days; an item that names its own
	// limit, and what is no permit, has none of the statute's.
	in.State.Filing.Joint, in.State.Intervals = true, nil
	if d := owed(t, Procedures(in), DecidedJoint); d.Due != "2026-05-08" || d.Rule != rule.JointDays {
		t.Errorf("joint: %+v", d)
	}
	for _, it := range []*item.Item{{Type: item.Permit, Legal: days(20)}, {Type: item.Confirmation}, nil} {
		in.Item = it
		for _, d := range Procedures(in) {
			if d.What == DecidedByLaw || d.What == DecidedJoint {
				t.Errorf("%+v: %+v", it, d)
			}
		}
	}

	// A posting that ended after its last day kept it.
	s.Intervals[1].To = at("2026-03-23 08:30")
	in.State, in.Item = s, permit
	if d := owed(t, Procedures(in), PostingEnds); d.Late || d.Open() {
		t.Errorf("posted for all of its days: %+v", d)
	}
}

func TestVoices(t *testing.T) {
	ask := func(c string, by string) casefile.Voice {
		return casefile.Voice{Participant: casefile.Participant{Center: "320509106000", Matter: c, By: by}}
	}
	said := func(c, by, at1 string) casefile.Voice {
		v := ask(c, by)
		v.Said, v.At = &casefile.Said{Stance: casefile.Agrees, Text: "同意"}, at(at1)
		return v
	}
	removed := ask("removed", "2026-03-05")
	removed.Removed = "不涉及"
	s := casefile.State{Phase: casefile.PhaseAccepted, Voices: []casefile.Voice{
		ask("silent", "2026-03-05"), ask("in time yet", "2026-03-10"), ask("no day", ""), removed,
		said("said", "2026-03-05", "2026-03-05 16:00"), said("said late", "2026-03-05", "2026-03-06 09:00"),
	}}
	in := Input{State: s, Limits: lawful(), Calendar: published(), Now: time.UnixMilli(at("2026-03-06 10:00"))}
	want := []Duty{
		{What: OpinionSaid, Of: "silent", Center: "320509106000", Due: "2026-03-05", Late: true},
		{What: OpinionSaid, Of: "in time yet", Center: "320509106000", Due: "2026-03-10"},
		{What: OpinionSaid, Of: "said", Center: "320509106000", Due: "2026-03-05", Done: "2026-03-05"},
		{What: OpinionSaid, Of: "said late", Center: "320509106000", Due: "2026-03-05", Done: "2026-03-06", Late: true},
	}
	if got := Voices(in); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	in.State.DecidedAt = at("2026-03-05 09:00")
	if got := Voices(in)[0]; got.Late || got.Open() {
		t.Errorf("decided without it: %+v", got)
	}
}

// A fee that is waited for stops the clocks until it is paid.
func TestTheWaitForAPayment(t *testing.T) {
	it := &item.Item{Promise: days(5)}
	s := casefile.State{
		Phase: casefile.PhaseAccepted, ReceivedAt: at("2026-03-02 09:00"), AcceptedAt: at("2026-03-02 09:00"), AcceptedOn: "2026-03-02",
		Intervals: []casefile.Interval{{Step: -1, Ground: casefile.Payment, Fee: "JF-1", From: at("2026-03-05 09:00")}},
	}
	in := Input{State: s, Item: it, Calendar: published(), Limits: lawful(), Now: time.UnixMilli(at("2026-03-20 09:00")), Next: -1}
	if r := find(t, Readings(in), Promised); r.Lamp != Paused || r.PausedBy != casefile.Payment || r.Due != "2026-03-09" || r.LeftDays != 2 || r.Late {
		t.Errorf("waiting: %+v", r)
	}
	in.State.Intervals[0].To = at("2026-03-20 08:00")
	if r := find(t, Readings(in), Promised); r.Lamp != Green || r.Due != "2026-03-24" || r.LeftDays != 2 {
		t.Errorf("paid: %+v", r)
	}
	// Ended while it waited: it ended as it stood when the clock stopped.
	in.State.Intervals[0].To, in.State.Phase, in.State.EndedAt = 0, casefile.PhaseTerminated, at("2026-04-20 08:00")
	if r := find(t, Readings(in), Promised); r.Lamp != Done || r.Late || r.Due != "2026-03-09" || r.Ended != "2026-04-20" {
		t.Errorf("ended while it waited: %+v", r)
	}
}
