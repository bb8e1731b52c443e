// Package exchange brings casefiles from node to node: store-and-forward, for
// as long as it takes. Its outbox is a cursor over what the cabinet has
// stored, written in the same transaction as the change; the road does not
// matter, because every record is sealed: a stream, a parent that carries, a
// file on a USB stick.
//
// It must never acknowledge before it has committed, never decide who may
// write on a case (casefile does), never give up a row, and never fence a
// node on a claim that the node did not seal itself.
package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Taken is what the cabinet made of records that came in.
type Taken struct {
	Code refusal.Code // "", CodeGap, CodeParked, CodeSuperseded, or why it was refused
	Hint string
	Head chain.Head // where our copy ends now
}

// Cases is what the exchange asks of the cabinet. Safe for concurrent use.
type Cases interface {
	// State is the case as our log has it; refusal.NotFound for an unknown one.
	State(id casefile.ID) (casefile.State, error)
	// Log is at most limit records from number from on.
	Log(id casefile.ID, from uint64, limit int) ([][]byte, error)
	// Take judges records that continue the log at number first, and has
	// committed what it keeps when it returns. An error means: not now.
	Take(ctx context.Context, from area.Center, id casefile.ID, first uint64, records [][]byte) (Taken, error)
	// Keep writes a request into a case that we hold, at most once for each id.
	Keep(ctx context.Context, id casefile.ID, request string, sealed []byte) (casefile.State, error)
	// Each is at most limit cases by ascending id, after one.
	Each(after casefile.ID, limit int) ([]casefile.State, error)
	// Overruled are the ends of our former logs of a case that a log of a
	// higher epoch overruled and that nobody has settled yet.
	Overruled(id casefile.ID) ([]Tail, error)
	// Own is number and chained hash of everything that this party sealed,
	// as it is committed.
	Own() chain.Head
	// Fenced tells why nothing may be written, if so.
	Fenced() (reason string, fenced bool)
	// Changed is closed when something was committed; ask again afterwards.
	Changed() <-chan struct{}
}

// Tail is the end of a log: the records behind a head.
type Tail struct {
	Base    chain.Head
	Records [][]byte
}

// Blobs is what the exchange asks of the store of attachments, always as of one
// case: what a log names and is not its own is nowhere. Safe for concurrent use.
type Blobs interface {
	Has(owner casefile.Owner, hash chain.Hash) bool
	// Export is the content as it travels, salt included; refusal.NotFound
	// when there is none, or none any more.
	Export(owner casefile.Owner, hash chain.Hash) ([]byte, error)
	// Import checks owner and content against the hash and commits it. What was
	// erased is refused.
	Import(ctx context.Context, owner casefile.Owner, hash chain.Hash, content []byte) error
	// Piece is at most limit bytes of what Export gives, from offset on, and
	// the size of the whole; refused as Export is, and when it was erased with
	// attach.Gone.
	Piece(owner casefile.Owner, hash chain.Hash, offset int64, limit int) (part []byte, size int64, err error)
	// Wrap and Unwrap encrypt what has come of a blob until it is whole.
	Wrap(owner casefile.Owner, hash chain.Hash, offset int64, piece []byte) ([]byte, error)
	Unwrap(owner casefile.Owner, hash chain.Hash, offset int64, wrapped []byte) ([]byte, error)
}

// Directory is what the exchange asks of the Register. Safe for concurrent use.
type Directory interface {
	Head() chain.Head
	// Key is the key of a party, also of one that may not write any more.
	Key(p casefile.Party) (chain.PublicKey, bool)
	// Current is the incarnation in which a center may write now.
	Current(c area.Center) (incarnation uint32, ok bool)
	// Dialable is false for a center that has no address and only dials out.
	Dialable(c area.Center) bool
}

