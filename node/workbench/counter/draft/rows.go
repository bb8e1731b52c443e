package draft

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"strings"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
)

// Keys:
//
//	wb/d/<login>/<id>                  a draft
//	wb/d/<login>/<id>/<blob>/<number>  a piece of its scans, or of its fields
//
// Every value is sealed and bound to its key: nothing opens under the key of
// another account.
const prefix = "wb/d/"

const (
	pieceSize  = 192 << 10 // of plain text; a stored value stays below 256 KiB
	piecesEach = 3         // written in one transaction
)

// idShape reports whether a text may be the id of a draft.
func idShape(id string) bool {
	return len(id) == 20 && strings.Trim(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

func headKey(login, id string) []byte { return []byte(prefix + login + "/" + id) }

func pieceKey(login, id, blob string, n int) []byte {
	return fmt.Appendf(nil, "%s%s/%s/%s/%06d", prefix, login, id, blob, n)
}

func (s *Store) unseal(key, sealed []byte) ([]byte, error) {
	plain, err := s.vault.Unseal(key, sealed)
	if err != nil {
		return nil, fmt.Errorf("open a half-filled intake: %w", err)
	}
	return plain, nil
}

// writePieces writes content under a new name. Whoever names it writes the draft
// afterwards: what no draft names goes with its own time.
func (s *Store) writePieces(login, id string, r *row, content []byte) (blob string, err error) {
	blob = rand.Text()[:12]
	life, count := s.left(r), (len(content)+pieceSize-1)/pieceSize
	for n := 0; n < count; n += piecesEach {
		err := s.db.Update(func(txn *badger.Txn) error {
			for i := n; i < min(n+piecesEach, count); i++ {
				key := pieceKey(login, id, blob, i)
				sealed := s.vault.Seal(key, content[i*pieceSize:min((i+1)*pieceSize, len(content))])
				if err := txn.SetEntry(badger.NewEntry(key, sealed).WithTTL(life)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return "", fmt.Errorf("keep a half-filled intake: %w", err)
		}
	}
	return blob, nil
}

func (s *Store) readPieces(login, id, blob string, size int) ([]byte, error) {
	content := make([]byte, 0, size)
	err := s.db.View(func(txn *badger.Txn) error {
		for i := 0; len(content) < size; i++ {
			key := pieceKey(login, id, blob, i)
			item, err := txn.Get(key)
			if err != nil {
				return err
			}
			err = item.Value(func(v []byte) error {
				plain, err := s.unseal(key, v)
				content = append(content, plain...)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, refusal.New(refusal.NotFound, op, "scan it again", fmt.Errorf("it is not whole: %w", err))
	}
	return content, nil
}

// dropPieces takes content away that no draft names any more.
func (s *Store) dropPieces(login, id string, blobs ...string) error {
	for _, blob := range blobs {
		if err := s.dropUnder(append(headKey(login, id), "/"+blob+"/"...)); err != nil {
			return err
		}
	}
	return nil
}

// dropAll takes a draft away with everything that belongs to it.
func (s *Store) dropAll(login, id string) error { return s.dropUnder(headKey(login, id)) }

// dropUnder deletes every row whose key begins so.
func (s *Store) dropUnder(begin []byte) error {
	for {
		var keys [][]byte
		err := s.db.View(func(txn *badger.Txn) error {
			opts := badger.DefaultIteratorOptions
			opts.Prefix, opts.PrefetchValues = begin, false
			it := txn.NewIterator(opts)
			defer it.Close()
			for it.Rewind(); it.Valid() && len(keys) < 1000; it.Next() {
				keys = append(keys, it.Item().KeyCopy(nil))
			}
			return nil
		})
		if err != nil || len(keys) == 0 {
			return err
		}
		err = s.db.Update(func(txn *badger.Txn) error {
			for _, key := range keys {
				if err := txn.Delete(key); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("forget a half-filled intake: %w", err)
		}
	}
}

// heads shows every draft of somebody.
func (s *Store) heads(login string, see func(id string, r *row)) error {
	return s.db.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix, opts.PrefetchValues = []byte(prefix+login+"/"), false // most rows are pieces
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			id := bytes.TrimPrefix(it.Item().Key(), opts.Prefix)
			if !idShape(string(id)) {
				continue
			}
			err := it.Item().Value(func(v []byte) error {
				r, err := s.open(login, string(id), v)
				if err == nil {
					see(string(id), r)
				}
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
