package node

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/clock"
	"tongban/node/account"
	"tongban/node/enrol"
	"tongban/node/onboard"
)

// arrival is a real node that takes in what its center brings along.
type arrival struct {
	*testing.T
	c *city
	o *onboard.Onboard
}

func arrive(t *testing.T) *arrival {
	c := newCity(t, wujiang)
	n := c.nodes[wujiang]
	years, err := starter.Years()
	must(t, err)
	for _, y := range years {
		c.must(wujiang, register.CalendarSetting{Year: y})
	}
	a := &arrival{t, c, n.onboarding()}
	ctx, stop := context.WithCancel(c.ctx)
	var running sync.WaitGroup
	running.Go(func() { a.o.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return a
}

// onboarding is what the API makes of the node.
func (n *Node) onboarding() *onboard.Onboard {
	return onboard.New(onboard.Config{
		Hall: n.hall, Accounts: n.accounts, Desk: n.desk, Cabinet: n.cabinet, Offered: n.desk.Register.Offered,
		Self:     func() area.Center { return n.self().Center },
		Enrolled: func(c area.Center) bool { _, ok := n.register.Center(c); return ok },
		Invite:   n.Invite, Say: func(err error) (string, string) { return "没有办成。", err.Error() },
		Now: n.now, Log: slog.New(slog.DiscardHandler),
	})
}

func (a *arrival) check(k onboard.Kind, file string) onboard.Import {
	a.Helper()
	one, err := a.o.Check(a.c.ctx, "somebody", "建设者", k, []byte(file))
	must(a.T, err)
	return one
}

// in takes a table in, and gives the lines of its list.
func (a *arrival) in(k onboard.Kind, file string) (onboard.Import, [][]string) {
	a.Helper()
	one := a.check(k, file)
	one, err := a.o.Apply("somebody", one.ID)
	if err != nil {
		a.Fatal(err, one.Problems)
	}
	a.c.wait("the table is in", func() bool { one, err = a.o.Get("somebody", one.ID); return err == nil && one.Over() })
	if one.Secrets == 0 {
		return one, nil
	}
	_, list, err := a.o.Secrets("somebody", one.ID)
	must(a.T, err)
	if _, _, err := a.o.Secrets("somebody", one.ID); refusal.CodeOf(err) != refusal.NotFound {
		a.Error("the list is given out twice:", err)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(list), "\ufeff"))).ReadAll()
	must(a.T, err)
	return one, lines[1:]
}

func (a *arrival) does(one onboard.Import, want string) {
	a.Helper()
	var words []string
	for _, r := range one.Rows {
		word := string(r.Does)
		if r.Done {
			word += "!"
		}
		words = append(words, word)
	}
	if got := strings.Join(words, " "); got != want {
		a.Errorf("%s: %s, want %s (%v)", one.Kind, got, want, one.Problems)
	}
}

func (a *arrival) wrong(one onboard.Import, want ...string) {
	a.Helper()
	var got []string
	for _, p := range one.Problems {
		got = append(got, fmt.Sprint(p.Row, " ", p.Code))
		if p.Message == "" || p.English == "" {
			a.Errorf("incomplete: %+v", p)
		}
	}
	if !slices.Equal(got, want) {
		a.Errorf("%s: %q, want %q: %+v", one.Kind, got, want, one.Problems)
	}
	if _, err := a.o.Apply("somebody", one.ID); refusal.CodeOf(err) != refusal.Malformed {
		a.Errorf("a table with problems is taken in: %v", err)
	}
}

func TestOnboardCenters(t *testing.T) {
	a := arrive(t)
	a.wrong(a.check(onboard.Centers, "中心编码,名称,有效小时\n3205,甲,\n110101001000,乙,\n320509111000,丙,9999\n320509111000,丁,\n"),
		"2 bad_center", "3 not_below", "4 bad_hours", "5 twice")
	const good = "center,name,hours\n320509111000,虚构镇中心,\n320509110000,虚构街道中心,72\n"
	a.does(a.check(onboard.Centers, good), "new new")
	one, list := a.in(onboard.Centers, good)
	a.does(one, "new! new!")
	if len(list) != 2 || list[0][0] != "320509111000" || list[0][1] != "虚构镇中心" {
		t.Fatalf("%q", list)
	}
	ticket, err := enrol.ParseTicket(list[1][2])
	must(t, err)
	if ticket.Center != lili || ticket.Deadline().Sub(a.c.now()) < 71*time.Hour {
		t.Error(ticket)
	}
	if line := a.c.logs[wujiang].find(0, list[0][2]); line != "" {
		t.Error("the log tells a ticket")
	}
}

