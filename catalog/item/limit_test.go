package item

import (
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"
)

func TestLimit(t *testing.T) {
	for _, c := range []struct {
		limit            Limit
		english, chinese string
		days             int
	}{
		{Limit{}, "none", "", 0},
		{Limit{Unit: WorkingDays}, "none", "", 0},
		{Limit{Unit: OnTheSpot}, "on the spot", "当场", 0},
		{Limit{5, WorkingDays}, "0.5 working days", "0.5 个工作日", 1},
		{Limit{10, WorkingDays}, "1 working day", "1 个工作日", 1},
		{Limit{45, WorkingDays}, "4.5 working days", "4.5 个工作日", 5},
		{Limit{200, WorkingDays}, "20 working days", "20 个工作日", 20},
		{Limit{301, CalendarDays}, "30.1 calendar days", "30.1 个自然日", 31},
		{Limit{-5, WorkingDays}, "-0.5 working days", "-0.5 个工作日", 0},
		{Limit{20, "moons"}, "2 days", "2 日", 2},
	} {
		if got := c.limit.String(); got != c.english {
			t.Errorf("%+v: %q; want %q", c.limit, got, c.english)
		}
		if got := c.limit.Chinese(); got != c.chinese {
			t.Errorf("%+v: %q; want %q", c.limit, got, c.chinese)
		}
		if got := c.limit.Days(); got != c.days {
			t.Errorf("%+v: %d days; want %d", c.limit, got, c.days)
		}
	}
}

func TestParseLimit(t *testing.T) {
	for text, want := range map[string]Limit{
		"": {}, "none": {}, "当场": {Unit: OnTheSpot}, "on the spot": {Unit: OnTheSpot},
		"5 工作日": {50, WorkingDays}, "5工作日": {50, WorkingDays}, " 0.5 个工作日 ": {5, WorkingDays}, "1 working day": {10, WorkingDays},
		"30 自然日": {300, CalendarDays}, "4.5 calendar days": {45, CalendarDays},
	} {
		if got, err := ParseLimit(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"5", "5 天", "五个工作日", "-5 工作日", "0 工作日", "0.05 工作日", "1.2.3 工作日", ". 工作日", ".5 工作日", "工作日", "99999999999 工作日", "5 weeks"} {
		if got, err := ParseLimit(text); err == nil {
			t.Errorf("%q reads as %+v", text, got)
		}
	}
}

func TestALimitIsReadAsItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Limit{rapid.Int32Range(1, maxTenths).Draw(t, "tenths"), rapid.SampledFrom([]Unit{WorkingDays, CalendarDays}).Draw(t, "unit")}
		if rapid.Bool().Draw(t, "on the spot") {
			want = Limit{Unit: OnTheSpot}
		}
		for _, text := range []string{want.String(), want.Chinese()} {
			if got, err := ParseLimit(text); err != nil || got != want {
				t.Fatalf("%q: %+v, %v; want %+v", text, got, err, want)
			}
		}
		raw, err := yaml.Marshal(struct{ Promise Limit }{want})
		if err != nil {
			t.Fatal(err)
		}
		var back struct{ Promise Limit }
		if err := yaml.Unmarshal(raw, &back); err != nil || back.Promise != want {
			t.Fatalf("%s: %+v, %v; want %+v", raw, back.Promise, err, want)
		}
		ParseLimit(rapid.String().Draw(t, "any text"))
	})
}
