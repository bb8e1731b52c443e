package walk

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/hall/appointment"
	"tongban/intake/rating"
	"tongban/node/api"
)

// withoutAccount lets somebody who has no account go a path once in each view.
func (c *center) withoutAccount(path func(p *person)) {
	c.t.Helper()
	for _, v := range screens() {
		name := "citizen" + strings.NewReplacer("lang=", "", "size=", "", "&", "").Replace(v.name+v.query)
		c.t.Run(name, func(t *testing.T) {
			whole := c.t
			c.t = t
			defer func() { c.t = whole }()
			p := &person{browser(t), c, t, v, name}
			p.can(p.Size(Screens[v.name]))
			p.open("/public?" + v.query)
			path(p)
			p.look()
		})
	}
}

// citizens furnishes a center that the public comes to: with an address, hours,
// and slots every day.
func (c *center) citizens() {
	c.t.Helper()
	c.must(c.Do(c.ctx, "POST", "/v1/hall/staff", nil, form("建设者", map[string]any{"number": string(district) + "-001", "name": "建设者"}), nil))
	c.must(c.Do(c.ctx, "POST", "/v1/hall/timetable", nil, form("建设者", map[string]any{"kind": "hours", "days": []string{"workdays", "restdays"}, "hours": []string{"09:00-11:30", "13:30-17:00"}, "types": []string{"综合", "公安"}, "slot_minutes": 30, "capacity": 2}), nil))
	c.must(c.Do(c.ctx, "POST", "/v1/hall/timetable", nil, form("建设者", map[string]any{"kind": "mobile", "place": "虚构村文化广场", "days": []string{"wed"}, "hours": []string{"09:00-11:00"}, "note": "内部备注"}), nil))
}

// slip is what somebody was handed who applied: a case, the password of its
// receipt, the link that rates it, and the check code of a document.
func (c *center) slip() (number, password, rate, check string) {
	c.t.Helper()
	list, err := c.Items(c.ctx, "民族成份变更", item.Ref{}, 1)
	c.must(err)
	done, err := c.OpenCase(c.ctx, desk.By{Staff: "建设者"}, desk.OpenForm{Item: list.Items[0].Ref.Code, Subject: town.Area(), Applicant: applicant.Applicant{Person: applicant.Person{Name: "虚构乙", Telephone: "19900000002"}}})
	c.must(err)
	id := done.State.ID
	_, err = c.Act(c.ctx, desk.By{Staff: "建设者"}, id, desk.Accept, nil)
	c.must(err)
	var link rating.Link
	c.must(c.Do(c.ctx, "POST", "/v1/ratings/links", nil, api.LinkWish{Case: id}, &link))
	log, err := c.CaseLog(c.ctx, id, 1, 100)
	c.must(err)
	for _, e := range log {
		if e.Kind == casefile.Accepted { // what the code on its document says
			check = fmt.Sprintf("%s/%d/%s", id, e.Seq, hex.EncodeToString(e.Hash[:])[:16])
		}
	}
	return done.State.Number, done.Password, link.Path, check
}

