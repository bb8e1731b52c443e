package desk

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

func TestARepeatedCallHasOneEffect(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	d := c.nodes[yejian].desk
	form := OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: yejian.Area(), Applicant: citizen(), Papers: seen("id-card")}
	by := By{Staff: "村窗口", Key: "counter-1/42"}
	first, err := d.Open(c.ctx, by, form)
	must(t, err)
	again, err := d.Open(c.ctx, by, form)
	must(t, err)
	if !again.Repeated || again.Events != 0 || again.State.ID != first.State.ID || again.State.Head != first.State.Head {
		t.Fatalf("repeated: %+v", again)
	}
	if list, _ := d.Worklist(Query{}); list.Total != 1 {
		t.Fatalf("%d cases after a repeated call", list.Total)
	}
	other := form
	other.Agency = true
	_, err = d.Open(c.ctx, by, other)
	refused(t, err, KeyReused)
	_, err = d.Notice(c.ctx, by, first.State.ID, NoticeForm{})
	refused(t, err, KeyReused)

	// At the same time, too, and on a desk that was opened anew.
	by.Key = "counter-1/43"
	fresh, err := New(d.Config)
	must(t, err)
	ids := make([]casefile.ID, 8)
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			done, err := fresh.Open(c.ctx, by, form)
			if err == nil {
				ids[i] = done.State.ID
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("eight calls under one key: %v", ids)
		}
	}
	n, err := fresh.Forget(c.now.Add(time.Hour).UnixMilli(), 100)
	if err != nil || n != 2 {
		t.Errorf("forgot %d answers, %v; want 2", n, err)
	}
}

func TestNumbersHaveNoHolesAndNeverRepeat(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	form := OpenForm{Item: c.items["D12"], Answers: answers["D12"], Subject: yejian.Area(), Applicant: citizen()}
	seen := map[string]bool{}
	var mu sync.Mutex
	open := func(d *Desk) {
		done, err := d.Open(c.ctx, staff("窗口"), form)
		if err != nil {
			t.Error(err)
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if seen[done.State.Number] {
			t.Errorf("number %s twice", done.State.Number)
		}
		seen[done.State.Number] = true
	}
	for range 2 { // a second desk on the same database goes on where the first one stopped
		d, err := New(c.nodes[yejian].desk.Config)
		must(t, err)
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() { open(d) })
		}
		wg.Wait()
	}
	for i := 1; i <= 24; i++ {
		if number := fmt.Sprintf("320509111201-1-20260302-%04d", i); !seen[number] {
			t.Errorf("%s was skipped: %v", number, seen)
		}
	}
	c.tick(24 * time.Hour)
	done, err := c.nodes[yejian].desk.Open(c.ctx, staff("窗口"), form)
	must(t, err)
	if done.State.Number != "320509111201-1-20260303-0001" {
		t.Errorf("the next day begins with %s", done.State.Number)
	}
}

func TestCaseNumberForms(t *testing.T) {
	it := &item.Item{Implement: "TE44011350000011705442106041002"}
	for _, one := range []struct {
		party casefile.Party
		want  string
	}{
		{casefile.Party{Center: "320509111201", Incarnation: 1}, "TE44011350000011705442106041002" + "20260302" + "0007" + "5CCZW11"},
		{casefile.Party{Center: "320509111201", Incarnation: 2}, "TE44011350000011705442106041002" + "20260302" + "0007" + "5CCZW12"},
		{casefile.Party{Center: "320500000000", Incarnation: 1}, "TE44011350000011705442106041002" + "20260302" + "0007" + "0000001"},
		{casefile.Party{Center: "320509111000-02", Incarnation: 1}, "320509111000-02-1-20260302-0007"},
		{casefile.Party{Center: "320509111201", Incarnation: 36}, "320509111201-36-20260302-0007"},
	} {
		s := seriesOfCases(it, one.party, "2026-03-02")
		got := number{series: s, serial: 7}.String()
		if len(one.want) == 50 {
			if len(got) != 50 || got[:43] != one.want[:43] || got[49:] != one.want[49:] {
				t.Errorf("%v: %s, want the form of %s", one.party, got, one.want)
			}
		} else if got != one.want {
			t.Errorf("%v: %s, want %s", one.party, got, one.want)
		}
	}
}

