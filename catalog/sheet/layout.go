package sheet

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"tongban/catalog/item"
)

// page is a sheet of the workbook: the items, or what some of their repeated
// elements hold.
type page struct {
	name    string
	also    []string // other names, accepted when reading
	lists   []*shape // of an item; none on the page of the items
	columns []*column
}

// column is a column of a page.
type column struct {
	key   string // stable: the pattern of the element, or the column's own role
	label string
	role  role
	shape *shape
	path  []*shape // from the entry to the value
}

// role is what a column is for.
type role byte

const (
	value   role = iota + 1
	ofItem       // the code of the item that the row belongs to
	nameFor      // the item's name, for the reader of the sheet only
	which        // to which of the page's lists the row belongs
	order        // the place in the list
)

// The keys of the columns that are no element.
const (
	keyName  = "#name"
	keyWhich = "#list"
	keyOrder = "#order"
)

const itemsPage = "事项"

// layouts are the sheets after the first one with the lists that they hold.
// What stands in no sheet stands in one cell of the item.
var layouts = []struct {
	name   string
	lists  []string
	labels map[string]string // where one column serves several lists
}{
	{"材料", []string{"materials"}, nil},
	{"环节", []string{"steps"}, nil},
	{"情形", []string{"situations"}, nil},
	{"条件", []string{"conditions", "declines"}, map[string]string{"": "内容"}},
	{"依据", []string{"laws"}, nil},
	{"收费", []string{"fees"}, nil},
	{"结果", []string{"results"}, nil},
	{"特别程序", []string{"special"}, nil},
	{"受理时段", []string{"open"}, nil},
	{"委托下放", []string{"delegations"}, nil},
	{"机构", []string{"joint", "undertaking"}, map[string]string{"name": "机构名称", "code": "机构编码"}},
	{"常见问题", []string{"faq"}, nil},
	{"审查手册", []string{"handbook"}, nil},
	{"成员", []string{"members"}, nil},
	{"合并材料", []string{"shared"}, nil},
}

// pages are the sheets of the workbook. A list of elements that a later
// version of item.Item has and no layout names gets a sheet of its own.
var pages = sync.OnceValue(func() []*page {
	root := itemShape()
	main := &page{name: itemsPage}
	ref := root.field("ref")
	main.add("code", &column{role: ofItem, shape: ref.field("code"), path: []*shape{ref, ref.field("code")}})
	all := []*page{main}
	placed := map[string]bool{}
	for _, l := range layouts {
		p := &page{name: l.name}
		for _, name := range l.lists {
			p.lists = append(p.lists, root.field(name))
			placed[name] = true
		}
		p.rows(l.labels)
		all = append(all, p)
	}
	for _, f := range root.fields {
		switch {
		case f == ref || placed[f.name]:
		case f.kind == list && f.entry.kind == object:
			p := &page{name: f.label(), lists: []*shape{f}}
			p.rows(nil)
			all = append(all, p)
		default:
			main.values(f, nil, "", nil)
		}
	}
	for _, name := range []string{"area", "version"} {
		f := ref.field(name)
		main.add(name, &column{role: value, shape: f, path: []*shape{ref, f}})
	}
	return all
})

func (p *page) add(key string, c *column) {
	c.key = key
	if c.label == "" {
		c.label = c.shape.label()
	}
	p.columns = append(p.columns, c)
}

// rows gives a page of entries its columns.
func (p *page) rows(labels map[string]string) {
	root := itemShape()
	p.add("code", &column{role: ofItem, shape: root.field("ref").field("code")})
	p.add(keyName, &column{role: nameFor, shape: root.field("name")})
	first := p.lists[0]
	if len(p.lists) > 1 {
		p.add(keyWhich, &column{role: which, label: "类别", shape: &shape{kind: word}})
	} else {
		zh := first.label()
		p.also = append(p.also, zh)
		if e, ok := item.Standard(zh); ok {
			p.also = append(p.also, e.Also...)
		}
	}
	p.add(keyOrder, &column{role: order, label: "序号", shape: &shape{kind: number}})
	if first.entry.kind != object {
		p.add("[]", &column{role: value, label: labels[""], shape: first.entry})
		return
	}
	for _, f := range first.entry.fields {
		p.values(f, nil, "", labels)
	}
}

// values adds the columns of an element: one, or one for each part.
func (p *page) values(f *shape, path []*shape, prefix string, labels map[string]string) {
	path = append(slices.Clone(path), f)
	name := prefix + f.name
	if f.kind == object {
		for _, inner := range f.fields {
			p.values(inner, path, name+".", labels)
		}
		return
	}
	key := f.element
	if len(p.lists) > 1 {
		key = "[]." + name
	}
	p.add(key, &column{role: value, label: labels[name], shape: f, path: path})
}

// text is what a cell of the column says of an entry.
func (c *column) text(v reflect.Value) string {
	for _, s := range c.path {
		if v = s.of(v); !v.IsValid() {
			return ""
		}
	}
	if c.shape.kind == list {
		return c.shape.formatList(v)
	}
	return c.shape.format(v)
}

// column finds a column by its key.
func (p *page) column(key string) *column {
	for _, c := range p.columns {
		if c.key == key {
			return c
		}
	}
	return nil
}

// named finds a column by a Chinese name.
func (p *page) named(label string) *column {
	for _, c := range p.columns {
		if c.label == label {
			return c
		}
	}
	for _, c := range p.columns {
		if c.role != value && c.role != ofItem {
			continue
		}
		if e, ok := item.Standard(c.shape.element); ok && slices.Contains(e.Also, label) {
			return c
		}
	}
	return nil
}

// listNamed finds the list of a page that a word means: its Chinese name or
// its name in JSON.
func (p *page) listNamed(word string) *shape {
	word = strings.TrimSpace(word)
	for _, l := range p.lists {
		if word == l.name || word == l.label() {
			return l
		}
	}
	return nil
}

// required are the elements without which an item is no item, whatever it is:
// their columns are coloured, and a sheet without one is told at once.
var required = map[string]bool{
	"code": true, "name": true, "type": true, "department": true, "level": true, "kind": true, "subject": true,
	"origin.area": true, "origin.date": true, "origin.source": true,
	"materials[].id": true, "materials[].name": true, "materials[].need": true,
	"steps[].name": true, "steps[].action": true, "steps[].level": true,
	"situations[].id": true, "situations[].question": true, "situations[].options": true,
	"laws[].title": true, "fees[].name": true, "results[].name": true, "special[].name": true,
	"open[].from": true, "open[].to": true, "delegations[].mode": true, "delegations[].level": true, "delegations[].to": true,
	"faq[].question": true, "faq[].answer": true, "handbook[].title": true,
	"members[].code": true, "members[].stage": true, "shared[].name": true, "shared[].of": true,
	"[]": true, "[].name": true, keyWhich: true,
}
