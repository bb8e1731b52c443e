package account

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tongban/consensus/refusal"
	"tongban/intake/desk"
)

// hall is a house with screens.
type hall struct {
	*house
	*Sessions
	server *httptest.Server
}

func newHall(t testing.TB, c SessionsConfig) *hall {
	t.Helper()
	h := &hall{house: newHouse(t)}
	h.start(c)
	return h
}

// start serves the screens, as after a restart.
func (h *hall) start(c SessionsConfig) {
	h.t.Helper()
	if h.server != nil {
		h.server.Close()
	}
	h.house.open()
	var err error
	h.Sessions, err = NewSessions(h.Accounts, c)
	must(h.t, err)
	h.server = httptest.NewServer(h.Wrap(h))
	h.t.Cleanup(h.server.Close)
}

// reply is what a page tells a test.
type reply struct {
	Session
	Code refusal.Code
	Err  string
}

// ServeHTTP does what its path says with the form's fields.
func (h *hall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, out, err := r.Context(), reply{}, error(nil)
	switch f := r.FormValue; r.URL.Path {
	case "/in":
		out.Session, err = h.SignIn(ctx, f("login"), f("password"), cmp.Or(f("from"), "10.0.0.7"))
	case "/vouched":
		out.Session, err = h.SignInVouched(ctx, f("outside"), "10.0.0.7")
	case "/switch":
		out.Session, err = h.Switch(ctx, f("login"), f("pin"))
	case "/unlock":
		out.Session, err = h.Unlock(ctx, f("secret"))
	case "/lock":
		err = h.Lock(ctx)
	case "/out":
		err = h.SignOut(ctx)
	case "/password":
		err = h.ChangePassword(ctx, f("old"), f("new"))
	case "/pin":
		err = h.SetPIN(ctx, f("password"), f("pin"))
	case "/stream":
		io.WriteString(w, "data: first\n\n")
		if http.NewResponseController(w).Flush() != nil {
			panic("nothing can be flushed")
		}
		<-ctx.Done()
		return
	default:
		out.Session, err = h.Of(ctx)
	}
	if out.Code = refusal.CodeOf(err); err != nil {
		out.Err = err.Error()
	}
	json.NewEncoder(w).Encode(out)
}

// browser is one screen.
type browser struct {
	t    testing.TB
	hall *hall
	http http.Client
}

func (h *hall) browser() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{h.t, h, http.Client{Jar: jar}}
}

