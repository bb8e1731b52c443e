// Package workbench is the screens of those who work at a center: who sits at
// one, what they may open, and how a page is shown, refused or left. The rooms
// (its subpackages) are what there is to see; they hang their pages into the
// shell.
//
// It must never decide what may be done with a case (the desk does), never let
// anybody see a page without a session and a duty that opens it, never answer
// a form of another origin, and never put a word that somebody typed into an
// address or a log.
package workbench

import (
	"cmp"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/node/account"
	"tongban/node/account/provider"
	"tongban/node/frame"
	"tongban/node/visitor"
)

// Config is what a shell works with. All of it but Provider is set, and safe for
// concurrent use.
type Config struct {
	Accounts *account.Accounts
	Sessions *account.Sessions
	Provider *provider.Provider // by which people may sign in, too; nil: none
	Self     func() area.Center
	Name     func(area.Center) string // of a center; its code where it has none
	Now      func() time.Time
	Log      *slog.Logger
}

// Shell holds the rooms. Rooms are opened before it serves; then it is safe for
// concurrent use.
type Shell struct {
	Config
	mux      *http.ServeMux
	doors    *frame.Pages // of the pages before and beside the rooms
	menu     []entry
	mine     []entry // pages about whoever is signed in
	finders  []finder
	searches memory
	streams  streams
	gate     *visitor.Gate // of sign-ins, by address
}

// A whole office signs in at once in the morning, from one address.
const (
	signInsAtOnce = 60
	signInEvery   = time.Second
)

// entry is an entry of the menu, for those who have one of its duties.
type entry struct {
	frame.Entry
	words  [2]string
	duties account.Duties
}

// New makes a shell without rooms.
func New(c Config) *Shell {
	s := &Shell{Config: c, mux: http.NewServeMux(), searches: memory{texts: map[string]remembered{}}, streams: streams{open: map[string]int{}}, gate: visitor.NewGate(signInsAtOnce, signInEvery)}
	s.doors = s.pages(doorSet)
	s.openDoors()
	s.mux.HandleFunc("/", s.missing)
	return s
}

// missing says in the frame of all pages that there is no such page.
func (s *Shell) missing(w http.ResponseWriter, r *http.Request) {
	if _, in := s.admit(w, r); in {
		c := &Call{Request: r, W: w, room: &Room{shell: s, pages: s.doors}}
		c.Page = s.doors.Page(w, r)
		c.refuse(refusal.Newf(refusal.NotFound, "", "", "there is no such page"))
	}
}

// Handler answers everything that staff open in a browser.
func (s *Shell) Handler() http.Handler { return s.guard(s.mux) }

// Guard lets only those pass who are signed in, to pages that are not the
// shell's own.
func (s *Shell) Guard(next http.Handler) http.Handler {
	return s.guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, in := s.admit(w, r); in {
			next.ServeHTTP(w, r)
		}
	}))
}

// MaxBody is the largest form, in bytes: an intake with its photographed
// papers.
const MaxBody = 64 << 20

// maxPlain is the largest form without files, in bytes.
const maxPlain = 8 << 20

// guard refuses forms of another origin and brings the session along.
func (s *Shell) guard(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Log.Warn("a form of another origin was refused", "path", r.URL.Path, "from", visitor.Asker(r))
		http.Error(w, "这个请求来自别的网站，没有执行。\nThis request came from another site and was not carried out.", http.StatusForbidden)
	}))
	return cross.Handler(s.Sessions.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		most := int64(maxPlain)
		if withFiles(r) {
			most = MaxBody
		}
		r.Body = http.MaxBytesReader(w, r.Body, most)
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
		next.ServeHTTP(w, r)
	})))
}

// admit is who is signed in; whoever is not is sent to the door.
func (s *Shell) admit(w http.ResponseWriter, r *http.Request) (who account.Session, in bool) {
	who, err := s.Sessions.Of(r.Context())
	door := "/sign-in"
	switch {
	case err != nil: // nobody is
	case who.Shut:
		door = "/locked"
	case who.MustChange && r.URL.Path != "/work/me" && r.URL.Path != "/work/me/password":
		door = "/work/me"
	default:
		return who, true
	}
	visitor.DontWait(w, doorTime)
	switch {
	case r.Header.Get("HX-Request") != "": // a part of a page: the whole page goes
		w.Header().Set("HX-Redirect", door+"?to="+url.QueryEscape(hereOf(r)))
		w.WriteHeader(http.StatusUnauthorized)
	case r.Header.Get(byLine) != "": // what was typed stays on the page
		w.WriteHeader(http.StatusUnauthorized)
	default:
		to := r.URL.RequestURI()
		if r.Method != http.MethodGet {
			to = ""
		}
		http.Redirect(w, r, door+"?to="+url.QueryEscape(to), http.StatusSeeOther)
	}
	return who, false
}

// doorTime is how long whoever is not signed in has for sending a form, and for
// taking the answer: who sends a byte a minute holds no connection for long.
const doorTime = 30 * time.Second

