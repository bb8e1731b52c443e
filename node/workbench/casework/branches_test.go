package casework

import (
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/account"
	"tongban/node/frame"
	"tongban/node/workbench"
)

// page is a page of the room without a shell around it.
func page(t *testing.T, address string) (*frame.Pages, *frame.Page, *httptest.ResponseRecorder) {
	t.Helper()
	pages := &frame.Pages{Set: set, Center: func() string { return "虚构镇" }, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	w := httptest.NewRecorder()
	return pages, pages.Page(w, httptest.NewRequest("GET", address, nil)), w
}

// What was superseded is told in one sentence, with what was done in it, and two
// choices where this center may settle it; else why not, or what became of it.
func TestSupersededBranchOnThePage(t *testing.T) {
	pages, p, w := page(t, "/work/cases/x")
	c := &workbench.Call{Page: p, Who: account.Session{Account: account.Account{Duties: account.Duties{account.Approver}}}}
	d := &one{ID: "320509111201.1.1", In: "lamp=red"}
	d.Actions = []desk.Offered{{Action: desk.Reconcile, Allowed: true}}
	r := &room{}
	open := branch{Head: "abc", By: "虚构镇便民服务中心", When: "2026-03-05 09:00", Cause: "被取代", Heavy: true, Events: []event{{Text: "决定", When: "2026-03-04 10:00", Staff: "虚构乙"}}}
	r.settling(c, d, &open)
	if open.Adopt != "/work/cases/320509111201.1.1/do/reconcile?head=abc&in=lamp%3Dred&adopted=1" || strings.Contains(open.Aside, "adopted") {
		t.Errorf("%q, %q", open.Adopt, open.Aside)
	}
	c.Who.Duties = account.Duties{account.Clerk}
	foreign := branch{Head: "def", By: "虚构村", Cause: "迟到"}
	r.settling(c, d, &foreign)
	if foreign.Adopt != "" || foreign.Why == "" {
		t.Errorf("a clerk may settle it: %+v", foreign)
	}
	d.Branches = []branch{open, foreign, {Head: "ghi", By: "虚构区", Settled: said(p, true), Reason: "文书已交申请人"}}
	p.Name, p.Data = "case", d
	pages.WritePart(w, p, "branches")
	for _, want := range []string{"虚构镇便民服务中心", "2026-03-05 09:00", "决定", "虚构乙", "须由人核对", open.Aside[:20], "采纳，文书继续有效", "文书已交申请人", foreign.Why} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("no %q in %s", want, w.Body)
		}
	}
	if n := strings.Count(w.Body.String(), "do/reconcile"); n != 2 {
		t.Errorf("%d links to settle", n)
	}
}

// Where several wait, the trial names none: that is no ground to hide the form.
func TestSeveralBranchesCanBeSettled(t *testing.T) {
	_, p, _ := page(t, "/work/cases/x")
	c := &workbench.Call{Page: p, Who: account.Session{Account: account.Account{Duties: account.All()}}}
	d := &one{ID: "320509111201.1.1"}
	for code, may := range map[refusal.Code]bool{desk.NothingIsOpen: true, casefile.NotCustodian: false} {
		d.Actions = []desk.Offered{{Action: desk.Reconcile, Code: code}}
		b := branch{Head: "abc"}
		(&room{}).settling(c, d, &b)
		if (b.Adopt != "") != may {
			t.Errorf("%s: %+v", code, b)
		}
	}
}

// A link to a form chooses; it never types.
func TestPreset(t *testing.T) {
	fields := []filled{
		{field: field{Name: "head", Kind: pick}, Choices: []choice{{Value: "a", Chosen: true}, {Value: "b"}}}, {field: field{Name: "adopted", Kind: check}},
		{field: field{Name: "reason", Kind: text}}, {field: field{Name: "to", Kind: pick}, Choices: []choice{{Value: "x", Chosen: true}}},
	}
	preset(fields, url.Values{"head": {"b"}, "adopted": {"1"}, "reason": {"虚构"}})
	if fields[0].Choices[0].Chosen || !fields[0].Choices[1].Chosen || fields[1].Value != "1" || fields[2].Value != "" || !fields[3].Choices[0].Chosen {
		t.Errorf("%+v", fields)
	}
}

// Which list a page was opened from is kept in so many words and no others.
func TestListOf(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "box=mine": "", "lamp=red&box=all": "box=all&lamp=red", "item=A&after=x&done=1&evil=%3Cb%3E": "item=A", "%zz": "", "find=" + strings.Repeat("x", maxIn): "", "box=sent&find=ABC": "box=sent&find=ABC",
	} {
		if got := listOf(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got := with("/work/cases/1/do/decide?x=1", "lamp=red"); got != "/work/cases/1/do/decide?x=1&in=lamp%3Dred" {
		t.Error(got)
	}
}

// What the desk warns of is said in the reader's language; only names of things
// are Chinese on an English page, and marked so.
func TestWarningsInTheReadersLanguage(t *testing.T) {
	d := &one{}
	d.Warnings = []desk.Warning{{Code: "newer_version", Text: "“虚构补贴”已发布第 2 版", English: "“虚构补贴” has a newer version 2 <b>"}}
	for lang, want := range map[string]string{
		"zh": `<li><span>“</span><span lang="zh-CN">虚构补贴`, "en": `<li><span >“</span><span lang="zh-CN">虚构补贴</span><span >” has a newer version 2 &lt;b&gt;</span></li>`,
	} {
		pages, p, w := page(t, "/work/cases/x?lang="+lang)
		p.Name, p.Data = "case", d
		pages.WritePart(w, p, "warnings")
		if got := w.Body.String(); !strings.Contains(strings.ReplaceAll(got, "<span >", "<span>"), strings.ReplaceAll(want, "<span >", "<span>")) {
			t.Errorf("%s: %s", lang, got)
		}
	}
}
