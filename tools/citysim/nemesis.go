package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/tools/process"
)

// most is how many nodes are down or paused at once, but for a power cut.
const most = 3

// nemesis kills and pauses nodes at random moments and starts them again. It
// goes round: nobody is killed a second time before all were killed once.
type nemesis struct {
	city *city
	book *ledger
	rng  *rand.Rand
	out  io.Writer

	deck    []area.Center // who is still to be killed in this round
	strikes int
	wg      sync.WaitGroup

	mu   sync.Mutex
	busy map[area.Center]bool // guarded by mu; under treatment
	cuts int                  // guarded by mu; power cuts
}

func newNemesis(c *city, book *ledger, rng *rand.Rand, out io.Writer) *nemesis {
	return &nemesis{city: c, book: book, rng: rng, out: out, busy: map[area.Center]bool{}}
}

// run strikes until ctx ends, then until every node was killed once, and
// returns when all nodes run again. length is how long ctx lets it.
func (n *nemesis) run(ctx context.Context, length time.Duration) {
	cut := time.Duration(float64(length) * (0.35 + 0.3*n.rng.Float64()))
	began := time.Now()
	every := min(2*time.Second, length/14) // on average; each node's turn comes even in a short run
	for ctx.Err() == nil {
		select {
		case <-time.After(every/2 + time.Duration(n.rng.Int64N(int64(every)))):
		case <-ctx.Done():
		}
		switch {
		case ctx.Err() != nil:
		case n.cutCount() == 0 && time.Since(began) > cut:
			n.powerCut(ctx)
		default:
			n.strike(ctx)
		}
	}
	n.wg.Wait()
	for _, m := range n.city.all() {
		if m.Tally().Kills == 0 {
			n.killed(ctx, m, 0)
		}
	}
}

func (n *nemesis) cutCount() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cuts
}

func (n *nemesis) take(center area.Center) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.busy[center] || len(n.busy) >= most {
		return false
	}
	n.busy[center] = true
	return true
}

func (n *nemesis) release(center area.Center) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.busy, center)
}

func (n *nemesis) strike(ctx context.Context) {
	n.strikes++
	if n.strikes%3 == 0 && process.CanPause {
		center := pick(n.rng, everyone)
		if n.take(center) {
			length := 200*time.Millisecond + time.Duration(n.rng.Int64N(int64(4*time.Second)))
			n.wg.Go(func() { n.paused(ctx, n.city.at(center), length); n.release(center) })
		}
		return
	}
	if len(n.deck) == 0 {
		n.deck = append(n.deck, everyone...)
		n.rng.Shuffle(len(n.deck), func(i, k int) { n.deck[i], n.deck[k] = n.deck[k], n.deck[i] })
	}
	center := n.deck[0]
	if !n.take(center) {
		return
	}
	n.deck = n.deck[1:]
	down := 100*time.Millisecond + time.Duration(n.rng.Int64N(int64(4*time.Second)))
	eager := n.rng.IntN(2) == 0
	n.wg.Go(func() {
		if eager {
			n.lurk(ctx, center)
		}
		n.killed(ctx, n.city.at(center), down)
		n.release(center)
	})
}

// lurk waits until a node acknowledges something: what it then has only in
// memory is lost with it.
func (n *nemesis) lurk(ctx context.Context, center area.Center) {
	select {
	case <-n.book.next(center):
	case <-time.After(2 * time.Second):
	case <-ctx.Done():
	}
}

// killed kills a node, leaves it down for a while and starts it again. The
// start is made even when the time is over.
func (n *nemesis) killed(ctx context.Context, m *member, down time.Duration) {
	m.Kill()
	select {
	case <-time.After(down):
	case <-ctx.Done():
	}
	ctx = context.WithoutCancel(ctx)
	if err := m.Start(); err != nil {
		n.book.fault("%v", err)
		return
	}
	if err := m.Ready(ctx); err != nil {
		n.book.fault("after kill -9: %v; its log: %s", err, m.LogPath())
	}
}

func (n *nemesis) paused(ctx context.Context, m *member, length time.Duration) {
	if !m.Pause() {
		return
	}
	select {
	case <-time.After(length):
	case <-ctx.Done():
	}
	m.Resume()
}

// powerCut kills all seven at once.
func (n *nemesis) powerCut(ctx context.Context) {
	n.wg.Wait()
	n.mu.Lock()
	n.cuts++
	n.mu.Unlock()
	fmt.Fprintf(n.out, "  t+%s  power cut: all seven at once\n", n.book.since().Round(time.Second))
	var wg sync.WaitGroup
	for _, m := range n.city.all() {
		wg.Go(func() { n.killed(ctx, m, 300*time.Millisecond) })
	}
	wg.Wait()
}

// said is who is not up.
func (n *nemesis) said() string {
	var out []string
	for _, m := range n.city.all() {
		if c := m.Condition(); c != "up" {
			out = append(out, string(m.center)+" "+c)
		}
	}
	if len(out) == 0 {
		return "all up"
	}
	return strings.Join(out, ", ")
}