// hereOf is the page that a part was asked for.
func hereOf(r *http.Request) string {
	u, err := url.Parse(r.Header.Get("HX-Current-URL"))
	if err != nil {
		return ""
	}
	return u.RequestURI()
}

// inside is an address of this node, or the first page: nobody is led
// elsewhere by a link to the door.
func inside(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n") {
		return "/work"
	}
	return to
}

func (s *Shell) pages(set *frame.Set) *frame.Pages {
	return &frame.Pages{
		Set: set, Center: func() string { return s.Name(s.Self()) }, Now: s.Now, Bar: s.Bar, Scripts: true, Log: s.Log,
	}
}

// Bar is the menu of whoever asks.
func (s *Shell) Bar(r *http.Request) frame.Bar {
	bar := frame.Bar{Home: "/work"}
	who, err := s.Sessions.Of(r.Context())
	if err != nil || who.Shut {
		return bar
	}
	english := frame.English(r)
	bar.Person, bar.Duties = cmp.Or(who.Name, who.Login), dutyWords(who.Duties, english)
	for _, e := range s.menu {
		if allowed(who.Duties, e.duties) {
			e.Text = e.words[0]
			if english {
				e.Text = e.words[1]
			}
			bar.Entries = append(bar.Entries, e.Entry)
		}
	}
	return bar
}

func dutyWords(d account.Duties, english bool) string {
	words := make([]string, len(d))
	for i, one := range d {
		if words[i] = one.Chinese(); english {
			words[i] = one.English()
		}
	}
	if english {
		return strings.Join(words, ", ")
	}
	return strings.Join(words, "、")
}

// allowed reports whether one of the duties is among those that open something;
// none opens it to everybody who is signed in.
func allowed(has, open account.Duties) bool {
	return len(open) == 0 || slices.ContainsFunc(open, has.Has)
}

// Home is where somebody's work begins: the first entry of their menu.
func (s *Shell) home(d account.Duties) string {
	for _, e := range s.menu {
		if allowed(d, e.duties) {
			return e.Link
		}
	}
	return "/work/me"
}

// Room is the pages of one set within the shell.
type Room struct {
	shell *Shell
	pages *frame.Pages
	name  string
}

// Room opens a room; its pages belong to the entry of the menu of that name.
func (s *Shell) Room(name string, set *frame.Set) *Room { return &Room{s, s.pages(set), name} }

// Connect lets the scripts of the room's pages ask one more origin, such as a
// device of the clerk's own machine. It is called before the shell serves.
func (r *Room) Connect(origin string) { r.pages.Connect = origin }

// Menu puts an entry into the menu, behind those that are there: in Chinese and
// in English, with the key that opens it after g.
func (s *Shell) Menu(name, link, key string, duties account.Duties, chinese, english string) {
	s.menu = append(s.menu, entry{frame.Entry{Nav: name, Link: link, Key: key}, [2]string{chinese, english}, duties})
}

// Mine links a page about whoever is signed in from the page of their account.
func (s *Shell) Mine(link string, duties account.Duties, chinese, english string) {
	s.mine = append(s.mine, entry{frame.Entry{Link: link}, [2]string{chinese, english}, duties})
}

// Get hangs a page up for those who have one of the duties; none: for everybody
// who is signed in.
func (r *Room) Get(path string, duties account.Duties, do func(*Call) error) {
	r.handle("GET "+path, duties, do)
}

// Post hangs up what takes a form.
func (r *Room) Post(path string, duties account.Duties, do func(*Call) error) {
	r.handle("POST "+path, duties, do)
}

func (r *Room) handle(pattern string, duties account.Duties, do func(*Call) error) {
	s := r.shell
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, req *http.Request) {
		who, in := s.admit(w, req)
		if !in {
			return
		}
		c := &Call{Request: req, W: w, Page: r.pages.Page(w, req), Who: who, room: r}
		c.Page.Room = r.name
		if !allowed(who.Duties, duties) {
			c.refuse(refusal.Newf(account.NotTrusted, "", "", "it takes one of these duties: %s", dutyWords(duties, true)))
			return
		}
		c.answer(do)
	})
}

// errStatus is the status of a refusal.
func errStatus(err error) int {
	var big *http.MaxBytesError
	switch refusal.CodeOf(err) {
	case refusal.NotFound:
		return http.StatusNotFound
	case account.NotTrusted, refusal.Forbidden:
		return http.StatusForbidden
	case refusal.Unavailable, refusal.Fenced, refusal.DiskFull:
		return http.StatusServiceUnavailable
	case refusal.TooLarge:
		return http.StatusRequestEntityTooLarge
	case refusal.Conflict:
		return http.StatusConflict
	case "":
		if errors.As(err, &big) {
			return http.StatusRequestEntityTooLarge
		}
		return http.StatusInternalServerError
	}
	return http.StatusUnprocessableEntity
}
