package workbench

import (
	"context"
	"fmt"
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

// Stream answers with server-sent events until the page is left, the node
// stops, or nobody is signed in any more, which it looks at with every beat. do
// may call say from its own goroutine only.
func (c *Call) Stream(beat time.Duration, do func(ctx context.Context, say func(event, data string) error) error) error {
	s := c.room.shell
	if !s.streams.enter(c.Who.Login) {
		c.W.WriteHeader(http.StatusNoContent) // the browser does not come back
		return nil
	}
	defer s.streams.leave(c.Who.Login)
	out := http.NewResponseController(c.W)
	c.W.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	ctx, stop := context.WithCancel(c.Context())
	defer stop()
	lines := make(chan string)
	failed := make(chan error, 1)
	go func() {
		defer stop()
		failed <- do(ctx, func(event, data string) error {
			select {
			case lines <- "event: " + event + "\ndata: " + strings.ReplaceAll(data, "\n", " ") + "\n\n":
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	send := func(text string) bool {
		if _, err := fmt.Fprint(c.W, text); err != nil {
			return false
		}
		return out.Flush() == nil
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	alive := send(": here\n\n")
	for alive {
		select {
		case text := <-lines:
			alive = send(text)
		case <-tick.C:
			who, err := s.Sessions.Of(c.Context())
			alive = err == nil && !who.Shut && who.Login == c.Who.Login && send(": here\n\n")
		case <-ctx.Done():
			alive = false
		}
	}
	stop()
	if err := <-failed; err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}