func (b *browser) send(path string, header http.Header, fields ...string) (reply, *http.Response) {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	req, err := http.NewRequest(http.MethodPost, b.hall.server.URL+path, strings.NewReader(form.Encode()))
	must(b.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for k, v := range header {
		req.Header[k] = v
	}
	resp, err := b.http.Do(req)
	must(b.t, err)
	defer resp.Body.Close()
	var out reply
	must(b.t, json.NewDecoder(resp.Body).Decode(&out))
	return out, resp
}

// do sends a form and wants a refusal, or none ("").
func (b *browser) do(want refusal.Code, path string, fields ...string) Session {
	b.t.Helper()
	out, _ := b.send(path, nil, fields...)
	if out.Code != want {
		b.t.Fatalf("%s %v: code %q (%s), want %q", path, fields, out.Code, out.Err, want)
	}
	return out.Session
}

// token is the cookie's value.
func (b *browser) token() string {
	u, _ := url.Parse(b.hall.server.URL)
	for _, c := range b.http.Jar.Cookies(u) {
		return c.Value
	}
	return ""
}

// staffed makes an account whose owner has chosen a password and a PIN at b.
func (b *browser) staffed(login, password, pin string, duties ...Duty) {
	b.t.Helper()
	initial := b.hall.hire(login, duties...)
	if s := b.do("", "/in", "login", login, "password", initial); !s.Account.MustChange {
		b.t.Fatalf("%+v", s)
	}
	b.do("", "/password", "old", initial, "new", password)
	b.do("", "/pin", "password", password, "pin", pin)
}

const (
	secretA = "七月的雨落在旧屋顶"
	secretB = "八月的风吹过新稻田"
)

func TestSignInAndOut(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	initial := h.hire("zhang", Clerk)
	b := h.browser()
	b.do(SignedOut, "/")
	if b.token() != "" {
		t.Error("a stranger was given a cookie")
	}
	b.do(WrongPassword, "/in", "login", "zhang", "password", "wrong")
	b.do(SignedOut, "/lock")
	b.do(SignedOut, "/unlock", "secret", "wrong")
	_, resp := b.send("/in", nil, "login", "zhang", "password", initial)
	c := resp.Header.Get("Set-Cookie")
	for _, part := range []string{"tongban-session-320509111201=", "HttpOnly", "SameSite=Strict", "Path=/"} {
		if !strings.Contains(c, part) {
			t.Errorf("cookie %q lacks %s", c, part)
		}
	}
	if strings.Contains(c, "Expires") || strings.Contains(c, "Secure") {
		t.Errorf("cookie %q", c)
	}
	now := b.do("", "/")
	if now.Login != "zhang" || now.Duties.String() != "clerk" || !now.Since.Equal(h.now()) || len(now.Present) != 1 || now.Present[0].PIN {
		t.Errorf("%+v", now)
	}
	wants(t, now.May(desk.Accept), MustChange)
	b.do(MustChange, "/pin", "password", initial, "pin", "4907")
	b.do("", "/password", "old", initial, "new", secretA)
	now = b.do("", "/")
	wants(t, now.May(desk.Accept), "")
	wants(t, now.May(desk.Decide), NotTrusted)
	wants(t, now.MayWork(CallNumbers), "")
	wants(t, Session{}.May(desk.Accept), SignedOut)
	old := b.token()
	b.do("", "/out")
	b.do(SignedOut, "/")
	b.do("", "/out")
	thief := h.browser()
	u, _ := url.Parse(h.server.URL)
	thief.http.Jar.SetCookies(u, []*http.Cookie{{Name: h.Cookie("session"), Value: old}})
	thief.do(SignedOut, "/")
	if got := strings.Join(h.kinds(), " "); got != "created wrong_password signed_in password_changed signed_out" {
		t.Error(got)
	}
}

// Nodes of one machine differ by their port alone, which a browser does not
// tell apart: whoever signs in at one stays signed in at the other.
func TestTwoCentersOnOneHost(t *testing.T) {
	for _, secure := range []bool{false, true} {
		town, district := newHall(t, SessionsConfig{Secure: secure}), &hall{house: newHouse(t)}
		district.center = "320509000000"
		district.start(SessionsConfig{Secure: secure})
		if secure { // what a jar keeps of plain HTTP says nothing about it
			if town.Cookie("session") == district.Cookie("session") || !strings.HasPrefix(town.Cookie("cover"), "__Host-") {
				t.Error(town.Cookie("session"), town.Cookie("cover"))
			}
			continue
		}
		a, b := town.browser(), district.browser()
		b.http.Jar = a.http.Jar
		a.do("", "/in", "login", "zhang", "password", town.hire("zhang", Clerk))
		b.do("", "/in", "login", "li", "password", district.hire("li", Clerk))
		if got := a.do("", "/").Login; got != "zhang" {
			t.Errorf("%q is signed in at the town", got)
		}
		a.do("", "/out")
		if got := b.do("", "/").Login; got != "li" {
			t.Errorf("%q is signed in at the district", got)
		}
	}
}

func TestTheCookieUnderTLS(t *testing.T) {
	h := newHall(t, SessionsConfig{Secure: true})
	_, resp := h.browser().send("/in", nil, "login", "zhang", "password", h.hire("zhang", Clerk))
	if c := resp.Header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-tongban-session-320509111201=") || !strings.Contains(c, "; Secure") || strings.Contains(c, "Domain") {
		t.Error(c)
	}
}

func TestATokenIsNotKeptAndNotUsedTwice(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	b := h.browser()
	b.staffed("zhang", secretA, "4907", Clerk)
	first := b.token()
	b.do("", "/in", "login", "zhang", "password", secretA)
	if second := b.token(); second == first || second == "" {
		t.Error("signing in keeps the token")
	}
	stored := 0
	must(t, each(h.db, tokenPrefix, func(key string, _ tokenRow) {
		if stored++; strings.Contains(key, b.token()) {
			t.Error("a token is kept as it is")
		}
	}))
	if stored != 1 {
		t.Errorf("%d tokens are kept, want 1", stored)
	}
}

