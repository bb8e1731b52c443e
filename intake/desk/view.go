package desk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// Offered says whether an action may be taken now, and if not, why.
type Offered struct {
	Action  Action       `json:"action"`
	Allowed bool         `json:"allowed"`
	Code    refusal.Code `json:"code,omitempty"` // of the refusal
	Why     string       `json:"why,omitempty"`
	Hint    string       `json:"hint,omitempty"`
}

// trial is an action with a form that says nothing wrong: whether it may be taken
// is what the same plan and the same rules say of it.
type trial struct {
	action Action
	plan   func(*sheet) error
}

// trials are those of every action that a page offers.
var trials = func() []trial {
	all := slices.Concat(workTrials, togetherTrials)
	for _, t := range counterTrials {
		all = append(all, trial(t))
	}
	return all
}()

// Offerable are the actions that Actions speaks of.
func Offerable() []Action {
	all := make([]Action, len(trials))
	for i, t := range trials {
		all[i] = t.action
	}
	return all
}

var workTrials = []trial{
	{Receive, func(sh *sheet) error { return sh.receive(context.Background(), nil, casefile.Received) }},
	{Notice, func(sh *sheet) error { return sh.notice(NoticeForm{}) }},
	{Supplement, (*sheet).trySupplement},
	{Accept, func(sh *sheet) error { return sh.accept(AcceptForm{}) }},
	{Decline, func(sh *sheet) error { return sh.reason(casefile.Declined, ReasonForm{Reason: "-"}) }},
	{Check, func(sh *sheet) error { return sh.work(casefile.Checked, item.Check, StepForm{}) }},
	{Review, func(sh *sheet) error { return sh.work(casefile.Reviewed, item.Review, StepForm{}) }},
	{Suspend, (*sheet).trySuspend},
	{Resume, func(sh *sheet) error { return sh.resume(context.Background(), ResumeForm{Result: "-"}) }},
	{Extend, func(sh *sheet) error { return sh.extend(ExtendForm{Days: 1, Reason: "-", Approver: "-"}) }},
	{Outside, (*sheet).tryOutside},
	{Opinion, func(sh *sheet) error { return sh.opinion(OpinionForm{Center: sh.author.Center, Text: "-"}) }},
	{Decide, func(sh *sheet) error { return sh.decide(DecideForm{}) }},
	{Make, func(sh *sheet) error { return sh.work(casefile.Made, item.Make, StepForm{}) }},
	{Serve, func(sh *sheet) error { return sh.serve(context.Background(), DeliverForm{}) }},
	{HandOut, func(sh *sheet) error { return sh.handOut(context.Background(), DeliverForm{}) }},
	{Settle, func(sh *sheet) error { return sh.settle(context.Background(), SettleForm{}) }},
	{HandOver, func(sh *sheet) error { return sh.handOver(HandOverForm{}) }},
	{TakeOver, (*sheet).takeOver},
	{TurnBack, func(sh *sheet) error { return sh.turnBack(ReasonForm{Reason: "-"}) }},
	{Withdraw, func(sh *sheet) error { return sh.reason(casefile.Withdrawn, ReasonForm{Reason: "-"}) }},
	{Terminate, func(sh *sheet) error { return sh.reason(casefile.Terminated, ReasonForm{Reason: "-"}) }},
	{Conclude, func(sh *sheet) error { return sh.conclude("") }},
	{Archive, func(sh *sheet) error { return sh.archive("") }},
	{Seize, (*sheet).seize},
	{Reconcile, func(sh *sheet) error { return sh.reconcile(ReconcileForm{Reason: "-"}) }},
}

func (sh *sheet) trySupplement() error {
	var papers []Paper
	if sh.it != nil && len(sh.it.Materials) > 0 {
		papers = []Paper{{ID: sh.it.Materials[0].ID, State: casefile.Copy}}
	}
	return sh.receive(context.Background(), papers, casefile.Supplemented)
}

// trySuspend tries the next wait of the item, else a special procedure.
func (sh *sheet) trySuspend() error {
	if err := sh.suspend(SuspendForm{}); refusal.CodeOf(err) != BadForm && refusal.CodeOf(err) != NoStep {
		return err
	}
	none := -1
	return sh.suspend(SuspendForm{Step: &none, Ground: casefile.OtherGround, Name: "-"})
}

func (sh *sheet) tryOutside() error {
	return sh.outside(context.Background(), OutsideForm{Number: "-", Sent: sh.today()})
}

