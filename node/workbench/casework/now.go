package casework

import (
	"fmt"
	"slices"
	"strings"

	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// fresh is a list as it stands now, beside the rows that a page shows.
type fresh struct {
	*list
	Say   string // in words, how many came, changed and left; "": nothing did
	Marks []mark
}

// mark is what a page writes to a row that it shows.
type mark struct {
	ID   string
	Why  string
	Gone bool
}

// maxHeard bounds how many changes a page gathers before it asks.
const maxHeard = 500

// now compares what a page shows with the list as it stands now. The page tells
// which rows it shows, and what it heard of since it was made; nothing on it moves before whoever
// looks at it says so.
func (r *room) now(c *workbench.Call) error {
	c.Page.Path = "/work/cases" // the links are those of the page that stands
	shown, heard := c.PostForm["shown"], c.PostForm["heard"]
	if len(shown) > 2*perPage || len(heard) > maxHeard {
		return refusal.Newf(refusal.TooLarge, "", "", "%d rows at most", 2*perPage)
	}
	l, err := r.listed(c)
	if err != nil {
		return err
	}
	d := &fresh{list: l}
	marks, order := map[casefile.ID]string{}, []casefile.ID{}
	for _, one := range shown {
		id, sum, _ := strings.Cut(one, " ")
		marks[casefile.ID(id)], order = sum, append(order, casefile.ID(id))
	}
	came, moved := 0, len(order) != len(d.Rows)
	for i := range d.Rows {
		one := &d.Rows[i]
		was, stood := marks[one.ID]
		delete(marks, one.ID)
		moved = moved || order[i] != one.ID
		switch {
		case !stood:
			if one.Fresh = slices.Contains(heard, string(one.ID)); one.Fresh {
				came++
			}
		case was != one.Mark:
			one.Moved = true
			d.Marks = append(d.Marks, mark{ID: string(one.ID), Why: r.last(c.Page, one.ID, heard)})
		}
	}
	changed := len(d.Marks)
	for _, id := range order {
		if _, left := marks[id]; left {
			d.Marks = append(d.Marks, mark{ID: string(id), Why: r.last(c.Page, id, heard), Gone: true})
		}
	}
	d.say(c.Page, came, changed, len(d.Marks)-changed, moved)
	return c.Part("list", "fresh", d)
}

func (d *fresh) say(p *frame.Page, came, changed, gone int, moved bool) {
	var parts []string
	for _, one := range []struct {
		n      int
		zh, en string
	}{{came, "新到 %d 件", "%d new"}, {changed, "%d 件有变化", "%d changed"}, {gone, "%d 件已离开", "%d gone"}} {
		if one.n > 0 {
			parts = append(parts, fmt.Sprintf(p.Pick(one.zh, one.en), one.n))
		}
	}
	if d.Say = strings.Join(parts, p.Pick("，", ", ")); d.Say == "" && moved {
		d.Say = p.Say("order_changed")
	}
}

// last is what happened to a case last, and by whom; of one that is not among
// those that changed, that it stands elsewhere.
func (r *room) last(p *frame.Page, id casefile.ID, heard []string) string {
	s, err := r.Cabinet.State(id)
	if err != nil || !slices.Contains(heard, string(id)) {
		return p.Say("elsewhere_now")
	}
	events, err := r.since(p, id, s.Head.Index)
	if err != nil || len(events) == 0 {
		return p.Say("elsewhere_now")
	}
	return strings.Join(strings.Fields(events[0].Text+" · "+events[0].Staff+" "+events[0].When), " ")
}
