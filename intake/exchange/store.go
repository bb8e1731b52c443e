package exchange

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Key prefixes in the node's store. A center has no "/", so each part but the
// last ends at one.
const (
	rowPrefix      = "o/r/" // o/r/<dest>/<kind>/<id> → storedRow
	knownPrefix    = "o/k/" // o/k/<dest>/<case> → known
	markPrefix     = "o/m/" // o/m/<dest> → storedMark
	memoryPrefix   = "i/m/" // i/m/<center>/<incarnation> → Memory
	piecePrefix    = "i/b/" // i/b/<center>/<case>/<hash>/<be64 offset> → bytes, encrypted
	requestPrefix  = "r/q/" // r/q/<id> → Asked
	forwardPrefix  = "r/f/" // r/f/<requester>/<id> → forward
	replyPrefix    = "r/a/" // r/a/<id> → sealed reply
	envelopePrefix = "y/e/" // y/e/<dest>/<sender>/<slot> → envelope
	receiptPrefix  = "y/r/" // y/r/<id> → sealed receipt
)

type storedRow struct {
	Version uint64  `cbor:"1,keyasint"`
	Since   int64   `cbor:"2,keyasint"`
	Purpose Purpose `cbor:"3,keyasint"`
}

// known is what a destination has of a case, by its own word.
type known struct {
	Head  chain.Head   `cbor:"1,keyasint"`
	Blobs []chain.Hash `cbor:"2,keyasint,omitempty"` // whole, or refused for good
	Begun []Begun      `cbor:"3,keyasint,omitempty"`
}

type storedMark struct {
	Mine uint32 `cbor:"1,keyasint"` // our incarnation at the time
	Peer uint32 `cbor:"2,keyasint"` // the destination's
	N    uint64 `cbor:"3,keyasint"`
}

func rowKey(k Key) []byte {
	return fmt.Appendf(nil, "%s%s/%d/%s", rowPrefix, k.Dest, uint8(k.Kind), k.ID)
}

func knownKey(dest area.Center, id string) []byte {
	return []byte(knownPrefix + string(dest) + "/" + id)
}

func memoryKey(p casefile.Party) []byte {
	return fmt.Appendf(nil, "%s%s/%d", memoryPrefix, p.Center, p.Incarnation)
}

// piecesKey is what the keys of all pieces of a blob begin with.
func piecesKey(g gathered) []byte {
	return []byte(piecePrefix + string(g.from) + "/" + string(g.id) + "/" + g.hash.String() + "/")
}

func pieceKey(g gathered, offset int64) []byte {
	return binary.BigEndian.AppendUint64(piecesKey(g), uint64(offset))
}

func readPieceKey(key []byte) (gathered, error) {
	parts := strings.SplitN(strings.TrimPrefix(string(key), piecePrefix), "/", 4)
	if len(parts) != 4 {
		return gathered{}, fmt.Errorf("read the pieces of blobs: %q is no key of a piece", key)
	}
	g := gathered{from: area.Center(parts[0]), id: casefile.ID(parts[1])}
	if err := g.hash.UnmarshalText([]byte(parts[2])); err != nil {
		return g, fmt.Errorf("read the pieces of blobs: %w", err)
	}
	return g, nil
}

func envelopeKey(dest area.Center, id string) []byte {
	return []byte(envelopePrefix + string(dest) + "/" + id)
}

// get reads one value; found is false when there is none.
func get(txn *badger.Txn, key []byte, v any) (found bool, err error) {
	item, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, item.Value(func(b []byte) error {
		if raw, ok := v.(*[]byte); ok {
			*raw = append([]byte(nil), b...)
			return nil
		}
		return wire.Decode(b, v)
	})
}

func put(txn *badger.Txn, key []byte, v any) error { return txn.Set(key, wire.Encode(v)) }

// update runs fn in a transaction and runs it again when another one came
// between, so fn may be called more than once.
func update(db *badger.DB, fn func(txn *badger.Txn) error) error {
	for {
		err := db.Update(fn)
		if !errors.Is(err, badger.ErrConflict) {
			return err
		}
	}
}

// count tells how many keys have a prefix, up to limit.
func count(txn *badger.Txn, prefix string, limit int) int {
	it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(prefix)})
	defer it.Close()
	n := 0
	for it.Rewind(); it.Valid() && n < limit; it.Next() {
		n++
	}
	return n
}

// load reads every row and mark of the store.
func load(db *badger.DB) (rows []Row, marks map[area.Center]storedMark, err error) {
	marks = map[area.Center]storedMark{}
	err = db.View(func(txn *badger.Txn) error {
		for _, prefix := range []string{rowPrefix, markPrefix} {
			it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte(prefix), PrefetchValues: true, PrefetchSize: 100})
			for it.Rewind(); it.Valid(); it.Next() {
				rest := strings.TrimPrefix(string(it.Item().Key()), prefix)
				var v storedRow
				var m storedMark
				var err error
				if prefix == markPrefix {
					err = it.Item().Value(func(b []byte) error { return wire.Decode(b, &m) })
					marks[area.Center(rest)] = m
				} else if k, ok := carriedKey(rest); ok {
					err = it.Item().Value(func(b []byte) error { return wire.Decode(b, &v) })
					rows = append(rows, Row{k, v.Version, v.Since, v.Purpose})
				} else {
					err = fmt.Errorf("unknown row %q", rest)
				}
				if err != nil {
					it.Close()
					return fmt.Errorf("read the outbox: %w", err)
				}
			}
			it.Close()
		}
		return nil
	})
	return rows, marks, err
}
