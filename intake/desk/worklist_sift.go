package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
)

// sift is one look at the rack for a page of a worklist.
type sift struct {
	*rack
	q     Query
	list  *Worklist
	after cursor

	boxes uint8  // the bits that a case must have
	pass  []bool // by pile: of the phase and the item that are asked for
	named []bool // by pile: the text stands in the code or the name of the item
	hit   []bool // by entry: the text stands in its words, or a person has it; nil: no text is asked for

	open   []*Summary
	closed []*cabinet.Card
	left   int    // still to be left out
	last   *entry // that stands on the page
	more   bool   // and others would, behind it
}

// fill goes through the whole rack once: the page needs fifty cases, its
// totals all of them.
func (p *sift) fill(people []casefile.ID) {
	p.choose(people)
	p.left = p.q.Skip
	from, newest := p.behind()
	var ranks [maxRank + 1]int
	var boxes [256]int // by the bits of a case
	for i, n := range p.rack.open {
		e := &p.entries[n]
		boxes[e.boxes]++
		if p.has(n, e) {
			ranks[e.rank]++
			if i >= from && p.shows(e.rank) && p.room() {
				p.last, p.open = e, append(p.open, &e.line.shown)
			}
		}
	}
	for i := len(p.rack.closed) - 1; i >= 0; i-- {
		n := p.rack.closed[i]
		e := &p.entries[n]
		boxes[e.boxes]++
		if p.has(n, e) {
			ranks[e.rank]++
			if i < newest && p.shows(e.rank) && p.room() {
				p.last, p.closed = e, append(p.closed, e.card)
			}
		}
	}
	for in, n := range boxes {
		for box, bit := range boxBits {
			if n > 0 && uint8(in)&bit != 0 {
				p.list.Boxes[box] += n
			}
		}
	}
	for rank, n := range ranks {
		if n == 0 {
			continue
		}
		p.list.Lamps[lampOf(uint8(rank))] += n
		if rank%2 == 1 {
			p.list.Past += n
		}
		if p.shows(uint8(rank)) {
			p.list.Total += n
		}
	}
	if p.more {
		p.list.Next = cursorOf(p.last).String()
	}
}

// shows reports whether the lamp of a rank is asked for.
func (p *sift) shows(rank uint8) bool { return p.q.Lamp == "" || lampOf(rank) == p.q.Lamp }

// choose finds out once for each item, and once for all words, what would else
// be asked of every case.
func (p *sift) choose(people []casefile.ID) {
	p.boxes = boxBits[p.q.Box]
	if p.boxes == 0 {
		p.boxes = boxBits[Mine]
	}
	if p.q.Here {
		p.boxes |= heldHere
	}
	p.pass = make([]bool, len(p.piles))
	for i, one := range p.piles {
		p.pass[i] = (p.q.Phase == "" || one.phase == p.q.Phase) && (p.q.Code == "" || one.code == p.q.Code)
	}
	text := strings.TrimSpace(p.q.Text)
	if text == "" {
		return
	}
	p.hit, p.named = make([]bool, len(p.entries)), make([]bool, len(p.piles))
	p.spelt(text, p.hit)
	for _, id := range people {
		if n, ok := p.at[id]; ok {
			p.hit[n] = true
		}
	}
	known := map[itemOf]bool{}
	for i, one := range p.piles {
		of := itemOf{one.code, one.area}
		has, asked := known[of]
		if !asked {
			has = strings.Contains(string(one.code), text) || strings.Contains(p.d.itemName(one.code, one.area), text)
			known[of] = has
		}
		p.named[i] = has
	}
}

// itemOf is an item as an area offers it.
type itemOf struct {
	code item.Code
	in   area.Code
}

// has reports whether a case belongs to the worklist, whatever its lamp.
func (p *sift) has(n uint32, e *entry) bool {
	switch {
	case e.boxes&p.boxes != p.boxes, !p.pass[e.pile],
		p.hit != nil && !p.hit[n] && !p.named[e.pile]:
		return false
	case p.q.Action == "" && p.q.Level == 0:
		return true
	case e.line == nil:
		return false
	}
	next := &e.line.shown.Next
	return (p.q.Action == "" || next.Action == p.q.Action) && (p.q.Level == 0 || next.Center != "" && next.Center.Level() == p.q.Level)
}

// room reports whether the case that comes next stands on the page.
func (p *sift) room() bool {
	switch {
	case p.left > 0:
		p.left--
		return false
	case len(p.open)+len(p.closed) == p.q.Limit:
		p.more = true
		return false
	}
	return true
}

// cursor is where a case stands in the order of a worklist. It names the place
// and not the case: what comes, goes or is settled between two pages makes no
// other case appear twice or not at all.
type cursor struct {
	id     casefile.ID // "": before all
	closed bool
	rank   uint8        // of an open case
	due    workday.Date //
	opened int64        // of a closed one
}

func cursorOf(e *entry) cursor {
	if e.line == nil {
		return cursor{id: e.card.ID, closed: true, opened: e.opened}
	}
	return cursor{id: e.card.ID, rank: e.rank, due: orLast(e.line.shown.Due)}
}

// String is the cursor as it stands in an address; nobody else is to read it.
func (c cursor) String() string {
	if c.closed {
		return fmt.Sprintf("c.%d.%s", c.opened, c.id)
	}
	return fmt.Sprintf("o.%d.%s.%s", c.rank, c.due, c.id)
}

// Place is where a case stands in the order of all worklists, as Query.After
// takes it: what a list goes on with behind it. "" where it is not here.
func (d *Desk) Place(id casefile.ID) (place string, err error) {
	err = d.rack.look(func() {
		if n, ok := d.rack.at[id]; ok {
			place = cursorOf(&d.rack.entries[n]).String()
		}
	})
	return place, err
}

func readCursor(text string) (c cursor, err error) {
	if text == "" {
		return c, nil
	}
	bad := refusal.Newf(refusal.Malformed, "go on with a worklist", "begin with the first page", "%.80q is no place in a worklist", text)
	kind, rest, _ := strings.Cut(text, ".")
	first, rest, _ := strings.Cut(rest, ".")
	switch kind {
	case "c":
		c.closed = true
		c.opened, err = strconv.ParseInt(first, 10, 64)
	case "o":
		var rank uint64
		rank, err = strconv.ParseUint(first, 10, 8)
		due, id, _ := strings.Cut(rest, ".")
		if c.rank, c.due, rest = uint8(rank), workday.Date(due), id; !c.due.Valid() {
			return c, bad
		}
	default:
		return c, bad
	}
	if c.id = casefile.ID(rest); err == nil {
		_, _, err = c.id.Parse()
	}
	if err != nil {
		return c, bad
	}
	return c, nil
}

// behind is where the page begins: in the open cases from an index on, in the
// closed ones below one.
func (p *sift) behind() (from, newest int) {
	from, newest = 0, len(p.rack.closed)
	switch c := p.after; {
	case c.id == "":
	case c.closed:
		from = len(p.rack.open)
		newest, _ = slices.BinarySearchFunc(p.rack.closed, c, func(n uint32, c cursor) int {
			e := &p.entries[n]
			return cmp.Or(cmp.Compare(e.opened, c.opened), cmp.Compare(c.id, e.card.ID))
		})
	default:
		i, found := slices.BinarySearchFunc(p.rack.open, c, func(n uint32, c cursor) int {
			at := cursorOf(&p.entries[n])
			return cmp.Or(cmp.Compare(c.rank, at.rank), cmp.Compare(at.due, c.due), cmp.Compare(at.id, c.id))
		})
		if from = i; found {
			from++
		}
	}
	return from, newest
}
