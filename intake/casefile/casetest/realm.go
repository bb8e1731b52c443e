// Package casetest is a Register in memory for tests of what stands on
// casefiles: centers with keys, items, powers, seizures, as a list of records
// that views may know more or less of.
//
// It must never be linked into a program.
package casetest

import (
	"crypto/sha256"
	"fmt"
	"sync"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
)

// Realm is the whole Register. Safe for concurrent use.
type Realm struct {
	mu      sync.Mutex
	heads   []chain.Head // heads[i] after record i
	parties map[casefile.Party]*entry
	current []change
	items   map[item.Ref]*item.Item
	powers  []power
	grants  map[casefile.ID][]casefile.Grant

	agreements []agreed
}

type agreed struct {
	index uint64
	rule.Agreement
}

type entry struct {
	key           chain.Key
	since, closed uint64
}

type change struct {
	center      area.Center
	incarnation uint32 // 0: revoked
	index       uint64
}

type power struct {
	center   area.Center
	code     item.Code
	level    area.Level
	from, to string
	index    uint64
}

// New is a realm with no centers.
func New() *Realm {
	return &Realm{
		heads: []chain.Head{chain.Start("casetest")}, parties: map[casefile.Party]*entry{},
		items: map[item.Ref]*item.Item{}, grants: map[casefile.ID][]casefile.Grant{},
	}
}

// tick adds a record and returns its index. The caller holds mu.
func (r *Realm) tick(what string) uint64 {
	last := r.heads[len(r.heads)-1]
	r.heads = append(r.heads, last.Next([]byte(what)))
	return last.Index + 1
}

// Tick adds a record that means nothing here.
func (r *Realm) Tick() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.tick("tick")
}

// Enrol enrols a center, or grants it its next incarnation with a new key.
func (r *Realm) Enrol(center area.Center) casefile.Party {
	r.mu.Lock()
	defer r.mu.Unlock()
	inc, index := uint32(1), r.tick("enrol "+string(center))
	for p, e := range r.parties {
		if p.Center == center {
			inc = max(inc, p.Incarnation+1)
			if e.closed == 0 {
				e.closed = index
			}
		}
	}
	p := casefile.Party{Center: center, Incarnation: inc}
	seed := sha256.Sum256([]byte(p.String()))
	key, err := chain.NewKey(seed[:])
	if err != nil {
		panic(err)
	}
	r.parties[p] = &entry{key: key, since: index}
	r.current = append(r.current, change{center, inc, index})
	return p
}

// Revoke shuts a center out.
func (r *Realm) Revoke(center area.Center) {
	r.mu.Lock()
	defer r.mu.Unlock()
	index := r.tick("revoke " + string(center))
	for p, e := range r.parties {
		if p.Center == center && e.closed == 0 {
			e.closed = index
		}
	}
	r.current = append(r.current, change{center, 0, index})
}

// Secret is the key with which a party seals.
func (r *Realm) Secret(p casefile.Party) chain.Key {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.parties[p].key
}

// Publish adds an item version; its Ref says which.
func (r *Realm) Publish(it item.Item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tick("publish " + string(it.Ref.Code))
	r.items[it.Ref] = &it
}

// Grant gives a power from a day on.
func (r *Realm) Grant(center area.Center, code item.Code, level area.Level, from, to string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.powers = append(r.powers, power{center, code, level, from, to, r.tick("power")})
}

// Seize grants the next epoch of a case on a log.
func (r *Realm) Seize(id casefile.ID, grantee casefile.Party, base chain.Head, lost area.Center) casefile.Grant {
	r.mu.Lock()
	defer r.mu.Unlock()
	g := casefile.Grant{
		Index: r.tick(fmt.Sprint("seize ", id)), Epoch: uint32(len(r.grants[id]) + 1),
		Grantee: grantee, Base: base, Lost: lost,
	}
	r.grants[id] = append(r.grants[id], g)
	return g
}