func TestARestartKeepsSessions(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	b := h.browser()
	b.staffed("zhang", secretA, "4907", Clerk)
	b.do("", "/lock")
	jar := b.http.Jar.Cookies(mustURL(h.server.URL))
	h.start(SessionsConfig{})
	b.http.Jar.SetCookies(mustURL(h.server.URL), jar)
	if s := b.do("", "/"); s.Login != "zhang" || !s.Shut {
		t.Errorf("%+v", s)
	}
	b.do("", "/unlock", "secret", "4907")
}

func mustURL(s string) *url.URL { u, _ := url.Parse(s); return u }

func TestAScreenShutsItselfAndEndsAtLast(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	b := h.browser()
	b.staffed("zhang", secretA, "4907", Clerk)
	for range 6 {
		h.pass(9 * time.Minute)
		if s := b.do("", "/"); s.Shut {
			t.Fatal("shut although somebody is there")
		}
	}
	for range 3 { // what a page does by itself keeps nothing open
		h.pass(4 * time.Minute)
		b.send("/", http.Header{Unattended: {"1"}})
	}
	s := b.do("", "/")
	if !s.Shut {
		t.Fatal("open after twelve minutes of nobody")
	}
	wants(t, s.May(desk.Accept), ScreenShut)
	if s := b.do("", "/"); !s.Shut {
		t.Error("looking at a shut screen opens it")
	}
	b.do(ScreenShut, "/pin", "password", secretA, "pin", "5813")
	b.do(WrongPassword, "/unlock", "secret", "0000")
	b.do(WrongPassword, "/unlock", "secret", "wrong one")
	if s := b.do("", "/unlock", "secret", secretA); s.Shut || s.Login != "zhang" {
		t.Errorf("%+v", s)
	}
	h.pass(7*time.Hour + 50*time.Minute)
	if s := b.do("", "/"); !s.Shut {
		t.Error("open")
	}
	h.pass(11 * time.Minute)
	b.do(SignedOut, "/")
	b.do(SignedOut, "/unlock", "secret", "4907")
}

func TestNoSessionIsLongerThanADay(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	b := h.browser()
	b.staffed("zhang", secretA, "4907", Clerk)
	for range 16 * 6 {
		h.pass(10 * time.Minute)
		b.do("", "/")
	}
	h.pass(time.Minute)
	b.do(SignedOut, "/")
}

