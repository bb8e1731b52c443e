package queue

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

const today workday.Date = "2026-03-02"

// hall drives a day as the ledger would, and keeps what was written.
type hall struct {
	*Day
	now    int64
	log    []Entry
	called map[string]int // how often the next was called, by ticket
}

func newHall() *hall { return &hall{Day: New(today), now: 1_000_000, called: map[string]int{}} }

func (h *hall) write(kind, ticket string, body any) {
	b := wire.Encode(body)
	e := Entry{kind, ticket, "clerk", h.now, func(into any) error { return wire.Decode(b, into) }}
	h.log = append(h.log, e)
	if err := h.Apply(e); err != nil {
		panic(err)
	}
	h.now += 1000
}

func (h *hall) take(w Wish) string {
	number, body, err := h.Take(w, h.now)
	if err != nil {
		panic(err)
	}
	h.write(KindTaken, number, body)
	return number
}

func all(string) bool { return true }

func (h *hall) next(at string, takes func(string) bool) (string, error) {
	c, err := h.Next(at, takes, h.now)
	if err == nil {
		h.called[c.Number]++
		h.write(KindCalled, c.Number, CalledBody{at, c.Passed})
	}
	return c.Number, err
}

func (h *hall) served(at string, takes func(string) bool) string {
	n, err := h.next(at, takes)
	if err != nil {
		return string(refusal.CodeOf(err))
	}
	h.write(KindDone, n, EmptyBody{})
	return n
}

func TestTheRule(t *testing.T) {
	h := newHall()
	for range 3 {
		h.take(Wish{Type: "综合", Place: 0})
	}
	for range 4 {
		h.take(Wish{Type: "综合", Priority: Military})
	}
	var got []string
	for range 8 {
		got = append(got, h.served("1", all))
	}
	// Two with priority, then who has waited longest.
	want := []string{"A004", "A005", "A001", "A006", "A007", "A002", "A003", string(NobodyWaits)}
	if !slices.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

func TestASkippedTicketComesBack(t *testing.T) {
	h := newHall()
	for range 5 {
		h.take(Wish{Type: "综合", Place: 0})
	}
	skip := func() string {
		n, err := h.next("1", all)
		if err != nil {
			t.Fatal(err)
		}
		kind, body, err := h.Skip(n)
		if err != nil {
			t.Fatal(err)
		}
		h.write(kind, n, body)
		return n + " " + kind
	}
	got := []string{skip(), h.served("1", all), h.served("1", all), h.served("1", all), skip(), h.served("1", all), h.served("1", all)}
	want := []string{"A001 skipped", "A002", "A003", "A004", "A001 closed", "A005", string(NobodyWaits)}
	if !slices.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
	// Nobody else waits: at once.
	n := h.take(Wish{Type: "综合"})
	if s := skip(); s != n+" skipped" {
		t.Error(s)
	}
	if again := h.served("1", all); again != n {
		t.Error(again)
	}
}

func TestAnAppointmentGoesFirstFromItsTime(t *testing.T) {
	h := newHall()
	walkIn := h.take(Wish{Type: "综合"})
	due := h.now + 60_000
	early := h.take(Wish{Type: "综合", Appointment: "Y1", Due: due, Until: due + 1_800_000})
	late := h.take(Wish{Type: "综合", Appointment: "Y2", Due: 1, Until: h.now})
	if c, _ := h.Next("1", all, h.now); c.Number != walkIn {
		t.Error("before its time", c)
	}
	if c, _ := h.Next("1", all, due); c.Number != early || !c.Passed {
		t.Error("from its time on", c)
	}
	if ticket, _ := h.Ticket(late); ticket.Due != 0 {
		t.Error("who comes too late waits like any other", ticket)
	}
	if o, _ := h.Outlook(walkIn, 1, due); o.Ahead != 1 || o.Minutes != nil {
		t.Error(o)
	}
}

func TestPrefixes(t *testing.T) {
	h := newHall()
	for _, c := range []struct {
		t     string
		place int
		want  string
	}{{"公安", 5, "F001"}, {"综合", -1, "A001"}, {"税务", 0, "B001"}, {"公安", 9, "F002"}} {
		if n := h.take(Wish{Type: c.t, Place: c.place}); n != c.want {
			t.Errorf("%s: %s, want %s", c.t, n, c.want)
		}
	}
	seen := map[string]bool{}
	for n := range 60 {
		if l := letter(n); seen[l] || l == "" {
			t.Errorf("prefix %d: %q", n, l)
		} else {
			seen[l] = true
		}
	}
}

func TestADayHasAnEnd(t *testing.T) {
	h := newHall()
	for range MaxTickets {
		h.take(Wish{Type: "综合"})
	}
	if _, _, err := h.Take(Wish{Type: "综合"}, h.now); refusal.CodeOf(err) != Full {
		t.Error(err)
	}
	for _, w := range []Wish{{}, {Type: "综合", Priority: "rich"}} {
		if _, _, err := New(today).Take(w, 1); refusal.CodeOf(err) != BadTicket {
			t.Error(w, err)
		}
	}
}

var types = []string{"综合", "公安", "税务"}

// Whatever happens: nobody is called to two windows, a ticket is in one place,
// whoever has waited longest is passed over at most twice in a row by a window
// that serves them, and a log that is read again gives the same day.
func TestTheQueueIsFair(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h := newHall()
		windows := map[string][]string{"1": {"综合"}, "2": {"综合", "公安"}, "3": types}
		passed := map[string]int{}
		for range rapid.IntRange(1, 120).Draw(rt, "steps") {
			at := rapid.SampledFrom([]string{"1", "2", "3"}).Draw(rt, "window")
			takes := func(t string) bool { return slices.Contains(windows[at], t) }
			hand := h.Hand(at)
			switch rapid.SampledFrom([]string{"take", "take", "call", "call", "done", "skip", "transfer", "recall", "close", "wait"}).Draw(rt, "do") {
			case "take":
				w := Wish{Type: rapid.SampledFrom(types).Draw(rt, "type"), Priority: rapid.SampledFrom([]Reason{"", "", Elderly}).Draw(rt, "priority")}
				if rapid.Bool().Draw(rt, "booked") {
					w.Due = h.now + rapid.Int64Range(-50_000, 50_000).Draw(rt, "due")
					w.Until = w.Due + 30_000
				}
				h.take(w)
			case "call":
				longest := h.longest(takes)
				n, err := h.next(at, takes)
				switch {
				case hand != "" && refusal.CodeOf(err) != InHand:
					rt.Fatalf("window %s has %s and calls: %v", at, hand, err)
				case err == nil && longest != "" && n != longest:
					if passed[at]++; passed[at] > MaxPassed {
						rt.Fatalf("window %s passed over %s %d times", at, longest, passed[at])
					}
				case err == nil:
					passed[at] = 0
				case refusal.CodeOf(err) == NobodyWaits && longest != "":
					rt.Fatalf("%s waits, and window %s finds nobody", longest, at)
				}
			case "done":
				if hand != "" {
					h.write(KindDone, hand, EmptyBody{})
				}
			case "skip":
				if hand != "" {
					if kind, body, err := h.Skip(hand); err == nil {
						h.write(kind, hand, body)
					}
				}
			case "transfer":
				if hand != "" {
					if b, err := h.Transfer(hand, rapid.SampledFrom(types).Draw(rt, "to"), -1); err == nil {
						h.write(KindTransferred, hand, b)
					}
				}
			case "recall":
				for _, one := range h.Tickets(Filter{States: []State{Skipped}}) {
					if b, err := h.Recall(one.Number, at); err == nil {
						h.write(KindRecalled, one.Number, b)
					}
				}
			case "close":
				if waiting := h.Tickets(Filter{States: []State{Waiting}}); len(waiting) > 0 {
					b, err := h.Close(waiting[0].Number, "")
					if err != nil {
						rt.Fatal(err)
					}
					h.write(KindClosed, waiting[0].Number, b)
				}
			case "wait":
				h.now += 20_000
			}
			h.check(rt)
		}
		again := New(today)
		for _, e := range h.log {
			if err := again.Apply(e); err != nil {
				rt.Fatal(err)
			}
		}
		if a, b := fmt.Sprintf("%+v", h.Tickets(Filter{})), fmt.Sprintf("%+v", again.Tickets(Filter{})); a != b {
			rt.Fatalf("read again:\n%s\n%s", a, b)
		}
		for _, at := range []string{"1", "2", "3"} {
			takes := func(t string) bool { return slices.Contains(windows[at], t) }
			a, err1 := h.Next(at, takes, h.now)
			b, err2 := again.Next(at, takes, h.now)
			if a != b || refusal.CodeOf(err1) != refusal.CodeOf(err2) {
				rt.Fatalf("window %s: %v, %v; read again %v, %v", at, a, err1, b, err2)
			}
		}
	})
}

