package register

import (
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
)

// wants proposes and compares what came of it.
func (c *city) wants(want Outcome, who area.Center, b Body) {
	c.t.Helper()
	if got := c.propose(who, b); got.Outcome != want {
		c.t.Errorf("%s by %q: %s %s; want %s", b.Kind(), who, got.Outcome, got.Detail, want)
	}
}

func TestACounterSpeaksForItselfOnly(t *testing.T) {
	c := newCity(t)
	c.publish(district, anItem("A", district.Area(), 1))
	at := func(center area.Center, window string) LocalPart {
		return LocalPart{Center: center, Item: "A", Supplement: item.Supplement{Window: window, Telephone: "0512-00000000"}}
	}
	c.wants(Applied, village, at(village, "1 号"))
	c.wants(Applied, town, at(village, "2 号")) // the town above it may
	c.wants(NoAuthority, village, at(town, "3 号"))
	c.wants(NoAuthority, town2, at(village, "4 号"))
	c.wants(Conflict, "", LocalPart{Center: "320509111299", Item: "A"}) // nobody of that name
	c.wants(Malformed, village, at(village, string(make([]rune, maxText+1))))

	if s, ok := c.r.Supplement("A", village, Moment{}); !ok || s.Window != "2 号" {
		t.Errorf("%+v; want the last one", s)
	}
	if _, ok := c.r.Supplement("A", town, Moment{}); ok {
		t.Error("a village's supplement shows at the town")
	}
	// What the district published stands as it did.
	if it, _ := c.r.Item("A", village.Area(), Moment{}); it.Promise != (item.Limit{Unit: item.OnTheSpot}) {
		t.Errorf("the promise is %v", it.Promise)
	}
}

func TestASupplementHasAHistory(t *testing.T) {
	c := newCity(t)
	first := workday.DateOf(c.now)
	c.must(village, LocalPart{Center: village, Item: "A", Supplement: item.Supplement{Window: "1 号"}})
	c.now = c.now.Add(24 * time.Hour)
	c.must(village, LocalPart{Center: village, Item: "A", Supplement: item.Supplement{Window: "2 号"}})
	c.must(village, LocalPart{Center: village, Item: "B", Supplement: item.Supplement{Place: "一楼"}})
	c.now = c.now.Add(24 * time.Hour)
	c.must(village, LocalPart{Center: village, Item: "A"}) // taken away
	for day, want := range map[workday.Date]string{first: "1 号", first.Add(1): "2 号", first.Add(2): ""} {
		s, ok := c.r.Supplement("A", village, c.r.On(day))
		if s.Window != want || ok != (want != "") {
			t.Errorf("on %s: %+v %v; want %q", day, s, ok, want)
		}
	}
	all, err := c.r.Supplements(village, c.r.On(first.Add(2)))
	if err != nil || len(all) != 1 || all["B"].Place != "一楼" {
		t.Errorf("%+v, %v", all, err)
	}
}
