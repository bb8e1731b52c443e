package certify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"go.uber.org/goleak"

	"tongban/consensus/certify/ledgertest"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

const realm = "9d1c0a5e7b3f2468"

var root = ledgertest.Key("root")

// hall is a set of voters on one in-memory network, each with its own copy of
// the journal and its own store. Commit plays Raft.
type hall struct {
	t       *testing.T
	network *wire.Memory
	ctx     context.Context
	running sync.WaitGroup
	voters  map[string]*voter
	leader  atomic.Value // string
}

type voter struct {
	*Service
	name   string
	ledger *ledgertest.Ledger
	db     *badger.DB
	log    *logBook
	stop   context.CancelFunc
	done   chan error
	told   atomic.Int64 // calls of Certified
}

func newHall(t *testing.T, leader string, names ...string) *hall {
	h := &hall{t: t, network: wire.NewMemory(), voters: map[string]*voter{}}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	h.ctx = ctx
	h.leader.Store(leader)
	t.Cleanup(func() {
		cancel()
		h.running.Wait()
		h.network.Close()
	})
	founded := ledgertest.Found(realm, root, names...)
	for _, n := range names {
		l := ledgertest.New(realm, 0)
		l.Copy(founded, 1)
		h.start(n, l, openStore(t))
	}
	return h
}

func openStore(t *testing.T) *badger.DB {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions(t.TempDir()).WithSyncWrites(true).WithLogger(nil).
		WithMemTableSize(1 << 20).WithValueThreshold(1 << 10).WithBlockCacheSize(0).WithCompression(0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// quick are delays for tests.
var quick = Timing{
	Linger: time.Millisecond, Patience: 500 * time.Millisecond, Timeout: 2 * time.Second,
	RetryMin: 10 * time.Millisecond, RetryMax: 50 * time.Millisecond, Recheck: time.Hour,
}

func (h *hall) start(name string, l *ledgertest.Ledger, db *badger.DB) *voter {
	v := &voter{name: name, ledger: l, db: db, log: &logBook{}, done: make(chan error, 1)}
	v.Service = New(Config{
		Self: name, Key: ledgertest.Key(name), DB: db, Ledger: l, Network: h.network.Join(name),
		IsLeader: func() bool { return h.leader.Load() == name },
		Now:      time.Now, Log: slog.New(slog.NewTextHandler(v.log, nil)),
		Certified: func() { v.told.Add(1) }, Timing: quick,
	})
	var ctx context.Context
	ctx, v.stop = context.WithCancel(h.ctx)
	h.voters[name] = v
	h.running.Go(func() { v.done <- v.Run(ctx) })
	return v
}

// commit appends to the leader's journal and copies it to the others, but for
// those named.
func (h *hall) commit(add func(*ledgertest.Ledger) chain.Head, except ...string) chain.Head {
	lead := h.voters[h.leader.Load().(string)]
	head := add(lead.ledger)
	for _, v := range h.voters {
		if v != lead && !contains(except, v.name) {
			v.ledger.Copy(lead.ledger, head.Index)
		}
	}
	return head
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

func content(l *ledgertest.Ledger) chain.Head { return l.Append([]byte("content")) }

// certified waits until a voter keeps a valid certificate at an index.
func (h *hall) certified(name string, index uint64) chain.Certificate {
	h.t.Helper()
	var cert chain.Certificate
	h.eventually(fmt.Sprintf("%s has certificate %d", name, index), func() bool {
		var ok bool
		cert, ok = h.voters[name].ledger.CertificateAt(index)
		return ok
	})
	if err := cert.Verify(h.voters[name].ledger.VotersAt(index)); err != nil {
		h.t.Fatal(err)
	}
	return cert
}

func (h *hall) eventually(what string, ok func() bool) {
	h.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-h.ctx.Done():
			h.t.Fatalf("never: %s", what)
		}
	}
}

type logBook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logBook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logBook) has(part string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.text.String(), part)
}

