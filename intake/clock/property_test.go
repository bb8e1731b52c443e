package clock_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
	"tongban/intake/clock"
)

// waits are the events by which a case begins or ends to wait: so does an end
// of the case.
var waits = []casefile.Kind{casefile.Suspended, casefile.Resumed, casefile.FeeCharged, casefile.FeePaid, casefile.FeeWaived, casefile.Voided,
	casefile.Withdrawn, casefile.Terminated}

// movers are the events that may move the due day of each clock that runs
// before and after them. Whatever is not here never does.
var movers = map[clock.Name][]casefile.Kind{
	clock.Notice:   {},
	clock.Bring:    {casefile.Noticed},
	clock.Forward:  append([]casefile.Kind{casefile.Accepted, casefile.Reopened, casefile.HandedOver, casefile.TakenOver, casefile.TurnedBack}, waits...),
	clock.Promised: append([]casefile.Kind{casefile.Accepted, casefile.Adopted, casefile.Extended, casefile.Reopened, casefile.Decided}, waits...),
	clock.Legal:    append([]casefile.Kind{casefile.Accepted, casefile.Adopted, casefile.Extended, casefile.Reopened, casefile.Decided}, waits...),
	clock.Service:  {casefile.Decided},
	clock.Renewal:  {},
	clock.Step: append([]casefile.Kind{casefile.Accepted, casefile.Adopted, casefile.Reopened, casefile.TakenOver, casefile.Received, casefile.Supplemented,
		casefile.Checked, casefile.Reviewed, casefile.Outside, casefile.Visited, casefile.Deliberated, casefile.Decided, casefile.Made,
		casefile.Served, casefile.HandedOut}, waits...),
}

// life is a case that anything may happen to that the rules of custody allow.
type life struct {
	t       *rapid.T
	realm   *casetest.Realm
	rules   rule.Set
	cal     clock.Calendar
	state   casefile.State
	now     time.Time
	numbers int
	seen    map[casefile.Kind]int // how often an event of the kind was written
	moved   map[casefile.Kind]int // and how often it moved a due day
}

// limited are the items of the test city with limits of every unit.
func limited(realm *casetest.Realm) {
	for _, it := range casetest.Items() {
		it.Promise = item.Limit{Tenths: 50, Unit: item.WorkingDays}
		it.Legal = item.Limit{Tenths: 300, Unit: item.CalendarDays}
		if it.Ref == casetest.Permit {
			it.Legal = item.Limit{Tenths: 200, Unit: item.WorkingDays}
		}
		if it.Ref.Version > 1 {
			it.Promise = item.Limit{Tenths: 30, Unit: item.WorkingDays}
		}
		it.Steps = slices.Clone(it.Steps)
		for i := range it.Steps {
			it.Steps[i].Limit = item.Limit{Tenths: 20, Unit: item.WorkingDays}
		}
		realm.Publish(it)
	}
}

func anyRules(t *rapid.T) rule.Set {
	var all []rule.Setting
	for range rapid.IntRange(0, 6).Draw(t, "rules") {
		key := rapid.SampledFrom([]rule.Key{rule.NoticeDays, rule.SupplementDays, rule.ServeDays, rule.ForwardDays}).Draw(t, "rule")
		r := rule.Rule{Key: key, Value: int64(rapid.IntRange(1, 12).Draw(t, "days")), From: string(workday.Date("2025-12-01").Add(rapid.IntRange(0, 200).Draw(t, "from")))}
		if s, _ := rule.SchemaOf(key); s.ByType && rapid.Bool().Draw(t, "by type") {
			kinds := rapid.SampledFrom([][]rule.ItemType{{"01"}, {"20", "05"}, {"07"}}).Draw(t, "types")
			r = r.With(rule.TypeValue{Types: kinds, Value: rapid.IntRange(0, 12).Draw(t, "for them")})
		}
		all = append(all, rule.Setting{
			Area: rapid.SampledFrom([]area.Code{"", "320509000000", "320509111000", "320509111201", "320509106000"}).Draw(t, "area"), Rule: r,
		})
	}
	return rule.NewSet(all)
}

