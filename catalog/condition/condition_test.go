package condition

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
)

// shop is an item with one question of each kind and one that hangs on another.
func shop() *item.Item {
	return &item.Item{
		Name: "食品经营许可",
		Situations: []item.Situation{
			{ID: "matter", Question: "办理哪一种", Options: []item.Option{{ID: "new", Text: "新办"}, {ID: "change", Text: "变更"}, {ID: "renew", Text: "延续"}}},
			{ID: "changes", Question: "变更什么", Several: true, If: `matter == "change"`,
				Options: []item.Option{{ID: "name", Text: "名称"}, {ID: "person", Text: "负责人"}, {ID: "place", Text: "地址"}}},
		},
		Materials: []item.Material{
			{ID: "form", Name: "申请书", Need: item.Required},
			{ID: "plan", Name: "平面图", Need: item.Required, If: `matter == "new" || "place" in changes`},
			{ID: "licence", Name: "原许可证", Need: item.Required, If: `matter in ["change", "renew"]`},
			{ID: "id", Name: "负责人身份证", Need: item.Required, If: `matter == "new" || (size(changes) > 0 && "person" in changes)`},
		},
		Steps: []item.Step{
			{Name: "受理", Action: item.Accept},
			{Name: "现场核查", Action: item.Review, If: `matter == "new" || "place" in changes`},
			{Name: "决定", Action: item.Decide},
		},
	}
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	long := `matter == "new"` + strings.Repeat(` || matter == "new"`, 30)
	for _, one := range []struct {
		name, text string
		codes      []string // nil: nothing is wrong
	}{
		{"equal", `matter == "new"`, nil},
		{"unanswered", `matter == ""`, nil},
		{"one of several", `"place" in changes`, nil},
		{"one of a list", `matter in ["new", "renew"]`, nil},
		{"size", `size(changes) >= 2`, nil},
		{"start", `matter.startsWith("ne") && !matter.contains("x")`, nil},
		{"choice", `matter == "new" ? true : "name" in changes`, nil},
		{"always", `true`, nil},
		{"a long row of alternatives", `matter == "new"` + strings.Repeat(` || matter == "new"`, 25), nil},
		{"a long row of all kinds", strings.Repeat(`(matter == "" || true) && `, 19) + `true`, nil},
		{"loop", `[1, 2].all(x, true)`, []string{CodeLoops}},
		{"loop over answers", `changes.exists(c, c == "place")`, []string{CodeLoops}},
		{"nested loop", `changes.map(a, changes.map(b, changes.map(c, a + b + c))).size() > 0`, []string{CodeLoops}},
		{"filter", `size(changes.filter(x, true)) == 1`, []string{CodeLoops}},
		{"has", `has(matter.x)`, []string{CodeUnknownName, CodeSyntax}},
		{"no such question", `colour == "red"`, []string{CodeUnknownName}},
		{"unquoted option", `matter == new`, []string{CodeUnknownName}},
		{"regular expression", `matter.matches("(a+)+$")`, []string{CodeUnknownName}},
		{"concatenation", `matter + "x" == "newx"`, []string{CodeUnknownName}},
		{"doubling", `size(` + strings.Repeat(`"aaaaaaaaaaaaaaaa" + `, 20) + `"a") > 0`, []string{CodeUnknownName}},
		{"time", `timestamp("2020-01-01T00:00:00Z") < timestamp("2021-01-01T00:00:00Z")`, []string{CodeUnknownName}},
		{"arithmetic", `1 + 1 == 2`, []string{CodeUnknownName}},
		{"index", `changes[9] == "name"`, []string{CodeUnknownName}},
		{"conversion", `int(matter) > 1`, []string{CodeUnknownName}},
		{"type", `type(matter) == string`, []string{CodeUnknownName, CodeUnknownName}},
		{"two names", `a == "1" && b == "2"`, []string{CodeUnknownName, CodeUnknownName}},
		{"text", `matter`, []string{CodeNotBool}},
		{"number", `1`, []string{CodeNotBool}},
		{"null", `null`, []string{CodeNotBool}},
		{"nothing", ` `, []string{CodeSyntax}},
		{"half", `matter == `, []string{CodeSyntax}},
		{"open quote", `matter == "new`, []string{CodeSyntax}},
		{"number for text", `matter == 1`, []string{CodeSyntax}},
		{"list for text", `changes == "name"`, []string{CodeSyntax}},
		{"text for list", `"new" in matter`, []string{CodeSyntax}},
		{"map", `{"a": true}.a`, []string{CodeSyntax}},
		{"map index", `{"a": true}["a"]`, []string{CodeUnknownName, CodeSyntax}},
		{"message", `google.protobuf.BoolValue{value: true}`, []string{CodeSyntax}},
		{"mixed list", `matter in ["new", 1]`, []string{CodeSyntax}},
		{"no such option", `matter == "newly"`, []string{CodeUnknownOption}},
		{"no such option, reversed", `"newly" != matter`, []string{CodeUnknownOption}},
		{"no such option of several", `"colour" in changes`, []string{CodeUnknownOption}},
		{"no such option in a list", `matter in ["new", "old", "older"]`, []string{CodeUnknownOption, CodeUnknownOption}},
		{"no such options", `changes == ["name", "colour"]`, []string{CodeUnknownOption}},
		{"too long", long, []string{CodeTooLong}},
		{"long in characters, not in bytes", `matter == "new" || matter == "" /` + `/ ` + strings.Repeat("情", 400), nil},
		{"parentheses", strings.Repeat("(", 200) + "true" + strings.Repeat(")", 200), []string{CodeTooCostly}},
		{"not not", strings.Repeat("!", 399) + "true", nil},
		{"ternaries", strings.Repeat("true ? (", 40) + "true" + strings.Repeat(") : false", 40), []string{CodeTooLong}},
		{"lists in lists", strings.Repeat("[", 120) + strings.Repeat("]", 120) + " == []", []string{CodeTooCostly}},
	} {
		t.Run(one.name, func(t *testing.T) {
			it := shop()
			it.Materials[2].If = one.text
			found := Check(it)
			var codes []string
			for _, f := range found {
				codes = append(codes, f.Code)
				if f.Element != "materials[2].if" || f.Severity != item.Error || f.Message == "" || f.English == "" {
					t.Errorf("finding %+v", f)
				}
			}
			if !slices.Equal(codes, one.codes) {
				t.Errorf("%q: %v, want %v: %v", one.text, codes, one.codes, found)
			}
		})
	}
}