func TestFormsAreRefusedWithEverythingThatIsWrong(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	d := c.nodes[yejian].desk
	good := OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: yejian.Area(), Applicant: citizen()}
	opened, err := d.Open(c.ctx, staff("窗口"), good)
	must(t, err)
	id := opened.State.ID
	before := opened.State.Head
	mixed := good
	mixed.Applicant = applicant.Applicant{Person: applicant.Person{ResidentID: "11010519491231002Y"}}
	mixed.Deliver = "320509999000"
	mixed.Papers = []Paper{{ID: "nothing", State: casefile.Copy}, {ID: "photo", State: "torn"}, {ID: "photo", State: casefile.Copy}, {ID: "proof", State: casefile.Later}}
	_, err = d.Open(c.ctx, staff("窗口"), mixed)
	refused(t, err, BadForm)
	for _, words := range []string{"applicant.name", "resident_id", "deliver", `no material "nothing"`, `"torn"`, "may not be brought later"} {
		if !strings.Contains(err.Error(), words) {
			t.Errorf("the refusal does not name %s: %v", words, err)
		}
	}
	if strings.Contains(err.Error(), "11010519491231002Y") {
		t.Errorf("the refusal repeats the id number: %v", err)
	}
	with := func(change func(*OpenForm)) OpenForm { f := good; change(&f); return f }
	none := 99
	for name, one := range map[string]struct {
		err  func() error
		code refusal.Code
	}{
		"nobody acts": {func() error { _, err := d.Accept(c.ctx, By{}, id, AcceptForm{}); return err }, NoStaff},
		"tomorrow": {func() error {
			_, err := d.Receive(c.ctx, By{Staff: "窗口", At: c.now.Add(24 * time.Hour)}, id, ReceiveForm{})
			return err
		}, BadDeskTime},
		"a long key": {func() error {
			_, err := d.Receive(c.ctx, By{Staff: "窗口", Key: strings.Repeat("k", 200)}, id, ReceiveForm{})
			return err
		}, BadForm},
		"no such item": {func() error {
			_, err := d.Open(c.ctx, staff("窗口"), with(func(f *OpenForm) { f.Item = "NONE" }))
			return err
		}, NotOffered},
		"no subject": {func() error {
			_, err := d.Open(c.ctx, staff("窗口"), with(func(f *OpenForm) { f.Subject = "" }))
			return err
		}, BadForm},
		"a bad subject": {func() error {
			_, err := d.Open(c.ctx, staff("窗口"), with(func(f *OpenForm) { f.Subject = "12" }))
			return err
		}, BadForm},
		"a coarse subject": {func() error {
			_, err := d.Open(c.ctx, staff("窗口"), with(func(f *OpenForm) { f.Subject = wujiang.Area() }))
			return err
		}, TooCoarse},
		"no such case": {func() error {
			_, err := d.Accept(c.ctx, staff("窗口"), "320509111201.1.999", AcceptForm{})
			return err
		}, NoSuchCase},
		"no case id":       {func() error { _, err := d.Accept(c.ctx, staff("窗口"), "x", AcceptForm{}); return err }, refusal.Malformed},
		"no reason":        {func() error { _, err := d.Decline(c.ctx, staff("窗口"), id, ReasonForm{}); return err }, BadForm},
		"no such step":     {func() error { _, err := d.Check(c.ctx, staff("窗口"), id, StepForm{Step: &none}); return err }, NoStep},
		"nothing to take":  {func() error { _, err := d.TakeOver(c.ctx, staff("窗口"), id); return err }, casefile.NoOffer},
		"nothing to seize": {func() error { _, err := d.Seize(c.ctx, staff("窗口"), id); return err }, casefile.NoGrant},
		"nobody to send to": {func() error {
			_, err := d.HandOver(c.ctx, staff("窗口"), id, HandOverForm{To: "320509999000"})
			return err
		}, casefile.WrongAddressee},
		"to oneself":     {func() error { _, err := d.HandOver(c.ctx, staff("窗口"), id, HandOverForm{To: yejian}); return err }, casefile.WrongAddressee},
		"by post pigeon": {func() error { _, err := d.HandOut(c.ctx, staff("窗口"), id, DeliverForm{To: "pigeon"}); return err }, BadForm},
		"nothing asked for": {func() error {
			_, err := d.Supplement(c.ctx, staff("窗口"), id, ReceiveForm{Papers: seen("photo")})
			return err
		}, casefile.StepOrder},
	} {
		t.Run(name, func(t *testing.T) { refused(t, one.err(), one.code) })
	}
	if s, _ := c.nodes[yejian].cabinet.State(id); s.Head != before {
		t.Errorf("refused actions moved the log to %d", s.Head.Index)
	}
}

