// Package quorum is the group of voters that orders the Register: Raft over
// the streams between centers, the proposals that reach its leader from any
// node, and the changes of who votes.
//
// It must never look into a command, never answer a proposal before a
// majority holds it, and never serve a read on the leader's word alone.
package quorum

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Timing is the group's pace. Zero fields take the defaults, which suit a
// city's lines. All voters of a realm should run with the same.
type Timing struct {
	Heartbeat time.Duration // silence of the leader after which a voter stands for election; 3 s
	Election  time.Duration // how long one election may take; at least Heartbeat, 3 s
	Lease     time.Duration // how long a leader leads without a majority; at most Heartbeat, 2 s
	Commit    time.Duration // how soon followers hear of the newest commit when nothing else flows; 200 ms
	RPC       time.Duration // for one call between voters; 10 s
	Watchdog  time.Duration // after which a write to the log counts as hung; 10 s

	SnapshotEvery     time.Duration // how often it is looked whether a snapshot is due; 5 min
	SnapshotThreshold uint64        // after how many entries it is due; 4096
	TrailingLogs      uint64        // how many entries stay behind a snapshot; 50,000
}

func (t Timing) withDefaults() Timing {
	def := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	def(&t.Heartbeat, 3*time.Second)
	def(&t.Election, max(3*time.Second, t.Heartbeat))
	def(&t.Lease, min(2*time.Second, t.Heartbeat))
	def(&t.Commit, 200*time.Millisecond)
	def(&t.RPC, 10*time.Second)
	def(&t.Watchdog, 10*time.Second)
	def(&t.SnapshotEvery, 5*time.Minute)
	if t.SnapshotThreshold == 0 {
		t.SnapshotThreshold = 4096
	}
	if t.TrailingLogs == 0 {
		t.TrailingLogs = 50_000
	}
	return t
}

// Store is Raft's durable memory; raftstore.Store is one.
type Store interface {
	raft.LogStore
	raft.StableStore
}

// Config is what a voter needs.
type Config struct {
	Self        string  // this center; its name is its id and its address
	Machine     Machine // the replicated state machine
	Store       Store
	SnapshotDir string // where Raft keeps its newest snapshot
	Network     wire.Network
	// Voters is the set that the Register names, as applied on this node. The
	// leader brings Raft's configuration to it. Safe for concurrent use.
	Voters func() []string
	Timing Timing
	Now    func() time.Time // with what a leader stamps entries; nil: time.Now
	Log    *slog.Logger
}

// Quorum is this node's voter. Safe for concurrent use.
type Quorum struct {
	// Constructor parameters.
	self    string
	voters  func() []string
	network wire.Network
	timing  Timing
	now     func() time.Time
	log     *slog.Logger

	// Constant or safe for concurrent use.
	raft      *raft.Raft
	streams   *streams
	transport *transport
	fsm       *fsm
	slots     slots
	life      context.Context // ends when Close begins
	end       context.CancelFunc
	poked     chan struct{}
	observed  chan raft.Observation
	observer  *raft.Observer
	fatal     chan struct{} // closed with the first fatal error
	closing   sync.Once
	pending   sync.WaitGroup // questions that Raft has not answered
	running   sync.WaitGroup // own goroutines

	// Only for the reconciling goroutine.
	demoted demotion

	mu      sync.Mutex
	changed chan struct{}
	cause   error // why fatal is closed
	hung    bool  // Raft's main goroutine does not come back
	drained bool  // no more is asked of Raft
}

// ErrHung says that a write to the log did not return in time; this voter has
// cut itself off so that another can lead.
var ErrHung = errors.New("the disk does not answer")

