package casefile_test

import (
	"fmt"
	"strings"
	"testing"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// What a center writes into a log is kept by every center that has a copy:
// there is an end to it, whatever the event.
func TestNoEventIsEndless(t *testing.T) {
	long := strings.Repeat("长", 6000)
	many := make([]string, 300)
	lines := make([]casefile.MaterialEntry, 300)
	for i := range many {
		many[i] = fmt.Sprint(i)
		lines[i] = casefile.MaterialEntry{ID: many[i], State: casefile.Copy}
	}
	open := casetest.Open(casetest.Aid, area.Code(village), village).Body.(casefile.OpenedBody)
	open.Number = long
	offered := then(received, write(village, casefile.HandedOver, casefile.HandedOverBody{To: casetest.First(town), Step: -1}))
	full := then(received, write(village, casefile.Received, casefile.ReceivedBody{Materials: lines[:199]}))
	run(t, []entry{
		{"number", func(*file) {}, village, casefile.Opened, open, malformed, "number of the case"},
		{"lines", opened, village, casefile.Received, casefile.ReceivedBody{Materials: lines}, malformed, "lines of the checklist"},
		{"materials in all", full, village, casefile.Received, casefile.ReceivedBody{Materials: lines[200:201]}, malformed, "too many"},
		{"a line again", full, village, casefile.Received, casefile.ReceivedBody{Materials: lines[:1]}, "", ""},
		{"a day that is none", opened, village, casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{{ID: "form", State: casefile.Later, By: long}}}, malformed, "no day"},
		{"names", received, village, casefile.Noticed, casefile.NoticedBody{Missing: many, Number: "N-1"}, malformed, "what is missing"},
		{"words", received, village, casefile.Noticed, casefile.NoticedBody{Missing: many[:1], Text: long}, malformed, "bytes"},
		{"number", atTown, town, casefile.Accepted, casefile.AcceptedBody{Item: casetest.Aid, On: "2026-11-20", Number: long}, malformed, "number"},
		{"a day to come", atTown, town, casefile.Accepted, casefile.AcceptedBody{Item: casetest.Aid, On: "9999-12-31", Number: "A-1"}, malformed, "has not come"},
		{"opinion", accepted, town, casefile.Checked, casefile.StepBody{Step: casetest.AidCheck, Passed: true, Opinion: long}, malformed, "opinion"},
		{"to whom", decided, district, casefile.Served, casefile.StepBody{Step: -1, To: long}, malformed, "to whom"},
		{"words", reviewed, district, casefile.Decided, casefile.DecidedBody{Step: casetest.AidDecide, Approved: true, Text: long, Number: "D-1"}, malformed, "decision"},
		{"result", reviewed, district, casefile.Decided, casefile.DecidedBody{Step: casetest.AidDecide, Approved: true, Result: long, Number: "D-1"}, malformed, "result"},
		{"words", accepted, town, casefile.Opinion, casefile.OpinionBody{Center: town, Text: long}, malformed, "opinion"},
		{"result", accepted, town, casefile.Outside, casefile.OutsideBody{Step: -1, Number: "1", Sent: "2026-11-20", Result: long}, malformed, "result"},
		{"a day that is none", accepted, town, casefile.Outside, casefile.OutsideBody{Step: -1, Number: "1", Sent: "2026-11-20", Came: "soon"}, malformed, "no day"},
		{"days", reviewed, district, casefile.Extended, casefile.ExtendedBody{Days: 1 << 40, Reason: "x", Approver: "x"}, malformed, "days of the extension"},
		{"blobs", concluded, district, casefile.Erased, casefile.ErasedBody{Blobs: make([]chain.Hash, 257), Reason: "x"}, malformed, "blobs erased"},
		{"purpose", received, village, casefile.HandedOver, casefile.HandedOverBody{To: casetest.First(town), Step: -1, Purpose: long}, malformed, "purpose"},
		{"reason", offered, town, casefile.TurnedBack, casefile.TurnedBackBody{To: casetest.First(village), Reason: long}, malformed, "reason"},
		{"note", decided, district, casefile.Concluded, casefile.ConcludedBody{Note: long}, malformed, "note"},
		{"note", concluded, district, casefile.Archived, casefile.EmptyBody{Note: long}, malformed, "note"},
		{"a day to come", decided, district, casefile.Reopened, casefile.ReopenedBody{Reason: "x", Basis: "x", Approver: "x", On: "2026-12-01", Step: -1}, malformed, "has not come"},
	})
}

// A center that has nothing to do with a case writes so many requests into its
// log, and no more; others are heard all the same.
func TestNobodyFillsALogWithRequests(t *testing.T) {
	f := newFile(t)
	accepted(&f)
	keep := func(from area.Center, n int) error {
		b := f.realm.Request(casetest.First(from), f.s.ID, "reminder", fmt.Sprint(from, n), []byte("?"), f.now.UnixMilli())
		return f.try(town, casefile.Draft{Kind: casefile.RequestKept, Body: b})
	}
	for n := range 50 {
		if err := keep(far, n); err != nil {
			t.Fatal(err)
		}
	}
	if err := keep(far, 50); refusal.CodeOf(err) != refusal.TooLarge {
		t.Errorf("one more: %v", err)
	}
	if err := keep(village, 0); err != nil {
		t.Errorf("another center: %v", err)
	}
}
