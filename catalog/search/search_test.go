package search

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

func (x *Index) find(text string, limit int) []Hit { return x.Find(Query{Text: text, Limit: limit}) }

func names(hits []Hit) []string {
	var all []string
	for _, h := range hits {
		all = append(all, h.Name)
	}
	return all
}

// counter is the shipped items and a few that try the index.
func counter(t testing.TB) []Entry {
	return append(shipped(t),
		Entry{Ref: item.Ref{Code: "X1"}, Name: "最低生活保障金给付", Alias: []string{"吃低保", "低保"}, Department: "民政"},
		Entry{Ref: item.Ref{Code: "X2"}, Name: "重度残疾人护理补贴", Department: "残联"},
		Entry{Ref: item.Ref{Code: "X3"}, Name: "绿化许可", Department: "园林", Themes: []string{"城市绿化"}},
		Entry{Ref: item.Ref{Code: "X4"}, Name: "ETC 办理", Department: "交通"},
		Entry{Ref: item.Ref{Code: "X5"}, Name: "申领居住证明", Department: "公安", Codes: []string{"511Z07001006-511602000000-000-11511301008778183N-1-00"}},
		Entry{Ref: item.Ref{Code: "X6"}, Name: "新生儿出生一件事", Department: "卫健", Bundle: item.LifeEvent, Members: []item.Code{"X2", "X7"}},
		Entry{Ref: item.Ref{Code: "X7"}, Name: "预防接种证办理", Department: "卫健"})
}

func TestFind(t *testing.T) {
	x := New(counter(t))
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
		{"zhdcjr", "重度残疾人护理补贴"},        // 重 read zhòng
		{"chongdu", "重度残疾人护理补贴"},       // and as chóng: nobody knows which reading is meant
		{"zhongd", "重度残疾人护理补贴"},        // the last syllable unfinished
		{"lvhua", "绿化许可"},              // ü as v
		{"luhua", "绿化许可"},              // and as u
		{"etc", "ETC 办理"},              // letters of the name itself
		{"低保", "最低生活保障金给付"},            // an everyday name
		{"chidibao", "最低生活保障金给付"},      // by its sound
		{"TB-D26", "生育登记"},             // the key
		{"tb d26", "生育登记"},             // as typed in a hurry
		{"D26", "生育登记"},                // the record number
		{"442106041002", "申领居住证"},      // a basic code
		{"TE440113500000", "申领居住证"},    // the beginning of one
		{"8183n100", "申领居住证明"},         // the end of one
		{"残联 zdcj", "重度残疾人护理补贴"},       // a department and a sound
		{"换领补领", "居住证换领、补领"},           // punctuation between does not matter
		{"居住证申领", "申领居住证"},             // in another order
		{"护理补贴残疾人", "重度残疾人护理补贴"},       //
		{"残联护理补贴", "重度残疾人护理补贴"},        // partly the department
		{"城市绿化", "绿化许可"},               // a theme
		{"chengshilvh", "绿化许可"},        //
		{"重度残疾人户里补贴", "重度残疾人护理补贴"},     // other characters of the same sound
		{"重渡残疾人", "重度残疾人护理补贴"},         //
		{"重度残级人", "重度残疾人护理补贴"},         //
		{"重度残人", "重度残疾人护理补贴"},          // one missing
		{"重度残疾疾人", "重度残疾人护理补贴"},        // one extra
		{"重度疾残人", "重度残疾人护理补贴"},         // two swapped
		{"重度天疾人", "重度残疾人护理补贴"},         // one wrong
		{"zongducanji", "重度残疾人护理补贴"},   // z for zh
		{"lihuaxuke", "绿化许可"},          // a slip: li for lü
		{"cengsilv", "绿化许可"},           // c for ch, en for eng, s for sh
		{"yufanjiezhon", "预防接种证办理"},    // an for ang
		{"yufangjeizhong", "预防接种证办理"},  // two letters swapped
		{"yufngjiezhong", "预防接种证办理"},   // one missing
		{"yufangjiiezhong", "预防接种证办理"}, // one extra
		{"yufabgjiezhong", "预防接种证办理"},  // one wrong
		{"zdcjrhlbt", "重度残疾人护理补贴"},     //
		{"zdcjthlbt", "重度残疾人护理补贴"},     // a slip in the initials
		{"zdcjhrlbt", "重度残疾人护理补贴"},     //
		{"zdcrhlbt", "重度残疾人护理补贴"},      //
		{"zdcjjrhlbt", "重度残疾人护理补贴"},    //
	} {
		hits := x.find(c.query, 0)
		if len(hits) == 0 || hits[0].Name != c.first {
			t.Errorf("%q: %v; want %s first", c.query, names(hits), c.first)
		}
	}
	for _, query := range []string{"没有这种事项", "421060", "sl 没有", "、。", "wwwwww",
		"-1-00"} { // three characters are too few for the end of a code
		if hits := x.find(query, 0); len(hits) != 0 {
			t.Errorf("%q: found %v", query, names(hits))
		}
	}
	if n := len(x.find("人社", 0)) + len(x.find("人力资源", MaxLimit+1)); n < 10 {
		t.Errorf("a department has %d items", n)
	}
}

