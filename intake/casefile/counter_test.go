package casefile_test

import (
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

func contains(err error, part string) bool { return strings.Contains(err.Error(), part) }

func slip(number string, to area.Center) casefile.SlipBody {
	return casefile.SlipBody{Slip: number, To: to, Waybill: "WB-1", Papers: []casefile.SlipLine{{Material: "form", Name: "form", Sheets: 2}}}
}

func TestSlips(t *testing.T) {
	sent := then(received, write(village, casefile.PapersSent, slip("P-1", town)))
	there := then(sent, func(f *file) { f.pass(village, town) })
	came := casefile.ArrivalBody{Slip: "P-1", Missing: []string{"form"}}
	arrived := then(there, write(town, casefile.PapersArrived, came))
	back := casefile.VoidedBody{Number: "P-1", Reason: "turned back, and the papers with it"}
	returned := then(sent, func(f *file) {
		f.do(village, casefile.HandedOver, casefile.HandedOverBody{To: casetest.First(town), Step: -1})
		f.do(town, casefile.TurnedBack, casefile.TurnedBackBody{To: casetest.First(village), Reason: "not ours"})
		f.do(village, casefile.Voided, back)
	})
	line := func(p casefile.SlipLine) casefile.SlipBody {
		return casefile.SlipBody{Slip: "P-1", To: town, Papers: []casefile.SlipLine{p}}
	}
	run(t, []entry{
		{"sent", received, village, casefile.PapersSent, slip("P-1", town), "", ""},
		{"the result", received, village, casefile.PapersSent, line(casefile.SlipLine{Material: "result", Name: "card", Sheets: 1}), "", ""},
		{"under a number twice", sent, village, casefile.PapersSent, slip("P-1", town), casefile.NumberUsed, "gave out the number"},
		{"to oneself", received, village, casefile.PapersSent, slip("P-1", village), malformed, "need no slip"},
		{"to nobody", received, village, casefile.PapersSent, slip("P-1", "320508000000"), casefile.WrongAddressee, "not enrolled"},
		{"no papers", received, village, casefile.PapersSent, casefile.SlipBody{Slip: "P-1", To: town}, malformed, "papers: 0"},
		{"what is no material", received, village, casefile.PapersSent, line(casefile.SlipLine{Material: "hat", Name: "hat", Sheets: 1}), malformed, "no material"},
		{"no sheets", received, village, casefile.PapersSent, line(casefile.SlipLine{Material: "form", Name: "form"}), malformed, "sheets: 0"},
		{"when all is packed", archived, district, casefile.PapersSent, slip("P-1", village), order, "archived"},
		{"scanned", there, town, casefile.PapersArrived, came, "", ""},
		{"scanned twice", arrived, town, casefile.PapersArrived, came, order, "no papers are on their way"},
		{"scanned by another", then(sent, func(f *file) { f.pass(village, town2) }), town2, casefile.PapersArrived, came, casefile.NotCompetent, ""},
		{"taken back after it arrived", arrived, town, casefile.Voided, back, casefile.NotCompetent, ""},
		{"taken back by whoever decides, after it arrived", then(arrived, func(f *file) { f.pass(town, district) }), district, casefile.Voided, back, malformed, "have arrived"},
		{"scanned although it was taken back", then(returned, func(f *file) { f.pass(village, town) }), town, casefile.PapersArrived, came, order, "no papers are on their way"},
		{"sent anew", returned, village, casefile.PapersSent, slip("P-2", town), "", ""},
		{"the one that was taken back", then(returned, func(f *file) {
			f.do(village, casefile.PapersSent, slip("P-2", town))
			f.pass(village, town)
		}), town, casefile.PapersArrived, came, malformed, "taken back"},
		{"another slip", there, town, casefile.PapersArrived, casefile.ArrivalBody{Slip: "P-2"}, malformed, "sent no slip"},
		{"without what was not on it", there, town, casefile.PapersArrived, casefile.ArrivalBody{Slip: "P-1", Missing: []string{"income"}}, malformed, "not on the slip"},
	})
	f := newFile(t)
	arrived(&f)
	if s := f.s.Slips[0]; s.From != village || s.Arrived == nil || s.Came == 0 || len(s.Arrived.Missing) != 1 {
		t.Fatalf("%+v", s)
	}
	f = newFile(t)
	returned(&f)
	if f.s.OnItsWay(f.s.Slips[0]) {
		t.Error("a slip that was taken back is on its way")
	}
}

func TestFound(t *testing.T) {
	visit := func(step int, staff ...string) casefile.VisitedBody {
		return casefile.VisitedBody{Step: step, Kind: "home", On: "2026-11-21", Staff: staff, Found: "as said", Passed: true}
	}
	talk := func(step int, who ...string) casefile.DeliberatedBody {
		return casefile.DeliberatedBody{Step: step, On: "2026-11-21", Who: who, For: 3, Result: "agreed", Passed: true}
	}
	checked := then(accepted, write(town, casefile.Checked, casefile.StepBody{Step: casetest.AidCheck, Passed: true}))
	run(t, []entry{
		{"two", accepted, town, casefile.Visited, visit(-1, "S-1", "S-2"), "", ""},
		{"one", accepted, town, casefile.Visited, visit(-1, "S-1"), malformed, "want 2"},
		{"one twice", accepted, town, casefile.Visited, visit(-1, "S-1", "S-1"), malformed, "named twice"},
		{"one without a name", accepted, town, casefile.Visited, visit(-1, "S-1", ""), malformed, "lacks"},
		{"the step", checked, town, casefile.Visited, visit(casetest.AidAssess, "S-1", "S-2"), "", ""},
		{"the step, before what proves it", accepted, town, casefile.Visited, visit(casetest.AidAssess, "S-1", "S-2"), order, "comes first"},
		{"a step that is none of it", checked, town, casefile.Visited, visit(casetest.AidDecide, "S-1", "S-2"), order, "step 5 is decide"},
		{"a step that is not", checked, town, casefile.Visited, visit(77, "S-1", "S-2"), order, "no step 77"},
		{"before acceptance", atTown, town, casefile.Visited, visit(-1, "S-1", "S-2"), order, "opened"},
		{"by a counter without a say", then(accepted, func(f *file) { f.pass(town, town2) }), town2, casefile.Visited, visit(-1, "S-1", "S-2"), casefile.NotCompetent, ""},
		{"of a kind that is none", accepted, town, casefile.Visited, casefile.VisitedBody{Step: -1, Kind: "moon", On: "2026-11-21", Staff: []string{"a", "b"}, Found: "x"}, malformed, "moon"},

		{"several", accepted, town, casefile.Deliberated, talk(-1, "head", "clerk"), "", ""},
		{"alone", accepted, town, casefile.Deliberated, talk(-1, "head"), malformed, "want 2"},
		{"the step", then(reviewed, func(f *file) {}), district, casefile.Deliberated, talk(casetest.AidReview, "head", "clerk"), "", ""},
		{"with votes below nothing", accepted, town, casefile.Deliberated, casefile.DeliberatedBody{Step: -1, On: "2026-11-21", Who: []string{"a", "b"}, For: -1, Result: "x"}, malformed, "for: -1"},

		{"told", accepted, town, casefile.PartyHeard, casefile.PartyHeardBody{Told: "2026-11-21"}, "", ""},
		{"spoke and said nothing", accepted, town, casefile.PartyHeard, casefile.PartyHeardBody{Told: "2026-11-21", Spoke: true}, malformed, "what they said"},
		{"never told", accepted, town, casefile.PartyHeard, casefile.PartyHeardBody{}, malformed, "told"},
	})
	f := newFile(t)
	checked(&f)
	it, _ := f.realm.View().Item(f.s.Item)
	failed := visit(casetest.AidAssess, "S-1", "S-2")
	failed.Passed = false
	f.do(town, casefile.Visited, failed)
	if f.s.Finished(it, casetest.AidAssess) || len(f.s.Visited) != 1 {
		t.Fatal("a failed visit ends the step")
	}
	f.do(town, casefile.Deliberated, talk(casetest.AidAssess, "head", "clerk"))
	if !f.s.Finished(it, casetest.AidAssess) || len(f.s.Deliberated) != 1 {
		t.Fatal("the step is not done")
	}
}

func TestWaits(t *testing.T) {
	suspend := func(b casefile.SuspendedBody) casefile.SuspendedBody { b.Step = -1; return b }
	post := func(change func(*casefile.PostingTerms)) casefile.SuspendedBody {
		p := posting()
		change(p)
		return suspend(casefile.SuspendedBody{Ground: casefile.PublicPosting, Posting: p})
	}
	hear := func(told, asked, notice, on string) casefile.SuspendedBody {
		return suspend(casefile.SuspendedBody{Ground: casefile.Hearing, Hearing: &casefile.HearingTerms{Told: told, Asked: asked, Notice: notice, On: on}})
	}
	posted := then(accepted, write(town, casefile.Suspended, post(func(*casefile.PostingTerms) {})))
	hearing := then(accepted, write(town, casefile.Suspended, hear("2026-11-20", "2026-11-23", "2026-11-25", "2026-12-04")))
	objection := casefile.Objection{On: "2026-11-22", Text: text("not so"), Answer: text("it is")}
	run(t, []entry{
		{"a posting", accepted, town, casefile.Suspended, post(func(*casefile.PostingTerms) {}), "", ""},
		{"a posting nowhere", accepted, town, casefile.Suspended, post(func(p *casefile.PostingTerms) { p.Place = "" }), malformed, "place"},
		{"a posting of nothing", accepted, town, casefile.Suspended, post(func(p *casefile.PostingTerms) { p.Text = "" }), malformed, "what is posted"},
		{"a posting that ends before it begins", accepted, town, casefile.Suspended, post(func(p *casefile.PostingTerms) { p.To = "2026-11-01" }), malformed, "out of order"},
		{"a posting without terms", accepted, town, casefile.Suspended, suspend(casefile.SuspendedBody{Ground: casefile.PublicPosting}), malformed, "a posting"},
		{"an appraisal that is posted", accepted, town, casefile.Suspended, suspend(casefile.SuspendedBody{Ground: casefile.Appraisal, Posting: posting()}), malformed, "a posting"},
		{"a hearing", accepted, town, casefile.Suspended, hear("2026-11-20", "2026-11-23", "2026-11-25", "2026-12-04"), "", ""},
		{"a hearing that the office holds by itself", accepted, town, casefile.Suspended, hear("2026-11-20", "", "", "2026-12-04"), "", ""},
		{"a hearing before the notice of it", accepted, town, casefile.Suspended, hear("2026-11-20", "", "2026-12-05", "2026-12-04"), malformed, "out of order"},
		{"a hearing nobody was told of", accepted, town, casefile.Suspended, hear("", "", "", "2026-12-04"), malformed, "right to a hearing"},
		{"for no known ground", accepted, town, casefile.Suspended, suspend(casefile.SuspendedBody{Ground: "rain"}), malformed, "rain"},
		{"objected to", posted, town, casefile.Resumed, casefile.ResumedBody{Objections: []casefile.Objection{objection}}, "", ""},
		{"objected to and not answered", posted, town, casefile.Resumed, casefile.ResumedBody{Objections: []casefile.Objection{{On: "2026-11-22", Text: text("x")}}}, malformed, "answer"},
		{"an objection to a hearing", hearing, town, casefile.Resumed, casefile.ResumedBody{Objections: []casefile.Objection{objection}}, malformed, "to a posting"},
		{"held", hearing, town, casefile.Resumed, casefile.ResumedBody{Held: "2026-12-04"}, "", ""},
		{"held before the notice of it", hearing, town, casefile.Resumed, casefile.ResumedBody{Held: "2026-11-21"}, malformed, "out of order"},
		{"a posting that was held", posted, town, casefile.Resumed, casefile.ResumedBody{Held: "2026-12-04"}, malformed, "only a hearing"},
	})
	f := newFile(t)
	posted(&f)
	f.do(town, casefile.Resumed, casefile.ResumedBody{Result: "one objection", Objections: []casefile.Objection{objection}})
	if i := f.s.Intervals[0]; i.Posting == nil || len(i.Objections) != 1 || i.To == 0 {
		t.Fatalf("%+v", i)
	}
}

func TestEndings(t *testing.T) {
	ground := func(g casefile.EndGround, whose string) casefile.ReasonBody {
		return casefile.ReasonBody{Reason: "because", Ground: g, Whose: whose, Number: "E-1"}
	}
	run(t, []entry{
		{"not ours", atTown, town, casefile.Declined, ground(casefile.NotOurs, "the tax office"), "", ""},
		{"not ours, and whose is not said", atTown, town, casefile.Declined, ground(casefile.NotOurs, ""), malformed, "whose it is"},
		{"not met, and somebody's", atTown, town, casefile.Declined, ground(casefile.NotMet, "x"), malformed, "whose it is"},
		{"lapsed", atTown, town, casefile.Declined, ground(casefile.Lapsed, ""), malformed, "lapsed"},
		{"lapsed", accepted, town, casefile.Withdrawn, ground(casefile.Lapsed, ""), "", ""},
		{"impossible", accepted, town, casefile.Withdrawn, ground(casefile.Impossible, ""), malformed, "impossible"},
		{"revoked", accepted, town, casefile.Terminated, ground(casefile.Revoked, ""), "", ""},
		{"not ours", accepted, town, casefile.Terminated, ground(casefile.NotOurs, "x"), malformed, "not_ours"},
		{"on its ground", received, village, casefile.Returned, ground(casefile.NotMended, ""), "", ""},
		{"without a reason", received, village, casefile.Returned, casefile.ReasonBody{}, malformed, "reason"},
		{"after acceptance", accepted, town, casefile.Returned, ground(casefile.NotMended, ""), order, "accepted"},
		{"by another counter", then(received, func(f *file) { f.pass(village, town2) }), town2, casefile.Returned, ground(casefile.NotMended, ""), casefile.NotCompetent, ""},
		{"visits without end", decided, district, casefile.Concluded, casefile.ConcludedBody{Visits: 1001}, malformed, "visits"},
		{"with a proof", decided, district, casefile.Served, casefile.StepBody{Step: -1, Proof: &casefile.Proof{Manner: casefile.Left, Signed: casefile.Unsigned}}, "", ""},
		{"with a proof of nothing", decided, district, casefile.Served, casefile.StepBody{Step: -1, Proof: &casefile.Proof{}}, malformed, "manner"},
		{"with a proof of service", accepted, town, casefile.Checked, casefile.StepBody{Step: casetest.AidCheck, Proof: &casefile.Proof{Manner: casefile.Left}}, malformed, "only what is served"},
		{"with a certificate that ends before it begins", reviewed, district, casefile.Decided, casefile.DecidedBody{Step: casetest.AidDecide,
			Certificate: &casefile.Certificate{Name: "card", From: "2027-01-01", To: "2026-01-01"}}, malformed, "out of order"},
		{"due before it began", atTown, town, casefile.Accepted, casefile.AcceptedBody{Item: casetest.Aid, On: "2026-11-20", Due: "2026-11-19"}, malformed, "out of order"},
		{"by carrier pigeon", decided, district, casefile.Rated, casefile.RatedBody{Grade: 1, Channel: "pigeon"}, malformed, "pigeon"},
	})
	for _, test := range []struct {
		stage func(*file)
		want  casefile.Outcome
	}{
		{received, ""},
		{decided, casefile.OutcomeGranted},
		{then(reviewed, write(district, casefile.Decided, decision(false))), casefile.OutcomeRejected},
		{then(atTown, write(town, casefile.Declined, ground(casefile.NotMet, ""))), casefile.OutcomeDeclined},
		{then(received, write(village, casefile.Returned, ground("", ""))), casefile.OutcomeReturned},
		{then(received, write(village, casefile.Withdrawn, ground(casefile.AtRequest, ""))), casefile.OutcomeWithdrawn},
		{then(received, write(village, casefile.Withdrawn, ground(casefile.Lapsed, ""))), casefile.OutcomeDeemedWithdrawn},
		{then(accepted, write(town, casefile.Terminated, ground(casefile.Impossible, ""))), casefile.OutcomeTerminated},
	} {
		f := newFile(t)
		test.stage(&f)
		if got := f.s.Outcome(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

func TestPapers(t *testing.T) {
	lay := func(m casefile.MaterialEntry) casefile.ReceivedBody {
		return casefile.ReceivedBody{Materials: []casefile.MaterialEntry{m}}
	}
	carried := func(c casefile.Carried) casefile.ReceivedBody {
		return lay(casefile.MaterialEntry{ID: "form", State: casefile.Copy, Carried: &c})
	}
	earlier := casefile.NewID(casetest.First(village), 9)
	run(t, []entry{
		{"carried over", opened, village, casefile.Received, carried(casefile.Carried{Case: earlier, Material: "form", Consent: "signed"}), "", ""},
		{"carried over without consent", opened, village, casefile.Received, carried(casefile.Carried{Case: earlier, Material: "form"}), malformed, "consent"},
		{"carried over from nowhere", opened, village, casefile.Received, carried(casefile.Carried{Case: "x", Material: "form", Consent: "signed"}), malformed, "no earlier case"},
		{"in no known state", opened, village, casefile.Received, lay(casefile.MaterialEntry{ID: "form", State: "wet"}), malformed, "wet"},
		{"less than none", opened, village, casefile.Received, lay(casefile.MaterialEntry{ID: "form", State: casefile.Copy, Copies: -1}), malformed, "copies"},
		{"of itself", received, village, casefile.Noticed, casefile.NoticedBody{Missing: []string{"form"}}, "", ""},
		{"of what another center has", atTown, town, casefile.Noticed, casefile.NoticedBody{Missing: []string{"income", "form"}}, casefile.AskedAgain, "form"},
		{"of what is not there", atTown, town, casefile.Noticed, casefile.NoticedBody{Missing: []string{"income"}}, "", ""},
		{"of what was promised below", then(opened, func(f *file) {
			f.do(village, casefile.Received, lay(casefile.MaterialEntry{ID: "form", State: casefile.Later, By: "2026-12-01"}))
			f.pass(village, town)
		}), town, casefile.Noticed, casefile.NoticedBody{Missing: []string{"form"}}, "", ""},
		{"of what another center has, found wanting here", then(atTown, write(town, casefile.Received, lay(casefile.MaterialEntry{ID: "form", State: casefile.Missing}))),
			town, casefile.Noticed, casefile.NoticedBody{Missing: []string{"form"}}, casefile.AskedAgain, "form"},
		{"of what the other center found wanting", then(received, func(f *file) {
			f.do(village, casefile.Received, lay(casefile.MaterialEntry{ID: "form", State: casefile.Missing}))
			f.pass(village, town)
		}), town, casefile.Noticed, casefile.NoticedBody{Missing: []string{"form"}}, "", ""},
		{"of what was laid here since", then(atTown, write(town, casefile.Received, casetest.Laid("form"))), town, casefile.Noticed, casefile.NoticedBody{Missing: []string{"form"}}, "", ""},
	})
	f := newFile(t)
	atTown(&f)
	err := f.try(town, casefile.Draft{Kind: casefile.Noticed, Body: casefile.NoticedBody{Missing: []string{"form"}}})
	if refusal.HintOf(err) == "" {
		t.Error("nobody says what is to be done instead")
	}
}

func TestCorrection(t *testing.T) {
	back := func(to area.Center, c casefile.Correction) casefile.HandedOverBody {
		return casefile.HandedOverBody{To: casetest.First(to), Step: -1, Correct: &c}
	}
	wrong := casefile.Correction{Reason: "blurred", Materials: []string{"form"}, By: "2026-12-01"}
	run(t, []entry{
		{"for correction", reviewed, district, casefile.HandedOver, back(town, wrong), "", ""},
		{"for correction, past the level between", reviewed, district, casefile.HandedOver, back(village, wrong), "", ""},
		{"for correction to a center below that never had it", reviewed, district, casefile.HandedOver, back(town2, wrong), "", ""},
		{"for correction upward", accepted, town, casefile.HandedOver, back(district, wrong), malformed, "nothing to correct"},
		{"for correction sideways", accepted, town, casefile.HandedOver, back(town2, wrong), malformed, "nothing to correct"},
		{"for correction to who had it", then(reviewed, func(f *file) { f.pass(district, town) }), town, casefile.HandedOver, back(district, wrong), "", ""},
		{"for correction without a reason", reviewed, district, casefile.HandedOver, back(town, casefile.Correction{}), malformed, "put right"},
		{"for correction of what is not asked for", reviewed, district, casefile.HandedOver, back(town, casefile.Correction{Reason: "x", Materials: []string{"hat"}}), malformed, "no material"},
		{"for correction when it is decided", decided, district, casefile.HandedOver, back(town, wrong), malformed, "the case is decided"},
	})
	f := newFile(t)
	reviewed(&f)
	f.do(district, casefile.HandedOver, back(town, wrong))
	if f.s.Correction != nil || f.s.Offer.Correct == nil {
		t.Fatalf("before it is taken over: %+v", f.s.Correction)
	}
	f.do(town, casefile.TakenOver, nil)
	if f.s.Correction == nil || f.s.Correction.Reason != "blurred" {
		t.Fatalf("%+v", f.s.Correction)
	}
	f.do(town, casefile.HandedOver, casefile.HandedOverBody{To: casetest.First(district), Step: -1})
	if f.s.Correction != nil {
		t.Fatal("it went up again")
	}
	f.do(district, casefile.TurnedBack, casefile.TurnedBackBody{To: casetest.First(town), Reason: "still blurred"})
	if f.s.Correction == nil {
		t.Fatal("it came back as it was")
	}
	f.pass(town, district)
	if f.s.Correction != nil {
		t.Fatal("it was put right")
	}
	same(t, &f)
}

func TestFiling(t *testing.T) {
	filed := func(change func(*casefile.Filing)) casefile.OpenedBody {
		body := casetest.Open(casetest.Aid, area.Code(village), village).Body.(casefile.OpenedBody)
		change(&body.Filing)
		return body
	}
	permit := casetest.Open(casetest.Permit, area.Code(village), village).Body.(casefile.OpenedBody)
	renewal := casefile.Renewal{Certificate: "L-1", Expires: "2026-12-31"}
	permit.Filing.Renews = &renewal
	someday := permit
	someday.Filing.Renews = &casefile.Renewal{Certificate: "L-1", Expires: "someday"}
	fresh := func(*file) {}
	run(t, []entry{
		{"in full", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) {
			*b = casefile.Filing{Kind: item.Promised, Joint: true, Referred: true, Way: item.AtWindow, Delegation: item.Entrusted,
				Applicant: item.NaturalPerson, Agent: casefile.Guardian, Project: "2026-000000-01", Visit: "v-1", Deliver: casefile.ByPost,
				Secret: strings.Repeat("0a", 32), Site: village + "-02"}
		}), "", ""},
		{"of a kind that is none", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) { b.Kind = "slow" }), malformed, "kind"},
		{"by a way that is none", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) { b.Way = "pigeon" }), malformed, "way"},
		{"delegated by nobody", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) { b.Delegation = "x" }), malformed, "delegation"},
		{"for a ghost", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) { b.Applicant = "ghost" }), malformed, "ghost"},
		{"by a friend", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) { b.Agent = "friend" }), malformed, "friend"},
		{"delivered by magic", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) { b.Deliver = "magic" }), malformed, "magic"},
		{"with the password itself", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) { b.Secret = "123456" }), malformed, "its hash only"},
		{"with an endless visit", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) { b.Visit = strings.Repeat("x", 129) }), malformed, "visit"},
		{"at a site elsewhere", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) { b.Site = far }), malformed, "no other site"},
		{"at a site that is itself", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) { b.Site = village }), malformed, "no other site"},
		{"under an agreement that is none", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) { b.Agreement = "x" }), malformed, "no agreement"},
		{"renewing what is no permit", fresh, village, casefile.Opened, filed(func(b *casefile.Filing) { b.Renews = &renewal }), "", ""},
		{"renewing a permit", fresh, village, casefile.Opened, permit, "", ""},
		{"renewing a permit until someday", fresh, village, casefile.Opened, someday, malformed, "is no day"},
	})
}

