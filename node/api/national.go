package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tongban/consensus/refusal"
	"tongban/intake/national"
	"tongban/intake/national/batch"
	"tongban/intake/privacy"
)

// BatchTerms is what a batch of the national tables is made of.
type BatchTerms struct {
	Staff  string `json:"staff"`
	Month  string `json:"month,omitempty" doc:"YYYY-MM: changes of other months wait"`
	DryRun bool   `json:"dry_run,omitempty" doc:"nothing is kept: say what would be in it"`
}

// registerNational serves the national tables.
func (s *Server) registerNational(mux *http.ServeMux, api huma.API) {
	var book *batch.Book
	if s.node.Batches != nil {
		book = s.node.Batches(nationalRows{s})
	}
	route(s, api, op("national-batches", http.MethodGet, "/v1/national/batches", "list the batches of the national tables", "national"),
		func(_ context.Context, in *struct {
			Limit int `query:"limit" minimum:"1" maximum:"1000" default:"50"`
		}) ([]batch.Batch, error) {
			all, err := book.Batches(in.Limit)
			return slices.Concat([]batch.Batch{}, all), err
		})
	route(s, api, op("national-make", http.MethodPost, "/v1/national/batches", "make a batch of what has changed", "national"),
		func(ctx context.Context, in *struct{ Body BatchTerms }) (batch.Batch, error) {
			return book.Make(ctx, batch.Terms{Staff: in.Body.Staff, Month: in.Body.Month, Dry: in.Body.DryRun})
		})
	stream(mux, api, asking(op("national-export", http.MethodPost, "/v1/national/export", "write the changes after a batch", "national"),
		"since", "month", "personal", "reason", "staff", "workbook"),
		func(w http.ResponseWriter, r *http.Request) { s.nationalExport(book, w, r) })
}

// exporting reads the form of an export.
func exporting(q url.Values) (since uint32, m national.Manifest, workbook bool, err error) {
	const what = "export the national tables"
	if text := q.Get("since"); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return 0, m, false, refusal.Newf(refusal.Malformed, what, "see the batches", "since is no number of a batch")
		}
		since = uint32(n)
	}
	m.Month, m.Personal, m.Reason = q.Get("month"), q.Get("personal") == "true", strings.TrimSpace(q.Get("reason"))
	switch {
	case q.Get("staff") == "":
		err = refusal.Newf(refusal.Malformed, what, "name yourself with --staff", "nobody is named as exporting")
	case m.Personal && m.Reason == "":
		err = refusal.Newf(refusal.Malformed, what, "give --reason", "who applies is shown for a reason only")
	case len(m.Reason) > 1000:
		err = refusal.Newf(refusal.TooLarge, what, "", "the reason is too long")
	}
	m.From = since
	return since, m, q.Get("workbook") == "true", err
}

func (s *Server) nationalExport(book *batch.Book, w http.ResponseWriter, r *http.Request) {
	const what = "export the national tables"
	q, err := posted(w, r)
	if err != nil {
		s.writeError(w, what, err)
		return
	}
	since, m, workbook, err := exporting(q)
	if err != nil {
		s.writeError(w, what, err)
		return
	}
	newest, err := book.Batches(1)
	if err == nil && len(newest) > 0 {
		m.To, m.More = newest[0].Number, newest[0].More
	}
	var changes []national.Change
	if err == nil {
		changes, err = book.Changes(r.Context(), since, m.Month, m.Personal)
	}
	if err != nil {
		s.writeError(w, what, err)
		return
	}
	m.Source = string(s.node.Self().Center)
	staff := q.Get("staff")
	if m.Personal {
		if err := s.node.Privacy.Exported("national tables", privacy.Asker{Staff: staff, Reason: m.Reason}); err != nil {
			s.writeError(w, what, err)
			return
		}
	}
	s.log.Info("audit: national tables exported", "staff", staff, "since", since, "rows", len(changes), "personal", m.Personal)
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", fmt.Sprintf("attachment; filename=\"gbt39046-%s-%d.zip\"", m.Source, m.To))
	if err := national.Write(w, m, changes, workbook); err != nil {
		s.log.Error(what, "err", err)
		// The stream has begun: break it, so that nobody takes half for whole.
		panic(http.ErrAbortHandler)
	}
}
