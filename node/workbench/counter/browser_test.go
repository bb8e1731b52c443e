package counter_test

import (
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"tongban/intake/casefile"
	"tongban/node"
)

// hand is somebody at a keyboard in a real Chromium, whose keystrokes are
// counted.
type hand struct {
	*office
	ctx  context.Context
	keys int

	mu         sync.Mutex
	complaints []string // of the browser, guarded by mu
}

func newHand(t *testing.T, o *office) *hand {
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
	must(t, chromedp.Do(ctx))
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(cancel)
	h := &hand{office: o, ctx: ctx}
	must(t, chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*log.EventEntryAdded); ok && !strings.Contains(e.Entry.URL, "favicon") {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.complaints = append(h.complaints, e.Entry.Text+" "+e.Entry.URL)
		}
	}))
	return h
}

// press presses keys one by one, as a keyboard does: what a page takes of a key
// going down types nothing.
func (h *hand) press(keys ...string) {
	h.t.Helper()
	for _, key := range keys {
		h.chord(key, 0)
	}
}

// alt is the modifier of that name.
const alt = 1

// chord presses a key while modifiers are held.
func (h *hand) chord(key string, modifiers int64) {
	h.t.Helper()
	h.keys++
	must(h.t, chromedp.Do(h.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for _, r := range key {
			strokes := kb.Encode(r)
			down, up := *strokes[0], *strokes[len(strokes)-1]
			if down.Modifiers, up.Modifiers = modifiers, modifiers; modifiers == 0 {
				down.Text = key
			}
			for _, one := range []input.DispatchKeyEventParams{down, up} {
				if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, one); err != nil {
					return err
				}
			}
		}
		return nil
	})))
}

const enter = "\r"

// types types a text, a keystroke for each letter.
func (h *hand) types(text string) {
	h.t.Helper()
	for _, letter := range text {
		h.press(string(letter))
	}
}

// writes writes Chinese, whose keystrokes are those of its pinyin and one to
// choose.
func (h *hand) writes(text, pinyin string) {
	h.t.Helper()
	h.keys += len(pinyin) + 1
	must(h.t, chromedp.Do(h.ctx, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	})))
}

func (h *hand) sees(what, script string) {
	h.t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := chromedp.Run(h.ctx, chromedp.Evaluate[bool]("!!("+script+")"))
		if err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			h.shot("failed")
			page, _ := chromedp.Run(h.ctx, chromedp.Evaluate[string]("location.href + ' ' + document.activeElement.outerHTML.slice(0, 300) + ' ' + document.getElementById('main').innerText.slice(0, 1500)"))
			h.t.Fatalf("%s does not come (%v): %s", what, err, page)
		}
	}
}

// focused waits until a field has the focus.
func (h *hand) focused(id string) {
	h.t.Helper()
	quoted, _ := json.Marshal(id)
	h.sees("focus in "+id, "document.activeElement.id === "+string(quoted))
}

// shot writes a picture where SHOTS says, for whoever wants to look.
func (h *hand) shot(name string) {
	h.t.Helper()
	dir := os.Getenv("SHOTS")
	if dir == "" {
		return
	}
	picture, err := chromedp.Run(h.ctx, chromedp.CaptureScreenshot())
	must(h.t, err)
	must(h.t, os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644))
}

func (h *hand) signIn(login string) {
	h.t.Helper()
	must(h.t, chromedp.Do(h.ctx, chromedp.EmulateViewport(1366, 768), chromedp.Navigate(h.url+"/sign-in")))
	must(h.t, chromedp.Do(h.ctx, chromedp.SendKeys("input[name=login]", login), chromedp.SendKeys("input[name=password]", password), chromedp.Click("main form button")))
	h.focused("q")
}

// A routine acceptance is done by the keyboard alone, in fewer keystrokes than a
// slow typist makes in half a minute.
func TestAcceptanceByKeyboard(t *testing.T) {
	o := newOffice(t)
	h := newHand(t, o)
	h.signIn("yi")
	h.shot("start")
	began := time.Now()

	h.types("kzm")
	h.sees("what was found", `document.querySelector("#hits .chosen")`)
	h.shot("found")
	h.press(enter)
	h.focused("f-applicant-number")
	h.shot("visit")
	h.types(someone)
	h.press(enter)
	h.focused("f-applicant-name")
	h.writes("虚构乙", "xugouyi")
	h.press(enter)
	h.types("13800000000")
	h.press(enter)
	h.writes("虚构路", "xugoulu")
	h.types("1")
	h.press(enter)
	h.focused("p0-state")
	h.sees("that the number is right", `document.querySelector("#f-applicant-number-fault .good")`)
	h.press("1", enter)
	h.focused("p1-state")
	h.press("2", enter)
	h.focused("go-accept")
	h.sees("that it may be accepted", `!document.activeElement.hasAttribute("aria-disabled")`)
	h.shot("filled")
	h.press(enter)
	h.sees("the number of the case", `location.pathname.endsWith("/done") && document.readyState === "complete"`)
	h.shot("done")
	took := time.Since(began)
	typing := time.Duration(float64(h.keys) / 3.3 * float64(time.Second)) // 40 words a minute
	t.Logf("%d keystrokes; %s of a slow typist, and the machine's %s at most", h.keys, typing.Round(time.Second), took.Round(time.Millisecond))
	if h.keys > 80 || typing > time.Minute {
		t.Errorf("%d keystrokes", h.keys)
	}
	all := o.cases()
	if len(all) != 1 || all[0].Phase != casefile.PhaseAccepted || all[0].Materials[0].State != casefile.OriginalSeen || all[0].Materials[1].State != casefile.Copy {
		t.Fatalf("%+v", all)
	}
	h.press("n")
	h.focused("q")
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.complaints) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(h.complaints, "\n"))
	}
}

