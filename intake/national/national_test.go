package national

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/tools/golden"
)

// story writes the log of a case; whether it is lawful is not looked at here.
type story struct {
	t    *testing.T
	in   Input
	at   time.Time
	key  chain.Key
	here area.Center
}

const (
	district area.Center = "320509000000"
	town     area.Center = "320509111000"
	village  area.Center = "320509111201"
	far      area.Center = "320505001000"
)

func newStory(t *testing.T, it item.Item, filing casefile.Filing) *story {
	t.Helper()
	seed := chain.Sum([]byte("story"))
	key, err := chain.NewKey(seed[:])
	if err != nil {
		t.Fatal(err)
	}
	s := &story{t: t, key: key, here: town, at: time.Date(2026, 3, 2, 9, 0, 0, 0, workday.China)}
	s.in = Input{State: casefile.New("320509111000.1.1"), Item: &it, Office: office}
	s.do(casefile.Opened, casefile.OpenedBody{Number: "N1", Item: it.Ref, Subject: "320509111201", Applied: "320509111201", Deliver: town,
		Applicant: casefile.BlobRef{Hash: chain.Sum([]byte("applicant")), Size: 1, Kind: "applicant"}, Filing: filing})
	return s
}

func office(c area.Center) Office {
	return Office{Name: map[area.Center]string{district: "某区政务服务中心", town: "某镇为民服务中心", village: "某村便民服务中心", far: "另镇为民服务中心"}[c]}
}

func (s *story) do(kind casefile.Kind, body any) *story {
	s.t.Helper()
	s.at = s.at.Add(time.Hour)
	e := casefile.Event{
		Format: 1, Case: s.in.State.ID, Seq: s.in.State.Head.Index + 1, Prev: s.in.State.Head.Hash, Author: casefile.Party{Center: s.here, Incarnation: 1},
		Staff: "S01", DeskTime: s.at.UnixMilli(), NodeTime: s.at.Add(time.Minute).UnixMilli(), Kind: kind, Body: wire.Encode(body),
		Hand: &casefile.Hand{Name: "虚构乙", Body: "11320509MB1234567X", Department: "综合", Post: "受理岗", Window: "3号", Start: s.at.Add(-10 * time.Minute).UnixMilli()},
	}
	r, err := casefile.Read(chain.Sign(s.key, chain.EventDomain, wire.Encode(e)))
	if err != nil {
		s.t.Fatal(err)
	}
	if s.in.State, err = casefile.Apply(s.in.State, r); err != nil {
		s.t.Fatal(err)
	}
	s.in.Events = append(s.in.Events, r)
	return s
}

func (s *story) to(c area.Center) *story {
	s.do(casefile.HandedOver, casefile.HandedOverBody{To: casefile.Party{Center: c, Incarnation: 1}, Step: 2, Purpose: "转报"})
	s.here = c
	return s.do(casefile.TakenOver, casefile.TakenOverBody{From: casefile.Party{Center: town, Incarnation: 1}})
}

func permit() item.Item {
	return item.Item{
		Ref: item.Ref{Code: "PERMIT", Area: "320500000000", Version: 3}, Name: "虚构许可", Type: item.Permit, Kind: item.Promised,
		Implement: "11320509MB1234567X4000101001000", Authority: "虚构主管局", AuthorityCode: "11320509MB7654321X",
		Materials: []item.Material{{ID: "form", Name: "申请表"}, {ID: "plan", Name: "平面图"}},
		Steps: []item.Step{{Name: "窗口受理", Action: item.Accept}, {Name: "现场初审", Action: item.Check}, {Name: "公示", Action: item.Posting},
			{Name: "审批决定", Action: item.Decide}, {Name: "制作证照", Action: item.Make}, {Name: "窗口出件", Action: item.HandOut}},
	}
}

func citizen() *applicant.Applicant {
	return &applicant.Applicant{
		Person: applicant.Person{Name: "虚构甲", ResidentID: "11010519491231002X", Telephone: "10000000001", Address: "虚构路1号"},
		Agent:  &applicant.Person{Name: "虚构丙", OtherID: "E00000000", IDKind: applicant.Passport, Telephone: "10000000002"},
	}
}

