package rating

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/journal"
)

func calendar(t testing.TB) workday.Calendar {
	t.Helper()
	years, err := starter.Years()
	if err != nil {
		t.Fatal(err)
	}
	return workday.NewCalendar(years)
}

// on is noon of a day.
func on(day workday.Date) int64 { return day.Start().UnixMilli() + 12*3600*1000 }

// terms are those of the starter rules.
var terms = Terms{Bad: true, Verify: 1, Rectify: 5, Complex: 15, FollowUp: true}

// line is one entry of a test: who, when, what.
type line struct {
	staff string
	day   workday.Date
	body  any
	want  refusal.Code // "": it is taken
}

func entry(seq uint64, l line) journal.Entry {
	kind := KindGiven
	if s, ok := l.body.(Step); ok {
		kind = s.kind()
	}
	return journal.Entry{Seq: seq, By: casefile.Party{Center: "320509111201", Incarnation: 1}, Staff: l.staff, At: on(l.day), Kind: kind, Body: wire.Encode(l.body)}
}

func play(t *testing.T, lines []line) State {
	t.Helper()
	var s State
	for i, l := range lines {
		next, err := Apply(s, entry(uint64(i+1), l))
		if refusal.CodeOf(err) != l.want {
			t.Fatalf("line %d (%T): %v, want %q", i, l.body, err, l.want)
		}
		if err != nil && string(wire.Encode(next)) != string(wire.Encode(s)) {
			t.Fatalf("line %d: what was refused changed the rating", i)
		}
		s = next
	}
	return s
}

