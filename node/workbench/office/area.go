package office

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/frame"
	"tongban/node/presence"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// wood is the page of the centers: one with its own, and those under them.
type wood struct {
	Under area.Center
	Above []higher // from this center down to the one shown
	Top   spot
	Rows  []spot
	Head  uint64 // of the Register here
	Live  string
	Up    int // of Rows and all below
	All   int
}

// higher is a center above the one shown.
type higher struct {
	ID   area.Center
	Name string
}

// spot is one center.
type spot struct {
	ID       area.Center
	Name     string
	Level    string
	Link     string
	Self     bool
	Up       bool
	How      string // it is known to be up, or why nothing is known
	Heard    string // when it last said how it is: it does when its catalogue changes
	Register uint64 // how far its copy reaches, as it said; 0: it said nothing
	Behind   uint64
	Version  string
	Open     int // cases that it holds and has not concluded, by the copies here
	Covered  string
	Percent  int
	Listed   bool // there is a list that it must cover
	Kids     []spot
	More     int // that are not shown
	Below    int // centers under it
	BelowUp  int
}

// Bounds of a page of centers: each of a row costs a look at its whole list of
// items.
const (
	rowsPerPage = 30
	kidsShown   = 40
)

func (r *room) tree(c *workbench.Call) error {
	d, err := r.wood(c)
	if err != nil {
		return err
	}
	return c.Show("area", d)
}

// treeNow is the part of the page that changes by itself.
func (r *room) treeNow(c *workbench.Call) error {
	d, err := r.wood(c)
	if err != nil {
		return err
	}
	return c.Part("area", "tree", d)
}

func (r *room) wood(c *workbench.Call) (*wood, error) {
	head(c, areaTabs, "tree")
	p, self := c.Page, r.Self()
	d := &wood{Under: area.Center(cmp.Or(p.Query.Get("under"), string(self))), Head: r.Register.Head().Index}
	if d.Under != self && !self.Over(d.Under) {
		return nil, refusal.Newf(refusal.NotFound, "", "", "%.40q", d.Under)
	}
	listed, err := r.Register.Centers(self.Area(), "", 0)
	if err != nil {
		return nil, err
	}
	kids := children(self, listed)
	if _, known := kids[d.Under]; !known && d.Under != self {
		return nil, refusal.Newf(refusal.NotFound, "", "", "%.40q", d.Under)
	}
	t := treeOf{room: r, p: p, kids: kids, heard: map[area.Center]presence.Member{}, head: d.Head, open: map[area.Center]int{}}
	heard, lines := r.Presence()
	for _, m := range heard {
		t.heard[m.Center] = m
	}
	t.lines = lines
	r.Cabinet.Cards(cabinet.Filter{Live: true}, func(card *cabinet.Card) bool {
		t.open[card.Holder]++
		return true
	})
	d.Top = t.spot(d.Under)
	for up := d.Under; up != self; {
		up = t.above(up)
		d.Above = append([]higher{{up, r.Name(up)}}, d.Above...)
	}
	rows := kids[d.Under]
	skip := 0
	if after := area.Center(p.Query.Get("after")); after != "" {
		skip = len(rows)
		if i := slices.IndexFunc(rows, func(id area.Center) bool { return id > after }); i >= 0 {
			skip = i
		}
		p.First = p.With("after", "")
	}
	end := min(skip+rowsPerPage, len(rows))
	for _, id := range rows[skip:end] {
		one := t.spot(id)
		if err := r.cover(p, &one); err != nil {
			return nil, err
		}
		for i, kid := range kids[id] {
			if i == kidsShown {
				one.More = len(kids[id]) - kidsShown
				break
			}
			one.Kids = append(one.Kids, t.spot(kid))
		}
		d.Rows = append(d.Rows, one)
	}
	if end < len(rows) {
		p.Next = p.With("after", string(rows[end-1]))
	}
	d.All, d.Up = t.below(d.Under)
	if err := r.cover(p, &d.Top); err != nil {
		return nil, err
	}
	d.Live = "/work/area/now" + strings.TrimPrefix(p.With("done", ""), p.Path)
	return d, nil
}

// children are the centers under one, each by the nearest above it that is
// enrolled and not shut out.
func children(top area.Center, listed []register.Listing) map[area.Center][]area.Center {
	known := map[area.Center][]area.Center{top: nil}
	for _, l := range listed {
		if l.Revoked == 0 && top.Over(l.ID) {
			known[l.ID] = nil
		}
	}
	for _, l := range listed {
		if _, in := known[l.ID]; !in || l.ID == top {
			continue
		}
		above := nearest(known, l.ID)
		known[above] = append(known[above], l.ID)
	}
	for _, all := range known {
		slices.Sort(all)
	}
	return known
}

// nearest is the center above one that is among those known.
func nearest(known map[area.Center][]area.Center, c area.Center) area.Center {
	for up := c.Parent(); up != ""; up = up.Parent() {
		if _, in := known[up]; in {
			return up
		}
	}
	return ""
}

