package clock_test

import (
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
	"tongban/intake/clock"
)

// A desk's watch may be ahead of the nodes by minutes: whoever takes the case
// over meanwhile did neither receive nor notice it, and its rules move no day.
// What stands in the log counts: whose desk it was, and which day it had.
func TestATakeOverMovesNoDay(t *testing.T) {
	years, err := starter.Years()
	if err != nil {
		t.Fatal(err)
	}
	cal := workday.NewCalendar(years)
	set := func(at area.Center, key rule.Key, days int64) rule.Setting {
		return rule.Setting{Area: at.Area(), Rule: rule.Rule{Key: key, Value: days, Source: "x"}}
	}
	rules := rule.NewSet([]rule.Setting{
		set(casetest.Village, rule.NoticeDays, 3), set(casetest.Town, rule.NoticeDays, 9), set(casetest.District, rule.NoticeDays, 1),
		set(casetest.Village, rule.SupplementDays, 4), set(casetest.Town, rule.SupplementDays, 12), set(casetest.District, rule.SupplementDays, 2),
		set(casetest.Village, rule.HearingHoldDays, 6), set(casetest.Town, rule.HearingHoldDays, 7), set(casetest.District, rule.HearingHoldDays, 8),
	})
	type act struct {
		who   area.Center
		draft casefile.Draft
		ahead time.Duration
	}
	received := func(ahead time.Duration) act {
		return act{casetest.Village, casefile.Draft{Kind: casefile.Received, Body: casefile.ReceivedBody{}}, ahead}
	}
	noticed := func(who area.Center, ahead time.Duration) act {
		return act{who, casefile.Draft{Kind: casefile.Noticed, Body: casefile.NoticedBody{Missing: []string{"form"}, Number: "N-2"}}, ahead}
	}
	pass := func(from, to area.Center) []act {
		return []act{{from, casefile.Draft{Kind: casefile.HandedOver, Body: casefile.HandedOverBody{To: casetest.First(to), Step: -1}}, 0}, {to, casefile.Draft{Kind: casefile.TakenOver}, 0}}
	}
	hearing := act{casetest.Town, casefile.Draft{Kind: casefile.Suspended, Body: casefile.SuspendedBody{Step: 2, Ground: casefile.Hearing,
		Hearing: &casefile.HearingTerms{Told: "2026-03-02", Asked: "2026-03-02"}}}, 5 * time.Minute}
	accepted := act{casetest.Town, casefile.Draft{Kind: casefile.Accepted, Body: casefile.AcceptedBody{Item: casetest.Permit, On: "2026-03-02", Number: "A-1"}}, 0}
	join := func(parts ...any) (all []act) {
		for _, p := range parts {
			switch p := p.(type) {
			case act:
				all = append(all, p)
			case []act:
				all = append(all, p...)
			}
		}
		return all
	}
	for _, c := range []struct {
		name                string
		begins              string
		acts                []act
		notice, bring, hold workday.Date
	}{
		{"the watch goes right", "2026-03-02 09:00", join(received(0), pass(casetest.Village, casetest.Town)), "2026-03-05", "", ""},
		{"it is ahead when papers are received", "2026-03-02 09:00", join(received(5*time.Minute), pass(casetest.Village, casetest.Town)), "2026-03-05", "", ""},
		{"and the case goes on twice meanwhile", "2026-03-02 09:00", join(received(5*time.Minute), pass(casetest.Village, casetest.Town), pass(casetest.Town, casetest.District)), "2026-03-05", "", ""},
		{"so much that its day is the next one", "2026-03-02 23:56", join(received(5*time.Minute), pass(casetest.Village, casetest.Town)), "2026-03-06", "", ""},
		{"when the notice is given", "2026-03-02 09:00", join(received(0), noticed(casetest.Village, 5*time.Minute), pass(casetest.Village, casetest.Town)), "2026-03-05", "2026-03-06", ""},
		{"when both are", "2026-03-02 23:57", join(received(4*time.Minute), noticed(casetest.Village, 4*time.Minute), pass(casetest.Village, casetest.Town)), "2026-03-06", "2026-03-09", ""},
		{"the town gives it, of what the village received", "2026-03-02 09:00", join(received(5*time.Minute), pass(casetest.Village, casetest.Town), noticed(casetest.Town, 5*time.Minute), pass(casetest.Town, casetest.District)), "2026-03-05", "2026-03-18", ""},
		{"when a hearing begins", "2026-03-02 09:00", join(received(0), pass(casetest.Village, casetest.Town), accepted, hearing, pass(casetest.Town, casetest.District)), "2026-03-05", "", "2026-03-11"},
	} {
		t.Run(c.name, func(t *testing.T) {
			realm, begins := casetest.City(), moment(t, c.begins)
			s := casefile.New(casefile.NewID(casetest.First(casetest.Village), 1))
			acts := append([]act{{casetest.Village, casetest.Open(casetest.Permit, area.Code(casetest.Village), casetest.Village), 0}}, c.acts...)
			var first casefile.State // as the first center had it
			for i, a := range acts {
				now := begins.Add(time.Duration(i) * time.Second)
				a.draft.DeskTime, a.draft.Staff = now.Add(a.ahead).UnixMilli(), "周窗口"
				p := casetest.First(a.who)
				var err error
				if _, s, err = casefile.Build(s, p, realm.Secret(p), realm.View(), a.draft, now); err != nil {
					t.Fatal(err)
				}
				if first.ReceivedAt == 0 {
					first = s
				}
			}
			it, _ := realm.View().Item(s.Item)
			now := begins.AddDate(0, 0, 1)
			in := clock.Input{State: s, Item: it, Calendar: cal, Rules: rules, Limits: clock.LimitsFor(rules, s, it, now), Now: now, Next: -1}
			due := map[clock.Name]workday.Date{}
			for _, r := range clock.Readings(in) {
				due[r.Clock] = r.Due
			}
			var hold workday.Date
			for _, d := range clock.Procedures(in) {
				if d.What == clock.HearingHeld {
					hold = d.Due
				}
			}
			if due[clock.Notice] != c.notice || due[clock.Bring] != c.bring || hold != c.hold {
				t.Errorf("notice by %s, supplement by %q, hearing by %q; want %s, %q, %q", due[clock.Notice], due[clock.Bring], hold, c.notice, c.bring, c.hold)
			}
			if s.ReceivedBy == nil || s.ReceivedBy.Center != casetest.Village || s.ReceivedAt != first.ReceivedAt {
				t.Errorf("received by %v at %d; it was the village, at %d", s.ReceivedBy, s.ReceivedAt, first.ReceivedAt)
			}
		})
	}
}

