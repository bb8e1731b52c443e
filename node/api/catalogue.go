package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/condition"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
)

// ItemList is one page of the catalogue.
type ItemList struct {
	Items []register.Summary `json:"items"`
	More  bool               `json:"more,omitempty"`
	Total int                `json:"total"`
}

type itemQuery struct {
	Text       string       `query:"text" maxLength:"100" doc:"part of name, alias, code or department"`
	Department string       `query:"department" maxLength:"100"`
	Area       area.Code    `query:"area" doc:"as this area sees the catalogue; default: this center's"`
	After      item.Code    `query:"after" doc:"the last code of the page before"`
	AfterArea  area.Code    `query:"after_area"`
	Limit      int          `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Withdrawn  bool         `query:"withdrawn"`
	Bundles    bool         `query:"bundles" doc:"only bundles"`
	On         workday.Date `query:"on" doc:"the catalogue of that day; default: today"`
}

// ItemPath names a version of an item; exported as CasePath is.
type ItemPath struct {
	Code    item.Code    `path:"code" maxLength:"40"`
	Area    area.Code    `query:"area" doc:"whose version; default: the one that this center works by"`
	Version item.Version `query:"version" doc:"0: the one in force"`
	On      workday.Date `query:"on" doc:"the one of that day; default: today"`
}

// ItemView is one version and what the machine finds in it.
type ItemView struct {
	Item       item.Item        `json:"item"`
	Findings   []item.Finding   `json:"findings,omitempty"`
	Supplement *item.Supplement `json:"supplement,omitempty"` // of this center's counter
	Upcoming   []item.Ref       `json:"upcoming,omitempty"`   // published, not in effect yet
}

// Comparison is two versions in words.
type Comparison struct {
	From    item.Ref      `json:"from"`
	To      item.Ref      `json:"to"`
	Changes []item.Change `json:"changes"`
	Better  []item.Change `json:"better,omitempty"` // of them, for the applicant
	Worse   []item.Change `json:"worse,omitempty"`
}

// TouchedCase is an open case under an older version than the one in force.
type TouchedCase struct {
	ID      casefile.ID    `json:"id"`
	Number  string         `json:"number"`
	Phase   casefile.Phase `json:"phase"`
	Holder  area.Center    `json:"holder"`
	Pinned  item.Ref       `json:"pinned"`
	Current item.Ref       `json:"current"`
	Erratum bool           `json:"erratum,omitempty"` // the pinned version was corrected
	// Better are the changes that favour the applicant, where the version in
	// force may be applied to open cases (立法法 104).
	Better []item.Change `json:"better,omitempty"`
}

func (s *Server) registerCatalogue(api huma.API) {
	route(s, api, op("items", http.MethodGet, "/v1/items", "list items", "catalogue"), s.items)
	route(s, api, op("items-search", http.MethodGet, "/v1/search", "find items as you type", "catalogue"), s.search)
	route(s, api, op("item", http.MethodGet, "/v1/items/{code}", "show an item", "catalogue"), s.item)
	route(s, api, op("item-history", http.MethodGet, "/v1/items/{code}/history", "list the versions of an item", "catalogue"),
		func(_ context.Context, in *ItemPath) ([]register.Published, error) {
			all, err := s.node.Register.History(in.Code)
			if all == nil {
				all = []register.Published{}
			}
			return all, err
		})
	route(s, api, op("item-diff", http.MethodGet, "/v1/items/{code}/diff", "tell two versions of an item apart", "catalogue"),
		func(_ context.Context, in *struct {
			ItemPath
			From item.Version `query:"from" doc:"0: the one before"`
		}) (Comparison, error) {
			newer, err := s.version(&in.ItemPath)
			if err != nil {
				return Comparison{}, err
			}
			return s.compare(newer, in.From)
		})
	route(s, api, op("item-cases", http.MethodGet, "/v1/items/{code}/cases", "list the open cases under an older version", "catalogue"),
		func(ctx context.Context, in *ItemPath) ([]TouchedCase, error) { return s.touched(ctx, in.Code) })
	route(s, api, op("item-selection", http.MethodPost, "/v1/items/{code}/selection", "tell which materials and steps a situation selects", "catalogue"),
		func(_ context.Context, in *struct {
			ItemPath
			Body struct {
				Answers item.Answers `json:"answers,omitempty"`
			}
		}) (condition.Selection, error) {
			it, err := s.version(&in.ItemPath)
			if err != nil {
				return condition.Selection{}, err
			}
			return condition.Select(it, in.Body.Answers)
		})
	route(s, api, op("item-withdraw", http.MethodPost, "/v1/items/{code}/withdraw", "withdraw an item", "catalogue"), s.withdraw)
	s.registerDrafts(api)
	s.registerLocal(api)
	s.registerRules(api)
}

func (s *Server) areaOr(a area.Code) area.Code {
	if a == "" {
		return s.node.Self().Center.Area()
	}
	return a
}

func (s *Server) today() workday.Date { return workday.DateOf(s.node.Now()) }

// moment is the catalogue of a day, or of now.
func (s *Server) moment(day workday.Date) (register.Moment, error) {
	switch {
	case day == "" || day == s.today():
		return register.Moment{Day: s.today()}, nil
	case !day.Valid():
		return register.Moment{}, refusal.Newf(refusal.Malformed, "look at a day", "write it as 2026-11-22", "%q is no day", day)
	}
	return s.node.Register.On(day), nil
}

func (s *Server) items(_ context.Context, in *itemQuery) (ItemList, error) {
	on, err := s.moment(in.On)
	if err != nil {
		return ItemList{}, err
	}
	f := register.Filter{Area: s.areaOr(in.Area), Text: in.Text, Department: in.Department, Withdrawn: in.Withdrawn, Bundles: in.Bundles, On: on}
	found, more := s.node.Register.Items(f, item.Ref{Code: in.After, Area: in.AfterArea}, in.Limit)
	if found == nil {
		found = []register.Summary{}
	}
	return ItemList{found, more, s.node.Register.CountItems(f)}, nil
}

func (s *Server) version(in *ItemPath) (*item.Item, error) {
	on, err := s.moment(in.On)
	if err != nil {
		return nil, err
	}
	it, ok := s.node.Register.Item(in.Code, s.areaOr(in.Area), on)
	if in.Version != 0 {
		ref := item.Ref{Code: in.Code, Area: s.areaOr(in.Area), Version: in.Version}
		if ok {
			ref.Area = it.Ref.Area
		}
		if it, ok = s.node.Register.Version(ref); !ok {
			return nil, refusal.Newf(refusal.NotFound, "show item", "list them with 'tongban item history'", "%s has no version %d for %s", ref.Code, ref.Version, ref.Area)
		}
	}
	if !ok {
		return nil, refusal.Newf(refusal.NotFound, "show item", "find it with 'tongban item search', or look at 'tongban item history'",
			"%s is not offered for %s", in.Code, s.areaOr(in.Area))
	}
	return it, nil
}

func (s *Server) item(_ context.Context, in *ItemPath) (ItemView, error) {
	it, err := s.version(in)
	if err != nil {
		return ItemView{}, err
	}
	v := ItemView{Item: *it, Findings: s.drafting().Findings(it)}
	on, err := s.moment(in.On)
	if err != nil {
		return ItemView{}, err
	}
	if local, ok := s.node.Register.Supplement(in.Code, s.node.Self().Center, on); ok {
		v.Supplement = &local
	}
	history, err := s.node.Register.History(in.Code)
	for _, p := range history {
		if p.Ref.Area == it.Ref.Area && p.Effective > s.today() && p.Withdrawn == 0 {
			v.Upcoming = append(v.Upcoming, p.Ref)
		}
	}
	return v, err
}

// compare tells a version from an earlier one; 0: the one before.
func (s *Server) compare(newer *item.Item, from item.Version) (Comparison, error) {
	ref := newer.Ref
	if ref.Version = from; from == 0 {
		ref.Version = newer.Ref.Version - 1
	}
	if ref.Version == 0 {
		return Comparison{}, refusal.Newf(refusal.NotFound, "compare", "name two versions to compare one that is still to come; 'tongban item history' lists them",
			"%s has no version before the one in force for %s", ref.Code, ref.Area)
	}
	older, ok := s.node.Register.Version(ref)
	if !ok {
		return Comparison{}, refusal.Newf(refusal.NotFound, "compare", "list them with 'tongban item history'", "%s has no version %d for %s", ref.Code, ref.Version, ref.Area)
	}
	c := Comparison{From: ref, To: newer.Ref, Changes: item.Diff(*older, *newer)}
	if c.Changes == nil {
		c.Changes = []item.Change{}
	}
	c.Better, c.Worse = item.Favourable(*older, *newer)
	return c, nil
}

// over reports whether nothing more is promised to the applicant of a case.
func over(p casefile.Phase) bool { return p == casefile.PhaseConcluded || p == casefile.PhaseArchived }

// corrected are the versions of an item that an erratum has corrected.
func corrected(history []register.Published) map[item.Ref]bool {
	all := map[item.Ref]bool{}
	for _, p := range history {
		if p.Erratum {
			all[item.Ref{Code: p.Ref.Code, Area: p.Ref.Area, Version: p.Corrects}] = true
		}
	}
	return all
}

// touched lists the cases here that are open under another version of an item
// than the one in force for them, by id.
func (s *Server) touched(ctx context.Context, code item.Code) ([]TouchedCase, error) {
	out := []TouchedCase{}
	today := register.Moment{Day: s.today()}
	history, err := s.node.Register.History(code)
	if err != nil {
		return nil, err
	}
	wrong := corrected(history)
	better := map[[2]item.Ref][]item.Change{} // by the two versions: many cases have the same
	for after := casefile.ID(""); ctx.Err() == nil; {
		page, err := s.node.Cabinet.List(cabinet.Filter{Text: string(code)}, after, 512)
		if err != nil || len(page) == 0 {
			return out, err
		}
		for _, one := range page {
			after = one.ID
			if one.Item.Code != code || over(one.Phase) {
				continue
			}
			current, ok := s.node.Register.Item(code, one.Subject, today)
			if !ok || current.Ref == one.Item {
				continue
			}
			pair := [2]item.Ref{one.Item, current.Ref}
			if _, known := better[pair]; !known && current.OpenCases == item.FavourableOpen {
				if pinned, ok := s.node.Register.Version(one.Item); ok {
					better[pair], _ = item.Favourable(*pinned, *current)
				}
			}
			out = append(out, TouchedCase{
				ID: one.ID, Number: one.Number, Phase: one.Phase, Holder: one.Holder.Center,
				Pinned: one.Item, Current: current.Ref, Erratum: wrong[one.Item], Better: better[pair],
			})
		}
	}
	return out, ctx.Err()
}

func (s *Server) withdraw(ctx context.Context, in *struct {
	ItemPath
	Body struct {
		Reason string       `json:"reason" minLength:"1"`
		From   workday.Date `json:"from,omitempty"` // the first day without it; default: today
		Staff  string       `json:"staff"`
	}
}) (register.Result, error) {
	it, err := s.version(&in.ItemPath)
	if err != nil {
		return register.Result{}, err
	}
	return s.drafting().Withdraw(ctx, it.Ref, in.Body.Reason, in.Body.From, in.Body.Staff)
}
