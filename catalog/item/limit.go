package item

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tongban/catalog/workday"
)

// Unit is what a limit counts.
type Unit string

// The units in which limits are published.
const (
	WorkingDays  Unit = "working_days"  // 工作日
	CalendarDays Unit = "calendar_days" // 自然日
	OnTheSpot    Unit = "on_the_spot"   // 当场
	ByDate       Unit = "by_date"       // 到某日为止, see Limit.By
)

// Limit is a span of time as published. Half days occur, so it is counted in
// tenths of a day: {5, WorkingDays} is half a working day. The zero Limit says
// that the source gives none.
type Limit struct {
	Tenths int32 `cbor:"1,keyasint,omitempty" json:"tenths,omitempty" yaml:"tenths,omitempty"`
	Unit   Unit  `cbor:"2,keyasint,omitempty" json:"unit,omitempty" yaml:"unit,omitempty"`
	// By is the last day where the unit is ByDate: "2026-03-31" once,
	// "03-31" each year, "q1-20" the 20th of the first month of each quarter,
	// "20" of each month.
	By string `cbor:"3,keyasint,omitempty" json:"by,omitempty" yaml:"by,omitempty"`
}

// maxTenths is the longest limit that is believed: a hundred years.
const maxTenths = 36500 * 10

// IsZero reports that no limit is given.
func (l Limit) IsZero() bool {
	switch l.Unit {
	case OnTheSpot:
		return false
	case ByDate:
		return l.By == ""
	}
	return l.Tenths == 0
}

// Days is the limit in whole days: half a day takes the day. On the spot, a
// last day and no limit are 0.
func (l Limit) Days() int {
	if l.Unit == OnTheSpot || l.Unit == ByDate || l.Tenths < 0 {
		return 0
	}
	return (int(l.Tenths) + 9) / 10
}

// DueBy is the first last day on or after from, where the unit is ByDate. What
// is due once is due on that day, although it may lie before from. "" for the
// other units and for what is no day.
func (l Limit) DueBy(from workday.Date) workday.Date {
	if l.Unit != ByDate {
		return ""
	}
	d, err := readDay(l.By)
	if err != nil {
		return ""
	}
	return d.next(from)
}

// number is the count as published: "5", "0.5".
func (l Limit) number() string {
	return strconv.FormatFloat(float64(l.Tenths)/10, 'f', -1, 64)
}

// String says the limit in English: "5 working days"; "none" for no limit.
func (l Limit) String() string {
	switch {
	case l.IsZero():
		return "none"
	case l.Unit == OnTheSpot:
		return "on the spot"
	case l.Unit == ByDate:
		if d, err := readDay(l.By); err == nil {
			return "by " + d.english() + d.every.english()
		}
		return "by " + l.By
	}
	unit := "days"
	switch l.Unit {
	case WorkingDays:
		unit = "working days"
	case CalendarDays:
		unit = "calendar days"
	}
	if l.Tenths == 10 {
		unit = strings.TrimSuffix(unit, "s")
	}
	return l.number() + " " + unit
}

// Chinese says the limit as a guide prints it: "5 个工作日"; "" for no limit.
func (l Limit) Chinese() string {
	switch {
	case l.IsZero():
		return ""
	case l.Unit == OnTheSpot:
		return "当场"
	case l.Unit == ByDate:
		if d, err := readDay(l.By); err == nil {
			return d.every.chinese() + d.chinese() + d.before()
		}
		return l.By + " 前"
	case l.Unit == WorkingDays:
		return l.number() + " 个工作日"
	case l.Unit == CalendarDays:
		return l.number() + " 个自然日"
	}
	return l.number() + " 日"
}

// ErrLimit says that a text is no limit.
var ErrLimit = errors.New("not a limit")

// limitWords are the units as guides and forms write them.
var limitWords = map[string]Unit{
	"工作日": WorkingDays, "个工作日": WorkingDays, "working day": WorkingDays, "working days": WorkingDays,
	"自然日": CalendarDays, "个自然日": CalendarDays, "calendar day": CalendarDays, "calendar days": CalendarDays,
}

// ParseLimit reads what String and Chinese write: "5 工作日", "0.5 working
// days", "30 个自然日", "当场", "on the spot", "每年 3 月 31 日前", "by 03-31 each
// year", "每月 20 日前", "2026-03-31 前"; "" and "none" are no limit. Days without
// a kind are refused: nobody can tell what they count.
func ParseLimit(s string) (Limit, error) {
	s = strings.TrimSpace(s)
	switch s {
	case "", "none":
		return Limit{}, nil
	case "当场", "on the spot":
		return Limit{Unit: OnTheSpot}, nil
	}
	if l, ok := parseBy(s); ok {
		return l, nil
	}
	end := strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end <= 0 {
		return Limit{}, fmt.Errorf("%q: %w (want such as \"5 工作日\", \"0.5 working days\", \"30 自然日\", \"当场\", \"每年 3 月 31 日前\", \"每月 20 日前\")", s, ErrLimit)
	}
	unit, ok := limitWords[strings.TrimSpace(s[end:])]
	if !ok {
		return Limit{}, fmt.Errorf("%q: %w (say 工作日 or 自然日)", s, ErrLimit)
	}
	whole, part, _ := strings.Cut(s[:end], ".")
	if part == "" {
		part = "0"
	}
	tenths, err := strconv.ParseInt(whole+part, 10, 32)
	if len(part) != 1 || whole == "" || err != nil || tenths > maxTenths {
		return Limit{}, fmt.Errorf("%q: %w (want at most one digit after the point and a hundred years)", s, ErrLimit)
	}
	if tenths == 0 {
		return Limit{}, fmt.Errorf("%q: %w (write nothing where there is none)", s, ErrLimit)
	}
	return Limit{Tenths: int32(tenths), Unit: unit}, nil
}

// parseBy reads a limit that is a last day: "by …" or "… 前".
func parseBy(s string) (Limit, bool) {
	text, said := strings.CutPrefix(s, "by ")
	for _, end := range []string{"以前", "之前", "前"} {
		if before, ok := strings.CutSuffix(text, end); ok {
			text, said = before, true
			break
		}
	}
	if !said {
		return Limit{}, false
	}
	d, err := readWritten(text)
	if err != nil {
		return Limit{}, false
	}
	return Limit{Unit: ByDate, By: d.String()}, true
}

// plainLimit is a limit without its way of being written.
type plainLimit Limit

// UnmarshalYAML reads a limit as a person writes it, or by its parts.
func (l *Limit) UnmarshalYAML(unmarshal func(any) error) error {
	var text string
	if err := unmarshal(&text); err != nil {
		return unmarshal((*plainLimit)(l))
	}
	parsed, err := ParseLimit(text)
	if err != nil {
		return err
	}
	*l = parsed
	return nil
}

// MarshalYAML writes a limit as a person reads it; by its parts where that
// would not be read back, as in an unfinished draft.
func (l Limit) MarshalYAML() (any, error) {
	text := l.Chinese()
	if back, err := ParseLimit(text); err != nil || back != l {
		return plainLimit(l), nil
	}
	return text, nil
}
