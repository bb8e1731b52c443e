// Package item is what can be applied for: a version of a service item
// (政务服务事项) with the elements that a counter works by.
//
// It is vocabulary: types and pure functions. It must never read storage, a
// network or a clock, and never read a type, a department or a level out of a
// code: they are stored. The digits are not reliable: one and the same guide
// declares one type and carries another in its code.
package item

import "tongban/catalog/area"

// Code is the key of an item inside a realm: a handling item code (业务办理项
// 编码, 33 characters), an implementation code (31), a basic code (12), or a
// local code where no standard one is published. [0-9A-Z-], 1 to 40.
type Code string

// Version counts the published versions of one item in one area, from 1.
type Version uint32

// Ref pins one version, as it was published for one area. A case carries it
// from acceptance to archive.
type Ref struct {
	Code    Code      `cbor:"1,keyasint" json:"code"`
	Area    area.Code `cbor:"2,keyasint" json:"area"` // whose version
	Version Version   `cbor:"3,keyasint" json:"version"`
}

// Type is the kind of administrative act (事项类型), GB/T 39046-2020 A.1.
type Type string

// The types of the national list that the catalogue uses.
const (
	Permit        Type = "01" // 行政许可
	Benefit       Type = "05" // 行政给付
	Confirmation  Type = "07" // 行政确认
	Reward        Type = "08" // 行政奖励
	Ruling        Type = "09" // 行政裁决
	OtherPower    Type = "10" // 其他行政权力
	PublicService Type = "20" // 公共服务
)

// Kind is the base kind of a case (办件类型), GB/T 39046-2020 A.6.
type Kind string

// The two base kinds. Joint and referred-up follow from the steps, declined
// is an outcome.
const (
	Immediate Kind = "immediate" // 即办件
	Promised  Kind = "promised"  // 承诺件
)

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
	Department string     `cbor:"4,keyasint,omitempty" json:"department,omitempty" yaml:"department"`
	Post       string     `cbor:"5,keyasint,omitempty" json:"post,omitempty" yaml:"post"`
	Limit      Limit      `cbor:"6,keyasint,omitempty" json:"limit" yaml:"limit"`
	Uncounted  bool       `cbor:"7,keyasint,omitempty" json:"uncounted,omitempty" yaml:"uncounted"` // the wait does not count (不计算在办结时限内)
	Outside    bool       `cbor:"8,keyasint,omitempty" json:"outside,omitempty" yaml:"outside"`     // done at the city, the province or in a department's own system
	Note       string     `cbor:"9,keyasint,omitempty" json:"note,omitempty" yaml:"note"`
}

// Special is a special procedure (特别程序) that the guide announces: a wait
// that a case may or may not need, beside its steps.
type Special struct {
	Name  string `cbor:"1,keyasint" json:"name" yaml:"name"`
	Limit Limit  `cbor:"2,keyasint,omitempty" json:"limit" yaml:"limit"`
	Note  string `cbor:"3,keyasint,omitempty" json:"note,omitempty" yaml:"note"`
}

// Need says whether a material must be there.
type Need string

// The three needs of the published guides.
const (
	Required    Need = "required"    // 必要
	Optional    Need = "optional"    // 非必要
	LaterIfNeed Need = "later_if_ok" // 支持容缺处理
)

// Material is one thing that an applicant brings.
type Material struct {
	ID        string `cbor:"1,keyasint" json:"id" yaml:"id"` // unique within the item, stable between versions
	Name      string `cbor:"2,keyasint" json:"name" yaml:"name"`
	Need      Need   `cbor:"3,keyasint" json:"need" yaml:"need"`
	Originals int    `cbor:"4,keyasint,omitempty" json:"originals,omitempty" yaml:"originals"`
	Copies    int    `cbor:"5,keyasint,omitempty" json:"copies,omitempty" yaml:"copies"`
	Source    string `cbor:"6,keyasint,omitempty" json:"source,omitempty" yaml:"source"` // who issues it
	When      string `cbor:"7,keyasint,omitempty" json:"when,omitempty" yaml:"when"`     // for whom or when it is needed, as published
	Exempt    bool   `cbor:"8,keyasint,omitempty" json:"exempt,omitempty" yaml:"exempt"` // 免提交: the office has it
	Note      string `cbor:"9,keyasint,omitempty" json:"note,omitempty" yaml:"note"`
}

// Law is one legal basis (设定依据).
type Law struct {
	Title   string `cbor:"1,keyasint" json:"title" yaml:"title"`
	Article string `cbor:"2,keyasint,omitempty" json:"article,omitempty" yaml:"article"`
	Text    string `cbor:"3,keyasint,omitempty" json:"text,omitempty" yaml:"text"`
}

// Scope is how far from home an application may be made (通办范围).
type Scope string

