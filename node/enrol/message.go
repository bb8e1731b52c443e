package enrol

import (
	"errors"

	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// The conversation, one frame each, over TLS 1.3:
//
//	node    → knock    the secret, and the key that the node will have
//	inviter → terms    the incarnation after which it will come
//	node    → wish     what it wants the Register to say, with its proof
//	inviter → reply    welcome or refusal
//
// Terms and reply may each be a refusal, which ends the conversation.
const (
	protocolVersion = 1
	maxMessage      = 64 << 10
)

type knock struct {
	Version uint16          `cbor:"1,keyasint"`
	Secret  []byte          `cbor:"2,keyasint"`
	Key     chain.PublicKey `cbor:"3,keyasint"`
	Rejoin  bool            `cbor:"4,keyasint,omitempty"`
}

type terms struct {
	After  uint32 `cbor:"1,keyasint,omitempty"` // the center's highest incarnation so far
	Refuse *no    `cbor:"2,keyasint,omitempty"`
}

// wish is one of the two.
type wish struct {
	Join   *join                 `cbor:"1,keyasint,omitempty"`
	Rejoin *register.Incarnation `cbor:"2,keyasint,omitempty"`
}

type join struct {
	Center register.Center `cbor:"1,keyasint"`
	Proof  []byte          `cbor:"2,keyasint"`
}

type reply struct {
	Welcome *Welcome `cbor:"1,keyasint,omitempty"`
	Refuse  *no      `cbor:"2,keyasint,omitempty"`
}

// Welcome is what a node needs to begin: who it is, and whom it may speak to
// until it has the Register. All of it is checked against the Register once
// that is there; record 1 must be sealed by Root.
type Welcome struct {
	Realm       string            `cbor:"1,keyasint" json:"realm"`
	Root        chain.PublicKey   `cbor:"2,keyasint" json:"root"`
	Incarnation uint32            `cbor:"3,keyasint" json:"incarnation"`
	Index       uint64            `cbor:"4,keyasint" json:"index"` // the inviter's Register reached this far
	Seeds       []register.Center `cbor:"5,keyasint" json:"seeds"` // the inviter, the centers over it, the voters
}

// no is a refusal on the wire.
type no struct {
	Code refusal.Code `cbor:"1,keyasint"`
	Text string       `cbor:"2,keyasint"`
	Hint string       `cbor:"3,keyasint,omitempty"`
}

func refusalOnWire(err error) *no {
	code := refusal.CodeOf(err)
	if code == "" {
		code = refusal.Unavailable
	}
	return &no{code, err.Error(), refusal.HintOf(err)}
}

func (n *no) err(op string) error {
	return refusal.New(n.Code, op, n.Hint, errors.New(n.Text))
}
