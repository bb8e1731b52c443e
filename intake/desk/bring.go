package desk

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// Bring takes in a case that is in flight elsewhere.
const Bring Action = "bring"

// MaxFormer is how long a former number may be, in characters.
const MaxFormer = 64

// BringForm is a case that was begun where the center worked before (在办件): in
// another system, or in a register of paper. Nothing of it is guessed: what the
// form does not say has not happened.
type BringForm struct {
	Former   string    `json:"former"`            // its number there
	Open     OpenForm  `json:"open"`              // what was laid on the counter; Accept, Decline and Visit must be empty
	Received time.Time `json:"received"`          // when it came in
	Accepted time.Time `json:"accepted,omitzero"` // when it was accepted; zero: it is not
	Step     string    `json:"step,omitempty"`    // the name of the step at which it stands; "": the first that is left
	Stepped  time.Time `json:"stepped,omitzero"`  // when the last step before that one was done
}

// Bring opens a case that was begun elsewhere, with the papers and the
// acceptance of their own days, so that its clocks count from the real ones. All
// of it is one act: a case is brought along whole or not at all. By.At is not
// used: the form says when what happened, and the post is today's.
func (d *Desk) Bring(ctx context.Context, by By, form BringForm) (Done, error) {
	by.At, by.Start = time.Time{}, time.Time{}
	return d.act(ctx, Bring, "", by, form, func(sh *sheet) error { return sh.bring(ctx, form) })
}

// TryBring refuses what Bring would refuse. Nothing is written.
func (d *Desk) TryBring(by By, form BringForm) error {
	by.At, by.Start = time.Time{}, time.Time{}
	if err := d.checkBy(Bring, &by); err != nil {
		return err
	}
	return d.rehearse(Bring, "", by, func(sh *sheet) error { return sh.bring(context.Background(), form) })
}

func (sh *sheet) bring(ctx context.Context, form BringForm) error {
	const op = "bring a case along"
	var f faults
	f.words("former", form.Former, true, MaxFormer)
	if strings.ContainsFunc(form.Former, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }) || !utf8.ValidString(form.Former) {
		f.add("former: only characters that can be printed, without blanks")
	}
	f.times(&form, sh.now)
	if form.Open.Accept || form.Open.Decline != nil || form.Open.Visit != "" {
		f.add("open: it was taken in before, and says nothing of an acceptance, an end or a visit")
	}
	if err := f.err(op); err != nil {
		return err
	}
	sh.desk = form.Received.UnixMilli()
	sh.former = form.Former
	if err := sh.open(ctx, form.Open); err != nil {
		return err
	}
	if err := sh.receive(ctx, form.Open.Papers, casefile.Received); err != nil {
		return err
	}
	if form.Accepted.IsZero() {
		return nil
	}
	sh.desk = form.Accepted.UnixMilli()
	if err := sh.accept(AcceptForm{}); err != nil || form.Step == "" {
		return err
	}
	sh.desk = form.Stepped.UnixMilli()
	return sh.upTo(form.Step)
}

// times wants what happened in its order, and none of it ahead.
func (f *faults) times(form *BringForm, now time.Time) {
	if form.Received.UnixMilli() <= 0 {
		f.add("received: must be given")
	}
	if form.Step != "" && (form.Accepted.IsZero() || form.Stepped.IsZero()) {
		f.add("step: want the days of acceptance and of the step before it, too")
	}
	if form.Step == "" && !form.Stepped.IsZero() {
		f.add("stepped: want the step at which the case stands, too")
	}
	last, before := form.Received, "received"
	for _, one := range []struct {
		field string
		at    time.Time
	}{{"accepted", form.Accepted}, {"stepped", form.Stepped}} {
		if one.at.IsZero() {
			continue
		}
		if one.at.Before(last) {
			f.add("%s: before it was %s", one.field, before)
		}
		last, before = one.at, one.field
	}
	if last.UnixMilli() > now.UnixMilli() {
		f.add("%s: %s has not come yet", before, last.Format(time.DateOnly))
	}
}

// upTo records that the checks and reviews before a step are done. Whatever
// else comes before it has a record of its own, which a list can't give.
func (sh *sheet) upTo(name string) error {
	target := -1
	for i, st := range sh.it.Steps {
		if st.Name == name && !sh.s.Finished(sh.it, i) {
			target = i
			break
		}
	}
	if target < 0 {
		return refusal.Newf(NoStep, "bring a case along", "name a step of the item that comes after the acceptance", "%s has no step %q left", sh.it.Name, name)
	}
	for i := range target {
		if sh.s.Finished(sh.it, i) {
			continue
		}
		kind, ok := map[item.Action]casefile.Kind{item.Check: casefile.Checked, item.Review: casefile.Reviewed}[sh.it.Steps[i].Action]
		if !ok {
			return refusal.Newf(NoStep, "bring a case along", "leave the step out, and record what was done on the case's page", "%q comes before %q and is neither a check nor a review", sh.it.Steps[i].Name, name)
		}
		if err := sh.work(kind, sh.it.Steps[i].Action, StepForm{Step: &i}); err != nil {
			return err
		}
	}
	return nil
}
