package forms

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/wire"
)

// Files is where the bytes lie.
type Files struct{ DB *badger.DB }

// The rows: f/<hash> says how long a file is, f/<hash>/<be32> are its pieces.
// The first is written last, so a file is there whole or not at all.
func headKey(hash [32]byte) []byte { return append([]byte("f/"), hash[:]...) }

func pieceKey(hash [32]byte, n int) []byte {
	return binary.BigEndian.AppendUint32(append(headKey(hash), '/'), uint32(n))
}

type head struct {
	Size int64 `cbor:"1,keyasint"`
}

// Write keeps a file under the hash of its content.
func (f Files) Write(hash [32]byte, content []byte) error {
	for n := 0; n*pieceSize < len(content); n++ {
		part := content[n*pieceSize : min((n+1)*pieceSize, len(content))]
		if err := f.DB.Update(func(txn *badger.Txn) error { return txn.Set(pieceKey(hash, n), part) }); err != nil {
			return err
		}
	}
	return f.DB.Update(func(txn *badger.Txn) error { return txn.Set(headKey(hash), wire.Encode(head{int64(len(content))})) })
}

// Read is a file's content; false where it is not here.
func (f Files) Read(hash [32]byte) (content []byte, ok bool, err error) {
	err = f.DB.View(func(txn *badger.Txn) error {
		row, err := txn.Get(headKey(hash))
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		var h head
		if err := row.Value(func(b []byte) error { return wire.Decode(b, &h) }); err != nil {
			return err
		}
		content = make([]byte, 0, h.Size)
		for n := 0; int64(len(content)) < h.Size; n++ {
			row, err := txn.Get(pieceKey(hash, n))
			if err != nil {
				return fmt.Errorf("piece %d: %w", n, err)
			}
			if content, err = appendValue(row, content); err != nil {
				return err
			}
		}
		ok = true
		return nil
	})
	if err != nil {
		return nil, false, fmt.Errorf("read form %x: %w", hash[:8], err)
	}
	return content, ok, nil
}

func appendValue(row *badger.Item, to []byte) ([]byte, error) {
	err := row.Value(func(b []byte) error {
		to = append(to, b...)
		return nil
	})
	return to, err
}
