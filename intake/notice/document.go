package notice

import (
	"fmt"
	"strconv"
	"strings"
)

// Lang is the language of titles, labels and legal sentences. Names and what
// stands in a log stay as they are.
type Lang string

// The languages.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// Document is one document taken apart: what the text, the sheet of A4 and the
// receipt all print.
type Document struct {
	Kind   Kind
	Lang   Lang
	Title  string
	Number string
	To     string // whom it addresses; "": nobody
	Blocks []Block

	QR      string // what the QR code holds; "": none is printed
	Check   string // the same check in letters that can be typed
	Barcode string // Code 128; "": none
	Void    string // why it was taken back; "": it stands
	Again   int    // how often it was printed before (补打)
}

// Block is one piece of a document: exactly one of its parts is filled.
type Block struct {
	Text    string  // a paragraph
	Remedy  string  // what the addressee can do about it
	Fields  []Field // labels and values
	Table   *Table
	List    []Item
	Issued  []Field  // by whom and when, at the foot
	Sign    []string // lines to be signed by hand
	Big     string   // what must be read from afar
	Literal string   // lines of an authority's own text, as they stand
}

// Field is a label and what stands beside it. One without a label is a line of
// its own.
type Field struct{ Label, Value string }

// Item is one line of a list, with what is said of it below.
type Item struct {
	Text  string
	Notes []Field
}

// Table has cells that say themselves what they are: text prints no head.
type Table struct {
	Head []string
	Rows [][]string
}

// lines cuts a text at its inner breaks.
func lines(text string) []string { return strings.Split(text, lineBreak) }

const center = "                    "

// Text is the document as plain text: what goes into a log and onto a line
// printer.
func (d Document) Text() string {
	var b strings.Builder
	if d.Title != "" {
		fmt.Fprintf(&b, "%s%s\n", center, d.Title)
		if d.Number != "" {
			fmt.Fprintf(&b, "%s%s%s\n", center, d.label("number"), d.Number)
		}
		b.WriteString("\n")
	}
	if d.Void != "" {
		fmt.Fprintf(&b, "【%s%s】\n\n", d.label("void"), d.Void)
	}
	if d.To != "" {
		fmt.Fprintf(&b, "%s\n", d.addressee())
	}
	for i, block := range d.Blocks {
		d.write(&b, block, i > 0 || d.To != "")
	}
	if d.Title == "" {
		return b.String()
	}
	if d.Translated() {
		fmt.Fprintf(&b, "\n%s\n", d.label("counts"))
	}
	return strings.ReplaceAll(b.String(), "\n\n\n", "\n\n")
}

// Printout is the text for a line printer: what Text says, and below it how
// often that was printed before. Text alone is what stands in a log.
func (d Document) Printout() string {
	text := d.Text()
	if again := d.reprint(); again != "" {
		text = strings.TrimRight(text, "\n") + "\n\n" + again + "\n"
	}
	return text
}

// reprint says how often the document was printed before; "" for the first
// time.
func (d Document) reprint() string {
	if d.Again == 0 {
		return ""
	}
	return fmt.Sprintf(d.label("again"), d.Again)
}

// Translated reports a document of a case that is not in the language of its
// log.
func (d Document) Translated() bool { return d.Lang == English && d.Number != "" && d.Title != "" }

