// Package batch keeps in mind what of the national tables was sent, so that the
// next file holds what has changed since: rows that are new (I), rows that read
// otherwise (U), rows that are gone (D). What comes late, after a month was
// closed, is an update in a later batch.
//
// What it keeps them by is a name: that of a case, or of another thing that has
// rows of its own, such as a consultation.
//
// It must never keep a cell of a row (a sum of it is enough), and never decide
// that something was sent that is not on the disk.
package batch

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/national"
)

// Keys:
//
//	nat/b/<number>  a batch
//	nat/c/<case>    what was sent of a case
//	nat/o           the batch that is being made: its figures so far
var (
	batchPrefix = []byte("nat/b/")
	casePrefix  = []byte("nat/c/")
	openKey     = []byte("nat/o")
)

func batchKey(n uint32) []byte { return binary.BigEndian.AppendUint32(slices.Clone(batchPrefix), n) }

func caseKey(id casefile.ID) []byte { return append(slices.Clone(casePrefix), id...) }

// Batch is one round of changes.
type Batch struct {
	Number  uint32 `cbor:"1,keyasint" json:"number"`
	At      int64  `cbor:"2,keyasint" json:"at"` // Unix milliseconds
	Staff   string `cbor:"3,keyasint" json:"staff"`
	Month   string `cbor:"4,keyasint,omitempty" json:"month,omitempty"` // YYYY-MM: only its rows
	Cases   int    `cbor:"5,keyasint" json:"cases"`                     // in which something changed
	Inserts int    `cbor:"6,keyasint" json:"inserts"`
	Updates int    `cbor:"7,keyasint" json:"updates"`
	Deletes int    `cbor:"8,keyasint" json:"deletes"`
	More    bool   `cbor:"9,keyasint,omitempty" json:"more,omitempty"` // there was more than one batch holds
}

// sent is what was sent of a case.
type sent struct {
	Head chain.Head `cbor:"1,keyasint"` // of the log that all its rows were sent of; zero: some wait for their month
	Rows []sentRow  `cbor:"2,keyasint"`
}

// sentRow is a row of which the receiving end knows, or once knew.
type sentRow struct {
	Table  national.Table `cbor:"1,keyasint"`
	Number string         `cbor:"2,keyasint"`
	Serial string         `cbor:"3,keyasint,omitempty"`
	Sum    []byte         `cbor:"4,keyasint"`
	Lives  []uint32       `cbor:"5,keyasint"` // the batches in which it came, went, came again …
	Last   uint32         `cbor:"6,keyasint"` // the batch of its last change
	At     int64          `cbor:"7,keyasint"`
}

// gone reports whether the row is there no more.
func (s *sentRow) gone() bool { return len(s.Lives)%2 == 0 }

// known reports whether the receiving end has the row, as it stands after a
// batch.
func (s *sentRow) known(after uint32) bool {
	n := 0
	for _, batch := range s.Lives {
		if batch <= after {
			n++
		}
	}
	return n%2 == 1
}

func (s *sentRow) key() string {
	r := national.Row{Table: s.Table, Number: s.Number, Serial: s.Serial}
	return r.Key()
}

// Source is where cases come from. Both are read as they are; a case that
// changes meanwhile is seen by the next batch.
type Source interface {
	// Heads calls visit with each case and how far its log reaches, by id. A head is
	// another one whenever rows may have changed; of what has no log it is a sum.
	Heads(visit func(id casefile.ID, head chain.Head) bool)
	// Rows are the rows of a case, with the head of the log that they are of.
	Rows(id casefile.ID, personal bool) ([]national.Row, chain.Head, error)
}

// Config is what a book needs.
type Config struct {
	DB     *badger.DB
	Source Source
	Now    func() time.Time
	Max    int // cases in one batch; 0: 5000
}

// Book is what one center has sent. Safe for concurrent use: batches are made
// one after another.
type Book struct {
	cfg Config
	mu  sync.Mutex
}

// New opens the book of a node.
func New(c Config) *Book {
	if c.Max == 0 {
		c.Max = 5000
	}
	return &Book{cfg: c}
}

// Terms is what a batch is made of.
type Terms struct {
	Staff string
	Month string // YYYY-MM: changes of other months wait; "": all
	Dry   bool   // nothing is kept
}

// Check says whether a month is one; refusal.Malformed where it is not.
func Check(month string) error {
	if month == "" {
		return nil
	}
	if _, err := time.Parse("2006-01", month); err != nil {
		return refusal.Newf(refusal.Malformed, "make a batch", "write it as YYYY-MM", "%q is no month", month)
	}
	return nil
}

