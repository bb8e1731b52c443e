package lobby

import (
	"cmp"
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"tongban/catalog/workday"
	"tongban/intake/hall/queue"
	"tongban/intake/hall/roster"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// board is what everybody at work in the hall looks at: who waits, and which
// window is doing what.
type board struct {
	Mine    string // my window; "": none is chosen
	Windows []pane
	Lines   []line
	Waits   []waiter
	Waiting int // how many wait
	More    int // how many of those are not listed
	Calls   bool
}

// pane is one window.
type pane struct {
	roster.Window
	Mine   bool
	Staff  []roster.Seat
	Ticket string // that it has
	Busy   string // called, or being served
}

// line is a type of window, and how many wait for it.
type line struct {
	Type    string
	Waiting int
}

// waiter is somebody who waits, as the board shows them: by number alone.
type waiter struct {
	queue.Ticket
	First  string // why they have priority
	Booked string // when their appointment is
	Waits  int    // minutes
	Absent bool   // did not answer
	Mine   bool   // my window serves them
}

// listed is how many of those who wait a page lists.
const listed = 60

func (r *room) board(p *frame.Page, mine string) (*board, error) {
	tickets, err := r.Hall.Queue.List("", queue.Filter{States: []queue.State{queue.Waiting, queue.Skipped, queue.Called, queue.Serving}})
	if err != nil {
		return nil, err
	}
	b := &board{Mine: mine}
	b.Windows = r.panes(p, tickets, mine)
	own := roster.Window{Number: mine}
	for _, w := range b.Windows {
		if w.Mine {
			own = w.Window
		}
	}
	now := r.Now().UnixMilli()
	for _, t := range tickets {
		if t.State != queue.Waiting && t.State != queue.Skipped {
			continue
		}
		w := waiter{Ticket: t, First: p.Either(priorities[t.Priority], string(t.Priority)), Waits: int((now - t.Joined()) / 60_000), Absent: t.State == queue.Skipped, Mine: mine != "" && own.Takes(t.Type)}
		if t.Due != 0 {
			w.Booked = clockOf(t.Due)
		}
		b.Waits = append(b.Waits, w)
		i := slices.IndexFunc(b.Lines, func(l line) bool { return l.Type == t.Type })
		if i < 0 {
			i, b.Lines = len(b.Lines), append(b.Lines, line{Type: t.Type})
		}
		b.Lines[i].Waiting++
	}
	b.Waiting = len(b.Waits)
	slices.SortStableFunc(b.Waits, func(x, y waiter) int { return cmp.Compare(rank(x), rank(y)) })
	b.More = max(0, b.Waiting-listed)
	b.Waits = b.Waits[:min(b.Waiting, listed)]
	return b, nil
}

func rank(w waiter) int {
	if w.Mine {
		return 0
	}
	return 1
}

// panes are the windows of the roster, and those that called without one.
func (r *room) panes(p *frame.Page, tickets []queue.Ticket, mine string) []pane {
	ros, today := r.Hall.Staff.Roster(), r.today()
	var all []pane
	for _, w := range ros.Windows() {
		all = append(all, pane{Window: w, Mine: w.Number == mine, Staff: ros.Seats(w.Number, today)})
	}
	at := func(number string) int {
		return slices.IndexFunc(all, func(w pane) bool { return w.Number == number })
	}
	if mine != "" && at(mine) < 0 {
		all = append(all, pane{Window: roster.Window{Number: mine}, Mine: true, Staff: ros.Seats(mine, today)})
	}
	for _, t := range tickets {
		if t.State != queue.Called && t.State != queue.Serving {
			continue
		}
		if at(t.Window) < 0 {
			all = append(all, pane{Window: roster.Window{Number: t.Window}, Staff: ros.Seats(t.Window, today)})
		}
		w := &all[at(t.Window)]
		w.Ticket, w.Busy = t.Number, p.Either(states[t.State], string(t.State))
		if who := nameOf(ros, t.Staff); !slices.ContainsFunc(w.Staff, func(s roster.Seat) bool { return s.Name == who || s.By == who }) {
			w.Staff = append(w.Staff, roster.Seat{Name: who})
		}
	}
	return all
}

// nameOf is what somebody of the roster is called; as it was given for others.
func nameOf(ros roster.Roster, staff string) string {
	m, _ := ros.Member(staff)
	return cmp.Or(m.Name, staff)
}

// clockOf is a moment as a clock in the hall shows it.
func clockOf(ms int64) string { return time.UnixMilli(ms).In(workday.China).Format("15:04") }

// types are the types of windows that somebody may wait for here.
func (r *room) types() []string {
	var all []string
	for _, w := range r.Hall.Staff.Roster().Windows() {
		for _, t := range w.Types {
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}

// boardPart is the board for a page that already stands.
func (r *room) boardPart(c *workbench.Call) error {
	b, err := r.board(c.Page, r.mine(c))
	if err != nil {
		return err
	}
	b.Calls = c.Who.Duties != nil && slices.ContainsFunc(callers, c.Who.Duties.Has)
	c.Page.Key = rand.Text()
	return c.Part("window", "board", b)
}

// Beats: how often a stream says that it lives, and how often a page looks at
// the hall although nothing rang, because waiting grows longer by itself.
const (
	heartbeat = 20 * time.Second
	glance    = time.Minute
)

// live tells a page that stands that the hall has changed.
func (r *room) live(c *workbench.Call) error {
	return c.Stream(heartbeat, func(ctx context.Context, say func(event, data string) error) error {
		return r.tell(ctx, say)
	})
}

func (r *room) tell(ctx context.Context, say func(event, data string) error) error {
	changed, stop := r.Hall.Watch()
	defer stop()
	tick := time.NewTicker(glance)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-changed:
		case <-tick.C:
		}
		if err := say("changed", "1"); err != nil {
			return err
		}
	}
}

func timeOf(ms int64) time.Time { return time.UnixMilli(ms) }

// pairs are codes with their names, in the reader's language.
type pair struct {
	Value, Text string
	Chosen      bool
}

func pairs[K ~string](p *frame.Page, keys []K, names map[K][2]string, chosen K) []pair {
	var all []pair
	for _, k := range keys {
		all = append(all, pair{string(k), frame.Capital(p.Either(names[k], string(k))), k == chosen})
	}
	return all
}

func upper(text string) string { return strings.ToUpper(strings.TrimSpace(text)) }
