package search

import (
	"math/bits"
	"strings"
	"unicode"
)

// Limits of one query.
const (
	maxQuery = 60 // characters that are looked at: a set of places in a word is one machine word
	maxTerms = 8  // words that are looked at
)

// The shortest words in which a slip is looked for.
const (
	slipCharacters = 3
	slipLetters    = 4
)

// term is one word of a query, folded.
type term struct {
	text    []rune
	letters int  // how many are a to z, and so may be pinyin
	chinese int  // how many are Chinese characters
	plain   bool // nothing but a to z and digits: may be a code
	digits  bool // has a digit
}

// split folds a query and cuts it into words.
func split(query string) []term {
	var terms []term
	left := maxQuery
	for _, word := range strings.FieldsFunc(query, unicode.IsSpace) {
		text := fold(word)
		text = text[:min(len(text), left)]
		left -= len(text)
		if len(text) > 0 && len(terms) < maxTerms {
			terms = append(terms, newTerm(text))
		}
	}
	return terms
}

func newTerm(text []rune) term {
	t := term{text: text, plain: true}
	for _, r := range text {
		switch {
		case letter(r):
			t.letters++
		case r >= '0' && r <= '9':
			t.digits = true
		default:
			t.plain = false
			if unicode.Is(unicode.Han, r) {
				t.chinese++
			}
		}
	}
	return t
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' }

// hazy reports whether the word is long enough to be found by what it is
// not quite.
func (t *term) hazy() bool { return t.letters >= 2 || t.chinese >= 2 }

// set is a set of places in a word: how many of its characters are used up.
// Place 0 is before the first.
type set uint64

// longest is the longest piece of a word that one character uses up: the six
// letters of zhuang.
const longest = 6

// step is what one character of a text can use up of a word, from which
// places. moves[n] holds the places from which it can use up n characters.
type step struct {
	written set // the very character
	moves   [longest + 1]set
	ends    set // what is left of the word begins a reading: the word ends here
	any     set // the places of all of them
}

// from is where a step leads. end is the place behind the word.
func (s *step) from(at, end set) set {
	to := (at & s.moves[1]) << 1
	if longer := at & (s.moves[2] | s.moves[3] | s.moves[4] | s.moves[5] | s.moves[6]); longer != 0 {
		for n := 2; n <= longest; n++ {
			to |= (at & s.moves[n]) << n
		}
	}
	if at&s.ends != 0 {
		to |= end
	}
	return to
}

func (s *step) add(o *step) {
	s.ends |= o.ends
	s.any |= o.any
	for n := range s.moves {
		s.moves[n] |= o.moves[n]
	}
}

// write says that the character is the one typed at places.
func (s *step) write(at set) {
	s.written |= at
	s.moves[1] |= at
	s.any |= at
}

// haze is how a character of a text can use up a piece of a word that is not
// its sound.
type haze struct {
	step                   // by what sounds alike
	slips [longest + 2]set // by a reading with one slip in it
	slip  set              // the places of all of them
}

func (h *haze) merge(o *haze) {
	h.add(&o.step)
	h.slip |= o.slip
	for n := range h.slips {
		h.slips[n] |= o.slips[n]
	}
}

// program is a word made ready for one alphabet.
type program struct {
	term
	end   set
	bare  string   // the text
	slot  []uint16 // by glyph: into steps; 0 for one that uses up nothing
	steps []step
	haze  []haze // beside steps; nil unless asked for
	gates []gate // beside haze
	loose set    // places at which any character may be wrong, missing, extra or swapped
	ones  []set  // by glyph: from where it can be an initial; nil but for initials
	exact []hue  // by place of a word without pinyin: which texts may have the character
	near  []hue  // and which one that sounds like it
}

func newProgram(t term, a *alphabet, hazy bool) *program {
	p := &program{term: t, end: 1 << len(t.text), bare: string(t.text), slot: make([]uint16, len(a.sounds)), steps: make([]step, 1)}
	if hazy {
		p.haze = make([]haze, 1)
	}
	for i, r := range t.text {
		if g := a.glyphs[r]; g != 0 {
			p.step(g).write(1 << i)
		}
	}
	return p
}

// compile makes a word ready. A hazy one is found by what sounds alike and
// with a slip too.
func compile(t term, a *alphabet, hazy bool) *program {
	p := newProgram(t, a, hazy)
	if t.letters > 0 {
		p.sound(a)
	}
	if hazy && t.chinese >= 2 {
		p.sameSound(a)
	}
	for i := range p.haze {
		s, h := &p.steps[i], &p.haze[i]
		h.add(s) // what sounds the same sounds alike
		p.gates = append(p.gates, gate{s.any, h.any, h.slip})
	}
	for i, r := range t.text {
		if hazy && t.chinese >= slipCharacters && unicode.Is(unicode.Han, r) {
			p.loose |= 1 << i
		}
	}
	if t.letters == 0 {
		p.colour()
	}
	return p
}

// compileInitials makes a word ready to be found as initials with a slip in
// them, and not otherwise.
func compileInitials(t term, a *alphabet) *program {
	p := newProgram(t, a, true)
	var begins [26]set // the places of each letter
	for i, r := range t.text {
		if letter(r) {
			begins[r-'a'] |= 1 << i
			p.loose |= 1 << i
		}
	}
	for g, sounds := range a.sounds {
		for _, s := range sounds {
			if at := begins[a.readings[s].text[0]-'a']; at != 0 {
				p.step(glyph(g)).write(at)
			}
		}
	}
	p.ones = make([]set, len(p.slot))
	for g, slot := range p.slot {
		p.ones[g] = p.steps[slot].moves[1]
	}
	return p
}

// colour enters of which hue a text is that has the characters.
func (p *program) colour() {
	p.exact, p.near = make([]hue, len(p.text)), make([]hue, len(p.text))
	for g, slot := range p.slot {
		if slot == 0 {
			continue
		}
		for i := range p.text {
			if p.steps[slot].any&(1<<i) != 0 {
				p.exact[i].dye(glyph(g))
			}
			if p.haze != nil && p.haze[slot].any&(1<<i) != 0 {
				p.near[i].dye(glyph(g))
			}
		}
	}
}

// step is that of a glyph, made when it is first asked for.
func (p *program) step(g glyph) *step {
	if p.slot[g] == 0 {
		p.slot[g] = uint16(len(p.steps))
		p.steps = append(p.steps, step{})
		if p.haze != nil {
			p.haze = append(p.haze, haze{})
		}
	}
	return &p.steps[p.slot[g]]
}

// sound enters what the typed letters can spell.
func (p *program) sound(a *alphabet) {
	var begins [26]set // the places of each letter
	for i, r := range p.text {
		if letter(r) {
			begins[r-'a'] |= 1 << i
		}
	}
	steps := make([]step, len(a.readings))
	var hazes []haze
	if p.haze != nil {
		hazes = make([]haze, len(a.readings))
	}
	for s := range a.readings {
		r := &a.readings[s]
		p.pronounce(&steps[s], r.text, begins[r.text[0]-'a'], 1)
		if hazes == nil {
			continue
		}
		h := &hazes[s]
		for _, way := range r.alike {
			least := 1
			if way[0] != r.text[0] {
				least = 2 // an l alone is not heard as an n
			}
			p.pronounce(&h.step, way, begins[way[0]-'a'], least)
		}
		if p.letters >= slipLetters {
			p.misspell(h, r.text)
		}
	}
	for g, sounds := range a.sounds {
		for _, s := range sounds {
			if steps[s].any != 0 {
				p.step(glyph(g)).add(&steps[s])
			}
			if hazes != nil && hazes[s].any|hazes[s].slip != 0 {
				p.step(glyph(g))
				p.haze[p.slot[g]].merge(&hazes[s])
			}
		}
	}
}

// pronounce enters a reading at the places where its first letter stands: by
// its initial, by its first sound (zh, ch, sh), as a whole, or, at the end of
// the word, by any beginning of it. least is the fewest letters that will do.
func (p *program) pronounce(s *step, reading string, at set, least int) {
	for ; at != 0; at &= at - 1 {
		place := bits.TrailingZeros64(uint64(at))
		n := common(p.text[place:], reading)
		if least <= 1 {
			s.moves[1] |= 1 << place
		}
		if n >= 2 && len(reading) > 2 && reading[1] == 'h' {
			s.moves[2] |= 1 << place
		}
		if n == len(reading) && n >= least {
			s.moves[n] |= 1 << place
		}
		if n >= least && place+n == len(p.text) {
			s.ends |= 1 << place
		}
	}
	s.any = s.ends
	for _, from := range s.moves {
		s.any |= from
	}
}

// common is how many letters typed and reading share at their beginning.
func common(typed []rune, reading string) int {
	n := 0
	for n < len(typed) && n < len(reading) && typed[n] == rune(reading[n]) {
		n++
	}
	return n
}

// misspell enters the places where a reading stands with one slip in it. Of a
// reading of two letters the first must be right: little would be left of it.
func (p *program) misspell(h *haze, reading string) {
	if len(reading) < 2 {
		return
	}
	for place := range p.text {
		for n := max(2, len(reading)-1); n <= len(reading)+1 && place+n <= len(p.text); n++ {
			typed := p.text[place : place+n]
			if len(reading) == 2 && typed[0] != rune(reading[0]) {
				break
			}
			if slipped(typed, reading) {
				h.slips[n] |= 1 << place
				h.slip |= 1 << place
			}
		}
	}
}

// slipped reports whether typed is the reading with exactly one letter
// missing, extra, wrong, or swapped with the next.
func slipped(typed []rune, reading string) bool {
	n := common(typed, reading)
	a, b := typed[n:], reading[n:]
	switch len(typed) - len(reading) {
	case 0:
		return len(a) > 0 && (common(a[1:], b[1:]) == len(b)-1 ||
			len(a) > 1 && a[0] == rune(b[1]) && a[1] == rune(b[0]) && common(a[2:], b[2:]) == len(b)-2)
	case 1:
		return common(a[1:], b) == len(b)
	case -1:
		return common(a, b[1:]) == len(a)
	}
	return false
}

// sameSound lets a typed Chinese character stand for all that are read as it
// may be: what an input method offered first.
func (p *program) sameSound(a *alphabet) {
	at := make([]set, len(a.readings))
	for i, r := range p.text {
		for _, text := range readingsOf(r) {
			if s, known := a.syllables[text]; known {
				at[s] |= 1 << i
			}
		}
	}
	for g, sounds := range a.sounds {
		var places set
		for _, s := range sounds {
			places |= at[s]
		}
		if places != 0 {
			p.step(glyph(g))
			p.haze[p.slot[g]].write(places)
		}
	}
}

// initials reports whether the word may be initials with a slip in them: no
// reading begins with i, u or v.
func (t *term) initials() bool {
	n := 0
	for _, r := range t.text {
		if r == 'i' || r == 'u' || r == 'v' {
			n++
		}
	}
	return t.letters >= slipLetters && n <= 1
}