func moment(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, workday.China)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// What a notice is held to, and what follows from a late one, by the type of the
// item and the area.
func TestTheNoticeByTypeAndArea(t *testing.T) {
	years, err := starter.Years()
	if err != nil {
		t.Fatal(err)
	}
	cal := workday.NewCalendar(years)
	const town, town2 area.Code = "320509111000", "320509106000"
	ofTown := func(key rule.Key, rest int64, types ...rule.TypeValue) rule.Setting {
		return rule.Setting{Area: town, Rule: rule.Rule{Key: key, Value: rest, Source: "镇"}.With(types...)}
	}
	service := []rule.ItemType{"20"}
	rules := rule.NewSet([]rule.Setting{
		ofTown(rule.NoticeDays, 5, rule.TypeValue{Types: service}, rule.TypeValue{Types: []rule.ItemType{"07", "05"}, Value: 2}),
		ofTown(rule.NoticeDeemed, 0, rule.TypeValue{Types: []rule.ItemType{"01", "20", "05"}, Value: 1}),
		{Area: town, Rule: rule.Rule{Key: rule.NoticeDeemed, From: "2026-04-01"}.With(rule.TypeValue{Types: service, Value: 1})},
		ofTown(rule.SupplementDays, 0, rule.TypeValue{Types: service, Value: 3}),
		ofTown(rule.SupplementEnds, 0, rule.TypeValue{Types: service, Value: 1}),
	})
	for _, c := range []struct {
		name   string
		kind   item.Type
		at     area.Code
		on     string // of the receipt
		due    workday.Date
		deemed bool // the day after
	}{
		{"a permit by the statute", item.Permit, town2, "2026-03-02 09:00", "2026-03-09", true},
		{"a public service, of which no statute says what follows", item.PublicService, town2, "2026-03-02 09:00", "2026-03-09", false},
		{"a permit in the town", item.Permit, town, "2026-03-02 09:00", "2026-03-09", true},
		{"a public service on the spot", item.PublicService, town, "2026-03-02 09:00", "2026-03-02", true},
		{"on the spot, on a day off", item.PublicService, town, "2026-02-21 09:00", "2026-02-21", true},
		{"a confirmation in two days, and nothing follows", item.Confirmation, town, "2026-03-02 09:00", "2026-03-04", false},
		{"a benefit in two days, accepted after them", item.Benefit, town, "2026-03-02 09:00", "2026-03-04", true},
		{"a benefit, when it no longer follows", item.Benefit, town, "2026-04-01 09:00", "2026-04-03", false},
		{"an item that has not come here goes by the rest", "", town, "2026-03-02 09:00", "2026-03-09", false},
	} {
		at := moment(t, c.on).UnixMilli()
		by := casefile.Party{Center: area.Center(c.at), Incarnation: 1}
		s := casefile.State{Phase: casefile.PhaseOpened, Holder: by, ReceivedAt: at, ReceivedBy: &by}
		var it *item.Item
		if c.kind != "" {
			it = &item.Item{Type: c.kind}
		}
		for _, hour := range []struct {
			now    time.Time
			deemed bool
		}{{c.due.Start().Add(23 * time.Hour), false}, {c.due.Add(1).Start().Add(time.Hour), c.deemed}} {
			l := clock.LimitsFor(rules, s, it, hour.now)
			readings := clock.Readings(clock.Input{State: s, Item: it, Calendar: cal, Rules: rules, Limits: l, Now: hour.now, Next: -1})
			on, deemed := clock.DeemedAccepted(s, cal, l, hour.now)
			if len(readings) != 1 || readings[0].Due != c.due || readings[0].Late != hour.now.After(c.due.Add(1).Start()) || deemed != hour.deemed || deemed && on != workday.DateOf(time.UnixMilli(at)) {
				t.Errorf("%s, %s: %+v, deemed accepted %v; want it due on %s, deemed %v", c.name, hour.now, readings, deemed, c.due, hour.deemed)
			}
		}
	}
	// The supplement, by type too.
	by := casefile.Party{Center: area.Center(town), Incarnation: 1}
	s := casefile.State{Phase: casefile.PhaseNoticed, Holder: by, ReceivedAt: moment(t, "2026-03-02 09:00").UnixMilli(), ReceivedBy: &by, NoticedAt: moment(t, "2026-03-02 10:00").UnixMilli(), NoticedBy: &by}
	now := moment(t, "2026-03-06 09:00")
	for kind, want := range map[item.Type]bool{item.PublicService: true, item.Permit: false} {
		if due, ok := clock.DeemedWithdrawn(s, cal, clock.LimitsFor(rules, s, &item.Item{Type: kind}, now), now); ok != want || ok && due != "2026-03-05" {
			t.Errorf("%s: deemed withdrawn %v, %s", kind, ok, due)
		}
	}
}

