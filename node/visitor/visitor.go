// Package visitor is whoever asks a node's pages for something, before anybody
// knows who it is: the address that a request comes from, and how much may be
// asked from one.
//
// It must never believe what a request says of itself, but from a proxy on the
// same machine; and never hold more than so much, whoever asks.
package visitor

import (
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// Asker is the address that a request comes from, as it is counted. Behind a
// proxy on the same machine it is the one that the proxy saw. Of IPv6 it is the
// network: one client has as many addresses in it as it likes.
func Asker(r *http.Request) string {
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

// Here reports whether what Asker says is this machine itself.
func Here(asker string) bool { return asker == "127.0.0.1" || asker == "::/64" }

// DontWait gives whoever is not known so long for sending a form and for taking
// the answer, where the connection can: who sends a byte a minute holds no
// connection for long.
func DontWait(w http.ResponseWriter, long time.Duration) {
	c, by := http.NewResponseController(w), time.Now().Add(long)
	c.SetReadDeadline(by)  //nolint:errcheck // a recorder in a test has no connection
	c.SetWriteDeadline(by) //nolint:errcheck
}

// Gate lets so many questions of one key through, and then one in every so
// often. It is safe for concurrent use and never holds more than maxKeys.
type Gate struct {
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

// NewGate makes a gate that is open.
func NewGate(burst int, every time.Duration) *Gate {
	return &Gate{burst: burst, every: every, keys: map[string]*tokens{}}
}

// Pass takes one question of a key; false: too many.
func (g *Gate) Pass(key string, now time.Time) bool {
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

// Forgive gives a key back what a right question took.
func (g *Gate) Forgive(key string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if t, ok := g.keys[key]; ok {
		t.left = min(t.left+1, g.burst)
	}
}

func (g *Gate) fillLocked(t *tokens, now time.Time) {
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
func (g *Gate) sweepLocked(now time.Time) bool {
	for key, t := range g.keys {
		if g.fillLocked(t, now); t.left == g.burst {
			delete(g.keys, key)
		}
	}
	return len(g.keys) < maxKeys
}
