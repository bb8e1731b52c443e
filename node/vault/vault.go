// Package vault seals what people typed before it lies on the disk of a node:
// half-filled intakes, phrases of their own.
//
// It must never give back what was sealed under another key of the database, and
// never share a key of its own between two uses.
package vault

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"

	"golang.org/x/crypto/chacha20poly1305"

	"tongban/consensus/refusal"
)

// Vault seals for one use. It is safe for concurrent use.
type Vault struct{ aead cipher.AEAD }

// Open makes the vault of a use, such as "phrases". secret is the node's key for
// what lies beside the logs, of 32 bytes or more; the one used here is derived
// from it (HKDF with SHA-256, RFC 5869).
func Open(secret []byte, use string) (*Vault, error) {
	if len(secret) < 32 {
		return nil, refusal.Newf(refusal.Malformed, "open the "+use, "", "a key of %d bytes", len(secret))
	}
	key, err := hkdf.Key(sha256.New, secret, nil, "tongban "+use+" 1", chacha20poly1305.KeySize)
	if err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(key)
	if err != nil {
		return nil, err
	}
	return &Vault{aead}, nil
}

// Seal encrypts a value that will lie under a key of the database
// (XChaCha20-Poly1305): it opens under that key alone.
func (v *Vault) Seal(key, plain []byte) []byte {
	nonce := make([]byte, v.aead.NonceSize(), v.aead.NonceSize()+len(plain)+v.aead.Overhead())
	rand.Read(nonce) // it never fails
	return v.aead.Seal(nonce, nonce, plain, key)
}

// Unseal is what Seal encrypted for a key.
func (v *Vault) Unseal(key, sealed []byte) ([]byte, error) {
	n := v.aead.NonceSize()
	if len(sealed) < n {
		return nil, errors.New("it is cut short")
	}
	return v.aead.Open(nil, sealed[:n], sealed[n:], key)
}
