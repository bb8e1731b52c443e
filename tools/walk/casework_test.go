package walk

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node"
	"tongban/node/account"
)

// rows are the cases that a list shows, in order.
func (b *Browser) rows() []string {
	all, _ := Ask[[]string](b, `[...document.querySelectorAll("[data-part=rows] > [data-row]")].map(r => r.dataset.row)`)
	return all
}

// top is how far from the upper edge of the window something stands.
func (b *Browser) top(selector string) int {
	y, _ := Ask[float64](b, fmt.Sprintf(`document.querySelector(%q).getBoundingClientRect().top`, selector))
	return int(y)
}

// near allows for the part of a point that a window can't scroll by.
func near(a, b int) bool { return a-b <= 1 && b-a <= 1 }

func row(id casefile.ID) string { return `[data-row="` + string(id) + `"]` }

// acts takes an action as somebody else would, beside the browser.
func (c *center) acts(id casefile.ID, action desk.Action, form any) {
	c.t.Helper()
	_, err := c.Act(c.ctx, desk.By{Staff: "建设者"}, id, action, form)
	c.must(err)
}

// A list that stands hears of what others do: it says how much, marks what
// changed and greys what left, and moves nothing before it is told to. Then
// what was chosen and ticked is where it was.
func TestLiveList(t *testing.T) {
	c, b := found(t), browser(t)
	for range 12 {
		c.acceptedFor("建设者", "虚构己")
	}
	c.somebody(b, "pi", account.Approver)
	c.must(b.Go(c.base + "/work/cases?lamp=green"))
	c.until("the list listens", func() bool { return ready(b) && len(b.rows()) == 12 })
	before := b.rows()
	for range 9 {
		c.must(b.Press("j"))
	}
	c.must(b.Press("x"))
	chosen := casefile.ID(before[8])
	gone, changed := casefile.ID(before[0]), casefile.ID(before[10])
	y := b.top(row(chosen))
	c.acts(gone, desk.Withdraw, map[string]any{"reason": "申请人撤回。"})
	c.acts(changed, desk.Decide, nil)
	fresh := c.acceptedFor("建设者", "虚构庚")
	c.until("the chip says what came", func() bool {
		return b.Text("[data-says]") == "新到 1 件，1 件有变化，1 件已离开"
	})
	if now := b.rows(); !slices.Equal(now, before) || !near(b.top(row(chosen)), y) {
		t.Errorf("the list moved by itself: %v, the row from %d to %d", now, y, b.top(row(chosen)))
	}
	for id, want := range map[casefile.ID][]string{gone: {"已离开", "撤回", "建设者"}, changed: {"有变化", "决定"}} {
		for _, word := range want {
			if text := b.Text(row(id)); !strings.Contains(text, word) {
				t.Errorf("the row of %s says nothing of %s: %s", id, word, text)
			}
		}
	}
	c.shot(b, "live-list")
	wrong, err := b.Look()
	c.must(err)
	for _, one := range wrong {
		t.Error(one)
	}
	c.must(b.Press("u"))
	c.until("what changed is brought in", func() bool { return slices.Contains(b.rows(), string(fresh)) })
	if now := b.rows(); slices.Contains(now, string(gone)) || len(now) != 12 {
		t.Errorf("the list is %v", now)
	}
	if text := b.Text(row(fresh)); !strings.Contains(text, "新到") {
		t.Errorf("the new row: %s", text)
	}
	ticked, _ := Ask[[]string](b, `[...document.querySelectorAll("[data-part=rows] input:checked")].map(i => i.value)`)
	current, _ := Ask[string](b, `document.querySelector("[data-row][aria-current=true]").dataset.row`)
	if !slices.Equal(ticked, []string{string(chosen)}) || current != string(chosen) || !near(b.top(row(chosen)), y) {
		t.Errorf("ticked %v, chosen %s, the row at %d and not %d", ticked, current, b.top(row(chosen)), y)
	}
	if total := b.Text("[data-part=total]"); total != "12" {
		t.Errorf("in all %s", total)
	}
}

