package hall

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/hall/queue"
	"tongban/intake/hall/roster"
	"tongban/intake/journal"
)

// Queue is the queue of the hall, a log for each day. What is asked of today
// reads memory alone, but for the one entry that it writes.
type Queue struct {
	h *Hall

	mu     sync.Mutex
	sheets map[workday.Date]*sheet // guarded by mu: today, and days that were looked at
}

// sheet is one day.
type sheet struct {
	date workday.Date
	log  *journal.Book

	mu  sync.RWMutex
	day *queue.Day // guarded by mu
}

const (
	keptSheets  = 4
	dayOpened   = "day_opened"
	dayEntity   = "day" // no ticket is called so
	generalType = "综合"
)

// DayBody begins the log of a day: how far that of the day before reaches, so
// that nothing is cut off it later.
type DayBody struct {
	After string     `cbor:"1,keyasint,omitempty"` // the log; "": it is the first
	Head  chain.Head `cbor:"2,keyasint"`
}

func (h *Hall) openQueue() error {
	h.Queue = &Queue{h: h, sheets: map[workday.Date]*sheet{}}
	return nil
}

func queueLog(day workday.Date) string { return "queue/" + string(day) }

// sheet is a day; it is read from the disk when it is first asked for.
func (q *Queue) sheet(day workday.Date) (*sheet, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if s := q.sheets[day]; s != nil {
		return s, nil
	}
	s := &sheet{date: day, day: queue.New(day)}
	log, err := q.h.shelf.Book(queueLog(day), s.fold)
	if err != nil {
		return nil, err
	}
	s.log = log
	for other := range q.sheets {
		if len(q.sheets) >= keptSheets && other != q.h.today() {
			delete(q.sheets, other)
		}
	}
	q.sheets[day] = s
	return s, nil
}

