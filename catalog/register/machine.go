package register

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// FeatureLevel is the highest level whose commands this program knows.
const FeatureLevel = 1

// ErrUpgrade says that the journal holds a command which this program does not
// know. A voter stops there; a follower goes on in the way of UpgradeNeeded.
var ErrUpgrade = errors.New("upgrade needed: the feature level is above what this program knows")

// kindSpec is how a kind is read, and the feature level that it needs.
type kindSpec struct {
	level uint16
	read  func([]byte) (Body, error)
	staff bool // somebody must be named who answers for it
}

// program is what a build of the program can apply.
type program struct {
	level uint16
	kinds map[Kind]kindSpec
}

var current = program{FeatureLevel, map[Kind]kindSpec{
	Found:            {1, reads[Realm], false},
	EnrolCenter:      {1, reads[Enrolment], false},
	UpdateCenter:     {1, reads[Center], false},
	RevokeCenter:     {1, reads[Revocation], false},
	GrantIncarnation: {1, reads[Incarnation], false},
	SetVoters:        {1, reads[Voters], false},
	PublishItem:      {1, reads[Publication], true},
	WithdrawItem:     {1, reads[Withdrawal], false},
	SetRule:          {1, reads[RuleSetting], false},
	SetCalendar:      {1, reads[CalendarSetting], false},
	GrantPower:       {1, reads[Power], false},
	SeizeCase:        {1, reads[Seizure], false},
	RotateGossip:     {1, reads[GossipKey], false},
	RaiseFeature:     {1, reads[Feature], false},
	DraftItem:        {1, reads[Draft], true},
	CloseDraft:       {1, reads[Closing], true},
	SetSupplement:    {1, reads[LocalPart], false},
	SetList:          {1, reads[List], false},
	ClaimItems:       {1, reads[Claim], false},
}}

func reads[T Body](b []byte) (Body, error) {
	var v T
	err := wire.Decode(b, &v)
	return v, err
}

// opened is a command taken apart: everything that is a function of its bytes
// alone, so that many can be opened at once.
type opened struct {
	raw   []byte
	seal  chain.Seal
	cmd   Command
	err   error           // the envelope cannot be read
	body  Body            // nil: of an unknown kind, or unreadable
	flaw  string          // what is wrong with its form
	tried chain.PublicKey // the key that the seal was checked with in advance
	good  bool            // and whether it held
}

func (p program) open(raw []byte) (o opened) {
	o.raw = raw
	if len(raw) > MaxCommand {
		o.err = fmt.Errorf("%d bytes, at most %d", len(raw), MaxCommand)
		return o
	}
	if o.seal, o.err = chain.Unseal(raw); o.err != nil {
		return o
	}
	if o.err = wire.Decode(o.seal.Body, &o.cmd); o.err != nil {
		return o
	}
	o.flaw = o.cmd.flaw()
	spec, known := p.kinds[o.cmd.Kind]
	if !known || o.flaw != "" {
		return o
	}
	if spec.staff && bare(o.cmd.Staff) == "" {
		o.flaw = "staff is missing: a " + o.cmd.Kind.String() + " names who answers for it"
		return o
	}
	body, err := spec.read(o.cmd.Body)
	if err != nil {
		o.flaw = "the body is not that of a " + o.cmd.Kind.String()
		return o
	}
	o.body, o.flaw = body, body.flaw()
	return o
}

// verify checks the seal with a key, once.
func (o *opened) verify(key chain.PublicKey) bool {
	if o.tried == nil || !o.tried.Equal(key) {
		o.tried, o.good = key, o.seal.Verify(chain.CommandDomain, key) == nil
	}
	return o.good
}

// openAll opens commands and checks their seals on all processors. keyOf tells
// the key that the author has before any of them is applied; where one of them
// changes it, the seal is checked again in its place.
func (p program) openAll(raws [][]byte, keyOf func(ProposalID) (chain.PublicKey, bool)) []opened {
	all := make([]opened, len(raws))
	inParallel(len(raws), func(i int) { all[i] = p.open(raws[i]) })
	keys := map[ProposalID]chain.PublicKey{}
	for i := range all {
		party := ProposalID{Center: all[i].cmd.ID.Center, Incarnation: all[i].cmd.ID.Incarnation}
		if _, asked := keys[party]; !asked && all[i].err == nil {
			keys[party], _ = keyOf(party)
		}
	}
	inParallel(len(raws), func(i int) {
		party := ProposalID{Center: all[i].cmd.ID.Center, Incarnation: all[i].cmd.ID.Incarnation}
		if k := keys[party]; k != nil && all[i].err == nil {
			all[i].verify(k)
		}
	})
	return all
}

// inParallel calls do for 0 to n-1 on as many goroutines as there are
// processors and returns when all are done.
func inParallel(n int, do func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers <= 1 {
		for i := range n {
			do(i)
		}
		return
	}
	var next atomic.Int64
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	all.Wait()
}

