package main

import (
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
	"tongban/intake/desk"
)

// ledger is the simulation's own memory of what the nodes acknowledged: the
// measure against which the logs are held at the end. It is safe for
// concurrent use.
type ledger struct {
	began time.Time

	mu       sync.Mutex
	cases    map[casefile.ID]*entry        // guarded by mu
	opened   map[string]casefile.ID        // guarded by mu; by idempotency key
	orders   map[string]order              // guarded by mu; commands to the Register, by tag
	calls    int                           // guarded by mu; answered with 2xx
	repeated int                           // guarded by mu; of them, those that told of an earlier call
	lost     int                           // guarded by mu; calls without an answer
	refused  map[string]int                // guarded by mu; by action and code
	events   int                           // guarded by mu
	ended    int                           // guarded by mu; cases concluded
	at       map[area.Center]int           // guarded by mu; acknowledged calls by center
	waiting  map[area.Center]chan struct{} // guarded by mu; closed at the next acknowledgement
	broken   []string                      // guarded by mu; what must not be
}

// entry is what was acknowledged of one case.
type entry struct {
	key    string // of the call that opened it
	origin area.Center
	acks   map[uint64]ack // by sequence number
	seized bool           // it may have superseded branches, when they are settled
}

// ack is one acknowledged answer: the log's head after the call.
type ack struct {
	hash   chain.Hash
	by     area.Center
	action desk.Action
	key    string
	when   time.Duration
}

// order is a command to the Register and what was answered.
type order struct {
	by    area.Center
	index register.Index // 0: no answer came
	code  string
}

func newLedger() *ledger {
	return &ledger{
		began: time.Now(), cases: map[casefile.ID]*entry{}, opened: map[string]casefile.ID{},
		orders: map[string]order{}, refused: map[string]int{}, at: map[area.Center]int{},
		waiting: map[area.Center]chan struct{}{},
	}
}

// fault records what must not be, with its evidence.
func (l *ledger) fault(format string, args ...any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.faultLocked(format, args...)
}

func (l *ledger) faultLocked(format string, args ...any) {
	l.broken = append(l.broken, fmt.Sprintf("t+%s ", l.since())+fmt.Sprintf(format, args...))
}

func (l *ledger) since() time.Duration { return time.Since(l.began).Round(time.Millisecond) }

// faults are all of them so far.
func (l *ledger) faults() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.broken)
}

// acknowledged records the answer to a call.
func (l *ledger) acknowledged(by area.Center, action desk.Action, key string, done desk.Done) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := done.State
	l.calls++
	l.events += done.Events
	l.at[by]++
	if w := l.waiting[by]; w != nil {
		close(w)
		delete(l.waiting, by)
	}
	if done.Repeated {
		l.repeated++
	}
	if action == desk.Open {
		if id, known := l.opened[key]; known && id != s.ID {
			l.faultLocked("key %s opened two cases at %s: %s and %s", key, by, id, s.ID)
		}
		l.opened[key] = s.ID
	}
	e := l.cases[s.ID]
	if e == nil {
		e = &entry{key: key, origin: by, acks: map[uint64]ack{}}
		l.cases[s.ID] = e
	}
	if action == desk.Open && e.key != key {
		l.faultLocked("case %s was given to two calls: keys %s and %s", s.ID, e.key, key)
	}
	if before, known := e.acks[s.Head.Index]; known && before.hash != s.Head.Hash {
		l.faultLocked("case %s has two events %d: %s acknowledged by %s (%s), %s by %s (%s)", s.ID, s.Head.Index,
			before.hash.Short(), before.by, before.action, s.Head.Hash.Short(), by, action)
	}
	e.acks[s.Head.Index] = ack{s.Head.Hash, by, action, key, l.since()}
}

// next is closed when a center acknowledges the next call.
func (l *ledger) next(center area.Center) <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting[center] == nil {
		l.waiting[center] = make(chan struct{})
	}
	return l.waiting[center]
}

func (l *ledger) concluded() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended++
}

// seized marks a case that changed hands by the Register.
func (l *ledger) seized(id casefile.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cases[id].seized = true
}

// last is the highest acknowledged head of a case.
func (l *ledger) last(id casefile.ID) (hash chain.Hash) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.cases[id]; e != nil {
		hash = e.acks[slices.Max(slices.Collect(maps.Keys(e.acks)))].hash
	}
	return hash
}

func (l *ledger) noAnswer() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lost++
}

func (l *ledger) refusal(what, code string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.refused[what+": "+code]++
}

func (l *ledger) ordered(tag string, o order) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.orders[tag] = o
}

// counts is the ledger in numbers.
type counts struct {
	cases, ended, calls, events, repeated, lost int
	orders, ordersAnswered                      int
}

func (l *ledger) counts() counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := counts{cases: len(l.cases), ended: l.ended, calls: l.calls, events: l.events, repeated: l.repeated, lost: l.lost, orders: len(l.orders)}
	for _, o := range l.orders {
		if o.index != 0 {
			c.ordersAnswered++
		}
	}
	return c
}

// asides are the actions beside the routes that were acknowledged, and how many.
// Opinions come by request and are counted where they were asked for.
func (l *ledger) asides() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	count := map[desk.Action]int{}
	for _, e := range l.cases {
		for _, a := range e.acks {
			count[a.action]++
		}
	}
	var out []string
	for _, action := range []desk.Action{desk.FeeCharge, desk.FeePay, desk.JointSet, desk.SendBack, desk.TurnBack, desk.PapersSent, desk.PapersArrived} {
		out = append(out, fmt.Sprintf("%s %d", action, count[action]))
	}
	return out
}

// refusals are the refusals by action and code, and how many.
func (l *ledger) refusals() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []string
	for _, what := range slices.Sorted(maps.Keys(l.refused)) {
		out = append(out, fmt.Sprintf("%s ×%d", what, l.refused[what]))
	}
	return out
}

// settled hands the cases and orders over when the load is done.
func (l *ledger) settled() (map[casefile.ID]*entry, map[string]order) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cases, l.orders
}
