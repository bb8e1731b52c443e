// Package chain builds and verifies sealed, hash-chained records: what both
// logs of the program are made of. The Register is the log that Raft orders,
// a casefile the log that its custodian orders; here they are the same thing.
//
// It must never read a clock, a disk or a network, never encode again what
// was signed or hashed, and never know what a record means.
package chain

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"tongban/consensus/wire"
)

// Suite names the signature and hash of a seal, so that a second one can be
// added without a new format.
type Suite uint8

// Ed25519SHA256 is suite 1: Ed25519 (RFC 8032) and SHA-256 (FIPS 180-4).
const Ed25519SHA256 Suite = 1

// Domain separates what is signed for one purpose from every other: a
// signature of one domain never verifies in another.
type Domain string

// The domains of format version 1.
const (
	CommandDomain    Domain = "tongban/command/1"    // a command to the Register
	EventDomain      Domain = "tongban/event/1"      // an event of a casefile
	RequestDomain    Domain = "tongban/request/1"    // a request to a custodian
	CheckpointDomain Domain = "tongban/checkpoint/1" // a voter's word for a head
	EnrolDomain      Domain = "tongban/enrol/1"      // a joining node's proof of its key
	HelloDomain      Domain = "tongban/hello/1"      // a node's word for how far its own log reaches
)

// MaxRecord is the largest record, in bytes; longer content belongs in blobs.
const MaxRecord = 256 << 10

// PublicKey verifies seals: one byte of suite, then the key.
type PublicKey []byte

// Equal reports whether both are the same key of the same suite.
func (k PublicKey) Equal(o PublicKey) bool { return len(k) > 0 && bytes.Equal(k, o) }

// String returns the key in hex.
func (k PublicKey) String() string { return hex.EncodeToString(k) }

// MarshalText writes the key in hex.
func (k PublicKey) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the key from hex and checks suite and length.
func (k *PublicKey) UnmarshalText(text []byte) error {
	b, err := hex.DecodeString(string(text))
	if err != nil {
		return fmt.Errorf("public key: %w", err)
	}
	if _, err := PublicKey(b).ed25519(); err != nil {
		return err
	}
	*k = b
	return nil
}

// Ed25519 returns the bare key of suite 1.
func (k PublicKey) Ed25519() (ed25519.PublicKey, error) { return k.ed25519() }

func (k PublicKey) ed25519() (ed25519.PublicKey, error) {
	if len(k) != 1+ed25519.PublicKeySize || Suite(k[0]) != Ed25519SHA256 {
		return nil, fmt.Errorf("public key of %d bytes: %w", len(k), ErrSuite)
	}
	return ed25519.PublicKey(k[1:]), nil
}

// Key seals records. Its text form shows the public half only.
type Key struct{ private ed25519.PrivateKey }

// NewKey makes a key of suite 1 from a 32-byte seed; the caller brings the
// randomness.
func NewKey(seed []byte) (Key, error) {
	if len(seed) != ed25519.SeedSize {
		return Key{}, fmt.Errorf("seed of %d bytes, want %d", len(seed), ed25519.SeedSize)
	}
	return Key{ed25519.NewKeyFromSeed(seed)}, nil
}

// Seed returns the secret from which the key was made.
func (k Key) Seed() []byte { return k.private.Seed() }

// Public returns the half that verifies.
func (k Key) Public() PublicKey {
	return append(PublicKey{byte(Ed25519SHA256)}, k.private.Public().(ed25519.PublicKey)...)
}

// String hides the secret.
func (k Key) String() string { return "key:" + k.Public().String() }

// GoString hides the secret from %#v too.
func (k Key) GoString() string { return k.String() }

// Errors of a seal.
var (
	ErrSeal  = errors.New("the seal does not match its content and author")
	ErrSuite = errors.New("unknown cryptographic suite")
	ErrSize  = errors.New("record too large")
)

// Seal is a signed body. The body's bytes are kept as signed.
type Seal struct {
	Suite     Suite  `cbor:"1,keyasint"`
	Body      []byte `cbor:"2,keyasint"`
	Signature []byte `cbor:"3,keyasint"`
}

// Sign seals a body for one domain and returns the encoded Seal.
func Sign(k Key, d Domain, body []byte) []byte {
	return wire.Encode(Seal{Ed25519SHA256, body, ed25519.Sign(k.private, signed(d, body))})
}

// Unseal decodes a Seal without verifying it: read who claims to have written
// it, find that author's key, then Verify.
func Unseal(record []byte) (Seal, error) {
	var s Seal
	if len(record) > MaxRecord {
		return s, fmt.Errorf("%d bytes: %w", len(record), ErrSize)
	}
	if err := wire.Decode(record, &s); err != nil {
		return s, err
	}
	if s.Suite != Ed25519SHA256 {
		return s, fmt.Errorf("suite %d: %w", s.Suite, ErrSuite)
	}
	return s, nil
}

// Verify checks that the owner of key signed the body for this domain.
func (s Seal) Verify(d Domain, key PublicKey) error {
	pub, err := key.ed25519()
	if err != nil {
		return err
	}
	if s.Suite != Suite(key[0]) || !ed25519.Verify(pub, signed(d, s.Body), s.Signature) {
		return ErrSeal
	}
	return nil
}

// signed is what a signature covers: the domain, its length first so that no
// domain is a prefix of another's input, then the SHA-256 of the body.
func signed(d Domain, body []byte) []byte {
	sum := sha256.Sum256(body)
	b := binary.AppendUvarint(nil, uint64(len(d)))
	b = append(b, d...)
	return append(b, sum[:]...)
}
