package register

import (
	"fmt"
	"strings"
	"testing"

	"tongban/catalog/item"
)

// bulk seals n publications and cuts them into entries of some 500 KiB.
func bulk(c *city, n int) []Entry {
	var entries []Entry
	size := 1 << 30
	for i := range n {
		p := anItem(item.Code(fmt.Sprintf("LOCAL-%05d", i)), cityArea, 1)
		p.Item.Name = fmt.Sprintf("事项 %d", i)
		for j := range 20 {
			p.Item.Materials = append(p.Item.Materials, item.Material{
				ID: fmt.Sprintf("x%d", j), Name: "证明材料 " + strings.Repeat("甲", 40), Need: item.Required, Source: "申请人自备", Copies: 1})
		}
		b := c.command(district, p)
		if size += len(b); size > 500<<10 {
			entries = append(entries, Entry{Index: c.entry + uint64(len(entries)) + 1})
			size = len(b)
		}
		last := &entries[len(entries)-1]
		last.Commands = append(last.Commands, b)
	}
	return entries
}

func BenchmarkPublish5000(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		c := newCity(b)
		entries := bulk(c, 5000)
		b.StartTimer()
		if _, err := c.r.Apply(entries); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if n := c.r.CountItems(Filter{Area: village.Area()}); n != 5000 {
			b.Fatalf("%d items", n)
		}
		b.StartTimer()
	}
	b.ReportMetric(5000*float64(b.N)/b.Elapsed().Seconds(), "items/s")
}

func BenchmarkItems10000(b *testing.B) {
	c := newCity(b)
	if _, err := c.r.Apply(bulk(c, 10000)); err != nil {
		b.Fatal(err)
	}
	c.r.CountItems(Filter{})
	for b.Loop() {
		if found, _ := c.r.Items(Filter{Area: village.Area(), Text: "事项 9999"}, item.Ref{}, 20); len(found) != 1 {
			b.Fatal(len(found))
		}
	}
}
