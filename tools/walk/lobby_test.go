package walk

import (
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
	"tongban/intake/hall/book"
	"tongban/intake/hall/queue"
	"tongban/node/account"
)

// form is what a member of staff sends to the hall.
func form(staff string, of any) map[string]any { return map[string]any{"staff": staff, "form": of} }

// ticket gives one ticket out, as a machine does.
func (c *center) ticket(of hall.TakeForm) hall.TicketView {
	c.t.Helper()
	var t hall.TicketView
	c.must(c.Do(c.ctx, "POST", "/v1/hall/queue/take", nil, map[string]any{"form": of}, &t))
	return t
}

// decided is a case of an item that is decided at the district, whose result
// waits to be handed out.
func (c *center) decided() casefile.State {
	c.t.Helper()
	list, err := c.Items(c.ctx, "民族成份变更", item.Ref{}, 1)
	c.must(err)
	if len(list.Items) == 0 {
		c.t.Fatal("no item that the district decides alone")
	}
	done, err := c.OpenCase(c.ctx, desk.By{Staff: "建设者"}, desk.OpenForm{Item: list.Items[0].Ref.Code, Subject: town.Area(), Applicant: applicant.Applicant{Person: applicant.Person{Name: "虚构乙", Telephone: "19900000002"}}})
	c.must(err)
	for _, step := range []desk.Action{desk.Accept, desk.Decide} {
		done, err = c.Act(c.ctx, desk.By{Staff: "建设者"}, done.State.ID, step, nil)
		c.must(err)
	}
	return done.State
}

// hallPages furnishes the hall, with somebody waiting and something waiting to
// be collected, and gives the pages that show it.
func (c *center) hallPages() []string {
	c.t.Helper()
	for i, name := range []string{"建设者", "虚构all", "虚构jia", "虚构dao", "虚构xing", "虚构乙"} { // those who will sign in, and one who is away
		c.must(c.Do(c.ctx, "POST", "/v1/hall/staff", nil, form("建设者", map[string]any{"number": fmt.Sprintf("%s-%03d", district, i+1), "name": name}), nil))
	}
	for _, w := range []struct {
		number, name string
		types        []string
	}{{"1", "综合窗口一", []string{"综合"}}, {"2", "综合窗口二", []string{"综合", "不动产"}}, {"3", "公安窗口", []string{"公安"}}, {"4", "税务窗口", []string{"税务"}}} {
		c.must(c.Do(c.ctx, "PUT", "/v1/hall/windows/"+w.number, nil, form("建设者", map[string]any{"name": w.name, "types": w.types}), nil))
	}
	c.must(c.Do(c.ctx, "POST", "/v1/hall/windows/4/open", nil, form("建设者", map[string]any{"open": false, "note": "午休"}), nil))
	for _, one := range []hall.TakeForm{
		{Type: "综合"}, {Type: "综合", Priority: queue.Elderly}, {Type: "公安"}, {Type: "不动产", Priority: queue.Military}, {Type: "综合"}, {Type: "公安", Priority: queue.Disabled},
	} {
		c.ticket(one)
	}
	for window, skip := range map[string]bool{"2": true, "3": false} {
		c.must(c.Do(c.ctx, "POST", "/v1/hall/queue/call", nil, form("建设者", map[string]any{"window": window}), nil))
		if skip {
			c.must(c.Do(c.ctx, "POST", "/v1/hall/queue/skip", nil, form("建设者", map[string]any{"window": window}), nil))
		}
	}
	c.must(c.Do(c.ctx, "POST", "/v1/hall/queue/call", nil, form("建设者", map[string]any{"window": "2"}), nil))
	c.must(c.Do(c.ctx, "PUT", "/v1/hall/staff/虚构乙", nil, form("建设者", map[string]any{"window": "1"}), nil))
	c.must(c.Do(c.ctx, "POST", "/v1/hall/covers", nil, form("建设者", map[string]any{"a": "虚构乙", "b": "虚构jia", "from": workday.DateOf(c.now())}), nil))
	c.must(c.Do(c.ctx, "POST", "/v1/hall/timetable", nil, form("建设者", map[string]any{"kind": "hours", "days": []string{"workdays", "restdays"}, "hours": []string{"09:00-11:30", "13:30-17:00"}, "types": []string{"综合"}, "slot_minutes": 30, "capacity": 2}), nil))
	c.must(c.Do(c.ctx, "POST", "/v1/hall/timetable", nil, form("建设者", map[string]any{"kind": "mobile", "place": "虚构村文化广场", "days": []string{"wed"}, "hours": []string{"09:00-11:00"}}), nil))
	tomorrow := workday.DateOf(time.Now()).Add(1)
	who := map[string]any{"name": "虚构丙", "telephone": "19900000003", "address": "虚构村1号"}
	for _, booked := range []map[string]any{{"day": tomorrow, "time": "09:30", "type": "综合", "who": who}, {"day": tomorrow.Add(-1), "home_visit": true, "who": who}, {"home_visit": true, "who": who}} {
		c.must(c.Do(c.ctx, "POST", "/v1/hall/appointments", nil, form("建设者", booked), nil))
	}
	var note book.Note
	for _, kind := range []book.Kind{book.Consultation, book.Complaint} {
		c.must(c.Do(c.ctx, "POST", "/v1/hall/notes", nil, form("建设者", map[string]any{"kind": kind, "channel": "phone", "about": "问居住证怎么办", "said": map[string]any{"name": "虚构丁", "telephone": "19900000004", "text": "等了一上午。"}, "promised": tomorrow}), &note))
	}
	c.must(c.Do(c.ctx, "POST", "/v1/hall/notes/"+note.ID+"/answer", nil, form("建设者", map[string]any{"text": "已说明。", "interim": true}), nil))
	list, err := c.Items(c.ctx, "残疾", item.Ref{}, 1)
	c.must(err)
	c.decided()
	return []string{
		"/work/hall/appointments?on=" + string(tomorrow), "/work/hall/appointments", "/work/hall/appointments/book?on=" + string(tomorrow), "/work/hall/timetable",
		"/work/duty", "/work/duty?state=all&kind=complaint", "/work/duty/new", "/work/duty/" + note.ID, "/work/duty/roster",
		"/work/hall", "/work/hall/guide?ticket=H001", "/work/hall/guide/item/" + string(list.Items[0].Ref.Code), "/work/hall/display", "/work/hall/kiosk", "/work/hall/guide/find?for=person",
		"/work/results", "/work/results/unclaimed", "/work/results/slips",
	}
}

