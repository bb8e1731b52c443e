package sheet

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxDepth is how deep values may lie inside one another; an item needs seven.
const maxDepth = 20

var errDepth = errors.New("values lie too deep inside one another")

// tooMany is the refusal of a file that holds more values than any catalogue.
func tooMany() error {
	return tooLarge("文件里的值太多，请分成几份 (the file holds too many values; split it)")
}

// listed makes nodes for the items of what stands at the top of a file: one
// item, a list, or an answer of the API that holds an item.
func listed(top *node) []*node {
	switch {
	case top == nil || top.blank:
		return nil
	case top.sort == sequence:
		var all []*node
		for _, kid := range top.kids {
			all = append(all, shown(kid))
		}
		return all
	}
	return []*node{shown(top)}
}

// shown is the item inside an answer such as {"item": …, "findings": …}.
func shown(n *node) *node {
	if inner := n.get("item"); n.sort == mapping && inner != nil && inner.sort == mapping {
		return inner
	}
	return n
}

func (in *reader) notUTF8(data []byte) bool {
	if utf8.Valid(data) {
		return false
	}
	good := 0
	for good < len(data) {
		r, size := utf8.DecodeRune(data[good:])
		if r == utf8.RuneError && size == 1 {
			break
		}
		good += size
	}
	in.tell(lineAt(data, good), "", "", faultf("not_utf8", "文件不是 UTF-8 编码；请另存为 UTF-8", "the file is not UTF-8; save it as UTF-8"))
	return true
}

// lineAt is the line and the column, in characters, of a byte.
func lineAt(data []byte, offset int) place {
	offset = min(max(offset, 0), len(data))
	begin := bytes.LastIndexByte(data[:offset], '\n') + 1
	return place{
		row: int32(bytes.Count(data[:offset], []byte("\n")) + 1), col: int32(utf8.RuneCount(data[begin:offset]) + 1),
		line: true,
	}
}

var yamlLine = regexp.MustCompile(`line ([0-9]+)`)

// yaml reads one document.
func (in *reader) yaml(data []byte) ([]*node, error) {
	data = withoutBOM(data)
	if in.notUTF8(data) {
		return nil, nil
	}
	if crowded(data) {
		return nil, tooMany()
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	err := d.Decode(&doc)
	if err == io.EOF {
		return nil, nil
	}
	if err == nil {
		var more yaml.Node
		if next := d.Decode(&more); next == nil {
			in.tell(place{row: int32(more.Line), col: int32(more.Column), line: true}, "", "", faultf("syntax", "文件里有第二份文档（---）；请并成一个列表", "a second document begins here (---); make one list of the two"))
		} else if next != io.EOF {
			err = next
		}
	}
	if err != nil {
		at := place{row: 1, col: 1, line: true}
		if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
			if n, bad := strconv.Atoi(m[1]); bad == nil {
				at.row = int32(n)
			}
		}
		in.tell(at, "", "", faultf("syntax", "不是正确的 YAML：%[1]s；请改正缩进、冒号或引号后再导入", "not YAML: %[1]s; mend the indentation, a colon or a quote", strings.TrimPrefix(err.Error(), "yaml: ")))
		return nil, nil
	}
	grow := &grower{in: in}
	top, err := grow.node(&doc, 0)
	if err != nil {
		return nil, err
	}
	return listed(top), nil
}

// crowded reports whether a text can hold so many values that their tree would
// not fit into memory.
func crowded(data []byte) bool {
	n := 0
	for _, c := range data {
		switch c {
		case '\n', ',', '[', '{':
			n++
		}
	}
	return n > maxNodes
}

// grower makes nodes of YAML. Aliases are followed, and what they multiply is
// bounded.
type grower struct {
	in      *reader
	count   int
	aliases int // how many aliases lead here
	aliased int
}

