package desk

import (
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
)

// rules sets rules for the whole district.
func (c *city) rules(all ...rule.Rule) {
	var settings []rule.Setting
	for _, r := range all {
		settings = append(settings, rule.Setting{Area: wujiang.Area(), Rule: r})
	}
	c.book.rules = rule.NewSet(settings)
}

func TestKindsOfCases(t *testing.T) {
	town := []item.Step{{Action: item.Accept, Level: area.Town}, {Action: item.Check, Level: area.Town}, {Action: item.Decide, Level: area.Town}}
	up := []item.Step{{Action: item.Accept, Level: area.Town}, {Action: item.Check, Level: area.Town}, {Action: item.Decide, Level: area.District}}
	five := func(words ...rule.KindWord) rule.FiveKinds {
		var f rule.FiveKinds
		for _, w := range words {
			f.Kinds = append(f.Kinds, rule.CaseKind{Kind: w})
		}
		return f
	}
	for _, one := range []struct {
		name    string
		it      item.Item
		skipped []int
		linked  bool
		at      area.Level
		five    rule.FiveKinds
		want    kinds
	}{
		{"immediate", item.Item{Kind: item.Immediate, Steps: town}, nil, false, area.Town, five(), kinds{base: item.Immediate}},
		{"promised", item.Item{Kind: item.Promised, Steps: town}, nil, false, area.Town, five(), kinds{base: item.Promised}},
		{"by its promise", item.Item{Promise: item.Limit{Tenths: 50, Unit: item.WorkingDays}, Steps: town}, nil, false, area.Town, five(), kinds{base: item.Promised}},
		{"on the spot", item.Item{Promise: item.Limit{Unit: item.OnTheSpot}, Steps: town}, nil, false, area.Town, five(), kinds{base: item.Immediate}},
		{"nothing is said", item.Item{Steps: town}, nil, false, area.Town, five(), kinds{}},
		{"joint bodies", item.Item{Kind: item.Promised, Steps: town, Joint: []item.Body{{Name: "某局"}}}, nil, false, area.Town, five(), kinds{base: item.Promised, joint: true}},
		{"a part of a bundle", item.Item{Kind: item.Promised, Steps: town}, nil, true, area.Town, five(), kinds{base: item.Promised, joint: true}},
		{"decided above", item.Item{Kind: item.Promised, Steps: up}, nil, false, area.Town, five(), kinds{base: item.Promised, referred: true}},
		{"from a village", item.Item{Kind: item.Promised, Steps: town}, nil, false, area.Village, five(), kinds{base: item.Promised, referred: true}},
		{"at the district", item.Item{Kind: item.Promised, Steps: up}, nil, false, area.District, five(), kinds{base: item.Promised}},
		{"the step above falls away", item.Item{Kind: item.Promised, Level: area.Town, Steps: up}, []int{2}, false, area.Town, five(), kinds{base: item.Promised}},
		{"no step decides", item.Item{Kind: item.Promised, Level: area.District, Steps: up[:1]}, nil, false, area.Town, five(), kinds{base: item.Promised, referred: true}},
		{"the area knows no joint cases", item.Item{Kind: item.Promised, Steps: up}, nil, true, area.Town, five(rule.PromisedKind, rule.ReferredUpKind), kinds{base: item.Promised, referred: true}},
		{"nor referred ones", item.Item{Kind: item.Promised, Steps: up}, nil, true, area.Town, five(rule.PromisedKind, rule.JointKind), kinds{base: item.Promised, joint: true}},
	} {
		if got := kindsOf(&one.it, one.skipped, one.linked, one.at, one.five); got != one.want {
			t.Errorf("%s: %+v, want %+v", one.name, got, one.want)
		}
	}
}

func TestDelegated(t *testing.T) {
	it := item.Item{Delegations: []item.Delegation{
		{Mode: item.Authorized, Level: area.Town, Actions: []item.Action{item.Decide}},
		{Mode: item.Entrusted, Level: area.Town, Actions: []item.Action{item.Receive}},
		{Mode: item.Agency, Level: area.Village},
	}}
	for _, one := range []struct {
		level  area.Level
		agency bool
		want   item.DelegationMode
	}{{area.Town, false, item.Entrusted}, {area.Village, false, ""}, {area.Village, true, item.Agency}, {area.District, false, ""}} {
		if got := delegated(&it, one.level, one.agency); got != one.want {
			t.Errorf("%s, agency %v: %q, want %q", one.level, one.agency, got, one.want)
		}
	}
}

