package rule

import (
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/catalog/workday"
)

func TestTheNearestDocumentCounts(t *testing.T) {
	names := func(town string) CenterNames { return CenterNames{Names: []CenterName{{Level: area.Town, Name: town}}} }
	s := NewSet([]Setting{
		{city, Of(names("为民服务中心"), "苏州", "")},
		{district, Of(names("便民服务中心"), "区", "2026-07-01")},
		{district, Of(names("政务服务站"), "区", "2027-01-01")},
		{town, Of(CenterNames{}, "镇", "2028-01-01")},
	})
	for _, row := range []struct {
		at   area.Code
		day  string
		name string
		by   area.Code
		set  bool
	}{
		{village, "2026-06-30", "为民服务中心", city, true},
		{village, "2026-07-01", "便民服务中心", district, true},
		{"320507000000", "2026-07-01", "为民服务中心", city, true},
		{town, "2027-06-01", "政务服务站", district, true},
		{town, "2028-01-01", "", town, true}, // an empty document is one
		{"310000000000", "2028-01-01", "", "", false},
	} {
		doc, r := Doc[CenterNames](s, row.at, row.day)
		found, set := s.Find(CenterNamesKey, row.at, row.day)
		if doc.Of(area.Town) != row.name || found.Rule != r || found.Area != row.by || set != row.set || r.Source == "" {
			t.Errorf("%s on %s: %q, by %q (%v); want %q, by %q", row.at, row.day, doc.Of(area.Town), found.Area, set, row.name, row.by)
		}
	}
	history := s.History(village, CenterNamesKey)
	if len(history) != 4 || history[0].Area != town || history[1].Rule.From != "2026-07-01" || history[2].Rule.From != "2027-01-01" || history[3].Area != city {
		t.Errorf("history %+v", history)
	}
	if history := s.History(village, RatingKey); len(history) != 0 {
		t.Errorf("nobody set it: %+v", history)
	}
}

func TestTheNearestDocumentIsTheNearestRule(t *testing.T) {
	areas := []area.Code{"", city, district, town, village, "320507000000"}
	days := []string{"", "2026-01-01", "2026-06-01"}
	rapid.Check(t, func(t *rapid.T) {
		var settings []Setting
		for range rapid.IntRange(0, 8).Draw(t, "settings") {
			settings = append(settings, Setting{rapid.SampledFrom(areas).Draw(t, "area"),
				Of(Rating{Verify: rapid.IntRange(1, 60).Draw(t, "days")}, "试验", rapid.SampledFrom(days).Draw(t, "from"))})
		}
		s := NewSet(settings)
		asked, day := rapid.SampledFrom(areas).Draw(t, "asked"), rapid.SampledFrom([]string{"2025-12-31", "2026-03-01", "2026-06-01"}).Draw(t, "day")
		doc, r := Doc[Rating](s, asked, day)
		if want, err := Read[Rating](s.ValueOn(RatingKey, asked, day)); err != nil || doc.Verify != want.Verify || r != s.ValueOn(RatingKey, asked, day) {
			t.Fatalf("%v: %+v; want %+v", err, doc, want)
		}
		best, at := -1, -1
		for i, one := range settings {
			if one.Area != "" && !asked.Under(one.Area) || one.Rule.From > day {
				continue
			}
			if level := int(one.Area.Level()); level > best || level == best && one.Rule.From >= settings[at].Rule.From {
				best, at = level, i
			}
		}
		if at >= 0 && r != settings[at].Rule {
			t.Fatalf("got %+v; want %+v", r, settings[at].Rule)
		}
	})
}

func TestWhatALaterProgramWroteIsReadAsFarAsItFits(t *testing.T) {
	r := Rule{Key: RatingKey, Doc: documentOf(map[string]any{"verify_days": int64(2), "stars": true, "rectify_days": "soon"})}
	if r.Check() == nil {
		t.Error("a field that nobody knows is taken")
	}
	doc, _ := Doc[Rating](NewSet([]Setting{{city, r}}), city, "2026-01-01")
	if doc.Verify != 2 || doc.Rectify != 0 {
		t.Errorf("%+v", doc)
	}
}

