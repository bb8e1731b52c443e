package catalogue

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"tongban/catalog/guide"
	"tongban/catalog/item"
	"tongban/catalog/sheet"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/node/frame"
)

// maxRows bounds the entries of one repeated element on a form.
const maxRows = 300

// few is up to how many fields the entries of a list stand in a table; with
// more of them each is a block of its own.
const few = 4

// groupView is a group of elements on a page.
type groupView struct {
	Key, Title string
	Open       bool
	Errors     int
	Warnings   int
	Parts      []partView
}

// partView is the fields of the item itself, or the entries of a list.
type partView struct {
	List, Title string // of a list
	Table       bool
	Own         []fieldView
	Head        []headView
	Rows        []rowView
	Problems    []said // of the list as a whole
}

type headView struct {
	Text, Hint string
	Must       bool
}

type rowView struct {
	List     string
	At, No   int
	Name     string
	Open     bool
	Fields   []fieldView
	More     []fieldView // seldom used, and empty
	Problems []said
	New      bool
}

// fieldView is one field with what stands in it.
type fieldView struct {
	ID, Label, Hint string
	Kind            sheet.FieldKind
	Value           string
	Words           string // of a condition that is shown: what it says
	Choices         []choice
	Must, Focus     bool
	Problems        []said
}

// Bad reports whether something in the field is an error.
func (f fieldView) Bad() bool {
	return slices.ContainsFunc(f.Problems, func(s said) bool { return s.Error })
}

// id names a field of a form: in its markup and in what is sent.
func id(s sheet.Spot) string {
	switch {
	case s.List == "":
		return "i." + s.Field
	case s.Row < 0:
		return "list-" + s.List
	case s.Field == "":
		return s.List + "." + strconv.Itoa(s.Row)
	}
	return s.List + "." + strconv.Itoa(s.Row) + "." + s.Field
}

// typed is the form that was sent.
func typed(post url.Values) (sheet.Form, error) {
	form := sheet.Form{}
	for _, g := range sheet.Groups() {
		for _, part := range g.Parts {
			n := 1
			if part.List != "" {
				n, _ = strconv.Atoi(post.Get(part.List + ".n"))
			}
			if n > maxRows {
				return nil, refusal.Newf(refusal.TooLarge, "", "", "%s: %d > %d", part.Chinese, n, maxRows)
			}
			for i := range n {
				row := sheet.Cells{}
				if part.List == "" && len(form[""]) > 0 {
					row = form[""][0]
				} else {
					form[part.List] = append(form[part.List], row)
				}
				for _, f := range part.Fields {
					row[f.Name] = strings.Join(post[id(sheet.Spot{List: part.List, Row: i, Field: f.Name})], "\n")
				}
			}
		}
	}
	return form, nil
}

// change adds, removes or moves a row, as a button says: "add:steps",
// "remove:steps.2", "up:steps.2". It tells which list that is, and the row to
// go on at; not ok: the button says nothing of the kind.
func change(form sheet.Form, button string) (at sheet.Spot, ok bool) {
	what, where, _ := strings.Cut(button, ":")
	name, digits, _ := strings.Cut(where, ".")
	if _, known := partOf(name); !known {
		return at, false
	}
	rows := form[name]
	i, err := strconv.Atoi(digits)
	inside := err == nil && i >= 0 && i < len(rows)
	switch {
	case what == "add" && len(rows) < maxRows:
		form[name] = append(rows, sheet.Cells{})
		return sheet.Spot{List: name, Row: len(rows)}, true
	case what == "remove" && inside:
		form[name] = slices.Delete(rows, i, i+1)
		return sheet.Spot{List: name, Row: -1}, true
	case what == "up" && inside && i > 0:
		rows[i-1], rows[i] = rows[i], rows[i-1]
		return sheet.Spot{List: name, Row: i - 1}, true
	}
	return at, false
}

// partOf is the part of a list.
func partOf(name string) (sheet.Part, bool) {
	for _, g := range sheet.Groups() {
		for _, part := range g.Parts {
			if part.List == name && name != "" {
				return part, true
			}
		}
	}
	return sheet.Part{}, false
}

// problems are what is wrong with a form, by place.
type problems map[sheet.Spot][]said

func (all problems) add(s sheet.Spot, one said) {
	one.ID = id(s)
	all[s] = append(all[s], one)
}

// located puts what a form that could be read had wrong to its fields: what was
// to be warned of in reading it, and what was found in the item.
func located(p *frame.Page, r *sheet.Reading, findings []item.Finding) problems {
	all := problems{}
	for _, one := range r.Problems {
		if !one.Finding {
			all.add(one.Spot, sayProblem(p, one.Problem))
		}
	}
	for _, f := range findings {
		all.add(r.Spot(f.Element), sayFinding(p, f))
	}
	return all
}

