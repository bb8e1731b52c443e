package exchange

import (
	"bytes"
	"strings"
	"testing"

	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// TestCarried: neither village takes a dial but from its parent. The case of
// one is offered to the other, taken over and turned back, through the towns.
func TestCarried(t *testing.T) {
	c := newCity(t)
	c.mute[casetest.Village], c.mute[casetest.Village2] = true, true
	c.net.Cut(string(casetest.Village), string(casetest.Village2))
	v1, v2, t1, t2 := c.post(casetest.Village), c.post(casetest.Village2), c.post(casetest.Town), c.post(casetest.Town2)
	c.net.Isolate(string(casetest.Village2)) // and it is off, for now
	s := v1.open()
	s = v1.handOver(s.ID, v2)
	v1.rows(casetest.Village2, "carried", func(v []View) bool { return len(v) == 1 && v[0].Status == Carried })
	if _, err := t2.cab.State(s.ID); err == nil {
		t.Error("who carries can read it")
	}
	t2.restart() // it has committed what it carries
	c.net.Reconnect(string(casetest.Village2))
	t2.PeerUp(casetest.Village2)
	v2.reaches(s.ID, s.Head)
	if !v2.has(s, s.Applicant) {
		t.Error("the applicant's record was not carried along")
	}
	v1.rows(casetest.Village2, "arrived", func(v []View) bool { return len(v) == 1 && v[0].Status == Arrived })
	s = v2.append(s.ID, casefile.TakenOver, nil)
	v1.reaches(s.ID, s.Head)
	v1.drained(casetest.Village2)
	v2.drained(casetest.Village)
	t1.drained(casetest.Village)
	t2.drained(casetest.Village2)
}

// TestCarryForChildrenOnly: who is no parent of the destination refuses.
func TestCarryForChildrenOnly(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	s := village.open()
	key := Key{casetest.Town2, CaseRow, string(s.ID)}
	if err := village.stage(nil, Row{Key: key, Purpose: Copy}); err != nil {
		t.Fatal(err)
	}
	err := village.envelopes(Row{Key: key, Version: 1}, func(e envelope) error {
		return town.takeCarry(casetest.Village, &e, true)
	})
	if refusal.CodeOf(err) != CodeNotParent {
		t.Errorf("%v", err)
	}
	err = village.envelopes(Row{Key: key, Version: 1}, func(e envelope) error {
		return town.in.takeCarried(t.Context(), &e)
	})
	if refusal.CodeOf(err) != CodeWrongDest {
		t.Errorf("%v", err)
	}
}

// TestStick: the village's line is cut; its outbox goes to the town as a file,
// and from there to the district.
func TestStick(t *testing.T) {
	c := newCity(t)
	village, town, district := c.post(casetest.Village), c.post(casetest.Town), c.post(casetest.District)
	c.net.Isolate(string(casetest.Village))
	s := village.open()
	s = village.handOver(s.ID, town)
	var file bytes.Buffer
	n, err := village.Export(&file)
	if err != nil || n != 2 {
		t.Fatalf("%d rows, %v", n, err)
	}
	if strings.Contains(file.String(), string(s.ID)) {
		t.Error("the file can be read")
	}
	stick := file.Bytes()
	for range 2 { // taking it in twice does no harm
		report, err := town.Import(t.Context(), bytes.NewReader(stick))
		if err != nil || report.Taken == 0 || report.Carried == 0 || len(report.Refused) > 0 {
			t.Fatalf("%+v, %v", report, err)
		}
	}
	town.reaches(s.ID, s.Head)
	district.reaches(s.ID, s.Head)
	s = town.append(s.ID, casefile.TakenOver, nil)
	// The answer goes back on the stick too.
	file.Reset()
	if _, err := town.Export(&file, casetest.Village); err != nil {
		t.Fatal(err)
	}
	if _, err := village.Import(t.Context(), &file); err != nil {
		t.Fatal(err)
	}
	village.reaches(s.ID, s.Head)
	village.rows(casetest.Town, "nothing but receipts", func(rows []View) bool {
		for _, v := range rows {
			if v.Kind != ReceiptRow {
				return false
			}
		}
		return true
	})

	if _, err := town.Import(t.Context(), bytes.NewReader(stick[:len(stick)-10])); refusal.CodeOf(err) != refusal.Malformed {
		t.Errorf("a file that is cut off: %v", err)
	}
	stick[len(stick)/2] ^= 1
	if report, err := town.Import(t.Context(), bytes.NewReader(stick)); err == nil && len(report.Refused) == 0 {
		t.Errorf("a file that was tampered with: %+v", report)
	}
	if _, err := town.Import(t.Context(), strings.NewReader("no outbox")); refusal.CodeOf(err) != refusal.Malformed {
		t.Errorf("%v", err)
	}
}

func codeOf(s string) refusal.Code { return refusal.Code(s) }