// Config is what an exchange is made of.
type Config struct {
	Realm     string
	DB        *badger.DB // prefixes o/ i/ r/ y/
	Network   wire.Network
	Directory Directory
	Self      func() casefile.Party
	Key       func() chain.Key
	Machine   []byte // hash of the machine's id, 1 to 64 bytes
	// Fence stops all writing of this node: a peer has shown our own seal
	// under more than we know of. Called at most once for each incarnation.
	Fence  func(reason string)
	Now    func() time.Time
	Rand   io.Reader
	Timing Timing
	Log    *slog.Logger
}

// Exchange is one node's outbox and its answers to the others'. Safe for
// concurrent use.
type Exchange struct {
	// Constant after New and Attach.
	cfg   Config
	cases Cases
	blobs Blobs
	nonce []byte
	in    *inbox
	ready chan struct{} // closed when Run answers

	version atomic.Uint64

	mu       sync.Mutex
	core     *Core
	staged   []stagedRow // perhaps committed
	settling int         // of them, looked up right now
	streams  map[area.Center]*outStream
	changed  chan struct{}
	ctx      context.Context // of Run; nil before and after
	fencedAs casefile.Party  // for which Fence was called
	running  sync.WaitGroup
	poke     chan struct{}     // Run looks at staged and the time again
	logged   map[string]string // refusals that were logged, by row
	book     book
}

type stagedRow struct {
	row    Row
	drop   bool
	at     time.Time
	before chain.Head // of the case
}

// New makes an exchange and reads what waits in its store. It sends nothing
// before Attach and Run.
func New(cfg Config) (*Exchange, error) {
	x := &Exchange{
		cfg: cfg, nonce: make([]byte, 16), poke: make(chan struct{}, 1), ready: make(chan struct{}),
		streams: map[area.Center]*outStream{}, changed: make(chan struct{}), logged: map[string]string{}, book: newBook(),
	}
	if _, err := io.ReadFull(cfg.Rand, x.nonce); err != nil {
		return nil, fmt.Errorf("exchange: nonce: %w", err)
	}
	x.in = newInbox(x)
	x.core = NewCore(cfg.Timing, x.jitter)
	x.cfg.Timing = cfg.Timing.withDefaults()
	rows, marks, err := load(cfg.DB)
	if err != nil {
		return nil, err
	}
	self := cfg.Self()
	for dest, m := range marks {
		if m.Mine != self.Incarnation {
			m.N = 0 // numbers begin again
		}
		x.core.Restore(dest, m.Peer, m.N)
	}
	for _, r := range rows {
		x.version.Store(max(x.version.Load(), r.Version))
		x.core.Step(time.Time{}, RowStaged{r})
	}
	x.core.forgetDials()
	return x, nil
}

// jitter is a random number in [0,1).
func (x *Exchange) jitter() float64 {
	var b [2]byte
	if _, err := io.ReadFull(x.cfg.Rand, b[:]); err != nil {
		return 0.5
	}
	return float64(uint16(b[0])<<8|uint16(b[1])) / (1 << 16)
}

// Attach gives the exchange the cabinet and the attachments; the cabinet is
// opened with the exchange as its outbox, so it comes second.
func (x *Exchange) Attach(c Cases, b Blobs) { x.cases, x.blobs = c, b }

func (x *Exchange) enrolled(c area.Center) bool {
	_, ok := x.cfg.Directory.Current(c)
	return ok
}

// Ready is closed when Run answers the streams of others.
func (x *Exchange) Ready() <-chan struct{} { return x.ready }

// Run sends and answers until ctx ends, and returns when every stream of its
// own is closed. It is called once. An error is one of the store's.
func (x *Exchange) Run(ctx context.Context) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	failed := make(chan error, 1)
	defer func() {
		cancel()
		x.mu.Lock()
		x.ctx = nil
		x.mu.Unlock()
		x.running.Wait()
		err = errors.Join(err, x.settleBook())
	}()
	if err := x.sweepPieces(); err != nil {
		return err
	}
	x.running.Go(func() {
		if err := x.keepBook(ctx); err != nil {
			failed <- err
		}
	})
	x.mu.Lock()
	x.ctx = ctx
	x.mu.Unlock()
	x.cfg.Network.Handle(Protocol, x.in.serve)
	close(x.ready)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		moved := x.cases.Changed()
		if err := x.settle(); err != nil {
			return err
		}
		if _, fenced := x.cases.Fenced(); !fenced {
			if err := x.step(Tick{}); err != nil {
				return err
			}
		}
		timer.Reset(x.pause())
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-moved:
		case <-x.poke:
		case <-timer.C:
		}
	}
}

