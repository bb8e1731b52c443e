package lobby

import (
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	"tongban/node/frame"
)

// The kiosk's pages stand in a frame of their own.
func TestKioskFrame(t *testing.T) {
	pages := &frame.Pages{Set: set, Center: func() string { return "虚构中心" }, Now: time.Now, Log: slog.New(slog.DiscardHandler), Scripts: true}
	w := httptest.NewRecorder()
	p := pages.Page(w, httptest.NewRequest("GET", "/kiosk", nil))
	p.Name, p.Data = "kiosk", &kiosked{}
	pages.WritePart(w, p, "screen")
	if w.Code != 200 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
