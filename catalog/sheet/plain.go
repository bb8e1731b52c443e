package sheet

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"tongban/catalog/area"
	"tongban/catalog/item"
)

// writeJSON writes a list of items as the API shows them.
func writeJSON(w io.Writer, items []item.Item) error {
	var b bytes.Buffer
	for i := range items {
		b.WriteString(map[bool]string{true: "[\n  ", false: ",\n  "}[i == 0])
		e := json.NewEncoder(&b)
		e.SetEscapeHTML(false)
		e.SetIndent("  ", "  ")
		if err := e.Encode(items[i]); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1)
		if _, err := b.WriteTo(w); err != nil {
			return err
		}
	}
	if len(items) == 0 {
		b.WriteString("[")
	}
	b.WriteString("\n]\n")
	_, err := b.WriteTo(w)
	return err
}

// writeYAML writes a list of items, one after the other. Notes say beside each
// element what it is.
func writeYAML(w io.Writer, items []item.Item, notes bool) error {
	if len(items) == 0 {
		_, err := io.WriteString(w, "[]\n")
		return err
	}
	if notes {
		if _, err := io.WriteString(w, yamlIntroduction()); err != nil {
			return err
		}
	}
	for i := range items {
		var b bytes.Buffer
		e := yaml.NewEncoder(&b)
		e.SetIndent(2)
		write := &emitter{notes: notes}
		one := write.object(itemShape(), reflect.ValueOf(&items[i]).Elem())
		if err := e.Encode(&yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{one}}); err != nil {
			return err
		}
		if err := e.Close(); err != nil {
			return err
		}
		if _, err := b.WriteTo(w); err != nil {
			return err
		}
	}
	return nil
}

// emitter makes YAML of an item: the values as they are stored, limits as a
// person reads them.
type emitter struct{ notes bool }

func (e *emitter) object(s *shape, v reflect.Value) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode}
	for _, f := range s.fields {
		inner := f.of(v)
		if !inner.IsValid() {
			continue
		}
		if f.element == "" { // the parts of ref are elements of the item
			n.Content = append(n.Content, e.object(f, inner).Content...)
			continue
		}
		value := e.value(f, inner)
		if value == nil {
			continue
		}
		key := plainNode(f.name)
		if e.notes {
			e.note(f, key, value)
		}
		n.Content = append(n.Content, key, value)
	}
	return n
}

// value is nil for what says nothing.
func (e *emitter) value(s *shape, v reflect.Value) *yaml.Node {
	switch s.kind {
	case object:
		n := e.object(s, v)
		if len(n.Content) == 0 {
			return nil
		}
		return n
	case list:
		if v.Len() == 0 {
			return nil
		}
		n := &yaml.Node{Kind: yaml.SequenceNode}
		for i := range v.Len() {
			entry := e.value(s.entry, v.Index(i))
			if entry == nil {
				entry = map[bool]*yaml.Node{true: {Kind: yaml.MappingNode, Style: yaml.FlowStyle}, false: textNode("")}[s.entry.kind == object]
			}
			n.Content = append(n.Content, entry)
		}
		return n
	case flag:
		if v.Bool() {
			return plainNode("true")
		}
		return nil
	case number:
		if t := s.format(v); t != "" {
			return plainNode(t)
		}
		return nil
	case word:
		if level, ok := v.Interface().(area.Level); ok {
			if level == 0 {
				return nil
			}
			return textNode(level.String())
		}
		fallthrough
	default:
		t := ""
		if s.kind == limit {
			t = s.format(v)
		} else {
			t = v.String()
		}
		if t == "" {
			return nil
		}
		return textNode(t)
	}
}

// note says what an element is, beside it or above.
func (e *emitter) note(f *shape, key, value *yaml.Node) {
	label := f.label()
	if words := wordList(f); words != "" {
		label += "：" + words
	}
	if value.Kind == yaml.ScalarNode && value.Style != yaml.LiteralStyle {
		value.LineComment = label
		return
	}
	key.HeadComment = label
}

// wordList are the values of an enumerated element, for a note.
func wordList(f *shape) string {
	s := f
	if s.kind == list {
		s = s.entry
	}
	if s.kind != word {
		return ""
	}
	var all []string
	for _, w := range item.Words(s.element) {
		all = append(all, w.Value+" "+w.Chinese)
	}
	return strings.Join(all, "，")
}

func plainNode(t string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: t} }

// textNode is a text, in the style in which it can be read best and is read
// back for certain.
func textNode(t string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: t}
	switch {
	case !simple(t):
		n.Style = yaml.DoubleQuotedStyle
	case strings.Contains(t, "\n"):
		n.Style = yaml.LiteralStyle
	}
	return n
}

// simple reports whether a text can stand without quotes or in a block: no
// line has spaces around it, neither end is an empty line, and every character
// is shown.
func simple(t string) bool {
	for line := range strings.SplitSeq(t, "\n") {
		if line != strings.TrimSpace(line) {
			return false
		}
	}
	return strings.Trim(t, "\n") == t &&
		!strings.ContainsFunc(t, func(c rune) bool { return c != '\n' && !unicode.IsGraphic(c) })
}

func yamlIntroduction() string {
	return `# 政务服务事项导入模板（YAML）。复制下面的示例，改成自己的事项；编码以「示例」开头的，导入时跳过。
# 没有的要素整行删去。编码一律写在引号里。时限写作 5 个工作日、30 个自然日、当场、每年 3 月 31 日前。
# Template. Copy the example and make it your own; an item whose code begins with 示例 is skipped.
`
}
