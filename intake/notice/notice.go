// Package notice writes what an applicant is handed and what papers travel
// with: receipts, the one-time notice, acceptance, the endings, decision, slips
// and the rest, in Chinese and in English. Each document is written once, from
// a template keyed by kind and by the authority in whose name a counter acts,
// taken apart once, and printed from there as plain text, as a sheet of A4 and
// as a receipt of 80 mm.
//
// It must never decide what a notice says (it is given everything), never read
// a clock or storage, never load anything from a network, and never be the
// place where applicant data is kept: a text for a log is rendered without it,
// a text for the printer with it.
package notice

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"text/template"
)

//go:embed templates/*.txt
var shipped embed.FS

// Errors of Render, Document and With.
var (
	ErrKind     = errors.New("no such document")
	ErrTemplate = errors.New("the template does not work")
)

type place struct {
	kind      Kind
	authority string
	lang      Lang
}

// Book holds the templates. It never changes after it was built and is safe
// for concurrent use.
type Book struct {
	own map[place]*template.Template // of authorities
}

// pages are the templates that ship. They are parsed when the first document is
// written: every start of the program would pay for them otherwise.
var pages = sync.OnceValue(func() map[place]*template.Template {
	all := map[place]*template.Template{}
	for _, kind := range Kinds() {
		text, err := shipped.ReadFile("templates/" + string(kind) + ".txt")
		if err != nil {
			panic(err) // a template that does not ship is a broken build
		}
		for _, lang := range []Lang{Chinese, English} {
			all[place{kind: kind, lang: lang}] = template.Must(parse(kind, lang, string(text)))
		}
	}
	return all
})

// New is the book that ships with the program.
func New() *Book { return &Book{} }

// With is the book with an authority's own text for one kind of document; an
// empty authority replaces the text for all. The text is plain, or marked as
// the shipped ones are; where it does not define "en" it serves both languages.
// A template that does not work on a sample is refused here and not at a
// counter.
func (b *Book) With(kind Kind, authority, text string) (*Book, error) {
	if _, ok := titles[kind]; !ok {
		return nil, fmt.Errorf("%q: %w", kind, ErrKind)
	}
	with := &Book{own: map[place]*template.Template{}}
	maps.Copy(with.own, b.own)
	for _, lang := range []Lang{Chinese, English} {
		page, err := parse(kind, lang, text)
		if err == nil {
			err = page.Execute(&strings.Builder{}, Sample())
		}
		if err != nil {
			return nil, fmt.Errorf("%s of %q: %w: %w", kind, authority, ErrTemplate, err)
		}
		with.own[place{kind, authority, lang}] = page
	}
	return with, nil
}

// Document writes a document: the authority's own text, else the shipped one.
func (b *Book) Document(kind Kind, lang Lang, d Data) (Document, error) {
	if lang != English {
		lang = Chinese
	}
	page, ok := b.own[place{kind, d.Authority, lang}]
	if !ok {
		page, ok = b.own[place{kind: kind, lang: lang}]
	}
	if !ok {
		page, ok = pages()[place{kind: kind, lang: lang}]
	}
	if !ok {
		return Document{}, fmt.Errorf("%q: %w", kind, ErrKind)
	}
	var text strings.Builder
	if err := page.Execute(&text, d.clean()); err != nil {
		return Document{}, fmt.Errorf("%s of %q: %w", kind, d.Authority, err)
	}
	return read(kind, lang, text.String()), nil
}

// Render is the plain text of a document in Chinese: what stands in a log.
func (b *Book) Render(kind Kind, d Data) (string, error) {
	doc, err := b.Document(kind, Chinese, d)
	return doc.Text(), err
}

// parse reads a template: one that defines "zh" and "en", or one text for both.
func parse(kind Kind, lang Lang, text string) (*template.Template, error) {
	page, err := template.New(string(kind)).Option("missingkey=error").Funcs(functions(lang)).Parse(text)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{string(lang), string(Chinese)} {
		if defined := page.Lookup(name); defined != nil {
			return defined, nil
		}
	}
	return page, nil
}
