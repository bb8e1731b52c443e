// Package notice writes what an applicant is handed: receipts, the one-time
// notice, acceptance, decline, decision and the rest, in Chinese, from
// templates keyed by kind and by the authority in whose name a counter acts.
//
// It must never decide what a notice says (it is given everything), never read
// a clock or storage, and never be the place where applicant data is kept: a
// text for a log is rendered without it, a text for the printer with it.
package notice

import (
	"embed"
	"errors"
	"fmt"
	"maps"
	"strings"
	"text/template"

	"tongban/catalog/workday"
)

// Kind names a document.
type Kind string

// The documents that ship with the program.
const (
	Receipt    Kind = "receipt"    // 收件回执
	OneTime    Kind = "notice"     // 一次性告知书
	Acceptance Kind = "acceptance" // 受理通知书
	Decline    Kind = "decline"    // 不予受理通知书
	Decision   Kind = "decision"   // 决定书, either way
	Extension  Kind = "extension"  // 延长办理期限告知书
	Special    Kind = "special"    // 特别程序告知书
	Service    Kind = "service"    // 送达回证
)

// Kinds lists the documents in the order in which a case meets them.
func Kinds() []Kind {
	return []Kind{Receipt, OneTime, Acceptance, Decline, Special, Extension, Decision, Service}
}

// Line is one material in a document.
type Line struct {
	Name   string
	Form   string // "原件 1 份、复印件 1 份"
	State  string // how it was handed in
	Source string // who issues it
	When   string // for whom or when it is needed
	Note   string
}

// Data fills a document. Days are in China; an empty field leaves its words
// out.
type Data struct {
	Number     string // 文号
	CaseNumber string
	Item       string
	Authority  string // 实施主体, in whose name the counter acts; "" for the center itself
	Center     string // display name of the counter
	Telephone  string
	Staff      string
	Applicant  string // "" in a text that goes into a log

	Received, Accepted, Date, Due, Until workday.Date

	Materials []Line
	Missing   []Line
	Laws      []string
	Promise   string
	Fee       string
	Paused    []string // waits that do not count, in words
	Deemed    bool

	Approved  bool
	Text      string
	Reason    string
	Remedy    string
	Result    string
	Procedure string
	Counts    bool
	Days      int
	Approver  string
	Manner    string
	Lapses    string // the rule by which what is not brought until the day is deemed withdrawn; "": none does
}

//go:embed templates/*.txt
var shipped embed.FS

// Errors of Render and With.
var (
	ErrKind     = errors.New("no such document")
	ErrTemplate = errors.New("the template does not work")
)

type place struct {
	kind      Kind
	authority string
}

// Book holds the templates. It never changes after it was built and is safe
// for concurrent use.
type Book struct {
	pages map[place]*template.Template
}

// New is the book that ships with the program.
func New() *Book {
	b := &Book{pages: map[place]*template.Template{}}
	for _, kind := range Kinds() {
		text, err := shipped.ReadFile("templates/" + string(kind) + ".txt")
		if err != nil {
			panic(err) // a template that does not ship is a broken build
		}
		b.pages[place{kind: kind}] = template.Must(parse(kind, string(text)))
	}
	return b
}

// With is the book with an authority's own text for one kind of document; an
// empty authority replaces the text for all. A template that does not work on
// a sample is refused here and not at a counter.
func (b *Book) With(kind Kind, authority, text string) (*Book, error) {
	if _, ok := b.pages[place{kind: kind}]; !ok {
		return nil, fmt.Errorf("%q: %w", kind, ErrKind)
	}
	page, err := parse(kind, text)
	if err == nil {
		err = page.Execute(&strings.Builder{}, Sample())
	}
	if err != nil {
		return nil, fmt.Errorf("%s of %q: %w: %w", kind, authority, ErrTemplate, err)
	}
	with := &Book{pages: maps.Clone(b.pages)}
	with.pages[place{kind, authority}] = page
	return with, nil
}

// Render writes a document: the authority's own text, else the shipped one.
func (b *Book) Render(kind Kind, d Data) (string, error) {
	page, ok := b.pages[place{kind, d.Authority}]
	if !ok {
		page, ok = b.pages[place{kind: kind}]
	}
	if !ok {
		return "", fmt.Errorf("%q: %w", kind, ErrKind)
	}
	var text strings.Builder
	if err := page.Execute(&text, d); err != nil {
		return "", fmt.Errorf("%s of %q: %w", kind, d.Authority, err)
	}
	return text.String(), nil
}

func parse(kind Kind, text string) (*template.Template, error) {
	return template.New(string(kind)).Option("missingkey=error").Funcs(template.FuncMap{
		"date":   date,
		"join":   func(words []string) string { return strings.Join(words, "；") },
		"add":    func(a, b int) int { return a + b },
		"person": person,
		"office": office,
	}).Parse(text)
}

// date writes a day as a document does: 2026年3月2日.
func date(d workday.Date) string {
	start := d.Start()
	if start.IsZero() {
		return "　　年　月　日"
	}
	return start.Format("2006年1月2日")
}

// Nobody stands for the applicant in a text that goes into a log.
const Nobody = "申请人"

func person(name string) string {
	if name == "" {
		return Nobody
	}
	return name
}

// office is whose seal the document carries: that of the authority that
// entrusts the counter, not the counter's.
func office(d Data) string {
	if d.Authority == "" {
		return d.Center
	}
	return d.Authority
}

// Sample is a filled-in document for trying a template.
func Sample() Data {
	return Data{
		Number: "320509111201告〔2026〕000042号", CaseNumber: "320509111201.1.42", Item: "申领居住证", Authority: "同里镇人民政府",
		Center: "叶建村便民服务中心", Telephone: "0512-00000000", Staff: "窗口一", Applicant: "张某某",
		Received: "2026-03-02", Accepted: "2026-03-04", Date: "2026-03-04", Due: "2026-03-11", Until: "2026-03-18",
		Materials: []Line{{Name: "居民身份证", State: "已核验原件"}, {Name: "本人相片", State: "复印件", Note: "两寸"}},
		Missing:   []Line{{Name: "本人相片", Form: "原件 1 份"}, {Name: "居住地住址证明", Form: "原件 1 份、复印件 1 份", Source: "出租人、用人单位或学校", When: "以居住地住址申请的", Note: "房屋租赁合同、产权证明等之一"}},
		Laws:      []string{"《居住证暂行条例》第九条"}, Promise: "5 个工作日", Fee: "首次申领不收费", Paused: []string{"公示"},
		Approved: true, Text: "准予发证。", Reason: "不属于本机关职权范围。", Remedy: "可以自收到本决定之日起依法申请行政复议或者提起行政诉讼。", Result: "居住证",
		Procedure: "公示", Days: 10, Approver: "本机关负责人", Manner: "窗口直接送达",
		Lapses: "“补正逾期视为撤回”（某市政务服务条例第三十六条）",
	}
}
