package casework

import (
	"cmp"
	"net/url"

	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/frame"
	"tongban/node/terms"
	"tongban/node/workbench"
)

// maxIn bounds the words by which a page remembers its list, in bytes.
const maxIn = 500

// listOf is which list a page was opened from, without whatever else somebody
// wrote there.
func listOf(in string) string {
	q, err := url.ParseQuery(in)
	if err != nil || len(in) > maxIn {
		return ""
	}
	return within(q)
}

// in is which list the page of a call was opened from.
func in(c *workbench.Call) string {
	if text := c.PostForm.Get("in"); text != "" {
		return listOf(text)
	}
	return listOf(c.URL.Query().Get("in"))
}

func listLink(in string) string {
	if in == "" {
		return "/work/cases"
	}
	return "/work/cases?" + in
}

// boxOf is what a list is called.
func (r *room) boxOf(p *frame.Page, in string) string {
	q, _ := url.ParseQuery(in)
	box := desk.Box(cmp.Or(q.Get("box"), string(desk.Mine)))
	return p.Either(terms.Boxes[box], string(box))
}

// toNext leads to the case that stands behind one in the list that it was opened
// from.
func (r *room) toNext(c *workbench.Call) error {
	id := casefile.ID(c.PathValue("id"))
	place, err := r.Desk.Place(id)
	if err != nil {
		return err
	}
	to, err := r.following(c, id, place)
	if err != nil {
		return err
	}
	return c.Go(to, "")
}

// following is the page of the case that comes behind a place in the list; from
// the end it goes on at the beginning. Where nothing is left it is the list.
func (r *room) following(c *workbench.Call, id casefile.ID, place string) (string, error) {
	list := in(c)
	q, err := url.ParseQuery(list)
	if err != nil {
		return "", refusal.New(refusal.Malformed, "", "", err)
	}
	query := asked(c, q)
	for _, query.After = range []string{place, ""} {
		found, err := r.Desk.Worklist(query)
		if err != nil {
			return "", err
		}
		for _, one := range found.Cases {
			if one.ID != id && (one.Next.Here || query.Box != desk.Mine) {
				return with("/work/cases/"+string(one.ID), list), nil
			}
		}
	}
	return listLink(list), nil
}
