package hall

import (
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/hall/timetable"
	"tongban/intake/journal"
)

// Timetable is when and where the center serves.
type Timetable struct {
	h     *Hall
	log   *journal.Book
	table holding[timetable.Table]
}

func (h *Hall) openTimetable() (err error) {
	t := &Timetable{h: h}
	t.table.set(timetable.Table{})
	h.Timetable = t
	t.log, err = h.shelf.Book("timetable", func(e journal.Entry) error {
		next, err := t.table.get().Apply(e.Kind, e.Entity, e.Decode)
		t.table.set(next)
		return err
	})
	return err
}

// Entries lists all entries that stand.
func (t *Timetable) Entries() []timetable.Entry { return t.table.get().Entries() }

// On lists the entries of a day; provisional says that its year has no published
// calendar yet.
func (t *Timetable) On(day workday.Date) (entries []timetable.Entry, provisional bool) {
	return t.table.get().Today(day, t.h.cfg.Register.Calendar())
}

// Add writes an entry, and gives it its id.
func (t *Timetable) Add(by By, e timetable.Entry) (timetable.Entry, error) {
	const op = "add to the timetable"
	e.ID = ""
	call, err := t.h.call(by, member, op, e)
	if err != nil {
		return e, err
	}
	if err := e.Check(t.h.types()); err != nil {
		return e, err
	}
	for i, s := range e.Staff {
		if e.Staff[i], err = t.h.Staff.number(s); err != nil {
			return e, err
		}
	}
	written, err := t.log.Append(call, journal.Change{Plan: func() ([]journal.Draft, error) {
		if e.ID = t.table.get().Next(); e.ID == "" {
			return nil, refusal.Newf(refusal.TooLarge, op, "remove some", "at most %d entries", timetable.MaxEntries)
		}
		return []journal.Draft{{Kind: timetable.EntryAdded, Entity: e.ID, Body: e}}, nil
	}})
	if err != nil {
		return e, err
	}
	err = written[0].Decode(&e)
	return e, err
}

// Remove takes an entry out. What was booked in it stays booked.
func (t *Timetable) Remove(by By, id string) error {
	const op = "remove from the timetable"
	call, err := t.h.call(by, member, op, id)
	if err != nil {
		return err
	}
	_, err = t.log.Append(call, journal.Change{Plan: func() ([]journal.Draft, error) {
		if _, ok := t.table.get().Entry(id); !ok {
			return nil, refusal.Newf(refusal.NotFound, op, "'tongban timetable list' shows them", "there is no entry %q", id)
		}
		return []journal.Draft{{Kind: timetable.EntryRemoved, Entity: id, Body: timetable.EmptyBody{}}}, nil
	}})
	return err
}
