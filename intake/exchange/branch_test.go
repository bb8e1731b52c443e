package exchange

import (
	"testing"

	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// TestSupersededBranch: a village that the news of a seizure has not reached
// writes on; when its line returns it learns of the branch that overrules its
// own, and the town keeps what it wrote.
func TestSupersededBranch(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	village.view = c.realm.At(village.view.Head().Index) // it hears of nothing new
	village.restart()
	s := village.open()
	town.reaches(s.ID, s.Head)
	village.drained(casetest.Town)
	c.net.Isolate(string(casetest.Village))
	late := village.append(s.ID, casefile.Received, casefile.ReceivedBody{})
	c.realm.Seize(s.ID, town.self, s.Head, casetest.Village)
	seized := town.append(s.ID, casefile.Seized, nil)
	town.rows(casetest.Village, "the news", func(v []View) bool { return len(v) == 1 })

	c.net.HealAll()
	c.net.Reconnect(string(casetest.Village))
	village.PeerUp(casetest.Town)
	town.PeerUp(casetest.Village)
	town.rows(casetest.Village, "parked there", func(v []View) bool { return len(v) == 0 })
	village.drained(casetest.Town)
	if v, err := village.cab.Waitings(10); err != nil || len(v) != 1 {
		t.Fatalf("the seizure is not parked at the village: %+v, %v", v, err)
	}
	village.view.Move(town.view.Head().Index) // the Register comes
	if _, err := village.cab.Retry(t.Context()); err != nil {
		t.Fatal(err)
	}
	village.reaches(s.ID, seized.Head)
	branches, err := town.cab.Branches(s.ID)
	if err != nil || len(branches) != 1 || branches[0].Head != late.Head {
		t.Errorf("the town keeps %+v, %v; want the branch that ends at %d", branches, err, late.Head.Index)
	}
}

// TestOverruledBeforeItTold: the news reaches the village before its own rows
// have left; the town learns all the same what the village had written.
func TestOverruledBeforeItTold(t *testing.T) {
	c := newCity(t)
	village, town := c.post(casetest.Village), c.post(casetest.Town)
	s := village.open()
	town.reaches(s.ID, s.Head)
	village.drained(casetest.Town)
	c.net.Isolate(string(casetest.Village))
	late := village.append(s.ID, casefile.Received, casefile.ReceivedBody{})
	c.realm.Seize(s.ID, town.self, s.Head, casetest.Village)
	seized := town.append(s.ID, casefile.Seized, nil)
	log, err := town.cab.Log(s.ID, 1, 10)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := village.cab.Ingest(t.Context(), casetest.Town, s.ID, 1, log); err != nil || v.Head != seized.Head {
		t.Fatalf("%+v, %v", v, err)
	}

	c.net.HealAll()
	c.net.Reconnect(string(casetest.Village))
	village.PeerUp(casetest.Town)
	village.drained(casetest.Town)
	branches, err := town.cab.Branches(s.ID)
	if err != nil || len(branches) != 1 || branches[0].Head != late.Head {
		t.Errorf("the town knows of %+v, %v; want the branch that ends at %d", branches, err, late.Head.Index)
	}
}
