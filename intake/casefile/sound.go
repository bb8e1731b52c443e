package casefile

import (
	"cmp"
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
)

// sound checks what the body says, beyond custody.
func (c *claim) sound() error {
	if err := c.soundNumbers(); err != nil {
		return err
	}
	f := &form{e: c.e}
	switch b := c.content.(type) {
	case *OpenedBody:
		return c.soundOpened(b)
	case *ReceivedBody:
		c.soundPapers(f, b)
	case *NoticedBody:
		return c.soundNotice(b)
	case *AcceptedBody:
		return c.soundAccepted(b)
	case *ReasonBody:
		c.soundReason(f, b)
	case *StepBody, *DecidedBody, *OpinionBody, *OutsideBody, *ExtendedBody, *SuspendedBody, *ResumedBody:
		c.soundWork(f)
	case *RatedBody:
		f.hold(b.Grade >= 1 && b.Grade <= 5, "grade %d is not 1 to 5", b.Grade)
		among(f, "channel", b.Channel, false, "pc", "mobile", "qr", "tablet", "terminal", "phone", "message")
		f.name("request", b.Request, false)
	case *RequestBody:
		return c.soundRequest(b)
	case *ErasedBody:
		f.count("blobs erased", len(b.Blobs), 1, maxErased)
		f.text("reason", b.Reason, true)
	case *HandedOverBody:
		f.hold(b.Step >= -1 && b.Step <= len(c.it.Steps), "the item has no step %d", b.Step)
		f.text("purpose", b.Purpose, false)
		c.soundCorrection(f, b)
	case *TurnedBackBody:
		f.text("reason", b.Reason, true)
	case *ReconciledBody:
		f.text("reason", b.Reason, false)
		f.count("branches", len(c.s.Branches), 0, maxList-1)
		f.names("numbers given in the branch", b.Numbers, 0)
		f.hold(b.Adopted || len(b.Numbers) == 0, "what is set aside gave nothing that stands")
	case *ConcludedBody:
		f.text("note", b.Note, false)
		f.count("visits", b.Visits, 0, 1000)
	case *EmptyBody:
		f.text("note", b.Note, false)
	default:
		return c.soundBeside(f)
	}
	return f.err
}

// soundWork checks what is said of the handling.
func (c *claim) soundWork(f *form) {
	switch b := c.content.(type) {
	case *StepBody:
		f.text("opinion", b.Opinion, false)
		f.name("to whom", b.To, false)
		c.soundProof(f, b)
	case *DecidedBody:
		f.text("decision", b.Text, false)
		f.name("number", b.Number, false)
		f.text("result", b.Result, false)
		f.text("remedy", b.Remedy, false)
		soundCertificate(f, b.Certificate)
	case *OpinionBody:
		f.name("request", b.Request, false)
		f.name("center", string(b.Center), false)
		f.text("opinion", b.Text, false)
		among(f, "stance", b.Stance, false, Agrees, Objects, Provided)
	case *OutsideBody:
		f.name("number of the other system", b.Number, false)
		f.day("sent", b.Sent, false)
		f.day("came", b.Came, false)
		f.text("result", b.Result, false)
		f.blob("proof", &b.Proof)
		f.count("proofs", len(c.s.Proofs), 0, maxProofs)
	case *ExtendedBody:
		f.count("days of the extension", b.Days, 1, maxDays)
		f.text("reason", b.Reason, true)
		f.name("who approved it", b.Approver, true)
	case *SuspendedBody:
		f.count("waits", len(c.s.Intervals), 0, maxList-1)
		soundWait(f, b)
	case *ResumedBody:
		c.soundEndOfWait(f, b)
	}
}

