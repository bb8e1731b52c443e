package item

import "tongban/catalog/area"

// Action is what happens at a step (环节).
type Action string

// The actions of a step, each proven by one kind of event in the casefile.
const (
	Receive Action = "receive"  // 收件
	Accept  Action = "accept"   // 受理
	Check   Action = "check"    // 初审
	Review  Action = "review"   // 审查
	Posting Action = "posting"  // 公示, a typed wait
	Assess  Action = "assess"   // 评定、核查、鉴定, a typed wait
	Decide  Action = "decide"   // 决定
	Make    Action = "make"     // 制证
	Serve   Action = "serve"    // 送达
	HandOut Action = "hand_out" // 出件
)

// Step is one leg of the route that a case takes.
type Step struct {
	Name       string     `cbor:"1,keyasint" json:"name" yaml:"name"`
	Action     Action     `cbor:"2,keyasint" json:"action" yaml:"action"`
	Level      area.Level `cbor:"3,keyasint" json:"level" yaml:"level"` // acting level; resolved on the case's subject area
	Department string     `cbor:"4,keyasint,omitempty" json:"department,omitempty" yaml:"department,omitempty"`
	Post       string     `cbor:"5,keyasint,omitempty" json:"post,omitempty" yaml:"post,omitempty"` // 审批人岗位
	Limit      Limit      `cbor:"6,keyasint,omitempty" json:"limit" yaml:"limit,omitempty"`
	Uncounted  bool       `cbor:"7,keyasint,omitempty" json:"uncounted,omitempty" yaml:"uncounted,omitempty"` // the wait does not count (不计算在办结时限内)
	Outside    bool       `cbor:"8,keyasint,omitempty" json:"outside,omitempty" yaml:"outside,omitempty"`     // done at the city, the province or in a department's own system
	Note       string     `cbor:"9,keyasint,omitempty" json:"note,omitempty" yaml:"note,omitempty"`
	If         string     `cbor:"10,keyasint,omitempty" json:"if,omitempty" yaml:"if,omitempty"`             // in which situations; a condition (CEL) over the answers; "": always
	Standard   string     `cbor:"11,keyasint,omitempty" json:"standard,omitempty" yaml:"standard,omitempty"` // 审查标准
	Outcome    string     `cbor:"12,keyasint,omitempty" json:"outcome,omitempty" yaml:"outcome,omitempty"`   // 办理结果
}

// Effect is what a special procedure does to the limits (DOMAIN 3.5).
type Effect string

// The effects. "" where the source does not say.
const (
	Suspends Effect = "suspends" // 听证、检测、专家评审 …: the clock stands still
	Extends  Effect = "extends"  // 延长审批: the limit grows, with an approver and a notice
	Counts   Effect = "counts"   // inside the limit
)

// Special is a special procedure (特别程序) that the guide announces: a wait
// that a case may or may not need, beside its steps.
type Special struct {
	Name   string `cbor:"1,keyasint" json:"name" yaml:"name"`
	Limit  Limit  `cbor:"2,keyasint,omitempty" json:"limit" yaml:"limit,omitempty"`
	Note   string `cbor:"3,keyasint,omitempty" json:"note,omitempty" yaml:"note,omitempty"`
	Effect Effect `cbor:"4,keyasint,omitempty" json:"effect,omitempty" yaml:"effect,omitempty"`
	Basis  string `cbor:"5,keyasint,omitempty" json:"basis,omitempty" yaml:"basis,omitempty"`
}

// Season is a time in which an item may be applied for: from a day to a day,
// both included, in the notation of Limit.By.
type Season struct {
	From string `cbor:"1,keyasint" json:"from" yaml:"from"`
	To   string `cbor:"2,keyasint" json:"to" yaml:"to"`
	Note string `cbor:"3,keyasint,omitempty" json:"note,omitempty" yaml:"note,omitempty"`
}

// Need says whether a material must be there.
type Need string

// The three needs of the published guides.
const (
	Required    Need = "required"    // 必要
	Optional    Need = "optional"    // 非必要
	LaterIfNeed Need = "later_if_ok" // 支持容缺处理
)

// MaterialKind is what a material is (材料类型).
type MaterialKind string

