package agent

import (
	"cmp"
	"slices"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/hall/appointment"
	"tongban/node/account"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// errands is the page: what whoever asks has to do.
type errands struct {
	Visits   []visit
	Mandates []mandate
	Full     bool // there are more mandates than are shown
}

// visit is a home to go to.
type visit struct {
	hall.BookingView
	Today bool
	Hours string
	Shown bool // who lives there is shown in full
}

// mandate is a case that somebody entrusted to this center, or to whoever asks.
type mandate struct {
	ID     casefile.ID
	Number string
	Name   string // of the item
	Who    string // masked
	Phase  string
	Lamp   string
	LampT  string
	Mine   bool // undertaken by whoever asks
	Do     []link
	Fetch  []fetched
}

// link is something that can be done now.
type link struct {
	Text, Link string
	Main       bool
}

// fetched is a paper that is still to come.
type fetched struct {
	Name string
	By   workday.Date
}

const (
	mostMandates = 100
	ahead        = 14 // days of home visits
)

// steps are what an agent does with a mandate, in order.
var steps = []desk.Action{desk.AcceptMandate, desk.Undertake, desk.Supplement, desk.HandOut, desk.HandBack}

func (r *room) errands(c *workbench.Call) error {
	d, err := r.page(c, "", nil)
	if err != nil {
		return err
	}
	return c.Show("errands", d)
}

// page is everything that whoever asks has to do. shown is the visit of which
// the person is shown in full.
func (r *room) page(c *workbench.Call, shown string, person *appointment.Person) (*errands, error) {
	d := &errands{}
	c.Page.Title = c.Page.Say("errands")
	for day := range ahead + 1 {
		all, err := r.Hall.Appointments.List(r.today().Add(day))
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			if !r.mine(c, one) {
				continue
			}
			v := visit{BookingView: one, Today: day == 0, Hours: one.Span.String()}
			if one.ID == shown {
				v.Person, v.Shown = person, true
			}
			d.Visits = append(d.Visits, v)
		}
	}
	var err error
	d.Mandates, d.Full, err = r.mandates(c)
	return d, err
}

// mine reports whether a home visit is to be made by whoever asks.
func (r *room) mine(c *workbench.Call, b hall.BookingView) bool {
	return b.Home && b.State == appointment.Booked && slices.ContainsFunc(b.Staff, func(s string) bool { return r.is(c, s) })
}

// is reports whether whoever asks is meant: by their name in a log, or by the
// number that the hall's roster gives it.
func (r *room) is(c *workbench.Call, staff string) bool {
	return staff != "" && (staff == staffOf(c) || staff == r.Hall.Staff.Number(staffOf(c)))
}

// mandates are the cases of agency that are this person's, or that nobody
// undertook yet; who waits longest comes first.
func (r *room) mandates(c *workbench.Call) (all []mandate, full bool, err error) {
	var cards []*cabinet.Card
	self := r.Self()
	r.Cabinet.Cards(cabinet.Filter{Open: true}, func(card *cabinet.Card) bool {
		if card.Agency {
			cards = append(cards, card)
		}
		return true
	})
	slices.SortFunc(cards, func(x, y *cabinet.Card) int { return cmp.Or(cmp.Compare(x.Opened, y.Opened), cmp.Compare(x.ID, y.ID)) })
	for _, card := range cards {
		view, err := r.Desk.Look(card.ID)
		if err != nil {
			return nil, false, err
		}
		m := view.State.Mandate
		switch {
		case m == nil && card.Origin != self, m != nil && (m.By.Center != self || m.Back != nil), m != nil && m.Taken != nil && !r.is(c, m.Taken.Handler):
			continue
		case len(all) == mostMandates:
			return all, true, nil
		}
		all = append(all, r.mandate(c, &view))
	}
	return all, false, nil
}

func (r *room) mandate(c *workbench.Call, v *desk.View) mandate {
	p, s := c.Page, &v.State
	lamp, says := terms.Lamp(v.Lamp, v.Standing)
	one := mandate{
		ID: s.ID, Number: s.Number, Name: string(s.Item.Code), Phase: p.Either(terms.Phases[s.Phase], string(s.Phase)), Lamp: string(lamp),
		LampT: p.Either(says, ""), Mine: s.Mandate != nil && s.Mandate.Taken != nil,
	}
	if v.Item != nil {
		one.Name = v.Item.Name
	}
	if who, err := r.Desk.Applicant(*s); err == nil { // erased: the rest still stands
		one.Who = who.Masked().Name
	}
	wanted := steps
	if s.Mandate == nil {
		wanted = []desk.Action{desk.Mandate, desk.Supplement}
	}
	for _, action := range wanted {
		allowed := slices.ContainsFunc(v.Actions, func(o desk.Offered) bool { return o.Action == action && o.Allowed })
		if allowed && c.Who.May(action) == nil && (action != desk.Supplement || len(v.Outstanding) > 0) {
			one.Do = append(one.Do, link{p.Either(terms.Actions[action], string(action)), "/work/cases/" + string(s.ID) + "/do/" + string(action), len(one.Do) == 0})
		}
	}
	for _, m := range v.Outstanding {
		f := fetched{Name: m.Name}
		for _, given := range s.Materials {
			if given.ID == m.ID {
				f.By = workday.Date(given.By)
			}
		}
		one.Fetch = append(one.Fetch, f)
	}
	return one
}

// assigned is a home visit of whoever asks.
func (r *room) assigned(c *workbench.Call) (hall.BookingView, error) {
	b, err := r.Hall.Appointments.Show(by(c), c.PathValue("id"), false)
	if err == nil && !r.mine(c, b) {
		err = refusal.Newf(refusal.NotFound, "", "", "there is no such home visit of yours")
	}
	return b, err
}

// made says that a home was visited.
func (r *room) made(c *workbench.Call) error {
	b, err := r.Hall.Appointments.Show(by(c), c.PathValue("id"), false)
	if err == nil && b.State == appointment.CheckedIn && b.Home { // the answer was lost, and it is said again
		return c.Go("/work/errands", "visited")
	}
	if _, err = r.assigned(c); err != nil {
		return err
	}
	if _, _, err = r.Hall.Appointments.CheckIn(by(c), b.ID, ""); err != nil {
		d, failed := r.page(c, "", nil)
		if failed != nil {
			return failed
		}
		return c.Again("errands", d, err)
	}
	return c.Go("/work/errands", "visited")
}

// show says where to go: that somebody looked is written down first.
func (r *room) show(c *workbench.Call) error {
	b, err := r.assigned(c)
	if err != nil {
		return err
	}
	if err := c.Who.MayWork(account.Unmask); err != nil {
		return err
	}
	if b, err = r.Hall.Appointments.Show(by(c), b.ID, true); err != nil {
		return err
	}
	d, err := r.page(c, b.ID, b.Person)
	if err != nil {
		return err
	}
	return c.Show("errands", d)
}
