package wire

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func echo(_ context.Context, _ string, s net.Conn) { io.Copy(s, s) }

func dial(t *testing.T, n Network, to string) net.Conn {
	t.Helper()
	c, err := n.Dial(t.Context(), to, "/echo/1")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func TestMemoryCarriesStreams(t *testing.T) {
	m := NewMemory()
	defer m.Close()
	a, b := m.Join("a"), m.Join("b")
	b.Handle("/echo/1", echo)
	c := dial(t, a, "b")
	sent := bytes.Repeat([]byte("0123456789"), memoryWindow/5) // twice the window
	go func() {
		c.Write(sent)
		c.(interface{ CloseWrite() error }).CloseWrite()
	}()
	got, err := io.ReadAll(c)
	if err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("got %d bytes, %v; want %d", len(got), err, len(sent))
	}
	if c.RemoteAddr().String() != "b" {
		t.Fatalf("remote is %s", c.RemoteAddr())
	}
}

func TestMemoryTellsWhoDials(t *testing.T) {
	m := NewMemory()
	defer m.Close()
	a, b := m.Join("a"), m.Join("b")
	b.Handle("/echo/1", func(_ context.Context, from string, s net.Conn) { WriteFrame(s, from) })
	var from string
	if err := ReadFrame(bufio.NewReader(dial(t, a, "b")), 0, &from); err != nil || from != "a" {
		t.Fatalf("from %q, %v", from, err)
	}
}

func TestMemoryCutAndHeal(t *testing.T) {
	tests := []struct {
		name      string
		cut, heal func(*Memory)
	}{
		{"cut", func(m *Memory) { m.Cut("b", "a") }, func(m *Memory) { m.Heal("a", "b") }},
		{"isolate", func(m *Memory) { m.Isolate("b") }, func(m *Memory) { m.Reconnect("b") }},
		{"all", func(m *Memory) { m.Cut("a", "b"); m.Isolate("a") }, func(m *Memory) { m.HealAll() }},
		{"leave", func(m *Memory) { m.Leave("b") }, func(m *Memory) { m.Join("b").Handle("/echo/1", echo) }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := NewMemory()
			defer m.Close()
			a, b := m.Join("a"), m.Join("b")
			b.Handle("/echo/1", echo)
			c := dial(t, a, "b")
			read := make(chan error, 1)
			go func() { _, err := c.Read(make([]byte, 1)); read <- err }()
			test.cut(m)
			if err := <-read; !errors.Is(err, syscall.ECONNRESET) {
				t.Fatalf("the waiting read got %v", err)
			}
			if _, err := a.Dial(t.Context(), "b", "/echo/1"); !errors.Is(err, ErrUnreachable) {
				t.Fatalf("dial got %v", err)
			}
			test.heal(m)
			dial(t, a, "b")
		})
	}
}

func TestMemoryDeadlines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory()
		defer m.Close()
		a, b := m.Join("a"), m.Join("b")
		b.Handle("/echo/1", func(ctx context.Context, _ string, _ net.Conn) { <-ctx.Done() })
		c, err := a.Dial(t.Context(), "b", "/echo/1")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		start := time.Now()
		c.SetDeadline(start.Add(time.Minute))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("read got %v", err)
		}
		if _, err := c.Write(make([]byte, memoryWindow+1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("write got %v", err)
		}
		c.SetDeadline(time.Time{})
		time.AfterFunc(time.Hour, func() { c.SetReadDeadline(time.Now()) }) // a waiting call hears of it
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("read got %v", err)
		}
		if got := time.Since(start); got != time.Minute+time.Hour {
			t.Fatalf("took %s", got)
		}
		if ne, ok := errors.AsType[net.Error](os.ErrDeadlineExceeded); !ok || !ne.Timeout() {
			t.Fatal("a passed deadline is not a timeout")
		}
	})
}

func TestMemoryClose(t *testing.T) {
	m := NewMemory()
	a, b := m.Join("a"), m.Join("b")
	started := make(chan struct{})
	b.Handle("/echo/1", func(ctx context.Context, _ string, s net.Conn) {
		s.Write([]byte("x"))
		close(started)
		<-ctx.Done()
	})
	c := dial(t, a, "b")
	<-started
	c.Close()
	if _, err := c.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Fatalf("read of a closed stream got %v", err)
	}
	m.Close()
	if _, err := a.Dial(t.Context(), "b", "/echo/1"); !errors.Is(err, ErrUnreachable) {
		t.Fatalf("dial after close got %v", err)
	}
}
