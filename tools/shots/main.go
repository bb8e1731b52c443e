// Command shots takes the pictures of the README and of the guide: it runs the
// demo's city, works through a case in a real Chromium as its people would, and
// keeps a picture of each step.
//
//	go run ./tools/shots -to deploy/guide/pictures
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tongban/tools/demo"
	"tongban/tools/walk"
)

func main() {
	to := flag.String("to", "deploy/guide/pictures", "folder of the pictures")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *to); err != nil {
		fmt.Fprintln(os.Stderr, "shots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, to string) error {
	scratch, err := os.MkdirTemp("", "tongban-shots-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	program := filepath.Join(scratch, "tongban")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./tools/tongban")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return fmt.Errorf("build the program: %w", err)
	}
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	return demo.Run(ctx, demo.Options{Out: io.Discard, Program: []string{program}, Then: func(ctx context.Context, doors []demo.Door) error {
		b, err := walk.Open(ctx, filepath.Join(scratch, "chromium"))
		if err != nil {
			return err
		}
		defer b.Close()
		t := &tour{Browser: b, to: to, doors: doors}
		return errors.Join(t.walk(), t.pages())
	}})
}

// tour is one way through the city.
type tour struct {
	*walk.Browser
	to    string
	doors []demo.Door
	at    *demo.Door
	as    string
}

// enter signs somebody in at a center, if they are not there already.
func (t *tour) enter(code, login string) error {
	i := slices.IndexFunc(t.doors, func(d demo.Door) bool { return string(d.Center) == code })
	if i < 0 {
		return fmt.Errorf("the demo has no center %s", code)
	}
	if t.at == &t.doors[i] && t.as == login {
		return nil
	}
	t.at, t.as = &t.doors[i], login
	if err := t.Go(t.at.Address + "/work/me"); err != nil {
		return err
	}
	if !strings.HasPrefix(t.At(), "/sign-in") { // somebody else is in front of it
		if err := t.Click("form[action='/sign-out'] button"); err != nil {
			return err
		}
		if err := t.See("#password"); err != nil {
			return err
		}
	}
	return t.SignIn(t.at.Address, login, t.at.Password)
}

// open opens a page of the center where the tour is.
func (t *tour) open(page string) error { return t.Go(t.at.Address + page) }

// keep keeps a picture.
func (t *tour) keep(name string) error {
	fmt.Println(name, t.At())
	return t.Picture(filepath.Join(t.to, name+".png"))
}

// patience is how long a case may take from one center to the next.
const patience = 30 * time.Second

// Where the walk goes.
const (
	village  = "320509111201"
	town     = "320509111000"
	district = "320509000000"
)

// walk takes one case from a village's counter to the district and back.
func (t *tour) walk() error {
	if err := errors.Join(t.enter(village, "village"), t.open("/work/intake"), t.Press("cjrzhl"), t.See("#hits .chosen"), t.keep("1-find")); err != nil {
		return err
	}
	if err := errors.Join(t.Press("<Enter>"), t.See("#f-applicant-name")); err != nil {
		return err
	}
	if _, err := walk.Ask[bool](t.Browser, fillIn); err != nil {
		return err
	}
	if err := t.settled(); err != nil {
		return err
	}
	if err := t.keep("2-intake"); err != nil {
		return err
	}
	if _, err := walk.Ask[bool](t.Browser, takeIn); err != nil {
		return err
	}
	if err := errors.Join(t.See("a[href^='/work/cases/']"), t.keep("3-opened"), t.Click("main a[href^='/work/cases/']"), t.See(".casehead"), t.keep("4-case")); err != nil {
		return err
	}
	return t.through(strings.TrimPrefix(t.At(), "/work/cases/"))
}

