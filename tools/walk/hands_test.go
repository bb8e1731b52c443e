package walk

import (
	"context"
	"strings"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/node/account"
)

// keys presses keys once the page listens to them.
func (p *person) keys(keys string) {
	p.t.Helper()
	p.c.until("the page listens", func() bool { return ready(p.Browser) })
	p.can(p.Press(keys))
}

// types goes to a field and types a text, key by key.
func (p *person) types(field, text string) {
	p.t.Helper()
	p.can(p.See(field))
	p.can(p.Focus(field))
	p.can(p.Press(text))
}

// puts fills a field as something that reads cards or speech does: at once.
func (p *person) puts(field, text string) {
	p.t.Helper()
	p.can(p.See(field))
	p.can(p.Fill(field, text))
}

// meets waits until a script of the page is true.
func (p *person) meets(what, script string) {
	p.t.Helper()
	p.c.until(p.name+": "+what+" at "+p.At(), func() bool { so, err := Ask[bool](p.Browser, "!!("+script+")"); return err == nil && so })
}

// rests waits until no part of the page is on its way.
func (p *person) rests() {
	p.t.Helper()
	p.meets("the page rests", `!document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling, .htmx-added")`)
}

// arrives waits until the page of an address stands.
func (p *person) arrives(at string) {
	p.t.Helper()
	p.meets("the page "+at, `(location.pathname + location.search).startsWith("`+at+`") && document.readyState === "complete"`)
}

// finishes presses what ends a form, and waits for the page that follows; it says
// that the thing is done.
func (p *person) finishes(button string) {
	p.t.Helper()
	_, err := Ask[bool](p.Browser, `document.querySelector("main").dataset.before = "1"; true`)
	p.can(err)
	p.can(p.Click(button))
	p.meets("the page after "+button, `document.querySelector("main") && !document.querySelector("main[data-before]") && document.readyState !== "loading"`)
	p.can(p.See("main .thanks"))
}

// does opens the form of what is to be done on the case that stands, and sends
// it.
func (p *person) does(action string) {
	p.t.Helper()
	p.press(".do a[href*='/do/"+action+"']", "[data-go-on]")
	if chosen, _ := Ask[bool](p.Browser, `!!document.querySelector("form[data-main] input[value=granted]")`); chosen {
		p.keys("1")
	}
	p.press("[data-go-on]", "main .thanks")
}

// prints presses what opens a page for the printer beside this one, and gives
// what stands there.
func (p *person) prints(what string) string {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, patience)
	defer stop()
	opened := chromedp.WaitNewTarget(ctx, func(i *target.Info) bool { return i.URL != "" && i.URL != "about:blank" })
	p.can(p.Click(what))
	select {
	case id := <-opened:
		beside, shut := chromedp.NewContext(ctx, chromedp.WithTargetID(id))
		defer shut()
		text, err := chromedp.Run(beside, chromedp.Evaluate[string](`document.readyState === "complete" ? document.body.innerText : new Promise(done => addEventListener("load", () => done(document.body.innerText)))`, chromedp.EvalAwaitPromise))
		p.can(err)
		return text
	case <-ctx.Done():
		p.t.Fatalf("%s: %s opens no page for the printer", p.name, what)
		return ""
	}
}

// elsewhere is the same screen, at the node of another center, where somebody
// else sits.
func (p *person) elsewhere(c *center, duties ...account.Duty) *person {
	p.t.Helper()
	one := *p
	one.c = c
	c.somebody(one.Browser, p.name, duties...)
	one.open("/work/me?" + p.view.query)
	return &one
}

// tells fails unless somebody said so on the page, in the language of the view.
func (p *person) tells(zh, en string) {
	p.t.Helper()
	p.reads(p.says(zh, en))
}

// publish publishes an invented item at the district.
func (c *center) publish(it item.Item) {
	c.t.Helper()
	it.Ref.Area = district.Area()
	it.Origin = item.Origin{Area: "虚构区", Source: "https://example.cn/guide", Date: "2026-01-01"}
	_, err := c.PublishItems(c.ctx, "目录管理", "目录审核", "", it)
	c.must(err)
}

// proof is an item that the district does alone, with two papers and a question
// that asks for a third.
var proof = item.Item{
	Ref: item.Ref{Code: "PROOF"}, Name: "虚构证明开具", Department: "虚构部门", Authority: "虚构区虚构局", Type: item.PublicService, Level: area.District, Kind: item.Promised, Subject: item.ByCounter,
	Promise: item.Limit{Tenths: 50, Unit: item.WorkingDays}, Applicants: []item.Applicant{item.NaturalPerson},
	Situations: []item.Situation{{ID: "whose", Question: "为谁办理？", Options: []item.Option{{ID: "self", Text: "本人"}, {ID: "child", Text: "未成年子女"}}}},
	Materials: []item.Material{
		{ID: "card", Name: "居民身份证", Need: item.Required, Originals: 1}, {ID: "form", Name: "申请表", Need: item.Required, Originals: 1},
		{ID: "birth", Name: "出生医学证明", Need: item.Required, Copies: 1, If: `whose == "child"`},
	},
	Steps: []item.Step{{Name: "受理", Action: item.Accept, Level: area.District}, {Name: "决定", Action: item.Decide, Level: area.District}, {Name: "送达", Action: item.Serve, Level: area.District}},
}

// window opens a window of the hall.
func (c *center) window(number, name string) {
	c.t.Helper()
	c.must(c.Do(c.ctx, "PUT", "/v1/hall/windows/"+number, nil, form("建设者", map[string]any{"name": name, "types": []string{"综合"}}), nil))
}

// invented is a number of an invented person: no area begins with 99.
const invented = "999999199001010016"

// hides checks that neither the page nor its address says what it must not.
func (p *person) hides(words ...string) {
	p.t.Helper()
	text := p.Text("main") + p.At()
	for _, word := range words {
		if strings.Contains(text, word) {
			p.t.Errorf("%s at %s shows %s", p.name, p.At(), word)
		}
	}
}
