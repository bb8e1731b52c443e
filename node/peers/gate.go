package peers

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/connmgr"
	"github.com/libp2p/go-libp2p/core/control"
	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"

	"tongban/catalog/area"
	"tongban/consensus/chain"
)

// gate lets members of the directory through, in both directions, and nobody
// else. It stands at the set-up of a connection only: Refresh cuts off those
// who lose their standing later.
type gate struct {
	dir  Directory
	self peer.ID
	log  *slog.Logger
	now  func() time.Time

	mu     sync.Mutex
	lately map[peer.ID]knock // guarded by mu
}

// knock is how often a peer was refused since it was last written down.
type knock struct {
	logged time.Time
	quiet  int
}

const (
	logEvery = time.Minute // one line a peer and minute: it will try again and again
	knockers = 512         // remembered at most
)

var _ connmgr.ConnectionGater = (*gate)(nil)

func newGate(dir Directory, self peer.ID, log *slog.Logger, now func() time.Time) *gate {
	return &gate{dir: dir, self: self, log: log, now: now, lately: map[peer.ID]knock{}}
}

func (g *gate) whose(id peer.ID) (area.Center, Standing) {
	key, err := keyOf(id)
	if err != nil {
		return "", Unknown
	}
	return g.dir.Whose(key)
}

func (g *gate) admit(id peer.ID, what string) bool {
	center, standing := g.whose(id)
	if standing == Member {
		return true
	}
	g.refuse(id, center, standing, what)
	return false
}

// refuse writes down that somebody was turned away, and why.
func (g *gate) refuse(id peer.ID, center area.Center, standing Standing, what string) {
	now := g.now()
	g.mu.Lock()
	k, known := g.lately[id]
	if known && now.Sub(k.logged) < logEvery && now.Sub(k.logged) >= 0 {
		k.quiet++
		g.lately[id] = k
		g.mu.Unlock()
		return
	}
	if len(g.lately) >= knockers {
		clear(g.lately) // strangers must not fill the memory
	}
	g.lately[id] = knock{logged: now}
	g.mu.Unlock()
	g.log.Warn("peer refused", "reason", standing.String(), "center", string(center),
		"peer", id.String(), "at", what, "unlogged_before", k.quiet)
}

// forget makes the next refusal of a peer be written down at once: its
// standing has changed, and that is news.
func (g *gate) forget(id peer.ID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.lately, id)
}

// InterceptPeerDial refuses to dial whoever is no member.
func (g *gate) InterceptPeerDial(id peer.ID) bool { return g.admit(id, "dial") }

// InterceptAddrDial lets every address of a member pass.
func (g *gate) InterceptAddrDial(peer.ID, multiaddr.Multiaddr) bool { return true }

// InterceptAccept lets everybody knock: who it is shows only after the
// handshake. The limits keep the knocking within bounds.
func (g *gate) InterceptAccept(network.ConnMultiaddrs) bool { return true }

// InterceptSecured refuses whoever is no member, now that its key is proven.
func (g *gate) InterceptSecured(dir network.Direction, id peer.ID, addrs network.ConnMultiaddrs) bool {
	return g.admit(id, fmt.Sprintf("%s connection, %s", strings.ToLower(dir.String()), addrs.RemoteMultiaddr()))
}

// InterceptUpgraded asks once more: the directory may have changed meanwhile.
func (g *gate) InterceptUpgraded(c network.Conn) (bool, control.DisconnectReason) {
	return g.admit(c.RemotePeer(), "new connection"), 0
}

// identityOf turns a node's key into libp2p's.
func identityOf(key chain.Key) (crypto.PrivKey, peer.ID, error) {
	public, err := key.Public().Ed25519()
	if err != nil {
		return nil, "", err
	}
	private, err := crypto.UnmarshalEd25519PrivateKey(append(key.Seed(), public...))
	if err != nil {
		return nil, "", fmt.Errorf("key of the node: %w", err)
	}
	id, err := peer.IDFromPrivateKey(private)
	return private, id, err
}

// peerOf is the libp2p name of a center's key. It holds the whole key.
func peerOf(key chain.PublicKey) (peer.ID, error) {
	bare, err := key.Ed25519()
	if err != nil {
		return "", err
	}
	public, err := crypto.UnmarshalEd25519PublicKey(bare)
	if err != nil {
		return "", err
	}
	return peer.IDFromPublicKey(public)
}

// keyOf is the way back.
func keyOf(id peer.ID) (chain.PublicKey, error) {
	public, err := id.ExtractPublicKey()
	if err != nil {
		return nil, err
	}
	if public.Type() != crypto.Ed25519 {
		return nil, errors.New("not an Ed25519 key")
	}
	raw, err := public.Raw()
	if err != nil || len(raw) != ed25519.PublicKeySize {
		return nil, errors.New("not an Ed25519 key")
	}
	return append(chain.PublicKey{byte(chain.Ed25519SHA256)}, raw...), nil
}

// brief cuts libp2p's long errors down to their first line and last cause.
func brief(err error) error {
	lines := strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' })
	if len(lines) <= 1 {
		return err
	}
	parts := make([]string, len(lines))
	for i, line := range lines {
		parts[i] = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "*"))
	}
	return &briefError{strings.Join(parts, "; "), err}
}

type briefError struct {
	text string
	err  error
}

func (e *briefError) Error() string { return e.text }
func (e *briefError) Unwrap() error { return e.err }
