package provider

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// metadata is what a provider says of itself (OpenID Connect Discovery 1.0), as
// far as the library does not tell it.
type metadata struct {
	Keys       string   `json:"jwks_uri"`
	Methods    []string `json:"token_endpoint_auth_methods_supported"`
	Algorithms []string `json:"id_token_signing_alg_values_supported"`
}

// algorithms are the ways to sign that count where the provider names them.
// Neither "none" nor a secret that both know is among them.
var algorithms = []string{
	oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA,
}

// usable are those of the algorithms a provider names that count.
func usable(named []string) (all []string) {
	for _, one := range named {
		if slices.Contains(algorithms, one) {
			all = append(all, one)
		}
	}
	if len(all) == 0 {
		return []string{oidc.RS256} // which every provider has
	}
	return all
}

// keys are the provider's, for one token. The verifier puts it only into words
// when they could not be had: here that is remembered.
type keys struct {
	oidc.KeySet
	missing, wrong error
}

func (k *keys) VerifySignature(ctx context.Context, raw string) ([]byte, error) {
	payload, err := k.KeySet.VerifySignature(ctx, raw)
	if errors.Unwrap(err) != nil { // what went wrong with fetching them; a signature that does not hold wraps nothing
		k.missing = err
	} else {
		k.wrong = err
	}
	return payload, err
}

// claims are what a token says whose signature, issuer, audience and time count.
type claims map[string]any

// vouched takes in a token: what it says, if it counts.
func (p *Provider) vouched(ctx context.Context, f *found, raw string, q question) (claims, error) {
	if strings.Contains(raw, "{") { // signed JSON in another form, in which not all need be signed
		return nil, p.bad("it is no signed token", nil)
	}
	set := &keys{KeySet: f.keys}
	t, err := oidc.NewVerifier(p.cfg.Issuer, set, &oidc.Config{
		ClientID: p.cfg.ClientID, SupportedSigningAlgs: f.algorithms, Now: func() time.Time { return p.cfg.Now().Add(-skew) },
	}).Verify(ctx, raw)
	var expired *oidc.TokenExpiredError
	switch {
	case set.missing != nil:
		p.cfg.Log.Warn("the provider of sign-ins does not tell its keys", "issuer", p.cfg.Issuer, "err", keyless(set.missing))
		return nil, p.down()
	case set.wrong != nil:
		return nil, p.bad("none of the provider's keys signed it", nil)
	case errors.As(err, &expired):
		return nil, p.bad("it has expired", nil)
	case err != nil:
		return nil, p.bad("it is no token of this provider for this program", err)
	}
	var says claims
	if err := t.Claims(&says); err != nil {
		return nil, p.bad("it is no signed token", err)
	}
	if err := says.hold(t, p.cfg.ClientID, q, p.cfg.Now()); err != nil {
		return nil, p.bad(err.Error(), nil)
	}
	return says, nil
}

// keyless is why the keys could not be had, without what was sent in their place.
func keyless(err error) string {
	var net *url.Error
	if errors.As(err, &net) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return brief(err)
	}
	return "what it answers can't be read"
}

func (c claims) text(claim string) string { s, _ := c[claim].(string); return s }

// hold checks what the library leaves to its caller: for whom among several the
// token is, when it was made, and in answer to which question (OpenID Connect
// Core 1.0, 3.1.3.7).
func (c claims) hold(t *oidc.IDToken, client string, q question, now time.Time) error {
	azp := c.text("azp")
	authenticated, dated := c["auth_time"].(float64)
	switch {
	case azp != client && (azp != "" || len(t.Audience) > 1):
		return errors.New("it is for another program")
	case t.IssuedAt.After(now.Add(5 * skew)):
		return errors.New("it comes from the future: one of the clocks is wrong")
	case subtle.ConstantTimeCompare([]byte(t.Nonce), []byte(q.nonce)) != 1:
		return errors.New("it answers another question")
	case dated && authenticated < float64(q.asked.Add(-2*skew).Unix()):
		return errors.New("the provider did not ask again who is there")
	}
	return nil
}
