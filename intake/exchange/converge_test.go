package exchange

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// TestConverges: centers open cases and hand them around while lines are cut
// and nodes die; once the lines stand, every offer is answered by somebody,
// every copy is where it belongs, every log verifies, and one party holds each
// case.
func TestConverges(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d: set it in the test to run it again", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	c := newCity(t)
	centers := []area.Center{casetest.Village, casetest.Town, casetest.District, casetest.Town2}
	posts := map[area.Center]*post{}
	for _, center := range centers {
		posts[center] = c.post(center)
	}
	any := func() *post { return posts[centers[rnd.IntN(len(centers))]] }
	var cases []casefile.ID
	opened := map[casefile.ID]casefile.Party{}
	for range 120 {
		p := any()
		switch n := rnd.IntN(20); {
		case n < 4 && p.self.Center != casetest.District:
			s := p.open()
			cases, opened[s.ID] = append(cases, s.ID), p.self
		case n < 5:
			c.net.Cut(string(p.self.Center), string(any().self.Center))
		case n < 6:
			c.net.Isolate(string(p.self.Center))
		case n < 8:
			c.net.HealAll()
		case n < 9:
			p.restart()
		case len(cases) > 0:
			p.move(cases[rnd.IntN(len(cases))], any(), rnd.IntN(3) == 0)
		}
	}
	c.net.HealAll()
	for _, p := range posts {
		for _, center := range centers {
			p.PeerUp(center)
		}
	}
	for _, id := range cases {
		s := c.settled(id, posts)
		for _, p := range posts {
			if promised(s, p.self.Center) {
				p.reaches(id, s.Head)
				if _, err := p.cab.Verify(t.Context(), id); err != nil {
					t.Errorf("%s: %v", p.self, err)
				}
			}
		}
	}
	for _, p := range posts {
		p.drained("")
	}
}

// promised reports whether a center gets every later record of a case: one that
// the case only passed through keeps what it had, unless it asks.
func promised(s casefile.State, c area.Center) bool {
	s.Route = nil
	return Concerns(s, c)
}

// move does what a desk would do with a case, if it is its to do.
func (p *post) move(id casefile.ID, to *post, back bool) {
	p.t.Helper()
	d := casefile.Draft{Kind: casefile.HandedOver, Body: casefile.HandedOverBody{To: to.self}, Staff: "Zhou"}
	_, err := p.cab.Append(p.t.Context(), id, func(s casefile.State) ([]casefile.Draft, error) {
		switch {
		case s.Head.Index == 0 || s.Next() != p.self || s.Offer == nil && to == p:
			return nil, nil
		case s.Offer != nil && back:
			d = casefile.Draft{Kind: casefile.TurnedBack, Staff: "Zhou", Body: casefile.TurnedBackBody{To: s.Offer.From, Reason: "not ours"}}
		case s.Offer != nil:
			d = casefile.Draft{Kind: casefile.TakenOver, Staff: "Zhou"}
		}
		return []casefile.Draft{d}, nil
	})
	if err != nil && refusal.CodeOf(err) == "" {
		p.t.Fatal(err)
	}
}

// settled has the open offer of a case answered, and returns the case as its
// holder has it.
func (c *city) settled(id casefile.ID, posts map[area.Center]*post) casefile.State {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	for ctx.Err() == nil {
		holder := c.newest(id, posts)
		if holder.Offer == nil {
			return holder
		}
		to := posts[holder.Offer.To.Center]
		to.reaches(id, holder.Head)
		to.move(id, to, false)
	}
	c.t.Fatalf("the offer of %s is never answered", id)
	return casefile.State{}
}

// newest is the longest log of a case.
func (c *city) newest(id casefile.ID, posts map[area.Center]*post) casefile.State {
	var best casefile.State
	for _, p := range posts {
		if s, err := p.cab.State(id); err == nil && s.Head.Index > best.Head.Index {
			best = s
		}
	}
	return best
}
