package clock

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// calendar is the published calendar of 2024 to 2026 as the State Council's
// notices give it, written out a second time so that the clocks are checked
// against something else than the shipped data.
type calendar map[workday.Date]bool // true: works, false: off

func published() calendar {
	c := calendar{}
	for _, stretch := range [][2]workday.Date{
		{"2024-01-01", "2024-01-01"}, {"2024-02-10", "2024-02-17"}, {"2024-04-04", "2024-04-06"}, {"2024-05-01", "2024-05-05"},
		{"2024-06-08", "2024-06-10"}, {"2024-09-15", "2024-09-17"}, {"2024-10-01", "2024-10-07"},
		{"2025-01-01", "2025-01-01"}, {"2025-01-28", "2025-02-04"}, {"2025-04-04", "2025-04-06"}, {"2025-05-01", "2025-05-05"},
		{"2025-05-31", "2025-06-02"}, {"2025-10-01", "2025-10-08"},
		{"2026-01-01", "2026-01-03"}, {"2026-02-15", "2026-02-23"}, {"2026-04-04", "2026-04-06"}, {"2026-05-01", "2026-05-05"},
		{"2026-06-19", "2026-06-21"}, {"2026-09-25", "2026-09-27"}, {"2026-10-01", "2026-10-07"},
	} {
		for day := newCursor(stretch[0]); day.date <= stretch[1]; day.next() {
			c[day.date] = false
		}
	}
	for _, day := range []workday.Date{
		"2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14", "2024-09-29", "2024-10-12",
		"2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11",
		"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
	} {
		c[day] = true
	}
	return c
}

func (c calendar) IsWorkday(day workday.Date) (work, known bool) {
	known = day >= "2024" && day < "2027"
	if work, named := c[day]; named {
		return work, known
	}
	weekday := newCursor(day).at.Weekday()
	return weekday != time.Saturday && weekday != time.Sunday, known
}

func at(day string) int64 {
	t, err := time.ParseInLocation("2006-01-02 15:04", day, workday.China)
	if err != nil {
		panic(err)
	}
	return t.UnixMilli()
}

func days(n int) item.Limit { return item.Limit{Tenths: int32(10 * n), Unit: item.WorkingDays} }

