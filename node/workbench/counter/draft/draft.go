// Package draft keeps half-filled intakes: what was typed, what was scanned, for
// whoever typed it, until the case is open or seven days are over. It lies in
// the node, so that it outlives a browser, a locked screen and a restart.
//
// It must never show one person's to another, never keep a readable byte on the
// disk, and never know what a field means.
package draft

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/node/vault"
)

// Limits of what one person keeps.
const (
	MaxDrafts = 50
	MaxFields = 2 << 20  // bytes of all names and values of one draft
	MaxScans  = 40 << 20 // bytes of all scans of one draft
	MaxPages  = 20       // of one paper
	Life      = 7 * 24 * time.Hour
	// After is how long what came of a draft is known, so that a form that is
	// sent again finds it.
	After = time.Hour

	maxTitle = 200
	maxScans = 400 // pages of all papers
)

// Fields are what was typed, by the name of the field.
type Fields = map[string][]string

// Draft is one half-filled intake.
type Draft struct {
	ID      string
	Begun   int64 // Unix milliseconds; it lives for Life from then on
	Changed int64
	Title   string // by which its owner finds it again
	Fields  Fields
	Scans   []Scan
	Ended   []byte // what came of it, in its owner's words; nil: it is still half filled
}

// Scan is one page of a scanned or photographed paper; those of a paper stand in
// their order.
type Scan struct {
	Paper string `cbor:"1,keyasint"` // of the form: which paper it is of
	Media string `cbor:"2,keyasint"`
	Size  int    `cbor:"3,keyasint"` // bytes

	Page string `cbor:"4,keyasint"` // which page it is: where its pieces lie
	Sum  []byte `cbor:"5,keyasint"` // of the content: what is sent twice is one page
}

// Pages are the pages of a paper, in order.
func (d *Draft) Pages(paper string) []Scan { return pagesOf(d.Scans, paper) }

func pagesOf(all []Scan, paper string) []Scan {
	var out []Scan
	for _, one := range all {
		if one.Paper == paper {
			out = append(out, one)
		}
	}
	return out
}

// row is a draft on the disk. Fields that are large lie in pieces.
type row struct {
	Begun   int64  `cbor:"1,keyasint"`
	Changed int64  `cbor:"2,keyasint"`
	Title   string `cbor:"3,keyasint"`
	Fields  Fields `cbor:"4,keyasint,omitempty"`
	Large   string `cbor:"5,keyasint,omitempty"` // where the pieces of the fields lie
	Size    int    `cbor:"6,keyasint,omitempty"` // of those, in bytes
	Scans   []Scan `cbor:"7,keyasint,omitempty"`
	Ended   []byte `cbor:"8,keyasint,omitempty"`
	EndedAt int64  `cbor:"9,keyasint,omitempty"`
}

func (r *row) draft(id string) Draft {
	return Draft{id, r.Begun, r.Changed, r.Title, r.Fields, r.Scans, r.Ended}
}

// over reports whether nothing of it may be shown any more.
func (r *row) over(now time.Time) bool {
	return now.UnixMilli() >= r.Begun+Life.Milliseconds() || r.EndedAt != 0 && now.UnixMilli() >= r.EndedAt+After.Milliseconds()
}

// Store is the drafts of a node, by account. Safe for concurrent use; of two who
// write the same draft at once the last one counts.
type Store struct {
	db    *badger.DB
	vault *vault.Vault
	now   func() time.Time

	mu sync.Mutex // held by whoever writes: a draft is read, changed and written as one
}

// Open opens the drafts of a node. secret is the node's key for what lies beside
// the logs; the one used here is derived from it.
func Open(db *badger.DB, secret []byte, now func() time.Time) (*Store, error) {
	sealed, err := vault.Open(secret, "half-filled intakes")
	if err != nil {
		return nil, err
	}
	return &Store{db: db, vault: sealed, now: now}, nil
}

const op = "keep a half-filled intake"

func none(id string) error {
	return refusal.Newf(refusal.NotFound, op, "it was opened, thrown away, or is older than seven days", "there is no half-filled intake %.30q of yours", id)
}

// Begin starts a draft. What is begun again with the same key is the same draft,
// as it is by then; "": no key.
func (s *Store) Begin(login, key, title string, fields Fields) (Draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := rand.Text()[:20]
	if key != "" {
		sum := sha256.Sum256([]byte(login + "\x00" + key))
		id = base32.StdEncoding.EncodeToString(sum[:])[:20]
		if there, err := s.Get(login, id); err == nil {
			return there, nil
		}
	}
	all, err := s.sweepLocked(login)
	if err != nil {
		return Draft{}, err
	}
	if len(all) >= MaxDrafts {
		return Draft{}, refusal.Newf(refusal.TooLarge, op, "finish one, or throw one away", "%d half-filled intakes, at most %d", len(all), MaxDrafts)
	}
	now := s.now().UnixMilli()
	r := &row{Begun: now, Changed: now}
	if err := s.fillLocked(login, id, r, title, fields); err != nil {
		return Draft{}, err
	}
	return Draft{ID: id, Begun: now, Changed: now, Title: r.Title, Fields: fields}, nil
}