// machine is the state machine over its rows. It is used by one goroutine.
type machine struct {
	trust   Trust
	program program
	rows    rows
	base    base
	err     error     // the first failure of a row: nothing read or written since counts
	touched []Summary // versions that were published or withdrawn
}

// turn is one command at its place in the journal.
type turn struct {
	*machine
	cmd    Command
	index  Index       // of the record that it gets
	time   int64       // of that record
	root   bool        // sealed by the root key
	center area.Center // else who sealed it
	fences []Fence
}

// step applies one command. It returns the record that continues the journal,
// nil where the command leaves none. A returned error means that nothing
// counts: a row could not be read or written, or ErrUpgrade. now is the entry's
// time, Unix milliseconds: the record's unless the one before it is later.
func (m *machine) step(o *opened, entry uint64, now int64) (record []byte, res Result, err error) {
	t := &turn{machine: m, cmd: o.cmd, index: m.base.Head.Index + 1, time: max(m.base.Time, now),
		center: o.cmd.ID.Center, root: o.cmd.ID.Center == ""}
	party, v := t.authenticate(o)
	if m.err != nil || v != applied {
		return nil, Result{Outcome: v.Outcome, Detail: v.Detail}, m.err
	}
	hash := chain.Sum(o.raw)
	earlier, again := load[proposalState](m, proposalRow(o.cmd.ID))
	if again && earlier.Command == hash {
		return nil, earlier.Result, m.err
	}
	switch {
	case again:
		v = reject(Reused, "%s was proposed as record %d already, with another content", o.cmd.ID, earlier.Result.Index)
	case party.Closed != 0:
		v = reject(RevokedAuthor, "%s incarnation %d was closed by record %d", o.cmd.ID.Center, o.cmd.ID.Incarnation, party.Closed)
	default:
		if v = t.level(o); v.Outcome == Applied && m.err == nil {
			if o.flaw != "" {
				v = reject(Malformed, "%s", o.flaw)
			} else {
				v = o.body.effect(t)
			}
		}
	}
	if m.err != nil {
		return nil, Result{}, m.err
	}
	if t.index == 1 && v.Outcome != Applied {
		return nil, Result{Outcome: v.Outcome, Detail: v.Detail}, nil // nothing but a founding starts a journal
	}
	res = Result{Index: t.index, Outcome: v.Outcome, Detail: v.Detail}
	if !again {
		store(m, proposalRow(o.cmd.ID), proposalState{hash, res})
	}
	return t.write(o.raw, entry, v), res, m.err
}

// write makes the record of a command and moves the head.
func (t *turn) write(command []byte, entry uint64, v verdict) []byte {
	record := wire.Encode(Record{
		Log: t.trust.Realm, Index: t.index, Prev: t.base.Head.Hash, Entry: entry,
		Command: command, Outcome: v.Outcome, Detail: v.Detail, Fence: t.fences, Generation: t.base.Generation, Time: t.time,
	})
	t.advance(record, entry, t.time)
	return record
}

func (m *machine) advance(record []byte, entry uint64, time int64) {
	m.base.Head = m.base.Head.Next(record)
	m.base.Bytes += uint64(len(record))
	m.base.Entry, m.base.Time = entry, time
	if entry > 0 {
		m.base.Applied = max(m.base.Applied, entry-1)
	}
}

// authenticate finds out whether the command was sealed by the one it names.
// Whatever fails here leaves no record.
func (t *turn) authenticate(o *opened) (partyState, verdict) {
	none := partyState{}
	if errors.Is(o.err, chain.ErrSuite) && t.base.Feature > t.program.level {
		t.err = ErrUpgrade
		return none, applied
	}
	if o.err != nil {
		return none, reject(Malformed, "%v", o.err)
	}
	if o.cmd.Realm != t.trust.Realm {
		return none, reject(WrongRealm, "the command is for realm %+.20q", o.cmd.Realm)
	}
	if t.index == 1 && (!t.root || o.cmd.Kind != Found) {
		return none, reject(Conflict, "the realm is not founded yet")
	}
	party := partyState{Key: t.trust.Root}
	if !t.root {
		var known bool
		if party, known = load[partyState](t.machine, partyRow(o.cmd.ID.Center, o.cmd.ID.Incarnation)); !known {
			return none, reject(UnknownAuthor, "the directory has no %+.40q incarnation %d", string(o.cmd.ID.Center), o.cmd.ID.Incarnation)
		}
	}
	if !o.verify(party.Key) {
		return none, reject(BadSeal, "not sealed by the key of %s", o.cmd.ID)
	}
	return party, applied
}

