package register

import (
	"math"
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
)

// Moment is what a question is about: a day, and how much of the journal was
// there. What a node answered on a day is On that day; what is known today of a
// later day is that Day and no At. The zero Moment is the newest of everything,
// in effect or not.
type Moment struct {
	Day workday.Date `json:"day,omitempty"` // "": whatever the dates
	At  Index        `json:"at,omitempty"`  // the last record that counts; 0: the head
}

// On is a day as the Register saw it: with the last record of that day or
// before. Of a day before the first record it knows nothing but the founding.
// A day to come is seen with all that is known by now.
func (r *Register) On(day workday.Date) Moment {
	now := &r.sight.Load().base
	end := day.Start().Add(24 * time.Hour).UnixMilli()
	if !day.Valid() || now.Head.Index == 0 || now.Time < end {
		return Moment{day, now.Head.Index}
	}
	low, high := Index(1), now.Head.Index // high is too late, and what lies below low is not
	_ = r.look(func(m *machine) {
		for low < high && m.err == nil {
			middle := low + (high-low)/2
			if row, _ := load[headState](m, headRow(middle)); row.Time < end {
				low = middle + 1
			} else {
				high = middle
			}
		}
	})
	return Moment{day, max(low-1, 1)}
}

// today is the day in China on which the record is written.
func (t *turn) today() workday.Date { return workday.DateOf(time.UnixMilli(t.time)) }

// whole is the moment with a record to compare with.
func (on Moment) whole() Moment {
	if on.At == 0 {
		on.At = math.MaxUint64
	}
	return on
}

// calledOff reports that a version was withdrawn before it took effect: it is
// as if it had never been published.
func (s *Summary) calledOff() bool { return s.Withdrawn != 0 && s.Until <= s.Effective }

// ended reports that a version is no longer offered on a day.
func (s *Summary) ended(day workday.Date) bool {
	return s.Withdrawn != 0 && (day == "" || s.Until <= day)
}

// at is a version as the journal had it up to a record; false where it had not.
func (s Summary) at(i Index) (Summary, bool) {
	if s.Withdrawn > i {
		s.Withdrawn, s.Until = 0, ""
	}
	return s, s.Index <= i
}

// counts reports whether a version is the one that counts at a whole moment,
// given that no higher one is; and whether it is offered then.
func (s *Summary) counts(on Moment) (counts, offered bool) {
	if s.Index > on.At || on.Day != "" && s.Effective > on.Day {
		return false, false
	}
	if s.Withdrawn == 0 || s.Withdrawn > on.At {
		return true, true
	}
	return !s.calledOff(), !s.calledOff() && !s.ended(on.Day)
}

// precedence is an area and those above it in the order in which their
// versions are seen: from district level up the nearest first, then, where none
// of them offers an item, the town before the village. What is standardized is
// never hidden by what is local.
func precedence(by area.Code) []area.Code {
	line := by.Up()
	local := 0
	for local < len(line) && line[local].Level() > area.District {
		local++
	}
	below := slices.Clone(line[:local])
	slices.Reverse(below)
	return append(slices.Clone(line[local:]), below...)
}

// own is the version of an item that counts in an area at a moment, whatever
// the areas above it have; offered is false where it has ended.
func (m *machine) own(c item.Code, a area.Code, on Moment) (v versionState, offered, ok bool) {
	on = on.whole()
	line, _ := load[lineState](m, itemRow(c, a))
	for n := line.Last; n > 0 && m.err == nil; n-- {
		v, _ := load[versionState](m, versionRow(item.Ref{Code: c, Area: a, Version: n}))
		if counts, offered := v.Summary.counts(on); counts {
			v.Summary, _ = v.Summary.at(on.At)
			return v, offered, true
		}
	}
	return v, false, false
}

// seen is the version of an item that an area goes by at a moment; false where
// it is not offered there.
func (m *machine) seen(c item.Code, by area.Code, on Moment) (Summary, bool) {
	for _, a := range precedence(by) {
		if v, offered, _ := m.own(c, a, on); offered {
			return v.Summary, true
		}
	}
	return Summary{}, false
}
