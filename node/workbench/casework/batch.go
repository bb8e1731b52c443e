package casework

import (
	"slices"

	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// maxBatch bounds how many cases are worked on at a time.
const maxBatch = 200

// batchable are the actions that make sense for many cases at once: none of
// them needs a word that differs from case to case.
var batchable = []desk.Action{
	desk.TakeOver, desk.Accept, desk.Check, desk.Review, desk.Decide, desk.Make, desk.HandOver, desk.Serve, desk.HandOut, desk.Conclude, desk.Archive,
}

// batch is the page on which several cases are worked on.
type batch struct {
	Rows    []row
	IDs     []string
	Actions []choice // what every one of them allows
	Action  desk.Action
	Text    string
	Fields  []filled
	Results []result // what came of each
	Good    int
}

// result is what came of an action on one case.
type result struct {
	row
	Done   bool
	Why    string
	Detail string
}

// batch shows the chosen cases and what may be done with all of them; with an
// action its form; and takes it, on each case singly and under a seal of its
// own: one that refuses stops no other.
func (r *room) batch(c *workbench.Call) error {
	ids := c.PostForm["id"]
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		return refusal.Newf(refusal.Malformed, "", "", "%s", c.Page.Say("choose_some"))
	}
	if len(ids) > maxBatch {
		return refusal.Newf(refusal.TooLarge, "", "", "%d: %d", maxBatch, len(ids))
	}
	d := &batch{IDs: ids, Action: desk.Action(c.PostForm.Get("action"))}
	c.Page.Title = c.Page.Say("batch")
	views, lines := make([]desk.View, 0, len(ids)), make([]desk.Summary, 0, len(ids))
	for _, id := range ids {
		v, err := r.Desk.Look(casefile.ID(id))
		if err != nil {
			return err
		}
		views, lines = append(views, v), append(lines, r.Desk.Summary(v.State))
	}
	if err := r.Desk.Named(lines); err != nil {
		return err
	}
	for _, one := range lines {
		d.Rows = append(d.Rows, r.row(c.Page, one))
	}
	for _, a := range batchable {
		if c.Who.May(a) == nil && allAllow(views, a) {
			d.Actions = append(d.Actions, choice{Value: string(a), Text: c.Page.Either(terms.Actions[a], string(a)), Chosen: a == d.Action})
		}
	}
	if d.Action == "" {
		return c.Show("batch", d)
	}
	if err := c.Who.May(d.Action); err != nil {
		return err
	}
	form, ok := deedForms[d.Action]
	if !ok || !slices.Contains(batchable, d.Action) {
		return refusal.Newf(refusal.NotFound, "", "", "there is no such action")
	}
	d.Text = c.Page.Either(terms.Actions[d.Action], string(d.Action))
	if c.PostForm.Get("do") == "" {
		d.Fields = r.fill(c.Page, form.written(), &views[0], nil)
		if err := r.own(c, d.Fields); err != nil {
			return err
		}
		return c.Show("batch", d)
	}
	return r.doBatch(c, d, form, views)
}

func (r *room) doBatch(c *workbench.Call, d *batch, form deedForm, views []desk.View) error {
	raw, err := read(c.Page, c, form)
	if err != nil {
		d.Fields = r.fill(c.Page, form.written(), &views[0], c.PostForm)
		return c.Again("batch", d, beside(c, d.Fields, err))
	}
	key := c.By().Key
	for i, v := range views {
		by := c.By()
		by.Key = key + "/" + string(v.State.ID) // each case once, however often the form is sent
		done, err := form.Do(c.Context(), r.Desk, by, v.State.ID, raw)
		one := result{row: d.Rows[i], Done: err == nil}
		if err != nil {
			one.Why, one.Detail = c.Reason(refusal.CodeOf(err)), c.Particulars(err.Error())
		} else {
			line := r.Desk.Summary(done.State)
			line.Applicant = d.Rows[i].Applicant
			one.row = r.row(c.Page, line)
			d.Good++
		}
		d.Results = append(d.Results, one)
	}
	return c.Show("batch", d)
}

func allAllow(views []desk.View, a desk.Action) bool {
	for _, v := range views {
		if !slices.ContainsFunc(v.Actions, func(o desk.Offered) bool { return o.Action == a && o.Allowed }) {
			return false
		}
	}
	return true
}
