// Package attach keeps what lies outside the logs: applicants' records,
// scanned materials, proofs. A log names a blob by casefile.BlobHash: of its
// owner, a salt, its kind and its content. Salt and content lie in the blob,
// encrypted, so that destroying it leaves nothing to guess.
//
// It must never give back what was erased, never let a blob in under a hash that
// it does not have, and never touch a blob in the name of another owner: a case
// whose log names the hash of another case's blob reaches nothing by it.
package attach

import (
	"context"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/dgraph-io/badger/v4"
	"golang.org/x/crypto/chacha20poly1305"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// MaxSize is the largest content of one blob, in bytes.
const MaxSize = 8 << 20

// MaxExport is the largest blob as it travels, in bytes.
const MaxExport = MaxSize + 1<<10

// Gone is the code for what was erased: nobody gets it back, from nowhere.
const Gone refusal.Code = "erased"

const (
	saltSize  = 32
	chunkSize = 192 << 10 // of plain text; a stored value stays below 256 KiB
	chunksTxn = 3         // written in one transaction
	maxKind   = 32
)

// Keys:
//
//	b/<owner> 00 <hash>             head row; it is written last, so a blob is whole or not there
//	b/<owner> 00 <hash>/<number>    a chunk
//	bt/<owner> 00 <hash>            tombstone
//
// Every key begins with the owner: a tombstone that one case sets lies where
// nothing of another case is.
var prefixTomb = []byte("bt/")

// name is what a blob is called here.
type name struct {
	owner casefile.Owner
	hash  chain.Hash
}

func (n name) key(prefix string) []byte {
	key := make([]byte, 0, len(prefix)+len(n.owner)+1+len(n.hash)+5)
	return append(append(append(append(key, prefix...), n.owner...), 0), n.hash[:]...)
}

func keyHead(n name) []byte { return n.key("b/") }

func keyChunk(n name, number uint32) []byte {
	return binary.BigEndian.AppendUint32(append(keyHead(n), '/'), number)
}

func keyTomb(n name) []byte { return n.key("bt/") }

// headRow stands beside the chunks.
type headRow struct {
	Kind   string `cbor:"1,keyasint"`
	Size   int64  `cbor:"2,keyasint"` // of the content
	Chunks uint32 `cbor:"3,keyasint"`
}

// travelling is a blob on its way between nodes. The road is encrypted; the
// salt has to come along so that the receiver can check the hash.
type travelling struct {
	Kind    string `cbor:"1,keyasint"`
	Salt    []byte `cbor:"2,keyasint"`
	Content []byte `cbor:"3,keyasint"`
}

// Store is the blobs of one node. Safe for concurrent use.
type Store struct {
	db     *badger.DB
	aead   cipher.AEAD
	random io.Reader
}

// Open opens the store. key (32 bytes) is the node's own; blobs on the disk
// can't be read without it. random must be safe for concurrent use, as
// crypto/rand is.
func Open(db *badger.DB, key []byte, random io.Reader) (*Store, error) {
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, fmt.Errorf("blob key: %w", err)
	}
	return &Store{db, aead, random}, nil
}

// Put stores content under a new salt and returns the reference that goes
// into the owner's log. It is on the disk when Put returns. The same content put
// twice has two references that nobody can tell to be of the same.
func (s *Store) Put(ctx context.Context, owner casefile.Owner, kind string, content []byte) (casefile.BlobRef, error) {
	t, ref, err := s.salted(owner, kind, content)
	if err != nil {
		return ref, err
	}
	return ref, s.store(ctx, name{owner, ref.Hash}, t)
}

// MaxPrepared is the largest content that Prepare takes, in bytes.
const MaxPrepared = 64 << 10

// Prepare is Put for small content that goes to the disk together with the
// event that names it: nothing is stored before write is called, in the
// event's own transaction, which saves a sync. write may be called again when
// the transaction is tried again.
func (s *Store) Prepare(owner casefile.Owner, kind string, content []byte) (ref casefile.BlobRef, write func(*badger.Txn) error, err error) {
	if len(content) > MaxPrepared || len(kind) > maxKind {
		return ref, nil, refusal.Newf(refusal.TooLarge, "prepare a blob", "put it instead", "%d bytes of kind %q", len(content), kind)
	}
	t, ref, err := s.salted(owner, kind, content)
	if err != nil {
		return ref, nil, err
	}
	n := name{owner, ref.Hash}
	row := headRow{Kind: kind, Size: int64(len(content)), Chunks: 1}
	sealed, err := s.seal(ref.Hash, row, 0, append(t.Salt, content...))
	if err != nil {
		return ref, nil, err
	}
	return ref, func(txn *badger.Txn) error { // the salt is new: no tombstone can name it
		if err := txn.Set(keyChunk(n, 0), sealed); err != nil {
			return err
		}
		return txn.Set(keyHead(n), wire.Encode(row))
	}, nil
}