func newLife(t *rapid.T, cal clock.Calendar, seen, moved map[casefile.Kind]int) *life {
	l := &life{t: t, realm: casetest.City(), rules: anyRules(t), cal: cal, seen: seen, moved: moved}
	limited(l.realm)
	l.now = time.Date(2025, 12, 20, 9, 0, 0, 0, workday.China).AddDate(0, 0, rapid.IntRange(0, 300).Draw(t, "begins"))
	ref := rapid.SampledFrom([]item.Ref{casetest.Residence, casetest.Permit, casetest.Shop, casetest.Birth}).Draw(t, "item")
	opener := rapid.SampledFrom([]area.Center{casetest.Village, casetest.Town}).Draw(t, "opener")
	if ref == casetest.Birth || ref == casetest.Shop || ref == casetest.Residence {
		opener = casetest.Town
	}
	l.state = casefile.New(casefile.NewID(casetest.First(opener), 1))
	filing := casefile.Filing{Kind: item.Promised, Joint: rapid.Bool().Draw(t, "joint")}
	if ref == casetest.Permit && rapid.Bool().Draw(t, "renews") {
		filing.Renews = &casefile.Renewal{Certificate: "ZX-1", Expires: string(workday.DateOf(l.now).Add(rapid.IntRange(0, 60).Draw(t, "expires")))}
	}
	d := casetest.Open(ref, area.Code(casetest.Village), casetest.Town)
	body := d.Body.(casefile.OpenedBody)
	body.Filing = filing
	d.Body = body
	l.write(casetest.First(opener), d)
	if l.state.Head.Index == 0 {
		t.Fatalf("%s can't open a case of %s", opener, ref.Code)
	}
	return l
}

func (l *life) item() *item.Item {
	it, _ := l.realm.View().Item(l.state.Item)
	return it
}

// read is what the clocks show of a state at a moment.
func (l *life) read(s casefile.State, now time.Time) map[clock.Name]clock.Reading {
	it, _ := l.realm.View().Item(s.Item)
	in := clock.Input{State: s, Item: it, Calendar: l.cal, Now: now, Limits: clock.LimitsFor(l.rules, s, it, now), Rules: l.rules, Next: -1}
	if it != nil {
		if n := s.Current(it); n < len(it.Steps) {
			in.Next = n
			in.Leave = area.Center(it.Steps[n].Acting(s.Subject)) != s.Holder.Center
		}
	}
	all := map[clock.Name]clock.Reading{}
	for _, r := range clock.Readings(in) {
		all[r.Clock] = r
	}
	return all
}

// write lets a center try; what the rules refuse did not happen.
func (l *life) write(p casefile.Party, d casefile.Draft) {
	d.Staff = "周窗口"
	// The watch at the desk may be ahead of the nodes, by so much that whoever
	// takes the case over did so, by its node, before the desk's time.
	d.DeskTime = l.now.Add(time.Duration(rapid.IntRange(0, 5).Draw(l.t, "ahead")) * time.Minute).UnixMilli()
	_, next, err := casefile.Build(l.state, p, l.realm.Secret(p), l.realm.View(), d, l.now)
	if err != nil {
		return
	}
	before, after := l.read(l.state, l.now), l.read(next, l.now)
	for name, was := range before {
		is, still := after[name]
		if !still || is.Due == was.Due && is.From == was.From || name == clock.Step && is.Step != was.Step {
			continue
		}
		if !slices.Contains(movers[name], d.Kind) {
			l.t.Fatalf("%s moved the %s clock from %+v to %+v", d.Kind, name, was, is)
		}
		l.moved[d.Kind]++
	}
	for _, name := range []clock.Name{clock.Notice, clock.Promised, clock.Legal, clock.Service, clock.Renewal} {
		_, was := before[name]
		if _, is := after[name]; was && !is && d.Kind != casefile.Reopened && d.Kind != casefile.Adopted {
			l.t.Fatalf("%s made the %s clock vanish", d.Kind, name)
		}
	}
	l.seen[d.Kind]++
	l.state = next
}

