package client

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongban/node"
)

func TestTheNodesOwnCertificateIsTrusted(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{}`)) }))
	defer s.Close()
	s.Config.ErrorLog = nil
	dir := t.TempDir()
	config := node.DefaultConfig("320509111000")
	config.API.Listen, config.API.TLS.Self = strings.TrimPrefix(s.URL, "https://"), true
	for file, err := range map[string]error{
		node.TokenFile: os.WriteFile(filepath.Join(dir, node.TokenFile), []byte("t"), 0o600),
		"config":       node.WriteConfig(dir, config),
	} {
		if err != nil {
			t.Fatal(file, err)
		}
	}
	ask := func() error {
		c, err := Of(dir, "")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if !strings.HasPrefix(c.Base(), "https://") {
			t.Error(c.Base())
		}
		return c.Do(t.Context(), http.MethodGet, "/v1/status", nil, nil, nil)
	}
	if err := ask(); err == nil {
		t.Error("a certificate of nobody is trusted")
	}
	own := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(filepath.Join(dir, node.TLSFile), own, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := ask(); err != nil {
		t.Error(err)
	}
	if c := At(t.TempDir(), "https://127.0.0.1:1", "t"); c.Base() != "https://127.0.0.1:1" {
		t.Error(c.Base())
	}
	if c := At(t.TempDir(), "127.0.0.1:1", "t"); c.Base() != "http://127.0.0.1:1" {
		t.Error(c.Base())
	}
}
