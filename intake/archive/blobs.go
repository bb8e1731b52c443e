package archive

import (
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// mention is content outside the log that an event names.
type mention struct {
	ref   casefile.BlobRef
	event uint64 // the first that names it
}

// salted is a blob as package attach sends it; casefile.BlobHash names it.
type salted struct {
	Kind    string `cbor:"1,keyasint"`
	Salt    []byte `cbor:"2,keyasint"`
	Content []byte `cbor:"3,keyasint"`
}

func readSalted(exported []byte) (s salted, err error) {
	err = wire.Decode(exported, &s)
	return s, err
}
