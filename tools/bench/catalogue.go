package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/search"
	"tongban/catalog/starter"
	"tongban/node"
	"tongban/tools/client"
)

// wholeItems is how many items a city's catalogue has, with what its districts
// make of them.
const wholeItems = 10_000

// typed is what clerks type, a kind of it a line.
var typed = []string{
	"s", "jz", "jzz", "jzzbl", "sbdj", "cljyxk", "spjyxkz", // initials
	"证", "居", "许可", "居住", "居住证", "个体户", "道路运输", "食品经营许可", // characters
	"ju", "juzhu", "juzhuzheng", "shipinjingying", "daoluyunshu", // pinyin
	"juzuzen", "sipinjinyin", "居住政", "食品经赢许可", // a southern tongue, an input method's first offer
	"juzhuzehng", "shipnjingying", "居住证板理", "食品经许可", "道运路输", // slips
	"许可 食品", "变更 登记 医疗", "许可食品经营", "ylbx dj", "公安 jzz", // in another order
	"BENCH-0-04", "511Z07001006", "4421", // codes
	"没有这种事项的名称", "zzzzzzzzzz", "qwertyuiop", "龘龘龘龘", "wwwwwwwwwwwwwwwwwwww", // nothing at all
}

// wholeCatalogue measures what 10,000 items cost a node: to load, to start with,
// to hold, and to find.
func wholeCatalogue(ctx context.Context, b *bench) (err error) {
	program, err := b.tongban(ctx)
	if err != nil {
		return err
	}
	c := &city{dir: filepath.Join(b.dir, "catalogue"), nodes: map[area.Center]*member{}, items: map[string]item.Item{}}
	above := &process{program: program, dir: c.folder(wujiang)}
	below := &process{program: program, dir: c.folder(yejian)}
	defer func() { err = errors.Join(err, below.stop(), above.stop(), c.close()) }()
	if err := c.foundWithAPI(ctx, wujiang); err != nil {
		return err
	}
	items, err := wholeList()
	if err != nil {
		return err
	}
	load := series{what: "10,000 items drafted and published, one voter", unit: "s"}
	speed := series{what: "items", unit: "/s"}
	began := time.Now()
	if err := c.approve(ctx, wujiang, items...); err != nil {
		return err
	}
	load.addTime(time.Since(began))
	speed.add(wholeItems / time.Since(began).Seconds())
	b.say("loaded in %s", time.Since(began).Round(time.Millisecond))
	if err := c.stop(wujiang); err != nil {
		return err
	}
	b.add(&load)
	b.add(&speed)
	if err := b.followWhole(ctx, above, below); err != nil {
		return err
	}
	if err := b.wholeNode(ctx, below); err != nil {
		return err
	}
	b.searchIndex(items)
	b.note("the shipped items, as long as they are, under the 900 real names of one district in twelve variants each, loaded into a "+
		"whole node in this process; then tongban run as a process of its own: a village that joined it by a ticket, alone, restarted each round. A keystroke is a request to its API over loopback and the twenty best finds with their reasons; %d texts are typed "+
		"again and again, a quarter of which fit nothing, or only with a slip. Memory is VmRSS, and RssAnon its own part, after those.", len(typed))
	return nil
}

// followWhole lets a village join a district that has all the items, and
// measures until it has them too. It leaves neither running.
func (b *bench) followWhole(ctx context.Context, above, below *process) error {
	if err := above.start(ctx); err != nil {
		return err
	}
	head, err := above.status(ctx)
	if err != nil {
		return err
	}
	ticket, err := above.call(ctx, "invite", string(yejian))
	if err != nil {
		return err
	}
	began := time.Now()
	if err := below.make(ctx, "join", strings.TrimSpace(ticket)); err != nil {
		return err
	}
	if err := below.start(ctx); err != nil {
		return err
	}
	if err := below.reach(ctx, head.Register.Head.Index); err != nil {
		return err
	}
	took := series{what: "a village joins and has them all", unit: "s"}
	took.addTime(time.Since(began))
	b.add(&took)
	return errors.Join(below.stop(), above.stop())
}

