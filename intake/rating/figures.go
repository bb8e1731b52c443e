package rating

import (
	"cmp"
	"slices"

	"tongban/catalog/workday"
)

// Ratio is a share with what it is of: a figure without its denominator says
// nothing.
type Ratio struct {
	Count int `json:"count"`
	Of    int `json:"of"`
}

// Percent is the share in hundredths; ok is false where there is nothing that
// it could be of.
func (r Ratio) Percent() (p float64, ok bool) {
	if r.Of == 0 {
		return 0, false
	}
	return 100 * float64(r.Count) / float64(r.Of), true
}

// Figures are those of a period. Ratings against which an appeal was upheld
// are left out of all but LeftOut. The sources name the figures and define
// none: each is the plain ratio, with its denominator.
type Figures struct {
	Group      string      `json:"group,omitempty"`
	Total      bool        `json:"total,omitempty"`    // of all groups together
	Grades     map[int]int `json:"grades"`             // how many of each
	Ratings    int         `json:"ratings"`            // that count
	LeftOut    int         `json:"left_out,omitempty"` // an appeal was upheld
	Active     Ratio       `json:"active"`             // 主动评价率: cases rated, of those concluded or rated in the period
	Satisfied  Ratio       `json:"satisfied"`          // 满意率: no bad ratings, of all
	Bad        Ratio       `json:"bad"`                // 差评率: bad ratings, of all
	Rectified  Ratio       `json:"rectified"`          // 整改率: answered, of the bad
	InTime     Ratio       `json:"rectified_in_time"`  // 按时整改率: answered in time, of the bad that were answered or whose limit is over
	FollowedUp Ratio       `json:"followed_up"`        // 回访率: followed up, of the bad with a name
	Content    Ratio       `json:"content"`            // 回访满意度: satisfied at the last follow-up, of those followed up
	cases      map[string]bool
}

// By is by what figures are grouped.
type By string

// The groups.
const (
	ByNothing    By = ""
	ByItem       By = "item"
	ByWindow     By = "window"
	ByDepartment By = "department"
)

// Served is a case that could have been rated here.
type Served struct {
	Case                     string
	Item, Window, Department string
	On                       workday.Date // the day on which it was concluded
}

func (by By) of(item, window, department string) string {
	switch by {
	case ByItem:
		return item
	case ByWindow:
		return window
	case ByDepartment:
		return department
	}
	return ""
}

// Count makes the figures of a period, both days included: the groups in
// order, and last, where it is grouped, all together under "".
func Count(ratings []State, served []Served, from, to workday.Date, by By, calendar workday.Calendar, today workday.Date) []Figures {
	groups := map[string]*Figures{}
	in := func(day workday.Date) bool { return day >= from && day <= to }
	each := func(key string, do func(*Figures)) {
		keys := []string{key}
		if by != ByNothing {
			keys = append(keys, "\xff") // all together, behind every name
		}
		for _, k := range keys {
			if groups[k] == nil {
				groups[k] = &Figures{Group: k, Grades: map[int]int{}, cases: map[string]bool{}}
			}
			do(groups[k])
		}
	}
	for i := range ratings {
		s := &ratings[i]
		if in(dayOf(s.Act.At)) {
			g := s.Given
			each(by.of(string(g.Item.Code), g.Window, g.Department), func(f *Figures) { f.count(s, calendar, today) })
		}
	}
	for _, c := range served {
		if in(c.On) {
			each(by.of(c.Item, c.Window, c.Department), func(f *Figures) { f.offer(c.Case, false) })
		}
	}
	if by == ByNothing && groups[""] == nil {
		groups[""] = &Figures{Grades: map[int]int{}}
	}
	var out []Figures
	for _, f := range groups {
		out = append(out, *f)
	}
	slices.SortFunc(out, func(a, b Figures) int { return cmp.Compare(a.Group, b.Group) })
	if n := len(out); n > 0 && out[n-1].Group == "\xff" {
		out[n-1].Group, out[n-1].Total = "", true
	}
	return out
}

// offer notes a case that could be, or was, rated; each counts once.
func (f *Figures) offer(id string, rated bool) {
	if _, known := f.cases[id]; !known {
		f.Active.Of++
	}
	if rated && !f.cases[id] {
		f.Active.Count++
	}
	f.cases[id] = f.cases[id] || rated
}

func (f *Figures) count(s *State, calendar workday.Calendar, today workday.Date) {
	if s.LeftOut() {
		f.LeftOut++
		return
	}
	f.Ratings++
	f.Grades[s.Given.Grade]++
	f.Satisfied.Of++
	f.Bad.Of++
	if id := s.Given.Subject.Case; id != "" {
		f.offer(string(id), true)
	}
	if !s.Given.Terms.Bad {
		f.Satisfied.Count++
		return
	}
	f.Bad.Count++
	f.Rectified.Of++
	if len(s.Answers) > 0 {
		f.Rectified.Count++
	}
	for _, d := range s.Dues(calendar, today) {
		if d.What != "rectify" || d.Done == "" && !d.Late {
			continue
		}
		f.InTime.Of++
		if !d.Late {
			f.InTime.Count++
		}
	}
	if s.Given.Named {
		f.FollowedUp.Of++
	}
	if n := len(s.FollowUps); n > 0 {
		f.FollowedUp.Count++
		f.Content.Of++
		if s.FollowUps[n-1].Satisfied {
			f.Content.Count++
		}
	}
}
