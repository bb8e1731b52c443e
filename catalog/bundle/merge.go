package bundle

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"tongban/catalog/item"
)

// sheet is one material of one member, on its way into a merged one.
type sheet struct {
	item.Material
	ref item.MaterialRef
}

// merge makes one set of the materials of all parts: those of one name, and
// those that the bundle says are one paper.
func merge(shared []item.Shared, parts []Part) []Merged {
	var all []sheet
	for _, p := range parts {
		for _, m := range p.Selection.Materials {
			all = append(all, sheet{m, item.MaterialRef{Code: p.Member.Code, ID: m.ID}})
		}
	}
	groups := newGroups()
	for _, s := range all {
		groups.join(idOf(s.ref), "="+fold(s.Name))
	}
	called := map[string]string{} // the common name, by group; the least of several, so that no order matters
	var named []item.Shared
	for _, sh := range shared {
		live := slices.DeleteFunc(slices.Clone(sh.Of), func(r item.MaterialRef) bool {
			return !slices.ContainsFunc(all, func(s sheet) bool { return s.ref == r })
		})
		for _, r := range live {
			groups.join(idOf(r), "="+fold(sh.Name))
		}
		if len(live) > 0 {
			named = append(named, sh)
		}
	}
	for _, sh := range named {
		root := groups.root("=" + fold(sh.Name))
		if was, ok := called[root]; !ok || sh.Name < was {
			called[root] = sh.Name
		}
	}
	var order []string
	members := map[string][]sheet{}
	for _, s := range all {
		root := groups.root(idOf(s.ref))
		if members[root] == nil {
			order = append(order, root)
		}
		members[root] = append(members[root], s)
	}
	merged := make([]Merged, 0, len(order))
	for _, root := range order {
		merged = append(merged, mergeOne(members[root], called[root]))
	}
	return merged
}

// strict orders the needs.
var strict = map[item.Need]int{item.Optional: 1, item.LaterIfNeed: 2, item.Required: 3}

// mergeOne makes one material of several; they come in any order.
func mergeOne(sheets []sheet, called string) Merged {
	slices.SortFunc(sheets, func(a, b sheet) int {
		return cmp.Or(cmp.Compare(a.ref.Code, b.ref.Code), cmp.Compare(a.ref.ID, b.ref.ID))
	})
	m := Merged{Name: called, Exempt: true}
	originals, copies := map[item.Code]int{}, map[item.Code]int{}
	for _, s := range sheets {
		m.Of = append(m.Of, s.ref)
		m.Exempt = m.Exempt && s.Exempt
		if s.When != "" && !slices.Contains(m.When, s.When) {
			m.When = append(m.When, s.When)
		}
		if called == "" && (m.Name == "" || plainer(s.Name, m.Name)) {
			m.Name = s.Name
		}
		if s.Exempt { // nobody asks the applicant for this one
			continue
		}
		originals[s.ref.Code] += s.Originals
		copies[s.ref.Code] += s.Copies
		m.Originals, m.Copies = max(m.Originals, originals[s.ref.Code]), max(m.Copies, copies[s.ref.Code])
		if strict[s.Need] > strict[m.Need] {
			m.Need = s.Need
		}
	}
	if m.Exempt {
		m.exempted(sheets)
	}
	m.ID = idOf(m.Of[0])
	return m
}

// plainer orders spellings of one name: the shortest has no spaces in it.
func plainer(a, b string) bool { return len(a) < len(b) || len(a) == len(b) && a < b }

// exempted fills in what is published of a paper that nobody has to bring.
func (m *Merged) exempted(sheets []sheet) {
	for _, s := range sheets {
		m.Originals, m.Copies = max(m.Originals, s.Originals), max(m.Copies, s.Copies)
		if strict[s.Need] > strict[m.Need] {
			m.Need = s.Need
		}
	}
}

// fold makes a name comparable: width, spaces and case say nothing.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' { // the full-width forms of ASCII
			r -= '！' - '!'
		}
		if unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

// groups joins what belongs together.
type groups map[string]string

func newGroups() groups { return groups{} }

func (g groups) root(x string) string {
	for g[x] != "" && g[x] != x {
		x = g[x]
	}
	return x
}

// join puts two into one group; the lesser root stays, so that no order matters.
func (g groups) join(a, b string) {
	a, b = g.root(a), g.root(b)
	if a == b {
		return
	}
	if b < a {
		a, b = b, a
	}
	g[b] = a
}

// SameName reports whether two materials are one paper by their names: width,
// spaces and case say nothing.
func SameName(a, b string) bool { return fold(a) == fold(b) }
