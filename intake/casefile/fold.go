package casefile

import (
	"maps"
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
)

// Fold is what a whole log amounts to. It follows the chain but judges
// nothing: Verify does.
func Fold(id ID, records [][]byte) (State, error) {
	s := New(id)
	for _, b := range records {
		r, err := Read(b)
		if err != nil {
			return s, err
		}
		if s, err = Apply(s, r); err != nil {
			return s, err
		}
	}
	return s, nil
}

// Apply is the state after one more event. It checks that the record continues
// the log and nothing else; whoever takes a record from outside checks it
// first. The given state stays as it was.
func Apply(s State, r Record) (State, error) {
	e := &r.Event
	if err := checkLink(&s, e); err != nil {
		return s, err
	}
	content, err := e.Content()
	if err != nil {
		return s, err
	}
	next := s
	next.fold(e, content)
	next.Head = s.Head.Next(r.Bytes)
	next.Named += named(e.Kind, content)
	next.Last, next.Time, next.Index = e.Kind, e.NodeTime, e.Register.Index
	return next, nil
}

// checkLink says whether an event stands at its place in the log.
func checkLink(s *State, e *Event) error {
	switch {
	case e.Case != s.ID:
		return refuse(Foreign, e, "it belongs to another case than %s", s.ID)
	case e.Seq != s.Head.Index+1 || e.Prev != s.Head.Hash:
		return refuse(BadPrev, e, "it does not continue the log, which stands at event %d (%s)",
			s.Head.Index, s.Head.Hash.Short())
	}
	return nil
}

// fold changes the copy s; whatever s shares with older states is copied first.
func (s *State) fold(e *Event, content any) {
	at := e.DeskTime
	switch b := content.(type) {
	case *OpenedBody:
		s.open(e, b)
	case *ReceivedBody: // received and supplemented
		s.lay(e.Author.Center, b.Materials)
		if s.ReceivedAt == 0 {
			s.ReceivedAt, s.ReceivedBy = at, party(e)
		}
		if e.Kind == Supplemented && s.Phase == PhaseNoticed {
			s.Phase = PhaseOpened
		}
	case *NoticedBody:
		s.Phase, s.Notice, s.NoticedAt, s.NoticedBy = PhaseNoticed, b, at, party(e)
		s.gave(e, b.Number)
	case *AcceptedBody:
		if b.Choice != nil || b.Item != s.Item { // a choice speaks of one version's steps and materials
			s.Choice = b.Choice
		}
		s.Phase, s.Item = PhaseAccepted, b.Item
		s.AcceptedOn, s.AcceptedAt, s.Deemed = b.On, at, b.Deemed
		s.AcceptedBy, s.AcceptedArea, s.Told = party(e), e.Author.Center.Area(), b.Due
		s.gave(e, b.Number)
	case *StepBody:
		s.step(e, b)
	case *DecidedBody:
		s.Phase, s.Decision, s.DecidedAt = PhaseDecided, b, at
		s.DecidedBy, s.ConcludedArea = party(e), e.Author.Center.Area()
		s.done(e, b.Step, item.Decide, true, b.Text)
		s.stopWaiting(at)
		s.gave(e, b.Number)
	case *OutsideBody:
		if b.Came != "" {
			s.done(e, b.Step, "", true, b.Result)
		}
		s.prove(&b.Proof)
	case *SuspendedBody:
		s.suspend(e, b)
	case *ResumedBody:
		s.resume(e, b)
	case *ExtendedBody:
		s.Extended += b.Days
	case *ReasonBody:
		s.Phase, s.Ended, s.EndedAs, s.EndedAt = endings[e.Kind], b, e.Kind, at
		s.stopWaiting(at)
		s.gave(e, b.Number)
	case *RatedBody:
		s.Grade = b.Grade
	case *RequestBody:
		s.hear(b)
	case *ErasedBody:
		s.Erased = append(slices.Clip(s.Erased), b.Blobs...)
	case *ReconciledBody:
		s.Branches = append(slices.Clip(s.Branches), *b)
		for _, number := range b.Numbers {
			s.gave(e, number)
		}
	case *ConcludedBody:
		s.Phase, s.Concluded, s.ConcludedAt = PhaseConcluded, b, at
	case *EmptyBody:
		s.Phase = endings[e.Kind]
	case *HandedOverBody, *TakenOverBody, *TurnedBackBody, *SeizedBody:
		s.move(e, content)
	default:
		s.foldBeside(e, content)
	}
}

