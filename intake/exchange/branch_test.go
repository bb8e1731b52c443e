package exchange

import (
	"testing"
	"time"

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

// TestPapersFollowASeizure: a case is seized of which only the lost village has
// the papers, and offered on without them. They come when the village is back:
// to whoever seized it, and to whoever it was offered to.
func TestPapersFollowASeizure(t *testing.T) {
	c := newCity(t)
	village, district, other := c.post(casetest.Village), c.post(casetest.District), c.post(casetest.Town2)
	c.net.Isolate(string(casetest.Town))
	s := village.open()
	district.reaches(s.ID, s.Head)
	village.drained(casetest.District)
	c.net.Isolate(string(casetest.Village))
	c.realm.Seize(s.ID, district.self, s.Head, casetest.Village)
	district.append(s.ID, casefile.Seized, nil)
	offered := district.handOver(s.ID, other)
	other.reaches(s.ID, offered.Head)
	district.rows(casetest.Town2, "an offer that arrived", func(v []View) bool { return len(v) == 1 && v[0].Status == Arrived })
	if district.has(s, s.Applicant) || other.has(s, s.Applicant) {
		t.Fatal("the papers left the village before it came back")
	}

	c.net.Reconnect(string(casetest.Village))
	district.PeerUp(casetest.Village)
	village.reaches(s.ID, offered.Head)
	for _, p := range []*post{district, other} {
		deadline := time.After(patience)
		for !p.has(s, s.Applicant) {
			select {
			case <-time.After(5 * time.Millisecond): // nothing tells of a blob
			case <-deadline:
				t.Fatalf("%s has no papers; the village sends %+v, the district %+v", p.self, village.Rows(""), district.Rows(""))
			}
		}
	}
}
