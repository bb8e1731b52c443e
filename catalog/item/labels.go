package item

import (
	"slices"
	"strings"
)

// Element is the name of one element of an item, or of a supplement: by the
// path that it has in JSON, and in the words of the implementation list (实施
// 清单). Screens, sheets, guides, findings and differences use these words.
type Element struct {
	Path    string   // such as "materials[].need"
	Chinese string   // such as "材料要求"
	English string   // such as "need"
	Also    []string // other Chinese names in use, accepted when reading
}

// elements are the standardized elements in the order of the implementation
// list. What stands in a list follows its list.
var elements = []Element{
	{"item", "事项", "item", nil},
	{"ref", "事项版本", "version", nil},
	{"code", "事项编码", "code", []string{"事项键"}},
	{"area", "发布地区", "publishing area", nil},
	{"version", "版本号", "version number", nil},

	{"name", "事项名称", "name", nil},
	{"alias", "日常用语", "everyday names", []string{"别名", "俗称"}},
	{"basic_code", "基本编码", "basic code", nil},
	{"implementation_code", "实施编码", "implementation code", nil},
	{"handling_code", "业务办理项编码", "handling code", nil},
	{"local_code", "地方编码", "local code", []string{"原编码"}},
	{"type", "事项类型", "type", nil},
	{"themes", "服务主题", "service themes", nil},
	{"local", "个性化事项", "local item", nil},
	{"stars", "事项星级", "stars", nil},

	{"department", "业务主管部门", "department", []string{"主管部门"}},
	{"authority", "实施主体", "authority", []string{"实施机关"}},
	{"authority_code", "实施主体编码", "authority code", nil},
	{"nature", "实施主体性质", "nature of the authority", nil},
	{"level", "行使层级", "deciding level", nil},
	{"division", "权限划分", "division of powers", nil},
	{"exercise", "行使内容", "what is exercised", nil},
	{"power_source", "权力来源", "source of power", nil},
	{"delegations", "事项下放", "delegations", []string{"下放"}},
	{"delegations[].mode", "下放方式", "mode", nil},
	{"delegations[].level", "下放层级", "to which level", nil},
	{"delegations[].to", "承接主体", "to whom", nil},
	{"delegations[].actions", "承接环节", "actions", nil},
	{"delegations[].document", "委托或授权文件", "document", []string{"委托书", "授权文件"}},
	{"joint", "联办机构", "joint bodies", []string{"共同实施部门"}},
	{"joint[].name", "联办机构名称", "name", nil},
	{"joint[].code", "联办机构编码", "code", nil},
	{"undertaking", "承办机构", "undertaking bodies", nil},
	{"undertaking[].name", "承办机构名称", "name", nil},
	{"undertaking[].code", "承办机构编码", "code", nil},
	{"laws", "法律依据", "legal basis", []string{"设定依据", "实施依据", "监管依据", "办理依据"}},
	{"laws[].title", "法律法规名称", "title", nil},
	{"laws[].article", "条款号", "article", nil},
	{"laws[].text", "条款内容", "text", nil},
	{"laws[].purpose", "依据类别", "purpose", nil},
	{"laws[].number", "依据文号", "document number", nil},
	{"laws[].issuer", "颁布机关", "issuer", nil},
	{"laws[].since", "实施日期", "in force since", nil},
	{"laws[].changed", "依据变动日期", "out of date since", nil},
	{"law_checked", "依据核对日期", "law last checked", nil},
	{"subject", "管辖依据", "what fixes competence", nil},
	{"applicants", "服务对象", "applicants", nil},
	{"window_types", "窗口类型", "window types", nil},
	{"remedy", "监督与救济", "complaint and remedy", nil},
	{"remedy.complaint", "监督投诉方式", "complaints", nil},
	{"remedy.reconsideration", "行政复议机关", "reconsideration", nil},
	{"remedy.court", "行政诉讼法院", "court", nil},
	{"consult", "咨询方式", "consultation", nil},
	{"open_cases", "对在办件的效力", "effect on open cases", nil},
	{"system", "运行系统", "system", nil},
	{"intermediary", "中介服务", "intermediary services", nil},

	{"conditions", "受理条件", "conditions", []string{"办理条件"}},
	{"application", "申请内容", "application", nil},
	{"declines", "不予受理情形", "grounds to decline", nil},
	{"quota", "数量限制", "quota", nil},
	{"situations", "办理情形", "situations", nil},
	{"situations[].id", "情形标识", "id", nil},
	{"situations[].question", "情形问题", "question", nil},
	{"situations[].several", "可多选", "several may hold", nil},
	{"situations[].if", "提问条件", "asked if", nil},
	{"situations[].options", "选项", "options", nil},
	{"situations[].options[].id", "选项标识", "option id", nil},
	{"situations[].options[].text", "选项内容", "option", nil},
	{"materials", "申请材料", "materials", []string{"材料"}},
	{"materials[].id", "材料标识", "id", nil},
	{"materials[].name", "材料名称", "name", nil},
	{"materials[].need", "材料要求", "need", []string{"必要性", "材料必要性"}},
	{"materials[].originals", "原件份数", "originals", nil},
	{"materials[].copies", "复印件份数", "copies", nil},
	{"materials[].kind", "材料类型", "kind", nil},
	{"materials[].form", "材料形式", "form", nil},
	{"materials[].channel", "来源渠道", "channel", nil},
	{"materials[].source", "出具机构", "issued by", nil},
	{"materials[].issued", "出具时间要求", "time of issue", nil},
	{"materials[].validity", "材料有效期", "validity", nil},
	{"materials[].paper", "纸质规格", "paper size", nil},
	{"materials[].when", "需要的情形", "when needed", nil},
	{"materials[].if", "材料适用条件", "condition", nil},
	{"materials[].exempt", "是否免提交", "exempt", []string{"免提交"}},
	{"materials[].exempt_by", "免提交方式", "exempt by", nil},
	{"materials[].licence", "材料关联电子证照", "electronic licence", nil},
	{"materials[].basis", "材料依据", "basis", nil},
	{"materials[].fill", "填报须知", "how to fill in", nil},
	{"materials[].standard", "受理标准", "standard of acceptance", nil},
	{"materials[].blank", "空白表格", "blank form", nil},
	{"materials[].blank.name", "空白表格文件名", "blank form, file name", nil},
	{"materials[].blank.hash", "空白表格校验值", "blank form, hash", nil},
	{"materials[].blank.size", "空白表格大小", "blank form, size", nil},
	{"materials[].sample", "示例样本", "filled sample", nil},
	{"materials[].sample.name", "示例样本文件名", "filled sample, file name", nil},
	{"materials[].sample.hash", "示例样本校验值", "filled sample, hash", nil},
	{"materials[].sample.size", "示例样本大小", "filled sample, size", nil},
	{"materials[].note", "材料备注", "note", nil},

	{"kind", "办件类型", "kind", nil},
	{"legal", "法定时限", "legal limit", []string{"法定办结时限"}},
	{"legal_note", "法定时限说明", "note on the legal limit", []string{"法定办结时限说明"}},
	{"promise", "承诺时限", "promised limit", []string{"承诺办结时限"}},
	{"promise_note", "承诺时限说明", "note on the promised limit", []string{"承诺办结时限说明"}},
	{"open", "申请时段", "open for applications", nil},
	{"open[].from", "时段起", "from", nil},
	{"open[].to", "时段止", "to", nil},
	{"open[].note", "时段说明", "note", nil},
	{"steps", "办理环节", "steps", nil},
	{"steps[].name", "环节名称", "name", nil},
	{"steps[].action", "环节动作", "action", nil},
	{"steps[].level", "办理层级", "acting level", nil},
	{"steps[].department", "办理部门", "department", nil},
	{"steps[].post", "审批人岗位", "post", []string{"审批人"}},
	{"steps[].limit", "环节时限", "limit", nil},
	{"steps[].uncounted", "不计入办结时限", "not counted", nil},
	{"steps[].outside", "系统外办理", "outside", nil},
	{"steps[].if", "环节适用条件", "condition", nil},
	{"steps[].standard", "审查标准", "standard", nil},
	{"steps[].outcome", "环节办理结果", "outcome", nil},
	{"steps[].note", "环节备注", "note", nil},
	{"special", "特别程序", "special procedures", nil},
	{"special[].name", "特别程序名称", "name", nil},
	{"special[].limit", "特别程序时限", "limit", nil},
	{"special[].effect", "对时限的影响", "effect", nil},
	{"special[].basis", "特别程序依据", "basis", nil},
	{"special[].note", "特别程序说明", "note", nil},
	{"flow", "办理流程", "flow", nil},

	{"ways", "办理形式", "ways", nil},
	{"styles", "审批服务形式", "styles of service", nil},
	{"visits", "到办事现场次数", "visits", nil},
	{"visit_reason", "必须现场办理原因", "reason for a visit", nil},
	{"online_depth", "网上办理深度", "online depth", nil},
	{"scope", "通办范围", "scope", nil},
	{"mode", "通办形式", "cross-area mode", nil},
	{"scope_note", "通办区域", "areas of the scope", nil},
	{"entry", "入驻方式", "place in the hall", nil},
	{"appointment", "是否支持预约", "appointment", nil},
	{"pay_online", "网上支付", "online payment", nil},
	{"courier", "物流快递", "courier", nil},
	{"self_service", "自助终端", "self-service", nil},
	{"commitment", "告知承诺制", "written commitment", nil},
	{"no_application", "免申即享", "granted without application", nil},

	{"charged", "是否收费", "charged", nil},
	{"fee", "收费说明", "fee", []string{"收费"}},
	{"fees", "收费项目", "fees", nil},
	{"fees[].name", "收费项目名称", "name", nil},
	{"fees[].standard", "收费标准", "standard", nil},
	{"fees[].basis", "收费依据", "basis", nil},
	{"fees[].collector", "收费主体", "collector", nil},
	{"fees[].way", "收费方式", "way", nil},
	{"fees[].reduction", "减免", "reduction", nil},
	{"fees[].reduction_basis", "减免依据", "basis of the reduction", nil},
	{"result", "办理结果", "result", nil},
	{"results", "结果文书", "result documents", nil},
	{"results[].name", "结果名称", "name", nil},
	{"results[].kind", "结果类型", "kind", nil},
	{"results[].validity", "结果有效期", "validity", nil},
	{"results[].licence", "结果关联电子证照", "electronic licence", nil},
	{"results[].sample", "结果样本", "sample", nil},
	{"results[].sample.name", "结果样本文件名", "sample, file name", nil},
	{"results[].sample.hash", "结果样本校验值", "sample, hash", nil},
	{"results[].sample.size", "结果样本大小", "sample, size", nil},

	{"faq", "常见问题", "frequent questions", nil},
	{"faq[].question", "问题", "question", nil},
	{"faq[].answer", "解答", "answer", nil},
	{"handbook", "工作手册", "staff handbook", nil},
	{"handbook[].title", "审查要点", "review point", nil},
	{"handbook[].standard", "要点标准", "standard", nil},
	{"handbook[].discretion", "裁量基准", "discretion", nil},
	{"handbook[].basis", "要点依据", "basis", nil},

	{"bundle", "集成类型", "bundle", nil},
	{"members", "成员事项", "members", nil},
	{"members[].code", "成员事项编码", "code", nil},
	{"members[].name", "成员事项名称", "name", nil},
	{"members[].stage", "办理阶段", "stage", nil},
	{"members[].if", "成员适用条件", "condition", nil},
	{"members[].note", "成员备注", "note", nil},
	{"shared", "共用材料", "shared materials", nil},
	{"shared[].name", "共用材料名称", "name", nil},
	{"shared[].of", "对应材料", "materials of the members", nil},
	{"shared[].of[].code", "对应事项编码", "code of the member", nil},
	{"shared[].of[].id", "对应材料标识", "id of the material", nil},

	{"origin", "数据来源", "origin", nil},
	{"origin.area", "来源地区", "area of origin", nil},
	{"origin.date", "来源日期", "date of origin", nil},
	{"origin.source", "来源出处", "source", nil},
	{"record", "来源记录号", "record", nil},
	{"effective", "计划生效日期", "planned to take effect", []string{"生效日期"}},
	{"note", "备注", "note", nil},
}

