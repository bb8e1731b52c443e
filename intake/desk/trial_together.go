package desk

import (
	"context"

	"tongban/catalog/area"
	"tongban/intake/casefile"
)

// togetherTrials are those of what is done together, on the way, and after the
// decision.
var togetherTrials = []trial{
	{SendBack, func(sh *sheet) error { return sh.sendBack(SendBackForm{Reason: "-"}) }},
	{JointSet, (*sheet).tryJoint},
	{SurveySet, (*sheet).trySurvey},
	{SurveyHeld, func(sh *sheet) error {
		return sh.holdSurvey(context.Background(), SurveyHeldForm{Staff: pair, Found: "-"})
	}},
	{PapersSent, (*sheet).trySlip},
	{PapersArrived, (*sheet).tryScan},
	{Visited, func(sh *sheet) error {
		return sh.visited(context.Background(), VisitedForm{Kind: visitKinds[0], Staff: pair, Found: "-"})
	}},
	{Deliberated, func(sh *sheet) error {
		return sh.deliberated(context.Background(), DeliberateForm{Who: pair, Result: "-"})
	}},
	{PartyHeard, func(sh *sheet) error { return sh.heard(context.Background(), HeardForm{Who: "-"}) }},
	{Void, (*sheet).tryVoid},
	{Correct, func(sh *sheet) error {
		return sh.correct(context.Background(), CorrectForm{From: "-", To: "--", Reason: "-"})
	}},
	{Reopen, func(sh *sheet) error { return sh.reopen(ReopenForm{Reason: "-", Basis: "-", Approver: "-"}) }},
	{Adopt, func(sh *sheet) error { return sh.adopt(AdoptForm{Reason: "-"}) }},
}

// pair stands for two members of staff.
var pair = []string{"-", "--"}

// other is some center that could take part; "" where this one is alone.
func (sh *sheet) other() area.Center {
	for level := area.City; level <= area.Village; level++ {
		if c, ok := sh.d.Register.Responsible(sh.s.Subject, level); ok && c != sh.author.Center {
			return c
		}
	}
	return ""
}

func (sh *sheet) tryJoint() error {
	if now := voices(&sh.s); len(now) > 0 {
		return sh.setJoint(JointForm{Remove: []casefile.Removal{{Center: now[0].Center, Reason: "-"}}})
	}
	return sh.setJoint(JointForm{Add: []casefile.Participant{{Center: sh.other(), Matter: "-"}}})
}

func (sh *sheet) trySurvey() error {
	form := SurveyForm{On: sh.today(), Place: "-"}
	if len(voices(&sh.s)) == 0 {
		form.Who = []area.Center{sh.author.Center, sh.other()}
	}
	return sh.setSurvey(form)
}

func (sh *sheet) trySlip() error {
	var papers []casefile.SlipLine
	if sh.it != nil && len(sh.it.Materials) > 0 {
		papers = []casefile.SlipLine{{Material: sh.it.Materials[0].ID}}
	}
	return sh.sendPapers(SlipForm{Papers: papers})
}

func (sh *sheet) tryScan() error {
	for _, slip := range sh.s.Slips {
		if sh.s.OnItsWay(slip) && slip.To == sh.author.Center {
			return sh.scan(ScanForm{Slip: slip.Slip})
		}
	}
	return sh.scan(ScanForm{})
}

func (sh *sheet) tryVoid() error {
	for _, d := range sh.s.Documents {
		if !sh.s.IsVoid(d.Number) {
			if err := sh.void(VoidForm{Number: d.Number, Reason: "-"}); err == nil {
				return nil
			}
		}
	}
	return sh.void(VoidForm{Number: "-", Reason: "-"})
}

// togetherWarnings are what staff should know of what is done together, on the
// way, and after the decision.
func (sh *sheet) togetherWarnings() []Warning {
	var all []Warning
	if c := sh.s.Correction; c != nil {
		one := warning("to_correct", "退回补正：%s", "Sent back for correction: %s", c.Reason)
		if c.By != "" {
			one.and("；应于 %s 前补正后再次移交", "; to be corrected by %s and handed over again", c.By)
		}
		for _, id := range sh.uncorrected() {
			name := id
			if m, ok := sh.it.Material(id); ok {
				name = m.Name
			}
			one.and("；待补正材料“%s”", "; still to be corrected: “%s”", name)
		}
		all = append(all, one)
	}
	all = append(all, sh.voiceWarnings()...)
	all = append(all, sh.inquiryWarnings()...)
	all = append(all, sh.slipWarnings()...)
	return append(all, sh.amendWarnings()...)
}
