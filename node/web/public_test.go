package web

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/intake/notice"
	"tongban/node/frame"
)

const goodHash = "0123456789abcdef"

// counter is a node of which people hold documents. now is what its clock says.
func counter(now *time.Time) http.Handler {
	refuse := func(code refusal.Code) error { return refusal.Newf(code, "check", "", "no") }
	mux := http.NewServeMux()
	mux.Handle("GET /web/", frame.Assets())
	mux.Handle("/", Public(Counter{
		Self: func() area.Center { return town },
		Name: func(c area.Center) string { return centerNames[c] },
		Now:  func() time.Time { return *now },
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
	}))
	return mux
}

func post(h http.Handler, named, password string) (int, string) {
	return postFrom(h, "203.0.113.7:1", named, password)
}

func postFrom(h http.Handler, from, named, password string) (int, string) {
	form := url.Values{"case": {named}, "password": {password}}
	r := httptest.NewRequest(http.MethodPost, "/progress", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = from
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	b, _ := io.ReadAll(w.Result().Body)
	return w.Code, string(b)
}

func noon() *time.Time {
	now := time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)
	return &now
}

func TestADocumentIsVerified(t *testing.T) {
	h := counter(noon())
	for _, c := range []struct {
		path string
		code int
		says string
	}{
		{"/p/320509111000.1.7/8/" + goodHash, 200, "文书与办件记录一致"},
		{"/p/320509111000.1.7/8/" + goodHash + "?lang=en", 200, "Notice of acceptance"},
		{"/p/320509111000.1.7/9/" + goodHash, 200, "已作废"},
		{"/p/320509111000.1.7/8/fedcba9876543210", 409, "核验不通过"},
		{"/p/320509111000.1.7/10/" + goodHash, 404, "还没有到这一步"},
		{"/p/320509111000.1.8/8/" + goodHash, 404, "没有这个办件"},
		{"/p/320509111000.1.7/x/" + goodHash, 400, "核验码不完整"},
		{"/p/320509111000.1.7/8/short", 400, "核验码不完整"},
		{"/p/320509111000.1.7/8", 404, ""},
		{"/catalogue", 404, ""},
	} {
		code, body, header := get(t, h, c.path)
		if code != c.code || !strings.Contains(body, c.says) {
			t.Errorf("%s: %d, want %d with %q:\n%s", c.path, code, c.code, c.says, body)
		}
		if c.says != "" && !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: policy %q", c.path, header.Get("Content-Security-Policy"))
		}
		if strings.Contains(body, "/drafts") || strings.Contains(body, "/catalogue") {
			t.Errorf("%s leads to a page that needs a token", c.path)
		}
	}
}

func TestProgressIsToldToWhoKnowsThePassword(t *testing.T) {
	now := noon()
	h := counter(now)
	if code, body, _ := get(t, h, "/progress/320509111000.1.7"); code != 200 || !strings.Contains(body, `value="320509111000.1.7"`) {
		t.Errorf("the form: %d\n%s", code, body)
	}
	code, body := post(h, " 320509111000.1.7 ", "204680")
	if code != 200 {
		t.Fatalf("%d\n%s", code, body)
	}
	for _, words := range []string{"已告知补正", "即将到期", "本人相片", "2026-03-10", "受理", "2026-03-20", "20.00 元", "听证"} {
		if !strings.Contains(body, words) {
			t.Errorf("the page does not say %q", words)
		}
	}
	if strings.Contains(body, "204680") {
		t.Error("the password is on the page")
	}
	for i := range 5 {
		if code, body := post(h, "320509111000.1.7", fmt.Sprint(i)); code != 404 || !strings.Contains(body, "不对") {
			t.Errorf("try %d: %d", i, code)
		}
	}
	if code, _ := post(h, "320509111000.1.7", "204680"); code != 429 {
		t.Errorf("after five wrong ones the right one is answered with %d", code)
	}
	if code, _ := post(h, "320509111000.1.9", "1"); code != 404 {
		t.Errorf("another case: %d", code)
	}
	*now = now.Add(2 * time.Minute)
	if code, _ := post(h, "320509111000.1.7", "204680"); code != 200 {
		t.Errorf("two minutes later: %d", code)
	}
	if code, _ := post(h, strings.Repeat("9", 90), "1"); code != 404 {
		t.Errorf("a long number: %d", code)
	}
	if code, _ := post(h, strings.Repeat("9", 9000), "1"); code == 200 {
		t.Errorf("a huge body: %d", code)
	}
}

