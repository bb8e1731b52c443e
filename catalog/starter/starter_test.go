package starter

import (
	"fmt"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/wire"
	"tongban/tools/golden"
)

func load(t *testing.T) []item.Item {
	t.Helper()
	items, err := Items()
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func TestATemplateTravelsAsItIs(t *testing.T) {
	for _, it := range load(t) {
		raw := wire.Encode(it)
		var back item.Item
		if err := wire.Decode(raw, &back); err != nil {
			t.Fatalf("%s: %v", it.Record, err)
		}
		if changes := item.Diff(it, back); len(changes) != 0 || string(wire.Encode(back)) != string(raw) {
			t.Errorf("%s changed on the way: %v", it.Record, changes)
		}
		if len(raw) > 16<<10 {
			t.Errorf("%s takes %d bytes", it.Record, len(raw))
		}
	}
}

// The listing is what a person reads beside the sources: key, days, route.
func TestListing(t *testing.T) {
	var b strings.Builder
	for _, it := range load(t) {
		fmt.Fprintf(&b, "%s %s\n  key %s, type %s, %s, %s, decided at %s level, by %s\n  legal %s, promised %s\n",
			it.Record, it.Name, it.Ref.Code, orDash(string(it.Type)), it.Department, it.Kind, it.Level, it.Subject, it.Legal, it.Promise)
		if it.Scope != "" {
			fmt.Fprintf(&b, "  scope %s, mode %s\n", it.Scope, orDash(string(it.Mode)))
		}
		for _, season := range it.Open {
			fmt.Fprintf(&b, "  open %s\n", season)
		}
		for _, q := range it.Situations {
			fmt.Fprintf(&b, "  ? %s: %s", q.ID, q.Question)
			for _, o := range q.Options {
				fmt.Fprintf(&b, " [%s]", o.ID)
			}
			b.WriteString("\n")
		}
		for _, m := range it.Materials {
			fmt.Fprintf(&b, "  - %s [%s]", m.Name, m.Need)
			if m.When != "" {
				fmt.Fprintf(&b, " %s", m.When)
			}
			if m.If != "" {
				fmt.Fprintf(&b, " if %s", m.If)
			}
			b.WriteString("\n")
		}
		for i, s := range it.Steps {
			fmt.Fprintf(&b, "  %d %s: %s at %s level, %s", i, s.Name, s.Action, s.Level, s.Limit)
			if s.Uncounted {
				b.WriteString(", not counted")
			}
			if s.If != "" {
				fmt.Fprintf(&b, ", if %s", s.If)
			}
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "  from %s\n", it.Origin)
		for _, f := range item.Validate(it) {
			if f.Code != "missing" && f.Code != "law_unchecked" {
				fmt.Fprintf(&b, "  %s\n", f)
			}
		}
	}
	golden.Check(t, "items.golden", b.String())
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func TestAreasStandUnderOneAnother(t *testing.T) {
	areas, err := Areas()
	if err != nil {
		t.Fatal(err)
	}
	known, count := map[area.Code]bool{}, map[area.Level]int{}
	for _, a := range areas {
		if a.Code.Level() != a.Level {
			t.Errorf("%s %s: listed as %s, its code says %s", a.Code, a.Name, a.Level, a.Code.Level())
		}
		if a.Level > area.Province && !known[a.Code.Parent()] {
			t.Errorf("%s %s comes before what it lies in", a.Code, a.Name)
		}
		if known[a.Code] || a.Name == "" {
			t.Errorf("%s %q: twice, or without a name", a.Code, a.Name)
		}
		known[a.Code] = true
		count[a.Level]++
	}
	if count[area.District] != 10 || count[area.Town] != 118 || count[area.Village] != 2248 {
		t.Errorf("districts, towns, villages: %d, %d, %d; want 10, 118, 2248", count[area.District], count[area.Town], count[area.Village])
	}
}
