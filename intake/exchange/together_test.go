package exchange

import (
	"testing"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// accepted opens a case at the village and has the town take it over and accept
// it.
func accepted(village, town *post) casefile.State {
	s := village.open()
	s = village.handOver(s.ID, town)
	town.reaches(s.ID, s.Head)
	town.append(s.ID, casefile.TakenOver, nil)
	ref, err := town.att.Put(town.t.Context(), s.ID.Owner(), "material", []byte("a scan"))
	if err != nil {
		town.t.Fatal(err)
	}
	town.append(s.ID, casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{
		{ID: "photo", State: casefile.Electronic, Blob: &ref}, {ID: "proof", State: casefile.OriginalSeen}}})
	return town.append(s.ID, casefile.Accepted, casefile.AcceptedBody{Item: s.Item, On: casefile.Day(s.OpenedAt), Number: "A-1"})
}

// A participant of a joint case gets the log and the papers; what it says comes
// back sealed and counts; once it is taken out it hears that, and no more.
func TestAParticipantJudgesByThePapers(t *testing.T) {
	c := newCity(t)
	village, town, other := c.post(casetest.Village), c.post(casetest.Town), c.post(casetest.Town2)
	s := accepted(village, town)
	if _, err := other.cab.State(s.ID); refusal.CodeOf(err) != refusal.NotFound {
		t.Fatalf("a center that has nothing to do with the case has it: %v", err)
	}
	s = town.append(s.ID, casefile.JointSet, casefile.JointBody{Add: []casefile.Participant{{Center: casetest.Town2, Matter: "fire safety"}}})
	there := other.reaches(s.ID, s.Head)
	for _, ref := range there.Blobs() {
		if !other.has(s, ref) {
			t.Errorf("%s has not come to the participant", ref.Kind)
		}
	}
	if !Concerns(s, casetest.Town2) || Concerns(s, casetest.Far) {
		t.Error("Concerns does not tell a participant from a stranger")
	}
	// A paper that is laid later goes there too.
	ref, err := town.att.Put(t.Context(), s.ID.Owner(), "material", []byte("a plan"))
	if err != nil {
		t.Fatal(err)
	}
	s = town.append(s.ID, casefile.Received, casefile.ReceivedBody{Materials: []casefile.MaterialEntry{{ID: "proof", State: casefile.Electronic, Blob: &ref}}})
	other.reaches(s.ID, s.Head)
	if !other.has(s, ref) {
		t.Error("the later paper has not come to the participant")
	}
	said := casefile.Said{Stance: casefile.Objects, Text: "no second exit", Part: s.Voices[0].Part}
	id, err := other.Ask(t.Context(), s.ID, casefile.OpinionRequest, "Wu", wire.Encode(said))
	if err != nil {
		t.Fatal(err)
	}
	if r := other.answered(id); r.Code != "" || r.By != town.self {
		t.Fatalf("%+v", r)
	}
	s = other.sees(s.ID, "its own opinion", func(s casefile.State) bool { return len(s.Voices) == 1 && s.Voices[0].Said != nil })
	if v := s.Voices[0]; *v.Said != said || v.Request != id {
		t.Errorf("recorded %+v", v)
	}
	s = town.append(s.ID, casefile.JointSet, casefile.JointBody{Remove: []casefile.Removal{{Center: casetest.Town2, Reason: "not needed"}}})
	other.reaches(s.ID, s.Head)
	gone := s.Head
	s = town.append(s.ID, casefile.Checked, casefile.StepBody{Step: 2, Passed: true})
	village.reaches(s.ID, s.Head)
	town.drained(casetest.Village)
	town.drained(casetest.Town2)
	if left, err := other.cab.State(s.ID); err != nil || left.Head != gone {
		t.Errorf("a center that was taken out is at event %d (%v), want %d", left.Head.Index, err, gone.Index)
	}
	if _, err := other.cab.Verify(t.Context(), s.ID); err != nil {
		t.Error(err)
	}
}

// Whoever sent papers learns that they have come, even where nothing else of the
// case concerns it.
func TestWhoSentPapersLearnsThatTheyCame(t *testing.T) {
	before := casefile.State{Origin: casetest.First(casetest.Village), Holder: casetest.First(casetest.Town2)}
	before.Slips = []casefile.Slip{{SlipBody: casefile.SlipBody{Slip: "S", To: casetest.Town2}, From: casetest.Far}}
	after := before
	after.Slips = []casefile.Slip{before.Slips[0]}
	after.Slips[0].Arrived = &casefile.ArrivalBody{Slip: "S"}
	if to := Recipients(casetest.Town2, before, after, func(area.Center) bool { return true }); to[casetest.Far] != Copy {
		t.Errorf("%v", to)
	}
	if to := Recipients(casetest.Town2, after, after, func(area.Center) bool { return true }); to[casetest.Far] == Copy {
		t.Errorf("it is told again: %v", to)
	}
}