func TestRectification(t *testing.T) {
	bad := Given{Subject: Subject{Visit: "Q1"}, Grade: 5, Channel: QR, Terms: terms, Named: true, Rated: []string{"W01"}}
	nameless, good := bad, bad
	nameless.Named = false
	good.Grade, good.Terms = 2, Terms{}
	const d = "2026-03-02" // a Monday
	for _, c := range []struct {
		name  string
		lines []line
		stage Stage
		dues  string // what, last day, day done, late
	}{
		{"nothing done in time", []line{{"", d, bad, ""}}, StageGiven, "[contact 03-03  true] [rectify 03-09  true]"},
		{"clear", []line{{"", d, bad, ""}, {"H1", d, Contact{Reached: true}, ""}, {"H1", "2026-03-03", Finding{Text: "属实"}, ""},
			{"H1", "2026-03-09", Answer{Text: "已改"}, ""}}, StageAnswered, "[contact 03-03 03-02 false] [rectify 03-09 03-09 false]"},
		{"followed up", []line{{"", d, bad, ""}, {"H1", "2026-03-04", Contact{}, ""}, {"H1", "2026-03-04", Finding{Text: "属实"}, ""},
			{"H1", "2026-03-10", Answer{Text: "已改"}, ""}, {"H1", "2026-03-11", FollowUp{Satisfied: true}, ""}},
			StageClosed, "[contact 03-03 03-04 true] [rectify 03-09 03-10 true]"},
		{"complex", []line{{"", d, bad, ""}, {"H1", d, Contact{Reached: true}, ""}, {"H1", d, Finding{Complex: true, Text: "需协调"}, ""}},
			StageFound, "[contact 03-03 03-02 false] [rectify 03-23  false]"},
		{"without a name", []line{{"", d, nameless, ""}, {"H1", d, Contact{}, OutOfOrder}, {"H1", d, Finding{Text: "属实"}, ""},
			{"H1", d, Answer{Text: "已改"}, ""}, {"H1", d, FollowUp{}, OutOfOrder}}, StageClosed, "[rectify 03-09 03-02 false]"},
		{"answered twice", []line{{"", d, bad, ""}, {"H1", d, Contact{Reached: true}, ""}, {"H1", d, Finding{Text: "属实"}, ""},
			{"H1", d, Answer{Text: "已改"}, ""}, {"H1", d, Answer{Text: "又改"}, OutOfOrder}, {"H1", d, FollowUp{Satisfied: false}, ""},
			{"H1", d, Answer{Text: "又改"}, ""}}, StageAnswered, "[contact 03-03 03-02 false] [rectify 03-09 03-02 false]"},
		{"out of order", []line{{"", d, bad, ""}, {"H1", d, Finding{Text: "x"}, OutOfOrder}, {"H1", d, Answer{Text: "x"}, OutOfOrder},
			{"H1", d, FollowUp{}, OutOfOrder}, {"H1", d, Review{Reason: "x"}, OutOfOrder}, {"H1", d, Contact{}, ""},
			{"H1", d, Finding{}, refusal.Malformed}, {"H1", d, Finding{Text: "x"}, ""}, {"H1", d, Finding{Text: "y"}, OutOfOrder}},
			StageFound, "[contact 03-03 03-02 false] [rectify 03-09  true]"},
		{"whom it is about keeps out", []line{{"", d, bad, ""}, {"W01", d, Contact{}, FourEyes}, {" w01 ", d, Contact{}, FourEyes}},
			StageGiven, "[contact 03-03  true] [rectify 03-09  true]"},
		{"appeal upheld", []line{{"", d, bad, ""}, {"W01", d, Appeal{Reason: "并非本窗口"}, ""}, {"H1", d, Contact{}, OutOfOrder},
			{"W01", d, Review{Upheld: true, Reason: "属实"}, FourEyes}, {"H1", d, Review{Upheld: true, Reason: "属实"}, ""},
			{"H1", d, Finding{Text: "x"}, OutOfOrder}}, StageClosed, ""},
		{"appeal dismissed", []line{{"", d, bad, ""}, {"H2", d, Appeal{Reason: "恶意"}, ""}, {"h2", d, Review{Reason: "x"}, FourEyes},
			{"W01", d, Review{Upheld: true, Reason: "x"}, FourEyes}, {"H1", d, Review{Reason: "无据"}, ""}, {"H2", d, Appeal{Reason: "x"}, OutOfOrder},
			{"H1", d, Contact{Reached: true}, ""}}, StageVerified, "[contact 03-03 03-02 false] [rectify 03-09  true]"},
		{"a good one", []line{{"", d, good, ""}, {"H1", d, Contact{}, OutOfOrder}, {"W01", d, Appeal{Reason: "x"}, OutOfOrder}}, StageNone, ""},
		{"twice", []line{{"", d, bad, ""}, {"", d, good, AlreadyRated}}, StageGiven, "[contact 03-03  true] [rectify 03-09  true]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := play(t, c.lines)
			if s.Stage() != c.stage {
				t.Errorf("it is %s, want %s", s.Stage(), c.stage)
			}
			got := ""
			for _, due := range s.Dues(calendar(t), "2026-03-20") {
				if due.Provisional {
					t.Errorf("%+v is provisional", due)
				}
				done := ""
				if due.Done != "" {
					done = string(due.Done[5:])
				}
				got += fmt.Sprintf(" [%s %s %s %v]", due.What, due.Day[5:], done, due.Late)
			}
			if got = trim(got); got != c.dues {
				t.Errorf("dues %s, want %s", got, c.dues)
			}
		})
	}
}

func trim(s string) string {
	if s == "" {
		return ""
	}
	return s[1:]
}

