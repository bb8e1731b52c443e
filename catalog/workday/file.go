package workday

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Problem is one thing that is wrong with a calendar file. Nothing of a file
// with a problem that isn't a Warning may be published.
type Problem struct {
	Line    int    `json:"line,omitempty"`   // from 1; 0: the file as a whole
	Column  string `json:"column,omitempty"` // by its head
	Message string `json:"message"`          // for an official: what is wrong, and what to do
	English string `json:"english"`
	Warning bool   `json:"warning,omitempty"`
}

// String says it in English with its place.
func (p Problem) String() string {
	switch {
	case p.Line == 0:
		return p.English
	case p.Column == "":
		return fmt.Sprintf("line %d: %s", p.Line, p.English)
	}
	return fmt.Sprintf("line %d, %s: %s", p.Line, p.Column, p.English)
}

// Bounds of a calendar file.
const (
	maxLine  = 4096
	maxLines = 40000
	problems = 1000 // enough for anybody to see what went wrong
)

// statutory is how many days off the law gives at least, each on a weekday or
// made up for on one (全国年节及纪念日放假办法: 11 from 2008 on, 13 from 2025
// on).
const (
	statutory = 11
	since     = 2008
)

// kinds are the words for a day off (false) and a day on which offices work.
var kinds = map[string]bool{
	"off": false, "holiday": false, "放假": false, "休": false, "节假日": false,
	"work": true, "workday": true, "上班": true, "补班": true, "班": true, "调休上班": true,
}

// heads are the columns by their heads.
var heads = map[string]string{
	"kind": "kind", "类型": "kind", "from": "from", "date": "from", "日期": "from", "起": "from", "开始": "from",
	"to": "to", "止": "to", "结束": "to", "occasion": "", "节日": "", "备注": "", "note": "",
}

// ReadCSV reads a calendar file: spans (columns kind, from, to, as WriteCSV
// writes them) or single days (columns date, kind, and an occasion that isn't
// kept). A kind is off or holiday (放假), work or workday (上班). Lines that
// begin with # are comments; what follows 来源： in one is the source of the
// years below it.
//
// It finds every problem at once. With one that isn't a warning there are no
// years: a file is taken whole or not at all. The years come in order, their
// days too.
func ReadCSV(r io.Reader) ([]Year, []Problem) {
	f := file{days: map[int]map[Date]mark{}, sources: map[int]string{}}
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, maxLine), maxLine)
	for f.line = 1; lines.Scan(); f.line++ {
		if f.line > maxLines || len(f.problems) >= problems {
			f.add("", "后面的内容没有再检查", "what follows was not checked")
			break
		}
		f.read(strings.TrimPrefix(lines.Text(), "\ufeff"))
	}
	if err := lines.Err(); err != nil {
		f.add("", "读取失败："+err.Error(), err.Error())
	}
	f.line = 0
	if f.columns == nil && len(f.problems) == 0 {
		f.add("", "文件是空的：首行应为 kind,from,to 或 date,kind", "the file is empty: its first line is kind,from,to or date,kind")
	}
	return f.years()
}

// mark is what a line says of a day.
type mark struct {
	work bool
	line int
}

// file is a calendar file while it is read.
type file struct {
	line     int
	columns  []string // what each column is; nil: no head yet
	source   string
	sources  map[int]string
	days     map[int]map[Date]mark
	problems []Problem
}

func (f *file) add(column, message, english string) {
	f.problems = append(f.problems, Problem{Line: f.line, Column: column, Message: message, English: english})
}

