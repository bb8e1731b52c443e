package casework

import (
	"cmp"

	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/notice"
	"tongban/node/workbench"
)

// printing is the page of the documents of a case.
type printing struct {
	ID        casefile.ID
	Number    string
	Documents []desk.Printable
	English   bool
}

func (r *room) printables(c *workbench.Call) error {
	id := casefile.ID(c.PathValue("id"))
	all, err := r.Desk.Printables(id)
	if err != nil {
		return err
	}
	state, err := r.Cabinet.State(id)
	if err != nil {
		return err
	}
	c.Page.Title = c.Page.Say("documents")
	return c.Show("print", &printing{id, state.Number, all, c.Page.English()})
}

// print gives documents to the printer: one of a kind, or all that were not
// printed yet. That it was printed, and by whom, is written down by the desk.
func (r *room) print(c *workbench.Call) error {
	id := casefile.ID(c.PathValue("id"))
	how := desk.Printing{
		Number: c.PostForm.Get("number"), Lang: c.PrintLang(), Public: r.Public, Staff: cmp.Or(c.Who.Staff, c.Who.Login), Password: c.PostForm.Get("password"),
	}
	kind, format := notice.Kind(c.PostForm.Get("kind")), notice.Format(c.PostForm.Get("format"))
	if kind == "" || kind == "due" {
		docs, err := r.Desk.Papers(id, how)
		if err != nil {
			return err
		}
		return c.Print(format, docs...)
	}
	if kind == notice.Rating {
		code, err := r.RatingCode(id)
		if err != nil {
			return err
		}
		how.Code = code
	}
	doc, err := r.Desk.Paper(id, kind, how)
	if err != nil {
		return err
	}
	return c.Print(format, doc)
}
