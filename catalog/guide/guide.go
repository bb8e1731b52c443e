// Package guide prints an item as the public reads it: the guide (办事指南) as
// one self-contained page for screen and A4, and as text for the terminal. Both
// are made of one document, so that neither forgets an element.
//
// It must never invent: an element that the item does not have is left out,
// never shown as a blank. It must never show the staff handbook to anybody else
// than staff, never load anything from elsewhere, and never read a clock: the
// caller says which day it is.
package guide

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"tongban/catalog/bundle"
	"tongban/catalog/item"
	"tongban/catalog/workday"
)

// Lang is the language of the labels. What an item says itself stays as it was
// published.
type Lang string

// The languages.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// Guide is what is printed, and for whom.
type Guide struct {
	Item       *item.Item
	Supplement item.Supplement // of the center at which it is handed out
	Center     string          // that center's name; "" where no center is meant
	// Home is the name of the area that the guide is for. An item whose origin
	// lies elsewhere carries a note that says so; with "" every template does.
	Home      string
	AsOf      workday.Date // the day on which it is printed, or for which it was asked
	Effective workday.Date // from when the version counts; "" where unknown
	URL       string       // what the QR code holds: an address, or the item's code for a scanner; "": no code is printed
	Files     string       // the address of an attachment without its hash; "": attachments are named only
	Lang      Lang         // "" is Chinese
	Staff     bool         // with the handbook

	// Of a bundle: the items that its members name, as far as they are known,
	// and their materials with duplicates removed.
	Members []*item.Item
	Merged  []bundle.Merged // see bundle.Compose
}

//go:embed guide.html
var pageText string

//go:embed guide.css
var style string

//go:embed page.css
var frame string

var pageTemplate = template.Must(template.New("guide").Funcs(template.FuncMap{
	"han": han,
}).Parse(pageText))

// Style is the style sheet of Body's markup, for a page that has a frame of its
// own.
func Style() string { return style }

// Render writes the guide as one HTML file that needs nothing else.
func Render(w io.Writer, g Guide) error {
	d := compose(g)
	var page bytes.Buffer
	err := pageTemplate.ExecuteTemplate(&page, "page", struct {
		*document
		Style template.CSS
	}{d, template.CSS(style + frame)})
	if err != nil {
		return fmt.Errorf("render the guide of %s: %w", g.Item.Ref.Code, err)
	}
	if _, err := w.Write(page.Bytes()); err != nil {
		return fmt.Errorf("write the guide of %s: %w", g.Item.Ref.Code, err)
	}
	return nil
}

// Body is the guide without a frame: its sections, to be set into another page
// together with Style.
func Body(g Guide) (template.HTML, error) {
	var body strings.Builder
	if err := pageTemplate.ExecuteTemplate(&body, "sections", compose(g)); err != nil {
		return "", fmt.Errorf("render the guide of %s: %w", g.Item.Ref.Code, err)
	}
	return template.HTML(body.String()), nil
}
