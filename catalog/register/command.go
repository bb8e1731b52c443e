// Package register is the replicated state of a realm: the catalogue, the
// rules, the calendars and the directory of centers. Voters apply the commands
// that Raft orders, followers apply the journal that they are fed; both go
// through the same function and reach the same bytes.
//
// The journal is the Register, and it is kept for good. Everything else here
// is derived from it and can be built from it again.
//
// Applying must never read a clock or randomness, never depend on the order of
// a map, on how entries were batched or on what this program is in advance of
// the feature level; it must never apply what is not sealed by its author, nor
// anything past a checkpoint that a majority of the voters signed.
package register

import (
	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
)

// Index numbers the records of the journal, from 1.
type Index = uint64

// Kind names a command. Numbers are for good.
type Kind uint16

// The commands of feature level 1.
const (
	Found            Kind = 1  // record 1 of every journal, sealed by the root key
	EnrolCenter      Kind = 2  // a center joins
	UpdateCenter     Kind = 3  // a center's own name, address, telephone
	RevokeCenter     Kind = 4  // a center is shut out
	GrantIncarnation Kind = 5  // a restored or replaced node may write again
	SetVoters        Kind = 6  // who orders the Register
	PublishItem      Kind = 7  // a version of an item
	WithdrawItem     Kind = 8  // an item is no longer offered
	SetRule          Kind = 9  // a system-wide rule
	SetCalendar      Kind = 10 // the working days of a year
	GrantPower       Kind = 11 // a dated power, or its end
	SeizeCase        Kind = 12 // the next epoch of one case
	RotateGossip     Kind = 13 // the key of a district's presence pool
	RaiseFeature     Kind = 14 // the feature level
	DraftItem        Kind = 15 // a version of an item is proposed, or a draft revised
	CloseDraft       Kind = 16 // a draft is returned or given up
	SetSupplement    Kind = 17 // what a center says of an item at its own counter
	SetList          Kind = 18 // what the centers of a level must offer
	ClaimItems       Kind = 19 // a center takes items on, or gives them up
)

// ProposalID makes a command safe to send again: the proposer's own counter,
// within its incarnation. The state keeps each proposer's high mark and its
// last results for good.
type ProposalID struct {
	Center      area.Center `cbor:"1,keyasint" json:"center"` // "" for the root key
	Incarnation uint32      `cbor:"2,keyasint" json:"incarnation"`
	Counter     uint64      `cbor:"3,keyasint" json:"counter"`
}

// Command is what an author wants the Register to do. It travels sealed
// (chain.CommandDomain) as the author encoded it.
type Command struct {
	Realm   string     `cbor:"1,keyasint" json:"realm"`
	Kind    Kind       `cbor:"2,keyasint" json:"kind"`
	ID      ProposalID `cbor:"3,keyasint" json:"id"`
	Time    int64      `cbor:"4,keyasint" json:"time"` // the proposer's, Unix milliseconds; never the applier's
	Staff   string     `cbor:"5,keyasint,omitempty" json:"staff,omitempty"`
	Feature uint16     `cbor:"6,keyasint" json:"feature"` // the feature level that it needs
	Body    []byte     `cbor:"7,keyasint" json:"body"`    // CBOR of the body type of its kind
	Note    string     `cbor:"8,keyasint,omitempty" json:"note,omitempty"`
}

// Realm is the body of Found. It holds no secret: every proof of what the Register
// says begins with it.
type Realm struct {
	ID        string          `cbor:"1,keyasint" json:"id"` // first 16 hex digits of the hash of the root key
	Name      string          `cbor:"2,keyasint" json:"name"`
	Area      area.Code       `cbor:"3,keyasint" json:"area"` // the area that the realm covers
	Root      chain.PublicKey `cbor:"4,keyasint" json:"root"`
	Publisher area.Center     `cbor:"5,keyasint" json:"publisher"` // who publishes for the whole realm
	First     Center          `cbor:"6,keyasint" json:"first"`     // the founding center, the first voter
}

