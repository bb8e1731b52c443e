package account

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/journal"
)

// MaxAccounts is how many a center may have.
const MaxAccounts = 2000

// Bounds of an account's texts, in characters.
const (
	maxName    = 40
	maxStaff   = 100
	maxOutside = 255
	maxSecret  = 1024 // bytes of a password that is typed
)

var loginShape = regexp.MustCompile(`^[a-z0-9._-]{2,32}$`)

// Config is what the accounts work with. All but Full and Staff must be set.
type Config struct {
	DB    *badger.DB // the accounts own the keys under acct/, and acctlog/ for their book
	Self  func() casefile.Party
	Key   func() chain.Key
	KeyOf func(casefile.Party) (key chain.PublicKey, ok bool)
	Now   func() time.Time
	Rand  io.Reader
	Log   *slog.Logger
	Cost  Cost
	Full  func() error // why nothing may be written now; nil: it always may
	// Staff is the number and name of a member of staff, by number or name, as
	// the roster has them; what is given where none is kept. nil: none is.
	Staff func(staff string) (number, name string, err error)
	// Provider is which provider vouches for people, and by which of its claims:
	// who was linked under another is not linked. "": none does.
	Provider string
}

// Accounts are the accounts of one center. Safe for concurrent use.
type Accounts struct {
	cfg    Config
	hasher *hasher
	book   *journal.Book

	mu    sync.RWMutex
	rows  map[string]row // guarded by mu; by login
	tries map[spot]tally // guarded by mu; of logins, known or not
	pins  map[string]int // guarded by mu; wrong PINs since the last password, by login
}

// row is an account as it is kept.
type row struct {
	Account  Account `cbor:"1,keyasint"`
	Password string  `cbor:"2,keyasint"`           // its hash
	PIN      string  `cbor:"3,keyasint,omitempty"` // its hash
	Epoch    uint32  `cbor:"4,keyasint"`           // sessions of an earlier one are over
	Tries    tally   `cbor:"5,keyasint"`
	PINs     int     `cbor:"6,keyasint,omitempty"`
	Source   string  `cbor:"7,keyasint,omitempty"` // Config.Provider, when the account was linked
	Places   []tried `cbor:"8,keyasint,omitempty"` // wrong tries by address, the newest maxPlaces
	Known    []known `cbor:"9,keyasint,omitempty"` // where it signed in, the newest maxKnown
}

// Keys.
//
//	acct/a/<login>   row
//	acct/s/<token>   which screen a cookie belongs to; the token hashed
//	acct/w/<screen>  who is at a screen
const (
	rowPrefix    = "acct/a/"
	tokenPrefix  = "acct/s/"
	screenPrefix = "acct/w/"
)

// Open opens the accounts of a center.
func Open(c Config) (*Accounts, error) {
	if c.DB == nil || c.Self == nil || c.Key == nil || c.KeyOf == nil || c.Now == nil || c.Rand == nil || c.Log == nil || c.Cost.Time == 0 || c.Cost.Memory == 0 {
		return nil, refusal.Newf(refusal.Malformed, "open the accounts", "", "a part of the configuration is missing")
	}
	a := &Accounts{cfg: c, hasher: newHasher(c.Cost, c.Rand), rows: map[string]row{}, tries: map[spot]tally{}, pins: map[string]int{}}
	shelf, err := journal.Open(journal.Config{
		DB: c.DB, Prefix: "acctlog", Self: c.Self, Key: c.Key, KeyOf: c.KeyOf, Now: c.Now, Ready: c.Full,
	})
	if err != nil {
		return nil, err
	}
	if a.book, err = shelf.Book("accounts", nil); err != nil {
		return nil, err
	}
	return a, each(c.DB, rowPrefix, func(login string, r row) {
		a.rows[login], a.tries[everywhere(login)], a.pins[login] = r, r.Tries, r.PINs
		for _, p := range r.Places {
			a.tries[spot{login, p.Where}] = p.Tries
		}
	})
}

// each reads the rows under a prefix.
func each[T any](db *badger.DB, prefix string, visit func(name string, row T)) error {
	return db.View(func(txn *badger.Txn) error {
		opts := badger.DefaultIteratorOptions
		opts.Prefix = []byte(prefix)
		it := txn.NewIterator(opts)
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			var one T
			if err := it.Item().Value(func(v []byte) error { return wire.Decode(v, &one) }); err != nil {
				return fmt.Errorf("read %s: %w", it.Item().Key(), err)
			}
			visit(string(it.Item().Key()[len(prefix):]), one)
		}
		return nil
	})
}

// Empty: nobody has an account yet.
func (a *Accounts) Empty() bool {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return len(a.rows) == 0
}

// List is every account, by login.
func (a *Accounts) List() []Account {
	a.mu.RLock()
	defer a.mu.RUnlock()
	all := make([]Account, 0, len(a.rows))
	for _, r := range a.rows {
		all = append(all, a.shownLocked(r))
	}
	slices.SortFunc(all, func(x, y Account) int { return strings.Compare(x.Login, y.Login) })
	return all
}

