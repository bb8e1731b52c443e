// Package queue is the queue of one hall on one day: tickets, whose turn it is,
// how long it takes.
//
// The rule by which a window calls. Whoever has priority (elderly, disabled,
// military, pregnant, with an infant) and whoever has an appointment whose time
// has come goes first; among them, who has waited longest. But a window passes
// over the person who has waited longest of all it serves at most twice in a
// row (MaxPassed): then it is that person's turn. So somebody with k people
// before them is called within 3·(k+1) calls of the windows that serve them,
// whoever else comes. Whoever does not answer is skipped, and is called again
// after three more calls from the same line (ReturnAfter), at the place that
// they had, or as soon as nobody else waits; the second time their ticket is
// closed (MaxSkips).
//
// It must never read a clock or a disk: a day is the fold of its entries, and
// every decision is asked with the time. It must never know who holds a ticket.
package queue

import (
	"cmp"
	"fmt"
	"slices"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
)

// The rule's numbers.
const (
	MaxPassed   = 2 // how often in a row a window passes over who has waited longest
	ReturnAfter = 3 // after how many calls from the line somebody who was skipped is called again
	MaxSkips    = 2 // the skip that closes the ticket
)

// Bounds of a day.
const (
	MaxTickets = 5000
	maxTypes   = 60
	maxRecalls = 20
)

// The refusals of a queue. The codes are for good.
const (
	NobodyWaits refusal.Code = "nobody_waits"    // there is nobody whom this window may call
	InHand      refusal.Code = "ticket_in_hand"  // the window still has a ticket
	WrongState  refusal.Code = "ticket_state"    // the ticket is not where the action needs it
	NoTicket    refusal.Code = refusal.NotFound  // no such ticket today
	Full        refusal.Code = refusal.TooLarge  // the day's tickets are given out
	BadTicket   refusal.Code = refusal.Malformed // what is asked for can't be
)

// Reason is why somebody has priority.
type Reason string

// The reasons; "" is none.
const (
	Elderly  Reason = "elderly"  // 老年人
	Disabled Reason = "disabled" // 残疾人
	Military Reason = "military" // 军人、退役军人
	Pregnant Reason = "pregnant" // 孕妇
	Infant   Reason = "infant"   // 带婴幼儿
)

// Reasons lists them.
func Reasons() []Reason { return []Reason{Elderly, Disabled, Military, Pregnant, Infant} }

// State is where a ticket stands.
type State string

// The states.
const (
	Waiting State = "waiting"
	Called  State = "called"
	Serving State = "serving"
	Skipped State = "skipped" // did not answer, and will be called again
	Done    State = "done"
	Closed  State = "closed" // left, or did not answer twice
)

// Ticket is one queue ticket. Times are Unix milliseconds; 0: not yet.
type Ticket struct {
	Number      string `json:"number"`
	Type        string `json:"type"`
	Priority    Reason `json:"priority,omitempty"`
	State       State  `json:"state"`
	Taken       int64  `json:"taken"`
	Appointment string `json:"appointment,omitempty"`
	Due         int64  `json:"due,omitempty"` // of an appointment: from when it goes first; 0 where its holder came too late
	Window      string `json:"window,omitempty"`
	Staff       string `json:"staff,omitempty"` // who called it last
	Calls       int    `json:"calls,omitempty"`
	Called      int64  `json:"called,omitempty"` // the first call in this line
	Started     int64  `json:"started,omitempty"`
	Ended       int64  `json:"ended,omitempty"`
	Skips       int    `json:"skips,omitempty"`
	Why         string `json:"why,omitempty"` // of a closed ticket
	Visit       string `json:"visit"`         // of this person on this ticket: what a case's filing bears
	Before      []Stay `json:"before,omitempty"`

	seq  int   // order of taking
	join int64 // when it came into its present line
	back int   // Skipped: at which call of the line it is called again
}

// Stay is what a ticket did in a line that it was moved out of.
type Stay struct {
	Type    string `json:"type"`
	Window  string `json:"window,omitempty"`
	Staff   string `json:"staff,omitempty"`
	Joined  int64  `json:"joined"`
	Called  int64  `json:"called,omitempty"`
	Started int64  `json:"started,omitempty"`
	Ended   int64  `json:"ended"`
}

// Joined is when the ticket came into its present line.
func (t *Ticket) Joined() int64 { return t.join }

