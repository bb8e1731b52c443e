package supervise_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
	"tongban/intake/clock"
	"tongban/intake/supervise"
	"tongban/tools/golden"
)

func at(day string) int64 {
	t, err := time.ParseInLocation("2006-01-02 15:04", day, workday.China)
	if err != nil {
		panic(err)
	}
	return t.UnixMilli()
}

func shipped(t *testing.T) workday.Calendar {
	t.Helper()
	years, err := starter.Years()
	if err != nil {
		t.Fatal(err)
	}
	return workday.NewCalendar(years)
}

func days(n int) item.Limit { return item.Limit{Tenths: int32(10 * n), Unit: item.WorkingDays} }

// accepted is a case of the town that was accepted on 2026-03-02.
func accepted(change ...func(*casefile.State)) casefile.State {
	s := casefile.State{
		ID: "320509111000.1.7", Number: "N-7", Phase: casefile.PhaseAccepted, Item: casetest.Permit, Subject: "320509111201",
		Head: chain.Head{Index: 9}, Time: at("2026-03-03 09:00"), Last: casefile.Checked,
		Origin: casetest.First(casetest.Village), Holder: casetest.First(casetest.Town),
		ReceivedAt: at("2026-03-02 09:00"), AcceptedAt: at("2026-03-02 09:00"), AcceptedOn: "2026-03-02",
		Route: []casefile.Leg{{Party: casetest.First(casetest.Town), Since: at("2026-03-02 09:00")}},
	}
	for _, f := range change {
		f(&s)
	}
	return s
}

func offered(when string) func(*casefile.State) {
	return func(s *casefile.State) {
		s.Offer = &casefile.Offer{From: s.Holder, To: casetest.First(casetest.District), At: at(when)}
	}
}

// ruled is a rule of the district.
func ruled(key rule.Key, days int64) rule.Set {
	return rule.NewSet([]rule.Setting{{Area: casetest.District.Area(), Rule: rule.Rule{Key: key, Value: days, Source: "x"}}})
}

// look reads the clocks of a case as a desk does.
func look(s casefile.State, cal workday.Calendar, now time.Time, change ...func(*supervise.Case)) supervise.Case {
	it := &item.Item{Name: "经营许可", Type: item.Permit, Promise: days(5), Legal: days(10), Steps: []item.Step{{Name: "审查", Action: item.Review, Limit: days(3), Department: "许可科"}}}
	c := supervise.Case{State: s, Item: it, Limits: clock.LimitsFor(rule.Set{}, s, it, now)}
	for _, f := range change {
		f(&c)
	}
	in := clock.Input{State: s, Item: it, Calendar: cal, Limits: c.Limits, Now: now, Next: 0, Leave: s.Offer != nil}
	if s.DecidedAt != 0 || s.AcceptedOn == "" {
		in.Next = -1
	}
	c.Readings = clock.Readings(in)
	return c
}

