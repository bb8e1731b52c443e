package search

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/item"
	"tongban/catalog/starter"
)

func shipped(t testing.TB) []Entry {
	t.Helper()
	items, err := starter.Items()
	if err != nil {
		t.Fatal(err)
	}
	entries := make([]Entry, len(items))
	for i := range items {
		entries[i] = EntryOf(&items[i])
	}
	return entries
}

func names(hits []Hit) []string {
	var all []string
	for _, h := range hits {
		all = append(all, h.Name)
	}
	return all
}

func TestFind(t *testing.T) {
	entries := append(shipped(t),
		Entry{Ref: item.Ref{Code: "X1"}, Name: "最低生活保障金给付", Alias: []string{"吃低保", "低保"}, Department: "民政"},
		Entry{Ref: item.Ref{Code: "X2"}, Name: "重度残疾人护理补贴", Department: "残联"},
		Entry{Ref: item.Ref{Code: "X3"}, Name: "绿化许可", Department: "园林"},
		Entry{Ref: item.Ref{Code: "X4"}, Name: "ETC 办理", Department: "交通"},
		Entry{Ref: item.Ref{Code: "X5"}, Name: "申领居住证明", Department: "公安"})
	x := New(entries)
	for _, c := range []struct {
		query string
		first string // the name that must come first
	}{
		{"申领居住证", "申领居住证"},
		{"居住证", "居住证换领、补领"}, // the name that begins so
		{"sljzz", "申领居住证"},
		{"jzz", "居住证换领、补领"},
		{"shenlingjuzhuzheng", "申领居住证"},
		{"shenling juzhu", "申领居住证"},
		{"slJuZhuZ", "申领居住证"},
		{"申领jzz", "申领居住证"},
		{"ｓｌｊｚｚ", "申领居住证"},
		{"shengydj", "生育登记"},
		{"sydj", "收养登记"},            // spelt alike: the one that was given first
		{"zhdcjr", "重度残疾人护理补贴"},     // 重 read zhòng
		{"chongdu", "重度残疾人护理补贴"},    // and as chóng: nobody knows which reading is meant
		{"zhongd", "重度残疾人护理补贴"},     // the last syllable unfinished
		{"lvhua", "绿化许可"},           // ü as v
		{"luhua", "绿化许可"},           // and as u
		{"etc", "ETC 办理"},           // letters of the name itself
		{"低保", "最低生活保障金给付"},         // an everyday name
		{"chidibao", "最低生活保障金给付"},   // by its sound
		{"TB-D26", "生育登记"},          // the key
		{"tb d26", "生育登记"},          // as typed in a hurry
		{"D26", "生育登记"},             // the record number
		{"442106041002", "申领居住证"},   // a basic code
		{"TE440113500000", "申领居住证"}, // the beginning of one
		{"残联 zdcj", "重度残疾人护理补贴"},    // a department and a sound
		{"换领补领", "居住证换领、补领"},        // punctuation between does not matter
	} {
		hits := x.Find(c.query, 0)
		if len(hits) == 0 || hits[0].Name != c.first {
			t.Errorf("%q: %v; want %s first", c.query, names(hits), c.first)
		}
	}
	if hits := x.Find("低保", 0); hits[0].Alias != "低保" {
		t.Errorf("found by the everyday name %q; want 低保", hits[0].Alias)
	}
	for _, query := range []string{"没有这种事项", "qqqq", "421060", "sl 没有"} {
		if hits := x.Find(query, 0); len(hits) != 0 {
			t.Errorf("%q: found %v", query, names(hits))
		}
	}
	if hits := x.Find("", 5); len(hits) != 5 || hits[0].Name != entries[0].Name {
		t.Errorf("nothing typed: %v; want the first five", names(hits))
	}
	if n := len(x.Find("人社", 0)) + len(x.Find("人力资源", MaxLimit+1)); n < 10 {
		t.Errorf("a department has %d items", n)
	}
}

// A name is found by whatever is typed of it: characters, initials, syllables.
func TestWhateverIsTypedOfANameFindsIt(t *testing.T) {
	entries := shipped(t)
	x := New(entries)
	rapid.Check(t, func(t *rapid.T) {
		d := &x.docs[rapid.IntRange(0, len(x.docs)-1).Draw(t, "entry")]
		from := rapid.IntRange(0, len(d.name)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(d.name)).Draw(t, "to")
		var query strings.Builder
		for _, g := range d.name[from:to] {
			readings := x.sounds.list[g.sound].readings
			if len(readings) == 0 || rapid.Bool().Draw(t, "character") {
				query.WriteRune(g.char)
				continue
			}
			reading := rapid.SampledFrom(readings).Draw(t, "reading")
			query.WriteString(reading[:rapid.SampledFrom([]int{1, len(reading)}).Draw(t, "letters")])
		}
		if !slices.Contains(names(x.Find(query.String(), MaxLimit)), d.entry.Name) {
			t.Fatalf("%q does not find %q", query.String(), d.entry.Name)
		}
	})
}

func TestAnyQueryIsSafe(t *testing.T) {
	x := New(shipped(t))
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(-3, 2*MaxLimit).Draw(t, "limit")
		hits := x.Find(rapid.String().Draw(t, "query"), limit)
		if len(hits) > MaxLimit || limit > 0 && len(hits) > limit {
			t.Fatalf("%d hits for limit %d", len(hits), limit)
		}
	})
}

// many makes a catalogue of the size of a city's out of the words of the
// shipped one.
func many(t testing.TB, n int) []Entry {
	base := shipped(t)
	r := rand.New(rand.NewPCG(1, 2))
	entries := make([]Entry, n)
	for i := range entries {
		a, b := base[r.IntN(len(base))], base[r.IntN(len(base))]
		entries[i] = Entry{
			Ref:        item.Ref{Code: item.Code(fmt.Sprintf("TE4401135000001170544210604%04d", i)), Version: 1},
			Name:       a.Name + "（" + b.Name + "）",
			Alias:      []string{b.Name},
			Department: a.Department,
			Codes:      []string{fmt.Sprintf("44210604%04d", i)},
		}
	}
	return entries
}

func BenchmarkFind(b *testing.B) {
	x := New(many(b, 10000))
	for _, query := range []string{"s", "jzz", "shenlingjuzhuzheng", "居住证", "民政 shdx", "zzzzzzzz", "4421060499"} {
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				x.Find(query, 20)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	entries := many(b, 10000)
	for b.Loop() {
		New(entries)
	}
}

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
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MiB")
}
