package casework

import (
	"slices"

	"tongban/consensus/chain"
	"tongban/intake/casefile"
	"tongban/node/frame"
)

// signature is a picture of how something was signed.
type signature struct {
	Name, How string
	Scan      *chain.Hash
}

// signatures are those that a case names and that were not erased.
func signatures(p *frame.Page, s *casefile.State) []signature {
	var all []signature
	add := func(word string, how casefile.Signing, ref *casefile.BlobRef) {
		if ref == nil || slices.Contains(s.Erased, ref.Hash) {
			return
		}
		one := signature{Name: p.Say(word), Scan: &ref.Hash}
		for _, o := range signed.Options {
			if o.Value == string(how) {
				one.How = p.Pick(o.Words[0], o.Words[1])
			}
		}
		all = append(all, one)
	}
	if m := s.Mandate; m != nil && m.Given != nil {
		add("signed_mandate", m.Given.Signed, m.Given.Signature)
		add("letter", m.Given.Signed, m.Given.Letter)
	}
	if s.Proof != nil {
		add("signed_for", s.Proof.Signed, s.Proof.Signature)
	}
	return all
}
