package wire

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// memoryWindow is how many bytes one direction of a stream holds before its
// writer waits for its reader.
const memoryWindow = 256 << 10

// memoryConn is one end of a stream of Memory: what it reads the other end
// wrote.
type memoryConn struct {
	in, out       *half
	local, remote memoryAddr
	onClose       func()
	once          sync.Once
}

var _ net.Conn = (*memoryConn)(nil)

func newMemoryConns(a, b string) (*memoryConn, *memoryConn) {
	ab, ba := newHalf(), newHalf()
	return &memoryConn{in: ba, out: ab, local: memoryAddr(a), remote: memoryAddr(b)},
		&memoryConn{in: ab, out: ba, local: memoryAddr(b), remote: memoryAddr(a)}
}

func (c *memoryConn) Read(p []byte) (int, error)  { return c.in.read(p) }
func (c *memoryConn) Write(p []byte) (int, error) { return c.out.write(p) }
func (c *memoryConn) LocalAddr() net.Addr         { return c.local }
func (c *memoryConn) RemoteAddr() net.Addr        { return c.remote }

// CloseWrite tells the other end that nothing more comes.
func (c *memoryConn) CloseWrite() error {
	c.out.set(func(h *half) { h.ended = true })
	return nil
}

// Close ends both directions; the other end still reads what was written.
func (c *memoryConn) Close() error {
	c.once.Do(func() {
		c.out.set(func(h *half) { h.ended = true })
		c.in.set(func(h *half) { h.readerGone, h.buf = true, nil })
		c.onClose()
	})
	return nil
}

// reset breaks both directions at once; what was under way is lost.
func (c *memoryConn) reset() {
	for _, h := range []*half{c.in, c.out} {
		h.set(func(h *half) { h.broken, h.buf = true, nil })
	}
}

func (c *memoryConn) SetDeadline(t time.Time) error {
	c.in.setDeadline(&c.in.readBy, t)
	c.out.setDeadline(&c.out.writeBy, t)
	return nil
}

func (c *memoryConn) SetReadDeadline(t time.Time) error {
	c.in.setDeadline(&c.in.readBy, t)
	return nil
}

func (c *memoryConn) SetWriteDeadline(t time.Time) error {
	c.out.setDeadline(&c.out.writeBy, t)
	return nil
}

type memoryAddr string

func (memoryAddr) Network() string  { return "memory" }
func (a memoryAddr) String() string { return string(a) }

// half is one direction of a stream.
type half struct {
	mu         sync.Mutex
	changed    *sync.Cond
	buf        []byte
	ended      bool // the writer writes no more
	readerGone bool // the reader has closed its end
	broken     bool // the line was cut
	readBy     deadline
	writeBy    deadline
}

type deadline struct {
	at    time.Time
	timer *time.Timer
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func newHalf() *half {
	h := &half{}
	h.changed = sync.NewCond(&h.mu)
	return h
}

func (h *half) set(change func(*half)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	change(h)
	h.changed.Broadcast()
}

// setDeadline moves a deadline, for calls that already wait too.
func (h *half) setDeadline(d *deadline, at time.Time) {
	h.set(func(h *half) {
		if d.timer != nil {
			d.timer.Stop()
			d.timer = nil
		}
		d.at = at
		if wait := time.Until(at); !at.IsZero() && wait > 0 && !h.broken {
			d.timer = time.AfterFunc(wait, func() { h.set(func(*half) {}) })
		}
	})
}

func (h *half) read(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for {
		switch {
		case h.readerGone:
			return 0, net.ErrClosed
		case h.broken:
			return 0, syscall.ECONNRESET
		case h.readBy.passed():
			return 0, os.ErrDeadlineExceeded
		case len(h.buf) > 0:
			n := copy(p, h.buf)
			h.buf = h.buf[n:]
			h.changed.Broadcast()
			return n, nil
		case h.ended:
			return 0, io.EOF
		case len(p) == 0:
			return 0, nil
		}
		h.changed.Wait()
	}
}

func (h *half) write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	written := 0
	for {
		switch {
		case h.ended:
			return written, net.ErrClosed
		case h.broken:
			return written, syscall.ECONNRESET
		case h.readerGone:
			return written, syscall.EPIPE
		case h.writeBy.passed():
			return written, os.ErrDeadlineExceeded
		}
		if free := memoryWindow - len(h.buf); free > 0 {
			n := min(free, len(p)-written)
			h.buf = append(h.buf, p[written:written+n]...)
			written += n
			h.changed.Broadcast()
		}
		if written == len(p) {
			return written, nil
		}
		h.changed.Wait()
	}
}
