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
	"log/slog"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"
	lru "github.com/hashicorp/golang-lru"

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
	Frozen(id casefile.ID) (bool, error)
	Fenced() (reason string, fenced bool)
	Branches(id casefile.ID) ([]cabinet.Branch, error)
}

// Blobs is where content lies that stays out of the logs.
type Blobs interface {
	Put(ctx context.Context, kind string, content []byte) (casefile.BlobRef, error)
	// Prepare is Put for content of at most attach.MaxPrepared bytes, which
	// write stores in the transaction of the event that names it.
	Prepare(kind string, content []byte) (ref casefile.BlobRef, write func(*badger.Txn) error, err error)
	Get(ref casefile.BlobRef) ([]byte, error)
	Has(hash chain.Hash) bool
	Erase(ctx context.Context, hashes []chain.Hash) error
}

var (
	_ Cases = (*cabinet.Cabinet)(nil)
	_ Blobs = (*attach.Store)(nil)
)

// Config is what a desk works with. Every field but Notices and Log must be
// set.
type Config struct {
	DB       *badger.DB // the node's; the desk owns the keys under d/
	Cases    Cases
	Blobs    Blobs
	Register Register
	Self     func() casefile.Party // this center in its present incarnation
	Now      func() time.Time
	Notices  *notice.Book // nil: the one that ships
	Log      *slog.Logger // nil: nothing is logged
}

// Desk is safe for concurrent use: two cases are worked on in parallel, one
// case one event after another.
type Desk struct {
	// Constructor parameters.
	Config

	// Safe for concurrent use.
	keys    keyLocks // one call at a time for each idempotency key
	numbers *numbers
	glances *lru.Cache // casefile.ID → *glance: worklist lines, which change at most once a day
	judged  sync.Map   // item.Ref → []Warning: a published version never changes
}

// glancesKept is how many worklist lines stay in memory.
const glancesKept = 8192

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
	glances, err := lru.New(glancesKept)
	if err != nil {
		return nil, err
	}
	return &Desk{Config: c, keys: newKeyLocks(), numbers: newNumbers(c.DB), glances: glances}, nil
}

// By is who acts at the counter, and when.
type By struct {
	Staff string    `json:"staff"`         // account of the member of staff
	At    time.Time `json:"at,omitzero"`   // when it happened at the desk; zero: now
	Key   string    `json:"key,omitempty"` // idempotency key: a repeated call with it has one effect; "" for none
}

// Done is what came of an action.
type Done struct {
	State    casefile.State `json:"state"`
	Events   int            `json:"events"`             // how many were written now
	Repeated bool           `json:"repeated,omitempty"` // the same call had been answered before: nothing was written again
	Warnings []Warning      `json:"warnings,omitempty"`
}

// Warning is something that does not stop the work but that staff should know.
type Warning struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// The refusals of the desk itself; those of custody and competence are
// casefile's and the cabinet's. The codes are for good.
const (
	NoStaff       refusal.Code = "no_staff"       // nobody is named as acting
	BadForm       refusal.Code = "bad_form"       // a field is missing or wrong
	BadDeskTime   refusal.Code = "bad_desk_time"  // not a time at which it can have happened
	KeyReused     refusal.Code = "key_reused"     // the idempotency key belongs to another call
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
	BundleOrder   refusal.Code = "bundle_order"   // a case of an earlier stage of the bundle is not concluded
	NoSuchCase    refusal.Code = refusal.NotFound // the case is not at this center
)
