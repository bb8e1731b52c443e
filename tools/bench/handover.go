package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/intake/applicant"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/store"
)

// syncsOfHandOver is how often somebody must wait for a disk, one after the
// other, between "handed over" at the sender and the sender holding "taken
// over": the sender's event, its arrival, the answer, the answer's arrival.
const syncsOfHandOver = 4

// handOver measures custody going from a town to its district: from the clerk's
// call until the sender holds the sealed answer, both ends on their disks.
func handOver(ctx context.Context, b *bench) (err error) {
	c, err := newCity(ctx, filepath.Join(b.dir, "handover"), wujiang, tongli)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.publish(ctx, wujiang); err != nil {
		return err
	}
	plain, err := store.Open(store.Config{
		Dir: filepath.Join(b.dir, "bare"), Log: slog.New(slog.DiscardHandler), Space: store.Space{Warn: 4, Refuse: 2, Stop: 1},
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, plain.Close()) }()
	bare := &bare{db: plain.DB(), rows: 5, size: 300}

	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	taker := startTaker(ctx, c.nodes[wujiang])
	defer taker.stop()
	holder := follow(c.nodes[tongli].Cabinet())
	defer holder.stop()

	var alone float64
	for _, flight := range []int{1, 16} {
		name := fmt.Sprintf("%d in flight", flight)
		var all []time.Duration
		middle := series{what: "hand-over, median, " + name, unit: "ms"}
		worst := series{what: "hand-over, p99, " + name, unit: "ms"}
		perSecond := series{what: "hand-overs, " + name, unit: "/s"}
		syncs := series{what: fmt.Sprintf("%d synced badger transactions, one after another", syncsOfHandOver), unit: "ms"}
		rounds, each := b.rounds(6, 3), b.rounds(160, 64)
		for range rounds {
			took, elapsed, err := passMany(ctx, c, holder, flight, each)
			if err == nil {
				err = taker.failed()
			}
			if err != nil {
				return err
			}
			all = append(all, took...)
			middle.addTime(quantile(took, 0.5))
			perSecond.add(float64(len(took)) / elapsed.Seconds())
			one, err := lone(bare)
			if err != nil {
				return err
			}
			syncs.addTime(syncsOfHandOver * one)
		}
		worst.addTime(quantile(all, 0.99))
		b.say("%s: median %.2f ms, p99 %.1f ms, %.0f/s", name, median(middle.values), worst.values[0], median(perSecond.values))
		if flight > 1 { // they wait for each other: only the rate says something
			b.add(&middle)
			b.add(&worst)
			b.add(&perSecond, ratio{"1 in flight", median(perSecond.values) / alone})
			continue
		}
		alone = median(perSecond.values)
		b.add(&middle, middle.over(&syncs, fmt.Sprintf("%d bare syncs", syncsOfHandOver)))
		b.add(&worst)
		b.add(&perSecond)
		b.add(&syncs)
	}
	b.note("two whole nodes in one process, libp2p with noise over loopback, one disk for both; from desk.HandOver at the town until "+
		"the town holds the district's sealed 'taken over'; the district answers as soon as the case arrives. At least %d syncs "+
		"one after another and one round trip. p99 is over all hand-overs of the run.", syncsOfHandOver)
	return nil
}

// lone is the median time of one synced transaction when nobody else writes.
func lone(b *bare) (time.Duration, error) {
	var took []time.Duration
	for range 64 {
		began := time.Now()
		if err := b.commit(0); err != nil {
			return 0, err
		}
		took = append(took, time.Since(began))
	}
	return quantile(took, 0.5), nil
}

