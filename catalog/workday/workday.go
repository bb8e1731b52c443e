// Package workday counts working days by the calendar that the State Council
// announces for each year.
//
// It must never read a clock or guess a holiday: a year without a published
// calendar makes a result provisional.
package workday

// Date is a day in China (UTC+8), YYYY-MM-DD.
type Date string

// Year is the published calendar of one year: the days that do not follow
// their weekday.
type Year struct {
	Year     int    `cbor:"1,keyasint" json:"year"`
	Holidays []Date `cbor:"2,keyasint" json:"holidays"` // days off, whatever their weekday
	Workdays []Date `cbor:"3,keyasint" json:"workdays"` // Saturdays and Sundays on which offices work
	Source   string `cbor:"4,keyasint,omitempty" json:"source,omitempty"`
}
