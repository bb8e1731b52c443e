package register

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

func refs(list []Summary) []string {
	var all []string
	for _, s := range list {
		all = append(all, fmt.Sprintf("%s %s v%d", s.Ref.Code, s.Ref.Area, s.Ref.Version))
	}
	return all
}

func TestEachAreaSeesTheNearestVersion(t *testing.T) {
	c := newCity(t)
	c.r.CountItems(Filter{}) // so that everything after it is kept up, not read
	own := func(p Draft, name string, l area.Level) Draft {
		p.Item.Name, p.Item.Level = name, l
		return p
	}
	c.publish(district, own(anItem("A", cityArea, 1), "居住证", area.District))
	c.publish(district, own(anItem("A", cityArea, 2), "居住证申领", area.District))
	c.publish(district, own(anItem("A", district2.Area(), 1), "居住证（吴中）", area.District))
	c.publish(town, own(anItem("B", town.Area(), 1), "本镇补贴", area.Town))
	c.publish(district, own(anItem("C", cityArea, 1), "废止的", area.Town))
	c.now = c.now.AddDate(0, 0, 1)
	c.must(district, Withdrawal{Ref: item.Ref{Code: "C", Area: cityArea, Version: 1}, Reason: "废止"})

	fresh := newRegister(t) // the same, read at once
	feed(t, c.r, fresh, 100)
	for _, r := range []*Register{c.r, fresh} {
		for _, test := range []struct {
			f    Filter
			want []string
		}{
			{Filter{Area: village.Area()}, []string{"A 320500000000 v2", "B 320509111000 v1"}},
			{Filter{Area: village2.Area()}, []string{"A 320500000000 v2"}},
			{Filter{Area: district2.Area()}, []string{"A 320506000000 v1"}},
			{Filter{}, []string{"A 320500000000 v2", "A 320506000000 v1", "B 320509111000 v1"}},
			{Filter{Withdrawn: true, Area: village2.Area()}, []string{"A 320500000000 v2", "C 320500000000 v1"}},
			{Filter{Text: " 补贴 "}, []string{"B 320509111000 v1"}},
			{Filter{Text: "准生证", Area: village2.Area()}, []string{"A 320500000000 v2"}},
			{Filter{Text: "b"}, []string{"B 320509111000 v1"}},
			{Filter{Level: area.Town}, []string{"B 320509111000 v1"}},
			{Filter{Kind: item.Promised}, nil},
			{Filter{Department: "卫生"}, nil},
			{Filter{Area: "nowhere"}, nil},
		} {
			found, more := r.Items(test.f, item.Ref{}, 0)
			if got := refs(found); !slices.Equal(got, test.want) || more {
				t.Errorf("%+v: %v, want %v", test.f, got, test.want)
			}
			if n := r.CountItems(test.f); n != len(test.want) {
				t.Errorf("%+v: %d, want %d", test.f, n, len(test.want))
			}
			var paged []string
			for after, more := (item.Ref{}), true; more; {
				found, more = r.Items(test.f, after, 1)
				paged = append(paged, refs(found)...)
				if len(found) > 0 {
					after = found[0].Ref
				}
			}
			if !slices.Equal(paged, test.want) {
				t.Errorf("%+v, one by one: %v, want %v", test.f, paged, test.want)
			}
		}
		if it, ok := r.Item("A", village.Area(), Moment{}); !ok || it.Name != "居住证申领" {
			t.Error(it, ok)
		}
		if _, ok := r.Item("C", village.Area(), Moment{}); ok {
			t.Error("what is withdrawn is offered")
		}
		if it, ok := r.Version(item.Ref{Code: "C", Area: cityArea, Version: 1}); !ok || it.Name != "废止的" {
			t.Error("what is withdrawn is gone, but cases pin it")
		}
		if it, ok := r.Version(item.Ref{Code: "A", Area: cityArea, Version: 1}); !ok || it.Name != "居住证" {
			t.Error("an old version is gone")
		}
		if _, ok := r.Version(item.Ref{Code: "A", Area: cityArea, Version: 3}); ok {
			t.Error("a version to come is there")
		}
		history, err := r.History("A")
		if err != nil || len(history) != 3 || history[1].Ref.Version != 2 || history[1].Staff != "张敏" || history[1].By != district || history[2].Ref.Area != district2.Area() {
			t.Errorf("%+v (%v)", history, err)
		}
	}
}

func TestAWithdrawnVersionGivesWayToTheOneAbove(t *testing.T) {
	c := newCity(t)
	c.publish(district, anItem("A", cityArea, 1))
	c.publish(district2, anItem("A", district2.Area(), 1))
	c.now = c.now.AddDate(0, 0, 1)
	c.must(district2, Withdrawal{Ref: item.Ref{Code: "A", Area: district2.Area(), Version: 1}, Reason: "按市里的办"})
	for _, withdrawn := range []bool{false, true} {
		if found, _ := c.r.Items(Filter{Area: district2.Area(), Withdrawn: withdrawn}, item.Ref{}, 0); len(found) != 1 || found[0].Ref.Area != cityArea {
			t.Errorf("%v", refs(found))
		}
	}
	if it, ok := c.r.Item("A", district2.Area(), Moment{}); !ok || it.Ref.Area != cityArea {
		t.Error(it, ok)
	}
	c.publish(district2, anItem("A", district2.Area(), 2)) // and is brought back
	if it, ok := c.r.Item("A", district2.Area(), Moment{}); !ok || it.Ref != (item.Ref{Code: "A", Area: district2.Area(), Version: 2}) {
		t.Error(it, ok)
	}
}

