// Package appointment is what was booked: a slot of the hall's timetable, or a
// home visit (上门服务) that is scheduled to members of staff.
//
// It must never read a clock or a disk: a booking is the fold of its entries.
// It must never hold who booked: that lies in the blob that it names.
package appointment

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/hall/timetable"
)

// The refusals of appointments. The codes are for good.
const (
	SlotFull   refusal.Code = "slot_full"         // nobody more is taken at that time
	NoSlot     refusal.Code = "no_slot"           // nothing may be booked then
	Twice      refusal.Code = "booked_twice"      // the same person has that time already, or too many
	WrongState refusal.Code = "appointment_state" // the booking is not where the action needs it
	BadBooking refusal.Code = "bad_appointment"   // a field is missing or wrong
	NotYours   refusal.Code = "no_appointment"    // none goes by that number and code
)

// Bounds.
const (
	MaxAhead     = 90   // days
	MaxOpen      = 3    // open bookings of one person on one day; of one telephone on all days, where they were made online
	MaxDay       = 2000 // bookings of one day
	MaxUnplanned = 500  // home visits that wait for a day
	maxText      = 500
)

// State is where a booking stands.
type State string

// The states.
const (
	Booked    State = "booked"
	Cancelled State = "cancelled"
	CheckedIn State = "checked_in" // the person came, or the home visit was made
)

// Booking is one appointment.
type Booking struct {
	ID      string           `json:"id"`
	Home    bool             `json:"home_visit,omitempty"`
	Day     workday.Date     `json:"day,omitempty"` // "": a home visit that no day is set for yet
	Span    timetable.Span   `json:"hours,omitzero"`
	Type    string           `json:"type,omitempty"` // of window
	Entry   string           `json:"entry,omitempty"`
	Place   string           `json:"place,omitempty"` // "": the hall; of a home visit it lies in the blob
	Item    item.Code        `json:"item,omitempty"`
	Channel Channel          `json:"channel,omitempty"`
	Who     casefile.BlobRef `json:"who"`
	State   State            `json:"state"`
	Made    int64            `json:"made"`            // Unix milliseconds
	Staff   []string         `json:"staff,omitempty"` // staff numbers of those who make the home visit
	Came    int64            `json:"came,omitempty"`
	Ticket  string           `json:"ticket,omitempty"`
	Visit   string           `json:"visit,omitempty"`
	Why     string           `json:"why,omitempty"`    // of a cancelled one
	Erased  bool             `json:"erased,omitempty"` // who booked was destroyed after its retention
}

// Channel is how somebody came to the center.
type Channel string

// The channels.
const (
	Window Channel = "window"
	Phone  Channel = "phone"
	Net    Channel = "online"
	Self   Channel = "self_service"
	Letter Channel = "letter"
	Visit  Channel = "visit" // staff came to the person
)

// Channels lists them.
func Channels() []Channel { return []Channel{Window, Phone, Net, Self, Letter, Visit} }

// The kinds of entries. Each is about one booking, its entity.
const (
	KindBooked    = "booked"    // BookedBody
	KindAssigned  = "assigned"  // AssignedBody
	KindCancelled = "cancelled" // CancelledBody
	KindCheckedIn = "checked_in"
	KindErased    = "erased" // ErasedBody
)

// ErasedBody says that who booked was destroyed (销毁).
type ErasedBody struct {
	Reason string `cbor:"1,keyasint"`
}

// BookedBody is a new booking.
type BookedBody struct {
	Home    bool             `cbor:"1,keyasint,omitempty"`
	Day     workday.Date     `cbor:"2,keyasint,omitempty"`
	Span    timetable.Span   `cbor:"3,keyasint"`
	Type    string           `cbor:"4,keyasint,omitempty"`
	Entry   string           `cbor:"5,keyasint,omitempty"`
	Place   string           `cbor:"6,keyasint,omitempty"`
	Item    item.Code        `cbor:"7,keyasint,omitempty"`
	Channel Channel          `cbor:"8,keyasint,omitempty"`
	Who     casefile.BlobRef `cbor:"9,keyasint"`
}

// AssignedBody gives a home visit its day and those who make it.
type AssignedBody struct {
	Staff []string       `cbor:"1,keyasint"`
	Day   workday.Date   `cbor:"2,keyasint"`
	Span  timetable.Span `cbor:"3,keyasint"`
}

// CancelledBody ends a booking.
type CancelledBody struct {
	Why string `cbor:"1,keyasint,omitempty"`
}

// CheckedInBody says that the person came, and which ticket they got; of a home
// visit, that it was made.
type CheckedInBody struct {
	Ticket string `cbor:"1,keyasint,omitempty"`
	Visit  string `cbor:"2,keyasint"`
}

