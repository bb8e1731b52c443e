package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/privacy"
)

func msTime(ms int64) time.Time { return time.UnixMilli(ms) }

// Restricting closes the personal data of a case, or opens them again.
type Restricting struct {
	Staff  string `json:"staff" minLength:"1" maxLength:"100"`
	Reason string `json:"reason" minLength:"1" maxLength:"500"`
}

// RetentionForm says how long a kind of case is kept, or of what is kept beside
// the cases.
type RetentionForm struct {
	Staff    string         `json:"staff" minLength:"1" maxLength:"100"`
	Item     item.Code      `json:"item,omitempty" maxLength:"60" doc:"this item; it goes before its type"`
	Type     item.Type      `json:"type,omitempty" maxLength:"2" doc:"every item of the type, such as 01"`
	Record   privacy.Record `json:"record,omitempty" maxLength:"40" doc:"what is kept beside the cases: a register of the hall, such as complaint; appointment; rating (what was written with it)"`
	Years    int            `json:"years,omitempty" minimum:"0" maximum:"200" doc:"from the day on which a case was concluded, or the last was done about a record; 0 and not forever takes the setting back"`
	Forever  bool           `json:"forever,omitempty"`
	Document string         `json:"document" minLength:"1" maxLength:"200" doc:"that approves it"`
}

// RecordErasing erases the content of a record beside the cases.
type RecordErasing struct {
	Staff  string `json:"staff" minLength:"1" maxLength:"100"`
	Reason string `json:"reason" minLength:"1" maxLength:"500" doc:"why, and the document that orders it"`
	DryRun bool   `json:"dry_run,omitempty" doc:"erase nothing: say whether it would go through"`
}

// RecordErased is what was, or would be, destroyed of a record.
type RecordErased struct {
	Record privacy.Record `json:"record"`
	ID     string         `json:"id"`
	Blobs  int            `json:"blobs"`
	DryRun bool           `json:"dry_run,omitempty"`
}

// ErasingForm erases the content of a case.
type ErasingForm struct {
	desk.By
	Form   desk.EraseForm `json:"form"`
	DryRun bool           `json:"dry_run,omitempty" doc:"erase nothing: say whether it would go through"`
}

// ErasingView is what was, or would be, destroyed.
type ErasingView struct {
	Case   casefile.ID `json:"case"`
	Blobs  int         `json:"blobs"`
	DryRun bool        `json:"dry_run,omitempty"`
}