func TestDirectory(t *testing.T) {
	c := newCity(t)
	c.must(town, incarnation(village, 1))
	c.must(district, Revocation{village2, "撤销"})
	all, err := c.r.Centers("", "", 0)
	if err != nil || len(all) != 6 {
		t.Fatal(len(all), err)
	}
	under, err := c.r.Centers(town.Area(), "", 0)
	if err != nil || len(under) != 2 || under[0].ID != town || under[1].ID != village {
		t.Errorf("%+v (%v)", under, err)
	}
	after, err := c.r.Centers("", all[1].ID, 2)
	if err != nil || len(after) != 2 || after[0].ID != all[2].ID {
		t.Errorf("%+v (%v)", after, err)
	}
	keys := c.r.Keys(village)
	if len(keys) != 2 || keys[0].Closed != keys[1].Since || keys[1].Closed != 0 {
		t.Errorf("%+v", keys)
	}
	if k, since, closed, ok := c.r.Key(village, 1); !ok || !k.Equal(keys[0].Key) || since != 6 || closed != 7 {
		t.Error(since, closed, ok)
	}
	if p, open, ok := c.r.Owner(keys[0].Key); !ok || open || p.Center != village || p.Incarnation != 1 {
		t.Errorf("%+v", p)
	}
	if p, open, ok := c.r.Owner(keys[1].Key); !ok || !open || p.Incarnation != 2 {
		t.Errorf("%+v", p)
	}
	if _, _, ok := c.r.Owner(keyFor("other").Public()); ok {
		t.Error("a stranger's key has an owner")
	}
	if _, ok := c.r.Current(village2); ok {
		t.Error("a revoked center may write")
	}
	if l, ok := c.r.Center(village2); !ok || l.Reason != "撤销" || l.Revoked != 8 {
		t.Errorf("%+v", l)
	}
	for _, test := range []struct {
		subject area.Code
		level   area.Level
		want    area.Center
		ok      bool
	}{
		{village.Area(), area.Village, village, true},
		{village.Area(), area.Town, town, true},
		{village.Area(), area.District, district, true},
		{village.Area(), area.City, "320500000000", false},
		{village2.Area(), area.Village, village2, false},
		{district.Area(), area.Town, "", false},
	} {
		if got, ok := c.r.Responsible(test.subject, test.level); got != test.want || ok != test.ok {
			t.Errorf("%s at %s level: %s, %v", test.subject, test.level, got, ok)
		}
	}
	founded, ok := c.r.Founding()
	if !ok || founded.Area != cityArea || c.r.Publisher() != district || c.r.Realm() != trust.Realm {
		t.Errorf("%+v", founded)
	}
	if c.r.Feature() != 1 || c.r.Generation() != 0 {
		t.Error(c.r.Feature(), c.r.Generation())
	}
}

