package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// remedy is said where a form says nothing else.
const remedy = "如不服本决定，可以依法申请行政复议或者提起行政诉讼。"

// open plans a new case: the item as the competent area offers it, under a
// number that is given here and never changes.
func (sh *sheet) open(ctx context.Context, form OpenForm) error {
	const op = "open a case"
	it, subject, err := sh.d.itemFor(form.Item, form.Subject)
	if err != nil {
		return err
	}
	if it.IsBundle() {
		return refusal.Newf(IsBundle, op, "open it as a bundle", "“%s”由多个事项组成，没有自己的办件", it.Name)
	}
	choice, err := choose(op, it, form.Answers)
	if err != nil {
		return err
	}
	form.Subject = subject
	return sh.openItem(ctx, it, form, choice, nil)
}

// openItem plans a new case of a known version, in a known situation.
func (sh *sheet) openItem(ctx context.Context, it *item.Item, form OpenForm, choice *casefile.Choice, link *casefile.BundleLink) error {
	const op = "open a case"
	self, subject := sh.d.Self(), form.Subject
	if err := inSeason(op, it, sh.today()); err != nil {
		return err
	}
	var f faults
	f.applicant("applicant", form.Applicant, sh.today())
	if form.Deliver == "" {
		form.Deliver = self.Center
	} else if _, ok := sh.d.Register.Current(form.Deliver); !ok {
		f.add("deliver: %s is no center of the directory", form.Deliver)
	}
	sh.papers(&f, it, choice, sh.dated(stated(form.Papers)))
	filing := sh.filing(&f, it, &form, choice, link != nil)
	if form.Accept && form.Decline != nil {
		f.add("decline: a case is either accepted or declined")
	}
	if err := f.err(op); err != nil {
		return err
	}
	var err error
	if filing.Visit, err = sh.visitOf(form.Visit); err != nil {
		return err
	}
	number, err := sh.number(seriesOfCases(it, self, sh.today()))
	if err != nil {
		return err
	}
	if filing.Secret, err = sh.secret(number); err != nil {
		return err
	}
	filing.Former = sh.former
	ref, err := sh.keep(ctx, "applicant", "applicant", wire.Encode(form.Applicant))
	if err != nil {
		return err
	}
	sh.it, sh.who = it, &form.Applicant
	return sh.add(casefile.Opened, casefile.OpenedBody{
		Number: number, Item: it.Ref, Subject: subject, Applied: self.Center.Area(), Deliver: form.Deliver,
		Applicant: ref, Agency: form.Agency, Mode: sh.mode(it, &form), Choice: choice, Bundle: link,
		Filing: filing,
	})
}

// itemFor finds the version that the competent area offers, and the area that
// fixes competence.
func (d *Desk) itemFor(code item.Code, subject area.Code) (*item.Item, area.Code, error) {
	const op = "open a case"
	here := d.Self().Center.Area()
	if subject == "" {
		it, ok := d.Register.Offered(code, here)
		if !ok {
			return nil, "", refusal.Newf(NotOffered, op, "search the catalogue for its name", "no item %q is offered in %s", code, here)
		}
		if it.Subject != item.ByCounter {
			return nil, "", refusal.Newf(BadForm, op, "give the area code of the applicant's "+string(it.Subject),
				"subject: %s goes by the %s", it.Name, it.Subject)
		}
		return it, here, nil
	}
	if _, err := area.Parse(string(subject)); err != nil {
		return nil, "", refusal.New(BadForm, op, "give the 12-digit division code", fmt.Errorf("subject: %w", err))
	}
	it, ok := d.Register.Offered(code, subject)
	if !ok {
		return nil, "", refusal.Newf(NotOffered, op, "search the catalogue for its name", "no item %q is offered in %s", code, subject)
	}
	for _, st := range it.Steps {
		if !st.Outside && !st.Waits() && st.Acting(subject) == "" {
			return nil, "", refusal.Newf(TooCoarse, op, fmt.Sprintf("give the %s of the applicant's %s", st.Level, it.Subject),
				"%s does not say which %s acts at %s", subject, st.Level, st.Name)
		}
	}
	return it, subject, nil
}