// foldBeside folds what stands beside the route.
func (s *State) foldBeside(e *Event, content any) {
	switch content.(type) {
	case *FeeBody, *WaiverBody, *PaidBody, *SettledBody:
		s.foldMoney(e, content)
	case *MandateBody, *MandateAcceptedBody, *UndertakenBody, *HandedBackBody:
		s.foldAgency(e, content)
	case *JointBody, *SurveyBody, *SurveyHeldBody:
		s.foldTogether(e, content)
	case *SlipBody, *ArrivalBody:
		s.foldSlip(e, content)
	case *VisitedBody, *DeliberatedBody, *PartyHeardBody:
		s.foldFound(e, content)
	case *VoidedBody, *CorrectedBody, *ReopenedBody, *AdoptedBody:
		s.foldAmend(e, content)
	}
}

// endings is the phase that a case ends in.
var endings = map[Kind]Phase{
	Declined: PhaseDeclined, Returned: PhaseReturned, Withdrawn: PhaseWithdrawn, Terminated: PhaseTerminated,
	Archived: PhaseArchived,
}

func party(e *Event) *Party { p := e.Author; return &p }

func (s *State) open(e *Event, b *OpenedBody) {
	s.Number, s.Item, s.Phase = b.Number, b.Item, PhaseOpened
	s.Origin, s.Subject, s.Deliver = e.Author, b.Subject, b.Deliver
	s.Applicant, s.Agency, s.Mode = b.Applicant, b.Agency, b.Mode
	s.Choice, s.Bundle, s.Filing = b.Choice, b.Bundle, b.Filing
	s.Holder, s.Epoch = e.Author, e.Epoch
	s.AppliedArea, s.OpenedAt = b.Applied, e.DeskTime
	s.Route = []Leg{{Party: e.Author, Since: e.NodeTime}}
}

// lay puts lines on the checklist; a newer line replaces the older.
func (s *State) lay(center area.Center, lines []MaterialEntry) {
	if len(lines) == 0 {
		return
	}
	all, at := slices.Clone(s.Materials), maps.Clone(s.LaidAt)
	if at == nil {
		at = map[string]area.Center{}
	}
	for _, line := range lines {
		i := slices.IndexFunc(all, func(m MaterialEntry) bool { return m.ID == line.ID })
		if i < 0 {
			all = append(all, line)
		} else {
			all[i] = line
		}
		switch {
		case line.State != Missing && line.State != Later:
			at[line.ID] = center
		case at[line.ID] == center: // another that finds a paper wanting does not undo that it was laid
			delete(at, line.ID)
		}
	}
	s.Materials, s.LaidAt = all, at
}

// actions is the action that each kind of step event proves.
var actions = map[Kind]item.Action{
	Checked: item.Check, Reviewed: item.Review, Decided: item.Decide, Made: item.Make,
	Served: item.Serve, HandedOut: item.HandOut,
}

func (s *State) step(e *Event, b *StepBody) {
	switch e.Kind {
	case Served:
		s.ServedAt = e.DeskTime
	case HandedOut:
		s.HandedOut = e.DeskTime
	}
	if b.Proof != nil {
		s.signedFor(b.Proof)
		s.gave(e, b.Proof.Number)
	}
	if (e.Kind == Served || e.Kind == HandedOut) && s.Phase == PhaseDecided {
		s.Phase = PhaseServed
	}
	s.done(e, b.Step, actions[e.Kind], b.Passed, b.Opinion)
}

