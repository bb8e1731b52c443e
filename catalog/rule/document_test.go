package rule

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/wire"
	"tongban/tools/golden"
)

// documents are the schemas of the kinds whose value is a document.
func documents() []Schema {
	var all []Schema
	for _, s := range schemas {
		if s.doc != nil {
			all = append(all, s)
		}
	}
	return all
}

// The listing is what a form and a help text are made of.
func TestSchemas(t *testing.T) {
	var b strings.Builder
	for _, s := range Schemas() {
		fmt.Fprintf(&b, "%s %s (%s", s.Key, s.Name, s.Unit)
		if s.Unit != Documents {
			fmt.Fprintf(&b, ", %d to %d, default %d", s.Min, s.Max, s.Default.Value)
		}
		fmt.Fprintf(&b, ")\n  %s\n  source: %s\n", s.Meaning, s.Default.Source)
		for _, f := range s.Fields {
			kind := f.Type
			if f.List {
				kind = "list of " + kind
			}
			if f.Required {
				kind += ", required"
			}
			if f.Max != 0 {
				kind += fmt.Sprintf(", %d to %d", f.Min, f.Max)
			}
			fmt.Fprintf(&b, "  - %s %s (%s): %s\n", f.Path, f.Name, kind, f.Meaning)
			for _, w := range f.Words {
				fmt.Fprintf(&b, "      %s %s\n", w.Word, w.Name)
			}
		}
	}
	golden.Check(t, "schemas.golden", b.String())
}

// A rule that names an item's mode means the item's.
func TestModesAreThoseOfItems(t *testing.T) {
	words := Mode("").words()
	for i, m := range []item.Mode{item.Online, item.ReceivedElsewhere, item.SeveralPlaces} {
		if words[i].Word != string(m) {
			t.Errorf("mode %q; an item says %q", words[i].Word, m)
		}
	}
}

// draw fills a document with what its tags allow; odd texts on purpose.
func draw(t *rapid.T, v reflect.Value, p part) {
	text := rapid.OneOf(
		rapid.SampledFrom([]string{"yes", "null", "~", "2026-01-01", "0x1F", "1e3", "- a", "a: b", "# c", " 首尾 ", "“引号”", "第一行\n第二行", "'", "\"", "{}", "&a", "✓", "\u2028x", "<b>&", "x\n"}),
		rapid.StringMatching(`[a-z一-龥]{1,12}`),
	)
	switch {
	case v.Kind() == reflect.Slice:
		n := rapid.IntRange(0, 3).Draw(t, p.json)
		if p.required {
			n = max(n, 1)
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			draw(t, v.Index(i), p)
		}
	case v.Kind() == reflect.Struct:
		for _, inner := range partsOf(v.Type()) {
			if inner.required || rapid.Bool().Draw(t, inner.json) {
				draw(t, v.Field(inner.index), inner)
			}
		}
	case v.Type() == reflect.TypeFor[area.Level]():
		v.SetUint(uint64(rapid.IntRange(1, 6).Draw(t, p.json)))
	case wordsOf(v.Type()) != nil:
		v.SetString(rapid.SampledFrom(wordsOf(v.Type())).Draw(t, p.json).Word)
	case v.Type() == reflect.TypeFor[workday.Date]():
		v.SetString(rapid.SampledFrom([]string{"2026-01-01", "2026-06-30", "2027-02-28"}).Draw(t, p.json))
	case v.Type() == reflect.TypeFor[area.Code]():
		v.SetString(string(rapid.SampledFrom([]area.Code{city, district, town, village}).Draw(t, p.json)))
	case v.Type() == reflect.TypeFor[ItemCode]():
		v.SetString(rapid.StringMatching(`[0-9A-Z-]{1,40}`).Draw(t, p.json))
	case v.Kind() == reflect.String:
		v.SetString(text.Draw(t, p.json))
	case v.Kind() == reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, p.json))
	default:
		v.SetInt(rapid.Int64Range(max(p.min, 1), p.max).Draw(t, p.json))
	}
}

func TestADocumentSurvivesEveryForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(documents()).Draw(t, "kind")
		v := reflect.New(s.doc).Elem()
		draw(t, v, part{})
		r := Rule{Key: s.Key, Source: "试验", From: "2026-01-01", Doc: encode(v.Interface())}
		for _, p := range r.Problems() { // what the tags don't say: entries that are the same, days the wrong way round
			if !strings.Contains(p.English, "same as") && !strings.Contains(p.English, "either") && !strings.Contains(p.English, "before the first") &&
				!strings.Contains(p.English, "two areas") && !strings.Contains(p.English, "both required") && !strings.Contains(p.English, "less time") {
				t.Fatalf("%v", p)
			}
		}
		back := reflect.New(s.doc)
		if err := r.Doc.decode(back.Interface()); err == nil && encode(back.Elem().Interface()) != r.Doc {
			t.Fatalf("%s decodes to %+v", v.Interface(), back.Elem().Interface())
		}
		sameInEveryForm(t, r)
	})
}

type failer interface{ Fatalf(string, ...any) }

// sameInEveryForm sends a rule through CBOR, JSON and YAML.
func sameInEveryForm(t failer, r Rule) {
	var fromCBOR, fromJSON, fromYAML Rule
	if err := wire.Decode(wire.Encode(r), &fromCBOR); err != nil || fromCBOR != r {
		t.Fatalf("cbor: %v: %+v became %+v", err, r, fromCBOR)
	}
	raw, err := json.Marshal(r)
	if err == nil {
		err = json.Unmarshal(raw, &fromJSON)
	}
	if err != nil || fromJSON != r {
		t.Fatalf("json: %v: %s became %+v", err, raw, fromJSON)
	}
	raw, err = yaml.Marshal(r)
	if err == nil {
		err = yaml.Unmarshal(raw, &fromYAML)
	}
	if err != nil || fromYAML != r {
		t.Fatalf("yaml: %v: %s became %+v", err, raw, fromYAML)
	}
}

func TestADocumentReadsAsItIsShown(t *testing.T) {
	r := Of(CenterNames{Names: []CenterName{{Level: area.Town, Name: "为民服务中心"}}}, "苏州", "")
	raw, err := json.Marshal(r)
	if want := `{"key":"center_names","value":0,"source":"苏州","doc":{"names":[{"level":"town","name":"为民服务中心"}]}}`; err != nil || string(raw) != want {
		t.Errorf("%v: %s", err, raw)
	}
	var other Rule // what says nothing makes no difference
	text := "key: center_names\nsource: 苏州\ndoc: {names: [{name: 为民服务中心, level: town, variants: [], administration: ''}]}\n"
	if err := yaml.Unmarshal([]byte(text), &other); err != nil || other != r {
		t.Errorf("%v: %+v; want %+v", err, other, r)
	}
	names, err := Read[CenterNames](r)
	if err != nil || names.Of(area.Town) != "为民服务中心" || names.Of(area.Village) != "" {
		t.Errorf("%v: %+v", err, names)
	}
	if _, err := Read[Facilities](r); !errors.Is(err, ErrDocument) {
		t.Errorf("names read as facilities: %v", err)
	}
	if raw := wire.Encode(Rule{Key: NoticeDays, Value: 5}); len(raw) != 1+1+12+2 {
		t.Errorf("a number without a document takes %d bytes: %x", len(raw), raw)
	}
}

func TestEveryProblemOfADocumentAtOnce(t *testing.T) {
	text := `{"key": "cross_area", "value": 3, "from": "soon", "doc": {
		"agreement": ["x"],
		"agreements": [
			{"name": "甲", "document": "协议", "parties": ["320509000000", "320507000000"], "mode": "online",
			 "accepts": "competent", "clock": "competent", "paper": "receiving", "all_items": true, "color": "red"},
			{"name": "甲", "parties": ["320509000000", "12"], "items": ["a b"], "all_items": "yes", "mode": "by horse",
			 "accepts": "nobody", "clock": 7, "from": "2026-02-30", "to": "2026-01-01"},
			"乙",
			{"name": "` + strings.Repeat("长", 101) + `", "document": "x\u0007", "parties": ["320509000000", "320509000000"], "items": [],
			 "mode": "online", "accepts": "receiving", "clock": "receiving", "paper": "receiving", "from": "2026-06-01", "to": "2026-01-01"}
		]}}`
	var r Rule
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range r.Problems() {
		got = append(got, p.Path)
		if p.Message == "" || p.English == "" || len(p.Error()) > 300 {
			t.Errorf("%+v", p)
		}
	}
	want := []string{
		"from", "value", "doc.agreement", "doc.agreements[0].color", "doc.agreements[1].document", "doc.agreements[1].parties[1]",
		"doc.agreements[1].all_items", "doc.agreements[1].items[0]", "doc.agreements[1].mode", "doc.agreements[1].accepts",
		"doc.agreements[1].clock", "doc.agreements[1].paper", "doc.agreements[1].from", "doc.agreements[2]",
		"doc.agreements[3].name", "doc.agreements[3].document", "doc.agreements[3].items", "doc.agreements[3].parties[1]", "doc.agreements[3].to", "doc.agreements[1].name",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("problems at\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	err := r.Check()
	for _, part := range []string{"rule cross_area: ", "doc.agreements[0].color: no such field (known: name, document, parties", `"by horse" is none of online`} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%q is missing in: %v", part, err)
		}
	}
	if !errors.Is(err, ErrDocument) || !errors.Is(err, ErrRange) || !errors.Is(err, workday.ErrDate) {
		t.Error("the error isn't what it's made of")
	}
}