// Whoever works through a list goes from case to case by one key, and the list's
// filter stays; at its end they are at the list again.
func TestNextCaseKeepsTheFilter(t *testing.T) {
	c, b := found(t), browser(t)
	c.opened("残疾") // of another item
	first, second, third := c.acceptedFor("建设者", "虚构己"), c.acceptedFor("建设者", "虚构庚"), c.acceptedFor("建设者", "虚构辛")
	c.somebody(b, "pi", account.Approver)
	c.must(b.Go(c.base + "/work/cases?lamp=green"))
	c.must(b.Click(row(first) + " th a"))
	c.must(b.See(".turns"))
	at := func(id casefile.ID) {
		t.Helper()
		c.until("the next case is open, "+string(id)+" after "+b.At(), func() bool { return strings.HasPrefix(b.At(), "/work/cases/"+string(id)+"?") && ready(b) })
		if !strings.Contains(b.At(), "in=lamp%3Dgreen") {
			t.Fatalf("the filter is lost at %s", b.At())
		}
	}
	c.must(b.Press("n"))
	at(second)
	withdraw := func() {
		t.Helper()
		c.must(b.Click("a[href*='/do/withdraw']"))
		c.must(b.See("#f-reason"))
		c.must(b.Fill("#f-reason", "申请人撤回。"))
		c.must(b.Click("[data-alt=n]"))
	}
	for _, next := range []casefile.ID{third, first} {
		withdraw()
		at(next)
		if text := b.Text(".thanks"); !strings.Contains(text, "撤回") {
			t.Errorf("nothing says what was done: %q", text)
		}
	}
	withdraw()
	c.until("the list is there again", func() bool { return strings.HasPrefix(b.At(), "/work/cases?") })
	if at := b.At(); !strings.Contains(at, "lamp=green") {
		t.Errorf("the filter is lost at %s", at)
	}
}

// neighbour is a center below that joined and is not up yet.
func (c *center) neighbour(id area.Center, name string) *center {
	c.t.Helper()
	ticket, err := c.Invite(c.ctx, id, 1, false)
	c.must(err)
	one := &center{t: c.t, ctx: c.ctx, dir: filepath.Join(c.t.TempDir(), string(id))}
	_, err = node.Join(c.ctx, one.dir, local(c.t, id), ticket.Ticket, register.Center{Name: name}, "首次加入", node.Options{Log: slog.New(slog.DiscardHandler), Now: one.now})
	c.must(err)
	return one
}

// A case is handed to a center that is off: its page says where it waits, why and
// since when; once the center is there, that it arrived; and after it was turned
// back, by whom and why.
func TestHandOver(t *testing.T) {
	c, b, approver := found(t), browser(t), browser(t)
	below := c.neighbour(town, "虚构镇便民服务中心")
	id := c.opened("残疾")
	c.acts(id, desk.HandOver, desk.HandOverForm{To: town, Purpose: "请核实"})
	c.somebody(b, "all", account.All()...)
	page := c.base + "/work/cases/" + string(id)
	c.must(b.Go(page))
	c.must(b.See(".offer"))
	for _, want := range []string{"已移交，等待接管", "虚构镇便民服务中心", "尚未送达", "本节点启动以来没有联系上", "请核实", "等待线路"} {
		if text := b.Text(".custody"); !strings.Contains(text, want) {
			t.Errorf("it says nothing of %q: %s", want, text)
		}
	}
	for name, size := range Screens {
		c.must(b.Size(size))
		c.shot(b, "custody-offered-"+name)
		wrong, err := b.Look()
		c.must(err)
		for _, one := range wrong {
			t.Errorf("%s: %s", name, one)
		}
	}
	c.must(b.Size(Screens["desk"]))
	c.must(b.Click(".outrows form button"))
	c.must(b.See(".thanks"))
	c.somebody(approver, "pi", account.Approver)
	c.must(approver.Go(page))
	if n, _ := Ask[int](approver, `document.querySelectorAll(".outrows form").length`); n != 0 {
		t.Error("an approver may tend the outbox")
	}
	if status, _, _ := approver.posted("/work/cases/"+string(id)+"/send", "dest="+string(town)); status != 403 {
		t.Errorf("an approver sends: %d", status)
	}
	if status, _, _ := b.posted("/work/cases/"+string(id)+"/send", "dest=320509112000"); status != 404 {
		t.Errorf("sent to a center for which nothing waits: %d", status)
	}

	below.run()
	c.until("it has arrived", func() bool { c.must(b.Go(page)); return strings.Contains(b.Text(".offer"), "已送达对方") })
	if text := b.Text(".offer"); !strings.Contains(text, "在线") {
		t.Errorf("the other is up: %s", text)
	}
	below.acts(id, desk.TurnBack, map[string]any{"reason": "材料不齐，请先收齐。"})
	c.until("it was turned back", func() bool { c.must(b.Go(page)); return strings.Contains(b.Text(".turned"), "材料不齐") })
	for name, size := range Screens {
		c.must(b.Size(size))
		c.shot(b, "custody-turned-"+name)
		wrong, err := b.Look()
		c.must(err)
		for _, one := range wrong {
			t.Errorf("%s: %s", name, one)
		}
	}
}