func TestHallPages(t *testing.T) {
	c, b := found(t), browser(t)
	pages := c.hallPages()
	c.somebody(b, "all", account.All()...)
	c.look(b, "hall", append(pages, "/work/hall?window=other"))
}

// ready reports whether the scripts of a page listen to the keys.
func ready(b *Browser) bool {
	state, _ := Ask[string](b, "document.readyState")
	return state == "complete"
}

// A window by keyboard: choose it once, call, serve, call the next; whoever
// waits is there before anybody loads the page again.
func TestWindow(t *testing.T) {
	c, b := found(t), browser(t)
	c.hallPages()
	c.somebody(b, "jia", account.Clerk)
	c.must(b.Go(c.base + "/work/hall"))
	c.must(b.See(".pick button"))
	c.until("the page listens", func() bool { return ready(b) })
	c.must(b.Press("<Enter>")) // the first window has the focus
	c.must(b.See("[data-key=n]"))
	c.until("the page listens", func() bool { return ready(b) })
	c.must(b.Press("n"))
	c.must(b.See(".hand .acts"))
	if hand := b.Text(".hand .big b"); !strings.HasPrefix(hand, "H") {
		t.Errorf("called %q", hand)
	}
	before := b.Text(".hall h2 .sum")
	c.ticket(hall.TakeForm{Type: "综合", Priority: queue.Infant})
	c.until("the board shows the new ticket", func() bool {
		now := b.Text(".hall h2 .sum")
		return now != "" && now != before && strings.Contains(b.Text(".hall table"), "带婴幼儿")
	})
	hand := b.Text(".hand .big b")
	c.must(b.Press("n"))
	c.until("the next is in hand", func() bool { now := b.Text(".hand .big b"); return now != "" && now != hand && ready(b) })
	c.must(b.Press("b"))
	c.until("it is being served", func() bool { return strings.Contains(b.Text(".hand .big"), "办理中") && ready(b) })
	c.shot(b, "window")
	found, err := b.Look()
	c.must(err)
	for _, one := range found {
		t.Error(one)
	}
	c.must(b.Press("i"))
	c.until("the intake of that ticket is open", func() bool { return strings.HasPrefix(b.At(), "/work/intake/") })
}

