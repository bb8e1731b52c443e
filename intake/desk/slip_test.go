package desk

import (
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// kept are papers of which the office keeps the original.
func kept(ids ...string) []Paper {
	papers := seen(ids...)
	for i := range papers {
		papers[i].Originals = 1
	}
	return papers
}

// abroad opens a case at a village of another town.
func (c *city) abroad(change func(*OpenForm)) casefile.State {
	c.t.Helper()
	form := OpenForm{
		Item: c.items["D23"], Answers: answers["D23"], Subject: yejian.Area(), Applicant: citizen(),
		Papers: append(kept("household-book", "photo"), seen("id-card", "form")...),
	}
	if change != nil {
		change(&form)
	}
	opened, err := c.nodes[otherVi].desk.Open(c.ctx, staff("外村窗口"), form)
	must(c.t, err)
	return opened.State
}

// agree makes an agreement between the two towns.
func (c *city) agree(change func(*rule.Agreement)) {
	a := rule.Agreement{
		Name: "同里震泽通办", Document: "通办协议（虚构）", Parties: []area.Code{tongli.Area(), zhenze.Area()}, All: true,
		Mode: "received_elsewhere", Accepts: rule.Competent, Clock: rule.Competent, Paper: rule.Competent,
	}
	if change != nil {
		change(&a)
	}
	var all []rule.Setting
	for _, in := range []area.Code{tongli.Area(), zhenze.Area(), wujiang.Area()} {
		all = append(all, rule.Setting{Area: in, Rule: rule.Of(rule.CrossArea{Agreements: []rule.Agreement{a}}, "通办协议（虚构）", "2026-01-01")})
	}
	c.book.rules = rule.NewSet(all)
	c.book.advance()
}

// Originals go from the counter that received them to the competent center, with
// a slip that is scanned at both ends.
func TestPapersOnTheirWay(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang, zhenze, otherVi)
	away, home := c.nodes[otherVi].desk, c.nodes[tongli].desk
	id := c.abroad(nil).ID
	_, err := home.SendPapers(c.ctx, staff("镇窗口"), id, SlipForm{})
	refused(t, err, NoSuchCase)
	for name, form := range map[string]SlipForm{
		"no such paper": {Papers: []casefile.SlipLine{{Material: "passport"}}},
		"twice":         {Papers: []casefile.SlipLine{{Material: "photo"}, {Material: "photo"}}},
		"no result yet": {Papers: []casefile.SlipLine{{Material: ResultPaper}}},
		"a long name":   {Courier: strings.Repeat("长", maxName+1)},
	} {
		_, err = away.SendPapers(c.ctx, staff("外村窗口"), id, form)
		if err == nil {
			t.Errorf("%s went on a slip", name)
		} else {
			refused(t, err, BadForm)
		}
	}
	_, err = away.SendPapers(c.ctx, staff("外村窗口"), id, SlipForm{To: otherVi})
	refused(t, err, casefile.WrongAddressee)
	sent, err := away.SendPapers(c.ctx, staff("外村窗口"), id, SlipForm{Courier: "邮政", Waybill: "EX0000000001"})
	must(t, err)
	slip := sent.State.Slips[0]
	if slip.To != tongli || len(slip.Papers) != 2 || slip.Papers[0].Name == "" || slip.Slip != string(id)+"-0-1" {
		t.Errorf("slip %+v", slip)
	}
	_, err = away.SendPapers(c.ctx, staff("外村窗口"), id, SlipForm{})
	refused(t, err, NoPapers) // they are on their way
	open, err := away.Slips(false)
	must(t, err)
	if len(open) != 1 || open[0].Due || open[0].Number != sent.State.Number {
		t.Errorf("the sender's list: %+v", open)
	}
	_, err = away.HandOver(c.ctx, staff("外村窗口"), id, HandOverForm{})
	must(t, err)
	c.carry(id, otherVi, tongli)
	scan := ScanForm{Slip: slip.Slip, Missing: []string{"photo"}, Note: "缺照片"}
	_, err = home.ScanSlip(c.ctx, staff("镇窗口"), scan)
	refused(t, err, casefile.AwaitingAnswer)
	_, err = home.TakeOver(c.ctx, staff("镇窗口"), id)
	must(t, err)
	c.tick(2 * day)
	if open, err = home.Slips(false); err != nil || len(open) != 1 || !open[0].Due || open[0].Days != 2 {
		t.Errorf("the addressee's list: %+v, %v", open, err)
	}
	for _, one := range []struct {
		form ScanForm
		code refusal.Code
	}{
		{ScanForm{Slip: "12345"}, NoSlip}, {ScanForm{Slip: string(id) + "-0-9"}, NoSlip},
		{ScanForm{Slip: "320509111201.1.99-0-1"}, NoSuchCase}, {ScanForm{Slip: slip.Slip, Missing: []string{"form"}}, BadForm},
	} {
		_, err = home.ScanSlip(c.ctx, staff("镇窗口"), one.form)
		if err == nil {
			t.Errorf("%+v was scanned", one.form)
		} else if code := refusal.CodeOf(err); code != one.code {
			t.Errorf("%+v: %v, want %v", one.form, err, one.code)
		}
	}
	came, err := home.ScanSlip(c.ctx, staff("镇窗口"), scan)
	must(t, err)
	if a := came.State.Slips[0].Arrived; a == nil || a.Missing[0] != "photo" || warned(came.Warnings, "slip_short") == "" {
		t.Errorf("arrived %+v, %+v", a, came.Warnings)
	}
	_, err = home.ScanSlip(c.ctx, staff("镇窗口"), scan)
	refused(t, err, SlipIsIn)
	c.carry(id, tongli, otherVi)
	_, err = away.ScanSlip(c.ctx, staff("外村窗口"), scan)
	refused(t, err, SlipIsIn)
	if open, err = away.Slips(false); err != nil || len(open) != 1 || open[0].Arrived == nil {
		t.Errorf("a slip that came short is not shown: %+v, %v", open, err)
	}
	view, err := home.Look(id)
	must(t, err)
	if o := view.Originals; len(o) != 2 || o[0].At != tongli || o[1].At != "" || o[1].Slip != slip.Slip {
		t.Errorf("the papers lie at %+v", o)
	}
	c.verified(id, tongli, casefile.PhaseOpened)
}

