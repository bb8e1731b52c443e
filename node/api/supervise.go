package api

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/exchange"
	"tongban/intake/supervise"
	"tongban/intake/supervise/chase"
)

// Supervised is an entry of the list with what was already said about it.
type Supervised struct {
	supervise.Entry
	Chases int   `json:"chases,omitempty"`    // how many were sent from here about the case
	Chased int64 `json:"chased_at,omitempty"` // the last of them, Unix milliseconds
}

// Supervision is one page of the list.
type Supervision struct {
	Entries []Supervised     `json:"entries"`
	Centers []supervise.Debt `json:"centers"`         // of this page, by who owes
	Looked  int              `json:"looked"`          // at how many cases
	After   casefile.ID      `json:"after,omitempty"` // where to go on; "": that was all
}

// ChaseView is a chase and what became of it.
type ChaseView struct {
	chase.Chase
	Reply  *exchange.Reply `json:"reply,omitempty"` // nil while it is on its way
	Answer chase.Answer    `json:"answer"`          // what followed in the case's log, as far as it is here
	Phase  casefile.Phase  `json:"phase,omitempty"`
	Waits  string          `json:"waits,omitempty"` // why it could not be sent yet: it will be as soon as it can
}

func (s *Server) registerSupervise(api huma.API) {
	route(s, api, op("supervise", http.MethodGet, "/v1/supervise", "list who is late and where", "supervise"), s.supervise)
	route(s, api, op("chase-send", http.MethodPost, "/v1/supervise/chases", "chase the center that has a case", "supervise"), s.sendChase)
	route(s, api, op("chases", http.MethodGet, "/v1/supervise/chases", "list the chases sent from here, the last first", "supervise"), s.chases)
}

