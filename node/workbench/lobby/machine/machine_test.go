package machine

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/node/account"
)

func open(t *testing.T, db *badger.DB) *Store {
	t.Helper()
	s, err := Open(db, func() time.Time { return time.UnixMilli(1) }, account.Cookies{Center: "320509111201"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A machine stays one over a restart, until it is ended; nobody else is one,
// and the disk holds no token.
func TestMachine(t *testing.T) {
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s := open(t, db)
	w := httptest.NewRecorder()
	m, err := s.Start(w, Display, "guide")
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	if _, ok := s.Of(r); ok {
		t.Error("a stranger is a machine")
	}
	held := w.Result().Cookies()[0]
	if !held.HttpOnly || held.MaxAge < 1e6 {
		t.Errorf("the cookie: %v", held)
	}
	r.AddCookie(held)
	for _, s := range []*Store{s, open(t, db)} {
		if got, ok := s.Of(r); !ok || got != m {
			t.Errorf("the machine is %v, %v", got, ok)
		}
	}
	err = db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			v, err := it.Item().ValueCopy(nil)
			if err != nil || strings.Contains(string(it.Item().Key())+string(v), held.Value) {
				t.Errorf("the token lies on the disk, or: %v", err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.End(m.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := open(t, db).Of(r); ok || s.End(m.ID) == nil || len(s.List()) != 0 {
		t.Error("an ended machine is one still")
	}
}

// There are so many machines and no more, and only of the kinds that there are.
func TestStartIsBounded(t *testing.T) {
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	s := open(t, db)
	if _, err := s.Start(httptest.NewRecorder(), "toaster", "guide"); err == nil {
		t.Error("any kind will do")
	}
	for range MaxMachines {
		if _, err := s.Start(httptest.NewRecorder(), Kiosk, "guide"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Start(httptest.NewRecorder(), Kiosk, "guide"); err == nil {
		t.Error("there is no end of machines")
	}
}
