package desk

import (
	"testing"
	"time"

	"tongban/intake/cabinet"
	"tongban/intake/casefile"
)

// crowd stands in for a cabinet that holds very many cases: copies of a few real
// ones under other names.
type crowd struct {
	*cabinet.Cabinet
	real    []casefile.State
	cards   []*cabinet.Card
	at      map[casefile.ID]int // in cards
	states  map[casefile.ID]casefile.State
	changes []casefile.ID // since it was filled
}

func (c *crowd) Cards(f cabinet.Filter, visit func(*cabinet.Card) bool) {
	for _, card := range c.cards {
		if !visit(card) {
			return
		}
	}
}

func (c *crowd) CardsSince(mark uint64) (changed []*cabinet.Card, now uint64) {
	now = uint64(len(c.changes)) + 1
	if mark == 0 {
		return c.cards, now
	}
	for _, id := range c.changes[mark-1:] {
		changed = append(changed, c.cards[c.at[id]])
	}
	return changed, now
}

func (c *crowd) State(id casefile.ID) (casefile.State, error) {
	if s, ok := c.states[id]; ok {
		return s, nil
	}
	return c.Cabinet.State(id)
}

// newCrowd is a district with so many cases, one in ten open, of which the first
// were opened some days ago.
func newCrowd(tb testing.TB, total int) (*city, *Desk, *crowd) {
	c := newCity(tb, wujiang)
	n := c.nodes[wujiang]
	many := &crowd{Cabinet: n.cabinet, at: map[casefile.ID]int{}, states: map[casefile.ID]casefile.State{}}
	for i := range 20 { // of limits from ten working days to none
		record := []string{"D28", "D43", "D46", "D56"}[i%4]
		done, err := n.desk.Open(c.ctx, staff("窗口"), OpenForm{Item: c.items[record], Subject: wujiang.Area(), Applicant: citizen(), Accept: true})
		must(tb, err)
		many.real = append(many.real, done.State)
		c.tick(7 * time.Hour)
	}
	for i := range total {
		card := many.card(i)
		if i%10 != 0 {
			card.Phase, card.Outcome, card.Concluded = casefile.PhaseConcluded, casefile.OutcomeGranted, card.Opened+1000
		}
		many.at[card.ID], many.cards = i, append(many.cards, card)
	}
	n.desk.Cases = many
	return c, n.desk, many
}

// BenchmarkCrowd is what a clerk waits for at a desk with 100,000 cases, besides
// the search for people.
func BenchmarkCrowd(b *testing.B) {
	c, d, many := newCrowd(b, 100_000)
	must(b, d.Warm(c.ctx))
	for _, ask := range []struct {
		what string
		q    Query
	}{
		{"first page", Query{}}, {"tenth page", Query{Skip: 450}}, {"all", Query{Box: All}}, {"concluded", Query{Box: All, Phase: casefile.PhaseConcluded}},
		{"number", Query{Box: All, Text: "-0042"}}, {"year", Query{Box: All, Text: "2026"}},
	} {
		b.Run(ask.what, func(b *testing.B) {
			for b.Loop() {
				_, err := d.Worklist(ask.q)
				must(b, err)
			}
		})
	}
	b.Run("statistics", func(b *testing.B) {
		for b.Loop() {
			_, err := d.Statistics(Span{})
			must(b, err)
		}
	})
	b.Run("first page, of which one changed", func(b *testing.B) {
		n := 0
		for b.Loop() {
			card := *many.cards[n%1000*10]
			many.cards[n%1000*10], many.changes = &card, append(many.changes, card.ID)
			n++
			_, err := d.Worklist(Query{})
			must(b, err)
		}
	})
	b.Run("first page of a day", func(b *testing.B) {
		for b.Loop() {
			c.tick(24 * time.Hour)
			_, err := d.Worklist(Query{})
			must(b, err)
		}
	})
}
