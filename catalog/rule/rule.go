// Package rule holds the system-wide rules that differ from area to area: how
// long a counter has for a notice, when a lamp turns, what a level's center is
// called, what a hall must have. Rules are replicated data with a typed
// schema, never program text; what the statute says is the default, and what
// no statute says is empty until an area sets it.
//
// It must never read storage, a network or a clock, and never hold a default
// without a source.
package rule

// Key names a rule.
type Key string

// The rules whose value is a number.
const (
	NoticeDays      Key = "notice_days"      // working days within which everything missing is told (行政许可法 32); 0: on the spot
	NoticeDeemed    Key = "notice_deemed"    // 1: a later notice leaves the case accepted from the day of receipt
	SupplementDays  Key = "supplement_days"  // working days for bringing what is missing (补正); 0: no limit
	SupplementEnds  Key = "supplement_ends"  // 1: what is not brought in time is deemed withdrawn (视为撤回)
	YellowBefore    Key = "yellow_before"    // working days before a due date when the lamp turns yellow
	RedAfter        Key = "red_after"        // working days after the promised limit when it turns red
	SecondRed       Key = "second_red"       // 1: past the legal limit there is a second red
	BusinessClose   Key = "business_close"   // minutes after midnight when the last day of a limit ends
	DecisionDays    Key = "decision_days"    // working days from acceptance to the decision on a permit (行政许可法 42)
	ExtensionDays   Key = "extension_days"   // working days by which they may be extended (行政许可法 42)
	JointDays       Key = "joint_days"       // the same where several departments handle it jointly
	JointExtension  Key = "joint_extension"  // and by how much that may be extended
	InspectionDays  Key = "inspection_days"  // working days from acceptance to the inspection (行政许可法 55)
	HearingAskDays  Key = "hearing_ask_days" // working days for asking for a hearing (行政许可法 47)
	HearingHoldDays Key = "hearing_days"     // working days within which it is held (行政许可法 47)
	HearingNotice   Key = "hearing_notice"   // days before it when place and time are told (行政许可法 48)
	ServeDays       Key = "serve_days"       // working days between decision and service (行政许可法 44)
	ForwardDays     Key = "forward_days"     // working days for sending a case upward (行政许可法 43)
	OfferDays       Key = "offer_days"       // working days for answering a hand-over; 0: not set
	SlipDays        Key = "slip_days"        // working days until papers on a slip are scanned; 0: not set
	OpinionDays     Key = "opinion_days"     // working days for a participant's opinion, from when it was called; 0: not set
	SilentDays      Key = "silent_days"      // working days without a sign of life until a center counts as silent; 0: not set
	RenewalDeemed   Key = "renewal_deemed"   // 1: what is undecided on its last day counts as prolonged (行政许可法 50)
)

// The rules of the registers of the hall (GB/T 39046 table 10). 0: no limit.
const (
	ConsultationDays Key = "consultation_days" // working days for answering a consultation (咨询)
	ComplaintDays    Key = "complaint_days"    // working days for answering a complaint (投诉)
	SuggestionDays   Key = "suggestion_days"   // working days for answering a suggestion (建议)
	InformationDays  Key = "information_days"  // working days for answering an application for government information (政府信息公开条例 33)
	InformationMore  Key = "information_more"  // working days by which that may be extended (政府信息公开条例 33)
)

// The rules whose value is a document.
const (
	FiveKindsKey         Key = "five_kinds"         // FiveKinds
	LaterMaterialKey     Key = "later_material"     // LaterMaterial
	SpecialProceduresKey Key = "special_procedures" // SpecialProcedures
	CrossAreaKey         Key = "cross_area"         // CrossArea
	RatingKey            Key = "rating"             // Rating
	CenterNamesKey       Key = "center_names"       // CenterNames
	WindowTypesKey       Key = "window_types"       // WindowTypes
	HallZonesKey         Key = "hall_zones"         // HallZones
	FacilitiesKey        Key = "facilities"         // Facilities
)

// Rule is one value of one rule, with its source: a number, or a document of
// the type that belongs to its key, which needs no value in JSON. Where a
// number is another one for some types of items, the document says so (ByType)
// and For reads it. Rules that say the same are equal (==).
type Rule struct {
	Key    Key      `cbor:"1,keyasint" json:"key" yaml:"key"`
	Value  int64    `cbor:"2,keyasint" json:"value" yaml:"value" required:"false"`
	Source string   `cbor:"3,keyasint,omitempty" json:"source,omitempty" yaml:"source"`
	From   string   `cbor:"4,keyasint,omitempty" json:"from,omitempty" yaml:"from"` // effective, YYYY-MM-DD
	Doc    Document `cbor:"5,keyasint,omitzero" json:"doc,omitempty" yaml:"doc,omitempty"`
}

// Of makes the rule that a document is.
func Of[T Kind](doc T, source, from string) Rule {
	return Rule{Key: doc.Key(), Source: source, From: from, Doc: encode(doc)}
}

// Flag reads a rule that is 0 or 1.
func (r Rule) Flag() bool { return r.Value != 0 }

// Days reads a rule that counts working days.
func (r Rule) Days() int { return int(r.Value) }
