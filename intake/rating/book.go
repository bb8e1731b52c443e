package rating

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/journal"
)

// Cases is the cabinet as ratings use it.
type Cases interface {
	State(id casefile.ID) (casefile.State, error)
	Log(id casefile.ID, from uint64, max int) ([][]byte, error)
	AppendWith(ctx context.Context, id casefile.ID, drafts func(casefile.State) ([]casefile.Draft, error), with func(*badger.Txn) error) (casefile.State, error)
}

// Blobs is where what an applicant wrote lies.
type Blobs interface {
	Prepare(owner casefile.Owner, kind string, content []byte) (ref casefile.BlobRef, write func(*badger.Txn) error, err error)
	Get(owner casefile.Owner, ref casefile.BlobRef) ([]byte, error)
	Tombstone(txn *badger.Txn, owner casefile.Owner, hashes []chain.Hash) error
	Erase(ctx context.Context, owner casefile.Owner, hashes []chain.Hash) error
}

// Register is what ratings ask of the node's copy of the Register.
type Register interface {
	Rules() rule.Set
	Calendar() workday.Calendar
	Item(ref item.Ref) (*item.Item, bool)
}

// Visit is one visit to the hall.
type Visit struct {
	Window, Department string
	Staff              []string // who served
}

// Visits tells of a visit by its queue ticket; ok is false for an unknown one.
type Visits func(id string) (v Visit, ok bool)

// Config is what the ratings of a node work with. Every field but Visits,
// Public, Full and Log must be set.
type Config struct {
	DB       *badger.DB // the ratings own the keys under rate/
	Cases    Cases
	Blobs    Blobs
	Register Register
	Self     func() casefile.Party
	Key      func() chain.Key
	KeyOf    func(casefile.Party) (chain.PublicKey, bool)
	Now      func() time.Time
	// Ask sends a request to the custodian of a case.
	Ask    func(ctx context.Context, id casefile.ID, kind, staff string, body []byte) (string, error)
	Visits Visits // nil: a visit is known by a case that was opened in it, or by its link
	Secret []byte // of the links
	Public string // address of the pages for the public, without a slash at its end; "": there is none
	Full   func() error
	Log    *slog.Logger
}

// Ratings are those of one node. Safe for concurrent use.
type Ratings struct {
	Config
	book *journal.Book
}

// owner is whose all content is that the book names.
func (r *Ratings) owner() casefile.Owner { return casefile.BookOwner("rating", r.Self().Center) }

// Keys, beside the book's own (as package journal has them):
//
//	rate/f/<number>    what the entries on a rating fold to
//	rate/s/<subject>   number of the rating of a case or visit
//	rate/t/<token>     what a link that was given out is for
//	rate/o/<number>    the case's log does not have the grade yet
var (
	foldPrefix = []byte("rate/f/")
	owedPrefix = []byte("rate/o/")
)

func numbered(prefix []byte, n uint64) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(nil), prefix...), n)
}

func subjectKey(s Subject) []byte {
	if s.Case != "" {
		return []byte("rate/s/c/" + string(s.Case))
	}
	return []byte("rate/s/v/" + s.Visit)
}

func tokenKey(t Token) []byte { return []byte("rate/t/" + string(t)) }

// New opens the ratings of a node.
func New(c Config) (*Ratings, error) {
	if c.Cases == nil || c.Blobs == nil || c.Register == nil || c.Ask == nil || len(c.Secret) < 16 {
		return nil, refusal.Newf(refusal.Malformed, "open the ratings", "", "a part of the configuration is missing")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	shelf, err := journal.Open(journal.Config{DB: c.DB, Prefix: "rate", Self: c.Self, Key: c.Key, KeyOf: c.KeyOf, Now: c.Now, Ready: c.Full})
	if err != nil {
		return nil, err
	}
	book, err := shelf.Book("ratings", nil)
	if err != nil {
		return nil, err
	}
	return &Ratings{c, book}, nil
}

func idOf(e journal.Entry) ID {
	return ID(fmt.Sprintf("R%s.%d.%d", e.By.Center, e.By.Incarnation, e.Seq))
}

// number is a rating's place in the book.
func (r *Ratings) number(id ID) (uint64, error) {
	at := strings.LastIndexByte(string(id), '.')
	n, err := strconv.ParseUint(string(id)[at+1:], 10, 64)
	if len(id) > 60 || at < 0 || err != nil {
		return 0, refusal.Newf(refusal.Malformed, "look up a rating", "it looks like R320509111201.1.7", "that is no name of a rating")
	}
	return n, nil
}

// State is a rating as it stands.
func (r *Ratings) State(id ID) (State, error) {
	n, err := r.number(id)
	if err != nil {
		return State{}, err
	}
	var s State
	found, err := r.read(numbered(foldPrefix, n), &s)
	if err == nil && (!found || s.ID != id) {
		err = refusal.Newf(refusal.NotFound, "look up rating "+string(id), "", "it is not in this center's book")
	}
	return s, err
}

func (r *Ratings) read(key []byte, into any) (found bool, err error) {
	err = r.DB.View(func(txn *badger.Txn) error {
		found, err = get(txn, key, into)
		return err
	})
	return found, err
}

func get(txn *badger.Txn, key []byte, into any) (bool, error) {
	row, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return false, nil
	}
	if err == nil {
		err = row.Value(func(v []byte) error { return wire.Decode(v, into) })
	}
	return err == nil, err
}

