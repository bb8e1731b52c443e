package item

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"tongban/catalog/workday"
)

// ErrDay says that a text names no day in the notation of Limit.By.
var ErrDay = errors.New("not a day")

// period is how often a named day comes again.
type period byte

const (
	once    period = iota + 1 // 2026-03-31
	yearly                    // 03-31
	quarter                   // q1-20
	monthly                   // 20
)

// namedDay is a day in the notation of Limit.By, taken apart. What does not
// belong to its period is 0.
type namedDay struct {
	every period
	date  workday.Date // once
	month int          // of the year, or of the quarter from 1 to 3
	day   int          // 1 to 31; a shorter month ends with its last day
}

var dayShape = regexp.MustCompile(`^(?:([0-9]{2})-|q([1-3])-)?([0-9]{2})$`)

// longest is how many days each month can have.
var longest = [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

// readDay reads the notation of Limit.By. It is strict: what is stored has one
// form for one day.
func readDay(s string) (namedDay, error) {
	if d := workday.Date(s); d.Valid() {
		return namedDay{every: once, date: d}, nil
	}
	m := dayShape.FindStringSubmatch(s)
	if m == nil {
		return namedDay{}, badDay(s)
	}
	d := namedDay{every: monthly}
	d.day, _ = strconv.Atoi(m[3])
	most := 31
	switch {
	case m[1] != "":
		d.every = yearly
		d.month, _ = strconv.Atoi(m[1])
		if d.month < 1 || d.month > 12 {
			return namedDay{}, badDay(s)
		}
		most = longest[d.month-1]
	case m[2] != "":
		d.every = quarter
		d.month, _ = strconv.Atoi(m[2])
	}
	if d.day < 1 || d.day > most {
		return namedDay{}, badDay(s)
	}
	return d, nil
}

func badDay(s string) error {
	return fmt.Errorf("%q: %w (want 2026-03-31, 03-31 each year, q1-20 in the first month of each quarter, or 20 each month)", s, ErrDay)
}

// String is the notation that readDay reads.
func (d namedDay) String() string {
	switch d.every {
	case once:
		return string(d.date)
	case yearly:
		return fmt.Sprintf("%02d-%02d", d.month, d.day)
	case quarter:
		return fmt.Sprintf("q%d-%02d", d.month, d.day)
	case monthly:
		return fmt.Sprintf("%02d", d.day)
	}
	return ""
}

// chinese says the day inside its period: "3 月 31 日".
func (d namedDay) chinese() string {
	switch d.every {
	case once:
		return string(d.date)
	case yearly:
		return fmt.Sprintf("%d 月 %d 日", d.month, d.day)
	case quarter:
		return fmt.Sprintf("第 %d 个月 %d 日", d.month, d.day)
	case monthly:
		return fmt.Sprintf("%d 日", d.day)
	}
	return ""
}

// before is the word for "not later than", spaced as a guide prints it.
func (d namedDay) before() string {
	if d.every == once {
		return " 前"
	}
	return "前"
}

func (p period) chinese() string {
	return map[period]string{yearly: "每年 ", quarter: "每季度", monthly: "每月 "}[p]
}

// english says the day inside its period: "day 20 of month 1".
func (d namedDay) english() string {
	switch d.every {
	case once, yearly:
		return d.String()
	case quarter:
		return fmt.Sprintf("day %d of month %d", d.day, d.month)
	case monthly:
		return fmt.Sprintf("day %d", d.day)
	}
	return ""
}

func (p period) english() string {
	return map[period]string{yearly: " each year", quarter: " of each quarter", monthly: " of each month"}[p]
}

// in is the date of the day in the period that the month of a day lies in; a
// day that the month lacks is its last one. "" outside the years 1 to 9999.
func (d namedDay) in(year int, month time.Month) workday.Date {
	switch d.every {
	case once:
		return d.date
	case yearly:
		month = time.Month(d.month)
	case quarter:
		month = (month-1)/3*3 + time.Month(d.month)
	}
	if year < 1 || year > 9999 {
		return ""
	}
	last := time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return workday.Date(fmt.Sprintf("%04d-%02d-%02d", year, month, min(d.day, last)))
}

// next is the first such day on or after from. A day that comes once is that
// day, although it may lie before from. "" where there is none.
func (d namedDay) next(from workday.Date) workday.Date {
	year, month, ok := monthOf(from)
	if !ok {
		return ""
	}
	months := map[period]int{yearly: 12, quarter: 3, monthly: 1}[d.every]
	day := d.in(year, month)
	if day >= from || months == 0 {
		return day
	}
	later := time.Date(year, month+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	return d.in(later.Year(), later.Month())
}

func monthOf(d workday.Date) (year int, month time.Month, ok bool) {
	if !d.Valid() {
		return 0, 0, false
	}
	n, _ := strconv.Atoi(string(d[5:7]))
	return d.Year(), time.Month(n), true
}

// The forms in which people write a day, without spaces. An inner group is a
// number; a later end of a season may leave the month to the earlier one.
var (
	writtenYearly  = regexp.MustCompile(`^(?:每年|eachyear)?([0-9]{1,2})(?:月|-)([0-9]{1,2})(?:日|号)?(?:eachyear)?$`)
	writtenQuarter = regexp.MustCompile(`^(?:每季度?|eachquarter)?第?([1-3一二三])个?月([0-9]{1,2})(?:日|号)?$`)
	writtenInCode  = regexp.MustCompile(`^(?:每季度?)?q([1-3])-([0-9]{1,2})$`)
	writtenEnglish = regexp.MustCompile(`^day([0-9]{1,2})(?:ofmonth([1-3]))?(?:ofeach(quarter|month))?$`)
	writtenMonthly = regexp.MustCompile(`^每月([0-9]{1,2})(?:日|号)?$`)
)

var digitOf = strings.NewReplacer("一", "1", "二", "2", "三", "3")

// readWritten reads a day as a guide or String writes it, spaces or not. The
// result is in the notation of readDay; a number without a period is none.
func readWritten(s string) (namedDay, error) {
	text := strings.ToLower(strings.Join(strings.Fields(s), ""))
	pad := func(format string, parts ...string) (namedDay, error) {
		args := make([]any, len(parts))
		for i, p := range parts {
			args[i], _ = strconv.Atoi(digitOf.Replace(p))
		}
		return readDay(fmt.Sprintf(format, args...))
	}
	if d, err := readDay(text); err == nil && d.every != monthly {
		return d, nil
	}
	if m := writtenYearly.FindStringSubmatch(text); m != nil {
		return pad("%02d-%02d", m[1], m[2])
	}
	if m := writtenQuarter.FindStringSubmatch(text); m != nil {
		return pad("q%d-%02d", m[1], m[2])
	}
	if m := writtenInCode.FindStringSubmatch(text); m != nil {
		return pad("q%d-%02d", m[1], m[2])
	}
	if m := writtenMonthly.FindStringSubmatch(text); m != nil {
		return pad("%02d", m[1])
	}
	if m := writtenEnglish.FindStringSubmatch(text); m != nil {
		switch {
		case m[2] != "" && m[3] != "month":
			return pad("q%d-%02d", m[2], m[1])
		case m[2] == "" && m[3] == "month":
			return pad("%02d", m[1])
		}
	}
	return namedDay{}, badDay(s)
}