// inspect finds what has no name, what is wider than the window, and ids that
// stand twice.
const inspect = `(() => {
	const bad = [];
	for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea")) if (!e.labels.length && !e.getAttribute("aria-label")) bad.push("no label: " + e.outerHTML.slice(0, 120));
	for (const e of document.querySelectorAll("a, button")) if (!e.textContent.trim() && !e.querySelector("img[alt]:not([alt=\"\"])")) bad.push("no words: " + e.outerHTML.slice(0, 120));
	for (const e of document.querySelectorAll("[aria-describedby]")) for (const id of e.getAttribute("aria-describedby").split(" ")) if (!document.getElementById(id)) bad.push("described by nothing: " + id);
	for (const e of document.querySelectorAll("fieldset")) if (!e.querySelector("legend")) bad.push("no legend");
	const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
	for (const id of new Set(ids)) if (ids.filter(i => i === id).length > 1) bad.push("twice: " + id);
	if (document.documentElement.scrollWidth > document.documentElement.clientWidth) bad.push("wide: " + document.documentElement.scrollWidth);
	if (document.querySelectorAll("h1").length !== 1) bad.push("headings");
	return bad.join("; ");
})()`

// The machine's card reader fills the person in, its camera a paper; what is
// typed is kept without anybody asking; every form opens and closes by key.
func TestTheScreen(t *testing.T) {
	var origin string
	devices := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Origin") != origin {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", origin)
		if r.URL.Path == "/card" {
			w.Header().Set("Content-Type", "application/json")
			io.WriteString(w, `{"id_kind":"resident_card","number":"`+someone+`","name":"虚构乙","address":"虚构路 1 号"}`)
			return
		}
		w.Header().Set("Content-Type", "image/jpeg")
		jpeg.Encode(w, image.NewGray(image.Rect(0, 0, 40, 40)), nil)
	}))
	t.Cleanup(devices.Close)
	o := newOffice(t, func(c *node.Config) { c.Devices.URL = devices.URL })
	origin = o.url
	h := newHand(t, o)
	h.signIn("yi")
	h.types("dzm")
	h.press(enter) // before anything was found: the node looks for itself
	h.sees("an answer", `location.pathname === "/work/intake" && document.getElementById("q").value === "dzm"`)
	base := o.clerk("yi").begin("PROOF", "SIGN")
	must(t, chromedp.Do(h.ctx, chromedp.Navigate(h.url+base)))
	h.focused("f-applicant-number")
	h.chord("k", alt)
	h.sees("the card", `document.getElementById("f-applicant-number").value === "`+someone+`"`)
	h.focused("f-applicant-telephone")
	h.types("138")
	must(t, chromedp.Do(h.ctx, chromedp.Click("[data-camera=p0-scan]")))
	h.sees("the picture", `document.querySelector(".scan a")`)
	must(t, chromedp.Do(h.ctx, chromedp.Focus(".situation input")))
	h.press("2", enter) // the second option
	h.sees("the paper that it asks for", `document.querySelectorAll(".lines tbody tr").length === 4`)
	h.focused("p0-state")
	h.press("1")
	h.sees("that it is kept", `document.querySelector("[data-kept]").dataset.state === "kept"`)
	h.chord("g", alt)
	h.sees("the form of the notice", `document.querySelector("#o-notice[open]") && document.activeElement.closest("#o-notice .panel")`)
	h.shot("notice")
	h.chord("\x1b", 0)
	h.sees("it closed", `!document.querySelector(".outcomes details[open]") && document.activeElement.id === "go-notice"`)
	for _, screen := range []struct {
		name          string
		width, height int64
		lang          string
	}{{"desk", 1366, 768, "zh"}, {"desk-en", 1366, 768, "en"}, {"phone", 390, 844, "zh"}} {
		must(t, chromedp.Do(h.ctx, chromedp.EmulateViewport(screen.width, screen.height), chromedp.Navigate(h.url+base+"?lang="+screen.lang)))
		h.sees("what was typed", `document.getElementById("f-applicant-telephone").value === "138" && document.getElementById("p0-state").value === "original_seen"`)
		h.shot("visit-" + screen.name)
		bad, err := chromedp.Run(h.ctx, chromedp.Evaluate[string](inspect))
		must(t, err)
		if bad != "" {
			t.Errorf("%s: %s", screen.name, bad)
		}
		must(t, chromedp.Do(h.ctx, chromedp.Navigate(h.url+"/work/intake?lang="+screen.lang)))
		h.shot("start-" + screen.name)
		if bad, err = chromedp.Run(h.ctx, chromedp.Evaluate[string](inspect)); err != nil || bad != "" {
			t.Errorf("%s: %s %v", screen.name, bad, err)
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.complaints) > 0 {
		t.Errorf("the browser complains: %s", strings.Join(h.complaints, "\n"))
	}
}
