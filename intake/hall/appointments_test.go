package hall

import (
	"crypto/rand"
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

// Whoever booked without anybody of the center sees the booking by its number
// and its code, cancels it, and nobody else does; also after a restart.
func TestAnAppointmentOfOnesOwn(t *testing.T) {
	w, h := staffed(t)
	open(t, h)
	code, err := appointment.NewCode(rand.Reader)
	must(t, err)
	form := BookForm{Day: "2026-03-03", Time: "09:30", Type: "综合", Channel: appointment.Net, Who: person("虚构丙")}
	book := func(key string) (appointment.Booking, error) {
		secret, err := appointment.NewSecret(rand.Reader, code)
		must(t, err)
		form.Secret = secret
		return h.Appointments.Book(By{Key: key}, form)
	}
	b, err := book("net/1")
	must(t, err)
	again, err := book("net/1") // sent twice, with another salt
	if err != nil || again.ID != b.ID {
		t.Fatal(again, err)
	}
	if len(code) != appointment.CodeDigits {
		t.Errorf("a code of %d digits", len(code))
	}
	for _, hall := range []*Hall{h, w.open()} {
		v, err := hall.Appointments.Own(b.ID, code[:3]+" "+code[3:6]+"-"+code[6:])
		if err != nil || v.ID != b.ID || strings.Contains(v.Person.Name, "丙") || !v.Person.Secret.IsZero() {
			t.Fatalf("%+v %v", v, err)
		}
	}
	wrong := []byte(code)
	wrong[0] = '0' + (wrong[0]-'0'+1)%10
	for id, given := range map[string]string{b.ID: string(wrong), "Y2026-000099": code, strings.Repeat("Y", 99): code, b.ID + "x": code} {
		_, err := h.Appointments.Own(id, given)
		refused(t, err, appointment.NotYours)
		_, err = h.Appointments.CancelOwn(id, given, "")
		refused(t, err, appointment.NotYours)
	}
	form = BookForm{Day: "2026-03-03", Time: "10:00", Type: "综合", Who: person("虚构丁")}
	ofStaff, err := h.Appointments.Book(clerk, form)
	must(t, err)
	for _, given := range []string{"", strings.Repeat("0", 9)} {
		_, err = h.Appointments.Own(ofStaff.ID, given)
		refused(t, err, appointment.NotYours) // it has no code
	}
	v, err := h.Appointments.CancelOwn(b.ID, code, "")
	if err != nil || v.State != appointment.Cancelled {
		t.Fatal(v, err)
	}
	_, err = h.Appointments.CancelOwn(b.ID, code, "")
	refused(t, err, appointment.WrongState)
}

// One telephone holds so many open bookings that were made online, under
// whatever names and on whatever days; the counter books on.
func TestBookingsOfOneTelephone(t *testing.T) {
	_, h := staffed(t)
	open(t, h)
	book := func(day workday.Date, name string, by appointment.Channel) (appointment.Booking, error) {
		return h.Appointments.Book(By{}, BookForm{Day: day, Time: "09:00", Type: "综合", Channel: by, Who: person(name)})
	}
	var first appointment.Booking
	for i, day := range []workday.Date{"2026-03-03", "2026-03-04", "2026-03-05"} {
		b, err := book(day, "虚构"+string(rune('甲'+i)), appointment.Net)
		must(t, err)
		if i == 0 {
			first = b
		}
	}
	_, err := book("2026-03-06", "虚构癸", appointment.Net)
	refused(t, err, appointment.Twice)
	_, err = book("2026-03-06", "虚构癸", appointment.Phone)
	must(t, err)
	_, err = h.Appointments.Cancel(clerk, first.ID, "")
	must(t, err)
	_, err = book("2026-03-09", "虚构癸", appointment.Net)
	must(t, err)
}

// Where two stations have slots at one time, the one that is named is booked.
func TestTheEntryThatIsNamed(t *testing.T) {
	_, h := staffed(t)
	var entries []timetable.Entry
	for _, place := range []string{"虚构驿站", "虚构广场"} {
		e, err := h.Timetable.Add(clerk, timetable.Entry{Kind: timetable.Station, Place: place, Days: []string{timetable.Workdays}, Hours: []timetable.Span{{From: 9 * 60, To: 10 * 60}}, Minutes: 30, Capacity: 1})
		must(t, err)
		entries = append(entries, e)
	}
	b, err := h.Appointments.Book(By{}, BookForm{Day: "2026-03-03", Time: "09:00", Entry: entries[1].ID, Who: person("虚构丙")})
	if err != nil || b.Place != "虚构广场" {
		t.Fatal(b.Place, err)
	}
	_, err = h.Appointments.Book(By{}, BookForm{Day: "2026-03-03", Time: "09:00", Entry: entries[1].ID, Who: person("虚构丁")})
	refused(t, err, appointment.SlotFull)
	_, err = h.Appointments.Book(By{}, BookForm{Day: "2026-03-03", Time: "09:00", Entry: "T99", Who: person("虚构丁")})
	refused(t, err, appointment.NoSlot)
}

// At a machine somebody checks in by the number and the code of their booking;
// of one that has no code the number will do.
func TestCheckInAtAMachine(t *testing.T) {
	_, h := staffed(t)
	open(t, h)
	code, err := appointment.NewCode(rand.Reader)
	must(t, err)
	secret, err := appointment.NewSecret(rand.Reader, code)
	must(t, err)
	form := BookForm{Day: h.today(), Time: "09:30", Type: "综合", Channel: appointment.Net, Who: person("虚构丙")}
	form.Secret = secret
	online, err := h.Appointments.Book(By{}, form)
	must(t, err)
	form.Secret, form.Channel, form.Who = appointment.Secret{}, appointment.Phone, person("虚构丁")
	called, err := h.Appointments.Book(clerk, form)
	must(t, err)
	for _, id := range []string{online.ID, "Y2026-000099", strings.Repeat("Y", 99)} {
		_, err := h.Appointments.CheckInOwn(By{}, id, "")
		refused(t, err, appointment.NotYours)
	}
	for id, code := range map[string]string{online.ID: code, called.ID: ""} {
		v, err := h.Appointments.CheckInOwn(By{Key: "m/" + id}, id, code)
		must(t, err)
		if v.Due == 0 || v.Appointment != id {
			t.Errorf("the ticket of %s: %+v", id, v)
		}
	}
}
