package desk

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// hears has the lead record what a participant seals.
func (c *city) hears(lead, from area.Center, id casefile.ID, n int, body []byte) {
	c.t.Helper()
	seed := sha256.Sum256([]byte(from))
	key, err := chain.NewKey(seed[:])
	must(c.t, err)
	r := casefile.Request{
		Format: 1, ID: fmt.Sprintf("%s.1.%032x", from, n), Case: id, From: casefile.Party{Center: from, Incarnation: 1},
		Kind: casefile.OpinionRequest, Body: body, Staff: "科员", Time: c.now.UnixMilli(),
	}
	kept := casefile.RequestBody{ID: r.ID, Sealed: chain.Sign(key, chain.RequestDomain, wire.Encode(r))}
	_, err = c.nodes[lead].cabinet.Append(c.ctx, id, func(casefile.State) ([]casefile.Draft, error) {
		return []casefile.Draft{{Kind: casefile.RequestKept, Body: kept, Staff: "系统"}}, nil
	})
	must(c.t, err)
}

// says has a participant say its opinion at its own node.
func (c *city) says(lead, from area.Center, id casefile.ID, n int, form SayForm) {
	c.t.Helper()
	c.carry(id, lead, from)
	body, err := c.nodes[from].desk.Say(staff("科员"), id, form)
	must(c.t, err)
	c.hears(lead, from, id, n, body)
}

func TestAJointCase(t *testing.T) {
	c := newCity(t, tongli, wujiang, zhenze)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id, _ := c.subsidy(nil, seen("identity")...)
	add := func(center area.Center, due string) JointForm {
		return JointForm{Add: []casefile.Participant{{Center: center, Matter: "是否符合条件", By: due}}}
	}
	_, err := d.JointSet(c.ctx, by, id, add(wujiang, ""))
	refused(t, err, casefile.StepOrder) // not accepted yet
	_, err = d.Accept(c.ctx, by, id, AcceptForm{})
	must(t, err)
	for name, form := range map[string]JointForm{
		"nobody": {}, "oneself": add(tongli, ""), "a stranger": add("320509999000", ""), "yesterday": add(wujiang, "2026-03-01"),
		"nothing asked": {Add: []casefile.Participant{{Center: wujiang}}},
		"not in it":     {Remove: []casefile.Removal{{Center: wujiang, Reason: "不需要"}}},
	} {
		if _, err := d.JointSet(c.ctx, by, id, form); err == nil {
			t.Errorf("%s takes part", name)
		} else {
			refused(t, err, BadForm)
		}
	}
	_, err = d.JointSet(c.ctx, by, id, add(wujiang, "2026-03-04"))
	must(t, err)
	_, err = d.JointSet(c.ctx, by, id, add(zhenze, "2026-03-06"))
	must(t, err)
	_, err = d.JointSet(c.ctx, by, id, add(zhenze, ""))
	refused(t, err, BadForm) // twice
	_, err = d.Review(c.ctx, by, id, StepForm{})
	must(t, err)
	_, err = d.Decide(c.ctx, by, id, DecideForm{Text: "准予"})
	refused(t, err, casefile.OpinionsOpen)

	_, err = d.Say(by, id, SayForm{Stance: casefile.Agrees, Text: "同意"})
	refused(t, err, NotAsked)
	c.carry(id, tongli, wujiang)
	for _, form := range []SayForm{{Text: "同意"}, {Stance: "perhaps", Text: "同意"}, {Stance: casefile.Agrees}} {
		_, err = c.nodes[wujiang].desk.Say(by, id, form)
		refused(t, err, BadForm)
	}
	c.tick(3 * day) // Thursday, 5 March
	view := c.look(id)
	if text := warned(view.Warnings, "opinion_late"); !strings.Contains(text, "吴江区政务服务中心") || !strings.Contains(text, "2026-03-04") {
		t.Errorf("silence is shown as %q", text)
	}
	c.says(tongli, wujiang, id, 1, SayForm{Stance: casefile.Agrees, Text: "同意"})
	c.says(tongli, zhenze, id, 2, SayForm{Stance: casefile.Objects, Text: "面积不符"})
	view = c.look(id)
	if text := warned(view.Warnings, "opinions_conflict"); !strings.Contains(text, "震泽镇为民服务中心不同意") || warned(view.Warnings, "opinion_late") != "" {
		t.Errorf("the conflict is shown as %q; %+v", text, view.Warnings)
	}
	c.says(tongli, zhenze, id, 3, SayForm{Stance: casefile.Provided, Text: "补测后同意"}) // the last word counts
	view = c.look(id)
	if warned(view.Warnings, "opinions_conflict") != "" || warned(view.Warnings, "opinion_conditional") == "" {
		t.Errorf("after the second word: %+v", view.Warnings)
	}
	_, err = d.JointSet(c.ctx, by, id, JointForm{Remove: []casefile.Removal{{Center: zhenze, Reason: "不涉及其职责"}}})
	must(t, err)
	_, err = d.Decide(c.ctx, by, id, DecideForm{Text: "准予"})
	must(t, err)
	c.carry(id, tongli, wujiang)
	_, err = c.nodes[wujiang].desk.Say(by, id, SayForm{Stance: casefile.Objects, Text: "不同意"})
	refused(t, err, casefile.StepOrder) // it is decided
	s := c.verified(id, tongli, casefile.PhaseDecided)
	if len(s.Voices) != 2 || s.Voices[0].Said == nil || s.Voices[1].Removed == "" {
		t.Errorf("voices %+v", s.Voices)
	}
}