// treeOf is what the centers of a page are made of.
type treeOf struct {
	*room
	p     *frame.Page
	kids  map[area.Center][]area.Center
	heard map[area.Center]presence.Member
	lines []area.Center
	head  uint64
	open  map[area.Center]int
}

func (t *treeOf) above(c area.Center) area.Center { return nearest(t.kids, c) }

func (t *treeOf) up(c area.Center) bool {
	_, heard := t.heard[c]
	return heard || c == t.Self() || slices.Contains(t.lines, c)
}

// below counts the centers under one, and those of them that are up.
func (t *treeOf) below(c area.Center) (all, up int) {
	for _, kid := range t.kids[c] {
		if all++; t.up(kid) {
			up++
		}
		more, moreUp := t.below(kid)
		all, up = all+more, up+moreUp
	}
	return all, up
}

func (t *treeOf) spot(id area.Center) spot {
	p := t.p
	s := spot{ID: id, Name: t.Name(id), Level: p.Word("level", id.Level()), Self: id == t.Self(), Up: t.up(id)}
	if len(t.kids[id]) > 0 {
		s.Link = "/work/area?under=" + string(id)
	}
	m, heard := t.heard[id]
	switch {
	case s.Self:
		s.How, s.Register = p.Say("this_center"), t.head
	case slices.Contains(t.lines, id):
		s.How = p.Say("line_stands")
	case heard:
		s.How = p.Say("heard_of")
	default:
		s.How = p.Say("not_seen")
	}
	if heard {
		s.Heard, s.Register, s.Version = p.Time(m.Time), m.Register, m.Version
	}
	if s.Register != 0 && s.Register < t.head {
		s.Behind = t.head - s.Register
	}
	s.Open = t.open[id]
	s.Below, s.BelowUp = t.below(id)
	return s
}

// cover says how much of what it must a center offers.
func (r *room) cover(p *frame.Page, s *spot) error {
	on := r.Register.On(r.day())
	cov, err := r.Register.Coverage(s.ID, on)
	if err != nil {
		return err
	}
	if cov.Required > 0 {
		s.Listed, s.Percent = true, cov.Covered*100/cov.Required
		s.Covered = number(cov.Covered) + " / " + number(cov.Required)
	}
	return nil
}

// ways is the page on which the route of any case is looked for.
type ways struct {
	Text string
	Rows []way
	More bool
}

// way is a case and where it has been.
type way struct {
	desk.Summary
	PhaseText string
	Stops     []stop
	Link      string
}

// stop is one center on the way.
type stop struct {
	Name, Since   string
	Days          int
	Here, Offered bool
}

// maxRoutes is how many cases the page shows: each is read from its log.
const maxRoutes = 20

// routes shows what was searched for. The address has only what the shell
// remembers it by: it may be somebody's name.
func (r *room) routes(c *workbench.Call) error {
	head(c, areaTabs, "routes")
	d := &ways{Text: c.Recall(c.URL.Query().Get("find"))}
	if d.Text == "" {
		return c.Show("routes", d)
	}
	found, err := r.Desk.Worklist(desk.Query{Box: desk.All, Text: d.Text, Limit: maxRoutes})
	if err != nil {
		return err
	}
	d.More = found.More || found.Total > len(found.Cases)
	for _, one := range found.Cases {
		w, err := r.way(c.Page, one)
		if err != nil {
			return err
		}
		d.Rows = append(d.Rows, w)
	}
	return c.Show("routes", d)
}

func (r *room) way(p *frame.Page, one desk.Summary) (way, error) {
	w := way{Summary: one, PhaseText: p.Either(terms.Phases[one.Phase], string(one.Phase)), Link: "/work/cases/" + string(one.ID)}
	been, err := r.Desk.Itinerary(one.ID)
	if err != nil {
		return w, err
	}
	for i, s := range been.Stays {
		w.Stops = append(w.Stops, stop{Name: cmp.Or(s.Name, string(s.Center)), Since: p.Time(s.Since), Days: s.WorkDays, Here: i == len(been.Stays)-1})
	}
	if one.Offered != "" {
		w.Stops = append(w.Stops, stop{Name: r.Name(one.Offered), Since: p.Time(one.Since), Offered: true})
	}
	return w, nil
}

// findRoutes takes what somebody looks for, and leads to what was found.
func (r *room) findRoutes(c *workbench.Call) error {
	text := strings.TrimSpace(c.PostForm.Get("q"))
	if utf8.RuneCountInString(text) > 100 {
		return refusal.Newf(refusal.TooLarge, "", "", "100 characters at most")
	}
	if text == "" {
		return c.Go("/work/area/routes", "")
	}
	return c.Go("/work/area/routes?find="+c.Remember(text), "")
}

// caseOf is a case in one line; ok is false where no copy is here.
func (r *room) caseOf(id casefile.ID) (one desk.Summary, ok bool, err error) {
	s, err := r.Cabinet.State(id)
	switch {
	case refusal.CodeOf(err) == refusal.NotFound:
		return one, false, nil
	case err != nil:
		return one, false, err
	}
	return r.Desk.Summary(s), true, nil
}
