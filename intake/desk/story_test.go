package desk

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

func seen(ids ...string) []Paper {
	papers := make([]Paper, len(ids))
	for i, id := range ids {
		papers[i] = Paper{ID: id, State: casefile.OriginalSeen, Content: []byte("scan of " + id)}
	}
	return papers
}

// Story 1: an immediate case at a village counter, by a dated power.
func TestImmediateCaseAtTheVillage(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	d := c.nodes[yejian].desk
	birth := c.items["D26"]
	form := OpenForm{Item: birth, Subject: yejian.Area(), Applicant: citizen(), Accept: true}

	_, err := d.Open(c.ctx, staff("村窗口"), form)
	refused(t, err, casefile.NotCompetent) // the town accepts, until a power says otherwise
	if list, _ := d.Worklist(Query{Box: All}); list.Total != 0 {
		t.Fatalf("a refused action left %+v", list.Cases)
	}

	c.book.powers[string(yejian)+string(birth)+area.Town.String()] = true
	opened, err := d.Open(c.ctx, staff("村窗口"), form)
	must(t, err)
	if opened.Events != 3 || opened.State.Phase != casefile.PhaseAccepted {
		t.Fatalf("opened: %d events, %s", opened.Events, opened.State.Phase)
	}
	if next := d.Next(opened.State); next.Action != Decide || !next.Here {
		t.Fatalf("next %+v, want to decide here", next)
	}
	settled, err := d.Settle(c.ctx, staff("村窗口"), opened.State.ID, SettleForm{Conclude: true})
	must(t, err)
	s := c.verified(settled.State.ID, yejian, casefile.PhaseConcluded)
	if s.Decision == nil || !s.Decision.Approved || s.ServedAt == 0 || s.HandedOut == 0 {
		t.Fatalf("settled: %+v", s)
	}
	want := []casefile.Kind{casefile.Opened, casefile.Received, casefile.Accepted, casefile.Decided, casefile.Served, casefile.HandedOut, casefile.Concluded}
	if got := c.kinds(s.ID, yejian); !slices.Equal(got, want) {
		t.Fatalf("log %v, want %v", got, want)
	}
	if s.AppliedArea != yejian.Area() || s.AcceptedArea != yejian.Area() || s.ConcludedArea != yejian.Area() {
		t.Errorf("areas %s %s %s", s.AppliedArea, s.AcceptedArea, s.ConcludedArea)
	}
}

