package rule

import (
	"cmp"
	"fmt"
	"slices"

	"tongban/catalog/area"
)

// Setting is a rule where it holds: in an area and everything under it, or in
// the whole realm where Area is "".
type Setting struct {
	Area area.Code `json:"area,omitempty" yaml:"area"`
	Rule Rule      `json:"rule" yaml:",inline"`
}

type place struct {
	area area.Code
	key  Key
}

// Set answers which value a rule has in an area. It never changes; the zero
// Set has the defaults. Safe for concurrent use.
type Set struct {
	settings map[place][]Rule // in the order in which they were set
}

// NewSet builds a set from settings in the order in which they were made: of
// two with the same area, key and effective day the later one counts.
func NewSet(settings []Setting) Set {
	s := Set{settings: make(map[place][]Rule, len(settings))}
	for _, one := range settings {
		at := place{one.Area, one.Rule.Key}
		s.settings[at] = append(s.settings[at], one.Rule)
	}
	return s
}

// Value finds the rule that an area goes by: its own, else that of the
// nearest area above it (town, district, city, province), else the realm's,
// else the default. A rule counts even before its effective day: where that
// matters ask ValueOn. An unknown key gives a rule without a value.
func (s Set) Value(key Key, a area.Code) Rule { return s.ValueOn(key, a, "9999-12-31") }

// ValueOn is Value for a day (YYYY-MM-DD): a rule whose effective day is later
// does not count yet.
func (s Set) ValueOn(key Key, a area.Code, day string) Rule {
	found, _ := s.Find(key, a, day)
	return found.Rule
}

// Find is ValueOn with the area that set the rule ("" for the whole realm);
// set is false for a default.
func (s Set) Find(key Key, a area.Code, day string) (found Setting, set bool) {
	for _, up := range append(a.Up(), "") {
		if r, ok := s.own(place{up, key}, day); ok {
			return Setting{up, r}, true
		}
	}
	schema, ok := SchemaOf(key)
	if !ok {
		return Setting{Rule: Rule{Key: key}}, false
	}
	return Setting{Rule: schema.Default}, false
}

// Doc reads the document of the kind T that an area goes by on a day, and the
// rule that it stands in. Of a document that doesn't fit, as one written by a
// later program, it gives what fits.
func Doc[T Kind](s Set, a area.Code, day string) (T, Rule) {
	var doc T
	r := s.ValueOn(doc.Key(), a, day)
	_ = r.Doc.decode(&doc) // the Register took it: what doesn't fit is not ours to read
	return doc, r
}

// Read reads the document of a rule; an error where it is none of the kind T,
// or where a field of it isn't T's.
func Read[T Kind](r Rule) (T, error) {
	var doc T
	if r.Key != doc.Key() {
		return doc, fmt.Errorf("%w: %s, want %s", ErrDocument, clip(string(r.Key)), doc.Key())
	}
	err := r.Doc.decode(&doc)
	return doc, err
}

// own is the rule that an area set for itself and that holds on day: the one
// with the latest effective day, and of two the one set later.
func (s Set) own(at place, day string) (Rule, bool) {
	var best Rule
	found := false
	for _, r := range s.settings[at] {
		if r.From <= day && (!found || r.From >= best.From) {
			best, found = r, true
		}
	}
	return best, found
}

// Settings lists what an area set for itself, and its history, by key in the
// order of Schemas.
func (s Set) Settings(a area.Code) []Rule {
	var own []Rule
	for _, schema := range schemas {
		own = append(own, s.settings[place{a, schema.Key}]...)
	}
	return own
}

// History lists every setting of a rule that an area ever went by or will go
// by: those of the area itself and of every area above it, the nearest first,
// each area's in the order in which they take effect.
func (s Set) History(a area.Code, key Key) []Setting {
	var all []Setting
	for _, up := range append(a.Up(), "") {
		own := slices.Clone(s.settings[place{up, key}])
		slices.SortStableFunc(own, func(a, b Rule) int { return cmp.Compare(a.From, b.From) })
		for _, r := range own {
			all = append(all, Setting{up, r})
		}
	}
	return all
}