// Words that somebody uses again are theirs: kept from the field in which they
// were typed, offered at the same kind of field, removed on their own page.
func TestPhrases(t *testing.T) {
	c, b, other := found(t), browser(t), browser(t)
	id := c.opened("残疾")
	form := c.base + "/work/cases/" + string(id) + "/do/withdraw"
	const words = "申请人当面提出撤回，已核对身份。"
	c.somebody(b, "jia", account.Clerk)
	c.must(b.Go(form))
	c.must(b.See("[data-keep-phrase]"))
	c.must(b.Fill("#f-reason", words))
	c.must(b.Click("[data-keep-phrase=f-reason]"))
	c.until("it is kept", func() bool { return strings.Contains(b.Text("[data-phrase-says]"), "已存为常用语") })
	c.must(b.Go(c.base + "/work/cases/" + string(id) + "/do/return"))
	c.must(b.See("#f-reason-phrases .own"))
	c.must(b.Click("#f-reason-phrases .own"))
	if got, _ := Ask[string](b, `document.querySelector("#f-reason").value`); got != words {
		t.Errorf("the phrase in the field: %q", got)
	}
	c.shot(b, "phrases-form")
	wrong, err := b.Look()
	c.must(err)
	for _, one := range wrong {
		t.Error(one)
	}
	c.somebody(other, "yi", account.Clerk)
	c.must(other.Go(form))
	c.must(other.See("#f-reason"))
	if text := other.Text("main"); strings.Contains(text, words) {
		t.Error("another sees it")
	}
	c.must(b.Go(c.base + "/work/me"))
	c.must(b.Click("a[href='/work/me/phrases']"))
	c.must(b.See(".mine"))
	c.must(b.Click(".mine button"))
	c.must(b.See(".thanks"))
	if text := b.Text("main"); strings.Contains(text, words) {
		t.Errorf("it is not removed: %s", text)
	}
	if status, _, _ := b.posted("/work/me/phrases", "kind=nothing&text=x"); status != 404 {
		t.Errorf("kept for no field: %d", status)
	}
}

// Somebody was faster, and what one typed can still be done: it is sent anew in
// one press.
func TestMineAnew(t *testing.T) {
	c, b := found(t), browser(t)
	id := c.opened("残疾")
	c.somebody(b, "jia", account.Clerk)
	c.must(b.Go(c.base + "/work/cases/" + string(id) + "/do/withdraw"))
	c.must(b.Fill("#f-reason", "申请人来电撤回。"))
	c.acts(id, desk.Opinion, map[string]any{"center": district, "stance": "agrees", "text": "同意。"})
	c.must(b.Click("[data-go-on]"))
	c.must(b.See(".conflict"))
	if text := b.Text("#trouble"); !strings.Contains(text, "建设者刚刚办了“意见”") {
		t.Errorf("what happened: %s", text)
	}
	c.shot(b, "conflict")
	wrong, err := b.Look()
	c.must(err)
	for _, one := range wrong {
		t.Error(one)
	}
	c.must(b.Click(".conflict button"))
	c.must(b.See(".thanks"))
	view, err := c.Case(c.ctx, id)
	c.must(err)
	if view.State.Phase != casefile.PhaseWithdrawn || view.State.Ended.Reason != "申请人来电撤回。" {
		t.Errorf("%s: %+v", view.State.Phase, view.State.Ended)
	}
}

