package api

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/attach"
	"tongban/intake/casefile"
	"tongban/intake/privacy"
)

// Whereabouts is where the content of a paper is, as this node knows.
type Whereabouts string

// The whereabouts.
const (
	PaperHere     Whereabouts = "here"
	PaperOnTheWay Whereabouts = "on_the_way" // or with a center that this node has no papers from
	PaperErased   Whereabouts = "erased"
)

// PaperView is a scan or a photo that a case names.
type PaperView struct {
	ID    string      `json:"id"`             // of the material; else what it is a proof of
	Name  string      `json:"name,omitempty"` // of the material
	Hash  chain.Hash  `json:"hash"`
	Size  int64       `json:"size"` // bytes
	Kind  string      `json:"kind"`
	Type  string      `json:"type,omitempty" doc:"media type by what it holds; left out where it is not here, or is nothing that a counter takes"`
	Where Whereabouts `json:"where" enum:"here,on_the_way,erased"`
}

func (s *Server) registerPapers(mux *http.ServeMux, api huma.API) {
	route(s, api, op("case-papers", http.MethodGet, "/v1/cases/{id}/papers", "list the scans and photos of a case", "cases"),
		func(_ context.Context, in *CasePath) ([]PaperView, error) {
			state, err := s.node.Cabinet.State(in.ID)
			if err != nil {
				return nil, err
			}
			return s.papers(&state), nil
		})
	stream(mux, api, asking(op("case-paper", http.MethodPost, "/v1/cases/{id}/papers/{hash}",
		"give a scan out: staff and reason are required and written down, thumbnail=EDGE makes a small JPEG, supervisor=true is for cases to which access is restricted", "cases"),
		"staff", "reason", "thumbnail", "supervisor"), s.paper)
}

// namedPaper is a reference of a case to a paper, and what it is of.
type namedPaper struct {
	id  string
	ref casefile.BlobRef
}

// papersOf are the scans that a case names as it stands, each once: of what was
// laid before the counter, of what proves something, and the words that were kept
// outside the log. Who applies, objects or is heard is no paper, and is never
// among them.
func papersOf(s *casefile.State) []namedPaper {
	var all []namedPaper
	add := func(id string, ref *casefile.BlobRef) {
		if ref == nil || ref.Hash == (chain.Hash{}) || ref.Hash == s.Applicant.Hash {
			return
		}
		if !slices.ContainsFunc(all, func(p namedPaper) bool { return p.ref.Hash == ref.Hash }) {
			all = append(all, namedPaper{id, *ref})
		}
	}
	for _, m := range s.Materials {
		add(m.ID, m.Blob)
	}
	for i := range s.Proofs {
		add("proof", &s.Proofs[i])
	}
	if s.Proof != nil {
		add("signature", s.Proof.Signature)
	}
	if s.Mandate != nil && s.Mandate.Given != nil {
		add("letter", s.Mandate.Given.Letter)
		add("mandate_signature", s.Mandate.Given.Signature)
	}
	for _, v := range s.Surveys {
		if v.Held != nil {
			add("survey", v.Held.Proof)
		}
	}
	for _, v := range s.Visited {
		add("visit", v.Proof)
	}
	for _, v := range s.Deliberated {
		add("deliberation", v.Proof)
	}
	wordsOf(s, add)
	return all
}

// wordsOf are what people said and what was corrected, as texts.
func wordsOf(s *casefile.State, add func(id string, ref *casefile.BlobRef)) {
	for _, v := range s.Intervals {
		for _, o := range v.Objections {
			add("objection", o.Text)
			add("answer", o.Answer)
		}
	}
	for _, v := range s.Heard {
		add("statement", v.Text)
	}
	for i := range s.Corrected {
		add("corrected_from", &s.Corrected[i].From)
		add("corrected_to", &s.Corrected[i].To)
	}
	if s.Mandate != nil && s.Mandate.Back != nil {
		add("client_words", s.Mandate.Back.Words)
	}
}

func (s *Server) papers(state *casefile.State) []PaperView {
	out := []PaperView{}
	it, known := s.node.Register.Version(state.Item)
	for _, p := range papersOf(state) {
		v := PaperView{ID: p.id, Hash: p.ref.Hash, Size: p.ref.Size, Kind: p.ref.Kind, Where: PaperOnTheWay}
		if known {
			if m, ok := it.Material(p.id); ok {
				v.Name = m.Name
			}
		}
		if slices.Contains(state.Erased, p.ref.Hash) {
			v.Where = PaperErased
		} else if content, err := s.node.Desk.Blobs.Get(state.ID.Owner(), p.ref); err == nil {
			v.Where = PaperHere
			v.Type, _ = attach.Inspect(content) //nolint:errcheck // what it may not be has no type
		} else if refusal.CodeOf(err) == attach.Gone {
			v.Where = PaperErased
		}
		out = append(out, v)
	}
	return out
}

