package web

import (
	"net/http"
	"slices"
	"strings"

	"tongban/catalog/bundle"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/catalog/register"
)

// answerPrefix begins the form field of a question.
const answerPrefix = "s."

// answersOf are the answers that an address carries.
func answersOf(r *http.Request) item.Answers {
	answers := item.Answers{}
	for key, values := range r.URL.Query() {
		id, ours := strings.CutPrefix(key, answerPrefix)
		values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
		if ours && len(values) > 0 {
			answers[id] = values
		}
	}
	return answers
}

// ask puts the questions of an item, or of a bundle with its members, and says
// what the answers so far select. Answers that are none are named, and the
// questions put again.
func (s *server) ask(r *http.Request, d *itemPage, on register.Moment) {
	for _, key := range []string{"day", "version", "area"} {
		if v := r.FormValue(key); v != "" {
			d.Keep = append(d.Keep, hidden{key, v})
		}
	}
	answers := answersOf(r)
	reply := d.reply
	if d.Item.IsBundle() {
		reply = func(answers item.Answers) (*selected, error) { return s.replyBundle(d, answers, on) }
	}
	chosen, err := reply(answers)
	if err != nil {
		d.BadReply, d.Asked = err.Error(), nil
		if _, err = reply(nil); err != nil {
			d.Asked = nil
		}
		return
	}
	if len(answers) > 0 || d.Item.IsBundle() {
		d.Selected = chosen
	}
}

func (d *itemPage) put(key string, s item.Situation, answers item.Answers, of []string) {
	q := question{Key: key, Situation: s, Of: of}
	for _, o := range s.Options {
		q.Options = append(q.Options, option{o, slices.Contains(answers[key], o.ID)})
	}
	d.Asked = append(d.Asked, q)
}

// reply is what answers select of an ordinary item.
func (d *itemPage) reply(answers item.Answers) (*selected, error) {
	found, err := condition.Select(d.Item, answers)
	if err != nil {
		return nil, err
	}
	out := &selected{}
	for _, q := range found.Asked {
		d.put(q.ID, q, answers, nil)
		if slices.Contains(found.Matters, q.ID) {
			out.Open = append(out.Open, q.Question)
		}
	}
	for _, m := range found.Materials {
		out.Materials = append(out.Materials, paper{m.Name, m.Need, m.Originals, m.Copies, m.Exempt})
	}
	for _, id := range found.Excused {
		if m, ok := d.Item.Material(id); ok {
			out.Excused = append(out.Excused, m.Name)
		}
	}
	for _, i := range found.Steps {
		out.Steps = append(out.Steps, d.Item.Steps[i])
	}
	for _, i := range found.Skipped {
		out.Skipped = append(out.Skipped, d.Item.Steps[i].Name)
	}
	return out, nil
}

// replyBundle is what answers select of a bundle: which members, in which
// order, and one set of papers.
func (s *server) replyBundle(d *itemPage, answers item.Answers, on register.Moment) (*selected, error) {
	plan, err := s.compose(d.Item, answers, on)
	if err != nil {
		return nil, err
	}
	name := func(c item.Code) string {
		if it, ok := s.Catalogue.Item(c, s.Self().Area(), on); ok {
			return it.Name
		}
		return string(c)
	}
	out := &selected{Missing: plan.Missing}
	for _, q := range plan.Questions {
		var of []string
		for _, c := range q.Of {
			of = append(of, name(c))
		}
		d.put(q.Key, q.Situation, answers, of)
		if slices.Contains(plan.Matters, q.Key) {
			out.Open = append(out.Open, q.Question)
		}
	}
	for _, m := range plan.Materials {
		out.Materials = append(out.Materials, paper{m.Name, m.Need, m.Originals, m.Copies, m.Exempt})
	}
	for _, codes := range plan.Stages {
		var stage []member
		for _, c := range codes {
			stage = append(stage, member{c, name(c)})
		}
		out.Stages = append(out.Stages, stage)
	}
	return out, nil
}

// compose works out a bundle by the versions that this center goes by.
func (s *server) compose(b *item.Item, answers item.Answers, on register.Moment) (bundle.Plan, error) {
	return bundle.Compose(b, answers, func(c item.Code) (*item.Item, bool) {
		return s.Catalogue.Item(c, s.Self().Area(), on)
	})
}

// merged are the papers of a bundle, whatever the answers; none for an
// ordinary item, and where the bundle cannot be worked out.
func (s *server) merged(it *item.Item, on register.Moment) []bundle.Merged {
	if !it.IsBundle() {
		return nil
	}
	plan, err := s.compose(it, nil, on)
	if err != nil {
		s.Log.Warn("compose a bundle", "code", it.Ref.Code, "err", err)
		return nil
	}
	return plan.Materials
}
