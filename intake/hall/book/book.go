// Package book is the registers of the hall: who asked, who complained, who
// applied for government information, what a village noted, which results
// nobody collected; with the answer, what was asked back, and whether it came
// in time (GB/T 39046 table 10).
//
// It must never read a clock or a disk: an entry is the fold of its records.
// It must never hold what people told or who they are: that lies in the blobs
// that it names; About is for everybody's eyes.
package book

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/hall/appointment"
)

// The refusals of the registers. The codes are for good.
const (
	BadNote    refusal.Code = "bad_note"   // a field is missing or wrong
	WrongState refusal.Code = "note_state" // the entry is not where the action needs it
	Extended   refusal.Code = "extended"   // a limit is extended once
)

// Kind is which register an entry stands in.
type Kind string

// The registers.
const (
	Consultation Kind = "consultation" // 咨询
	Complaint    Kind = "complaint"    // 投诉
	Suggestion   Kind = "suggestion"   // 建议
	Information  Kind = "information"  // 政府信息公开申请
	Need         Kind = "need"         // 民情、诉求
	Mediation    Kind = "mediation"    // 矛盾调解
	Unclaimed    Kind = "unclaimed"    // 逾期未领取的办理结果
)

// names are the mark of a document number, the letter of an id, and the title.
var names = map[Kind]struct{ mark, letter, title string }{
	Consultation: {"咨", "Z", "咨询"}, Complaint: {"诉", "T", "投诉"}, Suggestion: {"建", "J", "建议"},
	Information: {"信", "X", "政府信息公开申请"}, Need: {"民", "M", "民情诉求"}, Mediation: {"调", "R", "矛盾调解"},
	Unclaimed: {"领", "L", "结果未领取"},
}

// Kinds lists the registers.
func Kinds() []Kind {
	return []Kind{Consultation, Complaint, Suggestion, Information, Need, Mediation, Unclaimed}
}

// Chinese is the title of the register.
func (k Kind) Chinese() string { return names[k].title }

// Known reports whether there is such a register.
func (k Kind) Known() bool { return names[k].letter != "" }

// Serial is the place of an entry in its register: by it, its id and its number
// are formed. Incarnation keeps a center that was restored from giving one out
// twice.
type Serial struct {
	Kind        Kind
	Year        int
	Incarnation uint32
	Number      int
}

// MaxNumber is how many entries a register takes in a year.
const MaxNumber = 999_999

// ID is how staff call an entry at their counter: "Z2026-000012".
func (s Serial) ID() string {
	return s.prefix(names[s.Kind].letter+fmt.Sprint(s.Year)+"-") + s.digits()
}

// Document is its number (文号), unique in the realm.
func (s Serial) Document(center area.Center) string {
	return s.prefix(fmt.Sprintf("%s%s〔%d〕", center, names[s.Kind].mark, s.Year)) + s.digits() + "号"
}

func (s Serial) prefix(p string) string {
	if s.Incarnation > 1 {
		p += fmt.Sprintf("%d-", s.Incarnation)
	}
	return p
}

func (s Serial) digits() string { return fmt.Sprintf("%06d", s.Number) }

// State is where an entry stands.
type State string

// The states.
const (
	Open     State = "open"
	Answered State = "answered"
	Closed   State = "closed" // followed up, and nothing more is to be done
)

