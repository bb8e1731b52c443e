package api

import (
	"context"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// What a lost center was still to conclude is seized with the rest: nobody
// else could ever conclude it.
func TestTheLostCentersCasesAreAllThatItWasToFinish(t *testing.T) {
	realm, town := casetest.City(), casetest.First(casetest.Town)
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	cases, err := cabinet.Open(cabinet.Config{
		DB: db, Register: realm.View(), Now: time.Now,
		Self: func() casefile.Party { return town }, Key: realm.Secret(town),
	})
	if err != nil {
		t.Fatal(err)
	}
	begin := func(then ...casefile.Draft) casefile.ID {
		t.Helper()
		id, err := cases.NewID()
		if err != nil {
			t.Fatal(err)
		}
		drafts := append([]casefile.Draft{
			casetest.Open(casetest.Residence, area.Code(casetest.Village), casetest.Town),
			{Kind: casefile.Received, Staff: "Zhou", Body: casefile.ReceivedBody{}},
		}, then...)
		if _, err := cases.Open(context.Background(), id, func(casefile.State) ([]casefile.Draft, error) { return drafts, nil }); err != nil {
			t.Fatal(err)
		}
		return id
	}
	end := func(kind casefile.Kind) casefile.Draft {
		return casefile.Draft{Kind: kind, Staff: "Zhou", Body: casefile.ReasonBody{Reason: "x"}}
	}
	concluded := casefile.Draft{Kind: casefile.Concluded, Staff: "Zhou", Body: casefile.EmptyBody{}}
	want := map[casefile.ID]casefile.Phase{
		begin():                        casefile.PhaseOpened,
		begin(end(casefile.Declined)):  casefile.PhaseDeclined,
		begin(end(casefile.Withdrawn)): casefile.PhaseWithdrawn,
	}
	begin(end(casefile.Withdrawn), concluded)

	held, err := (&Server{node: Services{Cabinet: cases}}).heldBy(casetest.Town, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range held {
		if want[s.ID] != s.Phase {
			t.Errorf("case %s, %s, is seized", s.ID, s.Phase)
		}
		delete(want, s.ID)
	}
	if len(want) > 0 {
		t.Errorf("not seized: %v", want)
	}
}
