// Package peers connects a node to the other nodes of its realm: authenticated
// streams between centers, over libp2p on TCP with noise and yamux. It keeps
// the line to the center above open, and tells who comes and goes.
//
// It must never speak with anybody whom the directory does not name, never
// open a stream without a deadline, never find peers by itself (no DHT, no
// relay, no multicast), and never know what goes over a stream.
package peers

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/net/swarm"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"github.com/multiformats/go-multiaddr"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Standing is what the directory says of a key.
type Standing uint8

// The standings. Only a member may connect.
const (
	Unknown    Standing = iota // no center has or had this key
	Member                     // the key of a center in its present incarnation
	Revoked                    // its center was shut out
	Superseded                 // its center has a newer incarnation with another key
)

var standings = [...]string{"not in the directory", "member", "revoked", "superseded by a newer incarnation"}

// String says it in words, for the log.
func (s Standing) String() string { return standings[s] }

// Directory is what peers asks of a node's copy of the Register. Answers may
// change at any time; whoever changes them calls Refresh. Safe for concurrent
// use, and quick: it is asked at every connection.
type Directory interface {
	// Key is the key of a center in its present incarnation; ok is false for
	// an unknown or revoked center.
	Key(c area.Center) (key chain.PublicKey, ok bool)
	// Whose tells which center a key belongs or belonged to, and how it stands.
	Whose(key chain.PublicKey) (area.Center, Standing)
	// Addrs are the multiaddrs at which a center can be dialled; none for one
	// that only dials out.
	Addrs(c area.Center) []string
}

// Codes of a connection that does not come about.
const (
	Stranger    refusal.Code = "stranger"    // the directory does not name it, or no longer
	NoAddress   refusal.Code = "no_address"  // it can't be dialled; it has to dial in
	Unreachable refusal.Code = "unreachable" // nobody answers there now
)

// Config says who the node is and whom it may talk to.
type Config struct {
	Key       chain.Key    // the node's key; its public half is what others know it by
	Self      area.Center  //
	Listen    []string     // multiaddrs; none: the node only dials out
	Directory Directory    //
	Profile   Profile      //
	Log       *slog.Logger //
	Now       func() time.Time

	// Up and Down tell that the first connection to a center came up and that
	// the last one ended. They are called one at a time, in order, from one
	// goroutine, while Run runs; of quick changes some may be left out, but the
	// last call always says how it is, and a connection that was lost and came
	// back is told as Down and Up. They must not block for long. Either may be
	// nil.
	Up, Down func(area.Center)

	Timing Timing // zero values: the defaults
}

// Timing is how patient the node is.
type Timing struct {
	Dial      time.Duration // to reach a peer and open a stream; default 10 s
	Idle      time.Duration // a read on a stream on which nobody set a deadline; default 10 min
	Write     time.Duration // the same for a write; default 30 s
	KeepAlive time.Duration // between two signs of life on a connection; default 15 s
	RetryMin  time.Duration // first pause before the line to the parent is dialled again; default 1 s
	RetryMax  time.Duration // longest such pause; default 1 min
}

func (t Timing) withDefaults() Timing {
	set := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	set(&t.Dial, 10*time.Second)
	set(&t.Idle, 10*time.Minute)
	set(&t.Write, 30*time.Second)
	set(&t.KeepAlive, 15*time.Second)
	set(&t.RetryMin, time.Second)
	set(&t.RetryMax, time.Minute)
	return t
}

// Peers is a node's side of the network. Safe for concurrent use.
type Peers struct {
	// constant or safe
	cfg    Config
	host   host.Host
	gate   *gate
	blocks *blocked
	wake   chan struct{} // the line should look again; capacity 1
	moved  chan struct{} // somebody came or went; capacity 1
	ctx    context.Context
	stop   context.CancelFunc

	mu       sync.Mutex
	closed   bool                    // guarded by mu
	handlers sync.WaitGroup          // Add under mu and only while not closed
	met      map[peer.ID]area.Center // guarded by mu: who connected, for the way down
	dirty    map[area.Center]bool    // guarded by mu: about whom something is to be told; true: it was gone
	line     Line                    // guarded by mu

	told map[area.Center]struct{} // of whom Up was told last; only tell uses it
}

var _ wire.Network = (*Peers)(nil)

