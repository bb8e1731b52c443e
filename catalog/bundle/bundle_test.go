package bundle

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
)

func options(ids ...string) (all []item.Option) {
	for _, id := range ids {
		all = append(all, item.Option{ID: id, Text: "选" + id})
	}
	return all
}

// newborn is three members that ask for some of the same, and a bundle of them.
func newborn() (*item.Item, map[item.Code]*item.Item) {
	married := item.Situation{ID: "married", Question: "父母是否已婚", Options: options("yes", "no")}
	spaced := married
	spaced.Question = " 父母是否已婚 "
	birth := &item.Item{Ref: item.Ref{Code: "BIRTH"}, Name: "出生医学证明", Situations: []item.Situation{married}, Materials: []item.Material{
		{ID: "m1", Name: "居民身份证", Need: item.Required, Originals: 1, Copies: 1},
		{ID: "m2", Name: "结婚证", Need: item.LaterIfNeed, Originals: 1, If: `married == "yes"`},
	}}
	house := &item.Item{Ref: item.Ref{Code: "HOUSE"}, Name: "户口登记", Situations: []item.Situation{
		spaced, {ID: "kind", Question: "随父还是随母", Options: options("father", "mother")},
	}, Materials: []item.Material{
		{ID: "a", Name: "居民 身份证", Need: item.Required, Copies: 2, When: "父母双方"},
		{ID: "b", Name: "结婚证", Need: item.Required, Exempt: true, If: `married == "yes"`},
		{ID: "c", Name: "出生医学证明（副页）", Need: item.Required, Originals: 1},
	}}
	insure := &item.Item{Ref: item.Ref{Code: "INSURE"}, Name: "参保登记", Situations: []item.Situation{
		{ID: "kind", Question: "参保类型", Options: options("city", "village")},
	}, Materials: []item.Material{
		{ID: "x", Name: "户口簿", Need: item.Optional, Exempt: true},
		{ID: "y", Name: "《出生医学证明》", Need: item.Optional, Copies: 1, If: `kind == "city"`},
		{ID: "z", Name: "照片", Need: item.Optional},
	}}
	b := &item.Item{
		Ref: item.Ref{Code: "NEWBORN"}, Name: "新生儿出生一件事", Bundle: item.LifeEvent,
		Situations: []item.Situation{{ID: "wants", Question: "要办哪些", Several: true, Options: options("insure")}},
		Members: []item.Member{
			{Code: "INSURE", Stage: 2, If: `"insure" in wants`}, {Code: "BIRTH", Stage: 1}, {Code: "HOUSE", Stage: 2}, {Code: "SUBSIDY", Stage: 3},
		},
		Shared: []item.Shared{{Name: "出生证明", Of: []item.MaterialRef{{Code: "HOUSE", ID: "c"}, {Code: "INSURE", ID: "y"}}}},
	}
	return b, map[item.Code]*item.Item{"BIRTH": birth, "HOUSE": house, "INSURE": insure}
}

func offered(items map[item.Code]*item.Item) func(item.Code) (*item.Item, bool) {
	return func(c item.Code) (*item.Item, bool) { it, ok := items[c]; return it, ok }
}

