package casefile_test

import (
	"slices"
	"testing"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

func reopening(step int) casefile.ReopenedBody {
	return casefile.ReopenedBody{Reason: "set aside", Basis: "ruling 7", Approver: "S-9", On: "2026-11-20", Step: step}
}

func correction(of string) casefile.CorrectedBody {
	return casefile.CorrectedBody{Number: "C-1", Of: of, From: *text("2025"), To: *text("2026"), Reason: "a slip of the pen"}
}

func adoption(version item.Version) casefile.AdoptedBody {
	ref := casetest.Aid
	ref.Version = version
	return casefile.AdoptedBody{Item: ref, Reason: "less is asked for"}
}

func TestAmendments(t *testing.T) {
	void := casefile.VoidedBody{Number: "A-1", Reason: "the wrong name", Instead: "A-2"}
	voided := then(accepted, write(town, casefile.Voided, void))
	again := then(concluded, write(district, casefile.Reopened, reopening(-1)))
	atVillage := then(decided, func(f *file) { f.pass(district, village) })
	run(t, []entry{
		{"by who gave it", accepted, town, casefile.Voided, void, "", ""},
		{"by who decides", reviewed, district, casefile.Voided, void, "", ""},
		{"by another", then(accepted, func(f *file) { f.pass(town, town2) }), town2, casefile.Voided, void, casefile.NotCompetent, ""},
		{"that was never given", reviewed, district, casefile.Voided, casefile.VoidedBody{Number: "A-9", Reason: "x"}, malformed, "gave out no document"},
		{"twice", then(voided, func(f *file) { f.pass(town, district) }), district, casefile.Voided, void, order, "no document"},
		{"without a reason", accepted, town, casefile.Voided, casefile.VoidedBody{Number: "A-1"}, malformed, "reason"},
		{"for itself", accepted, town, casefile.Voided, casefile.VoidedBody{Number: "A-1", Reason: "x", Instead: "A-1"}, malformed, "its own place"},
		{"a notice that was paid on", then(reviewed, func(f *file) {
			f.do(district, casefile.FeeCharged, fee("F-1", 10))
			f.do(district, casefile.FeePaid, paid("F-1", 4))
		}), district, casefile.Voided, casefile.VoidedBody{Number: "F-1", Reason: "x"}, malformed, "4 fen were paid"},
		{"when all is packed", archived, district, casefile.Voided, void, order, "archived"},

		{"the decision", decided, district, casefile.Corrected, correction("D-1"), "", ""},
		{"the acceptance", concluded, district, casefile.Corrected, correction("A-1"), "", ""},
		{"before the decision", reviewed, district, casefile.Corrected, correction("A-1"), order, "accepted"},
		{"of nothing known", decided, district, casefile.Corrected, correction("D-9"), malformed, "gave out no document"},
		{"into nothing", decided, district, casefile.Corrected, casefile.CorrectedBody{Number: "C", Of: "D-1", From: *text("x"), Reason: "x"}, malformed, "should stand there"},
		{"by who does not decide", atVillage, village, casefile.Corrected, correction("D-1"), casefile.NotCompetent, ""},
		{"of a case without a decision", then(received, func(f *file) {
			f.do(village, casefile.Withdrawn, casefile.ReasonBody{Reason: "x"})
			f.do(village, casefile.Concluded, nil)
			f.pass(village, district)
		}), district, casefile.Corrected, correction("A-1"), order, "nothing was decided"},

		{"decided", decided, district, casefile.Reopened, reopening(-1), "", ""},
		{"concluded", concluded, district, casefile.Reopened, reopening(casetest.AidCheck), "", ""},
		{"archived", archived, district, casefile.Reopened, reopening(-1), order, "archived"},
		{"not decided", reviewed, district, casefile.Reopened, reopening(-1), order, "accepted"},
		{"while it is offered", then(decided, write(district, casefile.HandedOver, casefile.HandedOverBody{To: casetest.First(village), Step: -1})),
			district, casefile.Reopened, reopening(-1), casefile.AwaitingAnswer, ""},
		{"by who does not decide", atVillage, village, casefile.Reopened, reopening(-1), casefile.NotCompetent, ""},
		{"without a basis", decided, district, casefile.Reopened, casefile.ReopenedBody{Reason: "x", Approver: "x", On: "2026-11-20", Step: -1}, malformed, "basis"},
		{"approved by nobody", decided, district, casefile.Reopened, casefile.ReopenedBody{Reason: "x", Basis: "x", On: "2026-11-20", Step: -1}, malformed, "approved"},
		{"from before it began", decided, district, casefile.Reopened, casefile.ReopenedBody{Reason: "x", Basis: "x", Approver: "x", On: "2026-01-01", Step: -1}, malformed, "the clocks began"},
		{"from behind the decision", decided, district, casefile.Reopened, reopening(casetest.AidHandOut), malformed, "leads to the decision"},
		{"and decided again", again, district, casefile.Decided, under(decision(false), "D-2"), "", ""},

		{"the newer", reviewed, district, casefile.Adopted, adoption(2), "", ""},
		{"the same", reviewed, district, casefile.Adopted, adoption(1), malformed, "no newer one"},
		{"an unknown one", reviewed, district, casefile.Adopted, adoption(3), casefile.UnknownItem, ""},
		{"before acceptance", then(received, func(f *file) { f.pass(village, district) }), district, casefile.Adopted, adoption(2), order, "opened"},
		{"by who does not decide", accepted, town, casefile.Adopted, adoption(2), casefile.NotCompetent, ""},
		{"with a choice of nothing", reviewed, district, casefile.Adopted, casefile.AdoptedBody{Item: adoption(2).Item, Reason: "x",
			Choice: &casefile.Choice{Answers: item.Answers{"x": {"y"}}}}, malformed, "does not ask"},
	})
}

// A version that is for new cases only, or whose steps differ from those that
// are done, is not adopted.
func TestAdoptedVersions(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(*item.Item)
		says   string
	}{
		{"for new cases only", func(it *item.Item) { it.OpenCases = item.Keep }, "does not apply to open cases"},
		{"of which nothing is said", func(it *item.Item) { it.OpenCases = "" }, "does not apply to open cases"},
		{"with a step less in front", func(it *item.Item) { it.Steps = it.Steps[1:] }, "is another one"},
		{"with a step more behind", func(it *item.Item) {
			it.Steps = append(slices.Clone(it.Steps), item.Step{Action: item.Serve, Level: area.Village})
		}, ""},
	} {
		f := newFile(t)
		third := casetest.Aids()[1]
		third.Ref.Version = 3
		test.change(&third)
		f.realm.Publish(third)
		reviewed(&f)
		err := f.try(district, casefile.Draft{Kind: casefile.Adopted, Body: adoption(3)})
		if test.says == "" != (err == nil) || err != nil && !contains(err, test.says) {
			t.Errorf("%s: %v", test.name, err)
		}
		if err == nil && f.s.Item.Version != 3 {
			t.Errorf("%s: version %d", test.name, f.s.Item.Version)
		}
	}
}