func TestTheDeskFillsInTheFiling(t *testing.T) {
	c := newCity(t, yejian, tongli, wujiang)
	d := c.nodes[yejian].desk
	d.Rand, d.Visits = rand.Reader, tickets{"A012": ticketA012}
	form := OpenForm{
		Item: c.items["D12"], Answers: answers["D12"], Subject: yejian.Area(), Applicant: citizen(), Agency: true,
		Submission: Submission{Way: item.ByCourier, Project: "0000-000000-00-00-000000", DeliverBy: casefile.ByPost, Visit: "A012"},
	}
	form.Applicant.Agent = &applicant.Person{Name: "虚构丙", Mandate: "代为申请"}
	form.Applicant.Letter = &applicant.Letter{Scope: "本件"}
	done, err := d.Open(c.ctx, By{Staff: "窗口", Key: "once"}, form)
	must(t, err)
	f := done.State.Filing
	want := casefile.Filing{
		Kind: item.Promised, Referred: true, Delegation: item.Agency, Way: item.ByCourier, Applicant: item.NaturalPerson,
		Agent: casefile.ByLetter, Project: form.Project, Visit: ticketA012, Deliver: casefile.ByPost, Secret: f.Secret,
	}
	if f != want {
		t.Errorf("filing %+v, want %+v", f, want)
	}
	if len(done.Password) != 11 || !applicant.Opens(f.Secret, done.State.Number, done.Password) {
		t.Errorf("the password %q does not open %s", done.Password, f.Secret)
	}
	again, err := d.Open(c.ctx, By{Staff: "窗口", Key: "once"}, form)
	must(t, err)
	if !again.Repeated || again.Password != "" {
		t.Errorf("the password was told twice: %+v", again)
	}
	d.Rand = iotest.ErrReader(errors.New("no randomness"))
	if _, err := d.Open(c.ctx, staff("窗口"), form); err == nil {
		t.Error("opened without randomness")
	}
	d.Rand = nil
	bare, err := d.Open(c.ctx, staff("窗口"), form)
	must(t, err)
	if bare.Password != "" || bare.State.Filing.Secret != "" {
		t.Errorf("a password out of nothing: %+v", bare.State.Filing)
	}

	bad := form
	bad.Way, bad.DeliverBy, bad.Visit, bad.Site, bad.Renews = "pigeon", "pigeon", strings.Repeat("A", 129), wujiang, &casefile.Renewal{Expires: "soon"}
	bad.Applicant.Letter = nil
	_, err = d.Open(c.ctx, staff("窗口"), bad)
	refused(t, err, BadForm)
	for _, field := range []string{"applicant.letter", "way", "deliver_by", "visit", "site", "renews.certificate", "renews.expires"} {
		if !strings.Contains(err.Error(), field) {
			t.Errorf("%s is not named: %v", field, err)
		}
	}
}

func TestAnAgreementIsNamedAndGivesTheMode(t *testing.T) {
	c := newCity(t, tongli, zhenze, wujiang)
	away := c.nodes[zhenze].desk
	form := OpenForm{Item: c.items["D23"], Answers: answers["D23"], Subject: tongli.Area(), Applicant: citizen()}
	plain, err := away.Open(c.ctx, staff("外镇窗口"), form)
	must(t, err)
	if plain.State.Filing.Agreement != "" {
		t.Errorf("an agreement out of nothing: %+v", plain.State.Filing)
	}
	c.rules(rule.Of(rule.CrossArea{Agreements: []rule.Agreement{{
		Name: "两镇通办", Document: "协议", Parties: []area.Code{tongli.Area(), zhenze.Area()}, All: true,
		Mode: rule.Mode(item.SeveralPlaces), Accepts: rule.Receiving, Clock: rule.Receiving, Paper: rule.Receiving,
	}}}, "试验", ""))
	agreed, err := away.Open(c.ctx, staff("外镇窗口"), form)
	must(t, err)
	if s := agreed.State; s.Filing.Agreement != "两镇通办" || s.Mode != item.SeveralPlaces {
		t.Errorf("agreement %q, mode %q", s.Filing.Agreement, s.Mode)
	}
	home, err := c.nodes[tongli].desk.Open(c.ctx, staff("镇窗口"), form)
	must(t, err)
	if home.State.Filing.Agreement != "" {
		t.Error("at home there is nothing to agree on")
	}
}