// Open starts the voter from what its store holds. It answers its protocols on
// the network from now on; Run must follow, or Close. A store with nothing in
// it waits for Bootstrap or for a leader that adds this center.
//
// A voter whose store was lost or restored from a copy must not be opened
// under its old name before the Register has removed it from the voters: it
// might vote twice.
func Open(c Config) (*Quorum, error) {
	t := c.Timing.withDefaults()
	if c.Now == nil {
		c.Now = time.Now
	}
	log := c.Log.With("service", "quorum")
	logger := raftLogger(log)
	snapshots, err := raft.NewFileSnapshotStoreWithLogger(c.SnapshotDir, 1, logger)
	if err != nil {
		return nil, fmt.Errorf("open raft snapshots: %w", err)
	}
	if err := repair(c.Store, snapshots, c.Machine, log); err != nil {
		return nil, err
	}
	q := &Quorum{
		self: c.Self, voters: c.Voters, network: c.Network, timing: t, now: c.Now, log: log,
		poked: make(chan struct{}, 1), observed: make(chan raft.Observation, 64),
		fatal: make(chan struct{}), changed: make(chan struct{}),
	}
	q.life, q.end = context.WithCancel(context.Background())
	q.fsm = &fsm{machine: c.Machine, fatal: func(err error) { q.die(err, false) }}
	store := &watched{c.Store, c.Store, t.Watchdog, func(op string) {
		q.die(refusal.Newf(DiskHung, op, "look at the disk, then start the node again", "%w for %s", ErrHung, t.Watchdog), true)
	}}
	cache, err := raft.NewLogCache(512, store)
	if err != nil {
		return nil, err
	}
	if !cache.IsMonotonic() {
		return nil, errors.New("open raft: the log store must be monotonic")
	}
	q.streams = newStreams(c.Self, c.Network, q.allowed, t.RPC, log)
	q.transport = &transport{NetworkTransport: raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		Logger: logger, Stream: q.streams, MaxPool: 2, Timeout: t.RPC, MsgpackUseNewTimeFormat: true,
	})}
	if q.raft, err = raft.NewRaft(raftConfig(c.Self, t, logger), q.fsm, cache, store, snapshots, q.transport); err != nil {
		q.transport.Close()
		return nil, fmt.Errorf("open raft: %w", err)
	}
	q.observe()
	c.Network.Handle(RaftProtocol, q.streams.serve)
	c.Network.Handle(ProposeProtocol, q.serve)
	return q, nil
}

// repair finishes what a crash left between two steps of installing a
// snapshot: the file is there, but the machine has not read it, or the log
// before it still stands. Raft would take both for done.
func repair(store Store, snapshots raft.SnapshotStore, m Machine, log *slog.Logger) error {
	list, err := snapshots.List()
	if err != nil || len(list) == 0 {
		return err
	}
	meta, r, err := snapshots.Open(list[0].ID)
	if err != nil {
		return fmt.Errorf("open raft snapshot %s: %w", list[0].ID, err)
	}
	defer r.Close()
	if err := restore(m, r, false); err != nil {
		return err
	}
	first, err := store.FirstIndex()
	if err != nil {
		return err
	}
	last, err := store.LastIndex()
	if err != nil {
		return err
	}
	if last != 0 && last < meta.Index {
		log.Info("raft log ends before the snapshot and is cleared", "last", last, "snapshot", meta.Index)
		return store.DeleteRange(first, last)
	}
	return nil
}

// allowed reports whether a center may speak Raft: the Register names it as a
// voter, or Raft's configuration still or already does.
func (q *Quorum) allowed(center string) bool {
	if slices.Contains(q.voters(), center) {
		return true
	}
	return slices.ContainsFunc(q.configuration(), func(s server) bool { return s.id == center })
}

// Bootstrap makes this center the only voter of a new group. It is refused
// when the store holds anything.
func (q *Quorum) Bootstrap() error {
	err := q.raft.BootstrapCluster(raft.Configuration{Servers: []raft.Server{
		{Suffrage: raft.Voter, ID: raft.ServerID(q.self), Address: raft.ServerAddress(q.self)},
	}}).Error()
	if err != nil {
		return refusal.New(refusal.Conflict, "found the group of voters", "", err)
	}
	return nil
}

// Run follows the Register's voters while it leads, until ctx ends or
// something fatal happens: the machine cannot apply, or the disk hangs. The
// voter is closed when Run returns; a nil error means that ctx ended or Close
// was called. When the Register no longer names this center, Run goes on for a
// moment after ctx has ended, until the others need its vote no more.
func (q *Quorum) Run(ctx context.Context) error {
	work, stop := q.bounded(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		q.reconcile(work)
	}()
	select {
	case <-ctx.Done():
		q.partWith()
	case <-work.Done():
	case <-q.fatal:
	}
	stop()
	<-done
	q.Close()
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.cause
}