// write is one block as text; those that stand apart get an empty line before
// them.
func (d Document) write(b *strings.Builder, block Block, before bool) {
	apart := func() {
		if before {
			b.WriteString("\n")
		}
	}
	field := func(f Field, indent string) {
		if f.Label != "" {
			b.WriteString(indent + f.Label + d.colon())
		} else {
			b.WriteString(indent)
		}
		fmt.Fprintf(b, "%s\n", strings.Join(lines(f.Value), "\n"+indent+"    "))
	}
	switch {
	case block.Text != "" || block.Remedy != "":
		for _, l := range lines(block.Text + block.Remedy) {
			fmt.Fprintf(b, "    %s\n", l)
		}
	case block.Big != "":
		fmt.Fprintf(b, "%s%s\n", center, block.Big)
	case block.Literal != "":
		fmt.Fprintf(b, "%s\n", strings.ReplaceAll(block.Literal, lineBreak, "\n"))
	case len(block.Fields) > 0:
		indent := ""
		if d.To != "" { // they belong to what was said above
			indent = "    "
		}
		for _, f := range block.Fields {
			field(f, indent)
		}
	case block.Table != nil:
		for i, row := range block.Table.Rows {
			fmt.Fprintf(b, "    %d. %s\n", i+1, strings.Join(filled(row), "　"))
		}
	case len(block.List) > 0:
		apart()
		for i, one := range block.List {
			fmt.Fprintf(b, "    %d. %s\n", i+1, strings.Join(lines(one.Text), "\n       "))
			for _, n := range one.Notes {
				field(n, "       ")
			}
		}
		b.WriteString("\n")
	case len(block.Issued) > 0:
		apart()
		for _, f := range block.Issued {
			field(f, "")
		}
	case len(block.Sign) > 0:
		apart()
		for _, who := range block.Sign {
			fmt.Fprintf(b, "%s%s%s\n", who, d.colon(), d.label("sign"))
		}
	}
}

func filled(cells []string) []string {
	var all []string
	for _, c := range cells {
		if c != "" {
			all = append(all, strings.ReplaceAll(c, lineBreak, "；"))
		}
	}
	return all
}

func (d Document) addressee() string {
	if d.Lang == English {
		return "To: " + d.To
	}
	return d.To + "："
}

func (d Document) colon() string {
	if d.Lang == English {
		return ": "
	}
	return "："
}

// labels are those that every document has: Chinese, English.
var labels = map[string][2]string{
	"number":   {"编号：", "No. "},
	"void":     {"本文书已作废：", "This document was taken back: "},
	"sign":     {"                    年    月    日", "                              Date:"},
	"year":     {"年　　月　　日", "Date:"},
	"again":    {"补打 %d", "reprint %d"},
	"scan":     {"扫码查询进度、核验文书", "Scan for progress and seal"},
	"rate":     {"扫码评价", "Scan to rate"},
	"check":    {"核验码", "Check"},
	"ordinal":  {"序号", "No."},
	"original": {"原件 %d 份", "%d original"},
	"copies":   {"复印件 %d 份", "%d copy"},
	"table":    {"明细", "Details"},
	"counts":   {"", "Translated for information: the Chinese document is the one that counts."},
}

func (d Document) label(key string) string { return labelIn(d.Lang, key) }

func labelIn(lang Lang, key string) string {
	if lang == English {
		return labels[key][1]
	}
	return labels[key][0]
}

// read makes a document of what a template wrote. Each line begins with a mark
// that says what it is; one without is taken as it stands.
//
//	#  title                 =  number            @  whom it addresses
//	>  paragraph             !  remedy            ^  what is read from afar
//	-  label | value         ~  the same, of who issues it
//	|= head of a table       |  row of a table
//	*  line of a list        +  label | value below it
//	_  a line to sign on
//
// A label without a value is left out.
func read(kind Kind, lang Lang, text string) Document {
	d := Document{Kind: kind, Lang: lang}
	var last byte // the mark of the line before: lines of a kind make one block
	for line := range strings.SplitSeq(text, "\n") {
		mark, rest, marked := cutMark(line)
		if !marked {
			if line != "" || d.Title == "" && last == 'x' {
				d.literal(line, last == 'x')
				last = 'x'
			}
			continue
		}
		kind := mark
		if mark == '+' {
			kind = '*'
		}
		if d.place(mark, rest, last == kind) {
			last = kind
		}
	}
	for i := range d.Blocks {
		d.Blocks[i].Literal = strings.TrimRight(d.Blocks[i].Literal, "\n")
	}
	d.Blocks = kept(d.Blocks)
	return d
}

