package cabinet

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/dgraph-io/badger/v4"
)

func groupDB(t *testing.T) *badger.DB {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions(t.TempDir()).WithSyncWrites(true).WithMemTableSize(2 << 20).WithValueThreshold(128 << 10).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func has(t *testing.T, db *badger.DB, key string) bool {
	t.Helper()
	err := db.View(func(txn *badger.Txn) error { _, err := txn.Get([]byte(key)); return err })
	if err != nil && !errors.Is(err, badger.ErrKeyNotFound) {
		t.Fatal(err)
	}
	return err == nil
}

// TestGroupsShareTransactions: whoever waits while a commit is under way goes
// into the next one, and what each wrote is there when it is told so.
func TestGroupsShareTransactions(t *testing.T) {
	db := groupDB(t)
	g := &groups{db: db}
	var transactions atomic.Int64
	seen := sync.Map{}
	var all sync.WaitGroup
	for w := range 32 {
		all.Go(func() {
			for i := range 20 {
				key := fmt.Sprintf("k/%d/%d", w, i)
				err := g.commit(func(txn *badger.Txn) error {
					if _, known := seen.LoadOrStore(txn, true); !known {
						transactions.Add(1)
					}
					return txn.Set([]byte(key), nil)
				})
				if err != nil || !has(t, db, key) {
					t.Errorf("%s: %v, on the disk: %v", key, err, has(t, db, key))
				}
			}
		})
	}
	all.Wait()
	if n := transactions.Load(); n >= 640 {
		t.Errorf("640 changes took %d transactions: nobody shared one", n)
	}
}

// TestGroupsKeepApart: one that is refused, and those that do not fit together,
// leave the others as they are.
func TestGroupsKeepApart(t *testing.T) {
	db := groupDB(t)
	g := &groups{db: db}
	refused := errors.New("refused")
	var group []*member
	for i := range 8 {
		group = append(group, &member{write: func(txn *badger.Txn) error {
			if err := txn.Set(fmt.Appendf(nil, "before/%d", i), nil); err != nil {
				return err
			}
			if i == 2 {
				return refused
			}
			return txn.Set(fmt.Appendf(nil, "big/%d", i), make([]byte, 90<<10)) // three fit
		}})
	}
	g.commitAll(group)
	for i, m := range group {
		if i == 2 {
			if m.err != refused || has(t, db, "before/2") {
				t.Errorf("the refused one: %v, on the disk: %v", m.err, has(t, db, "before/2"))
			}
			continue
		}
		if m.err != nil || !has(t, db, fmt.Sprintf("before/%d", i)) || !has(t, db, fmt.Sprintf("big/%d", i)) {
			t.Errorf("member %d: %v", i, m.err)
		}
	}
	huge := &member{write: func(txn *badger.Txn) error {
		var err error
		for i := range 4 {
			err = errors.Join(err, txn.Set(fmt.Appendf(nil, "huge/%d", i), make([]byte, 90<<10)))
		}
		return err
	}}
	g.commitAll([]*member{huge})
	if !errors.Is(huge.err, badger.ErrTxnTooBig) {
		t.Errorf("one that fits nowhere: %v", huge.err)
	}
}

// TestGroupsTryAgain: a conflict with somebody outside is nobody's error.
func TestGroupsTryAgain(t *testing.T) {
	db := groupDB(t)
	g := &groups{db: db}
	runs := 0
	err := g.commit(func(txn *badger.Txn) error {
		if _, err := txn.Get([]byte("shared")); err != nil && !errors.Is(err, badger.ErrKeyNotFound) {
			return err
		}
		if runs++; runs == 1 {
			err := db.Update(func(other *badger.Txn) error { return other.Set([]byte("shared"), []byte{1}) })
			if err != nil {
				return err
			}
		}
		return txn.Set([]byte("mine"), nil)
	})
	if err != nil || runs != 2 || !has(t, db, "mine") {
		t.Errorf("%v after %d runs", err, runs)
	}
	db.Close()
	if err := g.commit(func(txn *badger.Txn) error { return txn.Set([]byte("late"), nil) }); !errors.Is(err, errAmbiguous) {
		t.Errorf("a commit whose outcome is unknown: %v", err)
	}
}
