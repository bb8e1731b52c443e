package casefile_test

import (
	"fmt"
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// node is a center that keeps one case in memory: what a cabinet does, as a
// pure value around Build and Step.
type node struct {
	realm  *casetest.Realm
	view   *casetest.View
	self   casefile.Party
	log    [][]byte
	state  casefile.State
	frozen bool
	fenced bool
	beside [][][]byte // branches that are not the log
	parked [][]byte
	from   uint64 // sequence of the first parked record
}

func newNode(realm *casetest.Realm, self casefile.Party, id casefile.ID) *node {
	return &node{realm: realm, view: realm.View(), self: self, state: casefile.New(id)}
}

func (n *node) branch() casefile.Branch {
	return casefile.Branch{State: n.state, Log: func(from uint64, max int) ([][]byte, error) {
		rest := n.log[from-1:]
		return rest[:min(max, len(rest))], nil
	}}
}

// write builds the next event; seized cuts the log at the base of its grant.
func (n *node) write(d casefile.Draft, now time.Time) error {
	if n.fenced {
		return refusal.Newf(refusal.Fenced, "write", "", "fenced")
	}
	if n.frozen && d.Kind != casefile.Seized {
		return refusal.Newf("case_frozen", "write", "", "frozen")
	}
	s, log := n.state, n.log
	if d.Kind == casefile.Seized {
		s, log = n.base()
	}
	r, next, err := casefile.Build(s, n.self, n.realm.Secret(n.self), n.view, d, now)
	if err != nil {
		return err
	}
	if len(log) < len(n.log) {
		n.beside = append(n.beside, n.log)
	}
	n.log = append(slices.Clip(log), r.Bytes)
	n.state, n.frozen = next, n.frozen && d.Kind != casefile.Seized
	return nil
}

// base is our log as far as the newest grant says, if it is here.
func (n *node) base() (casefile.State, [][]byte) {
	grants := n.view.Grants(n.state.ID)
	if len(grants) == 0 || grants[len(grants)-1].Epoch <= n.state.Epoch {
		return n.state, n.log
	}
	g := grants[len(grants)-1]
	for _, log := range append([][][]byte{n.log}, n.beside...) {
		if uint64(len(log)) < g.Base.Index {
			continue
		}
		s, err := casefile.Fold(n.state.ID, log[:g.Base.Index])
		if err == nil && s.Head == g.Base {
			return s, log[:g.Base.Index]
		}
	}
	return n.state, n.log
}

// take judges an incoming log and does what Step says.
func (n *node) take(first uint64, records [][]byte) (casefile.Decision, error) {
	d, err := casefile.Step(n.view, n.self, n.branch(), first, records)
	if err != nil {
		return d, err
	}
	d.Own = d.Own && n.forgot(d)
	switch d.Ruling {
	case casefile.Extends:
		n.log = append(slices.Clip(n.log), d.Take...)
		n.frozen = n.frozen && d.State.Epoch == n.state.Epoch
		n.state = d.State
	case casefile.NewerEpoch:
		n.beside = append(n.beside, n.log)
		n.log = append(slices.Clip(n.log[:d.Fork-1]), d.Take...)
		n.state, n.frozen = d.State, false
	case casefile.OlderEpoch, casefile.Equivocation:
		whole := append(slices.Clip(n.log[:d.Fork-1]), d.Take...)
		for _, b := range n.beside {
			if len(b) >= len(whole) && string(b[len(whole)-1]) == string(whole[len(whole)-1]) {
				return d, nil // it is known
			}
		}
		n.beside = append(n.beside, whole)
		n.frozen = n.frozen || d.Ruling == casefile.Equivocation
	}
	n.fenced = n.fenced || d.Own
	n.parked, n.from = d.Parked, first+uint64(len(records)-len(d.Parked))
	return d, nil
}

// forgot reports whether some of our own work in what is taken lies in none of
// our branches.
func (n *node) forgot(d casefile.Decision) bool {
	first := int(d.State.Head.Index) - len(d.Take)
	for i, b := range d.Take {
		r, err := casefile.Read(b)
		if err != nil || r.Event.Author != n.self {
			continue
		}
		if !slices.ContainsFunc(n.beside, func(log [][]byte) bool {
			return first+i < len(log) && string(log[first+i]) == string(b)
		}) {
			return true
		}
	}
	return false
}

// mayWrite reports whether the node could append anything now.
func (n *node) mayWrite(now time.Time) bool {
	if n.fenced || n.frozen || n.state.Head.Index == 0 {
		return false
	}
	kind := casefile.RequestKept
	if n.state.Offer != nil {
		kind = casefile.TakenOver
	}
	return casefile.May(n.view, n.state, n.self, kind, -1, now) == nil
}

// restored is the node brought back from a copy of its first n records, in the
// incarnation that the Register grants.
func (n *node) restored(upto int) *node {
	upto = min(upto, len(n.log))
	p := n.realm.Enrol(n.self.Center)
	back := newNode(n.realm, p, n.state.ID)
	back.log = slices.Clip(n.log[:upto])
	s, err := casefile.Fold(n.state.ID, back.log)
	if err != nil {
		panic(err)
	}
	back.state = s
	return back
}

var start = time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)

func open() casefile.Draft {
	return casetest.Open(casetest.Residence, area.Code(casetest.Village), casetest.Town)
}

func handOver(to casefile.Party) casefile.Draft {
	return casefile.Draft{Kind: casefile.HandedOver, Body: casefile.HandedOverBody{To: to, Step: -1}}
}

func short(s casefile.State) string {
	where := "held by " + s.Holder.String()
	if s.Offer != nil {
		where = fmt.Sprintf("offered to %s by %s", s.Offer.To, s.Offer.From)
	}
	return fmt.Sprintf("event %d %s, epoch %d, %s, %s", s.Head.Index, s.Last, s.Epoch, s.Phase, where)
}
