package rule

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/area"
)

const (
	city     area.Code = "320500000000"
	district area.Code = "320509000000"
	town     area.Code = "320509111000"
	village  area.Code = "320509111201"
)

func set(a area.Code, value int64, from string) Setting {
	return Setting{a, Rule{Key: NoticeDays, Value: value, From: from}}
}

func TestTheNearestAreaDecides(t *testing.T) {
	s := NewSet([]Setting{set("", 6, ""), set(city, 7, ""), set(district, 8, ""), set(town, 9, "")})
	for a, want := range map[area.Code]int64{
		village: 9, town: 9, "320509110000": 8, district: 8, "320507000000": 7, city: 7, "320000000000": 6, "310000000000": 6, "": 6, "x": 6,
	} {
		if got := s.Value(NoticeDays, a).Value; got != want {
			t.Errorf("%q: %d; want %d", a, got, want)
		}
	}
	if got := s.Value(ServeDays, village); got.Value != 10 || got.Source == "" {
		t.Errorf("a rule that nobody set: %+v; want the statute's", got)
	}
	if got := s.Value("tea_break", village); got != (Rule{Key: "tea_break"}) {
		t.Errorf("a rule that nobody knows: %+v", got)
	}
	if got := (Set{}).Value(NoticeDays, village); got.Days() != 5 {
		t.Errorf("the empty set: %+v", got)
	}
	deemed := (Set{}).Value(NoticeDeemed, village)
	if r := deemed.For("01"); !r.Flag() || r.Source != "行政许可法 32（四）" || r.Doc != "" {
		t.Errorf("by default a late notice leaves an application for a permit unaccepted: %+v", r)
	}
	if r := deemed.For("20"); r.Flag() || r.Source != deemed.Source {
		t.Errorf("by default the permit law holds for public services: %+v", r)
	}
}

func TestARuleTakesEffectOnItsDay(t *testing.T) {
	s := NewSet([]Setting{set(city, 5, ""), set(city, 7, "2027-01-01"), set(city, 6, "2026-07-01"), set(city, 8, "2027-01-01")})
	for day, want := range map[string]int64{"2026-06-30": 5, "2026-07-01": 6, "2026-12-31": 6, "2027-01-01": 8} {
		if got := s.ValueOn(NoticeDays, village, day).Value; got != want {
			t.Errorf("on %s: %d; want %d", day, got, want)
		}
	}
	if got := s.Value(NoticeDays, village).Value; got != 8 {
		t.Errorf("whenever: %d; want the one with the latest day, set last", got)
	}
	if got := len(s.Settings(city)); got != 4 {
		t.Errorf("the city made %d settings; want 4", got)
	}
	if got := s.Settings(town); len(got) != 0 {
		t.Errorf("the town made none, got %v", got)
	}
}

func TestCheck(t *testing.T) {
	for _, s := range Schemas() {
		if err := s.Default.Check(); err != nil || s.Default.Key != s.Key || s.Default.Source == "" {
			t.Errorf("%s: default %+v: %v", s.Key, s.Default, err)
		}
		if s.ByType && s.Default.For("ZZ") != (Rule{Key: s.Key, Value: s.Default.Value, Source: s.Default.Source}) {
			t.Errorf("%s: what is not listed goes by %+v", s.Key, s.Default.For("ZZ"))
		}
		for _, r := range []Rule{{Key: s.Key, Value: s.Min - 1}, {Key: s.Key, Value: s.Max + 1}} {
			if err := r.Check(); !errors.Is(err, ErrRange) {
				t.Errorf("%+v: %v; want ErrRange", r, err)
			}
		}
	}
	if err := (Rule{Key: "tea_break", Value: 1}).Check(); !errors.Is(err, ErrUnknown) {
		t.Errorf("an unknown rule: %v", err)
	}
	for _, from := range []string{"2026-13-01", "soon"} {
		if err := (Rule{Key: NoticeDays, Value: 5, From: from}).Check(); err == nil {
			t.Errorf("from %q is taken", from)
		}
	}
}

func TestTheAnswerComesFromTheLineAbove(t *testing.T) {
	areas := []area.Code{"", city, district, town, village, "320507000000"}
	rapid.Check(t, func(t *rapid.T) {
		var settings []Setting
		for range rapid.IntRange(0, 8).Draw(t, "settings") {
			settings = append(settings, set(rapid.SampledFrom(areas).Draw(t, "area"), rapid.Int64Range(1, 30).Draw(t, "value"),
				rapid.SampledFrom([]string{"", "2026-01-01", "2026-06-01"}).Draw(t, "from")))
		}
		asked, day := rapid.SampledFrom(areas).Draw(t, "asked"), rapid.SampledFrom([]string{"2025-12-31", "2026-03-01", "2026-06-01"}).Draw(t, "day")
		got := NewSet(settings).ValueOn(NoticeDays, asked, day)

		// The same answer by brute force: better is nearer, then later in
		// effect, then later set.
		want, found := 0, false
		for i, s := range settings {
			if s.Area != "" && !asked.Under(s.Area) || s.Rule.From > day {
				continue
			}
			if w := settings[want]; !found || s.Area.Level() > w.Area.Level() || s.Area.Level() == w.Area.Level() && s.Rule.From >= w.Rule.From {
				want, found = i, true
			}
		}
		if !found && got.Value != 5 || found && got != settings[want].Rule {
			t.Fatalf("got %+v; found %v in %+v", got, found, settings)
		}
	})
}
