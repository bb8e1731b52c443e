package clock

import (
	"time"

	"tongban/catalog/area"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// Limits are the rules by which the clocks of one center's area run. 0 days
// say that there is no such clock.
type Limits struct {
	NoticeDays     int  `json:"notice_days"`     // working days for the one-time notice
	NoticeDeemed   bool `json:"notice_deemed"`   // a later notice leaves the case accepted from receipt
	SupplementDays int  `json:"supplement_days"` // working days after the notice for bringing what is missing (补正)
	SupplementEnds bool `json:"supplement_ends"` // what is not brought in time is deemed withdrawn (视为撤回)
	YellowBefore   int  `json:"yellow_before"`   // days left at which a lamp turns yellow
	RedAfter       int  `json:"red_after"`       // working days past the promised limit for which the lamp is yellow and not yet red
	SecondRed      bool `json:"second_red"`      // past the legal limit there is a second red
	BusinessClose  int  `json:"business_close"`  // minutes after midnight at which a last day ends; 0 and 1440: at 24:00
	ServeDays      int  `json:"serve_days"`      // working days between decision and service
	ForwardDays    int  `json:"forward_days"`    // working days for sending a case on
}

// LimitsOf reads the limits that hold in an area on a day.
func LimitsOf(rules rule.Set, in area.Code, on workday.Date) Limits {
	value := func(key rule.Key) int { return int(rules.ValueOn(key, in, string(on)).Value) }
	return Limits{
		NoticeDays:     value(rule.NoticeDays),
		NoticeDeemed:   value(rule.NoticeDeemed) == 1,
		SupplementDays: value(rule.SupplementDays),
		SupplementEnds: value(rule.SupplementEnds) == 1,
		YellowBefore:   value(rule.YellowBefore),
		RedAfter:       value(rule.RedAfter),
		SecondRed:      value(rule.SecondRed) == 1,
		BusinessClose:  value(rule.BusinessClose),
		ServeDays:      value(rule.ServeDays),
		ForwardDays:    value(rule.ForwardDays),
	}
}

// LimitsFor reads the limits of one case: those that hold today in the area of
// the center that has it. By which day everything missing had to be told, and
// what follows when it was not (视为受理), stays under the rule of the day of
// receipt; what its applicant has to bring, under that of the day of the notice:
// by that day it was told.
func LimitsFor(rules rule.Set, s casefile.State, now time.Time) Limits {
	in := s.Holder.Center.Area()
	l := LimitsOf(rules, in, DayOf(now.UnixMilli()))
	if s.ReceivedAt != 0 {
		from := string(DayOf(s.ReceivedAt))
		l.NoticeDays = rules.ValueOn(rule.NoticeDays, in, from).Days()
		l.NoticeDeemed = rules.ValueOn(rule.NoticeDeemed, in, from).Flag()
	}
	if s.NoticedAt != 0 {
		told := string(DayOf(s.NoticedAt))
		l.SupplementDays = rules.ValueOn(rule.SupplementDays, in, told).Days()
		l.SupplementEnds = rules.ValueOn(rule.SupplementEnds, in, told).Flag()
	}
	return l
}

// dayMinutes is a whole day.
const dayMinutes = 24 * 60

// Closes is the moment at which a last day ends: the close of business, else
// midnight (民法典 203). It is zero for what is no day.
func (l Limits) Closes(last workday.Date) time.Time {
	start := last.Start()
	if start.IsZero() {
		return start
	}
	minutes := dayMinutes
	if l.closesEarly() {
		minutes = l.BusinessClose
	}
	return start.Add(time.Duration(minutes) * time.Minute)
}

// Over reports whether a last day has ended at a moment in Unix milliseconds.
func (l Limits) Over(last workday.Date, moment int64) bool {
	if day := DayOf(moment); day != last {
		return day > last
	}
	return l.closesEarly() && moment >= l.Closes(last).UnixMilli()
}

func (l Limits) closesEarly() bool { return l.BusinessClose > 0 && l.BusinessClose < dayMinutes }
