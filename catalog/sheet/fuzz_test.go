package sheet_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"tongban/catalog/item"
	"tongban/catalog/sheet"
)

// fuzz feeds anything to Read: an error or problems, never a panic; and what
// is read without an error can be written and read again.
func fuzz(f *testing.F, format sheet.Format, file func([]byte) []byte, seeds ...string) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		items, problems, err := sheet.Read(bytes.NewReader(file(data)), format)
		if err != nil {
			return
		}
		for _, p := range problems {
			if p.Message == "" || p.English == "" || p.Code == "" || p.Severity == "" {
				t.Fatalf("a problem that says nothing: %+v", p)
			}
		}
		if !sheet.Sound(problems) {
			return
		}
		back, _ := carry(t, sheet.JSON, items)
		same(t, format, items, back)
	})
}

func asItIs(data []byte) []byte { return data }

// written is a sound item as a seed.
func written(f *testing.F, format sheet.Format) string {
	var b bytes.Buffer
	if err := sheet.Write(&b, format, []item.Item{plainItem("ONE")}); err != nil {
		f.Fatal(err)
	}
	return b.String()
}

// FuzzReadXLSX changes the bytes of a workbook, and those of the sheet inside
// one, where the sums of the archive are no obstacle.
func FuzzReadXLSX(f *testing.F) {
	const head = `<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>code</t></is></c><c r="B1" t="inlineStr"><is><t>name</t></is></c>` +
		`<c r="C1" t="inlineStr"><is><t>effective</t></is></c><c r="D1" t="inlineStr"><is><t>alias</t></is></c><c r="E1" t="inlineStr"><is><t>alias+2</t></is></c></row>`
	fuzz(f, sheet.XLSX, inside, "", "PK\x03\x04", "\xd0\xcf\x11\xe0", written(f, sheet.XLSX),
		head+`<row r="2"><c r="A2" t="s"><v>0</v></c><c t="s"><v>1</v></c><c s="1"><v>46204.5</v></c><c t="b"><v>1</v></c></row></sheetData></worksheet>`,
		head+`<row><c t="str"><f>A1</f><v>x</v></c><c t="e"><v>#N/A</v></c><c r="ZZ3"><v>1e400</v></c></row><row r="2000000"><c r="A1"><v>4.4E+11</v></c></row></sheetData></worksheet>`,
		head+`<row r="3"><c t="inlineStr"><is><r><t>_x000</t></r><r><t>41_</t></r><rPh><t>x</t></rPh></is></c><c/><c></c></row>`)
}

// inside puts bytes that are no archive into one, as the sheet of the items.
func inside(data []byte) []byte {
	if bytes.HasPrefix(data, []byte("PK")) || bytes.HasPrefix(data, []byte{0xd0}) {
		return data
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="事项" r:id="1"/><sheet name="材料" r:id="1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="1" Target="s.xml"/><Relationship Id="2" Type="a/sharedStrings" Target="t.xml"/><Relationship Id="3" Type="a/styles" Target="y.xml"/></Relationships>`,
		"xl/t.xml":                   `<sst><si><t>ONE</t></si><si><t>某事项</t></si></sst>`,
		"xl/y.xml":                   `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
		"xl/s.xml":                   string(data),
	} {
		w, err := z.Create(name)
		if err != nil {
			return nil
		}
		if _, err := w.Write([]byte(text)); err != nil {
			return nil
		}
	}
	if err := z.Close(); err != nil {
		return nil
	}
	return b.Bytes()
}

func FuzzReadCSV(f *testing.F) {
	fuzz(f, sheet.CSV, asItIs, written(f, sheet.CSV), "", "code,element,value\nA,name,x\nA,materials[3].name,'=1\n", "code,element,value\nA,materials[0],\nA,materials[0][1].x,y\n\"", "\xff\xfea")
}

func FuzzReadYAML(f *testing.F) {
	fuzz(f, sheet.YAML, asItIs, written(f, sheet.YAML), "", "- &a [*a, *a]", "name: x\ncode: 0012\nlocal: true\n", "a: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]", "- code: A\n  legal: {tenths: 5, unit: 工作日}\n", "---\n--- x", "item: {code: 示例}", "<<: {a: b}")
}

func FuzzReadJSON(f *testing.F) {
	fuzz(f, sheet.JSON, asItIs, written(f, sheet.JSON), "", "[", "{}", `{"item":{"ref":{"code":"A"},"visits":0}}`, `[{"code":1,"code":"A","x":[[[[{}]]]]}]`, `{"code":"A","materials":[null,{"blank":null}],"type":"\ud800"}`, strings.Repeat("[", 100))
}
