package provider_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"tongban/consensus/refusal"
	"tongban/node/account/provider"
	"tongban/node/account/provider/providertest"
)

const home = "https://banshi.example.cn"

// city is a node that asks a provider, and its clock.
type city struct {
	*provider.Provider
	t    *testing.T
	with *providertest.Provider
	log  *bytes.Buffer

	mu sync.Mutex
	at time.Time
}

func (c *city) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }
func (c *city) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newCity(t *testing.T, change func(*provider.Config)) *city {
	t.Helper()
	c := &city{t: t, with: providertest.New(t, "zhangmin"), at: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), log: &bytes.Buffer{}}
	c.with.Now(c.now)
	config := provider.Config{
		Issuer: c.with.URL, ClientID: providertest.Client, Secret: providertest.Secret, Public: home, Now: c.now, Log: slog.New(slog.NewTextHandler(c.log, nil)),
	}
	if change != nil {
		change(&config)
	}
	var err error
	c.Provider, err = provider.New(config)
	must(t, err)
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, err error, code refusal.Code) {
	t.Helper()
	if refusal.CodeOf(err) != code {
		t.Fatalf("%v, want %s", err, code)
	}
}

// asked begins a sign-in and goes to the provider: with what it leads back.
func (c *city) asked() (ticket string, answer url.Values) {
	c.t.Helper()
	address, ticket, err := c.Ask(context.Background(), home+provider.Path, "/work/cases", "10.0.0.7")
	must(c.t, err)
	return ticket, c.answered(address)
}

func (c *city) answered(address string) url.Values {
	c.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Post(address, "", nil)
	must(c.t, err)
	defer resp.Body.Close()
	back, err := resp.Location()
	must(c.t, err)
	if got := back.Scheme + "://" + back.Host + back.Path; got != home+provider.Path {
		c.t.Errorf("it leads back to %s", got)
	}
	return back.Query()
}

// come goes the whole way.
func (c *city) come() (name string, err error) {
	c.t.Helper()
	ticket, answer := c.asked()
	must(c.t, c.Hear(ticket, answer))
	name, to, err := c.Come(context.Background(), ticket)
	if err == nil && to != "/work/cases" {
		c.t.Errorf("goes on at %s", to)
	}
	return name, err
}

func TestSomebodyIsVouchedFor(t *testing.T) {
	c := newCity(t, nil)
	if c.with.Asked() != 0 {
		t.Error("the provider was spoken to before anybody asked")
	}
	for range 3 {
		if name, err := c.come(); err != nil || name != "zhangmin" {
			t.Fatal(name, err)
		}
	}
	if n := c.with.Asked(); n != 2+3*2 { // itself, its keys; each time: the person and the token
		t.Errorf("it was asked %d times", n)
	}
	sub := newCity(t, func(p *provider.Config) { p.Claim = "sub" })
	if name, err := sub.come(); err != nil || name != "0001" {
		t.Error(name, err)
	}
	if c.Source() == provider.Source(c.with.URL, "sub") {
		t.Error("one claim is as good as another")
	}
}

