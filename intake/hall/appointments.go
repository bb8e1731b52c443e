package hall

import (
	"cmp"
	"slices"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/timetable"
	"tongban/intake/journal"
)

// Appointments are what was booked: slots of the timetable, and home visits.
type Appointments struct {
	h   *Hall
	log *journal.Book

	mu   sync.Mutex
	gen  int                        // guarded by mu: raised by each write
	days map[workday.Date]*bookings // guarded by mu
}

// bookings are those of one day. Who booked stands in memory once it was asked
// for, and nowhere else in the clear.
type bookings struct {
	all []appointment.Booking
	who map[string]appointment.Person
}

const (
	appointmentsLog = "appointments"
	keptDays        = appointment.MaxAhead + 30
	unplanned       = workday.Date("") // home visits that no day is set for
)

// Keys: hall/x/ap/<day>/<id>, without a value.
func dayPrefix(day workday.Date) []byte {
	return []byte("hall/x/ap/" + cmp.Or(string(day), "none") + "/")
}

func dayKey(day workday.Date, id string) []byte { return append(dayPrefix(day), id...) }

func (h *Hall) openAppointments() (err error) {
	a := &Appointments{h: h, days: map[workday.Date]*bookings{}}
	h.Appointments = a
	a.log, err = h.shelf.Book(appointmentsLog, nil)
	return err
}

// of are the bookings of a day.
func (a *Appointments) of(day workday.Date) (*bookings, error) {
	a.mu.Lock()
	known, gen := a.days[day], a.gen
	a.mu.Unlock()
	if known != nil {
		return known, nil
	}
	ids, err := a.ids(day)
	if err != nil {
		return nil, err
	}
	b := &bookings{who: map[string]appointment.Person{}}
	for _, id := range ids {
		one, err := a.Get(id)
		if err != nil {
			return nil, err
		}
		b.all = append(b.all, one)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if gen == a.gen {
		if len(a.days) >= keptDays {
			clear(a.days)
		}
		a.days[day] = b
	}
	return b, nil
}

func (a *Appointments) ids(day workday.Date) ([]string, error) {
	var ids []string
	err := a.h.cfg.DB.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix, opts.PrefetchValues = dayPrefix(day), false
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			ids = append(ids, string(it.Item().Key()[len(opts.Prefix):]))
		}
		return nil
	})
	return ids, err
}

// changed puts a booking as it stands now into what is in memory.
func (a *Appointments) changed(b appointment.Booking, who *appointment.Person) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gen++
	for day, old := range a.days {
		at := slices.IndexFunc(old.all, func(o appointment.Booking) bool { return o.ID == b.ID })
		if at < 0 && day != b.Day {
			continue
		}
		next := &bookings{all: slices.Clone(old.all), who: old.who}
		switch {
		case at < 0:
			next.all = append(next.all, b)
		case day == b.Day:
			next.all[at] = b
		default:
			next.all = slices.Delete(next.all, at, at+1)
		}
		a.days[day] = next
	}
	if day := a.days[b.Day]; day != nil && who != nil {
		day.who[b.ID] = *who
	}
}

// Get is one booking.
func (a *Appointments) Get(id string) (appointment.Booking, error) {
	entries, err := a.log.Entity(id)
	if err != nil {
		return appointment.Booking{}, err
	}
	if len(entries) == 0 {
		return appointment.Booking{}, refusal.Newf(refusal.NotFound, "", "'tongban appointment list' shows them", "there is no appointment %q", id)
	}
	b := appointment.Booking{ID: id}
	for _, e := range entries {
		if b, err = b.Apply(e.Kind, e.At, e.Decode); err != nil {
			return b, err
		}
	}
	return b, nil
}

// Slots lists the slots of a day, and how many are booked in each; those of one
// type, where it is named.
func (a *Appointments) Slots(day workday.Date, t string) ([]timetable.Slot, error) {
	b, err := a.of(day)
	if err != nil {
		return nil, err
	}
	slots := timetable.Slots(a.h.Timetable.Entries(), day, a.h.cfg.Register.Calendar())
	slots = slices.DeleteFunc(slots, func(s timetable.Slot) bool { return t != "" && s.Type != t && s.Type != "" })
	for i := range slots {
		for _, one := range b.all {
			if one.State != appointment.Cancelled && one.Entry == slots[i].Entry && one.Type == slots[i].Type && one.Span == slots[i].Span {
				slots[i].Booked++
			}
		}
	}
	return slots, nil
}

// TypeFor is the type of window that takes an item here.
func (a *Appointments) TypeFor(code item.Code) (string, error) { return a.h.Queue.typeFor("", code) }

// write appends one entry, and keeps what is in memory in step while the log is
// still locked: the next plan counts on it.
func (a *Appointments) write(call journal.Call, who *appointment.Person, c journal.Change) (appointment.Booking, error) {
	c.Done = func(written []journal.Entry) error {
		b, err := a.Get(written[0].Entity)
		if err == nil {
			a.changed(b, who)
		}
		return err
	}
	written, err := a.log.Append(call, c)
	if err != nil {
		if refusal.CodeOf(err) == "" {
			a.forget() // it may stand all the same
		}
		return appointment.Booking{}, err
	}
	a.h.bell.ring()
	return a.Get(written[0].Entity)
}

func (a *Appointments) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.gen++
	clear(a.days)
}

// change plans one entry on a booking as it stands.
func (a *Appointments) change(call journal.Call, id string, plan func(b appointment.Booking) (kind string, body any, err error), with func(txn *badger.Txn, b appointment.Booking) error) (appointment.Booking, error) {
	var was appointment.Booking
	return a.write(call, nil, journal.Change{
		Plan: func() (_ []journal.Draft, err error) {
			if was, err = a.Get(id); err != nil {
				return nil, err
			}
			kind, body, err := plan(was)
			return []journal.Draft{{Kind: kind, Entity: id, Body: body}}, err
		},
		With: func(txn *badger.Txn, _ []journal.Entry) error {
			if with == nil {
				return nil
			}
			return with(txn, was)
		},
	})
}

// Cancel ends a booking.
func (a *Appointments) Cancel(by By, id, why string) (appointment.Booking, error) {
	const op = "cancel an appointment"
	call, err := a.h.call(by, anybody, op, []string{id, why})
	if err != nil {
		return appointment.Booking{}, err
	}
	return a.change(call, id, func(b appointment.Booking) (string, any, error) {
		body, err := b.Cancel(why)
		return appointment.KindCancelled, body, err
	}, nil)
}
