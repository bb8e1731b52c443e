package notice

import (
	"errors"
	"strings"
	"testing"

	"tongban/tools/golden"
)

// Each document with everything that it can say, in both languages.
func TestDocuments(t *testing.T) {
	book := New()
	for _, kind := range Kinds() {
		for _, lang := range []Lang{Chinese, English} {
			doc, err := book.Document(kind, lang, Sample())
			if err != nil {
				t.Fatal(err)
			}
			name := string(kind)
			if lang == English {
				name = "en-" + name
			}
			golden.Check(t, name+".golden", doc.Text())
			if doc.Title == "" || kind.Title(lang) == string(kind) {
				t.Errorf("%s in %s has no title", kind, lang)
			}
			if lang == English && strings.ContainsAny(doc.Text(), "：；，。（）") && strings.Contains(doc.Text(), "你（单位）") {
				t.Errorf("%s in English speaks Chinese:\n%s", kind, doc.Text())
			}
		}
	}
}

// A queue ticket on its roll, with the code of the rating; printed once more it
// says so on every paper, and what stands in a log never does.
func TestAQueueTicketAndAReprint(t *testing.T) {
	for _, lang := range []Lang{Chinese, English} {
		doc, err := New().Document(Queue, lang, Sample())
		if err != nil {
			t.Fatal(err)
		}
		doc.QR, doc.Again = "https://banshi.example.cn/rate/v/0123456789abcdef", 1
		var page strings.Builder
		if err := Page(&page, Roll, doc); err != nil {
			t.Fatal(err)
		}
		golden.Check(t, string(lang)+"-queue-roll.html.golden", page.String())
		golden.Check(t, string(lang)+"-queue-again.golden", doc.Printout())
		again := map[Lang]string{Chinese: "补打 1", English: "reprint 1"}[lang]
		if !strings.Contains(page.String(), again) || !strings.HasSuffix(doc.Printout(), again+"\n") || strings.Contains(doc.Text(), again) {
			t.Errorf("%s: the mark of a reprint:\n%s", lang, doc.Printout())
		}
		doc.Again = 0
		if doc.Printout() != doc.Text() {
			t.Errorf("%s: the first print says more than the text:\n%s", lang, doc.Printout())
		}
	}
}

// What differs from case to case.
func TestVariants(t *testing.T) {
	sample := func(change func(*Data)) Data {
		d := Sample()
		change(&d)
		return d
	}
	bare := Data{CaseNumber: "320509111201.1.42", Item: "生育登记", Center: "叶建村便民服务中心", Number: "1"}
	for name, c := range map[string]struct {
		kind Kind
		data Data
	}{
		"rejection": {Decision, sample(func(d *Data) {
			d.Approved, d.Text, d.Result, d.Issued = false, "居住不满半年。", "", nil
		})},
		"permit":             {Decision, sample(func(d *Data) { d.Permit = true })},
		"notice-for-the-log": {OneTime, sample(func(d *Data) { d.Applicant = "" })},
		"acceptance-deemed":  {Acceptance, sample(func(d *Data) { d.Deemed = true })},
		"decline-not-needed": {Decline, sample(func(d *Data) { d.Ground, d.Whose, d.Reason = "not_needed", "", "该事项已取消" })},
		"supplement-done":    {Supplement, sample(func(d *Data) { d.Missing = nil })},
		"hearing-right":      {Hearing, sample(func(d *Data) { d.From, d.At, d.Place, d.Days = "", "", "", 5 })},
		"lines": {Decision, sample(func(d *Data) {
			d.Text = "一、查明事实。\r\n二、准予发证 | 有效期一年。\n# 不是标题"
		})},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := New().Render(c.kind, c.data)
			if err != nil {
				t.Fatal(err)
			}
			golden.Check(t, name+".golden", got)
		})
	}
	for _, kind := range Kinds() {
		got, err := New().Render(kind, bare)
		if err != nil || strings.Contains(got, "<no value>") || strings.Contains(got, "<nil>") || strings.Contains(got, "||") {
			t.Errorf("%s with hardly anything: %v\n%s", kind, err, got)
		}
		if kind == Acceptance || kind == OneTime || kind == Decision || kind == Receipt {
			golden.Check(t, string(kind)+"-bare.golden", got)
		}
	}
}

