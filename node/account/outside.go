package account

import (
	"strings"
	"unicode/utf8"

	"tongban/consensus/refusal"
	"tongban/intake/journal"
)

// link says with whom at the provider an account is linked; "": with nobody. It
// is called under the book's lock.
func (a *Accounts) link(op string, r *row, outside string) error {
	outside = strings.TrimSpace(outside)
	bad := func(format string, args ...any) error { return refusal.Newf(BadAccount, op, "", format, args...) }
	switch {
	case outside != "" && a.cfg.Provider == "":
		return bad("this node asks no provider: api.oidc in its configuration names one")
	case utf8.RuneCountInString(outside) > maxOutside || !plain(outside):
		return bad("the name at the provider has at most %d characters that can be printed", maxOutside)
	}
	if other, ok := a.linked(outside); ok && other.Account.Login != r.Account.Login {
		return refusal.Newf(refusal.Conflict, op, "", "%s is linked with that name already", other.Account.Login)
	}
	if outside == r.Account.Outside && r.Source == a.cfg.Provider {
		return nil
	}
	r.Account.Outside, r.Source = outside, a.cfg.Provider
	if outside == "" {
		r.Source = ""
	}
	r.Epoch++
	return nil
}

// Links reports whether there is a provider with which accounts may be linked.
func (a *Accounts) Links() bool { return a.cfg.Provider != "" }

// linked finds the account that is linked with somebody at the provider.
func (a *Accounts) linked(outside string) (row, bool) {
	if outside == "" || a.cfg.Provider == "" {
		return row{}, false
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	for _, r := range a.rows {
		if r.Account.Outside == outside && r.Source == a.cfg.Provider {
			return r, true
		}
	}
	return row{}, false
}

// vouched signs in for whom the provider vouched; kind is the entry that it
// writes. Whoever is linked with no account, or with one that is disabled, is
// told the same, and counted for their address.
func (a *Accounts) vouched(kind, outside, from string) (row, error) {
	where := place(from)
	r, ok := a.linked(outside)
	if err := a.locked(r.Account.Login, where); err != nil {
		return row{}, err
	}
	if ok && !r.Account.Disabled {
		return a.enter(kind, r.Account.Login, from, r.Epoch)
	}
	_, err := a.book.Add("", journal.Draft{Kind: KindNotLinked, Entity: r.Account.Login, Body: Note{From: from}}, nil)
	if err != nil {
		a.cfg.Log.Warn("a try to sign in is missing from the accounts' book", "kind", KindNotLinked, "err", err)
	}
	a.mu.Lock()
	until := int64(0)
	if where != "" {
		until = a.wrongLocked(at(where), ofAddress)
	}
	a.mu.Unlock()
	a.wrong("", "", from, shut{address: until})
	return row{}, refusal.Newf(NotLinked, "sign in", "whoever manages the accounts links yours with it", "no account here that may sign in is linked with that name")
}
