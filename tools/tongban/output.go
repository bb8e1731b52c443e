package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/width"
)

func (a *app) writeJSON(w io.Writer, v any) {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		fmt.Fprintln(a.Err, "tongban: write JSON:", err)
	}
}

// show prints v as JSON, or as people's text.
func (a *app) show(v any, text func(w io.Writer)) error {
	if a.json {
		a.writeJSON(a.Out, v)
		return nil
	}
	text(a.Out)
	return nil
}

// table aligns columns; Chinese characters are two columns wide, which the
// standard library's tabwriter does not know.
type table struct {
	head []string
	rows [][]string
}

func (t *table) row(cells ...any) {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = fmt.Sprint(c)
	}
	t.rows = append(t.rows, row)
}

func (t *table) write(w io.Writer) {
	all := append([][]string{t.head}, t.rows...)
	widths := make([]int, len(t.head))
	for _, row := range all {
		for i, c := range row {
			widths[i] = max(widths[i], columns(c))
		}
	}
	for i, row := range all {
		if i == 0 && strings.Join(row, "") == "" {
			continue // a table without a head
		}
		var b strings.Builder
		for i, c := range row {
			b.WriteString(c)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", widths[i]-columns(c)+2))
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

func columns(s string) int {
	n := utf8.RuneCountInString(s)
	for _, r := range s {
		if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
	}
	return n
}

var china = time.FixedZone("UTC+8", 8*3600)

// clockText shows Unix milliseconds as the time in China.
func clockText(ms int64) string {
	if ms == 0 {
		return "-"
	}
	return time.UnixMilli(ms).In(china).Format("2006-01-02 15:04:05")
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// size shows bytes for people.
func size[T ~int64 | ~uint64](n T) string {
	switch {
	case n >= 10<<30:
		return fmt.Sprintf("%d GiB", n>>30)
	case n >= 1<<20:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KiB", n>>10)
	}
	return fmt.Sprintf("%d B", n)
}

// yes shows a flag in a table.
func yes(is bool, word string) string {
	if is {
		return word
	}
	return ""
}

// join lists what is not empty.
func join(sep string, parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, sep)
}

// count is a number of things, by the word for one of them.
func count(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
