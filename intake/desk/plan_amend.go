package desk

import (
	"context"
	"slices"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/notice"
)

// The refusals of amendments. The codes are for good.
const (
	NoDocument    refusal.Code = "no_document"    // no such document was given in the case, or it is void
	NotFavourable refusal.Code = "not_favourable" // the newer version is not better for the applicant, or there is none
)

// VoidForm takes back a document that was given (文书作废).
type VoidForm struct {
	Number  string `json:"number"`
	Reason  string `json:"reason"`
	Instead string `json:"instead,omitempty"` // number of what takes its place
}

// CorrectForm corrects a slip of the pen in a document (更正).
type CorrectForm struct {
	Of     string `json:"of,omitempty"` // number of the document; "": the decision
	From   string `json:"from"`         // the words that are wrong; kept outside the log
	To     string `json:"to"`           // the right ones; kept outside the log
	Reason string `json:"reason"`
}

// ReopenForm takes a decided case up again (重新办理).
type ReopenForm struct {
	Reason   string       `json:"reason"`
	Basis    string       `json:"basis"` // the ruling or law
	Approver string       `json:"approver"`
	On       workday.Date `json:"on,omitempty"`   // the new day 0; "": today
	Step     *int         `json:"step,omitempty"` // from which step on it is done again; nil: the decision alone
}

// AdoptForm pins a newer version because it is better for the applicant
// (立法法 104).
type AdoptForm struct {
	Reason  string       `json:"reason"`
	Answers item.Answers `json:"answers,omitempty"` // nil: those given before, as far as the version asks the same
}

// stands checks that a document of that number was given and is not void.
func (sh *sheet) stands(what, number string) error {
	if !sh.s.Gave(number) {
		return refusal.Newf(NoDocument, sh.op(what), "name the number that stands on it", "no document %.80q was given in this case", number)
	}
	if sh.s.IsVoid(number) {
		return refusal.Newf(NoDocument, sh.op(what), "", "document %s is void", number)
	}
	return nil
}

