package frame

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/guide"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/notice"
)

// Page is what the frame needs of every page.
type Page struct {
	Name    string // of its template
	Room    string // which entry of the menu it belongs to
	Nav     string // which of the tabs
	Tabs    []Entry
	Title   string
	Lang    guide.Lang
	Large   bool
	Center  string
	Today   workday.Date
	Day     workday.Date // asked for; "": today
	Path    string
	Query   url.Values
	Data    any
	Next    string // the address of the next page of a list; "": none
	First   string // of the first page, where this is another
	Back    string // where a kiosk's page leads back to; "": the page is on no kiosk
	Open    bool   // for people without an account: there is nothing else that they can open
	Script  bool
	Bar     Bar
	Key     string   // of the page's forms: what is sent twice has one effect
	Done    string   // what was just done; "": nothing
	Trouble *Trouble // why what was sent was not taken; nil: it was

	words Words
}

const (
	langCookie = "tongban-lang"
	sizeCookie = "tongban-size"
)

// Trouble is why something was not done.
type Trouble struct {
	Code      string
	Text      string // in the reader's language
	Detail    string // the facts; "": the text says it all
	Hint      string // what can be done; "": nothing is known
	Technical string // in English, for whoever looks after the node; "": nothing but what stands above
}

// Page reads what holds for every page: language and size of the letters, kept
// in cookies, and the day.
func (s *Pages) Page(w http.ResponseWriter, r *http.Request) *Page {
	p := &Page{
		Lang: guide.Chinese, Today: workday.DateOf(s.Now()), Day: workday.Date(r.URL.Query().Get("day")),
		Path: r.URL.Path, Query: r.URL.Query(), Center: s.Center(), Open: s.Bar == nil, Script: s.Scripts, words: s.Set.words,
	}
	if p.Day == p.Today {
		p.Day = ""
	}
	if setting(w, r, "lang", langCookie, "zh", "en") == "en" {
		p.Lang = guide.English
	}
	p.Large = setting(w, r, "size", sizeCookie, "normal", "large") == "large"
	if s.Bar != nil {
		p.Bar = s.Bar(r)
	}
	return p
}

// English reports the language that a request asks for.
func English(r *http.Request) bool {
	switch r.URL.Query().Get("lang") {
	case "en":
		return true
	case "zh":
		return false
	}
	c, err := r.Cookie(langCookie)
	return err == nil && c.Value == "en"
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
func (p *Page) English() bool { return p.Lang == guide.English }

// HTML is the language as a page declares it.
func (p *Page) HTML() string {
	if p.English() {
		return "en"
	}
	return "zh-CN"
}

// Say is a word of the pages.
func (p *Page) Say(key string) string {
	w := p.words[key]
	if p.English() {
		return w[1]
	}
	return w[0]
}

// Pick is one of two texts, by language.
func (p *Page) Pick(zh, en string) string {
	if p.English() {
		return en
	}
	return zh
}

// Comma stands between the parts of a list.
func (p *Page) Comma() string { return p.Pick("、", ", ") }

// Colon stands between a name and what is said of it.
func (p *Page) Colon() string { return p.Pick("：", ": ") }

// Label is what an element is called.
func (p *Page) Label(element string) string {
	zh, en := item.Label(element)
	return p.Pick(zh, Capital(en))
}

// Word is a code value of an element in words.
func (p *Page) Word(element string, value any) string {
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
		return p.Pick(v.Chinese(), Capital(v.String()))
	}
	zh, en := item.InWords(element, text)
	return p.Pick(zh, Capital(en))
}

// Limit says a limit; "" for none.
func (p *Page) Limit(l item.Limit) string {
	if l.IsZero() {
		return ""
	}
	return p.Pick(l.Chinese(), l.String())
}

// With is this page's address with one thing changed; "" takes it away. What
// says where in a list one is goes with any change.
func (p *Page) With(key, value string) string {
	q := url.Values{}
	for k, v := range p.Query {
		if k != "after" && k != "after_area" && k != "lang" && k != "size" && k != "done" || k == key {
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
func (p *Page) To(path string) string {
	if p.Day == "" {
		return path
	}
	return path + "?day=" + string(p.Day)
}

// Time is a moment as a screen shows it.
func (p *Page) Time(ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).In(workday.China).Format("2006-01-02 15:04")
}

func Capital(text string) string {
	if text == "" || text[0] < 'a' || text[0] > 'z' { // a draft may hold a word that is none
		return text
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// Either is one of two words, or the code that has none.
func (p *Page) Either(words [2]string, code string) string {
	if words[0] == "" {
		return code
	}
	return p.Pick(words[0], words[1])
}

// Money is an amount in fen, in words.
func (p *Page) Money(fen int64) string { return notice.Money(notice.Lang(p.Lang), fen) }
