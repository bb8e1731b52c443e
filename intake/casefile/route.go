package casefile

import (
	"slices"

	"tongban/catalog/item"
	"tongban/consensus/chain"
)

// Finished reports whether step i of the pinned item is done, or falls away in
// the case's situation: nothing waits for it.
func (s *State) Finished(it *item.Item, i int) bool {
	if s.Skips(i) {
		return true
	}
	switch it.Steps[i].Action {
	case item.Receive:
		return s.ReceivedAt != 0
	case item.Accept:
		return s.AcceptedAt != 0
	}
	for _, done := range slices.Backward(s.Steps) {
		if done.Step == i {
			return done.Passed // the last word counts: a failed check may be made again
		}
	}
	return false
}

// Current is the first step of the pinned item that is not done; len(it.Steps)
// when all are.
func (s *State) Current(it *item.Item) int {
	for i := range it.Steps {
		if !s.Finished(it, i) {
			return i
		}
	}
	return len(it.Steps)
}

// inOrder checks that the event fits the step that it names and that what has
// to come before it came.
func (c *claim) inOrder() error {
	s, e := c.s, c.e
	order := func(format string, args ...any) error { return refuse(StepOrder, e, format, args...) }
	if c.step >= 0 && s.Skips(c.step) && e.Kind != Served && e.Kind != HandedOut && e.Kind != Resumed {
		return order("step %d (%s) falls away in this case's situation", c.step, c.it.Steps[c.step].Name)
	}
	switch b := c.content.(type) {
	case *NoticedBody:
		if s.Notice != nil {
			return order("there is one notice of what is missing, and it was given")
		}
		if s.ReceivedAt == 0 {
			return order("no papers were received yet")
		}
	case *AcceptedBody:
		if s.ReceivedAt == 0 {
			return order("no papers were received yet")
		}
	case *ExtendedBody:
		if s.Extended != 0 {
			return order("a limit is extended once")
		}
	case *SuspendedBody:
		if s.Waiting() != nil {
			return order("the case waits already")
		}
	case *ResumedBody:
		if s.Waiting() == nil {
			return order("the case does not wait")
		}
		if s.Waiting().Ground == Payment {
			return order("the wait for %.80q ends when nothing is open on it", s.Waiting().Fee)
		}
	case *RatedBody:
		if s.Grade != 0 {
			return order("the case is rated once")
		}
	case *RequestBody:
		if slices.Contains(s.Requests, b.ID) {
			return order("request %s is recorded", b.ID)
		}
	case *ReconciledBody:
		if s.Settled(b.Head) {
			return order("the branch at %s is reconciled", b.Head.Hash.Short())
		}
	case *StepBody:
		return c.stepInOrder(b.Passed)
	case *DecidedBody:
		return c.stepInOrder(b.Approved)
	case *OutsideBody:
		if c.step >= 0 && !c.it.Steps[c.step].Outside {
			return order("step %d is not done outside", c.step)
		}
	case *VisitedBody:
		return c.foundInOrder(b.Passed)
	case *DeliberatedBody:
		return c.foundInOrder(b.Passed)
	case *EmptyBody:
		if e.Kind == Archived && s.Unsettled() > 0 {
			return order("%d fen collected on behalf are not settled", s.Unsettled())
		}
	default:
		return c.besideInOrder()
	}
	return nil
}

// besideInOrder checks what stands beside the route.
func (c *claim) besideInOrder() error {
	switch c.content.(type) {
	case *WaiverBody, *PaidBody, *SettledBody:
		return c.moneyInOrder()
	case *MandateBody, *MandateAcceptedBody, *UndertakenBody, *HandedBackBody:
		return c.agencyInOrder()
	case *SurveyBody, *SurveyHeldBody:
		return c.togetherInOrder()
	case *ArrivalBody:
		if !slices.ContainsFunc(c.s.Slips, c.s.OnItsWay) {
			return refuse(StepOrder, c.e, "no papers are on their way")
		}
	case *VoidedBody, *CorrectedBody, *ReopenedBody:
		return c.amendInOrder()
	}
	return nil
}

// foundInOrder: a visit and a deliberation end an assessment or a review, where
// they end a step at all.
func (c *claim) foundInOrder(favourable bool) error {
	if c.step < 0 {
		return nil
	}
	step := c.it.Steps[c.step]
	if step.Outside || step.Action != item.Assess && step.Action != item.Review {
		return refuse(StepOrder, c.e, "step %d is %s", c.step, step.Action)
	}
	return c.proven(favourable)
}

// Settled reports whether the log says what becomes of the superseded branch
// with that head.
func (s *State) Settled(head chain.Head) bool {
	return slices.ContainsFunc(s.Branches, func(b ReconciledBody) bool { return b.Head == head })
}

// stepInOrder: the named step is of the event's action (an unnamed one only
// where the item lists none), and what proves the case before it is done.
func (c *claim) stepInOrder(favourable bool) error {
	deliver := c.e.Kind == Served || c.e.Kind == HandedOut
	action := actions[c.e.Kind]
	fits := func(s item.Step) bool {
		return s.Action == action || deliver && (s.Action == item.Serve || s.Action == item.HandOut)
	}
	switch {
	case c.step < 0 && !deliver && slices.ContainsFunc(c.it.Steps, fits):
		return refuse(StepOrder, c.e, "the item lists steps for this; name one")
	case c.step >= 0 && !fits(c.it.Steps[c.step]):
		return refuse(StepOrder, c.e, "step %d is %s", c.step, c.it.Steps[c.step].Action)
	case c.e.Kind == Decided && c.s.Waiting() != nil && (favourable || c.s.Waiting().Ground != Payment):
		return refuse(StepOrder, c.e, "the case waits (%s): end that first", c.s.Waiting().Ground)
	case c.e.Kind == Decided && favourable && len(c.s.Silent()) > 0:
		return refuse(OpinionsOpen, c.e, "%v have not said their opinion", c.s.Silent())
	case c.e.Kind == Decided && favourable && c.s.surveyDue():
		return refuse(StepOrder, c.e, "the site survey that was set is not held: hold it, or void its number")
	case deliver || c.e.Kind == Made || c.step < 0 && c.e.Kind != Decided:
		return nil
	}
	return c.proven(favourable)
}

// proven: what proves the case before the named step is done. What goes against
// the applicant needs no completed route.
func (c *claim) proven(favourable bool) error {
	if !favourable {
		return nil
	}
	before := c.step
	if before < 0 {
		before = len(c.it.Steps)
	}
	for i, step := range c.it.Steps[:before] {
		needed := step.Action == item.Check || step.Action == item.Review || step.Action == item.Posting
		if needed && !step.Outside && !c.s.Finished(c.it, i) {
			return refuse(StepOrder, c.e, "step %d (%s) comes first", i, step.Name)
		}
	}
	if c.step >= 0 && c.it.Steps[c.step].Outside && !c.s.Finished(c.it, c.step) {
		return refuse(StepOrder, c.e, "what came back from outside is to be recorded first")
	}
	return nil
}

// HeldSince is when the holder got the case, or offered it on; Unix
// milliseconds.
func (s *State) HeldSince() int64 {
	switch legs := len(s.Route); {
	case s.Offer != nil:
		return s.Offer.At
	case legs > 0:
		return s.Route[legs-1].Since
	}
	return s.OpenedAt
}
