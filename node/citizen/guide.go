package citizen

import (
	"mime"
	"net/http"
	"regexp"
	"strconv"
	"time"

	"tongban/catalog/item"
	"tongban/node/guidance"
)

var codeShape = regexp.MustCompile(`^[0-9A-Z-]{1,40}$`)

// list finds items as somebody types, or looks through them: by whom they are
// for, by theme, by department.
func (s *public) list(r *http.Request, p *page) int {
	p.Name, p.Title = "guide", p.Say("guide")
	d := s.Shelf.See(r.Context(), p, r.URL.Query(), "/guide", "/guide/")
	p.Data, p.Query = d, d.Asked()
	return http.StatusOK
}

// explained is an item as its page explains it.
type explained struct {
	guidance.Explained
	Booked bool // it can be booked from here
}

// item shows what an item asks for. The answers stand in the address: they say
// nothing of anybody, and nothing is kept.
func (s *public) item(r *http.Request, p *page) int {
	it, on, ok := s.find(item.Code(r.PathValue("code")))
	if !ok {
		return closed(p, "guide", "no_item", http.StatusNotFound)
	}
	p.Name, p.Title = "item", it.Name
	d, err := s.about.Explain(p, it, on, guidance.Answers(r.URL.Query()), s.formsOf(it))
	if err != nil {
		s.Log.Error("explain an item", "code", it.Ref.Code, "err", err)
		return closed(p, "guide", "try_later", http.StatusInternalServerError)
	}
	p.Data = &explained{d, s.Appointments}
	kept(p)
	for _, q := range d.Reply.Asked {
		for _, o := range q.Options {
			if o.Chosen {
				p.Query.Add("s."+q.Key, o.ID)
			}
		}
	}
	return http.StatusOK
}

// print serves the printed guide of an item.
func (s *public) print(w http.ResponseWriter, r *http.Request, p *page) {
	it, on, ok := s.find(item.Code(r.PathValue("code")))
	if !ok {
		s.pages.Write(w, p, closed(p, "guide", "no_item", http.StatusNotFound))
		return
	}
	g := s.about.Guide(it, on, p.Lang, p.Today)
	g.URL, g.Files = string(it.Ref.Code), s.formsOf(it)
	if s.Public != "" {
		g.URL = s.Public + "/guide/" + string(it.Ref.Code)
	}
	if err := s.pages.WriteGuide(w, g); err != nil {
		s.Log.Error("print a guide", "code", it.Ref.Code, "err", err)
		s.pages.Write(w, p, closed(p, "guide", "try_later", http.StatusInternalServerError))
	}
}

func (s *public) formsOf(it *item.Item) string { return "/guide/" + string(it.Ref.Code) + "/form/" }

// formTime is how long somebody on a slow line may take for a form.
const formTime = 2 * time.Minute

// form gives out a blank form or a sample that an item names here and today, and
// no other file.
func (s *public) form(w http.ResponseWriter, r *http.Request, p *page) {
	it, _, ok := s.find(item.Code(r.PathValue("code")))
	var file *item.Attachment
	if ok {
		for _, m := range it.Materials {
			for _, a := range []*item.Attachment{m.Blank, m.Sample} {
				if a != nil && a.Hash == r.PathValue("hash") {
					file = a
				}
			}
		}
	}
	if file == nil {
		s.pages.Write(w, p, closed(p, "guide", "no_form", http.StatusNotFound))
		return
	}
	content, err := s.Form(r.Context(), file.Hash)
	if err != nil {
		s.Log.Warn("a form that an item names is not here", "code", it.Ref.Code, "hash", file.Hash, "err", err)
		s.pages.Write(w, p, closed(p, "guide", "try_later", http.StatusServiceUnavailable))
		return
	}
	http.NewResponseController(w).SetWriteDeadline(time.Now().Add(formTime)) //nolint:errcheck // a recorder in a test has no connection
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream") // never shown by the browser as a page of ours
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	h.Set("Content-Length", strconv.Itoa(len(content)))
	w.Write(content) //nolint:errcheck // whoever asked has gone
}
