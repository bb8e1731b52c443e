package exchange

import (
	"fmt"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// Stage puts what a change of a case calls for into the outbox, in the
// transaction of the change (cabinet.Outbox). It reads nothing through txn,
// so that changes of different cases never conflict here.
func (x *Exchange) Stage(txn *badger.Txn, before, after casefile.State, records int) error {
	self := x.cfg.Self()
	now := x.cfg.Now()
	var staged []stagedRow
	if author(before, after) == self {
		for dest, purpose := range Recipients(self.Center, before, after, x.enrolled) {
			row := Row{Key{dest, CaseRow, string(after.ID)}, x.version.Add(1), now.UnixMilli(), purpose}
			staged = append(staged, stagedRow{row, false, now, before.Head})
		}
	} else if o := before.Offer; o != nil && o.From == self {
		// Whatever stands behind our offer begins with the addressee's sealed
		// answer, or with a seizure: the offer has arrived, or is void.
		row := Row{Key: Key{o.To.Center, CaseRow, string(after.ID)}}
		staged = append(staged, stagedRow{row, true, now, before.Head})
	}
	cut := before.Head.Index+uint64(records) != after.Head.Index
	if after.Holder.Center != self.Center && before.Epoch < after.Epoch && (cut || before.Mine(self.Center)) {
		// The case was taken from us. Who holds it now is to know what stood
		// behind, and is to have the papers: perhaps they are nowhere else.
		row := Row{Key{after.Holder.Center, CaseRow, string(after.ID)}, x.version.Add(1), now.UnixMilli(), Reconcile}
		staged = append(staged, stagedRow{row, false, now, before.Head})
	}
	for _, s := range staged {
		if err := x.stageRow(txn, s); err != nil {
			return err
		}
	}
	x.mu.Lock()
	x.staged = append(x.staged, staged...)
	x.mu.Unlock()
	return nil
}

func (x *Exchange) stageRow(txn *badger.Txn, s stagedRow) error {
	if s.drop {
		return txn.Delete(rowKey(s.row.Key))
	}
	return put(txn, rowKey(s.row.Key), storedRow{s.row.Version, s.row.Since, s.row.Purpose})
}

// settle is called by Run only. It tells the core of what was committed: a
// change counts once the cabinet shows it, for the row is in the store a
// moment earlier, and what would be sent then is the log without the change.
// A transaction that was given up never shows; it is forgotten after a minute.
func (x *Exchange) settle() error {
	x.mu.Lock()
	staged := x.staged
	x.staged, x.settling = nil, len(staged)
	x.mu.Unlock()
	if len(staged) == 0 {
		return nil
	}
	defer func() {
		x.mu.Lock()
		x.settling = 0
		x.announceLocked()
		x.mu.Unlock()
	}()
	now := x.cfg.Now()
	var open []stagedRow
	var inputs []Input
	var lost []Row
	for _, s := range staged {
		state, err := x.cases.State(casefile.ID(s.row.Key.ID))
		if err != nil && refusal.CodeOf(err) != refusal.NotFound {
			return err
		}
		if err != nil || state.Head == s.before {
			if now.Sub(s.at) < time.Minute {
				open = append(open, s)
			}
			continue
		}
		var v storedRow
		found, err := x.read(rowKey(s.row.Key), &v)
		switch {
		case err != nil:
			return err
		case found && !s.drop:
			inputs = append(inputs, RowStaged{Row{s.row.Key, v.Version, v.Since, v.Purpose}})
		case !found && s.drop:
			inputs = append(inputs, RowDropped{s.row.Key})
		case !found: // a row of ours took its place and is done, perhaps without the change
			lost = append(lost, s.row)
		}
	}
	x.mu.Lock()
	x.staged = append(open, x.staged...)
	x.mu.Unlock()
	if len(lost) > 0 {
		if err := x.stage(nil, lost...); err != nil {
			return err
		}
	}
	return x.step(inputs...)
}

// stage commits rows of our own making and tells the core.
func (x *Exchange) stage(with func(txn *badger.Txn) error, rows ...Row) error {
	now := x.cfg.Now().UnixMilli()
	for i := range rows {
		rows[i].Version = x.version.Add(1)
		if rows[i].Since == 0 {
			rows[i].Since = now
		}
	}
	err := update(x.cfg.DB, func(txn *badger.Txn) error {
		for _, r := range rows {
			if err := x.stageRow(txn, stagedRow{row: r}); err != nil {
				return err
			}
		}
		if with != nil {
			return with(txn)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("stage rows: %w", err)
	}
	inputs := make([]Input, len(rows))
	for i, r := range rows {
		inputs[i] = RowStaged{r}
	}
	return x.step(inputs...)
}

// giveBack stages every case that concerns a destination that came back from
// an old copy, then keeps its mark. Each row starts from what the destination
// once had: it answers with where its copy really ends.
func (x *Exchange) giveBack(o Return) error {
	x.cfg.Log.Info("a peer came back from an older copy: giving back what it had",
		"center", o.Dest, "incarnation", o.Incarnation, "mark", o.N)
	var after casefile.ID
	for {
		states, err := x.cases.Each(after, 256)
		if err != nil {
			return fmt.Errorf("give back to %s: %w", o.Dest, err)
		}
		if len(states) == 0 {
			break
		}
		after = states[len(states)-1].ID
		var rows []Row
		for _, s := range states {
			key := Key{o.Dest, CaseRow, string(s.ID)}
			has, had, err := x.knownOf(key)
			if err != nil {
				return err
			}
			if len(has.Blobs) > 0 { // the old copy may be without them
				x.owe([]Output{Learned{Dest: o.Dest, Case: key.ID, Doubt: true}})
			}
			if had || Concerns(s, o.Dest) {
				rows = append(rows, Row{Key: key, Purpose: x.purposeOf(s, o.Dest)})
			}
		}
		if len(rows) == 0 {
			continue
		}
		if err := x.stage(nil, rows...); err != nil {
			return err
		}
	}
	x.owe([]Output{Marked(o)})
	return nil
}

func (x *Exchange) purposeOf(s casefile.State, dest area.Center) Purpose {
	if s.Offer != nil && s.Offer.From == x.cfg.Self() && s.Offer.To.Center == dest {
		return Offer
	}
	return Reconcile
}
