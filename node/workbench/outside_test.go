package workbench_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
	"tongban/node/account"
	"tongban/node/account/provider"
	"tongban/node/account/provider/providertest"
	"tongban/node/workbench"
)

// desk is a shell without rooms, and a provider that knows zhangmin.
type desk struct {
	*workbench.Shell
	t        *testing.T
	accounts *account.Accounts
	initial  string
	with     *providertest.Provider
	url      string

	mu sync.Mutex
	at time.Time
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) now() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.at }
func (d *desk) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.at = d.at.Add(by)
}

func newDesk(t *testing.T, secure bool) *desk {
	t.Helper()
	d := &desk{t: t, with: providertest.New(t, "zhangmin"), at: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}
	d.with.Now(d.now)
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil))
	must(t, err)
	t.Cleanup(func() { db.Close() })
	seed := sha256.Sum256([]byte("key"))
	key, err := chain.NewKey(seed[:])
	must(t, err)
	self, log := casefile.Party{Center: "320509111201", Incarnation: 1}, slog.New(slog.DiscardHandler)
	d.accounts, err = account.Open(account.Config{
		DB: db, Self: func() casefile.Party { return self }, Key: func() chain.Key { return key }, KeyOf: func(casefile.Party) (chain.PublicKey, bool) { return key.Public(), true },
		Now: d.now, Rand: rand.Reader, Log: log, Cost: account.Cost{Time: 1, Memory: 8}, Provider: provider.Source(d.with.URL, ""),
	})
	must(t, err)
	sessions, err := account.NewSessions(d.accounts, account.SessionsConfig{Secure: secure})
	must(t, err)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.Handler().ServeHTTP(w, r) }))
	t.Cleanup(s.Close)
	d.url = s.URL
	p, err := provider.New(provider.Config{Issuer: d.with.URL, ClientID: providertest.Client, Secret: providertest.Secret, Label: [2]string{"市统一认证", "City sign-on"}, Public: s.URL, Now: d.now, Log: log})
	must(t, err)
	d.Shell = workbench.New(workbench.Config{
		Accounts: d.accounts, Sessions: sessions, Provider: p, Self: func() area.Center { return self.Center }, Name: func(area.Center) string { return "虚构村" }, Now: d.now, Log: log,
	})
	d.initial, err = d.accounts.Create(context.Background(), "虚构主任", account.Account{Login: "zhang", Staff: "虚构甲", Duties: account.All()})
	must(t, err)
	return d
}

func (d *desk) link(name string) {
	d.t.Helper()
	must(d.t, d.accounts.Edit("虚构主任", "zhang", account.Change{Outside: &name}))
}

// browser keeps cookies, follows nothing by itself, and leads on where a page
// does.
type browser struct {
	*http.Client
	d *desk
}

func (d *desk) browser() *browser {
	jar, _ := cookiejar.New(nil)
	return &browser{&http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, d}
}

type page struct {
	*http.Response
	text string
}

func (b *browser) send(method, address string, form url.Values) page {
	b.d.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = b.d.url + address
	}
	r, err := http.NewRequest(method, address, strings.NewReader(form.Encode()))
	must(b.d.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := b.Do(r)
	must(b.d.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(b.d.t, err)
	return page{answer, string(text)}
}

var refresh = regexp.MustCompile(`http-equiv="refresh" content="0; url=([^"]+)"`)

// leads is where a page leads on to by itself.
func (p page) leads(t *testing.T) string {
	t.Helper()
	m := refresh.FindStringSubmatch(p.text)
	if p.StatusCode != http.StatusOK || m == nil {
		t.Fatalf("%s %s leads nowhere: %s", p.Request.URL.Path, p.Status, p.text)
	}
	return html.UnescapeString(m[1])
}

// asked is a browser that was at the provider and is led back to an address.
func (b *browser) asked(to string) (back string) {
	b.d.t.Helper()
	address := b.send(http.MethodPost, "/sign-in/outside", url.Values{"to": {to}}).leads(b.d.t)
	if !strings.HasPrefix(address, b.d.with.URL+"/authorize?") || strings.Contains(address, url.QueryEscape(providertest.Secret)) {
		b.d.t.Errorf("it leads to %s", address)
	}
	return b.send(http.MethodPost, address, nil).Header.Get("Location")
}

// comes goes the whole way, to the last answer.
func (b *browser) comes(to string) page {
	b.d.t.Helper()
	return b.send(http.MethodGet, b.send(http.MethodGet, b.asked(to), nil).leads(b.d.t), nil)
}

func (p page) refuses(t *testing.T, code string) {
	t.Helper()
	if !strings.Contains(p.text, code) || p.StatusCode < 400 || p.Header.Get("Location") != "" {
		t.Errorf("%s: %s, want %q: %s", p.Request.URL.Path, p.Status, code, p.text)
	}
}

func TestSignInByTheProvider(t *testing.T) {
	d := newDesk(t, false)
	b := d.browser()
	if p := b.send(http.MethodGet, "/sign-in", nil); !strings.Contains(p.text, "市统一认证") {
		t.Error("the page does not offer it")
	}
	b.comes("/work/me").refuses(t, "没有与您关联")
	d.link("zhangmin")
	p := b.send(http.MethodPost, "/sign-in/outside", url.Values{"to": {"/work/me"}})
	c := p.Header.Get("Set-Cookie")
	for _, part := range []string{"tongban-asked-320509111201=", "HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/"} {
		if !strings.Contains(c, part) {
			t.Errorf("the cookie %q lacks %s", c, part)
		}
	}
	if policy := p.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self';") {
		t.Errorf("the policy is %s", policy)
	}
	back := b.send(http.MethodPost, p.leads(t), nil).Header.Get("Location")
	if p := b.send(http.MethodGet, back, nil); p.leads(t) != "/sign-in/come" || strings.Contains(p.text, "code=") {
		t.Error(p.text)
	}
	p = b.send(http.MethodGet, "/sign-in/come", nil)
	if p.StatusCode != http.StatusSeeOther || p.Header.Get("Location") != "/work/me" {
		t.Fatalf("%s: %s", p.Status, p.text)
	}
	var strict bool
	for _, c := range p.Header.Values("Set-Cookie") {
		strict = strict || strings.Contains(c, "tongban-session-320509111201=") && strings.Contains(c, "SameSite=Strict")
	}
	if !strict {
		t.Errorf("cookies %q", p.Header.Values("Set-Cookie"))
	}
	if p := b.send(http.MethodGet, "/work/me", nil); !strings.Contains(p.text, "zhangmin") || strings.Contains(p.text, `name="old"`) {
		t.Error("their own page", p.text)
	}

	// The address that the provider led back to, once more.
	b.send(http.MethodGet, back, nil).refuses(t, "已经失效")
	b.send(http.MethodGet, "/sign-in/come", nil).refuses(t, "已经失效")

	// The locked screen opens again, by the one in front of it.
	b.send(http.MethodPost, "/lock", nil)
	if p := b.send(http.MethodGet, "/locked?to=/work/me", nil); !strings.Contains(p.text, "市统一认证") {
		t.Error("the locked screen does not offer it")
	}
	if p := b.comes("/work/me"); p.Header.Get("Location") != "/work/me" {
		t.Errorf("after unlocking: %s", p.Status)
	}
	page, err := d.accounts.Audit(account.Query{Limit: 1})
	must(t, err)
	if page.Lines[0].Kind != account.KindOpenedOIDC {
		t.Errorf("%+v", page.Lines[0])
	}
}

