package feed

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// client drives a Follower: it owns the streams to sources and the timer, and
// hands batches to the journal. One goroutine runs it; each stream, of which
// there are two at most, has one more that reads.
type client struct {
	*Service
	core    *Follower
	links   map[string]*stream
	events  chan event
	tasks   sync.WaitGroup
	sources []string
	at      chain.Head // what core was told last
	newest  uint64     // certificate, likewise
}

// stream is one stream to a source.
type stream struct {
	source string
	end    context.CancelFunc
}

// event is what a stream says. One of a stream that was closed is dropped.
type event struct {
	of *stream
	in Input
}

func newClient(s *Service) *client {
	at := position(s.cfg.Journal)
	return &client{
		Service: s,
		core:    NewFollower(s.cfg.Journal.Realm(), at, s.cfg.Founders, s.cfg.Delays, s.cfg.Rand),
		links:   map[string]*stream{}, events: make(chan event),
		at: at.Head, newest: at.Certified,
	}
}

// run follows until ctx ends or the journal has diverged.
func (c *client) run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer c.tasks.Wait()
	defer cancel()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	var in Input // the next one, if any
	for {
		err := c.sync(ctx)
		if err == nil && in != nil {
			err = c.step(ctx, in)
		}
		if err == nil {
			err = c.sync(ctx) // the directory may name other sources now
		}
		if err != nil {
			return err
		}
		c.report()
		if deadline := c.core.Deadline(); deadline.IsZero() {
			timer.Stop()
		} else {
			timer.Reset(max(0, deadline.Sub(c.cfg.Now())))
		}
		in = nil
		select {
		case e := <-c.events:
			if c.links[e.of.source] == e.of {
				in = e.in
			}
		case <-c.woken:
			in = Woken{}
		case <-timer.C:
			in = Tick{}
		case <-ctx.Done():
			return nil
		}
	}
}

// sync tells the core where the journal stands and which sources there are,
// if that changed.
func (c *client) sync(ctx context.Context) error {
	newest, _ := c.cfg.Journal.NewestCertificate()
	if c.cfg.Journal.Head() != c.at || newest.Checkpoint.Head.Index != c.newest {
		if err := c.step(ctx, c.moved()); err != nil {
			return err
		}
	}
	if sources := c.cfg.Sources(); !slices.Equal(sources, c.sources) {
		c.sources = slices.Clone(sources)
		return c.step(ctx, Sources{c.sources})
	}
	return nil
}

func (c *client) moved() Moved {
	at := position(c.cfg.Journal)
	c.at, c.newest = at.Head, at.Certified
	return Moved{at}
}

// step feeds the core and carries out what it says.
func (c *client) step(ctx context.Context, in Input) error {
	for _, out := range c.core.Step(c.cfg.Now(), in) {
		switch out := out.(type) {
		case Open:
			c.open(ctx, out)
		case Close:
			if l := c.links[out.Source]; l != nil {
				l.end()
				delete(c.links, out.Source)
			}
		case Refuse:
			c.refused(out)
		case Halt:
			return out.Err
		case Apply:
			next, err := c.apply(out)
			if err != nil {
				return err
			}
			if err := c.step(ctx, next); err != nil {
				return err
			}
		}
	}
	return nil
}

// apply hands a batch to the journal and says what came of it.
func (c *client) apply(out Apply) (Input, error) {
	journal, cert := c.cfg.Journal, out.Batch.Certificate
	var err error
	if len(out.Batch.Records) > 0 {
		err = journal.Ingest(out.Batch.Records, cert)
	}
	want := cert.Checkpoint.Head
	if got, ok := journal.HeadAt(want.Index); err == nil && (!ok || got != want.Hash) {
		err = fmt.Errorf("the records up to %d were taken in without an error, but do not stand there", want.Index)
	}
	if _, ok := journal.CertificateAt(want.Index); err == nil && !ok {
		err = journal.SaveCertificate(cert)
	}
	switch {
	case errors.Is(err, chain.ErrDiverged):
		return nil, fmt.Errorf("apply records from %s up to %d: %w", out.Source, want.Index, err)
	case err != nil:
		c.log.Error("journal not extended", "up to", want.Index, "from", out.Source, "error", err)
		c.setError(err.Error())
		return NotApplied{err}, nil
	}
	c.setError("")
	c.Announce()
	return c.moved(), nil
}

func (c *client) setError(text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.Error = text
}

// refused logs a refusal and keeps the newest of each source for Status.
func (c *client) refused(out Refuse) {
	c.log.Warn("source left", "source", out.Source, "code", out.Err.Code, "reason", out.Err.Error(), "until", out.Until)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status.Refused = slices.DeleteFunc(c.status.Refused, func(r RefusedSource) bool {
		return r.Source == out.Source || !slices.Contains(c.sources, r.Source)
	})
	c.status.Refused = append(c.status.Refused, RefusedSource{out.Source, out.Err.Code, out.Err.Error(), out.Until})
}

// report brings Status up to date.
func (c *client) report() {
	source, reached := c.core.Source()
	c.mu.Lock()
	defer c.mu.Unlock()
	if source != c.status.Source {
		c.status.Source, c.status.Since = source, c.cfg.Now()
		if source != "" {
			c.log.Info("following", "source", source)
		}
	}
	c.status.Reached = reached
	if source != "" {
		c.status.Heard = c.core.Heard()
		c.status.Refused = slices.DeleteFunc(c.status.Refused, func(r RefusedSource) bool { return r.Source == source })
	}
}

// open starts the goroutine of a stream.
func (c *client) open(ctx context.Context, out Open) {
	ctx, end := context.WithCancel(ctx)
	l := &stream{out.Source, end}
	c.links[out.Source] = l
	say := func(in Input) bool {
		select {
		case c.events <- event{l, in}:
			return true
		case <-ctx.Done():
			return false
		}
	}
	c.tasks.Go(func() {
		defer end()
		say(Failed{out.Source, c.read(ctx, out, say)})
	})
}

// read opens a stream, greets, and reads pushes until it breaks. It holds one
// push at a time: what the journal has not taken yet waits at the source.
func (c *client) read(ctx context.Context, out Open, say func(Input) bool) error {
	conn, reader, welcome, err := c.greet(ctx, out)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if !say(Opened{out.Source, welcome.Reached}) {
		return ctx.Err()
	}
	for {
		// The core watches for silence; this only ends a read that it forgot.
		if err := conn.SetReadDeadline(time.Now().Add(2 * c.core.delays.Silence)); err != nil {
			return err
		}
		var p Push
		if err := wire.ReadFrame(reader, wire.MaxFrame, &p); err != nil {
			return err
		}
		if !say(Pushed{out.Source, p}) {
			return ctx.Err()
		}
	}
}

func (c *client) greet(ctx context.Context, out Open) (net.Conn, *bufio.Reader, Welcome, error) {
	var w Welcome
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	conn, err := c.cfg.Network.Dial(ctx, out.Source, Protocol)
	if err != nil {
		return nil, nil, w, err
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	reader := bufio.NewReader(conn)
	err = conn.SetDeadline(time.Now().Add(dialTimeout))
	if err == nil {
		err = wire.WriteFrame(conn, out.Hello)
	}
	if err == nil {
		err = wire.ReadFrame(reader, maxHello, &w)
	}
	if err == nil && w.Code != "" {
		err = refusal.Newf(w.Code, "", "", "it answers: %s", w.Reason)
	}
	if err != nil {
		conn.Close()
		return nil, nil, w, err
	}
	return conn, reader, w, nil
}