// A citizen without an account looks through the guide, finds an item by pinyin
// initials, reads what to bring, books, cancels, asks how far a case is, checks a
// document, and rates.
func TestCitizen(t *testing.T) {
	c := found(t)
	c.citizens()
	c.withoutAccount(func(p *person) {
		number, password, rate, check := c.slip()
		p.look()
		p.press("a[href='/guide']", "#q")
		p.press(".whom a", ".chips a")
		p.press(".finds + h2 + .chips2 a", ".chips li:nth-child(2) a")
		p.look()
		p.press(".chips li:nth-child(2) a", ".finds + h2 + .chips2")
		p.press("main p > a[href='/guide']", ".whom")
		p.can(p.Fill("#q", "mzcfbg"))
		p.press(".seek button", "#q[value=mzcfbg]") // the page before had a list, too
		p.look()
		p.press(".finds a", "#ask")
		p.reads("民族成份变更")
		p.look()
		if p.has(".ask [type=radio]") {
			p.press(".ask [type=radio]", ".ask button")
			p.press(".ask button", ".answer .papers li")
			p.look()
		}
		p.press("a[href^='/appointment?item=']", ".times")
		if p.has(".times.days") {
			p.look()
			p.press(".times.days li:nth-child(2) a", ".times:not(.days) a")
		}
		p.look()
		p.press(".times a", "#telephone")
		p.can(p.Fill("#name", "虚构丙"))
		p.can(p.Fill("#telephone", "叫我"))
		p.press("form.lookup button", "[role=alert]")
		p.reads(p.says("能打通的电话", "at which we reach you"))
		p.can(p.Fill("#telephone", "199"+strings.Repeat("0", 6)+p.digits()))
		p.look()
		p.press("form.lookup button", "#code")
		p.look()
		code, booked := p.Text("#code"), p.Text(".slip .code")
		if strings.Contains(p.At(), "?") || len(strings.ReplaceAll(code, " ", "")) != appointment.CodeDigits {
			t.Errorf("booked at %s with the code %q", p.At(), code)
		}
		p.press("a[href^='/appointment/mine/']", "#number")
		p.can(p.Fill("#code", "123 456 789"))
		p.press("form.lookup button", "[role=alert]")
		p.look()
		p.can(p.Fill("#code", code))
		p.press("form.lookup button", "form[action='/appointment/cancel']")
		p.look()
		p.press("form[action='/appointment/cancel'] button", ".thanks")
		p.reads(p.says("预约已取消", "cancelled"))
		p.look()
		p.isCancelled(booked)

		p.press(".go-home a", ".gates")
		p.press("a[href='/progress']", "#password")
		p.can(p.Fill("#case", number))
		p.can(p.Fill("#password", password))
		p.look()
		p.press("form.lookup button", ".steps")
		p.reads("民族成份变更")
		p.look()
		for address, says := range map[string]string{"/p/" + check: ".verdict.good", "/p/" + check[:len(check)-1] + "x": ".verdict.bad"} {
			p.open(address)
			p.can(p.See(says))
			p.look()
		}
		p.open(rate)
		p.look()
		p.press(".grade input[value='1']", ".rate button")
		p.press(".rate button", ".thanks")
		p.look()
		var all rating.List
		p.can(c.Do(c.ctx, "GET", "/v1/ratings", nil, nil, &all))
		if len(all.Ratings) == 0 || all.Ratings[0].Given.Grade != 1 {
			t.Errorf("the rating did not arrive: %+v", all)
		}
	})
}

// digits are two that no other view has: each books with a telephone of its own.
func (p *person) digits() string {
	for i, v := range screens() {
		if v == p.view {
			return "0" + string(rune('1'+i))
		}
	}
	return "99"
}

// has reports whether a page has something, without waiting for it.
func (p *person) has(selector string) bool {
	found, _ := Ask[bool](p.Browser, `document.querySelector("`+selector+`") !== null`)
	return found
}

// isCancelled checks at the counter what became of a booking, and that it shows
// as one that was made online.
func (p *person) isCancelled(id string) {
	p.t.Helper()
	var v hall.BookingView
	p.can(p.c.Do(p.c.ctx, "GET", "/v1/hall/appointments/"+id, nil, nil, &v))
	if v.State != appointment.Cancelled || v.Channel != appointment.Net {
		p.t.Errorf("%s is %s by %s", id, v.State, v.Channel)
	}
}

// Every page for people without an account, as each sees it.
func TestCitizenPages(t *testing.T) {
	c, b := found(t), browser(t)
	c.citizens()
	_, _, rate, check := c.slip()
	list, err := c.Items(c.ctx, "残疾", item.Ref{}, 1)
	c.must(err)
	code, tomorrow := string(list.Items[0].Ref.Code), workday.DateOf(time.Now()).Add(1)
	c.look(b, "citizen-", []string{
		"/public", "/guide", "/guide?q=cjr", "/guide?q=nothing", "/guide?for=person", "/guide?theme=创业", "/guide?for=body&theme=无", "/guide/" + code, "/guide/" + code + "/print", "/guide/NONE",
		"/appointment", "/appointment?type=综合", "/appointment?type=综合&on=" + string(tomorrow), "/appointment?type=综合&on=2020-01-01",
		"/appointment/book?type=综合&on=" + string(tomorrow) + "&at=09:00&entry=T1", "/appointment/mine", "/progress", "/p/" + check, rate, "/sign-in",
	})
	for _, address := range []string{"/catalogue/" + code + "/guide?staff=1", "/catalogue", "/work/hall"} {
		c.must(b.Go(c.base + address))
		if !strings.HasPrefix(b.At(), "/sign-in?to=") {
			t.Errorf("a stranger who opens %s is at %s", address, b.At())
		}
	}
}