// The spring festival of 2026 lies between: no day of it counts, its make-up
// Saturday does.
func TestDuesOverHolidays(t *testing.T) {
	s := play(t, []line{{"", "2026-02-13", Given{Subject: Subject{Visit: "Q"}, Grade: 4, Terms: terms, Named: true}, ""}})
	dues := s.Dues(calendar(t), "2026-02-13")
	first, _ := calendar(t).AddWorkingDays("2026-02-13", 1)
	if dues[0].Day != first || dues[0].Late {
		t.Errorf("%+v", dues)
	}
	far := play(t, []line{{"", "2031-02-13", Given{Subject: Subject{Visit: "Q"}, Grade: 4, Terms: terms}, ""}})
	if dues := far.Dues(calendar(t), "2031-02-13"); len(dues) != 1 || !dues[0].Provisional {
		t.Errorf("a year without a calendar: %+v", dues)
	}
	none := play(t, []line{{"", "2026-02-13", Given{Subject: Subject{Visit: "Q"}, Grade: 4, Terms: Terms{Bad: true}, Named: true}, ""}})
	if dues := none.Dues(calendar(t), "2026-03-13"); dues != nil {
		t.Errorf("a rule that sets no days: %+v", dues)
	}
}

// Whatever is tried in whatever order: the grade and whom it is about never
// change, days move only with a finding, an upheld appeal is by two people, and
// nobody whom the rating is about handles it.
func TestNothingMovesByItself(t *testing.T) {
	days := calendar(t)
	rapid.Check(t, func(t *rapid.T) {
		people := rapid.SampledFrom([]string{"W01", "W02", "H1", "H2"})
		flag := rapid.Bool()
		given := Given{Subject: Subject{Visit: "Q"}, Grade: rapid.IntRange(1, 5).Draw(t, "grade"), Named: flag.Draw(t, "named"), Rated: []string{"W01"}}
		if given.Grade > 3 {
			given.Terms = Terms{true, rapid.IntRange(0, 3).Draw(t, "verify"), rapid.IntRange(0, 9).Draw(t, "rectify"), rapid.IntRange(0, 20).Draw(t, "complex"), flag.Draw(t, "follow")}
		}
		s, err := Apply(State{}, entry(1, line{"", "2026-03-02", given, ""}))
		if err != nil {
			t.Fatal(err)
		}
		day := workday.Date("2026-03-02")
		for i := range rapid.IntRange(0, 25).Draw(t, "steps") {
			day = day.Add(rapid.IntRange(0, 3).Draw(t, "days"))
			step := rapid.SampledFrom([]Step{
				Contact{Reached: true}, Contact{}, Finding{Text: "x"}, Finding{Text: "x", Complex: true}, Answer{Text: "x"},
				FollowUp{Satisfied: true}, FollowUp{}, Appeal{Reason: "x"}, Review{Upheld: true, Reason: "x"}, Review{Reason: "x"},
			}).Draw(t, "step")
			who := people.Draw(t, "who")
			before := s
			frozen := string(wire.Encode(before))
			s, err = Apply(s, entry(uint64(i+2), line{who, day, step, ""}))
			if string(wire.Encode(before)) != frozen {
				t.Fatal("the old state was written into")
			}
			if err != nil && (string(wire.Encode(s)) != frozen || refusal.CodeOf(err) == "") {
				t.Fatalf("refused with %v, and changed", err)
			}
			if string(wire.Encode(s.Given)) != string(wire.Encode(given)) || s.ID != before.ID || s.Act != before.Act {
				t.Fatal("what was given changed")
			}
			if err != nil {
				continue
			}
			if s.LeftOut() && (same(s.Appeal.Act.Staff, s.Appeal.Review.Act.Staff) || s.about(s.Appeal.Review.Act.Staff)) {
				t.Fatal("an appeal was upheld by one pair of eyes")
			}
			if _, contest := step.(Appeal); !contest && who == "W01" {
				t.Fatalf("whom it is about did %T", step)
			}
			a, b := before.Dues(days, day), s.Dues(days, day)
			if s.LeftOut() || len(a) == 0 {
				continue
			}
			for i := range a {
				if _, found := step.(Finding); !found && a[i].Day != b[i].Day {
					t.Fatalf("%s moved from %s to %s by %T", a[i].What, a[i].Day, b[i].Day, step)
				}
			}
		}
		// What is stored reads back as it was.
		var again State
		if err := wire.Decode(wire.Encode(s), &again); err != nil || string(wire.Encode(again)) != string(wire.Encode(s)) {
			t.Fatal("it does not survive its row", err)
		}
	})
}

