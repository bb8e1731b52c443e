package desk

import (
	"context"
	"slices"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/privacy"
)

// Erase destroys the content of a case whose retention has passed.
const Erase Action = "erase"

// Keeping is the center's word on how long the content of a case is kept, and
// on who may look at it meanwhile.
type Keeping interface {
	// Erasable refuses while the content of a case is to be kept.
	Erasable(s *casefile.State) error
	// May refuses to show the applicant of a case to which access is
	// restricted.
	May(id casefile.ID) error
	// Open leaves those of some cases to which access is not restricted.
	Open(ids []casefile.ID) ([]casefile.ID, error)
}

// EraseForm erases the content of a case.
type EraseForm struct {
	Reason string `json:"reason"` // and the document that orders it, where there is one
}

// hashesEach is how many blobs one event names.
const hashesEach = 256

// erase plans the events by which every holder destroys the content: that of
// the whole log, also of papers that later ones replaced, and of the branches
// beside it.
func (sh *sheet) erase(form EraseForm) error {
	const what = "erase the content of"
	var f faults
	f.words("reason", form.Reason, true, maxWords)
	if err := f.err(sh.op(what)); err != nil {
		return err
	}
	switch {
	case sh.s.Phase != casefile.PhaseConcluded && sh.s.Phase != casefile.PhaseArchived:
		return refusal.Newf(casefile.StepOrder, sh.op(what), "access can be restricted", "the case is %s", sh.s.Phase)
	case sh.d.Keeping == nil:
		return refusal.Newf(privacy.NoRetention, sh.op(what), "", "this center keeps no retention periods")
	}
	if err := sh.d.Keeping.Erasable(&sh.s); err != nil {
		return err
	}
	var hashes []chain.Hash
	err := privacy.EachBlob(sh.d.Cases, &sh.s, func(ref casefile.BlobRef, _, _ uint64) {
		if !slices.Contains(sh.s.Erased, ref.Hash) && !slices.Contains(hashes, ref.Hash) {
			hashes = append(hashes, ref.Hash)
		}
	})
	if err != nil {
		return err
	}
	if len(hashes) == 0 {
		return refusal.Newf(NothingIsOpen, sh.op(what), "", "nothing of it is left")
	}
	for part := range slices.Chunk(hashes, hashesEach) {
		if err := sh.add(casefile.Erased, casefile.ErasedBody{Blobs: part, Reason: form.Reason}); err != nil {
			return err
		}
	}
	return nil
}

// Erase destroys the content of a concluded case after its retention, here and
// at every center that holds a copy. Its log stays and verifies.
func (d *Desk) Erase(ctx context.Context, by By, id casefile.ID, form EraseForm) (Done, error) {
	return d.act(ctx, Erase, id, by, form, func(sh *sheet) error { return sh.erase(form) })
}

// TryErase says whether Erase would go through, and how many blobs it would
// destroy. Nothing is written.
func (d *Desk) TryErase(id casefile.ID, form EraseForm) (blobs int, err error) {
	s, err := d.state(id)
	if err != nil {
		return 0, err
	}
	if err := d.shut(Erase, id); err != nil {
		return 0, err
	}
	sh := d.sheet(s, By{}, true, newGiven())
	if err := sh.erase(form); err != nil {
		return 0, err
	}
	return len(sh.s.Erased) - len(s.Erased), nil
}

// Disclosed is Applicant for whoever was allowed to see a case to which access
// is restricted. Whoever calls it has written down who looks, and why.
func (d *Desk) Disclosed(s casefile.State) (applicant.Applicant, error) {
	op := "read the applicant of " + string(s.ID)
	if slices.Contains(s.Erased, s.Applicant.Hash) {
		return applicant.Applicant{}, refusal.Newf(ContentLacks, op, "", "it was erased")
	}
	content, err := d.Blobs.Get(s.ID.Owner(), s.Applicant)
	if err != nil {
		return applicant.Applicant{}, refusal.New(ContentLacks, op, "it may still be on its way", err)
	}
	var who applicant.Applicant
	if err := wire.Decode(content, &who); err != nil {
		return applicant.Applicant{}, refusal.New(refusal.Malformed, op, "", err)
	}
	return who, nil
}
