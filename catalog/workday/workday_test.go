package workday_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/catalog/starter"
	. "tongban/catalog/workday"
)

func shipped(t *testing.T) Calendar {
	t.Helper()
	years, err := starter.Years()
	if err != nil {
		t.Fatal(err)
	}
	return NewCalendar(years)
}

func TestAddWorkingDays(t *testing.T) {
	c := shipped(t)
	for _, row := range []struct {
		accepted    Date
		n           int
		due         Date
		provisional bool
		why         string
	}{
		{"2024-02-08", 5, "2024-02-21", false, "spring festival 10–17 off, 02-18 works"},
		{"2024-09-27", 10, "2024-10-16", false, "09-29, 10-12 work"},
		{"2025-01-24", 5, "2025-02-07", false, "01-26 works; 01-28–02-04 off"},
		{"2025-09-26", 20, "2025-10-30", false, "09-28, 10-11 work; 10-01–08 off"},
		{"2025-12-29", 5, "2026-01-06", false, "01-01–03 off, Sunday 01-04 works"},
		{"2026-02-11", 5, "2026-02-25", false, "02-14 works; 02-15–23 off"},
		{"2026-02-11", 20, "2026-03-17", false, "also 02-28 works"},
		{"2026-04-29", 10, "2026-05-15", false, "05-01–05 off, 05-09 works"},
		{"2026-09-24", 20, "2026-10-29", false, "09-25–27, 10-01–07 off; 10-10 works"},
		{"2026-12-25", 10, "2027-01-08", true, "2027 is not announced"},
		{"2026-12-24", 5, "2026-12-31", false, "the last day of an announced year"},
		{"2026-12-25", 5, "2027-01-01", true, "a holiday by law, but nobody announced the year"},
		{"2026-11-23", 0, "2026-11-23", false, "on the day itself"},
		{"2026-10-03", 1, "2026-10-08", false, "accepted within the holidays"},
		{"2026-02-25", -5, "2026-02-11", false, "backward"},
		{"2030-01-01", 0, "2030-01-01", false, "no day is counted"},
		{"2030-02-30", 3, "", true, "no such day"},
		{"", 3, "", true, "no day"},
		{"2026-01-05", 1 << 40, "", true, "nonsense"},
		{"2026-01-05", -1 << 40, "", true, "nonsense"},
		{"9999-12-31", 1, "", true, "the end of time"},
	} {
		due, provisional := c.AddWorkingDays(row.accepted, row.n)
		if due != row.due || provisional != row.provisional {
			t.Errorf("%s + %d = %s, provisional %v; want %s, %v (%s)", row.accepted, row.n, due, provisional, row.due, row.provisional, row.why)
		}
		if row.due != "" && row.n > 0 {
			if n, provisional := c.WorkingDaysBetween(row.accepted, due); n != row.n || provisional != row.provisional {
				t.Errorf("%s to %s: %d, provisional %v; want %d, %v", row.accepted, due, n, provisional, row.n, row.provisional)
			}
		}
	}
}

func TestIsWorkday(t *testing.T) {
	c := shipped(t)
	for _, row := range []struct {
		day         Date
		work, known bool
	}{
		{"2026-01-04", true, true},   // a Sunday that works
		{"2026-01-01", false, true},  // a Thursday that does not
		{"2026-11-23", true, true},   // a Monday
		{"2026-11-22", false, true},  // a Sunday
		{"2027-01-04", true, false},  // a Monday, as far as anybody knows
		{"2027-01-01", true, false},  // never guess a holiday
		{"2027-01-02", false, false}, // a Saturday
		{"2026-02-29", false, false}, // no day
		{"", false, false},
	} {
		if work, known := c.IsWorkday(row.day); work != row.work || known != row.known {
			t.Errorf("%s: works %v, known %v; want %v, %v", row.day, work, known, row.work, row.known)
		}
	}
	if work, known := (Calendar{}).IsWorkday("2026-11-23"); !work || known {
		t.Error("the empty calendar knows something")
	}
}

func TestALaterCalendarReplacesTheYear(t *testing.T) {
	c := NewCalendar([]Year{
		{Year: 2027, Holidays: []Date{"2027-01-04"}},
		{Year: 2027, Holidays: []Date{"2027-01-01"}, Workdays: []Date{"2027-01-03"}},
	})
	if due, provisional := c.AddWorkingDays("2027-01-01", 2); due != "2027-01-04" || provisional {
		t.Errorf("due %s, provisional %v", due, provisional)
	}
	if years := c.Years(); len(years) != 1 || years[0] != 2027 {
		t.Errorf("years %v", years)
	}
}

func TestRoll(t *testing.T) {
	c := shipped(t)
	for day, want := range map[Date]Date{"2026-10-01": "2026-10-08", "2026-10-10": "2026-10-10", "2026-02-15": "2026-02-24", "x": ""} {
		if got, _ := c.Roll(day); got != want {
			t.Errorf("%s rolls to %s; want %s", day, got, want)
		}
	}
	if _, provisional := c.Roll("2027-01-02"); !provisional {
		t.Error("rolling in a year that is not announced is certain")
	}
}

