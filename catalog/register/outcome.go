package register

import (
	"fmt"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// outcomes are the names of the outcomes, which are also the codes of the
// refusals, and what the author of a command can do.
var outcomes = []struct {
	name refusal.Code
	hint string
}{
	Applied:       {"applied", ""},
	Malformed:     {refusal.Malformed, "mend the fields that are named and propose again"},
	WrongRealm:    {"wrong_realm", "the command is meant for another realm"},
	BadSeal:       {"bad_seal", "seal it with the key that the directory has for this incarnation"},
	UnknownAuthor: {"unknown_author", "the author must be enrolled first"},
	RevokedAuthor: {"revoked_author", "this incarnation is closed; ask the center above for a new one"},
	NoAuthority:   {"no_authority", "ask the center whose area it is, or the realm's publisher"},
	Stale:         {"stale", "read what stands now and propose again on top of it"},
	Conflict:      {refusal.Conflict, "look at what stands before proposing again"},
	UsedTicket:    {"used_ticket", "ask the inviter for a new ticket"},
	ExpiredTicket: {"expired_ticket", "ask the inviter for a new ticket"},
	NeedsFeature:  {"needs_feature", "the publisher raises the feature level once every voter supports it"},
	Reused:        {"reused_proposal", "the proposal number was used already: this node may run on an old copy of its data"},
}

// Code is the outcome as a refusal code, such as "no_authority".
func (o Outcome) Code() refusal.Code {
	if int(o) < len(outcomes) {
		return outcomes[o].name
	}
	return refusal.Code(fmt.Sprintf("outcome_%d", uint16(o)))
}

// String is the outcome's code.
func (o Outcome) String() string { return string(o.Code()) }

// MarshalText writes the outcome's code.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads an outcome's code.
func (o *Outcome) UnmarshalText(text []byte) error {
	for i, known := range outcomes {
		if string(known.name) == string(text) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("outcome %q: no such", text)
}

var kindNames = map[Kind]string{
	Found: "found", EnrolCenter: "enrol_center", UpdateCenter: "update_center",
	RevokeCenter: "revoke_center", GrantIncarnation: "grant_incarnation", SetVoters: "set_voters",
	PublishItem: "publish_item", WithdrawItem: "withdraw_item", SetRule: "set_rule",
	SetCalendar: "set_calendar", GrantPower: "grant_power", SeizeCase: "seize_case",
	RotateGossip: "rotate_gossip", RaiseFeature: "raise_feature",
	DraftItem: "draft_item", CloseDraft: "close_draft",
	SetSupplement: "set_supplement", SetList: "set_list", ClaimItems: "claim_items",
}

// String is the English name of the command.
func (k Kind) String() string {
	if name, ok := kindNames[k]; ok {
		return name
	}
	return fmt.Sprintf("kind_%d", uint16(k))
}

// String is the proposal as people quote it: center, incarnation, counter.
func (id ProposalID) String() string {
	if id.Center == "" {
		return fmt.Sprintf("root.%d", id.Counter)
	}
	return fmt.Sprintf("%s.%d.%d", id.Center, id.Incarnation, id.Counter)
}

// Result is what the proposer of a command is told.
type Result struct {
	Index   Index   `cbor:"1,keyasint" json:"index"` // its record; 0: it left none
	Outcome Outcome `cbor:"2,keyasint" json:"outcome"`
	Detail  string  `cbor:"3,keyasint,omitempty" json:"detail,omitempty"`
}

// ReadResult decodes one of the results that Apply returns.
func ReadResult(b []byte) (Result, error) {
	var r Result
	err := wire.Decode(b, &r)
	return r, err
}

// Err is nil for an applied command and a refusal with the outcome's code for
// any other.
func (r Result) Err(op string) error {
	if r.Outcome == Applied {
		return nil
	}
	hint := ""
	if int(r.Outcome) < len(outcomes) {
		hint = outcomes[r.Outcome].hint
	}
	if r.Detail == "" {
		return refusal.Newf(r.Outcome.Code(), op, hint, "%s", r.Outcome)
	}
	return refusal.Newf(r.Outcome.Code(), op, hint, "%s", r.Detail)
}

// verdict is an outcome with its reason, before it has a place.
type verdict struct {
	Outcome Outcome
	Detail  string
}

var applied = verdict{}

// maxDetail bounds the reason that a record keeps, in bytes.
const maxDetail = 400

func reject(o Outcome, format string, args ...any) verdict {
	return verdict{o, clip(fmt.Sprintf(format, args...))}
}

func clip(detail string) string {
	for cut := min(len(detail), maxDetail); cut < len(detail); cut-- {
		if detail[cut]&0xC0 != 0x80 { // not inside a character
			return detail[:cut]
		}
	}
	return detail
}
