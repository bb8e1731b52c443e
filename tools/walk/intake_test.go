package walk

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/account"
)

// byHome is an item that goes by the household: the village there looks at what
// a district takes in and decides.
func byHome() item.Item {
	it := proof
	it.Ref.Code, it.Name, it.Subject, it.Situations, it.Materials = "BYHOME", "虚构落户补贴", item.ByHousehold, nil, proof.Materials[:2]
	it.Steps = []item.Step{
		{Name: "受理", Action: item.Accept, Level: area.District}, {Name: "初审", Action: item.Check, Level: area.Village},
		{Name: "决定", Action: item.Decide, Level: area.District}, {Name: "送达", Action: item.Serve, Level: area.District},
	}
	return it
}

// manyPapers is an item that asks for as many papers as some do.
func manyPapers() item.Item {
	it := proof
	it.Ref.Code, it.Name, it.Situations, it.Materials = "MANY", "虚构多材料许可", nil, nil
	for i := range 9 {
		it.Materials = append(it.Materials, item.Material{ID: "m" + strconv.Itoa(i), Name: fmt.Sprintf("虚构材料之%d", i+1), Need: item.Required, Originals: 1, Source: "申请人自备"})
	}
	return it
}

// takes begins an intake of the item that a name finds.
func (p *person) takes(name string) {
	p.t.Helper()
	p.open("/work/intake")
	p.types("#q", name)
	p.can(p.See("#hits .chosen"))
	p.can(p.Press("<Enter>"))
	p.can(p.See("#f-applicant-number"))
	p.rests()
}

// faultAt waits until a field is marked as wrong, or is no more.
func (p *person) faultAt(field string, wrong bool) {
	p.t.Helper()
	not := map[bool]string{true: "", false: "!"}[wrong]
	p.meets(fmt.Sprintf("%s is wrong: %v", field, wrong), not+`document.querySelector("`+field+`[aria-invalid=true]") && `+not+`document.querySelector(".field:has(`+field+`) .fault") && `+not+`document.querySelector(".field.faulty `+field+`")`)
}

// erases empties a field as somebody does who types there.
func (p *person) erases(field string) {
	p.t.Helper()
	_, err := Ask[bool](p.Browser, `(() => { const f = document.querySelector("`+field+`"); f.focus(); f.select(); return true; })()`)
	p.can(err)
}

// What is marked as wrong is so only as long as the node says it: each fault goes
// when its field is mended, and no other with it. A place is typed by its name,
// and the page says who handles it there.
func TestIntakeFaultsGo(t *testing.T) {
	c := found(t)
	c.publish(byHome())
	c.join(town, "虚构镇为民服务中心")
	c.join(village, "虚构叶村便民服务中心")
	c.inEveryView("mending", []account.Duty{account.Clerk}, func(p *person) {
		p.takes("虚构落户补贴")
		p.meets("nobody was wrong yet", `!document.querySelector("[aria-invalid=true], .told-of .fault")`)
		if p.has("[data-own]") {
			p.t.Error("a district is offered where a village is asked for")
		}
		p.lays("1", "2")
		p.press("#go-accept:not([aria-disabled])", "#f-subject[aria-invalid=true]")
		p.faultAt("#f-applicant-name", true)
		p.look()

		p.types("#f-applicant-name", "虚构"+p.name)
		p.faultAt("#f-applicant-name", false)
		p.faultAt("#f-subject", true)
		p.types("#f-subject", "虚构无村")
		p.can(p.Press("<Tab>"))
		p.meets("that there is no such place", `document.getElementById("f-subject-fault").textContent.includes("`+p.says("没有叫这个名字", "no center has this name")+`")`)
		p.erases("#f-subject")
		p.can(p.Press("叶村"))
		p.faultAt("#f-subject", false)
		p.meets("who handles it", `document.getElementById("f-subject-fault").innerText.includes("虚构区政务服务中心 → 虚构叶村便民服务中心 → 虚构区政务服务中心")`)
		p.erases("#f-subject")
		p.can(p.Press("320509<Tab>"))
		p.faultAt("#f-subject", true)
		p.erases("#f-subject")
		p.can(p.Press("叶村<Tab>"))
		p.faultAt("#f-subject", false)
		p.rests()
		p.look()

		p.can(p.Focus("#go-decline")) // on a telephone the bar goes on to the right
		p.can(p.Press("<Enter>"))
		p.can(p.See("#o-decline[open] textarea"))
		p.press("#o-decline .form-foot button", "#f-d-reason[aria-invalid=true]")
		p.meets("the page listens again", `document.activeElement.id === "f-d-reason"`)
		p.can(p.Press("不属于职权<Tab>"))
		p.faultAt("#f-d-reason", false)
		p.meets("the form stays open, with what was typed", `document.querySelector("#o-decline[open] #f-d-reason").value === "不属于职权"`)
		p.rests()
		p.press("#go-accept:not([aria-disabled])", ".finished")
		if s := p.opened(); s.Subject != village.Area() {
			p.t.Errorf("the case is of %s", s.Subject)
		}
	})
}

// Where an item goes by the area and this center's own is fine enough, it is
// offered by one key, and never filled in unasked.
func TestIntakeOffersItsOwnArea(t *testing.T) {
	c := found(t)
	it := proof
	it.Ref.Code, it.Name, it.Situations, it.Subject = "NEAR", "虚构就近登记", nil, item.ByHousehold
	it.Materials = proof.Materials[:2]
	c.publish(it)
	c.inEveryView("near", []account.Duty{account.Clerk}, func(p *person) {
		p.takes("虚构就近登记")
		p.can(p.See("[data-own]"))
		if area := p.value("#f-subject"); area != "" {
			p.t.Errorf("%s was filled in unasked", area)
		}
		p.press("[data-own]", "#f-subject-fault .good")
		if got := p.value("#f-subject"); got != "虚构区政务服务中心" {
			p.t.Errorf("the area is %q", got)
		}
	})
}

