package attach

import (
	"bytes"
	"context"
	"crypto/rand"
	"sync"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

func open(t *testing.T, dir string) *Store {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions(dir).WithSyncWrites(true).WithLogger(nil).
		WithMemTableSize(8 << 20).WithValueThreshold(256 << 10).WithValueLogFileSize(64 << 20))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s, err := Open(db, bytes.Repeat([]byte{7}, 32), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Two cases of one center; the one's name is the beginning of the other's.
var mine, theirs = casefile.ID("320509111201.1.4").Owner(), casefile.ID("320509111201.1.42").Owner()

func content(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i * 31 >> 3)
	}
	return b
}

// Content of every size around the chunks comes back as it was, here and at
// another node, and is not readable on the disk.
func TestRoundTrip(t *testing.T) {
	ctx := context.Background()
	one, two := open(t, t.TempDir()), open(t, t.TempDir())
	for _, n := range []int{0, 1, chunkSize - saltSize, chunkSize - saltSize + 1, chunkSize, 5*chunkSize + 3, MaxSize} {
		want := content(n)
		ref, err := one.Put(ctx, mine, "material", want)
		if err != nil || ref.Size != int64(n) || !one.Has(mine, ref.Hash) || two.Has(mine, ref.Hash) {
			t.Fatalf("%d bytes: %+v %v", n, ref, err)
		}
		exported, err := one.Export(mine, ref.Hash)
		if err != nil || len(exported) > MaxExport {
			t.Fatalf("%d bytes: %d exported, %v", n, len(exported), err)
		}
		for range 2 {
			if err := two.Import(ctx, mine, ref.Hash, exported); err != nil {
				t.Fatal(err)
			}
		}
		got, err := two.Get(mine, ref)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes: %d came back, %v", n, len(got), err)
		}
	}
	if _, err := one.Put(ctx, mine, "material", content(MaxSize+1)); refusal.CodeOf(err) != refusal.TooLarge {
		t.Fatal(err)
	}
}

func TestSaltHidesEqualContent(t *testing.T) {
	s := open(t, t.TempDir())
	a, _ := s.Put(context.Background(), mine, "applicant", []byte("Wang"))
	b, err := s.Put(context.Background(), mine, "applicant", []byte("Wang"))
	if err != nil || a.Hash == b.Hash {
		t.Fatal(a, b, err)
	}
	if a.Hash == chain.Sum([]byte("Wang")) {
		t.Fatal("the hash can be guessed from the content")
	}
}

func TestForgedImport(t *testing.T) {
	ctx := context.Background()
	one, two := open(t, t.TempDir()), open(t, t.TempDir())
	ref, err := one.Put(ctx, mine, "proof", content(100))
	if err != nil {
		t.Fatal(err)
	}
	exported, _ := one.Export(mine, ref.Hash)
	for i := range exported {
		forged := bytes.Clone(exported)
		forged[i] ^= 1
		if err := two.Import(ctx, mine, ref.Hash, forged); err == nil {
			t.Fatalf("byte %d changed and taken", i)
		}
	}
	if err := two.Import(ctx, mine, chain.Sum(nil), exported); refusal.CodeOf(err) != refusal.Malformed {
		t.Fatal(err)
	}
}

// What was erased is gone, stays gone, and comes back from nowhere: not from
// a peer, not from an old copy of the disk.
func TestErase(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := open(t, dir)
	ref, err := s.Put(ctx, mine, "applicant", content(3*chunkSize))
	if err != nil {
		t.Fatal(err)
	}
	exported, _ := s.Export(mine, ref.Hash)
	if err := s.db.Update(func(txn *badger.Txn) error { return s.Tombstone(txn, mine, []chain.Hash{ref.Hash}) }); err != nil {
		t.Fatal(err)
	}
	if s.Has(mine, ref.Hash) {
		t.Fatal("it is here under a tombstone")
	}
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	left := 0
	s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: keyHead(name{mine, ref.Hash})})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			left++
		}
		return nil
	})
	if left != 0 {
		t.Fatalf("%d rows are left", left)
	}
	if _, err := s.Get(mine, ref); refusal.CodeOf(err) != Gone {
		t.Fatal(err)
	}
	if err := s.Import(ctx, mine, ref.Hash, exported); refusal.CodeOf(err) != Gone {
		t.Fatal(err)
	}
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	if s = open(t, dir); s.Import(ctx, mine, ref.Hash, exported) == nil {
		t.Fatal("taken in after a restart")
	}
}

