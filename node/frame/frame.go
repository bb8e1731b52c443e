// Package frame is what all pages of a node share: the frame around them, the
// style sheet and the scripts, the language and the size of the letters, and
// the words that stand on every page.
//
// It must never load anything from another server, never write markup that
// html/template has not escaped, and never know what a page is about.
package frame

import (
	"html/template"
	"io/fs"
	"log/slog"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Words are those of a package's pages: Chinese, English.
type Words map[string][2]string

// Set is the templates and the words of the pages of one package. Make it with
// NewSet, once; it is safe for concurrent use.
type Set struct {
	words Words
	sets  func() map[string]*template.Template
}

// NewSet reads pages/*.html of files. Each defines "main", may define "head"
// and "foot", and may use what the frame and the files named _*.html define.
// They are parsed when the first page is shown: every start of the program
// would pay for them otherwise. shared are what several packages use: their
// templates, in files named _*.html, and their words.
func NewSet(files fs.FS, words Words, shared ...Shared) *Set {
	all := maps.Clone(common)
	add := func(words Words) {
		for key, w := range words {
			if _, twice := all[key]; twice {
				panic("frame: the word " + key + " stands twice")
			}
			all[key] = w
		}
	}
	add(words)
	parts := make([]fs.FS, 0, len(shared)+1)
	for _, one := range shared {
		add(one.Words)
		parts = append(parts, one.Files)
	}
	parts = append(parts, files)
	return &Set{words: all, sets: sync.OnceValue(func() map[string]*template.Template { return parse(parts) })}
}

// Shared is templates and words that the sets of several packages use.
type Shared struct {
	Files fs.FS
	Words Words
}

// Words are all that the pages may say, with those of the frame.
func (s *Set) Words() Words { return maps.Clone(s.words) }

// Has reports whether a page may say a word.
func (s *Set) Has(word string) bool { _, ok := s.words[word]; return ok }

// parse reads the pages of the last of parts; of the others it reads what is
// shared.
func parse(parts []fs.FS) map[string]*template.Template {
	base := template.Must(template.New("frame").Funcs(functions).ParseFS(own, "pages/*.html"))
	var files fs.FS
	var pages []string
	for _, files = range parts {
		names, err := fs.Glob(files, "pages/*.html")
		if err != nil {
			panic(err)
		}
		pages = nil
		for _, name := range names {
			if strings.HasPrefix(name, "pages/_") {
				base = template.Must(base.ParseFS(files, name))
			} else {
				pages = append(pages, name)
			}
		}
	}
	sets := map[string]*template.Template{}
	for _, name := range pages {
		set := template.Must(base.Clone())
		sets[strings.TrimSuffix(strings.TrimPrefix(name, "pages/"), ".html")] = template.Must(set.ParseFS(files, name))
	}
	return sets
}

// chinese is a name among other words: signs, with whatever stands between two of
// them in one name.
var chinese = sync.OnceValue(func() *regexp.Regexp {
	const sign = `\p{Han}\x{3001}-\x{303f}\x{ff01}-\x{ffee}`
	return regexp.MustCompile(`[` + sign + `](?:[` + sign + `0-9A-Za-z ·]*[` + sign + `])?`)
})

// parts are a text in which Chinese names stand, cut so that each can be marked
// with its language.
func parts(text string) (all []string) {
	at := 0
	for _, m := range chinese().FindAllStringIndex(text, -1) {
		if m[0] > at {
			all = append(all, text[at:m[0]])
		}
		all, at = append(all, text[m[0]:m[1]]), m[1]
	}
	if at < len(text) {
		all = append(all, text[at:])
	}
	return all
}

var functions = template.FuncMap{
	// zh marks Chinese text on a page in another language.
	"zh": func(text string) template.HTMLAttr {
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			return `lang="zh-CN"`
		}
		return ""
	},
	// tongue says in which language a text is that is Chinese or English.
	"tongue": func(text string) template.HTMLAttr {
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			return `lang="zh-CN"`
		}
		return `lang="en"`
	},
	// parts cuts an English text at the Chinese names in it: each is marked with zh.
	"parts": parts,
	"asset": Asset,
	// named gives a template several values by name.
	"named": func(pairs ...any) map[string]any {
		out := make(map[string]any, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			out[pairs[i].(string)] = pairs[i+1]
		}
		return out
	},
}

// Pages shows the pages of a set. Its fields don't change; it is safe for
// concurrent use.
type Pages struct {
	Set    *Set
	Center func() string // what this center is called
	Now    func() time.Time
	// Bar is the menu and who is signed in; nil: the pages are for strangers,
	// and there is nothing else that they can open.
	Bar     func(r *http.Request) Bar
	Scripts bool // the pages bring the frame's scripts
	// Connect is one more origin that they may ask; "": none.
	Connect string
	Log     *slog.Logger
}

// Bar is what stands above a page for somebody who works here.
type Bar struct {
	Home    string // where the brand leads
	Entries []Entry
	Person  string // who is signed in; "": nobody
	Duties  string // of that person, in words
}

// Entry is one entry of the menu.
type Entry struct {
	Nav  string // the Room or Nav of the pages that belong to it
	Text string
	Link string
	Key  string // the key that opens it after g; "": none
}

// policy allows a page its own style sheet, pictures and forms, and nothing else.
const policy = "default-src 'none'; style-src 'self'; img-src 'self' data: blob:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// Policy is the Content-Security-Policy of the pages.
func (s *Pages) Policy() string {
	if s.Scripts {
		return strings.TrimSpace(policy + "; script-src 'self'; connect-src 'self' " + s.Connect)
	}
	return policy
}

// Write shows a page.
func (s *Pages) Write(w http.ResponseWriter, p *Page, status int) { s.write(w, p, status, "frame") }

// WritePart shows one template of a page without the frame, for a page that
// already stands.
func (s *Pages) WritePart(w http.ResponseWriter, p *Page, part string) {
	s.write(w, p, http.StatusOK, part)
}

func (s *Pages) write(w http.ResponseWriter, p *Page, status int, name string) {
	var b strings.Builder
	if err := s.Set.sets()[p.Name].ExecuteTemplate(&b, name, p); err != nil {
		s.Log.Error("render a page", "page", p.Name, "err", err)
		http.Error(w, "这一页显示不了，请告诉系统管理员。\nThis page cannot be shown; please tell the operator.", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", s.Policy())
	w.WriteHeader(status)
	w.Write([]byte(b.String()))
}
