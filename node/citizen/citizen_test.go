package citizen

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/search"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/intake/hall/appointment"
	"tongban/intake/hall/timetable"
	"tongban/intake/notice"
	"tongban/node/frame"
	"tongban/node/frame/frametest"
	"tongban/node/guidance"
)

const (
	town     = area.Center("320509111000")
	goodHash = "0123456789abcdef"
	secret   = "内部口径：从严掌握"
)

// shelf is a catalogue of one item, with a form and with what only staff read.
type shelf struct{}

func residence() item.Item {
	return item.Item{
		Ref: item.Ref{Code: "TB-RESIDENCE", Area: "320509000000", Version: 2}, Name: "居住证办理", Alias: []string{"暂住证"}, Themes: []string{"户籍办理"}, Applicants: []item.Applicant{item.NaturalPerson},
		Department: "公安", Level: area.Town, Type: item.Confirmation, Kind: item.Promised, Subject: item.ByResidence, WindowTypes: []string{"公安"},
		Promise: item.Limit{Tenths: 30, Unit: item.WorkingDays},
		Situations: []item.Situation{
			{ID: "matter", Question: "办理类型", Options: []item.Option{{ID: "new", Text: "首次申领"}, {ID: "lost", Text: "遗失补领"}}},
		},
		Materials: []item.Material{
			{ID: "form", Name: "申请表", Need: item.Required, Originals: 1, Blank: &item.Attachment{Name: "申请表.docx", Hash: strings.Repeat("a", 64), Size: 5}},
			{ID: "loss", Name: "遗失声明", Need: item.Required, Originals: 1, If: `matter == "lost"`},
		},
		Handbook: []item.Point{{Title: secret, Standard: secret}},
		Origin:   item.Origin{Area: "广东省河源市", Date: "2026-11-22", Source: "办事指南"},
	}
}

func (shelf) On(day workday.Date) register.Moment { return register.Moment{Day: day} }

func (shelf) Item(c item.Code, _ area.Code, _ register.Moment) (*item.Item, bool) {
	it := residence()
	return &it, c == it.Ref.Code
}

func (shelf) History(item.Code) ([]register.Published, error) {
	return []register.Published{{Ref: residence().Ref, Effective: "2026-01-01", Staff: "虚构起草人"}}, nil
}

func (shelf) Supplement(item.Code, area.Center, register.Moment) (item.Supplement, bool) {
	return item.Supplement{Window: "3 号窗口"}, true
}

// diary is a hall in memory, as the real one answers.
type diary struct {
	mu    sync.Mutex
	now   *time.Time
	made  []hall.BookForm
	gone  map[string]bool
	fails error
}

func (d *diary) Slots(day workday.Date, t string) ([]timetable.Slot, error) {
	slots := timetable.Slots(d.hours(), day, workday.Calendar{})
	return slices.DeleteFunc(slots, func(s timetable.Slot) bool { return t != "" && s.Type != t && s.Type != "" }), nil
}

func (*diary) TypeFor(item.Code) (string, error) { return "公安", nil }

func (d *diary) hours() []timetable.Entry {
	return []timetable.Entry{
		{ID: "T1", Kind: timetable.Hours, Days: []string{"mon", "wed"}, Hours: []timetable.Span{{From: 9 * 60, To: 11 * 60}}, Types: []string{"综合", "公安"}, Minutes: 30, Capacity: 2, Note: secret, Staff: []string{"虚构值班人"}},
		{ID: "T2", Kind: timetable.Station, Place: "虚构驿站", Days: []string{"sun"}, Hours: []timetable.Span{{From: 8 * 60, To: 9 * 60}}},
	}
}

func (d *diary) Book(by hall.By, form hall.BookForm) (appointment.Booking, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fails != nil {
		return appointment.Booking{}, d.fails
	}
	for i, old := range d.made {
		if old.Who.Matter == by.Key {
			return d.booking(i), nil
		}
	}
	form.Who.Matter = by.Key // where the test remembers it
	d.made = append(d.made, form)
	return d.booking(len(d.made) - 1), nil
}

func (d *diary) booking(i int) appointment.Booking {
	f := d.made[i]
	at, _ := timetable.ParseClock(f.Time)
	b := appointment.Booking{ID: fmt.Sprintf("Y2026-%d", i+1), Day: f.Day, Type: f.Type, Item: f.Item, Home: f.Home, Channel: f.Channel, State: appointment.Booked}
	if f.Time != "" {
		b.Span = timetable.Span{From: at, To: at + 30}
	}
	if d.gone[b.ID] {
		b.State = appointment.Cancelled
	}
	return b
}