// pass lets time go by, and nothing else: no due day moves, whatever the lamps
// do and whatever rules come into force.
func (l *life) pass(*rapid.T) {
	before := l.read(l.state, l.now)
	l.now = l.now.Add(time.Duration(rapid.IntRange(1, 9*24*60).Draw(l.t, "minutes")) * time.Minute)
	after := l.read(l.state, l.now)
	for name, was := range before {
		is, still := after[name]
		if still && (is.Due != was.Due || is.From != was.From || is.Provisional != was.Provisional) {
			l.t.Fatalf("time alone moved the %s clock from %+v to %+v", name, was, is)
		}
		if !still && name != clock.Bring { // which ends where the case counts as accepted
			l.t.Fatalf("time alone made the %s clock vanish", name)
		}
		if still && was.Late && !is.Late {
			l.t.Fatalf("time alone made the %s clock on time again", name)
		}
		if still && was.PausedBy != "" && is.LeftDays != was.LeftDays && name != clock.Notice {
			l.t.Fatalf("%s stands still and has %d days left, then %d", name, was.LeftDays, is.LeftDays)
		}
	}
}

func (l *life) number() string {
	l.numbers++
	return fmt.Sprintf("文〔2026〕%06d", l.numbers)
}

func (l *life) today() string { return string(workday.DateOf(l.now)) }

func (l *life) flag(label string) bool { return rapid.Bool().Draw(l.t, label) }

// step is a place in the item's route, or none.
func (l *life) step() int { return rapid.IntRange(-1, len(l.item().Steps)-1).Draw(l.t, "step") }

