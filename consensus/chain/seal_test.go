package chain

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongban/consensus/wire"
)

func TestSealVerifiesForItsDomainAndKeyOnly(t *testing.T) {
	domains := []Domain{CommandDomain, EventDomain, RequestDomain, CheckpointDomain, EnrolDomain, HelloDomain}
	for _, signed := range domains {
		s, err := Unseal(Sign(author, signed, []byte("body")))
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range domains {
			if err := s.Verify(d, author.Public()); (err == nil) != (d == signed) {
				t.Errorf("signed for %s, verified for %s: %v", signed, d, err)
			}
		}
		if err := s.Verify(signed, key("other").Public()); !errors.Is(err, ErrSeal) {
			t.Errorf("another key: %v", err)
		}
	}
}

// No domain and body make what another domain and body sign.
func TestSignedBytesAreUnambiguous(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d1, d2 := Domain(rapid.String().Draw(t, "d1")), Domain(rapid.String().Draw(t, "d2"))
		b1, b2 := rapid.SliceOf(rapid.Byte()).Draw(t, "b1"), rapid.SliceOf(rapid.Byte()).Draw(t, "b2")
		same := d1 == d2 && bytes.Equal(b1, b2)
		if bytes.Equal(signed(d1, b1), signed(d2, b2)) != same {
			t.Fatal("two inputs, one output")
		}
	})
}

