package sheet

import (
	"strings"
	"sync"

	"tongban/catalog/item"
)

// introduction says how to fill in the workbook.
var introduction = []string{
	"1. 「事项」每行一个事项；其余工作表每行一条，用第一列的事项编码说明属于哪个事项。不需要的工作表可以空着或删去。",
	"2. 红色表头（带 *）必填，其余没有就留空：来源没有写的不要补。表头下第 2 行是各列的键，已折叠；有它在，列可以移动、隐藏、删去。",
	"3. 有下拉列表的单元格从列表中选；也可以填代码值（如 required）或国家标准的数字代码（如 1）。",
	"4. 时限写作 5 个工作日、0.5 个工作日、30 个自然日、当场、每年 3 月 31 日前、每季度第 1 个月 20 日前、每月 20 日前、2026-03-31 前。",
	"5. 日期写作 2026-03-31；编码一律按文本填写。Excel 如把编码变成 4.40112E+11 之类的数字，须设为文本格式后重填。",
	"6. 一个单元格里要写几条的（如日常用语、选项），每行一条，单元格内换行按 Alt+Enter。不能用公式。",
	"7. 序号是这一条在事项中的先后，可以全部留空，就按行的先后。编码以「示例」开头的行是示例，导入时跳过。",
	"8. 导入前先做检查：所有问题一次列出，注明工作表、单元格和改法；有错误时一条也不会导入。",
}

// meanings say what an element is and how it is filled in, where its name
// does not.
var meanings = map[string]string{
	"code":                "事项在目录中的键：有业务办理项编码（33 位）填它，没有的依次填实施编码（31 位）、基本编码（12 位），都没有的填本地编码。只用数字、大写字母和连字符，最多 40 位。",
	"area":                "由系统填写：发布这一版本的地区。导入时可以留空。",
	"version":             "由系统填写：导出时的版本号，用来发现别人已经改过。导入时可以留空。",
	"name":                "照实施清单填写，最多 200 字。",
	"alias":               "群众的叫法，便于检索，每行一个。",
	"basic_code":          "国家或省里公布的 12 位基本编码。",
	"implementation_code": "31 位：实施主体统一社会信用代码 18 位、行使层级 1 位、基本编码 12 位。",
	"handling_code":       "33 位：实施编码 31 位加 2 位顺序号。",
	"local_code":          "地方自己的或旧的编码，照录。",
	"type":                "行政权力的种类或公共服务；不要从编码里推算。来源没有写的留空。",
	"themes":              "面向自然人或法人的服务主题，每行一个。",
	"local":               "只有本中心才有、没有统一标准的事项填「是」。",
	"stars":               "1 到 5 的整数。",
	"department":          "这件事归哪个部门管。",
	"authority":           "文书以谁的名义发出。",
	"authority_code":      "实施主体的统一社会信用代码（18 位）；没有的用 TE 开头的临时码。",
	"nature":              "实施主体在法律上的性质。",
	"level":               "由哪一级作出决定。",
	"division":            "各级之间怎样划分，照实施清单。",
	"exercise":            "本级行使哪些内容。",
	"power_source":        "如法定本级行使、上级下放。",
	"law_checked":         "最近一次与现行法律核对的日期。",
	"subject":             "按什么确定由哪里管。",
	"applicants":          "谁可以申请，每行一类。",
	"window_types":        "哪些窗口受理，每行一个窗口类型的名称。",
	"remedy.complaint":    "监督投诉的电话或网址。",
	"consult":             "实施主体的咨询电话；窗口自己的电话写在本地要素里。",
	"open_cases":          "新版本发布后，已受理的办件怎么办；留空即按原版本。",
	"system":              "在哪个业务系统办理。",
	"intermediary":        "必经的中介服务，每行一项。",
	"application":         "申请人申请什么。",
	"quota":               "有数量限制的，写明数量和依据。",
	"kind":                "承诺件或即办件；联办、上报由环节看出。",
	"legal":               "法律规定的办结时限；没有规定的留空。",
	"promise":             "向社会承诺的办结时限，不长于法定时限。",
	"flow":                "用文字写的办理流程。",
	"ways":                "可以用哪些方式申请，每行一种。",
	"styles":              "马上办、网上办、就近办、一次办，每行一个。",
	"visits":              "最多跑几次，0、1、2……；来源没有写的留空。",
	"visit_reason":        "必须到现场的原因和依据。",
	"online_depth":        "照来源填写，如「全程网办」「Ⅲ级」。",
	"scope":               "在多大范围内可以就近办理；留空为只在有权的地方。",
	"mode":                "跨地区时怎么办。",
	"scope_note":          "照来源填写可以通办的地区。",
	"entry":               "怎样进驻大厅。",
	"fee":                 "照来源写的收费说明；分项写在「收费」。",
	"result":              "照来源写的办理结果；文书写在「结果」。",
	"bundle":              "只有集成事项才填；成员写在「成员」。",
	"origin.area":         "哪个地区公布的，照写。",
	"origin.date":         "收集或公布的日期。",
	"origin.source":       "网页、办事指南或法规的名称。",
	"record":              "在资料集中的编号，如 D26。",
	"effective":           "起草人希望从哪天起生效。",
	"note":                "其他各列写不下的。",

	"materials[].id":          "材料在本事项中的标识，各版本之间不变，如 id-card；不能重复。",
	"materials[].name":        "要带什么。",
	"materials[].need":        "必要、非必要，或者可以先受理后补。",
	"materials[].originals":   "只填数字。",
	"materials[].copies":      "只填数字。",
	"materials[].source":      "由谁开具。",
	"materials[].when":        "谁、什么时候需要，照来源。",
	"materials[].if":          "按办理情形选材料的条件，用情形标识写，如 way == \"agent\"；留空为都要。",
	"materials[].exempt":      "不用交的填「是」。",
	"materials[].exempt_by":   "为什么不用交。",
	"materials[].validity":    "如「开具之日起三个月」。",
	"materials[].paper":       "如 A4。",
	"materials[].blank.name":  "空白表格的文件名；文件另行上传。",
	"materials[].blank.hash":  "文件的 SHA-256，64 位十六进制数。",
	"materials[].blank.size":  "字节数。",
	"materials[].sample.name": "填好的样本的文件名；文件另行上传。",
	"materials[].sample.hash": "文件的 SHA-256，64 位十六进制数。",
	"materials[].sample.size": "字节数。",

	"steps[].name":       "环节叫什么。",
	"steps[].action":     "这一步做的是什么。",
	"steps[].level":      "由哪一级做。",
	"steps[].post":       "由哪个岗位做。",
	"steps[].limit":      "这一步最多多久。",
	"steps[].uncounted":  "等待时间不计入办结时限的填「是」。",
	"steps[].outside":    "在市里、省里或部门自己的系统里办的填「是」。",
	"steps[].if":         "按办理情形，什么时候才有这一步；留空为都有。",
	"steps[].department": "由哪个部门做；与主管部门相同的留空。",

	"situations[].id":       "在条件里用的名字：小写字母开头，只用小写字母、数字和下划线。",
	"situations[].question": "问申请人的话。",
	"situations[].options":  "每行一个选项，写作「标识 = 内容」。",
	"situations[].several":  "可以选几个的填「是」。",
	"situations[].if":       "只在这个条件成立时才问；条件里只能用前面的情形。",

	"[]":      "写一条受理条件，或一条不予受理的情形。",
	"[].name": "机构的全称。",
	"[].code": "机构的统一社会信用代码（18 位）。",
	keyWhich:  "这一行属于哪一类，从下拉列表中选。",
	keyOrder:  "在事项中的先后：1、2、3……；可以全部留空。",
	keyName:   "只供查看，导入时不读。",

	"laws[].purpose": "为什么引用；留空为设定依据。",
	"laws[].number":  "如「残联发〔2017〕34号」。",
	"laws[].changed": "这里引用的文字从哪天（或哪年）起已经过时；没有就留空。",

	"special[].limit":  "这个程序最多多久。",
	"special[].effect": "对办结时限有什么影响。",

	"open[].from": "起始日，写作 2026-03-01（只一次）、03-01（每年）、q1-01（每季度第 1 个月）或 01（每月）。",
	"open[].to":   "截止日，写法与起始日相同。",

	"delegations[].actions":  "下放哪些环节，每行一个。",
	"delegations[].to":       "下放给谁；行政许可只能委托给行政机关。",
	"delegations[].document": "委托书或授权文件的名称、文号。",

	"results[].validity": "如「五年」「长期」。",

	"members[].code":  "成员事项的事项编码。",
	"members[].name":  "只供阅读，以成员事项自己的名称为准。",
	"members[].stage": "从 1 开始；同一阶段并联办理，后一阶段等前面的办结。",
	"members[].if":    "按集成事项的办理情形，什么时候才有这个成员；留空为都有。",

	"shared[].name": "向申请人要的材料叫什么。",
	"shared[].of":   "每行一个，写作「成员事项编码 = 材料标识」。同名的材料本来就合并，不用写。",
}

