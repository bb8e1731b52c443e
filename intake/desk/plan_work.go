package desk

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// work plans the end of a check, a review or the making of a document.
func (sh *sheet) work(kind casefile.Kind, action item.Action, form StepForm) error {
	var f faults
	f.words("opinion", form.Opinion, form.Failed, maxWords)
	if err := f.err(sh.op(string(kind))); err != nil {
		return err
	}
	step, err := sh.step(string(action), form.Step, action)
	if err != nil {
		return err
	}
	return sh.add(kind, casefile.StepBody{Step: step, Passed: !form.Failed, Opinion: form.Opinion})
}

// grounds is what a waiting step waits for, where the form does not say.
var grounds = map[item.Action]casefile.Ground{item.Posting: casefile.PublicPosting, item.Assess: casefile.Appraisal}

var knownGrounds = []casefile.Ground{
	casefile.PublicPosting, casefile.Hearing, casefile.Testing, casefile.Appraisal, casefile.ExpertReview, casefile.Inspection, casefile.OtherGround,
}

// suspend plans the start of a wait. Whether a step's wait counts is the
// item's to say (不计算在办结时限内); of a special procedure that is no step it
// is the form's.
func (sh *sheet) suspend(form SuspendForm) error {
	const what = "suspend"
	it, err := sh.item(what)
	if err != nil {
		return err
	}
	step, err := sh.step(what, form.Step, item.Posting, item.Assess)
	if err != nil && form.Ground != "" && form.Step == nil {
		step, err = -1, nil // every wait of the item is over: what is named is a special procedure
	}
	if err != nil {
		return err
	}
	body := casefile.SuspendedBody{
		Step: step, Ground: form.Ground, Until: string(form.Until), Counts: form.Counts, Note: form.Note, Decider: form.Decider,
		Basis: form.Basis, Name: form.Name,
	}
	if body.Until == "" && form.Posting != nil {
		body.Until = string(form.Posting.To)
	}
	if step >= 0 {
		st := it.Steps[step]
		body.Counts = !st.Uncounted
		if body.Ground == "" {
			body.Ground = grounds[st.Action]
		}
		if body.Until == "" {
			body.Until = string(sh.until(st.Limit))
		}
	}
	var f faults
	if !slices.Contains(knownGrounds, body.Ground) {
		f.add("ground: %q is none of %v", body.Ground, knownGrounds)
	}
	if body.Ground == casefile.OtherGround && form.Name == "" && form.Basis == "" && form.Note == "" {
		f.add("name: must be given, or a basis: nothing says what the case waits for")
	}
	sh.ahead(&f, "until", workday.Date(body.Until))
	f.words("note", form.Note, false, maxWords)
	f.words("decider", form.Decider, false, maxName)
	f.words("basis", form.Basis, false, maxWords)
	f.words("name", form.Name, false, maxName)
	if form.Posting != nil && body.Ground != casefile.PublicPosting {
		f.add("posting: the ground is %s", body.Ground)
	}
	if form.Hearing != nil && body.Ground != casefile.Hearing {
		f.add("hearing: the ground is %s", body.Ground)
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	if body.Ground == casefile.PublicPosting {
		if body.Posting, err = sh.posting(form.Posting, workday.Date(body.Until)); err != nil {
			return err
		}
	}
	if form.Hearing != nil {
		if body.Hearing, err = sh.hearing(form.Hearing); err != nil {
			return err
		}
	}
	return sh.add(casefile.Suspended, body)
}

// until is the day on which a wait of that length, begun today, is over; ""
// where the item gives none.
func (sh *sheet) until(limit item.Limit) workday.Date {
	switch {
	case limit.IsZero():
		return ""
	case limit.Unit == item.ByDate:
		return limit.DueBy(sh.today())
	case limit.Unit == item.WorkingDays:
		day, _ := sh.d.Register.Calendar().AddWorkingDays(sh.today(), limit.Days())
		return day
	}
	return sh.today().Add(limit.Days())
}

func (sh *sheet) resume(ctx context.Context, form ResumeForm) error {
	var f faults
	f.words("result", form.Result, true, maxWords)
	f.words("early", form.Early, false, maxWords)
	if form.Held != "" {
		sh.happened(&f, "held", form.Held)
	}
	if err := f.err(sh.op("resume")); err != nil {
		return err
	}
	early := sh.ended(form) // told last: whose it is not to end hears that, whatever the day
	body := casefile.ResumedBody{Result: form.Result, Held: string(form.Held)}
	if form.Early != "" && sh.early() {
		body.Result += "（提前结束：" + form.Early + "）"
	}
	var err error
	if body.Proof, err = sh.proof(ctx, form.Proof); err != nil {
		return err
	}
	if body.Objections, err = sh.objections(ctx, form.Objections); err != nil {
		return err
	}
	if err := sh.add(casefile.Resumed, body); err != nil {
		return err
	}
	return early
}

func (sh *sheet) extend(form ExtendForm) error {
	var f faults
	if form.Days < 1 || form.Days > 60 {
		f.add("days: %d, want 1 to 60 working days", form.Days)
	}
	f.words("reason", form.Reason, true, maxWords)
	f.words("approver", form.Approver, true, maxName)
	if err := f.err(sh.op("extend")); err != nil {
		return err
	}
	if err := sh.mayExtend(form.Days); err != nil {
		return err
	}
	return sh.add(casefile.Extended, casefile.ExtendedBody{Days: form.Days, Reason: form.Reason, Approver: form.Approver})
}

func (sh *sheet) outside(ctx context.Context, form OutsideForm) error {
	const what = "record an outside step of"
	var f faults
	f.words("number", form.Number, true, maxName)
	sh.happened(&f, "sent", form.Sent)
	f.words("result", form.Result, form.Came != "", maxWords)
	if form.Came != "" {
		sh.happened(&f, "came", form.Came)
	}
	if form.Came != "" && form.Came < form.Sent {
		f.add("came: %s is before it was sent", form.Came)
	}
	if form.Came != "" && len(form.Proof) == 0 {
		f.add("proof: a result from outside is entered with its proof")
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	it, err := sh.item(what)
	if err != nil {
		return err
	}
	step := -1
	if form.Step != nil {
		step = *form.Step
	} else {
		for i, st := range it.Steps {
			if st.Outside && !sh.s.Finished(it, i) {
				step = i
				break
			}
		}
	}
	if step < 0 || step >= len(it.Steps) {
		return refusal.Newf(NoStep, sh.op(what), "", "%s has no outside step left", it.Name)
	}
	body := casefile.OutsideBody{Step: step, Number: form.Number, Sent: string(form.Sent), Came: string(form.Came), Result: form.Result}
	if len(form.Proof) > 0 {
		if body.Proof, err = sh.keep(ctx, "proof", "proof", form.Proof); err != nil {
			return err
		}
	}
	return sh.add(casefile.Outside, body)
}

func (sh *sheet) opinion(form OpinionForm) error {
	var f faults
	f.words("text", form.Text, true, maxWords)
	if _, _, ok := sh.d.Register.Office(form.Center); !ok {
		f.add("center: %q is no center of the directory", form.Center)
	}
	if form.Stance != "" {
		f.stance(form.Stance)
	}
	if err := f.err(sh.op("record an opinion on")); err != nil {
		return err
	}
	return sh.add(casefile.Opinion, casefile.OpinionBody{Request: form.Request, Center: form.Center, Text: form.Text, Stance: form.Stance})
}

func (sh *sheet) decide(form DecideForm) error {
	const what = "decide"
	var f faults
	f.words("text", form.Text, form.Rejected, maxWords)
	f.words("result", form.Result, false, maxName)
	f.words("remedy", form.Remedy, false, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	it, err := sh.item(what)
	if err != nil {
		return err
	}
	step := -1
	if form.Step != nil {
		if step, err = sh.step(what, form.Step, item.Decide); err != nil {
			return err
		}
	} else if i, ok := it.StepFor(item.Decide); ok {
		step = i // an outside decision is finished by what came back and still has to be made known
		for _, later := range it.StepsFor(item.Decide) {
			if !sh.s.Finished(it, later) {
				step = later
				break
			}
		}
	}
	number, err := sh.documentNumber(notice.Decision)
	if err != nil {
		return err
	}
	body := casefile.DecidedBody{Step: step, Approved: !form.Rejected, Text: form.Text, Number: number, Result: form.Result, Remedy: form.Remedy}
	switch {
	case form.Rejected && body.Remedy == "":
		body.Remedy = remedy
	case !form.Rejected && body.Result == "":
		body.Result = it.Result
	}
	if body.Certificate, err = sh.certificate(it, form); err != nil {
		return err
	}
	return sh.add(casefile.Decided, body)
}

// certificate is the document that a decision issues. Its number is the
// issuer's to give.
func (sh *sheet) certificate(it *item.Item, form DecideForm) (*casefile.Certificate, error) {
	var f faults
	c := form.Certificate
	switch {
	case form.Rejected && c != nil:
		f.add("certificate: a rejection issues none")
	case form.Rejected || c == nil && len(it.Results) != 1:
		return nil, nil
	case c == nil:
		c = &CertificateForm{}
	}
	f.words("certificate.name", c.Name, false, maxName)
	f.words("certificate.number", c.Number, false, maxName)
	f.day("certificate.from", c.From, false)
	f.day("certificate.to", c.To, false)
	if c.From.Valid() && c.To.Valid() && c.To < c.From {
		f.add("certificate.to: %s is before %s", c.To, c.From)
	}
	f.words("certificate.issuer", c.Issuer, false, maxName)
	if c.IssuerCode != "" && !strings.HasPrefix(c.IssuerCode, "TE") {
		if err := item.CheckUSCC(c.IssuerCode); err != nil {
			f.add("certificate.issuer_code: %v", err)
		}
	}
	body := casefile.Certificate{
		Name: c.Name, Number: c.Number, From: string(c.From), To: string(c.To), Issuer: c.Issuer, IssuerCode: c.IssuerCode, Electronic: c.Electronic, Again: c.Again,
	}
	if body.Issuer == "" {
		body.Issuer, body.IssuerCode = it.Authority, cmp.Or(body.IssuerCode, it.AuthorityCode)
	}
	if body.Name == "" && len(it.Results) == 1 {
		body.Name = it.Results[0].Name
	}
	if body.Name = cmp.Or(body.Name, form.Result, it.Result); body.Name == "" {
		f.add("certificate.name: must be given: %s names no result", it.Name)
	}
	return &body, f.err(sh.op("decide"))
}

// receivers are to whom a result is given.
var receivers = []string{"applicant", "agent", "post"}

var signings = []casefile.Signing{"", casefile.Signature, casefile.Thumbprint, casefile.ESignature, casefile.Unsigned}

func (sh *sheet) deliverForm(form *DeliverForm, what string) error {
	switch {
	case form.Manner != "":
	case form.To == "post":
		form.Manner = casefile.ByPost
	case what == "serve":
		form.Manner = sh.manner()
	default:
		form.Manner = casefile.Collected
	}
	if form.To == "" {
		form.To = "applicant"
	}
	var f faults
	if !slices.Contains(receivers, form.To) {
		f.add("to: %q is none of %v", form.To, receivers)
	}
	if !slices.Contains(manners, form.Manner) {
		f.add("manner: %.40q is none of %v", form.Manner, manners)
	}
	if !slices.Contains(signings, form.Signed) {
		f.add("signed: %.40q is none of %v", form.Signed, signings[1:])
	}
	if form.Signed == "" && len(form.Signature) > 0 {
		form.Signed = casefile.Signature
	}
	switch {
	case form.Signed == casefile.ESignature && len(form.Signature) == 0:
		f.add("signature: must be given where it is signed on the screen")
	case form.Signed == casefile.Unsigned && form.To == "post":
		f.add("signed: nobody refuses before witnesses what goes by post")
	}
	f.words("courier", form.Courier, form.To == "post", maxName)
	f.words("note", form.Note, form.Signed == casefile.Unsigned, maxWords)
	if form.On != "" {
		sh.happened(&f, "on", form.On)
		if decided := sh.s.DecidedAt; decided != 0 && form.On < clock.DayOf(decided) {
			f.add("on: %s is before the decision of %s", form.On, clock.DayOf(decided))
		}
	}
	return f.err(sh.op(what))
}

func (sh *sheet) deliver(ctx context.Context, kind casefile.Kind, action item.Action, form DeliverForm) error {
	it, err := sh.item(string(kind))
	if err != nil {
		return err
	}
	step := -1
	if i, ok := it.StepFor(action); ok && !it.Steps[i].Outside && !sh.s.Skips(i) {
		step = i
	}
	number, err := sh.documentNumber(notice.Service)
	if err != nil {
		return err
	}
	proof := casefile.Proof{Manner: form.Manner, Signed: form.Signed, Courier: form.Courier, On: string(form.On), Number: number}
	if proof.Signature, err = sh.picture(ctx, "signature", form.Signature); err != nil {
		return err
	}
	return sh.add(kind, casefile.StepBody{Step: step, Passed: true, Opinion: form.Note, To: form.To, Proof: &proof})
}

// serve plans the legal act: the applicant has the decision.
func (sh *sheet) serve(ctx context.Context, form DeliverForm) error {
	if err := sh.deliverForm(&form, "serve"); err != nil {
		return err
	}
	if sh.s.ServedAt != 0 {
		return refusal.Newf(casefile.StepOrder, sh.op("serve"), "", "the decision was served")
	}
	return sh.deliver(ctx, casefile.Served, item.Serve, form)
}

// handOut plans the counter's act; what is handed over at a counter is served
// by it.
func (sh *sheet) handOut(ctx context.Context, form DeliverForm) error {
	if err := sh.deliverForm(&form, "hand out"); err != nil {
		return err
	}
	if sh.s.HandedOut != 0 {
		return refusal.Newf(casefile.StepOrder, sh.op("hand out"), "", "the result was handed out")
	}
	if sh.s.ServedAt == 0 {
		if err := sh.deliver(ctx, casefile.Served, item.Serve, form); err != nil {
			return err
		}
	}
	return sh.deliver(ctx, casefile.HandedOut, item.HandOut, form)
}

// conclude plans the end: nothing is owed to the applicant and no superseded
// branch is left without a word.
func (sh *sheet) conclude(note string) error { return sh.concludeWith(ConcludeForm{Note: note}) }

func (sh *sheet) concludeWith(form ConcludeForm) error {
	const what = "conclude"
	var f faults
	f.words("note", form.Note, false, maxWords)
	if form.Visits < 0 || form.Visits > 1000 {
		f.add("visits: %d, want 0 (not counted) to 1000", form.Visits)
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	if sh.s.Phase == casefile.PhaseDecided && sh.s.ServedAt == 0 {
		return refusal.Newf(NotServed, sh.op(what), "serve the decision or hand the result out first", "the applicant does not have the decision yet")
	}
	open, err := sh.openBranches()
	if err != nil {
		return err
	}
	if len(open) > 0 {
		return refusal.Newf(cabinet.Unreconciled, sh.op(what), "adopt each branch or set it aside, with the reason",
			"%d superseded branches are not reconciled", len(open))
	}
	return sh.add(casefile.Concluded, casefile.ConcludedBody{Note: form.Note, Visits: form.Visits})
}

func (sh *sheet) archive(note string) error {
	var f faults
	f.words("note", note, false, maxWords)
	if err := f.err(sh.op("archive")); err != nil {
		return err
	}
	return sh.add(casefile.Archived, casefile.EmptyBody{Note: note})
}

// settle plans all that is left of an immediate case: whatever check or review
// the item lists, the decision, the document, the handing out.
func (sh *sheet) settle(ctx context.Context, form SettleForm) error {
	it, err := sh.item("settle")
	if err != nil {
		return err
	}
	if sh.s.Phase == casefile.PhaseOpened {
		if err := sh.accept(AcceptForm{}); err != nil {
			return err
		}
	}
	for range len(it.Steps) + 2 { // each turn ends one step
		m := sh.next()
		if !m.Here {
			return refusal.Newf(NotImmediate, sh.op("settle"), "hand the case over and let it take its way", "%s is the turn of %s", m.Action, m.Center)
		}
		switch m.Action {
		case Check:
			err = sh.work(casefile.Checked, item.Check, StepForm{})
		case Review:
			err = sh.work(casefile.Reviewed, item.Review, StepForm{})
		case Decide:
			err = sh.decide(form.Decision)
		case Make:
			err = sh.work(casefile.Made, item.Make, StepForm{})
		case HandOut:
			if err = sh.handOut(ctx, form.Deliver); err == nil && form.Conclude {
				err = sh.conclude("")
			}
			return err
		default:
			return refusal.Newf(NotImmediate, sh.op("settle"), "do the steps one by one", "%s comes first", m.Action)
		}
		if err != nil {
			return err
		}
	}
	return refusal.Newf(NotImmediate, sh.op("settle"), "do the steps one by one", "the steps of %s do not lead to an end here", it.Name)
}
