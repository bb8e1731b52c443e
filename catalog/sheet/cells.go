package sheet

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// maxColumns is how far to the right a row is read.
const maxColumns = 500

// rows reads the rows of a sheet that have cells. At most `most` of them are
// taken; more is an error. Raw tokens will do: what is begun is counted here,
// and nothing depends on how it is named at its end.
func (b *workbook) rows(part string, most int) ([]row, error) {
	d, done, err := b.open(part)
	if err != nil {
		return nil, err
	}
	defer done()
	var all []row
	number := 0
	for {
		t, err := d.RawToken()
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return nil, broken(part, err)
		}
		start, ok := t.(xml.StartElement)
		if !ok || start.Name.Local != "row" {
			continue
		}
		number++
		if n, err := strconv.Atoi(attribute(start, "r")); err == nil && n > 0 && n <= 1<<20 {
			number = n
		}
		r, err := b.row(d, number)
		if err != nil {
			return nil, broken(part, err)
		}
		if len(r.cells) == 0 {
			continue
		}
		if len(all) == most {
			return nil, tooLarge("超过 500,000 行，请分成几份 (more than 500,000 rows; split the file)")
		}
		all = append(all, r)
	}
}

func attribute(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// row reads up to the end of a row.
func (b *workbook) row(d *xml.Decoder, number int) (row, error) {
	r := row{number: number}
	col := 0
	for {
		t, err := d.RawToken()
		if err != nil {
			return r, err
		}
		switch t := t.(type) {
		case xml.EndElement:
			if t.Name.Local == "row" {
				return r, nil
			}
		case xml.StartElement:
			if t.Name.Local != "c" {
				if _, err := plainText(d); err != nil {
					return r, err
				}
				continue
			}
			col++
			if at := columnOf(attribute(t, "r")); at > 0 {
				col = at
			}
			c, err := b.cell(d, t)
			if err = cmp.Or(err, b.takeOne()); err != nil {
				return r, err
			}
			c.col = col
			if (c.text != "" || c.formula || c.sort == errorCell) && col <= maxColumns {
				r.cells = append(r.cells, c)
			}
		}
	}
}

// columnOf is the column of a cell's name; 0 for none.
func columnOf(name string) int {
	n := 0
	for _, c := range name {
		switch {
		case 'A' <= c && c <= 'Z' && n < 1<<15:
			n = n*26 + int(c-'A') + 1
		default:
			return n
		}
	}
	return n
}

// cell reads up to the end of a cell.
func (b *workbook) cell(d *xml.Decoder, start xml.StartElement) (cell, error) {
	var c cell
	c.style, _ = strconv.Atoi(attribute(start, "s"))
	kind := attribute(start, "t")
	raw := ""
	for {
		t, err := d.RawToken()
		if err != nil {
			return c, err
		}
		switch t := t.(type) {
		case xml.EndElement:
			return b.sorted(c, kind, raw), nil
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				raw, err = plainText(d)
			case "is":
				c.text, err = richText(d)
			case "f":
				c.formula = true
				_, err = plainText(d)
			default:
				_, err = plainText(d)
			}
			if err != nil {
				return c, err
			}
		}
	}
}

// plainText reads the text up to the end of the element.
func plainText(d *xml.Decoder) (string, error) {
	var b strings.Builder
	for depth := 0; ; {
		t, err := d.RawToken()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.StartElement:
			depth++
		case xml.EndElement:
			if depth--; depth < 0 {
				return b.String(), nil
			}
		}
	}
}

// sorted says what a cell is.
func (b *workbook) sorted(c cell, kind, raw string) cell {
	switch kind {
	case "inlineStr":
	case "s":
		if n, err := strconv.Atoi(strings.TrimSpace(raw)); err == nil && n >= 0 && n < len(b.strings) {
			c.text = b.strings[n]
		}
	case "str", "d":
		c.text = unescape(raw)
	case "b":
		c.text, c.sort = strings.TrimSpace(raw), boolCell
	case "e":
		c.text, c.sort = strings.TrimSpace(raw), errorCell
	default:
		if c.text == "" {
			c.text, c.sort = strings.TrimSpace(raw), numberCell
		}
	}
	c.text = unbreak(c.text)
	return c
}

// say makes a cell into the text that a person sees, for an element.
func (b *workbook) say(c cell, s *shape) (string, *fault) {
	if c.formula {
		return "", s.fault("formula", "不能用公式；请改成值（复制后选择性粘贴为数值）", "no formulas; paste the value instead")
	}
	switch c.sort {
	case errorCell:
		return "", s.fault("cell_error", "单元格是错误值 %s；请改正", "the cell holds the error %s; mend it", clip(c.text))
	case boolCell:
		if c.text == "1" {
			return "是", nil
		}
		return "否", nil
	case numberCell:
		return b.sayNumber(c, s)
	}
	return c.text, nil
}

func (b *workbook) sayNumber(c cell, s *shape) (string, *fault) {
	n, err := strconv.ParseFloat(c.text, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		return c.text, nil
	}
	if s.kind == code {
		return "", s.fault("number_code", "「%s」是数字格式，编码开头的零和后面的数位可能已经丢失；请把单元格设为文本格式，重新填写", "%s is stored as a number, zeros in front and digits at the end may be lost; make the cell a text and type the code again", asShown(n))
	}
	if b.isDate(c.style) && s.kind != number {
		return b.day(n), nil
	}
	if math.Abs(n) >= 1e15 {
		return "", s.fault("number_text", "「%s」是数字格式，后面的数位已经丢失；请把单元格设为文本格式，重新填写", "%s is stored as a number, its last digits are lost; make the cell a text and type it again", asShown(n))
	}
	return strconv.FormatFloat(n, 'f', -1, 64), nil
}

// asShown is a number as Excel shows a long one.
func asShown(n float64) string {
	if math.Abs(n) < 1e11 {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return strings.ToUpper(strconv.FormatFloat(n, 'e', 5, 64))
}

// day makes the serial number of a day into its date; with the time of day
// where there is one. Excel counts a 29 February 1900 that never was.
func (b *workbook) day(n float64) string {
	whole, part := math.Modf(n)
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case b.from1904:
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case whole < 60:
		start = start.AddDate(0, 0, 1)
	}
	if n < 0 || whole > 2_958_465 {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	at := start.AddDate(0, 0, int(whole)).Add(time.Duration(math.Round(part*24*60)) * time.Minute)
	clock := fmt.Sprintf("%02d:%02d", at.Hour(), at.Minute())
	switch {
	case whole == 0:
		return clock
	case part > 0:
		return at.Format(time.DateOnly) + " " + clock
	}
	return at.Format(time.DateOnly)
}
