package web

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// gate lets so many questions of one key through, and then one in every so
// often. It is safe for concurrent use and never holds more than maxKeys.
type gate struct {
	burst int
	every time.Duration

	mu   sync.Mutex
	keys map[string]*tokens
}

type tokens struct {
	left int
	at   time.Time // when left was counted
}

// maxKeys bounds the memory of a gate. Whoever asks for ever more keys finds it
// shut for new ones: old keys are dropped only when they are full again.
const maxKeys = 4096

func newGate(burst int, every time.Duration) *gate {
	return &gate{burst: burst, every: every, keys: map[string]*tokens{}}
}

// pass takes one question of a key; false: too many.
func (g *gate) pass(key string, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	t, ok := g.keys[key]
	if !ok {
		if len(g.keys) >= maxKeys && !g.sweepLocked(now) {
			return false
		}
		t = &tokens{left: g.burst, at: now}
		g.keys[key] = t
	}
	g.fillLocked(t, now)
	if t.left == 0 {
		return false
	}
	t.left--
	return true
}

// forgive gives a key back what a right question took.
func (g *gate) forgive(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t, ok := g.keys[key]; ok {
		t.left = min(t.left+1, g.burst)
	}
}

func (g *gate) fillLocked(t *tokens, now time.Time) {
	n := now.Sub(t.at) / g.every
	if n < 0 { // the clock was set back
		t.at = now
		return
	}
	t.left = int(min(time.Duration(g.burst), time.Duration(t.left)+n))
	t.at = t.at.Add(n * g.every)
}

// sweepLocked drops the keys that are full again; it reports whether there is
// room now.
func (g *gate) sweepLocked(now time.Time) bool {
	for key, t := range g.keys {
		if g.fillLocked(t, now); t.left == g.burst {
			delete(g.keys, key)
		}
	}
	return len(g.keys) < maxKeys
}

// asker is the address that a request comes from, as a gate counts it. Behind a
// proxy on the same machine it is the one that the proxy saw. Of IPv6 it is the
// network: one client has as many addresses in it as it likes.
func asker(r *http.Request) string {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	ip := from.Addr().Unmap()
	if ip.IsLoopback() {
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if last, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1])); err == nil {
			ip = last.Unmap()
		}
	}
	if ip.Is4() {
		return ip.String()
	}
	network, err := ip.WithZone("").Prefix(64)
	if err != nil {
		return ip.String()
	}
	return network.String()
}
