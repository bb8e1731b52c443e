// Package privacy is what a center owes the people whose data it keeps: a book
// of who looked at what and why, access restricted where it may not be erased
// yet, how long each kind of case is kept, what is due to be erased, and what
// is stored about somebody in a case.
//
// It must never hold personal data itself, never take an entry out of its book,
// and never assume a retention period: no universal one exists, so what nobody
// has set is never due.
package privacy

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/item"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/journal"
)

// The entries of the book.
const (
	KindRead         = "read"         // personal data were shown in full
	KindRestricted   = "restricted"   // 限制查阅
	KindUnrestricted = "unrestricted" //
	KindRetention    = "retention"    // 保管期限
	KindErased       = "erased"       // 销毁
)

// The refusals. The codes are for good.
const (
	ReasonNeeded refusal.Code = "reason_needed" // nobody sees personal data without saying why
	Restricted   refusal.Code = "restricted"    // access to the case is restricted
	NoRetention  refusal.Code = "no_retention"  // nobody has said how long such a case is kept
	NotDue       refusal.Code = "not_due"       // it is to be kept longer
)

// Bounds of the book's texts, in characters.
const (
	maxReason   = 500
	maxDocument = 200
	maxFields   = 20
	maxField    = 40
)

// Read says that personal data were shown.
type Read struct {
	Case       casefile.ID `cbor:"1,keyasint,omitempty" json:"case,omitempty"`
	Rating     string      `cbor:"2,keyasint,omitempty" json:"rating,omitempty"` // of what somebody wrote with a rating
	Fields     []string    `cbor:"3,keyasint" json:"fields"`
	Reason     string      `cbor:"4,keyasint" json:"reason"`
	Supervisor bool        `cbor:"5,keyasint,omitempty" json:"supervisor,omitempty"` // as one, of a restricted case
	Role       string      `cbor:"6,keyasint,omitempty" json:"role,omitempty"`       // as claimed
}

// Restriction closes the personal data of a case to all but supervisors, where
// they may not be erased yet.
type Restriction struct {
	Case   casefile.ID `cbor:"1,keyasint" json:"case"`
	Reason string      `cbor:"2,keyasint" json:"reason"`
}

// Retention says how long the content of a kind of case is kept, from the day
// on which it was concluded, or that of a kind of record beside the cases, from
// the day on which the last was done about it; and by which document.
type Retention struct {
	Item     item.Code `cbor:"1,keyasint,omitempty" json:"item,omitempty"` // this item; it goes before its type
	Type     item.Type `cbor:"2,keyasint,omitempty" json:"type,omitempty"` // every item of the type
	Years    int       `cbor:"3,keyasint,omitempty" json:"years,omitempty"`
	Forever  bool      `cbor:"4,keyasint,omitempty" json:"forever,omitempty"` // 永久
	Document string    `cbor:"5,keyasint" json:"document"`                    // that approves it
	Record   Record    `cbor:"6,keyasint,omitempty" json:"record,omitempty"`  // what is kept beside the cases
}

// Erasure says that the content of a case, or of a record beside the cases, was
// erased.
type Erasure struct {
	Case   casefile.ID `cbor:"1,keyasint,omitempty" json:"case,omitempty"`
	Blobs  int         `cbor:"2,keyasint" json:"blobs"`
	Reason string      `cbor:"3,keyasint" json:"reason"`
	Record Record      `cbor:"4,keyasint,omitempty" json:"record,omitempty"`
	ID     string      `cbor:"5,keyasint,omitempty" json:"id,omitempty"` // of the record
}

// Cases is the cabinet as this package uses it.
type Cases interface {
	State(id casefile.ID) (casefile.State, error)
	Log(id casefile.ID, from uint64, max int) ([][]byte, error)
	Branches(id casefile.ID) ([]cabinet.Branch, error)
	BranchLog(id casefile.ID, number, from uint64, max int) ([][]byte, error)
	Cards(filter cabinet.Filter, visit func(*cabinet.Card) bool)
}

// Blobs is where the content lies.
type Blobs interface {
	Has(owner casefile.Owner, hash chain.Hash) bool
}

