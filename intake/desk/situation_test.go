package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// shop is an item of the town that asks what is applied for.
func shop() item.Item {
	return item.Item{
		Ref: item.Ref{Code: "SHOP"}, Name: "小餐饮登记", Department: "市场监管", Authority: "区市场监管局", Type: item.Confirmation, Level: area.Town,
		Kind: item.Promised, Subject: item.ByBusiness, Promise: item.Limit{Tenths: 50, Unit: item.WorkingDays},
		Situations: []item.Situation{
			{ID: "matter", Question: "办理哪一种？", Options: []item.Option{{ID: "new", Text: "新办"}, {ID: "renew", Text: "延续"}}},
			{ID: "goods", Question: "经营什么？", Several: true, If: `matter == "new"`, Options: []item.Option{{ID: "food", Text: "热食"}, {ID: "drink", Text: "饮品"}}},
			{ID: "heard", Question: "从哪里得知？", Options: []item.Option{{ID: "web", Text: "网上"}}},
		},
		Materials: []item.Material{
			{ID: "form", Name: "申请书", Need: item.Required},
			{ID: "plan", Name: "平面图", Need: item.Required, If: `matter == "new" && "food" in goods`},
			{ID: "licence", Name: "原登记证", Need: item.Required, If: `matter == "renew"`},
		},
		Steps: []item.Step{
			{Name: "受理", Action: item.Accept, Level: area.Town},
			{Name: "现场核查", Action: item.Check, Level: area.Town, If: `matter == "new"`},
			{Name: "决定", Action: item.Decide, Level: area.Town},
			{Name: "出件", Action: item.HandOut, Level: area.Town},
		},
	}
}

func TestASituationDecidesWhatIsAskedAndDone(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	c.book.publish(shop(), "320509000000")
	d := c.nodes[tongli].desk
	form := OpenForm{Item: "SHOP", Subject: tongli.Area(), Applicant: citizen()}
	_, err := d.Open(c.ctx, staff("窗口"), form)
	refused(t, err, SituationOpen)
	if words := err.Error(); !strings.Contains(words, "办理哪一种？（matter：new 新办、renew 延续）") || strings.Contains(words, "从哪里得知") {
		t.Errorf("the question is not put: %v", err)
	}
	form.Answers = item.Answers{"matter": {"new"}}
	_, err = d.Open(c.ctx, staff("窗口"), form)
	refused(t, err, SituationOpen)
	if !strings.Contains(err.Error(), "经营什么？（goods，可多选：") {
		t.Errorf("the question that follows is not put: %v", err)
	}
	form.Answers = item.Answers{"matter": {"old"}, "colour": {"red"}}
	_, err = d.Open(c.ctx, staff("窗口"), form)
	refused(t, err, condition.BadAnswer)

	form.Answers = item.Answers{"matter": {"renew"}, "goods": {"food"}} // goods are not asked: they do not count
	form.Papers = seen("form")
	form.Papers = append(form.Papers, Paper{ID: "plan", State: casefile.NotNeeded})
	opened, err := d.Open(c.ctx, staff("窗口"), form)
	must(t, err)
	id := opened.State.ID
	if ch := opened.State.Choice; ch == nil || len(ch.Answers) != 1 || !slices.Equal(ch.Skipped, []int{1}) || !slices.Equal(ch.Excused, []string{"plan"}) {
		t.Fatalf("sealed: %+v", opened.State.Choice)
	}
	if v, err := d.Look(id); err != nil || names(v.Materials) != "申请书、原登记证" || names(v.Outstanding) != "原登记证" {
		t.Errorf("on the screen: %s, of which lack %s, %v", names(v.Materials), names(v.Outstanding), err)
	}
	_, err = d.Accept(c.ctx, staff("窗口"), id, AcceptForm{})
	refused(t, err, PapersLack)
	if !strings.Contains(err.Error(), "原登记证") || strings.Contains(err.Error(), "平面图") {
		t.Errorf("what is missing: %v", err)
	}
	told, err := d.Notice(c.ctx, staff("窗口"), id, NoticeForm{})
	must(t, err)
	if !slices.Equal(told.State.Notice.Missing, []string{"licence"}) {
		t.Errorf("the notice names %v", told.State.Notice.Missing)
	}
	_, err = d.Supplement(c.ctx, staff("窗口"), id, ReceiveForm{Papers: seen("licence")})
	must(t, err)
	_, err = d.Accept(c.ctx, staff("窗口"), id, AcceptForm{})
	must(t, err)
	if v, err := d.Look(id); err != nil || v.Next.Action != Decide || v.Next.Step != 2 {
		t.Errorf("next: %+v, %v", v.Next, err)
	}
	_, err = d.Check(c.ctx, staff("窗口"), id, StepForm{})
	refused(t, err, NoStep)
	_, err = d.Settle(c.ctx, staff("窗口"), id, SettleForm{Conclude: true})
	must(t, err)
	c.verified(id, tongli, casefile.PhaseConcluded)
	for _, kind := range []notice.Kind{notice.OneTime, notice.Decision} {
		_, err := d.Print(id, kind)
		must(t, err)
	}
}

