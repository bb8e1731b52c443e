package rating

import (
	"context"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/journal"
	"tongban/intake/privacy"
)

var _ privacy.Shelf = (*Ratings)(nil)

// kept is what the words of ratings are called where retention is spoken of.
const kept privacy.Record = "rating"

// Records are the words of ratings.
func (r *Ratings) Records() []privacy.Record { return []privacy.Record{kept} }

// Kept visits every rating.
func (r *Ratings) Kept(_ privacy.Record, visit func(privacy.Kept) bool) error {
	return r.each(0, func(_ uint64, s *State) bool { return visit(s.kept()) })
}

// Find is one rating.
func (r *Ratings) Find(_ privacy.Record, id string) (privacy.Kept, error) {
	s, err := r.State(ID(id))
	return s.kept(), err
}

func (s *State) kept() privacy.Kept {
	k := privacy.Kept{Record: kept, ID: string(s.ID)}
	if !s.Open() {
		k.Over = s.last()
	}
	if s.Given.Private != nil && s.Erased == nil {
		k.Blobs = []chain.Hash{s.Given.Private.Hash}
	}
	return k
}

// last is when the last was done about the rating.
func (s *State) last() int64 {
	at := s.Act.At
	for _, c := range s.Contacts {
		at = max(at, c.Act.At)
	}
	if s.Finding != nil {
		at = max(at, s.Finding.Act.At)
	}
	for _, a := range s.Answers {
		at = max(at, a.Act.At)
	}
	for _, f := range s.FollowUps {
		at = max(at, f.Act.At)
	}
	if s.Appeal != nil {
		if at = max(at, s.Appeal.Act.At); s.Appeal.Review != nil {
			at = max(at, s.Appeal.Review.Act.At)
		}
	}
	return at
}

// Destroy destroys what was written with a rating; the grade and all that was
// done about it stay.
func (r *Ratings) Destroy(ctx context.Context, staff string, k privacy.Kept, reason string) error {
	n, err := r.number(ID(k.ID))
	if err != nil {
		return err
	}
	body := Erased{Rating: ID(k.ID), Blobs: k.Blobs, Reason: reason}
	_, err = r.book.Add(staff, journal.Draft{Kind: KindErased, Body: body}, func(txn *badger.Txn, e journal.Entry) error {
		var s State
		if _, err := get(txn, numbered(foldPrefix, n), &s); err != nil {
			return err
		}
		after, err := Apply(s, e)
		if err != nil {
			return err
		}
		if err := txn.Set(numbered(foldPrefix, n), wire.Encode(after)); err != nil {
			return err
		}
		return r.Blobs.Tombstone(txn, r.owner(), k.Blobs)
	})
	if err != nil {
		return err
	}
	return r.Blobs.Erase(ctx, r.owner(), k.Blobs)
}

// erase folds the end of what was written.
func (s State) erase(e journal.Entry, act Act, op string) (State, error) {
	var b Erased
	if err := e.Decode(&b); err != nil {
		return s, err
	}
	if k := s.kept(); k.Over == 0 || len(k.Blobs) == 0 || !slices.Equal(k.Blobs, b.Blobs) {
		return s, refusal.Newf(OutOfOrder, op, "", "there is nothing of it to be destroyed, or something is still to be done about it")
	}
	b.Act = act
	s.Erased = &b
	return s, nil
}
