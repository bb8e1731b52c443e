package workbench

import (
	"crypto/rand"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"tongban/consensus/refusal"
	"tongban/node/account"
)

// Hit is one thing that the search of everything found.
type Hit struct {
	Text string
	More string // beside it, in small
	Link string
}

// Hits are those of one kind.
type Hits struct {
	Head string // what they are
	Hits []Hit
}

type finder struct {
	duties account.Duties
	find   func(c *Call, text string) (Hits, error)
}

// Finder adds a part to the search of everything, for those who have one of the
// duties. It is asked on every letter that somebody types and answers with few.
func (s *Shell) Finder(duties account.Duties, find func(c *Call, text string) (Hits, error)) {
	s.finders = append(s.finders, finder{duties, find})
}

// maxFind bounds what is searched for, in characters.
const maxFind = 100

// find answers the palette. What is typed may be somebody's name: it comes in
// the body, not in the address.
func (s *Shell) find(c *Call) error {
	text := strings.TrimSpace(c.PostForm.Get("q"))
	if utf8.RuneCountInString(text) > maxFind {
		return refusal.Newf(refusal.TooLarge, "", "", "%d characters at most", maxFind)
	}
	all := []Hits{}
	pages := Hits{Head: c.Page.Say("pages_found")}
	for _, e := range c.Page.Bar.Entries {
		if text == "" || strings.Contains(strings.ToLower(e.Text), strings.ToLower(text)) {
			pages.Hits = append(pages.Hits, Hit{Text: e.Text, Link: e.Link})
		}
	}
	if text != "" {
		for _, f := range s.finders {
			if !allowed(c.Who.Duties, f.duties) {
				continue
			}
			found, err := f.find(c, text)
			if err != nil {
				return err
			}
			all = append(all, found)
		}
	}
	all = append(all, pages)
	all = slices.DeleteFunc(all, func(h Hits) bool { return len(h.Hits) == 0 })
	return c.Part("found", "main", all)
}

// memory keeps what somebody searched for, so that a list of what was found has
// an address to come back to that says nothing of anybody. It holds so many and
// forgets the oldest.
type memory struct {
	mu    sync.Mutex
	texts map[string]remembered // by a random name
	order []string
}

type remembered struct{ login, text string }

const maxRemembered = 2000

// Remember gives a text a name that may stand in an address; "" for "".
func (c *Call) Remember(text string) string {
	if text == "" {
		return ""
	}
	m := &c.room.shell.searches
	m.mu.Lock()
	defer m.mu.Unlock()
	name := rand.Text()[:16]
	m.texts[name] = remembered{c.Who.Login, text}
	if m.order = append(m.order, name); len(m.order) > maxRemembered {
		delete(m.texts, m.order[0])
		m.order = m.order[1:]
	}
	return name
}

// Recall is the text that the same person gave that name; "" where it was
// forgotten.
func (c *Call) Recall(name string) string {
	m := &c.room.shell.searches
	m.mu.Lock()
	defer m.mu.Unlock()
	if r := m.texts[name]; r.login == c.Who.Login {
		return r.text
	}
	return ""
}
