package web

import (
	"html/template"
	"net/http"
	"slices"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/guide"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/node/frame"
	"tongban/node/guidance"
)

// itemPage is one version of an item and all that is known about it.
type itemPage struct {
	AreaName string        // who published it
	Acts     []frame.Entry // what whoever looks may do with it
	Item     *item.Item
	Pinned   bool // a version was asked for, not the one that counts
	State    string
	Guide    template.HTML
	Reply    guidance.Reply
	Versions []version
	Powers   []power
	HasCases bool
	Cases    []openCase
	Effect   string // of this version on open cases
}

// version is one line of the history.
type version struct {
	register.Published
	AreaName string
	ByName   string
	Editors  string
	State    string
	Current  bool // shown on this page
	Before   item.Version
}

type power struct {
	register.Granted
	Name  string
	Holds bool // on the day of the page
}

type openCase struct {
	Case
	State string
	Older bool // handled by an older version than the one shown
}

func (s *server) item(r *http.Request, p *page) error {
	p.Name, p.Nav, p.Title = "item", "catalogue", p.Say("item")
	it, on, err := s.find(r, p)
	if err != nil {
		return err
	}
	p.Title = it.Name
	d := &itemPage{Item: it, AreaName: s.areaName(it.Ref.Area), Acts: s.acts(r, it.Ref), Pinned: r.FormValue("version") != "", Effect: p.Word("open_cases", cmpOr(it.OpenCases, item.Keep))}
	if it.Bundle != "" {
		p.Nav = "bundles"
	}
	g := s.about.Guide(it, on, p.Lang, p.Today)
	g.Staff = true
	if d.Guide, err = guide.Body(g); err != nil {
		return err
	}
	answers := guidance.Answers(r.URL.Query())
	if d.Reply = s.about.Ask(it, answers, on); len(answers) == 0 && !it.IsBundle() {
		d.Reply.Selected = nil
	}
	for _, key := range []string{"day", "version", "area"} {
		if v := r.FormValue(key); v != "" {
			d.Reply.Keep = append(d.Reply.Keep, guidance.Hidden{Name: key, Value: v})
		}
	}
	if err := s.history(d, p); err != nil {
		return err
	}
	if err := s.powers(d, p); err != nil {
		return err
	}
	if err := s.cases(d, p); err != nil {
		return err
	}
	p.Data = d
	return nil
}

func cmpOr(a, b item.OpenCases) item.OpenCases {
	if a != "" {
		return a
	}
	return b
}

func (s *server) history(d *itemPage, p *page) error {
	all, err := s.Catalogue.History(d.Item.Ref.Code)
	if err != nil {
		return err
	}
	day := p.Day
	if day == "" {
		day = p.Today
	}
	for i := len(all) - 1; i >= 0; i-- { // the newest first
		v := version{Published: all[i], AreaName: s.areaName(all[i].Ref.Area), ByName: s.centerName(all[i].By), Current: all[i].Ref == d.Item.Ref, State: stateOf(all, i, day)}
		if all[i].By == "" {
			v.ByName = p.Say("root")
		}
		for k, e := range all[i].Editors {
			if k > 0 {
				v.Editors += p.Pick("、", ", ")
			}
			v.Editors += e.Staff + p.Pick("（", " (") + s.centerName(e.Center) + p.Pick("）", ")")
		}
		if i > 0 && all[i-1].Ref.Area == all[i].Ref.Area {
			v.Before = all[i-1].Ref.Version
		}
		if v.Current {
			d.State = v.State
		}
		d.Versions = append(d.Versions, v)
	}
	return nil
}

// stateOf says what a version is on a day: the key of a word.
func stateOf(all []register.Published, i int, day workday.Date) string {
	v := all[i]
	switch {
	case v.Withdrawn != 0 && v.Until <= v.Effective:
		return "called_off"
	case v.Withdrawn != 0 && v.Until <= day:
		return "withdrawn"
	case v.Effective > day:
		return "future"
	}
	for _, later := range all[i+1:] {
		if later.Ref.Area == v.Ref.Area && later.Effective <= day && (later.Withdrawn == 0 || later.Until > later.Effective) {
			return "superseded"
		}
	}
	return "in_effect"
}

func (s *server) powers(d *itemPage, p *page) error {
	all, err := s.Catalogue.Powers(d.Item.Ref.Code, "")
	if err != nil {
		return err
	}
	day := p.Today
	if p.Day != "" {
		day = p.Day
	}
	for _, g := range all {
		holds := g.From <= string(day) && (g.To == "" || string(day) <= g.To)
		d.Powers = append(d.Powers, power{g, s.centerName(g.Center), holds})
	}
	return nil
}

