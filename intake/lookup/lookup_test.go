package lookup

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"pgregory.net/rapid"

	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

func open(t testing.TB) *Index {
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return New(db, []byte("the node's secret"))
}

func id(n int) casefile.ID { return casefile.ID(fmt.Sprintf("320509111201.1.%d", n)) }

func TestFind(t *testing.T) {
	x := open(t)
	for n, p := range [][]Person{
		1: {{Name: "虚构甲", Numbers: []string{"990101199001011237"}, Telephone: "138-0000-1234"}},
		2: {{Name: "虚构乙", Telephone: "13900005678"}, {Name: "Zhang Sample"}},
		3: {{Name: "虚构样本农业科技有限公司", Numbers: []string{"99320509MA1XXXXX0T"}}},
	} {
		if n == 0 {
			continue
		}
		if err := x.Set(id(n), p...); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		text string
		want []int
	}{
		{"虚构甲", []int{1}}, {"虚构", []int{1, 2, 3}}, {"甲", []int{1}}, {"丙", nil}, {"构甲", []int{1}},
		{"990101199001011237", []int{1}}, {"1237", []int{1}}, {"13800001234", []int{1}}, {"1380000", []int{1}},
		{"5678", []int{2}}, {"zhang", []int{2}}, {"农业科技有限公司", []int{3}}, {"农业科技股份公司", nil},
		{"虚构 1234", []int{1}}, {"虚构乙 1234", nil}, {"", nil},
	} {
		got, more, err := x.Find(c.text, 10)
		var want []casefile.ID
		for _, n := range c.want {
			want = append(want, id(n))
		}
		if err != nil || more || !slices.Equal(got, want) {
			t.Errorf("%q: found %v (more %v, %v), want %v", c.text, got, more, err, want)
		}
	}
	got, more, err := x.Find("虚构", 2)
	if err != nil || len(got) != 2 || !more {
		t.Errorf("two at most: %v, more %v, %v", got, more, err)
	}
}

func TestForgotten(t *testing.T) {
	x := open(t)
	if err := x.Set(id(1), Person{Name: "虚构甲", Telephone: "13800001234"}); err != nil {
		t.Fatal(err)
	}
	if err := x.Set(id(1), Person{Name: "虚构丙"}); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]int{"虚构丙": 1, "虚构甲": 0, "1234": 0} {
		if got, _, err := x.Find(text, 10); err != nil || len(got) != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if err := x.Set(id(1)); err != nil { // erased
		t.Fatal(err)
	}
	if got, _, err := x.Find("虚构", 10); err != nil || len(got) != 0 {
		t.Errorf("an erased person is found: %v, %v", got, err)
	}
	if known, err := x.Known(id(1)); err != nil || !known {
		t.Errorf("known %v, %v", known, err)
	}
}

func TestUnsearchable(t *testing.T) {
	x := open(t)
	for _, text := range []string{"12", "！", strings.Repeat("长", 600)} {
		if _, _, err := x.Find(text, 10); refusal.CodeOf(err) != refusal.Malformed {
			t.Errorf("%.10q: %v", text, err)
		}
	}
}

// TestNothingInTheClear: neither keys nor values hold a word, a number, or the
// plain hash of one.
func TestNothingInTheClear(t *testing.T) {
	x := open(t)
	if err := x.Set(id(1), Person{Name: "虚构甲", Numbers: []string{"990101199001011237"}, Telephone: "13800001234"}); err != nil {
		t.Fatal(err)
	}
	err := x.db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.DefaultIteratorOptions)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			value, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			for _, word := range []string{"虚", "甲", "1234", "9901"} {
				if bytes.Contains(it.Item().Key(), []byte(word)) || bytes.Contains(value, []byte(word)) {
					t.Errorf("%q stands in the clear", word)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEveryPartOfANameFinds: whatever piece of a name is asked for, its case is
// found, and no case of whose people none has it.
func TestEveryPartOfANameFinds(t *testing.T) {
	x := open(t)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		name := rapid.StringOfN(rapid.RuneFrom([]rune("甲乙丙丁戊己庚辛")), 2, 12, -1).Draw(t, "name")
		if err := x.Set(id(n), Person{Name: name}); err != nil {
			t.Fatal(err)
		}
		r := []rune(name)
		from := rapid.IntRange(0, len(r)-2).Draw(t, "from")
		part := string(r[from : from+rapid.IntRange(2, len(r)-from).Draw(t, "size")])
		got, _, err := x.Find(part, 1<<20)
		if err != nil || !slices.Contains(got, id(n)) {
			t.Fatalf("%s does not find %s: %v, %v", part, name, got, err)
		}
	})
}

// BenchmarkFind is a search of a node with 100,000 cases: one name, a family
// name that one in twenty bear, and that name with the end of a telephone.
func BenchmarkFind(b *testing.B) {
	x := open(b)
	families, givens := []rune("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉"), []rune("天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏")
	for n := range 100_000 {
		p := Person{Name: string([]rune{families[n%20], givens[n/20%24], givens[n/480%24]}), Telephone: fmt.Sprintf("1990000%04d", n*7919%10000)}
		if err := x.Set(id(n), p); err != nil {
			b.Fatal(err)
		}
	}
	for _, text := range []string{"甲地玄", "甲", "甲 0001", "1990000 甲"} {
		b.Run(text, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := x.Find(text, 2000); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