// What a reopening leaves and what it undoes.
func TestReopened(t *testing.T) {
	f := newFile(t)
	concluded(&f)
	f.do(district, casefile.Rated, casefile.RatedBody{Grade: 2, Channel: "qr"})
	was := f.s
	f.do(district, casefile.Reopened, reopening(casetest.AidReview))
	s := f.s
	if s.Phase != casefile.PhaseAccepted || s.Decision != nil || s.DecidedAt != 0 || s.DecidedBy != nil || s.ServedAt != 0 || s.Proof != nil ||
		s.Concluded != nil || s.ConcludedAt != 0 || s.Told != "" || s.AcceptedOn != "2026-11-20" || s.Outcome() != "" || s.Late() {
		t.Fatalf("%+v", s)
	}
	if len(s.SetAside) != 1 || s.SetAside[0].Number != "D-1" || s.Grade != 2 || len(s.Reopened) != 1 {
		t.Fatalf("%+v", s)
	}
	it, _ := f.realm.View().Item(s.Item)
	if !s.Finished(it, casetest.AidCheck) || s.Finished(it, casetest.AidReview) || s.Finished(it, casetest.AidDecide) {
		t.Fatalf("steps: %+v", s.Steps)
	}
	if was.Decision == nil || was.Outcome() != casefile.OutcomeGranted || len(was.SetAside) != 0 {
		t.Fatal("an earlier state changed")
	}
	if err := f.try(district, casefile.Draft{Kind: casefile.Rated, Body: casefile.RatedBody{Grade: 5}}); err == nil {
		t.Fatal("a rating changed")
	}
	if err := f.try(district, casefile.Draft{Kind: casefile.Decided, Body: decision(true)}); err == nil {
		t.Fatal("decided without the review")
	}
	same(t, &f)
}