// What a southern clerk, a tired one or a hasty one types of one real name.
func TestManyWaysToOneItem(t *testing.T) {
	x := New(many(t, 10000))
	for _, query := range []string{
		"居住证办理", "居住证", "居住", "jzzbl", "jzz", "juzhuz", "juzhuzheng", "juzuzen", "居住政", "居注证", "办理居住证",
		"jvzhuzheng", "juzhuzehng", "居住 办理", "公安 jzz", "ＪＺＺ", "居住证办",
	} {
		if hits := x.find(query, 0); !slices.Contains(names(hits), "居住证办理") {
			t.Errorf("%q: %v", query, names(hits))
		}
	}
}

func TestWhy(t *testing.T) {
	x := New(counter(t))
	for _, c := range []struct {
		query, name string
		why         string // field, how and what is marked, of each word
	}{
		{"居住证", "申领居住证明", "name written 居住证"},
		{"换领补领", "居住证换领、补领", "name written 换领、补领"},
		{"zdcjr", "重度残疾人护理补贴", "name sounded 重度残疾人"},
		{"低保", "最低生活保障金给付", "alias written 低保"},
		{"残联 hlbt", "重度残疾人护理补贴", "department written 残联, name sounded 护理补贴"},
		{"511z07001006-5116", "申领居住证明", "code written 511Z07001006-5116"},
		{"183n-1-00", "申领居住证明", "code written 183N-1-00"},
		{"lvhua", "绿化许可", "name sounded 绿化"},
		{"城市", "绿化许可", "theme written 城市"},
		{"新生儿", "预防接种证办理", "bundle written 新生儿"},
		{"重渡残疾人", "重度残疾人护理补贴", "name alike 重度残疾人"},
		{"重度天疾人", "重度残疾人护理补贴", "name slipped 重度残疾人"},
		{"zdcjthlbt", "重度残疾人护理补贴", "name slipped 重度残疾人护理补贴"},
		{"护理补贴残疾人", "重度残疾人护理补贴", "name apart 残疾人护理补贴"},
	} {
		hits := x.find(c.query, MaxLimit)
		i := slices.IndexFunc(hits, func(h Hit) bool { return h.Name == c.name })
		if i < 0 {
			t.Errorf("%q: %v", c.query, names(hits))
			continue
		}
		var why []string
		for _, r := range hits[i].Why {
			why = append(why, fmt.Sprintf("%s %s %s", r.Field, r.How, string([]rune(r.Text)[r.From:r.To])))
		}
		if got := strings.Join(why, ", "); got != c.why {
			t.Errorf("%q in %s: %s; want %s", c.query, c.name, got, c.why)
		}
	}
	if hits := x.find("低保", 0); hits[0].Alias != "低保" {
		t.Errorf("found by the everyday name %q; want 低保", hits[0].Alias)
	}
}

// Better matches first, then what is opened most, then short names.
func TestOrder(t *testing.T) {
	entry := func(code, name string, alias ...string) Entry {
		return Entry{Ref: item.Ref{Code: item.Code(code), Version: 1}, Name: name, Alias: alias}
	}
	x := New([]Entry{
		entry("A", "变更登记"), entry("B", "变更"), entry("C", "户口变更"), entry("D", "户口变更申请"), entry("E", "遍耕田地"),
		entry("F", "变更登记表"), entry("G", "汽车过户", "变更车主"),
	})
	order := func(query string) (codes string) {
		for _, h := range x.find(query, 0) {
			codes += string(h.Ref.Code)
		}
		return codes
	}
	if got := order("变更"); got != "BAFGCDE" { // exact, begins (names before everyday names), inside, by sound
		t.Errorf("order %s", got)
	}
	x.Popularity(map[item.Code]uint32{"D": 7, "F": 2, "C": 1})
	if got := order("变更"); got != "BFAGDCE" {
		t.Errorf("order by popularity %s", got)
	}
	if got := order(""); got != "DFCBAEG" || x.find("", 1)[0].Opened != 7 { // then the short names
		t.Errorf("nothing typed: %s", got)
	}
	x.Put(entry("D", "户口变更申请书"))
	if hit := x.find("户口变更申请书", 1)[0]; hit.Opened != 7 {
		t.Errorf("a new version is opened %d times", hit.Opened)
	}
	x.Popularity(nil)
	if got := order("变更"); got != "BAFGCDE" {
		t.Errorf("order without popularity %s", got)
	}
}

