package casefile

import (
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

// VoidedBody takes back a document that was sent (文书作废).
type VoidedBody struct {
	Number  string `cbor:"1,keyasint" json:"number"`
	Reason  string `cbor:"2,keyasint" json:"reason"`
	Instead string `cbor:"3,keyasint,omitempty" json:"instead,omitempty"` // number of what takes its place
}

// CorrectedBody corrects a slip of the pen in a document after the decision
// (更正); what was decided stays. The words lie outside the log: mostly it is a
// name that is corrected.
type CorrectedBody struct {
	Number string  `cbor:"1,keyasint" json:"number"` // of the correction
	Of     string  `cbor:"2,keyasint" json:"of"`     // of the document
	From   BlobRef `cbor:"3,keyasint" json:"from"`   // text
	To     BlobRef `cbor:"4,keyasint" json:"to"`     // text
	Reason string  `cbor:"5,keyasint" json:"reason"`
}

// ReopenedBody takes a decided, served or concluded case up again (重新办理): the
// decision is set aside, the clocks begin anew.
type ReopenedBody struct {
	Reason   string `cbor:"1,keyasint" json:"reason"`
	Basis    string `cbor:"2,keyasint" json:"basis"` // the ruling or law
	Approver string `cbor:"3,keyasint" json:"approver"`
	On       string `cbor:"4,keyasint" json:"on"`   // the new day 0, YYYY-MM-DD
	Step     int    `cbor:"5,keyasint" json:"step"` // from which step on it is done again; -1: the decision alone
}

// AdoptedBody pins a newer version in an open case because it is better for the
// applicant (立法法 104).
type AdoptedBody struct {
	Item   item.Ref `cbor:"1,keyasint" json:"item"`
	Choice *Choice  `cbor:"2,keyasint,omitempty" json:"choice,omitempty"`
	Reason string   `cbor:"3,keyasint" json:"reason"`
}

// gave notes a number that the case gave out; "" is none.
func (s *State) gave(e *Event, number string) {
	if number == "" || s.Gave(number) {
		return
	}
	s.Documents = append(slices.Clip(s.Documents), Document{number, e.Kind, e.Author.Center, e.DeskTime})
}

// IsVoid reports whether the document of that number was taken back.
func (s *State) IsVoid(number string) bool {
	return slices.ContainsFunc(s.Void, func(v VoidedBody) bool { return v.Number == number })
}

func (s *State) foldAmend(e *Event, content any) {
	switch b := content.(type) {
	case *VoidedBody:
		s.Void = append(slices.Clip(s.Void), *b)
		s.reckon(b.Number, e.DeskTime, func(f *Fee) { f.Void = true })
	case *CorrectedBody:
		s.Corrected = append(slices.Clip(s.Corrected), *b)
		s.gave(e, b.Number)
	case *ReopenedBody:
		s.reopen(b)
		s.ReopenedAt = e.DeskTime
	case *AdoptedBody:
		s.Item, s.Choice = b.Item, b.Choice // a choice speaks of one version's steps and materials
	}
}

// reopen sets the decision aside, with all that followed from it, and begins the
// clocks anew. The rating stays: what the applicant said was said.
func (s *State) reopen(b *ReopenedBody) {
	s.Reopened = append(slices.Clip(s.Reopened), *b)
	if s.Decision != nil {
		s.SetAside = append(slices.Clip(s.SetAside), *s.Decision)
	}
	s.Decision, s.DecidedBy, s.DecidedAt, s.ConcludedArea = nil, nil, 0, ""
	s.ServedAt, s.HandedOut = 0, 0
	s.signedFor(nil)
	s.Concluded, s.ConcludedAt = nil, 0
	s.Phase, s.AcceptedOn, s.Deemed, s.Extended, s.Told = PhaseAccepted, b.On, false, 0, ""
	s.Steps = undone(s.Steps, b.Step)
}

// undone leaves out the decision and what followed from it, and every step from
// step on (-1: no other). A decision that came from outside has to come again.
func undone(steps []StepDone, step int) []StepDone {
	followed := []item.Action{item.Decide, item.Make, item.Serve, item.HandOut}
	var again []int
	for _, done := range steps {
		if done.Step >= 0 && slices.Contains(followed, done.Action) {
			again = append(again, done.Step)
		}
	}
	var kept []StepDone
	for _, done := range steps {
		if slices.Contains(followed, done.Action) || slices.Contains(again, done.Step) || step >= 0 && done.Step >= step {
			continue
		}
		kept = append(kept, done)
	}
	return kept
}

// mayVoid: whoever gave a document takes it back, or whoever decides.
func (c *claim) mayVoid() bool {
	number := c.content.(*VoidedBody).Number
	gave := func(d Document) bool { return d.Number == number && d.Center == c.e.Author.Center }
	return slices.ContainsFunc(c.s.Documents, gave) || c.mayAmend()
}

// voidable is the newest document that a center could take back; "" when it
// gave none.
func (s *State) voidable(center area.Center) string {
	for _, d := range slices.Backward(s.Documents) {
		if d.Center == center && !s.IsVoid(d.Number) {
			return d.Number
		}
	}
	return ""
}

func (c *claim) amendInOrder() error {
	order := func(format string, args ...any) error { return refuse(StepOrder, c.e, format, args...) }
	stands := func(d Document) bool { return !c.s.IsVoid(d.Number) }
	switch {
	case c.e.Kind == Voided && !slices.ContainsFunc(c.s.Documents, stands):
		return order("the case gave out no document that could be taken back")
	case c.e.Kind == Corrected && c.s.Decision == nil:
		return order("nothing was decided: what was not is done again, not corrected")
	case c.e.Kind == Reopened && c.s.Decision == nil:
		return order("there is no decision that could be set aside")
	}
	return nil
}

func (c *claim) soundAmended(f *form) {
	switch b := c.content.(type) {
	case *VoidedBody:
		f.hold(c.s.Gave(b.Number), "the case gave out no document %.80q", b.Number)
		f.hold(!c.s.IsVoid(b.Number), "document %.80q was taken back", b.Number)
		f.text("reason", b.Reason, true)
		f.name("what takes its place", b.Instead, false)
		f.hold(b.Instead != b.Number, "nothing takes its own place")
		if i := c.s.slip(b.Number); i >= 0 {
			f.hold(c.s.Slips[i].Arrived == nil, "the papers of slip %.80q have arrived", b.Number)
		}
		if fee := c.s.fee(b.Number); fee != nil {
			f.hold(fee.Paid == 0, "%d fen were paid on it", fee.Paid)
		}
	case *CorrectedBody:
		f.name("number of the correction", b.Number, true)
		f.hold(c.s.Gave(b.Of), "the case gave out no document %.80q", b.Of)
		f.hold(!c.s.IsVoid(b.Of), "document %.80q was taken back", b.Of)
		f.words("what stands there", &b.From, true)
		f.words("what should stand there", &b.To, true)
		f.text("reason", b.Reason, true)
		f.count("corrections", len(c.s.Corrected), 0, maxList-1)
	case *ReopenedBody:
		c.soundReopened(f, b)
	}
}

func (c *claim) soundReopened(f *form, b *ReopenedBody) {
	f.text("reason", b.Reason, true)
	f.text("basis", b.Basis, true)
	f.name("who approved it", b.Approver, true)
	f.day("new day 0", b.On, true)
	f.hold(b.On <= c.today(), "the clocks begin anew on %s, which has not come", b.On)
	f.hold(b.On >= c.s.AcceptedOn, "the clocks began on %s, they do not begin anew before that", c.s.AcceptedOn)
	decide := slices.IndexFunc(c.it.Steps, func(s item.Step) bool { return s.Action == item.Decide })
	f.hold(b.Step >= -1 && b.Step < len(c.it.Steps) && (decide < 0 || b.Step <= decide),
		"step %d is none that leads to the decision", b.Step)
}

// soundAdopted: a newer version of the same item, of which the law or its
// author says that open cases may have it. What is done stays done: so it has to
// be the same in both.
func (c *claim) soundAdopted(f *form, b *AdoptedBody) error {
	old := c.s.Item
	f.text("reason", b.Reason, true)
	f.hold(b.Item.Code == old.Code && b.Item.Area == old.Area && b.Item.Version > old.Version,
		"version %d of %s is no newer one of %s", b.Item.Version, b.Item.Code, old.Code)
	f.hold(c.it.OpenCases == item.FavourableOpen, "the new version does not apply to open cases")
	was, ok := c.reg.Item(old)
	f.hold(ok, "no version %d of item %s for %s", old.Version, old.Code, old.Area)
	if f.err != nil {
		return f.err
	}
	same := func(step int) bool {
		if step < 0 {
			return true
		}
		if step >= len(was.Steps) || step >= len(c.it.Steps) {
			return false
		}
		a, b := was.Steps[step], c.it.Steps[step]
		return a.Action == b.Action && a.Level == b.Level && a.Outside == b.Outside
	}
	for _, done := range c.s.Steps {
		f.hold(same(done.Step), "step %d, which is done, is another one in version %d", done.Step, b.Item.Version)
	}
	for _, wait := range c.s.Intervals {
		f.hold(same(wait.Step), "step %d, at which the case waited, is another one in version %d", wait.Step, b.Item.Version)
	}
	if f.err != nil {
		return f.err
	}
	return c.soundChoice(b.Choice)
}
