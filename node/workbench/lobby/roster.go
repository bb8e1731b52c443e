package lobby

import (
	"strings"

	"tongban/catalog/workday"
	"tongban/intake/hall/roster"
	"tongban/node/workbench"
)

// manning is the page of who is at which window, and who covers whom.
type manning struct {
	Windows []pane
	Staff   []pair
	Covers  []cover
	Stands  []cover // who may cover whenever somebody is away
	Typed   map[string]string
	A, B    string
}

// cover is one line of A and B clerks (AB岗).
type cover struct {
	roster.Cover
	AName, BName string
	Today        bool
	Void         bool // it may be taken back
}

// mostCovers is how many covers the page lists: those of today first.
const mostCovers = 200

func (r *room) manning(c *workbench.Call) (*manning, error) {
	head(c, hallTabs, "roster", "manning")
	b, err := r.board(c.Page, "")
	if err != nil {
		return nil, err
	}
	ros, today := r.Hall.Staff.Roster(), r.today()
	d := &manning{Windows: b.Windows, Typed: map[string]string{"from": string(today), "to": string(today)}}
	if c.PostForm != nil {
		for _, name := range []string{"a", "b", "from", "to"} {
			d.Typed[name] = c.PostForm.Get(name)
		}
	}
	for _, m := range ros.Staff() {
		if m.ActiveOn(today) {
			d.Staff = append(d.Staff, pair{Value: m.Number, Text: m.Name + " " + m.Number})
		}
	}
	var later []cover
	for _, one := range ros.Covers() {
		line := cover{one, nameOf(ros, one.A), nameOf(ros, one.B), one.On(today), one.From >= today}
		switch {
		case one.From == "" && (one.To == "" || one.To >= today):
			d.Stands = append(d.Stands, line)
		case line.Today:
			d.Covers = append(d.Covers, line)
		case one.From > today:
			later = append(later, line)
		}
	}
	d.Covers = append(d.Covers, later...)
	d.Covers, d.Stands = d.Covers[:min(len(d.Covers), mostCovers)], d.Stands[:min(len(d.Stands), mostCovers)]
	return d, nil
}

func (r *room) rosterPage(c *workbench.Call) error {
	d, err := r.manning(c)
	if err != nil {
		return err
	}
	return c.Show("roster", d)
}

// setCover names a B clerk, ends that today, or takes it back.
func (r *room) setCover(c *workbench.Call) error {
	f := func(name string) string { return strings.TrimSpace(c.PostForm.Get(name)) }
	one := roster.Cover{A: f("a"), B: f("b"), From: workday.Date(f("from")), To: workday.Date(f("to"))}
	if f("void") != "" {
		return r.manned(c, "cover_void", r.Hall.Staff.VoidCover(by(c, ""), one))
	}
	_, err := r.Hall.Staff.Cover(by(c, ""), one)
	return r.manned(c, "cover", err)
}

// setOpen opens or closes a window.
func (r *room) setOpen(c *workbench.Call) error {
	open := c.PostForm.Get("open") != ""
	_, err := r.Hall.Staff.OpenWindow(by(c, ""), c.PostForm.Get("window"), open, strings.TrimSpace(c.PostForm.Get("note")))
	return r.manned(c, "window", err)
}

func (r *room) manned(c *workbench.Call, done string, err error) error {
	if err == nil {
		return c.Go("/work/duty/roster", done)
	}
	d, failed := r.manning(c)
	if failed != nil {
		return failed
	}
	return c.Again("roster", d, err)
}
