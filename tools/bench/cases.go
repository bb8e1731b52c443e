package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/intake/applicant"
	"tongban/intake/desk"
	"tongban/tools/client"
)

// wholeCases is how many cases a district's node holds after some years; one in
// ten is open.
const wholeCases = 100_000

// asked is what a worklist is asked for, and what each is called in the report.
var askedFor = []struct {
	what, path string
	query      func(n int) url.Values
}{
	{"the worklist's first page", "/v1/cases", func(int) url.Values { return client.Params("limit", "50") }},
	{"its tenth page", "/v1/cases", func(int) url.Values { return client.Params("limit", "50", "skip", "450") }},
	{"all cases, first page", "/v1/cases", func(int) url.Values { return client.Params("box", "all", "limit", "50") }},
	{"a case number", "/v1/cases", func(n int) url.Values { return client.Params("box", "all", "text", fmt.Sprintf("-%04d", n%9000+1)) }},
	{"a whole name", "/v1/cases", func(n int) url.Values { return client.Params("box", "all", "text", benchName(n)) }},
	{"a family name of one in twenty", "/v1/cases", func(n int) url.Values { return client.Params("box", "all", "text", families[n%len(families)]) }},
	{"the end of a telephone", "/v1/cases", func(n int) url.Values { return client.Params("box", "all", "text", fmt.Sprintf("%04d", n%10000)) }},
	{"a whole telephone", "/v1/cases", func(n int) url.Values { return client.Params("box", "all", "text", benchPhone(n)) }},
	{"statistics of all", "/v1/statistics", func(int) url.Values { return nil }},
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
	for _, busy := range []bool{false, true} {
		for _, one := range askedFor {
			if err := b.askCases(ctx, c, api, one.what, one.path, one.query, busy); err != nil {
				return err
			}
		}
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
		"opened over %d days; each figure of requests to its API over loopback. Busy: a case is opened before each request, so that "+
		"nothing of a worklist can be kept whole.", total, total/9000+1)
	return nil
}

// askCases asks for one thing again and again.
func (b *bench) askCases(ctx context.Context, c *city, api *client.Client, what, path string, query func(int) url.Values, busy bool) error {
	if busy {
		what += ", busy"
	}
	var took []time.Duration
	for n := range b.rounds(200, 40) {
		if busy {
			if err := openOne(ctx, c, n, false); err != nil {
				return err
			}
		}
		began := time.Now()
		var answer any
		if err := api.Do(ctx, http.MethodGet, path, query(n), nil, &answer); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
		took = append(took, time.Since(began))
	}
	half, most := series{what: what + ": p50", unit: "ms"}, series{what: "p99", unit: "ms"}
	half.addTime(quantile(took, 0.5))
	most.addTime(quantile(took, 0.99))
	b.say("%s: p50 %s, p99 %s", what, quantile(took, 0.5).Round(10*time.Microsecond), quantile(took, 0.99).Round(10*time.Microsecond))
	b.add(&half)
	b.add(&most)
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