func (g *grower) node(y *yaml.Node, depth int) (*node, error) {
	if g.aliases > 0 {
		g.aliased++
	}
	if g.count++; g.count > maxNodes || g.aliased > maxAliased {
		return nil, tooMany()
	}
	at := place{row: int32(y.Line), col: int32(y.Column), line: true}
	if depth > maxDepth {
		g.in.tell(at, "", "", faultf("too_deep", "嵌套太深；请检查缩进", "%v; look at the indentation", errDepth))
		return &node{sort: scalar, blank: true, at: at}, nil
	}
	switch y.Kind {
	case yaml.DocumentNode:
		if len(y.Content) == 0 {
			return nil, nil
		}
		return g.node(y.Content[0], depth)
	case yaml.AliasNode:
		g.aliases++
		n, err := g.node(y.Alias, depth+1)
		g.aliases--
		if err == nil {
			n.at = at
		}
		return n, err
	case yaml.SequenceNode:
		n := &node{sort: sequence, at: at}
		for _, inner := range y.Content {
			kid, err := g.node(inner, depth+1)
			if err != nil {
				return nil, err
			}
			n.kids = append(n.kids, kid)
		}
		return n, nil
	case yaml.MappingNode:
		n := &node{sort: mapping, at: at}
		for i := 0; i+1 < len(y.Content); i += 2 {
			key := y.Content[i]
			kid, err := g.node(y.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			n.put(key.Value, place{row: int32(key.Line), col: int32(key.Column), line: true}, kid)
		}
		return n, nil
	}
	return &node{sort: scalar, text: unbreak(y.Value), blank: y.ShortTag() == "!!null", at: at}, nil
}

// json reads a text of JSON with the place of every value.
func (in *reader) json(data []byte) ([]*node, error) {
	data = withoutBOM(data)
	if in.notUTF8(data) || len(bytes.TrimSpace(data)) == 0 {
		return nil, nil
	}
	p := &parser{data: data, d: json.NewDecoder(bytes.NewReader(data)), line: 1}
	p.d.UseNumber()
	top, err := p.value(0)
	if err == nil {
		at := p.next()
		if _, next := p.d.Token(); next != io.EOF {
			in.tell(at, "", "", faultf("syntax", "JSON 结束后还有内容；多个事项请写成一个列表 [ … ]", "something follows the end; write several items as one list [ … ]"))
		}
		return listed(top), nil
	}
	if errors.Is(err, errMany) {
		return nil, tooMany()
	}
	at := p.here()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = lineAt(data, int(syntax.Offset)-1)
	}
	why := err.Error()
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		why = "unexpected end"
	}
	in.tell(at, "", "", faultf("syntax", "不是正确的 JSON：%[1]s；请改正括号、逗号或引号后再导入", "not JSON: %[1]s; mend a bracket, a comma or a quote", why))
	return nil, nil
}

var errMany = errors.New("too many values")

// parser makes nodes of JSON.
type parser struct {
	data  []byte
	d     *json.Decoder
	count int
	// The place is counted on from where it was counted before.
	offset    int
	line, col int
}

// here is the place after what was just read.
func (p *parser) here() place {
	for end := int(p.d.InputOffset()); p.offset < end; {
		p.step()
	}
	return place{row: int32(p.line), col: int32(p.col + 1), line: true}
}

func (p *parser) step() {
	switch c := p.data[p.offset]; {
	case c == '\n':
		p.line, p.col = p.line+1, 0
	case utf8.RuneStart(c):
		p.col++
	}
	p.offset++
}

// next is the place where the next value begins.
func (p *parser) next() place {
	p.here()
	for p.offset < len(p.data) && strings.IndexByte(" \t\r\n:,", p.data[p.offset]) >= 0 {
		p.step()
	}
	return p.here()
}

func (p *parser) value(depth int) (*node, error) {
	if p.count++; p.count > maxNodes {
		return nil, errMany
	}
	if depth > maxDepth {
		return nil, errDepth
	}
	at := p.next()
	t, err := p.d.Token()
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '[' {
			return p.list(at, depth)
		}
		return p.object(at, depth)
	case string:
		return &node{sort: scalar, text: unbreak(t), at: at}, nil
	case nil:
		return &node{sort: scalar, blank: true, at: at}, nil
	}
	return &node{sort: scalar, text: fmt.Sprint(t), quoted: true, at: at}, nil
}

func (p *parser) list(at place, depth int) (*node, error) {
	n := &node{sort: sequence, at: at}
	for p.d.More() {
		kid, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, kid)
	}
	_, err := p.d.Token()
	return n, err
}

func (p *parser) object(at place, depth int) (*node, error) {
	n := &node{sort: mapping, at: at}
	for p.d.More() {
		keyAt := p.next()
		key, err := p.d.Token()
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if !ok {
			return nil, fmt.Errorf("%v is no name", key)
		}
		kid, err := p.value(depth + 1)
		if err != nil {
			return nil, err
		}
		n.put(name, keyAt, kid)
	}
	_, err := p.d.Token()
	return n, err
}
