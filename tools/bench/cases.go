package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/tools/client"
)

// wholeCases is how many cases a district's node holds after some years; one in
// ten is open.
const wholeCases = 100_000

// asking is one thing that a clerk waits for.
type asking struct {
	what string
	path string                      // of a GET; "": the query is searched for
	q    func(n int) desk.Query      // the n-th time
	then func(l desk.Worklist) error // what the answer must be; nil: any
}

// some refuses an answer without a case: it would be a figure of nothing.
func some(l desk.Worklist) error {
	if l.Total == 0 {
		return errors.New("nothing was found")
	}
	return nil
}

var askedFor = []asking{
	{"the worklist's first page", "", func(int) desk.Query { return desk.Query{Box: desk.Mine} }, some},
	{"its tenth page", "", func(int) desk.Query { return desk.Query{Box: desk.Mine, Skip: 450} }, some},
	{"all cases, first page", "", func(int) desk.Query { return desk.Query{Box: desk.All} }, some},
	{"the concluded ones", "", func(int) desk.Query { return desk.Query{Box: desk.All, Phase: casefile.PhaseConcluded} }, some},
	{"a case number", "", func(n int) desk.Query { return desk.Query{Box: desk.All, Text: fmt.Sprintf("-%04d", n%1000+1)} }, some},
	{"a whole name", "", func(n int) desk.Query { return desk.Query{Box: desk.All, Text: benchName(n)} }, some},
	{"a family name of one in twenty", "", func(n int) desk.Query { return desk.Query{Box: desk.All, Text: families[n%len(families)]} }, some},
	{"the end of a telephone", "", func(n int) desk.Query { return desk.Query{Box: desk.All, Text: benchPhone(n)[7:]} }, some},
	{"a whole telephone", "", func(n int) desk.Query { return desk.Query{Box: desk.All, Text: benchPhone(n)} }, some},
	{"statistics of all", "/v1/statistics", nil, nil},
	{"papers on their way", "/v1/slips", nil, nil},
	{"results that nobody collected", "/v1/hall/unclaimed", nil, nil},
}

var families = []string{"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛", "壬", "癸", "子", "丑", "寅", "卯", "辰", "巳", "午", "未", "申", "酉"}

const givens = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏"

func benchName(n int) string {
	g := []rune(givens)
	return families[n%len(families)] + string(g[n/20%len(g)]) + string(g[n/480%len(g)])
}

func benchPhone(n int) string { return fmt.Sprintf("1990000%04d", n*7919%10000) }

// manyCases measures what a clerk waits for at a district that holds 100,000
// cases.
func manyCases(ctx context.Context, b *bench) (err error) {
	total := b.rounds(wholeCases, wholeCases/20)
	c := &city{dir: filepath.Join(b.dir, "cases"), nodes: map[area.Center]*member{}, items: map[string]item.Item{}}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := c.foundWithAPI(ctx, wujiang); err != nil {
		return err
	}
	if err := c.publish(ctx, wujiang); err != nil {
		return err
	}
	began := time.Now()
	if err := fill(ctx, c, total); err != nil {
		return err
	}
	b.say("%d cases filled in in %s", total, time.Since(began).Round(time.Second))
	api, err := client.Of(c.folder(wujiang), "")
	if err != nil {
		return err
	}
	defer api.Close()
	if err := wait(ctx, "the search for people", func() bool {
		list, err := api.Cases(ctx, desk.All, benchName(total-1), 0, 1)
		return err == nil && list.Total > 0
	}); err != nil {
		return err
	}
	if err := b.askAll(ctx, api, ""); err != nil {
		return err
	}
	if err := b.askPages(ctx, api); err != nil {
		return err
	}
	if err := b.askWhileBusy(ctx, c, api, total); err != nil {
		return err
	}
	if err := b.askAfterMoves(ctx, c, api); err != nil {
		return err
	}
	if err := c.stop(wujiang); err != nil {
		return err
	}
	ready := series{what: fmt.Sprintf("a node with %d cases, from opening its data to ready", total), unit: "s"}
	for range b.rounds(3, 1) {
		began := time.Now()
		if err := c.start(ctx, wujiang); err != nil {
			return err
		}
		ready.addTime(time.Since(began))
		if err := c.stop(wujiang); err != nil {
			return err
		}
	}
	b.add(&ready)
	b.note("a district's node in this process, %d cases of four items that it decides itself, one in ten open and the rest concluded, "+
		"opened over %d days; each figure is of requests to its API over loopback, one after another. Busy: meanwhile cases are opened "+
		"and accepted, %d a second asked for, which is many times what a district's windows take in.", total, total/perDay+1, busyRate)
	return nil
}

