package onboard

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"github.com/xuri/excelize/v2"

	"tongban/catalog/sheet"
	"tongban/consensus/refusal"
)

// names are the kinds as people say them: Chinese, English.
var names = map[Kind][2]string{
	Centers: {"中心", "Centers"}, Staff: {"人员", "Staff"}, Windows: {"窗口", "Windows"}, Accounts: {"账号", "Accounts"}, Cases: {"在办件", "Cases in flight"},
}

// Chinese is what the kind is called; its word where there is none such.
func (k Kind) Chinese() string {
	if n, ok := names[k]; ok {
		return n[0]
	}
	return string(k)
}

// English is what the kind is called in English.
func (k Kind) English() string {
	if n, ok := names[k]; ok {
		return n[1]
	}
	return string(k)
}

// columns are those of each kind, in the order of its template.
var columns = map[Kind][]column{
	Centers: {
		{"center", "中心编码", true, "示例320509111000", "12 位区划代码；分中心、站点在后面加 - 和编号，如 320509111000-02"},
		{"name", "名称", true, "虚构镇为民服务中心", "对外的名称，最多 100 字"},
		{"hours", "有效小时", false, "72", "邀请券的有效期，1 至 720 小时；不填为 24"},
	},
	Staff: {
		{"number", "工号", false, "示例320509111000-001", "不填的自动编号"},
		{"name", "姓名", true, "虚构甲", ""},
		{"department", "部门", false, "民政", ""},
		{"post", "岗位", false, "综合岗", ""},
		{"body", "统一社会信用代码", false, "", "所在单位的"},
		{"phone", "电话", false, "0512-00000000", "办公电话，写在窗口牌上"},
		{"window", "窗口", false, "1", "窗口号"},
		{"from", "起", false, "2026-03-02", "第一天，如 2026-03-02"},
		{"to", "止", false, "", "最后一天；在岗的不填"},
		{"covered_by", "B岗", false, "虚构乙", "谁可以代替：工号或本表中的姓名，几人用、分开"},
	},
	Windows: {
		{"number", "窗口号", true, "示例1", "牌子上的号，如 1"},
		{"name", "名称", false, "社会事务", ""},
		{"types", "业务类型", false, "综合、公安", "规则“窗口类型”里的名称，用、分开；不填为全部"},
	},
	Accounts: {
		{"login", "账号", true, "示例zhang.min", "小写字母、数字、. _ -，2 至 32 位"},
		{"staff", "工号", true, "320509111000-001", "名册里的工号，或只有一人的姓名；没有名册时写姓名"},
		{"name", "姓名", false, "虚构甲", "不填的用名册里的"},
		{"duties", "职责", true, "窗口人员、统一出件", "窗口人员、导办、审批人员、统一出件、代办员、值班长、事项编辑、事项审核、中心负责人、监督、系统管理员，用、分开"},
	},
	Cases: {
		{"former", "原办件编号", true, "示例2026-0001", "原系统或登记簿里的编号，最多 64 字，不能有空格"},
		{"item", "事项编码", true, "D26-1", "目录里的事项编码"},
		{"name", "申请人", true, "虚构甲", "姓名；单位写全称"},
		{"id_kind", "证件类型", false, "居民身份证", "不填时按号码判断；单位写统一社会信用代码"},
		{"id_number", "证件号码", false, "", "单元格要设为文本"},
		{"telephone", "联系电话", false, "19900000000", ""},
		{"representative", "法定代表人", false, "", "只有单位填写"},
		{"subject", "办理地区", false, "320509111000", "决定由谁办理的区划代码；不填为本中心"},
		{"received", "收件时间", true, "2026-03-02", "日期，可带时间：2026-03-02 09:30"},
		{"accepted", "受理时间", false, "2026-03-03", "还没有受理的不填"},
		{"papers", "材料", false, "全部=复印件；申请表=已核验原件", "材料名称或编号=状态，用；分开；“全部”指所有必要材料。状态：已核验原件、复印件、电子件、免提交、告知承诺、容缺后补、不适用、未提交"},
		{"answers", "办理情形", false, "", "问题=选项，用；分开；几个选项用|分开"},
		{"step", "当前环节", false, "", "已经办到受理之后的环节的，写环节名称；它前面的初审、审查都记为已完成"},
		{"stepped", "上一环节完成时间", false, "", "填了当前环节的必须填"},
		{"note", "备注", false, "", "和申请人一起保存，只有有权查看申请人的人看得到"},
	},
}

// Template is a file to fill in, as xlsx or csv: a header, and an example that
// reading skips.
func Template(k Kind, format string) (name string, file []byte, err error) {
	all, ok := columns[k]
	if !ok {
		return "", nil, refusal.Newf(refusal.NotFound, "write a template", "centers, staff, windows, accounts, cases", "there is no kind %.40q", string(k))
	}
	name = "导入模板-" + k.Chinese() + "." + format
	switch format {
	case "xlsx":
		file, err = book(k, all)
	case "csv":
		file, err = Text(heads(all), [][]string{examples(all)})
	default:
		err = refusal.Newf(refusal.Malformed, "write a template", "xlsx or csv", "%.20q is no format", format)
	}
	return name, file, err
}

func heads(all []column) []string {
	out := make([]string, len(all))
	for i, c := range all {
		if out[i] = c.chinese; c.must {
			out[i] += "*"
		}
	}
	return out
}

func examples(all []column) []string {
	out := make([]string, len(all))
	for i, c := range all {
		out[i] = c.example
	}
	return out
}

// book is a template as a workbook: the form, and how it is filled in.
func book(k Kind, all []column) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	first, second := k.Chinese(), "填写说明"
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // text: Excel leaves zeros and long numbers alone
	if err != nil {
		return nil, err
	}
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EEF6"}}})
	if err != nil {
		return nil, err
	}
	steps := []func() error{
		func() error { return f.SetSheetName("Sheet1", first) },
		func() error { _, err := f.NewSheet(second); return err },
		func() error { return f.SetColStyle(first, "A:"+column26(len(all)), text) },
		func() error { return f.SetColWidth(first, "A", column26(len(all)), 20) },
		func() error { return f.SetSheetRow(first, "A1", slice(heads(all))) },
		func() error { return f.SetRowStyle(first, 1, 1, head) },
		func() error { return f.SetSheetRow(first, "A2", slice(examples(all))) },
		func() error {
			return f.SetPanes(first, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
		},
		func() error { return f.SetColWidth(second, "A", "B", 24) },
		func() error { return f.SetColWidth(second, "C", "C", 80) },
		func() error {
			return f.SetSheetRow(second, "A1", slice([]string{"列名", "键", "怎么填（带 * 的必填；以“" + sheet.Example + "”开头的行导入时跳过；不要用公式）"}))
		},
	}
	for _, do := range steps {
		if err := do(); err != nil {
			return nil, err
		}
	}
	for i, c := range all {
		if err := f.SetSheetRow(second, fmt.Sprint("A", i+2), slice([]string{heads(all)[i], c.key, c.say})); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}

func column26(n int) string { return string(rune('A' + n - 1)) }

func slice(row []string) *[]string { return &row }

// Text is a table as csv, in UTF-8 with the mark by which Excel knows it. What a
// spreadsheet would take for a formula is guarded.
func Text(head []string, rows [][]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\xef\xbb\xbf")
	w := csv.NewWriter(&b)
	if err := w.Write(head); err != nil {
		return nil, err
	}
	for _, row := range rows {
		guarded := make([]string, len(row))
		for i, cell := range row {
			guarded[i] = sheet.Guard(cell)
		}
		if err := w.Write(guarded); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
