package exchange

import (
	"fmt"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// part is a piece of a row that fits into a batch.
type part struct {
	row    wireRow
	flight Flight
}

// parts reads what a row points at and hands it out in pieces that fit. A row
// that points at nothing any more has none.
func (x *Exchange) parts(r Row, yield func(part) error) error {
	one := func(w wireRow) error {
		return yield(part{w, Flight{Key: r.Key, Version: r.Version, Last: true}})
	}
	switch r.Key.Kind {
	case CaseRow:
		return x.caseParts(r, yield)
	case BlobRow:
		return x.papers(r, pieceSize, true, yield)
	case RequestRow:
		f, err := x.request(r.Key.ID)
		if err != nil || f.Sealed == nil {
			return err
		}
		return one(wireRow{Kind: RequestRow, ID: r.Key.ID, Data: f.Sealed, Hops: f.Hops})
	case ReplyRow, ReceiptRow:
		prefix := replyPrefix
		if r.Key.Kind == ReceiptRow {
			prefix = receiptPrefix
		}
		var sealed []byte
		if found, err := x.read([]byte(prefix+r.Key.ID), &sealed); err != nil || !found {
			return err
		}
		return one(wireRow{Kind: r.Key.Kind, ID: r.Key.ID, Data: sealed})
	case CarriedRow:
		var e envelope
		if found, err := x.read(envelopeKey(r.Key.Dest, r.Key.ID), &e); err != nil || !found {
			return err
		}
		return one(wireRow{Kind: CarriedRow, ID: e.Slot, Envelope: &e})
	case CarryRow:
		return x.carryParts(r, yield)
	}
	return refusal.Newf(CodeUnknown, "send "+r.Key.String(), "", "unknown kind of row")
}

func (x *Exchange) read(key []byte, v any) (found bool, err error) {
	err = x.cfg.DB.View(func(txn *badger.Txn) error {
		found, err = get(txn, key, v)
		return err
	})
	return found, err
}

// caseParts sends the small content that the destination is entitled to and has
// not got, then the records that follow what it has; the papers have a row of
// their own.
func (x *Exchange) caseParts(r Row, yield func(part) error) error {
	id := casefile.ID(r.Key.ID)
	state, err := x.cases.State(id)
	if err != nil {
		return err
	}
	if o := state.Offer; r.Purpose == Offer && (o == nil || o.To.Center != r.Key.Dest || o.From != x.cfg.Self()) {
		return nil // answered since, and every change since then has rows of its own
	}
	k, _, err := x.knownOf(r.Key)
	if err != nil {
		return err
	}
	base, page, err := x.after(state, k.Head)
	if err != nil {
		return err
	}
	if err := x.along(r, x.lacking(state, r.Key.Dest, k), yield); err != nil {
		return err
	}
	if r.Purpose != Offer {
		if err := x.overruled(r, k, yield); err != nil {
			return err
		}
	}
	return x.records(r, base, page, state.Head.Index, yield)
}

// overruled sends what we wrote before a higher epoch overruled it, so that
// whoever goes on with the case learns of it and settles it. That it has come
// is remembered like the coming of a blob. A branch goes in one piece, for a
// second would find nothing to continue: of one that is too long, the beginning.
func (x *Exchange) overruled(r Row, k known, yield func(part) error) error {
	tails, err := x.cases.Overruled(casefile.ID(r.Key.ID))
	if err != nil {
		return err
	}
	for _, t := range tails {
		head, size, n := t.Base, 0, 0
		for ; n < len(t.Records) && (n == 0 || size+len(t.Records[n]) <= batchBudget); n++ {
			head, size = head.Next(t.Records[n]), size+len(t.Records[n])
		}
		if slices.Contains(k.Blobs, head.Hash) {
			continue
		}
		w := wireRow{Kind: CaseRow, ID: r.Key.ID, Purpose: Reconcile, Base: t.Base, Records: t.Records[:n]}
		if err := yield(part{w, Flight{Key: r.Key, Version: r.Version, Blob: head.Hash}}); err != nil {
			return err
		}
	}
	return nil
}

// after is where the destination's copy ends, if that lies on our log (the
// start of the log if not), and the first of our records behind it.
func (x *Exchange) after(state casefile.State, has chain.Head) (base chain.Head, page [][]byte, err error) {
	start := chain.Start(string(state.ID))
	if has == state.Head {
		return has, nil, nil
	}
	if has.Index > 0 && has.Index < state.Head.Index {
		page, err := x.cases.Log(state.ID, has.Index+1, logPage)
		if err != nil || len(page) == 0 {
			return start, nil, err
		}
		next, err := casefile.Read(page[0])
		if err != nil {
			return start, nil, err
		}
		if next.Event.Prev == has.Hash {
			return has, page, nil
		}
	}
	page, err = x.cases.Log(state.ID, 1, logPage)
	return start, page, err
}

// logPage is how many records are read at once.
const logPage = 256

// hashAt is the chained hash of our log at a record that is not its last: the
// next record says it.
func (x *Exchange) hashAt(id casefile.ID, index uint64) (chain.Hash, error) {
	next, err := x.cases.Log(id, index+1, 1)
	if err != nil {
		return chain.Hash{}, err
	}
	if len(next) == 0 {
		return chain.Hash{}, fmt.Errorf("%s has no record %d", id, index+1)
	}
	rec, err := casefile.Read(next[0])
	return rec.Event.Prev, err
}

// records sends the log after base up to record last; page is how it begins. With nothing after it,
// it asks whether the destination has base.
func (x *Exchange) records(r Row, base chain.Head, page [][]byte, last uint64, yield func(part) error) error {
	id := casefile.ID(r.Key.ID)
	head := base
	w := wireRow{Kind: CaseRow, ID: r.Key.ID, Purpose: r.Purpose, Base: base}
	size := 0
	send := func(last bool) error {
		err := yield(part{w, Flight{Key: r.Key, Version: r.Version, Head: head, Last: last}})
		w.Base, w.Records, size = head, nil, 0
		return err
	}
	for head.Index < last {
		if head != base {
			var err error
			if page, err = x.cases.Log(id, head.Index+1, logPage); err != nil {
				return err
			}
		}
		if len(page) == 0 {
			return fmt.Errorf("%s ends at record %d, not at %d", id, head.Index, last)
		}
		for _, record := range page {
			if len(w.Records) > 0 && (size+len(record) > batchBudget || len(w.Records) == maxRecords) {
				if err := send(false); err != nil {
					return err
				}
			}
			w.Records = append(w.Records, record)
			size += len(record) + 8
			head = head.Next(record)
		}
	}
	return send(true)
}

// have reports whether our copy of a case contains head, and where it ends.
func (x *Exchange) have(id casefile.ID, head chain.Head) (bool, chain.Head, error) {
	state, err := x.cases.State(id)
	if refusal.CodeOf(err) == refusal.NotFound {
		return false, chain.Head{}, nil
	}
	if err != nil {
		return false, chain.Head{}, err
	}
	switch {
	case head.Index == state.Head.Index:
		return head == state.Head, state.Head, nil
	case head.Index > state.Head.Index:
		return false, state.Head, nil
	}
	hash, err := x.hashAt(id, head.Index)
	return hash == head.Hash, state.Head, err
}
