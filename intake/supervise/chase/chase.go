// Package chase keeps what a supervisor told a center to see to (督办): a list
// to which is only ever added. The word itself goes to the center as a sealed
// request and stands in the case's log; the answer is what follows there. The
// list has it first: what is on it is sent, also after a crash, and once.
//
// It must never drop an entry or change it (but the id under which one goes that
// an earlier incarnation could not send), never send what is not on the list, and
// never hold personal data: what is kept here goes into the log word for
// word.
package chase

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/journal"
)

// MaxText is how many characters one chase has, at most.
const MaxText = 1000

// maxStaff is how many bytes a request has for who sends it.
const maxStaff = 128

// Kind is the kind of the request that carries a chase.
const Kind = "reminder"

// Chase is one word of a supervisor, in the fields of GB/T 39046-2020 table 11.
type Chase struct {
	Seq     uint64         `cbor:"1,keyasint" json:"seq"`              // from 1, in the order in which they were sent
	Case    casefile.ID    `cbor:"2,keyasint" json:"case"`             //
	Number  string         `cbor:"3,keyasint,omitempty" json:"number"` // 监察编号: the entry that it is about; "": none
	To      area.Center    `cbor:"4,keyasint" json:"to"`               // 责任部门: who had the case when it was sent
	By      casefile.Party `cbor:"5,keyasint" json:"by"`               // 督办机构
	Staff   string         `cbor:"6,keyasint" json:"staff"`            //
	Text    string         `cbor:"7,keyasint" json:"text"`             // 督办内容
	At      int64          `cbor:"8,keyasint" json:"at"`               // 督办发出时间, Unix milliseconds
	Request string         `cbor:"9,keyasint" json:"request"`          // under which the case's log has it
	Head    uint64         `cbor:"10,keyasint" json:"head"`            // how far the log reached here when it was sent
}

// Keys in the node's store. A case's id has no "/".
const (
	allPrefix  = "sup/c/" // sup/c/<be64 seq> → Chase
	casePrefix = "sup/k/" // sup/k/<case>/<be64 seq> → nothing
	owedPrefix = "sup/w/" // sup/w/<be64 seq> → nothing: it is not sent yet
	callPrefix = "sup/i/" // sup/i/<idempotency key> → call
)

// Config is what a book works with. All but Log must be set.
type Config struct {
	DB *badger.DB
	// Name draws the id under which a chase will be sent; its error is whoever
	// calls Add gets, and nothing is kept.
	Name func() (string, error)
	// Send sends a chase under its id. Calls with the same chase have one effect.
	Send func(ctx context.Context, c Chase) error
	Self func() casefile.Party
	Log  *slog.Logger
}

// Book is the chases of one center. Safe for concurrent use.
type Book struct {
	Config
	poke chan struct{} // something waits

	mu   sync.Mutex
	last uint64            // guarded by mu
	why  map[uint64]string // guarded by mu: what was in the way of those that wait
}

// Open finds how far the list had come. It sends nothing before Run.
func Open(c Config) (*Book, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	b := &Book{Config: c, poke: make(chan struct{}, 1), why: map[uint64]string{}}
	all, err := b.List("", 0, 1)
	if len(all) > 0 {
		b.last = all[0].Seq
	}
	return b, err
}

// Check says whether a chase can be sent at all; refusal.Malformed where it
// cannot.
func Check(staff, text string) error {
	const op = "send a chase"
	switch {
	case strings.TrimSpace(staff) == "":
		return refusal.Newf(refusal.Malformed, op, "name who sends it", "nobody is named as sending it")
	case len(staff) > maxStaff:
		return refusal.Newf(refusal.Malformed, op, "", "the name of who sends it has at most %d bytes", maxStaff)
	case strings.TrimSpace(text) == "" || !utf8.ValidString(text) || utf8.RuneCountInString(text) > MaxText:
		return refusal.Newf(refusal.Malformed, op, "say in a few words what is to be done", "a chase has 1 to %d characters", MaxText)
	}
	return nil
}

// call is what is kept of a call with an idempotency key.
type call struct {
	Sum chain.Hash `cbor:"1,keyasint"`
	Seq uint64     `cbor:"2,keyasint"`
}

// Limits of idempotency keys: their bytes, and how long one is remembered.
const (
	maxKey  = 64
	keptFor = 14 * 24 * time.Hour
)

