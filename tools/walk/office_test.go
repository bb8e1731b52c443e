package walk

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/workday"
	"tongban/intake/applicant"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/rating"
	"tongban/node"
	"tongban/node/account"
	"tongban/node/api"
)

// openedBy is a case that somebody took in.
func (c *center) openedBy(staff, record, name string) casefile.ID {
	c.t.Helper()
	list, err := c.Items(c.ctx, record, item.Ref{}, 1)
	c.must(err)
	form := desk.OpenForm{Item: list.Items[0].Ref.Code, Subject: town.Area(), Applicant: applicant.Applicant{Person: applicant.Person{Name: name, Telephone: "19900000003"}}}
	done, err := c.OpenCase(c.ctx, desk.By{Staff: staff}, form)
	c.must(err)
	return done.State.ID
}

// rated is a rating of a case, given on the tablet.
func (c *center) rated(id casefile.ID, grade int, said rating.Private) rating.ID {
	c.t.Helper()
	var v rating.View
	c.must(c.Do(c.ctx, "POST", "/v1/ratings", nil, api.GivenAtCounter{
		Staff: "建设者", Case: id, Grade: grade, Channel: rating.Tablet, Words: said.Words, Name: said.Name, Telephone: said.Telephone,
	}, &v))
	return v.ID
}

// said is what an invented applicant wrote.
var said = rating.Private{Words: "排队太久，没有人说明", Name: "虚构丙", Telephone: "19900000009"}

// acceptedFor is a case that is being worked on.
func (c *center) acceptedFor(staff, name string) casefile.ID {
	c.t.Helper()
	id := c.openedBy(staff, "民族成份变更", name)
	_, err := c.Act(c.ctx, desk.By{Staff: staff}, id, desk.Accept, nil)
	c.must(err)
	return id
}

// manned is a roster with windows, people at them, and one who is covered for.
func (c *center) manned() {
	c.t.Helper()
	for _, m := range []map[string]any{
		{"number": "320509000000-001", "name": "建设者", "post": "综合岗", "window": "1"}, {"number": "320509000000-002", "name": "虚构孙", "post": "综合岗", "window": "2"}, {"number": "320509000000-003", "name": "虚构李", "post": "后备"}, {"name": "虚构all"}, {"name": "虚构head"}, {"name": "虚构duty"}, {"name": "虚构督"}, {"name": "虚构孙甲"},
	} {
		c.must(c.Do(c.ctx, "POST", "/v1/hall/staff", nil, form("建设者", m), nil))
	}
	c.must(c.Do(c.ctx, "POST", "/v1/hall/covers", nil, form("建设者", map[string]any{"a": "320509000000-002", "b": "320509000000-003", "from": workday.DateOf(c.now())}), nil))
}

// officePages gives the head of a center something to look at: cases in every
// colour, ratings in every stage, a restriction, a chase, and what is due.
func (c *center) officePages() []string {
	c.t.Helper()
	c.must(c.Do(c.ctx, "POST", "/v1/invitations", nil, map[string]any{"center": string(town)}, nil))
	c.must(c.Do(c.ctx, "POST", "/v1/privacy/retentions", nil, map[string]any{"staff": "建设者", "record": "rating", "years": 1, "document": "归档范围表〔2026〕3号"}, nil))
	old := c.rated(c.openedBy("建设者", "残疾", "虚构丁"), 2, said)
	bad := c.rated(c.openedBy("建设者", "残疾", "虚构戊"), 5, said)
	for range 3 {
		c.acceptedFor("建设者", "虚构己")
	}
	c.later(400 * 24 * time.Hour)
	c.manned()
	for _, window := range []string{"1", "2", "3"} {
		c.must(c.Do(c.ctx, "PUT", "/v1/hall/windows/"+window, nil, form("建设者", map[string]any{"name": "综合窗口", "types": []string{"综合"}}), nil))
	}
	c.must(c.Do(c.ctx, "POST", "/v1/hall/windows/3/open", nil, form("建设者", map[string]any{"open": false, "note": "午休"}), nil))
	c.ticket(hall.TakeForm{Type: "综合"})
	c.ticket(hall.TakeForm{Type: "综合"})
	c.must(c.Do(c.ctx, "POST", "/v1/hall/queue/call", nil, form("建设者", map[string]any{"window": "1"}), nil))
	restricted := c.acceptedFor("320509000000-002", "虚构庚")
	c.must(c.Do(c.ctx, "POST", "/v1/cases/"+string(restricted)+"/restrict", nil, map[string]any{"staff": "建设者", "reason": "申请人要求停止使用"}, nil))
	fresh := c.rated(c.acceptedFor("320509000000-002", "虚构辛"), 4, said)
	c.rated(c.acceptedFor("320509000000-002", "虚构壬"), 1, rating.Private{})
	c.must(c.Do(c.ctx, "POST", "/v1/ratings/"+string(fresh)+"/contact", nil, map[string]any{"staff": "虚构孙甲", "form": map[string]any{"note": "已致电"}}, nil))
	c.must(c.Do(c.ctx, "POST", "/v1/ratings/"+string(fresh)+"/reveal", nil, map[string]any{"staff": "虚构孙甲", "role": "handler"}, nil))
	chased := c.acceptedFor("建设者", "虚构癸")
	c.must(c.Do(c.ctx, "POST", "/v1/supervise/chases", nil, map[string]any{"case": string(chased), "staff": "虚构督", "text": "请于两个工作日内办理并反馈。"}, nil))
	c.below()
	return []string{
		"/work/today", "/work/area", "/work/area/late", "/work/area/chases", "/work/area/chase?case=" + string(chased), "/work/area/routes", "/work/area/figures", "/work/area/figures?from=2020-01-01",
		"/work/ratings", "/work/ratings?show=every", "/work/ratings/" + string(bad), "/work/ratings/" + string(fresh), "/work/ratings/" + string(old), "/work/ratings/figures?by=window",
		"/work/privacy", "/work/privacy/restricted", "/work/privacy/due", "/work/area?under=" + string(town), "/work/area?under=320509999000", "/work/area/flow?from=2020-01-01", "/work/privacy/periods",
	}
}

