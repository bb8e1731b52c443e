package starter

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/bundle"
	"tongban/catalog/item"
)

func composed(t *testing.T, record string, answers item.Answers) bundle.Plan {
	t.Helper()
	items := byCode(t)
	bundles, err := Bundles()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(bundles, func(b item.Item) bool { return b.Record == record })
	p, err := bundle.Compose(&bundles[i], answers, func(c item.Code) (*item.Item, bool) { it, ok := items[c]; return it, ok })
	if err != nil {
		t.Fatalf("%s: %v", record, err)
	}
	return p
}

func byCode(t *testing.T) map[item.Code]*item.Item {
	all := load(t)
	items := make(map[item.Code]*item.Item, len(all))
	for i := range all {
		items[all[i].Ref.Code] = &all[i]
	}
	return items
}

func TestBundlesAreMadeOfTemplates(t *testing.T) {
	items := byCode(t)
	bundles, err := Bundles()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[item.Bundle]int{}
	for _, b := range bundles {
		kinds[b.Bundle]++
		if found := errorsOf(&b); len(found) > 0 || !b.IsBundle() {
			t.Errorf("%s %s: %v", b.Record, b.Name, found)
		}
		if !strings.Contains(b.Note, "local composition（本地编排）：") || b.Origin.Source == "" || b.Authority != "" {
			t.Errorf("%s: origin %v, note %q, authority %q", b.Record, b.Origin, b.Note, b.Authority)
		}
		if b.Ref.Code != LocalPrefix+item.Code(b.Record) || items[b.Ref.Code] != nil {
			t.Errorf("%s: key %s", b.Record, b.Ref.Code)
		}
		for _, m := range b.Members {
			if it := items[m.Code]; it == nil || it.Name != m.Name {
				t.Errorf("%s: no template %s %s", b.Record, m.Code, m.Name)
			}
		}
		for _, s := range b.Shared {
			for _, ref := range s.Of {
				if _, ok := items[ref.Code].Material(ref.ID); !ok {
					t.Errorf("%s: %s has no material %s", b.Record, ref.Code, ref.ID)
				}
			}
		}
	}
	if len(bundles) != 5 || kinds[item.LifeEvent] != 4 || kinds[item.Trade] != 1 {
		t.Errorf("%d bundles, %v; want five, one of them of a trade", len(bundles), kinds)
	}
}

func TestBundlesAskOnceForOnePaper(t *testing.T) {
	card := composed(t, "B1", item.Answers{"subsidy": {"yes"}, "traits": {"minor"}})
	if len(card.Stages) != 2 || card.Stages[1][0] != "TB-D10" {
		t.Errorf("stages %v; the subsidy comes after the card", card.Stages)
	}
	for _, want := range []string{"户口簿", "身份证"} {
		if m, ok := card.Material(want); !ok || len(m.Of) != 2 {
			t.Errorf("%s: %+v", want, m)
		}
	}
	if alone := composed(t, "B1", item.Answers{"subsidy": {"no"}}); len(alone.Stages) != 1 {
		t.Errorf("without the subsidy: %v", alone.Stages)
	}
	house := composed(t, "B4", item.Answers{"applicant": {"person"}, "work": {"new"}, "old": {"no"}})
	if len(house.Stages) != 1 || len(house.Matters) != 0 || len(house.Materials) != 6 {
		t.Errorf("stages %v, open %v, %d papers: %+v", house.Stages, house.Matters, len(house.Materials), house.Materials)
	}
	if m, ok := house.Material("身份证和户籍证明"); !ok || len(m.Of) != 3 || m.Copies != 2 {
		t.Errorf("identity: %+v", m)
	}
	estate := composed(t, "B3", item.Answers{
		"affairs": {"business", "house"}, "procedure": {"normal"}, "filer": {"heir"}, "ground": {"inheritance"}, "notarized": {"yes"}, "advance": {"no"},
	})
	if m, ok := estate.Material("继承公证书"); !ok || len(m.Of) != 2 || len(estate.Stages) != 2 || len(estate.Stages[1]) != 2 {
		t.Errorf("stages %v, deed %+v", estate.Stages, m)
	}
}

func TestListsHoldWhatCanBePublished(t *testing.T) {
	items := byCode(t)
	lists, err := Lists()
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, l := range lists {
		count[l.Purpose+" "+l.Level.String()] = len(l.Items)
		if !strings.Contains(l.Source, "本地编排") {
			t.Errorf("%s %s: source %q", l.Purpose, l.Level, l.Source)
		}
		seen := map[item.Code]bool{}
		for _, code := range l.Items {
			it := items[code]
			if seen[code] || it.Record == "D39" || it.Record == "D40" {
				t.Errorf("%s %s: %s is there twice, or is but a draft", l.Purpose, l.Level, it.Record)
			}
			seen[code] = true
		}
	}
	for list, want := range map[string]int{"basic district": 21, "basic town": 35, "basic village": 6, "city_wide district": 7} {
		if count[list] != want {
			t.Errorf("%s: %d items; want %d", list, count[list], want)
		}
	}
	if len(lists) != 4 {
		t.Errorf("%d lists", len(lists))
	}
	wantTown := 0
	for _, it := range items {
		if slices.ContainsFunc(it.Steps, func(s item.Step) bool {
			return s.Level == area.Town && (s.Action == item.Receive || s.Action == item.Accept)
		}) {
			wantTown++
		}
	}
	if count["basic town"] != wantTown {
		t.Errorf("%d items are received or accepted at a town, the list has %d", wantTown, count["basic town"])
	}
}

func TestNames(t *testing.T) {
	all, err := Names()
	if err != nil {
		t.Fatal(err)
	}
	taken := byCode(t)
	types, departments := map[item.Type]int{}, map[string]bool{}
	standard := regexp.MustCompile(`^[0-9]{2}[0-9A-Z]{10}$`)
	for _, it := range all {
		if found := errorsOf(&it); len(found) > 0 {
			t.Errorf("%s %s: %v", it.Record, it.Name, found)
		}
		if taken[it.Ref.Code] != nil || it.LocalCode == "" || it.Origin.Source == "" || !strings.Contains(it.Note, "local composition（本地编排）：") {
			t.Errorf("%s: key %s, local code %q", it.Record, it.Ref.Code, it.LocalCode)
		}
		if (it.Basic != "") != standard.MatchString(string(it.Ref.Code)) || it.Authority+it.AuthorityCode+it.Implement != "" {
			t.Errorf("%s: key %s, basic code %q: a code of no standard shape is a local one", it.Record, it.Ref.Code, it.Basic)
		}
		types[it.Type]++
		departments[it.Department] = true
	}
	if len(all) != 900 || len(departments) != 34 || types[item.Permit] != 427 || types[item.PublicService] != 275 || types[item.Confirmation] != 39 {
		t.Errorf("%d items of %d departments: %v", len(all), len(departments), types)
	}
}

func BenchmarkNames(b *testing.B) {
	for b.Loop() {
		if _, err := Names(); err != nil {
			b.Fatal(err)
		}
	}
}