// An agreement between two areas lets the one receive what the other decides,
// and accept it where it says so.
func TestAgreements(t *testing.T) {
	for _, test := range []struct {
		name          string
		treaty, named string
		accepts       rule.Side
		open, accept  refusal.Code
	}{
		{"accepted where it is received", "treaty", "treaty", rule.Receiving, "", ""},
		{"accepted where it is decided", "treaty", "treaty", rule.Competent, "", casefile.NotCompetent},
		{"not named", "treaty", "", rule.Receiving, casefile.OutOfScope, ""},
		{"another named", "treaty", "pact", rule.Receiving, casefile.OutOfScope, ""},
		{"none there", "", "treaty", rule.Receiving, casefile.OutOfScope, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := newFile(t)
			f.s = casefile.New(casefile.NewID(casetest.First(far), 1))
			if test.treaty != "" {
				f.realm.Agree(casetest.Treaty(test.treaty, test.accepts))
			}
			draft := casetest.Open(casetest.Aid, area.Code(village), far)
			body := draft.Body.(casefile.OpenedBody)
			body.Filing.Agreement, body.Mode = test.named, item.ReceivedElsewhere
			draft.Body = body
			err := f.try(far, draft)
			if refusal.CodeOf(err) != test.open {
				t.Fatal(err)
			}
			if err != nil {
				return
			}
			f.do(far, casefile.Received, casetest.Laid("form"))
			err = f.try(far, casefile.Draft{Kind: casefile.Accepted, Body: casefile.AcceptedBody{Item: casetest.Aid, On: "2026-11-20"}})
			if refusal.CodeOf(err) != test.accept {
				t.Fatal(err)
			}
			if err == nil && f.s.AcceptedArea != far.Area() {
				t.Fatalf("accepted in %s", f.s.AcceptedArea)
			}
			same(t, &f)
		})
	}
}

// Who wrote an event, and at which post, is bounded like everything else.
func TestHands(t *testing.T) {
	f := newFile(t)
	received(&f)
	began := f.now.UnixMilli()
	for _, test := range []struct {
		name  string
		staff string
		hand  casefile.Hand
		want  refusal.Code
	}{
		{"at a post", "S-1", casefile.Hand{Name: "Zhou", Post: "window 3", For: "S-2", Start: began}, ""},
		{"begun after it was done", "S-1", casefile.Hand{Start: began + 1<<40}, casefile.BadTime},
		{"begun before time", "S-1", casefile.Hand{Start: -1}, casefile.BadTime},
		{"with an endless post", "S-1", casefile.Hand{Post: strings.Repeat("x", 801)}, malformed},
		{"with an endless name", strings.Repeat("x", 801), casefile.Hand{}, malformed},
	} {
		err := f.try(village, casefile.Draft{Kind: casefile.Received, Staff: test.staff, Hand: &test.hand, Body: casetest.Laid("form")})
		if refusal.CodeOf(err) != test.want {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	same(t, &f)
}
