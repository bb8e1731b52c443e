package account

import "tongban/consensus/refusal"

// Proposed is an account as Create would make it; it refuses what Create would
// refuse of it by itself. That its login may be taken, or the center full, is
// not looked at.
func (a *Accounts) Proposed(acc Account) (Account, error) {
	const op = "make an account"
	acc = Account{Login: canonical(acc.Login), Staff: acc.Staff, Name: acc.Name, Duties: acc.Duties, Created: a.cfg.Now().UnixMilli(), MustChange: true}
	if !loginShape.MatchString(acc.Login) {
		return acc, refusal.Newf(BadAccount, op, "such as zhang.min or ck3", "a login has 2 to 32 of a-z 0-9 . _ -")
	}
	return acc, a.check(op, &acc)
}
