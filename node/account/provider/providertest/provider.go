// Package providertest is a small OpenID provider on loopback, for tests: it
// knows one person, and lies on request.
//
// It must never be imported but by tests.
package providertest

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"
)

// The client that the provider knows.
const (
	Client = "tongban-test"
	Secret = "the client's secret"
)

var key = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

// Provider is one. Its fields change under Set.
type Provider struct {
	URL string

	mu     sync.Mutex
	asked  int
	person string
	down   bool
	lie    func(claims map[string]any) // changes what a token says
	refuse string                      // the error that the provider leads back with
	codes  map[string]question         // what a code was given for
	now    func() time.Time
	alg    string
	sign   crypto.PrivateKey
}

type question struct{ nonce, challenge, back string }

// New runs a provider for as long as the test runs; it knows a person by that
// name.
func New(t testing.TB, person string) *Provider {
	t.Helper()
	p := &Provider{person: person, codes: map[string]question{}, now: time.Now, alg: "RS256", sign: key()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discover)
	mux.Handle("GET /keys", &oidctest.Server{PublicKeys: []oidctest.PublicKey{
		{PublicKey: ed25519.PublicKey(make([]byte, ed25519.PublicKeySize)), KeyID: "other", Algorithm: oidc.EdDSA},
		{PublicKey: key().Public(), KeyID: "one", Algorithm: oidc.RS256},
	}})
	mux.HandleFunc("GET /authorize", p.authorize)
	mux.HandleFunc("POST /authorize", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.asked++
		down := p.down
		p.mu.Unlock()
		if down {
			http.Error(w, "the provider rests; "+Secret, http.StatusServiceUnavailable)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	p.URL = strings.Replace(s.URL, "127.0.0.1", "localhost", 1) // another site than a node at 127.0.0.1
	return p
}

func (p *Provider) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// Down stops and starts its answers.
func (p *Provider) Down(down bool) { p.set(func() { p.down = down }) }

// Lie changes the claims of the tokens to come; nil: none.
func (p *Provider) Lie(lie func(claims map[string]any)) { p.set(func() { p.lie = lie }) }

// Refuse makes it lead people back with an error; "": with a code.
func (p *Provider) Refuse(code string) { p.set(func() { p.refuse = code }) }

// Person is who is there from now on.
func (p *Provider) Person(name string) { p.set(func() { p.person = name }) }

// Now is its clock.
func (p *Provider) Now(now func() time.Time) { p.set(func() { p.now = now }) }

// Sign signs its tokens by another algorithm and with that key, or secret; nil:
// not at all.
func (p *Provider) Sign(alg string, with crypto.PrivateKey) {
	p.set(func() { p.alg, p.sign = alg, with })
}

// Asked is how often it was asked anything.
func (p *Provider) Asked() (n int) { p.set(func() { n = p.asked }); return n }

func (p *Provider) discover(w http.ResponseWriter, _ *http.Request) {
	json.NewEncoder(w).Encode(map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

// authorize shows a page with one button, and leads back when it is pressed.
func (p *Provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || q.Get("client_id") != Client || q.Get("code_challenge_method") != "S256" || q.Get("response_type") != "code" || q.Get("nonce") == "" || q.Get("prompt") != "login" {
		http.Error(w, "the request is wrong", http.StatusBadRequest)
		return
	}
	if r.Method == http.MethodGet {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><title>Provider</title><main><h1>Provider</h1><form method="post" action="/authorize?%s"><button id="yes">I am %s</button></form></main></html>`,
			html.EscapeString(r.URL.RawQuery), html.EscapeString(p.person))
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	answer := url.Values{"state": {q.Get("state")}}
	if p.refuse != "" {
		answer.Set("error", p.refuse)
	} else {
		code := rand.Text()
		p.codes[code] = question{q.Get("nonce"), q.Get("code_challenge"), q.Get("redirect_uri")}
		answer.Set("code", code)
	}
	back.RawQuery = answer.Encode()
	http.Redirect(w, r, back.String(), http.StatusSeeOther)
}

// token gives a token for a code, once, to the client that asked for it.
func (p *Provider) token(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	client, secret, _ := r.BasicAuth()
	client, _ = url.QueryUnescape(client)
	secret, _ = url.QueryUnescape(secret)
	q, ok := p.codes[r.PostFormValue("code")]
	delete(p.codes, r.PostFormValue("code"))
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	w.Header().Set("Content-Type", "application/json")
	if !ok || client != Client || secret != Secret || r.PostFormValue("redirect_uri") != q.back || base64.RawURLEncoding.EncodeToString(sum[:]) != q.challenge {
		w.WriteHeader(http.StatusBadRequest)
		json.NewEncoder(w).Encode(map[string]string{"error": "invalid_grant", "error_description": "the code does not count; " + Secret})
		return
	}
	now := p.now()
	claims := map[string]any{
		"iss": p.URL, "sub": "0001", "aud": Client, "nonce": q.nonce, "preferred_username": p.person,
		"iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "auth_time": now.Unix(),
	}
	if p.lie != nil {
		p.lie(claims)
	}
	json.NewEncoder(w).Encode(map[string]any{"access_token": "access", "token_type": "Bearer", "id_token": p.sealed(claims)})
}

func (p *Provider) sealed(claims map[string]any) string {
	body, err := json.Marshal(claims)
	if err != nil {
		panic(err)
	}
	if p.sign == nil { // which no library signs
		head, _ := json.Marshal(map[string]string{"alg": p.alg, "kid": "one"})
		return base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body) + "."
	}
	return oidctest.SignIDToken(p.sign, "one", p.alg, string(body))
}
