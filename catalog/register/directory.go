package register

import (
	"cmp"
	"slices"

	"tongban/catalog/area"
	"tongban/consensus/chain"
)

// over reports whether the author stands above a center.
func (t *turn) over(c area.Center) bool { return t.root || t.center.Over(c) }

// speaksFor reports whether an area is the author's to speak for: its own
// prefix, the whole realm for the realm's publisher. A branch speaks for
// nobody.
func (t *turn) speaksFor(a area.Code) bool {
	return t.root || t.publishes() || t.center.Site() == "" && a.Under(t.center.Area())
}

func (t *turn) publishes() bool { return t.root || t.center == t.base.Realm.Publisher }

// who is the author in words.
func (t *turn) who() string {
	if t.root {
		return "the root key"
	}
	return string(t.center)
}

func (r Realm) effect(t *turn) verdict {
	switch {
	case t.index != 1:
		return reject(Conflict, "the realm is founded")
	case !t.root:
		return reject(NoAuthority, "only the root key founds a realm")
	case r.ID != t.trust.Realm || !r.Root.Equal(t.trust.Root):
		return reject(Conflict, "it founds another realm than the one that this node trusts")
	case r.Area.Level() > area.District:
		return reject(Malformed, "a realm is a district or more, not %s", r.Area)
	case !r.Publisher.Area().Under(r.Area) || !r.First.ID.Area().Under(r.Area):
		return reject(Malformed, "the publisher and the founding center lie in %s", r.Area)
	case r.First.Incarnation > 1:
		return reject(Stale, "the first incarnation is 1")
	}
	t.base.Feature, t.base.Voters = 1, 1
	t.base.Realm = r
	row := centerState{Center: r.First, Since: 1}
	t.revive(&row, 1, r.First.Key, 1)
	store(t.machine, centerRow(r.First.ID), row)
	t.vote([]chain.Voter{{ID: string(r.First.ID), Key: r.First.Key}})
	return applied
}

// vote makes this record the one that sets the voters.
func (t *turn) vote(members []chain.Voter) {
	slices.SortFunc(members, func(a, b chain.Voter) int { return cmp.Compare(a.ID, b.ID) })
	store(t.machine, voterRow(t.index), chain.VoterSet{Index: t.index, Members: members})
	t.base.Voters = t.index
	t.fences = append(t.fences, Fence{Voters: members})
}

// voters is the set that orders the Register now.
func (m *machine) voters() chain.VoterSet {
	set, _ := load[chain.VoterSet](m, voterRow(m.base.Voters))
	return set
}

func (e Enrolment) effect(t *turn) verdict {
	c := e.Center
	ticketed := e.Ticket != chain.Hash{}
	switch {
	case !c.ID.Area().Under(t.base.Realm.Area):
		return reject(Conflict, "%s lies outside the realm", c.ID)
	case !t.over(c.ID):
		return reject(NoAuthority, "%s does not stand above %s", t.who(), c.ID)
	case !ticketed && !t.root:
		return reject(Malformed, "no ticket")
	case ticketed && t.cmd.Time > e.Expires:
		return reject(ExpiredTicket, "the ticket ended %d s before", (t.cmd.Time-e.Expires)/1000)
	}
	if used, is := load[Index](t.machine, ticketRow(e.Ticket)); is {
		return reject(UsedTicket, "the ticket was used by record %d", used)
	}
	row, known := load[centerState](t.machine, centerRow(c.ID))
	owner, taken := load[area.Center](t.machine, ownerRow(c.Key))
	switch {
	case known && row.Revoked == 0:
		return reject(Conflict, "%s is enrolled; a restored node needs a new incarnation", c.ID)
	case c.Incarnation != 0 && c.Incarnation != row.Highest+1:
		return reject(Stale, "the next incarnation of %s is %d", c.ID, row.Highest+1)
	case taken:
		return reject(Conflict, "the key belongs to %s", owner)
	case !proven(e.Proof, c.Key, c):
		return reject(BadSeal, "the joining node did not seal its entry with its key")
	}
	if ticketed {
		store(t.machine, ticketRow(e.Ticket), t.index)
	}
	row.Center, row.Since = c, cmp.Or(row.Since, t.index)
	if known {
		t.fences = append(t.fences, Fence{Revived: c.ID, Incarnation: row.Highest + 1, Key: c.Key})
	}
	t.revive(&row, row.Highest+1, c.Key, t.index)
	store(t.machine, centerRow(c.ID), row)
	return applied
}

// enrolled finds a center that is not shut out.
func (t *turn) enrolled(c area.Center) (centerState, verdict) {
	row, known := load[centerState](t.machine, centerRow(c))
	switch {
	case !known:
		return row, reject(Conflict, "%s is not enrolled", c)
	case row.Revoked != 0:
		return row, reject(Conflict, "%s was revoked by record %d", c, row.Revoked)
	}
	return row, applied
}

