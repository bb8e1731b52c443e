package casefile_test

import (
	"fmt"
	"testing"
	"time"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// A log has an end. What brings the case to its own is possible behind it, and
// even that not for ever.
func TestALogHasAnEnd(t *testing.T) {
	f := newFile(t)
	atTown(&f)
	for f.s.Head.Index < casefile.MaxEvents {
		f.do(town, casefile.Received, casefile.ReceivedBody{})
	}
	full := func(kind casefile.Kind, body any) {
		t.Helper()
		if err := f.try(town, casefile.Draft{Kind: kind, Body: body}); refusal.CodeOf(err) != casefile.LogFull || refusal.HintOf(err) == "" {
			t.Errorf("%s as event %d: %v", kind, f.s.Head.Index+1, err)
		}
		if err := casefile.May(f.realm.View(), f.s, casetest.First(town), kind, -1, f.now.Add(time.Minute)); refusal.CodeOf(err) != casefile.LogFull {
			t.Errorf("May says of %s: %v", kind, err)
		}
	}
	full(casefile.Received, casefile.ReceivedBody{})
	full(casefile.Accepted, casefile.AcceptedBody{Item: casetest.Aid, On: "2026-11-20", Number: "A-1"})
	full(casefile.HandedOver, casefile.HandedOverBody{To: casetest.First(district), Step: -1})
	full(casefile.RequestKept, f.realm.Request(casetest.First(village), f.s.ID, "reminder", "r", nil, 1))
	g := f
	f.do(town, casefile.Withdrawn, casefile.ReasonBody{Reason: "x", Ground: casefile.AtRequest})
	f.do(town, casefile.Concluded, casefile.ConcludedBody{})
	f.do(town, casefile.Archived, nil)
	for n := 0; ; n++ {
		err := f.try(town, casefile.Draft{Kind: casefile.Erased, Body: casefile.ErasedBody{Blobs: []chain.Hash{{1}}, Reason: "x"}})
		if err == nil {
			continue
		}
		if n < 100 || refusal.CodeOf(err) != casefile.LogFull {
			t.Errorf("after %d erasures: %v", n, err)
		}
		break
	}
	same(t, &f)
	g.realm.Seize(g.s.ID, casetest.First(district), g.s.Head, town)
	g.do(district, casefile.Seized, nil)
}

func TestALogNamesSoManyPapers(t *testing.T) {
	f := newFile(t)
	opened(&f)
	lines := make([]casefile.MaterialEntry, 199)
	laid := func(n int) error {
		for i := range n {
			ref := casefile.BlobRef{Hash: chain.Sum(fmt.Append(nil, f.s.Named, i)), Size: 1}
			lines[i] = casefile.MaterialEntry{ID: fmt.Sprint(i), State: casefile.Electronic, Blob: &ref}
		}
		return f.try(village, casefile.Draft{Kind: casefile.Received, Body: casefile.ReceivedBody{Materials: lines[:n]}})
	}
	for f.s.Named+len(lines) <= casefile.MaxNamed {
		if err := laid(len(lines)); err != nil {
			t.Fatal(err)
		}
	}
	left := casefile.MaxNamed - f.s.Named
	if err := laid(left + 1); refusal.CodeOf(err) != casefile.LogFull {
		t.Fatalf("a paper too many: %v", err)
	}
	if err := laid(left); err != nil {
		t.Fatal(err)
	}
	if err := laid(1); refusal.CodeOf(err) != casefile.LogFull {
		t.Fatalf("a paper too many: %v", err)
	}
	f.do(village, casefile.Received, casetest.Laid("form")) // a line without a scan
	same(t, &f)
}

// Strangers leave the custodian room to work, however many they are.
func TestRequestsLeaveRoom(t *testing.T) {
	f := newFile(t)
	atTown(&f)
	s := f.s
	s.Requests = make([]string, casefile.MaxEvents/2)
	body := f.realm.Request(casetest.First(village), f.s.ID, "reminder", "r", nil, 1)
	p := casetest.First(town)
	_, _, err := casefile.Build(s, p, f.realm.Secret(p), f.realm.View(), casefile.Draft{Kind: casefile.RequestKept, Body: body}, f.now.Add(time.Minute))
	if refusal.CodeOf(err) != casefile.LogFull {
		t.Errorf("one request more: %v", err)
	}
	f.do(town, casefile.RequestKept, body)
}
