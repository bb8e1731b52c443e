package casefile_test

import (
	"fmt"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// kinds are all kinds that a case can be led through without a seizure.
var kinds = []casefile.Kind{
	casefile.Opened, casefile.Received, casefile.Noticed, casefile.Supplemented, casefile.Accepted, casefile.Declined, casefile.Checked,
	casefile.Reviewed, casefile.Opinion, casefile.Suspended, casefile.Resumed, casefile.Extended, casefile.HandedOver, casefile.TakenOver,
	casefile.TurnedBack, casefile.Decided, casefile.Made, casefile.Served, casefile.HandedOut, casefile.Rated, casefile.Withdrawn,
	casefile.Terminated, casefile.RequestKept, casefile.Erased, casefile.Concluded, casefile.Archived,
	casefile.Returned, casefile.FeeCharged, casefile.FeeWaived, casefile.FeePaid, casefile.FeeSettled, casefile.Mandated,
	casefile.MandateAccepted, casefile.Undertaken, casefile.HandedBack, casefile.JointSet, casefile.SurveySet, casefile.SurveyHeld,
	casefile.PapersSent, casefile.PapersArrived, casefile.Visited, casefile.Deliberated, casefile.PartyHeard, casefile.Voided,
	casefile.Corrected, casefile.Reopened, casefile.Adopted,
}

// place is the step that an event of a kind is about: mostly the one whose turn
// it is.
func (l *life) place(kind casefile.Kind) int {
	switch kind {
	case casefile.Checked:
		return casetest.AidCheck
	case casefile.Reviewed:
		return casetest.AidReview
	case casefile.Decided:
		return casetest.AidDecide
	case casefile.HandedOut:
		return casetest.AidHandOut
	case casefile.Visited:
		return casetest.AidAssess
	}
	return -1
}

func (l *life) number(what string) string {
	if l.odd(4, "number known") && len(l.s.Documents) > 0 {
		return rapid.SampledFrom(l.s.Documents).Draw(l.t, "number").Number
	}
	return fmt.Sprintf("%s-%d", what, l.n)
}

func (l *life) flag(label string) bool { return rapid.Bool().Draw(l.t, label) }

func (l *life) center() area.Center { return rapid.SampledFrom(people).Draw(l.t, "center") }

func (l *life) blob() *casefile.BlobRef {
	if !l.flag("blob") {
		return nil
	}
	return &casefile.BlobRef{Hash: chain.Sum([]byte{byte(l.n)}), Size: int64(l.n)}
}

func (l *life) day() string { return casefile.Day(l.now.UnixMilli()) }

func (l *life) staff() []string {
	return rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"S-1", "S-2", "S-3"}), 1, 3, rapid.ID[string]).Draw(l.t, "staff")
}

