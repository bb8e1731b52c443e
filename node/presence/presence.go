// Package presence is gossip about who is up: one pool for the centers of a
// district and a small one among districts, over memberlist, encrypted with a
// key from the Register.
//
// It must never be believed for a decision, never be written to disk as truth,
// and never name somebody whom the Register does not: what a node says of
// itself is signed with its key, and whoever is unknown, revoked or of another
// incarnation is left out.
package presence

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/memberlist"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// Directory is what presence asks of a node's copy of the Register. Safe for
// concurrent use.
type Directory interface {
	// Standing is the key and the present incarnation of a center; ok is
	// false for an unknown or revoked one.
	Standing(c area.Center) (key chain.PublicKey, incarnation uint32, ok bool)
}

// Seed is where to look for another member.
type Seed struct {
	Center      area.Center
	Incarnation uint32
	Addr        string // host:port of its presence
}

// Status is what a node says of itself.
type Status struct {
	Version  string `cbor:"1,keyasint" json:"version"`  // of the program, at most 32 bytes
	Feature  uint16 `cbor:"2,keyasint" json:"feature"`  // the highest feature level that it knows
	Register uint64 `cbor:"3,keyasint" json:"register"` // how far its copy reaches
	Open     uint32 `cbor:"4,keyasint" json:"open"`     // cases in its hands
	Time     int64  `cbor:"5,keyasint" json:"time"`     // when it said so, Unix milliseconds
}

// Config is what a pool needs.
type Config struct {
	Self        area.Center
	Incarnation uint32
	Key         chain.Key
	Pool        string // realm id and area, so that two pools never flow together
	Listen      string // host:port, TCP and UDP; port 0 takes a free one
	Advertise   string // host:port that others reach it at; "" is Listen
	// Keys are the pool's keys, newest first: the first seals, all of them
	// open. 16, 24 or 32 bytes each; at least one.
	Keys      [][]byte
	Directory Directory
	Seeds     func() []Seed // asked again whenever members are missing
	Timing    Timing
	Log       *slog.Logger
	Now       func() time.Time
}

// Timing is how quickly the pool notices things. Zero values: those of a wide
// area network (a death is known to 300 nodes after about 100 s).
type Timing struct {
	Probe, ProbeTimeout, Gossip, PushPull time.Duration
	Join                                  time.Duration // between two looks for missing members; default 30 s
}

// Member is another node, as it was last heard of.
type Member struct {
	Center      area.Center `json:"center"`
	Incarnation uint32      `json:"incarnation"`
	Addr        string      `json:"addr"`
	Status
}

// Pool is a node's part in one pool. Safe for concurrent use.
type Pool struct {
	cfg     Config
	list    *memberlist.Memberlist
	keyring *memberlist.Keyring
	addr    string // what is advertised
	news    chan struct{}

	// ending orders the farewell and the end: memberlist panics when they come
	// the other way round.
	ending sync.Mutex
	closed bool // guarded by ending

	mu     sync.Mutex
	status Status               // guarded by mu
	here   map[string]heard     // guarded by mu: the others, by name
	lately map[string]time.Time // guarded by mu: refused names, and when it was logged
}

const (
	deadReclaim  = 30 * time.Second // after that a name may come back at a new address
	leaveTime    = 300 * time.Millisecond
	updateTime   = 5 * time.Second
	defaultJoin  = 30 * time.Second
	logEvery     = time.Minute
	maxRefusals  = 512
	bindAttempts = 10
)

