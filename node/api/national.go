package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
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
		book = s.node.Batches(cabinetRows{s})
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
	stream(mux, api, op("national-export", http.MethodGet, "/v1/national/export", "write the changes after a batch: since, month, personal, reason, staff, workbook", "national"),
		func(w http.ResponseWriter, r *http.Request) { s.nationalExport(book, w, r) })
}

// exporting reads the query of an export.
func exporting(r *http.Request) (since uint32, m national.Manifest, workbook bool, err error) {
	const what = "export the national tables"
	q := r.URL.Query()
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
	since, m, workbook, err := exporting(r)
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
	staff := r.URL.Query().Get("staff")
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

// cabinetRows are the cases of this node as the national tables ask them.
type cabinetRows struct{ s *Server }

// Heads are those of the logs that are here.
func (c cabinetRows) Heads(visit func(id casefile.ID, head chain.Head) bool) {
	c.s.node.Cabinet.Cards(cabinet.Filter{}, func(card *cabinet.Card) bool { return visit(card.ID, card.Head) })
}

// Rows are the rows of one case. Who applies is masked unless asked for; of a
// case to which access is restricted nobody is told.
func (c cabinetRows) Rows(id casefile.ID, personal bool) ([]national.Row, chain.Head, error) {
	d := c.s.node.Desk
	in, err := c.log(id)
	if err != nil {
		return nil, chain.Head{}, err
	}
	in.Item, _ = d.Register.Item(in.State.Item)
	in.Office = func(center area.Center) national.Office {
		name, _, _ := d.Register.Office(center)
		return national.Office{Name: name}
	}
	if who, err := d.Applicant(in.State); err == nil {
		if !personal {
			who = who.Masked()
		}
		in.Applicant = &who
	} else if refusal.CodeOf(err) == "" {
		return nil, chain.Head{}, err
	}
	if in.Alerts, err = c.alerts(id); err != nil {
		return nil, chain.Head{}, err
	}
	rows, err := national.Rows(in)
	return rows, in.State.Head, err
}

// log is a case as far as its log is here.
func (c cabinetRows) log(id casefile.ID) (in national.Input, err error) {
	if in.State, err = c.s.node.Cabinet.State(id); err != nil {
		return in, err
	}
	records, err := c.s.node.Cabinet.Log(id, 1, int(in.State.Head.Index))
	if err != nil {
		return in, err
	}
	for _, b := range records {
		r, err := casefile.Read(b)
		if err != nil {
			return in, err
		}
		in.Events = append(in.Events, r)
	}
	return in, nil
}

// maxAlerts bounds how many chases of one case the tables show.
const maxAlerts = 100

// alerts are the chases that this center sent about a case, the first one first.
func (c cabinetRows) alerts(id casefile.ID) (all []national.Alert, err error) {
	if c.s.node.Chases == nil {
		return nil, nil
	}
	sent, err := c.s.node.Chases.List(id, 0, maxAlerts)
	if err != nil {
		return nil, err
	}
	name := func(center area.Center) string {
		if name, _, ok := c.s.node.Desk.Register.Office(center); ok {
			return name
		}
		return string(center)
	}
	for _, one := range slices.Backward(sent) {
		all = append(all, national.Alert{Number: one.Number, Chase: one.Text, Chaser: name(one.By.Center), Sent: one.At, To: name(one.To)})
	}
	return all, nil
}
