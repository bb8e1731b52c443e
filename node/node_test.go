package node

import (
	"testing"

	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
)

func TestACaseTravelsUpAndBack(t *testing.T) {
	c := newCity(t, wujiang, tongli, lili)
	c.voters(wujiang, tongli, lili)
	c.join(tongli, yejian)
	codes := c.publish("D01")

	done, err := c.nodes[yejian].desk.Open(c.ctx, clerk(), desk.OpenForm{
		Item: codes["D01"], Answers: situations["D01"], Subject: yejian.Area(), Agency: true,
		Applicant: applicant.Applicant{Person: applicant.Person{Name: "甲某某"}},
		Papers:    []desk.Paper{{ID: "id-card", State: casefile.OriginalSeen}},
	})
	must(t, err)
	id := done.State.ID
	_, err = c.nodes[yejian].desk.Notice(c.ctx, clerk(), id, desk.NoticeForm{})
	must(t, err)
	view, err := c.nodes[yejian].desk.Look(id)
	must(t, err)
	var papers []desk.Paper
	for _, m := range view.Outstanding {
		papers = append(papers, desk.Paper{ID: m.ID, State: casefile.OriginalSeen})
	}
	_, err = c.nodes[yejian].desk.Supplement(c.ctx, clerk(), id, desk.ReceiveForm{Papers: papers})
	must(t, err)
	_, err = c.nodes[yejian].desk.HandOver(c.ctx, clerk(), id, desk.HandOverForm{})
	must(t, err)

	c.wait("offered to the town", func() bool {
		s := c.caseAt(tongli, id)
		return s.Offer != nil && s.Offer.To.Center == tongli
	})
	town := c.nodes[tongli].desk
	_, err = town.TakeOver(c.ctx, clerk(), id)
	must(t, err)
	c.wait("the village knows", func() bool { return c.caseAt(yejian, id).Holder.Center == tongli })
	_, err = town.Accept(c.ctx, clerk(), id, desk.AcceptForm{})
	must(t, err)
	_, err = town.Check(c.ctx, clerk(), id, desk.StepForm{Opinion: "材料齐全"})
	must(t, err)
	_, err = town.HandOver(c.ctx, clerk(), id, desk.HandOverForm{})
	must(t, err)
	c.wait("offered to the district", func() bool {
		return c.caseAt(wujiang, id).Offer != nil && c.caseAt(wujiang, id).Offer.To.Center == wujiang
	})
	_, err = c.nodes[wujiang].desk.TakeOver(c.ctx, clerk(), id)
	must(t, err)
	_, err = c.nodes[wujiang].desk.Decide(c.ctx, clerk(), id, desk.DecideForm{})
	must(t, err)
	c.wait("the village sees the decision", func() bool { return c.caseAt(yejian, id).Phase == casefile.PhaseDecided })
	for center, n := range c.nodes {
		failed, err := n.cabinet.VerifyAll(c.ctx, nil)
		must(t, err)
		if len(failed) > 0 {
			t.Errorf("%s: %v", center, failed)
		}
		must(t, n.register.Verify(c.ctx, nil))
	}
}
