package desk

import (
	"cmp"
	"fmt"

	"tongban/intake/casefile"
	"tongban/intake/notice"
)

// TicketPaper is a queue ticket for the printer, in the name of this center.
// That it is printed is remembered here, by the visit that the ticket names:
// the next one says that it is a reprint. how.Code is what its QR code holds.
func (d *Desk) TicketPaper(visit string, t notice.Ticket, how Printing) (notice.Document, error) {
	self := d.Self().Center
	name, telephone, _ := d.Register.Office(self)
	doc, err := d.Notices.Document(notice.Queue, how.Lang, notice.Data{Center: cmp.Or(name, string(self)), Telephone: telephone, Ticket: &t})
	if err != nil {
		return doc, fmt.Errorf("print queue ticket %s: %w", t.Number, err)
	}
	p := Printable{Kind: notice.Queue}
	p.after.ID = casefile.ID(visit) // no case is called so
	before, err := d.printedBefore(p.after.ID)
	if err != nil {
		return doc, err
	}
	doc.Again, doc.QR = before[printKey{p.Kind, p.Seq}], how.Code
	return doc, d.notePrinted(p, how.Staff)
}
