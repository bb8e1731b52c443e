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
		ref, err := one.Put(ctx, "material", want)
		if err != nil || ref.Size != int64(n) || !one.Has(ref.Hash) || two.Has(ref.Hash) {
			t.Fatalf("%d bytes: %+v %v", n, ref, err)
		}
		exported, err := one.Export(ref.Hash)
		if err != nil || len(exported) > MaxExport {
			t.Fatalf("%d bytes: %d exported, %v", n, len(exported), err)
		}
		for range 2 {
			if err := two.Import(ctx, ref.Hash, exported); err != nil {
				t.Fatal(err)
			}
		}
		got, err := two.Get(ref)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes: %d came back, %v", n, len(got), err)
		}
	}
	if _, err := one.Put(ctx, "material", content(MaxSize+1)); refusal.CodeOf(err) != refusal.TooLarge {
		t.Fatal(err)
	}
}

func TestSaltHidesEqualContent(t *testing.T) {
	s := open(t, t.TempDir())
	a, _ := s.Put(context.Background(), "applicant", []byte("Wang"))
	b, err := s.Put(context.Background(), "applicant", []byte("Wang"))
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
	ref, err := one.Put(ctx, "proof", content(100))
	if err != nil {
		t.Fatal(err)
	}
	exported, _ := one.Export(ref.Hash)
	for i := range exported {
		forged := bytes.Clone(exported)
		forged[i] ^= 1
		if err := two.Import(ctx, ref.Hash, forged); err == nil && i > 8 { // the kind is no part of the hash
			got, _ := two.Get(ref)
			if !bytes.Equal(got, content(100)) {
				t.Fatalf("byte %d changed and taken", i)
			}
		}
	}
	if err := two.Import(ctx, chain.Sum(nil), exported); refusal.CodeOf(err) != refusal.Malformed {
		t.Fatal(err)
	}
}

// What was erased is gone, stays gone, and comes back from nowhere: not from
// a peer, not from an old copy of the disk.
func TestErase(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := open(t, dir)
	ref, err := s.Put(ctx, "applicant", content(3*chunkSize))
	if err != nil {
		t.Fatal(err)
	}
	exported, _ := s.Export(ref.Hash)
	if err := s.db.Update(func(txn *badger.Txn) error { return s.Tombstone(txn, []chain.Hash{ref.Hash}) }); err != nil {
		t.Fatal(err)
	}
	if s.Has(ref.Hash) {
		t.Fatal("it is here under a tombstone")
	}
	if err := s.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	left := 0
	s.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: keyHead(ref.Hash)})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			left++
		}
		return nil
	})
	if left != 0 {
		t.Fatalf("%d rows are left", left)
	}
	if _, err := s.Get(ref); refusal.CodeOf(err) != Gone {
		t.Fatal(err)
	}
	if err := s.Import(ctx, ref.Hash, exported); refusal.CodeOf(err) != Gone {
		t.Fatal(err)
	}
	if err := s.db.Close(); err != nil {
		t.Fatal(err)
	}
	if s = open(t, dir); s.Import(ctx, ref.Hash, exported) == nil {
		t.Fatal("taken in after a restart")
	}
}

// A blob of which only chunks were written, as after a crash, is not there.
func TestHalfWritten(t *testing.T) {
	s := open(t, t.TempDir())
	ref, err := s.Put(context.Background(), "proof", content(chunkSize*4))
	if err != nil {
		t.Fatal(err)
	}
	exported, _ := s.Export(ref.Hash)
	s.db.Update(func(txn *badger.Txn) error { return txn.Delete(keyHead(ref.Hash)) })
	if _, err := s.Get(ref); refusal.CodeOf(err) != refusal.NotFound || s.Has(ref.Hash) {
		t.Fatal(err)
	}
	if err := s.Import(context.Background(), ref.Hash, exported); err != nil || !s.Has(ref.Hash) {
		t.Fatal(err)
	}
}

// Chunks that somebody exchanged on the disk do not open.
func TestMovedChunk(t *testing.T) {
	s := open(t, t.TempDir())
	ref, _ := s.Put(context.Background(), "proof", content(chunkSize*2))
	s.db.Update(func(txn *badger.Txn) error {
		item, err := txn.Get(keyChunk(ref.Hash, 0))
		if err != nil {
			return err
		}
		v, _ := item.ValueCopy(nil)
		return txn.Set(keyChunk(ref.Hash, 1), v)
	})
	if _, err := s.Get(ref); err == nil {
		t.Fatal("it opened")
	}
}

func TestConcurrent(t *testing.T) {
	s := open(t, t.TempDir())
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			want := content(1000 + i)
			ref, err := s.Put(context.Background(), "material", want)
			if got, err2 := s.Get(casefile.BlobRef{Hash: ref.Hash}); err != nil || err2 != nil || !bytes.Equal(got, want) {
				t.Error(err, err2)
			}
		})
	}
	wg.Wait()
}
