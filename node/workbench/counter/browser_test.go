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
	"path/filepath"
	"testing"
	"time"

	"tongban/intake/casefile"
	"tongban/node"
	"tongban/tools/walk"
)

// hand is somebody at a keyboard in a real Chromium, whose keystrokes are
// counted.
type hand struct {
	*office
	*walk.Browser
	keys int
}

func newHand(t *testing.T, o *office) *hand {
	t.Helper()
	b, err := walk.Open(context.Background(), t.TempDir())
	must(t, err)
	t.Cleanup(b.Close)
	return &hand{office: o, Browser: b}
}

// press presses keys one by one, as walk.Browser reads them.
func (h *hand) press(keys string) {
	h.t.Helper()
	h.keys += len(walk.Keys(keys))
	must(h.t, h.Press(keys))
}

// writes writes Chinese, whose keystrokes are those of its pinyin and one to
// choose.
func (h *hand) writes(text, pinyin string) {
	h.t.Helper()
	h.keys += len(pinyin) + 1
	must(h.t, h.Write(text))
}

func (h *hand) sees(what, script string) {
	h.t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := walk.Ask[bool](h.Browser, "!!("+script+")")
		if err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			h.shot("failed")
			focus, _ := walk.Ask[string](h.Browser, "document.activeElement.outerHTML.slice(0, 300)")
			h.t.Fatalf("%s does not come (%v): %s %s %s", what, err, h.At(), focus, h.Text("#main"))
		}
	}
}

// focused waits until a field has the focus.
func (h *hand) focused(id string) {
	h.t.Helper()
	quoted, _ := json.Marshal(id)
	h.sees("focus in "+id, "document.activeElement.id === "+string(quoted))
}

// shot keeps a picture where SHOTS says, for whoever wants to look.
func (h *hand) shot(name string) {
	h.t.Helper()
	if dir := os.Getenv("SHOTS"); dir != "" {
		must(h.t, h.Picture(filepath.Join(dir, name+".png")))
	}
}

// look inspects the page that stands.
func (h *hand) look(name string) {
	h.t.Helper()
	h.shot(name)
	wrong, err := h.Look()
	must(h.t, err)
	for _, one := range wrong {
		h.t.Errorf("%s: %s", name, one)
	}
}

func (h *hand) signIn(login string) {
	h.t.Helper()
	must(h.t, h.SignIn(h.url, login, password))
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

	h.press("kzm")
	h.sees("what was found", `document.querySelector("#hits .chosen")`)
	h.shot("found")
	h.press("<Enter>")
	h.focused("f-applicant-number")
	h.shot("visit")
	h.press(someone + "<Enter>")
	h.focused("f-applicant-name")
	h.writes("虚构乙", "xugouyi")
	h.press("<Enter>13800000000<Enter>")
	h.writes("虚构路", "xugoulu")
	h.press("1<Enter>")
	h.focused("p0-state")
	h.sees("that the number is right", `document.querySelector("#f-applicant-number-fault .good")`)
	h.press("1<Enter>")
	h.focused("p1-state")
	h.press("2<Enter>")
	h.focused("go-accept")
	h.sees("that it may be accepted", `!document.activeElement.hasAttribute("aria-disabled")`)
	h.shot("filled")
	h.press("<Enter>")
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
	for _, one := range h.Complaints() {
		t.Errorf("the browser complains: %s", one)
	}
}

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
	h.press("dzm<Enter>") // before anything was found: the node looks for itself
	h.sees("an answer", `location.pathname === "/work/intake" && document.getElementById("q").value === "dzm"`)
	base := o.clerk("yi").begin("PROOF", "SIGN")
	must(t, h.Go(h.url+base))
	h.focused("f-applicant-number")
	h.press("<A-k>")
	h.sees("the card", `document.getElementById("f-applicant-number").value === "`+someone+`"`)
	h.focused("f-applicant-telephone")
	h.press("138")
	must(t, h.Click("[data-camera=p0-scan]"))
	h.sees("the picture", `document.querySelector(".scan a")`)
	must(t, h.Focus(".situation input"))
	h.press("2<Enter>") // the second option
	h.sees("the paper that it asks for", `document.querySelectorAll(".lines tbody tr").length === 4`)
	h.focused("p0-state")
	h.press("1")
	h.sees("that it is kept", `document.querySelector("[data-kept]").dataset.state === "kept"`)
	h.press("<A-g>")
	h.sees("the form of the notice", `document.querySelector("#o-notice[open]") && document.activeElement.closest("#o-notice .panel")`)
	h.shot("notice")
	h.press("<Esc>")
	h.sees("it closed", `!document.querySelector(".outcomes details[open]") && document.activeElement.id === "go-notice"`)
	for _, view := range []struct{ screen, lang string }{{"desk", "zh"}, {"desk", "en"}, {"phone", "zh"}} {
		must(t, h.Size(walk.Screens[view.screen]))
		must(t, h.Go(h.url+base+"?lang="+view.lang))
		h.sees("what was typed", `document.getElementById("f-applicant-telephone").value === "138" && document.getElementById("p0-state").value === "original_seen"`)
		h.look("visit-" + view.screen + "-" + view.lang)
		must(t, h.Go(h.url+"/work/intake?lang="+view.lang))
		h.look("start-" + view.screen + "-" + view.lang)
	}
}
