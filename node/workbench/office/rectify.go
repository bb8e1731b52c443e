package office

import (
	"cmp"
	"strconv"
	"strings"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/journal"
	"tongban/intake/privacy"
	"tongban/intake/rating"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// one is the page of a rating: what was rated, what was done about it, and what
// may be done now.
type one struct {
	ratingRow
	Link     string // of its case, for who may know it
	Dues     []dueText
	Acts     []act
	Do       []stepForm
	Not      []stepForm
	Stood    int    // how many steps were in the book when the page was made
	Reason   string // why somebody wants to read what was written
	Reads    bool   // who looks may be shown it
	Wrote    bool   // there is something
	Anything bool   // of Private
}

// act is one step that was taken.
type act struct{ What, Who, When, Text, More string }

// stepForm is a step as the page offers it, or says why not.
type stepForm struct {
	Name, Text, Hint string
	Field            string // of its text
	FieldText        string
	Must             bool
	Yes, No          string // of its question; "": it asks none
	Check            string // a thing to be ticked; "": none
	Typed            string
	Answer           string
	Checked          bool
	Why, Detail      string
}

// steps are those of a rectification, in the order in which they come.
var steps = []struct {
	kind   string
	must   bool // it needs a text
	asks   bool // a question of yes or no
	checks bool
	of     func(text string, yes, checked bool) rating.Step
}{
	{rating.KindContacted, false, true, false, func(t string, yes, _ bool) rating.Step { return rating.Contact{Reached: yes, Note: t} }},
	{rating.KindFound, true, false, true, func(t string, _, on bool) rating.Step { return rating.Finding{Complex: on, Text: t} }},
	{rating.KindRectified, true, false, false, func(t string, _, _ bool) rating.Step { return rating.Answer{Text: t} }},
	{rating.KindFollowedUp, false, true, false, func(t string, yes, _ bool) rating.Step { return rating.FollowUp{Satisfied: yes, Note: t} }},
	{rating.KindAppealed, true, false, false, func(t string, _, _ bool) rating.Step { return rating.Appeal{Reason: t} }},
	{rating.KindReviewed, true, true, false, func(t string, yes, _ bool) rating.Step { return rating.Review{Upheld: yes, Reason: t} }},
}

func (r *room) rating(c *workbench.Call) error {
	d, err := r.judge(c)
	if err != nil {
		return err
	}
	return c.Show("rating", d)
}

// judge is the page of the rating that the address names.
func (r *room) judge(c *workbench.Call) (*one, error) {
	head(c, ratingTabs, "rectifications")
	p := c.Page
	id := rating.ID(c.PathValue("id"))
	v, err := r.Ratings.Show(id, r.viewer(c))
	if err != nil {
		return nil, err
	}
	d := &one{ratingRow: r.ratingRow(p, v, r.grades()), Stood: stood(&v.State), Reads: !v.Hidden, Wrote: v.Given.Private != nil && v.Erased == nil, Reason: p.Say("to_handle")}
	p.Title = d.Grade + " · " + d.What
	if v.Subject.Case != "" {
		if _, here, err := r.caseOf(v.Subject.Case); err != nil {
			return nil, err
		} else if here {
			d.Link = "/work/cases/" + string(v.Subject.Case)
		}
	}
	for _, due := range v.Dues {
		d.Dues = append(d.Dues, r.dueText(p, due))
	}
	d.Acts = r.acts(p, &v)
	s, err := r.Ratings.State(id)
	if err != nil {
		return nil, err
	}
	r.offer(c, d, s)
	return d, nil
}

// stood counts the steps that are in the book.
func stood(s *rating.State) int {
	n := len(s.Contacts) + len(s.Answers) + len(s.FollowUps)
	if s.Finding != nil {
		n++
	}
	if s.Appeal != nil {
		if n++; s.Appeal.Review != nil {
			n++
		}
	}
	return n
}

// offer tells which steps may be taken now by whoever looks, and of the others
// why not: each is tried, and nothing of the trial is kept.
func (r *room) offer(c *workbench.Call, d *one, s rating.State) {
	p := c.Page
	if !d.Bad {
		return
	}
	for _, step := range steps {
		f := stepForm{
			Name: step.kind, Text: p.Say("step_" + step.kind), Hint: p.Say("hint_" + step.kind), Must: step.must, FieldText: p.Say("text_" + step.kind), Field: "text-" + step.kind,
		}
		if step.asks {
			f.Yes, f.No = p.Say("yes_"+step.kind), p.Say("no_"+step.kind)
		}
		if step.checks {
			f.Check = p.Say("check_" + step.kind)
		}
		if err := try(s, r.staff(c), r.Now().UnixMilli(), step.kind, step.of("x", true, false)); err != nil {
			f.Why, f.Detail = c.Reason(refusal.CodeOf(err)), c.Particulars(err.Error())
			d.Not = append(d.Not, f)
			continue
		}
		d.Do = append(d.Do, f)
	}
}

// try says what the book would say of a step.
func try(s rating.State, staff string, at int64, kind string, step rating.Step) error {
	_, err := rating.Apply(s, journal.Entry{Staff: staff, At: at, Kind: kind, Body: wire.Encode(step)})
	return err
}

// acts are the steps that were taken, in their order.
func (r *room) acts(p *frame.Page, v *rating.View) []act {
	var all []act
	add := func(kind string, by rating.Act, text, more string) {
		all = append(all, act{p.Say("step_" + kind), r.person(by.Staff), p.Time(by.At), text, more})
	}
	for _, one := range v.Contacts {
		add(rating.KindContacted, one.Act, one.Note, p.Say(yesNo(one.Reached)+rating.KindContacted))
	}
	if f := v.Finding; f != nil {
		more := ""
		if f.Complex {
			more = p.Say("check_found")
		}
		add(rating.KindFound, f.Act, f.Text, more)
	}
	for i, one := range v.Answers {
		add(rating.KindRectified, one.Act, one.Text, "")
		if i < len(v.FollowUps) {
			f := v.FollowUps[i]
			add(rating.KindFollowedUp, f.Act, f.Note, p.Say(yesNo(f.Satisfied)+rating.KindFollowedUp))
		}
	}
	if a := v.Appeal; a != nil {
		add(rating.KindAppealed, a.Act, a.Reason, "")
		if w := a.Review; w != nil {
			add(rating.KindReviewed, w.Act, w.Reason, p.Say(yesNo(w.Upheld)+rating.KindReviewed))
		}
	}
	return all
}

func yesNo(yes bool) string {
	if yes {
		return "yes_"
	}
	return "no_"
}

// take takes a step. The book knows no keys: a form that was sent twice is
// known by the steps that stood when it was made.
func (r *room) take(c *workbench.Call) error {
	r.step.Lock()
	defer r.step.Unlock()
	d, err := r.judge(c)
	if err != nil {
		return err
	}
	kind := c.PathValue("step")
	for _, step := range steps {
		if step.kind != kind {
			continue
		}
		text := strings.TrimSpace(c.PostForm.Get("text"))
		answer := c.PostForm.Get("answer")
		switch {
		case c.PostForm.Get("stood") != strconv.Itoa(d.Stood):
			err = refusal.Newf(refusal.Conflict, "", "", "%s", c.Page.Say("moved_on"))
		case step.asks && answer == "":
			err = refusal.Newf(refusal.Malformed, "", "", "%s", c.Page.Say("choose_one"))
		default:
			_, err = r.Ratings.Do(d.ID, r.staff(c), step.of(text, answer == "yes", c.PostForm.Get("check") != ""))
		}
		if err == nil {
			return c.Go("/work/ratings/"+string(d.ID), kind)
		}
		for i := range d.Do {
			if d.Do[i].Name == kind {
				d.Do[i].Typed, d.Do[i].Answer, d.Do[i].Checked = c.PostForm.Get("text"), answer, c.PostForm.Get("check") != ""
			}
		}
		return c.Again("rating", d, err)
	}
	return refusal.Newf(refusal.NotFound, "", "", "%.40q", kind)
}

// reveal shows what was written with a rating, and by whom, to whoever handles
// it and says why; the book of who looked has it before the page does.
func (r *room) reveal(c *workbench.Call) error {
	d, err := r.judge(c)
	if err != nil {
		return err
	}
	d.Reason = c.PostForm.Get("reason")
	v, err := r.Ratings.Reveal(d.ID, r.viewer(c))
	if err == nil {
		err = r.Privacy.Rating(string(d.ID), []string{"words", "name", "telephone"}, privacy.Asker{Staff: r.staff(c), Reason: d.Reason, Role: string(rating.Handler)})
	}
	if err != nil {
		return c.Again("rating", d, err)
	}
	d.Private = v.Private
	d.Anything = v.Private != nil && *v.Private != (rating.Private{})
	return c.Show("rating", d)
}

// itemName is what an item is called where this center would offer it.
func (r *room) itemName(code string) string {
	it, ok := r.Desk.Register.Offered(item.Code(code), r.Self().Area())
	if !ok {
		return ""
	}
	return cmp.Or(it.Name, code)
}
