package rating

import (
	"testing"

	"tongban/consensus/refusal"
	"tongban/intake/casefile/casetest"
	"tongban/intake/privacy"
)

// What was written is destroyed once nothing is open about the rating; the grade
// and what was done about it stay, and the book verifies.
func TestWordsAreForgotten(t *testing.T) {
	o := newOffice(t, casetest.Village, casetest.City())
	given := o.give(Form{Subject: Subject{Case: o.open(casetest.Village).ID}, Grade: 5, Channel: Tablet, Private: private()})
	find := func() privacy.Kept {
		t.Helper()
		k, err := o.ratings.Find("rating", string(given.ID))
		must(t, err)
		return k
	}
	k := find()
	if k.Over != 0 || len(k.Blobs) != 1 {
		t.Fatalf("%+v", k)
	}
	if err := o.ratings.Destroy(t.Context(), "D01", k, "保管期满"); refusal.CodeOf(err) != OutOfOrder {
		t.Errorf("while it is open: %v", err)
	}
	do := func(s Step) {
		t.Helper()
		_, err := o.ratings.Do(given.ID, "H01", s)
		must(t, err)
	}
	do(Contact{Reached: true})
	do(Finding{Text: "属实"})
	do(Answer{Text: "已增设窗口"})
	do(FollowUp{Satisfied: true})
	if k = find(); k.Over != o.now.UnixMilli() || len(k.Blobs) != 1 {
		t.Fatalf("%+v", k)
	}
	if p, _, ok, err := o.ratings.Said(given.Given.Subject.Case); err != nil || !ok || p.Name != secretName {
		t.Errorf("%+v %v", p, err)
	}
	must(t, o.ratings.Destroy(t.Context(), "D01", k, "保管期满"))
	if o.blobs.Has(o.ratings.owner(), k.Blobs[0]) || len(find().Blobs) != 0 {
		t.Error("what was written is there still")
	}
	if err := o.ratings.Destroy(t.Context(), "D01", k, "保管期满"); refusal.CodeOf(err) != OutOfOrder {
		t.Errorf("a second time: %v", err)
	}
	v, err := o.ratings.Reveal(given.ID, Viewer{"H01", Handler})
	if err != nil || *v.Private != (Private{}) || v.Given.Grade != 5 || v.Erased == nil || v.Erased.Act.Staff != "D01" || v.Stage != StageClosed {
		t.Errorf("%+v %v", v, err)
	}
	if p, s, ok, err := o.ratings.Said(given.Given.Subject.Case); err != nil || !ok || p != (Private{}) || s.ID != given.ID {
		t.Errorf("%+v %v", p, err)
	}
	_, err = o.ratings.Verify(t.Context())
	must(t, err)
}
