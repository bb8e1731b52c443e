package counter

import (
	"cmp"
	"slices"
	"strings"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/desk"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// screen is a visit on one page.
type screen struct {
	ID        string
	Ticket    shown
	Items     []chosen
	Who       fold
	Folds     []fold
	Where     fold
	NeedArea  string // in words, what fixes competence; "" where the counter does
	Refused   string // the outcome that was refused for what is in the fields
	Areas     []spot
	Centers   []spot
	Questions []question
	Lines     []paper
	Carry     bool // earlier papers were looked for
	CarryWhy  string
	Outcomes  []outcome
	Whys      []why
	Blocked   string // why nothing can be planned
	Detail    string
	Search    bool // focus starts in the search for an item
	Text      string
	Hits      []hit // that fit it, where nobody chose yet
	Devices   string
}

// chosen is an item of the visit.
type chosen struct {
	Code       item.Code
	Name       string
	About      string
	Conditions []string
}

// question is one that the answers so far put.
type question struct {
	Key, ID, Text string
	Several       bool
	Matters       bool
	Options       []choice
}

func (r *room) screen(c *workbench.Call) error {
	v, ended, err := r.load(c)
	if err != nil || ended {
		return err
	}
	return v.show(nil)
}

// show shows the whole page; why is a refusal.
func (v *view) show(why error) error {
	d := v.page()
	v.c.Page.Title = cmp.Or(v.title(), v.c.Page.Say("intake"))
	if why != nil {
		return v.c.Again("visit", d, why)
	}
	return v.c.Show("visit", d)
}

// page is everything that the page shows.
func (v *view) page() *screen {
	v.look()
	d := &screen{ID: v.draft.ID, Text: v.text, Hits: v.hits, Devices: v.r.Devices}
	v.chosen(d)
	v.fill(d)
	v.fields(d)
	if v.typed.get("applicant.id_kind") == "credit_code" {
		d.Folds[0].Open = true
	}
	d.Centers, d.Areas = suggested(v.near()), suggested(areasOf(v.near()))
	if d.NeedArea != "" {
		d.Where.Open = true
	}
	d.Search = len(d.Items) == 0 || len(v.hits) > 0 || v.c.URL.Query().Get("at") == "items"
	if at := v.c.URL.Query().Get("at"); !d.Search && at == "" && v.typed.get("applicant.number") == "" {
		d.Who.Fields[1].First = true
	}
	return d
}

// fields are those of who applies and where, with what is right or wrong about
// them.
func (v *view) fields(d *screen) {
	p := v.c.Page
	good, bad := v.numberTold()
	if bad != "" {
		v.fault("applicant.number", bad)
	}
	d.Who, d.Where = who.show(p, v.typed, v.faults), where.show(p, v.typed, v.faults)
	d.Who.Fields[1].Good = good
	d.Ticket = field{Name: "visit", Kind: line, Words: [2]string{p.Say("ticket"), p.Say("ticket")}}.show(p, v.typed, v.faults)
	v.ticket(d)
	for _, b := range []block{organisation, agent, more, mandate} {
		one := b.show(p, v.typed, v.faults)
		v.signatures(one.Fields)
		d.Folds = append(d.Folds, one)
	}
	area := &d.Where.Fields[0]
	if d.NeedArea != "" {
		area.Must, area.HintT = true, d.NeedArea
	}
	v.handled(area)
}

// Told are the fields below which the node says something while they are typed.
func (d *screen) Told() []shown {
	all := slices.Concat([]shown{d.Ticket}, d.Who.Fields, d.Where.Fields)
	for _, b := range d.Folds {
		all = append(all, b.Fields...)
	}
	return slices.DeleteFunc(all, func(s shown) bool { return s.Kind == check || s.Kind == sign })
}

// fill is the part of the page that hangs on the answers and the papers.
func (v *view) fill(d *screen) {
	d.Refused = v.refused
	d.Carry = v.typed.on("carry")
	d.Lines = v.lines()
	d.CarryWhy = v.faults["carry"]
	for _, q := range v.plan.Questions {
		one := question{Key: q.Key, ID: idOf("a." + q.Key), Text: q.Question, Several: q.Several, Matters: slices.Contains(v.plan.Matters, q.Key)}
		for _, o := range q.Options {
			one.Options = append(one.Options, choice{o.ID, o.Text, slices.Contains(v.answers[q.Key], o.ID)})
		}
		d.Questions = append(d.Questions, one)
	}
	if v.planned != nil {
		d.Blocked, d.Detail = v.c.Reason(refusal.CodeOf(v.planned)), v.c.Particulars(wordsOf(v.planned))
	}
	d.Outcomes = v.outcomes()
	d.Whys = whys(v.c.Page.Comma(), d.Outcomes)
}

// ticket says whether the queue ticket is one of today's.
func (v *view) ticket(d *screen) {
	given := v.typed.get("visit")
	if given == "" {
		return
	}
	if _, err := v.r.Ticket(given, v.r.today()); err != nil {
		if d.Ticket.Fault == "" {
			d.Ticket.Fault = v.c.Reason(refusal.CodeOf(err))
		}
		return
	}
	d.Ticket.Good = "✓ " + v.c.Page.Say("ticket_good")
}

func (v *view) chosen(d *screen) {
	p := v.c.Page
	for _, code := range v.codes() {
		in := v.subject()
		it, ok := v.r.Desk.Register.Offered(code, in)
		if in == "" || !ok {
			it, ok = v.r.Desk.Register.Offered(code, v.r.here())
		}
		if !ok {
			d.Items = append(d.Items, chosen{Code: code, Name: string(code), About: v.c.Reason(desk.NotOffered)})
			continue
		}
		d.Items = append(d.Items, chosen{code, it.Name, aboutItem(p, it), it.Conditions})
		for _, of := range v.within(it) {
			if elsewhere(of) && d.NeedArea == "" {
				zh, en := item.InWords("subject", string(of.Subject))
				d.NeedArea = p.Pick("按"+zh+"确定由谁办理", "competence goes by the "+en)
			}
		}
	}
}

// within is an item, or the members of a bundle that apply.
func (v *view) within(it *item.Item) []*item.Item {
	if !it.IsBundle() {
		return []*item.Item{it}
	}
	var all []*item.Item
	for _, p := range v.plan.Parts {
		all = append(all, p.Item)
	}
	return all
}

func aboutItem(p *frame.Page, it *item.Item) string {
	about := []string{it.Department}
	if it.Bundle != "" {
		about = append(about, p.Word("bundle", it.Bundle))
	}
	if it.Kind != "" {
		about = append(about, p.Word("kind", it.Kind))
	}
	if limit := p.Limit(it.Promise); limit != "" {
		about = append(about, limit)
	}
	return strings.Join(slices.DeleteFunc(about, func(s string) bool { return s == "" }), " · ")
}

// refresh shows the page anew with what the form says, and with the item or the
// ticket that was chosen.
func (r *room) refresh(c *workbench.Call) error {
	v, ended, err := r.take(c)
	if err != nil || ended {
		return err
	}
	v.text = strings.TrimSpace(c.PostForm.Get("q"))
	code, ticket, err := r.picked(c, v.text)
	if err == nil && c.PostForm.Get("own") != "" {
		err = v.takeOwn()
	}
	switch {
	case err != nil:
		return v.show(err)
	case code == "" && ticket == "" && v.text == "":
		return v.show(nil)
	case code == "" && ticket == "":
		if v.hits = r.hits(c, v.text); len(v.hits) != 1 {
			return v.show(nil)
		}
		code = v.hits[0].Code
	}
	if ticket != "" {
		v.typed["visit"] = []string{ticket}
	}
	if code != "" && !slices.Contains(v.typed["item"], string(code)) {
		v.typed["item"] = append(v.typed["item"], string(code))
	}
	if err := v.save(); err != nil {
		return v.show(err)
	}
	return c.Go("/work/intake/"+v.draft.ID, "")
}

// keep keeps what was typed, and says nothing.
func (r *room) keep(c *workbench.Call) error {
	_, ended, err := r.take(c)
	if err != nil {
		return err
	}
	if !ended {
		c.W.WriteHeader(204)
	}
	return nil
}

// part shows one part of the page that stands.
func (r *room) part(c *workbench.Call, name string) error {
	v, ended, err := r.take(c)
	if err != nil || ended {
		return err
	}
	return v.part(name)
}

func (v *view) part(name string) error {
	v.look()
	d := &screen{ID: v.draft.ID, Devices: v.r.Devices}
	v.chosen(d)
	v.fill(d)
	v.fields(d)
	return v.c.Part("visit", name, d)
}

func (r *room) rest(c *workbench.Call) error     { return r.part(c, "rest") }
func (r *room) outcomes(c *workbench.Call) error { return r.part(c, "outcomes_and_faults") }

// number says what is wrong with the number of a document, while it is typed.
func (r *room) number(c *workbench.Call) error {
	v := &view{r: r, c: c, typed: typed(c.PostForm), faults: map[string]string{}}
	good, bad := v.numberTold()
	return c.Part("visit", "number", map[string]string{"Good": good, "Bad": bad})
}

// remove takes an item out of the visit.
func (r *room) remove(c *workbench.Call) error {
	v, ended, err := r.take(c)
	if err != nil || ended {
		return err
	}
	v.typed["item"] = slices.DeleteFunc(slices.Clone(v.typed["item"]), func(code string) bool { return code == c.PostForm.Get("code") })
	if err := v.save(); err != nil {
		return v.show(err)
	}
	return c.Go("/work/intake/"+v.draft.ID+"?at=items", "")
}

// drop throws the intake away.
func (r *room) drop(c *workbench.Call) error {
	err := r.Drafts.Drop(c.Who.Login, c.PathValue("id"))
	if err != nil && refusal.CodeOf(err) != refusal.NotFound {
		return err
	}
	return c.Go("/work/intake", "dropped")
}
