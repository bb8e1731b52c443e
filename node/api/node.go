package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// answer wraps what huma sends.
type answer[T any] struct{ Body T }

// op describes one operation; its id is the path in words.
func op(id, method, path, summary, tag string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{tag},
		MaxBodyBytes: MaxBody, BodyReadTimeout: 2 * time.Minute,
	}
}

// route registers one operation whose errors are turned into problems.
func route[I, O any](s *Server, api huma.API, o huma.Operation, do func(context.Context, *I) (O, error)) {
	huma.Register(api, o, func(ctx context.Context, in *I) (*answer[O], error) {
		out, err := do(ctx, in)
		if err != nil {
			return nil, s.fail(o.Summary, err)
		}
		return &answer[O]{out}, nil
	})
}

// stream registers one operation that reads or writes bytes, not JSON, as they
// come, and describes it like the others.
func stream(mux *http.ServeMux, api huma.API, o huma.Operation, do http.HandlerFunc) {
	bytes := map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
	answer := &huma.Response{Description: "done"}
	if o.Method == http.MethodGet {
		answer.Content = bytes
	} else if o.RequestBody == nil {
		o.RequestBody = &huma.RequestBody{Required: true, Content: bytes}
	} else { // a form that asks for something
		answer.Content = bytes
	}
	o.Responses = map[string]*huma.Response{"200": answer}
	api.OpenAPI().AddOperation(&o)
	mux.HandleFunc(o.Method+" "+o.Path, do)
}

type none struct{}

// Done says that it was done.
type Done struct {
	Done bool `json:"done"`
}

// propose brings one command to the Register and returns what came of it.
func (s *Server) propose(ctx context.Context, what string, w Wish) (register.Result, error) {
	results, err := s.node.Propose(ctx, w)
	if err != nil {
		return register.Result{}, err
	}
	return results[0], results[0].Err(what)
}

func (s *Server) registerNode(api huma.API) {
	route(s, api, op("status", http.MethodGet, "/v1/status", "status of the node", "node"),
		func(context.Context, *none) (Status, error) { return s.node.Status(), nil })

	route(s, api, op("register-records", http.MethodGet, "/v1/register/records", "list records of the Register", "register"), s.records)

	route(s, api, op("register-verify", http.MethodPost, "/v1/register/verify", "verify the Register from record 1", "register"),
		func(ctx context.Context, _ *none) (Verified, error) {
			started := time.Now()
			err := s.node.Register.Verify(ctx, nil)
			v := Verified{Checked: s.node.Register.Head().Index, Holds: err == nil, Took: time.Since(started).Round(time.Millisecond).String()}
			if err != nil {
				v.Faults = []string{err.Error()}
			}
			return v, nil
		})

	route(s, api, op("lead", http.MethodPost, "/v1/voters/lead", "hand the lead of the voters over", "voters"),
		func(ctx context.Context, in *struct {
			Body struct {
				To area.Center `json:"to"`
			}
		}) (Done, error) {
			return Done{true}, s.node.TransferLead(ctx, string(in.Body.To))
		})

	route(s, api, op("voters-set", http.MethodPut, "/v1/voters", "set who orders the Register", "voters"),
		func(ctx context.Context, in *struct {
			Body struct {
				Members []area.Center `json:"members" minItems:"1" maxItems:"7"`
				Staff   string        `json:"staff"`
			}
		}) (register.Result, error) {
			return s.propose(ctx, "set the voters", Wish{
				Body: register.Voters{Members: in.Body.Members, Base: s.node.Register.Voters().Index}, Staff: in.Body.Staff,
			})
		})
}

// Verified is what came of a verification.
type Verified struct {
	Checked uint64   `json:"checked"` // records or cases
	Holds   bool     `json:"holds"`
	Faults  []string `json:"faults,omitempty"`
	Took    string   `json:"took"`
}

// RecordView is one entry of the journal for people.
type RecordView struct {
	Index   register.Index      `json:"index"`
	Hash    string              `json:"hash"`
	Kind    string              `json:"kind"`
	ID      register.ProposalID `json:"id"`
	Time    int64               `json:"time"`
	Staff   string              `json:"staff,omitempty"`
	Outcome register.Outcome    `json:"outcome"`
	Detail  string              `json:"detail,omitempty"`
	Note    string              `json:"note,omitempty"`
}

type recordsInput struct {
	From  uint64 `query:"from" minimum:"1" default:"1"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

func (s *Server) records(_ context.Context, in *recordsInput) ([]RecordView, error) {
	out := []RecordView{}
	head := s.node.Register.Head().Index
	for i := in.From; i <= head && len(out) < in.Limit; i++ {
		r, err := s.node.Register.Record(i)
		if err != nil {
			return nil, fmt.Errorf("record %d: %w", i, err)
		}
		v := RecordView{Index: i, Outcome: r.Outcome, Detail: r.Detail}
		if h, ok := s.node.Register.HeadAt(i); ok {
			v.Hash = h.String()
		}
		if c, err := readCommand(r.Command); err == nil {
			v.Kind, v.ID, v.Time, v.Staff, v.Note = c.Kind.String(), c.ID, c.Time, c.Staff, c.Note
		}
		out = append(out, v)
	}
	return out, nil
}

// readCommand opens a command of the journal, which verified it.
func readCommand(sealed []byte) (c register.Command, err error) {
	seal, err := chain.Unseal(sealed)
	if err != nil {
		return c, err
	}
	return c, wire.Decode(seal.Body, &c)
}

// backup streams everything that the node holds, but for its key.
func (s *Server) backup(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/octet-stream")
	if err := s.node.Backup(r.Context(), w); err != nil {
		s.log.Error("backup", "err", err)
		// The stream has begun: break it, so that nobody takes half for whole.
		panic(http.ErrAbortHandler)
	}
}