func TestEveryVoterGetsTheCertificate(t *testing.T) {
	h := newHall(t, "a", "a", "b", "c")
	for range 5 {
		head := h.commit(content)
		for name := range h.voters {
			if c := h.certified(name, head.Index); c.Checkpoint.Head != head || c.Checkpoint.Voters != 1 {
				t.Fatalf("certificate %+v", c)
			}
		}
	}
	if h.voters["c"].told.Load() == 0 {
		t.Error("whoever feeds was not told")
	}
	h.eventually("status", func() bool {
		st := h.voters["a"].Status()
		return st.Certified == 6 && len(st.Voters) == 3 && st.Time > 0
	})
}

func TestOneVoter(t *testing.T) {
	h := newHall(t, "a", "a")
	h.certified("a", h.commit(content).Index)
}

// Under load one certificate serves a batch.
func TestBatches(t *testing.T) {
	h := newHall(t, "a", "a", "b", "c")
	var head chain.Head
	for range 300 {
		head = h.commit(content)
	}
	h.certified("c", head.Index)
	if n := h.voters["a"].told.Load(); n > 150 {
		t.Errorf("%d certificates for 300 records", n)
	}
}

// An unreachable minority delays nothing; when it is back it gets what it
// missed.
func TestUnreachableMinority(t *testing.T) {
	h := newHall(t, "a", "a", "b", "c")
	h.network.Isolate("c")
	began := time.Now()
	head := h.commit(content)
	h.certified("a", head.Index)
	h.certified("b", head.Index)
	if took := time.Since(began); took > time.Second {
		t.Errorf("took %v", took)
	}
	h.network.Reconnect("c")
	h.certified("c", head.Index)
}

// A voter that is up but has not applied the record delays nothing either.
func TestSlowMinority(t *testing.T) {
	h := newHall(t, "a", "a", "b", "c")
	head := h.commit(content, "c")
	h.certified("b", head.Index)
	h.voters["c"].ledger.Copy(h.voters["a"].ledger, head.Index)
	h.certified("c", head.Index)
}

func TestNoMajorityNoCertificate(t *testing.T) {
	h := newHall(t, "a", "a", "b", "c")
	h.network.Isolate("b")
	h.network.Isolate("c")
	head := h.commit(content)
	h.eventually("it says so", func() bool { return h.voters["a"].log.has("no certificate") })
	if _, ok := h.voters["a"].ledger.CertificateAt(head.Index); ok {
		t.Fatal("certified by one of three")
	}
	h.network.Reconnect("b")
	h.certified("a", head.Index)
}

// The set that is replaced certifies its successor, and nothing is certified
// past that before it did.
func TestChangesOfVoters(t *testing.T) {
	h := newHall(t, "a", "a", "b", "c")
	h.network.Isolate("b")
	h.network.Isolate("c")
	change := h.commit(func(l *ledgertest.Ledger) chain.Head { return l.SetVoters("a", "b") })
	after := h.commit(content)
	h.eventually("it tries", func() bool { return h.voters["a"].log.has(fmt.Sprintf("index=%d", change.Index)) })
	h.network.Reconnect("c") // c is no voter any more, but signs for the record that says so
	cert := h.certified("a", change.Index)
	if cert.Checkpoint.Voters != 1 || cert.Votes[0].Voter+cert.Votes[1].Voter == "ab" {
		t.Errorf("certificate %+v", cert)
	}
	if _, ok := h.voters["a"].ledger.CertificateAt(after.Index); ok {
		t.Fatal("certified with one of two")
	}
	h.network.Reconnect("b")
	for _, name := range []string{"a", "b"} {
		if c := h.certified(name, after.Index); c.Checkpoint.Voters != change.Index {
			t.Errorf("certificate %+v", c)
		}
		h.certified(name, change.Index)
	}
	h.certified("c", change.Index)
}