func TestDueDay(t *testing.T) {
	cal := published()
	for _, c := range []struct {
		accepted workday.Date
		limit    item.Limit
		extra    int
		pauses   []pause
		due      workday.Date
		guess    bool
	}{
		// The table of worked examples.
		{accepted: "2024-02-08", limit: days(5), due: "2024-02-21"},
		{accepted: "2024-09-27", limit: days(10), due: "2024-10-16"},
		{accepted: "2025-01-24", limit: days(5), due: "2025-02-07"},
		{accepted: "2025-09-26", limit: days(20), due: "2025-10-30"},
		{accepted: "2025-12-29", limit: days(5), due: "2026-01-06"},
		{accepted: "2026-02-11", limit: days(5), due: "2026-02-25"},
		{accepted: "2026-02-11", limit: days(20), due: "2026-03-17"},
		{accepted: "2026-04-29", limit: days(10), due: "2026-05-15"},
		{accepted: "2026-09-24", limit: days(20), due: "2026-10-29"},
		// A year without a calendar is a guess, and is said to be one.
		{accepted: "2026-12-25", limit: days(10), due: "2027-01-08", guess: true},
		// Half a day is a day; on the spot is the same day.
		{accepted: "2026-03-02", limit: item.Limit{Tenths: 5, Unit: item.WorkingDays}, due: "2026-03-03"},
		{accepted: "2026-03-02", limit: item.Limit{Unit: item.OnTheSpot}, due: "2026-03-02"},
		// Calendar days; a last day on a day off moves on.
		{accepted: "2026-03-02", limit: item.Limit{Tenths: 100, Unit: item.CalendarDays}, due: "2026-03-12"},
		{accepted: "2026-09-20", limit: item.Limit{Tenths: 50, Unit: item.CalendarDays}, due: "2026-09-28"},
		// An extension adds working days after them.
		{accepted: "2026-03-02", limit: days(5), extra: 10, due: "2026-03-23"},
		{accepted: "2026-09-20", limit: item.Limit{Tenths: 50, Unit: item.CalendarDays}, extra: 2, due: "2026-09-30"},
		// A posting from Wednesday to the Wednesday after takes five working days out.
		{accepted: "2026-03-02", limit: days(5), pauses: []pause{{"2026-03-04", "2026-03-11"}}, due: "2026-03-16"},
		// Stopped and gone on the same day: nothing is lost.
		{accepted: "2026-03-02", limit: days(5), pauses: []pause{{"2026-03-04", "2026-03-04"}}, due: "2026-03-09"},
		// A pause over a weekend only, and one from the weekend into the Monday.
		{accepted: "2026-03-02", limit: days(5), pauses: []pause{{"2026-03-06", "2026-03-08"}}, due: "2026-03-09"},
		{accepted: "2026-03-02", limit: days(5), pauses: []pause{{"2026-03-07", "2026-03-09"}}, due: "2026-03-10"},
		// Stopped on the very day of acceptance: the whole limit is left.
		{accepted: "2026-03-02", limit: days(5), pauses: []pause{{"2026-03-02", "2026-03-16"}}, due: "2026-03-23"},
		// A published last day is kept as it is: on a day off, over a pause, in a
		// year without a calendar. The day of acceptance may be that day.
		{accepted: "2026-03-02", limit: until("20"), due: "2026-03-20"},
		{accepted: "2026-03-20", limit: until("20"), due: "2026-03-20"},
		{accepted: "2026-03-21", limit: until("20"), due: "2026-04-20"},
		{accepted: "2026-03-02", limit: until("05-01"), due: "2026-05-01"},
		{accepted: "2026-03-02", limit: until("q1-20"), due: "2026-04-20"},
		{accepted: "2026-03-02", limit: until("2026-02-15"), due: "2026-02-15"},
		{accepted: "2026-03-02", limit: until("20"), pauses: []pause{{"2026-03-04", "2026-04-11"}}, due: "2026-03-20"},
		{accepted: "2026-12-25", limit: until("01-31"), due: "2027-01-31"},
		{accepted: "2026-03-02", limit: until("20"), extra: 2, due: "2026-03-24"},
		{accepted: "2026-12-25", limit: until("01-31"), extra: 1, due: "2027-02-01", guess: true},
		{accepted: "2026-03-02", limit: until("no day"), due: "2026-03-02"},
	} {
		sp := spanOf(c.accepted, c.limit)
		sp.extra, sp.pauses = c.extra, c.pauses
		if due, guess := sp.due(cal); due != c.due || guess != c.guess {
			t.Errorf("%s + %v (+%d, %v): due %s (provisional %v), want %s (%v)", c.accepted, c.limit, c.extra, c.pauses, due, guess, c.due, c.guess)
		}
	}
}

func until(day string) item.Limit { return item.Limit{Unit: item.ByDate, By: day} }

func TestAPublishedLastDay(t *testing.T) {
	it := &item.Item{Promise: until("20"), Legal: until("03-31"), Steps: []item.Step{{Action: item.Decide, Limit: until("10")}}}
	state := casefile.State{
		Phase: casefile.PhaseAccepted, ReceivedAt: at("2026-03-02 09:00"), AcceptedAt: at("2026-03-02 09:30"), AcceptedOn: "2026-03-02",
		Intervals: []casefile.Interval{{Step: -1, Ground: casefile.Hearing, From: at("2026-03-04 16:00")}},
	}
	for _, c := range []struct {
		now                   string
		step, promised, legal Lamp
		left                  int
	}{
		{"2026-03-03 10:00", Green, Green, Green, 17},
		{"2026-03-09 10:00", Yellow, Green, Green, 11},
		{"2026-03-11 10:00", Red, Green, Green, 9},
		{"2026-03-19 10:00", Red, Yellow, Green, 1},
		{"2026-03-20 10:00", Red, Yellow, Green, 0},
		{"2026-03-21 10:00", Red, Red, Green, -1},
		{"2026-03-31 10:00", Red, Red, Yellow, -11},
	} {
		readings := Readings(Input{State: state, Item: it, Calendar: published(), Limits: limits(), Now: time.UnixMilli(at(c.now)), Next: 0})
		step, promised, legal := find(t, readings, Step), find(t, readings, Promised), find(t, readings, Legal)
		if step.Lamp != c.step || promised.Lamp != c.promised || legal.Lamp != c.legal || promised.LeftDays != c.left {
			t.Errorf("%s: %+v", c.now, readings)
		}
		if promised.Due != "2026-03-20" || promised.Unit != item.ByDate || promised.PausedBy != "" || promised.Provisional {
			t.Errorf("%s: promised %+v", c.now, promised)
		}
	}
}

