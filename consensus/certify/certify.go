// Package certify makes the voters' word for the Register: certificates, each
// a checkpoint signed by a majority of the voters. After every batch that
// Raft applied, the leader asks the others for their votes, keeps the
// certificate that a majority makes, and gives it to the voters, who feed it
// down the tree. The bytes are in ../feed/PROTOCOL.md.
//
// It must never sign for a head that this node did not compute itself, never
// let a vote out before it is on disk, never sign for two heads at one index,
// and never certify past a change of voters that has no certificate yet: the
// set that is replaced vouches for its successor.
package certify

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// Ledger is the journal that is certified. Safe for concurrent use.
type Ledger interface {
	Realm() string      // the name of the log
	Generation() uint32 // the generation that this node is in

	Head() chain.Head
	HeadAt(index uint64) (chain.Hash, bool)
	// Records returns the records from index from on: at most max of them,
	// of maxBytes in all, but one at least if there is any.
	Records(from uint64, max int, maxBytes int) ([][]byte, error)
	// VotersAt is the set in force for a checkpoint at index: the one that
	// the newest change of voters before index set.
	VotersAt(index uint64) chain.VoterSet
	// NextTransition is the first change of voters after an index.
	NextTransition(after uint64) (uint64, bool)
	// Changed is closed when the head moves; ask again afterwards.
	Changed() <-chan struct{}

	// SaveCertificate keeps a certificate. Those at a change of voters are
	// kept for good, and of the others enough that no two neighbours lie
	// further apart than MaxGapBytes or MaxGapRecords where they once did
	// not: a follower buffers no more than that without one.
	SaveCertificate(chain.Certificate) error
	NewestCertificate() (chain.Certificate, bool)
	CertificateAt(index uint64) (chain.Certificate, bool)
}

// The stretch of journal between two certificates is at most this long.
const (
	MaxGapRecords = 4096
	MaxGapBytes   = 1 << 20
)

// Timing are the delays of the service; zero values mean the defaults.
type Timing struct {
	Linger   time.Duration // from a record to the asking, so that one certificate serves a batch; 10 ms
	Patience time.Duration // how long a voter waits for a record that it has not applied yet; 3 s
	Timeout  time.Duration // for one request, Patience of the other side included; 8 s
	RetryMin time.Duration // after a round without majority, and after a voter could not be given a certificate; 200 ms
	RetryMax time.Duration // 15 s
	Recheck  time.Duration // how soon a node with something to certify notices by itself that it leads; 1 s
}

func (t Timing) withDefaults() Timing {
	for _, d := range []struct {
		at    *time.Duration
		value time.Duration
	}{
		{&t.Linger, 10 * time.Millisecond}, {&t.Patience, 3 * time.Second}, {&t.Timeout, 8 * time.Second},
		{&t.RetryMin, 200 * time.Millisecond}, {&t.RetryMax, 15 * time.Second},
		{&t.Recheck, time.Second},
	} {
		if *d.at == 0 {
			*d.at = d.value
		}
	}
	return t
}

// Config is what the service works with.
type Config struct {
	Self     string    // this node's center
	Key      chain.Key // this node's key
	DB       *badger.DB
	Ledger   Ledger
	Network  wire.Network
	IsLeader func() bool // whether this node leads the quorum now
	Now      func() time.Time
	Log      *slog.Logger

	// Certified is called after a newer certificate was kept; may be nil. It
	// must not block.
	Certified func()
	Timing    Timing
}

// Service signs for its node and, while the node leads, collects. It runs on
// every node that is or was a voter: a voter that was just removed still
// signs for the record that removed it.
type Service struct {
	// Constructor parameters.
	cfg    Config
	timing Timing
	// Constant or safe.
	log   *slog.Logger
	woken chan struct{}  // capacity 1
	fatal chan error     // capacity 1
	slots chan struct{}  // incoming requests under way
	tasks sync.WaitGroup // goroutines of Run
	votes voteStore
	// Guarded by mu.
	mu      sync.Mutex
	peers   map[string]*peer
	settled uint64 // every change of voters up to here has its certificate
	pruned  uint64 // newest certificate at the last pruning
}

// peer is what the leader knows of another voter.
type peer struct {
	giving bool // a goroutine is bringing it certificates
	status VoterStatus
}

// VoterStatus is how one voter answered this node while it led.
type VoterStatus struct {
	Voter string    `json:"voter"`
	Voted uint64    `json:"voted"` // the newest index that it voted for
	Holds uint64    `json:"holds"` // the newest checkpoint whose certificate it said it keeps
	Heard time.Time `json:"heard"` // its last answer
	Error string    `json:"error,omitempty"`
}

// Status is for the operator.
type Status struct {
	Certified uint64        `json:"certified"` // index of the newest certificate
	Time      int64         `json:"time"`      // the voters' time of it, Unix milliseconds
	Head      uint64        `json:"head"`
	Voters    []VoterStatus `json:"voters"` // as far as this node asked them
}

// New makes the service; it does nothing before Run.
func New(cfg Config) *Service {
	if cfg.Certified == nil {
		cfg.Certified = func() {}
	}
	return &Service{
		cfg: cfg, timing: cfg.Timing.withDefaults(),
		log:   cfg.Log.With("service", "certify"),
		woken: make(chan struct{}, 1), fatal: make(chan error, 1),
		slots: make(chan struct{}, 64),
		votes: voteStore{cfg.DB},
		peers: map[string]*peer{},
	}
}

