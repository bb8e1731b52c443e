package desk

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
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
	Text  string     `json:"text,omitempty"`  // part of the number, the id or the item's name or code
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
	More  bool               `json:"more,omitempty"`  // the box holds more than was looked at
	Skip  int                `json:"skip,omitempty"`  //
	Limit int                `json:"limit,omitempty"` //
}

// looked bounds how many cases one worklist looks at. A village has hundreds
// open; a hub that has more narrows the box.
const looked = 20_000

// Worklist lists the cases of a box, the most urgent first: by lamp (what is
// red a second time before the rest), then by due day, then by id.
func (d *Desk) Worklist(q Query) (Worklist, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit, q.Skip = min(q.Limit, 200), max(q.Skip, 0)
	list := Worklist{Lamps: map[clock.Lamp]int{}, Skip: q.Skip, Limit: q.Limit}
	var all []Summary
	filter, after, self := d.filter(q), casefile.ID(""), d.Self().Center
	for seen := 0; ; {
		page, err := d.Cases.List(filter, after, 512)
		if err != nil {
			return list, err
		}
		for _, s := range page {
			after = s.ID
			if q.Box == Sent && (s.Offer == nil || s.Offer.From.Center != self) {
				continue
			}
			one := d.Summary(s)
			if !one.matches(q.Text) {
				continue
			}
			list.Lamps[one.Lamp]++
			if one.Second {
				list.Past++
			}
			if q.Lamp == "" || q.Lamp == one.Lamp {
				all = append(all, one)
			}
		}
		if seen += len(page); len(page) < 512 {
			break
		}
		if seen >= looked {
			list.More = true
			break
		}
	}
	slices.SortFunc(all, byUrgency)
	list.Total = len(all)
	all = all[min(q.Skip, len(all)):]
	list.Cases = all[:min(q.Limit, len(all))]
	return list, nil
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
		casefile.PhaseServed, casefile.PhaseDeclined, casefile.PhaseWithdrawn, casefile.PhaseTerminated,
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

// Summary is a case in one line.
func (d *Desk) Summary(s casefile.State) Summary {
	at := d.Now()
	now := basis{s.Head, d.Register.Head(), workday.DateOf(at), d.Self()}
	if kept, ok := d.glances.Get(s.ID); ok && kept.(*glance).holds(now, at) {
		return kept.(*glance).shown
	}
	sh := d.sheet(s, By{}, true, newGiven())
	g := &glance{of: now, closes: sh.limits().Closes(now.day), shown: sh.summary()}
	g.closed = !at.Before(g.closes)
	d.glances.Add(s.ID, g)
	return g.shown
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

func (one Summary) matches(text string) bool {
	return text == "" || strings.Contains(string(one.ID), text) || strings.Contains(one.Number, text) || strings.Contains(one.Intake, text) ||
		strings.Contains(one.Name, text) || strings.Contains(string(one.Item.Code), text)
}

func byUrgency(a, b Summary) int {
	return cmp.Or(
		-cmp.Compare(a.Lamp.Urgency(), b.Lamp.Urgency()),
		secondFirst(a, b),
		cmp.Compare(orLast(a.Due), orLast(b.Due)),
		cmp.Compare(a.ID, b.ID),
	)
}

// secondFirst puts what is red a second time before what is not.
func secondFirst(a, b Summary) int {
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
