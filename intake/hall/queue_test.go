package hall

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tongban/consensus/refusal"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/queue"
	"tongban/intake/journal"
)

// A visit is what was given out on that day, and nothing else.
func TestWhichVisitATicketNames(t *testing.T) {
	w, h := staffed(t)
	monday := h.today()
	for _, given := range []string{"A001", "某某", ""} {
		_, err := h.Visit(given, monday)
		refused(t, err, NoVisit)
		if err == nil || !strings.Contains(refusal.HintOf(err), "first case") {
			t.Errorf("%q: %v, %s", given, err, refusal.HintOf(err))
		}
	}
	ticket, err := h.Queue.Take(By{}, TakeForm{Type: "综合"})
	must(t, err)
	home, err := h.Appointments.Book(clerk, BookForm{Home: true, Who: appointment.Person{Name: "虚构己", Telephone: "13900000001", Address: "虚构村1号"}})
	must(t, err)
	_, err = h.Appointments.Assign(clerk, home.ID, AssignForm{Staff: []string{"虚构甲"}, Day: monday, Hours: "14:00-15:00"})
	must(t, err)
	_, err = h.Visit(home.ID, monday)
	refused(t, err, NoVisit) // nobody has been there
	home, _, err = h.Appointments.CheckIn(clerk, home.ID, "")
	must(t, err)
	for given, want := range map[string]string{"A001": ticket.Visit, "a001": ticket.Visit, ticket.Visit: ticket.Visit, home.ID: home.Visit, home.Visit: home.Visit} {
		if got, err := h.Visit(given, monday); err != nil || got != want || want == "" {
			t.Errorf("%s: %s, %v; want %s", given, got, err, want)
		}
	}
	_, err = h.Visit("A002", monday)
	refused(t, err, NoVisit)
	w.pass(24 * time.Hour)
	for _, given := range []string{"A001", ticket.Visit} {
		_, err := h.Visit(given, h.today())
		refused(t, err, NoVisit)
	}
	if got, err := h.Visit("A001", monday); err != nil || got != ticket.Visit { // what is typed in afterwards
		t.Error(got, err)
	}
}

func TestADayInTheQueue(t *testing.T) {
	w, h := staffed(t)
	q := h.Queue
	take := func(f TakeForm) TicketView {
		t.Helper()
		v, err := q.Take(By{}, f)
		must(t, err)
		w.pass(time.Minute)
		return v
	}
	first := take(TakeForm{Type: "综合"})
	second := take(TakeForm{Type: "综合"})
	police := take(TakeForm{Item: "TB-D26"})
	old := take(TakeForm{Type: "综合", Priority: queue.Elderly})
	if first.Number != "A001" || first.Visit != "320509111201.1-20260302-A001" || second.Ahead != 1 || police.Number != "B001" || old.Ahead != 0 || old.Minutes != nil {
		t.Fatalf("%+v\n%+v\n%+v\n%+v", first, second, police, old)
	}
	// The one of the window of whoever calls; priority first.
	got, err := q.Call(clerk, "")
	must(t, err)
	if got.Number != old.Number || got.Window != "1" || got.Staff != clerk.Staff {
		t.Fatalf("%+v", got)
	}
	_, err = q.Call(clerk, "")
	refused(t, err, queue.InHand)
	_, err = q.Do(clerk, Start, TicketForm{})
	must(t, err)
	w.pass(5 * time.Minute)
	_, err = q.Do(clerk, Finish, TicketForm{})
	must(t, err)
	_, err = q.Do(clerk, Finish, TicketForm{Number: old.Number})
	refused(t, err, queue.WrongState)
	if v, err := q.Ticket(second.Number); err != nil || v.Minutes == nil || *v.Minutes != 3 { // 1 ahead, 5 minutes each, two windows
		t.Errorf("%+v, %v", v, err)
	}
	// Skipped, and there again.
	got, err = q.Call(clerk, "")
	must(t, err)
	_, err = q.Do(clerk, Skip, TicketForm{})
	must(t, err)
	_, err = q.Do(clerk, Recall, TicketForm{Number: strings.ToLower(got.Number)})
	must(t, err)
	moved, err := q.Do(clerk, Transfer, TicketForm{Type: "公安"})
	must(t, err)
	if moved.State != queue.Waiting || moved.Type != "公安" || moved.Number != "A001" {
		t.Errorf("%+v", moved)
	}
	_, err = q.Do(clerk, Transfer, TicketForm{Number: "A001", Type: "税务票"})
	must(t, err) // window 3 takes all
	stats, err := q.Stats("")
	must(t, err)
	if stats.Total.Taken != 4 || stats.Total.Served != 1 || stats.Total.Moved != 2 || stats.Total.Waiting != 3 || stats.Total.MeanServe != 300 {
		t.Errorf("%+v", stats.Total)
	}
	// After a restart all is as it was.
	before, err := q.List("", queue.Filter{})
	must(t, err)
	after, err := w.open().Queue.List("", queue.Filter{})
	must(t, err)
	if len(before) != 4 || !slices.EqualFunc(before, after, sameTicket) {
		t.Errorf("%+v\n%+v", before, after)
	}
	// The next day begins anew, and leans on the one before.
	w.pass(24 * time.Hour)
	if v := take(TakeForm{Type: "综合"}); v.Number != "A001" {
		t.Errorf("%+v", v)
	}
	_, err = h.Verify(t.Context())
	must(t, err)
}

func sameTicket(a, b queue.Ticket) bool {
	return a.Number == b.Number && a.State == b.State && a.Type == b.Type && a.Window == b.Window && a.Called == b.Called &&
		a.Started == b.Started && a.Ended == b.Ended && a.Joined() == b.Joined() && a.Visit == b.Visit && slices.Equal(a.Before, b.Before)
}

func TestARepeatedCallTakesOneTicket(t *testing.T) {
	_, h := staffed(t)
	by := By{Key: "k1"}
	a, err := h.Queue.Take(by, TakeForm{Type: "综合"})
	must(t, err)
	b, err := h.Queue.Take(by, TakeForm{Type: "综合"})
	must(t, err)
	if a.Number != b.Number {
		t.Error(a.Number, b.Number)
	}
	_, err = h.Queue.Take(by, TakeForm{Type: "公安"})
	refused(t, err, journal.KeyReused)
}

// Windows that call at the same moment never get the same person.
func TestNobodyIsCalledTwice(t *testing.T) {
	_, h := staffed(t)
	const people = 40
	var group sync.WaitGroup
	for range people {
		group.Go(func() {
			if _, err := h.Queue.Take(By{}, TakeForm{Type: "综合"}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	var mu sync.Mutex
	called := map[string]int{}
	for _, window := range []string{"1", "3"} {
		for range 3 {
			group.Go(func() {
				for {
					v, err := h.Queue.Call(clerk, window)
					switch refusal.CodeOf(err) {
					case "":
					case queue.InHand:
						continue
					default:
						return
					}
					mu.Lock()
					called[v.Number]++
					mu.Unlock()
					if _, err := h.Queue.Do(clerk, Finish, TicketForm{Number: v.Number}); err != nil {
						t.Error(err)
						return
					}
				}
			})
		}
	}
	group.Wait()
	if len(called) != people {
		t.Errorf("%d were called, of %d", len(called), people)
	}
	for number, n := range called {
		if n != 1 {
			t.Errorf("%s was called %d times", number, n)
		}
	}
}
