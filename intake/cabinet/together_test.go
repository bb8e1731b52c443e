package cabinet

import (
	"context"
	"errors"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

func TestCasesAreOpenedTogetherOrNotAtAll(t *testing.T) {
	d := newDesk(t, casetest.City(), casetest.Village)
	ids := make([]casefile.ID, 3)
	for i := range ids {
		var err error
		if ids[i], err = d.NewID(); err != nil {
			t.Fatal(err)
		}
	}
	good := casetest.Open(casetest.Residence, area.Code(casetest.Village), casetest.Town)
	ctx, row := context.Background(), []byte("x/row")
	open := func(ids []casefile.ID, bad int, with error) ([]casefile.State, error) {
		return d.OpenAll(ctx, ids, func(i int, s casefile.State) ([]casefile.Draft, error) {
			if s.ID != ids[i] {
				t.Errorf("case %d is %s, not %s", i, s.ID, ids[i])
			}
			draft := good
			if i == bad {
				draft = casefile.Draft{Kind: casefile.Received, Body: casefile.ReceivedBody{}}
			}
			return []casefile.Draft{draft}, nil
		}, func(txn *badger.Txn) error {
			if err := txn.Set(row, []byte("1")); err != nil {
				return err
			}
			return with
		})
	}
	none := func(what string) {
		t.Helper()
		list, err := d.List(Filter{}, "", 10)
		if err != nil || len(list) != 0 {
			t.Fatalf("%s: %d cases, %v", what, len(list), err)
		}
		if err := d.db.View(func(txn *badger.Txn) error { _, err := txn.Get(row); return err }); !errors.Is(err, badger.ErrKeyNotFound) {
			t.Fatalf("%s: the row is there: %v", what, err)
		}
	}
	if _, err := open(ids, 2, nil); refusal.CodeOf(err) != casefile.StepOrder && err == nil {
		t.Fatalf("the third can't be opened: %v", err)
	}
	none("the third can't be opened")
	if _, err := open(ids, -1, errors.New("no room")); err == nil {
		t.Fatal("a row that can't be written")
	}
	none("a row that can't be written")
	for _, bad := range [][]casefile.ID{nil, {ids[0], ids[0]}} {
		if _, err := open(bad, -1, nil); refusal.CodeOf(err) != refusal.Malformed {
			t.Fatalf("%v: %v", bad, err)
		}
	}

	before, _ := d.Own()
	turned := []casefile.ID{ids[2], ids[0], ids[1]}
	states, err := open(turned, -1, nil)
	if err != nil || len(states) != 3 || states[0].ID != ids[2] || states[1].Phase != casefile.PhaseOpened {
		t.Fatalf("%+v, %v", states, err)
	}
	if after, _ := d.Own(); after != before+1 {
		t.Errorf("%d own writes, had %d", after, before)
	}
	if _, err := open([]casefile.ID{ids[1]}, -1, nil); refusal.CodeOf(err) != refusal.Conflict {
		t.Errorf("opened again: %v", err)
	}
	d.reopen()
	d.verify()
	if list, err := d.List(Filter{}, "", 10); err != nil || len(list) != 3 {
		t.Errorf("after a restart: %d cases, %v", len(list), err)
	}
	if s := d.append(ids[0], casefile.Received, casefile.ReceivedBody{}); s.Head.Index != 2 {
		t.Errorf("it goes on with event %d", s.Head.Index)
	}
}
