package desk

import (
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/intake/casefile"
)

// charged is an item that costs something.
func charged(c *city) {
	c.book.publish(item.Item{
		Ref: item.Ref{Code: "PAID"}, Name: "收费事项", Department: "某局", Authority: "某局", Type: item.Confirmation, Level: area.Town, Kind: item.Promised, Subject: item.ByCounter,
		Promise: item.Limit{Tenths: 50, Unit: item.WorkingDays}, Charged: item.Yes, Fee: "工本费 20 元",
		Fees:  []item.Fee{{Name: "工本费", Basis: "某价费〔2020〕1号", Collector: "某局"}},
		Steps: []item.Step{{Name: "受理", Action: item.Accept, Level: area.Town}, {Name: "决定", Action: item.Decide, Level: area.Town}, {Name: "出件", Action: item.HandOut, Level: area.Town}},
	}, wujiang.Area())
	c.book.publish(item.Item{
		Ref: item.Ref{Code: "FREE"}, Name: "免费事项", Department: "某局", Type: item.Confirmation, Level: area.Town, Kind: item.Immediate, Subject: item.ByCounter, Charged: item.No,
		Steps: []item.Step{{Name: "受理", Action: item.Accept, Level: area.Town}, {Name: "决定", Action: item.Decide, Level: area.Town}},
	}, wujiang.Area())
}

func TestFees(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	charged(c)
	d := c.nodes[tongli].desk
	free, err := d.Open(c.ctx, staff("窗口"), OpenForm{Item: "FREE", Applicant: citizen()})
	must(t, err)
	_, err = d.FeeCharge(c.ctx, staff("窗口"), free.State.ID, FeeForm{Name: "费", Amount: 100, Basis: "x"})
	refused(t, err, NoCharge)

	opened, err := d.Open(c.ctx, staff("窗口"), OpenForm{Item: "PAID", Applicant: citizen(), Accept: true})
	must(t, err)
	id := opened.State.ID
	for _, bad := range []FeeForm{{}, {Amount: -1}, {Amount: maxFen + 1}, {Amount: 1, Counts: true}, {Name: "别的费", Amount: 1}} {
		_, err = d.FeeCharge(c.ctx, staff("窗口"), id, bad)
		refused(t, err, BadForm)
	}
	_, err = d.FeePay(c.ctx, staff("窗口"), id, PaidForm{How: "cash", Receipt: "1"})
	refused(t, err, NothingIsOpen)
	done, err := d.FeeCharge(c.ctx, staff("窗口"), id, FeeForm{Amount: 2000, Waits: true})
	must(t, err)
	fee := done.State.Fees[0]
	if fee.Name != "工本费" || fee.Basis != "某价费〔2020〕1号" || fee.Collector != "某局" || fee.Number == "" || fee.OnBehalf || done.State.Waiting() == nil {
		t.Fatalf("charged: %+v, waiting %+v", fee, done.State.Waiting())
	}
	_, err = d.FeePay(c.ctx, staff("窗口"), id, PaidForm{How: "beans", Receipt: ""})
	refused(t, err, BadForm)
	_, err = d.FeePay(c.ctx, staff("窗口"), id, PaidForm{Number: "none", How: "cash", Receipt: "1"})
	refused(t, err, NothingIsOpen)
	_, err = d.FeePay(c.ctx, staff("窗口"), id, PaidForm{Amount: 2001, How: "cash", Receipt: "1"})
	refused(t, err, NothingIsOpen)
	_, err = d.FeeWaive(c.ctx, staff("窗口"), id, WaiverForm{Amount: 500, Ground: "低保家庭"})
	refused(t, err, BadForm)
	done, err = d.FeeWaive(c.ctx, staff("窗口"), id, WaiverForm{Amount: 500, Ground: "低保家庭", Approver: "主任"})
	must(t, err)
	if done.State.Fees[0].Open() != 1500 || done.State.Waiting() == nil {
		t.Errorf("waived in part: %+v", done.State.Fees[0])
	}
	done, err = d.FeePay(c.ctx, staff("窗口"), id, PaidForm{How: "online", Receipt: "0001"})
	must(t, err)
	if f := done.State.Fees[0]; f.Paid != 1500 || f.Open() != 0 || f.Receipt != "0001" || f.PaidAt == 0 || done.State.Waiting() != nil {
		t.Errorf("paid: %+v, waiting %+v", f, done.State.Waiting())
	}
	_, err = d.FeeSettle(c.ctx, staff("窗口"), id, SettleFeeForm{Voucher: "1"})
	refused(t, err, NothingIsOpen) // it is the body's own money
	c.verified(id, tongli, casefile.PhaseAccepted)
}

