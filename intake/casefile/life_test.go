package casefile_test

import (
	"bytes"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// passages are the ways from phase to phase and the events that lead there. It
// is written down here a second time, and not taken from the fold.
var passages = map[casefile.Kind][][2]casefile.Phase{
	casefile.Opened:       {{"", "opened"}},
	casefile.Noticed:      {{"opened", "noticed"}},
	casefile.Supplemented: {{"noticed", "opened"}},
	casefile.Accepted:     {{"opened", "accepted"}, {"noticed", "accepted"}},
	casefile.Declined:     {{"opened", "declined"}, {"noticed", "declined"}},
	casefile.Returned:     {{"opened", "returned"}, {"noticed", "returned"}},
	casefile.Withdrawn:    {{"opened", "withdrawn"}, {"noticed", "withdrawn"}, {"accepted", "withdrawn"}},
	casefile.Terminated:   {{"opened", "terminated"}, {"noticed", "terminated"}, {"accepted", "terminated"}},
	casefile.Decided:      {{"accepted", "decided"}},
	casefile.Served:       {{"decided", "served"}},
	casefile.HandedOut:    {{"decided", "served"}},
	casefile.Reopened:     {{"decided", "accepted"}, {"served", "accepted"}, {"concluded", "accepted"}},
	casefile.Concluded: {{"decided", "concluded"}, {"served", "concluded"}, {"declined", "concluded"},
		{"withdrawn", "concluded"}, {"terminated", "concluded"}, {"returned", "concluded"}},
	casefile.Archived: {{"concluded", "archived"}},
}

// touches are the fields of a state and the events that may change each. What
// no event here explains must stay as it was: an acceptance day, a decision, a
// rating, an interval move by nothing else.
var touches = map[string][]casefile.Kind{
	"ID": nil, "Number": {casefile.Opened}, "Origin": {casefile.Opened}, "Subject": {casefile.Opened}, "Deliver": {casefile.Opened},
	"Applicant": {casefile.Opened}, "Filing": {casefile.Opened}, "Mode": {casefile.Opened}, "Bundle": {casefile.Opened},
	"AppliedArea": {casefile.Opened}, "OpenedAt": {casefile.Opened},
	"Item":   {casefile.Opened, casefile.Accepted, casefile.Adopted},
	"Choice": {casefile.Opened, casefile.Accepted, casefile.Adopted},
	"Agency": {casefile.Opened, casefile.Mandated},
	"Holder": {casefile.Opened, casefile.TakenOver, casefile.TurnedBack, casefile.Seized},
	"Offer":  {casefile.HandedOver, casefile.TakenOver, casefile.TurnedBack, casefile.Seized},
	"Epoch":  {casefile.Seized}, "Route": {casefile.Opened, casefile.TakenOver, casefile.Seized},
	"ReceivedAt": {casefile.Received, casefile.Supplemented}, "ReceivedBy": {casefile.Received, casefile.Supplemented},
	"Materials": {casefile.Received, casefile.Supplemented},
	"LaidAt":    {casefile.Received, casefile.Supplemented},
	"Notice":    {casefile.Noticed}, "NoticedAt": {casefile.Noticed}, "NoticedBy": {casefile.Noticed},
	"AcceptedOn": {casefile.Accepted, casefile.Reopened}, "Deemed": {casefile.Accepted, casefile.Reopened}, "Told": {casefile.Accepted, casefile.Reopened},
	"AcceptedBy": {casefile.Accepted}, "AcceptedAt": {casefile.Accepted}, "AcceptedArea": {casefile.Accepted},
	"Steps": {casefile.Checked, casefile.Reviewed, casefile.Decided, casefile.Made, casefile.Served, casefile.HandedOut,
		casefile.Outside, casefile.Resumed, casefile.Visited, casefile.Deliberated, casefile.Reopened},
	"Intervals": {casefile.Suspended, casefile.Resumed, casefile.FeeCharged, casefile.FeePaid, casefile.FeeWaived, casefile.Voided,
		casefile.Decided, casefile.Withdrawn, casefile.Terminated},
	"Extended": {casefile.Extended, casefile.Reopened},
	"Decision": {casefile.Decided, casefile.Reopened}, "DecidedBy": {casefile.Decided, casefile.Reopened},
	"DecidedAt": {casefile.Decided, casefile.Reopened}, "ConcludedArea": {casefile.Decided, casefile.Reopened},
	"ServedAt": {casefile.Served, casefile.Reopened}, "HandedOut": {casefile.HandedOut, casefile.Reopened},
	"Proof":     {casefile.Served, casefile.HandedOut, casefile.Reopened},
	"Concluded": {casefile.Concluded, casefile.Reopened}, "ConcludedAt": {casefile.Concluded, casefile.Reopened},
	"Ended":   {casefile.Declined, casefile.Returned, casefile.Withdrawn, casefile.Terminated},
	"EndedAs": {casefile.Declined, casefile.Returned, casefile.Withdrawn, casefile.Terminated},
	"EndedAt": {casefile.Declined, casefile.Returned, casefile.Withdrawn, casefile.Terminated},
	"Grade":   {casefile.Rated, casefile.RequestKept}, "Proofs": {casefile.Outside, casefile.Resumed, casefile.Mandated, casefile.Served, casefile.HandedOut, casefile.Reopened},
	"Named": {casefile.Opened, casefile.Received, casefile.Supplemented, casefile.Mandated, casefile.Resumed, casefile.Outside,
		casefile.SurveyHeld, casefile.Visited, casefile.Deliberated, casefile.PartyHeard, casefile.Corrected, casefile.HandedBack, casefile.Served, casefile.HandedOut},
	"Requests": {casefile.RequestKept}, "Erased": {casefile.Erased}, "Branches": {casefile.Reconciled},
	"Correction": {casefile.HandedOver, casefile.TakenOver, casefile.TurnedBack},
	"Fees":       {casefile.FeeCharged, casefile.FeeWaived, casefile.FeePaid, casefile.FeeSettled, casefile.Voided},
	"Mandate":    {casefile.Mandated, casefile.MandateAccepted, casefile.Undertaken, casefile.HandedBack},
	"Voices":     {casefile.JointSet, casefile.RequestKept}, "Surveys": {casefile.SurveySet, casefile.SurveyHeld},
	"Slips": {casefile.PapersSent, casefile.PapersArrived}, "Visited": {casefile.Visited}, "Deliberated": {casefile.Deliberated},
	"Heard": {casefile.PartyHeard}, "Void": {casefile.Voided}, "Corrected": {casefile.Corrected},
	"Reopened": {casefile.Reopened}, "ReopenedAt": {casefile.Reopened}, "SetAside": {casefile.Reopened},
	"Documents": {casefile.Noticed, casefile.Accepted, casefile.Declined, casefile.Returned, casefile.Withdrawn, casefile.Terminated,
		casefile.Decided, casefile.FeeCharged, casefile.MandateAccepted, casefile.Undertaken, casefile.Served, casefile.HandedOut,
		casefile.PapersSent, casefile.Corrected, casefile.SurveySet, casefile.Suspended},
}

// always change with every event; Phase has its own table.
var always = []string{"Head", "Last", "Time", "Index", "Phase"}

// explained holds a step from one state to the next against the two tables.
func explained(t *rapid.T, before, after casefile.State, kind casefile.Kind) {
	if before.Phase != after.Phase && !slices.Contains(passages[kind], [2]casefile.Phase{before.Phase, after.Phase}) {
		t.Fatalf("%s leads from %q to %q", kind, before.Phase, after.Phase)
	}
	was, is := reflect.ValueOf(before), reflect.ValueOf(after)
	for i := range was.NumField() {
		name := was.Type().Field(i).Name
		if slices.Contains(always, name) || slices.Contains(touches[name], kind) {
			continue
		}
		if _, known := touches[name]; !known {
			t.Fatalf("which events may change %s? say it in touches", name)
		}
		if !reflect.DeepEqual(was.Field(i).Interface(), is.Field(i).Interface()) {
			t.Fatalf("%s changed %s from %+v to %+v", kind, name, was.Field(i), is.Field(i))
		}
	}
}

// holds checks what is true of every state that the rules lead to.
func holds(t *rapid.T, s casefile.State, kind casefile.Kind) {
	open := 0
	for i, v := range s.Intervals {
		if v.To == 0 {
			open++
			if i != len(s.Intervals)-1 {
				t.Fatalf("an interval is open behind which others began: %+v", s.Intervals)
			}
		}
	}
	if open > 0 && s.Phase != casefile.PhaseAccepted {
		t.Fatalf("the case is %s and waits", s.Phase)
	}
	for _, f := range s.Fees {
		if f.Waived < 0 || f.Paid < 0 || f.Open() < 0 || f.Settled > f.Paid || f.Settled > 0 && !f.OnBehalf {
			t.Fatalf("fee %+v", f)
		}
	}
	for i, d := range s.Documents {
		if d.Number == "" || slices.ContainsFunc(s.Documents[:i], func(o casefile.Document) bool { return o.Number == d.Number }) {
			t.Fatalf("documents %+v", s.Documents)
		}
	}
	taking := map[area.Center]bool{}
	for _, v := range s.Voices {
		if v.Removed == "" && taking[v.Center] {
			t.Fatalf("%s takes part twice", v.Center)
		}
		taking[v.Center] = taking[v.Center] || v.Removed == ""
	}
	if kind == casefile.Decided && s.Decision.Approved && len(s.Silent()) > 0 {
		t.Fatalf("granted, and %v are silent", s.Silent())
	}
	if s.Grade < 0 || s.Grade > 5 {
		t.Fatalf("grade %d", s.Grade)
	}
	if m := s.Mandate; m != nil && (m.Taken != nil && m.Accepted == nil || m.Back != nil && m.Taken == nil) {
		t.Fatalf("mandate %+v", m)
	}
	if (s.Decision != nil) != (s.DecidedAt != 0) || s.Decision != nil && s.Ended != nil {
		t.Fatalf("decided at %d: %+v, ended %+v", s.DecidedAt, s.Decision, s.Ended)
	}
	if past := slices.Contains([]casefile.Phase{"opened", "noticed", "accepted"}, s.Phase); past == (s.Outcome() != "") {
		t.Fatalf("%s, and the outcome is %q", s.Phase, s.Outcome())
	}
}

// stages are where a life begins.
var stages = []func(*file){opened, atTown, accepted, reviewed, decided, concluded}

// life is one case and what happens to it.
type life struct {
	t     *rapid.T
	realm *casetest.Realm
	s     casefile.State
	wild  casefile.State // the same and whatever was refused, folded all the same
	log   [][]byte
	now   time.Time
	count map[casefile.Kind]int // written
	n     int                   // for numbers
}

var people = []area.Center{casetest.Village, casetest.Town, casetest.District, casetest.Town2}

// step: somebody writes something, and is mostly the one who may.
func (l *life) step(t *rapid.T) {
	l.t, l.n = t, l.n+1
	who := l.s.Next().Center
	if l.odd(4, "intruder") {
		who = rapid.SampledFrom(people).Draw(t, "who")
	}
	l.now = l.now.Add(time.Duration(rapid.IntRange(1, 3000).Draw(t, "minutes")) * time.Minute)
	kind := l.kind(who)
	d := casefile.Draft{Kind: kind, Staff: "S-1", Body: l.body(kind, who)}
	l.write(casetest.First(who), d)
}

// odd is true once in 2^n times. Numbers in a range would be drawn more often at
// its ends.
func (l *life) odd(n int, label string) bool {
	return !slices.Contains(rapid.SliceOfN(rapid.Bool(), n, n).Draw(l.t, label), false)
}

// draw draws one of a list, each as often as any other.
func (l *life) draw(list []casefile.Kind) casefile.Kind {
	i := rapid.IntRange(0, len(list)-1).Draw(l.t, "kind")
	return list[(i+l.n*31)%len(list)]
}

// kind draws what is written: mostly what may be.
func (l *life) kind(who area.Center) casefile.Kind {
	if l.odd(4, "whatever") {
		return l.draw(kinds)
	}
	view := l.realm.View()
	may := slices.DeleteFunc(slices.Clone(kinds), func(k casefile.Kind) bool {
		return casefile.May(view, l.s, casetest.First(who), k, l.place(k), l.now) != nil || ends(k) && l.n%7 != 0
	})
	if len(may) == 0 {
		return casefile.Opinion
	}
	return l.draw(may)
}

// ends says which kinds are drawn less, so that cases live long enough.
func ends(k casefile.Kind) bool {
	return slices.Contains([]casefile.Kind{casefile.Declined, casefile.Returned, casefile.Withdrawn, casefile.Terminated, casefile.Archived}, k)
}

func (l *life) write(who casefile.Party, d casefile.Draft) {
	before := wire.Encode(l.s)
	was := l.s
	r, next, err := casefile.Build(l.s, who, l.realm.Secret(who), l.realm.View(), d, l.now)
	if !bytes.Equal(wire.Encode(l.s), before) {
		l.t.Fatalf("%s changed the state before it", d.Kind)
	}
	if err != nil || l.flag("fold it unchecked too") {
		l.unchecked(who, d)
	}
	if err != nil {
		if refusal.CodeOf(err) == "" {
			l.t.Fatalf("%s: %v carries no code", d.Kind, err)
		}
		return
	}
	if was.Grade != 0 && next.Grade != was.Grade {
		l.t.Fatalf("the grade went from %d to %d", was.Grade, next.Grade)
	}
	explained(l.t, was, next, d.Kind)
	holds(l.t, next, d.Kind)
	l.log, l.s = append(slices.Clip(l.log), r.Bytes), next
	l.count[d.Kind]++
}

// unchecked folds an event that nobody judged, behind others of that sort: it
// makes nonsense, and no panic.
func (l *life) unchecked(who casefile.Party, d casefile.Draft) {
	if d.Body == nil {
		d.Body = casefile.EmptyBody{}
		switch d.Kind {
		case casefile.TakenOver:
			d.Body = casefile.TakenOverBody{}
		case casefile.Seized:
			d.Body = casefile.SeizedBody{}
		}
	}
	before := wire.Encode(l.wild)
	e := casefile.Event{Format: casefile.Format, Case: l.wild.ID, Seq: l.wild.Head.Index + 1, Prev: l.wild.Head.Hash, Author: who,
		NodeTime: l.now.UnixMilli(), DeskTime: l.now.UnixMilli(), Kind: d.Kind, Body: wire.Encode(d.Body)}
	r, err := casefile.Read(chain.Sign(l.realm.Secret(who), chain.EventDomain, wire.Encode(e)))
	if err != nil {
		l.t.Fatal(err)
	}
	next, err := casefile.Apply(l.wild, r)
	if err != nil || !bytes.Equal(wire.Encode(l.wild), before) {
		l.t.Fatalf("%s folded upon nonsense: %v", d.Kind, err)
	}
	l.wild = next
	_, _, _ = l.wild.Blobs(), l.wild.Outcome(), l.wild.Waiting()
}

// Whatever happens to a case, in whatever order: what is refused changes
// nothing, no state is changed behind its back, every phase and every field
// moves only by an event that explains it, and any two nodes with the same
// records have the same state.
func TestLives(t *testing.T) {
	count := map[casefile.Kind]int{}
	rapid.Check(t, func(t *rapid.T) {
		f := newFile(t)
		rapid.SampledFrom(stages).Draw(t, "stage")(&f)
		l := &life{t: t, realm: f.realm, s: f.s, wild: f.s, log: f.log, now: f.now, count: count, n: len(f.log)}
		for range rapid.IntRange(15, 40).Draw(t, "steps") {
			l.step(t)
		}
		l.agree(t)
	})
	t.Logf("written: %v", count)
}

// TestLives draws every kind, but for what seizures and other systems bring.
func TestLivesDrawEveryKind(t *testing.T) {
	apart := []casefile.Kind{casefile.Outside, casefile.Seized, casefile.Reconciled}
	for _, k := range casefile.Kinds() {
		if slices.Contains(kinds, k) == slices.Contains(apart, k) {
			t.Errorf("%s is not drawn, or is set apart and drawn", k)
		}
	}
}

// agree: one node folds it at once, another takes it in pieces, with a restart
// between them.
func (l *life) agree(t *rapid.T) {
	whole, err := casefile.Verify(l.realm.View(), l.s.ID, l.log)
	if err != nil || !bytes.Equal(wire.Encode(whole), wire.Encode(l.s)) {
		t.Fatalf("another node makes something else of it (%v)", err)
	}
	s := casefile.New(l.s.ID)
	for rest := l.log; len(rest) > 0; {
		n := rapid.IntRange(1, len(rest)).Draw(t, "piece")
		var stored casefile.State
		if err := wire.Decode(wire.Encode(s), &stored); err != nil {
			t.Fatal(err)
		}
		if s, err = casefile.Extend(l.realm.View(), stored, rest[:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	if !bytes.Equal(wire.Encode(s), wire.Encode(l.s)) {
		t.Fatal("taken in pieces it is something else")
	}
}
