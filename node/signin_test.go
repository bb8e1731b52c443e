package node

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/node/account"
)

func TestOIDCInTheConfiguration(t *testing.T) {
	good := OIDCConfig{Issuer: "https://login.example.cn/realm", ClientID: "tongban", SecretFile: "oidc.secret", Claim: "sub", Chinese: "市统一认证", English: "City sign-on", CAFile: "ca.pem"}
	for name, c := range map[string]struct {
		change func(*APIConfig)
		wrong  string
	}{
		"whole":           {func(*APIConfig) {}, ""},
		"off":             {func(a *APIConfig) { a.OIDC, a.Public = OIDCConfig{}, "" }, ""},
		"by a cert":       {func(a *APIConfig) { a.Public, a.TLS.Self = "", true }, ""},
		"no issuer":       {func(a *APIConfig) { a.OIDC.Issuer = "" }, "issuer is missing"},
		"in the clear":    {func(a *APIConfig) { a.OIDC.Issuer = "http://login.example.cn" }, "api.oidc.issuer"},
		"no address":      {func(a *APIConfig) { a.OIDC.Issuer = "login.example.cn" }, "api.oidc.issuer"},
		"no client":       {func(a *APIConfig) { a.OIDC.ClientID = "" }, "api.oidc.client_id"},
		"no claim":        {func(a *APIConfig) { a.OIDC.Claim = "a b" }, "api.oidc.claim"},
		"a long label":    {func(a *APIConfig) { a.OIDC.English = strings.Repeat("x", maxLabel+1) }, "label_en"},
		"nowhere to lead": {func(a *APIConfig) { a.Public = "" }, "give api.public"},
	} {
		t.Run(name, func(t *testing.T) {
			config := DefaultConfig(tongli)
			config.API.Public, config.API.OIDC = "https://banshi.example.cn", good
			c.change(&config.API)
			switch err := config.Check(); {
			case c.wrong == "" && err != nil, c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
				t.Errorf("%v, want %q", err, c.wrong)
			case c.wrong == "":
				dir := t.TempDir()
				must(t, WriteConfig(dir, config))
				back, err := ReadConfig(dir)
				must(t, err)
				if back.API.OIDC != config.API.OIDC {
					t.Errorf("%+v", back.API.OIDC)
				}
			}
		})
	}
}

func TestTheProvidersFiles(t *testing.T) {
	dir := t.TempDir()
	c := APIConfig{Public: "https://banshi.example.cn", OIDC: OIDCConfig{Issuer: "https://login.example.cn", ClientID: "tongban", SecretFile: "oidc.secret"}}
	open := func() error { _, err := c.provider(dir, time.Now, slog.New(slog.DiscardHandler)); return err }
	wrong := func(want string) {
		t.Helper()
		if err := open(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	wrong("client_secret_file")
	file := filepath.Join(dir, "oidc.secret")
	must(t, os.WriteFile(file, []byte("geheim\n"), 0o600))
	must(t, open()) // the provider is not asked
	must(t, os.Chmod(file, 0o640))
	wrong("chmod 600")
	must(t, os.Chmod(file, 0o600))
	must(t, os.WriteFile(file, []byte("\n"), 0o600))
	wrong("no secret")
	c.OIDC.SecretFile, c.OIDC.CAFile = "", "ca.pem"
	wrong("ca_file")
	must(t, os.WriteFile(filepath.Join(dir, "ca.pem"), []byte("nonsense"), 0o600))
	wrong("no certificate")
	b, err := makeCertificate([]string{"ca.example.cn"}, time.Now())
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "ca.pem"), b, 0o600))
	must(t, open())
}