// Note is one entry of a register. Times are Unix milliseconds.
type Note struct {
	ID          string              `json:"id"`
	Number      string              `json:"number"` // 文号
	Kind        Kind                `json:"kind"`
	Channel     appointment.Channel `json:"channel,omitempty"`
	Item        item.Code           `json:"item,omitempty"`
	Case        casefile.ID         `json:"case,omitempty"`
	About       string              `json:"about"`          // no personal data
	Said        *casefile.BlobRef   `json:"said,omitempty"` // Words of who came
	Staff       string              `json:"staff"`
	At          int64               `json:"at"`
	State       State               `json:"state"`
	Promised    workday.Date        `json:"promised,omitempty"`  // 承诺时限: the day as it was told; "": none
	Due         workday.Date        `json:"due,omitempty"`       // with the extension; "": none
	Extension   *Extension          `json:"extension,omitempty"` // 延期
	Answers     []Answer            `json:"answers,omitempty"`
	Follows     []Follow            `json:"follow_ups,omitempty"`
	Erased      []chain.Hash        `json:"erased,omitempty"`       // content that was destroyed after its retention
	AnsweredAt  int64               `json:"answered_at,omitempty"`  // the first final answer
	Overdue     int                 `json:"overdue_days,omitempty"` // 超期天数: working days; filled in by View
	Provisional bool                `json:"provisional,omitempty"`  // the calendar of a year that counts is not published
}

// Extension is a limit moved on (延期时限、原因).
type Extension struct {
	Until    workday.Date `cbor:"1,keyasint" json:"until"`
	Reason   string       `cbor:"2,keyasint" json:"reason"`
	Approver string       `cbor:"3,keyasint,omitempty" json:"approver,omitempty"`
	Staff    string       `cbor:"-" json:"staff"`
	At       int64        `cbor:"-" json:"at"`
}

// Answer is what was said to them; its words lie in the blob.
type Answer struct {
	Said    casefile.BlobRef    `json:"said"`
	Channel appointment.Channel `json:"channel,omitempty"`
	Final   bool                `json:"final"` // false: an interim word
	Staff   string              `json:"staff"`
	At      int64               `json:"at"`
}

// Follow is one look back: a call to them, and what they think of the answer.
type Follow struct {
	Channel appointment.Channel `json:"channel,omitempty"`
	Reached bool                `json:"reached"`
	Content *bool               `json:"content,omitempty"` // nil: they did not say
	Said    *casefile.BlobRef   `json:"said,omitempty"`
	Staff   string              `json:"staff"`
	At      int64               `json:"at"`
}

// The kinds of records. Each is about one entry, its entity.
const (
	KindEntered  = "entered"  // EnteredBody
	KindAnswered = "answered" // AnsweredBody
	KindExtended = "extended" // Extension
	KindFollowed = "followed" // FollowedBody
	KindErased   = "erased"   // ErasedBody
)

// ErasedBody says that the content of blobs was destroyed (销毁).
type ErasedBody struct {
	Blobs  []chain.Hash `cbor:"1,keyasint"`
	Reason string       `cbor:"2,keyasint"`
}

// EnteredBody is a new entry.
type EnteredBody struct {
	Number  string              `cbor:"1,keyasint"`
	Kind    Kind                `cbor:"2,keyasint"`
	Channel appointment.Channel `cbor:"3,keyasint,omitempty"`
	Item    item.Code           `cbor:"4,keyasint,omitempty"`
	Case    casefile.ID         `cbor:"5,keyasint,omitempty"`
	About   string              `cbor:"6,keyasint"`
	Said    *casefile.BlobRef   `cbor:"7,keyasint,omitempty"`
	Due     workday.Date        `cbor:"8,keyasint,omitempty"`
}

// AnsweredBody is an answer.
type AnsweredBody struct {
	Said    casefile.BlobRef    `cbor:"1,keyasint"`
	Channel appointment.Channel `cbor:"2,keyasint,omitempty"`
	Interim bool                `cbor:"3,keyasint,omitempty"`
}

// FollowedBody is a look back.
type FollowedBody struct {
	Channel appointment.Channel `cbor:"1,keyasint,omitempty"`
	Reached bool                `cbor:"2,keyasint,omitempty"`
	Content *bool               `cbor:"3,keyasint,omitempty"`
	Said    *casefile.BlobRef   `cbor:"4,keyasint,omitempty"`
	Close   bool                `cbor:"5,keyasint,omitempty"`
	Reopen  bool                `cbor:"6,keyasint,omitempty"`
}

