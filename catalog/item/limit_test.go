package item

import (
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"tongban/catalog/workday"
)

func days(tenths int32, unit Unit) Limit { return Limit{Tenths: tenths, Unit: unit} }
func by(day string) Limit                { return Limit{Unit: ByDate, By: day} }

func TestLimit(t *testing.T) {
	for _, c := range []struct {
		limit            Limit
		english, chinese string
		days             int
	}{
		{Limit{}, "none", "", 0},
		{Limit{Unit: WorkingDays}, "none", "", 0},
		{Limit{Unit: ByDate}, "none", "", 0},
		{Limit{Unit: OnTheSpot}, "on the spot", "当场", 0},
		{days(5, WorkingDays), "0.5 working days", "0.5 个工作日", 1},
		{days(10, WorkingDays), "1 working day", "1 个工作日", 1},
		{days(45, WorkingDays), "4.5 working days", "4.5 个工作日", 5},
		{days(200, WorkingDays), "20 working days", "20 个工作日", 20},
		{days(301, CalendarDays), "30.1 calendar days", "30.1 个自然日", 31},
		{days(-5, WorkingDays), "-0.5 working days", "-0.5 个工作日", 0},
		{days(20, "moons"), "2 days", "2 日", 2},
		{by("2026-03-31"), "by 2026-03-31", "2026-03-31 前", 0},
		{by("03-31"), "by 03-31 each year", "每年 3 月 31 日前", 0},
		{by("q1-20"), "by day 20 of month 1 of each quarter", "每季度第 1 个月 20 日前", 0},
		{by("20"), "by day 20 of each month", "每月 20 日前", 0},
		{by("02-30"), "by 02-30", "02-30 前", 0},
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
		if got := c.limit.IsZero(); got != (c.english == "none") {
			t.Errorf("%+v: zero %v", c.limit, got)
		}
	}
}

func TestParseLimit(t *testing.T) {
	for text, want := range map[string]Limit{
		"": {}, "none": {}, "当场": {Unit: OnTheSpot}, "on the spot": {Unit: OnTheSpot},
		"5 工作日": days(50, WorkingDays), "5工作日": days(50, WorkingDays), " 0.5 个工作日 ": days(5, WorkingDays), "1 working day": days(10, WorkingDays),
		"30 自然日": days(300, CalendarDays), "4.5 calendar days": days(45, CalendarDays),
		"每年3月31日前": by("03-31"), "每年 3 月 31 日之前": by("03-31"), "03-31 前": by("03-31"), "12月31日以前": by("12-31"), "每年 02-29 前": by("02-29"),
		"每月20日前": by("20"), "每月 5 日前": by("05"), "每季度第一个月 20 日前": by("q1-20"), "每季第2个月5日前": by("q2-05"), "q1-20 前": by("q1-20"),
		"2026-03-31前": by("2026-03-31"), "by q3-31": by("q3-31"), "by 31-12": {Unit: "none"},
	} {
		got, err := ParseLimit(text)
		if want.Unit == "none" {
			if err == nil {
				t.Errorf("%q reads as %+v", text, got)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", text, got, err, want)
		}
	}
	for _, text := range []string{
		"5", "5 天", "五个工作日", "-5 工作日", "0 工作日", "0.05 工作日", "1.2.3 工作日", ". 工作日", ".5 工作日", "工作日", "99999999999 工作日", "5 weeks",
		"20 前", "20", "03-31", "2026-03-31", "前", "by", "by ", "每月前", "每月 32 日前", "每月 0 日前", "每年 2 月 30 日前", "每年 13 月 1 日前", "2026-02-29 前", "q4-01 前", "每季度第 4 个月 1 日前", "by day 20",
	} {
		if got, err := ParseLimit(text); err == nil {
			t.Errorf("%q reads as %+v", text, got)
		}
	}
}

func TestDueBy(t *testing.T) {
	for _, c := range []struct {
		by         string
		from, want workday.Date
	}{
		{"2026-03-31", "2026-01-01", "2026-03-31"},
		{"2026-03-31", "2026-04-01", "2026-03-31"}, // it is over: overdue at once
		{"03-31", "2026-03-31", "2026-03-31"},
		{"03-31", "2026-04-01", "2027-03-31"},
		{"02-29", "2026-01-01", "2026-02-28"},
		{"02-29", "2027-03-01", "2028-02-29"},
		{"q1-20", "2026-01-20", "2026-01-20"},
		{"q1-20", "2026-01-21", "2026-04-20"},
		{"q1-20", "2026-11-01", "2027-01-20"},
		{"q3-31", "2026-04-01", "2026-06-30"},
		{"q2-31", "2026-01-05", "2026-02-28"},
		{"20", "2026-12-20", "2026-12-20"},
		{"20", "2026-12-21", "2027-01-20"},
		{"31", "2026-04-30", "2026-04-30"},
		{"31", "2026-02-01", "2026-02-28"},
		{"30", "2028-02-29", "2028-02-29"},
		{"12-31", "9999-12-31", "9999-12-31"},
		{"01-01", "9999-12-31", ""},
		{"20", "", ""}, {"20", "yesterday", ""}, {"32", "2026-01-01", ""},
	} {
		if got := by(c.by).DueBy(c.from); got != c.want {
			t.Errorf("%s from %s: %q; want %q", c.by, c.from, got, c.want)
		}
	}
	if got := days(10, WorkingDays).DueBy("2026-01-01"); got != "" {
		t.Errorf("a count of days is due by %s", got)
	}
}

// dayNotation draws a day in the notation of Limit.By.
func dayNotation() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		d := namedDay{every: period(rapid.IntRange(int(once), int(monthly)).Draw(t, "every")), day: rapid.IntRange(1, 31).Draw(t, "day")}
		switch d.every {
		case once:
			d.date = date().Draw(t, "date")
		case yearly:
			d.month = rapid.IntRange(1, 12).Draw(t, "month")
			d.day = min(d.day, longest[d.month-1])
		case quarter:
			d.month = rapid.IntRange(1, 3).Draw(t, "month")
		}
		return d.String()
	})
}