func TestSeveralClerksAtOneMachine(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	b := h.browser()
	b.staffed("zhang", secretA, "4907", Clerk)
	b.staffed("li", secretB, "5813", Approver)
	now := b.do("", "/")
	if now.Login != "li" || len(now.Present) != 2 || !now.Present[0].PIN {
		t.Fatalf("%+v", now)
	}
	before := b.token()
	if s := b.do("", "/switch", "login", "zhang", "pin", "4907"); s.Login != "zhang" || s.Duties.String() != "clerk" || b.token() == before {
		t.Errorf("%+v", s)
	}
	b.do("", "/lock")
	if s := b.do("", "/switch", "login", "li", "pin", "5813"); s.Login != "li" || s.Shut {
		t.Errorf("whoever comes opens the screen for themselves: %+v", s)
	}
	// Not by a PIN of somebody who is not there.
	h.browser().do(SignedOut, "/switch", "login", "zhang", "pin", "4907")
	other := h.browser()
	other.do("", "/in", "login", "li", "password", secretB)
	other.do(NeedPassword, "/switch", "login", "zhang", "pin", "4907")
	// Whoever signs out goes; the others may still come back.
	b.do("", "/out")
	if s := b.do(SignedOut, "/"); len(s.Present) != 1 || s.Present[0].Login != "zhang" {
		t.Errorf("%+v", s)
	}
	b.do(NeedPassword, "/switch", "login", "li", "pin", "5813")
	b.do("", "/switch", "login", "zhang", "pin", "4907")
	b.do("", "/in", "login", "li", "password", secretB)
	h.pass(9 * time.Minute)
	// Tomorrow the PIN of whoever was in front does, nobody else's.
	for range 14 * 6 {
		b.do("", "/")
		h.pass(10 * time.Minute)
	}
	h.pass(55 * time.Minute)
	b.do(NeedPassword, "/switch", "login", "zhang", "pin", "4907")
	b.do("", "/unlock", "secret", "5813")
	want := "switched switched signed_in signed_out switched signed_in opened_by_pin"
	if got := strings.Join(h.kinds(), " "); !strings.HasSuffix(got, want) {
		t.Errorf("the book has\n%s\nwant at its end\n%s", got, want)
	}
	if _, err := h.Verify(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestThreeWrongPINsAskForThePassword(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	b := h.browser()
	b.staffed("zhang", secretA, "4907", Clerk)
	b.staffed("li", secretB, "5813", Clerk)
	for range maxPINs {
		b.do(WrongPassword, "/switch", "login", "zhang", "pin", "0001")
	}
	b.do(NeedPassword, "/switch", "login", "zhang", "pin", "4907")
	h.house.open() // a restart gives no more tries
	if h.pins["zhang"] != maxPINs {
		t.Error(h.pins)
	}
	b.do("", "/in", "login", "zhang", "password", secretA)
	b.do("", "/switch", "login", "li", "pin", "5813")
	b.do("", "/switch", "login", "zhang", "pin", "4907")
	b.do("", "/pin", "password", secretA, "pin", "")
	b.do("", "/switch", "login", "li", "pin", "5813")
	b.do(NeedPassword, "/switch", "login", "zhang", "pin", "4907")
}

func TestWhatAnOperatorChangesCountsAtOnce(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	h.hire("boss", Operator)
	b, elsewhere := h.browser(), h.browser()
	b.staffed("zhang", secretA, "4907", Clerk)
	elsewhere.do("", "/in", "login", "zhang", "password", secretA)
	must(t, h.Edit("虚构主任", "zhang", Change{Duties: []Duty{Approver}}))
	if s := b.do("", "/"); s.Duties.String() != "approver" {
		t.Errorf("%+v", s)
	}
	b.do("", "/password", "old", secretA, "new", secretB)
	b.do("", "/")
	elsewhere.do(SignedOut, "/") // the old password's session
	must(t, h.Disable("虚构主任", "zhang"))
	b.do(SignedOut, "/")
	must(t, h.Enable("虚构主任", "zhang"))
	b.do(SignedOut, "/")
	b.do("", "/in", "login", "zhang", "password", secretB)
	_, err := h.Reset(context.Background(), "虚构主任", "zhang")
	must(t, err)
	b.do(SignedOut, "/")
	b.do(WrongPassword, "/in", "login", "zhang", "password", secretB)
}

func TestPasswordsThatCannotBeChosen(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	b := h.browser()
	b.staffed("zhang", secretA, "4907", Clerk)
	b.do(WeakPassword, "/password", "old", secretA, "new", "12345678")
	b.do(WeakPassword, "/password", "old", secretA, "new", secretA)
	b.do(WrongPassword, "/password", "old", secretB, "new", "九月的月亮照着河")
	b.do(WeakPassword, "/pin", "password", secretA, "pin", "1234")
	b.do(WrongPassword, "/pin", "password", secretB, "pin", "5813")
}

func TestAStreamPassesThroughAndKeepsNothingOpen(t *testing.T) {
	h := newHall(t, SessionsConfig{})
	b := h.browser()
	b.staffed("zhang", secretA, "4907", Clerk)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, h.server.URL+"/stream", nil)
	must(t, err)
	req.Header.Set("Accept", "text/event-stream")
	h.pass(9 * time.Minute)
	resp, err := b.http.Do(req)
	must(t, err)
	defer resp.Body.Close()
	if line, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil || line != "data: first\n" {
		t.Fatal(line, err)
	}
	h.pass(2 * time.Minute)
	if s := b.do("", "/"); !s.Shut {
		t.Error("a stream keeps the screen open")
	}
}
