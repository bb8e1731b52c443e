// Package enrol brings a new center's node into the realm: a ticket that the
// center above writes once, a listener that answers who holds it, and the
// joining node's side.
//
// It must never decide who belongs to the realm (the Register does: the
// listener only proposes), never store or log a ticket's secret, and never
// answer anything else on its port.
package enrol

import (
	"bytes"
	"encoding/base32"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Codes with which an enrolment is refused. They cross the wire.
const (
	TicketDamaged   refusal.Code = "ticket_damaged"   // the text is no ticket: mistyped or cut off
	TicketUnknown   refusal.Code = "ticket_unknown"   // this center never wrote it, or withdrew it
	TicketUsed      refusal.Code = "ticket_used"      // another node came with it before
	TicketExpired   refusal.Code = "ticket_expired"   //
	TicketForOther  refusal.Code = "ticket_for_other" // it is for another center, or for another purpose
	BadProof        refusal.Code = "bad_proof"        // the asking node does not hold the key that it names
	WrongInviter    refusal.Code = "wrong_inviter"    // who answers there is not who wrote the ticket
	AlreadyEnrolled refusal.Code = "already_enrolled" // the center has a node
	NotEnrolled     refusal.Code = "not_enrolled"     // there is nothing to join again
	KeyInUse        refusal.Code = "key_in_use"       // it asks to join again under the key that it has
)

// Ticket is an invitation: whoever holds it may make the named center's node,
// once, until it expires. Its text form is a secret. Every other way to print
// it leaves the secret out.
type Ticket struct {
	Realm   string          `cbor:"1,keyasint"`
	Root    chain.PublicKey `cbor:"2,keyasint"` // the realm's root key: what the Register is checked against
	Inviter area.Center     `cbor:"3,keyasint"`
	Key     chain.PublicKey `cbor:"4,keyasint"` // the inviter's: who answers must prove it
	Addrs   []string        `cbor:"5,keyasint"` // host:port of the inviter's enrolment
	Center  area.Center     `cbor:"6,keyasint"` // who is invited
	Expires int64           `cbor:"7,keyasint"` // Unix milliseconds
	Secret  []byte          `cbor:"8,keyasint"` // 20 random bytes
	Rejoin  bool            `cbor:"9,keyasint,omitempty"`
}

const (
	ticketPrefix = "tongban1"
	secretSize   = 20
	sumSize      = 4
	maxText      = 4096
)

var letters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// Encode returns the text that is given to the new node: "tongban1", then
// base32 of the CBOR and four bytes of its hash, against slips of the pen.
func (t Ticket) Encode() string {
	body := wire.Encode(t)
	sum := chain.Sum(body)
	return ticketPrefix + letters.EncodeToString(append(body, sum[:sumSize]...))
}

// ParseTicket reads the text form. Blanks, line breaks and capitals do no
// harm. It does not look at the clock.
func ParseTicket(text string) (Ticket, error) {
	var t Ticket
	bad := func(err error) (Ticket, error) {
		return Ticket{}, refusal.New(TicketDamaged, "read the ticket",
			"copy it again, whole: it begins with "+ticketPrefix, err)
	}
	text = strings.ToLower(strings.Join(strings.Fields(text), ""))
	coded, ok := strings.CutPrefix(text, ticketPrefix)
	if !ok || len(text) > maxText {
		return bad(fmt.Errorf("it does not begin with %s, or is too long", ticketPrefix))
	}
	raw, err := letters.DecodeString(coded)
	if err != nil || len(raw) <= sumSize {
		return bad(fmt.Errorf("it has a letter too many, too few, or a wrong one"))
	}
	body := raw[:len(raw)-sumSize]
	if sum := chain.Sum(body); !bytes.Equal(sum[:sumSize], raw[len(body):]) {
		return bad(fmt.Errorf("its check sum is wrong"))
	}
	if err := wire.Decode(body, &t); err != nil {
		return bad(err)
	}
	if err := t.flaw(); err != nil {
		return bad(err)
	}
	return t, nil
}

func (t Ticket) flaw() error {
	for _, c := range []area.Center{t.Inviter, t.Center} {
		if _, err := area.ParseCenter(string(c)); err != nil {
			return err
		}
	}
	for _, k := range []chain.PublicKey{t.Root, t.Key} {
		if _, err := k.Ed25519(); err != nil {
			return err
		}
	}
	switch {
	case t.Realm == "" || len(t.Realm) > 64:
		return fmt.Errorf("it names no realm")
	case len(t.Secret) != secretSize:
		return fmt.Errorf("a secret of %d bytes, want %d", len(t.Secret), secretSize)
	case len(t.Addrs) == 0 || len(t.Addrs) > 8:
		return fmt.Errorf("%d addresses, want one to eight", len(t.Addrs))
	}
	return nil
}

// Hash is what may be stored, logged and proposed in place of the secret.
func (t Ticket) Hash() chain.Hash { return chain.Sum(t.Secret) }

// Deadline is when it expires.
func (t Ticket) Deadline() time.Time { return time.UnixMilli(t.Expires) }

// String tells about the ticket without its secret.
func (t Ticket) String() string {
	return fmt.Sprintf("ticket %s for %s by %s until %s",
		t.Hash().Short(), t.Center, t.Inviter, t.Deadline().UTC().Format(time.RFC3339))
}

// GoString hides the secret from %#v too.
func (t Ticket) GoString() string { return t.String() }

// LogValue hides the secret from logs.
func (t Ticket) LogValue() slog.Value { return slog.StringValue(t.String()) }

// MarshalText hides the secret from JSON and the like; Encode is the one way
// to get it.
func (t Ticket) MarshalText() ([]byte, error) { return []byte(t.String()), nil }
