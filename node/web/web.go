// Package web is the catalogue as people see it in a browser: list and search,
// an item with its questions, its history and its differences, the printed
// guide and coverage. The pages are made on the server, in Chinese or in English,
// and work without a script.
//
// It must never change anything (it answers GET and HEAD only), never decide who
// may read (whoever mounts it guards it), never load anything from another
// server, and never write markup that html/template has not escaped. What the
// public sees is package citizen's.
package web

import (
	"cmp"
	"context"
	"embed"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/search"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/node/frame"
	"tongban/node/guidance"
	"tongban/node/terms/refused"
)

// Catalogue is what the pages show. A *register.Register is one.
type Catalogue interface {
	On(day workday.Date) register.Moment
	Item(c item.Code, by area.Code, on register.Moment) (*item.Item, bool)
	Version(ref item.Ref) (*item.Item, bool)
	Items(f register.Filter, after item.Ref, limit int) ([]register.Summary, bool)
	CountItems(f register.Filter) int
	History(c item.Code) ([]register.Published, error)
	Powers(c item.Code, to area.Center) ([]register.Granted, error)
	Supplement(c item.Code, center area.Center, on register.Moment) (item.Supplement, bool)
	Coverage(c area.Center, on register.Moment) (register.Coverage, error)
	Center(c area.Center) (register.Listing, bool)
	Centers(under area.Code, after area.Center, limit int) ([]register.Listing, error)
}

var _ Catalogue = (*register.Register)(nil)

// Case is an open case of an item, as far as its page needs it.
type Case struct {
	ID       string
	Ref      item.Ref     // the version that it is handled by
	State    [2]string    // Chinese, English
	Accepted workday.Date // "" before acceptance
}

// Services are the node as the pages see it. All of it is safe for concurrent
// use.
type Services struct {
	Catalogue Catalogue
	Self      func() area.Center
	// Find finds items of today's catalogue as a clerk types; nil: the pages
	// look for the text as it stands.
	Find func(ctx context.Context, q search.Query) []search.Hit
	// Cases are the open cases of an item that this center knows; nil: the page
	// has no such part.
	Cases func(c item.Code) ([]Case, error)
	Now   func() time.Time
	// Public is the address, without a slash at its end, at which people with a
	// telephone reach these pages: what the QR code of a guide leads to. "": it
	// holds the item's code, for the scanner at a counter.
	Public string
	// Files is the address of an attachment without its hash; "": attachments
	// are named only.
	Files string
	// Home is the realm's area in words: an item whose origin is another one
	// says so in its guide. "": every item with an origin does.
	Home string
	// Acts are what whoever asks may do with a version of an item; nil: nothing.
	Acts func(r *http.Request, ref item.Ref) []frame.Entry
	// Bar is the menu above the pages, and who is signed in.
	Bar func(r *http.Request) frame.Bar
	Log *slog.Logger
}

//go:embed pages/*.html
var files embed.FS

var set = frame.NewSet(files, words, guidance.Shared)

type page = frame.Page

type server struct {
	Services
	pages *frame.Pages
	mux   *http.ServeMux
	about guidance.Source
}

// New answers /catalogue and /coverage.
func New(s Services) http.Handler {
	if s.Log == nil {
		s.Log = slog.New(slog.DiscardHandler)
	}
	w := &server{Services: s, mux: http.NewServeMux()}
	w.about = guidance.Source{Catalogue: s.Catalogue, Self: s.Self, Name: w.centerName, Home: s.Home, Log: s.Log}
	w.pages = &frame.Pages{
		Set: set, Center: func() string { return w.centerName(s.Self()) }, Now: s.Now, Bar: s.Bar, Scripts: s.Bar != nil, Log: s.Log,
	}
	w.page("/catalogue", w.list)
	w.page("/catalogue/{code}", w.item)
	w.page("/catalogue/{code}/diff", w.diff)
	w.page("/coverage", w.coverage)
	w.mux.HandleFunc("GET /catalogue/{code}/guide", w.guide)
	return w.mux
}

// Tabs are the parts of the catalogue, for whoever shows one of them.
func Tabs(p *frame.Page) []frame.Entry {
	bundles := "/catalogue?bundles=1"
	if p.Day != "" {
		bundles += "&day=" + url.QueryEscape(string(p.Day))
	}
	return []frame.Entry{
		{Nav: "catalogue", Text: p.Pick("事项目录", "Catalogue"), Link: p.To("/catalogue")}, {Nav: "bundles", Text: p.Pick("一件事", "Bundles"), Link: bundles},
		{Nav: "coverage", Text: p.Pick("应进必进", "Coverage"), Link: p.To("/coverage")}, {Nav: "drafts", Text: p.Pick("草稿", "Drafts"), Link: "/work/catalogue/drafts"},
	}
}

