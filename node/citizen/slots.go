package citizen

import (
	"net/http"
	"net/url"
	"slices"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/timetable"
)

// wish is what somebody wants to book, as an address says it.
type wish struct {
	Item  item.Code
	Type  string // of window; "": any
	On    workday.Date
	At    string // when the slot begins
	Entry string // the entry of the timetable that the slot is of
	Home  bool
}

// choosing is the way to a slot: the window, the day, the time.
type choosing struct {
	wish
	Name        string // of the item
	Types       []link // to choose from
	Days        []dayLink
	Day         string // that was asked for, in words
	Slots       []slotLink
	Next        *dayLink // the next day with a place, where this one has none
	Provisional bool
	Min, Max    workday.Date
	None        bool // there is nothing to book at all
	HomeVisits  bool
	Why         string // why the day is none
}

type link struct{ Text, Link string }

type dayLink struct {
	Text, Link string
	Free       int
}

type slotLink struct {
	timetable.Slot
	Link string
	Free int
}

// Address is a page for the wish with some of it set anew.
func (w wish) Address(path string, set ...string) string {
	q := url.Values{}
	for _, pair := range [][2]string{{"item", string(w.Item)}, {"type", w.Type}, {"on", string(w.On)}, {"at", w.At}, {"entry", w.Entry}} {
		if pair[1] != "" {
			q.Set(pair[0], pair[1])
		}
	}
	if w.Home {
		q.Set("home", "1")
	}
	for i := 0; i+1 < len(set); i += 2 {
		if q.Del(set[i]); set[i+1] != "" {
			q.Set(set[i], set[i+1])
		}
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// wishOf reads a wish; what is none of it is left out.
func (s *public) wishOf(p *page, get func(string) string) (w wish, it *item.Item) {
	if found, _, ok := s.find(item.Code(get("item"))); ok {
		w.Item, it = found.Ref.Code, found
	}
	if t := get("type"); slices.Contains(s.types(p), t) {
		w.Type = t
	}
	if day := workday.Date(get("on")); day.Valid() {
		w.On = day
	}
	if _, err := timetable.ParseClock(get("at")); err == nil {
		w.At = get("at")
	}
	for _, e := range s.Hours() {
		if e.ID == get("entry") {
			w.Entry = e.ID
		}
	}
	w.Home = get("home") != "" && s.HomeVisits
	return w, it
}

// types are the types of windows that have slots from now on; "" stands for
// those that take anybody.
func (s *public) types(p *page) []string {
	var all []string
	for _, e := range s.Hours() {
		if e.Minutes == 0 || e.To != "" && e.To < p.Today {
			continue
		}
		of := e.Types
		if len(of) == 0 {
			of = []string{""}
		}
		for _, t := range of {
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}

// choose leads to a slot, one question at a time.
func (s *public) choose(r *http.Request, p *page) int {
	p.Name, p.Title = "appointment", p.Say("appointment")
	w, it := s.wishOf(p, r.URL.Query().Get)
	d := &choosing{wish: w, Min: p.Today, Max: p.Today.Add(appointment.MaxAhead), HomeVisits: s.HomeVisits}
	p.Data = d
	types := s.types(p)
	if it != nil {
		d.Name = it.Name
		if t, err := s.Hall.TypeFor(it.Ref.Code); d.Type == "" && err == nil && slices.Contains(types, t) {
			d.Type = t
		}
	}
	if len(types) == 1 {
		d.Type = types[0]
	}
	kept(p, "item", string(d.Item), "type", d.Type, "on", string(d.On))
	switch {
	case len(types) == 0:
		d.None = true
		return http.StatusOK
	case d.Type == "" && len(types) > 1:
		for _, t := range types {
			if t != "" {
				d.Types = append(d.Types, link{t, d.Address("/appointment", "type", t)})
			}
		}
		return http.StatusOK
	}
	var err error
	if d.On == "" {
		err = s.chooseDay(p, d)
	} else {
		err = s.chooseTime(p, d)
	}
	if err != nil {
		s.Log.Error("list what can be booked", "err", err)
		return closed(p, "appointment", "try_later", http.StatusInternalServerError)
	}
	return http.StatusOK
}

// mostDays is how many days are listed; a field leads to the others.
const mostDays = 8

func (s *public) chooseDay(p *page, d *choosing) error {
	full := 0
	for n := 0; n <= appointment.MaxAhead && len(d.Days)-full < mostDays && len(d.Days) < 2*mostDays; n++ {
		one, some, err := s.day(p, d, p.Today.Add(n))
		if err != nil {
			return err
		}
		if !some {
			continue
		}
		if d.Days = append(d.Days, one); one.Free == 0 {
			full++
		}
	}
	d.None = len(d.Days) == 0
	return nil
}

// day is one day with slots, and how many places are left; some: it has any.
func (s *public) day(p *page, d *choosing, on workday.Date) (one dayLink, some bool, err error) {
	slots, err := s.slots(on, d.Type)
	one = dayLink{Text: dayName(p, on), Link: d.Address("/appointment", "on", string(on), "type", d.Type)}
	for _, slot := range slots {
		one.Free += max(0, slot.Capacity-slot.Booked)
	}
	return one, len(slots) > 0, err
}

// slots are those of a day that have not begun.
func (s *public) slots(on workday.Date, t string) ([]timetable.Slot, error) {
	all, err := s.Hall.Slots(on, t)
	now := s.Now()
	return slices.DeleteFunc(all, func(slot timetable.Slot) bool { return timetable.Moment(on, slot.Span.From).Before(now) }), err
}

func (s *public) chooseTime(p *page, d *choosing) error {
	d.Day = dayName(p, d.On)
	if d.On < d.Min || d.On > d.Max {
		d.Why = p.Say("day_too_far")
		d.On = ""
		return s.chooseDay(p, d)
	}
	slots, err := s.slots(d.On, d.Type)
	if err != nil {
		return err
	}
	free := 0
	for _, slot := range slots {
		one := slotLink{Slot: slot, Free: max(0, slot.Capacity-slot.Booked)}
		one.Link = d.Address("/appointment/book", "type", slot.Type, "at", timetable.Clock(slot.Span.From), "entry", slot.Entry)
		free += one.Free
		d.Slots = append(d.Slots, one)
		d.Provisional = d.Provisional || slot.Provisional
	}
	for n := 1; free == 0 && d.Next == nil && d.On.Add(n) <= d.Max; n++ {
		one, _, err := s.day(p, d, d.On.Add(n))
		if err != nil {
			return err
		}
		if one.Free > 0 {
			d.Next = &one
		}
	}
	return nil
}
