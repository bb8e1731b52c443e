// Package chase keeps what a supervisor told a center to see to (督办): a list
// to which is only ever added. The word itself goes to the center as a sealed
// request and stands in the case's log; the answer is what follows there.
//
// It must never change or drop an entry, and never hold personal data: what is
// kept here goes into the log word for word.
package chase

import (
	"encoding/binary"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// MaxText is how many characters one chase has, at most.
const MaxText = 1000

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

// Key prefixes in the node's store. A case's id has no "/".
const (
	allPrefix  = "sup/c/" // sup/c/<be64 seq> → Chase
	casePrefix = "sup/k/" // sup/k/<case>/<be64 seq> → nothing
)

// Book is the chases of one center. Safe for concurrent use.
type Book struct {
	db *badger.DB

	mu   sync.Mutex
	last uint64 // guarded by mu
}

// Open finds how far the list had come.
func Open(db *badger.DB) (*Book, error) {
	b := &Book{db: db}
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
	case strings.TrimSpace(text) == "" || !utf8.ValidString(text) || utf8.RuneCountInString(text) > MaxText:
		return refusal.Newf(refusal.Malformed, op, "say in a few words what is to be done", "a chase has 1 to %d characters", MaxText)
	}
	return nil
}

// Add puts one that was sent on the list and returns it with its place there.
func (b *Book) Add(c Chase) (Chase, error) {
	if err := Check(c.Staff, c.Text); err != nil {
		return c, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	c.Seq = b.last + 1
	err := b.db.Update(func(txn *badger.Txn) error {
		if err := txn.Set(key(allPrefix, c.Seq), wire.Encode(c)); err != nil {
			return err
		}
		return txn.Set(key(caseKeys(c.Case), c.Seq), nil)
	})
	if err == nil {
		b.last = c.Seq
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
	err := b.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(prefix), Reverse: true, PrefetchValues: id == "", PrefetchSize: 16})
		defer it.Close()
		for it.Seek(key(prefix, before-1)); it.Valid() && len(all) < limit; it.Next() {
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

func key(prefix string, seq uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(prefix), seq)
}
