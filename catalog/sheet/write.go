package sheet

import (
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"tongban/catalog/item"
)

const (
	headRows   = 2      // the names and the keys
	inputRows  = 20_000 // rows that drop-downs reach
	labelRow   = 1
	keyRow     = 2
	helpPage   = "说明"
	wordsPage  = "选项"
	maxSheet   = 1 << 20 // rows of a sheet, the bound of Excel
	tallHeader = 32.0    // points
)

// writeXLSX writes the workbook. A template has an example on every sheet.
func writeXLSX(w io.Writer, items []item.Item, template bool) (err error) {
	f := excelize.NewFile()
	defer func() {
		if closing := f.Close(); err == nil {
			err = closing
		}
	}()
	b := &bookWriter{f: f, items: items, template: template, drops: map[string]string{}}
	if err := b.styles(); err != nil {
		return err
	}
	if err := f.SetSheetName("Sheet1", helpPage); err != nil {
		return err
	}
	for _, p := range pages() {
		if _, err := f.NewSheet(p.name); err != nil {
			return err
		}
	}
	if _, err := f.NewSheet(wordsPage); err != nil {
		return err
	}
	f.SetActiveSheet(1) // the items; before anything is written, for it looks at every sheet
	if err := b.words(); err != nil {
		return err
	}
	for _, p := range pages() {
		if err := b.page(p); err != nil {
			return err
		}
	}
	if err := b.help(); err != nil {
		return err
	}
	_, err = f.WriteTo(w)
	return err
}

// bookWriter is the writing of one workbook.
type bookWriter struct {
	f        *excelize.File
	items    []item.Item
	template bool
	style    struct{ head, must, key, body, example, wrap, title, part int }
	drops    map[string]string // where the words of an element stand on the page of words
}

// page writes one sheet.
func (b *bookWriter) page(p *page) error {
	rows := b.rows(p)
	if len(rows)+headRows > maxSheet {
		return fmt.Errorf("%w: sheet %s would have %d rows; export in parts", ErrContent, p.name, len(rows))
	}
	parts := partsOf(p, rows)
	if err := b.prepare(p, parts); err != nil {
		return err
	}
	s, err := b.f.NewStreamWriter(p.name)
	if err != nil {
		return err
	}
	if err := b.columns(s, p, parts); err != nil {
		return err
	}
	if err := b.head(s, p, parts); err != nil {
		return err
	}
	for i, cells := range rows {
		row := make([]any, 0, len(cells)+4)
		for c, t := range cells {
			for n := range parts[c] {
				row = append(row, b.cell(split(t, n), b.rowStyle()))
			}
		}
		if err := s.SetRow(cellName(1, headRows+1+i), row); err != nil {
			return err
		}
	}
	return s.Flush()
}

func (b *bookWriter) rowStyle() int {
	if b.template {
		return b.style.example
	}
	return b.style.body
}

// rows are the texts of a sheet.
func (b *bookWriter) rows(p *page) [][]string {
	var rows [][]string
	for i := range b.items {
		it := &b.items[i]
		v := reflect.ValueOf(it).Elem()
		if len(p.lists) == 0 {
			rows = append(rows, p.cells(it, nil, 0, v))
			continue
		}
		for _, l := range p.lists {
			entries := l.of(v)
			for n := range entries.Len() {
				rows = append(rows, p.cells(it, l, n, entries.Index(n)))
			}
		}
	}
	return rows
}

// cells are the texts of one row.
func (p *page) cells(it *item.Item, list *shape, n int, entry reflect.Value) []string {
	cells := make([]string, len(p.columns))
	for i, c := range p.columns {
		switch {
		case c.role == ofItem:
			cells[i] = string(it.Ref.Code)
		case c.role == nameFor:
			cells[i] = it.Name
		case c.role == which:
			cells[i] = list.label()
		case c.role == order:
			cells[i] = strconv.Itoa(n + 1)
		case list == nil:
			cells[i] = c.text(entry)
		default:
			cells[i] = c.below(list).text(entry)
		}
	}
	return cells
}

// below is the column for another list of the page: the same place, by the
// names of that list.
func (c *column) below(list *shape) *column {
	if len(c.path) == 0 {
		return &column{shape: list.entry}
	}
	path := make([]*shape, len(c.path))
	for i, at := 0, list.entry; i < len(path); i++ {
		at = at.field(c.path[i].name)
		path[i] = at
	}
	return &column{shape: path[len(path)-1], path: path}
}

// partsOf says how many cells the longest text of each column takes.
func partsOf(p *page, rows [][]string) []int {
	parts := make([]int, len(p.columns))
	for i := range parts {
		parts[i] = 1
	}
	for _, cells := range rows {
		for i, t := range cells {
			for len(t) > maxCell/2 && split(t, parts[i]) != "" { // shorter ones fit, whatever they are
				parts[i]++
			}
		}
	}
	return parts
}

// split is the n-th part of a text that goes on over several cells.
func split(t string, n int) string {
	if len(t) <= maxCell { // a byte is a unit at most
		if n > 0 {
			return ""
		}
		return t
	}
	begin, units := 0, 0
	for i, c := range t {
		size := 1
		if c >= 0x10000 {
			size = 2
		}
		if units+size > maxCell {
			if n == 0 {
				return t[begin:i]
			}
			n, begin, units = n-1, i, 0
		}
		units += size
	}
	if n == 0 {
		return t[begin:]
	}
	return ""
}

