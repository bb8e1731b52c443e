package lobby

import (
	"slices"
	"strings"

	"tongban/catalog/bundle"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// precheck is an item as it is talked over before anybody goes to a window: its
// questions, and the papers that the answers leave.
type precheck struct {
	Item      *item.Item
	Questions []question
	Papers    []paper
	Open      []string // questions that still matter
	Missing   []item.Code
	Bad       bool // the answers could not be read
}

// question is one situation as a form asks it.
type question struct {
	Name string // of its field
	item.Situation
	Choices []pair
}

type paper struct {
	Name, Need        string
	Originals, Copies int
	Exempt            bool
	Note              string
}

// answerPrefix begins the field of a question.
const answerPrefix = "s."

// precheck shows what an item asks for. The answers stand in the address: they
// say nothing of anybody, and nothing is kept.
func (r *room) precheck(c *workbench.Call) error {
	head(c, hallTabs, "guide", "precheck")
	code := item.Code(c.PathValue("code"))
	it, ok := r.Desk.Register.Offered(code, r.Self().Area())
	if !ok {
		return refusal.Newf(refusal.NotFound, "", "", "%.40q", code)
	}
	c.Page.Title = it.Name
	answers := item.Answers{}
	for key, values := range c.URL.Query() {
		id, ours := strings.CutPrefix(key, answerPrefix)
		if values = slices.DeleteFunc(values, func(v string) bool { return v == "" }); ours && len(values) > 0 {
			answers[id] = values
		}
	}
	d, err := r.papers(c.Page, it, answers)
	if err != nil {
		if d, err = r.papers(c.Page, it, item.Answers{}); err != nil {
			return err
		}
		d.Bad = true
	}
	return c.Show("precheck", d)
}

func (r *room) papers(p *frame.Page, it *item.Item, answers item.Answers) (*precheck, error) {
	d := &precheck{Item: it}
	ask := func(key string, s item.Situation, matters []string) {
		q := question{Name: answerPrefix + key, Situation: s}
		for _, o := range s.Options {
			q.Choices = append(q.Choices, pair{o.ID, o.Text, slices.Contains(answers[key], o.ID)})
		}
		d.Questions = append(d.Questions, q)
		if slices.Contains(matters, key) {
			d.Open = append(d.Open, s.Question)
		}
	}
	if it.IsBundle() {
		plan, err := bundle.Compose(it, answers, func(code item.Code) (*item.Item, bool) { return r.Desk.Register.Offered(code, r.Self().Area()) })
		if err != nil {
			return nil, err
		}
		for _, q := range plan.Questions {
			ask(q.Key, q.Situation, plan.Matters)
		}
		for _, m := range plan.Materials {
			d.Papers = append(d.Papers, paper{m.Name, p.Word("materials[].need", m.Need), m.Originals, m.Copies, m.Exempt, ""})
		}
		d.Missing = plan.Missing
		return d, nil
	}
	chosen, err := condition.Select(it, answers)
	if err != nil {
		return nil, err
	}
	for _, s := range chosen.Asked {
		ask(s.ID, s, chosen.Matters)
	}
	for _, m := range chosen.Materials {
		d.Papers = append(d.Papers, paper{m.Name, p.Word("materials[].need", m.Need), m.Originals, m.Copies, m.Exempt, strings.TrimSpace(m.Note + " " + m.Fill)})
	}
	return d, nil
}
