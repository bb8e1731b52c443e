package walk

import (
	"strconv"
	"strings"
	"testing"

	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/node/account"
)

// A window clerk serves two who wait: the first lacks a paper and gets a
// one-time notice, the second is accepted; both get everything printed.
func TestClerk(t *testing.T) {
	c := found(t)
	c.publish(proof)
	c.window("1", "综合窗口")
	c.inEveryView("clerk", []account.Duty{account.Clerk}, func(p *person) {
		for range 2 {
			c.ticket(hall.TakeForm{Type: "综合"})
		}
		p.open("/work/hall")
		p.press(".pick button[value='1']", "[data-key=n]")
		p.keys("n")
		p.can(p.See(".hand .acts"))
		p.look()
		first := p.Text(".hand .big b")
		p.visits("child", "1", "1", "8")
		p.press("#go-notice", "#o-notice[open] input")
		p.types("#o-notice .field input", "请到出生医院补开。")
		p.look()
		p.press("#o-notice[open] button", ".finished")
		p.tells("一次性告知", "notice")
		p.reads("出生医学证明")
		if paper := p.prints("[data-key=p]"); !strings.Contains(paper, "出生医学证明") || !strings.Contains(paper, "请到出生医院补开") {
			t.Errorf("the printed notice: %s", paper)
		}
		p.keys("n")
		p.meets("the next is called", `document.querySelector(".hand .big b")?.innerText > "`+first+`"`)
		p.visits("self", "1", "2")
		p.press("#go-accept:not([aria-disabled])", ".finished")
		p.look()
		if paper := p.prints("[data-key=p]"); !strings.Contains(paper, p.Text(".finished .number")) {
			t.Errorf("the printed receipt: %s", paper)
		}
		p.keys("n")
		p.meets("nobody is left", `document.querySelector(".big.none") && document.readyState === "complete"`)

		list, err := c.Search(c.ctx, desk.Query{Box: desk.All, Text: "虚构" + p.name, Limit: 5})
		c.must(err)
		if len(list.Cases) != 2 || list.Cases[0].Phase == list.Cases[1].Phase {
			p.t.Fatalf("%d cases came of it: %+v", len(list.Cases), list.Cases)
		}
		for _, one := range list.Cases {
			if one.Phase != casefile.PhaseNoticed && one.Phase != casefile.PhaseAccepted {
				p.t.Errorf("%s is %s", one.Number, one.Phase)
			}
		}
	})
}

// visits takes in, for the ticket in hand, the item that initials find: an
// invented applicant, the answer of a digit, and the states of the papers.
func (p *person) visits(answer string, papers ...string) {
	p.t.Helper()
	p.keys("i")
	p.can(p.See("#q"))
	p.keys("xgzm")
	p.can(p.See("#hits .chosen"))
	p.can(p.Press("<Enter>"))
	p.can(p.See(".situation input"))
	p.types("#f-applicant-number", invented)
	p.meets("the number is checked", `document.querySelector("#f-applicant-number-fault .good")`)
	p.types("#f-applicant-name", "虚构"+p.name)
	p.types("#f-applicant-telephone", "19900000006")
	p.can(p.Click(".situation input[value='" + answer + "']"))
	p.rests()
	p.meets("the papers of that answer", `document.querySelectorAll(".lines tbody tr").length === `+strconv.Itoa(len(papers)))
	p.states(papers...)
}

// states gives each paper of the intake its state, by the digit.
func (p *person) states(papers ...string) {
	p.t.Helper()
	for i, digit := range papers {
		state := "#p" + strconv.Itoa(i) + "-state"
		p.rests()
		p.can(p.Focus(state))
		p.can(p.Press(digit))
		p.meets("its state", `document.querySelector("`+state+`").value`)
	}
	p.rests()
}
