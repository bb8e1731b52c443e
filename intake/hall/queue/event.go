package queue

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/consensus/refusal"
)

// The kinds of entries. Each is about one ticket, its entity.
const (
	KindTaken       = "taken"       // TakenBody
	KindCalled      = "called"      // CalledBody
	KindRecalled    = "recalled"    // CalledBody: called once more, or there again after a skip
	KindStarted     = "started"     // EmptyBody
	KindDone        = "done"        // EmptyBody
	KindSkipped     = "skipped"     // EmptyBody
	KindClosed      = "closed"      // ClosedBody
	KindTransferred = "transferred" // TransferredBody
)

// TakenBody is a new ticket.
type TakenBody struct {
	Type        string `cbor:"1,keyasint"`
	Prefix      string `cbor:"2,keyasint"`
	Priority    Reason `cbor:"3,keyasint,omitempty"`
	Appointment string `cbor:"4,keyasint,omitempty"`
	Due         int64  `cbor:"5,keyasint,omitempty"`
	Visit       string `cbor:"6,keyasint"`
}

// CalledBody is a call to a window.
type CalledBody struct {
	Window string `cbor:"1,keyasint"`
	Passed bool   `cbor:"2,keyasint,omitempty"`
}

// ClosedBody ends a ticket without service.
type ClosedBody struct {
	Why string `cbor:"1,keyasint,omitempty"`
}

// TransferredBody moves a ticket to another line, at the place of its arrival.
type TransferredBody struct {
	Type   string `cbor:"1,keyasint"`
	Prefix string `cbor:"2,keyasint"`
}

// EmptyBody says no more than its kind.
type EmptyBody struct{}

// Entry is one entry as the ledger has it.
type Entry struct {
	Kind   string
	Ticket string // its number
	Staff  string
	Time   int64 // Unix milliseconds
	Read   func(into any) error
}

// Wish is what a new ticket asks for.
type Wish struct {
	Type        string
	Place       int // of the type among the area's; -1: none
	Priority    Reason
	Appointment string
	Due, Until  int64 // the appointment's time, Unix milliseconds; 0: none
}

const maxText = 200

// Take plans a ticket: its number, and its entry without the visit, which the
// hall names.
func (d *Day) Take(w Wish, now int64) (string, TakenBody, error) {
	switch {
	case len(d.all) >= MaxTickets:
		return "", TakenBody{}, refusal.Newf(Full, "", "", "all %d queue tickets of today are given out", MaxTickets)
	case w.Type == "" || utf8.RuneCountInString(w.Type) > 50:
		return "", TakenBody{}, refusal.Newf(BadTicket, "", "name the type of window", "%q is no type of window", w.Type)
	case w.Priority != "" && !slices.Contains(Reasons(), w.Priority):
		return "", TakenBody{}, refusal.Newf(BadTicket, "", "one of elderly, disabled, military, pregnant, infant", "%q is no ground for priority", w.Priority)
	case d.lines[w.Type] == nil && len(d.lines) >= maxTypes:
		return "", TakenBody{}, refusal.Newf(Full, "", "", "at most %d types of windows", maxTypes)
	}
	body := TakenBody{Type: w.Type, Prefix: d.prefix(w.Type, w.Place), Priority: w.Priority, Appointment: w.Appointment}
	if w.Due != 0 && now < w.Until {
		body.Due = w.Due
	}
	return number(body.Prefix, d.serials[body.Prefix]+1), body, nil
}

// Recall plans a call of a ticket by its number: once more to the window that
// has it, or of somebody who was skipped and is there now.
func (d *Day) Recall(number, at string) (CalledBody, error) {
	t, err := d.find(number)
	if err != nil {
		return CalledBody{}, err
	}
	if at == "" {
		at = t.Window
	}
	switch {
	case t.State == Called && t.Window == at && t.Calls < maxRecalls:
		return CalledBody{Window: at}, nil
	case t.State != Skipped:
		return CalledBody{}, wrong(t, "recalled")
	case d.Hand(at) != "":
		return CalledBody{}, refusal.Newf(InHand, "", "end it with 'tongban queue done', or skip or transfer it", "window %s still has queue ticket %s", at, d.Hand(at))
	}
	return CalledBody{Window: at}, nil
}

