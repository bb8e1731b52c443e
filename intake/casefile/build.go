package casefile

import (
	"time"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// Draft is what somebody at the desk wants to write. Place, custody and times
// are filled in when it is built.
type Draft struct {
	Kind     Kind
	Body     any    // the body type of the kind; nil for taken_over and seized: filled in from the log and the grant
	Staff    string // who does it
	DeskTime int64  // when it happened, Unix milliseconds; 0: now

	Hand *Hand // at which post; nil: not known

	// ClockSuspect says that the node doubts its own clock.
	ClockSuspect bool
}

// clockStep is how far back time may seem to go between two events before it
// is marked: clocks of two centers differ by so much at any time.
const clockStep = 2 * time.Minute

// Build makes the next event of a log: checks that author may write it now,
// seals it, and returns it with the state after it. Beyond Check it holds the
// author to what only the author can be held to: its incarnation is the
// current one, its Register is not older than the log (RegisterBehind), it
// knows of no higher epoch (EpochBehind), and an addressee is there to answer.
func Build(s State, author Party, key chain.Key, reg Register, d Draft, now time.Time) (Record, State, error) {
	e := draft(&s, author, reg, d, now)
	if err := checkFresh(reg, &s, e); err != nil {
		return Record{}, s, err
	}
	fill(reg, &s, e, &d)
	e.Body = wire.Encode(d.Body)
	content, err := e.Content()
	if err != nil {
		return Record{}, s, err
	}
	if err := checkNamed(reg, e, content); err != nil {
		return Record{}, s, err
	}
	if err := Check(reg, s, *e); err != nil {
		return Record{}, s, err
	}
	if public, _, _, _ := reg.Key(author); !public.Equal(key.Public()) {
		return Record{}, s, refuse(BadSeal, e, "the Register knows another key for %s", author)
	}
	r, err := Read(chain.Sign(key, chain.EventDomain, wire.Encode(e)))
	if err != nil {
		return Record{}, s, err
	}
	next, err := Apply(s, r)
	return r, next, err
}

// draft is the event before its body.
func draft(s *State, author Party, reg Register, d Draft, now time.Time) *Event {
	e := &Event{
		Format: Format, Case: s.ID, Seq: s.Head.Index + 1, Prev: s.Head.Hash, Epoch: s.Epoch,
		Author: author, Register: reg.Head(), Staff: d.Staff, DeskTime: d.DeskTime,
		NodeTime: now.UnixMilli(), ClockSuspect: d.ClockSuspect, Kind: d.Kind, Hand: d.Hand,
	}
	if e.NodeTime < s.Time {
		e.ClockSuspect = e.ClockSuspect || s.Time-e.NodeTime > clockStep.Milliseconds()
		e.NodeTime = s.Time
	}
	if e.DeskTime == 0 {
		e.DeskTime = e.NodeTime
	}
	if g, ok := newest(reg, s.ID); ok && d.Kind == Seized {
		e.Epoch = g.Epoch
	}
	return e
}

// newest is the last grant for a case.
func newest(reg Register, id ID) (Grant, bool) {
	grants := reg.Grants(id)
	if len(grants) == 0 {
		return Grant{}, false
	}
	return grants[len(grants)-1], true
}

// fill writes the bodies that follow from the log and the grant.
func fill(reg Register, s *State, e *Event, d *Draft) {
	if d.Body != nil {
		return
	}
	switch d.Kind {
	case TakenOver:
		if s.Offer != nil {
			d.Body = TakenOverBody{From: s.Offer.From, Head: s.Head.Hash}
		}
	case Seized:
		if g, ok := newest(reg, s.ID); ok {
			lost := s.Next()
			if s.Holder.Center == g.Lost {
				lost = s.Holder
			}
			d.Body = SeizedBody{Grant: g.Index, Base: g.Base, Lost: Party{g.Lost, lost.Incarnation}}
		}
	}
	if d.Body == nil {
		d.Body = EmptyBody{}
	}
}

// checkFresh is what binds the author at the moment of writing, and nobody who
// reads the event later.
func checkFresh(reg Register, s *State, e *Event) error {
	if current, ok := reg.Current(e.Author.Center); !ok || current != e.Author.Incarnation {
		return refuse(ClosedIncarnation, e, "%s may not write any more", e.Author)
	}
	if e.Register.Index < s.Index {
		return refuse(RegisterBehind, e, "the log cites Register record %d, this node has %d", s.Index, e.Register.Index)
	}
	if g, ok := newest(reg, s.ID); ok && g.Epoch > s.Epoch && e.Kind != Seized {
		return refuse(EpochBehind, e, "epoch %d was granted to %s, this log is of epoch %d", g.Epoch, g.Grantee, s.Epoch)
	}
	return nil
}

// checkNamed checks that the centers that a body counts on are there.
func checkNamed(reg Register, e *Event, content any) error {
	enrolled := func(c area.Center) error {
		if _, ok := reg.Current(c); !ok {
			return refuse(WrongAddressee, e, "%.40q is not enrolled, or shut out", string(c))
		}
		return nil
	}
	switch b := content.(type) {
	case *HandedOverBody:
		return checkAddressee(reg, e, b.To)
	case *JointBody:
		for _, p := range b.Add {
			if err := enrolled(p.Center); err != nil {
				return err
			}
		}
	case *SlipBody:
		return enrolled(b.To)
	}
	return nil
}

func checkAddressee(reg Register, e *Event, to Party) error {
	current, ok := reg.Current(to.Center)
	switch {
	case !ok:
		return refuse(WrongAddressee, e, "%s is not enrolled, or shut out", to.Center)
	case current != to.Incarnation:
		return refuse(WrongAddressee, e, "%s writes as incarnation %d now", to.Center, current)
	}
	return nil
}

// May says whether author could now write an event of that kind at a step (-1
// where it names none), whatever its body will say: what a desk offers is
// asked of the same rules that judge it. An addressee is not judged.
func May(reg Register, s State, author Party, kind Kind, step int, now time.Time) error {
	e := draft(&s, author, reg, Draft{Kind: kind}, now)
	if err := checkFresh(reg, &s, e); err != nil {
		return err
	}
	if _, err := authorKey(reg, &s, e); err != nil {
		return err
	}
	content, err := probe(reg, &s, e, step)
	if err != nil {
		return err
	}
	if err := checkRoom(&s, e, content); err != nil {
		return err
	}
	if kind == HandedOver {
		err = mayAppend(&s, e)
	} else {
		err = checkCustody(reg, &s, e, content)
	}
	if err != nil {
		return err
	}
	c, err := newClaim(reg, &s, e, content)
	if err != nil {
		return err
	}
	return c.allowed()
}

// probe is a body that says no more than the step.
func probe(reg Register, s *State, e *Event, step int) (any, error) {
	make, ok := bodies[e.Kind]
	if !ok {
		return nil, refuse(UnknownKind, e, "unknown kind %q", e.Kind)
	}
	content := make()
	switch b := content.(type) {
	case *StepBody:
		b.Step, b.Passed = step, true
	case *DecidedBody:
		b.Step, b.Approved = step, true
	case *OutsideBody:
		b.Step = step
	case *SuspendedBody:
		b.Step = step
	case *VisitedBody:
		b.Step, b.Passed = step, true
	case *DeliberatedBody:
		b.Step, b.Passed = step, true
	case *AcceptedBody:
		b.Item = s.Item
	case *AdoptedBody:
		b.Item = s.Item
	case *VoidedBody:
		b.Number = s.voidable(e.Author.Center)
	case *TakenOverBody, *SeizedBody:
		d := Draft{Kind: e.Kind}
		fill(reg, s, e, &d)
		switch filled := d.Body.(type) {
		case TakenOverBody:
			*content.(*TakenOverBody) = filled
		case SeizedBody:
			*content.(*SeizedBody) = filled
		}
	case *TurnedBackBody:
		b.Reason = "-"
		if s.Offer != nil {
			b.To = s.Offer.From
		}
	}
	return content, nil
}
