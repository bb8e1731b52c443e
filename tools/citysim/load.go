package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// load keeps a number of journeys going, stepped by a few hands at once.
type load struct {
	// Constructor parameters.
	city *city
	book *ledger
	seed uint64

	opening atomic.Bool // a journey that ends is followed by another
	due     chan *journey

	mu    sync.Mutex
	count int              // guarded by mu; journeys begun
	going map[int]*journey // guarded by mu; by number
	empty chan struct{}    // closed when the last one has ended
}

func newLoad(c *city, book *ledger, seed uint64, inFlight int) *load {
	l := &load{city: c, book: book, seed: seed, due: make(chan *journey, inFlight), going: map[int]*journey{}, empty: make(chan struct{})}
	l.opening.Store(true)
	for range inFlight {
		l.another()
	}
	return l
}

func (l *load) another() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	j := newJourney(l.count, l.city, l.book, l.seed)
	l.going[j.n] = j
	l.due <- j // never blocks: it holds as many as there are journeys
}

// run steps journeys until ctx ends or, opening being over, all have ended.
func (l *load) run(ctx context.Context, hands int) {
	var wg sync.WaitGroup
	for range hands {
		wg.Go(func() {
			for {
				select {
				case j := <-l.due:
					l.stepped(j, j.step(ctx))
				case <-l.empty:
					return
				case <-ctx.Done():
					return
				}
			}
		})
	}
	wg.Wait()
}

func (l *load) stepped(j *journey, again time.Duration) {
	if !j.ended {
		time.AfterFunc(again, func() { l.due <- j })
		return
	}
	l.mu.Lock()
	delete(l.going, j.n)
	left := len(l.going)
	l.mu.Unlock()
	if l.opening.Load() {
		l.another()
	} else if left == 0 {
		close(l.empty)
	}
}

// underway counts the journeys that have not ended.
func (l *load) underway() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.going)
}

// stuck are the journeys that have not ended. Only after run has returned.
func (l *load) stuck() []*journey {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []*journey
	for _, j := range l.going {
		out = append(out, j)
	}
	return out
}