func TestADocumentAndANumberAreNotTheSame(t *testing.T) {
	for _, r := range []Rule{
		{Key: NoticeDays, Value: 5, Doc: empty},
		{Key: RatingKey},
		{Key: RatingKey, Doc: "not CBOR"},
		{Key: RatingKey, Doc: Document(wire.Encode([]string{"a list"}))},
		{Key: RatingKey, Doc: Document(wire.Encode(map[string]any{"verify_days": 0}))},      // says nothing, so it isn't written
		{Key: RatingKey, Doc: Document(wire.Encode(map[string]any{"verify_days": 1.5}))},    // no whole number
		{Key: RatingKey, Doc: Document(wire.Encode(map[string]any{"basis": []any{nil}}))},   // nothing in a list
		{Key: RatingKey, Doc: Document(wire.Encode(map[int]any{1: "x"}))},                   // a field without a name
		{Key: RatingKey, Doc: Document(wire.Encode(map[string]any{"basis": []string{""}}))}, // an empty text in a list
		{Key: RatingKey, Doc: Document(wire.Encode(map[string]any{"basis": []string{strings.Repeat("x", MaxDocument)}}))},
		{Key: CenterNamesKey, Doc: Document(wire.Encode(map[string]any{"names": []any{map[string]any{"level": "镇", "name": "中心"}}}))}, // not the one word
	} {
		if err := r.Check(); !errors.Is(err, ErrDocument) {
			t.Errorf("%+.80v: %v", r, err)
		}
	}
	for _, text := range []string{`{"doc": 5}`, `{"doc": "text"}`, `{"doc": {"a": 1.5}}`, `{"doc": {"a": 99999999999999999999}}`, `{"doc": []}`,
		`{"doc": ` + strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 41)} {
		var r Rule
		if err := json.Unmarshal([]byte(text), &r); !errors.Is(err, ErrDocument) {
			t.Errorf("%.40s: %v", text, err)
		}
	}
	for _, text := range []string{"doc: {a: 1.5}", "doc: {1: a}", "doc: {a: 2026-01-01T10:00:00Z}", "doc: {a: !!binary aGk=}"} {
		var r Rule
		if err := yaml.Unmarshal([]byte(text), &r); err == nil && r.Doc != "" && (Rule{Key: RatingKey, Doc: r.Doc}).Check() == nil {
			t.Errorf("%s is taken: %+v", text, r)
		}
	}
	var r Rule
	if err := json.Unmarshal([]byte(`{"key": "rating", "doc": null}`), &r); err != nil || r.Doc != "" {
		t.Errorf("null: %v, %q", err, r.Doc)
	}
}

func FuzzDocument(f *testing.F) {
	for _, s := range documents() {
		f.Add(string(s.Key), []byte(s.Default.Doc))
	}
	f.Add("cross_area", wire.Encode(map[string]any{"agreements": []any{map[string]any{"name": "甲", "parties": []any{"320509000000"}, "items": []any{int64(1)}}}}))
	f.Fuzz(func(t *testing.T, key string, raw []byte) {
		r := Rule{Key: Key(key), Doc: Document(raw)}
		problems := r.Problems()
		if fmt.Sprint(problems) != fmt.Sprint(r.Problems()) {
			t.Fatal("asked twice, answered differently")
		}
		if len(problems) == 0 {
			sameInEveryForm(t, r)
		}
		s, ok := SchemaOf(r.Key)
		if ok && s.doc != nil {
			_ = r.Doc.decode(reflect.New(s.doc).Interface())
		}
		var other Rule
		if json.Unmarshal(raw, &other) == nil {
			other.Problems()
		}
		if yaml.Unmarshal(raw, &other) == nil {
			other.Problems()
		}
	})
}
