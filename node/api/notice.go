package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"path"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tongban/catalog/area"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/notice"
	"tongban/intake/rating"
	"tongban/node/citizen"
	"tongban/node/workbench/lobby"
)

// Document is a printed text.
type Document struct {
	Text string `json:"text"`
}

// PrintQuery is how documents are printed. It is exported because only then its
// fields are read where it is embedded.
type PrintQuery struct {
	Format   notice.Format `query:"format" enum:"text,a4,receipt" default:"text" doc:"text (JSON), or a page for sheets of A4 or a roll of 80 mm (HTML)"`
	Lang     notice.Lang   `query:"lang" enum:"zh,en" default:"zh"`
	Staff    string        `query:"staff" maxLength:"200" doc:"who prints, for the audit log"`
	Password string        `header:"Query-Password" maxLength:"40" doc:"the query password, to be printed on a receipt: it was told once, when the case was opened"`
}

// printed is what comes off a printer: JSON with the text, or a page.
type printed struct {
	ContentType string `header:"Content-Type"`
	Body        []byte
}

func (s *Server) registerDocuments(api huma.API) {
	route(s, api, op("case-documents", http.MethodGet, "/v1/cases/{id}/documents", "list the documents of a case that can be printed now", "cases"),
		func(_ context.Context, in *CasePath) ([]desk.Printable, error) {
			all, err := s.node.Desk.Printables(in.ID)
			if all == nil {
				all = []desk.Printable{}
			}
			return all, err
		})
	printing(s, api, op("case-print", http.MethodGet, "/v1/cases/{id}/documents/{kind}", "print a document of a case, or with the kind \"due\" all that were not printed yet", "cases"),
		func(in *struct {
			CasePath
			PrintQuery
			Kind   notice.Kind `path:"kind" maxLength:"40"`
			Number string      `query:"number" maxLength:"200" doc:"which of several of a kind (default: the newest)"`
		}) (notice.Format, []notice.Document, error) {
			how := s.how(in.PrintQuery)
			how.Number = in.Number
			if in.Kind == "due" {
				docs, err := s.node.Desk.Papers(in.ID, how)
				return in.Format, docs, err
			}
			if in.Kind == notice.Rating {
				var err error
				if how.Code, err = s.ratingCode(in.ID); err != nil {
					return "", nil, err
				}
			}
			doc, err := s.node.Desk.Paper(in.ID, in.Kind, how)
			return in.Format, []notice.Document{doc}, err
		})
	printing(s, api, op("visit-print", http.MethodGet, "/v1/visits/{visit}/documents", "print the documents of a visit that were not printed yet, after a sheet that lists its cases", "cases"),
		func(in *struct {
			PrintQuery
			Visit string `path:"visit" maxLength:"128" doc:"as it is named, or by the number of today's queue ticket"`
		}) (notice.Format, []notice.Document, error) {
			docs, err := s.node.Desk.VisitPapers(in.Visit, s.how(in.PrintQuery))
			return in.Format, docs, err
		})
	printing(s, api, op("queue-ticket-print", http.MethodGet, "/v1/hall/queue/tickets/{number}/document", "print a queue ticket of today", "hall"),
		func(in *struct {
			WindowPath
			PrintQuery
		}) (notice.Format, []notice.Document, error) {
			doc, err := s.ticketPaper(in.Number, s.how(in.PrintQuery))
			return in.Format, []notice.Document{doc}, err
		})
}

// ticketPaper is a queue ticket for the printer. Where the node has a public
// address its QR code leads to the rating of the visit.
func (s *Server) ticketPaper(number string, how desk.Printing) (notice.Document, error) {
	v, err := s.node.Hall.Queue.Ticket(number)
	if err != nil {
		return notice.Document{}, err
	}
	t := notice.Ticket{Number: v.Number, Windows: v.Type, At: strings.Join(v.Windows, "、"), Ahead: v.Ahead, Issued: atDesk(v.Taken, time.DateOnly+" 15:04")}
	if v.Due != 0 {
		t.Booked = atDesk(v.Due, "15:04")
	}
	if s.node.Public != "" && s.node.Ratings != nil {
		link, err := s.node.Ratings.Link(rating.Subject{Visit: v.Visit})
		if err != nil {
			return notice.Document{}, err
		}
		how.Code = link.URL
	}
	return s.node.Desk.TicketPaper(v.Visit, t, how)
}

