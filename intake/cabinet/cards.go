package cabinet

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Card is what stays in memory of every case: enough to choose and to count
// without opening a log. It is a fold of the log like the rest, and nothing on
// it is about who applies.
type Card struct {
	ID        casefile.ID      `cbor:"1,keyasint" json:"id"`
	Number    string           `cbor:"2,keyasint" json:"number"`
	Code      item.Code        `cbor:"3,keyasint" json:"code"`
	Area      area.Code        `cbor:"4,keyasint" json:"area"` // whose version of the item
	Phase     casefile.Phase   `cbor:"5,keyasint" json:"phase"`
	Outcome   casefile.Outcome `cbor:"6,keyasint,omitempty" json:"outcome,omitempty"`
	Holder    area.Center      `cbor:"7,keyasint" json:"holder"`
	Offered   area.Center      `cbor:"8,keyasint,omitempty" json:"offered,omitempty"`    // to whom, while an offer is open
	OfferedBy area.Center      `cbor:"9,keyasint,omitempty" json:"offered_by,omitempty"` //
	Origin    area.Center      `cbor:"10,keyasint" json:"origin"`
	Intake    string           `cbor:"11,keyasint,omitempty" json:"intake,omitempty"` // of a bundle
	Visit     string           `cbor:"12,keyasint,omitempty" json:"visit,omitempty"`
	Kind      item.Kind        `cbor:"13,keyasint,omitempty" json:"kind,omitempty"`
	Joint     bool             `cbor:"14,keyasint,omitempty" json:"joint,omitempty"`
	Referred  bool             `cbor:"15,keyasint,omitempty" json:"referred,omitempty"`
	Agency    bool             `cbor:"16,keyasint,omitempty" json:"agency,omitempty"`
	Elsewhere bool             `cbor:"17,keyasint,omitempty" json:"elsewhere,omitempty"` // taken in where competence does not lie
	Opened    int64            `cbor:"18,keyasint" json:"opened"`                        // Unix milliseconds, as those below
	Accepted  int64            `cbor:"19,keyasint,omitempty" json:"accepted,omitempty"`  //
	Decided   int64            `cbor:"20,keyasint,omitempty" json:"decided,omitempty"`   //
	Concluded int64            `cbor:"21,keyasint,omitempty" json:"concluded,omitempty"` //
	Grade     int              `cbor:"22,keyasint,omitempty" json:"grade,omitempty"`     //
	Slips     []string         `cbor:"23,keyasint,omitempty" json:"slips,omitempty"`     // numbers of those that have not arrived
	Troubled  bool             `cbor:"24,keyasint,omitempty" json:"troubled,omitempty"`  // frozen, or with a branch that is not settled
	Head      chain.Head       `cbor:"25,keyasint" json:"head"`                          // of the log that it was made of
	Erased    bool             `cbor:"26,keyasint,omitempty" json:"erased,omitempty"`    // the applicant's record was erased
	Sent      int              `cbor:"27,keyasint,omitempty" json:"sent,omitempty"`      // how many slips it ever bore
	Short     bool             `cbor:"28,keyasint,omitempty" json:"short,omitempty"`     // something was missing when one of them came
	Version   item.Version     `cbor:"30,keyasint,omitempty" json:"version,omitempty"`   // of the item
	Subject   area.Code        `cbor:"31,keyasint,omitempty" json:"subject,omitempty"`   //
	Life      uint32           `cbor:"32,keyasint,omitempty" json:"life,omitempty"`      // the incarnation of the holder
	Since     int64            `cbor:"33,keyasint,omitempty" json:"since,omitempty"`     // when the holder got it, or offered it on
	Former    string           `cbor:"34,keyasint,omitempty" json:"former,omitempty"`    // its number before it was brought here
	Collect   area.Center      `cbor:"29,keyasint,omitempty" json:"collect,omitempty"`   // where the result waits to be handed out; "": it does not
}

func cardOf(f *folder) *Card {
	card := CardOf(&f.state)
	card.Troubled = troubled(f)
	return card
}