// Apply folds one record.
func (n Note) Apply(kind, staff string, at int64, read func(into any) error) (Note, error) {
	switch kind {
	case KindEntered:
		var b EnteredBody
		if err := read(&b); err != nil {
			return n, err
		}
		n.Number, n.Kind, n.Channel, n.Item, n.Case, n.About, n.Said = b.Number, b.Kind, b.Channel, b.Item, b.Case, b.About, b.Said
		n.Staff, n.At, n.State, n.Promised, n.Due = staff, at, Open, b.Due, b.Due
	case KindAnswered:
		var b AnsweredBody
		if err := read(&b); err != nil {
			return n, err
		}
		n.Answers = append(slices.Clone(n.Answers), Answer{b.Said, b.Channel, !b.Interim, staff, at})
		if !b.Interim {
			n.State = Answered
			if n.AnsweredAt == 0 {
				n.AnsweredAt = at
			}
		}
	case KindExtended:
		var e Extension
		if err := read(&e); err != nil {
			return n, err
		}
		e.Staff, e.At = staff, at
		n.Extension, n.Due = &e, e.Until
	case KindFollowed:
		var b FollowedBody
		if err := read(&b); err != nil {
			return n, err
		}
		n.Follows = append(slices.Clone(n.Follows), Follow{b.Channel, b.Reached, b.Content, b.Said, staff, at})
		switch {
		case b.Close:
			n.State = Closed
		case b.Reopen:
			n.State, n.AnsweredAt = Open, 0
		}
	case KindErased:
		var b ErasedBody
		if err := read(&b); err != nil {
			return n, err
		}
		n.Erased = append(slices.Clone(n.Erased), b.Blobs...)
	default:
		return n, fmt.Errorf("%q is no record of a register", kind)
	}
	return n, nil
}

// Over is when the last was done about the entry, Unix milliseconds; 0 while
// something is still to be done.
func (n Note) Over() int64 {
	if n.State == Open {
		return 0
	}
	last := n.At
	for _, a := range n.Answers {
		last = max(last, a.At)
	}
	for _, f := range n.Follows {
		last = max(last, f.At)
	}
	return last
}

// Content is what the entry holds about people and was not erased.
func (n Note) Content() (all []chain.Hash) {
	add := func(ref *casefile.BlobRef) {
		if ref != nil && !slices.Contains(n.Erased, ref.Hash) {
			all = append(all, ref.Hash)
		}
	}
	add(n.Said)
	for i := range n.Answers {
		add(&n.Answers[i].Said)
	}
	for i := range n.Follows {
		add(n.Follows[i].Said)
	}
	return all
}

// View is the entry on a day, with the working days by which it is or was late.
func (n Note) View(today workday.Date, calendar workday.Calendar) Note {
	if n.Due == "" {
		return n
	}
	until := today
	if n.AnsweredAt != 0 {
		until = dateOf(n.AnsweredAt)
	}
	if until <= n.Due {
		return n
	}
	n.Overdue, n.Provisional = calendar.WorkingDaysBetween(n.Due, until)
	return n
}

// Bounds.
const (
	maxAbout   = 200
	maxAnswers = 100
	maxText    = 4000 // characters of what somebody said
)

// Check says what is wrong with a new entry.
func (b EnteredBody) Check(today workday.Date) error {
	switch {
	case !b.Kind.Known():
		return bad("consultation, complaint, suggestion, information, need, mediation or unclaimed", "%q is no register", b.Kind)
	case strings.TrimSpace(b.About) == "":
		return bad("a few words without names: everybody who works here reads them", "it doesn't say what it is about")
	case utf8.RuneCountInString(b.About) > maxAbout:
		return bad("the whole goes into the text", "what it is about has at most %d characters", maxAbout)
	case b.Kind == Unclaimed && b.Case == "":
		return bad("", "an unclaimed result is of a case: name it")
	case b.Due != "" && (!b.Due.Valid() || b.Due < today):
		return bad("choose a day after today", "%q is no day to come", b.Due)
	}
	return CheckChannel(b.Channel)
}