// supplementElements are what a center says of its own counter.
var supplementElements = []Element{
	{"place", "办理地点", "place", []string{"地点"}},
	{"window", "窗口号", "window", []string{"窗口"}},
	{"hours", "办理时间", "hours", nil},
	{"telephone", "咨询电话", "telephone", []string{"电话"}},
	{"complaint", "监督电话", "complaint line", []string{"投诉电话"}},
	{"on_duty", "值班、代办人员", "on duty", []string{"值班人员", "代办人员"}},
	{"directions", "位置指引", "directions", nil},
	{"note", "备注", "note", nil},
}

// Elements lists the standardized elements of an item, in the order of the
// implementation list; what stands in a list follows its list.
func Elements() []Element { return slices.Clone(elements) }

// SupplementElements lists the elements of a supplement (本地要素).
func SupplementElements() []Element { return slices.Clone(supplementElements) }

var (
	byPath  = index(append(slices.Clone(elements), supplementElements...), func(e Element) []string { return []string{e.Path} })
	byWords = index(elements, func(e Element) []string { return append([]string{e.Path, e.Chinese}, e.Also...) })
)

func index(list []Element, keys func(Element) []string) map[string]Element {
	found := make(map[string]Element, len(list))
	for _, e := range list {
		for _, key := range keys(e) {
			if _, taken := found[key]; !taken {
				found[key] = e
			}
		}
	}
	return found
}

