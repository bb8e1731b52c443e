package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
)

// CasePath names a case. It is exported because only then its field is read
// where it is embedded.
type CasePath struct {
	ID casefile.ID `path:"id" maxLength:"60"`
}

// EventView is one entry of a casefile for people.
type EventView struct {
	Seq          uint64         `json:"seq"`
	Kind         casefile.Kind  `json:"kind"`
	Author       casefile.Party `json:"author"`
	Staff        string         `json:"staff"`
	DeskTime     int64          `json:"desk_time"`
	NodeTime     int64          `json:"node_time"`
	ClockSuspect bool           `json:"clock_suspect,omitempty"`
	Epoch        casefile.Epoch `json:"epoch"`
	Register     uint64         `json:"register"` // index that the author had
	Hash         chain.Hash     `json:"hash"`     // of the log up to and with this event
	Hand         *casefile.Hand `json:"hand,omitempty"`
	Body         any            `json:"body"`
}

// CaseView is a case on the screen.
type CaseView struct {
	desk.View
	Branches []cabinet.Branch `json:"branches,omitempty"`
	Frozen   bool             `json:"frozen,omitempty"`
}

func (s *Server) registerCases(api huma.API) {
	route(s, api, op("cases", http.MethodGet, "/v1/cases", "list cases", "cases"), s.cases)
	route(s, api, op("cases-search", http.MethodPost, "/v1/cases/search", "find cases by number, item, or who applies: the words stand in no address", "cases"),
		func(_ context.Context, in *struct{ Body desk.Query }) (desk.Worklist, error) {
			return s.worklist(in.Body)
		})
	route(s, api, op("statistics", http.MethodGet, "/v1/statistics", "count cases", "cases"),
		func(_ context.Context, in *struct {
			From workday.Date `query:"from" maxLength:"10" doc:"first day on which the cases were taken in, YYYY-MM-DD"`
			To   workday.Date `query:"to" maxLength:"10" doc:"last day"`
			Box  desk.Box     `query:"box" enum:"opened,all" default:"all"`
		}) (desk.Statistics, error) {
			return s.node.Desk.Statistics(desk.Span{From: in.From, To: in.To, Box: in.Box})
		})
	route(s, api, op("case", http.MethodGet, "/v1/cases/{id}", "show a case", "cases"), s.caseView)
	route(s, api, op("case-log", http.MethodGet, "/v1/cases/{id}/log", "list the events of a case", "cases"), s.caseLog)
	route(s, api, op("case-offers", http.MethodGet, "/v1/cases/{id}/actions", "list what may be done with a case now", "cases"),
		func(_ context.Context, in *CasePath) ([]desk.Offered, error) {
			state, err := s.node.Cabinet.State(in.ID)
			if err != nil {
				return nil, err
			}
			return s.node.Desk.Actions(state), nil
		})
	route(s, api, op("case-applicant", http.MethodGet, "/v1/cases/{id}/applicant", "show the applicant of a case, masked", "cases"), s.masked)
	route(s, api, op("case-applicant-shown", http.MethodPost, "/v1/cases/{id}/applicant", "show the applicant of a case to whoever says why", "cases"), s.applicant)
	route(s, api, op("case-verify", http.MethodPost, "/v1/cases/{id}/verify", "verify a case from its first event", "cases"),
		func(ctx context.Context, in *CasePath) (Verified, error) {
			started := time.Now()
			state, err := s.node.Cabinet.Verify(ctx, in.ID)
			if refusal.CodeOf(err) == refusal.NotFound {
				return Verified{}, err
			}
			return verified(started, state.Head.Index, err), nil
		})
	route(s, api, op("cases-verify", http.MethodPost, "/v1/verify", "verify every case", "cases"), s.verifyAll)
	route(s, api, op("seizures", http.MethodPost, "/v1/seizures", "grant the seizure of a lost center's cases", "cases"), s.seizures)
}

