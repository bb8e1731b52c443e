package desk

import (
	"context"

	"tongban/catalog/bundle"
	"tongban/catalog/item"
	"tongban/intake/casefile"
)

// Foreseen is a case that a form would open: what could be done with it at once,
// and what of its papers would be missing.
type Foreseen struct {
	Item    *item.Item
	Actions []Offered
	Lacks   []item.Material
}

// Foresee plans the opening of a case and the taking in of its papers without
// writing anything, and says what could be done then. What the form wants at
// once (Accept, Decline) is left aside; who acts is not asked.
func (d *Desk) Foresee(form OpenForm) (out Foreseen, err error) {
	err = d.received(form, func(sh *sheet) error {
		out = sh.foreseen()
		return nil
	})
	return out, err
}

// ForeseeSettle refuses what Open and Settle, one after the other, would refuse.
// Nothing is written.
func (d *Desk) ForeseeSettle(form OpenForm, settle SettleForm) error {
	return d.received(form, func(sh *sheet) error { return sh.settle(context.Background(), settle) })
}

// ForeseeNotice refuses what Open, the taking in of its papers and Notice, one
// after the other, would refuse. Nothing is written.
func (d *Desk) ForeseeNotice(form OpenForm, notice NoticeForm) error {
	return d.received(form, func(sh *sheet) error { return sh.notice(notice) })
}

// ForeseeDecline refuses what Open with a decline would refuse. Nothing is
// written.
func (d *Desk) ForeseeDecline(form OpenForm, why ReasonForm) error {
	return d.received(form, func(sh *sheet) error { return sh.reason(casefile.Declined, why) })
}

// received plans the opening of a case and the taking in of its papers, and
// what follows, without handing anything out.
func (d *Desk) received(form OpenForm, then func(*sheet) error) error {
	form.Accept, form.Decline = false, nil
	return d.rehearse(Open, "", By{}, func(sh *sheet) error {
		ctx := context.Background()
		if err := sh.open(ctx, form); err != nil {
			return err
		}
		if err := sh.receive(ctx, form.Papers, casefile.Received); err != nil {
			return err
		}
		return then(sh)
	})
}

// ForeseeVisit is Foresee for the cases of a visit, in the order of its plan.
func (d *Desk) ForeseeVisit(form VisitForm) ([]Foreseen, bundle.Plan, error) {
	c, err := d.composeVisit(form)
	c.visit = true
	if err != nil {
		return nil, c.Plan, err
	}
	all, err := d.foresee(c, form.byBundle())
	return all, c.Plan, err
}

// ForeseeBundle is Foresee for the cases of a bundle, in the order of its plan.
func (d *Desk) ForeseeBundle(form BundleForm) ([]Foreseen, bundle.Plan, error) {
	c, err := d.compose(form)
	if err != nil {
		return nil, c.Plan, err
	}
	all, err := d.foresee(c, form)
	return all, c.Plan, err
}

func (d *Desk) foresee(c composed, form BundleForm) ([]Foreseen, error) {
	ctx := context.Background()
	parts, err := d.sheet(casefile.State{}, By{}, true, newGiven()).parts(c, form)
	if err != nil {
		return nil, err
	}
	ids := make([]casefile.ID, len(parts))
	for i := range ids {
		ids[i] = casefile.NewID(d.Self(), 1<<62+uint64(i))
	}
	all := make([]Foreseen, len(parts))
	for i := range parts {
		sh := d.sheet(casefile.New(ids[i]), By{}, true, newGiven())
		err := d.openPart(ctx, sh, c, parts, ids, i)
		if err == nil && sh.s.ReceivedAt == 0 {
			err = sh.receive(ctx, nil, casefile.Received)
		}
		if err != nil {
			return nil, told(err, ids)
		}
		all[i] = sh.foreseen()
	}
	return all, nil
}

func (sh *sheet) foreseen() Foreseen {
	out := Foreseen{Item: sh.it, Actions: sh.d.Actions(sh.s), Lacks: sh.outstanding()}
	for i := range out.Actions {
		if one := &out.Actions[i]; one.Why != "" {
			one.Why = toldWords(one.Why, []casefile.ID{sh.s.ID})
		}
	}
	return out
}
