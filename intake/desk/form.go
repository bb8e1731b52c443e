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
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// Bounds of one form.
const (
	maxWords     = 4000 // characters of a free text; it goes into the log
	maxName      = 200
	maxPapers    = 200
	maxKey       = 128
	maxDeskAhead = 5 * 60 * 1000 // milliseconds: watches differ
)

// Paper is one material laid on the counter.
type Paper struct {
	ID      string                 `json:"id"`                // of the item's list
	State   casefile.MaterialState `json:"state"`             //
	Content []byte                 `json:"content,omitempty"` // a scan; kept outside the log
	By      workday.Date           `json:"by,omitempty"`      // Later: until when
	Note    string                 `json:"note,omitempty"`    // no personal data: it goes into the log

	Originals int   `json:"originals,omitempty"` // how many the office keeps
	Copies    int   `json:"copies,omitempty"`    //
	Mended    bool  `json:"mended,omitempty"`    // the applicant corrected it on the spot (行政许可法 32（三）)
	From      *From `json:"from,omitempty"`      // it lies in an earlier case, and is not asked for again
}

// From is where a paper is carried over from: a case of the same applicant that
// this node holds.
type From struct {
	Case     casefile.ID `json:"case"`
	Material string      `json:"material"`
	Consent  string      `json:"consent"` // how the applicant agreed: "signed", "spoken"
}

// Submission is how an application came in. What kind of case it makes is never
// said: the desk finds that from the item.
type Submission struct {
	Way       item.Way        `json:"way,omitempty"`        // 申报来源; "": at a window
	Project   string          `json:"project,omitempty"`    // 投资项目编号
	DeliverBy casefile.Manner `json:"deliver_by,omitempty"` // how the applicant wants the result; "": collected
	Visit     string          `json:"visit,omitempty"`      // today's queue ticket, by its number or its visit, or the first case of the visit; the same for all that one person applies for on it
	Site      area.Center     `json:"site,omitempty"`       // the branch or station at which it was taken in; "": the center itself
}

// OpenForm starts a case.
type OpenForm struct {
	Item      item.Code           `json:"item"`
	Subject   area.Code           `json:"subject,omitempty"` // where competence lies; "": this counter's own area, where the item is by counter
	Deliver   area.Center         `json:"deliver,omitempty"` // where the applicant collects; "": here
	Applicant applicant.Applicant `json:"applicant"`
	Agency    bool                `json:"agency,omitempty"`
	Mode      item.Mode           `json:"mode,omitempty"`    // of a cross-area case; "": the agreement's, else the item's
	Renews    *casefile.Renewal   `json:"renews,omitempty"`  // the permit, or what else was issued, that it wants prolonged
	Answers   item.Answers        `json:"answers,omitempty"` // to the item's situations (办理情形)
	Papers    []Paper             `json:"papers,omitempty"`  // received at once
	Accept    bool                `json:"accept,omitempty"`  // accepted at once
	Decline   *ReasonForm         `json:"decline,omitempty"` // declined at once
	Submission
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

// ReasonForm declines, returns, withdraws, terminates or turns back.
type ReasonForm struct {
	Reason string `json:"reason"`           // of a deemed end "": what the rule says
	Deemed bool   `json:"deemed,omitempty"` // withdrawn or terminated because the applicant let a day pass: refused where no rule says so
	Remedy string `json:"remedy,omitempty"` // "": the usual words

	Ground casefile.EndGround `json:"ground,omitempty"` // "": the usual one of that end
	Whose  string             `json:"whose,omitempty"`  // not_ours: the body to turn to
}

// StepForm ends a check, a review or the making of a document.
type StepForm struct {
	Step    *int   `json:"step,omitempty"` // nil: the next one of its kind
	Failed  bool   `json:"failed,omitempty"`
	Opinion string `json:"opinion,omitempty"`
}

// ExtendForm lengthens the limits, once.
type ExtendForm struct {
	Days     int    `json:"days"` // working days
	Reason   string `json:"reason"`
	Approver string `json:"approver"`
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

// happened wants a day that has come, and on which the case was there already:
// what is typed in afterwards bears the day on which it was.
func (sh *sheet) happened(f *faults, field string, on workday.Date) {
	f.day(field, on, true)
	switch {
	case !on.Valid():
	case on > sh.today():
		f.add("%s: %s has not come yet", field, on)
	case sh.s.OpenedAt != 0 && on < clock.DayOf(sh.s.OpenedAt):
		f.add("%s: %s is before the case was opened (%s)", field, on, clock.DayOf(sh.s.OpenedAt))
	}
}

// ahead wants a day that is not over, where one is given.
func (sh *sheet) ahead(f *faults, field string, until workday.Date) {
	f.day(field, until, false)
	if until.Valid() && until < sh.today() {
		f.add("%s: %s is past", field, until)
	}
}

func (f faults) err(op string) error {
	if len(f) == 0 {
		return nil
	}
	return refusal.Newf(BadForm, op, "correct the fields named", "%s", strings.Join(f, "; "))
}

func (f *faults) applicant(field string, who applicant.Applicant, today workday.Date) {
	for _, one := range who.Check(field, today) {
		f.add("%s", one)
	}
}

// states are the states in which a material can be laid on the counter.
var states = map[casefile.MaterialState]string{
	casefile.Missing: "未提交", casefile.OriginalSeen: "已核验原件", casefile.Copy: "复印件", casefile.Electronic: "电子件",
	casefile.Exempted: "免提交", casefile.Committed: "告知承诺", casefile.Later: "容缺后补", casefile.NotNeeded: "不适用",
}

func excuses(choice *casefile.Choice, material string) bool {
	return choice != nil && slices.Contains(choice.Excused, material)
}

func (sh *sheet) papers(f *faults, it *item.Item, choice *casefile.Choice, papers []Paper) {
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
		case p.Originals < 0 || p.Originals > maxPapers || p.Copies < 0 || p.Copies > maxPapers:
			f.add("%s: originals and copies are counted from 0 to %d", field, maxPapers)
		case p.From != nil && len(p.Content) > 0:
			f.add("%s: %s is either scanned or carried over", field, m.Name)
		case p.From != nil && p.From.Consent != "signed" && p.From.Consent != "spoken":
			f.add("%s.from.consent: want signed or spoken: it is carried over only where the applicant agrees", field)
		case p.State == casefile.NotNeeded && m.Need == item.Required && m.When == "" && !m.Exempt && !excuses(choice, p.ID):
			f.add("%s: %s is always needed", field, m.Name)
		}
		sh.ahead(f, field+".by", p.By)
		f.words(field+".note", p.Note, false, maxWords)
		seen[p.ID] = true
	}
}
