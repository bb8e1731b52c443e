package web

import (
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/intake/notice"
	"tongban/node/terms"
)

// Counter is the node as whoever holds a document of it sees it. All of it is
// safe for concurrent use.
type Counter struct {
	Self     func() area.Center
	Name     func(c area.Center) string // of a center; nil: its code
	Check    func(id casefile.ID, seq uint64, hash string) (desk.Authentic, error)
	Progress func(named, password string) (desk.Progress, error)
	Now      func() time.Time
	// Back is where a page leads back to when nobody stands there any more: the
	// start of a kiosk; "" for any other browser.
	Back func(r *http.Request) string
	Log  *slog.Logger
}

type public struct {
	server
	Counter
	all   *gate // of everybody together
	each  *gate // by address
	tries *gate // of passwords, by case and address: a stranger's tries don't shut out whoever has the receipt
	total *gate // of passwords, by case, from wherever: nobody gets at one from many addresses
}

// maxAsked bounds what a form of these pages may send, in bytes.
const maxAsked = 4 << 10

// idleAfter is after how many seconds a kiosk leaves a page of these: time to
// read it, or to type a number and a password.
const idleAfter = "90"

// Public answers /p/, which verifies a document by its QR code, and /progress,
// which tells how far a case has come. Both are for people without a token:
// they change nothing, tell nothing of who applies, and answer so many
// questions in a time and no more.
func Public(c Counter) http.Handler {
	p := &public{Counter: c, all: newGate(200, 50*time.Millisecond), each: newGate(40, time.Second),
		tries: newGate(5, 2*time.Minute), total: newGate(40, 2*time.Minute)}
	p.server = serverOf(Services{Self: c.Self, Now: c.Now, Log: c.Log}, c.Name)
	p.open("GET /p/{case}/{seq}/{hash}", p.verify)
	p.open("GET /progress", p.ask)
	p.open("GET /progress/{case}", p.ask)
	p.open("POST /progress", p.answer)
	return p.mux
}

// open serves one page to whoever asks, if not too much is asked.
func (s *public) open(pattern string, fill func(r *http.Request, p *page) (status int)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxAsked)
		p := s.pages.Page(w, r)
		p.Query, p.Day = nil, ""
		if s.Back != nil {
			if p.Back = s.Back(r); p.Back != "" {
				w.Header().Set("Refresh", idleAfter+"; url="+p.Back)
			}
		}
		if now := s.Counter.Now(); !s.each.pass(asker(r), now) || !s.all.pass("", now) {
			p.Name, p.Title, p.Data = "closed", p.Say("too_many"), p.Say("too_many_hint")
			w.Header().Set("Retry-After", "60")
			s.pages.Write(w, p, http.StatusTooManyRequests)
			return
		}
		status := fill(r, p)
		s.pages.Write(w, p, status)
	})
}

// verified is what the page of a document says.
type verified struct {
	Good   bool
	Void   bool
	Why    string
	Hint   string
	Center string // that holds the copy
	desk.Authentic
	Papers []attested
	Step   string
}

type attested struct {
	Title string
	desk.Attested
}

// verify holds a document against the log that is here.
func (s *public) verify(r *http.Request, p *page) int {
	p.Name, p.Title = "verify", p.Say("verify")
	d := &verified{Center: p.Center}
	p.Data = d
	seq, err := strconv.ParseUint(r.PathValue("seq"), 10, 32)
	if err != nil {
		err = refusal.Newf(refusal.Malformed, "", "", "no number of an event")
	} else {
		d.Authentic, err = s.Check(casefile.ID(r.PathValue("case")), seq, r.PathValue("hash"))
	}
	if err == nil {
		d.Good, d.Step = true, p.Either(eventWords[d.Kind], string(d.Kind))
		for _, one := range d.Authentic.Papers {
			d.Papers = append(d.Papers, attested{one.Kind.Title(notice.Lang(p.Lang)), one})
			d.Void = d.Void || one.Void
		}
		return http.StatusOK
	}
	why, status := p.Say("unverified"), http.StatusNotFound
	switch refusal.CodeOf(err) {
	case desk.NotAuthentic:
		why, status = p.Say("forged"), http.StatusConflict
	case desk.NotHereYet:
		why = p.Say("not_yet")
	case refusal.NotFound:
		why = p.Say("not_here")
	case refusal.Malformed:
		why, status = p.Say("no_check"), http.StatusBadRequest
	default:
		s.server.Log.Error("verify a document", "err", err)
		status = http.StatusInternalServerError
	}
	d.Why, d.Hint = why, p.Say("verify_hint")
	return status
}

