package starter

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/tools/golden"
)

// errorsOf are the findings that stop publication: of the item and of its
// conditions.
func errorsOf(it *item.Item) []string {
	var codes []string
	for _, f := range append(item.Validate(*it), condition.Check(it)...) {
		if f.Severity == item.Error {
			codes = append(codes, f.Element+" "+f.Code)
		}
	}
	return codes
}

// What no source describes is not there: the collection has no D09, D17, D22
// and D27, and four of its records are several items.
func TestEveryRecordOfTheCollectionIsThere(t *testing.T) {
	have := map[string]bool{}
	for _, it := range load(t) {
		have[it.Record] = true
	}
	want := 0
	for n := 1; n <= 60; n++ {
		for _, record := range recordsOf(n) {
			want++
			if !have[record] {
				t.Errorf("%s is missing", record)
			}
		}
	}
	if want != 62 || len(have) != want {
		t.Errorf("%d items, %d wanted; want 62", len(have), want)
	}
}

func recordsOf(n int) []string {
	record := "D" + string([]byte{byte('0' + n/10), byte('0' + n%10)})
	switch n {
	case 9, 17, 22, 27:
		return nil
	case 16:
		return []string{record, record + "-4"}
	case 23:
		return []string{record, record + "-1"}
	case 24:
		return []string{record + "-1", record + "-2", record + "-3", record + "-4"}
	case 42:
		return []string{record + "-1", record + "-2"}
	}
	return []string{record}
}

// Every template can be published, but for the two whose law has changed since
// it was compared.
func TestOnlyAChangedLawStopsATemplate(t *testing.T) {
	drafts := map[string]bool{"D39": true, "D40": true}
	for _, it := range load(t) {
		found := errorsOf(&it)
		switch {
		case drafts[it.Record] && !slices.Equal(found, []string{"laws[0].changed law_changed"}):
			t.Errorf("%s %s: %v; want that its law has changed, and nothing else", it.Record, it.Name, found)
		case !drafts[it.Record] && len(found) > 0:
			t.Errorf("%s %s: %v", it.Record, it.Name, found)
		}
	}
}

func TestATemplateBelongsToNobodyAndSaysWhoseItWas(t *testing.T) {
	keys, records := map[item.Code]string{}, map[string]bool{}
	for _, it := range load(t) {
		if other, twice := keys[it.Ref.Code]; twice {
			t.Errorf("%s and %s have one key, %s", it.Record, other, it.Ref.Code)
		}
		if it.Record == "" || records[it.Record] {
			t.Errorf("%s: record %q is missing or taken", it.Name, it.Record)
		}
		keys[it.Ref.Code], records[it.Record] = it.Record, true
		if it.Ref.Area != "" || it.Ref.Version != 0 || it.Authority != "" || it.Local {
			t.Errorf("%s: a template belongs to nobody, yet it says %v, authority %q", it.Record, it.Ref, it.Authority)
		}
		if it.Origin.Area == "" || it.Origin.Date == "" || it.Origin.Source == "" {
			t.Errorf("%s: origin %v", it.Record, it.Origin)
		}
		if !strings.Contains(it.Note, "local composition（本地编排）：") {
			t.Errorf("%s: the note does not say what was added", it.Record)
		}
		if strings.Contains(it.Origin.Source, "S-LAW") != (it.LawChecked == "2025-04-19") || it.LawChecked != "" && len(it.Laws) == 0 {
			t.Errorf("%s: from %s, law checked %q", it.Record, it.Origin.Source, it.LawChecked)
		}
		for _, action := range []item.Action{item.Accept, item.Decide, item.Serve} {
			if _, ok := it.StepFor(action); !ok {
				t.Errorf("%s: no step to %s", it.Record, action)
			}
		}
	}
}

// A code that a source printed holds together; nobody made one up.
func TestCodesAreThoseOfTheSources(t *testing.T) {
	bodies := []string{
		"TE4401135000001170", "TE4401135000001190", "TE4401120074856370", "TE4401057371571340", "TE410181GYTZB00001",
		"11442000MB2C91058B", "11440300MB2D097052", "114416007304623542", "111101070000678541", "11441423MB2C95737D", "11370881004339781C",
	}
	for _, it := range load(t) {
		code := it.Handling + it.Implement
		if code == "" {
			if it.AuthorityCode != "" {
				t.Errorf("%s: a body's code %s, and no code that holds it", it.Record, it.AuthorityCode)
			}
			continue
		}
		if !slices.Contains(bodies, it.AuthorityCode) || !strings.HasPrefix(code, it.AuthorityCode) {
			t.Errorf("%s: body %q in %s", it.Record, it.AuthorityCode, code)
		}
		if err := item.CheckUSCC(it.AuthorityCode); err != nil {
			t.Errorf("%s: %v", it.Record, err)
		}
	}
}

// A situation that nothing hangs on is a question put for nothing, unless it
// tells apart what the source tells apart.
func TestEveryQuestionMatters(t *testing.T) {
	told := map[string]bool{"D48 filer": true} // who applies decides until when
	all := load(t)
	bundles, err := Bundles()
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range append(all, bundles...) {
		var conditions []string
		for _, q := range it.Situations {
			conditions = append(conditions, q.If)
		}
		for _, m := range it.Materials {
			conditions = append(conditions, m.If)
			if m.If != "" && m.When == "" {
				t.Errorf("%s: %s is asked for in some situations, and no words say in which", it.Record, m.Name)
			}
		}
		for _, s := range it.Steps {
			conditions = append(conditions, s.If)
		}
		for _, m := range it.Members {
			conditions = append(conditions, m.If)
		}
		for _, q := range it.Situations {
			name := regexp.MustCompile(`\b` + q.ID + `\b`)
			if !slices.ContainsFunc(conditions, name.MatchString) && !told[it.Record+" "+q.ID] {
				t.Errorf("%s: nothing depends on %q", it.Record, q.Question)
			}
		}
	}
}