// receive plans the taking in of papers; after a notice they are a supplement.
func (sh *sheet) receive(ctx context.Context, papers []Paper, kind casefile.Kind) error {
	op := sh.op(string(kind))
	it, err := sh.item(string(kind))
	if err != nil {
		return err
	}
	if kind == casefile.Supplemented && len(it.Materials) == 0 {
		return refusal.Newf(NothingIsOpen, op, "", "%s lists no materials", it.Name)
	}
	papers = sh.dated(stated(papers))
	var f faults
	sh.papers(&f, it, sh.s.Choice, papers)
	if err := f.err(op); err != nil {
		return err
	}
	if len(papers) == 0 && kind == casefile.Supplemented {
		return refusal.Newf(BadForm, op, "", "papers: must be given")
	}
	if sh.s.Notice == nil && kind == casefile.Supplemented && sh.s.Phase != casefile.PhaseAccepted {
		return refusal.Newf(casefile.StepOrder, op, "papers brought before a notice are received", "nothing was asked for yet")
	}
	lines := make([]casefile.MaterialEntry, 0, len(papers))
	for _, p := range papers {
		line := casefile.MaterialEntry{
			ID: p.ID, State: p.State, By: string(p.By), Note: p.Note, Originals: p.Originals, Copies: p.Copies, Mended: p.Mended,
		}
		if p.From != nil {
			if p.Content, err = sh.carry(p); err != nil {
				return err
			}
			line.Carried = &casefile.Carried{Case: p.From.Case, Material: p.From.Material, Consent: p.From.Consent}
		}
		if len(p.Content) > 0 {
			// Each case has its own, also of one sheet for several: what one of them
			// has to forget the others may still need.
			ref, err := sh.keep(ctx, "paper "+p.ID, "material", p.Content)
			if err != nil {
				return err
			}
			line.Blob = &ref
		}
		lines = append(lines, line)
	}
	return sh.add(kind, casefile.ReceivedBody{Materials: lines})
}

