package casefile

import (
	"slices"
	"time"

	"tongban/catalog/area"
	"tongban/consensus/refusal"
)

// How much a stranger may write into one field of a log, in bytes, and into one
// list. A character of Chinese takes three.
const (
	maxText   = 16 << 10
	maxName   = 800
	maxList   = 200
	maxAmount = 1 << 50 // fen
	maxErased = 256     // blobs that one event destroys
	maxProofs = 1000    // of outside steps and special procedures
	maxDays   = 1000    // working days of an extension
)

// form reads one body and keeps the first fault that it finds.
type form struct {
	e   *Event
	err error
}

func (f *form) fault(format string, args ...any) {
	if f.err == nil {
		f.err = refuse(refusal.Malformed, f.e, format, args...)
	}
}

// hold is a fault unless ok.
func (f *form) hold(ok bool, format string, args ...any) {
	if !ok {
		f.fault(format, args...)
	}
}

func (f *form) bytes(what, s string, need bool, most int) {
	f.hold(!need || s != "", "it lacks: %s", what)
	f.hold(len(s) <= most, "%s has %d bytes, at most %d", what, len(s), most)
}

// text is what people wrote; name is a number, a name, a line.
func (f *form) text(what, s string, need bool) { f.bytes(what, s, need, maxText) }
func (f *form) name(what, s string, need bool) { f.bytes(what, s, need, maxName) }

// day is a day of the calendar, YYYY-MM-DD.
func (f *form) day(what, s string, need bool) {
	if s == "" {
		f.hold(!need, "it lacks: %s", what)
		return
	}
	_, err := time.Parse(time.DateOnly, s)
	f.hold(err == nil, "%s: %.40q is no day", what, s)
}

// inOrder holds days against each other; an empty one is passed over.
func (f *form) inOrder(what string, days ...string) {
	days = slices.DeleteFunc(days, func(day string) bool { return day == "" })
	f.hold(slices.IsSorted(days), "%s: the days are out of order", what)
}

func (f *form) amount(what string, fen int64) {
	f.hold(fen > 0 && fen <= maxAmount, "%s: %d fen (want more than 0)", what, fen)
}

func (f *form) count(what string, n, least, most int) {
	f.hold(n >= least && n <= most, "%s: %d, want %d to %d", what, n, least, most)
}

// names is a list without a name twice.
func (f *form) names(what string, list []string, least int) {
	f.count(what, len(list), least, maxList)
	for i, s := range list {
		f.name(what, s, true)
		f.hold(!slices.Contains(list[:i], s), "%s: %.80q is named twice", what, s)
	}
}

func (f *form) center(what string, c area.Center) {
	_, err := area.ParseCenter(string(c))
	f.hold(err == nil, "%s: %.40q is no center", what, string(c))
}

func (f *form) blob(what string, ref *BlobRef) {
	if ref != nil {
		f.hold(ref.Size >= 0 && len(ref.Kind) <= 32, "%s: %d bytes of %.40q", what, ref.Size, ref.Kind)
	}
}

// words are a text that lies outside the log: what people said, or how they are
// called.
func (f *form) words(what string, ref *BlobRef, need bool) {
	f.hold(!need || ref != nil && ref.Size > 0, "it lacks: %s", what)
	f.hold(ref == nil || ref.Size <= maxText, "%s has too many bytes, at most %d", what, maxText)
	f.blob(what, ref)
}

// among holds a value against the known ones; "" is one of them unless it is
// needed.
func among[T ~string](f *form, what string, value T, need bool, known ...T) {
	if value == "" && !need {
		return
	}
	f.hold(slices.Contains(known, value), "%s: %.40q is none of %v", what, string(value), known)
}

// today is the last day that may have come when the event was written.
func (c *claim) today() string { return Day(max(c.e.NodeTime, c.e.DeskTime) + deskLead) }

func signed(f *form, s Signing, need bool) {
	among(f, "how it was signed", s, need, Signature, Thumbprint, ESignature, Unsigned)
}