// longest is who has waited longest of all that may be called, found the slow
// way.
func (h *hall) longest(takes func(string) bool) string {
	var found *Ticket
	for _, t := range h.all {
		back := t.State == Skipped && t.back <= h.lines[t.Type].calls
		if takes(t.Type) && (t.State == Waiting || back) && (found == nil || byArrival(t, found) < 0) {
			found = t
		}
	}
	if found == nil {
		return ""
	}
	return found.Number
}

func (h *hall) check(t *rapid.T) {
	hands := map[string]string{}
	for at, w := range h.windows {
		if w.hand == nil {
			continue
		}
		if other, twice := hands[w.hand.Number]; twice {
			t.Fatalf("%s is at windows %s and %s", w.hand.Number, at, other)
		}
		hands[w.hand.Number] = at
		if s := w.hand.State; s != Called && s != Serving || w.hand.Window != at {
			t.Fatalf("window %s has %s, which is %s at %s", at, w.hand.Number, s, w.hand.Window)
		}
	}
	for name, l := range h.lines {
		for _, list := range [][]*Ticket{l.arrival, l.first, l.coming} {
			for _, one := range list {
				if one.State != Waiting || one.Type != name {
					t.Fatalf("%s waits for %s but is %s for %s", one.Number, name, one.State, one.Type)
				}
			}
		}
	}
	for _, one := range h.all {
		in := slices.Contains(h.lines[one.Type].arrival, one)
		if (one.State == Waiting) != in {
			t.Fatalf("%s is %s, in line: %v", one.Number, one.State, in)
		}
		if _, at := hands[one.Number]; (one.State == Called || one.State == Serving) != at {
			t.Fatalf("%s is %s, at a window: %v", one.Number, one.State, at)
		}
	}
}

// A call reads no more of a long day than of a short one.
func BenchmarkNext(b *testing.B) {
	for _, n := range []int{100, 5000} {
		h := newHall()
		for i := range n {
			h.take(Wish{Type: types[i%3], Priority: []Reason{"", "", "", Elderly}[i%4]})
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				if _, err := h.Next("1", all, h.now); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