// The six outcomes of 行政许可法 32, and the return of papers.
func TestOutcomesAtTheWindow(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d := c.nodes[tongli].desk
	open := func() OpenForm {
		return OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: tongli.Area(), Applicant: citizen()}
	}
	opened := func(papers ...Paper) casefile.ID {
		form := open()
		form.Papers = papers
		done, err := d.Open(c.ctx, staff("窗口"), form)
		must(t, err)
		return done.State.ID
	}
	ends := func(name string, done Done, err error, phase casefile.Phase, outcome casefile.Outcome, ground casefile.EndGround) {
		t.Helper()
		must(t, err)
		s := c.verified(done.State.ID, tongli, phase)
		if s.Outcome() != outcome || s.Ended == nil || s.Ended.Ground != ground || s.Ended.Reason == "" || s.Ended.Number == "" {
			t.Errorf("%s: %s, %+v", name, s.Outcome(), s.Ended)
		}
	}

	form := open()
	form.Decline = &ReasonForm{Reason: "本事项无需办理", Ground: casefile.NoneNeeded}
	done, err := d.Open(c.ctx, staff("窗口"), form)
	ends("not needed", done, err, casefile.PhaseDeclined, casefile.OutcomeDeclined, casefile.NoneNeeded)
	if done.State.Ended.Remedy == "" {
		t.Error("a decline without a remedy")
	}
	form.Decline = &ReasonForm{Reason: "不属于本机关", Ground: casefile.NotOurs}
	_, err = d.Open(c.ctx, staff("窗口"), form)
	refused(t, err, BadForm)
	if !strings.Contains(err.Error(), "whose") {
		t.Errorf("whose it is, is not asked: %v", err)
	}
	form.Decline.Whose = "某某市公安局"
	done, err = d.Open(c.ctx, staff("窗口"), form)
	ends("not ours", done, err, casefile.PhaseDeclined, casefile.OutcomeDeclined, casefile.NotOurs)
	if done.State.Ended.Whose != "某某市公安局" {
		t.Errorf("%+v", done.State.Ended)
	}
	form.Accept = true
	_, err = d.Open(c.ctx, staff("窗口"), form)
	refused(t, err, BadForm)
	late := opened()
	c.tick(24 * time.Hour)
	done, err = d.Decline(c.ctx, staff("窗口"), late, ReasonForm{Reason: "本事项无需办理", Ground: casefile.NoneNeeded})
	must(t, err)
	if !slices.ContainsFunc(done.Warnings, func(w Warning) bool { return w.Code == "not_at_once" }) {
		t.Errorf("nobody says that it was told late: %+v", done.Warnings)
	}

	done, err = d.Decline(c.ctx, staff("窗口"), opened(), ReasonForm{Reason: "不符合条件"})
	ends("not met", done, err, casefile.PhaseDeclined, casefile.OutcomeDeclined, casefile.NotMet)
	_, err = d.Decline(c.ctx, staff("窗口"), opened(), ReasonForm{Reason: "x", Ground: casefile.Lapsed})
	refused(t, err, BadForm)
	_, err = d.Decline(c.ctx, staff("窗口"), opened(), ReasonForm{Reason: "x", Deemed: true})
	refused(t, err, NotLapsed)
	_, err = d.Decline(c.ctx, staff("窗口"), opened(), ReasonForm{Reason: "x", Whose: "某局"})
	refused(t, err, BadForm)

	done, err = d.Return(c.ctx, staff("窗口"), opened(), ReasonForm{Reason: "申请人要求取回材料", Ground: casefile.AtRequest})
	ends("returned", done, err, casefile.PhaseReturned, casefile.OutcomeReturned, casefile.AtRequest)
	done, err = d.Withdraw(c.ctx, staff("窗口"), opened(), ReasonForm{Reason: "申请人不办了"})
	ends("withdrawn", done, err, casefile.PhaseWithdrawn, casefile.OutcomeWithdrawn, casefile.AtRequest)

	id := opened(Paper{ID: "id-card", State: casefile.Copy, Copies: 2, Originals: 1, Mended: true})
	s := c.verified(id, tongli, casefile.PhaseOpened)
	if m := s.Materials[0]; !m.Mended || m.Copies != 2 || m.Originals != 1 {
		t.Errorf("mended on the spot: %+v", m)
	}
	form = open()
	form.Papers, form.Accept = seen("id-card", "photo", "proof"), true
	accepted, err := d.Open(c.ctx, staff("窗口"), form)
	must(t, err)
	if accepted.State.Told == "" {
		t.Error("no day was promised")
	}
	_, err = d.Return(c.ctx, staff("窗口"), accepted.State.ID, ReasonForm{Reason: "x"})
	refused(t, err, casefile.StepOrder)
	done, err = d.Terminate(c.ctx, staff("窗口"), accepted.State.ID, ReasonForm{Reason: "申请人死亡"})
	ends("terminated", done, err, casefile.PhaseTerminated, casefile.OutcomeTerminated, casefile.Impossible)
}

