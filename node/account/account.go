// Package account is who may work at a center's screens: accounts with their
// passwords and PINs, the duties that each is trusted with, and the sessions in
// which they are signed in.
//
// It must never keep a password or a PIN in the clear, never write one to a log
// or a book, never tell a stranger whether an account exists, and never decide
// what may be done with a case: it says who asks and with which duties, the
// desk and the rules say the rest. Accounts are a center's own and go to no
// other node.
//
// # Wrong tries
//
// Wrong passwords are counted three times over, known login or not: of an
// account from one address (5 are free), of an account from wherever they come
// (20), and of an address for whatever account (20). From the last free one on,
// each wrong try shuts what it was counted for: for a minute first, twice as
// long each time, an hour at most. What is shut for an account from everywhere
// is not shut for addresses known to it: those at which it signed in during the
// last 30 days, and this machine itself; tries from there are not counted for
// it either. So a stranger on the line shuts an account out for other
// strangers, and not for whoever works with it. Tries are forgotten a day, of
// an address ten minutes, after the last one; whoever manages the accounts ends
// a lock-out at once.
package account

import (
	"time"

	"tongban/consensus/refusal"
)

// Account is one person at one center's screens.
type Account struct {
	Login  string `cbor:"1,keyasint" json:"login"` // lower case, 2 to 32 of a-z 0-9 . _ -
	Staff  string `cbor:"2,keyasint" json:"staff"` // the staff number of the roster; every seal names it. A name where the center keeps no roster
	Name   string `cbor:"3,keyasint" json:"name"`  // as the screens say it
	Duties Duties `cbor:"4,keyasint" json:"duties"`

	Created    int64 `cbor:"5,keyasint" json:"created"`                           // Unix milliseconds
	Disabled   bool  `cbor:"6,keyasint,omitempty" json:"disabled,omitempty"`      //
	MustChange bool  `cbor:"7,keyasint,omitempty" json:"must_change,omitempty"`   // the password was given by somebody else
	HasPIN     bool  `cbor:"8,keyasint,omitempty" json:"has_pin,omitempty"`       //
	Locked     int64 `cbor:"9,keyasint,omitempty" json:"locked_until,omitempty"`  // Unix milliseconds; 0: not
	SignedIn   int64 `cbor:"10,keyasint,omitempty" json:"signed_in_at,omitempty"` // the last time

	// Outside is by what name the center's OpenID provider knows its owner; "":
	// the account is linked with nobody there. No two accounts have the same.
	Outside string `cbor:"11,keyasint,omitempty" json:"outside,omitempty"`
}

// Session is somebody at a screen. The zero value is nobody.
type Session struct {
	Account
	Present []Present // who signed in at this screen today, and may come back by PIN; the one in front of it is one of them
	Shut    bool      // the screen locked itself or was locked: a PIN or a password opens it, nothing else is answered
	Since   time.Time // when the one in front of it came
	Vouched bool      // by the provider, without a password: MustChange does not hold them up
	Fresh   bool      // Vouched a moment ago: they choose a password or a PIN without giving the one they have
}

// Present is somebody who signed in at a screen.
type Present struct {
	Login string `json:"login"`
	Name  string `json:"name"`
	PIN   bool   `json:"pin"` // has one
}

// The refusals of the accounts. The codes are for good. A wrong login and a
// wrong password are the same refusal.
const (
	WrongPassword refusal.Code = "wrong_password"
	LockedOut     refusal.Code = "locked_out"    // too many wrong tries: wait
	WeakPassword  refusal.Code = "weak_password" // too short, too common, or the login itself
	BadAccount    refusal.Code = "bad_account"   // a field of it is wrong
	LastOperator  refusal.Code = "last_operator" // nobody would be left who may manage the accounts
	SignedOut     refusal.Code = "signed_out"    // there is no session, or it ended
	NotTrusted    refusal.Code = "not_trusted"   // none of the account's duties allows that
	NeedPassword  refusal.Code = "need_password" // the PIN is not enough: there is none, it was wrong too often, or nobody of that name signed in here today
	MustChange    refusal.Code = "must_change"   // the password was given by somebody else: choose one first
	ScreenShut    refusal.Code = "screen_shut"   // the screen is locked
	NotLinked     refusal.Code = "not_linked"    // the provider vouches for somebody who has no account here that may sign in
)
