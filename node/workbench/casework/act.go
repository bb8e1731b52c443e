package casework

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"

	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// asking is the page on which an action is taken.
type asking struct {
	one
	Action  desk.Action
	Text    string
	Note    string
	Fields  []filled
	Lines   []laid // the item's materials, where papers are taken in
	Offered desk.Offered
	NoMore  string // why it may not be done any more
	Link    string // of the case's page
	Seen    uint64 // the head of the log that the form was made for
	Changed []event
	Verdict []choice // what the main button says, by what is chosen; nil: always the same
}

// laid is one material as it is laid on the counter.
type laid struct {
	paper
	States []choice
	Typed  map[string]string
}

// deed finds what an address asks to do.
func (r *room) deed(c *workbench.Call) (desk.Action, deedForm, error) {
	action := desk.Action(c.PathValue("action"))
	form, ok := deedForms[action]
	if !ok {
		return "", form, refusal.Newf(refusal.NotFound, "", "", "there is no such action")
	}
	return action, form, c.Who.May(action)
}

// ask shows the form of an action, or why it may not be taken.
func (r *room) ask(c *workbench.Call) error {
	d, _, err := r.asking(c, nil)
	if err != nil {
		return err
	}
	if !d.Offered.Allowed && !(d.Offered.Code == desk.NothingIsOpen && len(d.Branches) > 1) { // of several the trial names none
		return refusal.Newf(d.Offered.Code, "", d.Offered.Hint, "%s", d.Offered.Why)
	}
	return c.Show("act", d)
}

func (r *room) asking(c *workbench.Call, typed map[string][]string) (*asking, deedForm, error) {
	action, form, err := r.deed(c)
	if err != nil {
		return nil, form, err
	}
	one, err := r.look(c)
	if err == nil {
		err = c.Who.MayOn(action, one.Item)
	}
	if err != nil {
		return nil, form, err
	}
	form = form.on(r, &one.View)
	p := c.Page
	d := &asking{one: *one, Action: action, Text: p.Either(terms.Actions[action], string(action)), Note: p.Pick(form.Note[0], form.Note[1]), Seen: one.State.Head.Index}
	d.Fields = r.fill(p, form, &one.View, typed)
	if form.Papers {
		d.Lines = r.lines(p, one, typed)
	}
	if typed == nil {
		preset(d.Fields, c.URL.Query())
	}
	for _, o := range one.Actions {
		if o.Action == action {
			d.Offered = o
		}
	}
	if err := r.own(c, d.Fields); err != nil {
		return nil, form, err
	}
	for _, f := range d.Fields {
		if f.Says {
			d.Verdict = f.Choices
		}
	}
	d.NoMore, d.Link = c.Reason(d.Offered.Code), with("/work/cases/"+string(d.ID), d.In)
	p.Title = d.Text + " · " + p.Title
	return d, form, nil
}

// preset chooses what a link to the form says: of what can be chosen only, never
// of what is typed.
func preset(fields []filled, q url.Values) {
	for i := range fields {
		f := &fields[i]
		switch {
		case f.Kind == check && q.Get(f.Name) == "1":
			f.Value = "1"
		case (f.Kind == pick || f.Kind == choose) && q.Has(f.Name):
			for k := range f.Choices {
				f.Choices[k].Chosen = f.Choices[k].Value == q.Get(f.Name)
			}
		}
	}
}

// handed are the states that a clerk gives a material.
var handed = []casefile.MaterialState{
	casefile.OriginalSeen, casefile.Copy, casefile.Electronic, casefile.Exempted, casefile.Committed, casefile.Later, casefile.NotNeeded,
}