func TestDates(t *testing.T) {
	night := time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC) // midnight in China
	if got := DateOf(night); got != "2026-11-23" {
		t.Errorf("16:00 UTC is %s in China", got)
	}
	if got := DateOf(night.Add(-time.Nanosecond)); got != "2026-11-22" {
		t.Errorf("a moment earlier is %s", got)
	}
	if got := Date("2026-11-23").Start(); !got.Equal(night) {
		t.Errorf("the day starts %v", got)
	}
	if got := Date("2024-02-28").Add(2); got != "2024-03-01" {
		t.Errorf("over a leap day: %s", got)
	}
	for _, text := range []string{"", "2026-2-1", "2026-02-30", "20260201", "0000-01-01", "2026-02-01T00:00", "x"} {
		d := Date(text)
		if _, err := ParseDate(text); !errors.Is(err, ErrDate) {
			t.Errorf("ParseDate(%q): %v", text, err)
		}
		if _, ok := d.Weekday(); ok || d.Valid() || d.Year() != 0 || d.Add(1) != "" || d.DaysTo("2026-01-01") != 0 || !d.Start().IsZero() {
			t.Errorf("%q passes for a day", text)
		}
	}
	if day, _ := Date("2026-11-23").Weekday(); day != time.Monday {
		t.Errorf("2026-11-23 is a %v", day)
	}
}

func TestYearCheck(t *testing.T) {
	good := Year{Year: 2026, Holidays: []Date{"2026-01-01"}, Workdays: []Date{"2026-01-04"}}
	if err := good.Check(); err != nil {
		t.Error(err)
	}
	for _, bad := range []Year{
		{Year: 26}, {Year: 2026, Holidays: []Date{"2025-12-31"}}, {Year: 2026, Holidays: []Date{"2026-01-01", "2026-01-01"}},
		{Year: 2026, Workdays: []Date{"2026-01-05"}}, {Year: 2026, Holidays: []Date{"2026-01-04"}, Workdays: []Date{"2026-01-04"}},
		{Year: 2026, Holidays: []Date{"new year"}},
	} {
		if err := bad.Check(); err == nil {
			t.Errorf("%+v is taken", bad)
		}
	}
}

// days draws days of the years 2023 to 2028: announced ones and others.
func days() *rapid.Generator[Date] {
	return rapid.Custom(func(t *rapid.T) Date {
		return Date("2023-01-01").Add(rapid.IntRange(0, 2190).Draw(t, "day"))
	})
}

func TestCountingUndoesAdding(t *testing.T) {
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		from, n := days().Draw(t, "from"), rapid.IntRange(-80, 80).Draw(t, "n")
		due, provisional := c.AddWorkingDays(from, n)
		if work, _ := c.IsWorkday(due); n != 0 && !work {
			t.Fatalf("due on %s, when nobody works", due)
		}
		if n > 0 {
			if got, p := c.WorkingDaysBetween(from, due); got != n || p != provisional {
				t.Fatalf("%s to %s: %d, provisional %v; want %d, %v", from, due, got, p, n, provisional)
			}
		}
		if work, _ := c.IsWorkday(from); work && n > 0 {
			if back, _ := c.AddWorkingDays(due, -n); back != from {
				t.Fatalf("%s + %d = %s, and back %s", from, n, due, back)
			}
		}
		if next, _ := c.AddWorkingDays(from, n+1); next <= due && n >= 0 {
			t.Fatalf("%s + %d = %s, but + %d = %s", from, n, due, n+1, next)
		}
	})
}

func TestCountingAddsUp(t *testing.T) {
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		a, b, d := days().Draw(t, "a"), days().Draw(t, "b"), days().Draw(t, "d")
		ab, _ := c.WorkingDaysBetween(a, b)
		bd, _ := c.WorkingDaysBetween(b, d)
		ad, _ := c.WorkingDaysBetween(a, d)
		ba, _ := c.WorkingDaysBetween(b, a)
		if ab+bd != ad || ab != -ba {
			t.Fatalf("%s %s %s: %d + %d ≠ %d, or %d back", a, b, d, ab, bd, ad, ba)
		}
		if got := a.Add(a.DaysTo(b)); got != b {
			t.Fatalf("%s and %d days is %s; want %s", a, a.DaysTo(b), got, b)
		}
	})
}

func TestWhatDependsOnAnUnannouncedYearIsProvisional(t *testing.T) {
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		from, n := days().Draw(t, "from"), rapid.IntRange(1, 80).Draw(t, "n")
		due, provisional := c.AddWorkingDays(from, n)
		unknown := false
		for d := from.Add(1); d <= due; d = d.Add(1) {
			if _, known := c.IsWorkday(d); !known {
				unknown = true
			}
		}
		if provisional != unknown {
			t.Fatalf("%s + %d = %s: provisional %v; want %v", from, n, due, provisional, unknown)
		}
	})
}

func TestEveryTextIsSafe(t *testing.T) {
	c := shipped(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{4}-[0-9]{2}-[0-9]{2}`))
		a, b, n := Date(text.Draw(t, "a")), Date(text.Draw(t, "b")), rapid.Int().Draw(t, "n")
		c.AddWorkingDays(a, n)
		c.WorkingDaysBetween(a, b)
		c.Roll(a)
		_, _, _ = a.Add(n), a.DaysTo(b), a.Start()
	})
}
