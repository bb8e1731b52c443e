package hall

import (
	"cmp"
	"slices"
	"time"

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

// wasDecided are the phases in which a result may wait to be collected.
var wasDecided = []casefile.Phase{casefile.PhaseDecided, casefile.PhaseServed}

// Unclaimed lists the cases that were decided at least so many days ago, whose
// result is to be handed out here, and was not; who waits longest comes first.
// It is reckoned from the cases themselves: nobody has to enter them.
func (b *Books) Unclaimed(days, limit int) ([]Uncollected, error) {
	if limit <= 0 || limit > MaxNotes {
		limit = 100
	}
	all := []Uncollected{}
	for after := casefile.ID(""); ; {
		page, err := b.h.cfg.Cases.List(cabinet.Filter{Phases: wasDecided}, after, 500)
		if err != nil {
			return nil, err
		}
		for _, s := range page {
			if one, ok := b.uncollected(&s, days); ok {
				all = append(all, one)
			}
		}
		if len(page) < 500 {
			break
		}
		after = page[len(page)-1].ID
	}
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

func (b *Books) uncollected(s *casefile.State, days int) (Uncollected, bool) {
	if s.DecidedAt == 0 || s.HandedOut != 0 || cmp.Or(s.Deliver, s.Origin.Center) != b.h.center() {
		return Uncollected{}, false
	}
	decided := workday.DateOf(timeOf(s.DecidedAt))
	one := Uncollected{Case: s.ID, Number: s.Number, Item: s.Item.Code, Decided: decided, Days: decided.DaysTo(b.h.today())}
	if it, ok := b.h.cfg.Register.Offered(s.Item.Code, s.Item.Area); ok {
		one.Name = it.Name
	}
	return one, one.Days >= days
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
