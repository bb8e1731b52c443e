package hall

import (
	"tongban/intake/hall/book"
)

// Inquiries are the registers that the national tables ask about (GB/T 39046
// table 10): consultations, complaints and suggestions.
var Inquiries = []book.Kind{book.Consultation, book.Complaint, book.Suggestion}

// All visits every entry of some registers, as it stands today, until visit
// says enough.
func (b *Books) All(kinds []book.Kind, visit func(n book.Note) (more bool)) error {
	for _, k := range kinds {
		letter := (book.Serial{Kind: k}).ID()[:1]
		for before := ""; ; {
			ids, err := b.log.Entities(letter, before, MaxNotes)
			if err != nil {
				return err
			}
			for _, id := range ids {
				n, err := b.note(id)
				if err != nil || !visit(n) {
					return err
				}
			}
			if len(ids) < MaxNotes {
				break
			}
			before = ids[len(ids)-1]
		}
	}
	return nil
}

// Note is an entry as it stands today, without what was said.
func (b *Books) Note(id string) (book.Note, error) { return b.note(id) }

// Answered is what was answered to an entry in the end; "": nothing yet, or it was
// erased. It may name people: whoever calls it has written down who looks, and
// why.
func (b *Books) Answered(n *book.Note) string {
	text := ""
	for _, a := range n.Answers {
		var w book.Words
		if a.Final && b.h.open(a.Said, &w) == nil {
			text = w.Text
		}
	}
	return text
}
