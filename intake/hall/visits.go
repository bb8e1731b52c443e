package hall

import (
	"cmp"
	"slices"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/timetable"
)

// AssignForm sets a home visit's day, time and those who make it.
type AssignForm struct {
	Staff []string     `json:"to" minItems:"1" maxItems:"10" doc:"numbers or names of those who make the visit"`
	Day   workday.Date `json:"day,omitempty" doc:"YYYY-MM-DD; default: as booked"`
	Hours string       `json:"hours,omitempty" maxLength:"11" doc:"such as 09:30-10:30; default: as booked"`
}

// Assign schedules a home visit. Nobody makes two at the same time.
func (a *Appointments) Assign(by By, id string, form AssignForm) (appointment.Booking, error) {
	const op = "assign a home visit"
	call, err := a.h.call(by, member, op, []any{id, form})
	if err != nil {
		return appointment.Booking{}, err
	}
	body := appointment.AssignedBody{Day: form.Day}
	for _, name := range form.Staff {
		number, err := a.h.Staff.number(name)
		if err != nil {
			return appointment.Booking{}, err
		}
		body.Staff = append(body.Staff, number)
	}
	return a.change(call, id, func(b appointment.Booking) (string, any, error) {
		if err := a.assign(b, form, &body); err != nil {
			return "", nil, err
		}
		return appointment.KindAssigned, body, nil
	}, func(txn *badger.Txn, was appointment.Booking) error {
		if err := txn.Delete(dayKey(was.Day, id)); err != nil {
			return err
		}
		return txn.Set(dayKey(body.Day, id), nil)
	})
}

func (a *Appointments) assign(b appointment.Booking, form AssignForm, body *appointment.AssignedBody) error {
	if err := b.May("assigned"); err != nil {
		return err
	}
	body.Day, body.Span = cmp.Or(body.Day, b.Day), b.Span
	switch {
	case !b.Home:
		return refusal.Newf(appointment.WrongState, "", "", "appointment %s is no home visit", b.ID)
	case len(body.Staff) == 0 || len(body.Staff) > 10:
		return refusal.Newf(appointment.BadBooking, "", "", "a home visit is made by one to ten members of staff")
	case !body.Day.Valid() || body.Day < a.h.today():
		return refusal.Newf(appointment.BadBooking, "", "choose a day after today", "%q is no day to come", body.Day)
	}
	if form.Hours != "" {
		if err := body.Span.UnmarshalText([]byte(form.Hours)); err != nil {
			return refusal.New(appointment.BadBooking, "", "", err)
		}
	}
	if body.Span == (timetable.Span{}) {
		return refusal.Newf(appointment.BadBooking, "", "such as 09:30-10:30", "no hours are set")
	}
	day, err := a.of(body.Day)
	if err != nil {
		return err
	}
	for _, other := range day.all {
		if other.ID == b.ID || other.State != appointment.Booked || other.Span.From >= body.Span.To || body.Span.From >= other.Span.To {
			continue
		}
		for _, s := range body.Staff {
			if slices.Contains(other.Staff, s) {
				return refusal.Newf(refusal.Conflict, "", "another time, or somebody else", "%s makes home visit %s at that time", s, other.ID)
			}
		}
	}
	return nil
}