// Config is what the privacy of a node works with. Every field but Full and
// Log must be set.
type Config struct {
	DB    *badger.DB // the package owns the keys under priv/
	Cases Cases
	Blobs Blobs
	Item  func(ref item.Ref) (*item.Item, bool)
	Self  func() casefile.Party
	Key   func() chain.Key
	KeyOf func(casefile.Party) (chain.PublicKey, bool)
	Now   func() time.Time
	Full  func() error
	Log   *slog.Logger
}

// Privacy is safe for concurrent use.
type Privacy struct {
	Config
	book    *journal.Book
	shelves []Shelf // constant after Beside
}

// Keys, beside the book's own (as package journal has them):
//
//	priv/x/<case>            Restriction in force
//	priv/t/i/<item code>     Retention of an item
//	priv/t/t/<item type>     of a type
//	priv/t/r/<record>        of a kind of record beside the cases
func restrictionKey(id casefile.ID) []byte { return []byte("priv/x/" + string(id)) }

const retentionPrefix = "priv/t/"

func (r *Retention) key() []byte {
	if r.Item != "" {
		return []byte(retentionPrefix + "i/" + string(r.Item))
	}
	if r.Record != "" {
		return []byte(retentionPrefix + "r/" + string(r.Record))
	}
	return []byte(retentionPrefix + "t/" + string(r.Type))
}

// New opens the privacy of a node.
func New(c Config) (*Privacy, error) {
	if c.Cases == nil || c.Blobs == nil || c.Item == nil {
		return nil, refusal.Newf(refusal.Malformed, "open the privacy book", "", "a part of the configuration is missing")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	shelf, err := journal.Open(journal.Config{DB: c.DB, Prefix: "priv", Self: c.Self, Key: c.Key, KeyOf: c.KeyOf, Now: c.Now, Ready: c.Full})
	if err != nil {
		return nil, err
	}
	book, err := shelf.Book("privacy", nil)
	if err != nil {
		return nil, err
	}
	return &Privacy{Config: c, book: book}, nil
}

// Asker is who wants to see personal data, and why.
type Asker struct {
	Staff      string
	Reason     string
	Supervisor bool // claimed: there are no accounts yet, and the book says so
	Role       string
}

// Restricted reports whether access to a case is restricted here.
func (p *Privacy) Restricted(id casefile.ID) (Restriction, bool, error) {
	var r Restriction
	found := false
	err := p.DB.View(func(txn *badger.Txn) (err error) {
		found, err = get(txn, restrictionKey(id), &r)
		return err
	})
	return r, found, err
}

func get(txn *badger.Txn, key []byte, into any) (bool, error) {
	row, err := txn.Get(key)
	if errors.Is(err, badger.ErrKeyNotFound) {
		return false, nil
	}
	if err == nil {
		err = row.Value(func(v []byte) error { return wire.Decode(v, into) })
	}
	return err == nil, err
}

// May says whether the applicant of a case may be shown at all, masked: not
// where access is restricted.
func (p *Privacy) May(id casefile.ID) error {
	_, restricted, err := p.Restricted(id)
	if err == nil && restricted {
		err = refusal.Newf(Restricted, "show who applied in "+string(id), "a supervisor may, and says why", "access to it is restricted")
	}
	return err
}

// Open leaves those of some cases that May says nothing against, in their order.
func (p *Privacy) Open(ids []casefile.ID) (open []casefile.ID, err error) {
	err = p.DB.View(func(txn *badger.Txn) error {
		for _, id := range ids {
			_, err := txn.Get(restrictionKey(id))
			switch {
			case errors.Is(err, badger.ErrKeyNotFound):
				open = append(open, id)
			case err != nil:
				return err
			}
		}
		return nil
	})
	return open, err
}

// Unmask allows the fields of an applicant to be shown in full, and writes that
// down first: it is on the disk when Unmask returns. Of a restricted case only
// a supervisor sees them.
func (p *Privacy) Unmask(id casefile.ID, fields []string, who Asker) error {
	if _, restricted, err := p.Restricted(id); err != nil {
		return err
	} else if restricted && !who.Supervisor {
		return p.May(id)
	}
	return p.note("show who applied in "+string(id), Read{Case: id, Fields: fields}, who)
}

// Rating allows what was written with a rating to be shown, and writes that
// down first.
func (p *Privacy) Rating(rating string, fields []string, who Asker) error {
	return p.note("show what was written with "+rating, Read{Rating: rating, Fields: fields}, who)
}

// Exported allows the people of many cases to leave the node unmasked, and
// writes that down first. What is exported is named in a word or two.
func (p *Privacy) Exported(what string, who Asker) error {
	return p.note("export "+what, Read{Fields: []string{what}}, who)
}

func (p *Privacy) note(op string, r Read, who Asker) error {
	switch {
	case strings.TrimSpace(who.Staff) == "":
		return refusal.Newf(ReasonNeeded, op, "name yourself with --staff", "nobody is named as asking")
	case len(r.Fields) == 0 || len(r.Fields) > maxFields || slices.ContainsFunc(r.Fields, func(f string) bool { return len(f) > maxField }):
		return refusal.Newf(refusal.Malformed, op, "", "%d fields, want 1 to %d", len(r.Fields), maxFields)
	}
	if err := reason(op, who.Reason); err != nil {
		return err
	}
	r.Reason, r.Supervisor, r.Role = strings.TrimSpace(who.Reason), who.Supervisor, who.Role
	_, err := p.book.Add(strings.TrimSpace(who.Staff), journal.Draft{Kind: KindRead, Entity: string(r.Case), Body: r}, nil)
	return err
}

func reason(op, text string) error {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		return refusal.Newf(ReasonNeeded, op, "say why with --reason", "no reason is given")
	case n > maxReason || !utf8.ValidString(text):
		return refusal.Newf(refusal.Malformed, op, "", "the reason has %d characters, at most %d", n, maxReason)
	}
	return nil
}

