package casefile_test

import (
	"testing"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// TestOpenRequest: what is out of form, or sealed by another, is no request.
func TestOpenRequest(t *testing.T) {
	c := casetest.City()
	view := c.View()
	key := func(p casefile.Party) (chain.PublicKey, bool) {
		k, _, _, ok := view.Key(p)
		return k, ok
	}
	village, town := casetest.First(casetest.Village), casetest.First(casetest.Town)
	good := casefile.Request{Format: 1, ID: "320509111201.1.00112233445566778899aabbccddeeff", Case: casefile.NewID(village, 1), From: village, Kind: "reminder"}
	seal := func(by casefile.Party, d chain.Domain, change func(*casefile.Request)) []byte {
		r := good
		change(&r)
		return chain.Sign(c.Secret(by), d, wire.Encode(r))
	}
	for _, test := range []struct {
		name   string
		sealed []byte
		want   refusal.Code
	}{
		{"as it should be", seal(village, chain.RequestDomain, func(*casefile.Request) {}), ""},
		{"sealed by another", seal(town, chain.RequestDomain, func(*casefile.Request) {}), refusal.Forbidden},
		{"sealed as an event", seal(village, chain.EventDomain, func(*casefile.Request) {}), refusal.Forbidden},
		{"another's id", seal(village, chain.RequestDomain, func(r *casefile.Request) { r.ID = "320509111000.1.00112233445566778899aabbccddeeff" }), refusal.Malformed},
		{"a path for an id", seal(village, chain.RequestDomain, func(r *casefile.Request) { r.ID = "320509111201.1.0011223344556677/../8899aabbccddee" }), refusal.Malformed},
		{"too long", seal(village, chain.RequestDomain, func(r *casefile.Request) { r.Body = make([]byte, casefile.MaxRequest+1) }), refusal.TooLarge},
		{"no case", seal(village, chain.RequestDomain, func(r *casefile.Request) { r.Case = "x" }), refusal.Malformed},
		{"unknown party", seal(village, chain.RequestDomain, func(r *casefile.Request) {
			r.From.Incarnation = 7
			r.ID = "320509111201.7.00112233445566778899aabbccddeeff"
		}), refusal.Forbidden},
		{"noise", []byte("noise"), refusal.Malformed},
	} {
		if _, err := casefile.OpenRequest(test.sealed, key); refusal.CodeOf(err) != test.want {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}