// What counts as prolonged, by the type of the item and the area that is
// competent.
func TestTheRenewalByType(t *testing.T) {
	years, err := starter.Years()
	if err != nil {
		t.Fatal(err)
	}
	cal := workday.NewCalendar(years)
	rules := rule.NewSet([]rule.Setting{{Area: "320509000000", Rule: rule.Rule{Key: rule.RenewalDeemed, Source: "区"}.With(
		rule.TypeValue{Types: []rule.ItemType{"07"}, Value: 1})}})
	for _, c := range []struct {
		name    string
		rules   rule.Set
		kind    item.Type
		subject area.Code
		shown   bool
		renewed bool
	}{
		{"a permit by the statute", rule.Set{}, item.Permit, "320509111201", true, true},
		{"a confirmation, of which no statute speaks", rule.Set{}, item.Confirmation, "320509111201", false, false},
		{"a confirmation by the district's rule", rules, item.Confirmation, "320509111201", true, true},
		{"a public service, of which it says nothing", rules, item.PublicService, "320509111201", false, false},
		{"elsewhere", rules, item.Confirmation, "320505001000", false, false},
		{"a permit, where the rule leaves it out", rules, item.Permit, "320509111201", true, false},
	} {
		now := moment(t, "2026-03-20 09:00")
		s := casefile.State{Phase: casefile.PhaseAccepted, Subject: c.subject, Holder: casefile.Party{Center: casetest.Far}, ReceivedAt: moment(t, "2026-03-02 09:00").UnixMilli(),
			AcceptedOn: "2026-03-02", Filing: casefile.Filing{Renews: &casefile.Renewal{Certificate: "ZX-1", Expires: "2026-03-10"}}}
		it := &item.Item{Type: c.kind}
		l := clock.LimitsFor(c.rules, s, it, now)
		shown := false
		for _, r := range clock.Readings(clock.Input{State: s, Item: it, Calendar: cal, Limits: l, Rules: c.rules, Now: now, Next: -1}) {
			shown = shown || r.Clock == clock.Renewal
		}
		if on, ok := clock.DeemedRenewed(s, cal, l, now); ok != c.renewed || ok && on != "2026-03-10" || shown != c.shown {
			t.Errorf("%s: prolonged %v (%s), shown %v", c.name, ok, on, shown)
		}
	}
}
