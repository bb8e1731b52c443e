package desk

import (
	"strings"
	"unicode/utf8"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
)

// Box is one pile of the worklist.
type Box string

// The boxes.
const (
	Mine    Box = "mine"    // held here, not yet concluded
	Arrived Box = "arrived" // offered to this center, to be taken over or turned back
	Sent    Box = "sent"    // offered by this center and not yet answered: it is still answerable
	Opened  Box = "opened"  // opened here, wherever it is now
	All     Box = "all"     // every case that this node has a copy of
)

// Query chooses a page of the worklist.
type Query struct {
	Box   Box        `json:"box,omitempty" enum:"mine,arrived,sent,opened,all"` // "": mine
	Text  string     `json:"text,omitempty" maxLength:"100"`                    // part of the number, the id or the item's name or code; a part of the applicant's name, a number or telephone, whole or by its end
	Lamp  clock.Lamp `json:"lamp,omitempty"`                                    // only this lamp
	Skip  int        `json:"skip,omitempty"`                                    // how many to leave out first
	Limit int        `json:"limit,omitempty"`                                   // 1 to 200; 0: 50

	Phase  casefile.Phase `json:"phase,omitempty"`  // only this phase
	Code   item.Code      `json:"item,omitempty"`   // only cases of this item
	Here   bool           `json:"here,omitempty"`   // only what is held here
	Action Action         `json:"action,omitempty"` // only open cases that wait for this
	Level  area.Level     `json:"level,omitempty"`  // only open cases that wait for a center of this level
	After  string         `json:"after,omitempty"`  // Worklist.Next of the page before: go on behind its last case, wherever that is now
}

// Summary is one line of the worklist.
type Summary struct {
	ID      casefile.ID     `json:"id"`
	Number  string          `json:"number"`
	Item    item.Ref        `json:"item"`
	Name    string          `json:"name"` // of the item; "" where the version has not come here
	Phase   casefile.Phase  `json:"phase"`
	Subject area.Code       `json:"subject"`
	Origin  area.Center     `json:"origin"`
	Holder  area.Center     `json:"holder"`
	Offered area.Center     `json:"offered,omitempty"` // to whom, while an offer is open
	Since   int64           `json:"since"`             // when the holder got it, or offered it on; Unix milliseconds
	Agency  bool            `json:"agency,omitempty"`
	Lamp    clock.Lamp      `json:"lamp"`
	Second  bool            `json:"second_red,omitempty"` // the legal limit is past, too
	Clock   clock.Name      `json:"clock,omitempty"`      // which clock is the most urgent
	Due     workday.Date    `json:"due,omitempty"`        // of that clock
	Left    int             `json:"left_days"`
	Unit    item.Unit       `json:"unit,omitempty"`      // of those days
	Paused  casefile.Ground `json:"paused_by,omitempty"` // why that clock stands still
	Standing
	Next   Move   `json:"next"`
	Intake string `json:"intake,omitempty"` // the same for all cases of one bundle intake

	Applicant string `json:"applicant,omitempty"` // masked; "" but where Named wrote it
}

// Standing is why the lamp of a case that goes on shows no clock. Without
// either word a lamp that is done means what it says.
type Standing struct {
	Waits   casefile.Ground `json:"waits_for,omitempty"` // a wait is open, and the source gives no limit that stands still meanwhile
	Untimed bool            `json:"untimed,omitempty"`   // no limit is set, by the source or a rule, for what is done next
}

// Worklist is one page of it.
type Worklist struct {
	Cases []Summary          `json:"cases"`
	Total int                `json:"total"`           // in the box, before paging
	Lamps map[clock.Lamp]int `json:"lamps"`           // how many of each lamp
	Boxes map[Box]int        `json:"boxes"`           // how many lie in each box, whatever else is asked for
	Past  int                `json:"second_red"`      // how many of the red ones are past their legal limit, too
	More  bool               `json:"more,omitempty"`  // more people have such a name than were looked at
	Skip  int                `json:"skip,omitempty"`  //
	Limit int                `json:"limit,omitempty"` //
	Next  string             `json:"next,omitempty"`  // Query.After of the page behind this one; "": this is the last
}

// maxQuery bounds the text that is searched for, in characters.
const maxQuery = 100

// found bounds how many cases a search for a person brings into a worklist.
const found = 2000

// Worklist lists the cases of a box, the most urgent first: by lamp (what is
// red a second time before the rest), then by due day, then by id; behind them
// what is closed, the newest first.
func (d *Desk) Worklist(q Query) (Worklist, error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit, q.Skip = min(q.Limit, 200), max(q.Skip, 0)
	list := Worklist{Lamps: map[clock.Lamp]int{}, Boxes: map[Box]int{}, Skip: q.Skip, Limit: q.Limit}
	if utf8.RuneCountInString(q.Text) > maxQuery {
		return list, refusal.Newf(refusal.Malformed, "search the worklist", "", "at most %d characters can be searched for", maxQuery)
	}
	after, err := readCursor(q.After)
	if err != nil {
		return list, err
	}
	people, more, err := d.peopleOf(strings.TrimSpace(q.Text))
	if err != nil {
		return list, err
	}
	list.More = more
	p := sift{rack: d.rack, q: q, list: &list, after: after}
	if err := d.rack.look(func() { p.fill(people) }); err != nil {
		return list, err
	}
	list.Cases = make([]Summary, 0, len(p.open)+len(p.closed))
	for _, one := range p.open {
		list.Cases = append(list.Cases, *one)
	}
	for _, card := range p.closed {
		list.Cases = append(list.Cases, d.closedLine(card))
	}
	return list, nil
}

// peopleOf are the cases of which some person has the words of a text.
func (d *Desk) peopleOf(text string) (ids []casefile.ID, more bool, err error) {
	if text == "" || d.People == nil {
		return nil, false, nil
	}
	ids, more, err = d.People.Find(text, found)
	if err != nil {
		if refusal.CodeOf(err) == refusal.Malformed { // what no person is found by may be a part of a number
			err = nil
		}
		return nil, false, err
	}
	if d.Keeping == nil {
		return ids, more, nil
	}
	ids, err = d.Keeping.Open(ids) // whose a restricted case is, is not told by finding it either
	return ids, more, err
}
