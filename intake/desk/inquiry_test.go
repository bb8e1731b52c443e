package desk

import (
	"slices"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// inspected is an item with an assessment, a posting and a review.
func (c *city) inspected(kind item.Type) casefile.ID {
	c.t.Helper()
	c.book.publish(item.Item{
		Ref: item.Ref{Code: "INQ-1"}, Name: "救助", Type: kind, Level: area.Town, Kind: item.Promised, Subject: item.ByResidence,
		Results: []item.Result{{Name: "救助证"}}, Authority: "同里镇人民政府", AuthorityCode: "11320509014199098N",
		Materials: []item.Material{{ID: "identity", Name: "身份证", Need: item.Required}},
		Steps: []item.Step{
			{Name: "受理", Action: item.Accept, Level: area.Town},
			{Name: "入户核查", Action: item.Assess, Level: area.Town},
			{Name: "民主评议", Action: item.Assess, Level: area.Town},
			{Name: "公示", Action: item.Posting, Level: area.Town, Uncounted: true},
			{Name: "决定", Action: item.Decide, Level: area.Town},
			{Name: "出件", Action: item.HandOut, Level: area.Town},
		},
	}, "320500000000")
	opened, err := c.nodes[tongli].desk.Open(c.ctx, staff("镇窗口"), OpenForm{Item: "INQ-1", Subject: tongli.Area(), Applicant: citizen(), Papers: seen("identity"), Accept: true})
	must(c.t, err)
	return opened.State.ID
}

// A home visit by two, a deliberation, a posting with the applicant masked, an
// objection, the decision with its certificate.
func TestVisitDeliberationAndPosting(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id := c.inspected(item.Benefit)
	for _, form := range []VisitedForm{
		{Kind: "home", Staff: []string{"甲"}, Found: "属实"}, {Kind: "by phone", Staff: []string{"甲", "乙"}, Found: "属实"},
		{Kind: "home", Staff: []string{"甲", "乙"}}, {Kind: "home", Staff: []string{"甲", "乙"}, Found: "属实", On: "2026-03-03"},
	} {
		_, err := d.Visited(c.ctx, by, id, form)
		refused(t, err, BadForm)
	}
	first := 0
	_, err := d.Visited(c.ctx, by, id, VisitedForm{Step: &first, Kind: "home", Staff: []string{"甲", "乙"}, Found: "属实"})
	refused(t, err, NoStep) // the acceptance is no visit
	visited, err := d.Visited(c.ctx, by, id, VisitedForm{Kind: "home", Staff: []string{"甲", "乙"}, Found: "住房属实", Proof: []byte("照片")})
	must(t, err)
	if next := d.Next(visited.State); next.Action != Suspend || next.Step != 2 {
		t.Errorf("next %+v, want the deliberation", next)
	}
	_, err = d.Deliberated(c.ctx, by, id, DeliberateForm{Who: []string{"村民代表"}, For: 9, Result: "同意"})
	refused(t, err, BadForm)
	done, err := d.Deliberated(c.ctx, by, id, DeliberateForm{Who: []string{"村民代表", "村委会"}, For: 9, Against: 1, Result: "同意"})
	must(t, err)
	if next := d.Next(done.State); next.Action != Suspend || next.Step != 3 {
		t.Errorf("next %+v, want the posting", next)
	}
	_, err = d.PartyHeard(c.ctx, by, id, HeardForm{Spoke: true, Who: "虚构乙"})
	refused(t, err, BadForm) // what was said?
	heard, err := d.PartyHeard(c.ctx, by, id, HeardForm{Spoke: true, Text: "无异议", Who: "虚构乙，邻居"})
	must(t, err)
	if got, err := c.nodes[tongli].blobs.Get(id.Owner(), *heard.State.Heard[0].Who); err != nil || string(got) != "虚构乙，邻居" {
		t.Errorf("who was heard: %q, %v", got, err)
	}

	for _, form := range []*PostingForm{nil, {}, {Place: "公告栏"}, {Place: "公告栏", From: "2026-03-10", To: "2026-03-09"}} {
		_, err = d.Suspend(c.ctx, by, id, SuspendForm{Posting: form})
		refused(t, err, BadForm)
	}
	_, err = d.Suspend(c.ctx, by, id, SuspendForm{Ground: casefile.Hearing, Posting: &PostingForm{Place: "公告栏", To: "2026-03-09"}})
	refused(t, err, BadForm)
	posted, err := d.Suspend(c.ctx, by, id, SuspendForm{Posting: &PostingForm{Place: "村公告栏", To: "2026-03-09"}})
	must(t, err)
	wait := posted.State.Waiting()
	if p := wait.Posting; wait.Until != "2026-03-09" || wait.Counts || p == nil || p.Number == "" || p.From != "2026-03-02" ||
		strings.Contains(p.Text, "张某某") || !strings.Contains(p.Text, "张**") || !strings.Contains(p.Text, "村公告栏") {
		t.Fatalf("posted %+v %+v", wait, wait.Posting)
	}
	c.tick(3 * day)
	_, err = d.Resume(c.ctx, by, id, ResumeForm{Result: "无异议"})
	refused(t, err, TooEarly)
	c.tick(4 * day)
	_, err = d.Resume(c.ctx, by, id, ResumeForm{Result: "有异议", Objections: []ObjectionForm{{Text: "收入不实"}}})
	refused(t, err, BadForm) // no answer
	resumed, err := d.Resume(c.ctx, by, id, ResumeForm{Result: "异议不成立", Objections: []ObjectionForm{{Text: "收入不实", Answer: "已核查，属实", Who: "虚构丙"}}})
	must(t, err)
	if o := resumed.State.Intervals[0].Objections; len(o) != 1 || o[0].Who == nil || o[0].On != "2026-03-09" {
		t.Errorf("objections %+v", o)
	}
	for _, form := range []DecideForm{
		{Rejected: true, Text: "不符合", Certificate: &CertificateForm{Name: "救助证"}},
		{Certificate: &CertificateForm{From: "2026-03-09", To: "2026-03-01"}}, {Certificate: &CertificateForm{IssuerCode: "11320509014199098X"}},
	} {
		_, err = d.Decide(c.ctx, by, id, form)
		refused(t, err, BadForm)
	}
	decided, err := d.Decide(c.ctx, by, id, DecideForm{Certificate: &CertificateForm{Number: "JZ-0001", From: "2026-03-09", To: "2027-03-08"}})
	must(t, err)
	if crt := decided.State.Decision.Certificate; crt == nil || crt.Name != "救助证" || crt.Issuer != "同里镇人民政府" || crt.IssuerCode == "" || crt.Number != "JZ-0001" {
		t.Errorf("certificate %+v", crt)
	}
	_, err = d.HandOut(c.ctx, by, id, DeliverForm{Signed: "cross"})
	refused(t, err, BadForm)
	for field, form := range map[string]DeliverForm{
		"signature": {Signed: casefile.ESignature}, "courier": {To: "post"}, "note": {Signed: casefile.Unsigned},
		"signed": {To: "post", Courier: "EX0000000001", Signed: casefile.Unsigned, Note: "邻居甲、乙在场"},
	} {
		_, err = d.HandOut(c.ctx, by, id, form)
		if refused(t, err, BadForm); !strings.Contains(err.Error(), field+": ") {
			t.Errorf("%s: %v", field, err)
		}
	}
	_, err = d.HandOut(c.ctx, by, id, DeliverForm{Signed: casefile.Thumbprint})
	must(t, err)
	if _, err = d.ConcludeWith(c.ctx, by, id, ConcludeForm{Visits: -1}); refusal.CodeOf(err) != BadForm {
		t.Error(err)
	}
	_, err = d.ConcludeWith(c.ctx, by, id, ConcludeForm{Visits: 2})
	must(t, err)
	s := c.verified(id, tongli, casefile.PhaseConcluded)
	if s.Proof == nil || s.Proof.Signed != casefile.Thumbprint || s.Concluded.Visits != 2 {
		t.Errorf("proof %+v, concluded %+v", s.Proof, s.Concluded)
	}
	if !slices.ContainsFunc(s.Documents, func(one casefile.Document) bool { return one.Number == s.Proof.Number }) {
		t.Errorf("documents %+v", s.Documents)
	}
}

// A posting that ends before its day needs a reason, which stays in the log.
func TestAPostingThatEndsEarly(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id := c.inspected(item.Benefit)
	step := 3
	_, err := d.Suspend(c.ctx, by, id, SuspendForm{Step: &step, Posting: &PostingForm{Place: "村公告栏", To: "2026-03-09", Text: "张某某（11010519491231002X，13800000000）申请救助"}})
	must(t, err)
	view := c.look(id)
	if text := view.State.Waiting().Posting.Text; text != "张**（110105********002X，138****0000）申请救助" {
		t.Errorf("posted %q", text)
	}
	c.tick(day)
	done, err := d.Resume(c.ctx, by, id, ResumeForm{Result: "终止公示", Early: "公示内容有误，另行公示"})
	must(t, err)
	if !strings.Contains(done.State.Intervals[0].Result, "公示内容有误") || warned(done.Warnings, "posting_short") == "" {
		t.Errorf("ended %+v, %+v", done.State.Intervals[0], done.Warnings)
	}
	// One that names no place is posted at the center itself.
	begun, err := d.Suspend(c.ctx, by, id, SuspendForm{Step: &step, Until: "2026-03-12"})
	must(t, err)
	if p := begun.State.Waiting().Posting; p.Place != "同里镇为民服务中心" || p.To != "2026-03-12" {
		t.Errorf("%+v", p)
	}
}

// What is out of time about a hearing is warned of, and nothing is refused.
func TestHearingsByTheRules(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id := c.inspected(item.Permit)
	c.set(rule.Rule{Key: rule.HearingAskDays, Value: 5, Source: "行政许可法 47"}, rule.Rule{Key: rule.HearingHoldDays, Value: 20}, rule.Rule{Key: rule.HearingNotice, Value: 7})
	none := -1
	c.tick(14 * day) // 16 March
	for _, form := range []HearingForm{{}, {Told: "2026-03-30"}, {Told: "2026-03-02", Asked: "2026-03-01"}} {
		_, err := d.Suspend(c.ctx, by, id, SuspendForm{Step: &none, Ground: casefile.Hearing, Hearing: &form})
		refused(t, err, BadForm)
	}
	begun, err := d.Suspend(c.ctx, by, id, SuspendForm{Step: &none, Ground: casefile.Hearing,
		Hearing: &HearingForm{Told: "2026-03-02", Asked: "2026-03-16", On: "2026-04-20", Notice: "2026-04-18", Place: "二楼会议室"}})
	must(t, err)
	if text := warned(begun.Warnings, "hearing_asked_late"); !strings.Contains(text, "2026-03-09") || !strings.Contains(text, "行政许可法 47") {
		t.Errorf("asked late: %q; %+v", text, begun.Warnings)
	}
	if warned(begun.Warnings, "hearing_short_notice") == "" {
		t.Errorf("told late: %+v", begun.Warnings)
	}
	c.tick(35 * day)
	done, err := d.Resume(c.ctx, by, id, ResumeForm{Result: "听证笔录已作为依据", Held: "2026-04-20"})
	must(t, err)
	if done.State.Intervals[0].Held != "2026-04-20" || warned(done.Warnings, "hearing_late") == "" {
		t.Errorf("held %+v, %+v", done.State.Intervals[0], done.Warnings)
	}
}

// Of an item without limits no clock runs: that is not the same as one that has
// stopped, and a wait is a wait all the same. List and page say it alike.
func TestWhyNoClockRuns(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id := c.inspected(item.Benefit)
	stands := func(want Standing) {
		t.Helper()
		view := c.look(id)
		if line := d.Summary(view.State); line.Lamp != clock.Done || view.Standing != want || line.Standing != want {
			t.Errorf("lamp %s, page %+v, list %+v, want %+v", line.Lamp, view.Standing, line.Standing, want)
		}
	}
	stands(Standing{Untimed: true})
	none := -1
	_, err := d.Suspend(c.ctx, by, id, SuspendForm{Step: &none, Ground: casefile.OtherGround})
	refused(t, err, BadForm)
	_, err = d.Suspend(c.ctx, by, id, SuspendForm{Step: &none, Ground: casefile.Inspection})
	must(t, err)
	stands(Standing{Waits: casefile.Inspection})
	_, err = d.Resume(c.ctx, by, id, ResumeForm{Result: "已核实"})
	must(t, err)
	stands(Standing{Untimed: true})
	_, err = d.Withdraw(c.ctx, by, id, ReasonForm{Reason: "申请人撤回"})
	must(t, err)
	stands(Standing{})
}
