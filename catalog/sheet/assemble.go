package sheet

import (
	"fmt"
	"reflect"
	"strings"

	"tongban/catalog/condition"
	"tongban/catalog/item"
)

// reader is one run of Read: the problems so far, and what every format needs.
type reader struct {
	cells    bool // a list may stand in one cell
	problems []found
	marked   map[place]bool        // where a problem stands
	counts   map[item.Severity]int // of problems, told or not
	absent   map[string]bool       // elements whose column the file should have and has not
}

// items makes items of the nodes of a file and tells everything that is wrong
// with them.
func (in *reader) items(nodes []*node) []item.Item {
	items := make([]item.Item, 0, len(nodes))
	first := make(map[item.Code]place, len(nodes))
	for _, n := range nodes {
		if n.sort == mapping && strings.HasPrefix(codeOf(n), Example) {
			continue
		}
		one := &assembly{in: in, root: n}
		if !one.read() {
			continue
		}
		code := one.it.Ref.Code
		if at, twice := first[code]; twice && code != "" {
			in.tell(n.locate("code"), code, "code", faultf("code_twice",
				"事项编码 %[1]s 重复，%[2]s已有；请删去一个或改正编码", "code %[1]s is there twice, first at %[2]s; take one out or mend the code", code, at))
			continue
		}
		first[code] = n.locate("code")
		one.check()
		items = append(items, one.it)
	}
	return items
}

// String is the place in a sentence.
func (p place) String() string {
	if p.line {
		return fmt.Sprintf("第 %d 行", p.row)
	}
	s := Problem{Row: int(p.row), Column: int(p.col), Cell: cellName(int(p.col), int(p.row))}
	if p.sheet != nil {
		s.Sheet = p.sheet.name
	}
	return s.Place()
}

// codeOf is the key that a node gives its item: its code, or the published one
// that the Register would take.
func codeOf(n *node) string {
	for _, key := range []string{"code", "handling_code", "implementation_code", "basic_code"} {
		if kid := n.get(key); kid != nil && strings.TrimSpace(kid.text) != "" {
			return strings.TrimSpace(kid.text)
		}
		if ref := n.get("ref"); key == "code" && ref != nil {
			if kid := ref.get("code"); kid != nil && kid.text != "" {
				return strings.TrimSpace(kid.text)
			}
		}
	}
	return ""
}

// assembly is the reading of one item.
type assembly struct {
	in     *reader
	root   *node
	it     item.Item
	faulty map[string]bool // elements that a problem was told about
	given  map[string]bool
}

// read fills the item in; false: the node is no item at all.
func (a *assembly) read() bool {
	if a.root.sort != mapping {
		a.in.tell(a.root.at, "", "", faultf("wrong_shape", "这里应是一个事项", "want an item here"))
		return false
	}
	a.given, a.faulty = map[string]bool{}, map[string]bool{}
	a.it.Ref.Code = item.Code(codeOf(a.root)) // for the problems on the way
	a.object(reflect.ValueOf(&a.it).Elem(), itemShape(), a.root, "")
	if a.it.Ref.Code == "" {
		a.it.Ref.Code = item.Code(codeOf(a.root))
	}
	return true
}

// check tells what the item itself says is wrong, its conditions included. A
// finding about an element that could not be read would say the same thing
// twice.
func (a *assembly) check() {
	for _, f := range append(item.Validate(a.it), condition.Check(&a.it)...) {
		if a.faultyAt(f.Element) || a.in.absent[pattern(f.Element)] {
			continue
		}
		zh, en := item.Label(f.Element)
		told := &fault{code: f.Code, zh: zh + "：" + f.Message, en: en + ": " + f.English, warning: f.Severity != item.Error, finding: true}
		a.in.tell(a.root.locate(f.Element), a.it.Ref.Code, f.Element, told)
	}
}

func (a *assembly) faultyAt(element string) bool {
	element = strings.TrimPrefix(element, "ref.")
	for i := range element {
		if (element[i] == '.' || element[i] == '[') && a.faulty[element[:i]] {
			return true
		}
	}
	return a.faulty[element]
}

func (a *assembly) tell(at place, element string, f *fault) {
	a.faulty[element] = true
	a.in.tell(at, a.it.Ref.Code, element, f)
}

// value reads what stands at a node into v.
func (a *assembly) value(v reflect.Value, s *shape, n *node, element string) {
	switch {
	case n.faulty:
		a.faulty[element] = true
	case n.blank:
	case s.kind == object:
		a.object(v, s, n, element)
	case s.kind == list:
		a.list(v, s, n, element)
	case n.sort == mapping && s.kind == limit:
		a.limitParts(v, s, n, element)
	case n.sort != scalar:
		a.tell(n.at, element, s.fault("wrong_shape", "这里应是一个值", "want one value here"))
	case n.quoted && (s.kind == text || s.kind == code || s.kind == date):
		a.tell(n.at, element, s.fault("wrong_type", "「%s」应写在引号里", "put %s in quotes", clip(n.text)))
	default:
		if f := s.set(v, n.text); f != nil {
			a.tell(n.at, element, f)
		}
	}
}