// Story 2: photo and proof of address are missing; one notice names both; the
// case goes village, town, district and back.
func TestResidencePermit(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	village, town, district := c.nodes[yejian].desk, c.nodes[tongli].desk, c.nodes[wujiang].desk
	opened, err := village.Open(c.ctx, staff("村窗口"), OpenForm{
		Item: c.items["D01"], Answers: answers["D01"], Subject: yejian.Area(), Applicant: citizen(),
		Papers: append(seen("id-card"), Paper{ID: "photo", State: casefile.Missing}),
	})
	must(t, err)
	id := opened.State.ID
	if !strings.HasPrefix(opened.State.Number, "TE4401135000001170544210604100220260302") || len(opened.State.Number) != 50 {
		t.Errorf("number %q", opened.State.Number)
	}
	if next := village.Next(opened.State); next.Action != Notice || !next.Here {
		t.Fatalf("next %+v, want a notice", next)
	}
	_, err = village.Accept(c.ctx, staff("村窗口"), id, AcceptForm{})
	refused(t, err, PapersLack)

	told, err := village.Notice(c.ctx, staff("村窗口"), id, NoticeForm{Notes: map[string]string{"photo": "近期免冠"}})
	must(t, err)
	if got := told.State.Notice.Missing; !slices.Equal(got, []string{"photo", "proof"}) {
		t.Fatalf("the notice names %v", got)
	}
	for _, words := range []string{"本人相片", "近期免冠", "居住地住址证明", "吴江区公安", "叶建村便民服务中心"} {
		if !strings.Contains(told.State.Notice.Text, words) {
			t.Errorf("the notice does not say %q:\n%s", words, told.State.Notice.Text)
		}
	}
	if strings.Contains(told.State.Notice.Text, "张某某") {
		t.Error("the applicant's name is in the log")
	}
	printed, err := village.Print(id, notice.OneTime)
	must(t, err)
	if !strings.Contains(printed, "张某某：") {
		t.Errorf("the printed notice does not name the applicant:\n%s", printed)
	}
	_, err = village.Notice(c.ctx, staff("村窗口"), id, NoticeForm{})
	refused(t, err, casefile.StepOrder) // there is one notice

	c.tick(24 * time.Hour)
	more, err := village.Supplement(c.ctx, staff("村窗口"), id, ReceiveForm{Papers: seen("photo", "proof")})
	must(t, err)
	if next := village.Next(more.State); next.Action != Accept || next.Center != tongli {
		t.Fatalf("next %+v, want the town to accept", next)
	}
	_, err = village.Accept(c.ctx, staff("村窗口"), id, AcceptForm{})
	refused(t, err, casefile.NotCompetent)

	c.pass(id, yejian, tongli)
	_, err = village.Accept(c.ctx, staff("村窗口"), id, AcceptForm{})
	refused(t, err, casefile.NotCustodian)
	accepted, err := town.Accept(c.ctx, staff("镇窗口"), id, AcceptForm{})
	must(t, err)
	if accepted.State.AcceptedOn != "2026-03-03" {
		t.Errorf("accepted on %s", accepted.State.AcceptedOn)
	}
	_, err = town.Check(c.ctx, staff("镇初审"), id, StepForm{Opinion: "材料属实"})
	must(t, err)
	_, err = town.Decide(c.ctx, staff("镇窗口"), id, DecideForm{})
	refused(t, err, casefile.NotCompetent)
	c.pass(id, tongli, wujiang)
	decided, err := district.Decide(c.ctx, staff("区审批"), id, DecideForm{Text: "准予签发"})
	must(t, err)
	if decided.State.Decision.Result != "居住证" {
		t.Errorf("result %q", decided.State.Decision.Result)
	}
	_, err = district.Conclude(c.ctx, staff("区审批"), id, "")
	refused(t, err, NotServed)
	c.pass(id, wujiang, yejian) // straight to the counter where the applicant collects
	handed, err := village.HandOut(c.ctx, staff("村窗口"), id, DeliverForm{})
	must(t, err)
	if handed.Events != 2 {
		t.Errorf("handing out wrote %d events, want served and handed out", handed.Events)
	}
	_, err = village.Conclude(c.ctx, staff("村窗口"), id, "")
	must(t, err)
	_, err = village.Archive(c.ctx, staff("村窗口"), id, "")
	must(t, err)
	s := c.verified(id, yejian, casefile.PhaseArchived)
	if s.AppliedArea != yejian.Area() || s.AcceptedArea != tongli.Area() || s.ConcludedArea != wujiang.Area() {
		t.Errorf("areas %s %s %s", s.AppliedArea, s.AcceptedArea, s.ConcludedArea)
	}
	for _, kind := range []notice.Kind{notice.Receipt, notice.Acceptance, notice.Decision, notice.Service} {
		text, err := village.Print(id, kind)
		must(t, err)
		if !strings.Contains(text, "张某某") || !strings.Contains(text, s.Number) {
			t.Errorf("%s:\n%s", kind, text)
		}
	}
	_, err = village.Print(id, notice.Decline)
	refused(t, err, NothingIsOpen)
}

