package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
)

// CoverageReport is how much of what they must offer the centers of an area
// have taken on.
type CoverageReport struct {
	On       workday.Date        `json:"on"`
	Required int                 `json:"required"` // over all centers
	Covered  int                 `json:"covered"`
	Rate     float64             `json:"rate"` // covered / required; 1 where nothing is required
	Centers  []register.Coverage `json:"centers"`
}

func (s *Server) registerLocal(api huma.API) {
	route(s, api, op("supplements", http.MethodGet, "/v1/supplements", "list what a center says of items at its own counter", "catalogue"),
		func(_ context.Context, in *struct {
			Center area.Center  `query:"center" doc:"default: this one"`
			On     workday.Date `query:"on"`
		}) (map[item.Code]item.Supplement, error) {
			on, err := s.moment(in.On)
			if err != nil {
				return nil, err
			}
			return s.node.Register.Supplements(s.centerOr(in.Center), on)
		})
	route(s, api, op("supplement-set", http.MethodPut, "/v1/items/{code}/supplement", "say what holds at this counter", "catalogue"), s.supplement)
	route(s, api, op("lists", http.MethodGet, "/v1/lists", "list the basic catalogues of an area", "catalogue"),
		func(_ context.Context, in *struct {
			Area area.Code    `query:"area"`
			On   workday.Date `query:"on"`
		}) ([]register.Listed, error) {
			on, err := s.moment(in.On)
			if err != nil {
				return nil, err
			}
			found, err := s.node.Register.Lists(s.areaOr(in.Area), on)
			if found == nil {
				found = []register.Listed{}
			}
			return found, err
		})
	route(s, api, op("list-set", http.MethodPut, "/v1/lists", "set a basic catalogue", "catalogue"),
		func(ctx context.Context, in *struct {
			Body struct {
				List  register.List `json:"list"`
				Staff string        `json:"staff" minLength:"1"`
			}
		}) (register.Result, error) {
			l := in.Body.List
			l.Area = s.areaOr(l.Area)
			return s.propose(ctx, "set a list", Wish{Body: l, Staff: in.Body.Staff})
		})
	route(s, api, op("claims", http.MethodGet, "/v1/claims", "list the items that a center has taken on", "catalogue"),
		func(_ context.Context, in *struct {
			Center area.Center  `query:"center" doc:"default: this one"`
			On     workday.Date `query:"on"`
		}) (map[item.Code]workday.Date, error) {
			on, err := s.moment(in.On)
			if err != nil {
				return nil, err
			}
			return s.node.Register.Claims(s.centerOr(in.Center), on)
		})
	route(s, api, op("claim", http.MethodPost, "/v1/claims", "take items on, or give them up", "catalogue"), s.claim)
	route(s, api, op("coverage", http.MethodGet, "/v1/coverage", "report what is missing where", "catalogue"), s.coverage)
}

func (s *Server) centerOr(c area.Center) area.Center {
	if c == "" {
		return s.node.Self().Center
	}
	return c
}

// supplement sets what a counter says of an item. It reads what it is given as
// it comes, so that a standardized element is refused by its name.
func (s *Server) supplement(ctx context.Context, in *struct {
	Code item.Code `path:"code" maxLength:"40"`
	Body struct {
		Center     area.Center    `json:"center,omitempty"` // default: this one
		Supplement map[string]any `json:"supplement"`
		Staff      string         `json:"staff" minLength:"1"`
	}
}) (register.Result, error) {
	c := s.centerOr(in.Body.Center)
	it, ok := s.node.Register.Item(in.Code, c.Area(), register.Moment{Day: s.today()})
	if !ok {
		return register.Result{}, refusal.Newf(refusal.NotFound, "supplement", "find it with 'tongban item search'", "%s is not offered for %s", in.Code, c)
	}
	local, found := item.ReadSupplement(in.Body.Supplement)
	if !item.Publishable(found) {
		p := problem(http.StatusUnprocessableEntity, "supplement", fmt.Sprintf("%s %s：本地要素没有保存 (the supplement was not kept)", in.Code, it.Name),
			fmt.Sprintf("标准化要素由 %s 发布；本地只填地点、窗口、电话、时间等 (standardized elements are published by %s)", it.Ref.Area, it.Ref.Area))
		for _, f := range found {
			if f.Severity == item.Error {
				p.Details = append(p.Details, f.Message+" — "+f.English)
				if f.Code == "standardized" {
					p.Code = f.Code
				}
			}
		}
		return register.Result{}, p
	}
	return s.propose(ctx, "supplement "+string(in.Code), Wish{
		Body: register.LocalPart{Center: c, Item: in.Code, Supplement: local}, Staff: in.Body.Staff,
	})
}

func (s *Server) claim(ctx context.Context, in *struct {
	Body struct {
		Claim register.Claim `json:"claim"`
		Staff string         `json:"staff" minLength:"1"`
	}
}) (register.Result, error) {
	c := in.Body.Claim
	c.Center = s.centerOr(c.Center)
	for _, code := range c.Items {
		if _, ok := s.node.Register.Item(code, c.Center.Area(), register.Moment{Day: s.today()}); !ok && !c.Drop {
			return register.Result{}, refusal.Newf(refusal.NotFound, "claim", "find it with 'tongban item search'", "%s is not offered for %s", code, c.Center)
		}
	}
	return s.propose(ctx, "claim", Wish{Body: c, Staff: in.Body.Staff})
}

func (s *Server) coverage(_ context.Context, in *struct {
	Center area.Center  `query:"center" doc:"of this one alone"`
	Under  area.Code    `query:"under" doc:"of every center of this area; default: this center and those below it"`
	On     workday.Date `query:"on"`
}) (CoverageReport, error) {
	on, err := s.moment(in.On)
	if err != nil {
		return CoverageReport{}, err
	}
	centers := []area.Center{in.Center}
	if in.Center == "" {
		listed, err := s.node.Register.Centers(s.areaOr(in.Under), "", 0)
		if err != nil {
			return CoverageReport{}, err
		}
		centers = nil
		for _, l := range listed {
			if l.Revoked == 0 {
				centers = append(centers, l.ID)
			}
		}
	}
	report := CoverageReport{On: on.Day, Rate: 1, Centers: []register.Coverage{}}
	for _, c := range centers {
		one, err := s.node.Register.Coverage(c, on)
		if err != nil {
			return report, err
		}
		report.Required += one.Required
		report.Covered += one.Covered
		report.Centers = append(report.Centers, one)
	}
	if report.Required > 0 {
		report.Rate = float64(report.Covered) / float64(report.Required)
	}
	return report, nil
}
