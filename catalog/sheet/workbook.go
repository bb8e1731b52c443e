package sheet

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// The workbook is read here and not by excelize, because what matters is what
// excelize's row reader does not tell: whether a cell is a number, a formula
// or a text. A file is unfolded within a bound, and no part of it is trusted.

// cell is one cell as it is stored.
type cell struct {
	col     int
	text    string
	sort    cellSort
	style   int
	formula bool
}

// cellSort is what Excel takes a cell for.
type cellSort byte

const (
	textCell cellSort = iota
	numberCell
	boolCell
	errorCell
)

// row is one row that has cells.
type row struct {
	number int
	cells  []cell
}

// workbook is an open xlsx file.
type workbook struct {
	parts    map[string]*zip.File
	left     int64 // bytes that may still be unfolded
	room     int   // shared strings and cells that may still be read
	sheets   []bookSheet
	strings  []string
	days     []bool // which styles show a date
	from1904 bool
}

type bookSheet struct{ name, part string }

var (
	errBook  = errors.New("not an xlsx workbook")
	errLarge = errors.New("unfolds to more than any catalogue")
)

// openBook reads what the sheets need: their names, the shared strings, the
// styles of dates.
func openBook(data []byte) (*workbook, error) { return openBounded(data, maxUnzipped, maxNodes) }

// openBounded is openBook for what unfolds to at most so many bytes, and has at
// most so many cells and shared strings.
func openBounded(data []byte, bytesMost int64, cellsMost int) (*workbook, error) {
	if bytes.HasPrefix(data, []byte{0xd0, 0xcf, 0x11, 0xe0}) {
		return nil, fmt.Errorf("%w: an old .xls file or one with a password", errBook)
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errBook, err)
	}
	b := &workbook{parts: make(map[string]*zip.File, len(z.File)), left: bytesMost, room: cellsMost}
	for _, f := range z.File {
		b.parts[partName(f.Name)] = f
	}
	main, err := b.target("_rels/.rels", "", "/officeDocument")
	if err != nil {
		return nil, err
	}
	if main[""] == "" {
		main[""] = "xl/workbook.xml"
	}
	if err := b.readMain(main[""]); err != nil {
		return nil, err
	}
	return b, nil
}

// partName is the name of a part without what programs do differently.
func partName(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/"))
}

// open reads a part, never beyond what is left.
func (b *workbook) open(name string) (*xml.Decoder, func() error, error) {
	f, ok := b.parts[partName(name)]
	if !ok {
		return nil, nil, fmt.Errorf("%w: it has no %s", errBook, name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errBook, err)
	}
	return xml.NewDecoder(&bounded{r, &b.left}), r.Close, nil
}

// bounded counts what is unfolded.
type bounded struct {
	r    io.Reader
	left *int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if *b.left <= 0 {
		return 0, errLarge
	}
	n, err := b.r.Read(p[:min(int64(len(p)), *b.left)])
	*b.left -= int64(n)
	return n, err
}

// decode reads a small part whole.
func (b *workbook) decode(name string, into any) error {
	whole := b.left
	b.left = min(whole, maxSmallPart)
	defer func(most int64) { b.left += whole - most }(b.left)
	d, done, err := b.open(name)
	if err != nil {
		return err
	}
	defer done()
	if err := d.Decode(into); err != nil {
		return broken(name, err)
	}
	return nil
}

// takeOne counts a shared string or a cell: a few bytes that are repeated fold
// to nothing, and each takes many times their room.
func (b *workbook) takeOne() error {
	if b.room--; b.room < 0 {
		return errLarge
	}
	return nil
}

func broken(name string, err error) error {
	if errors.Is(err, errLarge) {
		return err
	}
	return fmt.Errorf("%w: %s: %w", errBook, name, err)
}