func selected(t *testing.T, record string, answers item.Answers) (papers []string, skipped []int) {
	t.Helper()
	for _, it := range load(t) {
		if it.Record != record {
			continue
		}
		s, err := condition.Select(&it, answers)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range s.Materials {
			papers = append(papers, m.ID)
		}
		return papers, s.Skipped
	}
	t.Fatalf("no %s", record)
	return nil, nil
}

func TestSituationsSelectWhatTheSourcesSay(t *testing.T) {
	for _, c := range []struct {
		record  string
		answers item.Answers
		papers  string
		skipped []int
	}{
		{"D01", item.Answers{"filer": {"self"}}, "id-card photo proof", nil},
		{"D01", item.Answers{"filer": {"agent"}}, "id-card photo proof agent-id", nil},
		{"D03", item.Answers{"identity": {"hardship"}}, "", nil},
		{"D03", item.Answers{"identity": {"graduate"}}, "diploma", nil},
		{"D07", item.Answers{"procedure": {"simple"}}, "form id-card", nil},
		{"D07", item.Answers{"procedure": {"normal"}, "filer": {"heir"}}, "form tax id-card heir", nil},
		{"D08", item.Answers{"ground": {"sale"}, "advance": {"no"}}, "form id-card certificate transfer tax", nil},
		{"D08", item.Answers{"ground": {"inheritance"}, "notarized": {"no"}, "advance": {"yes"}}, "form id-card certificate tax notice heir", nil},
		{"D12", item.Answers{"applicant": {"person"}}, "application household committee design id-card", nil},
		{"D12", item.Answers{"applicant": {"unit"}}, "application-unit committee design", nil},
		{"D21", item.Answers{"status": {"aided"}}, "", []int{1, 2}},
		{"D23", item.Answers{"traits": {"none"}}, "id-card household-book photo form", nil},
		{"D23", item.Answers{"traits": {"mental"}}, "id-card household-book photo form guardian", nil},
		{"D23-1", item.Answers{"traits": {"minor"}}, "id-card household-book photo form guardian", []int{3}},
		{"D37", item.Answers{"child": {"step"}}, "application household-book marriage giver", nil},
	} {
		papers, skipped := selected(t, c.record, c.answers)
		if strings.Join(papers, " ") != c.papers || !slices.Equal(skipped, c.skipped) {
			t.Errorf("%s %v: %v, without steps %v; want %s without %v", c.record, c.answers, papers, skipped, c.papers, c.skipped)
		}
	}
}

func TestYAMLComesBackAsItWas(t *testing.T) {
	all := load(t)
	bundles, err := Bundles()
	if err != nil {
		t.Fatal(err)
	}
	all = append(all, bundles...)
	raw, err := yaml.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	var back []item.Item
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	if err := d.Decode(&back); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		back[i].Ref = all[i].Ref // the key is not written
		if !reflect.DeepEqual(all[i], back[i]) {
			t.Errorf("%s: %v", all[i].Record, item.Diff(all[i], back[i]))
		}
	}
}

// The table of elements in the README beside the items is what the program
// knows; -update writes it anew.
func TestTheReadmeNamesEveryElement(t *testing.T) {
	const path, mark = "data/items/README.md", "<!-- elements -->\n"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(raw), mark)
	if len(parts) != 3 {
		t.Fatalf("%s: want the table between two lines %q", path, mark)
	}
	var table strings.Builder
	table.WriteString("| 字段 key | 要素 element | 取值 values |\n|---|---|---|\n")
	elementRows(&table, "", reflect.TypeFor[item.Item]())
	if table.String() == parts[1] {
		return
	}
	if !golden.Updating() {
		t.Fatalf("%s is not what the program knows (go test -update writes it anew)", path)
	}
	if err := os.WriteFile(path, []byte(parts[0]+mark+table.String()+mark+parts[2]), 0o644); err != nil {
		t.Fatal(err)
	}
}

// elementRows writes a row for each element that a YAML file of items can hold.
func elementRows(b *strings.Builder, path string, of reflect.Type) {
	list := ""
	for of.Kind() == reflect.Slice || of.Kind() == reflect.Pointer {
		if of.Kind() == reflect.Slice {
			list = "[]"
		}
		of = of.Elem()
	}
	if path != "" {
		chinese, english := item.Label(path)
		var values []string
		for _, w := range item.Words(path) {
			if w.Value == w.Chinese {
				values = append(values, w.Value)
			} else {
				values = append(values, "`"+w.Value+"` "+w.Chinese)
			}
		}
		fmt.Fprintf(b, "| `%s` | %s %s | %s |\n", path, chinese, english, strings.Join(values, " "))
		path += list + "."
	}
	if of.Kind() != reflect.Struct || of == reflect.TypeFor[item.Limit]() || of == reflect.TypeFor[item.Attachment]() {
		return
	}
	for i := range of.NumField() {
		if name, _, _ := strings.Cut(of.Field(i).Tag.Get("yaml"), ","); name != "-" {
			elementRows(b, path+name, of.Field(i).Type)
		}
	}
}
