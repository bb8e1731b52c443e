package desk

import (
	"context"

	"tongban/intake/casefile"
)

// The actions of the counter beside those of every case.
const (
	OpenVisit     Action = "open_visit"
	Return        Action = "return"
	FeeCharge     Action = "fee_charge"
	FeeWaive      Action = "fee_waive"
	FeePay        Action = "fee_pay"
	FeeSettle     Action = "fee_settle"
	Mandate       Action = "mandate"
	AcceptMandate Action = "accept_mandate"
	Undertake     Action = "undertake"
	HandBack      Action = "hand_back"
)

// counterTrials are the trials of those actions, as trials has them.
var counterTrials = []struct {
	action Action
	plan   func(*sheet) error
}{
	{Return, func(sh *sheet) error { return sh.reason(casefile.Returned, ReasonForm{Reason: "-"}) }},
	{FeeCharge, (*sheet).tryCharge},
	{FeeWaive, func(sh *sheet) error { return sh.waive(WaiverForm{Ground: "-", Approver: "-"}) }},
	{FeePay, func(sh *sheet) error { return sh.pay(PaidForm{How: "cash", Receipt: "-"}) }},
	{FeeSettle, func(sh *sheet) error { return sh.settleFee(SettleFeeForm{Voucher: "-"}) }},
	{Mandate, func(sh *sheet) error { return sh.mandate(context.Background(), MandateForm{Powers: "-"}) }},
	{AcceptMandate, func(sh *sheet) error { return sh.acceptMandate(AcceptMandateForm{}) }},
	{Undertake, func(sh *sheet) error { return sh.undertake(UndertakeForm{}) }},
	{HandBack, func(sh *sheet) error { return sh.handBack(context.Background(), HandBackForm{Opinion: "declined"}) }},
}

// tryCharge tries the item's first fee, else any.
func (sh *sheet) tryCharge() error {
	form := FeeForm{Name: "-", Amount: 1, Basis: "-"}
	if sh.it != nil && len(sh.it.Fees) > 0 {
		form.Name = sh.it.Fees[0].Name
	}
	return sh.charge(form)
}

// Return gives the papers back before acceptance (退件).
func (d *Desk) Return(ctx context.Context, by By, id casefile.ID, form ReasonForm) (Done, error) {
	return d.act(ctx, Return, id, by, form, func(sh *sheet) error { return sh.reason(casefile.Returned, form) })
}

// FeeCharge gives a payment notice, under a number that is given here.
func (d *Desk) FeeCharge(ctx context.Context, by By, id casefile.ID, form FeeForm) (Done, error) {
	return d.act(ctx, FeeCharge, id, by, form, func(sh *sheet) error { return sh.charge(form) })
}

// FeeWaive lets a fee go, wholly or in part.
func (d *Desk) FeeWaive(ctx context.Context, by By, id casefile.ID, form WaiverForm) (Done, error) {
	return d.act(ctx, FeeWaive, id, by, form, func(sh *sheet) error { return sh.waive(form) })
}

// FeePay records a payment.
func (d *Desk) FeePay(ctx context.Context, by By, id casefile.ID, form PaidForm) (Done, error) {
	return d.act(ctx, FeePay, id, by, form, func(sh *sheet) error { return sh.pay(form) })
}

// FeeSettle hands on what was collected on behalf, or gives it back.
func (d *Desk) FeeSettle(ctx context.Context, by By, id casefile.ID, form SettleFeeForm) (Done, error) {
	return d.act(ctx, FeeSettle, id, by, form, func(sh *sheet) error { return sh.settleFee(form) })
}

// Mandate records that the applicant entrusts this center with the whole way.
func (d *Desk) Mandate(ctx context.Context, by By, id casefile.ID, form MandateForm) (Done, error) {
	return d.act(ctx, Mandate, id, by, form, func(sh *sheet) error { return sh.mandate(ctx, form) })
}

// AcceptMandate gives the receipt of the mandate.
func (d *Desk) AcceptMandate(ctx context.Context, by By, id casefile.ID, form AcceptMandateForm) (Done, error) {
	return d.act(ctx, AcceptMandate, id, by, form, func(sh *sheet) error { return sh.acceptMandate(form) })
}

// Undertake fixes who carries it through.
func (d *Desk) Undertake(ctx context.Context, by By, id casefile.ID, form UndertakeForm) (Done, error) {
	return d.act(ctx, Undertake, id, by, form, func(sh *sheet) error { return sh.undertake(form) })
}

// HandBack ends the agency: everything is handed to the client, who is asked.
func (d *Desk) HandBack(ctx context.Context, by By, id casefile.ID, form HandBackForm) (Done, error) {
	return d.act(ctx, HandBack, id, by, form, func(sh *sheet) error { return sh.handBack(ctx, form) })
}
