package desk

import (
	"bytes"
	"reflect"
	"slices"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// passages are the ways from phase to phase and the events that lead there, as
// whoever works at a counter would write them down.
var passages = map[casefile.Kind]map[casefile.Phase][]casefile.Phase{
	casefile.Opened:       {"opened": {""}},
	casefile.Noticed:      {"noticed": {"opened"}},
	casefile.Supplemented: {"opened": {"noticed"}},
	casefile.Accepted:     {"accepted": {"opened", "noticed"}},
	casefile.Declined:     {"declined": {"opened", "noticed"}},
	casefile.Returned:     {"returned": {"opened", "noticed"}},
	casefile.Withdrawn:    {"withdrawn": {"opened", "noticed", "accepted"}},
	casefile.Terminated:   {"terminated": {"opened", "noticed", "accepted"}},
	casefile.Decided:      {"decided": {"accepted"}},
	casefile.Served:       {"served": {"decided"}},
	casefile.HandedOut:    {"served": {"decided"}},
	casefile.Reopened:     {"accepted": {"decided", "served", "concluded"}},
	casefile.Concluded:    {"concluded": {"decided", "served", "declined", "withdrawn", "terminated", "returned"}},
	casefile.Archived:     {"archived": {"concluded"}},
}

// waits are the events by which a case begins or ends to wait: so does an end
// of the case.
var waits = []casefile.Kind{casefile.Suspended, casefile.Resumed, casefile.FeeCharged, casefile.FeePaid, casefile.FeeWaived, casefile.Voided,
	casefile.Withdrawn, casefile.Terminated}

// movers are the events that may move the due day of each clock that runs
// before and after them. Whatever is not here never does.
var movers = map[clock.Name][]casefile.Kind{
	clock.Notice:   {},
	clock.Bring:    {casefile.Noticed},
	clock.Forward:  append([]casefile.Kind{casefile.Accepted, casefile.Reopened, casefile.HandedOver, casefile.TakenOver, casefile.TurnedBack, casefile.Seized}, waits...),
	clock.Promised: append([]casefile.Kind{casefile.Accepted, casefile.Adopted, casefile.Extended, casefile.Reopened, casefile.Decided}, waits...),
	clock.Legal:    append([]casefile.Kind{casefile.Accepted, casefile.Adopted, casefile.Extended, casefile.Reopened, casefile.Decided}, waits...),
	clock.Service:  {casefile.Decided},
	clock.Renewal:  {},
	clock.Step: append([]casefile.Kind{casefile.Accepted, casefile.Adopted, casefile.Reopened, casefile.TakenOver, casefile.Seized, casefile.Received, casefile.Supplemented,
		casefile.Checked, casefile.Reviewed, casefile.Outside, casefile.Visited, casefile.Deliberated, casefile.Decided, casefile.Made,
		casefile.Served, casefile.HandedOut}, waits...),
}

// explained folds what was written event by event: every phase and every due day
// moves by an event that may move it.
func (l *life) explained(at area.Center, before, after casefile.State) {
	records, err := l.nodes[at].cabinet.Log(before.ID, before.Head.Index+1, 1000)
	l.must(err)
	s := before
	for _, b := range records {
		r, err := casefile.Read(b)
		l.must(err)
		next, err := casefile.Apply(s, r)
		l.must(err)
		kind := r.Event.Kind
		if s.Phase != next.Phase && !slices.Contains(passages[kind][next.Phase], s.Phase) {
			l.rt.Fatalf("%s leads from %q to %q", kind, s.Phase, next.Phase)
		}
		was, is := l.readings(at, s), l.readings(at, next)
		for name, old := range was {
			now, still := is[name]
			if !still || now.Due == old.Due && now.From == old.From || name == clock.Step && now.Step != old.Step {
				continue
			}
			if !slices.Contains(movers[name], kind) {
				l.rt.Fatalf("%s moved the %s clock of %s from %+v to %+v", kind, name, s.ID, old, now)
			}
			l.tally.moved[kind]++
		}
		for _, name := range []clock.Name{clock.Notice, clock.Promised, clock.Legal, clock.Service, clock.Renewal} {
			_, ran := was[name]
			if _, runs := is[name]; ran && !runs && kind != casefile.Reopened && kind != casefile.Adopted {
				l.rt.Fatalf("%s made the %s clock of %s vanish", kind, name, s.ID)
			}
		}
		s = next
	}
	if !bytes.Equal(wire.Encode(s), wire.Encode(after)) {
		l.rt.Fatalf("the log of %s folds to something else than the desk says", s.ID)
	}
}

// page is what two centers with the same log must show alike: everything but
// what may be done here and what was printed here.
type page struct {
	View   View
	Papers []Printable
	Board  Board
	Way    Itinerary
}

func (l *life) page(at area.Center, id casefile.ID) page {
	d := l.nodes[at].desk
	view, err := d.Look(id)
	l.must(err)
	p := page{View: view}
	p.View.Actions, p.View.Next.Here = nil, false
	p.Papers, err = d.Printables(id)
	l.must(err)
	p.Board, err = d.Board(id)
	l.must(err)
	p.Way, err = d.Itinerary(id)
	l.must(err)
	return p
}

// agree holds the pages of two centers that have the same log against each other.
func (l *life) agree(id casefile.ID) {
	by := map[chain.Head][]area.Center{}
	for _, center := range people {
		if s := l.state(center, id); s.Head.Index > 0 {
			by[s.Head] = append(by[s.Head], center)
		}
	}
	for _, same := range by {
		if len(same) < 2 {
			continue
		}
		i := l.n % len(same)
		l.alike(id, same[i], same[(i+1)%len(same)])
	}
}

func (l *life) alike(id casefile.ID, a, b area.Center) {
	at, bt := l.page(a, id), l.page(b, id)
	l.tally.pages++
	va, vb := reflect.ValueOf(at.View), reflect.ValueOf(bt.View)
	for i := range va.NumField() {
		if x, y := va.Field(i).Interface(), vb.Field(i).Interface(); !reflect.DeepEqual(x, y) {
			l.rt.Fatalf("%s of %s: %s shows %+v, %s shows %+v", va.Type().Field(i).Name, id, a, x, b, y)
		}
	}
	if !reflect.DeepEqual(at.Papers, bt.Papers) || !reflect.DeepEqual(at.Board, bt.Board) || !reflect.DeepEqual(at.Way, bt.Way) {
		l.rt.Fatalf("of %s with one log: %s shows %+v, %s shows %+v", id, a, at, b, bt)
	}
	if len(at.Papers) == 0 || l.n%3 != 0 {
		return
	}
	paper := one(l, at.Papers, "document")
	for _, lang := range []notice.Lang{notice.Chinese, notice.English} {
		how := Printing{Number: paper.Number, Lang: lang}
		x, _, err := l.nodes[a].desk.document(id, paper.Kind, how)
		y, _, other := l.nodes[b].desk.document(id, paper.Kind, how)
		switch lacks := refusal.CodeOf(err) == ContentLacks || refusal.CodeOf(other) == ContentLacks; {
		case lacks: // the applicant's name is still on its way
		case err != nil || other != nil || !reflect.DeepEqual(x, y):
			l.rt.Fatalf("%s of %s: %s prints %+v (%v), %s prints %+v (%v)", paper.Kind, id, a, x, err, b, y, other)
		default:
			l.tally.printed++
		}
	}
}

// settled brings everything everywhere, and checks every log and every page.
func (l *life) settled() {
	for _, id := range l.cases {
		source, s := l.newest(id)
		l.tally.reached[s.Phase]++
		for _, to := range people {
			l.blobs(s, source, to)
			l.deliver(id, source, to)
			verified, err := l.nodes[to].cabinet.Verify(l.ctx, id)
			l.must(err)
			if !bytes.Equal(wire.Encode(verified), wire.Encode(s)) {
				l.rt.Fatalf("%s at %s is something else than at %s", id, to, source)
			}
			if to != source {
				l.alike(id, source, to)
			}
		}
	}
}
