// Package guidance is items as pages explain them, to staff or to somebody who
// applies: how one looks through what a center takes, the guide of an item at
// this center, its questions, and what the answers select. The pages of the
// catalogue, those for the public, the kiosks and the guide desk share it, with
// the templates that show it.
//
// It must never show the staff's handbook unless its caller asks for it, never
// keep an answer, and never decide what an item asks for: condition and bundle
// do.
package guidance

import (
	"embed"
	"html/template"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/bundle"
	"tongban/catalog/condition"
	"tongban/catalog/guide"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/node/frame"
)

//go:embed pages/*.html
var files embed.FS

// Shared has the template "questions", which shows a Reply: it is given the page
// as P, the Reply as R, and what stands before the code in an item's address as
// At. "asking" is its form alone, which leads to what has the id "answer".
var Shared = frame.Shared{Files: files, Words: words}

var words = frame.Words{
	"several": {"可多选", "several may hold"}, "what_i_need": {"查看所需材料", "Show what is needed"}, "start_again": {"重新选择", "Start again"},
	"you_need": {"需要的材料", "Materials needed"}, "still_open": {"尚未选择，以下按需要提交列出：", "Not answered yet; what depends on it is shown as needed:"},
	"exempt": {"免提交", "need not be handed in"}, "excused": {"不需要：", "Not needed:"}, "its_way": {"办理环节", "Steps"}, "skipped": {"不经过：", "Left out:"},
	"bad_reply": {"回答没有读懂，请重新选择。", "The answers were not understood; please choose again."},
	"members":   {"办理事项", "Items"}, "missing_members": {"本中心没有的事项：", "Not offered here:"}, "no_papers": {"按您的回答，不用交材料。", "By your answers, no papers are needed."}, "papers_unsaid": {"办事指南没有写明材料，请向窗口确认。", "The guide names no papers: please ask at a counter."},
}

// Catalogue is what is asked of the Register.
type Catalogue interface {
	Item(c item.Code, by area.Code, on register.Moment) (*item.Item, bool)
	History(c item.Code) ([]register.Published, error)
	Supplement(c item.Code, center area.Center, on register.Moment) (item.Supplement, bool)
}

// Source explains the items of one center. All of it is safe for concurrent
// use.
type Source struct {
	Catalogue Catalogue
	Self      func() area.Center
	Name      func(area.Center) string
	// Home is the realm's area in words: an item whose origin is another one
	// says so in its guide. "": every item with an origin does.
	Home string
	Log  *slog.Logger
}

// Guide is the guide of an item at this center, without the handbook, without a
// code to scan and without addresses of its files.
func (s Source) Guide(it *item.Item, on register.Moment, lang guide.Lang, today workday.Date) guide.Guide {
	self := s.Self()
	g := guide.Guide{Item: it, Home: s.Home, AsOf: today, Lang: lang, Center: s.Name(self), Effective: s.Effective(it.Ref)}
	g.Supplement, _ = s.Catalogue.Supplement(it.Ref.Code, self, on)
	for _, m := range it.Members {
		if member, ok := s.Catalogue.Item(m.Code, self.Area(), on); ok {
			g.Members = append(g.Members, member)
		}
	}
	g.Merged = s.merged(it, on)
	return g
}

// Effective is from when a version counts; "" where nobody knows.
func (s Source) Effective(ref item.Ref) workday.Date {
	versions, err := s.Catalogue.History(ref.Code)
	if err != nil {
		return ""
	}
	i := slices.IndexFunc(versions, func(v register.Published) bool { return v.Ref == ref })
	if i < 0 {
		return ""
	}
	return versions[i].Effective
}

