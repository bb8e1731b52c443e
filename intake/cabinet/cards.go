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
}

func cardOf(f *folder) *Card {
	s := &f.state
	card := &Card{
		ID: s.ID, Number: s.Number, Code: s.Item.Code, Area: s.Item.Area, Phase: s.Phase, Outcome: s.Outcome(),
		Holder: s.Holder.Center, Origin: s.Origin.Center, Visit: s.Filing.Visit,
		Kind: s.Filing.Kind, Joint: s.Filing.Joint || len(s.Voices) > 0, Referred: s.Filing.Referred, Agency: s.Agency,
		Opened: s.OpenedAt, Accepted: s.AcceptedAt, Decided: s.DecidedAt, Concluded: s.ConcludedAt, Grade: s.Grade,
		Troubled: troubled(f), Head: s.Head, Erased: slices.Contains(s.Erased, s.Applicant.Hash),
	}
	own := s.Origin.Center.Area()
	card.Elsewhere = !s.Subject.Under(own) && !own.Under(s.Subject)
	if s.Offer != nil {
		card.Offered, card.OfferedBy = s.Offer.To.Center, s.Offer.From.Center
	}
	if s.Bundle != nil {
		card.Intake = s.Bundle.Intake
	}
	for _, slip := range s.Slips {
		if s.OnItsWay(slip) {
			card.Slips = append(card.Slips, slip.Slip)
		}
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
const cardVersion = foldVersion<<8 | 2

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
}

func byID(c *Card, id casefile.ID) int { return cmp.Compare(c.ID, id) }

func (k *cards) put(card *Card) {
	k.mu.Lock()
	defer k.mu.Unlock()
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

// Card is the card of one case; ok is false where the case is not here.
func (c *Cabinet) Card(id casefile.ID) (*Card, bool) { return c.cards.get(id) }

// live reports whether whatever is put away can't be chosen.
func (f *Filter) live() bool {
	return f.Open || f.Offered != "" || len(f.Phases) > 0 && !slices.ContainsFunc(f.Phases, away)
}

func (f *Filter) card(c *Card) bool {
	switch {
	case len(f.Phases) > 0 && !slices.Contains(f.Phases, c.Phase),
		f.Holder != "" && c.Holder != f.Holder,
		f.Offered != "" && c.Offered != f.Offered,
		f.Origin != "" && c.Origin != f.Origin,
		f.Mine != "" && c.Holder != f.Mine && c.Offered != f.Mine,
		f.Open && !c.Open(),
		f.Troubled && !c.Troubled:
		return false
	}
	return f.Text == "" || strings.Contains(string(c.ID), f.Text) ||
		strings.Contains(c.Number, f.Text) || strings.Contains(string(c.Code), f.Text)
}
