package feed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tongban/consensus/certify/ledgertest"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// town is a group of real services on one in-memory network.
type town struct {
	t       testing.TB
	network *wire.Memory
	ctx     context.Context
	cancel  context.CancelFunc
	running sync.WaitGroup
	delays  Delays // of the nodes started from now on
}

func newTown(t testing.TB) *town {
	w := &town{t: t, network: wire.NewMemory(), delays: quick}
	w.ctx, w.cancel = context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(func() {
		w.cancel()
		w.running.Wait()
		w.network.Close()
	})
	return w
}

// node is one center's service with its journal and what its Run returned.
type node struct {
	*Service
	name    string
	journal *ledgertest.Ledger
	log     *logBook
	done    chan error
	stop    context.CancelFunc
}

// quick are delays for tests of a few nodes; the sign of life is a third of the
// silence.
var quick = Delays{
	Silence: 300 * time.Millisecond, Patience: time.Second,
	RetryMin: 20 * time.Millisecond, RetryMax: 100 * time.Millisecond, Avoid: time.Minute,
}

// start runs a node that follows sources, in their order.
func (w *town) start(name string, journal *ledgertest.Ledger, sources ...string) *node {
	n := &node{name: name, journal: journal, log: &logBook{}, done: make(chan error, 1)}
	n.Service = New(Config{
		Journal: journal, Network: w.network.Join(name),
		Sources:  func() []string { return sources },
		Founders: ledgertest.Founders(root.Public()),
		Now:      time.Now, Rand: func() float64 { return 0.5 },
		Log: slog.New(slog.NewTextHandler(n.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Delays: w.delays, SignOfLife: w.delays.withDefaults().Silence / 3,
	})
	var ctx context.Context
	ctx, n.stop = context.WithCancel(w.ctx)
	w.running.Go(func() { n.done <- n.Run(ctx) })
	return n
}

// waitFor fails the test when a node does not get there.
func (w *town) waitFor(n *node, index uint64) {
	w.t.Helper()
	if err := n.WaitFor(w.ctx, index); err != nil {
		w.t.Fatalf("%s: %v; status %+v", n.name, err, n.Status())
	}
}

// eventually polls a condition that no channel tells of.
func (w *town) eventually(what string, ok func() bool) {
	w.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-w.ctx.Done():
			w.t.Fatalf("never: %s", what)
		}
	}
}

// logBook keeps what a node logged.
type logBook struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logBook) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logBook) has(parts ...string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for line := range strings.Lines(l.text.String()) {
		if !slices.ContainsFunc(parts, func(p string) bool { return !strings.Contains(line, p) }) {
			return true
		}
	}
	return false
}

// truth is a journal of n records, certified at each of at.
func truth(n int, at ...uint64) *ledgertest.Ledger {
	l := ledgertest.Found(realm, root, "a", "b", "c")
	for l.Head().Index < uint64(n) {
		l.Append([]byte(fmt.Sprint("content ", l.Head().Index)))
	}
	for _, i := range at {
		l.Certify(i)
	}
	return l
}

func empty() *ledgertest.Ledger { return ledgertest.New(realm, 0) }

// raw answers the feed protocol by hand, as a hostile or broken source.
func (w *town) raw(name string, answer func(h Hello, send func(any) bool)) {
	w.network.Join(name).Handle(Protocol, func(ctx context.Context, from string, stream net.Conn) {
		reader := bufio.NewReader(stream)
		var h Hello
		if wire.ReadFrame(reader, 0, &h) != nil {
			return
		}
		answer(h, func(frame any) bool { return wire.WriteFrame(stream, frame) == nil })
		// Keep the line open, silently, until the follower leaves.
		_, _ = io.Copy(io.Discard, reader)
	})
}

func TestPushesDownTheTree(t *testing.T) {
	w := newTown(t)
	top := w.start("district", truth(5, 5))
	town := w.start("town", empty(), "district")
	village := w.start("village", empty(), "town", "district")
	w.waitFor(village, 5)
	w.eventually("the parent", func() bool { return village.Status().Source == "town" })
	for i := range 20 {
		head := top.journal.Append([]byte{byte(i)})
		top.journal.Certify(head.Index)
		top.Announce()
		w.waitFor(village, head.Index)
		if village.journal.Head() != head || town.journal.Head() != head {
			t.Fatalf("head %v, village has %v", head, village.journal.Head())
		}
	}
	if s := village.Status().Source; s != "town" {
		t.Errorf("the village follows %q", s)
	}
	if c := town.Status().Children; len(c) != 1 || c[0].Center != "village" {
		t.Errorf("the town's children: %+v", c)
	}
}