// Every number that a case gives out is known, under the event that gave it.
func TestDocuments(t *testing.T) {
	f := newFile(t)
	opened(&f)
	f.do(village, casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{{ID: "form", State: casefile.Missing}}})
	f.do(village, casefile.Mandated, mandate)
	f.do(village, casefile.MandateAccepted, receipt)
	f.do(village, casefile.Undertaken, taken)
	f.pass(village, town)
	f.do(town, casefile.Noticed, casefile.NoticedBody{Missing: []string{"form"}, Number: "N-1"})
	f.do(town, casefile.Accepted, casefile.AcceptedBody{Item: casetest.Aid, On: "2026-11-20", Number: "A-1"})
	f.do(town, casefile.Checked, casefile.StepBody{Step: casetest.AidCheck, Passed: true})
	f.do(town, casefile.PapersSent, slip("L-1", district))
	f.pass(town, district)
	f.do(district, casefile.JointSet, joint(town2))
	f.do(district, casefile.SurveySet, survey("V-1", town2))
	says(town2, "x", casefile.Agrees, 5)(&f)
	f.do(district, casefile.SurveyHeld, casefile.SurveyHeldBody{On: "2026-11-25", Staff: []string{"a", "b"}, Found: "as drawn", Passed: true})
	f.do(district, casefile.Suspended, casefile.SuspendedBody{Step: -1, Ground: casefile.PublicPosting, Posting: posting()})
	f.do(district, casefile.Resumed, casefile.ResumedBody{})
	f.do(district, casefile.FeeCharged, fee("F-1", 10))
	f.do(district, casefile.Reviewed, casefile.StepBody{Step: casetest.AidReview, Passed: true})
	f.do(district, casefile.Decided, decision(true))
	f.do(district, casefile.Corrected, correction("D-1"))
	f.do(district, casefile.Served, casefile.StepBody{Step: -1, Proof: &casefile.Proof{Manner: casefile.Collected, Number: "S-1"}})
	f.do(district, casefile.HandedOut, casefile.StepBody{Step: -1, Proof: &casefile.Proof{Manner: casefile.Collected, Number: "S-2"}})
	var got []string
	for _, d := range f.s.Documents {
		got = append(got, d.Number)
		if d.Kind == "" || d.Center == "" || d.At == 0 {
			t.Errorf("%+v", d)
		}
	}
	want := []string{"M-1", "U-1", "N-1", "A-1", "L-1", "V-1", "P-1", "F-1", "D-1", "C-1", "S-1", "S-2"}
	if !slices.Equal(got, want) {
		t.Fatalf("%v, want %v", got, want)
	}
	same(t, &f)
}

// Whatever lies outside the log is asked for, and no longer once it is erased.
func TestBlobs(t *testing.T) {
	n := 0
	blob := func() *casefile.BlobRef {
		n++
		return &casefile.BlobRef{Hash: chain.Sum([]byte{byte(n)}), Size: 1}
	}
	f := newFile(t)
	draft := casetest.Open(casetest.Aid, area.Code(village), village)
	body := draft.Body.(casefile.OpenedBody)
	body.Applicant = *blob()
	f.do(village, casefile.Opened, body)
	f.do(village, casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{{ID: "form", State: casefile.Electronic, Blob: blob()}}})
	m := mandate
	m.Letter, m.Signature = blob(), blob()
	f.do(village, casefile.Mandated, m)
	f.pass(village, town)
	f.do(town, casefile.Accepted, casefile.AcceptedBody{Item: casetest.Aid, On: "2026-11-20", Number: "A-1"})
	f.do(town, casefile.Suspended, casefile.SuspendedBody{Step: -1, Ground: casefile.PublicPosting, Posting: posting()})
	f.do(town, casefile.Resumed, casefile.ResumedBody{Proof: blob(), Objections: []casefile.Objection{{On: "2026-11-21", Text: blob(), Answer: blob(), Who: blob()}}})
	f.do(town, casefile.Visited, casefile.VisitedBody{Step: -1, Kind: "home", On: "2026-11-21", Staff: []string{"a", "b"}, Found: "x", Proof: blob()})
	f.do(town, casefile.Deliberated, casefile.DeliberatedBody{Step: -1, On: "2026-11-21", Who: []string{"a", "b"}, Result: "x", Proof: blob()})
	f.do(town, casefile.PartyHeard, casefile.PartyHeardBody{Told: "2026-11-21", Text: blob(), Who: blob()})
	f.do(town, casefile.JointSet, joint(far))
	f.do(town, casefile.SurveySet, survey("V-1", far))
	f.do(town, casefile.SurveyHeld, casefile.SurveyHeldBody{On: "2026-11-25", Staff: []string{"a", "b"}, Found: "x", Proof: blob()})
	all := f.s.Blobs()
	if len(all) != n {
		t.Fatalf("%d of %d: %+v", len(all), n, all)
	}
	f.do(town, casefile.Withdrawn, casefile.ReasonBody{Reason: "x", Ground: casefile.AtRequest})
	f.do(town, casefile.Concluded, casefile.ConcludedBody{})
	for _, ref := range all {
		f.do(town, casefile.Erased, casefile.ErasedBody{Blobs: []chain.Hash{ref.Hash}, Reason: "x"})
	}
	if left := f.s.Blobs(); len(left) != 0 {
		t.Fatalf("%+v", left)
	}
	same(t, &f)
}
