// Package rating is the ratings (好差评) that applicants give a center: one for
// a visit, one for a case, and what becomes of a bad one until whoever gave it
// has an answer.
//
// It must never change or drop a rating, never let a second one in, never put
// what an applicant wrote or who that is into the book (it lies encrypted
// outside), and never show it to whom the rating is about. Whose rating it is:
// the center that served the applicant keeps it and owns the rectification,
// wherever the case was decided (see Owner).
package rating

import (
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/journal"
)

// ID names a rating: its center, its incarnation and its place in the book,
// such as "R320509111201.1.7".
type ID string

// Subject is what is rated: a case or a visit, one of the two.
type Subject struct {
	Case  casefile.ID `cbor:"1,keyasint,omitempty" json:"case,omitempty"`
	Visit string      `cbor:"2,keyasint,omitempty" json:"visit,omitempty"`
}

func (s Subject) String() string {
	if s.Case != "" {
		return "case " + string(s.Case)
	}
	return "visit " + s.Visit
}

// Channel is by which way a rating came (GB/T 39046 table 9).
type Channel string

// The channels.
const (
	PC       Channel = "pc"       // PC端
	Mobile   Channel = "mobile"   // 移动服务端
	QR       Channel = "qr"       // 二维码
	Tablet   Channel = "tablet"   // 政务大厅平板电脑
	Terminal Channel = "terminal" // 政务大厅其他终端
	Phone    Channel = "phone"    // 电话
	Message  Channel = "message"  // 短信
)

// Channels are all of them.
var Channels = []Channel{PC, Mobile, QR, Tablet, Terminal, Phone, Message}

// Terms are what the rule says of a bad rating on the day it was given. They
// stand in the book, so that a later rule moves no day that was set.
type Terms struct {
	Bad      bool `cbor:"1,keyasint,omitempty" json:"bad,omitempty"`
	Verify   int  `cbor:"2,keyasint,omitempty" json:"verify_days,omitempty"`  // working days; 0: the rule sets none
	Rectify  int  `cbor:"3,keyasint,omitempty" json:"rectify_days,omitempty"` //
	Complex  int  `cbor:"4,keyasint,omitempty" json:"complex_days,omitempty"` //
	FollowUp bool `cbor:"5,keyasint,omitempty" json:"follow_up,omitempty"`
}

// Given is the body of the entry by which a rating comes in. Nothing in it
// says who gave it.
type Given struct {
	Subject    Subject           `cbor:"1,keyasint" json:"subject,omitzero"`
	Grade      int               `cbor:"2,keyasint" json:"grade"`
	Channel    Channel           `cbor:"3,keyasint" json:"channel"`
	Terms      Terms             `cbor:"4,keyasint" json:"terms"`
	Named      bool              `cbor:"5,keyasint,omitempty" json:"named,omitempty"` // whoever gave it can be reached
	Private    *casefile.BlobRef `cbor:"6,keyasint,omitempty" json:"-"`               // words, name, telephone
	Item       item.Ref          `cbor:"7,keyasint,omitempty" json:"item,omitzero"`
	ItemName   string            `cbor:"8,keyasint,omitempty" json:"item_name,omitempty"`
	Department string            `cbor:"9,keyasint,omitempty" json:"department,omitempty"`
	Window     string            `cbor:"10,keyasint,omitempty" json:"window,omitempty"`
	Rated      []string          `cbor:"11,keyasint,omitempty" json:"rated,omitempty"` // staff who served the applicant here: they see nothing of the above
}

// The entries of the book.
const (
	KindGiven      = "given"
	KindContacted  = "contacted"   // 联系核实
	KindFound      = "found"       // 核实结果
	KindRectified  = "rectified"   // 整改反馈
	KindFollowedUp = "followed_up" // 回访
	KindAppealed   = "appealed"    // 申诉
	KindReviewed   = "reviewed"    // 申诉复核
	KindErased     = "erased"      // 销毁
)

// Contact is an attempt to reach whoever gave a bad rating.
type Contact struct {
	Rating  ID     `cbor:"1,keyasint" json:"-"`
	Reached bool   `cbor:"2,keyasint" json:"reached"`
	Note    string `cbor:"3,keyasint,omitempty" json:"note,omitempty"` // no personal data
	Act     Act    `cbor:"9,keyasint,omitzero" json:"by"`
}

