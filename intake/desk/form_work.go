package desk

import (
	"tongban/catalog/area"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// SuspendForm starts a wait.
type SuspendForm struct {
	Step    *int            `json:"step,omitempty"`   // nil: the next posting or assessment; -1: a special procedure that is no step
	Ground  casefile.Ground `json:"ground,omitempty"` // "": by the step
	Until   workday.Date    `json:"until,omitempty"`  // "": the posting's last day, else by the step's limit
	Counts  bool            `json:"counts,omitempty"` // only where it is no step; a step says itself
	Note    string          `json:"note,omitempty"`
	Decider string          `json:"decider,omitempty"`
	Basis   string          `json:"basis,omitempty"` // 启动理由或依据
	Name    string          `json:"name,omitempty"`  // of the procedure, where the ground alone does not say

	Posting *PostingForm `json:"posting,omitempty"` // of a public posting; nil: at this center, until the wait's last day
	Hearing *HearingForm `json:"hearing,omitempty"` // of a hearing
}

// PostingForm is a public posting (公示).
type PostingForm struct {
	Place string       `json:"place,omitempty"` // "": this center
	From  workday.Date `json:"from,omitempty"`  // "": today
	To    workday.Date `json:"to,omitempty"`    // its last day; "": the wait's
	Text  string       `json:"text,omitempty"`  // what is posted; "": written by the desk. The applicant is masked in both
}

// HearingForm is a hearing (行政许可法 46 to 48).
type HearingForm struct {
	Told   workday.Date `json:"told"`             // when the right to one was told
	Asked  workday.Date `json:"asked,omitempty"`  // when it was asked for; "": the office holds it by itself
	On     workday.Date `json:"on,omitempty"`     // the day set for it
	Place  string       `json:"place,omitempty"`  //
	Notice workday.Date `json:"notice,omitempty"` // when time and place were told
}

// ResumeForm ends the wait.
type ResumeForm struct {
	Result     string          `json:"result"`
	Proof      []byte          `json:"proof,omitempty"`
	Objections []ObjectionForm `json:"objections,omitempty"` // to a posting
	Held       workday.Date    `json:"held,omitempty"`       // of a hearing: the day; "": it was not held
	Early      string          `json:"early,omitempty"`      // why a posting ends before its last day; without a reason it does not
}

// ObjectionForm is one objection to a posting.
type ObjectionForm struct {
	On     workday.Date `json:"on,omitempty"` // "": today
	Text   string       `json:"text"`         // without names: it goes into the log
	Upheld bool         `json:"upheld,omitempty"`
	Answer string       `json:"answer,omitempty"`
	Who    string       `json:"who,omitempty"` // kept outside the log
}

// HandOverForm sends a case on.
type HandOverForm struct {
	To      area.Center `json:"to,omitempty"` // "": by the route
	Purpose string      `json:"purpose,omitempty"`
}

// SendBackForm sends a case back down for correction (退回补正).
type SendBackForm struct {
	To        area.Center  `json:"to,omitempty"` // "": who sent it here; else one that had it before
	Reason    string       `json:"reason"`
	Materials []string     `json:"materials,omitempty"` // ids of those at fault
	By        workday.Date `json:"by,omitempty"`        // until when
}

// DecideForm is the decision.
type DecideForm struct {
	Step     *int   `json:"step,omitempty"`
	Rejected bool   `json:"rejected,omitempty"`
	Text     string `json:"text,omitempty"`   // the reason, when rejected
	Result   string `json:"result,omitempty"` // the document issued; "": the item's
	Remedy   string `json:"remedy,omitempty"` // "": the usual words

	// Certificate is what a decision in favour issues. What it leaves empty is
	// the item's: the name of its one result document, the authority and the
	// authority's code. nil: as the item says, without a number.
	Certificate *CertificateForm `json:"certificate,omitempty"`
}

// CertificateForm is the document that a decision issues.
type CertificateForm struct {
	Name       string       `json:"name,omitempty"`
	Number     string       `json:"number,omitempty"`
	From       workday.Date `json:"from,omitempty"` // valid from
	To         workday.Date `json:"to,omitempty"`   // "": for good
	Issuer     string       `json:"issuer,omitempty"`
	IssuerCode string       `json:"issuer_code,omitempty"` // unified social credit code
	Electronic bool         `json:"electronic,omitempty"`
	Again      bool         `json:"again,omitempty"` // the same one as the case issued before it was reopened, under its number
}

// DeliverForm serves or hands out.
type DeliverForm struct {
	To   string `json:"to,omitempty"`   // "applicant" (also ""), "agent", "post"
	Note string `json:"note,omitempty"` // where it was refused: the witnesses

	Manner  casefile.Manner  `json:"manner,omitempty"`  // "": by post where it is to "post", else as the applicant wished, else at the counter
	Signed  casefile.Signing `json:"signed,omitempty"`  // how it was signed for: "signature" and "thumbprint" on the paper proof, with a picture or without; "electronic" on the screen; "": nobody said, or as Signature shows
	Courier string           `json:"courier,omitempty"` // 物流单号; must be given of what goes by post
	On      workday.Date     `json:"on,omitempty"`      // the day it came to the applicant; "": today

	Signature []byte `json:"signature,omitempty"` // a picture of how it was signed for; kept outside the log
}

// ConcludeForm closes a case.
type ConcludeForm struct {
	Note   string `json:"note,omitempty"`
	Visits int    `json:"visits,omitempty"` // how often the applicant came; 0: not counted
}

// OpinionForm records an opinion that was asked for.
type OpinionForm struct {
	Center  area.Center     `json:"center"`
	Request string          `json:"request,omitempty"`
	Text    string          `json:"text"`
	Stance  casefile.Stance `json:"stance,omitempty"`
}