func TestCheckGoesThroughTheWholeItem(t *testing.T) {
	if found := Check(shop()); len(found) != 0 {
		t.Fatalf("a good item: %v", found)
	}
	it := shop()
	it.Situations[0].If = `"name" in changes` // asked later
	it.Situations[1].If = `changes == []`     // itself
	it.Materials[0].If = `nobody`
	it.Steps[0].If = `matter == "new"` // acceptance
	it.Steps[1].If = `1`
	it.Members = []item.Member{{Code: "A"}, {Code: "B", If: `matter == "x"`}}
	it.Situations = append(it.Situations, item.Situation{ID: "if"})
	want := []string{
		"situations[2].id " + CodeUnknownName,
		"steps[0].if " + CodeMisplaced,
		"situations[0].if " + CodeUnknownName,
		"situations[1].if " + CodeUnknownName,
		"materials[0].if " + CodeUnknownName,
		"steps[1].if " + CodeNotBool,
		"members[1].if " + CodeUnknownOption,
	}
	var got []string
	for _, f := range Check(it) {
		got = append(got, f.Element+" "+f.Code)
	}
	if !slices.Equal(got, want) {
		t.Errorf("found %s\nwant  %s", strings.Join(got, "; "), strings.Join(want, "; "))
	}
}

func TestACostlyConditionIsRefused(t *testing.T) {
	it := shop()
	for i := range 200 {
		it.Situations[1].Options = append(it.Situations[1].Options, item.Option{ID: fmt.Sprintf("option-%d", i), Text: "x"})
	}
	it.Materials[1].If = `"name" in changes`
	if found := Check(it); len(found) != 0 {
		t.Fatalf("one look at a long list: %v", found)
	}
	it.Materials[1].If = `"name" in changes` + strings.Repeat(` || "name" in changes`, 20)
	found := Check(it)
	if len(found) != 1 || found[0].Code != CodeTooCostly || !strings.Contains(found[0].English, "at most 1000") {
		t.Errorf("twenty looks at a long list: %v", found)
	}
}

func TestEverySituationIDMayBeNamed(t *testing.T) {
	for _, id := range []string{"type", "list", "int", "string", "bool", "map", "size", "all", "has", "dyn", "kind_2", "a", "x1", "double", "contains"} {
		it := &item.Item{
			Situations: []item.Situation{{ID: id, Options: []item.Option{{ID: "a"}, {ID: "b"}}}},
			Materials:  []item.Material{{ID: "m", If: id + ` == "a"`}},
		}
		if found := Check(it); len(found) != 0 {
			t.Errorf("%s: %v", id, found)
		}
		if s, err := Select(it, item.Answers{id: {"b"}}); err != nil || len(s.Materials) != 0 {
			t.Errorf("%s: %+v, %v", id, s, err)
		}
	}
	for _, id := range reserved {
		it := &item.Item{Situations: []item.Situation{{ID: id}}, Materials: []item.Material{{ID: "m", If: "true"}}}
		if found := Check(it); len(found) != 1 || found[0].Element != "situations[0].id" {
			t.Errorf("%s: %v", id, found)
		}
	}
}

