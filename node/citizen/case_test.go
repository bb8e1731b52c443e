package citizen

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tongban/intake/desk"
)

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

func TestADocumentIsVerified(t *testing.T) {
	h := serve(noon())
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
		{"/drafts", 404, ""},
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
	h := serve(now)
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

// A number is found however a telephone or an input method types it, and no
// other way of typing it has tries of its own.
func TestNumbersAsTheyAreTyped(t *testing.T) {
	c, _ := node(noon())
	tell := c.Progress
	const number = "TE440113500000117054421060410022026030200010MWE7L1"
	c.Progress = func(named, password string) (desk.Progress, error) {
		if named == number {
			named = "320509111000.1.7"
		}
		return tell(named, password)
	}
	h := New(c)
	for _, as := range []string{number, "te440113500000117054421060410022026030200010mwe7l1", "TE4401 1350 0000117054421060410022026030200010MWE7L1", "３２０５０９１１１０００．１．７"} {
		if code, body := post(h, as, "204680"); code != 200 {
			t.Errorf("%q: %d\n%s", as, code, body)
		}
	}
	for i := range 5 {
		post(h, []string{"TE", "te", "Te", "t e", "ｔｅ"}[i], "0")
	}
	if code, _ := post(h, "tE", "0"); code != 429 {
		t.Errorf("another way of typing a number is answered with %d", code)
	}
}

func TestSoManyQuestionsAndNoMore(t *testing.T) {
	now := noon()
	h := serve(now)
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
	if shut != 880 {
		t.Errorf("%d of 1000 of one client were turned away, want 880", shut)
	}
	if code := ask("203.0.113.8:1"); code != 200 {
		t.Errorf("one client shuts another out: %d", code)
	}
	for n := range 800 {
		ask(fmt.Sprintf("198.51.%d.%d:1", n/200, n%200))
	}
	if code := ask("203.0.113.9:1"); code != 429 {
		t.Errorf("the gate of all: %d", code)
	}
	*now = now.Add(time.Second)
	if code, _, _ := get(t, h, "/progress"); code != 200 {
		t.Errorf("a second later: %d", code)
	}
}

// Whoever tries passwords shuts the one with the receipt out from no other
// address, and gets no further from many.
func TestTriesOfAPassword(t *testing.T) {
	h := serve(noon())
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
