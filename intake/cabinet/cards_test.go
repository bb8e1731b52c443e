package cabinet

import (
	"slices"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// cardsHold compares every card with the case that it is of, and the list of
// them with the cases on the disk.
func (d *desk) cardsHold(want ...casefile.ID) {
	d.t.Helper()
	var ids []casefile.ID
	d.Cards(Filter{}, func(c *Card) bool {
		ids = append(ids, c.ID)
		f, err := d.load(c.ID)
		if err != nil {
			d.t.Fatal(err)
		}
		if string(wire.Encode(c)) != string(wire.Encode(cardOf(f))) {
			d.t.Errorf("the card of %s is %+v, the case %+v", c.ID, c, cardOf(f))
		}
		return true
	})
	slices.Sort(want)
	if !slices.Equal(ids, want) {
		d.t.Errorf("there are cards of %v, want %v", ids, want)
	}
}

// TestCardsAreWhatTheCasesAre: after writes, arrivals, a restart, and when the
// cards on the disk are of another version or were never made.
func TestCardsAreWhatTheCasesAre(t *testing.T) {
	realm := casetest.City()
	village, town := newDesk(t, realm, casetest.Village), newDesk(t, realm, casetest.Town)
	one, two := village.begin(), village.begin()
	village.append(one.ID, casefile.HandedOver, casefile.HandedOverBody{To: town.self})
	village.cardsHold(one.ID, two.ID)
	village.send(town, one.ID, 1)
	town.append(one.ID, casefile.TakenOver, nil)
	town.cardsHold(one.ID)
	town.send(village, one.ID, 1)
	village.append(two.ID, casefile.Withdrawn, casefile.ReasonBody{Reason: "the applicant wishes so", Ground: casefile.AtRequest})
	village.reopen()
	village.cardsHold(one.ID, two.ID)
	for _, made := range []string{"0", ""} {
		err := village.db.Update(func(txn *badger.Txn) error {
			if made == "" {
				return txn.Delete(keyCardMade)
			}
			return txn.Set(keyCardMade, []byte(made))
		})
		if err != nil {
			t.Fatal(err)
		}
		village.reopen()
		village.cardsHold(one.ID, two.ID)
	}
	open, live, held := 0, 0, 0
	village.Cards(Filter{Open: true}, func(*Card) bool { open++; return true })
	village.Cards(Filter{Live: true}, func(*Card) bool { live++; return true })
	village.Cards(Filter{Holder: casetest.Town}, func(c *Card) bool { held++; return c.ID == one.ID })
	if open != 1 || live != 2 || held != 1 { // withdrawn is over, and not put away
		t.Errorf("%d open, %d live, %d with the town", open, live, held)
	}
}

// TestCardsSince: whoever asks from mark to mark is shown every case that
// changed in between as it is now, and all of them at first, and again after
// staying away for long.
func TestCardsSince(t *testing.T) {
	realm := casetest.City()
	village, town := newDesk(t, realm, casetest.Village), newDesk(t, realm, casetest.Town)
	one, two := village.begin(), village.begin()
	all, mark := village.CardsSince(0)
	if len(all) != 2 {
		t.Fatalf("%d cards at first", len(all))
	}
	if none, again := village.CardsSince(mark); len(none) != 0 || again != mark {
		t.Errorf("nothing happened, and %d cards changed", len(none))
	}
	village.append(one.ID, casefile.HandedOver, casefile.HandedOverBody{To: town.self})
	changed, mark := village.CardsSince(mark)
	if len(changed) != 1 || changed[0].ID != one.ID || changed[0].Offered != casetest.Town {
		t.Errorf("changed: %+v", changed)
	}
	card, _ := village.Card(two.ID)
	for range maxChanges {
		village.cards.put(card)
	}
	if changed, _ = village.CardsSince(mark); len(changed) != maxChanges {
		t.Errorf("%d changes shown", len(changed))
	}
	village.cards.put(card)
	if all, _ = village.CardsSince(mark); len(all) != 2 {
		t.Errorf("%d cards after a long time", len(all))
	}
	village.reopen()
	if all, _ = village.CardsSince(0); len(all) != 2 {
		t.Errorf("%d cards after a start", len(all))
	}
}
