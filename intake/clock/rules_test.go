package clock

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/tools/golden"
)

// What an area that sets every rule shows of one case, moment by moment.
func TestLampsByTheAreasRules(t *testing.T) {
	it := &item.Item{Promise: days(5), Legal: days(8), Steps: []item.Step{{Action: item.Decide, Limit: days(5)}}}
	accepted := casefile.State{Phase: casefile.PhaseAccepted, ReceivedAt: at("2026-03-02 09:00"), AcceptedAt: at("2026-03-02 09:30"), AcceptedOn: "2026-03-02"}
	noticed := casefile.State{Phase: casefile.PhaseNoticed, ReceivedAt: at("2026-03-02 09:00"), NoticedAt: at("2026-03-03 10:00")}
	l := limits()
	l.SupplementDays, l.SupplementEnds, l.RedAfter, l.SecondRed, l.BusinessClose = 3, true, 2, true, 17*60+30
	var b strings.Builder
	for _, one := range []struct {
		name  string
		state casefile.State
		next  int
		show  []Name
		now   []string
	}{
		{"an accepted case: promised in 5 days, red 2 days later; the law's 8 days", accepted, 0, []Name{Step, Promised, Legal}, []string{
			"2026-03-06 09:00", "2026-03-09 17:29", "2026-03-09 17:30", "2026-03-10 09:00", "2026-03-11 17:29", "2026-03-11 17:30",
			"2026-03-12 17:29", "2026-03-12 17:30", "2026-03-13 09:00"}},
		{"a noticed case: 3 days for the supplement", noticed, -1, []Name{Notice, Bring}, []string{
			"2026-03-03 10:00", "2026-03-05 09:00", "2026-03-06 17:29", "2026-03-06 17:30", "2026-03-09 09:00"}},
	} {
		fmt.Fprintf(&b, "# %s\n", one.name)
		for _, now := range one.now {
			moment := time.UnixMilli(at(now))
			readings := Readings(Input{State: one.state, Item: it, Calendar: published(), Limits: l, Now: moment, Next: one.next})
			_, withdrawn := DeemedWithdrawn(one.state, published(), l, moment)
			fmt.Fprintf(&b, "%s:", now)
			for _, name := range one.show {
				r := find(t, readings, name)
				fmt.Fprintf(&b, " %s %s %s %d left", name, r.Due, r.Lamp, r.LeftDays)
				if r.Late {
					b.WriteString(" late")
				}
				if r.Second {
					b.WriteString(" second")
				}
				b.WriteString(";")
			}
			fmt.Fprintf(&b, " worst %s", Worst(readings))
			if withdrawn {
				b.WriteString(", deemed withdrawn")
			}
			b.WriteString("\n")
		}
	}
	golden.Check(t, "rules.golden", b.String())
}

func TestTheLastDayEndsAtTheCloseOfBusiness(t *testing.T) {
	for _, c := range []struct {
		closes int
		moment string
		over   bool
	}{
		{0, "2026-03-09 23:59", false}, {1440, "2026-03-09 23:59", false}, {1440, "2026-03-10 00:00", true},
		{1050, "2026-03-09 17:29", false}, {1050, "2026-03-09 17:30", true}, {1050, "2026-03-08 18:00", false}, {1050, "2026-03-10 08:00", true},
		{1, "2026-03-09 00:00", false}, {1, "2026-03-09 00:01", true},
	} {
		l := Limits{BusinessClose: c.closes}
		if got := l.Over("2026-03-09", at(c.moment)); got != c.over {
			t.Errorf("closing at minute %d, %s: over %v, want %v", c.closes, c.moment, got, c.over)
		}
	}

	// What is done after the close on the last day is done late.
	it, l := &item.Item{Promise: days(5)}, limits()
	l.BusinessClose = 1050
	state := casefile.State{
		Phase: casefile.PhaseDecided, ReceivedAt: at("2026-03-02 09:00"), AcceptedAt: at("2026-03-02 09:00"), AcceptedOn: "2026-03-02",
		DecidedAt: at("2026-03-09 17:30"),
	}
	in := Input{State: state, Item: it, Calendar: published(), Limits: l, Now: time.UnixMilli(at("2026-03-11 09:00")), Next: -1}
	if got := find(t, Readings(in), Promised); !got.Late || got.LeftDays != 0 || got.Closes != 1050 || got.Lamp != Done {
		t.Errorf("decided when the day had ended: %+v", got)
	}
	in.State.DecidedAt--
	if got := find(t, Readings(in), Promised); got.Late {
		t.Errorf("decided in time: %+v", got)
	}

	// So is a notice: the case counts as accepted.
	told := casefile.State{Phase: casefile.PhaseNoticed, ReceivedAt: at("2026-03-02 09:00"), NoticedAt: at("2026-03-09 17:31")}
	if _, deemed := DeemedAccepted(told, published(), l, in.Now); !deemed {
		t.Error("a notice after the close of the last day was in time")
	}
	if _, deemed := DeemedAccepted(told, published(), limits(), in.Now); deemed {
		t.Error("a notice before midnight was late where the day ends at midnight")
	}
}

