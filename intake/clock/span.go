package clock

import (
	"time"

	"tongban/catalog/item"
	"tongban/catalog/workday"
)

// Calendar tells working days. known is false for a year whose calendar has
// not been published.
type Calendar interface {
	IsWorkday(day workday.Date) (work, known bool)
}

const dateLayout = "2006-01-02"

// DayOf is the day in China of a moment in Unix milliseconds.
func DayOf(moment int64) workday.Date {
	return workday.DateOf(time.UnixMilli(moment))
}

// longest bounds every walk over days: no limit of the field is near it.
const longest = 40 * 366

// pause is a stretch of days that do not count. The day on which the clock was
// stopped still counts, and what is left begins on the day after it went on, as
// every span begins on the day after (民法典 201).
type pause struct{ from, to workday.Date } // from excluded, to included

// span is a limit laid on the calendar.
type span struct {
	from   workday.Date // day 0
	days   int
	unit   item.Unit
	extra  int // working days added by an extension
	pauses []pause
	by     item.Limit // the named last day, where the unit is ByDate
}

// spanOf lays a published limit on the calendar. Part of a day is a whole one.
func spanOf(from workday.Date, limit item.Limit) span {
	return span{from: from, days: limit.Days(), unit: limit.Unit, by: limit}
}

// due is the last day of the span, and whether a day on the way lies in a
// year without a calendar. A last day that is a day off is moved to the next
// working day (民法典 203). A span of no days is due on day 0 itself. A last day
// that was published as such (每月 20 日前) stays that day: it is not counted, so
// no day off and no special procedure moves it; an extension does.
func (sp span) due(cal Calendar) (due workday.Date, provisional bool) {
	day, known := newCursor(sp.from), true
	if sp.unit == item.ByDate {
		if last := sp.by.DueBy(sp.from); last != "" {
			day = newCursor(last)
		}
	}
	walk := func(n int, unit item.Unit) {
		for range longest {
			if n <= 0 {
				return
			}
			day.next()
			work, sure := cal.IsWorkday(day.date)
			known = known && sure
			if (unit == item.CalendarDays || work) && !sp.still(day.date) {
				n--
			}
		}
	}
	walk(sp.days, sp.unit)
	if sp.unit == item.CalendarDays && sp.days > 0 {
		known = day.roll(cal) && known
	}
	walk(sp.extra, item.WorkingDays)
	if end := sp.resumed(day.date); end != "" && sp.unit != item.ByDate {
		day = newCursor(end)
		known = day.roll(cal) && known
	}
	return day.date, !known
}

// resumed is when a span goes on that was stopped on its very last day; "" where
// it was not. All its days are used, and none runs until then: it is over when
// the day ends on which it goes on.
func (sp span) resumed(last workday.Date) (on workday.Date) {
	for again := true; again; {
		again = false
		for _, p := range sp.pauses {
			if p.from <= last && last < p.to {
				last, on, again = p.to, p.to, true
			}
		}
	}
	return on
}

// left counts the days of the span's unit after day up to the due day;
// negative when the due day is past.
func (sp span) left(cal Calendar, day, due workday.Date) int {
	if day > due {
		return -sp.count(cal, due, day, false)
	}
	return sp.count(cal, day, due, true)
}

func (sp span) count(cal Calendar, from, to workday.Date, pausing bool) int {
	n := 0
	at := newCursor(from)
	for range longest {
		if at.date >= to {
			return n
		}
		at.next()
		work, _ := cal.IsWorkday(at.date)
		if (sp.everyDay() || work) && !(pausing && sp.still(at.date)) {
			n++
		}
	}
	return n
}

// everyDay reports whether the days of the span's unit are those of the
// calendar: of a named last day, too, one says how many days are left.
func (sp span) everyDay() bool { return sp.unit == item.CalendarDays || sp.unit == item.ByDate }

func (sp span) still(day workday.Date) bool {
	for _, p := range sp.pauses {
		if p.from < day && day <= p.to {
			return true
		}
	}
	return false
}

// cursor walks over days.
type cursor struct {
	at   time.Time
	date workday.Date
}

func newCursor(day workday.Date) *cursor {
	at, err := time.Parse(dateLayout, string(day))
	if err != nil { // no day at all: the epoch, so that what depends on it is plainly wrong and nothing loops
		at = time.UnixMilli(0).UTC()
	}
	return &cursor{at, workday.Date(at.Format(dateLayout))}
}

func (c *cursor) next() {
	c.at = c.at.AddDate(0, 0, 1)
	c.date = workday.Date(c.at.Format(dateLayout))
}

// roll goes on to a day on which offices work, and says whether every day that
// it looked at lies in a published year.
func (c *cursor) roll(cal Calendar) (known bool) {
	known = true
	for range longest {
		work, sure := cal.IsWorkday(c.date)
		known = known && sure
		if work {
			break
		}
		c.next()
	}
	return known
}
