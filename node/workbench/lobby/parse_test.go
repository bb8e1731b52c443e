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

// What a scanner reads off the page of an appointment is its number.
func TestBookingNumber(t *testing.T) {
	for text, want := range map[string]string{" y2026-000001 ": "Y2026-000001", "https://zw.example.cn/appointment/mine/Y2026-000001": "Y2026-000001", "": ""} {
		if got := bookingNumber(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
