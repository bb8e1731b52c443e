package hall

import (
	"cmp"
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/hall/book"
)

func timeOf(ms int64) time.Time { return time.UnixMilli(ms) }

// Uncollected is a result that nobody collected yet.
type Uncollected struct {
	Case    casefile.ID  `json:"case"`
	Number  string       `json:"number"`
	Item    item.Code    `json:"item"`
	Name    string       `json:"name,omitempty"` // of the item
	Decided workday.Date `json:"decided"`
	Days    int          `json:"days"`            // calendar days since
	Notes   []string     `json:"notes,omitempty"` // entries of the register about it
	Calls   int          `json:"calls"`           // how often somebody tried to reach them
	Reached bool         `json:"reached"`         // and did
	Last    int64        `json:"last,omitempty"`  // when last, Unix milliseconds
}

// Unclaimed lists the cases that were decided at least so many days ago, whose
// result is to be handed out here, and was not; who waits longest comes first.
// It is reckoned from the cases themselves: nobody has to enter them.
func (b *Books) Unclaimed(days, limit int) ([]Uncollected, error) {
	if limit <= 0 || limit > MaxNotes {
		limit = 100
	}
	all := []Uncollected{}
	center, today := b.h.center(), b.h.today()
	b.h.cfg.Cases.Cards(cabinet.Filter{Open: true}, func(c *cabinet.Card) bool {
		if c.Collect != center {
			return true
		}
		decided := workday.DateOf(timeOf(c.Decided))
		if waits := decided.DaysTo(today); waits >= days {
			all = append(all, Uncollected{Case: c.ID, Number: c.Number, Item: c.Code, Name: b.nameOf(c.Code, c.Area), Decided: decided, Days: waits})
		}
		return true
	})
	slices.SortFunc(all, func(x, y Uncollected) int {
		return cmp.Or(cmp.Compare(x.Decided, y.Decided), cmp.Compare(x.Case, y.Case))
	})
	all = all[:min(len(all), limit)]
	for i := range all {
		if err := b.tried(&all[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (b *Books) nameOf(code item.Code, in area.Code) string {
	if it, ok := b.h.cfg.Register.Offered(code, in); ok {
		return it.Name
	}
	return ""
}

// tried adds what the register says of the calls that were made.
func (b *Books) tried(one *Uncollected) error {
	ids, err := b.keys(casePrefix(one.Case))
	if err != nil {
		return err
	}
	for _, id := range ids {
		n, err := b.get(id)
		if err != nil {
			return err
		}
		if n.Kind != book.Unclaimed {
			continue
		}
		one.Notes = append(one.Notes, id)
		one.Calls, one.Last = one.Calls+1+len(n.Follows), max(one.Last, n.At)
		for _, f := range n.Follows {
			one.Reached, one.Last = one.Reached || f.Reached, max(one.Last, f.At)
		}
	}
	return nil
}
