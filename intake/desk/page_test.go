package desk

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/starter"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// people are the centers of the lives: a village, two towns, the district.
var people = []area.Center{yejian, tongli, zhenze, wujiang}

// life is a small city in which anything happens that its desks allow, in
// whatever order the logs come round.
type life struct {
	*city
	rt    *rapid.T
	cases []casefile.ID
	n     int // of the step
	tally *tally
}

// tally counts over all lives.
type tally struct {
	done           map[Action]int
	refused        map[refusal.Code]int
	moved          map[casefile.Kind]int // a due day, by that kind of event
	reached        map[casefile.Phase]int
	pages, printed int
}

// born is a city without a case: what the starter catalogue offers, on a day of
// three years, under some of the rules.
func born(rt *rapid.T, base *city, usual []rule.Rule, all *tally) *life {
	old := base.book
	b := &book{
		journal: slices.Clone(old.journal), keys: map[casefile.Party]chain.PublicKey{}, current: map[area.Center]uint32{},
		items: maps.Clone(old.items), newest: map[item.Code]map[area.Code]item.Version{}, powers: map[string]bool{},
		calendar: old.calendar, grants: map[casefile.ID][]casefile.Grant{}, rules: anyRules(rt, usual),
	}
	for code, versions := range old.newest {
		b.newest[code] = maps.Clone(versions)
	}
	b.powers[string(yejian)+string(base.items["D26"])+area.Town.String()] = true
	l := &life{rt: rt, tally: all, city: &city{
		t: base.t, ctx: base.ctx, book: b, items: base.items, nodes: map[area.Center]*node{},
		now: at("2024-01-02 09:00").AddDate(0, 0, rapid.IntRange(0, 900).Draw(rt, "begins")),
	}}
	for _, center := range people {
		opts := badger.DefaultOptions("").WithInMemory(true).WithLogger(nil).WithMemTableSize(4 << 20).WithValueThreshold(64 << 10).WithNumMemtables(2).WithNumCompactors(2).WithBlockCacheSize(1 << 20)
		db, err := badger.Open(opts)
		l.must(err)
		rt.Cleanup(func() { db.Close() })
		seed := [32]byte{}
		copy(seed[:], center)
		l.must(l.enrol(center, db, rand.NewChaCha8(seed)))
	}
	return l
}

// anyRules are the limits of some areas; those of the starter set or none.
func anyRules(rt *rapid.T, usual []rule.Rule) rule.Set {
	var all []rule.Setting
	if rapid.Bool().Draw(rt, "the usual rules") {
		for _, r := range usual {
			all = append(all, rule.Setting{Rule: r})
		}
	}
	for range rapid.IntRange(0, 4).Draw(rt, "rules") {
		key := rapid.SampledFrom([]rule.Key{rule.NoticeDays, rule.SupplementDays, rule.ServeDays, rule.ForwardDays}).Draw(rt, "rule")
		all = append(all, rule.Setting{
			Area: rapid.SampledFrom([]area.Code{"", wujiang.Area(), tongli.Area(), yejian.Area()}).Draw(rt, "area"),
			Rule: rule.Rule{Key: key, Value: int64(rapid.IntRange(1, 12).Draw(rt, "days")), From: "2024-01-01"},
		})
	}
	return rule.NewSet(all)
}

func (l *life) must(err error) {
	if err != nil {
		l.rt.Fatalf("%v (code %s)", err, refusal.CodeOf(err))
	}
}

// below draws a number below n, each as often as any other.
func (l *life) below(n int, label string) int {
	return (rapid.IntRange(0, n-1).Draw(l.rt, label) + l.n*31) % n
}

func one[T any](l *life, from []T, label string) T { return from[l.below(len(from), label)] }

func (l *life) flag(label string) bool { return rapid.Bool().Draw(l.rt, label) }

// state is a case at a center; Head.Index 0 where it has not come.
func (l *life) state(at area.Center, id casefile.ID) casefile.State {
	s, err := l.nodes[at].cabinet.State(id)
	if err != nil && refusal.CodeOf(err) != refusal.NotFound {
		l.must(err)
	}
	return s
}

// newest is the center with the longest log of a case.
func (l *life) newest(id casefile.ID) (area.Center, casefile.State) {
	best, state := area.Center(""), casefile.State{}
	for _, center := range people {
		if s := l.state(center, id); s.Head.Index > state.Head.Index {
			best, state = center, s
		}
	}
	return best, state
}

// step is what happens next: a case, a delivery, a word, a new version, mostly
// an action. Then those who know the same must show the same.
func (l *life) step() {
	l.n++
	l.pass()
	if len(l.cases) == 0 {
		l.open()
		return
	}
	id := l.cases[len(l.cases)-1]
	if l.below(4, "an older case") == 0 {
		id = l.cases[0]
	}
	if _, s := l.newest(id); s.Phase == casefile.PhaseArchived && len(l.cases) < 4 {
		l.open()
		return
	}
	if _, s := l.newest(id); over(s) && l.below(3, "erase") == 0 {
		l.erase(id)
		return
	}
	switch l.below(16, "what") {
	case 0:
		if len(l.cases) < 2 {
			l.open()
		}
	case 1, 2:
		l.deliver(id, one(l, people, "from"), one(l, people, "to"))
	case 3, 4:
		l.voice(id)
	case 5:
		l.improve(id)
	case 9:
		l.seize(id)
	case 10: // mostly before its time
		l.erase(id)
	case 6, 7, 8:
		for range 4 {
			l.work(id, onward)
		}
	default:
		l.work(id, l.draw)
	}
	if l.n%2 == 0 {
		l.agree(id)
	}
}

