package desk

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/privacy"
)

// Box is one pile of the worklist.
type Box string

// The boxes.
const (
	Mine    Box = "mine"    // held here, not yet concluded
	Arrived Box = "arrived" // offered to this center, to be taken over or turned back
	Sent    Box = "sent"    // offered by this center and not yet answered: it is still answerable
	Opened  Box = "opened"  // opened here, wherever it is now
	All     Box = "all"     // every case that this node has a copy of
)

// Query chooses a page of the worklist.
type Query struct {
	Box   Box        `json:"box"`             // "": mine
	Text  string     `json:"text,omitempty"`  // part of the number, the id or the item's name or code; a part of the applicant's name, a number or telephone, whole or by its end
	Lamp  clock.Lamp `json:"lamp,omitempty"`  // only this lamp
	Skip  int        `json:"skip,omitempty"`  //
	Limit int        `json:"limit,omitempty"` // 1 to 200; 0: 50
}

// Summary is one line of the worklist. There is no applicant in it.
type Summary struct {
	ID      casefile.ID    `json:"id"`
	Number  string         `json:"number"`
	Item    item.Ref       `json:"item"`
	Name    string         `json:"name"` // of the item; "" where the version has not come here
	Phase   casefile.Phase `json:"phase"`
	Subject area.Code      `json:"subject"`
	Origin  area.Center    `json:"origin"`
	Holder  area.Center    `json:"holder"`
	Offered area.Center    `json:"offered,omitempty"` // to whom, while an offer is open
	Since   int64          `json:"since"`             // when the holder got it, or offered it on; Unix milliseconds
	Agency  bool           `json:"agency,omitempty"`
	Lamp    clock.Lamp     `json:"lamp"`
	Second  bool           `json:"second_red,omitempty"` // the legal limit is past, too
	Clock   clock.Name     `json:"clock,omitempty"`      // which clock is the most urgent
	Due     workday.Date   `json:"due,omitempty"`        // of that clock
	Left    int            `json:"left_days"`
	Next    Move           `json:"next"`
	Intake  string         `json:"intake,omitempty"` // the same for all cases of one bundle intake
}

// Worklist is one page of it.
type Worklist struct {
	Cases []Summary          `json:"cases"`
	Total int                `json:"total"`           // in the box, before paging
	Lamps map[clock.Lamp]int `json:"lamps"`           // how many of each lamp
	Past  int                `json:"second_red"`      // how many of the red ones are past their legal limit, too
	More  bool               `json:"more,omitempty"`  // more people have such a name than were looked at
	Skip  int                `json:"skip,omitempty"`  //
	Limit int                `json:"limit,omitempty"` //
}

// found bounds how many cases a search for a person brings into a worklist.
const found = 2000

// Worklist lists the cases of a box, the most urgent first: by lamp (what is
// red a second time before the rest), then by due day, then by id; behind them
// what is closed, the newest first.
func (d *Desk) Worklist(q Query) (Worklist, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit, q.Skip = min(q.Limit, 200), max(q.Skip, 0)
	list := Worklist{Lamps: map[clock.Lamp]int{}, Skip: q.Skip, Limit: q.Limit}
	words, err := d.search(q.Text)
	if err != nil {
		return list, err
	}
	list.More = words.more
	var open []*Summary
	var closed []*cabinet.Card
	self, now := d.Self().Center, d.moment()
	d.Cases.Cards(d.filter(q), func(card *cabinet.Card) bool {
		switch {
		case q.Box == Sent && card.OfferedBy != self, !words.match(card):
		case !card.Open():
			list.Lamps[clock.Done]++
			if q.Lamp == "" || q.Lamp == clock.Done {
				closed = append(closed, card)
			}
		default:
			var one *Summary
			if one, err = d.glance(card, now); err != nil {
				return false
			}
			list.Lamps[one.Lamp]++
			if one.Second {
				list.Past++
			}
			if q.Lamp == "" || q.Lamp == one.Lamp {
				open = append(open, one)
			}
		}
		return true
	})
	if err != nil {
		return list, err
	}
	list.Total = len(open) + len(closed)
	list.Cases = make([]Summary, 0, min(q.Limit, max(list.Total-q.Skip, 0)))
	sortFirst(open, q.Skip+q.Limit, byUrgency)
	for _, one := range open[min(q.Skip, len(open)):] {
		if len(list.Cases) < q.Limit {
			list.Cases = append(list.Cases, *one)
		}
	}
	if len(list.Cases) < q.Limit {
		skip := max(q.Skip-len(open), 0)
		sortFirst(closed, skip+q.Limit, newestFirst)
		closed = closed[min(skip, len(closed)):]
		for _, card := range closed[:min(q.Limit-len(list.Cases), len(closed))] {
			one, err := d.glance(card, now)
			if err != nil {
				return list, err
			}
			list.Cases = append(list.Cases, *one)
		}
	}
	return list, nil
}

