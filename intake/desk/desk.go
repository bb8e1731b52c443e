// Package desk is what the staff of a center do with a case: take it in, tell
// everything that is missing once, accept, check, decide, send it on, hand it
// out. It turns a filled-in form into events and has them appended together or
// not at all.
//
// It must never hold a second rule book: whether something may be done is
// asked of casefile.Check with the very events that would be written. It must
// never keep state of a case beside its log, put personal data into a log, or
// need a network.
package desk

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/attach"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/notice"
)

// Register is what the desk asks of the node's copy of the Register, beyond
// what the rules of custody ask.
type Register interface {
	casefile.Register
	// Offered is the current version of an item as an area sees it: its own,
	// else the nearest ancestor's.
	Offered(code item.Code, in area.Code) (*item.Item, bool)
	// Rules are the system-wide rules, with every area's own values.
	Rules() rule.Set
	// Calendar are the published working days.
	Calendar() workday.Calendar
	// Office is how a center presents itself; ok is false for an unknown one.
	Office(c area.Center) (name, telephone string, ok bool)
}

// Cases is the cabinet as the desk uses it.
type Cases interface {
	NewID() (casefile.ID, error)
	AppendWith(ctx context.Context, id casefile.ID, drafts func(casefile.State) ([]casefile.Draft, error), with func(*badger.Txn) error) (casefile.State, error)
	OpenAll(ctx context.Context, ids []casefile.ID, drafts func(i int, s casefile.State) ([]casefile.Draft, error), with func(*badger.Txn) error) ([]casefile.State, error)
	State(id casefile.ID) (casefile.State, error)
	Log(id casefile.ID, from uint64, max int) ([][]byte, error)
	List(f cabinet.Filter, after casefile.ID, limit int) ([]casefile.State, error)
	Cards(f cabinet.Filter, visit func(*cabinet.Card) bool)
	CardsSince(mark uint64) (changed []*cabinet.Card, now uint64)
	Frozen(id casefile.ID) (bool, error)
	Fenced() (reason string, fenced bool)
	Branches(id casefile.ID) ([]cabinet.Branch, error)
	BranchLog(id casefile.ID, number, from uint64, max int) ([][]byte, error)
}

// Blobs is where content lies that stays out of the logs, each as one case's.
type Blobs interface {
	Put(ctx context.Context, owner casefile.Owner, kind string, content []byte) (casefile.BlobRef, error)
	// Prepare is Put for content of at most attach.MaxPrepared bytes, which
	// write stores in the transaction of the event that names it.
	Prepare(owner casefile.Owner, kind string, content []byte) (ref casefile.BlobRef, write func(*badger.Txn) error, err error)
	Get(owner casefile.Owner, ref casefile.BlobRef) ([]byte, error)
	Has(owner casefile.Owner, hash chain.Hash) bool
	Erase(ctx context.Context, owner casefile.Owner, hashes []chain.Hash) error
}

var (
	_ Cases = (*cabinet.Cabinet)(nil)
	_ Blobs = (*attach.Store)(nil)
)

// Config is what a desk works with. Every field must be set for which nil has
// no meaning of its own.
type Config struct {
	DB       *badger.DB // the node's; the desk owns the keys under d/
	Cases    Cases
	Blobs    Blobs
	Register Register
	Self     func() casefile.Party // this center in its present incarnation
	Now      func() time.Time
	People   People       // nil: cases are not searched by who applies
	Roster   Roster       // nil: the center keeps none, and whoever acts is a name
	Visits   Visits       // nil: the hall gives no queue tickets out
	Keeping  Keeping      // nil: nothing is erased, and access to nothing is restricted
	Notices  *notice.Book // nil: the one that ships
	Log      *slog.Logger // nil: nothing is logged
	Rand     io.Reader    // query passwords are drawn from it; nil: none are given out
}

// Desk is safe for concurrent use: two cases are worked on in parallel, one
// case one event after another.
type Desk struct {
	// Constructor parameters.
	Config

	// Safe for concurrent use.
	keys    keyLocks // one call at a time for each idempotency key
	numbers *numbers
	rack    *rack                      // every case in its order
	warmed  atomic.Pointer[chain.Head] // the Register as the last Warm found it
	judged  sync.Map                   // item.Ref → []Warning: a published version never changes
}