// Restrict closes the personal data of a case, and Unrestrict opens them again.
// It holds at this center; whoever else has a copy restricts it there.
func (p *Privacy) Restrict(staff string, r Restriction) error {
	return p.restrict(staff, KindRestricted, r, true)
}

// Unrestrict ends a restriction.
func (p *Privacy) Unrestrict(staff string, r Restriction) error {
	return p.restrict(staff, KindUnrestricted, r, false)
}

func (p *Privacy) restrict(staff string, kind string, r Restriction, to bool) error {
	op := "restrict access to " + string(r.Case)
	if strings.TrimSpace(staff) == "" {
		return refusal.Newf(refusal.Malformed, op, "name yourself with --staff", "nobody is named as acting")
	}
	if err := reason(op, r.Reason); err != nil {
		return err
	}
	if _, err := p.Cases.State(r.Case); err != nil {
		return err
	}
	_, err := p.book.Add(strings.TrimSpace(staff), journal.Draft{Kind: kind, Entity: string(r.Case), Body: r}, func(txn *badger.Txn, _ journal.Entry) error {
		var now Restriction
		is, err := get(txn, restrictionKey(r.Case), &now)
		switch {
		case err != nil:
			return err
		case is == to:
			return refusal.Newf(refusal.Conflict, op, "", "%s", map[bool]string{true: "it is restricted", false: "it is not restricted"}[is])
		case to:
			return txn.Set(restrictionKey(r.Case), wire.Encode(r))
		}
		return txn.Delete(restrictionKey(r.Case))
	})
	return err
}

