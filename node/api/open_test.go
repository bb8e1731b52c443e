package api

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// held is a connection that notes until when it waits.
type held struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (h *held) SetReadDeadline(t time.Time) error  { h.read = t; return nil }
func (h *held) SetWriteDeadline(t time.Time) error { h.write = t; return nil }

// Whoever asks without a token has so long to send a form and to take the answer;
// a clerk's slow line with a scan is waited for.
func TestStrangersHoldNoConnection(t *testing.T) {
	s := &Server{token: "x"}
	h := s.guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for path, waits := range map[string]bool{"/progress": false, "/rate/x": false, "/p/x/1/y": false, "/healthz": false, "/v1/cases": true} {
		w := &held{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequest(http.MethodPost, path, nil)
		r.Header.Set("Authorization", "Bearer x")
		h.ServeHTTP(w, r)
		if w.Code != 200 || w.read.IsZero() != waits || w.write.IsZero() != waits {
			t.Errorf("%s: %d, read until %s, write until %s", path, w.Code, w.read, w.write)
		}
	}
}

// What needs no account is named one by one; what only staff read is not in it.
func TestOpenPaths(t *testing.T) {
	for p, want := range map[string]bool{
		"/public": true, "/guide": true, "/guide/X": true, "/guide/X/print": true, "/appointment": true, "/appointment/book": true, "/progress": true, "/p/x/1/y": true, "/rate/x": true,
		"/catalogue/X/guide": false, "/catalogue": false, "/v1/cases": false, "/v1/forms/x": false, "/guide/../v1/cases": false, "/work": false, "/publicly": false, "/": false,
	} {
		if openPath(p) != want {
			t.Errorf("%s is open: %v", p, !want)
		}
		if want && staffPath(p) {
			t.Errorf("%s needs an account", p)
		}
	}
	if !staffPath("/catalogue/X/guide") {
		t.Error("the staff's guide needs no account")
	}
}
