package hall

import (
	"cmp"
	"fmt"

	"tongban/consensus/refusal"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/queue"
	"tongban/intake/hall/timetable"
	"tongban/intake/journal"
)

// CheckIn says that somebody with an appointment is there: they get a queue
// ticket that goes first from the appointed time on. Of a home visit it says
// that it was made.
func (a *Appointments) CheckIn(by By, id string, priority queue.Reason) (appointment.Booking, *TicketView, error) {
	const op = "check in"
	call, err := a.h.call(by, anybody, op, id)
	if err != nil {
		return appointment.Booking{}, nil, err
	}
	b, err := a.Get(id)
	if err != nil {
		return b, nil, err
	}
	if b.State == appointment.CheckedIn && b.Day == a.h.today() && b.Ticket != "" {
		ticket, err := a.h.Queue.Ticket(b.Ticket)
		return b, &ticket, err
	}
	if err := b.May("checked in"); err != nil {
		return b, nil, err
	}
	if b.Day != a.h.today() {
		return b, nil, refusal.Newf(appointment.WrongState, op, "cancel it, and book another or take a queue ticket", "appointment %s is on %s", id, cmp.Or(string(b.Day), "no day yet"))
	}
	self := a.h.cfg.Self()
	body := appointment.CheckedInBody{Visit: fmt.Sprintf("%s.%d-%s", self.Center, self.Incarnation, id)}
	var ticket *TicketView
	if !b.Home {
		one, err := a.ticket(call, b, priority)
		if err != nil {
			return b, nil, err
		}
		ticket, body = &one, appointment.CheckedInBody{Ticket: one.Number, Visit: one.Visit}
	}
	b, err = a.change(call, id, func(b appointment.Booking) (string, any, error) {
		return appointment.KindCheckedIn, body, b.May("checked in")
	}, nil)
	return b, ticket, err
}

// ticket takes the ticket of an appointment. Its key makes that happen once,
// also where the node stops before the appointment says so.
func (a *Appointments) ticket(call journal.Call, b appointment.Booking, priority queue.Reason) (TicketView, error) {
	t, err := a.h.Queue.typeFor(b.Type, b.Item)
	if err != nil {
		return TicketView{}, err
	}
	call.Key = "check-in " + b.ID
	call.Sum = b.Who.Hash
	return a.h.Queue.take(call, queue.Wish{
		Type: t, Priority: priority, Appointment: b.ID,
		Due: timetable.Moment(b.Day, b.Span.From).UnixMilli(), Until: timetable.Moment(b.Day, b.Span.To).UnixMilli(),
	})
}