// body makes something that a member of staff might write.
func (l *life) body(kind casefile.Kind) any {
	day := func(days int) string { return string(workday.DateOf(l.now).Add(days)) }
	reason := casefile.ReasonBody{Reason: "说明", Remedy: "六十日内申请行政复议", Number: l.number()}
	switch kind {
	case casefile.Received, casefile.Supplemented:
		var b casefile.ReceivedBody
		for _, m := range l.item().Materials {
			b.Materials = append(b.Materials, casefile.MaterialEntry{ID: m.ID, State: casefile.Copy, Copies: 1})
		}
		return b
	case casefile.Noticed:
		return casefile.NoticedBody{Missing: []string{l.item().Materials[0].ID}, Text: "请补正", Number: l.number()}
	case casefile.Accepted:
		return casefile.AcceptedBody{Item: l.state.Item, On: l.today(), Number: l.number(), Due: day(20)}
	case casefile.Declined:
		reason.Ground = casefile.NoneNeeded
		return reason
	case casefile.Returned, casefile.Withdrawn:
		reason.Ground = casefile.AtRequest
		return reason
	case casefile.Terminated:
		reason.Ground = casefile.Impossible
		return reason
	case casefile.Checked, casefile.Reviewed, casefile.Made:
		return casefile.StepBody{Step: l.step(), Passed: l.flag("passed"), Opinion: "意见"}
	case casefile.Served, casefile.HandedOut:
		return casefile.StepBody{Step: l.step(), Passed: true, To: "applicant", Proof: &casefile.Proof{Manner: casefile.Collected, Signed: casefile.Signature}}
	case casefile.Suspended:
		b := casefile.SuspendedBody{Step: l.step(), Ground: rapid.SampledFrom([]casefile.Ground{casefile.Hearing, casefile.Testing, casefile.PublicPosting, casefile.OtherGround}).Draw(l.t, "ground"),
			Until: day(10), Counts: l.flag("counts"), Decider: "科长", Basis: "行政许可法 45", Name: "特别程序"}
		switch b.Ground {
		case casefile.Hearing:
			b.Hearing = &casefile.HearingTerms{Told: day(-1), Asked: day(0), On: day(10), Place: "一号会议室", Notice: day(0)}
		case casefile.PublicPosting:
			b.Posting = &casefile.PostingTerms{Place: "公示栏", From: day(0), To: day(7), Text: "公示", Number: l.number()}
		}
		return b
	case casefile.Resumed:
		return casefile.ResumedBody{Result: "已完成"}
	case casefile.Extended:
		return casefile.ExtendedBody{Days: rapid.IntRange(1, 10).Draw(l.t, "longer"), Reason: "案情复杂", Approver: "局长"}
	case casefile.HandedOver:
		return casefile.HandedOverBody{To: casetest.First(rapid.SampledFrom([]area.Center{casetest.Village, casetest.Town, casetest.District}).Draw(l.t, "to")), Step: -1}
	case casefile.TurnedBack:
		if l.state.Offer != nil {
			return casefile.TurnedBackBody{To: l.state.Offer.From, Reason: "不属本级"}
		}
	case casefile.Decided:
		return casefile.DecidedBody{Step: l.step(), Approved: l.flag("approved"), Text: "决定", Number: l.number(), Result: "证", Remedy: "六十日内申请行政复议"}
	case casefile.FeeCharged:
		waits := l.flag("waits")
		return casefile.FeeBody{Number: l.number(), Name: "工本费", Amount: 1000, Basis: "收费目录", Waits: waits, Counts: waits && l.flag("counts")}
	case casefile.FeePaid, casefile.FeeWaived, casefile.Voided:
		if len(l.state.Fees) > 0 {
			f := l.state.Fees[len(l.state.Fees)-1]
			switch kind {
			case casefile.FeePaid:
				return casefile.PaidBody{Number: f.Number, Amount: max(f.Open(), 1), How: "cash", Receipt: l.number()}
			case casefile.FeeWaived:
				return casefile.WaiverBody{Number: f.Number, Amount: max(f.Open(), 1), Ground: "低保", Approver: "科长"}
			}
			return casefile.VoidedBody{Number: f.Number, Reason: "开错"}
		}
	case casefile.JointSet:
		return casefile.JointBody{Add: []casefile.Participant{{Center: casetest.Town2, Matter: "消防", By: day(5)}}}
	case casefile.SurveySet:
		return casefile.SurveyBody{Number: l.number(), On: day(3), Place: "现场", Who: []area.Center{casetest.Town, casetest.Town2}}
	case casefile.PapersSent:
		return casefile.SlipBody{Slip: l.number(), To: casetest.District, Papers: []casefile.SlipLine{{Material: "photo", Name: "照片", Sheets: 1}}}
	case casefile.Visited:
		return casefile.VisitedBody{Step: -1, Kind: "home", On: l.today(), Staff: []string{"01", "02"}, Found: "属实", Passed: true}
	case casefile.Deliberated:
		return casefile.DeliberatedBody{Step: -1, On: l.today(), Who: []string{"窗口负责人", "科长"}, For: 2, Result: "同意", Passed: true}
	case casefile.PartyHeard:
		return casefile.PartyHeardBody{Told: l.today()}
	case casefile.Reopened:
		return casefile.ReopenedBody{Reason: "复议撤销", Basis: "复议决定", Approver: "局长", On: l.today(), Step: rapid.IntRange(-1, 1).Draw(l.t, "again")}
	case casefile.Adopted:
		ref := l.state.Item
		ref.Version++
		return casefile.AdoptedBody{Item: ref, Reason: "新版更有利"}
	case casefile.Opinion:
		return casefile.OpinionBody{Center: casetest.Town2, Text: "同意"}
	case casefile.Outside:
		return casefile.OutsideBody{Step: l.step(), Number: "WB-1", Sent: l.today(), Came: l.today(), Result: "通过"}
	case casefile.Erased:
		return casefile.ErasedBody{Blobs: []chain.Hash{{1}}, Reason: "到期"}
	case casefile.Concluded:
		return casefile.ConcludedBody{Visits: 1}
	}
	return nil
}

// happen writes one event, or lets the rules refuse it.
func (l *life) happen(kinds []casefile.Kind) func(*rapid.T) {
	return func(*rapid.T) {
		kind := rapid.SampledFrom(kinds).Draw(l.t, "event")
		if len(l.item().Materials) == 0 && kind == casefile.Noticed {
			return
		}
		body := l.body(kind)
		if body == nil && kind != casefile.TakenOver && kind != casefile.Archived {
			return
		}
		l.now = l.now.Add(time.Minute)
		l.write(l.state.Next(), casefile.Draft{Kind: kind, Body: body})
	}
}

