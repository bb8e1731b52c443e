package desk

import (
	"cmp"
	"slices"
	"time"

	"tongban/catalog/item"
	"tongban/intake/clock"
)

// Load is how many open cases of a box have something in common: their item, or
// what comes next for them.
type Load struct {
	Item    item.Code          `json:"item,omitempty"`
	Name    string             `json:"name,omitempty"` // of the item
	Next    Action             `json:"next,omitempty"`
	Open    int                `json:"open"`
	Lamps   map[clock.Lamp]int `json:"lamps"`
	Mean    float64            `json:"mean_days"`    // how long whoever holds one has had it, or offered it on; calendar days
	Longest float64            `json:"longest_days"` //
}

// Loads are the open cases of a box, counted by item and by what comes next,
// each with the most first.
type Loads struct {
	Items []Load `json:"items"`
	Next  []Load `json:"next"`
}

// Loads says where the work of a box piles up ("": Mine).
func (d *Desk) Loads(box Box) (Loads, error) {
	items, next := map[itemOf]*Load{}, map[Action]*Load{}
	now := d.Now()
	in := boxBits[cmp.Or(box, Mine)]
	err := d.rack.look(func() {
		for _, n := range d.rack.open {
			e := &d.rack.entries[n]
			if e.boxes&in == 0 {
				continue
			}
			days := now.Sub(time.UnixMilli(e.line.shown.Since)).Hours() / 24
			key := itemOf{e.card.Code, e.card.Area}
			if items[key] == nil {
				items[key] = &Load{Item: key.code, Lamps: map[clock.Lamp]int{}}
			}
			items[key].add(e.rank, days)
			move := e.line.shown.Next.Action
			if next[move] == nil {
				next[move] = &Load{Next: move, Lamps: map[clock.Lamp]int{}}
			}
			next[move].add(e.rank, days)
		}
	})
	var all Loads
	for key, l := range items {
		l.Name = d.itemName(key.code, key.in)
		all.Items = append(all.Items, l.done())
	}
	for _, l := range next {
		all.Next = append(all.Next, l.done())
	}
	most := func(a, b Load) int {
		return cmp.Or(cmp.Compare(b.Open, a.Open), cmp.Compare(a.Item, b.Item), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Next, b.Next))
	}
	slices.SortFunc(all.Items, most)
	slices.SortFunc(all.Next, most)
	return all, err
}

func (l *Load) add(rank uint8, days float64) {
	l.Open++
	l.Lamps[lampOf(rank)]++
	l.Mean += max(days, 0)
	l.Longest = max(l.Longest, days)
}

// done makes a mean of what was added up.
func (l *Load) done() Load {
	l.Mean /= float64(l.Open)
	return *l
}
