package privacy

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/journal"
)

// Record is a kind of what a center keeps about people beside the cases: an
// entry of a register of the hall, an appointment, the words of a rating.
type Record string

// Kept is one such thing, as far as its retention needs to know.
type Kept struct {
	Record Record
	ID     string
	Over   int64        // when the last was done about it, Unix milliseconds: its retention counts from then; 0: something is still to be done
	Blobs  []chain.Hash // that hold who it is and what they said, and are not erased
}

// Shelf is a book of this center that names such content. Safe for concurrent
// use.
type Shelf interface {
	// Records are the kinds that it keeps.
	Records() []Record
	// Kept visits everything of a kind, until visit says enough.
	Kept(r Record, visit func(Kept) (more bool)) error
	// Find is one of them; refusal.NotFound where there is none.
	Find(r Record, id string) (Kept, error)
	// Destroy destroys the content of one of them, once the book says so for good,
	// and names what was destroyed. The book still verifies afterwards.
	Destroy(ctx context.Context, staff string, k Kept, reason string) error
}

// Beside tells of the books beside the cases. It is called once, before anything
// else is asked.
func (p *Privacy) Beside(shelves ...Shelf) { p.shelves = shelves }

// Records are the kinds of what is kept beside the cases.
func (p *Privacy) Records() (all []Record) {
	for _, s := range p.shelves {
		all = append(all, s.Records()...)
	}
	return all
}

func (p *Privacy) shelf(op string, r Record) (Shelf, error) {
	for _, s := range p.shelves {
		if slices.Contains(s.Records(), r) {
			return s, nil
		}
	}
	return nil, p.noRecord(op, r)
}

func (p *Privacy) noRecord(op string, r Record) error {
	var known []string
	for _, one := range p.Records() {
		known = append(known, string(one))
	}
	return refusal.Newf(refusal.Malformed, op, "one of "+strings.Join(known, ", "), "nothing is kept here as %q", string(r))
}

// until is the last day on which something is kept, as Until.
func (p *Privacy) until(k *Kept) (day workday.Date, set bool, err error) {
	var r Retention
	err = p.DB.View(func(txn *badger.Txn) (err error) {
		set, err = get(txn, (&Retention{Record: k.Record}).key(), &r)
		return err
	})
	if err != nil || !set || r.Forever || k.Over == 0 {
		return "", set, err
	}
	return Over(workday.DateOf(time.UnixMilli(k.Over)), r.Years), true, nil
}

// DueRecord is something beside the cases whose content is to be erased.
type DueRecord struct {
	Record Record       `json:"record"`
	ID     string       `json:"id"`
	Until  workday.Date `json:"until"` // it was kept until the end of that day
}

// dueRecords adds what is due beside the cases, at most limit of each kind.
func (p *Privacy) dueRecords(ctx context.Context, out *DueList, limit int) error {
	today := workday.DateOf(p.Now())
	for _, s := range p.shelves {
		for _, r := range s.Records() {
			var failed error
			n := 0
			err := s.Kept(r, func(k Kept) bool {
				if failed = ctx.Err(); failed != nil || len(k.Blobs) == 0 {
					return failed == nil
				}
				day, set, err := p.until(&k)
				switch {
				case err != nil:
					failed = err
				case k.Over == 0:
				case !set:
					out.UnsetRecords++
				case day != "" && day < today && n == limit:
					out.More = true
				case day != "" && day < today:
					n++
					out.Records = append(out.Records, DueRecord{r, k.ID, day})
				}
				return failed == nil
			})
			if err == nil {
				err = failed
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// EraseRecord destroys the content of something that is kept beside the cases,
// once its retention has passed, and writes that down: in its own book, and in
// the privacy book. Dry says whether it would go through. It returns how many
// blobs that are.
func (p *Privacy) EraseRecord(ctx context.Context, staff string, r Record, id, why string, dry bool) (blobs int, err error) {
	op := "erase the content of " + string(r) + " " + id
	if strings.TrimSpace(staff) == "" {
		return 0, refusal.Newf(refusal.Malformed, op, "name yourself with --staff", "nobody is named as acting")
	}
	if err := reason(op, why); err != nil {
		return 0, err
	}
	s, err := p.shelf(op, r)
	if err != nil {
		return 0, err
	}
	k, err := s.Find(r, id)
	if err != nil {
		return 0, err
	}
	if err := p.recordErasable(op, &k); err != nil || dry {
		return len(k.Blobs), err
	}
	if err := s.Destroy(ctx, strings.TrimSpace(staff), k, strings.TrimSpace(why)); err != nil {
		return 0, err
	}
	e := Erasure{Record: r, ID: id, Blobs: len(k.Blobs), Reason: strings.TrimSpace(why)}
	if _, err := p.book.Add(strings.TrimSpace(staff), journal.Draft{Kind: KindErased, Body: e}, nil); err != nil { // it is done: its own book says so
		p.Log.Warn("an erasure is missing from the privacy book", "record", string(r), "id", id, "err", err)
	}
	return len(k.Blobs), nil
}

func (p *Privacy) recordErasable(op string, k *Kept) error {
	day, set, err := p.until(k)
	switch {
	case err != nil:
		return err
	case len(k.Blobs) == 0:
		return refusal.Newf(refusal.Conflict, op, "", "nothing of it is left, or nothing was ever said")
	case !set:
		return refusal.Newf(NoRetention, op, "set one with 'tongban privacy retention set --record "+string(k.Record)+"'", "nobody has said how long it is kept")
	case k.Over == 0:
		return refusal.Newf(NotDue, op, "", "something is still to be done about it")
	case day == "":
		return refusal.Newf(NotDue, op, "", "it is kept for good")
	case day >= workday.DateOf(p.Now()):
		return refusal.Newf(NotDue, op, "", "it is kept until %s", day)
	}
	return nil
}
