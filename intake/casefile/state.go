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
// the desk's time; custody (Offer, Route, Time) with the node's.
type State struct {
	ID        ID          `json:"id"`
	Number    string      `json:"number"`
	Item      item.Ref    `json:"item"` // as opened; from acceptance on as accepted
	Phase     Phase       `json:"phase"`
	Origin    Party       `json:"origin"` // who opened it
	Subject   area.Code   `json:"subject"`
	Deliver   area.Center `json:"deliver"`
	Applicant BlobRef     `json:"applicant"`
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
	ReceivedAt int64           `json:"received_at,omitempty"` // first time that papers were taken in
	Materials  []MaterialEntry `json:"materials,omitempty"`   // the newest line of each
	Notice     *NoticedBody    `json:"notice,omitempty"`
	NoticedAt  int64           `json:"noticed_at,omitempty"`
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
	Branches  []ReconciledBody `json:"reconciled,omitempty"`
}