func TestACaseThatWaitsForAnEarlierStage(t *testing.T) {
	state := casefile.State{
		ID: "320509111201.1.2", Phase: casefile.PhaseOpened, ReceivedAt: at("2026-03-02 09:00"),
		Bundle: &casefile.BundleLink{Stage: 2, After: []casefile.ID{"320509111201.1.1"}},
	}
	in := Input{State: state, Calendar: published(), Limits: limits(), Now: time.UnixMilli(at("2026-06-01 09:00")), Next: -1, Leave: true}
	readings := Readings(in)
	if len(readings) != 1 || readings[0].Lamp != Paused || readings[0].PausedBy != EarlierStage || readings[0].Late {
		t.Errorf("it waits: %+v", readings)
	}
	if _, deemed := DeemedAccepted(state, published(), limits(), in.Now); deemed {
		t.Error("it counts as accepted before its turn")
	}
	in.State.Phase, in.State.AcceptedOn, in.State.AcceptedAt = casefile.PhaseAccepted, "2026-06-01", at("2026-06-01 09:00")
	if got := find(t, Readings(in), Notice); got.Lamp != Done || got.Late {
		t.Errorf("accepted in its turn: %+v", got)
	}
	in.State.Bundle.After = nil
	in.State.Phase, in.State.AcceptedOn, in.State.AcceptedAt = casefile.PhaseOpened, "", 0
	if got := find(t, Readings(in), Notice); got.Lamp != Red {
		t.Errorf("of the first stage: %+v", got)
	}
}

func limits() Limits {
	return Limits{NoticeDays: 5, NoticeDeemed: true, YellowBefore: 1, ServeDays: 10, ForwardDays: 3}
}

func find(t *testing.T, readings []Reading, name Name) Reading {
	t.Helper()
	for _, r := range readings {
		if r.Clock == name {
			return r
		}
	}
	t.Fatalf("no %s clock in %+v", name, readings)
	return Reading{}
}

func TestLampsOfAnAcceptedCase(t *testing.T) {
	it := &item.Item{Promise: days(5), Legal: days(20), Steps: []item.Step{{Action: item.Check, Limit: days(2)}, {Action: item.Decide, Limit: days(3)}}}
	state := casefile.State{Phase: casefile.PhaseAccepted, ReceivedAt: at("2026-03-02 09:00"), AcceptedAt: at("2026-03-02 09:30"), AcceptedOn: "2026-03-02", Time: at("2026-03-02 09:30")}
	for _, c := range []struct {
		now            string
		step, promised Lamp
		left           int
		worst          Lamp
	}{
		{"2026-03-02 10:00", Green, Green, 5, Green},
		{"2026-03-03 10:00", Yellow, Green, 4, Yellow},
		{"2026-03-04 10:00", Yellow, Green, 3, Yellow},
		{"2026-03-05 10:00", Red, Green, 2, Red},
		{"2026-03-06 10:00", Red, Yellow, 1, Red},
		{"2026-03-09 23:59", Red, Yellow, 0, Red},
		{"2026-03-10 00:01", Red, Red, -1, Red},
	} {
		now := time.UnixMilli(at(c.now))
		readings := Readings(Input{State: state, Item: it, Calendar: published(), Limits: limits(), Now: now, Next: 0})
		if got := find(t, readings, Step); got.Lamp != c.step {
			t.Errorf("%s: step %+v, want %s", c.now, got, c.step)
		}
		if got := find(t, readings, Promised); got.Lamp != c.promised || got.LeftDays != c.left {
			t.Errorf("%s: promised %+v, want %s with %d left", c.now, got, c.promised, c.left)
		}
		if got := find(t, readings, Notice); got.Lamp != Done || got.Late {
			t.Errorf("%s: notice %+v, want done in time", c.now, got)
		}
		if got := Worst(readings); got != c.worst {
			t.Errorf("%s: worst %s, want %s", c.now, got, c.worst)
		}
	}
}

