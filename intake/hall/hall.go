// Package hall is what a center keeps of its own hall: who works there, whose
// turn it is, what is booked, when it is open, and its registers.
//
// It must never leave the center: nothing of it is replicated or in a
// casefile, but for the post that an event names (Hand) and the visit that a
// filing names. It must never change an entry that was written: what changes is
// a further entry of a sealed log (package journal), and what is shown is folded
// from it. It must never put who somebody is, or what they said, into a log.
package hall

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/hall/roster"
	"tongban/intake/journal"
)

// Register is what the hall asks of the node's copy of the Register.
type Register interface {
	Offered(code item.Code, in area.Code) (*item.Item, bool)
	Rules() rule.Set
	Calendar() workday.Calendar
}

// Cases is the cabinet as the hall uses it: to find results that nobody
// collected.
type Cases interface {
	State(id casefile.ID) (casefile.State, error)
	Cards(f cabinet.Filter, visit func(*cabinet.Card) bool)
}

// Blobs is where stands who somebody is.
type Blobs interface {
	Prepare(owner casefile.Owner, kind string, content []byte) (ref casefile.BlobRef, write func(*badger.Txn) error, err error)
	Get(owner casefile.Owner, ref casefile.BlobRef) ([]byte, error)
	Tombstone(txn *badger.Txn, owner casefile.Owner, hashes []chain.Hash) error
	Erase(ctx context.Context, owner casefile.Owner, hashes []chain.Hash) error
}

// Config is what a hall works with. Every field but Log must be set.
type Config struct {
	DB       *badger.DB // the node's; the hall owns the keys under hall/
	Register Register
	Cases    Cases
	Blobs    Blobs
	Self     func() casefile.Party // this center in its present incarnation
	Key      func() chain.Key      // the node's
	KeyOf    func(casefile.Party) (chain.PublicKey, bool)
	Now      func() time.Time
	Ready    func() error // why nothing may be written now; nil: it may
	Log      *slog.Logger // nil: nothing is logged
}

// Hall is safe for concurrent use.
type Hall struct {
	// Constructor parameters.
	cfg   Config
	shelf *journal.Shelf

	Staff        *Staff
	Queue        *Queue
	Appointments *Appointments
	Timetable    *Timetable
	Books        *Books

	reads *journal.Book // who looked at personal data in the clear
	bell  bell
}

// New opens the hall of a node. Where its roster or its timetable is not what
// was written it refuses (journal.Tampered).
func New(c Config) (*Hall, error) {
	if c.Register == nil || c.Cases == nil || c.Blobs == nil {
		return nil, refusal.Newf(refusal.Malformed, "open the hall", "", "a part of the configuration is missing")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	shelf, err := journal.Open(journal.Config{DB: c.DB, Prefix: "hall", Self: c.Self, Key: c.Key, KeyOf: c.KeyOf, Now: c.Now, Ready: c.Ready})
	if err != nil {
		return nil, err
	}
	h := &Hall{cfg: c, shelf: shelf}
	for _, open := range []func() error{h.openStaff, h.openTimetable, h.openQueue, h.openAppointments, h.openBooks} {
		if err := open(); err != nil {
			return nil, err
		}
	}
	h.reads, err = shelf.Book("reads", nil)
	return h, err
}

// By is who acts in the hall.
type By struct {
	Staff string `json:"staff,omitempty" maxLength:"60" doc:"the staff number, or a name that only one bears; a name where the center keeps no roster"`
	Key   string `json:"key,omitempty" maxLength:"64" doc:"idempotency key: a repeated call with it has one effect"`
}

const maxStaff = 60

// standing is who may ask for a change.
type standing int

const (
	member  standing = iota // staff: of the roster, where there is one
	anybody                 // also without a name: a machine, or the net
	keeper                  // whoever is named: the first entries of a roster have nobody of it to be made by
)

// call names a change for its log: who asks for it, by number, and what.
func (h *Hall) call(by By, who standing, op string, form any) (journal.Call, error) {
	staff := strings.TrimSpace(by.Staff)
	switch {
	case staff == "" && who != anybody:
		return journal.Call{}, refusal.Newf(roster.NoStaff, op, "say who acts", "no member of staff is named")
	case utf8.RuneCountInString(staff) > maxStaff || !utf8.ValidString(staff):
		return journal.Call{}, refusal.Newf(roster.NoStaff, op, "", "a staff name has at most %d characters", maxStaff)
	case who == keeper:
		staff = h.Staff.Number(staff)
	case staff != "":
		var err error
		if staff, err = h.Staff.number(staff); err != nil {
			return journal.Call{}, err
		}
	}
	return journal.Call{Staff: staff, Key: by.Key, Sum: chain.Sum(wire.Encode([]any{op, staff, form}))}, nil
}

func (h *Hall) today() workday.Date { return workday.DateOf(h.cfg.Now()) }

// owner is whose all content is that the logs of the hall name.
func (h *Hall) owner() casefile.Owner { return casefile.BookOwner("hall", h.center()) }

func (h *Hall) center() area.Center { return h.cfg.Self().Center }

// types are the names of the area's types of windows, in the order of the rule;
// none where it sets none.
func (h *Hall) types() []string {
	doc, _ := rule.Doc[rule.WindowTypes](h.cfg.Register.Rules(), h.center().Area(), string(h.today()))
	names := make([]string, len(doc.Types))
	for i, t := range doc.Types {
		names[i] = t.Name
	}
	return names
}

// seal makes the blob of what is personal: its reference, and what writes it in
// the transaction of the entry that names it.
func (h *Hall) seal(kind string, content any) (casefile.BlobRef, func(*badger.Txn) error, error) {
	return h.cfg.Blobs.Prepare(h.owner(), kind, wire.Encode(content))
}

func (h *Hall) open(ref casefile.BlobRef, into any) error {
	b, err := h.cfg.Blobs.Get(h.owner(), ref)
	if err != nil {
		return err
	}
	return wire.Decode(b, into)
}

// ReadBody is the entry of a look at personal data in the clear.
type ReadBody struct {
	Of string `cbor:"1,keyasint"` // the register or the appointments
}

// looked records that somebody looked at personal data in the clear; without it
// nothing is shown.
func (h *Hall) looked(by By, of, id string) error {
	call, err := h.call(by, member, "show who it is", id)
	if err != nil {
		return err
	}
	_, err = h.reads.Add(call.Staff, journal.Draft{Kind: "unmasked", Entity: id, Body: ReadBody{of}}, nil)
	if err == nil {
		h.cfg.Log.Info("audit: personal data of the hall unmasked", "of", of, "entry", id, "staff", call.Staff)
	}
	return err
}

// Verify checks every log of the hall from its first record on: chain, seals,
// and that each day of the queue follows the one before it.
func (h *Hall) Verify(ctx context.Context) (records uint64, err error) {
	if records, err = h.shelf.Verify(ctx); err != nil {
		return records, err
	}
	return records, h.Queue.verifyDays()
}

// holding is a value that is replaced whole.
type holding[T any] struct{ p atomic.Pointer[T] }

func (h *holding[T]) get() T { return *h.p.Load() }

func (h *holding[T]) set(v T) { h.p.Store(&v) }
