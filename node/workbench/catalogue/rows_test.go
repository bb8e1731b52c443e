package catalogue

import (
	"net/http/httptest"
	"strings"
	"testing"

	"tongban/catalog/sheet"
	"tongban/node/frame"
)

// A list that gained a row is shown by itself, with the row to go on at.
func TestOneListIsShown(t *testing.T) {
	form := sheet.Form{"": {{}}, "faq": {{"question": "一"}}}
	at, ok := change(form, "add:faq")
	if !ok {
		t.Fatal("no row")
	}
	p := page(false)
	part, _ := partOf(at.List)
	p.Name, p.Data = "edit", map[string]any{"Page": p, "Part": view(p, part, form, problems{}, at)}
	w := httptest.NewRecorder()
	(&frame.Pages{Set: set}).WritePart(w, p, "rows")
	for _, want := range []string{`id="part-faq"`, `name="faq.n" value="2"`, `id="faq.1.question" name="faq.1.question" value=""`, "autofocus", `value="up:faq.1"`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %s in %s", want, w.Body)
		}
	}
}
