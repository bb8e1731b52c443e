package desk

import (
	"context"

	"tongban/catalog/item"
	"tongban/intake/casefile"
)

// Open starts a case; its papers may be received and it may be accepted in the
// same go.
func (d *Desk) Open(ctx context.Context, by By, form OpenForm) (Done, error) {
	return d.act(ctx, Open, "", by, form, func(sh *sheet) error {
		if err := sh.open(ctx, form); err != nil {
			return err
		}
		if len(form.Papers) > 0 || form.Accept || len(sh.it.Materials) == 0 { // where nothing is asked for, the application is all
			if err := sh.receive(ctx, form.Papers, casefile.Received); err != nil {
				return err
			}
		}
		switch {
		case form.Decline != nil:
			return sh.reason(casefile.Declined, *form.Decline)
		case form.Accept:
			return sh.accept(AcceptForm{})
		}
		return nil
	})
}

// Receive records what was laid on the counter.
func (d *Desk) Receive(ctx context.Context, by By, id casefile.ID, form ReceiveForm) (Done, error) {
	return d.act(ctx, Receive, id, by, form, func(sh *sheet) error { return sh.receive(ctx, form.Papers, casefile.Received) })
}

// Notice gives the one-time notice of everything missing.
func (d *Desk) Notice(ctx context.Context, by By, id casefile.ID, form NoticeForm) (Done, error) {
	return d.act(ctx, Notice, id, by, form, func(sh *sheet) error { return sh.notice(form) })
}

// Supplement records what was brought after the notice.
func (d *Desk) Supplement(ctx context.Context, by By, id casefile.ID, form ReceiveForm) (Done, error) {
	return d.act(ctx, Supplement, id, by, form, func(sh *sheet) error { return sh.receive(ctx, form.Papers, casefile.Supplemented) })
}

// Accept starts the clocks and pins the item version.
func (d *Desk) Accept(ctx context.Context, by By, id casefile.ID, form AcceptForm) (Done, error) {
	return d.act(ctx, Accept, id, by, form, func(sh *sheet) error { return sh.accept(form) })
}

// Decline says in writing that the application is not accepted.
func (d *Desk) Decline(ctx context.Context, by By, id casefile.ID, form ReasonForm) (Done, error) {
	return d.act(ctx, Decline, id, by, form, func(sh *sheet) error { return sh.reason(casefile.Declined, form) })
}

// Check ends a first check (初审).
func (d *Desk) Check(ctx context.Context, by By, id casefile.ID, form StepForm) (Done, error) {
	return d.act(ctx, Check, id, by, form, func(sh *sheet) error { return sh.work(casefile.Checked, item.Check, form) })
}

// Review ends a review (审查).
func (d *Desk) Review(ctx context.Context, by By, id casefile.ID, form StepForm) (Done, error) {
	return d.act(ctx, Review, id, by, form, func(sh *sheet) error { return sh.work(casefile.Reviewed, item.Review, form) })
}

// Make ends the making of a document (制证).
func (d *Desk) Make(ctx context.Context, by By, id casefile.ID, form StepForm) (Done, error) {
	return d.act(ctx, Make, id, by, form, func(sh *sheet) error { return sh.work(casefile.Made, item.Make, form) })
}

// Suspend starts a wait: a posting, an assessment, a special procedure.
func (d *Desk) Suspend(ctx context.Context, by By, id casefile.ID, form SuspendForm) (Done, error) {
	return d.act(ctx, Suspend, id, by, form, func(sh *sheet) error { return sh.suspend(form) })
}

// Resume ends the wait.
func (d *Desk) Resume(ctx context.Context, by By, id casefile.ID, form ResumeForm) (Done, error) {
	return d.act(ctx, Resume, id, by, form, func(sh *sheet) error { return sh.resume(ctx, form) })
}

// Extend lengthens the promised and the legal limit, once.
func (d *Desk) Extend(ctx context.Context, by By, id casefile.ID, form ExtendForm) (Done, error) {
	return d.act(ctx, Extend, id, by, form, func(sh *sheet) error { return sh.extend(form) })
}

