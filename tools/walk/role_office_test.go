package walk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/node/account"
)

// The head of a center sees the day at a glance, opens what is overdue, works a
// bad rating through to its end, and reads the figures.
func TestCenterHead(t *testing.T) {
	c := found(t)
	late := c.acceptedFor("建设者", "虚构己")
	c.later(60 * 24 * time.Hour)
	c.manned()
	for _, v := range screens() {
		c.must(c.Do(c.ctx, "POST", "/v1/hall/staff", nil, form("建设者", map[string]any{"name": "虚构" + nameIn("head", v)}), nil))
	}
	c.window("1", "综合窗口一")
	c.window("2", "综合窗口二")
	c.ticket(hall.TakeForm{Type: "综合"})
	c.must(c.Do(c.ctx, "POST", "/v1/hall/queue/call", nil, form("建设者", map[string]any{"window": "1"}), nil))
	c.inEveryView("head", []account.Duty{account.Head}, func(p *person) {
		bad := c.rated(c.openedBy("虚构孙", "残疾", "虚构丁"), 5, said)
		p.open("/work/today")
		p.look()
		for _, want := range []string{"建设者", "虚构孙", "虚构李", "H001"} { // who sits where, who covers, what is called
			p.reads(want)
		}
		p.press("a.tile[href*='lamp=red']", "[data-row='"+string(late)+"'] a")
		p.open("/work/today")
		p.press("[data-row='"+string(late)+"'] a", ".casehead")
		p.open("/work/ratings")
		p.look()
		p.press("tr[data-row='"+string(bad)+"'] a", ".casehead")
		for _, step := range []struct{ name, answer, text string }{
			{"contacted", "yes", "说明了情况。"}, {"found", "", "没有及时告知。"}, {"rectified", "", "增设了等候提示。"}, {"followed_up", "yes", "现在满意。"},
		} {
			at := "form[action$='/" + step.name + "'] "
			if step.answer != "" {
				p.can(p.Click(at + "input[value=" + step.answer + "]"))
			}
			p.types(at+"textarea", step.text)
			p.can(p.Click(at + "button"))
			p.arrives("/work/ratings/" + string(bad) + "?done=" + step.name)
		}
		p.reads("增设了等候提示。")
		p.look()
		p.open("/work/area")
		p.press("nav a[href='/work/area/figures']", "#box")
		p.look()

		view, err := c.Case(c.ctx, late)
		c.must(err)
		if view.Lamp != "red" {
			p.t.Errorf("what the head found overdue is %s", view.Lamp)
		}
		var rating struct {
			Closed bool   `json:"closed"`
			Stage  string `json:"stage"`
		}
		c.must(c.Do(c.ctx, "GET", "/v1/ratings/"+string(bad), nil, nil, &rating))
		if rating.Stage != "closed" && !rating.Closed {
			p.t.Errorf("the rectification ends %+v", rating)
		}
	})
}

// The district's office finds a case that is late in a town, shows its route,
// tells the town to see to it, and sees that it did.
func TestDistrictOffice(t *testing.T) {
	c := found(t)
	c.publish(proof)
	form := desk.OpenForm{Item: proof.Ref.Code, Answers: item.Answers{"whose": {"self"}}, Subject: town.Area(), Papers: []desk.Paper{{ID: "card", State: casefile.OriginalSeen}, {ID: "form", State: casefile.OriginalSeen}}}
	var late []casefile.ID // one for each view
	for range screens() {
		form.Applicant = applicant.Applicant{Person: applicant.Person{Name: "虚构庚", Telephone: "19900000007"}}
		done, err := c.OpenCase(c.ctx, desk.By{Staff: "建设者"}, form)
		c.must(err)
		_, err = c.Act(c.ctx, desk.By{Staff: "建设者"}, done.State.ID, desk.Accept, nil)
		c.must(err)
		late = append(late, done.State.ID)
	}
	c.later(60 * 24 * time.Hour)
	atTown := c.joined(town, "虚构镇便民服务中心", "town")
	for _, id := range late {
		_, err := c.Act(c.ctx, desk.By{Staff: "建设者"}, id, desk.HandOver, desk.HandOverForm{To: town})
		c.must(err)
		c.until("the town has the case", func() bool {
			_, err := atTown.Act(c.ctx, desk.By{Staff: "首次加入"}, id, desk.TakeOver, nil)
			return err == nil
		})
	}
	held := fmt.Sprint(len(late)) // until somebody takes what it hands on
	c.inEveryView("office", []account.Duty{account.Supervisor}, func(p *person) {
		id := late[0]
		late = late[1:]
		row := "tr[data-row='" + string(town) + "'] "
		p.c.until("the cases that the town holds are counted: "+held, func() bool {
			p.open("/work/area")
			return p.Text(row+"td:nth-of-type(3)") == held
		})
		p.can(p.See(row + ".lamp.green"))
		p.look()
		p.reads("虚构镇便民服务中心")
		p.press("nav a[href='/work/area/late']", "#under")
		p.arrives("/work/area/late")
		p.can(p.Fill("#under", string(town)))
		p.can(p.Click("main form button"))
		p.arrives("/work/area/late?under=" + string(town))
		p.look()
		p.press("table.items a.button[href*='"+string(id)+"']", "#text")
		p.can(p.Click("[data-phrase]"))
		p.can(p.Press("<C-Enter>"))
		p.arrives("/work/area/chases?done=")
		p.chaseIs(id, "已记入，未见办理", "recorded, nothing done yet")
		_, err := atTown.Act(c.ctx, desk.By{Staff: "首次加入"}, id, desk.HandOver, desk.HandOverForm{To: district})
		c.must(err)
		p.chaseIs(id, "已有办理", "acted upon")
		p.look()

		p.press("nav a[href='/work/area/routes']", "#q")
		p.types("#q", "虚构庚")
		p.can(p.Press("<Enter>"))
		p.can(p.See("[data-row='" + string(id) + "'] .trail"))
		if trail := p.Text("[data-row='" + string(id) + "'] .trail"); !strings.Contains(trail, "虚构镇便民服务中心") {
			p.t.Errorf("the route: %s", trail)
		}
		p.look()
		log, err := atTown.CaseLog(c.ctx, id, 1, 100)
		c.must(err)
		chased := false
		for _, e := range log {
			chased = chased || strings.Contains(string(e.Kind), "request") || strings.Contains(string(e.Kind), "chase")
		}
		if !chased {
			p.t.Errorf("the town's log of %s has no chase", id)
		}
	})
}