// notice plans the one-time notice: it names everything that is missing, and
// there is no second one.
func (sh *sheet) notice(form NoticeForm) error {
	const what = "give notice on"
	it, err := sh.item(what)
	if err != nil {
		return err
	}
	lacks := sh.outstanding()
	if sh.s.ReceivedAt != 0 && len(lacks) == 0 {
		return refusal.Newf(NothingLacks, sh.op(what), "accept the case", "every required material is there")
	}
	var f faults
	var missing []string
	for _, m := range lacks {
		missing = append(missing, m.ID)
	}
	for _, id := range sortedKeys(form.Notes) {
		if !slices.Contains(missing, id) {
			f.add("notes: %q is not missing", id)
		}
		f.words("notes."+id, form.Notes[id], false, maxWords)
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	number, err := sh.documentNumber(notice.OneTime)
	if err != nil {
		return err
	}
	data := sh.document(it, number)
	data.Missing = lines(lacks, form.Notes)
	sh.tellSupplement(&data)
	text, err := sh.d.Notices.Render(notice.OneTime, data)
	if err != nil {
		return fmt.Errorf("write the notice of %s: %w", sh.s.ID, err)
	}
	return sh.add(casefile.Noticed, casefile.NoticedBody{Missing: missing, Text: text, Number: number})
}

// tellSupplement puts into the one-time notice by when the applicant has to
// bring what is missing, and what follows when that day passes. A day in a year
// without a calendar is not told: it could still move. Of a later stage of a
// bundle none is: its time may not have come.
func (sh *sheet) tellSupplement(data *notice.Data) {
	limits := sh.limits()
	if limits.SupplementDays <= 0 || clock.WaitsForStage(&sh.s) {
		return
	}
	data.Days = limits.SupplementDays
	if by, provisional := sh.d.Register.Calendar().AddWorkingDays(sh.today(), data.Days); !provisional {
		data.Until = by
	}
	if limits.SupplementEnds {
		data.Lapses = sourced(sh.ruled(rule.SupplementEnds, sh.today())).chinese
	}
}

// accept plans the acceptance. It starts the clocks on the day at the desk, or
// on the day of receipt where the notice came too late.
func (sh *sheet) accept(form AcceptForm) error {
	const what = "accept"
	it, err := sh.item(what)
	if err != nil {
		return err
	}
	ref := sh.s.Item
	if form.Newest {
		if newer, ok := sh.d.Register.Offered(ref.Code, sh.s.Subject); ok {
			it, ref = newer, newer.Ref
		}
	}
	on, deemed := clock.DeemedAccepted(sh.s, sh.d.Register.Calendar(), sh.limits(), sh.now)
	if sh.former != "" { // how it was accepted was settled where it comes from
		deemed = false
	}
	if !deemed {
		on = sh.today()
	}
	choice, err := sh.choice(sh.op(what), it, form)
	if err != nil {
		return err
	}
	inForce := choice
	if inForce == nil && ref == sh.s.Item {
		inForce = sh.s.Choice
	}
	var excused []string
	if inForce != nil {
		excused = inForce.Excused
	}
	if !deemed { // the law does not wait for what the office promised to do in order
		if err := sh.stageReached(sh.op(what)); err != nil {
			return err
		}
	}
	if lacks := Outstanding(it, sh.s.Materials, excused...); len(lacks) > 0 && !deemed && sh.s.ReceivedAt != 0 {
		hint := "give the applicant the one-time notice"
		if sh.s.Notice != nil {
			hint = "wait for the supplement"
		}
		return refusal.Newf(PapersLack, sh.op(what), hint, "still missing: %s", names(lacks))
	}
	number, err := sh.documentNumber(notice.Acceptance)
	if err != nil {
		return err
	}
	sh.it = it
	body := casefile.AcceptedBody{Item: ref, On: string(on), Deemed: deemed, Number: number, Choice: choice}
	if body.Due, err = sh.promised(body); err != nil {
		return err
	}
	return sh.add(casefile.Accepted, body)
}

// promised is the day that an acceptance promises; "" where none is, or where
// it lies in a year without a calendar and could still move.
func (sh *sheet) promised(body casefile.AcceptedBody) (string, error) {
	trial := *sh
	trial.drafts = nil
	if err := trial.add(casefile.Accepted, body); err != nil {
		return "", err
	}
	for _, r := range trial.readings() {
		if r.Clock == clock.Promised && !r.Provisional {
			return string(r.Due), nil
		}
	}
	return "", nil
}

// endGrounds are those on which each end may come when somebody says so, the
// usual one first.
var endGrounds = map[casefile.Kind][]casefile.EndGround{
	casefile.Declined:   {casefile.NotMet, casefile.NoneNeeded, casefile.NotOurs, casefile.NotMended},
	casefile.Returned:   {casefile.NotMended, casefile.NotMet, casefile.AtRequest, casefile.Impossible},
	casefile.Withdrawn:  {casefile.AtRequest},
	casefile.Terminated: {casefile.Impossible, casefile.AtRequest},
}

// lapsedAs is the ground of an end that came because a day was let pass.
var lapsedAs = map[casefile.Kind]casefile.EndGround{casefile.Withdrawn: casefile.Lapsed, casefile.Terminated: casefile.Revoked}

// endings are the documents that tell an applicant how a case ended.
var endings = map[casefile.Kind]notice.Kind{
	casefile.Declined: notice.Decline, casefile.Returned: notice.Return, casefile.Withdrawn: notice.Withdrawal, casefile.Terminated: notice.Termination,
}

// reason plans the four ends without a decision. Each states its ground and its
// reason, and what takes a right away the remedy.
func (sh *sheet) reason(kind casefile.Kind, form ReasonForm) error {
	var f faults
	f.words("reason", form.Reason, !form.Deemed, maxWords)
	f.words("remedy", form.Remedy, false, maxWords)
	f.words("whose", form.Whose, form.Ground == casefile.NotOurs, maxName)
	switch allowed := endGrounds[kind]; {
	case form.Deemed: // whether it may is the rules' to say
		form.Ground = lapsedAs[kind]
	case form.Ground == "":
		form.Ground = allowed[0]
	case !slices.Contains(allowed, form.Ground):
		f.add("ground: %q is none of %v", form.Ground, allowed)
	}
	if form.Whose != "" && form.Ground != casefile.NotOurs {
		f.add("whose: only of what is not this body's to do")
	}
	if err := f.err(sh.op(string(kind))); err != nil {
		return err
	}
	document := endings[kind]
	if form.Deemed {
		var err error
		if form.Reason, err = sh.deemed(kind, form.Reason); err != nil {
			return err
		}
		document = map[casefile.Kind]notice.Kind{casefile.Withdrawn: notice.DeemedWithdrawn, casefile.Terminated: notice.Revocation}[kind]
	}
	body := casefile.ReasonBody{Reason: form.Reason, Remedy: form.Remedy, Ground: form.Ground, Whose: form.Whose}
	if body.Remedy == "" && (kind == casefile.Declined || form.Deemed || kind == casefile.Terminated) {
		body.Remedy = remedy
	}
	number, err := sh.documentNumber(document)
	if err != nil {
		return err
	}
	body.Number = number
	return sh.add(kind, body)
}

func names(materials []item.Material) string {
	all := make([]string, len(materials))
	for i, m := range materials {
		all[i] = m.Name
	}
	return strings.Join(all, "、")
}
