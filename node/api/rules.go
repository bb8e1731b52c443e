package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
)

// RuleInForce is one rule as an area goes by it.
type RuleInForce struct {
	rule.Rule
	Name    string    `json:"name"`
	Meaning string    `json:"meaning"`
	Unit    rule.Unit `json:"unit"`
	SetFor  area.Code `json:"set_for,omitempty"` // "": the default
}

// RulePath names a rule; exported as CasePath is.
type RulePath struct {
	Key  rule.Key  `path:"key" maxLength:"60"`
	Area area.Code `query:"area" doc:"default: this center's own"`
}

// RuleWish is a rule to set.
type RuleWish struct {
	Area  area.Code `json:"area,omitempty"` // where it holds; default: this center's own
	Rule  rule.Rule `json:"rule"`
	Staff string    `json:"staff" minLength:"1"`
	Check bool      `json:"check,omitempty"` // only tell what is wrong with it
}

func (s *Server) registerRules(api huma.API) {
	route(s, api, op("rules", http.MethodGet, "/v1/rules", "list the rules that an area goes by", "catalogue"), s.rulesInForce)
	route(s, api, op("rule-history", http.MethodGet, "/v1/rules/{key}/history", "list every value of a rule, in an area and above it", "catalogue"),
		func(_ context.Context, in *RulePath) ([]rule.Setting, error) {
			out := s.node.Register.Rules().History(s.areaOr(in.Area), in.Key)
			if out == nil {
				out = []rule.Setting{}
			}
			return out, nil
		})
	route(s, api, op("rule-set", http.MethodPut, "/v1/rules", "set a rule", "catalogue"), s.setRule)
	route(s, api, op("calendar", http.MethodGet, "/v1/calendar", "list the years whose working days are published", "catalogue"),
		func(_ context.Context, in *struct {
			On workday.Date `query:"on" doc:"as they were known on that day; default: today"`
		}) ([]workday.Year, error) {
			on, err := s.moment(in.On)
			if err != nil {
				return nil, err
			}
			years, err := s.node.Register.Years(on)
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

func (s *Server) rulesInForce(_ context.Context, in *struct {
	Area area.Code    `query:"area" doc:"default: this center's own"`
	On   workday.Date `query:"on" doc:"on that day; default: today"`
}) ([]RuleInForce, error) {
	on, err := s.moment(in.On)
	if err != nil {
		return nil, err
	}
	rules := s.node.Register.RulesOn(on)
	out := []RuleInForce{}
	for _, schema := range rule.Schemas() {
		found, _ := rules.Find(schema.Key, s.areaOr(in.Area), string(on.Day))
		out = append(out, RuleInForce{Rule: found.Rule, Name: schema.Name, Meaning: schema.Meaning, Unit: schema.Unit, SetFor: found.Area})
	}
	return out, nil
}

// fromNow lets a rule begin today that was made of the one in force, as 'rule
// show' prints it, and still has its day.
func (s *Server) fromNow(r rule.Rule, a area.Code) rule.Rule {
	if now, _ := s.node.Register.Rules().Find(r.Key, a, string(s.today())); now.Rule.From == r.From && r.From < string(s.today()) {
		r.From = ""
	}
	return r
}

func (s *Server) setRule(ctx context.Context, in *struct{ Body RuleWish }) (register.Result, error) {
	r := s.fromNow(in.Body.Rule, s.areaOr(in.Body.Area))
	if found := r.Problems(); len(found) > 0 {
		p := problem(http.StatusUnprocessableEntity, string(refusal.Malformed), "rule "+string(r.Key)+": it cannot be set like this", "'tongban rule show' prints the one in force as a model")
		for _, one := range found {
			p.Details = append(p.Details, one.Path+": "+one.Message+" — "+one.English)
		}
		return register.Result{}, p
	}
	if in.Body.Check {
		return register.Result{}, nil
	}
	return s.propose(ctx, "set a rule", Wish{Body: register.RuleSetting{Area: s.areaOr(in.Body.Area), Rule: r}, Staff: in.Body.Staff})
}