// A voter that missed the certificate of a change gets it with the next one.
func TestMissedChangeIsBroughtLater(t *testing.T) {
	h := newHall(t, "a", "a", "b", "c")
	h.network.Isolate("c")
	change := h.commit(func(l *ledgertest.Ledger) chain.Head { return l.SetVoters("c", "b", "a") })
	for range 20 {
		h.commit(content)
	}
	h.certified("b", h.voters["a"].ledger.Head().Index)
	h.network.Reconnect("c")
	h.certified("c", h.voters["a"].ledger.Head().Index)
	h.certified("c", change.Index)
}

// After a failover the new leader finishes what the old one began, changes of
// voters first, whoever collected before.
func TestNewLeaderFinishes(t *testing.T) {
	h := newHall(t, "a", "a", "b", "c")
	h.leader.Store("nobody")
	a := h.voters["a"].ledger
	change := a.SetVoters("b", "c")
	head := a.Append([]byte("content"))
	h.voters["b"].ledger.Copy(a, head.Index)
	h.voters["c"].ledger.Copy(a, head.Index)
	h.network.Isolate("a")
	h.leader.Store("b")
	h.voters["b"].Wake()
	h.certified("c", change.Index)
	h.certified("c", head.Index)
}

// A long stretch without certificates is certified piece by piece, so that no
// follower has to buffer all of it.
func TestGapsAreBounded(t *testing.T) {
	h := newHall(t, "a", "a", "b", "c")
	h.leader.Store("nobody")
	lead := h.voters["a"].ledger
	for range 40 {
		lead.Append(make([]byte, 200<<10))
	}
	for _, n := range []string{"b", "c"} {
		h.voters[n].ledger.Copy(lead, 41)
	}
	h.leader.Store("a")
	h.voters["a"].Wake()
	h.certified("a", 41)
	last := uint64(1)
	for i := uint64(2); i <= 41; i++ {
		if _, ok := lead.CertificateAt(i); ok {
			if i-last > 6 { // of 200 KiB each, in 1 MiB
				t.Errorf("from %d to %d without a certificate", last, i)
			}
			last = i
		}
	}
}

// A voter whose journal differs refuses, both ends say so, and the majority
// goes on; the certificate that contradicts it stops it.
func TestDivergedVoterStops(t *testing.T) {
	h := newHall(t, "a", "a", "b", "c")
	h.voters["c"].ledger.Append([]byte("something else"))
	h.network.Isolate("b")
	head := h.commit(content, "c")
	h.eventually("the leader says so", func() bool { return h.voters["a"].log.has("this voter computed") })
	h.network.Reconnect("b")
	h.certified("a", head.Index)
	select {
	case err := <-h.voters["c"].done:
		if !errors.Is(err, chain.ErrDiverged) {
			t.Fatalf("it ended with %v", err)
		}
	case <-h.ctx.Done():
		t.Fatal("the diverged voter goes on")
	}
}

// call sends one request as a center and returns the answer.
func (h *hall) call(from, to string, req request) response {
	h.t.Helper()
	stream, err := h.network.Join(from).Dial(h.ctx, to, Protocol)
	if err != nil {
		h.t.Fatal(err)
	}
	defer stream.Close()
	if err := wire.WriteFrame(stream, req); err != nil {
		h.t.Fatal(err)
	}
	var resp response
	if err := wire.ReadFrame(bufio.NewReader(stream), 0, &resp); err != nil {
		h.t.Fatal(err)
	}
	return resp
}