func (c Center) effect(t *turn) verdict {
	if t.center != c.ID && !t.over(c.ID) {
		return reject(NoAuthority, "%s is not %s and does not stand above it", t.who(), c.ID)
	}
	row, v := t.enrolled(c.ID)
	if v != applied {
		return v
	}
	if len(c.Key) > 0 && !c.Key.Equal(row.Center.Key) || c.Incarnation != 0 && c.Incarnation != row.Center.Incarnation {
		return reject(Conflict, "a key and an incarnation change by a grant only")
	}
	c.Key, c.Incarnation = row.Center.Key, row.Center.Incarnation
	row.Center, row.Updated = c, t.index
	store(t.machine, centerRow(c.ID), row)
	return applied
}

func (r Revocation) effect(t *turn) verdict {
	if !t.over(r.Center) {
		return reject(NoAuthority, "%s does not stand above %s", t.who(), r.Center)
	}
	row, v := t.enrolled(r.Center)
	if v != applied {
		return v
	}
	set := t.voters()
	if _, votes := set.Member(string(r.Center)); votes {
		if !t.root {
			return reject(Conflict, "%s is a voter: take it out of the voters first", r.Center)
		}
		if len(set.Members) == 1 {
			return reject(Conflict, "%s is the only voter", r.Center)
		}
		t.vote(slices.DeleteFunc(set.Members, func(m chain.Voter) bool { return m.ID == string(r.Center) }))
	}
	t.close(&row, t.index)
	row.Revoked, row.Updated, row.Reason = t.index, t.index, r.Reason
	store(t.machine, centerRow(r.Center), row)
	t.fences = append(t.fences, Fence{Revoked: r.Center, Incarnation: row.Center.Incarnation})
	return applied
}

func (i Incarnation) effect(t *turn) verdict {
	if !t.over(i.Center) {
		return reject(NoAuthority, "%s does not stand above %s", t.who(), i.Center)
	}
	row, v := t.enrolled(i.Center)
	if v != applied {
		return v
	}
	owner, taken := load[area.Center](t.machine, ownerRow(i.Key))
	set := t.voters()
	_, votes := set.Member(string(i.Center))
	bare := i
	bare.Proof = nil
	switch {
	case i.After != row.Highest:
		return reject(Stale, "the highest incarnation of %s is %d", i.Center, row.Highest)
	case taken:
		return reject(Conflict, "the key belongs to %s: a new incarnation needs a new key", owner)
	case !proven(i.Proof, i.Key, bare):
		return reject(BadSeal, "the restored node did not seal the grant with its new key")
	case votes && !t.root:
		return reject(Conflict, "%s is a voter: take it out of the voters first", i.Center)
	}
	t.fences = append(t.fences, Fence{Revived: i.Center, Incarnation: row.Highest + 1, Key: i.Key})
	t.revive(&row, row.Highest+1, i.Key, t.index)
	store(t.machine, centerRow(i.Center), row)
	if votes {
		members := slices.Clone(set.Members)
		at := slices.IndexFunc(members, func(m chain.Voter) bool { return m.ID == string(i.Center) })
		members[at].Key = i.Key
		t.vote(members)
	}
	return applied
}

func (v Voters) effect(t *turn) verdict {
	if !t.publishes() {
		return reject(NoAuthority, "the voters are set by %s", t.base.Realm.Publisher)
	}
	set := t.voters()
	if v.Base != set.Index {
		return reject(Stale, "the voters were set by record %d", set.Index)
	}
	members := make([]chain.Voter, 0, len(v.Members))
	kept := 0
	for _, c := range v.Members {
		row, wrong := t.enrolled(c)
		if wrong != applied {
			return wrong
		}
		if _, was := set.Member(string(c)); was {
			kept++
		}
		members = append(members, chain.Voter{ID: string(c), Key: row.Center.Key})
	}
	if changes := len(members) + len(set.Members) - 2*kept; changes != 1 {
		return reject(Conflict, "%d voters come or go, want one at a time", changes)
	}
	t.vote(members)
	return applied
}

func (g GossipKey) effect(t *turn) verdict {
	pool := Pool(g.District)
	switch {
	case pool != g.District || !pool.Under(t.base.Realm.Area):
		return reject(Malformed, "%s has no presence pool in this realm", g.District)
	case !t.speaksFor(pool):
		return reject(NoAuthority, "the pool of %s is not %s's", pool, t.who())
	}
	store(t.machine, gossipRow(pool), gossipState{g.Key, t.index})
	return applied
}

func (f Feature) effect(t *turn) verdict {
	switch {
	case !t.publishes():
		return reject(NoAuthority, "the feature level is raised by %s", t.base.Realm.Publisher)
	case f.Level != t.base.Feature+1:
		return reject(Stale, "the level is %d and rises by one", t.base.Feature)
	}
	t.base.Feature = f.Level
	return applied
}