// paper gives out what a scan holds, to whoever says why: that is in the
// privacy book before the first byte leaves. What a browser would run is never
// given out, whoever sent it.
func (s *Server) paper(w http.ResponseWriter, r *http.Request) {
	what := "show a paper"
	id := casefile.ID(r.PathValue("id"))
	q, err := posted(w, r)
	if err != nil {
		s.writeError(w, what, err)
		return
	}
	state, err := s.node.Cabinet.State(id)
	if err != nil {
		s.writeError(w, what, err)
		return
	}
	p, err := findPaper(&state, r.PathValue("hash"))
	if err != nil {
		s.writeError(w, what, err)
		return
	}
	edge := 0
	if given := q.Get("thumbnail"); given != "" {
		if edge, err = strconv.Atoi(given); err != nil || edge < 16 || edge > 1024 {
			writeProblem(w, problem(http.StatusUnprocessableEntity, string(refusal.Malformed), "a thumbnail has 16 to 1024 pixels", "give thumbnail=256"))
			return
		}
	}
	name, kind, content, err := s.shownPaper(id, p, edge)
	if err == nil {
		err = s.node.Privacy.Unmask(id, []string{clipField("paper " + p.id)},
			privacy.Asker{Staff: q.Get("staff"), Reason: q.Get("reason"), Supervisor: q.Get("supervisor") == "true"})
	}
	if err != nil {
		s.writeError(w, what, err)
		return
	}
	disposition := "attachment"
	if strings.HasPrefix(kind, "image/") || kind == "application/pdf" {
		disposition = "inline"
	}
	h := w.Header()
	if strings.HasPrefix(kind, "text/") {
		kind += "; charset=utf-8"
	}
	h.Set("Content-Type", kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": name}))
	h.Set("Content-Length", strconv.Itoa(len(content)))
	w.Write(content)
}

// asking is an operation that is asked by a form with these fields.
func asking(o huma.Operation, fields ...string) huma.Operation {
	form := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}}
	for _, f := range fields {
		form.Properties[f] = &huma.Schema{Type: huma.TypeString}
	}
	o.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{formType: {Schema: form}}}
	return o
}

const formType = "application/x-www-form-urlencoded"

// posted is the form that came with a request: why somebody looks at personal
// data stands in no address.
func posted(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, refusal.New(refusal.Malformed, "read the form", "send "+formType, err)
	}
	return r.PostForm, nil
}

// maxForm bounds such a form, in bytes.
const maxForm = 16 << 10

func findPaper(state *casefile.State, hash string) (namedPaper, error) {
	for _, p := range papersOf(state) {
		if p.ref.Hash.String() == hash {
			return p, nil
		}
	}
	return namedPaper{}, refusal.Newf(refusal.NotFound, "show a paper of "+string(state.ID), "look at 'tongban case papers'", "the case names no such paper")
}

// shownPaper is a paper as it is given out, under a name that says nothing of
// anybody.
func (s *Server) shownPaper(id casefile.ID, p namedPaper, edge int) (name, kind string, content []byte, err error) {
	if content, err = s.node.Desk.Blobs.Get(id.Owner(), p.ref); err != nil {
		return "", "", nil, err
	}
	if kind, err = attach.Inspect(content); err != nil {
		return "", "", nil, err
	}
	if edge > 0 {
		if content, err = attach.Thumbnail(content, edge); err != nil {
			return "", "", nil, err
		}
		kind = "image/jpeg"
	}
	return p.ref.Hash.Short() + ending(kind), kind, content, nil
}

// ending is how a file of a type that a counter takes is called.
func ending(kind string) string {
	switch kind {
	case "image/jpeg":
		return ".jpg"
	case "image/tiff":
		return ".tiff"
	case "text/plain":
		return ".txt"
	case "application/ofd":
		return ".ofd"
	case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
		return ".docx"
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		return ".xlsx"
	}
	_, name, _ := strings.Cut(kind, "/") // png, bmp, webp, gif, pdf, csv
	return "." + name
}

// clipField keeps the name of a field within what the privacy book takes.
func clipField(s string) string {
	for len(s) > 40 {
		s = s[:len(s)-1]
	}
	return strings.ToValidUTF8(s, "")
}

// scan is a paper of a case as it is given out, by its hash.
func (s *Server) scan(id casefile.ID, hash string) (name, kind string, content []byte, err error) {
	state, err := s.node.Cabinet.State(id)
	if err != nil {
		return "", "", nil, err
	}
	p, err := findPaper(&state, hash)
	if err != nil {
		return "", "", nil, err
	}
	return s.shownPaper(id, p, 0)
}
