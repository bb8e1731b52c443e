package walk

import (
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// called sends the browser a command that chromedp has no action for.
func called[P, R any](p *person, command cdp.Command[P, R], params P) {
	p.t.Helper()
	p.can(p.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, command, params)
		return err
	})))
}

// photographs are pictures as a telephone takes them, on the disk: large, each
// of another paper.
func (p *person) photographs(n int) []string {
	p.t.Helper()
	dir := p.t.TempDir()
	var all []string
	for i := range n {
		m := image.NewRGBA(image.Rect(0, 0, 2400, 3200))
		for y := range 3200 {
			for x := range 2400 {
				m.SetRGBA(x, y, color.RGBA{byte(x / 12), byte(y / 16), byte(80 * i), 255})
			}
		}
		name := filepath.Join(dir, "IMG_"+string(rune('1'+i))+".jpg")
		f, err := os.Create(name)
		p.can(err)
		p.can(jpeg.Encode(f, m, &jpeg.Options{Quality: 97}))
		p.can(f.Close())
		all = append(all, name)
	}
	return all
}

// uploads chooses files in a field, as a camera or a file chooser does.
func (p *person) uploads(field string, files ...string) {
	p.t.Helper()
	p.can(p.do(chromedp.SetUploadFiles(chromedp.CSS(field), files)))
}

// signs draws on the pad of a field: by touch on a telephone, else by mouse.
func (p *person) signs(field string) {
	p.t.Helper()
	pad := field + "-pad"
	p.can(p.See(pad))
	box, err := Ask[[]float64](p.Browser, `(() => { const e = document.querySelector("`+pad+`"); e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; })()`)
	p.can(err)
	at := func(x, y float64) (float64, float64) { return box[0] + x*box[2], box[1] + y*box[3] }
	strokes := [][2]float64{{.2, .3}, {.4, .7}, {.5, .4}, {.6, .6}, {.8, .3}}
	if p.view.name == "phone" {
		called(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
		for i, s := range strokes {
			x, y := at(s[0], s[1])
			kind := input.DispatchTouchEventTypeTouchMove
			if i == 0 {
				kind = input.DispatchTouchEventTypeTouchStart
			}
			called(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: []*input.TouchPoint{{X: x, Y: y}}})
		}
		called(p, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}})
	} else {
		for i, s := range strokes {
			x, y := at(s[0], s[1])
			kind := input.DispatchMouseEventTypeMouseMoved
			switch i {
			case 0:
				kind = input.DispatchMouseEventTypeMousePressed
			case len(strokes) - 1:
				kind = input.DispatchMouseEventTypeMouseReleased
			}
			p.can(p.do(chromedp.MouseEvent(kind, x, y, chromedp.Button("left"), chromedp.ClickCount(1))))
		}
	}
	p.meets("the signature is a picture", `document.querySelector("`+field+`").files.length === 1 && document.querySelector("`+field+`").files[0].size > 500`)
}

// offline cuts the browser's line, or mends it.
func (p *person) offline(cut bool) {
	p.t.Helper()
	called(p, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1}}})
	called(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: cut, DownloadThroughput: -1, UploadThroughput: -1})
}

// looksOffline is look while the line is cut, of which the browser complains.
func (p *person) looksOffline() {
	p.t.Helper()
	p.c.shot(p.Browser, "role-"+p.name+"-offline")
	found, err := p.Look()
	p.can(err)
	for _, one := range found {
		if !strings.Contains(one, "net::ERR_") {
			p.t.Errorf("%s at %s: %s", p.name, p.At(), one)
		}
	}
}

// mends gives the line back and forgets what the browser said of it.
func (p *person) mends() {
	p.t.Helper()
	p.offline(false)
	p.meets("the line is back", `!document.querySelector(".line-state.waiting, .line-state.offline, .line-state.link")`)
	p.Complaints()
}

// deafLine stands before the node and can lose its answers: what was sent
// arrives, and nobody hears of it.
type deafLine struct{ lose atomic.Pointer[string] }

// loses loses the next answer to a form that is sent to an address with such an
// end.
func (d *deafLine) loses(end string) { d.lose.Store(&end) }

// throughDeafLine lets browsers reach the center by way of such a line.
func (c *center) throughDeafLine() *deafLine {
	c.t.Helper()
	to, err := url.Parse(c.base)
	c.must(err)
	d := &deafLine{}
	node := httputil.NewSingleHostReverseProxy(to)
	node.FlushInterval = -1
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if end := d.lose.Load(); end != nil && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, *end) && d.lose.CompareAndSwap(end, nil) {
			node.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		node.ServeHTTP(w, r)
	}))
	server.Config.ErrorLog = nil
	c.t.Cleanup(server.CloseClientConnections)
	c.t.Cleanup(server.Close)
	c.base = server.URL
	return d
}
