package guide

import (
	"strconv"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

// words are those that belong to the paper and to no element: Chinese, English.
var words = map[string][2]string{
	"guide":      {"办事指南", "Service guide"},
	"staff_copy": {"（工作人员用）", " (staff copy)"},

	"basics":     {"基本信息", "Basic information"},
	"basis":      {"法律依据", "Legal basis"},
	"conditions": {"受理条件", "Conditions"},
	"situations": {"办理情形", "Situations"},
	"members":    {"包含事项", "Items in this bundle"},
	"materials":  {"申请材料", "Materials"},
	"route":      {"办理流程", "Procedure"},
	"times":      {"办理时限", "Time limits"},
	"ways":       {"办理方式", "Ways of handling"},
	"fees":       {"收费", "Fees"},
	"results":    {"办理结果", "Results"},
	"place":      {"办理地点与时间", "Where and when"},
	"help":       {"咨询、监督与救济", "Advice, complaints and appeal"},
	"faq":        {"常见问题", "Frequent questions"},
	"handbook":   {"工作手册", "Staff handbook"},

	"scan":        {"扫码查看最新指南", "Scan for the latest guide"},
	"scan_code":   {"窗口扫码识别事项", "Scanned at a counter"},
	"version":     {"第 %s 版", "version %s"},
	"draft":       {"草稿，未发布", "draft, not published"},
	"printed":     {"打印日期", "Printed on"},
	"effective":   {"生效日期", "In effect from"},
	"template":    {"样板来自", "Template from"},
	"elsewhere":   {"样板来自%s。编码、时限和收费照录原文；别处的规定不是本地的，以本地核对后发布的为准。", "Template from %s. Codes, limits and fees are copied as published there; what holds here is what the local authority has checked and published."},
	"changed":     {"所引条文自 %s 起已有修改，须核对后办理。", "The text cited here has changed since %s and must be checked."},
	"changed_law": {"条文已修改", "text has changed"},
	"number":      {"序号", "No."},
	"copies":      {"份数", "Number"},
	"remarks":     {"说明", "Remarks"},
	"original":    {"原件 %s", "%s original"},
	"originals":   {"原件 %s", "%s originals"},
	"copy":        {"复印件 %s", "%s copy"},
	"copiesof":    {"复印件 %s", "%s copies"},
	"only_if":     {"适用情形", "Only if"},
	"several":     {"可多选", "several may hold"},
	"stage":       {"第 %s 阶段", "stage %s"},
	"used_for":    {"用于", "Used for"},
	"merged":      {"合并后的材料", "Materials, each asked for once"},
	"exempt":      {"免提交", "need not be handed in"},
	"picture":     {"流程图：%s", "Route: %s"},
	"uncounted":   {"不计入时限", "not counted"},
	"outside":     {"系统外办理", "outside this system"},
	"times_to":    {"%s 次", "%s"},
	"kilobytes":   {"%s KB", "%s KB"},
	"bytes":       {"%s 字节", "%s bytes"},
	"center":      {"办理中心", "Center"},
}

// word is a word of the paper, with what it speaks of set in.
func (w writer) word(key string, args ...string) string {
	text := words[key][0]
	if w.Lang == English {
		text = words[key][1]
	}
	for _, a := range args {
		text = strings.Replace(text, "%s", a, 1)
	}
	return text
}

// label is what an element is called.
func (w writer) label(element string) string {
	zh, en := item.Label(element)
	if w.Lang == English {
		return capital(en)
	}
	return zh
}

// code is a code value of an element in words; a value that the program does
// not know (provinces extend the lists) is shown as it is.
func (w writer) code(element, value string) string {
	zh, en := item.InWords(element, value)
	if w.Lang == English {
		return capital(en)
	}
	return zh
}

// capital is how a label or a value begins that stands alone.
func capital(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' { // a draft may hold a word that is none
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// codes are several code values in words.
func codes[T ~string](w writer, element string, values []T) string {
	said := make([]string, len(values))
	for i, v := range values {
		said[i] = w.code(element, string(v))
	}
	return w.list(said)
}

// list joins short words as the language does.
func (w writer) list(parts []string) string {
	if w.Lang == English {
		return strings.Join(parts, ", ")
	}
	return strings.Join(parts, "、")
}

// join puts longer ones.
func (w writer) join(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	if w.Lang == English {
		return strings.Join(kept, ", ")
	}
	return strings.Join(kept, "，")
}

func (w writer) level(l area.Level) string {
	if w.Lang == English {
		return capital(l.String())
	}
	return l.Chinese()
}

// limit says a limit; "" where there is none.
func (w writer) limit(l item.Limit) string {
	switch {
	case l.IsZero():
		return ""
	case w.Lang == English:
		return capital(l.String())
	}
	return l.Chinese()
}

// count says how many originals and copies.
func (w writer) count(originals, copies int) string {
	var parts []string
	say := func(n int, one, more string) {
		switch {
		case n == 1:
			parts = append(parts, w.word(one, "1"))
		case n > 1:
			parts = append(parts, w.word(more, strconv.Itoa(n)))
		}
	}
	say(originals, "original", "originals")
	say(copies, "copy", "copiesof")
	return w.list(parts)
}
