package lobby

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/hall"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/queue"
	"tongban/intake/hall/timetable"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// diary is one day of appointments.
type diary struct {
	Day, Before, After workday.Date
	Today              bool
	Provisional        bool // the calendar of that year is not published
	Hours              []hours
	Slots              []slot
	Booked             []booking
	Visits             []booking // home visits that no day is set for
	Priorities         []pair
	Staff              []pair
	Typed              map[string]string // the form of a booking
	Chosen             string            // the slot
	Types              []pair
}

// slot is a stretch of the day that may be booked.
type slot struct {
	timetable.Slot
	Value string // in a form: when it begins, and the type
	Free  int
}

// booking is one appointment, names masked.
type booking struct {
	hall.BookingView
	Hours, StateText, Channel string
	Open                      bool // something may still be done
	Who                       string
	Makers                    string // of a home visit
}

// hours is one entry of the timetable.
type hours struct {
	timetable.Entry
	KindText, Spans, When, Who string
}

// dayAsked is the day that an address names; today where it names none.
func (r *room) dayAsked(c *workbench.Call) (workday.Date, error) {
	text := c.URL.Query().Get("on")
	if c.PostForm != nil {
		text = c.PostForm.Get("on")
	}
	day := workday.Date(text)
	if text == "" {
		return r.today(), nil
	}
	if !day.Valid() {
		return "", refusal.Newf(refusal.Malformed, "", "2026-01-01", "%.20q is no day", text)
	}
	return day, nil
}

func (r *room) diary(c *workbench.Call) (*diary, error) {
	head(c, hallTabs, "appointments", "appointments")
	day, err := r.dayAsked(c)
	if err != nil {
		return nil, err
	}
	p := c.Page
	d := &diary{Day: day, Before: day.Add(-1), After: day.Add(1), Today: day == r.today(), Typed: map[string]string{}, Priorities: pairs(p, queue.Reasons(), priorities, "")}
	entries, provisional := r.Hall.Timetable.On(day)
	d.Provisional = provisional
	for _, e := range entries {
		d.Hours = append(d.Hours, r.hoursOf(p, e))
	}
	slots, err := r.Hall.Appointments.Slots(day, "")
	if err != nil {
		return nil, err
	}
	for _, s := range slots {
		d.Slots = append(d.Slots, slot{s, timetable.Clock(s.Span.From) + "/" + s.Type, max(0, s.Capacity-s.Booked)})
	}
	for into, on := range map[*[]booking]workday.Date{&d.Booked: day, &d.Visits: ""} {
		all, err := r.Hall.Appointments.List(on)
		if err != nil {
			return nil, err
		}
		for _, one := range all {
			if on != "" || one.State == appointment.Booked {
				*into = append(*into, r.booking(p, one))
			}
		}
	}
	for _, m := range r.Hall.Staff.Roster().Staff() {
		if m.ActiveOn(day) {
			d.Staff = append(d.Staff, pair{Value: m.Number, Text: m.Name})
		}
	}
	d.Chosen = c.URL.Query().Get("slot")
	if c.PostForm != nil {
		d.Chosen = c.PostForm.Get("slot")
		for _, name := range []string{"name", "telephone", "identity", "address", "matter", "item", "channel", "home"} {
			d.Typed[name] = strings.TrimSpace(c.PostForm.Get(name))
		}
	}
	return d, nil
}

func (r *room) booking(p *frame.Page, v hall.BookingView) booking {
	b := booking{BookingView: v, Open: v.State == appointment.Booked, StateText: p.Either(bookingStates[v.State], string(v.State)), Channel: p.Either(channels[v.Channel], string(v.Channel))}
	if v.Span != (timetable.Span{}) {
		b.Hours = v.Span.String()
	}
	if v.Missed {
		b.StateText = p.Say("missed")
	}
	if v.Person != nil {
		b.Who = strings.TrimSpace(v.Person.Name + " " + v.Person.Telephone)
	}
	ros := r.Hall.Staff.Roster()
	var makers []string
	for _, s := range v.Staff {
		makers = append(makers, nameOf(ros, s))
	}
	b.Makers = strings.Join(makers, p.Pick("、", ", "))
	return b
}

func (r *room) appointments(c *workbench.Call) error {
	d, err := r.diary(c)
	if err != nil {
		return err
	}
	return c.Show("appointments", d)
}

