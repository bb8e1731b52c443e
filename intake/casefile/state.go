package casefile

import (
	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
)

// Phase is where a case stands between the counter and the archive.
type Phase string

// The phases.
const (
	PhaseOpened     Phase = "opened"    // taken in, papers not yet complete
	PhaseNoticed    Phase = "noticed"   // the applicant was told what is missing
	PhaseAccepted   Phase = "accepted"  // the clocks run
	PhaseDecided    Phase = "decided"   // the decision stands
	PhaseServed     Phase = "served"    // the applicant has it
	PhaseDeclined   Phase = "declined"  // 不予受理
	PhaseWithdrawn  Phase = "withdrawn" // 撤回
	PhaseTerminated Phase = "terminated"
	PhaseReturned   Phase = "returned"  // 退件
	PhaseConcluded  Phase = "concluded" // 办结
	PhaseArchived   Phase = "archived"
)

// Offer is a hand-over that waits for its answer.
type Offer struct {
	From    Party  `json:"from"`
	To      Party  `json:"to"`
	Step    int    `json:"step"`
	Purpose string `json:"purpose,omitempty"`
	At      int64  `json:"at"` // node time, Unix milliseconds

	Correct *Correction `json:"correct,omitempty"`   // it is sent back down for correction
	Mended  *Correction `json:"corrected,omitempty"` // what From had to put right; its again if the case is turned back
}

// Interval is a span in which a clock stands still, or is said not to.
type Interval struct {
	Step   int    `json:"step"`
	Ground Ground `json:"ground"`
	From   int64  `json:"from"`         // Unix milliseconds
	To     int64  `json:"to,omitempty"` // 0: still open
	Counts bool   `json:"counts,omitempty"`
	Until  string `json:"until,omitempty"`
	Result string `json:"result,omitempty"`

	Name       string        `json:"name,omitempty"`  // 特别程序种类名称
	Basis      string        `json:"basis,omitempty"` // 启动理由或依据
	Decider    string        `json:"decider,omitempty"`
	Posting    *PostingTerms `json:"posting,omitempty"`
	Hearing    *HearingTerms `json:"hearing,omitempty"`
	Objections []Objection   `json:"objections,omitempty"`
	Held       string        `json:"held,omitempty"` // the hearing
	Fee        string        `json:"fee,omitempty"`  // Payment: number of the notice that is waited for
	By         Party         `json:"by,omitzero"`    // who began it, by whose desk From stands
}

// StepDone is a finished step of the route.
type StepDone struct {
	Step   int         `json:"step"`
	Action item.Action `json:"action"`
	Center area.Center `json:"center"`
	Staff  string      `json:"staff"`
	At     int64       `json:"at"`
	Passed bool        `json:"passed"`
	Text   string      `json:"text,omitempty"`
}

// Document is a number that the case gave to something on paper: a notice, a
// decision, a receipt, a slip.
type Document struct {
	Number string      `json:"number"`
	Kind   Kind        `json:"kind"` // of the event that gave it
	Center area.Center `json:"center"`
	At     int64       `json:"at"` // desk time
}

// Leg is a stay of the case at one center.
type Leg struct {
	Party Party `json:"party"`
	Since int64 `json:"since"`           // taken over, opened or seized
	Until int64 `json:"until,omitempty"` // handed over; 0: still there
}

