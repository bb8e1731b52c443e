package cabinet

import (
	"bytes"
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

// Verdict is what came of an incoming log. Whatever it says is on the disk.
type Verdict struct {
	Ruling casefile.Ruling
	Head   chain.Head     // where our log stands now
	State  casefile.State // what it folds to
	Frozen bool           // the case is in equivocation
	Need   uint64         // Gap: send from this sequence on; Parked: waits for this Register index (0: for an upgrade)
	Reason string         // Parked: why
}

// Ingest takes in records of a case from another node, the first of which has
// the sequence first, and judges them by casefile.Step. What it takes, and what
// it parks, is on the disk when it returns. An error is a refusal with a code
// (nothing is kept), or a failure of this node, for which the same call may be
// made again. A fenced cabinet takes in all the same.
//
// Where the log holds an event that this very incarnation sealed and does not
// have, this node is an old copy of itself: it keeps the log and fences itself.
func (c *Cabinet) Ingest(ctx context.Context, from area.Center, id casefile.ID, first uint64, records [][]byte) (Verdict, error) {
	if _, _, err := id.Parse(); err != nil {
		return Verdict{}, err
	}
	v, own, err := c.ingest(ctx, from, id, first, records)
	if err == nil && v.Need > 0 && v.Reason != "" && c.reg.Head().Index >= v.Need {
		// The Register came while the records were being parked, and whoever
		// follows it has looked at what is parked already: judge them now.
		if _, err = c.Retry(ctx); err == nil {
			v, own, err = c.ingest(ctx, from, id, first, records)
		}
	}
	if err == nil && own {
		reason := fmt.Sprintf("%s sent events of %s that this node sealed and does not have: it is an old copy or has a twin", from, id)
		err = c.Fence(reason)
	}
	return v, err
}

func (c *Cabinet) ingest(ctx context.Context, from area.Center, id casefile.ID, first uint64, records [][]byte) (v Verdict, own bool, err error) {
	unlock := c.locks.lock(id)
	defer unlock()
	if broken := c.broken.Load(); broken != nil {
		return v, false, refusal.New(refusal.Unavailable, "take in "+string(id), "restart the node", *broken)
	}
	f, err := c.load(id)
	if err != nil {
		return v, false, err
	}
	have := casefile.Branch{State: f.state, Log: func(from uint64, max int) ([][]byte, error) {
		return c.branchLog(id, f.branch, f.state.Head.Index, from, max)
	}}
	d, err := casefile.Step(c.reg, c.self(), have, first, records)
	if err != nil {
		return v, false, err
	}
	if d.Own {
		if own, err = c.forgot(id, d); err != nil {
			return v, false, err
		}
	}
	after := f
	switch d.Ruling {
	case casefile.Extends:
		after, err = c.extend(ctx, f, d.Take)
	case casefile.NewerEpoch:
		after, err = c.overrule(ctx, f, d)
	case casefile.OlderEpoch, casefile.Equivocation:
		after, err = c.beside(ctx, f, from, d)
	}
	if err != nil {
		return v, false, err
	}
	v = Verdict{Ruling: d.Ruling, Head: after.state.Head, State: after.state, Frozen: after.frozen, Need: d.Need}
	if len(d.Parked) > 0 {
		v.Reason = d.Reason.Error()
		err = c.park(parcel{
			Case: id, From: from, First: first + uint64(len(records)-len(d.Parked)), Records: d.Parked,
			Need: d.Need, Reason: v.Reason, At: c.now().UnixMilli(),
		})
	}
	return v, own, err
}

// extend puts verified records behind the log, in as many transactions as it
// takes; each leaves a whole log.
func (c *Cabinet) extend(ctx context.Context, f *folder, records [][]byte) (*folder, error) {
	for part := range portions(records) {
		w, err := c.behind(f, part)
		if err != nil {
			return f, err
		}
		if _, err := c.store(ctx, f, w); err != nil {
			return f, err
		}
		f = w.after
	}
	return f, nil
}

// behind is the change that puts verified records behind a log.
func (c *Cabinet) behind(f *folder, records [][]byte) (*work, error) {
	w := &work{records: records, from: f.state.Head.Index + 1}
	s := f.state
	for _, b := range records {
		r, err := casefile.Read(b)
		if err != nil {
			return nil, err
		}
		next, err := casefile.Apply(s, r)
		if err != nil {
			return nil, err
		}
		if r.Event.Kind == casefile.Erased {
			w.erased = append(w.erased, next.Erased[len(s.Erased):]...)
		}
		s = next
	}
	w.after = &folder{branch: f.branch, next: f.next, frozen: f.frozen && s.Epoch == f.state.Epoch, open: f.open, state: s}
	return w, nil
}

// overrule makes a log of a higher epoch the case's log; ours is kept.
func (c *Cabinet) overrule(ctx context.Context, f *folder, d casefile.Decision) (*folder, error) {
	id := f.state.ID
	others, err := c.others(id)
	if err != nil {
		return f, err
	}
	shared, err := c.branchLog(id, f.branch, f.state.Head.Index, 1, int(d.Fork-1))
	if err != nil {
		return f, err
	}
	base, err := casefile.Fold(id, shared)
	if err != nil {
		return f, err
	}
	mid := &work{}
	c.switchTo(f, mid, base, shared, nil)
	w, err := c.behind(mid.after, d.Take)
	if err != nil {
		return f, err
	}
	lost := c.aside(f, d.Fork, Overruled)
	w.copied, w.put, w.after.open = shared, []Branch{lost}, []chain.Head{lost.Head}
	for _, b := range others {
		if contains(id, shared, d.Take, b.Head) {
			w.drop = append(w.drop, b)
		} else {
			w.after.open = append(w.after.open, b.Head)
		}
	}
	// Records beyond one transaction lie in the new branch before anything points at it.
	if head, tail := lastPortion(w.records); len(head) > 0 {
		w.copied = append(slices.Clip(shared), head...)
		w.records, w.from = tail, w.from+uint64(len(head))
	}
	c.log.Warn("a higher epoch overrules the log that was here", "case", id, "epoch", d.State.Epoch,
		"was", f.state.Epoch, "fork", d.Fork, "holder", d.State.Holder.String())
	_, err = c.store(ctx, f, w)
	return w.after, err
}

// lastPortion splits off what one transaction takes at the end.
func lastPortion(records [][]byte) (head, tail [][]byte) {
	for part := range portions(records) {
		tail = part
	}
	return records[:len(records)-len(tail)], tail
}

// contains reports whether a log (in two pieces) passes through a head.
func contains(id casefile.ID, shared, more [][]byte, head chain.Head) bool {
	at := chain.Start(string(id))
	for _, b := range slices.Concat(shared, more) {
		if at = at.Next(b); at.Index == head.Index {
			return at == head
		}
	}
	return false
}

// forgot reports whether this incarnation sealed a record of what is taken
// that lies in none of our branches.
func (c *Cabinet) forgot(id casefile.ID, d casefile.Decision) (bool, error) {
	others, err := c.others(id)
	if err != nil {
		return false, err
	}
	self, seq := c.self(), d.State.Head.Index-uint64(len(d.Take))
	for _, b := range d.Take {
		seq++
		if r, err := casefile.Read(b); err != nil || r.Event.Author != self {
			continue
		}
		found := false
		for _, o := range others {
			kept, err := c.branchLog(id, o.Number, o.Head.Index, seq, 1)
			if err != nil {
				return false, err
			}
			found = found || len(kept) == 1 && bytes.Equal(kept[0], b)
		}
		if !found {
			return true, nil
		}
	}
	return false, nil
}

// beside keeps a log that does not win: of a lower epoch, or of our own.
func (c *Cabinet) beside(ctx context.Context, f *folder, from area.Center, d casefile.Decision) (*folder, error) {
	id := f.state.ID
	others, err := c.others(id)
	if err != nil {
		return f, err
	}
	shared, err := c.branchLog(id, f.branch, f.state.Head.Index, 1, int(d.Fork-1))
	if err != nil {
		return f, err
	}
	b := Branch{
		Number: f.next, Head: d.State.Head, Epoch: d.State.Epoch, Fork: d.Fork, Cause: Late, From: from,
		At: c.now().UnixMilli(), Holder: d.State.Holder, Heavy: slices.ContainsFunc(d.Take, heavyRecord),
	}
	if d.Ruling == casefile.Equivocation {
		b.Cause = Equivocal
	}
	whole, have := append(slices.Clip(shared), d.Take...), uint64(0)
	var dropped []Branch
	for _, o := range others {
		if in, err := c.passes(id, o, d); err != nil || in {
			return f, err
		}
		if contains(id, whole, nil, o.Head) { // it grew: the rows that it has stay
			dropped = append(dropped, o)
			b.Number, have = o.Number, o.Head.Index
			b.Fork, b.Heavy = min(b.Fork, o.Fork), b.Heavy || o.Heavy
		}
	}
	w := &work{
		after: &folder{branch: f.branch, next: max(f.next, b.Number+1), frozen: f.frozen || b.Cause == Equivocal, state: f.state},
		from:  f.state.Head.Index + 1, put: []Branch{b}, drop: dropped,
	}
	for _, head := range f.open {
		if !slices.ContainsFunc(dropped, func(o Branch) bool { return o.Head == head }) {
			w.after.open = append(w.after.open, head)
		}
	}
	w.after.open = append(w.after.open, b.Head)
	if err := c.copyBranch(id, b.Number, have+1, whole[have:]); err != nil {
		return f, err
	}
	if b.Cause == Equivocal {
		c.log.Error("equivocation: two logs of one epoch; the case is frozen", "case", id, "epoch", b.Epoch,
			"fork", b.Fork, "from", from, "ours", f.state.Head.Hash.Short(), "theirs", b.Head.Hash.Short())
	}
	_, err = c.store(ctx, f, w)
	return w.after, err
}

// passes reports whether a branch that is here goes through the incoming log's
// last record.
func (c *Cabinet) passes(id casefile.ID, o Branch, d casefile.Decision) (bool, error) {
	if o.Head.Index < d.State.Head.Index {
		return false, nil
	}
	records, err := c.branchLog(id, o.Number, o.Head.Index, d.State.Head.Index, 1)
	if err != nil || len(records) == 0 {
		return false, err
	}
	return bytes.Equal(records[0], d.Take[len(d.Take)-1]), nil
}

// maxParcels is how many parcels of one case may wait.
const maxParcels = 32

// park keeps records that can't be judged yet. A parcel that contains an older
// one takes its place.
func (c *Cabinet) park(p parcel) error {
	for part := range portions(p.Records) {
		one := p
		one.Records = part
		if err := c.parkOne(one); err != nil {
			return err
		}
		p.First += uint64(len(part))
	}
	return nil
}

func (c *Cabinet) parkOne(p parcel) error {
	last := p.First + uint64(len(p.Records))
	return c.commit(func(txn *badger.Txn) error {
		waiting, stale := 0, [][]byte(nil)
		err := scan(txn, keyParcels(p.Case), nil, func(k, v []byte) (bool, error) {
			var old parcel
			if err := wire.Decode(v, &old); err != nil {
				return false, err
			}
			inside := old.First >= p.First && old.First+uint64(len(old.Records)) <= last &&
				slices.EqualFunc(old.Records, p.Records[old.First-p.First:][:len(old.Records)], bytes.Equal)
			if inside {
				stale = append(stale, k)
			} else {
				waiting++
			}
			return true, nil
		})
		if err != nil {
			return err
		}
		if waiting >= maxParcels {
			return refusal.Newf(TooManyWait, "keep records of "+string(p.Case), "they are taken when the Register has caught up",
				"%d parcels of the case wait already", waiting)
		}
		for _, k := range stale {
			if err := txn.Delete(k); err != nil {
				return err
			}
		}
		return txn.Set(keyParcel(p.Case, sumOf(p.Records)), wire.Encode(p))
	}, nil)
}

// Waiting is what waits for a newer Register or a newer program.
type Waiting struct {
	Case   casefile.ID `json:"case"`
	From   area.Center `json:"from"`
	First  uint64      `json:"first"`
	Count  int         `json:"count"`
	Need   uint64      `json:"need"` // Register index; 0: an upgrade of this node
	Reason string      `json:"reason"`
	Since  int64       `json:"since"` // Unix milliseconds
}

// Waitings lists what is parked, at most max parcels.
func (c *Cabinet) Waitings(max int) ([]Waiting, error) {
	var list []Waiting
	err := c.parcels(func(_ []byte, p parcel) bool {
		list = append(list, Waiting{p.Case, p.From, p.First, len(p.Records), p.Need, p.Reason, p.At})
		return len(list) < max
	})
	return list, err
}

func (c *Cabinet) parcels(visit func(key []byte, p parcel) bool) error {
	return c.db.View(func(txn *badger.Txn) error {
		return scan(txn, prefixParcel, nil, func(k, v []byte) (bool, error) {
			var p parcel
			if err := wire.Decode(v, &p); err != nil {
				return false, err
			}
			return visit(k, p), nil
		})
	})
}

// Retry judges again what is parked and whose Register has come; the node
// calls it when the Register moves. It returns the cases that changed. What is
// refused now is dropped with a line in the log.
func (c *Cabinet) Retry(ctx context.Context) ([]casefile.ID, error) {
	type kept struct {
		key []byte
		p   parcel
	}
	var ready []kept
	head := c.reg.Head().Index
	err := c.parcels(func(k []byte, p parcel) bool {
		if p.Need <= head {
			ready = append(ready, kept{k, p})
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(ready, func(a, b kept) int {
		return bytes.Compare(keyEvent(a.p.Case, 0, a.p.First), keyEvent(b.p.Case, 0, b.p.First))
	})
	var changed []casefile.ID
	for _, k := range ready {
		if err := ctx.Err(); err != nil {
			return changed, err
		}
		v, err := c.Ingest(ctx, k.p.From, k.p.Case, k.p.First, k.p.Records)
		switch {
		case err != nil && refusal.CodeOf(err) == "" || refusal.CodeOf(err) == refusal.Unavailable:
			return changed, err
		case err != nil:
			c.log.Warn("a parked log is refused", "case", k.p.Case, "from", k.p.From, "code", refusal.CodeOf(err), "err", err)
		case v.Ruling == casefile.Parked || v.Ruling == casefile.Gap:
			continue
		case v.Ruling != casefile.Same && v.Ruling != casefile.Older:
			changed = append(changed, k.p.Case)
		}
		if err := c.unpark(k.key, k.p.Case); err != nil {
			return changed, err
		}
	}
	return slices.Compact(changed), nil
}

// unpark drops a parcel that was judged. One that was taken in part has been
// parked again under another key.
func (c *Cabinet) unpark(key []byte, id casefile.ID) error {
	unlock := c.locks.lock(id)
	defer unlock()
	return c.commit(func(txn *badger.Txn) error { return txn.Delete(key) }, nil)
}