func (s *Server) supervise(_ context.Context, in *struct {
	Under  area.Code      `query:"under" maxLength:"12" doc:"only what centers of this area and below owe"`
	Kind   supervise.Kind `query:"kind" enum:"near,late,notice_late,renewed,lapsed,duty,silent_offer,undelivered,opinion_silent,slip_unmatched,branch,fee_unsettled,silent_center"`
	Lamp   clock.Lamp     `query:"lamp" enum:"yellow,red"`
	Silent int            `query:"silent" minimum:"0" maximum:"8760" doc:"also centers without a sign of life for more hours than this; 0: as the rule silent_days says, where it is set"`
	After  casefile.ID    `query:"after" maxLength:"60" doc:"the case after which to go on"`
	Limit  int            `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}) (Supervision, error) {
	if in.Under != "" && in.Under.Level() == 0 {
		return Supervision{}, refusal.Newf(refusal.Malformed, "list who is late", "give 12 digits, such as 320509111000", "%q is no division code", in.Under)
	}
	q := supervise.Query{Under: in.Under, Kind: in.Kind, Lamp: in.Lamp}
	return s.late(q, time.Duration(in.Silent)*time.Hour, in.After, in.Limit)
}

// late is one page of the list. silent is how long a center may give no sign of
// life; 0: as the rule says.
func (s *Server) late(q supervise.Query, silent time.Duration, after casefile.ID, limit int) (Supervision, error) {
	now, cal := s.node.Now(), s.node.Register.Calendar()
	waiting := s.undelivered()
	cases := func(after casefile.ID, limit int) ([]casefile.State, error) {
		return s.node.Cabinet.List(cabinet.Filter{Phases: supervise.Phases}, after, limit)
	}
	look := func(st casefile.State) (supervise.Case, error) { return s.supervised(st, now, waiting) }
	found, err := supervise.Found{}, error(nil)
	if q.Kind != supervise.SilentCenter {
		found, err = supervise.Scan(q, cases, look, cal, now, after, limit)
	}
	if err != nil {
		return Supervision{}, err
	}
	if after == "" && (q.Kind == "" || q.Kind == supervise.SilentCenter) {
		quiet, err := s.silent(silent, now)
		if err != nil {
			return Supervision{}, err
		}
		for _, e := range quiet {
			if q.Matches(e) {
				found.Entries = append(found.Entries, e)
			}
		}
	}
	out := Supervision{Entries: []Supervised{}, Centers: supervise.ByCenter(found.Entries), Looked: found.Looked}
	if found.More {
		out.After = found.After
	}
	for _, e := range found.Entries {
		e.Report = s.above(e.Report)
		v := Supervised{Entry: e}
		if e.Case != "" {
			sent, err := s.node.Chases.List(e.Case, 0, 100)
			if err != nil {
				return Supervision{}, err
			}
			if v.Chases = len(sent); v.Chases > 0 {
				v.Chased = sent[0].At
			}
		}
		out.Entries = append(out.Entries, v)
	}
	return out, nil
}

// above is a center, or the nearest one above it that is enrolled; "" for none.
func (s *Server) above(c area.Center) area.Center {
	for ; c != ""; c = c.Parent() {
		if _, ok := s.node.Register.Current(c); ok {
			break
		}
	}
	return c
}

// supervised brings together what the list needs of one case. The clocks of a
// case that shows nothing urgent are not read again: the desk knows its lamp.
func (s *Server) supervised(st casefile.State, now time.Time, waiting map[casefile.ID]area.Center) (c supervise.Case, err error) {
	c = supervise.Case{State: st, Rules: s.node.Register.Rules()}
	c.Item, _ = s.node.Register.Version(st.Item)
	c.Limits = clock.LimitsFor(c.Rules, st, c.Item, now)
	if s.node.Desk.Summary(st).Lamp.Urgency() >= clock.Yellow.Urgency() {
		c.Readings = s.node.Desk.Readings(st)
	}
	if st.Offer != nil {
		to, waits := waiting[st.ID]
		c.Undelivered = waits && to == st.Offer.To.Center
	}
	if c.Frozen, err = s.node.Cabinet.Frozen(st.ID); err != nil {
		return c, err
	}
	branches, err := s.node.Cabinet.Branches(st.ID)
	for _, b := range branches {
		if !b.Settled {
			c.Unsettled++
		}
	}
	return c, err
}

// undelivered are the cases that wait here to leave, and for whom: of those that
// this center offered, whoever they are for does not know yet.
func (s *Server) undelivered() map[casefile.ID]area.Center {
	waiting := map[casefile.ID]area.Center{}
	for _, row := range s.node.Exchange.Rows("") {
		if row.Kind == exchange.CaseRow && row.Purpose == exchange.Offer {
			waiting[casefile.ID(row.ID)] = row.Dest
		}
	}
	return waiting
}

// silent are the centers under this one without a sign of life: for longer than
// was asked for, else by the rule of their areas. Nobody's log is looked at where
// neither says anything.
func (s *Server) silent(longer time.Duration, now time.Time) ([]supervise.Entry, error) {
	rules := s.node.Register.Rules()
	if longer == 0 {
		under, err := s.centersUnder()
		ruled := func(c area.Center) bool {
			return rules.ValueOn(rule.SilentDays, c.Area(), string(workday.DateOf(now))).Days() > 0
		}
		if err != nil || !slices.ContainsFunc(under, ruled) {
			return nil, err
		}
	}
	signs, err := s.signs()
	return supervise.Silent(signs, rules, longer, s.node.Register.Calendar(), now), err
}

// centersUnder are the centers under this one that were not shut out.
func (s *Server) centersUnder() (all []area.Center, err error) {
	self := s.node.Self().Center
	listed, err := s.node.Register.Centers(self.Area(), "", 0)
	for _, l := range listed {
		if c := l.Center.ID; l.Revoked == 0 && self.Over(c) {
			all = append(all, c)
		}
	}
	return all, err
}

// signs are the last signs of life of the centers under this one: what the logs
// here show that they wrote, and what gossip says.
func (s *Server) signs() ([]supervise.Sign, error) {
	last := map[area.Center]int64{}
	hear := func(c area.Center, at int64) { last[c] = max(last[c], at) }
	for after := casefile.ID(""); ; {
		page, err := s.node.Cabinet.List(cabinet.Filter{}, after, 256)
		if err != nil {
			return nil, err
		}
		for i := range page {
			if c, at, ok := supervise.Spoke(&page[i]); ok {
				hear(c, at)
			}
			after = page[i].ID
		}
		if len(page) < 256 {
			break
		}
	}
	status := s.node.Status()
	for _, m := range status.Presence {
		hear(m.Center, m.Time)
	}
	for _, c := range status.Connected {
		hear(c, status.Now.UnixMilli())
	}
	under, err := s.centersUnder()
	var all []supervise.Sign
	for _, c := range under {
		all = append(all, supervise.Sign{Center: c, Last: last[c]})
	}
	return all, err
}

// Chasing is a chase before it is sent.
type Chasing struct {
	Case   casefile.ID `json:"case" maxLength:"60"`
	Number string      `json:"number,omitempty" maxLength:"400" doc:"the number of the entry that it is about"`
	Text   string      `json:"text" minLength:"1" maxLength:"1000" doc:"what is to be done; no personal data: it goes into the log"`
	Staff  string      `json:"staff" minLength:"1" maxLength:"100"`
	Key    string      `json:"key,omitempty" maxLength:"64" doc:"idempotency key: a repeated call with it has one effect"`
}

// sendChase keeps the word, then seals it as a request. The center that has the
// case records it in the case's log.
func (s *Server) sendChase(ctx context.Context, in *struct{ Body Chasing }) (ChaseView, error) {
	ask := in.Body
	sent, err := s.send(ctx, ask.Key, chase.Chase{Case: ask.Case, Number: ask.Number, Staff: ask.Staff, Text: ask.Text})
	if err != nil {
		return ChaseView{}, err
	}
	return s.chaseView(sent)
}

// send puts a chase on the list, for whoever has the case now.
func (s *Server) send(ctx context.Context, key string, c chase.Chase) (chase.Chase, error) {
	if err := chase.Check(c.Staff, c.Text); err != nil {
		return c, err
	}
	st, err := s.node.Cabinet.State(c.Case)
	if err != nil {
		return c, err
	}
	c.To, c.At, c.Head = st.Next().Center, s.node.Now().UnixMilli(), st.Head.Index
	return s.node.Chases.Add(ctx, key, c)
}

func (s *Server) chases(_ context.Context, in *struct {
	Case   casefile.ID `query:"case" maxLength:"60"`
	Before uint64      `query:"before" doc:"only those that were sent before the one with this number"`
	Limit  int         `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}) ([]ChaseView, error) {
	sent, err := s.node.Chases.List(in.Case, in.Before, in.Limit)
	out := []ChaseView{}
	for _, c := range sent {
		v, err := s.chaseView(c)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, err
}

// answered bounds how far behind a chase its answer is looked for.
const answered = 500

func (s *Server) chaseView(c chase.Chase) (ChaseView, error) {
	v := ChaseView{Chase: c}
	if why, owed, err := s.node.Chases.Owed(c.Seq); err != nil {
		return v, err
	} else if owed {
		v.Waits = cmp.Or(why, "it is being sent")
	}
	if asked, err := s.node.Exchange.Asked(c.Request); err == nil {
		v.Reply = asked.Reply
	} else if refusal.CodeOf(err) != refusal.NotFound {
		return v, err
	}
	st, err := s.node.Cabinet.State(c.Case)
	if refusal.CodeOf(err) == refusal.NotFound {
		return v, nil // the copy is no longer here
	}
	if err != nil {
		return v, err
	}
	v.Phase = st.Phase
	if !slices.Contains(st.Requests, c.Request) {
		return v, nil
	}
	records, err := s.node.Cabinet.Log(c.Case, c.Head+1, answered)
	if err != nil {
		return v, err
	}
	v.Answer, err = chase.Follow(c, records)
	return v, err
}