// soundBeside checks what stands beside the route.
func (c *claim) soundBeside(f *form) error {
	switch b := c.content.(type) {
	case *FeeBody, *WaiverBody, *PaidBody, *SettledBody:
		c.soundMoney(f)
	case *MandateBody, *MandateAcceptedBody, *UndertakenBody, *HandedBackBody:
		c.soundAgency(f)
	case *JointBody, *SurveyBody, *SurveyHeldBody:
		c.soundTogether(f)
	case *SlipBody, *ArrivalBody:
		c.soundSlip(f)
	case *VisitedBody, *DeliberatedBody, *PartyHeardBody:
		soundFound(f, c.content)
	case *VoidedBody, *CorrectedBody, *ReopenedBody:
		c.soundAmended(f)
	case *AdoptedBody:
		return c.soundAdopted(f, b)
	}
	return f.err
}

func (c *claim) soundOpened(b *OpenedBody) error {
	bad := func(format string, args ...any) error { return refuse(refusal.Malformed, c.e, format, args...) }
	f := &form{e: c.e}
	f.name("number of the case", b.Number, true)
	f.blob("applicant", &b.Applicant)
	if f.err != nil {
		return f.err
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
	if err := c.soundFiling(b); err != nil {
		return err
	}
	return c.soundBundle(b)
}

// soundFiling holds what the national tables count by against its vocabulary.
func (c *claim) soundFiling(b *OpenedBody) error {
	f, from := &form{e: c.e}, &b.Filing
	among(f, "mode", b.Mode, false, item.Online, item.ReceivedElsewhere, item.SeveralPlaces)
	among(f, "kind", from.Kind, false, item.Immediate, item.Promised)
	among(f, "way", from.Way, false, item.AtWindow, item.OnPC, item.OnMobile, item.ByCourier, item.OtherWay)
	among(f, "delegation", from.Delegation, false, item.Entrusted, item.Authorized, item.Agency)
	among(f, "applicant kind", from.Applicant, false, item.NaturalPerson, item.Enterprise, item.PublicInstitution,
		item.SocialOrg, item.StateOrgan, item.OtherOrg, item.Unincorporated)
	among(f, "agent", from.Agent, false, ByLetter, Guardian, LegalRepresentative)
	among(f, "manner of delivery", from.Deliver, false, manners...)
	f.name("project", from.Project, false)
	f.bytes("visit", from.Visit, false, 128)
	if from.Renews != nil {
		f.name("number of the permit", from.Renews.Certificate, true)
		f.day("last day of the permit", from.Renews.Expires, true)
	}
	if from.Agreement != "" {
		f.name("agreement", from.Agreement, true)
		_, ok := c.agreement(from.Agreement, c.e.Author.Center)
		f.hold(ok, "no agreement %.200q covers this item of %s where it is received at %s", from.Agreement, c.subject, c.e.Author.Center)
	}
	f.former(from.Former)
	f.hold(from.Secret == "" || isHash(from.Secret), "the query password is kept as its hash only")
	if from.Site != "" {
		f.center("site", from.Site)
		f.hold(from.Site != c.e.Author.Center && from.Site.Area().Under(c.e.Author.Center.Area()),
			"%.40q is no other site of %s", string(from.Site), c.e.Author.Center)
	}
	return f.err
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
	f := &form{e: c.e}
	f.name("number", b.Number, false)
	f.hold(b.On <= c.today(), "the clocks begin on %s, which has not come", b.On)
	f.day("promised day", b.Due, false)
	f.inOrder("acceptance and promised day", b.On, b.Due)
	return cmp.Or(f.err, c.soundChoice(b.Choice))
}

// soundPapers: every line says what it is and in what form it is there; what
// comes from an earlier case comes with the applicant's consent.
func (c *claim) soundPapers(f *form, b *ReceivedBody) {
	f.count("lines of the checklist", len(b.Materials), 0, maxList)
	for _, m := range b.Materials {
		f.name("material", m.ID, true)
		f.hold(len(c.s.Materials) < maxList || c.isMaterial(m.ID), "%.80q is one material too many", m.ID)
		f.day("until when", m.By, false)
		among(f, "state of "+clip(m.ID), m.State, true,
			Missing, OriginalSeen, Copy, Electronic, Exempted, Committed, Later, NotNeeded)
		f.blob("the scan of "+clip(m.ID), m.Blob)
		f.text("note", m.Note, false)
		f.count("originals", m.Originals, 0, 10_000)
		f.count("copies", m.Copies, 0, 10_000)
		if m.Carried == nil {
			continue
		}
		_, _, err := m.Carried.Case.Parse()
		f.hold(err == nil && m.Carried.Case != c.s.ID, "%.80q is no earlier case", string(m.Carried.Case))
		f.name("material of the earlier case", m.Carried.Material, true)
		among(f, "consent to carry it over", m.Carried.Consent, true, "signed", "spoken")
	}
}

// soundNotice: nothing that a center below sent up is asked of the applicant
// again.
func (c *claim) soundNotice(b *NoticedBody) error {
	f := &form{e: c.e}
	f.names("what is missing", b.Missing, 1)
	f.text("what the notice says", b.Text, false)
	f.name("number", b.Number, false)
	if f.err != nil {
		return f.err
	}
	for _, m := range c.s.Materials {
		at := c.s.LaidAt[m.ID]
		if at != "" && at != c.e.Author.Center && slices.Contains(b.Missing, m.ID) {
			return refuse(AskedAgain, c.e, "%.80q was laid before %s: the applicant is not asked for it again", m.ID, at)
		}
	}
	return nil
}

// soundReason: each ending has its grounds.
func (c *claim) soundReason(f *form, b *ReasonBody) {
	f.hold(b.Reason != "", "without a reason")
	f.text("reason", b.Reason, true)
	f.text("remedy", b.Remedy, false)
	f.name("number", b.Number, false)
	among(f, "ground", b.Ground, false, endGrounds[c.e.Kind]...)
	f.hold(b.Ground != NotOurs || b.Whose != "", "whose it is has to be said")
	f.hold(b.Ground == NotOurs || b.Whose == "", "whose it is, is said of what is not ours only")
	f.name("whose it is", b.Whose, false)
}

// endGrounds are the grounds that fit each ending.
var endGrounds = map[Kind][]EndGround{
	Declined:   {NoneNeeded, NotOurs, NotMet, NotMended},
	Returned:   {NotMet, NotMended, AtRequest, Lapsed, Impossible},
	Withdrawn:  {AtRequest, Lapsed, NotMended},
	Terminated: {Revoked, Impossible, Lapsed, NotMended, AtRequest},
}

func soundCertificate(f *form, b *Certificate) {
	if b == nil {
		return
	}
	f.name("name of the certificate", b.Name, true)
	f.name("number of the certificate", b.Number, false)
	f.name("issuer", b.Issuer, false)
	f.name("code of the issuer", b.IssuerCode, false)
	f.day("valid from", b.From, false)
	f.day("valid to", b.To, false)
	f.inOrder("validity", b.From, b.To)
}

// soundRequest: it is the asker's own word, about this case.
func (c *claim) soundRequest(b *RequestBody) error {
	if late := c.s.Late(); b.Late != late {
		return refuse(refusal.Malformed, c.e, "a request is late exactly when the case is decided or ended")
	}
	r, err := OpenRequest(b.Sealed, c.asker)
	if err != nil {
		return refuse(refusal.Malformed, c.e, "the request: %w", err)
	}
	if r.ID != b.ID || r.Case != c.s.ID {
		return refuse(refusal.Malformed, c.e, "it records request %.128q of case %.80q", r.ID, string(r.Case))
	}
	if c.s.askedBy(r.From.Center) >= maxAsked {
		return refuse(refusal.TooLarge, c.e, "%d requests of %s are in the log, which is all that one center may write into it", maxAsked, r.From.Center)
	}
	if b.Late || r.Kind != OpinionRequest || c.s.voice(r.From.Center) < 0 {
		return nil
	}
	return c.soundSaid(r)
}

// isHash reports whether s is a SHA-256 in lower-case hex.
func isHash(s string) bool {
	for _, r := range s {
		if (r < '0' || r > '9') && (r < 'a' || r > 'f') {
			return false
		}
	}
	return len(s) == 64
}

// clip shortens what a stranger wrote for a message.
func clip(s string) string { return s[:min(len(s), 80)] }
