package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/node/drafting"
)

// DraftList is one page of drafts.
type DraftList struct {
	Drafts []register.DraftView `json:"drafts"`
	More   bool                 `json:"more,omitempty"`
}

// DraftPath names a draft by the record that made it; exported as CasePath is.
type DraftPath struct {
	Draft register.Index `path:"draft" minimum:"1"`
}

func (s *Server) registerDrafts(api huma.API) {
	d := s.drafting()
	route(s, api, op("drafts-make", http.MethodPost, "/v1/drafts", "draft versions of items", "catalogue"),
		func(ctx context.Context, in *struct{ Body drafting.Drafting }) ([]drafting.Drafted, error) {
			return d.Make(ctx, in.Body)
		})
	route(s, api, op("drafts", http.MethodGet, "/v1/drafts", "list drafts", "catalogue"), s.drafts)
	route(s, api, op("draft", http.MethodGet, "/v1/drafts/{draft}", "show a draft", "catalogue"),
		func(_ context.Context, in *DraftPath) (drafting.DraftDetail, error) { return d.Show(in.Draft) })
	route(s, api, op("draft-close", http.MethodPost, "/v1/drafts/{draft}/close", "return a draft, or give it up", "catalogue"),
		func(ctx context.Context, in *struct {
			DraftPath
			Body struct {
				Reason string `json:"reason" minLength:"1"`
				Staff  string `json:"staff" minLength:"1"`
			}
		}) (register.Result, error) {
			return d.Close(ctx, in.Draft, in.Body.Reason, in.Body.Staff)
		})
	route(s, api, op("drafts-publish", http.MethodPost, "/v1/publications", "approve drafts and publish them", "catalogue"),
		func(ctx context.Context, in *struct{ Body drafting.Publishing }) ([]drafting.PublishedItem, error) {
			return d.Publish(ctx, in.Body)
		})
}

// drafting is what becomes of drafts at this node.
func (s *Server) drafting() *drafting.Drafts {
	n := s.node
	return &drafting.Drafts{
		Register: n.Register, Propose: n.Propose, Try: n.Try, Self: func() area.Center { return n.Self().Center }, Today: s.today,
	}
}

func (s *Server) drafts(_ context.Context, in *struct {
	Area  area.Code           `query:"area" doc:"for this area or one under it; default: the whole realm"`
	State register.DraftState `query:"state" enum:"open,revised,closed,published,all" default:"open"`
	Code  item.Code           `query:"code" maxLength:"40"`
	After register.Index      `query:"after"`
	Limit int                 `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}) (DraftList, error) {
	f := register.DraftFilter{Area: in.Area, State: in.State, Code: in.Code}
	if in.State == "all" {
		f.State = ""
	}
	found, more := s.node.Register.Drafts(f, in.After, in.Limit)
	if found == nil {
		found = []register.DraftView{}
	}
	return DraftList{found, more}, nil
}