func TestDeemedWithdrawn(t *testing.T) {
	cal, l := published(), limits()
	l.SupplementDays, l.SupplementEnds = 10, true
	noticed := casefile.State{Phase: casefile.PhaseNoticed, ReceivedAt: at("2026-02-10 09:00"), NoticedAt: at("2026-02-11 09:00")} // until 2026-03-03
	late := noticed
	late.NoticedAt = at("2026-02-26 09:00")
	staged := noticed
	staged.Bundle = &casefile.BundleLink{Stage: 2, After: []casefile.ID{"320509111201.1.1"}}
	brought := noticed
	brought.Phase = casefile.PhaseOpened
	without := l
	without.SupplementEnds = false
	unlimited := l
	unlimited.SupplementDays = 0
	for _, c := range []struct {
		name   string
		state  casefile.State
		limits Limits
		now    string
		want   bool
	}{
		{"on the last day", noticed, l, "2026-03-03 23:59", false},
		{"a day later", noticed, l, "2026-03-04 00:00", true},
		{"where no rule says so", noticed, without, "2026-06-01 09:00", false},
		{"where there is no limit", noticed, unlimited, "2026-06-01 09:00", false},
		{"told too late: it is accepted", late, l, "2026-06-01 09:00", false},
		{"its stage has not come", staged, l, "2026-06-01 09:00", false},
		{"brought", brought, l, "2026-06-01 09:00", false},
	} {
		due, ok := DeemedWithdrawn(c.state, cal, c.limits, time.UnixMilli(at(c.now)))
		if ok != c.want || ok && due != "2026-03-03" {
			t.Errorf("%s: %q %v, want %v", c.name, due, ok, c.want)
		}
	}
}

func TestLimitsOfACase(t *testing.T) {
	set := rule.NewSet([]rule.Setting{
		{Area: "320509000000", Rule: rule.Rule{Key: rule.RedAfter, Value: 2}},
		{Area: "320509000000", Rule: rule.Rule{Key: rule.SecondRed}},
		{Area: "320509000000", Rule: rule.Rule{Key: rule.BusinessClose, Value: 1020}},
		{Area: "320509111000", Rule: rule.Rule{Key: rule.SupplementDays, Value: 30, From: "2026-01-01"}},
		{Area: "320509111000", Rule: rule.Rule{Key: rule.SupplementDays, Value: 10, From: "2026-03-05"}},
		{Area: "320509111000", Rule: rule.Rule{Key: rule.SupplementEnds, Value: 1, From: "2026-03-05"}},
	})
	s := casefile.State{Holder: casefile.Party{Center: "320509111201"}}
	permit := &item.Item{Type: item.Permit}
	now := time.UnixMilli(at("2026-03-10 09:00"))
	want := Limits{NoticeDays: 5, NoticeDeemed: true, SupplementDays: 10, SupplementEnds: true, YellowBefore: 1, RedAfter: 2, BusinessClose: 1020, ServeDays: 10, ForwardDays: 20,
		DecisionDays: 20, ExtensionDays: 10, JointDays: 45, JointExtension: 15, InspectionDays: 5, HearingAsk: 5, HearingHold: 20, HearingNotice: 7, RenewalDeemed: true}
	if got := LimitsFor(set, s, permit, now); got != want {
		t.Errorf("before a notice %+v, want %+v", got, want)
	}
	s.NoticedAt = at("2026-03-04 09:00")
	want.SupplementDays, want.SupplementEnds = 30, false
	if got := LimitsFor(set, s, permit, now); got != want {
		t.Errorf("told under the older rule %+v, want %+v", got, want)
	}
	if got := LimitsOf(rule.Set{}, "320509111201", "2026-03-10", ""); got.SupplementDays != 0 || got.RedAfter != 0 || !got.SecondRed || got.BusinessClose != 1440 {
		t.Errorf("by default %+v", got)
	}
}

