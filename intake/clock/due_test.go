package clock_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"tongban/catalog/item"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// example is a line of the table of due days.
type example struct {
	line                          int
	accepted, limit               string
	stops                         [][2]string // the second "" while it stands still
	extra                         int
	due                           string
	provisional, published        bool
	closes, looked, overdue, note string // of the second table
}

// examples reads testdata/due.txt, which an office manager reads too.
func examples(t *testing.T) (due, closing []example) {
	t.Helper()
	text, err := os.ReadFile("testdata/due.txt")
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(string(text), "\n") {
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSuffix(strings.TrimSpace(cells[i]), "—")
		}
		if len(cells) < 6 || cells[0] == "受理日" {
			continue
		}
		e := example{line: n + 1, accepted: cells[0], limit: cells[1]}
		if len(cells) == 6 {
			e.closes, e.looked, e.overdue, e.note = cells[2], cells[3], cells[4], cells[5]
			closing = append(closing, e)
			continue
		}
		if cells[2] != "" {
			for _, stop := range strings.Split(cells[2], "；") {
				from, to, _ := strings.Cut(stop, " 至 ")
				e.stops = append(e.stops, [2]string{from, strings.TrimSuffix(to, "今")})
			}
		}
		if cells[3] != "" {
			if e.extra, err = strconv.Atoi(strings.TrimSuffix(cells[3], " 个工作日")); err != nil {
				t.Fatalf("line %d: %v", e.line, err)
			}
		}
		e.due, e.provisional, e.published, e.note = cells[4], cells[5] == "暂定", cells[6] == "公布", cells[7]
		due = append(due, e)
	}
	return due, closing
}

