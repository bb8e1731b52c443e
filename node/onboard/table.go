package onboard

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tongban/catalog/item"
	"tongban/catalog/sheet"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
)

// column is one column of a kind of table.
type column struct {
	key, chinese string
	must         bool
	example      string
	say          string // how it is filled in
}

// record is one row of a table, by the keys of its columns.
type record struct {
	row   int
	cells map[string]string
	at    map[string]int // the column of each, from 1
}

func (r record) get(key string) string { return r.cells[key] }

// table is a table while it is read, and what is wrong with it.
type table struct {
	columns  []column
	heads    []string // the key of each column of the file; "": none
	records  []record
	problems []Problem
}

// read finds the records of a table of a kind, and everything that is wrong
// with its form.
func read(k Kind, file []byte) (*table, error) {
	t := &table{columns: columns[k]}
	if t.columns == nil {
		return nil, refusal.Newf(refusal.NotFound, "read a table", "centers, staff, windows, accounts, cases", "there is no kind %.40q", string(k))
	}
	lines, notes, err := sheet.ReadTable(file, sheet.TableBounds{Bytes: MaxBytes, Lines: MaxRows + 2, Cells: maxCells})
	if err != nil {
		return nil, err
	}
	for _, n := range notes {
		t.problems = append(t.problems, Problem{Row: n.Row, Code: n.Code, Message: n.Message, English: n.English, Warning: n.Severity != item.Error})
	}
	for _, line := range lines {
		if t.heads == nil {
			t.head(line)
			continue
		}
		t.line(line)
	}
	switch {
	case t.heads == nil:
		t.tell(Problem{Code: "no_header", Message: "文件是空的：第一行应是表头；请下载模板填写", English: "the file is empty: its first row is the header; download the template"})
	case len(t.records) == 0 && t.sound():
		t.tell(Problem{Code: "no_rows", Message: "表头下面没有内容；示例行不算，请从下一行开始填写", English: "nothing stands below the header; the example row does not count"})
	case len(t.records) > MaxRows:
		return nil, refusal.Newf(refusal.TooLarge, "read a table", "分成几份再导入 (split it and import the parts)", "%d rows, at most %d", len(t.records), MaxRows)
	}
	return t, nil
}

func (t *table) tell(p Problem) { t.problems = append(t.problems, p) }

func (t *table) sound() bool {
	return !slices.ContainsFunc(t.problems, func(p Problem) bool { return !p.Warning })
}

func (t *table) head(line sheet.Line) {
	last := line.Cells[len(line.Cells)-1].Column
	t.heads = make([]string, last)
	for _, c := range line.Cells {
		name := strings.TrimRight(strings.TrimSpace(c.Text), "*＊")
		i := slices.IndexFunc(t.columns, func(col column) bool { return strings.EqualFold(name, col.key) || name == col.chinese })
		at := Problem{Row: line.Number, Column: clip(name), Cell: cell(c.Column, line.Number)}
		switch {
		case c.Wrong != nil:
			t.cellWrong(c, line.Number, "")
		case i < 0:
			at.Code, at.Message, at.English = "unknown_column", "没有名为「"+clip(name)+"」的列；请改成模板里的列名，或者删去这一列", "there is no column of that name; take a name of the template, or delete the column"
			t.tell(at)
		case slices.Contains(t.heads, t.columns[i].key):
			at.Code, at.Message, at.English = "column_twice", "「"+t.columns[i].chinese+"」这一列出现了两次；请删去一列", "the column is there twice; delete one"
			t.tell(at)
		default:
			t.heads[c.Column-1] = t.columns[i].key
		}
	}
	for _, col := range t.columns {
		if col.must && !slices.Contains(t.heads, col.key) {
			t.tell(Problem{Row: line.Number, Column: col.chinese, Code: "column_missing", Message: "表头没有「" + col.chinese + "」这一列；请加上", English: "the header lacks the column " + col.key})
		}
	}
}