func TestSignInByTheProviderGoesWrong(t *testing.T) {
	d := newDesk(t, false)
	d.link("zhangmin")
	b := d.browser()
	back := b.asked("/work/me")
	d.browser().send(http.MethodGet, back, nil).refuses(t, "已经失效") // another browser
	b.send(http.MethodGet, strings.Replace(back, "state=", "state=x", 1), nil).refuses(t, "已经失效")
	b.send(http.MethodGet, "/sign-in/back", nil).refuses(t, "已经失效")

	d.with.Lie(func(m map[string]any) { m["nonce"] = "x" })
	b.comes("").refuses(t, "没有确认您的身份")
	d.with.Lie(nil)
	d.with.Refuse("access_denied")
	b.comes("").refuses(t, "没有确认您的身份")
	d.with.Refuse("")
	must(t, d.accounts.Edit("虚构主任", "zhang", account.Change{}))
	for _, to := range []string{"https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"} {
		if p := d.browser().comes(to); p.Header.Get("Location") != "/work" {
			t.Errorf("%q leads to %s", to, p.Header.Get("Location"))
		}
	}
	d.with.Down(true)
	d.pass(2 * time.Hour)
	fresh := newDesk(t, false) // which never found the provider
	fresh.with.Down(true)
	f := fresh.browser()
	f.send(http.MethodPost, "/sign-in/outside", nil).refuses(t, "用账号和密码登录")
	if p := f.send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {fresh.initial}}); p.Header.Get("Location") != "/work/me" {
		t.Errorf("the password while the provider is down: %s", p.Status)
	}
	// A form of another site begins nothing.
	r, err := http.NewRequest(http.MethodPost, d.url+"/sign-in/outside", nil)
	must(t, err)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	answer, err := b.Do(r)
	must(t, err)
	answer.Body.Close()
	if answer.StatusCode != http.StatusForbidden {
		t.Error(answer.Status)
	}
}

func TestCookiesUnderTLS(t *testing.T) {
	d := newDesk(t, true)
	p := d.browser().send(http.MethodPost, "/sign-in/outside", nil)
	if c := p.Header.Get("Set-Cookie"); !strings.HasPrefix(c, "__Host-tongban-asked-320509111201=") || !strings.Contains(c, "; Secure") {
		t.Error(c)
	}
	p = d.browser().send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {d.initial}})
	if c := strings.Join(p.Header.Values("Set-Cookie"), "\n"); !strings.Contains(c, "__Host-tongban-session-320509111201=") || strings.Count(c, "; Secure") != len(p.Header.Values("Set-Cookie")) {
		t.Error(c)
	}
}

// One address signs in only so often, whatever the password.
func TestSignInsOfOneAddress(t *testing.T) {
	d := newDesk(t, false)
	b := d.browser()
	for range 60 {
		if p := b.send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {d.initial}}); p.StatusCode != http.StatusSeeOther {
			t.Fatal(p.Status, p.text)
		}
	}
	b.send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {d.initial}}).refuses(t, "请稍后再试")
	d.pass(2 * time.Second)
	if p := b.send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {d.initial}}); p.StatusCode != http.StatusSeeOther {
		t.Error(p.Status)
	}
}