// Actions says of every action whether it may be taken on a case as it stands
// here and now. It never grows a rule of its own: each action is planned on
// trial and its events are held against casefile.Check.
func (d *Desk) Actions(s casefile.State) []Offered {
	all := make([]Offered, 0, len(trials))
	for _, t := range trials {
		one := Offered{Action: t.action}
		if err := d.shut(t.action, s.ID); err != nil {
			one.Code, one.Why, one.Hint = refusal.CodeOf(err), err.Error(), refusal.HintOf(err)
		} else if err := t.plan(d.sheet(s, By{}, true, newGiven())); err != nil {
			one.Code, one.Why, one.Hint = refusal.CodeOf(err), err.Error(), refusal.HintOf(err)
		} else {
			one.Allowed = true
		}
		all = append(all, one)
	}
	return all
}

// shut is why nothing can be written whatever the case says: the node is
// fenced, or the case is frozen and only a seizure moves it.
func (d *Desk) shut(a Action, id casefile.ID) error {
	op := string(a) + " " + string(id)
	if reason, fenced := d.Cases.Fenced(); fenced {
		return refusal.Newf(refusal.Fenced, op, "the district grants a new incarnation", "this node may not write: %s", reason)
	}
	if frozen, err := d.Cases.Frozen(id); err != nil || !frozen || a == Seize {
		return err
	}
	return refusal.Newf(cabinet.CaseFrozen, op, "ask the district to have the case seized", "two logs of the case contradict each other")
}

// View is everything that a screen shows of one case.
type View struct {
	State       casefile.State  `json:"state"`
	Item        *item.Item      `json:"item,omitempty"` // the version that the case is under
	Next        Move            `json:"next"`
	Actions     []Offered       `json:"actions"`
	Materials   []item.Material `json:"materials,omitempty"`   // what the applicant's answers select of the item's, and what was laid beside
	Outstanding []item.Material `json:"outstanding,omitempty"` // those of them that must be there and are not
	Readings    []clock.Reading `json:"readings"`
	Lamp        clock.Lamp      `json:"lamp"`
	Standing
	Warnings  []Warning        `json:"warnings,omitempty"`
	Bundle    *Bundled         `json:"bundle,omitempty"`    // the bundle that it was opened as a part of
	Outcome   casefile.Outcome `json:"outcome,omitempty"`   // what it came to
	Originals []Original       `json:"originals,omitempty"` // where every paper lies that the office keeps
}

// Look opens a case on the screen. The applicant is not in it: Applicant says
// who that is, to whoever may know.
func (d *Desk) Look(id casefile.ID) (View, error) {
	s, err := d.state(id)
	if err != nil {
		return View{}, err
	}
	sh := d.sheet(s, By{}, true, newGiven())
	readings := sh.readings()
	var originals []Original
	if sh.it != nil {
		originals = sh.originals()
	}
	return View{
		State: s, Item: sh.it, Next: sh.next(), Actions: d.Actions(s), Materials: sh.materials(), Outstanding: sh.outstanding(),
		Readings: readings, Lamp: clock.Worst(readings), Standing: standing(&s, readings), Warnings: d.Warnings(s), Bundle: sh.bundled(), Outcome: s.Outcome(), Originals: originals,
	}, nil
}

// Readings are the clocks of a case as this center reads them.
func (d *Desk) Readings(s casefile.State) []clock.Reading {
	return d.sheet(s, By{}, true, newGiven()).readings()
}

// ReadingsAt are the clocks of a case in a state that it was in, at a moment.
func (d *Desk) ReadingsAt(s casefile.State, at time.Time) []clock.Reading {
	sh := d.sheet(s, By{}, true, newGiven())
	sh.now = at
	return sh.readings()
}

func (sh *sheet) readings() []clock.Reading { return clock.Readings(sh.clocks()) }

// clocks is what the clocks of the case are read from.
func (sh *sheet) clocks() clock.Input {
	m := sh.next()
	step := m.Step
	if m.Action == Resume || m.Action == Conclude || m.Action == Archive {
		step = -1
	}
	return clock.Input{
		State: sh.s, Item: sh.it, Calendar: sh.d.Register.Calendar(), Now: sh.now, Next: step,
		Limits: clock.LimitsFor(sh.d.Register.Rules(), sh.s, sh.it, sh.now), Rules: sh.d.Register.Rules(),
		Leave: m.Center != "" && m.Center != sh.s.Holder.Center,
	}
}