// Finding is what the verification came to.
type Finding struct {
	Rating  ID     `cbor:"1,keyasint" json:"-"`
	Complex bool   `cbor:"2,keyasint" json:"complex"` // it can't be put right at once
	Text    string `cbor:"3,keyasint" json:"text"`
	Act     Act    `cbor:"9,keyasint,omitzero" json:"by"`
}

// Answer is what was put right, as it is told to whoever gave the rating.
type Answer struct {
	Rating ID     `cbor:"1,keyasint" json:"-"`
	Text   string `cbor:"2,keyasint" json:"text"`
	Act    Act    `cbor:"9,keyasint,omitzero" json:"by"`
}

// FollowUp asks whether that was enough.
type FollowUp struct {
	Rating    ID     `cbor:"1,keyasint" json:"-"`
	Satisfied bool   `cbor:"2,keyasint" json:"satisfied"`
	Note      string `cbor:"3,keyasint,omitempty" json:"note,omitempty"`
	Act       Act    `cbor:"9,keyasint,omitzero" json:"by"`
}

// Appeal says that a rating is wrong or malicious: the word of whom it is
// about.
type Appeal struct {
	Rating ID      `cbor:"1,keyasint" json:"-"`
	Reason string  `cbor:"2,keyasint" json:"reason"`
	Act    Act     `cbor:"9,keyasint,omitzero" json:"by"`
	Review *Review `cbor:"8,keyasint,omitempty" json:"review,omitempty"`
}

// Review is another's word on an appeal. What is upheld stays in the book and
// is left out of the figures.
type Review struct {
	Rating ID     `cbor:"1,keyasint" json:"-"`
	Upheld bool   `cbor:"2,keyasint" json:"upheld"`
	Reason string `cbor:"3,keyasint" json:"reason"`
	Act    Act    `cbor:"9,keyasint,omitzero" json:"by"`
}

// Erased says that what the applicant wrote was destroyed after its retention.
type Erased struct {
	Rating ID           `cbor:"1,keyasint" json:"-"`
	Blobs  []chain.Hash `cbor:"2,keyasint" json:"blobs"`
	Reason string       `cbor:"3,keyasint" json:"reason"`
	Act    Act          `cbor:"9,keyasint,omitzero" json:"by"`
}

// Act is who wrote an entry, and when.
type Act struct {
	Staff string `cbor:"1,keyasint,omitempty" json:"staff,omitempty"`
	At    int64  `cbor:"2,keyasint" json:"at"` // Unix milliseconds
}

// State is what the entries on one rating amount to. It is a value: Apply
// returns a new one and leaves the old one as it was.
type State struct {
	ID        ID         `cbor:"1,keyasint" json:"id"`
	Given     Given      `cbor:"2,keyasint" json:"given"`
	Act       Act        `cbor:"3,keyasint" json:"by"`
	Contacts  []Contact  `cbor:"4,keyasint,omitempty" json:"contacts,omitempty"`
	Finding   *Finding   `cbor:"5,keyasint,omitempty" json:"finding,omitempty"`
	Answers   []Answer   `cbor:"6,keyasint,omitempty" json:"answers,omitempty"` // a second one where the follow-up found the first wanting
	FollowUps []FollowUp `cbor:"7,keyasint,omitempty" json:"follow_ups,omitempty"`
	Appeal    *Appeal    `cbor:"8,keyasint,omitempty" json:"appeal,omitempty"`
	Erased    *Erased    `cbor:"9,keyasint,omitempty" json:"erased,omitempty"` // nil: what was written, if anything was, is there
}

// Bounds of one rating.
const (
	maxWords    = 1000 // characters of a text of the staff
	maxContacts = 20
	maxAnswers  = 5
)

// The refusals. The codes are for good.
const (
	AlreadyRated refusal.Code = "already_rated" // one case, one rating; one visit, one rating
	NotOwner     refusal.Code = "not_owner"     // another center served the applicant
	BadGrade     refusal.Code = "bad_grade"     // the rule knows no such grade
	NameNeeded   refusal.Code = "name_needed"   // the rule of the area wants a name
	OutOfOrder   refusal.Code = "out_of_order"  // it is not the turn of that
	FourEyes     refusal.Code = "four_eyes"     // another member of staff has to do that
	NoLink       refusal.Code = "no_link"       // nobody was given that link
	NotYours     refusal.Code = "not_yours"     // only who handles ratings sees that
)

