package cabinet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// own counts and chains everything that this incarnation seals, so that a node
// brought back from an old copy can be told by its number.
//
// A write gets its number under a short lock, just before its transaction
// commits, and its row in that same transaction. Where transactions fail and
// are made again number 8 may be on the disk before number 7. What is claimed is the highest number below which nothing is missing. A write that
// failed after it got its number leaves a void row, so that the chain goes on.
type own struct {
	db *badger.DB

	mu       sync.Mutex
	party    casefile.Party
	last     chain.Head            // given out
	safe     chain.Head            // on the disk with everything below it
	above    map[uint64]chain.Hash // on the disk, with something missing below
	pruning  bool
	dropped  uint64 // rows up to here are gone
	prepared bool
}

// ownRow is one write: the chained hash after it, and what it was of.
type ownRow struct {
	Chained chain.Hash `cbor:"1,keyasint"`
	Write   chain.Hash `cbor:"2,keyasint"` // over the records of the write
	Void    bool       `cbor:"3,keyasint,omitempty"`
}

// sealed is one write on its way to the disk.
type sealed struct {
	party casefile.Party
	write chain.Hash
	at    chain.Head // its number and chained hash, once assigned
	prune chain.Head // the floor that its transaction sets; 0: none
	from  uint64     // the rows that it drops begin here
}

func (s *sealed) assigned() bool { return s.at.Index != 0 }

// keepOwn is how many rows of own writes stay; they only matter until the
// next floor.
const keepOwn = 256

// become takes up the chain of an incarnation where the disk has it.
func (o *own) become(p casefile.Party) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.becomeLocked(p)
}

func (o *own) becomeLocked(p casefile.Party) error {
	if o.prepared && o.party == p {
		return nil
	}
	floor, safe, stray, err := readOwn(o.db, p)
	if err != nil {
		return fmt.Errorf("own writes of %s: %w", p, err)
	}
	if len(stray) > 0 {
		if safe, err = rejoin(o.db, p, safe, stray); err != nil {
			return fmt.Errorf("own writes of %s: %w", p, err)
		}
	}
	o.party, o.prepared = p, true
	o.safe, o.last, o.above = safe, safe, map[uint64]chain.Hash{}
	o.dropped, o.pruning = floor, false
	return nil
}

// strayRow is an own write with something missing below it.
type strayRow struct {
	key   []byte
	write chain.Hash
	void  bool
}

// readOwn finds the highest number below which nothing is missing, and what
// lies above it: writes whose neighbours a crash kept from the disk.
func readOwn(db *badger.DB, p casefile.Party) (floor uint64, safe chain.Head, stray []strayRow, err error) {
	safe = chain.Start("own/" + p.String())
	err = db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(keyFloor(p.Incarnation))
		if err == nil {
			err = item.Value(func(v []byte) error { return wire.Decode(v, &safe) })
		}
		if err != nil && !errors.Is(err, badger.ErrKeyNotFound) {
			return err
		}
		floor = safe.Index
		prefix := keyOwn(p.Incarnation)
		return scan(txn, prefix, keyOwnNumber(p.Incarnation, safe.Index+1), func(k, v []byte) (bool, error) {
			var row ownRow
			if err := wire.Decode(v, &row); err != nil {
				return false, err
			}
			n := binary.BigEndian.Uint64(k[len(prefix):])
			if len(stray) == 0 && n == safe.Index+1 {
				safe = chain.Head{Index: n, Hash: row.Chained}
			} else {
				stray = append(stray, strayRow{k, row.Write, row.Void})
			}
			return true, nil
		})
	})
	return floor, safe, stray, err
}

// rejoin gives new numbers to what a crash left above a gap. Nobody was told
// the old ones: a hello claims only what has no gap below.
func rejoin(db *badger.DB, p casefile.Party, safe chain.Head, stray []strayRow) (chain.Head, error) {
	err := db.Update(func(txn *badger.Txn) error {
		for _, s := range stray {
			if err := txn.Delete(s.key); err != nil {
				return err
			}
		}
		for _, s := range stray {
			if s.void {
				continue
			}
			safe = safe.Next(s.write[:])
			row := ownRow{Chained: safe.Hash, Write: s.write}
			if err := txn.Set(keyOwnNumber(p.Incarnation, safe.Index), wire.Encode(row)); err != nil {
				return err
			}
		}
		return nil
	})
	return safe, err
}