// The menu of somebody with all duties stands in one row on a wide screen, and
// in a fold on a telephone; where one is can be seen in both, and the keys lead
// everywhere.
func TestMenu(t *testing.T) {
	c, b := found(t), browser(t)
	c.somebody(b, "all", account.All()...)
	for _, lang := range []string{"zh", "en"} {
		c.must(b.Size(Screens["desk"]))
		c.must(b.Go(c.base + "/work/privacy?lang=" + lang))
		if high, _ := Ask[float64](b, `document.querySelector("header.top").offsetHeight`); high > 60 {
			t.Errorf("%s: the header is %v high", lang, high)
		}
		name := map[string]string{"zh": "隐私", "en": "Privacy"}[lang]
		if text := b.Text(".menu-fold > summary"); !strings.Contains(text, name) {
			t.Errorf("where one is: %q", text)
		}
		c.must(b.Size(Screens["phone"]))
		if text := b.Text(".menu-fold > summary"); !strings.Contains(text, name) {
			t.Errorf("where one is on a telephone: %q", text)
		}
		c.must(b.Click(".menu-fold > summary"))
		c.must(b.See(".menu-fold a[href='/work/cases']"))
		c.must(b.See(".menu-fold a[href='/work/node']"))
		c.shot(b, "menu-"+lang)
		wrong, err := b.Look()
		c.must(err)
		for _, one := range wrong {
			t.Errorf("%s: %s", lang, one)
		}
		c.must(b.Press("<Esc>"))
		if open, _ := Ask[bool](b, `document.querySelector(".menu-fold").open`); open {
			t.Error("Escape leaves it open")
		}
	}
	c.must(b.Size(Screens["desk"]))
	c.must(b.Go(c.base + "/work/privacy?lang=zh"))
	c.until("the page listens", func() bool { return ready(b) })
	c.must(b.Press("ga"))
	c.until("the key leads into the fold", func() bool { return b.At() == "/work/area" })
}

// How long is kept what: set, seen with its history, and taken back.
func TestRetentionPeriods(t *testing.T) {
	c, b := found(t), browser(t)
	c.somebody(b, "head", account.Head)
	c.must(b.Go(c.base + "/work/privacy/periods"))
	c.must(b.Fill("#years", "10"))
	c.must(b.Fill("#document", "归档范围表〔2026〕9号"))
	c.must(b.Click("[data-go-on]"))
	c.must(b.See(".thanks"))
	c.must(b.Click("input[value=record]"))
	c.must(b.Click("input[name=forever]"))
	c.must(b.Fill("#document", "归档范围表〔2026〕10号"))
	c.must(b.Click("[data-go-on]"))
	c.until("both stand", func() bool { return strings.Contains(b.Text("table.items"), "永久") })
	if text := b.Text("table.items"); !strings.Contains(text, "行政许可") || !strings.Contains(text, "10 年") {
		t.Errorf("what stands: %s", text)
	}
	c.must(b.Fill("#back-0", "归档范围表〔2026〕11号"))
	c.must(b.Click("table.items tr button"))
	c.until("it is taken back", func() bool { return strings.Contains(b.Text(".thanks"), "已撤销") && ready(b) })
	if text := b.Text("table.items"); strings.Contains(text, "永久") == strings.Contains(text, "行政许可") {
		t.Errorf("of both one should stand: %s", text)
	}
	for _, want := range []string{"9号", "10号", "11号", "撤销规定", "虚构head"} {
		if text := b.Text("main"); !strings.Contains(text, want) {
			t.Errorf("the history says nothing of %s: %s", want, text)
		}
	}
	if status, text, _ := b.posted("/work/privacy/periods", "of=item&item=nothing&years=5&document=x"); status != 404 || !strings.Contains(text, "nothing") {
		t.Errorf("a period for no item: %d", status)
	}
	if status, _, _ := b.posted("/work/privacy/periods", "of=type&type=01&document=x"); status != 422 {
		t.Errorf("a period of no years: %d", status)
	}
	if status, text, _ := b.posted("/work/privacy/periods", "back=item/NEVER-OFFERED&document=x"); status != 200 || !strings.Contains(text, "NEVER-OFFERED") {
		t.Errorf("a period of an item that is offered no more is not taken back: %d", status)
	}
}
