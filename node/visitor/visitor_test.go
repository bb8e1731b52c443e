package visitor

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestGate(t *testing.T) {
	now := time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)
	g := NewGate(1, time.Minute)
	for i := range maxKeys {
		g.Pass(fmt.Sprint(i), now)
	}
	if g.Pass("new", now) || !g.Pass("new", now.Add(time.Hour)) {
		t.Error("a full gate does not shut, or does not open again")
	}
	if g = NewGate(2, time.Minute); !g.Pass("a", now) || !g.Pass("a", now.Add(-time.Hour)) || g.Pass("a", now.Add(-time.Hour)) {
		t.Error("a clock that is set back opens or shuts the gate")
	}
	if g.Forgive("a"); !g.Pass("a", now.Add(-time.Hour)) {
		t.Error("what was forgiven is not given back")
	}
}

// Whoever sits at the machine itself is known by either of its addresses, and
// nobody else by one that looks like them.
func TestHere(t *testing.T) {
	for from, want := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "[::ffff:127.0.0.1]:80": true, "203.0.113.7:80": false, "[2001:db8::1]:80": false, "@": false} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if r.RemoteAddr = from; Here(Asker(r)) != want {
			t.Errorf("%s is here: %v", from, !want)
		}
	}
}

func TestAsker(t *testing.T) {
	for _, c := range []struct{ from, forwarded, want string }{
		{"203.0.113.7:80", "", "203.0.113.7"},
		{"203.0.113.7:80", "198.51.100.1", "203.0.113.7"},
		{"[2001:db8:1:2:3::4]:80", "", "2001:db8:1:2::/64"},
		{"[2001:db8:1:2:ffff::]:80", "", "2001:db8:1:2::/64"},
		{"[::ffff:203.0.113.7]:80", "", "203.0.113.7"},
		{"127.0.0.1:80", "203.0.113.7, 2001:db8:1:2::9", "2001:db8:1:2::/64"},
		{"[::1]:80", "nonsense", "::/64"},
		{"@", "", "@"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.from
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := Asker(r); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