// page serves one page: the handler fills it, or refuses.
func (s *server) page(path string, fill func(r *http.Request, p *page) error) {
	s.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
		p := s.pages.Page(w, r)
		p.Room, p.Tabs = "catalogue", Tabs(p)
		if err := fill(r, p); err != nil {
			s.refuse(w, p, err)
			return
		}
		s.pages.Write(w, p, http.StatusOK)
	})
}

// refuse says why there is no such page, in the frame of the others.
func (s *server) refuse(w http.ResponseWriter, p *page, err error) {
	status := http.StatusInternalServerError
	switch refusal.CodeOf(err) {
	case refusal.NotFound:
		status = http.StatusNotFound
	case refusal.Malformed:
		status = http.StatusBadRequest
	default:
		s.Log.Error("answer a page", "page", p.Name, "err", err)
	}
	p.Name, p.Title = "refused", p.Say("refused")
	p.Trouble = refused.Speaker{Name: s.centerName}.Trouble(p, reasons[refusal.CodeOf(err)], err)
	s.pages.Write(w, p, status)
}

// reasons are the refusals of these pages by their codes.
var reasons = map[refusal.Code][2]string{
	refusal.NotFound: {"没有找到。", "There is no such thing here."}, refusal.Malformed: {"网址里有读不懂的内容。", "A part of the address can't be read."},
}

// guide serves the printed page of an item, with the staff's handbook where it
// is asked for.
func (s *server) guide(w http.ResponseWriter, r *http.Request) {
	p := s.pages.Page(w, r)
	it, on, err := s.find(r, p)
	if err != nil {
		s.refuse(w, p, err)
		return
	}
	g := s.about.Guide(it, on, p.Lang, p.Today)
	g.Staff = r.FormValue("staff") != ""
	g.URL, g.Files = string(it.Ref.Code), s.Files // a scanner at the counter types the code
	if s.Public != "" {
		g.URL = s.Public + "/guide/" + string(it.Ref.Code)
	}
	if err := s.pages.WriteGuide(w, g); err != nil {
		s.refuse(w, p, err)
	}
}

func (s *server) centerName(c area.Center) string {
	l, _ := s.Catalogue.Center(c)
	return cmp.Or(l.Name, string(c))
}

// areaName is an area by the name of its center.
func (s *server) areaName(a area.Code) string {
	c, err := area.ParseCenter(string(a))
	if err != nil {
		return string(a)
	}
	return s.centerName(c)
}

var codeShape = regexp.MustCompile(`^[0-9A-Z-]{1,40}$`)

// find is the item that an address names: a version of it, or the one that
// counts on a day.
func (s *server) find(r *http.Request, p *page) (*item.Item, register.Moment, error) {
	code := item.Code(r.PathValue("code"))
	if !codeShape.MatchString(string(code)) {
		return nil, register.Moment{}, refusal.Newf(refusal.Malformed, "", "", "%q is not the code of an item", code)
	}
	on, err := s.moment(p)
	if err != nil {
		return nil, on, err
	}
	by := s.Self().Area()
	if a, err := area.Parse(r.FormValue("area")); err == nil {
		by = a
	}
	it, ok := s.Catalogue.Item(code, by, on)
	if v := r.FormValue("version"); v != "" {
		n, err := strconv.ParseUint(v, 10, 32)
		if err != nil {
			return nil, on, refusal.Newf(refusal.Malformed, "", "", "%q is not a version", v)
		}
		ref := item.Ref{Code: code, Area: by, Version: item.Version(n)}
		if ok && r.FormValue("area") == "" {
			ref.Area = it.Ref.Area
		}
		it, ok = s.Catalogue.Version(ref)
	}
	if !ok {
		return nil, on, refusal.Newf(refusal.NotFound, "", p.Say("find_it"), "%s: %s", p.Say("not_offered"), code)
	}
	return it, on, nil
}

// moment is the day that the address asks for; today where it names none.
func (s *server) moment(p *page) (register.Moment, error) {
	if p.Day == "" {
		return s.Catalogue.On(p.Today), nil
	}
	day, err := workday.ParseDate(string(p.Day))
	if err != nil {
		return register.Moment{}, refusal.New(refusal.Malformed, "", "", err)
	}
	return s.Catalogue.On(day), nil
}
