package hall

import (
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/timetable"
	"tongban/intake/journal"
)

// BookForm is what is booked.
type BookForm struct {
	Day     workday.Date        `json:"day,omitempty" doc:"YYYY-MM-DD; of a home visit it may be set later"`
	Time    string              `json:"time,omitempty" maxLength:"5" doc:"when the slot begins, such as 09:30"`
	Type    string              `json:"type,omitempty" maxLength:"50" doc:"of window"`
	Entry   string              `json:"entry,omitempty" maxLength:"20" doc:"of the timetable, where several have slots at that time, such as two stations"`
	Item    item.Code           `json:"item,omitempty" maxLength:"40"`
	Home    bool                `json:"home_visit,omitempty"`
	Channel appointment.Channel `json:"channel,omitempty" enum:"window,phone,online,self_service,letter,visit"`
	Who     appointment.Person  `json:"who"`
	Secret  appointment.Secret  `json:"-"` // of who books without anybody of the center; none: only staff find it again
}

// Book books a slot, or asks for a home visit.
func (a *Appointments) Book(by By, form BookForm) (appointment.Booking, error) {
	const op = "book an appointment"
	secret := form.Secret
	form.Secret = appointment.Secret{} // another salt is no other booking
	call, err := a.h.call(by, anybody, op, form)
	if err != nil {
		return appointment.Booking{}, err
	}
	if err := form.Who.Check(form.Home); err != nil {
		return appointment.Booking{}, err
	}
	form.Who.Secret = secret
	ref, write, err := a.h.seal("applicant", form.Who)
	if err != nil {
		return appointment.Booking{}, err
	}
	var body appointment.BookedBody
	return a.write(call, &form.Who, journal.Change{
		Plan: func() (_ []journal.Draft, err error) {
			if body, err = a.plan(form); err != nil {
				return nil, err
			}
			body.Who = ref
			id, err := a.next()
			return []journal.Draft{{Kind: appointment.KindBooked, Entity: id, Body: body}}, err
		},
		With: func(txn *badger.Txn, written []journal.Entry) error {
			if err := write(txn); err != nil {
				return err
			}
			return txn.Set(dayKey(body.Day, written[0].Entity), nil)
		},
	})
}

// next is the id of the next booking.
func (a *Appointments) next() (string, error) {
	prefix := fmt.Sprintf("Y%d-", a.h.today().Year())
	if inc := a.h.cfg.Self().Incarnation; inc > 1 {
		prefix += fmt.Sprintf("%d-", inc)
	}
	return a.h.numbered(a.log, prefix)
}

// plan finds the slot, and refuses who has it already. It runs under the log's
// lock: two people never get the last place.
func (a *Appointments) plan(form BookForm) (appointment.BookedBody, error) {
	body := appointment.BookedBody{Home: form.Home, Day: form.Day, Item: form.Item, Channel: form.Channel}
	if err := a.when(form); err != nil {
		return body, err
	}
	b, err := a.of(form.Day)
	if err != nil {
		return body, err
	}
	if form.Home {
		err = a.homePlan(b, form, &body)
	} else {
		err = a.slotPlan(form, &body)
	}
	if err != nil {
		return body, err
	}
	if form.Channel == appointment.Net {
		if err := a.oftenOnline(form.Who); err != nil {
			return body, err
		}
	}
	return body, a.twice(b, form.Who, body)
}

// oftenOnline refuses a telephone with too many open bookings that nobody of the
// center made: whoever types other names into the page gets no further.
func (a *Appointments) oftenOnline(who appointment.Person) error {
	today, open := a.h.today(), 0
	for n := -1; n <= appointment.MaxAhead; n++ {
		day := today.Add(n)
		if n < 0 {
			day = unplanned
		}
		b, err := a.of(day)
		if err != nil {
			return err
		}
		for _, one := range b.all {
			if one.State != appointment.Booked || one.Channel != appointment.Net {
				continue
			}
			if p, err := a.person(b, one); err != nil || !p.Reached(who) {
				continue // erased, or somebody else
			}
			if open++; open >= appointment.MaxOpen {
				return refusal.Newf(appointment.Twice, "", "cancel one first", "%d appointments were booked online with this telephone already", open)
			}
		}
	}
	return nil
}

