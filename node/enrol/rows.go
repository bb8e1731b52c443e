package enrol

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

const ticketRows = "m/ticket/"

// keepFor is how long a ticket's row outlives its expiry: a node whose welcome
// was lost may ask again meanwhile.
const keepFor = 90 * 24 * time.Hour

func rowKey(ticket chain.Hash) []byte { return append([]byte(ticketRows), ticket[:]...) }

type stepped struct {
	state  State
	answer Answer
}

// step brings one event to a ticket and stores what becomes of it, before it
// returns.
func (s *Server) step(ticket chain.Hash, e Event) (stepped, error) {
	var done stepped
	for {
		err := s.cfg.DB.Update(func(txn *badger.Txn) error {
			before, err := get(txn, ticket)
			if err != nil {
				return err
			}
			done.state, done.answer = Step(before, e)
			if bytes.Equal(wire.Encode(done.state), wire.Encode(before)) {
				return nil
			}
			return s.put(txn, ticket, done.state)
		})
		if errors.Is(err, badger.ErrConflict) {
			continue // somebody else moved the same ticket: look again
		}
		if err != nil && refusal.CodeOf(err) == "" {
			err = fmt.Errorf("ticket %s: %w", ticket.Short(), err)
		}
		return done, err
	}
}

// load reads a ticket as it stands.
func (s *Server) load(ticket chain.Hash) (state State, err error) {
	err = s.cfg.DB.View(func(txn *badger.Txn) error {
		state, err = get(txn, ticket)
		return err
	})
	return state, err
}

func get(txn *badger.Txn, ticket chain.Hash) (state State, err error) {
	row, err := txn.Get(rowKey(ticket))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return state, refusal.Newf(TicketUnknown, "look up ticket "+ticket.Short(),
			"was it written by this center? Ask for a new one", "there is no such ticket here")
	}
	if err == nil {
		err = row.Value(func(b []byte) error { return wire.Decode(b, &state) })
	}
	return state, err
}

func (s *Server) save(ticket chain.Hash, state State) error {
	return s.cfg.DB.Update(func(txn *badger.Txn) error { return s.put(txn, ticket, state) })
}

func (s *Server) put(txn *badger.Txn, ticket chain.Hash, state State) error {
	// The store drops rows by the machine's clock, tickets run by the node's.
	left := time.UnixMilli(state.Expires).Sub(s.cfg.Now()) + keepFor
	return txn.SetEntry(badger.NewEntry(rowKey(ticket), wire.Encode(state)).WithTTL(max(left, time.Minute)))
}

// Written is a ticket as its inviter sees it.
type Written struct {
	Ticket chain.Hash `json:"ticket"` // the hash of its secret
	State
}

// Tickets are the tickets that this node wrote, at most max of them.
func (s *Server) Tickets(max int) ([]Written, error) {
	var all []Written
	err := s.cfg.DB.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(ticketRows), PrefetchValues: true, PrefetchSize: 16})
		defer it.Close()
		for it.Rewind(); it.Valid() && len(all) < max; it.Next() {
			w := Written{}
			copy(w.Ticket[:], it.Item().Key()[len(ticketRows):])
			if err := it.Item().Value(func(b []byte) error { return wire.Decode(b, &w.State) }); err != nil {
				return err
			}
			all = append(all, w)
		}
		return nil
	})
	return all, err
}
