package casefile

import (
	"cmp"
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
)

// claim is one event held against the pinned item: whether now is its time and
// its author the one to do it.
type claim struct {
	reg     Register
	s       *State
	e       *Event
	content any
	it      *item.Item
	subject area.Code
	day     string // on which a dated power must hold
	step    int    // the step of the item that it names; -1: none
}

func newClaim(reg Register, s *State, e *Event, content any) (*claim, error) {
	c := &claim{reg: reg, s: s, e: e, content: content, subject: s.Subject, day: Day(e.NodeTime), step: -1}
	ref := s.Item
	switch b := content.(type) {
	case *OpenedBody:
		ref, c.subject = b.Item, b.Subject
	case *AcceptedBody:
		ref = b.Item
	case *StepBody:
		c.step = b.Step
	case *DecidedBody:
		c.step = b.Step
	case *OutsideBody:
		c.step = b.Step
	case *SuspendedBody:
		c.step = b.Step
	case *ResumedBody:
		if open := s.Waiting(); open != nil {
			c.step = open.Step
		}
	}
	it, ok := reg.Item(ref)
	if !ok {
		return nil, refuse(UnknownItem, e, "no version %d of item %s for %s", ref.Version, ref.Code, ref.Area)
	}
	c.it = it
	if c.step < -1 || c.step >= len(it.Steps) {
		return nil, refuse(StepOrder, e, "the item has no step %d", c.step)
	}
	return c, nil
}

// law is when and by whom one kind of event may be written.
type law struct {
	phases []Phase // nil: at any time
	who    func(*claim) bool
}

var (
	atCounter  = []Phase{PhaseOpened, PhaseNoticed}
	beforeEnd  = []Phase{PhaseOpened, PhaseNoticed, PhaseAccepted}
	inHand     = []Phase{PhaseAccepted}
	afterwards = []Phase{PhaseDecided, PhaseServed, PhaseDeclined}
	ended      = []Phase{PhaseDecided, PhaseServed, PhaseDeclined, PhaseWithdrawn, PhaseTerminated}
)

// laws leaves out seized, and the custody events' own rules: checkCustody has
// them. Who is custodian is known by then.
var laws = map[Kind]law{
	Opened:       {nil, (*claim).mayOpen},
	Received:     {beforeEnd, (*claim).mayReceive},
	Supplemented: {beforeEnd, (*claim).mayReceive},
	Noticed:      {[]Phase{PhaseOpened}, (*claim).mayReceive},
	Accepted:     {atCounter, (*claim).mayAccept},
	Declined:     {atCounter, (*claim).mayAccept},
	Checked:      {inHand, (*claim).actsAtStep},
	Reviewed:     {inHand, (*claim).actsAtStep},
	Decided:      {inHand, (*claim).mayDecide},
	Made:         {[]Phase{PhaseAccepted, PhaseDecided, PhaseServed}, (*claim).actsAtStep},
	Opinion:      {beforeEnd, anybody},
	Outside:      {[]Phase{PhaseAccepted, PhaseDecided}, (*claim).actsSomewhere},
	Suspended:    {inHand, (*claim).mayWait},
	Resumed:      {inHand, (*claim).mayWait},
	Extended:     {inHand, (*claim).mayDecideAny},
	Served:       {afterwards, (*claim).mayDeliver},
	HandedOut:    {afterwards, (*claim).mayDeliver},
	Rated:        {nil, anybody},
	Withdrawn:    {beforeEnd, anybody},
	Terminated:   {beforeEnd, (*claim).mayTerminate},
	Concluded:    {ended, anybody},
	Archived:     {[]Phase{PhaseConcluded}, anybody},
	RequestKept:  {nil, anybody},
	Erased:       {nil, anybody},
	Reconciled:   {nil, anybody},
	HandedOver:   {nil, anybody},
	TakenOver:    {nil, anybody},
	TurnedBack:   {nil, anybody},
	Seized:       {nil, anybody},
}

func anybody(*claim) bool { return true }

