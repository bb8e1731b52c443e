package desk

import (
	"tongban/intake/casefile"
)

// Named writes to each line of a list whose case it is, as much as a list may
// say: Applicant.Masked, by the name that documents use. Where access is
// restricted, the record was erased or has not come here, it says nothing.
//
// Each name is read and decrypted when it is asked for, and kept nowhere, so that
// what is restricted or erased is gone from the next list: some ten microseconds
// for each. Whoever asks for a page names that page and no more.
func (d *Desk) Named(cases []Summary) error {
	ids := make([]casefile.ID, len(cases))
	for i := range cases {
		ids[i] = cases[i].ID
	}
	open := ids
	if d.Keeping != nil {
		var err error
		if open, err = d.Keeping.Open(ids); err != nil {
			return err
		}
	}
	for i := range cases {
		if len(open) == 0 || open[0] != cases[i].ID { // Open keeps the order
			continue
		}
		open = open[1:]
		s, err := d.Cases.State(cases[i].ID)
		if err != nil {
			continue // it left meanwhile
		}
		if who, err := d.Disclosed(s); err == nil {
			masked := who.Masked()
			cases[i].Applicant = masked.Title()
		}
	}
	return nil
}
