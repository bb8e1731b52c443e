package item

import (
	"cmp"
	"reflect"
	"slices"
)

// needBurden and scopeReach put the values into the order that an applicant
// feels.
var (
	needBurden = []string{string(Optional), string(LaterIfNeed), string(Required)}
	scopeReach = []string{string(ScopeCounter), string(ScopeTown), string(ScopeDistrict), string(ScopeCity), string(ScopeProvince), string(ScopeNation)}
)

// favourOf says whether a changed value is better for an applicant.
func favourOf(path string, a, b reflect.Value) int {
	switch pattern(path) {
	case "materials[].need":
		return compareIn(needBurden, b.String(), a.String())
	case "scope":
		return compareIn(scopeReach, a.String(), b.String())
	case "materials[].originals", "materials[].copies":
		return cmp.Compare(a.Int(), b.Int())
	case "visits":
		if a.IsNil() || b.IsNil() {
			return 0
		}
		return cmp.Compare(a.Elem().Int(), b.Elem().Int())
	case "charged":
		return compareIn([]string{string(No), string(Yes)}, b.String(), a.String())
	case "materials[].form":
		return compareIn([]string{string(BothForms), "", string(EitherForm)}, formRank(a), formRank(b))
	}
	return 0
}

// formRank puts one form of a material as good as another: only having the
// choice, or needing both, makes a difference.
func formRank(v reflect.Value) string {
	if s := v.String(); s == string(BothForms) || s == string(EitherForm) {
		return s
	}
	return ""
}

// compareIn is 1 where from stands before to, -1 where behind; 0 where one of
// them is not in the list. Called with the arguments the other way round it
// ranks what weighs.
func compareIn(order []string, from, to string) int {
	i, j := slices.Index(order, from), slices.Index(order, to)
	if i < 0 || j < 0 {
		return 0
	}
	return cmp.Compare(j, i)
}

// favourLimit says whether a limit became better: shorter, or given at all.
// Calendar days are never longer than as many working days; of other pairs of
// units nobody can tell.
func favourLimit(from, to Limit) int {
	switch {
	case from.IsZero() || to.IsZero():
		return btoi(from.IsZero()) - btoi(to.IsZero())
	case from.Unit == ByDate || to.Unit == ByDate:
		return 0
	case from.Unit == OnTheSpot || to.Unit == OnTheSpot:
		return btoi(to.Unit == OnTheSpot) - btoi(from.Unit == OnTheSpot)
	case from.Unit == to.Unit:
		return cmp.Compare(from.Tenths, to.Tenths)
	case to.Unit == CalendarDays && to.Tenths <= from.Tenths:
		return 1
	case from.Unit == CalendarDays && from.Tenths <= to.Tenths:
		return -1
	}
	return 0
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func favourFlag(path string, on bool) int {
	sign := map[string]int{"materials[].exempt": 1, "steps[].uncounted": -1}[pattern(path)]
	if on {
		return sign
	}
	return -sign
}

// favourLine says whether a line that goes (1) or comes (-1) is better or
// worse.
func favourLine(path string, sign int) int {
	switch path {
	case "conditions", "declines":
		return sign
	}
	return 0
}

// favourEntry says whether an entry that goes (1) or comes (-1) is better or
// worse.
func favourEntry(entry any, sign int) int {
	switch e := entry.(type) {
	case Material:
		if e.Need != Optional && !e.Exempt {
			return sign
		}
	case Fee:
		return sign
	case Special:
		if e.Effect == Suspends || e.Effect == Extends {
			return sign
		}
	}
	return 0
}
