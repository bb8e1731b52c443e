package provider

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"tongban/consensus/refusal"
)

// Life is how long somebody may take at the provider.
const Life = 10 * time.Minute

// Bounds of what strangers may begin.
const (
	maxQuestions = 2000
	askedAtOnce  = 20 // by one address
	askedEvery   = 10 * time.Second
	maxValue     = 4096 // bytes of a value that the provider leads back with
	maxName      = 255  // characters
)

// question is one sign-in that is under way.
type question struct {
	state, nonce, verifier, back string

	to    string // where whoever comes goes on
	asked time.Time
	code  string // "": the provider did not answer yet
	no    string // why it did not
	said  bool   // it answered: a second answer ends the question
}

// Ask begins a sign-in for the browser that is given the ticket, which only it
// may know: the address is the provider's, and leads back to where back says. to
// is kept until then; from is whom to count.
func (p *Provider) Ask(ctx context.Context, back, to, from string) (address, ticket string, err error) {
	now := p.cfg.Now()
	if !p.gate.Pass(from, now) {
		return "", "", refusal.Newf(refusal.Unavailable, "sign in", "wait a minute, or sign in by password", "too many sign-ins were begun at this address")
	}
	f, err := p.find(ctx)
	if err != nil {
		return "", "", err
	}
	q := question{state: rand.Text(), nonce: rand.Text(), verifier: oauth2.GenerateVerifier(), back: back, to: to, asked: now}
	ticket = rand.Text()
	p.keep(ticket, q)
	return p.oauth(f, q).AuthCodeURL(q.state, oauth2.SetAuthURLParam("nonce", q.nonce), oauth2.S256ChallengeOption(q.verifier),
		// Whoever is signed in at the provider in this browser may not be the one
		// who stands in front of it.
		oauth2.SetAuthURLParam("prompt", "login"), oauth2.SetAuthURLParam("max_age", "0")), ticket, nil
}

func (p *Provider) oauth(f *found, q question) *oauth2.Config {
	return &oauth2.Config{ClientID: p.cfg.ClientID, ClientSecret: p.cfg.Secret, Endpoint: f.endpoint, RedirectURL: q.back, Scopes: []string{"openid", "profile"}}
}

// keep keeps a question; of too many the oldest gives way.
func (p *Provider) keep(ticket string, q question) {
	p.mu.Lock()
	defer p.mu.Unlock()
	oldest := ""
	for t, other := range p.questions {
		if q.asked.Sub(other.asked) > Life {
			delete(p.questions, t)
		} else if oldest == "" || other.asked.Before(p.questions[oldest].asked) {
			oldest = t
		}
	}
	if len(p.questions) >= maxQuestions {
		delete(p.questions, oldest)
	}
	p.questions[ticket] = q
}

// Hear takes in what the provider leads a browser back with, once. Nothing is
// asked of the provider yet.
func (p *Provider) Hear(ticket string, answer url.Values) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	q, ok := p.questions[ticket]
	state := answer.Get("state")
	if !ok || p.cfg.Now().Sub(q.asked) > Life || subtle.ConstantTimeCompare([]byte(state), []byte(q.state)) != 1 {
		return over()
	}
	if q.said { // somebody has the address with the code
		delete(p.questions, ticket)
		return over()
	}
	q.said, q.code = true, answer.Get("code")
	switch iss := answer.Get("iss"); {
	case iss != "" && iss != p.cfg.Issuer:
		q.code, q.no = "", "another provider answered"
	case q.code == "" || len(q.code) > maxValue:
		q.code, q.no = "", "it says "+word(answer.Get("error"))
	}
	p.questions[ticket] = q
	return nil
}

func over() error {
	return refusal.Newf(TooLate, "sign in", "begin again", "no sign-in of this browser waits for that")
}

// word is the code of an error as the provider sends it.
func word(code string) string {
	if code == "" || len(code) > 60 || strings.ContainsFunc(code, func(r rune) bool { return r != '_' && (r < 'a' || r > 'z') }) {
		return "nothing that can be read"
	}
	return code
}

// Come ends a sign-in: who has come, as the provider names them, and where they
// go on. It counts once.
func (p *Provider) Come(ctx context.Context, ticket string) (name, to string, err error) {
	p.mu.Lock()
	q, ok := p.questions[ticket]
	ok = ok && q.said
	if ok {
		delete(p.questions, ticket)
	}
	p.mu.Unlock()
	switch {
	case !ok || p.cfg.Now().Sub(q.asked) > Life:
		return "", "", over()
	case q.code == "":
		return "", q.to, refusal.Newf(NotVouched, "sign in", "", "%s", q.no)
	}
	name, err = p.who(ctx, q)
	return name, q.to, err
}

// who asks the provider who brought a code.
func (p *Provider) who(ctx context.Context, q question) (string, error) {
	f, err := p.find(ctx)
	if err != nil {
		return "", err
	}
	ctx, stop := context.WithTimeout(oidc.ClientContext(ctx, p.client), 2*patience)
	defer stop()
	given, err := p.oauth(f, q).Exchange(ctx, q.code, oauth2.VerifierOption(q.verifier))
	if err != nil {
		p.cfg.Log.Warn("the provider of sign-ins gives no token", "issuer", p.cfg.Issuer, "err", brief(err))
		if isAnswer(err) {
			return "", p.no("it gives nothing for the code")
		}
		return "", p.down()
	}
	raw, _ := given.Extra("id_token").(string)
	says, err := p.vouched(ctx, f, raw, q)
	if err != nil {
		return "", err
	}
	return p.named(says)
}

// bad refuses a token; err is what the library says of it, for the log.
func (p *Provider) bad(why string, err error) error {
	said := []any{"issuer", p.cfg.Issuer, "why", why}
	if err != nil {
		said = append(said, "err", brief(err))
	}
	p.cfg.Log.Warn("a token of the provider of sign-ins does not count", said...)
	return p.no("its token does not count: " + why)
}

// named is whom a token names that counts.
func (p *Provider) named(says claims) (string, error) {
	if verified, said := says["email_verified"]; p.cfg.Claim == "email" && said && verified != true {
		return "", p.no("it did not verify the address")
	}
	name := strings.TrimSpace(says.text(p.cfg.Claim))
	if name == "" || utf8.RuneCountInString(name) > maxName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return "", p.no("it names nobody: its token has no " + p.cfg.Claim)
	}
	return name, nil
}

func (p *Provider) no(why string) error {
	return refusal.Newf(NotVouched, "sign in", "begin again, or sign in by password", "%s", why)
}