func ids(materials []item.Material) string {
	var all []string
	for _, m := range materials {
		all = append(all, m.ID)
	}
	return strings.Join(all, " ")
}

// TestWrongAnswersAreToldInBrief: what is told does not grow with what was sent.
func TestWrongAnswersAreToldInBrief(t *testing.T) {
	many := item.Answers{"matter": slices.Repeat([]string{"none"}, 100_000)}
	for i := range 1000 {
		many[fmt.Sprintf("x%d%s", i, strings.Repeat("x", 1000))] = []string{"a"}
	}
	_, err := Select(shop(), many)
	if refusal.CodeOf(err) != BadAnswer || len(err.Error()) > 10_000 {
		t.Errorf("%.100q of %d bytes", err, len(err.Error()))
	}
}

func TestSelect(t *testing.T) {
	it := shop()
	for _, one := range []struct {
		name      string
		answers   item.Answers
		materials string
		skipped   []int
		asked     int
		open      []string
	}{
		{"nothing answered", nil, "form plan licence id", nil, 1, []string{"matter"}},
		{"new", item.Answers{"matter": {"new"}}, "form plan id", nil, 1, nil},
		{"renewal", item.Answers{"matter": {"renew"}}, "form licence", []int{1}, 1, nil},
		{"change, of what?", item.Answers{"matter": {"change"}}, "form plan licence id", nil, 2, []string{"changes"}},
		{"change of name", item.Answers{"matter": {"change"}, "changes": {"name"}}, "form licence", []int{1}, 2, nil},
		{"change of both", item.Answers{"matter": {"change"}, "changes": {"place", "person"}}, "form plan licence id", nil, 2, nil},
		{"an answer to what is not asked", item.Answers{"matter": {"renew"}, "changes": {"place"}}, "form licence", []int{1}, 1, nil},
		{"only the later question answered", item.Answers{"changes": {"place"}}, "form plan licence id", nil, 1, []string{"matter"}},
	} {
		t.Run(one.name, func(t *testing.T) {
			s, err := Select(it, one.answers)
			if err != nil {
				t.Fatal(err)
			}
			if ids(s.Materials) != one.materials || !slices.Equal(s.Skipped, one.skipped) || len(s.Asked) != one.asked ||
				!slices.Equal(s.Open, one.open) || !slices.Equal(s.Matters, one.open) {
				t.Errorf("%+v", s)
			}
			if len(s.Materials)+len(s.Excused) != len(it.Materials) || len(s.Steps)+len(s.Skipped) != len(it.Steps) {
				t.Errorf("something is neither selected nor not: %+v", s)
			}
			if again, err := Select(it, s.Answers); err != nil || ids(again.Materials) != ids(s.Materials) || !slices.Equal(again.Skipped, s.Skipped) {
				t.Errorf("the answers that count select something else: %+v, %v", again, err)
			}
		})
	}
	s, err := Select(it, item.Answers{"matter": {"change"}, "changes": {"place", "name", "place"}})
	if err != nil || !slices.Equal(s.Answers["changes"], []string{"name", "place"}) {
		t.Errorf("answers in the order of the options, each once: %v, %v", s.Answers, err)
	}
	if s, _ := Select(it, item.Answers{"matter": {"renew"}, "changes": {"place"}}); len(s.Answers) != 1 {
		t.Errorf("an answer to what is not asked counts: %v", s.Answers)
	}
}

func TestAQuestionThatNothingHangsOnMayStayOpen(t *testing.T) {
	it := shop()
	it.Situations = append(it.Situations, item.Situation{ID: "channel", Question: "从哪里得知", Options: []item.Option{{ID: "web", Text: "网上"}}})
	s, err := Select(it, item.Answers{"matter": {"new"}})
	if err != nil || !slices.Equal(s.Open, []string{"channel"}) || len(s.Matters) != 0 {
		t.Errorf("%+v, %v", s, err)
	}
	it.Materials[0].If = `matter == "new" || channel == "web"`
	if s, _ := Select(it, item.Answers{"matter": {"new"}}); len(s.Matters) != 0 {
		t.Errorf("it is decided without it: %+v", s)
	}
	if s, _ := Select(it, item.Answers{"matter": {"renew"}}); !slices.Equal(s.Matters, []string{"channel"}) {
		t.Errorf("it is not decided without it: %+v", s)
	}
	if words := Questions(it, []string{"matter", "changes"}); !strings.Contains(words, "办理哪一种（matter：new 新办、") || !strings.Contains(words, "可多选") {
		t.Errorf("the questions read %q", words)
	}
}

