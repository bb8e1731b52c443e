package walk

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/queue"
	"tongban/node/account"
)

// morning is nine o'clock of the next working day, for a hall that is open.
func (c *center) morning() workday.Date {
	c.t.Helper()
	day := workday.DateOf(c.now()).Add(1)
	at, err := time.ParseInLocation(time.DateTime, string(day)+" 09:00:00", workday.China)
	c.must(err)
	c.later(at.Sub(c.now()))
	return day
}

// A guide looks through what somebody brought, gives them a queue ticket for
// it, and checks in who has an appointment.
func TestGuideDesk(t *testing.T) {
	c := found(t)
	c.publish(proof)
	c.window("1", "综合窗口")
	today := c.morning()
	c.must(c.Do(c.ctx, "POST", "/v1/hall/timetable", nil, form("建设者", map[string]any{"kind": "hours", "days": []string{"workdays", "restdays"}, "hours": []string{"09:00-11:30"}, "types": []string{"综合"}, "slot_minutes": 30, "capacity": 9}), nil))
	c.inEveryView("guide", []account.Duty{account.Guide}, func(p *person) {
		var booked appointment.Booking
		c.must(c.Do(c.ctx, "POST", "/v1/hall/appointments", nil, form("建设者", map[string]any{"day": today, "time": "09:30", "type": "综合", "who": map[string]any{"name": "虚构丙", "telephone": "19900000003"}}), &booked))

		p.open("/work/hall")
		p.press("nav a[href='/work/hall/guide']", "#q")
		p.types("#q", "xgzm")
		// Items stand there before: what is pressed moves when the answer comes.
		p.meets("the answer to all that was typed", `performance.getEntriesByType("resource").some(e => e.name.endsWith("?q=xgzm")) && !document.querySelector(".htmx-request")`)
		p.press("#hits a[href='/work/hall/guide/item/"+string(proof.Ref.Code)+"']", ".ask")
		p.can(p.Click(".ask input[value=child]"))
		p.can(p.Click("[data-go-on]"))
		p.meets("the papers of the answer", `document.querySelectorAll("tr[data-row]").length === 3`)
		p.can(p.Click("#m0"))
		p.look()
		p.keys("n")
		p.arrives("/work/hall/guide?item=")
		p.reads("虚构证明开具")
		p.can(p.Click("input[name=priority][value=" + string(queue.Elderly) + "]"))
		p.keys("n")
		p.can(p.See(".hand .big"))
		number := p.Text(".hand .big b")
		p.look()
		if paper := p.prints("[data-key=p]"); !strings.Contains(paper, number) {
			p.t.Errorf("the printed ticket: %s", paper)
		}
		p.types("#appointment", booked.ID)
		p.can(p.Press("<Enter>"))
		p.meets("the booked person has a ticket", `document.querySelector(".hand .big b")?.innerText !== "`+number+`" && document.querySelector(".hand .big .tag")`)
		p.tells("09:30", "09:30")

		var given []queue.Ticket
		c.must(c.Do(c.ctx, "GET", "/v1/hall/queue", nil, nil, &given))
		last := given[len(given)-1]
		if before := given[len(given)-2]; before.Number != number || before.Priority != queue.Elderly || last.Due == 0 {
			p.t.Errorf("the tickets: %+v, %+v", before, last)
		}
	})
}

