package roster

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

const center = "320509111201"

func with(t interface{ Fatal(...any) }, r Roster, kind string, body any) Roster {
	b := wire.Encode(body)
	next, err := r.Apply(kind, func(into any) error { return wire.Decode(b, into) })
	if err != nil {
		t.Fatal(err)
	}
	return next
}

func sample(t interface{ Fatal(...any) }) Roster {
	r := New(center)
	for _, m := range []Member{
		{Number: "320509111201-001", Name: "虚构甲", Department: "民政", Post: "综合岗", Window: "1"},
		{Number: "320509111201-002", Name: "虚构乙", Department: "公安", Post: "户籍岗", From: "2026-01-01", To: "2026-06-30"},
		{Number: "320509111201-003", Name: "虚构乙", Department: "人社"},
		{Number: "320509111201-004", Name: "虚构丙"},
	} {
		r = with(t, r, StaffSet, m)
	}
	for _, w := range []Window{{Number: "1"}, {Number: "10"}, {Number: "2", Types: []string{"公安"}}} {
		r = with(t, r, WindowSet, w)
	}
	return with(t, r, CoverSet, Cover{A: "320509111201-001", B: "320509111201-004", From: "2026-03-01", To: "2026-03-31"})
}

func TestWhoActsWhere(t *testing.T) {
	r := sample(t)
	for _, c := range []struct {
		name   string
		act    Acting
		code   refusal.Code
		number string
		window string
		forWho string
	}{
		{"by number", Acting{Staff: "320509111201-001"}, "", "320509111201-001", "1", ""},
		{"by name", Acting{Staff: " 虚构甲 "}, "", "320509111201-001", "1", ""},
		{"at another window", Acting{Staff: "虚构甲", Window: "2"}, "", "320509111201-001", "2", ""},
		{"at no window of the hall", Acting{Staff: "虚构甲", Window: "3"}, NoWindow, "", "", ""},
		{"a stranger", Acting{Staff: "虚构丁"}, NoStaff, "", "", ""},
		{"nobody", Acting{}, NoStaff, "", "", ""},
		{"one of two of a name", Acting{Staff: "虚构乙"}, NoStaff, "", "", ""},
		{"once the other left", Acting{Staff: "虚构乙", On: "2026-07-01"}, "", "320509111201-003", "", ""},
		{"after the last day", Acting{Staff: "320509111201-002", On: "2026-07-01"}, NoStaff, "", "", ""},
		{"before the first day", Acting{Staff: "320509111201-002", On: "2025-12-31"}, NoStaff, "", "", ""},
		{"B for A", Acting{Staff: "虚构丙", For: "虚构甲"}, "", "320509111201-004", "1", "320509111201-001"},
		{"B for A too late", Acting{Staff: "虚构丙", For: "虚构甲", On: "2026-04-01"}, NoCover, "", "", ""},
		{"not B", Acting{Staff: "320509111201-003", For: "虚构甲"}, NoCover, "", "", ""},
		{"A for B", Acting{Staff: "虚构甲", For: "虚构丙"}, NoCover, "", "", ""},
		{"for oneself", Acting{Staff: "虚构甲", For: "320509111201-001"}, "", "320509111201-001", "1", ""},
		{"for a stranger", Acting{Staff: "虚构甲", For: "虚构丁"}, NoStaff, "", "", ""},
		{"a strange first contact", Acting{Staff: "虚构甲", First: "虚构丁"}, NoStaff, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.act.On == "" {
				c.act.On = "2026-03-02"
			}
			hand, number, err := r.Hand(c.act)
			if refusal.CodeOf(err) != c.code {
				t.Fatalf("%v, want %s", err, c.code)
			}
			if err != nil {
				if refusal.HintOf(err) == "" && c.code != NoWindow {
					t.Error("no hint:", err)
				}
				return
			}
			if number != c.number || hand.Window != c.window || hand.For != c.forWho {
				t.Errorf("%s %+v", number, hand)
			}
		})
	}
}

func TestWindowsAreListedAsTheyAreCounted(t *testing.T) {
	var got []string
	for _, w := range sample(t).Windows() {
		got = append(got, w.Number)
	}
	if strings.Join(got, " ") != "1 2 10" {
		t.Error(got)
	}
}