// Center is a directory entry. Enrolment writes it whole. As the body of
// UpdateCenter it changes everything but ID, Key and Incarnation, which may be
// left empty there; it comes from the center itself, from a strict ancestor or
// from the root.
type Center struct {
	ID          area.Center     `cbor:"1,keyasint" json:"id"`
	Name        string          `cbor:"2,keyasint" json:"name"`
	Key         chain.PublicKey `cbor:"3,keyasint" json:"key"`
	Incarnation uint32          `cbor:"4,keyasint" json:"incarnation"`               // the one that may write now
	Addrs       []string        `cbor:"5,keyasint,omitempty" json:"addrs,omitempty"` // multiaddrs; none: dials out only
	Enrol       string          `cbor:"6,keyasint,omitempty" json:"enrol,omitempty"` // host:port that answers joining nodes
	Address     string          `cbor:"7,keyasint,omitempty" json:"address,omitempty"`
	Telephone   string          `cbor:"8,keyasint,omitempty" json:"telephone,omitempty"`
	Gossip      string          `cbor:"9,keyasint,omitempty" json:"gossip,omitempty"` // host:port of presence
}

// Enrolment is the body of EnrolCenter: sealed by the inviter, which is a
// strict ancestor of the center, or the root key. What lies between the two
// need not be enrolled yet. Center.Incarnation is 0 (the Register says) or one
// more than the highest that the center ever had. A ticket of zeros is none;
// only the root key may do without.
type Enrolment struct {
	Center  Center     `cbor:"1,keyasint" json:"center"`
	Ticket  chain.Hash `cbor:"2,keyasint" json:"ticket"`  // hash of the ticket's secret; each is used once in the realm
	Expires int64      `cbor:"3,keyasint" json:"expires"` // Unix milliseconds; the command's time may not be later
	Proof   []byte     `cbor:"4,keyasint" json:"proof"`   // the joining node's seal (chain.EnrolDomain) over Center
}

// Revocation is the body of RevokeCenter: by a strict ancestor or the root. A
// voter must be taken out of the voters first; only the root key may do both
// at once.
type Revocation struct {
	Center area.Center `cbor:"1,keyasint" json:"center"`
	Reason string      `cbor:"2,keyasint" json:"reason"`
}

// Incarnation is the body of GrantIncarnation: by a strict ancestor or the
// root, never by the center alone. The Register adds one to the highest
// incarnation that it has seen; Proof is the restored node's own seal
// (chain.EnrolDomain) over this body without Proof, by the new key. A key that
// ever belonged to a center is not taken again: a copy of the old disk has it.
// For a voter only the root key may do this.
type Incarnation struct {
	Center area.Center     `cbor:"1,keyasint" json:"center"`
	Key    chain.PublicKey `cbor:"2,keyasint" json:"key"`   // the key from now on, a new one
	After  uint32          `cbor:"3,keyasint" json:"after"` // the highest incarnation so far
	Reason string          `cbor:"4,keyasint" json:"reason"`
	Proof  []byte          `cbor:"5,keyasint,omitempty" json:"proof,omitempty"`
}

// Voters is the body of SetVoters: by the realm's publisher or the root. It
// differs from the set before it by one voter at most.
type Voters struct {
	Members []area.Center `cbor:"1,keyasint" json:"members"`
	Base    Index         `cbor:"2,keyasint" json:"base"` // the record of the set that it replaces
}

// Draft is the body of DraftItem: a version of an item that somebody wrote and
// nobody has approved. It may be unfinished. It comes from a center that lies
// in the area (a town drafts for its district) or that may publish there. A
// revision replaces an open draft: by a center that wrote of it, or that may
// publish there. Whoever wrote any of its texts is one of its editors.
type Draft struct {
	Item    item.Item    `cbor:"1,keyasint" json:"item"` // Ref.Version is Base+1
	Base    item.Version `cbor:"2,keyasint" json:"base"` // the published version that it was written against; 0: none
	Revises Index        `cbor:"3,keyasint,omitempty" json:"revises,omitempty"`
	Erratum bool         `cbor:"4,keyasint,omitempty" json:"erratum,omitempty"` // it corrects a mistake in Base, the same day
	Reason  string       `cbor:"5,keyasint,omitempty" json:"reason,omitempty"`  // what it is for; of an erratum: the mistake
}

// Closing is the body of CloseDraft: whoever may publish there returns a draft
// with its reasons, who drafted it gives it up.
type Closing struct {
	Draft  Index  `cbor:"1,keyasint" json:"draft"`
	Reason string `cbor:"2,keyasint" json:"reason"`
}