// Whatever an area sets: a lamp is never red in time, a second red is on top of
// a red of the legal clock alone, a later close never makes anything late,
// patience only delays the red, and the zone of whoever reads changes nothing.
func TestRulesKeepTheirOrder(t *testing.T) {
	cal := published()
	rapid.Check(t, func(t *rapid.T) {
		minute := func(label string) int64 {
			return at("2026-01-05 00:00") + int64(rapid.IntRange(0, 120*1440).Draw(t, label))*60_000
		}
		l := Limits{
			NoticeDays: rapid.IntRange(1, 9).Draw(t, "notice"), NoticeDeemed: rapid.Bool().Draw(t, "deemed"),
			SupplementDays: rapid.IntRange(0, 20).Draw(t, "supplement"), SupplementEnds: rapid.Bool().Draw(t, "ends"),
			YellowBefore: rapid.IntRange(0, 3).Draw(t, "yellow"), RedAfter: rapid.IntRange(0, 6).Draw(t, "red"),
			SecondRed: rapid.Bool().Draw(t, "second"), BusinessClose: rapid.IntRange(1, 1440).Draw(t, "close"), ServeDays: 10, ForwardDays: 20,
		}
		s := casefile.State{Phase: casefile.PhaseAccepted, ReceivedAt: minute("received")}
		s.AcceptedAt = s.ReceivedAt
		s.AcceptedOn = string(DayOf(s.AcceptedAt))
		if rapid.Bool().Draw(t, "noticed") {
			s = casefile.State{Phase: casefile.PhaseNoticed, ReceivedAt: s.ReceivedAt, NoticedAt: s.ReceivedAt + int64(rapid.IntRange(0, 9).Draw(t, "told"))*86_400_000}
		} else if rapid.Bool().Draw(t, "waits") {
			s.Intervals = []casefile.Interval{{Step: -1, Ground: casefile.Hearing, From: s.ReceivedAt + 3_600_000}}
		}
		in := Input{
			State: s, Calendar: cal, Limits: l, Now: time.UnixMilli(s.ReceivedAt + int64(rapid.IntRange(0, 60*1440).Draw(t, "now"))*60_000), Next: -1,
			Item: &item.Item{Promise: days(rapid.IntRange(1, 10).Draw(t, "promise")), Legal: days(rapid.IntRange(1, 20).Draw(t, "legal"))},
		}
		shown := Readings(in)
		for _, r := range shown {
			if r.Lamp == Red && !r.Late || r.Second && (r.Clock != Legal || r.Lamp != Red || !l.SecondRed) || r.Clock == Bring && r.Lamp == Red {
				t.Fatalf("%+v", r)
			}
			looked := in.Now.UnixMilli()
			if r.PausedBy == casefile.Hearing {
				looked = min(looked, s.Intervals[0].From) // it stands still as it stood then
			}
			if r.Late != l.Over(r.Due, looked) && r.Ended == "" {
				t.Fatalf("%+v at %s", r, in.Now)
			}
		}
		if due, ok := DeemedWithdrawn(s, cal, l, in.Now); ok {
			if r := shownAs(shown, Bring); r == nil || !r.Late || r.Due != due {
				t.Fatalf("deemed withdrawn on %s, shown %+v", due, shown)
			}
		}
		elsewhere := in
		elsewhere.Now = in.Now.In(time.FixedZone("", -9*3600))
		if got := Readings(elsewhere); !reflect.DeepEqual(got, shown) {
			t.Fatalf("in another zone %+v, want %+v", got, shown)
		}
		midnight, patient := in, in
		midnight.Limits.BusinessClose, patient.Limits.RedAfter = 1440, l.RedAfter+1
		for i, r := range Readings(midnight) {
			if len(shown) > i && r.Clock == shown[i].Clock && r.Late && !shown[i].Late {
				t.Fatalf("late at midnight and not at the close: %+v", r)
			}
		}
		for i, r := range Readings(patient) {
			if r.Lamp == Red && shown[i].Lamp != Red || r.Late != shown[i].Late || r.Due != shown[i].Due {
				t.Fatalf("with more patience %+v, before %+v", r, shown[i])
			}
		}
	})
}

func shownAs(readings []Reading, name Name) *Reading {
	for i := range readings {
		if readings[i].Clock == name {
			return &readings[i]
		}
	}
	return nil
}

func TestCloses(t *testing.T) {
	for closes, want := range map[int]string{0: "2026-03-10 00:00", 1440: "2026-03-10 00:00", 1050: "2026-03-09 17:30"} {
		if got := (Limits{BusinessClose: closes}).Closes("2026-03-09"); got.UnixMilli() != at(want) {
			t.Errorf("closing at minute %d: %s, want %s", closes, got, want)
		}
	}
	if got := (Limits{}).Closes(workday.Date("no day")); !got.IsZero() {
		t.Errorf("no day closes at %s", got)
	}
}

// TestAShorterNoticeAcceptsNothingAfterwards: a rule that takes effect while a
// counter still had time does not make the case accepted behind its back.
func TestAShorterNoticeAcceptsNothingAfterwards(t *testing.T) {
	set := rule.NewSet([]rule.Setting{{Rule: rule.Rule{Key: rule.NoticeDays, Value: 1, From: "2026-03-05"}}})
	s := casefile.State{Phase: casefile.PhaseOpened, Holder: casefile.Party{Center: "320509111201"}, ReceivedAt: at("2026-03-03 09:00")}
	permit := &item.Item{Type: item.Permit}
	now := time.UnixMilli(at("2026-03-06 09:00"))
	if l := LimitsFor(set, s, permit, now); l.NoticeDays != 5 {
		t.Errorf("received under 5 days, now %d", l.NoticeDays)
	}
	if on, ok := DeemedAccepted(s, published(), LimitsFor(set, s, permit, now), now); ok {
		t.Errorf("deemed accepted from %s", on)
	}
	s.ReceivedAt = at("2026-03-05 09:00")
	if l := LimitsFor(set, s, permit, now); l.NoticeDays != 1 {
		t.Errorf("received under 1 day, now %d", l.NoticeDays)
	}
}
