// Package national writes cases in the tables of GB/T 39046-2020: application
// and materials (table 5), acceptance (6), handling and special procedures (7),
// conclusion (8), rating (9), consultations and complaints (10), electronic
// supervision (11). They go to the provincial platform as batches of row
// changes, in the manner of the national upload tables (up_pro_accept,
// up_pro_process, up_pro_result, up_pro_special_procedure, up_pro_material),
// each row with cd_operation, cd_time, cd_batch and data_source.
//
// It is pure: a folded log, its events, the pinned item and what lies beside
// the log in, rows out. It must never make up a value that nobody recorded, and
// never put who applies into a row unless it is given to it.
//
// Columns bear the standard's names, in its order as far as our sources give
// it; behind them, marked as extensions, stand those that only this program's
// log knows (the standard allows that). The names of the columns of the upload
// tables are not in our sources.
//
// Not recorded, and empty: 邮编 of the applicant; 收取数量 where the counter
// counted none; 处理单位代码 where neither the post nor the item names a unified
// social credit code (a center has none in the directory); 特别程序收费; a 开始时间
// of its own where nobody noted when work on an entry began (it is the desk's
// time then); 寄送 details of a courier but for the number; the codes of GA/T 2000.156 for kinds of documents
// that its public edition does not list.
package national

import (
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
)

// Table names one of the tables.
type Table string

// The tables.
const (
	Application  Table = "application"
	Materials    Table = "material"
	Acceptance   Table = "acceptance"
	Handling     Table = "process"
	Procedures   Table = "special_procedure"
	Conclusion   Table = "result"
	Ratings      Table = "rating"
	Inquiries    Table = "inquiry"
	Supervisions Table = "supervision"
)

// Column is one column of a table.
type Column struct {
	Name     string `json:"name"`               // as the standard calls it
	Personal bool   `json:"personal,omitempty"` // who applies: masked unless asked for
	Extra    bool   `json:"extension,omitempty"`
}

// Layout is what a table looks like.
type Layout struct {
	Table    Table    `json:"table"`
	Standard string   `json:"standard"`         // "表5 申请信息"
	Upload   string   `json:"upload,omitempty"` // the national upload table; "": none
	Columns  []Column `json:"columns"`
}

// Layouts lists the tables in the standard's order.
func Layouts() []Layout { return slices.Clone(layouts) }

// LayoutOf is the layout of a table.
func LayoutOf(t Table) Layout {
	return layouts[slices.IndexFunc(layouts, func(l Layout) bool { return l.Table == t })]
}

func plain(names ...string) (all []Column) {
	for _, n := range names {
		all = append(all, Column{Name: n})
	}
	return all
}

func personal(names ...string) (all []Column) {
	for _, n := range names {
		all = append(all, Column{Name: n, Personal: true})
	}
	return all
}

func extra(names ...string) (all []Column) {
	for _, n := range names {
		all = append(all, Column{Name: n, Extra: true})
	}
	return all
}

var layouts = []Layout{
	{Application, "表5 申请信息", "up_pro_accept", slices.Concat(
		plain("办件编号", "实施编码", "办件类型代码"),
		personal("申请者名称", "申请者证件类型", "申请者证件号码", "联系人/代理人名称", "联系人/代理人证件类型", "联系人/代理人证件号码", "联系人/代理人手机号码", "邮编", "通讯地址", "法定代表人"),
		plain("申报来源", "申请时间", "投资项目编号", "行政区划（申报者所在地）"),
		extra("事项名称", "事项类型", "事项版本", "申请者类型", "办件状态", "联办件", "上报件", "全程代办", "通办方式", "一件事受理号", "属地区划", "送达方式"))},
	{Materials, "表5 申请材料", "up_pro_material", slices.Concat(
		plain("办件编号", "序号", "材料名称", "收取方式", "收取数量", "收取时间"), extra("材料编码", "材料状态", "补交期限"))},
	{Acceptance, "表6 受理信息", "up_pro_accept", slices.Concat(
		plain("办件编号", "受理单位", "受理单位代码", "受理人员", "受理时间", "受理文书编号", "承诺办结时间", "行政区划（受理地）"),
		extra("受理日", "视为受理", "受理窗口", "受理人员工号"))},
	{Handling, "表7 办理信息", "up_pro_process", slices.Concat(
		plain("办件编号", "序号", "业务动作", "环节名称", "处理人", "处理意见", "开始时间", "结束时间", "处理单位", "处理单位代码", "状态"),
		extra("事件", "处理部门", "处理岗位", "处理窗口", "处理人工号", "代岗被代人", "办件状态", "登记时间"))},
	{Procedures, "表7 特别程序信息", "up_pro_special_procedure", slices.Concat(
		plain("办件编号", "序号", "特别程序种类名称", "特别程序种类代码", "开始时间", "启动理由或依据", "申请人", "结束时间", "结果", "办理意见", "办理单位", "办理人"),
		extra("批准人", "期限", "计入办理时限"))},
	{Conclusion, "表8 办结信息", "up_pro_result", slices.Concat(
		plain("办件编号", "办结时间", "结果证照名称", "结果证照编号", "结果描述", "有效期限", "发证单位", "行政区划（办结地）", "是否快递", "是否收费"),
		extra("办理结果", "决定文书编号", "发证单位代码", "有效期起", "电子证照", "快递单号", "收费金额（分）", "到办事现场次数", "决定时间", "送达时间"))},
	{Ratings, "表9 评价信息", "", slices.Concat(
		plain("办件编号", "序号", "评价渠道"), personal("评价人"), plain("评价时间", "评价次数", "满意度"), personal("文字评价"))},
	{Inquiries, "表10 咨询、投诉信息", "", slices.Concat(
		plain("编号", "序号", "类别", "内容", "受理时间", "承诺时限", "延期时限", "延期原因", "超期天数"), personal("答复内容"), plain("答复时间"), extra("办件编号", "渠道"))},
	{Supervisions, "表11 电子监察信息", "", slices.Concat(
		plain("办件编号", "序号", "监察编号", "监察规则编号", "监察预警类型代码", "状态产生时间", "监察结果描述", "督办内容", "督办机构", "督办发出时间", "责任部门"))},
}

