package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/starter"
)

// loadItems is how many items a district's catalogue has, roughly.
const loadItems = 5000

// load measures bringing a whole catalogue into the Register: through a realm
// with one voter and through one with three, until every voter has it.
func load(ctx context.Context, b *bench) (err error) {
	var cities []*city
	defer func() {
		for _, c := range cities {
			err = errors.Join(err, c.close())
		}
	}()
	for i, centers := range [][]area.Center{{wujiang}, {wujiang, tongli, lili}} {
		c, err := newCity(ctx, filepath.Join(b.dir, fmt.Sprintf("load%d", i)), centers...)
		if err != nil {
			return err
		}
		cities = append(cities, c)
		if err := c.vote(ctx, centers...); err != nil {
			return err
		}
	}
	took := []*series{
		{what: "5,000 items, one voter", unit: "s"},
		{what: "5,000 items, three voters", unit: "s"},
	}
	speed := []*series{
		{what: "items, one voter", unit: "/s"},
		{what: "items, three voters", unit: "/s"},
	}
	for round := range b.rounds(3, 1) {
		items, err := catalogue(round, loadItems)
		if err != nil {
			return err
		}
		for i, c := range cities {
			began := time.Now()
			if err := c.approve(ctx, wujiang, items...); err != nil {
				return err
			}
			if err := c.level(ctx, wujiang); err != nil {
				return err
			}
			d := time.Since(began)
			took[i].addTime(d)
			speed[i].add(loadItems / d.Seconds())
			b.say("%s: %s", took[i].what, d.Round(time.Millisecond))
		}
	}
	b.add(took[0])
	b.add(took[1], took[1].over(took[0], "one voter"))
	b.add(speed[0])
	b.add(speed[1])
	b.note("whole nodes in one process, one disk for all voters; signed one by one, proposed in groups, ordered by Raft, applied and " +
		"certified; until every voter's own copy has them.")
	return nil
}

// catalogue makes n items that no round has had before, each as long as one of
// the starter catalogue.
func catalogue(round, n int) ([]item.Item, error) {
	models, err := starter.Items()
	if err != nil {
		return nil, err
	}
	models = slices.DeleteFunc(models, func(it item.Item) bool { return !item.Publishable(item.Validate(it)) })
	items := make([]item.Item, n)
	for i := range items {
		it := models[i%len(models)]
		it.Basic, it.Implement, it.Handling = "", "", ""
		it.Ref = item.Ref{Code: item.Code(fmt.Sprintf("BENCH-%d-%05d", round, i)), Area: wujiang.Area(), Version: 1}
		it.Name = fmt.Sprintf("%s（%d）", it.Name, i)
		items[i] = it
	}
	return items, nil
}