// words is what a worklist is searched for.
type words struct {
	d      *Desk
	text   string
	people map[casefile.ID]bool // the cases of which somebody has the words
	more   bool                 // and there are others
	plain  bool                 // no Chinese in them: a number of a case may have them
	names  map[itemOf]bool      // whether the code or the name of an item has them

	last       itemOf // the item of the card before, and the answer
	asked, had bool
}

type itemOf struct {
	code item.Code
	in   area.Code
}

// search looks for people at once: of the rest the cards tell.
func (d *Desk) search(text string) (*words, error) {
	w := &words{d: d, text: strings.TrimSpace(text), names: map[itemOf]bool{}}
	w.plain = strings.IndexFunc(w.text, func(r rune) bool { return r > unicode.MaxASCII }) < 0
	if w.text == "" || d.People == nil {
		return w, nil
	}
	ids, more, err := d.People.Find(w.text, found)
	if err != nil && refusal.CodeOf(err) != refusal.Malformed { // what no person is found by may be a part of a number
		return nil, err
	}
	w.more, w.people = more, make(map[casefile.ID]bool, len(ids))
	for _, id := range ids {
		if d.Keeping != nil {
			if err := d.Keeping.May(id); refusal.CodeOf(err) == privacy.Restricted {
				continue // whose it is, is not told by finding it either
			} else if err != nil {
				return nil, err
			}
		}
		w.people[id] = true
	}
	return w, nil
}

// match reports whether a case has the words. It is asked of every card, so
// what is the same for all cases of an item is looked for once.
func (w *words) match(c *cabinet.Card) bool {
	if w.text == "" || w.people[c.ID] || c.Visit != "" && strings.Contains(c.Visit, w.text) {
		return true
	}
	if w.plain && (strings.Contains(c.Number, w.text) || strings.Contains(string(c.ID), w.text) || c.Intake != "" && strings.Contains(c.Intake, w.text)) {
		return true
	}
	key := itemOf{c.Code, c.Area}
	if key == w.last && w.asked {
		return w.had
	}
	has, known := w.names[key]
	if !known {
		has = strings.Contains(string(c.Code), w.text) || strings.Contains(w.d.itemName(c.Code, c.Area), w.text)
		w.names[key] = has
	}
	w.last, w.asked, w.had = key, true, has
	return has
}

// filter is what the cabinet can choose by itself; the text is matched against
// the item's name too and so is not left to it.
func (d *Desk) filter(q Query) cabinet.Filter {
	self := d.Self().Center
	switch q.Box {
	case Arrived:
		return cabinet.Filter{Offered: self}
	case Sent:
		return cabinet.Filter{Holder: self}
	case Opened:
		return cabinet.Filter{Origin: self}
	case All:
		return cabinet.Filter{}
	}
	return cabinet.Filter{Holder: self, Phases: []casefile.Phase{
		casefile.PhaseOpened, casefile.PhaseNoticed, casefile.PhaseAccepted, casefile.PhaseDecided,
		casefile.PhaseServed, casefile.PhaseDeclined, casefile.PhaseReturned, casefile.PhaseWithdrawn, casefile.PhaseTerminated,
	}}
}

// glance is a summary and what it was made of.
type glance struct {
	of     basis
	closes time.Time // of that day, as the area of the case closes
	closed bool
	shown  Summary
}

// holds reports whether a glance still shows what the case is now: the same
// basis, and the day no further than before or after the close of business.
func (g *glance) holds(now basis, at time.Time) bool {
	return g.of == now && g.closed == !at.Before(g.closes)
}

// basis is what a summary depends on besides the close of business: the log,
// the Register and the day.
type basis struct {
	head chain.Head
	book chain.Head
	day  workday.Date
	self casefile.Party
}

// moment is the present, the same for all cases of one list.
type moment struct {
	at    time.Time
	basis basis // but for the log
}

func (d *Desk) moment() moment {
	at := d.Now()
	return moment{at, basis{book: d.Register.Head(), day: workday.DateOf(at), self: d.Self()}}
}

