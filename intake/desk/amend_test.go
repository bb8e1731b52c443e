package desk

import (
	"slices"
	"strings"
	"testing"

	"tongban/catalog/item"
	"tongban/intake/casefile"
	"tongban/intake/notice"
)

// decided is a case of the town's with a decision.
func (c *city) decided() (casefile.ID, string) {
	c.t.Helper()
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id, _ := c.subsidy(nil, seen("identity")...)
	_, err := d.Accept(c.ctx, by, id, AcceptForm{})
	must(c.t, err)
	_, err = d.Review(c.ctx, by, id, StepForm{})
	must(c.t, err)
	done, err := d.Decide(c.ctx, by, id, DecideForm{Text: "准予"})
	must(c.t, err)
	return id, done.State.Decision.Number
}

func TestCorrectedAndVoided(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id, number := c.decided()
	_, err := d.Correct(c.ctx, by, id, CorrectForm{From: "张", To: "张", Reason: "笔误"})
	refused(t, err, BadForm)
	_, err = d.Correct(c.ctx, by, id, CorrectForm{Of: "没有这份", From: "二〇二五", To: "二〇二六", Reason: "笔误"})
	refused(t, err, NoDocument)
	done, err := d.Correct(c.ctx, by, id, CorrectForm{From: "二〇二五", To: "二〇二六", Reason: "笔误"})
	must(t, err)
	if one := done.State.Corrected[0]; one.Of != number || one.Number == "" || done.State.Phase != casefile.PhaseDecided {
		t.Errorf("corrected %+v", one)
	}
	for _, form := range []VoidForm{{Number: number}, {Reason: "发错"}, {Number: number, Instead: number, Reason: "发错"}} {
		_, err = d.Void(c.ctx, by, id, form)
		refused(t, err, BadForm)
	}
	_, err = d.Void(c.ctx, by, id, VoidForm{Number: "没有这份", Reason: "发错"})
	refused(t, err, NoDocument)
	void, err := d.Void(c.ctx, by, id, VoidForm{Number: number, Reason: "印制错误"})
	must(t, err)
	if warned(void.Warnings, "decision_void") == "" {
		t.Errorf("nobody is told that the decision is void: %+v", void.Warnings)
	}
	_, err = d.Void(c.ctx, by, id, VoidForm{Number: number, Reason: "印制错误"})
	refused(t, err, NoDocument)
}

func TestReopened(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	open, _ := c.subsidy(nil, seen("identity")...)
	form := ReopenForm{Reason: "复议决定撤销原决定", Basis: "某复议决定书（虚构）", Approver: "镇长"}
	_, err := d.Reopen(c.ctx, by, open, form)
	refused(t, err, casefile.StepOrder) // nothing is decided
	id, number := c.decided()
	c.tick(10 * day)
	for _, bad := range []ReopenForm{{}, {Reason: "复议", Basis: "决定书"}, {Reason: "复议", Basis: "决定书", Approver: "镇长", On: "2026-04-01"}} {
		_, err = d.Reopen(c.ctx, by, id, bad)
		refused(t, err, BadForm)
	}
	done, err := d.Reopen(c.ctx, by, id, form)
	must(t, err)
	s := done.State
	if s.Phase != casefile.PhaseAccepted || s.Decision != nil || s.AcceptedOn != "2026-03-12" || len(s.SetAside) != 1 || s.SetAside[0].Number != number {
		t.Fatalf("reopened: %s, %+v, accepted on %s", s.Phase, s.Decision, s.AcceptedOn)
	}
	if next := d.Next(s); next.Action != Decide || !next.Here || warned(done.Warnings, "reopened") == "" {
		t.Errorf("next %+v, warnings %+v", next, done.Warnings)
	}
	again, err := d.Decide(c.ctx, by, id, DecideForm{Rejected: true, Text: "不符合条件"})
	must(t, err)
	if again.State.Outcome() != casefile.OutcomeRejected || again.State.Decision.Number == number {
		t.Errorf("decided again: %+v", again.State.Decision)
	}
	c.verified(id, tongli, casefile.PhaseDecided)
}

