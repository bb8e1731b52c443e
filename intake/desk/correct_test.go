package desk

import (
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// take has a center take over what was handed to it, and carries the answer
// back.
func (c *city) take(id casefile.ID, from, to area.Center) casefile.State {
	c.t.Helper()
	c.tick(time.Hour)
	c.carry(id, from, to)
	done, err := c.nodes[to].desk.TakeOver(c.ctx, staff("接件"), id)
	must(c.t, err)
	c.carry(id, to, from)
	c.tick(time.Hour)
	return done.State
}

// residence opens a case at the village, all papers laid, and passes it to the
// town.
func (c *city) residence() casefile.ID {
	c.t.Helper()
	opened, err := c.nodes[yejian].desk.Open(c.ctx, staff("村窗口"), OpenForm{
		Item: c.items["D01"], Answers: answers["D01"], Subject: yejian.Area(), Applicant: citizen(), Papers: seen("id-card", "photo", "proof"),
	})
	must(c.t, err)
	c.pass(opened.State.ID, yejian, tongli)
	return opened.State.ID
}

// What the village sent up is put right by the village: the town may not ask the
// applicant for it again.
func TestSentBackForCorrection(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	village, town := c.nodes[yejian].desk, c.nodes[tongli].desk
	id := c.residence()
	_, err := village.SendBack(c.ctx, staff("村窗口"), id, SendBackForm{Reason: "照片不清"})
	refused(t, err, casefile.NotCustodian)
	found, err := town.Receive(c.ctx, staff("镇窗口"), id, ReceiveForm{Papers: []Paper{missing("photo")}}) // it can't be read
	must(t, err)
	if next := town.Next(found.State); next.Action != SendBack || !next.Here {
		t.Fatalf("next %+v, want to send the case back", next)
	}
	_, err = town.Notice(c.ctx, staff("镇窗口"), id, NoticeForm{})
	refused(t, err, casefile.AskedAgain)
	if !strings.Contains(refusal.HintOf(err), "back") {
		t.Errorf("the hint does not say what to do: %q", refusal.HintOf(err))
	}
	for name, form := range map[string]SendBackForm{
		"no reason": {Materials: []string{"photo"}}, "no such paper": {Reason: "照片不清", Materials: []string{"passport"}},
		"yesterday": {Reason: "照片不清", By: "2026-03-01"},
	} {
		_, err = town.SendBack(c.ctx, staff("镇窗口"), id, form)
		if refusal.CodeOf(err) != BadForm {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err = town.SendBack(c.ctx, staff("镇窗口"), id, SendBackForm{Reason: "照片不清", To: wujiang})
	refused(t, err, NowhereToGo)
	back, err := town.SendBack(c.ctx, staff("镇窗口"), id, SendBackForm{Reason: "照片不清", Materials: []string{"photo"}, By: "2026-03-04"})
	must(t, err)
	if back.State.Offer == nil || back.State.Offer.To.Center != yejian {
		t.Fatalf("offered %+v", back.State.Offer)
	}
	s := c.take(id, tongli, yejian)
	if s.Correction == nil || s.Correction.Reason != "照片不清" {
		t.Fatalf("to be corrected: %+v", s.Correction)
	}
	view, err := village.Look(id)
	must(t, err)
	if view.Next.Action != Receive || !view.Next.Here || view.Next.Name != "退回补正" {
		t.Errorf("next %+v, want the papers", view.Next)
	}
	if text := warned(view.Warnings, "to_correct"); !strings.Contains(text, "照片不清") || !strings.Contains(text, "2026-03-04") || !strings.Contains(text, "本人相片") {
		t.Errorf("the village is told %q", text)
	}
	c.tick(3 * day)
	if view, err = village.Look(id); err != nil || warned(view.Warnings, "correction_late") == "" {
		t.Errorf("nobody is warned that the correction is late: %v %+v", err, view.Warnings)
	}
	laid, err := village.Receive(c.ctx, staff("村窗口"), id, ReceiveForm{Papers: seen("photo")})
	must(t, err)
	if next := village.Next(laid.State); next.Action != HandOver || !next.Here {
		t.Fatalf("next %+v, want to hand over again", next)
	}
	again, err := village.HandOver(c.ctx, staff("村窗口"), id, HandOverForm{})
	must(t, err)
	if again.State.Offer.To.Center != tongli {
		t.Fatalf("handed over to %s", again.State.Offer.To)
	}
	if s = c.take(id, yejian, tongli); s.Correction != nil {
		t.Errorf("still to be corrected: %+v", s.Correction)
	}
	accepted, err := town.Accept(c.ctx, staff("镇窗口"), id, AcceptForm{})
	must(t, err)
	_, err = town.SendBack(c.ctx, staff("镇窗口"), id, SendBackForm{Reason: "须村里补充证明"}) // after acceptance, too
	must(t, err)
	c.take(id, tongli, yejian)
	if next := village.Next(accepted.State); next.Action == SendBack {
		t.Errorf("next %+v", next)
	}
}

// The days that each level had a case, with the return in between.
func TestWhereACaseHasBeen(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang) // Monday, 2 March
	village, town := c.nodes[yejian].desk, c.nodes[tongli].desk
	id := c.residence()
	c.tick(3 * day) // Thursday
	_, err := town.SendBack(c.ctx, staff("镇窗口"), id, SendBackForm{Reason: "照片不清", Materials: []string{"photo"}})
	must(t, err)
	c.tick(5 * day) // nobody is there over the weekend
	c.take(id, tongli, yejian)
	c.tick(2 * day)
	way, err := village.Itinerary(id)
	must(t, err)
	if len(way.Stays) != 3 {
		t.Fatalf("%d stays: %+v", len(way.Stays), way.Stays)
	}
	first, second, third := way.Stays[0], way.Stays[1], way.Stays[2]
	if first.How != casefile.Opened || first.Staff != "村窗口" || first.Offered == 0 || first.Until == 0 || first.Days != 0 {
		t.Errorf("the first stay: %+v", first)
	}
	if second.Center != tongli || second.Staff != "接件" || second.Days != 8 || second.WorkDays != 6 || second.Arrived != first.Offered || second.Correct {
		t.Errorf("the second stay: %+v", second)
	}
	if !third.Correct || third.Until != 0 || third.Days != 2 || third.WorkDays != 2 || third.Name != "叶建村便民服务中心" {
		t.Errorf("the third stay: %+v", third)
	}
	if len(way.Levels) != 2 || way.Levels[0].Level != area.Village || way.Levels[0].WorkDays != 2 || way.Levels[1].WorkDays != 6 {
		t.Errorf("by level: %+v", way.Levels)
	}
	_, err = town.Itinerary("320509111201.1.99")
	refused(t, err, refusal.NotFound)

	board, err := village.Board(id)
	must(t, err)
	late := ""
	for _, one := range board.Clocks {
		if one.Late {
			late = one.Name + " " + one.Office
		}
	}
	if board.Holder != yejian || late != "一次性告知时限 叶建村便民服务中心" {
		t.Errorf("late: %q, of %+v", late, board.Clocks)
	}
}