// pass lets minutes or weeks go by. Time alone moves no due day.
func (l *life) pass() {
	by := time.Duration(rapid.IntRange(1, 300).Draw(l.rt, "minutes")) * time.Minute
	if l.below(4, "long") == 0 {
		by = time.Duration(rapid.IntRange(1, 21*24).Draw(l.rt, "hours")) * time.Hour
	}
	before := map[casefile.ID]map[clock.Name]clock.Reading{}
	at := one(l, people, "who looks")
	for _, id := range l.cases {
		before[id] = l.readings(at, l.state(at, id))
	}
	l.now = l.now.Add(by)
	for _, id := range l.cases {
		after := l.readings(at, l.state(at, id))
		for name, was := range before[id] {
			is, still := after[name]
			if still && (is.Due != was.Due || is.From != was.From) || !still && name != clock.Bring {
				l.rt.Fatalf("time alone moved the %s clock of %s at %s from %+v to %+v", name, id, at, was, is)
			}
		}
	}
}

func (l *life) readings(at area.Center, s casefile.State) map[clock.Name]clock.Reading {
	all := map[clock.Name]clock.Reading{}
	if s.Head.Index > 0 {
		for _, r := range l.nodes[at].desk.Readings(s) {
			all[r.Clock] = r
		}
	}
	return all
}

// open has somebody apply at some counter.
func (l *life) open() {
	at := one(l, people, "counter")
	record := one(l, []string{"D01", "D12", "D23", "D26", "D04"}, "item")
	form := OpenForm{
		Item: l.items[record], Answers: answers[record], Subject: one(l, []area.Center{yejian, yejian, zhenze}, "subject").Area(),
		Applicant: citizen(), Agency: l.below(3, "agency") == 0, Deliver: one(l, people, "collects"),
	}
	if it, ok := l.book.Offered(form.Item, form.Subject); ok && l.flag("papers at once") {
		form.Papers = l.papers(it, true)
	}
	done, err := l.nodes[at].desk.Open(l.ctx, staff("窗口"), form)
	if err != nil {
		if code := refusal.CodeOf(err); code != casefile.OutOfScope && code != TooCoarse && code != OutOfSeason {
			l.must(err)
		}
		return
	}
	l.tally.done[Open]++
	l.cases = append(l.cases, done.State.ID)
	l.explained(at, casefile.New(done.State.ID), done.State)
}

// deliver brings to one center what it lacks of another's log: in one piece or
// in several, now and then the second before the first, now and then without
// what lies outside the log.
func (l *life) deliver(id casefile.ID, from, to area.Center) {
	have, lacks := l.state(from, id), l.state(to, id)
	if l.below(8, "blobs stay behind") != 0 {
		l.blobs(have, from, to)
	}
	if have.Head.Index <= lacks.Head.Index {
		return
	}
	records, err := l.nodes[from].cabinet.Log(id, lacks.Head.Index+1, 1000)
	l.must(err)
	first := lacks.Head.Index + 1
	for len(records) > 0 {
		n := len(records) - l.below(len(records), "piece")
		if rest := records[n:]; len(rest) > 0 && l.flag("out of order") {
			v, err := l.nodes[to].cabinet.Ingest(l.ctx, from, id, first+uint64(n), rest)
			l.must(err)
			if v.Ruling != casefile.Gap || v.Need > first || l.state(to, id).Head.Index != first-1 {
				l.rt.Fatalf("%s took event %d of %s before event %d: %+v", to, first+uint64(n), id, first, v)
			}
		}
		_, err := l.nodes[to].cabinet.Ingest(l.ctx, from, id, first, records[:n])
		l.must(err)
		records, first = records[n:], first+uint64(n)
	}
	if is := l.state(to, id); is.Head != have.Head {
		l.rt.Fatalf("%s was sent %+v of %s and stands at %+v", to, have.Head, id, is.Head)
	}
}

func (l *life) blobs(s casefile.State, from, to area.Center) {
	for _, ref := range s.Blobs() {
		if !l.nodes[from].blobs.Has(s.ID.Owner(), ref.Hash) || l.nodes[to].blobs.Has(s.ID.Owner(), ref.Hash) {
			continue
		}
		if slices.Contains(l.state(to, s.ID).Erased, ref.Hash) { // the sender has not heard of it
			continue
		}
		sealed, err := l.nodes[from].blobs.Export(s.ID.Owner(), ref.Hash)
		l.must(err)
		l.must(l.nodes[to].blobs.Import(l.ctx, s.ID.Owner(), ref.Hash, sealed))
	}
}