func date() *rapid.Generator[workday.Date] {
	return rapid.Custom(func(t *rapid.T) workday.Date {
		return workday.Date("2020-01-01").Add(rapid.IntRange(0, 5000).Draw(t, "days"))
	})
}

// aLimit draws any limit that a guide could give.
func aLimit() *rapid.Generator[Limit] {
	return rapid.Custom(func(t *rapid.T) Limit {
		switch unit := rapid.SampledFrom([]Unit{"", WorkingDays, CalendarDays, OnTheSpot, ByDate}).Draw(t, "unit"); unit {
		case "", OnTheSpot:
			return Limit{Unit: unit}
		case ByDate:
			return by(dayNotation().Draw(t, "by"))
		default:
			return days(rapid.Int32Range(1, maxTenths).Draw(t, "tenths"), unit)
		}
	})
}

func TestALimitIsReadAsItIsWritten(t *testing.T) {
	type holder struct {
		Promise Limit `yaml:"promise,omitempty"`
	}
	rapid.Check(t, func(t *rapid.T) {
		want := aLimit().Draw(t, "limit")
		for _, text := range []string{want.String(), want.Chinese()} {
			if got, err := ParseLimit(text); err != nil || got != want {
				t.Fatalf("%q: %+v, %v; want %+v", text, got, err, want)
			}
		}
		if rapid.Bool().Draw(t, "unfinished") { // a draft may hold what no text says
			want.Tenths, want.Unit = rapid.Int32().Draw(t, "tenths"), Unit(rapid.SampledFrom([]string{"", "moons", string(WorkingDays)}).Draw(t, "unit"))
			if want.IsZero() {
				want = Limit{}
			}
		}
		raw, err := yaml.Marshal(holder{want})
		if err != nil {
			t.Fatal(err)
		}
		var back holder
		if err := yaml.Unmarshal(raw, &back); err != nil || back.Promise != want {
			t.Fatalf("%s: %+v, %v; want %+v", raw, back.Promise, err, want)
		}
	})
}

func TestDueByIsTheNextSuchDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, from := by(dayNotation().Draw(t, "by")), date().Draw(t, "from")
		due := l.DueBy(from)
		if workday.Date(l.By).Valid() {
			if string(due) != l.By {
				t.Fatalf("%s is due by %s", l.By, due)
			}
			return
		}
		if due < from || from.DaysTo(due) > 366 {
			t.Fatalf("%s from %s: %s", l.By, from, due)
		}
		if earlier := l.DueBy(from.Add(-1)); earlier != due && earlier != from.Add(-1) {
			t.Fatalf("%s from %s: %s, but from the day before %s", l.By, from, due, earlier)
		}
		if again := l.DueBy(due); again != due {
			t.Fatalf("%s from its own day %s: %s", l.By, due, again)
		}
	})
}

func FuzzParseLimit(f *testing.F) {
	for _, s := range []string{"5 工作日", "0.5 working days", "当场", "每年 3 月 31 日前", "by day 20 of month 1 of each quarter", "q1-20 前", "每月 20 日前", "2026-03-31 前"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLimit(s)
		if err != nil {
			if l != (Limit{}) {
				t.Fatalf("%q: an error and %+v", s, l)
			}
			return
		}
		r := &report{}
		if r.limit("promise", l); len(r.found) != 0 {
			t.Fatalf("%q reads as %+v: %v", s, l, r.found)
		}
		for _, text := range []string{l.String(), l.Chinese()} {
			if back, err := ParseLimit(text); err != nil || back != l {
				t.Fatalf("%q reads as %+v, written %q, read as %+v, %v", s, l, text, back, err)
			}
		}
	})
}
