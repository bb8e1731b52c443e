package onboard

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"tongban/consensus/refusal"
)

func codes(problems []Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, p.Cell+" "+p.Code)
	}
	return all
}

// A template can be read as it is: its example is skipped, and nothing else is
// in it.
func TestTemplates(t *testing.T) {
	for _, k := range Kinds() {
		for _, format := range []string{"xlsx", "csv"} {
			name, file, err := Template(k, format)
			if err != nil || !strings.HasSuffix(name, k.Chinese()+"."+format) {
				t.Fatal(k, name, err)
			}
			table, err := read(k, file)
			if err != nil {
				t.Fatal(k, format, err)
			}
			if got := fmt.Sprint(codes(table.problems)); got != "[ no_rows]" || len(table.records) != 0 {
				t.Errorf("%s %s: %s, %d rows", k, format, got, len(table.records))
			}
			if len(table.heads) != len(columns[k]) {
				t.Errorf("%s %s has %d columns", k, format, len(table.heads))
			}
		}
	}
	if _, _, err := Template("cats", "xlsx"); refusal.CodeOf(err) != refusal.NotFound {
		t.Error(err)
	}
	if _, _, err := Template(Cases, "pdf"); refusal.CodeOf(err) != refusal.Malformed {
		t.Error(err)
	}
}

