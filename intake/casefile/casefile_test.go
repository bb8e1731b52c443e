package casefile_test

import (
	"slices"
	"testing"
	"time"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

func TestIDs(t *testing.T) {
	good := casefile.NewID(casefile.Party{Center: "320509111000-02", Incarnation: 3}, 42)
	p, n, err := good.Parse()
	if err != nil || p.Center != "320509111000-02" || p.Incarnation != 3 || n != 42 {
		t.Fatal(p, n, err)
	}
	for _, bad := range []casefile.ID{
		"", "320509111000", "320509111000.1", "320509111000.1.1.1", "32050911100.1.1", "320509111000.01.1",
		"320509111000.1.-1", "320509111000.1.+1", "320509111000.4294967296.1", "320509111000.1.1 ", "320509111000/1.1.1",
	} {
		if _, _, err := bad.Parse(); refusal.CodeOf(err) != refusal.Malformed {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// whole is a case with an event of many kinds, and the states after each.
func whole(t *testing.T) (*node, []casefile.State) {
	t.Helper()
	realm := casetest.City()
	n := newNode(realm, casetest.First(casetest.Town), casefile.NewID(casetest.First(casetest.Town), 1))
	blob := &casefile.BlobRef{Hash: chain.Sum([]byte("photo")), Size: 5}
	opened := open()
	list := []casefile.Draft{
		opened,
		{Kind: casefile.Received, Body: casefile.ReceivedBody{Materials: []casefile.MaterialEntry{{ID: "photo", State: casefile.Missing}, {ID: "proof", State: casefile.Copy}}}},
		{Kind: casefile.Noticed, Body: casefile.NoticedBody{Missing: []string{"photo"}}},
		{Kind: casefile.Supplemented, Body: casefile.ReceivedBody{Materials: []casefile.MaterialEntry{{ID: "photo", State: casefile.Electronic, Blob: blob}}}},
		{Kind: casefile.Accepted, Body: casefile.AcceptedBody{Item: casetest.Residence, On: "2026-11-20"}},
		{Kind: casefile.Checked, Body: casefile.StepBody{Step: 2, Passed: true}},
		{Kind: casefile.Suspended, Body: casefile.SuspendedBody{Step: -1, Ground: casefile.Hearing}},
		{Kind: casefile.Resumed, Body: casefile.ResumedBody{Result: "held", Proof: &casefile.BlobRef{Hash: chain.Sum([]byte("minutes"))}}},
		{Kind: casefile.RequestKept, Body: realm.Request(casetest.First(casetest.Village), n.state.ID, "reminder", "r", nil, 1)},
		{Kind: casefile.Withdrawn, Body: casefile.ReasonBody{Reason: "asked for", Ground: casefile.AtRequest}},
		{Kind: casefile.Concluded, Body: casefile.ConcludedBody{}},
		{Kind: casefile.Erased, Body: casefile.ErasedBody{Blobs: []chain.Hash{blob.Hash}, Reason: "asked for"}},
		handOver(casetest.First(casetest.District)),
	}
	var states []casefile.State
	for i, d := range list {
		if err := n.write(d, start.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
		states = append(states, n.state)
	}
	return n, states
}

// A state is a value: later events leave the states before them as they were,
// and a stored state is the folded one.
func TestStatesAreValues(t *testing.T) {
	n, states := whole(t)
	for i, s := range states {
		again, err := casefile.Fold(s.ID, n.log[:i+1])
		if err != nil || string(wire.Encode(again)) != string(wire.Encode(s)) {
			t.Fatalf("after event %d the state of then is another now (%v)", i+1, err)
		}
		var stored casefile.State
		if err := wire.Decode(wire.Encode(s), &stored); err != nil || string(wire.Encode(stored)) != string(wire.Encode(s)) {
			t.Fatalf("event %d: it does not come back from the disk as it was (%v)", i+1, err)
		}
	}
	last := states[len(states)-1]
	if got := last.Blobs(); len(got) != 1 || got[0].Hash != chain.Sum([]byte("minutes")) {
		t.Fatalf("blobs: %+v", got)
	}
	if len(last.Materials) != 2 || last.Materials[0].State != casefile.Electronic {
		t.Fatalf("materials: %+v", last.Materials)
	}
	if states[1].Materials[0].State != casefile.Missing {
		t.Fatal("an earlier checklist changed")
	}
	if last.Intervals[0].To == 0 || states[6].Intervals[0].To != 0 {
		t.Fatal("the interval of an earlier state was ended")
	}
}

// Every prefix of a lawful log verifies; no log with a record left out, moved,
// doubled or changed in a byte does.
func TestVerifyFindsEveryChange(t *testing.T) {
	n, states := whole(t)
	for i := range n.log {
		s, err := casefile.Verify(n.view, n.state.ID, n.log[:i+1])
		if err != nil || s.Head != states[i].Head {
			t.Fatalf("prefix %d: %v", i+1, err)
		}
	}
	damaged := func(what string, log [][]byte) {
		t.Helper()
		s, err := casefile.Verify(n.view, n.state.ID, log)
		if err == nil && s.Head == n.state.Head {
			t.Fatalf("%s: it verifies", what)
		}
		if err != nil && refusal.CodeOf(err) == "" {
			t.Fatalf("%s: %v carries no code", what, err)
		}
	}
	for i := range n.log {
		damaged("left out", slices.Delete(slices.Clone(n.log), i, i+1))
		damaged("doubled", slices.Insert(slices.Clone(n.log), i, n.log[i]))
		for at := i % 5; at < len(n.log[i]); at += 5 {
			log := slices.Clone(n.log)
			log[i] = slices.Clone(log[i])
			log[i][at] ^= 1 << (at % 8)
			damaged("changed", log)
		}
	}
	log := slices.Clone(n.log)
	log[2], log[3] = log[3], log[2]
	damaged("moved", log)
}

// Time never goes back along a log; where a clock does, the event says so.
func TestClocksThatGoBack(t *testing.T) {
	realm := casetest.City()
	n := newNode(realm, casetest.First(casetest.Town), casefile.NewID(casetest.First(casetest.Town), 1))
	if err := n.write(open(), start); err != nil {
		t.Fatal(err)
	}
	for _, one := range []struct {
		back    time.Duration
		suspect bool
	}{{time.Second, false}, {time.Hour, true}} {
		if err := n.write(casefile.Draft{Kind: casefile.Received, Body: casefile.ReceivedBody{}}, start.Add(-one.back)); err != nil {
			t.Fatal(err)
		}
		r, err := casefile.Read(n.log[len(n.log)-1])
		if err != nil || r.Event.NodeTime != start.UnixMilli() || r.Event.ClockSuspect != one.suspect {
			t.Fatalf("%s back: %+v %v", one.back, r.Event, err)
		}
	}
	err := n.write(casefile.Draft{Kind: casefile.Received, Body: casefile.ReceivedBody{}, DeskTime: start.Add(time.Hour).UnixMilli()}, start)
	if refusal.CodeOf(err) != casefile.BadTime {
		t.Fatalf("the desk is an hour ahead: %v", err)
	}
}

// A writer whose Register is older than the log's waits.
func TestWriterBehind(t *testing.T) {
	realm := casetest.City()
	n := newNode(realm, casetest.First(casetest.Town), casefile.NewID(casetest.First(casetest.Town), 1))
	old := realm.At(realm.View().Head().Index)
	realm.Tick()
	if err := n.write(open(), start); err != nil {
		t.Fatal(err)
	}
	n.view = old
	if err := n.write(casefile.Draft{Kind: casefile.Received, Body: casefile.ReceivedBody{}}, start); refusal.CodeOf(err) != casefile.RegisterBehind {
		t.Fatal(err)
	}
}

// What May says of a kind is what Build does, for every kind, phase and party.
func TestMayAgreesWithBuild(t *testing.T) {
	n, states := whole(t)
	ids := []casefile.Party{n.self, casetest.First(casetest.District), casetest.First(casetest.Village)}
	kinds := []casefile.Draft{
		open(), {Kind: casefile.Received, Body: casefile.ReceivedBody{}}, {Kind: casefile.Noticed, Body: casefile.NoticedBody{Missing: []string{"x"}}},
		{Kind: casefile.Accepted, Body: casefile.AcceptedBody{Item: casetest.Residence, On: "2026-11-20"}},
		{Kind: casefile.Declined, Body: casefile.ReasonBody{Reason: "x"}}, {Kind: casefile.Withdrawn, Body: casefile.ReasonBody{Reason: "x"}},
		{Kind: casefile.TakenOver}, {Kind: casefile.Concluded}, {Kind: casefile.Archived}, {Kind: casefile.Seized},
		{Kind: casefile.Resumed, Body: casefile.ResumedBody{}}, {Kind: casefile.Rated, Body: casefile.RatedBody{Grade: 1}},
		handOver(casetest.First(casetest.Town2)),
	}
	for i, s := range states {
		for _, p := range ids {
			for _, d := range kinds {
				_, _, err := casefile.Build(s, p, n.realm.Secret(p), n.view, d, start.Add(time.Hour))
				may := casefile.May(n.view, s, p, d.Kind, -1, start.Add(time.Hour))
				if refusal.CodeOf(err) != refusal.CodeOf(may) {
					t.Errorf("after event %d, %s by %s: Build says %v, May says %v", i+1, d.Kind, p, err, may)
				}
			}
		}
	}
}
