// Package citizen is the pages for people who apply: the guide, appointments,
// how far a case has come, whether a document is genuine, ratings. They are read
// on a telephone first, in Chinese or in English, in large type by whoever wants
// it, and work without a script.
//
// It must never need an account, never tell who applies or what staff say among
// themselves, never put anything of a person into an address, a file name or a
// log, and never answer more than so many questions in a time.
package citizen

import (
	"context"
	"crypto/rand"
	"embed"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/timetable"
	"tongban/node/frame"
	"tongban/node/guidance"
	"tongban/node/visitor"
)

// Catalogue is what the guide asks of the Register.
type Catalogue interface {
	guidance.Catalogue
	On(day workday.Date) register.Moment
}

// Hall is where appointments are kept. A *hall.Appointments is one.
type Hall interface {
	TypeFor(code item.Code) (string, error)
	Slots(day workday.Date, t string) ([]timetable.Slot, error)
	Book(by hall.By, form hall.BookForm) (appointment.Booking, error)
	Own(id, code string) (hall.BookingView, error)
	CancelOwn(id, code, why string) (hall.BookingView, error)
}

// Config is the node as people see it who have no account. All of it is set
// where nothing else is said, and safe for concurrent use.
type Config struct {
	Self func() area.Center
	Name func(c area.Center) string // of a center, in words
	// Reach is where this center is and how one calls it; "" where nobody said.
	Reach func() (address, telephone string)
	Now   func() time.Time
	// Public is the address, without a slash at its end, at which people reach
	// these pages; "": a code to scan holds a number only.
	Public string
	// Back is where a page leads back to when nobody stands there any more: the
	// start of a kiosk; "" for any other browser. nil: there are no kiosks.
	Back func(r *http.Request) string
	Log  *slog.Logger

	// Documents and cases.
	Check    func(id casefile.ID, seq uint64, hash string) (desk.Authentic, error)
	Progress func(named, password string) (desk.Progress, error)

	// The guide.
	Catalogue Catalogue
	Shelf     guidance.Shelf                                         // what this center takes
	Form      func(ctx context.Context, hash string) ([]byte, error) // a file that an item names

	// The hall.
	Hours        func() []timetable.Entry
	On           func(day workday.Date) (entries []timetable.Entry, provisional bool)
	Hall         Hall
	Appointments bool // they can be booked here
	HomeVisits   bool // and be asked for at home
}

//go:embed pages/*.html
var files embed.FS

var set = frame.NewSet(files, words, guidance.Shared, guidance.Shelves)

type page = frame.Page

// public answers what New says.
type public struct {
	Config
	pages *frame.Pages
	mux   *http.ServeMux
	about guidance.Source
	draws codes

	all   *visitor.Gate // of everybody together
	each  *visitor.Gate // by address, which may be that of a whole hall with its network for visitors
	tries *visitor.Gate // of passwords and codes, by what they open and address: a stranger's tries don't shut out whoever has the receipt
	total *visitor.Gate // of the same, by what they open, from wherever: nobody gets at one from many addresses
	guess *visitor.Gate // of codes, by address: nobody tries one code on every booking
	books *visitor.Gate // of bookings, by address
	taken *visitor.Gate // of bookings, from wherever
}

// maxAsked bounds what a form of these pages may send, in bytes: that of a home
// visit, each character as nine.
const maxAsked = 12 << 10

// idleAfter is after how many seconds a kiosk leaves a page of these: time to
// read it, or to type a number and a password.
const idleAfter = "90"

// New answers /public, /guide, /appointment, /progress and /p/, which verifies a
// document by its QR code.
func New(c Config) http.Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	p := &public{
		Config: c, mux: http.NewServeMux(), draws: newCodes(rand.Reader),
		all: visitor.NewGate(600, 20*time.Millisecond), each: visitor.NewGate(120, 250*time.Millisecond),
		tries: visitor.NewGate(5, 2*time.Minute), total: visitor.NewGate(40, 2*time.Minute), guess: visitor.NewGate(20, 2*time.Minute),
		books: visitor.NewGate(6, 5*time.Minute), taken: visitor.NewGate(120, 5*time.Second),
	}
	p.about = guidance.Source{Catalogue: c.Catalogue, Self: c.Self, Name: c.Name, Log: c.Log}
	p.pages = &frame.Pages{Set: set, Center: func() string { return c.Name(c.Self()) }, Now: c.Now, Log: c.Log}
	p.open("GET /public", p.home)
	p.open("GET /p/{case}/{seq}/{hash}", p.verify)
	p.open("GET /progress", p.ask)
	p.open("GET /progress/{case}", p.ask)
	p.open("POST /progress", p.answer)
	p.open("GET /guide", p.list)
	p.open("GET /guide/{code}", p.item)
	p.openRaw("GET /guide/{code}/print", p.print)
	p.openRaw("GET /guide/{code}/form/{hash}", p.form)
	p.openAppointments()
	return http.NewCrossOriginProtection().Handler(p.mux)
}

// open serves one page to whoever asks, if not too much is asked. fill gives the
// status.
func (s *public) open(pattern string, fill func(r *http.Request, p *page) (status int)) {
	s.openRaw(pattern, func(w http.ResponseWriter, r *http.Request, p *page) { s.pages.Write(w, p, fill(r, p)) })
}

// openRaw is open for what writes its answer itself.
func (s *public) openRaw(pattern string, write func(w http.ResponseWriter, r *http.Request, p *page)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxAsked)
		w.Header().Set("Referrer-Policy", "same-origin") // without one, old browsers don't say that a form is of this site
		p := s.pages.Page(w, r)
		p.Query, p.Day = nil, ""
		if s.Back != nil {
			if p.Back = s.Back(r); p.Back != "" {
				w.Header().Set("Refresh", idleAfter+"; url="+p.Back)
			}
		}
		if now := s.Now(); !s.each.Pass(visitor.Asker(r), now) || !s.all.Pass("", now) {
			w.Header().Set("Retry-After", "60")
			s.pages.Write(w, p, closed(p, "too_many", "too_many_hint", http.StatusTooManyRequests))
			return
		}
		write(w, r, p)
	})
}

// closed makes a page that says why there is nothing.
func closed(p *page, title, text string, status int) int {
	p.Name, p.Title, p.Data = "closed", p.Say(title), p.Say(text)
	return status
}

// kept keeps of an address what a page's own links say of it, so that another
// language or size shows the same; nothing else that somebody put there.
func kept(p *page, pairs ...string) {
	p.Query = url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			p.Query.Set(pairs[i], pairs[i+1])
		}
	}
}

// find is an item as it counts here today.
func (s *public) find(code item.Code) (*item.Item, register.Moment, bool) {
	on := s.Catalogue.On(workday.DateOf(s.Now()))
	if !codeShape.MatchString(string(code)) {
		return nil, on, false
	}
	it, ok := s.Catalogue.Item(code, s.Self().Area(), on)
	return it, on, ok
}