func TestOnboardStaffAndWindows(t *testing.T) {
	a := arrive(t)
	a.wrong(a.check(onboard.Staff, "姓名,工号\n虚构甲,\n\n,320509000000-007\n虚构乙,没有\n"), "4 missing", "5 bad_roster")
	const staff = "number,姓名,岗位,B岗\n320509000000-001,建设者,综合岗,虚构乙\n320509000000-002,虚构乙,综合岗,\n"
	one, _ := a.in(onboard.Staff, staff)
	a.does(one, "new! new!")
	r := a.c.nodes[wujiang].hall.Staff.Roster()
	if len(r.Staff()) != 2 || len(r.Covers()) != 1 || r.Covers()[0].B != "320509000000-002" {
		t.Errorf("%+v %+v", r.Staff(), r.Covers())
	}
	a.does(a.check(onboard.Staff, staff), "same same")
	odd := a.check(onboard.Staff, "工号,姓名,电话\n320509000000-001,建设者,abc\n320509000000-002,虚构乙,0512-63330000 转 8\n")
	if len(odd.Problems) != 1 || odd.Problems[0].Cell != "C2" || !odd.Problems[0].Warning || !odd.Sound() {
		t.Errorf("a telephone without a number: %+v", odd.Problems)
	}
	a.does(a.check(onboard.Staff, strings.Replace(staff, "-002,虚构乙,综合岗", "-002,虚构乙,后备", 1)), "same change")

	a.wrong(a.check(onboard.Windows, "窗口号,业务类型\n1,综合\n1,综合\n/,综合\n"), "3 twice", "4 bad_roster")
	if n := len(a.c.nodes[wujiang].hall.Staff.Roster().Windows()); n != 0 {
		t.Errorf("a check wrote %d windows", n)
	}
	const windows = "窗口号,名称,业务类型\n1,综合窗口,综合、公安\n2,专窗,\n"
	one, _ = a.in(onboard.Windows, windows)
	a.does(one, "new! new!")
	all := a.c.nodes[wujiang].hall.Staff.Roster().Windows()
	if len(all) != 2 || fmt.Sprint(all[0].Types) != "[综合 公安]" || all[1].Types != nil {
		t.Errorf("%+v", all)
	}
	a.does(a.check(onboard.Windows, windows+"3,,\n"), "same same new")
	a.does(a.check(onboard.Windows, strings.Replace(windows, "专窗", "出件窗口", 1)), "same change")
}

func TestOnboardAccounts(t *testing.T) {
	a := arrive(t)
	a.wrong(a.check(onboard.Accounts, "账号,工号,职责\nA B,虚构甲,窗口人员\nzhang,虚构甲,扫地\nli,虚构乙,导办\nLI,虚构丙,导办\n"), "2 bad_account", "3 no_duty", "5 twice")
	const good = "账号,工号,姓名,职责\nzhang.min,虚构甲,虚构甲,窗口人员、result window；deliverer\nli,虚构乙,,operator\n"
	a.wrong(a.check(onboard.Accounts, good), "2 no_duty") // duties are said by their words or in Chinese
	sound := strings.Replace(good, "result window；", "", 1)
	one, list := a.in(onboard.Accounts, sound)
	a.does(one, "new! new!")
	if len(list) != 2 || list[0][0] != "zhang.min" || list[0][3] == "" || list[0][3] == list[1][3] {
		t.Fatalf("%d lines", len(list))
	}
	n := a.c.nodes[wujiang]
	acc, ok := n.accounts.Get("zhang.min")
	if !ok || acc.Duties.String() != "clerk,deliverer" || !acc.MustChange {
		t.Errorf("%+v", acc)
	}
	page, err := n.accounts.Audit(account.Query{Limit: 10})
	must(t, err)
	if len(page.Lines) != 2 || page.Lines[0].Kind != account.KindCreated || page.Lines[0].Staff != "建设者" {
		t.Errorf("%+v", page.Lines)
	}
	one, list = a.in(onboard.Accounts, sound+"wang,虚构丁,,guide\n")
	a.does(one, "same same new!")
	if len(list) != 1 || list[0][0] != "wang" {
		t.Errorf("%d lines", len(list))
	}
	a.wrong(a.check(onboard.Accounts, "账号,工号,职责\nli,虚构乙,导办\n"), "2 login_taken")
	if line := a.c.logs[wujiang].find(0, list[0][3]); line != "" {
		t.Error("the log tells a password")
	}
}

