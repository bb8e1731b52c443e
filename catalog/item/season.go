package item

import (
	"errors"
	"fmt"
	"strings"

	"tongban/catalog/workday"
)

// ErrSeason says that a text is no season.
var ErrSeason = errors.New("not a season")

// days reads both ends; they must come again equally often.
func (s Season) days() (from, to namedDay, err error) {
	if from, err = readDay(s.From); err != nil {
		return from, to, err
	}
	if to, err = readDay(s.To); err != nil {
		return from, to, err
	}
	switch {
	case from.every != to.every:
		err = fmt.Errorf("%q and %q: %w (write both in the same way)", s.From, s.To, ErrSeason)
	case from.every == once && from.date > to.date:
		err = fmt.Errorf("%q and %q: %w (it ends before it begins)", s.From, s.To, ErrSeason)
	}
	return from, to, err
}

// Contains reports whether a day lies in the season, its ends included. A
// season whose end is the earlier day of its period goes over into the next
// one: 11-01 to 02-28 is the winter. What cannot be read contains nothing.
func (s Season) Contains(day workday.Date) bool {
	from, to, err := s.days()
	year, month, ok := monthOf(day)
	if err != nil || !ok {
		return false
	}
	begin, end := from.in(year, month), to.in(year, month)
	if from.month > to.month || from.month == to.month && from.day > to.day {
		return day >= begin || day <= end
	}
	return begin <= day && day <= end
}

// OpenOn reports whether the item may be applied for on a day: always, unless
// it has seasons.
func (it *Item) OpenOn(day workday.Date) bool {
	if len(it.Open) == 0 {
		return true
	}
	for _, s := range it.Open {
		if s.Contains(day) {
			return true
		}
	}
	return false
}

// String says the two ends in English: "each year 03-01 to 03-31". The note is
// not part of it.
func (s Season) String() string {
	from, to, err := s.days()
	switch {
	case s.From == "" && s.To == "":
		return ""
	case err != nil:
		return s.From + " to " + s.To
	}
	return from.english() + " to " + to.english() + from.every.english()
}

// Chinese says the two ends as a guide prints them: "每月 1 日至 20 日". The
// note is not part of it.
func (s Season) Chinese() string {
	from, to, err := s.days()
	switch {
	case s.From == "" && s.To == "":
		return ""
	case err != nil:
		return s.From + " 至 " + s.To
	case from.every == once:
		return from.chinese() + " 至 " + to.chinese()
	case from.every == quarter:
		return from.every.chinese() + from.chinese() + "至" + to.chinese()
	}
	return from.every.chinese() + from.chinese() + "至 " + to.chinese()
}

// ParseSeason reads what String and Chinese write, and the notation itself:
// "每月 1 日至 20 日", "03-01 to 03-31 each year", "2026-03-01 至 2026-03-31",
// "q1-01 至 q1-20". "" is no season.
func ParseSeason(text string) (Season, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return Season{}, nil
	}
	for _, word := range []string{"至", " to ", "到", "~", "～"} {
		first, second, ok := strings.Cut(text, word)
		if !ok {
			continue
		}
		if s, ok := readEnds(first, second); ok {
			return s, nil
		}
	}
	return Season{}, fmt.Errorf("%q: %w (want such as \"每月 1 日至 20 日\", \"每年 3 月 1 日至 3 月 31 日\", \"2026-03-01 至 2026-03-31\")", text, ErrSeason)
}

// readEnds reads the ends of a season. In Chinese the period stands before the
// first one, in English behind the second; each then holds for both.
func readEnds(first, second string) (Season, bool) {
	first, second = strings.TrimSpace(first), strings.TrimSpace(second)
	for _, p := range []period{yearly, quarter, monthly} {
		if word := strings.TrimSpace(p.chinese()); strings.HasPrefix(first, word) && !strings.HasPrefix(second, word) {
			second = word + second
		}
		if word := p.english(); strings.HasSuffix(second, word) {
			first += word
		}
	}
	from, err1 := readWritten(first)
	to, err2 := readWritten(second)
	s := Season{From: from.String(), To: to.String()}
	_, _, err := s.days()
	return s, err1 == nil && err2 == nil && err == nil
}
