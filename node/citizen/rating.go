package citizen

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/rule"
	"tongban/consensus/refusal"
	"tongban/intake/rating"
	"tongban/node/frame"
	"tongban/node/visitor"
)

// Rater is the node as whoever holds the link of a rating sees it. All of it is
// safe for concurrent use.
type Rater struct {
	Self func() area.Center
	Name func(c area.Center) string // of a center, in words
	Page func(t rating.Token) (rating.Page, error)
	Give func(ctx context.Context, t rating.Token, f rating.Form) (rating.State, error)
	Now  func() time.Time
	Log  *slog.Logger
}

type rater struct {
	Rater
	pages *frame.Pages
	all   *visitor.Gate // of everybody together
	each  *visitor.Gate // by address
	tell  *visitor.Gate // of ratings, by link
}

// maxRated bounds what the form may send, in bytes: its texts, each character
// as nine.
const maxRated = 16 << 10

// Rate answers /rate/, where an applicant rates a case or a visit by the link
// that was given out for it. The link is all that it takes, and nothing else is
// asked: a page of another origin doesn't have it.
func Rate(c Rater) http.Handler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	s := &rater{Rater: c, all: visitor.NewGate(600, 20*time.Millisecond), each: visitor.NewGate(60, time.Second), tell: visitor.NewGate(5, time.Minute)}
	s.pages = &frame.Pages{Set: set, Center: func() string { return c.Name(c.Self()) }, Now: c.Now, Log: c.Log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /rate/{token}", s.serve(s.show))
	mux.HandleFunc("POST /rate/{token}", s.serve(s.take))
	return mux
}

// rate is what the page says.
type rate struct {
	rating.Page
	Grades    []grade
	Action    string
	By        rating.Channel
	Thanks    bool
	Why       string // why it was not taken
	Chosen    int    // what stood in the form that was not taken
	Private   rating.Private
	GradeName string // of what was given
	StageName string
	Max       map[string]int
	english   bool
	unread    error // why the form can't be read
}

type grade struct {
	Number int
	Name   string
	Other  string // in the other language
	Chosen bool
}

// Word is one of the words of the page.
func (d *rate) Word(key string) string {
	w := rateWords[key]
	if d.english {
		return w[1]
	}
	return w[0]
}

// serve answers one request, if not too much is asked.
func (s *rater) serve(do func(w http.ResponseWriter, r *http.Request, p *page, d *rate) (status int)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxRated)
		unread := r.ParseForm() // here: whoever asks for a field first reads it, and forgets what was wrong
		p := s.pages.Page(w, r)
		p.Day, p.Query = "", nil
		p.Name = "rate"
		d := &rate{unread: unread, By: rating.QR, Action: r.URL.EscapedPath(), english: p.English(),
			Max: map[string]int{"words": rating.MaxWords, "name": rating.MaxName, "telephone": rating.MaxTelephone}}
		if by := rating.Channel(r.URL.Query().Get("by")); slices.Contains(rating.Channels, by) {
			d.By, p.Query = by, url.Values{"by": {string(by)}}
			d.Action += "?by=" + string(by)
		}
		p.Data, p.Title = d, d.Word("title")
		if now := s.Now(); !s.each.Pass(visitor.Asker(r), now) || !s.all.Pass("", now) {
			w.Header().Set("Retry-After", "60")
			s.pages.Write(w, p, closed(p, "too_many", "too_many_hint", http.StatusTooManyRequests))
			return
		}
		if status := do(w, r, p, d); status != 0 {
			s.pages.Write(w, p, status)
		}
	}
}

// fill reads what the link is for.
func (s *rater) fill(p *page, d *rate, t rating.Token) (status int) {
	var err error
	if d.Page, err = s.Page(t); err != nil {
		return s.closed(p, d, err)
	}
	for _, g := range d.Page.Grades {
		d.Grades = append(d.Grades, gradeOf(g, d.english, d.Chosen))
		if g.Grade == d.Grade {
			d.GradeName = gradeOf(g, d.english, 0).Name
		}
	}
	if w, ok := stageWords[d.Stage]; ok {
		d.StageName = p.Pick(w[0], w[1])
	}
	return http.StatusOK
}

func gradeOf(g rule.Grade, english bool, chosen int) grade {
	out := grade{Number: g.Grade, Name: g.Name, Other: gradeWords[g.Name], Chosen: g.Grade == chosen}
	if english && out.Other != "" {
		out.Name, out.Other = out.Other, out.Name
	}
	return out
}

// closed says why there is nothing to rate.
func (s *rater) closed(p *page, d *rate, err error) (status int) {
	key, status := "no_link", http.StatusNotFound
	switch refusal.CodeOf(err) {
	case rating.NoLink, refusal.NotFound:
	case rating.NotOwner:
		key, status = "moved", http.StatusConflict
	case rating.AlreadyRated:
		key, status = "rated_elsewhere", http.StatusConflict
	default:
		s.Log.Error("open a rating's page", "err", err)
		key, status = "try_later", http.StatusInternalServerError
	}
	p.Name, p.Data = "closed", d.Word(key)
	return status
}

