package notice

import (
	"regexp"
	"strings"
)

var numbered = regexp.MustCompile(`^    \d+\. (.*)$`)

// Standing is the document whose plain text stands in a log, in Chinese. A text
// that the shipped template wrote is taken apart again; an authority's own
// stays as it stands. Either way its Text is the very text.
func Standing(kind Kind, text string) Document {
	d, ok := takeApart(kind, text)
	if ok && d.Text() == text {
		return d
	}
	return Document{Kind: kind, Lang: Chinese, Blocks: []Block{{Literal: strings.TrimSuffix(text, "\n")}}}
}

func takeApart(kind Kind, text string) (Document, bool) {
	d := Document{Kind: kind, Lang: Chinese}
	all := strings.Split(text, "\n")
	title, ok := strings.CutPrefix(all[0], center)
	if !ok {
		return d, false
	}
	d.Title, all = title, all[1:]
	if number, ok := numberLine(d, all); ok {
		d.Number, all = number, all[1:]
	}
	sign := "：" + d.label("sign")
	for _, l := range all {
		last := &Block{}
		if len(d.Blocks) > 0 {
			last = &d.Blocks[len(d.Blocks)-1]
		}
		label, value, pair := strings.Cut(strings.TrimSpace(l), "：")
		one := numbered.FindStringSubmatch(l)
		switch {
		case l == "":
		case strings.HasPrefix(l, "       ") && pair && len(last.List) > 0:
			item := &last.List[len(last.List)-1]
			item.Notes = append(item.Notes, Field{label, value})
		case one != nil && len(last.List) > 0:
			last.List = append(last.List, Item{Text: one[1]})
		case one != nil:
			d.Blocks = append(d.Blocks, Block{List: []Item{{Text: one[1]}}})
		case strings.HasPrefix(l, "    "):
			d.Blocks = append(d.Blocks, Block{Text: l[4:]})
		case strings.HasSuffix(l, sign) && len(last.Sign) > 0:
			last.Sign = append(last.Sign, strings.TrimSuffix(l, sign))
		case strings.HasSuffix(l, sign):
			d.Blocks = append(d.Blocks, Block{Sign: []string{strings.TrimSuffix(l, sign)}})
		case len(d.Blocks) == 0 && d.To == "" && pair && value == "":
			d.To = label
		case pair && len(last.Issued) > 0:
			last.Issued = append(last.Issued, Field{label, value})
		case pair:
			d.Blocks = append(d.Blocks, Block{Issued: []Field{{label, value}}})
		default:
			return d, false
		}
	}
	return d, true
}

// numberLine is the number that stands under the title.
func numberLine(d Document, all []string) (string, bool) {
	if len(all) < 2 {
		return "", false
	}
	return strings.CutPrefix(all[0], center+d.label("number"))
}

// Named is the document with the applicant's name in place of nobody's.
func (d Document) Named(name string) Document {
	if d.To == Nobody {
		d.To = name
	}
	for i, b := range d.Blocks {
		if b.Literal != "" {
			d.Blocks[i].Literal = strings.Replace(b.Literal, Nobody+"：", name+"：", 1)
		}
	}
	return d
}
