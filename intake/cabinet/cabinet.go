// Package cabinet keeps the casefiles of one node: it seals what the desk
// writes, judges what other nodes send, and stores both so that an answer
// means that it is on the disk.
//
// It must never write an event that the rules of package casefile refuse,
// never hold a fact about a case that is not a fold of its log, and never
// forget a branch that lost: it is kept as superseded.
package cabinet

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"
	lru "github.com/hashicorp/golang-lru"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// Why the cabinet refuses, beside the codes of package casefile.
const (
	CaseFrozen   refusal.Code = "case_frozen"   // two chains of one epoch: only a seizure resolves it
	Unreconciled refusal.Code = "unreconciled"  // a superseded branch is to be settled before the case is concluded
	MissingBlob  refusal.Code = "missing_blob"  // content that the next step needs has not arrived yet
	MissingBase  refusal.Code = "missing_base"  // the log that a seizure was granted on has not arrived yet
	TooManyWait  refusal.Code = "too_many_wait" // too much of one case waits for the Register
)

// Outbox writes what a change is to send, in the transaction of the change.
// before is the zero case (Head.Index 0) for a case that was not here; records
// is how many records of after are new. It is called for what this node wrote
// and for what it took in, and again when a transaction is tried again.
type Outbox interface {
	Stage(txn *badger.Txn, before, after casefile.State, records int) error
}

// Blobs is the content outside the logs, asked for as that of one case.
// Tombstone is called in the transaction that stores an erasure; Sweep, after
// it, destroys what lies under tombstones.
type Blobs interface {
	Has(owner casefile.Owner, hash chain.Hash) bool
	Tombstone(txn *badger.Txn, owner casefile.Owner, hashes []chain.Hash) error
	Sweep(ctx context.Context) error
}

// Config is what a cabinet needs.
type Config struct {
	DB       *badger.DB
	Register casefile.Register
	Self     func() casefile.Party // who this node is now, by the Register
	Key      chain.Key             // with which it seals; a new key needs a cabinet opened anew
	Now      func() time.Time
	Outbox   Outbox // nil: nothing is sent
	Blobs    Blobs  // nil: no blob is asked for before a case is taken over
	Cached   int    // how many folded cases stay in memory; 0: 1024
	Log      *slog.Logger
}

// Cabinet is the casefiles of one node. Safe for concurrent use: one case is
// written by one caller at a time, different cases in parallel: those that
// come while a sync is under way share the next one.
type Cabinet struct {
	// Constructor parameters.
	db   *badger.DB
	reg  casefile.Register
	self func() casefile.Party
	key  chain.Key
	now  func() time.Time
	out  Outbox
	blob Blobs
	log  *slog.Logger

	// Safe for concurrent use.
	cards  cards
	cache  *lru.Cache // casefile.ID → *folder; a folder is never changed, only replaced
	locks  locks
	groups groups
	own    *own
	ids    ids
	watch  watch
	broken atomic.Pointer[error] // a commit whose outcome is unknown

	// sealing is held shared by whoever seals, and alone by whoever fences.
	sealing sync.RWMutex
	fence   *fenceRow // guarded by sealing
}