// Of is the rating of a case or visit; ok is false where there is none.
func (r *Ratings) Of(s Subject) (state State, ok bool, err error) {
	var n uint64
	if ok, err = r.read(subjectKey(s), &n); err != nil || !ok {
		return state, false, err
	}
	ok, err = r.read(numbered(foldPrefix, n), &state)
	return state, ok, err
}

// Step is one thing that is done about a bad rating: a Contact, Finding,
// Answer, FollowUp, Appeal or Review, its Rating and Act left empty.
type Step interface{ kind() string }

func (Contact) kind() string  { return KindContacted }
func (Finding) kind() string  { return KindFound }
func (Answer) kind() string   { return KindRectified }
func (FollowUp) kind() string { return KindFollowedUp }
func (Appeal) kind() string   { return KindAppealed }
func (Review) kind() string   { return KindReviewed }

// Do writes a step into the book. Who may take which, and when, Apply says.
func (r *Ratings) Do(id ID, staff string, step Step) (State, error) {
	op := step.kind() + " " + string(id)
	if strings.TrimSpace(staff) == "" {
		return State{}, refusal.Newf(refusal.Malformed, op, "say who acts", "no member of staff is named")
	}
	n, err := r.number(id)
	if err != nil {
		return State{}, err
	}
	if _, err := r.State(id); err != nil {
		return State{}, err
	}
	var body any
	switch b := step.(type) {
	case Contact:
		b.Rating = id
		body = b
	case Finding:
		b.Rating = id
		body = b
	case Answer:
		b.Rating = id
		body = b
	case FollowUp:
		b.Rating = id
		body = b
	case Appeal:
		b.Rating = id
		body = b
	case Review:
		b.Rating = id
		body = b
	default:
		return State{}, refusal.Newf(refusal.Malformed, op, "", "no step of a rectification")
	}
	var after State
	_, err = r.book.Add(strings.TrimSpace(staff), journal.Draft{Kind: step.kind(), Body: body}, func(txn *badger.Txn, e journal.Entry) error {
		var s State
		if _, err := get(txn, numbered(foldPrefix, n), &s); err != nil {
			return err
		}
		if after, err = Apply(s, e); err != nil {
			return err
		}
		return txn.Set(numbered(foldPrefix, n), wire.Encode(after))
	})
	if err != nil {
		return State{}, err
	}
	r.Log.Info("rating", "rating", string(id), "step", step.kind(), "staff", staff)
	return after, nil
}

// each visits the ratings from the newest before a number (0: all) on.
func (r *Ratings) each(before uint64, visit func(n uint64, s *State) (more bool)) error {
	return r.DB.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix, opts.Reverse, opts.PrefetchSize = foldPrefix, true, 64
		it := txn.NewIterator(opts)
		defer it.Close()
		from := numbered(foldPrefix, ^uint64(0))
		if before > 0 {
			from = numbered(foldPrefix, before-1)
		}
		for it.Seek(from); it.Valid(); it.Next() {
			var s State
			if err := it.Item().Value(func(v []byte) error { return wire.Decode(v, &s) }); err != nil {
				return err
			}
			if !visit(binary.BigEndian.Uint64(it.Item().Key()[len(foldPrefix):]), &s) {
				break
			}
		}
		return nil
	})
}

// Verify checks the book from its first entry, and that what is shown of each
// rating is what its entries fold to.
func (r *Ratings) Verify(ctx context.Context) (chain.Head, error) {
	fold := map[uint64]State{}
	head, err := r.book.Verify(ctx, func(e journal.Entry) error {
		n := e.Seq
		if e.Kind != KindGiven {
			var of struct {
				Rating ID `cbor:"1,keyasint"`
			}
			if err := wire.Decode(e.Body, &of); err != nil {
				return err
			}
			var err error
			if n, err = r.number(of.Rating); err != nil {
				return err
			}
		}
		s, err := Apply(fold[n], e)
		fold[n] = s
		return err
	})
	if err != nil {
		return head, err
	}
	shown := 0
	bad := ID("")
	err = r.each(0, func(n uint64, s *State) bool {
		if want, ok := fold[n]; !ok || string(wire.Encode(want)) != string(wire.Encode(*s)) {
			bad = idOf(journal.Entry{By: r.Self(), Seq: n})
			return false
		}
		shown++
		return true
	})
	if err == nil && (bad != "" || shown != len(fold)) {
		err = refusal.Newf(refusal.Conflict, "verify the ratings", "restore the node from a backup", "what is shown of %s is not what the book says", max(bad, "a rating"))
	}
	return head, err
}
