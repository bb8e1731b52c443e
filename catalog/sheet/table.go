package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
)

// TableBounds are how much of a table is read.
type TableBounds struct {
	Bytes int // of the file
	Lines int // that are not empty
	Cells int // of all lines together
}

// unfolded is how many times its size a workbook may unfold to.
const unfolded = 8

// Line is one line of a table that is not empty.
type Line struct {
	Number int // from 1, as the program that made the file shows it
	Cells  []Cell
}

// Cell is what stands in one place of a table.
type Cell struct {
	Column int // from 1
	Text   string
	Wrong  *Problem // why it has no text; nil: it has
}

// ReadTable reads a plain table: the first sheet of an xlsx workbook, or a csv
// file in UTF-8 or GB18030. A formula is never evaluated: its cell is wrong, as
// is one with a number whose digits Excel has dropped. problems are warnings
// about the whole file, and a place of a csv file behind which nothing could be
// read. Beyond the bounds it refuses with refusal.TooLarge.
func ReadTable(data []byte, most TableBounds) (lines []Line, problems []Problem, err error) {
	if len(data) > most.Bytes {
		return nil, nil, refusal.Newf(refusal.TooLarge, "read a table", "分成几份再导入 (split it and import the parts)", "%d bytes, at most %d", len(data), most.Bytes)
	}
	if bytes.HasPrefix(data, []byte("PK")) || bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0}) {
		lines, err = bookTable(data, most)
	} else {
		lines, problems, err = csvTable(data, most)
	}
	switch {
	case errors.Is(err, errLarge), refusal.CodeOf(err) == refusal.TooLarge:
		err = tooManyLines(most)
	case errors.Is(err, errBook):
		err = malformed("请用 Excel 或 WPS 另存为 .xlsx (save it as .xlsx)", "%w", err)
	}
	return lines, problems, err
}

func tooManyLines(most TableBounds) error {
	return refusal.Newf(refusal.TooLarge, "read a table", "分成几份再导入 (split it and import the parts)", "at most %d lines and %d cells", most.Lines, most.Cells)
}

func bookTable(data []byte, most TableBounds) ([]Line, error) {
	b, err := openBounded(data, int64(most.Bytes)*unfolded, 2*most.Cells)
	if err != nil || len(b.sheets) == 0 {
		return nil, err
	}
	rows, err := b.rows(b.sheets[0].part, most.Lines)
	if err != nil {
		return nil, err
	}
	lines := make([]Line, 0, len(rows))
	cells := 0
	for _, r := range rows {
		line := Line{Number: r.number}
		for _, c := range r.cells {
			if cells++; cells > most.Cells {
				return nil, errLarge
			}
			line.Cells = append(line.Cells, b.plain(c, r.number))
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// plain is a cell as a person sees it, where no element says what it should be.
func (b *workbook) plain(c cell, row int) Cell {
	out := Cell{Column: c.col, Text: c.text}
	wrong := func(f *fault) Cell {
		out.Text, out.Wrong = "", &Problem{Row: row, Column: c.col, Cell: cellName(c.col, row), Code: f.code, Severity: item.Error, Message: f.zh, English: f.en}
		return out
	}
	switch {
	case c.formula:
		return wrong(faultf("formula", "不能用公式；请改成值（复制后选择性粘贴为数值）", "no formulas; paste the value instead"))
	case c.sort == errorCell:
		return wrong(faultf("cell_error", "单元格是错误值 %s；请改正", "the cell holds the error %s; mend it", clip(c.text)))
	case c.sort == boolCell:
		out.Text = map[bool]string{true: "是", false: "否"}[c.text == "1"]
	case c.sort == numberCell:
		n, err := strconv.ParseFloat(c.text, 64)
		switch {
		case err != nil || math.IsInf(n, 0) || math.IsNaN(n):
		case b.isDate(c.style):
			out.Text = b.day(n)
		case math.Abs(n) >= 1e15:
			return wrong(faultf("number_text", "「%s」是数字格式，后面的数位已经丢失；请把单元格设为文本格式，重新填写", "%s is stored as a number, its last digits are lost; make the cell a text and type it again", asShown(n)))
		default:
			out.Text = strconv.FormatFloat(n, 'f', -1, 64)
		}
	}
	return out
}

func csvTable(data []byte, most TableBounds) (lines []Line, problems []Problem, err error) {
	text, national, err := decoded(data)
	if err != nil {
		return nil, nil, err
	}
	tell := func(row, col int, severity item.Severity, f *fault) {
		problems = append(problems, Problem{Row: row, Column: col, Cell: cellName(col, row), Code: f.code, Severity: severity, Message: f.zh, English: f.en})
	}
	if national {
		tell(1, 1, item.Warning, readAsGB18030())
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.FieldsPerRecord = -1
	cells := 0
	for {
		record, err := r.Read()
		var bad *csv.ParseError
		switch {
		case err == io.EOF:
			return lines, problems, nil
		case errors.As(err, &bad):
			tell(bad.Line, 1, item.Error, faultf("syntax", "第 %[1]d 行不是正确的 CSV（多半是引号不成对）；请改正后再导入，其后的内容没有读取", "line %[1]d is no csv (mostly a quote too many or too few); mend it, what follows was not read", bad.Line))
			return lines, problems, nil
		case err != nil:
			return nil, nil, malformed("", "%w", err)
		}
		at, _ := r.FieldPos(0)
		line := Line{Number: at}
		for i, field := range record {
			if field = unbreak(unguard(field)); strings.TrimSpace(field) != "" && i < maxColumns {
				line.Cells = append(line.Cells, Cell{Column: i + 1, Text: field})
			}
		}
		if len(line.Cells) == 0 {
			continue
		}
		cells += len(line.Cells)
		if lines = append(lines, line); len(lines) > most.Lines || cells > most.Cells {
			return nil, nil, tooManyLines(most)
		}
	}
}

// Guard puts an apostrophe before a text that a spreadsheet would take for a
// formula; ReadTable takes it off again.
func Guard(t string) string { return guard(t) }
