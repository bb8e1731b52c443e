package account

import (
	"crypto/rand"
	"encoding/base32"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/workday"
	"tongban/consensus/wire"
)

// maxScreens is how many screens are kept; past it the one that was left alone
// longest gives way.
const maxScreens = 4000

// screen is one browser, and who is at it.
type screen struct {
	id string

	mu   sync.Mutex
	row  screenRow // guarded by mu
	seen int64     // guarded by mu: when anybody did anything, Unix milliseconds; the row may be up to keepSeen behind
	gone bool      // guarded by mu: nobody comes back to it
}

// keepSeen is how far a row's Seen may be behind: not every look at a page
// needs a write.
const keepSeen = time.Minute

// screenRow is a screen as it is kept.
type screenRow struct {
	Front  string   `cbor:"1,keyasint,omitempty"` // login; "": nobody, though somebody may come back by PIN
	Since  int64    `cbor:"2,keyasint,omitempty"`
	Seen   int64    `cbor:"3,keyasint"`
	Shut   bool     `cbor:"4,keyasint,omitempty"`
	People []person `cbor:"5,keyasint"`
	From   string   `cbor:"6,keyasint,omitempty"` // address of the last sign-in
	// Incarnation is that of the node at which people signed in: a node that was
	// restored, or came in again, is another one.
	Incarnation uint32 `cbor:"7,keyasint"`
}

// person is somebody who signed in at a screen, by password or by the provider.
type person struct {
	Login string `cbor:"1,keyasint"`
	At    int64  `cbor:"2,keyasint"`
	Epoch uint32 `cbor:"3,keyasint"`

	Vouched bool `cbor:"4,keyasint,omitempty"` // by the provider
}

func (r *screenRow) find(login string) (person, bool) {
	i := slices.IndexFunc(r.People, func(p person) bool { return p.Login == login })
	if i < 0 {
		return person{}, false
	}
	return r.People[i], true
}

// arrive puts somebody in front of the screen. A password begins their time at
// it anew.
func (r *screenRow) arrive(p person, now int64) {
	r.leave(p.Login)
	r.People = append(r.People, p)
	r.Front, r.Since, r.Shut, r.Seen = p.Login, now, false, now
}

// leave takes somebody away from the screen.
func (r *screenRow) leave(login string) {
	r.People = slices.DeleteFunc(slices.Clone(r.People), func(p person) bool { return p.Login == login })
	if r.Front == login {
		r.Front, r.Since, r.Shut = "", 0, false
	}
}

func newScreenID() string {
	b := make([]byte, 20)
	rand.Read(b) // never fails
	return base32.StdEncoding.EncodeToString(b)
}

// settleLocked brings a screen to what it is now: whoever was disabled, has a
// new password, signed in too long ago or (behind the front) on another day is
// no longer there, and a screen left alone is shut, and at last given up.
func (s *Sessions) settleLocked(sc *screen) {
	now := s.accounts.cfg.Now()
	if sc.gone {
		return
	}
	if now.Sub(time.UnixMilli(sc.seen)) > s.cfg.Idle || sc.row.Incarnation != s.accounts.cfg.Self().Incarnation {
		sc.row, sc.gone = screenRow{}, true
		return
	}
	today := workday.DateOf(now)
	for _, p := range slices.Clone(sc.row.People) {
		r, known := s.accounts.get(p.Login)
		at := time.UnixMilli(p.At)
		if !known || r.Account.Disabled || r.Epoch != p.Epoch || now.Sub(at) > s.cfg.Absolute ||
			p.Login != sc.row.Front && workday.DateOf(at) != today {
			sc.row.leave(p.Login)
		}
	}
	if len(sc.row.People) == 0 {
		sc.row, sc.gone = screenRow{}, true
		return
	}
	if sc.row.Front != "" && now.Sub(time.UnixMilli(sc.seen)) > s.cfg.ShutAfter {
		sc.row.Shut = true
	}
}

// sessionLocked is a settled screen as a session.
func (s *Sessions) sessionLocked(sc *screen) (Session, error) {
	var out Session
	for _, p := range sc.row.People {
		if acc, ok := s.accounts.Get(p.Login); ok {
			out.Present = append(out.Present, Present{Login: acc.Login, Name: acc.Name, PIN: acc.HasPIN})
		}
	}
	if sc.gone || sc.row.Front == "" {
		return out, signedOut()
	}
	out.Account, _ = s.accounts.Get(sc.row.Front)
	out.Shut, out.Since = sc.row.Shut, time.UnixMilli(sc.row.Since)
	if p, _ := sc.row.find(sc.row.Front); p.Vouched {
		out.Vouched, out.Account.MustChange = true, false
		// Not by a PIN since: four digits are no proof for a password.
		out.Fresh = p.At == sc.row.Since && s.accounts.cfg.Now().Sub(time.UnixMilli(p.At)) < freshFor
	}
	return out, nil
}

// saveLocked writes a screen, or what is left of one that is given up.
func (s *Sessions) saveLocked(sc *screen) error {
	if sc.gone {
		s.mu.Lock()
		delete(s.screens, sc.id)
		s.mu.Unlock()
	}
	sc.row.Seen = sc.seen
	return s.accounts.cfg.DB.Update(func(txn *badger.Txn) error {
		key := []byte(screenPrefix + sc.id)
		if sc.gone {
			return txn.Delete(key)
		}
		// The database drops what nobody came back to.
		return txn.SetEntry(badger.NewEntry(key, wire.Encode(sc.row)).WithTTL(s.rowLife()))
	})
}

func (s *Sessions) rowLife() time.Duration { return max(s.cfg.Absolute, s.cfg.Idle) + time.Hour }

// add puts a new screen among the others, locked, after it has dropped those
// that are over.
func (s *Sessions) add() *screen {
	s.sweep()
	sc := &screen{id: newScreenID(), seen: s.accounts.cfg.Now().UnixMilli()}
	sc.row.Incarnation = s.accounts.cfg.Self().Incarnation
	sc.mu.Lock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.screens[sc.id] = sc
	return sc
}

// sweep drops the screens that are over, and of too many the one that was left
// alone longest.
func (s *Sessions) sweep() {
	s.mu.Lock()
	all := slices.Collect(maps.Values(s.screens))
	s.mu.Unlock()
	var oldest *screen
	left, since := 0, int64(0)
	for _, sc := range all {
		sc.mu.Lock()
		s.settleLocked(sc)
		gone, seen := sc.gone, sc.seen
		if gone {
			s.dropLocked(sc)
		}
		sc.mu.Unlock()
		if gone {
			continue
		}
		if left++; oldest == nil || seen < since {
			oldest, since = sc, seen
		}
	}
	if left < maxScreens {
		return
	}
	oldest.mu.Lock()
	defer oldest.mu.Unlock()
	oldest.row, oldest.gone = screenRow{}, true
	s.dropLocked(oldest)
}

// dropLocked deletes a screen that is given up. Where that fails it is found
// again at the next start, and is over then too.
func (s *Sessions) dropLocked(sc *screen) {
	if err := s.saveLocked(sc); err != nil {
		s.accounts.cfg.Log.Warn("drop a screen that is over", "err", err)
	}
}