// What a voter refuses to sign or to keep.
func TestRefusals(t *testing.T) {
	h := newHall(t, "nobody", "a", "b", "c")
	h.voters["c"].stop() // c's place on the network is taken by hand
	<-h.voters["c"].done
	a := h.voters["a"].ledger
	a.Append([]byte("two"))
	a.SetVoters("a", "c")
	a.Append([]byte("four"))
	good := func(index uint64) chain.Checkpoint { return a.Checkpoint(index) }
	bend := func(c chain.Checkpoint, how func(*chain.Checkpoint)) *chain.Checkpoint { how(&c); return &c }
	other := chain.Sum([]byte("other"))
	for _, c := range []struct {
		name string
		from string
		req  request
		code refusal.Code
	}{
		{"a good one", "c", request{Ask: bend(good(2), func(*chain.Checkpoint) {})}, ""},
		{"a removed voter asks", "b", request{Ask: bend(good(4), func(*chain.Checkpoint) {})}, NotVoter},
		{"but may where it was one", "b", request{Ask: bend(good(3), func(*chain.Checkpoint) {})}, ""},
		{"a stranger asks", "x", request{Ask: bend(good(2), func(*chain.Checkpoint) {})}, NotVoter},
		{"another realm", "c", request{Ask: bend(good(2), func(c *chain.Checkpoint) { c.Log = "other" })}, ForeignRealm},
		{"another generation", "c", request{Ask: bend(good(2), func(c *chain.Checkpoint) { c.Generation = 1 })}, OtherGeneration},
		{"another set", "c", request{Ask: bend(good(4), func(c *chain.Checkpoint) { c.Voters = 1 })}, OtherVoters},
		{"another head", "c", request{Ask: bend(good(2), func(c *chain.Checkpoint) { c.Head.Hash = other })}, Diverged},
		{"not applied yet", "c", request{Ask: bend(good(4), func(c *chain.Checkpoint) { c.Head.Index = 9 })}, NotYet},
		{"record 1", "c", request{Ask: bend(good(1), func(*chain.Checkpoint) {})}, refusal.Malformed},
		{"too few votes", "c", request{Give: []chain.Certificate{ledgertest.Sign(good(2), "a")}}, ForgedCheckpoint},
		{"strangers' votes", "c", request{Give: []chain.Certificate{ledgertest.Sign(good(2), "a", "x", "y")}}, ForgedCheckpoint},
		{"a removed voter's votes", "c", request{Give: []chain.Certificate{ledgertest.Sign(good(4), "a", "b")}}, ForgedCheckpoint},
		{"the old set's votes", "c", request{Give: []chain.Certificate{ledgertest.Sign(*bend(good(4), func(c *chain.Checkpoint) { c.Voters = 1 }), "a", "b", "c")}}, OtherVoters},
		{"a stranger's gift", "x", request{Give: []chain.Certificate{ledgertest.Sign(good(2), "a", "b")}}, NotVoter},
		{"too many", "c", request{Give: make([]chain.Certificate, maxGiven+1)}, refusal.TooLarge},
		{"a good certificate", "c", request{Give: []chain.Certificate{ledgertest.Sign(good(2), "a", "b")}}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			resp := h.call(c.from, "a", c.req)
			if resp.Code != c.code {
				t.Fatalf("answered %q (%s), want %q", resp.Code, resp.Reason, c.code)
			}
			if c.code == "" && c.req.Ask != nil {
				if err := c.req.Ask.Check(*resp.Vote, ledgertest.Key("a").Public()); err != nil {
					t.Error(err)
				}
			}
			if c.code != "" && !h.voters["a"].log.has("code="+string(c.code)) {
				t.Error("the log does not say why")
			}
			if c.code == Diverged && (resp.Head == nil || *resp.Head != good(2).Head) {
				t.Errorf("own head not told: %+v", resp.Head)
			}
		})
	}
	if _, ok := a.CertificateAt(4); ok {
		t.Error("a forged certificate was kept")
	}
	if resp := h.call("c", "a", request{}); resp.Certified != 2 || len(resp.Missing) != 1 || resp.Missing[0] != 3 {
		t.Errorf("%+v", resp)
	}
}

func TestGarbageIsDropped(t *testing.T) {
	h := newHall(t, "nobody", "a", "b")
	stream, err := h.network.Join("b").Dial(h.ctx, "a", Protocol)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	if _, err := stream.Write([]byte{4, 0xff, 0xff, 0xff, 0xff}); err != nil {
		t.Fatal(err)
	}
	if n, err := stream.Read(make([]byte, 1)); n != 0 || err == nil || isTimeout(err) {
		t.Fatalf("%d, %v", n, err)
	}
}

func isTimeout(err error) bool {
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}
