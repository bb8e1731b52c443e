package desk

import (
	"maps"
	"testing"
	"time"

	"tongban/catalog/item"
	"tongban/intake/clock"
)

// The loads of a box are the lines of its worklist, counted.
func TestLoads(t *testing.T) {
	_, d, many := newCrowd(t, 120)
	for _, box := range []Box{"", All, Opened, Sent} {
		got, err := d.Loads(box)
		must(t, err)
		want, _, _ := plainList(t, d, many, Query{Box: box})
		items, next := map[item.Code]int{}, map[Action]*Load{}
		for _, one := range want {
			if card := many.cards[many.at[one.ID]]; !card.Open() {
				continue
			}
			code := many.cards[many.at[one.ID]].Code
			items[code]++
			l := next[one.Next.Action]
			if l == nil {
				l = &Load{Lamps: map[clock.Lamp]int{}}
				next[one.Next.Action] = l
			}
			l.Open++
			l.Lamps[one.Lamp]++
			days := d.Now().Sub(time.UnixMilli(one.Since)).Hours() / 24
			l.Longest = max(l.Longest, days)
		}
		if len(got.Next) != len(next) {
			t.Fatalf("%q: %d next steps, want %d", box, len(got.Next), len(next))
		}
		for i, l := range got.Next {
			w := next[l.Next]
			if w == nil || l.Open != w.Open || !maps.Equal(l.Lamps, w.Lamps) || l.Longest != w.Longest || l.Mean > l.Longest {
				t.Errorf("%q: %+v, want %+v", box, l, w)
			}
			if i > 0 && got.Next[i-1].Open < l.Open {
				t.Errorf("%q: not the most first", box)
			}
		}
		for _, l := range got.Items {
			items[l.Item] -= l.Open
		}
		for code, n := range items {
			if n != 0 {
				t.Errorf("%q: %s is counted %d too little", box, code, n)
			}
		}
	}
}