// body draws what an event of a kind says: mostly something sound.
func (l *life) body(kind casefile.Kind, who area.Center) any {
	step := l.place(kind)
	if l.odd(4, "odd step") {
		step = rapid.IntRange(-2, 8).Draw(l.t, "step")
	}
	switch kind {
	case casefile.Opened:
		return casetest.Open(casetest.Aid, area.Code(casetest.Village), casetest.Village).Body
	case casefile.Received, casefile.Supplemented:
		state := rapid.SampledFrom([]casefile.MaterialState{casefile.OriginalSeen, casefile.Missing, casefile.Later}).Draw(l.t, "state")
		return casefile.ReceivedBody{Materials: []casefile.MaterialEntry{{ID: "form", State: state, Blob: l.blob()}}}
	case casefile.Noticed:
		return casefile.NoticedBody{Missing: []string{rapid.SampledFrom([]string{"form", "income"}).Draw(l.t, "missing")}, Number: l.number("N")}
	case casefile.Accepted:
		return casefile.AcceptedBody{Item: casetest.Aid, On: l.day(), Number: l.number("A"), Due: "2029-01-01"}
	case casefile.Declined, casefile.Returned, casefile.Withdrawn, casefile.Terminated:
		ground := rapid.SampledFrom([]casefile.EndGround{"", casefile.NotMended, casefile.Lapsed}).Draw(l.t, "ground")
		return casefile.ReasonBody{Reason: "because", Ground: ground, Number: l.number("E")}
	case casefile.Checked, casefile.Reviewed, casefile.Made:
		return casefile.StepBody{Step: step, Passed: !l.odd(2, "failed")}
	case casefile.Served, casefile.HandedOut:
		return casefile.StepBody{Step: step, Passed: true, Proof: &casefile.Proof{Manner: casefile.Collected, Number: l.number("S")}}
	case casefile.Opinion:
		return casefile.OpinionBody{Center: who, Text: "fine", Stance: casefile.Agrees}
	case casefile.Suspended:
		return l.wait(step)
	case casefile.Resumed:
		return casefile.ResumedBody{Result: "over", Proof: l.blob()}
	case casefile.Extended:
		return casefile.ExtendedBody{Days: rapid.IntRange(0, 10).Draw(l.t, "days"), Reason: "x", Approver: "S-9"}
	case casefile.HandedOver:
		return l.handOver()
	case casefile.TurnedBack:
		if l.s.Offer == nil {
			return casefile.TurnedBackBody{}
		}
		return casefile.TurnedBackBody{To: l.s.Offer.From, Reason: "x"}
	case casefile.Decided:
		return casefile.DecidedBody{Step: step, Approved: l.flag("approved"), Text: "x", Number: l.number("D")}
	case casefile.Rated:
		return casefile.RatedBody{Grade: rapid.IntRange(0, 6).Draw(l.t, "grade")}
	case casefile.RequestKept:
		return l.request()
	case casefile.Erased:
		return casefile.ErasedBody{Blobs: []chain.Hash{chain.Sum([]byte{byte(l.n - 1)})}, Reason: "x"}
	case casefile.Concluded:
		return casefile.ConcludedBody{Visits: rapid.IntRange(-1, 3).Draw(l.t, "visits")}
	case casefile.TakenOver, casefile.Archived:
		return nil
	}
	return l.beside(kind, who, step)
}

// beside draws what stands beside the route.
func (l *life) beside(kind casefile.Kind, who area.Center, step int) any {
	switch kind {
	case casefile.FeeCharged:
		return casefile.FeeBody{Number: l.number("F"), Name: "stamp", Amount: rapid.Int64Range(0, 900).Draw(l.t, "amount"), Basis: "x",
			OnBehalf: l.flag("on behalf"), Waits: l.flag("waits") && l.s.Phase == casefile.PhaseAccepted}
	case casefile.FeeWaived:
		return waiver(l.fee(), rapid.Int64Range(0, 900).Draw(l.t, "amount"))
	case casefile.FeePaid:
		return paid(l.fee(), l.due())
	case casefile.FeeSettled:
		return settled(l.fee(), rapid.Int64Range(0, 900).Draw(l.t, "amount"))
	case casefile.Mandated:
		m := mandate
		m.Letter = l.blob()
		return m
	case casefile.MandateAccepted:
		return casefile.MandateAcceptedBody{Number: l.number("M")}
	case casefile.Undertaken:
		return casefile.UndertakenBody{Number: l.number("U"), Unit: "x", Handler: "S-1"}
	case casefile.HandedBack:
		return handBack
	case casefile.JointSet:
		if len(l.s.Voices) > 0 && l.flag("remove") {
			return remove(rapid.SampledFrom(l.s.Voices).Draw(l.t, "voice").Center)
		}
		return joint(l.center())
	case casefile.SurveySet:
		return survey(l.number("V"), who)
	case casefile.SurveyHeld:
		return casefile.SurveyHeldBody{On: l.day(), Staff: l.staff(), Found: "x", Proof: l.blob()}
	case casefile.PapersSent:
		return slip(l.number("L"), l.center())
	case casefile.PapersArrived:
		if len(l.s.Slips) == 0 {
			return casefile.ArrivalBody{Slip: "L-1"}
		}
		return casefile.ArrivalBody{Slip: rapid.SampledFrom(l.s.Slips).Draw(l.t, "slip").Slip}
	case casefile.Visited:
		return casefile.VisitedBody{Step: step, Kind: "home", On: l.day(), Staff: l.staff(), Found: "x", Passed: l.flag("passed"), Proof: l.blob()}
	case casefile.Deliberated:
		return casefile.DeliberatedBody{Step: step, On: l.day(), Who: l.staff(), Result: "x", Passed: l.flag("passed"), Proof: l.blob()}
	case casefile.PartyHeard:
		return casefile.PartyHeardBody{Told: l.day(), Who: l.blob()}
	case casefile.Voided:
		number := l.number("none")
		if len(l.s.Documents) > 0 {
			number = rapid.SampledFrom(l.s.Documents).Draw(l.t, "document").Number
		}
		return casefile.VoidedBody{Number: number, Reason: "x"}
	case casefile.Corrected:
		return casefile.CorrectedBody{Number: l.number("C"), Of: l.number("none"), From: *text("x"), To: *text("y"), Reason: "z"}
	case casefile.Reopened:
		return casefile.ReopenedBody{Reason: "x", Basis: "x", Approver: "x", On: l.day(), Step: rapid.IntRange(-1, casetest.AidHandOut).Draw(l.t, "from")}
	case casefile.Adopted:
		ref := casetest.Aid
		ref.Version = item.Version(rapid.IntRange(1, 3).Draw(l.t, "version"))
		return casefile.AdoptedBody{Item: ref, Reason: "x"}
	}
	return nil
}

