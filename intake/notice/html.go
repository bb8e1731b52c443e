package notice

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"strings"
	"sync"
	"unicode"

	"tongban/catalog/guide/symbol"
)

// Format is what documents are printed on.
type Format string

// The formats.
const (
	Text Format = "text"    // plain text
	A4   Format = "a4"      // sheets of A4, as one HTML page
	Roll Format = "receipt" // a roll of 80 mm, as one HTML page
)

// ErrFormat says that there is no such format of a page.
var ErrFormat = errors.New("no such format")

//go:embed document.html
var pageText string

//go:embed document.css
var common string

//go:embed a4.css
var sheetStyle string

//go:embed receipt.css
var rollStyle string

var pageTemplate = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"han": func(text string) bool {
			return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
		},
		"lines": lines,
		"qr":    symbol.QR,
		"bars":  symbol.Bars,
		"pair": func(s sheet, b Block) any {
			return struct {
				Sheet sheet
				Block Block
			}{s, b}
		},
	}).Parse(pageText))
})

// Page writes documents as one HTML page that needs nothing else, each on a
// sheet of its own.
func Page(w io.Writer, format Format, docs ...Document) error {
	style := map[Format]string{A4: sheetStyle, Roll: rollStyle}[format]
	if style == "" {
		return fmt.Errorf("%q: %w", format, ErrFormat)
	}
	page := struct {
		Lang, Title string
		Style       template.CSS
		Sheets      []sheet
	}{Lang: "zh-CN", Style: template.CSS(common + style)}
	for _, d := range docs {
		page.Sheets = append(page.Sheets, sheet{d})
	}
	if len(docs) > 0 {
		page.Title = docs[0].Title
		if docs[0].Lang == English {
			page.Lang = "en"
		}
	}
	var b bytes.Buffer
	if err := pageTemplate().Execute(&b, page); err != nil {
		return fmt.Errorf("write a page: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// sheet is a document as the page sees it.
type sheet struct{ Document }

// Say is a word that every document has.
func (s sheet) Say(key string) string { return s.label(key) }

// Colon is what stands after a label.
func (s sheet) Colon() string { return s.colon() }

// Addressee is whom it addresses, as the first line says it.
func (s sheet) Addressee() string { return s.addressee() }

// Printed says how often it was printed before; "" for the first time.
func (s sheet) Printed() string { return s.reprint() }

// Scan is what the QR code is for.
func (s sheet) Scan() string {
	if s.Kind == Rating || s.Kind == Queue {
		return s.label("rate")
	}
	return s.label("scan")
}

// Grid is a table with numbered rows and without empty columns.
func (s sheet) Grid(t *Table) *Table { return t.trimmed(s.label("ordinal")) }

// Parts are the lines of an own text, centred where it centres them.
func (s sheet) Parts(text string) []part {
	var all []part
	for l := range strings.SplitSeq(strings.ReplaceAll(text, lineBreak, "\n"), "\n") {
		bare := strings.TrimLeft(l, " ")
		all = append(all, part{Text: l, Centred: len(l)-len(bare) >= 12 && bare != ""})
	}
	return all
}

// part is one line of an own text.
type part struct {
	Text    string
	Centred bool
}