// Start checks that a ticket may be served.
func (d *Day) Start(number string) error { return d.must(number, "served", Called) }

// Finish checks that a ticket may be ended. One that was called and not started
// is ended too: not every hall presses twice.
func (d *Day) Finish(number string) error { return d.must(number, "ended", Called, Serving) }

// Skip plans what becomes of a ticket whose holder does not answer: it is
// skipped, or closed the second time.
func (d *Day) Skip(number string) (kind string, body any, err error) {
	if err := d.must(number, "skipped", Called); err != nil {
		return "", nil, err
	}
	if d.tickets[number].Skips+1 >= MaxSkips {
		return KindClosed, ClosedBody{Why: "did not answer"}, nil
	}
	return KindSkipped, EmptyBody{}, nil
}

// Close plans the end of a ticket whose holder left.
func (d *Day) Close(number, why string) (ClosedBody, error) {
	if utf8.RuneCountInString(why) > maxText {
		return ClosedBody{}, refusal.Newf(BadTicket, "", "", "a reason has at most %d characters", maxText)
	}
	return ClosedBody{Why: strings.TrimSpace(why)}, d.must(number, "closed", Waiting, Called, Skipped)
}

// Transfer plans the move of a ticket to another line.
func (d *Day) Transfer(number, to string, place int) (TransferredBody, error) {
	if err := d.must(number, "transferred", Waiting, Called, Serving, Skipped); err != nil {
		return TransferredBody{}, err
	}
	switch {
	case to == "" || utf8.RuneCountInString(to) > 50:
		return TransferredBody{}, refusal.Newf(BadTicket, "", "name the type of window", "%q is no type of window", to)
	case d.tickets[number].Type == to:
		return TransferredBody{}, refusal.Newf(BadTicket, "", "", "queue ticket %s waits for %s already", number, to)
	case d.lines[to] == nil && len(d.lines) >= maxTypes:
		return TransferredBody{}, refusal.Newf(Full, "", "", "at most %d types of windows", maxTypes)
	}
	return TransferredBody{Type: to, Prefix: d.prefix(to, place)}, nil
}

func (d *Day) must(number, what string, states ...State) error {
	t, err := d.find(number)
	if err != nil {
		return err
	}
	if !slices.Contains(states, t.State) {
		return wrong(t, what)
	}
	return nil
}

func wrong(t *Ticket, what string) error {
	return refusal.Newf(WrongState, "", "", "queue ticket %s is %s and can't be %s", t.Number, t.State, what)
}

// Apply folds one entry. What a plan let through always applies.
func (d *Day) Apply(e Entry) error {
	if e.Kind == KindTaken {
		var b TakenBody
		if err := e.Read(&b); err != nil {
			return err
		}
		return d.taken(e, b)
	}
	t, err := d.find(e.Ticket)
	if err != nil {
		return err
	}
	switch e.Kind {
	case KindCalled, KindRecalled:
		var b CalledBody
		if err := e.Read(&b); err != nil {
			return err
		}
		d.called(t, e, b)
	case KindStarted:
		t.State, t.Started = Serving, e.Time
	case KindDone:
		if t.Started == 0 {
			t.Started = t.Called
		}
		d.leave(t, Done, e.Time)
		l := d.lines[t.Type]
		l.served, l.serving = l.served+1, l.serving+t.Ended-t.Started
	case KindSkipped:
		d.leave(t, Skipped, 0)
		t.Skips++
		l := d.lines[t.Type]
		t.back = l.calls + ReturnAfter
		l.skipped = append(l.skipped, t)
	case KindClosed:
		var b ClosedBody
		if err := e.Read(&b); err != nil {
			return err
		}
		d.unline(t)
		d.leave(t, Closed, e.Time)
		t.Why = b.Why
	case KindTransferred:
		var b TransferredBody
		if err := e.Read(&b); err != nil {
			return err
		}
		d.transferred(t, e, b)
	default:
		return fmt.Errorf("%q is no entry of a queue", e.Kind)
	}
	return nil
}

