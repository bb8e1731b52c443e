package hall

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/timetable"
)

func open(t *testing.T, h *Hall) timetable.Entry {
	t.Helper()
	e, err := h.Timetable.Add(clerk, timetable.Entry{
		Kind: timetable.Hours, Days: []string{timetable.Workdays}, Types: []string{"综合"},
		Hours: []timetable.Span{{From: 9 * 60, To: 11 * 60}}, Minutes: 30, Capacity: 2,
	})
	must(t, err)
	return e
}

func person(name string) appointment.Person {
	return appointment.Person{Name: name, Telephone: "139-0000-0000"}
}

func TestAnAppointmentIsKept(t *testing.T) {
	w, h := staffed(t)
	open(t, h)
	a := h.Appointments
	day := workday.Date("2026-03-03")
	slots, err := a.Slots(day, "")
	must(t, err)
	if len(slots) != 4 {
		t.Fatal(slots)
	}
	if off, _ := a.Slots("2026-03-07", ""); len(off) != 0 {
		t.Error("a Saturday:", off)
	}
	book := func(name, at string) (appointment.Booking, error) {
		return a.Book(By{}, BookForm{Day: day, Time: at, Type: "综合", Who: person(name)})
	}
	one, err := book("虚构丙", "09:30")
	must(t, err)
	_, err = book("虚构丙 ", "09:30")
	refused(t, err, appointment.Twice)
	two, err := book("虚构丁", "09:30")
	must(t, err)
	_, err = book("虚构戊", "09:30")
	refused(t, err, appointment.SlotFull)
	_, err = book("虚构戊", "12:00")
	refused(t, err, appointment.NoSlot)
	_, err = a.Cancel(clerk, two.ID, "来电取消")
	must(t, err)
	_, err = book("虚构戊", "09:30")
	must(t, err)
	_, err = w.open().Appointments.Book(By{}, BookForm{Day: day, Time: "09:30", Type: "综合", Who: person("虚构丙")})
	refused(t, err, appointment.SlotFull) // also after a restart
	list, err := a.List(day)
	must(t, err)
	if len(list) != 3 || list[0].Person == nil || list[0].Person.Name != "虚***" && !strings.HasPrefix(list[0].Person.Name, "虚") || strings.Contains(list[0].Person.Name, "丙") {
		t.Errorf("%+v %+v", list, list[0].Person)
	}
	_, _, err = a.CheckIn(clerk, one.ID, "")
	refused(t, err, appointment.WrongState) // not today
	w.pass(24 * time.Hour)
	walkIn, err := h.Queue.Take(By{}, TakeForm{Type: "综合"})
	must(t, err)
	w.pass(10 * time.Minute)
	came, ticket, err := a.CheckIn(clerk, one.ID, "")
	must(t, err)
	if came.State != appointment.CheckedIn || ticket == nil || ticket.Appointment != one.ID || came.Visit != ticket.Visit {
		t.Fatalf("%+v %+v", came, ticket)
	}
	_, again, err := a.CheckIn(clerk, one.ID, "")
	if err != nil || again.Number != ticket.Number {
		t.Fatal(again, err)
	}
	// Before its time the walk-in goes first; from then on the appointment.
	s, err := h.Queue.sheet(h.today())
	must(t, err)
	all := func(string) bool { return true }
	if next, _ := s.day.Next("9", all, w.clock().UnixMilli()); next.Number != walkIn.Number {
		t.Error(next)
	}
	w.pass(20 * time.Minute)
	if next, _ := s.day.Next("9", all, w.clock().UnixMilli()); next.Number != ticket.Number || !next.Passed {
		t.Error(next)
	}
}

func TestTwoNeverGetTheLastPlace(t *testing.T) {
	_, h := staffed(t)
	open(t, h)
	var group sync.WaitGroup
	var mu sync.Mutex
	got := 0
	for i := range 12 {
		group.Go(func() {
			p := person("虚构" + string(rune('A'+i)))
			if _, err := h.Appointments.Book(By{}, BookForm{Day: "2026-03-03", Time: "10:00", Who: p}); err == nil {
				mu.Lock()
				got++
				mu.Unlock()
			}
		})
	}
	group.Wait()
	if got != 2 {
		t.Errorf("%d got one of two places", got)
	}
}

func TestAHomeVisitIsScheduled(t *testing.T) {
	w, h := staffed(t)
	a := h.Appointments
	who := appointment.Person{Name: "虚构己", Telephone: "13900000001"}
	_, err := a.Book(clerk, BookForm{Home: true, Who: who})
	refused(t, err, appointment.BadBooking) // no address
	who.Address = "虚构镇虚构村1号"
	b, err := a.Book(clerk, BookForm{Home: true, Who: who})
	must(t, err)
	if waits, err := a.List(""); err != nil || len(waits) != 1 {
		t.Fatal(waits, err)
	}
	b, err = a.Assign(clerk, b.ID, AssignForm{Staff: []string{"虚构甲", "虚构乙"}, Day: "2026-03-02", Hours: "14:00-15:00"})
	must(t, err)
	if !slices.Equal(b.Staff, []string{"320509111201-001", "320509111201-002"}) {
		t.Error(b.Staff)
	}
	other, err := a.Book(clerk, BookForm{Home: true, Day: "2026-03-02", Time: "14:30", Who: appointment.Person{Name: "虚构庚", Telephone: "13900000002", Address: "虚构村2号"}})
	must(t, err)
	_, err = a.Assign(clerk, other.ID, AssignForm{Staff: []string{"虚构甲"}})
	refused(t, err, refusal.Conflict)
	for _, hall := range []*Hall{h, w.open()} {
		waits, err := hall.Appointments.List("")
		if err != nil || len(waits) != 0 {
			t.Error(waits, err)
		}
		if today, err := hall.Appointments.List("2026-03-02"); err != nil || len(today) != 2 {
			t.Error(today, err)
		}
	}
	b, ticket, err := a.CheckIn(clerk, b.ID, "")
	if err != nil || ticket != nil || b.Visit == "" {
		t.Error(b, ticket, err)
	}
}
