package chain

import (
	"errors"
	"fmt"
	"slices"

	"tongban/consensus/wire"
)

// Checkpoint is the place that a log has reached, as the voters vouch for it.
// Voters is the index of the record that set the voters who sign: the newest
// change of voters before Index. So a change of voters at index k is vouched
// for, at k, by the set that it replaces.
type Checkpoint struct {
	Log        string `cbor:"1,keyasint" json:"log"`
	Generation uint32 `cbor:"2,keyasint" json:"generation"` // raised by the root key after a lost quorum
	Voters     uint64 `cbor:"3,keyasint" json:"voters"`
	Head       Head   `cbor:"4,keyasint" json:"head"`
}

// Vote is one voter's signature under a checkpoint. Time is the signer's, in
// Unix milliseconds; each vote carries its own, so that votes collected twice
// still fit together.
type Vote struct {
	Voter     string `cbor:"1,keyasint" json:"voter"`
	Time      int64  `cbor:"2,keyasint" json:"time"`
	Signature []byte `cbor:"3,keyasint" json:"signature"`
}

// Certificate is a checkpoint with the votes under it.
type Certificate struct {
	Checkpoint Checkpoint `cbor:"1,keyasint" json:"checkpoint"`
	Votes      []Vote     `cbor:"2,keyasint" json:"votes"`
}

// Voter is one member of a set of voters.
type Voter struct {
	ID  string    `cbor:"1,keyasint" json:"id"` // its center
	Key PublicKey `cbor:"2,keyasint" json:"key"`
}

// VoterSet is who may sign checkpoints, and the index of the record that says
// so.
type VoterSet struct {
	Index   uint64  `cbor:"1,keyasint" json:"index"`
	Members []Voter `cbor:"2,keyasint" json:"members"`
}

// Majority is how many votes certify a checkpoint.
func (s VoterSet) Majority() int { return len(s.Members)/2 + 1 }

// Member finds a voter by its center.
func (s VoterSet) Member(id string) (Voter, bool) {
	i := slices.IndexFunc(s.Members, func(v Voter) bool { return v.ID == id })
	if i < 0 {
		return Voter{}, false
	}
	return s.Members[i], true
}

// Errors of a checkpoint.
var (
	ErrNoMajority = errors.New("forged or incomplete checkpoint: not signed by a majority of the voters")
	ErrVoterSet   = errors.New("checkpoint of another set of voters")
)

func (c Checkpoint) signedBody(voter string, time int64) []byte {
	return wire.Encode(struct {
		Checkpoint Checkpoint `cbor:"1,keyasint"`
		Voter      string     `cbor:"2,keyasint"`
		Time       int64      `cbor:"3,keyasint"`
	}{c, voter, time})
}

// SignCheckpoint is a voter's word for a head that it computed itself. time is
// the voter's, in Unix milliseconds.
func SignCheckpoint(k Key, voter string, c Checkpoint, time int64) Vote {
	seal, err := Unseal(Sign(k, CheckpointDomain, c.signedBody(voter, time)))
	if err != nil {
		panic(err) // our own encoding
	}
	return Vote{voter, time, seal.Signature}
}

// Check verifies one vote under the checkpoint.
func (c Checkpoint) Check(v Vote, key PublicKey) error {
	seal := Seal{Ed25519SHA256, c.signedBody(v.Voter, v.Time), v.Signature}
	return seal.Verify(CheckpointDomain, key)
}

// Verify checks that a majority of the set signed. Votes of strangers and
// votes that do not verify count for nothing; no voter counts twice.
func (c Certificate) Verify(set VoterSet) error {
	if c.Checkpoint.Voters != set.Index {
		return fmt.Errorf("checkpoint %d: %w (set of record %d, want %d)",
			c.Checkpoint.Head.Index, ErrVoterSet, c.Checkpoint.Voters, set.Index)
	}
	seen := map[string]bool{}
	for _, v := range c.Votes {
		member, ok := set.Member(v.Voter)
		if ok && !seen[v.Voter] && c.Checkpoint.Check(v, member.Key) == nil {
			seen[v.Voter] = true
		}
	}
	if len(seen) < set.Majority() {
		return fmt.Errorf("checkpoint %d: %w (%d of %d)",
			c.Checkpoint.Head.Index, ErrNoMajority, len(seen), len(set.Members))
	}
	return nil
}

// Time is the median of the voters' times, in Unix milliseconds: no minority
// can move it past the honest ones.
func (c Certificate) Time() int64 {
	times := make([]int64, len(c.Votes))
	for i, v := range c.Votes {
		times[i] = v.Time
	}
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return times[len(times)/2]
}