// salted gives content a new salt, and with it the hash that names it.
func (s *Store) salted(owner casefile.Owner, kind string, content []byte) (travelling, casefile.BlobRef, error) {
	salt := make([]byte, saltSize)
	if _, err := io.ReadFull(s.random, salt); err != nil {
		return travelling{}, casefile.BlobRef{}, fmt.Errorf("salt of a blob: %w", err)
	}
	t := travelling{kind, salt, content}
	return t, casefile.BlobRef{Hash: t.hash(owner), Size: int64(len(content)), Kind: kind}, nil
}

func (t *travelling) hash(owner casefile.Owner) chain.Hash {
	return casefile.BlobHash(casefile.BlobLead(owner, t.Salt, t.Kind), t.Content)
}

// store encrypts and writes. The head row comes last and is written in one
// transaction with the look for a tombstone.
func (s *Store) store(ctx context.Context, b name, t travelling) error {
	op := "store blob " + b.hash.Short()
	if len(t.Content) > MaxSize || len(t.Kind) > maxKind {
		return refusal.Newf(refusal.TooLarge, op, "scan it with less resolution",
			"%d bytes of kind %q, at most %d", len(t.Content), t.Kind, MaxSize)
	}
	if err := s.buried(b, op); err != nil {
		return err
	}
	plain := append(append(make([]byte, 0, saltSize+len(t.Content)), t.Salt...), t.Content...)
	row := headRow{Kind: t.Kind, Size: int64(len(t.Content)), Chunks: uint32((len(plain) + chunkSize - 1) / chunkSize)}
	for n := uint32(0); n < row.Chunks; n += chunksTxn {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := s.db.Update(func(txn *badger.Txn) error {
			for i := n; i < min(n+chunksTxn, row.Chunks); i++ {
				part := plain[int(i)*chunkSize : min(int(i+1)*chunkSize, len(plain))]
				sealed, err := s.seal(b.hash, row, i, part)
				if err != nil {
					return err
				}
				if err := txn.Set(keyChunk(b, i), sealed); err != nil {
					return err
				}
			}
			if n+chunksTxn < row.Chunks {
				return nil
			}
			if _, err := txn.Get(keyTomb(b)); err == nil {
				return gone(op)
			}
			return txn.Set(keyHead(b), wire.Encode(row))
		})
		if err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
	}
	return nil
}

// place is what a chunk is bound to: it opens nowhere else.
func (row headRow) place(h chain.Hash, n uint32) []byte {
	return wire.Encode(struct {
		Hash  chain.Hash `cbor:"1,keyasint"`
		Row   headRow    `cbor:"2,keyasint"`
		Chunk uint32     `cbor:"3,keyasint"`
	}{h, row, n})
}

func (s *Store) seal(h chain.Hash, row headRow, n uint32, part []byte) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(part)+s.aead.Overhead())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return nil, fmt.Errorf("nonce of a blob: %w", err)
	}
	return s.aead.Seal(nonce, nonce, part, row.place(h, n)), nil
}

func gone(op string) error {
	return refusal.Newf(Gone, op, "", "it was erased")
}

func (s *Store) buried(n name, op string) error {
	return s.db.View(func(txn *badger.Txn) error {
		_, err := txn.Get(keyTomb(n))
		switch {
		case err == nil:
			return gone(op)
		case errors.Is(err, badger.ErrKeyNotFound):
			return nil
		}
		return err
	})
}

// Get returns the content of a blob of an owner. refusal.NotFound when it is not
// here, or is another owner's; Gone when it was erased.
func (s *Store) Get(owner casefile.Owner, ref casefile.BlobRef) ([]byte, error) {
	t, err := s.read(name{owner, ref.Hash})
	return t.Content, err
}

// readHead is the head row of a blob that is here and was not erased.
func readHead(txn *badger.Txn, n name, op string) (row headRow, err error) {
	if _, err := txn.Get(keyTomb(n)); err == nil {
		return row, gone(op)
	}
	item, err := txn.Get(keyHead(n))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return row, refusal.Newf(refusal.NotFound, op, "ask a center that holds the case", "it is not on this node")
	}
	if err == nil {
		err = item.Value(func(v []byte) error { return wire.Decode(v, &row) })
	}
	return row, err
}

func (s *Store) read(b name) (travelling, error) {
	op := "read blob " + b.hash.Short()
	var t travelling
	err := s.db.View(func(txn *badger.Txn) error {
		row, err := readHead(txn, b, op)
		if err != nil {
			return err
		}
		plain := make([]byte, 0, saltSize+row.Size)
		for n := range row.Chunks {
			if plain, err = s.open(txn, b, row, n, plain); err != nil {
				return fmt.Errorf("%s, chunk %d: %w", op, n, err)
			}
		}
		if len(plain) < saltSize {
			return fmt.Errorf("%s: its salt is missing", op)
		}
		t = travelling{row.Kind, plain[:saltSize], plain[saltSize:]}
		return nil
	})
	if err == nil && t.hash(b.owner) != b.hash {
		err = refusal.Newf(refusal.Conflict, op, "restore it from another center", "its content has another hash")
	}
	return t, err
}