// A display hangs on without anybody signed in, hears of calls, and is a
// stranger once it is ended; a kiosk gives tickets and leads nowhere else.
func TestMachinesOfTheHall(t *testing.T) {
	c, b := found(t), browser(t)
	c.hallPages()
	c.somebody(b, "dao", account.Guide)
	c.must(b.Go(c.base + "/work/hall/kiosk"))
	c.must(b.Click("button[value=display]"))
	c.must(b.See(".display table"))
	if text := b.Text("body"); strings.Contains(text, "虚构dao") || strings.Contains(text, "建设者") {
		t.Errorf("a name on the display: %s", text)
	}
	c.must(c.Do(c.ctx, "POST", "/v1/hall/queue/call", nil, form("建设者", map[string]any{"window": "1"}), nil))
	c.until("the display shows the call", func() bool { return strings.Contains(b.Text("#moving"), "综合窗口一") })
	c.must(b.Go(c.base + "/work/hall"))
	if !strings.HasPrefix(b.At(), "/sign-in") {
		t.Errorf("the display is at %s", b.At())
	}

	b = browser(t)
	c.must(b.Go(c.base + "/kiosk"))
	if text := b.Text("main"); !strings.Contains(text, "还没有启动") {
		t.Errorf("a kiosk for strangers: %s", text)
	}
	c.somebody(b, "xing", account.Guide)
	c.must(b.Go(c.base + "/work/hall/kiosk"))
	c.must(b.Click("button[value=kiosk]"))
	c.must(b.See(".doors"))
	b.Complaints()
	c.look(b, "kiosk", []string{"/kiosk", "/kiosk/ticket", "/kiosk/ticket/H001", "/kiosk/check-in", "/kiosk/guide", "/kiosk/guide?theme=创业", "/kiosk/guide?q=nothing", "/kiosk/ticket/Z999", "/progress"})
	c.must(b.Size(Screens["desk"]))
	c.must(b.Go(c.base + "/progress"))
	c.must(b.Click("main a.button"))
	c.must(b.See(".doors"))
	c.must(b.Go(c.base + "/kiosk/ticket"))
	c.must(b.Click("form button"))
	c.must(b.See(".number"))
	var booked appointment.Booking
	today := c.morning()
	c.must(c.Do(c.ctx, "POST", "/v1/hall/appointments", nil, form("建设者", map[string]any{"day": today, "time": "10:00", "type": "综合", "who": map[string]any{"name": "虚构丙", "telephone": "19900000003"}}), &booked))
	c.must(b.Go(c.base + "/kiosk"))
	c.must(b.Click("a[href='/kiosk/check-in']"))
	c.must(b.See("#code"))
	c.must(b.Fill("#number", "Y2026-999999"))
	c.must(b.Click("form button"))
	c.must(b.See("[role=alert]"))
	c.must(b.Fill("#number", booked.ID))
	c.must(b.Click("form button"))
	c.must(b.See(".number"))
	c.must(b.Go(c.base + "/kiosk/guide"))
	c.must(b.Fill("#q", "民族成份"))
	c.must(b.Click(".seek button"))
	c.must(b.See(".finds a"))
	c.must(b.Click(".finds a"))
	c.must(b.See(".reading"))
	c.shot(b, "kiosk-item")
	found, err := b.Look()
	c.must(err)
	for _, one := range found {
		t.Error(one)
	}
	c.must(b.Go(c.base + "/work/hall/display"))
	if !strings.HasPrefix(b.At(), "/sign-in") {
		t.Errorf("the kiosk is at %s", b.At())
	}
}

// Somebody calls for an appointment: it is booked, and cancelled again.
func TestAppointments(t *testing.T) {
	c, b := found(t), browser(t)
	c.hallPages()
	c.somebody(b, "dao", account.Guide)
	c.must(b.Go(c.base + "/work/hall/appointments?on=" + string(workday.DateOf(time.Now()).Add(2))))
	c.must(b.See(".slots a"))
	c.must(b.Click(".slots a"))
	c.must(b.See("#telephone"))
	c.must(b.Fill("#name", "虚构己"))
	c.must(b.Fill("#telephone", "19900000005"))
	c.must(b.Click("[data-go-on]"))
	c.must(b.See(".thanks"))
	if text := b.Text(".items"); !strings.Contains(text, "09:00-09:30") || strings.Contains(text, "虚构己") {
		t.Errorf("the day reads %s", text)
	}
	c.must(b.Click("td details summary"))
	c.must(b.Click("form[action$=cancel] button"))
	c.until("it is cancelled", func() bool { return strings.Contains(b.Text(".items"), "已取消") })
}

// The result window: the receipt is scanned, and the form of handing out
// stands there.
func TestResultWindow(t *testing.T) {
	c, b := found(t), browser(t)
	state := c.decided()
	c.somebody(b, "chu", account.Deliverer)
	c.must(b.Go(c.base + "/work/results"))
	c.must(b.See("[data-row]"))
	c.until("the page listens", func() bool { return ready(b) })
	c.must(b.Press(state.Number + "<Enter>"))
	c.until("the form of handing out", func() bool { return strings.HasSuffix(b.At(), "/do/hand_out") })
	c.must(b.Go(c.base + "/work/results/slips"))
	c.must(b.Press("320509111000-1-9<Enter>"))
	c.must(b.See("#trouble"))
}
