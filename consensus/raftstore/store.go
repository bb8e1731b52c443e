// Package raftstore keeps Raft's log and Raft's own few values (term, vote)
// on badger, so that a voter has one durable store and not two.
//
// It must never lose or reorder what it acknowledged, never leave a gap in
// the log, and never look into an entry. It relies on the database being
// opened with synchronous writes.
package raftstore

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/hashicorp/raft"

	"tongban/consensus/wire"
)

// Key prefixes in the node's database. Indexes are big-endian, so that the
// order of the keys is the order of the log.
const (
	logPrefix    = "rl/" // rl/<be64>: one log entry
	stablePrefix = "rs/" // rs/<key>: one of Raft's own values
)

// erasing is kept while a range of the log is being deleted. Raft's own keys
// never start with a dot.
const erasing = stablePrefix + ".erasing"

// A transaction is committed when it holds this much; well below what badger
// takes with a memtable of 8 MiB.
const (
	txnBytes = 512 << 10
	txnKeys  = 4096
)

// ErrKeyNotFound is what Raft expects for a value that was never set; it
// compares the text.
var ErrKeyNotFound = errors.New("not found")

// ErrGap says that a write would leave the log with a hole.
var ErrGap = errors.New("it would leave a gap in the log")

// Store is raft.LogStore and raft.StableStore. Safe for concurrent use.
type Store struct {
	db *badger.DB

	// write orders the calls that change the log.
	write sync.Mutex

	// mu guards the bounds of the log, both 0 when it is empty.
	mu          sync.Mutex
	loaded      bool
	first, last uint64
}

var (
	_ raft.LogStore          = (*Store)(nil)
	_ raft.StableStore       = (*Store)(nil)
	_ raft.MonotonicLogStore = (*Store)(nil)
)

// New makes the store over a database that the caller opens and closes.
func New(db *badger.DB) *Store { return &Store{db: db} }

// IsMonotonic tells Raft that the log has no gaps, so that it wipes the log
// when it installs a snapshot instead of keeping what may conflict with it.
func (s *Store) IsMonotonic() bool { return true }

// entry is a log entry as it lies on disk; its index is in the key.
type entry struct {
	Term       uint64       `cbor:"1,keyasint"`
	Type       raft.LogType `cbor:"2,keyasint"`
	Data       []byte       `cbor:"3,keyasint"`
	Extensions []byte       `cbor:"4,keyasint,omitempty"`
	AppendedAt int64        `cbor:"5,keyasint,omitempty"` // Unix nanoseconds
}

func logKey(index uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte(logPrefix), index)
}

// FirstIndex returns the first index in the log, 0 when it is empty.
func (s *Store) FirstIndex() (uint64, error) {
	first, _, err := s.bounds()
	return first, err
}

// LastIndex returns the last index in the log, 0 when it is empty.
func (s *Store) LastIndex() (uint64, error) {
	_, last, err := s.bounds()
	return last, err
}

// bounds returns the ends of the log. The first call finds them on disk, after
// it has finished a deletion that was cut short.
func (s *Store) bounds() (first, last uint64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.loaded {
		return s.first, s.last, nil
	}
	if err := s.resume(); err != nil {
		return 0, 0, fmt.Errorf("finish deleting from the raft log: %w", err)
	}
	err = s.db.View(func(txn *badger.Txn) error {
		s.first = edge(txn, false)
		s.last = edge(txn, true)
		return nil
	})
	s.loaded = err == nil
	return s.first, s.last, err
}

func edge(txn *badger.Txn, reverse bool) uint64 {
	it := txn.NewIterator(badger.IteratorOptions{Reverse: reverse, Prefix: []byte(logPrefix)})
	defer it.Close()
	seek := []byte(logPrefix)
	if reverse {
		seek = logKey(1<<64 - 1)
	}
	if it.Seek(seek); !it.Valid() {
		return 0
	}
	return binary.BigEndian.Uint64(it.Item().Key()[len(logPrefix):])
}

func (s *Store) setBounds(first, last uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.first, s.last = first, last
}

// reload makes the next call look at the disk again and finish a deletion that
// failed half-way, before anything is stored in its range.
func (s *Store) reload() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loaded = false
}

// GetLog reads the entry at index into log; raft.ErrLogNotFound when there is
// none.
func (s *Store) GetLog(index uint64, log *raft.Log) error {
	var e entry
	err := s.get(logKey(index), func(value []byte) error { return wire.Decode(value, &e) })
	switch {
	case errors.Is(err, badger.ErrKeyNotFound):
		return raft.ErrLogNotFound
	case err != nil:
		return fmt.Errorf("raft log %d: %w", index, err)
	}
	*log = raft.Log{Index: index, Term: e.Term, Type: e.Type, Data: e.Data, Extensions: e.Extensions}
	if e.AppendedAt != 0 {
		log.AppendedAt = time.Unix(0, e.AppendedAt)
	}
	return nil
}

// StoreLog appends one entry.
func (s *Store) StoreLog(log *raft.Log) error { return s.StoreLogs([]*raft.Log{log}) }