// level checks that the feature level allows the command. Every program that
// can apply the record before this one decides alike: a kind that is not known
// here needs more than this program's level, so a command of it that asks for
// no more than that asks for too little.
func (t *turn) level(o *opened) verdict {
	spec, known := t.program.kinds[o.cmd.Kind]
	have := t.base.Feature
	if t.index == 1 {
		have = 1
	}
	switch {
	case o.cmd.Feature > have:
		return reject(NeedsFeature, "it needs feature level %d, the realm is at %d", o.cmd.Feature, have)
	case o.cmd.Feature > t.program.level:
		t.err = ErrUpgrade
		return applied
	case !known || spec.level > o.cmd.Feature:
		return reject(NeedsFeature, "command %d is none of feature level %d", uint16(o.cmd.Kind), o.cmd.Feature)
	}
	return applied
}

// replayAll applies records that came with the journal, or lie in it. before
// is called ahead of each one, after once it has had its effect.
func (m *machine) replayAll(records [][]byte, before, after func(record []byte) error) error {
	recs := make([]Record, len(records))
	commands := make([][]byte, len(records))
	for i, raw := range records {
		recs[i], _ = decodeRecord(raw) // what cannot be read has no link, which replay refuses
		commands[i] = recs[i].Command
	}
	all := m.program.openAll(commands, m.keyOf)
	for i, raw := range records {
		if err := before(raw); err != nil {
			return err
		}
		if err := m.replay(raw, &all[i], recs[i]); err != nil {
			return err
		}
		if err := after(raw); err != nil {
			return err
		}
	}
	return nil
}

// replay applies a record that came with the journal: its command must lead to
// the same bytes. Past ErrUpgrade it takes the record as it is and honours its
// fence only.
func (m *machine) replay(record []byte, o *opened, rec Record) error {
	if _, err := chain.Verify(m.trust.Realm, m.base.Head, [][]byte{record}, func([]byte) (chain.Link, error) {
		return chain.Link{Log: rec.Log, Index: rec.Index, Prev: rec.Prev}, nil
	}); err != nil {
		return err
	}
	if rec.Time < m.base.Time {
		return &chain.Fault{Log: m.trust.Realm, Index: rec.Index, Reason: fmt.Errorf(
			"%w: it is older than the record before it", chain.ErrDiverged)}
	}
	if m.base.Stopped == 0 {
		ours, _, err := m.step(o, rec.Entry, rec.Time)
		switch {
		case errors.Is(err, ErrUpgrade):
			m.err = nil
			m.base.Stopped = rec.Index
		case err != nil:
			return err
		case !slices.Equal(ours, record):
			return &chain.Fault{Log: m.trust.Realm, Index: rec.Index, Reason: fmt.Errorf(
				"%w: applying its command gives another record", chain.ErrDiverged)}
		default:
			return nil
		}
	}
	for _, f := range rec.Fence {
		m.honour(f, rec.Index)
	}
	m.advance(record, rec.Entry, rec.Time)
	return m.err
}

// honour takes over an effect whose command this program does not know.
func (m *machine) honour(f Fence, index Index) {
	if f.Revoked != "" {
		if row, ok := load[centerState](m, centerRow(f.Revoked)); ok && row.Revoked == 0 {
			m.close(&row, index)
			row.Revoked, row.Updated = index, index
			store(m, centerRow(f.Revoked), row)
		}
	}
	if f.Revived != "" {
		row, ok := load[centerState](m, centerRow(f.Revived))
		if !ok {
			row = centerState{Center: Center{ID: f.Revived, Name: string(f.Revived)}, Since: index}
		}
		m.revive(&row, f.Incarnation, f.Key, index)
		store(m, centerRow(f.Revived), row)
	}
	if f.Case != "" {
		row, _ := load[seizureState](m, seizureRow(f.Case))
		row.Epoch = max(row.Epoch, f.Epoch)
		store(m, seizureRow(f.Case), row)
	}
	if len(f.Voters) > 0 {
		store(m, voterRow(index), chain.VoterSet{Index: index, Members: f.Voters})
		m.base.Voters = index
	}
}

// close ends the incarnation in which a center may write.
func (m *machine) close(row *centerState, index Index) {
	at := partyRow(row.Center.ID, row.Center.Incarnation)
	if party, ok := load[partyState](m, at); ok && party.Closed == 0 {
		party.Closed = index
		store(m, at, party)
	}
}

// revive lets a center write in a new incarnation, with a new key, from the
// record at index on.
func (m *machine) revive(row *centerState, incarnation uint32, key chain.PublicKey, index Index) {
	m.close(row, index)
	row.Center.Incarnation, row.Center.Key = incarnation, key
	row.Highest = max(row.Highest, incarnation)
	row.Revoked, row.Reason, row.Updated = 0, "", index
	store(m, partyRow(row.Center.ID, incarnation), partyState{Key: key, Since: index})
	store(m, ownerRow(key), row.Center.ID)
}