// What belongs to one case is reached from no other: not opened, not sent, not
// taken in, not erased, whatever hash somebody names. A tombstone of another case
// does not keep it out either, before it comes or after.
func TestOwners(t *testing.T) {
	ctx := context.Background()
	for _, pair := range [][2]casefile.Owner{{mine, theirs}, {theirs, mine}, {mine, casefile.BookOwner("hall", "320509111201")}} {
		owner, other := pair[0], pair[1]
		one, two := open(t, t.TempDir()), open(t, t.TempDir())
		ref, err := one.Put(ctx, owner, "material", content(2*chunkSize))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := one.Get(other, ref); refusal.CodeOf(err) != refusal.NotFound || one.Has(other, ref.Hash) {
			t.Errorf("opened as of %s: %v", other, err)
		}
		if _, err := one.Export(other, ref.Hash); refusal.CodeOf(err) != refusal.NotFound {
			t.Errorf("sent as of %s: %v", other, err)
		}
		if _, _, err := one.Piece(other, ref.Hash, 0, 10); refusal.CodeOf(err) != refusal.NotFound {
			t.Errorf("a piece sent as of %s: %v", other, err)
		}
		exported, err := one.Export(owner, ref.Hash)
		if err != nil {
			t.Fatal(err)
		}
		if err := two.Import(ctx, other, ref.Hash, exported); refusal.CodeOf(err) != refusal.Malformed || two.Has(other, ref.Hash) {
			t.Errorf("taken in as of %s: %v", other, err)
		}
		for _, s := range []*Store{one, two} {
			if err := s.Erase(ctx, other, []chain.Hash{ref.Hash}); err != nil {
				t.Fatal(err)
			}
			if err := s.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if err := two.Import(ctx, owner, ref.Hash, exported); err != nil {
			t.Error(err)
		}
		for _, s := range []*Store{one, two} {
			if got, err := s.Get(owner, ref); err != nil || !bytes.Equal(got, content(2*chunkSize)) {
				t.Errorf("%s erased what is of %s: %v", other, owner, err)
			}
		}
		wrapped, err := two.Wrap(owner, ref.Hash, 0, []byte("piece"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := two.Unwrap(other, ref.Hash, 0, wrapped); err == nil {
			t.Errorf("a piece of %s opened as of %s", owner, other)
		}
	}
}

// A blob of which only chunks were written, as after a crash, is not there.
func TestHalfWritten(t *testing.T) {
	s := open(t, t.TempDir())
	ref, err := s.Put(context.Background(), mine, "proof", content(chunkSize*4))
	if err != nil {
		t.Fatal(err)
	}
	exported, _ := s.Export(mine, ref.Hash)
	s.db.Update(func(txn *badger.Txn) error { return txn.Delete(keyHead(name{mine, ref.Hash})) })
	if _, err := s.Get(mine, ref); refusal.CodeOf(err) != refusal.NotFound || s.Has(mine, ref.Hash) {
		t.Fatal(err)
	}
	if err := s.Import(context.Background(), mine, ref.Hash, exported); err != nil || !s.Has(mine, ref.Hash) {
		t.Fatal(err)
	}
}

// Chunks that somebody exchanged on the disk do not open.
func TestMovedChunk(t *testing.T) {
	s := open(t, t.TempDir())
	ref, _ := s.Put(context.Background(), mine, "proof", content(chunkSize*2))
	s.db.Update(func(txn *badger.Txn) error {
		item, err := txn.Get(keyChunk(name{mine, ref.Hash}, 0))
		if err != nil {
			return err
		}
		v, _ := item.ValueCopy(nil)
		return txn.Set(keyChunk(name{mine, ref.Hash}, 1), v)
	})
	if _, err := s.Get(mine, ref); err == nil {
		t.Fatal("it opened")
	}
}

func TestConcurrent(t *testing.T) {
	s := open(t, t.TempDir())
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			want := content(1000 + i)
			ref, err := s.Put(context.Background(), mine, "material", want)
			if got, err2 := s.Get(mine, casefile.BlobRef{Hash: ref.Hash}); err != nil || err2 != nil || !bytes.Equal(got, want) {
				t.Error(err, err2)
			}
		})
	}
	wg.Wait()
}