// unreadable puts what is wrong with a form that could not be read to its
// fields: nobody checked more than the form itself does.
func unreadable(p *frame.Page, r *sheet.Reading) problems {
	all := problems{}
	for _, one := range r.Problems {
		all.add(one.Spot, sayProblem(p, one.Problem))
	}
	return all
}

// sayProblem is a problem of a form; the label of its field stands beside it.
func sayProblem(p *frame.Page, one sheet.Problem) said {
	zh, en := item.Label(one.Element)
	text := p.Pick(strings.TrimPrefix(one.Message, zh+"："), strings.TrimPrefix(one.English, en+": "))
	return said{Element: one.Element, Label: frame.Capital(p.Label(one.Element)), Code: one.Code, Text: text, Error: one.Severity == item.Error}
}

// ordered lists problems in the order of the form, errors first.
func (all problems) ordered() (list []said) {
	for _, wantErrors := range []bool{true, false} {
		add := func(s sheet.Spot) {
			for _, one := range all[s] {
				if one.Error == wantErrors {
					list = append(list, one)
				}
			}
		}
		for _, g := range sheet.Groups() {
			for _, part := range g.Parts {
				if part.List == "" {
					each(part, 0, add)
					continue
				}
				add(sheet.Spot{List: part.List, Row: -1})
				for i := range maxRows {
					add(sheet.Spot{List: part.List, Row: i})
					each(part, i, add)
				}
			}
		}
	}
	return list
}

func each(part sheet.Part, row int, do func(sheet.Spot)) {
	for _, f := range part.Fields {
		do(sheet.Spot{List: part.List, Row: row, Field: f.Name})
	}
}

// views makes the groups of a form as a page shows them; focus is where whoever
// types goes on.
func views(p *frame.Page, form sheet.Form, wrong problems, focus sheet.Spot) []groupView {
	var all []groupView
	for i, g := range sheet.Groups() {
		v := groupView{Key: g.Key, Title: p.Pick(g.Chinese, g.English), Open: i == 0}
		for _, part := range g.Parts {
			one := view(p, part, form, wrong, focus)
			v.count(&one)
			v.Open = v.Open || part.List != "" && part.List == focus.List
			v.Parts = append(v.Parts, one)
		}
		v.Open = v.Open || v.Errors+v.Warnings > 0
		all = append(all, v)
	}
	return all
}

func (g *groupView) count(part *partView) {
	add := func(list []said) {
		for _, s := range list {
			if s.Error {
				g.Errors++
			} else {
				g.Warnings++
			}
		}
	}
	add(part.Problems)
	for _, f := range part.Own {
		add(f.Problems)
	}
	for _, row := range part.Rows {
		add(row.Problems)
		for _, f := range slices.Concat(row.Fields, row.More) {
			add(f.Problems)
		}
	}
}

