package sheet

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"tongban/catalog/item"
)

// Problem is one thing to mend, and where it stands. In a workbook and in csv
// that is a cell; in yaml and json a line and a column.
type Problem struct {
	Sheet    string        `json:"sheet,omitempty"`
	Row      int           `json:"row,omitempty"`     // from 1; the line in yaml and json
	Column   int           `json:"column,omitempty"`  // from 1
	Cell     string        `json:"cell,omitempty"`    // such as "C7"; none in yaml and json
	Item     item.Code     `json:"item,omitempty"`    // of which item, where that is known
	Element  string        `json:"element,omitempty"` // such as "materials[2].need"
	Code     string        `json:"code"`              // stable, for programs
	Severity item.Severity `json:"severity"`
	Message  string        `json:"message"` // what is wrong and how to mend it, in Chinese
	English  string        `json:"english"`
	// Finding says that it could be read, and the item is wrong or unfinished
	// in it: a draft may wait with that.
	Finding bool `json:"finding,omitempty"`
}

// Place is where the problem stands, in words: "材料!C7", "D12", "3:14".
func (p Problem) Place() string {
	at := p.Cell
	if at == "" && p.Row > 0 {
		at = fmt.Sprintf("%d:%d", p.Row, p.Column)
	}
	if p.Sheet != "" && at != "" {
		return p.Sheet + "!" + at
	}
	return p.Sheet + at
}

// String is one line of a report.
func (p Problem) String() string {
	parts := []string{string(p.Severity)}
	for _, s := range []string{p.Place(), string(p.Item), p.Element} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	return strings.Join(parts, " ") + ": " + p.Message + " (" + p.Code + ")"
}

// Sound reports whether no problem is an error: the items may be used.
func Sound(problems []Problem) bool {
	return !slices.ContainsFunc(problems, func(p Problem) bool { return p.Severity == item.Error })
}

// fault is what is wrong with one value, before it is known where it stands.
type fault struct {
	code    string
	zh, en  string
	warning bool
	finding bool // of the item itself, not of its reading
}

// faultf fills the arguments into both sentences; each may leave some out.
func faultf(code, zh, en string, args ...any) *fault {
	return &fault{code: code, zh: fill(zh, args), en: fill(en, args)}
}

// fill is Sprintf for a sentence that need not use every argument.
func fill(format string, args []any) string {
	if !strings.Contains(format, "%") {
		return format
	}
	return fmt.Sprintf(format, args...)
}

// warned is the fault as a warning.
func (f *fault) warned() *fault {
	f.warning = true
	return f
}

// place is where a value stands.
type place struct {
	sheet    *tab // nil in a file without sheets
	row, col int32
	line     bool // row and col are a line and a column, not a cell
}

// tab is a sheet of the file, in the order of reading.
type tab struct {
	name  string
	order int
}

// found is a problem with what sorts it.
type found struct {
	Problem
	order int
}

// tell adds a problem. Beyond the bound they are only counted.
func (in *reader) tell(at place, code item.Code, element string, f *fault) {
	if in.marked == nil {
		in.marked = map[place]bool{}
	}
	in.marked[at] = true
	severity := item.Error
	if f.warning {
		severity = item.Warning
	}
	if in.counts == nil {
		in.counts = map[item.Severity]int{}
	}
	if in.counts[severity]++; in.counts[severity] > maxProblems {
		return
	}
	p := found{Problem: Problem{
		Row: int(at.row), Column: int(at.col), Item: code, Element: element,
		Code: f.code, Severity: severity, Message: f.zh, English: f.en, Finding: f.finding,
	}}
	if at.sheet != nil {
		p.Sheet, p.order = at.sheet.name, at.sheet.order
	}
	if !at.line && at.row > 0 && at.col > 0 {
		p.Cell, _ = excelize.CoordinatesToCellName(int(at.col), int(at.row))
	}
	in.problems = append(in.problems, p)
}

// told lists the problems as a reader goes through the file.
func (in *reader) told() []Problem {
	slices.SortStableFunc(in.problems, func(a, b found) int {
		return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Column, b.Column))
	})
	out := make([]Problem, 0, len(in.problems)+1)
	for _, p := range in.problems {
		out = append(out, p.Problem)
	}
	for _, severity := range []item.Severity{item.Error, item.Warning} {
		if more := in.counts[severity] - maxProblems; more > 0 {
			out = append(out, Problem{
				Code: "more", Severity: severity,
				Message: fmt.Sprintf("另有 %d 个问题没有列出；先改正以上的，再导入", more),
				English: fmt.Sprintf("%d more problems are not listed; mend these and import again", more),
			})
		}
	}
	return out
}
