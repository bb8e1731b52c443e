package casework

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/exchange"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// stop is one center on the way of a case.
type stop struct {
	Name, Level string
	Center      area.Center
	How         string // it came to have the case
	Arrived     string // when the case was offered to it
	Since       string // when it took it over
	Staff       string
	Left        string // when it offered it on
	Days        int    // working days
	Here        bool   // it answers for the case
	Correct     bool
	Tries       []try
}

// try is an offer that was turned back.
type try struct{ To, Offered, Back, Reason string }

// handover is an offer that waits for its answer.
type handover struct {
	From, To, Level string
	At, Purpose     string
	Correct         bool
	Ours, Theirs    bool // this center offered it; it is offered to this center
	Arrived         bool // it lies where it is to be taken over
	State           string
	Reason          string
	Seen            string // when whoever receives it was last there
	Up              bool
	Age             string // since it was offered
}

// rowOut is what waits here to leave, of this case.
type rowOut struct {
	Dest              area.Center
	Name, What, State string
	Why, Since, Age   string
	Next              string
	Seen              string
	Up, Bad, MayTry   bool
}

// way is the route as a picture: the centers in order with times, an offer that
// waits, and what of the case is still to leave this node.
func (r *room) way(c *workbench.Call, d *one) error {
	p := c.Page
	been, err := r.Desk.Itinerary(d.ID)
	if err != nil {
		return err
	}
	for i, s := range been.Stays {
		one := stop{
			Name: cmp.Or(s.Name, string(s.Center)), Center: s.Center, Level: p.Word("level", s.Level), How: p.Either(terms.Events[s.How], string(s.How)),
			Since: p.Time(s.Since), Staff: s.Staff, Days: s.WorkDays, Correct: s.Correct, Here: i == len(been.Stays)-1,
		}
		if s.Arrived != 0 && s.Arrived != s.Since {
			one.Arrived = p.Time(s.Arrived)
		}
		one.Left = p.Time(s.Offered)
		for _, t := range s.Tries {
			one.Tries = append(one.Tries, try{To: r.Name(t.To), Offered: p.Time(t.Offered), Back: p.Time(t.Back), Reason: t.Reason})
		}
		d.Route = append(d.Route, one)
	}
	rows := r.Exchange.About(d.ID)
	d.Hand = r.handover(p, d, rows)
	for _, v := range rows {
		d.Out = append(d.Out, r.rowOut(c, v))
	}
	return nil
}

func (r *room) handover(p *frame.Page, d *one, rows []exchange.View) *handover {
	o := d.State.Offer
	if o == nil {
		return nil
	}
	to := o.To.Center
	h := &handover{
		From: r.Name(o.From.Center), To: r.Name(to), Level: p.Word("level", to.Level()), At: p.Time(o.At), Purpose: o.Purpose, Correct: o.Correct != nil,
		Ours: o.From.Center == r.Self(), Theirs: to == r.Self(), Age: p.Age(r.Desk.Now().Sub(time.UnixMilli(o.At))),
	}
	h.Arrived = h.Theirs
	if i := slices.IndexFunc(rows, func(v exchange.View) bool { return v.Dest == to && v.Purpose == exchange.Offer }); i >= 0 {
		h.Arrived = rows[i].Status == exchange.Arrived
		h.State, h.Reason = p.Either(terms.Rows[rows[i].Status], string(rows[i].Status)), rows[i].Reason
	}
	if !h.Theirs {
		h.Seen, h.Up = r.sighted(p, to)
	}
	return h
}

// sighted says when a center was last there.
func (r *room) sighted(p *frame.Page, c area.Center) (text string, up bool) {
	at, up := r.Seen(c)
	switch {
	case up:
		return p.Say("up_now"), true
	case at.IsZero():
		return p.Say("never_seen"), false
	}
	ago := p.Age(r.Desk.Now().Sub(at))
	return p.Pick("上次联系：", "last seen ") + ago + p.Pick("前", " ago"), false
}

func (r *room) rowOut(c *workbench.Call, v exchange.View) rowOut {
	p := c.Page
	one := rowOut{
		Dest: v.Dest, Name: r.Name(v.Dest), What: p.Either(terms.Purposes[v.Purpose], string(v.Purpose)), State: p.Either(terms.Rows[v.Status], string(v.Status)),
		Since: p.Time(v.Since.UnixMilli()), Age: p.Age(r.Desk.Now().Sub(v.Since)), Bad: v.Status == exchange.Refused, MayTry: c.Who.MayWork(account.TendOutbox) == nil,
	}
	switch {
	case v.Code != "":
		one.Why = c.Reason(v.Code)
	case v.Reason != "": // the words of the line: who runs the node reads them
		one.Why = p.Say("no_line")
	}
	if !v.Next.IsZero() {
		one.Next = p.Time(v.Next.UnixMilli())
	}
	if v.Tries > 0 {
		one.State += p.Pick("，已试 ", ", tried ") + strconv.Itoa(v.Tries) + p.Pick(" 次", " times")
	}
	one.Seen, one.Up = r.sighted(p, v.Dest)
	return one
}

// send sends what waits for a center at once, for those who tend the outbox.
func (r *room) send(c *workbench.Call) error {
	if err := c.Who.MayWork(account.TendOutbox); err != nil {
		return err
	}
	id, dest := casefile.ID(c.PathValue("id")), area.Center(c.PostForm.Get("dest"))
	waits := slices.ContainsFunc(r.Exchange.About(id), func(v exchange.View) bool { return v.Dest == dest })
	if !waits { // it left meanwhile, or never was
		return refusal.Newf(refusal.NotFound, "", "", "%s", c.Page.Say("nothing_waits"))
	}
	r.Exchange.TryNow(dest)
	return c.Go(with("/work/cases/"+string(id), in(c)), "sent")
}
