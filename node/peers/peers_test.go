package peers_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/node/peers"
)

func TestMain(m *testing.M) {
	if os.Getenv("PEERS_IDLE") != "" { // the other process of BenchmarkIdleVillage
		if err := idle(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

const (
	district = area.Center("320509000000")
	town     = area.Center("320509111000")
	village  = area.Center("320509111201")
	other    = area.Center("320509111202")
)

// directory is a directory whose entries the test sets.
type directory struct {
	mu    sync.Mutex
	keys  map[area.Center]chain.PublicKey
	addrs map[area.Center][]string
	past  map[string]standing // by key
}

type standing struct {
	center area.Center
	is     peers.Standing
}

func newDirectory() *directory {
	return &directory{keys: map[area.Center]chain.PublicKey{}, addrs: map[area.Center][]string{}, past: map[string]standing{}}
}

func (d *directory) Key(c area.Center) (chain.PublicKey, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	key, ok := d.keys[c]
	return key, ok
}

func (d *directory) Whose(key chain.PublicKey) (area.Center, peers.Standing) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for center, have := range d.keys {
		if have.Equal(key) {
			return center, peers.Member
		}
	}
	s := d.past[key.String()]
	return s.center, s.is
}

func (d *directory) Addrs(c area.Center) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.addrs[c])
}

func (d *directory) enrol(c area.Center, key chain.PublicKey, addrs ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if old, had := d.keys[c]; had && !old.Equal(key) {
		d.past[old.String()] = standing{c, peers.Superseded}
	}
	d.keys[c], d.addrs[c] = key, addrs
}

func (d *directory) revoke(c area.Center) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.past[d.keys[c].String()] = standing{c, peers.Revoked}
	delete(d.keys, c)
	delete(d.addrs, c)
}

// record is a log that can be waited on.
type record struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wrote chan struct{}
}

func newRecord() *record { return &record{wrote: make(chan struct{}, 1)} }

func (r *record) Write(b []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text.Write(b)
	select {
	case r.wrote <- struct{}{}:
	default:
	}
	return len(b), nil
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// waitFor waits until one line of the log holds all of the words.
func (r *record) waitFor(t *testing.T, words ...string) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		for line := range strings.Lines(r.String()) {
			if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(line, w) }) {
				return
			}
		}
		select {
		case <-r.wrote:
		case <-limit:
			t.Fatalf("the log never said %q; it says\n%s", words, r.String())
		}
	}
}

// node is one node under test.
type node struct {
	*peers.Peers
	center   area.Center
	key      chain.Key
	log      *record
	up, down chan area.Center
	stop     func()
}

func newKey(t testing.TB) chain.Key {
	t.Helper()
	seed := make([]byte, 32)
	rand.Read(seed)
	key, err := chain.NewKey(seed)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

var quick = peers.Timing{Dial: 5 * time.Second, RetryMin: 5 * time.Millisecond, RetryMax: 50 * time.Millisecond}

// start runs a node; listen says whether it can be dialled. It enters itself
// into the directory.
func start(t testing.TB, dir *directory, center area.Center, listen bool) *node {
	t.Helper()
	return startWith(t, dir, center, listen, newKey(t), peers.Village)
}

func startWith(t testing.TB, dir *directory, center area.Center, listen bool, key chain.Key, profile peers.Profile) *node {
	t.Helper()
	n := &node{center: center, key: key, log: newRecord(),
		up: make(chan area.Center, 1024), down: make(chan area.Center, 1024)}
	cfg := peers.Config{
		Key: key, Self: center, Directory: dir, Profile: profile, Timing: quick, Now: time.Now,
		Log: slog.New(slog.NewTextHandler(n.log, nil)),
		Up:  func(c area.Center) { n.up <- c }, Down: func(c area.Center) { n.down <- c },
	}
	if listen {
		cfg.Listen = []string{"/ip4/127.0.0.1/tcp/0"}
	}
	var err error
	if n.Peers, err = peers.New(cfg); err != nil {
		t.Fatal(err)
	}
	n.Handle("/test/echo", func(ctx context.Context, from string, c net.Conn) {
		fmt.Fprintf(c, "hello %s, this is %s\n", from, center)
		io.Copy(c, c)
	})
	if dir != nil {
		dir.enrol(center, key.Public(), n.Addrs()...)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- n.Run(ctx) }()
	n.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run of %s: %v", center, err)
		}
	})
	t.Cleanup(n.stop)
	return n
}

func await(t testing.TB, from <-chan area.Center, want area.Center) {
	t.Helper()
	limit := time.After(20 * time.Second)
	for {
		select {
		case got := <-from:
			if got == want {
				return
			}
		case <-limit:
			t.Fatalf("waited in vain for %s", want)
		}
	}
}