func TestWhoEndsTLS(t *testing.T) {
	for _, c := range []struct {
		public, listen string
		tls            TLSConfig
		secure, hsts   bool
	}{
		{"", "127.0.0.1:7403", TLSConfig{}, false, false},
		{"https://banshi.example.cn", "127.0.0.1:7403", TLSConfig{}, true, true},
		{"https://banshi.example.cn", "[::1]:7403", TLSConfig{}, true, true},
		{"https://banshi.example.cn", "localhost:7403", TLSConfig{}, true, true},
		{"http://banshi.example.cn", "127.0.0.1:7403", TLSConfig{}, false, false},
		{"https://banshi.example.cn", "0.0.0.0:7403", TLSConfig{}, false, false},
		{"https://banshi.example.cn", "10.0.0.7:7403", TLSConfig{}, false, false},
		{"https://banshi.example.cn", ":7403", TLSConfig{}, false, false},
		{"", "0.0.0.0:7403", TLSConfig{Self: true}, true, false},
		{"https://banshi.example.cn", "127.0.0.1:7403", TLSConfig{Self: true}, true, false},
		{"", "0.0.0.0:7403", TLSConfig{Cert: "c.pem", Key: "k.pem"}, true, true},
	} {
		if a := (APIConfig{Listen: c.listen, Public: c.public, TLS: c.tls}); a.secure() != c.secure || a.hsts() != c.hsts {
			t.Errorf("%+v: secure %v, hsts %v", c, a.secure(), a.hsts())
		}
	}
}

// caller sends requests to a node as browsers and what stands before them do.
type caller struct {
	*city
	of     area.Center
	header http.Header
}

func (c *caller) send(method, path string, form url.Values) *http.Response {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.ctx, method, "http://"+c.nodes[c.of].APIAddr()+path, strings.NewReader(form.Encode()))
	must(c.t, err)
	r.Header = c.header.Clone()
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	must(c.t, err)
	c.t.Cleanup(func() { answer.Body.Close() })
	return answer
}

// hire makes an account with all duties, and gives its password.
func (c *city) hire(center area.Center, login string) string {
	c.t.Helper()
	initial, err := c.nodes[center].accounts.Create(c.ctx, "建设者", account.Account{Login: login, Staff: "虚构甲", Duties: account.All()})
	must(c.t, err)
	return initial
}

// session is the cookie that an answer gives.
func session(answer *http.Response) *http.Cookie {
	for _, one := range answer.Cookies() {
		if strings.Contains(one.Name, "tongban-session-") {
			return one
		}
	}
	return nil
}

// foundedBehind runs one node whose public address is that.
func foundedBehind(t *testing.T, public string) *city {
	t.Helper()
	c := newCity(t, wujiang)
	c.kill(wujiang)
	config, err := ReadConfig(c.dirOf(wujiang))
	must(t, err)
	config.API.Public = public
	must(t, WriteConfig(c.dirOf(wujiang), config))
	c.start(wujiang)
	return c
}

func TestBehindAProxyThatEndsTLS(t *testing.T) {
	c := foundedBehind(t, "https://banshi.example.cn")
	initial := c.hire(wujiang, "zhang")
	proxied := &caller{c, wujiang, http.Header{"X-Forwarded-For": {"198.51.100.1, 203.0.113.9"}}}
	answer := proxied.send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {initial}})
	cookie := session(answer)
	if cookie == nil || cookie.Name != "__Host-tongban-session-"+string(wujiang) || !cookie.Secure || !cookie.HttpOnly || cookie.SameSite != http.SameSiteStrictMode || cookie.Path != "/" || cookie.Domain != "" {
		t.Errorf("the cookie is %v", cookie)
	}
	for _, path := range []string{"/sign-in", "/progress", "/healthz", "/v1/status", "/nothing"} {
		if got := proxied.send(http.MethodGet, path, nil).Header.Get("Strict-Transport-Security"); got == "" {
			t.Errorf("%s may be asked for in the clear", path)
		}
	}
	page, err := c.nodes[wujiang].accounts.Audit(account.Query{Limit: 1})
	must(t, err)
	if l := page.Lines[0]; l.Kind != account.KindSignedIn || l.From != "203.0.113.9" {
		t.Errorf("the book has %+v", l)
	}
	// Who tries from one address is stopped, the others behind the proxy are not.
	for range 5 {
		proxied.send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {"wrong"}})
	}
	other := &caller{c, wujiang, http.Header{"X-Forwarded-For": {"203.0.113.10"}}}
	in := url.Values{"login": {"zhang"}, "password": {initial}}
	if one, two := proxied.send(http.MethodPost, "/sign-in", in), other.send(http.MethodPost, "/sign-in", in); one.StatusCode == http.StatusSeeOther || two.StatusCode != http.StatusSeeOther {
		t.Errorf("%s and %s", one.Status, two.Status)
	}
}

