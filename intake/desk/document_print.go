package desk

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// Printing is how a document is printed.
type Printing struct {
	Number   string      // which of several of a kind; "": the newest
	Lang     notice.Lang // "": Chinese
	Public   string      // the address at which people reach the pages, for the QR code; "": there is none
	Code     string      // what the QR code of a rating slip holds
	Password string      // the query password, on a receipt; told once and kept nowhere
	Staff    string      // who prints, for the audit log
}

// Print is the plain text of a document of a case for the applicant, in
// Chinese, with the name, from what the log says. A document whose event has
// not happened is refused with NothingIsOpen.
func (d *Desk) Print(id casefile.ID, kind notice.Kind) (string, error) {
	doc, _, err := d.document(id, kind, Printing{})
	return doc.Text(), err
}

// Paper is a document of a case for the printer. That it is printed is
// remembered at this center and logged: the next one says that it is a reprint.
func (d *Desk) Paper(id casefile.ID, kind notice.Kind, how Printing) (notice.Document, error) {
	doc, p, err := d.document(id, kind, how)
	if err != nil {
		return doc, err
	}
	return doc, d.notePrinted(p, how.Staff)
}

// Papers are all documents of a case that were not printed here yet, in the
// order in which they came about.
func (d *Desk) Papers(id casefile.ID, how Printing) ([]notice.Document, error) {
	all, s, err := d.printables(id)
	if err != nil {
		return nil, err
	}
	docs, err := d.due(all, how)
	if err == nil && len(docs) == 0 {
		return nil, refusal.Newf(NothingIsOpen, "print the documents of "+string(s.ID), "print one again by its kind", "every document of the case was printed")
	}
	return docs, err
}

// VisitPapers are all documents of a visit that were not printed here yet, after a
// sheet that lists its cases.
func (d *Desk) VisitPapers(visit string, how Printing) ([]notice.Document, error) {
	op := "print the documents of a visit"
	if visit = d.VisitOf(visit); visit == "" {
		return nil, refusal.Newf(BadForm, op, "", "no visit is named")
	}
	ids := d.inVisit(visit, maxVisitCases)
	if len(ids) == 0 {
		return nil, refusal.Newf(NoSuchCase, op, "", "no case of this visit is at this center")
	}
	slices.Sort(ids)
	var docs []notice.Document
	sheet := notice.Data{}
	for _, id := range ids {
		all, s, err := d.printables(id)
		if err != nil {
			return nil, err
		}
		if err := d.visitLine(&sheet, s, how.Lang); err != nil {
			return nil, err
		}
		more, err := d.due(all, how)
		if err != nil {
			return nil, err
		}
		docs = append(docs, more...)
	}
	first, err := d.Notices.Document(notice.Visit, how.Lang, sheet)
	if err != nil {
		return nil, err
	}
	return append([]notice.Document{first}, docs...), nil
}

// maxVisitCases bounds how many cases one visit sheet lists.
const maxVisitCases = 100

// visitLine adds a case to a visit sheet; the first says whose it is.
func (d *Desk) visitLine(sheet *notice.Data, s casefile.State, lang notice.Lang) error {
	sh := d.sheet(s, By{}, true, newGiven())
	it, err := sh.item("print a document of")
	if err != nil {
		return err
	}
	if len(sheet.Cases) == 0 {
		who, err := d.Applicant(s)
		if err != nil {
			return err
		}
		base := sh.document(it, s.Number)
		sheet.Number, sheet.Applicant, sheet.Center, sheet.Telephone, sheet.Date = cmp.Or(s.Filing.Visit, string(s.ID)), who.Title(), base.Center, base.Telephone, clock.DayOf(s.OpenedAt)
	}
	var data notice.Data
	sh.due(&data)
	var lacks []string
	for _, m := range sh.outstanding() {
		lacks = append(lacks, m.Name)
	}
	line := notice.Case{Number: s.Number, Item: it.Name, Phase: string(s.Phase), Lacks: strings.Join(lacks, "、")}
	if s.Phase == casefile.PhaseAccepted {
		line.Due = data.Due
	}
	sheet.Cases = append(sheet.Cases, line)
	return nil
}

// due writes those that were not printed here yet. A slip for rating is printed
// when it is asked for.
func (d *Desk) due(all []Printable, how Printing) ([]notice.Document, error) {
	var docs []notice.Document
	for _, p := range all {
		if p.Printed > 0 || p.Kind == notice.Rating || p.Void != "" {
			continue
		}
		doc, err := d.write(p, how)
		if err != nil {
			return nil, err
		}
		if err := d.notePrinted(p, how.Staff); err != nil {
			return nil, err
		}
		docs = append(docs, doc)
	}
	return docs, nil
}