// New makes the node's host and begins to listen. Run must follow; Close
// releases what New took.
func New(cfg Config) (*Peers, error) {
	cfg.Timing = cfg.Timing.withDefaults()
	routeLibraryLog(cfg.Log)
	private, self, err := identityOf(cfg.Key)
	if err != nil {
		return nil, err
	}
	p := &Peers{
		cfg: cfg, gate: newGate(cfg.Directory, self, cfg.Log, cfg.Now), blocks: &blocked{},
		wake: make(chan struct{}, 1), moved: make(chan struct{}, 1),
		met:  map[peer.ID]area.Center{},
		told: map[area.Center]struct{}{}, dirty: map[area.Center]bool{},
	}
	resources, err := resourceManager(cfg.Profile, p.blocks)
	if err != nil {
		return nil, fmt.Errorf("limits of the network: %w", err)
	}
	connections, err := connectionManager(cfg.Profile)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("limits of the network: %w", err), resources.Close())
	}
	options := []libp2p.Option{
		libp2p.Identity(private),
		// Without reuse of the listening port: behind one address two nodes
		// would dial each other from equal ends.
		libp2p.Transport(tcp.NewTCPTransport, tcp.DisableReuseport(), tcp.WithConnectionTimeout(cfg.Timing.Dial)),
		libp2p.Security(noise.ID, noise.New),
		libp2p.Muxer(muxerID, muxer(cfg.Timing)),
		libp2p.ResourceManager(resources),
		libp2p.ConnectionManager(connections),
		libp2p.ConnectionGater(p.gate),
		libp2p.DisableRelay(),
		libp2p.DisableMetrics(), // else all hosts of a process share one registry
		libp2p.Ping(false),
		libp2p.DisableIdentifyAddressDiscovery(),
		libp2p.WithDialTimeout(cfg.Timing.Dial),
		libp2p.UserAgent("tongban"),
		libp2p.NoListenAddrs, // see listen
	}
	h, err := libp2p.New(options...)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start the network: %w", err), connections.Close(), resources.Close())
	}
	p.host = h
	p.ctx, p.stop = context.WithCancel(context.Background())
	h.Network().Notify(p.notifiee())
	if err := p.listen(); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// listen takes the ports. A host that libp2p.New could not have listen leaves
// goroutines behind, so it is made without and told afterwards.
func (p *Peers) listen() error {
	if len(p.cfg.Listen) == 0 {
		return nil
	}
	op := fmt.Sprintf("listen on %v", p.cfg.Listen)
	var addrs []multiaddr.Multiaddr
	for _, text := range p.cfg.Listen {
		addr, err := multiaddr.NewMultiaddr(text)
		if err != nil {
			return refusal.New(refusal.Malformed, op, "write it as /ip4/0.0.0.0/tcp/7300", err)
		}
		addrs = append(addrs, addr)
	}
	if err := p.host.Network().Listen(addrs...); err != nil {
		return refusal.New("listen_failed", op, "is another program using the port? Choose another address", brief(err))
	}
	return nil
}

// Close ends every connection and waits for the handlers, whose contexts end
// first. More than once does no harm.
func (p *Peers) Close() error {
	p.mu.Lock()
	again := p.closed
	p.closed = true
	p.mu.Unlock()
	if again {
		return nil
	}
	p.stop()
	err := p.host.Close()
	p.handlers.Wait()
	return err
}

// Run keeps the line to the center above and tells who comes and goes, until
// ctx ends. Then it closes the network.
func (p *Peers) Run(ctx context.Context) error {
	var told sync.WaitGroup
	told.Go(func() { p.tell(ctx) })
	told.Go(func() { p.keepLine(ctx) })
	<-ctx.Done()
	err := p.Close()
	told.Wait()
	return err
}

// Dial opens a stream of a protocol to a center, over the connection that
// stands or over a new one. It is refused with Stranger (the directory does
// not name the center, or no longer), NoAddress (the center cannot be dialled
// and is not connected), Unreachable. The stream has rolling deadlines until
// the caller sets its own.
func (p *Peers) Dial(ctx context.Context, center, name string) (net.Conn, error) {
	c := area.Center(center)
	op := fmt.Sprintf("open %s to %s", name, center)
	if _, has := ctx.Deadline(); !has {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, p.cfg.Timing.Dial)
		defer cancel()
	}
	id, err := p.connect(ctx, c, op)
	if err != nil {
		return nil, err
	}
	stream, err := p.host.NewStream(network.WithNoDial(ctx, "connected"), id, protocol.ID(name))
	if err != nil {
		return nil, refusal.New(Unreachable, op, "it is tried again", err)
	}
	return newConn(stream, p.cfg.Timing), nil
}

