package web

import (
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"tongban/catalog/area"
	"tongban/catalog/guide"
	"tongban/catalog/item"
	"tongban/catalog/workday"
)

// page is what the frame needs of every page.
type page struct {
	Name   string // of its template
	Nav    string // which entry of the menu it belongs to
	Title  string
	Lang   guide.Lang
	Large  bool
	Center string
	Today  workday.Date
	Day    workday.Date // asked for; "": today
	Path   string
	Query  url.Values
	Data   any
	Next   string // the address of the next page of a list; "": none
	First  string // of the first page, where this is another
	Open   bool   // for people without a token: there is nothing else that they can open
}

const (
	langCookie = "tongban-lang"
	sizeCookie = "tongban-size"
)

// newPage reads what holds for every page: language and size of the letters,
// kept in cookies, and the day.
func (s *server) newPage(w http.ResponseWriter, r *http.Request) *page {
	p := &page{
		Lang: guide.Chinese, Today: workday.DateOf(s.Now()), Day: workday.Date(r.FormValue("day")),
		Path: r.URL.Path, Query: r.URL.Query(), Center: s.centerName(s.Self()),
	}
	if p.Day == p.Today {
		p.Day = ""
	}
	if setting(w, r, "lang", langCookie, "zh", "en") == "en" {
		p.Lang = guide.English
	}
	p.Large = setting(w, r, "size", sizeCookie, "normal", "large") == "large"
	return p
}

// setting is a choice between two: of the address, which is kept, or of the
// cookie.
func setting(w http.ResponseWriter, r *http.Request, key, cookie, first, second string) string {
	if v := r.URL.Query().Get(key); v == first || v == second {
		http.SetCookie(w, &http.Cookie{Name: cookie, Value: v, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, MaxAge: int((365 * 24 * time.Hour).Seconds())})
		return v
	}
	if c, err := r.Cookie(cookie); err == nil {
		return c.Value
	}
	return first
}

// English reports the language of the labels.
func (p *page) English() bool { return p.Lang == guide.English }

// HTML is the language as a page declares it.
func (p *page) HTML() string {
	if p.English() {
		return "en"
	}
	return "zh-CN"
}

// Say is a word of the pages.
func (p *page) Say(key string) string {
	w := words[key]
	if p.English() {
		return w[1]
	}
	return w[0]
}

// pick is one of two texts, by language.
func (p *page) pick(zh, en string) string {
	if p.English() {
		return en
	}
	return zh
}

// Label is what an element is called.
func (p *page) Label(element string) string {
	zh, en := item.Label(element)
	return p.pick(zh, capital(en))
}

// Word is a code value of an element in words.
func (p *page) Word(element string, value any) string {
	text := ""
	switch v := value.(type) {
	case item.Kind:
		text = string(v)
	case item.Type:
		text = string(v)
	case item.Bundle:
		text = string(v)
	case item.Need:
		text = string(v)
	case item.Action:
		text = string(v)
	case item.OpenCases:
		text = string(v)
	case area.Level:
		return p.pick(v.Chinese(), capital(v.String()))
	}
	zh, en := item.InWords(element, text)
	return p.pick(zh, capital(en))
}

// Limit says a limit; "" for none.
func (p *page) Limit(l item.Limit) string {
	if l.IsZero() {
		return ""
	}
	return p.pick(l.Chinese(), l.String())
}

// With is this page's address with one thing changed; "" takes it away. What
// says where in a list one is goes with any change.
func (p *page) With(key, value string) string {
	q := url.Values{}
	for k, v := range p.Query {
		if k != "after" && k != "after_area" && k != "lang" && k != "size" || k == key {
			q[k] = v
		}
	}
	if q.Del(key); value != "" {
		q.Set(key, value)
	}
	if len(q) == 0 {
		return p.Path
	}
	return p.Path + "?" + q.Encode()
}

// To is the address of another page, for the same day.
func (p *page) To(path string) string {
	if p.Day == "" {
		return path
	}
	return path + "?day=" + string(p.Day)
}

// Time is a moment as a screen shows it.
func (p *page) Time(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).In(workday.China).Format("2006-01-02 15:04")
}

func capital(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' { // a draft may hold a word that is none
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

var functions = template.FuncMap{
	"zh": func(text string) template.HTMLAttr {
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			return `lang="zh-CN"`
		}
		return ""
	},
}
