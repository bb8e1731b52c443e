// Package timetable is when and where a center serves: its hours, its extended
// hours (延时服务), the stations (驿站) at which somebody sits on some days,
// mobile service (流动服务), and the slots that may be booked in them.
//
// It must never read a clock or a disk, and never guess a holiday: which days
// are working days is the published calendar's to say.
package timetable

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
)

// BadEntry is the code for an entry that can't be kept.
const BadEntry refusal.Code = "bad_timetable"

// Kind is what an entry is about.
type Kind string

// The kinds.
const (
	Hours    Kind = "hours"    // 办公时间
	Extended Kind = "extended" // 延时、错时服务
	Station  Kind = "station"  // 驿站
	Mobile   Kind = "mobile"   // 流动服务
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Hours, Extended, Station, Mobile} }

// The words for days. Working days and days off are the calendar's: a made-up
// Saturday is a working day.
const (
	Workdays = "workdays"
	Restdays = "restdays"
)

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Entry is one line of the timetable.
type Entry struct {
	ID     string         `cbor:"1,keyasint" json:"id"`
	Kind   Kind           `cbor:"2,keyasint" json:"kind"`
	Place  string         `cbor:"3,keyasint,omitempty" json:"place,omitempty"` // where; "": the hall
	Days   []string       `cbor:"4,keyasint,omitempty" json:"days,omitempty"`  // workdays, restdays, mon to sun
	Dates  []workday.Date `cbor:"5,keyasint,omitempty" json:"dates,omitempty"` // single days besides
	Except []workday.Date `cbor:"6,keyasint,omitempty" json:"except,omitempty"`
	Hours  []Span         `cbor:"7,keyasint" json:"hours"`
	Types  []string       `cbor:"8,keyasint,omitempty" json:"types,omitempty"`  // of windows
	Items  []item.Code    `cbor:"9,keyasint,omitempty" json:"items,omitempty"`  // what can be done there; none: whatever the center takes
	Staff  []string       `cbor:"10,keyasint,omitempty" json:"staff,omitempty"` // staff numbers
	From   workday.Date   `cbor:"11,keyasint,omitempty" json:"from,omitempty"`
	To     workday.Date   `cbor:"12,keyasint,omitempty" json:"to,omitempty"`

	// Slots that may be booked: how long one is, and how many people each takes
	// for each type. 0: nothing may be booked.
	Minutes  int `cbor:"13,keyasint,omitempty" json:"slot_minutes,omitempty"`
	Capacity int `cbor:"14,keyasint,omitempty" json:"capacity,omitempty"`

	Note string `cbor:"15,keyasint,omitempty" json:"note,omitempty"`
}

// Span is a stretch of a day, in minutes after midnight in China.
type Span struct {
	_    struct{} `cbor:",toarray"`
	From int
	To   int
}

// String writes 09:00-11:30.
func (s Span) String() string { return Clock(s.From) + "-" + Clock(s.To) }

// MarshalText writes 09:00-11:30, and nothing for no hours at all.
func (s Span) MarshalText() ([]byte, error) {
	if s == (Span{}) {
		return nil, nil
	}
	return []byte(s.String()), nil
}

// UnmarshalText reads 09:00-11:30.
func (s *Span) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*s = Span{}
		return nil
	}
	from, to, ok := strings.Cut(string(text), "-")
	a, err1 := ParseClock(from)
	b, err2 := ParseClock(to)
	if !ok || err1 != nil || err2 != nil || a >= b {
		return refusal.Newf(BadEntry, "", "such as 09:00-11:30", "%q are no hours", text)
	}
	s.From, s.To = a, b
	return nil
}

// Clock writes minutes after midnight as 09:00.
func Clock(minutes int) string { return fmt.Sprintf("%02d:%02d", minutes/60, minutes%60) }

// ParseClock reads 09:00, up to 24:00.
func ParseClock(s string) (minutes int, err error) {
	h, m, ok := strings.Cut(strings.TrimSpace(s), ":")
	hour, err1 := strconv.Atoi(h)
	minute, err2 := strconv.Atoi(m)
	if !ok || err1 != nil || err2 != nil || hour < 0 || minute < 0 || minute > 59 || hour*60+minute > 24*60 || len(h) > 2 || len(m) != 2 {
		return 0, fmt.Errorf("%q: want a time such as 09:00", s)
	}
	return hour*60 + minute, nil
}

