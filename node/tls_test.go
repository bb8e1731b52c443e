package node

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func testCertificate(t *testing.T, dir string, c APIConfig, now func() time.Time) *certificate {
	t.Helper()
	cert, err := openCertificate(dir, c, now, slog.New(slog.DiscardHandler))
	must(t, err)
	return cert
}

func TestANodeMakesItsOwnCertificate(t *testing.T) {
	dir, at := t.TempDir(), time.Now()
	now := func() time.Time { return at }
	config := APIConfig{Listen: "10.9.8.7:7403", TLS: TLSConfig{Self: true, Names: []string{"banshi.example.cn", "192.168.3.4"}}}
	first := testCertificate(t, dir, config, now)
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "10.9.8.7", "banshi.example.cn", "192.168.3.4"} {
		if err := first.current().Leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	if info, err := os.Stat(filepath.Join(dir, TLSFile)); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info.Mode(), err)
	}
	s := first.status()
	if !s.Self || len(s.Fingerprint) != 95 || !slices.Contains(s.Names, "banshi.example.cn") || s.Ends.Before(at.Add(800*24*time.Hour)) {
		t.Errorf("%+v", s)
	}
	if again := testCertificate(t, dir, config, now).status(); again.Fingerprint != s.Fingerprint {
		t.Error("a restart makes another certificate")
	}
	// Another when a name is missing, or it ends soon, also while the node runs.
	config.TLS.Names = append(config.TLS.Names, "zhongxin.example.cn")
	named := testCertificate(t, dir, config, now)
	if named.status().Fingerprint == s.Fingerprint {
		t.Error("a name is missing")
	}
	at = at.Add(certLife - certRenew - time.Hour)
	before := named.status().Fingerprint
	at = at.Add(2 * time.Hour)
	if after := named.status(); after.Fingerprint == before || after.Ends.Before(at.Add(800*24*time.Hour)) {
		t.Errorf("not renewed: %+v", after)
	}
	must(t, os.WriteFile(filepath.Join(dir, TLSFile), []byte("nonsense"), 0o600))
	testCertificate(t, dir, config, now)
}

// serving shakes hands with a listener of a certificate.
func serving(t *testing.T, c *certificate, config *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	done := make(chan struct{})
	go func() {
		defer close(done)
		if conn, err := tls.NewListener(l, c.server()).Accept(); err == nil {
			conn.(*tls.Conn).Handshake()
			conn.Close()
		}
	}()
	conn, err := tls.Dial("tcp", l.Addr().String(), config)
	if err != nil {
		l.Close()
		<-done
		return tls.ConnectionState{}, err
	}
	defer conn.Close()
	<-done
	return conn.ConnectionState(), nil
}

func TestBrowsersAndOldOnes(t *testing.T) {
	dir := t.TempDir()
	c := testCertificate(t, dir, APIConfig{Listen: "127.0.0.1:0", TLS: TLSConfig{Self: true}}, time.Now)
	trust := x509.NewCertPool()
	trust.AddCert(c.current().Leaf)
	s, err := serving(t, c, &tls.Config{RootCAs: trust, NextProtos: []string{"h2"}})
	if err != nil || s.NegotiatedProtocol != "h2" {
		t.Error(s.NegotiatedProtocol, err)
	}
	if _, err := serving(t, c, &tls.Config{}); err == nil {
		t.Error("anybody trusts it")
	}
	if _, err := serving(t, c, &tls.Config{RootCAs: trust, MaxVersion: tls.VersionTLS11, MinVersion: tls.VersionTLS10}); err == nil {
		t.Error("TLS 1.1 is spoken")
	}
}

func TestACertificateFromFilesIsReadAgain(t *testing.T) {
	dir, at := t.TempDir(), time.Now()
	now := func() time.Time { return at }
	write := func(name string, mtime time.Time) {
		b, err := makeCertificate([]string{name}, at)
		must(t, err)
		block, rest := pem.Decode(b)
		for file, content := range map[string][]byte{"c.pem": pem.EncodeToMemory(block), "k.pem": rest} {
			must(t, os.WriteFile(filepath.Join(dir, file), content, 0o600))
			must(t, os.Chtimes(filepath.Join(dir, file), mtime, mtime))
		}
	}
	config := APIConfig{Listen: "127.0.0.1:0", TLS: TLSConfig{Cert: "c.pem", Key: filepath.Join(dir, "k.pem")}}
	if _, err := openCertificate(dir, config, now, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "c.pem") {
		t.Error(err)
	}
	write("one.example.cn", at.Add(-time.Hour))
	c := testCertificate(t, dir, config, now)
	write("two.example.cn", at)
	if s := c.status(); s.Self || s.Names[0] != "one.example.cn" {
		t.Errorf("%+v", s)
	}
	at = at.Add(2 * time.Minute)
	if s := c.status(); s.Names[0] != "two.example.cn" {
		t.Errorf("not read again: %+v", s)
	}
	must(t, os.WriteFile(filepath.Join(dir, "k.pem"), []byte("nonsense"), 0o600))
	at = at.Add(2 * time.Minute)
	if s := c.status(); s.Names[0] != "two.example.cn" {
		t.Errorf("a file that can't be read stops the pages: %+v", s)
	}
}

func TestTLSInTheConfiguration(t *testing.T) {
	for name, c := range map[string]struct {
		config TLSConfig
		wrong  string
	}{
		"none":             {TLSConfig{}, ""},
		"files":            {TLSConfig{Cert: "c.pem", Key: "k.pem"}, ""},
		"its own":          {TLSConfig{Self: true, Names: []string{"10.0.0.1", "banshi.example.cn", "fd00::1"}}, ""},
		"both":             {TLSConfig{Self: true, Cert: "c.pem", Key: "k.pem"}, "exclude"},
		"no key":           {TLSConfig{Cert: "c.pem"}, "belong together"},
		"names of a file":  {TLSConfig{Cert: "c.pem", Key: "k.pem", Names: []string{"a"}}, "self"},
		"a name with port": {TLSConfig{Self: true, Names: []string{"a:7403"}}, "no host"},
		"too many":         {TLSConfig{Self: true, Names: make([]string, maxTLSNames+1)}, "at most"},
	} {
		t.Run(name, func(t *testing.T) {
			config := DefaultConfig(tongli)
			config.API.TLS = c.config
			switch err := config.Check(); {
			case c.wrong == "" && err != nil, c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
				t.Errorf("%v, want %q", err, c.wrong)
			case c.wrong == "":
				dir := t.TempDir()
				must(t, WriteConfig(dir, config))
				back, err := ReadConfig(dir)
				must(t, err)
				if got := back.API.TLS; got.Cert != c.config.Cert || got.Key != c.config.Key || got.Self != c.config.Self || !slices.Equal(got.Names, c.config.Names) {
					t.Errorf("%+v", got)
				}
			}
		})
	}
}
