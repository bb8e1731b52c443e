package draft

import (
	"fmt"
	"strings"
	"testing"

	"tongban/consensus/refusal"
)

// in is what the pages of a paper hold, in order.
func (f *fixture) in(id, paper string) string {
	f.t.Helper()
	d, err := f.Get("yi", id)
	if err != nil {
		f.t.Fatal(err)
	}
	var all []string
	for _, one := range d.Pages(paper) {
		content, _, err := f.Content("yi", id, paper, one.Page)
		if err != nil {
			f.t.Fatal(err)
		}
		all = append(all, string(content))
	}
	return strings.Join(all, " ")
}

func TestPagesOfAPaper(t *testing.T) {
	f := open(t)
	d := f.begin("yi", nil)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, page := range []string{"one", "two", "two", "three"} { // the second was sent twice over a bad line
		must(f.Attach("yi", d.ID, "card", "image/jpeg", []byte(page)))
		must(f.Attach("yi", d.ID, "other", "image/jpeg", []byte("of "+page)))
	}
	f.again()
	if got := f.in(d.ID, "card"); got != "one two three" {
		t.Errorf("kept as %q", got)
	}
	got, err := f.Get("yi", d.ID)
	must(err)
	third := got.Pages("card")[2].Page
	for range 3 { // the first one stays first
		must(f.Forward("yi", d.ID, "card", third))
	}
	if got := f.in(d.ID, "card"); got != "three one two" {
		t.Errorf("in order: %q", got)
	}
	if got := f.in(d.ID, "other"); got != "of one of two of three" {
		t.Errorf("the other paper: %q", got)
	}
	must(f.Detach("yi", d.ID, "card", third))
	if got := f.in(d.ID, "card"); got != "one two" {
		t.Errorf("without the first: %q", got)
	}
	_, _, err = f.Content("yi", d.ID, "card", third)
	f.refused("what was taken away", err, refusal.NotFound)
	must(f.Replace("yi", d.ID, "card", "application/pdf", []byte("whole")))
	if got := f.in(d.ID, "card"); got != "whole" {
		t.Errorf("in its place: %q", got)
	}
	f.rows("whole", "three")
	for i := range MaxPages - 1 {
		must(f.Attach("yi", d.ID, "card", "image/jpeg", fmt.Append(nil, i)))
	}
	f.refused("a page too many", f.Attach("yi", d.ID, "card", "image/jpeg", []byte("more")), refusal.TooLarge)
}

// A form that begins an intake and is sent again over a bad line begins one.
func TestBeginOnce(t *testing.T) {
	f := open(t)
	var ids []string
	for range 2 {
		d, err := f.Begin("yi", "key", "居住证", Fields{"item": {"X"}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.ID)
	}
	other, err := f.Begin("bing", "key", "", nil)
	if err != nil || ids[0] != ids[1] || other.ID == ids[0] {
		t.Errorf("%v, somebody else's %s, %v", ids, other.ID, err)
	}
	if all, err := f.List("yi"); err != nil || len(all) != 1 {
		t.Errorf("%+v, %v", all, err)
	}
}