func (d *diary) Own(id, code string) (hall.BookingView, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, f := range d.made {
		if b := d.booking(i); b.ID == id && f.Secret.Opens(code) {
			return hall.BookingView{Booking: b, Person: &appointment.Person{Name: "虚*", Telephone: "199****0001"}}, nil
		}
	}
	return hall.BookingView{}, refusal.Newf(appointment.NotYours, "", "", "none")
}

func (d *diary) CancelOwn(id, code, _ string) (hall.BookingView, error) {
	if _, err := d.Own(id, code); err != nil {
		return hall.BookingView{}, err
	}
	d.mu.Lock()
	d.gone[id] = true
	d.mu.Unlock()
	return d.Own(id, code)
}

func noon() *time.Time {
	now := time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC) // a Wednesday
	return &now
}

// stock is what the center takes: the item, and as many others that two pages
// of a theme hold.
func stock() guidance.Shelf {
	it := residence()
	all := []search.Entry{search.EntryOf(&it)}
	for n := range 40 {
		all = append(all, search.Entry{
			Ref: item.Ref{Code: item.Code(fmt.Sprintf("TB-%02d", n)), Area: it.Ref.Area}, Name: fmt.Sprintf("虚构事项%02d", n), Department: "民政",
			Themes: []string{"社会救助"}, Serves: search.Serves(1 + n%2),
		})
	}
	x := search.New(all)
	return guidance.Shelf{
		Find:  func(_ context.Context, q search.Query) []search.Hit { return x.Find(q) },
		Count: func(_ context.Context, q search.Query) search.Counts { return x.Count(q) },
	}
}

// node is one that people without an account ask. now is what its clock says.
func node(now *time.Time) (Config, *diary) {
	refuse := func(code refusal.Code) error { return refusal.Newf(code, "check", "", "no") }
	d := &diary{now: now, gone: map[string]bool{}}
	return Config{
		Self: func() area.Center { return town }, Name: func(area.Center) string { return "黎里镇为民服务中心" }, Now: func() time.Time { return *now },
		Reach:     func() (string, string) { return "虚构路1号", "0512-00000000" },
		Catalogue: shelf{}, Public: "https://zw.example.cn",
		Shelf: stock(),
		Form:  func(context.Context, string) ([]byte, error) { return []byte("blank"), nil },
		Hours: d.hours, On: func(day workday.Date) ([]timetable.Entry, bool) { return d.hours()[:1], false },
		Hall: d, Appointments: true, HomeVisits: true,
		Check: func(id casefile.ID, seq uint64, hash string) (desk.Authentic, error) {
			a := desk.Authentic{Case: id, Number: "TE440113500000117054421060410022026030200010MWE7L1", Item: "居住证办理", Kind: casefile.Accepted, Center: "黎里镇为民服务中心", Day: "2026-03-02",
				Papers: []desk.Attested{{Kind: notice.Acceptance, Number: "320509111000受〔2026〕000001号"}}}
			switch {
			case id != "320509111000.1.7":
				return a, refuse(refusal.NotFound)
			case len(hash) != 16:
				return a, refuse(refusal.Malformed)
			case seq == 9:
				a.Papers = []desk.Attested{{Kind: notice.Decision, Number: "320509111000决〔2026〕000001号", Void: true, Reason: "打印有误", Instead: "320509111000决〔2026〕000002号"}}
			case seq > 9:
				return a, refuse(desk.NotHereYet)
			case hash != goodHash:
				return a, refuse(desk.NotAuthentic)
			}
			return a, nil
		},
		Progress: func(named, password string) (desk.Progress, error) {
			if named != "320509111000.1.7" || password != "204680" {
				return desk.Progress{}, refuse(desk.NoProgress)
			}
			return desk.Progress{
				Case: "320509111000.1.7", Number: "TE440113500000117054421060410022026030200010MWE7L1", Item: "居住证办理", Center: "黎里镇为民服务中心", Phone: "0512-00000000",
				Phase: casefile.PhaseNoticed, Opened: "2026-03-02", Due: "2026-03-20", Lamp: clock.Yellow, Waits: casefile.Hearing,
				Missing: []string{"本人相片", "居住地住址证明"}, Bring: "2026-03-10", Owed: 2000, Collect: "黎里镇为民服务中心",
				Steps: []desk.Progressed{{Name: "受理", Center: "黎里镇为民服务中心", Day: "2026-03-03"}, {Name: "决定"}},
			}, nil
		},
	}, d
}

