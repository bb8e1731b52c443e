// Package search finds items as somebody types: by name, everyday name, code,
// department, theme or bundle, in characters, in pinyin initials, in full
// pinyin and in any mixture of them, one character or many, with a slip of the
// finger or of a southern tongue.
//
// It must never decide what a center may see or take: it finds only what it
// was given, and leaves out what the query says. It keeps everything in memory
// and nothing on disk.
package search

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

// Entry is what can be found: an item as one area sees it. What it was made of
// is shared: nobody writes into it afterwards.
type Entry struct {
	Ref        item.Ref
	Name       string
	Alias      []string // 日常用语
	Department string
	Kind       item.Kind
	Codes      []string    // further codes and the record number
	Themes     []string    //
	Takes      Levels      // whose counters receive or accept it; 0: not known
	Serves     Serves      // whom it is for; 0: not said
	Bundle     item.Bundle // what kind of bundle it is
	Members    []item.Code // of the bundle: each is found by the bundle's name too
}

// Levels is a set of levels.
type Levels uint8

// LevelsOf is the set of some levels.
func LevelsOf(levels []area.Level) (l Levels) {
	for _, level := range levels {
		if level.Valid() {
			l |= 1 << level
		}
	}
	return l
}

// Has reports whether the level is in the set.
func (l Levels) Has(level area.Level) bool { return level.Valid() && l&(1<<level) != 0 }

// EntryOf takes from an item what people look for.
func EntryOf(it *item.Item) Entry {
	e := Entry{
		Ref: it.Ref, Name: it.Name, Alias: it.Alias, Department: it.Department, Kind: it.Kind,
		Codes: it.FurtherCodes(), Themes: it.Themes, Takes: LevelsOf(it.TakenBy()), Serves: ServesOf(it.Applicants), Bundle: it.Bundle,
	}
	for _, m := range it.Members {
		e.Members = append(e.Members, m.Code)
	}
	return e
}

// Index is a catalogue that can be searched. Safe for concurrent use.
type Index struct {
	mu      sync.RWMutex
	letters *alphabet
	topics  topics
	docs    []doc                 // by code, then area
	bundles map[item.Code][]topic // by member: the names of the bundles that it belongs to
	opened  map[item.Code]uint32  // how often, at this counter
}

// doc is an entry made ready: beside it what every keystroke reads, close
// together.
type doc struct {
	text   []glyph // the name and the everyday names, a 0 between them
	hue    hue     // of the text
	codes  string  // folded, each between bars
	topics []topic // the department, the themes, then the bundles that it belongs to
	opened uint32
	named  uint32 // characters of the name
	own    uint8  // how many of the topics are its own, not those of its bundles
	title  topic  // the name of a bundle, as its members' topic
	entry  *Entry
}

// hue is which characters a text may have, a bit for some of them each: what
// it does not have the text has not.
type hue [2]uint64

func (h *hue) dye(g glyph) { h[g>>6&1] |= 1 << (g & 63) }

func (h *hue) meets(o *hue) bool { return h[0]&o[0]|h[1]&o[1] != 0 }

func compare(a, b item.Ref) int {
	return cmp.Or(cmp.Compare(a.Code, b.Code), cmp.Compare(a.Area, b.Area))
}

// New builds an index. Of two entries of one code and area the last counts.
func New(entries []Entry) *Index {
	x := &Index{letters: newAlphabet(), topics: newTopics()}
	x.Update(entries, nil)
	return x
}

// Len is how many entries can be found.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return len(x.docs)
}

// Refs lists what can be found, by code, then area.
func (x *Index) Refs() []item.Ref {
	x.mu.RLock()
	defer x.mu.RUnlock()
	refs := make([]item.Ref, len(x.docs))
	for i := range x.docs {
		refs[i] = x.docs[i].entry.Ref
	}
	return refs
}

// Put adds an entry, or replaces the one of the same code and area.
func (x *Index) Put(e Entry) { x.Update([]Entry{e}, nil) }

// Remove takes away the entry of that code and area, whatever its version.
func (x *Index) Remove(ref item.Ref) { x.Update(nil, []item.Ref{ref}) }

// Update takes away some entries and puts others, as one: nobody finds half of
// it. An entry that is put counts even where it is named as gone.
func (x *Index) Update(changed []Entry, gone []item.Ref) {
	x.mu.Lock()
	defer x.mu.Unlock()
	fresh := make(map[item.Ref]Entry, len(changed))
	for _, e := range changed {
		fresh[key(e.Ref)] = e
	}
	bundles := false
	drop := map[int]bool{}
	for _, ref := range gone {
		if _, stays := fresh[key(ref)]; stays {
			continue
		}
		if at, ok := position(x.docs, ref); ok && !drop[at] {
			drop[at] = true
			bundles = bundles || x.docs[at].title != 0
			x.release(&x.docs[at])
		}
	}
	if len(drop) > 0 {
		at := -1
		x.docs = slices.DeleteFunc(x.docs, func(doc) bool { at++; return drop[at] })
	}
	known := len(x.docs)
	for _, e := range slices.SortedFunc(maps.Values(fresh), func(a, b Entry) int { return compare(a.Ref, b.Ref) }) {
		d := x.prepare(&e)
		bundles = bundles || d.title != 0
		if at, ok := position(x.docs[:known], e.Ref); ok {
			old := &x.docs[at]
			bundles = bundles || old.title != 0
			x.release(old)
			*old = d
		} else {
			x.docs = append(x.docs, d)
		}
	}
	if known < len(x.docs) {
		slices.SortFunc(x.docs, func(a, b doc) int { return compare(a.entry.Ref, b.entry.Ref) })
	}
	if bundles {
		x.bundle()
	}
}

