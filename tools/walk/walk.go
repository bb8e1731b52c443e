// Package walk opens the pages of a running node in a real Chromium, as
// somebody who works there does: to test them, and to take the pictures of the
// guides.
//
// It must never reach into a node other than by what a browser sends.
package walk

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/chromedp/cdproto"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// axe looks for what keeps people out: axe-core 4.14.1 as npm gives it
// (MPL-2.0, see the folder).
//
//go:embed axe/axe.min.js
var axe string

// Browser is one window of a Chromium. It is not safe for concurrent use.
type Browser struct {
	ctx   context.Context
	close func()

	mu         sync.Mutex
	complaints []string // of the browser: a policy broken, a script that failed, a file not found
}

// Screens are the sizes at which pages are looked at.
var Screens = map[string][2]int64{"desk": {1366, 768}, "phone": {390, 844}}

// programs are what a Chromium is called.
var programs = []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}

// ErrNoBrowser says that there is no Chromium on this machine.
var ErrNoBrowser = errors.New("no Chromium: apt-get install -y chromium fonts-noto-cjk")

// Open starts a Chromium without a window, with a profile of its own in dir.
func Open(ctx context.Context, dir string) (*Browser, error) {
	path := ""
	for _, name := range programs {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		return nil, ErrNoBrowser
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.UserDataDir(dir), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("ignore-certificate-errors", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.Flag("disable-popup-blocking", true),
		chromedp.Flag("disable-features", "Translate,BackForwardCache,SpareRendererForSitePerProcess"), chromedp.Flag("js-flags", "--no-opt,--single-threaded-gc"), // pages live for a second
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("hide-scrollbars", true), chromedp.Flag("lang", "zh-CN"),
	)
	ctx, stop := chromedp.NewExecAllocator(ctx, options...)
	b, err := window(ctx, stop)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	return b, nil
}

// Beside opens one more window of the same Chromium, whose cookies are its own,
// as on another machine. It is closed with the one that it stands beside.
func (b *Browser) Beside() (*Browser, error) {
	return window(b.ctx, func() {}, chromedp.WithNewBrowserContext())
}

func window(ctx context.Context, after func(), options ...chromedp.ContextOption) (*Browser, error) {
	ctx, shut := chromedp.NewContext(ctx, options...)
	b := &Browser{ctx: ctx, close: func() { shut(); after() }}
	err := chromedp.Do(ctx)
	if err == nil {
		err = errors.Join(
			chromedp.Listen(ctx, b.heard),
			b.Size(Screens["desk"]),
			// a page counts as looked at, whichever window lies on top
			b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
				_, err := cdp.Call(ctx, t, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
				return err
			})),
		)
	}
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// Close closes the window, and the Chromium with the one that started it.
func (b *Browser) Close() { b.close() }

func (b *Browser) heard(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !strings.Contains(e.Entry.URL, "favicon") && !strings.Contains(e.Entry.Text, "status of 4") {
			b.complaints = append(b.complaints, e.Entry.Text+" "+e.Entry.URL)
		}
	case *runtime.EventExceptionThrown:
		b.complaints = append(b.complaints, e.ExceptionDetails.Text+" "+e.ExceptionDetails.URL)
	}
}

// Complaints are what the browser had to say since they were asked for last.
func (b *Browser) Complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.complaints
	b.complaints = nil
	return all
}

// patience bounds one step of a walk.
const patience = 30 * time.Second

func (b *Browser) do(actions ...chromedp.Action[chromedp.Void]) error {
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	return chromedp.Do(ctx, actions...)
}

// on is do for an element. A part of the page may be exchanged just after it was
// found there: then it is looked for again, and nothing was done yet.
func (b *Browser) on(action chromedp.Action[chromedp.Void]) (err error) {
	for range 5 {
		var gone *cdproto.Error
		if err = b.do(action); !errors.As(err, &gone) || !strings.Contains(strings.ToLower(gone.Message), "node with given id") {
			return err
		}
	}
	return err
}

// Size makes the window so wide and high.
func (b *Browser) Size(of [2]int64) error { return b.do(chromedp.EmulateViewport(of[0], of[1])) }

// Go opens an address and waits until the page stands.
func (b *Browser) Go(address string) error {
	if err := b.do(chromedp.Navigate(address)); err != nil {
		return fmt.Errorf("open %s: %w", address, err)
	}
	return nil
}

// See waits until something that a CSS selector names is visible.
func (b *Browser) See(selector string) error {
	if err := b.do(chromedp.WaitVisible(chromedp.CSS(selector))); err != nil {
		return fmt.Errorf("wait for %s: %w (the page says: %s)", selector, err, b.Text("main"))
	}
	return nil
}

// Press types keys: text as it is, and names such as Enter in <…>. What a page
// takes of a key going down types nothing, as at a keyboard.
func (b *Browser) Press(keys string) error {
	for _, one := range Keys(keys) {
		if err := b.do(chromedp.Func(one.dispatch)); err != nil {
			return fmt.Errorf("press %s: %w", keys, err)
		}
	}
	return nil
}

