package rule

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"sync"
)

// ByType is the document of a rule that is a number, where it is another number
// for some types of items (事项类型): the statute speaks of permits, local rules
// of others. What it does not list goes by the rule's own number. It is no rule
// by itself, and which numbers may have one their schema says.
type ByType struct {
	Types []TypeValue `json:"by_type" need:"yes" name:"按事项类型" means:"the types for which another value holds"`
}

// TypeValue is the value for some types.
type TypeValue struct {
	Types  []ItemType `json:"types" need:"yes" name:"事项类型" means:"the codes of the types, such as 01 (行政许可)"`
	Value  int        `json:"value,omitempty" min:"0" max:"1440" name:"值" means:"the value for them, in the rule's unit; nothing: 0"`
	Source string     `json:"source,omitempty" name:"出处" means:"who says so, where that is not the rule's own source"`
}

// ItemType is the code of a type of items, as item.Type.
type ItemType string

// permit is 行政许可.
const permit ItemType = "01"

// typeNames are the types of the national list (GB/T 39046 A.1). Provinces have
// others beside them.
var typeNames = []Word{{"01", "行政许可"}, {"02", "行政处罚"}, {"03", "行政强制"}, {"04", "行政征收"}, {"05", "行政给付"}, {"06", "行政检查"},
	{"07", "行政确认"}, {"08", "行政奖励"}, {"09", "行政裁决"}, {"10", "其他行政权力"}, {"20", "公共服务"}}

// Name is the type as an official reads it; its code, where only some province
// knows it.
func (t ItemType) Name() string {
	for _, w := range typeNames {
		if w.Word == string(t) {
			return w.Name
		}
	}
	return string(t)
}

// TypeOf finds a type by its code or its name.
func TypeOf(text string) (ItemType, bool) {
	for _, w := range typeNames {
		if text == w.Name {
			return ItemType(w.Word), true
		}
	}
	return ItemType(text), ItemType(text).valid()
}

// valid reports whether t has the form of a code: two digits or capitals.
func (t ItemType) valid() bool {
	for _, r := range t {
		if (r < '0' || r > '9') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return len(t) == 2
}

func (b *ByType) check(f *fitter, path string) {
	seen := map[ItemType]bool{}
	for i, one := range b.Types {
		for j, t := range one.Types {
			at := fmt.Sprintf("%s.by_type[%d].types[%d]", path, i, j)
			if seen[t] && t != "" {
				f.add(at, fmt.Sprintf("“%s”列了两次", t.Name()), fmt.Sprintf("%q is listed twice", clip(string(t))))
			}
			seen[t] = true
		}
	}
}

// ByTypes are the values of a rule for the types that it lists; nil where one
// value holds for all.
func (r Rule) ByTypes() []TypeValue {
	if r.Doc == "" {
		return nil
	}
	if s, ok := SchemaOf(r.Key); !ok || !s.ByType {
		return nil
	}
	if known, ok := typesRead.Load(r.Doc); ok {
		return known.([]TypeValue)
	}
	var b ByType
	_ = r.Doc.decode(&b) // the Register took it: what doesn't fit is not ours to read
	typesRead.Store(r.Doc, b.Types)
	return b.Types
}

// typesRead are the documents that were read, Document to []TypeValue: a few
// rules have one, and the clocks of every case ask for them.
var typesRead sync.Map

// For is the rule as it holds for one type of items: its value, and the source
// of that value. A type that it does not list, and "", go by the rule's own.
func (r Rule) For(t ItemType) Rule {
	values := r.ByTypes()
	if values == nil {
		return r
	}
	r.Doc = ""
	for _, one := range values {
		if t != "" && slices.Contains(one.Types, t) {
			r.Value, r.Source = int64(one.Value), cmp.Or(one.Source, r.Source)
			break
		}
	}
	return r
}

// With is the rule with other values for some types. Without any it is the
// number alone.
func (r Rule) With(types ...TypeValue) Rule {
	if r.Doc = ""; len(types) > 0 {
		r.Doc = encode(ByType{types})
	}
	return r
}

// byTypeProblems holds the values for single types against the rule's own bounds.
func (r Rule) byTypeProblems(s Schema) []Problem {
	if r.Doc == "" {
		return nil
	}
	all := r.fits(reflect.TypeFor[ByType]())
	if len(all) > 0 {
		return all
	}
	for i, one := range r.ByTypes() {
		if v := int64(one.Value); v < s.Min || v > s.Max {
			all = append(all, Problem{fmt.Sprintf("doc.by_type[%d].value", i), fmt.Sprintf("%d 不在 %d 到 %d 之间", v, s.Min, s.Max),
				fmt.Sprintf("%d is out of range (want %d to %d)", v, s.Min, s.Max), ErrRange})
		}
	}
	return all
}
