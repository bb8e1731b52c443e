package supervise

import (
	"time"

	"tongban/catalog/workday"
	"tongban/intake/casefile"
)

// Phases are those in which somebody may still owe something.
var Phases = []casefile.Phase{
	casefile.PhaseOpened, casefile.PhaseNoticed, casefile.PhaseAccepted, casefile.PhaseDecided, casefile.PhaseServed,
	casefile.PhaseDeclined, casefile.PhaseReturned, casefile.PhaseWithdrawn, casefile.PhaseTerminated,
}

// Looks is how many cases one scan looks at, at most: where there are more, it
// says where to go on.
const Looks = 20_000

// pageSize is how many cases are in memory at once.
const pageSize = 256

// Source gives cases page by page, by ascending id, after the one named, at
// most limit of them.
type Source func(after casefile.ID, limit int) ([]casefile.State, error)

// Found is one page of the list.
type Found struct {
	Entries []Entry     `json:"entries"`
	Looked  int         `json:"looked"`         // at how many cases
	After   casefile.ID `json:"after"`          // the last case that was looked at
	More    bool        `json:"more,omitempty"` // there are more behind it
}

// Scan looks at the cases of a source one after another and lists what matches,
// until it has as many entries as wanted; those of one case stay together, so
// that there may be some more. Entries are in the order of the cases.
func Scan(q Query, cases Source, look func(casefile.State) (Case, error), cal workday.Calendar, now time.Time, after casefile.ID, want int) (Found, error) {
	found := Found{Entries: []Entry{}, After: after}
	for {
		page, err := cases(found.After, pageSize)
		if err != nil {
			return found, err
		}
		for i, s := range page {
			c, err := look(s)
			if err != nil {
				return found, err
			}
			found.Looked++
			found.After = s.ID
			for _, e := range Entries(c, cal, now) {
				if q.Matches(e) {
					found.Entries = append(found.Entries, e)
				}
			}
			if len(found.Entries) >= want || found.Looked >= Looks {
				found.More = i < len(page)-1 || len(page) == pageSize
				return found, nil
			}
		}
		if len(page) < pageSize {
			return found, nil
		}
	}
}
