package account

import (
	"cmp"
	"context"
	"maps"
	"strings"
	"time"

	"tongban/consensus/refusal"
	"tongban/intake/journal"
	"tongban/node/visitor"
)

// maxPINs is how many wrong PINs an account may have before a password is
// asked for again.
const maxPINs = 3

// maxTallies bounds what is remembered of wrong tries; far more than accounts
// and offices there are.
const maxTallies = 20_000

// place is an address as wrong tries are counted by. Which addresses are one is
// visitor.Asker's word: from is what it said.
func place(from string) string {
	if from == "" {
		return ""
	}
	return "from " + clip(from, 64)
}

func clip(s string, most int) string {
	if len(s) > most {
		s = s[:most]
	}
	return s
}

// password signs somebody in; kind is the entry that it writes.
func (a *Accounts) password(ctx context.Context, kind, login, password, from string) (row, error) {
	r, err := a.prove(ctx, login, password, from)
	if err != nil {
		return row{}, err
	}
	return a.enter(kind, r.Account.Login, from, r.Epoch)
}

// prove finds whose password that is, or refuses: with WrongPassword whatever
// was wrong, with LockedOut after too many wrong tries, by login and by address,
// no matter whether anybody has that login.
func (a *Accounts) prove(ctx context.Context, login, password, from string) (row, error) {
	login = cmp.Or(clip(canonical(login), 64), " ")
	where := place(from)
	if err := a.locked(login, where); err != nil {
		return row{}, err
	}
	leave, err := a.hasher.turn(ctx)
	if err != nil {
		return row{}, err
	}
	defer leave()
	// Counted before it is tried: many at once are no more than one after the
	// other.
	until, err := a.count(login, where)
	if err != nil {
		return row{}, err
	}
	if len(password) > maxSecret {
		password = "" // which nobody has
	}
	r, known := a.get(login)
	if right := a.hasher.matches(r.Password, password); !right || !known || r.Account.Disabled {
		a.wrong(KindWrongPassword, login, from, until)
		return row{}, refusal.New(WrongPassword, "sign in", "", errNobody)
	}
	a.right(login, where)
	return r, nil
}

// enter writes that somebody came, and forgets the wrong tries before.
func (a *Accounts) enter(kind, login, from string, epoch uint32) (row, error) {
	var now row
	r, _ := a.get(login)
	err := a.write(r.Account.Staff, kind, login, func(r *row, known bool) (Note, error) {
		if !known || r.Account.Disabled || r.Epoch != epoch { // meanwhile
			return Note{}, refusal.New(WrongPassword, "sign in", "", errNobody)
		}
		switch kind { // a PIN says nothing of who tries passwords
		case KindSignedIn, KindOpened, KindSignedInOIDC, KindOpenedOIDC:
			a.mu.RLock()
			r.Tries = a.tries[everywhere(login)]
			a.mu.RUnlock()
			r.meet(place(from), a.cfg.Now())
			r.Account.SignedIn = a.cfg.Now().UnixMilli()
		}
		r.PINs = 0
		now = *r
		return Note{From: from}, nil
	})
	if unwritable(err) {
		a.cfg.Log.Warn("somebody signs in although nothing can be written", "login", login, "kind", kind, "err", err)
		a.mu.Lock()
		defer a.mu.Unlock()
		a.pins[login] = 0
		return a.rows[login], nil
	}
	return now, err
}

// locked refuses with LockedOut.
func (a *Accounts) locked(login, where string) error {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.lockedLocked(login, where)
}

func (a *Accounts) lockedLocked(login, where string) error {
	now := a.cfg.Now()
	wait := max(a.tries[spot{login, where}].locked(now), a.tries[at(where)].locked(now))
	if !a.homeLocked(login, where) {
		wait = max(wait, a.tries[everywhere(login)].locked(now))
	}
	if wait > 0 {
		return refusal.Newf(LockedOut, "sign in", "wait, or ask whoever manages the accounts",
			"too many wrong tries: the next is taken in %s", wait.Round(time.Second))
	}
	return nil
}

// homeLocked reports whether an address is one at which an account is at home:
// tries from elsewhere do not shut it out there.
func (a *Accounts) homeLocked(login, where string) bool {
	if from, said := strings.CutPrefix(where, "from "); said && visitor.Here(from) {
		return true
	}
	r := a.rows[login]
	return r.knows(where, a.cfg.Now())
}

// shut is until when nothing more is taken after a try, in Unix milliseconds; 0
// where it shut nothing.
type shut struct{ pair, account, address int64 }

// count counts a try as wrong before it is known to be, and tells what it shuts
// if it is.
func (a *Accounts) count(login, where string) (until shut, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.lockedLocked(login, where); err != nil {
		return until, err
	}
	if len(a.tries) > maxTallies {
		a.forgetLocked(a.cfg.Now())
	}
	until.pair = a.wrongLocked(spot{login, where}, ofPair)
	if !a.homeLocked(login, where) {
		until.account = a.wrongLocked(everywhere(login), ofAccount)
	}
	if where != "" {
		until.address = a.wrongLocked(at(where), ofAddress)
	}
	return until, nil
}

// wrongLocked counts one more wrong try for a spot, and tells until when that
// shuts it.
func (a *Accounts) wrongLocked(s spot, by lockout) int64 {
	before := a.tries[s]
	after := by.wrong(before, a.cfg.Now())
	a.tries[s] = after
	if after.Until == before.Until {
		return 0
	}
	return after.Until
}

