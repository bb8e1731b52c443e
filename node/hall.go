package node

import (
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/hall/roster"
)

// openHall opens what this center keeps of its own hall.
func (n *Node) openHall() (err error) {
	n.hall, err = hall.New(hall.Config{
		DB: n.store.DB(), Register: parties{n.directory}, Cases: n.cabinet, Blobs: n.attach,
		Self: n.self, Key: n.key, KeyOf: n.keyOf, Now: n.now, Ready: n.mayWrite, Log: n.log,
	})
	return err
}

// keyOf is the key of a party. Before the Register says so this node's own key
// is that of its center.
func (n *Node) keyOf(p casefile.Party) (chain.PublicKey, bool) {
	if key, _, _, ok := n.register.Key(p.Center, p.Incarnation); ok {
		return key, true
	}
	return n.key().Public(), p == n.self()
}

// mayWrite says why nothing may be written now.
func (n *Node) mayWrite() error {
	if reason, fenced := n.cabinet.Fenced(); fenced {
		return refusal.Newf(refusal.Fenced, "", fencedHint, "%s", reason)
	}
	return n.store.Guard().Err()
}

// clerks is the hall's roster as the desk asks it.
type clerks struct{ staff *hall.Staff }

var _ desk.Roster = clerks{}

// Hand is the post at which somebody acts.
func (c clerks) Hand(by desk.By) (*casefile.Hand, error) {
	a := roster.Acting{Staff: by.Staff, For: by.For, Window: by.Window, First: by.First}
	if !by.At.IsZero() {
		a.On = workday.DateOf(by.At)
	}
	if !by.Start.IsZero() {
		a.Start = by.Start.UnixMilli()
	}
	return c.staff.Hand(a)
}

// Number is the staff number of somebody who was named otherwise.
func (c clerks) Number(staff string) string { return c.staff.Number(staff) }
