package peers_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/node/peers"
	"tongban/node/store"
)

// TestHubTakesItsChildren has 400 villages knock at once, as after a power
// cut, from one address, as behind a county's NAT.
func TestHubTakesItsChildren(t *testing.T) {
	children := 400
	if testing.Short() {
		children = 100
	}
	dir := newDirectory()
	hub := startWith(t, dir, district, true, newKey(t), peers.Hub)
	for i := range children {
		center := area.Center(fmt.Sprintf("320509%03d%03d", 100+i/50, 200+i%50))
		start(t, dir, center, false)
	}
	waiting := children
	limit := time.After(time.Minute)
	for waiting > 0 {
		select {
		case <-hub.up:
			waiting--
		case <-limit:
			t.Fatalf("%d of %d children have no line; the limits turned %d away", waiting, children, hub.Blocked())
		}
	}
	if got := len(hub.Connected()); got != children || hub.Blocked() != 0 {
		t.Errorf("%d connected, %d turned away; want %d and none", got, hub.Blocked(), children)
	}
	for _, center := range hub.Connected()[:5] {
		if _, err := greeting(t, hub, center); err != nil {
			t.Errorf("stream to %s: %v", center, err)
		}
	}
}

// TestLimitsPerAddress holds what would be invisible on
// loopback: the limits per address count as high as the limits in all.
func TestLimitsPerAddress(t *testing.T) {
	for profile, want := range map[peers.Profile]int{peers.Village: 40, peers.Hub: 400} {
		got, err := peers.CountFromOneAddress(profile, "/ip4/198.51.100.7/tcp/4001", want)
		if err != nil || got < want {
			t.Errorf("profile %d takes %d connections from one address, want %d: %v", profile, got, want, err)
		}
	}
}

// BenchmarkIdleVillage measures what a bare village host holds: the network
// with a line to its parent, and the database. It runs in a process of its own.
func BenchmarkIdleVillage(b *testing.B) {
	for b.Loop() {
		dir := newDirectory()
		up := start(b, dir, town, true)
		key := newKey(b)
		dir.enrol(village, key.Public())
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), "PEERS_IDLE="+strings.Join(up.Addrs(), ","), "PEERS_IDLE_KEY="+up.key.Public().String(),
			fmt.Sprintf("PEERS_IDLE_SEED=%x", key.Seed()), "PEERS_IDLE_DIR="+b.TempDir())
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		var rss, goroutines, ready float64
		if _, err := fmt.Sscan(string(out), &rss, &goroutines, &ready); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		b.ReportMetric(rss, "MB-rss")
		b.ReportMetric(goroutines, "goroutines")
		b.ReportMetric(ready, "ms-to-line")
		up.stop()
	}
}

// idle is the process of BenchmarkIdleVillage: it prints its resident memory
// in MB, its goroutines, and the milliseconds from its start to its line.
func idle() error {
	began := time.Now()
	key, parent, err := idleKeys()
	if err != nil {
		return err
	}
	log := slog.New(slog.DiscardHandler)
	s, err := store.Open(store.Config{Dir: os.Getenv("PEERS_IDLE_DIR"), Log: log})
	if err != nil {
		return err
	}
	defer s.Close()
	dir := newDirectory()
	dir.enrol(town, parent, strings.Split(os.Getenv("PEERS_IDLE"), ",")...)
	connected := make(chan struct{})
	p, err := peers.New(peers.Config{Key: key, Self: village, Directory: dir, Log: log, Now: time.Now,
		Up: func(area.Center) { close(connected) }})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx) }()
	select {
	case <-connected:
	case <-time.After(20 * time.Second):
		return fmt.Errorf("no line: %+v", p.Line())
	}
	ready := time.Since(began)
	runtime.GC()
	fmt.Println(residentMB(), runtime.NumGoroutine(), ready.Milliseconds())
	cancel()
	return <-done
}

// residentMB is this process's resident memory where the system tells.
func residentMB() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

func idleKeys() (chain.Key, chain.PublicKey, error) {
	seed, err := hex.DecodeString(os.Getenv("PEERS_IDLE_SEED"))
	if err != nil {
		return chain.Key{}, nil, err
	}
	key, err := chain.NewKey(seed)
	if err != nil {
		return chain.Key{}, nil, err
	}
	var parent chain.PublicKey
	err = parent.UnmarshalText([]byte(os.Getenv("PEERS_IDLE_KEY")))
	return key, parent, err
}