// flying is an item with papers and a promise of ten working days.
func (a *arrival) flying() {
	a.Helper()
	a.c.approve(wujiang, item.Item{
		Ref: item.Ref{Area: wujiang.Area(), Code: "FLY", Version: 1}, Name: "在办事项", Department: "虚构局", Origin: item.Origin{Area: "虚构区", Source: "虚构指南", Date: "2026-01-01"}, Authority: "虚构局", Type: item.Permit, Level: area.District, Kind: item.Promised, Subject: item.ByCounter,
		Promise: item.Limit{Tenths: 100, Unit: item.WorkingDays}, Legal: item.Limit{Tenths: 200, Unit: item.WorkingDays},
		Steps: []item.Step{
			{Name: "受理", Action: item.Accept, Level: area.District}, {Name: "审查", Action: item.Review, Level: area.District}, {Name: "决定", Action: item.Decide, Level: area.District}, {Name: "送达", Action: item.Serve, Level: area.District},
		},
		Materials: []item.Material{{ID: "form", Name: "申请表", Need: item.Required}, {ID: "card", Name: "身份证", Need: item.Required}},
	})
}

const casesHead = "原办件编号,事项编码,申请人,联系电话,收件时间,受理时间,材料,当前环节,上一环节完成时间,备注\n"

func TestOnboardCases(t *testing.T) {
	a := arrive(t)
	a.flying()
	a.wrong(a.check(onboard.Cases, casesHead+
		"旧-1,NONE,虚构甲,,2026-02-09,,,,,\n"+
		"旧-2,FLY,虚构甲,,前天,,,,,\n"+
		"旧-3,FLY,虚构甲,,2026-02-09,2026-02-11,申请表=原件,,,\n"+ // the card lacks
		"旧-3,FLY,虚构甲,,2026-02-09,,户口本=原件；申请表=丢了；没有等号,,,\n"+
		"旧-5,FLY,虚构甲,,2026-02-09,2026-02-08,全部=原件,,,\n"+
		"旧-6,FLY,虚构甲,,2026-02-09,2026-02-11,全部=原件,送达,2026-02-12,\n"),
		"2 not_offered", "3 bad_time", "4 papers_lack", "5 twice", "5 no_paper", "5 no_state", "5 bad_list", "6 bad_form", "7 no_step")
	if n := a.count(); n != 0 {
		t.Fatalf("a check opened %d cases", n)
	}
	const good = casesHead +
		"旧-1,FLY,虚构甲,19900000001,2026/2/9,,,,,\n" +
		"旧-2,FLY,虚构乙,,2026-02-09 09:30,2026年2月11日,全部=复印件；身份证=已核验原件,,,住在二楼\n" +
		"旧-3,FLY,虚构丙,,2026-02-09,2026-02-11,全部=电子件,决定,2026-02-13,\n"
	one, list := a.in(onboard.Cases, good)
	a.does(one, "new! new! new!")
	if len(list) != 3 || list[1][0] != "旧-2" || list[1][1] != one.Rows[1].Number || len(list[1][3]) < 6 {
		t.Fatalf("%q", list)
	}
	n := a.c.nodes[wujiang]
	view, err := n.desk.Look(one.Rows[1].Case)
	must(t, err)
	due, _ := n.register.Calendar().AddWorkingDays("2026-02-11", 10) // over the Spring Festival
	if due != "2026-03-03" {
		t.Fatalf("ten working days behind 11 February end on %s", due)
	}
	for _, r := range view.Readings {
		if r.Clock == clock.Promised && r.Due != due {
			t.Errorf("promised by %s, want %s", r.Due, due)
		}
	}
	if view.State.AcceptedOn != "2026-02-11" || view.State.Filing.Former != "旧-2" || workday.DateOf(time.UnixMilli(view.State.OpenedAt)) != "2026-02-09" {
		t.Errorf("%+v", view.State)
	}
	who, err := n.desk.Applicant(view.State)
	if err != nil || who.Name != "虚构乙" || who.Note != "住在二楼" {
		t.Errorf("%+v %v", who, err)
	}
	further, err := n.desk.Look(one.Rows[2].Case)
	if err != nil || len(further.State.Steps) != 1 || further.Next.Step != 2 {
		t.Errorf("%+v %v", further.Next, err)
	}
	again, list := a.in(onboard.Cases, good+"旧-4,FLY,虚构丁,,2026-02-09,,,,,\n")
	a.does(again, "same same same new!")
	if len(list) != 1 || again.Rows[1].Case != one.Rows[1].Case || a.count() != 4 {
		t.Errorf("%q, %d cases", list, a.count())
	}
}