func TestPostingStopsTheClocks(t *testing.T) {
	it := &item.Item{Promise: days(5), Legal: days(20)}
	state := casefile.State{
		Phase: casefile.PhaseAccepted, ReceivedAt: at("2026-03-02 09:00"), AcceptedAt: at("2026-03-02 09:30"), AcceptedOn: "2026-03-02",
		Intervals: []casefile.Interval{{Step: 2, Ground: casefile.PublicPosting, From: at("2026-03-04 16:00")}},
	}
	read := func(now string) Reading {
		return find(t, Readings(Input{State: state, Item: it, Calendar: published(), Limits: limits(), Now: time.UnixMilli(at(now)), Next: -1}), Promised)
	}
	for _, now := range []string{"2026-03-04 17:00", "2026-03-10 09:00", "2026-04-10 09:00"} {
		got := read(now)
		if got.Lamp != Paused || got.PausedBy != casefile.PublicPosting || got.LeftDays != 3 {
			t.Errorf("%s: %+v, want a pause with the days left standing still", now, got)
		}
	}
	state.Intervals[0].To = at("2026-03-11 10:00")
	if got := read("2026-03-11 11:00"); got.Due != "2026-03-16" || got.Lamp != Green || got.LeftDays != 3 {
		t.Errorf("after the posting: %+v, want due 2026-03-16, 3 left", got)
	}
	state.Intervals[0].Counts = true
	if got := read("2026-03-11 11:00"); got.Due != "2026-03-09" || got.Lamp != Red {
		t.Errorf("a wait that counts: %+v, want due 2026-03-09, red", got)
	}
}

func TestNoticeAndForward(t *testing.T) {
	state := casefile.State{Phase: casefile.PhaseOpened, ReceivedAt: at("2026-03-02 09:00")}
	in := Input{State: state, Calendar: published(), Limits: limits(), Now: time.UnixMilli(at("2026-03-06 09:00")), Next: -1, Leave: true}
	if got := find(t, Readings(in), Notice); got.Due != "2026-03-09" || got.Lamp != Yellow {
		t.Errorf("notice %+v", got)
	}
	if got := find(t, Readings(in), Forward); got.Due != "2026-03-05" || got.Lamp != Red {
		t.Errorf("forward %+v", got)
	}
	in.State.NoticedAt, in.State.Phase = at("2026-03-03 09:00"), casefile.PhaseNoticed
	readings := Readings(in)
	if got := find(t, readings, Notice); got.Lamp != Paused || got.PausedBy != Supplement || got.Late {
		t.Errorf("after the notice %+v", got)
	}
	if len(readings) != 1 {
		t.Errorf("a case that waits for its applicant shows %+v", readings)
	}
}

