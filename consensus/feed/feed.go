// Package feed brings the committed journal of the Register to every node that
// is no voter, down the administrative tree: each node takes it from its
// parent (or the grandparent, a sibling, a voter), verifies it, and pushes it
// to its own children. See PROTOCOL.md for the bytes and DESIGN.md for why.
//
// It must never apply a record that no certificate vouches for, never pass a
// change of voters that the preceding voters did not certify, never send what
// it holds no certificate for, and never buffer without a bound.
package feed

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tongban/consensus/certify"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Journal is this node's own copy of the Register. Safe for concurrent use.
type Journal interface {
	certify.Ledger

	// Ingest applies records right behind the head, deterministically, and
	// keeps their certificate; it must reach the certified head. Before it
	// commits, it refuses with OldVoters when one of the records changes the
	// voters and the certificate beyond it still names the set before. An
	// error that wraps chain.ErrDiverged stops the node; any other is taken
	// as passing, with nothing or a verified part of the records applied.
	Ingest(records [][]byte, cert chain.Certificate) error
}

// Config is what the service works with.
type Config struct {
	Journal Journal
	Network wire.Network
	// Sources is from whom to take the journal, the preferred first: parent,
	// grandparent, siblings, voters. Nobody (nil) pauses following, as on a
	// voter. It is asked again whenever the journal moves and on Wake.
	Sources func() []string
	// Founders reads the first voters out of record 1 for a node that holds
	// nothing yet; it must refuse what the realm's root key did not seal.
	Founders Founders
	Now      func() time.Time
	Rand     func() float64 // in [0,1), safe for concurrent use
	Log      *slog.Logger

	Delays      Delays
	SignOfLife  time.Duration // how often a child that has everything hears from this node; 15 s
	MaxChildren int           // followers at once; 600
}

const (
	dialTimeout  = 20 * time.Second // to open a stream and be greeted
	writeTimeout = 60 * time.Second // for one push: 256 KiB over a line of 40 kbit/s
)

// Service follows the journal and feeds it on.
type Service struct {
	// Constructor parameters.
	cfg Config
	// Constant or safe.
	log    *slog.Logger
	woken  chan struct{} // capacity 1
	moved  chan struct{} // capacity 1: there may be a newer certificate
	frames frames
	heavy  chan struct{} // large pushes under way
	// Guarded by mu.
	mu        sync.Mutex
	running   context.Context // of Run; nil outside it
	announced chan struct{}   // closed when there is a newer certificate to feed
	fed       uint64          // newest certificate announced
	children  map[string]*child
	status    Status // without Children
}

// Status is for the operator.
type Status struct {
	Source  string    `json:"source"`  // from whom records come; "" from nobody
	Reached uint64    `json:"reached"` // how far the source can feed
	Since   time.Time `json:"since"`   // of the source
	Heard   time.Time `json:"heard"`   // its last sign of life; kept when it is lost
	Head    uint64    `json:"head"`
	Error   string    `json:"error,omitempty"` // why the journal could not take the last batch
	// Certified is the voters' time of the newest certificate, Unix milliseconds.
	Certified int64           `json:"certified"`
	Refused   []RefusedSource `json:"refused,omitempty"` // the newest for each source
	Children  []ChildStatus   `json:"children,omitempty"`
}

// RefusedSource is a source that is left alone for a while.
type RefusedSource struct {
	Source string       `json:"source"`
	Code   refusal.Code `json:"code"`
	Reason string       `json:"reason"`
	Until  time.Time    `json:"until"`
}

// ChildStatus is a follower of this node.
type ChildStatus struct {
	Center string    `json:"center"`
	Sent   uint64    `json:"sent"` // the last record sent
	Since  time.Time `json:"since"`
}

// New makes the service; it does nothing before Run.
func New(cfg Config) *Service {
	if cfg.SignOfLife == 0 {
		cfg.SignOfLife = 15 * time.Second
	}
	if cfg.MaxChildren == 0 {
		cfg.MaxChildren = 600
	}
	return &Service{
		cfg: cfg, log: cfg.Log.With("service", "feed"),
		woken: make(chan struct{}, 1), moved: make(chan struct{}, 1),
		frames: newFrames(cfg.Journal), heavy: make(chan struct{}, 32),
		announced: make(chan struct{}), children: map[string]*child{},
	}
}

// Run follows and feeds until ctx ends, and then returns nil. An error that
// wraps chain.ErrDiverged means that the voters certified another log than
// this node holds: the node must stop.
func (s *Service) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var tasks sync.WaitGroup
	defer tasks.Wait()
	defer cancel()
	s.mu.Lock()
	s.running = ctx
	s.mu.Unlock()
	s.cfg.Network.Handle(Protocol, s.serve)
	tasks.Go(func() { s.announce(ctx) })
	return newClient(s).run(ctx)
}

// Wake says that the network may be better than it was (a peer connected) or
// that the sources changed: whoever only failed is tried again at once.
func (s *Service) Wake() { signal(s.woken) }

// Announce says that the journal has a newer certificate, as certify makes
// them. It does not block.
func (s *Service) Announce() { signal(s.moved) }

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// WaitFor returns when this node's journal has reached index.
func (s *Service) WaitFor(ctx context.Context, index uint64) error {
	for {
		changed := s.cfg.Journal.Changed()
		if s.cfg.Journal.Head().Index >= index {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("wait for record %d: at %d: %w", index, s.cfg.Journal.Head().Index, context.Cause(ctx))
		}
	}
}

// Status reports source, refusals and children. Safe at any time.
func (s *Service) Status() Status {
	newest, _ := s.cfg.Journal.NewestCertificate()
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.status
	st.Head, st.Certified = s.cfg.Journal.Head().Index, newest.Time()
	st.Refused = append([]RefusedSource(nil), st.Refused...)
	for center, c := range s.children {
		st.Children = append(st.Children, ChildStatus{center, c.sent, c.since})
	}
	sortChildren(st.Children)
	return st
}
