package desk

import (
	"context"
	"slices"
	"time"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

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

// closedLine is a closed case in one line. Nothing on it changes with the day,
// so that its card says it all.
func (d *Desk) closedLine(c *cabinet.Card) Summary {
	one := Summary{
		ID: c.ID, Number: c.Number, Item: item.Ref{Code: c.Code, Area: c.Area, Version: c.Version}, Phase: c.Phase, Subject: c.Subject,
		Origin: c.Origin, Holder: c.Holder, Offered: c.Offered, Since: c.Since, Agency: c.Agency, Intake: c.Intake, Lamp: clock.Done,
	}
	sh := &sheet{d: d, s: casefile.State{Phase: c.Phase, Holder: casefile.Party{Center: c.Holder, Incarnation: c.Life}}}
	if one.Next = sh.onward(); c.Offered != "" {
		one.Next = Move{Action: TakeOver, Step: -1, Center: c.Offered, Here: c.Offered == d.Self().Center}
	}
	if it, ok := d.Register.Item(one.Item); ok {
		one.Name = it.Name
	}
	return one
}

// Warm looks at every open case that changed, so that whoever asks for a
// worklist first, on a day, after the Register moved or after much was taken
// in, does not wait for all of them. Where nothing did it costs nothing. While
// the Register moves from one call to the next it waits: all it did would be
// for nothing a moment later.
func (d *Desk) Warm(ctx context.Context) error {
	book := d.Register.Head()
	if last := d.warmed.Swap(&book); last != nil && *last != book {
		return ctx.Err()
	}
	for ctx.Err() == nil {
		if done, err := d.rack.catchUp(); done || err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Summary is a case in one line.
func (d *Desk) Summary(s casefile.State) Summary {
	now := d.moment()
	want := now.basis
	want.head = s.Head
	if g := d.rack.line(s.ID); g != nil && g.holds(want, now.at) {
		return g.shown
	}
	return d.look(s, now).shown
}

func (d *Desk) lookUp(id casefile.ID, now moment) (*glance, error) {
	s, err := d.Cases.State(id)
	if err != nil {
		return nil, err
	}
	return d.look(s, now), nil
}

func (d *Desk) look(s casefile.State, now moment) *glance {
	sh := d.sheet(s, By{}, true, newGiven())
	g := &glance{of: now.basis, closes: sh.limits().Closes(now.basis.day), shown: sh.summary()}
	g.of.head = s.Head
	g.closed = !now.at.Before(g.closes)
	return g
}

func (sh *sheet) summary() Summary {
	s := sh.s
	one := Summary{
		ID: s.ID, Number: s.Number, Item: s.Item, Phase: s.Phase, Subject: s.Subject, Origin: s.Origin.Center,
		Holder: s.Holder.Center, Since: s.HeldSince(), Agency: s.Agency, Next: sh.next(),
	}
	if sh.it != nil {
		one.Name = sh.it.Name
	}
	if s.Bundle != nil {
		one.Intake = s.Bundle.Intake
	}
	if s.Offer != nil {
		one.Offered = s.Offer.To.Center
	}
	readings := sh.readings()
	one.Lamp, one.Second, one.Standing = clock.Worst(readings), clock.Second(readings), standing(&s, readings)
	lead := clock.Leading(readings)
	one.Clock, one.Due, one.Left, one.Unit, one.Paused = lead.Clock, lead.Due, lead.LeftDays, lead.Unit, lead.PausedBy
	return one
}

// standing is why no clock runs of a case on which something is still to be done.
func standing(s *casefile.State, readings []clock.Reading) Standing {
	if clock.Worst(readings) != clock.Done || slices.Contains(still, s.Phase) {
		return Standing{}
	}
	if w := s.Waiting(); w != nil && !w.Counts {
		return Standing{Waits: w.Ground}
	}
	// That the notice was given, or needed none, says nothing of how long the rest takes.
	timed := slices.ContainsFunc(readings, func(r clock.Reading) bool { return r.Clock != clock.Notice && r.Clock != clock.Bring })
	return Standing{Untimed: !timed}
}

// still are the phases in which the office owes the applicant nothing more.
var still = []casefile.Phase{
	casefile.PhaseServed, casefile.PhaseConcluded, casefile.PhaseArchived, casefile.PhaseDeclined, casefile.PhaseReturned, casefile.PhaseWithdrawn, casefile.PhaseTerminated,
}
