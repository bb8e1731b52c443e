package provider

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/coreos/go-oidc/v3/oidc/oidctest"

	"tongban/consensus/refusal"
)

// bench is a provider that publishes keys, and a node that looks at its tokens.
type bench struct {
	*Provider
	t    *testing.T
	url  string
	keys http.HandlerFunc // nil: those that are published
	log  bytes.Buffer
	now  time.Time
}

func newBench(t *testing.T, algorithms []string, published ...oidctest.PublicKey) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)}
	with := &oidctest.Server{PublicKeys: published, Algorithms: algorithms}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/keys" && b.keys != nil {
			b.keys(w, r)
			return
		}
		with.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	with.SetIssuer(s.URL)
	b.url = s.URL
	var err error
	b.Provider, err = New(Config{Issuer: s.URL, ClientID: "tongban", Now: func() time.Time { return b.now }, Log: slog.New(slog.NewTextHandler(&b.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// says is what a good token says.
func (b *bench) says() string {
	return fmt.Sprintf(`{"iss":%q,"aud":"tongban","sub":"0001","nonce":"n","exp":%d}`, b.url, b.now.Add(time.Minute).Unix())
}

func (b *bench) look(raw string) error {
	b.t.Helper()
	f, err := b.find(context.Background())
	if err != nil {
		b.t.Fatal(err)
	}
	got, err := b.vouched(context.Background(), f, raw, question{nonce: "n", asked: b.now})
	if err == nil && got.text("sub") != "0001" {
		b.t.Errorf("it says %v", got)
	}
	return err
}

func (b *bench) refuses(what, raw string, code refusal.Code) {
	b.t.Helper()
	if err := b.look(raw); refusal.CodeOf(err) != code {
		b.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

// pairs are two keys for each algorithm.
var pairs = sync.OnceValue(func() map[string][2]crypto.Signer {
	all := map[string][2]crypto.Signer{}
	made := func(k crypto.Signer, err error) crypto.Signer {
		if err != nil {
			panic(err)
		}
		return k
	}
	two := func(one func() (crypto.Signer, error)) [2]crypto.Signer {
		return [2]crypto.Signer{made(one()), made(one())}
	}
	of := two(func() (crypto.Signer, error) { return rsa.GenerateKey(rand.Reader, 2048) })
	for _, alg := range []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512} {
		all[alg] = of
	}
	for alg, curve := range map[string]elliptic.Curve{oidc.ES256: elliptic.P256(), oidc.ES384: elliptic.P384(), oidc.ES512: elliptic.P521()} {
		all[alg] = two(func() (crypto.Signer, error) { return ecdsa.GenerateKey(curve, rand.Reader) })
	}
	all[oidc.EdDSA] = two(func() (crypto.Signer, error) { _, k, err := ed25519.GenerateKey(rand.Reader); return k, err })
	return all
})

func public(alg string) oidctest.PublicKey {
	return oidctest.PublicKey{PublicKey: pairs()[alg][0].Public(), KeyID: "k", Algorithm: alg}
}

// Every algorithm counts with its own key and with no other, and only where the
// provider says that it uses it.
func TestEveryAlgorithm(t *testing.T) {
	if len(pairs()) != len(algorithms) {
		t.Fatalf("%d algorithms count, %d are tried", len(algorithms), len(pairs()))
	}
	for _, alg := range algorithms {
		t.Run(alg, func(t *testing.T) {
			b := newBench(t, []string{alg}, public(alg))
			raw := oidctest.SignIDToken(pairs()[alg][0], "k", alg, b.says())
			if err := b.look(raw); err != nil {
				t.Fatal(err)
			}
			parts := strings.Split(raw, ".")
			signature, err := base64.RawURLEncoding.DecodeString(parts[2])
			if err != nil {
				t.Fatal(err)
			}
			signature[0] ^= 1
			b.refuses("a changed signature", parts[0]+"."+parts[1]+"."+base64.RawURLEncoding.EncodeToString(signature), NotVouched)
			forged := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(b.says(), "0001", "0002", 1)))
			b.refuses("other claims", parts[0]+"."+forged+"."+parts[2], NotVouched)
			b.refuses("no signature", parts[0]+"."+parts[1]+".", NotVouched)
			b.refuses("another key of that name", oidctest.SignIDToken(pairs()[alg][1], "k", alg, b.says()), NotVouched)
			b.refuses("a key that is not published", oidctest.SignIDToken(pairs()[alg][0], "other", alg, b.says()), NotVouched)

			other := oidc.RS256
			if alg == other {
				other = oidc.PS256
			}
			b = newBench(t, []string{other}, public(alg))
			b.refuses("an algorithm that the provider does not name", oidctest.SignIDToken(pairs()[alg][0], "k", alg, b.says()), NotVouched)
		})
	}
}

// Neither "none" nor a shared secret counts, though a provider named and
// published it.
func TestAlgorithmsThatNeverCount(t *testing.T) {
	secret := []byte(strings.Repeat("x", 64))
	b := newBench(t, []string{"none", "HS256", "HS512"}, oidctest.PublicKey{PublicKey: secret, KeyID: "k", Algorithm: "HS256"}, oidctest.PublicKey{PublicKey: secret, KeyID: "k"}, public(oidc.RS256))
	for _, alg := range []string{"HS256", "HS512"} {
		b.refuses(alg, oidctest.SignIDToken(secret, "k", alg, b.says()), NotVouched)
	}
	body := base64.RawURLEncoding.EncodeToString([]byte(b.says()))
	for _, head := range []string{`{"alg":"none"}`, `{"alg":"none","kid":"k"}`, `{"alg":"None"}`, `{"alg":""}`, `{}`} {
		b.refuses(head, base64.RawURLEncoding.EncodeToString([]byte(head))+"."+body+".", NotVouched)
	}
	if err := b.look(oidctest.SignIDToken(pairs()[oidc.RS256][0], "k", oidc.RS256, b.says())); err != nil {
		t.Error("what every provider has does not count:", err)
	}
}

func TestTokensThatAreNone(t *testing.T) {
	b := newBench(t, nil, public(oidc.RS256))
	key := pairs()[oidc.RS256][0]
	good := strings.Split(oidctest.SignIDToken(key, "k", oidc.RS256, b.says()), ".")
	whole, err := json.Marshal(map[string]string{"protected": good[0], "payload": good[1], "signature": good[2]})
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range []string{"", "a.b", "a.b.c.d", "*." + good[1] + ".AA", string(whole), " " + string(whole)} {
		b.refuses(raw, raw, NotVouched)
	}
	for _, says := range []string{"null", "[]", "{}", `"x"`, "<html>", ""} {
		b.refuses(says, oidctest.SignIDToken(key, "k", oidc.RS256, says), NotVouched)
	}
}

// Where the keys can't be had, that is nobody's fault who signs in; and what is
// sent in their place is told to nobody.
func TestKeysThatCantBeHad(t *testing.T) {
	b := newBench(t, nil, public(oidc.RS256))
	raw := oidctest.SignIDToken(pairs()[oidc.RS256][0], "k", oidc.RS256, b.says())
	for what, answer := range map[string]http.HandlerFunc{
		"an error":   func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "hush", http.StatusBadGateway) },
		"no JSON":    func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hush") },
		"other JSON": func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, `{"keys":"hush"}`) },
		"a detour":   func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/hush", http.StatusFound) },
		"too much": func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"hush":"`+strings.Repeat("x", maxBody)+`","keys":[]}`)
		},
	} {
		b.keys = answer
		b.refuses(what, raw, Down)
	}
	if said := b.log.String(); strings.Contains(said, "hush") || !strings.Contains(said, "502") {
		t.Errorf("the log says %s", said)
	}
	b.keys = nil
	var err error
	for range 1000 { // go-oidc gives a look that comes just after one that failed the answer of that one
		if err = b.look(raw); err == nil {
			return
		}
		runtime.Gosched()
	}
	t.Fatal(err)
}

// Two clocks may differ by a minute.
func TestClocks(t *testing.T) {
	b := newBench(t, nil, public(oidc.RS256))
	raw := oidctest.SignIDToken(pairs()[oidc.RS256][0], "k", oidc.RS256, b.says())
	b.now = b.now.Add(time.Minute + skew - time.Second)
	if err := b.look(raw); err != nil {
		t.Error(err)
	}
	b.now = b.now.Add(2 * time.Second)
	b.refuses("expired", raw, NotVouched)
}
