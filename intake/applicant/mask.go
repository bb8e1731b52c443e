package applicant

import "strings"

// hidden stands for what a screen does not show at all.
const hidden = "***"

// Masked is what a screen shows of an applicant to whoever need not know more.
// This is the only place that says how much that is.
func (a Applicant) Masked() Applicant {
	named := a.IsOrganisation() && a.Organisation == "" // the name is an organisation's: everybody may know it
	name := a.Name
	a.Person = a.Person.Masked()
	if named {
		a.Name = name
	}
	a.Agent, a.Representative = masked(a.Agent), masked(a.Representative)
	if a.Letter != nil {
		letter := *a.Letter
		letter.Scope = hide(letter.Scope)
		a.Letter = &letter
	}
	return a
}

func masked(p *Person) *Person {
	if p == nil {
		return nil
	}
	shown := p.Masked()
	return &shown
}

// Masked is a person as a screen shows it. An organisation and its code are
// public.
func (p Person) Masked() Person {
	p.Name = MaskName(p.Name)
	p.ResidentID = MaskID(p.ResidentID)
	p.OtherID = MaskOther(p.OtherID)
	p.Telephone = MaskPhone(p.Telephone)
	p.Address = MaskAddress(p.Address)
	p.Mandate, p.Note = hide(p.Mandate), hide(p.Note)
	p.Born = ""
	return p
}

// MaskName keeps the first character of a name.
func MaskName(s string) string { return keep(s, 1, 0) }

// MaskID keeps the area of a citizen's number and its last four characters.
func MaskID(s string) string { return keep(s, 6, 4) }

// MaskPhone keeps the first three digits and the last four.
func MaskPhone(s string) string { return keep(s, 3, 4) }

// MaskOther keeps the first two characters and the last two.
func MaskOther(s string) string { return keep(s, 2, 2) }

// towns end the part of an address that is shown.
var towns = []string{"街道", "镇", "乡", "苏木"}

// MaskAddress keeps an address up to the town; of one that names none, nothing.
func MaskAddress(s string) string {
	if s == "" {
		return ""
	}
	end := -1
	for _, word := range towns {
		if i := strings.Index(s, word); i > 0 && (end < 0 || i+len(word) < end) {
			end = i + len(word)
		}
	}
	if end < 0 {
		return hidden
	}
	return s[:end] + hidden
}

func hide(s string) string {
	if s == "" {
		return ""
	}
	return hidden
}

// keep keeps the first and the last characters; of what is too short for a
// middle, nothing but its length.
func keep(s string, first, last int) string {
	r := []rune(s)
	if len(r) <= first+last {
		first, last = 0, 0
	}
	for i := first; i < len(r)-last; i++ {
		r[i] = '*'
	}
	return string(r)
}
