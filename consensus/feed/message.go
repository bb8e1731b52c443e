package feed

import (
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// Protocol is the name of the feed: the follower says Hello, the source
// answers Welcome and then pushes until either end closes the stream.
const Protocol = "/tongban/feed/1"

// Limits of the protocol.
const (
	// MaxPushBytes bounds the records of one push in all; a single record may
	// fill it (chain.MaxRecord).
	MaxPushBytes = chain.MaxRecord
	// MaxPushRecords bounds their number.
	MaxPushRecords = 1024
	// MaxPending bounds what a follower buffers without a certificate.
	MaxPending = 4 << 20
	// maxHello bounds the frames of the greeting.
	maxHello = 4 << 10
	// maxVotes bounds the votes under a certificate.
	maxVotes = 64
)

// Hello is the follower's first and only frame.
type Hello struct {
	Realm      string     `cbor:"1,keyasint"`
	Generation uint32     `cbor:"2,keyasint"`
	Head       chain.Head `cbor:"3,keyasint"` // what it holds; the feed goes on behind it
	Certified  uint64     `cbor:"4,keyasint"` // the newest checkpoint whose certificate it holds
}

// Welcome is the source's answer. With a Code it is a refusal, and the stream
// ends.
type Welcome struct {
	Reached uint64       `cbor:"1,keyasint"` // the newest checkpoint that the source can feed
	Code    refusal.Code `cbor:"2,keyasint,omitempty"`
	Reason  string       `cbor:"3,keyasint,omitempty"`
}

// Push brings records in their order, each right behind the one before. A
// certificate vouches for the last of them, and so for all before it. A push
// of a certificate alone vouches for what was sent before. One with neither is
// a sign of life.
type Push struct {
	From        uint64             `cbor:"1,keyasint,omitempty"` // the index of the first record
	Records     [][]byte           `cbor:"2,keyasint,omitempty"`
	Certificate *chain.Certificate `cbor:"3,keyasint,omitempty"`
	Reached     uint64             `cbor:"4,keyasint"` // as in Welcome, now
}

// Why a follower refuses what a source sent, or a source a follower. For good.
const (
	ForeignRealm     refusal.Code = "foreign_realm"        // another realm's record, checkpoint or follower
	OtherGeneration  refusal.Code = "other_generation"     // another generation
	Gap              refusal.Code = "gap"                  // a record that does not stand at its place
	ForgedRecord     refusal.Code = "forged_record"        // a record that does not continue the chain
	ForgedCheckpoint refusal.Code = "forged_checkpoint"    // not signed by a majority of the voters
	SkippedVoters    refusal.Code = "skipped_voters"       // signed by a newer set, whose making has no certificate here yet
	OldVoters        refusal.Code = "old_voters"           // signed by a set that was replaced
	Misplaced        refusal.Code = "misplaced_checkpoint" // a checkpoint not at the last record sent
	Backwards        refusal.Code = "backwards"            // an older checkpoint after a newer one
	Uncertified      refusal.Code = "uncertified"          // records, but no certificate
	NotFounded       refusal.Code = "not_founded"          // record 1 is not sealed by the realm's root key
	Diverged         refusal.Code = "diverged"             // two logs with one index and two hashes
	Silent           refusal.Code = "silent"               // no sign of life
	Behind           refusal.Code = "behind"               // has less than the follower
	Incomplete       refusal.Code = "incomplete"           // the source lacks a certificate that comes next
)
