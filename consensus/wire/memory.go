package wire

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
)

// ErrUnreachable says that no stream to a center can be opened now.
var ErrUnreachable = errors.New("unreachable")

// Memory is a network inside one process: every center that joins gets a
// Network whose streams reach the others. Its lines can be cut and healed, so
// that simulations and tests drive real protocols through real partitions.
// Streams are buffered, keep deadlines, and break at once when their line is
// cut or one of their ends leaves. Safe for concurrent use.
type Memory struct {
	mu       sync.Mutex
	members  map[string]*member
	cut      map[line]bool
	isolated map[string]bool
	running  sync.WaitGroup // handlers
}

// line is a pair of centers, the lesser name first.
type line struct{ a, b string }

func lineOf(a, b string) line { return line{min(a, b), max(a, b)} }

// NewMemory makes a network that nobody has joined.
func NewMemory() *Memory {
	return &Memory{
		members:  map[string]*member{},
		cut:      map[line]bool{},
		isolated: map[string]bool{},
	}
}

// Join brings a center in and returns its view of the network. Whoever joins
// under a name again, as after a restart, first leaves.
func (m *Memory) Join(center string) Network {
	m.Leave(center)
	ctx, cancel := context.WithCancel(context.Background())
	n := &member{
		memory: m, center: center, ctx: ctx, cancel: cancel,
		handlers: map[string]Handler{}, streams: map[*memoryConn]string{},
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.members[center] = n
	return n
}

// Leave takes a center out: its streams break, the context of its handlers
// ends, and its Network dials no more. It does not wait for the handlers.
func (m *Memory) Leave(center string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := m.members[center]
	if n == nil {
		return
	}
	delete(m.members, center)
	n.cancel()
	n.breakLocked(func(string) bool { return true })
}

// Close takes everybody out and waits until every handler has returned. Not
// to be called from a handler.
func (m *Memory) Close() {
	m.mu.Lock()
	var all []string
	for center := range m.members {
		all = append(all, center)
	}
	m.mu.Unlock()
	for _, center := range all {
		m.Leave(center)
	}
	m.running.Wait()
}

// Cut severs the line between two centers, both ways, and breaks its streams.
func (m *Memory) Cut(a, b string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cut[lineOf(a, b)] = true
	m.enforceLocked()
}

// Heal mends what Cut severed.
func (m *Memory) Heal(a, b string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.cut, lineOf(a, b))
}

// Isolate cuts a center off from all others, those that join later too.
func (m *Memory) Isolate(center string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.isolated[center] = true
	m.enforceLocked()
}

// Reconnect ends Isolate; lines that were cut one by one stay cut.
func (m *Memory) Reconnect(center string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.isolated, center)
}

// HealAll mends every cut and ends every isolation.
func (m *Memory) HealAll() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.cut)
	clear(m.isolated)
}

func (m *Memory) openLocked(a, b string) bool {
	return a == b || !m.cut[lineOf(a, b)] && !m.isolated[a] && !m.isolated[b]
}

// enforceLocked breaks every stream whose line is no longer open.
func (m *Memory) enforceLocked() {
	for _, n := range m.members {
		n.breakLocked(func(peer string) bool { return !m.openLocked(n.center, peer) })
	}
}

// member is one center's Network.
type member struct {
	memory *Memory
	center string
	ctx    context.Context
	cancel context.CancelFunc
	// Guarded by memory.mu.
	handlers map[string]Handler
	streams  map[*memoryConn]string // this center's ends, with the peer
}

var _ Network = (*member)(nil)

func (n *member) breakLocked(which func(peer string) bool) {
	for c, peer := range n.streams {
		if which(peer) {
			c.reset()
			delete(n.streams, c)
		}
	}
}

// Handle implements Network.
func (n *member) Handle(protocol string, h Handler) {
	n.memory.mu.Lock()
	defer n.memory.mu.Unlock()
	n.handlers[protocol] = h
}

// Dial implements Network.
func (n *member) Dial(ctx context.Context, center, protocol string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("dial %s for %s: %w", center, protocol, err)
	}
	m := n.memory
	m.mu.Lock()
	defer m.mu.Unlock()
	peer := m.members[center]
	switch {
	case m.members[n.center] != n:
		return nil, fmt.Errorf("dial %s: %w (%s has left)", center, ErrUnreachable, n.center)
	case peer == nil || !m.openLocked(n.center, center):
		return nil, fmt.Errorf("dial %s: %w", center, ErrUnreachable)
	case peer.handlers[protocol] == nil:
		return nil, fmt.Errorf("dial %s: %w (it does not speak %s)", center, ErrUnreachable, protocol)
	}
	near, far := newMemoryConns(n.center, center)
	near.onClose = func() { m.forget(n, near) }
	far.onClose = func() { m.forget(peer, far) }
	n.streams[near] = center
	peer.streams[far] = n.center
	m.running.Add(1)
	go func(h Handler) {
		defer m.running.Done()
		defer far.Close()
		h(peer.ctx, n.center, far)
	}(peer.handlers[protocol])
	return near, nil
}

func (m *Memory) forget(n *member, c *memoryConn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(n.streams, c)
}