func (l *life) fee() string {
	if len(l.s.Fees) == 0 {
		return "F-0"
	}
	return rapid.SampledFrom(l.s.Fees).Draw(l.t, "fee").Number
}

// due is what is open on a fee, or any amount.
func (l *life) due() int64 {
	if n := len(l.s.Fees); n > 0 && l.flag("all of it") {
		return l.s.Fees[n-1].Open()
	}
	return rapid.Int64Range(-1, 900).Draw(l.t, "amount")
}

func (l *life) wait(step int) casefile.SuspendedBody {
	ground := rapid.SampledFrom([]casefile.Ground{casefile.PublicPosting, casefile.Hearing, casefile.Appraisal, casefile.Payment}).Draw(l.t, "ground")
	b := casefile.SuspendedBody{Step: step, Ground: ground}
	if ground == casefile.PublicPosting {
		b.Posting = posting()
		b.Posting.Number = l.number("P")
	}
	return b
}

func (l *life) handOver() casefile.HandedOverBody {
	b := casefile.HandedOverBody{To: casetest.First(l.center()), Step: -1}
	if l.odd(2, "for correction") {
		b.Correct = &casefile.Correction{Reason: "x", Materials: []string{"form"}}
	}
	return b
}

func (l *life) request() casefile.RequestBody {
	from := casetest.First(l.center())
	if silent := l.s.Silent(); len(silent) > 0 {
		from = casetest.First(silent[0])
	}
	mark := fmt.Sprint(l.n)
	var b casefile.RequestBody
	switch kind := rapid.SampledFrom([]string{casefile.OpinionRequest, casefile.RatingRequest, "reminder"}).Draw(l.t, "request"); kind {
	case casefile.OpinionRequest:
		stance := rapid.SampledFrom([]casefile.Stance{casefile.Agrees, casefile.Objects, "perhaps"}).Draw(l.t, "stance")
		b = l.realm.Opinion(from, l.s, mark, stance, l.now.UnixMilli())
	case casefile.RatingRequest:
		grade := wire.Encode(casefile.RatedBody{Grade: rapid.IntRange(0, 6).Draw(l.t, "grade")})
		b = l.realm.Request(from, l.s.ID, kind, mark, grade, l.now.UnixMilli())
	default:
		b = l.realm.Request(from, l.s.ID, kind, mark, nil, l.now.UnixMilli())
	}
	b.Late = l.s.Late()
	return b
}
