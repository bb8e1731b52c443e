package rule

import (
	"fmt"

	"tongban/catalog/area"
	"tongban/catalog/workday"
)

// Kind is a type of document that is a rule: its key is the type's.
type Kind interface{ Key() Key }

// FiveKinds is what is done with each of the five kinds of cases (五件办理).
type FiveKinds struct {
	Kinds []CaseKind `json:"kinds,omitempty" name:"五件" means:"the kinds, in the order in which they are shown"`
}

// Key is FiveKindsKey.
func (FiveKinds) Key() Key { return FiveKindsKey }

// CaseKind is one of the five.
type CaseKind struct {
	Kind     KindWord `json:"kind" need:"yes" name:"办件种类" means:"which of the five"`
	Name     string   `json:"name" need:"yes" max:"20" name:"名称" means:"as it is shown"`
	When     string   `json:"when,omitempty" name:"适用情形" means:"which applications are of this kind"`
	Handling string   `json:"handling,omitempty" name:"办理要求" means:"what is done with them"`
	Limit    string   `json:"limit,omitempty" max:"100" name:"时限" means:"by when, in words"`
}

// KindWord names one of the five kinds.
type KindWord string

// The five kinds: two base kinds, two that follow from the steps, one outcome.
const (
	ImmediateKind  KindWord = "immediate"
	PromisedKind   KindWord = "promised"
	JointKind      KindWord = "joint"
	ReferredUpKind KindWord = "referred_up"
	DeclinedKind   KindWord = "declined"
)

func (KindWord) words() []Word {
	return []Word{{"immediate", "即办件"}, {"promised", "承诺件"}, {"joint", "联办件"}, {"referred_up", "上报件"}, {"declined", "退办件"}}
}

func (k *FiveKinds) check(f *fitter, path string) {
	unique(f, path+".kinds", "kind", k.Kinds, func(c CaseKind) string { return string(c.Kind) })
}

// Of finds what is said of a kind.
func (k FiveKinds) Of(kind KindWord) (CaseKind, bool) {
	for _, c := range k.Kinds {
		if c.Kind == kind {
			return c, true
		}
	}
	return CaseKind{}, false
}

// LaterMaterial is what becomes of a case that was accepted with later
// materials (容缺受理) when they don't come.
type LaterMaterial struct {
	Consequence Consequence `json:"consequence,omitempty" name:"逾期后果" means:"what follows when they don't come in time"`
	Days        int         `json:"days,omitempty" min:"1" max:"365" name:"补交时限（工作日）" means:"working days for bringing them, where the item says nothing"`
}

// Key is LaterMaterialKey.
func (LaterMaterial) Key() Key { return LaterMaterialKey }

// Consequence is what follows from a missed day.
type Consequence string

// The two that local law knows.
const (
	DeemedWithdrawn   Consequence = "deemed_withdrawn"
	AcceptanceRevoked Consequence = "acceptance_revoked"
)

func (Consequence) words() []Word {
	return []Word{{"deemed_withdrawn", "视为撤回申请"}, {"acceptance_revoked", "撤销受理"}}
}

// SpecialProcedures lists what may lengthen or stop a clock (特别程序).
type SpecialProcedures struct {
	Procedures []Procedure `json:"procedures,omitempty" name:"特别程序" means:"the procedures"`
}

// Key is SpecialProceduresKey.
func (SpecialProcedures) Key() Key { return SpecialProceduresKey }

// Procedure is one special procedure.
type Procedure struct {
	Name     string `json:"name" need:"yes" max:"50" name:"名称" means:"the name, such as 听证"`
	Ground   Ground `json:"ground" need:"yes" name:"事由" means:"as what a case records it"`
	Effect   Effect `json:"effect,omitempty" name:"对时限的影响" means:"what it does to the clock; nothing: the item says"`
	MaxDays  int    `json:"max_days,omitempty" min:"1" max:"3650" name:"最长（工作日）" means:"working days that it may take; nothing: no limit is set"`
	Notice   bool   `json:"notice,omitempty" name:"书面告知" means:"the applicant is told in writing"`
	Approval string `json:"approval,omitempty" max:"100" name:"批准" means:"who must approve it"`
	Basis    string `json:"basis,omitempty" name:"依据" means:"the law"`
}

// Ground is as what a case records a special procedure.
type Ground string