// Moment is a time of a day.
func Moment(day workday.Date, minutes int) time.Time {
	return day.Start().Add(time.Duration(minutes) * time.Minute)
}

// Bounds.
const (
	MaxEntries = 500
	maxList    = 100
	maxText    = 200
	maxSlots   = 200 // people in one slot
)

// Check says what is wrong with an entry; types are those of the rule
// window_types, none: the area sets none.
func (e Entry) Check(types []string) error {
	switch {
	case !slices.Contains(Kinds(), e.Kind):
		return bad("hours, extended, station or mobile", "%q is no kind of entry", e.Kind)
	case len(e.Days) == 0 && len(e.Dates) == 0:
		return bad("workdays, restdays, mon to sun, or dates", "no day is named")
	case len(e.Hours) == 0:
		return bad("such as 09:00-11:30", "no hours are named")
	case (e.Kind == Station || e.Kind == Mobile) && e.Place == "":
		return bad("", "a station and a mobile service need a place")
	case len(e.Days) > 9 || len(e.Dates) > maxList || len(e.Except) > maxList || len(e.Hours) > 10 || len(e.Types) > 20 || len(e.Items) > maxList || len(e.Staff) > maxList:
		return refusal.Newf(refusal.TooLarge, "", "make several entries", "a list of the entry is too long")
	case (e.Minutes == 0) != (e.Capacity == 0) || e.Minutes < 0 || e.Minutes > 480 || e.Minutes != 0 && e.Minutes < 5 || e.Capacity < 0 || e.Capacity > maxSlots:
		return bad("such as 30 minutes for 4 people", "slots are 5 to 480 minutes, for 1 to %d people", maxSlots)
	}
	for _, text := range slices.Concat([]string{e.Place, e.Note}, e.Types, e.Staff) {
		if utf8.RuneCountInString(text) > maxText || strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }) {
			return bad("", "a text has more than %d characters, or some that can't be shown", maxText)
		}
	}
	for _, d := range e.Days {
		if d != Workdays && d != Restdays && !slices.Contains(weekdays, d) {
			return bad("workdays, restdays, mon to sun", "%q is no word for days", d)
		}
	}
	for _, d := range slices.Concat(e.Dates, e.Except) {
		if !d.Valid() {
			return bad("write it as 2026-01-01", "%q is no day", d)
		}
	}
	for _, d := range []workday.Date{e.From, e.To} {
		if d != "" && !d.Valid() {
			return bad("write it as 2026-01-01", "%q is no day", d)
		}
	}
	if e.From != "" && e.To != "" && e.To < e.From {
		return bad("", "the last day is before the first")
	}
	for i, t := range e.Types {
		if t == "" || slices.Contains(e.Types[:i], t) || len(types) > 0 && !slices.Contains(types, t) {
			return bad("the area's types: "+strings.Join(types, "、"), "%q is no type of window here, or there twice", t)
		}
	}
	return e.checkHours()
}

func (e Entry) checkHours() error {
	for i, s := range e.Hours {
		if s.From < 0 || s.To > 24*60 || s.From >= s.To {
			return bad("such as 09:00-11:30", "%s are no hours", s)
		}
		if i > 0 && s.From < e.Hours[i-1].To {
			return bad("in order, one after another", "%s overlaps what is before it", s)
		}
	}
	return nil
}

func bad(hint, format string, args ...any) error {
	return refusal.Newf(BadEntry, "", hint, format, args...)
}

