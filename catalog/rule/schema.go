package rule

import (
	"reflect"
	"slices"
)

// Unit is what the value of a rule is.
type Unit string

// The units of rules.
const (
	WorkingDays Unit = "working_days"
	Minutes     Unit = "minutes" // after midnight, in China
	Flag        Unit = "flag"    // 0 or 1
	Documents   Unit = "document"
)

// Schema says what a rule may be.
type Schema struct {
	Key     Key     `json:"key"`
	Unit    Unit    `json:"unit"`
	Min     int64   `json:"min"` // of a number
	Max     int64   `json:"max"`
	Default Rule    `json:"default"` // holds where no area says otherwise; its Source says why it is so, or why it is empty
	Name    string  `json:"name"`    // as an official reads it
	Meaning string  `json:"meaning"`
	ByType  bool    `json:"by_type,omitempty"` // of a number: a document may say for which types of items it is another one (ByType)
	Fields  []Field `json:"fields,omitempty"`  // of a document, depth first

	doc reflect.Type // of a document
}

// local is the source of what no law of the whole country sets.
const local = "没有全国统一规定，由各地确定"

var schemas = []Schema{
	byType(number(NoticeDays, WorkingDays, 0, 30, 5, "行政许可法 32；其他类型的事项没有全国统一规定，有地方条例同样规定五日（安阳市政务服务条例 36），也有标准要求当场（DB3205/T 1025-2021 5.3.1）",
		"一次性告知时限", "working days from receipt within which everything missing is told at once; 0: on the spot, on the day of receipt")),
	byType(number(NoticeDeemed, Flag, 0, 1, 0, local+"（安阳市政务服务条例 36：全部事项逾期不告知即为受理）",
		"逾期不告知即为受理", "1: without a notice in time the case is accepted from the day of receipt"),
		TypeValue{[]ItemType{permit}, 1, "行政许可法 32（四）"}),
	byType(number(SupplementDays, WorkingDays, 0, 365, 0, local,
		"补正时限", "working days within which the applicant brings what is missing; 0: no limit")),
	byType(number(SupplementEnds, Flag, 0, 1, 0, local+"（安阳市政务服务条例 36：逾期视为撤回）",
		"补正逾期视为撤回", "1: what is not brought in time is deemed withdrawn")),
	number(YellowBefore, WorkingDays, 0, 30, 1, "本系统默认：到期前一个工作日提示",
		"黄灯提前天数", "working days before a due date at which the lamp turns yellow"),
	number(RedAfter, WorkingDays, 0, 30, 0, "各地办法：超承诺期限亮红牌（lawyee.com.cn 17225329_1）；国家没有统一规定",
		"红灯延后天数", "working days after the promised limit at which the lamp turns red; 0: at once"),
	number(SecondRed, Flag, 0, 1, 1, "本系统默认：超法定时限再亮红灯；没有见到公布的规定",
		"超法定时限再亮红灯", "1: past the legal limit there is a second red"),
	number(BusinessClose, Minutes, 1, 1440, 1440, "民法典 203：期间的最后一日的截止时间为二十四时；有业务时间的，停止业务活动的时间为截止时间",
		"最后一日的截止时刻", "minutes after midnight at which the last day of a limit ends"),
	number(DecisionDays, WorkingDays, 1, 365, 20, "行政许可法 42",
		"许可决定时限", "working days from acceptance to the decision on a permit"),
	number(ExtensionDays, WorkingDays, 0, 365, 10, "行政许可法 42：经本行政机关负责人批准，可以延长十日，并应当将延长期限的理由告知申请人",
		"决定延长", "working days by which that may be extended"),
	number(JointDays, WorkingDays, 1, 365, 45, "行政许可法 42",
		"联合办理时限", "working days from acceptance where several departments handle a permit jointly"),
	number(JointExtension, WorkingDays, 0, 365, 15, "行政许可法 42：经本级人民政府负责人批准，可以延长十五日，并应当将延长期限的理由告知申请人",
		"联合办理延长", "working days by which that may be extended"),
	number(InspectionDays, WorkingDays, 1, 365, 5, "行政许可法 55",
		"检验检测检疫时限", "working days from acceptance until the inspection"),
	number(HearingAskDays, WorkingDays, 1, 60, 5, "行政许可法 47",
		"申请听证时限", "working days within which a hearing may be asked for, once its right was told"),
	number(HearingHoldDays, WorkingDays, 1, 365, 20, "行政许可法 47",
		"组织听证时限", "working days within which the hearing is held"),
	number(HearingNotice, WorkingDays, 1, 60, 7, "行政许可法 48",
		"听证通知提前", "days before the hearing by which time and place are told"),
	number(ServeDays, WorkingDays, 1, 60, 10, "行政许可法 44",
		"送达时限", "working days between the decision and its service"),
	number(ForwardDays, WorkingDays, 1, 60, 20, "行政许可法 43",
		"上报时限", "working days from acceptance within which the lower level sends a case up"),
	number(OfferDays, WorkingDays, 0, 60, 0, local,
		"移交答复时限", "working days within which a case that is handed over is taken over or turned back; 0: not set, what a whole sending up may take (forward_days) stands for it"),
	number(SlipDays, WorkingDays, 0, 60, 0, local,
		"材料流转单签收时限", "working days within which papers on a slip are scanned at the other end; 0: not set, what a whole sending up may take (forward_days) stands for it"),
	number(OpinionDays, WorkingDays, 0, 365, 0, local,
		"联办意见反馈时限", "working days within which a participant of a joint case says its opinion, counted from when that one was called, where the lead names no day; 0: not set, only the lead's day counts"),
	number(SilentDays, WorkingDays, 0, 60, 0, local,
		"中心失联时限", "working days without a sign of life after which a center counts as silent; 0: not set, whoever asks says how long"),
	byType(number(RenewalDeemed, Flag, 0, 1, 0, local,
		"逾期未决定视为准予延续", "1: what was issued counts as prolonged when nothing was decided on its renewal by its last day"),
		TypeValue{[]ItemType{permit}, 1, "行政许可法 50"}),
	number(ConsultationDays, WorkingDays, 0, 365, 0, local,
		"咨询答复时限", "working days for answering a consultation; 0: no limit"),
	number(ComplaintDays, WorkingDays, 0, 365, 0, local,
		"投诉答复时限", "working days for answering a complaint; 0: no limit"),
	number(SuggestionDays, WorkingDays, 0, 365, 0, local,
		"建议答复时限", "working days for answering a suggestion; 0: no limit"),
	number(InformationDays, WorkingDays, 0, 365, 20, "政府信息公开条例 33：不能当场答复的，应当自收到申请之日起二十个工作日内予以答复",
		"政府信息公开答复时限", "working days for answering an application for government information"),
	number(InformationMore, WorkingDays, 0, 365, 20, "政府信息公开条例 33：经政府信息公开工作机构负责人同意可以延长，最长不得超过二十个工作日",
		"政府信息公开延期", "working days by which that may be extended"),

	document(FiveKinds{}, local, "五件办理", "what is done with each of the five kinds of cases"),
	document(LaterMaterial{}, local+"（安阳市政务服务条例 24：视为撤回；浙江“最多跑一次”规定 11：撤销受理）",
		"容缺受理逾期后果", "what follows when later materials don't come"),
	document(SpecialProcedures{lawful}, "行政许可法 42、45", "特别程序", "what may lengthen or stop a clock"),
	document(CrossArea{}, "由参加各方签订；没有默认", "通办协议", "who accepts, counts, keeps and pays for applicants from elsewhere"),
	document(Rating{Grades: fiveGrades}, "等次：GB/T 39046-2020 A.8，4、5 为差评：四川；时限没有全国统一规定，由各地确定", "好差评", "grades, and how a bad rating is answered"),
	document(CenterNames{}, local, "各级中心名称", "what the centers of each level are called"),
	document(WindowTypes{}, local, "窗口类型", "the types of windows, and which halls must have them"),
	document(HallZones{}, local, "功能区域", "the zones of halls"),
	document(Facilities{}, local, "服务设施标准", "what the halls of each level must have"),
}

