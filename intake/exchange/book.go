package exchange

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
)

// lazily is how long bookkeeping may wait for more of it. A crash in between
// sends some rows again, which has no effect; a sync for each answer would
// slow down every desk of the node.
const lazily = 40 * time.Millisecond

// bookTxn is how many entries go into one transaction.
const bookTxn = 128

// book is what the core learned and the store does not have yet.
type book struct {
	owed  []Output
	known map[string][]Learned // of owed, by knownKey
	open  chan struct{}        // something is owed
}

func newBook() book {
	return book{known: map[string][]Learned{}, open: make(chan struct{}, 1)}
}

// owe notes what is to be committed soon.
func (x *Exchange) owe(out []Output) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.oweLocked(out)
}

func (x *Exchange) oweLocked(out []Output) {
	for _, o := range out {
		switch o := o.(type) {
		case Learned:
			key := string(knownKey(o.Dest, o.Case))
			x.book.known[key] = append(x.book.known[key], o)
			x.book.owed = append(x.book.owed, o)
		case Done, Marked:
			x.book.owed = append(x.book.owed, o)
		}
	}
	if len(x.book.owed) > 0 {
		select {
		case x.book.open <- struct{}{}:
		default:
		}
	}
}

// keepBook commits what is owed, a little later and many at a time, until ctx
// ends; what is owed then is Run's to settle.
func (x *Exchange) keepBook(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-x.book.open:
		}
		wait := time.NewTimer(lazily)
		select {
		case <-ctx.Done():
			wait.Stop()
			return nil
		case <-wait.C:
		}
		if err := x.settleBook(); err != nil {
			return err
		}
	}
}

// settleBook commits everything that is owed. Called by one goroutine at a time.
func (x *Exchange) settleBook() error {
	for {
		x.mu.Lock()
		part := x.book.owed[:min(len(x.book.owed), bookTxn)]
		x.mu.Unlock()
		if len(part) == 0 {
			return nil
		}
		if err := x.enterBook(part); err != nil {
			return err
		}
		x.mu.Lock()
		x.book.owed = x.book.owed[len(part):]
		for _, o := range part {
			if o, ok := o.(Learned); ok {
				key := string(knownKey(o.Dest, o.Case))
				if x.book.known[key] = x.book.known[key][1:]; len(x.book.known[key]) == 0 {
					delete(x.book.known, key)
				}
			}
		}
		x.mu.Unlock()
	}
}

func (x *Exchange) enterBook(part []Output) error {
	mine := x.cfg.Self().Incarnation
	err := update(x.cfg.DB, func(txn *badger.Txn) error {
		for _, o := range part {
			var err error
			switch o := o.(type) {
			case Done:
				err = x.deleteRow(txn, o)
			case Learned:
				err = learn(txn, o)
			case Marked:
				err = put(txn, []byte(markPrefix+string(o.Dest)), storedMark{mine, o.Incarnation, o.N})
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep the outbox: %w", err)
	}
	return nil
}

// deleteRow takes a row out unless a newer change has taken its place, and
// with it what only it points at.
func (x *Exchange) deleteRow(txn *badger.Txn, o Done) error {
	var v storedRow
	found, err := get(txn, rowKey(o.Key), &v)
	if err != nil || !found || v.Version != o.Version {
		return err
	}
	if err := txn.Delete(rowKey(o.Key)); err != nil {
		return err
	}
	switch o.Key.Kind {
	case CarriedRow:
		return txn.Delete(envelopeKey(o.Key.Dest, o.Key.ID))
	case ReceiptRow:
		return txn.Delete([]byte(receiptPrefix + o.Key.ID))
	case ReplyRow:
		return txn.Delete([]byte(replyPrefix + o.Key.ID))
	case RequestRow:
		return dropForward(txn, o.Key.ID)
	}
	return nil
}

// take takes in what the destination said.
func (k *known) take(o Learned) {
	if o.Forget || o.Doubt {
		for _, h := range k.Blobs {
			k.begin(Begun{h, unsure})
		}
		k.Blobs = nil
	}
	if o.Forget {
		k.Head = o.Head
		return
	}
	for _, h := range o.Blobs {
		if !slices.Contains(k.Blobs, h) {
			k.Blobs = append(k.Blobs, h)
		}
		k.Begun = slices.DeleteFunc(k.Begun, func(b Begun) bool { return b.Blob == h })
	}
	if o.Begun.Blob != (chain.Hash{}) {
		k.begin(o.Begun)
	}
	if o.Head.Index > 0 {
		k.Head = o.Head
	}
}

// begin notes how much of a blob is there, unless all of it is.
func (k *known) begin(b Begun) {
	i := slices.IndexFunc(k.Begun, func(old Begun) bool { return old.Blob == b.Blob })
	switch {
	case slices.Contains(k.Blobs, b.Blob) && b.Upto != unsure:
	case i >= 0:
		k.Begun[i] = b
	default:
		k.Begun = append(k.Begun, b)
	}
}

// upto is how much of a blob is there, as far as it has said.
func (k *known) upto(h chain.Hash) int64 {
	for _, b := range k.Begun {
		if b.Blob == h {
			return b.Upto
		}
	}
	return 0
}

func learn(txn *badger.Txn, o Learned) error {
	key := knownKey(o.Dest, o.Case)
	var k known
	if _, err := get(txn, key, &k); err != nil {
		return err
	}
	k.take(o)
	return put(txn, key, k)
}

// knownOf is what a destination has of a case, by the store and by what is
// owed to it; ok is false when it never acknowledged any of it.
func (x *Exchange) knownOf(k Key) (has known, ok bool, err error) {
	x.mu.Lock()
	owed := append([]Learned(nil), x.book.known[string(knownKey(k.Dest, k.ID))]...)
	x.mu.Unlock()
	// In this order: an entry that is committed in between is taken twice,
	// which comes to the same.
	if ok, err = x.read(knownKey(k.Dest, k.ID), &has); err != nil {
		return has, false, err
	}
	for _, o := range owed {
		has.take(o)
	}
	return has, ok || len(owed) > 0, nil
}