func TestUnsealRefuses(t *testing.T) {
	sealed := Sign(author, EventDomain, []byte("body"))
	for _, c := range []struct {
		name   string
		record []byte
		want   error
	}{
		{"too large", make([]byte, MaxRecord+1), ErrSize},
		{"another suite", wire.Encode(Seal{2, []byte("body"), nil}), ErrSuite},
		{"no suite", wire.Encode(Seal{}), ErrSuite},
		{"trailing bytes", append(bytes.Clone(sealed), 0), nil},
		{"truncated", sealed[:len(sealed)-1], nil},
		{"a key twice", []byte{0xa2, 1, 1, 1, 1}, nil},
		{"nothing", nil, nil},
	} {
		if _, err := Unseal(c.record); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// A newer writer's field is ignored, not an error, and the seal still holds.
func TestUnknownFieldsAreIgnored(t *testing.T) {
	s, err := Unseal(Sign(author, EventDomain, []byte("body")))
	if err != nil {
		t.Fatal(err)
	}
	newer := wire.Encode(map[int]any{1: s.Suite, 2: s.Body, 3: s.Signature, 99: "new"})
	again, err := Unseal(newer)
	if err != nil || again.Verify(EventDomain, author.Public()) != nil {
		t.Fatal(err)
	}
}

func TestPublicKeyText(t *testing.T) {
	text, err := author.Public().MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	var back PublicKey
	if err := back.UnmarshalText(text); err != nil || !back.Equal(author.Public()) {
		t.Fatalf("%v, %v", back, err)
	}
	for _, bad := range []string{"", "zz", "01", strings.Replace(string(text), "01", "02", 1), string(text) + "00"} {
		if err := back.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
	if PublicKey(nil).Equal(nil) {
		t.Error("two missing keys are equal")
	}
	if err := (Seal{Suite: Ed25519SHA256}).Verify(EventDomain, nil); !errors.Is(err, ErrSuite) {
		t.Errorf("a missing key: %v", err)
	}
}

func TestKeysDoNotPrintTheirSecret(t *testing.T) {
	secret := hex.EncodeToString(author.Seed())
	for _, format := range []string{"%v", "%s", "%+v", "%#v"} {
		if strings.Contains(fmt.Sprintf(format, author), secret) {
			t.Errorf("%s shows the secret", format)
		}
	}
	if _, err := NewKey([]byte("short")); err == nil {
		t.Error("a short seed was taken")
	}
}

func TestHashText(t *testing.T) {
	h := Sum([]byte("x"))
	var back Hash
	text, _ := h.MarshalText()
	if err := back.UnmarshalText(text); err != nil || back != h {
		t.Fatal(back, err)
	}
	if err := back.UnmarshalText(text[2:]); err == nil {
		t.Error("a short hash was read")
	}
	if err := wire.Decode(wire.Encode(h), &back); err != nil || back != h || len(wire.Encode(h)) != 34 {
		t.Errorf("in CBOR: %x", wire.Encode(h))
	}
	if h.Short() != string(text[:12]) {
		t.Error(h.Short())
	}
}

// The bytes of format version 1, which a second implementation must produce.
func TestGolden(t *testing.T) {
	k, err := NewKey(bytes.Repeat([]byte{7}, 32))
	if err != nil {
		t.Fatal(err)
	}
	c := Checkpoint{Log: "9d1c0a5e7b3f2468", Generation: 0, Voters: 1, Head: Start("9d1c0a5e7b3f2468").Next([]byte("record"))}
	for _, g := range []struct{ name, got, want string }{
		{"public key", k.Public().String(), goldenKey},
		{"seal", hex.EncodeToString(Sign(k, CommandDomain, []byte("body"))), goldenSeal},
		{"start", Start("9d1c0a5e7b3f2468").Hash.String(), goldenStart},
		{"next", c.Head.Hash.String(), goldenNext},
		{"checkpoint", hex.EncodeToString(wire.Encode(c)), goldenCheckpoint},
		{"signed checkpoint", hex.EncodeToString(c.signedBody("320509000000", 1700000000000)), goldenSigned},
		{"vote", hex.EncodeToString(SignCheckpoint(k, "320509000000", c, 1700000000000).Signature), goldenVote},
	} {
		if g.got != g.want {
			t.Errorf("%s:\n got  %s\n want %s", g.name, g.got, g.want)
		}
	}
}

const (
	goldenKey        = "01ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c"
	goldenSeal       = "a301010244626f64790358402544b2885ef1c29893a076b26f3c414323b79db037c8d07c299a04da918a047be3d1ee101e525f51028c13119f1b44d0667df0e70e0bc5804246f76acb635f06"
	goldenStart      = "2c5ad309139b6b9a32706f77f8f20098a5a0cd20c55718de34eeac141a71e011"
	goldenNext       = "812f377ff6615fbf15674ee0c22535aeca8ad9cf64a0d19d68674ecfa92fefe6"
	goldenCheckpoint = "a40170396431633061356537623366323436380200030104a20101025820812f377ff6615fbf15674ee0c22535aeca8ad9cf64a0d19d68674ecfa92fefe6"
	goldenSigned     = "a301a40170396431633061356537623366323436380200030104a20101025820812f377ff6615fbf15674ee0c22535aeca8ad9cf64a0d19d68674ecfa92fefe6026c333230353039303030303030031b0000018bcfe56800"
	goldenVote       = "5f96791661ea2cd623608eb257a29201867bf115f851ebe494b63d2a7e61cc01d2a79296b6629bc0af713e506b0c98772ec1c10ea76b806ed2688bd5e7450306"
)

// Nothing that comes in from outside makes Unseal panic, and what it accepts
// is at most what it was given.
func FuzzUnseal(f *testing.F) {
	f.Add(Sign(author, CommandDomain, []byte("body")))
	f.Add(wire.Encode(Seal{2, nil, nil}))
	f.Add([]byte{0xa3, 1, 1, 2, 0x40, 3, 0x40})
	f.Fuzz(func(t *testing.T, record []byte) {
		s, err := Unseal(record)
		if err != nil {
			return
		}
		if len(s.Body)+len(s.Signature) > len(record) {
			t.Fatal("more than there was")
		}
		if s.Verify(CommandDomain, author.Public()) != nil {
			return
		}
		// What verifies was signed by the author: its body is the seed's.
		if string(s.Body) != "body" {
			t.Fatalf("a seal over %q verifies", s.Body)
		}
	})
}
