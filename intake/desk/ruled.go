package desk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// ruled is the rule that a case goes by on a day: that of its holder's area, for
// items of its type; of a case that is not opened yet, this center's.
func (sh *sheet) ruled(key rule.Key, on workday.Date) rule.Rule {
	return sh.ruledIn(cmp.Or(sh.s.Holder.Center, sh.author.Center).Area(), key, on)
}

// ruledAt is the rule that holds at whoever began something, by the log; where
// that is not known, at the holder.
func (sh *sheet) ruledAt(by *casefile.Party, key rule.Key, on workday.Date) rule.Rule {
	if by == nil || by.Center == "" {
		return sh.ruled(key, on)
	}
	return sh.ruledIn(by.Center.Area(), key, on)
}

// ruledIn is the rule that holds in an area for items of the case's type.
func (sh *sheet) ruledIn(in area.Code, key rule.Key, on workday.Date) rule.Rule {
	r := sh.d.Register.Rules().ValueOn(key, in, string(on))
	if sh.it == nil {
		return r.For("")
	}
	return r.For(rule.ItemType(sh.it.Type))
}

// sourced names a rule and where it comes from, for whoever has to justify it.
func sourced(r rule.Rule) phrase {
	name := string(r.Key)
	if s, ok := rule.SchemaOf(r.Key); ok {
		name = s.Name
	}
	if r.Source == "" {
		return both("“%s”", "“%s”", name)
	}
	return both("“%s”（%s）", "“%s” (%s)", name, r.Source)
}

// extension is the rule for how long a case may be extended by: that of a joint
// handling where the case is a joint one (联办件) or the item names other bodies
// that handle it too (联办机构).
func (sh *sheet) extension(it *item.Item) rule.Rule {
	if clock.Joint(&sh.s, it) {
		return sh.ruled(rule.JointExtension, sh.today())
	}
	return sh.ruled(rule.ExtensionDays, sh.today())
}

// mayExtend refuses more working days than the rule has. The rule is the
// permit law's: what is no permit goes by the law that it rests on, and is
// warned of.
func (sh *sheet) mayExtend(days int) error {
	it, err := sh.item("extend")
	if err != nil || it.Type != item.Permit {
		return err
	}
	if r := sh.extension(it); days > r.Days() {
		return refusal.Newf(OverRule, sh.op("extend"), fmt.Sprintf("extend it by %d working days at most", r.Days()),
			"%d working days are more than the %d of %s", days, r.Days(), sourced(r).chinese)
	}
	return nil
}

// dated are papers of which those that are to be brought later have their day:
// where a form names none, the area's rule may say how many working days.
func (sh *sheet) dated(papers []Paper) []Paper {
	if !slices.ContainsFunc(papers, func(p Paper) bool { return p.State == casefile.Later && p.By == "" }) {
		return papers
	}
	later, _ := rule.Read[rule.LaterMaterial](sh.ruled(rule.LaterMaterialKey, sh.today()))
	if later.Days <= 0 {
		return papers
	}
	by, _ := sh.d.Register.Calendar().AddWorkingDays(sh.today(), later.Days)
	papers = slices.Clone(papers)
	for i := range papers {
		if papers[i].State == casefile.Later && papers[i].By == "" {
			papers[i].By = by
		}
	}
	return papers
}

// lapse is how a rule lets a case be ended because its applicant let a day pass.
type lapse struct {
	ends casefile.Kind // withdrawn or terminated
	code string        // of the warning
	why  phrase
}

