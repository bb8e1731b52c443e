package node

import (
	"bytes"
	"cmp"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"tongban/node/api"
)

// TLSFile holds, in a data directory, the certificate that the node made for
// itself, and its key.
const TLSFile = "tls.pem"

// The life of a certificate that the node makes. Whoever installed one is asked
// again after it, so it is long; some browsers take no longer one.
const (
	certLife  = 825 * 24 * time.Hour
	certRenew = 30 * 24 * time.Hour // before its end
	certLook  = time.Minute         // how often files are looked at
)

// CertFile is the file in a node's data directory, or where the configuration
// says, in which its certificate stands.
func (t TLSConfig) CertFile(dir string) string {
	if t.Self {
		return filepath.Join(dir, TLSFile)
	}
	return beside(dir, t.Cert)
}

func beside(dir, name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(dir, name)
}

// certificate is what the API is served with. It is renewed, or read again when
// its files change, while the node runs. Safe for concurrent use.
type certificate struct {
	// Constant.
	dir    string
	config TLSConfig
	listen string
	now    func() time.Time
	log    *slog.Logger

	mu     sync.Mutex
	cert   *tls.Certificate // guarded by mu
	stamp  time.Time        // guarded by mu: when its files changed last
	looked time.Time        // guarded by mu
}

// openCertificate reads the certificate, or makes it.
func openCertificate(dir string, c APIConfig, now func() time.Time, log *slog.Logger) (*certificate, error) {
	t := &certificate{dir: dir, config: c.TLS, listen: c.Listen, now: now, log: log}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t, t.refreshLocked()
}

// server is the configuration of whoever listens.
func (t *certificate) server() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return t.current(), nil },
	}
}

// current is the certificate of this moment. One that can't be renewed is used
// on: people are told by their browsers, the operator by the log.
func (t *certificate) current() *tls.Certificate {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := t.now(); now.Sub(t.looked) >= certLook {
		if err := t.refreshLocked(); err != nil {
			t.log.Error("read the certificate of the API again", "err", err)
		}
	}
	return t.cert
}

// status is the certificate for people.
func (t *certificate) status() *api.TLSStatus {
	leaf := t.current().Leaf
	sum := sha256.Sum256(leaf.Raw)
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return &api.TLSStatus{
		Self: t.config.Self, Names: names, Ends: leaf.NotAfter,
		Fingerprint: strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":"),
	}
}

func (t *certificate) refreshLocked() error {
	t.looked = t.now()
	if t.config.Self {
		return t.ownLocked()
	}
	certFile, keyFile := t.config.CertFile(t.dir), beside(t.dir, t.config.Key)
	stamp, err := newest(certFile, keyFile)
	if err != nil {
		return fmt.Errorf("read the certificate of the API: %w", err)
	}
	if t.cert != nil && stamp.Equal(t.stamp) {
		return nil
	}
	cert, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		return fmt.Errorf("read the certificate of the API: %w", err)
	}
	t.cert, t.stamp = &cert, stamp
	return nil
}

func newest(files ...string) (stamp time.Time, err error) {
	for _, f := range files {
		info, err := os.Stat(f)
		if err != nil {
			return stamp, err
		}
		if info.ModTime().After(stamp) {
			stamp = info.ModTime()
		}
	}
	return stamp, nil
}

// ownLocked takes the node's own certificate, and makes another where there is
// none, or it ends soon, or a name is missing.
func (t *certificate) ownLocked() error {
	path := filepath.Join(t.dir, TLSFile)
	if t.cert == nil {
		if b, err := os.ReadFile(path); err == nil {
			if cert, err := tls.X509KeyPair(b, b); err == nil {
				t.cert = &cert
			}
		} else if !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("read the node's own certificate: %w", err)
		}
	}
	if t.cert != nil && t.cert.Leaf.NotAfter.Sub(t.now()) > certRenew && !slices.ContainsFunc(t.wanted(), func(name string) bool { return t.cert.Leaf.VerifyHostname(name) != nil }) {
		return nil
	}
	b, err := makeCertificate(append(t.wanted(), ofMachine(t.listen)...), t.now())
	if err != nil {
		return fmt.Errorf("make the node's own certificate: %w", err)
	}
	cert, err := tls.X509KeyPair(b, b)
	if err != nil {
		return err
	}
	next := path + ".new"
	if err := os.WriteFile(next, b, 0o600); err != nil {
		return fmt.Errorf("keep the node's own certificate: %w", err)
	}
	if err := os.Rename(next, path); err != nil {
		return fmt.Errorf("keep the node's own certificate: %w", err)
	}
	t.cert = &cert
	t.log.Info("the node made a certificate for its pages", "ends", cert.Leaf.NotAfter)
	return nil
}

// wanted are the names that the certificate must have.
func (t *certificate) wanted() []string {
	names := append([]string{"localhost", "127.0.0.1", "::1"}, t.config.Names...)
	if host, _, err := net.SplitHostPort(t.listen); err == nil && host != "" && !net.ParseIP(host).IsUnspecified() {
		names = append(names, host)
	}
	return names
}

// ofMachine are the names and addresses of this machine, where the node listens on
// all of them. They may change without a new certificate, which everybody would
// have to trust anew.
func ofMachine(listen string) []string {
	host, _, err := net.SplitHostPort(listen)
	if err != nil || host != "" && !net.ParseIP(host).IsUnspecified() {
		return nil
	}
	var names []string
	if name, err := os.Hostname(); err == nil && hostShape.MatchString(name) {
		names = append(names, name)
	}
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return names
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLinkLocalUnicast() {
			names = append(names, n.IP.String())
		}
	}
	return names
}

// makeCertificate is a new key and a certificate of it, as PEM.
func makeCertificate(names []string, now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, err
	}
	c := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "tongban"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(certLife), // clocks of an office differ
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}
	slices.SortFunc(names, cmp.Compare)
	for _, name := range slices.Compact(names) {
		if ip := net.ParseIP(name); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else {
			c.DNSNames = append(c.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, block := range []*pem.Block{{Type: "CERTIFICATE", Bytes: der}, {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := pem.Encode(&b, block); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}