func (f *file) read(line string) {
	if !utf8.ValidString(line) {
		f.add("", "不是 UTF-8 编码：请另存为“CSV UTF-8”", "not UTF-8: save the file as CSV UTF-8")
		return
	}
	if comment, is := strings.CutPrefix(strings.TrimSpace(line), "#"); is {
		if _, source, has := strings.Cut(comment, "来源："); has {
			f.source = strings.TrimSpace(source)
		}
		return
	}
	if strings.Trim(line, " \t,") == "" {
		return
	}
	reader := csv.NewReader(strings.NewReader(line))
	reader.TrimLeadingSpace = true
	cells, err := reader.Read()
	if err != nil {
		f.add("", "引号不成对或位置不对", "a quote is out of place")
		return
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	switch {
	case f.columns == nil:
		f.head(cells)
	case count(f.columns, "kind") == 1 && count(f.columns, "from") == 1: // else every line would say again what its head lacks
		f.row(cells)
	}
}

func (f *file) head(cells []string) {
	f.columns = []string{}
	for _, cell := range cells {
		column, known := heads[strings.ToLower(cell)]
		if !known && cell != "" {
			f.add(cell, "不认识的列；可用：kind,from,to 或 date,kind,occasion", "no such column; known: kind,from,to or date,kind,occasion")
		}
		f.columns = append(f.columns, column)
	}
	for _, column := range []string{"kind", "from"} {
		if n := count(f.columns, column); n != 1 {
			f.add(column, "首行应恰有一列 "+column+"（kind,from,to 或 date,kind）", "the first line needs one column "+column+" (kind,from,to or date,kind)")
		}
	}
	if count(f.columns, "to") > 1 {
		f.add("to", "这一列出现了两次", "the column is there twice")
	}
}

func count(all []string, one string) int {
	n := 0
	for _, s := range all {
		if s == one {
			n++
		}
	}
	return n
}

// row reads one span or day, and goes on after each problem.
func (f *file) row(cells []string) {
	var kind, from, to string
	for i, cell := range cells {
		switch {
		case i >= len(f.columns):
			if cell != "" {
				f.add("", fmt.Sprintf("多出一格“%s”：这一行应有 %d 格", clip(cell), len(f.columns)), fmt.Sprintf("one cell too many, %q: the line has %d", clip(cell), len(f.columns)))
			}
		case f.columns[i] == "kind":
			kind = cell
		case f.columns[i] == "from":
			from = cell
		case f.columns[i] == "to":
			to = cell
		}
	}
	before := len(f.problems)
	work, known := kinds[strings.ToLower(kind)]
	if !known {
		f.add("kind", fmt.Sprintf("“%s”：应为 off（放假）或 work（上班）", clip(kind)), fmt.Sprintf("%q: want off or work", clip(kind)))
	}
	first := f.date("from", from)
	last := first
	if to != "" {
		last = f.date("to", to)
	}
	switch {
	case first == "" || last == "":
	case last < first:
		f.add("to", "结束日早于开始日：请对调", "the last day is before the first: change them over")
	case last.Year() != first.Year():
		f.add("to", "跨年：请在 12 月 31 日处分成两行", "it runs into another year: make two lines, cut at 31 December")
	case first.Year() < 1950 || first.Year() > 2200:
		f.add("from", "年份应在 1950 到 2200 之间", "want a year between 1950 and 2200")
	case len(f.problems) == before:
		for day := first; day <= last; day = day.Add(1) {
			f.mark(day, work)
		}
	}
}

// date reads a day as people and spreadsheets write it: 2026-01-01, 2026/1/1.
func (f *file) date(column, text string) Date {
	if parts := strings.Split(strings.ReplaceAll(text, "/", "-"), "-"); len(parts) == 3 {
		for i, digits := range []int{4, 2, 2} {
			if missing := digits - len(parts[i]); missing > 0 {
				parts[i] = strings.Repeat("0", missing) + parts[i]
			}
		}
		if day := Date(strings.Join(parts, "-")); day.Valid() {
			return day
		}
	}
	f.add(column, fmt.Sprintf("“%s”不是日期：应写作 2026-01-01", clip(text)), fmt.Sprintf("%q is no day: write it as 2026-01-01", clip(text)))
	return ""
}

func (f *file) mark(day Date, work bool) {
	year := f.days[day.Year()]
	if year == nil {
		year = map[Date]mark{}
		f.days[day.Year()] = year
		f.sources[day.Year()] = f.source
	}
	if other, twice := year[day]; twice {
		f.add("from", fmt.Sprintf("%s 在第 %d 行已经有了：删去一处", day, other.line), fmt.Sprintf("%s is in line %d already: delete one of them", day, other.line))
		return
	}
	if weekday, _ := day.Weekday(); work && weekday != time.Saturday && weekday != time.Sunday {
		f.add("from", fmt.Sprintf("%s 是%s，本来就上班：删去这一日", day, chinese[weekday]), fmt.Sprintf("%s is a %s, a working day anyway: delete it", day, weekday))
		return
	}
	year[day] = mark{work, f.line}
}

var chinese = [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}

// years puts together what was read, and warns of a year that looks unfinished.
func (f *file) years() ([]Year, []Problem) {
	if len(f.problems) > 0 {
		return nil, f.problems
	}
	var all []Year
	for _, number := range slices.Sorted(maps.Keys(f.days)) {
		y := Year{Year: number, Holidays: []Date{}, Workdays: []Date{}, Source: f.sources[number]}
		weekdays := 0
		for _, day := range slices.Sorted(maps.Keys(f.days[number])) {
			if f.days[number][day].work {
				y.Workdays = append(y.Workdays, day)
				continue
			}
			y.Holidays = append(y.Holidays, day)
			if weekday, _ := day.Weekday(); weekday != time.Saturday && weekday != time.Sunday {
				weekdays++
			}
		}
		if weekdays < statutory && number >= since {
			f.add("", fmt.Sprintf("%d 年只有 %d 个工作日放假，法定节假日至少 %d 天：这一年可能不全，发布时整年替换", number, weekdays, statutory),
				fmt.Sprintf("%d has %d weekdays off, the law gives %d at least: the year may be incomplete, and publishing replaces it whole", number, weekdays, statutory))
			f.problems[len(f.problems)-1].Warning = true
		}
		all = append(all, y)
	}
	return all, f.problems
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// WriteCSV writes years as ReadCSV reads them: spans by date, the source of
// each year in a comment above it. A line break in a source becomes a space.
func WriteCSV(w io.Writer, years []Year) error {
	var b strings.Builder
	b.WriteString("kind,from,to\n")
	source := ""
	for _, y := range years {
		if own := strings.Join(strings.Fields(y.Source), " "); own != source {
			fmt.Fprintf(&b, "# 来源：%s\n", own)
			source = own
		}
		for _, s := range spansOf(y) {
			fmt.Fprintf(&b, "%s,%s,%s\n", s.kind, s.from, s.to)
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// stretch is days of one kind that follow one another.
type stretch struct {
	kind     string
	from, to Date
}

func spansOf(y Year) []stretch {
	var all []stretch
	for kind, days := range map[string][]Date{"off": y.Holidays, "work": y.Workdays} {
		sorted := slices.Sorted(slices.Values(days))
		for i, day := range sorted {
			if i > 0 && sorted[i-1].Add(1) == day {
				all[len(all)-1].to = day
				continue
			}
			all = append(all, stretch{kind, day, day})
		}
	}
	slices.SortFunc(all, func(a, b stretch) int {
		return cmp.Or(strings.Compare(string(a.from), string(b.from)), strings.Compare(a.kind, b.kind))
	})
	return all
}
