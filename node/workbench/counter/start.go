package counter

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"tongban/catalog/item"
	"tongban/catalog/search"
	"tongban/consensus/refusal"
	"tongban/intake/desk"
	"tongban/node/frame"
	"tongban/node/workbench"
	"tongban/node/workbench/counter/draft"
)

// start is the page on which a visit begins: the scan box, and what was left
// half filled.
type start struct {
	Text   string
	Ticket string
	Hits   []hit
	Halves []half
}

// half is a half-filled intake.
type half struct {
	ID, Title, When string
	Scans           int
}

// hit is one thing that the scan box found: a queue ticket or an item.
type hit struct {
	Field, Value string // what is sent where it is chosen
	Text, More   string
	Code         item.Code
}

// Bounds of the scan box.
const (
	maxFind  = 100 // characters
	mostHits = 8
)

func (r *room) start(c *workbench.Call) error { return r.startWith(c, &start{}, nil) }

func (r *room) startWith(c *workbench.Call, d *start, why error) error {
	c.Page.Title = c.Page.Say("intake")
	if code := item.Code(c.URL.Query().Get("item")); code != "" && why == nil {
		if it, ok := r.Desk.Register.Offered(code, r.here()); ok {
			d.Hits = append(d.Hits, hit{"pick", string(code), it.Name, it.Department, code})
		}
	}
	all, err := r.Drafts.List(c.Who.Login)
	if err != nil {
		return err
	}
	for _, one := range all {
		papers := map[string]bool{}
		for _, s := range one.Scans {
			papers[s.Paper] = true
		}
		d.Halves = append(d.Halves, half{one.ID, cmp.Or(one.Title, c.Page.Say("untitled")), c.Page.Time(one.Changed), len(papers)})
	}
	if why != nil {
		return c.Again("start", d, why)
	}
	return c.Show("start", d)
}

// begin takes what the scan box was sent: a ticket, an item that was chosen, or
// words that find one.
func (r *room) begin(c *workbench.Call) error {
	d := &start{Text: strings.TrimSpace(c.PostForm.Get("q")), Ticket: strings.TrimSpace(c.PostForm.Get("visit"))}
	code, ticket, err := r.picked(c, d.Text)
	if ticket != "" {
		d.Ticket = ticket
	}
	fields := draft.Fields{}
	if d.Ticket != "" {
		fields["visit"] = []string{d.Ticket}
	}
	switch {
	case err != nil:
		return r.startWith(c, d, err)
	case code == "" && d.Text == "" && d.Ticket == "":
		return r.startWith(c, d, refusal.Newf(refusal.Malformed, "", "", "%s", c.Page.Say("nothing_typed")))
	case code == "" && ticket == "" && d.Text != "":
		d.Hits = r.hits(c, d.Text)
		if len(d.Hits) != 1 {
			return r.startWith(c, d, nil)
		}
		code = d.Hits[0].Code
	}
	title := ""
	if code != "" {
		fields["item"] = []string{string(code)}
		if it, ok := r.Desk.Register.Offered(code, r.here()); ok {
			title = it.Name
		}
	}
	made, err := r.Drafts.Begin(c.Who.Login, c.PostForm.Get("key"), title, fields)
	if err != nil {
		return r.startWith(c, d, err)
	}
	return c.Go("/work/intake/"+made.ID, "")
}

// picked is what was chosen of what was found, or what the text alone names:
// today's ticket, an item's whole code.
func (r *room) picked(c *workbench.Call, text string) (code item.Code, ticket string, err error) {
	if utf8.RuneCountInString(text) > maxFind {
		return "", "", refusal.Newf(refusal.TooLarge, "", "", "%d characters at most", maxFind)
	}
	if ticket = c.PostForm.Get("ticket"); ticket != "" {
		return "", ticket, nil
	}
	if code = item.Code(c.PostForm.Get("pick")); code != "" {
		if _, ok := r.Desk.Register.Offered(code, r.here()); !ok {
			return "", "", refusal.Newf(desk.NotOffered, "", "", "%.40s", code)
		}
		return code, "", nil
	}
	if text == "" {
		return "", "", nil
	}
	if _, err := r.Ticket(text, r.today()); err == nil {
		return "", strings.ToUpper(text), nil
	}
	if _, ok := r.Desk.Register.Offered(item.Code(strings.ToUpper(text)), r.here()); ok {
		return item.Code(strings.ToUpper(text)), "", nil
	}
	return "", "", nil
}

// find answers the scan box while somebody types.
func (r *room) find(c *workbench.Call) error {
	text := strings.TrimSpace(c.PostForm.Get("q"))
	if utf8.RuneCountInString(text) > maxFind {
		return refusal.Newf(refusal.TooLarge, "", "", "%d characters at most", maxFind)
	}
	hits := r.hits(c, text)
	if _, err := r.Ticket(text, r.today()); text != "" && err == nil {
		hits = slices.Insert(hits, 0, hit{Field: "ticket", Value: strings.ToUpper(text), Text: c.Page.Say("ticket") + " " + strings.ToUpper(text)})
	}
	return c.Part("start", "hits", &start{Text: text, Hits: hits})
}

func (r *room) hits(c *workbench.Call, text string) []hit {
	var all []hit
	if text == "" {
		return nil
	}
	for _, one := range r.Find(c.Context(), search.Query{Text: text, Limit: mostHits}) {
		all = append(all, hit{"pick", string(one.Ref.Code), one.Name, moreOf(c.Page, one), one.Ref.Code})
	}
	return all
}

func moreOf(p *frame.Page, one search.Hit) string {
	more := one.Department
	if one.Alias != "" {
		more = one.Alias + " · " + more
	}
	if one.Bundle != "" {
		more = p.Word("bundle", one.Bundle) + " · " + more
	}
	return more
}

// findItems is the part of the search of everything that finds items.
func (r *room) findItems(c *workbench.Call, text string) (workbench.Hits, error) {
	out := workbench.Hits{Head: c.Page.Pick("收件", "Take in")}
	for _, one := range r.Find(c.Context(), search.Query{Text: text, Limit: mostHits}) {
		out.Hits = append(out.Hits, workbench.Hit{Text: one.Name, More: moreOf(c.Page, one), Link: "/work/intake?item=" + string(one.Ref.Code)})
	}
	return out, nil
}
