package search

import (
	"cmp"
	"maps"
	"slices"

	"tongban/catalog/item"
)

// Serves is whom an item is for, as people tell themselves apart: somebody for
// themselves, or for a company or another body. An item may be for both.
type Serves uint8

// Whom.
const (
	Persons Serves = 1 << iota // 个人: natural persons
	Bodies                     // 法人和其他组织: everybody else
)

// ServesOf is whom the applicants of an item are; 0 where it names none.
func ServesOf(applicants []item.Applicant) (s Serves) {
	for _, a := range applicants {
		if a == item.NaturalPerson {
			s |= Persons
		} else {
			s |= Bodies
		}
	}
	return s
}

// Counts is how many items there are to look through, and of what.
type Counts struct {
	All         int
	Persons     int // that are for persons
	Bodies      int // that are for bodies
	Departments []Count
	Themes      []Count
}

// Count is a name that items have in common, and how many have it.
type Count struct {
	Name  string
	Items int
}

// Count counts what the query asks for, whatever is typed: the names that most
// items have come first. An item counts under each of its themes, and under
// none where it has none.
func (x *Index) Count(q Query) (c Counts) {
	departments, themes := map[string]int{}, map[string]int{}
	x.mu.RLock()
	for i := range x.docs {
		e := x.docs[i].entry
		if !q.takes(e) {
			continue
		}
		c.All++
		if e.Serves&Persons != 0 {
			c.Persons++
		}
		if e.Serves&Bodies != 0 {
			c.Bodies++
		}
		departments[e.Department]++
		for n, theme := range e.Themes {
			if !slices.Contains(e.Themes[:n], theme) {
				themes[theme]++
			}
		}
	}
	x.mu.RUnlock()
	c.Departments, c.Themes = counts(departments), counts(themes)
	return c
}

func counts(of map[string]int) []Count {
	delete(of, "")
	all := make([]Count, 0, len(of))
	for _, name := range slices.Sorted(maps.Keys(of)) {
		all = append(all, Count{name, of[name]})
	}
	slices.SortStableFunc(all, func(a, b Count) int { return cmp.Compare(b.Items, a.Items) })
	return all
}