// byKind say how a value of a kind is written.
var byKind = map[kind]string{
	flag: "填 是 或 否，留空为否。", date: "写作 2026-03-31。", limit: "写作 5 个工作日、30 个自然日、当场、每月 20 日前。",
	code: "按文本填写。", word: "从下拉列表中选。",
}

// meaning says what a column is and how it is filled in.
func (c *column) meaning(p *page) string {
	if len(p.lists) > 0 && c.role == ofItem {
		return "这一行属于哪个事项，与「" + itemsPage + "」里的事项编码相同。"
	}
	key := c.key
	if c.role == ofItem || c.role == value && meanings[key] == "" {
		key = c.shape.element
	}
	parts := []string{meanings[key]}
	if c.role == value {
		parts = append(parts, byKind[c.shape.kind])
	}
	return strings.Join(parts, "")
}

// example is what the example says in the column.
func (c *column) example(p *page) string {
	for _, row := range exampleRows()[p] {
		if t := row[c.key]; t != "" {
			return t
		}
	}
	return ""
}

// exampleRows are the rows of the example by page.
var exampleRows = sync.OnceValue(func() map[*page][]map[string]string {
	found := map[*page][]map[string]string{}
	it := example()
	b := &bookWriter{items: []item.Item{it}}
	for _, p := range pages() {
		for _, cells := range b.rows(p) {
			row := map[string]string{}
			for i, c := range p.columns {
				row[c.key] = cells[i]
			}
			found[p] = append(found[p], row)
		}
	}
	return found
})

// note is what stands at the head of a column.
func (c *column) note(p *page) string {
	lines := []string{c.label}
	if required[c.key] {
		lines[0] += "（必填）"
	}
	if m := c.meaning(p); m != "" {
		lines = append(lines, m)
	}
	var words []string
	if c.role == value {
		s := c.shape
		if s.kind == list {
			s = s.entry
		}
		if s.kind == word || s.suggest {
			for _, w := range item.Words(s.element) {
				words = append(words, w.Chinese)
			}
		}
	}
	if len(words) > 0 {
		lines = append(lines, "可选："+strings.Join(words, "、"))
	}
	if e := c.example(p); e != "" && c.role != nameFor {
		lines = append(lines, "例："+clip(e))
	}
	return strings.Join(lines, "\n")
}
