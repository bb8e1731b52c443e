package search

import (
	"reflect"
	"slices"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

func aisle() *Index {
	person, firm := []item.Applicant{item.NaturalPerson}, []item.Applicant{item.Enterprise, item.StateOrgan}
	return New([]Entry{
		{Ref: item.Ref{Code: "A"}, Name: "一", Department: "民政", Themes: []string{"社会救助", "社会救助"}, Serves: ServesOf(person), Takes: LevelsOf([]area.Level{area.Town})},
		{Ref: item.Ref{Code: "B"}, Name: "二二", Department: "民政", Themes: []string{"社会救助", "创业"}, Serves: ServesOf(slices.Concat(person, firm))},
		{Ref: item.Ref{Code: "C"}, Name: "三三三", Department: "人社", Themes: []string{"创业"}, Serves: ServesOf(firm), Takes: LevelsOf([]area.Level{area.City})},
		{Ref: item.Ref{Code: "D"}, Name: "四四四四"},
	})
}

// What is counted is what is found with the same query: nobody is led to an
// empty list, and nothing is counted that nobody says of itself.
func TestCount(t *testing.T) {
	x := aisle()
	all := x.Count(Query{})
	want := Counts{
		All: 4, Persons: 2, Bodies: 2, Departments: []Count{{"民政", 2}, {"人社", 1}}, Themes: []Count{{"创业", 2}, {"社会救助", 2}},
	}
	if !reflect.DeepEqual(all, want) {
		t.Errorf("%+v", all)
	}
	if bodies := x.Count(Query{Serves: Bodies, Text: "无"}); bodies.All != 2 || !slices.Equal(bodies.Themes, []Count{{"创业", 2}, {"社会救助", 1}}) {
		t.Errorf("for bodies: %+v", bodies)
	}
	for _, base := range []Query{{}, {Level: area.Town}, {Serves: Persons}, {Only: func(e *Entry) bool { return e.Name != "一" }}} {
		c := x.Count(base)
		check := func(q Query, n int) {
			if found := len(x.Find(q)); found != n {
				t.Errorf("%+v: %d are found, %d counted", q, found, n)
			}
		}
		check(base, c.All)
		for _, one := range c.Themes {
			q := base
			q.Theme = one.Name
			check(q, one.Items)
		}
		for _, one := range c.Departments {
			q := base
			q.Department = one.Name
			check(q, one.Items)
		}
		if base.Serves == 0 {
			q := base
			q.Serves = Bodies
			check(q, c.Bodies)
		}
	}
}

// Pages follow one another without a gap, with and without a text.
func TestSkip(t *testing.T) {
	x := New(counter(t))
	for _, text := range []string{"", "居住"} {
		whole := names(x.Find(Query{Text: text, Limit: MaxLimit}))
		var pages []string
		for skip := 0; skip < len(whole); skip += 3 {
			pages = append(pages, names(x.Find(Query{Text: text, Skip: skip, Limit: 3}))...)
		}
		if len(whole) < 4 || !slices.Equal(pages, whole) {
			t.Errorf("%q: the pages hold %v, want %v", text, pages, whole)
		}
	}
	if far := x.Find(Query{Skip: 1 << 40, Limit: 3}); len(far) != 0 {
		t.Errorf("far behind the end: %v", names(far))
	}
	if before := x.Find(Query{Skip: -5, Limit: 1}); len(before) != 1 {
		t.Errorf("before the beginning: %v", names(before))
	}
}