// pause is how long nothing happens by itself.
func (x *Exchange) pause() time.Duration {
	x.mu.Lock()
	defer x.mu.Unlock()
	now := x.cfg.Now()
	longest := time.Minute
	if at, ok := x.core.Wake(now); ok {
		return min(max(at.Sub(now), 10*time.Millisecond), longest)
	}
	return longest
}

// nudge makes Run look again.
func (x *Exchange) nudge() {
	select {
	case x.poke <- struct{}{}:
	default:
	}
}

// step gives inputs to the core and does what it asks for.
func (x *Exchange) step(inputs ...Input) error {
	if len(inputs) == 0 {
		return nil
	}
	x.mu.Lock()
	var out []Output
	now := x.cfg.Now()
	for _, in := range inputs {
		out = append(out, x.core.Step(now, in)...)
	}
	if x.ctx == nil { // before Run and after it no line moves
		x.core.forgetDials()
	}
	x.oweLocked(out) // before a stream takes the row again: it goes by what was learned
	x.announceLocked()
	x.mu.Unlock()
	if _, tick := inputs[0].(Tick); !tick {
		x.nudge() // Run sleeps until the core's next time, which may have come nearer
	}
	return x.do(out)
}

// do carries out what the core asks for.
func (x *Exchange) do(out []Output) error {
	if len(out) == 0 {
		return nil
	}
	var staged []Row
	for _, o := range out {
		switch o := o.(type) {
		case Dial:
			x.dial(o.Dest)
		case Send:
			x.mu.Lock()
			s := x.streams[o.Dest]
			x.mu.Unlock()
			if s != nil {
				s.wake()
			}
		case Return:
			if err := x.giveBack(o); err != nil {
				return err
			}
		case Stage:
			staged = append(staged, o.Row)
		}
	}
	if len(staged) > 0 {
		if err := x.stage(nil, staged...); err != nil {
			return err
		}
	}
	return nil
}

// announce wakes whoever waits for the rows to change.
func (x *Exchange) announce() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.announceLocked()
}

func (x *Exchange) announceLocked() {
	close(x.changed)
	x.changed = make(chan struct{})
}

// PeerUp says that a center is connected, or that it is back: what waits for
// it is sent at once.
func (x *Exchange) PeerUp(c area.Center) { x.ask(PeerUp{c}) }

// Greet says hello to a center once, even if nothing waits for it: whoever
// remembers more of this node than it does itself tells it so before it writes.
func (x *Exchange) Greet(c area.Center) { x.ask(Greet{c}) }

// TryNow sends what waits for a center at once, what it refused included.
func (x *Exchange) TryNow(c area.Center) { x.ask(TryNow{c}) }

func (x *Exchange) ask(in Input) {
	if err := x.step(in); err != nil {
		x.cfg.Log.Error("exchange", "error", err)
	}
}

// Rows shows what waits for a center, for all of them when it is "": why,
// since when, how far, and when it is tried again.
func (x *Exchange) Rows(dest area.Center) []View {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.core.Rows(dest)
}

// About shows what waits of one case, for whomever.
func (x *Exchange) About(id casefile.ID) []View {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.core.About(string(id))
}

// WaitFor returns when cond holds of what waits for a center (all of them:
// ""), or with ctx's error.
func (x *Exchange) WaitFor(ctx context.Context, dest area.Center, cond func([]View) bool) error {
	for {
		x.mu.Lock()
		changed, pending := x.changed, len(x.staged)+x.settling
		rows := x.core.Rows(dest)
		x.mu.Unlock()
		if pending == 0 && cond(rows) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}