func TestNothingPastTheNewestCertificate(t *testing.T) {
	w := newTown(t)
	top := w.start("district", truth(9, 4))
	village := w.start("village", empty(), "district")
	w.waitFor(village, 4)
	top.Announce()
	w.eventually("a sign of life", func() bool { return village.Status().Heard.After(village.Status().Since) })
	if got := village.journal.Head().Index; got != 4 {
		t.Fatalf("the village applied %d records, 4 are certified", got)
	}
	top.journal.Certify(9)
	top.Announce()
	w.waitFor(village, 9)
}

func TestLongCatchUpAcrossChangesOfVoters(t *testing.T) {
	w := newTown(t)
	l := ledgertest.Found(realm, root, "a")
	voters := []string{"a"}
	for i := range 4000 {
		switch {
		case i%700 == 699:
			voters = append(voters, fmt.Sprint("v", i))
			l.Certify(l.SetVoters(voters...).Index)
		case i%300 == 299:
			l.Certify(l.Append(make([]byte, 400)).Index)
		default:
			l.Append(make([]byte, 400))
		}
	}
	last := l.Certify(l.Head().Index).Checkpoint.Head
	w.start("district", l)
	town := w.start("town", empty(), "district")
	village := w.start("village", empty(), "town")
	w.waitFor(village, last.Index)
	if village.journal.Head() != last {
		t.Fatal("another head")
	}
	for k, ok := l.NextTransition(1); ok; k, ok = l.NextTransition(k) {
		if _, have := village.journal.CertificateAt(k); !have {
			t.Errorf("the village lacks the certificate of the change at %d", k)
		}
	}
	_ = town
}

// A parent that accepts but says nothing is left for the grandparent; when it
// speaks again the child comes back.
func TestSilentParent(t *testing.T) {
	w := newTown(t)
	top := w.start("district", truth(5, 5))
	w.raw("town", func(Hello, func(any) bool) {})
	village := w.start("village", empty(), "town", "district")
	w.waitFor(village, 5)
	if s := village.Status().Source; s != "district" {
		t.Fatalf("follows %q", s)
	}
	if !village.log.has("source=town", "code=silent") {
		t.Error("the log does not say that the town was silent")
	}
	town := w.start("town", empty(), "district")
	w.waitFor(town, 5)
	w.eventually("back to the parent", func() bool { return village.Status().Source == "town" })
	head := top.journal.Append([]byte("more"))
	top.journal.Certify(head.Index)
	top.Announce()
	w.waitFor(village, head.Index)
}

func TestParentCutAndHealed(t *testing.T) {
	w := newTown(t)
	top := w.start("district", truth(5, 5))
	w.start("town", empty(), "district")
	village := w.start("village", empty(), "town", "district")
	w.waitFor(village, 5)
	w.network.Cut("village", "town")
	w.eventually("the grandparent", func() bool { return village.Status().Source == "district" })
	head := top.journal.Append([]byte("more"))
	top.journal.Certify(head.Index)
	top.Announce()
	w.waitFor(village, head.Index)
	w.network.Heal("village", "town")
	village.Wake()
	w.eventually("the parent", func() bool { return village.Status().Source == "town" })
}

func TestOffline(t *testing.T) {
	w := newTown(t)
	top := w.start("district", truth(5, 5))
	village := w.start("village", empty(), "district")
	w.waitFor(village, 5)
	w.network.Isolate("village")
	w.eventually("nobody", func() bool { return village.Status().Source == "" })
	for range 200 {
		top.journal.Append(make([]byte, 2000))
	}
	top.journal.Certify(205)
	top.Announce()
	w.network.Reconnect("village")
	village.Wake()
	w.waitFor(village, 205)
}

