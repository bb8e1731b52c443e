package casefile

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

// Filing is what the counter knows of an application when it opens the case and
// the national tables and the monthly report ask for later. None of it is about
// who applies.
type Filing struct {
	Kind       item.Kind           `cbor:"1,keyasint,omitempty" json:"kind,omitempty"`           // the base kind
	Joint      bool                `cbor:"2,keyasint,omitempty" json:"joint,omitempty"`          // 联办件
	Referred   bool                `cbor:"3,keyasint,omitempty" json:"referred,omitempty"`       // 上报件
	Way        item.Way            `cbor:"4,keyasint,omitempty" json:"way,omitempty"`            // 申报来源; "": at a window
	Delegation item.DelegationMode `cbor:"5,keyasint,omitempty" json:"delegation,omitempty"`     // by which of the three ways this counter takes it in; "": by its own power
	Applicant  item.Applicant      `cbor:"6,keyasint,omitempty" json:"applicant_kind,omitempty"` //
	Agent      AgentBasis          `cbor:"7,keyasint,omitempty" json:"agent,omitempty"`          // somebody acts for the applicant, and by what right
	Project    string              `cbor:"8,keyasint,omitempty" json:"project,omitempty"`        // 投资项目编号
	Visit      string              `cbor:"9,keyasint,omitempty" json:"visit,omitempty"`          // of one person on one queue ticket; the same for all cases of the visit
	Renews     *Renewal            `cbor:"10,keyasint,omitempty" json:"renews,omitempty"`        // of an application to prolong what was issued
	Deliver    Manner              `cbor:"11,keyasint,omitempty" json:"deliver_by,omitempty"`    // how the applicant wants the result; "": collected
	Agreement  string              `cbor:"12,keyasint,omitempty" json:"agreement,omitempty"`     // 通办协议: its name in the rules, where one holds
	Secret     string              `cbor:"13,keyasint,omitempty" json:"-"`                       // 32 bytes (hex) by which the query password (查询密码) is recognized; never shown
	Site       area.Center         `cbor:"14,keyasint,omitempty" json:"site,omitempty"`          // the branch or station at which it was taken in, where that is not the center itself
	Former     string              `cbor:"15,keyasint,omitempty" json:"former,omitempty"`        // 原办件编号, of a case that was in flight when its center began with this program
}

// maxFormer bounds a former number, in bytes.
const maxFormer = 192

func (f *form) former(number string) {
	f.bytes("former number", number, false, maxFormer)
	f.hold(utf8.ValidString(number) && !strings.ContainsFunc(number, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }), "the former number can't be printed, or has blanks")
}

// AgentBasis is by what right somebody acts for an applicant.
type AgentBasis string

// The bases. A guardian and a legal representative need no letter.
const (
	ByLetter            AgentBasis = "letter"               // 委托书
	Guardian            AgentBasis = "guardian"             // 监护人
	LegalRepresentative AgentBasis = "legal_representative" // 法定代表人
)

// Renewal is the permit, or what else was issued, that an application wants
// prolonged. Undecided on its last day it counts as prolonged where a rule says
// so of the item's type (of permits: 行政许可法 50).
type Renewal struct {
	Certificate string `cbor:"1,keyasint" json:"certificate"` // its number
	Expires     string `cbor:"2,keyasint" json:"expires"`     // its last day, YYYY-MM-DD
}

// Manner is how something is served (送达方式).
type Manner string

// The manners.
const (
	Collected Manner = "collected"  // 窗口领取、直接送达
	ByPost    Manner = "post"       // 邮寄
	Online    Manner = "electronic" // 电子送达
	Left      Manner = "left"       // 留置送达
	Announced Manner = "announced"  // 公告送达
	ByOther   Manner = "entrusted"  // 委托送达
)

// Signing is how somebody signed.
type Signing string

// The signings. Whoever can't write gives a thumbprint (捺印).
const (
	Signature  Signing = "signature"
	Thumbprint Signing = "thumbprint"
	ESignature Signing = "electronic"
	Unsigned   Signing = "refused" // refused to sign, with witnesses
)

// Proof is what a proof of service (送达回证) says.
type Proof struct {
	Manner  Manner  `cbor:"1,keyasint" json:"manner"`
	Signed  Signing `cbor:"2,keyasint,omitempty" json:"signed,omitempty"`
	Courier string  `cbor:"3,keyasint,omitempty" json:"courier,omitempty"` // 物流单号
	On      string  `cbor:"4,keyasint,omitempty" json:"on,omitempty"`      // the day it came to the applicant, YYYY-MM-DD; "": the desk's day
	Number  string  `cbor:"5,keyasint,omitempty" json:"number,omitempty"`  // of the proof

	Signature *BlobRef `cbor:"6,keyasint,omitempty" json:"signature,omitempty"` // a picture of how it was signed for: what was drawn, a thumbprint, the witnesses' note
}

