package search

// shortestTail is the fewest characters by whose end a code is found.
const shortestTail = 4

// shortestInPieces is the shortest word that is looked for in pieces.
const shortestInPieces = 4

// code says how well the word stands in a code: at its beginning or, where it
// is long enough, at its end; never by sound.
func (p *program) code(code string) place {
	n, left := p.along(code)
	switch {
	case n == len(p.text) && !left:
		return whole
	case n == len(p.text) && p.digits:
		return begins
	case n == len(p.text):
		return codeByLetters
	case len(p.text) >= shortestTail && p.digits && p.tail(code):
		return inside
	}
	return nowhere
}

// along counts the characters of the word that a code begins with; left says
// that the code goes on.
func (p *program) along(code string) (n int, left bool) {
	for _, r := range code {
		if r = foldCode(r); r == 0 {
			continue
		}
		if n == len(p.text) {
			return n, true
		}
		if r != p.text[n] {
			return 0, true
		}
		n++
	}
	return n, false
}

// tail reports whether a code ends with the word.
func (p *program) tail(code string) bool {
	n := len(p.text)
	for i := len(code) - 1; i >= 0 && n > 0; i-- {
		r := foldCode(rune(code[i]))
		if r == 0 {
			continue
		}
		if n--; r != p.text[n] {
			return false
		}
	}
	return n == 0
}

// foldCode is foldRune for the characters of a code.
func foldCode(r rune) rune {
	switch {
	case r >= 'A' && r <= 'Z':
		return r + 'a' - 'A'
	case r >= '0' && r <= '9', letter(r):
		return r
	}
	return 0
}

// inPieces reports whether the word is one that may have been typed in another
// order: several Chinese characters and nothing else.
func (t *term) inPieces() bool { return t.chinese >= shortestInPieces && t.chinese == len(t.text) }

// cover is which places of the word a text has the character of.
func (p *program) cover(text []glyph) (all set) {
	for _, g := range text {
		all |= p.steps[p.slot[g]].written
	}
	return all
}

// inPieces reports whether a document has the word in pieces of at least two
// characters, in whatever order and in whichever of its texts.
func (s *search) inPieces(d *doc, word int) bool {
	p := s.words[word]
	all := p.cover(d.text)
	for _, t := range d.topics {
		all |= s.cover[word][t]
	}
	if all != p.end-1 {
		return false
	}
	texts := [][]glyph{d.text}
	for _, t := range d.topics {
		texts = append(texts, s.texts[t].glyphs)
	}
	return p.pieces(texts)
}

// pieces reports whether the word can be cut into pieces of two characters or
// more that each stand somewhere in the texts.
func (p *program) pieces(texts [][]glyph) bool {
	reached := set(1)
	for at := range p.text {
		if reached&(1<<at) == 0 {
			continue
		}
		most := 0
		for _, text := range texts {
			for i := range text {
				most = max(most, p.shared(text[i:], at))
			}
		}
		for n := 2; n <= most; n++ {
			reached |= 1 << (at + n)
		}
	}
	return reached&p.end != 0
}

// shared is how many characters of the word, from a place on, a text begins
// with.
func (p *program) shared(text []glyph, at int) (n int) {
	for n < len(text) && at+n < len(p.text) && p.steps[p.slot[text[n]]].written&(1<<(at+n)) != 0 {
		n++
	}
	return n
}
