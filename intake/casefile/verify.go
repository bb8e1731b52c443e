package casefile

import (
	"tongban/consensus/chain"
)

// Verify checks a whole log: chain, seals, keys at the Register index of each
// event, custody and competence. It returns the state that it folds to. The
// first record that does not hold is named by a *chain.Fault, whose reason is
// a refusal; the state returned with it is the last good one.
func Verify(reg Register, id ID, records [][]byte) (State, error) {
	return Extend(reg, New(id), records)
}

// Extend checks records that continue a log already verified.
func Extend(reg Register, s State, records [][]byte) (State, error) {
	for _, b := range records {
		next, err := verifyOne(reg, s, b)
		if err != nil {
			return s, &chain.Fault{Log: string(s.ID), Index: s.Head.Index + 1, Reason: err}
		}
		s = next
	}
	return s, nil
}

func verifyOne(reg Register, s State, b []byte) (State, error) {
	r, err := Read(b)
	if err != nil {
		return s, err
	}
	e := &r.Event
	if err := checkLink(&s, e); err != nil {
		return s, err
	}
	key, err := authorKey(reg, &s, e)
	if err != nil {
		return s, err
	}
	if err := r.Seal.Verify(chain.EventDomain, key); err != nil {
		return s, refuse(BadSeal, e, "%w", err)
	}
	if err := Check(reg, s, *e); err != nil {
		return s, err
	}
	return Apply(s, r)
}