// line reads a row. A row that begins with 示例 is an example.
func (t *table) line(line sheet.Line) {
	first := line.Cells[0]
	if strings.HasPrefix(strings.TrimSpace(first.Text), sheet.Example) {
		return
	}
	r := record{row: line.Number, cells: map[string]string{}, at: map[string]int{}}
	for _, c := range line.Cells {
		key := ""
		if c.Column <= len(t.heads) {
			key = t.heads[c.Column-1]
		}
		text := strings.TrimSpace(c.Text)
		switch {
		case c.Wrong != nil:
			t.cellWrong(c, line.Number, t.chinese(key))
			r.at[key] = c.Column // it is filled in, if wrongly
		case key == "" && c.Column <= len(t.heads):
			// the head of the column was told already
		case key == "" && text != "":
			t.tell(Problem{Row: line.Number, Cell: cell(c.Column, line.Number), Code: "no_column", Message: "这一格不在任何一列下面；请删去，或者补上列名", English: "the cell stands below no head; clear it, or add the head"})
		case utf8.RuneCountInString(text) > maxText || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
			t.tell(Problem{Row: line.Number, Column: t.chinese(key), Cell: cell(c.Column, line.Number), Code: "cell_text", Message: fmt.Sprintf("这一格太长（最多 %d 字），或者含有不能显示的字符；请改正", maxText), English: "the cell is too long, or has characters that can't be shown"})
			r.at[key] = c.Column
		default:
			r.cells[key], r.at[key] = text, c.Column
		}
	}
	if len(r.at) == 0 {
		return
	}
	for _, col := range t.columns {
		if _, there := r.at[col.key]; col.must && !there && slices.Contains(t.heads, col.key) {
			t.tell(Problem{Row: r.row, Column: col.chinese, Cell: t.cellOf(r, col.key), Code: "missing", Message: "没有填写「" + col.chinese + "」；请填写", English: col.key + " must be filled in"})
		}
	}
	t.records = append(t.records, r)
}

func (t *table) cellWrong(c sheet.Cell, row int, head string) {
	t.tell(Problem{Row: row, Column: head, Cell: cell(c.Column, row), Code: c.Wrong.Code, Message: c.Wrong.Message, English: c.Wrong.English})
}

func (t *table) chinese(key string) string {
	for _, c := range t.columns {
		if c.key == key {
			return c.chinese
		}
	}
	return ""
}

func (t *table) cellOf(r record, key string) string {
	return cell(slices.Index(t.heads, key)+1, r.row)
}

// toldOf reports whether something was told of a cell.
func (t *table) toldOf(row int, head string) bool {
	return slices.ContainsFunc(t.problems, func(p Problem) bool { return p.Row == row && p.Column == head })
}

// fault tells what is wrong with a cell of a record.
func (t *table) fault(r record, key, code, message, english string) {
	t.tell(Problem{Row: r.row, Column: t.chinese(key), Cell: t.cellOf(r, key), Code: code, Message: message, English: english})
}

// wrongRows are the rows of which something was told.
func wrongRows(problems []Problem) map[int]bool {
	all := map[int]bool{}
	for _, p := range problems {
		if !p.Warning {
			all[p.Row] = true
		}
	}
	return all
}

// unique tells of every record that names again what an earlier one names.
func (t *table) unique(key string) {
	seen := map[string]int{}
	for _, r := range t.records {
		name := r.get(key)
		if name == "" {
			continue
		}
		if first, twice := seen[name]; twice {
			t.fault(r, key, "twice", fmt.Sprintf("与第 %d 行重复；请删去一行", first), fmt.Sprintf("the same as in row %d; delete one", first))
			continue
		}
		seen[name] = r.row
	}
}

// cell is the name of a cell such as "C7"; "" for none.
func cell(column, row int) string {
	if column < 1 || row < 1 {
		return ""
	}
	name := ""
	for n := column; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return fmt.Sprint(name, row)
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// words splits a short list of one cell.
func words(text string) []string {
	all := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",，;；、\n\t", r) })
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// china is the time of all desks.
var china = time.FixedZone("UTC+8", 8*3600)

// moment reads a day, or a day and a time of it: 2026-03-02, 2026/3/2,
// 2026年3月2日, 2026-03-02 09:30. A day alone is its first moment.
func moment(text string) (at time.Time, ok bool) {
	text = strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-", "：", ":", "T", " ").Replace(strings.TrimSpace(text))
	for _, layout := range []string{"2006-1-2", "2006-1-2 15:04", "2006-1-2 15:04:05"} {
		if at, err := time.ParseInLocation(layout, text, china); err == nil && workday.DateOf(at).Valid() {
			return at, true
		}
	}
	return time.Time{}, false
}
