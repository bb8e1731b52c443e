package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"tongban/catalog/item"
)

// csvHead are the columns of the long form: Chinese name and key.
var csvHead = [][2]string{{"事项编码", "code"}, {"要素", "element"}, {"要素名称", "name"}, {"值", "value"}}

func writeCSV(w io.Writer, items []item.Item) error {
	var b bytes.Buffer
	b.WriteString("\xef\xbb\xbf")
	out := csv.NewWriter(&b)
	var header []string
	for _, h := range csvHead {
		header = append(header, h[0])
	}
	if err := out.Write(header); err != nil {
		return err
	}
	for i := range items {
		long := &longForm{out: out, code: string(items[i].Ref.Code)}
		long.value(itemShape(), reflect.ValueOf(&items[i]).Elem(), "")
		if long.err != nil {
			return long.err
		}
		out.Flush()
		if _, err := b.WriteTo(w); err != nil {
			return err
		}
	}
	_, err := b.WriteTo(w)
	return errors.Join(out.Error(), err)
}

// longForm writes the rows of one item.
type longForm struct {
	out  *csv.Writer
	code string
	err  error
}

func (l *longForm) row(s *shape, element, t string) {
	if l.err == nil {
		l.err = l.out.Write([]string{guard(l.code), element, guard(s.label()), guard(t)})
	}
}

func (l *longForm) value(s *shape, v reflect.Value, element string) {
	switch s.kind {
	case object:
		for _, f := range s.fields {
			path := f.name
			switch {
			case f.element == "": // ref
				path = ""
			case element != "":
				path = element + "." + f.name
			}
			if f.element == "code" {
				continue // it stands in every row
			}
			if inner := f.of(v); inner.IsValid() {
				l.value(f, inner, path)
			}
		}
	case list:
		for i := range v.Len() {
			l.entry(s.entry, v.Index(i), element+"["+strconv.Itoa(i)+"]")
		}
	default:
		if t := s.format(v); t != "" || element == "name" {
			l.row(s, element, t)
		}
	}
}

// entry writes an entry; an empty one has a row of its own, so that it keeps
// its place.
func (l *longForm) entry(s *shape, v reflect.Value, path string) {
	if v.IsZero() {
		l.row(s, path, "")
		return
	}
	l.value(s, v, path)
}

// formulaSigns begin what a spreadsheet takes for a formula; a Chinese one takes
// the wide signs too.
const formulaSigns = "=+-@\t\n'＝＋－＠"

func suspect(t string) bool {
	first, _ := utf8.DecodeRuneInString(t)
	return t != "" && strings.ContainsRune(formulaSigns, first)
}

// guard puts an apostrophe before what a spreadsheet would take for a formula.
func guard(t string) string {
	if suspect(t) {
		return "'" + t
	}
	return t
}

func unguard(t string) string {
	if rest, guarded := strings.CutPrefix(t, "'"); guarded && suspect(rest) {
		return rest
	}
	return t
}

func readAsGB18030() *fault {
	return faultf("gb18030", "文件不是 UTF-8，已按 GB18030 读取；请核对汉字，最好另存为 CSV UTF-8", "the file is not UTF-8 and was read as GB18030; look whether the words are right")
}

// decoded is a text in UTF-8, and whether it was in GB18030.
func decoded(data []byte) (text []byte, national bool, err error) {
	if data = withoutBOM(data); utf8.Valid(data) {
		return data, false, nil
	}
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return nil, false, malformed("请另存为 CSV UTF-8 (save it as CSV UTF-8)", "the file is UTF-16")
	}
	text, err = simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return nil, false, malformed("请另存为 CSV UTF-8 (save it as CSV UTF-8)", "the file is neither UTF-8 nor GB18030")
	}
	return text, true, nil
}

// csv reads the long form into one node for each item.
func (in *reader) csv(data []byte) ([]*node, error) {
	data, national, err := decoded(data)
	if err != nil {
		return nil, err
	}
	if national {
		in.tell(place{row: 1, col: 1}, "", "", readAsGB18030().warned())
	}
	read := &longReader{in: in, byCode: map[string]*node{}, inside: map[holder]*node{}}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord = -1
	for number := 1; ; number++ {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if number > maxRecords {
			return nil, tooLarge("超过 3,000,000 行，请分成几份 (more than 3,000,000 rows; split the file)")
		}
		var bad *csv.ParseError
		switch {
		case errors.As(err, &bad):
			in.tell(place{row: int32(bad.Line), col: int32(bad.Column), line: true}, "", "", faultf("syntax", "第 %[1]d 行不是正确的 CSV（多半是引号不成对）；请改正后再导入，其后的内容没有读取", "line %[1]d is no csv (mostly a quote too many or too few); mend it, what follows was not read", bad.Line))
			return read.done(), nil
		case err != nil:
			return nil, malformed("", "%w", err)
		}
		if !read.record(int32(number), record) {
			break
		}
	}
	return read.done(), nil
}