// greeting opens the echo stream and reads its first line.
func greeting(t testing.TB, n *node, to area.Center) (string, error) {
	t.Helper()
	conn, err := n.Dial(context.Background(), string(to), "/test/echo")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	line, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSpace(line), err
}

func TestStreamsBetweenMembers(t *testing.T) {
	dir := newDirectory()
	a, b := start(t, dir, district, true), start(t, dir, town, true)
	got, err := greeting(t, a, town)
	if want := "hello 320509000000, this is 320509111000"; err != nil || got != want {
		t.Fatalf("%q, %v; want %q", got, err, want)
	}
	if got, err = greeting(t, b, district); err != nil {
		t.Fatal(got, err)
	}
	conn, err := a.Dial(t.Context(), string(town), "/test/echo")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	if _, err := in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := wire.WriteFrame(conn, "a frame"); err != nil {
		t.Fatal(err)
	}
	var echo string
	if err := wire.ReadFrame(in, 0, &echo); err != nil || echo != "a frame" {
		t.Fatalf("%q, %v", echo, err)
	}
	if err := conn.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if _, err := in.ReadByte(); err != io.EOF {
		t.Errorf("after CloseWrite: %v, want EOF", err)
	}
	if got := a.Connected(); !slices.Equal(got, []area.Center{town}) {
		t.Errorf("Connected: %v", got)
	}
	if conn.RemoteAddr().Network() != "tcp" || conn.LocalAddr().String() == "" {
		t.Errorf("addresses: %v %v", conn.LocalAddr(), conn.RemoteAddr())
	}
	await(t, a.up, town)
	await(t, b.up, district)
	b.stop()
	await(t, a.down, town)
	if a.Blocked() != 0 {
		t.Errorf("the limits turned %d away", a.Blocked())
	}
}

func TestStreamDeadlines(t *testing.T) {
	dir := newDirectory()
	a, b := start(t, dir, district, true), start(t, dir, town, true)
	held := make(chan struct{})
	defer close(held)
	b.Handle("/test/silent", func(ctx context.Context, _ string, c net.Conn) {
		select {
		case <-ctx.Done():
		case <-held:
		}
	})
	conn, err := a.Dial(t.Context(), string(town), "/test/silent")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		var ne net.Error
		if !errors.As(err, &ne) || !ne.Timeout() {
			t.Errorf("a read past its deadline: %v", err)
		}
	}
}

func TestVillageBehindNAT(t *testing.T) {
	dir := newDirectory()
	// The village starts first and dials until its parent is there.
	v := start(t, dir, village, false)
	if len(v.Addrs()) != 0 {
		t.Fatalf("it can be dialled at %v", v.Addrs())
	}
	up := start(t, dir, town, true)
	v.Refresh() // the Register brought the town's address
	await(t, up.up, village)
	await(t, v.up, town)
	if got, err := greeting(t, up, village); err != nil || got != "hello 320509111000, this is 320509111201" {
		t.Fatalf("over the line that the village keeps: %q, %v", got, err)
	}
	if line := v.Line(); line.To != town || !line.Connected || line.Error != "" {
		t.Errorf("line: %+v", line)
	}
	// Another village cannot reach it, and is told why.
	o := start(t, dir, other, false)
	if _, err := o.Dial(t.Context(), string(village), "/test/echo"); refusal.CodeOf(err) != peers.NoAddress {
		t.Errorf("dialling a village without an address: %v", err)
	}
	// The parent goes away and comes back at another port: the line follows.
	up.stop()
	await(t, v.down, town)
	if _, err := v.Dial(t.Context(), string(town), "/test/echo"); refusal.CodeOf(err) != peers.Unreachable || refusal.HintOf(err) == "" {
		t.Errorf("dialling a center that is down: %v", err)
	}
	again := startWith(t, dir, town, true, up.key, peers.Village)
	v.Refresh()
	await(t, again.up, village)
	await(t, v.up, town)
}

func TestLineGoesToTheGrandparentWhereThereIsNoParent(t *testing.T) {
	dir := newDirectory()
	top := start(t, dir, district, true)
	v := start(t, dir, village, false)
	await(t, top.up, village)
	start(t, dir, town, true)
	v.Refresh() // the town was enrolled meanwhile
	await(t, v.up, town)
}