// bookPage is the form for somebody who stands there, or calls.
func (r *room) bookPage(c *workbench.Call) error {
	d, err := r.diary(c)
	if err != nil {
		return err
	}
	return r.showBook(c, d, nil)
}

func (r *room) showBook(c *workbench.Call, d *diary, why error) error {
	c.Page.Title = c.Page.Say("book")
	d.Types = pairs(c.Page, appointment.Channels(), channels, appointment.Channel(cmp.Or(d.Typed["channel"], string(appointment.Window))))
	if why != nil {
		return c.Again("book", d, why)
	}
	return c.Show("book", d)
}

func (r *room) book(c *workbench.Call) error {
	d, err := r.diary(c)
	if err != nil {
		return err
	}
	at, kind, _ := strings.Cut(d.Chosen, "/")
	f := hall.BookForm{
		Day: d.Day, Time: at, Type: kind, Item: item.Code(d.Typed["item"]), Home: d.Typed["home"] != "", Channel: appointment.Channel(d.Typed["channel"]),
		Who: appointment.Person{Name: d.Typed["name"], Telephone: d.Typed["telephone"], Identity: d.Typed["identity"], Address: d.Typed["address"], Matter: d.Typed["matter"]},
	}
	if f.Home && c.PostForm.Get("undated") != "" {
		f.Day, f.Time = "", ""
	}
	b, err := r.Hall.Appointments.Book(by(c, ""), f)
	if err != nil {
		return r.showBook(c, d, err)
	}
	to := "/work/hall/appointments"
	if b.Day != "" {
		to += "?on=" + string(b.Day)
	}
	return c.Go(to, "booked")
}

// actOnBooking cancels an appointment, checks its holder in, or says who makes
// a home visit.
func (r *room) actOnBooking(c *workbench.Call) error {
	id := c.PathValue("id")
	var err error
	to, done := "/work/hall/appointments", "cancelled"
	if on := workday.Date(c.PostForm.Get("on")); on.Valid() {
		to += "?on=" + string(on)
	}
	switch c.PathValue("act") {
	case "cancel":
		_, err = r.Hall.Appointments.Cancel(by(c, ""), id, strings.TrimSpace(c.PostForm.Get("why")))
	case "check-in":
		var ticket *hall.TicketView
		_, ticket, err = r.Hall.Appointments.CheckIn(by(c, ""), id, queue.Reason(c.PostForm.Get("priority")))
		if done = "visit_made"; ticket != nil {
			to, done = "/work/hall/guide?ticket="+ticket.Number, "checked_in"
		}
	case "assign":
		done = "assigned"
		who := slices.DeleteFunc(c.PostForm["to"], func(s string) bool { return strings.TrimSpace(s) == "" })
		_, err = r.Hall.Appointments.Assign(by(c, ""), id, hall.AssignForm{Staff: who, Day: workday.Date(c.PostForm.Get("day")), Hours: strings.TrimSpace(c.PostForm.Get("hours"))})
	default:
		return refusal.Newf(refusal.NotFound, "", "", "there is no such action")
	}
	if err == nil {
		return c.Go(to, done)
	}
	d, failed := r.diary(c)
	if failed != nil {
		return failed
	}
	return c.Again("appointments", d, err)
}

// planning is the page of the timetable.
type planning struct {
	Entries []hours
	Kinds   []pair
	Typed   map[string]string
	Days    []pair
	Keeps   bool
	Wrong   string // the field that was refused, where it is known
}

// Bad marks a field that was refused.
func (d *planning) Bad(field string) bool { return d.Wrong == field }

var dayWords = []string{timetable.Workdays, timetable.Restdays, "mon", "tue", "wed", "thu", "fri", "sat", "sun"}

func (r *room) hoursOf(p *frame.Page, e timetable.Entry) hours {
	h := hours{Entry: e, KindText: frame.Capital(p.Either(hourKinds[e.Kind], string(e.Kind)))}
	var spans, when, who []string
	for _, s := range e.Hours {
		spans = append(spans, s.String())
	}
	for _, d := range e.Days {
		when = append(when, p.Either(dayNames[d], d))
	}
	for _, d := range e.Dates {
		when = append(when, string(d))
	}
	ros := r.Hall.Staff.Roster()
	for _, s := range e.Staff {
		who = append(who, nameOf(ros, s))
	}
	joint := p.Pick("、", ", ")
	h.Spans, h.When, h.Who = strings.Join(spans, joint), strings.Join(when, joint), strings.Join(who, joint)
	return h
}

