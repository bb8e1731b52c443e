package timetable

import (
	"fmt"
	"strings"
	"testing"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
)

// The first days of May 2026: off from the 1st to the 5th, and a Saturday
// worked on the 9th.
var calendar = workday.NewCalendar([]workday.Year{{Year: 2026, Holidays: []workday.Date{"2026-05-01", "2026-05-04", "2026-05-05"}, Workdays: []workday.Date{"2026-05-09"}}})

func TestOnWhichDays(t *testing.T) {
	for _, c := range []struct {
		name        string
		e           Entry
		day         workday.Date
		on, guessed bool
	}{
		{"a working day", Entry{Days: []string{Workdays}}, "2026-05-06", true, false},
		{"a holiday on a Monday", Entry{Days: []string{Workdays}}, "2026-05-04", false, false},
		{"a worked Saturday", Entry{Days: []string{Workdays}}, "2026-05-09", true, false},
		{"extended hours on a day off", Entry{Days: []string{Restdays}}, "2026-05-04", true, false},
		{"not on a worked Saturday", Entry{Days: []string{Restdays}}, "2026-05-09", false, false},
		{"every Monday, holidays too", Entry{Days: []string{"mon"}}, "2026-05-04", true, false},
		{"a single day", Entry{Dates: []workday.Date{"2026-05-10"}}, "2026-05-10", true, false},
		{"but that day", Entry{Days: []string{Workdays}, Except: []workday.Date{"2026-05-06"}}, "2026-05-06", false, false},
		{"before its first day", Entry{Days: []string{"wed"}, From: "2026-05-07"}, "2026-05-06", false, false},
		{"after its last day", Entry{Days: []string{"wed"}, To: "2026-05-05"}, "2026-05-06", false, false},
		{"a year without a calendar", Entry{Days: []string{Workdays}}, "2027-05-05", true, true},
		{"no day", Entry{Days: []string{Workdays}}, "soon", false, false},
	} {
		if on, guessed := c.e.On(c.day, calendar); on != c.on || guessed != c.guessed {
			t.Errorf("%s: %v, %v", c.name, on, guessed)
		}
	}
}

func TestSlots(t *testing.T) {
	e := Entry{ID: "T1", Days: []string{Workdays}, Types: []string{"公安", "综合"}, Hours: []Span{{From: 540, To: 630}, {From: 840, To: 870}}, Minutes: 40, Capacity: 3}
	var got []string
	for _, s := range Slots([]Entry{e, {ID: "T2", Days: []string{Workdays}, Hours: []Span{{From: 0, To: 60}}}}, "2026-05-06", calendar) {
		got = append(got, fmt.Sprintf("%s %s %d", s.Span, s.Type, s.Capacity))
	}
	want := "09:00-09:40 公安 3|09:00-09:40 综合 3|09:40-10:20 公安 3|09:40-10:20 综合 3"
	if strings.Join(got, "|") != want {
		t.Errorf("%q", got)
	}
}

func TestWhatCanNotStand(t *testing.T) {
	good := Entry{Kind: Hours, Days: []string{Workdays}, Hours: []Span{{From: 540, To: 690}}}
	if err := good.Check([]string{"综合"}); err != nil {
		t.Fatal(err)
	}
	for name, bend := range map[string]func(*Entry){
		"no kind":            func(e *Entry) { e.Kind = "party" },
		"no day":             func(e *Entry) { e.Days = nil },
		"no hours":           func(e *Entry) { e.Hours = nil },
		"hours backward":     func(e *Entry) { e.Hours = []Span{{From: 690, To: 540}} },
		"hours overlap":      func(e *Entry) { e.Hours = append(e.Hours, Span{From: 600, To: 700}) },
		"a station nowhere":  func(e *Entry) { e.Kind = Station },
		"a strange word":     func(e *Entry) { e.Days = []string{"holidays"} },
		"no date":            func(e *Entry) { e.Dates = []workday.Date{"2026-13-01"} },
		"slots for nobody":   func(e *Entry) { e.Minutes = 30 },
		"slots of a minute":  func(e *Entry) { e.Minutes, e.Capacity = 1, 1 },
		"a type not here":    func(e *Entry) { e.Types = []string{"税务"} },
		"ends too early":     func(e *Entry) { e.From, e.To = "2026-02-01", "2026-01-01" },
		"a very long note":   func(e *Entry) { e.Note = strings.Repeat("长", maxText+1) },
		"a note with a bell": func(e *Entry) { e.Note = "\a" },
	} {
		e := good
		bend(&e)
		if refusal.CodeOf(e.Check([]string{"综合"})) != BadEntry {
			t.Errorf("%s: %v", name, e.Check([]string{"综合"}))
		}
	}
}

func TestTimes(t *testing.T) {
	for text, want := range map[string]int{"09:05": 545, "9:05": 545, "00:00": 0, "24:00": 1440} {
		if n, err := ParseClock(text); err != nil || n != want {
			t.Error(text, n, err)
		}
	}
	for _, text := range []string{"", "9", "24:01", "-1:00", "09:60", "009:00", "09:5"} {
		if n, err := ParseClock(text); err == nil {
			t.Error(text, n)
		}
	}
	var s Span
	if s.UnmarshalText([]byte("09:00-08:00")) == nil || s.UnmarshalText([]byte("09:00")) == nil {
		t.Error(s)
	}
}