// glance is a case in one line, from memory where nothing has changed.
func (d *Desk) glance(card *cabinet.Card, now moment) (*Summary, error) {
	want := now.basis
	want.head = card.Head
	if kept, ok := d.glances.Get(card.ID); ok && kept.(*glance).holds(want, now.at) {
		return &kept.(*glance).shown, nil
	}
	s, err := d.Cases.State(card.ID)
	if err != nil {
		return nil, err
	}
	return d.look(s, now), nil
}

// Warm looks at every open case, so that whoever asks for a worklist first on a
// day, or after the Register moved, does not wait for all of them. What is
// known already costs next to nothing.
func (d *Desk) Warm(ctx context.Context) error {
	var err error
	now := d.moment()
	d.Cases.Cards(cabinet.Filter{Open: true}, func(card *cabinet.Card) bool {
		_, err = d.glance(card, now)
		return err == nil && ctx.Err() == nil
	})
	return errors.Join(err, ctx.Err())
}

// Summary is a case in one line.
func (d *Desk) Summary(s casefile.State) Summary {
	now := d.moment()
	want := now.basis
	want.head = s.Head
	if kept, ok := d.glances.Get(s.ID); ok && kept.(*glance).holds(want, now.at) {
		return kept.(*glance).shown
	}
	return *d.look(s, now)
}

func (d *Desk) look(s casefile.State, now moment) *Summary {
	sh := d.sheet(s, By{}, true, newGiven())
	g := &glance{of: now.basis, closes: sh.limits().Closes(now.basis.day), shown: sh.summary()}
	g.of.head = s.Head
	g.closed = !now.at.Before(g.closes)
	d.glances.Add(s.ID, g)
	return &g.shown
}

func (sh *sheet) summary() Summary {
	s := sh.s
	one := Summary{
		ID: s.ID, Number: s.Number, Item: s.Item, Phase: s.Phase, Subject: s.Subject, Origin: s.Origin.Center,
		Holder: s.Holder.Center, Since: s.OpenedAt, Agency: s.Agency, Next: sh.next(),
	}
	if sh.it != nil {
		one.Name = sh.it.Name
	}
	if s.Bundle != nil {
		one.Intake = s.Bundle.Intake
	}
	if legs := len(s.Route); legs > 0 {
		one.Since = s.Route[legs-1].Since
	}
	if s.Offer != nil {
		one.Offered, one.Since = s.Offer.To.Center, s.Offer.At
	}
	readings := sh.readings()
	one.Lamp, one.Second = clock.Worst(readings), clock.Second(readings)
	for _, r := range readings {
		if r.Lamp == one.Lamp && r.Lamp != clock.Done && r.Second == one.Second && (one.Due == "" || r.Due < one.Due) {
			one.Clock, one.Due, one.Left = r.Clock, r.Due, r.LeftDays
		}
	}
	return one
}

// sortFirst puts the first n of a list in order and leaves the rest behind
// them: of ten thousand cases a page shows fifty.
func sortFirst[T any](list []T, n int, order func(a, b T) int) {
	if n >= len(list) {
		slices.SortFunc(list, order)
		return
	}
	first := list[:n] // a heap with the last of them on top
	down := func(i int) {
		for {
			last := i
			for child := 2*i + 1; child <= 2*i+2 && child < n; child++ {
				if order(first[child], first[last]) > 0 {
					last = child
				}
			}
			if last == i {
				return
			}
			first[i], first[last] = first[last], first[i]
			i = last
		}
	}
	for i := n/2 - 1; i >= 0; i-- {
		down(i)
	}
	for i := n; i < len(list) && n > 0; i++ {
		if order(list[i], first[0]) < 0 {
			list[i], first[0] = first[0], list[i]
			down(0)
		}
	}
	slices.SortFunc(first, order)
}

func newestFirst(a, b *cabinet.Card) int {
	return cmp.Or(cmp.Compare(b.Opened, a.Opened), cmp.Compare(a.ID, b.ID))
}

func byUrgency(a, b *Summary) int {
	return cmp.Or(
		-cmp.Compare(a.Lamp.Urgency(), b.Lamp.Urgency()),
		secondFirst(a, b),
		cmp.Compare(orLast(a.Due), orLast(b.Due)),
		cmp.Compare(a.ID, b.ID),
	)
}

// secondFirst puts what is red a second time before what is not.
func secondFirst(a, b *Summary) int {
	switch {
	case a.Second == b.Second:
		return 0
	case a.Second:
		return -1
	}
	return 1
}

// orLast puts what is due on no day behind everything that is.
func orLast(d workday.Date) workday.Date {
	if d == "" {
		return "9999-12-31"
	}
	return d
}