// longReader collects the rows of a csv file.
type longReader struct {
	in      *reader
	columns []int // of code, element and value; nil before the header
	items   []*node
	byCode  map[string]*node
	inside  map[holder]*node
}

// holder is a place inside a node.
type holder struct {
	node *node
	key  string
}

// record takes a row; false: reading on makes no sense.
func (r *longReader) record(number int32, record []string) bool {
	if !slices.ContainsFunc(record, func(s string) bool { return strings.TrimSpace(s) != "" }) {
		return true
	}
	if r.columns == nil {
		return r.header(number, record)
	}
	get := func(i int) (string, place) {
		col := r.columns[i]
		at := place{row: number, col: int32(col + 1)}
		if col >= len(record) {
			return "", at
		}
		return record[col], at
	}
	code, codeAt := get(0)
	element, elementAt := get(1)
	value, valueAt := get(2)
	code, element = strings.TrimSpace(unguard(code)), strings.TrimSpace(element)
	parts, ok := segments(strings.TrimPrefix(element, "ref."))
	switch {
	case code == "":
		r.in.tell(codeAt, "", element, faultf("missing", "没有填写事项编码；请填写这一行属于哪个事项", "say to which item the row belongs"))
		return true
	case numbered.MatchString(code):
		r.in.tell(codeAt, "", "code", itemShape().field("ref").field("code").set(reflect.ValueOf(new(item.Code)).Elem(), code))
		return true
	case !ok || parts[0].index >= 0:
		r.in.tell(elementAt, itemCode(code), element, faultf("unknown_element", "没有名为「%s」的要素；请写成 name、materials[0].need 这样的路径", "there is no element %q; write a path such as name or materials[0].need", clip(element)))
		return true
	}
	it := r.byCode[code]
	if it == nil {
		it = &node{sort: mapping, at: codeAt}
		it.put("code", codeAt, &node{sort: scalar, text: code, at: codeAt})
		r.byCode[code] = it
		r.items = append(r.items, it)
	}
	if element != "code" {
		r.put(it, parts, code, element, &node{sort: scalar, text: unguard(value), at: valueAt}, elementAt)
	}
	return true
}

func (r *longReader) header(number int32, record []string) bool {
	columns := []int{-1, -1, -1}
	for i, head := range [][2]string{csvHead[0], csvHead[1], csvHead[3]} {
		columns[i] = slices.IndexFunc(record, func(s string) bool {
			s = strings.TrimSpace(s)
			return s == head[0] || s == head[1]
		})
	}
	if slices.Contains(columns, -1) {
		r.in.tell(place{row: number, col: 1}, "", "", faultf("no_header", "没有表头：第一行应为 事项编码,要素,要素名称,值", "there is no header: the first row should be 事项编码,要素,要素名称,值 (code,element,name,value)"))
		return false
	}
	r.columns = columns
	return true
}

// put gives a value its place in the item.
func (r *longReader) put(n *node, parts []segment, code, element string, value *node, at place) {
	for i, part := range parts {
		last := i == len(parts)-1
		next := mapping
		if !last && parts[i+1].index >= 0 {
			next = sequence
		}
		key := part.name
		if part.index >= 0 {
			key = strconv.Itoa(part.index)
		}
		kid := r.inside[holder{n, key}]
		switch {
		case kid == nil && last:
			kid = value
		case kid == nil:
			kid = &node{sort: next, at: value.at}
		case last && value.text == "" && kid.sort != scalar:
			return // the row of an entry that has others
		case !last && kid.sort == scalar && strings.TrimSpace(kid.text) == "":
			kid.sort = next // it was said that the entry is there
			n = kid
			continue
		case last || kid.sort != next:
			r.in.tell(at, itemCode(code), element, faultf("twice", "要素 %s 写了两次；请只留一行", "element %s is given twice; keep one row", element))
			return
		default:
			n = kid
			continue
		}
		n.put(key, at, kid)
		r.inside[holder{n, key}] = kid
		n = kid
	}
}

// done closes the gaps: entries count in the order of their numbers.
func (r *longReader) done() []*node {
	for _, it := range r.items {
		it.settle()
	}
	if r.columns == nil && len(r.in.problems) == 0 {
		r.in.tell(place{row: 1, col: 1}, "", "", faultf("no_header", "文件是空的", "the file is empty"))
	}
	return r.items
}

func (n *node) settle() {
	if n.sort == sequence {
		slices.SortStableFunc(n.entries, func(a, b entry) int { return atoi(a.key) - atoi(b.key) })
		for _, e := range n.entries {
			n.kids = append(n.kids, e.value)
		}
		n.entries = nil
	}
	for _, e := range n.entries {
		e.value.settle()
	}
	for _, kid := range n.kids {
		kid.settle()
	}
}

func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
