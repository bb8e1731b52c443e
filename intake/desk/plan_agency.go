package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/notice"
)

// MandateForm entrusts this center with the whole way (全程代办: 委托).
type MandateForm struct {
	Powers    string           `json:"powers"`              // 委托权限
	Documents []string         `json:"documents,omitempty"` // what was handed over with it
	Signed    casefile.Signing `json:"signed,omitempty"`    // "": by signature
	Letter    []byte           `json:"letter,omitempty"`    // a scan of 委托书; kept outside the log
	Signature []byte           `json:"signature,omitempty"` // a picture of the signature, where it was given on a screen; kept outside the log
}

// AcceptMandateForm gives the receipt of a mandate (受理单). It has a number of
// its own.
type AcceptMandateForm struct {
	Due    workday.Date `json:"due,omitempty"`    // 办结期限; "": the promised day, where the case is accepted
	Fees   string       `json:"fees,omitempty"`   // of the body; "": the item's. The agency itself is free
	Rights string       `json:"rights,omitempty"` // rights and duties, in words
}

// UndertakeForm fixes who carries it through (承办单).
type UndertakeForm struct {
	Unit    string       `json:"unit,omitempty"`    // 承办单位; "": this center
	Handler string       `json:"handler,omitempty"` // staff number; "": who says so
	Due     workday.Date `json:"due,omitempty"`     // "": as the receipt says
	Duty    string       `json:"duty,omitempty"`    // 承办责任
}

// HandBackForm ends an agency (回交). The client is asked for an opinion and may
// decline to give one.
type HandBackForm struct {
	Result    string           `json:"result,omitempty"`    // "": what the case came to
	Documents []string         `json:"documents,omitempty"` // what was returned
	Opinion   string           `json:"opinion"`             // "satisfied", "dissatisfied", "declined"
	Words     string           `json:"words,omitempty"`     // kept outside the log
	Signed    casefile.Signing `json:"signed,omitempty"`    // "": by signature
}

var (
	mandateSignings = []casefile.Signing{casefile.Signature, casefile.Thumbprint, casefile.ESignature}
	opinions        = []string{"satisfied", "dissatisfied", "declined"}
)

func (f *faults) signed(field string, s *casefile.Signing) {
	*s = cmp.Or(*s, casefile.Signature)
	if !slices.Contains(mandateSignings, *s) {
		f.add("%s: %q is none of %v", field, *s, mandateSignings)
	}
}

func (f *faults) documents(all []string) {
	if len(all) > maxPapers {
		f.add("documents: %d, at most %d", len(all), maxPapers)
		return
	}
	for i, name := range all {
		f.words(fmt.Sprintf("documents[%d]", i), name, true, maxName)
	}
}

// agencyOrder refuses a step of an agency whose time has not come, or is over.
func (sh *sheet) agencyOrder(what string, done bool, hint, before string) error {
	if done {
		return nil
	}
	return refusal.Newf(AgencyOrder, sh.op(what), hint, "%s", before)
}

func (sh *sheet) mandate(ctx context.Context, form MandateForm) error {
	const what = "take a mandate for"
	var f faults
	f.words("powers", form.Powers, true, maxWords)
	f.documents(form.Documents)
	f.signed("signed", &form.Signed)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	if err := sh.agencyOrder(what, sh.s.Mandate == nil, "", "已经委托代办"); err != nil {
		return err
	}
	body := casefile.MandateBody{Powers: form.Powers, Documents: form.Documents, Signed: form.Signed}
	if body.Documents == nil {
		body.Documents = []string{}
	}
	var err error
	if body.Letter, err = sh.picture(ctx, "letter", form.Letter); err != nil {
		return err
	}
	if body.Signature, err = sh.picture(ctx, "signature", form.Signature); err != nil {
		return err
	}
	return sh.add(casefile.Mandated, body)
}

// mandated is how far the agency has come.
func (sh *sheet) mandated(what string) (casefile.Mandate, error) {
	if sh.s.Mandate == nil {
		return casefile.Mandate{}, sh.agencyOrder(what, false, "record the mandate first", "没有委托代办")
	}
	return *sh.s.Mandate, nil
}