// pattern is the path without what says which entry: "materials[2].need" and
// "materials[photo].need" are "materials[].need". A last index names the entry
// itself: "materials[2]" is "materials".
func pattern(element string) string {
	if !strings.Contains(element, "[") {
		return strings.TrimPrefix(element, "ref.")
	}
	var b strings.Builder
	for rest := element; ; {
		before, after, ok := strings.Cut(rest, "[")
		b.WriteString(before)
		if !ok {
			break
		}
		_, rest, _ = strings.Cut(after, "]")
		if rest != "" {
			b.WriteString("[]")
		}
	}
	return strings.TrimPrefix(b.String(), "ref.")
}

// Label is the Chinese and the English name of an element, by its path in
// JSON: "promise", "materials[2].need", "steps[].limit.unit" (a part of a
// limit is the limit). A path that no element has is its own name.
func Label(element string) (zh, en string) {
	for path := pattern(element); path != ""; {
		if e, ok := byPath[path]; ok {
			return e.Chinese, e.English
		}
		dot := strings.LastIndexByte(path, '.')
		if dot < 0 {
			break
		}
		path = strings.TrimSuffix(path[:dot], "[]")
	}
	return element, element
}

// Standard finds the standardized element that a name means: its path in JSON
// or a Chinese name. A center's supplement may say nothing of it.
func Standard(name string) (Element, bool) {
	name = strings.TrimSpace(name)
	if e, ok := byWords[name]; ok {
		return e, true
	}
	e, ok := byWords[pattern(name)]
	return e, ok
}