func TestTokensThatDoNotCount(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	c := newCity(t, nil)
	for what, lie := range map[string]func(map[string]any){
		"another question":         func(m map[string]any) { m["nonce"] = "x" },
		"no question":              func(m map[string]any) { delete(m, "nonce") },
		"another provider":         func(m map[string]any) { m["iss"] = "https://other.example.cn" },
		"another program":          func(m map[string]any) { m["aud"] = "other" },
		"another program of two":   func(m map[string]any) { m["aud"] = []string{"other", providertest.Client} },
		"another program asked":    func(m map[string]any) { m["azp"] = "other" },
		"expired":                  func(m map[string]any) { m["exp"] = c.now().Add(-2 * time.Minute).Unix() },
		"without end":              func(m map[string]any) { delete(m, "exp") },
		"end that is none":         func(m map[string]any) { m["exp"] = "never" },
		"not yet":                  func(m map[string]any) { m["nbf"] = c.now().Add(time.Hour).Unix() },
		"from the future":          func(m map[string]any) { m["iat"] = c.now().Add(time.Hour).Unix() },
		"not asked again":          func(m map[string]any) { m["auth_time"] = c.now().Add(-time.Hour).Unix() },
		"nobody":                   func(m map[string]any) { delete(m, "preferred_username") },
		"a number":                 func(m map[string]any) { m["preferred_username"] = 7 },
		"a name too long":          func(m map[string]any) { m["preferred_username"] = strings.Repeat("x", 256) },
		"a name with a line break": func(m map[string]any) { m["preferred_username"] = "zhang\nmin" },
	} {
		t.Run(what, func(t *testing.T) {
			c.pass(time.Minute) // for the gate
			c.with.Lie(lie)
			_, err := c.come()
			wants(t, err, provider.NotVouched)
		})
	}
	c.with.Lie(nil)
	for what, sign := range map[string]func(){
		"another key":  func() { c.with.Sign("RS256", other) },
		"no signature": func() { c.with.Sign("none", nil) },
		"empty":        func() { c.with.Sign("RS256", nil) },
		"a method that the provider does not name": func() { c.with.Sign("PS256", other) },
		"a shared secret":                          func() { c.with.Sign("HS256", []byte(strings.Repeat(providertest.Secret, 2))) },
	} {
		t.Run(what, func(t *testing.T) {
			c.pass(time.Minute)
			sign()
			_, err := c.come()
			wants(t, err, provider.NotVouched)
		})
	}
	email := newCity(t, func(p *provider.Config) { p.Claim = "email" })
	email.with.Lie(func(m map[string]any) { m["email"], m["email_verified"] = "a@example.cn", false })
	_, err = email.come()
	wants(t, err, provider.NotVouched)
	if strings.Contains(c.log.String(), "zhangmin") || strings.Contains(c.log.String(), providertest.Secret) || c.log.Len() == 0 {
		t.Errorf("the log says too much, or nothing: %s", c.log)
	}
}

func TestOnlyTheBrowserThatAskedAndOnlyOnce(t *testing.T) {
	c := newCity(t, nil)
	ticket, answer := c.asked()
	wants(t, c.Hear("another", answer), provider.TooLate)
	wants(t, c.Hear("", answer), provider.TooLate)
	wants(t, c.Hear(ticket, url.Values{"code": answer["code"], "state": {"another"}}), provider.TooLate)
	_, _, err := c.Come(context.Background(), ticket) // it was not answered yet
	wants(t, err, provider.TooLate)
	must(t, c.Hear(ticket, answer))
	if name, _, err := c.Come(context.Background(), ticket); err != nil || name != "zhangmin" {
		t.Fatal(name, err)
	}
	_, _, err = c.Come(context.Background(), ticket)
	wants(t, err, provider.TooLate)
	wants(t, c.Hear(ticket, answer), provider.TooLate)

	// Whoever sends the address again that the provider led back to ends it.
	ticket, answer = c.asked()
	must(t, c.Hear(ticket, answer))
	wants(t, c.Hear(ticket, answer), provider.TooLate)
	_, _, err = c.Come(context.Background(), ticket)
	wants(t, err, provider.TooLate)

	// A code of one sign-in is worth nothing in another: it is bound by PKCE.
	_, stolen := c.asked()
	ticket, answer = c.asked()
	must(t, c.Hear(ticket, url.Values{"code": stolen["code"], "state": answer["state"]}))
	_, _, err = c.Come(context.Background(), ticket)
	wants(t, err, provider.NotVouched)

	ticket, answer = c.asked()
	c.pass(provider.Life + time.Second)
	wants(t, c.Hear(ticket, answer), provider.TooLate)
}

func TestTheProviderRefuses(t *testing.T) {
	c := newCity(t, nil)
	for code, said := range map[string]string{"access_denied": "access_denied", "<b>no</b>": "nothing that can be read"} {
		c.with.Refuse(code)
		_, err := c.come()
		if wants(t, err, provider.NotVouched); !strings.Contains(err.Error(), said) || strings.Contains(err.Error(), "<b>") {
			t.Error(err)
		}
	}
	c.with.Refuse("")
	ticket, answer := c.asked()
	answer.Set("iss", "https://other.example.cn")
	must(t, c.Hear(ticket, answer))
	_, _, err := c.Come(context.Background(), ticket)
	wants(t, err, provider.NotVouched)
}