func TestFigures(t *testing.T) {
	days := calendar(t)
	rate := func(id string, grade int, day workday.Date, window string, named bool, steps ...line) State {
		g := Given{Subject: Subject{Case: casefile.ID(id)}, Grade: grade, Named: named, Window: window, Department: "民政局"}
		if grade > 3 {
			g.Terms = terms
		}
		return play(t, append([]line{{"", day, g, ""}}, steps...))
	}
	const d = "2026-03-02"
	all := []State{
		rate("c1", 1, d, "3", false), rate("c2", 3, d, "3", false),
		rate("c3", 4, d, "3", true, line{"H", d, Contact{}, ""}, line{"H", d, Finding{Text: "x"}, ""}, line{"H", d, Answer{Text: "x"}, ""}, line{"H", d, FollowUp{Satisfied: true}, ""}),
		rate("c4", 5, d, "4", false), // overdue
		rate("c5", 5, d, "4", false, line{"W", d, Appeal{Reason: "x"}, ""}, line{"H", d, Review{Upheld: true, Reason: "x"}, ""}),
		rate("c6", 5, "2026-03-18", "4", false), // not due yet
		rate("c7", 1, "2026-04-01", "4", false), // another period
	}
	served := []Served{{Case: "c1", Window: "3", On: d}, {Case: "c9", Window: "3", On: d}, {Case: "c7", Window: "4", On: "2026-04-01"}}
	got := Count(all, served, "2026-03-01", "2026-03-31", ByWindow, days, "2026-03-20")
	if len(got) != 3 || got[0].Group != "3" || got[1].Group != "4" || !got[2].Total {
		t.Fatalf("%+v", got)
	}
	w4, total := got[1], got[2]
	if w4.Ratings != 2 || w4.LeftOut != 1 || w4.Bad != (Ratio{2, 2}) || w4.InTime != (Ratio{0, 1}) {
		t.Errorf("%+v", w4)
	}
	want := Figures{Total: true, Grades: map[int]int{1: 1, 3: 1, 4: 1, 5: 2}, Ratings: 5, LeftOut: 1, Active: Ratio{5, 6},
		Satisfied: Ratio{2, 5}, Bad: Ratio{3, 5}, Rectified: Ratio{1, 3}, InTime: Ratio{1, 2}, FollowedUp: Ratio{1, 1}, Content: Ratio{1, 1}}
	total.cases = nil
	if fmt.Sprintf("%+v", total) != fmt.Sprintf("%+v", want) {
		t.Errorf("got  %+v\nwant %+v", total, want)
	}
	empty := Count(nil, nil, d, d, ByNothing, days, d)
	if len(empty) != 1 {
		t.Fatalf("%+v", empty)
	}
	if _, ok := empty[0].Satisfied.Percent(); ok {
		t.Error("a share of nothing")
	}
}

func TestToken(t *testing.T) {
	seen := map[Token]bool{}
	for _, secret := range []string{"0123456789abcdef", "0123456789abcdeX"} {
		for _, center := range []area.Center{"320509111201", "320509111202"} {
			for _, s := range []Subject{{Case: "a"}, {Case: "b"}, {Visit: "a"}, {Visit: "ab"}} {
				one := tokenFor([]byte(secret), center, s)
				if !one.Valid() || seen[one] || one != tokenFor([]byte(secret), center, s) {
					t.Errorf("%s of %v", one, s)
				}
				seen[one] = true
			}
		}
	}
	for _, bad := range []Token{"", "short", Token(make([]byte, 32)), "../../../../../../../../etc/passw"} {
		if bad.Valid() {
			t.Errorf("%q passes", bad)
		}
	}
}
