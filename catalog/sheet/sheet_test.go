package sheet_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tongban/catalog/item"
	"tongban/catalog/sheet"
	"tongban/catalog/sheet/sheettest"
	"tongban/catalog/starter"
)

var formats = []sheet.Format{sheet.JSON, sheet.XLSX, sheet.CSV, sheet.YAML}

type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// carry writes items and reads them again.
func carry(t fataler, f sheet.Format, items []item.Item) ([]item.Item, []sheet.Problem) {
	t.Helper()
	var b bytes.Buffer
	if err := sheet.Write(&b, f, items); err != nil {
		t.Fatalf("write %s: %v", f, err)
	}
	back, problems, err := sheet.Read(&b, f)
	if err != nil {
		t.Fatalf("read %s: %v", f, err)
	}
	return back, problems
}

// same fails where an item came back as another.
func same(t fataler, f sheet.Format, want, got []item.Item) {
	t.Helper()
	if len(want) != len(got) {
		t.Fatalf("%s: %d items came back of %d", f, len(got), len(want))
	}
	for i := range want {
		if !reflect.DeepEqual(want[i], got[i]) {
			t.Fatalf("%s: item %s came back changed: %v\nwant %s\ngot  %s", f, want[i].Ref.Code, item.Diff(want[i], got[i]), show(want[i]), show(got[i]))
		}
	}
}

func show(it item.Item) string {
	b, err := json.Marshal(it)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func TestAnyItemSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		items := sheettest.Items(t, 2)
		again := items
		for _, f := range formats {
			var problems []sheet.Problem
			again, problems = carry(t, f, again)
			if !sheet.Sound(problems) {
				t.Fatalf("%s: %v", f, problems)
			}
			same(t, f, items, again)
		}
	})
}

func TestStarterSurvives(t *testing.T) {
	for _, load := range []func() ([]item.Item, error){starter.Items, starter.Bundles, starter.Names} {
		items, err := load()
		if err != nil {
			t.Fatal(err)
		}
		again := items
		for _, f := range formats {
			again, _ = carry(t, f, again)
			same(t, f, items, again)
		}
	}
}

// TestLongTexts carries what a cell of Excel cannot hold: the longest texts
// that an item may have, in characters of two units, and the longest lists.
func TestLongTexts(t *testing.T) {
	it, lists := plainItem("LONG"), plainItem("LISTS")
	it.Note = strings.Repeat("😀", 20000)
	it.Conditions = []string{strings.Repeat("𠮷", 20000), "短"}
	for i := range 300 {
		lists.Alias = append(lists.Alias, fmt.Sprintf("%d%s", i, strings.Repeat("名", 190)))
	}
	for _, one := range []item.Item{it, lists} {
		if found := item.Validate(one); !item.Publishable(found) {
			t.Fatal(found)
		}
	}
	items := []item.Item{plainItem("FIRST"), it, plainItem("BETWEEN"), lists}
	for _, f := range formats {
		again, problems := carry(t, f, items)
		if !sheet.Sound(problems) {
			t.Errorf("%s: %v", f, problems)
		}
		same(t, f, items, again)
	}
}

// plainItem is a sound item with little in it.
func plainItem(code item.Code) item.Item {
	return item.Item{
		Ref: item.Ref{Code: code}, Name: "某事项", Type: item.Confirmation, Department: "某局", Authority: "某区某局", Level: 4, Kind: item.Promised,
		Subject: item.ByHousehold, LawChecked: "2026-01-01", Laws: []item.Law{{Title: "某法", Article: "1"}},
		Promise: item.Limit{Tenths: 50, Unit: item.WorkingDays},
		Steps:   []item.Step{{Name: "受理", Action: item.Accept, Level: 5}, {Name: "决定", Action: item.Decide, Level: 4}},
		Origin:  item.Origin{Area: "某区", Date: "2026-01-01", Source: "某网"},
	}
}

func TestTemplates(t *testing.T) {
	for _, f := range formats {
		var b bytes.Buffer
		if err := sheet.Template(&b, f); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		items, problems, err := sheet.Read(&b, f)
		if err != nil || len(items) != 0 || len(problems) != 0 {
			t.Errorf("%s: an untouched template gives %d items, %v, %v", f, len(items), problems, err)
		}
	}
}
