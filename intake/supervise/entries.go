package supervise

import (
	"fmt"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// Entries are what somebody has to see to in one case.
func Entries(c Case, cal workday.Calendar, now time.Time) []Entry {
	l := list{c: c, s: &c.State, cal: cal, now: now}
	l.clocks()
	l.duties()
	l.offer()
	l.voices()
	l.slips()
	l.log()
	return l.all
}

// input is what the days beside the clocks are read from.
func (l *list) input() clock.Input {
	return clock.Input{State: l.c.State, Item: l.c.Item, Calendar: l.cal, Limits: l.c.Limits, Rules: l.c.Rules, Now: l.now, Next: -1}
}

// answer is what another center is to answer, if there is such a thing.
func (l *list) answer(what clock.What, of string) (clock.Duty, bool) {
	for _, d := range clock.Answers(l.input()) {
		if d.What == what && d.Of == of {
			return d, true
		}
	}
	return clock.Duty{}, false
}

// list gathers the entries of one case.
type list struct {
	c   Case
	s   *casefile.State
	cal workday.Calendar
	now time.Time
	all []Entry
}

// add completes an entry and puts it on the list. of tells it from others of
// the same rule.
func (l *list) add(e Entry, of string) {
	s := l.s
	e.Case, e.CaseNumber, e.Item, e.Phase, e.Head = s.ID, s.Number, s.Item.Code, s.Phase, s.Head.Index
	if l.c.Item != nil {
		e.Name = l.c.Item.Name
	}
	if e.Rule == "" {
		e.Rule = string(e.Kind)
	}
	e.Number = numbered(string(s.ID), e.Rule, of, string(e.Due))
	if e.Lamp == clock.Red {
		e.Report = e.Center.Parent()
	}
	l.all = append(l.all, e)
}

// numbered makes a number out of what tells one entry from all others.
func numbered(parts ...string) string {
	var some []string
	for _, p := range parts {
		if p != "" {
			some = append(some, p)
		}
	}
	return strings.Join(some, "/")
}

// clockWords are the clocks as an official reads them.
var clockWords = map[clock.Name]string{
	clock.Notice: "一次性告知时限", clock.Bring: "补正时限", clock.Forward: "转报时限", clock.Step: "环节时限",
	clock.Promised: "承诺时限", clock.Legal: "法定时限", clock.Service: "送达时限", clock.Renewal: "许可有效期",
}

func (l *list) clocks() {
	for _, r := range l.c.Readings {
		if r.Lamp != clock.Yellow && r.Lamp != clock.Red {
			continue
		}
		e := Entry{Kind: Near, Rule: string(r.Clock), Clock: r.Clock, Lamp: r.Lamp, Second: r.Second, Due: r.Due, Center: l.owes(r.Due)}
		of, word := "", clockWords[r.Clock]
		if r.Clock == clock.Step {
			e.Department, of = l.step(r.Step)
			word = strings.TrimSpace("环节“"+l.stepName(r.Step)+"”") + "时限"
		}
		if r.Late {
			e.Kind, e.Over = Late, max(0, -r.LeftDays)
		}
		switch {
		case r.Clock == clock.Bring && r.Late:
			e.Kind, e.Result = Lapsed, fmt.Sprintf("补正期限至 %s，申请人逾期未补正，须由窗口处理", r.Due)
		case r.Clock == clock.Bring:
			continue // it is the applicant's, and there is time
		case r.Clock == clock.Forward && e.Center != l.s.Holder.Center:
			continue // it was sent on in time: what is owed now is an answer
		case r.Clock == clock.Renewal && r.Late:
			e.Kind, e.Result = l.renewed(r.Due)
		case r.Clock == clock.Notice && r.Late:
			e.Kind, e.Result = NoticeLate, fmt.Sprintf("一次性告知应于 %s 前作出，逾期未告知", r.Due)
			if on, deemed := clock.DeemedAccepted(*l.s, l.cal, l.c.Limits, l.now); deemed {
				e.Result += fmt.Sprintf("，自收到材料之日（%s）起即为受理，尚未补录", on)
			}
		case r.Late:
			e.Result = fmt.Sprintf("%s于 %s 届满，%s", word, r.Due, over(e.Over, r.Unit))
		default:
			e.Result = fmt.Sprintf("%s将于 %s 届满", word, r.Due)
		}
		if r.Provisional {
			e.Result += "（该年放假安排未公布，日期暂定）"
		}
		e.Since = l.since(r, e.Kind)
		l.add(e, of)
	}
}

func (l *list) renewed(last workday.Date) (Kind, string) {
	what := "许可"
	if l.c.Item != nil && l.c.Item.Type != item.Permit {
		what = "证照"
	}
	if _, ok := clock.DeemedRenewed(*l.s, l.cal, l.c.Limits, l.now); ok {
		return Renewed, fmt.Sprintf("%s有效期至 %s，届满前未作决定，视为准予延续，尚未补录", what, last)
	}
	return Late, fmt.Sprintf("%s有效期至 %s，已届满，延续申请尚未决定", what, last)
}

// over says in words how far a day is past.
func over(days int, unit item.Unit) string {
	switch {
	case days == 0:
		return "当日已过截止时刻"
	case unit == item.WorkingDays || unit == item.OnTheSpot:
		return fmt.Sprintf("已超 %d 个工作日", days)
	}
	return fmt.Sprintf("已超 %d 日", days)
}

// owes is who owes what was due on a day: whoever has the case. Where it was
// offered on by then and has arrived, it is the one who does not answer.
func (l *list) owes(due workday.Date) area.Center {
	if o := l.s.Offer; o != nil && !l.c.Undelivered && !l.c.Limits.Over(due, o.At) {
		return o.To.Center
	}
	return l.s.Holder.Center
}

func (l *list) stepName(n int) string {
	if l.c.Item == nil || n < 0 || n >= len(l.c.Item.Steps) {
		return ""
	}
	return l.c.Item.Steps[n].Name
}

// step is the department of a step and its place in a number.
func (l *list) step(n int) (department, of string) {
	if l.c.Item != nil && n >= 0 && n < len(l.c.Item.Steps) {
		department = l.c.Item.Steps[n].Department
	}
	return department, fmt.Sprint(n)
}

// since is when a lamp turned: red, when its last day ended; yellow, when the
// days left became few.
func (l *list) since(r clock.Reading, kind Kind) int64 {
	if kind == Near {
		return l.yellow(r.Due, r.Unit).Start().UnixMilli()
	}
	limits := l.c.Limits
	last := r.Due
	switch {
	case r.Clock == clock.Promised && r.Lamp == clock.Red && limits.RedAfter > 0:
		last, _ = l.cal.AddWorkingDays(last, limits.RedAfter)
	case r.Clock == clock.Renewal: // a permit lasts until midnight
		limits.BusinessClose = 0
	}
	return limits.Closes(last).UnixMilli()
}

// yellow is the first day on which few enough days are left.
func (l *list) yellow(due workday.Date, unit item.Unit) workday.Date {
	if unit == item.WorkingDays || unit == item.OnTheSpot {
		day, _ := l.cal.AddWorkingDays(due, -l.c.Limits.YellowBefore)
		return day
	}
	return due.Add(-l.c.Limits.YellowBefore)
}

// dutyWords are the days beside the clocks as an official reads them.
var dutyWords = map[clock.What]string{
	clock.HearingAsked: "申请听证", clock.HearingHeld: "组织听证", clock.HearingTold: "听证时间、地点的通知",
	clock.Inspected: "检验、检测、检疫", clock.DecidedByLaw: "许可决定", clock.DecidedJoint: "联合办理的许可决定",
	clock.WaitEnds: "特别程序书面告知的时间", clock.PostingEnds: "公示期", clock.OpinionSaid: "联办意见",
	clock.SurveyDone: "联合踏勘", clock.Mended: "退回补正", clock.MandateEnds: "代办", clock.LaterMaterial: "容缺材料",
}

// duties are the days beside the clocks that are past. Red is what a law and the
// office alone are answerable for; a day that the office named itself, and the
// statute's where another law may say otherwise, stay yellow.
func (l *list) duties() {
	for _, d := range clock.Procedures(l.input()) {
		if !d.Late || !d.Open() {
			continue
		}
		e := Entry{Kind: Duty, Rule: string(d.Rule), Lamp: clock.Yellow, Due: d.Due, Over: l.workdays(d.Due), Center: d.Center, Since: l.c.Limits.Closes(d.Due).UnixMilli()}
		if e.Rule == "" {
			e.Rule = string(d.What)
		}
		if e.Center == "" {
			e.Center = l.owes(d.Due)
		}
		word := dutyWords[d.What]
		if d.Of != "" {
			word += "（" + d.Of + "）"
		}
		e.Result = fmt.Sprintf("%s应于 %s 前完成，已逾期", word, d.Due)
		switch {
		case d.Applicant:
			e.Kind, e.Result = Lapsed, fmt.Sprintf("%s期限至 %s，申请人未办理，须由窗口处理", word, d.Due)
		case d.What == clock.DecidedByLaw || d.What == clock.DecidedJoint:
			e.Result += "；法律、法规另有规定的除外"
		case d.What == clock.PostingEnds:
			e.Result = fmt.Sprintf("%s已于 %s 届满，尚未恢复办理", word, d.Due)
		case d.Rule != "":
			e.Lamp = clock.Red
		}
		l.add(e, d.Of)
	}
}

// workdays are the working days since a day.
func (l *list) workdays(since workday.Date) int {
	n, _ := l.cal.WorkingDaysBetween(since, workday.DateOf(l.now))
	return max(n, 0)
}

// offer is a hand-over that nobody answers. How long that may take the area's
// rule says (移交答复时限); where it is not set, it is held to what a whole sending
// up may take (上报时限).
func (l *list) offer() {
	o := l.s.Offer
	if o == nil {
		return
	}
	on := workday.DateOf(time.UnixMilli(o.At))
	e := Entry{Kind: SilentOffer, Center: o.To.Center, Lamp: clock.Yellow}
	near := false
	if d, held := l.answer(clock.OfferAnswered, ""); held {
		e.Rule, e.Due = string(d.Rule), d.Due
		e.Since = l.yellow(d.Due, item.WorkingDays).Start().UnixMilli()
		left, _ := l.cal.WorkingDaysBetween(workday.DateOf(l.now), d.Due)
		if near = d.Late || left <= l.c.Limits.YellowBefore; d.Late {
			e.Lamp, e.Over, e.Since = clock.Red, max(0, -left), l.c.Limits.Closes(d.Due).UnixMilli()
		}
	}
	switch {
	case l.c.Undelivered:
		// The other center knows nothing of it: whoever offered it finds another way.
		e.Kind, e.Rule, e.Center, e.Since = Undelivered, "", o.From.Center, o.At
		e.Result = fmt.Sprintf("%s 移交 %s，尚未送达", on, o.To.Center)
	case !near:
		return
	default:
		e.Result = fmt.Sprintf("%s 移交 %s，尚未接收或退回", on, o.To.Center)
	}
	l.add(e, string(o.To.Center))
}

// voices name each participant of a joint case that is silent past its own day.
func (l *list) voices() {
	for _, d := range clock.Voices(l.input()) {
		if !d.Late || !d.Open() {
			continue
		}
		called := ""
		if d.From != "" {
			called = fmt.Sprintf(" 于 %s 受邀", d.From)
		}
		l.add(Entry{Kind: SilentVoice, Rule: string(d.Rule), Lamp: clock.Red, Due: d.Due, Over: l.workdays(d.Due), Center: d.Center, Since: l.c.Limits.Closes(d.Due).UnixMilli(),
			Result: fmt.Sprintf("联办单位 %s%s，联办意见（%s）应于 %s 前反馈，尚未反馈", d.Center, called, d.Of, d.Due)}, string(d.Center))
	}
}

// slips are papers that nobody scanned at the other end, past the day by which
// the area's rule wants them scanned (材料流转单签收时限); where that is not set, they
// are red once the case itself was there for longer than a whole sending up may
// take.
func (l *list) slips() {
	for _, p := range l.s.Slips {
		sent := workday.DateOf(time.UnixMilli(p.At))
		e := Entry{Kind: SlipOpen, Lamp: clock.Yellow, Since: p.At, Center: p.To}
		switch {
		case p.Arrived == nil && !l.s.OnItsWay(p):
			continue // taken back
		case p.Arrived == nil:
			e.Result = fmt.Sprintf("材料流转单 %s 于 %s 寄往 %s，尚未扫码签收", p.Slip, sent, p.To)
			d, held := l.answer(clock.SlipScanned, p.Slip)
			if held && d.Rule == rule.SlipDays {
				e.Rule = string(d.Rule)
			}
			if e.Due = d.Due; held && d.Late {
				e.Lamp, e.Over, e.Since = clock.Red, l.workdays(e.Due), l.c.Limits.Closes(e.Due).UnixMilli()
			}
		case len(p.Arrived.Missing) > 0:
			e.Center, e.Since = p.From, p.Came
			e.Result = fmt.Sprintf("材料流转单 %s 签收时缺少：%s", p.Slip, strings.Join(p.Arrived.Missing, "、"))
		default:
			continue
		}
		l.add(e, p.Slip)
	}
}

// log is what is wrong with the log itself, and what is left over at its end.
func (l *list) log() {
	if l.c.Frozen {
		l.add(Entry{Kind: Branch, Lamp: clock.Red, Since: l.s.Time, Center: l.s.Holder.Center, Result: "本件出现两份互相矛盾的记录，已冻结，须由区中心接管"}, "")
	} else if l.c.Unsettled > 0 {
		l.add(Entry{Kind: Branch, Lamp: clock.Yellow, Since: l.s.Time, Center: l.s.Holder.Center,
			Result: fmt.Sprintf("本件有 %d 个被取代的分支尚未处理", l.c.Unsettled)}, "")
	}
	if owed := l.s.Unsettled(); owed > 0 && l.s.Outcome() != "" {
		l.add(Entry{Kind: FeeUnsettled, Lamp: clock.Yellow, Since: max(l.s.DecidedAt, l.s.EndedAt), Center: l.s.Holder.Center,
			Result: fmt.Sprintf("本件代收的 %d.%02d 元尚未结清", owed/100, owed%100)}, "")
	}
}