func received(state casefile.MaterialState) casefile.ReceivedBody {
	return casefile.ReceivedBody{Materials: []casefile.MaterialEntry{
		{ID: "form", State: casefile.Electronic, Originals: 1}, {ID: "plan", State: state, By: map[bool]string{true: "2026-03-20"}[state == casefile.Later]}}}
}

func certificate() *casefile.Certificate {
	return &casefile.Certificate{Name: "虚构许可证", Number: "XK-0001", From: "2026-03-10", To: "2031-03-09", Electronic: true}
}

// stories are one full case of each kind.
func stories(t *testing.T) map[string]Input {
	accepted := casefile.AcceptedBody{Item: permit().Ref, On: "2026-03-02", Number: "受〔2026〕1号", Due: "2026-03-23"}
	decided := casefile.DecidedBody{Step: 3, Approved: true, Text: "准予许可", Number: "决〔2026〕1号", Result: "许可证", Certificate: certificate()}
	out := casefile.StepBody{Step: 5, Passed: true, To: "applicant", Proof: &casefile.Proof{Manner: casefile.ByPost, Courier: "SF0000"}}
	all := map[string]Input{}

	immediate := permit()
	immediate.Kind = item.Immediate
	s := newStory(t, immediate, casefile.Filing{Kind: item.Immediate, Applicant: item.NaturalPerson, Way: item.AtWindow})
	s.do(casefile.Received, received(casefile.Copy)).do(casefile.Accepted, accepted).do(casefile.Decided, decided).
		do(casefile.HandedOut, casefile.StepBody{Step: 5, Passed: true}).do(casefile.Rated, casefile.RatedBody{Grade: 1, Channel: "tablet"}).
		do(casefile.Concluded, casefile.ConcludedBody{Visits: 1})
	s.in.Applicant = citizen()
	all["immediate"] = s.in

	s = newStory(t, permit(), casefile.Filing{Kind: item.Promised, Applicant: item.Enterprise, Way: item.OnPC, Project: "2603-320509-00-01-000001", Deliver: casefile.ByPost})
	s.do(casefile.Received, received(casefile.Missing)).do(casefile.Noticed, casefile.NoticedBody{Missing: []string{"plan"}, Text: "缺平面图", Number: "告〔2026〕1号"}).
		do(casefile.Supplemented, received(casefile.OriginalSeen)).do(casefile.Accepted, accepted).
		do(casefile.Checked, casefile.StepBody{Step: 1, Passed: true, Opinion: "符合条件"}).
		do(casefile.Suspended, casefile.SuspendedBody{Step: 2, Ground: casefile.PublicPosting, Until: "2026-03-10", Basis: "条例第五条", Decider: "虚构丁",
			Posting: &casefile.PostingTerms{Place: "公告栏", From: "2026-03-03", To: "2026-03-10", Text: "某某申请"}}).
		do(casefile.Resumed, casefile.ResumedBody{Result: "公示期满", Objections: []casefile.Objection{{On: "2026-03-05", Text: &casefile.BlobRef{Hash: chain.Hash{8}, Size: 9, Kind: "words"}, Answer: &casefile.BlobRef{Hash: chain.Hash{9}, Size: 9, Kind: "words"}}}}).
		do(casefile.Extended, casefile.ExtendedBody{Days: 5, Reason: "情况复杂", Approver: "虚构戊"}).
		do(casefile.FeeCharged, casefile.FeeBody{Number: "J1", Name: "工本费", Amount: 1000, Basis: "收费目录", Waits: true}).
		do(casefile.FeePaid, casefile.PaidBody{Number: "J1", Amount: 1000, How: "card", Receipt: "P1"}).
		do(casefile.Decided, decided).do(casefile.Made, casefile.StepBody{Step: 4, Passed: true}).do(casefile.HandedOut, out).
		do(casefile.Concluded, casefile.ConcludedBody{Visits: 2}).do(casefile.Rated, casefile.RatedBody{Grade: 4, Channel: "message"})
	s.in.Ratings = []Rating{{Grade: 4, Channel: "message", At: s.at.UnixMilli(), Who: "虚构甲", Words: "等得太久"}}
	s.in.Alerts = []Alert{{Number: "320509-1", Rule: "promised", Kind: "黄牌", At: s.at.UnixMilli(), Text: "临近承诺时限", Chase: "请尽快办理", Chaser: "某区政务服务中心", Sent: s.at.UnixMilli(), To: "某镇为民服务中心"}}
	all["promised"] = s.in

	s = newStory(t, permit(), casefile.Filing{Kind: item.Promised, Joint: true, Applicant: item.SocialOrg})
	s.do(casefile.Received, received(casefile.Later)).do(casefile.Accepted, accepted).
		do(casefile.JointSet, casefile.JointBody{Add: []casefile.Participant{{Center: far, Matter: "消防"}}}).
		do(casefile.SurveySet, casefile.SurveyBody{Number: "K1", On: "2026-03-05", Place: "虚构路1号", Who: []area.Center{far}}).
		do(casefile.SurveyHeld, casefile.SurveyHeldBody{On: "2026-03-05", Staff: []string{"S01", "S02"}, Found: "一致", Passed: true}).
		do(casefile.Opinion, casefile.OpinionBody{Center: far, Text: "同意", Stance: casefile.Agrees}).
		do(casefile.Decided, decided).do(casefile.HandedOut, out).do(casefile.Concluded, casefile.ConcludedBody{})
	all["joint"] = s.in

	s = newStory(t, permit(), casefile.Filing{Kind: item.Promised, Referred: true, Applicant: item.NaturalPerson})
	s.do(casefile.Received, received(casefile.Copy)).do(casefile.Accepted, accepted).do(casefile.Checked, casefile.StepBody{Step: 1, Passed: true, Opinion: "拟同意"})
	s.to(district).do(casefile.Decided, casefile.DecidedBody{Step: 3, Text: "不符合规划", Number: "决〔2026〕2号", Remedy: "可以申请行政复议"}).
		do(casefile.HandedOver, casefile.HandedOverBody{To: casefile.Party{Center: town, Incarnation: 1}, Step: 5})
	all["referred_up"] = s.in

	s = newStory(t, permit(), casefile.Filing{Kind: item.Promised, Applicant: item.NaturalPerson})
	s.do(casefile.Declined, casefile.ReasonBody{Reason: "不属于本机关职权", Number: "不受〔2026〕1号", Ground: casefile.NotOurs, Whose: "市主管局"}).
		do(casefile.Concluded, casefile.ConcludedBody{})
	all["declined"] = s.in

	s = newStory(t, permit(), casefile.Filing{Kind: item.Promised, Applicant: item.NaturalPerson})
	s.do(casefile.Received, received(casefile.Copy)).do(casefile.Returned, casefile.ReasonBody{Reason: "材料不实", Number: "退〔2026〕1号"})
	all["returned"] = s.in
	return all
}