// StoreLogs appends entries in order and returns when they are on disk. Where
// they overlap the log they replace it from there on: that happens when an
// earlier append failed half-way. A batch larger than a transaction reaches
// the disk in several, first to last, so a crash leaves a log that is shorter
// but whole.
func (s *Store) StoreLogs(logs []*raft.Log) error {
	if len(logs) == 0 {
		return nil
	}
	s.write.Lock()
	defer s.write.Unlock()
	first, last, err := s.bounds()
	if err != nil {
		return err
	}
	from := logs[0].Index
	for i, l := range logs {
		if l.Index == 0 || l.Index != from+uint64(i) || last != 0 && from > last+1 {
			return fmt.Errorf("store raft log %d after %d: %w", l.Index, last, ErrGap)
		}
	}
	if last != 0 && from <= last {
		if err := s.erase(max(from, first), last); err != nil {
			s.reload()
			return err
		}
		if last = from - 1; last < first || from <= first {
			first, last = 0, 0
		}
		s.setBounds(first, last)
	}
	return s.appendLogs(first, logs)
}

func (s *Store) appendLogs(first uint64, logs []*raft.Log) error {
	for len(logs) > 0 {
		done := 0
		err := s.db.Update(func(txn *badger.Txn) error {
			for size := 0; done < len(logs) && done < txnKeys; done++ {
				l := logs[done]
				e := entry{Term: l.Term, Type: l.Type, Data: l.Data, Extensions: l.Extensions}
				if !l.AppendedAt.IsZero() {
					e.AppendedAt = l.AppendedAt.UnixNano()
				}
				value := wire.Encode(e)
				if size += len(value); size > txnBytes && done > 0 {
					return nil
				}
				if err := txn.Set(logKey(l.Index), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("store raft log %d: %w", logs[0].Index, err)
		}
		if first == 0 {
			first = logs[0].Index
		}
		s.setBounds(first, logs[done-1].Index)
		logs = logs[done:]
	}
	return nil
}

// DeleteRange removes the entries from lo to hi, both included. The range must
// reach an end of the log: Raft cuts off a conflicting tail, compacts the
// head, or wipes everything.
func (s *Store) DeleteRange(lo, hi uint64) error {
	s.write.Lock()
	defer s.write.Unlock()
	first, last, err := s.bounds()
	if err != nil {
		return err
	}
	lo, hi = max(lo, first), min(hi, last)
	switch {
	case last == 0 || lo > hi:
		return nil
	case lo > first && hi < last:
		return fmt.Errorf("delete raft log %d to %d of %d to %d: %w", lo, hi, first, last, ErrGap)
	}
	if err := s.erase(lo, hi); err != nil {
		s.reload()
		return err
	}
	switch {
	case lo == first && hi == last:
		s.setBounds(0, 0)
	case lo == first:
		s.setBounds(hi+1, last)
	default:
		s.setBounds(first, lo-1)
	}
	return nil
}

// span is a range of the log that is being deleted.
type span struct {
	Lo uint64 `cbor:"1,keyasint"`
	Hi uint64 `cbor:"2,keyasint"`
}

// erase deletes a range. It first writes down which, so that a crash between
// two transactions leaves no hole: the next start goes on from there.
func (s *Store) erase(lo, hi uint64) error {
	if hi-lo >= txnKeys {
		if err := s.put([]byte(erasing), wire.Encode(span{lo, hi})); err != nil {
			return fmt.Errorf("delete raft log %d to %d: %w", lo, hi, err)
		}
	}
	for at := lo; at <= hi; at += txnKeys {
		end := min(hi, at+txnKeys-1)
		err := s.db.Update(func(txn *badger.Txn) error {
			for i := at; i <= end; i++ {
				if err := txn.Delete(logKey(i)); err != nil {
					return err
				}
			}
			if end == hi && hi-lo >= txnKeys {
				return txn.Delete([]byte(erasing))
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("delete raft log %d to %d: %w", lo, hi, err)
		}
	}
	return nil
}

// resume finishes a deletion that a crash interrupted.
func (s *Store) resume() error {
	var r span
	err := s.get([]byte(erasing), func(value []byte) error { return wire.Decode(value, &r) })
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.erase(r.Lo, r.Hi)
}

// Set stores one of Raft's own values.
func (s *Store) Set(key, value []byte) error {
	if err := s.put(stableKey(key), value); err != nil {
		return fmt.Errorf("set raft value %s: %w", key, err)
	}
	return nil
}

// Get reads one of Raft's own values; ErrKeyNotFound when it was never set.
func (s *Store) Get(key []byte) ([]byte, error) {
	var value []byte
	err := s.get(stableKey(key), func(v []byte) error {
		value = append([]byte{}, v...)
		return nil
	})
	switch {
	case errors.Is(err, badger.ErrKeyNotFound):
		return nil, ErrKeyNotFound
	case err != nil:
		return nil, fmt.Errorf("get raft value %s: %w", key, err)
	}
	return value, nil
}

// SetUint64 stores a number.
func (s *Store) SetUint64(key []byte, value uint64) error {
	return s.Set(key, binary.BigEndian.AppendUint64(nil, value))
}

// GetUint64 reads a number; ErrKeyNotFound when it was never set.
func (s *Store) GetUint64(key []byte) (uint64, error) {
	value, err := s.Get(key)
	if err != nil {
		return 0, err
	}
	if len(value) != 8 {
		return 0, fmt.Errorf("raft value %s: %d bytes are no number", key, len(value))
	}
	return binary.BigEndian.Uint64(value), nil
}

func stableKey(key []byte) []byte { return append([]byte(stablePrefix), key...) }

func (s *Store) get(key []byte, read func([]byte) error) error {
	return s.db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(key)
		if err != nil {
			return err
		}
		return item.Value(read)
	})
}

func (s *Store) put(key, value []byte) error {
	return s.db.Update(func(txn *badger.Txn) error { return txn.Set(key, value) })
}