// On reports whether an entry holds on a day. provisional: the calendar of that
// year is not published yet, and the answer may change.
func (e Entry) On(day workday.Date, calendar workday.Calendar) (on, provisional bool) {
	weekday, ok := day.Weekday()
	if !ok || e.From != "" && day < e.From || e.To != "" && day > e.To || slices.Contains(e.Except, day) {
		return false, false
	}
	if slices.Contains(e.Dates, day) || slices.Contains(e.Days, weekdays[weekday]) {
		return true, false
	}
	if !slices.Contains(e.Days, Workdays) && !slices.Contains(e.Days, Restdays) {
		return false, false
	}
	work, known := calendar.IsWorkday(day)
	if work {
		return slices.Contains(e.Days, Workdays), !known
	}
	return slices.Contains(e.Days, Restdays), !known
}

// Slot is a stretch of a day that may be booked.
type Slot struct {
	Day         workday.Date `json:"day"`
	Entry       string       `json:"entry"`
	Kind        Kind         `json:"kind"`
	Place       string       `json:"place,omitempty"`
	Type        string       `json:"type,omitempty"` // of window; "": any
	Span        Span         `json:"hours"`
	Capacity    int          `json:"capacity"`
	Booked      int          `json:"booked"`
	Provisional bool         `json:"provisional,omitempty"`
}

// Slots lists the slots of a day, by time. Booked is left to whoever counts.
func Slots(entries []Entry, day workday.Date, calendar workday.Calendar) []Slot {
	out := []Slot{}
	for _, e := range entries {
		on, provisional := e.On(day, calendar)
		if !on || e.Minutes == 0 {
			continue
		}
		types := e.Types
		if len(types) == 0 {
			types = []string{""}
		}
		for _, hours := range e.Hours {
			for at := hours.From; at+e.Minutes <= hours.To; at += e.Minutes {
				for _, t := range types {
					out = append(out, Slot{
						Day: day, Entry: e.ID, Kind: e.Kind, Place: e.Place, Type: t,
						Span: Span{From: at, To: at + e.Minutes}, Capacity: e.Capacity, Provisional: provisional,
					})
				}
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Slot) int {
		return cmp.Or(cmp.Compare(a.Span.From, b.Span.From), cmp.Compare(a.Type, b.Type), cmp.Compare(a.Entry, b.Entry))
	})
	return out
}

// Table is the entries of a center: the fold of what its ledger says. It is a
// value: Apply returns a new one.
type Table struct {
	entries []Entry // in order of adding, those taken out included
	gone    map[string]bool
}

// The kinds of entries of the ledger.
const (
	EntryAdded   = "entry_added"   // Entry
	EntryRemoved = "entry_removed" // EmptyBody; its entity is the entry
)

// EmptyBody says no more than its kind.
type EmptyBody struct{}

// Apply folds one entry of the ledger.
func (t Table) Apply(kind, id string, read func(into any) error) (Table, error) {
	switch kind {
	case EntryAdded:
		var e Entry
		if err := read(&e); err != nil {
			return t, err
		}
		t.entries = append(slices.Clone(t.entries), e)
	case EntryRemoved:
		gone := map[string]bool{id: true}
		for k := range t.gone {
			gone[k] = true
		}
		t.gone = gone
	default:
		return t, fmt.Errorf("%q is no entry of a timetable", kind)
	}
	return t, nil
}

// Entries lists those that stand.
func (t Table) Entries() []Entry {
	return slices.DeleteFunc(slices.Clone(t.entries), func(e Entry) bool { return t.gone[e.ID] })
}

// Entry finds one that stands.
func (t Table) Entry(id string) (Entry, bool) {
	all := t.Entries()
	i := slices.IndexFunc(all, func(e Entry) bool { return e.ID == id })
	if i < 0 {
		return Entry{}, false
	}
	return all[i], true
}

// Next is the id of the next entry; "" when there are too many.
func (t Table) Next() string {
	if len(t.Entries()) >= MaxEntries {
		return ""
	}
	return fmt.Sprintf("T%d", len(t.entries)+1)
}

// Today lists the entries that hold on a day, by the time at which they begin.
func (t Table) Today(day workday.Date, calendar workday.Calendar) (all []Entry, provisional bool) {
	all = []Entry{}
	for _, e := range t.Entries() {
		on, guessed := e.On(day, calendar)
		provisional = provisional || guessed
		if on {
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b Entry) int { return cmp.Compare(a.Hours[0].From, b.Hours[0].From) })
	return all, provisional
}
