package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/desk"
)

// plan is what an applicant wants, where, and what was brought.
type plan struct {
	record  string
	counter area.Center
	open    desk.OpenForm
	laid    []desk.Paper // everything that the item asks for in that situation
	settle  bool         // an immediate case is settled in one go
	beside  beside
}

// newPlan draws one of the five kinds of case that the demo tells.
func newPlan(rng *rand.Rand, c *city) plan {
	home, elsewhere, third := pick(rng, villages), pick(rng, villages), pick(rng, villages)
	p := plan{record: pick(rng, []string{"D26", "D01", "D01", "D23", "D12", "D04"}), counter: home, settle: rng.IntN(2) == 0}
	subject, deliver := home.Area(), area.Center("")
	f := &p.open
	switch p.record {
	case "D26":
		f.Accept = true
	case "D23":
		p.counter, deliver = elsewhere, third
	case "D12":
		f.Agency = true
	case "D01":
		f.Agency = true
	case "D04":
		p.counter = home.Parent()
		subject = p.counter.Area()
	}
	it := c.items[p.record]
	f.Answers = answered(rng, it)
	p.laid = laid(rng, it, f.Answers)
	p.beside = beside{fee: charged(&it) && rng.IntN(2) == 0, joint: rng.IntN(3) == 0, papers: rng.IntN(2) == 0, correct: rng.IntN(4) == 0}
	f.Item, f.Subject, f.Deliver = it.Ref.Code, subject, deliver
	f.Applicant.Name = fmt.Sprintf("演示%d", rng.IntN(1e6))
	f.Applicant.Telephone = "13800000000"
	switch n := rng.IntN(4); {
	case p.record == "D26":
	case n == 0: // nothing yet: the papers come in a call of their own
	case n == 1 && len(p.laid) > 0: // something is missing: a notice, and a supplement
		f.Papers = append(f.Papers, p.laid...)
		f.Papers[rng.IntN(len(f.Papers))].State = casefile.Missing
		for i := range f.Papers {
			if f.Papers[i].State == casefile.Missing {
				f.Papers[i].Content = nil
			}
		}
	default:
		f.Papers = p.laid
	}
	return p
}

func pick[T any](rng *rand.Rand, from []T) T { return from[rng.IntN(len(from))] }

// answered draws an applicant's situation: one option of every question.
func answered(rng *rand.Rand, it item.Item) item.Answers {
	answers := item.Answers{}
	for _, q := range it.Situations {
		answers[q.ID] = []string{pick(rng, q.Options).ID}
	}
	return answers
}

// laid is everything that an item asks for in a situation, with scans of a few
// kilobytes.
func laid(rng *rand.Rand, it item.Item, answers item.Answers) []desk.Paper {
	asked, _ := condition.Select(&it, answers) // wrong answers are refused at the counter
	var papers []desk.Paper
	for _, m := range asked.Materials {
		state := casefile.OriginalSeen
		if m.Copies > 0 {
			state = casefile.Copy
		}
		content := []byte(strings.Repeat("示例扫描件："+m.Name, 1+rng.IntN(200)))
		papers = append(papers, desk.Paper{ID: m.ID, State: state, Content: content})
	}
	return papers
}

// form is what a clerk fills in for an action of the route.
func (p *plan) form(action desk.Action, s casefile.State) (any, error) {
	switch action {
	case desk.Receive, desk.Supplement:
		return desk.ReceiveForm{Papers: p.laid}, nil
	case desk.Notice:
		return desk.NoticeForm{}, nil
	case desk.Accept:
		return desk.AcceptForm{}, nil
	case desk.Check, desk.Review, desk.Make:
		return desk.StepForm{Opinion: "材料齐全，拟同意"}, nil
	case desk.Suspend:
		return desk.SuspendForm{Until: workday.DateOf(time.Now()).Add(7)}, nil
	case desk.Resume:
		return desk.ResumeForm{Result: "无异议", Early: "模拟，不等公示期满"}, nil
	case desk.Decide:
		return desk.DecideForm{}, nil
	case desk.HandOut:
		return desk.DeliverForm{}, nil
	case desk.Conclude:
		return nil, nil
	}
	return nil, fmt.Errorf("the route asks for %q in phase %s", action, s.Phase)
}
