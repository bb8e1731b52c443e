package casefile

import (
	"slices"

	"tongban/consensus/chain"
)

// Blobs are the references to everything outside the log that is not erased:
// what a custodian needs to go on.
func (s *State) Blobs() []BlobRef {
	var all []BlobRef
	add := func(ref *BlobRef) {
		if ref != nil && ref.Hash != (chain.Hash{}) && !slices.Contains(s.Erased, ref.Hash) {
			all = append(all, *ref)
		}
	}
	add(&s.Applicant)
	for _, m := range s.Materials {
		add(m.Blob)
	}
	for i := range s.Proofs {
		add(&s.Proofs[i])
	}
	if s.Proof != nil {
		add(s.Proof.Signature)
	}
	if m := s.Mandate; m != nil && m.Given != nil {
		add(m.Given.Letter)
		add(m.Given.Signature)
		if m.Back != nil {
			add(m.Back.Words)
		}
	}
	for _, v := range s.Intervals {
		for _, o := range v.Objections {
			add(o.Who)
			add(o.Text)
			add(o.Answer)
		}
	}
	for _, v := range s.Surveys {
		if v.Held != nil {
			add(v.Held.Proof)
		}
	}
	for _, v := range s.Visited {
		add(v.Proof)
	}
	for _, v := range s.Deliberated {
		add(v.Proof)
	}
	for _, v := range s.Heard {
		add(v.Who)
		add(v.Text)
	}
	for i := range s.Corrected {
		add(&s.Corrected[i].From)
		add(&s.Corrected[i].To)
	}
	return all
}