// target finds the parts that a relations part names: by id, and "" for the
// one whose type ends in a word.
func (b *workbook) target(rels, dir, kind string) (map[string]string, error) {
	var doc struct {
		Rel []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	found := map[string]string{}
	if _, ok := b.parts[partName(rels)]; !ok {
		return found, nil
	}
	if err := b.decode(rels, &doc); err != nil {
		return nil, err
	}
	for _, r := range doc.Rel {
		to := r.Target
		if !strings.HasPrefix(to, "/") {
			to = path.Join(dir, to)
		}
		found[r.ID] = to
		if at := strings.LastIndexByte(r.Type, '/'); at >= 0 {
			found[r.Type[at:]] = to
		}
	}
	found[""] = found[kind]
	return found, nil
}

func (b *workbook) readMain(name string) error {
	var doc struct {
		Pr struct {
			From1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name string `xml:"name,attr"`
			ID   string `xml:"id,attr"`
		} `xml:"sheets>sheet"`
	}
	if err := b.decode(name, &doc); err != nil {
		return err
	}
	dir := path.Dir(name)
	parts, err := b.target(path.Join(dir, "_rels", path.Base(name)+".rels"), dir, "")
	if err != nil {
		return err
	}
	b.from1904 = doc.Pr.From1904 == "1" || doc.Pr.From1904 == "true"
	for _, s := range doc.Sheets {
		if part, ok := parts[s.ID]; ok {
			b.sheets = append(b.sheets, bookSheet{s.Name, part})
		}
	}
	if part, ok := parts["/sharedStrings"]; ok {
		if err := b.readStrings(part); err != nil {
			return err
		}
	}
	if part, ok := parts["/styles"]; ok {
		return b.readStyles(part)
	}
	return nil
}

func (b *workbook) readStrings(name string) error {
	d, done, err := b.open(name)
	if err != nil {
		return err
	}
	defer done()
	for {
		t, err := d.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return broken(name, err)
		}
		if start, ok := t.(xml.StartElement); ok && start.Name.Local == "si" {
			s, err := richText(d)
			if err = cmp.Or(err, b.takeOne()); err != nil {
				return broken(name, err)
			}
			b.strings = append(b.strings, s)
		}
	}
}

// richText reads up to the end of the element that was just begun: the text
// of its t elements, without the readings (rPh) that stand beside them.
func richText(d *xml.Decoder) (string, error) {
	var all, one strings.Builder
	inText, depth, phonetic := false, 0, 0
	for {
		t, err := d.RawToken()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			if t.Name.Local == "rPh" {
				phonetic++
			}
			inText = t.Name.Local == "t" && phonetic == 0
		case xml.CharData:
			if inText {
				one.Write(t)
			}
		case xml.EndElement:
			if t.Name.Local == "rPh" {
				phonetic--
			}
			if inText {
				all.WriteString(unescape(one.String()))
				one.Reset()
				inText = false
			}
			if depth--; depth < 0 {
				return all.String(), nil
			}
		}
	}
}

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape reads the way in which a workbook writes what XML cannot hold.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escaped.ReplaceAllStringFunc(s, func(m string) string {
		n, err := strconv.ParseUint(m[2:6], 16, 16)
		if err != nil {
			return m
		}
		return string(rune(n))
	})
}

func (b *workbook) readStyles(name string) error {
	var doc struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Styles []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := b.decode(name, &doc); err != nil {
		return err
	}
	own := map[int]bool{}
	for _, f := range doc.Formats {
		own[f.ID] = showsDate(f.Code)
	}
	for _, s := range doc.Styles {
		n := s.Format
		day, known := own[n]
		if !known {
			day = 14 <= n && n <= 22 || 27 <= n && n <= 36 || 45 <= n && n <= 47 || 50 <= n && n <= 58
		}
		b.days = append(b.days, day)
	}
	return nil
}

var quotedFormat = regexp.MustCompile(`"[^"]*"|\\.|\[[^\]]*\]`)

// showsDate reports whether a number format shows a day.
func showsDate(format string) bool {
	return strings.ContainsAny(strings.ToLower(quotedFormat.ReplaceAllString(format, "")), "ymd")
}

// isDate reports whether a style shows a date.
func (b *workbook) isDate(style int) bool {
	return style >= 0 && style < len(b.days) && b.days[style]
}

// cellName is the name of a cell such as "C7".
func cellName(col, row int) string {
	name, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return ""
	}
	return name
}
