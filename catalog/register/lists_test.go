package register

import (
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
)

func TestCoverageIsWhatIsListedClaimedAndOffered(t *testing.T) {
	c := newCity(t)
	day := workday.DateOf(c.now)
	for _, code := range []item.Code{"A", "B"} {
		c.publish(district, anItem(code, district.Area(), 1))
	}
	basic := func(a area.Code, from string, codes ...item.Code) List {
		return List{Purpose: BasicList, Area: a, Level: area.Village, Items: codes, Source: "试验", From: from}
	}
	cover := func(center area.Center, on Moment) Coverage {
		t.Helper()
		got, err := c.r.Coverage(center, on)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := cover(village, Moment{Day: day}); got.List != 0 || got.Required != 0 {
		t.Errorf("without a list: %+v", got)
	}
	c.wants(Applied, district, basic(district.Area(), "", "A", "B", "X"))
	c.wants(Applied, village, Claim{Center: village, Items: []item.Code{"A", "Y"}})
	c.wants(Applied, town2, Claim{Center: village2, Items: []item.Code{"A", "B"}}) // the town for its village
	got := cover(village, Moment{Day: day})
	if got.Required != 3 || got.Covered != 1 || got.Beyond != 1 || len(got.Missing) != 2 ||
		got.Missing[0].Code != "B" || got.Missing[0].Why != Unclaimed || got.Missing[0].Name == "" || got.Missing[1].Why != NotOffered {
		t.Errorf("%+v", got)
	}
	if n := len(c.r.cache.items); n != 0 { // a city asks for 2,376 centers
		t.Errorf("it read the text of %d items", n)
	}
	if got := cover(village2, Moment{Day: day}); got.Covered != 2 {
		t.Errorf("the other village: %+v", got)
	}
	if got := cover(town, Moment{Day: day}); got.Required != 0 {
		t.Errorf("a list for villages asks something of a town: %+v", got)
	}

	// Three days on the list is shorter; what was said of the first day stays.
	c.wants(Applied, district, basic(district.Area(), string(day.Add(3)), "A"))
	c.wants(Applied, village, Claim{Center: village, Items: []item.Code{"A"}, Drop: true, Reason: "上收"})
	c.now = c.now.Add(72 * time.Hour)
	c.wants(Applied, village, Claim{Center: village, Items: []item.Code{"A"}})
	for at, want := range map[workday.Date][2]int{day: {3, 0}, day.Add(2): {3, 0}, day.Add(3): {1, 1}} {
		if got := cover(village, c.r.On(at)); got.Required != want[0] || got.Covered != want[1] {
			t.Errorf("on %s: %+v; want %v", at, got, want)
		}
	}
}

func TestListsAndClaimsAreRefused(t *testing.T) {
	c := newCity(t)
	day := workday.DateOf(c.now)
	list := List{Purpose: BasicList, Area: district.Area(), Level: area.Village, Items: []item.Code{"A"}}
	with := func(change func(*List)) List {
		l := list
		change(&l)
		return l
	}
	c.wants(NoAuthority, town, list)
	c.wants(NoAuthority, town, with(func(l *List) { l.Area = town.Area() })) // a town keeps no lists
	c.wants(NoAuthority, district2, list)
	c.wants(NoAuthority, "", with(func(l *List) { l.Area = "310000000000" }))
	c.wants(Conflict, district, with(func(l *List) { l.From = string(day.Add(-1)) }))
	c.wants(Malformed, district, with(func(l *List) { l.Items = []item.Code{"A", "A"} }))
	c.wants(Malformed, district, with(func(l *List) { l.Items = []item.Code{"a b"} }))
	c.wants(Malformed, district, with(func(l *List) { l.Purpose = "wish" }))
	c.wants(Malformed, district, with(func(l *List) { l.Level = area.City }))
	c.wants(Malformed, district, with(func(l *List) { l.Items = make([]item.Code, MaxListed+1) }))
	c.wants(NoAuthority, village, Claim{Center: town, Items: []item.Code{"A"}})
	c.wants(NoAuthority, town2, Claim{Center: village, Items: []item.Code{"A"}})
	c.wants(Malformed, village, Claim{Center: village})
	c.wants(Malformed, village, Claim{Center: village, Items: []item.Code{"A"}, Drop: true}) // without a reason
	if all, err := c.r.Lists(village.Area(), Moment{}); err != nil || len(all) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
}

// The nearest area that has a list of a purpose and level is the one that
// counts; another level's comes from further up.
func TestTheNearestListCounts(t *testing.T) {
	c := newCity(t)
	set := func(who area.Center, a area.Code, l area.Level, p ListKind, codes ...item.Code) {
		c.must(who, List{Purpose: p, Area: a, Level: l, Items: codes})
	}
	set("", cityArea, area.Village, BasicList, "A")
	set("", cityArea, area.Town, BasicList, "A", "B")
	set(district, district.Area(), area.Village, BasicList, "C")
	set(district, district.Area(), area.Village, FrequentList, "D")
	all, err := c.r.Lists(village.Area(), Moment{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[ListKind]map[area.Level]item.Code{}
	for _, l := range all {
		if got[l.Purpose] == nil {
			got[l.Purpose] = map[area.Level]item.Code{}
		}
		got[l.Purpose][l.Level] = l.Items[len(l.Items)-1]
	}
	if len(all) != 3 || got[BasicList][area.Village] != "C" || got[BasicList][area.Town] != "B" || got[FrequentList][area.Village] != "D" {
		t.Errorf("%v", got)
	}
}