// enter puts a write into the chain and its row into the transaction. Called
// again for the same write it keeps the number.
func (o *own) enter(txn *badger.Txn, s *sealed) error {
	if err := o.assign(s); err != nil {
		return err
	}
	row := ownRow{Chained: s.at.Hash, Write: s.write}
	if err := txn.Set(keyOwnNumber(s.party.Incarnation, s.at.Index), wire.Encode(row)); err != nil {
		return err
	}
	if s.prune.Index == 0 {
		return nil
	}
	for n := s.from; n <= s.prune.Index; n++ {
		if err := txn.Delete(keyOwnNumber(s.party.Incarnation, n)); err != nil {
			return err
		}
	}
	return txn.Set(keyFloor(s.party.Incarnation), wire.Encode(s.prune))
}

func (o *own) assign(s *sealed) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s.assigned() {
		return nil
	}
	if err := o.becomeLocked(s.party); err != nil {
		return err
	}
	o.last = o.last.Next(s.write[:])
	s.at = o.last
	if !o.pruning && o.safe.Index >= o.dropped+keepOwn {
		o.pruning = true
		s.prune, s.from = o.safe, o.dropped+1
	}
	return nil
}

// committed says that a write is on the disk.
func (o *own) committed(s *sealed) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.party != s.party {
		return
	}
	if s.prune.Index != 0 {
		o.dropped, o.pruning = s.prune.Index, false
	}
	o.above[s.at.Index] = s.at.Hash
	for {
		h, ok := o.above[o.safe.Index+1]
		if !ok {
			return
		}
		delete(o.above, o.safe.Index+1)
		o.safe = chain.Head{Index: o.safe.Index + 1, Hash: h}
	}
}

// void fills the place of a write that did not come to pass.
func (o *own) void(s *sealed) error {
	pruned := s.prune.Index != 0
	s.prune = chain.Head{}
	err := o.db.Update(func(txn *badger.Txn) error {
		row := ownRow{Chained: s.at.Hash, Void: true}
		return txn.Set(keyOwnNumber(s.party.Incarnation, s.at.Index), wire.Encode(row))
	})
	if err == nil {
		o.committed(s)
	}
	if pruned {
		o.mu.Lock()
		o.pruning = false
		o.mu.Unlock()
	}
	return err
}

// durable is what may be claimed for a party.
func (o *own) durable(p casefile.Party) chain.Head {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.becomeLocked(p); err != nil {
		return chain.Start("own/" + p.String())
	}
	return o.safe
}

// ids gives out the counters of new cases from a block reserved on the disk.
type ids struct {
	db *badger.DB

	mu          sync.Mutex
	incarnation uint32
	last, limit uint64
}

// block is how many counters are reserved with one sync.
const block = 64

func (d *ids) next(incarnation uint32) (uint64, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.last == d.limit || d.incarnation != incarnation {
		var start uint64
		err := d.db.Update(func(txn *badger.Txn) error {
			item, err := txn.Get(keyIDs(incarnation))
			if err == nil {
				err = item.Value(func(v []byte) error { return wire.Decode(v, &start) })
			}
			if err != nil && !errors.Is(err, badger.ErrKeyNotFound) {
				return err
			}
			return txn.Set(keyIDs(incarnation), wire.Encode(start+block))
		})
		if err != nil {
			return 0, fmt.Errorf("reserve case numbers: %w", err)
		}
		d.incarnation, d.last, d.limit = incarnation, start, start+block
	}
	d.last++
	return d.last, nil
}

// fenceRow says why an incarnation may not write any more.
type fenceRow struct {
	Incarnation uint32 `cbor:"1,keyasint"`
	Reason      string `cbor:"2,keyasint"`
	At          int64  `cbor:"3,keyasint"`
}

func loadFence(db *badger.DB) (*fenceRow, error) {
	var row *fenceRow
	err := db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(keyFence)
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		row = &fenceRow{}
		return item.Value(func(v []byte) error { return wire.Decode(v, row) })
	})
	return row, err
}

func saveFence(db *badger.DB, row *fenceRow) error {
	return db.Update(func(txn *badger.Txn) error {
		if row == nil {
			return txn.Delete(keyFence)
		}
		return txn.Set(keyFence, wire.Encode(row))
	})
}
