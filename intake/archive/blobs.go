package archive

import (
	"crypto/sha256"

	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// mention is content outside the log that an event names.
type mention struct {
	ref   casefile.BlobRef
	event uint64 // the first that names it
}

// salted is a blob as package attach sends it: its name is the SHA-256 of salt
// and content.
type salted struct {
	Kind    string `cbor:"1,keyasint"`
	Salt    []byte `cbor:"2,keyasint"`
	Content []byte `cbor:"3,keyasint"`
}

func (s *salted) hash() chain.Hash { return named(s.Salt, s.Content) }

func named(salt, content []byte) (h chain.Hash) {
	d := sha256.New()
	d.Write(salt)
	d.Write(content)
	d.Sum(h[:0])
	return h
}

func readSalted(exported []byte) (s salted, err error) {
	err = wire.Decode(exported, &s)
	return s, err
}