// LeftOut reports whether the figures leave the rating out.
func (s *State) LeftOut() bool {
	return s.Appeal != nil && s.Appeal.Review != nil && s.Appeal.Review.Upheld
}

// Open reports whether something is still to be done about the rating.
func (s *State) Open() bool { return s.Stage() != StageNone && s.Stage() != StageClosed }

// Stage is how far a rectification has come.
type Stage string

// The stages.
const (
	StageNone     Stage = "none"      // it is no bad rating
	StageGiven    Stage = "given"     // to be verified
	StageVerified Stage = "contacted" // a finding is due
	StageFound    Stage = "found"     // to be put right
	StageAnswered Stage = "rectified" // to be followed up
	StageAppealed Stage = "appealed"  // another is to review it
	StageClosed   Stage = "closed"
)

// Stage is how far the rectification of the rating has come.
func (s *State) Stage() Stage {
	switch {
	case !s.Given.Terms.Bad:
		return StageNone
	case s.LeftOut():
		return StageClosed
	case s.Appeal != nil && s.Appeal.Review == nil:
		return StageAppealed
	case len(s.Answers) > 0 && s.asksBack() && len(s.FollowUps) < len(s.Answers):
		return StageAnswered
	case len(s.Answers) > 0:
		return StageClosed
	case s.Finding != nil:
		return StageFound
	case len(s.Contacts) > 0:
		return StageVerified
	}
	return StageGiven
}

// asksBack: the rule wants a follow-up, and there is somebody to ask.
func (s *State) asksBack() bool { return s.Given.Terms.FollowUp && s.Given.Named }

// Apply is the state after one more entry on the rating. What is not its turn
// is refused and changes nothing.
func Apply(s State, e journal.Entry) (State, error) {
	act := Act{e.Staff, e.At}
	if e.Kind == KindGiven {
		if s.ID != "" {
			return s, refusal.Newf(AlreadyRated, "rate "+s.Given.Subject.String(), "", "it was rated")
		}
		next := State{ID: idOf(e), Act: act}
		return next, e.Decode(&next.Given)
	}
	if s.ID == "" {
		return s, refusal.Newf(refusal.NotFound, e.Kind, "", "there is no such rating")
	}
	op := strings.ReplaceAll(e.Kind, "_", " ") + " " + string(s.ID)
	if e.Kind == KindErased {
		return s.erase(e, act, op)
	}
	if !s.Given.Terms.Bad {
		return s, refusal.Newf(OutOfOrder, op, "", "it is no bad rating: nothing is to be put right")
	}
	if s.LeftOut() {
		return s, refusal.Newf(OutOfOrder, op, "", "an appeal against it was upheld")
	}
	next, err := s, error(nil)
	switch e.Kind {
	case KindContacted, KindFound, KindRectified, KindFollowedUp:
		next, err = s.handle(e, act, op)
	case KindAppealed, KindReviewed:
		next, err = s.contest(e, act, op)
	default:
		err = refusal.Newf(refusal.Malformed, op, "", "an entry of the unknown kind %q", e.Kind)
	}
	if err != nil {
		return s, err
	}
	return next, nil
}