// serve is that node behind its address.
func serve(now *time.Time) http.Handler {
	c, _ := node(now)
	mux := http.NewServeMux()
	mux.Handle("GET /web/", frame.Assets())
	mux.Handle("/", New(c))
	return mux
}

func get(t *testing.T, h http.Handler, address string) (int, string, http.Header) {
	t.Helper()
	w := visit(h, http.MethodGet, address, nil, "192.0.2.1:1234")
	return w.Code, w.Body.String(), w.Header()
}

// Every word is there in both languages, and some page says it.
func TestWords(t *testing.T) {
	frametest.Words(t, set, "pages/*.html", "*.go")
	var said string
	for _, pattern := range []string{"pages/*.html", "*.go"} {
		names, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			raw, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if name != "words.go" {
				said += string(raw)
			}
		}
	}
	for key, w := range words {
		if w[0] == "" || w[1] == "" || !strings.Contains(said, `"`+key+`"`) {
			t.Errorf("%s lacks a language, or nobody says it", key)
		}
	}
}

// Every page that anybody opens is whole, small, in the reader's language, and
// has nothing that only staff read.
func TestPublicPages(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		h := serve(noon())
		for address, says := range map[string][2]string{
			"/public":                              {"您要办什么？", "What can we do for you?"},
			"/guide":                               {"常办事项", "Most asked for"},
			"/guide?q=jzz":                         {"找到的事项", "Found"},
			"/guide?q=nothing":                     {"没有找到", "Nothing was found"},
			"/guide?department=%E5%85%AC%E5%AE%89": {"居住证办理", "Found"},
			"/guide?theme=%E7%A4%BE%E4%BC%9A%E6%95%91%E5%8A%A9":        {"第 1–30 项，共 40 项", "1–30 of 40"},
			"/guide?theme=%E7%A4%BE%E4%BC%9A%E6%95%91%E5%8A%A9&page=2": {"第 31–40 项，共 40 项", "31–40 of 40"},
			"/guide?for=body":                                                           {"20 项", "20 items"},
			"/guide?theme=none":                                                         {"没有找到", "Nothing was found"},
			"/guide/TB-RESIDENCE":                                                       {"我要带什么？", "What do I have to bring?"},
			"/guide/TB-RESIDENCE?s.matter=lost":                                         {"遗失声明", "遗失声明"},
			"/guide/TB-RESIDENCE?s.matter=bogus":                                        {"请重新选择", "choose again"},
			"/guide/TB-RESIDENCE?staff=1&version=1&day=2020-01-01":                      {"3 号窗口", "3 号窗口"},
			"/guide/TB-RESIDENCE/print?staff=1":                                         {"https://zw.example.cn/guide/TB-RESIDENCE", "https://zw.example.cn/guide/TB-RESIDENCE"},
			"/appointment":                                                              {"办哪一类业务", "What is it about?"},
			"/appointment?item=TB-RESIDENCE":                                            {"2026-03-09 周一", "2026-03-09 Mon"},
			"/appointment?type=%E7%BB%BC%E5%90%88&on=2026-03-09":                        {"09:00-09:30", "09:00-09:30"},
			"/appointment?type=%E7%BB%BC%E5%90%88&on=2026-03-10":                        {"最近可约", "2026-03-11 Wed"},
			"/appointment?type=%E7%BB%BC%E5%90%88&on=2026-12-09":                        {"90天以内", "within the next 90"},
			"/appointment/book?type=%E7%BB%BC%E5%90%88&on=2026-03-09&at=09:30&entry=T1": {"不核对是谁", "check who books"},
			"/appointment/book?home=1":                                                  {"上门地址", "Where we should come"},
			"/appointment/mine":                                                         {"取消码", "Code"},
			"/appointment/mine/Y2026-000001":                                            {`value="Y2026-000001"`, `value="Y2026-000001"`},
			"/progress":                                                                 {"办件进度查询", "How far is my case?"},
		} {
			joint := "?"
			if strings.Contains(address, "?") {
				joint = "&"
			}
			code, body, header := get(t, h, address+joint+"lang="+lang)
			want := says[0]
			if lang == "en" {
				want = says[1]
			}
			if code != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("%s (%s): %d, want %q in\n%s", address, lang, code, want, body)
			}
			for _, bad := range []string{secret, "虚构值班人", "虚构起草人", "/catalogue", "/drafts", "/work", "<script", " style=", "ZgotmplZ", "<no value>"} {
				if strings.Contains(body, bad) {
					t.Errorf("%s (%s) says %q", address, lang, bad)
				}
			}
			if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "script") {
				t.Errorf("%s: policy %q", address, policy)
			}
			if len(body) > 100_000 {
				t.Errorf("%s has %d bytes", address, len(body))
			}
		}
	}
}

