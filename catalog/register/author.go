package register

import (
	"bytes"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// Body is what a command says: Realm, Enrolment, Center, Revocation,
// Incarnation, Voters, Draft, Closing, Publication, Withdrawal, LocalPart, List,
// Claim, RuleSetting, CalendarSetting, Power, Seizure, GossipKey or Feature.
type Body interface {
	// Kind is the kind of the command that carries this body.
	Kind() Kind
	// flaw says what is wrong with the form of the body; "" when nothing is.
	// It is a function of the body alone.
	flaw() string
	// effect checks the author's authority and what stands, and, only if all
	// of that holds, changes the state.
	effect(t *turn) verdict
}

// Author seals commands for one center in one incarnation, or for the root
// key where Center is "".
type Author struct {
	Realm       string
	Center      area.Center
	Incarnation uint32
	Key         chain.Key
}

// Root is the author that the realm's root key is.
func Root(key chain.Key) Author {
	return Author{Realm: RealmID(key.Public()), Key: key}
}

// Command builds and seals one command. counter must never be used again for
// another command by this author (it is the proposal's number); staff is who
// is answerable for it, note is for the reader of the journal.
func (a Author) Command(counter uint64, now time.Time, body Body, staff, note string) []byte {
	return chain.Sign(a.Key, chain.CommandDomain, wire.Encode(Command{
		Realm: a.Realm, Kind: body.Kind(),
		ID:   ProposalID{Center: a.Center, Incarnation: a.Incarnation, Counter: counter},
		Time: now.UnixMilli(), Staff: staff,
		Feature: current.kinds[body.Kind()].level,
		Body:    wire.Encode(body), Note: note,
	}))
}

// RealmID is the id of the realm that a root key founds: the first 16 hex
// digits of its hash.
func RealmID(root chain.PublicKey) string { return chain.Sum(root).String()[:16] }

// Pool is the area whose presence pool a center of this area belongs to: its
// district, or the area itself above districts.
func Pool(a area.Code) area.Code {
	if d := a.At(area.District); d != "" {
		return d
	}
	return a
}

// ProveCenter is a joining node's proof that it holds the key of its entry:
// Enrolment.Proof.
func ProveCenter(key chain.Key, c Center) []byte {
	return chain.Sign(key, chain.EnrolDomain, wire.Encode(c))
}

// ProveIncarnation is a restored node's proof that it holds its new key:
// Incarnation.Proof. The proof in i is left out.
func ProveIncarnation(key chain.Key, i Incarnation) []byte {
	i.Proof = nil
	return chain.Sign(key, chain.EnrolDomain, wire.Encode(i))
}

// proven reports whether the owner of key sealed what is wanted. What it
// sealed is decoded first, so that a field which this program does not know
// does no harm.
func proven[T any](proof []byte, key chain.PublicKey, want T) bool {
	seal, err := chain.Unseal(proof)
	if err != nil || seal.Verify(chain.EnrolDomain, key) != nil {
		return false
	}
	var said T
	if wire.Decode(seal.Body, &said) != nil {
		return false
	}
	return bytes.Equal(wire.Encode(said), wire.Encode(want))
}
