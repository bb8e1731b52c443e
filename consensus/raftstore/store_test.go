package raftstore

import (
	"bytes"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/hashicorp/raft"
	"pgregory.net/rapid"
)

func open(t interface {
	Fatal(...any)
	Helper()
}, dir string) (*badger.DB, *Store) {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions(dir).WithSyncWrites(true).WithLogger(nil).
		WithMemTableSize(8 << 20).WithNumCompactors(2).WithValueThreshold(256 << 10).WithValueLogFileSize(64 << 20))
	if err != nil {
		t.Fatal(err)
	}
	return db, New(db)
}

func newStore(t *testing.T) *Store {
	t.Helper()
	db, s := open(t, t.TempDir())
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func entryAt(index uint64, data string) *raft.Log {
	return &raft.Log{Index: index, Term: 1 + index/10, Type: raft.LogCommand, Data: []byte(data)}
}

func entries(from, to uint64) []*raft.Log {
	var logs []*raft.Log
	for i := from; i <= to; i++ {
		logs = append(logs, entryAt(i, fmt.Sprint("entry ", i)))
	}
	return logs
}

func store(t *testing.T, s *Store, logs []*raft.Log) {
	t.Helper()
	if err := s.StoreLogs(logs); err != nil {
		t.Fatal(err)
	}
}

func checkBounds(t *testing.T, s *Store, first, last uint64) {
	t.Helper()
	gotFirst, err1 := s.FirstIndex()
	gotLast, err2 := s.LastIndex()
	if err1 != nil || err2 != nil || gotFirst != first || gotLast != last {
		t.Fatalf("log is %d to %d (%v, %v), want %d to %d", gotFirst, gotLast, err1, err2, first, last)
	}
}

func has(t *testing.T, s *Store, index uint64) bool {
	t.Helper()
	var l raft.Log
	err := s.GetLog(index, &l)
	if err != nil && err != raft.ErrLogNotFound {
		t.Fatal(err)
	}
	return err == nil
}

func TestEmpty(t *testing.T) {
	s := newStore(t)
	checkBounds(t, s, 0, 0)
	if has(t, s, 1) {
		t.Fatal("an empty log has an entry")
	}
	if err := s.DeleteRange(1, 10); err != nil {
		t.Fatal(err)
	}
	if err := s.StoreLogs(nil); err != nil {
		t.Fatal(err)
	}
	checkBounds(t, s, 0, 0)
}

func TestStoreAndGet(t *testing.T) {
	s := newStore(t)
	at := time.Unix(1700000000, 123456789)
	want := &raft.Log{Index: 7, Term: 3, Type: raft.LogConfiguration, Data: []byte("data"), Extensions: []byte("x"), AppendedAt: at}
	if err := s.StoreLog(want); err != nil {
		t.Fatal(err)
	}
	var got raft.Log
	if err := s.GetLog(7, &got); err != nil {
		t.Fatal(err)
	}
	if got.Index != 7 || got.Term != 3 || got.Type != raft.LogConfiguration || !bytes.Equal(got.Data, want.Data) ||
		!bytes.Equal(got.Extensions, want.Extensions) || !got.AppendedAt.Equal(at) {
		t.Fatalf("got %+v, want %+v", got, *want)
	}
	checkBounds(t, s, 7, 7)
}

func TestGetOverwritesTheGivenLog(t *testing.T) {
	s := newStore(t)
	store(t, s, entries(1, 1))
	l := raft.Log{Extensions: []byte("old"), AppendedAt: time.Unix(1, 0)}
	if err := s.GetLog(1, &l); err != nil || l.Extensions != nil || !l.AppendedAt.IsZero() {
		t.Fatalf("%+v, %v", l, err)
	}
}

func TestAppendIsMonotonic(t *testing.T) {
	s := newStore(t)
	if !s.IsMonotonic() {
		t.Fatal("it must report itself monotonic")
	}
	store(t, s, entries(5, 9)) // an empty log starts anywhere, as after a snapshot
	checkBounds(t, s, 5, 9)
	store(t, s, entries(10, 12))
	checkBounds(t, s, 5, 12)
	for name, logs := range map[string][]*raft.Log{
		"after a gap":    entries(14, 15),
		"gap inside":     {entryAt(13, ""), entryAt(15, "")},
		"backward":       {entryAt(13, ""), entryAt(12, "")},
		"twice the same": {entryAt(13, ""), entryAt(13, "")},
		"index zero":     {entryAt(0, "")},
	} {
		if err := s.StoreLogs(logs); !errors.Is(err, ErrGap) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	checkBounds(t, s, 5, 12)
}

func TestOverlapReplacesTheTail(t *testing.T) {
	tests := []struct{ from, to, first uint64 }{{8, 9, 5}, {12, 13, 5}, {5, 5, 5}, {3, 4, 3}}
	for _, test := range tests {
		s := newStore(t)
		store(t, s, entries(5, 12))
		store(t, s, entries(test.from, test.to))
		checkBounds(t, s, test.first, test.to)
		if has(t, s, test.to+1) {
			t.Fatalf("%+v: what stood after the new tail is still there", test)
		}
	}
}

func TestLogCacheForwardsMonotonic(t *testing.T) {
	cache, err := raft.NewLogCache(512, newStore(t))
	if err != nil {
		t.Fatal(err)
	}
	if !cache.IsMonotonic() {
		t.Fatal("the cache hides that the store is monotonic")
	}
}

func TestDeleteRange(t *testing.T) {
	tests := []struct {
		name                string
		lo, hi, first, last uint64
		gap                 bool
	}{
		{"head", 1, 20, 21, 100, false},
		{"tail", 81, 100, 1, 80, false},
		{"all", 1, 100, 0, 0, false},
		{"more than all", 0, 1000, 0, 0, false},
		{"beyond the head", 0, 1, 2, 100, false},
		{"above", 101, 200, 1, 100, false},
		{"reversed", 50, 49, 1, 100, false},
		{"middle", 40, 60, 1, 100, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := newStore(t)
			store(t, s, entries(1, 100))
			err := s.DeleteRange(test.lo, test.hi)
			if errors.Is(err, ErrGap) != test.gap || err != nil && !test.gap {
				t.Fatal(err)
			}
			checkBounds(t, s, test.first, test.last)
			for i := uint64(1); i <= 100; i++ {
				if want := i >= test.first && i <= test.last; has(t, s, i) != want {
					t.Fatalf("entry %d there: %v", i, !want)
				}
			}
		})
	}
}

func TestWipedLogStartsElsewhere(t *testing.T) {
	s := newStore(t)
	store(t, s, entries(1, 10))
	if err := s.DeleteRange(1, 10); err != nil {
		t.Fatal(err)
	}
	store(t, s, entries(1001, 1003))
	checkBounds(t, s, 1001, 1003)
}

func TestRestart(t *testing.T) {
	dir := t.TempDir()
	db, s := open(t, dir)
	store(t, s, entries(1, 50))
	if err := s.DeleteRange(1, 9); err != nil {
		t.Fatal(err)
	}
	if err := s.DeleteRange(41, 50); err != nil {
		t.Fatal(err)
	}
	s.SetUint64([]byte("CurrentTerm"), 7)
	s.Set([]byte("LastVoteCand"), []byte("320509000000"))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db, s = open(t, dir)
	defer db.Close()
	checkBounds(t, s, 10, 40)
	var l raft.Log
	if err := s.GetLog(25, &l); err != nil || string(l.Data) != "entry 25" || l.Term != 3 {
		t.Fatalf("%+v, %v", l, err)
	}
	if term, err := s.GetUint64([]byte("CurrentTerm")); term != 7 || err != nil {
		t.Fatal(term, err)
	}
	if vote, err := s.Get([]byte("LastVoteCand")); string(vote) != "320509000000" || err != nil {
		t.Fatal(string(vote), err)
	}
}

func TestStable(t *testing.T) {
	s := newStore(t)
	if _, err := s.Get([]byte("k")); err == nil || err.Error() != "not found" {
		t.Fatalf("Raft wants the text \"not found\", got %v", err)
	}
	if _, err := s.GetUint64([]byte("k")); err == nil || err.Error() != "not found" {
		t.Fatalf("Raft wants the text \"not found\", got %v", err)
	}
	for _, value := range []string{"a", "bb", ""} {
		if err := s.Set([]byte("k"), []byte(value)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Get([]byte("k")); err != nil || string(got) != value {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if _, err := s.GetUint64([]byte("k")); err == nil {
		t.Fatal("read a number that is none")
	}
	for _, n := range []uint64{0, 1, 1<<64 - 1} {
		if err := s.SetUint64([]byte("n"), n); err != nil {
			t.Fatal(err)
		}
		if got, err := s.GetUint64([]byte("n")); err != nil || got != n {
			t.Fatal(got, err)
		}
	}
	checkBounds(t, s, 0, 0) // values are no entries
}

func TestLargeBatch(t *testing.T) {
	dir := t.TempDir()
	db, s := open(t, dir)
	var logs []*raft.Log
	big := bytes.Repeat([]byte("x"), 300<<10)
	for i := uint64(1); i <= 32; i++ { // 9 MiB: more than any transaction holds
		logs = append(logs, &raft.Log{Index: i, Term: 1, Data: big})
	}
	store(t, s, logs)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db, s = open(t, dir)
	defer db.Close()
	checkBounds(t, s, 1, 32)
	var l raft.Log
	if err := s.GetLog(32, &l); err != nil || !bytes.Equal(l.Data, big) {
		t.Fatal(len(l.Data), err)
	}
}

// A crash between the transactions of a long deletion leaves its note behind;
// the next start finishes it.
func TestInterruptedDeletionIsFinished(t *testing.T) {
	s := newStore(t)
	store(t, s, entries(1, 2*txnKeys))
	if err := s.put([]byte(erasing), []byte{0xa2, 1, 1, 2, 0x19, 0x1f, 0xff}); err != nil { // 1 to 8191
		t.Fatal(err)
	}
	s = New(s.db)
	checkBounds(t, s, 8191+1, 2*txnKeys)
	if _, err := s.Get([]byte(".erasing")); err != ErrKeyNotFound {
		t.Fatal("the note is still there")
	}
	if err := s.DeleteRange(1, 2*txnKeys); err != nil {
		t.Fatal(err)
	}
	checkBounds(t, s, 0, 0)
}

// Any run of what Raft does leaves the store equal to a plain slice, after a
// reopening too.
func TestModel(t *testing.T) {
	s := newStore(t)
	rapid.Check(t, func(t *rapid.T) {
		if first, last, _ := s.bounds(); last != 0 {
			s.DeleteRange(first, last)
		}
		first := rapid.Uint64Range(1, 1000).Draw(t, "start")
		var model []string
		last := func() uint64 { return first + uint64(len(model)) - 1 }
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"append", "tail", "head", "reopen"}).Draw(t, "op") {
			case "append":
				var logs []*raft.Log
				for range rapid.IntRange(1, 5).Draw(t, "n") {
					data := rapid.StringN(0, 8, 16).Draw(t, "data")
					model = append(model, data)
					logs = append(logs, entryAt(last(), data))
				}
				if err := s.StoreLogs(logs); err != nil {
					t.Fatal(err)
				}
			case "tail":
				if len(model) > 0 {
					n := rapid.IntRange(1, len(model)).Draw(t, "n")
					if err := s.DeleteRange(last()-uint64(n)+1, last()); err != nil {
						t.Fatal(err)
					}
					model = model[:len(model)-n]
				}
			case "head":
				if len(model) > 0 {
					n := rapid.IntRange(1, len(model)).Draw(t, "n")
					if err := s.DeleteRange(first, first+uint64(n)-1); err != nil {
						t.Fatal(err)
					}
					model, first = model[n:], first+uint64(n)
				}
			case "reopen":
				s = New(s.db)
			}
			wantFirst, wantLast := first, last()
			if len(model) == 0 {
				wantFirst, wantLast = 0, 0
			}
			if gotFirst, gotLast, err := s.bounds(); err != nil || gotFirst != wantFirst || gotLast != wantLast {
				t.Fatalf("%d to %d, %v; want %d to %d", gotFirst, gotLast, err, wantFirst, wantLast)
			}
			for i, data := range model {
				var l raft.Log
				if err := s.GetLog(first+uint64(i), &l); err != nil || string(l.Data) != data {
					t.Fatalf("entry %d: %q, %v; want %q", first+uint64(i), l.Data, err, data)
				}
			}
		}
	})
}