func TestTheDefaults(t *testing.T) {
	procedures, r := Doc[SpecialProcedures](Set{}, village, "2026-01-01")
	if len(procedures.Procedures) != 10 || r.Source == "" {
		t.Errorf("the permit law names 10 procedures: %+v", procedures)
	}
	for _, p := range procedures.Procedures {
		if (p.Effect == Extends) != (p.MaxDays > 0 && p.Approval != "") || !p.Notice || p.Basis == "" {
			t.Errorf("%+v", p)
		}
	}
	rating, _ := Doc[Rating](Set{}, village, "2026-01-01")
	for grade, bad := range map[int]bool{1: false, 3: false, 4: true, 5: true, 6: false} {
		if rating.Bad(grade) != bad {
			t.Errorf("grade %d: bad %v", grade, !bad)
		}
	}
	for _, s := range documents() {
		if s.Key != SpecialProceduresKey && s.Key != RatingKey && s.Default.Doc != empty {
			t.Errorf("%s: a default that no law sets", s.Key)
		}
	}
}

func TestFacilityAt(t *testing.T) {
	f := Facility{No: 2, Name: "屏", District: "✓", Town: "按实际", Village: "电视屏✓"}
	for level, want := range map[area.Level]struct {
		text string
		must bool
	}{area.District: {"", true}, area.Town: {"按实际", false}, area.Village: {"电视屏", true}, area.City: {"", false}} {
		if text, must := f.At(level); text != want.text || must != want.must {
			t.Errorf("%s: %q %v", level, text, must)
		}
	}
	all := Facilities{Facilities: []Facility{f, {No: 3, Name: "会议室", District: "✓"}}}
	if len(all.Required(area.District)) != 2 || len(all.Required(area.Town)) != 0 || len(all.Required(area.Village)) != 1 {
		t.Error("what is required")
	}
	windows := WindowTypes{Types: []WindowType{{Name: "综合", Levels: []area.Level{area.Town}}, {Name: "异地联办", Unknown: []area.Level{area.Town}}}}
	if got := windows.At(area.Town); len(got) != 1 || got[0].Name != "综合" {
		t.Errorf("windows %v", got)
	}
}

func TestAgreementHolds(t *testing.T) {
	a := Agreement{Parties: []area.Code{"320509000000", "320507000000", town}, Items: []ItemCode{"A"}, From: "2026-01-01", To: "2026-12-31"}
	const other area.Code = "320507100201"
	for _, row := range []struct {
		item     ItemCode
		from, to area.Code
		day      workday.Date
		want     bool
	}{
		{"A", village, other, "2026-01-01", true},
		{"A", other, district, "2026-12-31", true},
		{"A", village, "320509110000", "2026-06-01", true}, // a town of the district that is a party of its own
		{"A", village, town, "2026-06-01", false},          // one party
		{"B", village, other, "2026-06-01", false},
		{"A", village, "320506000000", "2026-06-01", false},
		{"A", village, other, "2025-12-31", false},
		{"A", village, other, "2027-01-01", false},
	} {
		if got := a.Holds(row.item, row.from, row.to, row.day); got != row.want {
			t.Errorf("%+v: %v", row, got)
		}
	}
	a.Items, a.All, a.To = nil, true, ""
	if !a.Holds("B", village, other, "2030-01-01") {
		t.Error("every item, without an end")
	}
}

func TestFiveKindsOf(t *testing.T) {
	k := FiveKinds{Kinds: []CaseKind{{Kind: JointKind, Name: "联办件"}}}
	if c, ok := k.Of(JointKind); !ok || c.Name != "联办件" {
		t.Errorf("%+v %v", c, ok)
	}
	if _, ok := k.Of(DeclinedKind); ok {
		t.Error("a kind that isn't there")
	}
}