// What a supervisor reads of cases of every kind, day by day.
func TestWhoIsLateAndWhere(t *testing.T) {
	cal := shipped(t)
	silent := func(c area.Center) func(*casefile.State) {
		return func(s *casefile.State) {
			s.Filing.Joint = true
			s.Voices = []casefile.Voice{
				{Participant: casefile.Participant{Center: c, Matter: "消防", By: "2026-03-05"}},
				{Participant: casefile.Participant{Center: casetest.Far, Matter: "环保", By: "2026-03-05"}, Said: &casefile.Said{Stance: casefile.Agrees}, At: at("2026-03-05 10:00")},
			}
		}
	}
	var b strings.Builder
	for _, one := range []struct {
		name  string
		state casefile.State
		with  func(*supervise.Case)
		now   []string
	}{
		{"an accepted case: a step of 3 days, promised in 5, the law's 10", accepted(), nil, []string{
			"2026-03-03 09:00", "2026-03-04 09:00", "2026-03-06 09:00", "2026-03-10 09:00", "2026-03-17 09:00"}},
		{"offered in time, and nobody answers: it is not the sender's fault", accepted(offered("2026-03-05 16:00")), nil, []string{
			"2026-03-09 09:00", "2026-03-10 09:00", "2026-04-01 09:00", "2026-04-03 09:00"}},
		{"offered and not arrived: whoever offered it is still answerable", accepted(offered("2026-03-05 16:00")), func(c *supervise.Case) { c.Undelivered = true }, []string{
			"2026-03-05 17:00", "2026-03-10 09:00"}},
		{"offered, by a rule of 2 days", accepted(offered("2026-03-05 16:00")), func(c *supervise.Case) { c.Rules = ruled(rule.OfferDays, 2) }, []string{
			"2026-03-06 09:00", "2026-03-10 09:00"}},
		{"offered only when it was late", accepted(offered("2026-03-11 16:00")), nil, []string{"2026-03-12 09:00"}},
		{"a notice that was not given", casefile.State{
			ID: "320509111201.1.8", Number: "N-8", Phase: casefile.PhaseOpened, Holder: casetest.First(casetest.Village), ReceivedAt: at("2026-03-02 09:00"), Head: chain.Head{Index: 2},
		}, nil, []string{"2026-03-06 09:00", "2026-03-10 09:00"}},
		{"a participant that is silent, one that spoke", accepted(silent(casetest.Town2)), nil, []string{"2026-03-05 23:00", "2026-03-06 09:00"}},
		{"participants called one after another, by a rule of 3 days", accepted(func(s *casefile.State) {
			for i, c := range []area.Center{casetest.Town2, casetest.Far} {
				s.Voices = append(s.Voices, casefile.Voice{Participant: casefile.Participant{Center: c, Matter: "消防"}, Asked: at("2026-03-02 09:00") + int64(i)*3*86_400_000, Lead: casetest.First(casetest.District)})
			}
		}), func(c *supervise.Case) { c.Rules = ruled(rule.OpinionDays, 3) }, []string{"2026-03-06 09:00", "2026-03-11 09:00"}},
		{"papers on the way, by a rule of 2 days", accepted(func(s *casefile.State) {
			s.Slips = []casefile.Slip{{SlipBody: casefile.SlipBody{Slip: "LZ-9", To: casetest.District}, From: casetest.Town, At: at("2026-03-02 09:00")}}
		}), func(c *supervise.Case) { c.Rules = ruled(rule.SlipDays, 2) }, []string{"2026-03-04 09:00", "2026-03-05 09:00"}},
		{"papers on the way, and papers that were missing", accepted(func(s *casefile.State) {
			s.Slips = []casefile.Slip{
				{SlipBody: casefile.SlipBody{Slip: "LZ-1", To: casetest.District}, From: casetest.Town, At: at("2026-02-02 09:00")},
				{SlipBody: casefile.SlipBody{Slip: "LZ-2", To: casetest.Town}, From: casetest.Village, At: at("2026-03-02 10:00"), Came: at("2026-03-03 08:00"), Arrived: &casefile.ArrivalBody{Slip: "LZ-2", Missing: []string{"photo"}}},
				{SlipBody: casefile.SlipBody{Slip: "LZ-3", To: casetest.Town}, From: casetest.Village, At: at("2026-03-02 10:00"), Came: at("2026-03-03 08:00"), Arrived: &casefile.ArrivalBody{Slip: "LZ-3"}},
			}
		}), nil, []string{"2026-03-03 09:00", "2026-03-12 09:00"}},
		{"a branch, then two logs that contradict each other", accepted(), func(c *supervise.Case) { c.Unsettled = 2 }, []string{"2026-03-03 09:00"}},
		{"", accepted(), func(c *supervise.Case) { c.Frozen = true }, []string{"2026-03-03 09:00"}},
		{"a hearing, a survey, a correction and a promised material, all past", accepted(func(s *casefile.State) {
			s.Intervals = []casefile.Interval{{Step: -1, Ground: casefile.Hearing, From: at("2026-03-02 10:00"), Hearing: &casefile.HearingTerms{Told: "2026-03-02", Asked: "2026-03-03"}}}
			s.Surveys = []casefile.Survey{{SurveyBody: casefile.SurveyBody{Number: "TK-1", On: "2026-03-20"}}}
			s.Correction = &casefile.Correction{Reason: "表格填错", By: "2026-03-20"}
			s.Materials = []casefile.MaterialEntry{{ID: "plan", State: casefile.Later, By: "2026-03-20"}}
		}), nil, []string{"2026-03-20 09:00", "2026-04-02 09:00"}},
		{"a permit that nobody prolonged", accepted(func(s *casefile.State) {
			s.Filing.Renews = &casefile.Renewal{Certificate: "ZX-1", Expires: "2026-03-04"}
		}), nil, []string{"2026-03-03 09:00", "2026-03-05 09:00"}},
		{"what an applicant did not bring", casefile.State{
			ID: "320509111201.1.9", Phase: casefile.PhaseNoticed, Holder: casetest.First(casetest.Village), ReceivedAt: at("2026-03-02 09:00"), NoticedAt: at("2026-03-03 09:00"),
		}, func(c *supervise.Case) { c.Limits.SupplementDays = 3 }, []string{"2026-03-06 09:00", "2026-03-09 09:00"}},
		{"decided, and not in the applicant's hands; money that is not the office's", accepted(func(s *casefile.State) {
			s.Phase, s.DecidedAt, s.Decision = casefile.PhaseDecided, at("2026-03-06 09:00"), &casefile.DecidedBody{Approved: true}
			s.Fees = []casefile.Fee{{FeeBody: casefile.FeeBody{Amount: 1050, OnBehalf: true}, Paid: 1050}}
		}), nil, []string{"2026-03-19 09:00", "2026-03-23 09:00"}},
	} {
		if one.name != "" {
			fmt.Fprintf(&b, "# %s\n", one.name)
		}
		for _, now := range one.now {
			moment := time.UnixMilli(at(now))
			with := []func(*supervise.Case){}
			if one.with != nil {
				with = append(with, one.with)
			}
			c := look(one.state, cal, moment, with...)
			fmt.Fprintf(&b, "%s:\n", now)
			for _, e := range supervise.Entries(c, cal, moment) {
				fmt.Fprintf(&b, "  %s %s %s owes %s since %s", e.Lamp, e.Kind, e.Number, e.Center, time.UnixMilli(e.Since).In(workday.China).Format("2006-01-02 15:04"))
				if e.Second {
					b.WriteString(" second")
				}
				if e.Over != 0 {
					fmt.Fprintf(&b, " %d over", e.Over)
				}
				if e.Department != "" {
					fmt.Fprintf(&b, " (%s)", e.Department)
				}
				if e.Report != "" {
					fmt.Fprintf(&b, " reported to %s", e.Report)
				}
				fmt.Fprintf(&b, "\n    %s\n", e.Result)
				if e.Report != "" && e.Lamp != clock.Red || e.Since > moment.UnixMilli() {
					t.Errorf("%s: %+v", now, e)
				}
			}
		}
	}
	golden.Check(t, "entries.golden", b.String())
}