func (s *Server) registerPrivacy(api huma.API) {
	p := s.node.Privacy
	route(s, api, op("privacy-audit", http.MethodGet, "/v1/privacy/audit", "list who looked at personal data, and what was done about them", "privacy"),
		func(_ context.Context, in *struct {
			Case   casefile.ID  `query:"case" maxLength:"60"`
			Staff  string       `query:"staff" maxLength:"100" doc:"only of this member of staff"`
			From   workday.Date `query:"from" maxLength:"10"`
			To     workday.Date `query:"to" maxLength:"10"`
			Before uint64       `query:"before" doc:"paging: as the page before says"`
			Limit  int          `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		}) (privacy.Audit, error) {
			return p.Audit(privacy.Query{Case: in.Case, Staff: in.Staff, From: in.From, To: in.To, Before: in.Before, Limit: in.Limit})
		})
	route(s, api, op("privacy-verify", http.MethodPost, "/v1/privacy/verify", "verify the privacy book from its first entry", "privacy"),
		func(ctx context.Context, _ *none) (Verified, error) { return s.verifyBook(ctx, p.Verify) })
	route(s, api, op("privacy-due", http.MethodGet, "/v1/privacy/due", "list the cases and records whose content is to be erased", "privacy"),
		func(ctx context.Context, in *struct {
			Limit int `query:"limit" minimum:"1" maximum:"1000" default:"100"`
		}) (privacy.DueList, error) {
			return p.Due(ctx, in.Limit)
		})
	route(s, api, op("privacy-retentions", http.MethodGet, "/v1/privacy/retentions", "list how long cases and records are kept", "privacy"),
		func(context.Context, *none) ([]privacy.Retention, error) { return p.Retentions() })
	route(s, api, op("privacy-retention", http.MethodPost, "/v1/privacy/retentions", "say how long a kind of case or record is kept; what stands then", "privacy"),
		func(_ context.Context, in *struct{ Body RetentionForm }) ([]privacy.Retention, error) {
			b := in.Body
			err := p.SetRetention(b.Staff, privacy.Retention{Item: b.Item, Type: b.Type, Record: b.Record, Years: b.Years, Forever: b.Forever, Document: b.Document})
			if err != nil {
				return nil, err
			}
			return p.Retentions()
		})
	route(s, api, op("record-erase", http.MethodPost, "/v1/privacy/records/{record}/{id}/erase", "destroy the content of a record beside the cases whose retention has passed", "privacy"),
		func(ctx context.Context, in *struct {
			Record privacy.Record `path:"record" maxLength:"40"`
			ID     string         `path:"id" maxLength:"60"`
			Body   RecordErasing
		}) (RecordErased, error) {
			n, err := p.EraseRecord(ctx, in.Body.Staff, in.Record, in.ID, in.Body.Reason, in.Body.DryRun)
			return RecordErased{in.Record, in.ID, n, in.Body.DryRun}, err
		})
	route(s, api, op("privacy-restrict", http.MethodPost, "/v1/cases/{id}/restrict", "restrict access to the personal data of a case", "privacy"),
		func(_ context.Context, in *restrictInput) (Done, error) {
			err := p.Restrict(in.Body.Staff, privacy.Restriction{Case: in.ID, Reason: in.Body.Reason})
			return Done{err == nil}, err
		})
	route(s, api, op("privacy-unrestrict", http.MethodPost, "/v1/cases/{id}/unrestrict", "end a restriction", "privacy"),
		func(_ context.Context, in *restrictInput) (Done, error) {
			err := p.Unrestrict(in.Body.Staff, privacy.Restriction{Case: in.ID, Reason: in.Body.Reason})
			return Done{err == nil}, err
		})
	route(s, api, op("privacy-show", http.MethodGet, "/v1/cases/{id}/stored", "list what is stored about the people of a case", "privacy"),
		func(_ context.Context, in *CasePath) (privacy.Holding, error) {
			h, err := p.Show(in.ID)
			h.Copies = s.enrolledOf(h.Copies)
			return h, err
		})
	route(s, api, op("case-erase", http.MethodPost, "/v1/cases/{id}/erase", "destroy the content of a case whose retention has passed", "privacy"), s.erase)
}

// enrolledOf are centers, each that was never enrolled replaced by the nearest one
// above it that is: that is where a copy went.
func (s *Server) enrolledOf(all []area.Center) []area.Center {
	out := []area.Center{}
	for _, c := range all {
		if _, known := s.node.Register.Center(c); !known {
			c = s.above(c)
		}
		if c != "" && !slices.Contains(out, c) {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return out
}

type restrictInput struct {
	CasePath
	Body Restricting
}

func (s *Server) erase(ctx context.Context, in *struct {
	CasePath
	Body ErasingForm
}) (ErasingView, error) {
	out := ErasingView{Case: in.ID, DryRun: in.Body.DryRun}
	var err error
	if in.Body.DryRun {
		out.Blobs, err = s.node.Desk.TryErase(in.ID, in.Body.Form)
		return out, err
	}
	out.Blobs, err = s.eraseCase(ctx, in.Body.By, in.ID, in.Body.Form)
	return out, err
}

// eraseCase destroys the content of a case, and says how many blobs that were.
func (s *Server) eraseCase(ctx context.Context, by desk.By, id casefile.ID, form desk.EraseForm) (int, error) {
	before, err := s.node.Cabinet.State(id)
	if err != nil {
		return 0, err
	}
	done, err := s.node.Desk.Erase(ctx, by, id, form)
	if err != nil {
		return 0, err
	}
	blobs := len(done.State.Erased) - len(before.Erased)
	err = s.node.Privacy.Erased(by.Staff, privacy.Erasure{Case: id, Blobs: blobs, Reason: form.Reason})
	if err != nil { // it is done: the case's own log says so
		s.log.Warn("an erasure is missing from the privacy book", "case", string(id), "err", err)
	}
	return blobs, nil
}

// Disclosure is who wants to see who applies, and why.
type Disclosure struct {
	Staff      string `json:"staff,omitempty" maxLength:"100" doc:"who looks"`
	Reason     string `json:"reason,omitempty" maxLength:"500" doc:"why: it is written down"`
	Unmask     bool   `json:"unmask,omitempty" doc:"in full"`
	Supervisor bool   `json:"supervisor,omitempty" doc:"as a supervisor, of a case to which access is restricted"`
}

// masked shows who applies, masked.
func (s *Server) masked(_ context.Context, in *CasePath) (applicant.Applicant, error) {
	state, err := s.node.Cabinet.State(in.ID)
	if err != nil {
		return applicant.Applicant{}, err
	}
	a, err := s.node.Desk.Applicant(state)
	return a.Masked(), err
}

// applicant shows who applies to whoever says why, which the privacy book has
// before the answer; of a case to which access is restricted only to a
// supervisor, masked or not.
func (s *Server) applicant(ctx context.Context, in *struct {
	CasePath
	Body Disclosure
}) (applicant.Applicant, error) {
	ask := in.Body
	if !ask.Unmask && !ask.Supervisor {
		return s.masked(ctx, &in.CasePath)
	}
	state, err := s.node.Cabinet.State(in.ID)
	if err != nil {
		return applicant.Applicant{}, err
	}
	a, err := s.node.Desk.Disclosed(state)
	if err != nil {
		return applicant.Applicant{}, err
	}
	shown, fields := a, disclosed(&a)
	if !ask.Unmask {
		shown, fields = a.Masked(), []string{"masked"}
	}
	err = s.node.Privacy.Unmask(in.ID, fields, privacy.Asker{Staff: ask.Staff, Reason: ask.Reason, Supervisor: ask.Supervisor})
	if err != nil {
		return applicant.Applicant{}, err
	}
	return shown, nil
}

// disclosed names the fields that are shown in full, without what they hold.
func disclosed(a *applicant.Applicant) []string {
	var fields []string
	of := func(whose string, p *applicant.Person) {
		if p == nil {
			return
		}
		for _, f := range []struct{ name, held string }{
			{"name", p.Name}, {"id", p.ResidentID + p.OtherID}, {"telephone", p.Telephone}, {"address", p.Address},
		} {
			if f.held != "" {
				fields = append(fields, whose+f.name)
			}
		}
	}
	of("", &a.Person)
	of("agent.", a.Agent)
	of("representative.", a.Representative)
	if len(fields) == 0 {
		fields = []string{"name"}
	}
	return fields
}
