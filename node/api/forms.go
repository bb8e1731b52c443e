package api

import (
	"net/http"
	"path"
	"strconv"
	"strings"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
)

// keepForm takes in a file that items will name: a blank form, a sample.
func (s *Server) keepForm(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimSpace(r.URL.Query().Get("name"))
	if name == "" || path.Base(name) != name || strings.Contains(name, `\`) {
		writeProblem(w, problem(http.StatusUnprocessableEntity, string(refusal.Malformed), "a form needs the name of its file, without a folder", "add ?name=form.docx"))
		return
	}
	kept, err := s.node.Forms.Put(http.MaxBytesReader(w, r.Body, item.MaxAttachment+1))
	if err != nil {
		s.writeError(w, "keep a form", err)
		return
	}
	kept.Name = name
	writeJSON(w, kept)
}

// form gives a file out; one that is not here yet is fetched from the centers
// above.
func (s *Server) form(w http.ResponseWriter, r *http.Request) {
	content, err := s.node.Forms.Get(r.Context(), r.PathValue("hash"))
	if err != nil {
		s.writeError(w, "find a form", err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream") // never shown by the browser as a page of ours
	w.Header().Set("Content-Disposition", "attachment")
	w.Header().Set("Content-Length", strconv.Itoa(len(content)))
	w.Write(content)
}
