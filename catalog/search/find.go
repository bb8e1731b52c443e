package search

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

// Query is what somebody types, and which items are asked for. Zero fields ask
// for all.
type Query struct {
	Text       string     // the items that fit every word of it; "": all, the most opened first, then the short names
	Department string     // exactly
	Theme      string     // exactly
	Serves     Serves     // any of them
	Level      area.Level // that counters of this level take
	Kind       item.Kind
	Only       func(*Entry) bool // what else must hold; called for every entry: it must be quick and not call the index
	Skip       int               // how many of the best are left out: those of the pages before; MaxSkip at most
	Limit      int               // 0: DefaultLimit
}

// Limits of one call.
const (
	DefaultLimit = 20
	MaxLimit     = 500
	MaxSkip      = 10_000
)

// Hit is one find.
type Hit struct {
	Ref        item.Ref    `json:"ref"`
	Name       string      `json:"name"`
	Alias      string      `json:"alias,omitempty"` // the everyday name that was typed, where it was that
	Department string      `json:"department"`
	Bundle     item.Bundle `json:"bundle,omitempty"`
	Opened     uint32      `json:"opened,omitempty"` // how often, at this counter
	Why        []Reason    `json:"why,omitempty"`    // one for each word typed
}

// Field names what a word was found in.
type Field string

// The fields.
const (
	InName       Field = "name"
	InAlias      Field = "alias"
	InCode       Field = "code"
	InDepartment Field = "department"
	InTheme      Field = "theme"
	InBundle     Field = "bundle"
)

// Reason is where a word was found: the characters From (the first is 0) up
// to, not including, To of Text.
type Reason struct {
	Field Field  `json:"field"`
	How   How    `json:"how"`
	Text  string `json:"text"`
	From  int    `json:"from"`
	To    int    `json:"to"`
}

// find is a document that fits.
type find struct {
	doc   *doc
	score int // the worst place of its words, then the sum of all of them
	spot  spot
	hazy  bool
}

// spot is where in a document the first word was found.
type spot struct {
	at    place
	field int // 0 name, 1 everyday name, 2 code, 3 topic
	index int // which of them
}

// better puts the better find first: by how well it fits, by how often it is
// opened here, names before everyday names before codes, short names before
// long ones.
func better(a, b find) int {
	return cmp.Or(
		cmp.Compare(a.score, b.score),
		-cmp.Compare(a.doc.opened, b.doc.opened),
		cmp.Compare(a.spot.field, b.spot.field),
		cmp.Compare(a.doc.named, b.doc.named),
		compare(a.doc.entry.Ref, b.doc.entry.Ref),
	)
}

// best keeps the best finds, in order, up to a limit.
type best struct {
	finds []find
	limit int
}

func (b *best) add(f find) {
	if len(b.finds) == b.limit {
		if better(f, b.finds[b.limit-1]) >= 0 {
			return
		}
		b.finds = b.finds[:b.limit-1]
	}
	at, _ := slices.BinarySearchFunc(b.finds, f, better)
	b.finds = slices.Insert(b.finds, at, f)
}

// after is the finds without the first of them.
func (b *best) after(skip int) []find { return b.finds[min(skip, len(b.finds)):] }

// Find lists the entries that fit, the best first. What is not quite as typed
// is looked for where what is exactly so leaves room, and a slip in bare
// initials only where nothing else fits: too much would.
func (x *Index) Find(q Query) []Hit {
	if q.Limit <= 0 {
		q.Limit = DefaultLimit
	}
	skip := max(0, min(q.Skip, MaxSkip))
	b := best{limit: skip + min(q.Limit, MaxLimit)}
	terms := split(q.Text)
	x.mu.RLock()
	defer x.mu.RUnlock()
	if len(terms) == 0 {
		if strings.TrimSpace(q.Text) == "" {
			for i := range x.docs {
				if d := &x.docs[i]; q.takes(d.entry) {
					b.add(find{doc: d})
				}
			}
		}
		return hits(b.after(skip), nil, nil)
	}
	strict := x.look(terms, false)
	x.gather(&b, &q, strict, nil)
	if len(b.finds) == b.limit || !slices.ContainsFunc(terms, func(t term) bool { return t.hazy() }) {
		return hits(b.after(skip), strict, nil)
	}
	found := make(map[*doc]bool, len(b.finds))
	for _, f := range b.finds {
		found[f.doc] = true
	}
	hazy := x.look(terms, true)
	x.gather(&b, &q, hazy, found)
	if len(b.finds) == 0 && hazy.abbreviate(x.letters) {
		x.gather(&b, &q, hazy, nil)
	}
	return hits(b.after(skip), strict, hazy)
}