// Keep puts what is typed by now in the place of what was. It refuses with
// refusal.NotFound what was opened or thrown away meanwhile.
func (s *Store) Keep(login, id, title string, fields Fields) error {
	return s.change(login, id, func(r *row) error { return s.fillLocked(login, id, r, title, fields) })
}

// fillLocked writes a draft with other fields.
func (s *Store) fillLocked(login, id string, r *row, title string, fields Fields) error {
	size := 0
	for name, values := range fields {
		size += len(name)
		for _, v := range values {
			size += len(v)
		}
	}
	if size > MaxFields {
		return refusal.Newf(refusal.TooLarge, op, "shorten the texts", "%d bytes, at most %d", size, MaxFields)
	}
	if t := []rune(title); len(t) > maxTitle {
		title = string(t[:maxTitle])
	}
	was := r.Large
	r.Changed, r.Title, r.Fields, r.Large, r.Size = max(s.now().UnixMilli(), r.Changed), title, fields, "", 0
	if size > pieceSize/2 {
		whole := wire.Encode(fields)
		blob, err := s.writePieces(login, id, r, whole)
		if err != nil {
			return err
		}
		r.Fields, r.Large, r.Size = nil, blob, len(whole)
	}
	if err := s.write(login, id, r); err != nil || was == "" {
		return err
	}
	return s.dropPieces(login, id, was)
}

// Get is a draft of somebody.
func (s *Store) Get(login, id string) (Draft, error) {
	r, err := s.read(login, id)
	if err != nil {
		return Draft{}, err
	}
	if r.Large != "" {
		whole, err := s.readPieces(login, id, r.Large, r.Size)
		if err == nil {
			err = wire.Decode(whole, &r.Fields)
		}
		if err != nil {
			return Draft{}, fmt.Errorf("read a half-filled intake: %w", err)
		}
	}
	return r.draft(id), nil
}

// List is what somebody has not finished, the newest first, without the fields.
func (s *Store) List(login string) ([]Draft, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, err := s.sweepLocked(login)
	slices.SortFunc(all, func(a, b Draft) int {
		return cmp.Or(cmp.Compare(b.Changed, a.Changed), cmp.Compare(a.ID, b.ID))
	})
	return all, err
}

// End says what came of a draft; what was typed and scanned is gone with it. It
// may be said anew.
func (s *Store) End(login, id string, outcome []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.read(login, id)
	if err != nil {
		return err
	}
	now := s.now().UnixMilli()
	ended := &row{Begun: r.Begun, Changed: now, Title: "", Ended: outcome, EndedAt: cmp.Or(r.EndedAt, now)}
	if err := s.write(login, id, ended); err != nil {
		return err
	}
	return s.dropPieces(login, id, r.blobs()...)
}

// Drop throws a draft away.
func (s *Store) Drop(login, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.read(login, id); err != nil {
		return err
	}
	return s.dropAll(login, id)
}

func (r *row) blobs() []string {
	var all []string
	if r.Large != "" {
		all = append(all, r.Large)
	}
	for _, one := range r.Scans {
		all = append(all, one.Page)
	}
	return all
}

// change reads a draft that is half filled, and has it changed.
func (s *Store) change(login, id string, do func(*row) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.read(login, id)
	switch {
	case err != nil:
		return err
	case r.Ended != nil:
		return none(id)
	}
	return do(r)
}

// read is one draft; NotFound where it is not, or is over.
func (s *Store) read(login, id string) (*row, error) {
	if !idShape(id) {
		return nil, none(id)
	}
	var r *row
	err := s.db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(headKey(login, id))
		if err != nil {
			return err
		}
		return item.Value(func(v []byte) (err error) {
			r, err = s.open(login, id, v)
			return err
		})
	})
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, none(id)
	}
	if err == nil && r.over(s.now()) {
		return nil, none(id)
	}
	return r, err
}

func (s *Store) open(login, id string, sealed []byte) (*row, error) {
	plain, err := s.unseal(headKey(login, id), sealed)
	if err != nil {
		return nil, err
	}
	r := &row{}
	return r, wire.Decode(plain, r)
}

func (s *Store) write(login, id string, r *row) error {
	key := headKey(login, id)
	sealed := s.vault.Seal(key, wire.Encode(r))
	return s.db.Update(func(txn *badger.Txn) error {
		return txn.SetEntry(badger.NewEntry(key, sealed).WithTTL(s.left(r)))
	})
}

// left is how long the rows of a draft stay on the disk. The disk counts it too,
// for those that nobody ever looks at again.
func (s *Store) left(r *row) time.Duration {
	until := r.Begun + Life.Milliseconds()
	if r.EndedAt != 0 {
		until = r.EndedAt + After.Milliseconds()
	}
	return max(time.Duration(until-s.now().UnixMilli())*time.Millisecond, time.Second)
}

// sweepLocked lists what somebody has not finished, and takes away what is over.
func (s *Store) sweepLocked(login string) ([]Draft, error) {
	var all []Draft
	var gone []string
	err := s.heads(login, func(id string, r *row) {
		switch {
		case r.over(s.now()):
			gone = append(gone, id)
		case r.Ended == nil:
			r.Fields = nil
			all = append(all, r.draft(id))
		}
	})
	for _, id := range gone {
		err = errors.Join(err, s.dropAll(login, id))
	}
	return all, err
}
