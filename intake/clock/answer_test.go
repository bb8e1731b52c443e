package clock

import (
	"slices"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/intake/casefile"
)

func setAt(in area.Code, key rule.Key, days int64, from string) rule.Setting {
	return rule.Setting{Area: in, Rule: rule.Rule{Key: key, Value: days, From: from, Source: "某办〔2026〕1号"}}
}

// Every participant has its own days, counted from when that one was called, and
// each that is silent past them is named.
func TestEachParticipantsDays(t *testing.T) {
	lead := casefile.Party{Center: "320509000000", Incarnation: 1}
	called := func(c area.Center, when, by string) casefile.Voice {
		return casefile.Voice{Participant: casefile.Participant{Center: c, Matter: "消防", By: by}, Asked: at(when), Lead: lead}
	}
	spoke := func(v casefile.Voice, when string) casefile.Voice {
		v.Said, v.At = &casefile.Said{Stance: casefile.Agrees}, at(when)
		return v
	}
	out := called("320509104000", "2026-03-02 09:00", "")
	out.Removed = "不涉及"
	s := casefile.State{Phase: casefile.PhaseAccepted, AcceptedOn: "2026-03-02", Holder: lead, Voices: []casefile.Voice{
		called("320509101000", "2026-03-02 09:00", ""), called("320509102000", "2026-03-05 17:00", ""), called("320509103000", "2026-03-05 17:00", "2026-03-06"),
		out, spoke(called("320509105000", "2026-03-04 09:00", ""), "2026-03-10 09:00"),
	}}
	rules := rule.NewSet([]rule.Setting{setAt("320509000000", rule.OpinionDays, 3, ""), setAt("320509000000", rule.OpinionDays, 9, "2026-03-06")})
	in := Input{State: s, Item: &item.Item{Type: item.Permit}, Calendar: published(), Limits: lawful(), Rules: rules}
	duty := func(c area.Center, from, due string, key rule.Key, late bool) Duty {
		d := Duty{What: OpinionSaid, Rule: key, Of: "消防", Center: c, From: "2026-03-02", Late: late}
		d.From, d.Due = DayOf(at(from+" 00:00")), DayOf(at(due+" 00:00"))
		return d
	}
	said := duty("320509105000", "2026-03-04", "2026-03-09", rule.OpinionDays, true)
	said.Done = "2026-03-10"
	for now, late := range map[string][3]bool{
		"2026-03-05 18:00": {}, "2026-03-06 09:00": {true, false, false}, "2026-03-09 09:00": {true, false, true}, "2026-03-11 09:00": {true, true, true},
	} {
		in.Now = time.UnixMilli(at(now))
		want := []Duty{
			duty("320509101000", "2026-03-02", "2026-03-05", rule.OpinionDays, late[0]), duty("320509102000", "2026-03-05", "2026-03-10", rule.OpinionDays, late[1]),
			duty("320509103000", "2026-03-05", "2026-03-06", "", late[2]), said,
		}
		if got := Voices(in); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", now, got, want)
		}
	}
	// Where no rule is set, only the lead's day counts.
	in.Rules = rule.Set{}
	if got := Voices(in); len(got) != 1 || got[0].Center != "320509103000" || got[0].Rule != "" {
		t.Errorf("without a rule %+v", got)
	}
}

