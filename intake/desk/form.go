package desk

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// Bounds of one form.
const (
	maxWords     = 4000 // characters of a free text; it goes into the log
	maxName      = 200
	maxPapers    = 200
	maxKey       = 128
	maxDeskAhead = 5 * 60 * 1000 // milliseconds: watches differ
)

// Person is an applicant or who acts for one. It is kept outside the log, so
// that it can be erased.
type Person struct {
	Name         string `cbor:"1,keyasint" json:"name"`
	ResidentID   string `cbor:"2,keyasint,omitempty" json:"resident_id,omitempty"`  // GB 11643
	CreditCode   string `cbor:"3,keyasint,omitempty" json:"credit_code,omitempty"`  // GB 32100, of an organisation
	OtherID      string `cbor:"4,keyasint,omitempty" json:"other_id,omitempty"`     // passport and the like
	Telephone    string `cbor:"5,keyasint,omitempty" json:"telephone,omitempty"`    //
	Address      string `cbor:"6,keyasint,omitempty" json:"address,omitempty"`      //
	Organisation string `cbor:"7,keyasint,omitempty" json:"organisation,omitempty"` //
	Mandate      string `cbor:"8,keyasint,omitempty" json:"mandate,omitempty"`      // of an agent: what the power of attorney says
	Relationship string `cbor:"9,keyasint,omitempty" json:"relationship,omitempty"` // of an agent
	Note         string `cbor:"10,keyasint,omitempty" json:"note,omitempty"`        //
}

// Applicant is who applies, and who acts for the applicant.
type Applicant struct {
	Person
	Agent *Person `cbor:"20,keyasint,omitempty" json:"agent,omitempty"`
}

// Paper is one material laid on the counter.
type Paper struct {
	ID      string                 `json:"id"`                // of the item's list
	State   casefile.MaterialState `json:"state"`             //
	Content []byte                 `json:"content,omitempty"` // a scan; kept outside the log
	By      workday.Date           `json:"by,omitempty"`      // Later: until when
	Note    string                 `json:"note,omitempty"`    // no personal data: it goes into the log

	sheet string // under which its content is kept once for several cases; "": under its id
}

// OpenForm starts a case.
type OpenForm struct {
	Item      item.Code    `json:"item"`
	Subject   area.Code    `json:"subject,omitempty"` // where competence lies; "": this counter's own area, where the item is by counter
	Deliver   area.Center  `json:"deliver,omitempty"` // where the applicant collects; "": here
	Applicant Applicant    `json:"applicant"`
	Agency    bool         `json:"agency,omitempty"`
	Mode      item.Mode    `json:"mode,omitempty"`    // of a cross-area case; "": the item's
	Answers   item.Answers `json:"answers,omitempty"` // to the item's situations (办理情形)
	Papers    []Paper      `json:"papers,omitempty"`  // received at once
	Accept    bool         `json:"accept,omitempty"`  // accepted at once
}

// ReceiveForm is what was brought, at the start or after the notice.
type ReceiveForm struct {
	Papers []Paper `json:"papers"`
}

// NoticeForm adds words to the one-time notice; what is missing is computed.
type NoticeForm struct {
	Notes map[string]string `json:"notes,omitempty"` // by material id: how it is to be mended
}

// AcceptForm accepts a case.
type AcceptForm struct {
	Newest  bool         `json:"newest,omitempty"`  // pin the newest version in place of the one that the applicant was shown
	Answers item.Answers `json:"answers,omitempty"` // nil: those given at the opening, as far as the version asks the same
}

// ReasonForm declines, withdraws or terminates.
type ReasonForm struct {
	Reason string `json:"reason"`           // of a deemed end "": what the rule says
	Deemed bool   `json:"deemed,omitempty"` // withdrawn or terminated because the applicant let a day pass: refused where no rule says so
	Remedy string `json:"remedy,omitempty"` // "": the usual words
}

// StepForm ends a check, a review or the making of a document.
type StepForm struct {
	Step    *int   `json:"step,omitempty"` // nil: the next one of its kind
	Failed  bool   `json:"failed,omitempty"`
	Opinion string `json:"opinion,omitempty"`
}

// SuspendForm starts a wait.
type SuspendForm struct {
	Step    *int            `json:"step,omitempty"`   // nil: the next posting or assessment; -1: a special procedure that is no step
	Ground  casefile.Ground `json:"ground,omitempty"` // "": by the step
	Until   workday.Date    `json:"until,omitempty"`  // "": by the step's limit
	Counts  bool            `json:"counts,omitempty"` // only where it is no step; a step says itself
	Note    string          `json:"note,omitempty"`
	Decider string          `json:"decider,omitempty"`
}

// ResumeForm ends the wait.
type ResumeForm struct {
	Result string `json:"result"`
	Proof  []byte `json:"proof,omitempty"`
}

// ExtendForm lengthens the limits, once.
type ExtendForm struct {
	Days     int    `json:"days"` // working days
	Reason   string `json:"reason"`
	Approver string `json:"approver"`
}

// HandOverForm sends a case on.
type HandOverForm struct {
	To      area.Center `json:"to,omitempty"` // "": by the route
	Purpose string      `json:"purpose,omitempty"`
}

// DecideForm is the decision.
type DecideForm struct {
	Step     *int   `json:"step,omitempty"`
	Rejected bool   `json:"rejected,omitempty"`
	Text     string `json:"text,omitempty"`   // the reason, when rejected
	Result   string `json:"result,omitempty"` // the document issued; "": the item's
	Remedy   string `json:"remedy,omitempty"` // "": the usual words
}

