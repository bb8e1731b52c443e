package search

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// fold brings a text into the form in which it is compared: letters and
// digits only, lower case, full width made half.
func fold(s string) []rune {
	folded := make([]rune, 0, len(s)/2)
	for _, r := range s {
		if r >= '！' && r <= '～' { // the full-width forms of ASCII
			r -= '！' - '!'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			folded = append(folded, unicode.ToLower(r))
		}
	}
	return folded
}

// glyph is a folded character with its sound.
type glyph struct {
	char  rune
	sound int32 // into sounds.list
}

// sounds knows the readings of every character that occurs in an index: all
// of them, since a character in a name doesn't say which one is meant.
type sounds struct {
	of   map[rune]int32
	list []sound // the first one is silence
}

type sound struct {
	first    uint32 // the letters with which a reading begins, one bit each
	readings []string
}

func newSounds() *sounds { return &sounds{map[rune]int32{}, make([]sound, 1)} }

// hear folds a text and learns the sounds of its characters.
func (s *sounds) hear(text string) []glyph {
	folded := fold(text)
	glyphs := make([]glyph, len(folded))
	for i, r := range folded {
		id, known := s.of[r]
		if !known {
			if snd := learn(r); snd.first != 0 {
				id = int32(len(s.list))
				s.list = append(s.list, snd)
			}
			s.of[r] = id
		}
		glyphs[i] = glyph{r, id}
	}
	return glyphs
}

func learn(r rune) sound {
	var snd sound
	if !unicode.Is(unicode.Han, r) {
		return snd
	}
	args := pinyin.Args{Style: pinyin.Normal, Heteronym: true, Fallback: func(rune, pinyin.Args) []string { return nil }}
	for _, reading := range pinyin.SinglePinyin(r, args) {
		snd.add(reading)
		if i := strings.IndexByte(reading, 'v'); i >= 0 { // lü is typed lv, and by many lu
			snd.add(reading[:i] + "u" + reading[i+1:])
		}
	}
	return snd
}

func (snd *sound) add(reading string) {
	if reading == "" || slices.Contains(snd.readings, reading) {
		return
	}
	if c := reading[0]; c >= 'a' && c <= 'z' {
		snd.first |= 1 << (c - 'a')
		snd.readings = append(snd.readings, reading)
	}
}

// term is one word of a query.
type term struct {
	text  []rune
	latin bool // has a letter that may be pinyin
}

func newTerm(text []rune) term {
	return term{text, slices.ContainsFunc(text, func(r rune) bool { return r >= 'a' && r <= 'z' })}
}

// Where in a text a find stands, the smaller the better.
const (
	whole         = 0
	wholeSounded  = 1
	begins        = 2
	beginsSounded = 3
	inside        = 4
	insideSounded = 5
	nowhere       = -1
)

// find says where in the text the term stands. A code is found from its
// beginning only, and never by sound.
func (t term) find(text []glyph, s *sounds, code bool) int {
	best := nowhere
	for start := range text {
		if code && start > 0 {
			break
		}
		place := t.at(text, start, s, code)
		if place != nowhere && (best == nowhere || place < best) {
			best = place
		}
		if best == whole || best == begins || best == wholeSounded {
			break
		}
	}
	return best
}

// at says whether the term stands in the text from start on.
func (t term) at(text []glyph, start int, s *sounds, code bool) int {
	rest := text[start:]
	place := inside
	if start == 0 {
		place = begins
	}
	if t.written(rest) {
		if start == 0 && len(rest) == len(t.text) {
			return whole
		}
		return place
	}
	if first := t.text[0]; !t.latin || code || rest[0].char != first && !s.may(rest[0], first) {
		return nowhere
	}
	m := matcher{sounds: s, budget: 512}
	if !m.spell(t.text, rest) {
		return nowhere
	}
	if start == 0 && m.end == 0 {
		return wholeSounded
	}
	return place + 1
}

// written reports whether the text begins with the very characters typed.
func (t term) written(text []glyph) bool {
	if len(text) < len(t.text) {
		return false
	}
	for i, r := range t.text {
		if text[i].char != r {
			return false
		}
	}
	return true
}

// may tells quickly whether a reading of the character begins with a letter.
func (s *sounds) may(g glyph, typed rune) bool {
	return typed >= 'a' && typed <= 'z' && s.list[g.sound].first&(1<<(typed-'a')) != 0
}

// matcher tries the ways in which typed letters can spell characters.
type matcher struct {
	sounds *sounds
	budget int // tries left: a bound on any text, never reached by a real name
	end    int // characters left over once the letters are used up
}

// spell reports whether typed spells the characters of text from its first
// on: each as itself, as its initial, as its first sound (zh, ch, sh) or as a
// full reading; the last one as any beginning of a reading.
func (m *matcher) spell(typed []rune, text []glyph) bool {
	if len(typed) == 0 {
		m.end = len(text)
		return true
	}
	m.budget--
	if len(text) == 0 || m.budget < 0 {
		return false
	}
	if typed[0] == text[0].char && m.spell(typed[1:], text[1:]) {
		return true
	}
	for _, reading := range m.sounds.list[text[0].sound].readings {
		n := common(typed, reading)
		if n == 0 {
			continue
		}
		if n == len(typed) {
			m.end = len(text) - 1
			return true
		}
		if n == len(reading) && m.spell(typed[n:], text[1:]) {
			return true
		}
		if n >= 2 && reading[1] == 'h' && len(reading) > 2 && m.spell(typed[2:], text[1:]) {
			return true
		}
		if len(reading) > 1 && m.spell(typed[1:], text[1:]) {
			return true
		}
	}
	return false
}

// common is how many letters typed and reading share at their beginning.
func common(typed []rune, reading string) int {
	n := 0
	for n < len(typed) && n < len(reading) && typed[n] == rune(reading[n]) {
		n++
	}
	return n
}
