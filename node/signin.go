package node

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"strings"
	"time"

	"tongban/node/account/provider"
)

// OIDCConfig is by which OpenID provider staff may sign in, beside their
// passwords. The zero value asks nobody.
type OIDCConfig struct {
	Issuer     string `yaml:"issuer"`
	ClientID   string `yaml:"client_id"`
	SecretFile string `yaml:"client_secret_file"` // readable by the node alone; relative to the data directory; "": a public client
	Claim      string `yaml:"claim"`              // by which people are known; "": provider.DefaultClaim
	Chinese    string `yaml:"label_zh"`           // what people call it
	English    string `yaml:"label_en"`
	CAFile     string `yaml:"ca_file"` // certificates that sign the provider's, PEM; relative to the data directory; "": the machine's
}

var claimShape = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_.:/-]{0,99}$`)

const maxLabel = 40 // characters of a label

// source is what accounts are linked under; "" where nobody is asked.
func (o OIDCConfig) source() string {
	if o.Issuer == "" {
		return ""
	}
	return provider.Source(o.Issuer, o.Claim)
}

// checkOIDC says what is wrong with it.
func (c APIConfig) checkOIDC() error {
	o := c.OIDC
	if o.Issuer == "" {
		if o != (OIDCConfig{}) {
			return errors.New("api.oidc: issuer is missing")
		}
		return nil
	}
	var errs []error
	wrong := func(format string, args ...any) { errs = append(errs, fmt.Errorf("api.oidc."+format, args...)) }
	if err := provider.CheckAddress(o.Issuer); err != nil || strings.Contains(o.Issuer, "?") {
		wrong("issuer: %q, want an address such as https://login.example.cn/realm", o.Issuer)
	}
	if o.ClientID == "" || len(o.ClientID) > 200 {
		wrong("client_id: %q, want what the provider calls this node", o.ClientID)
	}
	if o.Claim != "" && !claimShape.MatchString(o.Claim) {
		wrong("claim: %q is no name of a claim, such as preferred_username or sub", o.Claim)
	}
	for name, label := range map[string]string{"label_zh": o.Chinese, "label_en": o.English} {
		if len([]rune(label)) > maxLabel || strings.ContainsAny(label, "\r\n") {
			wrong("%s: at most %d characters in one line", name, maxLabel)
		}
	}
	if c.Public == "" && !c.TLS.On() {
		wrong("issuer: the provider leads people back by https: give api.public, or a certificate under api.tls")
	}
	return errors.Join(errs...)
}

// provider prepares asking the provider, without asking it; nil where there is
// none.
func (c APIConfig) provider(dir string, now func() time.Time, log *slog.Logger) (*provider.Provider, error) {
	o := c.OIDC
	if o.Issuer == "" {
		return nil, nil
	}
	secret, err := secretFile(dir, o.SecretFile)
	if err != nil {
		return nil, fmt.Errorf("api.oidc.client_secret_file: %w", err)
	}
	var roots *x509.CertPool
	if o.CAFile != "" {
		pem, err := os.ReadFile(beside(dir, o.CAFile))
		if err != nil {
			return nil, fmt.Errorf("api.oidc.ca_file: %w", err)
		}
		if roots = x509.NewCertPool(); !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("api.oidc.ca_file: %s holds no certificate (PEM)", o.CAFile)
		}
	}
	return provider.New(provider.Config{
		Issuer: o.Issuer, ClientID: o.ClientID, Secret: secret, Claim: o.Claim, Label: [2]string{o.Chinese, o.English}, Roots: roots,
		Public: c.Public, TLS: c.TLS.On(), Now: now, Log: log,
	})
}

// secretFile reads a secret that others on this machine may not read.
func secretFile(dir, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	f, err := os.Open(beside(dir, name))
	if err != nil {
		return "", err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return "", fmt.Errorf("others may read %s (%04o): chmod 600 it", name, mode)
	}
	b, err := io.ReadAll(io.LimitReader(f, 4097))
	if err != nil {
		return "", err
	}
	secret := strings.TrimSpace(string(b))
	if secret == "" || len(b) > 4096 {
		return "", fmt.Errorf("%s holds no secret of 1 to 4096 bytes", name)
	}
	return secret, nil
}

// behind reports whether something on this machine stands before the API and
// ends TLS for it. The configuration says so, not a header that anybody sends.
func (c APIConfig) behind() bool {
	u, err := url.Parse(c.Public)
	host, _, split := net.SplitHostPort(c.Listen)
	ip := net.ParseIP(host)
	return err == nil && u.Scheme == "https" && split == nil && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// secure: browsers reach the pages over TLS, so that cookies need not go in the
// clear.
func (c APIConfig) secure() bool { return c.TLS.On() || c.behind() }

// hsts: browsers may be told to ask for nothing in the clear, as they trust the
// certificate: not where the node made it.
func (c APIConfig) hsts() bool { return c.TLS.Cert != "" || c.behind() && !c.TLS.Self }
