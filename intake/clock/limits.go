package clock

import (
	"tongban/catalog/area"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
)

// Limits are the rules by which the clocks of one center's area run. 0 days
// say that there is no such clock.
type Limits struct {
	NoticeDays   int  `json:"notice_days"`   // working days for the one-time notice
	NoticeDeemed bool `json:"notice_deemed"` // a later notice leaves the case accepted from receipt
	YellowBefore int  `json:"yellow_before"` // days left at which a lamp turns yellow
	ServeDays    int  `json:"serve_days"`    // working days between decision and service
	ForwardDays  int  `json:"forward_days"`  // working days for sending a case on
}

// LimitsOf reads the limits that hold in an area on a day.
func LimitsOf(rules rule.Set, in area.Code, on workday.Date) Limits {
	value := func(key rule.Key) int { return int(rules.ValueOn(key, in, string(on)).Value) }
	return Limits{
		NoticeDays:   value(rule.NoticeDays),
		NoticeDeemed: value(rule.NoticeDeemed) == 1,
		YellowBefore: value(rule.YellowBefore),
		ServeDays:    value(rule.ServeDays),
		ForwardDays:  value(rule.ForwardDays),
	}
}
