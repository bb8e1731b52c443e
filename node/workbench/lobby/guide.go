package lobby

import (
	"slices"
	"strconv"
	"strings"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/hall/queue"
	"tongban/intake/notice"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/guidance"
	"tongban/node/workbench"
)

// guiding is the page of the guide desk.
type guiding struct {
	Types      []pair
	Priorities []pair
	Item       item.Code // that the ticket is for
	ItemName   string
	Given      *told
	Booking    string // the number of an appointment, as it was typed
	Shelf      *guidance.Seen
}

// Where the items of the guide desk are looked through, and what stands before
// the code in the address of one.
const (
	shelfAt = "/work/hall/guide/find"
	itemAt  = "/work/hall/guide/item/"
)

// told is a ticket as its holder is told of it.
type told struct {
	hall.TicketView
	First  string
	Booked string
	Wait   string // minutes; "": nobody was served yet
	At     string // the windows
}

func toldOf(p *frame.Page, v hall.TicketView) *told {
	t := &told{TicketView: v, First: p.Either(priorities[v.Priority], ""), At: strings.Join(v.Windows, p.Pick("、", ", "))}
	if v.Due != 0 {
		t.Booked = clockOf(v.Due)
	}
	if v.Minutes != nil {
		t.Wait = strconv.FormatInt(*v.Minutes, 10)
	}
	return t
}

func (r *room) guide(c *workbench.Call) error {
	d, err := r.guiding(c)
	if err != nil {
		return err
	}
	return c.Show("guide", d)
}

func (r *room) guiding(c *workbench.Call) (*guiding, error) {
	head(c, hallTabs, "guide", "guide_desk")
	form := c.URL.Query()
	if c.PostForm != nil {
		form = c.PostForm
	}
	d := &guiding{
		Types: r.choices(form.Get("type")), Priorities: pairs(c.Page, queue.Reasons(), priorities, queue.Reason(form.Get("priority"))),
		Item: item.Code(form.Get("item")), Booking: form.Get("appointment"),
		Shelf: r.Shelf.See(c.Context(), c.Page, c.URL.Query(), shelfAt, itemAt),
	}
	if it, _, err := r.find(d.Item); err == nil {
		d.ItemName = it.Name
	} else {
		d.Item = ""
	}
	if number := c.URL.Query().Get("ticket"); number != "" {
		v, err := r.Hall.Queue.Ticket(number)
		switch {
		case err == nil:
			d.Given = toldOf(c.Page, v)
		case refusal.CodeOf(err) != refusal.NotFound: // of another day: the page stood open overnight
			return nil, err
		}
	}
	return d, nil
}

// choices are the types of windows to choose from; none where the center has
// only one line.
func (r *room) choices(chosen string) []pair {
	var all []pair
	for _, t := range r.types() {
		all = append(all, pair{t, t, t == chosen})
	}
	return all
}

// take gives a ticket out.
func (r *room) take(c *workbench.Call) error {
	v, err := r.Hall.Queue.Take(by(c, ""), takeForm(c))
	if err != nil {
		d, failed := r.guiding(c)
		if failed != nil {
			return failed
		}
		return c.Again("guide", d, err)
	}
	return c.Go("/work/hall/guide?ticket="+v.Number, "ticket")
}

func takeForm(c *workbench.Call) hall.TakeForm {
	form := hall.TakeForm{Type: c.PostForm.Get("type"), Item: item.Code(c.PostForm.Get("item")), Priority: queue.Reason(c.PostForm.Get("priority"))}
	if form.Type != "" {
		form.Item = "" // the type was chosen
	}
	return form
}

// printTicket gives a ticket to the printer of slips.
func (r *room) printTicket(c *workbench.Call) error {
	doc, err := r.TicketPaper(c.PostForm.Get("number"), desk.Printing{Lang: c.PrintLang(), Public: r.Public, Staff: staffOf(c)})
	if err != nil {
		return err
	}
	return c.Print(notice.Roll, doc)
}

// checkIn gives whoever came with an appointment their ticket.
func (r *room) checkIn(c *workbench.Call) error {
	id := bookingNumber(c.PostForm.Get("appointment"))
	_, ticket, err := r.Hall.Appointments.CheckIn(by(c, ""), id, queue.Reason(c.PostForm.Get("priority")))
	switch {
	case err != nil:
		d, failed := r.guiding(c)
		if failed != nil {
			return failed
		}
		return c.Again("guide", d, err)
	case ticket == nil:
		return c.Go("/work/hall/guide", "visit_made")
	}
	return c.Go("/work/hall/guide?ticket="+ticket.Number, "checked_in")
}

// bookingNumber is the number of an appointment, typed or scanned: the code on
// its page holds the address at which it is seen.
func bookingNumber(text string) string {
	return upper(text[strings.LastIndex(text, "/")+1:])
}

// numbered is the part of the search of everything that finds what the hall
// numbers: a ticket of today, an appointment, an entry of a register.
func (r *room) numbered(c *workbench.Call, text string) (workbench.Hits, error) {
	out, number := workbench.Hits{Head: c.Page.Pick("大厅", "Hall")}, upper(text)
	has := func(duties account.Duties) bool { return slices.ContainsFunc(duties, c.Who.Duties.Has) }
	if t, err := r.Hall.Queue.Ticket(number); err == nil && has(givers) {
		out.Hits = append(out.Hits, workbench.Hit{Text: t.Number, More: t.Type + " · " + c.Page.Either(states[t.State], string(t.State)), Link: "/work/hall/guide?ticket=" + t.Number})
	}
	if b, err := r.Hall.Appointments.Get(bookingNumber(text)); err == nil && has(givers) {
		out.Hits = append(out.Hits, workbench.Hit{Text: b.ID, More: c.Page.Either(bookingStates[b.State], string(b.State)), Link: "/work/hall/appointments?on=" + string(b.Day)})
	}
	if n, err := r.Hall.Books.Note(number); err == nil && has(bookers) {
		out.Hits = append(out.Hits, workbench.Hit{Text: n.ID, More: n.About, Link: "/work/duty/" + n.ID})
	}
	return out, nil
}

// findItems finds the item that somebody comes for: a part of the page while
// it is typed, the whole page without scripts.
func (r *room) findItems(c *workbench.Call) error {
	d, err := r.guiding(c)
	if err != nil {
		return err
	}
	if c.Header.Get("HX-Request") != "" {
		return c.Part("guide", "sought", d)
	}
	return c.Show("guide", d)
}
