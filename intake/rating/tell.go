package rating

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// applicant stands for staff in an event that no member of staff made.
const applicant = "申请人"

// tell brings the grade into the case's log: at once where the case is in this
// center's hand, else by a request to whoever has it. Nothing but grade and
// channel goes there, and at which post of this center the applicant was served,
// which its own log says anyway.
func (r *Ratings) tell(ctx context.Context, s State) error {
	n, err := r.number(s.ID)
	if err != nil {
		return err
	}
	done := func(txn *badger.Txn) error { return txn.Delete(numbered(owedPrefix, n)) }
	id := s.Given.Subject.Case
	who := s.Act.Staff
	if who == "" {
		who = applicant
	}
	body := casefile.RatedBody{Grade: s.Given.Grade, Channel: string(s.Given.Channel)}
	state, err := r.Cases.State(id)
	if err != nil {
		return err
	}
	if state.Grade != 0 { // it is there, or another center's came first: the log has one
		return r.DB.Update(done)
	}
	if state.Next() == r.Self() && state.Offer == nil {
		hands, err := r.hands(state)
		if err != nil {
			return err
		}
		_, err = r.Cases.AppendWith(ctx, id, func(now casefile.State) ([]casefile.Draft, error) {
			if now.Grade != 0 || now.Next() != r.Self() || now.Offer != nil {
				return nil, refusal.Newf(refusal.Unavailable, "note a rating", "", "the case has moved on")
			}
			return []casefile.Draft{{Kind: casefile.Rated, Body: body, Staff: who, Hand: hands.last, DeskTime: s.Act.At}}, nil
		}, done)
		return err
	}
	if _, err := r.Ask(ctx, id, casefile.RatingRequest, who, wire.Encode(body)); err != nil {
		return err
	}
	return r.DB.Update(done)
}

// retry is how often the cases are told that do not have their grade yet, and
// how many at a time.
const (
	retry     = time.Minute
	owedBatch = 100
)

// Run tells cases of grades that could not be told at once, until ctx ends.
func (r *Ratings) Run(ctx context.Context) error {
	tick := time.NewTicker(retry)
	defer tick.Stop()
	for {
		if err := r.Settle(ctx); err != nil && ctx.Err() == nil {
			return fmt.Errorf("tell cases of their grades: %w", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// Settle tries once what Run tries again and again. What can't be told holds up
// nothing that came after it.
func (r *Ratings) Settle(ctx context.Context) error {
	for from := owedPrefix; ; {
		owed, err := r.owed(from)
		if err != nil {
			return err
		}
		for _, n := range owed {
			var s State
			if found, err := r.read(numbered(foldPrefix, n), &s); err != nil || !found {
				return err
			}
			if err := r.tell(ctx, s); err != nil {
				r.Log.Debug("a case's log does not have its grade yet", "rating", string(s.ID), "err", err)
			}
		}
		if len(owed) < owedBatch || ctx.Err() != nil {
			return ctx.Err()
		}
		from = numbered(owedPrefix, owed[len(owed)-1]+1)
	}
}

// owed are the numbers of ratings whose case has not got its grade, from a key
// on.
func (r *Ratings) owed(from []byte) (owed []uint64, err error) {
	err = r.DB.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix, opts.PrefetchValues = owedPrefix, false
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Seek(from); it.Valid() && len(owed) < owedBatch; it.Next() {
			k := it.Item().Key()
			if len(k) == len(owedPrefix)+8 {
				owed = append(owed, binary.BigEndian.Uint64(k[len(owedPrefix):]))
			}
		}
		return nil
	})
	return owed, err
}
