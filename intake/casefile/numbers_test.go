package casefile_test

import (
	"testing"

	"tongban/consensus/chain"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// under is a decision under another number.
func under(b casefile.DecidedBody, number string) casefile.DecidedBody {
	b.Number = number
	return b
}

// issuing is a decision that issues a certificate.
func issuing(number, certificate string, again bool) casefile.DecidedBody {
	b := under(decision(true), number)
	b.Certificate = &casefile.Certificate{Name: "licence", Issuer: "the bureau", Number: certificate, Again: again}
	return b
}

// A number names one document for good: what was set aside, taken back or given
// in a branch that was adopted still bears it.
func TestANumberIsGivenOnce(t *testing.T) {
	issued := then(reviewed, func(f *file) {
		f.do(district, casefile.Decided, issuing("D-1", "X-1", false))
		f.do(district, casefile.Served, casefile.StepBody{Step: -1, Passed: true, Proof: &casefile.Proof{Manner: casefile.ByPost, Number: "S-1"}})
		f.do(district, casefile.Reopened, reopening(-1))
	})
	twice := then(issued, func(f *file) {
		f.do(district, casefile.Decided, issuing("D-2", "X-2", false))
		f.do(district, casefile.Reopened, reopening(-1))
	})
	branch := casefile.ReconciledBody{Head: chain.Head{Index: 9, Hash: chain.Sum([]byte("lost"))}, Adopted: true, Reason: "it was served", Numbers: []string{"D-7", "S-7"}}
	adopted := then(reviewed, write(district, casefile.Reconciled, branch))
	other := issuing("D-2", "X-1", true)
	other.Certificate.Name = "another licence"
	back := then(issued, write(district, casefile.Voided, casefile.VoidedBody{Number: "D-1", Reason: "x"}))
	used := casefile.NumberUsed
	run(t, []entry{
		{"the decision that was set aside", issued, district, casefile.Decided, under(decision(false), "D-1"), used, "D-1"},
		{"a notice", issued, district, casefile.Decided, under(decision(false), "A-1"), used, "A-1"},
		{"a proof of service", issued, district, casefile.Decided, under(decision(false), "S-1"), used, "S-1"},
		{"one that was taken back", back, district, casefile.Decided, under(decision(false), "D-1"), used, "D-1"},
		{"a certificate", issued, district, casefile.Decided, under(decision(false), "X-1"), used, "X-1"},
		{"its own", issued, district, casefile.Decided, under(decision(false), "D-2"), "", ""},
		{"its certificate that of before", issued, district, casefile.Decided, issuing("D-2", "X-1", false), used, "X-1"},
		{"that of two before", twice, district, casefile.Decided, issuing("D-3", "X-1", false), used, "X-1"},
		{"its certificate the same, issued again", issued, district, casefile.Decided, issuing("D-2", "X-1", true), "", ""},
		{"another certificate, said to be the same", issued, district, casefile.Decided, other, used, "X-1"},
		{"said to be the same as none", issued, district, casefile.Decided, issuing("D-2", "X-9", true), used, "X-9"},
		{"its certificate under a document's", issued, district, casefile.Decided, issuing("D-2", "S-1", false), used, "S-1"},
		{"its certificate under its own", reviewed, district, casefile.Decided, issuing("D-2", "D-2", false), used, "D-2"},
		{"without a number", issued, district, casefile.Decided, under(decision(false), ""), "", ""},
		{"under the certificate's", issued, district, casefile.FeeCharged, fee("X-1", 5), used, "X-1"},
		{"under one of an adopted branch", adopted, district, casefile.Decided, under(decision(false), "D-7"), used, "D-7"},
		{"under one of its own", adopted, district, casefile.Decided, under(decision(false), "D-8"), "", ""},
		{"as adopted", adopted, district, casefile.Voided, casefile.VoidedBody{Number: "S-7", Reason: "x"}, "", ""},
		{"with a number of the log", reviewed, district, casefile.Reconciled, casefile.ReconciledBody{Head: branch.Head, Adopted: true, Numbers: []string{"A-1"}}, used, "A-1"},
		{"with a number twice", reviewed, district, casefile.Reconciled, casefile.ReconciledBody{Head: branch.Head, Adopted: true, Numbers: []string{"D-7", "D-7"}}, used, "D-7"},
		{"set aside, with its numbers", reviewed, district, casefile.Reconciled, casefile.ReconciledBody{Head: branch.Head, Numbers: []string{"D-7"}}, malformed, "set aside"},
	})
}

// Every kind of event that gives a number is held to it.
func TestEveryNumberIsHeldToIt(t *testing.T) {
	accepts := casefile.AcceptedBody{Item: casetest.Aid, On: "2026-11-20", Number: "M-1"}
	mandated := then(opened, func(f *file) {
		f.do(village, casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{{ID: "form", State: casefile.Missing}}})
		f.do(village, casefile.Mandated, mandate)
		f.do(village, casefile.MandateAccepted, receipt) // M-1
	})
	town1 := then(mandated, func(f *file) { f.pass(village, town) })
	ours := then(town1, write(town, casefile.Accepted, casefile.AcceptedBody{Item: casetest.Aid, On: "2026-11-20", Number: "A-1"}))
	wait := casefile.SuspendedBody{Step: -1, Ground: casefile.PublicPosting, Posting: posting()}
	wait.Posting.Number = "M-1"
	under := taken
	under.Number = "M-1"
	run(t, []entry{
		{"", mandated, village, casefile.Undertaken, under, casefile.NumberUsed, ""},
		{"", town1, town, casefile.Noticed, casefile.NoticedBody{Missing: []string{"form"}, Number: "M-1"}, casefile.NumberUsed, ""},
		{"", town1, town, casefile.Accepted, accepts, casefile.NumberUsed, ""},
		{"", town1, town, casefile.Declined, casefile.ReasonBody{Reason: "x", Number: "M-1"}, casefile.NumberUsed, ""},
		{"", ours, town, casefile.FeeCharged, fee("M-1", 5), casefile.NumberUsed, ""},
		{"", ours, town, casefile.Suspended, wait, casefile.NumberUsed, ""},
		{"", ours, town, casefile.PapersSent, slip("M-1", district), casefile.NumberUsed, ""},
		{"", ours, town, casefile.SurveySet, survey("M-1", town), casefile.NumberUsed, ""},
		{"", decided, district, casefile.Corrected, casefile.CorrectedBody{Number: "A-1", Of: "D-1", From: *text("x"), To: *text("y"), Reason: "z"}, casefile.NumberUsed, ""},
		{"", decided, district, casefile.HandedOut, casefile.StepBody{Step: -1, Proof: &casefile.Proof{Manner: casefile.Collected, Number: "D-1"}}, casefile.NumberUsed, ""},
	})
}
