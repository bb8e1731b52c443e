package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
)

// MaxBatch is how many items one call publishes.
const MaxBatch = 2000

// ItemList is one page of the catalogue.
type ItemList struct {
	Items []register.Summary `json:"items"`
	More  bool               `json:"more,omitempty"`
	Total int                `json:"total"`
}

type itemQuery struct {
	Text       string    `query:"text" maxLength:"100" doc:"part of name, alias, code or department"`
	Department string    `query:"department" maxLength:"100"`
	Area       area.Code `query:"area" doc:"as this area sees the catalogue; default: this center's"`
	After      item.Code `query:"after" doc:"the last code of the page before"`
	AfterArea  area.Code `query:"after_area"`
	Limit      int       `query:"limit" minimum:"1" maximum:"500" default:"50"`
	Withdrawn  bool      `query:"withdrawn"`
}

// ItemPath names a version of an item; exported as CasePath is.
type ItemPath struct {
	Code    item.Code    `path:"code" maxLength:"40"`
	Area    area.Code    `query:"area" doc:"whose version; default: the one that this center works by"`
	Version item.Version `query:"version" doc:"0: the current one"`
}

// ItemView is one version and what the machine finds in it.
type ItemView struct {
	Item     item.Item      `json:"item"`
	Findings []item.Finding `json:"findings,omitempty"`
}

// Publishing is items to publish for an area.
type Publishing struct {
	Items []item.Item `json:"items" maxItems:"2000"`
	Area  area.Code   `json:"area,omitempty"` // for whom; default: this center's own
	Staff string      `json:"staff"`
	Note  string      `json:"note,omitempty"`
	Check bool        `json:"check,omitempty"` // only tell what would come of it
}

// PublishedItem is what came of one item.
type PublishedItem struct {
	Ref      item.Ref         `json:"ref"`
	Name     string           `json:"name"`
	Findings []item.Finding   `json:"findings,omitempty"`
	Changes  []string         `json:"changes,omitempty"` // against the version before
	Result   *register.Result `json:"result,omitempty"`  // nil when only checked, or when a finding forbids it
}

func (s *Server) registerCatalogue(api huma.API) {
	route(s, api, op("items", http.MethodGet, "/v1/items", "list items", "catalogue"), s.items)
	route(s, api, op("items-search", http.MethodGet, "/v1/search", "find items as you type", "catalogue"), s.search)
	route(s, api, op("item", http.MethodGet, "/v1/items/{code}", "show an item", "catalogue"), s.item)
	route(s, api, op("item-history", http.MethodGet, "/v1/items/{code}/history", "list the versions of an item", "catalogue"),
		func(_ context.Context, in *ItemPath) ([]register.Published, error) {
			return s.node.Register.History(in.Code)
		})
	route(s, api, op("item-diff", http.MethodGet, "/v1/items/{code}/diff", "tell two versions of an item apart", "catalogue"), s.diff)
	route(s, api, op("items-publish", http.MethodPost, "/v1/items", "publish items", "catalogue"), s.publish)
	route(s, api, op("item-withdraw", http.MethodPost, "/v1/items/{code}/withdraw", "withdraw an item", "catalogue"), s.withdraw)
	route(s, api, op("rules", http.MethodGet, "/v1/rules", "list the rules of an area", "catalogue"),
		func(_ context.Context, in *struct {
			Area area.Code `query:"area"`
		}) ([]rule.Rule, error) {
			return s.node.Register.Rules().Settings(s.areaOr(in.Area)), nil
		})
	route(s, api, op("rule-set", http.MethodPut, "/v1/rules", "set a rule", "catalogue"),
		func(ctx context.Context, in *struct {
			Body struct {
				Area  area.Code `json:"area"`
				Rule  rule.Rule `json:"rule"`
				Staff string    `json:"staff"`
			}
		}) (register.Result, error) {
			return s.propose(ctx, "set a rule", Wish{Body: register.RuleSetting{Area: in.Body.Area, Rule: in.Body.Rule}, Staff: in.Body.Staff})
		})
	route(s, api, op("calendar", http.MethodGet, "/v1/calendar", "list the years whose working days are published", "catalogue"),
		func(context.Context, *none) ([]workday.Year, error) {
			years, err := s.node.Register.Years()
			if years == nil {
				years = []workday.Year{}
			}
			return years, err
		})
	route(s, api, op("calendar-set", http.MethodPut, "/v1/calendar", "publish the working days of a year", "catalogue"),
		func(ctx context.Context, in *struct {
			Body struct {
				Year  workday.Year `json:"year"`
				Staff string       `json:"staff"`
			}
		}) (register.Result, error) {
			return s.propose(ctx, "publish a calendar", Wish{Body: register.CalendarSetting{Year: in.Body.Year}, Staff: in.Body.Staff})
		})
}