// takes reports whether the query asks for a document, whatever was typed.
func (q *Query) takes(e *Entry) bool {
	switch {
	case q.Department != "" && e.Department != q.Department,
		q.Theme != "" && !slices.Contains(e.Themes, q.Theme),
		q.Serves != 0 && q.Serves&e.Serves == 0,
		q.Kind != "" && e.Kind != q.Kind,
		q.Level != 0 && e.Takes != 0 && !e.Takes.Has(q.Level):
		return false
	}
	return q.Only == nil || q.Only(e)
}

// search is a query made ready.
type search struct {
	hazy   bool
	words  []*program
	bare   []*program // beside words: those that may be initials with a slip; none unless asked for
	texts  []topicText
	topics [][]place // by word and topic
	cover  [][]set   // by word and topic: which places of the word it has
}

func (x *Index) look(terms []term, hazy bool) *search {
	s := &search{hazy: hazy, texts: x.topics.list, bare: make([]*program, len(terms))}
	for _, t := range terms {
		p := compile(t, x.letters, hazy)
		places := make([]place, len(s.texts))
		var cover []set
		if hazy && p.inPieces() {
			cover = make([]set, len(s.texts))
		}
		for i := range s.texts {
			places[i] = topical(p.find(s.texts[i].glyphs, hazy))
			if cover != nil {
				cover[i] = p.cover(s.texts[i].glyphs)
			}
		}
		s.words, s.topics, s.cover = append(s.words, p), append(s.topics, places), append(s.cover, cover)
	}
	return s
}

// abbreviate makes the words ready that may be initials with a slip in them,
// and reports whether there are any.
func (s *search) abbreviate(letters *alphabet) (any bool) {
	for i, p := range s.words {
		if p.initials() {
			s.bare[i], any = compileInitials(p.term, letters), true
		}
	}
	return any
}

// topical is what a place in a topic is worth: less than one in the item's own
// texts.
func topical(at place) place {
	switch {
	case at <= inside:
		return about
	case at <= insideSounded:
		return aboutSounded
	}
	return at
}

func (x *Index) gather(b *best, q *Query, s *search, but map[*doc]bool) {
	all := q.Department == "" && q.Kind == "" && q.Level == 0 && q.Only == nil
	for i := range x.docs {
		d := &x.docs[i]
		if f, ok := s.fit(d); ok && (all || q.takes(d.entry)) && !but[d] {
			b.add(f)
		}
	}
}

// fit scores a document, which fits when every word is found in it.
func (s *search) fit(d *doc) (find, bool) {
	f := find{doc: d, hazy: s.hazy}
	worst := place(0)
	for i := range s.words {
		here := s.spot(d, i)
		if here.at == nowhere {
			return f, false
		}
		if i == 0 {
			f.spot = here
		}
		worst = max(worst, here.at)
		f.score += int(here.at)
	}
	f.score += int(worst) << 10
	return f, true
}

// spot is the best place of a word in a document.
func (s *search) spot(d *doc, word int) spot {
	p, here := s.words[word], spot{at: nowhere}
	if p.mayStand(d) {
		for i, text := range d.texts() {
			if at := p.find(text, s.hazy); at < here.at {
				here = spot{at, min(i, 1), max(i-1, 0)}
			}
		}
	}
	if p.plain && here.at != whole && strings.Contains(d.codes, p.bare) {
		for i := range 1 + len(d.entry.Codes) {
			if at := p.code(d.entry.code(i)); at < here.at {
				here = spot{at, 2, i}
			}
		}
	}
	if here.at <= about {
		return here
	}
	for i, t := range d.topics {
		if at := s.topics[word][t]; at < here.at {
			here = spot{at, 3, i}
		}
	}
	if here.at > apart && s.cover[word] != nil && s.inPieces(d, word) {
		here = spot{at: apart}
	}
	if p = s.bare[word]; here.at == nowhere && p != nil && p.abbreviated(d.text) {
		for i, text := range d.texts() {
			if at := p.slipped(text); at < here.at {
				here = spot{at, min(i, 1), max(i-1, 0)}
			}
		}
	}
	return here
}

// texts are the name and then the everyday names.
func (d *doc) texts() iter.Seq2[int, []glyph] {
	return func(yield func(int, []glyph) bool) {
		for i, rest := 0, d.text; ; i++ {
			end := slices.Index(rest, 0)
			if end < 0 {
				yield(i, rest)
				return
			}
			if !yield(i, rest[:end]) {
				return
			}
			rest = rest[end+1:]
		}
	}
}