// The kinds.
const (
	FormPaper     MaterialKind = "form"        // 申请表格文书
	Certificate   MaterialKind = "certificate" // 证件证书证明
	OtherMaterial MaterialKind = "other"
)

// MaterialForm is in which form it is handed in (材料形式).
type MaterialForm string

// The forms.
const (
	PaperForm      MaterialForm = "paper"      // 纸质
	ElectronicForm MaterialForm = "electronic" // 电子化
	EitherForm     MaterialForm = "either"     // 纸质或电子化
	BothForms      MaterialForm = "both"       // 纸质和电子化
)

// Channel is where a material comes from (来源渠道).
type Channel string

// The channels with their national codes.
const (
	FromApplicant    Channel = "applicant"    // 10 申请人自备
	FromGovernment   Channel = "government"   // 20 政府部门核发
	FromIntermediary Channel = "intermediary" // 30 中介
	FromOther        Channel = "other"        // 99 其他
)

// Exemption is why a material need not be handed in.
type Exemption string

// The exemptions.
const (
	BySharing    Exemption = "data_sharing" // 数据共享: the office has it
	ByCommitment Exemption = "commitment"   // 告知承诺: the applicant answers for it in writing
)

// Material is one thing that an applicant brings.
type Material struct {
	ID        string       `cbor:"1,keyasint" json:"id" yaml:"id"` // unique within the item, stable between versions
	Name      string       `cbor:"2,keyasint" json:"name" yaml:"name"`
	Need      Need         `cbor:"3,keyasint" json:"need" yaml:"need"`
	Originals int          `cbor:"4,keyasint,omitempty" json:"originals,omitempty" yaml:"originals,omitempty"`
	Copies    int          `cbor:"5,keyasint,omitempty" json:"copies,omitempty" yaml:"copies,omitempty"`
	Source    string       `cbor:"6,keyasint,omitempty" json:"source,omitempty" yaml:"source,omitempty"`        // 出具机构
	When      string       `cbor:"7,keyasint,omitempty" json:"when,omitempty" yaml:"when,omitempty"`            // for whom or when it is needed, as published
	Exempt    bool         `cbor:"8,keyasint,omitempty" json:"exempt,omitempty" yaml:"exempt,omitempty"`        // 免提交
	Note      string       `cbor:"9,keyasint,omitempty" json:"note,omitempty" yaml:"note,omitempty"`            //
	If        string       `cbor:"10,keyasint,omitempty" json:"if,omitempty" yaml:"if,omitempty"`               // in which situations; a condition (CEL) over the answers; "": always
	Kind      MaterialKind `cbor:"11,keyasint,omitempty" json:"kind,omitempty" yaml:"kind,omitempty"`           //
	Form      MaterialForm `cbor:"12,keyasint,omitempty" json:"form,omitempty" yaml:"form,omitempty"`           //
	Channel   Channel      `cbor:"13,keyasint,omitempty" json:"channel,omitempty" yaml:"channel,omitempty"`     //
	ExemptBy  Exemption    `cbor:"14,keyasint,omitempty" json:"exempt_by,omitempty" yaml:"exempt_by,omitempty"` // how, where Exempt
	Basis     string       `cbor:"15,keyasint,omitempty" json:"basis,omitempty" yaml:"basis,omitempty"`         // 材料依据
	Issued    string       `cbor:"16,keyasint,omitempty" json:"issued,omitempty" yaml:"issued,omitempty"`       // 出具时间要求
	Validity  string       `cbor:"17,keyasint,omitempty" json:"validity,omitempty" yaml:"validity,omitempty"`   // 有效期
	Paper     string       `cbor:"18,keyasint,omitempty" json:"paper,omitempty" yaml:"paper,omitempty"`         // 纸质规格, such as A4
	Licence   string       `cbor:"19,keyasint,omitempty" json:"licence,omitempty" yaml:"licence,omitempty"`     // 关联电子证照
	Fill      string       `cbor:"20,keyasint,omitempty" json:"fill,omitempty" yaml:"fill,omitempty"`           // 填报须知
	Standard  string       `cbor:"21,keyasint,omitempty" json:"standard,omitempty" yaml:"standard,omitempty"`   // 受理标准
	Blank     *Attachment  `cbor:"22,keyasint,omitempty" json:"blank,omitempty" yaml:"blank,omitempty"`         // 空白表格
	Sample    *Attachment  `cbor:"23,keyasint,omitempty" json:"sample,omitempty" yaml:"sample,omitempty"`       // 示例样本
}

