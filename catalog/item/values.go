package item

import (
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tongban/catalog/area"
)

// Bounds on single texts, in characters.
const (
	shortText = 200   // a name, GB/T 39046
	usualText = 2000  // a line
	longText  = 20000 // the wording of an article, an answer, a standard
	condition = 500   // CEL
)

// textBounds are the texts that are not of the usual length. Short ones and
// conditions stand on one line.
var textBounds = map[string]int{
	"name": shortText, "alias": shortText, "themes": shortText, "local_code": shortText, "authority_code": shortText,
	"basic_code": shortText, "implementation_code": shortText, "handling_code": shortText,
	"department": shortText, "authority": shortText, "window_types": shortText, "styles": shortText,
	"joint[].name": shortText, "undertaking[].name": shortText, "laws[].title": shortText, "laws[].article": shortText,
	"materials[].id": shortText, "materials[].name": usualText, "materials[].blank.name": shortText, "materials[].sample.name": shortText,
	"steps[].name": shortText, "steps[].department": shortText, "special[].name": shortText,
	"fees[].name": shortText, "results[].name": usualText, "results[].sample.name": shortText,
	"situations[].id": shortText, "situations[].options[].id": shortText,
	"members[].name": shortText, "shared[].of[].id": shortText, "record": shortText,

	"laws[].text": longText, "conditions": longText, "application": longText, "declines": longText, "flow": longText, "fee": longText,
	"materials[].fill": longText, "materials[].standard": longText, "materials[].note": longText, "materials[].when": longText,
	"steps[].standard": longText, "fees[].standard": longText, "faq[].answer": longText,
	"handbook[].standard": longText, "handbook[].discretion": longText, "note": longText,

	"situations[].if": condition, "materials[].if": condition, "steps[].if": condition, "members[].if": condition,
}

// listBounds are the lists that may not have the usual number of entries.
var listBounds = map[string]int{
	"steps": 40, "window_types": 20, "situations": 50, "situations[].options": 50, "members": 50, "delegations": 40,
	"delegations[].actions": 10, "open": 20, "ways": 10, "styles": 10, "applicants": 10,
}

// usualList is how many entries a list may have otherwise.
const usualList = 300

// values checks every single value of an item by its type and path: length and
// characters of texts, numbers of entries, words of enumerations, limits,
// files. No element can be forgotten here, because none is named.
func (r *report) values(it *Item) { r.value("", reflect.ValueOf(it).Elem()) }

