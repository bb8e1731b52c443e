package forms

import (
	"bytes"
	"context"
	"crypto/sha256"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"go.uber.org/goleak"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func store(t *testing.T, m *wire.Memory, self string, sources ...string) *Store {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions(t.TempDir()).WithLogger(nil).WithMetricsEnabled(false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return New(Config{
		Files: Files{db}, Network: m.Join(self), Log: slog.New(slog.DiscardHandler),
		Sources: func() []string { return sources },
	})
}

// blank is a file of n bytes.
func blank(n int) []byte { return bytes.Repeat([]byte("表格 form "), n/12+1)[:n] }

func TestAFormIsFetchedOnceThroughTheLineAbove(t *testing.T) {
	m := wire.NewMemory()
	district := store(t, m, "district")
	store(t, m, "town", "district")
	village := store(t, m, "village", "town")
	for _, size := range []int{1, pieceSize - 1, pieceSize, pieceSize + 1, 3*pieceSize + 7} {
		named, err := district.Put(bytes.NewReader(blank(size)))
		if err != nil || named.Size != int64(size) {
			t.Fatalf("%+v, %v", named, err)
		}
		got, err := village.Get(t.Context(), named.Hash)
		if err != nil || !bytes.Equal(got, blank(size)) {
			t.Fatalf("%d bytes: got %d, %v", size, len(got), err)
		}
		if _, here, err := village.files.Read(sha256.Sum256(blank(size))); !here || err != nil {
			t.Errorf("it was not kept: %v", err)
		}
	}
}

func TestWhatIsNotTheHashIsNotTakenIn(t *testing.T) {
	m := wire.NewMemory()
	liar := m.Join("liar")
	liar.Handle(Protocol, func(_ context.Context, _ string, stream net.Conn) {
		_ = wire.WriteFrame(stream, piece{Size: 3, Bytes: []byte("no!")})
	})
	honest := store(t, m, "honest")
	village := store(t, m, "village", "liar", "honest")
	named, err := honest.Put(strings.NewReader("yes"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := village.Get(t.Context(), named.Hash); err != nil || string(got) != "yes" {
		t.Errorf("%q, %v; want the honest one's", got, err)
	}
	alone := store(t, m, "alone", "liar")
	if _, err := alone.Get(t.Context(), named.Hash); refusal.CodeOf(err) != refusal.NotFound {
		t.Errorf("%v; want not found", err)
	}
}

// TestWhatNobodyHasIsAskedForOnce: two voters are each other's sources, and the
// name of a file that nobody has goes round neither between them nor again.
func TestWhatNobodyHasIsAskedForOnce(t *testing.T) {
	m := wire.NewMemory()
	var asked atomic.Int32
	above := m.Join("above")
	above.Handle(Protocol, func(_ context.Context, _ string, stream net.Conn) {
		asked.Add(1)
		_ = wire.WriteFrame(stream, piece{Code: refusal.NotFound})
	})
	store(t, m, "one", "other", "above")
	store(t, m, "other", "one", "above")
	village := store(t, m, "village", "one")
	for range 3 {
		if _, err := village.Get(t.Context(), strings.Repeat("ab", 32)); refusal.CodeOf(err) != refusal.NotFound {
			t.Fatal(err)
		}
	}
	if n := asked.Load(); n > 2 { // by each of the two, once
		t.Errorf("the center above was asked %d times", n)
	}
}

func TestBounds(t *testing.T) {
	s := store(t, wire.NewMemory(), "alone")
	if _, err := s.Put(bytes.NewReader(make([]byte, item.MaxAttachment+1))); refusal.CodeOf(err) != refusal.TooLarge {
		t.Errorf("too large: %v", err)
	}
	if _, err := s.Put(strings.NewReader("")); refusal.CodeOf(err) != refusal.Malformed {
		t.Errorf("empty: %v", err)
	}
	for _, name := range []string{"", "abc", strings.Repeat("z", 64), strings.Repeat("a", 66)} {
		if _, err := s.Get(t.Context(), name); refusal.CodeOf(err) != refusal.Malformed {
			t.Errorf("%q: %v", name, err)
		}
	}
}