// Make looks for what has changed since the last batch and keeps it as a new
// one. Where nothing has, there is no new batch and Number is 0. A batch that was
// cut short (a crash, a case that can't be read) is gone on with by the next call,
// and nothing of it counts as sent before it is whole; of another month it is
// closed as far as it came, with More, so that whoever calls calls again.
func (b *Book) Make(ctx context.Context, t Terms) (Batch, error) {
	const op = "make a batch"
	if err := Check(t.Month); err != nil {
		return Batch{}, err
	}
	if strings.TrimSpace(t.Staff) == "" {
		return Batch{}, refusal.Newf(refusal.Malformed, op, "say who makes it", "nobody is named as making it")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	out, resumed, err := b.begin(t)
	if err != nil {
		return Batch{}, err
	}
	if resumed && out.Month != t.Month {
		if out.More = true; t.Dry {
			out.Number = 0
			return out, nil
		}
		return out, b.close(out)
	}
	ids, err := b.moved()
	if err != nil {
		return Batch{}, err
	}
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return Batch{}, err
		}
		if out.Cases >= b.cfg.Max {
			out.More = true
			break
		}
		if err := b.collect(id, t, &out); err != nil {
			return Batch{}, fmt.Errorf("%s, %s: %w", op, id, err)
		}
	}
	if out.Cases == 0 || t.Dry {
		out.Number = 0
		return out, nil
	}
	return out, b.close(out)
}

// begin is a new batch, or the one that was cut short.
func (b *Book) begin(t Terms) (out Batch, resumed bool, err error) {
	err = b.cfg.DB.View(func(txn *badger.Txn) error {
		item, err := txn.Get(openKey)
		if err == nil {
			resumed, err = true, item.Value(func(v []byte) error { return wire.Decode(v, &out) })
		}
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		return err
	})
	if resumed || err != nil {
		return out, resumed, err
	}
	last, err := b.last()
	return Batch{Number: last.Number + 1, At: b.cfg.Now().UnixMilli(), Staff: t.Staff, Month: t.Month}, false, err
}

// close makes a batch whole.
func (b *Book) close(out Batch) error {
	return b.cfg.DB.Update(func(txn *badger.Txn) error {
		if err := txn.Delete(openKey); err != nil {
			return err
		}
		return txn.Set(batchKey(out.Number), wire.Encode(out))
	})
}

// moved are the cases whose log has moved since all its rows were sent.
func (b *Book) moved() (ids []casefile.ID, err error) {
	err = b.cfg.DB.View(func(txn *badger.Txn) error {
		b.cfg.Source.Heads(func(id casefile.ID, head chain.Head) bool {
			var s sent
			if s, err = load(txn, id); err != nil {
				return false
			}
			if s.Head != head {
				ids = append(ids, id)
			}
			return true
		})
		return err
	})
	return ids, err
}

func load(txn *badger.Txn, id casefile.ID) (s sent, err error) {
	item, err := txn.Get(caseKey(id))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return s, nil
	}
	if err == nil {
		err = item.Value(func(v []byte) error { return wire.Decode(v, &s) })
	}
	return s, err
}

// collect compares the rows of one case with what was sent of it.
func (b *Book) collect(id casefile.ID, t Terms, out *Batch) error {
	rows, head, err := b.cfg.Source.Rows(id, false)
	if err != nil {
		return err
	}
	var s sent
	if err := b.cfg.DB.View(func(txn *badger.Txn) error {
		s, err = load(txn, id)
		return err
	}); err != nil {
		return err
	}
	changed, waits := s.merge(rows, t.Month, out)
	if changed {
		out.Cases++
	}
	if s.Head = head; waits {
		s.Head = chain.Head{}
	}
	if t.Dry {
		return nil
	}
	return b.cfg.DB.Update(func(txn *badger.Txn) error {
		if changed { // the figures go with what they count
			if err := txn.Set(openKey, wire.Encode(*out)); err != nil {
				return err
			}
		}
		return txn.Set(caseKey(id), wire.Encode(s))
	})
}

