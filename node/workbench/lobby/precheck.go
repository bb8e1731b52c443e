package lobby

import (
	"tongban/catalog/item"
	"tongban/node/guidance"
	"tongban/node/workbench"
)

// precheck is an item as it is talked over before anybody goes to a window: its
// questions, and the papers that the answers leave.
type precheck struct {
	Item  *item.Item
	Reply guidance.Reply
	At    string
}

// precheck shows what an item asks for. The answers stand in the address: they
// say nothing of anybody, and nothing is kept.
func (r *room) precheck(c *workbench.Call) error {
	head(c, hallTabs, "guide", "precheck")
	it, on, err := r.find(item.Code(c.PathValue("code")))
	if err != nil {
		return err
	}
	c.Page.Title = it.Name
	about := r.about()
	d := &precheck{it, about.Ask(it, guidance.Answers(c.URL.Query()), on).For(c.Page), itemAt}
	if d.Reply.Selected == nil { // whoever asks sees all papers at once
		d.Reply.Selected = about.Ask(it, nil, on).Selected
	}
	return c.Show("precheck", d)
}
