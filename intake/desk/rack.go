package desk

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// rack is what worklists and statistics are read from: every case in order of
// urgency, with what chooses and counts it in a few bytes side by side, so that
// a look over 100,000 of them takes a millisecond. It follows the cabinet by
// asking it what has changed before each look, and holds nothing that the cards
// and the lines do not say. Safe for concurrent use.
type rack struct {
	d *Desk

	mu          sync.RWMutex
	mark        uint64    // how far the cabinet's changes are taken in
	basis       basis     // of the lines, but for their logs
	from, until time.Time // and they hold from here to before there: in between no office closes
	stale       []uint32  // of entries, whose lines are from before

	at      map[casefile.ID]uint32
	entries []entry  // in the order in which they came
	open    []uint32 // of entries, those of open cases, the most urgent first
	closed  []uint32 // the others, the oldest first

	pileOf map[pile]uint32
	piles  []pile

	words []byte   // what may be typed to find a case: those of an entry after those of the one before
	ends  []uint32 // of the words of each entry
}

// entry is a case on the rack.
type entry struct {
	card   *cabinet.Card
	line   *glance // nil: the case is closed
	opened int64
	pile   uint32
	boxes  uint8
	rank   uint8 // of its lamp
}

// pile is what cases have in common that are counted alike. There are as many as
// items, phases and outcomes combine, however many cases there are.
type pile struct {
	code    item.Code
	area    area.Code
	phase   casefile.Phase
	outcome casefile.Outcome
	kind    item.Kind
	grade   int

	joint, referred, agency, elsewhere bool
}

func pileOf(c *cabinet.Card) pile {
	return pile{c.Code, c.Area, c.Phase, c.Outcome, c.Kind, c.Grade, c.Joint, c.Referred, c.Agency, c.Elsewhere}
}

// boxBits tell in which boxes a case lies.
var boxBits = map[Box]uint8{Mine: 1, Arrived: 2, Sent: 4, Opened: 8, All: 16}

// heldHere is set beside them where this center holds the case.
const heldHere = 32

func boxesOf(c *cabinet.Card, self area.Center) uint8 {
	in := boxBits[All]
	for _, box := range []struct {
		name Box
		is   bool
	}{
		{Mine, c.Holder == self && !c.Away()}, {Arrived, c.Offered == self && !c.Away()},
		{Sent, c.Holder == self && c.OfferedBy == self}, {Opened, c.Origin == self},
	} {
		if box.is {
			in |= boxBits[box.name]
		}
	}
	if c.Holder == self {
		in |= heldHere
	}
	return in
}

// lamps are all there are, each at its urgency.
var lamps = [...]clock.Lamp{clock.Done, clock.Green, clock.Paused, clock.Yellow, clock.Red}

const maxRank = 2*len(lamps) - 1

func lampOf(rank uint8) clock.Lamp { return lamps[rank/2] }

// rankOf orders lamps, the most urgent highest; what is red a second time stands
// above what is not.
func rankOf(one *Summary) uint8 {
	rank := uint8(2 * one.Lamp.Urgency())
	if one.Second {
		rank++
	}
	return rank
}

// orLast puts what is due on no day behind everything that is.
func orLast(d workday.Date) workday.Date {
	if d == "" {
		return "9999-12-31"
	}
	return d
}

func newRack(d *Desk) *rack {
	return &rack{d: d, at: map[casefile.ID]uint32{}, pileOf: map[pile]uint32{}}
}