// asked is what the page of progress says.
type asked struct {
	Named string
	Why   string
	Found *progress
}

// progress is a case in the words of the page.
type progress struct {
	desk.Progress
	Phase, Lamp, LampClass, Waits string
	Outcome                       string
}

// ask shows the form.
func (s *public) ask(r *http.Request, p *page) int {
	p.Name, p.Title = "progress", p.Say("progress")
	d := &asked{Named: r.PathValue("case")}
	if len(d.Named) > 80 {
		d.Named = ""
	}
	p.Data = d
	return http.StatusOK
}

// answer tells how far a case has come, to whoever has its query password. The
// password is in the body and never in an address.
func (s *public) answer(r *http.Request, p *page) int {
	p.Name, p.Title = "progress", p.Say("progress")
	d := &asked{Named: strings.TrimSpace(r.PostFormValue("case"))}
	p.Data = d
	now := s.Counter.Now()
	if len(d.Named) > 80 {
		d.Named, d.Why = "", p.Say("no_progress")
		return http.StatusNotFound
	}
	from := d.Named + " " + asker(r)
	if !s.tries.pass(from, now) || !s.total.pass(d.Named, now) {
		d.Why = p.Say("too_many_tries")
		return http.StatusTooManyRequests
	}
	found, err := s.Counter.Progress(d.Named, r.PostFormValue("password"))
	switch {
	case refusal.CodeOf(err) == desk.NoProgress:
		d.Why = p.Say("no_progress")
		return http.StatusNotFound
	case err != nil:
		s.server.Log.Error("tell how far a case has come", "err", err)
		d.Why = p.Say("try_later")
		return http.StatusInternalServerError
	}
	s.tries.forgive(from)
	s.total.forgive(d.Named)
	d.Found = progressOf(p, found)
	return http.StatusOK
}

func progressOf(p *page, f desk.Progress) *progress {
	lang := notice.Lang(p.Lang)
	out := &progress{Progress: f, Phase: notice.Word(lang, string(f.Phase)), Lamp: p.Either(lampWords[f.Lamp], string(f.Lamp)), LampClass: string(f.Lamp)}
	if f.Waits != "" {
		out.Waits = notice.Word(lang, string(f.Waits))
	}
	if f.Outcome != "" {
		out.Outcome = p.Either(terms.Outcomes[f.Outcome], string(f.Outcome))
	}
	return out
}

// What the codes of a case are called.
var (
	lampWords = map[clock.Lamp][2]string{
		clock.Done: {"已完成", "done"}, clock.Green: {"期限内", "in time"}, clock.Paused: {"暂停计时", "the clock stands still"},
		clock.Yellow: {"即将到期", "due soon"}, clock.Red: {"已超期", "overdue"},
	}
	eventWords = map[casefile.Kind][2]string{
		casefile.Opened: {"登记", "opened"}, casefile.Received: {"收件", "received"}, casefile.Noticed: {"一次性告知", "notice given"}, casefile.Supplemented: {"补正", "supplemented"},
		casefile.Accepted: {"受理", "accepted"}, casefile.Declined: {"不予受理", "declined"}, casefile.Returned: {"退件", "returned"}, casefile.Withdrawn: {"撤回", "withdrawn"},
		casefile.Terminated: {"终止", "terminated"}, casefile.Suspended: {"特别程序", "special procedure"}, casefile.Extended: {"延长期限", "extended"},
		casefile.SurveySet: {"联合踏勘", "site survey set"}, casefile.FeeCharged: {"缴费通知", "fee charged"}, casefile.FeePaid: {"缴费", "fee paid"}, casefile.FeeWaived: {"减免", "fee waived"},
		casefile.Decided: {"决定", "decided"}, casefile.Served: {"送达", "served"}, casefile.HandedOut: {"出件", "handed out"}, casefile.Corrected: {"更正", "corrected"},
		casefile.Voided: {"文书作废", "document voided"}, casefile.Reopened: {"重新办理", "reopened"}, casefile.MandateAccepted: {"代办受理", "mandate accepted"},
		casefile.Undertaken: {"承办", "undertaken"}, casefile.HandedBack: {"回交", "handed back"}, casefile.PapersSent: {"物料发出", "papers sent"},
	}
)
