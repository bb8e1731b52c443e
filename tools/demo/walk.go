package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/api"
	"tongban/tools/process"
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

// holder is the node that has the case.
func (w *walker) holder() *process.Node { return w.city.at(w.at) }

// opened starts a walk with a case that was just opened.
func (c *city) opened(center area.Center, it item.Item, done desk.Done) *walker {
	s := done.State
	c.tell(center, "收件 %s，编号 %s", "opens the case", s.ID, s.Number)
	if s.Choice != nil {
		c.tell(center, "办理情形：%s", "the applicant's situation, sealed with the case", situation(it, s.Choice.Answers))
	}
	return &walker{c, s.ID, center}
}

// situation tells an applicant's answers in the item's words.
func situation(it item.Item, answers item.Answers) string {
	var all []string
	for _, q := range it.Situations {
		for _, o := range q.Options {
			if slices.Contains(answers[q.ID], o.ID) {
				all = append(all, q.Question+o.Text)
			}
		}
	}
	return strings.Join(all, "；")
}

// until walks until the next action is one of the given, or nothing is left.
func (w *walker) until(ctx context.Context, stops ...desk.Action) error {
	for {
		v, err := w.holder().Case(ctx, w.id)
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
	if _, err := w.holder().Act(ctx, staff(w.at), w.id, desk.HandOver, desk.HandOverForm{To: to}); err != nil {
		return fmt.Errorf("hand %s over to %s: %w", w.id, to, err)
	}
	from := w.at
	err := wait(ctx, fmt.Sprintf("%s arrives at %s", w.id, to), func() bool {
		v, err := w.city.at(to).Case(ctx, w.id)
		return err == nil && v.State.Offer != nil && v.State.Offer.To.Center == to
	})
	if err != nil {
		return err
	}
	if _, err := w.city.at(to).Act(ctx, staff(to), w.id, desk.TakeOver, nil); err != nil {
		return fmt.Errorf("take %s over at %s: %w", w.id, to, err)
	}
	w.at = to
	w.tell(to, "从 %s 接管，责任随之转移", "takes custody over", w.short(from))
	return nil
}

// act does one step of the route at the center that holds the case.
func (w *walker) act(ctx context.Context, next desk.Move) error {
	step, known := steps[next.Action]
	if !known {
		return fmt.Errorf("the demo knows no %q", next.Action)
	}
	done, err := w.holder().Act(ctx, staff(w.at), w.id, next.Action, step.form)
	if err != nil || step.chinese == nil {
		return err
	}
	w.tell(w.at, "%s", step.english, step.chinese(next, done.State))
	return nil
}

// steps are how the staff of the stories fill in each form, and how it is told.
var steps = map[desk.Action]struct {
	form    any
	chinese func(desk.Move, casefile.State) string
	english string
}{
	desk.Receive: {desk.ReceiveForm{}, nil, ""},
	desk.Accept: {desk.AcceptForm{}, func(_ desk.Move, s casefile.State) string {
		return "受理，第 0 日 " + s.AcceptedOn
	}, "accepts: the clocks start"},
	desk.Check: {desk.StepForm{Opinion: "材料齐全，拟同意"}, func(m desk.Move, _ casefile.State) string {
		return m.Name + "：材料齐全，拟同意"
	}, "checks"},
	desk.Review: {desk.StepForm{Opinion: "符合条件"}, func(m desk.Move, _ casefile.State) string {
		return m.Name + "：符合条件"
	}, "reviews"},
	desk.Suspend: {desk.SuspendForm{Until: workday.DateOf(time.Now()).Add(7)}, func(m desk.Move, _ casefile.State) string {
		return m.Name + "开始，等待不计入时限"
	}, "a wait begins that does not count"},
	desk.Resume: {desk.ResumeForm{Result: "无异议", Early: "演示，不等公示期满"}, func(m desk.Move, _ casefile.State) string {
		return m.Name + "结束：无异议"
	}, "the wait ends, no objection"},
	desk.Decide: {desk.DecideForm{}, func(_ desk.Move, s casefile.State) string {
		return "决定：准予，文号 " + s.Decision.Number
	}, "decides: granted"},
	desk.Make: {desk.StepForm{}, nil, ""},
	desk.HandOut: {desk.DeliverForm{}, func(desk.Move, casefile.State) string {
		return "送达、出件给申请人"
	}, "hands the result out"},
	desk.Conclude: {api.NoteForm{}, func(desk.Move, casefile.State) string { return "办结" }, "concludes"},
}
