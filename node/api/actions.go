package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/bundle"
	"tongban/catalog/item"
	"tongban/intake/casefile"
	"tongban/intake/desk"
)

// Acting is the body of an action: who acts and when, and the action's form.
type Acting[F any] struct {
	desk.By
	Form F `json:"form"`
}

type actingInput[F any] struct {
	CasePath
	Body Acting[F]
}

// registerActions gives every action of the desk its path: the form is the
// desk's own, so there is nothing to translate.
func (s *Server) registerActions(api huma.API) {
	d := s.node.Desk
	route(s, api, op("case-open", http.MethodPost, "/v1/cases", "open a case", "cases"),
		func(ctx context.Context, in *struct{ Body Acting[desk.OpenForm] }) (desk.Done, error) {
			return d.Open(ctx, in.Body.By, in.Body.Form)
		})
	route(s, api, op("bundle-plan", http.MethodPost, "/v1/bundles/plan", "tell what a bundle asks of an applicant", "cases"),
		func(_ context.Context, in *struct{ Body desk.BundleForm }) (BundlePlan, error) {
			return s.planBundle(in.Body)
		})
	route(s, api, op("bundle-open", http.MethodPost, "/v1/bundles", "open the cases of a bundle from one intake", "cases"),
		func(ctx context.Context, in *struct {
			Body Acting[desk.BundleForm]
		}) (desk.Intake, error) {
			return d.OpenBundle(ctx, in.Body.By, in.Body.Form)
		})
	action(s, api, desk.Receive, "record what was laid on the counter", d.Receive)
	action(s, api, desk.Notice, "give the one-time notice", d.Notice)
	action(s, api, desk.Supplement, "record what was brought after the notice", d.Supplement)
	action(s, api, desk.Accept, "accept a case", d.Accept)
	action(s, api, desk.Decline, "decline a case", d.Decline)
	action(s, api, desk.Check, "end the first check", d.Check)
	action(s, api, desk.Review, "end the review", d.Review)
	action(s, api, desk.Suspend, "start a wait", d.Suspend)
	action(s, api, desk.Resume, "end a wait", d.Resume)
	action(s, api, desk.Extend, "extend the limits", d.Extend)
	action(s, api, desk.HandOver, "hand a case over", d.HandOver)
	action(s, api, desk.TurnBack, "turn a case back", d.TurnBack)
	action(s, api, desk.Outside, "record an outside step", d.Outside)
	action(s, api, desk.Opinion, "record an opinion", d.Opinion)
	action(s, api, desk.Decide, "decide", d.Decide)
	action(s, api, desk.Make, "end the making of a document", d.Make)
	action(s, api, desk.Serve, "serve the decision", d.Serve)
	action(s, api, desk.HandOut, "hand the result out", d.HandOut)
	action(s, api, desk.Settle, "settle an immediate case", d.Settle)
	action(s, api, desk.Withdraw, "withdraw a case", d.Withdraw)
	action(s, api, desk.Terminate, "terminate a case", d.Terminate)
	action(s, api, desk.Reconcile, "settle a superseded branch", d.Reconcile)
	action(s, api, desk.TakeOver, "take a case over", plain(d.TakeOver))
	action(s, api, desk.Seize, "open the epoch that was granted", plain(d.Seize))
	action(s, api, desk.Conclude, "conclude a case", d.ConcludeWith)
	action(s, api, desk.Archive, "archive a case", noted(d.Archive))
}

// BundlePlan is what a bundle asks of an applicant, with the names of its
// members.
type BundlePlan struct {
	bundle.Plan
	Names map[item.Code]string `json:"names"`
}

func (s *Server) planBundle(form desk.BundleForm) (BundlePlan, error) {
	plan, err := s.node.Desk.PlanBundle(form)
	if err != nil {
		return BundlePlan{}, err
	}
	return withNames(plan), nil
}

type do[F any] func(context.Context, desk.By, casefile.ID, F) (desk.Done, error)

func action[F any](s *Server, api huma.API, name desk.Action, summary string, do do[F]) {
	route(s, api, op("case-"+string(name), http.MethodPost, "/v1/cases/{id}/"+string(name), summary, "cases"),
		func(ctx context.Context, in *actingInput[F]) (desk.Done, error) {
			return do(ctx, in.Body.By, in.ID, in.Body.Form)
		})
}

// EmptyForm is the form of an action that needs no words.
type EmptyForm struct{}

// NoteForm is the form of an action with a note for the log.
type NoteForm struct {
	Note string `json:"note,omitempty"`
}

func plain(f func(context.Context, desk.By, casefile.ID) (desk.Done, error)) do[EmptyForm] {
	return func(ctx context.Context, by desk.By, id casefile.ID, _ EmptyForm) (desk.Done, error) {
		return f(ctx, by, id)
	}
}

func noted(f func(context.Context, desk.By, casefile.ID, string) (desk.Done, error)) do[NoteForm] {
	return func(ctx context.Context, by desk.By, id casefile.ID, form NoteForm) (desk.Done, error) {
		return f(ctx, by, id, form.Note)
	}
}
