// Package provider asks an OpenID provider, where a center has one, who
// somebody at a screen is: the authorization code flow with PKCE, a state and a
// nonce.
//
// It must never decide who may work here (the accounts do), never speak to the
// provider before somebody wants to sign in by it, never wait for it long or
// read much from it, and never put a secret, a code or a token into a log or an
// error. When it does not answer, people sign in by password.
package provider

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tongban/consensus/refusal"
	"tongban/node/visitor"
)

// The refusals of signing in by the provider. The codes are for good.
const (
	Down       refusal.Code = "provider_down" // it does not answer, or not as a provider does
	NotVouched refusal.Code = "not_vouched"   // it did not say who that is, or not so that it counts
	TooLate    refusal.Code = "sign_in_over"  // this browser asked nothing, too long ago, or was answered before
)

// Path is where the provider leads people back to; it is to be registered
// there, behind the address of the node.
const Path = "/sign-in/back"

// DefaultClaim names people where the configuration names no other claim.
const DefaultClaim = "preferred_username"

// Config is which provider is asked, and how.
type Config struct {
	Issuer   string // as it calls itself, exactly
	ClientID string
	Secret   string         // "": this node is a public client, which PKCE alone proves
	Claim    string         // of the ID token, by whose value people are known; "": DefaultClaim
	Label    [2]string      // what people call it, in Chinese and English
	Roots    *x509.CertPool // of its certificate; nil: the machine's
	Public   string         // the address at which pages are reached, where something stands before the node; "": nothing
	TLS      bool           // the node serves its pages over TLS itself
	Now      func() time.Time
	Log      *slog.Logger
}

// Provider asks one provider. It is safe for concurrent use.
type Provider struct {
	cfg    Config
	client *http.Client
	gate   *visitor.Gate

	mu        sync.Mutex
	questions map[string]question // guarded by mu; by ticket

	finding sync.Mutex
	found   *found    // guarded by finding; nil: it was never found
	tried   time.Time // guarded by finding: when it was looked for in vain
}

// found is what the provider says of itself.
type found struct {
	endpoint   oauth2.Endpoint
	algorithms []string    // by which its tokens count
	keys       oidc.KeySet // asked for when a token names one that is not known
	at         time.Time
}

// How long the provider is waited for, and what it says is believed.
const (
	patience = 5 * time.Second // for one of its answers
	believed = time.Hour       // what it says of itself
	rest     = 5 * time.Second // before it is looked for again in vain
	skew     = time.Minute     // of two clocks
	maxBody  = 1 << 20         // bytes of one answer
)

// New prepares a provider without speaking to it.
func New(c Config) (*Provider, error) {
	if c.Issuer == "" || c.ClientID == "" || c.Now == nil || c.Log == nil {
		return nil, refusal.Newf(refusal.Malformed, "prepare signing in by OIDC", "", "a part of the configuration is missing")
	}
	c.Claim = cmp.Or(c.Claim, DefaultClaim)
	transport := &http.Transport{
		Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: c.Roots, MinVersion: tls.VersionTLS12},
		ForceAttemptHTTP2: true, TLSHandshakeTimeout: patience, ResponseHeaderTimeout: patience, MaxResponseHeaderBytes: 64 << 10,
		MaxConnsPerHost: 8, IdleConnTimeout: time.Minute,
	}
	return &Provider{
		cfg: c, gate: visitor.NewGate(askedAtOnce, askedEvery), questions: map[string]question{},
		client: &http.Client{
			Transport: bounded{transport}, Timeout: patience,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}, nil
}

// Source is which provider vouches, and by what: who was linked under one means
// nobody under another.
func (p *Provider) Source() string { return Source(p.cfg.Issuer, p.cfg.Claim) }

// Source is that of a provider and a claim of it.
func Source(issuer, claim string) string { return issuer + "#" + cmp.Or(claim, DefaultClaim) }

// Label is what people call the provider, in Chinese and English.
func (p *Provider) Label() [2]string {
	return [2]string{cmp.Or(p.cfg.Label[0], "统一身份认证"), cmp.Or(p.cfg.Label[1], p.cfg.Label[0], "single sign-on")}
}