// SetRetention says how long a kind of case is kept. Years 0 and not forever
// takes a setting back.
func (p *Privacy) SetRetention(staff string, r Retention) error {
	const op = "set a retention period"
	bad := func(format string, args ...any) error {
		return refusal.Newf(refusal.Malformed, op, "", format, args...)
	}
	switch n := utf8.RuneCountInString(r.Document); {
	case strings.TrimSpace(staff) == "":
		return bad("nobody is named as acting")
	case r.named() != 1:
		return bad("name an item, a type of items or a kind of record, one of the three")
	case r.Record != "" && !slices.Contains(p.Records(), r.Record):
		return p.noRecord(op, r.Record)
	case len(r.Item) > 60 || len(r.Type) > 40 || strings.ContainsRune(string(r.Item)+string(r.Type), '/'):
		return bad("that is no item and no type")
	case strings.TrimSpace(r.Document) == "" || n > maxDocument:
		return refusal.Newf(refusal.Malformed, op, "name the document that approves it", "the document that approves it is missing, or its name is too long")
	case r.Years < 0 || r.Years > 200 || r.Forever && r.Years != 0:
		return bad("%d years, want 1 to 200, or forever", r.Years)
	}
	if r.Type != "" {
		if !typeShape.MatchString(string(r.Type)) {
			return bad("%q is no type of items: want two digits or capitals, such as 01", r.Type)
		}
	}
	_, err := p.book.Add(strings.TrimSpace(staff), journal.Draft{Kind: KindRetention, Body: r}, func(txn *badger.Txn, _ journal.Entry) error {
		if r.Years == 0 && !r.Forever {
			return txn.Delete(r.key())
		}
		return txn.Set(r.key(), wire.Encode(r))
	})
	return err
}

// named counts what the period is of.
func (r *Retention) named() (n int) {
	for _, of := range []string{string(r.Item), string(r.Type), string(r.Record)} {
		if of != "" {
			n++
		}
	}
	return n
}

var typeShape = regexp.MustCompile(`^[0-9A-Z]{2}$`)

// Retentions are the periods that are set.
func (p *Privacy) Retentions() ([]Retention, error) {
	out := []Retention{}
	err := p.DB.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix = []byte(retentionPrefix)
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			var r Retention
			if err := it.Item().Value(func(v []byte) error { return wire.Decode(v, &r) }); err != nil {
				return err
			}
			out = append(out, r)
		}
		return nil
	})
	return out, err
}

// Until is the last day on which the content of a case is kept; set is false
// where nobody has set a period for its item, nor for its type. Day is "" where
// it is kept for good, or the case is not concluded.
func (p *Privacy) Until(s *casefile.State) (day workday.Date, set bool, err error) {
	var r Retention
	err = p.DB.View(func(txn *badger.Txn) (err error) {
		if set, err = get(txn, (&Retention{Item: s.Item.Code}).key(), &r); set || err != nil {
			return err
		}
		if it, ok := p.Item(s.Item); ok && it.Type != "" {
			set, err = get(txn, (&Retention{Type: it.Type}).key(), &r)
		}
		return err
	})
	if err != nil || !set || r.Forever || s.ConcludedAt == 0 {
		return "", set, err
	}
	return Over(workday.DateOf(time.UnixMilli(s.ConcludedAt)), r.Years), true, nil
}

// Over is the last day of a period of years that began on a day: the same day
// of the year, or the last of February.
func Over(from workday.Date, years int) workday.Date {
	start := from.Start().In(workday.China)
	end := start.AddDate(years, 0, 0)
	if end.Day() != start.Day() { // 29 February
		end = end.AddDate(0, 0, -end.Day())
	}
	return workday.DateOf(end)
}

// Erasable refuses with NoRetention or NotDue while the content of a case is to
// be kept. It is what the desk asks before it erases.
func (p *Privacy) Erasable(s *casefile.State) error {
	op := "erase the content of " + string(s.ID)
	day, set, err := p.Until(s)
	switch {
	case err != nil:
		return err
	case !set:
		return refusal.Newf(NoRetention, op, "set one with 'tongban privacy retention set'; until then access can be restricted",
			"nobody has said how long such a case is kept")
	case s.ConcludedAt == 0:
		return refusal.Newf(NotDue, op, "", "it is not concluded")
	case day == "":
		return refusal.Newf(NotDue, op, "access can be restricted", "it is kept for good")
	case day >= workday.DateOf(p.Now()):
		return refusal.Newf(NotDue, op, "access can be restricted until then", "it is kept until %s", day)
	}
	return nil
}

// Erased writes down that the content of a case was erased.
func (p *Privacy) Erased(staff string, e Erasure) error {
	_, err := p.book.Add(staff, journal.Draft{Kind: KindErased, Entity: string(e.Case), Body: e}, nil)
	return err
}

// Verify checks the book from its first entry.
func (p *Privacy) Verify(ctx context.Context) (chain.Head, error) { return p.book.Verify(ctx, nil) }