// An item that is given to every town of the city is accepted at any of them.
func TestAcceptedAtAnyCounter(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang, zhenze)
	it, _ := c.book.Offered(c.items["D23"], yejian.Area())
	open := func(actions ...item.Action) (casefile.State, Move) {
		city := *it
		city.Scope = item.ScopeCity
		city.Delegations = []item.Delegation{{Mode: item.Authorized, Level: area.Town, To: item.ToOrgan, Actions: actions}}
		c.book.publish(city, it.Ref.Area)
		opened, err := c.nodes[zhenze].desk.Open(c.ctx, staff("震泽窗口"), OpenForm{
			Item: it.Ref.Code, Answers: answers["D23"], Subject: yejian.Area(), Applicant: citizen(), Papers: seen("id-card", "household-book", "photo", "form"),
		})
		must(t, err)
		return opened.State, c.nodes[zhenze].desk.Next(opened.State)
	}
	if s, next := open(item.Receive); next.Center != tongli || next.Here {
		t.Errorf("%s: next %+v, want the competent town", s.ID, next)
	}
	s, next := open(item.Receive, item.Accept)
	if next.Action != Accept || !next.Here {
		t.Fatalf("next %+v, want to accept here", next)
	}
	done, err := c.nodes[zhenze].desk.Accept(c.ctx, staff("震泽窗口"), s.ID, AcceptForm{})
	must(t, err)
	if next = c.nodes[zhenze].desk.Next(done.State); next.Center != tongli {
		t.Errorf("next %+v, want the competent town to go on", next)
	}
	c.verified(s.ID, zhenze, casefile.PhaseAccepted)
}

