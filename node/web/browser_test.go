package web

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	printer "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// browser starts a real Chromium. Pages are made to be looked at: a test that
// does without says nothing.
func browser(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("no Chromium: apt-get install -y chromium fonts-noto-cjk")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("hide-scrollbars", true),
	)
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// keep writes a picture where SHOTS says, for whoever wants to look.
func keep(t *testing.T, name string, picture []byte) {
	t.Helper()
	if dir := os.Getenv("SHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name), picture, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func TestInTheBrowser(t *testing.T) {
	ctx := browser(t)
	server := httptest.NewServer(newServer(t))
	defer server.Close()

	var complaints []string // of the browser: a policy broken, a file not found
	var mu sync.Mutex
	err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*log.EventEntryAdded); ok && !strings.Contains(e.Entry.URL, "favicon") {
			mu.Lock()
			defer mu.Unlock()
			complaints = append(complaints, e.Entry.Text+" "+e.Entry.URL)
		}
	})
	if err != nil {
		t.Fatal(err)
	}

	for _, screen := range []struct {
		name          string
		width, height int64
		query         string
	}{
		{"desk", 1366, 768, "lang=zh&size=normal"}, {"desk-en", 1366, 768, "lang=en&size=normal"},
		{"large", 1366, 768, "lang=zh&size=large"}, {"phone", 390, 844, "lang=zh&size=normal"},
	} {
		for i, address := range addresses {
			joint := "?"
			if strings.Contains(address, "?") {
				joint = "&"
			}
			err := chromedp.Do(ctx,
				chromedp.EmulateViewport(screen.width, screen.height),
				chromedp.Navigate(server.URL+address+joint+screen.query),
			)
			if err != nil {
				t.Fatalf("%s: %v", address, err)
			}
			state, err := chromedp.Run(ctx, chromedp.Evaluate[measures](inspect))
			if err != nil {
				t.Fatalf("%s: %v", address, err)
			}
			var picture []byte
			if os.Getenv("SHOTS") != "" {
				if picture, err = chromedp.Run(ctx, chromedp.FullScreenshot(100)); err != nil {
					t.Fatalf("%s: %v", address, err)
				}
			}
			keep(t, fmt.Sprintf("%s-%02d.png", screen.name, i), picture)
			where := screen.name + " " + address
			if state.Wide > state.Client {
				t.Errorf("%s: the page is %d wide in a window of %d", where, state.Wide, state.Client)
			}
			if !state.Styled {
				t.Errorf("%s: the style sheet was not applied", where)
			}
			if len(state.Small) > 0 {
				t.Errorf("%s: too little contrast: %s", where, strings.Join(state.Small, "; "))
			}
			if state.Unlabelled > 0 {
				t.Errorf("%s: %d fields without a label, pictures without words or tables without a caption", where, state.Unlabelled)
			}
			if state.H1 != 1 {
				t.Errorf("%s: %d main headings", where, state.H1)
			}
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(complaints) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(complaints, "\n"))
	}
}

// measures are what inspect finds.
type measures struct {
	Wide, Client int
	Styled       bool
	Small        []string
	Unlabelled   int
	H1           int
}

// inspect measures the page that stands: its width, whether its style sheet
// holds, the contrast of each text against what is behind it (WCAG 2.1 AA),
// and whether everything that needs a name has one.
const inspect = `(() => {
	const lum = c => { const v = c.map(x => { x /= 255; return x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4 }); return .2126 * v[0] + .7152 * v[1] + .0722 * v[2] };
	const parse = s => { const m = s.match(/[\d.]+/g).map(Number); return {c: m.slice(0, 3), a: m.length > 3 ? m[3] : 1} };
	const behind = e => { for (; e; e = e.parentElement) { const s = getComputedStyle(e);
		if (s.backgroundImage !== 'none') return parse(s.backgroundImage.match(/rgba?\([^)]*\)/)[0]).c;
		const b = parse(s.backgroundColor); if (b.a > .5) return b.c } return [255, 255, 255] };
	const small = [];
	const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	for (let n = walk.nextNode(); n; n = walk.nextNode()) {
		const e = n.parentElement; if (!n.data.trim() || e.closest('svg, .unseen, option')) continue;
		const s = getComputedStyle(e), fg = lum(parse(s.color).c), bg = lum(behind(e));
		const ratio = (Math.max(fg, bg) + .05) / (Math.min(fg, bg) + .05);
		const big = parseFloat(s.fontSize) >= 24 || parseFloat(s.fontSize) >= 18.66 && s.fontWeight >= 700;
		if (ratio < (big ? 3 : 4.5)) small.push(n.data.trim().slice(0, 20) + ' ' + ratio.toFixed(2));
	}
	let unlabelled = 0;
	for (const e of document.querySelectorAll('input:not([type=hidden]), select')) if (!e.labels.length) unlabelled++;
	for (const e of document.querySelectorAll('svg[role=img]')) if (!e.getAttribute('aria-label')) unlabelled++;
	for (const e of document.querySelectorAll('table')) if (!e.caption || !e.caption.textContent) unlabelled++;
	for (const e of document.querySelectorAll('a, button')) if (!e.textContent.trim()) unlabelled++;
	const ids = [...document.querySelectorAll('[id]')].map(e => e.id); unlabelled += ids.length - new Set(ids).size;
	return {Wide: document.documentElement.scrollWidth, Client: document.documentElement.clientWidth,
		Styled: getComputedStyle(document.body).marginTop === '0px', Small: small, Unlabelled: unlabelled, H1: document.querySelectorAll('h1').length};
})()`

// The guide is printed: on sheets of A4, and there is something on them.
func TestGuideOnPaper(t *testing.T) {
	ctx := browser(t)
	server := httptest.NewServer(newServer(t))
	defer server.Close()
	// A4 at 96 dots an inch is 794 × 1123.
	const width, height = 794, 1123
	err := chromedp.Do(ctx,
		chromedp.EmulateViewport(width, height, chromedp.EmulateScale(2)),
		chromedp.Navigate(server.URL+"/catalogue/TB-RESIDENCE/guide?lang=zh"),
	)
	if err != nil {
		t.Fatal(err)
	}
	picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	asTheSheetSays := true
	sheets, err := chromedp.Run(ctx, chromedp.PrintToPDF(func(p *printer.PrintToPDFParams) { p.PreferCSSPageSize = &asTheSheetSays }))
	if err != nil {
		t.Fatal(err)
	}
	keep(t, "guide-a4.png", picture)
	keep(t, "guide-a4.pdf", sheets)
	drawn, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	b := drawn.Bounds()
	if got, want := float64(b.Dy())/float64(b.Dx()), 297.0/210; got < want-.01 || got > want+.01 {
		t.Errorf("the picture is %d × %d: not A4", b.Dx(), b.Dy())
	}
	if share := inked(drawn); share < .01 || share > .5 {
		t.Errorf("%.1f%% of the sheet is inked", share*100)
	}
	box := regexp.MustCompile(`/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]`).FindSubmatch(sheets)
	if box == nil || !strings.HasPrefix(string(box[1]), "59") || !strings.HasPrefix(string(box[2]), "84") {
		t.Errorf("the sheets are not A4: %s", box)
	}
	if !bytes.HasPrefix(sheets, []byte("%PDF-")) || len(sheets) < 10_000 {
		t.Errorf("%d bytes of sheets", len(sheets))
	}
}

// inked is how much of a picture is darker than paper.
func inked(m image.Image) float64 {
	b := m.Bounds()
	dark := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y < 160 {
				dark++
			}
		}
	}
	return float64(dark) / float64(b.Dx()*b.Dy())
}