// merged are the papers of a bundle, whatever the answers; none for an
// ordinary item, and where the bundle cannot be worked out.
func (s Source) merged(it *item.Item, on register.Moment) []bundle.Merged {
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

// Explained is an item as its page explains it to somebody who applies.
type Explained struct {
	Item  *item.Item
	Guide template.HTML
	Reply Reply
}

// Explain explains an item that counts here. formsAt is what stands before the
// hash in the address of its forms; "": they are named only. Where there are
// questions they come first: nothing is selected until one is answered.
func (s Source) Explain(p *frame.Page, it *item.Item, on register.Moment, answers item.Answers, formsAt string) (Explained, error) {
	g := s.Guide(it, on, p.Lang, p.Today)
	g.Files = formsAt
	body, err := guide.Body(g)
	if err != nil {
		return Explained{}, err
	}
	reply := s.Ask(it, answers, on).For(p)
	if len(answers) == 0 && len(reply.Asked) > 0 {
		reply.Selected = nil
	}
	return Explained{it, body, reply}, nil
}

// compose works out a bundle by the versions that this center goes by.
func (s Source) compose(b *item.Item, answers item.Answers, on register.Moment) (bundle.Plan, error) {
	return bundle.Compose(b, answers, func(c item.Code) (*item.Item, bool) { return s.Catalogue.Item(c, s.Self().Area(), on) })
}

// Reply is the questions of an item, or of a bundle with its members, and what
// the answers so far select.
type Reply struct {
	Code     item.Code
	Asked    []Question
	Selected *Selected // nil: nothing is shown of it
	BadReply string    // why the answers are none; "": they are
	Keep     []Hidden
}

// For says why answers are none to somebody who did not write the item's
// conditions.
func (r Reply) For(p *frame.Page) Reply {
	if r.BadReply != "" {
		r.BadReply = p.Say("bad_reply")
	}
	return r
}

// Hidden keeps what the address says beside a form's own fields.
type Hidden struct{ Name, Value string }

// Question is one of the situations as a form asks it.
type Question struct {
	Key string // its form field, without the prefix
	item.Situation
	Options []Option
	Of      []string // names of the members of a bundle that ask it
}

// Option is one of its answers.
type Option struct {
	item.Option
	Chosen bool
}

// Selected is what the answers come to.
type Selected struct {
	Materials []Paper
	Excused   []string // names
	Steps     []item.Step
	Skipped   []string   // names
	Stages    [][]Member // of a bundle
	Missing   []item.Code
	Open      []string // questions that still matter
}

// Paper is a material that is asked for.
type Paper struct {
	Name              string
	Need              item.Need
	Originals, Copies int
	Exempt            bool
	Note              string // what to look out for, and how it is filled in; none of a bundle's
}

// Member is an item of a bundle.
type Member struct {
	Code item.Code
	Name string
}

// answerPrefix begins the form field of a question.
const answerPrefix = "s."

// Answers are those that an address carries.
func Answers(query url.Values) item.Answers {
	answers := item.Answers{}
	for key, values := range query {
		id, ours := strings.CutPrefix(key, answerPrefix)
		values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return v == "" })
		if ours && len(values) > 0 {
			answers[id] = values
		}
	}
	return answers
}

// Ask puts the questions and says what the answers so far select, also where
// there is none yet. Answers that are none are named, and the questions put
// again.
func (s Source) Ask(it *item.Item, answers item.Answers, on register.Moment) Reply {
	reply := func(answers item.Answers) (Reply, error) {
		r := Reply{Code: it.Ref.Code}
		var err error
		if it.IsBundle() {
			r.Selected, err = s.selectBundle(&r, it, answers, on)
		} else {
			r.Selected, err = selectItem(&r, it, answers)
		}
		return r, err
	}
	out, err := reply(answers)
	if err != nil {
		why := err.Error()
		if out, err = reply(nil); err != nil {
			out.Asked = nil
		}
		out.BadReply, out.Selected = why, nil
		return out
	}
	return out
}

func (r *Reply) put(key string, s item.Situation, answers item.Answers, of []string) {
	q := Question{Key: key, Situation: s, Of: of}
	for _, o := range s.Options {
		q.Options = append(q.Options, Option{o, slices.Contains(answers[key], o.ID)})
	}
	r.Asked = append(r.Asked, q)
}

// selectItem is what answers select of an ordinary item.
func selectItem(r *Reply, it *item.Item, answers item.Answers) (*Selected, error) {
	found, err := condition.Select(it, answers)
	if err != nil {
		return nil, err
	}
	out := &Selected{}
	for _, q := range found.Asked {
		r.put(q.ID, q, answers, nil)
		if slices.Contains(found.Matters, q.ID) {
			out.Open = append(out.Open, q.Question)
		}
	}
	for _, m := range found.Materials {
		out.Materials = append(out.Materials, Paper{m.Name, m.Need, m.Originals, m.Copies, m.Exempt, strings.TrimSpace(m.Note + " " + m.Fill)})
	}
	for _, id := range found.Excused {
		if m, ok := it.Material(id); ok {
			out.Excused = append(out.Excused, m.Name)
		}
	}
	for _, i := range found.Steps {
		out.Steps = append(out.Steps, it.Steps[i])
	}
	for _, i := range found.Skipped {
		out.Skipped = append(out.Skipped, it.Steps[i].Name)
	}
	return out, nil
}

// selectBundle is what answers select of a bundle: which members, in which
// order, and one set of papers.
func (s Source) selectBundle(r *Reply, b *item.Item, answers item.Answers, on register.Moment) (*Selected, error) {
	plan, err := s.compose(b, answers, on)
	if err != nil {
		return nil, err
	}
	name := func(c item.Code) string {
		if it, ok := s.Catalogue.Item(c, s.Self().Area(), on); ok {
			return it.Name
		}
		return string(c)
	}
	out := &Selected{Missing: plan.Missing}
	for _, q := range plan.Questions {
		var of []string
		for _, c := range q.Of {
			of = append(of, name(c))
		}
		r.put(q.Key, q.Situation, answers, of)
		if slices.Contains(plan.Matters, q.Key) {
			out.Open = append(out.Open, q.Question)
		}
	}
	for _, m := range plan.Materials {
		out.Materials = append(out.Materials, Paper{m.Name, m.Need, m.Originals, m.Copies, m.Exempt, ""})
	}
	for _, codes := range plan.Stages {
		var stage []Member
		for _, c := range codes {
			stage = append(stage, Member{c, name(c)})
		}
		out.Stages = append(out.Stages, stage)
	}
	return out, nil
}