// State is what a log folds to. Nobody keeps any of it anywhere else. It is a
// value: Apply returns a new one and leaves the old one as it was, so states
// may be shared; nobody writes into its slices.
//
// Times are Unix milliseconds. What happened at the counter (opened, received,
// noticed, accepted, decided, served, the steps and the intervals) stands with
// the desk's time; custody (Offer, Route, Time) with the node's. The two are
// never held against each other to tell who did something, for a desk may be
// ahead of the nodes by some minutes: who it was stands beside the time.
type State struct {
	ID        ID          `json:"id"`
	Number    string      `json:"number"`
	Item      item.Ref    `json:"item"` // as opened; from acceptance on as accepted
	Phase     Phase       `json:"phase"`
	Origin    Party       `json:"origin"` // who opened it
	Subject   area.Code   `json:"subject"`
	Deliver   area.Center `json:"deliver"`
	Applicant BlobRef     `json:"applicant"`
	Filing    Filing      `json:"filing"`
	Agency    bool        `json:"agency,omitempty"`
	Mode      item.Mode   `json:"mode,omitempty"`
	Choice    *Choice     `json:"choice,omitempty"` // the situation in force, of the version that Item names
	Bundle    *BundleLink `json:"bundle,omitempty"` // the bundle that it was opened as a part of

	// Custody.
	Holder Party      `json:"holder"` // the last custodian; still answerable while an offer is open
	Offer  *Offer     `json:"offer,omitempty"`
	Epoch  Epoch      `json:"epoch"`
	Head   chain.Head `json:"head"`
	Last   Kind       `json:"last"`
	Time   int64      `json:"time"`  // node time of the last event
	Index  uint64     `json:"index"` // the Register index that the last event cites; along a log it never falls

	// The three area codes of GB/T 39046, once known.
	AppliedArea   area.Code `json:"applied_area,omitempty"`
	AcceptedArea  area.Code `json:"accepted_area,omitempty"`
	ConcludedArea area.Code `json:"concluded_area,omitempty"`

	// The counter.
	OpenedAt   int64           `json:"opened_at"`
	ReceivedAt int64           `json:"received_at,omitempty"` // first time that papers were taken in, by the desk of ReceivedBy
	ReceivedBy *Party          `json:"received_by,omitempty"`
	Materials  []MaterialEntry `json:"materials,omitempty"` // the newest line of each
	Notice     *NoticedBody    `json:"notice,omitempty"`
	NoticedAt  int64           `json:"noticed_at,omitempty"` // by the desk of NoticedBy
	NoticedBy  *Party          `json:"noticed_by,omitempty"`
	AcceptedOn string          `json:"accepted_on,omitempty"` // day 0
	AcceptedBy *Party          `json:"accepted_by,omitempty"`
	AcceptedAt int64           `json:"accepted_at,omitempty"`
	Deemed     bool            `json:"deemed,omitempty"`

	// Handling.
	Steps     []StepDone       `json:"steps,omitempty"`
	Intervals []Interval       `json:"intervals,omitempty"`
	Extended  int              `json:"extended,omitempty"` // working days
	Decision  *DecidedBody     `json:"decision,omitempty"`
	DecidedBy *Party           `json:"decided_by,omitempty"`
	DecidedAt int64            `json:"decided_at,omitempty"`
	ServedAt  int64            `json:"served_at,omitempty"`
	HandedOut int64            `json:"handed_out_at,omitempty"`
	Ended     *ReasonBody      `json:"ended,omitempty"` // declined, withdrawn, terminated
	Grade     int              `json:"grade,omitempty"`
	Proofs    []BlobRef        `json:"proofs,omitempty"` // of outside steps and special procedures
	Route     []Leg            `json:"route,omitempty"`
	Requests  []string         `json:"requests,omitempty"` // ids of those recorded
	Erased    []chain.Hash     `json:"erased,omitempty"`
	Named     int              `json:"named,omitempty"` // how many references to content the log ever made
	Branches  []ReconciledBody `json:"reconciled,omitempty"`

	// What stands beside the route.
	LaidAt      map[string]area.Center `json:"laid_at,omitempty"`    // at which center each paper was laid the last time; one that was found wanting since was laid there all the same
	Documents   []Document             `json:"documents,omitempty"`  // every number given, in order
	Told        string                 `json:"told,omitempty"`       // the promised day as it was told at acceptance
	Correction  *Correction            `json:"correction,omitempty"` // what the holder is to put right before the case goes up again
	Fees        []Fee                  `json:"fees,omitempty"`
	Mandate     *Mandate               `json:"mandate,omitempty"`
	Voices      []Voice                `json:"voices,omitempty"` // the participants of a joint case
	Surveys     []Survey               `json:"surveys,omitempty"`
	Slips       []Slip                 `json:"slips,omitempty"`
	Visited     []VisitedBody          `json:"visited,omitempty"`
	Deliberated []DeliberatedBody      `json:"deliberated,omitempty"`
	Heard       []PartyHeardBody       `json:"heard,omitempty"`
	Void        []VoidedBody           `json:"voided,omitempty"`
	Corrected   []CorrectedBody        `json:"corrected,omitempty"`
	Reopened    []ReopenedBody         `json:"reopened,omitempty"`
	ReopenedAt  int64                  `json:"reopened_at,omitempty"` // the last time
	SetAside    []DecidedBody          `json:"set_aside,omitempty"`   // decisions that a reopening undid
	EndedAs     Kind                   `json:"ended_as,omitempty"`    // declined, returned, withdrawn, terminated
	EndedAt     int64                  `json:"ended_at,omitempty"`    // and when
	Proof       *Proof                 `json:"proof,omitempty"`       // of service, or of handing out
	Concluded   *ConcludedBody         `json:"concluded,omitempty"`
	ConcludedAt int64                  `json:"concluded_at,omitempty"`
}

// Outcome is what a case came to.
type Outcome string

// The outcomes; "" while it is open. Declined and Rejected make a declined case
// (退办件).
const (
	OutcomeGranted         Outcome = "granted"          // 准予, and whatever else favours the applicant
	OutcomeRejected        Outcome = "rejected"         // 不予批准
	OutcomeDeclined        Outcome = "declined"         // 不予受理
	OutcomeReturned        Outcome = "returned"         // 退回
	OutcomeWithdrawn       Outcome = "withdrawn"        // 撤回
	OutcomeDeemedWithdrawn Outcome = "deemed_withdrawn" // 视为撤回
	OutcomeTerminated      Outcome = "terminated"       // 终止
)

// Outcome is what the case has come to by now. A case is concluded (办结) with
// one of them.
func (s *State) Outcome() Outcome {
	switch {
	case s.Decision != nil && s.Decision.Approved:
		return OutcomeGranted
	case s.Decision != nil:
		return OutcomeRejected
	case s.Ended == nil:
		return ""
	case s.EndedAs == Withdrawn && s.Ended.Ground == Lapsed:
		return OutcomeDeemedWithdrawn
	}
	return map[Kind]Outcome{
		Declined: OutcomeDeclined, Returned: OutcomeReturned, Withdrawn: OutcomeWithdrawn, Terminated: OutcomeTerminated,
	}[s.EndedAs]
}