// key is a reference without its version: an index has one of them.
func key(ref item.Ref) item.Ref { return item.Ref{Code: ref.Code, Area: ref.Area} }

// position is where in docs the document of a code and area stands or would.
func position(docs []doc, ref item.Ref) (at int, ok bool) {
	return slices.BinarySearchFunc(docs, ref, func(d doc, ref item.Ref) int { return compare(d.entry.Ref, ref) })
}

func (x *Index) prepare(e *Entry) doc {
	d := doc{entry: e, opened: x.opened[e.Ref.Code]}
	d.text = x.letters.spell(nil, e.Name)
	d.named = uint32(len(d.text))
	for _, alias := range e.Alias {
		d.text = x.letters.spell(append(d.text, 0), alias)
	}
	d.text = slices.Clip(d.text)
	for _, g := range d.text {
		d.hue.dye(g)
	}
	var codes strings.Builder
	codes.WriteByte(bar)
	for i := range 1 + len(e.Codes) {
		for _, r := range e.code(i) {
			if r = foldCode(r); r != 0 {
				codes.WriteRune(r)
			}
		}
		codes.WriteByte(bar)
	}
	d.codes = codes.String()
	own := append([]string{e.Department}, e.Themes...)
	for _, text := range own[:min(len(own), maxThemes)] {
		d.topics = append(d.topics, x.topics.hold(text, x.letters))
	}
	d.own = uint8(len(d.topics))
	d.topics = append(d.topics, x.bundles[e.Ref.Code]...)
	if len(e.Members) > 0 {
		d.title = x.topics.hold(e.Name, x.letters)
	}
	return d
}

// maxThemes bounds the topics of one item.
const maxThemes = 64

// bar stands between codes.
const bar = '|'

// code is the i-th of an entry's codes, the first being its key.
func (e *Entry) code(i int) string {
	if i == 0 {
		return string(e.Ref.Code)
	}
	return e.Codes[i-1]
}

func (x *Index) release(d *doc) {
	for _, t := range d.topics[:d.own] {
		x.topics.release(t)
	}
	if d.title != 0 {
		x.topics.release(d.title)
	}
}

// bundle tells every item anew which bundles it belongs to.
func (x *Index) bundle() {
	x.bundles = map[item.Code][]topic{}
	for i := range x.docs {
		d := &x.docs[i]
		for _, code := range d.entry.Members {
			if of := x.bundles[code]; !slices.Contains(of, d.title) {
				x.bundles[code] = append(of, d.title)
			}
		}
	}
	for i := range x.docs {
		d := &x.docs[i]
		d.topics = append(d.topics[:d.own:d.own], x.bundles[d.entry.Ref.Code]...)
	}
}

// Popularity says how often each item was opened at this counter. It replaces
// what was said before; the map is not kept.
func (x *Index) Popularity(opened map[item.Code]uint32) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.opened = maps.Clone(opened)
	for i := range x.docs {
		x.docs[i].opened = opened[x.docs[i].entry.Ref.Code]
	}
}

// Opened counts one more opening of an item at this counter.
func (x *Index) Opened(code item.Code) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.opened == nil {
		x.opened = map[item.Code]uint32{}
	}
	x.opened[code]++
	at, _ := position(x.docs, item.Ref{Code: code})
	for ; at < len(x.docs) && x.docs[at].entry.Ref.Code == code; at++ {
		x.docs[at].opened = x.opened[code]
	}
}

// topic is a text that several items have in common: a department, a theme,
// the name of a bundle. 0 is none.
type topic uint32

type topics struct {
	of   map[string]topic
	list []topicText // by topic
	free []topic     // whose text nobody holds any more
}

type topicText struct {
	text   string
	glyphs []glyph
	held   int
}

func newTopics() topics { return topics{of: map[string]topic{}, list: make([]topicText, 1)} }

func (t *topics) hold(text string, letters *alphabet) topic {
	if id := t.of[text]; id != 0 {
		t.list[id].held++
		return id
	}
	if len(t.free) == 0 {
		t.free = append(t.free, topic(len(t.list)))
		t.list = append(t.list, topicText{})
	}
	id := t.free[len(t.free)-1]
	t.free = t.free[:len(t.free)-1]
	t.list[id], t.of[text] = topicText{text, letters.spell(nil, text), 1}, id
	return id
}

func (t *topics) release(id topic) {
	one := &t.list[id]
	if one.held--; one.held == 0 {
		delete(t.of, one.text)
		*one = topicText{}
		t.free = append(t.free, id)
	}
}
