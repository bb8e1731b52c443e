package sheet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"tongban/catalog/item"
	"tongban/catalog/sheet"
	"tongban/consensus/refusal"
)

// read reads a text and keeps the errors among the problems.
func read(t *testing.T, f sheet.Format, text string) ([]item.Item, []string) {
	t.Helper()
	items, problems, err := sheet.Read(strings.NewReader(text), f)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, p := range problems {
		if p.Severity == item.Error && p.Code != "missing" && p.Code != "law_unchecked" {
			told = append(told, p.Place()+" "+p.Element+" "+p.Code)
		}
	}
	return items, told
}

func TestReadText(t *testing.T) {
	for _, c := range []struct {
		name   string
		format sheet.Format
		text   string
		want   string // problems
	}{
		{"an unknown element", sheet.YAML, "- code: A\n  name: 甲\n  colour: red\n  materials:\n    - id: m\n      nam: x\n", "3:3 colour unknown_element; 6:7 materials[0].nam unknown_element"},
		{"a value given twice", sheet.YAML, "code: A\nname: 甲\nname: 乙\n", "3:1 name twice"},
		{"words that nobody knows", sheet.YAML, "code: A\nkind: 快件\nlevel: 村里\nlegal: 三天\n", "2:7 kind unknown_value; 3:8 level unknown_value; 4:8 legal not_a_limit"},
		{"Chinese words and national digits", sheet.YAML, "code: A\nkind: 承诺件\nlevel: 镇\ntype: 1\nnature: '1'\nways: [窗口, '2']\nlocal: 是\n", ""},
		{"the wrong shape", sheet.YAML, "code: A\nname: [a]\nmaterials: m\norigin: x\n", "2:7 name wrong_shape; 3:12 materials wrong_shape; 4:9 origin wrong_shape"},
		{"indentation", sheet.YAML, "code: A\n name: x\n", "2:1  syntax"},
		{"a second document", sheet.YAML, "code: A\n---\ncode: B\n", "2:1  syntax"},
		{"the same code twice", sheet.YAML, "- code: A\n- code: A\n", "2:9 code code_twice"},
		{"an alias inside itself", sheet.YAML, "code: A\nalias: &a\n  - *a\n", "2:8  too_deep; 3:5 alias[0] wrong_shape"},
		{"not UTF-8", sheet.YAML, "code: A\nname: \xff\n", "2:7  not_utf8"},
		{"a control character", sheet.JSON, `{"code":"A","name":"a\u0001"}`, "1:20 name control_character"},
		{"a number that should be a text", sheet.JSON, `{"code":"A",` + "\n" + `"basic_code": 110508097001}`, "2:15 basic_code wrong_type"},
		{"a bracket too few", sheet.JSON, `[{"code":"A"}`, "1:14  syntax"},
		{"something after the end", sheet.JSON, `{"code":"A"} {"code":"B"}`, "1:14  syntax"},
		{"an answer of the API", sheet.JSON, `{"item":{"ref":{"code":"A","area":"320509000000","version":2},"name":"甲"},"findings":[]}`, ""},
		{"a deep nest", sheet.JSON, `{"code":"A","alias":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + "}", "1:41  syntax"},
		{"no header", sheet.CSV, "a,b,c\n1,2,3\n", "A1  no_header"},
		{"paths that are none", sheet.CSV, "事项编码,要素,值\nA,materials[x].id,m\nA,nothing,1\nA,name,甲\nA,name,乙\n,name,丙\n", "B2 materials[x].id unknown_element; B3 nothing unknown_element; B5 name twice"},
		{"a code that Excel mangled", sheet.CSV, "code,element,value\n1.1E+32,name,甲\nA,basic_code,1.10508E+11\n", "A2 code number_code; C3 basic_code number_code"},
		{"gaps and disorder", sheet.CSV, "code,element,value\nA,materials[7].name,乙\nA,name,甲\nA,materials[2].name,丙\nA,materials[7].need,快\n", "C5 materials[1].need unknown_value"},
		{"a quote too few", sheet.CSV, "code,element,value\nA,name,\"甲\n", "2:13  syntax"},
	} {
		t.Run(c.name, func(t *testing.T) {
			items, told := read(t, c.format, c.text)
			if got := strings.Join(told, "; "); got != c.want {
				t.Errorf("problems %s\nwant     %s\n%v", got, c.want, items)
			}
		})
	}
}

func TestGB18030(t *testing.T) {
	text := "code,element,value\nA,name,\xd5\xfe\xce\xf1\n"
	items, problems, err := sheet.Read(strings.NewReader(text), sheet.CSV)
	if err != nil || len(items) != 1 || items[0].Name != "政务" || len(problems) == 0 || problems[0].Code != "gb18030" {
		t.Errorf("%v, %v, %v", items, problems, err)
	}
}

func TestUnreadable(t *testing.T) {
	for name, c := range map[string]struct {
		format sheet.Format
		data   string
		code   refusal.Code
	}{
		"no workbook":        {sheet.XLSX, "hello", refusal.Malformed},
		"an old workbook":    {sheet.XLSX, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", refusal.Malformed},
		"no format":          {"doc", "", refusal.Malformed},
		"two bytes a letter": {sheet.CSV, "\xff\xfec\x00", refusal.Malformed},
		"neither encoding":   {sheet.CSV, "\xff\xff\xff", refusal.Malformed},
		"too large":          {sheet.JSON, strings.Repeat(" ", sheet.MaxBytes+1), refusal.TooLarge},
		"too many values":    {sheet.YAML, "- [" + strings.Repeat(",", 5_000_000), refusal.TooLarge},
		"too many items":     {sheet.JSON, "[" + strings.Repeat("{},", sheet.MaxItems) + "{}]", refusal.TooLarge},
		"an alias bomb":      {sheet.YAML, bomb(), refusal.TooLarge},
		"a bomb of a name":   {sheet.XLSX, folded(t, "_rels/.rels", `<Relationships><Relationship Id="`, "x", 40<<20), refusal.TooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := sheet.Read(strings.NewReader(c.data), c.format); refusal.CodeOf(err) != c.code {
				t.Errorf("%v; want %s", err, c.code)
			}
		})
	}
}

