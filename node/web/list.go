package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/search"
)

// perPage is how many items one page lists.
const perPage = 50

// listing is the catalogue as one page of it.
type listing struct {
	Text       string
	Department string
	Level      area.Level
	Kind       item.Kind
	Bundles    bool
	Levels     []area.Level
	Kinds      []item.Kind
	Chips      []chip
	Rows       []register.Summary
	Alias      map[item.Code]string // the everyday name that was typed
	Total      int
	Found      bool // Rows are finds, in the order in which they fit
}

// chip is one filter that holds, and the address without it.
type chip struct{ Text, Without string }

func (s *server) list(r *http.Request, p *page) error {
	p.Name, p.Nav, p.Title = "list", "catalogue", p.Say("catalogue")
	on, err := s.moment(p)
	if err != nil {
		return err
	}
	l := &listing{
		Text: strings.TrimSpace(r.FormValue("q")), Department: r.FormValue("department"), Bundles: r.FormValue("bundles") != "",
		Levels: []area.Level{area.City, area.District, area.Town, area.Village}, Kinds: []item.Kind{item.Immediate, item.Promised},
	}
	if err := l.Level.UnmarshalText([]byte(r.FormValue("level"))); err != nil {
		l.Level = 0
	}
	if k := item.Kind(r.FormValue("kind")); slices.Contains(l.Kinds, k) {
		l.Kind = k
	}
	if l.Bundles {
		p.Nav = "bundles"
	}
	l.chips(p)
	if l.Text != "" && s.Find != nil && p.Day == "" {
		s.finds(r.Context(), l, on)
	} else {
		s.browse(r, p, l, on)
	}
	p.Data = l
	return nil
}

func (l *listing) chips(p *page) {
	add := func(key, text string) { l.Chips = append(l.Chips, chip{text, p.With(key, "")}) }
	if l.Text != "" {
		add("q", "“"+l.Text+"”")
	}
	if l.Department != "" {
		add("department", l.Department)
	}
	if l.Level != 0 {
		add("level", p.Label("level")+p.Pick("：", ": ")+p.Word("level", l.Level))
	}
	if l.Kind != "" {
		add("kind", p.Word("kind", l.Kind))
	}
	if l.Bundles {
		add("bundles", p.Say("bundles"))
	}
	if p.Day != "" {
		add("day", p.Say("as_of")+" "+string(p.Day))
	}
}

// finds are the items that fit best. There is no next page: who does not see
// it here types another character.
func (s *server) finds(ctx context.Context, l *listing, on register.Moment) {
	l.Found, l.Alias = true, map[item.Code]string{}
	q := search.Query{Text: l.Text, Department: l.Department, Kind: l.Kind, Limit: search.MaxLimit}
	for _, hit := range s.Find(ctx, q) {
		it, ok := s.Catalogue.Item(hit.Ref.Code, s.Self().Area(), on)
		if !ok || l.Level != 0 && it.Level != l.Level || l.Bundles && it.Bundle == "" {
			continue
		}
		if len(l.Rows) == perPage {
			break
		}
		l.Alias[it.Ref.Code] = hit.Alias
		l.Rows = append(l.Rows, register.Summary{
			Ref: it.Ref, Name: it.Name, Department: it.Department, Type: it.Type, Level: it.Level, Kind: it.Kind,
			Bundle: it.Bundle, Local: it.Local, Effective: s.about.Effective(it.Ref),
		})
	}
	l.Total = len(l.Rows)
}

// browse lists by code, page by page.
func (s *server) browse(r *http.Request, p *page, l *listing, on register.Moment) {
	f := register.Filter{
		Area: s.Self().Area(), Text: l.Text, Department: l.Department, Level: l.Level, Kind: l.Kind, Bundles: l.Bundles, On: on,
	}
	after := item.Ref{Code: item.Code(r.FormValue("after")), Area: area.Code(r.FormValue("after_area"))}
	var more bool
	l.Rows, more = s.Catalogue.Items(f, after, perPage)
	l.Total = s.Catalogue.CountItems(f)
	if after.Code != "" {
		p.First = p.With("after", "")
	}
	if more && len(l.Rows) > 0 {
		last := l.Rows[len(l.Rows)-1].Ref
		p.Next = p.With("after", string(last.Code)) + "&after_area=" + string(last.Area)
	}
}
