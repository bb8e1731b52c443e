package web

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	printer "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"tongban/intake/notice"
)

// papers are all documents in a language, as they come off a printer.
func papers(t *testing.T, lang notice.Lang) []notice.Document {
	t.Helper()
	var all []notice.Document
	for _, kind := range notice.Kinds() {
		d, err := notice.New().Document(kind, lang, notice.Sample())
		if err != nil {
			t.Fatal(err)
		}
		d.Check = "320509111201.1.42/12/" + "0123456789abcdef"
		d.QR = "https://banshi.example.cn/p/" + d.Check
		if kind == notice.Slip {
			d.Barcode = "320509111201-2026-000042"
		}
		d.Again = len(all) % 2
		all = append(all, d)
	}
	return all
}

// Every document fits its paper: a sheet of A4, a roll of 80 mm.
func TestDocumentsOnPaper(t *testing.T) {
	ctx := browser(t)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{lang}/{format}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		if err := notice.Page(w, notice.Format(r.PathValue("format")), papers(t, notice.Lang(r.PathValue("lang")))...); err != nil {
			t.Error(err)
		}
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	var found []string
	var mu sync.Mutex
	err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*log.EventEntryAdded); ok && !strings.Contains(e.Entry.URL, "favicon") {
			mu.Lock()
			defer mu.Unlock()
			found = append(found, e.Entry.Text+" "+e.Entry.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		format notice.Format
		width  int64  // of the window: that of the paper at 96 dots an inch
		points [2]int // of a page in PDF
	}{
		{notice.A4, 794, [2]int{595, 842}}, {notice.Roll, 303, [2]int{227, 842}},
	} {
		for _, lang := range []string{"zh", "en"} {
			where := lang + " " + string(c.format)
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(c.width, 1123), chromedp.Navigate(server.URL+"/"+lang+"/"+string(c.format))); err != nil {
				t.Fatal(err)
			}
			state, err := chromedp.Run(ctx, chromedp.Evaluate[layout](spread))
			if err != nil {
				t.Fatal(err)
			}
			if state.Wide > state.Client {
				t.Errorf("%s: %d wide on paper of %d", where, state.Wide, state.Client)
			}
			if len(state.Spill) > 0 {
				t.Errorf("%s: out of its sheet: %s", where, strings.Join(state.Spill, "; "))
			}
			if state.Sheets != len(notice.Kinds()) || state.Codes == 0 || state.Coloured > 0 {
				t.Errorf("%s: %+v", where, state)
			}
			asTheSheetSays := true
			pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(func(p *printer.PrintToPDFParams) { p.PreferCSSPageSize = &asTheSheetSays }))
			if err != nil {
				t.Fatal(err)
			}
			keep(t, "documents-"+lang+"-"+string(c.format)+".pdf", pdf)
			boxes := regexp.MustCompile(`/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]`).FindAllSubmatch(pdf, -1)
			if len(boxes) != len(notice.Kinds()) {
				t.Errorf("%s: %d pages for %d documents", where, len(boxes), len(notice.Kinds()))
			}
			for _, b := range boxes {
				for i := range 2 {
					got, _ := strconv.ParseFloat(string(b[i+1]), 64)
					if got < float64(c.points[i])-2 || got > float64(c.points[i])+2 {
						t.Errorf("%s: a page of %s × %s points, want %v", where, b[1], b[2], c.points)
					}
				}
			}
			if os.Getenv("SHOTS") != "" {
				picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
				if err != nil {
					t.Fatal(err)
				}
				keep(t, "documents-"+lang+"-"+string(c.format)+".png", picture)
			}
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(found) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(found, "\n"))
	}
}

// layout is what spread measures.
type layout struct {
	Wide, Client  int
	Sheets, Codes int
	Coloured      int
	Spill         []string
}

// spread finds what stands outside its sheet, and what is not black on white.
const spread = `(() => {
	const spill = [], grey = c => { const m = c.match(/[\d.]+/g).map(Number); return Math.max(m[0], m[1], m[2]) - Math.min(m[0], m[1], m[2]) > 8 };
	let coloured = 0;
	for (const s of document.querySelectorAll('.sheet')) {
		const box = s.getBoundingClientRect();
		for (const e of s.querySelectorAll('*')) {
			if (e.closest('caption, thead, svg') || !e.getClientRects().length) continue;
			const b = e.getBoundingClientRect();
			if (b.width && (b.right > box.right + 1 || b.left < box.left - 1)) spill.push(s.className + ' ' + e.tagName + ' ' + e.textContent.trim().slice(0, 20));
			if (grey(getComputedStyle(e).color)) coloured++;
		}
	}
	return {Wide: document.documentElement.scrollWidth, Client: document.documentElement.clientWidth, Sheets: document.querySelectorAll('.sheet').length,
		Codes: document.querySelectorAll('svg path[d]').length, Coloured: coloured, Spill: spill};
})()`
