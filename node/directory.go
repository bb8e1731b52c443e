package node

import (
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
	"tongban/node/peers"
)

// directory is the node's copy of the Register as the other packages ask it:
// each of them states what it needs, and the catalogue knows none of them.
// Until a new node has read who is who, the contacts of its ticket stand in.
type directory struct {
	*register.Register
	self     area.Center
	contacts []Contact
	now      func() time.Time
}

// --- what the lines between nodes ask (peers.Directory) ---

// Key of a center in its present incarnation.
func (d lines) Key(c area.Center) (chain.PublicKey, bool) {
	if l, known := d.Center(c); known {
		return l.Key, l.Revoked == 0
	}
	if contact, ok := d.contact(c); ok {
		return contact.Key, true
	}
	return nil, false
}

// Whose tells which center a key belongs to, and how it stands.
func (d lines) Whose(key chain.PublicKey) (area.Center, peers.Standing) {
	if owner, open, ok := d.Owner(key); ok {
		if open {
			return owner.Center, peers.Member
		}
		if l, known := d.Center(owner.Center); known && l.Revoked != 0 {
			return owner.Center, peers.Revoked
		}
		return owner.Center, peers.Superseded
	}
	for _, contact := range d.contacts {
		if _, known := d.Center(contact.Center); !known && contact.Key.Equal(key) {
			return contact.Center, peers.Member
		}
	}
	return "", peers.Unknown
}

// Addrs are where a center can be dialled.
func (d lines) Addrs(c area.Center) []string {
	if l, known := d.Center(c); known && len(l.Addrs) > 0 {
		return l.Addrs
	}
	contact, _ := d.contact(c)
	return contact.Addrs
}

func (d directory) contact(c area.Center) (Contact, bool) {
	i := slices.IndexFunc(d.contacts, func(k Contact) bool { return k.Center == c })
	if i < 0 {
		return Contact{}, false
	}
	return d.contacts[i], true
}

// lines, parties and pool wear the directory as one consumer asks for it: the
// same questions have other shapes there.
type (
	lines   struct{ directory }
	parties struct{ directory }
	pool    struct{ directory }
)

var _ peers.Directory = lines{}

// --- what casefiles, the desk and the exchange ask ---

// Key is the key of a party, the record since which it may write, and the one
// that closed it.
func (d parties) Key(p casefile.Party) (key chain.PublicKey, since, closed uint64, ok bool) {
	return d.Register.Key(p.Center, p.Incarnation)
}

// Grants are the seizures granted for a case.
func (d parties) Grants(id casefile.ID) []casefile.Grant {
	granted := d.Register.Grants(string(id))
	out := make([]casefile.Grant, len(granted))
	for i, g := range granted {
		s := g.Seizure
		out[i] = casefile.Grant{
			Index: g.Index, Epoch: s.Epoch, Base: s.Base, Lost: s.Lost,
			Grantee: casefile.Party{Center: s.Grantee, Incarnation: s.Incarnation},
		}
	}
	return out
}

// Item is one published version.
func (d parties) Item(ref item.Ref) (*item.Item, bool) { return d.Version(ref) }

// Offered is the version of an item by which an area works today.
func (d parties) Offered(code item.Code, in area.Code) (*item.Item, bool) {
	return d.Register.Item(code, in, register.Moment{Day: workday.DateOf(d.now())})
}

// Office is how a center presents itself.
func (d parties) Office(c area.Center) (name, telephone string, ok bool) {
	l, ok := d.Center(c)
	return l.Name, l.Telephone, ok
}

// roads is the directory as the exchange asks it.
type roads struct {
	directory
	connected func(area.Center) bool
}

// Key is the key of a party, also of one that may not write any more.
func (d roads) Key(p casefile.Party) (chain.PublicKey, bool) {
	key, _, _, ok := d.Register.Key(p.Center, p.Incarnation)
	return key, ok
}

// Dialable is false for a center that only dials out and has not now.
func (d roads) Dialable(c area.Center) bool {
	return len(lines{d.directory}.Addrs(c)) > 0 || d.connected(c)
}

// Standing is what presence asks.
func (d pool) Standing(c area.Center) (key chain.PublicKey, incarnation uint32, ok bool) {
	l, known := d.Center(c)
	return l.Key, l.Incarnation, known && l.Revoked == 0
}

// --- the tree ---

// above are the enrolled centers over this one, the nearest first.
func (d directory) above() []area.Center {
	var out []area.Center
	for up := d.self.Parent(); up != ""; up = up.Parent() {
		if _, ok := d.Current(up); ok {
			out = append(out, up)
		}
	}
	return out
}

// sources is from whom the journal may come: up the line first, then the
// voters, and at first contact whoever the ticket named.
func (d directory) sources() []string {
	var out []string
	add := func(c string) {
		if c != string(d.self) && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	for _, c := range d.above() {
		add(string(c))
	}
	for _, v := range d.voters() {
		add(v)
	}
	for _, c := range d.contacts {
		add(string(c.Center))
	}
	return out
}

func (d directory) voters() []string {
	set := d.Voters()
	out := make([]string, len(set.Members))
	for i, m := range set.Members {
		out[i] = m.ID
	}
	return out
}

// itemsSeenBy is the catalogue as a center sees it.
func itemsSeenBy(c area.Center) register.Filter { return register.Filter{Area: c.Area()} }