// VisitedBody is a home visit or a site check: two members of staff at least
// (行政许可法 34).
type VisitedBody struct {
	Step   int      `cbor:"1,keyasint" json:"step"` // -1 where the item lists none
	Kind   string   `cbor:"2,keyasint" json:"kind"` // "home" 入户, "site" 实地, "verify" 核实
	On     string   `cbor:"3,keyasint" json:"on"`   // YYYY-MM-DD
	Staff  []string `cbor:"4,keyasint" json:"staff"`
	Found  string   `cbor:"5,keyasint" json:"found"`
	Passed bool     `cbor:"6,keyasint" json:"passed"`
	Proof  *BlobRef `cbor:"7,keyasint,omitempty" json:"proof,omitempty"`
}

// DeliberatedBody is a deliberation or an assessment by several (民主评议,
// 集体讨论).
type DeliberatedBody struct {
	Step    int      `cbor:"1,keyasint" json:"step"`
	On      string   `cbor:"2,keyasint" json:"on"`
	Who     []string `cbor:"3,keyasint" json:"who"` // functions, no personal data of outsiders
	For     int      `cbor:"4,keyasint" json:"for"`
	Against int      `cbor:"5,keyasint" json:"against"`
	Result  string   `cbor:"6,keyasint" json:"result"`
	Passed  bool     `cbor:"7,keyasint" json:"passed"`
	Proof   *BlobRef `cbor:"8,keyasint,omitempty" json:"proof,omitempty"`
}

// PartyHeardBody says that somebody whose interests a permit touches was told
// and could speak (行政许可法 36). Who it was and what they said lies outside the
// log.
type PartyHeardBody struct {
	Told  string   `cbor:"1,keyasint" json:"told"`                     // the day they were told, YYYY-MM-DD
	Spoke bool     `cbor:"2,keyasint" json:"spoke"`                    // they made a statement
	Text  *BlobRef `cbor:"3,keyasint,omitempty" json:"text,omitempty"` // what it comes to
	Who   *BlobRef `cbor:"4,keyasint,omitempty" json:"who,omitempty"`
}

// PostingTerms is a public posting (公示).
type PostingTerms struct {
	Place  string `cbor:"1,keyasint" json:"place"`
	From   string `cbor:"2,keyasint" json:"from"` // YYYY-MM-DD
	To     string `cbor:"3,keyasint" json:"to"`   // its last day
	Text   string `cbor:"4,keyasint" json:"text"` // what is posted, names masked
	Number string `cbor:"5,keyasint,omitempty" json:"number,omitempty"`
}

// Objection is one objection to a posting; who made it, what it says and what
// was answered lies outside the log.
type Objection struct {
	On     string   `cbor:"1,keyasint" json:"on"`
	Text   *BlobRef `cbor:"2,keyasint" json:"text"`
	Upheld bool     `cbor:"3,keyasint" json:"upheld"`
	Answer *BlobRef `cbor:"4,keyasint" json:"answer"`
	Who    *BlobRef `cbor:"5,keyasint,omitempty" json:"who,omitempty"`
}

// HearingTerms is a hearing (行政许可法 46 to 48).
type HearingTerms struct {
	Told   string `cbor:"1,keyasint" json:"told"`                       // when the right to one was told, YYYY-MM-DD
	Asked  string `cbor:"2,keyasint,omitempty" json:"asked,omitempty"`  // when it was asked for; "": the office holds it by itself
	On     string `cbor:"3,keyasint,omitempty" json:"on,omitempty"`     // the day set for it
	Place  string `cbor:"4,keyasint,omitempty" json:"place,omitempty"`  //
	Notice string `cbor:"5,keyasint,omitempty" json:"notice,omitempty"` // when time and place were told
}

// foldFound folds what a visit, a deliberation or a third party brought.
func (s *State) foldFound(e *Event, content any) {
	switch b := content.(type) {
	case *VisitedBody:
		s.Visited = append(slices.Clip(s.Visited), *b)
		s.found(e, b.Step, b.Passed, b.Found)
	case *DeliberatedBody:
		s.Deliberated = append(slices.Clip(s.Deliberated), *b)
		s.found(e, b.Step, b.Passed, b.Result)
	case *PartyHeardBody:
		s.Heard = append(slices.Clip(s.Heard), *b)
	}
}

// found ends the step that a visit or a deliberation was, if it was one.
func (s *State) found(e *Event, step int, passed bool, text string) {
	if step >= 0 {
		s.done(e, step, item.Assess, passed, text)
	}
}

var manners = []Manner{Collected, ByPost, Online, Left, Announced, ByOther}