func (sh *sheet) void(form VoidForm) error {
	const what = "void a document of"
	var f faults
	f.words("number", form.Number, true, maxName)
	f.words("reason", form.Reason, true, maxWords)
	f.words("instead", form.Instead, false, maxName)
	if form.Instead != "" && form.Instead == form.Number {
		f.add("instead: it can't take its own place")
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	if err := sh.stands(what, form.Number); err != nil {
		return err
	}
	return sh.add(casefile.Voided, casefile.VoidedBody{Number: form.Number, Reason: form.Reason, Instead: form.Instead})
}

func (sh *sheet) correct(ctx context.Context, form CorrectForm) error {
	const what = "correct a document of"
	if form.Of == "" && sh.s.Decision != nil {
		form.Of = sh.s.Decision.Number
	}
	var f faults
	f.words("of", form.Of, sh.s.Decision != nil, maxName)
	f.words("from", form.From, true, maxWords)
	f.words("to", form.To, true, maxWords)
	f.words("reason", form.Reason, true, maxWords)
	if form.From == form.To && form.From != "" {
		f.add("to: it says the same")
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	if sh.s.Decision != nil {
		if err := sh.stands(what, form.Of); err != nil {
			return err
		}
	}
	from, err := sh.words(ctx, "from", form.From)
	if err != nil {
		return err
	}
	to, err := sh.words(ctx, "to", form.To)
	if err != nil {
		return err
	}
	number, err := sh.documentNumber(notice.Correction)
	if err != nil {
		return err
	}
	return sh.add(casefile.Corrected, casefile.CorrectedBody{Number: number, Of: form.Of, From: *from, To: *to, Reason: form.Reason})
}

func (sh *sheet) reopen(form ReopenForm) error {
	const what = "reopen"
	it, err := sh.item(what)
	if err != nil {
		return err
	}
	if form.On == "" {
		form.On = sh.today()
	}
	step := -1
	if form.Step != nil {
		step = *form.Step
	}
	var f faults
	f.words("reason", form.Reason, true, maxWords)
	f.words("basis", form.Basis, true, maxWords)
	f.words("approver", form.Approver, true, maxName)
	sh.happened(&f, "on", form.On)
	if step < -1 || step >= len(it.Steps) {
		f.add("step: %s has no step %d", it.Name, step)
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	return sh.add(casefile.Reopened, casefile.ReopenedBody{
		Reason: form.Reason, Basis: form.Basis, Approver: form.Approver, On: string(form.On), Step: step,
	})
}

// adopt plans the change of an open case to a newer version. Nothing of it may
// be worse for the applicant, as far as its form tells; whether it is better as
// a whole is the word of whoever adopts it.
func (sh *sheet) adopt(form AdoptForm) error {
	const what = "adopt a newer version in"
	it, err := sh.item(what)
	if err != nil {
		return err
	}
	var f faults
	f.words("reason", form.Reason, true, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	newer, ok := sh.d.Register.Offered(sh.s.Item.Code, sh.s.Subject)
	if !ok || newer.Ref == sh.s.Item {
		return refusal.Newf(NotFavourable, sh.op(what), "", "the case is under the version that is offered now")
	}
	better, worse := item.Favourable(*it, *newer)
	switch {
	case newer.OpenCases != item.FavourableOpen || newer.Ref.Area != it.Ref.Area:
		return refusal.Newf(NotFavourable, sh.op(what), "whoever publishes a version says whether open cases may take it (open_cases: favourable)",
			"第 %d 版没有写明可以适用于在办件", newer.Ref.Version)
	case len(worse) > 0:
		return refusal.Newf(NotFavourable, sh.op(what), "the case goes on under its own version", "对申请人不利的变化：%s", sentences(worse).chinese)
	case len(better) == 0:
		return refusal.Newf(NotFavourable, sh.op(what), "the case goes on under its own version", "第 %d 版没有对申请人更有利的变化", newer.Ref.Version)
	}
	choice, err := sh.choice(sh.op(what), newer, AcceptForm{Answers: form.Answers})
	if err != nil {
		return err
	}
	if err := sh.add(casefile.Adopted, casefile.AdoptedBody{Item: newer.Ref, Choice: choice, Reason: form.Reason}); err != nil {
		return err
	}
	sh.it = newer
	return nil
}

// amendWarnings are what staff should know of documents that do not stand, and
// of a newer version that may be adopted.
func (sh *sheet) amendWarnings() []Warning {
	var all []Warning
	if d := sh.s.Decision; d != nil && slices.ContainsFunc(sh.s.Void, func(v casefile.VoidedBody) bool { return v.Number == d.Number && v.Instead == "" }) {
		all = append(all, warning("decision_void", "决定文书 %s 已作废，尚未重新作出", "The decision %s is void and was not made anew", d.Number))
	}
	if n := len(sh.s.Reopened); n > 0 && sh.s.DecidedAt == 0 && sh.s.Ended == nil {
		last := sh.s.Reopened[n-1]
		all = append(all, warning("reopened", "本件自 %s 起重新办理：%s", "The case was opened again on %s: %s", last.On, last.Reason))
	}
	if sh.it == nil || sh.s.Phase != casefile.PhaseAccepted {
		return all
	}
	newer, ok := sh.d.Register.Offered(sh.s.Item.Code, sh.s.Subject)
	if !ok || newer.Ref == sh.s.Item || newer.OpenCases != item.FavourableOpen || newer.Ref.Area != sh.s.Item.Area {
		return all
	}
	if better, worse := item.Favourable(*sh.it, *newer); len(better) > 0 && len(worse) == 0 {
		all = append(all, warning("newer_version_better", "第 %d 版对申请人更有利（%s），可以申请人利益适用新版本", "Version %d is better for the applicant (%s) and may be applied in their favour", newer.Ref.Version, sentences(better)))
	}
	return all
}