// lapses are those that have come. Nothing ends by itself: somebody at the
// counter looks at the case and says so.
func (sh *sheet) lapses() []lapse {
	var all []lapse
	limits := sh.limits()
	if due, ok := clock.DeemedWithdrawn(sh.s, sh.d.Register.Calendar(), limits, sh.now); ok {
		r := sh.ruledAt(sh.s.NoticedBy, rule.SupplementEnds, clock.DayOf(sh.s.NoticedAt))
		all = append(all, lapse{casefile.Withdrawn, "supplement_lapsed",
			both("补正期限至 %s，逾期未补正，视为撤回申请，依据%s", "The papers were to be supplemented by %s and were not: the application counts as withdrawn, by %s", due, sourced(r))})
	}
	if sh.s.Phase != casefile.PhaseAccepted {
		return all
	}
	r := sh.ruled(rule.LaterMaterialKey, sh.today())
	later, _ := rule.Read[rule.LaterMaterial](r)
	one := lapse{ends: casefile.Withdrawn, code: "later_lapsed"}
	follows := phrase{"视为撤回申请", "the application counts as withdrawn"}
	switch later.Consequence {
	case rule.DeemedWithdrawn:
	case rule.AcceptanceRevoked:
		one.ends, follows = casefile.Terminated, phrase{"撤销受理", "the acceptance is revoked"}
	default:
		return all
	}
	if overdue := sh.overdue(limits); len(overdue) > 0 {
		one.why = both("容缺材料%s逾期未补交，%s，依据%s", "Papers to be brought later were not: %s; %s, by %s", joined(overdue), follows, sourced(r))
		all = append(all, one)
	}
	return all
}

// overdue are the materials that were to be brought later and were not.
func (sh *sheet) overdue(limits clock.Limits) []phrase {
	var all []phrase
	for _, m := range sh.s.Materials {
		if m.State != casefile.Later || !limits.Over(workday.Date(m.By), sh.now.UnixMilli()) {
			continue
		}
		name := m.ID
		if sh.it != nil {
			if listed, ok := sh.it.Material(m.ID); ok {
				name = listed.Name
			}
		}
		all = append(all, both("“%s”（应于 %s 前）", "“%s” (by %s)", name, m.By))
	}
	return all
}

// deemed is the reason with which a case ends by a lapse; the words of the form
// follow it.
func (sh *sheet) deemed(ends casefile.Kind, words string) (string, error) {
	for _, l := range sh.lapses() {
		if l.ends == ends {
			return strings.TrimSuffix(l.why.chinese+"；"+words, "；"), nil
		}
	}
	return "", refusal.Newf(NotLapsed, sh.op(string(ends)), "give the reason for which it ends",
		"no day that the applicant let pass ends the case as %s by the rules of the area", ends)
}

// ruleWarnings are what the rules of the area say of a case.
func (sh *sheet) ruleWarnings(readings []clock.Reading) []Warning {
	var all []Warning
	warn := func(code, chinese, english string, facts ...any) {
		all = append(all, warning(code, chinese, english, facts...))
	}
	lapses := sh.lapses()
	for _, l := range lapses {
		act := phrase{"撤回", "Withdraw"}
		if l.ends == casefile.Terminated {
			act = phrase{"终止", "Terminate"}
		}
		warn(l.code, "%s；须由窗口办理“%s”，不会自动结束", "%s. Nothing ends by itself: somebody at a window does so (“%s”)", l.why, act)
	}
	if late, is := sh.toldLate(); is {
		all = append(all, late)
	}
	for _, r := range readings {
		if r.Clock == clock.Bring && r.Late && len(lapses) == 0 {
			warn("supplement_overdue", "补正期限已于 %s 届满，申请人尚未补正", "The papers were to be supplemented by %s and have not come", r.Due)
		}
	}
	if sh.it != nil && sh.s.Phase == casefile.PhaseAccepted {
		all = append(all, sh.limitWarnings()...)
		all = append(all, sh.specialWarnings()...)
	}
	return all
}

// toldLate is what is wrong with a decline that the law wants said at once (行政
// 许可法 32（一）（二）): it stands all the same.
func (sh *sheet) toldLate() (late Warning, is bool) {
	s := &sh.s
	if s.EndedAs != casefile.Declined || s.Ended.Ground != casefile.NoneNeeded && s.Ended.Ground != casefile.NotOurs {
		return Warning{}, false
	}
	came, said := clock.DayOf(s.OpenedAt), clock.DayOf(s.EndedAt)
	if said <= came {
		return Warning{}, false
	}
	return warning("not_at_once", "依法不需要办理、不属于本机关职权的，应当即时告知（行政许可法 32）；本件 %s 收件，%s 才告知",
		"That no application is needed, or that it is for another authority, is said at once (行政许可法 32): this case came on %s, and it was said on %s", came, said), true
}

