package register

import (
	"fmt"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
)

// bulkDrafts are n drafts of items of the realm, of some 6 KB each.
func bulkDrafts(n int) []Draft {
	var all []Draft
	for i := range n {
		d := anItem(item.Code(fmt.Sprintf("LOCAL-%05d", i)), cityArea, 1)
		d.Item.Name = fmt.Sprintf("事项 %d", i)
		for j := range 20 {
			d.Item.Materials = append(d.Item.Materials, item.Material{
				ID: fmt.Sprintf("x%d", j), Name: "证明材料 " + strings.Repeat("甲", 40), Need: item.Required, Source: "申请人自备", Copies: 1})
		}
		all = append(all, d)
	}
	return all
}

// inEntries cuts commands into entries of some 500 KiB.
func inEntries(c *city, commands [][]byte) []Entry {
	var entries []Entry
	size := 1 << 30
	for _, b := range commands {
		if size += len(b); size > 500<<10 {
			c.entry++
			entries = append(entries, Entry{Index: c.entry, Time: c.now.UnixMilli()})
			size = len(b)
		}
		last := &entries[len(entries)-1]
		last.Commands = append(last.Commands, b)
	}
	return entries
}

// bulk seals n drafts and their approvals: the drafts are the next n records.
func bulk(c *city, n int) []Entry {
	var drafts, approvals [][]byte
	for i, d := range bulkDrafts(n) {
		drafts = append(drafts, c.commandOf("李文", district, d))
		approvals = append(approvals, c.command(district, approval(c.r.Head().Index+uint64(i)+1, d)))
	}
	return append(inEntries(c, drafts), inEntries(c, approvals)...)
}

// fill publishes n items.
func fill(t testing.TB, c *city, n int) {
	t.Helper()
	out, err := c.r.Apply(bulk(c, n))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range out {
		for _, b := range e {
			if res, err := ReadResult(b); err != nil || res.Outcome != Applied {
				t.Fatal(res, err)
			}
		}
	}
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
	fill(b, c, 10000)
	c.r.CountItems(Filter{})
	for b.Loop() {
		if found, _ := c.r.Items(Filter{Area: village.Area(), Text: "事项 9999"}, item.Ref{}, 20); len(found) != 1 {
			b.Fatal(len(found))
		}
	}
}

func BenchmarkItemOfToday(b *testing.B) {
	c := newCity(b)
	fill(b, c, 1000)
	today := workday.DateOf(c.now)
	for b.Loop() {
		if _, ok := c.r.Item("LOCAL-00500", village.Area(), c.r.On(today)); !ok {
			b.Fatal("it is not there")
		}
	}
}

func BenchmarkOnAPastDay(b *testing.B) {
	c := newCity(b)
	fill(b, c, 10000)
	yesterday := workday.DateOf(c.now)
	c.now = c.now.AddDate(0, 0, 1)
	c.must(district, anItem("NEW", cityArea, 1))
	for b.Loop() {
		if on := c.r.On(yesterday); on.At != c.r.Head().Index-1 {
			b.Fatal(on)
		}
	}
}

// BenchmarkCoverageOfACity is the report over 2,376 villages that must offer 400
// items each.
func BenchmarkCoverageOfACity(b *testing.B) {
	c := newCity(b)
	fill(b, c, 10000)
	var codes []item.Code
	for i := range 400 {
		codes = append(codes, item.Code(fmt.Sprintf("LOCAL-%05d", 7*i)))
	}
	c.must(district, List{Purpose: BasicList, Area: cityArea, Level: area.Village, Items: codes})
	on := c.r.On(workday.DateOf(c.now))
	for b.Loop() {
		for i := range 2376 {
			center := area.Center(fmt.Sprintf("320509%03d2%02d", 100+i/99, i%99+1))
			if got, err := c.r.Coverage(center, on); err != nil || len(got.Missing) != len(codes) {
				b.Fatal(got, err)
			}
		}
	}
}