// New begins to listen. Run must follow; Close releases what New took.
func New(cfg Config) (*Pool, error) {
	op := "join the presence pool " + cfg.Pool
	if len(cfg.Keys) == 0 {
		return nil, refusal.Newf("no_gossip_key", op,
			"the district rotates a key in; until then presence is off", "the Register has no key for the pool")
	}
	keyring, err := memberlist.NewKeyring(cfg.Keys, cfg.Keys[0])
	if err != nil {
		return nil, refusal.New(refusal.Malformed, op, "", err)
	}
	if cfg.Timing.Join <= 0 {
		cfg.Timing.Join = defaultJoin
	}
	p := &Pool{cfg: cfg, keyring: keyring, news: make(chan struct{}, 1),
		here: map[string]heard{}, lately: map[string]time.Time{}}
	lines := log.New(libraryLog{cfg.Log}, "", 0)
	transport, err := listen(cfg.Listen, lines)
	if err != nil {
		return nil, refusal.New("listen_failed", op, "is another program using the port? Choose another address", err)
	}
	settings, err := p.settings(transport, lines)
	if err != nil {
		return nil, errors.Join(err, transport.Shutdown())
	}
	p.list, err = memberlist.Create(settings)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", op, err), transport.Shutdown())
	}
	return p, nil
}

// listen takes the port for TCP and UDP. A port that the system chose for one
// may be taken for the other: then again.
func listen(addr string, lines *log.Logger) (*memberlist.NetTransport, error) {
	host, portText, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, err
	}
	if host == "" {
		host = "0.0.0.0"
	}
	for attempt := 1; ; attempt++ {
		t, err := memberlist.NewNetTransport(&memberlist.NetTransportConfig{
			BindAddrs: []string{host}, BindPort: port, Logger: lines,
		})
		if err == nil || port != 0 || attempt == bindAttempts {
			return t, err
		}
	}
}

func (p *Pool) settings(t *memberlist.NetTransport, lines *log.Logger) (*memberlist.Config, error) {
	advertise, port := "", t.GetAutoBindPort()
	if p.cfg.Advertise != "" {
		host, portText, err := net.SplitHostPort(p.cfg.Advertise)
		if err == nil {
			port, err = strconv.Atoi(portText)
		}
		if err != nil {
			return nil, fmt.Errorf("advertised address %q: %w", p.cfg.Advertise, err)
		}
		advertise = host
	} else if host, _, _ := net.SplitHostPort(p.cfg.Listen); !net.ParseIP(host).IsUnspecified() {
		advertise = host
	}
	ip, port, err := t.FinalAdvertiseAddr(advertise, port)
	if err != nil {
		return nil, fmt.Errorf("address for others: %w", err)
	}
	p.addr = net.JoinHostPort(ip.String(), strconv.Itoa(port))
	c := memberlist.DefaultWANConfig()
	c.Name = name(p.cfg.Self, p.cfg.Incarnation)
	c.Transport = t
	c.BindPort, c.AdvertiseAddr, c.AdvertisePort = port, ip.String(), port
	c.Label = p.cfg.Pool
	c.Keyring = p.keyring
	c.GossipVerifyIncoming, c.GossipVerifyOutgoing = true, true
	c.RequireNodeNames = true
	c.DeadNodeReclaimTime = deadReclaim
	c.Delegate = (*delegate)(p)
	c.Alive = (*delegate)(p)
	c.Events = (*delegate)(p)
	c.Logger = lines
	for _, set := range []struct {
		to   *time.Duration
		from time.Duration
	}{
		{&c.ProbeInterval, p.cfg.Timing.Probe}, {&c.ProbeTimeout, p.cfg.Timing.ProbeTimeout},
		{&c.GossipInterval, p.cfg.Timing.Gossip}, {&c.PushPullInterval, p.cfg.Timing.PushPull},
	} {
		if set.from > 0 {
			*set.to = set.from
		}
	}
	return c, nil
}

// Addr is the host:port that others are told.
func (p *Pool) Addr() string { return p.addr }

// Run looks for members and spreads the node's status until ctx ends; then it
// takes leave of the pool and closes.
func (p *Pool) Run(ctx context.Context) error {
	tick := time.NewTicker(p.cfg.Timing.Join)
	defer tick.Stop()
	p.join()
	for {
		select {
		case <-ctx.Done():
			return p.end(true)
		case <-p.news:
			if err := p.list.UpdateNode(updateTime); err != nil {
				p.cfg.Log.Debug("the status was not spread", "error", err)
			}
		case <-tick.C:
			p.join()
		}
	}
}

