package register

import (
	"tongban/catalog/area"
	"tongban/catalog/item"
)

// Clues is what a version is looked for and chosen by, beside its summary. A
// search index is built from both without reading a single item.
type Clues struct {
	Codes   []string     `cbor:"1,keyasint,omitempty"` // see item.FurtherCodes
	Themes  []string     `cbor:"2,keyasint,omitempty"`
	Takes   []area.Level `cbor:"3,keyasint,omitempty"` // see item.TakenBy
	Members []item.Code  `cbor:"4,keyasint,omitempty"` // of a bundle

	Applicants []item.Applicant `cbor:"5,keyasint,omitempty"`
}

func cluesOf(it *item.Item) Clues {
	c := Clues{Codes: it.FurtherCodes(), Themes: it.Themes, Takes: it.TakenBy(), Applicants: it.Applicants}
	for _, m := range it.Members {
		c.Members = append(c.Members, m.Code)
	}
	return c
}

// Clues are those of published versions, in their order; empty ones for what
// was never published.
func (r *Register) Clues(refs ...item.Ref) []Clues {
	all := make([]Clues, len(refs))
	_ = r.look(func(m *machine) {
		for i, ref := range refs {
			if v, ok := load[versionState](m, versionRow(ref)); ok {
				d, _ := load[draftState](m, draftRow(v.Draft))
				all[i] = d.Clues
			}
		}
	})
	return all
}
