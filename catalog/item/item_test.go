package item_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/starter"
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

// template reads a shipped item by its record number.
func template(t testing.TB, record string) item.Item {
	t.Helper()
	items, err := starter.Items()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(items, func(it item.Item) bool { return it.Record == record })
	if i < 0 {
		t.Fatalf("no template %s", record)
	}
	return items[i]
}

// changed is a copy of a template with something else about it.
func changed(t testing.TB, record string, change func(*item.Item)) item.Item {
	it := template(t, record)
	change(&it)
	return it
}

func TestRoute(t *testing.T) {
	it := template(t, "D23")
	const subject area.Code = "320509111201"
	for _, c := range []struct {
		action item.Action
		step   int
		acting area.Code
	}{
		{item.Receive, 0, "320509111000"}, {item.Accept, 1, "320509111000"}, {item.Assess, 2, "320509111000"},
		{item.Posting, 3, subject}, {item.Decide, 4, "320509000000"}, {item.Serve, 5, "320509111000"},
	} {
		step, ok := it.StepFor(c.action)
		if !ok || step != c.step || it.Steps[step].Acting(subject) != c.acting {
			t.Errorf("%s: step %d, %v; want %d by %s", c.action, step, ok, c.step, c.acting)
		}
	}
	if step, ok := it.StepFor(item.Make); ok || step != -1 {
		t.Errorf("a step that the item lacks: %d, %v", step, ok)
	}
	if got := it.Steps[3].Acting("320509111000"); got != "" {
		t.Errorf("a village step where only the town is known: %q", got)
	}
	if got := fmt.Sprint(it.Levels()); got != "[town village district town]" {
		t.Errorf("levels %s", got)
	}
	if got := it.StepsFor(item.Posting); !slices.Equal(got, []int{3}) {
		t.Errorf("postings %v", got)
	}
	if !it.Steps[2].Waits() || !it.Steps[3].Waits() || it.Steps[4].Waits() {
		t.Error("the waits are the appraisal and the posting")
	}
	if m, ok := it.Material("photo"); !ok || m.Originals != 3 {
		t.Errorf("the photo: %+v, %v", m, ok)
	}
	if _, ok := it.Material("nothing"); ok {
		t.Error("found a material that the item does not ask for")
	}
}

