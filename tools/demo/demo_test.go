package demo

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/hall/queue"
	"tongban/intake/rating"
	"tongban/node/api"
	"tongban/tools/client"
)

func TestFiveStories(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "tongban")
	if out, err := exec.Command("go", "build", "-o", bin, "tongban/tools/tongban").CombinedOutput(); err != nil {
		t.Fatalf("build the program: %v\n%s", err, out)
	}
	var out bytes.Buffer
	dir := filepath.Join(t.TempDir(), "city")
	then := func(ctx context.Context, _ []Door) error { return lived(ctx, t, dir) }
	if err := Run(t.Context(), Options{Out: &out, Once: true, Dir: dir, Program: []string{bin}, Then: then}); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	for _, story := range []string{"1.", "2.", "3.", "4.", "5.", "An ordinary day", "4 offered on", "Everything holds"} {
		if !strings.Contains(out.String(), story) {
			t.Errorf("no %q in:\n%s", story, out.String())
		}
	}
	t.Log("\n" + out.String())
}

// lived looks by the API for the day that the centers are in the middle of.
func lived(ctx context.Context, t *testing.T, dir string) error {
	at := func(center area.Center) *client.Client {
		c, err := client.Of(filepath.Join(dir, string(center)), "")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
		return c
	}
	for center, want := range map[area.Center]map[clock.Lamp]int{
		wujiang: {clock.Red: 1, clock.Yellow: 2, clock.Paused: 1, clock.Green: 4},
		tongli:  {clock.Red: 2, clock.Yellow: 3, clock.Paused: 2, clock.Green: 7},
		lili:    {clock.Red: 1, clock.Yellow: 1, clock.Paused: 1, clock.Green: 5},
		yejian:  {clock.Red: 1, clock.Yellow: 1, clock.Paused: 1, clock.Green: 2},
	} {
		work, err := at(center).Cases(ctx, desk.Mine, "", 0, 200)
		if err != nil {
			return err
		}
		if !maps.Equal(work.Lamps, want) {
			t.Errorf("the lamps of %s are %v, want %v", center, work.Lamps, want)
			for _, one := range work.Cases {
				t.Logf("%s %s %s %s due %s left %d paused by %q", one.ID, one.Name, one.Lamp, one.Clock, one.Due, one.Left, one.Paused)
			}
		}
		for _, one := range work.Cases {
			if (one.Lamp == clock.Paused) != (one.Paused != "") {
				t.Errorf("%s is %s and stands still for %q", one.ID, one.Lamp, one.Paused)
			}
		}
	}
	for center, want := range map[area.Center]int{wujiang: 2, tongli: 2} {
		if work, err := at(center).Cases(ctx, desk.Arrived, "", 0, 10); err != nil || work.Total != want {
			t.Errorf("at %s %d cases wait to be taken over, want %d: %v", center, work.Total, want, err)
		}
	}
	town := at(tongli)
	var uncollected []hall.Uncollected
	var tickets []queue.Ticket
	var staff api.RosterView
	var bad rating.List
	var notes api.NoteList
	for path, into := range map[string]any{
		"/v1/hall/unclaimed": &uncollected, "/v1/hall/queue": &tickets, "/v1/hall/staff": &staff, "/v1/ratings?bad=true&open=true": &bad, "/v1/hall/notes": &notes,
	} {
		if err := town.Do(ctx, http.MethodGet, path, nil, nil, into); err != nil {
			return err
		}
	}
	states := map[queue.State]int{}
	for _, one := range tickets {
		states[one.State]++
	}
	if want := (map[queue.State]int{queue.Done: 2, queue.Serving: 1, queue.Called: 1, queue.Waiting: 3}); !maps.Equal(states, want) {
		t.Errorf("the queue has %v, want %v", states, want)
	}
	if len(uncollected) != 2 || len(staff.Staff) != 6 || len(staff.Windows) != 4 || len(staff.Covers) != 1 || len(bad.Ratings) != 1 || len(notes.Notes) != 2 {
		t.Errorf("%d results wait, %d people, %d windows, %d covers, %d bad ratings, %d notes",
			len(uncollected), len(staff.Staff), len(staff.Windows), len(staff.Covers), len(bad.Ratings), len(notes.Notes))
	}
	var booked []hall.BookingView
	day := inDays(calendar(t), workday.DateOf(now()), 1)
	if err := town.Do(ctx, http.MethodGet, "/v1/hall/appointments?day="+string(day), nil, nil, &booked); err != nil || len(booked) != 2 {
		t.Errorf("on %s there are %d appointments: %v", day, len(booked), err)
	}
	return nil
}

func calendar(t *testing.T) workday.Calendar {
	years, err := starter.Years()
	if err != nil {
		t.Fatal(err)
	}
	return workday.NewCalendar(years)
}

// On whatever day the demo runs, a case that is to be due in so many working
// days is: and it came in, was accepted and was worked on before that day.
func TestTheDayIsRightOnEveryDay(t *testing.T) {
	cal, items := calendar(t), map[string]item.Item{}
	all, err := starter.Items()
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range all {
		items[it.Record] = it
	}
	for today := workday.Date("2025-09-20"); today < "2027-03-10"; today = today.Add(1) {
		for center, cases := range flights(today) {
			for _, f := range cases {
				it := items[f.record]
				received, accepted, err := f.days(cal, today, &it)
				if err != nil {
					t.Fatal(err)
				}
				began, limit := accepted, it.Promise
				if limit.Days() == 0 {
					limit = it.Legal
				}
				if f.received {
					began, limit = received, item.Limit{Tenths: noticeDays * 10}
				}
				due, _ := cal.AddWorkingDays(began, limit.Days())
				if left := days(cal, today, due); left != f.due || began >= today || received > began {
					t.Fatalf("%s at %s on %s: received %s, accepted %s, due %s, which is in %d working days, want %d", f.record, center, today, received, accepted, due, left, f.due)
				}
				for _, d := range f.then {
					if on := back(cal, today, d.ago); d.ago > 0 && (on <= began || on > due) {
						t.Fatalf("%s at %s on %s: %s on %s, while it was accepted on %s and due on %s", f.record, center, today, d.action, on, began, due)
					}
				}
			}
		}
	}
}

// days counts the working days to a day, or since it, without the day itself.
func days(cal workday.Calendar, today, due workday.Date) (n int) {
	for d := today; d < due; {
		d = d.Add(1)
		if works, _ := cal.IsWorkday(d); works {
			n++
		}
	}
	for d := today; d > due; {
		d = d.Add(-1)
		if works, _ := cal.IsWorkday(d); works {
			n--
		}
	}
	return n
}
