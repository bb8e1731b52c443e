package register

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// rows is where the state lies: a badger transaction, or memory while a
// journal is verified. It needs neither deletes nor scans: applying a command
// reads and writes single rows only.
type rows interface {
	get(key string) ([]byte, error) // nil: there is no such row
	set(key string, value []byte) error
}

// txnRows counts what it wrote, so that a transaction ends before badger
// refuses it.
type txnRows struct {
	txn   *badger.Txn
	bytes int
	count int
}

func (r *txnRows) get(key string) ([]byte, error) {
	it, err := r.txn.Get([]byte(key))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return it.ValueCopy(nil)
}

func (r *txnRows) set(key string, value []byte) error {
	r.bytes += len(key) + len(value) + 32
	r.count++
	return r.txn.Set([]byte(key), value)
}

type memoryRows map[string][]byte

func (r memoryRows) get(key string) ([]byte, error) { return r[key], nil }

func (r memoryRows) set(key string, value []byte) error {
	r[key] = value
	return nil
}

// The rows. Everything under g/ is derived from the journal under j/. Numbers
// in keys are big-endian, so that they sort; codes hold no slash.
const (
	statePrefix       = "g/"
	baseRow           = "g/base"
	rebuildRow        = "g/rebuild"
	centerPrefix      = "g/c/"
	versionsPrefix    = "g/iv/"
	draftPrefix       = "g/d/"
	rulePrefix        = "g/rule/"
	calendarPrefix    = "g/cal/"
	powerPrefix       = "g/w/"
	voterPrefix       = "g/v/"
	journalPrefix     = "j/"
	headPrefix        = "jh/"
	certificatePrefix = "jc/"
)

func be32(n uint32) string { return string(binary.BigEndian.AppendUint32(nil, n)) }
func be64(n uint64) string { return string(binary.BigEndian.AppendUint64(nil, n)) }

func journalRow(i Index) string     { return journalPrefix + be64(i) }
func headRow(i Index) string        { return headPrefix + be64(i) }
func certificateRow(i Index) string { return certificatePrefix + be64(i) }
func voterRow(i Index) string       { return voterPrefix + be64(i) }

func centerRow(c area.Center) string { return centerPrefix + string(c) }
func partyPrefix(c area.Center) string {
	return "g/k/" + string(c) + "/"
}
func partyRow(c area.Center, incarnation uint32) string { return partyPrefix(c) + be32(incarnation) }
func ownerRow(k chain.PublicKey) string                 { return "g/key/" + string(k) }
func ticketRow(t chain.Hash) string                     { return "g/t/" + string(t[:]) }
func proposerPrefix(c area.Center, incarnation uint32) string {
	return "g/p/" + string(c) + "/" + be32(incarnation)
}
func proposalRow(id ProposalID) string {
	return proposerPrefix(id.Center, id.Incarnation) + be64(id.Counter)
}
func itemRow(c item.Code, a area.Code) string { return "g/i/" + string(c) + "/" + string(a) }
func versionPrefix(c item.Code) string        { return versionsPrefix + string(c) + "/" }
func versionRow(r item.Ref) string {
	return versionPrefix(r.Code) + string(r.Area) + "/" + be32(uint32(r.Version))
}
func draftRow(i Index) string { return draftPrefix + be64(i) }

// draftsOf begins the rows that find the drafts of one item.
func draftsOf(c item.Code) string            { return "g/do/" + string(c) + "/" }
func draftOfRow(c item.Code, i Index) string { return draftsOf(c) + be64(i) }

// nameRow is the row of a name in an area, and of one item that carries it.
func nameRow(a area.Code, name string, c item.Code) string {
	hash := chain.Sum([]byte(name))
	return "g/n/" + string(a) + "/" + string(hash[:]) + string(c)
}
func ruleRow(a area.Code, k rule.Key, i Index) string {
	return rulePrefix + string(a) + "/" + string(k) + "/" + be64(i)
}
func calendarRow(year int, i Index) string {
	return fmt.Sprintf("%s%04d/", calendarPrefix, year) + be64(i)
}
func grantPrefix(c item.Code, to area.Center, l area.Level) string {
	return powerPrefix + string(c) + "/" + string(to) + "/" + string('0'+rune(l)) + "/"
}

// powerRow keeps every grant and every change of one: an event is judged by
// what held at the record that its author had read.
func powerRow(p Power, i Index) string {
	return grantPrefix(p.Item, p.Center, p.Level) + p.From + "/" + be64(i)
}
func seizureRow(id string) string     { return "g/s/" + id }
func gossipRow(pool area.Code) string { return "g/g/" + string(pool) }