// look calls view with the rack as it is now. view may read it, must keep
// nothing of it but lines and cards, which never change, and must not wait.
func (s *rack) look(view func()) error {
	if _, err := s.catchUp(); err != nil {
		return err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	view()
	return nil
}

// line is the line of an open case; nil for another.
func (s *rack) line(id casefile.ID) *glance {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if n, ok := s.at[id]; ok {
		return s.entries[n].line
	}
	return nil
}

// renewed is how many lines one look makes anew when the day, the close of
// business or the Register has moved: the most urgent first, so that a page shows
// what holds. Of a center with more the rest follows, at the looks of others and
// by Warm, and nobody waits for all of it.
const renewed = 100

// catchUp takes in what changed: cases, the Register, the day. It is done when no
// line is left to be made anew.
func (s *rack) catchUp() (done bool, err error) {
	s.mu.RLock()
	mark, holds := s.mark, s.holdsLocked(s.d.moment()) && len(s.stale) == 0
	s.mu.RUnlock()
	if holds {
		if _, newest := s.d.Cases.CardsSince(mark); newest == mark {
			return true, nil
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.d.moment()
	if !s.holdsLocked(now) {
		s.basis, s.from, s.until = now.basis, time.Time{}, time.Time{}
		s.stale = slices.Clone(s.open)
	}
	for most := renewed; len(s.stale) > 0 && most > 0; s.stale = s.stale[1:] {
		made, err := s.renewLocked(s.stale[0], now)
		if err != nil {
			return false, err
		}
		if made {
			most--
		}
	}
	changed, mark := s.d.Cases.CardsSince(s.mark)
	if err := s.takeLocked(changed, now); err != nil {
		return false, err
	}
	s.mark = mark
	return len(s.stale) == 0, nil
}

func (s *rack) holdsLocked(now moment) bool {
	return s.basis == now.basis && !now.at.Before(s.from) && (s.until.IsZero() || now.at.Before(s.until))
}

// renewLocked looks anew at a case where it is open and its line does not hold
// any more.
func (s *rack) renewLocked(n uint32, now moment) (made bool, err error) {
	e := &s.entries[n]
	if e.line == nil {
		return false, nil
	}
	want := now.basis
	want.head = e.line.of.head
	if e.line.holds(want, now.at) {
		s.narrow(e.line)
		return false, nil
	}
	line, err := s.d.lookUp(e.card.ID, now)
	if err != nil {
		return false, err
	}
	s.removeLocked(n)
	e.line, e.rank = line, rankOf(&line.shown)
	s.insertLocked(n)
	s.narrow(line)
	return true, nil
}

// narrow bounds how long the lines hold by one that was made now.
func (s *rack) narrow(g *glance) {
	switch {
	case g.closed && g.closes.After(s.from):
		s.from = g.closes
	case !g.closed && (s.until.IsZero() || g.closes.Before(s.until)):
		s.until = g.closes
	}
}

// takeLocked puts cards on the rack. Very many are put in order together.
func (s *rack) takeLocked(changed []*cabinet.Card, now moment) (err error) {
	many := len(changed) > 64+len(s.entries)/16
	if many {
		defer s.arrangeLocked()
	}
	for _, card := range changed {
		if err := s.putLocked(card, now, !many); err != nil {
			return err
		}
	}
	return nil
}

func (s *rack) putLocked(card *cabinet.Card, now moment, order bool) error {
	n, known := s.at[card.ID]
	if known && s.entries[n].card == card {
		return nil
	}
	e := entry{card: card, opened: card.Opened, boxes: boxesOf(card, now.basis.self.Center)}
	if card.Open() {
		line, err := s.d.lookUp(card.ID, now)
		if err != nil {
			return err
		}
		e.line, e.rank = line, rankOf(&line.shown)
		s.narrow(line)
	}
	kind := pileOf(card)
	pile, ok := s.pileOf[kind]
	if !ok {
		pile = uint32(len(s.piles))
		s.pileOf[kind], s.piles = pile, append(s.piles, kind)
	}
	e.pile = pile
	switch {
	case !known:
		n = uint32(len(s.entries))
		s.at[card.ID], s.entries = n, append(s.entries, e)
		s.words = appendWords(s.words, card)
		s.ends = append(s.ends, uint32(len(s.words)))
	default:
		if order {
			s.removeLocked(n)
		}
		spelt := spelling(s.entries[n].card) != spelling(card)
		if s.entries[n] = e; spelt {
			s.spellLocked()
		}
	}
	if order {
		s.insertLocked(n)
	}
	return nil
}

func (s *rack) insertLocked(n uint32) {
	list, order := s.orderLocked(n)
	i, _ := slices.BinarySearchFunc(*list, n, order)
	*list = slices.Insert(*list, i, n)
}

func (s *rack) removeLocked(n uint32) {
	list, order := s.orderLocked(n)
	if i, found := slices.BinarySearchFunc(*list, n, order); found {
		*list = slices.Delete(*list, i, i+1)
	}
}

// orderLocked is the list that an entry stands in, and its order.
func (s *rack) orderLocked(n uint32) (list *[]uint32, order func(a, b uint32) int) {
	if s.entries[n].line != nil {
		return &s.open, s.byUrgency
	}
	return &s.closed, s.byAge
}

// arrangeLocked puts all entries in order.
func (s *rack) arrangeLocked() {
	s.open, s.closed = s.open[:0], s.closed[:0]
	for n := range s.entries {
		list, _ := s.orderLocked(uint32(n))
		*list = append(*list, uint32(n))
	}
	slices.SortFunc(s.open, s.byUrgency)
	slices.SortFunc(s.closed, s.byAge)
}

func (s *rack) byUrgency(a, b uint32) int {
	x, y := &s.entries[a], &s.entries[b]
	return cmp.Or(cmp.Compare(y.rank, x.rank), cmp.Compare(orLast(x.line.shown.Due), orLast(y.line.shown.Due)), cmp.Compare(x.card.ID, y.card.ID))
}

func (s *rack) byAge(a, b uint32) int {
	x, y := &s.entries[a], &s.entries[b]
	return cmp.Or(cmp.Compare(x.opened, y.opened), cmp.Compare(y.card.ID, x.card.ID))
}

// spelling is what of a case may be typed to find it, besides its people and
// its item.
func spelling(c *cabinet.Card) [5]string {
	return [5]string{c.Number, string(c.ID), c.Intake, c.Visit, c.Former}
}

// wordEnd stands between what may be typed, and in no text that is looked for.
const wordEnd = "\n"

func appendWords(to []byte, c *cabinet.Card) []byte {
	for _, one := range spelling(c) {
		if one != "" {
			to = append(append(to, one...), wordEnd...)
		}
	}
	return to
}

// spellLocked writes the words of all entries anew: those of a case change only
// where another branch of its log overruled the first.
func (s *rack) spellLocked() {
	s.words = s.words[:0]
	for n := range s.entries {
		s.words = appendWords(s.words, s.entries[n].card)
		s.ends[n] = uint32(len(s.words))
	}
}

// spelt marks the entries that have a text in their words.
func (s *rack) spelt(text string, hit []bool) {
	if text == "" || strings.Contains(text, wordEnd) {
		return
	}
	n := 0
	for at := 0; at < len(s.words); at = int(s.ends[n]) {
		i := bytes.Index(s.words[at:], []byte(text))
		if i < 0 {
			return
		}
		for int(s.ends[n]) <= at+i {
			n++
		}
		hit[n] = true
	}
}