// Publication is the body of PublishItem: the approval of a draft, and its
// publication. By a center for its own prefix, or by the realm's publisher;
// by somebody who wrote no text of the draft (four eyes). Content is the hash
// of the draft command's body: what was approved is what was read. A town or a
// village may publish what is its own only: where an area above it offers the
// item, its elements are standardized.
type Publication struct {
	Draft     Index      `cbor:"1,keyasint" json:"draft"`
	Content   chain.Hash `cbor:"2,keyasint" json:"content"`
	Effective string     `cbor:"3,keyasint,omitempty" json:"effective,omitempty"` // YYYY-MM-DD, not before the day of its record; "": that day
}

// Withdrawal is the body of WithdrawItem: by whoever may publish it. Where an
// area withdraws its own version, that of the area above holds again. A version
// that has not taken effect yet is as if it had never been published.
type Withdrawal struct {
	Ref    item.Ref `cbor:"1,keyasint" json:"ref"`
	Reason string   `cbor:"2,keyasint" json:"reason"`
	From   string   `cbor:"3,keyasint,omitempty" json:"from,omitempty"` // the first day without it, not before the day of its record; "": that day
}

// LocalPart is the body of SetSupplement: by the center itself or a center
// above it. It replaces the earlier one whole; an empty one takes it away.
type LocalPart struct {
	Center     area.Center     `cbor:"1,keyasint" json:"center"`
	Item       item.Code       `cbor:"2,keyasint" json:"item"`
	Supplement item.Supplement `cbor:"3,keyasint" json:"supplement"`
}

// ListKind is what a list of items is for.
type ListKind string

// The lists that a service administration keeps (DB3205/T 1025 5.2.1).
const (
	BasicList    ListKind = "basic"     // 进驻事项基础目录: what every center of the level must offer
	CityWideList ListKind = "city_wide" // 通办清单
	FrequentList ListKind = "frequent"  // 高频事项清单
)

// List is the body of SetList: by a center at district level or above for its
// own prefix, or by the realm's publisher. It replaces the earlier one of its
// kind, area and level whole, from a day on.
type List struct {
	Purpose ListKind    `cbor:"1,keyasint" json:"purpose"`
	Area    area.Code   `cbor:"2,keyasint" json:"area"`
	Level   area.Level  `cbor:"3,keyasint" json:"level"`
	Items   []item.Code `cbor:"4,keyasint" json:"items"`
	Source  string      `cbor:"5,keyasint,omitempty" json:"source,omitempty"`
	From    string      `cbor:"6,keyasint,omitempty" json:"from,omitempty"` // YYYY-MM-DD, not before the day of its record; "": that day
}

// Claim is the body of ClaimItems (认领): by the center itself or a center
// above it.
type Claim struct {
	Center area.Center `cbor:"1,keyasint" json:"center"`
	Items  []item.Code `cbor:"2,keyasint" json:"items"`
	Drop   bool        `cbor:"3,keyasint,omitempty" json:"drop,omitempty"`
	Reason string      `cbor:"4,keyasint,omitempty" json:"reason,omitempty"` // of giving up
}

// RuleSetting is the body of SetRule: by a center at district level or above
// for its own prefix, or by the realm's publisher. Rule.From is not before the
// day of its record, and "" is that day: the clocks of earlier days go by what
// held then.
type RuleSetting struct {
	Area area.Code `cbor:"1,keyasint" json:"area"` // where it holds
	Rule rule.Rule `cbor:"2,keyasint" json:"rule"`
}

// CalendarSetting is the body of SetCalendar: by the realm's publisher.
type CalendarSetting struct {
	Year workday.Year `cbor:"1,keyasint" json:"year"`
}

// Power is the body of GrantPower: center may act as if it stood at Level for
// this item, from a day to a day (YYYY-MM-DD, both included; To "" is open).
// By a center over the grantee that stands at that level or above it. The same
// grant with another To ends or prolongs it.
type Power struct {
	Center   area.Center `cbor:"1,keyasint" json:"center"`
	Item     item.Code   `cbor:"2,keyasint" json:"item"`
	Level    area.Level  `cbor:"3,keyasint" json:"level"`
	Document string      `cbor:"4,keyasint" json:"document"`
	From     string      `cbor:"5,keyasint" json:"from"`
	To       string      `cbor:"6,keyasint,omitempty" json:"to,omitempty"`
}

