package register

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// Trust is what a node knows before it knows anything: which realm it belongs
// to, and the key that founded it. It comes with the ticket.
type Trust struct {
	Realm string
	Root  chain.PublicKey
}

// Entry is one Raft entry: a batch of sealed commands.
type Entry = struct {
	Index    uint64
	Time     int64 // when the leader took it, by its clock, Unix milliseconds
	Commands [][]byte
}

// stateFormat numbers the layout of the rows. Another one on disk is built
// again from the journal when the database is opened.
const stateFormat = 3

// One transaction ends at these bounds, well below badger's own in the village
// profile (1.2 MB): one command more writes at most two times MaxCommand.
const (
	txnBytes = 384 << 10
	txnRowsN = 1500
)

// Register is one node's copy. All methods are safe for concurrent use;
// those that write wait for each other, those that ask never wait for a write.
type Register struct {
	db      *badger.DB
	trust   Trust
	program program
	bytes   int // after which a transaction ends: txnBytes

	mu     sync.Mutex // held while writing
	base   base       // as committed; guarded by mu
	broken error      // a rebuild failed half-way: nothing more is written; guarded by mu

	sight     atomic.Pointer[sight] // what a reader sees, as committed
	catalogue catalogue
	cache     itemCache
	rules     derived[rule.Set]
	calendar  derived[workday.Calendar]
	fault     atomic.Pointer[error]
	newest    atomic.Pointer[chain.Certificate] // as committed; nil: not looked up yet

	// What was asked since the head moved.
	centers  memo[area.Center, found[centerState]]
	parties  memo[string, found[partyState]]
	owners   memo[string, found[PartyKey]]
	offers   memo[offer, found[item.Ref]]
	versions memo[item.Ref, found[versionState]]
	lists    memo[areaLists, found[[]Listed]]
}

// sight is the committed base, and the channel that is closed when another
// one replaces it.
type sight struct {
	base    base
	changed chan struct{}
}

// Open opens the copy that lies in db, an empty one where there is none. A
// copy of another realm, or founded by another key, is refused. A copy whose
// rows another build of the program wrote is built again from its journal,
// which takes a second for some ten thousand records.
func Open(db *badger.DB, trust Trust) (*Register, error) {
	return open(db, trust, current)
}

func open(db *badger.DB, trust Trust, p program) (*Register, error) {
	if _, err := trust.Root.Ed25519(); err != nil {
		return nil, fmt.Errorf("open the register: root key: %w", err)
	}
	if trust.Realm != RealmID(trust.Root) {
		return nil, fmt.Errorf("open the register: realm %s is not the one that the root key founds (%s)", trust.Realm, RealmID(trust.Root))
	}
	r := &Register{db: db, trust: trust, program: p, bytes: txnBytes}
	var pending bool
	err := r.look(func(m *machine) {
		m.base, _ = load[base](m, baseRow)
		_, pending = load[uint64](m, rebuildRow)
		r.base = m.base
	})
	if err != nil {
		return nil, fmt.Errorf("open the register: %w", err)
	}
	fresh := r.base.Format == 0 && !pending
	if fresh {
		r.base = base{Format: stateFormat, Program: p.level, Head: chain.Start(trust.Realm)}
	} else if root := r.base.Realm.Root; root != nil && !root.Equal(trust.Root) {
		return nil, fmt.Errorf("open the register: the copy on disk belongs to realm %s, not to %s", r.base.Realm.ID, trust.Realm)
	}
	r.publish()
	// Another build of the program may have stopped earlier or gone further.
	other := r.base.Program != p.level && r.base.Feature > min(r.base.Program, p.level)
	r.base.Program = p.level
	if !fresh && (pending || other || r.base.Format != stateFormat) {
		if err := r.rebuild(); err != nil {
			return nil, fmt.Errorf("open the register: %w", err)
		}
	}
	return r, nil
}