// View is a copy of the Register that reaches up to an index.
type View struct {
	realm *Realm
	mu    sync.Mutex
	upto  uint64
	all   bool
}

var _ casefile.Register = (*View)(nil)

// View is a copy that knows everything, always.
func (r *Realm) View() *View { return &View{realm: r, all: true} }

// At is a copy that stays at an index until it is moved.
func (r *Realm) At(index uint64) *View { return &View{realm: r, upto: index} }

// Move lets the copy reach further.
func (v *View) Move(index uint64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.upto = index
}

func (v *View) reach() uint64 {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.all {
		return uint64(len(v.realm.heads) - 1)
	}
	return v.upto
}

func (v *View) lock() (upto uint64, unlock func()) {
	v.realm.mu.Lock()
	return v.reach(), v.realm.mu.Unlock
}

// Head is how far the copy reaches.
func (v *View) Head() chain.Head {
	upto, unlock := v.lock()
	defer unlock()
	return v.realm.heads[upto]
}

// HeadAt is the hash at an earlier index.
func (v *View) HeadAt(index uint64) (chain.Hash, bool) {
	upto, unlock := v.lock()
	defer unlock()
	if index > upto {
		return chain.Hash{}, false
	}
	return v.realm.heads[index].Hash, true
}

// Key is the key of a party.
func (v *View) Key(p casefile.Party) (chain.PublicKey, uint64, uint64, bool) {
	upto, unlock := v.lock()
	defer unlock()
	e, ok := v.realm.parties[p]
	if !ok || e.since > upto {
		return nil, 0, 0, false
	}
	closed := e.closed
	if closed > upto {
		closed = 0
	}
	return e.key.Public(), e.since, closed, true
}

// Current is the incarnation in which a center writes.
func (v *View) Current(c area.Center) (uint32, bool) {
	upto, unlock := v.lock()
	defer unlock()
	inc := uint32(0)
	for _, ch := range v.realm.current {
		if ch.center == c && ch.index <= upto {
			inc = ch.incarnation
		}
	}
	return inc, inc != 0
}

// Grants are the seizures granted for a case.
func (v *View) Grants(id casefile.ID) []casefile.Grant {
	upto, unlock := v.lock()
	defer unlock()
	var known []casefile.Grant
	for _, g := range v.realm.grants[id] {
		if g.Index <= upto {
			known = append(known, g)
		}
	}
	return known
}

// Item is one published version.
func (v *View) Item(ref item.Ref) (*item.Item, bool) {
	_, unlock := v.lock()
	defer unlock()
	it, ok := v.realm.items[ref]
	return it, ok
}

// HasPower reports a dated power.
func (v *View) HasPower(center area.Center, code item.Code, level area.Level, day string, at uint64) bool {
	_, unlock := v.lock()
	defer unlock()
	for _, p := range v.realm.powers {
		if p.index <= at && p.center == center && p.code == code && p.level == level && p.from <= day && (p.to == "" || day <= p.to) {
			return true
		}
	}
	return false
}

// Responsible is the enrolled center of an area at a level.
func (v *View) Responsible(subject area.Code, level area.Level) (area.Center, bool) {
	c := area.Center(subject.At(level))
	_, ok := v.Current(c)
	return c, ok
}

// Agree enters a cross-area agreement.
func (r *Realm) Agree(a rule.Agreement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.agreements = append(r.agreements, agreed{r.tick("agreement " + a.Name), a})
}

// Agreement is the first that covers an item of one area received in another.
func (v *View) Agreement(code item.Code, receiving, competent area.Code, day string, at uint64) (rule.Agreement, bool) {
	_, unlock := v.lock()
	defer unlock()
	for _, a := range v.realm.agreements {
		if a.index <= at && a.Holds(rule.ItemCode(code), receiving, competent, workday.Date(day)) {
			return a.Agreement, true
		}
	}
	return rule.Agreement{}, false
}
