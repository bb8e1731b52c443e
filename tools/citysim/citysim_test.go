package main

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/catalog/starter"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
	"tongban/intake/desk"
)

func answer(id casefile.ID, seq uint64, hash byte) desk.Done {
	var d desk.Done
	d.State.ID = id
	d.State.Head = chain.Head{Index: seq, Hash: chain.Hash{hash}}
	return d
}

// What contradicts itself is told at once.
func TestLedgerSeesContradictions(t *testing.T) {
	for _, row := range []struct {
		name string
		say  func(*ledger)
		want string
	}{
		{"the same answer again", func(l *ledger) {
			l.acknowledged(yejian, desk.Open, "k1", answer("a", 1, 1))
			l.acknowledged(yejian, desk.Open, "k1", answer("a", 3, 3))
			l.acknowledged(tongli, desk.TakeOver, "k2", answer("a", 3, 3))
		}, ""},
		{"one key, two cases", func(l *ledger) {
			l.acknowledged(yejian, desk.Open, "k1", answer("a", 1, 1))
			l.acknowledged(yejian, desk.Open, "k1", answer("b", 1, 2))
		}, "opened two cases"},
		{"two keys, one case", func(l *ledger) {
			l.acknowledged(yejian, desk.Open, "k1", answer("a", 1, 1))
			l.acknowledged(yejian, desk.Open, "k2", answer("a", 1, 1))
		}, "was given to two calls"},
		{"two events in one place", func(l *ledger) {
			l.acknowledged(yejian, desk.Open, "k1", answer("a", 1, 1))
			l.acknowledged(yejian, desk.Accept, "k2", answer("a", 2, 2))
			l.acknowledged(tongli, desk.Accept, "k3", answer("a", 2, 3))
		}, "has two events 2"},
	} {
		t.Run(row.name, func(t *testing.T) {
			l := newLedger()
			row.say(l)
			got := strings.Join(l.faults(), "\n")
			if row.want == "" && got != "" || !strings.Contains(got, row.want) {
				t.Errorf("faults %q, want %q", got, row.want)
			}
		})
	}
}

func TestNextAcknowledgementWakesOnce(t *testing.T) {
	l := newLedger()
	next := l.next(tongli)
	l.acknowledged(yejian, desk.Open, "k1", answer("a", 1, 1))
	select {
	case <-next:
		t.Fatal("another center's answer counted")
	default:
	}
	l.acknowledged(tongli, desk.TakeOver, "k2", answer("a", 2, 2))
	<-next
	if l.next(tongli) == next {
		t.Error("the next one is in the past")
	}
}

func TestCopiesAreAlongBothLines(t *testing.T) {
	for _, row := range []struct {
		origin, holder area.Center
		want           []area.Center
	}{
		{yejian, yejian, []area.Center{yejian, tongli, wujiang}},
		{chengsi, wujiang, []area.Center{wujiang, chengsi, lili}},
		{chengsi, yejian, []area.Center{yejian, tongli, wujiang, chengsi, lili}},
	} {
		if got := copiesOf(row.origin, row.holder); !slices.Equal(got, row.want) {
			t.Errorf("from %s at %s: %v, want %v", row.origin, row.holder, got, row.want)
		}
	}
}

// Plans are the same for the same seed, and ask for nothing that the item does
// not list.
func TestPlansFitTheirItems(t *testing.T) {
	all, err := starter.Items()
	if err != nil {
		t.Fatal(err)
	}
	c := &city{items: map[string]item.Item{}}
	for _, it := range all {
		c.items[it.Record] = it
	}
	kinds, missing := map[string]bool{}, 0
	for n := range uint64(200) {
		p := newPlan(rand.New(rand.NewPCG(7, n)), c)
		again := newPlan(rand.New(rand.NewPCG(7, n)), c)
		if p.record != again.record || p.counter != again.counter || len(p.open.Papers) != len(again.open.Papers) {
			t.Fatalf("plan %d differs the second time", n)
		}
		kinds[p.record] = true
		it := c.items[p.record]
		if p.open.Item != it.Ref.Code || it.Name == "" {
			t.Errorf("plan %d opens %q", n, p.open.Item)
		}
		asked, err := condition.Select(&it, p.open.Answers)
		if err != nil || len(asked.Open) > 0 {
			t.Errorf("plan %d leaves %v unanswered: %v", n, asked.Open, err)
		}
		for _, paper := range p.laid {
			if slices.Contains(asked.Excused, paper.ID) {
				t.Errorf("plan %d brings %s, which falls away", n, paper.ID)
			}
		}
		for _, paper := range p.open.Papers {
			if _, listed := it.Material(paper.ID); !listed {
				t.Errorf("plan %d: %s lists no %s", n, p.record, paper.ID)
			}
			if paper.State == casefile.Missing {
				missing++
				if len(paper.Content) > 0 {
					t.Errorf("plan %d: content of a missing paper", n)
				}
			}
		}
		if slices.ContainsFunc(p.laid, func(p desk.Paper) bool { return p.State == casefile.Missing }) {
			t.Errorf("plan %d: what is brought in the end is not whole", n)
		}
	}
	if len(kinds) != 5 || missing == 0 {
		t.Errorf("kinds %v, %d papers missing", kinds, missing)
	}
}
