package rule

import (
	"encoding"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/workday"
)

// maxTexts bound a text, in characters, and maxList a list, where its field
// says nothing else.
const (
	maxText = 300
	maxList = 1000
)

// fitter holds a tree against a type and fills a value with what fits.
type fitter struct{ problems []Problem }

func (f *fitter) add(path, message, english string) {
	f.problems = append(f.problems, Problem{Path: path, Message: message, English: english, cause: ErrDocument})
}

func (f *fitter) outside(path, message, english string) {
	f.problems = append(f.problems, Problem{Path: path, Message: message, English: english, cause: ErrRange})
}

// object fills a struct. Fields that the struct doesn't have are problems.
func (f *fitter) object(v reflect.Value, tree map[string]any, path string) {
	parts := partsOf(v.Type())
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		if !slices.ContainsFunc(parts, func(p part) bool { return p.json == name }) {
			f.add(path+"."+clip(name), "没有这个字段（可用："+names(parts)+"）", "no such field (known: "+names(parts)+")")
		}
	}
	for _, p := range parts {
		at := path + "." + p.json
		value, given := tree[p.json]
		if !given || value == nil {
			if p.required {
				f.add(at, "必填："+p.name, "required: "+p.meaning)
			}
			continue
		}
		f.value(v.Field(p.index), value, at, p)
	}
	if c, ok := v.Addr().Interface().(interface{ check(*fitter, string) }); ok {
		c.check(f, path)
	}
}

func names(parts []part) string {
	all := make([]string, len(parts))
	for i, p := range parts {
		all[i] = p.json
	}
	return strings.Join(all, ", ")
}

func (f *fitter) value(v reflect.Value, tree any, path string, p part) {
	switch {
	case v.Kind() == reflect.Slice:
		list, ok := tree.([]any)
		if !ok {
			f.add(path, "应为列表", "want a list")
			return
		}
		if len(list) > maxList {
			f.outside(path, fmt.Sprintf("最多 %d 条，现有 %d 条", maxList, len(list)), fmt.Sprintf("%d entries, the limit is %d", len(list), maxList))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), len(list), len(list)))
		for i, e := range list {
			f.value(v.Index(i), e, fmt.Sprintf("%s[%d]", path, i), p)
		}
	case v.Kind() == reflect.Struct:
		object, ok := tree.(map[string]any)
		if !ok {
			f.add(path, "应为一组字段", "want an object")
			return
		}
		f.object(v, object, path)
	case v.Kind() == reflect.Bool:
		yes, ok := tree.(bool)
		if !ok {
			f.add(path, "应为 true 或 false", "want true or false")
			return
		}
		v.SetBool(yes)
	case isLevel(v.Type()), v.Kind() == reflect.String:
		text, ok := tree.(string)
		if !ok {
			f.add(path, "应为文字", "want a text")
			return
		}
		f.text(v, text, path, p)
	default: // the integers
		n, ok := tree.(int64)
		if !ok {
			f.add(path, "应为整数", "want a whole number")
			return
		}
		if n < p.min || n > p.max {
			f.outside(path, fmt.Sprintf("%d 不在 %d 到 %d 之间", n, p.min, p.max), fmt.Sprintf("%d is not between %d and %d", n, p.min, p.max))
			return
		}
		v.SetInt(n)
	}
}

func (f *fitter) text(v reflect.Value, text, path string, p part) {
	if words := wordsOf(v.Type()); words != nil {
		if !slices.ContainsFunc(words, func(w Word) bool { return w.Word == text }) {
			all := make([]string, len(words))
			chinese := make([]string, len(words))
			for i, w := range words {
				all[i], chinese[i] = w.Word, w.Word+" "+w.Name
			}
			f.add(path, fmt.Sprintf("“%s”不在可选值内（%s）", clip(text), strings.Join(chinese, "、")),
				fmt.Sprintf("%q is none of %s", clip(text), strings.Join(all, ", ")))
			return
		}
		if level, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
			_ = level.UnmarshalText([]byte(text)) // one of its own words
			return
		}
		v.SetString(text)
		return
	}
	switch v.Type() {
	case reflect.TypeFor[workday.Date]():
		if !workday.Date(text).Valid() {
			f.add(path, fmt.Sprintf("“%s”不是日期（应为 YYYY-MM-DD）", clip(text)), fmt.Sprintf("%q is no day (want YYYY-MM-DD)", clip(text)))
			return
		}
	case reflect.TypeFor[area.Code]():
		if _, err := area.Parse(text); err != nil {
			f.add(path, fmt.Sprintf("“%s”不是 12 位区划代码", clip(text)), fmt.Sprintf("%q is no division code of 12 digits", clip(text)))
			return
		}
	case reflect.TypeFor[ItemType]():
		if !ItemType(text).valid() {
			f.add(path, fmt.Sprintf("“%s”不是事项类型代码（两位数字或大写字母，如 01 行政许可）", clip(text)), fmt.Sprintf("%q is no code of a type of items (want two digits or capitals, such as 01)", clip(text)))
			return
		}
	case reflect.TypeFor[ItemCode]():
		if len(text) == 0 || len(text) > 40 || strings.Trim(text, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
			f.add(path, fmt.Sprintf("“%s”不是事项编码（1 到 40 位数字、大写字母或 -）", clip(text)), fmt.Sprintf("%q is no item code (want 1 to 40 of 0-9 A-Z -)", clip(text)))
			return
		}
	}
	switch length := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		f.add(path, "是空的", "is empty")
	case int64(length) > p.max:
		f.outside(path, fmt.Sprintf("最多 %d 字，现有 %d 字", p.max, length), fmt.Sprintf("%d characters, the limit is %d", length, p.max))
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
		f.add(path, "含有控制字符", "holds control characters")
	default:
		v.SetString(text)
	}
}

// clip keeps a message short, whatever was written.
func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