// forgetLocked drops what is past; where that is not enough, whatever locks
// nothing.
func (a *Accounts) forgetLocked(now time.Time) {
	maps.DeleteFunc(a.tries, func(_ spot, t tally) bool { return ofAccount.settle(t, now) == (tally{}) })
	if len(a.tries) <= maxTallies {
		return
	}
	maps.DeleteFunc(a.tries, func(s spot, t tally) bool {
		_, known := a.rows[s.login]
		return !known && t.locked(now) == 0
	})
}

// right takes back that a try was counted: all tries of the account from that
// address, and this one of the others, where strangers may have been wrong.
func (a *Accounts) right(login, where string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.tries, spot{login, where})
	take := func(s spot, by lockout) {
		t, ok := a.tries[s]
		if !ok || t.Wrong == 0 {
			return
		}
		t.Wrong--
		if t.Wrong < by.free {
			t.Until = 0
		}
		a.tries[s] = t
	}
	take(at(where), ofAddress)
	if !a.homeLocked(login, where) {
		take(everywhere(login), ofAccount)
	}
}

// wrong writes down that a try was wrong, and that it was one too many. Of a
// login that nobody has only the latter, and without the login.
func (a *Accounts) wrong(kind, login, from string, until shut) {
	note := func(kind, login string, n Note) {
		var err error
		if login == "" {
			_, err = a.book.Add("", journal.Draft{Kind: kind, Body: n}, nil)
		} else {
			err = a.write("", kind, login, func(r *row, _ bool) (Note, error) {
				a.mu.RLock()
				defer a.mu.RUnlock()
				where := place(from)
				r.Tries, r.PINs = a.tries[everywhere(login)], a.pins[login]
				if t, ok := a.tries[spot{login, where}]; ok {
					r.blame(where, t)
				}
				return n, nil
			})
		}
		if err != nil { // the try was refused all the same
			a.cfg.Log.Warn("a wrong try is missing from the accounts' book", "kind", kind, "err", err)
		}
	}
	if _, known := a.get(login); known {
		note(kind, login, Note{From: from})
		if until.pair != 0 {
			note(KindLockedOut, login, Note{From: from, Until: until.pair})
		}
		if until.account != 0 {
			note(KindLockedOut, login, Note{Until: until.account})
		}
	}
	if until.address != 0 {
		note(KindLockedOut, "", Note{From: from, Until: until.address})
	}
}

// pin lets somebody come back by PIN, who signed in here by password today.
// NeedPassword where there is none, or it was wrong too often.
func (a *Accounts) pin(ctx context.Context, kind, login, pin, from string) (row, error) {
	const op = "switch by PIN"
	leave, err := a.hasher.turn(ctx)
	if err != nil {
		return row{}, err
	}
	defer leave()
	r, known := a.get(login)
	if !known || r.PIN == "" || r.Account.Disabled {
		return row{}, refusal.Newf(NeedPassword, op, "sign in with the password", "there is no PIN")
	}
	a.mu.Lock()
	spent := a.pins[login] >= maxPINs
	if !spent {
		a.pins[login]++ // before it is tried, as a password
	}
	a.mu.Unlock()
	if spent {
		return row{}, refusal.Newf(NeedPassword, op, "sign in with the password", "the PIN was wrong too often")
	}
	if !pinShaped(pin) || !a.hasher.matches(r.PIN, pin) {
		a.wrong(KindWrongPIN, login, from, shut{})
		return row{}, refusal.Newf(WrongPassword, op, "", "the PIN is wrong")
	}
	return a.enter(kind, login, from, r.Epoch)
}

// changePassword gives somebody the password that they choose; every other
// session of theirs ends. It gives the epoch of those that go on.
func (a *Accounts) changePassword(ctx context.Context, who Session, old, chosen, from string) (row, error) {
	const op = "change the password"
	login := who.Login
	if err := checkPassword(op, login, chosen); err != nil {
		return row{}, err
	}
	if chosen == old {
		return row{}, refusal.Newf(WeakPassword, op, "", "that is the password which you have")
	}
	hash, err := a.proven(ctx, who, old, from, chosen)
	if err != nil {
		return row{}, err
	}
	return a.own(KindPassword, login, from, func(r *row) {
		r.Password, r.Account.MustChange, r.PINs = hash, false, 0
		r.Epoch++
	})
}

// setPIN gives somebody a PIN, or takes it away ("").
func (a *Accounts) setPIN(ctx context.Context, who Session, password, pin, from string) error {
	kind := KindPINRemoved
	if pin != "" {
		kind = KindPINSet
		if err := checkPIN("set a PIN", pin); err != nil {
			return err
		}
	}
	hash, err := a.proven(ctx, who, password, from, pin)
	if err != nil {
		return err
	}
	_, err = a.own(kind, who.Login, from, func(r *row) { r.PIN, r.PINs = hash, 0 })
	return err
}

// proven checks somebody's password once more, where the provider did not vouch
// for them just now, and hashes what they choose.
func (a *Accounts) proven(ctx context.Context, who Session, password, from, chosen string) (hash string, err error) {
	if !who.Fresh {
		if _, err := a.prove(ctx, who.Login, password, from); err != nil {
			return "", err
		}
	}
	if chosen == "" {
		return "", nil
	}
	leave, err := a.hasher.turn(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return a.hasher.hash(chosen)
}

// own writes what somebody changes of their own account.
func (a *Accounts) own(kind, login, from string, edit func(*row)) (row, error) {
	var now row
	r, _ := a.get(login)
	err := a.write(r.Account.Staff, kind, login, func(r *row, known bool) (Note, error) {
		if !known || r.Account.Disabled {
			return Note{}, refusal.New(WrongPassword, "change an account", "", errNobody)
		}
		edit(r)
		r.meet(place(from), a.cfg.Now())
		now = *r
		return Note{From: from}, nil
	})
	return now, err
}
