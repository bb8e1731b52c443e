package desk

import (
	"cmp"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strings"

	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/clock"
	"tongban/intake/notice"
)

// Refusals of a check.
const (
	NotAuthentic refusal.Code = "not_authentic" // the document does not agree with the log that is here
	NotHereYet   refusal.Code = "not_here_yet"  // the copy of the log does not reach so far
)

// checkDigits is how much of the chained hash a document bears, in hex digits:
// 64 bits, which nobody finds a second log for by trying.
const checkDigits = 16

// checkOf is by what a document is checked: the case, the event, and the
// chained hash of the log up to and with it.
func checkOf(after casefile.State) string {
	return fmt.Sprintf("%s/%d/%s", after.ID, after.Head.Index, after.Head.Hash.String()[:checkDigits])
}

// Authentic is what a check of a document comes to. Nothing in it says who
// applied.
type Authentic struct {
	Case   casefile.ID   `json:"case"`
	Number string        `json:"number"` // of the case
	Item   string        `json:"item,omitempty"`
	Kind   casefile.Kind `json:"kind"`   // of the event
	Center string        `json:"center"` // that sealed it
	Day    workday.Date  `json:"day"`    // at the desk
	Papers []Attested    `json:"papers"` // the documents that the event makes
}

// Attested is a document that a log bears out.
type Attested struct {
	Kind    notice.Kind `json:"kind"`
	Number  string      `json:"number"`
	Void    bool        `json:"void,omitempty"` // it was taken back, or its decision set aside
	Reason  string      `json:"reason,omitempty"`
	Instead string      `json:"instead,omitempty"`
}

// Authenticate checks a document by what its QR code holds: that this center's
// copy of the log has that chained hash at that event, and that the event bears
// the seal of the center that wrote it. It is refused with NotFound, NotHereYet
// or NotAuthentic.
func (d *Desk) Authenticate(id casefile.ID, seq uint64, hash string) (Authentic, error) {
	op := "check a document of " + string(id)
	want, err := hex.DecodeString(strings.ToLower(hash))
	if err != nil || len(want) != checkDigits/2 {
		return Authentic{}, refusal.Newf(refusal.Malformed, op, "", "%q is no check: want %d hex digits", hash, checkDigits)
	}
	s, err := d.state(id)
	if err != nil {
		return Authentic{}, err
	}
	if seq == 0 || seq > s.Head.Index {
		return Authentic{}, refusal.Newf(NotHereYet, op, "ask the center that printed it", "the copy of the log reaches event %d", s.Head.Index)
	}
	e, err := d.sealed(s, seq, want, op)
	if err != nil {
		return Authentic{}, err
	}
	a := Authentic{Case: id, Number: s.Number, Kind: e.Kind, Center: string(e.Author.Center), Day: clock.DayOf(e.DeskTime)}
	if name, _, ok := d.Register.Office(e.Author.Center); ok {
		a.Center = name
	}
	if it, ok := d.Register.Item(s.Item); ok {
		a.Item = it.Name
	}
	body, err := e.Content()
	if err != nil {
		return a, err
	}
	for _, kind := range documentsOf(e.Kind, body) {
		if kind != notice.Rating {
			a.Papers = append(a.Papers, attested(&s, kind, numberIn(kind, body)))
		}
	}
	return a, nil
}

// attested says of a document whether it still stands.
func attested(s *casefile.State, kind notice.Kind, number string) Attested {
	one := Attested{Kind: kind, Number: cmp.Or(number, s.Number)}
	for _, v := range s.Void {
		if number != "" && v.Number == number {
			one.Void, one.Reason, one.Instead = true, v.Reason, v.Instead
		}
	}
	for i, b := range s.SetAside {
		if kind == notice.Decision && b.Number == number {
			one.Void = true
			if i < len(s.Reopened) {
				one.Reason = s.Reopened[i].Reason
			}
		}
	}
	return one
}

// sealed is the event at that place, if the log up to it has that hash and its
// seal is its author's.
func (d *Desk) sealed(s casefile.State, seq uint64, want []byte, op string) (*casefile.Event, error) {
	head := chain.Start(string(s.ID))
	var last []byte
	for head.Index < seq {
		records, err := d.Cases.Log(s.ID, head.Index+1, int(min(64, seq-head.Index)))
		if err != nil {
			return nil, err
		}
		if len(records) == 0 {
			return nil, refusal.Newf(NotHereYet, op, "try again", "the log is shorter than its head says")
		}
		for _, b := range records {
			head, last = head.Next(b), b
		}
	}
	if subtle.ConstantTimeCompare(head.Hash[:len(want)], want) != 1 {
		return nil, refusal.Newf(NotAuthentic, op, "ask the center that printed it", "the log has another hash at event %d", seq)
	}
	r, err := casefile.Read(last)
	if err != nil {
		return nil, err
	}
	key, _, _, ok := d.Register.Key(r.Event.Author)
	if !ok {
		return nil, refusal.Newf(NotAuthentic, op, "wait until the Register has caught up", "the Register has no key of %s", r.Event.Author)
	}
	if err := r.Seal.Verify(chain.EventDomain, key); err != nil {
		return nil, refusal.New(NotAuthentic, op, "tell the district", err)
	}
	return &r.Event, nil
}