// At the result window what waits is found by number and by name, and handed
// out against a signature; what nobody fetches is listed, and the call about it
// is written down.
func TestResultDesk(t *testing.T) {
	c := found(t)
	var left []casefile.State // what nobody fetches, one for each view
	for range screens() {
		left = append(left, c.decided())
	}
	c.later(40 * 24 * time.Hour)
	c.inEveryView("result", []account.Duty{account.Deliverer}, func(p *person) {
		one, other := c.decided(), left[0]
		left = left[1:]
		p.open("/work/results")
		p.can(p.See("[data-row]"))
		if row := p.Text("tr[data-row='" + string(one.ID) + "']"); !strings.Contains(row, "*") || strings.Contains(row, "虚构乙") {
			p.t.Errorf("who applied is not said, masked: %s", row)
		}
		p.look()
		p.keys(one.Number + "<Enter>")
		p.arrives("/work/cases/" + string(one.ID) + "/do/hand_out")
		p.look()
		p.puts("[name=signed]", "signature")
		p.finishes("[data-go-on]")
		p.tells("出件", "Hand out")

		p.open("/work/results")
		p.keys("虚构乙<Enter>")
		p.can(p.See(".chips"))
		if text := p.Text("table"); strings.Contains(text, one.Number) || !strings.Contains(text, other.Number) {
			p.t.Errorf("what is found by name: %s", text)
		}

		p.press("nav a[href='/work/results/unclaimed']", "#days")
		p.puts("#days", "30")
		p.can(p.Click("main form button"))
		p.arrives("/work/results/unclaimed?days=30")
		p.press("tr[data-row='"+string(other.ID)+"'] a[href^='/work/duty/new']", "#about")
		p.types("#about", "电话通知领取")
		p.finishes("[data-go-on]")
		p.open("/work/results/unclaimed")
		p.can(p.See("tr[data-row='" + string(other.ID) + "'] a.code[href^='/work/duty/']"))
		p.look()

		log, err := c.CaseLog(c.ctx, one.ID, 1, 100)
		c.must(err)
		if last := log[len(log)-1]; last.Kind != casefile.HandedOut || !strings.Contains(fmt.Sprint(last.Body), string(casefile.Signature)) {
			p.t.Errorf("the proof of service: %+v", last)
		}
	})
}

// The duty manager writes a complaint down, answers it and looks back at it;
// who is away is covered for, and their window is closed.
func TestDutyManager(t *testing.T) {
	c := found(t)
	c.window("1", "综合窗口一")
	staff := func(n int) string { return fmt.Sprintf("%s-%03d", district, n) }
	for i, name := range []string{"建设者", "虚构孙", "虚构李", "虚构dutydeskzhnormal", "虚构dutyphoneennormal"} {
		c.must(c.Do(c.ctx, "POST", "/v1/hall/staff", nil, form("建设者", map[string]any{"number": fmt.Sprintf("%s-%03d", district, i+1), "name": name, "window": map[string]string{"虚构孙": "1"}[name]}), nil))
	}
	c.must(c.Do(c.ctx, "POST", "/v1/hall/covers", nil, form("建设者", map[string]any{"a": staff(2), "b": staff(1)}), nil)) // whenever they are away
	c.inEveryView("duty", []account.Duty{account.Manager}, func(p *person) {
		const words = "窗口没有一次说清。"
		p.open("/work/duty")
		p.look()
		p.keys("n")
		p.can(p.See("#about"))
		p.can(p.Fill("#kind", "complaint"))
		p.types("#about", "材料没有一次告知")
		p.types("#name", "虚构戊")
		p.types("#text", words)
		p.finishes("[data-go-on]")
		p.hides(words, "虚构戊")
		p.keys("v")
		p.meets("the words", `document.querySelector("main").innerText.includes("`+words+`")`)
		p.can(p.See("#lookers")) // where the page says that it is written down
		p.types("#text", "已向您说明，并补发一次性告知书。")
		p.can(p.Press("<C-Enter>"))
		p.meets("the answer", `document.querySelector(".thanks") && document.querySelector("form[action$=follow]")`)
		p.look()
		p.can(p.Click("input[name=reached]"))
		p.can(p.Click("input[name=content][value=yes]"))
		p.can(p.Click("input[value=close]"))
		p.finishes("form[action$=follow] button")
		p.tells("已结束", "Closed")

		p.press("nav a[href='/work/duty/roster']", "#a")
		if p.has("tr.now") || strings.Contains(p.Text("table.items"), "⇄") {
			p.t.Errorf("somebody is away who only has a B clerk: %s", p.Text("main"))
		}
		p.can(p.Fill("#a", string(district)+"-002"))
		p.can(p.Fill("#b", string(district)+"-003"))
		p.finishes("form[data-main] button")
		p.can(p.See("tr.now"))
		p.types("input[name=note]", "会议")
		p.finishes("input[name=note] ~ button")
		text := p.Text("main")
		for _, want := range []string{"虚构孙", "虚构李", "会议", p.says("暂停", "closed")} {
			if !strings.Contains(text, want) {
				p.t.Errorf("the roster says nothing of %s: %s", want, text)
			}
		}
		p.look()
		p.finishes("button[name=open]")
		p.finishes("tr.now button") // a mistake: it never was
		if p.has("tr.now") {
			p.t.Errorf("a cover that was taken back: %s", p.Text("main"))
		}
	})
}
