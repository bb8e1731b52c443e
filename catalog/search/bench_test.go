package search

import (
	"runtime"
	"slices"
	"testing"
	"time"
)

// typed is what clerks type, by kind.
var typed = []struct {
	kind    string
	queries []string
}{
	{"initials", []string{"s", "jz", "jzz", "jzzbl", "sbdj", "cljyxk", "yljgzydj", "spjyxkz", "gsjnpxxxbg"}},
	{"characters", []string{"证", "居", "许可", "居住", "居住证", "个体户", "道路运输", "食品经营许可"}},
	{"pinyin", []string{"ju", "juzhu", "juzhuzheng", "shipinjingying", "daoluyunshu", "yiliaojigouzhiyedengji"}},
	{"alike", []string{"juzuzen", "sipinjinyin", "daoluyunsu", "居住政", "食品经赢许可"}},
	{"typos", []string{"juzhuzehng", "shipnjingying", "daoluyunhsu", "居住证板理", "食品经许可", "道运路输"}},
	{"order", []string{"许可 食品", "变更 登记 医疗", "许可食品经营", "ylbx dj", "公安 jzz"}},
	{"codes", []string{"TE3205", "511Z07001006", "4421", "0004500", "TE320509000000117044210001"}},
	{"nonsense", []string{"没有这种事项的名称", "zzzzzzzzzz", "qwertyuiop", "龘龘龘龘", "完全无关的一句话写得很长很长很长", "wwwwwwwwwwwwwwwwwwwwwwwwwwwwww", "xqxqxq vbvbvb"}},
}

// BenchmarkFind tells the quantiles of one keystroke at 10,000 items.
func BenchmarkFind(b *testing.B) {
	x := New(many(b, 10000))
	for _, group := range typed {
		b.Run(group.kind, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				for _, query := range group.queries {
					began := time.Now()
					x.Find(Query{Text: query})
					took = append(took, time.Since(began))
				}
			}
			slices.Sort(took)
			at := func(q float64) float64 {
				return float64(took[min(len(took)-1, int(q*float64(len(took))))].Microseconds()) / 1000
			}
			b.ReportMetric(at(0.5), "p50-ms")
			b.ReportMetric(at(0.99), "p99-ms")
			b.ReportMetric(at(1), "max-ms")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(len(took)), "mean-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
}

func BenchmarkNew(b *testing.B) {
	entries := many(b, 10000)
	for b.Loop() {
		New(entries)
	}
}

// BenchmarkUpdate is one item published into a catalogue of 10,000.
func BenchmarkUpdate(b *testing.B) {
	entries := many(b, 10000)
	x := New(entries)
	i := 0
	for b.Loop() {
		x.Put(entries[i%len(entries)])
		i++
	}
}

// BenchmarkMemory is what an index adds to the entries that it is given.
func BenchmarkMemory(b *testing.B) {
	entries := many(b, 10000)
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		x := New(entries)
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(x)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(len(entries)), "B/item")
}
