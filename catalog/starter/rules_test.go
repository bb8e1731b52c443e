package starter

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/tools/golden"
)

func TestTheCalendarHasAsManyWorkingDaysAsPublished(t *testing.T) {
	years, err := Years()
	if err != nil {
		t.Fatal(err)
	}
	calendar := workday.NewCalendar(years)
	want := map[int]int{2018: 250, 2019: 250, 2020: 249, 2021: 250, 2022: 249, 2023: 249, 2024: 251, 2025: 248, 2026: 248}
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

// rules reads what ships, by key.
func rules(t *testing.T) map[rule.Key]rule.Rule {
	t.Helper()
	all, err := Rules()
	if err != nil {
		t.Fatal(err)
	}
	byKey := map[rule.Key]rule.Rule{}
	for _, r := range all {
		if _, twice := byKey[r.Key]; twice {
			t.Errorf("%s is there twice", r.Key)
		}
		byKey[r.Key] = r
	}
	return byKey
}

func doc[T rule.Kind](t *testing.T, key rule.Key) T {
	t.Helper()
	read, err := rule.Read[T](rules(t)[key])
	if err != nil {
		t.Fatal(err)
	}
	return read
}

func TestEveryRuleIsKnownAndSourced(t *testing.T) {
	shipped := rules(t)
	for _, r := range shipped {
		schema, _ := rule.SchemaOf(r.Key)
		if r.Source == "" || len(r.Source) > 500 || r.Value != schema.Default.Value || r.For("01").Value != schema.Default.For("01").Value {
			t.Errorf("%s: %d from %q; the default is %d", r.Key, r.Value, r.Source, schema.Default.Value)
		}
	}
	// What no source at hand gives is not shipped.
	for _, s := range rule.Schemas() {
		missing := slices.Contains([]rule.Key{rule.SupplementDays, rule.SupplementEnds, rule.SecondRed, rule.OfferDays, rule.SlipDays, rule.OpinionDays, rule.SilentDays,
			rule.ConsultationDays, rule.ComplaintDays, rule.SuggestionDays, rule.LaterMaterialKey, rule.CrossAreaKey}, s.Key)
		if _, ok := shipped[s.Key]; ok == missing {
			t.Errorf("%s: shipped %v", s.Key, ok)
		}
	}
}

func TestTheProceduresBeginWithTheLaws(t *testing.T) {
	shipped := doc[rule.SpecialProcedures](t, rule.SpecialProceduresKey).Procedures
	lawful, _ := rule.Doc[rule.SpecialProcedures](rule.Set{}, "", "2026-01-01")
	n := len(lawful.Procedures)
	if len(shipped) <= n || !reflect.DeepEqual(shipped[:n], lawful.Procedures) {
		t.Errorf("shipped %+v", shipped)
	}
	for _, p := range shipped[n:] {
		if p.Effect != "" || p.Basis != "" {
			t.Errorf("%s: no source says so", p.Name)
		}
	}
}

func TestEachKindOfCaseIsHandled(t *testing.T) {
	kinds := doc[rule.FiveKinds](t, rule.FiveKindsKey)
	for _, k := range []rule.KindWord{rule.ImmediateKind, rule.PromisedKind, rule.JointKind, rule.ReferredUpKind, rule.DeclinedKind} {
		if c, ok := kinds.Of(k); !ok || c.When == "" || c.Handling == "" {
			t.Errorf("%s: %+v", k, c)
		}
	}
	rating := doc[rule.Rating](t, rule.RatingKey)
	if rating.Verify != 1 || rating.Rectify != 5 || rating.Complex != 15 || !rating.FollowUp || !rating.Anonymous || !rating.Bad(4) || rating.Bad(3) {
		t.Errorf("%+v", rating)
	}
	names := doc[rule.CenterNames](t, rule.CenterNamesKey)
	for level, want := range map[area.Level]string{area.District: "政务服务中心", area.Town: "为民服务中心", area.Village: "便民服务中心"} {
		if names.Of(level) != want {
			t.Errorf("%s: %q", level, names.Of(level))
		}
	}
	if zones := doc[rule.HallZones](t, rule.HallZonesKey).Zones; len(zones) != 6 {
		t.Errorf("zones %+v", zones)
	}
}

// The listing is what a person reads beside the annex.
func TestFacilities(t *testing.T) {
	var b strings.Builder
	for _, f := range doc[rule.Facilities](t, rule.FacilitiesKey).Facilities {
		fmt.Fprintf(&b, "%d|%s|%s|%s|%s|%s\n", f.No, f.Group, f.Name, f.District, f.Town, f.Village)
	}
	windows := doc[rule.WindowTypes](t, rule.WindowTypesKey).Types
	for _, w := range windows {
		fmt.Fprintf(&b, "%d|窗口类型|%s", w.No, w.Name)
		for _, l := range []area.Level{area.District, area.Town, area.Village} {
			switch {
			case slices.Contains(w.Levels, l):
				b.WriteString("|✓")
			case slices.Contains(w.Unknown, l):
				b.WriteString("|?")
			default:
				b.WriteString("|")
			}
		}
		b.WriteString("\n")
	}
	golden.Check(t, "annex2.golden", b.String())

	raw, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "design", "sources", "S0-wujiang-2018.txt"))
	if err != nil {
		return // the golden file stands for the source
	}
	if want := annex2(t, string(raw)); b.String() != want {
		t.Errorf("the annex says\n%s", want)
	}
}

// annex2 reads the table out of the plan's text: a cell is an indented line, a
// row ends where an indented line doesn't follow.
func annex2(t *testing.T, plan string) string {
	t.Helper()
	_, table, found := strings.Cut(plan, "附件2\n")
	if !found {
		t.Fatal("the plan has no annex 2")
	}
	var b strings.Builder
	var cells []string
	group, rows := "", 0
	for _, line := range append(strings.Split(table, "\n"), "") {
		if cell, is := strings.CutPrefix(line, "\t"); is {
			cells = append(cells, strings.TrimSpace(cell))
			continue
		}
		if len(cells) > 0 && cells[0] != "序号" {
			no, err := strconv.Atoi(cells[0])
			if err != nil || no != rows+1 {
				t.Fatalf("row %q follows row %d", cells, rows)
			}
			rows = no
			if no >= 27 { // from here on the table has a column for the group
				if cells[1] != "" {
					group = cells[1]
				}
				cells = append(cells[:1:1], cells[2:]...)
			}
			for len(cells) < 5 {
				cells = append(cells, "?")
			}
			fmt.Fprintf(&b, "%s|%s|%s\n", cells[0], group, strings.Join(cells[1:], "|"))
		}
		cells = nil
	}
	if rows != 52 {
		t.Errorf("%d rows; want 52", rows)
	}
	return b.String()
}