func TestWhatIsNotThere(t *testing.T) {
	h := serve(noon())
	for address, want := range map[string]int{
		"/guide/NONE": 404, "/guide/NONE/print": 404, "/guide/no%20code": 404, "/guide/TB-RESIDENCE/form/" + strings.Repeat("b", 64): 404,
		"/guide/TB-RESIDENCE/form/" + strings.Repeat("a", 64): 200, "/guide/NONE/form/" + strings.Repeat("a", 64): 404, "/appointment/nothing": 404,
	} {
		if code, body, _ := get(t, h, address); code != want {
			t.Errorf("%s: %d, want %d\n%s", address, code, want, body)
		}
	}
	_, body, header := get(t, h, "/guide/TB-RESIDENCE/form/"+strings.Repeat("a", 64))
	if body != "blank" || header.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment; filename") {
		t.Errorf("the form: %q %v", body, header)
	}
	c, _ := node(noon())
	c.Appointments, c.HomeVisits = false, false
	h = New(c)
	for _, address := range []string{"/appointment", "/appointment/book", "/appointment/mine"} {
		if code, body, _ := get(t, h, address); code != 404 || !strings.Contains(body, "没有开通网上预约") {
			t.Errorf("%s where nothing can be booked: %d", address, code)
		}
	}
	if w := visit(h, "POST", "/appointment/book", url.Values{"name": {"虚构甲"}}, "203.0.113.7:1"); w.Code == http.StatusOK {
		t.Errorf("booked where nothing can be: %d", w.Code)
	}
	if _, body, _ := get(t, h, "/public"); strings.Contains(body, "/appointment") {
		t.Error("the start leads to appointments")
	}
}

var (
	keyField  = regexp.MustCompile(`name="key" value="([A-Z2-7]+)"`)
	codeShown = regexp.MustCompile(`id="code"><b>([0-9 ]+)</b>`)
)

func bookForm(t *testing.T, h http.Handler) url.Values {
	t.Helper()
	w := visit(h, "GET", "/appointment/book?type=%E5%85%AC%E5%AE%89&on=2026-03-09&at=09:30&entry=T1&item=TB-RESIDENCE", nil, "192.0.2.7:1")
	key := keyField.FindStringSubmatch(w.Body.String())
	if key == nil {
		t.Fatalf("no key in the form:\n%s", w.Body)
	}
	return url.Values{"key": {key[1]}, "type": {"公安"}, "on": {"2026-03-09"}, "at": {"09:30"}, "entry": {"T1"}, "item": {"TB-RESIDENCE"}, "name": {"虚构甲"}, "telephone": {"199-0000-0001"}}
}

// Somebody books, sends the form twice, sees the booking, and cancels it.
func TestBooking(t *testing.T) {
	c, d := node(noon())
	h := New(c)
	const me = "203.0.113.7:1"
	form := bookForm(t, h)
	for field, bad := range map[string]string{"telephone": "叫我", "name": " "} {
		was := form.Get(field)
		form.Set(field, bad)
		if w := visit(h, "POST", "/appointment/book", form, me); w.Code != 422 || !strings.Contains(w.Body.String(), `role="alert"`) {
			t.Errorf("a bad %s: %d", field, w.Code)
		}
		form.Set(field, was)
	}
	w := visit(h, "POST", "/appointment/book", form, me)
	shown := codeShown.FindStringSubmatch(w.Body.String())
	if w.Code != 200 || shown == nil || len(d.made) != 1 || d.made[0].Channel != appointment.Net || d.made[0].Entry != "T1" || d.made[0].Item != "TB-RESIDENCE" {
		t.Fatalf("%d %+v\n%s", w.Code, d.made, w.Body)
	}
	if body := w.Body.String(); strings.Contains(body, "虚构甲") || strings.Contains(body, "19900000001") || !strings.Contains(body, `aria-label="https://zw.example.cn/appointment/mine/Y2026-1"`) {
		t.Errorf("the page of the booking:\n%s", body)
	}
	if again := visit(h, "POST", "/appointment/book", form, me); len(d.made) != 1 || codeShown.FindStringSubmatch(again.Body.String())[1] != shown[1] {
		t.Error("sent twice, it is booked twice or has another code")
	}
	elsewhere := New(c) // the node began anew, with another secret
	if again := visit(elsewhere, "POST", "/appointment/book", form, me); codeShown.MatchString(again.Body.String()) || !strings.Contains(again.Body.String(), "取消码已经显示过") {
		t.Error("a code is shown that opens nothing")
	}
	mine := url.Values{"number": {" y２０２６-1 "}, "code": {strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			r += 0xfee0 // as an input method for Chinese gives them
		}
		return r
	}, shown[1])}}
	if w := visit(h, "POST", "/appointment/mine", mine, me); w.Code != 200 || !strings.Contains(w.Body.String(), "已预约") || w.Result().Header.Get("Location") != "" {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	if w := visit(h, "POST", "/appointment/cancel", mine, me); w.Code != 200 || !strings.Contains(w.Body.String(), "预约已取消") || !d.gone["Y2026-1"] {
		t.Errorf("%d\n%s", w.Code, w.Body)
	}
	for code, status := range map[refusal.Code]int{appointment.SlotFull: 409, appointment.NoSlot: 409, appointment.Twice: 409, refusal.Unavailable: 503, "": 500} {
		d.fails = refusal.Newf(code, "", "", "no")
		if code == "" {
			d.fails = fmt.Errorf("the disk is gone")
		}
		if w := visit(h, "POST", "/appointment/book", bookForm(t, h), "198.51.100."+fmt.Sprint(status/100+len(code))+":1"); w.Code != status || !strings.Contains(w.Body.String(), `value="虚构甲"`) {
			t.Errorf("%q: %d, want %d, with what was typed", code, w.Code, status)
		}
	}
}