func TestCompose(t *testing.T) {
	b, items := newborn()
	p, err := Compose(b, nil, offered(items))
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(p.Stages, p.Missing); got != "[[BIRTH] [INSURE HOUSE]] [SUBSIDY]" {
		t.Errorf("stages and missing: %s", got)
	}
	var asked []string
	for _, q := range p.Questions {
		asked = append(asked, fmt.Sprint(q.Key, q.Of))
	}
	if got := strings.Join(asked, " "); got != "wants[] married[BIRTH HOUSE] INSURE.kind[INSURE] HOUSE.kind[HOUSE]" {
		t.Errorf("asked: %s", got)
	}
	if got := fmt.Sprint(p.Matters); got != "[wants married INSURE.kind]" { // nothing hangs on HOUSE.kind
		t.Errorf("what matters: %s", got)
	}
	if words := p.Ask(p.Matters); !strings.Contains(words, "参保类型（INSURE.kind：city 选city") || !strings.Contains(words, "可多选") {
		t.Errorf("asked in words: %s", words)
	}

	answers := item.Answers{"wants": {"insure"}, "married": {"yes"}, "INSURE.kind": {"city"}}
	if p, err = Compose(b, answers, offered(items)); err != nil || len(p.Matters) != 0 {
		t.Fatalf("%v, open %v", err, p.Matters)
	}
	for _, want := range []Merged{
		{ID: "BIRTH/m1", Name: "居民身份证", Need: item.Required, Originals: 1, Copies: 2, When: []string{"父母双方"}, Of: []item.MaterialRef{{Code: "BIRTH", ID: "m1"}, {Code: "HOUSE", ID: "a"}}},
		{ID: "BIRTH/m2", Name: "结婚证", Need: item.LaterIfNeed, Originals: 1, Of: []item.MaterialRef{{Code: "BIRTH", ID: "m2"}, {Code: "HOUSE", ID: "b"}}},
		{ID: "HOUSE/c", Name: "出生证明", Need: item.Required, Originals: 1, Copies: 1, Of: []item.MaterialRef{{Code: "HOUSE", ID: "c"}, {Code: "INSURE", ID: "y"}}},
		{ID: "INSURE/x", Name: "户口簿", Need: item.Optional, Exempt: true, Of: []item.MaterialRef{{Code: "INSURE", ID: "x"}}},
		{ID: "INSURE/z", Name: "照片", Need: item.Optional, Of: []item.MaterialRef{{Code: "INSURE", ID: "z"}}},
	} {
		got, ok := p.Material(want.ID)
		if !ok || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%+v\nwant %+v", got, want)
		}
	}
	if len(p.Materials) != 5 {
		t.Errorf("%d materials: %+v", len(p.Materials), p.Materials)
	}
	if m, ok := p.Material("INSURE/y"); !ok || m.ID != "HOUSE/c" {
		t.Errorf("found by a member's own id: %+v", m)
	}

	answers = item.Answers{"wants": nil, "married": {"no"}, "HOUSE.married": {"yes"}}
	if p, err = Compose(b, answers, offered(items)); err != nil {
		t.Fatal(err)
	}
	if m, ok := p.Material("结婚证"); !ok || !m.Exempt || len(m.Of) != 1 {
		t.Errorf("an answer to one member goes before the common one: %+v", m)
	}
	answers["wants"] = []string{"insure"}
	delete(answers, "HOUSE.married")
	if p, _ = Compose(b, answers, offered(items)); len(p.Parts) != 3 || p.Parts[0].Selection.Excused[0] != "m2" {
		t.Errorf("what falls away: %+v", p.Parts)
	}
}

func TestWhatIsRefused(t *testing.T) {
	b, items := newborn()
	for _, answers := range []item.Answers{
		{"colour": {"red"}}, {"kind": {"city"}}, {"married": {"maybe"}}, {"wants": {"all"}}, {"BIRTH.kind": {"city"}}, {"NOBODY.kind": {"city"}}, {"married": {"yes", "no"}},
	} {
		if _, err := Compose(b, answers, offered(items)); refusal.CodeOf(err) != condition.BadAnswer {
			t.Errorf("%v: %v", answers, err)
		}
	}
	if _, err := Compose(b, item.Answers{"SUBSIDY.kind": {"x"}}, offered(items)); err != nil {
		t.Errorf("an answer to a member that is not offered: %v", err)
	}
	if _, err := Compose(items["BIRTH"], nil, offered(items)); refusal.CodeOf(err) != NotABundle {
		t.Errorf("an ordinary item: %v", err)
	}
	items["SUBSIDY"] = b
	if _, err := Compose(b, nil, offered(items)); refusal.CodeOf(err) != NotABundle {
		t.Errorf("a bundle in a bundle: %v", err)
	}
}

// anyBundle draws members whose materials and questions collide in every way.
func anyBundle(t *rapid.T) (*item.Item, map[item.Code]*item.Item, item.Answers) {
	names := []string{"身份证", "身份 证", "照片", "（表）", "(表)", "Ａ4纸", "a4纸", "户口簿"}
	items, answers := map[item.Code]*item.Item{}, item.Answers{}
	b := &item.Item{Name: "bundle", Situations: []item.Situation{{ID: "q0", Question: "要哪个", Options: options("a", "b")}}}
	condition := func(label string) string {
		return rapid.SampledFrom([]string{"", "", `q0 == "a"`, `q0 != "a"`, `true`, `broken(`}).Draw(t, label)
	}
	var refs []item.MaterialRef
	for n := range rapid.IntRange(1, 5).Draw(t, "members") {
		code := item.Code(fmt.Sprintf("M%d", n))
		it := &item.Item{Ref: item.Ref{Code: code}, Name: string(code)}
		it.Situations = append(it.Situations, item.Situation{
			ID: "q0", Question: rapid.SampledFrom([]string{"要哪个", "哪一种"}).Draw(t, "question"), Options: options("a", "b"),
		})
		for i := range rapid.IntRange(0, 6).Draw(t, "materials") {
			m := item.Material{
				ID: fmt.Sprint("m", i), Name: rapid.SampledFrom(names).Draw(t, "name"), Need: rapid.SampledFrom([]item.Need{item.Required, item.Optional, item.LaterIfNeed}).Draw(t, "need"),
				Originals: rapid.IntRange(0, 2).Draw(t, "originals"), Copies: rapid.IntRange(0, 3).Draw(t, "copies"), Exempt: rapid.Bool().Draw(t, "exempt"), If: condition("if"),
			}
			it.Materials = append(it.Materials, m)
			refs = append(refs, item.MaterialRef{Code: code, ID: m.ID})
		}
		b.Members = append(b.Members, item.Member{Code: code, Stage: rapid.IntRange(1, 3).Draw(t, "stage"), If: condition("member if")})
		if rapid.IntRange(0, 9).Draw(t, "offered") > 0 {
			items[code] = it
		}
		if rapid.Bool().Draw(t, "answered") {
			answers[whole(code, "q0")] = []string{rapid.SampledFrom([]string{"a", "b"}).Draw(t, "answer")}
		}
	}
	if rapid.Bool().Draw(t, "answered") {
		answers["q0"] = []string{rapid.SampledFrom([]string{"a", "b"}).Draw(t, "answer")}
	}
	for n := range rapid.IntRange(0, 3).Draw(t, "shared") {
		if len(refs) > 0 {
			b.Shared = append(b.Shared, item.Shared{Name: rapid.SampledFrom([]string{fmt.Sprint("common ", n), "照片", "一张纸"}).Draw(t, "shared name"),
				Of: rapid.SliceOfN(rapid.SampledFrom(refs), 1, 4).Draw(t, "of")})
		}
	}
	return b, items, answers
}

