package account

import (
	"context"

	"tongban/consensus/chain"
	"tongban/intake/journal"
)

// The entries of the accounts' book.
const (
	KindCreated       = "created"
	KindEdited        = "edited"
	KindDisabled      = "disabled"
	KindEnabled       = "enabled"
	KindReset         = "reset" // a new password by somebody else
	KindPassword      = "password_changed"
	KindPINSet        = "pin_set"
	KindPINRemoved    = "pin_removed"
	KindSignedIn      = "signed_in"
	KindSwitched      = "switched" // came to the front of a screen by PIN
	KindOpened        = "opened"   // opened a screen that was locked, by password
	KindOpenedByPIN   = "opened_by_pin"
	KindSignedInOIDC  = "signed_in_by_oidc"
	KindOpenedOIDC    = "opened_by_oidc"
	KindNotLinked     = "not_linked" // the provider vouched for whoever has no account, or one that is disabled
	KindSignedOut     = "signed_out"
	KindWrongPassword = "wrong_password"
	KindWrongPIN      = "wrong_pin"
	KindLockedOut     = "locked_out" // after too many wrong tries: an account at one address, or at all of them; an address
)

// Note is what an entry says beside its kind, the account and who acted. It
// never holds a password, a PIN, or what was typed for a login that nobody has:
// that is often a password.
type Note struct {
	From   string `cbor:"1,keyasint,omitempty" json:"from,omitempty"` // address
	Staff  string `cbor:"2,keyasint,omitempty" json:"of_staff,omitempty"`
	Name   string `cbor:"3,keyasint,omitempty" json:"name,omitempty"`
	Before Duties `cbor:"4,keyasint,omitempty" json:"duties_before,omitempty"` // where they changed
	Duties Duties `cbor:"5,keyasint,omitempty" json:"duties,omitempty"`
	Until  int64  `cbor:"6,keyasint,omitempty" json:"until,omitempty"`  // of a lock-out, Unix milliseconds
	Linked string `cbor:"7,keyasint,omitempty" json:"linked,omitempty"` // with whom at the provider, where that changed; "-": with nobody any more
}

// Line is one entry of the book for people.
type Line struct {
	Seq   uint64 `json:"seq"`
	At    int64  `json:"at"`              // Unix milliseconds
	Staff string `json:"staff,omitempty"` // who acted
	Kind  string `json:"kind"`
	Login string `json:"login,omitempty"` // the account; "": none, as of an address
	Note
}

// Query chooses entries of the book.
type Query struct {
	Login  string // "": all
	Before uint64 // number of the last entry of the page before; 0: the newest
	Limit  int    // 0: 100; at most 1000
}

// Audit is a page of the book, the newest entry first.
type Audit struct {
	Lines  []Line `json:"lines"`
	Before uint64 `json:"before,omitempty"` // of the next page; 0: there is none
}

// maxLook is how many entries are looked at for one page.
const maxLook = 20_000

// Audit lists the book. A page about one account may be short, and even empty,
// with a Before: the search goes on from there.
func (a *Accounts) Audit(q Query) (Audit, error) {
	if q.Limit <= 0 || q.Limit > 1000 {
		q.Limit = min(max(q.Limit, 100), 1000)
	}
	out, looked := Audit{Lines: []Line{}}, 0
	login := canonical(q.Login)
	err := a.book.Each(q.Before, func(e journal.Entry) (bool, error) {
		looked++
		if login == "" || e.Entity == login {
			l := Line{Seq: e.Seq, At: e.At, Staff: e.Staff, Kind: e.Kind, Login: e.Entity}
			if err := e.Decode(&l.Note); err != nil {
				return false, err
			}
			out.Lines = append(out.Lines, l)
		}
		if len(out.Lines) == q.Limit || looked == maxLook {
			out.Before = e.Seq
			return false, nil
		}
		return true, nil
	})
	if out.Before == 1 {
		out.Before = 0
	}
	return out, err
}

// Verify checks the book from its first entry.
func (a *Accounts) Verify(ctx context.Context) (chain.Head, error) { return a.book.Verify(ctx, nil) }
