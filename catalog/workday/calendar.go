package workday

import (
	"slices"
	"time"
)

// span bounds every count of days, so that no input makes a long loop: a
// hundred years.
const span = 36600

// Calendar knows the working days of the years that were published to it. It
// never changes; the zero Calendar knows no year. Safe for concurrent use.
type Calendar struct {
	years map[int]map[Date]bool // per published year: the days that don't follow their weekday, and whether one works
}

// NewCalendar builds a calendar. A later entry for the same year replaces an
// earlier one whole.
func NewCalendar(years []Year) Calendar {
	c := Calendar{years: make(map[int]map[Date]bool, len(years))}
	for _, y := range years {
		days := make(map[Date]bool, len(y.Holidays)+len(y.Workdays))
		for _, d := range y.Holidays {
			days[d] = false
		}
		for _, d := range y.Workdays {
			days[d] = true
		}
		c.years[y.Year] = days
	}
	return c
}

// Years lists the published years in order.
func (c Calendar) Years() []int {
	years := make([]int, 0, len(c.years))
	for y := range c.years {
		years = append(years, y)
	}
	slices.Sort(years)
	return years
}

// IsWorkday reports whether offices work on that day. known is false for a day
// of a year that was not published (work is then whether it is a Monday to
// Friday) and for what is no day.
func (c Calendar) IsWorkday(d Date) (work, known bool) {
	t, ok := d.time()
	if !ok {
		return false, false
	}
	return c.works(t)
}

func (c Calendar) works(t time.Time) (work, known bool) {
	weekday := t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
	days, known := c.years[t.Year()]
	if !known {
		return weekday, false
	}
	if moved, ok := days[Date(t.Format(layout))]; ok {
		return moved, true
	}
	return weekday, true
}

// AddWorkingDays finds the day on which a limit of n working days ends that
// started on from. The day it started on is day 0 (民法典 201): due is the n-th
// working day after it, and from itself when n is 0. A negative n counts
// backward: the day from which n working days lead to from.
//
// provisional says that a day counted lies in a year without a published
// calendar: the date must be computed again when there is one. What is no day,
// or further than a hundred years, gives "" and provisional.
func (c Calendar) AddWorkingDays(from Date, n int) (due Date, provisional bool) {
	t, ok := from.time()
	if !ok {
		return "", true
	}
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for walked := 0; n > 0; walked++ {
		t = t.AddDate(0, 0, step)
		if walked == span || t.Year() < 1 || t.Year() > 9999 {
			return "", true
		}
		work, known := c.works(t)
		provisional = provisional || !known
		if work {
			n--
		}
	}
	return Date(t.Format(layout)), provisional
}

// WorkingDaysBetween counts the working days after a up to and including b:
// how many are left on day a until b is over. Negative when b is earlier: how
// many have gone by since. It undoes AddWorkingDays. What is no day, or
// further apart than a hundred years, gives 0 and provisional.
func (c Calendar) WorkingDaysBetween(a, b Date) (n int, provisional bool) {
	from, ok1 := a.time()
	to, ok2 := b.time()
	if !ok1 || !ok2 {
		return 0, true
	}
	sign := 1
	if to.Before(from) {
		from, to, sign = to, from, -1
	}
	if to.Sub(from) > span*24*time.Hour {
		return 0, true
	}
	for from.Before(to) {
		from = from.AddDate(0, 0, 1)
		work, known := c.works(from)
		provisional = provisional || !known
		if work {
			n++
		}
	}
	return sign * n, provisional
}

// Roll moves a day on which offices are closed to the next one on which they
// work (民法典 203: a last day that is a holiday). A working day stays.
func (c Calendar) Roll(d Date) (day Date, provisional bool) {
	t, ok := d.time()
	if !ok {
		return "", true
	}
	for range 62 { // no holiday is that long
		work, known := c.works(t)
		provisional = provisional || !known
		if work {
			return Date(t.Format(layout)), provisional
		}
		t = t.AddDate(0, 0, 1)
	}
	return "", true
}