// CheckChannel refuses an unknown word.
func CheckChannel(c appointment.Channel) error {
	if c != "" && !slices.Contains(appointment.Channels(), c) {
		return bad("window, phone, online, self_service, letter or visit", "%q is no channel", c)
	}
	return nil
}

// Answer checks that an entry may be answered.
func (n Note) Answer() error {
	switch {
	case n.State == Closed:
		return wrong(n, "answered")
	case len(n.Answers) >= maxAnswers:
		return refusal.Newf(refusal.TooLarge, "", "", "at most %d answers", maxAnswers)
	}
	return nil
}

// Extend plans the extension of a limit, once. most is the latest day that a
// rule allows; "": no rule says.
func (n Note) Extend(e Extension, most workday.Date) (Extension, error) {
	switch {
	case n.State != Open:
		return e, wrong(n, "extended")
	case n.Due == "":
		return e, refusal.Newf(WrongState, "", "", "%s has no limit that could be extended", n.ID)
	case n.Extension != nil:
		return e, refusal.Newf(Extended, "", "", "the limit of %s was extended already, until %s", n.ID, n.Due)
	case !e.Until.Valid() || e.Until <= n.Due:
		return e, bad("", "%q is no day after %s", e.Until, n.Due)
	case most != "" && e.Until > most:
		return e, bad("", "the rule allows no day after %s", most)
	case strings.TrimSpace(e.Reason) == "" || utf8.RuneCountInString(e.Reason) > maxAbout || utf8.RuneCountInString(e.Approver) > 60:
		return e, bad("", "the reason is missing, or has more than %d characters", maxAbout)
	}
	return e, nil
}

// Follow checks a look back.
func (n Note) Follow(b FollowedBody) error {
	switch {
	case n.State == Closed && !b.Reopen:
		return wrong(n, "followed up")
	case b.Close && b.Reopen:
		return bad("", "it can't be closed and opened again at once")
	case b.Reopen && n.State == Open:
		return wrong(n, "opened again")
	case b.Close && n.State == Open && n.Kind != Unclaimed && n.Kind != Need && n.Kind != Mediation:
		return refusal.Newf(WrongState, "", "answer it first", "%s has no answer yet", n.ID)
	case len(n.Follows) >= maxAnswers:
		return refusal.Newf(refusal.TooLarge, "", "", "at most %d follow-ups", maxAnswers)
	}
	return CheckChannel(b.Channel)
}

func wrong(n Note, what string) error {
	return refusal.Newf(WrongState, "", "", "%s is %s and can't be %s", n.ID, n.State, what)
}

func bad(hint, format string, args ...any) error {
	return refusal.Newf(BadNote, "", hint, format, args...)
}

// Words is what somebody said, and who they are: the content of a blob.
type Words struct {
	Name      string `cbor:"1,keyasint,omitempty" json:"name,omitempty"` // "": they gave none
	Telephone string `cbor:"2,keyasint,omitempty" json:"telephone,omitempty"`
	Address   string `cbor:"3,keyasint,omitempty" json:"address,omitempty"`
	Text      string `cbor:"4,keyasint,omitempty" json:"text,omitempty"`
}

// Empty: nothing was said.
func (w Words) Empty() bool { return w == Words{} }

// Check bounds what is taken.
func (w Words) Check() error {
	for _, f := range []struct {
		text string
		most int
	}{{w.Name, 60}, {w.Telephone, 30}, {w.Address, 200}, {w.Text, maxText}} {
		if utf8.RuneCountInString(f.text) > f.most || !utf8.ValidString(f.text) {
			return bad("", "a field has more than %d characters", f.most)
		}
	}
	return nil
}

// dateOf is the day in China of a time in Unix milliseconds.
func dateOf(ms int64) workday.Date { return workday.DateOf(time.UnixMilli(ms)) }
