package guide

import (
	"fmt"
	"io"
	"strings"
)

// Text writes the guide for a terminal: the same elements, in lines.
func Text(w io.Writer, g Guide) error {
	d := compose(g)
	var out strings.Builder
	p := printer{&out, "："}
	if d.Lang == "en" {
		p.colon = ": "
	}
	p.line(0, d.Kicker)
	p.line(0, d.Title)
	if d.Alias != "" {
		p.line(0, "（"+d.Alias+"）")
	}
	if d.Center != "" {
		p.line(0, d.Center)
	}
	for _, n := range d.Notices {
		p.line(0, "※ "+n)
	}
	for _, s := range d.Sections {
		out.WriteByte('\n')
		p.line(0, strings.TrimSpace(s.Number+gap(d.Lang)+s.Title))
		for _, b := range s.Blocks {
			p.block(b)
		}
	}
	out.WriteByte('\n')
	p.facts(0, d.Footer.Words)
	if d.QR != nil {
		p.line(0, d.QR.Text)
	}
	if _, err := io.WriteString(w, out.String()); err != nil {
		return fmt.Errorf("write the guide of %s: %w", g.Item.Ref.Code, err)
	}
	return nil
}

func gap(lang string) string {
	if lang == "en" {
		return " "
	}
	return ""
}

// printer writes a document's parts as lines.
type printer struct {
	out   *strings.Builder
	colon string
}

// line writes a text indented; its own line breaks and control characters
// must not command a terminal.
func (p printer) line(depth int, text string) {
	indent := strings.Repeat("  ", depth)
	for part := range strings.SplitSeq(text, "\n") {
		p.out.WriteString(indent + strings.Map(printable, part) + "\n")
	}
}

func printable(r rune) rune {
	if r < ' ' || r >= 0x7f && r < 0xa0 {
		return ' '
	}
	return r
}

func (p printer) facts(depth int, all []fact) {
	for _, f := range all {
		p.line(depth, f.Label+p.colon+f.Lines[0])
		for _, more := range f.Lines[1:] {
			p.line(depth+2, more)
		}
	}
}

func (p printer) block(b block) {
	if b.Title != "" {
		p.line(1, b.Title)
	}
	p.facts(1, b.Facts)
	for i, text := range b.List {
		p.line(1, fmt.Sprintf("%d. %s", i+1, text))
	}
	for i, a := range b.Asked {
		marks := ""
		if len(a.Marks) > 0 {
			marks = " [" + strings.Join(a.Marks, " · ") + "]"
		}
		p.line(1, fmt.Sprintf("%d. %s%s", i+1, a.Question, marks))
		for _, o := range a.Options {
			p.line(2, "□ "+o)
		}
	}
	for _, q := range b.Pairs {
		p.line(1, q.Question)
		p.line(2, q.Answer)
	}
	if b.Table != nil {
		p.table(*b.Table)
	}
}

// table writes one entry per row: what stands in the first two columns heads
// it, the rest follows with its labels. Columns side by side would need a
// width that no terminal promises.
func (p printer) table(t table) {
	numbered := len(t.Head) > 1 && (t.Head[0].Class == "number" || t.Head[0].Class == "stage")
	for _, row := range t.Rows {
		head, rest := row[0].Text, 1
		if numbered {
			head, rest = head+" "+row[1].Text+marks(row[1]), 2
		} else {
			head += marks(row[0])
		}
		p.line(1, head)
		for _, c := range row[:rest] {
			p.notes(c)
		}
		for i, c := range row[rest:] {
			if text := strings.TrimSpace(c.Text + marks(c)); text != "" {
				p.line(2, t.Head[rest+i].Text+p.colon+text)
			}
			p.notes(c)
		}
	}
}

func marks(c cell) string {
	said := ""
	for _, m := range c.Marks {
		said += " [" + m.Text + "]"
	}
	return said
}

func (p printer) notes(c cell) {
	for _, n := range c.Notes {
		text := n.Text
		if n.Label != "" {
			text = n.Label + p.colon + text
		}
		p.line(2, text)
	}
}