// Back is the address to which the provider leads the browser of a request back;
// "" where people may not be led to the one that they are at: cookies hold for
// one host.
func (p *Provider) Back(r *http.Request) string {
	if u, err := url.Parse(p.cfg.Public); err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) {
		return p.cfg.Public + Path
	}
	if p.cfg.TLS && r.Host != "" && !strings.ContainsAny(r.Host, "/\\@?#% ") {
		return "https://" + r.Host + Path
	}
	return ""
}

// bounded cuts answers off that are too long, and takes none but a good one for
// a document: the library would put the text of another into its errors.
type bounded struct{ http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if r.Method == http.MethodGet && answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("it answers %s", answer.Status)
	}
	answer.Body = cut{io.LimitReader(answer.Body, maxBody), answer.Body}
	return answer, nil
}

type cut struct {
	io.Reader
	io.Closer
}

// find is what the provider says of itself: asked for when it is needed, and
// kept. While it does not answer, what it said last is believed on.
func (p *Provider) find(ctx context.Context) (*found, error) {
	p.finding.Lock()
	defer p.finding.Unlock()
	now := p.cfg.Now()
	if p.found != nil && now.Sub(p.found.at).Abs() < believed {
		return p.found, nil
	}
	if now.Sub(p.tried).Abs() >= rest {
		f, err := p.look(ctx)
		if err == nil {
			p.found, p.tried = f, time.Time{}
			return f, nil
		}
		p.tried = now
		p.cfg.Log.Warn("the provider of sign-ins says nothing of itself", "issuer", p.cfg.Issuer, "err", brief(err))
	}
	if p.found != nil {
		return p.found, nil
	}
	return nil, p.down()
}

func (p *Provider) look(ctx context.Context) (*found, error) {
	// Whoever asked first may go away; the others still wait for the answer.
	ctx, stop := context.WithTimeout(oidc.ClientContext(context.WithoutCancel(ctx), p.client), patience)
	defer stop()
	known, err := oidc.NewProvider(ctx, p.cfg.Issuer)
	if err != nil {
		return nil, err
	}
	var more metadata
	if err := known.Claims(&more); err != nil {
		return nil, err
	}
	endpoint := known.Endpoint()
	for _, address := range []string{endpoint.AuthURL, endpoint.TokenURL, more.Keys} {
		if err := CheckAddress(address); err != nil {
			return nil, fmt.Errorf("an address of the provider: %w", err)
		}
	}
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if p.cfg.Secret == "" || len(more.Methods) > 0 && !slices.Contains(more.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	// The keys outlive whoever asked: they are fetched by the client alone.
	set := oidc.NewRemoteKeySet(oidc.ClientContext(context.Background(), p.client), more.Keys)
	return &found{endpoint: endpoint, algorithms: usable(more.Algorithms), keys: set, at: p.cfg.Now()}, nil
}

// CheckAddress says what is wrong with an address of a provider: it is spoken to
// over TLS, or on this machine.
func CheckAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return fmt.Errorf("%.100q is no address such as https://login.example.cn/realm", address)
	case u.Scheme == "https":
		return nil
	case u.Scheme == "http" && slices.Contains([]string{"127.0.0.1", "localhost", "::1"}, u.Hostname()):
		return nil
	}
	return fmt.Errorf("%.100q is not https", address)
}

func (p *Provider) down() error {
	return refusal.Newf(Down, "sign in", "sign in by password", "the provider of sign-ins does not answer")
}

// brief is what may be logged of a failure: whatever the provider sent with it
// is left out.
func brief(err error) string {
	var retrieve *oauth2.RetrieveError
	if errors.As(err, &retrieve) {
		status := ""
		if retrieve.Response != nil {
			status = retrieve.Response.Status
		}
		return "it answers " + strings.TrimSpace(clean(status)+" "+clean(retrieve.ErrorCode))
	}
	var net *url.Error
	if errors.As(err, &net) {
		return clean(net.Err.Error())
	}
	return clean(err.Error())
}

func clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
	if len(text) > 160 {
		text = strings.ToValidUTF8(text[:160], "") + "…"
	}
	return text
}

// isAnswer reports that the provider itself refused, rather than that it could
// not be reached.
func isAnswer(err error) bool {
	var retrieve *oauth2.RetrieveError
	return errors.As(err, &retrieve) && (retrieve.Response == nil || retrieve.Response.StatusCode < 500)
}