// lawful are the special procedures of the permit law.
var lawful = []Procedure{
	{Name: "延长审批", Ground: Extension, Effect: Extends, MaxDays: 10, Notice: true, Approval: "本行政机关负责人", Basis: "行政许可法 42"},
	{Name: "联合办理延长", Ground: Extension, Effect: Extends, MaxDays: 15, Notice: true, Approval: "本级人民政府负责人", Basis: "行政许可法 42"},
	excluded("听证", Hearing), excluded("招标", OtherGround), excluded("拍卖", OtherGround), excluded("检验", Testing),
	excluded("检测", Testing), excluded("检疫", Testing), excluded("鉴定", Appraisal), excluded("专家评审", ExpertReview),
}

func excluded(name string, g Ground) Procedure {
	return Procedure{Name: name, Ground: g, Effect: Suspends, Notice: true, Basis: "行政许可法 45"}
}

var fiveGrades = []Grade{{1, "非常满意", false}, {2, "满意", false}, {3, "基本满意", false}, {4, "不满意", true}, {5, "非常不满意", true}}

func number(key Key, unit Unit, low, high, value int64, source, name, meaning string) Schema {
	return Schema{Key: key, Unit: unit, Min: low, Max: high, Default: Rule{Key: key, Value: value, Source: source}, Name: name, Meaning: meaning}
}

// byType is a number that may be another one for some types of items.
func byType(s Schema, types ...TypeValue) Schema {
	s.ByType, s.Fields = true, fieldsOf(reflect.TypeFor[ByType](), "")
	if len(types) > 0 {
		s.Default.Doc = encode(ByType{types})
	}
	return s
}

func document[T Kind](doc T, source, name, meaning string) Schema {
	t := reflect.TypeFor[T]()
	return Schema{Key: doc.Key(), Unit: Documents, Default: Of(doc, source, ""), Name: name, Meaning: meaning, Fields: fieldsOf(t, ""), doc: t}
}

// Schemas lists every rule that this program knows, in a fixed order.
func Schemas() []Schema { return slices.Clone(schemas) }

// SchemaOf finds the schema of a rule.
func SchemaOf(key Key) (Schema, bool) {
	for _, s := range schemas {
		if s.Key == key {
			return s, true
		}
	}
	return Schema{}, false
}