// Seizure is the body of SeizeCase. Grants come from a strict ancestor of the
// last holder at district level or above, or from the root; never from oneself
// alone. The grantee lies on the line of the case's origin, subject or lost
// center. Epoch is one more than the last granted for the case.
type Seizure struct {
	Case        string      `cbor:"1,keyasint" json:"case"`
	Epoch       uint32      `cbor:"2,keyasint" json:"epoch"`
	Grantee     area.Center `cbor:"3,keyasint" json:"grantee"`
	Incarnation uint32      `cbor:"4,keyasint" json:"incarnation"`
	Base        chain.Head  `cbor:"5,keyasint" json:"base"` // the log that it is put on
	Lost        area.Center `cbor:"6,keyasint" json:"lost"`
	Subject     area.Code   `cbor:"7,keyasint" json:"subject"`
	Reason      string      `cbor:"8,keyasint" json:"reason"`
}

// GossipKey is the body of RotateGossip: by a district for its own pool, or by
// the realm's publisher. District may be the realm's own area: the pool of its
// district nodes.
type GossipKey struct {
	District area.Code `cbor:"1,keyasint" json:"district"`
	Key      []byte    `cbor:"2,keyasint" json:"-"` // 32 bytes
}

// Feature is the body of RaiseFeature.
type Feature struct {
	Level uint16 `cbor:"1,keyasint" json:"level"`
}

// Outcome says what came of a command. Codes are for good.
type Outcome uint16

// The outcomes. A rejected command has a record too, so that who asked for what
// stays known. A command that proves no author leaves none: it is evidence of
// nothing, and anybody could fill every disk of the realm with it.
const (
	Applied       Outcome = 0
	Malformed     Outcome = 1  // not readable, or a field out of bounds
	WrongRealm    Outcome = 2  // meant for another realm
	BadSeal       Outcome = 3  // not sealed by the one it names
	UnknownAuthor Outcome = 4  // no such center
	RevokedAuthor Outcome = 5  // shut out, or an incarnation that is closed
	NoAuthority   Outcome = 6  // not this author's to say
	Stale         Outcome = 7  // written against another base
	Conflict      Outcome = 8  // contradicts what stands
	UsedTicket    Outcome = 9  // the ticket has let a node in already
	ExpiredTicket Outcome = 10 // the inviter sealed it after the ticket's end
	NeedsFeature  Outcome = 11 // the feature level is too low
	Reused        Outcome = 12 // the proposal id was used for another command
)

// Record is one entry of the journal. Its bytes are what is hashed and fed.
// Fence is frozen from version 1, so that a node that does not know a newer
// command still reads what shuts out, revives and seizes.
type Record struct {
	Log     string     `cbor:"1,keyasint" json:"log"` // the realm id
	Index   Index      `cbor:"2,keyasint" json:"index"`
	Prev    chain.Hash `cbor:"3,keyasint" json:"prev"`
	Entry   uint64     `cbor:"4,keyasint" json:"entry"` // the Raft entry that brought it
	Command []byte     `cbor:"5,keyasint" json:"command"`
	Outcome Outcome    `cbor:"6,keyasint" json:"outcome"`
	Detail  string     `cbor:"7,keyasint,omitempty" json:"detail,omitempty"`
	Fence   []Fence    `cbor:"8,keyasint,omitempty" json:"fence,omitempty"`
	// Generation is 0 until a lost quorum is recovered.
	Generation uint32 `cbor:"9,keyasint,omitempty" json:"generation,omitempty"`
	// Time is when the voters ordered it, by the clock of the one that led,
	// Unix milliseconds; never before that of the record before it. What the
	// Register said on a day is what the records of that day and before say.
	Time int64 `cbor:"10,keyasint" json:"time"`
}

// Fence is one effect that every node must honour, whatever its version.
type Fence struct {
	Revoked     area.Center `cbor:"1,keyasint,omitempty" json:"revoked,omitempty"`
	Revived     area.Center `cbor:"2,keyasint,omitempty" json:"revived,omitempty"` // with its new incarnation and key
	Incarnation uint32      `cbor:"3,keyasint,omitempty" json:"incarnation,omitempty"`
	Key         []byte      `cbor:"4,keyasint,omitempty" json:"key,omitempty"`
	Case        string      `cbor:"5,keyasint,omitempty" json:"case,omitempty"` // with its new epoch
	Epoch       uint32      `cbor:"6,keyasint,omitempty" json:"epoch,omitempty"`
	// Voters is who orders the Register from the next record on, with their
	// keys: enough to verify every checkpoint that follows.
	Voters []chain.Voter `cbor:"7,keyasint,omitempty" json:"voters,omitempty"`
}