// wholeNode measures the program over the node of that directory, which works
// alone.
func (b *bench) wholeNode(ctx context.Context, p *process) error {
	ready := series{what: "from exec to the ready answer of its API", unit: "s"}
	found := series{what: "from then to the first find", unit: "s"}
	half := series{what: "one keystroke among 10,000 items, at the API: p50", unit: "ms"}
	most := series{what: "p99", unit: "ms"}
	worst := series{what: "the slowest", unit: "ms"}
	memory := series{what: "resident memory", unit: "MB"}
	private := series{what: "of it the process's own", unit: "MB"}
	for range b.rounds(5, 2) {
		began := time.Now()
		if err := p.start(ctx); err != nil {
			return err
		}
		ready.addTime(time.Since(began))
		began = time.Now()
		api, err := client.Of(p.dir, "")
		if err != nil {
			return err
		}
		err = wait(ctx, "the search", func() bool {
			hits, err := find(ctx, api, "jzz")
			return err == nil && len(hits) > 0
		})
		if err != nil {
			return err
		}
		found.addTime(time.Since(began))
		took, err := typeAll(ctx, api, b.rounds(20, 5))
		if err != nil {
			return err
		}
		half.addTime(quantile(took, 0.5))
		most.addTime(quantile(took, 0.99))
		worst.addTime(quantile(took, 1))
		rss, anon, err := p.memory()
		if err != nil {
			return err
		}
		memory.add(float64(rss) / (1 << 20))
		private.add(float64(anon) / (1 << 20))
		api.Close()
		if err := p.stop(); err != nil {
			return err
		}
	}
	b.say("first find %.2f s after it was ready, p50 %.2f ms, p99 %.2f ms", median(found.values), median(half.values), median(most.values))
	b.add(&ready)
	b.add(&found, ratio{"1 s, the bound", median(found.values)})
	b.add(&half)
	b.add(&most, ratio{"20 ms, the design's bound", median(most.values) / 20})
	b.add(&worst)
	b.add(&memory)
	b.add(&private)
	return nil
}

// typeAll types everything, some times over, and tells how long each took.
func typeAll(ctx context.Context, api *client.Client, times int) (took []time.Duration, err error) {
	for range times {
		for _, text := range typed {
			began := time.Now()
			if _, err := find(ctx, api, text); err != nil {
				return nil, err
			}
			took = append(took, time.Since(began))
		}
	}
	return took, nil
}

func find(ctx context.Context, api *client.Client, text string) (hits []search.Hit, err error) {
	return hits, api.Do(ctx, http.MethodGet, "/v1/search", client.Params("text", text), nil, &hits)
}

// wholeList makes the items: the content of the shipped ones under real names.
func wholeList() ([]item.Item, error) {
	items, err := catalogue(0, wholeItems)
	if err != nil {
		return nil, err
	}
	names, err := starter.Names()
	if err != nil {
		return nil, err
	}
	variants := []string{"", "（新办）", "（变更）", "（延续）", "（注销）", "（补证）", "（盛泽镇）", "（黎里镇）", "（同里镇）", "（平望镇）", "（震泽镇）", "（桃源镇）"}
	for i := range items {
		name := names[i%len(names)]
		items[i].Name = fmt.Sprintf("%s%s%d", name.Name, variants[i/len(names)], i)
		items[i].Department, items[i].LocalCode = name.Department, name.LocalCode
	}
	return items, nil
}

// foundWithAPI founds a realm whose first node answers HTTP.
func (c *city) foundWithAPI(ctx context.Context, center area.Center) error {
	config, err := localConfig(center)
	if err != nil {
		return err
	}
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	config.API.Listen = "127.0.0.1:" + ports[0]
	founding := node.Founding{Name: "吴江区", Area: center.Area(), Center: "政务服务中心", Staff: staff}
	if _, err := node.Create(c.folder(center), config, founding, rand.Reader, time.Now()); err != nil {
		return err
	}
	return c.start(ctx, center)
}

// searchIndex measures the index by itself.
func (b *bench) searchIndex(items []item.Item) {
	entries := make([]search.Entry, len(items))
	for i := range items {
		entries[i] = search.EntryOf(&items[i])
	}
	build := series{what: "the search index alone: built", unit: "ms"}
	size := series{what: "memory for an item", unit: "B"}
	put := series{what: "one item put into it", unit: "µs"}
	for range b.rounds(5, 2) {
		before := liveHeap()
		began := time.Now()
		x := search.New(entries)
		build.addTime(time.Since(began))
		size.add(float64(liveHeap()-before) / float64(len(entries)))
		began = time.Now()
		for _, e := range entries[:100] {
			x.Put(e)
		}
		put.add(time.Since(began).Seconds() * 1e6 / 100)
	}
	b.add(&build)
	b.add(&size)
	b.add(&put)
}

// liveHeap is what a collection leaves of this process's objects, in bytes.
func liveHeap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what finalizers held
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
