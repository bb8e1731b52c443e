package workbench_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"tongban/node/frame"
	"tongban/node/workbench"
)

// signedIn is a browser at which zhang sits, with a password of their own.
func (d *desk) signedIn() *browser {
	d.t.Helper()
	b := d.browser()
	for _, one := range []struct {
		to   string
		form url.Values
	}{
		{"/sign-in", url.Values{"login": {"zhang"}, "password": {d.initial}}},
		{"/work/me/password", url.Values{"old": {d.initial}, "new": {"虚构的长口令一句"}, "again": {"虚构的长口令一句"}}},
	} {
		if p := b.send(http.MethodPost, one.to, one.form); p.StatusCode != http.StatusSeeOther {
			d.t.Fatalf("%s: %s %s", one.to, p.Status, p.text)
		}
	}
	return b
}

// opened is a room without pages of its own.
func (d *desk) opened() *workbench.Room {
	return d.Room("me", frame.NewSet(fstest.MapFS{}, frame.Words{}))
}

// What was sent with a form lies on the disk while the call lasts, and no longer:
// it may be somebody's identity card.
func TestNoFileOfAFormStaysOnTheDisk(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	d := newDesk(t, false)
	files := func() int {
		all, err := os.ReadDir(dir)
		must(t, err)
		return len(all)
	}
	during := 0
	d.opened().Post("/work/scan", nil, func(c *workbench.Call) error {
		during = files()
		return c.Go("/work/me", "")
	})
	b := d.signedIn()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "虚构.jpg")
	must(t, err)
	_, err = part.Write(make([]byte, 9<<20))
	must(t, err)
	must(t, form.Close())
	r, err := http.NewRequest(http.MethodPost, d.url+"/work/scan", &body)
	must(t, err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	answer, err := b.Do(r)
	must(t, err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther || during != 1 {
		t.Fatalf("%s, %d files while it lasted", answer.Status, during)
	}
	if n := files(); n != 0 {
		t.Errorf("%d files are left", n)
	}
}

// Whoever stands in for a colleague may say so by name; the next at the screen
// stands in for nobody.
func TestCoveringByName(t *testing.T) {
	d := newDesk(t, false)
	of := ""
	d.opened().Get("/work/by", nil, func(c *workbench.Call) error {
		of = c.By().For
		return c.Go("/work/me", "")
	})
	b := d.signedIn()
	covers := func(want string) {
		t.Helper()
		b.send(http.MethodGet, "/work/by", nil)
		if of != want {
			t.Errorf("they stand in for %q, want %q", of, want)
		}
	}
	b.send(http.MethodPost, "/work/me/cover", url.Values{"for": {"虚构乙; 320509111000-002"}})
	covers("虚构乙; 320509111000-002")
	if p := b.send(http.MethodGet, "/work/me", nil); !strings.Contains(p.text, `value="虚构乙; 320509111000-002"`) {
		t.Error("their page does not say so")
	}
	if p := b.send(http.MethodPost, "/work/me/cover", url.Values{"for": {strings.Repeat("长", 65)}}); p.StatusCode != http.StatusRequestEntityTooLarge {
		t.Error(p.Status)
	}
	b.send(http.MethodPost, "/sign-out", nil)
	b.send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {"虚构的长口令一句"}})
	covers("")
}

// lines is a log that several may write.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) { l.mu.Lock(); defer l.mu.Unlock(); return l.b.Write(p) }
func (l *lines) String() string              { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

// A stream tells what happened until whatever tells it fails, which the log
// says; a fault in it takes nobody else's pages away.
func TestStreamsThatBreak(t *testing.T) {
	d := newDesk(t, false)
	var log lines
	d.Log = slog.New(slog.NewTextHandler(&log, nil))
	room := d.opened()
	room.Get("/work/fails", nil, func(c *workbench.Call) error {
		return c.Stream(time.Hour, func(_ context.Context, say func(event, data string) error) error {
			if err := say("changed", "a\nb"); err != nil {
				return err
			}
			return errors.New("the hall is gone")
		})
	})
	room.Get("/work/panics", nil, func(c *workbench.Call) error {
		return c.Stream(time.Hour, func(context.Context, func(event, data string) error) error { panic(http.ErrAbortHandler) })
	})
	b := d.signedIn()
	for range 15 { // each gives its place back
		if p := b.send(http.MethodGet, "/work/fails", nil); p.text != ": here\n\nevent: changed\ndata: a b\n\n" {
			t.Fatalf("%s: %q", p.Status, p.text)
		}
	}
	if said := log.String(); !strings.Contains(said, "the hall is gone") {
		t.Errorf("the log says %q", said)
	}
	r, err := http.NewRequest(http.MethodGet, d.url+"/work/panics", nil)
	must(t, err)
	if answer, err := b.Do(r); err == nil {
		answer.Body.Close()
	}
	if p := b.send(http.MethodGet, "/work/me", nil); p.StatusCode != http.StatusOK {
		t.Error(p.Status)
	}
}

// held is a connection that notes until when it waits.
type held struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (h *held) SetReadDeadline(t time.Time) error  { h.read = t; return nil }
func (h *held) SetWriteDeadline(t time.Time) error { h.write = t; return nil }

// Whoever is not signed in has so long to send a form and to take the answer.
func TestStrangersHoldNoConnection(t *testing.T) {
	d := newDesk(t, false)
	for _, one := range []struct{ method, path string }{{"GET", "/sign-in"}, {"POST", "/sign-in"}, {"POST", "/work/me/pin"}, {"GET", "/work/nowhere"}} {
		w := &held{ResponseRecorder: httptest.NewRecorder()}
		d.Handler().ServeHTTP(w, httptest.NewRequest(one.method, one.path, nil))
		if w.read.IsZero() || w.write.IsZero() {
			t.Errorf("%s %s: %d, read until %s, write until %s", one.method, one.path, w.Code, w.read, w.write)
		}
	}
}