func (d *Desk) document(id casefile.ID, kind notice.Kind, how Printing) (notice.Document, Printable, error) {
	all, _, err := d.printables(id)
	if err != nil {
		return notice.Document{}, Printable{}, err
	}
	p, err := pick(all, id, kind, how.Number)
	if err != nil {
		return notice.Document{}, p, err
	}
	doc, err := d.write(p, how)
	return doc, p, err
}

// nameless are the documents in which the applicant is not named: whoever reads
// them need not know, or must not.
var nameless = []notice.Kind{notice.Posting, notice.Slip, notice.Rating}

// write writes one document of the log.
func (d *Desk) write(p Printable, how Printing) (notice.Document, error) {
	return d.writeFor(p, how, d.Applicant)
}

// writeFor is write for whoever reads the applicant in another way.
func (d *Desk) writeFor(p Printable, how Printing, read func(casefile.State) (applicant.Applicant, error)) (notice.Document, error) {
	sh := d.retold(p)
	name, agent := "", ""
	if !slices.Contains(nameless, p.Kind) {
		who, err := read(p.after)
		if err != nil {
			return notice.Document{}, err
		}
		name = who.Title()
		if who.Agent != nil {
			agent = who.Agent.Name
		}
	}
	var doc notice.Document
	if b, ok := p.body.(*casefile.NoticedBody); ok && how.Lang != notice.English {
		doc = notice.Standing(p.Kind, b.Text).Named(name) // the very text that stands in the log
	} else {
		data, err := sh.data(p, how.Lang)
		if err != nil {
			return doc, err
		}
		data.Applicant, data.Agent, data.Code = name, agent, how.Code
		if p.Kind == notice.Receipt {
			data.Password = how.Password
		}
		if doc, err = d.Notices.Document(p.Kind, how.Lang, data); err != nil {
			return doc, fmt.Errorf("print a document of %s: %w", p.after.ID, err)
		}
	}
	doc.Void, doc.Again, doc.Check, doc.QR = p.Void, p.Printed, p.Check, qrText(p, how)
	if p.Kind == notice.Slip {
		doc.Barcode = p.Number
	}
	return doc, nil
}

// qrText is what the code of a document holds: the address of the page that
// verifies it, else the same in a few words for whoever scans it at a counter.
func qrText(p Printable, how Printing) string {
	switch {
	case p.Kind == notice.Rating:
		return how.Code
	case how.Public == "":
		return cmp.Or(p.after.Number, string(p.after.ID)) + " " + p.Check
	}
	return how.Public + "/p/" + p.Check
}

// printKey names a document of a case.
type printKey struct {
	kind notice.Kind
	seq  uint64
}

func printsOf(id casefile.ID) []byte { return []byte("d/p/" + string(id) + "/") }

func (k printKey) of(id casefile.ID) []byte {
	return append(binary.BigEndian.AppendUint64(printsOf(id), k.seq), k.kind...)
}

// printedBefore counts how often each document of a case was printed at this
// center.
func (d *Desk) printedBefore(id casefile.ID) (map[printKey]int, error) {
	all := map[printKey]int{}
	err := d.DB.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix = printsOf(id)
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			key := it.Item().Key()[len(opts.Prefix):]
			if len(key) < 8 {
				continue
			}
			err := it.Item().Value(func(v []byte) error {
				n, _ := binary.Uvarint(v)
				all[printKey{notice.Kind(key[8:]), binary.BigEndian.Uint64(key)}] = int(n)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return all, err
}

// notePrinted counts a printing and says so in the node's log.
func (d *Desk) notePrinted(p Printable, staff string) error {
	key := printKey{p.Kind, p.Seq}.of(p.after.ID)
	var n uint64
	count := func(txn *badger.Txn) error {
		n = 0
		row, err := txn.Get(key)
		switch {
		case errors.Is(err, badger.ErrKeyNotFound):
		case err != nil:
			return err
		default:
			if err := row.Value(func(v []byte) error { n, _ = binary.Uvarint(v); return nil }); err != nil {
				return err
			}
		}
		n++
		return txn.Set(key, binary.AppendUvarint(nil, n))
	}
	err := d.DB.Update(count)
	for range 3 { // two who print the same at the same moment
		if !errors.Is(err, badger.ErrConflict) {
			break
		}
		err = d.DB.Update(count)
	}
	if err != nil {
		return fmt.Errorf("count a printing of %s: %w", p.after.ID, err)
	}
	d.Log.Info("audit: document printed", "case", string(p.after.ID), "kind", string(p.Kind), "seq", p.Seq, "times", n, "staff", staff)
	return nil
}
