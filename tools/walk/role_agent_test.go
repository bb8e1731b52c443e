package walk

import (
	"strconv"
	"testing"
	"time"

	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/hall/appointment"
	"tongban/node/account"
)

// takesIn begins an intake of the invented item, and fills in who applies.
func (p *person) takesIn() {
	p.t.Helper()
	p.open("/work/intake")
	p.types("#q", "xgzm")
	p.can(p.See("#hits .chosen"))
	p.can(p.Press("<Enter>"))
	p.can(p.See(".situation input"))
	p.types("#f-applicant-number", invented)
	p.types("#f-applicant-name", "虚构"+p.name)
	p.types("#f-applicant-telephone", "19900000006")
	p.can(p.Click(".situation input[value='self']"))
	p.rests()
	p.meets("the papers", `document.querySelectorAll(".lines tbody tr").length === 2`)
}

// lays gives papers their states by digit.
func (p *person) lays(digits ...string) {
	p.t.Helper()
	for i, digit := range digits {
		state := "#p" + strconv.Itoa(i) + "-state"
		p.rests()
		p.can(p.Focus(state))
		p.can(p.Press(digit))
		p.meets("its state", `document.querySelector("`+state+`").value`)
	}
	p.rests()
}

// opened is the only case that somebody in this view applied for.
func (p *person) opened() casefile.State {
	p.t.Helper()
	list, err := p.c.Search(p.c.ctx, desk.Query{Box: desk.All, Text: "虚构" + p.name, Limit: 5})
	p.can(err)
	if len(list.Cases) != 1 {
		p.t.Fatalf("%s: %d cases", p.name, len(list.Cases))
	}
	view, err := p.c.Case(p.c.ctx, list.Cases[0].ID)
	p.can(err)
	return view.State
}

// pagesOf is how many pages the PDF of a paper has, as the page of its case
// gives it out.
func (p *person) pagesOf(s casefile.State, material string) int {
	p.t.Helper()
	for _, m := range s.Materials {
		if m.ID == material && m.Blob != nil {
			n, err := Ask[int](p.Browser, `fetch("/work/cases/`+string(s.ID)+`/paper/`+m.Blob.Hash.String()+`", {method: "POST", body: new URLSearchParams({reason: "handling the case"})})
				.then(r => r.headers.get("Content-Type") === "application/pdf" ? r.arrayBuffer() : new ArrayBuffer(0)).then(b => (new TextDecoder("latin1").decode(b).match(/\/Type \/Page\b/g) ?? []).length)`)
			p.can(err)
			return n
		}
	}
	return 0
}

// homeVisit assigns a visit of today to whoever walks.
func (p *person) homeVisit() {
	p.t.Helper()
	c, today := p.c, workday.DateOf(time.Now())
	var b appointment.Booking
	c.must(c.Do(c.ctx, "POST", "/v1/hall/appointments", nil, form("建设者", map[string]any{"home_visit": true, "who": map[string]any{"name": "虚构丙" + p.name, "telephone": "19900000003", "address": "虚构村1号"}}), &b))
	c.must(c.Do(c.ctx, "POST", "/v1/hall/appointments/"+b.ID+"/assign", nil, form("建设者", map[string]any{"to": []string{"虚构" + p.name}, "day": today, "hours": "00:10-23:50"}), nil))
}

// An agent of a village, on a telephone: a home is visited, two pages of a paper
// are photographed there, the client signs, the line breaks while the case is
// sent and the answer is lost once more when it is back. There is one case, its
// paper is one document of two pages, and the mandate bears the signature.
func TestAgent(t *testing.T) {
	c := found(t)
	c.publish(proof)
	line := c.throughDeafLine()
	c.must(c.Do(c.ctx, "POST", "/v1/hall/staff", nil, form("建设者", map[string]any{"name": "建设者"}), nil))
	for _, v := range screens() { // everybody who works here is in the roster
		c.must(c.Do(c.ctx, "POST", "/v1/hall/staff", nil, form("建设者", map[string]any{"name": "虚构" + nameIn("agent", v)}), nil))
	}
	c.inEveryView("agent", []account.Duty{account.Agent}, func(p *person) {
		p.homeVisit()
		p.open("/work")
		p.arrives("/work/errands")
		p.look()
		p.press("#visits form[action$='/show'] button", "#visits dd a[href^='tel:']")
		p.reads("虚构村1号")
		p.press("#visits form[action$='/made'] button", "main .thanks")
		p.tells("上门了", "visit was made")

		p.takesIn()
		p.uploads("#p0-scan", p.photographs(2)...)
		p.meets("both pages", `document.querySelectorAll(".shots li img").length === 2`)
		p.meets("how large it was and is", `document.getElementById("p0-scan-said").textContent.includes("→")`)
		second, err := Ask[string](p.Browser, `document.querySelectorAll(".shots a")[1].getAttribute("href")`)
		p.can(err)
		p.can(p.Click(".shots button[name=forward]"))
		p.meets("the second page first", `document.querySelector(".shots a")?.getAttribute("href") === "`+second+`"`)
		p.lays("3", "2")
		p.can(p.Click("#b-more > summary"))
		p.can(p.Click("#f-agency"))
		p.can(p.Click("#b-mandate > summary"))
		p.signs("#f-sign-mandate")
		p.meets("that it is kept", `document.querySelector("[data-kept]").dataset.state === "kept"`)
		p.look()

		p.offline(true)
		p.can(p.Click("#go-receive"))
		p.can(p.See(".line-state.waiting"))
		p.looksOffline()
		p.can(p.Click(".shots a"))
		p.can(p.See(".line-state.link"))
		p.arrives("/work/intake/")
		line.loses("/do/receive")
		p.mends()
		p.can(p.See(".finished"))
		p.Complaints()
		p.look()

		s := p.opened()
		if n := p.pagesOf(s, "card"); n != 2 {
			p.t.Errorf("the photographed paper has %d pages: %+v", n, s.Materials)
		}
		if s.Mandate == nil || s.Mandate.Given.Signature == nil {
			p.t.Errorf("the mandate is %+v", s.Mandate)
		}
		p.open("/work/errands")
		p.press("#mandates a[href$='"+string(s.ID)+"/do/accept_mandate']", "[data-go-on]")
		p.press("[data-go-on]", "main .thanks")
		p.reads(p.says("签名", "Signatures"))
	})
}

// One person does everything in a village: takes in, accepts, decides, hands
// out against a signature, and finds it on the page of the case.
func TestOnePersonVillage(t *testing.T) {
	c := found(t)
	c.publish(proof)
	c.inEveryView("village", account.All(), func(p *person) {
		p.takesIn()
		p.lays("1", "2")
		p.press("#go-accept:not([aria-disabled])", ".finished")
		p.look()
		s := p.opened()
		p.open("/work/cases/" + string(s.ID))
		p.does("decide")
		p.press(".do a[href*='/do/hand_out']", "[data-go-on]")
		p.signs("#f-signature")
		p.look()
		p.press("[data-go-on]", "main .thanks")
		p.look()
		if s = p.opened(); s.HandedOut == 0 || s.Proof == nil || s.Proof.Signature == nil {
			p.t.Errorf("handed out at %d, proof %+v", s.HandedOut, s.Proof)
		}
		p.reads(p.says("送达回证的签名", "Of the proof of delivery"))
	})
}