// below brings two towns and a village in, of which one town is up.
func (c *center) below() {
	c.t.Helper()
	join := func(by *center, id area.Center, name string) *center {
		ticket, err := by.Invite(c.ctx, id, 1, false)
		c.must(err)
		one := &center{t: c.t, ctx: c.ctx, dir: filepath.Join(c.t.TempDir(), string(id))}
		one.ahead.Store(c.ahead.Load())
		_, err = node.Join(c.ctx, one.dir, local(c.t, id), ticket.Ticket, register.Center{Name: name}, "首次加入", node.Options{Log: slog.New(slog.DiscardHandler), Now: one.now})
		c.must(err)
		return one
	}
	first := join(c, town, "虚构镇便民服务中心")
	first.run()
	join(c, "320509110000", "虚构街道便民服务中心")
	join(first, "320509111201", "虚构村便民服务站")
	c.until("the town is up", func() bool {
		status, err := c.Status(c.ctx)
		return err == nil && slices.Contains(status.Connected, town) && status.Register.Centers == 4
	})
}

func TestOfficePages(t *testing.T) {
	c, b := found(t), browser(t)
	pages := c.officePages()
	c.somebody(b, "all", account.All()...)
	c.look(b, "office", pages)
	for _, page := range pages {
		if size, err := awaited[int](b, `fetch("`+page+`").then(r => r.text()).then(t => new Blob([t]).size)`); err != nil || size > 200_000 || size < 2000 {
			t.Errorf("%s weighs %d bytes: %v", page, size, err)
		}
	}
	c.must(b.Go(c.base + "/work/today?lang=zh"))
	for _, want := range []string{"虚构李", "午休", "民族成份"} {
		if text := b.Text("main"); !strings.Contains(text, want) {
			t.Errorf("today says nothing of %s: %s", want, text)
		}
	}
	c.must(b.Go(c.base + "/work/area?lang=zh"))
	for _, want := range []string{"虚构镇便民服务中心", "线路已通", "虚构街道便民服务中心", "未见", "虚构村便民服务站", "下级 3 · 在线 1"} {
		if text := b.Text("main"); !strings.Contains(text, want) {
			t.Errorf("the area says nothing of %s: %s", want, text)
		}
	}
	c.must(b.Go(c.base + "/work/today?lang=zh"))
	c.must(b.See("[data-chart] svg, [data-chart] canvas"))
	drawn, err := Ask[int](b, `document.querySelectorAll("[data-chart] svg, [data-chart] canvas").length`)
	c.must(err)
	if drawn != 3 {
		t.Errorf("%d charts are drawn", drawn)
	}
}

