package exchange

import (
	"fmt"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Word is a node's sealed word (chain.HelloDomain) for how far what it wrote
// itself reaches. It opens every stream and goes with every batch. Because it
// is sealed, whoever kept a higher one can show it to the node that forgot.
type Word struct {
	Format   uint8      `cbor:"1,keyasint"` // 1
	Realm    string     `cbor:"2,keyasint"`
	Center   string     `cbor:"3,keyasint"`
	Inc      uint32     `cbor:"4,keyasint"`
	Register chain.Head `cbor:"5,keyasint"` // its copy of the Register
	Own      chain.Head `cbor:"6,keyasint"` // number and chained hash of everything that it sealed
	Nonce    []byte     `cbor:"7,keyasint"` // of this run of the program; 16 bytes
	Machine  []byte     `cbor:"8,keyasint"` // hash of the machine's id; 1 to 64 bytes
}

func (w Word) party() casefile.Party {
	return casefile.Party{Center: area.Center(w.Center), Incarnation: w.Inc}
}

// openWord reads a sealed word and verifies it with the key of whom it names.
func openWord(sealed []byte, key func(casefile.Party) (chain.PublicKey, bool)) (Word, error) {
	var w Word
	seal, err := chain.Unseal(sealed)
	if err != nil {
		return w, err
	}
	if err := wire.Decode(seal.Body, &w); err != nil {
		return w, err
	}
	if w.Format != 1 || len(w.Nonce) != 16 || len(w.Machine) < 1 || len(w.Machine) > 64 {
		return w, fmt.Errorf("word of format %d: nonce or machine out of bounds", w.Format)
	}
	k, ok := key(w.party())
	if !ok {
		return w, fmt.Errorf("no key is known of %s in incarnation %d", w.Center, w.Inc)
	}
	return w, seal.Verify(chain.HelloDomain, k)
}

// Memory is what a node remembers of a peer in one of its incarnations.
type Memory struct {
	Stored uint64     `cbor:"1,keyasint"` // the last of its rows that we stored, for our present incarnation
	Mine   uint32     `cbor:"2,keyasint"` // our incarnation at that
	Own    chain.Head `cbor:"3,keyasint"` // the highest that it gave its word for
	Nonce  []byte     `cbor:"4,keyasint"`
	Word   []byte     `cbor:"5,keyasint"` // that word, sealed: the evidence
}

// Heard says where a word came from.
type Heard uint8

// The places of a word. A stream opens with a word made for it; words inside
// a stream, and those that answer a stream of ours, may be overtaken.
const (
	AtHello   Heard = 1
	AtWelcome Heard = 2
	AtBatch   Heard = 3
)

// strikes is how many hellos in a row may be overtaken by a later word before
// it is no race any more.
const strikes = 3

// Live is a stream that stands, and the word that opened it.
type Live struct {
	Word   Word
	Sealed []byte
}

// Judgement is what a word means.
type Judgement struct {
	Memory   Memory       // to be kept from now on
	Changed  bool         // it differs from the one that was asked with
	Code     refusal.Code // "": go on
	Evidence []byte       // sealed by the peer itself: a word that contradicts this one
	Replaced []int        // live streams of an earlier run that are to be closed
}

// Judge decides on a word that has been verified: does it continue what the
// peer is known to have written, and is it the only one of its name? low is
// how many hellos before it were overtaken. Pure.
func Judge(w Word, sealed []byte, heard Heard, known Memory, live []Live, low int) Judgement {
	j := Judgement{Memory: known}
	for i, l := range live {
		switch {
		case string(l.Word.Nonce) == string(w.Nonce):
		case string(l.Word.Machine) != string(w.Machine):
			return Judgement{Memory: known, Code: CodeCloned, Evidence: l.Sealed}
		case heard == AtHello:
			j.Replaced = append(j.Replaced, i) // the same machine, started again
		}
	}
	sameRun := string(known.Nonce) == string(w.Nonce)
	switch {
	case len(known.Word) == 0 || w.Own.Index > known.Own.Index:
		j.Memory.Own, j.Memory.Nonce, j.Memory.Word, j.Changed = w.Own, w.Nonce, sealed, true
	case w.Own.Index == known.Own.Index && w.Own.Hash != known.Own.Hash:
		j.Code, j.Evidence = CodeRestored, known.Word
	case w.Own.Index == known.Own.Index:
		if !sameRun {
			j.Memory.Nonce, j.Memory.Word, j.Changed = w.Nonce, sealed, true
		}
	case heard == AtBatch:
		// Overtaken by a word on another stream.
	case sameRun && (heard == AtWelcome || low+1 < strikes):
		j.Code = CodeStale
	default:
		j.Code, j.Evidence = CodeRestored, known.Word
	}
	if heard == AtWelcome && j.Code == CodeStale {
		j.Code = ""
	}
	return j
}

// Convicts reports whether evidence proves that we are not the only or the
// latest of our name: a word that we sealed, and that contradicts the one
// that we have just given. Whoever is accused checks it before it fences
// itself, so that no peer can stop a node by a claim.
func Convicts(code refusal.Code, mine, shown Word) bool {
	if shown.Center != mine.Center || shown.Inc != mine.Inc || shown.Realm != mine.Realm {
		return false
	}
	switch code {
	case CodeRestored:
		return shown.Own.Index > mine.Own.Index ||
			shown.Own.Index == mine.Own.Index && shown.Own.Hash != mine.Own.Hash
	case CodeCloned:
		return string(shown.Machine) != string(mine.Machine)
	}
	return false
}
