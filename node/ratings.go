package node

import (
	"path/filepath"
	"slices"
	"strings"

	"tongban/catalog/workday"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/hall/queue"
	"tongban/intake/privacy"
	"tongban/intake/rating"
)

// openPrivacy opens the book of who looked at personal data, before the desk,
// which asks it.
func (n *Node) openPrivacy() (err error) {
	n.privacy, err = privacy.New(privacy.Config{
		DB: n.store.DB(), Cases: n.cabinet, Blobs: n.attach, Item: parties{n.directory}.Item,
		Self: n.self, Key: n.key, KeyOf: n.keyOf, Now: n.now, Full: n.mayWrite, Log: n.log,
	})
	return err
}

// openRatings opens the ratings of this center.
func (n *Node) openRatings() error {
	key, err := readHex(filepath.Join(n.dir, blobKeyFile))
	if err != nil {
		return err
	}
	n.ratings, err = rating.New(rating.Config{
		DB: n.store.DB(), Cases: guarded{n.cabinet, n.store.Guard()}, Blobs: n.attach, Register: parties{n.directory},
		Self: n.self, Key: n.key, KeyOf: n.keyOf, Now: n.now, Ask: n.exchange.Ask, Visits: n.visit,
		Secret: rating.Secret(key), Public: n.config.API.Public, Full: n.mayWrite, Log: n.log,
	})
	return err
}

// visit finds a visit to this hall: by its queue ticket, else by a case that
// was opened in it.
func (n *Node) visit(id string) (v rating.Visit, ok bool) {
	if day, of := visitDay(id, n.self()); of {
		tickets, err := n.hall.Queue.List(day, queue.Filter{})
		if err != nil {
			n.log.Warn("look for a visit", "err", err)
		}
		i := slices.IndexFunc(tickets, func(t queue.Ticket) bool { return t.Visit == id })
		if i >= 0 {
			return visited(&tickets[i]), true
		}
	}
	n.cabinet.Cards(cabinet.Filter{Origin: n.config.Center}, func(c *cabinet.Card) bool {
		ok = c.Visit == id || c.Visit == "" && string(c.ID) == id
		return !ok
	})
	return v, ok
}

func visited(t *queue.Ticket) (v rating.Visit) {
	v.Window = t.Window
	for _, stay := range append(slices.Clone(t.Before), queue.Stay{Window: t.Window, Staff: t.Staff}) {
		if stay.Staff != "" && !slices.Contains(v.Staff, stay.Staff) {
			v.Staff = append(v.Staff, stay.Staff)
		}
	}
	return v
}

// visitDay is the day in the name of a visit, as the hall gives them out:
// center.incarnation-YYYYMMDD-ticket.
func visitDay(id string, self casefile.Party) (workday.Date, bool) {
	rest, mine := strings.CutPrefix(id, string(self.Center)+".")
	_, rest, dashed := strings.Cut(rest, "-")
	if !mine || !dashed || len(rest) < 8 {
		return "", false
	}
	day := workday.Date(rest[:4] + "-" + rest[4:6] + "-" + rest[6:8])
	return day, day.Valid()
}