// fillIn fills the visit in as a clerk does: an invented person, the first
// answer to every question, every paper seen.
const fillIn = `(() => {
	const put = (e, v) => { if (!e) return; e.value = v; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})); };
	put(document.getElementById("f-applicant-name"), "演示丁"); put(document.getElementById("f-applicant-telephone"), "13800000000"); put(document.getElementById("f-applicant-address"), "虚构路 1 号");
	put(document.getElementById("f-subject"), "320509111201");
	const asked = new Set();
	for (const e of document.querySelectorAll(".situation input")) if (!asked.has(e.name)) { asked.add(e.name); if (!e.checked) e.click(); }
	for (const e of document.querySelectorAll("select[id$='-state']")) put(e, "original_seen");
	return true;
})()`

// takeIn presses the first outcome that is possible, but for declining.
const takeIn = `(() => {
	for (const e of document.querySelectorAll("button[id^='go-']")) if (!e.hasAttribute("aria-disabled") && !e.disabled) { e.click(); return true; }
	return false;
})()`

// settled waits until the page has asked the node what the answers select.
func (t *tour) settled() error {
	for range 20 {
		if _, err := walk.Ask[bool](t.Browser, `new Promise(done => setTimeout(() => done(true), 100))`); err != nil {
			return err
		}
	}
	if _, err := walk.Ask[bool](t.Browser, fillIn); err != nil {
		return err
	}
	return nil
}

// through does whatever comes next on a case, at the center whose turn it is,
// until it is concluded.
func (t *tour) through(id string) error {
	people := []struct{ center, login string }{{village, "village"}, {town, "review"}, {town, "window"}, {district, "review"}, {district, "window"}, {village, "village"}}
	deadline := time.Now().Add(10 * patience)
	for step := 5; time.Now().Before(deadline); {
		for _, p := range people {
			if err := errors.Join(t.enter(p.center, p.login), t.open("/work/cases/"+id)); err != nil {
				return err
			}
			next, err := walk.Ask[string](t.Browser, `document.querySelector(".do a.next")?.href.split("/").pop() ?? ""`)
			if err != nil {
				return err
			}
			if next == "" {
				if ended, _ := walk.Ask[bool](t.Browser, `/办结|归档/.test(document.querySelector(".casehead .tag")?.innerText ?? "")`); ended {
					return t.keep(fmt.Sprintf("%d-concluded", step))
				}
				continue
			}
			if err := errors.Join(t.Click(".do a.next"), t.See("[data-go-on]")); err != nil {
				return err
			}
			if _, err := walk.Ask[bool](t.Browser, required); err != nil {
				return err
			}
			if err := t.keep(fmt.Sprintf("%d-%s-%s", step, levels[p.center], next)); err != nil {
				return err
			}
			if err := errors.Join(t.Click("[data-go-on]"), t.See("main .thanks")); err != nil {
				return err
			}
			step++
		}
	}
	return errors.New("the case does not come to its end")
}

var levels = map[string]string{village: "village", town: "town", district: "district"}

// required fills what a form needs.
const required = `(() => {
	for (const e of document.querySelectorAll("form[data-main] :is(input, textarea)[required]")) if (!e.value) e.value = e.type === "date" ? new Date().toISOString().slice(0, 10) : e.type === "number" ? "1" : "材料齐全，符合规定。";
	for (const e of document.querySelectorAll("select[name$='.state']")) if (!e.value) e.value = "original_seen";
	document.querySelector("form[data-main] input[type=radio][required]")?.click(); // 准予 stands first
	return true;
})()`

// pages are the pictures of what else there is.
func (t *tour) pages() error {
	for _, one := range []struct{ center, login, page, name string }{
		{town, "head", "/work/today", "today"}, {district, "head", "/work/area", "area"}, {district, "head", "/work/node", "node"},
		{town, "review", "/work/cases", "worklist"}, {town, "window", "/work/hall", "hall"}, {town, "window", "/work/results", "results"},
	} {
		if err := errors.Join(t.enter(one.center, one.login), t.open(one.page), t.See("h1"), t.keep(one.name)); err != nil {
			return err
		}
	}
	return errors.Join(t.enter(village, "village"), t.Size(walk.Screens["phone"]), t.open("/work/intake"), t.See("h1"), t.keep("phone"))
}
