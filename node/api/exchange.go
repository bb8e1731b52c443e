package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/intake/cabinet"
	"tongban/intake/exchange"
)

// Waiting is everything that waits, for whom and why.
type Waiting struct {
	Rows   []exchange.View   `json:"rows"`             // what is to leave
	Parked []cabinet.Waiting `json:"parked,omitempty"` // what came and waits for a newer Register
}

func (s *Server) registerExchange(api huma.API) {
	route(s, api, op("outbox", http.MethodGet, "/v1/outbox", "list what waits", "exchange"),
		func(_ context.Context, in *struct {
			Dest area.Center `query:"dest" doc:"only for this center"`
		}) (Waiting, error) {
			w := Waiting{Rows: s.node.Exchange.Rows(in.Dest)}
			if w.Rows == nil {
				w.Rows = []exchange.View{}
			}
			var err error
			w.Parked, err = s.node.Cabinet.Waitings(1000)
			return w, err
		})
	route(s, api, op("outbox-try", http.MethodPost, "/v1/outbox/try", "try a destination now", "exchange"),
		func(_ context.Context, in *struct {
			Body struct {
				Dest area.Center `json:"dest"`
			}
		}) (Done, error) {
			s.node.Exchange.TryNow(in.Body.Dest)
			return Done{true}, nil
		})
	huma.Register(api, op("outbox-export", http.MethodGet, "/v1/outbox/export", "write what waits into a file", "exchange"),
		func(_ context.Context, in *struct {
			Dest area.Center `query:"dest"`
		}) (*huma.StreamResponse, error) {
			return &huma.StreamResponse{Body: func(c huma.Context) {
				c.SetHeader("Content-Type", "application/octet-stream")
				var dests []area.Center
				if in.Dest != "" {
					dests = append(dests, in.Dest)
				}
				if n, err := s.node.Exchange.Export(c.BodyWriter(), dests...); err != nil {
					s.log.Error("export the outbox", "err", err)
				} else {
					s.log.Info("outbox exported", "rows", n)
				}
			}}, nil
		})
}

// take takes a file in that another node's outbox wrote.
func (s *Server) take(w http.ResponseWriter, r *http.Request) {
	got, err := s.node.Exchange.Import(r.Context(), r.Body)
	if err != nil {
		s.writeError(w, "take a file in", err)
		return
	}
	writeJSON(w, got)
}
