package node

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/thejerf/suture/v4"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/node/presence"
)

// ErrFatal says that the node's data contradict what the voters certified, or
// that its disk is full: it must not be started again blindly.
var ErrFatal = errors.New("the node stopped for good")

// service is one long-lived part under the supervisor.
type service struct {
	name string
	run  func(context.Context) error
	// once: when it ends with an error the node stops, for it cannot be
	// started twice.
	once bool
}

func (s service) String() string { return s.name }

// Serve runs the service; the supervisor starts it again after an error,
// with back-off, unless the error is fatal.
func (s service) Serve(ctx context.Context) error {
	err := s.run(ctx)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, chain.ErrDiverged):
		return fatal{fmt.Errorf("%s: %w", s.name, err)}
	case err == nil && !s.once:
		return fmt.Errorf("%s ended by itself", s.name)
	case s.once:
		return fatal{fmt.Errorf("%s: %w", s.name, err)}
	}
	return fmt.Errorf("%s: %w", s.name, err)
}

// fatal ends the whole tree.
type fatal struct{ error }

func (f fatal) Unwrap() error { return f.error }
func (f fatal) Is(target error) bool {
	return target == suture.ErrTerminateSupervisorTree || target == ErrFatal
}

// Run runs the node until ctx ends, then stops every service, closes the
// database and returns nil. An error that is ErrFatal must not be answered by
// a blind restart.
func (n *Node) Run(ctx context.Context) error {
	var failure error
	tree := suture.New("node", suture.Spec{
		EventHook: func(e suture.Event) { n.event(e, &failure) },
		// A panic ends the process: what it left half-done in memory is not
		// to be trusted, and a start from the disk is clean at any point.
		PassThroughPanics: true,
		Timeout:           15 * time.Second,
	})
	for _, s := range n.parts() {
		tree.Add(s)
	}
	tree.Add(roleService{n.roles})
	n.started.Store(int64(n.now().Sub(n.opened)))
	close(n.ready)
	n.log.Info("the node runs", "version", n.version, "realm", n.trust.Realm,
		"incarnation", n.self().Incarnation, "register", n.register.Head().Index,
		"api", n.APIAddr(), "after", n.startTime())
	err := tree.Serve(ctx)
	closing := n.Close()
	if ctx.Err() != nil {
		return closing
	}
	if failure != nil {
		err = failure
	}
	return errors.Join(err, closing)
}

// roleService makes what ends a role for good fatal.
type roleService struct{ *roles }

func (r roleService) Serve(ctx context.Context) error {
	return service{"role", r.roles.Serve, true}.Serve(ctx)
}

func (n *Node) parts() []service {
	all := []service{
		{"disk", n.store.Run, true},
		{"lines", n.peers.Run, true},
		{"feed", n.feed.Run, true},
		{"certificates", n.certify.Run, true},
		{"exchange", n.exchange.Run, true},
		{"proposals", n.resend, false},
		{"register watch", n.watchRegister, false},
		{"search for people", n.followPeople, false},
		{"worklist", n.warmWorklist, false},
		{"ratings", n.ratings.Run, false},
		{"chases", n.chases.Run, false},
		{"enrolment", n.enrol.Run, true},
	}
	if n.config.Presence.Listen != "" {
		all = append(all, service{"presence", n.runPresence, false})
	}
	if n.listener != nil {
		all = append(all, service{"api", func(ctx context.Context) error { return n.api.Serve(ctx, n.listener) }, true})
	}
	return all
}

// event is the supervisor's word; the first fatal error is kept.
func (n *Node) event(e suture.Event, failure *error) {
	switch e := e.(type) {
	case suture.EventServiceTerminate:
		err, ok := e.Err.(error)
		if ok && errors.Is(err, context.Canceled) {
			return
		}
		n.log.Error("service ended", "service", e.ServiceName, "err", e.Err, "restarting", e.Restarting)
		if ok && errors.Is(err, ErrFatal) && *failure == nil {
			*failure = err
		}
	case suture.EventBackoff, suture.EventResume:
		n.log.Warn("supervisor", "event", e.String())
	case suture.EventStopTimeout:
		n.log.Error("service does not stop", "service", e.ServiceName)
	}
}

// watchRegister does what a new record of the Register calls for.
func (n *Node) watchRegister(ctx context.Context) error {
	seen := n.register.Head().Index
	for {
		changed := n.register.Changed()
		var err error
		if seen, err = n.logRefused(seen); err != nil {
			return err
		}
		n.peers.Refresh()
		n.feed.Wake()
		n.liftFence()
		if _, err := n.cabinet.Retry(ctx); err != nil && ctx.Err() == nil {
			return fmt.Errorf("take in what was parked: %w", err)
		}
		n.tellAddress(ctx)
		n.keyPool(ctx)
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
		// A batch of records comes as many changes: look once behind it.
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return nil
		}
	}
}

