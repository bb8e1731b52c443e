package onboard

import (
	"context"
	"crypto/rand"
	"slices"
	"time"

	"tongban/consensus/refusal"
)

// How much is held, and how long.
const (
	maxHeld = 12
	life    = 30 * time.Minute // after it was last asked for
)

// held is a table that is kept in memory, with what it comes to.
type held struct {
	Import
	owner   string
	staff   string // who sent it
	work    *work
	lines   [][]string // the secrets, until they are fetched
	touched time.Time  // when it was last asked for
	order   uint64     // when it was sent, or asked to be taken in: later is more
}

// shown is what others may see of it.
func (h *held) shown() Import {
	out := h.Import
	out.Rows, out.Problems = slices.Clone(h.Rows), slices.Clone(h.Problems)
	out.Expires = h.touched.Add(life)
	out.Secrets = 0
	if out.Over() {
		out.Secrets = len(h.lines)
	}
	return out
}

// Check reads a table of a kind that staff sent, and tells what each of its rows
// would do and everything that is wrong. What is sound is held for Apply, for a
// while: one table for each owner. Nothing is written.
func (o *Onboard) Check(ctx context.Context, owner, staff string, k Kind, file []byte) (Import, error) {
	o.mu.Lock()
	err := o.roomLocked(owner)
	o.mu.Unlock()
	if err != nil {
		return Import{}, err
	}
	w, err := o.look(ctx, staff, k, file)
	if err != nil {
		return Import{}, err
	}
	h := &held{Import: Import{ID: rand.Text(), Kind: k, State: Checked, Rows: w.rows}, owner: owner, staff: staff, work: w, touched: o.cfg.Now()}
	if h.Problems = w.problems; len(h.Problems) > maxProblems {
		h.Problems, h.More = h.Problems[:maxProblems], len(h.Problems)-maxProblems
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.roomLocked(owner); err != nil { // another was sent meanwhile
		return Import{}, err
	}
	o.sent++
	h.order = o.sent
	o.held[h.ID] = h
	return h.shown(), nil
}

// look reads a table and plans it.
func (o *Onboard) look(ctx context.Context, staff string, k Kind, file []byte) (*work, error) {
	t, err := read(k, file)
	if err != nil {
		return nil, err
	}
	plan := map[Kind]func(context.Context, string, *table) (*work, error){
		Centers: o.centers, Staff: o.staff, Windows: o.windows, Accounts: o.accounts, Cases: o.cases,
	}[k]
	w, err := plan(ctx, staff, t)
	if err != nil {
		return nil, err
	}
	w.problems = slices.Concat(t.problems, w.problems)
	slices.SortStableFunc(w.problems, func(a, b Problem) int { return a.Row - b.Row })
	wrong := wrongRows(w.problems)
	for i := range w.rows {
		if wrong[w.rows[i].Row] {
			w.rows[i].Does = Wrong
		}
	}
	return w, nil
}

// roomLocked makes room for one more table: the owner's earlier one goes, and
// what nobody asked for any more.
func (o *Onboard) roomLocked(owner string) error {
	o.tidyLocked()
	for id, h := range o.held {
		if h.owner != owner {
			continue
		}
		if !h.Over() && h.State != Checked {
			return refusal.Newf(refusal.Conflict, "check a table", "wait until it is done", "another table of yours is being taken in")
		}
		if h.Over() && len(h.lines) > 0 {
			continue // its list waits to be fetched
		}
		delete(o.held, id)
	}
	if len(o.held) >= maxHeld {
		return refusal.Newf(refusal.Unavailable, "check a table", "try again in half an hour", "%d tables are held already", maxHeld)
	}
	return nil
}

func (o *Onboard) tidyLocked() {
	now := o.cfg.Now()
	for id, h := range o.held {
		if (h.Over() || h.State == Checked) && now.Sub(h.touched) > life {
			delete(o.held, id)
		}
	}
}

// Get is an import of an owner as it stands.
func (o *Onboard) Get(owner, id string) (Import, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h, err := o.findLocked(owner, id)
	if err != nil {
		return Import{}, err
	}
	return h.shown(), nil
}

// Newest is the import that an owner sent last; ok is false where none is held.
func (o *Onboard) Newest(owner string) (newest Import, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tidyLocked()
	var last *held
	for _, h := range o.held {
		if h.owner == owner && (last == nil || h.order > last.order) {
			last = h
		}
	}
	if last == nil {
		return Import{}, false
	}
	return last.shown(), true
}

func (o *Onboard) findLocked(owner, id string) (*held, error) {
	o.tidyLocked()
	h, ok := o.held[id]
	if !ok || h.owner != owner {
		return nil, refusal.Newf(refusal.NotFound, "find an import", "send the table again: nothing is taken in twice", "it was forgotten, or never was")
	}
	h.touched = o.cfg.Now()
	return h, nil
}

// Apply has a sound table taken in, behind those that wait. Get says how far it
// is. A second call changes nothing.
func (o *Onboard) Apply(owner, id string) (Import, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h, err := o.findLocked(owner, id)
	if err != nil {
		return Import{}, err
	}
	if !h.Sound() {
		return Import{}, refusal.Newf(refusal.Malformed, "take a table in", "mend what is listed, then send it again", "it has %d problems", len(h.Problems)+h.More)
	}
	if h.State == Checked {
		o.sent++
		h.State, h.order = Queued, o.sent
		select {
		case o.wake <- struct{}{}:
		default:
		}
	}
	return h.shown(), nil
}

// Secrets gives out the list of what was made and may be seen once: tickets,
// first passwords, query passwords. It is forgotten with that.
func (o *Onboard) Secrets(owner, id string) (name string, file []byte, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	h, err := o.findLocked(owner, id)
	if err != nil {
		return "", nil, err
	}
	if !h.Over() || len(h.lines) == 0 {
		return "", nil, refusal.Newf(refusal.NotFound, "fetch the list of an import", "", "there is none, or it was fetched already")
	}
	if file, err = Text(h.work.head, h.lines); err != nil {
		return "", nil, err
	}
	o.cfg.Log.Info("list of a table given out", "kind", string(h.Kind), "staff", h.staff, "lines", len(h.lines))
	h.lines = nil
	return "导入结果-" + h.Kind.Chinese() + ".csv", file, nil
}

// Run takes in what waits, one table after another, until ctx ends.
func (o *Onboard) Run(ctx context.Context) {
	tidy := time.NewTicker(life / 6) // what nobody asks for is forgotten, too
	defer tidy.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tidy.C:
			o.mu.Lock()
			o.tidyLocked()
			o.mu.Unlock()
		case <-o.wake:
			for h := o.next(); h != nil && ctx.Err() == nil; h = o.next() {
				o.takeIn(ctx, h)
			}
		}
	}
}

// next is the table that waits longest.
func (o *Onboard) next() *held {
	o.mu.Lock()
	defer o.mu.Unlock()
	var first *held
	for _, h := range o.held {
		if h.State == Queued && (first == nil || h.order < first.order) {
			first = h
		}
	}
	if first != nil {
		first.State = Running
	}
	return first
}

func (o *Onboard) takeIn(ctx context.Context, h *held) {
	out := &outcome{rows: slices.Clone(h.Rows)} // of this goroutine alone: what is shown is copied from it
	err := h.work.apply(ctx, out, func(at int) {
		o.mu.Lock()
		defer o.mu.Unlock()
		h.At, h.touched = at, o.cfg.Now()
	})
	o.mu.Lock()
	defer o.mu.Unlock()
	h.Rows, h.Problems, h.lines, h.touched, h.State = out.rows, slices.Concat(h.Problems, out.problems), out.lines, o.cfg.Now(), Done
	if err != nil {
		h.State = Stopped
		h.Problems = append(h.Problems, o.refused(0, "", err))
	}
	o.cfg.Log.Info("table taken in", "kind", string(h.Kind), "staff", h.staff, "rows", len(h.Rows), "problems", len(h.Problems), "state", string(h.State))
}
