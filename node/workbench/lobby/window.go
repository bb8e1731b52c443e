package lobby

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"tongban/consensus/refusal"
	"tongban/intake/hall"
	"tongban/intake/hall/queue"
	"tongban/intake/hall/roster"
	"tongban/node/account"
	"tongban/node/workbench"
)

// windowCookie keeps the window that this screen stands at. Whether it is one
// of this center's is asked with every call.
func (r *room) windowCookie() string { return r.Sessions.Cookie("window") }

// window is the page of a window: the ticket in hand, and the board.
type atWindow struct {
	Board   *board
	Own     *roster.Window // nil: the center names no windows, or has not this one
	Hand    *inHand
	Choose  bool // no window is chosen
	Named   bool // the center names its windows
	Types   []string
	Intakes bool // may open a case
}

// inHand is the ticket that my window has.
type inHand struct {
	queue.Ticket
	First   string
	Booked  string
	Serving bool
	Minutes int // since it was taken
}

// mine is the window of this screen; "" where none is chosen. Somebody whose
// post is at a window sits there until they say otherwise.
func (r *room) mine(c *workbench.Call) string {
	if kept, err := c.Cookie(r.windowCookie()); err == nil {
		if ros := r.Hall.Staff.Roster(); ros.HasWindows() {
			if _, ok := ros.Window(kept.Value); !ok {
				return ""
			}
		}
		return kept.Value
	}
	ros := r.Hall.Staff.Roster()
	m, err := ros.Find(staffOf(c), r.today())
	if err != nil {
		return ""
	}
	return m.Window
}

func (r *room) window(c *workbench.Call) error {
	d, err := r.atWindow(c)
	if err != nil {
		return err
	}
	return c.Show("window", d)
}

func (r *room) atWindow(c *workbench.Call) (*atWindow, error) {
	head(c, hallTabs, "window", "hall")
	mine := r.mine(c)
	calls := slices.ContainsFunc(callers, c.Who.Duties.Has)
	b, err := r.board(c.Page, mine)
	if err != nil {
		return nil, err
	}
	b.Calls = calls
	ros := r.Hall.Staff.Roster()
	d := &atWindow{
		Board: b, Named: ros.HasWindows(), Types: r.types(), Intakes: c.Who.Duties.Has(account.Clerk) || c.Who.Duties.Has(account.Agent),
		Choose: calls && (mine == "" || c.URL.Query().Get("window") == "other"),
	}
	if mine == "" || !calls {
		return d, nil
	}
	if w, ok := ros.Window(mine); ok {
		d.Own = &w
	}
	hands, err := r.Hall.Queue.List("", queue.Filter{Window: mine, States: []queue.State{queue.Called, queue.Serving}})
	if err != nil || len(hands) == 0 {
		return d, err
	}
	t := hands[len(hands)-1]
	d.Hand = &inHand{Ticket: t, First: c.Page.Either(priorities[t.Priority], ""), Serving: t.State == queue.Serving, Minutes: int((r.Now().UnixMilli() - t.Taken) / 60_000)}
	if t.Due != 0 {
		d.Hand.Booked = clockOf(t.Due)
	}
	d.Types = slices.DeleteFunc(d.Types, func(one string) bool { return one == t.Type })
	return d, nil
}

// choose keeps at which window this screen stands.
func (r *room) choose(c *workbench.Call) error {
	number := strings.TrimSpace(c.PostForm.Get("window"))
	ros := r.Hall.Staff.Roster()
	err := ros.CheckWindow(roster.Window{Number: number}, nil)
	if _, ok := ros.Window(number); err == nil && ros.HasWindows() && !ok {
		err = refusal.Newf(roster.NoWindow, "", "", "%s", number)
	}
	if err != nil {
		d, failed := r.atWindow(c)
		if failed != nil {
			return failed
		}
		d.Choose = true
		return c.Again("window", d, err)
	}
	http.SetCookie(c.W, &http.Cookie{
		Name: r.windowCookie(), Value: number, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.Sessions.Secure(),
		MaxAge: int((365 * 24 * time.Hour).Seconds()),
	})
	return c.Go("/work/hall", "")
}

// do carries out one press of a button at a window.
func (r *room) do(c *workbench.Call) error {
	at, form := r.mine(c), c.PostForm
	ticket := hall.TicketForm{Number: form.Get("number"), Window: at, Type: form.Get("type"), Why: form.Get("why")}
	var err error
	act := form.Get("act")
	switch act {
	case "call":
		_, err = r.Hall.Queue.Call(by(c, ""), at)
	case "next": // the one in hand is over, and whoever is next comes
		if _, err = r.Hall.Queue.Do(by(c, "/d"), hall.Finish, ticket); err == nil {
			_, err = r.Hall.Queue.Call(by(c, "/c"), at)
		}
	case string(hall.Recall), string(hall.Skip), string(hall.Transfer), string(hall.Start), string(hall.Finish), string(hall.Leave):
		_, err = r.Hall.Queue.Do(by(c, ""), hall.Act(act), ticket)
	default:
		err = refusal.Newf(refusal.Malformed, "", "", "%.20q", act)
	}
	if err == nil {
		return c.Go("/work/hall", act)
	}
	d, failed := r.atWindow(c)
	if failed != nil {
		return failed
	}
	return c.Again("window", d, err)
}