// Story 3: received in another town's village, decided where the household is,
// handed out where the applicant asked.
func TestCrossAreaCard(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang, zhenze, otherVi)
	away, home, district := c.nodes[otherVi].desk, c.nodes[tongli].desk, c.nodes[wujiang].desk
	opened, err := away.Open(c.ctx, staff("外村窗口"), OpenForm{
		Item: c.items["D23"], Answers: answers["D23"], Subject: yejian.Area(), Applicant: citizen(),
		Papers: seen("id-card", "household-book", "photo", "form"),
	})
	must(t, err)
	id := opened.State.ID
	if opened.State.Mode != item.ReceivedElsewhere || opened.State.Deliver != otherVi {
		t.Errorf("mode %q, deliver %s", opened.State.Mode, opened.State.Deliver)
	}
	if next := away.Next(opened.State); next.Action != Accept || next.Center != tongli {
		t.Fatalf("next %+v, want the home town to accept", next)
	}
	c.pass(id, otherVi, tongli)
	_, err = home.Accept(c.ctx, staff("镇窗口"), id, AcceptForm{})
	must(t, err)
	for _, ground := range []casefile.Ground{casefile.Appraisal, casefile.PublicPosting} { // each is the next wait of the item
		waiting, err := home.Suspend(c.ctx, staff("镇经办"), id, SuspendForm{})
		must(t, err)
		if w := waiting.State.Waiting(); w.Ground != ground || w.Counts {
			t.Fatalf("waits %+v, want %s that does not count", w, ground)
		}
		_, err = home.HandOver(c.ctx, staff("镇经办"), id, HandOverForm{})
		refused(t, err, NowhereToGo)
		c.tick(8 * 24 * time.Hour)
		_, err = home.Resume(c.ctx, staff("镇经办"), id, ResumeForm{Result: "无异议"})
		must(t, err)
	}
	c.pass(id, tongli, wujiang)
	_, err = district.Decide(c.ctx, staff("区残联"), id, DecideForm{})
	must(t, err)
	c.pass(id, wujiang, otherVi)
	_, err = away.HandOut(c.ctx, staff("外村窗口"), id, DeliverForm{To: "agent"})
	must(t, err)
	_, err = away.Conclude(c.ctx, staff("外村窗口"), id, "")
	must(t, err)
	s := c.verified(id, otherVi, casefile.PhaseConcluded)
	if s.AppliedArea != otherVi.Area() || s.AcceptedArea != tongli.Area() || s.ConcludedArea != wujiang.Area() || s.Subject != yejian.Area() {
		t.Errorf("areas %s %s %s, subject %s", s.AppliedArea, s.AcceptedArea, s.ConcludedArea, s.Subject)
	}
	// An item that is not for the whole city is refused away from home.
	_, err = away.Open(c.ctx, staff("外村窗口"), OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: yejian.Area(), Applicant: citizen()})
	refused(t, err, casefile.OutOfScope)
}

