package cabinet

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Limits of one transaction of the cabinet. A database of the village profile
// takes little more than one megabyte.
const (
	maxTxnBytes   = 600 << 10
	maxTxnRecords = 512
)

// Open writes the first events of a case; id comes from NewID. It is Append,
// but refuses an id that is in use.
func (c *Cabinet) Open(ctx context.Context, id casefile.ID, drafts func(casefile.State) ([]casefile.Draft, error)) (casefile.State, error) {
	return c.Append(ctx, id, func(s casefile.State) ([]casefile.Draft, error) {
		if s.Head.Index != 0 {
			return nil, refusal.Newf(refusal.Conflict, "open case "+string(id), "", "there is a case of that name")
		}
		return drafts(s)
	})
}

// With writes what belongs to a change into the transaction of the change:
// rows of its caller, under its caller's own keys. It is called again when the
// transaction is tried again.
type With func(txn *badger.Txn) error

// Append writes the next events of a case: drafts gets the case as it stands
// and says what to write; no other writer of that case comes between. All of
// it is on the disk when Append returns, together with what the outbox is to
// send, or none of it. drafts may be empty; it must not call the cabinet to
// write. Beginning with a draft of seized, the log is cut at the base of the
// grant first, and what stood behind it is kept as superseded.
//
// Refusals are those of casefile.Build, CaseFrozen, Unreconciled, MissingBlob,
// MissingBase, refusal.Fenced, refusal.TooLarge and refusal.Unavailable.
func (c *Cabinet) Append(ctx context.Context, id casefile.ID, drafts func(casefile.State) ([]casefile.Draft, error)) (casefile.State, error) {
	return c.AppendWith(ctx, id, drafts, nil)
}

// AppendWith is Append, with rows of the caller's own in the same transaction:
// with is called with it, again when it is tried again, and not at all when
// nothing is written. It sets keys of its own prefix and reads nothing that
// others write.
func (c *Cabinet) AppendWith(ctx context.Context, id casefile.ID, drafts func(casefile.State) ([]casefile.Draft, error), with func(*badger.Txn) error) (casefile.State, error) {
	unlock := c.locks.lock(id)
	defer unlock()
	c.sealing.RLock()
	defer c.sealing.RUnlock()
	if err := c.writable(); err != nil {
		return casefile.State{}, err
	}
	f, err := c.load(id)
	if err != nil {
		return casefile.State{}, err
	}
	list, err := drafts(f.state)
	if err != nil || len(list) == 0 {
		return f.state, err
	}
	if err := ctx.Err(); err != nil {
		return f.state, err
	}
	w, err := c.prepare(f, list)
	if err != nil {
		return f.state, err
	}
	w.with = with
	return c.store(ctx, f, w)
}

// work is a change of one case that is ready to be stored.
type work struct {
	after   *folder
	records [][]byte       // that are new in the case's log
	from    uint64         // the sequence of the first of them
	copied  [][]byte       // records that a new branch begins with, before from
	put     []Branch       // branches beside the log, to be written
	drop    []Branch       // branches that the log has become
	party   casefile.Party // who sealed; the zero party: it came from outside
	erased  []chain.Hash
	with    func(*badger.Txn) error // the caller's rows; nil: none
	card    *Card                   // of after; made when it is written
}

// prepare seals the drafts.
func (c *Cabinet) prepare(f *folder, list []casefile.Draft) (*work, error) {
	id := f.state.ID
	w := &work{after: &folder{branch: f.branch, next: f.next, frozen: f.frozen, open: f.open, state: f.state}, party: c.self()}
	if list[0].Kind == casefile.Seized {
		if err := c.cut(f, w); err != nil {
			return nil, err
		}
	} else if f.frozen {
		return nil, refusal.Newf(CaseFrozen, "write on "+string(id),
			"ask the district to have the case seized", "two logs of epoch %d contradict each other", f.state.Epoch)
	}
	s, size := w.after.state, 0
	w.from = s.Head.Index + 1
	now := c.now()
	for _, d := range list {
		if err := c.guard(f, &s, d); err != nil {
			return nil, err
		}
		r, next, err := casefile.Build(s, w.party, c.key, c.reg, d, now)
		if err != nil {
			return nil, err
		}
		if d.Kind == casefile.Erased {
			w.erased = append(w.erased, next.Erased[len(s.Erased):]...)
		}
		s, size = next, size+len(r.Bytes)
		w.records = append(w.records, r.Bytes)
	}
	if len(list) > maxTxnRecords || size > maxTxnBytes {
		return nil, refusal.Newf(refusal.TooLarge, "write on "+string(id), "put long content into attachments",
			"%d events of %d bytes together", len(list), size)
	}
	w.after.state = s
	return w, nil
}