// Wake says that this node may have become leader, or that a voter came back.
func (s *Service) Wake() {
	select {
	case s.woken <- struct{}{}:
	default:
	}
}

// Run answers the other voters and, while this node leads, collects their
// votes. It returns nil when ctx ends, and an error that wraps
// chain.ErrDiverged when a valid certificate contradicts this node's own
// journal: then nothing that it holds may be trusted, and the node must stop.
func (s *Service) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer s.tasks.Wait()
	defer cancel()
	s.cfg.Network.Handle(Protocol, s.serve)
	pause := s.timing.RetryMin
	led := false
	for {
		changed := s.cfg.Ledger.Changed()
		leads := s.cfg.IsLeader()
		if leads && !led {
			s.resume(ctx)
		}
		led = leads
		wait := time.Duration(-1) // until something happens
		switch index, due := s.due(); {
		case !due:
			pause = s.timing.RetryMin
		case !leads:
			// Somebody else collects; should it fall to this node, Wake says so.
			// The look now and then is for the case that nobody calls Wake.
			wait = s.timing.Recheck
		default:
			err := s.collect(ctx, index)
			if err == nil {
				pause = s.timing.RetryMin
				continue
			}
			if ctx.Err() == nil {
				s.log.Warn("no certificate", "index", index, "error", err)
			}
			changed = nil // a retry is not hastened by more to certify
			wait, pause = pause, min(2*pause, s.timing.RetryMax)
		}
		moved, err := s.sleep(ctx, changed, wait)
		if ctx.Err() != nil || err != nil {
			return err
		}
		if moved {
			if _, err := s.sleep(ctx, nil, s.timing.Linger); err != nil {
				return err
			}
		}
	}
}

// sleep waits for a change, a wake-up, a fatal error or the end of d (none if
// negative), and reports whether it was a change.
func (s *Service) sleep(ctx context.Context, changed <-chan struct{}, d time.Duration) (bool, error) {
	var over <-chan time.Time
	if d >= 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-ctx.Done():
	case err := <-s.fatal:
		return false, err
	case <-changed:
		return true, nil
	case <-s.woken:
	case <-over:
	}
	return false, nil
}

// due is the next index to certify: the first change of voters without a
// certificate, or else the head, or else as far towards it as one certificate
// may vouch for.
func (s *Service) due() (uint64, bool) {
	ledger := s.cfg.Ledger
	head := ledger.Head().Index
	if k, missing := s.unsettled(); missing {
		return s.within(k), true
	}
	if newest, _ := ledger.NewestCertificate(); newest.Checkpoint.Head.Index >= head || head < 2 {
		return 0, false // record 1 stands by the root key alone
	}
	return s.within(head), true
}

// within cuts the way from the newest certificate to index where the gap
// would become too long.
func (s *Service) within(index uint64) uint64 {
	ledger := s.cfg.Ledger
	newest, _ := ledger.NewestCertificate()
	from := newest.Checkpoint.Head.Index
	if index <= from+1 {
		return index
	}
	records, err := ledger.Records(from+1, MaxGapRecords, MaxGapBytes)
	if err != nil || len(records) == 0 {
		return index
	}
	return max(2, min(index, from+uint64(len(records))))
}

// unsettled is the first change of voters that has no certificate. That of
// record 1 needs none: nobody precedes the founders.
func (s *Service) unsettled() (uint64, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settled = max(s.settled, 1)
	for {
		k, ok := s.cfg.Ledger.NextTransition(s.settled)
		if !ok {
			return 0, false
		}
		if _, ok := s.cfg.Ledger.CertificateAt(k); !ok {
			return k, true
		}
		s.settled = k
	}
}

// keep stores a verified certificate and tells whoever feeds it on.
func (s *Service) keep(c chain.Certificate) error {
	if err := s.cfg.Ledger.SaveCertificate(c); err != nil {
		return fmt.Errorf("keep certificate %d: %w", c.Checkpoint.Head.Index, err)
	}
	s.cfg.Certified()
	s.prune(c.Checkpoint.Head.Index)
	return nil
}

// fail ends Run with an error that no restart mends.
func (s *Service) fail(err error) {
	select {
	case s.fatal <- err:
	default:
	}
}

// Status reports how far the voters have come. Safe at any time.
func (s *Service) Status() Status {
	newest, _ := s.cfg.Ledger.NewestCertificate()
	st := Status{
		Certified: newest.Checkpoint.Head.Index, Time: newest.Time(),
		Head: s.cfg.Ledger.Head().Index,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, v := range s.cfg.Ledger.VotersAt(st.Head + 1).Members {
		if p := s.peers[v.ID]; p != nil {
			st.Voters = append(st.Voters, p.status)
		}
	}
	return st
}

// note records how a voter answered.
func (s *Service) note(voter string, change func(*VoterStatus), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.peerLocked(voter)
	if errors.Is(err, context.Canceled) {
		return // the round ended without it
	}
	if err != nil {
		p.status.Error = err.Error()
		return
	}
	p.status.Error = ""
	p.status.Heard = s.cfg.Now()
	change(&p.status)
}

func (s *Service) peerLocked(voter string) *peer {
	p := s.peers[voter]
	if p == nil {
		p = &peer{status: VoterStatus{Voter: voter}}
		s.peers[voter] = p
	}
	return p
}
