package desk

import (
	"cmp"
	"math"
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
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
	from, to, err := span.bounds()
	if err != nil {
		return st, err
	}
	var piles []pile
	var all, open []int // cases of each pile
	err = d.rack.look(func() {
		piles = d.rack.piles // grows, and never changes
		all, open = d.rack.count(span.Box, from, to, &st)
	})
	items := map[itemOf]*ItemCount{}
	for i, n := range all {
		if n == 0 {
			continue
		}
		st.count(&piles[i], n)
		st.Open += open[i]
		key := itemOf{piles[i].code, piles[i].area}
		if items[key] == nil {
			items[key] = &ItemCount{Code: key.code, Name: d.itemName(key.code, key.in)}
		}
		items[key].Count += n
		items[key].Open += open[i]
	}
	for _, one := range items {
		st.Items = append(st.Items, *one)
	}
	slices.SortFunc(st.Items, func(a, b ItemCount) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Code, b.Code)) })
	st.Items = st.Items[:min(len(st.Items), maxItemCounts)]
	return st, err
}

// count tells how many cases each pile has that were opened between two moments,
// and how many of them are open; of those it counts the lamps.
func (s *rack) count(in Box, from, to int64, st *Statistics) (all, open []int) {
	all, open = make([]int, len(s.piles)), make([]int, len(s.piles))
	var ranks [maxRank + 1]int
	box := boxBits[All]
	if in == Opened {
		box = boxBits[Opened]
	}
	for i := range s.entries {
		e := &s.entries[i]
		if e.boxes&box == 0 || e.opened < from || e.opened >= to {
			continue
		}
		all[e.pile]++
		if e.line == nil {
			continue
		}
		open[e.pile]++
		ranks[e.rank]++
	}
	for rank, n := range ranks {
		if n == 0 {
			continue
		}
		st.Lamps[lampOf(uint8(rank))] += n
		if rank%2 == 1 {
			st.Past += n
		}
	}
	return all, open
}

func (d *Desk) itemName(code item.Code, in area.Code) string {
	if it, ok := d.Register.Offered(code, in); ok {
		return it.Name
	}
	return ""
}

// bounds are the moments in between which the cases of the span were opened,
// the first included.
func (s Span) bounds() (from, to int64, err error) {
	for _, day := range []workday.Date{s.From, s.To} {
		if day != "" && !day.Valid() {
			return 0, 0, refusal.Newf(refusal.Malformed, "count cases", "give days as YYYY-MM-DD", "%.20q is no day", day)
		}
	}
	to = math.MaxInt64
	if s.From != "" {
		from = s.From.Start().UnixMilli()
	}
	if s.To != "" {
		to = s.To.Add(1).Start().UnixMilli()
	}
	return from, to, nil
}

// count adds cases that are counted alike.
func (st *Statistics) count(p *pile, n int) {
	st.Total += n
	st.Phases[p.phase] += n
	if p.outcome != "" {
		st.Outcomes[p.outcome] += n
	}
	if p.grade != 0 {
		st.Grades[p.grade] += n
	}
	for _, flag := range []struct {
		is bool
		of *int
	}{
		{p.kind == item.Immediate, &st.Immediate}, {p.kind == item.Promised, &st.Promised}, {p.joint, &st.Joint},
		{p.referred, &st.Referred}, {p.agency, &st.Agency}, {p.elsewhere, &st.Elsewhere},
		{p.outcome == casefile.OutcomeDeclined || p.outcome == casefile.OutcomeRejected, &st.Declined},
	} {
		if flag.is {
			*flag.of += n
		}
	}
}
