package api

import (
	"context"
	"crypto/rand"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/consensus/refusal"
)

// CenterView is a center in the directory, and what is known of it now.
type CenterView struct {
	register.Listing
	Level     area.Level `json:"level"`
	Self      bool       `json:"self,omitempty"`
	Voter     bool       `json:"voter,omitempty"`
	Connected bool       `json:"connected,omitempty"` // a line stands now
	Up        bool       `json:"up,omitempty"`        // by gossip or by a line: never a ground for a decision
}

// Ticketed is a written invitation. The text is a secret: whoever has it can
// make the center's node.
type Ticketed struct {
	Center  area.Center `json:"center"`
	Ticket  string      `json:"ticket"`
	Expires time.Time   `json:"expires"`
	Rejoin  bool        `json:"rejoin,omitempty"`
}

func (s *Server) registerCenters(api huma.API) {
	route(s, api, op("centers", http.MethodGet, "/v1/centers", "list centers", "centers"), s.centers)
	route(s, api, op("center", http.MethodGet, "/v1/centers/{id}", "show a center", "centers"),
		func(_ context.Context, in *struct {
			ID area.Center `path:"id"`
		}) (CenterView, error) {
			l, ok := s.node.Register.Center(in.ID)
			if !ok {
				return CenterView{}, refusal.Newf(refusal.NotFound, "show center", "'tongban center list' lists them", "no center %s", in.ID)
			}
			return s.centerView(l, s.node.Status()), nil
		})
	route(s, api, op("invite", http.MethodPost, "/v1/invitations", "invite a center", "centers"), s.invite)
	route(s, api, op("center-revoke", http.MethodPost, "/v1/centers/{id}/revoke", "shut a center out", "centers"),
		func(ctx context.Context, in *struct {
			ID   area.Center `path:"id"`
			Body struct {
				Reason string `json:"reason" minLength:"1"`
				Staff  string `json:"staff"`
			}
		}) (register.Result, error) {
			return s.propose(ctx, "revoke "+string(in.ID), Wish{Body: register.Revocation{Center: in.ID, Reason: in.Body.Reason}, Staff: in.Body.Staff})
		})
	route(s, api, op("center-update", http.MethodPut, "/v1/centers/{id}", "change a center's name, address or telephone", "centers"), s.updateCenter)
	route(s, api, op("powers", http.MethodGet, "/v1/powers", "list dated powers", "centers"),
		func(_ context.Context, in *struct {
			Item   item.Code   `query:"item"`
			Center area.Center `query:"center"`
		}) ([]register.Granted, error) {
			list, err := s.node.Register.Powers(in.Item, in.Center)
			if list == nil {
				list = []register.Granted{}
			}
			return list, err
		})
	route(s, api, op("power-grant", http.MethodPost, "/v1/powers", "grant, prolong or end a dated power", "centers"),
		func(ctx context.Context, in *struct {
			Body struct {
				Power register.Power `json:"power"`
				Staff string         `json:"staff"`
			}
		}) (register.Result, error) {
			return s.propose(ctx, "grant a power", Wish{Body: in.Body.Power, Staff: in.Body.Staff})
		})
	route(s, api, op("pool-rotate", http.MethodPost, "/v1/realm/pool", "give a district's presence pool another key", "centers"), s.rotatePool)
}

// PoolForm names the presence pool that gets another key.
type PoolForm struct {
	District area.Code `json:"district,omitempty" maxLength:"12" doc:"whose pool it is; empty: this center's"`
	Staff    string    `json:"staff" minLength:"1" maxLength:"100"`
}

// PoolView is a presence pool and where its key stands. The key is nobody's to
// see.
type PoolView struct {
	Pool  area.Code      `json:"pool"`
	Since register.Index `json:"since"` // the record of the Register
}

func (s *Server) rotatePool(ctx context.Context, in *struct{ Body PoolForm }) (PoolView, error) {
	v := PoolView{Pool: in.Body.District}
	if v.Pool == "" {
		v.Pool = register.Pool(s.node.Self().Center.Area())
	}
	r, err := s.propose(ctx, "rotate the key of a presence pool", Wish{Body: register.GossipKey{District: v.Pool, Key: NewPoolKey()}, Staff: in.Body.Staff})
	v.Since = r.Index
	return v, err
}

// NewPoolKey draws a key for a presence pool.
func NewPoolKey() []byte {
	key := make([]byte, 32)
	rand.Read(key) // it never fails
	return key
}

func (s *Server) centers(_ context.Context, in *struct {
	Under area.Code   `query:"under" doc:"only below this area"`
	After area.Center `query:"after"`
	Limit int         `query:"limit" minimum:"1" maximum:"5000" default:"5000"`
}) ([]CenterView, error) {
	listed, err := s.node.Register.Centers(in.Under, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	now := s.node.Status()
	out := make([]CenterView, len(listed))
	for i, l := range listed {
		out[i] = s.centerView(l, now)
	}
	return out, nil
}

func (s *Server) centerView(l register.Listing, now Status) CenterView {
	v := CenterView{Listing: l, Level: l.ID.Level(), Self: l.ID == now.Center}
	for _, id := range now.Register.Voters {
		v.Voter = v.Voter || id == string(l.ID)
	}
	for _, c := range now.Connected {
		v.Connected = v.Connected || c == l.ID
	}
	v.Up = v.Self || v.Connected
	for _, m := range now.Presence {
		v.Up = v.Up || m.Center == l.ID
	}
	return v
}

func (s *Server) invite(_ context.Context, in *struct {
	Body struct {
		Center area.Center `json:"center"`
		Hours  float64     `json:"hours,omitempty" minimum:"0.01" maximum:"720" default:"24"`
		Rejoin bool        `json:"rejoin,omitempty"`
	}
}) (Ticketed, error) {
	if _, err := area.ParseCenter(string(in.Body.Center)); err != nil {
		return Ticketed{}, refusal.New(refusal.Malformed, "invite", "", err)
	}
	t, err := s.node.Invite(in.Body.Center, time.Duration(in.Body.Hours*float64(time.Hour)), in.Body.Rejoin)
	if err != nil {
		return Ticketed{}, err
	}
	return Ticketed{t.Center, t.Encode(), t.Deadline(), t.Rejoin}, nil
}

func (s *Server) updateCenter(ctx context.Context, in *struct {
	ID   area.Center `path:"id"`
	Body struct {
		Name      string `json:"name,omitempty" maxLength:"100"`
		Address   string `json:"address,omitempty" maxLength:"200"`
		Telephone string `json:"telephone,omitempty" maxLength:"40"`
		Staff     string `json:"staff"`
	}
}) (register.Result, error) {
	l, ok := s.node.Register.Center(in.ID)
	if !ok {
		return register.Result{}, refusal.Newf(refusal.NotFound, "change center", "", "no center %s", in.ID)
	}
	c := l.Center
	for _, f := range []struct {
		to *string
		is string
	}{{&c.Name, in.Body.Name}, {&c.Address, in.Body.Address}, {&c.Telephone, in.Body.Telephone}} {
		if f.is != "" {
			*f.to = f.is
		}
	}
	return s.propose(ctx, "change center "+string(in.ID), Wish{Body: c, Staff: in.Body.Staff})
}
