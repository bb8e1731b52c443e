package notice

import (
	"html"
	"regexp"
	"strings"
	"testing"
)

func sheets(t *testing.T, lang Lang) []Document {
	t.Helper()
	var all []Document
	for _, kind := range Kinds() {
		d, err := New().Document(kind, lang, Sample())
		if err != nil {
			t.Fatal(err)
		}
		d.QR, d.Check, d.Again = "https://banshi.example.cn/p/320509111201.1.42/12/0123456789abcdef", "320509111201.1.42/12/0123456789abcdef", 2
		d.Barcode = "320509111201-2026-000042"
		d.Void = "打印有误 <b>"
		all = append(all, d)
	}
	return all
}

// A page is one well-formed file that loads nothing, runs nothing and says
// everything that the text says.
func TestPages(t *testing.T) {
	for _, format := range []Format{A4, Roll} {
		for _, lang := range []Lang{Chinese, English} {
			docs := sheets(t, lang)
			var b strings.Builder
			if err := Page(&b, format, docs...); err != nil {
				t.Fatal(err)
			}
			page := b.String()
			for _, bad := range []string{"<script", "<link", "url(", "@import", "src=", "ZgotmplZ", "<no value>", "<b>", "style="} {
				if strings.Contains(page, bad) {
					t.Errorf("%s %s: the page contains %q", format, lang, bad)
				}
			}
			seen, words := taken(t, page)
			if seen["article"] != len(docs) || seen["h1"] != len(docs) || seen["svg"] != 2*len(docs) || seen["caption"] != seen["table"] || seen["table"] == 0 {
				t.Errorf("%s %s: elements %v", format, lang, seen)
			}
			flat := squeeze(words)
			for _, d := range docs {
				for _, line := range strings.Split(d.Text(), "\n") {
					for _, said := range strings.FieldsFunc(regexp.MustCompile(`^\s*\d+\. `).ReplaceAllString(line, ""), func(r rune) bool { return strings.ContainsRune("：:　年月日 【】", r) }) {
						if !strings.Contains(flat, squeeze(said)) {
							t.Errorf("%s %s: the %s does not say %q", format, lang, d.Kind, said)
						}
					}
				}
			}
		}
	}
}

var tag = regexp.MustCompile(`<(/?)([a-z0-9]+)[^<>]*>`)

// taken takes a page apart: how often each element is there, and the words. It
// finds an element that is not closed, or at the wrong place.
func taken(t *testing.T, page string) (seen map[string]int, words string) {
	t.Helper()
	seen = map[string]int{}
	_, body, _ := strings.Cut(page, "<body>")
	body, _, _ = strings.Cut(body, "</body>")
	var open []string
	for _, m := range tag.FindAllStringSubmatch(body, -1) {
		switch name := m[2]; {
		case name == "br":
		case m[1] == "":
			seen[name]++
			if open = append(open, name); name == "path" { // it closes itself
				open = open[:len(open)-1]
			}
		case len(open) == 0 || open[len(open)-1] != name:
			t.Fatalf("%s is closed within %v", name, open)
		default:
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		t.Fatalf("%v is not closed", open)
	}
	return seen, html.UnescapeString(tag.ReplaceAllString(body, ""))
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

// What stands in a log is taken apart and put together again as it was.
func TestStanding(t *testing.T) {
	d := Sample()
	d.Applicant = ""
	d.Missing[0].Note = "近期免冠：白底"
	text, err := New().Render(OneTime, d)
	if err != nil {
		t.Fatal(err)
	}
	doc := Standing(OneTime, text)
	if doc.Title != "一次性告知书" || doc.To != Nobody || doc.Text() != text {
		t.Errorf("%+v\n%s", doc, doc.Text())
	}
	if named := doc.Named("虚构甲"); !strings.Contains(named.Text(), "虚构甲：\n") {
		t.Errorf("named:\n%s", named.Text())
	}
	for _, own := range []string{"", "x", "\n\n", "                    标题\n\n随便一行\n", "申请人：\n  自己的文本\n\n\n  结束", text + "x", strings.Replace(text, "    以上", "  以上", 1)} {
		if got := Standing(OneTime, own).Text(); strings.TrimRight(got, "\n") != strings.TrimRight(own, "\n") {
			t.Errorf("%q became %q", own, got)
		}
	}
}

func FuzzStanding(f *testing.F) {
	text, err := New().Render(OneTime, Sample())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add("                    标题\n    1. 一\n       二：三\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, lineBreak) {
			return
		}
		if got := Standing(OneTime, text).Text(); strings.TrimRight(got, "\n") != strings.TrimRight(text, "\n") {
			t.Errorf("%q became %q", text, got)
		}
	})
}

func BenchmarkPage(b *testing.B) {
	book := New()
	for b.Loop() {
		doc, err := book.Document(Acceptance, Chinese, Sample())
		if err != nil {
			b.Fatal(err)
		}
		doc.QR = "https://banshi.example.cn/p/320509111201.1.42/12/0123456789abcdef"
		if err := Page(&strings.Builder{}, A4, doc); err != nil {
			b.Fatal(err)
		}
	}
}