// The scopes that one realm can honour.
const (
	ScopeCounter  Scope = ""         // only where competence lies
	ScopeTown     Scope = "town"     // any counter of the same town
	ScopeDistrict Scope = "district" // any counter of the same district
	ScopeCity     Scope = "city"     // any counter of the same city
)

// Mode is how a case from another area is handled (通办形式).
type Mode string

// The three national modes.
const (
	Online            Mode = "online"             // 全程网办
	ReceivedElsewhere Mode = "received_elsewhere" // 异地代收代办
	SeveralPlaces     Mode = "worked_in_several"  // 多地联办
)

// Subject is what fixes competence: whose area code a step's level is taken of.
type Subject string

// What can fix competence.
const (
	ByHousehold Subject = "household" // 户籍地
	ByResidence Subject = "residence" // 居住地
	ByBusiness  Subject = "business"  // 经营场所
	ByProperty  Subject = "property"  // 不动产所在地
	ByInsurance Subject = "insurance" // 参保地
	ByCounter   Subject = "counter"   // 申请人所选: the receiving counter's own area
)

// Origin says where the template comes from. Another district's codes and
// promises are never this district's: whoever shows an item shows its origin.
type Origin struct {
	Area   string `cbor:"1,keyasint" json:"area" yaml:"area"`     // the area that published it, in words
	Date   string `cbor:"2,keyasint" json:"date" yaml:"date"`     // when it was collected or published, YYYY-MM-DD
	Source string `cbor:"3,keyasint" json:"source" yaml:"source"` // page, guide or statute
}

// Item is one published version. What a source does not say stays empty.
type Item struct {
	Ref        Ref        `cbor:"1,keyasint" json:"ref" yaml:"-"`
	Name       string     `cbor:"2,keyasint" json:"name" yaml:"name"`
	Alias      []string   `cbor:"3,keyasint,omitempty" json:"alias,omitempty" yaml:"alias"` // 日常用语
	Basic      string     `cbor:"4,keyasint,omitempty" json:"basic_code,omitempty" yaml:"basic_code"`
	Implement  string     `cbor:"5,keyasint,omitempty" json:"implementation_code,omitempty" yaml:"implementation_code"`
	Handling   string     `cbor:"6,keyasint,omitempty" json:"handling_code,omitempty" yaml:"handling_code"`
	Type       Type       `cbor:"7,keyasint" json:"type" yaml:"type"`
	Department string     `cbor:"8,keyasint" json:"department" yaml:"department"`
	Authority  string     `cbor:"9,keyasint,omitempty" json:"authority,omitempty" yaml:"authority"` // 实施主体, in whose name notices go out
	Level      area.Level `cbor:"10,keyasint" json:"level" yaml:"level"`                            // the level that decides
	Kind       Kind       `cbor:"11,keyasint" json:"kind" yaml:"kind"`
	Legal      Limit      `cbor:"12,keyasint,omitempty" json:"legal" yaml:"legal"`
	Promise    Limit      `cbor:"13,keyasint,omitempty" json:"promise" yaml:"promise"`
	Conditions []string   `cbor:"14,keyasint,omitempty" json:"conditions,omitempty" yaml:"conditions"`
	Materials  []Material `cbor:"15,keyasint,omitempty" json:"materials,omitempty" yaml:"materials"`
	Steps      []Step     `cbor:"16,keyasint,omitempty" json:"steps,omitempty" yaml:"steps"`
	Fee        string     `cbor:"17,keyasint,omitempty" json:"fee,omitempty" yaml:"fee"`
	Visits     *int       `cbor:"18,keyasint,omitempty" json:"visits,omitempty" yaml:"visits"`
	Scope      Scope      `cbor:"19,keyasint,omitempty" json:"scope,omitempty" yaml:"scope"`
	Mode       Mode       `cbor:"20,keyasint,omitempty" json:"mode,omitempty" yaml:"mode"`
	Subject    Subject    `cbor:"21,keyasint" json:"subject" yaml:"subject"`
	Laws       []Law      `cbor:"22,keyasint,omitempty" json:"laws,omitempty" yaml:"laws"`
	Result     string     `cbor:"23,keyasint,omitempty" json:"result,omitempty" yaml:"result"`
	Origin     Origin     `cbor:"24,keyasint" json:"origin" yaml:"origin"`
	Record     string     `cbor:"25,keyasint,omitempty" json:"record,omitempty" yaml:"record"`       // its number in the source collection, such as D26
	Effective  string     `cbor:"26,keyasint,omitempty" json:"effective,omitempty" yaml:"effective"` // YYYY-MM-DD
	Special    []Special  `cbor:"27,keyasint,omitempty" json:"special,omitempty" yaml:"special"`     // 特别程序
	Note       string     `cbor:"28,keyasint,omitempty" json:"note,omitempty" yaml:"note"`           // what the other elements cannot say
}