func TestWhatCanNotBeKept(t *testing.T) {
	r := sample(t)
	for name, m := range map[string]Member{
		"another center's number": {Number: "320509111000-001", Name: "虚构甲"},
		"a number of two digits":  {Number: "320509111201-01", Name: "虚构甲"},
		"number zero":             {Number: "320509111201-000", Name: "虚构甲"},
		"no name":                 {Number: "320509111201-009"},
		"a formula":               {Number: "320509111201-009", Name: "=1+1"},
		"a line break":            {Number: "320509111201-009", Name: "虚\n构"},
		"a long name":             {Number: "320509111201-009", Name: strings.Repeat("虚", 61)},
		"no credit code":          {Number: "320509111201-009", Name: "虚构甲", Body: "123"},
		"no such window":          {Number: "320509111201-009", Name: "虚构甲", Window: "7"},
		"no day":                  {Number: "320509111201-009", Name: "虚构甲", From: "soon"},
		"ends before it begins":   {Number: "320509111201-009", Name: "虚构甲", From: "2026-02-01", To: "2026-01-01"},
	} {
		if err := Refuse(r.CheckMember(m)); refusal.CodeOf(err) != BadEntry {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]Cover{
		"for oneself":  {A: "320509111201-001", B: "320509111201-001"},
		"for nobody":   {A: "320509111201-077", B: "320509111201-001"},
		"in the wrong": {A: "320509111201-001", B: "320509111201-002", From: "2026-02-01", To: "2026-01-01"},
	} {
		if r.CheckCover(c) == nil {
			t.Error(name)
		}
	}
	for name, w := range map[string]Window{
		"no number": {}, "a path": {Number: "a/b"}, "a type twice": {Number: "4", Types: []string{"公安", "公安"}}, "no type of the rule": {Number: "4", Types: []string{"税务"}},
	} {
		if r.CheckWindow(w, []string{"公安", "综合"}) == nil {
			t.Error(name)
		}
	}
}

// Whatever roster there is, its file brings it back; and no file whatever
// breaks the reader.
func TestAFileBringsTheRosterBack(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("虚构甲乙,\"、; A1")), 0, 8, -1).Filter(func(s string) bool { return strings.TrimSpace(s) == s })
	rapid.Check(t, func(rt *rapid.T) {
		r := New(center)
		for range rapid.IntRange(1, 6).Draw(rt, "staff") {
			m := Member{Number: r.NextNumber(), Name: "虚" + text.Draw(rt, "name"), Department: text.Draw(rt, "department"), Post: text.Draw(rt, "post")}
			if strings.TrimSpace(m.Name) != m.Name {
				continue
			}
			if rapid.Bool().Draw(rt, "dated") {
				m.From = workday.Date("2026-01-01")
			}
			r = with(rt, r, StaffSet, m)
		}
		var b bytes.Buffer
		if err := r.WriteCSV(&b); err != nil {
			rt.Fatal(err)
		}
		found, problems := New(center).ReadCSV(&b)
		if len(problems) > 0 || len(found.Members) != len(r.Staff()) {
			rt.Fatal(problems, found)
		}
		for i, m := range r.Staff() {
			if found.Members[i] != m {
				rt.Fatalf("%+v, want %+v", found.Members[i], m)
			}
		}
	})
}

func FuzzReadCSV(f *testing.F) {
	f.Add("工号,姓名,B岗\n,虚构甲,虚构甲\n")
	f.Add("name,name\n\"")
	f.Fuzz(func(t *testing.T, file string) {
		found, problems := sample(t).ReadCSV(strings.NewReader(file))
		if len(problems) > 0 && len(found.Members)+len(found.Covers) > 0 {
			t.Error("part of a file was taken")
		}
	})
}

// Who may cover says of no day that somebody is away; a mistake never was; and
// nobody covers who is away.
func TestCoversOfADay(t *testing.T) {
	const a, b, c = "320509111201-001", "320509111201-004", "320509111201-003"
	r := sample(t)
	standing, dated := Cover{A: c, B: b}, Cover{A: c, B: b, From: "2026-05-04", To: "2026-05-04"}
	r = with(t, r, CoverSet, standing)
	if standing.On("2026-05-04") || !dated.On("2026-05-04") || dated.On("2026-05-05") {
		t.Error("who may cover, and who does")
	}
	if _, _, err := r.Hand(Acting{Staff: b, For: c, On: "2026-05-05"}); err != nil {
		t.Error("a standing B clerk may cover:", err)
	}
	r = with(t, r, CoverSet, dated)
	if n := len(r.Covers()); n != 3 {
		t.Errorf("%d covers: an absence ended who may cover", n)
	}
	if r.CheckVoid(dated, "2026-05-04") != nil || refusal.CodeOf(r.CheckVoid(dated, "2026-05-05")) != BadEntry || refusal.CodeOf(r.CheckVoid(Cover{A: a, B: c}, "2026-05-04")) != refusal.NotFound {
		t.Error("what may be taken back")
	}
	if refusal.CodeOf(r.CheckCover(Cover{A: a, B: c, From: "2026-05-01", To: "2026-05-10"})) != BadEntry {
		t.Error("somebody covers who is away")
	}
	if refusal.CodeOf(r.CheckCover(Cover{A: b, B: a, From: "2026-05-01"})) != BadEntry {
		t.Error("somebody goes who covers")
	}
	if err := r.CheckCover(Cover{A: a, B: c, From: "2026-05-05"}); err != nil {
		t.Error("on other days:", err)
	}
	if err := r.CheckCover(Cover{A: dated.A, B: dated.B, From: dated.From, To: dated.From}); err != nil {
		t.Error("it can't be ended:", err)
	}
	r = with(t, r, CoverVoid, dated)
	if got := r.Covers(); len(got) != 2 || got[1] != standing {
		t.Errorf("%+v", got)
	}
	r = with(t, r, CoverSet, Cover{A: c, B: b, To: "2026-05-04"})
	if _, _, err := r.Hand(Acting{Staff: b, For: c, On: "2026-05-05"}); refusal.CodeOf(err) != NoCover {
		t.Error("the end of a standing cover:", err)
	}
}