// merge takes the rows of now over; waits says that some were left because they
// are of another month.
func (s *sent) merge(rows []national.Row, month string, out *Batch) (changed, waits bool) {
	known := map[string]int{}
	for i := range s.Rows {
		known[s.Rows[i].key()] = i
	}
	here := map[string]bool{}
	for i := range rows {
		r := &rows[i]
		here[r.Key()] = true
		sum := r.Sum()
		at, is := known[r.Key()]
		if is && !s.Rows[at].gone() && string(s.Rows[at].Sum) == string(sum[:]) {
			continue
		}
		if !of(r.At, month) {
			waits = true
			continue
		}
		changed = true
		switch {
		case !is:
			out.Inserts++
			s.Rows = append(s.Rows, sentRow{Table: r.Table, Number: r.Number, Serial: r.Serial, Sum: sum[:], Lives: []uint32{out.Number}, Last: out.Number, At: r.At})
			continue
		case s.Rows[at].gone():
			out.Inserts++
			s.Rows[at].Lives = append(s.Rows[at].Lives, out.Number)
		default:
			out.Updates++
		}
		s.Rows[at].Sum, s.Rows[at].Last, s.Rows[at].At = sum[:], out.Number, r.At
	}
	for i := range s.Rows {
		one := &s.Rows[i]
		if one.gone() || here[one.key()] {
			continue
		}
		if !of(one.At, month) {
			waits = true
			continue
		}
		changed = true
		out.Deletes++
		one.Lives, one.Last, one.Sum = append(one.Lives, out.Number), out.Number, nil
	}
	return changed, waits
}

// of reports whether a time lies in a month; every time lies in "".
func of(ms int64, month string) bool {
	return month == "" || strings.HasPrefix(casefile.Day(ms), month)
}

// Changes are the rows that changed after a batch, as they read now: what came
// in since is an insert, whatever became of it meanwhile. Rows of other months
// than the one given ("": any) are left out. Nothing is sent twice but what is
// asked for twice.
func (b *Book) Changes(ctx context.Context, since uint32, month string, personal bool) ([]national.Change, error) {
	if err := Check(month); err != nil {
		return nil, err
	}
	times, err := b.times()
	if err != nil {
		return nil, err
	}
	var all []national.Change
	err = b.each(func(id casefile.ID, s sent) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		wanted := slices.DeleteFunc(s.Rows, func(r sentRow) bool {
			return r.Last <= since || !of(r.At, month) || times[r.Last] == 0 || r.gone() && !r.known(since)
		})
		if len(wanted) == 0 {
			return nil
		}
		rows, _, err := b.cfg.Source.Rows(id, personal)
		if err != nil {
			return fmt.Errorf("%s: %w", id, err)
		}
		now := map[string]national.Row{}
		for _, r := range rows {
			now[r.Key()] = r
		}
		for _, w := range wanted {
			c := national.Change{Op: national.Update, Batch: w.Last, Time: times[w.Last]}
			r, here := now[w.key()]
			switch {
			case w.gone() || !here:
				c.Op, c.Row = national.Delete, national.Gone(w.Table, w.Number, w.Serial)
			case !w.known(since):
				c.Op, c.Row = national.Insert, r
			default:
				c.Row = r
			}
			all = append(all, c)
		}
		return nil
	})
	return all, err
}

func (b *Book) each(visit func(casefile.ID, sent) error) error {
	return b.cfg.DB.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: casePrefix, PrefetchValues: true, PrefetchSize: 32})
		defer it.Close()
		for it.Seek(casePrefix); it.Valid(); it.Next() {
			id := casefile.ID(it.Item().KeyCopy(nil)[len(casePrefix):])
			var s sent
			err := it.Item().Value(func(v []byte) error { return wire.Decode(v, &s) })
			if err == nil {
				err = visit(id, s)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Batches lists the batches, the newest first, at most limit of them.
func (b *Book) Batches(limit int) (all []Batch, err error) {
	err = b.cfg.DB.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: batchPrefix, Reverse: true, PrefetchValues: true, PrefetchSize: 16})
		defer it.Close()
		for it.Seek(batchKey(^uint32(0))); it.Valid() && len(all) < limit; it.Next() {
			var one Batch
			if err := it.Item().Value(func(v []byte) error { return wire.Decode(v, &one) }); err != nil {
				return err
			}
			all = append(all, one)
		}
		return nil
	})
	return all, err
}

func (b *Book) last() (Batch, error) {
	all, err := b.Batches(1)
	if err != nil || len(all) == 0 {
		return Batch{}, err
	}
	return all[0], nil
}

// times are when the batches were made.
func (b *Book) times() (map[uint32]int64, error) {
	all, err := b.Batches(1 << 30)
	times := map[uint32]int64{}
	for _, one := range all {
		times[one.Number] = one.At
	}
	return times, err
}