func rowsOf(t *testing.T, in Input) []Row {
	t.Helper()
	rows, err := Rows(in)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// dump is a row with the names of its columns, empty ones left out.
func dump(rows []Row) string {
	var b strings.Builder
	last := Table("")
	for _, r := range rows {
		l := LayoutOf(r.Table)
		if r.Table != last {
			fmt.Fprintf(&b, "# %s (%s)\n", l.Standard, l.Upload)
			last = r.Table
		}
		for i, c := range l.Columns {
			if r.Cells[i] != "" {
				fmt.Fprintf(&b, "  %s=%s", c.Name, r.Cells[i])
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	seen := map[Table]bool{Inquiries: true}
	for name, in := range stories(t) {
		rows := rowsOf(t, in)
		for _, r := range rows {
			seen[r.Table] = true
		}
		golden.Check(t, name+".golden", dump(rows))
	}
	for _, l := range Layouts() {
		if !seen[l.Table] {
			t.Errorf("no case has a row in %s", l.Standard)
		}
	}
}

func TestInquiries(t *testing.T) {
	rows := InquiryRows([]Inquiry{{Number: "Z1", Kind: "投诉", Text: "排队太久", At: 1772413200000, Due: "2026-03-09", Late: 0, Answer: "已增开窗口", Answered: 1772499600000}})
	want := "# 表10 咨询、投诉信息 ()\n  编号=Z1  序号=1  类别=投诉  内容=排队太久  受理时间=20260302T090000  承诺时限=20260309  超期天数=0  答复内容=已增开窗口  答复时间=20260303T090000\n"
	if got := dump(rows); got != want {
		t.Errorf("%s", got)
	}
}

// The states of the national tables, along one case.
func TestStates(t *testing.T) {
	s := newStory(t, permit(), casefile.Filing{})
	var got []string
	look := func() { got = append(got, CaseState(&s.in.State)) }
	look()
	s.do(casefile.Noticed, casefile.NoticedBody{})
	look()
	s.do(casefile.Supplemented, received(casefile.Copy)).do(casefile.Accepted, casefile.AcceptedBody{Item: permit().Ref})
	look()
	s.do(casefile.Suspended, casefile.SuspendedBody{Step: 2, Ground: casefile.Hearing})
	look()
	s.do(casefile.Resumed, casefile.ResumedBody{})
	look()
	s.do(casefile.Decided, casefile.DecidedBody{Step: 3, Approved: true})
	look()
	s.do(casefile.Concluded, casefile.ConcludedBody{})
	look()
	for _, end := range []casefile.Kind{casefile.Declined, casefile.Returned, casefile.Withdrawn, casefile.Terminated} {
		s = newStory(t, permit(), casefile.Filing{})
		s.do(end, casefile.ReasonBody{Reason: "x"})
		look()
	}
	if want := "02 06 05 11 12 12 10 07 13 10 10"; strings.Join(got, " ") != want {
		t.Errorf("%s, want %s", strings.Join(got, " "), want)
	}
}

// How much of the applicant is shown is no change of a row; another applicant's
// record is.
func TestSum(t *testing.T) {
	in := stories(t)["immediate"]
	full := rowsOf(t, in)[0]
	in.Applicant = nil
	bare := rowsOf(t, in)[0]
	if full.Sum() != bare.Sum() || slices.Equal(full.Cells, bare.Cells) {
		t.Error("the sum depends on how much is shown")
	}
	bare.applicant = chain.Hash{}
	if full.Sum() == bare.Sum() {
		t.Error("an erased record changes nothing")
	}
}

func TestWrite(t *testing.T) {
	var changes []Change
	for _, r := range rowsOf(t, stories(t)["promised"]) {
		changes = append(changes, Change{Row: r, Op: Insert, Batch: 7, Time: 1772413200000})
	}
	changes[0].Cells[3] = `=HYPERLINK("x")`
	changes = append(changes, Change{Row: Gone(Handling, "N0", "3"), Op: Delete, Batch: 7, Time: 1772413200000})
	var a, b bytes.Buffer
	m := Manifest{Source: "320509000000", From: 6, To: 7}
	for _, w := range []io.Writer{&a, &b} {
		if err := Write(w, m, changes, false); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("the same changes make other bytes")
	}
	a.Reset()
	if err := Write(&a, m, changes, true); err != nil {
		t.Fatal(err)
	}
	files := unzip(t, a.Bytes())
	text := files["gbt39046_process.csv"]
	if !strings.HasPrefix(text, "\uFEFFcd_operation,") {
		t.Errorf("no BOM: %.40q", text)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\uFEFF"))).ReadAll()
	if last := lines[len(lines)-1]; err != nil || last[0] != "D" || last[1] != "20260302T090000" || last[2] != "7" || last[3] != "320509000000" || last[4] != "N0" || last[5] != "3" {
		t.Errorf("%v %v", last, err)
	}
	if !strings.Contains(files["gbt39046_application.csv"], `'=HYPERLINK`) {
		t.Error("a formula is a formula")
	}
	var got Manifest
	if err := json.Unmarshal([]byte(files["manifest.json"]), &got); err != nil || len(got.Tables) != len(layouts) || got.Tables[3].Deletes != 1 {
		t.Errorf("%+v %v", got, err)
	}
	book, err := excelize.OpenReader(strings.NewReader(files["gbt39046.xlsx"]))
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if cell, err := book.GetCellValue("process", "E2"); err != nil || cell != "N1" {
		t.Errorf("%q %v", cell, err)
	}
}

func unzip(t *testing.T, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all[f.Name] = string(content)
	}
	return all
}
