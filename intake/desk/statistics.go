package desk

import (
	"cmp"
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// Span chooses what is counted: the cases taken in on the days From to To, both
// included; "" leaves a side open.
type Span struct {
	From workday.Date `json:"from,omitempty"`
	To   workday.Date `json:"to,omitempty"`
	Box  Box          `json:"box,omitempty"` // Opened: taken in here; else all that this node has
}

// Statistics are how many cases of a span are what. A case is counted under
// each flag that it has.
type Statistics struct {
	Span
	Total     int                      `json:"total"`
	Open      int                      `json:"open"`
	Phases    map[casefile.Phase]int   `json:"phases"`
	Outcomes  map[casefile.Outcome]int `json:"outcomes"` // of those that have come to one
	Immediate int                      `json:"immediate"`
	Promised  int                      `json:"promised"`
	Joint     int                      `json:"joint"`
	Referred  int                      `json:"referred"`
	Declined  int                      `json:"declined"` // 退办: declined or rejected
	Agency    int                      `json:"agency"`
	Elsewhere int                      `json:"elsewhere"` // taken in where competence does not lie
	Grades    map[int]int              `json:"grades"`
	Lamps     map[clock.Lamp]int       `json:"lamps"`      // of the open ones
	Past      int                      `json:"second_red"` // of them, past the legal limit
	Items     []ItemCount              `json:"items"`      // the most frequent first, at most maxItemCounts
}

// ItemCount is how often an item was applied for.
type ItemCount struct {
	Code  item.Code `json:"code"`
	Name  string    `json:"name,omitempty"`
	Count int       `json:"count"`
	Open  int       `json:"open"`
}

const maxItemCounts = 100

// Statistics counts the cases of a span as they stand now.
func (d *Desk) Statistics(span Span) (Statistics, error) {
	st := Statistics{
		Span: span, Phases: map[casefile.Phase]int{}, Outcomes: map[casefile.Outcome]int{}, Grades: map[int]int{}, Lamps: map[clock.Lamp]int{},
	}
	items := map[itemOf]*ItemCount{}
	now := d.moment()
	filter := cabinet.Filter{}
	if span.Box == Opened {
		filter.Origin = d.Self().Center
	}
	var failed error
	d.Cases.Cards(filter, func(c *cabinet.Card) bool {
		if !span.covers(c.Opened) {
			return true
		}
		st.count(c)
		key := itemOf{c.Code, c.Area}
		if items[key] == nil {
			items[key] = &ItemCount{Code: c.Code, Name: d.itemName(c.Code, c.Area)}
		}
		items[key].Count++
		if !c.Open() {
			return true
		}
		items[key].Open++
		one, err := d.glance(c, now)
		if err != nil {
			failed = err
			return false
		}
		st.Lamps[one.Lamp]++
		if one.Second {
			st.Past++
		}
		return true
	})
	for _, one := range items {
		st.Items = append(st.Items, *one)
	}
	slices.SortFunc(st.Items, func(a, b ItemCount) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Code, b.Code)) })
	st.Items = st.Items[:min(len(st.Items), maxItemCounts)]
	return st, failed
}

func (d *Desk) itemName(code item.Code, in area.Code) string {
	if it, ok := d.Register.Offered(code, in); ok {
		return it.Name
	}
	return ""
}

func (s Span) covers(opened int64) bool {
	if s.From == "" && s.To == "" {
		return true
	}
	day := clock.DayOf(opened)
	return (s.From == "" || day >= s.From) && (s.To == "" || day <= s.To)
}

func (st *Statistics) count(c *cabinet.Card) {
	st.Total++
	st.Phases[c.Phase]++
	if c.Open() {
		st.Open++
	}
	if c.Outcome != "" {
		st.Outcomes[c.Outcome]++
	}
	if c.Grade != 0 {
		st.Grades[c.Grade]++
	}
	for _, flag := range []struct {
		is bool
		n  *int
	}{
		{c.Kind == item.Immediate, &st.Immediate}, {c.Kind == item.Promised, &st.Promised}, {c.Joint, &st.Joint},
		{c.Referred, &st.Referred}, {c.Agency, &st.Agency}, {c.Elsewhere, &st.Elsewhere},
		{c.Outcome == casefile.OutcomeDeclined || c.Outcome == casefile.OutcomeRejected, &st.Declined},
	} {
		if flag.is {
			*flag.n++
		}
	}
}
