package cabinet

import (
	"context"
	"fmt"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

func notHere(id casefile.ID) error {
	return refusal.Newf(refusal.NotFound, "look up case "+string(id), "ask the center that opened it", "it is not on this node")
}

// State is a case as it stands here; refusal.NotFound when it is not here.
func (c *Cabinet) State(id casefile.ID) (casefile.State, error) {
	f, err := c.load(id)
	if err == nil && f.state.Head.Index == 0 {
		err = notHere(id)
	}
	if err != nil {
		return casefile.State{}, err
	}
	return f.state, nil
}

// Frozen reports whether a case is in equivocation.
func (c *Cabinet) Frozen(id casefile.ID) (bool, error) {
	f, err := c.load(id)
	return err == nil && f.frozen, err
}

// Log returns the sealed events of a case from a sequence on, at most max.
func (c *Cabinet) Log(id casefile.ID, from uint64, max int) ([][]byte, error) {
	f, err := c.load(id)
	if err != nil {
		return nil, err
	}
	if f.state.Head.Index == 0 {
		return nil, notHere(id)
	}
	return c.branchLog(id, f.branch, f.state.Head.Index, from, max)
}

// Branches lists what lies beside a case's log: superseded branches, and the
// other side of an equivocation.
func (c *Cabinet) Branches(id casefile.ID) ([]Branch, error) {
	f, err := c.load(id)
	if err != nil || len(f.open) == 0 {
		return nil, err
	}
	list, err := c.others(id)
	for i := range list {
		list[i].Settled = f.state.Settled(list[i].Head)
	}
	return list, err
}

// BranchLog returns the sealed events of a branch beside the log, from a
// sequence on, at most max.
func (c *Cabinet) BranchLog(id casefile.ID, number, from uint64, max int) ([][]byte, error) {
	list, err := c.others(id)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, func(b Branch) bool { return b.Number == number })
	if i < 0 {
		return nil, refusal.Newf(refusal.NotFound, "read a branch of "+string(id), "", "there is no branch %d", number)
	}
	return c.branchLog(id, number, list[i].Head.Index, from, max)
}

func (c *Cabinet) others(id casefile.ID) ([]Branch, error) {
	var list []Branch
	err := c.db.View(func(txn *badger.Txn) error {
		return scan(txn, keyOthers(id), nil, func(_, v []byte) (bool, error) {
			var b Branch
			err := wire.Decode(v, &b)
			list = append(list, b)
			return true, err
		})
	})
	return list, err
}

// Filter chooses cases. Its zero value chooses all.
type Filter struct {
	Phases   []casefile.Phase // any of them
	Holder   area.Center      // the custodian, also while an offer of his is open
	Offered  area.Center      // offered to this center and not yet answered
	Origin   area.Center      // opened by this center
	Mine     area.Center      // held by, or offered to, this center
	Open     bool             // not yet concluded, declined, withdrawn, terminated or archived
	Live     bool             // not yet put away: neither concluded nor archived
	Text     string           // part of the id, the number or the item's code
	Troubled bool             // frozen, or with a branch beside the log that is not settled
}

var closedPhases = []casefile.Phase{
	casefile.PhaseConcluded, casefile.PhaseArchived, casefile.PhaseDeclined,
	casefile.PhaseWithdrawn, casefile.PhaseTerminated, casefile.PhaseReturned,
}

func troubled(f *folder) bool {
	return f.frozen || slices.ContainsFunc(f.open, func(h chain.Head) bool { return !f.state.Settled(h) })
}

// List returns cases by ascending id, after the one with the id after ("" for
// the first), at most limit of them. It opens those that it returns and no
// other.
func (c *Cabinet) List(filter Filter, after casefile.ID, limit int) ([]casefile.State, error) {
	var chosen []casefile.ID
	c.cards.after(after, filter.live(), func(card *Card) bool {
		if filter.card(card) {
			chosen = append(chosen, card.ID)
		}
		return len(chosen) < limit
	})
	list := make([]casefile.State, 0, len(chosen))
	for _, id := range chosen {
		f, err := c.load(id)
		if err != nil {
			return list, err
		}
		list = append(list, f.state)
	}
	return list, nil
}

// each visits the cases by id, after one.
func (c *Cabinet) each(after casefile.ID, visit func(*folder) bool) error {
	return c.db.View(func(txn *badger.Txn) error {
		from := prefixHead
		if after != "" {
			from = append(keyHead(after), 0)
		}
		return scan(txn, prefixHead, from, func(k, v []byte) (bool, error) {
			id := casefile.ID(k[len(prefixHead):])
			f, err := decodeFolder(txn, id, v)
			if err != nil {
				return false, fmt.Errorf("case %s: %w", id, err)
			}
			return visit(f), nil
		})
	})
}

// Verify checks a case from its first event on: chain, seals, custody and
// competence of the log and of every branch beside it, and that what is shown
// is what the log folds to. It returns the state that it found.
func (c *Cabinet) Verify(ctx context.Context, id casefile.ID) (casefile.State, error) {
	unlock := c.locks.lock(id)
	defer unlock()
	var f *folder
	err := c.db.View(func(txn *badger.Txn) error {
		var err error
		f, err = readFolder(txn, id) // from the disk, not from memory
		return err
	})
	if err != nil {
		return casefile.State{}, err
	}
	if f.state.Head.Index == 0 {
		return casefile.State{}, notHere(id)
	}
	s, err := c.verifyBranch(id, f.branch, f.state.Head)
	if err != nil {
		return s, err
	}
	if string(wire.Encode(s)) != string(wire.Encode(f.state)) {
		return s, refusal.Newf(refusal.Conflict, "verify "+string(id), "restore the node from a backup",
			"what is stored beside the log is not what it folds to")
	}
	others, err := c.others(id)
	if err != nil {
		return s, err
	}
	for _, b := range others {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		if _, err := c.verifyBranch(id, b.Number, b.Head); err != nil {
			return s, fmt.Errorf("branch %d: %w", b.Number, err)
		}
	}
	return s, nil
}

func (c *Cabinet) verifyBranch(id casefile.ID, branch uint64, head chain.Head) (casefile.State, error) {
	s := casefile.New(id)
	for s.Head.Index < head.Index {
		records, err := c.branchLog(id, branch, head.Index, s.Head.Index+1, 256)
		if err == nil && len(records) == 0 {
			err = s.Head.Matches(string(id), head)
		}
		if err != nil {
			return s, err
		}
		if s, err = casefile.Extend(c.reg, s, records); err != nil {
			return s, err
		}
	}
	return s, s.Head.Matches(string(id), head)
}

// Failed is a case that does not verify.
type Failed struct {
	Case casefile.ID
	Err  error
}

// VerifyAll checks every case and returns those that do not hold. progress,
// if not nil, is told after each case how many are done of how many.
func (c *Cabinet) VerifyAll(ctx context.Context, progress func(done, total int)) ([]Failed, error) {
	var all []casefile.ID
	err := c.db.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix, opts.PrefetchValues = prefixHead, false
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Seek(prefixHead); it.Valid(); it.Next() {
			all = append(all, casefile.ID(it.Item().KeyCopy(nil)[len(prefixHead):]))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var bad []Failed
	for i, id := range all {
		if err := ctx.Err(); err != nil {
			return bad, err
		}
		if _, err := c.Verify(ctx, id); err != nil {
			bad = append(bad, Failed{id, err})
		}
		if progress != nil {
			progress(i+1, len(all))
		}
	}
	return bad, nil
}
