package search

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
)

// halfWidth makes a full-width form of ASCII half as wide.
func halfWidth(r rune) rune {
	if r >= '！' && r <= '～' {
		return r - ('！' - '!')
	}
	return r
}

// foldRune is the form in which a character is compared, 0 for one that is
// not: only letters and digits count.
func foldRune(r rune) rune {
	if r = halfWidth(r); unicode.IsLetter(r) || unicode.IsDigit(r) {
		return unicode.ToLower(r)
	}
	return 0
}

// fold brings a text into the form in which it is compared: letters and
// digits only, lower case, full width made half.
func fold(s string) []rune {
	folded := make([]rune, 0, len(s)/2)
	for _, r := range s {
		if r = foldRune(r); r != 0 {
			folded = append(folded, r)
		}
	}
	return folded
}

// glyph numbers a folded character of an alphabet. 0 is one that has no
// number and is never found.
type glyph uint16

// syllable numbers a reading of an alphabet.
type syllable uint16

// alphabet is every character that ever occurred in an index, with all its
// readings, since a character in a name doesn't say which one is meant. It
// only grows, and its numbers bound how far.
type alphabet struct {
	glyphs    map[rune]glyph
	sounds    [][]syllable // by glyph; none for what is no Chinese character
	syllables map[string]syllable
	readings  []reading // by syllable
}

// reading is a syllable, and those that a southern tongue takes it for.
type reading struct {
	text  string
	alike []string
}

func newAlphabet() *alphabet {
	return &alphabet{glyphs: map[rune]glyph{}, sounds: make([][]syllable, 1), syllables: map[string]syllable{}}
}

// spell folds a text, learns its characters and appends them.
func (a *alphabet) spell(to []glyph, text string) []glyph {
	to = slices.Grow(to, len(text)/3+1)
	for _, r := range text {
		if r = foldRune(r); r != 0 {
			to = append(to, a.learn(r))
		}
	}
	return to
}

func (a *alphabet) learn(r rune) glyph {
	g, known := a.glyphs[r]
	if known || len(a.sounds) > math.MaxUint16 {
		return g
	}
	g = glyph(len(a.sounds))
	var sounds []syllable
	for _, text := range readingsOf(r) {
		s, known := a.syllables[text]
		if !known {
			s = syllable(len(a.readings))
			a.syllables[text] = s
			a.readings = append(a.readings, reading{text, alike(text)})
		}
		sounds = append(sounds, s)
	}
	a.glyphs[r], a.sounds = g, append(a.sounds, sounds)
	return g
}

// readingsOf are the readings of a Chinese character in letters without tones,
// ü written v and, as many type it, u.
func readingsOf(r rune) (all []string) {
	if !unicode.Is(unicode.Han, r) {
		return nil
	}
	for text := range strings.SplitSeq(pinyin.PinyinDict[int(r)], ",") {
		text = toneless(text)
		if text == "" {
			continue
		}
		for _, way := range []string{text, strings.ReplaceAll(text, "v", "u")} {
			if !slices.Contains(all, way) {
				all = append(all, way)
			}
		}
	}
	return all
}

// tones are the letters that carry a tone, by the letter that is typed.
var tones = map[rune]string{
	'a': "āáǎà", 'e': "ēéěèêếềě̄", 'i': "īíǐì", 'o': "ōóǒò", 'u': "ūúǔù",
	'v': "üǖǘǚǜ", 'n': "ńňǹ", 'm': "ḿ",
}

var bare = func() map[rune]rune {
	all := map[rune]rune{}
	for plain, carriers := range tones {
		for _, r := range carriers {
			if unicode.IsLetter(r) {
				all[r] = plain
			}
		}
	}
	return all
}()

// toneless is a reading in the letters a to z; "" when it has none.
func toneless(text string) string {
	return strings.Map(func(r rune) rune {
		if plain, ok := bare[r]; ok {
			return plain
		}
		if r >= 'a' && r <= 'z' {
			return r
		}
		return -1
	}, text)
}

// The sounds that a southern clerk does not keep apart, at the beginning and
// at the end of a syllable.
var (
	startsAlike = [][2]string{{"zh", "z"}, {"ch", "c"}, {"sh", "s"}, {"n", "l"}}
	endsAlike   = [][2]string{{"ang", "an"}, {"eng", "en"}, {"ing", "in"}}
)

// alike are the syllables that one may be taken for.
func alike(text string) (all []string) {
	begins := []string{text}
	for _, pair := range startsAlike {
		if rest, ok := strings.CutPrefix(text, pair[0]); ok {
			begins = append(begins, pair[1]+rest)
			break
		}
		if rest, ok := strings.CutPrefix(text, pair[1]); ok && rest != "" {
			begins = append(begins, pair[0]+rest)
			break
		}
	}
	all = slices.Clone(begins[1:])
	for _, way := range begins {
		for _, pair := range endsAlike {
			if rest, ok := strings.CutSuffix(way, pair[0]); ok {
				all = append(all, rest+pair[1])
				break
			}
			if rest, ok := strings.CutSuffix(way, pair[1]); ok {
				all = append(all, rest+pair[0])
				break
			}
		}
	}
	return all
}