// HandOver sends the case on. From then on only the addressee writes.
func (d *Desk) HandOver(ctx context.Context, by By, id casefile.ID, form HandOverForm) (Done, error) {
	return d.act(ctx, HandOver, id, by, form, func(sh *sheet) error { return sh.handOver(form) })
}

// TakeOver accepts custody of a case that was sent here.
func (d *Desk) TakeOver(ctx context.Context, by By, id casefile.ID) (Done, error) {
	return d.act(ctx, TakeOver, id, by, nil, func(sh *sheet) error { return sh.takeOver() })
}

// TurnBack sends a case back to who sent it, with the reason.
func (d *Desk) TurnBack(ctx context.Context, by By, id casefile.ID, form ReasonForm) (Done, error) {
	return d.act(ctx, TurnBack, id, by, form, func(sh *sheet) error { return sh.turnBack(form) })
}

// Outside records what happened at an outside step.
func (d *Desk) Outside(ctx context.Context, by By, id casefile.ID, form OutsideForm) (Done, error) {
	return d.act(ctx, Outside, id, by, form, func(sh *sheet) error { return sh.outside(ctx, form) })
}

// Opinion records an opinion that was asked for.
func (d *Desk) Opinion(ctx context.Context, by By, id casefile.ID, form OpinionForm) (Done, error) {
	return d.act(ctx, Opinion, id, by, form, func(sh *sheet) error { return sh.opinion(form) })
}

// Decide makes the decision.
func (d *Desk) Decide(ctx context.Context, by By, id casefile.ID, form DecideForm) (Done, error) {
	return d.act(ctx, Decide, id, by, form, func(sh *sheet) error { return sh.decide(form) })
}

// Serve makes the decision known to the applicant.
func (d *Desk) Serve(ctx context.Context, by By, id casefile.ID, form DeliverForm) (Done, error) {
	return d.act(ctx, Serve, id, by, form, func(sh *sheet) error { return sh.serve(ctx, form) })
}

// HandOut gives the result out at the counter, which serves it too.
func (d *Desk) HandOut(ctx context.Context, by By, id casefile.ID, form DeliverForm) (Done, error) {
	return d.act(ctx, HandOut, id, by, form, func(sh *sheet) error { return sh.handOut(ctx, form) })
}

// Settle does all that is left of an immediate case in one go.
func (d *Desk) Settle(ctx context.Context, by By, id casefile.ID, form SettleForm) (Done, error) {
	return d.act(ctx, Settle, id, by, form, func(sh *sheet) error { return sh.settle(ctx, form) })
}

// Withdraw ends a case at the applicant's wish.
func (d *Desk) Withdraw(ctx context.Context, by By, id casefile.ID, form ReasonForm) (Done, error) {
	return d.act(ctx, Withdraw, id, by, form, func(sh *sheet) error { return sh.reason(casefile.Withdrawn, form) })
}

// Terminate ends a case that can't go on.
func (d *Desk) Terminate(ctx context.Context, by By, id casefile.ID, form ReasonForm) (Done, error) {
	return d.act(ctx, Terminate, id, by, form, func(sh *sheet) error { return sh.reason(casefile.Terminated, form) })
}

// Conclude closes a case in which nothing is owed any more (办结).
func (d *Desk) Conclude(ctx context.Context, by By, id casefile.ID, note string) (Done, error) {
	return d.act(ctx, Conclude, id, by, note, func(sh *sheet) error { return sh.conclude(note) })
}

// Archive puts a concluded case away.
func (d *Desk) Archive(ctx context.Context, by By, id casefile.ID, note string) (Done, error) {
	return d.act(ctx, Archive, id, by, note, func(sh *sheet) error { return sh.archive(note) })
}

// Seize opens the epoch that the Register granted to this center.
func (d *Desk) Seize(ctx context.Context, by By, id casefile.ID) (Done, error) {
	return d.act(ctx, Seize, id, by, nil, func(sh *sheet) error { return sh.seize() })
}

// Reconcile says what becomes of a superseded branch.
func (d *Desk) Reconcile(ctx context.Context, by By, id casefile.ID, form ReconcileForm) (Done, error) {
	return d.act(ctx, Reconcile, id, by, form, func(sh *sheet) error { return sh.reconcile(form) })
}