func (a *assembly) object(v reflect.Value, s *shape, n *node, element string) {
	if n.sort != mapping {
		if n.sort != scalar || strings.TrimSpace(n.text) != "" {
			a.tell(n.at, element, s.fault("wrong_shape", "应包含 %s；请按格式填写", "want the elements %s here", names(s)))
		}
		return
	}
	seen := make(map[string]bool, len(n.entries))
	for _, e := range n.entries {
		f, holder := s.field(e.key), v
		if f == nil && element == "" && s == itemShape() {
			ref := s.field("ref")
			f, holder = ref.field(e.key), ref.of(v)
		}
		path := e.key
		if element != "" {
			path = element + "." + e.key
		}
		if f == nil {
			a.tell(e.at, path, faultf("unknown_element", "没有名为「%[1]s」的要素；请改正名称或删去（可用：%[2]s）", "there is no element %[1]q here; mend its name or take it out (there are %[2]s)", clip(e.key), names(s)))
			continue
		}
		if f.kind == object && f.element == "" {
			path = "" // the parts of ref are elements of the item
		}
		if seen[e.key] || path != "" && f.kind != object && strings.IndexByte(path, '.') < 0 && a.given[path] {
			a.tell(e.at, path, f.fault("twice", "写了两次；请只留一个", "given twice; keep one"))
			continue
		}
		seen[e.key], a.given[path] = true, true
		a.field(holder, f, e.value, path)
	}
}

// field reads an element; a pointer is made only for what says something.
func (a *assembly) field(holder reflect.Value, f *shape, n *node, path string) {
	if f.pointer && !n.faulty && (n.blank || n.sort == scalar && strings.TrimSpace(n.text) == "") {
		return
	}
	a.value(f.make(holder), f, n, path)
	if f.pointer && f.kind == number && a.faulty[path] {
		holder.Field(f.index).SetZero()
	}
}

func (a *assembly) list(v reflect.Value, s *shape, n *node, element string) {
	kids := n.kids
	switch {
	case n.sort == sequence:
	case n.sort == scalar && a.in.cells:
		kids = s.lines(n)
	case n.sort == scalar && strings.TrimSpace(n.text) == "":
	default:
		a.tell(n.at, element, s.fault("wrong_shape", "应是一个列表", "want a list"))
	}
	if len(kids) == 0 {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(kids), len(kids)))
	for i, kid := range kids {
		path := fmt.Sprintf("%s[%d]", element, i)
		if kid.sort == scalar && s.entry.kind == object && a.in.cells {
			a.tell(kid.at, path, s.fault("no_pair", "「%s」应写成 标识 = 内容，每行一条", "%q: write one a line as id = text", clip(kid.text)))
			continue
		}
		a.value(v.Index(i), s.entry, kid, path)
	}
}

// limitParts reads a limit by its parts.
func (a *assembly) limitParts(v reflect.Value, s *shape, n *node, element string) {
	var l item.Limit
	for _, e := range n.entries {
		if e.value.sort != scalar {
			a.tell(e.at, element, s.fault("wrong_shape", "时限应写成 5 个工作日 或 tenths、unit、by", "want a limit such as 5 个工作日, or tenths, unit and by"))
			return
		}
		var f *fault
		switch e.key {
		case "tenths":
			f = s.setNumber(reflect.ValueOf(&l.Tenths).Elem(), e.value.text)
		case "unit":
			unit := &shape{kind: word, element: s.element + ".unit", open: true}
			f = unit.set(reflect.ValueOf(&l.Unit).Elem(), e.value.text)
		case "by":
			l.By = e.value.text
		default:
			f = s.fault("unknown_element", "时限没有「%s」；可用 tenths、unit、by", "a limit has no %q; there are tenths, unit and by", clip(e.key))
		}
		if f != nil {
			a.tell(e.at, element, f)
		}
	}
	v.Set(reflect.ValueOf(l))
}

// names lists the parts of an object.
func names(s *shape) string {
	var out []string
	if s == itemShape() {
		out = append(out, "code")
	}
	for _, f := range s.fields {
		out = append(out, f.name)
	}
	return strings.Join(out, ", ")
}

// pattern is an element without its indexes: "materials[2].need" is
// "materials[].need"; a last index goes altogether.
func pattern(element string) string {
	parts, ok := segments(strings.TrimPrefix(element, "ref."))
	if !ok {
		return element
	}
	var b strings.Builder
	for i, p := range parts {
		switch {
		case p.index >= 0 && i < len(parts)-1:
			b.WriteString("[]")
		case p.index < 0 && i > 0:
			b.WriteString("." + p.name)
		case p.index < 0:
			b.WriteString(p.name)
		}
	}
	return b.String()
}

func itemCode(s string) item.Code { return item.Code(strings.TrimSpace(s)) }