// allowed is phase and competence.
func (c *claim) allowed() error {
	l := laws[c.e.Kind]
	if l.phases != nil && !slices.Contains(l.phases, c.s.Phase) {
		return refuse(StepOrder, c.e, "the case is %s", c.s.Phase)
	}
	if err := c.inOrder(); err != nil {
		return err
	}
	if c.e.Kind == Opened && !c.mayOpen() {
		zh, en := item.InWords("scope", string(c.it.Scope))
		return refuse(OutOfScope, c.e, "“%s”只能在%s办理（管辖地 %s），%s 不在其内 (scope: %s; competence lies in %s)",
			c.it.Name, cmp.Or(zh, "有权的中心"), c.subject, c.e.Author.Center, cmp.Or(en, "the competent center only"), c.subject)
	}
	if !l.who(c) {
		return refuse(NotCompetent, c.e, "%s is not the center that may do this for %s of %s",
			c.e.Author.Center, c.it.Name, c.subject)
	}
	return nil
}

// acts reports whether the author is the center of the subject's area at a
// level, or has a dated power to act as such. A power reaches as far as the
// holder's own area truncated to that level.
func (c *claim) acts(level area.Level) bool {
	who := c.e.Author.Center
	if own := c.subject.At(level); own != "" && who == area.Center(own) {
		return true
	}
	if responsible, ok := c.reg.Responsible(c.subject, level); ok && responsible == who {
		return true
	}
	reach := who.Area()
	if level < reach.Level() {
		reach = reach.At(level)
	}
	return c.subject.Under(reach) && c.reg.HasPower(who, c.it.Ref.Code, level, c.day, c.e.Register.Index)
}

// onLine reports whether the author lies on the line of the subject area, up
// or down.
func (c *claim) onLine() bool {
	own := c.e.Author.Center.Area()
	return c.subject.Under(own) || own.Under(c.subject)
}

// scopes is how far from home each scope reaches. What a guide says of the
// world beyond the city, a realm honours up to the city.
var scopes = map[item.Scope]area.Level{
	item.ScopeTown: area.Town, item.ScopeDistrict: area.District, item.ScopeCity: area.City,
	item.ScopeProvince: area.City, item.ScopeNation: area.City,
}

func (c *claim) mayOpen() bool {
	if c.onLine() {
		return true
	}
	if level, ok := scopes[c.it.Scope]; ok {
		home := c.subject.At(level)
		return home != "" && c.e.Author.Center.Area().Under(home)
	}
	return c.actsSomewhere()
}

func (c *claim) mayReceive() bool {
	if c.e.Author.Center == c.s.Origin.Center || c.acceptor() {
		return true
	}
	for _, step := range c.it.Steps {
		if step.Action == item.Receive && !step.Outside && c.acts(step.Level) {
			return true
		}
	}
	return c.s.Phase == PhaseAccepted && c.actsSomewhere()
}

// barred: a village receives for a permit and never accepts or decides it,
// whatever the steps or a power say.
func (c *claim) barred() bool {
	return c.it.Type == item.Permit && c.e.Author.Center.Level() >= area.Village
}

func (c *claim) mayAccept() bool { return !c.barred() && c.acceptor() }

// acceptor reports whether the author acts at the accept step. Where the item
// lists none, the receive step stands for it, then the level that decides.
func (c *claim) acceptor() bool {
	for _, action := range []item.Action{item.Accept, item.Receive} {
		found := false
		for _, step := range c.it.Steps {
			if step.Action == action && !step.Outside {
				found = true
				if c.acts(step.Level) {
					return true
				}
			}
		}
		if found {
			return false
		}
	}
	return c.acts(c.it.Level)
}

// actsSomewhere reports whether the author acts at any step of the item, or at
// the level that decides.
func (c *claim) actsSomewhere() bool {
	return c.acts(c.it.Level) || slices.ContainsFunc(c.it.Steps, func(s item.Step) bool {
		return !s.Outside && c.acts(s.Level)
	})
}

// actsAtStep: the acting center of the step that the event names.
func (c *claim) actsAtStep() bool {
	if c.step < 0 {
		return c.actsSomewhere()
	}
	if c.it.Steps[c.step].Outside {
		return c.actsSomewhere()
	}
	return c.acts(c.it.Steps[c.step].Level)
}

func (c *claim) mayDecide() bool {
	if c.step < 0 {
		return !c.barred() && c.acts(c.it.Level)
	}
	return !c.barred() && c.actsAtStep()
}

// mayDecideAny: the acting center of some decide step.
func (c *claim) mayDecideAny() bool {
	found := false
	for _, step := range c.it.Steps {
		if step.Action == item.Decide && !step.Outside {
			found = true
			if c.acts(step.Level) {
				return true
			}
		}
	}
	return !found && c.acts(c.it.Level)
}

