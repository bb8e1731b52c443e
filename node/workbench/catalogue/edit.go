package catalogue

import (
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/sheet"
	"tongban/consensus/refusal"
	"tongban/node/drafting"
	"tongban/node/web"
	"tongban/node/workbench"
)

// editor is the form on which an item is written.
type editor struct {
	Name    string
	Code    item.Code
	Revises register.Index
	Erratum bool
	Fresh   bool // of an item that is not there yet: for which area is to be chosen
	Areas   []choice
	Reason  string
	// Unfinished: it is drafted although errors stand.
	Unfinished bool
	Groups     []groupView
	Checked    bool
	Problems   []said
	Errors     int
	Unreadable bool // a value could not be read: nothing is drafted with that
	State      drafting.DraftedState
	Link       string // of the draft that says the same
	Base       item.Version
	Changes    []web.Changed
	Better     int
	Worse      int

	form  sheet.Form
	focus sheet.Spot
}

// nowhere is where nobody goes on typing.
var nowhere = sheet.Spot{Row: -1}

// edit shows the form: of a draft to revise, of the newest version of an item to
// follow or to correct, or of an item that is not there yet.
func (r *room) edit(c *workbench.Call) error {
	q := c.URL.Query()
	e := &editor{Erratum: q.Get("erratum") != "", focus: nowhere}
	switch code := item.Code(q.Get("code")); {
	case q.Get("draft") != "":
		one, err := r.Drafts.Show(parse(q.Get("draft")))
		if err != nil {
			return err
		}
		if err := r.Drafts.MayRevise(&one, staff(c)); err != nil {
			return err
		}
		one.Item.Ref.Version = one.Base // what it was taken from
		e.Revises, e.Erratum, e.Reason, e.form = one.Index, one.Erratum, one.Reason, sheet.FormOf(&one.Item)
	case code != "":
		newest, err := r.Drafts.Newest(code, area.Code(q.Get("area")))
		if err != nil {
			return err
		}
		it, ok := r.Register.Version(newest.Ref)
		if !ok {
			return refusal.Newf(refusal.NotFound, "", "", "%.40s %.12s", code, q.Get("area"))
		}
		e.form = sheet.FormOf(it)
	default:
		e.form = sheet.FormOf(&item.Item{Ref: item.Ref{Area: r.Self().Area()}})
	}
	r.dress(c, e)
	e.Groups = views(c.Page, e.form, problems{}, e.focus)
	return c.Show("edit", e)
}

// dress fills in what the form says of itself.
func (r *room) dress(c *workbench.Call, e *editor) {
	p, own := c.Page, e.form[""][0]
	e.Name, e.Code = own["name"], item.Code(own["code"])
	e.Fresh = own["version"] == "" && e.Revises == 0
	if e.Fresh {
		e.Areas = r.areas(area.Code(own["area"]))
	}
	switch {
	case e.Revises != 0:
		head(c, p.Say("revise")+" #"+number(e.Revises))
	case e.Erratum:
		head(c, p.Say("correct"))
	case e.Fresh:
		head(c, p.Say("new_item"))
	default:
		head(c, p.Say("new_version"))
	}
	if e.Name != "" {
		p.Title += " · " + e.Name
	}
}

// typed is the form as it was sent.
func (r *room) typed(c *workbench.Call) (*editor, error) {
	post := c.PostForm
	form, err := typed(post)
	if err != nil {
		return nil, err
	}
	e := &editor{
		Revises: parse(post.Get("revises")), Erratum: post.Get("erratum") != "", Reason: post.Get("reason"), Unfinished: post.Get("unfinished") != "",
		form: form, focus: nowhere,
	}
	r.dress(c, e)
	return e, nil
}

// write checks what was written, drafts it, or changes the rows of the form.
func (r *room) write(c *workbench.Call) error {
	e, err := r.typed(c)
	if err != nil {
		return err
	}
	do := c.PostForm.Get("do")
	if at, ok := change(e.form, do); ok {
		e.focus = at
		e.Groups = views(c.Page, e.form, problems{}, at)
		return c.Show("edit", e)
	}
	one, err := r.draftTyped(c, e, do == "save")
	if err != nil {
		return c.Again("edit", e, err)
	}
	switch {
	case do == "save" && one.State == drafting.DraftMade:
		return c.Go(draftLink(one.Draft), "drafted")
	case do == "save" && one.State == drafting.DraftWaiting:
		return c.Go(draftLink(one.Draft), "waiting")
	case do == "save":
		return c.Again("edit", e, r.refusedDraft(c, e, one))
	}
	return c.Show("edit", e)
}

