package exchange

import (
	"fmt"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// Kind says what a row is about. The numbers cross the wire and are for good.
type Kind uint8

// The kinds of format version 1.
const (
	CaseRow    Kind = 1 // the newest records of a case
	BlobRow    Kind = 2 // the papers of a case that the destination has not got; on the stream a piece of one
	RequestRow Kind = 3 // a sealed request to the custodian
	ReplyRow   Kind = 4 // what became of a request
	CarryRow   Kind = 5 // an envelope that the destination is to carry onward
	CarriedRow Kind = 6 // an envelope that we carry for somebody else
	ReceiptRow Kind = 7 // what became of a row that came in an envelope
)

var kindNames = map[Kind]string{
	CaseRow: "case", BlobRow: "blob", RequestRow: "request", ReplyRow: "reply",
	CarryRow: "carry", CarriedRow: "carried", ReceiptRow: "receipt",
}

// String returns the English word of the kind.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// MarshalText writes the English word.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads the English word.
func (k *Kind) UnmarshalText(text []byte) error {
	for kind, name := range kindNames {
		if name == string(text) {
			*k = kind
			return nil
		}
	}
	return fmt.Errorf("kind of row %q: no such", text)
}

// Key names a waiting row: for one destination and one thing there is at most
// one, so that a newer change of a case takes the place of an older one.
type Key struct {
	Dest area.Center `json:"dest"`
	Kind Kind        `json:"kind"`
	ID   string      `json:"id"` // the case; of other kinds the request, the carried key, the slot
}

func (k Key) String() string { return fmt.Sprintf("%s %s for %s", k.Kind, k.ID, k.Dest) }

// carryID is the ID of the row that asks a parent to carry another row.
func carryID(k Key) string { return fmt.Sprintf("%s/%d/%s", k.Dest, k.Kind, k.ID) }

// carriedKey is the row that a CarryRow's ID names.
func carriedKey(id string) (Key, bool) {
	dest, rest, _ := strings.Cut(id, "/")
	number, inner, ok := strings.Cut(rest, "/")
	for kind := range kindNames {
		if ok && number == fmt.Sprint(uint8(kind)) {
			return Key{area.Center(dest), kind, inner}, true
		}
	}
	return Key{}, false
}

// Purpose says why a row waits.
type Purpose string

// The purposes. An Offer waits until the addressee's sealed answer is in our
// log; every other row is done when the destination has stored it. A row of
// Content has its turn when nothing else is due on its line.
const (
	Copy      Purpose = "copy"      // the origin, the parents: supervision, backup, the citizen asks there
	Offer     Purpose = "offer"     // custody is handed over to the destination
	Answer    Purpose = "answer"    // the destination handed over, this is the answer
	Reconcile Purpose = "reconcile" // the destination came back from an old copy
	Message   Purpose = "message"   // requests, replies, receipts
	Onward    Purpose = "onward"    // carried for somebody else
	Content   Purpose = "content"   // papers: they take what the events leave of a line
)

// Row is what is kept of a waiting row: a cursor over what is stored, never
// the data itself.
type Row struct {
	Key     Key
	Version uint64  // of a newer change of the same thing; in this node's store only
	Since   int64   // when it began to wait, Unix milliseconds
	Purpose Purpose // why
}

// Status is how far a row has come.
type Status string

// The states of a row.
const (
	Waiting Status = "waiting" // for the line, or for its turn
	Sent    Status = "sent"    // not yet acknowledged
	Arrived Status = "arrived" // an offer: stored there, not yet answered
	Carried Status = "carried" // a parent has it and carries it onward
	Refused Status = "refused" // the destination said no, and why
	Delayed Status = "delayed" // the destination could not take it just now
)

// View is a waiting row as an operator sees it.
type View struct {
	Key
	Purpose Purpose      `json:"purpose"`
	Since   time.Time    `json:"since"`
	Status  Status       `json:"status"`
	Code    refusal.Code `json:"code,omitempty"`   // Refused, Delayed: the destination's reason
	Reason  string       `json:"reason,omitempty"` // in words: the row's, or the line's
	Next    time.Time    `json:"next,omitzero"`    // when it is tried again by itself; zero: with the line, or never
	Tries   int          `json:"tries"`            // how often the line has failed since it last stood
}

// String is the row in one line.
func (v View) String() string {
	return fmt.Sprintf("%s (%s): %s %s %s", v.Key, v.Purpose, v.Status, v.Code, v.Reason)
}

// Verdict is what the destination says of one row.
type Verdict struct {
	N    uint64       `cbor:"1,keyasint"`
	Code refusal.Code `cbor:"2,keyasint,omitempty"` // "": stored
	Hint string       `cbor:"3,keyasint,omitempty"` // in words, at most 500 bytes
	Head chain.Head   `cbor:"4,keyasint,omitzero"`  // of a gap: where the destination's copy ends; of a blob Index is how many bytes it has
}

// Codes of this protocol. Whatever else a verdict says is a refusal of the
// row for good.
const (
	CodeGap        refusal.Code = "gap"                // records, or bytes of a blob, before these are missing: send from Head
	CodeParked     refusal.Code = "parked"             // stored; waits there for what it cites
	CodeSuperseded refusal.Code = "superseded"         // stored or known; a branch of a later epoch stands
	CodeForeign    refusal.Code = "foreign_realm"      // another realm's
	CodeClosed     refusal.Code = "closed_incarnation" // the incarnation is not the one that may write now
	CodeBehind     refusal.Code = "register_behind"    // the answering node's Register is the older one
	CodeRestored   refusal.Code = "restored"           // it has written more than it knows of
	CodeCloned     refusal.Code = "cloned"             // two machines live under one identity
	CodeStale      refusal.Code = "stale_hello"        // overtaken by a later word: say hello again
	CodeNotParent  refusal.Code = "not_parent"         // carries for its children only
	CodeWrongDest  refusal.Code = "wrong_destination"  // addressed to somebody else
	CodeUnknown    refusal.Code = "unknown_kind"       // of a later version
)

// passing says that a verdict may be another one later, with nothing changed.
func passing(code refusal.Code) bool {
	switch code {
	case refusal.Unavailable, refusal.DiskFull, refusal.Fenced, CodeBehind:
		return true
	}
	return false
}
