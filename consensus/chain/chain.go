package chain

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
)

// Hash is a SHA-256 digest.
type Hash [sha256.Size]byte

// String returns the hash in hex.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Short returns the first twelve hex digits, for people.
func (h Hash) Short() string { return h.String()[:12] }

// MarshalText writes the hash in hex.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads the hash from hex.
func (h *Hash) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil || len(b) != len(h) {
		return fmt.Errorf("hash %q: want %d hex digits", text, 2*len(h))
	}
	copy(h[:], b)
	return nil
}

// MarshalBinary writes the bare 32 bytes: a byte string in CBOR.
func (h Hash) MarshalBinary() ([]byte, error) { return h[:], nil }

// UnmarshalBinary reads the bare 32 bytes.
func (h *Hash) UnmarshalBinary(b []byte) error {
	if len(b) != len(h) {
		return fmt.Errorf("hash of %d bytes, want %d", len(b), len(h))
	}
	copy(h[:], b)
	return nil
}

// Sum returns the SHA-256 of b.
func Sum(b []byte) Hash { return sha256.Sum256(b) }

// Head is how far a log reaches: the number of its last record (the first is
// 1, so 0 is the empty log) and the chained hash there.
type Head struct {
	Index uint64 `cbor:"1,keyasint" json:"index"`
	Hash  Hash   `cbor:"2,keyasint" json:"hash"`
}

// Start is the head of the empty log of that name. The name is hashed in, so
// a record of one log fits into no other.
func Start(log string) Head {
	return Head{0, sha256.Sum256([]byte("tongban/log/1\x00" + log))}
}

// Next is the head after one more record: h(n) = SHA-256(h(n-1) ‖ record).
func (h Head) Next(record []byte) Head {
	d := sha256.New()
	d.Write(h.Hash[:])
	d.Write(record)
	next := Head{Index: h.Index + 1}
	d.Sum(next.Hash[:0])
	return next
}

// Link is what a record says of its own place.
type Link struct {
	Log   string // the log it belongs to
	Index uint64 // its number, from 1
	Prev  Hash   // the chained hash before it
}

// Reader decodes a record far enough to tell its link, and verifies its seal.
// Verify calls it once a record, in order.
type Reader func(record []byte) (Link, error)

// The reasons for which a record is refused.
var (
	ErrForeign   = errors.New("foreign: the record belongs to another log")
	ErrReordered = errors.New("reordered: the record does not stand at its place")
	ErrTampered  = errors.New("tampered: the record does not continue the chain before it")
	ErrTruncated = errors.New("truncated: the log ends before the head that it is known to have")
	ErrDiverged  = errors.New("diverged: the log has another hash than the head that is known")
)

// Fault is a record that does not verify: which one, and why.
type Fault struct {
	Log    string
	Index  uint64
	Reason error
}

func (f *Fault) Error() string {
	return fmt.Sprintf("record %d of %s: %v", f.Index, f.Log, f.Reason)
}

func (f *Fault) Unwrap() error { return f.Reason }

// Verify checks that records continue the log from head, one after another,
// and returns the head that they reach. from may be Start(log) for a whole log
// or any head already verified for a suffix. The first record that does not
// fit is named by a *Fault; the head returned with it is the last good one.
func Verify(log string, from Head, records [][]byte, read Reader) (Head, error) {
	head := from
	for _, record := range records {
		at := head.Index + 1
		link, err := read(record)
		switch {
		case err != nil:
			return head, &Fault{log, at, err}
		case link.Log != log:
			return head, &Fault{log, at, fmt.Errorf("%w (it says %s)", ErrForeign, link.Log)}
		case link.Index != at:
			return head, &Fault{log, at, fmt.Errorf("%w (it says %d)", ErrReordered, link.Index)}
		case link.Prev != head.Hash:
			return head, &Fault{log, at, ErrTampered}
		}
		head = head.Next(record)
	}
	return head, nil
}

// Matches checks that a verified head is the known one: ErrTruncated when it
// stops short of it, ErrDiverged when it stands there with another hash. A
// log that goes on past the known head must be cut at it by the caller.
func (h Head) Matches(log string, known Head) error {
	switch {
	case h.Index < known.Index:
		return &Fault{log, h.Index + 1, ErrTruncated}
	case h != known:
		return &Fault{log, known.Index, ErrDiverged}
	}
	return nil
}
