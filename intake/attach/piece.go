package attach

import (
	"encoding/binary"
	"fmt"
	"io"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Piece is at most limit bytes of what Export gives, from offset on, and how
// many bytes there are in all. It opens only the chunks that it needs, so that
// a large blob goes out piece by piece without ever being in memory as a whole.
// refusal.NotFound when the blob is not here, Gone when it was erased.
func (s *Store) Piece(owner casefile.Owner, h chain.Hash, offset int64, limit int) (part []byte, size int64, err error) {
	op, b := "read a piece of blob "+h.Short(), name{owner, h}
	err = s.db.View(func(txn *badger.Txn) error {
		row, err := readHead(txn, b, op)
		if err != nil {
			return err
		}
		first, err := s.open(txn, b, row, 0, nil)
		if err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		if len(first) < saltSize {
			return fmt.Errorf("%s: its salt is missing", op)
		}
		lead := row.lead(first[:saltSize])
		size = int64(len(lead)) + row.Size
		end := min(offset+int64(limit), size)
		if offset < int64(len(lead)) && offset < end {
			part = append(part, lead[offset:min(end, int64(len(lead)))]...)
		}
		// What follows is counted in the stored plain text, where the salt stands
		// before the content.
		shift := int64(len(lead)) - saltSize
		for at := max(offset, int64(len(lead))) - shift; at < end-shift; {
			n := uint32(at / chunkSize)
			plain, err := first, error(nil)
			if n > 0 {
				plain, err = s.open(txn, b, row, n, nil)
			}
			from, to := at-int64(n)*chunkSize, min(end-shift-int64(n)*chunkSize, int64(len(plain)))
			if err == nil && from >= to {
				err = io.ErrUnexpectedEOF
			}
			if err != nil {
				return fmt.Errorf("%s, chunk %d: %w", op, n, err)
			}
			part = append(part, plain[from:to]...)
			at += to - from
		}
		return nil
	})
	return part, size, err
}

// lead is what stands before the content in a travelling blob: the same bytes
// that encoding all of it would begin with.
func (row headRow) lead(salt []byte) []byte {
	empty := wire.Encode(travelling{row.Kind, salt, []byte{}})
	empty = empty[:len(empty)-1] // the head of an empty byte string; that of a longer one follows
	const byteString = 2 << 5
	switch n := row.Size; {
	case n < 24:
		return append(empty, byteString|byte(n))
	case n < 1<<8:
		return append(empty, byteString|24, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(empty, byteString|25), uint16(n))
	default: // MaxSize lies below 1<<32
		return binary.BigEndian.AppendUint32(append(empty, byteString|26), uint32(n))
	}
}

// Wrap encrypts a piece of a blob that is still on its way, for the store of
// whoever gathers it: nothing of a paper lies on the disk in the clear, whole
// or not. Unwrap opens it, at the same place of the same blob of the same owner
// and nowhere else.
func (s *Store) Wrap(owner casefile.Owner, h chain.Hash, offset int64, piece []byte) ([]byte, error) {
	nonce := make([]byte, s.aead.NonceSize(), s.aead.NonceSize()+len(piece)+s.aead.Overhead())
	if _, err := io.ReadFull(s.random, nonce); err != nil {
		return nil, fmt.Errorf("nonce of a piece: %w", err)
	}
	return s.aead.Seal(nonce, nonce, piece, onItsWay(owner, h, offset)), nil
}

// Unwrap opens what Wrap encrypted.
func (s *Store) Unwrap(owner casefile.Owner, h chain.Hash, offset int64, wrapped []byte) ([]byte, error) {
	if len(wrapped) < s.aead.NonceSize() {
		return nil, fmt.Errorf("open a piece of blob %s: %w", h.Short(), io.ErrUnexpectedEOF)
	}
	nonce, sealed := wrapped[:s.aead.NonceSize()], wrapped[s.aead.NonceSize():]
	piece, err := s.aead.Open(nil, nonce, sealed, onItsWay(owner, h, offset))
	if err != nil {
		return nil, fmt.Errorf("open a piece of blob %s: %w", h.Short(), err)
	}
	return piece, nil
}

func onItsWay(owner casefile.Owner, h chain.Hash, offset int64) []byte {
	return wire.Encode(struct {
		Hash   chain.Hash     `cbor:"1,keyasint"`
		Offset int64          `cbor:"4,keyasint"` // a chunk's place has other keys
		Owner  casefile.Owner `cbor:"5,keyasint"`
	}{h, offset, owner})
}