// askAll asks for everything, again and again.
func (b *bench) askAll(ctx context.Context, api *client.Client, how string) error {
	for _, one := range askedFor {
		var took []time.Duration
		for n := range b.rounds(300, 40) {
			d, err := one.ask(ctx, api, n)
			if err != nil {
				return fmt.Errorf("%s%s: %w", one.what, how, err)
			}
			took = append(took, d)
		}
		half, most := series{what: one.what + how + ": p50", unit: "ms"}, series{what: "p99", unit: "ms"}
		half.addTime(quantile(took, 0.5))
		most.addTime(quantile(took, 0.99))
		b.say("%s%s: p50 %s, p99 %s", one.what, how, quantile(took, 0.5).Round(10*time.Microsecond), quantile(took, 0.99).Round(10*time.Microsecond))
		b.add(&half)
		b.add(&most)
	}
	return nil
}

// ask is how long one answer takes until it is read.
func (a *asking) ask(ctx context.Context, api *client.Client, n int) (time.Duration, error) {
	began := time.Now()
	if a.q == nil {
		var answer json.RawMessage
		err := api.Do(ctx, http.MethodGet, a.path, nil, nil, &answer)
		return time.Since(began), err
	}
	list, err := api.Search(ctx, a.q(n))
	took := time.Since(began)
	if err == nil && a.then != nil {
		err = a.then(list)
	}
	return took, err
}

// busyRate is how many cases a second are taken in while the node is busy: each
// is on the disk before the next of the same clerk.
const busyRate = 20

// askWhileBusy asks for everything while clerks take in work.
func (b *bench) askWhileBusy(ctx context.Context, c *city, api *client.Client, from int) error {
	working, stop := context.WithCancel(ctx)
	var opened atomic.Int64
	failed := make(chan error, 1)
	began := time.Now()
	go func() {
		tick := time.NewTicker(time.Second / busyRate)
		defer tick.Stop()
		for {
			select {
			case <-working.Done():
				failed <- nil
				return
			case <-tick.C:
			}
			if err := openOne(ctx, c, from+int(opened.Load()), false); err != nil {
				failed <- err
				return
			}
			opened.Add(1)
		}
	}()
	err := b.askAll(ctx, api, ", busy")
	stop()
	err = errors.Join(err, <-failed)
	b.say("meanwhile %.1f cases a second were taken in", float64(opened.Load())/time.Since(began).Seconds())
	return err
}

// askAfterMoves asks for the first page when every line of it has to be looked
// at anew: the Register has just moved, as it does at each publication and, for
// the lines, at midnight.
func (b *bench) askAfterMoves(ctx context.Context, c *city, api *client.Client) error {
	moved := series{what: "the first page right after the Register moved", unit: "ms"}
	for n := range b.rounds(5, 2) {
		if err := c.propose(ctx, wujiang, register.CalendarSetting{Year: workday.Year{Year: 2040 + n}}); err != nil {
			return err
		}
		d, err := askedFor[0].ask(ctx, api, n)
		if err != nil {
			return err
		}
		moved.addTime(d)
		b.say("%s: %s", moved.what, d.Round(time.Millisecond))
	}
	b.add(&moved)
	return nil
}

// fill opens the cases, many at a time, and settles nine of ten.
func fill(ctx context.Context, c *city, total int) error {
	next := make(chan int)
	errs := make(chan error, many)
	var wg sync.WaitGroup
	for range many {
		wg.Go(func() {
			for n := range next {
				if err := openOne(ctx, c, n, n%10 != 0); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		})
	}
	var failed error
	for n := range total {
		select {
		case next <- n:
			continue
		case failed = <-errs:
		case <-ctx.Done():
			failed = ctx.Err()
		}
		break
	}
	close(next)
	wg.Wait()
	for len(errs) > 0 {
		failed = errors.Join(failed, <-errs)
	}
	return failed
}

// openOne opens the n-th case, and settles it.
func openOne(ctx context.Context, c *city, n int, settle bool) error {
	c.counted.Add(1)
	it := c.items[[]string{"D28", "D43", "D46", "D56"}[n%4]]
	form := desk.OpenForm{
		Item: it.Ref.Code, Subject: wujiang.Area(), Accept: true,
		Applicant: applicant.Applicant{Person: applicant.Person{Name: benchName(n), Telephone: benchPhone(n)}},
	}
	d := c.nodes[wujiang].Desk()
	done, err := d.Open(ctx, desk.By{Staff: staff}, form)
	if err != nil || !settle {
		return err
	}
	_, err = d.Settle(ctx, desk.By{Staff: staff}, done.State.ID, desk.SettleForm{Conclude: true})
	return err
}