// publish shows the committed base to readers.
func (r *Register) publish() {
	old := r.sight.Swap(&sight{r.base, make(chan struct{})})
	if old != nil {
		close(old.changed)
	}
}

// look reads rows in one consistent transaction. It returns the first failure
// and keeps it for Fault.
func (r *Register) look(read func(m *machine)) error {
	txn := r.db.NewTransaction(false)
	defer txn.Discard()
	m := r.machine(&txnRows{txn: txn}, base{})
	read(m)
	if m.err != nil {
		r.fault.CompareAndSwap(nil, &m.err)
	}
	return m.err
}

// Fault is the first failure to read the database that a query met; a query
// whose shape has no error then answered that there is no such thing.
func (r *Register) Fault() error {
	if err := r.fault.Load(); err != nil {
		return *err
	}
	return nil
}

// note keeps the first failure that a query met for Fault.
func (r *Register) note(faults ...error) {
	if err := errors.Join(faults...); err != nil {
		r.fault.CompareAndSwap(nil, &err)
	}
}

func (r *Register) machine(rows rows, b base) *machine {
	return &machine{trust: r.trust, program: r.program, rows: rows, base: b}
}

// writer is the machine over transactions that end where they grow large, each
// of them at the border of a record.
type writer struct {
	*machine
	r       *Register
	rows    *txnRows
	journal bool               // records are written too, not only what follows from them
	newest  *chain.Certificate // in this transaction; nil: none that is the newest
}

func (r *Register) writer() *writer {
	w := &writer{r: r, journal: true, machine: r.machine(nil, r.base)}
	w.err = r.broken
	w.begin()
	return w
}

func (w *writer) begin() {
	w.rows = &txnRows{txn: w.r.db.NewTransaction(true)}
	w.machine.rows, w.touched = w.rows, nil
}

// discard drops what is not committed; after a commit it drops nothing.
func (w *writer) discard() { w.rows.txn.Discard() }

// room commits what there is when the transaction has grown large.
func (w *writer) room() error {
	if w.rows.bytes < w.r.bytes && w.rows.count < txnRowsN {
		return nil
	}
	return w.commit()
}

// commit makes the changes durable, shows them to readers and begins anew.
func (w *writer) commit() error {
	if w.rows.count == 0 && w.err == nil && w.base.Head == w.r.base.Head && w.base.Applied == w.r.base.Applied {
		return nil // entries that were applied before a restart cost no sync
	}
	store(w.machine, baseRow, w.base)
	if w.err != nil {
		return w.err
	}
	if err := w.rows.txn.Commit(); err != nil {
		return fmt.Errorf("commit record %d: %w", w.base.Head.Index, err)
	}
	if w.newest != nil {
		w.r.newest.Store(w.newest)
		w.newest = nil
	}
	moved := w.r.base.Head != w.base.Head
	w.r.base = w.base
	w.r.catalogue.update(w.touched)
	if moved && w.journal {
		w.r.publish()
	}
	w.begin()
	return nil
}

// keep writes a record that the machine has just made or taken in.
func (w *writer) keep(record []byte) error {
	if w.journal {
		if err := w.rows.set(journalRow(w.base.Head.Index), record); err != nil {
			return err
		}
		store(w.machine, headRow(w.base.Head.Index), headState{w.base.Head.Hash, w.base.Bytes, w.base.Time})
	}
	return w.err
}

// keyOf is the key with which an author's seals are checked in advance.
func (m *machine) keyOf(party ProposalID) (chain.PublicKey, bool) {
	if party.Center == "" {
		return m.trust.Root, true
	}
	p, ok := load[partyState](m, partyRow(party.Center, party.Incarnation))
	return p.Key, ok
}

