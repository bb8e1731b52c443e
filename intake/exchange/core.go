package exchange

import (
	"cmp"
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

type lineState uint8

const (
	closed lineState = iota
	dialing
	open
)

// entry is a row in the core.
type entry struct {
	Row
	status  Status
	code    refusal.Code
	reason  string
	next    time.Time // Arrived, Carried, Delayed: when it is due again
	tries   int       // re-offers, delays
	gaps    int       // in a row
	refused uint64    // Refused: how far the destination's Register reached
	flying  int       // parts on the stream
	again   bool      // of papers: there were more of them since it was handed out
}

func (e *entry) due(now time.Time) bool {
	switch e.status {
	case Waiting:
		return true
	case Arrived, Carried, Delayed:
		return !e.next.After(now)
	}
	return false
}

// line is the core's view of one destination.
type line struct {
	dest     area.Center
	state    lineState
	failures int
	reason   string
	next     time.Time // closed: not before
	inc      uint32    // the destination's incarnation when last seen; 0: never
	acked    uint64    // the last row that it acknowledged
	sent     uint64    // the last number given out
	register uint64
	greet    bool // say hello once, whether or not there is anything to send
	entries  map[Key]*entry
	flights  []Flight // on the stream, by N
	recent   []Flight // the last cases that were acknowledged, by N
}

// maxRecent is how many acknowledged rows a line remembers.
const maxRecent = 2048

// Core decides what the outbox does next. It has no clock, no goroutine and
// no storage: Step is told what happened and when, and answers with what is to
// be done. Not safe for concurrent use.
type Core struct {
	timing Timing
	jitter func() float64 // in [0,1)
	lines  map[area.Center]*line
	asked  map[string]area.Center // CarryRow IDs that wait, and who is to carry
}

// NewCore makes a core that knows of no rows.
func NewCore(t Timing, jitter func() float64) *Core {
	return &Core{t.withDefaults(), jitter, map[area.Center]*line{}, map[string]area.Center{}}
}

// Restore tells the core of a destination's mark, as it was stored.
func (c *Core) Restore(dest area.Center, incarnation uint32, acked uint64) {
	l := c.line(dest)
	l.inc, l.acked, l.sent = incarnation, acked, acked
}

// forgetDials takes back what Step asked for while rows were restored.
func (c *Core) forgetDials() {
	for _, l := range c.lines {
		l.state = closed
	}
}

func (c *Core) line(dest area.Center) *line {
	l := c.lines[dest]
	if l == nil {
		l = &line{dest: dest, entries: map[Key]*entry{}}
		c.lines[dest] = l
	}
	return l
}

// Step takes one input and says what follows.
func (c *Core) Step(now time.Time, in Input) []Output {
	switch in := in.(type) {
	case RowStaged:
		return c.staged(now, in.Row)
	case Wanted:
		return c.wanted(now, in)
	case RowDropped:
		l := c.line(in.Key.Dest)
		delete(l.entries, in.Key)
	case PeerUp:
		l := c.line(in.Dest)
		if l.state == closed {
			l.failures, l.next = 0, time.Time{}
		}
		return c.wake(now, l)
	case Greet:
		l := c.line(in.Dest)
		l.greet = l.state != open
		return c.wake(now, l)
	case TryNow:
		return c.tryNow(now, c.line(in.Dest))
	case Tick:
		var out []Output
		for _, dest := range slices.Sorted(mapKeys(c.lines)) {
			out = append(out, c.wake(now, c.lines[dest])...)
		}
		return out
	case Opened:
		return c.opened(now, in)
	case Greeted:
		return c.greeted(in)
	case RowsSent:
		c.sent(in)
	case Unsendable:
		c.unsendable(in)
	case Obsolete:
		l := c.line(in.Key.Dest)
		switch e := l.entries[in.Key]; {
		case e == nil:
		case e.Version == in.Version && !e.again:
			delete(l.entries, in.Key)
			return []Output{Done(in)}
		default:
			e.flying, e.again, e.status = 0, false, Waiting
			return c.wake(now, l)
		}
	case Answered:
		return c.answered(now, in)
	case Receipted:
		return c.receipted(now, in)
	case LineFailed:
		return c.failed(now, in)
	case LineClosed:
		l := c.line(in.Dest)
		c.land(l)
		l.state = closed
		return c.wake(now, l)
	}
	return nil
}

// staged takes a row as it is in the store now. Versions tell rows apart and no
// more: they are given out before the commit, so a lower one may come later.
func (c *Core) staged(now time.Time, r Row) []Output {
	l := c.line(r.Key.Dest)
	e := l.entries[r.Key]
	switch {
	case e == nil:
		e = &entry{}
		l.entries[r.Key] = e
	case e.Version == r.Version:
		return nil
	default:
		r.Since = min(r.Since, e.Since)
	}
	*e = entry{Row: r, status: Waiting, flying: e.flying}
	if r.Key.Kind == CarryRow {
		c.asked[r.Key.ID] = r.Key.Dest
	}
	return c.wake(now, l)
}

// wake says what the line needs: a dial, a turn at the stream, or nothing.
func (c *Core) wake(now time.Time, l *line) []Output {
	ready := l.greet && l.state == closed
	for _, e := range l.entries {
		// What is carried still goes straight when the line stands.
		if e.flying == 0 && (e.due(now) || e.status == Carried && l.state == closed) {
			ready = true
			break
		}
	}
	switch {
	case !ready:
	case l.state == open:
		return []Output{Send{l.dest}}
	case l.state == closed && !l.next.After(now):
		l.state = dialing
		return []Output{Dial{l.dest}}
	}
	return nil
}

func (c *Core) tryNow(now time.Time, l *line) []Output {
	for _, e := range l.entries {
		if e.flying == 0 {
			e.status, e.next, e.gaps = Waiting, time.Time{}, 0
		}
	}
	if l.state == closed {
		l.failures, l.next = 0, time.Time{}
	}
	return c.wake(now, l)
}

func (c *Core) opened(now time.Time, in Opened) []Output {
	l := c.line(in.Dest)
	var out []Output
	switch {
	case l.inc == 0 && in.Incarnation <= 1: // first contact: nothing to give back
		out = append(out, Marked{in.Dest, in.Incarnation, in.Mark})
	case l.inc == in.Incarnation && in.Mark < l.acked && l.remembers(in.Mark):
		out = append(out, c.again(now, l, in.Mark)...)
		l.recent = nil
	case l.inc != in.Incarnation || in.Mark < l.acked:
		out = append(out, Return{in.Dest, in.Incarnation, in.Mark})
		l.recent = nil
	}
	l.state, l.failures, l.reason, l.greet = open, 0, "", false
	l.inc, l.acked, l.sent = in.Incarnation, in.Mark, max(in.Mark, l.sent)
	for _, e := range l.entries {
		// The same bytes before the same Register are refused again.
		if e.status == Refused && in.Register > e.refused || e.status == Carried {
			e.status = Waiting
		}
	}
	l.register = in.Register
	return append(out, c.wake(now, l)...)
}

// remembers reports whether every row after mark is among the recent ones.
func (l *line) remembers(mark uint64) bool {
	return len(l.recent) > 0 && l.recent[0].N <= mark+1 && l.recent[len(l.recent)-1].N >= l.acked
}

// again stages the cases that were acknowledged after mark once more, and asks
// about their papers: the destination lost them, or only the mark.
func (c *Core) again(now time.Time, l *line, mark uint64) []Output {
	var out []Output
	seen := map[Key]bool{}
	for _, f := range l.recent {
		if f.N <= mark || seen[f.Key] || f.Key.Kind != CaseRow && f.Key.Kind != BlobRow {
			continue
		}
		seen[f.Key] = true
		purpose := Reconcile
		if f.Key.Kind == BlobRow {
			purpose = Content
			out = append(out, Learned{Dest: f.Key.Dest, Case: f.Key.ID, Doubt: true})
		}
		if l.entries[f.Key] == nil {
			out = append(out, Stage{Row{f.Key, 0, now.UnixMilli(), purpose}})
		}
	}
	return append(out, Marked{l.dest, l.inc, mark})
}

// greeted: a later incarnation than the one that we know lost what the
// earlier one had.
func (c *Core) greeted(in Greeted) []Output {
	l := c.line(in.Dest)
	if l.inc == in.Incarnation || l.inc == 0 && in.Incarnation <= 1 {
		return nil
	}
	l.inc, l.acked = in.Incarnation, 0
	return []Output{Return{in.Dest, in.Incarnation, 0}}
}

// Next hands out at most limit rows to send now, oldest first; one of papers
// only when nothing else is due and no other papers are on the stream, so that
// no event ever waits for more than a piece. Each must come back by RowsSent,
// Unsendable or Obsolete.
func (c *Core) Next(now time.Time, dest area.Center, limit int) []Row {
	l := c.line(dest)
	if l.state != open {
		return nil
	}
	var due []*entry
	var papers *entry
	busy := false
	for _, e := range l.entries {
		switch {
		case e.flying > 0:
			busy = busy || e.Purpose == Content
		case !e.due(now):
		case e.Purpose != Content:
			due = append(due, e)
		case papers == nil || e.Version < papers.Version:
			papers = e
		}
	}
	if len(due) == 0 && papers != nil && !busy {
		due = append(due, papers)
	}
	slices.SortFunc(due, func(a, b *entry) int { return cmp.Compare(a.Version, b.Version) })
	var rows []Row
	for _, e := range due[:min(limit, len(due))] {
		e.status, e.flying, e.again, e.code, e.reason = Sent, 1, false, "", ""
		rows = append(rows, e.Row)
	}
	return rows
}

// Number gives the next row numbers of a destination: the first of n.
func (c *Core) Number(dest area.Center, n int) uint64 {
	l := c.line(dest)
	first := l.sent + 1
	l.sent += uint64(n)
	return first
}

func (c *Core) sent(in RowsSent) {
	l := c.line(in.Dest)
	if l.state != open {
		return
	}
	l.flights = append(l.flights, in.Flights...)
}

func (c *Core) unsendable(in Unsendable) {
	if e := c.line(in.Key.Dest).entries[in.Key]; e != nil {
		e.flying, e.status, e.code, e.reason = 0, Refused, in.Code, in.Reason
	}
}

func (c *Core) answered(now time.Time, in Answered) []Output {
	l := c.line(in.Dest)
	verdicts := map[uint64]Verdict{}
	for _, v := range in.Verdicts {
		verdicts[v.N] = v
	}
	var out []Output
	done := 0
	for _, f := range l.flights {
		if f.N > in.Ack {
			break
		}
		done++
		out = append(out, c.landed(now, l, f, verdicts[f.N])...)
	}
	l.recent = append(l.recent, l.flights[:done]...)
	if len(l.recent) > 2*maxRecent {
		l.recent = append([]Flight(nil), l.recent[len(l.recent)-maxRecent:]...)
	}
	l.flights = slices.Delete(l.flights, 0, done)
	if in.Ack > l.acked && in.Ack <= l.sent {
		l.acked = in.Ack
		out = append(out, Marked{l.dest, l.inc, l.acked})
	}
	return append(out, c.wake(now, l)...)
}

// landed takes the verdict on one part of a row.
func (c *Core) landed(now time.Time, l *line, f Flight, v Verdict) []Output {
	var out []Output
	e := l.entries[f.Key]
	blob := f.Blob != chain.Hash{}
	switch {
	case f.Key.Kind == BlobRow:
		out = c.gathered(f, v)
	case f.Key.Kind != CaseRow || v.Code == CodeGap:
	case blob && !passing(v.Code): // also when refused there: it is not sent in vain again
		out = append(out, Learned{Dest: f.Key.Dest, Case: f.Key.ID, Blobs: []chain.Hash{f.Blob}})
	case !blob && stored(v.Code) && f.Head.Index > 0:
		out = append(out, Learned{Dest: f.Key.Dest, Case: f.Key.ID, Head: f.Head})
	}
	if v.Code == CodeGap && f.Key.Kind == CaseRow {
		out = append(out, Learned{Dest: f.Key.Dest, Case: f.Key.ID, Head: v.Head, Forget: true})
	}
	if e == nil {
		return out
	}
	if e.Version == f.Version && v.Code != "" && e.code == "" {
		e.code, e.reason = v.Code, v.Hint // the first word counts, of all parts
	}
	if !f.Last {
		return out
	}
	e.flying = 0
	if e.Version != f.Version {
		e.status, e.code, e.reason = Waiting, "", ""
		return out
	}
	code, reason := e.code, e.reason
	e.code, e.reason = "", ""
	return append(out, c.settle(now, l, e, code, reason)...)
}

func stored(code refusal.Code) bool {
	return code == "" || code == CodeParked || code == CodeSuperseded
}

// settle ends a row that has been answered whole.
func (c *Core) settle(now time.Time, l *line, e *entry, code refusal.Code, reason string) []Output {
	switch {
	case code == CodeGap:
		e.status = Waiting
		if e.gaps++; e.gaps > 2 { // it keeps asking for what we just sent: not now
			e.gaps = 0
			c.delay(now, e, code, reason)
		}
	case stored(code) && e.Purpose == Offer && code != CodeSuperseded:
		e.status, e.gaps = Arrived, 0
		e.code, e.reason = code, reason
		e.next = now.Add(c.backoff(c.timing.Reoffer, e.tries))
		e.tries++
	case stored(code) && e.Key.Kind == BlobRow: // it is done when there is nothing left to send
		e.status, e.gaps, e.tries = Waiting, 0, 0
	case stored(code):
		return c.finish(now, l, e)
	case passing(code):
		c.delay(now, e, code, reason)
	default:
		e.status, e.code, e.reason, e.refused = Refused, code, reason, l.register
	}
	return nil
}

func (c *Core) delay(now time.Time, e *entry, code refusal.Code, reason string) {
	e.status, e.code, e.reason = Delayed, code, reason
	e.next = now.Add(c.backoff(c.timing.First, e.tries))
	e.tries++
}

// finish takes a row out for good, and with it what would carry it.
func (c *Core) finish(now time.Time, l *line, e *entry) []Output {
	delete(l.entries, e.Key)
	out := []Output{Done{e.Key, e.Version}}
	if e.Key.Kind == CarryRow {
		delete(c.asked, e.Key.ID)
		return append(out, c.handedOn(now, e)...)
	}
	id := carryID(e.Key)
	via, waits := c.asked[id]
	if !waits {
		return out
	}
	delete(c.asked, id)
	if asked := c.line(via).entries[Key{via, CarryRow, id}]; asked != nil {
		delete(c.line(via).entries, asked.Key)
		out = append(out, Done{asked.Key, asked.Version})
	}
	return out
}

// land takes every row off a stream that is no more.
func (c *Core) land(l *line) {
	l.flights = nil
	for _, e := range l.entries {
		if e.flying > 0 {
			e.flying, e.code, e.reason = 0, "", ""
			e.status = Waiting
		}
	}
}

func (c *Core) failed(now time.Time, in LineFailed) []Output {
	l := c.line(in.Dest)
	c.land(l)
	l.state, l.reason = closed, in.Reason
	l.next = now.Add(c.backoff(c.timing.First, l.failures))
	l.failures++
	if in.Via == "" || !in.Never && l.failures < 2 {
		return nil
	}
	return c.askToCarry(now, l, in.Via)
}
