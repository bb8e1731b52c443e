package desk

import (
	"fmt"
	"slices"
	"strings"

	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
)

// choose works out an applicant's situation, to be sealed: nil where the item
// asks nothing and nothing of it can fall away. A question on which something
// depends has to be answered first; one on which nothing does may stay open.
func choose(op string, it *item.Item, answers item.Answers) (*casefile.Choice, error) {
	s, err := condition.Select(it, answers)
	if err != nil {
		return nil, err
	}
	if len(s.Matters) > 0 {
		return nil, refusal.Newf(SituationOpen, op, "answer with the options' ids", "办理“%s”须先回答：%s", it.Name, condition.Questions(it, s.Matters))
	}
	return chosen(it, s), nil
}

func chosen(it *item.Item, s condition.Selection) *casefile.Choice {
	if len(it.Situations) == 0 && len(s.Skipped) == 0 && len(s.Excused) == 0 {
		return nil
	}
	return &casefile.Choice{Answers: s.Answers, Skipped: s.Skipped, Excused: s.Excused}
}

// carried are the answers given under one version that another one can take:
// what it still asks, with the options that it still has.
func carried(it *item.Item, answers item.Answers) item.Answers {
	kept := item.Answers{}
	for i := range it.Situations {
		q := &it.Situations[i]
		known := func(id string) bool {
			return slices.ContainsFunc(q.Options, func(o item.Option) bool { return o.ID == id })
		}
		chosen := answers[q.ID]
		if len(chosen) > 0 && !slices.ContainsFunc(chosen, func(id string) bool { return !known(id) }) && (len(chosen) == 1 || q.Several) {
			kept[q.ID] = chosen
		}
	}
	return kept
}

// choice is the situation that an acceptance seals: nil where the one in force
// stays. Another version is asked anew, with the answers that it can take over.
func (sh *sheet) choice(op string, it *item.Item, form AcceptForm) (*casefile.Choice, error) {
	answers := form.Answers
	if answers == nil {
		if it.Ref == sh.s.Item {
			return nil, nil
		}
		if sh.s.Choice != nil {
			answers = carried(it, sh.s.Choice.Answers)
		}
	}
	return choose(op, it, answers)
}

// inSeason refuses what may not be applied for on the day at the desk.
func inSeason(op string, it *item.Item, today workday.Date) error {
	if it.OpenOn(today) {
		return nil
	}
	seasons := make([]string, len(it.Open))
	for i, s := range it.Open {
		seasons[i] = s.Chinese()
	}
	hint := ""
	if day, ok := opens(it, today); ok {
		hint = fmt.Sprintf("下一次自 %s 起受理", day)
	}
	return refusal.Newf(OutOfSeason, op, hint, "“%s”今日（%s）不在受理时间内，受理时间为：%s", it.Name, today, strings.Join(seasons, "；"))
}

// opens is the next day on which the item may be applied for, within two years.
func opens(it *item.Item, today workday.Date) (workday.Date, bool) {
	for n := 1; n <= 2*366; n++ {
		if day := today.Add(n); it.OpenOn(day) {
			return day, true
		}
	}
	return "", false
}

// stageReached refuses to accept a case of a bundle whose earlier stages are
// not concluded, as far as is known here.
func (sh *sheet) stageReached(op string) error {
	if sh.s.Bundle == nil {
		return nil
	}
	for _, id := range sh.s.Bundle.After {
		s, known := sh.d.linked(id)
		switch {
		case !known:
			return refusal.Newf(BundleOrder, op, "wait for its copy, or ask the center that opened it",
				"前一阶段的办件 %s 尚未办结（本中心没有该件的记录）", id)
		case s.Phase != casefile.PhaseConcluded && s.Phase != casefile.PhaseArchived:
			return refusal.Newf(BundleOrder, op, "conclude that case first",
				"前一阶段的办件 %s（%s，%s）尚未办结", id, s.Number, sh.d.nameOf(s.Item))
		}
	}
	return nil
}

// linked is another case of an intake, where this node has a copy of it.
func (d *Desk) linked(id casefile.ID) (casefile.State, bool) {
	s, err := d.Cases.State(id)
	return s, err == nil && s.Head.Index > 0
}

func (d *Desk) nameOf(ref item.Ref) string {
	if it, ok := d.Register.Item(ref); ok {
		return it.Name
	}
	return string(ref.Code)
}

// Bundled is the bundle that a case is a part of, as a screen shows it.
type Bundled struct {
	Item   item.Ref     `json:"item"`
	Name   string       `json:"name"`
	Intake string       `json:"intake"`
	Stage  int          `json:"stage"`
	Waits  bool         `json:"waits,omitempty"` // a case of an earlier stage is not concluded yet
	Cases  []LinkedCase `json:"cases"`           // the other cases of the intake
}

// LinkedCase is another case of the same intake.
type LinkedCase struct {
	ID     casefile.ID    `json:"id"`
	Known  bool           `json:"known"` // this node has a copy; without one there is nothing but the id
	Number string         `json:"number,omitempty"`
	Item   item.Ref       `json:"item,omitzero"`
	Name   string         `json:"name,omitempty"`
	Stage  int            `json:"stage,omitempty"`
	Phase  casefile.Phase `json:"phase,omitempty"`
	First  bool           `json:"first,omitempty"` // it has to be concluded before this case is accepted
}

func (sh *sheet) bundled() *Bundled {
	link := sh.s.Bundle
	if link == nil {
		return nil
	}
	b := &Bundled{Item: link.Item, Name: sh.d.nameOf(link.Item), Intake: link.Intake, Stage: link.Stage,
		Waits: sh.s.AcceptedAt == 0 && sh.s.Ended == nil && sh.stageReached("accept") != nil}
	for _, id := range link.Cases {
		if id == sh.s.ID {
			continue
		}
		one := LinkedCase{ID: id, First: slices.Contains(link.After, id)}
		if s, known := sh.d.linked(id); known {
			one.Known, one.Number, one.Item, one.Name, one.Phase = true, s.Number, s.Item, sh.d.nameOf(s.Item), s.Phase
			if s.Bundle != nil {
				one.Stage = s.Bundle.Stage
			}
		}
		b.Cases = append(b.Cases, one)
	}
	return b
}