func TestSilentCenters(t *testing.T) {
	now := time.UnixMilli(at("2026-03-10 09:00"))
	signs := []supervise.Sign{
		{Center: casetest.Village, Last: at("2026-03-08 08:59")}, {Center: casetest.Village2, Last: at("2026-03-08 09:00")},
		{Center: casetest.Town, Last: at("2026-03-10 08:00")}, {Center: casetest.Town2},
	}
	cal := shipped(t)
	got := supervise.Silent(signs, rule.Set{}, 48*time.Hour, cal, now)
	if len(got) != 1 || got[0].Center != casetest.Village || got[0].Report != casetest.Town || got[0].Lamp != clock.Red || got[0].Since != at("2026-03-10 08:59") {
		t.Errorf("%+v", got)
	}
	if got := supervise.Silent(signs, rule.Set{}, 0, cal, now); got != nil {
		t.Errorf("without a threshold %+v", got)
	}
	// By the rule of its area, in working days.
	rules := ruled(rule.SilentDays, 1)
	got = supervise.Silent(signs, rules, 0, cal, now) // the 8th is a Sunday: the 9th was the last day
	if len(got) != 2 || got[0].Center != casetest.Village || got[0].Rule != "silent_days" || got[0].Due != "2026-03-09" || got[0].Since != at("2026-03-10 00:00") {
		t.Errorf("by the rule %+v", got)
	}
	if got := supervise.Silent(signs, rules, 100*time.Hour, cal, now); got != nil {
		t.Errorf("by what was asked for instead %+v", got)
	}
	s := accepted()
	if c, when, ok := supervise.Spoke(&s); !ok || c != casetest.Town || when != s.Time {
		t.Errorf("%s spoke at %d", c, when)
	}
	s.Last = casefile.TurnedBack
	if c, _, ok := supervise.Spoke(&s); ok {
		t.Errorf("%s did not turn the case back", c)
	}
}

