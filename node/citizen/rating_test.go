package citizen

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/rule"
	"tongban/consensus/refusal"
	"tongban/intake/rating"
)

const (
	goodLink  rating.Token = "23456789bcdfghjkmnpqrstvwxyz2345"
	ratedLink rating.Token = "33456789bcdfghjkmnpqrstvwxyz2345"
	namedLink rating.Token = "43456789bcdfghjkmnpqrstvwxyz2345"
)

// slips is a node that has given out three links; what came in is kept.
type slips struct {
	now  time.Time
	came []rating.Form
}

func (s *slips) page(t rating.Token) (rating.Page, error) {
	p := rating.Page{ItemName: "居住证办理", Grades: rating.Grades(rule.Rating{}), Name: t == namedLink}
	switch {
	case t == ratedLink || t == goodLink && len(s.came) > 0:
		p.Grade, p.On, p.Stage, p.Answers = 4, "2026-03-02", rating.StageAnswered, []string{"已调整窗口安排，向您致歉。"}
		return p, nil
	case t == goodLink || t == namedLink:
		return p, nil
	}
	return p, refusal.Newf(rating.NoLink, "open", "", "nobody was given that link")
}

func (s *slips) give(_ context.Context, t rating.Token, f rating.Form) (rating.State, error) {
	switch {
	case t != goodLink && t != ratedLink && t != namedLink:
		return rating.State{}, refusal.Newf(rating.NoLink, "rate", "", "nobody was given that link")
	case t == ratedLink || len(s.came) > 0:
		return rating.State{}, refusal.Newf(rating.AlreadyRated, "rate", "", "it was rated")
	case f.Grade == 0:
		return rating.State{}, refusal.Newf(rating.BadGrade, "rate", "", "no grade")
	case t == namedLink && f.Name == "":
		return rating.State{}, refusal.Newf(rating.NameNeeded, "rate", "", "no name")
	}
	s.came = append(s.came, f)
	return rating.State{}, nil
}

func newSlips() (*slips, http.Handler) {
	s := &slips{now: time.Date(2026, 3, 4, 4, 0, 0, 0, time.UTC)}
	return s, Rate(Rater{
		Self: func() area.Center { return town }, Name: func(area.Center) string { return "黎里镇为民服务中心" },
		Page: s.page, Give: s.give, Now: func() time.Time { return s.now },
	})
}

func visit(h http.Handler, method, path string, form url.Values, from string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.RemoteAddr = from
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRatePage(t *testing.T) {
	s, h := newSlips()
	const me = "203.0.113.7:40000"
	open := "/rate/" + string(goodLink)
	w := visit(h, "GET", open, nil, me)
	for _, says := range []string{"非常满意", "Very dissatisfied", "居住证办理", "窗口和被评价的工作人员看不到", `action="` + open + `"`, "English"} {
		if !strings.Contains(w.Body.String(), says) {
			t.Errorf("the page does not say %s", says)
		}
	}
	if strings.Contains(w.Body.String(), "<script") || !strings.Contains(w.Header().Get("Content-Security-Policy"), "form-action 'self'") {
		t.Error("a script, or no policy")
	}
	if w := visit(h, "GET", open+"?lang=en&by=tablet", nil, me); !strings.Contains(w.Body.String(), "How were you served?") || !strings.Contains(w.Body.String(), "?by=tablet") {
		t.Error("the English page of a tablet")
	}
	for _, c := range []struct {
		path string
		form url.Values
		code int
		says string
	}{
		{"/rate/nonsense", url.Values{"grade": {"1"}}, 404, "没有这个评价链接"},
		{"/rate/" + strings.Repeat("2", 32), url.Values{"grade": {"1"}}, 404, "没有这个评价链接"},
		{"/rate/" + string(ratedLink), url.Values{"grade": {"1"}}, 409, "只能评一次"},
		{open, url.Values{"words": {"<b>写好的话</b>"}}, 422, "&lt;b&gt;写好的话"},
		{open, url.Values{"grade": {"4; drop"}}, 422, "请先选择"},
		{open, url.Values{"grade": {"1"}, "words": {strings.Repeat("长", 6000)}}, 413, "内容过长"},
		{"/rate/" + string(namedLink), url.Values{"grade": {"5"}}, 422, "请留下姓名或电话"},
	} {
		w := visit(h, "POST", c.path, c.form, me)
		if w.Code != c.code || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s %.80v: %d, want %d and %s", c.path, c.form, w.Code, c.code, c.says)
		}
	}
	if len(s.came) != 0 {
		t.Fatal("something was taken in")
	}
	w = visit(h, "POST", open+"?by=message", url.Values{"grade": {"4"}, "words": {"等得久"}, "telephone": {"13900000000"}}, me)
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != open+"?done=1" {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	if f := s.came[0]; f.Grade != 4 || f.Channel != rating.Message || f.Words != "等得久" || f.Telephone != "13900000000" {
		t.Errorf("%+v", f)
	}
	if w := visit(h, "GET", open+"?done=1", nil, me); !strings.Contains(w.Body.String(), "您的评价已收到") || strings.Contains(w.Body.String(), "等得久") {
		t.Error("the thanks, and no words")
	}
	if w := visit(h, "GET", open, nil, me); !strings.Contains(w.Body.String(), "只能评一次") || strings.Contains(w.Body.String(), "<form") {
		t.Error("it may be rated again")
	}
	if w := visit(h, "DELETE", open, nil, me); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("DELETE: %d", w.Code)
	}
}

func TestRatePageIsLimited(t *testing.T) {
	s, h := newSlips()
	ask := func(from, forwarded string) int {
		r := httptest.NewRequest("GET", "/rate/"+string(goodLink), nil)
		r.RemoteAddr = from
		r.Header.Set("X-Forwarded-For", forwarded)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for range 60 {
		ask("203.0.113.7:1", "")
	}
	for from, want := range map[[2]string]int{
		{"203.0.113.7:2", ""}: 429, {"203.0.113.7:2", "198.51.100.1"}: 429, {"203.0.113.8:1", ""}: 200,
		{"127.0.0.1:9", "203.0.113.7"}: 429, {"127.0.0.1:9", "203.0.113.7, 203.0.113.9"}: 200,
	} {
		if got := ask(from[0], from[1]); got != want {
			t.Errorf("%v: %d, want %d", from, got, want)
		}
	}
	s.now = s.now.Add(time.Minute)
	if got := ask("203.0.113.7:2", ""); got != 200 {
		t.Errorf("a minute later: %d", got)
	}
	for i := range 6 {
		w := visit(h, "POST", "/rate/"+string(namedLink), url.Values{"grade": {"5"}}, fmt.Sprintf("198.51.100.%d:1", i))
		if want := map[bool]int{true: 429, false: 422}[i == 5]; w.Code != want {
			t.Errorf("try %d of one link: %d, want %d", i, w.Code, want)
		}
	}
}

// The page for ratings has words of its own.
func TestRateWords(t *testing.T) {
	var said string
	for _, name := range []string{"pages/rate.html", "rating.go"} {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		said += string(raw)
	}
	asked := map[string]bool{}
	for _, found := range regexp.MustCompile(`\.Word[ (]"(\w+)"|again\("(\w+)"`).FindAllStringSubmatch(said, -1) {
		key := found[1] + found[2]
		if asked[key] = true; rateWords[key][0] == "" || rateWords[key][1] == "" {
			t.Errorf("%q is no word, or lacks a language", key)
		}
	}
	for key := range rateWords {
		if !asked[key] && !strings.Contains(said, `"`+key+`"`) {
			t.Errorf("the page never says %s", key)
		}
	}
}
