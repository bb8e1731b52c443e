package sheet

import (
	"reflect"
	"slices"
	"strings"
	"sync"

	"tongban/catalog/item"
)

// Form is an item as the texts of its cells, for a screen: what the workbook
// holds of it, taken apart. Under "" stands the one row of the item itself,
// under the name of a repeated element a row for each entry. Whatever is filled
// in is read by the same code as a workbook.
type Form map[string][]Cells

// Cells is one row: texts by Field.Name.
type Cells map[string]string

// Group is the elements of an item that an editor sees together.
type Group struct {
	Key              string // stable, such as "materials"
	Chinese, English string
	Parts            []Part
}

// Part is fields of the item itself, or those of the entries of one repeated
// element.
type Part struct {
	List             string // name of the repeated element; "": the item itself
	Chinese, English string // of the repeated element
	Fields           []Field
}

// Field is what one cell is for.
type Field struct {
	Name             string // within its row
	Element          string // such as "materials[].need"
	Chinese, English string
	Meaning          [2]string // how it is filled in: Chinese, English; empty where its name says it
	Kind             FieldKind
	Words            []item.Word // to choose from
	Open             bool        // another word than these is allowed
	Must             bool        // without it the item is none
}

// FieldKind is how a field is filled in.
type FieldKind string

// The kinds.
const (
	FieldText   FieldKind = "text"
	FieldLong   FieldKind = "long"   // text of several lines
	FieldLines  FieldKind = "lines"  // an entry in each line
	FieldDay    FieldKind = "day"    // YYYY-MM-DD
	FieldWord   FieldKind = "word"   // one of Words
	FieldWords  FieldKind = "words"  // some of Words, one a line
	FieldFlag   FieldKind = "flag"   // 是 or nothing
	FieldNumber FieldKind = "number" // a whole one
	FieldLimit  FieldKind = "limit"
	FieldFixed  FieldKind = "fixed" // carried along, not filled in
)

// groupsOf says where the groups begin, by their first element.
var groupsOf = []struct{ key, zh, en, first string }{
	{"identity", "基本信息", "Identity", "name"},
	{"authority", "实施主体与依据", "Authority and law", "department"},
	{"service", "对象与监督", "Applicants and remedy", "subject"},
	{"conditions", "受理条件", "Conditions", "conditions"},
	{"materials", "情形与材料", "Situations and materials", "situations"},
	{"time", "时限与环节", "Limits and steps", "kind"},
	{"ways", "办理方式", "Ways", "ways"},
	{"outcome", "收费与结果", "Fees and results", "charged"},
	{"guide", "问答与手册", "Questions and handbook", "faq"},
	{"bundle", "集成办事", "Bundle", "bundle"},
	{"origin", "来源与备注", "Origin and notes", "origin"},
}

// Groups are the parts of every form, in the order of the elements. Nobody may
// change what it returns.
var Groups = sync.OnceValue(func() []Group {
	var all []Group
	main := pages()[0]
	for _, f := range itemShape().fields {
		for _, g := range groupsOf {
			if g.first == f.name {
				all = append(all, Group{Key: g.key, Chinese: g.zh, English: g.en})
			}
		}
		if f.name == "ref" {
			continue
		}
		g := &all[len(all)-1]
		if p := listPage(f); p != nil {
			zh, en := item.Label(f.name)
			g.Parts = append(g.Parts, Part{List: f.name, Chinese: zh, English: en, Fields: p.fields(f)})
			continue
		}
		if len(g.Parts) == 0 || g.Parts[len(g.Parts)-1].List != "" {
			g.Parts = append(g.Parts, Part{})
		}
		own := &g.Parts[len(g.Parts)-1]
		for _, c := range main.columns {
			if c.role == value && c.path[0] == f || c.role == ofItem && f.name == "name" {
				own.Fields = append(own.Fields, c.field(main, nil))
			}
		}
	}
	first := &all[0].Parts[0]
	for _, name := range []string{"area", "version"} {
		c := main.column(name).field(main, nil)
		c.Kind = FieldFixed
		first.Fields = append(first.Fields, c)
	}
	return all
})

// listPage is the sheet of a repeated element; nil for one that stands in a
// cell of the item.
func listPage(f *shape) *page {
	for _, p := range pages()[1:] {
		if slices.Contains(p.lists, f) {
			return p
		}
	}
	return nil
}

// fields are the fields of an entry.
func (p *page) fields(list *shape) []Field {
	var all []Field
	for _, c := range p.columns {
		if c.role == value {
			all = append(all, c.field(p, list))
		}
	}
	return all
}

// nameIn is the column's name within a row.
func (c *column) nameIn() string {
	if _, after, ok := strings.Cut(c.key, "[]"); ok {
		if after == "" {
			return "text"
		}
		return after[1:]
	}
	return c.key
}

