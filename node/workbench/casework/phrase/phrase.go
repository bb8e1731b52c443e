// Package phrase keeps the words that somebody uses again and again in opinions
// and reasons, for each account and each kind of field. They lie in the node, so
// that they are there at whichever screen their owner sits down.
//
// It must never show one person's to another, never keep a readable byte on the
// disk, and never know what a field means.
package phrase

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/node/vault"
)

// Limits of what one person keeps.
const (
	MaxLength = 300 // characters of one
	MaxEach   = 20  // of one kind of field
	MaxKinds  = 40  // kinds of fields

	maxKind = 40 // bytes of the name of a kind
)

const prefix = "wb/p/"

// Phrases are somebody's, by the kind of field, in the order in which they were
// kept.
type Phrases map[string][]string

// Store is the phrases of a node, by account. Safe for concurrent use.
type Store struct {
	db    *badger.DB
	vault *vault.Vault

	mu sync.Mutex // held by whoever writes: all of an account's are one row
}

const op = "keep a phrase"

// Open opens the phrases of a node. secret is the node's key for what lies beside
// the logs; the one used here is derived from it.
func Open(db *badger.DB, secret []byte) (*Store, error) {
	sealed, err := vault.Open(secret, "phrases")
	if err != nil {
		return nil, err
	}
	return &Store{db: db, vault: sealed}, nil
}

// Of are the phrases of an account.
func (s *Store) Of(login string) (Phrases, error) {
	var all Phrases
	key := []byte(prefix + login)
	err := s.db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(key)
		if err != nil {
			return err
		}
		return item.Value(func(sealed []byte) error {
			plain, err := s.vault.Unseal(key, sealed)
			if err != nil {
				return fmt.Errorf("read the phrases: %w", err)
			}
			return wire.Decode(plain, &all)
		})
	})
	if errors.Is(err, badger.ErrKeyNotFound) {
		return Phrases{}, nil
	}
	return all, err
}

// Keep keeps a phrase for a kind of field; one that is kept already stays where
// it is.
func (s *Store) Keep(login, kind, text string) error {
	text = strings.TrimSpace(text)
	switch n := utf8.RuneCountInString(text); {
	case text == "" || kind == "" || !utf8.ValidString(text):
		return refusal.Newf(refusal.Malformed, op, "type something first", "nothing was typed")
	case n > MaxLength:
		return refusal.Newf(refusal.TooLarge, op, "shorten it", "%d characters, at most %d", n, MaxLength)
	case len(kind) > maxKind:
		return refusal.Newf(refusal.Malformed, op, "", "%.40q is no kind of field", kind)
	}
	return s.change(login, func(all Phrases) error {
		switch {
		case slices.Contains(all[kind], text):
			return nil
		case len(all[kind]) >= MaxEach, len(all) >= MaxKinds && all[kind] == nil:
			return refusal.Newf(refusal.TooLarge, op, "remove one first", "%d phrases at most", MaxEach)
		}
		all[kind] = append(all[kind], text)
		return nil
	})
}

// Drop removes a phrase; one that is not there is removed already.
func (s *Store) Drop(login, kind, text string) error {
	return s.change(login, func(all Phrases) error {
		all[kind] = slices.DeleteFunc(all[kind], func(one string) bool { return one == text })
		if len(all[kind]) == 0 {
			delete(all, kind)
		}
		return nil
	})
}

func (s *Store) change(login string, do func(Phrases) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.Of(login)
	if err == nil {
		err = do(all)
	}
	if err != nil {
		return err
	}
	key := []byte(prefix + login)
	return s.db.Update(func(txn *badger.Txn) error {
		if len(all) == 0 {
			return txn.Delete(key)
		}
		return txn.Set(key, s.vault.Seal(key, wire.Encode(all)))
	})
}