func TestThePromisedDayIsToldOnlyWhereItIsSure(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d := c.nodes[tongli].desk
	form := OpenForm{Item: c.items["D01"], Answers: answers["D01"], Subject: tongli.Area(), Applicant: citizen(), Papers: seen("id-card", "photo", "proof"), Accept: true}
	sure, err := d.Open(c.ctx, staff("窗口"), form)
	must(t, err)
	for _, r := range d.Readings(sure.State) {
		if r.Clock == "promised" && string(r.Due) != sure.State.Told {
			t.Errorf("told %s, counted %s", sure.State.Told, r.Due)
		}
	}
	c.now = at("2026-12-30 09:00") // its days lie in a year that has no calendar
	unsure, err := d.Open(c.ctx, staff("窗口"), form)
	must(t, err)
	if sure.State.Told == "" || unsure.State.Told != "" {
		t.Errorf("told %q and %q", sure.State.Told, unsure.State.Told)
	}
}

func TestLaterMaterialsThatDoNotCome(t *testing.T) {
	for _, one := range []struct {
		consequence rule.Consequence
		right       Action
		phase       casefile.Phase
		ground      casefile.EndGround
	}{
		{rule.DeemedWithdrawn, Withdraw, casefile.PhaseWithdrawn, casefile.Lapsed},
		{rule.AcceptanceRevoked, Terminate, casefile.PhaseTerminated, casefile.Revoked},
	} {
		c := newCity(t, tongli, wujiang)
		c.rules(rule.Of(rule.LaterMaterial{Consequence: one.consequence, Days: 3}, "试验", ""))
		c.book.publish(item.Item{
			Ref: item.Ref{Code: "LATER"}, Name: "试验事项", Department: "某局", Type: item.Confirmation, Level: area.Town, Kind: item.Promised, Subject: item.ByCounter,
			Promise:   item.Limit{Tenths: 100, Unit: item.WorkingDays},
			Materials: []item.Material{{ID: "photo", Name: "照片", Need: item.LaterIfNeed}},
			Steps:     []item.Step{{Name: "受理", Action: item.Accept, Level: area.Town}, {Name: "决定", Action: item.Decide, Level: area.Town}},
		}, wujiang.Area())
		d := c.nodes[tongli].desk
		opened, err := d.Open(c.ctx, staff("窗口"), OpenForm{Item: "LATER", Applicant: citizen(), Papers: []Paper{{ID: "photo", State: casefile.Later}}, Accept: true})
		must(t, err)
		end := map[Action]func(ReasonForm) (Done, error){
			Withdraw:  func(f ReasonForm) (Done, error) { return d.Withdraw(c.ctx, staff("窗口"), opened.State.ID, f) },
			Terminate: func(f ReasonForm) (Done, error) { return d.Terminate(c.ctx, staff("窗口"), opened.State.ID, f) },
		}
		_, err = end[one.right](ReasonForm{Deemed: true})
		refused(t, err, NotLapsed)
		c.tick(7 * 24 * time.Hour)
		for a := range end {
			if a != one.right {
				_, err = end[a](ReasonForm{Deemed: true})
				refused(t, err, NotLapsed)
			}
		}
		done, err := end[one.right](ReasonForm{Deemed: true})
		must(t, err)
		if e := done.State.Ended; done.State.Phase != one.phase || e.Ground != one.ground || !strings.Contains(e.Reason, "照片") || e.Remedy == "" {
			t.Errorf("%s: %s, %+v", one.consequence, done.State.Phase, e)
		}
	}
}
