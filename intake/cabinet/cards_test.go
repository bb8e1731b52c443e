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
	open, held := 0, 0
	village.Cards(Filter{Open: true}, func(*Card) bool { open++; return true })
	village.Cards(Filter{Holder: casetest.Town}, func(c *Card) bool { held++; return c.ID == one.ID })
	if open != 1 || held != 1 {
		t.Errorf("%d open, %d with the town", open, held)
	}
}