func (c *claim) mayTerminate() bool { return !c.barred() && (c.acceptor() || c.mayDecideAny()) }

// mayWait: who acts at the waiting step, or at the working step before or
// after it: a posting at the village is run by the town that checks the case.
func (c *claim) mayWait() bool {
	if c.step < 0 || c.actsAtStep() {
		return c.step >= 0 || c.actsSomewhere()
	}
	for _, way := range []int{-1, +1} {
		for i := c.step + way; i >= 0 && i < len(c.it.Steps); i += way {
			step := c.it.Steps[i]
			if waits(step) {
				continue
			}
			if c.acts(step.Level) {
				return true
			}
			break
		}
	}
	return false
}

func waits(s item.Step) bool {
	return s.Outside || s.Action == item.Posting || s.Action == item.Assess
}

func (c *claim) mayDeliver() bool {
	who := c.e.Author.Center
	return who == c.s.Deliver || c.s.DecidedBy != nil && who == c.s.DecidedBy.Center || c.actsAtStep()
}

// sound checks what the body says, beyond custody.
func (c *claim) sound() error {
	bad := func(format string, args ...any) error { return refuse(refusal.Malformed, c.e, format, args...) }
	switch b := c.content.(type) {
	case *OpenedBody:
		return c.soundOpened(b)
	case *NoticedBody:
		if len(b.Missing) == 0 {
			return bad("a notice that names nothing missing")
		}
	case *AcceptedBody:
		return c.soundAccepted(b)
	case *ReasonBody:
		if b.Reason == "" {
			return bad("without a reason")
		}
	case *ExtendedBody:
		if b.Days <= 0 || b.Reason == "" || b.Approver == "" {
			return bad("an extension needs days, a reason and who approved it")
		}
	case *RatedBody:
		if b.Grade < 1 || b.Grade > 5 {
			return bad("grade %d is not 1 to 5", b.Grade)
		}
	case *RequestBody:
		if b.ID == "" || len(b.Sealed) == 0 {
			return bad("a request without id or content")
		}
		if late := c.s.DecidedAt != 0 || c.s.Ended != nil; b.Late != late {
			return bad("a request is late exactly when the case is decided or ended")
		}
	case *ErasedBody:
		if len(b.Blobs) == 0 || b.Reason == "" {
			return bad("an erasure needs blobs and a reason")
		}
	case *SuspendedBody:
		if b.Ground == "" {
			return bad("a wait without a ground")
		}
	case *HandedOverBody:
		if b.Step < -1 || b.Step > len(c.it.Steps) {
			return bad("the item has no step %d", b.Step)
		}
	}
	return nil
}

func (c *claim) soundOpened(b *OpenedBody) error {
	bad := func(format string, args ...any) error { return refuse(refusal.Malformed, c.e, format, args...) }
	if b.Number == "" {
		return bad("a case without a number")
	}
	if _, err := area.Parse(string(b.Subject)); err != nil {
		return bad("subject area: %w", err)
	}
	if _, err := area.Parse(string(b.Applied)); err != nil {
		return bad("area of application: %w", err)
	}
	if _, err := area.ParseCenter(string(b.Deliver)); err != nil {
		return bad("delivering center: %w", err)
	}
	if !b.Subject.Under(b.Item.Area) {
		return bad("the version of %s does not hold in %s", b.Item.Area, b.Subject)
	}
	if err := c.soundChoice(b.Choice); err != nil {
		return err
	}
	return c.soundBundle(b)
}

func (c *claim) soundAccepted(b *AcceptedBody) error {
	bad := func(format string, args ...any) error { return refuse(refusal.Malformed, c.e, format, args...) }
	opened := c.s.Item
	if b.Item.Code != opened.Code || !c.subject.Under(b.Item.Area) ||
		b.Item.Area == opened.Area && b.Item.Version < opened.Version {
		return bad("accepted under item %s version %d of %s, opened under %s version %d of %s",
			b.Item.Code, b.Item.Version, b.Item.Area, opened.Code, opened.Version, opened.Area)
	}
	if _, err := time.Parse(time.DateOnly, b.On); err != nil {
		return bad("day of acceptance: %w", err)
	}
	if b.Deemed && b.On != Day(c.s.ReceivedAt) {
		return bad("deemed accepted counts from the day of receipt, %s", Day(c.s.ReceivedAt))
	}
	return c.soundChoice(b.Choice)
}
