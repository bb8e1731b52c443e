package node

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/register"
	"tongban/consensus/refusal"
	"tongban/node/api"
)

// proposals gives every command of this node a number of its own and keeps it
// until its result is known, so that a command whose answer was lost, or whose
// node was killed, is sent again under the same number.
type proposals struct {
	db *badger.DB

	mu   sync.Mutex
	next uint64 // guarded by mu
}

var (
	nextKey       = []byte("k/next")
	pendingPrefix = []byte("k/p/")
)

func openProposals(db *badger.DB) (*proposals, error) {
	p := &proposals{db: db, next: 1}
	err := db.View(func(txn *badger.Txn) error {
		row, err := txn.Get(nextKey)
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return row.Value(func(v []byte) error {
			p.next = binary.BigEndian.Uint64(v)
			return nil
		})
	})
	return p, err
}

// add builds commands with fresh numbers and stores them before they are sent.
func (p *proposals) add(build []func(counter uint64) []byte) (counters []uint64, commands [][]byte, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	batch := p.db.NewWriteBatch()
	defer batch.Cancel()
	next := p.next
	for _, b := range build {
		command := b(next)
		if err := batch.Set(pendingKey(next), command); err != nil {
			return nil, nil, err
		}
		counters, commands = append(counters, next), append(commands, command)
		next++
	}
	// The numbers are burnt before a command can leave: a crash between the
	// parts of the batch wastes numbers, it never gives one out twice.
	err = p.db.Update(func(txn *badger.Txn) error {
		return txn.Set(nextKey, binary.BigEndian.AppendUint64(nil, next))
	})
	if err != nil {
		return nil, nil, err
	}
	p.next = next
	return counters, commands, batch.Flush()
}

// done forgets commands whose results are known.
func (p *proposals) done(counters []uint64) error {
	batch := p.db.NewWriteBatch()
	defer batch.Cancel()
	for _, n := range counters {
		if err := batch.Delete(pendingKey(n)); err != nil {
			return err
		}
	}
	return batch.Flush()
}

// pending are the commands whose results are not known, in order.
func (p *proposals) pending() (counters []uint64, commands [][]byte, err error) {
	err = p.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: pendingPrefix, PrefetchValues: true, PrefetchSize: 64})
		defer it.Close()
		for it.Rewind(); it.Valid() && len(commands) < 256; it.Next() {
			v, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			key := it.Item().Key()
			counters = append(counters, binary.BigEndian.Uint64(key[len(pendingPrefix):]))
			commands = append(commands, v)
		}
		return nil
	})
	return counters, commands, err
}

func pendingKey(n uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(nil), pendingPrefix...), n)
}

// patience is how long a caller waits for the voters. What they have not
// answered by then stays pending and is sent again.
const patience = 45 * time.Second

// Wish is one command before it has a number.
type Wish = api.Wish

// Propose brings commands of this center to the Register and returns what came
// of each, in order. It waits until this node's own copy has them, so that a
// reading afterwards sees them. Where the outcome stays unknown the node goes
// on trying by itself, under the same numbers.
func (n *Node) Propose(ctx context.Context, wishes ...Wish) ([]register.Result, error) {
	return n.proposeAs(ctx, n.author(), wishes)
}

// untold is the number of a command that is only tried: no command that is
// proposed has it.
const untold = math.MaxUint64

// Try tells what this node's copy of the Register would say to a command of
// this center. Nothing changes, and the answer binds nobody.
func (n *Node) Try(w Wish) (register.Result, error) {
	return n.register.Try(n.author().Command(untold, n.now(), w.Body, w.Staff, w.Note))
}

func (n *Node) author() register.Author {
	self := n.self()
	return register.Author{Realm: n.trust.Realm, Center: self.Center, Incarnation: self.Incarnation, Key: n.key()}
}

func (n *Node) proposeAs(ctx context.Context, author register.Author, wishes []Wish) ([]register.Result, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if reason, fenced := n.cabinet.Fenced(); fenced {
		return nil, refusal.Newf(refusal.Fenced, "propose", fencedHint, "this node may not write: %s", reason)
	}
	build := make([]func(uint64) []byte, len(wishes))
	for i, w := range wishes {
		build[i] = func(counter uint64) []byte {
			return author.Command(counter, n.now(), w.Body, w.Staff, w.Note)
		}
	}
	counters, commands, err := n.proposals.add(build)
	if err != nil {
		return nil, fmt.Errorf("propose: %w", err)
	}
	results, err := n.order(ctx, commands)
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, refusal.New(refusal.Unavailable, "propose",
			"nothing needs to be repeated: this node keeps it and goes on trying; 'tongban register records' shows what came of it",
			errors.New("no voter has answered yet"))
	}
	if err != nil {
		return nil, err // stays pending: the resender goes on
	}
	if err := n.proposals.done(counters); err != nil {
		return nil, fmt.Errorf("propose: %w", err)
	}
	return results, n.waitFor(ctx, last(results))
}

// order sends commands through the quorum in groups that it takes.
func (n *Node) order(ctx context.Context, commands [][]byte) ([]register.Result, error) {
	results := make([]register.Result, 0, len(commands))
	for _, group := range groups(commands) {
		answers, err := n.propose(ctx, group)
		if err != nil {
			return nil, err
		}
		for _, a := range answers {
			r, err := register.ReadResult(a)
			if err != nil {
				return nil, fmt.Errorf("propose: %w", err)
			}
			results = append(results, r)
		}
	}
	return results, nil
}

// propose uses this node's own quorum where it votes, and any voter else.
func (n *Node) propose(ctx context.Context, commands [][]byte) ([][]byte, error) {
	if q := n.roles.quorum(); q != nil {
		return q.Propose(ctx, commands)
	}
	return n.client.Propose(ctx, commands)
}

// resend tries what a crash or a lost answer left behind, until ctx ends.
func (n *Node) resend(ctx context.Context) error {
	for {
		counters, commands, err := n.proposals.pending()
		if err != nil {
			return fmt.Errorf("resend: %w", err)
		}
		if len(commands) > 0 {
			try, cancel := context.WithTimeout(ctx, 30*time.Second)
			_, err := n.order(try, commands)
			cancel()
			if err == nil {
				if err := n.proposals.done(counters); err != nil {
					return err
				}
				continue
			}
			n.log.Debug("proposals still without an answer", "count", len(commands), "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(20 * time.Second):
		}
	}
}

// waitFor returns when this node's copy of the Register has reached an index.
func (n *Node) waitFor(ctx context.Context, index register.Index) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		changed := n.register.Changed()
		if n.register.Head().Index >= index {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return refusal.Newf(refusal.Unavailable, "wait for the Register", "it is ordered; ask again in a while",
				"record %d has not come down to this node yet", index)
		}
	}
}

func last(results []register.Result) (index register.Index) {
	for _, r := range results {
		index = max(index, r.Index)
	}
	return index
}

// groups cuts commands into pieces that one proposal carries.
func groups(commands [][]byte) (out [][][]byte) {
	const limit = 200 << 10
	var group [][]byte
	size := 0
	for _, c := range commands {
		if len(group) > 0 && (size+len(c) > limit || len(group) >= 256) {
			out, group, size = append(out, group), nil, 0
		}
		group, size = append(group, c), size+len(c)
	}
	if len(group) > 0 {
		out = append(out, group)
	}
	return out
}
