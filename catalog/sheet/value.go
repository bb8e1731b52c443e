package sheet

import (
	"encoding/json"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

// format writes a single value as a person reads it; "" for none.
func (s *shape) format(v reflect.Value) string {
	if !v.IsValid() {
		return ""
	}
	switch s.kind {
	case word:
		value := v.String()
		if level, ok := v.Interface().(area.Level); ok {
			value = level.String()
		}
		zh, _ := item.InWords(s.element, value)
		return zh
	case flag:
		if !v.Bool() {
			return ""
		}
		zh, _ := item.InWords(s.element, "true")
		return zh
	case number:
		if v.CanUint() {
			return blankZero(strconv.FormatUint(v.Uint(), 10), s.pointer)
		}
		return blankZero(strconv.FormatInt(v.Int(), 10), s.pointer)
	case limit:
		return limitText(v.Interface().(item.Limit))
	}
	return v.String()
}

// blankZero leaves a zero out, unless zero is said and not only the absence of
// a number.
func blankZero(n string, said bool) string {
	if n == "0" && !said {
		return ""
	}
	return n
}

// limitText is the limit as a guide prints it, or by its parts where that
// would not be read back, as in an unfinished draft.
func limitText(l item.Limit) string {
	zh := l.Chinese()
	if back, err := item.ParseLimit(zh); err == nil && back == l {
		return zh
	}
	b, err := json.Marshal(l)
	if err != nil {
		return zh
	}
	return string(b)
}

// set reads a single value from a text and puts it into v. A value that is of
// the wrong sort but can be held is put in as well, for whoever looks at the
// item. "" leaves v as it is.
func (s *shape) set(v reflect.Value, t string) *fault {
	if !carried(t) {
		return s.fault("control_character", "含有控制字符（换行和制表符除外）或不是 UTF-8 文字；请删去", "it holds a control character other than line feed and tab, or is not UTF-8; take it out")
	}
	if s.kind == text {
		v.SetString(t)
		return nil
	}
	given := t
	t = strings.TrimSpace(t)
	if t == "" {
		return nil
	}
	switch s.kind {
	case code:
		if s.element == "local_code" { // any older form, also with spaces around it
			v.SetString(given)
			if numbered.MatchString(t) {
				return s.fault("number_code", "「%s」像是被电子表格变成数字的编码；请核对", "%q looks like a code that a spreadsheet turned into a number; compare it", clip(t)).warned()
			}
			return nil
		}
		if numbered.MatchString(t) {
			return s.fault("number_code", "「%s」是被电子表格变成数字的编码，原来的数位已经丢失；请把单元格设为文本格式，重新填写", "%q is a code that a spreadsheet turned into a number, its digits are lost; make the cell a text and type it again", t)
		}
		v.SetString(t)
	case date:
		v.SetString(isoDate(t))
	case word:
		return s.setWord(v, t)
	case flag:
		value, ok := item.ReadWord(s.element, t)
		if !ok {
			return s.fault("unknown_value", "「%s」应为 是 或 否", "%q: want 是 or 否 (yes or no)", clip(t))
		}
		v.SetBool(value == "true")
	case number:
		return s.setNumber(v, t)
	case limit:
		return s.setLimit(v, t)
	default:
		return s.fault("wrong_shape", "这里应是一组要素，不是一个值", "want elements here, not one value")
	}
	return nil
}

// fault names the element and says what is wrong with it.
func (s *shape) fault(code, zh, en string, args ...any) *fault {
	f := faultf(code, zh, en, args...)
	nameZh, nameEn := s.both()
	f.zh, f.en = nameZh+"："+f.zh, nameEn+": "+f.en
	return f
}

func (s *shape) setWord(v reflect.Value, t string) *fault {
	value, ok := s.word(t)
	if v.Type() == levelType {
		var level area.Level
		if ok {
			t = value
		}
		if err := level.UnmarshalText([]byte(t)); err != nil {
			return s.unknown(t)
		}
		v.Set(reflect.ValueOf(level))
		return nil
	}
	if ok {
		t = value
	}
	v.SetString(t)
	if !ok && !s.open {
		return s.unknown(t)
	}
	return nil
}

// digits are the code values of GB/T 39046-2020 and of the national upload
// tables, where they are the same everywhere. Digits are compared without
// leading zeros.
var digits = map[string]map[string]string{
	"type":                {"1": "01", "2": "02", "3": "03", "4": "04", "5": "05", "6": "06", "7": "07", "8": "08", "9": "09"},
	"nature":              {"1": "statutory", "2": "authorized", "3": "entrusted", "9": "other"},
	"level":               {"1": "national", "2": "province", "3": "city", "4": "district", "5": "town", "6": "village"},
	"applicants":          {"1": "natural_person", "2": "enterprise", "3": "public_institution", "4": "social_organization", "5": "state_organ", "6": "other_organization", "9": "unincorporated"},
	"ways":                {"1": "window", "2": "computer", "3": "mobile", "4": "courier", "9": "other"},
	"kind":                {"1": "immediate", "2": "promised"},
	"entry":               {"1": "center_window", "2": "branch", "3": "back_office"},
	"materials[].channel": {"10": "applicant", "20": "government", "30": "intermediary", "99": "other"},
	"materials[].need":    {"1": "required", "2": "optional", "3": "later_if_ok"},
}

// word finds the value that a word or a national digit stands for.
func (s *shape) word(t string) (string, bool) {
	if value, ok := item.ReadWord(s.element, t); ok {
		return value, true
	}
	table := digits[s.element]
	if strings.HasSuffix(s.element, ".level") {
		table = digits["level"]
	}
	value, ok := table[strings.TrimLeft(t, "0")]
	return value, ok
}

// unknown says which words there are.
func (s *shape) unknown(t string) *fault {
	var zh, en []string
	for _, w := range item.Words(s.element) {
		zh, en = append(zh, w.Chinese), append(en, w.Value)
	}
	return s.fault("unknown_value", "「%[1]s」不在可选的值之列；请改为：%[2]s", "%[1]q is none of the values; want one of %[3]s", clip(t), strings.Join(zh, "、"), strings.Join(en, ", "))
}

func (s *shape) setNumber(v reflect.Value, t string) *fault {
	bad := func() *fault {
		return s.fault("not_a_number", "「%s」不是整数；请只填数字，不带单位", "%q is no whole number; write digits only, without a unit", clip(t))
	}
	t = strings.TrimSuffix(t, ".0")
	if v.CanUint() {
		n, err := strconv.ParseUint(t, 10, 32)
		if err != nil {
			return bad()
		}
		v.SetUint(n)
		return nil
	}
	n, err := strconv.ParseInt(t, 10, 64)
	if err != nil || v.OverflowInt(n) {
		return bad()
	}
	v.SetInt(n)
	return nil
}

func (s *shape) setLimit(v reflect.Value, t string) *fault {
	var l item.Limit
	if strings.HasPrefix(t, "{") && json.Unmarshal([]byte(t), &l) == nil {
		v.Set(reflect.ValueOf(l))
		return nil
	}
	l, err := item.ParseLimit(t)
	if err != nil {
		return s.fault("not_a_limit",
			"「%s」不是时限；请写成 5 个工作日、30 个自然日、当场、每年 3 月 31 日前、每月 20 日前；没有就留空",
			"%q is no limit; write such as 5 个工作日 (5 working days), 30 个自然日, 当场, 每年 3 月 31 日前; nothing where there is none", clip(t))
	}
	v.Set(reflect.ValueOf(l))
	return nil
}

// clip keeps a message readable whatever was written.
func clip(s string) string {
	const most = 40
	for i, n := 0, 0; i < len(s); n++ {
		if n == most {
			return s[:i] + "…"
		}
		_, size := decode(s[i:])
		i += size
	}
	return s
}

// numbered is what Excel leaves of a long code.
var numbered = regexp.MustCompile(`^[0-9](\.[0-9]+)?[eE]\+?[0-9]+$`)

var writtenDate = regexp.MustCompile(`^([0-9]{4})(?:[/.-]|年)([0-9]{1,2})(?:[/.-]|月)([0-9]{1,2})日?$`)

// isoDate makes 2024/1/5 and 2024年1月5日 into 2024-01-05; anything else stays.
func isoDate(t string) string {
	m := writtenDate.FindStringSubmatch(t)
	if m == nil {
		return t
	}
	return m[1] + "-" + pad(m[2]) + "-" + pad(m[3])
}

func pad(s string) string {
	if len(s) == 1 {
		return "0" + s
	}
	return s
}