func (s *rater) show(_ http.ResponseWriter, r *http.Request, p *page, d *rate) int {
	d.Thanks = r.URL.Query().Get("done") != ""
	return s.fill(p, d, rating.Token(r.PathValue("token")))
}

func (s *rater) take(w http.ResponseWriter, r *http.Request, p *page, d *rate) int {
	t := rating.Token(r.PathValue("token"))
	if !t.Valid() {
		return s.closed(p, d, refusal.Newf(rating.NoLink, "", "", "nobody was given that link"))
	}
	again := func(key string, status int) int {
		d.Why = d.Word(key)
		if found := s.fill(p, d, t); found != http.StatusOK {
			return found
		}
		return status
	}
	if d.unread != nil {
		return again("too_long", http.StatusRequestEntityTooLarge)
	}
	if !s.tell.Pass(string(t), s.Now()) {
		return again("slowly", http.StatusTooManyRequests)
	}
	if n := r.PostForm.Get("grade"); len(n) == 1 && n >= "1" && n <= "9" {
		d.Chosen = int(n[0] - '0')
	}
	d.Private = rating.Private{Words: r.PostForm.Get("words"), Name: r.PostForm.Get("name"), Telephone: r.PostForm.Get("telephone")}
	_, err := s.Give(r.Context(), t, rating.Form{Grade: d.Chosen, Channel: d.By, Private: d.Private})
	switch refusal.CodeOf(err) {
	case rating.AlreadyRated:
		return again("rated", http.StatusConflict)
	case rating.BadGrade:
		return again("choose", http.StatusUnprocessableEntity)
	case rating.NameNeeded:
		return again("name_needed", http.StatusUnprocessableEntity)
	case refusal.TooLarge, refusal.Malformed:
		return again("too_long", http.StatusUnprocessableEntity)
	}
	if err != nil {
		s.Log.Warn("a rating was not taken", "err", err)
		return again("try_later", http.StatusServiceUnavailable)
	}
	to := url.URL{Path: r.URL.Path, RawQuery: url.Values{"done": {"1"}}.Encode()}
	http.Redirect(w, r, to.String(), http.StatusSeeOther)
	return 0
}

// rateWords are those of the page: Chinese, English.
var rateWords = map[string][2]string{
	"title": {"请您评价", "Please rate us"}, "case": {"您办理的事项：", "What you came for: "}, "visit": {"您今天的办事经历", "Your visit today"},
	"question": {"您对这次服务满意吗？", "How were you served?"}, "words": {"想说的话", "In your own words"}, "optional": {"（可不填）", "(optional)"},
	"who":  {"留下联系方式", "How we can reach you"},
	"why":  {"评价自愿，可以匿名。留了联系方式，如果您不满意，我们会联系您并告诉您整改结果。", "Rating is voluntary and may be anonymous. If you were not satisfied and say how to reach you, we call you and tell you what was put right."},
	"safe": {"您写的话和联系方式加密保存，窗口和被评价的工作人员看不到。评价提交后谁也不能修改。", "What you write and how to reach you is kept encrypted; the counter and whoever served you cannot see it. Once sent, nobody can change a rating."},
	"name": {"姓名", "Name"}, "telephone": {"电话", "Telephone"}, "send": {"提交评价", "Send"},
	"needed": {"本地规定评价须留姓名或电话。", "Here a rating needs a name or a telephone number."},
	"thanks": {"谢谢，您的评价已收到。", "Thank you, your rating has arrived."}, "rated": {"这次办事已经评价过了，每次只能评一次。", "This has been rated already; it can be rated once."},
	"your_grade": {"您的评价", "Your rating"}, "on": {"日期", "Day"}, "stage": {"处理进展", "What is done about it"}, "answer": {"整改答复", "Our answer"},
	"choose": {"请先选择一个满意程度。", "Please choose a grade first."}, "name_needed": {"请留下姓名或电话。", "Please leave a name or a telephone number."},
	"too_long": {"内容过长，请缩短后再提交。", "That is too long; please shorten it."}, "slowly": {"提交得太频繁，请稍后再试。", "Too many tries; please wait a little."},
	"try_later": {"暂时不能评价，请稍后再试。", "This does not work right now; please try later."},
	"no_link":   {"没有这个评价链接，请核对单据上的二维码。", "There is no such link; please check the code on your slip."},
	"moved":     {"这个办件由领取结果的中心接受评价，请使用那里给您的单据。", "This is rated at the center where the result is collected; please use the slip from there."}, "rated_elsewhere": {"这个办件已经评价过了。", "This case has been rated already."},
}

var stageWords = map[rating.Stage][2]string{
	rating.StageGiven: {"待核实", "to be looked into"}, rating.StageVerified: {"正在核实", "being looked into"}, rating.StageFound: {"正在整改", "being put right"},
	rating.StageAnswered: {"已整改，待回访", "put right; we will ask you"}, rating.StageAppealed: {"复核中", "being reviewed"}, rating.StageClosed: {"已办结", "closed"},
}

// gradeWords are the grades of GB/T 39046 A.8 in English; a rule may have
// others, which are shown as it has them.
var gradeWords = map[string]string{
	"非常满意": "Very satisfied", "满意": "Satisfied", "基本满意": "Fairly satisfied", "不满意": "Dissatisfied", "非常不满意": "Very dissatisfied",
}