func TestDeemedAccepted(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d := c.nodes[tongli].desk
	opened, err := d.Open(c.ctx, staff("镇窗口"), OpenForm{Item: c.items["D04"], Subject: tongli.Area(), Applicant: citizen(), Papers: []Paper{{ID: "identity", State: casefile.Missing}}})
	must(t, err)
	c.tick(8 * 24 * time.Hour) // the fifth working day was 9 March
	view, err := d.Look(opened.State.ID)
	must(t, err)
	if warned(view.Warnings, "deemed_accepted") != "" || view.Lamp != clock.Red { // a public service: no law says so of it
		t.Errorf("lamp %s, warnings %+v", view.Lamp, view.Warnings)
	}
	_, err = d.Accept(c.ctx, staff("镇窗口"), opened.State.ID, AcceptForm{})
	refused(t, err, PapersLack)
	c.set(rule.Rule{Key: rule.NoticeDeemed, Source: "x"}.With(rule.TypeValue{Types: []rule.ItemType{"20"}, Value: 1, Source: "某市条例第三十六条"}))
	view, err = d.Look(opened.State.ID)
	must(t, err)
	if text := warned(view.Warnings, "deemed_accepted"); !strings.Contains(text, "某市条例第三十六条") || view.Lamp != clock.Red {
		t.Errorf("lamp %s, warnings %+v", view.Lamp, view.Warnings)
	}
	if view.Next.Action != Accept || !view.Next.Here { // it is late for a notice, though a paper lacks
		t.Errorf("next %+v", view.Next)
	}
	accepted, err := d.Accept(c.ctx, staff("镇窗口"), opened.State.ID, AcceptForm{}) // the paper lacks, and still
	must(t, err)
	if !accepted.State.Deemed || accepted.State.AcceptedOn != "2026-03-02" {
		t.Errorf("deemed %v, accepted on %s", accepted.State.Deemed, accepted.State.AcceptedOn)
	}
	text, err := d.Print(opened.State.ID, notice.Acceptance)
	must(t, err)
	if !strings.Contains(text, "即为受理") {
		t.Errorf("the acceptance does not say why:\n%s", text)
	}
}

func TestDeclineAndRejectionSayWhyAndWhatRemains(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d := c.nodes[tongli].desk
	form := OpenForm{Item: c.items["D04"], Subject: tongli.Area(), Applicant: citizen(), Papers: seen("identity")}
	one, err := d.Open(c.ctx, staff("镇窗口"), form)
	must(t, err)
	_, err = d.Decline(c.ctx, staff("镇窗口"), one.State.ID, ReasonForm{Reason: "不属于本镇管辖"})
	must(t, err)
	text, err := d.Print(one.State.ID, notice.Decline)
	must(t, err)
	if !strings.Contains(text, "不属于本镇管辖") || !strings.Contains(text, "行政复议") {
		t.Errorf("decline:\n%s", text)
	}
	_, err = d.Conclude(c.ctx, staff("镇窗口"), one.State.ID, "")
	must(t, err)

	form.Accept = true
	two, err := d.Open(c.ctx, staff("镇窗口"), form)
	must(t, err)
	_, err = d.Decide(c.ctx, staff("镇窗口"), two.State.ID, DecideForm{Rejected: true})
	refused(t, err, BadForm) // no reason
	_, err = d.Extend(c.ctx, staff("镇窗口"), two.State.ID, ExtendForm{Days: 10, Reason: "核查", Approver: "镇长"})
	must(t, err)
	_, err = d.Extend(c.ctx, staff("镇窗口"), two.State.ID, ExtendForm{Days: 10, Reason: "核查", Approver: "镇长"})
	refused(t, err, casefile.StepOrder)
	view, err := d.Look(two.State.ID)
	must(t, err)
	for _, r := range view.Readings {
		if r.Clock == clock.Promised && r.Due != "2026-04-14" {
			t.Errorf("promised after the extension: %+v", r)
		}
	}
	text, err = d.Print(two.State.ID, notice.Extension)
	must(t, err)
	if !strings.Contains(text, "延长 10 个工作日，应于2026年4月14日前") || !strings.Contains(text, "镇长") {
		t.Errorf("extension:\n%s", text)
	}
	_, err = d.Decide(c.ctx, staff("镇窗口"), two.State.ID, DecideForm{Rejected: true, Text: "登记未满期限"})
	must(t, err)
	text, err = d.Print(two.State.ID, notice.Decision)
	must(t, err)
	if !strings.Contains(text, "不予办理决定书") || !strings.Contains(text, "登记未满期限") || !strings.Contains(text, "行政复议") {
		t.Errorf("rejection:\n%s", text)
	}
}

func TestAcceptUnderTheNewestVersion(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d := c.nodes[tongli].desk
	opened, err := d.Open(c.ctx, staff("镇窗口"), OpenForm{Item: c.items["D04"], Subject: tongli.Area(), Applicant: citizen(), Papers: seen("identity")})
	must(t, err)
	second := *c.book.items[opened.State.Item]
	second.Materials = append(second.Materials[:len(second.Materials):len(second.Materials)], item.Material{ID: "bank", Name: "银行账户", Need: item.Required})
	c.book.publish(second, "320500000000")
	_, err = d.Accept(c.ctx, staff("镇窗口"), opened.State.ID, AcceptForm{Newest: true})
	refused(t, err, PapersLack) // the newest version asks for one more
	accepted, err := d.Accept(c.ctx, staff("镇窗口"), opened.State.ID, AcceptForm{})
	must(t, err)
	if accepted.State.Item.Version != 1 {
		t.Errorf("accepted under version %d, the applicant was shown 1", accepted.State.Item.Version)
	}
}

func TestADeskNeedsItsParts(t *testing.T) {
	_, err := New(Config{})
	var r *refusal.Error
	if !errors.As(err, &r) || r.Code != refusal.Malformed {
		t.Errorf("a desk without parts: %v", err)
	}
}
