package desk

import (
	"testing"
	"time"
)

// BenchmarkGlance is one line of a worklist that nothing is remembered of: what
// the first look of a day costs for each open case.
func BenchmarkGlance(b *testing.B) {
	c := newCity(b, yejian, tongli, wujiang)
	d := c.nodes[tongli].desk
	for range 200 {
		_, err := d.Open(c.ctx, staff("镇窗口"), OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: tongli.Area(), Applicant: citizen(), Papers: seen("id-card", "photo", "proof"), Accept: true})
		must(b, err)
	}
	n := 0
	for b.Loop() {
		if n%200 == 0 {
			c.tick(24 * time.Hour)
		}
		n++
		if n%200 != 0 {
			continue
		}
		list, err := d.Worklist(Query{})
		if err != nil || list.Total != 200 {
			b.Fatal(list.Total, err)
		}
	}
}

// BenchmarkNamed is what it costs to say of the fifty cases of a page whose they
// are, where none of them is folded in memory.
func BenchmarkNamed(b *testing.B) {
	c := newCity(b, wujiang)
	d := c.nodes[wujiang].desk
	const cases = 1200 // more than a cabinet keeps folded
	for range cases {
		_, err := d.Open(c.ctx, staff("窗口"), OpenForm{Item: c.items["D28"], Subject: wujiang.Area(), Applicant: citizen(), Accept: true})
		must(b, err)
	}
	list, err := d.Worklist(Query{Limit: 50})
	must(b, err)
	for b.Loop() {
		if list.Next == "" {
			list = Worklist{}
		}
		list, err = d.Worklist(Query{Limit: 50, After: list.Next})
		must(b, err)
		must(b, d.Named(list.Cases))
		if list.Cases[0].Applicant == "" {
			b.Fatal("a case without a name")
		}
	}
}