// guard holds a draft to what only this node can know.
func (c *Cabinet) guard(f *folder, s *casefile.State, d casefile.Draft) error {
	switch d.Kind {
	case casefile.Concluded:
		for _, head := range f.open {
			if !s.Settled(head) {
				return refusal.Newf(Unreconciled, "conclude "+string(s.ID),
					"look at the branch, then adopt it or set it aside",
					"the superseded branch that ends at event %d (%s) is not settled", head.Index, head.Hash.Short())
			}
		}
	case casefile.TakenOver:
		if c.blob == nil {
			return nil
		}
		for _, ref := range s.Blobs() {
			if !c.blob.Has(s.ID.Owner(), ref.Hash) {
				return refusal.Newf(MissingBlob, "take over "+string(s.ID),
					"nothing to do: it is on its way", "%s %s has not arrived", ref.Kind, ref.Hash.Short())
			}
		}
	}
	return nil
}

// store commits a change and tells of it. The caller holds the case's lock.
func (c *Cabinet) store(ctx context.Context, before *folder, w *work) (casefile.State, error) {
	if len(w.copied) > 0 {
		if err := c.copyBranch(before.state.ID, w.after.branch, 1, w.copied); err != nil {
			return before.state, err
		}
	}
	var seal *sealed
	if w.party != (casefile.Party{}) {
		seal = &sealed{party: w.party, write: sumOf(w.records)}
	}
	err := c.commit(func(txn *badger.Txn) error { return c.write(txn, before, w) }, seal)
	if err != nil {
		c.cache.Remove(before.state.ID)
		return before.state, fmt.Errorf("store case %s: %w", before.state.ID, err)
	}
	c.cache.Add(before.state.ID, w.after)
	c.cards.put(w.card)
	if len(w.erased) > 0 && c.blob != nil {
		if err := c.blob.Sweep(ctx); err != nil {
			c.log.Warn("erased content is not destroyed yet; tried again at the next start", "case", before.state.ID, "err", err)
		}
	}
	c.watch.tell(before.state.ID)
	return w.after.state, nil
}

// write puts one change into a transaction.
func (c *Cabinet) write(txn *badger.Txn, before *folder, w *work) error {
	id, after := before.state.ID, w.after
	for i, b := range w.records {
		if err := txn.Set(keyEvent(id, after.branch, w.from+uint64(i)), b); err != nil {
			return err
		}
	}
	for _, b := range w.drop {
		if err := txn.Delete(keyOther(id, b.Number)); err != nil {
			return err
		}
	}
	for _, b := range w.put {
		if err := txn.Set(keyOther(id, b.Number), wire.Encode(b)); err != nil {
			return err
		}
	}
	if err := txn.Set(keyHead(id), wire.Encode(after.row())); err != nil {
		return err
	}
	w.card = cardOf(after)
	if err := txn.Set(keyCard(id), wire.Encode(w.card)); err != nil {
		return err
	}
	if len(w.erased) > 0 && c.blob != nil {
		if err := c.blob.Tombstone(txn, id.Owner(), w.erased); err != nil {
			return err
		}
	}
	if w.with != nil {
		if err := w.with(txn); err != nil {
			return err
		}
	}
	if c.out == nil || before.state.Head == after.state.Head {
		return nil
	}
	return c.out.Stage(txn, before.state, after.state, len(w.records))
}

// copyBranch writes records of a branch that nothing points at yet, so several
// transactions do no harm.
func (c *Cabinet) copyBranch(id casefile.ID, branch, seq uint64, records [][]byte) error {
	for part := range portions(records) {
		err := c.commit(func(txn *badger.Txn) error {
			for i, b := range part {
				if err := txn.Set(keyEvent(id, branch, seq+uint64(i)), b); err != nil {
					return err
				}
			}
			return nil
		}, nil)
		if err != nil {
			return fmt.Errorf("copy the branch of %s: %w", id, err)
		}
		seq += uint64(len(part))
	}
	return nil
}

