package roster

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/catalog/workday"
)

// Problem is one thing that is wrong with a roster file. A file with a problem
// is not taken, not even in part.
type Problem struct {
	Line    int    `json:"line,omitempty"`   // from 1; 0: the file as a whole
	Column  string `json:"column,omitempty"` // by its English head
	Message string `json:"message"`          // for an official
	English string `json:"english"`
}

// String says it with its place, in Chinese and English.
func (p Problem) String() string {
	if p.Line == 0 {
		return p.Message + " (" + p.English + ")"
	}
	column := ""
	if p.Column != "" {
		column = "，" + p.Column
	}
	return fmt.Sprintf("第 %d 行%s：%s (%s)", p.Line, column, p.Message, p.English)
}

// columns are those of a file, in the order in which they are written.
var columns = []struct{ name, chinese string }{
	{"number", "工号"}, {"name", "姓名"}, {"department", "部门"}, {"post", "岗位"}, {"body", "统一社会信用代码"},
	{"phone", "电话"}, {"window", "窗口"}, {"from", "起"}, {"to", "止"}, {"covered_by", "B岗"},
}

// Bounds of a file.
const (
	maxLine     = 8192
	maxLines    = 5000
	maxProblems = 500
)

// Import is what a file asks for.
type Import struct {
	Members []Member // new ones, and those that change
	Covers  []Cover  // new ones
	Same    int      // lines that change nothing
}

// ReadCSV reads a roster file: a head of column names (Chinese or English, as
// WriteCSV writes them; only name must be there), then one line for each member
// of staff. A line without a number is a new member, and gets the next one.
// covered_by names the B clerks by number or by a name of the file, several
// with 、 or ; between them. Whoever the file doesn't name stays as they are.
//
// It finds every problem at once.
func (r Roster) ReadCSV(from io.Reader) (Import, []Problem) {
	f := file{before: r, after: r, lines: map[string]int{}}
	lines := bufio.NewScanner(from)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	for f.line = 1; lines.Scan(); f.line++ {
		if f.line > maxLines || len(f.problems) >= maxProblems {
			f.add("", "后面的内容没有再检查", "what follows was not checked")
			break
		}
		f.read(strings.TrimPrefix(lines.Text(), "\ufeff"))
	}
	if err := lines.Err(); err != nil {
		f.add("", "这一行太长，或读取失败", err.Error())
	}
	if f.heads == nil && len(f.problems) == 0 {
		f.line = 0
		f.add("", "文件是空的：首行应有“姓名”等列名", "the file is empty: its first line names the columns, such as name")
	}
	f.cover()
	if len(f.problems) > 0 {
		return Import{}, f.problems
	}
	return f.found, nil
}

// file is a roster file while it is read.
type file struct {
	before, after Roster
	heads         []string // what each column is; nil: no head yet
	line          int
	lines         map[string]int // by staff number
	clerks        []clerk
	found         Import
	problems      []Problem
}

// clerk is a cell of covered_by, which may name somebody further down.
type clerk struct {
	line  int
	a     string
	names string
}

func (f *file) add(column, message, english string) {
	f.problems = append(f.problems, Problem{f.line, column, message, english})
}

