package desk

import (
	"slices"

	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
)

// handOver plans the sending on: to the center that the form names, or to the
// one whose turn it is by the route.
func (sh *sheet) handOver(form HandOverForm) error {
	const what = "hand over"
	var f faults
	f.words("purpose", form.Purpose, false, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	if sh.s.Offer != nil { // the rules say why
		return sh.add(casefile.HandedOver, casefile.HandedOverBody{To: sh.s.Offer.To, Step: sh.s.Offer.Step})
	}
	next := sh.onward()
	to := form.To
	if to == "" {
		to = sh.destination()
		if to == "" {
			return refusal.Newf(NowhereToGo, sh.op(what), "name the center to hand over to", "no center is enrolled that may %s this case", next.Action)
		}
		if to == sh.s.Holder.Center {
			return refusal.Newf(NowhereToGo, sh.op(what), "do what comes next, or name a center", "what comes next (%s) is to be done here", next.Action)
		}
	}
	party, err := sh.party(what, to)
	if err != nil {
		return err
	}
	return sh.add(casefile.HandedOver, casefile.HandedOverBody{To: party, Step: next.Step, Purpose: form.Purpose})
}

// takeOver plans the answer that accepts custody. Everything that the next
// step needs has to be here: whoever takes over answers for it.
func (sh *sheet) takeOver() error {
	const what = "take over"
	offer := sh.s.Offer
	if offer == nil {
		return refusal.Newf(casefile.NoOffer, sh.op(what), "", "no hand-over waits for an answer")
	}
	body := casefile.TakenOverBody{From: offer.From, Head: sh.s.Head.Hash}
	if err := casefile.May(sh.d.Register, sh.s, sh.author, casefile.TakenOver, -1, sh.now); err != nil {
		return err
	}
	lacks := 0
	for _, ref := range sh.s.Blobs() {
		if !sh.d.Blobs.Has(sh.s.ID.Owner(), ref.Hash) {
			lacks++
		}
	}
	if lacks > 0 {
		return refusal.Newf(cabinet.MissingBlob, sh.op(what), "they are on their way; try again when they have come", "%d of the case's papers have not arrived yet", lacks)
	}
	return sh.add(casefile.TakenOver, body)
}

func (sh *sheet) turnBack(form ReasonForm) error {
	const what = "turn back"
	var f faults
	f.words("reason", form.Reason, true, maxWords)
	if form.Deemed {
		f.add("deemed: a case is turned back for a reason that is given")
	}
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	if sh.s.Offer == nil {
		return refusal.Newf(casefile.NoOffer, sh.op(what), "", "no hand-over waits for an answer")
	}
	return sh.add(casefile.TurnedBack, casefile.TurnedBackBody{To: sh.s.Offer.From, Reason: form.Reason})
}

// seize plans the opening of the epoch that the Register granted to this
// center.
func (sh *sheet) seize() error {
	const what = "seize"
	for _, g := range slices.Backward(sh.d.Register.Grants(sh.s.ID)) {
		if g.Epoch <= sh.s.Epoch {
			break
		}
		lost := sh.s.Next()
		if sh.s.Holder.Center == g.Lost {
			lost = sh.s.Holder
		}
		return sh.add(casefile.Seized, casefile.SeizedBody{
			Grant: g.Index, Base: g.Base, Lost: casefile.Party{Center: g.Lost, Incarnation: lost.Incarnation},
		})
	}
	return refusal.Newf(casefile.NoGrant, sh.op(what), "have the district propose the seizure first", "the Register granted no seizure of this case")
}

// openBranches are the superseded branches of which the log says nothing yet.
func (sh *sheet) openBranches() ([]cabinet.Branch, error) {
	all, err := sh.d.Cases.Branches(sh.s.ID)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(b cabinet.Branch) bool { return sh.s.Settled(b.Head) }), nil
}

func (sh *sheet) reconcile(form ReconcileForm) error {
	const what = "reconcile"
	var f faults
	f.words("reason", form.Reason, true, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	open, err := sh.openBranches()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(open, func(b cabinet.Branch) bool {
		return b.Head.Hash.String() == form.Head || form.Head == "" && len(open) == 1
	})
	if i < 0 {
		return refusal.Newf(NothingIsOpen, sh.op(what), "name the head of one of the superseded branches", "no such branch waits to be reconciled")
	}
	body := casefile.ReconciledBody{Head: open[i].Head, Epoch: open[i].Epoch, Adopted: form.Adopted, Reason: form.Reason}
	if form.Adopted {
		if body.Numbers, err = sh.givenIn(open[i]); err != nil {
			return err
		}
	}
	return sh.add(casefile.Reconciled, body)
}

// givenIn are the numbers that are on paper because of a branch, and of which
// the log knows nothing: they stand, and none of them is ever given again.
func (sh *sheet) givenIn(b cabinet.Branch) ([]string, error) {
	var records [][]byte
	for from := uint64(1); from <= b.Head.Index; {
		some, err := sh.d.Cases.BranchLog(sh.s.ID, b.Number, from, 256)
		if err != nil {
			return nil, err
		}
		if len(some) == 0 {
			break
		}
		records, from = append(records, some...), from+uint64(len(some))
	}
	branch, err := casefile.Fold(sh.s.ID, records)
	if err != nil {
		return nil, err
	}
	var numbers []string
	for _, d := range branch.Documents {
		numbers = append(numbers, d.Number)
	}
	if d := branch.Decision; d != nil && d.Certificate != nil && d.Certificate.Number != "" {
		numbers = append(numbers, d.Certificate.Number)
	}
	return slices.DeleteFunc(numbers, sh.s.Bears), nil
}