// The grounds. All but the extension are those of a case's interval.
const (
	Extension     Ground = "extension"
	Hearing       Ground = "hearing"
	Testing       Ground = "testing"
	Appraisal     Ground = "appraisal"
	ExpertReview  Ground = "expert_review"
	Inspection    Ground = "inspection"
	PublicPosting Ground = "public_posting"
	OtherGround   Ground = "other"
)

func (Ground) words() []Word {
	return []Word{{"extension", "延长"}, {"hearing", "听证"}, {"testing", "检验、检测、检疫"}, {"appraisal", "鉴定"},
		{"expert_review", "专家评审"}, {"inspection", "实地核查"}, {"public_posting", "公示"}, {"other", "其他"}}
}

// Effect is what a procedure does to a clock.
type Effect string

// The three effects.
const (
	Suspends Effect = "suspends"
	Extends  Effect = "extends"
	Counts   Effect = "counts"
)

func (Effect) words() []Word {
	return []Word{{"suspends", "所需时间不计入"}, {"extends", "延长时限"}, {"counts", "计入时限"}}
}

func (s *SpecialProcedures) check(f *fitter, path string) {
	unique(f, path+".procedures", "name", s.Procedures, func(p Procedure) string { return p.Name })
}

// CrossArea is what areas have agreed on about each other's applicants (通办).
type CrossArea struct {
	Agreements []Agreement `json:"agreements,omitempty" name:"通办协议" means:"the agreements"`
}

// Key is CrossAreaKey.
func (CrossArea) Key() Key { return CrossAreaKey }

// Agreement is one of them.
type Agreement struct {
	Name     string       `json:"name" need:"yes" max:"100" name:"名称" means:"the name"`
	Document string       `json:"document" need:"yes" max:"200" name:"文件" means:"the document that was signed"`
	Parties  []area.Code  `json:"parties" need:"yes" name:"参加区划" means:"the areas that agree"`
	All      bool         `json:"all_items,omitempty" name:"全部事项" means:"it holds for every item; else for those listed"`
	Items    []ItemCode   `json:"items,omitempty" name:"事项" means:"the items"`
	Mode     Mode         `json:"mode" need:"yes" name:"通办形式" means:"how a case is handled"`
	Accepts  Side         `json:"accepts" need:"yes" name:"由谁受理" means:"who accepts"`
	Clock    Side         `json:"clock" need:"yes" name:"由谁计时" means:"whose clock runs"`
	Paper    Side         `json:"paper" need:"yes" name:"纸质材料由谁保存" means:"who keeps the paper"`
	Courier  Payer        `json:"courier,omitempty" name:"邮寄费用" means:"who pays the courier"`
	Result   Delivery     `json:"result,omitempty" name:"结果送达" means:"how the result reaches the applicant"`
	From     workday.Date `json:"from,omitempty" name:"起始日" means:"the first day"`
	To       workday.Date `json:"to,omitempty" name:"截止日" means:"the last day; nothing: it is open"`
}

// Mode is how a case from another area is handled, as item.Mode.
type Mode string

func (Mode) words() []Word {
	return []Word{{"online", "全程网办"}, {"received_elsewhere", "异地代收代办"}, {"worked_in_several", "多地联办"}}
}

// Side is one of the two centers of a cross-area case.
type Side string

// The two sides.
const (
	Receiving Side = "receiving"
	Competent Side = "competent"
)

func (Side) words() []Word { return []Word{{"receiving", "收件地"}, {"competent", "属地"}} }

// Payer is who pays the courier.
type Payer string

func (Payer) words() []Word {
	return []Word{{"receiving", "收件地"}, {"competent", "属地"}, {"applicant", "申请人"}}
}

// Delivery is how a result reaches an applicant elsewhere.
type Delivery string

func (Delivery) words() []Word {
	return []Word{{"online", "网上送达"}, {"post", "邮寄"}, {"receiving_center", "收件地打印、发放"}, {"competent_center", "属地领取"}}
}

func (c *CrossArea) check(f *fitter, path string) {
	unique(f, path+".agreements", "name", c.Agreements, func(a Agreement) string { return a.Name })
}