// Close leaves without a word. More than once does no harm.
func (p *Pool) Close() error { return p.end(false) }

func (p *Pool) end(farewell bool) error {
	p.ending.Lock()
	defer p.ending.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	if farewell { // saves the others the doubt; no loss if it fails
		if err := p.list.Leave(leaveTime); err != nil {
			p.cfg.Log.Debug("leaving the presence pool", "error", err)
		}
	}
	return p.list.Shutdown()
}

// join asks the seeds that are not members yet.
func (p *Pool) join() {
	seeds := p.cfg.Seeds()
	var missing []string
	p.mu.Lock()
	company := len(p.here)
	for _, s := range seeds {
		n := name(s.Center, s.Incarnation)
		if _, is := p.here[n]; s.Addr != "" && s.Center != p.cfg.Self && !is {
			missing = append(missing, n+"/"+s.Addr)
		}
	}
	p.mu.Unlock()
	// Members that are already here tell of the rest: with company it is
	// enough to ask a few.
	if company > 0 && len(missing) > 3 {
		missing = missing[:3]
	}
	if len(missing) == 0 {
		return
	}
	if _, err := p.list.Join(missing); err != nil {
		p.cfg.Log.Debug("no other member answers", "error", err)
	}
}

// Say sets what the node tells of itself; it is spread within seconds.
func (p *Pool) Say(s Status) {
	if len(s.Version) > 32 {
		s.Version = s.Version[:32]
	}
	s.Time = p.cfg.Now().UnixMilli()
	p.mu.Lock()
	p.status = s
	p.mu.Unlock()
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// Members are the other nodes that are up as far as the pool knows and that
// the Register names now, by center.
func (p *Pool) Members() []Member {
	p.mu.Lock()
	defer p.mu.Unlock()
	var members []Member
	for _, h := range p.here {
		if p.stands(h) == nil {
			members = append(members, h.Member)
		}
	}
	slices.SortFunc(members, func(a, b Member) int { return strings.Compare(string(a.Center), string(b.Center)) })
	return members
}

// SetKeys changes the pool's keys, newest first. Keep the one before for some
// days, or nodes that have not heard of the new one drop out until they have.
func (p *Pool) SetKeys(keys [][]byte) error {
	if len(keys) == 0 {
		return refusal.Newf(refusal.Malformed, "rotate the key of pool "+p.cfg.Pool, "", "no key at all")
	}
	for _, key := range keys {
		if err := p.keyring.AddKey(key); err != nil {
			return fmt.Errorf("rotate the key of pool %s: %w", p.cfg.Pool, err)
		}
	}
	if err := p.keyring.UseKey(keys[0]); err != nil {
		return fmt.Errorf("rotate the key of pool %s: %w", p.cfg.Pool, err)
	}
	for _, old := range p.keyring.GetKeys() {
		if !slices.ContainsFunc(keys, func(k []byte) bool { return string(k) == string(old) }) {
			if err := p.keyring.RemoveKey(old); err != nil {
				return fmt.Errorf("rotate the key of pool %s: %w", p.cfg.Pool, err)
			}
		}
	}
	return nil
}

func name(c area.Center, incarnation uint32) string {
	return string(c) + "." + strconv.FormatUint(uint64(incarnation), 10)
}

func parseName(s string) (area.Center, uint32, error) {
	center, number, ok := strings.Cut(s, ".")
	c, err := area.ParseCenter(center)
	if !ok || err != nil {
		return "", 0, fmt.Errorf("%.60q names no center and incarnation", s)
	}
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil {
		return "", 0, fmt.Errorf("%.60q names no center and incarnation", s)
	}
	return c, uint32(n), nil
}
