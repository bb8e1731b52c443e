package exchange

import (
	"testing"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/attach"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// A custodian that names the content of another center's case as its own
// material is sent none of it, whoever it brings its case to: not when that one
// turns it back, nor when it hands it on, and nobody can take it over.
func TestNobodyGetsWhatIsAnotherCases(t *testing.T) {
	c := newCity(t)
	town, rogue, district := c.post(casetest.Town), c.post(casetest.Village), c.post(casetest.District)
	aimed := town.open() // the town's own
	s := rogue.open()
	s = rogue.append(s.ID, casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{
		{ID: "photo", State: casefile.Electronic, Blob: &casefile.BlobRef{Hash: aimed.Applicant.Hash, Size: aimed.Applicant.Size, Kind: "material"}}}})
	s = rogue.handOver(s.ID, town)
	town.reaches(s.ID, s.Head)
	_, err := town.cab.Append(t.Context(), s.ID, drafts(casefile.Draft{Kind: casefile.TakenOver, Staff: "Zhou"}))
	if refusal.CodeOf(err) != cabinet.MissingBlob {
		t.Errorf("taken over on the papers of another case: %v", err)
	}
	s = town.append(s.ID, casefile.TurnedBack, casefile.TurnedBackBody{To: rogue.self, Reason: "not ours"})
	rogue.reaches(s.ID, s.Head)
	town.drained("")
	if rogue.has(aimed, aimed.Applicant) || rogue.has(s, aimed.Applicant) || district.has(s, aimed.Applicant) {
		t.Errorf("the content of %s was sent", aimed.ID)
	}
	// Content that somebody has come by does not go in as another case's either.
	exported, err := town.att.Export(aimed.ID.Owner(), aimed.Applicant.Hash)
	if err != nil {
		t.Fatal(err)
	}
	row := wireRow{Kind: BlobRow, ID: string(s.ID), Piece: &piece{aimed.Applicant.Hash, int64(len(exported)), 0, exported}}
	if v := town.in.take(t.Context(), rogue.self, &row); v.Code != refusal.Malformed {
		t.Errorf("taken in as of another case: %+v", v)
	}
	row.ID = "nobody's"
	if v := town.in.take(t.Context(), rogue.self, &row); v.Code != refusal.Malformed {
		t.Errorf("taken in as of no case: %+v", v)
	}
}

// A custodian that names the content of another case in an erasure of its own
// has it erased nowhere, whether it lies there already or comes later.
func TestNobodyErasesWhatIsAnotherCases(t *testing.T) {
	c := newCity(t)
	village, town, rogue := c.post(casetest.Village), c.post(casetest.Town), c.post(casetest.Village2)
	c.post(casetest.Town2)
	c.post(casetest.District)
	aimed := village.open()
	town.reaches(aimed.ID, aimed.Head)
	village.drained(casetest.Town)
	s := rogue.open()
	rogue.append(s.ID, casefile.Withdrawn, casefile.ReasonBody{Reason: "asked for", Ground: casefile.AtRequest})
	rogue.append(s.ID, casefile.Concluded, casefile.ConcludedBody{})
	s = rogue.handOver(s.ID, town) // so that the town holds it, and hears of the erasure
	town.reaches(s.ID, s.Head)
	town.until("the papers", func() bool { return town.has(s, s.Applicant) })
	s = town.append(s.ID, casefile.TurnedBack, casefile.TurnedBackBody{To: rogue.self, Reason: "not ours"})
	rogue.reaches(s.ID, s.Head)
	late := chain.Sum([]byte("of a case that nobody has opened yet"))
	rogue.append(s.ID, casefile.Erased, casefile.ErasedBody{Blobs: []chain.Hash{s.Applicant.Hash, aimed.Applicant.Hash, late}, Reason: "spite"})
	s = rogue.handOver(s.ID, town)
	town.reaches(s.ID, s.Head)
	for _, p := range []*post{village, town} {
		content, err := p.att.Get(aimed.ID.Owner(), aimed.Applicant)
		if err != nil || string(content) != "applicant of "+string(aimed.ID) {
			t.Errorf("%s has lost the content of %s: %v", p.self, aimed.ID, err)
		}
	}
	if _, err := town.att.Get(s.ID.Owner(), s.Applicant); refusal.CodeOf(err) != attach.Gone {
		t.Errorf("its own content is not erased: %v", err)
	}
}
