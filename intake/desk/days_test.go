package desk

import (
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// What a form says has happened has a day on which the case was there already,
// and which has come; what it says is due has one that is not over.
func TestDaysThatCannotBe(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇窗口")
	c.book.publish(item.Item{
		Ref: item.Ref{Code: "OUT-2"}, Name: "市级核准", Type: item.PublicService, Level: area.Town, Kind: item.Promised, Subject: item.ByResidence,
		Steps: []item.Step{
			{Name: "受理", Action: item.Accept, Level: area.Town}, {Name: "市系统审查", Action: item.Review, Level: area.City, Outside: true},
			{Name: "核查", Action: item.Check, Level: area.Town}, {Name: "决定", Action: item.Decide, Level: area.Town},
			{Name: "送达", Action: item.Serve, Level: area.Town},
		},
	}, "320500000000")
	opened, err := d.Open(c.ctx, by, OpenForm{Item: "OUT-2", Subject: tongli.Area(), Applicant: citizen(), Accept: true})
	must(t, err)
	id := opened.State.ID
	c.tick(3 * day)
	const before, since, tomorrow = workday.Date("2026-03-01"), workday.Date("2026-03-02"), workday.Date("2026-03-06")
	none := -1
	try := func(name, words string, act func(on workday.Date) error, days ...workday.Date) {
		for _, on := range days {
			err := act(on)
			refused(t, err, BadForm)
			if !strings.Contains(err.Error(), string(on)) || !strings.Contains(err.Error(), words) {
				t.Errorf("%s on %s: %v", name, on, err)
			}
		}
	}
	outside := func(sent, came workday.Date) error {
		form := OutsideForm{Number: "SZ-1", Sent: sent, Came: came}
		if came != "" {
			form.Result, form.Proof = "同意", []byte("回执")
		}
		_, err := d.Outside(c.ctx, by, id, form)
		return err
	}
	try("sent", "sent: ", func(on workday.Date) error { return outside(on, "") }, before, tomorrow)
	try("came", "came: ", func(on workday.Date) error { return outside(since, on) }, before, tomorrow)
	try("asked for a hearing", "hearing.asked: ", func(on workday.Date) error {
		_, err := d.Suspend(c.ctx, by, id, SuspendForm{Step: &none, Ground: casefile.Hearing, Hearing: &HearingForm{Told: since, Asked: on}})
		return err
	}, tomorrow)
	try("a visit", "on: ", func(on workday.Date) error {
		_, err := d.Visited(c.ctx, by, id, VisitedForm{Kind: "home", On: on, Staff: []string{"甲", "乙"}, Found: "属实"})
		return err
	}, before, tomorrow)
	try("a wait", "until: ", func(on workday.Date) error {
		_, err := d.Suspend(c.ctx, by, id, SuspendForm{Step: &none, Ground: casefile.OtherGround, Until: on, Basis: "规定", Decider: "甲"})
		return err
	}, since)
	must(t, outside(since, since))
	_, err = d.Check(c.ctx, by, id, StepForm{})
	must(t, err)
	_, err = d.Decide(c.ctx, by, id, DecideForm{Text: "准予", Result: "核准书"})
	must(t, err)
	try("a service", "on: ", func(on workday.Date) error {
		_, err := d.Serve(c.ctx, by, id, DeliverForm{On: on})
		return err
	}, since, tomorrow)
	_, err = d.Serve(c.ctx, by, id, DeliverForm{On: "2026-03-05"})
	must(t, err)
}