func TestPublishedCode(t *testing.T) {
	for _, c := range []struct{ basic, implement, handling, want string }{
		{"b", "i", "h", "h"}, {"b", "i", "", "i"}, {"b", "", "", "b"}, {"", "", "", ""},
	} {
		it := item.Item{Basic: c.basic, Implement: c.implement, Handling: c.handling}
		if got := it.PublishedCode(); string(got) != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestValidate(t *testing.T) {
	var b strings.Builder
	for _, c := range []struct {
		title string
		it    item.Item
	}{
		{"a template as it ships", template(t, "D01")},
		{"published step limits that add up to more than the promise", template(t, "D04")},
		{"nothing filled in", item.Item{}},
		{"codes that do not fit", changed(t, "D08", func(it *item.Item) {
			it.Ref.Code, it.Basic, it.Implement = "d08", "00071500100", "1144160073046235433000715001005"
		})},
		{"codes of two items", changed(t, "D08", func(it *item.Item) {
			it.Ref.Code, it.Basic = "000715001006", "000715001006"
		})},
		{"words that nobody knows", changed(t, "D18", func(it *item.Item) {
			it.Type, it.Kind, it.Subject, it.Scope, it.Mode, it.Level = "1A", "fast", "zodiac", "planet", "telepathy", 9
			it.Steps = slices.Clone(it.Steps)
			it.Steps[0].Action, it.Steps[1].Level, it.Steps[2].Limit = "wave", 0, item.Limit{Tenths: 10, Unit: "moons"}
			it.Materials = []item.Material{{ID: "m", Name: "申请", Need: "perhaps"}}
		})},
		{"limits that cannot be", changed(t, "D18", func(it *item.Item) {
			it.Legal, it.Promise = item.Limit{Tenths: 200, Unit: item.WorkingDays}, item.Limit{Tenths: 300, Unit: item.WorkingDays}
			it.Steps = slices.Clone(it.Steps)
			it.Steps[0].Limit = item.Limit{Tenths: -10, Unit: item.WorkingDays}
			it.Steps[1].Limit = item.Limit{Tenths: 10, Unit: item.OnTheSpot}
			it.Steps[2].Limit = item.Limit{Unit: item.CalendarDays}
			it.Special = []item.Special{{Limit: item.Limit{Tenths: 1 << 30, Unit: item.WorkingDays}}}
		})},
		{"a route that leads nowhere", changed(t, "D12", func(it *item.Item) {
			it.Steps = slices.Clone(it.Steps)
			it.Steps[0], it.Steps[3] = it.Steps[3], it.Steps[0]
			it.Steps[3].Level, it.Level = area.Village, area.Town
			it.Steps[1].Uncounted = true
		})},
		{"no steps at all", changed(t, "D26", func(it *item.Item) {
			it.Steps, it.Promise = nil, item.Limit{Tenths: 30, Unit: item.WorkingDays}
		})},
		{"materials twice, empty lines", changed(t, "D01", func(it *item.Item) {
			it.Materials = []item.Material{{ID: "a", Name: "甲", Need: item.Required}, {ID: "a", Name: "乙", Need: item.Optional, Copies: -1}, {}}
			it.Alias, it.Conditions, it.Laws = []string{" "}, []string{""}, []item.Law{{Article: "3"}}
			it.Origin, it.Effective, it.Visits = item.Origin{Date: "22.11.2026"}, "tomorrow", new(int)
			*it.Visits = -1
		})},
		{"too much of everything", changed(t, "D01", func(it *item.Item) {
			it.Name = strings.Repeat("长", 201)
			it.Steps = slices.Repeat(it.Steps, 9)
			it.Materials = nil
			for i := range 301 {
				it.Materials = append(it.Materials, item.Material{ID: fmt.Sprint(i), Name: "材料", Need: item.Required})
			}
			it.Laws = slices.Repeat(it.Laws, 151)
		})},
	} {
		found := item.Validate(c.it)
		fmt.Fprintf(&b, "# %s (publishable: %v)\n", c.title, item.Publishable(found))
		for _, f := range found {
			fmt.Fprintln(&b, f)
		}
		b.WriteString("\n")
	}
	golden(t, "validate.golden", b.String())
}

func TestDiff(t *testing.T) {
	visits := 0
	days := func(n int32) item.Limit { return item.Limit{Tenths: 10 * n, Unit: item.WorkingDays} }
	var b strings.Builder
	for _, c := range []struct {
		title, record string
		change        func(*item.Item)
	}{
		{"only the version moves", "D01", func(it *item.Item) { it.Ref.Version, it.Ref.Area = 2, "320509000000" }},
		{"fewer days, fewer papers", "D01", func(it *item.Item) {
			it.Promise = days(3)
			it.Materials = slices.Delete(slices.Clone(it.Materials), 1, 2)
			it.Materials[0].Exempt = true
			it.Materials[1].Need = item.LaterIfNeed
			it.Materials[2].Need = item.Required
		}},
		{"more papers", "D23", func(it *item.Item) {
			it.Materials = append(slices.Clone(it.Materials), item.Material{ID: "old", Name: "原残疾人证", Need: item.Required, Originals: 1})
			it.Materials[2].Originals, it.Materials[2].Copies, it.Materials[2].Name = 1, 1, "一寸照片"
			it.Materials[3].Source, it.Materials[3].When, it.Materials[3].Note = "残联", "总是", "可在窗口填写"
		}},
		{"another route", "D23", func(it *item.Item) {
			it.Steps = slices.Clone(it.Steps)
			it.Steps[2], it.Steps[3] = it.Steps[3], it.Steps[2]
			it.Steps[2].Limit, it.Steps[2].Uncounted = item.Limit{Tenths: 70, Unit: item.CalendarDays}, false
			it.Steps[4].Limit, it.Steps[4].Post = days(7), "残联窗口"
			it.Steps[5] = item.Step{Name: "送达", Action: item.Serve, Level: area.Village, Limit: item.Limit{Unit: item.OnTheSpot}, Outside: true}
		}},
		{"power moves up", "D26", func(it *item.Item) {
			it.Level, it.Kind, it.Promise = area.District, item.Promised, days(5)
			it.Steps = slices.Clone(it.Steps)
			it.Steps[2].Level, it.Steps[2].Department, it.Steps[2].Outside, it.Steps[2].Note = area.District, "卫生健康", true, "上收"
		}},
		{"a form filled in by the area that takes it on", "D18", func(it *item.Item) {
			it.Ref.Code, it.Authority, it.Effective, it.Visits = "000511003000", "苏州市吴江区民政局", "2027-01-01", &visits
			it.Basic, it.Alias, it.Fee, it.Result = "000511003000", []string{"低保"}, "", "最低生活保障证"
			it.Legal, it.Promise = item.Limit{}, item.Limit{Tenths: 300, Unit: item.CalendarDays}
			it.Scope, it.Mode, it.Subject = item.ScopeCity, item.ReceivedElsewhere, item.ByResidence
			it.Laws = append(slices.Clone(it.Laws), item.Law{Title: "江苏省社会救助办法", Text: "从其规定"})
			it.Conditions, it.Note = []string{"本市户籍"}, ""
			it.Origin = item.Origin{Area: "苏州市吴江区", Date: "2026-12-01", Source: "吴江区实施清单"}
			it.Special = []item.Special{{Name: "核对", Limit: days(10), Note: "不计入"}}
		}},
		{"a posting at two levels under one name", "D18", func(it *item.Item) {
			second := it.Steps[2]
			second.Level = area.Village
			it.Steps = slices.Insert(slices.Clone(it.Steps), 3, second)
		}},
	} {
		was := template(t, c.record)
		is := template(t, c.record)
		c.change(&is)
		for _, way := range []struct {
			title    string
			from, to item.Item
		}{{c.title, was, is}, {c.title + ", and back", is, was}} {
			fmt.Fprintf(&b, "# %s (%s)\n", way.title, c.record)
			for _, change := range item.Diff(way.from, way.to) {
				fmt.Fprintf(&b, "%-32s %s\n", change.Element, change)
			}
			b.WriteString("\n")
		}
	}
	golden(t, "diff.golden", b.String())
}

// mutate changes one element of an item, whichever.
func mutate(t *rapid.T, it *item.Item) {
	word := rapid.SampledFrom([]string{"", "甲", "乙", "丙"})
	limit := rapid.SampledFrom([]item.Limit{{}, {Unit: item.OnTheSpot}, {Tenths: 5, Unit: item.WorkingDays}, {Tenths: 5, Unit: item.CalendarDays}})
	level := rapid.SampledFrom([]area.Level{0, area.City, area.District, area.Town, area.Village})
	it.Materials, it.Steps, it.Laws = slices.Clone(it.Materials), slices.Clone(it.Steps), slices.Clone(it.Laws)
	switch rapid.IntRange(0, 13).Draw(t, "element") {
	case 0:
		it.Name = word.Draw(t, "name")
	case 1:
		it.Promise = limit.Draw(t, "promise")
	case 2:
		it.Level = level.Draw(t, "level")
	case 3:
		it.Materials = append(it.Materials, item.Material{ID: word.Draw(t, "id"), Name: word.Draw(t, "name"), Need: item.Required})
	case 4:
		it.Steps = append(it.Steps, item.Step{Name: word.Draw(t, "name"), Action: item.Check, Level: level.Draw(t, "level"), Limit: limit.Draw(t, "limit")})
	case 5:
		if n := len(it.Steps); n > 1 {
			i := rapid.IntRange(1, n-1).Draw(t, "swap")
			it.Steps[i], it.Steps[i-1] = it.Steps[i-1], it.Steps[i]
		}
	case 6:
		if n := len(it.Steps); n > 0 {
			s := &it.Steps[rapid.IntRange(0, n-1).Draw(t, "step")]
			s.Limit, s.Level, s.Uncounted, s.Note = limit.Draw(t, "limit"), level.Draw(t, "level"), rapid.Bool().Draw(t, "uncounted"), word.Draw(t, "note")
		}
	case 7:
		if n := len(it.Materials); n > 0 {
			m := &it.Materials[rapid.IntRange(0, n-1).Draw(t, "material")]
			m.Need, m.Copies, m.Exempt = rapid.SampledFrom([]item.Need{item.Required, item.Optional}).Draw(t, "need"), rapid.IntRange(0, 2).Draw(t, "copies"), rapid.Bool().Draw(t, "exempt")
		}
	case 8:
		if n := len(it.Materials); n > 0 {
			it.Materials = slices.Delete(it.Materials, n-1, n)
		}
	case 9:
		it.Laws = append(it.Laws, item.Law{Title: word.Draw(t, "law"), Text: word.Draw(t, "text")})
	case 10:
		n := rapid.IntRange(0, 2).Draw(t, "visits")
		it.Visits = &n
	case 11:
		it.Conditions = []string{word.Draw(t, "condition")}
	case 12:
		it.Special = []item.Special{{Name: word.Draw(t, "special"), Limit: limit.Draw(t, "limit")}}
	case 13:
		it.Scope, it.Note = rapid.SampledFrom([]item.Scope{"", item.ScopeCity}).Draw(t, "scope"), word.Draw(t, "note")
	}
}

// Diff is silent exactly when two versions say the same; and nothing panics on
// an item that nobody would publish.
func TestDiffIsSilentOnlyWhenNothingChanged(t *testing.T) {
	base := template(t, "D12")
	rapid.Check(t, func(t *rapid.T) {
		was, is := base, base
		for range rapid.IntRange(0, 4).Draw(t, "before") {
			mutate(t, &was)
		}
		is = was
		for range rapid.IntRange(0, 3).Draw(t, "after") {
			mutate(t, &is)
		}
		if !uniqueIDs(was) || !uniqueIDs(is) {
			item.Diff(was, is)
			item.Validate(is)
			return // ids that occur twice are an error of Validate, and Diff goes by them
		}
		changes := item.Diff(was, is)
		same := string(wire.Encode(was)) == string(wire.Encode(is))
		if same != (len(changes) == 0) {
			t.Fatalf("same %v, changes %v", same, changes)
		}
		if len(item.Diff(is, was)) == 0 != (len(changes) == 0) {
			t.Fatal("there is a change in one direction only")
		}
		for _, c := range changes {
			if c.Element == "" || c.Text == "" {
				t.Fatalf("an empty change: %+v", c)
			}
		}
		item.Validate(is)
	})
}

func uniqueIDs(it item.Item) bool {
	seen := map[string]bool{}
	for _, m := range it.Materials {
		if seen[m.ID] {
			return false
		}
		seen[m.ID] = true
	}
	return true
}

func TestValidateFindsTheErrorWhateverElseIsWrong(t *testing.T) {
	base := template(t, "D12")
	rapid.Check(t, func(t *rapid.T) {
		it := base
		for range rapid.IntRange(0, 6).Draw(t, "mutations") {
			mutate(t, &it)
		}
		it.Department = ""
		found := item.Validate(it)
		if item.Publishable(found) || !slices.ContainsFunc(found, func(f item.Finding) bool { return f.Element == "department" }) {
			t.Fatalf("an item of no department passes: %v", found)
		}
	})
}
