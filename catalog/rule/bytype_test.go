package rule

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"tongban/consensus/wire"
)

// What an area says of some types of items, and what of the rest.
func TestByType(t *testing.T) {
	r := Rule{Key: NoticeDays, Value: 5, Source: "某市条例"}.With(
		TypeValue{Types: []ItemType{"20", "05"}, Source: "DB3205/T 1025-2021 5.3.1"}, TypeValue{Types: []ItemType{"1A"}, Value: 3})
	if err := r.Check(); err != nil {
		t.Fatal(err)
	}
	s := NewSet([]Setting{{city, r}, {town, Rule{Key: NoticeDays, Value: 2, Source: "镇"}}})
	for _, row := range []struct {
		at     string
		rule   Rule
		kind   ItemType
		want   int64
		source string
	}{
		{"the rest", s.Value(NoticeDays, district), "01", 5, "某市条例"},
		{"no type at all", s.Value(NoticeDays, district), "", 5, "某市条例"},
		{"on the spot", s.Value(NoticeDays, district), "20", 0, "DB3205/T 1025-2021 5.3.1"},
		{"another of the list", s.Value(NoticeDays, district), "05", 0, "DB3205/T 1025-2021 5.3.1"},
		{"a province's own type, by the rule's source", s.Value(NoticeDays, district), "1A", 3, "某市条例"},
		{"a nearer area says one thing for all", s.Value(NoticeDays, village), "20", 2, "镇"},
		{"a rule that knows no types", s.Value(ServeDays, village), "20", 10, "行政许可法 44"},
	} {
		if got := row.rule.For(row.kind); got.Value != row.want || got.Source != row.source || got.Doc != "" {
			t.Errorf("%s: %+v", row.at, got)
		}
	}
	if got := r.With(); got.Doc != "" || got.For("20").Value != 5 {
		t.Errorf("without types: %+v", got)
	}
}

// A rule with types is the same rule after JSON, YAML and CBOR.
func TestByTypeTravels(t *testing.T) {
	r := Rule{Key: NoticeDeemed, Source: "x"}.With(TypeValue{Types: []ItemType{"01"}, Value: 1})
	var fromJSON, fromYAML, fromCBOR Rule
	j, err := json.Marshal(r)
	if err != nil || json.Unmarshal(j, &fromJSON) != nil || fromJSON != r || !strings.Contains(string(j), `"by_type":[{"types":["01"],"value":1}]`) {
		t.Errorf("JSON %s: %+v", j, fromJSON)
	}
	y, err := yaml.Marshal(r)
	if err != nil || yaml.Unmarshal(y, &fromYAML) != nil || fromYAML != r {
		t.Errorf("YAML %s: %+v", y, fromYAML)
	}
	if err := wire.Decode(wire.Encode(r), &fromCBOR); err != nil || fromCBOR != r {
		t.Errorf("CBOR: %+v", fromCBOR)
	}
}

func TestByTypeIsChecked(t *testing.T) {
	doc := func(tree any) Document { return documentOf(tree.(map[string]any)) }
	entry := func(types []any, more map[string]any) map[string]any {
		e := map[string]any{"types": types}
		for k, v := range more {
			e[k] = v
		}
		return map[string]any{"by_type": []any{e}}
	}
	for name, row := range map[string]struct {
		key  Key
		doc  Document
		path string // "": it is taken
		as   error
	}{
		"listed":                  {NoticeDays, doc(entry([]any{"20"}, nil)), "", nil},
		"over the bounds":         {NoticeDays, doc(entry([]any{"20"}, map[string]any{"value": int64(31)})), "doc.by_type[0].value", ErrRange},
		"no flag":                 {NoticeDeemed, doc(entry([]any{"20"}, map[string]any{"value": int64(2)})), "doc.by_type[0].value", ErrRange},
		"of no type":              {NoticeDays, doc(entry(nil, map[string]any{"value": int64(2)})), "doc.by_type[0].types", ErrDocument},
		"of a name":               {NoticeDays, doc(entry([]any{"公共服务"}, nil)), "doc.by_type[0].types[0]", ErrDocument},
		"of a type twice":         {NoticeDays, doc(entry([]any{"20", "20"}, nil)), "doc.by_type[0].types[1]", ErrDocument},
		"of nothing":              {NoticeDays, empty, "doc.by_type", ErrDocument},
		"with another field":      {NoticeDays, doc(map[string]any{"by_kind": true}), "doc.by_kind", ErrDocument},
		"where types say nothing": {YellowBefore, doc(entry([]any{"20"}, map[string]any{"value": int64(2)})), "doc", ErrDocument},
		"no document":             {NoticeDays, "x", "doc", ErrDocument},
	} {
		r := Rule{Key: row.key, Value: 1, Source: "x", Doc: row.doc}
		err, found := r.Check(), r.Problems()
		if (err == nil) != (row.path == "") || err != nil && (!errors.Is(err, row.as) || found[0].Path != row.path) {
			t.Errorf("%s: %v, want it at %q", name, err, row.path)
		}
	}
}

func TestTypeOf(t *testing.T) {
	for text, want := range map[string]ItemType{"01": "01", "行政许可": "01", "公共服务": "20", "1A": "1A"} {
		if got, ok := TypeOf(text); !ok || got != want {
			t.Errorf("%s: %q %v", text, got, ok)
		}
	}
	if _, ok := TypeOf("许可"); ok {
		t.Error("a type that nobody knows")
	}
	if ItemType("20").Name() != "公共服务" || ItemType("1A").Name() != "1A" {
		t.Error("names of types")
	}
}
