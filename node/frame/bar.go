package frame

import (
	"cmp"
	"slices"
)

// fronted is how many entries of the menu stand in a row on a wide screen; the
// others are in a fold. A menu that is hardly longer has none.
const fronted = 6

// front are the rooms in which most people work, in the order in which they
// stand; the others follow as they were opened.
var front = []string{"intake", "cases", "today", "hall", "results", "catalogue"}

// Ordered are the entries of the menu as they stand.
func (b Bar) Ordered() []Entry {
	all := slices.Clone(b.Entries)
	rank := func(e Entry) int {
		if i := slices.Index(front, e.Nav); i >= 0 {
			return i
		}
		return len(front)
	}
	slices.SortStableFunc(all, func(a, c Entry) int { return cmp.Compare(rank(a), rank(c)) })
	return all
}

// Folded reports whether some entries are in the fold on a wide screen, too.
func (b Bar) Folded() bool { return len(b.Entries) > fronted+1 }

// InFront reports whether the entry of that place stands in the row.
func (b Bar) InFront(i int) bool { return !b.Folded() || i < fronted }

// Front are the entries that stand in the row.
func (b Bar) Front() []Entry {
	all := b.Ordered()
	if b.Folded() {
		all = all[:fronted]
	}
	return all
}

// InFold is what a room is called whose entry is in the fold; "": it is in the
// row, or has none.
func (b Bar) InFold(room string) string {
	for i, e := range b.Ordered() {
		if e.Nav == room && !b.InFront(i) {
			return e.Text
		}
	}
	return ""
}

// Called is what a room is called in the menu; "": it is not there.
func (b Bar) Called(room string) string {
	for _, e := range b.Entries {
		if e.Nav == room {
			return e.Text
		}
	}
	return ""
}
