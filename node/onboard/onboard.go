// Package onboard takes in, in bulk, what a center brings along on its first
// day: the centers below it, its staff and windows, the accounts of its screens,
// and the cases in flight. Each comes as a table; everything that is wrong with
// it is told at once, each with its place, before anything is written.
//
// It must never decide by itself what may be written (the desk, the hall, the
// accounts and the enrolment do), never guess what a table does not say, never
// evaluate a formula, and never keep a table, a ticket or a password anywhere
// but in memory, for a short time, for the one who sent or asked for it. It must
// never write one into a log.
package onboard

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/refusal"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/hall"
	"tongban/node/account"
	"tongban/node/enrol"
)

// Kind is what a table lists.
type Kind string

// The kinds, in the order in which a center brings them.
const (
	Centers  Kind = "centers"
	Staff    Kind = "staff"
	Windows  Kind = "windows"
	Accounts Kind = "accounts"
	Cases    Kind = "cases"
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Centers, Staff, Windows, Accounts, Cases} }

// Bounds of one table.
const (
	MaxBytes    = 4 << 20
	MaxRows     = 2000
	maxCells    = 40_000
	maxText     = 4000 // characters of a cell
	maxProblems = 500  // that are told
)

// Config is what the imports work with. All of it is set, and safe for
// concurrent use.
type Config struct {
	Hall     *hall.Hall
	Accounts *account.Accounts
	Desk     *desk.Desk
	Cabinet  *cabinet.Cabinet
	Offered  func(code item.Code, in area.Code) (*item.Item, bool) // of the Register, as the desk asks it
	Self     func() area.Center
	Enrolled func(area.Center) bool // has a node
	Invite   func(center area.Center, life time.Duration, rejoin bool) (enrol.Ticket, error)
	Say      func(error) (chinese, english string) // a refusal in words
	Now      func() time.Time
	Log      *slog.Logger
}

// Onboard holds the tables that were checked and those that are being taken in.
// Safe for concurrent use. Make it with New; Run takes in what Apply asks for.
type Onboard struct {
	cfg  Config
	wake chan struct{}

	mu   sync.Mutex
	held map[string]*held // guarded by mu; by id
	sent uint64           // guarded by mu: tables that were sent or asked to be taken in, so far
}

// New makes it. Nothing is taken in before Run.
func New(c Config) *Onboard {
	return &Onboard{cfg: c, wake: make(chan struct{}, 1), held: map[string]*held{}}
}

// Problem is one thing to mend in a table, and where it stands.
type Problem struct {
	Row     int    `json:"row,omitempty"`    // from 1, as the program that made the file shows it; 0: the file as a whole
	Column  string `json:"column,omitempty"` // its Chinese head
	Cell    string `json:"cell,omitempty"`   // such as "C7"
	Code    string `json:"code"`             // stable, for programs
	Message string `json:"message"`          // what is wrong and how to mend it, in Chinese
	English string `json:"english"`
	Warning bool   `json:"warning,omitempty"` // it stops nothing
}

// Does is what a row does.
type Does string

// What rows do.
const (
	Adds    Does = "new"
	Changes Does = "change"
	Same    Does = "same"  // it is in already, and stays as it is
	Wrong   Does = "wrong" // a problem says why
)

// Row is what one row of a table does, or would do.
type Row struct {
	Row    int         `json:"row"`
	Name   string      `json:"name"` // what it is known by: a code, a number, a login
	Text   string      `json:"text,omitempty"`
	Does   Does        `json:"does"`
	Done   bool        `json:"done,omitempty"`
	Case   casefile.ID `json:"case,omitempty"`
	Number string      `json:"number,omitempty"` // of the case
}

// State is how far an import is.
type State string

// The states.
const (
	Checked State = "checked"
	Queued  State = "queued"
	Running State = "running"
	Done    State = "done"
	Stopped State = "stopped" // it was cut; the same table can be sent again
)

// Import is a table that was sent, and what became of it.
type Import struct {
	ID       string    `json:"id"`
	Kind     Kind      `json:"kind"`
	State    State     `json:"state"`
	Rows     []Row     `json:"rows"`
	Problems []Problem `json:"problems"`
	More     int       `json:"more_problems,omitempty"` // that are not told
	At       int       `json:"at"`                      // rows that were gone through
	Secrets  int       `json:"secrets,omitempty"`       // lines that wait to be fetched, once: tickets, passwords
	Expires  time.Time `json:"expires"`                 // when it is forgotten
}

// Sound reports whether nothing is wrong: it may be applied.
func (i *Import) Sound() bool {
	return !slices.ContainsFunc(i.Problems, func(p Problem) bool { return !p.Warning })
}

// Count is how many rows do something.
func (i *Import) Count(d Does) int {
	n := 0
	for _, r := range i.Rows {
		if r.Does == d {
			n++
		}
	}
	return n
}

// Over reports whether nothing more will happen to it by itself.
func (i *Import) Over() bool { return i.State == Done || i.State == Stopped }

// work is what a checked table comes to.
type work struct {
	rows     []Row
	problems []Problem
	head     []string // of the list of secrets that it gives out; none: it gives none out
	// apply writes. It puts what comes of it into out, and calls each after the
	// rows that it is through with.
	apply func(ctx context.Context, out *outcome, each func(at int)) error
}

// outcome is what came of a table so far.
type outcome struct {
	rows     []Row
	problems []Problem
	lines    [][]string // the secrets
}

// done is for a row that was taken in.
func (o *outcome) done(at int) { o.rows[at].Done = true }

func (o *outcome) wrong(at int, p Problem) {
	o.rows[at].Does = Wrong
	o.problems = append(o.problems, p)
}

// refused is a refusal as a problem of a row.
func (o *Onboard) refused(row int, column string, err error) Problem {
	chinese, english := o.cfg.Say(err)
	return Problem{Row: row, Column: column, Code: cmp.Or(string(refusal.CodeOf(err)), "internal"), Message: chinese, English: english}
}