func TestAcceptedUnderAnotherVersionTheSituationIsWorkedOutAgain(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	c.book.publish(shop(), "320509000000")
	d := c.nodes[tongli].desk
	open := func(answers item.Answers) casefile.ID {
		done, err := d.Open(c.ctx, staff("窗口"), OpenForm{Item: "SHOP", Subject: tongli.Area(), Applicant: citizen(), Answers: answers, Papers: seen("form")})
		must(t, err)
		return done.State.ID
	}
	both := open(item.Answers{"matter": {"new"}, "goods": {"drink"}})
	asks := open(item.Answers{"matter": {"new"}, "goods": {"drink"}})
	keeps := open(item.Answers{"matter": {"new"}, "goods": {"drink"}})

	second := shop()
	second.Situations[1].Options = []item.Option{{ID: "food", Text: "热食"}, {ID: "drink", Text: "饮品"}, {ID: "cake", Text: "糕点"}}
	second.Steps = slices.Insert(second.Steps, 0, item.Step{Name: "收件", Action: item.Receive, Level: area.Town})
	second.Materials[1].If = `matter == "new"`
	c.book.publish(second, "320509000000")

	_, err := d.Accept(c.ctx, staff("窗口"), both, AcceptForm{Newest: true})
	refused(t, err, PapersLack) // the plan is asked of everybody now
	_, err = d.Receive(c.ctx, staff("窗口"), both, ReceiveForm{Papers: []Paper{{ID: "plan", State: casefile.Copy}}})
	must(t, err)
	done, err := d.Accept(c.ctx, staff("窗口"), both, AcceptForm{Newest: true})
	must(t, err)
	if ch := done.State.Choice; done.State.Item.Version != 2 || len(ch.Excused) != 1 || len(ch.Skipped) != 0 || ch.Answers["goods"][0] != "drink" {
		t.Errorf("under version %d: %+v", done.State.Item.Version, ch)
	}
	done, err = d.Accept(c.ctx, staff("窗口"), keeps, AcceptForm{})
	must(t, err)
	if ch := done.State.Choice; done.State.Item.Version != 1 || !slices.Equal(ch.Excused, []string{"plan", "licence"}) {
		t.Errorf("under version %d: %+v", done.State.Item.Version, ch)
	}

	third := shop()
	third.Situations[1].Options = []item.Option{{ID: "hot", Text: "热食"}, {ID: "cold", Text: "冷食"}}
	third.Materials[1].If = `"hot" in goods`
	c.book.publish(third, "320509000000")
	_, err = d.Accept(c.ctx, staff("窗口"), asks, AcceptForm{Newest: true})
	refused(t, err, SituationOpen)
	done, err = d.Accept(c.ctx, staff("窗口"), asks, AcceptForm{Newest: true, Answers: item.Answers{"matter": {"new"}, "goods": {"cold"}}})
	must(t, err)
	if ch := done.State.Choice; done.State.Item.Version != 3 || ch.Answers["goods"][0] != "cold" {
		t.Errorf("under version %d: %+v", done.State.Item.Version, ch)
	}
	for _, id := range []casefile.ID{both, asks, keeps} {
		c.verified(id, tongli, casefile.PhaseAccepted)
	}
}

func TestOutOfSeason(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang) // 2 March 2026
	it := shop()
	it.Situations, it.Materials[1].If, it.Materials[2].If, it.Steps[1].If = nil, "", "", ""
	it.Open = []item.Season{{From: "03-15", To: "03-31"}, {From: "09-01", To: "09-10"}}
	it.Promise = item.Limit{Unit: item.ByDate, By: "20"}
	c.book.publish(it, "320509000000")
	d := c.nodes[tongli].desk
	form := OpenForm{Item: "SHOP", Subject: tongli.Area(), Applicant: citizen(), Papers: seen("form", "plan", "licence"), Accept: true}
	_, err := d.Open(c.ctx, staff("窗口"), form)
	refused(t, err, OutOfSeason)
	if !strings.Contains(err.Error(), "9 月") || !strings.Contains(refusal.HintOf(err), "2026-03-15") {
		t.Errorf("when it opens: %v (%s)", err, refusal.HintOf(err))
	}
	c.tick(15 * 24 * time.Hour)
	done, err := d.Open(c.ctx, staff("窗口"), form)
	must(t, err)
	if done.State.Choice != nil {
		t.Errorf("an item that asks nothing: %+v", done.State.Choice)
	}
	for _, r := range d.Readings(done.State) {
		if r.Clock == clock.Promised && r.Due != "2026-03-20" {
			t.Errorf("a published last day: %+v", r)
		}
	}
	c.tick(20 * 24 * time.Hour)
	_, err = d.Open(c.ctx, staff("窗口"), form)
	refused(t, err, OutOfSeason)
	if !strings.Contains(refusal.HintOf(err), "2026-09-01") {
		t.Errorf("when it opens again: %s", refusal.HintOf(err))
	}
}
