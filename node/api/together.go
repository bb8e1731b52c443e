package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/desk"
)

// registerTogether is what is done together and on the way: joint cases,
// corrections, slips, amendments, and where a case has been.
func (s *Server) registerTogether(api huma.API) {
	d := s.node.Desk
	action(s, api, desk.SendBack, "send a case back down for correction", d.SendBack)
	action(s, api, desk.JointSet, "set the participants of a joint case", d.JointSet)
	action(s, api, desk.SurveySet, "set a joint site survey", d.SurveySet)
	action(s, api, desk.SurveyHeld, "record a joint site survey", d.SurveyHeld)
	action(s, api, desk.PapersSent, "send originals with a slip", d.SendPapers)
	action(s, api, desk.PapersArrived, "scan a slip of a case", d.ReceivePapers)
	action(s, api, desk.Visited, "record a visit", d.Visited)
	action(s, api, desk.Deliberated, "record a deliberation", d.Deliberated)
	action(s, api, desk.PartyHeard, "record who was heard", d.PartyHeard)
	action(s, api, desk.Void, "void a document", d.Void)
	action(s, api, desk.Correct, "correct a document", d.Correct)
	action(s, api, desk.Reopen, "reopen a decided case", d.Reopen)
	action(s, api, desk.Adopt, "adopt a newer version", d.Adopt)
	route(s, api, op("case-opine", http.MethodPost, "/v1/cases/{id}/opine", "say this center's opinion on a joint case", "cases"), s.opine)
	route(s, api, op("case-route", http.MethodGet, "/v1/cases/{id}/route", "show where a case has been, and for how long", "cases"),
		func(_ context.Context, in *CasePath) (desk.Itinerary, error) { return d.Itinerary(in.ID) })
	route(s, api, op("case-clock", http.MethodGet, "/v1/cases/{id}/clock", "show every clock of a case", "cases"),
		func(_ context.Context, in *CasePath) (desk.Board, error) { return d.Board(in.ID) })
	route(s, api, op("slips", http.MethodGet, "/v1/slips", "list papers on their way from and to this center", "cases"),
		func(_ context.Context, in *struct {
			All bool `query:"all" doc:"those too that came whole"`
		}) ([]desk.SlipView, error) {
			return d.Slips(in.All)
		})
	route(s, api, op("slip-scan", http.MethodPost, "/v1/slips/scan", "scan a slip: its number says of which case", "cases"),
		func(ctx context.Context, in *struct{ Body Acting[desk.ScanForm] }) (desk.Done, error) {
			return d.ScanSlip(ctx, in.Body.By, in.Body.Form)
		})
}

// opine seals this center's opinion and sends it to the lead.
func (s *Server) opine(ctx context.Context, in *actingInput[desk.SayForm]) (RequestView, error) {
	body, err := s.node.Desk.Say(in.Body.By, in.ID, in.Body.Form)
	if err != nil {
		return RequestView{}, err
	}
	id, err := s.node.Exchange.Ask(ctx, in.ID, casefile.OpinionRequest, in.Body.Staff, body)
	if err != nil {
		return RequestView{}, err
	}
	return s.asked(id)
}

// opinionOf is what a participant said in a request; ok is false for one that is
// plain words.
func opinionOf(r casefile.Request) (said casefile.Said, ok bool) {
	ok = r.Kind == casefile.OpinionRequest && wire.Decode(r.Body, &said) == nil && said.Stance != ""
	return said, ok
}