func (r *report) value(path string, v reflect.Value) {
	switch x := v.Interface().(type) {
	case Ref:
		return // the codes are checked with the codes, the rest is the Register's
	case Limit:
		r.limit(path, x)
		return
	case Attachment:
		r.attachment(path, x)
	case area.Level:
		if x != 0 && !x.Valid() {
			r.unknown(path, x.String())
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if field := v.Field(i); !field.IsZero() { // of what is not given nothing is wrong here
				r.value(join(path, jsonName(v.Type().Field(i))), field)
			}
		}
	case reflect.Pointer:
		if !v.IsNil() {
			r.value(path, v.Elem())
		}
	case reflect.Slice:
		r.list(path, v)
	case reflect.String:
		r.text(path, v.String())
	case reflect.Int, reflect.Int64:
		if v.Int() < 0 {
			r.err(path, "negative", "%d 是负数", "%d is negative", v.Int())
		}
	}
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

func jsonName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func (r *report) list(path string, v reflect.Value) {
	most, ok := listBounds[pattern(path)]
	if !ok {
		most = usualList
	}
	if v.Len() > most {
		r.err(path, "too_many", "共 %[1]d 条，最多 %[2]d 条", "%[1]d entries; at most %[2]d", v.Len(), most)
	}
	known := seen{}
	for i := range v.Len() {
		entry := v.Index(i)
		r.value(at(path, i), entry)
		if entry.Kind() != reflect.String {
			continue
		}
		if first, twice := known.before(entry.String(), at(path, i)); twice {
			r.warn(at(path, i), "twice", "与 %s 相同", "the same as %s", first)
		}
	}
}

func (r *report) text(path, s string) {
	kind := pattern(path)
	most, ok := textBounds[kind]
	if !ok {
		most = usualText
	}
	if n := utf8.RuneCountInString(s); n > most {
		r.err(path, "too_long", "共 %[1]d 个字，最多 %[2]d 个字", "%[1]d characters; at most %[2]d", n, most)
	}
	oneLine := most == shortText || most == condition
	switch {
	case !utf8.ValidString(s):
		r.err(path, "bad_text", "不是 UTF-8 文字", "not UTF-8")
	case strings.ContainsFunc(s, func(c rune) bool { return unicode.IsControl(c) && (oneLine || c != '\n' && c != '\t') }):
		r.err(path, "bad_text", "含有控制字符或换行", "holds control characters or a line break")
	}
	if known := words[kind]; known == nil || s == "" || kind == "type" || slices.ContainsFunc(known, func(w Word) bool { return w.Value == s }) {
		return
	}
	if kind == "styles" {
		r.warn(path, "local_value", "「%s」不在马上办、网上办、就近办、一次办之列", "%q is not of the national list", s)
		return
	}
	r.unknown(path, s)
}

// unknown says which values there are.
func (r *report) unknown(path, value string) {
	var zh, en []string
	for _, w := range wordsOf(path) {
		zh = append(zh, w.Chinese+"（"+w.Value+"）")
		en = append(en, w.Value)
	}
	r.err(path, "unknown_value", "「%[1]s」不是可选的值；可选：%[2]s", "%[1]q is none of %[3]s", clip(value), strings.Join(zh, "、"), strings.Join(en, ", "))
}

// clip keeps a message readable whatever was written.
func clip(s string) string {
	const most = 60
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

func (r *report) limit(path string, l Limit) {
	bad := func(zh, en string) { r.err(path, "out_of_range", "%[1]s", "%[2]s", zh, en) }
	switch {
	case l == Limit{}:
	case !slices.Contains([]Unit{WorkingDays, CalendarDays, OnTheSpot, ByDate}, l.Unit):
		r.unknown(path+".unit", string(l.Unit))
	case l.Unit == ByDate:
		if d, err := readDay(l.By); err != nil {
			r.err(path, "bad_date", "「%[1]s」不是日期；写作 2026-03-31、每年 03-31、每季度 q1-20 或每月 20", "%[1]q is no day: want 2026-03-31, 03-31 each year, q1-20 each quarter or 20 each month", clip(l.By))
		} else if d.String() != l.By || l.Tenths != 0 {
			bad("截止日期不计天数", "a last day counts no days")
		}
	case l.By != "":
		bad("只有截止日期才写明日期", "only a limit by date names a day")
	case l.Tenths < 0 || l.Tenths > maxTenths:
		bad(l.number()+" 天超出范围", l.number()+" days are out of range")
	case l.Unit == OnTheSpot && l.Tenths != 0:
		bad("当场办结不计天数", "on the spot counts no days")
	case l.Unit != OnTheSpot && l.Tenths == 0:
		bad("天数为零；没有时限就留空，当场办结就写当场", "zero days; leave the limit out or say on the spot")
	}
}

// MaxAttachment is how large an attachment may be, in bytes.
const MaxAttachment = 10 << 20

func (r *report) attachment(path string, a Attachment) {
	r.need(path+".name", a.Name)
	if strings.ContainsAny(a.Name, `/\:`) || strings.Trim(a.Name, ".") == "" && a.Name != "" {
		r.err(path+".name", "bad_file_name", "「%s」不能用作文件名", "%q is no file name", clip(a.Name))
	}
	if len(a.Hash) != 64 || strings.Trim(a.Hash, "0123456789abcdef") != "" {
		r.err(path+".hash", "bad_hash", "校验值应为 64 位小写十六进制数", "want 64 lower-case hex digits")
	}
	if a.Size < 1 || a.Size > MaxAttachment {
		r.err(path+".size", "out_of_range", "%[1]d 字节；应为 1 至 %[2]d 字节", "%[1]d bytes; want 1 to %[2]d", a.Size, MaxAttachment)
	}
}