// A scan finds every case once, wherever its pages are cut, and stops where it
// was told to.
func TestScan(t *testing.T) {
	cal, now := shipped(t), time.UnixMilli(at("2026-03-12 09:00"))
	var all []casefile.State
	for n := range 700 {
		s := accepted(func(s *casefile.State) { s.ID = casefile.ID(fmt.Sprintf("320509111000.1.%06d", n)) })
		if n%3 == 0 {
			s.Holder = casetest.First(casetest.Town2)
		}
		all = append(all, s)
	}
	looked := 0
	source := func(after casefile.ID, limit int) ([]casefile.State, error) {
		from := 0
		for from < len(all) && all[from].ID <= after {
			from++
		}
		return all[from:min(from+limit, len(all))], nil
	}
	see := func(s casefile.State) (supervise.Case, error) {
		looked++
		return look(s, cal, now), nil
	}
	for _, want := range []int{1, 7, 100, 256, 10_000} {
		q := supervise.Query{Under: "320509106000", Kind: supervise.Late, Lamp: clock.Red}
		var ids []casefile.ID
		looked = 0
		for after, more := casefile.ID(""), true; more; {
			found, err := supervise.Scan(q, source, see, cal, now, after, want)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range found.Entries {
				if e.Center != casetest.Town2 || e.Kind != supervise.Late || e.Lamp != clock.Red {
					t.Fatalf("not asked for: %+v", e)
				}
				if e.Clock == clock.Promised {
					ids = append(ids, e.Case)
				}
			}
			if len(found.Entries) > want+1 {
				t.Fatalf("%d entries, at most %d are wanted", len(found.Entries), want)
			}
			after, more = found.After, found.More
		}
		if len(ids) != 234 || !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != 234 || looked != 700 {
			t.Errorf("pages of %d: %d cases found, %d looked at", want, len(ids), looked)
		}
	}
}

func TestOrderAndCount(t *testing.T) {
	entries := []supervise.Entry{
		{Number: "a", Lamp: clock.Yellow, Due: "2026-03-01", Center: casetest.Town},
		{Number: "b", Lamp: clock.Red, Center: casetest.Village},
		{Number: "c", Lamp: clock.Red, Due: "2026-03-05", Center: casetest.Village},
		{Number: "d", Lamp: clock.Red, Second: true, Due: "2026-03-09", Center: casetest.Town},
	}
	slices.SortFunc(entries, supervise.ByUrgency)
	var order string
	for _, e := range entries {
		order += e.Number
	}
	if order != "dcba" {
		t.Errorf("order %s", order)
	}
	want := []supervise.Debt{{Center: casetest.Village, Red: 2}, {Center: casetest.Town, Red: 1, Second: 1, Yellow: 1}}
	if got := supervise.ByCenter(entries); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}