func (s *Server) areaOr(a area.Code) area.Code {
	if a == "" {
		return s.node.Self().Center.Area()
	}
	return a
}

func (s *Server) items(_ context.Context, in *itemQuery) (ItemList, error) {
	f := register.Filter{Area: s.areaOr(in.Area), Text: in.Text, Department: in.Department, Withdrawn: in.Withdrawn}
	found, more := s.node.Register.Items(f, item.Ref{Code: in.After, Area: in.AfterArea}, in.Limit)
	return ItemList{found, more, s.node.Register.CountItems(f)}, nil
}

func (s *Server) version(in *ItemPath) (*item.Item, error) {
	it, ok := s.node.Register.Item(in.Code, s.areaOr(in.Area))
	if ok && in.Version != 0 {
		it, ok = s.node.Register.Version(item.Ref{Code: in.Code, Area: it.Ref.Area, Version: in.Version})
	}
	if !ok {
		return nil, refusal.Newf(refusal.NotFound, "show item", "find it with 'tongban item search'",
			"%s is not offered for %s", in.Code, s.areaOr(in.Area))
	}
	return it, nil
}

func (s *Server) item(_ context.Context, in *ItemPath) (ItemView, error) {
	it, err := s.version(in)
	if err != nil {
		return ItemView{}, err
	}
	return ItemView{*it, item.Validate(*it)}, nil
}

func (s *Server) diff(_ context.Context, in *struct {
	ItemPath
	From item.Version `query:"from" doc:"0: the one before"`
}) ([]string, error) {
	newer, err := s.version(&in.ItemPath)
	if err != nil {
		return nil, err
	}
	ref := newer.Ref
	if ref.Version = in.From; in.From == 0 {
		ref.Version = newer.Ref.Version - 1
	}
	older, ok := s.node.Register.Version(ref)
	if !ok {
		return nil, refusal.Newf(refusal.NotFound, "compare", "", "%s has no version %d", in.Code, ref.Version)
	}
	return changes(*older, *newer), nil
}

func changes(older, newer item.Item) []string {
	out := []string{}
	for _, c := range item.Diff(older, newer) {
		out = append(out, c.String())
	}
	return out
}

func (s *Server) publish(ctx context.Context, in *struct{ Body Publishing }) ([]PublishedItem, error) {
	target := s.areaOr(in.Body.Area)
	out := make([]PublishedItem, 0, len(in.Body.Items))
	wishes := make([]Wish, 0, len(in.Body.Items))
	var sound []int
	for _, it := range in.Body.Items {
		base := item.Version(0)
		var previous *item.Item
		if current, ok := s.node.Register.Item(it.Ref.Code, target); ok && current.Ref.Area == target {
			base, previous = current.Ref.Version, current
		} else if versions, err := s.node.Register.History(it.Ref.Code); err == nil {
			for _, v := range versions { // it may have been withdrawn
				if v.Ref.Area == target {
					base = max(base, v.Ref.Version)
				}
			}
		}
		it.Ref.Area, it.Ref.Version = target, base+1
		p := PublishedItem{Ref: it.Ref, Name: it.Name, Findings: item.Validate(it)}
		if previous != nil {
			p.Changes = changes(*previous, it)
		}
		if item.Publishable(p.Findings) {
			sound = append(sound, len(out))
			wishes = append(wishes, Wish{Body: register.Publication{Item: it, Base: base}, Staff: in.Body.Staff, Note: in.Body.Note})
		}
		out = append(out, p)
	}
	if in.Body.Check || len(sound) < len(out) || len(out) == 0 {
		return out, nil // all or nothing: one that may not be published stops the rest
	}
	results, err := s.node.Propose(ctx, wishes...)
	if err != nil {
		return nil, err
	}
	for i, r := range results {
		out[sound[i]].Result = &r
	}
	return out, nil
}

func (s *Server) withdraw(ctx context.Context, in *struct {
	ItemPath
	Body struct {
		Reason string `json:"reason" minLength:"1"`
		Staff  string `json:"staff"`
	}
}) (register.Result, error) {
	it, err := s.version(&in.ItemPath)
	if err != nil {
		return register.Result{}, err
	}
	return s.propose(ctx, "withdraw "+string(in.Code), Wish{Body: register.Withdrawal{Ref: it.Ref, Reason: in.Body.Reason}, Staff: in.Body.Staff})
}