func (a *Agreement) check(f *fitter, path string) {
	if a.All == (len(a.Items) > 0) {
		f.add(path+".items", "或者写 all_items: true，或者列出事项，二者取一", "either all_items or a list of items, one of the two")
	}
	if n := len(a.Parties); n == 1 {
		f.add(path+".parties", "至少两个区划", "want two areas at least")
	}
	unique(f, path+".parties", "", a.Parties, func(c area.Code) string { return string(c) })
	unique(f, path+".items", "", a.Items, func(c ItemCode) string { return string(c) })
	if a.To != "" && a.To < a.From {
		f.add(path+".to", "截止日早于起始日", "the last day is before the first")
	}
}

// Holds reports whether the agreement covers an item of one area's that is
// received in another, on a day.
func (a Agreement) Holds(item ItemCode, receiving, competent area.Code, day workday.Date) bool {
	if day < a.From || a.To != "" && day > a.To {
		return false
	}
	covered := a.All
	for _, c := range a.Items {
		covered = covered || c == item
	}
	party := func(in area.Code) (which int) {
		which = -1
		for i, p := range a.Parties {
			if in.Under(p) && (which < 0 || p.Level() > a.Parties[which].Level()) {
				which = i
			}
		}
		return which
	}
	from, to := party(receiving), party(competent)
	return covered && from >= 0 && to >= 0 && from != to
}

// Agreement finds the agreement by which an item of the competent area may be
// received in another on a day: the first of those that the competent area goes
// by; ok is false where none covers it.
func (s Set) Agreement(code string, receiving, competent area.Code, day string) (Agreement, bool) {
	doc, _ := Doc[CrossArea](s, competent, day)
	for _, a := range doc.Agreements {
		if a.Holds(ItemCode(code), receiving, competent, workday.Date(day)) {
			return a, true
		}
	}
	return Agreement{}, false
}

// Rating is how a bad rating is answered (好差评).
type Rating struct {
	Grades    []Grade  `json:"grades,omitempty" name:"评价等次" means:"the grades"`
	Verify    int      `json:"verify_days,omitempty" min:"1" max:"60" name:"核实时限（工作日）" means:"working days until a named bad rating has been verified"`
	Rectify   int      `json:"rectify_days,omitempty" min:"1" max:"60" name:"整改时限（工作日）" means:"working days for rectifying what is clear"`
	Complex   int      `json:"complex_days,omitempty" min:"1" max:"120" name:"复杂情况整改时限（工作日）" means:"working days for rectifying what is complex"`
	FollowUp  bool     `json:"follow_up,omitempty" name:"差评回访" means:"every named bad rating is followed up"`
	Anonymous bool     `json:"anonymous,omitempty" name:"可匿名" means:"a rating may be given without a name"`
	Basis     []string `json:"basis,omitempty" name:"依据" means:"which source says which of these"`
}

// Key is RatingKey.
func (Rating) Key() Key { return RatingKey }

// Grade is one of the grades of a rating.
type Grade struct {
	Grade int    `json:"grade" need:"yes" min:"1" max:"10" name:"等次" means:"its number"`
	Name  string `json:"name" need:"yes" max:"20" name:"名称" means:"its name"`
	Bad   bool   `json:"bad,omitempty" name:"差评" means:"it is a bad rating"`
}

func (r *Rating) check(f *fitter, path string) {
	unique(f, path+".grades", "grade", r.Grades, func(g Grade) string { return fmt.Sprint(g.Grade) })
	if r.Rectify > 0 && r.Complex > 0 && r.Complex < r.Rectify {
		f.add(path+".complex_days", "复杂情况的整改时限短于一般时限", "what is complex has less time than what is clear")
	}
}

// Bad reports whether a grade is a bad rating.
func (r Rating) Bad(grade int) bool {
	for _, g := range r.Grades {
		if g.Grade == grade {
			return g.Bad
		}
	}
	return false
}

// unique reports entries of a list with the same key; field is "" where the
// entries themselves are the keys. What didn't fit has the key "" or "0".
func unique[T any](f *fitter, path, field string, list []T, key func(T) string) {
	seen := map[string]int{}
	for i, e := range list {
		k := key(e)
		if k == "" || k == "0" {
			continue
		}
		if first, twice := seen[k]; twice {
			at := fmt.Sprintf("%s[%d]", path, i)
			if field != "" {
				at += "." + field
			}
			f.add(at, fmt.Sprintf("“%s”与第 %d 条重复", clip(k), first+1), fmt.Sprintf("%q is the same as in entry %d", clip(k), first+1))
			continue
		}
		seen[k] = i
	}
}