// refusedDraft is why what was written was not drafted.
func (r *room) refusedDraft(c *workbench.Call, e *editor, one drafting.Drafted) error {
	p := c.Page
	switch {
	case one.Result != nil:
		return one.Result.Err("draft " + string(e.Code))
	case one.State == drafting.DraftUnchanged:
		return refusal.Newf("draft_unchanged", "", "", "%s", p.Say("state_unchanged"))
	}
	return refusal.Newf(drafting.Flawed, "", "", "%s", p.Say("not_kept"))
}

// draftTyped reads the form, has it checked or drafted, and puts what was found
// to its fields. A value that could not be read stops it: the draft would lack
// it, and nobody would know.
func (r *room) draftTyped(c *workbench.Call, e *editor, save bool) (one drafting.Drafted, err error) {
	p := c.Page
	read := e.form.Read()
	var wrong problems
	if e.Unreadable = slices.ContainsFunc(read.Problems, func(s sheet.SpotProblem) bool { return s.Severity == item.Error && !s.Finding }); e.Unreadable {
		one.State, wrong = drafting.DraftFaulty, unreadable(p, read)
	} else {
		one, err = r.propose(c, e, read.Item, save)
		wrong = located(p, read, one.Findings)
	}
	e.Checked, e.State = err == nil, one.State
	if one.Draft != 0 {
		e.Link = draftLink(one.Draft)
	}
	r.compare(c, e, &read.Item)
	e.Problems = wrong.ordered()
	for _, s := range e.Problems {
		if s.Error {
			e.Errors++
		}
	}
	e.Groups = views(p, e.form, wrong, e.focus)
	return one, err
}

// propose drafts what the form says, or tells what would come of that.
func (r *room) propose(c *workbench.Call, e *editor, it item.Item, save bool) (one drafting.Drafted, err error) {
	if _, err := area.Parse(string(it.Ref.Area)); err != nil {
		return one, refusal.New(refusal.Malformed, "", "", err)
	}
	done, err := r.Drafts.Make(c.Context(), drafting.Drafting{
		Items: []item.Item{it}, Area: it.Ref.Area, Staff: staff(c), Reason: e.Reason, Revises: e.Revises, Erratum: e.Erratum, Unfinished: e.Unfinished, Check: !save,
	})
	if err != nil {
		return one, err
	}
	return done[0], nil
}

// compare tells what would change against the newest version.
func (r *room) compare(c *workbench.Call, e *editor, it *item.Item) {
	newest, err := r.Drafts.Newest(it.Ref.Code, it.Ref.Area)
	if err != nil {
		return
	}
	if base, ok := r.Register.Version(newest.Ref); ok {
		e.Base = base.Ref.Version
		e.Changes, e.Better, e.Worse = web.Compare(c.Page, base, it)
	}
}

// rows answers a button that adds, removes or moves a row with the list that it
// changed.
func (r *room) rows(c *workbench.Call) error {
	e, err := r.typed(c)
	if err != nil {
		return err
	}
	at, ok := change(e.form, c.PostForm.Get("do"))
	if !ok {
		return refusal.Newf(refusal.Malformed, "", "", "%.60q", c.PostForm.Get("do"))
	}
	part, _ := partOf(at.List)
	return c.Part("edit", "rows", map[string]any{"Page": c.Page, "Part": view(c.Page, part, e.form, problems{}, at)})
}

// Version is the version that the form was taken from; "" for none.
func (e *editor) Version() string { return e.form[""][0]["version"] }

// Explain reports whether the draft has to say what it is for: it follows a
// version that is published.
func (e *editor) Explain() bool { return e.Version() != "" }

// Area is the area that the form drafts for.
func (e *editor) Area() string { return e.form[""][0]["area"] }