// folded is a small workbook with one part that says the same again and again.
func folded(t *testing.T, part, begin, again string, times int) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"xl/workbook.xml":            `<workbook/>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="s" Type="x/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		part:                         begin + strings.Repeat(again, times),
	} {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// bomb is a YAML of a few lines that means a hundred million values.
func bomb() string {
	var b strings.Builder
	b.WriteString("a: &a0 [x,x,x,x,x,x,x,x,x,x]\n")
	for i := range 8 {
		fmt.Fprintf(&b, "b%d: &a%d [%s]\n", i, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d,", i), 10), ","))
	}
	return b.String()
}

func TestUnwritable(t *testing.T) {
	nameless, control := plainItem(""), plainItem("B")
	control.Materials = []item.Material{{ID: "m", Name: "a\x00b"}}
	for name, items := range map[string][]item.Item{
		"no code":             {nameless},
		"two of one code":     {plainItem("A"), plainItem("A")},
		"a control character": {control},
	} {
		for _, f := range formats {
			var b bytes.Buffer
			if err := sheet.Write(&b, f, items); refusal.CodeOf(err) != refusal.Malformed || b.Len() > 0 {
				t.Errorf("%s, %s: %v, %d bytes", name, f, err, b.Len())
			}
		}
	}
}

func TestFormatOf(t *testing.T) {
	for name, want := range map[string]sheet.Format{"a.XLSX": sheet.XLSX, `C:\事项.yml`: sheet.YAML, "x/y.json": sheet.JSON, "a.csv": sheet.CSV, "a.xls": "", "xlsx": ""} {
		if got := sheet.FormatOf(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// book is a workbook that was not made by this program.
func book(t *testing.T, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", "事项"); err != nil {
		t.Fatal(err)
	}
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func row(t *testing.T, f *excelize.File, sheet, cell string, values ...any) {
	t.Helper()
	if err := f.SetSheetRow(sheet, cell, &values); err != nil {
		t.Fatal(err)
	}
}

// TestForeignWorkbook reads a sheet that somebody typed: names without keys,
// columns in another order, a title above, days as Excel stores them, booleans.
func TestForeignWorkbook(t *testing.T) {
	data := book(t, func(f *excelize.File) {
		row(t, f, "事项", "A1", "某局事项")
		row(t, f, "事项", "A3", "事项名称", "计划生效日期", "事项编码", "行使层级", "个性化事项", "到办事现场次数", "承诺时限", "日常用语", "服务对象", "来源日期", "主管部门")
		row(t, f, "事项", "A4", "甲", 46204, "A-1", "镇", true, 2, "5 工作日", "一\n二", "个人、企业", "2026/1/5", "某局")
		row(t, f, "事项", "A6", "乙", "2026年7月1日", "A-2", 5, false, 0, "当场", "", "1;2", "2026-01-05", "某局")
		day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
		if err != nil {
			t.Fatal(err)
		}
		if err := f.SetCellStyle("事项", "B4", "B4", day); err != nil {
			t.Fatal(err)
		}
		if _, err := f.NewSheet("申请材料"); err != nil {
			t.Fatal(err)
		}
		row(t, f, "申请材料", "A1", "事项编码", "材料名称", "必要性", "材料标识", "序号")
		row(t, f, "申请材料", "A2", "A-2", "第二", "必要", "b", 2)
		row(t, f, "申请材料", "A3", "A-2", "第一", "容缺后补", "a", 1)
		row(t, f, "申请材料", "A4", "示例-9", "不读", "必要", "a", 1)
		if _, err := f.NewSheet("草稿"); err != nil {
			t.Fatal(err)
		}
	})
	items, problems, err := sheet.Read(bytes.NewReader(data), sheet.XLSX)
	if err != nil || len(items) != 2 {
		t.Fatal(items, problems, err)
	}
	a, b := items[0], items[1]
	if a.Effective != "2026-07-01" || b.Effective != "2026-07-01" || !a.Local || b.Local || *a.Visits != 2 || *b.Visits != 0 ||
		a.Promise != (item.Limit{Tenths: 50, Unit: item.WorkingDays}) || len(a.Alias) != 2 || len(a.Applicants) != 2 || len(b.Applicants) != 2 ||
		a.Origin.Date != "2026-01-05" || a.Level != 5 || b.Level != 5 || a.Department != "某局" {
		t.Errorf("%s\n%s", show(a), show(b))
	}
	if len(b.Materials) != 2 || b.Materials[0].Name != "第一" || b.Materials[0].Need != item.LaterIfNeed {
		t.Errorf("materials %+v", b.Materials)
	}
	told := map[string]string{}
	for _, p := range problems {
		if p.Code == "missing_column" || p.Code == "unknown_sheet" {
			told[p.Code+" "+p.Element] = p.Sheet
		}
		if strings.HasPrefix(p.Element, "origin.source") && p.Code != "missing_column" {
			t.Errorf("told for a column that is missing: %v", p)
		}
	}
	for _, want := range []string{"unknown_sheet ", "missing_column subject", "missing_column origin.area"} {
		if _, ok := told[want]; !ok {
			t.Errorf("not told: %s", want)
		}
	}
}

// TestToldOnce: a cell that cannot be read is not missing as well.
func TestToldOnce(t *testing.T) {
	items := brokenItems()[:1]
	data := breakSheet(t, items, []mistake{
		{"事项", "name", 1, formula("A1")},
		{"事项", "subject", 1, formula("A1")},
		{"事项", "visits", 1, formula("A1")},
		{"材料", "materials[].id", 1, formula("A1")},
		{"条件", "[]", 1, formula("A1")},
		{"环节", "code", 1, 320509},
	})
	_, problems, err := sheet.Read(bytes.NewReader(data), sheet.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, p := range problems {
		if p.Severity == item.Error {
			told = append(told, p.Place()+" "+p.Code)
		}
	}
	want := "事项!B3 formula; 事项!U3 formula; 事项!AO3 formula; 材料!D3 formula; 条件!E3 formula; 环节!A3 number_code"
	slices.Sort(told)
	all := strings.Split(want, "; ")
	slices.Sort(all)
	if !slices.Equal(told, all) {
		t.Errorf("told %v\nwant %v", told, all)
	}
}

func TestHeaders(t *testing.T) {
	for name, c := range map[string]struct {
		head, want string
	}{
		"no header":        {"甲|乙", "no_header"},
		"a column twice":   {"事项编码|事项名称|事项名称", "column_twice"},
		"an unknown one":   {"事项编码|事项名称|颜色", "unknown_column"},
		"one without name": {"事项编码|事项名称||", "no_column_name"},
	} {
		data := book(t, func(f *excelize.File) {
			for i, one := range strings.Split(c.head, "|") {
				if err := f.SetCellValue("事项", fmt.Sprintf("%c1", 'A'+i), one); err != nil {
					t.Fatal(err)
				}
				if err := f.SetCellValue("事项", fmt.Sprintf("%c2", 'A'+i), "X"); err != nil {
					t.Fatal(err)
				}
			}
		})
		_, problems, err := sheet.Read(bytes.NewReader(data), sheet.XLSX)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, p := range problems {
			if p.Code == c.want {
				n++
			}
		}
		if n == 0 || n > 2 {
			t.Errorf("%s: %v", name, problems)
		}
	}
}
