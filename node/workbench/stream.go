package workbench

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// maxStreams bounds how many streams one account holds open; a browser opens
// one for each page that stands.
const maxStreams = 12

type streams struct {
	mu   sync.Mutex
	open map[string]int // by login
}

func (s *streams) enter(login string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[login] >= maxStreams {
		return false
	}
	s.open[login]++
	return true
}

func (s *streams) leave(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open[login]--; s.open[login] <= 0 {
		delete(s.open, login)
	}
}

// sendTime is how long a browser has for taking one line of a stream.
const sendTime = 20 * time.Second

// Stream answers with server-sent events until the page is left, the node
// stops, or nobody is signed in any more, which it looks at with every beat: do's
// context ends then, and do returns. do may call say from its own goroutine
// only. What it fails with is logged: an answer that has begun can't say it.
func (c *Call) Stream(beat time.Duration, do func(ctx context.Context, say func(event, data string) error) error) error {
	s := c.room.shell
	if !s.streams.enter(c.Who.Login) {
		c.W.WriteHeader(http.StatusNoContent) // the browser does not come back
		return nil
	}
	defer s.streams.leave(c.Who.Login)
	c.W.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	ctx, stop := context.WithCancel(c.Context())
	lines := make(chan string)
	var sending sync.WaitGroup
	sending.Go(func() {
		defer stop()
		c.send(ctx, beat, lines)
	})
	defer sending.Wait() // nothing is written once the call is over
	defer stop()
	err := do(ctx, func(event, data string) error {
		select {
		case lines <- "event: " + event + "\ndata: " + strings.ReplaceAll(data, "\n", " ") + "\n\n":
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	if err != nil && ctx.Err() == nil {
		s.Log.Error("a stream broke off", "path", c.URL.Path, "err", err)
	}
	return nil
}

// send sends the lines of a stream, and a sign of life with every beat, until it
// is over or whoever opened it sits there no more.
func (c *Call) send(ctx context.Context, beat time.Duration, lines <-chan string) {
	out := http.NewResponseController(c.W)
	send := func(text string) bool {
		out.SetWriteDeadline(time.Now().Add(sendTime)) //nolint:errcheck // a recorder in a test has no connection
		defer out.SetWriteDeadline(time.Time{})        //nolint:errcheck
		_, err := io.WriteString(c.W, text)
		return err == nil && out.Flush() == nil
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for alive := send(": here\n\n"); alive; {
		select {
		case text := <-lines:
			alive = send(text)
		case <-tick.C:
			who, err := c.room.shell.Sessions.Of(c.Context())
			alive = err == nil && !who.Shut && who.Login == c.Who.Login && send(": here\n\n")
		case <-ctx.Done():
			alive = false
		}
	}
}
