package item

import (
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/workday"
)

func TestSeason(t *testing.T) {
	for _, c := range []struct {
		season           Season
		english, chinese string
		in, out          []workday.Date
	}{
		{Season{From: "2026-03-01", To: "2026-03-31"}, "2026-03-01 to 2026-03-31", "2026-03-01 至 2026-03-31", []workday.Date{"2026-03-01", "2026-03-31"}, []workday.Date{"2026-02-28", "2026-04-01", "2027-03-01", "", "soon"}},
		{Season{From: "01-01", To: "03-31"}, "01-01 to 03-31 each year", "每年 1 月 1 日至 3 月 31 日", []workday.Date{"2026-01-01", "2027-03-31"}, []workday.Date{"2026-04-01", "2026-12-31"}},
		{Season{From: "11-01", To: "02-29"}, "11-01 to 02-29 each year", "每年 11 月 1 日至 2 月 29 日", []workday.Date{"2026-11-01", "2027-01-15", "2027-02-28", "2028-02-29"}, []workday.Date{"2026-10-31", "2027-03-01"}},
		{Season{From: "01", To: "20"}, "day 1 to day 20 of each month", "每月 1 日至 20 日", []workday.Date{"2026-01-01", "2026-02-20"}, []workday.Date{"2026-02-21"}},
		{Season{From: "25", To: "05"}, "day 25 to day 5 of each month", "每月 25 日至 5 日", []workday.Date{"2026-01-25", "2026-02-05", "2026-02-28"}, []workday.Date{"2026-02-06", "2026-02-24"}},
		{Season{From: "31", To: "05"}, "day 31 to day 5 of each month", "每月 31 日至 5 日", []workday.Date{"2026-02-28", "2026-04-30", "2026-05-05"}, []workday.Date{"2026-02-27", "2026-05-30"}},
		{Season{From: "q1-01", To: "q1-20"}, "day 1 of month 1 to day 20 of month 1 of each quarter", "每季度第 1 个月 1 日至第 1 个月 20 日", []workday.Date{"2026-01-20", "2026-10-01"}, []workday.Date{"2026-01-21", "2026-02-01", "2026-03-31"}},
		{Season{From: "q3-15", To: "q1-10"}, "day 15 of month 3 to day 10 of month 1 of each quarter", "每季度第 3 个月 15 日至第 1 个月 10 日", []workday.Date{"2026-03-15", "2026-04-10", "2026-06-30"}, []workday.Date{"2026-04-11", "2026-03-14"}},
		{Season{From: "01", To: "02-01"}, "01 to 02-01", "01 至 02-01", nil, []workday.Date{"2026-01-01"}},
		{Season{From: "2026-03-31", To: "2026-03-01"}, "2026-03-31 to 2026-03-01", "2026-03-31 至 2026-03-01", nil, []workday.Date{"2026-03-15"}},
		{Season{}, "", "", nil, []workday.Date{"2026-03-15"}},
	} {
		if got := c.season.String(); got != c.english {
			t.Errorf("%+v: %q; want %q", c.season, got, c.english)
		}
		if got := c.season.Chinese(); got != c.chinese {
			t.Errorf("%+v: %q; want %q", c.season, got, c.chinese)
		}
		for _, day := range c.in {
			if !c.season.Contains(day) {
				t.Errorf("%s does not contain %s", c.season, day)
			}
		}
		for _, day := range c.out {
			if c.season.Contains(day) {
				t.Errorf("%s contains %q", c.season, day)
			}
		}
	}
}

func TestParseSeason(t *testing.T) {
	for text, want := range map[string]Season{
		"": {}, "每月1日至20日": {From: "01", To: "20"}, "每年3月1日至每年3月31日": {From: "03-01", To: "03-31"}, "03-01 至 03-31": {From: "03-01", To: "03-31"},
		"3月1日到3月31日": {From: "03-01", To: "03-31"}, "2026-03-01 ~ 2026-03-31": {From: "2026-03-01", To: "2026-03-31"}, "q1-01 至 q1-20": {From: "q1-01", To: "q1-20"},
		"每季度第一个月 1 日至第一个月 20 日": {From: "q1-01", To: "q1-20"},
	} {
		if got, err := ParseSeason(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{"每月 1 日", "1 至 20", "至", "每月 1 日至 3 月 1 日", "2026-03-31 至 2026-03-01", "2026-03-31 至 04-01", "每月 0 日至 5 日", "summer"} {
		if got, err := ParseSeason(text); err == nil {
			t.Errorf("%q reads as %+v", text, got)
		}
	}
}

func TestOpenOn(t *testing.T) {
	it := &Item{}
	if !it.OpenOn("2026-05-05") {
		t.Error("an item without seasons is closed")
	}
	it.Open = []Season{{From: "01-01", To: "03-31"}, {From: "09-01", To: "09-30"}}
	for day, open := range map[workday.Date]bool{"2026-02-01": true, "2026-09-30": true, "2026-05-05": false, "": false} {
		if it.OpenOn(day) != open {
			t.Errorf("on %q open: %v", day, !open)
		}
	}
}

func TestASeasonIsReadAsItIsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := Season{From: dayNotation().Draw(t, "from"), To: dayNotation().Draw(t, "to")}
		if _, _, err := s.days(); err != nil {
			if s.Contains(date().Draw(t, "day")) {
				t.Fatalf("%s is no season and contains a day", s)
			}
			return
		}
		for _, text := range []string{s.String(), s.Chinese()} {
			if back, err := ParseSeason(text); err != nil || back != s {
				t.Fatalf("%q: %+v, %v; want %+v", text, back, err, s)
			}
		}
		from, to := by(s.From), by(s.To)
		day := date().Draw(t, "day")
		if begin := from.DueBy(day); !s.Contains(begin) || !s.Contains(to.DueBy(day)) {
			t.Fatalf("%s does not contain its own ends", s)
		}
	})
}

func FuzzParseSeason(f *testing.F) {
	for _, s := range []string{"每月 1 日至 20 日", "01-01 to 03-31 each year", "2026-03-01 至 2026-03-31", "q1-01 至 q1-20", "day 15 of month 3 to day 10 of month 1 of each quarter"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSeason(text)
		if err != nil || s == (Season{}) {
			return
		}
		for _, again := range []string{s.String(), s.Chinese()} {
			if back, err := ParseSeason(again); err != nil || back != s {
				t.Fatalf("%q reads as %+v, written %q, read as %+v, %v", text, s, again, back, err)
			}
		}
		s.Contains("2026-02-28")
	})
}
