package api

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"mime"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/applicant"
	"tongban/intake/archive"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/notice"
	"tongban/intake/privacy"
)

// ArchiveEntry is a case that has come to its end.
type ArchiveEntry struct {
	Case      casefile.ID      `json:"case"`
	Number    string           `json:"number"`
	Name      string           `json:"item_name"`
	Phase     casefile.Phase   `json:"phase"`
	Outcome   casefile.Outcome `json:"outcome,omitempty"`
	Concluded int64            `json:"concluded_at,omitempty"` // Unix milliseconds
	Holder    area.Center      `json:"holder"`
	Due       bool             `json:"due"` // concluded, not archived, and this center's to archive
}

// ArchiveList is a page of cases that have come to their end.
type ArchiveList struct {
	Cases []ArchiveEntry `json:"cases"`
	More  bool           `json:"more"`
}

// PackageTerms is what an operator says about a package.
type PackageTerms struct {
	CasePath
	Retention string `query:"retention" maxLength:"400" doc:"for how long it is to be kept, in words"`
	Basis     string `query:"basis" maxLength:"400" doc:"the document that says so"`
	Personal  bool   `query:"personal" default:"true" doc:"false leaves out what names people"`
	Staff     string `query:"staff" maxLength:"200" doc:"who makes it: it holds personal data"`

	Supervisor bool `query:"supervisor" doc:"as a supervisor, of a case to which access is restricted: it is written down who made the package"`
}

func (s *Server) registerArchive(mux *http.ServeMux, api huma.API) {
	route(s, api, op("archive-list", http.MethodGet, "/v1/archive", "list cases that have come to their end", "archive"), s.archiveList)
	route(s, api, op("archive-plan", http.MethodGet, "/v1/cases/{id}/package/plan", "say what a package would hold", "archive"),
		func(ctx context.Context, in *PackageTerms) (archive.Manifest, error) {
			p, err := s.archives(in.Supervisor).Prepare(ctx, in.ID, in.making())
			if err != nil {
				return archive.Manifest{}, err
			}
			return p.Manifest(), nil
		})
	stream(mux, api, op("archive-package", http.MethodGet, "/v1/cases/{id}/package", "make the archive package of a case: retention, basis and staff are required in the query, and written down where it names people", "archive"), s.archivePackage)
}

func (t *PackageTerms) making() archive.Making {
	return archive.Making{Retention: archive.Retention{Period: t.Retention, Basis: t.Basis}, Personal: t.Personal}
}

