package item

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// How long one text of a supplement may be, in characters; the note may be
// longer.
const (
	maxSupplement = 500
	maxLocalNote  = 2000
)

// ReadSupplement reads what a center says of an item at its own counter: the
// elements of a supplement by their path in JSON or their Chinese name. A
// standardized element is refused by its name, and so is what nobody knows;
// all findings at once, in the order of the names. With an error among them
// the supplement is not to be used.
func ReadSupplement(raw map[string]any) (Supplement, []Finding) {
	var s Supplement
	r := &report{}
	known := seen{}
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		field, e, ok := supplementField(&s, name)
		if !ok {
			r.foreign(name)
			continue
		}
		if first, twice := known.before(e.Path, name); twice {
			r.err(e.Path, "twice", "「%[1]s」与「%[2]s」是同一要素", "%[1]q and %[2]q are one element", name, first)
			continue
		}
		text, ok := raw[name].(string)
		if !ok && raw[name] != nil {
			r.err(e.Path, "not_text", "应为文字", "want text")
			continue
		}
		field.SetString(strings.TrimSpace(text))
	}
	r.found = append(r.found, s.Check()...)
	return s, r.found
}

// foreign refuses a name that is no element of a supplement.
func (r *report) foreign(name string) {
	if e, ok := Standard(name); ok {
		r.err(e.Path, "standardized", "%[1]s（%[2]s）是标准化要素，只能由发布它的中心修改",
			"%[3]s (%[2]s) is a standardized element: only the center that publishes it may change it", e.Chinese, e.Path, e.English)
		return
	}
	var zh, en []string
	for _, e := range supplementElements {
		zh = append(zh, e.Chinese+"（"+e.Path+"）")
		en = append(en, e.Path)
	}
	r.err(clip(name), "unknown_element", "没有这个要素；本地要素有：%[1]s", "there is no such element; a supplement has %[2]s", strings.Join(zh, "、"), strings.Join(en, ", "))
}

// supplementField is the field that a name means.
func supplementField(s *Supplement, name string) (reflect.Value, Element, bool) {
	name = strings.TrimPrefix(strings.TrimSpace(name), "supplement.")
	i := slices.IndexFunc(supplementElements, func(e Element) bool {
		return e.Path == name || e.Chinese == name || slices.Contains(e.Also, name)
	})
	if i < 0 {
		return reflect.Value{}, Element{}, false
	}
	e := supplementElements[i]
	v := reflect.ValueOf(s).Elem()
	for j := range v.NumField() {
		if jsonName(v.Type().Field(j)) == e.Path {
			return v.Field(j), e, true
		}
	}
	return reflect.Value{}, Element{}, false
}

// IsZero reports that nothing is said. Storing it takes a supplement back.
func (s Supplement) IsZero() bool { return s == Supplement{} }

// Check finds texts that are too long or hold control characters.
func (s Supplement) Check() []Finding {
	r := &report{}
	v := reflect.ValueOf(s)
	for i := range v.NumField() {
		path, text := jsonName(v.Type().Field(i)), v.Field(i).String()
		most := maxSupplement
		if path == "note" {
			most = maxLocalNote
		}
		if n := utf8.RuneCountInString(text); n > most {
			r.err(path, "too_long", "共 %[1]d 个字，最多 %[2]d 个字", "%[1]d characters; at most %[2]d", n, most)
		}
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(c rune) bool { return unicode.IsControl(c) && c != '\n' }) {
			r.err(path, "bad_text", "含有控制字符", "holds control characters")
		}
	}
	return r.found
}
