package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"

	"tongban/catalog/item"
)

// TestEveryElementHasAPlace: what an item can say, a sheet can hold, by the
// names of package item, and the example shows it.
func TestEveryElementHasAPlace(t *testing.T) {
	placed := map[string]bool{"ref": true, "item": true}
	for _, p := range pages() {
		for _, l := range p.lists {
			placed[l.element] = true
		}
		for _, c := range p.columns {
			if c.label == "" || strings.ContainsAny(c.label, "[]._") {
				t.Errorf("%s: column %s is called %q", p.name, c.key, c.label)
			}
			if p.named(c.label) != c || p.column(c.key) != c {
				t.Errorf("%s: column %s is not found by its name %s", p.name, c.key, c.label)
			}
			if c.key != "area" && c.key != "version" && c.example(p) == "" {
				t.Errorf("%s: the example says nothing of %s", p.name, c.key)
			}
			if c.role != value {
				continue
			}
			for _, l := range p.lists {
				placed[c.below(l).shape.element] = true
			}
			for _, s := range c.path {
				placed[s.element] = true
			}
			if inner := c.shape.entry; inner != nil && inner.kind == object {
				for _, f := range inner.fields {
					placed[f.element] = true
				}
			}
		}
	}
	placed["code"] = true
	for _, e := range item.Elements() {
		if !placed[e.Path] {
			t.Errorf("%s (%s) stands in no sheet", e.Path, e.Chinese)
		}
	}
}

// TestNoFormulas: nothing that is written is a formula, whatever it looks like.
func TestNoFormulas(t *testing.T) {
	it := example()
	it.Ref.Code, it.Name, it.Note, it.Flow = "-1", "=1+1", "@SUM(A1)", "＝1+1"
	var b bytes.Buffer
	if err := Write(&b, XLSX, []item.Item{it}); err != nil {
		t.Fatal(err)
	}
	book, err := openBook(b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range book.sheets {
		rows, err := book.rows(s.part, MaxRows)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			for _, c := range r.cells {
				if c.formula || c.sort != textCell {
					t.Errorf("%s %s is no text: %+v", s.name, cellName(c.col, r.number), c)
				}
			}
		}
	}
	b.Reset()
	if err := Write(&b, CSV, []item.Item{it}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "-") || strings.Contains(line, ",=") || strings.Contains(line, ",@") || strings.Contains(line, ",＝") {
			t.Errorf("a spreadsheet would run %s", line)
		}
	}
}

// TestStringsAreCounted: a shared string of four bytes takes many times that, and
// a million of them fold to nothing.
func TestStringsAreCounted(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("s.xml")
	if err == nil {
		_, err = w.Write([]byte("<sst>" + strings.Repeat("<si/>", 11)))
	}
	if err := errors.Join(err, z.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for room, want := range map[int]error{11: nil, 10: errLarge} {
		book := &workbook{parts: map[string]*zip.File{"s.xml": r.File[0]}, left: maxUnzipped, room: room}
		if err := book.readStrings("s.xml"); !errors.Is(err, want) {
			t.Errorf("room for %d: %v, want %v", room, err, want)
		}
	}
}