func (c *column) field(p *page, of *shape) Field {
	s := c.shape
	if of != nil {
		s = c.below(of).shape
	}
	f := Field{Name: c.nameIn(), Element: s.element, Must: required[c.key], Meaning: c.meanings(p), Kind: FieldText}
	f.Chinese, f.English = s.both()
	switch s.kind {
	case text:
		if wide[s.element] {
			f.Kind = FieldLong
		}
	case date:
		f.Kind = FieldDay
	case word:
		f.Kind, f.Words, f.Open = FieldWord, item.Words(s.element), s.open
	case flag:
		f.Kind = FieldFlag
	case number:
		f.Kind = FieldNumber
	case limit:
		f.Kind = FieldLimit
	case list:
		f.Kind = FieldLines
		if s.entry.kind == word {
			f.Kind, f.Words = FieldWords, item.Words(s.entry.element)
		}
	}
	return f
}

// FormOf takes an item apart.
func FormOf(it *item.Item) Form {
	v := reflect.ValueOf(it).Elem()
	form := Form{}
	for _, p := range pages() {
		if len(p.lists) == 0 {
			row := Cells{}
			for _, c := range p.columns {
				row[c.nameIn()] = c.text(v)
			}
			form[""] = []Cells{row}
		}
		for _, l := range p.lists {
			entries := l.of(v)
			for i := range entries.Len() {
				row := Cells{}
				for _, c := range p.columns {
					if c.role == value {
						row[c.nameIn()] = c.below(l).text(entries.Index(i))
					}
				}
				form[l.name] = append(form[l.name], row)
			}
		}
	}
	return form
}

// Spot is a place in a form. Row counts from 0; -1: the repeated element as a
// whole. Field "" is the row as a whole.
type Spot struct {
	List  string
	Row   int
	Field string
}

// SpotProblem is a problem and where in the form it stands.
type SpotProblem struct {
	Spot
	Problem
}

// Reading is what a form says.
type Reading struct {
	Item     item.Item
	Problems []SpotProblem

	root *node
}

// Read makes the item of a form and tells everything that is wrong with it. An
// empty row says nothing and is left out.
func (f Form) Read() *Reading {
	in := &reader{cells: true}
	r := &bookReader{in: in}
	const code = "·" // whose rows they are: there is one item
	for _, p := range pages() {
		if len(p.lists) == 0 {
			if rows := f[""]; len(rows) > 0 {
				l, _ := r.formRow(p, nil, 0, rows[0])
				l.code = code
				r.items = append(r.items, l)
			} else {
				r.items = append(r.items, line{code: code, node: &node{sort: mapping}})
			}
		}
		for _, list := range p.lists {
			for i, row := range f[list.name] {
				if l, said := r.formRow(p, list, i, row); said {
					l.code, l.list = code, list
					r.lines = append(r.lines, l)
				}
			}
		}
	}
	out := &Reading{root: r.join()[0]}
	one := &assembly{in: in, root: out.root}
	one.read()
	one.check()
	out.Item = one.it
	for _, p := range in.told() {
		out.Problems = append(out.Problems, SpotProblem{spotOf(p.Sheet, p.Row, p.Column, p.Element), p})
	}
	return out
}

// formRow reads one row; said: it is not empty.
func (r *bookReader) formRow(p *page, list *shape, i int, row Cells) (l line, said bool) {
	h := &head{page: p, tab: &tab{}, columns: map[string][]int{}}
	if list != nil {
		h.tab.name = list.name
	}
	for n, c := range p.columns {
		if c.role == value || c.role == ofItem && list == nil {
			h.columns[c.key] = []int{n + 1}
		}
	}
	at := place{sheet: h.tab, row: int32(i + 1)}
	l = line{at: h.place(at, nil), node: &node{sort: mapping, at: h.place(at, nil), head: h}}
	for n, c := range p.columns {
		if h.columns[c.key] == nil {
			continue
		}
		t := unbreak(row[c.nameIn()])
		said = said || strings.TrimSpace(t) != ""
		cell := at
		cell.col = int32(n + 1)
		r.put(h, &l, c, t, false, cell)
	}
	return l, said
}

// spotOf is the place of a cell in the form. What is said of a repeated element
// that has no entry is told at the element.
func spotOf(list string, row, col int, element string) Spot {
	if parts, ok := segments(strings.TrimPrefix(element, "ref.")); ok && list == "" {
		if f := itemShape().field(parts[0].name); f != nil && listPage(f) != nil {
			return Spot{List: f.name, Row: -1}
		}
	}
	s := Spot{List: list, Row: row - 1}
	p := pages()[0]
	if list != "" {
		p = listPage(itemShape().field(list))
	}
	if col > 0 && col <= len(p.columns) {
		s.Field = p.columns[col-1].nameIn()
	}
	return s
}

// Spot finds the place of an element of the item in the form.
func (r *Reading) Spot(element string) Spot {
	at := r.root.locate(element)
	list := ""
	if at.sheet != nil {
		list = at.sheet.name
	}
	return spotOf(list, int(at.row), int(at.col), element)
}
