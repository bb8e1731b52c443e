package vault

import (
	"bytes"
	"testing"
)

func TestVault(t *testing.T) {
	secret := bytes.Repeat([]byte{7}, 32)
	phrases, err := Open(secret, "phrases")
	if err != nil {
		t.Fatal(err)
	}
	others, err := Open(secret, "other things")
	if err != nil {
		t.Fatal(err)
	}
	key, plain := []byte("a"), []byte("虚构甲的话")
	sealed := phrases.Seal(key, plain)
	if got, err := phrases.Unseal(key, sealed); err != nil || !bytes.Equal(got, plain) || bytes.Contains(sealed, plain) {
		t.Errorf("%q, %v", got, err)
	}
	if bytes.Equal(sealed, phrases.Seal(key, plain)) {
		t.Error("the same is sealed the same way twice")
	}
	spoilt := bytes.Clone(sealed)
	spoilt[len(spoilt)-1] ^= 1
	for name, try := range map[string]func() ([]byte, error){
		"another key":   func() ([]byte, error) { return phrases.Unseal([]byte("b"), sealed) },
		"another use":   func() ([]byte, error) { return others.Unseal(key, sealed) },
		"spoilt":        func() ([]byte, error) { return phrases.Unseal(key, spoilt) },
		"cut":           func() ([]byte, error) { return phrases.Unseal(key, sealed[:5]) },
		"nothing there": func() ([]byte, error) { return phrases.Unseal(key, nil) },
	} {
		if got, err := try(); err == nil {
			t.Errorf("%s opens: %q", name, got)
		}
	}
	if _, err := Open(secret[:31], "phrases"); err == nil {
		t.Error("a short key opens it")
	}
}