func TestStrangersAreRefusedBothWays(t *testing.T) {
	dir, wide := newDirectory(), newDirectory()
	a := start(t, dir, district, true)
	s := start(t, wide, town, true) // not in a's directory
	wide.enrol(district, a.key.Public(), a.Addrs()...)
	// Inbound: the stranger dials.
	if _, err := greeting(t, s, district); err == nil {
		t.Fatal("a stranger opened a stream")
	}
	a.log.waitFor(t, "peer refused", "not in the directory", s.ID())
	if got := a.Connected(); len(got) != 0 {
		t.Errorf("connected: %v", got)
	}
	// Outbound: nobody dials whom the directory does not name.
	if _, err := a.Dial(t.Context(), string(town), "/test/echo"); refusal.CodeOf(err) != peers.Stranger {
		t.Errorf("dialling a stranger: %v", err)
	}
	if _, err := a.Dial(t.Context(), string(district), "/test/echo"); refusal.CodeOf(err) != peers.Stranger {
		t.Errorf("dialling oneself: %v", err)
	}
	// Whoever answers in a center's place has another key: no stream.
	dir.enrol(other, newKey(t).Public(), s.Addrs()...)
	if _, err := greeting(t, a, other); refusal.CodeOf(err) != peers.Unreachable {
		t.Errorf("another node at a center's address: %v", err)
	}
}

func TestRevokedPeerIsDroppedAtOnce(t *testing.T) {
	dir := newDirectory()
	a := start(t, dir, district, true)
	// The village's own copy of the Register is old: it goes on trying.
	old := newDirectory()
	old.enrol(district, a.key.Public(), a.Addrs()...)
	stale := startWith(t, old, village, false, newKey(t), peers.Village)
	dir.enrol(village, stale.key.Public())
	handled := make(chan error, 1)
	entered := make(chan struct{})
	a.Handle("/test/long", func(ctx context.Context, _ string, c net.Conn) {
		close(entered)
		_, err := io.ReadAll(c)
		handled <- err
	})
	conn, err := stale.Dial(t.Context(), string(district), "/test/long")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	<-entered
	await(t, a.up, village)
	dir.revoke(village)
	a.Refresh()
	a.log.waitFor(t, "peer refused", "reason=revoked", string(village), "open connection")
	if a.IsConnected(village) || slices.Contains(a.Connected(), village) {
		t.Error("Refresh returned before the connection was closed")
	}
	if err := <-handled; err == nil {
		t.Error("the stream of a revoked peer ended as if it were complete")
	}
	await(t, a.down, village)
	// It comes back, and is refused again, with the reason.
	if _, err := greeting(t, stale, district); err == nil {
		t.Fatal("a revoked peer came back")
	}
	if _, err := a.Dial(t.Context(), string(village), "/test/echo"); refusal.CodeOf(err) != peers.Stranger {
		t.Errorf("dialling a revoked center: %v", err)
	}
}

func TestNewIncarnationShutsOutTheOldKey(t *testing.T) {
	dir := newDirectory()
	a := start(t, dir, district, true)
	old := start(t, dir, town, false)
	await(t, a.up, town)
	fresh := newKey(t)
	dir.enrol(town, fresh.Public())
	a.Refresh()
	await(t, a.down, town)
	a.log.waitFor(t, "peer refused", "superseded", old.ID())
	// The node under the new key is let in while the old copy still knocks.
	startWith(t, dir, town, false, fresh, peers.Village)
	await(t, a.up, town)
}

func TestHandlersEndWhenTheNodeStops(t *testing.T) {
	dir := newDirectory()
	a, b := start(t, dir, district, true), start(t, dir, town, true)
	ended := make(chan struct{})
	entered := make(chan struct{})
	b.Handle("/test/stay", func(ctx context.Context, _ string, c net.Conn) {
		close(entered)
		<-ctx.Done()
		close(ended)
	})
	conn, err := a.Dial(t.Context(), string(town), "/test/stay")
	if err != nil {
		t.Fatal(err)
	}
	conn.Write([]byte("x"))
	<-entered
	b.stop()
	select {
	case <-ended:
	default:
		t.Error("Run returned while a handler was running")
	}
	if _, err := b.Dial(context.Background(), string(district), "/test/echo"); err == nil {
		t.Error("a stopped node opened a stream")
	}
}

func TestPortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	port := taken.Addr().(*net.TCPAddr).Port
	_, err = peers.New(peers.Config{
		Key: newKey(t), Self: town, Directory: newDirectory(), Now: time.Now,
		Log: slog.New(slog.DiscardHandler), Listen: []string{fmt.Sprintf("/ip4/127.0.0.1/tcp/%d", port)},
	})
	if refusal.CodeOf(err) != "listen_failed" || refusal.HintOf(err) == "" {
		t.Errorf("New on a port in use: %v", err)
	}
}
