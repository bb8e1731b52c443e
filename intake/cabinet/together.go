package cabinet

import (
	"context"
	"fmt"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// OpenAll writes the first events of several cases in one transaction: after
// it all of them are on the disk, or none. ids come from NewID, each once;
// drafts gives the events of the case at a place of ids, and with is as in
// AppendWith. It is one write of this node, whatever number of cases it opens.
func (c *Cabinet) OpenAll(ctx context.Context, ids []casefile.ID, drafts func(i int, s casefile.State) ([]casefile.Draft, error), with func(*badger.Txn) error) ([]casefile.State, error) {
	op := fmt.Sprintf("open %d cases together", len(ids))
	sorted := slices.Sorted(slices.Values(ids))
	if len(ids) == 0 || len(slices.Compact(slices.Clone(sorted))) != len(ids) {
		return nil, refusal.Newf(refusal.Malformed, op, "", "each is named once, and at least one")
	}
	for _, id := range sorted { // in one order, so that two callers never wait for each other
		unlock := c.locks.lock(id)
		defer unlock()
	}
	c.sealing.RLock()
	defer c.sealing.RUnlock()
	if err := c.writable(); err != nil {
		return nil, err
	}
	before, works := make([]*folder, len(ids)), make([]*work, len(ids))
	var records [][]byte
	size := 0
	for i, id := range ids {
		var err error
		if before[i], err = c.load(id); err != nil {
			return nil, err
		}
		if before[i].state.Head.Index != 0 {
			return nil, refusal.Newf(refusal.Conflict, op, "", "there is a case of the name %s", id)
		}
		list, err := drafts(i, before[i].state)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return nil, refusal.Newf(refusal.Malformed, op, "", "nothing is to be written on %s", id)
		}
		if works[i], err = c.prepare(before[i], list); err != nil {
			return nil, err
		}
		for _, b := range works[i].records {
			records, size = append(records, b), size+len(b)
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(records) > maxTxnRecords || size > maxTxnBytes {
		return nil, refusal.Newf(refusal.TooLarge, op, "put long content into attachments", "%d events of %d bytes together", len(records), size)
	}
	works[0].with = with
	return c.storeAll(before, works, &sealed{party: works[0].party, write: sumOf(records)})
}

// storeAll commits changes of several cases as one, and tells of them.
func (c *Cabinet) storeAll(before []*folder, works []*work, seal *sealed) ([]casefile.State, error) {
	err := c.commit(func(txn *badger.Txn) error {
		for i, w := range works {
			if err := c.write(txn, before[i], w); err != nil {
				return err
			}
		}
		return nil
	}, seal)
	if err != nil {
		for _, f := range before {
			c.cache.Remove(f.state.ID)
		}
		return nil, fmt.Errorf("store %d cases: %w", len(works), err)
	}
	states := make([]casefile.State, len(works))
	for i, w := range works {
		states[i] = w.after.state
		c.cache.Add(w.after.state.ID, w.after)
		c.cards.put(w.card)
		c.watch.tell(w.after.state.ID)
	}
	return states, nil
}
