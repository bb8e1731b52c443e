package peers

import (
	"net"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	manet "github.com/multiformats/go-multiaddr/net"
)

// conn is a libp2p stream as a net.Conn. Until its user sets a deadline (a
// zero one too) each read and write gets one of its own: a peer that answers
// no more can hold nobody for ever.
type conn struct {
	stream      network.Stream
	idle, write time.Duration
	ownRead     atomic.Bool // the user has set a read deadline
	ownWrite    atomic.Bool
}

var _ net.Conn = (*conn)(nil)

func newConn(s network.Stream, t Timing) *conn {
	return &conn{stream: s, idle: t.Idle, write: t.Write}
}

func (c *conn) Read(b []byte) (int, error) {
	if !c.ownRead.Load() {
		c.stream.SetReadDeadline(time.Now().Add(c.idle)) // the network's time, not the node's
	}
	return c.stream.Read(b)
}

func (c *conn) Write(b []byte) (int, error) {
	if !c.ownWrite.Load() {
		c.stream.SetWriteDeadline(time.Now().Add(c.write))
	}
	return c.stream.Write(b)
}

// CloseWrite says that nothing more comes; the other end reads io.EOF.
func (c *conn) CloseWrite() error { return c.stream.CloseWrite() }

// Reset throws away what is on the way and tells the other end at once.
func (c *conn) Reset() error { return c.stream.Reset() }

// Close ends both directions. What was written still arrives.
func (c *conn) Close() error { return c.stream.Close() }

func (c *conn) SetDeadline(t time.Time) error {
	c.ownRead.Store(true)
	c.ownWrite.Store(true)
	return c.stream.SetDeadline(t)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.ownRead.Store(true)
	return c.stream.SetReadDeadline(t)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.ownWrite.Store(true)
	return c.stream.SetWriteDeadline(t)
}

func (c *conn) LocalAddr() net.Addr {
	if a, err := manet.ToNetAddr(c.stream.Conn().LocalMultiaddr()); err == nil {
		return a
	}
	return peerAddr(c.stream.Conn().LocalPeer().String())
}

func (c *conn) RemoteAddr() net.Addr {
	if a, err := manet.ToNetAddr(c.stream.Conn().RemoteMultiaddr()); err == nil {
		return a
	}
	return peerAddr(c.stream.Conn().RemotePeer().String())
}

// peerAddr stands in where a stream runs over something without an address.
type peerAddr string

func (peerAddr) Network() string  { return "libp2p" }
func (a peerAddr) String() string { return string(a) }
