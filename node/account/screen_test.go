package account

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
)

// A request that was under way neither opens a screen that is shut meanwhile
// nor brings somebody back who went.
func TestRequestsAtOnceDoNotUndoEachOther(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	b := h.browser()
	b.staffed("zhang", secretA, "4907", Clerk)
	begun, finish := make(chan bool), make(chan bool)
	slow := httptest.NewServer(h.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.Of(r.Context())
		begun <- true
		<-finish
		w.Write([]byte("done"))
	})))
	defer slow.Close()
	for _, path := range []string{"/lock", "/out"} {
		var wg sync.WaitGroup
		wg.Go(func() {
			req, _ := http.NewRequest(http.MethodGet, slow.URL, nil)
			req.AddCookie(&http.Cookie{Name: h.Cookie("session"), Value: b.token()})
			resp, err := http.DefaultClient.Do(req)
			if err == nil {
				resp.Body.Close()
			}
		})
		<-begun
		b.do("", path)
		finish <- true
		wg.Wait()
		s, _ := b.send("/", nil)
		if path == "/lock" && !s.Shut || path == "/out" && s.Code != SignedOut {
			t.Errorf("after %s: %+v", path, s)
		}
	}
}

func TestManySignInsAtOnce(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	b := h.browser()
	b.staffed("zhang", secretA, "4907", Clerk)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			one := h.browser()
			for range 3 {
				out, _ := one.send("/in", nil, "login", "zhang", "password", secretA)
				if out.Code != "" {
					t.Error(out.Err)
				}
				one.send("/lock", nil)
				one.send("/unlock", nil, "secret", "4907")
				if out, _ := one.send("/", nil); out.Login != "zhang" {
					t.Errorf("%+v", out)
				}
			}
		})
	}
	wg.Wait()
	if _, err := h.Verify(context.Background()); err != nil {
		t.Error(err)
	}
}

// Whoever opens a screen by PIN gives those who try passwords elsewhere no more
// tries.
func TestAPINForgetsNoWrongPasswords(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	b, elsewhere := h.browser(), h.browser()
	b.staffed("zhang", secretA, "4907", Clerk)
	for range ofPair.free {
		elsewhere.do(WrongPassword, "/in", "login", "zhang", "password", "wrong")
	}
	b.do("", "/lock")
	b.do("", "/unlock", "secret", "4907")
	b.do("", "/lock")
	b.do("", "/switch", "login", "zhang", "pin", "4907")
	elsewhere.do(LockedOut, "/in", "login", "zhang", "password", secretA)
}

// BenchmarkSwitch is how long a clerk waits who comes back by PIN.
func BenchmarkSwitch(b *testing.B) {
	for name, cost := range map[string]Cost{"hub": HubCost, "village": VillageCost} {
		b.Run(name, func(b *testing.B) {
			h := newHall(b, SessionsConfig{})
			h.hasher.cost = cost
			one := h.browser()
			one.staffed("zhang", secretA, "4907", Clerk)
			one.staffed("li", secretB, "5813", Clerk)
			for b.Loop() {
				one.do("", "/switch", "login", "zhang", "pin", "4907")
			}
		})
	}
}

func TestScreensThatAreOverMakeRoom(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	password := h.hire("zhang", Clerk)
	in := func() { h.browser().do("", "/in", "login", "zhang", "password", password) }
	in()
	h.pass(9 * time.Hour)
	in()
	rows := 0
	must(t, each(h.db, screenPrefix, func(string, screenRow) { rows++ }))
	if len(h.screens) != 1 || rows != 1 {
		t.Errorf("%d screens, %d rows", len(h.screens), rows)
	}
	r, _ := h.get("zhang")
	h.Sessions.mu.Lock()
	for range maxScreens {
		sc := &screen{id: newScreenID(), seen: h.now().Add(time.Minute).UnixMilli()}
		sc.row.People, sc.row.Incarnation = []person{{Login: "zhang", At: h.now().UnixMilli(), Epoch: r.Epoch}}, 1
		h.screens[sc.id] = sc
	}
	h.Sessions.mu.Unlock()
	in()
	if n := len(h.screens); n != maxScreens+1 {
		t.Error(n)
	}
}

func TestASessionNeedsItsStore(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	if s, err := h.Of(context.Background()); refusal.CodeOf(err) != SignedOut || s.Login != "" {
		t.Error("outside of Wrap somebody is there", err)
	}
	_, _, err := codec{}.Decode([]byte{0xff})
	if err == nil {
		t.Error("a row that is none was read")
	}
	if _, found, err := (tokens{h.db, time.Hour}).Find("nothing"); found || err != nil || errors.Is(err, badger.ErrKeyNotFound) {
		t.Error(found, err)
	}
}
