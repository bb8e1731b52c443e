// Package search finds items as somebody types: by name, everyday name,
// department or code, in characters, in pinyin initials, in full pinyin and in
// any mixture of them.
//
// It must never decide what a center may see: it finds only what it was given.
// It keeps everything in memory and nothing on disk; an index is built again
// when the catalogue moves.
package search

import (
	"cmp"
	"slices"
	"strings"

	"tongban/catalog/item"
)

// Entry is what can be found.
type Entry struct {
	Ref        item.Ref
	Name       string
	Alias      []string
	Department string
	Codes      []string // further codes and the record number
}

// EntryOf takes from an item what people look for.
func EntryOf(it *item.Item) Entry {
	e := Entry{Ref: it.Ref, Name: it.Name, Alias: it.Alias, Department: it.Department}
	for _, code := range []string{it.Basic, it.Implement, it.Handling, it.Record} {
		if code != "" && code != string(it.Ref.Code) {
			e.Codes = append(e.Codes, code)
		}
	}
	return e
}

// Hit is one find.
type Hit struct {
	Ref        item.Ref `json:"ref"`
	Name       string   `json:"name"`
	Alias      string   `json:"alias,omitempty"` // the everyday name that was typed, where it was that
	Department string   `json:"department"`
}

// Limits of one call.
const (
	DefaultLimit = 20
	MaxLimit     = 500
	maxQuery     = 64 // characters that are looked at
)

// Index is a catalogue that can be searched. It never changes after New. Safe
// for concurrent use.
type Index struct {
	sounds *sounds
	docs   []doc
}

type doc struct {
	entry  Entry
	name   []glyph
	fields []field
}

// field is one text of an entry, folded, and how much a find in it is worth.
type field struct {
	weight int
	alias  int // 1 + index into Entry.Alias; 0 for the others
	text   []glyph
}

// The weights of a find, the smaller the better: a find in the name comes
// before one in an everyday name, and so on, wherever in the text it stands.
const (
	inName       = 0
	inAlias      = 100
	inCode       = 200
	inDepartment = 300
)

// New builds an index. Of two entries that fit a query equally well the
// shorter name comes first, then the one that was given first.
func New(entries []Entry) *Index {
	x := &Index{sounds: newSounds(), docs: make([]doc, 0, len(entries))}
	shared := map[string][]glyph{} // departments are few
	for _, e := range entries {
		d := doc{entry: e, name: x.sounds.hear(e.Name)}
		d.fields = append(d.fields, field{weight: inName, text: d.name})
		for i, alias := range e.Alias {
			d.fields = append(d.fields, field{inAlias, i + 1, x.sounds.hear(alias)})
		}
		for _, code := range append([]string{string(e.Ref.Code)}, e.Codes...) {
			d.fields = append(d.fields, field{weight: inCode, text: x.sounds.hear(code)})
		}
		if _, ok := shared[e.Department]; !ok {
			shared[e.Department] = x.sounds.hear(e.Department)
		}
		d.fields = append(d.fields, field{weight: inDepartment, text: shared[e.Department]})
		x.docs = append(x.docs, d)
	}
	return x
}

// Len is how many entries can be found.
func (x *Index) Len() int { return len(x.docs) }

// Find lists the entries that fit, the best first. A query of several words
// wants all of them. An empty one lists the entries as they were given. limit
// 0 means DefaultLimit.
func (x *Index) Find(query string, limit int) []Hit {
	if limit <= 0 {
		limit = DefaultLimit
	}
	limit = min(limit, MaxLimit)
	terms := split(query)
	type find struct{ doc, score, alias int }
	var finds []find
	for i := range x.docs {
		if score, alias, ok := x.docs[i].fit(terms, x.sounds); ok {
			finds = append(finds, find{i, score, alias})
			if len(terms) == 0 && len(finds) == limit {
				break
			}
		}
	}
	if len(terms) > 0 {
		slices.SortStableFunc(finds, func(a, b find) int {
			return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(len(x.docs[a.doc].name), len(x.docs[b.doc].name)))
		})
	}
	hits := make([]Hit, 0, min(limit, len(finds)))
	for _, f := range finds[:min(limit, len(finds))] {
		e := &x.docs[f.doc].entry
		hit := Hit{Ref: e.Ref, Name: e.Name, Department: e.Department}
		if f.alias > 0 {
			hit.Alias = e.Alias[f.alias-1]
		}
		hits = append(hits, hit)
	}
	return hits
}

// fit scores an entry: the sum over the terms of the best find of each. alias
// is the everyday name that the first term found, if it was one.
func (d *doc) fit(terms []term, s *sounds) (score, alias int, ok bool) {
	for i, t := range terms {
		best := -1
		for _, f := range d.fields {
			if best >= 0 && f.weight > best {
				break // fields come by weight
			}
			place := t.find(f.text, s, f.weight == inCode)
			if place < 0 {
				continue
			}
			if found := f.weight + place; best < 0 || found < best {
				best = found
				if i == 0 {
					alias = f.alias
				}
			}
		}
		if best < 0 {
			return 0, 0, false
		}
		score += best
	}
	return score, alias, true
}

// split folds a query and cuts it into words.
func split(query string) []term {
	var terms []term
	left := maxQuery
	for _, word := range strings.Fields(query) {
		text := fold(word)
		text = text[:min(len(text), left)]
		left -= len(text)
		if len(text) > 0 {
			terms = append(terms, newTerm(text))
		}
	}
	return terms
}
