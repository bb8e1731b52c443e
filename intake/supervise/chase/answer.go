package chase

import (
	"tongban/catalog/area"
	"tongban/intake/casefile"
)

// Answer is what followed a chase in the case's log.
type Answer struct {
	Recorded uint64        `json:"recorded,omitempty"` // the event that holds the chase; 0: the log, as far as it is here, has it not
	Event    uint64        `json:"event,omitempty"`    // the first that was written after it; 0: none yet
	Kind     casefile.Kind `json:"kind,omitempty"`     //
	By       area.Center   `json:"by,omitempty"`       //
	Staff    string        `json:"staff,omitempty"`    //
	At       int64         `json:"at,omitempty"`       // desk time, Unix milliseconds
}

// Follow looks for the answer to a chase among the records that came after it
// was sent, in their order. What others say of the case is none.
func Follow(c Chase, records [][]byte) (Answer, error) {
	var a Answer
	for _, b := range records {
		r, err := casefile.Read(b)
		if err != nil {
			return a, err
		}
		e := &r.Event
		if e.Kind == casefile.RequestKept {
			content, err := e.Content()
			if err != nil {
				return a, err
			}
			if kept, ok := content.(*casefile.RequestBody); ok && kept.ID == c.Request {
				a.Recorded = e.Seq
			}
			continue
		}
		if a.Recorded != 0 {
			a.Event, a.Kind, a.By, a.Staff, a.At = e.Seq, e.Kind, e.Author.Center, e.Staff, e.DeskTime
			return a, nil
		}
	}
	return a, nil
}