func (s *server) cases(d *itemPage, p *page) error {
	if s.Cases == nil {
		return nil
	}
	all, err := s.Cases(d.Item.Ref.Code)
	if err != nil {
		return err
	}
	d.HasCases = true
	for _, c := range all {
		older := c.Ref.Area == d.Item.Ref.Area && c.Ref.Version < d.Item.Ref.Version
		d.Cases = append(d.Cases, openCase{c, p.Pick(c.State[0], c.State[1]), older})
	}
	return nil
}

// diffPage tells two versions apart.
type diffPage struct {
	Code     item.Code
	Area     area.Code
	From, To *item.Item
	Versions []register.Published // of the same area
	Changes  []Changed
	Better   int
	Worse    int
	Effect   string
}

// Differences is the template "changes", for whoever shows what Compare says.
var Differences = frame.Shared{Files: files}

// Changed is one difference, and whether applicants gain by it.
type Changed struct {
	Label, Text string
	Code        string // of a condition: as it was and is written, for who writes them
	Class, Sign string // better, worse or neither
}

func (s *server) diff(r *http.Request, p *page) error {
	p.Name, p.Nav, p.Title = "diff", "catalogue", p.Say("diff")
	to, _, err := s.find(r, p)
	if err != nil {
		return err
	}
	d := &diffPage{Code: to.Ref.Code, Area: to.Ref.Area, To: to}
	all, err := s.Catalogue.History(to.Ref.Code)
	if err != nil {
		return err
	}
	for _, v := range all {
		if v.Ref.Area == to.Ref.Area {
			d.Versions = append(d.Versions, v)
		}
	}
	if d.To, err = s.numbered(r.FormValue("to"), to.Ref, to.Ref.Version, d.To); err != nil {
		return err
	}
	if d.From, err = s.numbered(r.FormValue("from"), to.Ref, d.To.Ref.Version-1, nil); err != nil {
		return err
	}
	p.Title = d.To.Name + " · " + p.Say("diff")
	d.Effect = p.Word("open_cases", cmpOr(d.To.OpenCases, item.Keep))
	if d.From != nil {
		d.Changes, d.Better, d.Worse = Compare(p, d.From, d.To)
	}
	p.Data = d
	return nil
}

// numbered is the version with a number, or a default; nil where there is none
// before the first.
func (s *server) numbered(text string, ref item.Ref, otherwise item.Version, it *item.Item) (*item.Item, error) {
	if text == "" && it != nil {
		return it, nil
	}
	ref.Version = otherwise
	if text != "" {
		n, ok := versionOf(text)
		if !ok {
			return nil, refusal.Newf(refusal.Malformed, "", "", "%q is not a version", text)
		}
		ref.Version = n
	} else if otherwise == 0 {
		return nil, nil
	}
	found, ok := s.Catalogue.Version(ref)
	if !ok {
		return nil, refusal.Newf(refusal.NotFound, "", "", "%s has no version %d in %s", ref.Code, ref.Version, ref.Area)
	}
	return found, nil
}

// Compare says what changed from one version to another, and how much of it is
// better and worse for applicants.
func Compare(p *frame.Page, from, to *item.Item) (all []Changed, better, worse int) {
	good, bad := item.Favourable(*from, *to)
	plain := map[string]item.Change{}
	for _, c := range item.Diff(inWords(from, p.Lang), inWords(to, p.Lang)) {
		plain[c.Element] = c
	}
	for _, c := range item.Diff(*from, *to) {
		one := Changed{Label: p.Label(c.Element), Text: p.Pick(c.Text, c.English)}
		if said, ok := plain[c.Element]; ok && strings.HasSuffix(c.Element, ".if") {
			one.Text, one.Code = p.Pick(said.Text, said.English), c.From+" → "+c.To
		}
		switch {
		case slices.Contains(good, c):
			better, one.Class, one.Sign = better+1, "better", "▲ "+p.Pick("更有利", "better")
		case slices.Contains(bad, c):
			worse, one.Class, one.Sign = worse+1, "worse", "▼ "+p.Pick("更不利", "worse")
		}
		all = append(all, one)
	}
	return all, better, worse
}

// inWords is an item whose conditions are said in words.
func inWords(it *item.Item, lang guide.Lang) item.Item {
	said := *it
	said.Situations, said.Materials = slices.Clone(it.Situations), slices.Clone(it.Materials)
	said.Steps, said.Members = slices.Clone(it.Steps), slices.Clone(it.Members)
	say := func(condition *string) { *condition = guide.When(*condition, it.Situations, lang) }
	for i := range said.Situations {
		say(&said.Situations[i].If)
	}
	for i := range said.Materials {
		say(&said.Materials[i].If)
	}
	for i := range said.Steps {
		say(&said.Steps[i].If)
	}
	for i := range said.Members {
		say(&said.Members[i].If)
	}
	return said
}

func (s *server) acts(r *http.Request, ref item.Ref) []frame.Entry {
	if s.Acts == nil {
		return nil
	}
	return s.Acts(r, ref)
}