func (r *room) planning(c *workbench.Call) *planning {
	head(c, hallTabs, "appointments", "timetable")
	d := &planning{Typed: map[string]string{}, Keeps: c.Who.MayWork(timetableWork) == nil}
	for _, e := range r.Hall.Timetable.Entries() {
		d.Entries = append(d.Entries, r.hoursOf(c.Page, e))
	}
	kind, chosen := timetable.Kind(""), []string(nil)
	if c.PostForm != nil {
		kind, chosen = timetable.Kind(c.PostForm.Get("kind")), c.PostForm["days"]
		for _, name := range []string{"place", "dates", "hours", "types", "from", "to", "minutes", "capacity", "note"} {
			d.Typed[name] = strings.TrimSpace(c.PostForm.Get(name))
		}
	}
	d.Kinds = pairs(c.Page, timetable.Kinds(), hourKinds, kind)
	for _, one := range dayWords {
		d.Days = append(d.Days, pair{one, c.Page.Either(dayNames[one], one), slices.Contains(chosen, one)})
	}
	return d
}

func (r *room) timetable(c *workbench.Call) error { return c.Show("timetable", r.planning(c)) }

func several(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune("、,，;； \n\t", c) })
}

func (r *room) addHours(c *workbench.Call) error {
	d := r.planning(c)
	e := timetable.Entry{
		Kind: timetable.Kind(c.PostForm.Get("kind")), Place: d.Typed["place"], Days: c.PostForm["days"], Types: several(d.Typed["types"]),
		From: workday.Date(d.Typed["from"]), To: workday.Date(d.Typed["to"]), Note: d.Typed["note"],
	}
	for _, day := range several(d.Typed["dates"]) {
		e.Dates = append(e.Dates, workday.Date(day))
	}
	err := d.numbers(&e)
	if err == nil {
		if _, err = r.Hall.Timetable.Add(by(c, ""), e); err != nil {
			d.Wrong = wrongField(e)
		}
	}
	if err != nil {
		return c.Again("timetable", d, err)
	}
	return c.Go("/work/hall/timetable", "hours_added")
}

// numbers reads the hours and figures that were typed; a wrong one is marked.
func (d *planning) numbers(e *timetable.Entry) error {
	for field, into := range map[string]*int{"minutes": &e.Minutes, "capacity": &e.Capacity} {
		if err := whole(d.Typed[field], into); err != nil {
			d.Wrong = field
			return err
		}
	}
	for _, text := range several(d.Typed["hours"]) {
		var span timetable.Span
		if err := span.UnmarshalText([]byte(text)); err != nil {
			d.Wrong = "hours"
			return err
		}
		e.Hours = append(e.Hours, span)
	}
	return nil
}

// wrongField is the field of a refused entry that has to be typed anew; "" where
// it is no single one.
func wrongField(e timetable.Entry) string {
	bad := func(d workday.Date) bool { return !d.Valid() }
	switch {
	case len(e.Days) == 0 && len(e.Dates) == 0, slices.ContainsFunc(e.Dates, bad):
		return "dates"
	case len(e.Hours) == 0:
		return "hours"
	case (e.Kind == timetable.Station || e.Kind == timetable.Mobile) && e.Place == "":
		return "place"
	case e.From != "" && bad(e.From):
		return "from"
	case e.To != "" && (bad(e.To) || e.To < e.From):
		return "to"
	case (e.Minutes == 0) != (e.Capacity == 0):
		return "capacity"
	}
	return ""
}

func (r *room) removeHours(c *workbench.Call) error {
	if err := r.Hall.Timetable.Remove(by(c, ""), c.PostForm.Get("id")); err != nil {
		return c.Again("timetable", r.planning(c), err)
	}
	return c.Go("/work/hall/timetable", "hours_removed")
}

// whole reads a whole number; nothing is 0.
func whole(text string, into *int) error {
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return refusal.Newf(timetable.BadEntry, "", "", "%.20q is no whole number", text)
	}
	*into = n
	return nil
}
