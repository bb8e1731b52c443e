package catalogue

import (
	"slices"
	"strconv"
	"strings"

	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/node/account"
	"tongban/node/drafting"
	"tongban/node/frame"
	"tongban/node/workbench"
)

const (
	perPage   = 50
	maxLooked = 5000 // drafts that one page of the list looks at
)

// list is one page of drafts.
type list struct {
	States  []tab
	Scopes  []tab
	Chips   []chip
	Rows    []draftRow
	Choose  bool // who looks may approve, and these are open
	Writes  bool
	Stopped bool // more drafts were to be looked at than one page does
}

type tab struct {
	Text, Link string
	Current    bool
}

type chip struct{ Text, Without string }

// draftRow is a draft as a list shows it.
type draftRow struct {
	register.DraftView
	Link, AreaName, Writers, StateText string
	Own                                bool // who looks wrote of it
}

func (r *room) draftRow(c *workbench.Call, v register.DraftView) draftRow {
	p := c.Page
	names := make([]string, len(v.Editors))
	for i, e := range v.Editors {
		names[i] = e.Staff + p.Pick("（", " (") + r.Name(e.Center) + p.Pick("）", ")")
	}
	return draftRow{
		DraftView: v, Link: draftLink(v.Index), AreaName: r.area(v.Ref.Area), Writers: strings.Join(names, p.Pick("、", ", ")),
		StateText: p.Say("draft_" + string(v.State)), Own: r.Drafts.Wrote(&v, staff(c)),
	}
}

var draftStates = []register.DraftState{register.OpenDraft, register.PublishedDraft, register.ClosedDraft, register.RevisedDraft}

func (r *room) list(c *workbench.Call) error {
	p := c.Page
	head(c, p.Say("drafts"))
	state := register.DraftState(p.Query.Get("state"))
	if !slices.Contains(draftStates, state) {
		state = register.OpenDraft
	}
	d := &list{Writes: c.Who.MayWork(account.DraftItem) == nil, Choose: state == register.OpenDraft && c.Who.MayWork(account.PublishItem) == nil}
	for _, s := range draftStates {
		d.States = append(d.States, tab{p.Say("draft_" + string(s)), p.With("state", string(s)), s == state})
	}
	f := register.DraftFilter{State: state, Code: item.Code(p.Query.Get("code"))}
	scope := p.Query.Get("of")
	if scope == "area" {
		f.Area = r.Self().Area()
	}
	for _, s := range []string{"", "area", "mine", "others"} {
		d.Scopes = append(d.Scopes, tab{p.Say("of_" + s), p.With("of", s), s == scope})
	}
	if f.Code != "" {
		d.Chips = append(d.Chips, chip{string(f.Code), p.With("code", "")})
	}
	r.fill(c, d, f, scope)
	return c.Show("drafts", d)
}

// fill puts the drafts of one page into the list.
func (r *room) fill(c *workbench.Call, d *list, f register.DraftFilter, scope string) {
	p := c.Page
	after := parse(p.Query.Get("after"))
	if after != 0 {
		p.First = p.With("after", "")
	}
	for looked, more := 0, true; more; {
		var found []register.DraftView
		found, more = r.Register.Drafts(f, after, perPage)
		for _, v := range found {
			row := r.draftRow(c, v)
			if scope == "mine" && !row.Own || scope == "others" && row.Own {
				continue
			}
			if len(d.Rows) == perPage {
				p.Next = p.With("after", number(d.Rows[perPage-1].Index))
				return
			}
			d.Rows = append(d.Rows, row)
		}
		if looked += len(found); len(found) > 0 {
			after = found[len(found)-1].Index
		}
		if more && looked >= maxLooked {
			d.Stopped, p.Next = true, p.With("after", number(after))
			return
		}
	}
}

// batch is several drafts on their way to be published.
type batch struct {
	Rows      []verdict
	Sound     int
	Effective string
	Note      string
	Today     workday.Date
	Done      bool // each was decided
	Good      int
}

// verdict is what may become, or became, of one draft.
type verdict struct {
	draftRow
	Errors    []said
	Warnings  int
	Changes   int
	Effective workday.Date // that the draft itself wants
	Why       string
	Detail    string
	Done      bool
}

// batch tells which of the chosen drafts may be published by whoever looks, and
// why not; told to, it publishes them. Each is decided singly: one that is
// refused stops no other.
func (r *room) batch(c *workbench.Call) error {
	p := c.Page
	head(c, p.Say("batch"))
	ids := slices.Compact(slices.Sorted(slices.Values(c.PostForm["id"])))
	switch {
	case len(ids) == 0:
		return refusal.Newf(refusal.Malformed, "", "", "%s", p.Say("choose_some"))
	case len(ids) > perPage:
		return refusal.Newf(refusal.TooLarge, "", "", "%d: %d", perPage, len(ids))
	}
	d := &batch{Effective: c.PostForm.Get("effective"), Note: c.PostForm.Get("note"), Today: p.Today, Done: c.PostForm.Get("do") == "publish"}
	day, err := dayOf(d.Effective)
	if err != nil {
		d.Done = false
	}
	for _, id := range ids {
		one, failed := r.Drafts.Show(parse(id))
		if failed != nil {
			return failed
		}
		v := r.verdict(c, &one)
		why := r.Drafts.MayPublish(&one, staff(c))
		if why == nil {
			d.Sound++
		}
		if why == nil && d.Done {
			if why = r.approve(c, one.Index, day, d.Note); why == nil {
				v.Done = true
				d.Good++
			}
		}
		if why != nil {
			v.Why, v.Detail = c.Reason(refusal.CodeOf(why)), c.Particulars(why.Error())
		}
		d.Rows = append(d.Rows, v)
	}
	if err != nil {
		return c.Again("batch", d, err)
	}
	return c.Show("batch", d)
}

func (r *room) verdict(c *workbench.Call, one *drafting.DraftDetail) verdict {
	v := verdict{draftRow: r.draftRow(c, one.DraftView), Changes: len(one.Changes), Effective: workday.Date(one.Item.Effective)}
	for _, f := range one.Findings {
		if f.Severity == item.Error {
			v.Errors = append(v.Errors, sayFinding(c.Page, f))
		} else {
			v.Warnings++
		}
	}
	return v
}

// said is one thing that was found.
type said struct {
	Element, Label, Code, Text string
	Error                      bool
	ID                         string // of the field on the page; "": none
}

func sayFinding(p *frame.Page, f item.Finding) said {
	return said{Element: f.Element, Label: labelOf(p, f.Element), Code: f.Code, Text: p.Pick(f.Message, f.English), Error: f.Severity == item.Error}
}

// labelOf is what an element is called, and which entry of its list it stands
// in: "steps[2].limit" is the limit of the third step.
func labelOf(p *frame.Page, element string) string {
	label := frame.Capital(p.Label(element))
	list, rest, inside := strings.Cut(element, "[")
	digits, _, _ := strings.Cut(rest, "]")
	n, err := strconv.Atoi(digits)
	if !inside || err != nil {
		return label
	}
	which := frame.Capital(p.Label(list)) + " " + strconv.Itoa(n+1)
	if p.Label(list) == p.Label(element) {
		return which
	}
	zh, en := item.Label(element)
	return which + p.Pick("，"+zh, ", "+en)
}