// Apply applies Raft entries in order and returns, per entry and command, the
// encoded Result. Entries up to Applied are ignored and have nil results. An
// error is fatal: what was committed stays, and the same entries may be given
// again after the next Open.
func (r *Register) Apply(entries []Entry) ([][][]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	results := make([][][]byte, len(entries))
	w := r.writer()
	defer func() { w.discard() }()
	for i, e := range entries {
		results[i] = make([][]byte, len(e.Commands))
		if e.Index <= w.base.Applied {
			continue
		}
		done, err := w.resume(e)
		if err != nil {
			return nil, fmt.Errorf("apply entry %d: %w", e.Index, err)
		}
		for j, command := range e.Commands[:done] {
			results[i][j] = w.answer(command)
		}
		if err := w.entry(Entry{e.Index, e.Time, e.Commands[done:]}, results[i][done:]); err != nil {
			return nil, fmt.Errorf("apply entry %d: %w", e.Index, err)
		}
		w.base.Applied = e.Index
	}
	if err := w.commit(); err != nil {
		return nil, fmt.Errorf("apply: %w", err)
	}
	return results, nil
}

func (w *writer) entry(e Entry, results [][]byte) error {
	if w.base.Stopped != 0 {
		return ErrUpgrade
	}
	all := w.program.openAll(e.Commands, w.keyOf)
	for i := range all {
		if err := w.room(); err != nil {
			return err
		}
		record, res, err := w.step(&all[i], e.Index, e.Time)
		if err != nil {
			return err
		}
		if record != nil {
			if err := w.keep(record); err != nil {
				return err
			}
		}
		results[i] = wire.Encode(res)
	}
	return w.err
}

// resume tells how many of an entry's commands have had their effect: it was
// cut by a restart, or its records came by the feed. The journal itself says
// so. Its records of this entry hold their commands in order; what lies
// between them left no record and would leave none again.
func (w *writer) resume(e Entry) (int, error) {
	if w.base.Entry != e.Index || w.base.Head.Index == 0 {
		return 0, nil
	}
	var have [][]byte // newest first
	for i := w.base.Head.Index; i > 0; i-- {
		raw, err := w.rows.get(journalRow(i))
		if err != nil {
			return 0, err
		}
		rec, err := decodeRecord(raw)
		if err != nil {
			return 0, fmt.Errorf("record %d: %w", i, err)
		}
		if rec.Entry != e.Index {
			break
		}
		have = append(have, rec.Command)
	}
	done := 0
	for i, command := range e.Commands {
		if n := len(have); n > 0 && string(have[n-1]) == string(command) {
			have, done = have[:n-1], i+1
		}
	}
	if len(have) > 0 {
		return 0, fmt.Errorf("%w: the journal has %d commands of it that it does not hold", chain.ErrDiverged, len(have))
	}
	return done, nil
}

// answer is the result of a command that had its effect before, nil where it
// left no record then.
func (w *writer) answer(command []byte) []byte {
	o := w.program.open(command)
	row, ok := load[proposalState](w.machine, proposalRow(o.cmd.ID))
	if o.err != nil || !ok || row.Command != chain.Sum(command) {
		return nil
	}
	return wire.Encode(row.Result)
}

// Try tells what would come of a command if it were applied now, and changes
// nothing: whoever proposes asks it first and spares the journal what would be
// rejected. The day is that of the command's own time. The answer binds nobody.
func (r *Register) Try(command []byte) (Result, error) {
	txn := r.db.NewTransaction(true)
	defer txn.Discard()
	m := r.machine(&txnRows{txn: txn}, base{})
	var ok bool
	if m.base, ok = load[base](m, baseRow); !ok {
		m.base = base{Head: chain.Start(r.trust.Realm)}
	}
	o := r.program.open(command)
	_, res, err := m.step(&o, m.base.Entry+1, o.cmd.Time)
	if err != nil && !errors.Is(err, ErrUpgrade) {
		err = fmt.Errorf("try a command: %w", err)
	}
	return res, err
}

// Applied is the last Raft entry of which nothing is missing here.
func (r *Register) Applied() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.base.Applied
}
