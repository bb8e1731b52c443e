// Package item is what can be applied for: a version of a service item
// (政务服务事项) with the elements of its implementation list (实施清单) that a
// counter works by.
//
// It is vocabulary: types and pure functions. It must never read storage, a
// network or a clock, never evaluate a condition (see catalog/condition), and
// never read a type, a department or a level out of a code: they are stored.
// The digits are not reliable: one and the same guide declares one type and
// carries another in its code.
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

// Item is one version: a draft, or a published one. What a source does not say
// stays empty. The elements are those of GB/T 39046-2020 table 4 and of real
// guides; a bundle (一件事, 一业一证) is an item with members.
type Item struct {
	Ref Ref `cbor:"1,keyasint" json:"ref" yaml:"-"`

	// What it is.
	Name      string   `cbor:"2,keyasint" json:"name" yaml:"name"`
	Alias     []string `cbor:"3,keyasint,omitempty" json:"alias,omitempty" yaml:"alias,omitempty"` // 日常用语
	Basic     string   `cbor:"4,keyasint,omitempty" json:"basic_code,omitempty" yaml:"basic_code,omitempty"`
	Implement string   `cbor:"5,keyasint,omitempty" json:"implementation_code,omitempty" yaml:"implementation_code,omitempty"`
	Handling  string   `cbor:"6,keyasint,omitempty" json:"handling_code,omitempty" yaml:"handling_code,omitempty"`
	LocalCode string   `cbor:"29,keyasint,omitempty" json:"local_code,omitempty" yaml:"local_code,omitempty"` // an older or local form, beside the standard code
	Type      Type     `cbor:"7,keyasint" json:"type" yaml:"type"`
	Themes    []string `cbor:"30,keyasint,omitempty" json:"themes,omitempty" yaml:"themes,omitempty"` // 服务主题
	Local     bool     `cbor:"31,keyasint,omitempty" json:"local,omitempty" yaml:"local,omitempty"`   // 个性化事项: a center's own, standardized by nobody
	Stars     int      `cbor:"32,keyasint,omitempty" json:"stars,omitempty" yaml:"stars,omitempty"`   // 事项星级, 1 to 5

	// By whose power.
	Department    string       `cbor:"8,keyasint" json:"department" yaml:"department"`
	Authority     string       `cbor:"9,keyasint,omitempty" json:"authority,omitempty" yaml:"authority,omitempty"`            // 实施主体, in whose name notices go out
	AuthorityCode string       `cbor:"33,keyasint,omitempty" json:"authority_code,omitempty" yaml:"authority_code,omitempty"` // its unified social credit code, or a temporary TE code
	Nature        Nature       `cbor:"34,keyasint,omitempty" json:"nature,omitempty" yaml:"nature,omitempty"`                 // 实施主体性质
	Level         area.Level   `cbor:"10,keyasint" json:"level" yaml:"level"`                                                 // 行使层级: the level that decides
	Division      string       `cbor:"35,keyasint,omitempty" json:"division,omitempty" yaml:"division,omitempty"`             // 权限划分
	Exercise      string       `cbor:"36,keyasint,omitempty" json:"exercise,omitempty" yaml:"exercise,omitempty"`             // 行使内容
	PowerSource   string       `cbor:"37,keyasint,omitempty" json:"power_source,omitempty" yaml:"power_source,omitempty"`     // 权力来源
	Delegations   []Delegation `cbor:"38,keyasint,omitempty" json:"delegations,omitempty" yaml:"delegations,omitempty"`       // how it was brought down
	Joint         []Body       `cbor:"39,keyasint,omitempty" json:"joint,omitempty" yaml:"joint,omitempty"`                   // 联办机构
	Undertaking   []Body       `cbor:"40,keyasint,omitempty" json:"undertaking,omitempty" yaml:"undertaking,omitempty"`       // 承办机构
	Laws          []Law        `cbor:"22,keyasint,omitempty" json:"laws,omitempty" yaml:"laws,omitempty"`                     // 设定、实施、监管依据
	LawChecked    string       `cbor:"41,keyasint,omitempty" json:"law_checked,omitempty" yaml:"law_checked,omitempty"`       // the day on which the law was last compared, YYYY-MM-DD
	Subject       Subject      `cbor:"21,keyasint" json:"subject" yaml:"subject"`                                             // what fixes competence
	Applicants    []Applicant  `cbor:"42,keyasint,omitempty" json:"applicants,omitempty" yaml:"applicants,omitempty"`         // 服务对象
	WindowTypes   []string     `cbor:"43,keyasint,omitempty" json:"window_types,omitempty" yaml:"window_types,omitempty"`     // which windows take it: names of the rule window_types
	Remedy        Remedy       `cbor:"44,keyasint,omitempty" json:"remedy,omitempty" yaml:"remedy,omitempty"`                 // where to complain and appeal
	Consult       string       `cbor:"45,keyasint,omitempty" json:"consult,omitempty" yaml:"consult,omitempty"`               // 咨询方式, the authority's own; a counter's lies in its supplement
	OpenCases     OpenCases    `cbor:"46,keyasint,omitempty" json:"open_cases,omitempty" yaml:"open_cases,omitempty"`         // what a new version means for cases in flight
	System        string       `cbor:"47,keyasint,omitempty" json:"system,omitempty" yaml:"system,omitempty"`                 // 运行系统
	Intermediary  []string     `cbor:"48,keyasint,omitempty" json:"intermediary,omitempty" yaml:"intermediary,omitempty"`     // 中介服务

	// On which conditions, with which papers.
	Conditions  []string    `cbor:"14,keyasint,omitempty" json:"conditions,omitempty" yaml:"conditions,omitempty"`   // 受理条件
	Application string      `cbor:"49,keyasint,omitempty" json:"application,omitempty" yaml:"application,omitempty"` // 申请内容
	Declines    []string    `cbor:"50,keyasint,omitempty" json:"declines,omitempty" yaml:"declines,omitempty"`       // 不予受理情形
	Quota       string      `cbor:"51,keyasint,omitempty" json:"quota,omitempty" yaml:"quota,omitempty"`             // 数量限制
	Situations  []Situation `cbor:"52,keyasint,omitempty" json:"situations,omitempty" yaml:"situations,omitempty"`   // 办理情形
	Materials   []Material  `cbor:"15,keyasint,omitempty" json:"materials,omitempty" yaml:"materials,omitempty"`

	// How long, by which way.
	Kind        Kind      `cbor:"11,keyasint" json:"kind" yaml:"kind"`
	Legal       Limit     `cbor:"12,keyasint,omitempty" json:"legal" yaml:"legal,omitempty"`
	LegalNote   string    `cbor:"53,keyasint,omitempty" json:"legal_note,omitempty" yaml:"legal_note,omitempty"`
	Promise     Limit     `cbor:"13,keyasint,omitempty" json:"promise" yaml:"promise,omitempty"`
	PromiseNote string    `cbor:"54,keyasint,omitempty" json:"promise_note,omitempty" yaml:"promise_note,omitempty"`
	Open        []Season  `cbor:"55,keyasint,omitempty" json:"open,omitempty" yaml:"open,omitempty"` // when it may be applied for; none: always
	Steps       []Step    `cbor:"16,keyasint,omitempty" json:"steps,omitempty" yaml:"steps,omitempty"`
	Special     []Special `cbor:"27,keyasint,omitempty" json:"special,omitempty" yaml:"special,omitempty"` // 特别程序
	Flow        string    `cbor:"56,keyasint,omitempty" json:"flow,omitempty" yaml:"flow,omitempty"`       // 办理流程, in words

	// At which counters and screens.
	Ways          []Way     `cbor:"57,keyasint,omitempty" json:"ways,omitempty" yaml:"ways,omitempty"`     // 办理形式
	Styles        []string  `cbor:"58,keyasint,omitempty" json:"styles,omitempty" yaml:"styles,omitempty"` // 马上办 网上办 就近办 一次办
	Visits        *int      `cbor:"18,keyasint,omitempty" json:"visits,omitempty" yaml:"visits,omitempty"` // 到办事现场次数
	VisitReason   string    `cbor:"59,keyasint,omitempty" json:"visit_reason,omitempty" yaml:"visit_reason,omitempty"`
	OnlineDepth   string    `cbor:"60,keyasint,omitempty" json:"online_depth,omitempty" yaml:"online_depth,omitempty"`     // 网上办理深度, as published
	Scope         Scope     `cbor:"19,keyasint,omitempty" json:"scope,omitempty" yaml:"scope,omitempty"`                   // 通办范围
	Mode          Mode      `cbor:"20,keyasint,omitempty" json:"mode,omitempty" yaml:"mode,omitempty"`                     // 通办形式
	ScopeNote     string    `cbor:"61,keyasint,omitempty" json:"scope_note,omitempty" yaml:"scope_note,omitempty"`         // 通办区域, as published
	Entry         EntryForm `cbor:"62,keyasint,omitempty" json:"entry,omitempty" yaml:"entry,omitempty"`                   // 入驻方式
	Appointment   YesNo     `cbor:"63,keyasint,omitempty" json:"appointment,omitempty" yaml:"appointment,omitempty"`       // 是否支持预约
	PayOnline     YesNo     `cbor:"64,keyasint,omitempty" json:"pay_online,omitempty" yaml:"pay_online,omitempty"`         // 网上支付
	Courier       YesNo     `cbor:"65,keyasint,omitempty" json:"courier,omitempty" yaml:"courier,omitempty"`               // 物流快递
	SelfService   YesNo     `cbor:"66,keyasint,omitempty" json:"self_service,omitempty" yaml:"self_service,omitempty"`     // 自助终端
	Commitment    YesNo     `cbor:"67,keyasint,omitempty" json:"commitment,omitempty" yaml:"commitment,omitempty"`         // 告知承诺制
	NoApplication YesNo     `cbor:"68,keyasint,omitempty" json:"no_application,omitempty" yaml:"no_application,omitempty"` // 免申即享

	// What it costs and what comes of it.
	Charged YesNo    `cbor:"69,keyasint,omitempty" json:"charged,omitempty" yaml:"charged,omitempty"` // 是否收费
	Fee     string   `cbor:"17,keyasint,omitempty" json:"fee,omitempty" yaml:"fee,omitempty"`         // as published, in words
	Fees    []Fee    `cbor:"70,keyasint,omitempty" json:"fees,omitempty" yaml:"fees,omitempty"`       // the same, taken apart
	Result  string   `cbor:"23,keyasint,omitempty" json:"result,omitempty" yaml:"result,omitempty"`   // as published, in words
	Results []Result `cbor:"71,keyasint,omitempty" json:"results,omitempty" yaml:"results,omitempty"` // the documents

	// For the people at the counter.
	FAQ      []Question `cbor:"72,keyasint,omitempty" json:"faq,omitempty" yaml:"faq,omitempty"`
	Handbook []Point    `cbor:"73,keyasint,omitempty" json:"handbook,omitempty" yaml:"handbook,omitempty"` // review points and discretion standards, for staff only

	// A bundle: several items as one.
	Bundle  Bundle   `cbor:"74,keyasint,omitempty" json:"bundle,omitempty" yaml:"bundle,omitempty"`
	Members []Member `cbor:"75,keyasint,omitempty" json:"members,omitempty" yaml:"members,omitempty"`
	Shared  []Shared `cbor:"76,keyasint,omitempty" json:"shared,omitempty" yaml:"shared,omitempty"`

	// Where it comes from.
	Origin    Origin `cbor:"24,keyasint" json:"origin" yaml:"origin"`
	Record    string `cbor:"25,keyasint,omitempty" json:"record,omitempty" yaml:"record,omitempty"`       // its number in the source collection, such as D26
	Effective string `cbor:"26,keyasint,omitempty" json:"effective,omitempty" yaml:"effective,omitempty"` // 计划生效日期: the day the drafter wants, YYYY-MM-DD
	Note      string `cbor:"28,keyasint,omitempty" json:"note,omitempty" yaml:"note,omitempty"`           // what the other elements cannot say
}
