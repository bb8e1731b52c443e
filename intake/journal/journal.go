// Package journal keeps the books that a center writes for itself alone: its
// roster, its queue, its registers, ratings, and who looked at personal data.
// Every entry is sealed with the node's key and chained to the one before it,
// so that nothing is edited or taken out of the middle without being found.
//
// It must never know what an entry means, never change or drop one, and never
// give a book to another node. What it can't show by itself is a book that was
// cut at its end together with the row that says how far it reaches: whoever
// needs that keeps a head elsewhere (Heads).
package journal

import (
	"encoding/binary"
	"strings"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Domain separates an entry's seal from every other.
const Domain chain.Domain = "tongban/journal/1"

// The refusals of a book. The codes are for good.
const (
	Tampered  refusal.Code = "journal_tampered" // an entry is not what was written
	KeyReused refusal.Code = "key_reused"       // the idempotency key belongs to another call; as the desk's
)

// Limits of what is taken.
const (
	MaxBody  = 32 << 10 // bytes of one entry
	maxBatch = 2000     // entries of one call
	maxKey   = 64       // bytes of an idempotency key
	maxStaff = 100      // characters of a staff number, or of a name
	keptFor  = 14 * 24 * time.Hour
)

// Entry is one entry as it is sealed.
type Entry struct {
	Format uint8          `cbor:"1,keyasint"` // 1
	Book   string         `cbor:"2,keyasint"` // with center and shelf, so that no entry fits into another
	Seq    uint64         `cbor:"3,keyasint"` // from 1
	Prev   chain.Hash     `cbor:"4,keyasint"`
	By     casefile.Party `cbor:"5,keyasint"`
	Staff  string         `cbor:"6,keyasint,omitempty"` // who acted; "": nobody of the center, such as an applicant or a ticket machine
	At     int64          `cbor:"7,keyasint"`           // the node's, Unix milliseconds; never before the entry before
	Kind   string         `cbor:"8,keyasint"`
	Entity string         `cbor:"9,keyasint,omitempty"` // what it is about; "": nothing that it is looked up by
	Body   wire.Raw       `cbor:"10,keyasint"`
}

// Decode reads the body into what its kind is made of.
func (e Entry) Decode(into any) error {
	if err := wire.Decode(e.Body, into); err != nil {
		return refusal.Newf(refusal.Malformed, "", "", "entry %d of %s: %w", e.Seq, e.Book, err)
	}
	return nil
}

// Config is what the books of a shelf work with. All but Ready must be set.
type Config struct {
	DB     *badger.DB // the shelf owns the keys under Prefix/r/, Prefix/h/, Prefix/e/, Prefix/k/
	Prefix string     // such as "hall"; no slash
	Self   func() casefile.Party
	Key    func() chain.Key
	KeyOf  func(casefile.Party) (key chain.PublicKey, ok bool) // of whoever wrote an entry: this center, also in an earlier incarnation
	Now    func() time.Time
	Ready  func() error // why nothing may be written now (a fence, a full disk); nil: it may always
}

// Shelf is the books of one center under one prefix. Safe for concurrent use.
type Shelf struct{ cfg Config }

// Open opens a shelf. It reads nothing yet.
func Open(c Config) (*Shelf, error) {
	if c.DB == nil || c.Prefix == "" || strings.Contains(c.Prefix, "/") || c.Self == nil || c.Key == nil || c.KeyOf == nil || c.Now == nil {
		return nil, refusal.Newf(refusal.Malformed, "open the books of "+c.Prefix, "", "a part of the configuration is missing")
	}
	return &Shelf{c}, nil
}

// Book is one book. Safe for concurrent use: calls of Append wait for each
// other, as an entry follows from those before it. A node opens each book once.
type Book struct {
	shelf *Shelf
	name  string
	fold  func(Entry) error // nil: nothing is kept in memory

	mu   sync.Mutex
	head chain.Head // guarded by mu
	last int64      // guarded by mu: the time of the last entry
}

// Book opens a book; a name holds no zero byte. With a fold every entry of it
// is verified and given to fold in order, now and as each is written; an error
// of fold is final. Tampered says which entry does not hold.
func (s *Shelf) Book(name string, fold func(Entry) error) (*Book, error) {
	b := &Book{shelf: s, name: name, fold: fold, head: chain.Start(s.log(name))}
	return b, b.catchUp()
}

// log is the name that is hashed into a book's chain.
func (s *Shelf) log(name string) string {
	return string(s.cfg.Self().Center) + "/" + s.cfg.Prefix + "/" + name
}

// Keys. A book's name and an entity hold no zero byte.
//
//	<prefix>/r/<book>\0<number>             a sealed entry
//	<prefix>/h/<book>                       how far the book reaches
//	<prefix>/e/<book>\0<entity>\0<number>   which entries are about a thing
//	<prefix>/k/<book>\0<key>                what a call with that key wrote
func (s *Shelf) key(row, rest string) []byte { return []byte(s.cfg.Prefix + row + rest) }

func (s *Shelf) entryKey(book string, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(s.key("/r/", book+"\x00"), seq)
}

func (s *Shelf) headKey(book string) []byte { return s.key("/h/", book) }

func (s *Shelf) entityPrefix(book, entity string) []byte {
	return s.key("/e/", book+"\x00"+entity+"\x00")
}

func (s *Shelf) entityKey(book, entity string, seq uint64) []byte {
	return binary.BigEndian.AppendUint64(s.entityPrefix(book, entity), seq)
}

func (s *Shelf) answerKey(book, key string) []byte { return s.key("/k/", book+"\x00"+key) }