// passMany opens n cases at the town, waits until nothing is under way, and
// hands them over, so many at a time.
func passMany(ctx context.Context, c *city, holder *follower, flight, n int) (took []time.Duration, elapsed time.Duration, err error) {
	town := c.nodes[tongli]
	it := c.items["D01"]
	ids := make(chan casefile.ID, n)
	for range n {
		done, err := town.Desk().Open(ctx, desk.By{Staff: staff}, desk.OpenForm{
			Item: it.Ref.Code, Answers: situation, Subject: yejian.Area(),
			Applicant: applicant.Applicant{Person: applicant.Person{Name: "测试申请人"}},
		})
		if err != nil {
			return nil, 0, err
		}
		ids <- done.State.ID
	}
	close(ids)
	if err := drained(ctx, c); err != nil {
		return nil, 0, err
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	began := time.Now()
	for range flight {
		all.Go(func() {
			for id := range ids {
				one, passErr := pass(ctx, town, holder, id)
				mu.Lock()
				took = append(took, one)
				err = errors.Join(err, passErr)
				mu.Unlock()
				if passErr != nil {
					return
				}
			}
		})
	}
	all.Wait()
	elapsed = time.Since(began)
	return took, elapsed, errors.Join(err, drained(ctx, c))
}

// drained waits until no node has anything to send.
func drained(ctx context.Context, c *city) error {
	return wait(ctx, "the outboxes to drain", func() bool {
		for _, m := range c.nodes {
			if len(m.Exchange().Rows("")) > 0 {
				return false
			}
		}
		return true
	})
}

// pass hands one case over and waits until the sender holds the answer.
func pass(ctx context.Context, from *member, holder *follower, id casefile.ID) (time.Duration, error) {
	answered := holder.await(id, func(s casefile.State) bool { return s.Offer == nil && s.Holder.Center == wujiang })
	began := time.Now()
	if _, err := from.Desk().HandOver(ctx, desk.By{Staff: staff}, id, desk.HandOverForm{To: wujiang}); err != nil {
		return 0, err
	}
	select {
	case <-answered:
		return time.Since(began), nil
	case <-time.After(30 * time.Second):
		return 0, fmt.Errorf("no answer for %s", id)
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// follower tells when a case at one node has come to be as somebody awaits it.
type follower struct {
	cabinet *cabinet.Cabinet
	stop    func()

	mu      sync.Mutex
	awaited map[casefile.ID]awaited
}

type awaited struct {
	cond func(casefile.State) bool
	met  chan struct{}
}

func follow(c *cabinet.Cabinet) *follower {
	f := &follower{cabinet: c, awaited: map[casefile.ID]awaited{}}
	ids, end := c.Watch(1 << 16)
	var reading sync.WaitGroup
	reading.Go(func() {
		for id := range ids {
			f.look(id)
		}
	})
	f.stop = func() { end(); reading.Wait() }
	return f
}

func (f *follower) await(id casefile.ID, cond func(casefile.State) bool) <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	a := awaited{cond, make(chan struct{})}
	f.awaited[id] = a
	return a.met
}

func (f *follower) look(id casefile.ID) {
	f.mu.Lock()
	a, is := f.awaited[id]
	f.mu.Unlock()
	if !is {
		return
	}
	if s, err := f.cabinet.State(id); err != nil || !a.cond(s) {
		return
	}
	f.mu.Lock()
	delete(f.awaited, id)
	f.mu.Unlock()
	close(a.met)
}

// taker is the clerk at the other end, who takes over whatever arrives.
type taker struct {
	stop func()

	mu  sync.Mutex
	err error // guarded by mu
}

func (t *taker) failed() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err
}

func startTaker(ctx context.Context, at *member) *taker {
	self := area.Center(at.Center())
	ids, end := at.Cabinet().Watch(1 << 16)
	t := &taker{}
	var working sync.WaitGroup
	working.Go(func() {
		for id := range ids {
			s, err := at.Cabinet().State(id)
			if err != nil || s.Offer == nil || s.Offer.To.Center != self {
				continue
			}
			working.Go(func() {
				if _, err := at.Desk().TakeOver(ctx, desk.By{Staff: staff}, id); err != nil && ctx.Err() == nil {
					t.mu.Lock()
					t.err = errors.Join(t.err, err)
					t.mu.Unlock()
				}
			})
		}
	})
	t.stop = func() { end(); working.Wait() }
	return t
}