// base is what the state holds once.
type base struct {
	Format     uint16     `cbor:"1,keyasint"`  // of the rows
	Program    uint16     `cbor:"2,keyasint"`  // the feature level of the program that wrote them
	Head       chain.Head `cbor:"3,keyasint"`  // the journal's
	Bytes      uint64     `cbor:"4,keyasint"`  // of all records
	Entry      uint64     `cbor:"5,keyasint"`  // the Raft entry of the last record
	Applied    uint64     `cbor:"6,keyasint"`  // the last Raft entry of which nothing is missing
	Generation uint32     `cbor:"7,keyasint"`  //
	Feature    uint16     `cbor:"8,keyasint"`  // the feature level
	Voters     Index      `cbor:"9,keyasint"`  // the record that set the voters
	Stopped    Index      `cbor:"10,keyasint"` // the first record that this program could not apply
	Realm      Realm      `cbor:"11,keyasint"` // as record 1 has it
	Time       int64      `cbor:"12,keyasint"` // of the last record
}

// centerState is a center's place in the directory.
type centerState struct {
	Center  Center `cbor:"1,keyasint"`
	Highest uint32 `cbor:"2,keyasint"` // incarnation ever granted
	Since   Index  `cbor:"3,keyasint"` // first enrolled
	Updated Index  `cbor:"4,keyasint"`
	Revoked Index  `cbor:"5,keyasint"` // 0: it is not
	Reason  string `cbor:"6,keyasint,omitempty"`
}

// partyState is one incarnation of a center.
type partyState struct {
	Key    chain.PublicKey `cbor:"1,keyasint"`
	Since  Index           `cbor:"2,keyasint"`
	Closed Index           `cbor:"3,keyasint"` // 0: it may write
}

// proposalState is what came of a proposal; it is kept for good.
type proposalState struct {
	Command chain.Hash `cbor:"1,keyasint"`
	Result  Result     `cbor:"2,keyasint"`
}

// lineState is an item in one area: how many versions it ever had there.
type lineState struct {
	Last item.Version `cbor:"1,keyasint"`
}

// versionState is one published version. The item itself lies in the record of
// its draft.
type versionState struct {
	Summary  Summary      `cbor:"1,keyasint"`
	Draft    Index        `cbor:"2,keyasint"`
	Corrects item.Version `cbor:"3,keyasint,omitempty"` // of an erratum: the version that had the mistake
	Reason   string       `cbor:"4,keyasint,omitempty"` // of the withdrawal
}

// draftState is a draft. Its text lies in its record.
type draftState struct {
	Item    Summary      `cbor:"1,keyasint"` // as a list would show it; By is the center that drafted
	Base    item.Version `cbor:"2,keyasint"`
	Revises Index        `cbor:"3,keyasint,omitempty"`
	Erratum bool         `cbor:"4,keyasint,omitempty"`
	Reason  string       `cbor:"5,keyasint,omitempty"`
	Staff   string       `cbor:"6,keyasint"`
	Editors []Editor     `cbor:"7,keyasint"`
	Content chain.Hash   `cbor:"8,keyasint"`
	Lacks   string       `cbor:"9,keyasint,omitempty"` // what stops its publication
	State   DraftState   `cbor:"10,keyasint"`
	Closed  Index        `cbor:"11,keyasint,omitempty"` // the record that ended it
	Why     string       `cbor:"12,keyasint,omitempty"` // it was closed
	Clues   Clues        `cbor:"13,keyasint"`
}

// nameState links the items of an area that were ever published under one
// name: the row of the name holds the last of them, the row of each item the
// one before it.
type nameState struct {
	Code item.Code `cbor:"1,keyasint"`
}

type powerState struct {
	Power Power `cbor:"1,keyasint"`
	Index Index `cbor:"2,keyasint"`
}

type seizureState struct {
	Epoch  uint32         `cbor:"1,keyasint"`
	Grants []SeizureGrant `cbor:"2,keyasint"`
}

type gossipState struct {
	Key   []byte `cbor:"1,keyasint"`
	Index Index  `cbor:"2,keyasint"`
}

type headState struct {
	Hash  chain.Hash `cbor:"1,keyasint"`
	Bytes uint64     `cbor:"2,keyasint"` // of all records up to here
	Time  int64      `cbor:"3,keyasint"` // of the record
}

// load reads a row. A failure makes the machine's work void: see machine.err.
func load[T any](m *machine, key string) (v T, ok bool) {
	if m.err != nil {
		return v, false
	}
	b, err := m.rows.get(key)
	if err == nil && b != nil {
		err = wire.Decode(b, &v)
	}
	if err != nil {
		m.err = fmt.Errorf("read row %q: %w", key, err)
	}
	return v, err == nil && b != nil
}

func store(m *machine, key string, v any) {
	if m.err != nil {
		return
	}
	if err := m.rows.set(key, wire.Encode(v)); err != nil {
		m.err = fmt.Errorf("write row %q: %w", key, err)
	}
}
