package register

import (
	"fmt"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// Listing is a center as the directory shows it.
type Listing struct {
	Center
	Highest uint32 `json:"highest"`           // incarnation ever granted
	Since   Index  `json:"since"`             // first enrolled
	Updated Index  `json:"updated"`           // last changed
	Revoked Index  `json:"revoked,omitempty"` // 0: it is not
	Reason  string `json:"reason,omitempty"`  // of the revocation
}

func (s centerState) listing() Listing {
	return Listing{s.Center, s.Highest, s.Since, s.Updated, s.Revoked, s.Reason}
}

// PartyKey is one incarnation of a center: the key with which it sealed, from
// which record on, and the record that closed it (0: it may write).
type PartyKey struct {
	Center      area.Center     `json:"center"`
	Incarnation uint32          `json:"incarnation"`
	Key         chain.PublicKey `json:"key"`
	Since       Index           `json:"since"`
	Closed      Index           `json:"closed,omitempty"`
}

// Realm is the id of the realm, which is the name of the journal.
func (r *Register) Realm() string { return r.trust.Realm }

// Trust is what the copy was opened with.
func (r *Register) Trust() Trust { return r.trust }

// Founding is what record 1 says; false until there is one.
func (r *Register) Founding() (Realm, bool) {
	b := &r.sight.Load().base
	return b.Realm, b.Head.Index > 0
}

// Generation is 0 until a lost quorum is recovered.
func (r *Register) Generation() uint32 { return r.sight.Load().base.Generation }

// Feature is the feature level of the realm; 0 before it is founded.
func (r *Register) Feature() uint16 { return r.sight.Load().base.Feature }

// Publisher is the center that publishes for the whole realm.
func (r *Register) Publisher() area.Center { return r.sight.Load().base.Realm.Publisher }

// Center is a directory entry, of a revoked center too.
func (r *Register) Center(c area.Center) (l Listing, ok bool) {
	row := r.centers.get(r, c, func(m *machine) found[centerState] { return finds[centerState](m, centerRow(c)) })
	return row.value.listing(), row.ok
}

// Centers lists the directory under an area ("": all of it) by name, from the
// one after another on ("": the first). limit 0 means no limit: a realm has a
// few thousand.
func (r *Register) Centers(under area.Code, after area.Center, limit int) ([]Listing, error) {
	var found []Listing
	var fault error
	from := ""
	if after != "" {
		from = centerRow(after) + "\x00"
	}
	err := r.scan(centerPrefix, from, func(_ string, value []byte) bool {
		var row centerState
		if fault = wire.Decode(value, &row); fault != nil {
			return false
		}
		if under == "" || row.Center.ID.Area().Under(under) {
			found = append(found, row.listing())
		}
		return limit <= 0 || len(found) < limit
	})
	if err == nil {
		err = fault
	}
	if err != nil {
		return nil, fmt.Errorf("list the centers: %w", err)
	}
	return found, nil
}

// Key is the key of a center in one incarnation, the record from which on it
// may write, and the one at which that ended (0: it may).
func (r *Register) Key(c area.Center, incarnation uint32) (key chain.PublicKey, since, closed Index, ok bool) {
	p := r.parties.get(r, partyRow(c, incarnation), func(m *machine) found[partyState] {
		return finds[partyState](m, partyRow(c, incarnation))
	})
	return p.value.Key, p.value.Since, p.value.Closed, p.ok
}

// Keys lists the incarnations of a center, the first one first.
func (r *Register) Keys(c area.Center) []PartyKey {
	var all []PartyKey
	_ = r.look(func(m *machine) { all = keysOf(m, c) })
	return all
}

func keysOf(m *machine, c area.Center) (all []PartyKey) {
	row, _ := load[centerState](m, centerRow(c))
	for i := uint32(1); i <= row.Highest; i++ {
		if p, ok := load[partyState](m, partyRow(c, i)); ok {
			all = append(all, PartyKey{c, i, p.Key, p.Since, p.Closed})
		}
	}
	return all
}

// Current is the incarnation in which a center may write now; false for an
// unknown or revoked one.
func (r *Register) Current(c area.Center) (incarnation uint32, ok bool) {
	l, ok := r.Center(c)
	return l.Incarnation, ok && l.Revoked == 0
}

// Owner is the party that a key belongs to, or once belonged to; open says
// whether it may write now.
func (r *Register) Owner(key chain.PublicKey) (p PartyKey, open, ok bool) {
	owner := r.owners.get(r, string(key), func(m *machine) found[PartyKey] {
		c, _ := load[area.Center](m, ownerRow(key))
		for _, p := range keysOf(m, c) {
			if p.Key.Equal(key) {
				return found[PartyKey]{p, true}
			}
		}
		return found[PartyKey]{}
	})
	return owner.value, owner.ok && owner.value.Closed == 0, owner.ok
}

// Responsible is the enrolled center that stands for an area at a level, by
// prefix; false when none is enrolled there, or it is revoked.
func (r *Register) Responsible(subject area.Code, level area.Level) (area.Center, bool) {
	c := area.Center(subject.At(level))
	if c == "" {
		return "", false
	}
	_, ok := r.Current(c)
	return c, ok
}

// HasPower reports a dated grant, as the journal had it up to a record: may the
// center act at that level for this item on that day (YYYY-MM-DD)? What a
// later record says changes nothing about it.
func (r *Register) HasPower(c area.Center, code item.Code, level area.Level, day string, at Index) bool {
	newest := map[string]Power{} // by the day from which it holds: later rows overrule
	err := r.scan(grantPrefix(code, c, level), "", func(_ string, value []byte) bool {
		var row powerState
		if wire.Decode(value, &row) == nil && row.Index <= at {
			newest[row.Power.From] = row.Power
		}
		return true
	})
	r.note(err)
	for _, p := range newest {
		if p.From <= day && (p.To == "" || day <= p.To) {
			return true
		}
	}
	return false
}

// Granted is a power with the record that granted it, or last changed it.
type Granted struct {
	Power
	Index Index `json:"index"`
}

// sameGrant reports whether another power is this one with another end.
func (p Power) sameGrant(o Power) bool {
	return p.Center == o.Center && p.Item == o.Item && p.Level == o.Level && p.From == o.From
}

// Powers lists the powers granted for an item ("": any) to a center ("": any),
// each as it was last changed.
func (r *Register) Powers(code item.Code, to area.Center) ([]Granted, error) {
	var all []Granted
	var fault error
	prefix := powerPrefix
	if code != "" {
		prefix += string(code) + "/"
	}
	err := r.scan(prefix, "", func(_ string, value []byte) bool {
		var row powerState
		if fault = wire.Decode(value, &row); fault != nil {
			return false
		}
		if to != "" && row.Power.Center != to {
			return true
		}
		if n := len(all); n > 0 && all[n-1].sameGrant(row.Power) {
			all[n-1] = Granted{row.Power, row.Index}
		} else {
			all = append(all, Granted{row.Power, row.Index})
		}
		return true
	})
	if err == nil {
		err = fault
	}
	return all, err
}

// Grants are the seizures granted for a case, by ascending epoch.
func (r *Register) Grants(id string) []SeizureGrant {
	var row seizureState
	_ = r.look(func(m *machine) { row, _ = load[seizureState](m, seizureRow(id)) })
	return row.Grants
}

// Epoch is the highest epoch granted for a case. It is known even where its
// grant is not, past UpgradeNeeded.
func (r *Register) Epoch(id string) uint32 {
	var row seizureState
	_ = r.look(func(m *machine) { row, _ = load[seizureState](m, seizureRow(id)) })
	return row.Epoch
}

// Gossip is the key of the presence pool that an area belongs to; false while
// nobody has set one.
func (r *Register) Gossip(a area.Code) (key []byte, since Index, ok bool) {
	var row gossipState
	_ = r.look(func(m *machine) { row, ok = load[gossipState](m, gossipRow(Pool(a))) })
	return row.Key, row.Index, ok
}

// Outcome is what came of a proposal; false when it has not been applied here.
func (r *Register) Outcome(id ProposalID) (res Result, ok bool) {
	_ = r.look(func(m *machine) {
		var row proposalState
		row, ok = load[proposalState](m, proposalRow(id))
		res = row.Result
	})
	return res, ok
}

// Proposed is the highest proposal number that was applied of a party. A node
// that counts on from a lower one runs on an old copy of its data.
func (r *Register) Proposed(c area.Center, incarnation uint32) (counter uint64) {
	prefix := proposerPrefix(c, incarnation)
	err := r.db.View(func(txn *badger.Txn) error {
		key, _, err := lastBefore(txn, prefix, prefix+"\xff\xff\xff\xff\xff\xff\xff\xff\xff")
		if key != "" {
			counter = numberOf(key)
		}
		return err
	})
	r.note(err)
	return counter
}

// derived keeps a value that is built from rows until the head moves.
type derived[T any] struct {
	mu    sync.Mutex
	at    chain.Head
	value T
}

func (d *derived[T]) get(r *Register, build func(txn *badger.Txn) (T, error)) T {
	d.mu.Lock()
	defer d.mu.Unlock()
	head := r.Head()
	if d.at == head {
		return d.value
	}
	err := r.db.View(func(txn *badger.Txn) error {
		value, err := build(txn)
		if err == nil {
			d.value, d.at = value, head
		}
		return err
	})
	r.note(err)
	return d.value
}

// Rules is every rule of the realm; ask it for an area and a day.
func (r *Register) Rules() rule.Set {
	return r.rules.get(r, func(txn *badger.Txn) (rule.Set, error) { return readRules(txn, Moment{}) })
}

// Agreement is what two areas agreed on about each other's applicants, as the
// rules stood at a record.
func (r *Register) Agreement(code item.Code, receiving, competent area.Code, day string, at uint64) (rule.Agreement, bool) {
	return r.RulesOn(Moment{At: at}).Agreement(string(code), receiving, competent, day)
}

// RulesOn is every rule of the realm as it was set up to a moment. It keeps
// nothing: ask Rules for the present ones.
func (r *Register) RulesOn(on Moment) (set rule.Set) {
	if on.At == 0 || on.At == r.Head().Index {
		return r.Rules()
	}
	r.note(r.db.View(func(txn *badger.Txn) (err error) {
		set, err = readRules(txn, on)
		return err
	}))
	return set
}

func readRules(txn *badger.Txn, on Moment) (rule.Set, error) {
	var settings []rule.Setting
	err := scanFault(txn, rulePrefix, func(key string, value []byte) error {
		var s RuleSetting
		if !on.reaches(numberOf(key)) {
			return nil
		}
		err := wire.Decode(value, &s)
		settings = append(settings, rule.Setting(s))
		return err
	})
	return rule.NewSet(settings), err
}

// Calendar is the working days of the years that were published.
func (r *Register) Calendar() workday.Calendar {
	return r.calendar.get(r, func(txn *badger.Txn) (workday.Calendar, error) {
		years, err := readYears(txn, Moment{})
		return workday.NewCalendar(years), err
	})
}

// Years lists the calendars as they were published up to a moment, the earliest
// year first. A year that was published again counts as it was last.
func (r *Register) Years(on Moment) (years []workday.Year, err error) {
	err = r.db.View(func(txn *badger.Txn) error {
		years, err = readYears(txn, on)
		return err
	})
	return years, err
}

func readYears(txn *badger.Txn, on Moment) (years []workday.Year, err error) {
	err = scanFault(txn, calendarPrefix, func(key string, value []byte) error {
		if !on.reaches(numberOf(key)) {
			return nil
		}
		var y workday.Year
		err := wire.Decode(value, &y)
		if last := len(years) - 1; last >= 0 && years[last].Year == y.Year {
			years[last] = y
		} else {
			years = append(years, y)
		}
		return err
	})
	return years, err
}