func TestAnAgencyFromMandateToHandBack(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	charged(c)
	d := c.nodes[tongli].desk
	opened, err := d.Open(c.ctx, staff("代办员"), OpenForm{Item: "PAID", Applicant: citizen(), Agency: true})
	must(t, err)
	id := opened.State.ID
	if opened.State.Filing.Delegation != item.Agency {
		t.Errorf("%+v", opened.State.Filing)
	}
	by := staff("代办员")
	_, err = d.AcceptMandate(c.ctx, by, id, AcceptMandateForm{})
	refused(t, err, AgencyOrder)
	_, err = d.Mandate(c.ctx, by, id, MandateForm{Signed: casefile.Unsigned})
	refused(t, err, BadForm)
	_, err = d.Mandate(c.ctx, by, id, MandateForm{Powers: "代为申请、领取结果", Documents: []string{"居民身份证复印件"}, Signed: casefile.Thumbprint, Letter: []byte("委托书")})
	must(t, err)
	_, err = d.Mandate(c.ctx, by, id, MandateForm{Powers: "x"})
	refused(t, err, AgencyOrder)
	_, err = d.Undertake(c.ctx, by, id, UndertakeForm{})
	refused(t, err, AgencyOrder)
	done, err := d.AcceptMandate(c.ctx, by, id, AcceptMandateForm{Due: "2026-03-20", Rights: "可以随时查询进度"})
	must(t, err)
	if m := done.State.Mandate; m.Given.Letter == nil || m.Accepted.Number == "" || m.Accepted.Fees != "工本费 20 元" {
		t.Errorf("accepted: %+v", m)
	}
	done, err = d.Undertake(c.ctx, by, id, UndertakeForm{Duty: "全程负责"})
	must(t, err)
	if u := done.State.Mandate.Taken; u.Unit != "同里镇为民服务中心" || u.Handler != "代办员" || u.Due != "2026-03-20" || u.Number == "" {
		t.Errorf("undertaken: %+v", u)
	}
	_, err = d.Accept(c.ctx, by, id, AcceptForm{}) // the item lists no papers: the application was received with the opening
	must(t, err)
	_, err = d.FeeCharge(c.ctx, by, id, FeeForm{Name: "代办服务费", Amount: 5000, Basis: "x"})
	refused(t, err, NoCharge)
	done, err = d.FeeCharge(c.ctx, by, id, FeeForm{Amount: 2000})
	must(t, err)
	if !done.State.Fees[0].OnBehalf {
		t.Errorf("an agency collects for the body: %+v", done.State.Fees[0])
	}
	_, err = d.FeePay(c.ctx, by, id, PaidForm{How: "cash", Receipt: "0001"})
	must(t, err)
	_, err = d.HandBack(c.ctx, by, id, HandBackForm{Opinion: "satisfied"})
	refused(t, err, AgencyOrder) // no result yet
	_, err = d.Decide(c.ctx, by, id, DecideForm{Text: "准予"})
	must(t, err)
	_, err = d.HandBack(c.ctx, by, id, HandBackForm{Opinion: "satisfied"})
	refused(t, err, AgencyOrder)
	if !strings.Contains(err.Error(), "尚未结清") {
		t.Error(err)
	}
	_, err = d.FeeSettle(c.ctx, by, id, SettleFeeForm{Voucher: "0002", To: "me"})
	refused(t, err, BadForm)
	_, err = d.FeeSettle(c.ctx, by, id, SettleFeeForm{Voucher: "0002"})
	must(t, err)
	_, err = d.HandBack(c.ctx, by, id, HandBackForm{})
	refused(t, err, BadForm) // the client is asked
	done, err = d.HandBack(c.ctx, by, id, HandBackForm{Opinion: "satisfied", Documents: []string{"证件"}, Words: "谢谢虚构乙"})
	must(t, err)
	c.unsaid(id, d.Self().Center, 1, "谢谢虚构乙")
	if b := done.State.Mandate.Back; b.Result != "准予" || b.Opinion != "satisfied" || b.Signed != casefile.Signature {
		t.Errorf("handed back: %+v", b)
	}
	_, err = d.HandBack(c.ctx, by, id, HandBackForm{Opinion: "satisfied"})
	refused(t, err, AgencyOrder)
	c.verified(id, tongli, casefile.PhaseDecided)
}
