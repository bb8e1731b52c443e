package demo

import (
	"context"
	"fmt"

	"tongban/catalog/area"
	"tongban/intake/casefile"
	"tongban/intake/desk"
)

// staff is who sits at the desk of a center in the stories.
func staff(center area.Center) desk.By {
	switch center.Level() {
	case area.District:
		return desk.By{Staff: "区审批员"}
	case area.Town:
		return desk.By{Staff: "镇窗口员"}
	}
	return desk.By{Staff: "村代办员"}
}

// walker takes a case along its route, one desk action after another, each at
// the center whose turn the route says it is.
type walker struct {
	*city
	id casefile.ID
	at area.Center // who holds it
}

// desk is the desk of the holder.
func (w *walker) desk() *desk.Desk { return w.city.at(w.at).Desk() }

// opened starts a walk with a case that was just opened.
func (c *city) opened(center area.Center, done desk.Done) *walker {
	s := done.State
	c.tell(center, "收件 %s，编号 %s", "opens the case", s.ID, s.Number)
	return &walker{c, s.ID, center}
}

// until walks until the next action is one of the given, or nothing is left.
func (w *walker) until(ctx context.Context, stops ...desk.Action) error {
	for {
		v, err := w.desk().Look(w.id)
		if err != nil {
			return err
		}
		next := v.Next
		for _, stop := range stops {
			if next.Action == stop && (next.Center == w.at || stop == "") {
				return nil
			}
		}
		if next.Action == "" || next.Action == desk.Archive {
			return nil
		}
		if next.Center != w.at {
			if next.Center == "" {
				return fmt.Errorf("case %s: nobody can do %s", w.id, next.Action)
			}
			if err := w.pass(ctx, next.Center); err != nil {
				return err
			}
			continue
		}
		if err := w.act(ctx, next); err != nil {
			return fmt.Errorf("%s of %s at %s: %w", next.Action, w.id, w.at, err)
		}
	}
}

// pass hands custody over and has it taken over at the other end.
func (w *walker) pass(ctx context.Context, to area.Center) error {
	if _, err := w.desk().HandOver(ctx, staff(w.at), w.id, desk.HandOverForm{To: to}); err != nil {
		return fmt.Errorf("hand %s over to %s: %w", w.id, to, err)
	}
	from := w.at
	err := wait(ctx, fmt.Sprintf("%s arrives at %s", w.id, to), func() bool {
		s, err := w.city.at(to).Cabinet().State(w.id)
		return err == nil && s.Offer != nil && s.Offer.To.Center == to
	})
	if err != nil {
		return err
	}
	if _, err := w.city.at(to).Desk().TakeOver(ctx, staff(to), w.id); err != nil {
		return fmt.Errorf("take %s over at %s: %w", w.id, to, err)
	}
	w.at = to
	w.tell(to, "从 %s 接管，责任随之转移", "takes custody over", w.short(from))
	return nil
}

// act does one step of the route at the center that holds the case.
func (w *walker) act(ctx context.Context, next desk.Move) error {
	d, by, id := w.desk(), staff(w.at), w.id
	var done desk.Done
	var err error
	switch next.Action {
	case desk.Receive:
		done, err = d.Receive(ctx, by, id, desk.ReceiveForm{})
	case desk.Accept:
		if done, err = d.Accept(ctx, by, id, desk.AcceptForm{}); err == nil {
			w.tell(w.at, "受理，第 0 日 %s", "accepts: the clocks start", done.State.AcceptedOn)
		}
	case desk.Check:
		if _, err = d.Check(ctx, by, id, desk.StepForm{Opinion: "材料齐全，拟同意"}); err == nil {
			w.tell(w.at, "%s：材料齐全，拟同意", "checks", next.Name)
		}
	case desk.Review:
		if _, err = d.Review(ctx, by, id, desk.StepForm{Opinion: "符合条件"}); err == nil {
			w.tell(w.at, "%s：符合条件", "reviews", next.Name)
		}
	case desk.Suspend:
		if _, err = d.Suspend(ctx, by, id, desk.SuspendForm{}); err == nil {
			w.tell(w.at, "%s开始，等待不计入时限", "a wait begins that does not count", next.Name)
		}
	case desk.Resume:
		if _, err = d.Resume(ctx, by, id, desk.ResumeForm{Result: "无异议"}); err == nil {
			w.tell(w.at, "%s结束：无异议", "the wait ends, no objection", next.Name)
		}
	case desk.Decide:
		if done, err = d.Decide(ctx, by, id, desk.DecideForm{}); err == nil {
			w.tell(w.at, "决定：准予，文号 %s", "decides: granted", done.State.Decision.Number)
		}
	case desk.Make:
		_, err = d.Make(ctx, by, id, desk.StepForm{})
	case desk.HandOut:
		if _, err = d.HandOut(ctx, by, id, desk.DeliverForm{}); err == nil {
			w.tell(w.at, "送达、出件给申请人", "hands the result out")
		}
	case desk.Conclude:
		if _, err = d.Conclude(ctx, by, id, ""); err == nil {
			w.tell(w.at, "办结", "concludes")
		}
	default:
		err = fmt.Errorf("the demo knows no %q", next.Action)
	}
	return err
}