// A participant that stays silent is taken out with a reason: the way out.
func TestASilentParticipantIsTakenOut(t *testing.T) {
	c := newCity(t, tongli, wujiang)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id, _ := c.subsidy(nil, seen("identity")...)
	_, err := d.Accept(c.ctx, by, id, AcceptForm{})
	must(t, err)
	_, err = d.JointSet(c.ctx, by, id, JointForm{Add: []casefile.Participant{{Center: wujiang, Matter: "核实"}}})
	must(t, err)
	_, err = d.Review(c.ctx, by, id, StepForm{})
	must(t, err)
	_, err = d.Decide(c.ctx, by, id, DecideForm{})
	refused(t, err, casefile.OpinionsOpen)
	_, err = d.JointSet(c.ctx, by, id, JointForm{Remove: []casefile.Removal{{Center: wujiang, Reason: "逾期未反馈，经区中心同意不再征求"}}})
	must(t, err)
	_, err = d.Decide(c.ctx, by, id, DecideForm{})
	must(t, err)
}

func TestJointSiteSurvey(t *testing.T) {
	c := newCity(t, tongli, wujiang, zhenze)
	d, by := c.nodes[tongli].desk, staff("镇经办")
	id, _ := c.subsidy(func(it *item.Item) {}, seen("identity")...)
	_, err := d.Accept(c.ctx, by, id, AcceptForm{})
	must(t, err)
	_, err = d.SurveySet(c.ctx, by, id, SurveyForm{On: "2026-03-04", Place: "现场"})
	refused(t, err, BadForm) // nobody takes part
	_, err = d.JointSet(c.ctx, by, id, JointForm{Add: []casefile.Participant{{Center: wujiang, Matter: "消防"}, {Center: zhenze, Matter: "规划"}}})
	must(t, err)
	for _, form := range []SurveyForm{{Place: "现场"}, {On: "2026-03-01", Place: "现场"}, {On: "2026-03-04"}, {On: "2026-03-04", Place: "现场", At: "早上"}} {
		_, err = d.SurveySet(c.ctx, by, id, form)
		refused(t, err, BadForm)
	}
	held := SurveyHeldForm{Staff: []string{"甲", "乙"}, Found: "与图纸一致"}
	if _, err = d.SurveyHeld(c.ctx, by, id, held); err == nil {
		t.Fatal("a survey that nobody set was held")
	}
	set, err := d.SurveySet(c.ctx, by, id, SurveyForm{On: "2026-03-04", At: "09:30", Place: "同里镇某路 1 号"})
	must(t, err)
	survey := set.State.Surveys[0]
	if len(survey.Who) != 3 || survey.Number == "" {
		t.Errorf("appointment %+v", survey)
	}
	_, err = d.SurveySet(c.ctx, by, id, SurveyForm{On: "2026-03-05", Place: "现场"})
	refused(t, err, casefile.StepOrder) // there is one appointment
	c.tick(3 * day)
	if warned(c.look(id).Warnings, "survey_due") == "" {
		t.Errorf("nobody is told that the survey is due: %+v", c.look(id).Warnings)
	}
	for _, form := range []SurveyHeldForm{{Staff: []string{"甲"}, Found: "一致"}, {Staff: []string{"甲", "甲"}, Found: "一致"}, {Staff: []string{"甲", "乙"}}} {
		_, err = d.SurveyHeld(c.ctx, by, id, form)
		refused(t, err, BadForm)
	}
	held.Proof = []byte("照片")
	done, err := d.SurveyHeld(c.ctx, by, id, held)
	must(t, err)
	if h := done.State.Surveys[0].Held; h == nil || !h.Passed || h.Proof == nil {
		t.Errorf("held %+v", done.State.Surveys)
	}
	if warned(c.look(id).Warnings, "survey_due") != "" {
		t.Error("still due")
	}
}