// Nobody books without end, nobody finds a code by trying, and a form of another
// site books nothing.
func TestBookingIsLimited(t *testing.T) {
	now := noon()
	c, d := node(now)
	h := New(c)
	taken := 0
	for range 10 {
		if w := visit(h, "POST", "/appointment/book", bookForm(t, h), "203.0.113.7:1"); w.Code == 200 {
			taken++
		}
		*now = now.Add(time.Second)
	}
	if taken != 6 {
		t.Errorf("one address booked %d times at once, want 6", taken)
	}
	if w := visit(h, "POST", "/appointment/book", bookForm(t, h), "203.0.113.8:1"); w.Code != 200 {
		t.Errorf("it shuts another out: %d", w.Code)
	}
	huge := bookForm(t, h)
	huge.Set("name", strings.Repeat("长", 9000))
	if w := visit(h, "POST", "/appointment/book", huge, "203.0.113.9:1"); w.Code != 413 {
		t.Errorf("a huge form: %d", w.Code)
	}
	try := func(id, from string) int {
		return visit(h, "POST", "/appointment/mine", url.Values{"number": {id}, "code": {"000000000"}}, from).Code
	}
	for i := range 6 {
		if want := map[bool]int{true: 429, false: 404}[i == 5]; try("Y2026-1", "198.51.100.1:1") != want {
			t.Errorf("try %d: want %d", i, want)
		}
	}
	guessed := 0
	for i := range 30 { // one code on every booking
		if *now = now.Add(time.Second); try(fmt.Sprintf("Y2026-%d", i+10), "198.51.100.2:1") == 404 {
			guessed++
		}
	}
	if guessed != 20 {
		t.Errorf("%d guesses of one address, want 20", guessed)
	}
	before := len(d.made)
	r := httptest.NewRequest("POST", "/appointment/book", strings.NewReader(bookForm(t, h).Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	if h.ServeHTTP(w, r); w.Code != http.StatusForbidden || len(d.made) != before {
		t.Errorf("a form of another site: %d", w.Code)
	}
}

// A visit at home is asked for with an address and without a time.
func TestHomeVisit(t *testing.T) {
	c, d := node(noon())
	h := New(c)
	form := bookForm(t, h)
	form.Set("home", "1")
	if w := visit(h, "POST", "/appointment/book", form, "203.0.113.7:1"); w.Code != 422 {
		t.Errorf("without an address: %d", w.Code)
	}
	form.Set("address", "虚构村1号")
	if w := visit(h, "POST", "/appointment/book", form, "203.0.113.7:1"); w.Code != 200 || len(d.made) != 1 || !d.made[0].Home || d.made[0].Day != "" || d.made[0].Time != "" {
		t.Errorf("%d %+v", w.Code, d.made)
	}
	c.HomeVisits = false
	if w := visit(New(c), "POST", "/appointment/book", form, "203.0.113.7:1"); w.Code == 200 && d.made[len(d.made)-1].Home && len(d.made) > 1 {
		t.Error("a visit where none is offered")
	}
}