func verified(started time.Time, checked uint64, faults ...error) Verified {
	v := Verified{Checked: checked, Holds: true, Took: time.Since(started).Round(time.Millisecond).String()}
	for _, err := range faults {
		if err != nil {
			v.Holds, v.Faults = false, append(v.Faults, err.Error())
		}
	}
	return v
}

func (s *Server) cases(_ context.Context, in *struct {
	Box    desk.Box       `query:"box" enum:"mine,arrived,sent,opened,all" default:"mine"`
	Text   string         `query:"text" hidden:"true"`
	Lamp   clock.Lamp     `query:"lamp" enum:"done,green,paused,yellow,red"`
	Phase  casefile.Phase `query:"phase" maxLength:"30"`
	Item   item.Code      `query:"item" maxLength:"60" doc:"an item's whole code"`
	Here   bool           `query:"here" doc:"only what this center holds"`
	Action desk.Action    `query:"action" maxLength:"30" doc:"only open cases that wait for this action"`
	Level  string         `query:"level" enum:"province,city,district,town,village" doc:"only open cases that wait for a center of this level"`
	After  string         `query:"after" maxLength:"120" doc:"'next' of the page before: go on behind it, whatever came or went meanwhile"`
	Skip   int            `query:"skip" minimum:"0" doc:"how many to leave out first"`
	Limit  int            `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}) (desk.Worklist, error) {
	if in.Text != "" { // proxies and browsers keep addresses
		return desk.Worklist{}, refusal.Newf(refusal.Malformed, "list cases", "POST them to /v1/cases/search", "words that find people don't go into an address")
	}
	q := desk.Query{
		Box: in.Box, Lamp: in.Lamp, Phase: in.Phase, Code: in.Item, Here: in.Here, Action: in.Action,
		After: in.After, Skip: in.Skip, Limit: in.Limit,
	}
	if in.Level != "" {
		if err := q.Level.UnmarshalText([]byte(in.Level)); err != nil {
			return desk.Worklist{}, err
		}
	}
	return s.worklist(q)
}

// worklist is a page of the worklist, with whose cases they are: masked, as the
// pages show it.
func (s *Server) worklist(q desk.Query) (desk.Worklist, error) {
	list, err := s.node.Desk.Worklist(q)
	if err == nil {
		err = s.node.Desk.Named(list.Cases)
	}
	return list, err
}

func (s *Server) caseView(_ context.Context, in *CasePath) (CaseView, error) {
	v, err := s.node.Desk.Look(in.ID)
	if err != nil {
		return CaseView{}, err
	}
	out := CaseView{View: v}
	if out.Branches, err = s.node.Cabinet.Branches(in.ID); err != nil {
		return CaseView{}, err
	}
	out.Frozen, err = s.node.Cabinet.Frozen(in.ID)
	return out, err
}

func (s *Server) caseLog(_ context.Context, in *struct {
	CasePath
	From  uint64 `query:"from" minimum:"1" default:"1"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"500"`
}) ([]EventView, error) {
	if _, err := s.node.Cabinet.State(in.ID); err != nil {
		return nil, err
	}
	records, err := s.node.Cabinet.Log(in.ID, 1, int(in.From)-1+in.Limit)
	if err != nil {
		return nil, err
	}
	out := []EventView{}
	head := chain.Start(string(in.ID))
	for _, b := range records {
		head = head.Next(b)
		r, err := casefile.Read(b)
		if err != nil {
			return nil, err
		}
		if head.Index < in.From {
			continue
		}
		e := r.Event
		body, err := e.Content()
		if err != nil {
			body = nil // a kind of a newer program: shown without its content
		}
		out = append(out, EventView{e.Seq, e.Kind, e.Author, e.Staff, e.DeskTime, e.NodeTime, e.ClockSuspect, e.Epoch, e.Register.Index, head.Hash, e.Hand, body})
	}
	return out, nil
}

func (s *Server) verifyAll(ctx context.Context, _ *none) (Verified, error) {
	started := time.Now()
	checked := 0
	failed, err := s.node.Cabinet.VerifyAll(ctx, func(done, _ int) { checked = done })
	if err != nil {
		return Verified{}, err
	}
	faults := make([]error, len(failed))
	for i, f := range failed {
		faults[i] = refusal.Newf("does_not_hold", string(f.Case), "", "%w", f.Err)
	}
	return verified(started, uint64(checked), faults...), nil
}

// Seizing asks for the seizure of the cases that a lost center holds, as far
// as this node has copies of them.
type Seizing struct {
	Lost    area.Center   `json:"lost"`
	Grantee area.Center   `json:"grantee"` // who goes on with them
	Cases   []casefile.ID `json:"cases,omitempty"`
	Reason  string        `json:"reason" minLength:"1"`
	Staff   string        `json:"staff"`
	DryRun  bool          `json:"dry_run,omitempty"`
}

// SeizureView is one case of a seizure.
type SeizureView struct {
	Case   casefile.ID      `json:"case"`
	Epoch  uint32           `json:"epoch"`
	Base   chain.Head       `json:"base"`
	Result *register.Result `json:"result,omitempty"`
}

// seizures collects what the lost center holds, or was offered and did not
// answer, and has the Register grant the next epoch of each.
func (s *Server) seizures(ctx context.Context, in *struct{ Body Seizing }) ([]SeizureView, error) {
	ask := in.Body
	incarnation, ok := s.node.Register.Current(ask.Grantee)
	if !ok {
		return nil, refusal.Newf(refusal.NotFound, "seize", "", "no center %s is enrolled", ask.Grantee)
	}
	states, err := s.heldBy(ask.Lost, ask.Cases)
	if err != nil {
		return nil, err
	}
	out := []SeizureView{}
	var wishes []Wish
	for _, st := range states {
		epoch := max(s.node.Register.Epoch(string(st.ID)), st.Epoch) + 1
		out = append(out, SeizureView{Case: st.ID, Epoch: epoch, Base: st.Head})
		wishes = append(wishes, Wish{Staff: ask.Staff, Body: register.Seizure{
			Case: string(st.ID), Epoch: epoch, Grantee: ask.Grantee, Incarnation: incarnation,
			Base: st.Head, Lost: ask.Lost, Subject: st.Subject, Reason: ask.Reason,
		}})
	}
	if ask.DryRun || len(wishes) == 0 {
		return out, nil
	}
	results, err := s.node.Propose(ctx, wishes...)
	if err != nil {
		return nil, err
	}
	for i, r := range results {
		out[i].Result = &r
	}
	return out, nil
}

// unfinished are the phases in which a center still has something to do: one
// that was declined, withdrawn or terminated is still to be concluded.
var unfinished = []casefile.Phase{
	casefile.PhaseOpened, casefile.PhaseNoticed, casefile.PhaseAccepted, casefile.PhaseDecided,
	casefile.PhaseServed, casefile.PhaseDeclined, casefile.PhaseReturned, casefile.PhaseWithdrawn, casefile.PhaseTerminated,
}

func (s *Server) heldBy(lost area.Center, only []casefile.ID) ([]casefile.State, error) {
	if len(only) > 0 {
		var out []casefile.State
		for _, id := range only {
			st, err := s.node.Cabinet.State(id)
			if err != nil {
				return nil, err
			}
			out = append(out, st)
		}
		return out, nil
	}
	var out []casefile.State
	after := casefile.ID("")
	for {
		page, err := s.node.Cabinet.List(cabinet.Filter{Mine: lost, Phases: unfinished}, after, 500)
		if err != nil || len(page) == 0 {
			return out, err
		}
		for _, st := range page {
			if st.Next().Center == lost { // who alone could write on it
				out = append(out, st)
			}
		}
		after = page[len(page)-1].ID
	}
}