// limitWarnings hold the limits of a case against those of the permit law.
func (sh *sheet) limitWarnings() []Warning {
	var all []Warning
	if sh.it.Type == item.Permit && sh.it.Legal.IsZero() {
		key := rule.DecisionDays
		if clock.Joint(&sh.s, sh.it) {
			key = rule.JointDays
		}
		r := sh.ruled(key, sh.today())
		all = append(all, warning("legal_limit_unknown", "本事项没有写明法定时限；法律、法规没有另行规定的，自受理之日起 %d 个工作日，依据%s",
			"The item names no legal limit; where no law says otherwise it is %d working days from the acceptance, by %s", r.Days(), sourced(r)))
	}
	if r := sh.extension(sh.it); sh.it.Type != item.Permit && sh.s.Extended > r.Days() {
		all = append(all, warning("extension_over_rule", "已延长 %d 个工作日，超过%s的 %d 个工作日；本事项不是行政许可，以其自身依据为准",
			"It was extended by %d working days, where %s allows %d; the item is no permit, and its own basis decides", sh.s.Extended, sourced(r), r.Days()))
	}
	return all
}

// specialWarnings hold the wait that is open, where it is no step of the item,
// against the area's list of special procedures (特别程序). Several procedures
// may be recorded under one ground: only what all of them have is held against
// it.
func (sh *sheet) specialWarnings() []Warning {
	wait := sh.s.Waiting()
	if wait == nil || wait.Step >= 0 || wait.Ground == casefile.Payment {
		return nil
	}
	r := sh.ruled(rule.SpecialProceduresKey, sh.today())
	list, _ := rule.Read[rule.SpecialProcedures](r)
	var these []rule.Procedure
	for _, p := range list.Procedures {
		if string(p.Ground) == string(wait.Ground) && p.Effect != rule.Extends {
			these = append(these, p)
		}
	}
	if len(these) == 0 {
		return []Warning{warning("special_unlisted", "“%s”不在%s之列", "“%s” is not among those of %s", groundOf(wait.Ground), sourced(r))}
	}
	var all []Warning
	warn := func(code, chinese, english string, facts ...any) {
		all = append(all, warning(code, chinese, english, facts...))
	}
	every := func(has func(rule.Procedure) bool) bool {
		return !slices.ContainsFunc(these, func(p rule.Procedure) bool { return !has(p) })
	}
	named := procedures(these)
	switch {
	case wait.Counts && every(func(p rule.Procedure) bool { return p.Effect == rule.Suspends }):
		warn("special_effect", "%s所需时间不计入办理时限，本件记为计入", "The time of %s does not count; in this case it is recorded as counting", named)
	case !wait.Counts && every(func(p rule.Procedure) bool { return p.Effect == rule.Counts }):
		warn("special_effect", "%s所需时间计入办理时限，本件记为不计入", "The time of %s counts; in this case it is recorded as not counting", named)
	}
	if wait.Until == "" && every(func(p rule.Procedure) bool { return p.Notice }) {
		warn("special_untold", "%s应将所需时间书面告知申请人，本件没有写明所需时间", "Of %s the applicant is told in writing how long it takes; this case does not say how long", named)
	}
	longest := slices.MaxFunc(these, func(a, b rule.Procedure) int { return cmp.Compare(a.MaxDays, b.MaxDays) }).MaxDays
	if every(func(p rule.Procedure) bool { return p.MaxDays > 0 }) {
		last, _ := sh.d.Register.Calendar().AddWorkingDays(clock.DayOf(wait.From), longest)
		switch {
		case sh.limits().Over(last, sh.now.UnixMilli()):
			warn("special_over", "%s最长 %d 个工作日，至 %s，已经超过", "%s takes %d working days at most, until %s, which is past", named, longest, last)
		case workday.Date(wait.Until) > last:
			warn("special_over", "%s最长 %d 个工作日，至 %s；本件写明至 %s", "%s takes %d working days at most, until %s; this case says until %s", named, longest, last, wait.Until)
		}
	}
	return all
}

// procedures names them with their bases.
func procedures(these []rule.Procedure) phrase {
	var names, bases []string
	for _, p := range these {
		names = append(names, p.Name)
		if p.Basis != "" && !slices.Contains(bases, p.Basis) {
			bases = append(bases, p.Basis)
		}
	}
	if len(bases) == 0 {
		return both("“%s”", "“%s”", list(names))
	}
	return both("“%s”（%s）", "“%s” (%s)", list(names), phrase{strings.Join(bases, "；"), strings.Join(bases, "; ")})
}
