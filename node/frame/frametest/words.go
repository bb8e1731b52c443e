// Package frametest is what the tests of all pages ask of them.
//
// It must never be part of the program.
package frametest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"tongban/node/frame"
)

var saying = regexp.MustCompile(`\.Say "([a-z_0-9]+)"|[sS]ay\("([a-z_0-9]+)"\)`)

// Words fails the test for every word that a file of the patterns says and the
// set does not have, and for every word that is not in the language that it is
// there for.
func Words(t *testing.T, set *frame.Set, patterns ...string) {
	t.Helper()
	each(t, patterns, func(name, text string) {
		for _, m := range saying.FindAllStringSubmatch(text, -1) {
			if word := m[1] + m[2]; !set.Has(word) {
				t.Errorf("%s says %q, which is no word", name, word)
			}
		}
	})
	for word, pair := range set.Words() {
		Pair(t, word, pair)
	}
}

var (
	signs = regexp.MustCompile(`[\x{3001}-\x{303f}\x{4e00}-\x{9fff}\x{ff01}-\x{ffee}]`)
	// prose is English in a Chinese text: names of things and keys are short.
	prose = regexp.MustCompile(`[A-Za-z]{2,}[ ,;:]+[A-Za-z]{2,}[ ,;:]+[A-Za-z]{2,}`)
	// narrow is a Latin mark where a Chinese one belongs: beside a Chinese sign.
	narrow = regexp.MustCompile(`\p{Han}[,;:?!()"]|[,;?!()"]\p{Han}|\p{Han}\.( |$)|\.\.\.`)
)

// Pair fails the test where the Chinese of a text is not Chinese, or the English
// not English.
func Pair(t *testing.T, what string, pair [2]string) {
	t.Helper()
	chinese, english := pair[0], pair[1]
	switch {
	case english == "" && chinese != "":
		t.Errorf("%s has no English: %q", what, chinese)
	case prose.MatchString(chinese):
		t.Errorf("%s is not Chinese: %q", what, chinese)
	case narrow.MatchString(chinese):
		t.Errorf("%s has a Latin mark among Chinese signs: %q", what, chinese)
	case chinese != english && signs.MatchString(english):
		t.Errorf("%s is not English: %q", what, english)
	case strings.HasSuffix(chinese, "。") != strings.HasSuffix(english, ".") && !strings.HasSuffix(english, "?"):
		t.Errorf("%s is a sentence in one language only: %q, %q", what, chinese, english)
	}
}

// Said fails the test for every word of words that no file of the patterns
// names, whole or by how it begins. What was done (done_…) is said by the name of
// a deed, which may be anybody's.
func Said(t *testing.T, words frame.Words, patterns ...string) {
	t.Helper()
	named := map[string]bool{}
	var begins []string
	each(t, patterns, func(name, text string) {
		for _, m := range literal.FindAllStringSubmatch(text, -1) {
			if rest := text[strings.Index(text, m[0])+len(m[0]):]; strings.HasPrefix(rest, `: {"`) && strings.HasSuffix(name, ".go") && !strings.Contains(strings.ReplaceAll(text, m[0]+`: {"`, ""), m[0]) {
				continue // where it is made
			}
			if named[m[1]] = true; strings.HasSuffix(m[1], "_") {
				begins = append(begins, m[1])
			}
		}
	})
	for word := range words {
		said := named[word] || strings.HasPrefix(word, "done_")
		for _, begin := range begins {
			said = said || strings.HasPrefix(word, begin)
		}
		if !said {
			t.Errorf("nobody says %q", word)
		}
	}
}

var literal = regexp.MustCompile(`"([a-z_0-9]+)"`)

func each(t *testing.T, patterns []string, do func(name, text string)) {
	t.Helper()
	for _, pattern := range patterns {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(pattern, names, err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			do(name, string(raw))
		}
	}
}