// Situation is a question (办理情形) whose answer selects materials, steps and
// the members of a bundle.
type Situation struct {
	ID       string   `cbor:"1,keyasint" json:"id" yaml:"id"` // [a-z][a-z0-9_]*: its name in conditions
	Question string   `cbor:"2,keyasint" json:"question" yaml:"question"`
	Options  []Option `cbor:"3,keyasint" json:"options" yaml:"options"`
	Several  bool     `cbor:"4,keyasint,omitempty" json:"several,omitempty" yaml:"several,omitempty"` // more than one may hold
	If       string   `cbor:"5,keyasint,omitempty" json:"if,omitempty" yaml:"if,omitempty"`           // asked only where this holds; over earlier situations
}

// Option is one possible answer.
type Option struct {
	ID   string `cbor:"1,keyasint" json:"id" yaml:"id"`
	Text string `cbor:"2,keyasint" json:"text" yaml:"text"`
}

// Answers are the chosen options' ids by situation id. An unanswered question
// has none.
type Answers map[string][]string

// Bundle is what kind of bundle an item is; "" for an ordinary one.
type Bundle string

// The bundles.
const (
	LifeEvent Bundle = "life_event" // 一件事
	Trade     Bundle = "trade"      // 一业一证
)

// Member is an item that a bundle opens a case of.
type Member struct {
	Code  Code   `cbor:"1,keyasint" json:"code" yaml:"code"`
	Name  string `cbor:"2,keyasint,omitempty" json:"name,omitempty" yaml:"name,omitempty"` // for the reader; the item's own name counts
	Stage int    `cbor:"3,keyasint" json:"stage" yaml:"stage"`                             // from 1; one stage is handled in parallel, a later one begins when all before it are concluded
	If    string `cbor:"4,keyasint,omitempty" json:"if,omitempty" yaml:"if,omitempty"`     // in which situations of the bundle; "": always
	Note  string `cbor:"5,keyasint,omitempty" json:"note,omitempty" yaml:"note,omitempty"`
}

// Shared says that materials of several members are one and the same paper,
// although their names differ. Materials of the same name are shared anyway.
type Shared struct {
	Name string        `cbor:"1,keyasint" json:"name" yaml:"name"` // what the applicant is asked for
	Of   []MaterialRef `cbor:"2,keyasint" json:"of" yaml:"of"`
}

// MaterialRef is a material of a member.
type MaterialRef struct {
	Code Code   `cbor:"1,keyasint" json:"code" yaml:"code"`
	ID   string `cbor:"2,keyasint" json:"id" yaml:"id"`
}

// Supplement is what a center says of an item at its own counter (本地要素). It
// can't hold a standardized element: there is no place for one in it.
type Supplement struct {
	Place      string `cbor:"1,keyasint,omitempty" json:"place,omitempty" yaml:"place,omitempty"`           // 办理地点
	Window     string `cbor:"2,keyasint,omitempty" json:"window,omitempty" yaml:"window,omitempty"`         // 窗口号
	Hours      string `cbor:"3,keyasint,omitempty" json:"hours,omitempty" yaml:"hours,omitempty"`           // 办理时间
	Telephone  string `cbor:"4,keyasint,omitempty" json:"telephone,omitempty" yaml:"telephone,omitempty"`   // 咨询电话
	Complaint  string `cbor:"5,keyasint,omitempty" json:"complaint,omitempty" yaml:"complaint,omitempty"`   // 监督电话
	OnDuty     string `cbor:"6,keyasint,omitempty" json:"on_duty,omitempty" yaml:"on_duty,omitempty"`       // 值班、代办人员
	Directions string `cbor:"7,keyasint,omitempty" json:"directions,omitempty" yaml:"directions,omitempty"` // 位置指引
	Note       string `cbor:"8,keyasint,omitempty" json:"note,omitempty" yaml:"note,omitempty"`
}
