package client

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"tongban/node"
)

// At makes a client of the node of a data directory that answers at host:port,
// over TLS where its configuration says so or host begins with https://. The
// certificate that lies in the data directory, or that the configuration names,
// is trusted whatever stands in it; any other as every program trusts it.
func At(dir, host, token string) *Client {
	config, err := node.ReadConfig(dir)
	on := err == nil && config.API.TLS.On()
	host, https := strings.CutPrefix(host, "https://")
	if !on && !https {
		return New(host, token, nil)
	}
	file := ""
	if on {
		file = config.API.TLS.CertFile(dir)
	}
	c := New(host, token, &http.Transport{
		DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 16,
		IdleConnTimeout:     time.Minute,
		TLSClientConfig:     trusting(file, host),
	})
	c.base = "https://" + host
	return c
}

// trusting takes the certificate of a file, which is read each time: the node
// may have renewed it.
func trusting(file, host string) *tls.Config {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	return &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: true, // VerifyConnection does it
		VerifyConnection: func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 {
				return errors.New("the node shows no certificate")
			}
			leaf, between := s.PeerCertificates[0], x509.NewCertPool()
			if inFile(file, leaf) {
				return nil
			}
			for _, c := range s.PeerCertificates[1:] {
				between.AddCert(c)
			}
			_, err := leaf.Verify(x509.VerifyOptions{DNSName: name, Intermediates: between})
			return err
		},
	}
}

func inFile(file string, leaf *x509.Certificate) bool {
	if file == "" {
		return false
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	for block, rest := pem.Decode(b); block != nil; block, rest = pem.Decode(rest) {
		if c, err := x509.ParseCertificate(block.Bytes); block.Type == "CERTIFICATE" && err == nil && c.Equal(leaf) {
			return true
		}
	}
	return false
}