// improve publishes a version that is better for the applicant.
func (l *life) improve(id casefile.ID) {
	_, s := l.newest(id)
	offered, ok := l.book.Offered(s.Item.Code, s.Subject)
	if !ok || offered.Ref.Version > 3 || offered.Promise.Tenths < 20 {
		return
	}
	better := *offered
	better.Promise.Tenths -= 10
	better.OpenCases = item.FavourableOpen
	l.book.publish(better, offered.Ref.Area)
}

// work is an action at some center, mostly the one whose turn it is, mostly one
// that is offered there: what is offered is done, what is not is refused as it
// was said.
func (l *life) work(id casefile.ID, draw func(View) Offered) {
	source, s := l.newest(id)
	at := s.Next().Center
	if l.below(6, "somebody else") == 0 {
		at = one(l, people, "who")
	}
	if l.below(4, "late news") != 0 {
		l.deliver(id, source, at)
	}
	d := l.nodes[at].desk
	if s = l.state(at, id); s.Head.Index == 0 {
		return
	}
	view, err := d.Look(id)
	l.must(err)
	offer := draw(view)
	try := attempts(l.city, d, s)[offer.Action]
	if form := l.forms(d, s)[offer.Action]; form != nil && offer.Allowed && l.flag("a form of its own") {
		try = form
	}
	if offer.Code == TooEarly && len(l.book.grants[id]) == int(s.Epoch) { // unless somebody says why, who holds the case
		early := ResumeForm{Result: "已完成", Early: "无人提出异议"}
		try, offer = func() error { return first(d.Resume(l.ctx, staff("经办"), id, early)) }, Offered{Action: Resume, Allowed: true}
	}
	err = try()
	after := l.state(at, id)
	if (err == nil) != offer.Allowed || refusal.CodeOf(err) != offer.Code {
		l.rt.Fatalf("%s of %s (%s) at %s: offered %+v, but it gave %v (code %q)", offer.Action, id, s.Phase, at, offer, err, refusal.CodeOf(err))
	}
	if err != nil {
		l.tally.refused[offer.Code]++
		if after.Head != s.Head {
			l.rt.Fatalf("%s was refused and wrote %d events", offer.Action, after.Head.Index-s.Head.Index)
		}
		return
	}
	l.tally.done[offer.Action]++
	l.explained(at, s, after)
}

// onward is what comes next on the way of a case: done here, or sent to where it
// is done.
func onward(view View) Offered {
	action := view.Next.Action
	if !view.Next.Here && action != TakeOver {
		action = HandOver
	}
	return view.Actions[max(slices.IndexFunc(view.Actions, func(o Offered) bool { return o.Action == action }), 0)]
}

// themes are actions that belong together: each theme is drawn as often as any
// other, whatever is offered.
var themes = [][]Action{
	{FeeCharge, FeePay, FeeWaive, FeeSettle},
	{Mandate, AcceptMandate, Undertake, HandBack},
	{JointSet, SurveySet, SurveyHeld, Opinion},
	{PapersSent, PapersArrived},
	{Suspend, Resume, Extend, Visited, Deliberated, PartyHeard},
	{HandOver, TakeOver, TurnBack, SendBack},
	{Correct, Void, Reopen, Adopt},
	{Receive, Notice, Supplement, Decline, Return, Withdraw, Terminate, Outside},
}

// draw picks an action of those that a page shows.
func (l *life) draw(view View) Offered {
	what := l.below(10, "which")
	if what == 0 {
		return one(l, view.Actions, "any")
	}
	allowed := func(among []Action) []Offered {
		return slices.DeleteFunc(slices.Clone(view.Actions), func(o Offered) bool {
			return !o.Allowed || rare[o.Action] && l.n%4 != 0 || !slices.Contains(among, o.Action)
		})
	}
	if next := onward(view); next.Allowed && what < 5 {
		return next
	}
	for range 4 {
		if may := allowed(one(l, themes, "theme")); len(may) > 0 {
			return one(l, may, "allowed")
		}
	}
	return one(l, view.Actions, "any")
}

// Whatever is done at whichever counters of a city, after whatever delays and in
// whatever order the logs come round: what a page offers can be done and what it
// does not is refused, phases and due days move by events that say why, and two
// centers with the same log show the same page.
func TestPages(t *testing.T) {
	base := newCity(t)
	usual, err := starter.Rules()
	must(t, err)
	all := &tally{done: map[Action]int{}, refused: map[refusal.Code]int{}, moved: map[casefile.Kind]int{}, reached: map[casefile.Phase]int{}}
	rapid.Check(t, func(rt *rapid.T) {
		l := born(rt, base, usual, all)
		for range rapid.IntRange(10, 25).Draw(rt, "steps") {
			l.step()
		}
		l.settled()
	})
	t.Logf("done %v\nrefused %v\nmoved a due day %v\nphases reached %v\npages held against each other %d, documents %d",
		all.done, all.refused, all.moved, all.reached, all.pages, all.printed)
}
