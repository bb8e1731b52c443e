// Package workday counts working days by the calendar that the State Council
// announces for each year.
//
// It must never read a clock or guess a holiday: a year without a published
// calendar makes a result provisional.
package workday

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// China is the zone of every date in this program: UTC+8, without summer time.
var China = time.FixedZone("UTC+8", 8*60*60)

// layout is how a Date is written.
const layout = "2006-01-02"

// Date is a day in China (UTC+8), YYYY-MM-DD. Dates of the years 1 to 9999
// compare as strings do. The methods are safe on any text; what is no day has
// no year, no neighbours and is no working day.
type Date string

// ErrDate says that a text is no day of the calendar.
var ErrDate = errors.New("not a date")

// ParseDate reads a day.
func ParseDate(s string) (Date, error) {
	if _, ok := Date(s).time(); !ok {
		return "", fmt.Errorf("%q: %w (want YYYY-MM-DD)", s, ErrDate)
	}
	return Date(s), nil
}

// DateOf is the day in China on which t falls.
func DateOf(t time.Time) Date { return Date(t.In(China).Format(layout)) }

// time is midnight UTC of the day: arithmetic on it needs no zone.
func (d Date) time() (time.Time, bool) {
	t, err := time.Parse(layout, string(d))
	return t, err == nil && t.Year() > 0
}

// Valid reports whether d is a day.
func (d Date) Valid() bool {
	_, ok := d.time()
	return ok
}

// Year is the year of the day; 0 for what is no day.
func (d Date) Year() int {
	if t, ok := d.time(); ok {
		return t.Year()
	}
	return 0
}

// Weekday is the day of the week; false for what is no day.
func (d Date) Weekday() (time.Weekday, bool) {
	t, ok := d.time()
	return t.Weekday(), ok
}

// Add goes days calendar days on, or back where days is negative. "" for what
// is no day and where the result would be none.
func (d Date) Add(days int) Date {
	t, ok := d.time()
	if !ok || days > span || days < -span {
		return ""
	}
	sum := t.AddDate(0, 0, days)
	if sum.Year() < 1 || sum.Year() > 9999 {
		return ""
	}
	return Date(sum.Format(layout))
}

// DaysTo counts the calendar days from d to other; negative when other is
// earlier, 0 when one of them is no day.
func (d Date) DaysTo(other Date) int {
	from, ok1 := d.time()
	to, ok2 := other.time()
	if !ok1 || !ok2 {
		return 0
	}
	return int((to.Unix() - from.Unix()) / (24 * 60 * 60))
}

// Start is the first moment of the day in China; the zero time for what is no
// day. The day ends where the next one starts.
func (d Date) Start() time.Time {
	t, ok := d.time()
	if !ok {
		return time.Time{}
	}
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, China)
}

// Year is the published calendar of one year: the days that do not follow
// their weekday.
type Year struct {
	Year     int    `cbor:"1,keyasint" json:"year" yaml:"year"`
	Holidays []Date `cbor:"2,keyasint" json:"holidays" yaml:"holidays"` // days off, whatever their weekday
	Workdays []Date `cbor:"3,keyasint" json:"workdays" yaml:"workdays"` // Saturdays and Sundays on which offices work
	Source   string `cbor:"4,keyasint,omitempty" json:"source,omitempty" yaml:"source,omitempty"`
}

// Check says everything that is wrong with a published year: a day of another
// year, a day twice, a make-up day that is no Saturday or Sunday. The Register
// applies it: what it refuses may change only with a feature level.
func (y Year) Check() error {
	var wrong []error
	if y.Year < 1950 || y.Year > 2200 {
		wrong = append(wrong, fmt.Errorf("year %d: want a year between 1950 and 2200", y.Year))
	}
	seen := map[Date]bool{}
	for _, d := range slices.Concat(y.Holidays, y.Workdays) {
		switch {
		case !d.Valid():
			wrong = append(wrong, fmt.Errorf("%q: %w (want YYYY-MM-DD)", string(d), ErrDate))
		case d.Year() != y.Year:
			wrong = append(wrong, fmt.Errorf("%s: not a day of %d", d, y.Year))
		case seen[d]:
			wrong = append(wrong, fmt.Errorf("%s: listed twice", d))
		}
		seen[d] = true
	}
	for _, d := range y.Workdays {
		if day, ok := d.Weekday(); ok && day != time.Saturday && day != time.Sunday {
			wrong = append(wrong, fmt.Errorf("%s: a %s is a working day anyway", d, day))
		}
	}
	return errors.Join(wrong...)
}
