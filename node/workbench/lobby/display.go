package lobby

import (
	"cmp"
	"slices"

	"tongban/intake/hall/queue"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// display is what hangs in the hall: who is called, and to where. It knows
// numbers alone.
type display struct {
	Called []shown // the newest call first
	Absent []string
	Lines  []line
	Clock  string
	Part   string // the address of the page's moving part
	Live   string
}

// shown is one number with its window.
type shown struct {
	Number, Window, Name string
	Calls                int
	Now                  bool // called, and not yet there
}

// displayed is how many numbers a television shows.
const displayed = 7

func (c Config) display(p *frame.Page) (*display, error) {
	p.Title = p.Say("display")
	tickets, err := c.Hall.Queue.List("", queue.Filter{States: []queue.State{queue.Waiting, queue.Called, queue.Serving, queue.Skipped}})
	if err != nil {
		return nil, err
	}
	d := &display{Clock: clockOf(c.Now().UnixMilli()), Part: "/work/hall/display/part", Live: "/work/hall/display/live"}
	ros := c.Hall.Staff.Roster()
	slices.SortStableFunc(tickets, func(x, y queue.Ticket) int { return cmp.Compare(y.Called, x.Called) })
	for _, t := range tickets {
		switch t.State {
		case queue.Called, queue.Serving:
			w, _ := ros.Window(t.Window)
			d.Called = append(d.Called, shown{t.Number, t.Window, w.Name, t.Calls, t.State == queue.Called})
		case queue.Skipped:
			d.Absent = append(d.Absent, t.Number)
		default:
			i := slices.IndexFunc(d.Lines, func(l line) bool { return l.Type == t.Type })
			if i < 0 {
				i, d.Lines = len(d.Lines), append(d.Lines, line{Type: t.Type})
			}
			d.Lines[i].Waiting++
		}
	}
	slices.SortStableFunc(d.Called, func(x, y shown) int { return cmp.Compare(turn(x), turn(y)) })
	d.Called = d.Called[:min(len(d.Called), displayed)]
	d.Absent = d.Absent[:min(len(d.Absent), 12)]
	slices.SortFunc(d.Lines, func(x, y line) int { return cmp.Compare(x.Type, y.Type) })
	return d, nil
}

func turn(s shown) int {
	if s.Now {
		return 0
	}
	return 1
}

// display is the same for somebody of the staff who looks at it.
func (r *room) showDisplay(c *workbench.Call) error { return r.displayPart(c, "screen") }

func (r *room) moveDisplay(c *workbench.Call) error { return r.displayPart(c, "moving") }

func (r *room) displayPart(c *workbench.Call, part string) error {
	d, err := r.Config.display(c.Page)
	if err != nil {
		return err
	}
	return c.Part("display", part, d)
}

// machines is the page from which screens and kiosks are started and ended.
type machinery struct {
	Rows []running
}

type running struct {
	ID, Kind, By, Since string
}

func (r *room) machines(c *workbench.Call) error {
	head(c, hallTabs, "machines", "machines")
	d := &machinery{}
	for _, m := range r.Machines.List() {
		who, _ := r.Accounts.Get(m.Login)
		d.Rows = append(d.Rows, running{m.ID, c.Page.Either(machineNames[m.Kind], string(m.Kind)), cmp.Or(who.Name, m.Login), c.Page.Time(m.Since)})
	}
	return c.Show("machines", d)
}