// By agreement the receiving counter accepts; the competent center decides, and
// the result goes by post.
func TestAcceptedWhereItWasReceived(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang, zhenze, otherVi)
	c.agree(func(a *rule.Agreement) {
		a.Accepts, a.Clock, a.Paper, a.Result = rule.Receiving, rule.Receiving, rule.Receiving, "post"
	})
	away, home, district := c.nodes[otherVi].desk, c.nodes[tongli].desk, c.nodes[wujiang].desk
	s := c.abroad(nil)
	if s.Filing.Agreement != "同里震泽通办" {
		t.Fatalf("received under %q", s.Filing.Agreement)
	}
	if next := away.Next(s); next.Action != Accept || !next.Here {
		t.Fatalf("next %+v, want to accept here", next)
	}
	_, err := away.SendPapers(c.ctx, staff("外村窗口"), s.ID, SlipForm{To: tongli})
	refused(t, err, PaperStay)
	accepted, err := away.Accept(c.ctx, staff("外村窗口"), s.ID, AcceptForm{})
	must(t, err)
	if accepted.State.AcceptedArea != otherVi.Area() {
		t.Errorf("accepted in %s", accepted.State.AcceptedArea)
	}
	c.pass(s.ID, otherVi, tongli)
	for range 2 {
		_, err = home.Suspend(c.ctx, staff("镇经办"), s.ID, SuspendForm{})
		must(t, err)
		c.tick(8 * day)
		_, err = home.Resume(c.ctx, staff("镇经办"), s.ID, ResumeForm{Result: "无异议"})
		must(t, err)
	}
	c.pass(s.ID, tongli, wujiang)
	decided, err := district.Decide(c.ctx, staff("区残联"), s.ID, DecideForm{})
	must(t, err)
	if next := district.Next(decided.State); next.Action == Make {
		_, err = district.Make(c.ctx, staff("区残联"), s.ID, StepForm{})
		must(t, err)
	}
	now, err := c.nodes[wujiang].cabinet.State(s.ID)
	must(t, err)
	if next := district.Next(now); next.Action != Serve || !next.Here {
		t.Fatalf("next %+v, want to send the result by post", next)
	}
	served, err := district.Serve(c.ctx, staff("区残联"), s.ID, DeliverForm{Courier: "EX0000000002"})
	must(t, err)
	if p := served.State.Proof; p == nil || p.Manner != casefile.ByPost || p.Courier == "" || p.Number == "" {
		t.Errorf("proof %+v", p)
	}
	if next := district.Next(served.State); next.Action != Conclude || !next.Here {
		t.Fatalf("next %+v, want to conclude", next)
	}
	_, err = district.ConcludeWith(c.ctx, staff("区残联"), s.ID, ConcludeForm{Visits: 1})
	must(t, err)
	if s = c.verified(s.ID, wujiang, casefile.PhaseConcluded); s.Concluded.Visits != 1 {
		t.Errorf("concluded %+v", s.Concluded)
	}
}

// Without an agreement only the competent center accepts; with one that says so
// the result is collected there.
func TestAcceptedWhereItBelongs(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang, zhenze, otherVi)
	c.agree(func(a *rule.Agreement) { a.Result = "competent_center" })
	away := c.nodes[otherVi].desk
	s := c.abroad(nil)
	if next := away.Next(s); next.Action != Accept || next.Center != tongli || next.Here {
		t.Fatalf("next %+v, want the competent town", next)
	}
	_, err := away.Accept(c.ctx, staff("外村窗口"), s.ID, AcceptForm{})
	refused(t, err, casefile.NotCompetent)
	s.Phase, s.Decision, s.DecidedAt = casefile.PhaseDecided, &casefile.DecidedBody{}, 1
	s.DecidedBy = &casefile.Party{Center: wujiang, Incarnation: 1}
	if next := away.Next(s); next.Action != HandOut || next.Center != wujiang {
		t.Errorf("next %+v, want it to be collected where it was decided", next)
	}
	s.Filing.Deliver = casefile.Online
	if next := away.Next(s); next.Action != Serve {
		t.Errorf("next %+v, want it to be served on line", next)
	}
	if s.Mode != item.ReceivedElsewhere {
		t.Errorf("mode %s", s.Mode)
	}
}