func (r *room) lines(p *frame.Page, d *one, typed map[string][]string) []laid {
	var all []laid
	for _, m := range d.Papers {
		l := laid{paper: m, Typed: map[string]string{}}
		for _, key := range []string{"state", "by", "note", "originals", "copies"} {
			if values := typed["p."+m.ID+"."+key]; len(values) > 0 {
				l.Typed[key] = values[0]
			}
		}
		for _, s := range handed {
			l.States = append(l.States, choice{Value: string(s), Text: p.Either(terms.Materials[s], string(s)), Chosen: l.Typed["state"] == string(s)})
		}
		all = append(all, l)
	}
	return all
}

// act takes an action. Where somebody was faster, the page says what they did,
// and what was typed stands in the form again.
func (r *room) act(c *workbench.Call) error {
	d, form, err := r.asking(c, c.PostForm)
	if err != nil {
		return err
	}
	by := c.By()
	if c.PostForm.Get("anyway") == "" {
		by.Seen, _ = strconv.ParseUint(c.PostForm.Get("seen"), 10, 64)
	}
	place, err := r.Desk.Place(d.ID) // before it is taken out of the list
	if err != nil {
		return err
	}
	raw, err := r.typed(c, form, d)
	if err == nil {
		_, err = form.Do(c.Context(), r.Desk, by, d.ID, raw)
	}
	if refusal.CodeOf(err) == desk.Changed {
		if d.Changed, err = r.since(c.Page, d.ID, by.Seen+1); err != nil {
			return err
		}
		last := d.Changed[len(d.Changed)-1]
		return c.Again("act", d, refusal.Newf(desk.Changed, "", "", c.Page.Pick("%s刚刚办了“%s”", "%s has just done: %s"), last.Staff, last.Text))
	}
	if err != nil {
		return c.Again("act", d, beside(c, d.Fields, err))
	}
	to := with("/work/cases/"+string(d.ID), d.In)
	if c.PostForm.Get("then") == "next" {
		if to, err = r.following(c, d.ID, place); err != nil {
			return err
		}
	}
	return c.Go(to, string(d.Action))
}

// typed is the desk's form, in JSON.
func (r *room) typed(c *workbench.Call, form deedForm, d *asking) ([]byte, error) {
	raw, err := read(c.Page, c, form)
	if err != nil || !form.Papers {
		return raw, err
	}
	out := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, err
	}
	papers, err := laidPapers(c, d.Papers)
	if err != nil {
		return nil, err
	}
	if out["papers"], err = json.Marshal(papers); err != nil {
		return nil, err
	}
	return json.Marshal(out)
}

// laidPapers are the materials to which a form gives a state.
func laidPapers(c *workbench.Call, list []paper) ([]desk.Paper, error) {
	papers := []desk.Paper{}
	for _, m := range list {
		name := "p." + m.ID + "."
		state := casefile.MaterialState(c.PostForm.Get(name + "state"))
		if state == "" {
			continue
		}
		content, err := upload(c.MultipartForm, name+"scan", m.Name)
		if err != nil {
			return nil, err
		}
		one := desk.Paper{ID: m.ID, State: state, Content: content, By: workday.Date(c.PostForm.Get(name + "by")), Note: c.PostForm.Get(name + "note")}
		one.Originals, _ = strconv.Atoi(c.PostForm.Get(name + "originals"))
		one.Copies, _ = strconv.Atoi(c.PostForm.Get(name + "copies"))
		papers = append(papers, one)
	}
	return papers, nil
}

// since are the events of a case from one on.
func (r *room) since(p *frame.Page, id casefile.ID, from uint64) ([]event, error) {
	records, err := r.Cabinet.Log(id, from, 20)
	if err != nil {
		return nil, err
	}
	var all []event
	for _, raw := range records {
		record, err := casefile.Read(raw)
		if err != nil {
			return nil, err
		}
		all = append(all, r.event(p, &record.Event))
	}
	return all, nil
}

// noteForm is the form of an action with a note for the log.
type noteForm struct {
	Note string `json:"note,omitempty"`
}

func archive(d *desk.Desk, ctx context.Context, by desk.By, id casefile.ID, form noteForm) (desk.Done, error) {
	return d.Archive(ctx, by, id, form.Note)
}