// A number that the case bears is drawn no second time, wherever it came from:
// the decision that was set aside, or another's word.
func TestANewNumberIsDrawn(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id, number := c.decided()
	reopen := ReopenForm{Reason: "复议决定撤销原决定", Basis: "某复议决定书（虚构）", Approver: "镇长"}
	issue := func(number string, again bool) DecideForm {
		return DecideForm{Text: "准予", Certificate: &CertificateForm{Name: "证书", Number: number, Again: again}}
	}
	_, err := d.Reopen(c.ctx, by, id, reopen)
	must(t, err)
	series := seriesOfDocuments(notice.Decision, d.Self(), "2026-03-02")
	d.numbers.mu.Lock()
	d.numbers.last[series.name] = 0 // an older copy of the desk's own books
	d.numbers.mu.Unlock()
	_, err = d.Decide(c.ctx, by, id, issue(number, false)) // a certificate under the number of a decision
	refused(t, err, casefile.NumberUsed)
	done, err := d.Decide(c.ctx, by, id, issue("证字第7号", false))
	must(t, err)
	if done.State.Decision.Number == number || len(done.State.SetAside) != 1 {
		t.Errorf("the decision is %s, as the one that was set aside", done.State.Decision.Number)
	}
	_, err = d.Reopen(c.ctx, by, id, reopen)
	must(t, err)
	_, err = d.Decide(c.ctx, by, id, issue("证字第7号", false))
	refused(t, err, casefile.NumberUsed)
	done, err = d.Decide(c.ctx, by, id, issue("证字第7号", true))
	must(t, err)
	if cert := done.State.Decision.Certificate; cert == nil || cert.Number != "证字第7号" || !cert.Again {
		t.Errorf("issued again: %+v", cert)
	}
	c.verified(id, tongli, casefile.PhaseDecided)
}

// Two documents of one kind in one action have two numbers, and the same two
// however often the action is planned.
func TestNumbersOfOneAction(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d := c.nodes[tongli].desk
	id, _ := c.decided()
	s, err := d.state(id)
	must(t, err)
	g := newGiven()
	var drawn [2][]string
	for i := range drawn {
		sh := d.sheet(s, staff("镇经办"), false, g)
		for range 2 {
			n, err := sh.documentNumber(notice.Service)
			must(t, err)
			drawn[i] = append(drawn[i], n)
		}
	}
	if drawn[0][0] == drawn[0][1] || !slices.Equal(drawn[0], drawn[1]) {
		t.Errorf("drawn %v", drawn)
	}
	d.numbers.giveBack(g)
	dry := d.sheet(s, staff("镇经办"), true, newGiven())
	a, _ := dry.documentNumber(notice.Service)
	b, _ := dry.documentNumber(notice.Service)
	if a == b {
		t.Errorf("both would be %s", a)
	}
}

func TestANewerVersionThatIsBetter(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id, _ := c.subsidy(nil, seen("identity")...)
	_, err := d.Accept(c.ctx, by, id, AcceptForm{})
	must(t, err)
	adopt := AdoptForm{Reason: "新版本承诺时限更短"}
	_, err = d.Adopt(c.ctx, by, id, adopt)
	refused(t, err, NotFavourable) // there is no newer one
	change := func(how func(*item.Item)) {
		it, _ := c.book.Offered(c.items["D04"], tongli.Area())
		next := *it
		next.Materials = slices.Clone(it.Materials)
		how(&next)
		c.book.publish(next, "320500000000")
	}
	change(func(it *item.Item) {
		it.OpenCases = item.FavourableOpen
		it.Materials = append(it.Materials, item.Material{ID: "bank", Name: "银行账户", Need: item.Required})
	})
	_, err = d.Adopt(c.ctx, by, id, adopt)
	refused(t, err, NotFavourable)
	if !strings.Contains(err.Error(), "银行账户") {
		t.Errorf("it is not said what is worse: %v", err)
	}
	change(func(it *item.Item) {
		it.Materials = it.Materials[:len(it.Materials)-1]
		it.Promise.Tenths -= 50
	})
	if warned(c.look(id).Warnings, "newer_version_better") == "" {
		t.Errorf("nobody is told: %+v", c.look(id).Warnings)
	}
	_, err = d.Adopt(c.ctx, by, id, AdoptForm{})
	refused(t, err, BadForm)
	done, err := d.Adopt(c.ctx, by, id, adopt)
	must(t, err)
	if done.State.Item.Version != 3 || warned(done.Warnings, "newer_version_better") != "" {
		t.Errorf("under version %d, %+v", done.State.Item.Version, done.Warnings)
	}
	change(func(it *item.Item) { it.Promise.Tenths -= 10; it.OpenCases = item.Keep })
	_, err = d.Adopt(c.ctx, by, id, adopt)
	refused(t, err, NotFavourable)
	c.verified(id, tongli, casefile.PhaseAccepted)
}