func minute(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", text, workday.China)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// read is what the clocks say of an example at a moment.
func (e example) read(t *testing.T, cal clock.Calendar, l clock.Limits, now time.Time) clock.Reading {
	t.Helper()
	limit, err := item.ParseLimit(e.limit)
	if err != nil {
		t.Fatalf("line %d: %v", e.line, err)
	}
	s := casefile.State{Phase: casefile.PhaseAccepted, AcceptedOn: e.accepted, Extended: e.extra}
	s.ReceivedAt = minute(t, e.accepted+" 09:00").UnixMilli()
	s.AcceptedAt = s.ReceivedAt
	for _, stop := range e.stops {
		i := casefile.Interval{Step: -1, Ground: casefile.OtherGround, From: minute(t, stop[0]+" 10:00").UnixMilli()}
		if stop[1] != "" {
			i.To = minute(t, stop[1]+" 15:00").UnixMilli()
		}
		s.Intervals = append(s.Intervals, i)
	}
	readings := clock.Readings(clock.Input{State: s, Item: &item.Item{Promise: limit, Legal: limit}, Calendar: cal, Limits: l, Now: now, Next: -1})
	var promised *clock.Reading
	for i := range readings {
		switch r := &readings[i]; {
		case r.Clock == clock.Promised:
			promised = r
		case r.Clock == clock.Legal && promised != nil && (r.Due != promised.Due || r.Provisional != promised.Provisional):
			t.Fatalf("line %d: promised %+v, legal %+v", e.line, promised, r)
		}
	}
	if promised == nil {
		t.Fatalf("line %d: no clock runs: %+v", e.line, readings)
	}
	return *promised
}

// Every due day of the table is what the clocks say and what somebody finds who
// counts the days on the published calendar by hand.
func TestTheTableOfDueDays(t *testing.T) {
	years, err := starter.Years()
	if err != nil {
		t.Fatal(err)
	}
	cal, hand := workday.NewCalendar(years), newHandCount(t)
	due, closing := examples(t)
	published := 0
	for _, e := range due {
		if e.published {
			published++
		}
		for _, days := range []int{0, 3, 400} { // whenever it is looked at
			r := e.read(t, cal, clock.Limits{}, minute(t, e.accepted+" 12:00").AddDate(0, 0, days))
			if string(r.Due) != e.due || r.Provisional != e.provisional {
				t.Errorf("line %d (%s): the clock says %s, provisional %v, %d days on", e.line, e.note, r.Due, r.Provisional, days)
			}
		}
		if day, sure := hand.due(e); day != e.due || sure == e.provisional {
			t.Errorf("line %d (%s): counted by hand %s, sure %v", e.line, e.note, day, sure)
		}
	}
	for _, e := range closing {
		closes := minute(t, "2026-01-01 00:00")
		if e.closes == "24:00" {
			closes = closes.AddDate(0, 0, 1)
		} else {
			closes = minute(t, "2026-01-01 "+e.closes)
		}
		l := clock.Limits{BusinessClose: int(closes.Sub(minute(t, "2026-01-01 00:00")).Minutes())}
		if got := e.read(t, cal, l, minute(t, e.looked)); got.Late != (e.overdue == "逾期") {
			t.Errorf("line %d (%s): the clock says %+v", e.line, e.note, got)
		}
		day, _ := hand.due(e)
		if over := e.looked >= day+" "+e.closes && e.closes != "24:00" || e.looked[:10] > day; over != (e.overdue == "逾期") {
			t.Errorf("line %d (%s): by hand it is overdue: %v", e.line, e.note, over)
		}
	}
	if len(due) < 60 || published < 10 || len(closing) < 6 {
		t.Errorf("%d examples, %d of them published, %d of the last minute", len(due), published, len(closing))
	}
}

// handCount counts as somebody does with a paper calendar: the days off and the
// weekends that are worked, as they were announced, typed as they stand there.
type handCount struct{ off, worked map[string]bool }

var announced = []struct {
	year        int
	off, worked string
}{
	{2024, "1/1; 2/10–17; 4/4–6; 5/1–5; 6/8–10; 9/15–17; 10/1–7", "2/4, 2/18, 4/7, 4/28, 5/11, 9/14, 9/29, 10/12"},
	{2025, "1/1; 1/28–2/4; 4/4–6; 5/1–5; 5/31–6/2; 10/1–8", "1/26, 2/8, 4/27, 9/28, 10/11"},
	{2026, "1/1–3; 2/15–23; 4/4–6; 5/1–5; 6/19–21; 9/25–27; 10/1–7", "1/4, 2/14, 2/28, 5/9, 9/20, 10/10"},
}

func newHandCount(t *testing.T) handCount {
	t.Helper()
	c := handCount{map[string]bool{}, map[string]bool{}}
	for _, a := range announced {
		var month, day int
		read := func(text string) time.Time {
			if !strings.Contains(text, "/") {
				text = fmt.Sprintf("%d/%s", month, text)
			}
			if n, err := fmt.Sscanf(text, "%d/%d", &month, &day); n != 2 {
				t.Fatalf("%d: %q: %v", a.year, text, err)
			}
			return time.Date(a.year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
		}
		for _, stretch := range strings.Split(a.off, "; ") {
			from, to, several := strings.Cut(stretch, "–")
			d := read(from)
			last := d
			if several {
				last = read(to)
			}
			for ; !d.After(last); d = d.AddDate(0, 0, 1) {
				c.off[d.Format(time.DateOnly)] = true
			}
		}
		for _, one := range strings.Split(a.worked, ", ") {
			c.worked[read(one).Format(time.DateOnly)] = true
		}
	}
	return c
}

func (c handCount) open(d time.Time) bool {
	day := d.Format(time.DateOnly)
	return c.worked[day] || !c.off[day] && d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
}

// due walks day by day and crosses off one after another what is left of the
// limit; sure is false where it walked into a year that is not announced.
func (c handCount) due(e example) (day string, sure bool) {
	today, _ := time.Parse(time.DateOnly, e.accepted)
	sure = true
	morrow := func() {
		today = today.AddDate(0, 0, 1)
		sure = sure && today.Year() <= 2026
	}
	stopped := func() bool {
		for _, s := range e.stops {
			if d := today.Format(time.DateOnly); s[1] != "" && s[0] < d && d <= s[1] {
				return true
			}
		}
		return false
	}
	left, dated := 0, strings.HasSuffix(e.limit, "前")
	if dated {
		for !c.named(e.limit, today) {
			today = today.AddDate(0, 0, 1)
		}
	} else if e.limit != "当场" {
		var days float64
		fmt.Sscanf(e.limit, "%g", &days)
		for left = int(days); float64(left) < days; {
			left++
		}
	}
	everyDay := strings.HasSuffix(e.limit, "自然日")
	for left > 0 {
		if morrow(); (everyDay || c.open(today)) && !stopped() {
			left--
		}
	}
	for everyDay && !c.open(today) {
		morrow()
	}
	for left = e.extra; left > 0; {
		if morrow(); c.open(today) && (dated || !stopped()) {
			left--
		}
	}
	// Stopped on the last day of all: that day goes on when the case does.
	for held := !dated; held; {
		held = false
		for _, s := range e.stops {
			if d := today.Format(time.DateOnly); s[1] != "" && s[0] <= d && d < s[1] {
				held = true
				for today.Format(time.DateOnly) != s[1] {
					morrow()
				}
			}
		}
		for held && !c.open(today) {
			morrow()
		}
	}
	return today.Format(time.DateOnly), sure
}

// named reports whether a day is the one that a limit names.
func (c handCount) named(limit string, d time.Time) bool {
	var year, month, day int
	switch {
	case strings.HasPrefix(limit, "每月"):
		fmt.Sscanf(limit, "每月 %d 日前", &day)
		return d.Day() == day
	case strings.HasPrefix(limit, "每年"):
		fmt.Sscanf(limit, "每年 %d 月 %d 日前", &month, &day)
		return int(d.Month()) == month && d.Day() == day
	}
	fmt.Sscanf(limit, "%d-%d-%d", &year, &month, &day)
	return d.Year() == year && int(d.Month()) == month && d.Day() == day
}
