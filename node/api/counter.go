package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/bundle"
	"tongban/catalog/item"
	"tongban/intake/desk"
)

// VisitView is a visit and its cases, as far as this node has copies of them.
type VisitView struct {
	Visit string         `json:"visit"`
	Cases []desk.Summary `json:"cases"`
}

// registerCounter gives the counter its paths beside those of every case:
// visits, papers that need not be brought again, fees, agency.
func (s *Server) registerCounter(api huma.API) {
	d := s.node.Desk
	route(s, api, op("visit-plan", http.MethodPost, "/v1/visits/plan", "tell what several items ask of one person", "cases"),
		func(_ context.Context, in *struct{ Body desk.VisitForm }) (BundlePlan, error) {
			plan, err := d.PlanVisit(in.Body)
			if err != nil {
				return BundlePlan{}, err
			}
			return withNames(plan), nil
		})
	route(s, api, op("visit-open", http.MethodPost, "/v1/visits", "open several cases for one person on one visit", "cases"),
		func(ctx context.Context, in *struct{ Body Acting[desk.VisitForm] }) (desk.Visit, error) {
			return d.OpenVisit(ctx, in.Body.By, in.Body.Form)
		})
	route(s, api, op("visit", http.MethodGet, "/v1/visits/{visit}", "list the cases of a visit", "cases"),
		func(_ context.Context, in *struct {
			Visit string `path:"visit" maxLength:"128" doc:"as it is named, or by the number of today's queue ticket"`
		}) (VisitView, error) {
			all, err := d.VisitCases(in.Visit)
			return VisitView{d.VisitOf(in.Visit), all}, err
		})
	route(s, api, op("carry", http.MethodPost, "/v1/carry", "list what an applicant need not bring again", "cases"),
		func(_ context.Context, in *struct{ Body desk.CarryForm }) ([]desk.Carryable, error) {
			return d.Carry(in.Body)
		})
	route(s, api, op("case-carry", http.MethodGet, "/v1/cases/{id}/carry", "list what an open case can take from earlier ones", "cases"),
		func(_ context.Context, in *CasePath) ([]desk.Carryable, error) { return d.CarryTo(in.ID) })
	action(s, api, desk.Return, "return the papers before acceptance", d.Return)
	action(s, api, desk.FeeCharge, "give a payment notice", d.FeeCharge)
	action(s, api, desk.FeeWaive, "let a fee go", d.FeeWaive)
	action(s, api, desk.FeePay, "record a payment", d.FeePay)
	action(s, api, desk.FeeSettle, "settle what was collected on behalf", d.FeeSettle)
	action(s, api, desk.Mandate, "record a mandate for the whole way", d.Mandate)
	action(s, api, desk.AcceptMandate, "give the receipt of a mandate", d.AcceptMandate)
	action(s, api, desk.Undertake, "fix who carries a mandate through", d.Undertake)
	action(s, api, desk.HandBack, "hand everything back to the client", d.HandBack)
}

// withNames is a plan with the names of its members.
func withNames(plan bundle.Plan) BundlePlan {
	out := BundlePlan{Plan: plan, Names: map[item.Code]string{}}
	for _, p := range plan.Parts {
		out.Names[p.Member.Code] = p.Item.Name
	}
	return out
}