func TestFilter(t *testing.T) {
	level := func(l ...area.Level) Levels { return LevelsOf(l) }
	x := New([]Entry{
		{Ref: item.Ref{Code: "A"}, Name: "甲项登记", Department: "公安", Kind: item.Immediate, Takes: level(area.Town, area.Village)},
		{Ref: item.Ref{Code: "B"}, Name: "乙项登记", Department: "民政", Kind: item.Promised, Takes: level(area.District)},
		{Ref: item.Ref{Code: "C"}, Name: "丙项登记", Department: "民政"},
	})
	for _, c := range []struct {
		query Query
		want  string
	}{
		{Query{}, "ABC"},
		{Query{Department: "民政"}, "BC"},
		{Query{Level: area.Village}, "AC"}, // of C it is not known
		{Query{Level: area.District}, "BC"},
		{Query{Kind: item.Immediate}, "A"},
		{Query{Only: func(e *Entry) bool { return e.Ref.Code != "B" }}, "AC"},
		{Query{Department: "民政", Level: area.Town}, "C"},
	} {
		for _, text := range []string{"", "登记", "dj"} {
			c.query.Text = text
			var got string
			for _, h := range x.Find(c.query) {
				got += string(h.Ref.Code)
			}
			if got != c.want {
				t.Errorf("%q, %+v: %s; want %s", text, c.query, got, c.want)
			}
		}
	}
}

// A name is found by whatever is typed of it: characters, initials, syllables.
func TestWhateverIsTypedOfANameFindsIt(t *testing.T) {
	entries := district(t)
	x := New(entries)
	rapid.Check(t, func(t *rapid.T) {
		e := &entries[rapid.IntRange(0, len(entries)-1).Draw(t, "entry")]
		name := fold(e.Name)
		from := rapid.IntRange(0, len(name)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, min(len(name), from+10)).Draw(t, "to")
		var query strings.Builder
		for _, r := range name[from:to] {
			readings := readingsOf(r)
			if len(readings) == 0 || rapid.Bool().Draw(t, "character") {
				query.WriteRune(r)
				continue
			}
			reading := rapid.SampledFrom(readings).Draw(t, "reading")
			query.WriteString(reading[:rapid.SampledFrom([]int{1, len(reading)}).Draw(t, "letters")])
		}
		finds(t, x, e, query.String())
	})
}

// finds fails unless the text finds the entry, whatever else it finds.
func finds(t *rapid.T, x *Index, e *Entry, text string) {
	only := func(o *Entry) bool { return o.Ref == e.Ref }
	hits := x.Find(Query{Text: text, Only: only})
	if len(hits) != 1 {
		t.Fatalf("%q does not find %q", text, e.Name)
	}
	for _, r := range hits[0].Why {
		if r.From >= r.To || r.To > len([]rune(r.Text)) {
			t.Fatalf("%q in %q: marked %+v", text, e.Name, r)
		}
	}
}

// Every item is found by its whole name, by any three characters of it, by its
// initials and by its codes.
func TestEveryItemIsFound(t *testing.T) {
	entries := many(t, 3000)
	x := New(entries)
	rapid.Check(t, func(t *rapid.T) {
		e := &entries[rapid.IntRange(0, len(entries)-1).Draw(t, "entry")]
		name := fold(e.Name)
		at := rapid.IntRange(0, len(name)-3).Draw(t, "at")
		var initials []rune
		for _, r := range name {
			if readings := readingsOf(r); len(readings) > 0 {
				r = rune(readings[0][0])
			}
			initials = append(initials, r)
		}
		code := string(e.Ref.Code)
		for _, text := range []string{e.Name, string(name[at : at+3]), string(initials), code, code[:12], code[len(code)-6:], e.Codes[0]} {
			finds(t, x, e, text)
		}
	})
}

