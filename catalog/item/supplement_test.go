package item

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongban/tools/golden"
)

func TestReadSupplement(t *testing.T) {
	s, found := ReadSupplement(map[string]any{"place": " 一楼大厅 ", "窗口号": "3 号", "办理时间": "9:00–17:00", "supplement.note": "周六开放", "on_duty": nil})
	if want := (Supplement{Place: "一楼大厅", Window: "3 号", Hours: "9:00–17:00", Note: "周六开放"}); s != want || len(found) != 0 {
		t.Errorf("%+v, %v; want %+v", s, found, want)
	}
	if s, found := ReadSupplement(nil); !s.IsZero() || len(found) != 0 {
		t.Errorf("nothing: %+v, %v", s, found)
	}
	var b strings.Builder
	_, found = ReadSupplement(map[string]any{
		"promise": "1 个工作日", "承诺办结时限": "1 个工作日", "materials[0].need": "optional", "设定依据": "某法", "ref": map[string]any{}, "kind": "immediate",
		"weather": "sunny", "天气": "晴",
		"window": 3, "hours": []any{"9", "17"}, "place": "甲", "办理地点": "乙",
		"telephone": strings.Repeat("1", 501), "note": "一行\n又一行", "directions": "左转\x07",
	})
	for _, f := range found {
		fmt.Fprintln(&b, f)
		checkWords(t, f)
	}
	golden.Check(t, "supplement.golden", b.String())
}

// Whatever a center calls a standardized element, it can't touch it.
func TestEveryStandardizedElementIsRefused(t *testing.T) {
	local := map[string]bool{}
	for _, e := range SupplementElements() {
		for _, name := range append([]string{e.Path, e.Chinese}, e.Also...) {
			local[name] = true
		}
	}
	for _, e := range Elements() {
		for _, name := range append([]string{e.Path, e.Chinese}, e.Also...) {
			s, found := ReadSupplement(map[string]any{name: "甲"})
			if local[name] {
				if len(found) != 0 || s.IsZero() {
					t.Errorf("%s is the center's to say: %v", name, found)
				}
				continue
			}
			if len(found) != 1 || found[0].Code != "standardized" || !strings.Contains(found[0].Message, e.Chinese) || !strings.Contains(found[0].English, e.Path) || !s.IsZero() {
				t.Errorf("%s: %+v, %v", name, s, found)
			}
		}
	}
}

func TestReadSupplementOfAnything(t *testing.T) {
	names := []string{"place", "办理地点", "window", "note", "promise", "承诺时限", "", "[", "materials[1].need", "supplement.", "supplement.hours"}
	rapid.Check(t, func(t *rapid.T) {
		raw := map[string]any{}
		for range rapid.IntRange(0, 5).Draw(t, "entries") {
			name := rapid.OneOf(rapid.SampledFrom(names), rapid.String()).Draw(t, "name")
			raw[name] = rapid.SampledFrom([]any{nil, "", "甲", "\x00", strings.Repeat("长", 2001), 5, true, []string{"a"}, map[string]any{"a": 1}}).Draw(t, "value")
		}
		s, found := ReadSupplement(raw)
		if again, same := ReadSupplement(maps.Clone(raw)); again != s || !slices.Equal(found, same) {
			t.Fatal("not the same answer twice")
		}
		if !slices.Equal(s.Check(), found[len(found)-len(s.Check()):]) {
			t.Fatalf("what is wrong with the texts is not all found: %v", found)
		}
	})
}