func (d *Day) taken(e Entry, b TakenBody) error {
	if d.tickets[e.Ticket] != nil {
		return fmt.Errorf("queue ticket %s is taken twice", e.Ticket)
	}
	t := &Ticket{
		Number: e.Ticket, Type: b.Type, Priority: b.Priority, State: Waiting, Taken: e.Time, join: e.Time,
		Appointment: b.Appointment, Due: b.Due, Visit: b.Visit, seq: len(d.all),
	}
	d.tickets[t.Number], d.all = t, append(d.all, t)
	d.serials[b.Prefix]++
	d.line(b.Type, b.Prefix).join(t)
	return nil
}

func (d *Day) line(t, prefix string) *line {
	l := d.lines[t]
	if l == nil {
		l = &line{prefix: prefix, windows: map[string]bool{}}
		d.lines[t] = l
		at, _ := slices.BinarySearch(d.names, t)
		d.names = slices.Insert(d.names, at, t)
	}
	return l
}

func (d *Day) called(t *Ticket, e Entry, b CalledBody) {
	w := d.windows[b.Window]
	if w == nil {
		w = &window{}
		d.windows[b.Window] = w
	}
	if t.State != Called {
		l := d.lines[t.Type]
		d.unline(t)
		l.calls++
		l.windows[b.Window] = true
		if t.Called == 0 {
			t.Called = e.Time
			l.waited, l.waitingTime = l.waited+1, l.waitingTime+e.Time-t.join
		}
		if e.Kind == KindCalled {
			w.passed++
			if !b.Passed {
				w.passed = 0
			}
		}
	}
	t.State, t.Window, t.Staff, t.Calls, w.hand = Called, b.Window, e.Staff, t.Calls+1, t
}

func (d *Day) transferred(t *Ticket, e Entry, b TransferredBody) {
	t.Before = append(t.Before, Stay{t.Type, t.Window, t.Staff, t.join, t.Called, t.Started, e.Time})
	if t.Started != 0 {
		l := d.lines[t.Type]
		l.served, l.serving = l.served+1, l.serving+e.Time-t.Started
	}
	d.unline(t)
	d.leave(t, Waiting, 0)
	t.Type, t.join, t.Window, t.Staff = b.Type, e.Time, "", ""
	t.Calls, t.Called, t.Started, t.Skips = 0, 0, 0, 0
	d.line(b.Type, b.Prefix).join(t)
}

// leave takes a ticket from its window.
func (d *Day) leave(t *Ticket, s State, ended int64) {
	if w := d.windows[t.Window]; w != nil && w.hand == t {
		w.hand = nil
	}
	t.State, t.Ended = s, ended
}

func (l *line) join(t *Ticket) {
	l.arrival = insert(l.arrival, t, byArrival)
	switch {
	case t.Priority != "":
		l.first = insert(l.first, t, byArrival)
	case t.Due != 0:
		l.coming = insert(l.coming, t, byDue)
	}
}

// unline takes a ticket out of its line.
func (d *Day) unline(t *Ticket) {
	l := d.lines[t.Type]
	if t.State == Skipped {
		l.skipped = slices.DeleteFunc(l.skipped, func(o *Ticket) bool { return o == t })
		return
	}
	if t.State != Waiting {
		return
	}
	l.arrival = remove(l.arrival, t, byArrival)
	l.first = remove(l.first, t, byArrival)
	l.coming = remove(l.coming, t, byDue)
}

func insert(list []*Ticket, t *Ticket, by func(a, b *Ticket) int) []*Ticket {
	at, _ := slices.BinarySearchFunc(list, t, by)
	return slices.Insert(list, at, t)
}

func remove(list []*Ticket, t *Ticket, by func(a, b *Ticket) int) []*Ticket {
	if at, ok := slices.BinarySearchFunc(list, t, by); ok && list[at] == t {
		return slices.Delete(list, at, at+1)
	}
	return list
}