// Open opens the cabinet in a database and finds again how far this
// incarnation had written.
func Open(cfg Config) (*Cabinet, error) {
	if cfg.Cached == 0 {
		cfg.Cached = 1024
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	cache, err := lru.New(cfg.Cached)
	if err != nil {
		return nil, err
	}
	c := &Cabinet{
		db: cfg.DB, reg: cfg.Register, self: cfg.Self, key: cfg.Key, now: cfg.Now,
		out: cfg.Outbox, blob: cfg.Blobs, log: cfg.Log, cache: cache,
		groups: groups{db: cfg.DB}, own: &own{db: cfg.DB}, ids: ids{db: cfg.DB},
	}
	c.watch.changed = make(chan struct{})
	if c.fence, err = loadFence(c.db); err != nil {
		return nil, err
	}
	if err := c.own.become(c.self()); err != nil {
		return nil, err
	}
	if err := c.loadCards(); err != nil {
		return nil, err
	}
	if c.blob != nil {
		if err := c.blob.Sweep(context.Background()); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// NewID names a case that is to be opened. It needs no network, is on the
// disk before it is returned, and is never given twice in an incarnation; some
// numbers are skipped after a crash.
func (c *Cabinet) NewID() (casefile.ID, error) {
	c.sealing.RLock()
	defer c.sealing.RUnlock()
	if err := c.writable(); err != nil {
		return "", err
	}
	self := c.self()
	n, err := c.ids.next(self.Incarnation)
	if err != nil {
		return "", err
	}
	return casefile.NewID(self, n), nil
}

// Own is the number of writes that this incarnation has on its disk, and the
// chained hash over them: what a hello claims. It covers every event that was
// ever let out of the cabinet, up to those whose sync is still under way, and
// never goes back.
func (c *Cabinet) Own() (seq uint64, head chain.Hash) {
	h := c.own.durable(c.self())
	return h.Index, h.Hash
}

// writable refuses while the node is fenced or its disk can't be trusted. The
// caller holds sealing.
func (c *Cabinet) writable() error {
	if err := c.broken.Load(); err != nil {
		return refusal.New(refusal.Unavailable, "write a casefile",
			"restart the node; look at the disk if it happens again", *err)
	}
	if reason, ok := c.fencedLocked(); ok {
		return refusal.Newf(refusal.Fenced, "write a casefile",
			"the district grants a new incarnation; until then keep to paper numbers", "this node may not write: %s", reason)
	}
	return nil
}

// Fence stops all writing of the present incarnation, for good: this node is
// an old copy or a clone of itself. After it returns nothing more is sealed.
// What other nodes send is still taken in. The first reason is kept.
func (c *Cabinet) Fence(reason string) error {
	c.sealing.Lock()
	defer c.sealing.Unlock()
	if _, already := c.fencedLocked(); already {
		return nil
	}
	self := c.self()
	row := &fenceRow{Incarnation: self.Incarnation, Reason: reason, At: c.now().UnixMilli()}
	if err := saveFence(c.db, row); err != nil {
		return err
	}
	c.fence = row
	c.log.Error("this node may not write any more", "party", self.String(), "reason", reason)
	c.watch.tell("")
	return nil
}

// Fenced says why this node may not write; ok is false when it may.
func (c *Cabinet) Fenced() (reason string, ok bool) {
	c.sealing.RLock()
	defer c.sealing.RUnlock()
	return c.fencedLocked()
}

func (c *Cabinet) fencedLocked() (string, bool) {
	if c.fence == nil || c.fence.Incarnation < c.self().Incarnation {
		return "", false // a newer incarnation may write
	}
	return c.fence.Reason, true
}

// LiftFence takes the fence down after the Register granted a new incarnation,
// and refuses before.
func (c *Cabinet) LiftFence() error {
	c.sealing.Lock()
	defer c.sealing.Unlock()
	if reason, ok := c.fencedLocked(); ok {
		return refusal.Newf(refusal.Forbidden, "lift the fence",
			"have the district grant a new incarnation first", "incarnation %d stays shut: %s", c.fence.Incarnation, reason)
	}
	if c.fence == nil {
		return nil
	}
	if err := saveFence(c.db, nil); err != nil {
		return err
	}
	c.fence = nil
	return c.own.become(c.self())
}

// errAmbiguous marks a commit of which nobody knows whether it will be there
// after a restart.
var errAmbiguous = errors.New("the outcome of a commit is unknown")

// tries is how often a transaction is tried that conflicts with others in what
// the outbox shares between cases.
const tries = 64

// commit runs write in a transaction, perhaps together with others', and
// commits it. seal, if not nil, is the own write that the transaction holds.
// When the outcome of the commit is unknown the cabinet writes nothing more: a
// second event at the same place would be a fork.
func (c *Cabinet) commit(write func(*badger.Txn) error, seal *sealed) error {
	err := c.groups.commit(func(txn *badger.Txn) error {
		if err := write(txn); err != nil || seal == nil {
			return err
		}
		return c.own.enter(txn, seal)
	})
	switch {
	case err == nil:
		if seal != nil {
			c.own.committed(seal)
		}
		return nil
	case seal != nil && seal.assigned() && !errors.Is(err, errAmbiguous):
		if void := c.own.void(seal); void != nil {
			err = errors.Join(err, errAmbiguous, void)
		}
	}
	if errors.Is(err, errAmbiguous) {
		c.broken.CompareAndSwap(nil, &err)
	}
	return err
}
