package casefile

import (
	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/consensus/chain"
)

// Grant is the Register's word that a party may open an epoch of a case.
type Grant struct {
	Index   uint64 // of its record
	Epoch   Epoch
	Grantee Party
	Base    chain.Head
	Lost    area.Center
}

// Register is what the rules ask of a node's copy of the Register. Answers
// are for the copy as it stands; whoever needs more than it holds parks.
type Register interface {
	// Head is how far the copy reaches.
	Head() chain.Head
	// HeadAt is the chained hash at an earlier index.
	HeadAt(index uint64) (chain.Hash, bool)
	// Key is the key of a party, the index from which it may write, and the
	// index at which it was closed (0: it is open).
	Key(p Party) (key chain.PublicKey, since, closed uint64, ok bool)
	// Current is the incarnation in which a center may write now; ok is
	// false for an unknown or revoked center.
	Current(c area.Center) (incarnation uint32, ok bool)
	// Grants are the seizures granted for a case, by ascending epoch.
	Grants(id ID) []Grant
	// Item is one published version.
	Item(ref item.Ref) (*item.Item, bool)
	// HasPower reports a dated grant: may center act at that level for this
	// item on that day (YYYY-MM-DD)?
	HasPower(center area.Center, code item.Code, level area.Level, day string, at uint64) bool
	// Responsible is the enrolled center that stands for an area at a level,
	// by prefix; ok is false when none is enrolled.
	Responsible(subject area.Code, level area.Level) (area.Center, bool)
	// Agreement is what two areas agreed on about each other's applicants
	// (通办协议), as the rules stood at a Register index; ok is false where
	// none covers the item on that day (YYYY-MM-DD).
	Agreement(code item.Code, receiving, competent area.Code, day string, at uint64) (a rule.Agreement, ok bool)
}