// Apply folds one entry.
func (b Booking) Apply(kind string, at int64, read func(into any) error) (Booking, error) {
	switch kind {
	case KindBooked:
		var e BookedBody
		if err := read(&e); err != nil {
			return b, err
		}
		b.Home, b.Day, b.Span, b.Type, b.Entry, b.Place = e.Home, e.Day, e.Span, e.Type, e.Entry, e.Place
		b.Item, b.Channel, b.Who, b.State, b.Made = e.Item, e.Channel, e.Who, Booked, at
	case KindAssigned:
		var e AssignedBody
		if err := read(&e); err != nil {
			return b, err
		}
		b.Staff, b.Day, b.Span = e.Staff, e.Day, e.Span
	case KindCancelled:
		var e CancelledBody
		if err := read(&e); err != nil {
			return b, err
		}
		b.State, b.Why = Cancelled, e.Why
	case KindCheckedIn:
		var e CheckedInBody
		if err := read(&e); err != nil {
			return b, err
		}
		b.State, b.Came, b.Ticket, b.Visit = CheckedIn, at, e.Ticket, e.Visit
	case KindErased:
		b.Erased = true
	default:
		return b, fmt.Errorf("%q is no entry of an appointment", kind)
	}
	return b, nil
}

// Over is from when the retention of a booking counts, Unix milliseconds: its day,
// or when it was made where it has none; 0 while the person may still come.
func (b Booking) Over(today workday.Date) int64 {
	switch {
	case b.State == Booked && (b.Day == "" || b.Day >= today):
		return 0
	case b.Day == "":
		return b.Made
	}
	return b.Day.Start().UnixMilli()
}

// May checks that something may still be done with a booking.
func (b Booking) May(what string) error {
	if b.State != Booked {
		return refusal.Newf(WrongState, "", "", "appointment %s is %s and can't be %s", b.ID, b.State, what)
	}
	return nil
}

// Cancel plans the end of a booking.
func (b Booking) Cancel(why string) (CancelledBody, error) {
	if utf8.RuneCountInString(why) > maxText {
		return CancelledBody{}, refusal.Newf(BadBooking, "", "", "a reason has at most %d characters", maxText)
	}
	return CancelledBody{strings.TrimSpace(why)}, b.May("cancelled")
}

// Person is who booked: the content of the blob. Either of telephone and
// identity number tells two people apart.
type Person struct {
	Name      string `cbor:"1,keyasint" json:"name"`
	Telephone string `cbor:"2,keyasint,omitempty" json:"telephone,omitempty"`
	Identity  string `cbor:"3,keyasint,omitempty" json:"identity,omitempty"`
	Address   string `cbor:"4,keyasint,omitempty" json:"address,omitempty"` // of a home visit
	Matter    string `cbor:"5,keyasint,omitempty" json:"matter,omitempty"`  // in their words
	Secret    Secret `cbor:"6,keyasint,omitzero" json:"-"`                  // of who booked without anybody of the center
}

// Check says what is missing.
func (p Person) Check(home bool) error {
	switch {
	case strings.TrimSpace(p.Name) == "":
		return refusal.Newf(BadBooking, "", "", "the name is missing")
	case strings.TrimSpace(p.Telephone) == "":
		return refusal.Newf(BadBooking, "", "it is needed if the time changes", "the telephone is missing")
	case home && strings.TrimSpace(p.Address) == "":
		return refusal.Newf(BadBooking, "", "", "a home visit needs an address")
	}
	for _, f := range []struct {
		text string
		most int
	}{{p.Name, 60}, {p.Telephone, 30}, {p.Identity, 40}, {p.Address, 200}, {p.Matter, maxText}} {
		if utf8.RuneCountInString(f.text) > f.most {
			return refusal.Newf(BadBooking, "", "", "a field has more than %d characters", f.most)
		}
	}
	return nil
}

// Same reports whether two bookings are of one person: the same identity
// number, or the same name and telephone.
func (p Person) Same(o Person) bool {
	if a, b := plain(p.Identity), plain(o.Identity); a != "" && b != "" {
		return a == b
	}
	return plain(p.Name) == plain(o.Name) && digits(p.Telephone) == digits(o.Telephone)
}

// Reached reports whether two bookings name the same telephone.
func (p Person) Reached(o Person) bool {
	a := digits(p.Telephone)
	return a != "" && a == digits(o.Telephone)
}

func plain(s string) string { return strings.ToUpper(strings.Join(strings.Fields(s), "")) }

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, strings.TrimPrefix(strings.TrimSpace(s), "+86"))
}
