package guide

import (
	"strconv"
	"strings"
	"unicode"

	"tongban/catalog/guide/symbol"
	"tongban/catalog/item"
)

// document is a guide taken apart: what the page and the terminal both print.
type document struct {
	Lang     string // of the page: zh-CN or en
	Kicker   string // what kind of paper this is
	Title    string
	Alias    string
	Center   string
	Strip    []fact // what most people look for
	Notices  []string
	Sections []section
	QR       *symbol.Symbol
	Scan     string
	Footer   footer
}

// footer is what every printed page says of itself.
type footer struct {
	Left, Right string
	Words       []fact
}

// section is one chapter. One without blocks is left out.
type section struct {
	ID, Number, Title string
	Blocks            []block
}

// block is one piece of a section: exactly one of its parts is filled.
type block struct {
	Title   string
	Text    string
	Facts   []fact
	List    []string
	Table   *table
	Pairs   []pair // questions and answers
	Asked   []asked
	Picture []picture
}

// fact is a label and what stands beside it.
type fact struct {
	Label string
	Lines []string
}

// Long reports that a fact needs the whole width of the paper.
func (f fact) Long() bool {
	for _, l := range f.Lines {
		if span(l) > 28 {
			return true
		}
	}
	return false
}

type table struct {
	Caption string
	Head    []column
	Rows    [][]cell
}

// Whole reports that the table is short enough to stand on one page: it moves
// to the next one rather than leave its head behind.
func (t table) Whole() bool { return len(t.Rows) <= 4 }

type column struct{ Text, Class string }

// cell is one field of a table: its text, marks that must not be overlooked,
// and smaller notes below.
type cell struct {
	Text  string
	Marks []mark
	Notes []note
}

type mark struct{ Text, Class string }

type note struct {
	Label, Text string
	Href        string
}

type pair struct{ Question, Answer string }

// asked is a question of the situations with what can be answered.
type asked struct {
	Question string
	Marks    []string
	Options  []string
}

// writer composes a document in one language.
type writer struct {
	Guide
	it *item.Item
}

func compose(g Guide) *document {
	w := writer{Guide: g, it: g.Item}
	if w.Lang != English {
		w.Lang = Chinese
	}
	d := &document{
		Lang: "zh-CN", Kicker: w.word("guide"), Title: w.it.Name, Alias: strings.Join(w.it.Alias, "、"),
		Center: g.Center, Strip: w.strip(), Notices: w.notices(), Footer: w.footer(), Scan: w.word("scan"),
	}
	if w.Lang == English {
		d.Lang, d.Alias = "en", strings.Join(w.it.Alias, ", ")
	}
	if w.it.Bundle != "" {
		d.Kicker = w.code("bundle", string(w.it.Bundle)) + " · " + d.Kicker
	}
	if g.Staff {
		d.Kicker += w.word("staff_copy")
	}
	if g.URL != "" {
		d.QR = symbol.QR(g.URL)
	}
	if !strings.Contains(g.URL, "://") {
		d.Scan = w.word("scan_code")
	}
	for _, s := range []section{
		w.basics(), w.basis(), w.conditions(), w.situations(), w.members(), w.materials(), w.route(), w.times(),
		w.ways(), w.fees(), w.results(), w.place(), w.help(), w.faq(), w.handbook(),
	} {
		blocks := s.Blocks[:0]
		for _, b := range s.Blocks {
			if !b.empty() {
				blocks = append(blocks, b)
			}
		}
		if s.Blocks = blocks; len(s.Blocks) > 0 {
			s.Title, s.Number = w.word(s.ID), w.numeral(len(d.Sections)+1)
			d.Sections = append(d.Sections, s)
		}
	}
	return d
}

func (b block) empty() bool {
	return b.Text == "" && len(b.Facts) == 0 && len(b.List) == 0 && len(b.Pairs) == 0 && len(b.Asked) == 0 &&
		len(b.Picture) == 0 && (b.Table == nil || len(b.Table.Rows) == 0)
}

var numerals = []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}

// numeral numbers a section as papers of the language do.
func (w writer) numeral(n int) string {
	switch {
	case w.Lang == English:
		return strconv.Itoa(n) + "."
	case n <= 10:
		return numerals[n] + "、"
	}
	return "十" + numerals[n-10] + "、"
}

// facts collects labelled values and leaves the empty ones out.
type facts []fact

func (f *facts) add(label string, lines ...string) {
	kept := make([]string, 0, len(lines))
	for _, l := range lines {
		if l != "" {
			kept = append(kept, l)
		}
	}
	if len(kept) > 0 {
		*f = append(*f, fact{label, kept})
	}
}

// notes collects labelled remarks and leaves the empty ones out.
type notes []note

func (n *notes) add(label, text string) {
	if text != "" {
		*n = append(*n, note{Label: label, Text: text})
	}
}

// grid makes a table and drops the columns in which nothing stands, but for
// the first: a paper has no room for empty ones.
func grid(caption string, head []column, rows [][]cell) *table {
	t := &table{Caption: caption}
	var keep []int
	for i, c := range head {
		used := i == 0
		for _, r := range rows {
			used = used || r[i].Text != "" || len(r[i].Marks) > 0 || len(r[i].Notes) > 0
		}
		if used {
			keep, t.Head = append(keep, i), append(t.Head, c)
		}
	}
	for _, r := range rows {
		kept := make([]cell, len(keep))
		for i, k := range keep {
			kept[i] = r[k]
		}
		t.Rows = append(t.Rows, kept)
	}
	return t
}

// han reports whether a text is Chinese: what an item says is, whatever the
// language of the labels.
func han(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