func (sh *sheet) acceptMandate(form AcceptMandateForm) error {
	const what = "accept the mandate for"
	var f faults
	sh.ahead(&f, "due", form.Due)
	f.words("fees", form.Fees, false, maxWords)
	f.words("rights", form.Rights, false, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	it, err := sh.item(what)
	if err != nil {
		return err
	}
	m, err := sh.mandated(what)
	if err != nil {
		return err
	}
	if err := sh.agencyOrder(what, m.Accepted == nil, "", "代办已经受理"); err != nil {
		return err
	}
	body := casefile.MandateAcceptedBody{Due: string(form.Due), Fees: cmp.Or(form.Fees, it.Fee), Rights: form.Rights}
	if body.Due == "" {
		body.Due = sh.s.Told
	}
	if body.Number, err = sh.documentNumber(notice.Mandate); err != nil {
		return err
	}
	return sh.add(casefile.MandateAccepted, body)
}

func (sh *sheet) undertake(form UndertakeForm) error {
	const what = "undertake"
	var f faults
	f.words("unit", form.Unit, false, maxName)
	f.words("handler", form.Handler, false, maxName)
	sh.ahead(&f, "due", form.Due)
	f.words("duty", form.Duty, false, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	m, err := sh.mandated(what)
	if err != nil {
		return err
	}
	if err := sh.agencyOrder(what, m.Accepted != nil, "give the receipt first", "代办尚未受理"); err != nil {
		return err
	}
	if err := sh.agencyOrder(what, m.Taken == nil, "", "代办已经承办"); err != nil {
		return err
	}
	unit := form.Unit
	if unit == "" {
		unit = sh.officeOf(&sh.author)
	}
	body := casefile.UndertakenBody{Unit: unit, Handler: cmp.Or(form.Handler, sh.staff, "-"), Due: cmp.Or(string(form.Due), m.Accepted.Due), Duty: form.Duty}
	if body.Number, err = sh.documentNumber(notice.Undertaking); err != nil {
		return err
	}
	return sh.add(casefile.Undertaken, body)
}

// outcomes are what a case came to, as a client reads it.
var outcomes = map[casefile.Outcome]string{
	casefile.OutcomeGranted: "准予", casefile.OutcomeRejected: "不予批准", casefile.OutcomeDeclined: "不予受理", casefile.OutcomeReturned: "退件",
	casefile.OutcomeWithdrawn: "撤回", casefile.OutcomeDeemedWithdrawn: "视为撤回", casefile.OutcomeTerminated: "终止",
}

// handBack plans the end of an agency: the result is told, the fees are settled,
// the documents are returned, the client is asked.
func (sh *sheet) handBack(ctx context.Context, form HandBackForm) error {
	const what = "hand back"
	var f faults
	f.words("result", form.Result, false, maxWords)
	f.documents(form.Documents)
	f.words("words", form.Words, false, maxWords)
	f.signed("signed", &form.Signed)
	if !slices.Contains(opinions, form.Opinion) {
		f.add("opinion: %q is none of %v: the client is asked, and may decline", form.Opinion, opinions)
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	m, err := sh.mandated(what)
	if err != nil {
		return err
	}
	for _, one := range []struct {
		done         bool
		hint, before string
	}{
		{m.Back == nil, "", "代办已经回交"},
		{m.Taken != nil, "undertake it first", "代办尚未承办"},
		{sh.s.Outcome() != "", "wait for the decision, or end the case", "办件尚无结果"},
	} {
		if err := sh.agencyOrder(what, one.done, one.hint, one.before); err != nil {
			return err
		}
	}
	for _, fee := range sh.s.Fees {
		if inHand(fee) > 0 {
			return refusal.Newf(AgencyOrder, sh.op(what), "settle it with the body, or give it back", "代收的费用（%s）尚未结清", fee.Number)
		}
	}
	said, err := sh.words(ctx, "words", form.Words)
	if err != nil {
		return err
	}
	return sh.add(casefile.HandedBack, casefile.HandedBackBody{
		Result: cmp.Or(form.Result, outcomes[sh.s.Outcome()]), Documents: form.Documents, Opinion: form.Opinion, Words: said, Signed: form.Signed,
	})
}