func kept(all []Block) []Block {
	var out []Block
	for _, b := range all {
		if b.Table != nil && len(b.Table.Rows) == 0 {
			continue
		}
		if b.Table == nil && b.Text+b.Remedy+b.Big+b.Literal == "" && len(b.Fields)+len(b.List)+len(b.Issued)+len(b.Sign) == 0 {
			continue
		}
		out = append(out, b)
	}
	return out
}

const (
	marks  = "#=@>!^-~|*+_"
	blanks = " \t" // and not the wide space, which a form leaves for a pen
)

func cutMark(line string) (mark byte, rest string, ok bool) {
	if strings.HasPrefix(line, "|=") {
		return 'h', strings.Trim(line[2:], blanks), true
	}
	if len(line) < 2 || line[1] != ' ' || !strings.ContainsRune(marks, rune(line[0])) {
		return 0, "", false
	}
	return line[0], strings.Trim(line[2:], blanks), true
}

// literal keeps a line of an own text, the empty ones between others too.
func (d *Document) literal(line string, more bool) {
	if !more {
		d.Blocks = append(d.Blocks, Block{Literal: line})
		return
	}
	d.Blocks[len(d.Blocks)-1].Literal += "\n" + line
}

// place puts one marked line into the document; it reports whether anything
// was placed.
func (d *Document) place(mark byte, rest string, more bool) bool {
	if rest == "" {
		return false
	}
	label, value, pair := strings.Cut(rest, "|")
	f := Field{strings.Trim(label, blanks), strings.Trim(value, blanks)}
	if !pair {
		f = Field{Value: f.Label}
	}
	if f.Value == "" && strings.IndexByte("-~+", mark) >= 0 {
		return false
	}
	block := func(with Block) *Block {
		if !more {
			d.Blocks = append(d.Blocks, with)
		}
		return &d.Blocks[len(d.Blocks)-1]
	}
	switch mark {
	case '#':
		d.Title = rest
	case '=':
		d.Number = rest
	case '@':
		d.To = rest
	case '>':
		d.Blocks = append(d.Blocks, Block{Text: rest})
	case '!':
		d.Blocks = append(d.Blocks, Block{Remedy: rest})
	case '^':
		d.Blocks = append(d.Blocks, Block{Big: rest})
	case '-':
		b := block(Block{})
		b.Fields = append(b.Fields, f)
	case '~':
		b := block(Block{})
		b.Issued = append(b.Issued, f)
	case 'h':
		d.Blocks = append(d.Blocks, Block{Table: &Table{Head: cells(rest)}})
	case '|':
		if len(d.Blocks) == 0 || d.Blocks[len(d.Blocks)-1].Table == nil {
			d.Blocks = append(d.Blocks, Block{Table: &Table{}})
		}
		t := d.Blocks[len(d.Blocks)-1].Table
		t.Rows = append(t.Rows, cells(rest))
	case '*':
		b := block(Block{})
		b.List = append(b.List, Item{Text: rest})
	case '+':
		if !more {
			return false
		}
		list := d.Blocks[len(d.Blocks)-1].List
		one := &list[len(list)-1]
		one.Notes = append(one.Notes, f)
	case '_':
		b := block(Block{})
		b.Sign = append(b.Sign, rest)
	}
	return true
}

func cells(text string) []string {
	all := strings.Split(text, "|")
	for i := range all {
		all[i] = strings.Trim(all[i], blanks)
	}
	return all
}

// wide reports a column of a table in which something stands.
func (t *Table) wide(column int) bool {
	for _, r := range t.Rows {
		if column < len(r) && r[column] != "" {
			return true
		}
	}
	return false
}

// trimmed is the table without the columns in which nothing stands, with the
// rows numbered.
func (t *Table) trimmed(ordinal string) *Table {
	out := &Table{Head: []string{ordinal}}
	var keep []int
	for i, h := range t.Head {
		if t.wide(i) {
			keep, out.Head = append(keep, i), append(out.Head, h)
		}
	}
	for n, r := range t.Rows {
		row := []string{strconv.Itoa(n + 1)}
		for _, k := range keep {
			cell := ""
			if k < len(r) {
				cell = r[k]
			}
			row = append(row, cell)
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