// logRefused writes down what the Register refused after a record, where this
// node is one of those who order it, and returns how far it looked.
func (n *Node) logRefused(after uint64) (uint64, error) {
	if n.roles.quorum() == nil {
		return n.register.Head().Index, nil
	}
	for {
		raws, err := n.register.Records(after+1, 256, 1<<20)
		if err != nil || len(raws) == 0 {
			return after, err
		}
		for _, raw := range raws {
			after++
			var rec register.Record
			if err := wire.Decode(raw, &rec); err != nil {
				return after, fmt.Errorf("read record %d: %w", after, err)
			}
			if rec.Outcome == register.Applied {
				continue
			}
			command, _, _ := rec.Open() // what can't be read is shown as far as it can
			n.log.Warn("command refused", "outcome", rec.Outcome.String(), "by", string(command.ID.Center),
				"kind", command.Kind.String(), "proposal", command.ID.String(), "staff", command.Staff,
				"record", rec.Index, "reason", rec.Detail)
		}
	}
}

// tellAddress keeps this center's own entry true: where it can be reached.
func (n *Node) tellAddress(ctx context.Context) {
	l, known := n.register.Center(n.config.Center)
	if !known || l.Revoked != 0 || !l.Key.Equal(n.key().Public()) {
		return
	}
	want := l.Center
	if want.Addrs = n.config.Peer.Announce; len(want.Addrs) == 0 {
		want.Addrs = n.peers.Addrs()
	}
	if a := n.enrol.Addr(); a != "" && n.config.Enrol.public() == "" {
		want.Enrol = a
	}
	if p := n.pool(); p != nil {
		want.Gossip = p.Addr()
	}
	if fmt.Sprint(want.Addrs, want.Gossip) == fmt.Sprint(l.Addrs, l.Gossip) || !n.telling.CompareAndSwap(false, true) {
		return
	}
	go func() { // not to hold the watch up: its answer is a change of the Register
		defer n.telling.Store(false)
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		results, err := n.Propose(ctx, Wish{Body: want, Note: "where this node is reached"})
		for _, r := range results {
			err = errors.Join(err, r.Err("tell the directory where this node is"))
		}
		if err != nil && ctx.Err() == nil {
			n.log.Warn("the directory has another address of this node", "err", err)
		}
	}()
}

func (n *Node) peerUp(c area.Center) {
	n.sightings.see(c, n.now())
	if n.exchange == nil || n.feed == nil || n.certify == nil {
		return // still opening: they look for themselves when they start
	}
	n.exchange.PeerUp(c)
	if up := n.directory.above(); len(up) > 0 && c == up[0] {
		n.exchange.Greet(c) // before anybody at the counter writes
	}
	n.feed.Wake()
	n.certify.Wake()
}

func (n *Node) peerDown(c area.Center) {
	n.sightings.see(c, n.now())
	n.log.Debug("peer gone", "peer", c)
}

// runPresence gossips in the pool of the district, with the Register's key.
func (n *Node) runPresence(ctx context.Context) error {
	district := register.Pool(n.config.Center.Area())
	var key []byte
	for key == nil {
		changed := n.register.Changed()
		k, _, ok := n.register.Gossip(district)
		_, _, enrolled := pool{n.directory}.Standing(n.config.Center)
		if ok && enrolled {
			key = k
			break
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
	p, err := presence.New(presence.Config{
		Self: n.config.Center, Incarnation: n.self().Incarnation, Key: n.key(),
		Pool: presence.DistrictPool(n.trust.Realm, district), Listen: n.config.Presence.Listen,
		Keys: [][]byte{key}, Directory: pool{n.directory}, Seeds: n.gossipSeeds,
		Timing: n.config.Timing.presence(), Log: n.log, Now: n.now,
	})
	if err != nil {
		return fmt.Errorf("presence: %w", err)
	}
	n.setPresence(p)
	defer n.setPresence(nil)
	failed := make(chan error, 1)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { failed <- p.Run(ctx) }()
	keys := [][]byte{key}
	for {
		changed := n.register.Changed()
		p.Say(presence.Status{Version: n.version, Feature: n.register.Feature(), Register: n.register.Head().Index, Time: n.now().UnixMilli()})
		if k, _, ok := n.register.Gossip(district); ok && string(k) != string(keys[0]) {
			keys = append([][]byte{k}, keys[:min(len(keys), 2)]...)
			if err := p.SetKeys(keys); err != nil {
				n.log.Error("change the presence key", "err", err)
			}
		}
		select {
		case <-changed:
		case err := <-failed:
			return err
		}
	}
}

func (n *Node) pool() *presence.Pool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.presence
}

func (n *Node) setPresence(p *presence.Pool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.presence = p
}

func (n *Node) gossipSeeds() []presence.Seed {
	listed, err := n.register.Centers(register.Pool(n.config.Center.Area()), "", 0)
	if err != nil {
		n.log.Error("read the directory", "err", err)
		return nil
	}
	var out []presence.Seed
	for _, l := range listed {
		if l.Gossip != "" && l.Revoked == 0 && l.ID != n.config.Center {
			out = append(out, presence.Seed{Center: l.ID, Incarnation: l.Incarnation, Addr: l.Gossip})
		}
	}
	return out
}

func jitter() float64 { return rand.Float64() }
