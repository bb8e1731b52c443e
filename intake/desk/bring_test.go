package desk

import (
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// inFlight is an item with a check, a review and a decision at the town, and a
// test between them.
func (c *city) inFlight() item.Code {
	c.book.publish(item.Item{
		Ref: item.Ref{Code: "FLIGHT"}, Name: "在办事项", Type: item.Permit, Level: area.Town, Kind: item.Promised, Subject: item.ByCounter,
		Promise: item.Limit{Tenths: 100, Unit: item.WorkingDays},
		Steps: []item.Step{
			{Name: "受理", Action: item.Accept, Level: area.Town}, {Name: "初审", Action: item.Check, Level: area.Town}, {Name: "审查", Action: item.Review, Level: area.Town},
			{Name: "公示", Action: item.Posting, Level: area.Town}, {Name: "决定", Action: item.Decide, Level: area.Town}, {Name: "送达", Action: item.Serve, Level: area.Town},
		},
		Materials: []item.Material{{ID: "form", Name: "申请表", Need: item.Required}, {ID: "card", Name: "身份证", Need: item.Required}},
	}, "320500000000")
	return "FLIGHT"
}

func brought(c *city) BringForm {
	return BringForm{
		Former: "旧2026-0017", Open: OpenForm{Item: c.inFlight(), Applicant: citizen(), Papers: seen("form", "card")},
		Received: at("2026-02-09 09:00"), Accepted: at("2026-02-11 10:00"),
	}
}

// What came before has its own day: the promised day is counted from the real
// acceptance by the calendar of working days, over the holidays, and whatever
// the notice came to where the case was.
func TestClocksOfACaseThatIsBroughtAlong(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, form := c.nodes[tongli].desk, brought(c)
	c.set(rule.Rule{Key: rule.NoticeDeemed, Source: "x"}.With(rule.TypeValue{Types: []rule.ItemType{"01"}, Value: 1, Source: "某市条例"}))
	must(t, d.TryBring(staff("镇窗口"), form))
	done, err := d.Bring(c.ctx, staff("镇窗口"), form)
	must(t, err)
	s := done.State
	if s.Filing.Former != form.Former || s.OpenedAt != form.Received.UnixMilli() || s.ReceivedAt != s.OpenedAt || s.AcceptedAt != form.Accepted.UnixMilli() || s.AcceptedOn != "2026-02-11" || s.Deemed {
		t.Fatalf("%+v", s)
	}
	due, provisional := c.book.calendar.AddWorkingDays("2026-02-11", 10)
	if due != "2026-03-03" || provisional {
		t.Fatalf("ten working days behind 11 February end on %s %v", due, provisional)
	}
	for _, r := range d.Readings(s) {
		if r.Clock == clock.Promised && r.Due != due {
			t.Errorf("promised by %s, want %s", r.Due, due)
		}
	}
	c.verified(s.ID, tongli, casefile.PhaseAccepted)
	list, err := d.Worklist(Query{Text: "旧2026-0017", Limit: 10})
	must(t, err)
	if len(list.Cases) != 1 || list.Cases[0].ID != s.ID {
		t.Errorf("by its former number are found: %+v", list.Cases)
	}
}

// A case is brought along whole or not at all, and once.
func TestBringWholeAndOnce(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, form := c.nodes[tongli].desk, brought(c)
	by := By{Staff: "镇窗口", Key: "k"}
	lacking := form
	lacking.Open.Papers = seen("form")
	_, err := d.Bring(c.ctx, by, lacking)
	refused(t, err, PapersLack)
	if list, err := d.Cases.List(cabinet.Filter{}, "", 10); err != nil || len(list) != 0 {
		t.Fatalf("a refused one left %d cases, %v", len(list), err)
	}
	lacking.Accepted = time.Time{} // it lies there as it lay
	open, err := d.Bring(c.ctx, By{Staff: "镇窗口"}, lacking)
	must(t, err)
	if open.State.Phase != casefile.PhaseOpened || open.State.AcceptedAt != 0 {
		t.Errorf("%+v", open.State)
	}
	first, err := d.Bring(c.ctx, by, form)
	must(t, err)
	again, err := d.Bring(c.ctx, by, form)
	must(t, err)
	if !again.Repeated || again.State.ID != first.State.ID {
		t.Errorf("again: %+v", again)
	}
}

// The checks and reviews before the step at which it stands are done; whatever
// else would have to be is refused.
func TestBringUpToAStep(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, form := c.nodes[tongli].desk, brought(c)
	form.Step, form.Stepped = "公示", at("2026-02-13 16:00")
	done, err := d.Bring(c.ctx, staff("镇窗口"), form)
	must(t, err)
	if len(done.State.Steps) != 2 || done.State.Steps[1].At != form.Stepped.UnixMilli() || !done.State.Steps[0].Passed {
		t.Errorf("%+v", done.State.Steps)
	}
	for step, words := range map[string]string{"决定": "公示", "初审 ": "no step", "受理": "no step"} {
		form.Step = step
		err := d.TryBring(staff("镇窗口"), form)
		refused(t, err, NoStep)
		if !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", step, err)
		}
	}
}

func TestBringRefuses(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, good := c.nodes[tongli].desk, brought(c)
	for field, spoil := range map[string]func(*BringForm){
		"former: must":     func(f *BringForm) { f.Former = "" },
		"former: only":     func(f *BringForm) { f.Former = "A 1" },
		"former: 65":       func(f *BringForm) { f.Former = strings.Repeat("字", MaxFormer+1) },
		"received":         func(f *BringForm) { f.Received = time.Time{} },
		"accepted: before": func(f *BringForm) { f.Accepted = f.Received.Add(-time.Hour) },
		"not come yet":     func(f *BringForm) { f.Accepted = c.now.Add(time.Hour) },
		"step: want":       func(f *BringForm) { f.Step = "审查" },
		"stepped: want":    func(f *BringForm) { f.Stepped = f.Accepted },
		"stepped: before":  func(f *BringForm) { f.Step, f.Stepped = "审查", f.Received },
		"open: ":           func(f *BringForm) { f.Open.Accept = true },
	} {
		form := good
		spoil(&form)
		err := d.TryBring(staff("镇窗口"), form)
		refused(t, err, BadForm)
		if err != nil && !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	refused(t, d.TryBring(By{}, good), NoStaff)
	form := good
	form.Open.Item = "NOTHING"
	if err := d.TryBring(staff("镇窗口"), form); refusal.CodeOf(err) != NotOffered {
		t.Error(err)
	}
	if day := clock.DayOf(c.now.UnixMilli()); day < workday.Date("2026-02-13") {
		t.Errorf("the test's days lie ahead of %s", day)
	}
}
