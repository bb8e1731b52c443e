package casefile

import (
	"cmp"
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
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
	case *VisitedBody:
		c.step = b.Step
	case *DeliberatedBody:
		c.step = b.Step
	case *AdoptedBody:
		ref = b.Item
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
	if b, ok := c.content.(*OpenedBody); ok {
		if _, agreed := c.agreement(b.Filing.Agreement, c.e.Author.Center); agreed {
			return true
		}
	}
	return c.actsSomewhere()
}

// agreement is the one of that name between the area of the center that
// receives a case and the one that is competent; ok is false where none of that
// name covers it on the day of the event.
func (c *claim) agreement(name string, at area.Center) (rule.Agreement, bool) {
	if name == "" {
		return rule.Agreement{}, false
	}
	a, ok := c.reg.Agreement(c.it.Ref.Code, at.Area(), c.subject, c.day, c.e.Register.Index)
	return a, ok && a.Name == name
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

// authorized reports whether the item itself gives an action to every center of
// the author's level within its scope (授权办理, 全城通办): to those alone that a
// delegation names.
func (c *claim) authorized(action item.Action) bool {
	own := c.e.Author.Center.Area()
	level, ok := scopes[c.it.Scope]
	if home := c.subject.At(level); !ok || home == "" || !own.Under(home) {
		return false
	}
	return slices.ContainsFunc(c.it.Delegations, func(d item.Delegation) bool {
		return d.Mode == item.Authorized && d.Level == own.Level() && slices.Contains(d.Actions, action)
	})
}

// acceptor reports whether the author acts at the accept step. Where the item
// lists none, the receive step stands for it, then the level that decides. An
// agreement between two areas may leave it to the center that received the case.
func (c *claim) acceptor() bool {
	origin := c.s.Origin.Center
	if c.e.Author.Center == origin {
		if a, ok := c.agreement(c.s.Filing.Agreement, origin); ok && a.Accepts == rule.Receiving {
			return true
		}
	}
	if c.authorized(item.Accept) {
		return true
	}
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

// mayAmend: whoever decides may also put a decided case right.
func (c *claim) mayAmend() bool { return !c.barred() && c.mayDecideAny() }

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