// awaited is Ask of a promise.
func awaited[T any](b *Browser, script string) (T, error) {
	ctx, stop := context.WithTimeout(b.ctx, patience)
	defer stop()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// posted sends a form from the page that stands, and gives the status and what
// the answer says.
func (b *Browser) posted(path, body string) (status int, text string, err error) {
	got, err := awaited[[]any](b, `fetch("`+path+`", {method: "POST", body: new URLSearchParams("`+body+`")}).then(async r => [r.status, await r.text()])`)
	if err != nil {
		return 0, "", err
	}
	return int(got[0].(float64)), got[1].(string), nil
}

// A bad rating from the appeal of whom it is about to the follow-up: whoever was
// rated sees nobody and handles nothing, nobody reviews their own appeal, and
// what was written is shown to whoever says why, which the book has.
func TestRectification(t *testing.T) {
	c, zhang, head := found(t), browser(t), browser(t)
	id := c.openedBy("虚构zhang", "残疾", "虚构丁")
	page := "/work/ratings/" + string(c.rated(id, 5, said))
	c.somebody(zhang, "zhang", account.Manager)
	c.must(zhang.Go(c.base + page))
	html, err := Ask[string](zhang, "document.documentElement.outerHTML")
	c.must(err)
	html = strings.ReplaceAll(html, strings.TrimPrefix(page, "/work/ratings/"), "") // it ends as the case does
	for _, hidden := range []string{string(id), said.Name, said.Words, said.Telephone} {
		if strings.Contains(html, hidden) {
			t.Errorf("whoever was rated sees %s", hidden)
		}
	}
	if why := zhang.Text("#not-contacted"); !strings.Contains(why, "四眼原则") {
		t.Errorf("why they may not handle it: %q", why)
	}
	status, text, err := zhang.posted(page+"/reveal", "reason=x")
	c.must(err)
	if status != 422 || strings.Contains(text, said.Words) {
		t.Errorf("%d: what was written is shown to whom it is about", status)
	}
	c.must(zhang.Fill("#text-appealed", "当天系统故障，已向办事人说明。"))
	c.must(zhang.Click("form[action$='/appealed'] button"))
	c.must(zhang.See(".thanks"))
	if why := zhang.Text("#not-reviewed"); !strings.Contains(why, "四眼原则") {
		t.Errorf("why they may not review: %q", why)
	}

	c.somebody(head, "head", account.Head)
	c.must(head.Go(c.base + page))
	if why := head.Text("#not-contacted"); !strings.Contains(why, "还没有轮到") {
		t.Errorf("an appeal is open, and yet: %q", why)
	}
	for _, step := range []struct{ name, answer, text string }{
		{"reviewed", "no", "故障时也应当说明。"}, {"contacted", "yes", "说明了情况。"}, {"found", "", "没有及时告知。"}, {"rectified", "", "增设了等候提示。"}, {"followed_up", "yes", "现在满意。"},
	} {
		at := "form[action$='/" + step.name + "'] "
		if step.answer != "" {
			c.must(head.Click(at + "input[value=" + step.answer + "]"))
		}
		c.must(head.Fill(at+"textarea", step.text))
		c.must(head.Click(at + "button"))
		c.until(step.name+" is done", func() bool { return strings.HasSuffix(head.At(), "done="+step.name) })
	}
	c.until("it is closed, with what was done", func() bool {
		text := head.Text("main")
		return strings.Contains(text, "已了结") && strings.Contains(text, "增设了等候提示。")
	})
	status, text, err = head.posted(page+"/appealed", "stood=0&text=x")
	c.must(err)
	if status != 409 || !strings.Contains(text, "刚刚有新的处理") {
		t.Errorf("%d: a form of an older page was taken", status)
	}
	c.must(head.Click("main summary"))
	c.must(head.Fill("#reason", "核对整改结果"))
	c.must(head.Click("form[action$='/reveal'] button"))
	c.must(head.See("#wrote"))
	if text := head.Text("#wrote"); !strings.Contains(text, said.Words) || !strings.Contains(text, said.Name) {
		t.Errorf("what was written: %s", text)
	}
	c.must(head.Go(c.base + "/work/privacy?staff=" + "%E8%99%9A%E6%9E%84head"))
	if text := head.Text("main table"); !strings.Contains(text, "核对整改结果") || !strings.Contains(text, "虚构head") {
		t.Errorf("the book: %s", text)
	}
	if at := head.At(); strings.Contains(at, said.Name) {
		t.Error("a name in the address")
	}
}

// A supervisor finds what is late, and tells the center to see to it; who only
// heads a center may look and not chase.
func TestSupervision(t *testing.T) {
	c, b, head := found(t), browser(t), browser(t)
	id := c.acceptedFor("建设者", "虚构己")
	c.later(60 * 24 * time.Hour)
	c.somebody(b, "du", account.Supervisor)
	c.must(b.Press("ga"))
	c.until("the area is open", func() bool { return b.At() == "/work/area" })
	c.must(b.Go(c.base + "/work/area/late?lamp=red"))
	c.must(b.Click("table.items .button"))
	c.must(b.See("#text"))
	c.must(b.Click("[data-phrase]"))
	c.must(b.Press("<C-Enter>"))
	c.until("the chase is sent", func() bool { return strings.HasPrefix(b.At(), "/work/area/chases?done=") })
	c.until("the case's log has it", func() bool {
		c.must(b.Go(c.base + "/work/area/chases"))
		return strings.Contains(b.Text("table"), "已记入")
	})
	if text := b.Text("table"); !strings.Contains(text, string(id)) || !strings.Contains(text, "虚构du") {
		t.Errorf("the list: %s", text)
	}
	c.must(b.Go(c.base + "/work/area/routes"))
	c.must(b.Fill("#q", "虚构己"))
	c.must(b.Click("[data-go-on]"))
	c.must(b.See(".trail"))
	if at := b.At(); !strings.Contains(at, "find=") || strings.Contains(at, "%E8") || !strings.Contains(b.Text(".trail"), "虚构区政务服务中心") {
		t.Errorf("at %s: %s", at, b.Text("main"))
	}

	c.somebody(head, "head", account.Head)
	c.must(head.Go(c.base + "/work/area/late"))
	if n, _ := Ask[int](head, `document.querySelectorAll("table.items .button").length`); n != 0 {
		t.Error("a head of a center may chase")
	}
	status, _, err := head.posted("/work/area/chase", "case="+string(id)+"&text=x")
	c.must(err)
	if status != 403 {
		t.Errorf("a chase by the head: %d", status)
	}
}

// Personal data of a case are closed and opened again, and what is due is
// erased, each with a reason; who has no such duty is told so.
func TestPrivacyOfTheOffice(t *testing.T) {
	c, b, clerk := found(t), browser(t), browser(t)
	c.must(c.Do(c.ctx, "POST", "/v1/privacy/retentions", nil, map[string]any{"staff": "建设者", "record": "rating", "years": 1, "document": "归档范围表〔2026〕3号"}, nil))
	id := c.openedBy("建设者", "残疾", "虚构丁")
	rated := c.rated(id, 2, said)
	view, err := c.Case(c.ctx, id)
	c.must(err)
	c.later(400 * 24 * time.Hour)
	c.somebody(b, "head", account.Head)
	c.must(b.Go(c.base + "/work/privacy/restricted"))
	c.must(b.Fill("#case", view.State.Number))
	c.must(b.Fill("#why", "申请人要求停止使用"))
	c.must(b.Click("[data-go-on]"))
	c.must(b.See(".thanks"))
	c.must(b.Go(c.base + "/work/cases/" + string(id)))
	if text := b.Text("main"); strings.Contains(text, "虚构丁") || strings.Contains(text, "虚*丁") {
		t.Errorf("a restricted case shows who applied: %s", text)
	}
	c.must(b.Go(c.base + "/work/privacy/restricted"))
	c.must(b.Fill("#why-0", "申请人撤回要求"))
	c.must(b.Click("form.row button"))
	c.must(b.See(".thanks"))
	if text := b.Text("main"); !strings.Contains(text, "没有限制查阅的办件") {
		t.Errorf("it is restricted still: %s", text)
	}

	c.must(b.Go(c.base + "/work/privacy/due"))
	status, text, err := b.posted("/work/privacy/due", "of=r/rating/"+string(rated)+"&sure=1")
	c.must(err)
	if status != 422 || !strings.Contains(text, "checked") {
		t.Errorf("%d: erased without a reason, or what was chosen is gone", status)
	}
	c.must(b.Click("input[name=of]"))
	c.must(b.Fill("#why", "保管期满，档案鉴定〔2027〕1号"))
	c.must(b.Click("input[name=sure]"))
	c.must(b.Click("[data-go-on]"))
	c.must(b.See("section[role=status]"))
	if text := b.Text("main"); !strings.Contains(text, "已销毁： 1 / 1") || !strings.Contains(text, "没有到期应销毁的内容") {
		t.Errorf("what came of it: %s", text)
	}
	c.must(b.Go(c.base + "/work/privacy"))
	if text := b.Text("main table"); !strings.Contains(text, "档案鉴定〔2027〕1号") || !strings.Contains(text, "申请人撤回要求") {
		t.Errorf("the book: %s", text)
	}

	c.somebody(clerk, "chuang", account.Clerk)
	for _, page := range []string{"/work/today", "/work/area", "/work/ratings", "/work/privacy"} {
		if status, _ := awaited[int](clerk, `fetch("`+page+`").then(r => r.status)`); status != 403 {
			t.Errorf("a clerk opens %s: %d", page, status)
		}
	}
}