func TestAnswersThatAreNoneAreRefused(t *testing.T) {
	for _, answers := range []item.Answers{
		{"colour": {"red"}}, {"matter": {"newly"}}, {"matter": {"new", "renew"}}, {"matter": {""}},
		{"matter": {"change"}, "changes": {"name", "colour"}}, {"colour": nil},
	} {
		if _, err := Select(shop(), answers); refusal.CodeOf(err) != BadAnswer {
			t.Errorf("%v: %v", answers, err)
		}
	}
}

func TestAConditionThatCannotBeReadStopsNobody(t *testing.T) {
	it := shop()
	it.Materials[1].If = `matter ==`
	it.Situations[1].If = `[1].all(x, true)`
	it.Steps[0].If = `false` // acceptance
	s, err := Select(it, item.Answers{"matter": {"renew"}, "changes": {"name"}})
	if err != nil || ids(s.Materials) != "form plan licence" || len(s.Asked) != 2 || !slices.Equal(s.Skipped, []int{1}) {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestSelectIsSafeForConcurrentUseAndKeepsLittle(t *testing.T) {
	var wg sync.WaitGroup
	for n := range 8 {
		wg.Go(func() {
			for i := range 3 * kept {
				it := shop()
				it.Situations[0].Options = append(it.Situations[0].Options, item.Option{ID: fmt.Sprint("o", (i+n)%(2*kept))})
				if s, err := Select(it, item.Answers{"matter": {"renew"}}); err != nil || ids(s.Materials) != "form licence" {
					t.Errorf("%+v, %v", s, err)
					return
				}
			}
		})
	}
	wg.Wait()
	if n := len(recent.by); n != kept || len(recent.order) != n {
		t.Errorf("%d items' conditions are kept, %d in order; want %d", n, len(recent.order), kept)
	}
}

func TestWhatIsNotUsedCostsNothing(t *testing.T) {
	plain := &item.Item{Materials: make([]item.Material, 10), Steps: make([]item.Step, 5)}
	if n := testing.AllocsPerRun(100, func() {
		if _, err := Select(plain, nil); err != nil {
			t.Error(err)
		}
	}); n > 16 {
		t.Errorf("an item without conditions takes %.0f allocations", n)
	}
}

// FuzzCondition: whatever is written as a condition is judged in bounded time
// and without a panic, and what Check passes can be asked.
func FuzzCondition(f *testing.F) {
	for _, seed := range []string{
		`matter == "new"`, `"place" in changes`, `[1,2].all(x, true)`, strings.Repeat("(", 250), strings.Repeat("!", 300), `matter.matches("(a+)+$")`,
		strings.Repeat("a?b:", 120), strings.Repeat("[", 200), "\x00\xff", `r"""`, `{1:{1:{1:1}}}`, "`a`.`b`", `matter == "\u{110000}"`, `a.b.c.d(e)`, `-9223372036854775808`,
		`1e999 > 0.0`, `b"\xff" == b""`, `.matter`, `matter.?x`, `[?1]`, `x{?a: 1}`, "matter/*", "//",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		it := shop()
		it.Materials[1].If, it.Situations[1].If = text, text
		begin := time.Now()
		found := Check(it)
		s, err := Select(it, item.Answers{"matter": {"new"}})
		if took := time.Since(begin); took > 5*time.Second {
			t.Errorf("%v for %q", took, text)
		}
		if err != nil {
			t.Errorf("%q stops a counter: %v", text, err)
		}
		if len(found) == 0 && len(s.Matters) > 0 && s.Matters[0] != "changes" {
			t.Errorf("%q: %+v", text, s)
		}
	})
}

func BenchmarkCompile(b *testing.B) {
	it := shop()
	b.ReportAllocs()
	for b.Loop() {
		compileAll(it, places(it))
	}
}

func BenchmarkSelect(b *testing.B) {
	it := shop()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Select(it, item.Answers{"matter": {"change"}, "changes": {"place"}}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkKept is the memory of what is kept when the cache is full.
func BenchmarkKept(b *testing.B) {
	heap := func() float64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	for b.Loop() {
		recent.by, recent.order = nil, nil
		before := heap()
		for i := range kept {
			it := shop()
			it.Situations[0].Options = append(it.Situations[0].Options, item.Option{ID: fmt.Sprint("o", i)})
			if _, err := Select(it, nil); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric((heap()-before)/kept, "B/item")
	}
}