// atDesk is a time in Unix milliseconds as a clock at the counter shows it.
func atDesk(ms int64, layout string) string {
	return time.UnixMilli(ms).In(workday.China).Format(layout)
}

// printing registers an operation that prints documents in a format.
func printing[I any](s *Server, api huma.API, o huma.Operation, do func(*I) (format notice.Format, docs []notice.Document, err error)) {
	text := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Document](), true, "Document")
	o.Responses = map[string]*huma.Response{"200": {Description: "printed", Content: map[string]*huma.MediaType{
		"application/json": {Schema: text}, "text/html": {Schema: &huma.Schema{Type: huma.TypeString}},
	}}}
	huma.Register(api, o, func(_ context.Context, in *I) (*printed, error) {
		format, docs, err := do(in)
		var out *printed
		if err == nil {
			out, err = onPaper(format, docs)
		}
		if err != nil {
			return nil, s.fail(o.Summary, err)
		}
		return out, nil
	})
}

// onPaper writes documents in a format. Several texts stand on pages of their
// own.
func onPaper(format notice.Format, docs []notice.Document) (*printed, error) {
	if format == notice.Text {
		text := ""
		for i, d := range docs {
			if i > 0 {
				text += "\f"
			}
			text += d.Printout()
		}
		b, err := json.Marshal(Document{text})
		return &printed{"application/json", b}, err
	}
	var page bytes.Buffer
	if err := notice.Page(&page, format, docs...); err != nil {
		return nil, err
	}
	return &printed{"text/html; charset=utf-8", page.Bytes()}, nil
}

func (s *Server) how(q PrintQuery) desk.Printing {
	return desk.Printing{Lang: q.Lang, Public: s.node.Public, Password: strings.TrimSpace(q.Password), Staff: q.Staff}
}

// ratingCode is what the QR code of a rating slip holds.
func (s *Server) ratingCode(id casefile.ID) (string, error) {
	if s.node.Ratings == nil {
		return "", refusal.Newf(refusal.Unavailable, "print a rating slip", "", "this node takes no ratings")
	}
	link, err := s.node.Ratings.Link(rating.Subject{Case: id})
	if err != nil {
		return "", err
	}
	if link.URL != "" {
		return link.URL, nil
	}
	return link.Path, nil
}

// openPath reports a path that anybody may ask for: a document's check, the
// progress of a case for whoever knows its password, a rating for whoever has
// its link, and how they look.
func openPath(p string) bool {
	if path.Clean(p) != p {
		return false
	}
	switch p {
	case "/public", "/guide", "/appointment", "/progress":
		return true
	}
	for _, prefix := range []string{"/guide/", "/appointment/", "/progress/", "/p/", "/rate/", "/web/"} {
		if strings.HasPrefix(p, prefix) {
			return true
		}
	}
	return false
}

// openPages are the pages of those paths, but for those of ratings.
func (s *Server) openPages() http.Handler {
	n := s.node
	return citizen.New(citizen.Config{
		Self: func() area.Center { return n.Self().Center }, Name: s.centerName, Now: n.Now, Public: n.Public, Log: s.log, Back: lobby.KioskOf(n.Machines),
		Reach: func() (address, telephone string) {
			l, _ := n.Register.Center(n.Self().Center)
			return l.Address, l.Telephone
		},
		Check: n.Desk.Authenticate, Progress: n.Desk.Progress,
		Catalogue: n.Register, Form: func(ctx context.Context, hash string) ([]byte, error) { return n.Forms.Get(ctx, hash) },
		Shelf: s.shelf(),
		Hours: n.Hall.Timetable.Entries, On: n.Hall.Timetable.On, Hall: n.Hall.Appointments,
		Appointments: n.Online.Appointments, HomeVisits: n.Online.HomeVisits,
	})
}
