package rule

import "tongban/catalog/area"

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
	for _, up := range append(a.Up(), "") {
		if r, ok := s.own(place{up, key}, day); ok {
			return r
		}
	}
	schema, ok := SchemaOf(key)
	if !ok {
		return Rule{Key: key}
	}
	return schema.Default
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
