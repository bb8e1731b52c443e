package citizen

import (
	"html/template"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tongban/catalog/guide"
	"tongban/catalog/item"
	"tongban/catalog/search"
	"tongban/node/guidance"
)

var codeShape = regexp.MustCompile(`^[0-9A-Z-]{1,40}$`)

const (
	maxFind  = 100 // characters of what is looked for
	mostHits = 30
)

// finding is the page on which people find what they came for.
type finding struct {
	Text        string
	Department  string
	Hits        []search.Hit
	More        bool // than the page shows
	Often       bool // nothing was asked for: these are what people come for most
	Departments []department
}

type department struct {
	Name  string
	Count int
	Link  string
}

// list finds items as somebody types, and by department.
func (s *public) list(r *http.Request, p *page) int {
	p.Name, p.Title = "guide", p.Say("guide")
	d := &finding{Text: strings.TrimSpace(r.URL.Query().Get("q")), Department: r.URL.Query().Get("department")}
	if utf8.RuneCountInString(d.Text) > maxFind || utf8.RuneCountInString(d.Department) > maxFind {
		d.Text, d.Department = "", ""
	}
	p.Data = d
	kept(p, "q", d.Text, "department", d.Department)
	all := s.Find(r.Context(), search.Query{Limit: search.MaxLimit})
	counts := map[string]int{}
	for _, h := range all {
		if counts[h.Department]++; counts[h.Department] == 1 && h.Department != "" {
			d.Departments = append(d.Departments, department{Name: h.Department})
		}
	}
	for i := range d.Departments {
		one := &d.Departments[i]
		one.Count, one.Link = counts[one.Name], (&page{Path: "/guide"}).With("department", one.Name)
	}
	slices.SortStableFunc(d.Departments, func(a, b department) int { return b.Count - a.Count })
	if d.Often = d.Text == "" && d.Department == ""; d.Often {
		d.Hits = all[:min(len(all), 10)]
		return http.StatusOK
	}
	d.Hits = s.Find(r.Context(), search.Query{Text: d.Text, Department: d.Department, Limit: mostHits + 1})
	if len(d.Hits) > mostHits && d.Text != "" {
		d.Hits, d.More = d.Hits[:mostHits], true
	} else if len(d.Hits) > mostHits { // a department is shown whole
		d.Hits = s.Find(r.Context(), search.Query{Department: d.Department, Limit: search.MaxLimit})
	}
	return http.StatusOK
}

// explained is an item as its page explains it.
type explained struct {
	Item   *item.Item
	Reply  guidance.Reply
	Guide  template.HTML
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
	g := s.about.Guide(it, on, p.Lang, p.Today)
	g.Files = s.formsOf(it)
	body, err := guide.Body(g)
	if err != nil {
		s.Log.Error("explain an item", "code", it.Ref.Code, "err", err)
		return closed(p, "guide", "try_later", http.StatusInternalServerError)
	}
	answers := guidance.Answers(r.URL.Query())
	d := &explained{Item: it, Guide: body, Reply: s.about.Ask(it, answers, on), Booked: s.Appointments}
	if len(answers) == 0 && len(d.Reply.Asked) > 0 {
		d.Reply.Selected = nil // first the questions
	}
	if d.Reply.BadReply != "" { // in the words of whoever wrote the item's conditions
		d.Reply.BadReply = p.Say("bad_reply")
	}
	p.Data = d
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