// since is from when a ticket goes first; ok is false for one that doesn't.
func (t *Ticket) since(now int64) (at int64, ok bool) {
	switch {
	case t.Priority != "":
		return t.Taken, true
	case t.Due != 0 && t.Due <= now:
		return t.Due, true
	}
	return 0, false
}

// Day is the queue of one day. It is not safe for concurrent use: Apply changes
// it, the rest only reads.
type Day struct {
	Date workday.Date

	tickets map[string]*Ticket
	all     []*Ticket // in order of taking
	lines   map[string]*line
	names   []string // of the lines, sorted
	windows map[string]*window
	serials map[string]int // by prefix
}

// line is who waits for a type of window.
type line struct {
	prefix  string
	arrival []*Ticket // all who wait, who came first first
	first   []*Ticket // of them those with priority
	coming  []*Ticket // of them those with an appointment, by its time
	skipped []*Ticket
	calls   int
	windows map[string]bool // that called from it

	served, waited       int // how many, for the means
	serving, waitingTime int64
}

type window struct {
	hand   *Ticket
	passed int // how often in a row it passed over who had waited longest
}

// New is the day before anybody came.
func New(date workday.Date) *Day {
	return &Day{
		Date: date, tickets: map[string]*Ticket{}, lines: map[string]*line{},
		windows: map[string]*window{}, serials: map[string]int{},
	}
}

// Ticket is a ticket by its number, as a copy; NoTicket where there is none.
func (d *Day) Ticket(number string) (Ticket, error) {
	t, err := d.find(number)
	if err != nil {
		return Ticket{}, err
	}
	return t.copy(), nil
}

func (t *Ticket) copy() Ticket {
	c := *t
	c.Before = slices.Clone(t.Before)
	return c
}

func (d *Day) find(number string) (*Ticket, error) {
	if t, ok := d.tickets[number]; ok {
		return t, nil
	}
	return nil, refusal.Newf(NoTicket, "", "'tongban queue list' shows today's", "there is no queue ticket %q on %s", number, d.Date)
}

// Filter chooses tickets; its zero value chooses all.
type Filter struct {
	Type   string
	Window string
	States []State
}

// Tickets lists tickets in the order in which they were taken, as copies.
func (d *Day) Tickets(f Filter) []Ticket {
	out := []Ticket{}
	for _, t := range d.all {
		if (f.Type == "" || t.Type == f.Type) && (f.Window == "" || t.Window == f.Window) &&
			(len(f.States) == 0 || slices.Contains(f.States, t.State)) {
			out = append(out, t.copy())
		}
	}
	return out
}

// Hand is the ticket that a window has called or serves; "" for none.
func (d *Day) Hand(at string) string {
	if w := d.windows[at]; w != nil && w.hand != nil {
		return w.hand.Number
	}
	return ""
}

// --- whose turn it is ---

// Choice is whom a window calls next.
type Choice struct {
	Number string
	Passed bool // somebody who has waited longer is passed over
}

// Next is whom a window calls at a moment: takes says which types it serves.
// NobodyWaits where there is none, InHand while it still has somebody.
func (d *Day) Next(at string, takes func(string) bool, now int64) (Choice, error) {
	if hand := d.Hand(at); hand != "" {
		return Choice{}, refusal.Newf(InHand, "", "end it with 'tongban queue done', or skip or transfer it", "window %s still has queue ticket %s", at, hand)
	}
	var longest, first, absent *Ticket
	for _, name := range d.names {
		if !takes(name) {
			continue
		}
		l := d.lines[name]
		longest, first = earlier(longest, head(l.arrival)), l.first1(first, now)
		for _, t := range l.skipped {
			if t.back <= l.calls {
				longest = earlier(longest, t)
				if _, ok := t.since(now); ok {
					first = sooner(first, t, now)
				}
			} else if absent == nil || t.back-l.calls < absent.back-d.lines[absent.Type].calls {
				absent = t
			}
		}
	}
	passed := 0
	if w := d.windows[at]; w != nil {
		passed = w.passed
	}
	switch {
	case longest == nil && absent == nil:
		return Choice{}, refusal.Newf(NobodyWaits, "", "", "nobody waits for window %s", at)
	case longest == nil:
		return Choice{Number: absent.Number}, nil
	case first == nil || first == longest || passed >= MaxPassed:
		return Choice{Number: longest.Number}, nil
	}
	return Choice{Number: first.Number, Passed: true}, nil
}