// Warnings are what staff should know of a case and what stops nobody.
func (d *Desk) Warnings(s casefile.State) []Warning {
	var all []Warning
	warn := func(code, chinese, english string, facts ...any) {
		all = append(all, warning(code, chinese, english, facts...))
	}
	sh := d.sheet(s, By{}, true, newGiven())
	if s.Head.Index == 0 {
		return nil
	}
	if sh.it == nil {
		warn("item_unknown", "版本 %d 尚未同步到本中心", "Version %d has not come to this center yet", s.Item.Version)
		return all
	}
	over := sh.it.Type != "" && s.DecidedAt == 0 && s.Ended == nil
	if newer, ok := d.Register.Offered(s.Item.Code, s.Subject); ok && newer.Ref != s.Item && over {
		warn("newer_version", "“%s”已发布第 %d 版，本件仍按第 %d 版办理", "“%s” has a newer version %d; this case goes on under version %d", sh.it.Name, newer.Ref.Version, s.Item.Version)
		for _, change := range item.Diff(*sh.it, *newer) {
			warn("newer_version_change", "%s", "%s", phrase{change.Text, change.English})
		}
	}
	limits := sh.limits()
	if on, deemed := clock.DeemedAccepted(s, d.Register.Calendar(), limits, sh.now); deemed {
		r := sh.ruledAt(s.ReceivedBy, rule.NoticeDeemed, clock.DayOf(s.ReceivedAt))
		warn("deemed_accepted", "逾期未一次性告知，自 %s 收到材料之日起即为受理，依据%s，请补录受理", "Nobody gave the notice in time: the case counts as accepted from %s, when the papers came, by %s. Record the acceptance", on, sourced(r))
	}
	if on, renewed := clock.DeemedRenewed(s, d.Register.Calendar(), limits, sh.now); renewed {
		warn("deemed_renewed", "有效期至 %s，届满前未作决定，视为准予延续，依据%s，请补录决定", "The permit ends on %s and nobody decided before: it counts as renewed, by %s. Record the decision", on, sourced(sh.ruledIn(cmp.Or(s.Subject, s.Holder.Center.Area()), rule.RenewalDeemed, on)))
	}
	for _, m := range s.Materials {
		if m.State == casefile.Later && s.DecidedAt == 0 && limits.Over(workday.Date(m.By), sh.now.UnixMilli()) {
			warn("later_overdue", "容缺材料“%s”应于 %s 前补交，已逾期", "“%s” was to be brought by %s, and was not", m.ID, m.By)
		}
	}
	readings := sh.readings()
	all = append(all, sh.ruleWarnings(readings)...)
	for _, r := range readings {
		if r.Provisional {
			warn("provisional_date", "%s的到期日 %s 所在年度工作日历尚未公布，以公布后的计算为准", "The %s ends on %s, in a year of which the working days are not yet published: they will decide", phrase{clockNames[r.Clock], clocksInEnglish[r.Clock]}, r.Due)
		}
	}
	if b := sh.bundled(); b != nil && b.Waits {
		warn("bundle_waits", "本件是“%s”第 %d 阶段的办件，前一阶段办结后受理", "The case is of “%s”, stage %d: it is accepted once the stage before is concluded", b.Name, b.Stage)
	}
	all = append(all, sh.togetherWarnings()...)
	if open, err := sh.openBranches(); err == nil && len(open) > 0 {
		warn("branches_open", "本件有 %d 个被取代的分支尚未处理", "Superseded branches to be settled: %d", len(open))
	}
	return append(all, d.stepWarnings(sh.it)...)
}

// stepWarnings are what item.Validate has to say of a version's limits, such as
// published steps that add up to more than the promise. Published guides
// are not always consistent: it is said and never refused.
func (d *Desk) stepWarnings(it *item.Item) []Warning {
	if known, ok := d.judged.Load(it.Ref); ok {
		return known.([]Warning)
	}
	var all []Warning
	for _, f := range item.Validate(*it) {
		switch f.Code {
		case "steps_over_promise":
			all = append(all, warning(f.Code, "公布的各环节时限相加超过承诺时限（%s），以承诺为准", "The published limits of the steps add up to more than the promise (%s), which holds", limitWords(it.Promise)))
		case "promise_over_legal":
			all = append(all, warning(f.Code, "承诺时限（%s）长于法定时限（%s）", "The promise (%s) is longer than the legal limit (%s)", limitWords(it.Promise), limitWords(it.Legal)))
		}
	}
	d.judged.Store(it.Ref, all)
	return all
}