func TestOneSetOfMaterials(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, items, answers := anyBundle(t)
		p, err := Compose(b, answers, offered(items))
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, m := range p.Materials {
			if seen[fold(m.Name)] {
				t.Fatalf("%q is asked for twice", m.Name)
			}
			seen[fold(m.Name)] = true
		}
		held := map[item.MaterialRef]Merged{}
		for _, m := range p.Materials {
			for _, r := range m.Of {
				if _, twice := held[r]; twice {
					t.Fatalf("%v is in two materials", r)
				}
				held[r] = m
			}
		}
		for _, part := range p.Parts {
			for _, m := range part.Selection.Materials {
				r := item.MaterialRef{Code: part.Member.Code, ID: m.ID}
				in, ok := held[r]
				if !ok {
					t.Fatalf("%v is not asked for", r)
				}
				delete(held, r)
				if m.Exempt {
					continue
				}
				if in.Exempt || strict[in.Need] < strict[m.Need] || in.Originals < m.Originals || in.Copies < m.Copies {
					t.Fatalf("%+v asks for less than %+v", in, m)
				}
			}
		}
		if len(held) != 0 {
			t.Fatalf("asked for by nobody: %v", held)
		}
		for _, sh := range b.Shared {
			roots := map[string]bool{}
			for _, r := range sh.Of {
				if m, ok := p.Material(idOf(r)); ok {
					roots[m.ID] = true
				}
			}
			if len(roots) > 1 {
				t.Fatalf("%+v is not one paper: %v", sh, roots)
			}
		}
	})
}

func TestNoOrderMatters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b, items, answers := anyBundle(t)
		p, err := Compose(b, answers, offered(items))
		if err != nil {
			t.Fatal(err)
		}
		turned := *b
		turned.Members = rapid.Permutation(b.Members).Draw(t, "members")
		turned.Shared = rapid.Permutation(b.Shared).Draw(t, "shared")
		other := map[item.Code]*item.Item{}
		for _, code := range slices.Sorted(mapKeys(items)) {
			it := *items[code]
			it.Materials = rapid.Permutation(it.Materials).Draw(t, "materials")
			other[code] = &it
		}
		q, err := Compose(&turned, answers, offered(other))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := shape(p), shape(q); a != b {
			t.Fatalf("in another order:\n%s\n%s", a, b)
		}
	})
}

func mapKeys(m map[item.Code]*item.Item) func(func(item.Code) bool) {
	return func(yield func(item.Code) bool) {
		for code := range m {
			if !yield(code) {
				return
			}
		}
	}
}

// shape is a plan without the order in which things were listed.
func shape(p Plan) string {
	for _, stage := range p.Stages {
		slices.Sort(stage)
	}
	slices.Sort(p.Missing)
	slices.Sort(p.Matters)
	var all []string
	for _, m := range p.Materials {
		slices.Sort(m.When)
		all = append(all, fmt.Sprintf("%+v", m))
	}
	for _, q := range p.Questions {
		slices.Sort(q.Of)
		all = append(all, fmt.Sprint(q.Key, q.Of))
	}
	slices.Sort(all)
	return fmt.Sprint(p.Stages, p.Missing, p.Matters, strings.Join(all, "\n"))
}

func TestFold(t *testing.T) {
	for _, pair := range [][2]string{{"居民　身份证", "居民身份证"}, {"申请表（Ａ４）", "申请表(a4)"}, {"A B", "ab"}} {
		if fold(pair[0]) != fold(pair[1]) {
			t.Errorf("%q and %q differ: %q, %q", pair[0], pair[1], fold(pair[0]), fold(pair[1]))
		}
	}
	if fold("身份证") == fold("身份证复印件") {
		t.Error("two papers are one")
	}
}