// New opens the desk of a node.
func New(c Config) (*Desk, error) {
	if c.DB == nil || c.Cases == nil || c.Blobs == nil || c.Register == nil || c.Self == nil || c.Now == nil {
		return nil, refusal.Newf(refusal.Malformed, "open the desk", "", "a part of the configuration is missing")
	}
	if c.Notices == nil {
		c.Notices = notice.New()
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	d := &Desk{Config: c, keys: newKeyLocks(), numbers: newNumbers(c.DB)}
	d.rack = newRack(d)
	return d, nil
}

// By is who acts at the counter, and when.
type By struct {
	Staff string    `json:"staff"`          // the staff number; a name where the center keeps no roster
	At    time.Time `json:"at,omitzero"`    // when it happened at the desk; zero: now
	Key   string    `json:"key,omitempty"`  // idempotency key: a repeated call with it has one effect; "" for none
	Seen  uint64    `json:"seen,omitempty"` // the last event that whoever acts had before them: where the case has gone on, Changed refuses; 0: whatever stands

	For    string    `json:"acting_for,omitempty"`    // AB岗: the staff number of whose post it is
	Window string    `json:"window,omitempty"`        // at which window; "": the one of the post
	Start  time.Time `json:"start,omitzero"`          // when the work on it began; zero: when it happened
	First  string    `json:"first_contact,omitempty"` // 首问负责: who the applicant spoke to first, where that was another

	hand *casefile.Hand // what the roster made of it
}

// People finds cases by who they are about.
type People interface {
	// Find lists at most limit cases; refusal.Malformed where the text is none
	// that a person is found by.
	Find(text string, limit int) (ids []casefile.ID, more bool, err error)
}

// Roster tells at which post a member of staff works.
type Roster interface {
	// Hand is the post of whoever acts, with what By says of window, cover,
	// start and first contact. It refuses with NoStaff whom the roster does not
	// know, and who may not cover the post of By.For. nil without an error:
	// the center keeps no roster.
	Hand(by By) (*casefile.Hand, error)
}

// Done is what came of an action.
type Done struct {
	State    casefile.State `json:"state"`
	Events   int            `json:"events"`             // how many were written now
	Repeated bool           `json:"repeated,omitempty"` // the same call had been answered before: nothing was written again
	Warnings []Warning      `json:"warnings,omitempty"`
	Password string         `json:"query_password,omitempty"` // of a case that was opened now: told once, to be printed on the receipt, and kept nowhere
}

// The refusals of the desk itself; those of custody and competence are
// casefile's and the cabinet's. The codes are for good.
const (
	NoStaff       refusal.Code = "no_staff"       // nobody is named as acting
	BadForm       refusal.Code = "bad_form"       // a field is missing or wrong
	BadDeskTime   refusal.Code = "bad_desk_time"  // not a time at which it can have happened
	KeyReused     refusal.Code = "key_reused"     // the idempotency key belongs to another call
	NoVisit       refusal.Code = "no_visit"       // no queue ticket and no case of that day is called so
	NotOffered    refusal.Code = "not_offered"    // the item is not in the catalogue here
	TooCoarse     refusal.Code = "too_coarse"     // the subject area does not say which center is competent
	NothingIsOpen refusal.Code = "nothing_open"   // there is nothing of the kind to end or answer
	NothingLacks  refusal.Code = "nothing_lacks"  // no material is missing, so there is nothing to tell
	PapersLack    refusal.Code = "papers_lack"    // required materials are missing
	NoStep        refusal.Code = "no_step"        // the item has no such step left
	NowhereToGo   refusal.Code = "nowhere_to_go"  // no center can be found that goes on with the case
	ContentLacks  refusal.Code = "content_lacks"  // the content that is asked for has not arrived here, or was erased
	NotServed     refusal.Code = "not_served"     // the applicant does not have the decision yet
	NotImmediate  refusal.Code = "not_immediate"  // the item can't be settled in one go here
	NumbersSpent  refusal.Code = "numbers_spent"  // no number is left in this series today
	SituationOpen refusal.Code = "situation"      // a question on which something depends is not answered
	OverRule      refusal.Code = "over_rule"      // more than a rule of the area allows
	NotLapsed     refusal.Code = "not_lapsed"     // the applicant let no day pass that ends the case
	OutOfSeason   refusal.Code = "out_of_season"  // the item may not be applied for today
	IsBundle      refusal.Code = "is_bundle"      // it is several items as one, and has no case of its own
	NotCarried    refusal.Code = "not_carried"    // the material can't be taken from that earlier case
	NoCharge      refusal.Code = "no_charge"      // the item costs nothing, or an agency would take money for itself
	AgencyOrder   refusal.Code = "agency_order"   // the agency is not that far, or further
	BundleOrder   refusal.Code = "bundle_order"   // a case of an earlier stage of the bundle is not concluded
	Changed       refusal.Code = "changed"        // somebody acted on the case meanwhile
	NoSuchCase    refusal.Code = refusal.NotFound // the case is not at this center
)
