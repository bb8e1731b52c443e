package starter

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/wire"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (go test -update writes it anew):\n%s", path, got)
	}
}

func load(t *testing.T) []item.Item {
	t.Helper()
	items, err := Items()
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func TestEveryTemplateCanBePublished(t *testing.T) {
	keys, records := map[item.Code]string{}, map[string]bool{}
	for _, it := range load(t) {
		for _, f := range item.Validate(it) {
			if f.Severity == item.Error {
				t.Errorf("%s %s: %s", it.Record, it.Name, f)
			}
		}
		if other, twice := keys[it.Ref.Code]; twice {
			t.Errorf("%s and %s have one key, %s", it.Record, other, it.Ref.Code)
		}
		keys[it.Ref.Code] = it.Record
		if it.Record == "" || records[it.Record] {
			t.Errorf("%s: record %q is missing or taken", it.Name, it.Record)
		}
		records[it.Record] = true
		if it.Ref.Area != "" || it.Ref.Version != 0 || it.Authority != "" {
			t.Errorf("%s: a template belongs to nobody, yet it says %v, authority %q", it.Record, it.Ref, it.Authority)
		}
		if _, ok := it.StepFor(item.Accept); !ok {
			t.Errorf("%s: no step accepts", it.Record)
		}
		if _, ok := it.StepFor(item.Decide); !ok {
			t.Errorf("%s: no step decides", it.Record)
		}
		if _, ok := it.StepFor(item.Serve); !ok {
			t.Errorf("%s: no step serves", it.Record)
		}
	}
	if len(keys) < 30 {
		t.Errorf("%d templates; want 30 at least", len(keys))
	}
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
		for _, m := range it.Materials {
			fmt.Fprintf(&b, "  - %s [%s]", m.Name, m.Need)
			if m.When != "" {
				fmt.Fprintf(&b, " %s", m.When)
			}
			b.WriteString("\n")
		}
		for i, s := range it.Steps {
			fmt.Fprintf(&b, "  %d %s: %s at %s level, %s", i, s.Name, s.Action, s.Level, s.Limit)
			if s.Uncounted {
				b.WriteString(", not counted")
			}
			b.WriteString("\n")
		}
		fmt.Fprintf(&b, "  from %s\n", it.Origin)
		for _, f := range item.Validate(it) {
			if f.Code != "missing" {
				fmt.Fprintf(&b, "  %s\n", f)
			}
		}
	}
	golden(t, "items.golden", b.String())
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

func TestTheCalendarHasAsManyWorkingDaysAsPublished(t *testing.T) {
	years, err := Years()
	if err != nil {
		t.Fatal(err)
	}
	calendar := workday.NewCalendar(years)
	want := map[int]int{2024: 251, 2025: 248, 2026: 248}
	if len(years) != len(want) {
		t.Errorf("%d years; want %d", len(years), len(want))
	}
	for _, y := range years {
		if err := y.Check(); err != nil {
			t.Errorf("%d: %v", y.Year, err)
		}
		if y.Source == "" {
			t.Errorf("%d: no source", y.Year)
		}
		first := workday.Date(fmt.Sprintf("%d-01-01", y.Year))
		n, _ := calendar.WorkingDaysBetween(first.Add(-1), workday.Date(fmt.Sprintf("%d-12-31", y.Year)))
		if n != want[y.Year] {
			t.Errorf("%d: %d working days; want %d", y.Year, n, want[y.Year])
		}
	}
}

func TestEveryRuleIsKnownAndSourced(t *testing.T) {
	rules, err := Rules()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if err := r.Check(); err != nil {
			t.Error(err)
		}
		schema, _ := rule.SchemaOf(r.Key)
		if r.Source == "" || r.Value != schema.Default.Value {
			t.Errorf("%s: %d from %q; the default is %d", r.Key, r.Value, r.Source, schema.Default.Value)
		}
	}
	if len(rules) != len(rule.Schemas()) {
		t.Errorf("%d rules; the program knows %d", len(rules), len(rule.Schemas()))
	}
}
