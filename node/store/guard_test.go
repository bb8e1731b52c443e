package store_test

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tongban/consensus/refusal"
	"tongban/node/store"
)

// disk is a disk whose free space the test sets.
type disk struct{ free atomic.Uint64 }

func (d *disk) statfs(string) (uint64, uint64, error) { return d.free.Load(), 1 << 40, nil }

const mib = 1 << 20

var space = store.Space{Warn: 100 * mib, Refuse: 40 * mib, Stop: 10 * mib, Ballast: 8 * mib, Every: time.Millisecond}

func ballast(dir string) int64 {
	info, err := os.Stat(filepath.Join(dir, "ballast"))
	if err != nil {
		return 0
	}
	return info.Size() / mib
}

func TestGuardGoesDownAndUp(t *testing.T) {
	dir := t.TempDir()
	d := &disk{}
	d.free.Store(500 * mib)
	var said bytes.Buffer
	s := open(t, store.Config{Dir: dir, Space: space, Statfs: d.statfs, Log: slog.New(slog.NewTextHandler(&said, nil))})
	defer s.Close()
	steps := []struct {
		free    uint64 // MiB
		level   store.Level
		ballast int64 // MiB
	}{
		{500, store.Ample, 8},
		{99, store.Low, 8},
		{39, store.Refusing, 8},
		{45, store.Refusing, 8}, // not enough more to believe it
		{50, store.Low, 8},
		{39, store.Refusing, 8},
		{9, store.Emergency, 0}, // the ballast is given back
		{17, store.Emergency, 0},
		{9, store.Full, 0}, // and used up
		{20, store.Emergency, 0},
		{57, store.Emergency, 0}, // no room for ballast and work yet
		{58, store.Low, 8},
		{500, store.Ample, 8},
	}
	for i, step := range steps {
		d.free.Store(step.free * mib)
		level, err := s.Guard().Check()
		if err != nil {
			t.Fatal(err)
		}
		if level != step.level || ballast(dir) != step.ballast {
			t.Fatalf("step %d, %d MiB free: %v with %d MiB ballast, want %v with %d", i, step.free, level, ballast(dir), step.level, step.ballast)
		}
		refused := s.Guard().Err()
		if (refused != nil) != (level >= store.Refusing) {
			t.Fatalf("step %d: Err is %v at %v", i, refused, level)
		}
		if refused != nil && (refusal.CodeOf(refused) != refusal.DiskFull || refusal.HintOf(refused) == "") {
			t.Fatalf("step %d: %v has no code or hint", i, refused)
		}
	}
	for _, want := range []string{"level=refusing", "level=emergency", "ballast_released=true", "level=full"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the log does not say %s", want)
		}
	}
}

func TestFullDiskStopsTheNodeAndTheNextStart(t *testing.T) {
	dir := t.TempDir()
	d := &disk{}
	d.free.Store(500 * mib)
	cfg := store.Config{Dir: dir, Space: space, Statfs: d.statfs}
	s := open(t, cfg)
	put(t, s.DB(), "c/1", "acknowledged")
	stopped := make(chan error, 1)
	go func() { stopped <- s.Run(t.Context()) }()
	d.free.Store(5 * mib) // what others on this disk take, ballast or not
	select {
	case err := <-stopped:
		if refusal.CodeOf(err) != refusal.DiskFull {
			t.Fatalf("Run: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("Run goes on writing on a full disk")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	cfg.Log = quiet()
	if _, err := store.Open(cfg); refusal.CodeOf(err) != refusal.DiskFull {
		t.Fatalf("Open on a full disk: %v", err)
	}
	d.free.Store(500 * mib)
	s = open(t, cfg)
	defer s.Close()
	if got := get(t, s.DB(), "c/1"); got != "acknowledged" {
		t.Errorf("after making room: %q", got)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	d := &disk{}
	d.free.Store(500 * mib)
	s := open(t, store.Config{Dir: t.TempDir(), Space: space, Statfs: d.statfs, Tidy: time.Millisecond})
	defer s.Close()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	cancel()
	if err := <-done; err != nil {
		t.Errorf("Run: %v", err)
	}
}

// TestBallastTakesRoom checks against the real disk that the ballast is no
// hole in a file.
func TestBallastTakesRoom(t *testing.T) {
	dir := t.TempDir()
	s := open(t, store.Config{Dir: dir, Space: store.Space{Warn: 3, Refuse: 2, Stop: 1, Ballast: 4 * mib, Every: time.Hour}})
	defer s.Close()
	if got := blocks(t, filepath.Join(dir, "ballast")); got < 4*mib {
		t.Errorf("the ballast takes %d bytes, want %d", got, 4*mib)
	}
	if s.Guard().Free() == 0 {
		t.Error("the system says that nothing is free")
	}
}