// CardOf is the card of a case that has one log and no branch beside it.
func CardOf(s *casefile.State) *Card {
	card := &Card{
		ID: s.ID, Number: s.Number, Code: s.Item.Code, Area: s.Item.Area, Phase: s.Phase, Outcome: s.Outcome(),
		Holder: s.Holder.Center, Origin: s.Origin.Center, Visit: s.Filing.Visit,
		Kind: s.Filing.Kind, Joint: s.Filing.Joint || len(s.Voices) > 0, Referred: s.Filing.Referred, Agency: s.Agency,
		Opened: s.OpenedAt, Accepted: s.AcceptedAt, Decided: s.DecidedAt, Concluded: s.ConcludedAt, Grade: s.Grade,
		Head: s.Head, Erased: slices.Contains(s.Erased, s.Applicant.Hash),
	}
	own := s.Origin.Center.Area()
	card.Elsewhere = !s.Subject.Under(own) && !own.Under(s.Subject)
	if s.Offer != nil {
		card.Offered, card.OfferedBy = s.Offer.To.Center, s.Offer.From.Center
	}
	if s.Bundle != nil {
		card.Intake = s.Bundle.Intake
	}
	card.Version, card.Subject, card.Life, card.Since = s.Item.Version, s.Subject, s.Holder.Incarnation, s.HeldSince()
	card.Former = s.Filing.Former
	card.Sent = len(s.Slips)
	for _, slip := range s.Slips {
		if s.OnItsWay(slip) {
			card.Slips = append(card.Slips, slip.Slip)
		}
		card.Short = card.Short || slip.Arrived != nil && len(slip.Arrived.Missing) > 0
	}
	if (s.Phase == casefile.PhaseDecided || s.Phase == casefile.PhaseServed) && s.DecidedAt != 0 && s.HandedOut == 0 {
		card.Collect = cmp.Or(s.Deliver, s.Origin.Center)
	}
	return card
}

// Away reports whether the case is concluded or archived.
func (c *Card) Away() bool { return away(c.Phase) }

func away(p casefile.Phase) bool { return p == casefile.PhaseConcluded || p == casefile.PhaseArchived }

// Open reports whether something is still to be done on the case.
func (c *Card) Open() bool { return !slices.Contains(closedPhases, c.Phase) }

// cardVersion is raised whenever a card is made otherwise: the rows of another
// version are made anew.
const cardVersion = foldVersion<<8 | 4

var (
	prefixCard  = []byte("cc/")
	keyCardMade = []byte("w/cards")
)

func keyCard(id casefile.ID) []byte { return append([]byte("cc/"), id...) }

// cards is the card of every case. Safe for concurrent use; a card is never
// changed, only replaced.
type cards struct {
	mu   sync.RWMutex
	all  []*Card // by id
	live []*Card // of those, the ones that are not put away

	puts   uint64                  // how many there were since the start
	recent [maxChanges]casefile.ID // of the last of them, each at its number modulo maxChanges
}

// maxChanges is how many changes a reader may be behind without being shown
// every card again.
const maxChanges = 4096

func byID(c *Card, id casefile.ID) int { return cmp.Compare(c.ID, id) }

func (k *cards) put(card *Card) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.recent[k.puts%maxChanges] = card.ID
	k.puts++
	k.all = replace(k.all, card)
	if !card.Away() {
		k.live = replace(k.live, card)
	} else if i, found := slices.BinarySearchFunc(k.live, card.ID, byID); found {
		k.live = slices.Delete(k.live, i, i+1)
	}
}

// replace puts a card at its place. Cases are mostly opened in order, so that
// little has to move.
func replace(list []*Card, card *Card) []*Card {
	i, found := slices.BinarySearchFunc(list, card.ID, byID)
	if found {
		list[i] = card
		return list
	}
	return slices.Insert(list, i, card)
}

// since copies the cards that were put behind a mark, and gives the mark behind
// them; all of them for one that is too old, and for the zero mark.
func (k *cards) since(mark uint64) ([]*Card, uint64) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	now := k.puts + 1
	if mark == now {
		return nil, now
	}
	if mark == 0 || now-mark > maxChanges {
		return slices.Clone(k.all), now
	}
	changed := make([]*Card, 0, now-mark)
	for n := mark - 1; n < k.puts; n++ {
		if i, found := slices.BinarySearchFunc(k.all, k.recent[n%maxChanges], byID); found {
			changed = append(changed, k.all[i])
		}
	}
	return changed, now
}

