package certify

import (
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// Protocol is the name of the voters' protocol: one request and one response
// a stream.
const Protocol = "/tongban/vote/1"

const (
	// maxMessage bounds a frame of the protocol, in bytes.
	maxMessage = 256 << 10
	// maxGiven is how many certificates a request may bring.
	maxGiven = 16
	// maxVoters bounds the votes under a certificate that is taken in.
	maxVoters = 64
)

// request asks for a vote, or brings certificates, or both.
type request struct {
	Ask  *chain.Checkpoint   `cbor:"1,keyasint,omitempty"`
	Give []chain.Certificate `cbor:"2,keyasint,omitempty"` // in the order of their indexes
}

// response is the voter's word.
type response struct {
	Vote      *chain.Vote  `cbor:"1,keyasint,omitempty"`
	Certified uint64       `cbor:"2,keyasint,omitempty"` // the newest checkpoint whose certificate it keeps
	Missing   []uint64     `cbor:"3,keyasint,omitempty"` // changes of voters whose certificate it lacks, lowest first
	Code      refusal.Code `cbor:"4,keyasint,omitempty"` // why there is no vote, or a certificate was not kept
	Reason    string       `cbor:"5,keyasint,omitempty"`
	Head      *chain.Head  `cbor:"6,keyasint,omitempty"` // with Diverged: the voter's own head there
}

// Codes of this protocol, for good.
const (
	// Diverged says that this voter computed another head at that index.
	Diverged refusal.Code = "diverged"
	// ForeignRealm says that the checkpoint is of another log.
	ForeignRealm refusal.Code = "foreign_realm"
	// OtherGeneration says that the checkpoint is of another generation.
	OtherGeneration refusal.Code = "other_generation"
	// OtherVoters says that the checkpoint names another set of voters than
	// the one in force there.
	OtherVoters refusal.Code = "other_voters"
	// NotVoter says that the one asked, or the one asking, is no voter there.
	NotVoter refusal.Code = "not_voter"
	// NotYet says that the voter has not applied that record so far.
	NotYet refusal.Code = "not_yet"
	// ForgedCheckpoint says that no majority of the voters signed.
	ForgedCheckpoint refusal.Code = "forged_checkpoint"
	// AlreadyVoted says that this voter signed for another head at that index.
	AlreadyVoted refusal.Code = "already_voted"
	// TooOld says that the index lies below what this voter still signs for.
	TooOld refusal.Code = "too_old"
)
