package rating

import (
	"time"

	"tongban/catalog/workday"
)

// Due is one limit of a rectification.
type Due struct {
	What        string       `json:"what"`                  // "contact", "rectify"
	Day         workday.Date `json:"day"`                   // the last day
	Done        workday.Date `json:"done,omitempty"`        // "": not yet
	Late        bool         `json:"late,omitempty"`        // done after its day, or its day is over
	Provisional bool         `json:"provisional,omitempty"` // a year without a published calendar is counted in
}

// Dues are the limits of a bad rating, counted from the day on which it was
// given (day 0): contact for one with a name, rectify for each. Before
// something is found it counts as clear; what is found complex has more time.
// A limit that the rule does not set is left out, and so are all where an
// appeal was upheld.
func (s *State) Dues(calendar workday.Calendar, today workday.Date) []Due {
	if !s.Given.Terms.Bad || s.LeftOut() {
		return nil
	}
	var all []Due
	add := func(what string, days int, done int64) {
		if days <= 0 {
			return
		}
		d := Due{What: what}
		d.Day, d.Provisional = calendar.AddWorkingDays(dayOf(s.Act.At), days)
		if done != 0 {
			d.Done = dayOf(done)
			d.Late = d.Done > d.Day
		} else {
			d.Late = today > d.Day
		}
		all = append(all, d)
	}
	if s.Given.Named {
		var reached int64
		if len(s.Contacts) > 0 {
			reached = s.Contacts[0].Act.At
		}
		add("contact", s.Given.Terms.Verify, reached)
	}
	days, answered := s.Given.Terms.Rectify, int64(0)
	if s.Finding != nil && s.Finding.Complex && s.Given.Terms.Complex > 0 {
		days = s.Given.Terms.Complex
	}
	if len(s.Answers) > 0 {
		answered = s.Answers[0].Act.At
	}
	add("rectify", days, answered)
	return all
}

func dayOf(ms int64) workday.Date { return workday.DateOf(time.UnixMilli(ms)) }