// Get finds an account.
func (a *Accounts) Get(login string) (Account, bool) {
	r, ok := a.get(canonical(login))
	if !ok {
		return Account{}, false
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.shownLocked(r), true
}

func (a *Accounts) get(login string) (row, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	r, ok := a.rows[login]
	return r, ok
}

// shownLocked is an account as others may see it.
func (a *Accounts) shownLocked(r row) Account {
	out := r.Account
	out.Duties, out.HasPIN, out.Locked = slices.Clone(out.Duties), r.PIN != "", 0
	if r.Source != a.cfg.Provider {
		out.Outside = ""
	}
	spots := []spot{everywhere(out.Login)}
	for _, p := range r.Places {
		spots = append(spots, spot{out.Login, p.Where})
	}
	for _, s := range spots {
		if t := a.tries[s]; t.locked(a.cfg.Now()) > 0 {
			out.Locked = max(out.Locked, t.Until)
		}
	}
	return out
}

func canonical(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

// Create makes an account, and gives the password with which its owner signs in
// for the first time. It is told once and kept nowhere. Of acc its login, staff,
// name and duties count; without a name the roster's stands.
func (a *Accounts) Create(ctx context.Context, by string, acc Account) (initial string, err error) {
	const op = "make an account"
	if acc, err = a.Proposed(acc); err != nil {
		return "", err
	}
	initial, hash, err := a.fresh(ctx)
	if err != nil {
		return "", err
	}
	err = a.change(by, KindCreated, acc.Login, func(r *row, known bool) error {
		if known {
			return refusal.Newf(refusal.Conflict, op, "choose another login, or edit that account", "there is an account %s", acc.Login)
		}
		a.mu.RLock()
		n := len(a.rows)
		a.mu.RUnlock()
		if n >= MaxAccounts {
			return refusal.Newf(refusal.TooLarge, op, "", "a center has at most %d accounts", MaxAccounts)
		}
		*r = row{Account: acc, Password: hash, Epoch: 1}
		return nil
	})
	if err != nil {
		return "", err
	}
	return initial, nil
}

// fresh is a new password and its hash.
func (a *Accounts) fresh(ctx context.Context) (password, hash string, err error) {
	leave, err := a.hasher.turn(ctx)
	if err != nil {
		return "", "", err
	}
	defer leave()
	if password, err = a.hasher.initial(); err != nil {
		return "", "", err
	}
	hash, err = a.hasher.hash(password)
	return password, hash, err
}

// check puts what was said of an account in order, or refuses with BadAccount.
func (a *Accounts) check(op string, acc *Account) error {
	bad := func(format string, args ...any) error { return refusal.Newf(BadAccount, op, "", format, args...) }
	words := make([]string, len(acc.Duties))
	for i, d := range acc.Duties {
		words[i] = string(d)
	}
	var err error
	if acc.Duties, err = ParseDuties(words); err != nil {
		return err
	}
	acc.Staff, acc.Name = strings.TrimSpace(acc.Staff), strings.TrimSpace(acc.Name)
	switch {
	case acc.Staff == "":
		return bad("the staff number is missing; a name where the center keeps no roster")
	case utf8.RuneCountInString(acc.Staff) > maxStaff || !plain(acc.Staff):
		return bad("that is no staff number")
	case utf8.RuneCountInString(acc.Name) > maxName || !plain(acc.Name):
		return bad("a name has at most %d characters that can be printed", maxName)
	case len(acc.Duties) == 0:
		return bad("an account has at least one duty")
	}
	name := acc.Staff
	if a.cfg.Staff != nil {
		if acc.Staff, name, err = a.cfg.Staff(acc.Staff); err != nil {
			return err
		}
	}
	if acc.Name == "" {
		acc.Name = name
	}
	return nil
}

func plain(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// Change is what is said anew of an account; nil leaves as it is.
type Change struct {
	Staff  *string `json:"staff,omitempty"`
	Name   *string `json:"name,omitempty"`
	Duties []Duty  `json:"duties,omitempty"` // none: as they are
	// Outside links the account with whom the provider knows by that name; ""
	// ends the link. Either way all sessions of the account end.
	Outside *string `json:"outside,omitempty"`
}

// Edit changes an account. It counts from the next request on.
func (a *Accounts) Edit(by, login string, c Change) error {
	const op = "edit an account"
	return a.change(by, KindEdited, canonical(login), func(r *row, known bool) error {
		if !known {
			return unknown(op, login)
		}
		if c.Staff != nil {
			r.Account.Staff = *c.Staff
		}
		if c.Name != nil {
			r.Account.Name = *c.Name
		}
		if len(c.Duties) > 0 {
			r.Account.Duties = c.Duties
		}
		if c.Outside != nil {
			if err := a.link(op, r, *c.Outside); err != nil {
				return err
			}
		}
		if err := a.check(op, &r.Account); err != nil {
			return err
		}
		return a.operatorRemains(op, r.Account)
	})
}

// Disable ends every session of an account, and lets nobody sign in with it.
func (a *Accounts) Disable(by, login string) error {
	const op = "disable an account"
	return a.change(by, KindDisabled, canonical(login), func(r *row, known bool) error {
		if !known {
			return unknown(op, login)
		}
		r.Account.Disabled = true
		r.Epoch++
		return a.operatorRemains(op, r.Account)
	})
}

// Enable lets somebody sign in again: after Disable, and at once where wrong
// tries locked them out.
func (a *Accounts) Enable(by, login string) error {
	return a.change(by, KindEnabled, canonical(login), func(r *row, known bool) error {
		if !known {
			return unknown("enable an account", login)
		}
		r.Account.Disabled, r.Tries, r.Places = false, tally{}, nil
		return nil
	})
}

// Reset gives an account a new password, told once, and takes its PIN and its
// sessions away.
func (a *Accounts) Reset(ctx context.Context, by, login string) (initial string, err error) {
	initial, hash, err := a.fresh(ctx)
	if err != nil {
		return "", err
	}
	err = a.change(by, KindReset, canonical(login), func(r *row, known bool) error {
		if !known {
			return unknown("reset a password", login)
		}
		r.Password, r.PIN, r.Tries, r.Places, r.PINs = hash, "", tally{}, nil, 0
		r.Account.MustChange = true
		r.Epoch++
		return nil
	})
	if err != nil {
		return "", err
	}
	return initial, nil
}

func unknown(op, login string) error {
	return refusal.Newf(refusal.NotFound, op, "'tongban account list' shows them", "there is no account %.40q", login)
}

// operatorRemains refuses with LastOperator a change after which nobody could
// manage the accounts. It is called under the book's lock.
func (a *Accounts) operatorRemains(op string, changed Account) error {
	operates := func(acc Account) bool { return !acc.Disabled && acc.Duties.Has(Operator) }
	if operates(changed) {
		return nil
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	if !operates(a.rows[changed.Login].Account) {
		return nil // it was none before
	}
	for login, r := range a.rows {
		if login != changed.Login && operates(r.Account) {
			return nil
		}
	}
	return refusal.Newf(LastOperator, op, "give another account the duty operator first", "%s is the only one who may manage the accounts", changed.Login)
}

// change writes one change of an account, with its entry in the book. plan is
// called under the book's lock with a copy of the row, and changes it.
func (a *Accounts) change(by, kind, login string, plan func(r *row, known bool) error) error {
	by = strings.TrimSpace(by)
	if by == "" {
		return refusal.Newf(refusal.Malformed, "change an account", "name yourself with --staff", "nobody is named as acting")
	}
	return a.write(by, kind, login, func(r *row, known bool) (Note, error) {
		before, linked := r.Account.Duties, r.Account.Outside
		if err := plan(r, known); err != nil {
			return Note{}, err
		}
		n := Note{Staff: r.Account.Staff, Name: r.Account.Name}
		if !slices.Equal(before, r.Account.Duties) {
			n.Before, n.Duties = before, r.Account.Duties
		}
		if linked != r.Account.Outside {
			n.Linked = cmp.Or(r.Account.Outside, "-")
		}
		return n, nil
	})
}

// write appends an entry about an account together with its changed row.
func (a *Accounts) write(by, kind, login string, plan func(r *row, known bool) (Note, error)) error {
	var next row
	_, err := a.book.Append(journal.Call{Staff: by}, journal.Change{
		Plan: func() ([]journal.Draft, error) {
			var known bool
			next, known = a.get(login)
			next.Account.Duties = slices.Clone(next.Account.Duties)
			n, err := plan(&next, known)
			if err != nil {
				return nil, err
			}
			return []journal.Draft{{Kind: kind, Entity: login, Body: n}}, nil
		},
		With: func(txn *badger.Txn, _ []journal.Entry) error {
			return txn.Set([]byte(rowPrefix+login), wire.Encode(next))
		},
		Done: func([]journal.Entry) error {
			a.mu.Lock()
			defer a.mu.Unlock()
			a.rows[login] = next
			// What is in memory counts tries that are still under way: it is
			// forgotten only by what forgets it.
			switch kind {
			case KindEnabled, KindReset:
				maps.DeleteFunc(a.tries, func(s spot, _ tally) bool { return s.login == login })
				delete(a.pins, login)
			case KindSignedIn, KindOpened, KindPassword, KindSignedInOIDC, KindOpenedOIDC, KindSwitched, KindOpenedByPIN, KindPINSet, KindPINRemoved:
				delete(a.pins, login)
			}
			return nil
		},
	})
	return err
}

// unwritable: the book takes nothing in. People still sign in and out, to see
// why, and the log says so in the book's place.
func unwritable(err error) bool {
	return err != nil && slices.Contains([]refusal.Code{refusal.Fenced, refusal.DiskFull}, refusal.CodeOf(err))
}

// errNobody is inside WrongPassword: what was wrong is not told.
var errNobody = errors.New("the login or the password is wrong")
