package sheet_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tongban/catalog/item"
	"tongban/catalog/sheet"
)

var update = flag.Bool("update", false, "write the golden files anew")

func golden(t *testing.T, name string, got []byte) []byte {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update && got != nil {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return want
}

// mistake is one thing wrong in a cell, named by sheet, key of the column and
// row below the header, from 1.
type mistake struct {
	sheet, key string
	row        int
	value      any
}

// thirty are the mistakes of the broken sheet. Each is told once.
var thirty = []mistake{
	{"事项", "name", 1, ""},
	{"事项", "type", 1, "行政许克"},
	{"事项", "promise", 1, "五天"},
	{"事项", "law_checked", 1, "2026-02-30"},
	{"事项", "visits", 1, "一次"},
	{"事项", "basic_code", 1, 164213003},
	{"事项", "authority_code", 2, "111101070000678542"},
	{"事项", "level", 2, "乡里"},
	{"事项", "charged", 2, "随便"},
	{"事项", "note", 2, formula("1+1")},
	{"事项", "stars", 2, "9"},
	{"事项", "origin.date", 2, ""},
	{"事项", "subject", 2, "出生地"},
	{"事项", "scope", 3, "全球"},
	{"事项", "code", 5, "FIRST"},
	{"事项", "head", 1, "新添的一列"},
	{"材料", "code", 2, "NOWHERE"},
	{"材料", "materials[].need", 3, "必须有"},
	{"材料", "materials[].originals", 4, "-1"},
	{"材料", "code", 5, ""},
	{"材料", "materials[].blank.hash", 6, "abc"},
	{"材料", "#order", 11, "1"},
	{"材料", "materials[].id", 8, "form-0"},
	{"材料", "materials[].name", 9, ""},
	{"环节", "steps[].limit", 3, "3 天"},
	{"环节", "steps[].action", 3, "审一审"},
	{"情形", "situations[].id", 1, "1way"},
	{"情形", "situations[].options", 2, "self = 本人\n委托他人"},
	{"条件", "#list", 1, "什么"},
	{"依据", "laws[].since", 2, "去年"},
}

type formula string

// brokenItems are sound; the mistakes are made in the sheet.
func brokenItems() []item.Item {
	visits := 1
	var items []item.Item
	for _, code := range []item.Code{"FIRST", "SECOND", "THIRD", "FOURTH"} {
		it := plainItem(code)
		it.Visits = &visits
		it.Steps = append(it.Steps, item.Step{Name: "出件", Action: item.HandOut, Level: 5, Limit: item.Limit{Tenths: 10, Unit: item.WorkingDays}})
		it.Conditions, it.Declines = []string{"条件一"}, []string{"情形一"}
		it.Situations = []item.Situation{{ID: "way", Question: "谁来办？", Options: []item.Option{{ID: "self", Text: "本人"}, {ID: "agent", Text: "委托他人"}}}}
		for _, id := range []string{"form-0", "form-1", "form-2"} {
			it.Materials = append(it.Materials, item.Material{ID: id, Name: "材料 " + id, Need: item.Required, Blank: &item.Attachment{Name: "表.docx", Hash: strings.Repeat("0", 64), Size: 1}})
		}
		items = append(items, it)
	}
	return append(items, item.Item{Ref: item.Ref{Code: "FIFTH"}, Name: "又一个"})
}

// breakSheet makes the mistakes in a good workbook.
func breakSheet(t *testing.T, items []item.Item, mistakes []mistake) []byte {
	t.Helper()
	var good bytes.Buffer
	if err := sheet.Write(&good, sheet.XLSX, items); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&good)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, m := range mistakes {
		rows, err := f.GetRows(m.sheet)
		if err != nil {
			t.Fatal(err)
		}
		col, row := len(rows[1])+1, m.row+2
		if m.key == "head" {
			row = 1
		}
		for i, key := range rows[1] {
			if key == m.key {
				col = i + 1
			}
		}
		cell, err := excelize.CoordinatesToCellName(col, row)
		if err != nil {
			t.Fatal(err)
		}
		if said, ok := m.value.(formula); ok {
			err = f.SetCellFormula(m.sheet, cell, string(said))
		} else {
			err = f.SetCellValue(m.sheet, cell, m.value)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func report(problems []sheet.Problem) []byte {
	var b bytes.Buffer
	for _, p := range problems {
		b.WriteString(p.String() + "\n    " + p.English + "\n")
	}
	return b.Bytes()
}

func TestBrokenSheet(t *testing.T) {
	var made []byte
	if *update {
		made = breakSheet(t, brokenItems(), thirty)
	}
	_, problems, err := sheet.Read(bytes.NewReader(golden(t, "broken.xlsx", made)), sheet.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	if len(thirty) != 30 || len(problems) != 30 {
		t.Errorf("%d mistakes, %d problems; want 30", len(thirty), len(problems))
	}
	for _, p := range problems {
		if p.Sheet == "" || p.Cell == "" || p.Message == "" || p.English == "" {
			t.Errorf("incomplete: %+v", p)
		}
	}
	got := report(problems)
	if want := golden(t, "broken.golden", got); !bytes.Equal(want, got) {
		t.Errorf("testdata/broken.golden differs (go test -update writes it anew):\n%s", got)
	}
	// What is checked in is what the mistakes above make of today's sheet.
	_, again, err := sheet.Read(bytes.NewReader(breakSheet(t, brokenItems(), thirty)), sheet.XLSX)
	if err != nil || !bytes.Equal(got, report(again)) {
		t.Errorf("testdata/broken.xlsx is out of date (go test -update): %v\n%s", err, report(again))
	}
}
