package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/feed"
	"tongban/node/peers"
	"tongban/node/store"
)

const (
	followers = 300
	hubs      = 12 // towns among the followers; the villages hang under them
	filesEach = 32 // open files of one follower, lines at both ends included
)

// spread measures how long one published version of an item takes to three
// hundred followers: from the publisher's call until each follower's own
// Register, verified and on its own disk, offers the new version.
//
// The publisher and the two other voters are whole nodes. A follower is the
// part of a node that follows: identity, lines over libp2p, badger with the
// village profile, Register, feed. What it lacks is desk, cabinet, exchange,
// presence and API.
func spread(ctx context.Context, b *bench) (err error) {
	n := b.rounds(followers, followers/3)
	if room := openFiles() / filesEach; room < n {
		n = room
		b.note("only %d followers: this process may open %d files", n, openFiles())
	}
	c, err := newCity(ctx, filepath.Join(b.dir, "spread"), wujiang, tongli, lili)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.vote(ctx, wujiang, tongli, lili); err != nil {
		return err
	}
	if err := c.publish(ctx, wujiang); err != nil {
		return err
	}
	began := time.Now()
	f, err := grow(ctx, c, n)
	defer func() { err = errors.Join(err, f.close()) }()
	if err != nil {
		return err
	}
	if err := f.reach(ctx, c.nodes[wujiang].Register().Head().Index); err != nil {
		return err
	}
	b.say("%d followers in %s, %d goroutines, %d MiB resident", n, time.Since(began).Round(time.Second), runtime.NumGoroutine(), residentNow()>>20)
	settle(ctx, time.Second)

	half := series{what: fmt.Sprintf("one version at half of %d followers", n), unit: "ms"}
	all := series{what: fmt.Sprintf("one version at all %d followers", n), unit: "ms"}
	work := series{what: "processor time for it, all nodes together", unit: "ms"}
	own := series{what: "one version ordered and certified by three voters", unit: "ms"}
	it := c.items["D01"]
	for round := range b.rounds(15, 4) {
		it.Ref.Version = item.Version(round + 2)
		arrived := f.expect(it.Ref)
		began, spent := time.Now(), processorTime()
		err := c.approve(ctx, wujiang, it)
		if err != nil {
			return err
		}
		head := c.nodes[wujiang].Register().Head().Index
		err = wait(ctx, "the voters' word", func() bool {
			cert, ok := c.nodes[wujiang].Register().NewestCertificate()
			return ok && cert.Checkpoint.Head.Index >= head
		})
		if err != nil {
			return err
		}
		own.addTime(time.Since(began))
		var took []time.Duration
		for range n {
			select {
			case at := <-arrived:
				took = append(took, at.Sub(began))
			case <-time.After(time.Minute):
				return fmt.Errorf("version %d is at %d of %d followers after a minute", it.Ref.Version, len(took), n)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		half.addTime(quantile(took, 0.5))
		all.addTime(quantile(took, 1))
		work.addTime(processorTime() - spent)
		settle(ctx, 300*time.Millisecond)
	}
	b.say("half %.0f ms, all %.0f ms, processors %.0f ms", median(half.values), median(all.values), median(work.values))
	b.add(&own)
	b.add(&half, half.over(&own, "ordered and certified"))
	b.add(&all, all.over(&own, "ordered and certified"))
	b.add(&work, work.over(&all, "all of it"))
	b.note("three voters as whole nodes; %d followers in the same process, %d of them town hubs that feed the others: each with its own key, "+
		"libp2p host, lines over loopback with noise, badger (village profile, every batch synced), Register and feed service, but without "+
		"desk, exchange, presence and API. They were enrolled in one batch, without tickets. All on one disk and these processors.", n, min(hubs, n))
	return nil
}

// settle lets what still moves come to rest.
func settle(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// forest is the followers of a city.
type forest struct {
	all  []*tree
	stop context.CancelFunc
	work sync.WaitGroup
}

// tree is one follower.
type tree struct {
	center   area.Center
	key      chain.Key
	addr     string
	parent   area.Center
	store    *store.Store
	register *register.Register
	peers    *peers.Peers
	feed     *feed.Service
}

// grow enrols the followers in one batch and starts them, hubs first.
func grow(ctx context.Context, c *city, n int) (*forest, error) {
	ctx, stop := context.WithCancel(ctx)
	f := &forest{stop: stop}
	ports, err := freePorts(n)
	if err != nil {
		return f, err
	}
	var bodies []register.Body
	for i := range n {
		t, err := seedling(i, ports[i])
		if err != nil {
			return f, err
		}
		f.all = append(f.all, t)
		entry := register.Center{ID: t.center, Name: "中心 " + string(t.center), Key: t.key.Public(), Addrs: []string{t.addr}}
		e := register.Enrolment{
			Center: entry, Ticket: chain.Sum([]byte(t.center)), Expires: time.Now().Add(time.Hour).UnixMilli(),
			Proof: register.ProveCenter(t.key, entry),
		}
		bodies = append(bodies, e)
	}
	if err := c.propose(ctx, wujiang, bodies...); err != nil {
		return f, fmt.Errorf("enrol the followers: %w", err)
	}
	if err := c.level(ctx, wujiang); err != nil {
		return f, err
	}
	slots := make(chan struct{}, 4)
	failed := make(chan error, n)
	var opening sync.WaitGroup
	for _, t := range f.all {
		slots <- struct{}{}
		opening.Go(func() {
			defer func() { <-slots }()
			failed <- t.open(c, filepath.Join(c.dir, "followers", string(t.center)))
		})
	}
	opening.Wait()
	close(failed)
	for e := range failed {
		err = errors.Join(err, e)
	}
	if err != nil {
		return f, err
	}
	for _, t := range f.all {
		f.work.Go(func() { t.run(ctx) })
	}
	return f, nil
}

// seedling is follower i: the first are towns under the district, the others
// villages under them in turn.
func seedling(i int, port string) (*tree, error) {
	seed := make([]byte, 32)
	if _, err := rand.Read(seed); err != nil {
		return nil, err
	}
	key, err := chain.NewKey(seed)
	t := &tree{key: key, addr: "/ip4/127.0.0.1/tcp/" + port}
	if i < hubs {
		t.parent = wujiang
		t.center = area.Center(fmt.Sprintf("320509%03d000", 500+i))
	} else {
		t.parent = area.Center(fmt.Sprintf("320509%03d000", 500+i%hubs))
		t.center = area.Center(fmt.Sprintf("320509%03d%03d", 500+i%hubs, 200+i/hubs))
	}
	return t, err
}

func (t *tree) open(c *city, dir string) (err error) {
	log := slog.New(slog.DiscardHandler)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	t.store, err = store.Open(store.Config{Dir: dir, Log: log, Space: store.Space{Warn: 4, Refuse: 2, Stop: 1}})
	if err != nil {
		return err
	}
	t.register, err = register.Open(t.store.DB(), c.nodes[wujiang].Register().Trust())
	if err != nil {
		return err
	}
	profile := peers.Village
	if t.parent == wujiang {
		profile = peers.Hub
	}
	t.peers, err = peers.New(peers.Config{
		Key: t.key, Self: t.center, Listen: []string{t.addr}, Profile: profile,
		// Before the Register has come down somebody must be known: the trial
		// asks the district's copy all the way, as the ticket's contacts would.
		Directory: signpost{c.nodes[wujiang].Register()}, Log: log, Now: time.Now,
	})
	if err != nil {
		return err
	}
	t.feed = feed.New(feed.Config{
		Journal: t.register, Network: t.peers, Sources: func() []string { return []string{string(t.parent), string(wujiang)} },
		Founders: c.nodes[wujiang].Register().Trust().Founders,
		Now:      time.Now, Rand: func() float64 { return 0.5 }, Log: log,
		Delays: feed.Delays{Silence: 45 * time.Second, RetryMin: 100 * time.Millisecond, RetryMax: 5 * time.Second, Avoid: time.Minute},
	})
	return nil
}

// run follows until ctx ends, and does what a node does when its Register moves.
func (t *tree) run(ctx context.Context) {
	var parts sync.WaitGroup
	defer parts.Wait()
	parts.Go(func() { _ = t.peers.Run(ctx) })
	parts.Go(func() { _ = t.feed.Run(ctx) })
	for ctx.Err() == nil {
		changed := t.register.Changed()
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
		settle(ctx, 20*time.Millisecond)
		t.peers.Refresh()
		t.feed.Wake()
	}
}

// reach waits until every follower has a record.
func (f *forest) reach(ctx context.Context, index register.Index) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for _, t := range f.all {
		if err := t.feed.WaitFor(ctx, index); err != nil {
			return fmt.Errorf("follower %s: %w", t.center, err)
		}
	}
	return nil
}

// expect tells when each follower's Register offers a version.
func (f *forest) expect(ref item.Ref) <-chan time.Time {
	arrived := make(chan time.Time, len(f.all))
	for _, t := range f.all {
		f.work.Go(func() {
			deadline := time.After(2 * time.Minute)
			for {
				changed := t.register.Changed()
				if it, ok := t.register.Item(ref.Code, t.center.Area(), register.Moment{}); ok && it.Ref.Version >= ref.Version {
					arrived <- time.Now()
					return
				}
				select {
				case <-changed:
				case <-deadline:
					return
				}
			}
		})
	}
	return arrived
}

func (f *forest) close() error {
	f.stop()
	f.work.Wait()
	var errs []error
	for _, t := range f.all {
		if t.peers != nil {
			errs = append(errs, t.peers.Close())
		}
		if t.store != nil {
			errs = append(errs, t.store.Close())
		}
	}
	return errors.Join(errs...)
}

// signpost answers from a copy of the Register who may be spoken to.
type signpost struct{ *register.Register }

// Key of a center in its present incarnation.
func (s signpost) Key(c area.Center) (chain.PublicKey, bool) {
	l, known := s.Center(c)
	return l.Key, known && l.Revoked == 0
}

// Whose tells which center a key belongs to.
func (s signpost) Whose(key chain.PublicKey) (area.Center, peers.Standing) {
	owner, open, ok := s.Owner(key)
	if ok && open {
		return owner.Center, peers.Member
	}
	return "", peers.Unknown
}

// Addrs are where a center can be dialled.
func (s signpost) Addrs(c area.Center) []string {
	l, _ := s.Center(c)
	return l.Addrs
}