// view makes one part of a form as a page shows it.
func view(p *frame.Page, part sheet.Part, form sheet.Form, wrong problems, focus sheet.Spot) partView {
	v := partView{List: part.List, Title: p.Pick(part.Chinese, part.English), Table: part.List != "" && len(part.Fields) <= few}
	if part.List == "" {
		for _, f := range part.Fields {
			row := sheet.Cells{}
			if len(form[""]) > 0 {
				row = form[""][0]
			}
			v.Own = append(v.Own, field(p, f, sheet.Spot{Field: f.Name}, row[f.Name], wrong))
		}
		return v
	}
	v.Title = frame.Capital(v.Title)
	v.Problems = wrong[sheet.Spot{List: part.List, Row: -1}]
	for _, f := range part.Fields {
		v.Head = append(v.Head, headView{frame.Capital(p.Pick(f.Chinese, f.English)), hint(p, f), f.Must})
	}
	rows := form[part.List]
	for i, cells := range rows {
		row := rowView{List: part.List, At: i, No: i + 1, Name: title(part, cells), Problems: wrong[sheet.Spot{List: part.List, Row: i}]}
		row.New = focus == sheet.Spot{List: part.List, Row: i}
		row.Open = row.New || len(row.Problems) > 0
		for k, f := range part.Fields {
			one := field(p, f, sheet.Spot{List: part.List, Row: i, Field: f.Name}, cells[f.Name], wrong)
			one.Hint, one.Focus = "", row.New && k == 0
			row.Open = row.Open || len(one.Problems) > 0
			if v.Table || k < 2*few || one.Must || one.Value != "" || len(one.Problems) > 0 {
				row.Fields = append(row.Fields, one)
			} else {
				row.More = append(row.More, one)
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// title is what an entry is called: its name, else the first of its texts.
func title(part sheet.Part, cells sheet.Cells) string {
	for _, name := range []string{"name", "title", "question"} {
		if cells[name] != "" {
			return cells[name]
		}
	}
	for _, f := range part.Fields {
		if cells[f.Name] != "" {
			return cells[f.Name]
		}
	}
	return ""
}

// days are the elements of which a calendar may be shown: whatever else is
// written there is no day.
var days = []string{"law_checked", "effective", "origin.date"}

// hint is how a field is filled in: without what only a cell of the workbook is
// told, and what no field that must be filled in is.
func hint(p *frame.Page, f sheet.Field) string {
	text := p.Pick(f.Meaning[0], f.Meaning[1])
	if f.Kind == sheet.FieldFlag {
		text = strings.TrimSuffix(strings.TrimSuffix(text, "填「是」。"), "的")
	}
	if f.Must {
		for _, blank := range []string{"来源没有写的留空。", " Empty where the source does not say."} {
			text = strings.TrimSuffix(text, blank)
		}
	}
	return text
}

func field(p *frame.Page, f sheet.Field, at sheet.Spot, value string, wrong problems) fieldView {
	v := fieldView{
		ID: id(at), Label: frame.Capital(p.Pick(f.Chinese, f.English)), Hint: hint(p, f), Kind: f.Kind, Value: value, Must: f.Must, Problems: wrong[at],
	}
	switch f.Kind {
	case sheet.FieldText, sheet.FieldLimit, sheet.FieldNumber:
		if strings.Contains(value, "\n") {
			v.Kind = sheet.FieldLong
		}
	case sheet.FieldDay:
		if !slices.Contains(days, f.Element) || value != "" && !workday.Date(value).Valid() {
			v.Kind = sheet.FieldText
		}
	case sheet.FieldWord:
		v.Choices = choices(p, f, []string{value})
	case sheet.FieldWords:
		v.Choices = choices(p, f, strings.FieldsFunc(value, func(c rune) bool { return c == '\n' || c == '\r' }))
	case sheet.FieldFlag:
		v.Choices = []choice{{"是", p.Pick("是", "Yes"), value == "是"}}
	}
	return v
}

// choices are the words of a field with those that were chosen: these first, in
// their own order, where several may be, for that order is part of the item.
func choices(p *frame.Page, f sheet.Field, values []string) []choice {
	var all []choice
	used := map[string]bool{}
	word := func(w item.Word, chosen bool) {
		used[w.Value] = true
		all = append(all, choice{w.Chinese, frame.Capital(p.Pick(w.Chinese, w.English)), chosen})
	}
	if f.Kind == sheet.FieldWords {
		for _, v := range values {
			if i := slices.IndexFunc(f.Words, func(w item.Word) bool { return w.Chinese == v }); i >= 0 {
				word(f.Words[i], true)
			} else if v != "" {
				all = append(all, choice{v, v, true})
			}
		}
	}
	for _, w := range f.Words {
		if !used[w.Value] {
			word(w, len(values) > 0 && values[0] == w.Chinese && f.Kind != sheet.FieldWords)
		}
	}
	if f.Kind == sheet.FieldWord && values[0] != "" && !slices.ContainsFunc(all, func(one choice) bool { return one.Chosen }) {
		all = append(all, choice{values[0], values[0], true}) // nobody's word, but theirs who wrote it
	}
	return all
}

// shown are the elements of an item that say something, or of which something
// was found: the text of a draft.
func shown(p *frame.Page, form sheet.Form, r *sheet.Reading, findings []item.Finding) []groupView {
	say := func(fields []fieldView) {
		for i := range fields {
			if f := &fields[i]; strings.HasSuffix(f.ID, ".if") {
				f.Words = guide.When(f.Value, r.Item.Situations, p.Lang)
			}
		}
	}
	all := views(p, form, located(p, r, findings), sheet.Spot{Row: -1})
	empty := func(f fieldView) bool { return f.Kind == sheet.FieldFixed || f.Value == "" && len(f.Problems) == 0 }
	for i := range all {
		g := &all[i]
		for k := range g.Parts {
			part := &g.Parts[k]
			part.Own = slices.DeleteFunc(part.Own, empty)
			for n := range part.Rows {
				row := &part.Rows[n]
				row.Fields, row.More = slices.DeleteFunc(row.Fields, empty), nil
				say(row.Fields)
			}
		}
		g.Parts = slices.DeleteFunc(g.Parts, func(part partView) bool { return len(part.Own)+len(part.Rows)+len(part.Problems) == 0 })
	}
	return slices.DeleteFunc(all, func(g groupView) bool { return len(g.Parts) == 0 })
}