func TestPowersRulesCalendarGossip(t *testing.T) {
	c := newCity(t)
	p := Power{Center: village, Item: "A", Level: area.Town, Document: "文一", From: "2026-03-01"}
	c.must(town, p)
	now := func() Index { return c.r.Head().Index }
	day := func(d string) bool { return c.r.HasPower(village, "A", area.Town, d, now()) }
	granted := now()
	if day("2026-02-28") || !day("2026-03-01") || !day("2030-01-01") {
		t.Error("an open power")
	}
	p.To = "2026-06-30"
	c.must(town, p)
	if !day("2026-06-30") || day("2026-07-01") {
		t.Error("a power with an end")
	}
	if !c.r.HasPower(village, "A", area.Town, "2026-07-01", granted) || c.r.HasPower(village, "A", area.Town, "2026-07-01", granted-1) {
		t.Error("who had not read of the end, or of the grant")
	}
	c.must(town, Power{Center: village, Item: "A", Level: area.Town, Document: "文二", From: "2027-01-01"})
	if day("2026-12-31") || !day("2027-01-01") || c.r.HasPower(village, "A", area.District, "2027-01-01", now()) || c.r.HasPower(town, "A", area.Town, "2027-01-01", now()) {
		t.Error("a second power")
	}
	if all, err := c.r.Powers("A", ""); err != nil || len(all) != 2 || all[0].To != "2026-06-30" {
		t.Errorf("%+v (%v)", all, err)
	}
	if all, err := c.r.Powers("", town); err != nil || len(all) != 0 {
		t.Errorf("%+v (%v)", all, err)
	}

	if got := c.r.Rules().Value(rule.NoticeDays, village.Area()).Value; got != 5 {
		t.Errorf("by default %d", got)
	}
	c.must(district, RuleSetting{cityArea, rule.Rule{Key: rule.NoticeDays, Value: 4}})
	today := workday.DateOf(c.now)
	if r := c.r.Rules().ValueOn(rule.NoticeDays, cityArea, string(today.Add(-1))); r.Days() != 5 {
		t.Errorf("the day before it was set the limit is %d days", r.Days())
	}
	refused(t, c.propose(district, RuleSetting{cityArea, rule.Rule{Key: rule.NoticeDays, Value: 4, From: string(today.Add(-1))}}), Conflict, "is over")
	c.must(district, RuleSetting{district.Area(), rule.Rule{Key: rule.NoticeDays, Value: 3}})
	c.must(district, RuleSetting{district.Area(), rule.Rule{Key: rule.NoticeDays, Value: 2}})
	if a, b := c.r.Rules().Value(rule.NoticeDays, village.Area()).Value, c.r.Rules().Value(rule.NoticeDays, district2.Area()).Value; a != 2 || b != 4 {
		t.Error(a, b)
	}

	if _, known := c.r.Calendar().IsWorkday("2026-10-01"); known {
		t.Error("a year that nobody published")
	}
	c.must(district, CalendarSetting{workday.Year{Year: 2026, Holidays: []workday.Date{"2026-10-01"}}})
	if work, known := c.r.Calendar().IsWorkday("2026-10-01"); work || !known {
		t.Error("a holiday")
	}
	c.must(district, CalendarSetting{workday.Year{Year: 2025, Source: "文三"}})
	if years, err := c.r.Years(Moment{}); err != nil || len(years) != 2 || years[0].Source != "文三" || years[1].Year != 2026 || len(years[1].Holidays) != 1 {
		t.Errorf("%+v (%v)", years, err)
	}

	if _, _, ok := c.r.Gossip(village.Area()); ok {
		t.Error("a key that nobody set")
	}
	set := c.must(district, GossipKey{district.Area(), make([]byte, 32)}).Index
	if key, since, ok := c.r.Gossip(village.Area()); !ok || len(key) != 32 || since != set {
		t.Error(key, since, ok)
	}
	if _, _, ok := c.r.Gossip(district2.Area()); ok {
		t.Error("a pool without a key")
	}
	c.must(district2, GossipKey{district2.Area(), make([]byte, 32)})
	if _, _, ok := c.r.Gossip("320506101000"); !ok {
		t.Error("no key for a town's pool")
	}
}

func TestSeizuresAndProposals(t *testing.T) {
	c := newCity(t)
	c.must(district, seizure(1, town))
	c.must(district, seizure(2, district))
	id := seizure(1, town).Case
	if all := c.r.Grants(id); len(all) != 2 || all[1].Seizure.Epoch != 2 || all[1].Index != c.r.Head().Index || c.r.Epoch(id) != 2 {
		t.Errorf("%+v", all)
	}
	if all := c.r.Grants("320509111201.1.43"); all != nil || c.r.Epoch("320509111201.1.43") != 0 {
		t.Errorf("%+v", all)
	}
	if n := c.r.Proposed(district, 1); n != c.counter[district] {
		t.Errorf("proposed %d, want %d", n, c.counter[district])
	}
	if n := c.r.Proposed(district, 2); n != 0 {
		t.Errorf("proposed %d in an incarnation to come", n)
	}
	if res, ok := c.r.Outcome(ProposalID{district, 1, c.counter[district]}); !ok || res.Index != c.r.Head().Index {
		t.Errorf("%+v", res)
	}
}

func TestOutcomesAsWords(t *testing.T) {
	for o := Applied; o <= Reused; o++ {
		b, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		var again Outcome
		if err := json.Unmarshal(b, &again); err != nil || again != o {
			t.Errorf("%s: %d, %v", b, again, err)
		}
		err = Result{Index: 1, Outcome: o}.Err("publish A")
		if (o == Applied) != (err == nil) || err != nil && (refusal.CodeOf(err) != o.Code() || refusal.HintOf(err) == "") {
			t.Errorf("%s: %v", o, err)
		}
	}
	var o Outcome
	if err := o.UnmarshalText([]byte("no_such")); err == nil || Outcome(99).String() != "outcome_99" || Kind(99).String() != "kind_99" {
		t.Error(err)
	}
	if got := reject(Stale, "%s", string(make([]byte, 0, 1))+stringOf("村", 300)).Detail; len(got) != 399 {
		t.Errorf("%d bytes", len(got))
	}
	if (ProposalID{district, 1, 7}).String() != "320509000000.1.7" || (ProposalID{Counter: 7}).String() != "root.7" {
		t.Error("proposal ids")
	}
	if c := (chain.Head{}); c.Index != 0 {
		t.Error(c)
	}
}

func stringOf(s string, n int) string {
	all := ""
	for range n {
		all += s
	}
	return all
}
