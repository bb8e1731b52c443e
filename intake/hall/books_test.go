package hall

import (
	"testing"
	"time"

	"tongban/catalog/rule"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/book"
	"tongban/intake/hall/roster"
)

func TestTheRegisters(t *testing.T) {
	w, h := staffed(t)
	w.rules = []rule.Setting{{Rule: rule.Rule{Key: rule.ComplaintDays, Value: 5, Source: "test"}}}
	n, err := h.Books.Add(clerk, NoteForm{Kind: book.Complaint, Channel: appointment.Phone, About: "窗口等候太久", Said: book.Words{Name: "虚构辛", Telephone: "13900000003", Text: "排队两小时"}})
	must(t, err)
	if n.ID != "T2026-000001" || n.Number != "320509111201诉〔2026〕000001号" || n.Due != "2026-03-09" || n.State != book.Open {
		t.Fatalf("%+v", n)
	}
	_, err = h.Books.Add(clerk, NoteForm{Kind: book.Complaint, About: "x", Promised: "2026-04-01"})
	refused(t, err, book.BadNote) // later than the rule allows
	need, err := h.Books.Add(clerk, NoteForm{Kind: book.Need, About: "路灯损坏"})
	must(t, err)
	if need.Due != "" || need.ID != "M2026-000001" {
		t.Errorf("%+v", need)
	}
	info, err := h.Books.Add(clerk, NoteForm{Kind: book.Information, About: "征地文件"})
	must(t, err)
	if info.Due != "2026-03-30" { // the law's twenty working days
		t.Errorf("%+v", info)
	}
	_, err = h.Books.Extend(clerk, info.ID, book.Extension{Until: "2026-05-08", Reason: "资料多"})
	refused(t, err, book.BadNote) // more than the law's twenty
	_, err = h.Books.Extend(clerk, n.ID, book.Extension{Until: "2026-03-11", Reason: "需要核实", Approver: "周主任"})
	must(t, err)
	_, err = h.Books.Extend(clerk, n.ID, book.Extension{Until: "2026-03-12", Reason: "还要核实"})
	refused(t, err, book.Extended)
	w.pass(11 * 24 * time.Hour) // Friday 13
	_, err = h.Books.Answer(clerk, n.ID, AnswerForm{Text: "正在核实", Interim: true})
	must(t, err)
	late, _, err := h.Books.List(Query{Overdue: true})
	if err != nil || len(late) != 1 || late[0].Overdue != 2 {
		t.Fatalf("%+v %v", late, err)
	}
	n, err = h.Books.Answer(clerk, n.ID, AnswerForm{Text: "已增设窗口", Channel: appointment.Phone})
	must(t, err)
	if n.State != book.Answered || n.Overdue != 2 {
		t.Errorf("%+v", n)
	}
	w.pass(30 * 24 * time.Hour)
	yes := true
	n, err = h.Books.Follow(clerk, n.ID, FollowForm{Reached: true, Content: &yes, Close: true})
	must(t, err)
	if n.State != book.Closed || n.Overdue != 2 {
		t.Errorf("%+v", n)
	}
	_, err = h.Books.Answer(clerk, n.ID, AnswerForm{Text: "再答"})
	refused(t, err, book.WrongState)
	again := w.open()
	v, err := again.Books.Show(By{}, n.ID, false)
	must(t, err)
	if v.Words == nil || v.Words.Name == "虚构辛" || v.Words.Text != "" || !v.Withheld || v.AnswerIn[1] != "" {
		t.Errorf("%+v %+v", v, v.Words)
	}
	_, err = again.Books.Show(By{}, n.ID, true)
	refused(t, err, roster.NoStaff)
	v, err = again.Books.Show(clerk, n.ID, true)
	must(t, err)
	if looks, err := again.Books.Looks(n.ID); err != nil || len(looks) != 1 || looks[0].Staff == "" || looks[0].At != w.now.UnixMilli() {
		t.Errorf("who looked: %+v %v", looks, err)
	}
	if v.Words.Name != "虚构辛" || v.AnswerIn[1] != "已增设窗口" {
		t.Errorf("%+v %+v", v, v.Words)
	}
	if open, _, err := again.Books.List(Query{State: book.Open}); err != nil || len(open) != 2 {
		t.Errorf("%+v %v", open, err)
	}
	w.self.Incarnation = 2
	n, err = again.Books.Add(clerk, NoteForm{Kind: book.Complaint, About: "x"})
	must(t, err)
	if n.ID != "T2026-2-000001" || n.Number != "320509111201诉〔2026〕2-000001号" {
		t.Errorf("after a restore: %+v", n)
	}
}

func TestUnclaimedResults(t *testing.T) {
	w, h := staffed(t)
	decided := func(id casefile.ID, days int, s casefile.State) {
		s.ID, s.Phase, s.Origin = id, casefile.PhaseDecided, casefile.Party{Center: village}
		s.DecidedAt = monday.AddDate(0, 0, -days).UnixMilli()
		w.cases = append(w.cases, s)
	}
	decided("320509111201.1.1", 40, casefile.State{Deliver: village})
	decided("320509111201.1.2", 50, casefile.State{Deliver: village})
	decided("320509111201.1.3", 10, casefile.State{Deliver: village})
	decided("320509111201.1.4", 90, casefile.State{Deliver: "320509111000"})
	decided("320509111201.1.5", 90, casefile.State{Deliver: village, HandedOut: 1})
	decided("320509111201.1.6", 60, casefile.State{})
	n, err := h.Books.Add(clerk, NoteForm{Kind: book.Unclaimed, Case: "320509111201.1.1", Channel: appointment.Phone, About: "电话通知"})
	must(t, err)
	_, err = h.Books.Follow(clerk, n.ID, FollowForm{Channel: appointment.Phone, Reached: true})
	must(t, err)
	all, err := h.Books.Unclaimed(30, 0)
	must(t, err)
	if len(all) != 3 || all[0].Case != "320509111201.1.6" || all[1].Case != "320509111201.1.2" || all[2].Calls != 2 || !all[2].Reached || all[2].Days != 40 {
		t.Errorf("%+v", all)
	}
	_, err = h.Books.Add(clerk, NoteForm{Kind: book.Unclaimed, Case: "320509111201.1.9", About: "x"})
	refused(t, err, refusal.NotFound)
}