func (s *sheet) fold(e journal.Entry) error {
	if e.Kind == dayOpened {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.day.Apply(queue.Entry{Kind: e.Kind, Ticket: e.Entity, Staff: e.Staff, Time: e.At, Read: e.Decode})
}

// write plans on today as it stands, writes, and gives the ticket as it stands
// then.
func (q *Queue) write(call journal.Call, plan func(d *queue.Day, now int64) (number, kind string, body any, err error)) (TicketView, error) {
	s, err := q.sheet(q.h.today())
	if err != nil {
		return TicketView{}, err
	}
	written, err := s.log.Append(call, journal.Change{Plan: func() ([]journal.Draft, error) {
		s.mu.RLock()
		defer s.mu.RUnlock()
		number, kind, body, err := plan(s.day, q.h.cfg.Now().UnixMilli())
		if err != nil {
			return nil, err
		}
		drafts := []journal.Draft{{Kind: kind, Entity: number, Body: body}}
		if s.log.Fresh() {
			first, err := q.opening(s.date)
			if err != nil {
				return nil, err
			}
			drafts = slices.Insert(drafts, 0, journal.Draft{Kind: dayOpened, Entity: dayEntity, Body: first})
		}
		return drafts, nil
	}})
	if err != nil {
		return TicketView{}, err
	}
	q.h.bell.ring()
	return q.view(s, written[len(written)-1].Entity)
}

// opening names the log of the last day before this one.
func (q *Queue) opening(day workday.Date) (DayBody, error) {
	heads, err := q.h.shelf.Heads()
	if err != nil {
		return DayBody{}, err
	}
	var last DayBody
	for name, head := range heads {
		if strings.HasPrefix(name, "queue/") && name < queueLog(day) && name > last.After {
			last = DayBody{name, head}
		}
	}
	return last, nil
}

// verifyDays checks that each day reaches as far as the day after it says.
func (q *Queue) verifyDays() error {
	heads, err := q.h.shelf.Heads()
	if err != nil {
		return err
	}
	for name := range heads {
		if !strings.HasPrefix(name, "queue/") {
			continue
		}
		log, err := q.h.shelf.Book(name, nil)
		if err != nil {
			return err
		}
		opening, err := log.Entity(dayEntity)
		if err != nil {
			return err
		}
		var first DayBody
		if len(opening) == 0 {
			return refusal.Newf(journal.Tampered, "", "", "%s does not begin as it must", name)
		}
		if err := opening[0].Decode(&first); err != nil {
			return err
		}
		// A clerk may have ended a ticket past midnight: the day may reach further.
		if head := heads[first.After]; first.After != "" && head.Index < first.Head.Index {
			return refusal.New(journal.Tampered, "", "", &chain.Fault{Log: first.After, Index: head.Index + 1, Reason: chain.ErrTruncated})
		}
	}
	return nil
}

// TicketView is a ticket and what its holder is told.
type TicketView struct {
	queue.Ticket
	queue.Outlook
	Windows []string `json:"windows,omitempty"` // that serve it now
}

func (q *Queue) view(s *sheet, number string) (TicketView, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, err := s.day.Ticket(number)
	if err != nil {
		return TicketView{}, err
	}
	v := TicketView{Ticket: t}
	windows, known := q.h.Staff.serving(t.Type)
	v.Windows = windows
	n := len(windows)
	if !known {
		n = s.day.Serves(t.Type)
	}
	v.Outlook, err = s.day.Outlook(number, n, q.h.cfg.Now().UnixMilli())
	return v, err
}

// TakeForm is what a new ticket is for.
type TakeForm struct {
	Type     string       `json:"type,omitempty" maxLength:"50" doc:"of window; default: that of the item, or the only one"`
	Item     item.Code    `json:"item,omitempty" maxLength:"40"`
	Priority queue.Reason `json:"priority,omitempty" enum:"elderly,disabled,military,pregnant,infant"`
}

// Take gives a ticket out. It needs no member of staff: a machine may ask.
func (q *Queue) Take(by By, form TakeForm) (TicketView, error) {
	const op = "take a queue ticket"
	call, err := q.h.call(by, anybody, op, form)
	if err != nil {
		return TicketView{}, err
	}
	t, err := q.typeFor(form.Type, form.Item)
	if err != nil {
		return TicketView{}, err
	}
	return q.take(call, queue.Wish{Type: t, Priority: form.Priority})
}

func (q *Queue) take(call journal.Call, w queue.Wish) (TicketView, error) {
	w.Place = slices.Index(q.h.types(), w.Type)
	self := q.h.cfg.Self()
	return q.write(call, func(d *queue.Day, now int64) (string, string, any, error) {
		number, body, err := d.Take(w, now)
		body.Visit = fmt.Sprintf("%s.%d-%s-%s", self.Center, self.Incarnation, strings.ReplaceAll(string(d.Date), "-", ""), number)
		return number, queue.KindTaken, body, err
	})
}

// typeFor finds the type of window that somebody is to wait for.
func (q *Queue) typeFor(given string, code item.Code) (string, error) {
	const op = "take a queue ticket"
	r, given := q.h.Staff.Roster(), strings.TrimSpace(given)
	offered := q.offered(r)
	if given != "" {
		if len(offered) > 0 && !slices.Contains(offered, given) && !slices.ContainsFunc(r.Windows(), func(w roster.Window) bool { return w.Takes(given) }) {
			return "", refusal.Newf(roster.NoWindow, op, "types here: "+strings.Join(offered, "、"), "no window here serves %q", given)
		}
		return given, nil
	}
	if code != "" {
		it, ok := q.h.cfg.Register.Offered(code, q.h.center().Area())
		if !ok {
			return "", refusal.Newf(refusal.NotFound, op, "find it with 'tongban item search'", "%s is not offered here", code)
		}
		for _, t := range it.WindowTypes {
			if _, known := q.h.Staff.serving(t); !known || slices.ContainsFunc(r.Windows(), func(w roster.Window) bool { return w.Takes(t) }) {
				return t, nil
			}
		}
	}
	switch {
	case len(offered) == 1:
		return offered[0], nil
	case len(offered) == 0 || slices.Contains(offered, generalType):
		return generalType, nil
	}
	return "", refusal.Newf(roster.NoWindow, op, "types here: "+strings.Join(offered, "、"), "name the type of window")
}

// offered are the types that the windows of the center serve by name.
func (q *Queue) offered(r roster.Roster) []string {
	var all []string
	for _, w := range r.Windows() {
		for _, t := range w.Types {
			if !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	return all
}

// Call calls whose turn it is to a window; "": the window of whoever calls.
func (q *Queue) Call(by By, at string) (TicketView, error) {
	const op = "call the next"
	call, err := q.h.call(by, member, op, at)
	if err != nil {
		return TicketView{}, err
	}
	w, err := q.window(call.Staff, at)
	if err != nil {
		return TicketView{}, err
	}
	if w.Closed {
		return TicketView{}, refusal.Newf(roster.NoWindow, op, "'tongban window open' opens it", "window %s is closed", w.Number)
	}
	return q.write(call, func(d *queue.Day, now int64) (string, string, any, error) {
		next, err := d.Next(w.Number, w.Takes, now)
		return next.Number, queue.KindCalled, queue.CalledBody{Window: w.Number, Passed: next.Passed}, err
	})
}

// window finds the window that somebody works at.
func (q *Queue) window(staff, given string) (roster.Window, error) {
	r, given := q.h.Staff.Roster(), strings.TrimSpace(given)
	if given == "" {
		m, _ := r.Member(staff)
		given = m.Window
	}
	if given == "" {
		return roster.Window{}, refusal.Newf(roster.NoWindow, "", "name it with --window", "no window is named")
	}
	w, ok := r.Window(given)
	switch {
	case ok:
		return w, nil
	case r.HasWindows():
		return w, refusal.Newf(roster.NoWindow, "", "'tongban window list' shows them", "there is no window %q", given)
	}
	w = roster.Window{Number: given}
	return w, r.CheckWindow(w, nil)
}

// TicketForm is an action on a ticket: by its number, or the one that the
// window has.
type TicketForm struct {
	Number string `json:"number,omitempty" maxLength:"10" doc:"default: the ticket that the window has"`
	Window string `json:"window,omitempty" maxLength:"10" doc:"default: that of the member of staff"`
	Type   string `json:"type,omitempty" maxLength:"50" doc:"transfer: to which type of window"`
	Why    string `json:"why,omitempty" maxLength:"200" doc:"close: why"`
}

// Act is what is done with a ticket.
type Act string

// The acts.
const (
	Recall   Act = "recall" // call it once more, or somebody who was skipped and is there now
	Skip     Act = "skip"
	Transfer Act = "transfer"
	Start    Act = "start"
	Finish   Act = "done"
	Leave    Act = "close" // its holder left
)

// Do carries an act out.
func (q *Queue) Do(by By, act Act, form TicketForm) (TicketView, error) {
	op := string(act) + " a queue ticket"
	call, err := q.h.call(by, member, op, form)
	if err != nil {
		return TicketView{}, err
	}
	at, err := q.window(call.Staff, form.Window)
	if err != nil && (form.Number == "" || act == Recall && form.Window != "") {
		return TicketView{}, err
	}
	if act == Transfer {
		if form.Type, err = q.typeFor(form.Type, ""); err != nil {
			return TicketView{}, err
		}
	}
	place := slices.Index(q.h.types(), form.Type)
	return q.write(call, func(d *queue.Day, _ int64) (string, string, any, error) {
		number := strings.ToUpper(cmp.Or(strings.TrimSpace(form.Number), d.Hand(at.Number)))
		if number == "" {
			return "", "", nil, refusal.Newf(queue.WrongState, op, "'tongban queue call' calls the next", "window %s has no queue ticket", at.Number)
		}
		kind, body, err := planned(d, act, number, at.Number, form, place)
		return number, kind, body, err
	})
}

func planned(d *queue.Day, act Act, number, at string, form TicketForm, place int) (kind string, body any, err error) {
	switch act {
	case Recall:
		body, err := d.Recall(number, at)
		return queue.KindRecalled, body, err
	case Skip:
		return d.Skip(number)
	case Transfer:
		body, err := d.Transfer(number, form.Type, place)
		return queue.KindTransferred, body, err
	case Start:
		return queue.KindStarted, queue.EmptyBody{}, d.Start(number)
	case Finish:
		return queue.KindDone, queue.EmptyBody{}, d.Finish(number)
	case Leave:
		body, err := d.Close(number, form.Why)
		return queue.KindClosed, body, err
	}
	return "", nil, refusal.Newf(refusal.Malformed, "", "", "%q is nothing to do with a queue ticket", act)
}

// Ticket is a ticket of today.
func (q *Queue) Ticket(number string) (TicketView, error) {
	s, err := q.sheet(q.h.today())
	if err != nil {
		return TicketView{}, err
	}
	return q.view(s, strings.ToUpper(strings.TrimSpace(number)))
}

// List lists the tickets of a day ("": today).
func (q *Queue) List(day workday.Date, f queue.Filter) ([]queue.Ticket, error) {
	s, err := q.sheet(cmp.Or(day, q.h.today()))
	if err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.day.Tickets(f), nil
}

// Stats are the figures of a day ("": today).
func (q *Queue) Stats(day workday.Date) (queue.Stats, error) {
	s, err := q.sheet(cmp.Or(day, q.h.today()))
	if err != nil {
		return queue.Stats{}, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.day.Stats(), nil
}
