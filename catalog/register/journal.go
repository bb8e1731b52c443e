package register

import (
	"encoding/binary"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// maxRecord is the largest record: a command and what the Register adds.
const maxRecord = MaxCommand + 8<<10

func decodeRecord(raw []byte) (Record, error) {
	var rec Record
	if len(raw) > maxRecord {
		return rec, fmt.Errorf("%d bytes: %w", len(raw), chain.ErrSize)
	}
	err := wire.Decode(raw, &rec)
	return rec, err
}

// Read is the chain.Reader of the journal. The seals within are checked where
// the commands are applied.
func Read(record []byte) (chain.Link, error) {
	rec, err := decodeRecord(record)
	return chain.Link{Log: rec.Log, Index: rec.Index, Prev: rec.Prev}, err
}

// Founders reads the first voters out of record 1 and checks that the realm's
// root key sealed them. It is what a node at first contact verifies the first
// checkpoint with; that of record 1 itself needs none.
func (t Trust) Founders(record []byte) (chain.VoterSet, error) {
	fault := func(err error) (chain.VoterSet, error) {
		return chain.VoterSet{}, &chain.Fault{Log: t.Realm, Index: 1, Reason: err}
	}
	rec, err := decodeRecord(record)
	if err != nil {
		return fault(err)
	}
	start := chain.Start(t.Realm)
	if rec.Log != t.Realm || rec.Index != 1 || rec.Prev != start.Hash {
		return fault(chain.ErrForeign)
	}
	m := &machine{trust: t, program: current, rows: memoryRows{}, base: base{Head: start}}
	o := current.open(rec.Command)
	made, res, err := m.step(&o, rec.Entry, rec.Time)
	if err == nil {
		err = res.Err("found the realm")
	}
	if err == nil && string(made) != string(record) {
		err = chain.ErrTampered
	}
	if err != nil {
		return fault(err)
	}
	return m.voters(), m.err
}

// Head is how far the journal reaches here.
func (r *Register) Head() chain.Head { return r.sight.Load().base.Head }

// Changed is closed when the head moves. Take it before asking for the head,
// and take a new one afterwards.
func (r *Register) Changed() <-chan struct{} { return r.sight.Load().changed }

// HeadAt is the chained hash at an index; at 0 that of the empty journal.
func (r *Register) HeadAt(index Index) (chain.Hash, bool) {
	if index == 0 {
		return chain.Start(r.trust.Realm).Hash, true
	}
	if head := r.Head(); head.Index == index {
		return head.Hash, true // what is asked most
	}
	var row headState
	var ok bool
	_ = r.look(func(m *machine) { row, ok = load[headState](m, headRow(index)) })
	return row.Hash, ok
}

// Records returns the bytes of the records from an index on: at most max of
// them, of maxBytes in all, but one at least if there is any.
func (r *Register) Records(from Index, max, maxBytes int) ([][]byte, error) {
	var out [][]byte
	err := r.scan(journalPrefix, journalRow(from), func(_ string, value []byte) bool {
		if len(out) > 0 && (len(out) >= max || maxBytes < len(value)) {
			return false
		}
		maxBytes -= len(value)
		out = append(out, append([]byte(nil), value...))
		return true
	})
	if err != nil {
		return nil, fmt.Errorf("read the journal from %d: %w", from, err)
	}
	return out, nil
}

// Record is one entry of the journal, decoded.
func (r *Register) Record(index Index) (Record, error) {
	op := fmt.Sprintf("read record %d", index)
	raw, err := r.Records(index, 1, 0)
	if err != nil {
		return Record{}, err
	}
	if len(raw) == 0 {
		return Record{}, refusal.Newf(refusal.NotFound, op, "", "the journal ends at %d", r.Head().Index)
	}
	rec, err := decodeRecord(raw[0])
	if err == nil && rec.Index != index {
		err = fmt.Errorf("the journal begins at %d", rec.Index)
	}
	if err != nil {
		return rec, fmt.Errorf("%s: %w", op, err)
	}
	return rec, nil
}

// Open decodes the command of a record, without checking its seal again.
func (rec Record) Open() (Command, Body, error) {
	o := current.open(rec.Command)
	return o.cmd, o.body, o.err
}

// scan walks the rows under a prefix in order, from one on ("": the first),
// until see returns false. value is valid during the call only.
func (r *Register) scan(prefix, from string, see func(key string, value []byte) bool) error {
	return r.db.View(func(txn *badger.Txn) error { return scan(txn, prefix, from, see) })
}

func scan(txn *badger.Txn, prefix, from string, see func(key string, value []byte) bool) error {
	opts := badger.DefaultIteratorOptions
	opts.Prefix = []byte(prefix)
	opts.PrefetchSize = 16
	it := txn.NewIterator(opts)
	defer it.Close()
	for it.Seek([]byte(max(prefix, from))); it.Valid(); it.Next() {
		more := false
		err := it.Item().Value(func(v []byte) error {
			more = see(string(it.Item().Key()), v)
			return nil
		})
		if err != nil || !more {
			return err
		}
	}
	return nil
}

// lastBefore finds the last row under a prefix whose key is below another.
func lastBefore(txn *badger.Txn, prefix, below string) (key string, value []byte, err error) {
	opts := badger.DefaultIteratorOptions
	opts.Prefix = []byte(prefix)
	opts.Reverse = true
	opts.PrefetchValues = false
	it := txn.NewIterator(opts)
	defer it.Close()
	for it.Seek([]byte(below)); it.Valid(); it.Next() {
		if key = string(it.Item().Key()); key < below {
			value, err = it.Item().ValueCopy(nil)
			return key, value, err
		}
	}
	return "", nil, nil
}

// numberOf reads the big-endian number at the end of a key.
func numberOf(key string) uint64 { return binary.BigEndian.Uint64([]byte(key[len(key)-8:])) }
