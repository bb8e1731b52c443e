package client

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tongban/intake/desk"
	"tongban/node/api"
)

// said is one request as the node saw it.
type said struct {
	method, path, token string
	body                map[string]any
}

func serve(t *testing.T, status int, answer string) (*Client, *said) {
	t.Helper()
	var got said
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = said{method: r.Method, path: r.URL.RequestURI(), token: r.Header.Get("Authorization")}
		if b, _ := io.ReadAll(r.Body); len(b) > 0 {
			if err := json.Unmarshal(b, &got.body); err != nil {
				t.Error(err)
			}
		}
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	c := New(strings.TrimPrefix(s.URL, "http://"), "secret\n", nil)
	t.Cleanup(c.Close)
	return c, &got
}

func TestAnActionCarriesKeyAndForm(t *testing.T) {
	c, got := serve(t, 200, `{"events":2,"repeated":true}`)
	done, err := c.Act(t.Context(), desk.By{Staff: "甲", Key: "k1"}, "320509111201.1.7", desk.HandOver, desk.HandOverForm{To: "320509111000"})
	if err != nil || done.Events != 2 || !done.Repeated {
		t.Fatalf("%+v, %v", done, err)
	}
	if got.method != "POST" || got.path != "/v1/cases/320509111201.1.7/hand_over" || got.token != "Bearer secret" {
		t.Errorf("asked %+v", got)
	}
	form, _ := got.body["form"].(map[string]any)
	if got.body["staff"] != "甲" || got.body["key"] != "k1" || form["to"] != "320509111000" {
		t.Errorf("body %v", got.body)
	}
	if _, set := got.body["at"]; set {
		t.Error("a time at the desk was sent that nobody gave")
	}
}

func TestPathsAreEscaped(t *testing.T) {
	c, got := serve(t, 200, `{}`)
	if _, err := c.Case(t.Context(), "a/b c"); err != nil {
		t.Fatal(err)
	}
	if got.path != "/v1/cases/a%2Fb%20c" {
		t.Errorf("asked for %s", got.path)
	}
}

func TestFailures(t *testing.T) {
	for _, row := range []struct {
		name   string
		status int
		answer string
		code   string
		lost   bool
	}{
		{"a rule says no", 409, `{"status":409,"code":"awaiting_answer","message":"it is offered","hint":"wait"}`, "awaiting_answer", false},
		{"not now", 503, `{"status":503,"code":"unavailable","message":"no leader"}`, "unavailable", true},
		{"not ours", 502, `<html>`, "", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, _ := serve(t, row.status, row.answer)
			_, err := c.Status(t.Context())
			p, ok := errors.AsType[*api.Problem](err)
			if !ok || p.Status != row.status || p.Message == "" || string(CodeOf(err)) != row.code || Lost(err) != row.lost {
				t.Errorf("%v: problem %+v, lost %v", err, p, Lost(err))
			}
		})
	}
}

func TestNobodyAnswers(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	host := l.Addr().String()
	go func() { // takes the request and hangs up
		if conn, err := l.Accept(); err == nil {
			io.ReadAtLeast(conn, make([]byte, 1), 1)
			conn.Close()
		}
	}()
	c := New(host, "", nil)
	_, err = c.OpenCase(t.Context(), desk.By{}, desk.OpenForm{})
	if off, ok := errors.AsType[*Offline](err); !ok || !off.Reached() || !Lost(err) || !strings.Contains(err.Error(), "took the request") {
		t.Errorf("hung up: %v", err)
	}
	l.Close()
	_, err = c.Status(t.Context())
	if off, ok := errors.AsType[*Offline](err); !ok || off.Reached() || Lost(err) {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestWhoGivesUpDoesNotKnow(t *testing.T) {
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer s.Close()
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := New(strings.TrimPrefix(s.URL, "http://"), "", nil).Status(ctx)
	if !errors.Is(err, context.DeadlineExceeded) || !Lost(err) {
		t.Errorf("%v, lost %v", err, Lost(err))
	}
}
