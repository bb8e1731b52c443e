package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"go.uber.org/goleak"

	"tongban/consensus/refusal"
	"tongban/node/identity"
	"tongban/node/store"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv("STORE_TEST_OPEN"); dir != "" {
		// The other process of TestTwoProcesses.
		_, err := store.Open(store.Config{Dir: dir, Log: quiet()})
		fmt.Print(refusal.CodeOf(err), " ", err)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m,
		// ristretto and glog keep one of these for the process.
		goleak.IgnoreTopFunction("github.com/golang/glog.(*fileSink).flushDaemon"))
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func open(t *testing.T, cfg store.Config) *store.Store {
	t.Helper()
	if cfg.Log == nil {
		cfg.Log = quiet()
	}
	s, err := store.Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t *testing.T, db *badger.DB, key, value string) {
	t.Helper()
	err := db.Update(func(txn *badger.Txn) error { return txn.Set([]byte(key), []byte(value)) })
	if err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, db *badger.DB, key string) string {
	t.Helper()
	var value string
	err := db.View(func(txn *badger.Txn) error {
		row, err := txn.Get([]byte(key))
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return row.Value(func(b []byte) error { value = string(b); return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	return value
}

func TestOpenWritesAndReopens(t *testing.T) {
	for _, profile := range []store.Profile{store.Village, store.Hub} {
		dir := t.TempDir()
		s := open(t, store.Config{Dir: dir, Profile: profile})
		if !s.DB().Opts().SyncWrites || !s.DB().Opts().DetectConflicts {
			t.Error("acknowledged writes are not on disk, or conflicts go unseen")
		}
		put(t, s.DB(), "c/1", "case")
		if err := s.SetMark(identity.Mark{Count: 3, Token: "t"}); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, store.Config{Dir: dir, Profile: profile})
		if got := get(t, s.DB(), "c/1"); got != "case" {
			t.Errorf("after reopening: %q", got)
		}
		if mark, err := s.Mark(); err != nil || mark.Count != 3 || mark.Token != "t" {
			t.Errorf("mark %+v, %v", mark, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOneDirectoryOneNode(t *testing.T) {
	dir := t.TempDir()
	s := open(t, store.Config{Dir: dir})
	_, err := store.Open(store.Config{Dir: dir, Log: quiet()})
	if refusal.CodeOf(err) != store.AlreadyOpen || !strings.Contains(err.Error(), strconv.Itoa(os.Getpid())) {
		t.Errorf("second Open: %v; want %s with our process number", err, store.AlreadyOpen)
	}
	if err := store.Restore(t.Context(), dir, strings.NewReader(""), quiet()); refusal.CodeOf(err) != store.AlreadyOpen {
		t.Errorf("Restore over a running node: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, store.Config{Dir: dir}).Close()
}

func TestTwoProcesses(t *testing.T) {
	dir := t.TempDir()
	s := open(t, store.Config{Dir: dir})
	defer s.Close()
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), "STORE_TEST_OPEN="+dir)
	out, err := other.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if want := fmt.Sprintf("already open by process %d", os.Getpid()); !strings.HasPrefix(string(out), string(store.AlreadyOpen)) || !strings.Contains(string(out), want) {
		t.Errorf("the other process said %q, want %q", out, want)
	}
}

func TestLockDiesWithItsProcess(t *testing.T) {
	dir := t.TempDir()
	// What a killed node leaves behind: a file with a number in it, unlocked.
	if err := os.WriteFile(filepath.Join(dir, "lock"), []byte("1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, store.Config{Dir: dir}).Close()
}

func fill(t *testing.T, db *badger.DB, rows, size int) {
	t.Helper()
	value := make([]byte, size)
	batch := db.NewWriteBatch()
	defer batch.Cancel()
	for i := range rows {
		rand.Read(value)
		if err := batch.Set(fmt.Appendf(nil, "e/%08d", i), bytes.Clone(value)); err != nil {
			t.Fatal(err)
		}
	}
	if err := batch.Flush(); err != nil {
		t.Fatal(err)
	}
}

func contents(t *testing.T, db *badger.DB) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			value, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			all[string(it.Item().Key())] = fmt.Sprintf("%x %d %d", value, it.Item().UserMeta(), it.Item().ExpiresAt())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestBackupAndRestore(t *testing.T) {
	s := open(t, store.Config{Dir: t.TempDir()})
	fill(t, s.DB(), 500, 700)
	put(t, s.DB(), "big", strings.Repeat("x", 600<<10)) // lies in the value log
	put(t, s.DB(), "gone", "x")
	expires := uint64(time.Now().Add(time.Hour).Unix())
	err := s.DB().Update(func(txn *badger.Txn) error {
		e := badger.NewEntry([]byte("m/ticket/1"), []byte("t")).WithMeta(9)
		e.ExpiresAt = expires
		if err := txn.Delete([]byte("gone")); err != nil {
			return err
		}
		return txn.SetEntry(e)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetMark(identity.Mark{Count: 5, Token: "t"}); err != nil {
		t.Fatal(err)
	}
	want := contents(t, s.DB())
	var backup bytes.Buffer
	if err := s.Backup(t.Context(), &backup, time.Now()); err != nil {
		t.Fatal(err)
	}
	put(t, s.DB(), "later", "not in it")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	if err := store.Restore(t.Context(), dir, bytes.NewReader(backup.Bytes()), quiet()); err != nil {
		t.Fatal(err)
	}
	r := open(t, store.Config{Dir: dir})
	mark, err := r.Mark()
	if err != nil || mark != (identity.Mark{Restored: true}) {
		t.Errorf("mark after a restore: %+v, %v", mark, err)
	}
	got := contents(t, r.DB())
	delete(got, "m/start")
	delete(want, "m/start")
	if len(got) != len(want) {
		t.Errorf("%d rows restored, want %d", len(got), len(want))
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("row %q differs", key)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if err := store.Restore(t.Context(), dir, bytes.NewReader(backup.Bytes()), quiet()); refusal.CodeOf(err) != store.NotEmpty {
		t.Errorf("Restore over a database: %v", err)
	}
}

func TestDamagedBackupLeavesNothing(t *testing.T) {
	s := open(t, store.Config{Dir: t.TempDir()})
	defer s.Close()
	fill(t, s.DB(), 300, 2000)
	var buf bytes.Buffer
	if err := s.Backup(t.Context(), &buf, time.Now()); err != nil {
		t.Fatal(err)
	}
	good := buf.Bytes()
	flipped := bytes.Clone(good)
	flipped[len(flipped)/2] ^= 1
	for name, b := range map[string][]byte{
		"empty": nil, "cut off": good[:len(good)-10], "half": good[:len(good)/2],
		"a changed bit": flipped, "no backup": []byte(strings.Repeat("hello", 100)),
	} {
		dir := t.TempDir()
		err := store.Restore(t.Context(), dir, bytes.NewReader(b), quiet())
		if refusal.CodeOf(err) != store.BackupDamaged || refusal.HintOf(err) == "" {
			t.Errorf("%s: %v, want %s", name, err, store.BackupDamaged)
		}
		left, _ := filepath.Glob(filepath.Join(dir, "db*"))
		if len(left) > 0 {
			t.Errorf("%s: left %v behind", name, left)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Backup(ctx, &bytes.Buffer{}, time.Now()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled backup: %v", err)
	}
	if err := s.Backup(t.Context(), failing{}, time.Now()); err == nil {
		t.Error("a backup onto a full medium succeeded")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no space on the stick") }

// TestBackupIsFrugal holds the peak of what a backup keeps in memory: it runs
// on a PC with 1 GB beside the work. (Garbage is bounded by GOMEMLIMIT.)
func TestBackupIsFrugal(t *testing.T) {
	s := open(t, store.Config{Dir: t.TempDir()})
	defer s.Close()
	fill(t, s.DB(), 40_000, 1024)
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	watch := &peak{every: 4 << 20}
	if err := s.Backup(t.Context(), watch, time.Now()); err != nil {
		t.Fatal(err)
	}
	grown := int64(watch.heap) - int64(before.HeapAlloc)
	t.Logf("%d MiB written, live heap grew by %d KiB at most", watch.bytes>>20, grown>>10)
	if grown > 24<<20 { // the block cache may fill
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}
}

// peak notes the live heap's size every few MiB.
type peak struct {
	bytes, next, every int
	heap               uint64
}

func (p *peak) Write(b []byte) (int, error) {
	p.bytes += len(b)
	if p.bytes >= p.next {
		p.next = p.bytes + p.every
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		p.heap = max(p.heap, m.HeapAlloc)
	}
	return len(b), nil
}

func TestTidy(t *testing.T) {
	s := open(t, store.Config{Dir: t.TempDir()})
	defer s.Close()
	put(t, s.DB(), "a", "b")
	if n, err := s.Tidy(t.Context()); n != 0 || err != nil {
		t.Errorf("Tidy of a fresh store: %d, %v", n, err)
	}
}