// Nobody makes the node believe in TLS by a header.
func TestHeadersOfStrangersDecideNothing(t *testing.T) {
	c := newCity(t, wujiang)
	initial := c.hire(wujiang, "zhang")
	b := &caller{c, wujiang, http.Header{"X-Forwarded-Proto": {"https"}, "Forwarded": {"proto=https"}, "X-Forwarded-Ssl": {"on"}}}
	answer := b.send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {initial}})
	if cookie := session(answer); cookie == nil || cookie.Secure || answer.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%v, %v", cookie, answer.Header)
	}
}

// Whoever was signed in when a backup was made is not signed in where it is put
// back; accounts and passwords are there.
func TestSessionsAreInNoBackup(t *testing.T) {
	c := newCity(t, wujiang)
	c.join(wujiang, yejian)
	initial := c.hire(yejian, "zhang")
	b := &caller{c, yejian, http.Header{}}
	in := url.Values{"login": {"zhang"}, "password": {initial}}
	signedIn := func() bool {
		answer := b.send(http.MethodGet, "/work/me", nil)
		return answer.StatusCode == http.StatusOK
	}
	b.header.Set("Cookie", session(b.send(http.MethodPost, "/sign-in", in)).String())
	if !signedIn() {
		t.Fatal("not signed in")
	}
	var backup bytes.Buffer
	must(t, c.nodes[yejian].store.Backup(c.ctx, &backup, c.now(), account.SessionRows()...))
	viaAPI, err := io.ReadAll((&caller{c, yejian, http.Header{"Authorization": {"Bearer " + c.token(yejian)}}}).send(http.MethodGet, "/v1/backup", nil).Body)
	must(t, err)
	c.kill(yejian)
	kept := c.keep(c.dirOf(yejian)) // with the database as it is
	c.start(yejian)                 // what was kept is old from here on
	c.kill(yejian)
	must(t, os.RemoveAll(filepath.Join(c.dirOf(yejian), "db")))
	must(t, RestoreBackup(c.ctx, c.dirOf(yejian), bytes.NewReader(viaAPI), c.options(yejian)))
	for _, rows := range account.SessionRows() {
		if bytes.Contains(backup.Bytes(), []byte(rows)) || bytes.Contains(viaAPI, []byte(rows)) {
			t.Errorf("rows under %s are in the backup", rows)
		}
	}
	n := c.start(yejian)
	if signedIn() {
		t.Error("the session came back with the backup")
	}
	if answer := b.send(http.MethodPost, "/sign-in", in); session(answer) == nil {
		t.Errorf("nobody can sign in: %s", answer.Status)
	}
	if _, fenced := n.cabinet.Fenced(); !fenced {
		t.Error("the node is not fenced")
	}

	// A folder of the database that was copied while somebody was signed in.
	c.kill(yejian)
	c.putBack(filepath.Join(kept, "db"), filepath.Join(c.dirOf(yejian), "db"))
	c.start(yejian)
	if signedIn() {
		t.Error("the session of an old copy goes on")
	}
	b.header.Set("Cookie", session(b.send(http.MethodPost, "/sign-in", in)).String())
	if !signedIn() {
		t.Error("nobody can sign in")
	}
	// And when it comes in again, it is another.
	c.kill(yejian)
	ticket, err := c.nodes[wujiang].Invite(yejian, time.Hour, true)
	must(t, err)
	must(t, c.knock(c.dirOf(yejian), testConfig(t, yejian), ticket))
	n = c.start(yejian)
	c.wait("the new incarnation", func() bool { return n.self().Incarnation == 2 })
	if signedIn() {
		t.Error("a session of the incarnation before goes on")
	}
}