func (c *claim) soundProof(f *form, b *StepBody) {
	if b.Proof == nil {
		return
	}
	f.hold(c.e.Kind == Served || c.e.Kind == HandedOut, "only what is served or handed out has a proof of it")
	among(f, "manner of service", b.Proof.Manner, true, manners...)
	signed(f, b.Proof.Signed, false)
	f.name("courier", b.Proof.Courier, false)
	f.day("day of service", b.Proof.On, false)
	f.name("number of the proof", b.Proof.Number, false)
	f.blob("signature", b.Proof.Signature)
}

// twoStaff: whoever checks on the spot comes in twos (行政许可法 34).
func twoStaff(f *form, staff []string) {
	f.names("members of staff", staff, 2)
}

func soundFound(f *form, content any) {
	switch b := content.(type) {
	case *VisitedBody:
		among(f, "kind of visit", b.Kind, true, "home", "site", "verify")
		f.day("day", b.On, true)
		twoStaff(f, b.Staff)
		f.text("what was found", b.Found, true)
		f.blob("proof", b.Proof)
	case *DeliberatedBody:
		f.day("day", b.On, true)
		f.names("who deliberated", b.Who, 2)
		f.count("for", b.For, 0, 10_000)
		f.count("against", b.Against, 0, 10_000)
		f.text("result", b.Result, true)
		f.blob("proof", b.Proof)
	case *PartyHeardBody:
		f.day("day on which they were told", b.Told, true)
		f.words("what they said", b.Text, b.Spoke)
		f.blob("who it was", b.Who)
	}
}

// soundWait: a posting says where and what, a hearing in which order.
func soundWait(f *form, b *SuspendedBody) {
	f.hold(b.Ground != Payment, "a wait for a payment begins with its notice")
	among(f, "ground", b.Ground, true, PublicPosting, Hearing, Testing, Appraisal, ExpertReview, Inspection, Payment, OtherGround)
	f.day("until", b.Until, false)
	f.text("note", b.Note, false)
	f.text("basis", b.Basis, false)
	f.name("decider", b.Decider, false)
	f.name("name", b.Name, false)
	f.hold((b.Posting != nil) == (b.Ground == PublicPosting), "a posting, and nothing else, says where, when and what is posted")
	f.hold(b.Hearing == nil || b.Ground == Hearing, "only a hearing is held")
	if p := b.Posting; p != nil {
		f.text("place of the posting", p.Place, true)
		f.day("first day of the posting", p.From, true)
		f.day("last day of the posting", p.To, true)
		f.inOrder("posting", p.From, p.To)
		f.text("what is posted", p.Text, true)
		f.name("number", p.Number, false)
	}
	if h := b.Hearing; h != nil {
		f.day("day on which the right to a hearing was told", h.Told, true)
		f.day("day on which it was asked for", h.Asked, false)
		f.day("day of the notice", h.Notice, false)
		f.day("day of the hearing", h.On, false)
		f.inOrder("hearing", h.Told, h.Asked, h.Notice, h.On)
		f.text("place of the hearing", h.Place, false)
	}
}

func (c *claim) soundEndOfWait(f *form, b *ResumedBody) {
	f.text("result", b.Result, false)
	f.blob("proof", b.Proof)
	open := c.s.Waiting()
	f.hold(len(b.Objections) == 0 || open.Ground == PublicPosting, "objections are made to a posting")
	f.count("objections", len(b.Objections), 0, maxList)
	for _, o := range b.Objections {
		f.day("day of the objection", o.On, true)
		f.words("objection", o.Text, true)
		f.words("answer to the objection", o.Answer, true)
		f.blob("who objected", o.Who)
	}
	f.hold(b.Held == "" || open.Ground == Hearing, "only a hearing is held")
	f.day("day of the hearing", b.Held, false)
	if open.Hearing != nil {
		f.inOrder("hearing", open.Hearing.Told, open.Hearing.Notice, b.Held)
	}
}

// soundCorrection: a case goes back down, or to who had it, with the reason and
// what is at fault.
func (c *claim) soundCorrection(f *form, b *HandedOverBody) {
	k := b.Correct
	if k == nil {
		return
	}
	before := slices.ContainsFunc(c.s.Route, func(l Leg) bool { return l.Party.Center == b.To.Center })
	f.hold(before || b.To.Center.Level() > c.e.Author.Center.Level(),
		"%s lies below nobody here and never had the case: it has nothing to correct", b.To.Center)
	f.hold(slices.Contains(beforeEnd, c.s.Phase), "the case is %s: nothing is to be corrected before it goes on", c.s.Phase)
	f.text("what is to be put right", k.Reason, true)
	f.day("until when", k.By, false)
	f.names("materials at fault", k.Materials, 0)
	for _, id := range k.Materials {
		_, ok := c.it.Material(id)
		f.hold(ok, "the item lists no material %.80q", id)
	}
}