// chaseIs waits until the list says what became of the chase of a case.
func (p *person) chaseIs(id casefile.ID, zh, en string) {
	p.t.Helper()
	p.c.until("the chase of "+string(id)+" is "+en, func() bool {
		p.open("/work/area/chases")
		rows, err := Ask[string](p.Browser, `[...document.querySelectorAll("tr[data-row]")].find(r => r.innerText.includes("`+string(id)+`"))?.innerText ?? ""`)
		return err == nil && strings.Contains(rows, p.says(zh, en))
	})
}

// The operator sees how the node is and what it refused, sends what waits for a
// town that is away, and makes, resets and disables an account.
func TestOperator(t *testing.T) {
	c := found(t)
	c.publish(proof)
	atTown := c.join(town, "虚构镇便民服务中心")
	list, err := c.Items(c.ctx, "残疾", item.Ref{}, 1)
	c.must(err)
	done, err := c.OpenCase(c.ctx, desk.By{Staff: "建设者"}, desk.OpenForm{Item: list.Items[0].Ref.Code, Subject: town.Area(), Applicant: applicant.Applicant{Person: applicant.Person{Name: "虚构辛", Telephone: "19900000008"}}})
	c.must(err)
	_, err = c.Act(c.ctx, desk.By{Staff: "建设者"}, done.State.ID, desk.HandOver, desk.HandOverForm{To: town})
	c.must(err)
	if _, err := c.Revoke(c.ctx, "建设者", "320509999000", "没有这个中心"); err == nil {
		t.Fatal("a center that is none was revoked")
	}
	c.inEveryView("operator", []account.Duty{account.Operator}, func(p *person) {
		p.open("/work/node")
		p.look()
		p.press("nav a[href='/work/node/outbox']", "tr[data-row]")
		p.reads("虚构镇便民服务中心")
		if why := p.Text("tr[data-row] td:nth-of-type(2) .line2"); why == "" {
			p.t.Errorf("a row of the outbox gives no reason: %s", p.Text("table"))
		}
		p.look()
		p.finishes("button[name=dest]")
		p.press("nav a[href='/work/node/refused']", "h1")
		p.look()

		login := "new." + p.name
		p.press("nav a[href='/work/node/accounts']", "#login")
		p.types("#login", login)
		p.types("#staff", "虚构"+login)
		p.can(p.Click("input[name=duty][value=clerk]"))
		p.press("main form:last-of-type button", "#given")
		first := p.Text("#given")
		if strings.Contains(first, login) || !strings.Contains(p.Text(".given"), login) {
			p.t.Errorf("the password is told as %q", first)
		}
		_, err := c.FirstDay(c.ctx, login, first, password)
		c.must(err)
		p.open("/work/node/accounts")
		p.look()
		p.press("tr[data-row='"+login+"'] a", "button[value=reset]")
		p.press("button[value=reset]", "#given")
		if again := p.Text("#given"); again == "" || again == first {
			p.t.Errorf("the reset gives %q", again)
		}
		p.open("/work/node/accounts/" + login)
		if status, text, _ := p.posted("/work/node/accounts/"+login, "do=keep&name=虚构改名&staff=虚构"+login); status != 422 || !strings.Contains(text, `value="虚构改名"`) {
			p.t.Errorf("an account without duties: %d, and what was typed is lost", status)
		}
		p.can(p.Click("button[value=disable]"))
		p.meets("it is disabled", `!document.querySelector("button[value=disable]")`)
		p.look()
		if _, err := c.FirstDay(c.ctx, login, first, password); err == nil || refusal.CodeOf(err) == refusal.NotFound {
			p.t.Errorf("somebody signs in with an account that is disabled: %v", err)
		}
		var all []account.Account
		c.must(c.Do(c.ctx, "GET", "/v1/accounts", nil, nil, &all))
		for _, one := range all {
			if one.Login == login && !one.Disabled {
				p.t.Errorf("%+v", one)
			}
		}
	})
	atTown.run()
	c.until("what waited comes once the town is up", func() bool {
		_, err := atTown.Case(c.ctx, done.State.ID)
		return err == nil
	})
}