// A case to which others are called after it was opened is a joint one from
// then on, and has the joint limit; not for one that left without a word.
func TestCalledLaterMakesItJoint(t *testing.T) {
	voice := casefile.Voice{Participant: casefile.Participant{Center: "320509101000", Matter: "消防"}, Asked: at("2026-03-20 09:00")}
	removed, spoke := voice, voice
	removed.Removed = "不涉及"
	spoke.Said, spoke.At, spoke.Removed = &casefile.Said{Stance: casefile.Agrees}, at("2026-03-21 09:00"), "已反馈"
	for name, c := range map[string]struct {
		voices []casefile.Voice
		what   What
		key    rule.Key
		due    string
	}{
		"alone":                 {nil, DecidedByLaw, rule.DecisionDays, "2026-03-30"},
		"called later":          {[]casefile.Voice{voice}, DecidedJoint, rule.JointDays, "2026-05-08"},
		"called, and taken out": {[]casefile.Voice{removed}, DecidedByLaw, rule.DecisionDays, "2026-03-30"},
		"spoke, then taken out": {[]casefile.Voice{spoke}, DecidedJoint, rule.JointDays, "2026-05-08"},
	} {
		s := casefile.State{Phase: casefile.PhaseAccepted, ReceivedAt: at("2026-03-02 09:00"), AcceptedOn: "2026-03-02", Voices: c.voices}
		in := Input{State: s, Item: &item.Item{Type: item.Permit}, Calendar: published(), Limits: lawful(), Now: time.UnixMilli(at("2026-03-25 09:00")), Next: -1}
		if d := owed(t, Procedures(in), c.what); string(d.Due) != c.due || d.Rule != c.key {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// How long an answer may take is the rule of the center that sent the case or
// the papers, on that day; where none is set, a whole sending up stands for it.
func TestAnswers(t *testing.T) {
	town, district := casefile.Party{Center: "320509111000", Incarnation: 1}, casefile.Party{Center: "320509000000", Incarnation: 1}
	slip := func(number, when string) casefile.Slip {
		return casefile.Slip{SlipBody: casefile.SlipBody{Slip: number, To: district.Center}, From: town.Center, At: at(when)}
	}
	arrived := slip("LZ-2", "2026-03-02 09:00")
	arrived.Arrived = &casefile.ArrivalBody{Slip: "LZ-2"}
	s := casefile.State{
		Phase: casefile.PhaseAccepted, Holder: town, Offer: &casefile.Offer{From: town, To: district, At: at("2026-03-05 16:00")},
		Slips: []casefile.Slip{slip("LZ-1", "2026-03-02 09:00"), arrived, slip("LZ-3", "2026-03-05 16:00"), slip("LZ-4", "2026-03-05 16:00")},
		Void:  []casefile.VoidedBody{{Number: "LZ-4"}},
	}
	rules := rule.NewSet([]rule.Setting{
		setAt("320509111000", rule.OfferDays, 2, ""), setAt("320509000000", rule.OfferDays, 30, ""), setAt("320509111000", rule.OfferDays, 9, "2026-03-06"),
		setAt("320509111000", rule.SlipDays, 1, ""), setAt("320509111000", rule.SlipDays, 4, "2026-03-05"),
	})
	in := Input{State: s, Calendar: published(), Limits: lawful(), Rules: rules, Now: time.UnixMilli(at("2026-03-10 09:00"))}
	want := []Duty{
		{What: OfferAnswered, Rule: rule.OfferDays, Center: district.Center, From: "2026-03-05", Due: "2026-03-09", Late: true},
		{What: SlipScanned, Rule: rule.SlipDays, Of: "LZ-1", Center: district.Center, From: "2026-03-02", Due: "2026-03-03", Late: true},
		{What: SlipScanned, Rule: rule.SlipDays, Of: "LZ-3", Center: district.Center, From: "2026-03-05", Due: "2026-03-11"},
	}
	if got := Answers(in); !slices.Equal(got, want) {
		t.Errorf("by the rules\n got %+v\nwant %+v", got, want)
	}
	in.Rules = rule.Set{} // as a sending up: 20 working days
	want[0].Rule, want[0].Due, want[0].Late = rule.ForwardDays, "2026-04-02", false
	want[1].Rule, want[1].Due, want[1].Late = rule.ForwardDays, "2026-03-30", false
	want[2].Rule, want[2].Due = rule.ForwardDays, "2026-04-02"
	if got := Answers(in); !slices.Equal(got, want) {
		t.Errorf("without them\n got %+v\nwant %+v", got, want)
	}
	if got := Answers(Input{State: s, Calendar: published(), Now: in.Now}); len(got) != 0 {
		t.Errorf("without any limit %+v", got)
	}
}

func TestQuiet(t *testing.T) {
	rules := rule.NewSet([]rule.Setting{setAt("320509111000", rule.SilentDays, 2, "2026-02-20")})
	for _, c := range []struct {
		center area.Center
		now    string
		want   string
	}{
		{"320509111201", "2026-02-26 09:00", "2026-02-25"}, // over the spring festival
		{"320509111201", "2026-02-19 09:00", ""},           // there is no such rule yet
		{"320509106202", "2026-02-26 09:00", ""},
	} {
		last, ok := Quiet(rules, c.center, at("2026-02-14 09:00"), published(), time.UnixMilli(at(c.now)))
		if ok != (c.want != "") || ok && string(last) != c.want {
			t.Errorf("%s, on %s: quiet until %s, %v", c.center, c.now, last, ok)
		}
	}
}