// partWith waits, not for ever, until a voter that the Register no longer
// names is let go. If it fell silent the moment it reads that it is voted out,
// the change of Raft's configuration might want the majority that it takes
// away: of two voters the one that stays could never lead again.
func (q *Quorum) partWith() {
	if named := q.voters(); len(named) == 0 || slices.Contains(named, q.self) {
		return
	}
	until := func(gone func(server) bool, limit time.Duration) {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		tick := time.NewTicker(max(q.timing.Commit/4, time.Millisecond))
		defer tick.Stop()
		for slices.ContainsFunc(q.configuration(), func(s server) bool { return s.id == q.self && !gone(s) }) {
			select {
			case <-tick.C:
			case <-q.fatal:
				return
			case <-timer.C:
				return
			}
		}
	}
	until(func(s server) bool { return !s.voter }, 5*q.timing.Election)
	until(func(server) bool { return false }, q.timing.Election) // the leader asks whether this center has heard
}

// Close hands the lead to another voter where it can, and stops. It returns
// when nothing of this voter runs any more, unless its disk hangs.
func (q *Quorum) Close() {
	q.closing.Do(func() {
		q.mu.Lock()
		hung, broken := q.hung, q.cause != nil
		q.mu.Unlock()
		if !broken && q.IsLeader() && len(q.configuration()) > 1 {
			ctx, cancel := context.WithTimeout(context.Background(), 2*q.timing.Election)
			if err := q.await(ctx, q.raft.LeadershipTransfer()); err != nil {
				q.log.Info("the lead could not be handed on", "error", err)
			}
			cancel()
		}
		q.end()
		q.drain()
		q.raft.DeregisterObserver(q.observer)
		close(q.observed)
		stopped := q.raft.Shutdown()
		q.streams.sever()
		if hung {
			q.transport.Close()
			return
		}
		if err := stopped.Error(); err != nil {
			q.log.Warn("raft did not stop cleanly", "error", err)
		}
		q.running.Wait()
	})
}

// await waits for Raft's answer, at most until ctx ends. An answer that comes
// later is dropped.
func (q *Quorum) await(ctx context.Context, f raft.Future) error {
	q.mu.Lock()
	if q.drained {
		q.mu.Unlock()
		return raft.ErrRaftShutdown
	}
	q.pending.Add(1)
	q.mu.Unlock()
	answered := make(chan error, 1)
	go func() { // ends when Raft answers, which it does when it stops leading too
		defer q.pending.Done()
		answered <- f.Error()
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err := <-answered:
		return err
	}
}

// drain takes no more questions to Raft and gives it a while to answer those
// that are open: once it is shut down it leaves some without an answer.
func (q *Quorum) drain() {
	q.mu.Lock()
	q.drained = true
	q.mu.Unlock()
	done := make(chan struct{})
	go func() {
		q.pending.Wait()
		close(done)
	}()
	timer := time.NewTimer(2 * q.timing.Lease)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
	}
}

// die records the first fatal error and ends Run.
func (q *Quorum) die(err error, hung bool) {
	q.mu.Lock()
	first := q.cause == nil
	if first {
		q.cause = err
	}
	q.hung = q.hung || hung
	q.mu.Unlock()
	if hung {
		q.streams.sever() // at once: Run may be busy
	}
	if first {
		q.log.Error("the voter stops", "error", err)
		close(q.fatal)
	}
}

// observe turns Raft's news about who leads into Changed.
func (q *Quorum) observe() {
	q.observer = raft.NewObserver(q.observed, false, func(o *raft.Observation) bool {
		switch o.Data.(type) {
		case raft.LeaderObservation, raft.RaftState:
			return true
		}
		return false
	})
	q.raft.RegisterObserver(q.observer)
	q.running.Go(func() {
		for range q.observed {
			q.mu.Lock()
			close(q.changed)
			q.changed = make(chan struct{})
			q.mu.Unlock()
		}
	})
}

func raftConfig(self string, t Timing, logger hclog.Logger) *raft.Config {
	c := raft.DefaultConfig()
	c.LocalID = raft.ServerID(self)
	c.Logger = logger
	c.HeartbeatTimeout = t.Heartbeat
	c.ElectionTimeout = t.Election
	c.LeaderLeaseTimeout = t.Lease
	c.CommitTimeout = t.Commit
	c.MaxAppendEntries = 256
	c.BatchApplyCh = true
	c.TrailingLogs = t.TrailingLogs
	c.SnapshotInterval = t.SnapshotEvery
	c.SnapshotThreshold = t.SnapshotThreshold
	c.NoSnapshotRestoreOnStart = true // the machine keeps its own applied index; see repair
	c.NoLegacyTelemetry = true
	c.ShutdownOnRemove = false // Run's owner decides when a former voter stops
	return c
}