// Story 4: the village acts as agent; the posting does not count; the district
// decides.
func TestVillageAgencyForAPlanningPermit(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	village, town, district := c.nodes[yejian].desk, c.nodes[tongli].desk, c.nodes[wujiang].desk
	opened, err := village.Open(c.ctx, staff("代办员"), OpenForm{
		Item: c.items["D12"], Answers: answers["D12"], Subject: yejian.Area(), Applicant: citizen(), Agency: true,
		Papers: seen("application", "household", "committee", "design", "id-card"),
	})
	must(t, err)
	id := opened.State.ID
	// A village never accepts a permit, not even by a power.
	c.book.powers[string(yejian)+string(c.items["D12"])+area.Town.String()] = true
	_, err = village.Accept(c.ctx, staff("代办员"), id, AcceptForm{})
	refused(t, err, casefile.NotCompetent)
	c.pass(id, yejian, tongli)
	_, err = town.Accept(c.ctx, staff("镇窗口"), id, AcceptForm{})
	must(t, err)
	_, err = town.Check(c.ctx, staff("镇初审"), id, StepForm{})
	must(t, err)
	_, err = town.Suspend(c.ctx, staff("镇经办"), id, SuspendForm{Until: "2026-03-16"})
	must(t, err)
	due := func() clock.Reading {
		view, err := town.Look(id)
		must(t, err)
		for _, r := range view.Readings {
			if r.Clock == clock.Promised {
				return r
			}
		}
		t.Fatalf("no promised clock: %+v", view.Readings)
		return clock.Reading{}
	}
	if r := due(); r.Due != "2026-03-30" || r.Lamp != clock.Paused {
		t.Errorf("as the posting begins: %+v", r)
	}
	c.tick(14 * 24 * time.Hour)
	if r := due(); r.Lamp != clock.Paused || r.LeftDays != 20 {
		t.Errorf("after two weeks of posting: %+v", r)
	}
	_, err = town.HandOver(c.ctx, staff("镇经办"), id, HandOverForm{To: wujiang}) // the case may move while it waits
	must(t, err)
	c.carry(id, tongli, wujiang)
	_, err = district.TurnBack(c.ctx, staff("区窗口"), id, ReasonForm{Reason: "公示尚未结束"})
	must(t, err)
	c.carry(id, wujiang, tongli)
	_, err = town.Resume(c.ctx, staff("镇经办"), id, ResumeForm{Result: "公示期满，无异议", Proof: []byte("照片")})
	must(t, err)
	if r := due(); r.Due != "2026-04-14" || r.Lamp != clock.Green {
		t.Errorf("after the posting: %+v", r) // 20 working days, ten of them after the posting, 6 April a day off
	}
	c.pass(id, tongli, wujiang)
	_, err = district.Decide(c.ctx, staff("区审批"), id, DecideForm{Text: "准予许可"})
	must(t, err)
	c.pass(id, wujiang, yejian)
	_, err = village.HandOut(c.ctx, staff("代办员"), id, DeliverForm{})
	must(t, err)
	_, err = village.Conclude(c.ctx, staff("代办员"), id, "")
	must(t, err)
	c.verified(id, yejian, casefile.PhaseConcluded)
}

// Story 5: a new version is published while a case is open.
func TestNewVersionLeavesOpenCasesAlone(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	town := c.nodes[tongli].desk
	opened, err := town.Open(c.ctx, staff("镇窗口"), OpenForm{
		Item: c.items["D04"], Subject: tongli.Area(), Applicant: citizen(), Papers: seen("identity"), Accept: true,
	})
	must(t, err)
	id := opened.State.ID
	has := func(all []Warning, code string) bool {
		return slices.ContainsFunc(all, func(w Warning) bool { return w.Code == code })
	}
	if !has(opened.Warnings, "steps_over_promise") {
		t.Errorf("no warning that the steps add up to more than the promise: %+v", opened.Warnings)
	}
	if has(opened.Warnings, "newer_version") {
		t.Errorf("warned of a version that is not there: %+v", opened.Warnings)
	}
	second := *c.book.items[opened.State.Item]
	second.Conditions = slices.Clone(second.Conditions)
	second.Conditions[1] = "登记满 12 个月"
	c.book.publish(second, "320500000000")
	view, err := town.Look(id)
	must(t, err)
	if view.State.Item.Version != 1 || view.Item.Conditions[1] == "登记满 12 个月" {
		t.Errorf("the open case went over to %+v", view.State.Item)
	}
	if !has(view.Warnings, "newer_version") || !has(view.Warnings, "newer_version_change") {
		t.Errorf("the counter is not told of the new version: %+v", view.Warnings)
	}
	_, err = town.Review(c.ctx, staff("镇经办"), id, StepForm{})
	must(t, err)
	decided, err := town.Decide(c.ctx, staff("镇经办"), id, DecideForm{})
	must(t, err)
	if decided.State.Item.Version != 1 {
		t.Errorf("decided under version %d", decided.State.Item.Version)
	}
	fresh, err := town.Open(c.ctx, staff("镇窗口"), OpenForm{Item: c.items["D04"], Subject: tongli.Area(), Applicant: citizen(), Papers: seen("identity")})
	must(t, err)
	if fresh.State.Item.Version != 2 {
		t.Errorf("a new case is under version %d", fresh.State.Item.Version)
	}
}
