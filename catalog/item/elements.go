package item

import "tongban/catalog/area"

// Type is the kind of administrative act (事项类型), GB/T 39046-2020 A.1.
// Provinces use letters and extensions beside it: two digits or capitals.
type Type string

// The types of the national list.
const (
	Permit        Type = "01" // 行政许可
	Penalty       Type = "02" // 行政处罚
	Coercion      Type = "03" // 行政强制
	Levy          Type = "04" // 行政征收
	Benefit       Type = "05" // 行政给付
	Inspection    Type = "06" // 行政检查
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

// YesNo is an element that a guide answers with yes or no; "" where it does
// not say.
type YesNo string

// The two answers.
const (
	Yes YesNo = "yes"
	No  YesNo = "no"
)

// Nature is what the authority is in law (实施主体性质), GB/T 39046-2020 A.3.
type Nature string

// The natures.
const (
	StatutoryOrgan Nature = "statutory"  // 1 法定机关
	AuthorizedBody Nature = "authorized" // 2 授权组织
	EntrustedBody  Nature = "entrusted"  // 3 受委托组织
	OtherBody      Nature = "other"      // 9 其他
)

// Applicant is whom an item serves (服务对象), GB/T 39046-2020 A.4.
type Applicant string

// The applicants.
const (
	NaturalPerson     Applicant = "natural_person"      // 1 自然人
	Enterprise        Applicant = "enterprise"          // 2 企业法人
	PublicInstitution Applicant = "public_institution"  // 3 事业法人
	SocialOrg         Applicant = "social_organization" // 4 社会组织法人
	StateOrgan        Applicant = "state_organ"         // 5 行政机关
	OtherOrg          Applicant = "other_organization"  // 6 其他组织
	Unincorporated    Applicant = "unincorporated"      // 9 非法人企业
)

// Way is by which way an application comes (办理形式), GB/T 39046-2020 A.5.
type Way string

// The ways.
const (
	AtWindow  Way = "window"   // 1 窗口
	OnPC      Way = "computer" // 2 电脑端
	OnMobile  Way = "mobile"   // 3 移动端
	ByCourier Way = "courier"  // 4 快递
	OtherWay  Way = "other"    // 9 其他
)

// EntryForm is how an item is brought into the hall (入驻方式).
type EntryForm string

// The forms.
const (
	CenterWindow EntryForm = "center_window" // 1 中心窗口
	BranchWindow EntryForm = "branch"        // 2 分中心
	BackOffice   EntryForm = "back_office"   // 3 后方科室
)

// Scope is how far from home an application may be made (通办范围).
type Scope string

// The scopes. A realm honours those up to the city; the wider ones are what a
// guide says of the world outside.
const (
	ScopeCounter  Scope = ""         // only where competence lies
	ScopeTown     Scope = "town"     // any counter of the same town
	ScopeDistrict Scope = "district" // any counter of the same district
	ScopeCity     Scope = "city"     // any counter of the same city
	ScopeProvince Scope = "province" // 省内
	ScopeNation   Scope = "nation"   // 跨省
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

// OpenCases is what a new version means for the cases that are open under an
// older one (立法法 104: no retroaction, unless it favours the applicant).
type OpenCases string

// The two effects. "" means Keep.
const (
	Keep           OpenCases = "keep"       // they go on under the version that they were accepted under
	FavourableOpen OpenCases = "favourable" // the new one may be applied where it is better for the applicant
)

// Body is an office with its code (机构).
type Body struct {
	Name string `cbor:"1,keyasint" json:"name" yaml:"name"`
	Code string `cbor:"2,keyasint,omitempty" json:"code,omitempty" yaml:"code,omitempty"` // unified social credit code
}

// DelegationMode is a way of bringing an item down.
type DelegationMode string

// The three ways (宜兴 2022, 三).
const (
	Entrusted  DelegationMode = "entrusted"  // 委托受理
	Authorized DelegationMode = "authorized" // 授权办理
	Agency     DelegationMode = "agency"     // 帮办代办
)

// Receiver is what a delegation is given to. It matters in law: a permit may
// be entrusted only to an administrative organ (行政许可法 24).
type Receiver string

// The receivers.
const (
	ToOrgan       Receiver = "administrative_organ" // 行政机关, a town government among them
	ToInstitution Receiver = "public_institution"   // 事业单位
	ToCommittee   Receiver = "village_committee"    // 村（居）民委员会
	ToOther       Receiver = "other"
)

// Delegation says that the centers of a level do a part of the work that is
// another's power.
type Delegation struct {
	Mode     DelegationMode `cbor:"1,keyasint" json:"mode" yaml:"mode"`
	Level    area.Level     `cbor:"2,keyasint" json:"level" yaml:"level"` // to which level
	To       Receiver       `cbor:"3,keyasint" json:"to" yaml:"to"`
	Actions  []Action       `cbor:"4,keyasint,omitempty" json:"actions,omitempty" yaml:"actions,omitempty"`
	Document string         `cbor:"5,keyasint,omitempty" json:"document,omitempty" yaml:"document,omitempty"` // 委托书、授权文件
}

// Purpose is what a law is cited for.
type Purpose string

// The purposes. "" means Setting.
const (
	Setting      Purpose = "setting"      // 设定依据
	Implementing Purpose = "implementing" // 实施依据
	Supervising  Purpose = "supervising"  // 监管依据
)

// Law is one legal basis.
type Law struct {
	Title   string  `cbor:"1,keyasint" json:"title" yaml:"title"`
	Article string  `cbor:"2,keyasint,omitempty" json:"article,omitempty" yaml:"article,omitempty"` // 条款号
	Text    string  `cbor:"3,keyasint,omitempty" json:"text,omitempty" yaml:"text,omitempty"`       // 条款内容
	Purpose Purpose `cbor:"4,keyasint,omitempty" json:"purpose,omitempty" yaml:"purpose,omitempty"`
	Number  string  `cbor:"5,keyasint,omitempty" json:"number,omitempty" yaml:"number,omitempty"` // 依据文号
	Issuer  string  `cbor:"6,keyasint,omitempty" json:"issuer,omitempty" yaml:"issuer,omitempty"` // 颁布机关
	Since   string  `cbor:"7,keyasint,omitempty" json:"since,omitempty" yaml:"since,omitempty"`   // 实施日期, YYYY-MM-DD
	// Changed is since when the text cited here is known to be out of date,
	// YYYY-MM-DD or YYYY, which is the last day of that year. Such an item stays
	// a draft while LawChecked is an earlier day.
	Changed string `cbor:"8,keyasint,omitempty" json:"changed,omitempty" yaml:"changed,omitempty"`
}

// Remedy is where an applicant turns who disagrees.
type Remedy struct {
	Complaint       string `cbor:"1,keyasint,omitempty" json:"complaint,omitempty" yaml:"complaint,omitempty"`             // 监督投诉方式
	Reconsideration string `cbor:"2,keyasint,omitempty" json:"reconsideration,omitempty" yaml:"reconsideration,omitempty"` // 行政复议机关
	Court           string `cbor:"3,keyasint,omitempty" json:"court,omitempty" yaml:"court,omitempty"`                     // 行政诉讼法院
}

// Fee is one charge.
type Fee struct {
	Name           string `cbor:"1,keyasint" json:"name" yaml:"name"`                                                     // 收费项目名称
	Standard       string `cbor:"2,keyasint,omitempty" json:"standard,omitempty" yaml:"standard,omitempty"`               // 收费标准
	Basis          string `cbor:"3,keyasint,omitempty" json:"basis,omitempty" yaml:"basis,omitempty"`                     // 收费依据
	Collector      string `cbor:"4,keyasint,omitempty" json:"collector,omitempty" yaml:"collector,omitempty"`             // 收费主体
	Way            string `cbor:"5,keyasint,omitempty" json:"way,omitempty" yaml:"way,omitempty"`                         // 收费方式
	Reduction      string `cbor:"6,keyasint,omitempty" json:"reduction,omitempty" yaml:"reduction,omitempty"`             // 减免
	ReductionBasis string `cbor:"7,keyasint,omitempty" json:"reduction_basis,omitempty" yaml:"reduction_basis,omitempty"` // 减免依据
}

// ResultKind is what a result document is (结果类型).
type ResultKind string

// The kinds.
const (
	Licence     ResultKind = "licence"  // 证照
	Approval    ResultKind = "approval" // 批文
	OtherResult ResultKind = "other"
)

// Result is one document that a case may end with.
type Result struct {
	Name     string      `cbor:"1,keyasint" json:"name" yaml:"name"`
	Kind     ResultKind  `cbor:"2,keyasint,omitempty" json:"kind,omitempty" yaml:"kind,omitempty"`
	Validity string      `cbor:"3,keyasint,omitempty" json:"validity,omitempty" yaml:"validity,omitempty"` // 有效期
	Licence  string      `cbor:"4,keyasint,omitempty" json:"licence,omitempty" yaml:"licence,omitempty"`   // 关联电子证照
	Sample   *Attachment `cbor:"5,keyasint,omitempty" json:"sample,omitempty" yaml:"sample,omitempty"`
}

// Attachment names a file that belongs to an item: a blank form, a filled
// sample. The file lies beside the catalogue and is found by its hash.
type Attachment struct {
	Name string `cbor:"1,keyasint" json:"name" yaml:"name"`
	Hash string `cbor:"2,keyasint" json:"hash" yaml:"hash"` // SHA-256, 64 hex digits
	Size int64  `cbor:"3,keyasint" json:"size" yaml:"size"` // bytes
}

// Question is one of the frequent ones (常见问题).
type Question struct {
	Question string `cbor:"1,keyasint" json:"question" yaml:"question"`
	Answer   string `cbor:"2,keyasint" json:"answer" yaml:"answer"`
}

// Point is one entry of the staff handbook: what to look at, by which
// standard, and what discretion there is.
type Point struct {
	Title      string `cbor:"1,keyasint" json:"title" yaml:"title"`
	Standard   string `cbor:"2,keyasint,omitempty" json:"standard,omitempty" yaml:"standard,omitempty"`
	Discretion string `cbor:"3,keyasint,omitempty" json:"discretion,omitempty" yaml:"discretion,omitempty"` // 裁量基准
	Basis      string `cbor:"4,keyasint,omitempty" json:"basis,omitempty" yaml:"basis,omitempty"`
}

// Origin says where the template comes from. Another district's codes and
// promises are never this district's: whoever shows an item shows its origin.
type Origin struct {
	Area   string `cbor:"1,keyasint" json:"area" yaml:"area"`     // the area that published it, in words
	Date   string `cbor:"2,keyasint" json:"date" yaml:"date"`     // when it was collected or published, YYYY-MM-DD
	Source string `cbor:"3,keyasint" json:"source" yaml:"source"` // page, guide or statute
}
