package desk

import (
	"context"

	"tongban/intake/casefile"
)

// The actions of what is done together, on the way, and after the decision.
const (
	SendBack      Action = "send_back"
	JointSet      Action = "joint_set"
	SurveySet     Action = "survey_set"
	SurveyHeld    Action = "survey_held"
	PapersSent    Action = "papers_sent"
	PapersArrived Action = "papers_arrived"
	Visited       Action = "visited"
	Deliberated   Action = "deliberated"
	PartyHeard    Action = "party_heard"
	Void          Action = "void"
	Correct       Action = "correct"
	Reopen        Action = "reopen"
	Adopt         Action = "adopt"
)

// SendBack sends a case back down for correction (退回补正): the center that sent
// it up puts it right and hands it over again.
func (d *Desk) SendBack(ctx context.Context, by By, id casefile.ID, form SendBackForm) (Done, error) {
	return d.act(ctx, SendBack, id, by, form, func(sh *sheet) error { return sh.sendBack(form) })
}

// JointSet says who takes part in a joint case, and who no longer.
func (d *Desk) JointSet(ctx context.Context, by By, id casefile.ID, form JointForm) (Done, error) {
	return d.act(ctx, JointSet, id, by, form, func(sh *sheet) error { return sh.setJoint(form) })
}

// SurveySet sets the one appointment of a joint site survey.
func (d *Desk) SurveySet(ctx context.Context, by By, id casefile.ID, form SurveyForm) (Done, error) {
	return d.act(ctx, SurveySet, id, by, form, func(sh *sheet) error { return sh.setSurvey(form) })
}

// SurveyHeld says what the joint site survey found.
func (d *Desk) SurveyHeld(ctx context.Context, by By, id casefile.ID, form SurveyHeldForm) (Done, error) {
	return d.act(ctx, SurveyHeld, id, by, form, func(sh *sheet) error { return sh.holdSurvey(ctx, form) })
}

// SendPapers says that originals leave for another center, with a slip.
func (d *Desk) SendPapers(ctx context.Context, by By, id casefile.ID, form SlipForm) (Done, error) {
	return d.act(ctx, PapersSent, id, by, form, func(sh *sheet) error { return sh.sendPapers(form) })
}

// ReceivePapers says what was there when a slip of a known case was scanned.
func (d *Desk) ReceivePapers(ctx context.Context, by By, id casefile.ID, form ScanForm) (Done, error) {
	return d.act(ctx, PapersArrived, id, by, form, func(sh *sheet) error { return sh.scan(form) })
}

// ScanSlip is ReceivePapers for whoever has nothing but the slip: its number
// says which case it belongs to.
func (d *Desk) ScanSlip(ctx context.Context, by By, form ScanForm) (Done, error) {
	id, err := slipCase(form.Slip)
	if err != nil {
		return Done{}, err
	}
	return d.ReceivePapers(ctx, by, id, form)
}

// Visited records a home visit or a site check.
func (d *Desk) Visited(ctx context.Context, by By, id casefile.ID, form VisitedForm) (Done, error) {
	return d.act(ctx, Visited, id, by, form, func(sh *sheet) error { return sh.visited(ctx, form) })
}

// Deliberated records a deliberation or an assessment by several.
func (d *Desk) Deliberated(ctx context.Context, by By, id casefile.ID, form DeliberateForm) (Done, error) {
	return d.act(ctx, Deliberated, id, by, form, func(sh *sheet) error { return sh.deliberated(ctx, form) })
}

// PartyHeard records that somebody whose interests are touched was told and
// could speak.
func (d *Desk) PartyHeard(ctx context.Context, by By, id casefile.ID, form HeardForm) (Done, error) {
	return d.act(ctx, PartyHeard, id, by, form, func(sh *sheet) error { return sh.heard(ctx, form) })
}

// Void takes back a document that was given.
func (d *Desk) Void(ctx context.Context, by By, id casefile.ID, form VoidForm) (Done, error) {
	return d.act(ctx, Void, id, by, form, func(sh *sheet) error { return sh.void(form) })
}

// Correct corrects a slip of the pen in a document after the decision.
func (d *Desk) Correct(ctx context.Context, by By, id casefile.ID, form CorrectForm) (Done, error) {
	return d.act(ctx, Correct, id, by, form, func(sh *sheet) error { return sh.correct(ctx, form) })
}

// Reopen takes a decided case up again: the decision is set aside, the clocks
// begin anew.
func (d *Desk) Reopen(ctx context.Context, by By, id casefile.ID, form ReopenForm) (Done, error) {
	return d.act(ctx, Reopen, id, by, form, func(sh *sheet) error { return sh.reopen(form) })
}

// Adopt pins a newer version in an open case because it is better for the
// applicant.
func (d *Desk) Adopt(ctx context.Context, by By, id casefile.ID, form AdoptForm) (Done, error) {
	return d.act(ctx, Adopt, id, by, form, func(sh *sheet) error { return sh.adopt(form) })
}

// ConcludeWith is Conclude with what the national tables ask of a case's end.
func (d *Desk) ConcludeWith(ctx context.Context, by By, id casefile.ID, form ConcludeForm) (Done, error) {
	return d.act(ctx, Conclude, id, by, form, func(sh *sheet) error { return sh.concludeWith(form) })
}