// cell makes a text into a cell: always a text, whatever sign it begins with.
func (b *bookWriter) cell(t string, style int) any {
	if t == "" {
		if b.template {
			return excelize.Cell{StyleID: style}
		}
		return nil
	}
	return excelize.Cell{StyleID: style, Value: plain(t)}
}

// plain keeps a text that looks like an escape of the format (_x0041_) as it
// is: in two runs neither of which looks like one.
func plain(t string) any {
	if !escaped.MatchString(t) {
		return t
	}
	var runs []excelize.RichTextRun
	for t != "" {
		at := strings.Index(t, "_x")
		if at < 0 {
			runs = append(runs, excelize.RichTextRun{Text: t})
			break
		}
		runs = append(runs, excelize.RichTextRun{Text: t[:at+1]})
		t = t[at+1:]
	}
	return runs
}

// prepare puts drop-downs and notes on a sheet, before its rows are written.
func (b *bookWriter) prepare(p *page, parts []int) error {
	col := 0
	for i, c := range p.columns {
		col++
		if err := b.drop(p, c, col); err != nil {
			return err
		}
		note := c.note(p)
		if err := b.f.AddComment(p.name, excelize.Comment{
			Cell: cellName(col, labelRow), Author: "tongban", Width: 320, Height: uint(44 + 18*lines(note)),
			Paragraph: []excelize.RichTextRun{{Text: note}},
		}); err != nil {
			return err
		}
		col += parts[i] - 1
	}
	return nil
}

// lines guesses on how many lines a note is shown.
func lines(note string) int {
	n := 0
	for line := range strings.SplitSeq(note, "\n") {
		n += 1 + utf8.RuneCountInString(line)/22
	}
	return n
}

func (b *bookWriter) drop(p *page, c *column, col int) error {
	from := b.drops[c.words(p)]
	if from == "" {
		return nil
	}
	d := excelize.NewDataValidation(true)
	d.SetSqref(cellName(col, headRows+1) + ":" + cellName(col, headRows+inputRows))
	d.SetSqrefDropList(from)
	style, text := excelize.DataValidationErrorStyleStop, "请从下拉列表中选择；不需要的留空。"
	if c.shape.open {
		style, text = excelize.DataValidationErrorStyleWarning, "不在国家列表中。地方扩展的代码可以保留。"
	}
	d.SetError(style, c.label, text)
	return b.f.AddDataValidation(p.name, d)
}

// words names the words that a column offers; "" for a column without.
func (c *column) words(p *page) string {
	switch {
	case c.role == which:
		return p.name + keyWhich
	case c.role == value && (c.shape.kind == word || c.shape.kind == flag):
		return c.shape.element
	}
	return ""
}

func (b *bookWriter) columns(s *excelize.StreamWriter, p *page, parts []int) error {
	col := 1
	for i, c := range p.columns {
		to := col + parts[i] - 1
		if err := s.SetColStyle(col, to, b.style.body); err != nil {
			return err
		}
		if err := s.SetColWidth(col, to, c.width()); err != nil {
			return err
		}
		col = to + 1
	}
	frozen := 2
	return s.SetPanes(&excelize.Panes{
		Freeze: true, XSplit: frozen, YSplit: headRows, TopLeftCell: cellName(frozen+1, headRows+1), ActivePane: "bottomRight",
	})
}

// head writes the two header rows.
func (b *bookWriter) head(s *excelize.StreamWriter, p *page, parts []int) error {
	var labels, keys []any
	for i, c := range p.columns {
		for n := range parts[i] {
			label, key, style := c.label, c.key, b.style.head
			if required[c.key] {
				style = b.style.must
				label += " *"
			}
			if n > 0 {
				label, key = c.label+"（续）", c.key+"+"+strconv.Itoa(n+1)
			}
			labels = append(labels, excelize.Cell{StyleID: style, Value: label})
			keys = append(keys, excelize.Cell{StyleID: b.style.key, Value: key})
		}
	}
	if err := s.SetRow(cellName(1, labelRow), labels, excelize.RowOpts{Height: tallHeader}); err != nil {
		return err
	}
	return s.SetRow(cellName(1, keyRow), keys, excelize.RowOpts{Hidden: true})
}

// width is how wide a column is shown, in characters.
func (c *column) width() float64 {
	switch {
	case c.role == order:
		return 6
	case c.role == nameFor:
		return 28
	case c.role == ofItem, c.shape.kind == code:
		return 36
	case c.shape.kind == word, c.shape.kind == flag, c.shape.kind == date:
		return 16
	case c.shape.kind == number:
		return 10
	case c.shape.kind == limit:
		return 18
	case wide[c.shape.element]:
		return 60
	}
	return 30
}

// wide are the elements that hold long texts.
var wide = map[string]bool{
	"conditions": true, "declines": true, "laws[].text": true, "faq[].answer": true, "handbook[].standard": true,
	"handbook[].discretion": true, "situations[].options": true, "flow": true, "application": true, "note": true,
	"materials[].fill": true, "materials[].standard": true, "steps[].standard": true, "fees[].standard": true,
}
