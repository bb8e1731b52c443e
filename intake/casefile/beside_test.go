package casefile_test

import (
	"testing"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

const (
	village, town, district = casetest.Village, casetest.Town, casetest.District
	town2, far              = casetest.Town2, casetest.Far

	malformed = refusal.Malformed
	order     = casefile.StepOrder
)

func fee(number string, amount int64, change ...func(*casefile.FeeBody)) casefile.FeeBody {
	b := casefile.FeeBody{Number: number, Name: "stamp", Amount: amount, Basis: "2026-1"}
	for _, c := range change {
		c(&b)
	}
	return b
}

func waits(b *casefile.FeeBody)    { b.Waits = true }
func onBehalf(b *casefile.FeeBody) { b.OnBehalf = true }

func paid(number string, amount int64) casefile.PaidBody {
	return casefile.PaidBody{Number: number, Amount: amount, How: "cash", Receipt: "R-1"}
}

func waiver(number string, amount int64) casefile.WaiverBody {
	return casefile.WaiverBody{Number: number, Amount: amount, Ground: "in need", Approver: "S-9"}
}

func settled(number string, amount int64) casefile.SettledBody {
	return casefile.SettledBody{Number: number, Amount: amount, To: "body", Voucher: "V-1"}
}

func TestMoney(t *testing.T) {
	charged := then(accepted, write(town, casefile.FeeCharged, fee("F-1", 1000)))
	waiting := then(reviewed, write(district, casefile.FeeCharged, fee("F-1", 1000, waits)))
	behalf := then(received, func(f *file) {
		f.do(village, casefile.FeeCharged, fee("F-1", 1000, onBehalf))
		f.do(village, casefile.FeePaid, paid("F-1", 600))
	})
	run(t, []entry{
		{"told", accepted, town, casefile.FeeCharged, fee("F-1", 1000), "", ""},
		{"told before acceptance", received, village, casefile.FeeCharged, fee("F-1", 1000, onBehalf), "", ""},
		{"nothing", accepted, town, casefile.FeeCharged, fee("F-1", 0), malformed, "want more than 0"},
		{"less than nothing", accepted, town, casefile.FeeCharged, fee("F-1", -5), malformed, "want more than 0"},
		{"more than there is", accepted, town, casefile.FeeCharged, fee("F-1", 1<<60), malformed, "want more than 0"},
		{"a number twice", charged, town, casefile.FeeCharged, fee("F-1", 5), casefile.NumberUsed, "gave out the number"},
		{"the number of something else", accepted, town, casefile.FeeCharged, fee("A-1", 5), casefile.NumberUsed, "gave out the number"},
		{"without a basis", accepted, town, casefile.FeeCharged, casefile.FeeBody{Number: "F-1", Name: "x", Amount: 1}, malformed, "basis"},
		{"waits before the clocks run", received, village, casefile.FeeCharged, fee("F-1", 5, waits), order, "no clock runs"},
		{"waits twice", waiting, district, casefile.FeeCharged, fee("F-2", 5, waits), order, "waits already"},
		{"counts, and does not wait", accepted, town, casefile.FeeCharged, fee("F-1", 5, func(b *casefile.FeeBody) { b.Counts = true }), malformed, "only a wait"},
		{"after the end", archived, district, casefile.FeeCharged, fee("F-1", 5), order, "archived"},

		{"in part", charged, town, casefile.FeePaid, paid("F-1", 400), "", ""},
		{"more than is open", charged, town, casefile.FeePaid, paid("F-1", 1001), malformed, "1000 are open"},
		{"nothing", charged, town, casefile.FeePaid, paid("F-1", 0), malformed, "want more than 0"},
		{"another number", charged, town, casefile.FeePaid, paid("F-9", 1), malformed, "no payment notice"},
		{"no receipt", charged, town, casefile.FeePaid, casefile.PaidBody{Number: "F-1", Amount: 1, How: "cash"}, malformed, "receipt"},
		{"in kind", charged, town, casefile.FeePaid, casefile.PaidBody{Number: "F-1", Amount: 1, How: "eggs", Receipt: "1"}, malformed, "eggs"},
		{"nothing is open", accepted, town, casefile.FeePaid, paid("F-1", 1), order, "no fee is open"},

		{"in part", charged, town, casefile.FeeWaived, waiver("F-1", 400), "", ""},
		{"more than is open", then(charged, write(town, casefile.FeePaid, paid("F-1", 400))), town, casefile.FeeWaived, waiver("F-1", 601), malformed, "600 are open"},
		{"nobody approved", charged, town, casefile.FeeWaived, casefile.WaiverBody{Number: "F-1", Amount: 1, Ground: "x"}, malformed, "approved"},
		{"by a counter without a say", then(charged, func(f *file) { f.pass(town, town2) }), town2, casefile.FeeWaived, waiver("F-1", 1), casefile.NotCompetent, ""},

		{"handed on", behalf, village, casefile.FeeSettled, settled("F-1", 600), "", ""},
		{"more than was paid", behalf, village, casefile.FeeSettled, settled("F-1", 601), malformed, "600 were collected"},
		{"of one's own", then(charged, write(town, casefile.FeePaid, paid("F-1", 400))), town, casefile.FeeSettled, settled("F-1", 1), order, "nothing that was collected on behalf"},
		{"to somebody", behalf, village, casefile.FeeSettled, casefile.SettledBody{Number: "F-1", Amount: 1, To: "me", Voucher: "V"}, malformed, "me"},

		{"granted while it waits", waiting, district, casefile.Decided, decision(true), order, "waits (payment)"},
		{"rejected while it waits", waiting, district, casefile.Decided, decision(false), "", ""},
		{"granted after the payment", then(waiting, write(district, casefile.FeePaid, paid("F-1", 1000))), district, casefile.Decided, decision(true), "", ""},
		{"a payment is no resumption", waiting, district, casefile.Resumed, casefile.ResumedBody{Result: "paid"}, order, "nothing is open on it"},
		{"a wait for a payment begins with its notice", accepted, town, casefile.Suspended, casefile.SuspendedBody{Step: -1, Ground: casefile.Payment}, malformed, "begins with its notice"},
		{"with money of others", then(concluded, func(f *file) {
			f.do(district, casefile.Reopened, reopening(-1))
			f.do(district, casefile.FeeCharged, fee("F-1", 10, onBehalf))
			f.do(district, casefile.FeePaid, paid("F-1", 10))
			f.do(district, casefile.Decided, casefile.DecidedBody{Step: casetest.AidDecide, Approved: true, Number: "D-2"})
			f.do(district, casefile.Concluded, nil)
		}), district, casefile.Archived, nil, order, "not settled"},
	})
}

// What a fee comes to, and when the wait for it is over.
func TestFeesFold(t *testing.T) {
	f := newFile(t)
	reviewed(&f)
	f.do(district, casefile.FeeCharged, fee("F-1", 1000, waits))
	open := f.s
	f.do(district, casefile.FeePaid, paid("F-1", 300))
	f.do(district, casefile.FeeWaived, waiver("F-1", 200))
	if w := f.s.Waiting(); w == nil || w.Fee != "F-1" || w.Ground != casefile.Payment || f.s.Fees[0].Open() != 500 || f.s.Fees[0].PaidAt != 0 {
		t.Fatalf("%+v, %+v", w, f.s.Fees[0])
	}
	f.do(district, casefile.FeePaid, paid("F-1", 500))
	last := f.s.Intervals[len(f.s.Intervals)-1]
	if f.s.Waiting() != nil || last.To == 0 || f.s.Fees[0].PaidAt != last.To || f.s.Fees[0].Open() != 0 {
		t.Fatalf("%+v, %+v", last, f.s.Fees[0])
	}
	if open.Waiting() == nil || open.Fees[0].Paid != 0 {
		t.Fatal("an earlier state changed")
	}
	// A notice that is taken back is waited for no longer.
	f = newFile(t)
	reviewed(&f)
	f.do(district, casefile.FeeCharged, fee("F-1", 1000, waits))
	f.do(district, casefile.Voided, casefile.VoidedBody{Number: "F-1", Reason: "the wrong amount", Instead: "F-2"})
	if f.s.Waiting() != nil || f.s.Fees[0].Open() != 0 || f.s.Fees[0].PaidAt != 0 {
		t.Fatalf("%+v", f.s.Fees)
	}
	f.do(district, casefile.FeeCharged, fee("F-2", 900, waits))
	f.do(district, casefile.Decided, decision(false)) // what is not granted costs nothing, and waits for nothing
	if f.s.Waiting() != nil || f.s.Fees[1].Open() != 900 {
		t.Fatalf("%+v", f.s.Fees)
	}
	same(t, &f)
}

var (
	mandate  = casefile.MandateBody{Powers: "the whole way", Documents: []string{"household book"}, Signed: casefile.Thumbprint}
	receipt  = casefile.MandateAcceptedBody{Number: "M-1", Due: "2026-12-18"}
	taken    = casefile.UndertakenBody{Number: "U-1", Unit: "the village", Handler: "S-1"}
	handBack = casefile.HandedBackBody{Result: "granted", Opinion: "satisfied", Signed: casefile.Signature}
)

func TestAgency(t *testing.T) {
	given := then(received, write(village, casefile.Mandated, mandate))
	at := then(given, write(village, casefile.MandateAccepted, receipt))
	under := then(at, write(village, casefile.Undertaken, taken))
	ended := then(under, write(village, casefile.Withdrawn, casefile.ReasonBody{Reason: "asked", Ground: casefile.AtRequest}))
	back := then(ended, write(village, casefile.HandedBack, handBack))
	run(t, []entry{
		{"given", received, village, casefile.Mandated, mandate, "", ""},
		{"given twice", given, village, casefile.Mandated, mandate, order, "has a mandate already"},
		{"unsigned", received, village, casefile.Mandated, casefile.MandateBody{Powers: "x", Signed: casefile.Unsigned}, malformed, "nobody signed"},
		{"without powers", received, village, casefile.Mandated, casefile.MandateBody{Signed: casefile.Signature}, malformed, "powers"},
		{"too late", concluded, district, casefile.Mandated, mandate, order, "concluded"},
		{"accepted", given, village, casefile.MandateAccepted, receipt, "", ""},
		{"by the center above", then(given, func(f *file) { f.pass(village, town) }), town, casefile.MandateAccepted, receipt, "", ""},
		{"by another", then(given, func(f *file) { f.pass(village, town2) }), town2, casefile.MandateAccepted, receipt, casefile.NotCompetent, ""},
		{"nothing was given", received, village, casefile.MandateAccepted, receipt, order, "nobody was given a mandate"},
		{"twice", at, village, casefile.MandateAccepted, receipt, order, "was accepted"},
		{"a day that is none", given, village, casefile.MandateAccepted, casefile.MandateAcceptedBody{Number: "M", Due: "soon"}, malformed, "is no day"},
		{"undertaken", at, village, casefile.Undertaken, taken, "", ""},
		{"not accepted", given, village, casefile.Undertaken, taken, order, "accepted first"},
		{"twice", under, village, casefile.Undertaken, taken, order, "was undertaken"},
		{"by nobody", at, village, casefile.Undertaken, casefile.UndertakenBody{Number: "U", Unit: "x"}, malformed, "handler"},
		{"handed back", ended, village, casefile.HandedBack, handBack, "", ""},
		{"before the end", under, village, casefile.HandedBack, handBack, order, "the case is opened"},
		{"twice", back, village, casefile.HandedBack, handBack, order, "was handed back"},
		{"not undertaken", then(at, write(village, casefile.Withdrawn, casefile.ReasonBody{Reason: "asked"})), village, casefile.HandedBack, handBack, order, "undertaken first"},
		{"not asked", ended, village, casefile.HandedBack, casefile.HandedBackBody{Result: "x", Signed: casefile.Signature}, malformed, "opinion of the client"},
		{"with money of others", then(under, func(f *file) {
			f.do(village, casefile.FeeCharged, fee("F-1", 10, onBehalf))
			f.do(village, casefile.FeePaid, paid("F-1", 10))
			f.do(village, casefile.Withdrawn, casefile.ReasonBody{Reason: "asked"})
		}), village, casefile.HandedBack, handBack, order, "to be settled first"},
	})
	f := newFile(t)
	back(&f)
	if m := f.s.Mandate; !f.s.Agency || m.Given == nil || m.Accepted == nil || m.Taken == nil || m.Back == nil || m.By != casetest.First(village) {
		t.Fatalf("%+v", m)
	}
}

func joint(centers ...area.Center) casefile.JointBody {
	var b casefile.JointBody
	for _, c := range centers {
		b.Add = append(b.Add, casefile.Participant{Center: c, Matter: "fire safety", By: "2026-12-01"})
	}
	return b
}

func remove(c area.Center) casefile.JointBody {
	return casefile.JointBody{Remove: []casefile.Removal{{Center: c, Reason: "not concerned"}}}
}

// says records what a participant says.
func says(c area.Center, mark string, stance casefile.Stance, at int64) func(*file) {
	return func(f *file) {
		f.do(f.s.Holder.Center, casefile.RequestKept, f.realm.Opinion(casetest.First(c), f.s, mark, stance, at))
	}
}

func survey(number string, who ...area.Center) casefile.SurveyBody {
	return casefile.SurveyBody{Number: number, On: "2026-11-25", At: "09:30", Place: "the site", Who: who}
}

func TestJoint(t *testing.T) {
	two := then(reviewed, write(district, casefile.JointSet, joint(town2, far)))
	one := then(two, says(town2, "a", casefile.Agrees, 5))
	found := casefile.SurveyHeldBody{On: "2026-11-25", Staff: []string{"S-1", "S-2"}, Found: "as drawn", Passed: true}
	set := then(two, write(district, casefile.SurveySet, survey("V-1", district, town2)))
	held := then(set, write(district, casefile.SurveyHeld, found))
	run(t, []entry{
		{"set", reviewed, district, casefile.JointSet, joint(town2, far), "", ""},
		{"the lead", reviewed, district, casefile.JointSet, joint(district), malformed, "the lead takes no part"},
		{"twice at once", reviewed, district, casefile.JointSet, joint(town2, town2), malformed, "takes part already"},
		{"again", two, district, casefile.JointSet, joint(far), malformed, "takes part already"},
		{"nobody", reviewed, district, casefile.JointSet, casefile.JointBody{}, malformed, "0, want 1"},
		{"who is unknown", reviewed, district, casefile.JointSet, joint("320508000000"), casefile.WrongAddressee, "not enrolled"},
		{"who is no center", reviewed, district, casefile.JointSet, joint("next door"), casefile.WrongAddressee, "not enrolled"},
		{"out", two, district, casefile.JointSet, remove(far), "", ""},
		{"out who was not in", two, district, casefile.JointSet, remove(village), malformed, "does not take part"},
		{"out without a reason", two, district, casefile.JointSet, casefile.JointBody{Remove: []casefile.Removal{{Center: far}}}, malformed, "reason"},
		{"out and in", two, district, casefile.JointSet, casefile.JointBody{Add: joint(far).Add, Remove: remove(far).Remove}, "", ""},
		{"before acceptance", atTown, town, casefile.JointSet, joint(far), order, "the case is opened"},

		{"granted, nobody spoke", two, district, casefile.Decided, decision(true), casefile.OpinionsOpen, "320505001000"},
		{"granted, one spoke", one, district, casefile.Decided, decision(true), casefile.OpinionsOpen, "320505001000"},
		{"granted, one spoke and one was removed", then(one, write(district, casefile.JointSet, remove(far))), district, casefile.Decided, decision(true), "", ""},
		{"granted, all spoke", then(one, says(far, "b", casefile.Objects, 6)), district, casefile.Decided, decision(true), "", ""},
		{"rejected, nobody spoke", two, district, casefile.Decided, decision(false), "", ""},

		{"set", two, district, casefile.SurveySet, survey("V-1", district, town2), "", ""},
		{"for who takes no part", two, district, casefile.SurveySet, survey("V-1", village), malformed, "does not take part"},
		{"while another is set", set, district, casefile.SurveySet, survey("V-2", district), order, "is set: hold it"},
		{"after another was taken back", then(set, write(district, casefile.Voided, casefile.VoidedBody{Number: "V-1", Reason: "rain"})), district, casefile.SurveySet, survey("V-2", district), "", ""},
		{"after another was held", held, district, casefile.SurveySet, survey("V-2", district), "", ""},
		{"under a number twice", held, district, casefile.SurveySet, survey("V-1", district), casefile.NumberUsed, "gave out the number"},
		{"at no time", two, district, casefile.SurveySet, casefile.SurveyBody{Number: "V", On: "2026-11-25", At: "noon", Place: "x", Who: []area.Center{town2}}, malformed, "time of day"},
		{"held", set, district, casefile.SurveyHeld, found, "", ""},
		{"held that was not set", two, district, casefile.SurveyHeld, found, order, "no survey is set"},
		{"held twice", held, district, casefile.SurveyHeld, found, order, "no survey is set"},
		{"by one", set, district, casefile.SurveyHeld, casefile.SurveyHeldBody{On: "2026-11-25", Staff: []string{"S-1"}, Found: "x"}, malformed, "want 2"},
		{"by one, named twice", set, district, casefile.SurveyHeld, casefile.SurveyHeldBody{On: "2026-11-25", Staff: []string{"S-1", "S-1"}, Found: "x"}, malformed, "named twice"},
	})
}

// The last word of a participant counts, until the decision; nobody else's does,
// and nobody can say it for another.
func TestVoices(t *testing.T) {
	f := newFile(t)
	reviewed(&f)
	f.do(district, casefile.JointSet, joint(town2))
	says(far, "stranger", casefile.Agrees, 5)(&f)
	if v := f.s.Voices[0]; v.Said != nil || len(f.s.Requests) != 1 {
		t.Fatalf("%+v", v)
	}
	says(town2, "first", casefile.Objects, 10)(&f)
	before := f.s
	says(town2, "second", casefile.Provided, 20)(&f)
	says(town2, "delayed", casefile.Agrees, 15)(&f)
	if v := f.s.Voices[0]; v.Said == nil || v.Said.Stance != casefile.Provided || v.At != 20 || v.Request == "" {
		t.Fatalf("%+v", v)
	}
	if before.Voices[0].Said.Stance != casefile.Objects {
		t.Fatal("an earlier state changed")
	}
	request := func(from, sealer area.Center, kind string, body []byte) casefile.RequestBody {
		r := f.realm.Request(casetest.First(sealer), f.s.ID, kind, "x", body, 30)
		r.ID = f.realm.Request(casetest.First(from), f.s.ID, kind, "x", body, 30).ID
		return r
	}
	other := f.realm.Request(casetest.First(town2), casefile.NewID(casetest.First(village), 2), "reminder", "x", nil, 1)
	late := request(town2, town2, "reminder", nil)
	late.Late = true
	forged := request(town2, town2, "opinion", nil)
	forged.Sealed[len(forged.Sealed)-1] ^= 1
	table := []entry{
		{"in words of its own", nil, district, casefile.RequestKept, request(town2, town2, "opinion", []byte("no objection")), malformed, "opinion of a participant"},
		{"of who takes no part, in words of its own", nil, district, casefile.RequestKept, request(far, far, "opinion", []byte("no objection")), "", ""},
		{"sealed by another", nil, district, casefile.RequestKept, request(town2, district, "opinion", nil), malformed, "it records request"},
		{"with another seal", nil, district, casefile.RequestKept, forged, malformed, "the request"},
		{"about another case", nil, district, casefile.RequestKept, other, malformed, "it records request"},
		{"noise", nil, district, casefile.RequestKept, casefile.RequestBody{ID: "x", Sealed: []byte("x")}, malformed, "the request"},
		{"late before the decision", nil, district, casefile.RequestKept, late, malformed, "late exactly when"},
	}
	for _, e := range table {
		g := f
		err := g.try(e.who, casefile.Draft{Kind: e.kind, Body: e.body})
		if refusal.CodeOf(err) != e.want {
			t.Errorf("%s: %v", e.name, err)
		}
	}
	f.do(district, casefile.Decided, decision(true))
	said := f.realm.Opinion(casetest.First(town2), f.s, "afterwards", casefile.Objects, 99)
	said.Late = true
	f.do(district, casefile.RequestKept, said)
	if f.s.Voices[0].Said.Stance != casefile.Provided {
		t.Fatal("a late opinion changed what was decided upon")
	}
	// What was sealed by a closed incarnation may have been said by anybody.
	g := newFile(t)
	reviewed(&g)
	g.do(district, casefile.JointSet, joint(town2))
	old := g.realm.Opinion(casetest.First(town2), g.s, "old", casefile.Agrees, 5)
	g.realm.Enrol(town2)
	if err := g.try(district, casefile.Draft{Kind: casefile.RequestKept, Body: old}); refusal.CodeOf(err) != casefile.ClosedIncarnation {
		t.Fatal(err)
	}
	same(t, &f)
}

// An opinion counts for the participation during which it was sealed: who was
// taken out and is asked anew has to say it anew, however late it was sealed.
func TestAnOpinionAnswersWhatWasAsked(t *testing.T) {
	again := casefile.JointBody{Add: joint(town2).Add, Remove: remove(town2).Remove}
	for name, change := range map[string][]casefile.JointBody{"out, then in": {remove(town2), joint(town2)}, "out and in at once": {again}} {
		f := newFile(t)
		reviewed(&f)
		f.do(district, casefile.JointSet, joint(town2))
		old := f.realm.Opinion(casetest.First(town2), f.s, "old", casefile.Agrees, 500)
		says(town2, "before", casefile.Agrees, 5)(&f)
		for _, b := range change {
			f.do(district, casefile.JointSet, b)
		}
		if err := f.try(district, casefile.Draft{Kind: casefile.RequestKept, Body: old}); refusal.CodeOf(err) != casefile.OpinionOld {
			t.Errorf("%s: the old opinion: %v", name, err)
		}
		if err := f.try(district, casefile.Draft{Kind: casefile.Decided, Body: decision(true)}); refusal.CodeOf(err) != casefile.OpinionsOpen {
			t.Errorf("%s: granted on what was said before: %v", name, err)
		}
		says(town2, "new", casefile.Objects, 6)(&f)
		if v := f.s.Voices; len(v) != 2 || v[0].Said == nil || v[0].Said.Stance != casefile.Agrees || v[1].Said == nil || v[1].Said.Stance != casefile.Objects {
			t.Errorf("%s: %+v", name, v)
		}
		same(t, &f)
	}
}