func (c *city) token(center area.Center) string {
	b, err := os.ReadFile(filepath.Join(c.dirOf(center), TokenFile))
	must(c.t, err)
	return strings.TrimSpace(string(b))
}

// What browsers are told holds for every address, whoever asks.
func TestWhatEveryAnswerTellsBrowsers(t *testing.T) {
	c := foundedBehind(t, "https://banshi.example.cn")
	initial := c.hire(wujiang, "zhang")
	stranger := &caller{c, wujiang, http.Header{}}
	token := &caller{c, wujiang, http.Header{"Authorization": {"Bearer " + c.token(wujiang)}}}
	cookie := session(stranger.send(http.MethodPost, "/sign-in", url.Values{"login": {"zhang"}, "password": {initial}}))
	staff := &caller{c, wujiang, http.Header{"Cookie": {cookie.Name + "=" + cookie.Value}}}
	changed := staff.send(http.MethodPost, "/work/me/password", url.Values{"old": {initial}, "new": {"七月的雨落在旧屋顶"}, "again": {"七月的雨落在旧屋顶"}})
	if cookie = session(changed); cookie == nil {
		t.Fatal(changed.Status)
	}
	staff.header.Set("Cookie", cookie.Name+"="+cookie.Value)

	var spec struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	must(t, json.NewDecoder(token.send(http.MethodGet, "/openapi.json", nil).Body).Decode(&spec))
	if len(spec.Paths) < 50 {
		t.Fatalf("only %d paths", len(spec.Paths))
	}
	paths := []string{
		"/", "/sign-in", "/sign-in/back", "/sign-in/come", "/sign-in/outside", "/locked", "/lock", "/work", "/work/me", "/work/cases", "/work/intake", "/work/hall", "/work/hall/display", "/work/node", "/work/node/accounts",
		"/work/node/accounts/audit", "/work/today", "/work/nothing", "/work/cases/nothing", "/catalogue", "/catalogue/nothing", "/coverage", "/kiosk", "/progress", "/public", "/guide", "/guide/nothing", "/appointment", "/p/nothing", "/rate/nothing",
		"/healthz", "/readyz", "/openapi.json", "/openapi.yaml", "/docs", "/schemas/nothing", "/nothing", "/web/style.css", "/web/nothing", "/work/../v1/cases",
	}
	for path := range spec.Paths {
		if path != "/v1/backup" { // a long answer
			paths = append(paths, strings.NewReplacer("{", "", "}", "").Replace(path))
		}
	}
	for who, one := range map[string]*caller{"a stranger": stranger, "staff": staff, "the token": token} {
		for _, path := range paths {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				if method == http.MethodPost && who == "the token" { // which does things
					continue
				}
				answer := one.send(method, path, nil)
				careful(t, who+": "+method+" "+path, answer)
				if answer.Body.Close(); who == "a stranger" && strings.HasPrefix(path, "/v1/") && answer.StatusCode != http.StatusUnauthorized {
					t.Errorf("a stranger gets %s of %s", answer.Status, path)
				}
			}
		}
	}
}

// careful checks what an answer tells browsers.
func careful(t *testing.T, what string, answer *http.Response) {
	t.Helper()
	h := answer.Header
	policy := h.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action '"} {
		if !strings.Contains(policy, part) {
			t.Errorf("%s: the policy lacks %s: %s", what, part, policy)
		}
	}
	for directive := range strings.SplitSeq(policy, ";") {
		if name, values, _ := strings.Cut(strings.TrimSpace(directive), " "); name == "script-src" && values != "'self'" || strings.Contains(values, "*") || strings.Contains(values, "unsafe-eval") {
			t.Errorf("%s: the policy allows %s", what, directive)
		}
	}
	if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") == "" || h.Get("Strict-Transport-Security") == "" {
		t.Errorf("%s: %v", what, h)
	}
	if cache := h.Get("Cache-Control"); cache != "no-store" && !strings.Contains(what, " /web/") {
		t.Errorf("%s may be kept: %q", what, cache)
	}
	if h.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%s answers other sites", what)
	}
}
