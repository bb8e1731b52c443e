package counter

import (
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"tongban/node/frame"
)

// The templates can be read, and a page of nothing can be shown.
func TestPages(t *testing.T) {
	for name, data := range map[string]any{
		"start": &start{}, "done": &finished{}, "visit": &screen{
			Who: who.show(&frame.Page{}, typed{}, nil), Lines: []paper{{}}, Questions: []question{{}}, Items: []chosen{{}}, Outcomes: []outcome{{Allowed: true}, {Allowed: true, Folded: true, Name: "mend"}, {Why: "x"}},
		},
	} {
		pages := &frame.Pages{Set: set, Center: func() string { return "x" }, Now: time.Now, Scripts: true, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Bar: nil}
		w := httptest.NewRecorder()
		p := pages.Page(w, httptest.NewRequest("GET", "/", nil))
		p.Name, p.Data = name, data
		if pages.Write(w, p, 200); w.Code != 200 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}