func (s *Server) archiveList(_ context.Context, in *struct {
	Due   bool        `query:"due" doc:"only those that this center is to archive"`
	After casefile.ID `query:"after" maxLength:"60"`
	Limit int         `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}) (ArchiveList, error) {
	filter := cabinet.Filter{Phases: []casefile.Phase{casefile.PhaseConcluded, casefile.PhaseArchived}}
	self := s.node.Self()
	if in.Due {
		filter.Phases, filter.Holder = filter.Phases[:1], self.Center
	}
	all, err := s.node.Cabinet.List(filter, in.After, in.Limit+1)
	if err != nil {
		return ArchiveList{}, err
	}
	out := ArchiveList{Cases: []ArchiveEntry{}, More: len(all) > in.Limit}
	for _, st := range all[:min(len(all), in.Limit)] {
		e := ArchiveEntry{Case: st.ID, Number: st.Number, Phase: st.Phase, Outcome: st.Outcome(), Concluded: st.ConcludedAt, Holder: st.Holder.Center,
			Due: st.Phase == casefile.PhaseConcluded && st.Next() == self}
		if it, ok := s.node.Desk.Register.Item(st.Item); ok {
			e.Name = it.Name
		}
		out.Cases = append(out.Cases, e)
	}
	return out, nil
}

// archives is what packages are made of here, for a supervisor or for others.
func (s *Server) archives(supervisor bool) archive.Sources {
	d := s.node.Desk
	return archive.Sources{
		Cases: s.node.Cabinet, Blobs: s.node.Content, Register: d.Register, Journal: s.node.Register,
		Superseded: s.superseded,
		Documents:  func(id casefile.ID) ([]archive.Document, error) { return s.filed(id, supervisor) },
		Applicant: func(content []byte) (any, error) {
			var who applicant.Applicant
			return who, wire.Decode(content, &who)
		},
		Name: func(c area.Center) string {
			name, _, _ := d.Register.Office(c)
			return name
		},
		Maker: s.node.Self(), Seal: s.node.SealArchive,
	}
}

func (s *Server) superseded(id casefile.ID) ([]archive.Superseded, error) {
	list, err := s.node.Cabinet.Branches(id)
	if err != nil {
		return nil, err
	}
	var all []archive.Superseded
	for _, b := range list {
		records, err := s.node.Cabinet.BranchLog(id, b.Number, 1, int(b.Head.Index))
		if err != nil {
			return nil, err
		}
		all = append(all, archive.Superseded{
			Branch: archive.Branch{Number: b.Number, Head: b.Head, Cause: string(b.Cause)}, Records: records,
		})
	}
	return all, nil
}

// filed are the documents of a case, as text and as a page.
func (s *Server) filed(id casefile.ID, supervisor bool) ([]archive.Document, error) {
	all, err := s.node.Desk.Filed(id, supervisor)
	if err != nil {
		return nil, err
	}
	var docs []archive.Document
	for _, f := range all {
		name := fmt.Sprintf("%06d-%s", f.Seq, f.Kind)
		title := cmp.Or(f.Document.Title, f.Title)
		if f.Gone {
			docs = append(docs, archive.Document{Name: name, Title: title})
			continue
		}
		var page bytes.Buffer
		if err := notice.Page(&page, notice.A4, f.Document); err != nil {
			return nil, fmt.Errorf("document %s: %w", name, err)
		}
		docs = append(docs,
			archive.Document{Name: name, Title: title, Format: "text/plain", Content: []byte(f.Document.Text())},
			archive.Document{Name: name, Title: title, Format: "text/html", Content: page.Bytes()})
	}
	return docs, nil
}

// archivePackage writes a package. What can go wrong is found before the first
// byte.
func (s *Server) archivePackage(w http.ResponseWriter, r *http.Request) {
	const what = "make an archive package"
	q := r.URL.Query()
	terms := PackageTerms{CasePath: CasePath{casefile.ID(r.PathValue("id"))}, Retention: q.Get("retention"), Basis: q.Get("basis"),
		Personal: q.Get("personal") != "false", Staff: q.Get("staff"), Supervisor: q.Get("supervisor") == "true"}
	if terms.Staff == "" {
		s.writeError(w, what, refusal.Newf(refusal.Malformed, what, "name yourself with --staff", "nobody is named as making it"))
		return
	}
	p, err := s.archives(terms.Supervisor).Prepare(r.Context(), terms.ID, terms.making())
	if err != nil {
		s.writeError(w, what, err)
		return
	}
	if terms.Personal {
		err := s.node.Privacy.Unmask(terms.ID, []string{"package"},
			privacy.Asker{Staff: terms.Staff, Reason: "归档：" + strings.TrimSpace(terms.Basis), Supervisor: terms.Supervisor})
		if err != nil {
			s.writeError(w, what, err)
			return
		}
	}
	s.log.Info("audit: archive package made", "case", terms.ID, "staff", terms.Staff, "personal", terms.Personal)
	w.Header().Set("Content-Type", "application/zip")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": string(terms.ID) + ".zip"}))
	if err := p.Write(r.Context(), w); err != nil {
		s.log.Error(what, "case", terms.ID, "err", err)
		// The stream has begun: break it, so that nobody takes half for whole.
		panic(http.ErrAbortHandler)
	}
}
