package account

import "time"

// tally counts the wrong tries of one account, or from one address.
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
	ofAccount = lockout{free: 5, forget: 24 * time.Hour}
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