func TestSoManyQuestionsAndNoMore(t *testing.T) {
	now := noon()
	h := counter(now)
	ask := func(from string) int {
		r := httptest.NewRequest(http.MethodGet, "/progress", nil)
		r.RemoteAddr = from
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	shut := 0
	for range 1000 {
		if ask("203.0.113.7:1") == http.StatusTooManyRequests {
			shut++
		}
	}
	if shut != 960 {
		t.Errorf("%d of 1000 of one client were turned away, want 960", shut)
	}
	if code := ask("203.0.113.8:1"); code != 200 {
		t.Errorf("one client shuts another out: %d", code)
	}
	for n := range 400 {
		ask(fmt.Sprintf("198.51.%d.%d:1", n/200, n%200))
	}
	if code := ask("203.0.113.9:1"); code != 429 {
		t.Errorf("the gate of all: %d", code)
	}
	*now = now.Add(time.Second)
	if code, _, _ := get(t, h, "/progress"); code != 200 {
		t.Errorf("a second later: %d", code)
	}
	g := newGate(1, time.Minute)
	for i := range maxKeys {
		g.pass(fmt.Sprint(i), *now)
	}
	if g.pass("new", *now) || !g.pass("new", now.Add(time.Hour)) {
		t.Error("a full gate does not shut, or does not open again")
	}
	if g = newGate(2, time.Minute); !g.pass("a", *now) || !g.pass("a", now.Add(-time.Hour)) || g.pass("a", now.Add(-time.Hour)) {
		t.Error("a clock that is set back opens or shuts the gate")
	}
}

// Whoever tries passwords shuts the one with the receipt out from no other
// address, and gets no further from many.
func TestTriesOfAPassword(t *testing.T) {
	h := counter(noon())
	const id = "320509111000.1.7"
	for range 20 {
		postFrom(h, "198.51.100.1:1", id, "0")
	}
	if code, _ := postFrom(h, "203.0.113.7:1", id, "204680"); code != 200 {
		t.Errorf("a stranger's tries shut the applicant out: %d", code)
	}
	tried := 0
	for n := range 60 {
		if code, _ := postFrom(h, fmt.Sprintf("198.51.101.%d:1", n), id, "0"); code == 404 {
			tried++
		}
	}
	if tried != 35 {
		t.Errorf("%d more tries from many addresses, want 35", tried)
	}
	if code, _ := postFrom(h, "203.0.113.8:1", "320509111000.1.8", "0"); code != 404 {
		t.Errorf("another case: %d", code)
	}
}

func TestAsker(t *testing.T) {
	for _, c := range []struct{ from, forwarded, want string }{
		{"203.0.113.7:80", "", "203.0.113.7"},
		{"203.0.113.7:80", "198.51.100.1", "203.0.113.7"},
		{"[2001:db8:1:2:3::4]:80", "", "2001:db8:1:2::/64"},
		{"[2001:db8:1:2:ffff::]:80", "", "2001:db8:1:2::/64"},
		{"[::ffff:203.0.113.7]:80", "", "203.0.113.7"},
		{"127.0.0.1:80", "203.0.113.7, 2001:db8:1:2::9", "2001:db8:1:2::/64"},
		{"[::1]:80", "nonsense", "::/64"},
		{"@", "", "@"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.from
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := asker(r); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}
