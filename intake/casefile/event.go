// Package casefile is the log of one case (办件) from the counter to the
// archive: its events, what they fold to, and the rules of custody that say
// who may write the next one.
//
// It is pure: state in, state out. It must never read storage, a network, a
// clock or randomness, and never show anything that is not a fold of the log,
// the pinned item and the Register.
package casefile

import (
	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// ID names a case for good: the opening center, its incarnation and its own
// counter, such as "320509111201.1.42". It never needs a network.
type ID string

// Epoch is the Register's fence on a case: 0 until somebody is granted a
// seizure.
type Epoch = uint32

// Party is a center in one of its incarnations. Only a party ever writes.
type Party struct {
	Center      area.Center `cbor:"1,keyasint" json:"center"`
	Incarnation uint32      `cbor:"2,keyasint" json:"incarnation"`
}

// Kind names an event. The names are for good.
type Kind string

// The events of format version 1.
const (
	Opened       Kind = "opened"
	Received     Kind = "received"
	Noticed      Kind = "noticed"
	Supplemented Kind = "supplemented"
	Accepted     Kind = "accepted"
	Declined     Kind = "declined"
	Checked      Kind = "checked"
	Reviewed     Kind = "reviewed"
	Opinion      Kind = "opinion_recorded"
	Outside      Kind = "outside_recorded"
	Suspended    Kind = "suspended"
	Resumed      Kind = "resumed"
	Extended     Kind = "extended"
	HandedOver   Kind = "handed_over"
	TakenOver    Kind = "taken_over"
	TurnedBack   Kind = "turned_back"
	Decided      Kind = "decided"
	Made         Kind = "made"
	Served       Kind = "served"
	HandedOut    Kind = "handed_out"
	Rated        Kind = "rated"
	Withdrawn    Kind = "withdrawn"
	Terminated   Kind = "terminated"
	RequestKept  Kind = "request_recorded"
	Erased       Kind = "erased"
	Concluded    Kind = "concluded"
	Archived     Kind = "archived"
	Seized       Kind = "seized"
	Reconciled   Kind = "reconciled"

	Returned        Kind = "returned"         // 退件: given back to the applicant before acceptance
	FeeCharged      Kind = "fee_charged"      // 缴费通知
	FeeWaived       Kind = "fee_waived"       // 减免
	FeePaid         Kind = "fee_paid"         //
	FeeSettled      Kind = "fee_settled"      // what was collected on behalf is handed to its body, or given back
	Mandated        Kind = "mandated"         // 全程代办: 委托
	MandateAccepted Kind = "mandate_accepted" // 受理
	Undertaken      Kind = "undertaken"       // 承办
	HandedBack      Kind = "handed_back"      // 回交
	JointSet        Kind = "joint_set"        // 联办: who takes part
	SurveySet       Kind = "survey_set"       // 联合踏勘: the one appointment
	SurveyHeld      Kind = "survey_held"      //
	PapersSent      Kind = "papers_sent"      // originals leave, with a slip
	PapersArrived   Kind = "papers_arrived"   // the slip was scanned at the other end
	Visited         Kind = "visited"          // 入户核查、实地核查
	Deliberated     Kind = "deliberated"      // 评议、集体讨论
	PartyHeard      Kind = "party_heard"      // 听取利害关系人意见 (行政许可法 36)
	Voided          Kind = "document_voided"  // 文书作废
	Corrected       Kind = "corrected"        // 更正
	Reopened        Kind = "reopened"         // 重新办理
	Adopted         Kind = "version_adopted"  // a newer version that is better for the applicant is applied (立法法 104)
)

// Event is one entry of a casefile, sealed by its author
// (chain.EventDomain). The sealed bytes are the record that is hashed.
type Event struct {
	Format       uint8      `cbor:"1,keyasint" json:"format"` // 1
	Case         ID         `cbor:"2,keyasint" json:"case"`
	Seq          uint64     `cbor:"3,keyasint" json:"seq"` // from 1
	Prev         chain.Hash `cbor:"4,keyasint" json:"prev"`
	Epoch        Epoch      `cbor:"5,keyasint" json:"epoch"`
	Author       Party      `cbor:"6,keyasint" json:"author"`
	Register     chain.Head `cbor:"7,keyasint" json:"register"`   // the author's Register when it wrote
	Staff        string     `cbor:"8,keyasint" json:"staff"`      // the staff number, unique in the realm; a name where the center keeps no roster
	DeskTime     int64      `cbor:"9,keyasint" json:"desk_time"`  // when it happened at the desk, Unix milliseconds
	NodeTime     int64      `cbor:"10,keyasint" json:"node_time"` // when the node wrote it; never before the previous event's
	ClockSuspect bool       `cbor:"11,keyasint,omitempty" json:"clock_suspect,omitempty"`
	Kind         Kind       `cbor:"12,keyasint" json:"kind"`
	Body         wire.Raw   `cbor:"13,keyasint" json:"-"`                        // CBOR of the body type of its kind
	Hand         *Hand      `cbor:"14,keyasint,omitempty" json:"hand,omitempty"` // at which post; nil: the center keeps no roster
}

// Hand is at which post something was done, as the national tables ask of every
// entry (GB/T 39046 tables 6 and 7). It says nothing of an applicant.
type Hand struct {
	Name       string `cbor:"1,keyasint,omitempty" json:"name,omitempty"`            // as on the plate of the window
	Body       string `cbor:"2,keyasint,omitempty" json:"body,omitempty"`            // unified social credit code of the body that acts; "": the item's
	Department string `cbor:"3,keyasint,omitempty" json:"department,omitempty"`      //
	Post       string `cbor:"4,keyasint,omitempty" json:"post,omitempty"`            //
	Window     string `cbor:"5,keyasint,omitempty" json:"window,omitempty"`          //
	For        string `cbor:"6,keyasint,omitempty" json:"acting_for,omitempty"`      // AB岗: the member of staff whose post it is
	ForName    string `cbor:"7,keyasint,omitempty" json:"acting_for_name,omitempty"` //
	Start      int64  `cbor:"8,keyasint,omitempty" json:"start,omitempty"`           // when the work on it began, Unix milliseconds; 0: at the desk's time
	First      string `cbor:"9,keyasint,omitempty" json:"first_contact,omitempty"`   // 首问负责: who the applicant spoke to first, where that was another
	Served     string `cbor:"10,keyasint,omitempty" json:"served,omitempty"`         // of a rating: who served the applicant last at that post, by staff number; Staff is who gave it or took it down
}

// BlobRef points at content that lies outside the log, by its BlobHash: it can
// be the content of this case only. The salt lies in the blob, so that erasing
// the blob leaves nothing to guess.
type BlobRef struct {
	Hash chain.Hash `cbor:"1,keyasint" json:"hash"`
	Size int64      `cbor:"2,keyasint" json:"size"`
	Kind string     `cbor:"3,keyasint,omitempty" json:"kind,omitempty"` // "applicant", "material", "proof", "party", "words"
}

// OpenedBody starts a case. Everything here is fixed once, at the desk.
type OpenedBody struct {
	Number    string      `cbor:"1,keyasint" json:"number"`  // 办件编号
	Item      item.Ref    `cbor:"2,keyasint" json:"item"`    // the version shown to the applicant; acceptance pins it again
	Subject   area.Code   `cbor:"3,keyasint" json:"subject"` // the area that fixes competence
	Applied   area.Code   `cbor:"4,keyasint" json:"applied"` // 申报地
	Deliver   area.Center `cbor:"5,keyasint" json:"deliver"` // where the applicant collects
	Applicant BlobRef     `cbor:"6,keyasint" json:"applicant"`
	Agency    bool        `cbor:"7,keyasint,omitempty" json:"agency,omitempty"` // 全程代办: the village acts for the applicant
	Mode      item.Mode   `cbor:"8,keyasint,omitempty" json:"mode,omitempty"`   // of a cross-area case
	Choice    *Choice     `cbor:"9,keyasint,omitempty" json:"choice,omitempty"` // the situation; nil: the item asks nothing
	Bundle    *BundleLink `cbor:"10,keyasint,omitempty" json:"bundle,omitempty"`
	Filing    Filing      `cbor:"11,keyasint" json:"filing"`
}

// Choice is the applicant's situation (办理情形) and what follows from it. The
// desk works it out once and seals it: whoever folds the log evaluates nothing,
// and is held to it whatever a later program would make of the answers.
type Choice struct {
	Answers item.Answers `cbor:"1,keyasint" json:"answers"`
	Skipped []int        `cbor:"2,keyasint,omitempty" json:"skipped,omitempty"` // steps that fall away
	Excused []string     `cbor:"3,keyasint,omitempty" json:"excused,omitempty"` // ids of materials that fall away
}

// BundleLink says that a case was opened as a part of a bundle (一件事).
type BundleLink struct {
	Item   item.Ref `cbor:"1,keyasint" json:"item"`                      // the bundle
	Intake string   `cbor:"2,keyasint" json:"intake"`                    // the same for all cases of one intake
	Stage  int      `cbor:"3,keyasint" json:"stage"`                     // from 1
	After  []ID     `cbor:"4,keyasint,omitempty" json:"after,omitempty"` // the cases of the stages before
	Cases  []ID     `cbor:"5,keyasint" json:"cases"`                     // all cases of the intake, this one among them
}

// MaterialState says in what form a material is there.
type MaterialState string

// The states of a material at the desk.
const (
	Missing      MaterialState = "missing"
	OriginalSeen MaterialState = "original_seen"
	Copy         MaterialState = "copy"
	Electronic   MaterialState = "electronic"
	Exempted     MaterialState = "exempt"
	Committed    MaterialState = "committed" // 告知承诺
	Later        MaterialState = "later"     // 容缺, with a date
	NotNeeded    MaterialState = "not_needed"
)

// MaterialEntry is one line of the checklist.
type MaterialEntry struct {
	ID    string        `cbor:"1,keyasint" json:"id"`
	State MaterialState `cbor:"2,keyasint" json:"state"`
	Blob  *BlobRef      `cbor:"3,keyasint,omitempty" json:"blob,omitempty"`
	By    string        `cbor:"4,keyasint,omitempty" json:"by,omitempty"` // Later: until when, YYYY-MM-DD
	Note  string        `cbor:"5,keyasint,omitempty" json:"note,omitempty"`

	Originals int      `cbor:"6,keyasint,omitempty" json:"originals,omitempty"` // how many the office keeps
	Copies    int      `cbor:"7,keyasint,omitempty" json:"copies,omitempty"`    //
	Mended    bool     `cbor:"8,keyasint,omitempty" json:"mended,omitempty"`    // corrected on the spot by the applicant (行政许可法 32（三）)
	Carried   *Carried `cbor:"9,keyasint,omitempty" json:"carried,omitempty"`   // taken from an earlier case
}

// Carried says that a material was not asked for again: it lies in an earlier
// case of the same applicant, who agreed.
type Carried struct {
	Case     ID     `cbor:"1,keyasint" json:"case"`
	Material string `cbor:"2,keyasint" json:"material"`
	Consent  string `cbor:"3,keyasint" json:"consent"` // how it was given: "signed", "spoken"
}

// ReceivedBody and SupplementedBody: what was laid on the counter. A line
// replaces the earlier line of the same material.
type ReceivedBody struct {
	Materials []MaterialEntry `cbor:"1,keyasint" json:"materials"`
}

// SupplementedBody is what was brought after a notice.
type SupplementedBody = ReceivedBody

// NoticedBody is the one-time notice (一次性告知): everything missing, once.
type NoticedBody struct {
	Missing []string `cbor:"1,keyasint" json:"missing"` // material ids
	Text    string   `cbor:"2,keyasint" json:"text"`
	Number  string   `cbor:"3,keyasint" json:"number"` // 文号
}

// AcceptedBody starts the clocks and pins the item version.
type AcceptedBody struct {
	Item   item.Ref `cbor:"1,keyasint" json:"item"`
	On     string   `cbor:"2,keyasint" json:"on"`                         // day 0, YYYY-MM-DD in UTC+8
	Deemed bool     `cbor:"3,keyasint,omitempty" json:"deemed,omitempty"` // 视为受理: On is the day of receipt
	Number string   `cbor:"4,keyasint" json:"number"`
	Choice *Choice  `cbor:"5,keyasint,omitempty" json:"choice,omitempty"` // worked out again where another version is pinned
	Due    string   `cbor:"6,keyasint,omitempty" json:"due,omitempty"`    // the promised day as the applicant was told it; "": none is promised, or its year has no calendar
}

// EndGround is on which ground a case ended without a decision.
type EndGround string

// The grounds. The first four are of a decline (行政许可法 32), the rest of the
// other endings.
const (
	NoneNeeded EndGround = "not_needed" // 依法不需要办理: 即时告知不受理
	NotOurs    EndGround = "not_ours"   // 不属于本机关职权: 即时不予受理, and whose it is
	NotMet     EndGround = "not_met"    // 不符合受理条件
	NotMended  EndGround = "not_mended" // what was told to be missing was not brought
	AtRequest  EndGround = "at_request" // the applicant wishes so
	Lapsed     EndGround = "lapsed"     // a day passed by which the applicant was to act (视为撤回)
	Revoked    EndGround = "revoked"    // 撤销受理
	Impossible EndGround = "impossible" // it can't go on: the applicant died, the matter is gone
)

// ReasonBody is the body of declined, returned, withdrawn and terminated.
type ReasonBody struct {
	Reason string    `cbor:"1,keyasint" json:"reason"`
	Remedy string    `cbor:"2,keyasint,omitempty" json:"remedy,omitempty"`
	Number string    `cbor:"3,keyasint,omitempty" json:"number,omitempty"`
	Ground EndGround `cbor:"4,keyasint,omitempty" json:"ground,omitempty"`
	Whose  string    `cbor:"5,keyasint,omitempty" json:"whose,omitempty"` // NotOurs: the body to turn to, in words
}

// StepBody is the body of checked, reviewed, made, served and handed_out: it
// ends the step of the pinned item at that place. Made is the document drawn up
// (制证).
type StepBody struct {
	Step    int    `cbor:"1,keyasint" json:"step"` // index into item.Steps; -1 where the item lists no such step
	Passed  bool   `cbor:"2,keyasint" json:"passed"`
	Opinion string `cbor:"3,keyasint,omitempty" json:"opinion,omitempty"`
	To      string `cbor:"4,keyasint,omitempty" json:"to,omitempty"`    // served, handed_out: "applicant", "agent", "post"
	Proof   *Proof `cbor:"5,keyasint,omitempty" json:"proof,omitempty"` // served, handed_out: 送达回证
}

// OpinionBody is an opinion that was asked for.
type OpinionBody struct {
	Request string      `cbor:"1,keyasint,omitempty" json:"request,omitempty"`
	Center  area.Center `cbor:"2,keyasint" json:"center"`
	Text    string      `cbor:"3,keyasint" json:"text"`
	Stance  Stance      `cbor:"4,keyasint,omitempty" json:"stance,omitempty"`
}

// OutsideBody is what happened at an outside step.
type OutsideBody struct {
	Step   int     `cbor:"1,keyasint" json:"step"`
	Number string  `cbor:"2,keyasint" json:"number"` // the other system's number
	Sent   string  `cbor:"3,keyasint" json:"sent"`   // YYYY-MM-DD
	Came   string  `cbor:"4,keyasint,omitempty" json:"came,omitempty"`
	Result string  `cbor:"5,keyasint,omitempty" json:"result,omitempty"`
	Proof  BlobRef `cbor:"6,keyasint,omitempty" json:"proof"`
}

// Ground is why a clock stands still (特别程序).
type Ground string

// The grounds of DOMAIN section 3.5.
const (
	PublicPosting Ground = "public_posting" // 公示
	Hearing       Ground = "hearing"        // 听证
	Testing       Ground = "testing"        // 检验、检测、检疫
	Appraisal     Ground = "appraisal"      // 鉴定、残疾评定
	ExpertReview  Ground = "expert_review"  // 专家评审
	Inspection    Ground = "inspection"     // 实地核查
	Payment       Ground = "payment"        // 待缴费
	OtherGround   Ground = "other"
)

// SuspendedBody opens an interval, ResumedBody ends it.
type SuspendedBody struct {
	Step    int    `cbor:"1,keyasint" json:"step"` // -1 where it is no step of the item
	Ground  Ground `cbor:"2,keyasint" json:"ground"`
	Until   string `cbor:"3,keyasint,omitempty" json:"until,omitempty"`  // the time that was told in writing
	Counts  bool   `cbor:"4,keyasint,omitempty" json:"counts,omitempty"` // the wait counts all the same
	Note    string `cbor:"5,keyasint,omitempty" json:"note,omitempty"`
	Decider string `cbor:"6,keyasint,omitempty" json:"decider,omitempty"`

	Posting *PostingTerms `cbor:"7,keyasint,omitempty" json:"posting,omitempty"` // of a public posting
	Hearing *HearingTerms `cbor:"8,keyasint,omitempty" json:"hearing,omitempty"` // of a hearing
	Basis   string        `cbor:"9,keyasint,omitempty" json:"basis,omitempty"`   // 启动理由或依据
	Name    string        `cbor:"10,keyasint,omitempty" json:"name,omitempty"`   // 特别程序种类名称, where the ground alone does not say
}

// ResumedBody ends the open interval.
type ResumedBody struct {
	Result     string      `cbor:"1,keyasint" json:"result"`
	Proof      *BlobRef    `cbor:"2,keyasint,omitempty" json:"proof,omitempty"`
	Objections []Objection `cbor:"3,keyasint,omitempty" json:"objections,omitempty"` // to a posting
	Held       string      `cbor:"4,keyasint,omitempty" json:"held,omitempty"`       // of a hearing: the day, YYYY-MM-DD; "": it was not held
}

// ExtendedBody lengthens the promised and the legal limit, once.
type ExtendedBody struct {
	Days     int    `cbor:"1,keyasint" json:"days"` // working days
	Reason   string `cbor:"2,keyasint" json:"reason"`
	Approver string `cbor:"3,keyasint" json:"approver"`
}

// HandedOverBody makes To the only possible next author.
type HandedOverBody struct {
	To      Party  `cbor:"1,keyasint" json:"to"`
	Step    int    `cbor:"2,keyasint" json:"step"` // the step to go on with
	Purpose string `cbor:"3,keyasint,omitempty" json:"purpose,omitempty"`

	// Correct sends the case back down for correction (退回补正): not the
	// applicant is asked, but the center that sent it up.
	Correct *Correction `cbor:"4,keyasint,omitempty" json:"correct,omitempty"`
}

// Correction is what a lower level is to put right.
type Correction struct {
	Reason    string   `cbor:"1,keyasint" json:"reason"`
	Materials []string `cbor:"2,keyasint,omitempty" json:"materials,omitempty"` // ids of those at fault
	By        string   `cbor:"3,keyasint,omitempty" json:"by,omitempty"`        // until when, YYYY-MM-DD
}

// TakenOverBody acknowledges a hand-over; it is the proof of delivery.
type TakenOverBody struct {
	From Party      `cbor:"1,keyasint" json:"from"`
	Head chain.Hash `cbor:"2,keyasint" json:"head"` // the log that was taken over
}

// TurnedBackBody gives custody back to the sender.
type TurnedBackBody struct {
	To     Party  `cbor:"1,keyasint" json:"to"`
	Reason string `cbor:"2,keyasint" json:"reason"`
}

// DecidedBody is the decision.
type DecidedBody struct {
	Step     int    `cbor:"1,keyasint" json:"step"`
	Approved bool   `cbor:"2,keyasint" json:"approved"`
	Text     string `cbor:"3,keyasint" json:"text"`
	Number   string `cbor:"4,keyasint" json:"number"`
	Result   string `cbor:"5,keyasint,omitempty" json:"result,omitempty"` // the document issued
	Remedy   string `cbor:"6,keyasint,omitempty" json:"remedy,omitempty"` // when not approved

	Certificate *Certificate `cbor:"7,keyasint,omitempty" json:"certificate,omitempty"` // of what is issued
}

// Certificate is the document that a decision issues (GB/T 39046 table 8).
type Certificate struct {
	Name       string `cbor:"1,keyasint" json:"name"`
	Number     string `cbor:"2,keyasint,omitempty" json:"number,omitempty"`
	From       string `cbor:"3,keyasint,omitempty" json:"from,omitempty"` // valid from, YYYY-MM-DD
	To         string `cbor:"4,keyasint,omitempty" json:"to,omitempty"`   // "": for good
	Issuer     string `cbor:"5,keyasint,omitempty" json:"issuer,omitempty"`
	IssuerCode string `cbor:"6,keyasint,omitempty" json:"issuer_code,omitempty"` // unified social credit code
	Electronic bool   `cbor:"7,keyasint,omitempty" json:"electronic,omitempty"`
	Again      bool   `cbor:"8,keyasint,omitempty" json:"again,omitempty"` // the same certificate as one that the case issued before, under its number
}

// RatedBody is the applicant's rating, 1 (best) to 5, GB/T 39046 A.8.
type RatedBody struct {
	Grade   int    `cbor:"1,keyasint" json:"grade"`
	Request string `cbor:"2,keyasint,omitempty" json:"request,omitempty"`
	Channel string `cbor:"3,keyasint,omitempty" json:"channel,omitempty"` // GB/T 39046 table 9: "pc", "mobile", "qr", "tablet", "terminal", "phone", "message"
}

// RequestBody records a sealed request as it came, at most once.
type RequestBody struct {
	ID     string `cbor:"1,keyasint" json:"id"`
	Sealed []byte `cbor:"2,keyasint" json:"-"`
	Late   bool   `cbor:"3,keyasint,omitempty" json:"late,omitempty"` // it came after the decision
}

// ErasedBody says that the content of blobs is to be destroyed everywhere.
type ErasedBody struct {
	Blobs  []chain.Hash `cbor:"1,keyasint" json:"blobs"`
	Reason string       `cbor:"2,keyasint" json:"reason"`
}

// SeizedBody opens an epoch. It cites its grant.
type SeizedBody struct {
	Grant uint64     `cbor:"1,keyasint" json:"grant"` // index of the SeizeCase record
	Base  chain.Head `cbor:"2,keyasint" json:"base"`  // the log that it is put on
	Lost  Party      `cbor:"3,keyasint" json:"lost"`
}

// ReconciledBody says what becomes of a superseded branch.
type ReconciledBody struct {
	Head    chain.Head `cbor:"1,keyasint" json:"head"` // of the superseded branch
	Epoch   Epoch      `cbor:"2,keyasint" json:"epoch"`
	Adopted bool       `cbor:"3,keyasint" json:"adopted"`
	Reason  string     `cbor:"4,keyasint" json:"reason"`
	Numbers []string   `cbor:"5,keyasint,omitempty" json:"numbers,omitempty"` // of the documents given in an adopted branch: they stand
}

// ConcludedBody closes a case, with what the national tables ask of its end
// (GB/T 39046 table 8) and no fold can know.
type ConcludedBody struct {
	Note   string `cbor:"1,keyasint,omitempty" json:"note,omitempty"`
	Visits int    `cbor:"2,keyasint,omitempty" json:"visits,omitempty"` // how often the applicant came; 0: not counted
}

// EmptyBody is the body of archived.
type EmptyBody struct {
	Note string `cbor:"1,keyasint,omitempty" json:"note,omitempty"`
}
