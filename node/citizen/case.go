package citizen

import (
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/desk"
	"tongban/intake/notice"
	"tongban/node/terms"
	"tongban/node/visitor"
)

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
		d.Good, d.Step = true, p.Either(terms.Events[d.Kind], string(d.Kind))
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
		s.Log.Error("verify a document", "err", err)
		status = http.StatusInternalServerError
	}
	d.Why, d.Hint = why, p.Say("verify_hint")
	return status
}

// asked is what the page of progress says.
type asked struct {
	Named string
	Why   string
	Scan  bool // the codes on the receipts lead here
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
	d := &asked{Named: r.PathValue("case"), Scan: s.Public != ""}
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
	d := &asked{Named: strings.TrimSpace(r.PostFormValue("case")), Scan: s.Public != ""}
	p.Data = d
	now := s.Now()
	if len(d.Named) > 80 {
		d.Named, d.Why = "", p.Say("no_progress")
		return http.StatusNotFound
	}
	number := typed(d.Named)
	named := strings.ToUpper(number)
	from := named + " " + visitor.Asker(r)
	if !s.tries.Pass(from, now) || !s.total.Pass(named, now) {
		d.Why = p.Say("too_many_tries")
		return http.StatusTooManyRequests
	}
	found, err := s.Progress(number, r.PostFormValue("password"))
	if large := strings.ToUpper(number); large != number && refusal.CodeOf(err) == desk.NoProgress { // as a telephone types it
		found, err = s.Progress(large, r.PostFormValue("password"))
	}
	switch {
	case refusal.CodeOf(err) == desk.NoProgress:
		d.Why = p.Say("no_progress")
		return http.StatusNotFound
	case err != nil:
		s.Log.Error("tell how far a case has come", "err", err)
		d.Why = p.Say("try_later")
		return http.StatusInternalServerError
	}
	s.tries.Forgive(from)
	s.total.Forgive(named)
	d.Found = progressOf(p, found)
	return http.StatusOK
}

// typed is a number as it is printed, but for how large its letters are: people
// put spaces between its groups, and an input method for Chinese gives letters
// of full width.
func typed(number string) string {
	return strings.Map(func(r rune) rune {
		if r > 0xff00 && r < 0xff5f {
			r -= 0xfee0
		}
		if unicode.IsSpace(r) {
			return -1
		}
		return r
	}, number)
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
)