// forward does what comes next, so that cases come further than chance takes
// them.
func (l *life) forward(*rapid.T) {
	for range 4 {
		if l.state.Offer != nil {
			l.happen([]casefile.Kind{casefile.TakenOver})(l.t)
			continue
		}
		it, n := l.item(), l.state.Current(l.item())
		if n == len(it.Steps) {
			l.happen([]casefile.Kind{casefile.Concluded})(l.t)
			return
		}
		st, was := it.Steps[n], l.state.Head.Index
		if to := area.Center(st.Acting(l.state.Subject)); to != l.state.Holder.Center && st.Level >= area.District {
			l.now = l.now.Add(time.Minute)
			l.write(l.state.Holder, casefile.Draft{Kind: casefile.HandedOver, Body: casefile.HandedOverBody{To: casetest.First(to), Step: -1}})
			continue
		}
		kind := map[item.Action]casefile.Kind{item.Receive: casefile.Received, item.Accept: casefile.Accepted, item.Check: casefile.Checked,
			item.Review: casefile.Reviewed, item.Posting: casefile.Suspended, item.Decide: casefile.Decided, item.Make: casefile.Made,
			item.Serve: casefile.Served, item.HandOut: casefile.HandedOut}[st.Action]
		if kind == casefile.Accepted && l.state.ReceivedAt == 0 {
			kind = casefile.Received
		}
		switch {
		case l.state.Waiting() != nil:
			kind = casefile.Resumed
		case st.Outside:
			kind = casefile.Outside
		}
		body := l.body(kind)
		switch b := body.(type) {
		case casefile.StepBody:
			b.Step, b.Passed = n, true
			body = b
		case casefile.DecidedBody:
			b.Step, b.Approved = n, true
			body = b
		case casefile.OutsideBody:
			b.Step = n
			body = b
		case casefile.SuspendedBody:
			body = casefile.SuspendedBody{Step: n, Ground: casefile.PublicPosting, Until: b.Until, Decider: b.Decider, Basis: b.Basis, Counts: b.Counts,
				Posting: &casefile.PostingTerms{Place: "公示栏", From: l.today(), To: b.Until, Text: "公示", Number: l.number()}}
		}
		l.now = l.now.Add(time.Minute)
		l.write(l.state.Next(), casefile.Draft{Kind: kind, Body: body})
		if l.state.Head.Index == was {
			return
		}
	}
}

// Whatever happens to a case, in whatever order the rules of custody let it: no
// due day moves but by an event that says why, and none by time.
func TestDueDaysMoveByEventsAlone(t *testing.T) {
	years, err := starter.Years()
	if err != nil {
		t.Fatal(err)
	}
	cal := workday.NewCalendar(years)
	seen, moved := map[casefile.Kind]int{}, map[casefile.Kind]int{}
	rapid.Check(t, func(t *rapid.T) {
		l := newLife(t, cal, seen, moved)
		t.Repeat(map[string]func(*rapid.T){
			"time": l.pass, "on": l.forward, "further": l.forward,
			"counter": l.happen([]casefile.Kind{casefile.Received, casefile.Noticed, casefile.Supplemented, casefile.Accepted}),
			"work":    l.happen([]casefile.Kind{casefile.Checked, casefile.Reviewed, casefile.Decided, casefile.Outside, casefile.Visited, casefile.Deliberated}),
			"wait":    l.happen([]casefile.Kind{casefile.Suspended, casefile.Resumed, casefile.Extended}),
			"money":   l.happen([]casefile.Kind{casefile.FeeCharged, casefile.FeePaid, casefile.FeeWaived, casefile.Voided}),
			"custody": l.happen([]casefile.Kind{casefile.HandedOver, casefile.TakenOver, casefile.TurnedBack}),
			"end":     l.happen([]casefile.Kind{casefile.Withdrawn, casefile.Terminated, casefile.Declined, casefile.Returned, casefile.Concluded, casefile.Archived}),
			"beside":  l.happen([]casefile.Kind{casefile.JointSet, casefile.SurveySet, casefile.PapersSent, casefile.PartyHeard, casefile.Opinion, casefile.Erased}),
			"again":   l.happen([]casefile.Kind{casefile.Reopened, casefile.Adopted}),
		})
	})
	for _, kind := range []casefile.Kind{casefile.Accepted, casefile.Suspended, casefile.Resumed, casefile.Extended, casefile.HandedOver, casefile.TakenOver, casefile.Decided} {
		if seen[kind] == 0 && !testing.Short() { // a few cases need not have had all of them
			t.Errorf("no %s ever happened: %v", kind, seen)
		}
	}
	t.Logf("written: %v\nmoved a due day: %v", seen, moved)
}
