package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/hall"
	"tongban/intake/hall/appointment"
	hallbook "tongban/intake/hall/book"
)

// NoteList is a page of the registers.
type NoteList struct {
	Notes []hallbook.Note `json:"notes"`
	More  bool            `json:"more,omitempty"` // there are older ones
}

// ExtensionForm moves a limit on.
type ExtensionForm struct {
	Until    workday.Date `json:"until"`
	Reason   string       `json:"reason" minLength:"1" maxLength:"200"`
	Approver string       `json:"approver,omitempty" maxLength:"60"`
}

func (s *Server) registerBooks(api huma.API) {
	route(s, api, op("notes", http.MethodGet, "/v1/hall/notes", "list entries of the registers of the hall", "hall"), s.notes)
	route(s, api, op("note-add", http.MethodPost, "/v1/hall/notes", "add to a register of the hall", "hall"),
		func(_ context.Context, in *struct{ Body Doing[hall.NoteForm] }) (hallbook.Note, error) {
			return s.node.Hall.Books.Add(in.Body.By, in.Body.Form)
		})
	route(s, api, op("note", http.MethodGet, "/v1/hall/notes/{id}", "show an entry; who it is about is masked", "hall"),
		func(_ context.Context, in *struct {
			HallPath
			Unmasking
		}) (hall.NoteView, error) {
			return s.node.Hall.Books.Show(hall.By{Staff: in.Staff}, in.ID, in.Unmask)
		})
	route(s, api, op("note-answer", http.MethodPost, "/v1/hall/notes/{id}/answer", "answer an entry", "hall"),
		func(_ context.Context, in *struct {
			HallPath
			Body Doing[hall.AnswerForm]
		}) (hallbook.Note, error) {
			return s.node.Hall.Books.Answer(in.Body.By, in.ID, in.Body.Form)
		})
	route(s, api, op("note-extend", http.MethodPost, "/v1/hall/notes/{id}/extend", "extend the limit of an entry, once", "hall"),
		func(_ context.Context, in *struct {
			HallPath
			Body Doing[ExtensionForm]
		}) (hallbook.Note, error) {
			f := in.Body.Form
			return s.node.Hall.Books.Extend(in.Body.By, in.ID, hallbook.Extension{Until: f.Until, Reason: f.Reason, Approver: f.Approver})
		})
	route(s, api, op("note-follow-up", http.MethodPost, "/v1/hall/notes/{id}/follow-up", "look back at an entry", "hall"),
		func(_ context.Context, in *struct {
			HallPath
			Body Doing[hall.FollowForm]
		}) (hallbook.Note, error) {
			return s.node.Hall.Books.Follow(in.Body.By, in.ID, in.Body.Form)
		})
	route(s, api, op("unclaimed", http.MethodGet, "/v1/hall/unclaimed", "list results that nobody collected", "hall"),
		func(_ context.Context, in *struct {
			Days  int `query:"days" minimum:"0" maximum:"3650" doc:"decided at least so many days ago"`
			Limit int `query:"limit" minimum:"1" maximum:"500" default:"100"`
		}) ([]hall.Uncollected, error) {
			return s.node.Hall.Books.Unclaimed(in.Days, in.Limit)
		})
}

func (s *Server) notes(_ context.Context, in *struct {
	Kind    hallbook.Kind       `query:"kind" enum:"consultation,complaint,suggestion,information,need,mediation,unclaimed"`
	State   hallbook.State      `query:"state" enum:"open,answered,closed"`
	Item    item.Code           `query:"item" maxLength:"40"`
	Channel appointment.Channel `query:"channel" enum:"window,phone,online,self_service,letter,visit"`
	Case    casefile.ID         `query:"case" maxLength:"80"`
	From    workday.Date        `query:"from" maxLength:"10"`
	To      workday.Date        `query:"to" maxLength:"10"`
	Overdue bool                `query:"overdue" doc:"only those that are or were late"`
	Before  string              `query:"before" maxLength:"30" doc:"the last id of the page before"`
	Limit   int                 `query:"limit" minimum:"1" maximum:"500" default:"100"`
}) (NoteList, error) {
	notes, more, err := s.node.Hall.Books.List(hall.Query{
		Kind: in.Kind, State: in.State, Item: in.Item, Channel: in.Channel, Case: in.Case,
		From: in.From, To: in.To, Overdue: in.Overdue, Before: in.Before, Limit: in.Limit,
	})
	return NoteList{notes, more}, err
}
