package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/exchange"
)

// Asking is what a center that does not hold a case has to say to the one that
// does.
type Asking struct {
	Kind  string `json:"kind" enum:"opinion,supplement,reminder,withdrawal,rating"`
	Text  string `json:"text" minLength:"1" maxLength:"4000" doc:"no personal data: it goes into the log"`
	Staff string `json:"staff" minLength:"1"`
}

// RequestView is a request and what became of it, or where it stands in a log.
type RequestView struct {
	ID     string          `json:"id"`
	Case   casefile.ID     `json:"case"`
	From   area.Center     `json:"from"`
	Kind   string          `json:"kind"`
	Text   string          `json:"text"`
	Stance casefile.Stance `json:"stance,omitempty"` // of a participant's opinion
	Staff  string          `json:"staff"`
	Time   int64           `json:"time"`
	Late   bool            `json:"late,omitempty"`  // it came after the decision
	Reply  *exchange.Reply `json:"reply,omitempty"` // of our own: nil while it is on its way
}

func viewRequest(r casefile.Request) RequestView {
	v := RequestView{ID: r.ID, Case: r.Case, From: r.From.Center, Kind: r.Kind, Text: string(r.Body), Staff: r.Staff, Time: r.Time}
	if said, ok := opinionOf(r); ok {
		v.Text, v.Stance = said.Text, said.Stance
	}
	if grade, ok := gradeOf(r); ok {
		v.Text = grade
	}
	return v
}

func (s *Server) registerRequests(api huma.API) {
	route(s, api, op("request-send", http.MethodPost, "/v1/cases/{id}/requests", "say something to the custodian of a case", "cases"),
		func(ctx context.Context, in *struct {
			CasePath
			Body Asking
		}) (RequestView, error) {
			id, err := s.node.Exchange.Ask(ctx, in.ID, in.Body.Kind, in.Body.Staff, []byte(in.Body.Text))
			if err != nil {
				return RequestView{}, err
			}
			return s.asked(id)
		})
	route(s, api, op("requests", http.MethodGet, "/v1/requests", "list this center's own requests", "cases"),
		func(_ context.Context, in *struct {
			Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		}) ([]RequestView, error) {
			asked, err := s.node.Exchange.Requests(in.Limit)
			out := []RequestView{}
			for _, a := range asked {
				v := viewRequest(a.Request)
				v.Reply = a.Reply
				out = append(out, v)
			}
			return out, err
		})
	route(s, api, op("case-requests", http.MethodGet, "/v1/cases/{id}/requests", "list the requests recorded in a case", "cases"), s.recorded)
}

func (s *Server) asked(id string) (RequestView, error) {
	a, err := s.node.Exchange.Asked(id)
	v := viewRequest(a.Request)
	v.Reply = a.Reply
	return v, err
}

// recorded reads the requests out of a case's log; each is verified again.
func (s *Server) recorded(_ context.Context, in *CasePath) ([]RequestView, error) {
	state, err := s.node.Cabinet.State(in.ID)
	if err != nil {
		return nil, err
	}
	out := []RequestView{}
	records, err := s.node.Cabinet.Log(in.ID, 1, int(state.Head.Index))
	if err != nil {
		return nil, err
	}
	for _, b := range records {
		r, err := casefile.Read(b)
		if err != nil {
			return nil, err
		}
		if r.Event.Kind != casefile.RequestKept {
			continue
		}
		content, err := r.Event.Content()
		if err != nil {
			return nil, err
		}
		body, ok := content.(*casefile.RequestBody)
		if !ok {
			return nil, refusal.Newf(refusal.Malformed, "read requests", "", "event %d is no request", r.Event.Seq)
		}
		request, err := casefile.OpenRequest(body.Sealed, s.partyKey)
		if err != nil {
			return nil, err
		}
		v := viewRequest(request)
		v.Late = body.Late
		out = append(out, v)
	}
	return out, nil
}

func (s *Server) partyKey(p casefile.Party) (chain.PublicKey, bool) {
	key, _, _, ok := s.node.Register.Key(p.Center, p.Incarnation)
	return key, ok
}
