package main

import (
	"bytes"
	"encoding/json"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"testing"

	"tongban/catalog/workday"
	"tongban/intake/applicant"
)

const origin = "http://127.0.0.1:7403"

func ask(method, path, from, host string) *httptest.ResponseRecorder {
	d := &device{origin: origin, hosts: []string{"127.0.0.1:7410", "localhost:7410"}}
	r := httptest.NewRequest(method, "http://"+host+path, nil)
	if from != "" {
		r.Header.Set("Origin", from)
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, r)
	return w
}

// Only the node's own pages are answered, and only under this machine's name.
func TestOnlyTheNodesPagesAreAnswered(t *testing.T) {
	for _, one := range []struct {
		method, path, from, host string
		status                   int
	}{
		{"GET", "/card", origin, "127.0.0.1:7410", http.StatusOK},
		{"GET", "/scan", origin, "localhost:7410", http.StatusOK},
		{"OPTIONS", "/card", origin, "127.0.0.1:7410", http.StatusNoContent},
		{"POST", "/card", origin, "127.0.0.1:7410", http.StatusMethodNotAllowed},
		{"GET", "/", origin, "127.0.0.1:7410", http.StatusNotFound},
		{"GET", "/card", "", "127.0.0.1:7410", http.StatusForbidden},
		{"GET", "/card", "http://example.cn", "127.0.0.1:7410", http.StatusForbidden},
		{"GET", "/card", "null", "127.0.0.1:7410", http.StatusForbidden},
		{"GET", "/card", origin, "rebound.example.cn:7410", http.StatusForbidden},
	} {
		w := ask(one.method, one.path, one.from, one.host)
		allowed := w.Header().Get("Access-Control-Allow-Origin")
		if w.Code != one.status || (allowed == origin) != (one.status != http.StatusForbidden) || allowed == "*" {
			t.Errorf("%+v: %d, %q", one, w.Code, allowed)
		}
	}
	if err := run("0.0.0.0:7410", origin); err == nil {
		t.Error("it listens for the whole network")
	}
}

// The people are ones that the counter takes, and nobody's.
func TestCards(t *testing.T) {
	for _, c := range cards {
		a := applicant.Applicant{Person: applicant.Person{Name: c.Name, IDKind: applicant.IDKind(c.Kind), ResidentID: c.Number, Born: workday.Date(c.Born)}}
		if faults := a.Check("card", "2026-03-02"); len(faults) > 0 || c.Number[:2] != "99" || string(a.Birth()) != c.Born {
			t.Errorf("%+v: %v", c, faults)
		}
	}
	var c Card
	if err := json.Unmarshal(ask("GET", "/card", origin, "127.0.0.1:7410").Body.Bytes(), &c); err != nil || c != cards[0] {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := jpeg.Decode(bytes.NewReader(ask("GET", "/scan", origin, "127.0.0.1:7410").Body.Bytes())); err != nil {
		t.Error(err)
	}
}