func TestServiceAndEnds(t *testing.T) {
	it := &item.Item{Promise: days(5)}
	state := casefile.State{
		Phase: casefile.PhaseDecided, ReceivedAt: at("2026-03-02 09:00"), AcceptedAt: at("2026-03-02 09:00"), AcceptedOn: "2026-03-02",
		DecidedAt: at("2026-03-10 15:00"),
	}
	in := Input{State: state, Item: it, Calendar: published(), Limits: limits(), Now: time.UnixMilli(at("2026-03-11 09:00")), Next: -1}
	if got := find(t, Readings(in), Promised); got.Lamp != Done || !got.Late || got.Ended != "2026-03-10" || got.LeftDays != -1 {
		t.Errorf("decided a day late: %+v", got)
	}
	if got := find(t, Readings(in), Service); got.Due != "2026-03-24" || got.Lamp != Green {
		t.Errorf("service: %+v", got)
	}
	in.State.ServedAt = at("2026-03-12 10:00")
	if got := find(t, Readings(in), Service); got.Lamp != Done || got.Late {
		t.Errorf("served: %+v", got)
	}
}

func TestDeemedAccepted(t *testing.T) {
	cal, l := published(), limits()
	received := casefile.State{Phase: casefile.PhaseOpened, ReceivedAt: at("2026-02-11 16:30")} // before the spring festival: due 2026-02-25
	told := received
	told.Phase, told.NoticedAt = casefile.PhaseNoticed, at("2026-02-25 16:00")
	late := told
	late.NoticedAt = at("2026-02-26 08:30")
	accepted := received
	accepted.Phase, accepted.AcceptedOn = casefile.PhaseAccepted, "2026-02-12"
	for _, c := range []struct {
		name  string
		state casefile.State
		now   string
		want  bool
	}{
		{"on the last day", received, "2026-02-25 23:59", false},
		{"a day later", received, "2026-02-26 00:00", true},
		{"told on the last day", told, "2026-06-01 09:00", false},
		{"told a day late", late, "2026-02-26 09:00", true},
		{"accepted", accepted, "2026-06-01 09:00", false},
		{"nothing received", casefile.State{Phase: casefile.PhaseOpened}, "2026-06-01 09:00", false},
	} {
		on, ok := DeemedAccepted(c.state, cal, l, time.UnixMilli(at(c.now)))
		if ok != c.want || ok && on != "2026-02-11" {
			t.Errorf("%s: deemed accepted on %q %v, want %v", c.name, on, ok, c.want)
		}
	}
	l.NoticeDeemed = false
	if _, ok := DeemedAccepted(received, cal, l, time.UnixMilli(at("2026-06-01 09:00"))); ok {
		t.Error("deemed accepted where the area has no such rule")
	}
}

// A pause never brings a due day forward, and a longer limit never ends sooner.
func TestDueIsMonotonic(t *testing.T) {
	cal := published()
	rapid.Check(t, func(t *rapid.T) {
		day := func(label string) workday.Date {
			return DayOf(at("2024-01-01 12:00") + int64(rapid.IntRange(0, 700).Draw(t, label))*86_400_000)
		}
		sp := span{from: day("from"), days: rapid.IntRange(0, 60).Draw(t, "days"), unit: rapid.SampledFrom([]item.Unit{item.WorkingDays, item.CalendarDays}).Draw(t, "unit")}
		plain, _ := sp.due(cal)
		longer := sp
		longer.days++
		if due, _ := longer.due(cal); due < plain {
			t.Fatalf("%+v: due %s, a day more: %s", sp, plain, due)
		}
		paused := sp
		paused.pauses = []pause{{day("pause"), day("resume")}}
		if due, _ := paused.due(cal); due < plain {
			t.Fatalf("%+v: due %s, with a pause %s", paused, plain, due)
		}
		both := paused
		both.days++
		once, _ := paused.due(cal)
		if due, _ := both.due(cal); due < once {
			t.Fatalf("%+v: due %s, a day more: %s", paused, once, due)
		}
		stop, on := paused.pauses[0].from, paused.pauses[0].to
		if due, _ := paused.due(cal); stop < on && stop <= due && due < on {
			t.Fatalf("%+v: due %s, while it stands still", paused, due)
		}
		if left := sp.left(cal, sp.from, plain); sp.unit == item.WorkingDays && left != sp.days {
			t.Fatalf("%+v: %d days left on day 0, want %d", sp, left, sp.days)
		}
	})
}