// handle folds what whoever handles ratings does.
func (s State) handle(e journal.Entry, act Act, op string) (State, error) {
	early := func(format string, args ...any) (State, error) {
		return s, refusal.Newf(OutOfOrder, op, "", format, args...)
	}
	if s.about(act.Staff) {
		return s, refusal.Newf(FourEyes, op, "whoever handles ratings does it", "%s is whom the rating is about", act.Staff)
	}
	if s.Appeal != nil && s.Appeal.Review == nil {
		return early("an appeal against it is open: it is reviewed first")
	}
	switch e.Kind {
	case KindContacted:
		var c Contact
		if err := e.Decode(&c); err != nil {
			return s, err
		}
		c.Act = act
		switch {
		case !s.Given.Named:
			return early("it was given without a name: there is nobody to reach")
		case len(s.Contacts) == maxContacts:
			return s, refusal.Newf(refusal.TooLarge, op, "", "%d attempts are in the book", maxContacts)
		}
		s.Contacts = append(slices.Clip(s.Contacts), c)
		return s, words(op, c.Note, false)
	case KindFound:
		var f Finding
		if err := e.Decode(&f); err != nil {
			return s, err
		}
		f.Act = act
		switch {
		case s.Given.Named && len(s.Contacts) == 0:
			return early("whoever gave it left a name and was not asked yet")
		case s.Finding != nil:
			return early("the finding is in the book")
		}
		s.Finding = &f
		return s, words(op, f.Text, true)
	case KindRectified:
		var a Answer
		if err := e.Decode(&a); err != nil {
			return s, err
		}
		a.Act = act
		n := len(s.Answers)
		switch {
		case s.Finding == nil:
			return early("nothing was found yet")
		case n == maxAnswers:
			return s, refusal.Newf(refusal.TooLarge, op, "", "it was answered %d times", n)
		case n > 0 && (len(s.FollowUps) < n || s.FollowUps[len(s.FollowUps)-1].Satisfied):
			return early("it was answered; a second answer follows on a follow-up that was not satisfied")
		}
		s.Answers = append(slices.Clip(s.Answers), a)
		return s, words(op, a.Text, true)
	}
	var f FollowUp
	if err := e.Decode(&f); err != nil {
		return s, err
	}
	f.Act = act
	switch {
	case !s.Given.Named:
		return early("it was given without a name: there is nobody to ask")
	case len(s.FollowUps) >= len(s.Answers):
		return early("there is no answer that could be followed up")
	}
	s.FollowUps = append(slices.Clip(s.FollowUps), f)
	return s, words(op, f.Note, false)
}

// contest folds an appeal and its review, by two members of staff.
func (s State) contest(e journal.Entry, act Act, op string) (State, error) {
	if e.Kind == KindAppealed {
		var a Appeal
		if err := e.Decode(&a); err != nil {
			return s, err
		}
		a.Act, a.Review = act, nil
		if s.Appeal != nil {
			return s, refusal.Newf(OutOfOrder, op, "", "there was an appeal against it")
		}
		s.Appeal = &a
		return s, words(op, a.Reason, true)
	}
	var r Review
	if err := e.Decode(&r); err != nil {
		return s, err
	}
	r.Act = act
	switch {
	case s.Appeal == nil || s.Appeal.Review != nil:
		return s, refusal.Newf(OutOfOrder, op, "", "no appeal is open")
	case same(act.Staff, s.Appeal.Act.Staff):
		return s, refusal.Newf(FourEyes, op, "another member of staff reviews it", "%s made the appeal", act.Staff)
	case s.about(act.Staff):
		return s, refusal.Newf(FourEyes, op, "another member of staff reviews it", "%s is whom the rating is about", act.Staff)
	}
	appeal := *s.Appeal
	appeal.Review = &r
	s.Appeal = &appeal
	return s, words(op, r.Reason, true)
}

// about reports whether a member of staff is one of those whom the rating is
// about.
func (s *State) about(staff string) bool {
	return slices.ContainsFunc(s.Given.Rated, func(rated string) bool { return same(staff, rated) })
}

// same: names are typed by people.
func same(a, b string) bool { return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b)) }

func words(op, text string, required bool) error {
	switch n := utf8.RuneCountInString(text); {
	case required && strings.TrimSpace(text) == "":
		return refusal.Newf(refusal.Malformed, op, "say it in words", "a text is missing")
	case n > maxWords:
		return refusal.Newf(refusal.TooLarge, op, "", "%d characters, at most %d", n, maxWords)
	case !utf8.ValidString(text):
		return refusal.Newf(refusal.Malformed, op, "", "not readable text")
	}
	return nil
}

// Owner is the center that takes the rating of a case and puts right what was
// wrong: where the applicant collects, once the case has come there; else the
// counter that took the case in. Wherever the case was decided, it is the
// center that the applicant dealt with.
func Owner(s *casefile.State) area.Center {
	for _, leg := range s.Route {
		if leg.Party.Center == s.Deliver {
			return s.Deliver
		}
	}
	return s.Origin.Center
}
