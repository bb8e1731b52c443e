package account

import (
	"cmp"
	"slices"
	"time"
)

// spot is what wrong tries are counted for: a login from one address, a login
// from everywhere, or an address whatever the login.
type spot struct{ login, where string }

// everywhere is an account from wherever. No address is called that.
func everywhere(login string) spot { return spot{login, "*"} }

// at is an address, whatever the login.
func at(where string) spot { return spot{"", where} }

// tried is what a row keeps of the wrong tries from one address.
type tried struct {
	Where string `cbor:"1,keyasint"`
	Tries tally  `cbor:"2,keyasint"`
}

// known is an address at which an account signed in.
type known struct {
	Where string `cbor:"1,keyasint"`
	At    int64  `cbor:"2,keyasint"` // the last time, Unix milliseconds
}

const (
	maxPlaces = 16 // who has more addresses than that is stopped as from everywhere
	maxKnown  = 8
	knownFor  = 30 * 24 * time.Hour
)

// knows reports whether an account signed in at an address lately.
func (r *row) knows(where string, now time.Time) bool {
	return slices.ContainsFunc(r.Known, func(k known) bool {
		return k.Where == where && now.Sub(time.UnixMilli(k.At)) < knownFor
	})
}

// meet notes that an account signed in at an address, and that what was wrong
// from there is forgotten.
func (r *row) meet(where string, now time.Time) {
	r.Places = slices.DeleteFunc(slices.Clone(r.Places), func(p tried) bool { return p.Where == where })
	if where == "" {
		return
	}
	rest := slices.DeleteFunc(slices.Clone(r.Known), func(k known) bool { return k.Where == where })
	r.Known = append(rest[max(0, len(rest)-maxKnown+1):], known{where, now.UnixMilli()})
}

// blame keeps what was wrong from an address; of too many addresses the one
// that tried longest ago gives way.
func (r *row) blame(where string, t tally) {
	all := slices.DeleteFunc(slices.Clone(r.Places), func(p tried) bool { return p.Where == where })
	all = append(all, tried{where, t})
	slices.SortStableFunc(all, func(x, y tried) int { return cmp.Compare(x.Tries.Last, y.Tries.Last) })
	r.Places = all[max(0, len(all)-maxPlaces):]
}

// tally counts the wrong tries for one spot.
type tally struct {
	Wrong int   `cbor:"1,keyasint,omitempty"`
	Last  int64 `cbor:"2,keyasint,omitempty"` // of them, Unix milliseconds
	Until int64 `cbor:"3,keyasint,omitempty"` // nothing is tried before
}

// lockout is when wrong tries stop further ones: from the free-th on for
// firstWait, twice as long after each more, at most mostWait. They are
// forgotten once there was none for so long.
type lockout struct {
	free   int
	forget time.Duration
}

const (
	firstWait = time.Minute
	mostWait  = time.Hour
)

// A clerk mistypes; a whole office may come from one address.
var (
	ofPair    = lockout{free: 5, forget: 24 * time.Hour}
	ofAccount = lockout{free: 20, forget: 24 * time.Hour}
	ofAddress = lockout{free: 20, forget: 10 * time.Minute}
)

// locked is how long nothing may be tried yet, 0 where something may.
func (t tally) locked(now time.Time) time.Duration {
	return max(0, time.Duration(t.Until-now.UnixMilli())*time.Millisecond)
}

// wrong counts one more.
func (l lockout) wrong(t tally, now time.Time) tally {
	t = l.settle(t, now)
	t.Wrong, t.Last = t.Wrong+1, now.UnixMilli()
	if over := t.Wrong - l.free; over >= 0 {
		t.Until = now.Add(min(firstWait<<min(over, 10), mostWait)).UnixMilli()
	}
	return t
}

// settle forgets what is long past.
func (l lockout) settle(t tally, now time.Time) tally {
	if now.UnixMilli() > max(t.Last, t.Until)+l.forget.Milliseconds() {
		return tally{}
	}
	return t
}