// Add puts a chase on the list and returns it with its place there and the id
// of its request: it is on the disk then, and sent at once where that goes, else
// as soon as it does (Owed). A second call with the same key gives the chase of
// the first; for another chase it is refused with key_reused. Seq, Request
// and By of c are Add's to say.
func (b *Book) Add(ctx context.Context, key string, c Chase) (Chase, error) {
	c, again, err := b.add(key, c)
	if err != nil || again {
		return c, err
	}
	if err := b.send(ctx, c.Seq); err != nil {
		b.Log.Warn("a chase waits to be sent", "chase", c.Seq, "case", string(c.Case), "err", err)
		select {
		case b.poke <- struct{}{}:
		default:
		}
	}
	return c, nil
}

func (b *Book) add(key string, c Chase) (_ Chase, again bool, err error) {
	const op = "send a chase"
	if err := Check(c.Staff, c.Text); err != nil {
		return c, false, err
	}
	if len(key) > maxKey || strings.ContainsAny(key, "/\x00") {
		return c, false, refusal.Newf(refusal.Malformed, op, "", "an idempotency key has at most %d bytes, no slash among them", maxKey)
	}
	asked := Chase{Case: c.Case, Number: c.Number, Staff: c.Staff, Text: c.Text}
	sum := chain.Sum(wire.Encode(asked))
	b.mu.Lock()
	defer b.mu.Unlock()
	was, known, err := b.called(key)
	if err != nil {
		return c, false, err
	}
	if known && was.Sum != sum {
		return c, false, refusal.Newf(journal.KeyReused, op, "use a new key for each call", "the key was used for another chase")
	}
	if known {
		c, err = b.at(was.Seq)
		return c, true, err
	}
	if c.Request, err = b.Name(); err != nil {
		return c, false, err
	}
	c.Seq, c.By = b.last+1, b.Self()
	err = b.DB.Update(func(txn *badger.Txn) error {
		for _, row := range []*badger.Entry{
			badger.NewEntry(keyOf(allPrefix, c.Seq), wire.Encode(c)), badger.NewEntry(keyOf(caseKeys(c.Case), c.Seq), nil), badger.NewEntry(keyOf(owedPrefix, c.Seq), nil),
		} {
			if err := txn.SetEntry(row); err != nil {
				return err
			}
		}
		if key == "" {
			return nil
		}
		return txn.SetEntry(badger.NewEntry([]byte(callPrefix+key), wire.Encode(call{sum, c.Seq})).WithTTL(keptFor))
	})
	if err == nil {
		b.last = c.Seq
	}
	return c, false, err
}

func (b *Book) called(key string) (was call, known bool, err error) {
	if key == "" {
		return was, false, nil
	}
	known, err = b.read([]byte(callPrefix+key), &was)
	return was, known, err
}

func (b *Book) read(key []byte, into any) (found bool, err error) {
	err = b.DB.View(func(txn *badger.Txn) error {
		row, err := txn.Get(key)
		if err != nil {
			return err
		}
		return row.Value(func(v []byte) error { return wire.Decode(v, into) })
	})
	if errors.Is(err, badger.ErrKeyNotFound) {
		return false, nil
	}
	return err == nil, err
}

func (b *Book) at(seq uint64) (c Chase, err error) {
	found, err := b.read(keyOf(allPrefix, seq), &c)
	if err == nil && !found {
		err = fmt.Errorf("chase %d is not on the list", seq)
	}
	return c, err
}

// List gives the chases about a case (of all cases where it is ""), the last one
// first, before the one with the place given (0: from the last on), at most
// limit of them.
func (b *Book) List(id casefile.ID, before uint64, limit int) ([]Chase, error) {
	prefix := allPrefix
	if id != "" {
		prefix = caseKeys(id)
	}
	if before == 0 {
		before = ^uint64(0)
	}
	var all []Chase
	err := b.DB.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(prefix), Reverse: true, PrefetchValues: id == "", PrefetchSize: 16})
		defer it.Close()
		for it.Seek(keyOf(prefix, before-1)); it.Valid() && len(all) < limit; it.Next() {
			k := it.Item().Key()
			item := it.Item()
			if id != "" {
				var err error
				if item, err = txn.Get(append([]byte(allPrefix), k[len(k)-8:]...)); err != nil {
					return err
				}
			}
			var c Chase
			if err := item.Value(func(v []byte) error { return wire.Decode(v, &c) }); err != nil {
				return err
			}
			all = append(all, c)
		}
		return nil
	})
	return all, err
}

func caseKeys(id casefile.ID) string { return casePrefix + string(id) + "/" }

func keyOf(prefix string, seq uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(prefix), seq)
}
