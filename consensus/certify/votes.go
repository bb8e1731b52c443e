package certify

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Votes are kept under v/<be64 index>. Below the floor, those that are not at
// a change of voters have been dropped, so nothing new is signed there.
var (
	votePrefix = []byte("v/")
	floorKey   = []byte("v/floor")
)

const (
	keepVotes  = 4096 // votes this far below the newest certificate stay
	pruneEvery = 512  // records between two prunings
)

func voteKey(index uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(nil), votePrefix...), index)
}

// signedVote is a vote as it is kept.
type signedVote struct {
	Checkpoint chain.Checkpoint `cbor:"1,keyasint"`
	Vote       chain.Vote       `cbor:"2,keyasint"`
}

// voteStore remembers what this voter signed. Safe for concurrent use.
type voteStore struct{ db *badger.DB }

// once returns the vote that was given for this checkpoint, or signs, stores
// and returns a new one. A vote of an older generation gives way; any other
// checkpoint at an index once signed for is refused.
func (v voteStore) once(c chain.Checkpoint, transition bool, sign func() chain.Vote) (chain.Vote, error) {
	for {
		vote, err := v.tryOnce(c, transition, sign)
		if !errors.Is(err, badger.ErrConflict) {
			return vote, err
		}
	}
}

func (v voteStore) tryOnce(c chain.Checkpoint, transition bool, sign func() chain.Vote) (chain.Vote, error) {
	op := fmt.Sprintf("vote at %d", c.Head.Index)
	var vote chain.Vote
	err := v.db.Update(func(txn *badger.Txn) error {
		var kept signedVote
		found, err := load(txn, voteKey(c.Head.Index), &kept)
		if err != nil {
			return err
		}
		if found && kept.Checkpoint == c {
			vote = kept.Vote
			return nil
		}
		if found && kept.Checkpoint.Generation >= c.Generation {
			return refusal.Newf(AlreadyVoted, op, "", "this voter signed for %s there, in generation %d",
				kept.Checkpoint.Head.Hash.Short(), kept.Checkpoint.Generation)
		}
		var floor uint64
		if _, err := load(txn, floorKey, &floor); err != nil {
			return err
		}
		if c.Head.Index < floor && !found && !transition {
			return refusal.Newf(TooOld, op, "", "votes below %d are no longer kept", floor)
		}
		vote = sign()
		return txn.Set(voteKey(c.Head.Index), wire.Encode(signedVote{c, vote}))
	})
	return vote, err
}

// load reads one value and reports whether it is there.
func load(txn *badger.Txn, key []byte, v any) (bool, error) {
	item, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read %q: %w", key, err)
	}
	return true, item.Value(func(b []byte) error { return wire.Decode(b, v) })
}

// prune drops votes below floor, but for those at a change of voters, and
// remembers the floor in the same transaction. It drops at most 4·pruneEvery
// at once; the rest follows the next time.
func (v voteStore) prune(floor uint64, transition func(index uint64) bool) error {
	return v.db.Update(func(txn *badger.Txn) error {
		var before uint64
		if _, err := load(txn, floorKey, &before); err != nil {
			return err
		}
		it := txn.NewIterator(badger.IteratorOptions{Prefix: votePrefix})
		defer it.Close()
		dropped := 0
		for it.Rewind(); it.Valid() && dropped < 4*pruneEvery; it.Next() {
			key := it.Item().KeyCopy(nil)
			if len(key) != len(votePrefix)+8 {
				continue
			}
			index := binary.BigEndian.Uint64(key[len(votePrefix):])
			if index >= floor {
				break
			}
			if transition(index) {
				continue
			}
			if err := txn.Delete(key); err != nil {
				return err
			}
			dropped++
		}
		if floor <= before {
			return nil
		}
		return txn.Set(floorKey, wire.Encode(floor))
	})
}

// prune forgets old votes now and then.
func (s *Service) prune(certified uint64) {
	s.mu.Lock()
	idle := certified < s.pruned+pruneEvery || certified < keepVotes
	if !idle {
		s.pruned = certified
	}
	s.mu.Unlock()
	if idle {
		return
	}
	err := s.votes.prune(certified-keepVotes, s.transition)
	if err != nil && !errors.Is(err, badger.ErrConflict) {
		s.log.Warn("old votes not dropped", "error", err)
	}
}

// transition reports whether the record at index changes the voters.
func (s *Service) transition(index uint64) bool {
	if index == 0 {
		return false
	}
	k, ok := s.cfg.Ledger.NextTransition(index - 1)
	return ok && k == index
}
