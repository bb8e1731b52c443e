package hall

import (
	"cmp"
	"slices"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/hall/appointment"
)

// BookingView is a booking as the counter reads it.
type BookingView struct {
	appointment.Booking
	Missed bool                `json:"missed,omitempty"` // its day is over and nobody came
	Person *appointment.Person `json:"person,omitempty"` // masked, unless it was asked for in the clear; nil: not asked for, or erased
}

// List lists the bookings of a day by time; of no day ("") the home visits that
// wait for one. Names are masked.
func (a *Appointments) List(day workday.Date) ([]BookingView, error) {
	b, err := a.of(day)
	if err != nil {
		return nil, err
	}
	out := make([]BookingView, 0, len(b.all))
	for _, one := range b.all {
		v := a.view(one)
		if p, err := a.person(b, one); err == nil {
			p = maskPerson(p)
			v.Person = &p
		}
		out = append(out, v)
	}
	slices.SortStableFunc(out, func(x, y BookingView) int {
		return cmp.Or(cmp.Compare(x.Span.From, y.Span.From), cmp.Compare(x.ID, y.ID))
	})
	return out, nil
}

func (a *Appointments) view(b appointment.Booking) BookingView {
	return BookingView{Booking: b, Missed: b.State == appointment.Booked && b.Day != "" && b.Day < a.h.today()}
}

// Show is one booking with who made it: masked, unless unmask, which is
// recorded with the name of who asked.
func (a *Appointments) Show(by By, id string, unmask bool) (BookingView, error) {
	b, err := a.Get(id)
	if err != nil {
		return BookingView{}, err
	}
	v := a.view(b)
	var p appointment.Person
	if err := a.h.open(b.Who, &p); err != nil {
		return v, nil // erased: the rest still stands
	}
	if unmask {
		if err := a.h.looked(by, appointmentsLog, id); err != nil {
			return v, err
		}
	} else {
		p = maskPerson(p)
	}
	v.Person = &p
	return v, nil
}

// Own is a booking as whoever made it sees it, by its number and its code: names
// are masked all the same. What is wrong with either is not told apart.
func (a *Appointments) Own(id, code string) (BookingView, error) {
	b, p, err := a.named(id, func(_ appointment.Booking, s appointment.Secret) bool { return s.Opens(code) })
	if err != nil {
		return BookingView{}, err
	}
	v := a.view(b)
	p = maskPerson(p)
	v.Person = &p
	return v, nil
}

// named is the booking of a number and whoever made it, where that is theirs who
// ask; of one that was erased the code went with the rest.
func (a *Appointments) named(id string, theirs func(appointment.Booking, appointment.Secret) bool) (b appointment.Booking, p appointment.Person, err error) {
	none := refusal.Newf(appointment.NotYours, "", "", "no appointment goes by that number and code")
	if len(id) > maxNumber {
		return b, p, none
	}
	if b, err = a.Get(id); refusal.CodeOf(err) == refusal.NotFound {
		return b, p, none
	} else if err != nil {
		return b, p, err
	}
	if err := a.h.open(b.Who, &p); err != nil || !theirs(b, p.Secret) {
		return b, p, none
	}
	return b, p, nil
}

// maxNumber is how long the number of a booking is at most.
const maxNumber = 40

// CancelOwn ends a booking for whoever made it.
func (a *Appointments) CancelOwn(id, code, why string) (BookingView, error) {
	if _, err := a.Own(id, code); err != nil {
		return BookingView{}, err
	}
	if _, err := a.Cancel(By{}, id, why); err != nil {
		return BookingView{}, err
	}
	return a.Own(id, code)
}

// CheckInOwn is CheckIn by whoever comes, at a machine: by the number of their
// booking and the code that they were given online. A booking that was made at a
// window or by telephone has no code; of that the number will do, as at the
// guide desk. What is wrong with either is not told apart.
func (a *Appointments) CheckInOwn(by By, id, code string) (TicketView, error) {
	_, _, err := a.named(id, func(b appointment.Booking, s appointment.Secret) bool {
		return !b.Home && (s.IsZero() || s.Opens(code))
	})
	if err != nil {
		return TicketView{}, err
	}
	_, ticket, err := a.CheckIn(by, id, "")
	if err != nil {
		return TicketView{}, err
	}
	return *ticket, nil
}

func maskPerson(p appointment.Person) appointment.Person {
	p.Name, p.Telephone, p.Identity = applicant.MaskName(p.Name), applicant.MaskPhone(p.Telephone), applicant.MaskID(p.Identity)
	p.Address, p.Matter, p.Secret = applicant.MaskAddress(p.Address), "", appointment.Secret{}
	return p
}
