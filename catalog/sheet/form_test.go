package sheet_test

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/item"
	"tongban/catalog/sheet"
	"tongban/catalog/sheet/sheettest"
	"tongban/catalog/starter"
)

// browsers send the lines of a text like this.
func sent(f sheet.Form) sheet.Form {
	for _, rows := range f {
		for _, row := range rows {
			for name, text := range row {
				row[name] = strings.ReplaceAll(text, "\n", "\r\n")
			}
		}
	}
	return f
}

// Whatever ships comes out of the form as it went in.
func TestEveryStarterItemSurvivesTheForm(t *testing.T) {
	items, err := starter.Items()
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		r := sent(sheet.FormOf(&it)).Read()
		if !reflect.DeepEqual(it, r.Item) {
			t.Errorf("%s came back changed: %v", it.Ref.Code, item.Diff(it, r.Item))
		}
		for _, p := range r.Problems {
			if !p.Finding && p.Severity == item.Error {
				t.Errorf("%s: %s", it.Ref.Code, p)
			}
		}
	}
}

func TestAnyItemSurvivesTheForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for _, it := range sheettest.Items(t, 1) {
			if r := sent(sheet.FormOf(&it)).Read(); !reflect.DeepEqual(it, r.Item) {
				t.Fatalf("came back changed: %v\nwant %s\ngot  %s", item.Diff(it, r.Item), show(it), show(r.Item))
			}
		}
	})
}

// The form shows every element once, says how it is filled in, in both
// languages, and has a place for each cell of the workbook.
func TestTheFormHasEveryField(t *testing.T) {
	it := item.Item{Name: "一", Materials: make([]item.Material, 1), Joint: make([]item.Body, 1)}
	form := sheet.FormOf(&it)
	seen := map[string]bool{}
	for _, g := range sheet.Groups() {
		if g.Chinese == "" || g.English == "" || len(g.Parts) == 0 {
			t.Errorf("group %s is empty or has no name", g.Key)
		}
		for _, part := range g.Parts {
			for _, f := range part.Fields {
				id := part.List + "/" + f.Name
				if seen[id] {
					t.Errorf("%s is there twice", id)
				}
				seen[id] = true
				if (f.Meaning[0] == "") != (f.Meaning[1] == "") {
					t.Errorf("%s is explained in one language only: %q", id, f.Meaning)
				}
				if (f.Kind == sheet.FieldWord || f.Kind == sheet.FieldWords) && len(f.Words) == 0 {
					t.Errorf("%s has nothing to choose from", id)
				}
				if rows := form[part.List]; len(rows) > 0 {
					if _, has := rows[0][f.Name]; !has {
						t.Errorf("the form has no cell %s", id)
					}
				}
			}
		}
	}
	for list, rows := range form {
		for name := range rows[0] {
			if !seen[list+"/"+name] {
				t.Errorf("no group shows %s/%s", list, name)
			}
		}
	}
}

// A problem stands at the cell that it is about, whatever rows are empty.
func TestProblemsOfAFormHaveASpot(t *testing.T) {
	form := sheet.Form{
		"": {{"code": "TB-X", "name": "一", "legal": "很快", "stars": "many"}},
		"materials": {
			{"id": "a", "name": "甲", "need": "必要"}, {}, {"id": "b", "name": "乙", "need": "大概要", "copies": "两"}, {"id": "a", "name": "丙", "need": "必要"},
		},
		"declines": {{"text": "a\x01b"}},
	}
	r := form.Read()
	if got := len(r.Item.Materials); got != 3 {
		t.Fatalf("%d materials", got)
	}
	found := map[sheet.Spot]string{}
	for _, p := range r.Problems {
		found[p.Spot] += p.Code + " "
	}
	for spot, code := range map[sheet.Spot]string{
		{Field: "legal"}: "not_a_limit", {Field: "stars"}: "not_a_number", {Field: "department"}: "missing",
		{List: "materials", Row: 2, Field: "need"}: "unknown_value", {List: "materials", Row: 2, Field: "copies"}: "not_a_number",
		{List: "materials", Row: 3, Field: "id"}: "twice", {List: "declines", Field: "text"}: "control_character",
	} {
		if !strings.Contains(found[spot], code) {
			t.Errorf("%v: %q, want %s", spot, found[spot], code)
		}
	}
	if got := r.Spot("materials[1].copies"); got != (sheet.Spot{List: "materials", Row: 2, Field: "copies"}) {
		t.Errorf("%+v", got)
	}
	if got := r.Spot("steps"); got != (sheet.Spot{List: "steps", Row: -1}) {
		t.Errorf("%+v", got)
	}
	if got := (sheet.Form{}).Read(); got.Item.Name != "" || len(got.Problems) == 0 {
		t.Errorf("an empty form: %+v", got)
	}
}
