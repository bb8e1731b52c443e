package sheet

import (
	"encoding/json"
	"reflect"
	"strings"
	"unicode/utf8"
)

func decode(s string) (rune, int) { return utf8.DecodeRuneInString(s) }

// formatList writes a list that stands in one cell, one entry a line.
func (s *shape) formatList(v reflect.Value) string {
	lines := make([]string, v.Len())
	for i := range lines {
		entry := v.Index(i)
		if s.entry.kind == object {
			lines[i] = s.entry.pair(entry)
			continue
		}
		lines[i] = s.entry.format(entry)
		if !fitsLine(lines[i]) || s.entry.suggest && (strings.TrimSpace(lines[i]) != lines[i] || s.entry.several(lines[i]) != nil) {
			lines[i] = quote(lines[i])
		}
	}
	return strings.Join(lines, "\n")
}

// fitsLine reports whether a line holds an entry as it is.
func fitsLine(t string) bool {
	bare := strings.TrimSpace(t)
	return bare != "" && !strings.Contains(t, "\n") && !strings.HasPrefix(bare, `"`)
}

func quote(t string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(t); err != nil {
		return t
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// unquote takes the quotes of a line off, if it has them.
func unquote(line string) (string, bool) {
	trimmed := strings.TrimSpace(line)
	if !strings.HasPrefix(trimmed, `"`) {
		return line, false
	}
	var t string
	if err := json.Unmarshal([]byte(trimmed), &t); err != nil {
		return line, false
	}
	return t, true
}

// pair writes an entry of two texts: "yes = 是".
func (s *shape) pair(v reflect.Value) string {
	first, second := v.Field(s.fields[0].index).String(), v.Field(s.fields[1].index).String()
	if !plainKey(first) {
		first = quote(first)
	}
	if second != "" && (!fitsLine(second) || strings.HasPrefix(second, " ")) {
		second = quote(second)
	}
	return first + " = " + second
}

// plainKey reports whether the first text of a pair can stand unquoted.
func plainKey(t string) bool {
	return fitsLine(t) && strings.TrimSpace(t) == t && !strings.ContainsAny(t, "=＝")
}

// unpair reads what pair writes; the sign may be the wide one. Not ok: there
// is none.
func unpair(line string) (first, second string, ok bool) {
	rest := strings.TrimLeft(line, " \t")
	if strings.HasPrefix(rest, `"`) {
		d := json.NewDecoder(strings.NewReader(rest))
		if d.Decode(&first) == nil {
			rest = strings.TrimLeft(rest[d.InputOffset():], " \t")
			if second, ok = afterSign(rest); ok {
				return first, second, true
			}
		}
	}
	at := strings.IndexAny(rest, "=＝")
	if at < 0 {
		return "", "", false
	}
	second, _ = afterSign(rest[at:])
	return strings.TrimSpace(rest[:at]), second, true
}

func afterSign(s string) (string, bool) {
	for _, sign := range []string{"=", "＝"} {
		if rest, ok := strings.CutPrefix(s, sign); ok {
			rest = strings.TrimPrefix(rest, " ")
			t, _ := unquote(rest)
			return t, true
		}
	}
	return "", false
}

// between parts words that somebody wrote on one line.
const between = "、，,；;|"

// lines takes a cell apart into the entries of a list, as nodes at the cell.
func (s *shape) lines(cell *node) []*node {
	var out []*node
	for line := range strings.SplitSeq(cell.text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if s.entry.kind == object {
			out = append(out, s.entry.pairNode(line, cell.at))
			continue
		}
		t, quoted := unquote(line)
		parts := []string{t}
		if !quoted && (s.entry.kind == word || s.entry.suggest) {
			parts[0] = strings.TrimSpace(t)
			if several := s.entry.several(parts[0]); several != nil {
				parts = several
			}
		}
		for _, part := range parts {
			out = append(out, &node{sort: scalar, text: part, at: cell.at})
		}
	}
	return out
}

// several takes a line apart that holds more than one known word; nil for any
// other.
func (s *shape) several(line string) []string {
	if _, ok := s.word(line); ok {
		return nil
	}
	parts := strings.FieldsFunc(line, func(c rune) bool { return strings.ContainsRune(between, c) })
	for i, part := range parts {
		parts[i] = strings.TrimSpace(part)
		if _, ok := s.word(parts[i]); !ok {
			return nil
		}
	}
	if len(parts) < 2 {
		return nil
	}
	return parts
}

func (s *shape) pairNode(line string, at place) *node {
	first, second, ok := unpair(line)
	if !ok {
		return &node{sort: scalar, text: line, at: at}
	}
	n := &node{sort: mapping, at: at}
	n.put(s.fields[0].name, at, &node{sort: scalar, text: first, at: at})
	n.put(s.fields[1].name, at, &node{sort: scalar, text: second, at: at})
	return n
}
