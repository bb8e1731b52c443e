package counter

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

// spot is a place that a field suggests: a center of the directory.
type spot struct {
	Code  area.Center
	Name  string
	Value string // what is typed for it: the name, or the code where another has that name
}

// mostSpots bounds the lists of places on a page.
const mostSpots = 300

// leastName is how many characters name a place in part.
const leastName = 2

// centers are those of the directory under this one, this one first; a village
// has those of its town.
func (r *room) centers() []spot {
	under := r.here()
	if under.Level() == area.Village {
		under = under.Parent()
	}
	return r.centersOf(under, mostSpots)
}

func (r *room) centersOf(under area.Code, limit int) []spot {
	all := []spot{{Code: r.Self(), Name: r.Name(r.Self())}}
	found, err := r.Register.Centers(under, "", limit)
	if err != nil {
		return all
	}
	for _, one := range found {
		if one.ID != r.Self() && one.Revoked == 0 {
			all = append(all, spot{Code: one.ID, Name: cmp.Or(one.Name, string(one.ID))})
		}
	}
	return all
}

// suggested are the places of a list, each with what is typed for it.
func suggested(all []spot) []spot {
	names := map[string]int{}
	for _, one := range all {
		names[one.Name]++
	}
	out := slices.Clone(all)
	for i := range out {
		if out[i].Value = out[i].Name; names[out[i].Name] > 1 {
			out[i].Value = string(out[i].Code)
		}
	}
	return out
}

// areasOf are the areas of centers: an area with several of them stands once.
func areasOf(all []spot) []spot {
	var out []spot
	for _, one := range all {
		one.Code = area.Center(one.Code.Area())
		i := slices.IndexFunc(out, func(s spot) bool { return s.Code == one.Code })
		if i < 0 {
			out = append(out, one)
		}
	}
	return out
}

// near are the centers that the page suggests, read once for a request.
func (v *view) near() []spot {
	if v.spots == nil {
		v.spots = v.r.centers()
	}
	return v.spots
}

// fitting are the places that a text names: by the whole name, else in part.
func fitting(all []spot, text string) []spot {
	whole := func(s spot) bool { return s.Name != text }
	part := func(s spot) bool { return !strings.Contains(s.Name, text) }
	if found := slices.DeleteFunc(slices.Clone(all), whole); len(found) > 0 || utf8.RuneCountInString(text) < leastName {
		return found
	}
	return slices.DeleteFunc(slices.Clone(all), part)
}

// naming is a text in a field for a place.
type naming struct {
	text  string
	areas bool // of an area, not of a center
}

// meant is what such a text names: a code, or why it is none.
type meant struct{ code, bad string }

// located is the place that was typed into a field, by its code: of an area, or
// of a center. bad says why it is none; a name that fits several is not guessed.
// A text is looked for once in a request.
func (v *view) located(name string, areas bool) (code, bad string) {
	of := naming{v.typed.get(name), areas}
	if of.text == "" {
		return "", ""
	}
	found, known := v.places[of]
	if !known {
		if v.places == nil {
			v.places = map[naming]meant{}
		}
		found = v.meant(of)
		v.places[of] = found
	}
	return found.code, found.bad
}

func (v *view) meant(of naming) meant {
	say := v.c.Page.Say
	if strings.Trim(of.text, "0123456789") == "" || !of.areas && area.Center(of.text).Level() != 0 {
		if area.Center(of.text).Level() == 0 {
			return meant{bad: say("place_code")}
		}
		return meant{code: of.text}
	}
	here := v.r.here()
	for _, all := range []func() []spot{v.near, func() []spot { return v.r.centersOf(here.At(min(area.District, here.Level())), 0) }} {
		spots := all()
		if of.areas {
			spots = areasOf(spots)
		}
		switch found := fitting(spots, of.text); {
		case len(found) == 1:
			return meant{code: string(found[0].Code)}
		case len(found) > 1:
			var names []string
			for _, one := range found[:min(len(found), 4)] {
				names = append(names, one.Name)
			}
			return meant{bad: say("place_several") + strings.Join(names, v.c.Page.Pick("、", ", "))}
		}
	}
	return meant{bad: say("place_none")}
}

// subject is where competence lies; "" where nothing was typed, or no place.
func (v *view) subject() area.Code {
	code, _ := v.located("subject", true)
	return area.Code(code)
}

// deliver is where the result is collected; "" as for subject.
func (v *view) deliver() area.Center {
	code, _ := v.located("deliver", false)
	return area.Center(code)
}

// placed says beside their fields what of the places is none.
func (v *view) placed() {
	for name, areas := range map[string]bool{"subject": true, "deliver": false} {
		if _, bad := v.located(name, areas); bad != "" {
			v.fault(name, bad)
		}
	}
}

// elsewhere reports whether competence for an item goes by more than the counter.
func elsewhere(it *item.Item) bool { return it.Subject != item.ByCounter && it.Subject != "" }

// handledBy is who handles the items in an area: the centers in the order of the
// steps; "" where nothing hangs on the area. coarse says that it is too large to
// tell.
func (v *view) handledBy(in area.Code) (who string, coarse bool) {
	var all []string
	for _, it := range v.placedItems(in) {
		var steps []string
		last := area.Code("")
		for _, st := range it.Steps {
			if st.Outside || st.Waits() {
				continue
			}
			acting := st.Acting(in)
			if acting == "" {
				return "", true
			}
			if acting != last {
				steps = append(steps, v.r.Name(area.Center(acting)))
			}
			last = acting
		}
		if one := strings.Join(steps, " → "); one != "" && !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return strings.Join(all, " / "), false
}

// placedItems are the items of the visit whose competence goes by an area, as
// they are offered there.
func (v *view) placedItems(in area.Code) []*item.Item {
	var all []*item.Item
	for _, code := range v.codes() {
		it, ok := v.r.Desk.Register.Offered(code, in)
		if !ok {
			continue
		}
		for _, one := range v.within(it) {
			if elsewhere(one) {
				all = append(all, one)
			}
		}
	}
	return all
}

// handled puts beside the area who handles it there, and offers this center's
// own area where that would do. Nothing is filled in unasked: the applicant may
// come from elsewhere.
func (v *view) handled(f *shown) {
	own := v.r.here()
	if who, coarse := v.handledBy(own); who != "" && !coarse && v.subject() != own {
		f.Own = v.ownArea()
	}
	if in := v.subject(); in != "" && f.Fault == "" {
		f.Good = "✓ " + v.r.Name(area.Center(in))
		if who, _ := v.handledBy(in); who != "" {
			f.Good = "✓ " + who
		}
	}
}

// ownArea is this center's area: the first that the page suggests.
func (v *view) ownArea() *spot { return &suggested(areasOf(v.near()))[0] }

// takeOwn fills this center's own area in, as whoever sits here asked.
func (v *view) takeOwn() error {
	v.typed["subject"] = []string{v.ownArea().Value}
	return v.save()
}