func (s *Store) open(txn *badger.Txn, b name, row headRow, n uint32, plain []byte) ([]byte, error) {
	item, err := txn.Get(keyChunk(b, n))
	if err != nil {
		return plain, err
	}
	err = item.Value(func(v []byte) error {
		if len(v) < s.aead.NonceSize() {
			return io.ErrUnexpectedEOF
		}
		nonce, sealed := v[:s.aead.NonceSize()], v[s.aead.NonceSize():]
		plain, err = s.aead.Open(plain, nonce, sealed, row.place(b.hash, n))
		return err
	})
	return plain, err
}

// Has reports whether a blob is here, whole and not erased.
func (s *Store) Has(owner casefile.Owner, h chain.Hash) bool {
	n := name{owner, h}
	err := s.db.View(func(txn *badger.Txn) error {
		if _, err := txn.Get(keyTomb(n)); !errors.Is(err, badger.ErrKeyNotFound) {
			return errors.Join(err, badger.ErrKeyNotFound)
		}
		_, err := txn.Get(keyHead(n))
		return err
	})
	return err == nil
}

// Export is a blob as it travels, salt included: at most MaxExport bytes.
// Whoever sends it sees to the encryption of the road.
func (s *Store) Export(owner casefile.Owner, h chain.Hash) ([]byte, error) {
	t, err := s.read(name{owner, h})
	if err != nil {
		return nil, err
	}
	return wire.Encode(t), nil
}

// Import takes in a blob of an owner that another node exported: what has another
// hash, or is another owner's, is refused (refusal.Malformed), so is what was
// erased (Gone). It is on the disk when Import returns; taking it in again does
// nothing.
func (s *Store) Import(ctx context.Context, owner casefile.Owner, h chain.Hash, exported []byte) error {
	op := "take in blob " + h.Short()
	if len(exported) > MaxExport {
		return refusal.Newf(refusal.TooLarge, op, "", "%d bytes, at most %d", len(exported), MaxExport)
	}
	var t travelling
	if err := wire.Decode(exported, &t); err != nil {
		return refusal.New(refusal.Malformed, op, "", err)
	}
	if len(t.Salt) != saltSize || t.hash(owner) != h {
		return refusal.Newf(refusal.Malformed, op, "", "its content has another hash")
	}
	if s.Has(owner, h) {
		return nil
	}
	return s.store(ctx, name{owner, h}, t)
}

// Tombstone marks blobs of an owner as erased, in the transaction of the erasure.
// From its commit on they can't be read or taken in; Sweep destroys the content.
// Of another owner's it marks nothing, whatever hashes are named.
func (s *Store) Tombstone(txn *badger.Txn, owner casefile.Owner, hashes []chain.Hash) error {
	for _, h := range hashes {
		if err := txn.Set(keyTomb(name{owner, h}), nil); err != nil {
			return err
		}
	}
	return nil
}

// Erase marks blobs of an owner as erased and destroys their content.
func (s *Store) Erase(ctx context.Context, owner casefile.Owner, hashes []chain.Hash) error {
	if err := s.db.Update(func(txn *badger.Txn) error { return s.Tombstone(txn, owner, hashes) }); err != nil {
		return fmt.Errorf("erase blobs: %w", err)
	}
	for _, h := range hashes {
		if err := s.destroy(ctx, name{owner, h}); err != nil {
			return err
		}
	}
	return nil
}

// Sweep destroys whatever content still lies under a tombstone: after an
// erasure, a crash, or a restore from a copy that was older than the erasure.
func (s *Store) Sweep(ctx context.Context) error {
	var buried []name
	err := s.db.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix, opts.PrefetchValues = prefixTomb, false
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Seek(prefixTomb); it.Valid(); it.Next() {
			if n, ok := nameOf(it.Item().Key()[len(prefixTomb):]); ok {
				buried = append(buried, n)
			}
		}
		return nil
	})
	for _, n := range buried {
		if err != nil {
			break
		}
		err = s.destroy(ctx, n)
	}
	if err != nil {
		return fmt.Errorf("sweep erased blobs: %w", err)
	}
	return nil
}

// nameOf reads the end of a key.
func nameOf(key []byte) (n name, ok bool) {
	end := len(key) - len(n.hash)
	if end < 1 || key[end-1] != 0 {
		return n, false
	}
	return name{casefile.Owner(key[:end-1]), chain.Hash(key[end:])}, true
}

// destroy deletes the rows of a blob. The head goes first: what is left after
// a crash is no blob, and the next Sweep takes it.
func (s *Store) destroy(ctx context.Context, n name) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var keys [][]byte
	err := s.db.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix, opts.PrefetchValues = keyHead(n), false
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Seek(keyHead(n)); it.Valid(); it.Next() {
			keys = append(keys, it.Item().KeyCopy(nil))
		}
		return nil
	})
	if err != nil || len(keys) == 0 {
		return err
	}
	return s.db.Update(func(txn *badger.Txn) error {
		for _, k := range keys {
			if err := txn.Delete(k); err != nil {
				return err
			}
		}
		return nil
	})
}
