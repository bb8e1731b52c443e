package quorum

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"tongban/consensus/wire"
)

// idleWait is how long an accepted stream may stay silent. Raft pools streams
// that it seldom uses; one that was closed meanwhile costs a retry.
const idleWait = 10 * time.Minute

// errSevered says that this voter has cut itself off.
var errSevered = errors.New("the voter is closed")

// streams is raft.StreamLayer over a wire.Network. A server's address and its
// id are both the center.
type streams struct {
	self    string
	network wire.Network
	allowed func(center string) bool
	rpcWait time.Duration
	log     *slog.Logger

	accepted chan net.Conn
	closed   context.Context // ended: no more is accepted
	close    context.CancelFunc
	severed  context.Context // ended: nothing gets in or out
	cut      context.CancelFunc

	mu   sync.Mutex
	open map[*stream]struct{}
}

var _ raft.StreamLayer = (*streams)(nil)

func newStreams(self string, network wire.Network, allowed func(string) bool, rpcWait time.Duration, log *slog.Logger) *streams {
	s := &streams{
		self: self, network: network, allowed: allowed, rpcWait: rpcWait, log: log,
		accepted: make(chan net.Conn), open: map[*stream]struct{}{},
	}
	s.severed, s.cut = context.WithCancel(context.Background())
	s.closed, s.close = context.WithCancel(s.severed)
	return s
}

// serve is the wire.Handler of RaftProtocol: it holds the stream until Raft is
// done with it.
func (s *streams) serve(ctx context.Context, from string, conn net.Conn) {
	if !s.allowed(from) {
		s.log.Warn("raft stream refused: not a voter", "center", from)
		return
	}
	in, err := s.wrap(conn, true)
	if err != nil {
		return
	}
	defer in.Close()
	select {
	case s.accepted <- in:
	case <-s.closed.Done():
		return
	case <-ctx.Done():
		return
	}
	select {
	case <-in.done:
	case <-ctx.Done():
	}
}

// Accept implements net.Listener.
func (s *streams) Accept() (net.Conn, error) {
	select {
	case c := <-s.accepted:
		return c, nil
	case <-s.closed.Done():
		return nil, net.ErrClosed
	}
}

// Dial implements raft.StreamLayer.
func (s *streams) Dial(to raft.ServerAddress, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(s.severed, timeout)
	defer cancel()
	conn, err := s.network.Dial(ctx, string(to), RaftProtocol)
	if err != nil {
		return nil, err
	}
	return s.wrap(conn, false)
}

// Close implements net.Listener: streams that are open stay so.
func (s *streams) Close() error {
	s.close()
	return nil
}

// sever cuts this voter off at once, whatever Raft's goroutines are doing:
// a leader whose disk hangs would otherwise go on sending heartbeats.
func (s *streams) sever() {
	s.mu.Lock()
	s.cut()
	var open []*stream
	for c := range s.open {
		open = append(open, c)
	}
	s.mu.Unlock()
	for _, c := range open {
		c.Close()
	}
}

// Addr implements net.Listener.
func (s *streams) Addr() net.Addr { return centerAddr(s.self) }

type centerAddr string

func (centerAddr) Network() string  { return "center" }
func (a centerAddr) String() string { return string(a) }

func (s *streams) wrap(conn net.Conn, in bool) (*stream, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.severed.Err() != nil {
		conn.Close()
		return nil, errSevered
	}
	c := &stream{Conn: conn, layer: s, in: in, done: make(chan struct{})}
	s.open[c] = struct{}{}
	return c, nil
}

// stream gives deadlines to what Raft reads and writes without one: all that
// it accepts. It sets its own on what it dials.
type stream struct {
	net.Conn
	layer *streams
	in    bool
	once  sync.Once
	done  chan struct{}
}

func (c *stream) Read(p []byte) (int, error) {
	if c.in {
		if err := c.Conn.SetReadDeadline(time.Now().Add(idleWait)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Read(p)
}

func (c *stream) Write(p []byte) (int, error) {
	if c.in {
		if err := c.Conn.SetWriteDeadline(time.Now().Add(c.layer.rpcWait)); err != nil {
			return 0, err
		}
	}
	return c.Conn.Write(p)
}

func (c *stream) Close() error {
	err := net.ErrClosed
	c.once.Do(func() {
		c.layer.mu.Lock()
		delete(c.layer.open, c)
		c.layer.mu.Unlock()
		err = c.Conn.Close()
		close(c.done)
	})
	return err
}

// transport is Raft's own network transport but for two things: heartbeats
// take the main road (see DESIGN.md), and the rare calls, which may find a
// pooled stream that broke long ago, are tried twice.
type transport struct {
	*raft.NetworkTransport
	contacts contacts
}

var (
	_ raft.Transport   = (*transport)(nil)
	_ raft.WithPreVote = (*transport)(nil)
	_ raft.WithClose   = (*transport)(nil)
)

// SetHeartbeatHandler implements raft.Transport and does nothing: a heartbeat
// handled beside Raft's main goroutine can raise the term under it.
func (t *transport) SetHeartbeatHandler(func(raft.RPC)) {}

func (t *transport) AppendEntries(id raft.ServerID, to raft.ServerAddress, req *raft.AppendEntriesRequest, resp *raft.AppendEntriesResponse) error {
	err := t.NetworkTransport.AppendEntries(id, to, req, resp)
	if err == nil {
		t.contacts.note(string(id))
	}
	return err
}

func (t *transport) RequestVote(id raft.ServerID, to raft.ServerAddress, req *raft.RequestVoteRequest, resp *raft.RequestVoteResponse) error {
	return twice(func() error { return t.NetworkTransport.RequestVote(id, to, req, resp) })
}

func (t *transport) RequestPreVote(id raft.ServerID, to raft.ServerAddress, req *raft.RequestPreVoteRequest, resp *raft.RequestPreVoteResponse) error {
	return twice(func() error { return t.NetworkTransport.RequestPreVote(id, to, req, resp) })
}

func (t *transport) TimeoutNow(id raft.ServerID, to raft.ServerAddress, req *raft.TimeoutNowRequest, resp *raft.TimeoutNowResponse) error {
	return twice(func() error { return t.NetworkTransport.TimeoutNow(id, to, req, resp) })
}

func twice(rpc func() error) error {
	if err := rpc(); err == nil {
		return nil
	}
	return rpc()
}

// contacts remembers when each follower last answered this leader.
type contacts struct {
	mu   sync.Mutex
	last map[string]time.Time
}

func (c *contacts) note(center string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil {
		c.last = map[string]time.Time{}
	}
	c.last[center] = time.Now()
}

func (c *contacts) at(center string) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last[center]
}
