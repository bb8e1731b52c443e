package casefile

import (
	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// deskLead is how far the desk's time may run ahead of the node's, in
// milliseconds: people's watches differ.
const deskLead = 5 * 60 * 1000

// Check says whether an event is a lawful next entry of a log: its place, its
// author at the Register index that it cites, custody, and competence. The
// answer is a function of the log and the Register, never of when the event
// came. A refusal carries one of the codes of this package; RegisterBehind and
// UnknownKind mean that this node can't judge yet.
//
// The seal is not looked at here: Verify does both.
func Check(reg Register, s State, e Event) error {
	content, err := e.Content()
	if err != nil {
		return err
	}
	if err := checkLink(&s, &e); err != nil {
		return err
	}
	if err := checkRoom(&s, &e, content); err != nil {
		return err
	}
	if err := checkTimes(&s, &e); err != nil {
		return err
	}
	if err := checkHand(&e); err != nil {
		return err
	}
	if _, err := authorKey(reg, &s, &e); err != nil {
		return err
	}
	if err := checkCustody(reg, &s, &e, content); err != nil {
		return err
	}
	c, err := newClaim(reg, &s, &e, content)
	if err != nil {
		return err
	}
	if err := c.allowed(); err != nil {
		return err
	}
	return c.sound()
}

func checkTimes(s *State, e *Event) error {
	switch {
	case e.NodeTime <= 0 || e.DeskTime <= 0:
		return refuse(BadTime, e, "it has no time")
	case e.NodeTime < s.Time:
		return refuse(BadTime, e, "it was written before the event before it")
	case e.DeskTime > e.NodeTime+deskLead && !e.ClockSuspect:
		return refuse(BadTime, e, "it says that it happened after it was written")
	}
	return nil
}

// checkHand bounds what an event says of who wrote it.
func checkHand(e *Event) error {
	f := &form{e: e}
	f.name("staff", e.Staff, false)
	if h := e.Hand; h != nil {
		for _, s := range []string{h.Name, h.Body, h.Department, h.Post, h.Window, h.For, h.ForName, h.First, h.Served} {
			f.name("post", s, false)
		}
		if h.Start < 0 || h.Start > e.DeskTime {
			return refuse(BadTime, e, "it was done before it was begun")
		}
	}
	return f.err
}

// authorKey finds the key with which the author could write at the Register
// index that the event cites.
func authorKey(reg Register, s *State, e *Event) (chain.PublicKey, error) {
	at, head := e.Register, reg.Head()
	if at.Index > head.Index {
		return nil, refuse(RegisterBehind, e, "it cites Register record %d, this node has %d", at.Index, head.Index)
	}
	if h, ok := reg.HeadAt(at.Index); !ok || h != at.Hash {
		return nil, refuse(RegisterDiverged, e, "it cites a Register record %d with another hash", at.Index)
	}
	if at.Index < s.Index {
		return nil, refuse(RegisterDiverged, e, "it cites Register record %d, the event before it already %d", at.Index, s.Index)
	}
	key, since, closed, ok := reg.Key(e.Author)
	switch {
	case !ok || since > at.Index:
		return nil, refuse(UnknownAuthor, e, "no such party at Register record %d", at.Index)
	case closed != 0 && at.Index >= closed:
		return nil, refuse(ClosedIncarnation, e, "the incarnation was closed by Register record %d", closed)
	}
	return key, nil
}

// checkCustody is rules 1 to 4: who may write, in which epoch.
func checkCustody(reg Register, s *State, e *Event, content any) error {
	if e.Kind == Seized {
		return checkSeized(reg, s, e, content.(*SeizedBody))
	}
	if e.Kind == Opened {
		return checkOpened(s, e)
	}
	if s.Head.Index == 0 {
		return refuse(StepOrder, e, "a log begins with %s", Opened)
	}
	if e.Epoch != s.Epoch {
		return refuse(WrongEpoch, e, "its epoch is %d, the log's is %d", e.Epoch, s.Epoch)
	}
	if err := mayAppend(s, e); err != nil {
		return err
	}
	switch b := content.(type) {
	case *HandedOverBody:
		if _, err := area.ParseCenter(string(b.To.Center)); err != nil {
			return refuse(refusal.Malformed, e, "addressee: %w", err)
		}
		if b.To.Center == e.Author.Center {
			return refuse(WrongAddressee, e, "nobody hands over to oneself")
		}
	case *TakenOverBody:
		if b.From != s.Offer.From || b.Head != s.Head.Hash {
			return refuse(refusal.Malformed, e, "it answers another offer than %s's at %s", s.Offer.From, s.Head.Hash.Short())
		}
	case *TurnedBackBody:
		if b.To != s.Offer.From {
			return refuse(WrongAddressee, e, "it goes back to %s, who offered it", s.Offer.From)
		}
		if b.Reason == "" {
			return refuse(refusal.Malformed, e, "turned back without a reason")
		}
	}
	return nil
}

func answers(k Kind) bool { return k == TakenOver || k == TurnedBack }

// mayAppend: only the custodian appends, and while an offer is open only the
// addressee, and only its answer.
func mayAppend(s *State, e *Event) error {
	next := s.Next()
	switch {
	case s.Offer == nil && answers(e.Kind):
		return refuse(NoOffer, e, "no hand-over waits for an answer")
	case e.Author == next && s.Offer != nil && !answers(e.Kind):
		return refuse(AwaitingAnswer, e, "the hand-over of %s is to be answered first", s.Offer.From)
	case e.Author == next:
		return nil
	case e.Author.Center == next.Center:
		return refuse(OtherIncarnation, e, "it is incarnation %d of %s that may write", next.Incarnation, next.Center)
	case s.Offer != nil && e.Author == s.Offer.From:
		return refuse(AwaitingAnswer, e, "it is offered to %s", next)
	case s.Offer != nil:
		return refuse(WrongAddressee, e, "it is offered to %s", next)
	}
	return refuse(NotCustodian, e, "%s is its custodian", next)
}

func checkOpened(s *State, e *Event) error {
	if s.Head.Index != 0 {
		return refuse(StepOrder, e, "the case is open already")
	}
	opener, _, err := e.Case.Parse()
	if err != nil {
		return refuse(refusal.Malformed, e, "its case: %w", err)
	}
	if opener != e.Author {
		return refuse(NotCustodian, e, "only %s opens a case of that name", opener)
	}
	if e.Epoch != 0 {
		return refuse(WrongEpoch, e, "a case is opened in epoch 0, not %d", e.Epoch)
	}
	return nil
}

// checkSeized: an epoch begins once, by the grantee, on the log that the grant
// names.
func checkSeized(reg Register, s *State, e *Event, b *SeizedBody) error {
	if s.Head.Index == 0 {
		return refuse(StepOrder, e, "an empty log can't be seized")
	}
	if e.Epoch <= s.Epoch {
		return refuse(WrongEpoch, e, "epoch %d does not raise the log's %d", e.Epoch, s.Epoch)
	}
	for _, g := range reg.Grants(e.Case) {
		if g.Epoch != e.Epoch {
			continue
		}
		switch {
		case g.Index != b.Grant || g.Index > e.Register.Index:
			return refuse(NoGrant, e, "epoch %d was granted by Register record %d", g.Epoch, g.Index)
		case g.Grantee != e.Author:
			return refuse(NoGrant, e, "epoch %d was granted to %s", g.Epoch, g.Grantee)
		case g.Base != s.Head || b.Base != g.Base:
			return refuse(BadPrev, e, "the grant is for the log up to event %d (%s)", g.Base.Index, g.Base.Hash.Short())
		case b.Lost.Center != g.Lost:
			return refuse(refusal.Malformed, e, "the grant names %s as lost", g.Lost)
		}
		return nil
	}
	return refuse(NoGrant, e, "the Register granted no epoch %d", e.Epoch)
}
