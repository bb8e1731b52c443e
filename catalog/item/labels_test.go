package item

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"tongban/catalog/area"
)

// paths lists the path of everything that a type holds.
func paths(prefix string, t reflect.Type) []string {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		suffix := ""
		if t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct {
			suffix = "[]"
		}
		return paths(prefix+suffix, t.Elem())
	case reflect.Struct:
		if t == reflect.TypeFor[Limit]() {
			return nil
		}
		var all []string
		for i := range t.NumField() {
			path := strings.TrimPrefix(join(prefix, jsonName(t.Field(i))), "ref.")
			all = append(all, path)
			all = append(all, paths(path, t.Field(i).Type)...)
		}
		return all
	}
	return nil
}

func TestEveryElementHasAName(t *testing.T) {
	holds := append(paths("", reflect.TypeFor[Item]()), "item")
	var named []string
	for _, e := range Elements() {
		if slices.Contains(named, e.Path) {
			t.Errorf("%s stands twice", e.Path)
		}
		named = append(named, e.Path)
		if !slices.Contains(holds, e.Path) {
			t.Errorf("%s is no element", e.Path)
		}
		checkName(t, e)
	}
	for _, path := range holds {
		if !slices.Contains(named, path) {
			t.Errorf("%s has no name", path)
		}
	}
	holds = paths("", reflect.TypeFor[Supplement]())
	for i, e := range SupplementElements() {
		checkName(t, e)
		if holds[i] != e.Path {
			t.Errorf("the supplement holds %s where %s is named", holds[i], e.Path)
		}
	}
	if len(holds) != len(SupplementElements()) {
		t.Errorf("the supplement holds %v", holds)
	}
}

func checkName(t *testing.T, e Element) {
	t.Helper()
	if !strings.ContainsFunc(e.Chinese, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || e.English == "" || strings.ToLower(e.English) != e.English && e.Path != "faq" {
		t.Errorf("%s is called %q, %q", e.Path, e.Chinese, e.English)
	}
}

// In a sheet a Chinese name must say which element is meant.
func TestChineseNamesAreUnique(t *testing.T) {
	seen := map[string]string{}
	for _, e := range Elements() {
		for _, name := range append([]string{e.Chinese}, e.Also...) {
			if other, twice := seen[name]; twice {
				t.Errorf("%s and %s are both called %s", other, e.Path, name)
			}
			seen[name] = e.Path
		}
	}
}

func TestLabel(t *testing.T) {
	for path, want := range map[string][2]string{
		"promise":                        {"承诺时限", "promised limit"},
		"promise.unit":                   {"承诺时限", "promised limit"},
		"ref.code":                       {"事项编码", "code"},
		"materials":                      {"申请材料", "materials"},
		"materials[2]":                   {"申请材料", "materials"},
		"materials[2].need":              {"材料要求", "need"},
		"materials[photo].need":          {"材料要求", "need"},
		"materials[0].blank.hash":        {"空白表格校验值", "blank form, hash"},
		"steps[11].limit.tenths":         {"环节时限", "limit"},
		"situations[1].options[2].text":  {"选项内容", "option"},
		"delegations[0].actions[1]":      {"承接环节", "actions"},
		"remedy.court":                   {"行政诉讼法院", "court"},
		"place":                          {"办理地点", "place"},
		"nobody":                         {"nobody", "nobody"},
		"nobody[1].knows":                {"nobody[1].knows", "nobody[1].knows"},
		"":                               {"", ""},
		"materials[":                     {"申请材料", "materials"},
		"materials]2[.need":              {"materials]2[.need", "materials]2[.need"},
		"materials[the list].unheard_of": {"申请材料", "materials"},
	} {
		if zh, en := Label(path); zh != want[0] || en != want[1] {
			t.Errorf("%q: %s, %s; want %v", path, zh, en, want)
		}
	}
}

func TestStandard(t *testing.T) {
	for name, want := range map[string]string{
		"promise": "promise", "承诺时限": "promise", "承诺办结时限": "promise", " 承诺时限 ": "promise", "materials[3].need": "materials[].need",
		"设定依据": "laws", "ref.version": "version", "办理地点": "", "window": "", "": "", "天气": "",
	} {
		e, ok := Standard(name)
		if e.Path != want || ok != (want != "") {
			t.Errorf("%q is %q, %v; want %q", name, e.Path, ok, want)
		}
	}
}

// enumerated are the types whose values are words.
func enumerated(t reflect.Type) bool {
	return t.Kind() == reflect.Bool || t == reflect.TypeFor[area.Level]() ||
		t.Kind() == reflect.String && t != reflect.TypeFor[string]() && t != reflect.TypeFor[Code]() && t != reflect.TypeFor[area.Code]()
}

func TestEveryEnumeratedElementHasWords(t *testing.T) {
	var walk func(path string, typ reflect.Type)
	count := 0
	walk = func(path string, typ reflect.Type) {
		switch {
		case enumerated(typ):
			count++
			list := Words(path)
			if len(list) < 2 {
				t.Errorf("%s has no words", path)
			}
			for _, w := range list {
				zh, en := InWords(path, w.Value)
				if zh != w.Chinese || en != w.English || zh == "" || en == "" {
					t.Errorf("%s %q: %q, %q", path, w.Value, zh, en)
				}
				for _, text := range append([]string{w.Value, w.Chinese, w.English, strings.ToUpper(w.English), " " + w.Chinese}, w.Also...) {
					if value, ok := ReadWord(path, text); !ok || value != w.Value {
						t.Errorf("%s %q reads as %q, %v; want %q", path, text, value, ok, w.Value)
					}
				}
			}
		case typ.Kind() == reflect.Slice && enumerated(typ.Elem()), typ.Kind() == reflect.Pointer:
			walk(path, typ.Elem())
		case typ.Kind() == reflect.Slice:
			walk(path+"[]", typ.Elem())
		case typ.Kind() == reflect.Struct:
			for i := range typ.NumField() {
				walk(strings.TrimPrefix(join(path, jsonName(typ.Field(i))), "."), typ.Field(i).Type)
			}
		}
	}
	walk("", reflect.TypeFor[Item]())
	if count != len(words)-1 { // beside them only the styles, which are words themselves
		t.Errorf("%d enumerated elements, but words for %d", count, len(words))
	}
	for _, text := range []string{"", "也许", "true"} {
		if value, ok := ReadWord("materials[].need", text); ok {
			t.Errorf("%q reads as %q", text, value)
		}
	}
	if Words("name") != nil {
		t.Error("names are not enumerated")
	}
	if zh, en := InWords("type", "1A"); zh != "1A" || en != "1A" {
		t.Errorf("a province's own type: %q, %q", zh, en)
	}
}
