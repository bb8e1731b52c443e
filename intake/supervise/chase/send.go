package chase

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Times of Run: how long after a failure all that waits is tried again.
const (
	firstTry = time.Second
	lastTry  = 5 * time.Minute
)

// Run sends what Add could not, until ctx ends. It is called once. An error is
// one of the store's.
func (b *Book) Run(ctx context.Context) error {
	wait := firstTry
	for {
		left, err := b.Settle(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case left == 0: // until Add has something
			select {
			case <-b.poke:
				wait = firstTry
			case <-ctx.Done():
				return nil
			}
		}
		timer := time.NewTimer(wait)
		wait = min(2*wait, lastTry)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil
		}
	}
}

// Settle tries once what Run tries again and again, the oldest first, and says
// how many chases still wait. What can't be sent holds up nothing behind it.
func (b *Book) Settle(ctx context.Context) (left int, err error) {
	owed, err := b.owed()
	if err != nil {
		return 0, err
	}
	for _, seq := range owed {
		if err := ctx.Err(); err != nil {
			return left, err
		}
		switch err := b.send(ctx, seq); {
		case refusal.CodeOf(err) != "":
			left++
			b.Log.Debug("a chase waits to be sent", "chase", seq, "err", err)
		case err != nil:
			return left, err
		}
	}
	return left, nil
}

// send sends a chase and crosses it off. A crash between the two sends it
// again, under the same id.
func (b *Book) send(ctx context.Context, seq uint64) error {
	c, err := b.current(seq)
	if err == nil {
		err = b.Send(ctx, c)
	}
	if err == nil {
		err = b.DB.Update(func(txn *badger.Txn) error { return txn.Delete(keyOf(owedPrefix, seq)) })
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if delete(b.why, seq); err != nil {
		b.why[seq] = err.Error()
	}
	return err
}

// current is a chase that is to be sent. An id of an incarnation of this center
// that is over can't be sent under any more: it gets another.
func (b *Book) current(seq uint64) (Chase, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	c, err := b.at(seq)
	if err != nil || b.Self() == c.By {
		return c, err
	}
	if c.Request, err = b.Name(); err != nil {
		return c, err
	}
	c.By = b.Self()
	return c, b.DB.Update(func(txn *badger.Txn) error { return txn.Set(keyOf(allPrefix, seq), wire.Encode(c)) })
}

// Owed reports whether a chase waits to be sent, and why it does.
func (b *Book) Owed(seq uint64) (why string, owed bool, err error) {
	err = b.DB.View(func(txn *badger.Txn) error {
		_, err := txn.Get(keyOf(owedPrefix, seq))
		if owed = err == nil; errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		return err
	})
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.why[seq], owed, err
}

// owed are the places of those that are not sent, in order.
func (b *Book) owed() (all []uint64, err error) {
	err = b.DB.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(owedPrefix)})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			k := it.Item().Key()
			all = append(all, binary.BigEndian.Uint64(k[len(k)-8:]))
		}
		return nil
	})
	return all, err
}