// connect makes sure that there is a connection to a center.
func (p *Peers) connect(ctx context.Context, c area.Center, op string) (peer.ID, error) {
	if c == p.cfg.Self {
		return "", refusal.Newf(Stranger, op, "", "a node does not dial itself")
	}
	key, ok := p.cfg.Directory.Key(c)
	if !ok {
		return "", refusal.Newf(Stranger, op,
			"a center that was enrolled a moment ago is known once the Register has come down",
			"%s is not in the directory, or was revoked", c)
	}
	id, err := peerOf(key)
	if err != nil {
		return "", refusal.New(Stranger, op, "", err)
	}
	if p.host.Network().Connectedness(id) == network.Connected {
		return id, nil
	}
	addrs := parseAddrs(p.cfg.Directory.Addrs(c), p.cfg.Log)
	if len(addrs) == 0 {
		return "", refusal.Newf(NoAddress, op,
			"it dials out by itself, and is reached once it is connected",
			"%s has no address and is not connected", c)
	}
	// What the directory says now, and nothing that was said before. The
	// swarm's own back-off (up to five minutes) gives way to the caller's, who
	// knows when it is worth trying.
	p.host.Peerstore().ClearAddrs(id)
	if s, ok := p.host.Network().(*swarm.Swarm); ok {
		s.Backoff().Clear(id)
	}
	if err := p.host.Connect(ctx, peer.AddrInfo{ID: id, Addrs: addrs}); err != nil {
		return "", refusal.New(Unreachable, op,
			"is it running, and does its directory name this node?", brief(err))
	}
	return id, nil
}

func parseAddrs(texts []string, log *slog.Logger) []multiaddr.Multiaddr {
	var addrs []multiaddr.Multiaddr
	for _, text := range texts {
		addr, err := multiaddr.NewMultiaddr(text)
		if err != nil {
			log.Warn("an address in the directory cannot be read", "address", text, "error", err)
			continue
		}
		addrs = append(addrs, addr)
	}
	return addrs
}

// Handle answers streams of a protocol from now on. A stream of somebody who
// is no member any more is reset before the handler sees it.
func (p *Peers) Handle(name string, h wire.Handler) {
	p.host.SetStreamHandler(protocol.ID(name), func(s network.Stream) {
		center, standing := p.whose(s.Conn().RemotePeer())
		if standing != Member {
			p.gate.refuse(s.Conn().RemotePeer(), center, standing, "stream "+name)
			s.Reset()
			return
		}
		if !p.begin() {
			s.Reset()
			return
		}
		defer p.handlers.Done()
		conn := newConn(s, p.cfg.Timing)
		defer conn.Close()
		h(p.ctx, string(center), conn)
	})
}

// begin counts one more goroutine that Close waits for; false after Close.
func (p *Peers) begin() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.handlers.Add(1)
	}
	return !p.closed
}

// whose asks the directory about a peer.
func (p *Peers) whose(id peer.ID) (area.Center, Standing) {
	return p.gate.whose(id)
}

// Refresh makes what the directory says now hold: whoever is no member any
// more is cut off before it returns, with a line in the log that says why, and
// the line to the parent is looked at again.
func (p *Peers) Refresh() {
	for _, id := range p.host.Network().Peers() {
		center, standing := p.whose(id)
		if standing == Member {
			p.note(id, center)
			continue
		}
		p.gate.forget(id)
		p.gate.refuse(id, center, standing, "open connection")
		p.host.ConnManager().Unprotect(id, keepTag)
		p.host.Peerstore().ClearAddrs(id)
		if err := p.host.Network().ClosePeer(id); err != nil {
			p.cfg.Log.Warn("closing a connection failed", "center", center, "error", err)
		}
	}
	poke(p.wake)
}

// Connected are the centers with a connection now, in order.
func (p *Peers) Connected() []area.Center {
	var centers []area.Center
	for _, id := range p.host.Network().Peers() {
		if p.host.Network().Connectedness(id) != network.Connected {
			continue
		}
		if center, standing := p.whose(id); standing == Member {
			centers = append(centers, center)
		}
	}
	slices.Sort(centers)
	return slices.Compact(centers)
}

// IsConnected reports whether a center has a connection now.
func (p *Peers) IsConnected(c area.Center) bool {
	key, ok := p.cfg.Directory.Key(c)
	if !ok {
		return false
	}
	id, err := peerOf(key)
	return err == nil && p.host.Network().Connectedness(id) == network.Connected
}

// Addrs are the multiaddrs at which this node can be dialled, with the ports
// that it got; none when it only dials out.
func (p *Peers) Addrs() []string {
	addrs, err := p.host.Network().InterfaceListenAddresses()
	if err != nil {
		p.cfg.Log.Warn("the machine's addresses are unknown", "error", err)
	}
	var texts []string
	for _, addr := range addrs {
		texts = append(texts, addr.String())
	}
	return texts
}

// ID is the node's libp2p name, which is its public key in another coat.
func (p *Peers) ID() string { return p.host.ID().String() }

// Blocked is how many connections, streams and reservations of memory the
// limits have turned away. It should stay at zero.
func (p *Peers) Blocked() uint64 { return p.blocks.n.Load() }

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pause is the back-off before attempt n (from 0): doubling from low to high,
// any moment in its second half, so that a district's villages do not all
// knock at once after a power cut.
func pause(n int, low, high time.Duration) time.Duration {
	d := high
	if n < 20 && low<<n < high {
		d = low << n
	}
	return d/2 + rand.N(d/2+1)
}
