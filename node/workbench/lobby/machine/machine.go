// Package machine knows the machines that stand in the hall for everybody: the
// screens that show who is called, and the kiosks. A browser is one of them
// while it holds the token that somebody who works here had it given; the node
// keeps the token's hash.
//
// It must never keep a token, and never let a machine outlive the account that
// opened it: whoever asks is told who that was, and decides.
package machine

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/node/account"
)

// Kind is what a machine is for.
type Kind string

// The kinds.
const (
	Display Kind = "display" // 叫号屏
	Kiosk   Kind = "kiosk"   // 自助机
)

// Machine is one of them.
type Machine struct {
	ID    string `cbor:"-"` // by which it is ended; no secret
	Kind  Kind   `cbor:"1,keyasint"`
	Login string `cbor:"2,keyasint"` // whose account opened it
	Since int64  `cbor:"3,keyasint"` // Unix milliseconds
}

// MaxMachines is how many a center has at most.
const MaxMachines = 100

// Keys: lobby/machine/<hash of the token>.
var prefix = []byte("lobby/machine/")

func key(id string) []byte { return append(slices.Clone(prefix), id...) }

// Store is the machines of a node. Safe for concurrent use.
type Store struct {
	db      *badger.DB
	now     func() time.Time
	cookies account.Cookies

	mu  sync.Mutex
	all map[string]Machine // guarded by mu; by id
}

// Open reads the machines that were running when the node stopped.
func Open(db *badger.DB, now func() time.Time, cookies account.Cookies) (*Store, error) {
	s := &Store{db: db, now: now, cookies: cookies, all: map[string]Machine{}}
	return s, db.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix = prefix
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			var m Machine
			if err := it.Item().Value(func(v []byte) error { return wire.Decode(v, &m) }); err != nil {
				return err
			}
			m.ID = strings.TrimPrefix(string(it.Item().Key()), string(prefix))
			s.all[m.ID] = m
		}
		return nil
	})
}

func (s *Store) cookie() string { return s.cookies.Name("machine") }

func idOf(token string) string {
	sum := sha256.Sum256([]byte("tongban machine 1 " + token))
	return hex.EncodeToString(sum[:16])
}

// Start makes the browser of a request a machine.
func (s *Store) Start(w http.ResponseWriter, kind Kind, login string) (Machine, error) {
	const op = "start a machine of the hall"
	if kind != Display && kind != Kiosk {
		return Machine{}, refusal.Newf(refusal.Malformed, op, "", "%.20q is no kind of machine", kind)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.all) >= MaxMachines {
		return Machine{}, refusal.Newf(refusal.TooLarge, op, "end those that are gone", "at most %d machines", MaxMachines)
	}
	token := rand.Text()
	m := Machine{ID: idOf(token), Kind: kind, Login: login, Since: s.now().UnixMilli()}
	if err := s.db.Update(func(txn *badger.Txn) error { return txn.Set(key(m.ID), wire.Encode(m)) }); err != nil {
		return Machine{}, err
	}
	s.all[m.ID] = m
	http.SetCookie(w, &http.Cookie{
		Name: s.cookie(), Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: s.cookies.Secure,
		MaxAge: int((5 * 365 * 24 * time.Hour).Seconds()),
	})
	return m, nil
}

// Of is the machine that sends a request; ok is false for any other browser,
// and for one that was ended.
func (s *Store) Of(r *http.Request) (Machine, bool) {
	held, err := r.Cookie(s.cookie())
	if err != nil || len(held.Value) > 64 {
		return Machine{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	m, ok := s.all[idOf(held.Value)]
	return m, ok
}

// List lists the machines, the newest first.
func (s *Store) List() []Machine {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]Machine, 0, len(s.all))
	for _, m := range s.all {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b Machine) int { return cmp.Or(cmp.Compare(b.Since, a.Since), cmp.Compare(a.ID, b.ID)) })
	return all
}

// End ends a machine: its browser is a stranger from then on.
func (s *Store) End(id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.all[id]; !ok {
		return refusal.Newf(refusal.NotFound, "end a machine of the hall", "", "there is no machine %.40q", id)
	}
	err := s.db.Update(func(txn *badger.Txn) error { return txn.Delete(key(id)) })
	if err != nil && !errors.Is(err, badger.ErrKeyNotFound) {
		return err
	}
	delete(s.all, id)
	return nil
}