// Write puts text where the focus is, as what composes Chinese does.
func (b *Browser) Write(text string) error {
	return b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

type key struct {
	sign rune
	held chromedp.Modifier
}

func (k key) dispatch(ctx context.Context, t *chromedp.Target) error {
	strokes := kb.Encode(k.sign)
	down, up := *strokes[0], *strokes[len(strokes)-1]
	if len(strokes) == 3 && k.held&^chromedp.ModifierShift == 0 {
		down.Text, down.UnmodifiedText = strokes[1].Text, strokes[1].UnmodifiedText
	}
	for _, one := range []input.DispatchKeyEventParams{down, up} {
		one.Modifiers |= int64(k.held)
		if _, err := cdp.Call(ctx, t, input.DispatchKeyEvent, one); err != nil {
			return err
		}
	}
	return nil
}

var named = map[string]key{
	"Enter": {sign: '\r'}, "Tab": {sign: '\t'}, "Down": {sign: sign(kb.ArrowDown)}, "Up": {sign: sign(kb.ArrowUp)}, "Esc": {sign: sign(kb.Escape)}, "Space": {sign: ' '},
	"C-Enter": {'\r', chromedp.ModifierCtrl}, "C-k": {'k', chromedp.ModifierCtrl}, "S-Tab": {'\t', chromedp.ModifierShift},
	"A-k": {'k', chromedp.ModifierAlt}, "A-g": {'g', chromedp.ModifierAlt},
}

// sign is the only one of a key of package kb.
func sign(of string) rune { return []rune(of)[0] }

// Keys are the keystrokes of what Press types; their number is what a test
// counts.
func Keys(text string) []key {
	var all []key
	for text != "" {
		if name, rest, ok := strings.Cut(strings.TrimPrefix(text, "<"), ">"); strings.HasPrefix(text, "<") && ok {
			if k, known := named[name]; known {
				all, text = append(all, k), rest
				continue
			}
		}
		r := []rune(text)
		all, text = append(all, key{sign: r[0]}), string(r[1:])
	}
	return all
}

// Fill puts text into the field that a selector names.
func (b *Browser) Fill(selector, text string) error {
	return b.on(chromedp.SetValue(chromedp.CSS(selector), text))
}

// Focus gives what a selector names the focus, as Tab does.
func (b *Browser) Focus(selector string) error {
	if err := b.on(chromedp.Focus(chromedp.CSS(selector))); err != nil {
		return fmt.Errorf("focus %s: %w", selector, err)
	}
	return nil
}

// Click presses what a selector names, and waits for the page that follows.
func (b *Browser) Click(selector string) error {
	if err := b.on(chromedp.Click(chromedp.CSS(selector))); err != nil {
		return fmt.Errorf("click %s: %w", selector, err)
	}
	return nil
}

// Text is what stands in the first element of a selector; "" where there is
// none.
func (b *Browser) Text(selector string) string {
	quoted, _ := json.Marshal(selector)
	text, _ := Ask[string](b, `(document.querySelector(`+string(quoted)+`)?.innerText ?? "").replace(/\s+/g, " ")`)
	return text
}

// At is the address of the page, without the host.
func (b *Browser) At() string {
	at, _ := Ask[string](b, "location.pathname + location.search")
	return at
}

// Ask evaluates a script in the page.
func Ask[T any](b *Browser, script string) (T, error) {
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// SignIn signs somebody in at the node of an address.
func (b *Browser) SignIn(base, login, password string) error {
	if err := b.Go(base + "/sign-in"); err != nil {
		return err
	}
	if err := errors.Join(b.Fill("#login", login), b.Fill("#password", password), b.Click("main form button")); err != nil {
		return err
	}
	return b.See("header .person")
}

// Picture keeps a picture of the whole page.
func (b *Browser) Picture(path string) error {
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		return err
	}
	return os.WriteFile(path, picture, 0o644)
}

// Look inspects the page that stands, and says what is wrong with it: what axe
// finds (WCAG 2.1 A and AA), what is wider than the window, what is in another
// language than the page (see language.js), and what the browser complained
// about.
func (b *Browser) Look() ([]string, error) {
	if _, err := Ask[bool](b, axe+"; true"); err != nil {
		return nil, fmt.Errorf("load axe: %w", err)
	}
	report, err := Ask[[]string](b, language+inspect)
	if err != nil {
		return nil, fmt.Errorf("run axe: %w", err)
	}
	return slices.Concat(report, b.Complaints()), nil
}

// language defines foreign(), which lists the texts of a page that are in
// another language than the page says, and not marked as such.
//
//go:embed language.js
var language string

const inspect = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"], resultTypes: ["violations"]}).then(r => {
	const found = r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " — " + n.failureSummary.replace(/\s+/g, " ").slice(0, 240)));
	const e = document.documentElement;
	if (e.scrollWidth > e.clientWidth) found.push("the page is " + e.scrollWidth + " wide in a window of " + e.clientWidth);
	if (document.querySelectorAll("h1").length !== 1) found.push("there are " + document.querySelectorAll("h1").length + " main headings");
	return found.concat(foreign());
})`