// The focus stays where somebody types, however fast, and whatever part of the
// page comes meanwhile; no letter is lost, and none is taken for a shortcut. The
// keys that send a form send the outcome that is being filled in.
func TestIntakeKeepsTheFocus(t *testing.T) {
	c := found(t)
	it := manyPapers()
	it.Ref.Code, it.Name, it.Materials = "FOCUS", "虚构专注登记", it.Materials[:2]
	c.publish(it)
	c.inEveryView("focus", []account.Duty{account.Clerk}, func(p *person) {
		for _, slowly := range []bool{false, true} {
			p.takes("虚构专注登记")
			types := func(text string) {
				p.t.Helper()
				for text != "" && slowly {
					one := string([]rune(text)[0])
					p.can(p.Press(one))
					p.rests()
					text = strings.TrimPrefix(text, one)
				}
				p.can(p.Press(text))
			}
			enters := func(next string) {
				p.t.Helper()
				p.can(p.Press("<Enter>"))
				if slowly {
					p.rests()
					p.meets("the focus in "+next, `document.activeElement.id === "`+next+`"`)
				}
			}
			wrong := strings.TrimSuffix(invented, invented[len(invented)-1:])
			p.can(p.Focus("#f-applicant-number"))
			types(wrong)
			p.press("#go-accept", "#f-applicant-number[aria-invalid=true]")
			p.meets("the page listens", `document.activeElement.id === "f-applicant-number" && document.getElementById("visit").checkVisibility() && window.htmx`)
			p.erases("#f-applicant-number")
			types(invented)
			enters("f-applicant-name")
			types("虚构" + p.name + "ll")
			enters("f-applicant-telephone")
			types("19900000006")
			enters("f-applicant-address")
			types("虚构路1号")
			p.rests()
			p.meets("every letter", `document.activeElement.id === "f-applicant-address" && ["number", "name", "telephone", "address"].map(k => document.getElementById("f-applicant-" + k).value).join() === "`+invented+",虚构"+p.name+`ll,19900000006,虚构路1号"`)
			p.faultAt("#f-applicant-number", false)
			p.faultAt("#f-applicant-name", false)

			p.lays("1", "1")
			p.can(p.Focus("#go-decline"))
			p.can(p.Press("<Enter>"))
			p.meets("the form of the outcome", `document.activeElement.id === "f-d-ground"`)
			p.can(p.Press("<Down><Down>"))
			enters("f-d-whose")
			types("虚构机关")
			p.rests()
			p.meets("the focus where it was typed", `document.activeElement.id === "f-d-whose" && document.activeElement.value === "虚构机关" && document.querySelector("#o-decline[open]")`)
			p.can(p.Focus("#f-d-reason"))
			types("虚构理由")
			p.can(p.Press("<C-Enter>"))
			p.can(p.See(".finished"))
			p.tells("不予受理", "Decline")
		}
		list, err := c.Search(c.ctx, desk.Query{Box: desk.All, Text: "虚构" + p.name, Limit: 5})
		p.can(err)
		for _, one := range list.Cases {
			if one.Phase != casefile.PhaseDeclined {
				p.t.Errorf("%s is %s", one.Number, one.Phase)
			}
		}
		if len(list.Cases) != 2 {
			p.t.Errorf("%d cases", len(list.Cases))
		}
	})
}

// An old monitor shows six papers at once, and whatever has the focus stands in
// sight: no field lies under the bar of the outcomes.
func TestIntakeFitsTheScreen(t *testing.T) {
	c := found(t)
	c.publish(manyPapers())
	b := browser(t)
	c.somebody(b, "fitting", account.Clerk)
	for _, v := range screens() {
		p := &person{b, c, t, v, "fitting" + v.name}
		p.can(p.Size(Screens[v.name]))
		p.open("/work/me?" + v.query)
		p.takes("虚构多材料许可")
		if v.name == "desk" && !strings.Contains(v.query, "large") {
			seen, err := Ask[int](b, `[...document.querySelectorAll(".lines tbody tr")].filter(r => r.getBoundingClientRect().bottom <= document.querySelector("#outcomes").getBoundingClientRect().top).length`)
			p.can(err)
			if seen < 6 {
				t.Errorf("%s %s: %d papers fit on the screen", v.name, v.query, seen)
			}
		}
		under, err := Ask[[]string](b, `(async () => {
			const under = [], bar = document.getElementById("outcomes");
			for (const d of document.querySelectorAll("#visit details:not(.outcomes details)")) d.open = true;
			for (const f of document.querySelectorAll("#visit :is(input:not([type=hidden], .unseen), select, textarea)")) {
				if (f.closest(".outcomes") || !f.checkVisibility()) continue;
				f.focus();
				await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
				const at = f.getBoundingClientRect(), over = bar.getBoundingClientRect();
				if (at.top < 0 || at.bottom > innerHeight || at.bottom > over.top && at.top < over.bottom && at.right > over.left && at.left < over.right) under.push(f.id + " at " + Math.round(at.top) + "–" + Math.round(at.bottom) + ", the bar at " + Math.round(over.top));
			}
			return under;
		})()`)
		p.can(err)
		for _, one := range under {
			t.Errorf("%s %s: %s", v.name, v.query, one)
		}
		p.rests()
		p.look()
	}
}
