package feed

import (
	"bufio"
	"context"
	"net"
	"slices"
	"strings"
	"time"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// heavyPush is the size, in bytes, from which pushes take turns, so that
// hundreds of children far behind do not each hold a large one in memory.
const heavyPush = 64 << 10

// child is a follower that is being fed.
type child struct {
	end   context.CancelFunc
	since time.Time
	sent  uint64 // guarded by Service.mu
}

// announce wakes the children when there is a newer certificate, one pass for
// all of them, and not at every record that has none yet.
func (s *Service) announce(ctx context.Context) {
	for {
		changed := s.cfg.Journal.Changed()
		newest, _ := s.cfg.Journal.NewestCertificate()
		s.mu.Lock()
		if index := newest.Checkpoint.Head.Index; index > s.fed {
			s.fed = index
			close(s.announced)
			s.announced = make(chan struct{})
		}
		s.mu.Unlock()
		select {
		case <-changed:
		case <-s.moved:
		case <-ctx.Done():
			return
		}
	}
}

// serve feeds one follower. It is the only goroutine of that stream: a child
// that is gone shows at the next push or sign of life.
func (s *Service) serve(ctx context.Context, from string, stream net.Conn) {
	ctx, c, err := s.admit(ctx, from)
	if err != nil {
		s.turnAway(stream, from, err)
		return
	}
	defer s.dismiss(from, c)
	defer context.AfterFunc(ctx, func() { stream.Close() })()
	at, err := s.welcome(stream)
	if err != nil {
		s.turnAway(stream, from, err)
		return
	}
	s.log.Debug("feeding", "child", from, "from", at.have+1)
	err = s.feed(ctx, c, stream, at)
	if ctx.Err() == nil {
		s.log.Debug("child lost", "child", from, "error", err)
	}
}

// admit registers a child. A second stream of one center ends the first: the
// center has restarted, or its end of the line broke unnoticed.
func (s *Service) admit(ctx context.Context, from string) (context.Context, *child, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running == nil || s.running.Err() != nil {
		return ctx, nil, refusal.Newf(refusal.Unavailable, "", "", "not feeding")
	}
	old := s.children[from]
	if old == nil && len(s.children) >= s.cfg.MaxChildren {
		return ctx, nil, refusal.Newf(refusal.Unavailable, "", "", "this node feeds %d others already", len(s.children))
	}
	if old != nil {
		old.end()
	}
	ctx, end := context.WithCancel(ctx)
	stop := context.AfterFunc(s.running, end)
	c := &child{end: func() { stop(); end() }, since: s.cfg.Now()}
	s.children[from] = c
	return ctx, c, nil
}

func (s *Service) dismiss(from string, c *child) {
	c.end()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.children[from] == c {
		delete(s.children, from)
	}
}

// welcome reads the hello and answers it.
func (s *Service) welcome(stream net.Conn) (place, error) {
	if err := stream.SetDeadline(time.Now().Add(dialTimeout)); err != nil {
		return place{}, err
	}
	var h Hello
	if err := wire.ReadFrame(bufio.NewReaderSize(stream, 512), maxHello, &h); err != nil {
		return place{}, refusal.New(refusal.Malformed, "read hello", "", err)
	}
	if err := greet(s.cfg.Journal, h); err != nil {
		return place{}, err
	}
	at := place{h.Head.Index, h.Certified}
	// A source that cannot go on must not look like one that has nothing new.
	if _, err := s.frames.next(at); err != nil {
		return place{}, err
	}
	newest, _ := s.cfg.Journal.NewestCertificate()
	return at, wire.WriteFrame(stream, Welcome{Reached: newest.Checkpoint.Head.Index})
}

// turnAway tells a follower why it is not fed.
func (s *Service) turnAway(stream net.Conn, from string, err error) {
	code := refusal.CodeOf(err)
	if code == "" {
		code = refusal.Unavailable
	}
	s.log.Warn("follower refused", "child", from, "code", code, "reason", err)
	if err := stream.SetDeadline(time.Now().Add(dialTimeout)); err != nil {
		return
	}
	if err := wire.WriteFrame(stream, Welcome{Code: code, Reason: err.Error()}); err != nil {
		s.log.Debug("refusal not sent", "child", from, "error", err)
	}
}

// feed pushes until the stream or ctx ends. The write deadline and the
// stream's own flow control hold back for a slow child; nothing queues here.
func (s *Service) feed(ctx context.Context, c *child, stream net.Conn, at place) error {
	alive := time.NewTimer(s.cfg.SignOfLife)
	defer alive.Stop()
	for {
		s.mu.Lock()
		announced := s.announced
		c.sent = at.have
		s.mu.Unlock()
		next, err := s.frames.next(at)
		if err != nil {
			return err
		}
		if next != nil {
			if err := s.send(ctx, stream, next.bytes); err != nil {
				return err
			}
			at = next.push
			alive.Reset(s.cfg.SignOfLife)
			continue
		}
		select {
		case <-announced:
		case <-alive.C:
			if err := s.send(ctx, stream, signOfLife(s.cfg.Journal)); err != nil {
				return err
			}
			alive.Reset(s.cfg.SignOfLife)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (s *Service) send(ctx context.Context, stream net.Conn, frame []byte) error {
	if len(frame) >= heavyPush {
		select {
		case s.heavy <- struct{}{}:
			defer func() { <-s.heavy }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := stream.SetDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err := stream.Write(frame)
	return err
}

func sortChildren(c []ChildStatus) {
	slices.SortFunc(c, func(a, b ChildStatus) int { return strings.Compare(a.Center, b.Center) })
}