func (a *Appointments) when(form BookForm) error {
	today := a.h.today()
	switch {
	case form.Home && form.Day == unplanned:
		return nil
	case !form.Day.Valid():
		return refusal.Newf(appointment.BadBooking, "", "write it as 2026-01-01", "%q is no day", form.Day)
	case form.Day < today:
		return refusal.Newf(appointment.NoSlot, "", "", "%s is over", form.Day)
	case form.Day > today.Add(appointment.MaxAhead):
		return refusal.Newf(appointment.NoSlot, "", "", "%s is more than %d days off", form.Day, appointment.MaxAhead)
	}
	return nil
}

func (a *Appointments) homePlan(b *bookings, form BookForm, body *appointment.BookedBody) error {
	most := appointment.MaxDay
	if form.Day == unplanned {
		most = appointment.MaxUnplanned
	}
	if len(b.all) >= most {
		return refusal.Newf(appointment.SlotFull, "", "", "at most %d appointments", most)
	}
	if form.Time == "" {
		return nil
	}
	at, err := timetable.ParseClock(form.Time)
	if err != nil || at >= 24*60 {
		return refusal.Newf(appointment.BadBooking, "", "such as 09:30", "%q is no time", form.Time)
	}
	body.Span = timetable.Span{From: at, To: min(at+homeVisit, 24*60)}
	return nil
}

// homeVisit is how long a home visit takes, in minutes, where nobody says.
const homeVisit = 60

func (a *Appointments) slotPlan(form BookForm, body *appointment.BookedBody) error {
	at, err := timetable.ParseClock(form.Time)
	if err != nil {
		return refusal.Newf(appointment.BadBooking, "", "such as 09:30", "%q is no time", form.Time)
	}
	t := form.Type
	if t == "" && form.Item != "" {
		if t, err = a.h.Queue.typeFor("", form.Item); err != nil {
			return err
		}
	}
	slots, err := a.Slots(form.Day, t)
	if err != nil {
		return err
	}
	full, found := false, false
	for _, s := range slots {
		if s.Span.From != at || form.Entry != "" && s.Entry != form.Entry {
			continue
		}
		if timetable.Moment(s.Day, s.Span.To).Before(a.h.cfg.Now()) {
			return refusal.Newf(appointment.NoSlot, "", "", "%s at %s is over", form.Day, form.Time)
		}
		found = true
		if full = s.Booked >= s.Capacity; full {
			continue
		}
		body.Span, body.Type, body.Entry, body.Place = s.Span, s.Type, s.Entry, s.Place
		return nil
	}
	if found {
		return refusal.Newf(appointment.SlotFull, "", "'tongban appointment slots' shows what is free", "%s at %s is fully booked", form.Day, form.Time)
	}
	return refusal.Newf(appointment.NoSlot, "", "'tongban appointment slots' shows what may be booked", "nothing can be booked on %s at %s%s", form.Day, form.Time, of(t))
}

func of(t string) string {
	if t == "" {
		return ""
	}
	return " for " + t
}

// twice refuses somebody who has that time already, or too many on the day.
func (a *Appointments) twice(b *bookings, who appointment.Person, body appointment.BookedBody) error {
	open := 0
	for _, one := range b.all {
		if one.State != appointment.Booked {
			continue
		}
		person, err := a.person(b, one)
		if err != nil || !person.Same(who) {
			continue // erased, or somebody else
		}
		if open++; open >= appointment.MaxOpen {
			return refusal.Newf(appointment.Twice, "", "cancel one first", "this person has %d appointments on that day already", open)
		}
		if one.Span == (timetable.Span{}) && body.Span == (timetable.Span{}) || one.Span.From < body.Span.To && body.Span.From < one.Span.To {
			return refusal.Newf(appointment.Twice, "", "cancel it first with 'tongban appointment cancel "+one.ID+"'", "this person has an appointment at that time already: %s", one.ID)
		}
	}
	return nil
}

func (a *Appointments) person(b *bookings, one appointment.Booking) (appointment.Person, error) {
	a.mu.Lock()
	p, ok := b.who[one.ID]
	a.mu.Unlock()
	if ok {
		return p, nil
	}
	if err := a.h.open(one.Who, &p); err != nil {
		return p, err
	}
	a.mu.Lock()
	b.who[one.ID] = p
	a.mu.Unlock()
	return p, nil
}