func TestTheProviderIsDown(t *testing.T) {
	c := newCity(t, nil)
	c.with.Down(true)
	ask := func() error {
		_, _, err := c.Ask(context.Background(), home+provider.Path, "", "10.0.0.7")
		return err
	}
	wants(t, ask(), provider.Down)
	asked := c.with.Asked()
	wants(t, ask(), provider.Down)
	if c.with.Asked() != asked {
		t.Error("it is asked again at once")
	}
	c.with.Down(false)
	wants(t, ask(), provider.Down) // for a few seconds
	c.pass(6 * time.Second)
	must(t, ask())
	ticket, answer := c.asked()
	c.with.Down(true)
	must(t, c.Hear(ticket, answer))
	_, _, err := c.Come(context.Background(), ticket)
	wants(t, err, provider.Down)
	c.pass(2 * time.Hour)
	must(t, ask()) // what it said of itself is believed on
	if log := c.log.String(); strings.Contains(log, providertest.Secret) || !strings.Contains(log, "503") {
		t.Errorf("the log says %s", log)
	}
}

func TestAProviderThatIsNone(t *testing.T) {
	for what, answer := range map[string]string{
		"nothing":         "",
		"no JSON":         "<html>",
		"another name":    `{"issuer": "https://other.example.cn"}`,
		"no addresses":    `{"issuer": "URL"}`,
		"in the clear":    `{"issuer": "URL", "authorization_endpoint": "http://login.example.cn/a", "token_endpoint": "URL/t", "jwks_uri": "URL/k"}`,
		"longer than all": `{"issuer": "` + strings.Repeat("x", 2<<20),
	} {
		t.Run(what, func(t *testing.T) {
			var s *httptest.Server
			s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				io.WriteString(w, strings.ReplaceAll(answer, "URL", s.URL))
			}))
			defer s.Close()
			c := newCity(t, func(p *provider.Config) { p.Issuer = s.URL })
			_, _, err := c.Ask(context.Background(), home+provider.Path, "", "10.0.0.7")
			wants(t, err, provider.Down)
		})
	}
}

func TestManyQuestions(t *testing.T) {
	c := newCity(t, nil)
	for i := range 20 {
		_, _, err := c.Ask(context.Background(), home+provider.Path, "", "10.0.0.9")
		must(t, err)
		if i == 19 {
			_, _, err := c.Ask(context.Background(), home+provider.Path, "", "10.0.0.9")
			wants(t, err, refusal.Unavailable)
		}
	}
	first, answer := c.asked()
	c.pass(time.Second)
	for i := range 2000 {
		_, _, err := c.Ask(context.Background(), home+provider.Path, "", fmt.Sprint("10.0.1.", i))
		must(t, err)
	}
	wants(t, c.Hear(first, answer), provider.TooLate)
}

func TestWhereTheProviderLeadsBack(t *testing.T) {
	for _, one := range []struct {
		public, host, want string
		tls                bool
	}{
		{home, "banshi.example.cn", home + provider.Path, false},
		{home, "BANSHI.example.cn", home + provider.Path, false},
		{home, "127.0.0.1:7403", "", false},
		{home, "10.9.8.7:7403", "https://10.9.8.7:7403" + provider.Path, true},
		{"", "10.9.8.7:7403", "https://10.9.8.7:7403" + provider.Path, true},
		{"", "evil.example/@x", "", true},
		{"", "10.9.8.7:7403", "", false},
	} {
		c := newCity(t, func(p *provider.Config) { p.Public, p.TLS = one.public, one.tls })
		r := httptest.NewRequest(http.MethodGet, "/sign-in", nil)
		r.Host = one.host
		if got := c.Back(r); got != one.want {
			t.Errorf("%+v: %q", one, got)
		}
	}
}

func TestAddresses(t *testing.T) {
	for address, ok := range map[string]bool{
		"https://login.example.cn/realm": true, "http://127.0.0.1:8080": true, "http://localhost": true, "http://[::1]:1": true,
		"http://login.example.cn": false, "https://": false, "login.example.cn": false, "https://a:b@login.example.cn": false, "https://x#y": false, "file:///etc/passwd": false,
	} {
		if err := provider.CheckAddress(address); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
	}
}
