package hall

import (
	"bytes"
	"strings"
	"testing"

	"tongban/catalog/rule"
	"tongban/intake/casefile"
	"tongban/intake/hall/roster"
)

func TestTheRosterTellsThePost(t *testing.T) {
	w := newWorld(t)
	h := w.open()
	hand, err := h.Staff.Hand(roster.Acting{Staff: "anybody"})
	if hand != nil || err != nil {
		t.Fatalf("without a roster: %v, %v", hand, err)
	}
	w, h = staffed(t)
	_, err = h.Staff.Hand(roster.Acting{Staff: "anybody"})
	refused(t, err, roster.NoStaff)
	_, err = h.Staff.Hand(roster.Acting{Staff: "虚构乙", For: "虚构甲"})
	refused(t, err, roster.NoCover)
	_, err = h.Staff.Cover(boss, roster.Cover{A: "虚构甲", B: "虚构乙"})
	must(t, err)
	hand, err = h.Staff.Hand(roster.Acting{Staff: "虚构乙", For: "虚构甲", First: "虚构甲", Start: 5})
	must(t, err)
	want := casefile.Hand{Name: "虚构乙", Department: "民政", Post: "综合岗", Window: "1", For: "320509111201-001", ForName: "虚构甲", First: "320509111201-001", Start: 5}
	if *hand != want {
		t.Errorf("%+v\nwant %+v", *hand, want)
	}
	if n := h.Staff.Number("虚构乙"); n != "320509111201-002" {
		t.Error(n)
	}
	_, err = h.Staff.Edit(boss, "虚构乙", "to", func(m *roster.Member) { m.To = "2026-03-01" })
	must(t, err)
	again := w.open()
	_, err = again.Staff.Hand(roster.Acting{Staff: "虚构乙"})
	refused(t, err, roster.NoStaff)
	if _, err = again.Staff.Hand(roster.Acting{Staff: "虚构乙", On: "2026-02-27"}); err != nil {
		t.Error("what was done while they worked here:", err)
	}
}

func TestAWindowIsOfATypeOfTheRule(t *testing.T) {
	w := newWorld(t)
	w.rules = []rule.Setting{{Rule: rule.Of(rule.WindowTypes{Types: []rule.WindowType{{Name: "综合"}, {Name: "公安"}}}, "test", "")}}
	h := w.open()
	_, err := h.Staff.SetWindow(boss, roster.Window{Number: "1", Types: []string{"税务"}})
	refused(t, err, roster.BadEntry)
	_, err = h.Staff.SetWindow(boss, roster.Window{Number: "1", Types: []string{"公安"}})
	must(t, err)
	// The prefix is the place of the type in the rule.
	ticket, err := h.Queue.Take(By{}, TakeForm{Item: "TB-D26"})
	must(t, err)
	if ticket.Number != "B001" || ticket.Type != "公安" {
		t.Errorf("%+v", ticket)
	}
}

func TestImportAndExport(t *testing.T) {
	w := newWorld(t)
	h := w.open()
	file := "\ufeff工号,姓名,部门,岗位,窗口,起,B岗\n,虚构甲,民政,综合岗,,2026/3/1,虚构乙\n,虚构乙,公安,户籍岗,,,\n"
	dry, problems, err := h.Staff.Import(boss, []byte(file), true)
	if err != nil || problems != nil || len(dry.Members) != 2 || !h.Staff.Roster().Empty() {
		t.Fatal(dry, problems, err)
	}
	done, problems, err := h.Staff.Import(boss, []byte(file), false)
	if err != nil || problems != nil || len(done.Members) != 2 || done.Covers != 1 {
		t.Fatal(done, problems, err)
	}
	var out bytes.Buffer
	must(t, h.Staff.Export(&out))
	again, problems, err := h.Staff.Import(boss, out.Bytes(), false)
	if err != nil || problems != nil || len(again.Members) != 0 || again.Same != 2 || again.Covers != 0 {
		t.Fatal(again, problems, err)
	}
	_, problems, err = h.Staff.Import(boss, []byte("工号,姓名,起,电话费\nX,虚构丙,foo,\n320509111201-001,,2026-01-01,\n,虚构乙,,\n"), false)
	must(t, err)
	var all []string
	for _, p := range problems {
		all = append(all, p.String())
	}
	got := strings.Join(all, "\n")
	for _, want := range []string{"第 1 行，电话费", "第 2 行，number", "第 2 行，from", "第 3 行，name", "第 4 行，number"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}
