package web

import (
	"net/http"
	"strconv"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/consensus/refusal"
)

// centersPerPage bounds the work of one page of coverage: each center costs a
// look at every item of its list.
const centersPerPage = 30

// coveragePage is how much of what they must the centers offer (应进必进).
type coveragePage struct {
	One     *register.Coverage // of one center, with what is missing
	Level   area.Level
	Rows    []covered
	Percent int
}

type covered struct {
	register.Coverage
	Level   area.Level
	Percent int // rounded down: a hundred is all of it
	Link    string
}

// percent is how much is covered; all of nothing is all of it.
func percent(c register.Coverage) int {
	if c.Required == 0 {
		return 100
	}
	return c.Covered * 100 / c.Required
}

func (s *server) coverage(r *http.Request, p *page) error {
	p.Name, p.Nav, p.Title = "coverage", "coverage", p.Say("coverage")
	on, err := s.moment(p)
	if err != nil {
		return err
	}
	d := &coveragePage{}
	p.Data = d
	if text := r.FormValue("center"); text != "" {
		c, err := area.ParseCenter(text)
		if err != nil {
			return refusal.New(refusal.Malformed, "", "", err)
		}
		one, err := s.Catalogue.Coverage(c, on)
		if err != nil {
			return err
		}
		d.One, d.Level, d.Percent = &one, c.Level(), percent(one)
		p.Title = s.centerName(c) + " · " + p.Title
		return nil
	}
	after := area.Center(r.FormValue("after"))
	centers, err := s.Catalogue.Centers(s.Self().Area(), after, centersPerPage+1)
	if err != nil {
		return err
	}
	if len(centers) > centersPerPage {
		centers = centers[:centersPerPage]
		p.Next = p.With("after", string(centers[len(centers)-1].ID))
	}
	if after != "" {
		p.First = p.With("after", "")
	}
	for _, c := range centers {
		if c.Revoked != 0 {
			continue
		}
		cover, err := s.Catalogue.Coverage(c.ID, on)
		if err != nil {
			return err
		}
		d.Rows = append(d.Rows, covered{cover, c.ID.Level(), percent(cover), p.With("center", string(c.ID))})
	}
	return nil
}

// draftsPage lists drafts.
type draftsPage struct {
	State  register.DraftState
	States []stateLink
	Rows   []drafted
}

type stateLink struct {
	Text, Link string
	Current    bool
}

type drafted struct {
	register.DraftView
	ByName  string
	Editors string
}

func (s *server) drafts(r *http.Request, p *page) error {
	p.Name, p.Nav, p.Title = "drafts", "drafts", p.Say("drafts")
	d := &draftsPage{State: register.OpenDraft}
	for _, state := range []register.DraftState{register.OpenDraft, register.PublishedDraft, register.ClosedDraft, register.RevisedDraft} {
		if r.FormValue("state") == string(state) {
			d.State = state
		}
	}
	for _, state := range []register.DraftState{register.OpenDraft, register.PublishedDraft, register.ClosedDraft, register.RevisedDraft} {
		d.States = append(d.States, stateLink{p.Say("draft_" + string(state)), p.With("state", string(state)), state == d.State})
	}
	after, _ := strconv.ParseUint(r.FormValue("after"), 10, 64)
	rows, more := s.Catalogue.Drafts(register.DraftFilter{State: d.State, Code: item.Code(r.FormValue("code"))}, after, perPage)
	for _, v := range rows {
		d.Rows = append(d.Rows, s.drafted(p, v))
	}
	if after != 0 {
		p.First = p.With("after", "")
	}
	if more && len(rows) > 0 {
		p.Next = p.With("after", strconv.FormatUint(rows[len(rows)-1].Index, 10))
	}
	p.Data = d
	return nil
}

func (s *server) drafted(p *page, v register.DraftView) drafted {
	names := make([]string, len(v.Editors))
	for i, e := range v.Editors {
		names[i] = e.Staff + p.Pick("（", " (") + s.centerName(e.Center) + p.Pick("）", ")")
	}
	return drafted{v, s.centerName(v.By), strings.Join(names, p.Pick("、", ", "))}
}

// draftPage is one draft as its approver reads it.
type draftPage struct {
	drafted
	StateText string
	Item      *item.Item
	Base      *item.Item
	Findings  []found
	Errors    int
	Changes   []changed
	Better    int
	Worse     int
}

type found struct {
	Element, Label, Code, Text string
	Error                      bool
}

func (s *server) draft(r *http.Request, p *page) error {
	p.Name, p.Nav, p.Title = "draft", "drafts", p.Say("drafts")
	index, err := strconv.ParseUint(r.PathValue("index"), 10, 64)
	if err != nil {
		return refusal.Newf(refusal.Malformed, "", "", "%q is not the number of a record", r.PathValue("index"))
	}
	view, body, ok := s.Catalogue.Draft(index)
	if !ok {
		return refusal.Newf(refusal.NotFound, "", "", "record %d drafts nothing", index)
	}
	it := &body.Item
	p.Title = it.Name + " · " + p.Say("draft")
	d := &draftPage{drafted: s.drafted(p, view), Item: it, StateText: p.Say("draft_" + string(view.State))}
	for _, f := range append(item.Validate(*it), condition.Check(it)...) {
		one := found{f.Element, p.Label(f.Element), f.Code, p.Pick(f.Message, f.English), f.Severity == item.Error}
		if one.Error {
			d.Errors++
		}
		d.Findings = append(d.Findings, one)
	}
	if view.Base > 0 {
		ref := it.Ref
		ref.Version = view.Base
		if base, ok := s.Catalogue.Version(ref); ok {
			d.Base = base
			d.Changes, d.Better, d.Worse = compare(p, base, it)
		}
	}
	p.Data = d
	return nil
}

func versionOf(text string) (item.Version, bool) {
	n, err := strconv.ParseUint(text, 10, 32)
	return item.Version(n), err == nil
}