func (f *file) read(line string) {
	if !utf8.ValidString(line) {
		f.add("", "不是 UTF-8 编码：请另存为“CSV UTF-8”", "not UTF-8: save the file as CSV UTF-8")
		return
	}
	if strings.Trim(line, " \t,") == "" || strings.HasPrefix(strings.TrimSpace(line), "#") {
		return
	}
	cells, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil {
		f.add("", "引号不成对或位置不对", "a quote is out of place")
		return
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	switch {
	case f.heads == nil:
		f.head(cells)
	case slices.Contains(f.heads, "name"): // else every line would say again what the head lacks
		f.row(cells)
	}
}

func (f *file) head(cells []string) {
	f.heads = []string{}
	for _, cell := range cells {
		column := ""
		for _, c := range columns {
			if strings.EqualFold(cell, c.name) || cell == c.chinese {
				column = c.name
			}
		}
		switch {
		case column == "" && cell != "":
			f.add(clip(cell), "不认识的列", "no such column")
		case column != "" && slices.Contains(f.heads, column):
			f.add(column, "这一列出现了两次", "the column is there twice")
		}
		f.heads = append(f.heads, column)
	}
	if !slices.Contains(f.heads, "name") {
		f.add("name", "首行没有“姓名”一列", "the first line has no column name")
	}
}

func (f *file) row(cells []string) {
	cell := map[string]string{}
	for i, text := range cells {
		switch {
		case i < len(f.heads):
			cell[f.heads[i]] = text
		case text != "":
			f.add("", fmt.Sprintf("多出一格“%s”：这一行应有 %d 格", clip(text), len(f.heads)), fmt.Sprintf("one cell too many, %q: the line has %d", clip(text), len(f.heads)))
		}
	}
	m := f.base(cell["number"])
	for column, into := range map[string]*string{
		"name": &m.Name, "department": &m.Department, "post": &m.Post, "body": &m.Body, "phone": &m.Phone, "window": &m.Window,
	} {
		if slices.Contains(f.heads, column) {
			*into = cell[column]
		}
	}
	m.From, m.To = f.day(m.From, "from", cell), f.day(m.To, "to", cell)
	if m.Number == "" {
		f.newcomer(&m)
	}
	if first, twice := f.lines[m.Number]; twice {
		f.add("number", fmt.Sprintf("工号与第 %d 行重复", first), fmt.Sprintf("the staff number of line %d again", first))
		return
	}
	f.lines[m.Number] = f.line
	f.after.members = put(f.after.members, m.Number, m) // also with a fault: the number is taken
	wrong := f.before.CheckMember(m)
	for _, w := range wrong {
		f.add(w.Column, w.Message, w.English)
	}
	if len(wrong) > 0 {
		return
	}
	if f.before.members[m.Number] == m {
		f.found.Same++
	} else {
		f.found.Members = append(f.found.Members, m)
	}
	if names := cell["covered_by"]; names != "" {
		f.clerks = append(f.clerks, clerk{f.line, m.Number, names})
	}
}

// base is what stands of a member of staff: a column that the file doesn't
// have keeps it.
func (f *file) base(number string) Member {
	if m, ok := f.before.members[number]; ok {
		return m
	}
	return Member{Number: number}
}

// newcomer gives a line without a number the next one. Somebody of that name
// who is there already was probably meant.
func (f *file) newcomer(m *Member) {
	for _, other := range f.after.Staff() {
		if other.Name == m.Name && m.Name != "" {
			f.add("number", fmt.Sprintf("已有同名人员 %s：请填写工号", other.Number), fmt.Sprintf("%s has that name already: give the number", other.Number))
			break
		}
	}
	if m.Number = f.after.NextNumber(); m.Number == "" {
		f.add("number", "工号已经用完", "all staff numbers are given")
	}
}

func (f *file) day(old workday.Date, column string, cell map[string]string) workday.Date {
	if !slices.Contains(f.heads, column) {
		return old
	}
	text := strings.ReplaceAll(cell[column], "/", "-")
	if parts := strings.Split(text, "-"); len(parts) == 3 {
		for i, digits := range []int{4, 2, 2} {
			if missing := digits - len(parts[i]); missing > 0 {
				parts[i] = strings.Repeat("0", missing) + parts[i]
			}
		}
		text = strings.Join(parts, "-")
	}
	return workday.Date(text)
}

// cover finds the B clerks once all lines are read.
func (f *file) cover() {
	for _, c := range f.clerks {
		f.line = c.line
		for _, name := range strings.FieldsFunc(c.names, func(r rune) bool { return strings.ContainsRune(";；、", r) }) {
			b, ok := f.named(strings.TrimSpace(name))
			switch {
			case !ok:
				f.add("covered_by", fmt.Sprintf("“%s”不是本表或名册中唯一的一人", clip(name)), fmt.Sprintf("%q is not exactly one member of staff", clip(name)))
			case b == c.a:
				f.add("covered_by", "不能由本人顶岗", "nobody covers for themselves")
			case !slices.ContainsFunc(f.after.covers, func(o Cover) bool { return o.A == c.a && o.B == b && o.standing() }):
				one := Cover{A: c.a, B: b}
				f.found.Covers = append(f.found.Covers, one)
				f.after.covers = append(slices.Clone(f.after.covers), one)
			}
		}
	}
}

func (f *file) named(name string) (number string, ok bool) {
	if _, ok := f.after.members[name]; ok {
		return name, true
	}
	n := 0
	for _, m := range f.after.members {
		if m.Name == name {
			number, n = m.Number, n+1
		}
	}
	return number, n == 1
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// WriteCSV writes the roster as ReadCSV reads it, with a mark at its begin by
// which spreadsheets know that it is UTF-8. covered_by has those who cover for
// somebody without an end.
func (r Roster) WriteCSV(to io.Writer) error {
	if _, err := io.WriteString(to, "\ufeff"); err != nil {
		return err
	}
	w := csv.NewWriter(to)
	var head []string
	for _, c := range columns {
		head = append(head, c.chinese)
	}
	if err := w.Write(head); err != nil {
		return err
	}
	for _, m := range r.Staff() {
		var clerks []string
		for _, c := range r.Covers() {
			if c.A == m.Number && c.standing() {
				clerks = append(clerks, c.B)
			}
		}
		line := []string{m.Number, m.Name, m.Department, m.Post, m.Body, m.Phone, m.Window, string(m.From), string(m.To), strings.Join(clerks, "、")}
		if err := w.Write(line); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