// portions cuts records into what one transaction takes.
func portions(records [][]byte) func(func([][]byte) bool) {
	return func(yield func([][]byte) bool) {
		start, size := 0, 0
		for i, b := range records {
			if i > start && (size+len(b) > maxTxnBytes || i-start == maxTxnRecords) {
				if !yield(records[start:i]) {
					return
				}
				start, size = i, 0
			}
			size += len(b)
		}
		if start < len(records) {
			yield(records[start:])
		}
	}
}

func sumOf(records [][]byte) (h chain.Hash) {
	d := sha256.New()
	for _, b := range records {
		one := chain.Sum(b)
		d.Write(one[:])
	}
	d.Sum(h[:0])
	return h
}

// cut makes the base of the newest grant the end of the log that the work is
// put on, wherever in our branches that base lies.
func (c *Cabinet) cut(f *folder, w *work) error {
	id := f.state.ID
	grants := c.reg.Grants(id)
	if len(grants) == 0 {
		return refusal.Newf(casefile.NoGrant, "seize "+string(id), "ask the district for it", "the Register granted no seizure")
	}
	g := grants[len(grants)-1]
	if g.Epoch <= f.state.Epoch { // a log cut back behind its own epoch would begin that epoch twice
		return refusal.Newf(casefile.NoGrant, "seize "+string(id), "ask the district for a new one",
			"epoch %d, the last that was granted, has begun", g.Epoch)
	}
	if f.state.Head == g.Base && !f.frozen {
		return nil
	}
	others, err := c.others(id)
	if err != nil {
		return err
	}
	for _, branch := range append([]Branch{{Number: f.branch, Head: f.state.Head}}, others...) {
		if branch.Head.Index < g.Base.Index {
			continue
		}
		records, err := c.branchLog(id, branch.Number, branch.Head.Index, 1, int(g.Base.Index))
		if err != nil {
			return err
		}
		base, err := casefile.Fold(id, records)
		if err != nil {
			return err
		}
		if base.Head == g.Base {
			c.switchTo(f, w, base, records, others)
			return nil
		}
	}
	return refusal.Newf(MissingBase, "seize "+string(id), "wait for the copies, or have it granted on the log that is here",
		"the grant is for the log up to event %d (%s), which is not here", g.Base.Index, g.Base.Hash.Short())
}

// switchTo begins a new branch with records that lead to base. Our log, where
// it is not just that base, is kept beside it; so are all others, but those
// that the new log contains.
func (c *Cabinet) switchTo(f *folder, w *work, base casefile.State, records [][]byte, others []Branch) {
	w.after = &folder{branch: f.next, next: f.next + 1, state: base}
	w.copied = records
	if f.state.Head != base.Head {
		w.put = append(w.put, c.aside(f, base.Head.Index+1, CutBySeize))
	}
	for _, b := range others {
		if b.Head == base.Head {
			w.drop = append(w.drop, b)
		} else {
			w.after.open = append(w.after.open, b.Head)
		}
	}
	for _, b := range w.put {
		w.after.open = append(w.after.open, b.Head)
	}
}

// aside is the row of our log, kept beside the one that overrules it.
func (c *Cabinet) aside(f *folder, fork uint64, cause Cause) Branch {
	if f.frozen {
		cause = Equivocal
	}
	s := &f.state
	return Branch{
		Number: f.branch, Head: s.Head, Epoch: s.Epoch, Fork: fork, Cause: cause,
		At: c.now().UnixMilli(), Holder: s.Holder, Heavy: c.heavy(s.ID, f.branch, s.Head.Index, fork),
	}
}

// heavyKinds are the events that make a superseded branch somebody's task.
var heavyKinds = []casefile.Kind{casefile.Decided, casefile.Served, casefile.HandedOut, casefile.Made}

func heavyRecord(b []byte) bool {
	r, err := casefile.Read(b)
	return err == nil && slices.Contains(heavyKinds, r.Event.Kind)
}

func (c *Cabinet) heavy(id casefile.ID, branch, head, fork uint64) bool {
	records, err := c.branchLog(id, branch, head, fork, casefile.MaxStep)
	return err == nil && slices.ContainsFunc(records, heavyRecord)
}