// DeliverForm serves or hands out.
type DeliverForm struct {
	To   string `json:"to,omitempty"` // "applicant" (also ""), "agent", "post"
	Note string `json:"note,omitempty"`
}

// RateForm is the applicant's rating.
type RateForm struct {
	Grade   int    `json:"grade"` // 1 (best) to 5
	Request string `json:"request,omitempty"`
}

// OutsideForm records what happened at an outside step.
type OutsideForm struct {
	Step   *int         `json:"step,omitempty"`
	Number string       `json:"number"`
	Sent   workday.Date `json:"sent"`
	Came   workday.Date `json:"came,omitempty"`
	Result string       `json:"result,omitempty"`
	Proof  []byte       `json:"proof,omitempty"`
}

// OpinionForm records an opinion that was asked for.
type OpinionForm struct {
	Center  area.Center `json:"center"`
	Request string      `json:"request,omitempty"`
	Text    string      `json:"text"`
}

// ReconcileForm says what becomes of a superseded branch.
type ReconcileForm struct {
	Head    string         `json:"head"` // hash of the branch's head; "" where there is one branch
	Epoch   casefile.Epoch `json:"epoch,omitempty"`
	Adopted bool           `json:"adopted,omitempty"`
	Reason  string         `json:"reason"`
}

// SettleForm does everything that is left of an immediate case in one go.
type SettleForm struct {
	Decision DecideForm  `json:"decision"`
	Deliver  DeliverForm `json:"deliver"`
	Conclude bool        `json:"conclude,omitempty"`
}

// faults collects everything that is wrong with a form, so that it is all told
// at once here too.
type faults []string

func (f *faults) add(format string, args ...any) { *f = append(*f, fmt.Sprintf(format, args...)) }

func (f *faults) words(field, text string, required bool, limit int) {
	switch n := utf8.RuneCountInString(text); {
	case required && strings.TrimSpace(text) == "":
		f.add("%s: must be given", field)
	case n > limit:
		f.add("%s: %d characters, at most %d", field, n, limit)
	case !utf8.ValidString(text):
		f.add("%s: not readable text", field)
	}
}

func (f *faults) day(field string, d workday.Date, required bool) {
	if d == "" {
		if required {
			f.add("%s: must be given (YYYY-MM-DD)", field)
		}
		return
	}
	if !d.Valid() {
		f.add("%s: %q is no day (want YYYY-MM-DD)", field, string(d))
	}
}

func (f faults) err(op string) error {
	if len(f) == 0 {
		return nil
	}
	return refusal.Newf(BadForm, op, "correct the fields named", "%s", strings.Join(f, "; "))
}

func (f *faults) person(field string, p Person) {
	f.words(field+".name", p.Name, true, maxName)
	for _, text := range []struct{ name, text string }{
		{"telephone", p.Telephone}, {"address", p.Address}, {"organisation", p.Organisation}, {"other_id", p.OtherID},
		{"mandate", p.Mandate}, {"relationship", p.Relationship}, {"note", p.Note},
	} {
		f.words(field+"."+text.name, text.text, false, maxName)
	}
	if p.ResidentID != "" {
		if err := item.CheckResidentID(p.ResidentID); err != nil {
			f.add("%s.resident_id: %v", field, err)
		}
	}
	if p.CreditCode != "" {
		if err := item.CheckUSCC(p.CreditCode); err != nil {
			f.add("%s.credit_code: %v", field, err)
		}
	}
}

// states are the states in which a material can be laid on the counter.
var states = map[casefile.MaterialState]string{
	casefile.Missing: "未提交", casefile.OriginalSeen: "已核验原件", casefile.Copy: "复印件", casefile.Electronic: "电子材料",
	casefile.Exempted: "免提交", casefile.Committed: "告知承诺", casefile.Later: "容缺后补", casefile.NotNeeded: "不适用",
}

func excuses(choice *casefile.Choice, material string) bool {
	return choice != nil && slices.Contains(choice.Excused, material)
}

func (f *faults) papers(it *item.Item, choice *casefile.Choice, papers []Paper) {
	if len(papers) > maxPapers {
		f.add("papers: %d, at most %d", len(papers), maxPapers)
		return
	}
	seen := map[string]bool{}
	for i, p := range papers {
		field := fmt.Sprintf("papers[%d]", i)
		m, known := it.Material(p.ID)
		switch {
		case !known:
			f.add("%s: %s lists no material %q", field, it.Name, p.ID)
		case seen[p.ID]:
			f.add("%s: %q twice", field, p.ID)
		case states[p.State] == "":
			f.add("%s: %q is no state of a material", field, p.State)
		case p.State == casefile.Later && m.Need != item.LaterIfNeed:
			f.add("%s: %s may not be brought later", field, m.Name)
		case p.State == casefile.Later && p.By == "":
			f.add("%s: until when is %s to be brought?", field, m.Name)
		case p.State == casefile.NotNeeded && m.Need == item.Required && m.When == "" && !m.Exempt && !excuses(choice, p.ID):
			f.add("%s: %s is always needed", field, m.Name)
		}
		f.day(field+".by", p.By, false)
		f.words(field+".note", p.Note, false, maxWords)
		seen[p.ID] = true
	}
}
