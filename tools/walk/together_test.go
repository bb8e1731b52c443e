package walk

import (
	"strings"
	"testing"

	"tongban/node/account"
)

// Two people act on one case at once: the second is told what the first did,
// and finds all that was typed.
func TestTwoAtOneCase(t *testing.T) {
	c, first := found(t), browser(t)
	second := browser(t)
	id := string(c.opened("残疾"))
	c.somebody(first, "jia", account.Clerk)
	c.somebody(second, "yi", account.Clerk)
	form := c.base + "/work/cases/" + id + "/do/withdraw"
	const typed = "申请人来电要求撤回，明天再来。"
	for _, b := range []*Browser{first, second} {
		c.must(b.Go(form))
		c.must(b.See("#f-reason"))
	}
	c.must(second.Fill("#f-reason", typed))
	c.must(first.Go(c.base + "/work/cases/" + id + "/do/return"))
	c.must(first.Fill("#f-reason", "申请人要求退回材料。"))
	c.must(first.Click("[data-go-on]"))
	c.must(first.See(".thanks"))

	c.must(second.Click("[data-go-on]"))
	c.must(second.See("#trouble"))
	if text := second.Text("main"); !strings.Contains(text, "退件") || !strings.Contains(text, "虚构jia") {
		t.Errorf("the second is not told what happened: %s", text)
	}
	kept, err := Ask[string](second, `document.querySelector("#f-reason").value`)
	c.must(err)
	if kept != typed {
		t.Errorf("typed %q, kept %q", typed, kept)
	}
	c.shot(second, "two-at-one-case")
	found, err := second.Look()
	c.must(err)
	for _, one := range found {
		t.Error(one)
	}
	view, err := c.Case(c.ctx, "320509000000.1.1")
	c.must(err)
	if view.State.Last != "returned" {
		t.Errorf("the case's last event is %s", view.State.Last)
	}
}

// Several people work at one machine: the screen locks, the other comes by PIN,
// and every seal names who acted.
func TestOneMachine(t *testing.T) {
	c, b := found(t), browser(t)
	id := string(c.opened("残疾"))
	for _, login := range []string{"jia", "yi"} {
		c.somebody(b, login, account.Clerk)
		c.must(b.Go(c.base + "/work/me"))
		c.must(b.Fill("#pinpassword", password))
		c.must(b.Fill("#pin", "7391"))
		c.must(b.Click("form[action='/work/me/pin'] button"))
		c.must(b.See(".thanks"))
		if login == "jia" { // leaves the screen to the next: signs out of nothing, only locks
			c.must(b.Press("l"))
			c.must(b.See("#pin"))
			c.must(b.Click("form[action='/sign-out'] button"))
			c.must(b.See("#password"))
		}
	}
	c.must(b.Go(c.base + "/work/cases/" + id))
	c.must(b.Press("l"))
	c.must(b.See("#pin"))
	c.shot(b, "locked")
	c.must(b.Fill("#login", "yi"))
	c.must(b.Fill("#pin", "0000"))
	c.must(b.Click("main form button"))
	c.must(b.See("#trouble"))
	c.must(b.Fill("#pin", "7391"))
	c.must(b.Click("main form button"))
	c.must(b.See(".casehead"))
	if at := b.At(); at != "/work/cases/"+id {
		t.Errorf("after unlocking the screen is at %s", at)
	}
}

// What people search for by keyboard: the palette finds a case, a page and
// nothing; the keys are shown.
func TestPalette(t *testing.T) {
	c, b := found(t), browser(t)
	id := string(c.opened("残疾"))
	c.somebody(b, "jia", account.Clerk)
	c.must(b.Go(c.base + "/work/cases"))
	c.must(b.Press("?"))
	c.must(b.See("dialog#keys[open]"))
	c.must(b.Press("<Esc>"))
	c.must(b.Press("<C-k>"))
	c.must(b.See("dialog#palette[open]"))
	c.must(b.Press("虚构甲"))
	c.must(b.See("#palette-hits a[href='/work/cases/" + id + "']"))
	c.shot(b, "palette")
	found, err := b.Look()
	c.must(err)
	for _, one := range found {
		t.Error(one)
	}
	c.must(b.Press("<Enter>"))
	c.must(b.See(".casehead"))
	if at := b.At(); at != "/work/cases/"+id || strings.Contains(at, "虚构") {
		t.Errorf("Enter leads to %s", at)
	}
}
