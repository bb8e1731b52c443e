package search

import "math/bits"

// hits are the finds as whoever asked sees them.
func hits(finds []find, strict, hazy *search) []Hit {
	all := make([]Hit, 0, len(finds))
	for _, f := range finds {
		e := f.doc.entry
		hit := Hit{Ref: e.Ref, Name: e.Name, Department: e.Department, Bundle: e.Bundle, Opened: f.doc.opened}
		s := strict
		if f.hazy {
			s = hazy
		}
		if s != nil {
			for word := range s.words {
				hit.Why = append(hit.Why, s.reason(f.doc, word))
			}
			if hit.Why[0].Field == InAlias {
				hit.Alias = hit.Why[0].Text
			}
		}
		all = append(all, hit)
	}
	return all
}

// reason says where a word was found in a document.
func (s *search) reason(d *doc, word int) Reason {
	p, here, e := s.words[word], s.spot(d, word), d.entry
	if here.at == apart {
		return s.scattered(d, p)
	}
	switch here.field {
	case 2:
		code := e.code(here.index)
		r := Reason{Field: InCode, How: Written, Text: code}
		if n := len(fold(code)); here.at == inside {
			return r.at(n-len(p.text), n)
		}
		return r.at(0, len(p.text))
	case 3:
		one := &s.texts[d.topics[here.index]]
		from, to, how := p.locate(one.glyphs, p.find(one.glyphs, s.hazy))
		return Reason{Field: d.field(here.index), How: how, Text: one.text}.at(from, to)
	}
	if at := nowhere; s.bare[word] != nil && here.at > apart { // perhaps by the other program
		for _, text := range d.texts() {
			at = min(at, p.find(text, s.hazy))
		}
		if at == nowhere {
			p = s.bare[word]
		}
	}
	for i, text := range d.texts() {
		if here.field == 0 {
			from, to, how := p.locate(text, here.at)
			return Reason{Field: InName, How: how, Text: e.Name}.at(from, to)
		}
		if i == here.index+1 {
			from, to, how := p.locate(text, here.at)
			return Reason{Field: InAlias, How: how, Text: e.Alias[here.index]}.at(from, to)
		}
	}
	return Reason{}
}

// field is what a topic of a document is.
func (d *doc) field(i int) Field {
	switch {
	case i == 0:
		return InDepartment
	case i >= int(d.own):
		return InBundle
	}
	return InTheme
}

// scattered is the reason for a word in pieces: the text that has most of it.
func (s *search) scattered(d *doc, p *program) Reason {
	best, r, in := 0, Reason{How: Apart}, []glyph(nil)
	see := func(field Field, text string, glyphs []glyph) {
		if n := bits.OnesCount64(uint64(p.cover(glyphs))); n > best {
			best, in, r.Field, r.Text = n, glyphs, field, text
		}
	}
	for i, text := range d.texts() {
		if i == 0 {
			see(InName, d.entry.Name, text)
		} else {
			see(InAlias, d.entry.Alias[i-1], text)
		}
	}
	for i, t := range d.topics {
		see(d.field(i), s.texts[t].text, s.texts[t].glyphs)
	}
	return r.at(p.stretch(in))
}

// stretch is from the first to the last character of a text that the word has.
func (p *program) stretch(text []glyph) (from, to int) {
	for i, g := range text {
		if p.steps[p.slot[g]].written == 0 {
			continue
		}
		if to == 0 {
			from = i
		}
		to = i + 1
	}
	return from, to
}

// at counts in the characters of the text as it is written what was found in
// its folded ones.
func (r Reason) at(from, to int) Reason {
	folded, at := 0, 0
	for _, c := range r.Text {
		if foldRune(c) != 0 {
			if folded == from {
				r.From = at
			}
			if folded++; folded == to {
				r.To = at + 1
			}
		}
		at++
	}
	return r
}