func (a *arrival) count() (n int) {
	a.c.nodes[wujiang].cabinet.Cards(cabinet.Filter{}, func(*cabinet.Card) bool { n++; return true })
	return n
}

// An import that is cut leaves whole cases; the same table, sent again to the
// node that started anew, goes on where it was cut.
func TestOnboardCasesAfterACut(t *testing.T) {
	a := arrive(t)
	a.flying()
	const rows = 60
	var file strings.Builder
	file.WriteString(casesHead)
	for i := range rows {
		fmt.Fprintf(&file, "旧-%03d,FLY,虚构甲,,2026-02-09,2026-02-11,全部=复印件,,,\n", i)
	}
	n := a.c.nodes[wujiang]
	cut := n.onboarding()
	ctx, stop := context.WithCancel(a.c.ctx)
	var running sync.WaitGroup
	running.Go(func() { cut.Run(ctx) })
	one, err := cut.Check(a.c.ctx, "somebody", "建设者", onboard.Cases, []byte(file.String()))
	must(t, err)
	_, err = cut.Apply("somebody", one.ID)
	must(t, err)
	a.c.wait("some are in", func() bool { one, err = cut.Get("somebody", one.ID); return err == nil && one.At >= 10 })
	stop()
	running.Wait()
	one, err = cut.Get("somebody", one.ID)
	if err != nil || one.State != onboard.Stopped && one.At < rows {
		t.Fatalf("%s at %d, %v", one.State, one.At, err)
	}
	a.c.kill(wujiang)
	a.c.start(wujiang)
	after := arrivalAt(a)
	before := after.count()
	whole, _ := after.in(onboard.Cases, file.String())
	if whole.Count(onboard.Same) != before || whole.Count(onboard.Adds) != rows-before || whole.Count(onboard.Wrong) != 0 || after.count() != rows {
		t.Errorf("%d were in; then %d the same, %d new, %d cases", before, whole.Count(onboard.Same), whole.Count(onboard.Adds), after.count())
	}
	for _, r := range whole.Rows {
		s, err := a.c.nodes[wujiang].cabinet.State(r.Case)
		if err != nil || s.AcceptedOn != "2026-02-11" || len(s.Materials) != 2 {
			t.Errorf("%s is not whole: %+v %v", r.Name, s, err)
		}
	}
}

// arrivalAt is the same center after its node started again.
func arrivalAt(a *arrival) *arrival {
	b := &arrival{a.T, a.c, a.c.nodes[wujiang].onboarding()}
	ctx, stop := context.WithCancel(a.c.ctx)
	var running sync.WaitGroup
	running.Go(func() { b.o.Run(ctx) })
	a.Cleanup(func() { stop(); running.Wait() })
	return b
}

// A table is kept for a while, for whoever sent it, and for few.
func TestOnboardHolding(t *testing.T) {
	a := arrive(t)
	const file = "窗口号\n1\n"
	one := a.check(onboard.Windows, file)
	if _, err := a.o.Get("other", one.ID); refusal.CodeOf(err) != refusal.NotFound {
		t.Error("another sees it:", err)
	}
	if _, err := a.o.Apply("other", one.ID); refusal.CodeOf(err) != refusal.NotFound {
		t.Error("another takes it in:", err)
	}
	two := a.check(onboard.Windows, file)
	if _, err := a.o.Get("somebody", one.ID); refusal.CodeOf(err) != refusal.NotFound {
		t.Error("the earlier one is kept:", err)
	}
	if newest, ok := a.o.Newest("somebody"); !ok || newest.ID != two.ID {
		t.Errorf("%+v", newest)
	}
	a.c.ahead.Add(int64(31 * time.Minute))
	if _, err := a.o.Get("somebody", two.ID); refusal.CodeOf(err) != refusal.NotFound {
		t.Error("it is kept for good:", err)
	}
	var err error
	for i := 0; err == nil && i < 100; i++ {
		_, err = a.o.Check(a.c.ctx, fmt.Sprint(i), "建设者", onboard.Windows, []byte(file))
	}
	if refusal.CodeOf(err) != refusal.Unavailable {
		t.Error("as many as one likes are kept:", err)
	}
	if _, err := a.o.Check(a.c.ctx, "x", "建设者", "cats", []byte(file)); err == nil || errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