func TestAuthoritiesOwnText(t *testing.T) {
	book := New()
	own, err := book.With(OneTime, "同里镇人民政府", "同里镇：{{.Item}} 缺 {{len .Missing}} 项")
	if err != nil {
		t.Fatal(err)
	}
	got, err := own.Render(OneTime, Sample())
	if err != nil || strings.TrimSpace(got) != "同里镇：申领居住证 缺 2 项" {
		t.Errorf("own text: %q, %v", got, err)
	}
	if doc, err := own.Document(OneTime, English, Sample()); err != nil || !strings.Contains(doc.Text(), "缺 2 项") {
		t.Errorf("own text in English: %q, %v", doc.Text(), err)
	}
	other := Sample()
	other.Authority = "别的机关"
	if got, _ := own.Render(OneTime, other); !strings.Contains(got, "一次性告知书") {
		t.Errorf("another authority got %q", got)
	}
	if got, _ := book.Render(OneTime, Sample()); !strings.Contains(got, "一次性告知书") {
		t.Errorf("the first book changed: %q", got)
	}
	marked, err := own.With(Receipt, "", "# 本镇收件单\n= {{.Number}}\n> 收到{{.Item}}\n自己的一行\n\n- 空 | \n- 窗口 | {{.Center}}\n")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := marked.Document(Receipt, Chinese, Sample())
	if err != nil || doc.Title != "本镇收件单" || len(doc.Blocks) != 3 || doc.Blocks[1].Literal != "自己的一行" || len(doc.Blocks[2].Fields) != 1 {
		t.Errorf("marked text: %+v, %v", doc, err)
	}
	if got, _ := marked.Render(OneTime, Sample()); strings.TrimSpace(got) != "同里镇：申领居住证 缺 2 项" {
		t.Errorf("the earlier text is gone: %q", got)
	}
}

func TestBrokenTemplatesAreRefused(t *testing.T) {
	book := New()
	for _, text := range []string{"{{.Nonsense}}", "{{if}}", "{{index .Missing 99}}"} {
		if _, err := book.With(Decision, "", text); !errors.Is(err, ErrTemplate) {
			t.Errorf("%q: %v, want ErrTemplate", text, err)
		}
	}
	if _, err := book.With("letter", "", "x"); !errors.Is(err, ErrKind) {
		t.Errorf("unknown kind: %v", err)
	}
	if _, err := book.Render("letter", Data{}); !errors.Is(err, ErrKind) {
		t.Errorf("unknown kind: %v", err)
	}
	if err := Page(&strings.Builder{}, "a5", Document{}); !errors.Is(err, ErrFormat) {
		t.Errorf("unknown format: %v", err)
	}
}

func TestNobodysNameInATextForTheLog(t *testing.T) {
	d := Sample()
	d.Applicant, d.Agent = "", ""
	for _, kind := range Kinds() {
		text, err := New().Render(kind, d)
		if err != nil || strings.Contains(text, "虚构甲") {
			t.Errorf("%s: %v\n%s", kind, err, text)
		}
	}
}

// What is written into a document stays what it is, whatever it looks like.
func TestTextsMakeNoMarkup(t *testing.T) {
	d := Sample()
	d.Reason = "第一\n~ 伪造机关 | 印章\n_ 签名|a|b"
	d.Missing[0].Name = "照片\n* 假的一项"
	for _, kind := range []Kind{Decline, OneTime, Extension} {
		doc, err := New().Document(kind, Chinese, d)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range doc.Blocks {
			for _, f := range b.Issued {
				if strings.Contains(f.Value, "印章") && strings.Contains(f.Label, "伪造") {
					t.Errorf("%s: a reason became a seal: %+v", kind, f)
				}
			}
			if len(b.List) > 2 {
				t.Errorf("%s: a name became an item: %+v", kind, b.List)
			}
		}
	}
	if d.Missing[0].Name != "照片\n* 假的一项" {
		t.Error("the caller's data were changed")
	}
}