// One slip, wherever it is, does not hide an item.
func TestASlipIsForgiven(t *testing.T) {
	entries := district(t)
	x := New(entries)
	rapid.Check(t, func(t *rapid.T) {
		e := &entries[rapid.IntRange(0, len(entries)-1).Draw(t, "entry")]
		name := fold(e.Name)
		name = name[:min(len(name), rapid.IntRange(slipCharacters, 12).Draw(t, "length"))]
		if slices.ContainsFunc(name, func(r rune) bool { return len(readingsOf(r)) == 0 }) {
			return // letters and digits of a name are typed as they are
		}
		typed := slices.Clone(name)
		at := rapid.IntRange(0, len(name)-1).Draw(t, "at")
		switch rapid.SampledFrom([]string{"wrong", "missing", "extra", "swapped"}).Draw(t, "slip") {
		case "wrong":
			typed[at] = '龘'
		case "missing":
			if len(typed) > slipCharacters {
				typed = slices.Delete(typed, at, at+1)
			}
		case "extra":
			typed = slices.Insert(typed, at, '龘')
		case "swapped":
			if at > 0 {
				typed[at-1], typed[at] = typed[at], typed[at-1]
			}
		}
		finds(t, x, e, string(typed))
	})
}

// An index that was kept up answers as one that was built anew.
func TestKeptUpIsAsBuiltAnew(t *testing.T) {
	pool := counter(t)
	rapid.Check(t, func(t *rapid.T) {
		x, held := New(nil), map[item.Ref]Entry{}
		opened := map[item.Code]uint32{}
		for range rapid.IntRange(1, 12).Draw(t, "updates") {
			var changed []Entry
			var gone []item.Ref
			for range rapid.IntRange(0, 6).Draw(t, "changes") {
				e := rapid.SampledFrom(pool).Draw(t, "entry")
				if rapid.IntRange(0, 3).Draw(t, "what") == 0 {
					gone = append(gone, e.Ref)
					delete(held, key(e.Ref))
					changed = slices.DeleteFunc(changed, func(o Entry) bool { return key(o.Ref) == key(e.Ref) })
					continue
				}
				e.Ref.Version = item.Version(rapid.IntRange(1, 3).Draw(t, "version"))
				e.Name += strings.Repeat("新", int(e.Ref.Version)-1)
				changed = append(changed, e)
				held[key(e.Ref)] = e
			}
			x.Update(changed, gone)
			if rapid.Bool().Draw(t, "popular") {
				for _, e := range changed {
					opened[e.Ref.Code]++
				}
				x.Popularity(opened)
			}
		}
		var entries []Entry
		for _, e := range held {
			entries = append(entries, e)
		}
		fresh := New(entries)
		fresh.Popularity(x.opened)
		for _, query := range []string{"", "居住证", "jzz", "dj", "登记", "新生儿", "残联", "X", "juzuzen", "居住政", "zdcjthlbt", "申领 新"} {
			kept, built := x.find(query, MaxLimit), fresh.find(query, MaxLimit)
			if fmt.Sprint(kept) != fmt.Sprint(built) {
				t.Fatalf("%q:\nkept up    %v\nbuilt anew %v", query, kept, built)
			}
		}
		if x.Len() != len(held) || len(x.topics.of)+len(x.topics.free) != len(x.topics.list)-1 || len(x.topics.of) != len(fresh.topics.of) {
			t.Fatalf("%d entries of %d, %d topics of %d", x.Len(), len(held), len(x.topics.of), len(fresh.topics.of))
		}
	})
}

func TestAnyQueryIsSafe(t *testing.T) {
	x := New(counter(t))
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(-3, 2*MaxLimit).Draw(t, "limit")
		hits := x.find(rapid.String().Draw(t, "query"), limit)
		if len(hits) > MaxLimit || limit > 0 && len(hits) > limit {
			t.Fatalf("%d hits for limit %d", len(hits), limit)
		}
	})
}

func FuzzFind(f *testing.F) {
	x := New(counter(f))
	for _, group := range typed {
		for _, query := range group.queries {
			f.Add(query)
		}
	}
	f.Fuzz(func(t *testing.T, query string) {
		for _, hit := range x.find(query, 50) {
			for _, r := range hit.Why {
				if r.From < 0 || r.From > r.To || r.To > len([]rune(r.Text)) {
					t.Fatalf("%q: marked %+v", query, r)
				}
			}
		}
	})
}

func TestEveryoneSearchesWhileItChanges(t *testing.T) {
	entries := many(t, 400)
	x := New(entries[:200])
	var all sync.WaitGroup
	for w := range 2 {
		all.Go(func() {
			for i := range 100 {
				x.Put(entries[(i*7+w*200)%len(entries)])
				x.Remove(entries[(i*3+w)%len(entries)].Ref)
				x.Popularity(map[item.Code]uint32{entries[i].Ref.Code: uint32(i)})
			}
		})
		all.Go(func() {
			for range 3 {
				for _, group := range typed {
					for _, query := range group.queries {
						x.Find(Query{Text: query, Level: area.District})
					}
				}
			}
		})
	}
	all.Wait()
}