// Row is one row of a table before it has an operation.
type Row struct {
	Table  Table
	Number string // the first column: the case's number, or that of an inquiry
	Serial string // the second where a case has several; else ""
	At     int64  // when it happened, Unix milliseconds: the month that it belongs to
	Cells  []string

	applicant chain.Hash // whose record stands behind personal cells: another record is another row
}

// Key names a row for good.
func (r *Row) Key() string { return string(r.Table) + "|" + r.Number + "|" + r.Serial }

// Sum tells whether a row has changed. How much of the personal cells is shown
// does not count.
func (r *Row) Sum() (sum [16]byte) {
	cells := slices.Clone(r.Cells)
	for i, c := range LayoutOf(r.Table).Columns {
		if c.Personal {
			cells[i] = ""
		}
	}
	h := chain.Sum(wire.Encode([]any{r.Key(), r.applicant, cells}))
	copy(sum[:], h[:])
	return sum
}

// Gone is the row of a key that is no longer there: its key columns alone.
func Gone(t Table, number, serial string) Row {
	r := Row{Table: t, Number: number, Serial: serial, Cells: make([]string, len(LayoutOf(t).Columns))}
	r.Cells[0] = number
	if serial != "" {
		r.Cells[1] = serial
	}
	return r
}

// Office is a center as the tables name it.
type Office struct {
	Name string
	Code string // unified social credit code; "": it is not known
}

// Rating is one rating of a case beyond what its log says.
type Rating struct {
	Grade   int
	Channel string // as casefile.RatedBody
	At      int64
	Who     string // "": anonymous, or not to be told
	Words   string
}

// Inquiry is a consultation or a complaint.
type Inquiry struct {
	Number   string
	Kind     string // "咨询", "投诉", "建议"
	Text     string // without names
	Case     string // the number of the case that it is about; "": none
	Channel  string
	At       int64
	Due      string // YYYY-MM-DD
	Extended string // YYYY-MM-DD
	Why      string
	Late     int // working days past the day
	Answer   string
	Answered int64
}

// Alert is one entry of electronic supervision.
type Alert struct {
	Serial string // tells it from the others of the case, for good; "": its place among them
	Number string // 监察编号
	Rule   string
	Kind   string // 预警类型代码
	At     int64
	Text   string
	Chase  string // 督办内容
	Chaser string // 督办机构
	Sent   int64
	To     string // 责任部门
}

// Input is one case and what the tables ask of it.
type Input struct {
	State  casefile.State
	Events []casefile.Record // all of its log
	Item   *item.Item        // the version that State.Item names; nil: not known here
	Office func(area.Center) Office

	Applicant *applicant.Applicant // nil: the cells stay empty; masked or not as it is given
	Ratings   []Rating             // nil: those of the log
	Alerts    []Alert
}

// moment is a time as the standard writes it.
func moment(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).In(workday.China).Format("20060102T150405")
}

// day is a day as the standard writes it.
func day(d string) string {
	t, err := time.Parse(time.DateOnly, d)
	if err != nil {
		return ""
	}
	return t.Format("20060102")
}

func yesNo(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