func (k *cards) get(id casefile.ID) (*Card, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if i, found := slices.BinarySearchFunc(k.all, id, byID); found {
		return k.all[i], true
	}
	return nil, false
}

// after calls visit for the cards by ascending id, behind one, until it says
// false. It holds no lock meanwhile: cards that come in between are seen or not.
func (k *cards) after(id casefile.ID, live bool, visit func(*Card) bool) {
	page := make([]*Card, 4096)
	for {
		page = page[:k.page(id, live, page[:cap(page)])]
		for _, card := range page {
			if !visit(card) {
				return
			}
		}
		if len(page) == 0 {
			return
		}
		id = page[len(page)-1].ID
	}
}

// page copies the cards behind an id, as many as there is room for.
func (k *cards) page(after casefile.ID, live bool, into []*Card) int {
	k.mu.RLock()
	defer k.mu.RUnlock()
	list := k.all
	if live {
		list = k.live
	}
	i, found := slices.BinarySearchFunc(list, after, byID)
	if found {
		i++
	}
	return copy(into, list[i:])
}

// loadCards fills the cards from the disk; where another version of the program
// wrote them they are made from the cases.
func (c *Cabinet) loadCards() error {
	made := false
	err := c.db.View(func(txn *badger.Txn) error {
		row, err := txn.Get(keyCardMade)
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := row.Value(func(v []byte) error { made = bytes.Equal(v, fmt.Append(nil, cardVersion)); return nil }); err != nil || !made {
			return err
		}
		return scan(txn, prefixCard, nil, func(_, v []byte) (bool, error) {
			card := &Card{}
			if err := wire.Decode(v, card); err != nil {
				return false, fmt.Errorf("read a card: %w", err)
			}
			if c.cards.all = append(c.cards.all, card); !card.Away() { // keys come in order
				c.cards.live = append(c.cards.live, card)
			}
			return true, nil
		})
	})
	if err != nil || made {
		return err
	}
	return c.makeCards()
}

func (c *Cabinet) makeCards() error {
	batch := c.db.NewWriteBatch()
	defer batch.Cancel()
	var failed error
	err := c.each("", func(f *folder) bool {
		card := cardOf(f)
		c.cards.put(card)
		failed = batch.Set(keyCard(card.ID), wire.Encode(card))
		return failed == nil
	})
	if err := errors.Join(err, failed); err != nil {
		return fmt.Errorf("make the cards: %w", err)
	}
	if err := batch.Set(keyCardMade, fmt.Append(nil, cardVersion)); err != nil {
		return err
	}
	return batch.Flush()
}

// Cards calls visit with the card of each case that a filter chooses, by
// ascending id, until it says false. visit may call the cabinet.
func (c *Cabinet) Cards(filter Filter, visit func(*Card) bool) {
	c.cards.after("", filter.live(), func(card *Card) bool {
		return !filter.card(card) || visit(card)
	})
}

// CardsSince returns the card of each case that changed behind a mark, as it is
// now, and the mark from which to ask next: all of them for the zero mark, and
// for one that is long past. A case that changed twice may come twice.
func (c *Cabinet) CardsSince(mark uint64) (changed []*Card, now uint64) { return c.cards.since(mark) }

// Card is the card of one case; ok is false where the case is not here.
func (c *Cabinet) Card(id casefile.ID) (*Card, bool) { return c.cards.get(id) }

// live reports whether whatever is put away can't be chosen.
func (f *Filter) live() bool {
	return f.Open || f.Live || f.Offered != "" || len(f.Phases) > 0 && !slices.ContainsFunc(f.Phases, away)
}

func (f *Filter) card(c *Card) bool {
	switch {
	case len(f.Phases) > 0 && !slices.Contains(f.Phases, c.Phase),
		f.Holder != "" && c.Holder != f.Holder,
		f.Offered != "" && c.Offered != f.Offered,
		f.Origin != "" && c.Origin != f.Origin,
		f.Mine != "" && c.Holder != f.Mine && c.Offered != f.Mine,
		f.Open && !c.Open(),
		f.Live && c.Away(),
		f.Troubled && !c.Troubled:
		return false
	}
	return f.Text == "" || strings.Contains(string(c.ID), f.Text) ||
		strings.Contains(c.Number, f.Text) || strings.Contains(string(c.Code), f.Text)
}