func (s *State) done(e *Event, step int, action item.Action, passed bool, text string) {
	s.Steps = append(slices.Clip(s.Steps), StepDone{
		Step: step, Action: action, Center: e.Author.Center, Staff: e.Staff,
		At: e.DeskTime, Passed: passed, Text: text,
	})
}

func (s *State) suspend(e *Event, b *SuspendedBody) {
	s.Intervals = append(slices.Clip(s.Intervals), Interval{
		Step: b.Step, Ground: b.Ground, From: e.DeskTime, Counts: b.Counts, Until: b.Until,
		Name: b.Name, Basis: b.Basis, Decider: b.Decider, Posting: b.Posting, Hearing: b.Hearing, By: e.Author,
	})
	if b.Posting != nil {
		s.gave(e, b.Posting.Number)
	}
}

func (s *State) resume(e *Event, b *ResumedBody) {
	i := len(s.Intervals) - 1
	if i < 0 {
		return
	}
	s.Intervals = slices.Clone(s.Intervals)
	open := &s.Intervals[i]
	open.To, open.Result = e.DeskTime, b.Result
	open.Objections, open.Held = b.Objections, b.Held
	action := item.Assess
	if open.Ground == PublicPosting {
		action = item.Posting
	}
	s.done(e, open.Step, action, true, b.Result)
	s.prove(b.Proof)
}

// signedFor takes the proof of a delivery in; nil: there is none any more. The
// picture of a signature stays when another proof takes the place of its own.
func (s *State) signedFor(p *Proof) {
	if was := s.Proof; was != nil && was.Signature != nil && (p == nil || p.Signature == nil || p.Signature.Hash != was.Signature.Hash) {
		s.prove(was.Signature)
	}
	s.Proof = p
}

func (s *State) prove(ref *BlobRef) {
	if ref != nil && ref.Hash != (chain.Hash{}) {
		s.Proofs = append(slices.Clip(s.Proofs), *ref)
	}
}

// stopWaiting ends the open interval: what was waited for came, or the case went
// on without it.
func (s *State) stopWaiting(at int64) {
	if s.Waiting() != nil {
		s.Intervals = slices.Clone(s.Intervals)
		s.Intervals[len(s.Intervals)-1].To = at
	}
}

// Waiting is the interval that is open now; nil when none is.
func (s *State) Waiting() *Interval {
	if i := len(s.Intervals) - 1; i >= 0 && s.Intervals[i].To == 0 {
		open := s.Intervals[i]
		return &open
	}
	return nil
}

// move folds the four events by which custody moves.
func (s *State) move(e *Event, content any) {
	switch b := content.(type) {
	case *HandedOverBody:
		s.Offer = &Offer{From: e.Author, To: b.To, Step: b.Step, Purpose: b.Purpose, At: e.NodeTime,
			Correct: b.Correct, Mended: s.Correction}
		s.Correction = nil
		return
	case *TakenOverBody:
		s.Holder = e.Author
		if s.Offer != nil {
			s.Correction = s.Offer.Correct
		}
	case *TurnedBackBody:
		if s.Offer != nil {
			s.Correction = s.Offer.Mended
		}
		s.Offer, s.Holder = nil, b.To
		return
	case *SeizedBody:
		s.Epoch, s.Holder = e.Epoch, e.Author
	}
	s.Offer = nil
	s.Route = slices.Clone(s.Route)
	if i := len(s.Route) - 1; i >= 0 {
		s.Route[i].Until = e.NodeTime
	}
	s.Route = append(s.Route, Leg{Party: e.Author, Since: e.NodeTime})
}

// Next is who alone may write the next event: the addressee while an offer is
// open, else the holder. A seizure stands beside it.
func (s *State) Next() Party {
	if s.Offer != nil {
		return s.Offer.To
	}
	return s.Holder
}