// Every problem is told at once, with its cell, in both languages.
func TestEveryProblemAtOnce(t *testing.T) {
	f := excelize.NewFile()
	rows := [][]any{
		{"窗口号", "Name", "别的", "窗口号"},
		{"示例1", "看看就好"},
		{"1", "综合"},
		{nil, "没有号"},
		{"", nil, nil, nil, "外面"},
		{123456789012345678.0, "太长的数"},
		{true, "是"},
		{"5", strings.Repeat("长", maxText+1)},
	}
	for i, row := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprint("A", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.SetCellFormula("Sheet1", "B3", "1+1"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	table, err := read(Windows, b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := "[C1 unknown_column D1 column_twice B3 formula A4 missing E5 no_column A6 number_text B8 cell_text]"
	if got := fmt.Sprint(codes(table.problems)); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	for _, p := range table.problems {
		if p.Message == "" || p.English == "" || p.Row == 0 {
			t.Errorf("incomplete: %+v", p)
		}
	}
}

func TestCSV(t *testing.T) {
	national, err := simplifiedchinese.GB18030.NewEncoder().String("窗口号,名称\n1,虚构窗口\n")
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct{ file, want, name string }{
		"UTF-8":       {"number,name\n1,虚构窗口\n", "[]", "虚构窗口"},
		"with a mark": {"\ufeff窗口号*,名称\r\n1,虚构窗口\r\n", "[]", "虚构窗口"},
		"GB18030":     {national, "[ gb18030]", "虚构窗口"},
		"guarded":     {"窗口号,名称\n1,'=虚构\n", "[]", "=虚构"},
		"a quotation": {"窗口号,名称\n1,虚构窗口\n2,\"没关", "[ syntax]", "虚构窗口"},
		"nothing":     {"", "[ no_header]", ""},
		"only blanks": {",,\n  ,\n", "[ no_header]", ""},
		"no number":   {"名称\n虚构窗口\n", "[ column_missing]", "虚构窗口"},
		"many lines":  {"窗口号,名称\n1,\"虚构\n窗口\"\n", "[]", "虚构\n窗口"},
	} {
		table, err := read(Windows, []byte(c.file))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if got := fmt.Sprint(codes(table.problems)); got != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
		if c.name != "" && (len(table.records) != 1 || table.records[0].get("name") != c.name) {
			t.Errorf("%s: %+v", what, table.records)
		}
	}
	if _, err := read(Windows, []byte("\xff\xfe1\x00")); refusal.CodeOf(err) != refusal.Malformed {
		t.Error("UTF-16 is read:", err)
	}
}

// What a stranger sends is bounded before it is looked at.
func TestTableBounds(t *testing.T) {
	line := "1,虚构\n"
	for what, file := range map[string][]byte{
		"bytes": make([]byte, MaxBytes+1),
		"rows":  []byte("窗口号,名称\n" + strings.Repeat(line, MaxRows+2)),
		"cells": []byte("窗口号\n" + strings.Repeat(strings.Repeat("x,", 400)+"\n", 200)),
	} {
		if _, err := read(Windows, file); refusal.CodeOf(err) != refusal.TooLarge {
			t.Errorf("%s: %v", what, err)
		}
	}
	table, err := read(Windows, []byte("窗口号,名称\n"+strings.Repeat(line, MaxRows)))
	if err != nil || len(table.records) != MaxRows {
		t.Error(err)
	}
}

// Whatever is done to a file, reading it neither panics nor gives out more than
// the bounds allow.
func TestReadingNeverPanics(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, k := range Kinds() {
		for _, format := range []string{"xlsx", "csv"} {
			_, whole, err := Template(k, format)
			if err != nil {
				t.Fatal(err)
			}
			for range 150 {
				harmless(t, k, spoilt(r, whole))
			}
		}
	}
}

func spoilt(r *rand.Rand, whole []byte) []byte {
	file := bytes.Clone(whole)
	for range 1 + r.IntN(8) {
		at := r.IntN(len(file))
		switch r.IntN(4) {
		case 0:
			file[at] = byte(r.IntN(256))
		case 1:
			file = append(file[:at:at], file[min(len(file), at+r.IntN(40)):]...)
		case 2:
			file = append(file[:at:at], append([]byte(`",'=`+"\n"), file[at:]...)...)
		default:
			file = append(file, file[:at]...)
		}
		if len(file) == 0 {
			return file
		}
	}
	return file
}

func harmless(t *testing.T, k Kind, file []byte) {
	t.Helper()
	table, err := read(k, file)
	if err != nil {
		if refusal.CodeOf(err) == "" {
			t.Errorf("%s: %v has no code", k, err)
		}
		return
	}
	if len(table.records) > MaxRows {
		t.Errorf("%d records", len(table.records))
	}
	for _, one := range table.records {
		for key, text := range one.cells {
			if len([]rune(text)) > maxText {
				t.Errorf("%s has %d characters", key, len([]rune(text)))
			}
			moment(text)
			words(text)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, k := range Kinds() {
		for _, format := range []string{"xlsx", "csv"} {
			_, file, err := Template(k, format)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(string(k), file)
		}
	}
	f.Fuzz(func(t *testing.T, k string, file []byte) { harmless(t, Kind(k), file) })
}

func TestMoments(t *testing.T) {
	for text, want := range map[string]string{
		"2026-03-02": "2026-03-02 00:00", "2026/3/2": "2026-03-02 00:00", "2026年3月2日": "2026-03-02 00:00", "2026.3.2": "2026-03-02 00:00",
		"2026-03-02 09:30": "2026-03-02 09:30", "2026-03-02T09:30": "2026-03-02 09:30", "2026年3月2日 9：30": "2026-03-02 09:30",
		"": "", "昨天": "", "2026-13-02": "", "2026-02-30": "", "45992": "", "02/03/2026": "",
	} {
		at, ok := moment(text)
		if got := at.Format("2006-01-02 15:04"); ok != (want != "") || ok && got != want {
			t.Errorf("%q is %s %v, want %q", text, got, ok, want)
		}
	}
}

// A list that is opened with a spreadsheet runs nothing.
func TestListIsGuarded(t *testing.T) {
	file, err := Text([]string{"名称"}, [][]string{{"=HYPERLINK(\"x\")"}, {"-1"}, {"虚构"}})
	if err != nil || string(file) != "\ufeff名称\n\"'=HYPERLINK(\"\"x\"\")\"\n'-1\n虚构\n" {
		t.Errorf("%q %v", file, err)
	}
}
