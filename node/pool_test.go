package node

import (
	"bytes"
	"net/http"
	"testing"

	"tongban/consensus/refusal"
	"tongban/node/api"
)

// TestAPoolGetsItsKey: the founding holds no secret; the district gives its pool a
// key by itself, and another one when it is told to. A town may not.
func TestAPoolGetsItsKey(t *testing.T) {
	c := newCity(t, wujiang, tongli)
	n := c.nodes[wujiang]
	var first []byte
	c.wait("the pool has a key", func() bool {
		k, _, ok := n.register.Gossip(tongli.Area())
		first = k
		return ok
	})
	raw, err := n.register.Records(1, 1, 0)
	must(t, err)
	if bytes.Contains(raw[0], first) {
		t.Error("the founding record holds the key")
	}
	var v api.PoolView
	if status := c.call(wujiang, http.MethodPost, "/v1/realm/pool", api.PoolForm{Staff: "S01"}, &v); status != http.StatusOK || v.Pool != wujiang.Area() {
		t.Fatalf("%d: %+v", status, v)
	}
	c.wait("the town takes the new one", func() bool {
		k, since, ok := c.nodes[tongli].register.Gossip(tongli.Area())
		return ok && since == v.Since && len(k) == 32 && !bytes.Equal(k, first)
	})
	for district, code := range map[string]refusal.Code{"": "no_authority", "320509111000": refusal.Malformed} {
		var p api.Problem
		if status := c.call(tongli, http.MethodPost, "/v1/realm/pool", map[string]string{"staff": "S01", "district": district}, &p); status == http.StatusOK || p.Code != string(code) {
			t.Errorf("of %q: %d %+v", district, status, p)
		}
	}
}