// first1 is who goes first, of those so far and the line's.
func (l *line) first1(so *Ticket, now int64) *Ticket {
	so = sooner(so, head(l.first), now)
	if t := head(l.coming); t != nil && t.Due <= now {
		so = sooner(so, t, now)
	}
	return so
}

func head(list []*Ticket) *Ticket {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}

// earlier is who came first.
func earlier(a, b *Ticket) *Ticket {
	if a == nil || b != nil && byArrival(b, a) < 0 {
		return b
	}
	return a
}

// sooner is who goes first of two that may.
func sooner(a, b *Ticket, now int64) *Ticket {
	if a == nil || b == nil {
		return cmp.Or(a, b)
	}
	x, _ := a.since(now)
	y, _ := b.since(now)
	if cmp.Or(cmp.Compare(y, x), cmp.Compare(b.seq, a.seq)) < 0 {
		return b
	}
	return a
}

func byArrival(a, b *Ticket) int {
	return cmp.Or(cmp.Compare(a.Taken, b.Taken), cmp.Compare(a.seq, b.seq))
}

func byDue(a, b *Ticket) int { return cmp.Or(cmp.Compare(a.Due, b.Due), cmp.Compare(a.seq, b.seq)) }

// --- what a ticket is told ---

// Outlook is what somebody who waits is told. It reckons by today's figures
// alone.
type Outlook struct {
	Ahead   int    `json:"ahead"`                  // how many are before them in the line
	Minutes *int64 `json:"wait_minutes,omitempty"` // estimated; nil: nobody of this line was served yet today, or no window is open
}

// Outlook is how a ticket stands; windows is how many of them serve its line.
func (d *Day) Outlook(number string, windows int, now int64) (Outlook, error) {
	t, err := d.find(number)
	if err != nil {
		return Outlook{}, err
	}
	l := d.lines[t.Type]
	if t.State != Waiting {
		return Outlook{}, nil
	}
	var o Outlook
	if since, ok := t.since(now); ok {
		o.Ahead = aheadIn(l.first, since, t.seq, now) + aheadIn(l.coming, since, t.seq, now)
	} else {
		at, _ := slices.BinarySearchFunc(l.arrival, t, byArrival)
		o.Ahead = at + after(l.first, t) + after(l.coming[:dueBy(l.coming, now)], t)
	}
	if l.served > 0 && windows > 0 {
		mean := l.serving / int64(l.served)
		minutes := (mean*int64(o.Ahead)/int64(windows) + 59_999) / 60_000
		o.Minutes = &minutes
	}
	return o, nil
}

// aheadIn counts those who go first before a moment.
func aheadIn(list []*Ticket, since int64, seq int, now int64) int {
	n := 0
	for _, t := range list {
		at, ok := t.since(now)
		if !ok || at > since || at == since && t.seq >= seq {
			break // both lists are in this order
		}
		n++
	}
	return n
}

func dueBy(coming []*Ticket, now int64) int {
	n, _ := slices.BinarySearchFunc(coming, now, func(t *Ticket, now int64) int {
		if t.Due <= now {
			return -1
		}
		return 1
	})
	return n
}

// after counts those of a list who came after somebody, and go first all the
// same.
func after(list []*Ticket, than *Ticket) int {
	n := 0
	for _, t := range list {
		if byArrival(t, than) > 0 {
			n++
		}
	}
	return n
}

// Serves tells how many windows called from a line today.
func (d *Day) Serves(t string) int {
	if l := d.lines[t]; l != nil {
		return len(l.windows)
	}
	return 0
}

// --- prefixes and numbers ---

const letters = "ABCDEFGHJKLMNPQRSTUVWXYZ" // I and O are read as 1 and 0

// letter is the n-th prefix: A to Z, then AA.
func letter(n int) string {
	if n < len(letters) {
		return letters[n : n+1]
	}
	return letters[n/len(letters)-1:n/len(letters)] + letters[n%len(letters):n%len(letters)+1]
}

// prefix is the letters of a line: its own, else those of its place among the
// area's types, else the next free ones.
func (d *Day) prefix(t string, place int) string {
	if l := d.lines[t]; l != nil {
		return l.prefix
	}
	taken := map[string]bool{}
	for _, l := range d.lines {
		taken[l.prefix] = true
	}
	if place >= 0 && place < maxTypes && !taken[letter(place)] {
		return letter(place)
	}
	n := 0
	for taken[letter(n)] {
		n++
	}
	return letter(n)
}

func number(prefix string, serial int) string { return fmt.Sprintf("%s%03d", prefix, serial) }