// The voters certified another head than this node holds: Run ends with an
// error that no restart mends.
func TestDivergedNodeStops(t *testing.T) {
	w := newTown(t)
	bent := empty()
	bent.Copy(truth(3), 3)
	bent.Append([]byte("another fourth record"))
	cert, _ := truth(4, 4).CertificateAt(4)
	w.raw("district", func(_ Hello, send func(any) bool) {
		send(Welcome{Reached: 4})
		send(Push{Certificate: &cert, Reached: 4})
	})
	village := w.start("village", bent, "district")
	select {
	case err := <-village.done:
		if !errors.Is(err, chain.ErrDiverged) {
			t.Fatalf("ended with %v", err)
		}
	case <-w.ctx.Done():
		t.Fatal("it goes on")
	}
}

func TestJournalOutOfOrderRecovers(t *testing.T) {
	w := newTown(t)
	w.start("district", truth(5, 5))
	j := empty()
	j.Break(errors.New("no space left"))
	village := w.start("village", j, "district")
	w.eventually("the trouble shows", func() bool { return village.Status().Error == "no space left" })
	j.Break(nil)
	village.Wake()
	w.waitFor(village, 5)
	w.eventually("the trouble is over", func() bool { return village.Status().Error == "" })
}

// A second stream of one center ends the first, and a full node says so.
func TestChildrenAreBounded(t *testing.T) {
	w := newTown(t)
	top := w.start("district", truth(5, 5))
	w.eventually("feeding", func() bool { top.mu.Lock(); defer top.mu.Unlock(); return top.running != nil })
	top.cfg.MaxChildren = 1
	village := w.network.Join("village")
	_, first := dial(t, w, village)
	second, _ := dial(t, w, village)
	if _, err := io.Copy(io.Discard, first); w.ctx.Err() != nil {
		t.Fatalf("the first stream was left open: %v", err)
	}
	if len(top.Status().Children) != 1 {
		t.Errorf("children: %+v", top.Status().Children)
	}
	var full Welcome
	stream, err := w.network.Join("other").Dial(w.ctx, "district", Protocol)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	if err := wire.ReadFrame(bufio.NewReader(stream), 0, &full); err != nil || full.Code != refusal.Unavailable {
		t.Errorf("%+v, %v", full, err)
	}
	second.Close()
}

// dial greets the district by hand and returns the stream behind the welcome.
func dial(t *testing.T, w *town, n wire.Network) (net.Conn, *bufio.Reader) {
	t.Helper()
	stream, err := n.Dial(w.ctx, "district", Protocol)
	if err != nil {
		t.Fatal(err)
	}
	var answer Welcome
	if err := wire.WriteFrame(stream, Hello{Realm: realm, Head: chain.Start(realm)}); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(stream)
	if err := wire.ReadFrame(reader, 0, &answer); err != nil || answer.Code != "" {
		t.Fatalf("%+v, %v", answer, err)
	}
	return stream, reader
}

// A version published at the top reaches 300 followers, three levels deep.
func TestThreeHundredFollowers(t *testing.T) {
	w := newTown(t)
	top, all := w.tree(12, 24)
	for range 3 {
		t.Logf("%d followers in %v", len(all), w.publish(top, all))
	}
}

// tree is a district, towns under it, villages under each.
func (w *town) tree(towns, villages int) (top *node, all []*node) {
	w.delays = Delays{} // three hundred nodes on two processors need the real ones
	top = w.start("district", truth(5, 5))
	for i := range towns {
		name := fmt.Sprintf("town-%02d", i)
		all = append(all, w.start(name, empty(), "district"))
		for k := range villages {
			all = append(all, w.start(fmt.Sprintf("village-%02d-%02d", i, k), empty(), name, "district"))
		}
	}
	for _, n := range all {
		w.waitFor(n, 5)
	}
	return top, all
}

func (w *town) publish(top *node, all []*node) time.Duration {
	began := time.Now()
	head := top.journal.Append(make([]byte, 4000))
	top.journal.Certify(head.Index)
	top.Announce()
	for _, n := range all {
		w.waitFor(n, head.Index)
	}
	return time.Since(began)
}

func BenchmarkPublishTo300(b *testing.B) {
	w := newTown(b)
	top, all := w.tree(12, 24)
	for b.Loop() {
		w.publish(top, all)
	}
}
