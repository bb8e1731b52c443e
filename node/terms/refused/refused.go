// Package refused says in Chinese what the program refuses in English: the
// cause of a refusal with its facts, and the hint.
//
// The English sentence is the key. Whoever refuses writes it once, beside the
// decision; it goes to the command line, into answers of the API and to other
// centers as it is. A page that shows it often has no more than the text, long
// after it was written: a plan that was kept, the answer of another center. So
// each sentence that a package writes (its format) is a pattern here, and what
// stands in place of its verbs is carried over. A test reads the formats out of
// the packages and fails for each that has no Chinese.
//
// It must never guess: a text that no sentence fits whole is not said in
// Chinese at all, and the page shows it in English, marked as such.
package refused

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"tongban/catalog/area"
)

// pattern is one sentence: the text between the facts, and the Chinese with {1},
// {2} … where they go.
type pattern struct {
	between []string
	weight  int // characters of between: the more, the surer
	chinese string
}

var verb = regexp.MustCompile(`%[-+# 0]*[0-9]*(?:\.[0-9]+)?[a-zA-Z]`)

func patterns(all ...map[string]string) func() []pattern {
	return sync.OnceValue(func() []pattern {
		var out []pattern
		for _, one := range all {
			for format, chinese := range one {
				p := pattern{between: verb.Split(format, -1), chinese: chinese}
				for _, text := range p.between {
					p.weight += len(text)
				}
				out = append(out, p)
			}
		}
		slices.SortFunc(out, func(a, b pattern) int {
			return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(len(a.between), len(b.between)), cmp.Compare(a.chinese, b.chinese))
		})
		return out
	})
}

var (
	causes  = patterns(desk, log, hall, center, catalogue)
	advices = patterns(hints)
)

// match finds the facts of a text; ok is false where it is another sentence.
func (p *pattern) match(text string) (facts []string, ok bool) {
	rest, ok := strings.CutPrefix(text, p.between[0])
	if !ok {
		return nil, false
	}
	for i, part := range p.between[1:] {
		at := strings.Index(rest, part)
		if i == len(p.between)-2 {
			if at = len(rest) - len(part); !strings.HasSuffix(rest, part) {
				at = -1
			}
		}
		if at < 0 || at == 0 && rest == "" {
			return nil, false
		}
		facts, rest = append(facts, rest[:at]), rest[at+len(part):]
	}
	return facts, rest == ""
}

// Speaker says refusals in Chinese. Its zero value is ready.
type Speaker struct {
	Name func(area.Center) string // of a center; nil: its code
}

// Cause is what was wrong, in Chinese; ok is false where the text, or a part of
// it, is no sentence that is known. What is Chinese already stays, and several
// causes that were told at once are several sentences.
func (s Speaker) Cause(text string) (chinese string, ok bool) {
	return s.cause(strings.TrimSpace(text), 0)
}

// Hint is what can be done, in Chinese.
func (s Speaker) Hint(text string) (chinese string, ok bool) {
	if found, ok := s.find(advices(), text, 0); ok { // also one whose facts are names in Chinese
		return found, true
	}
	if isChinese(text) {
		return withoutEnglish(text), true
	}
	return "", false
}

// depth bounds how far causes are nested.
const depth = 4

func (s Speaker) cause(text string, deep int) (string, bool) {
	if text == "" || deep > depth {
		return "", false
	}
	text = doing.ReplaceAllString(text, "")
	if found, ok := s.find(causes(), text, deep); ok {
		return found, true
	}
	if parts := strings.Split(text, "; "); len(parts) > 1 {
		for i, one := range parts {
			said, ok := s.cause(one, deep+1)
			if !ok {
				return "", false
			}
			parts[i] = said
		}
		return strings.Join(parts, ""), true
	}
	if isChinese(text) && !prose.MatchString(withoutEnglish(text)) {
		return withoutEnglish(text), true
	}
	// What was being done stands before the cause; whoever reads the page did it.
	before, after, ok := strings.Cut(text, ": ")
	if !ok {
		return "", false
	}
	said, ok := s.cause(after, deep+1)
	if ok && strings.HasPrefix(before, "“") {
		return before + "：" + said, true
	}
	return said, ok
}

func (s Speaker) find(among []pattern, text string, deep int) (string, bool) {
	for i := range among {
		facts, ok := among[i].match(text)
		if !ok {
			continue
		}
		said := among[i].chinese
		for n, one := range facts {
			fact, ok := s.fact(one, deep)
			if !ok {
				said = ""
				break
			}
			said = strings.ReplaceAll(said, "{"+strconv.Itoa(n+1)+"}", fact)
		}
		if said != "" {
			if strings.HasSuffix(among[i].chinese, "}") { // it ends as its last fact does
				said = strings.TrimSuffix(said, "。") + "。"
			}
			return said, true
		}
	}
	return "", false
}

var (
	code  = regexp.MustCompile(`^([0-9]{12})(?:\.[0-9]+)?$`)
	index = regexp.MustCompile(`^([a-z_]+)\[([0-9]+)\]$`)
	// prose is English that a Chinese page must not show.
	prose = regexp.MustCompile(`[A-Za-z]{2,}[ ,;:]+[A-Za-z]{2,}`)
	// doing is what was being done with which case: whoever reads the page did it.
	doing = regexp.MustCompile(`^[a-z][a-z_ ]* [0-9]{12}\.[0-9]+\.[0-9]+: `)
	// english is what stands in brackets after a Chinese sentence.
	english = regexp.MustCompile(` \([^()]*[A-Za-z]{2,} [^()]*\)`)
)

func withoutEnglish(text string) string { return english.ReplaceAllString(text, "") }

func isChinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// fact is what stands in place of a verb: a name, a number, a word of the
// program, the name of a field, or a sentence.
func (s Speaker) fact(text string, deep int) (string, bool) {
	if quoted, err := strconv.Unquote(text); err == nil && strings.HasPrefix(text, `"`) {
		if said, ok := word(quoted); ok {
			quoted = said
		}
		return "“" + quoted + "”", true
	}
	if list, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(list, "]") {
		parts := strings.Fields(strings.TrimSuffix(list, "]"))
		for i := range parts {
			parts[i], _ = s.fact(parts[i], deep)
		}
		return strings.Join(parts, "、"), true
	}
	if m := code.FindStringSubmatch(text); m != nil && s.Name != nil {
		return s.Name(area.Center(m[1])), true
	}
	if said, ok := word(text); ok {
		return said, true
	}
	if list := strings.Split(text, ", "); len(list) > 1 {
		known := true
		for i := range list {
			said, ok := word(list[i])
			list[i], known = said, known && ok
		}
		if known {
			return strings.Join(list, "、"), true
		}
	}
	if said, ok := s.cause(text, deep+1); ok && !isChinese(text) {
		return strings.TrimSuffix(said, "。"), true
	}
	return text, !prose.MatchString(text) && !strings.Contains(text, ": ")
}

// word is a word of the program, or the name of a field.
func word(text string) (string, bool) {
	if said, ok := words()[text]; ok {
		return said, true
	}
	if m := index.FindStringSubmatch(text); m != nil {
		if n, err := strconv.Atoi(m[2]); err == nil {
			if said, ok := words()[m[1]]; ok {
				return said + "第 " + strconv.Itoa(n+1) + " 项", true
			}
		}
	}
	if begin, last, ok := cutLast(text, "."); ok {
		before, known := word(begin)
		after, known2 := words()[last]
		if known && known2 {
			return before + "的" + after, true
		}
	}
	return text, false
}

func cutLast(text, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(text, sep)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(sep):], true
}
