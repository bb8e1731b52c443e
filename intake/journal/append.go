package journal

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Call is who asks for a change. Two calls with the same key and sum have one
// effect.
type Call struct {
	Staff string
	Key   string     // "": it is not repeated
	Sum   chain.Hash // of all that the call asks for
}

// Draft is an entry before it has its place.
type Draft struct {
	Kind   string
	Entity string
	Body   any
}

// Change is what a call writes. Plan is called under the book's lock, so that
// what it decides on stays as it is until the entries stand; With puts more
// into their transaction, under keys that only the book's owner writes, and may
// refuse it; Done is called once they stand, still under the lock. With and
// Done may be nil.
type Change struct {
	Plan func() ([]Draft, error)
	With func(txn *badger.Txn, written []Entry) error
	Done func(written []Entry) error
}

// Append writes the entries that the change plans, on the disk when it
// returns, and gives them back: those of an earlier call where that had the
// same key.
func (b *Book) Append(call Call, c Change) ([]Entry, error) {
	if err := call.check(b.op()); err != nil {
		return nil, err
	}
	if ready := b.shelf.cfg.Ready; ready != nil {
		if err := ready(); err != nil {
			return nil, err
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := b.catchUp(); err != nil {
		return nil, err
	}
	if written, err := b.answered(call); err != nil || written != nil {
		return written, err
	}
	drafts, err := c.Plan()
	if err != nil || len(drafts) == 0 {
		return nil, err
	}
	written, sealed, head, err := b.seal(call, drafts)
	if err != nil {
		return nil, err
	}
	err = b.shelf.cfg.DB.Update(func(txn *badger.Txn) error { return b.write(txn, call, c, written, sealed, head) })
	if err != nil && refusal.CodeOf(err) == "" {
		err = fmt.Errorf("%s: %w", b.op(), err)
	}
	if err != nil {
		return nil, err
	}
	b.head, b.last = head, written[len(written)-1].At
	if err := b.tell(written); err != nil || c.Done == nil {
		return written, err
	}
	return written, c.Done(written)
}

// Add writes one entry; with, where it is not nil, is as in a Change.
func (b *Book) Add(staff string, d Draft, with func(*badger.Txn, Entry) error) (Entry, error) {
	c := Change{Plan: func() ([]Draft, error) { return []Draft{d}, nil }}
	if with != nil {
		c.With = func(txn *badger.Txn, written []Entry) error { return with(txn, written[0]) }
	}
	written, err := b.Append(Call{Staff: staff}, c)
	if err != nil {
		return Entry{}, err
	}
	return written[0], nil
}

// Fresh reports whether nothing was written yet. Only a plan may ask: it runs
// under the book's lock.
func (b *Book) Fresh() bool { return b.head.Index == 0 }

func (b *Book) op() string { return "write to " + b.shelf.cfg.Prefix + "/" + b.name }

func (b *Book) tell(written []Entry) error {
	if b.fold == nil {
		return nil
	}
	for _, e := range written {
		if err := b.fold(e); err != nil {
			return fmt.Errorf("entry %d of %s: %w", e.Seq, e.Book, err)
		}
	}
	return nil
}

func (c Call) check(op string) error {
	switch {
	case utf8.RuneCountInString(c.Staff) > maxStaff || !utf8.ValidString(c.Staff):
		return refusal.Newf(refusal.Malformed, op, "", "the name of the member of staff is too long or not readable: at most %d characters", maxStaff)
	case len(c.Key) > maxKey || strings.ContainsRune(c.Key, 0):
		return refusal.Newf(refusal.TooLarge, op, "", "an idempotency key has at most %d bytes, none of them zero", maxKey)
	}
	return nil
}

// seal gives drafts their places in the chain.
func (b *Book) seal(call Call, drafts []Draft) (written []Entry, sealed [][]byte, head chain.Head, err error) {
	if len(drafts) > maxBatch {
		return nil, nil, head, refusal.Newf(refusal.TooLarge, b.op(), "take fewer at once", "%d entries, at most %d", len(drafts), maxBatch)
	}
	cfg := &b.shelf.cfg
	head, at := b.head, max(cfg.Now().UnixMilli(), b.last)
	for _, d := range drafts {
		e := Entry{
			Format: 1, Book: b.shelf.log(b.name), Seq: head.Index + 1, Prev: head.Hash, By: cfg.Self(),
			Staff: call.Staff, At: at, Kind: d.Kind, Entity: d.Entity, Body: wire.Encode(d.Body),
		}
		if len(e.Body) > MaxBody {
			return nil, nil, head, refusal.Newf(refusal.TooLarge, b.op(), "say it in fewer words", "an entry of %d bytes, at most %d", len(e.Body), MaxBody)
		}
		record := chain.Sign(cfg.Key(), Domain, wire.Encode(e))
		head = head.Next(record)
		written, sealed = append(written, e), append(sealed, record)
	}
	return written, sealed, head, nil
}

func (b *Book) write(txn *badger.Txn, call Call, c Change, written []Entry, sealed [][]byte, head chain.Head) error {
	s := b.shelf
	for i, e := range written {
		if err := txn.Set(s.entryKey(b.name, e.Seq), sealed[i]); err != nil {
			return err
		}
		if e.Entity == "" {
			continue
		}
		if err := txn.Set(s.entityKey(b.name, e.Entity, e.Seq), nil); err != nil {
			return err
		}
	}
	if call.Key != "" {
		kept := wire.Encode(answer{call.Sum, written[0].Seq, len(written)})
		if err := txn.SetEntry(badger.NewEntry(s.answerKey(b.name, call.Key), kept).WithTTL(keptFor)); err != nil {
			return err
		}
	}
	if err := txn.Set(s.headKey(b.name), wire.Encode(headRow{head, written[len(written)-1].At})); err != nil {
		return err
	}
	if c.With == nil {
		return nil
	}
	return c.With(txn, written)
}

// answer is what is kept of a call with a key.
type answer struct {
	Sum   chain.Hash `cbor:"1,keyasint"`
	First uint64     `cbor:"2,keyasint"`
	Count int        `cbor:"3,keyasint"`
}

// answered finds what an earlier call with the key wrote; nil: there was none.
func (b *Book) answered(call Call) ([]Entry, error) {
	if call.Key == "" {
		return nil, nil
	}
	var written []Entry
	err := b.shelf.cfg.DB.View(func(txn *badger.Txn) error {
		row, err := txn.Get(b.shelf.answerKey(b.name, call.Key))
		if err != nil {
			return err
		}
		var kept answer
		if err := row.Value(func(v []byte) error { return wire.Decode(v, &kept) }); err != nil {
			return err
		}
		if kept.Sum != call.Sum {
			return refusal.Newf(KeyReused, b.op(), "use a new key for each call", "the key was used for another call")
		}
		for i := range kept.Count {
			e, err := b.shelf.entry(txn, b.name, kept.First+uint64(i))
			if err != nil {
				return err
			}
			written = append(written, e)
		}
		return nil
	})
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, nil
	}
	return written, err
}
