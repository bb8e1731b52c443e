package cabinet

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Keys. A case id holds no slash.
//
//	c/<case>                       the case's head row
//	cc/<case>                      its card
//	e/<case>/<branch>/<seq>        the sealed events, each branch complete from 1
//	s/<case>/<branch>              a branch that is not the case's log
//	p/<case>/<hash>                a parcel that can't be judged yet
//	w/own/<incarnation>/<number>   an own write
//	w/floor/<incarnation>          the own write up to which rows are dropped
//	w/id/<incarnation>             the highest counter reserved for new cases
//	w/cards                        the version of the cards
//	w/fence                        why this node may not write
var (
	prefixHead   = []byte("c/")
	prefixParcel = []byte("p/")
	keyFence     = []byte("w/fence")
)

func keyHead(id casefile.ID) []byte { return append([]byte("c/"), id...) }

func keyEvent(id casefile.ID, branch, seq uint64) []byte {
	k := binary.BigEndian.AppendUint64(fmt.Appendf(nil, "e/%s/", id), branch)
	return binary.BigEndian.AppendUint64(append(k, '/'), seq)
}

func keyOthers(id casefile.ID) []byte { return fmt.Appendf(nil, "s/%s/", id) }

func keyOther(id casefile.ID, branch uint64) []byte {
	return binary.BigEndian.AppendUint64(keyOthers(id), branch)
}

func keyParcels(id casefile.ID) []byte { return fmt.Appendf(nil, "p/%s/", id) }

func keyParcel(id casefile.ID, hash chain.Hash) []byte { return append(keyParcels(id), hash[:]...) }

func keyOwn(incarnation uint32) []byte {
	return append(binary.BigEndian.AppendUint32([]byte("w/own/"), incarnation), '/')
}

func keyOwnNumber(incarnation uint32, n uint64) []byte {
	return binary.BigEndian.AppendUint64(keyOwn(incarnation), n)
}

func keyFloor(incarnation uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte("w/floor/"), incarnation)
}

func keyIDs(incarnation uint32) []byte {
	return binary.BigEndian.AppendUint32([]byte("w/id/"), incarnation)
}

// foldVersion is raised whenever the fold changes: a head row of another
// version is folded again from its log.
const foldVersion = 1

// headRow is what stands beside the log: which branch it is, and the fold.
type headRow struct {
	Version int          `cbor:"1,keyasint"`
	Branch  uint64       `cbor:"2,keyasint"`           // whose events are the case's log
	Next    uint64       `cbor:"3,keyasint"`           // the number of the next branch
	Frozen  bool         `cbor:"4,keyasint,omitempty"` // equivocation
	Head    chain.Head   `cbor:"5,keyasint"`
	State   wire.Raw     `cbor:"6,keyasint"`
	Open    []chain.Head `cbor:"7,keyasint,omitempty"` // heads of the other branches
}

// Cause says how a branch came to lie beside the log.
type Cause string

// The causes.
const (
	Overruled  Cause = "overruled"    // it was the log here until a higher epoch came
	Late       Cause = "late"         // it came when a higher epoch was here already
	Equivocal  Cause = "equivocation" // it is of the log's own epoch
	CutBySeize Cause = "cut"          // what stood behind the base of a seizure
)

// Branch is a log of the case that is not its log: superseded, or the other
// side of an equivocation. It is kept whole and for good.
type Branch struct {
	Number uint64         `cbor:"1,keyasint" json:"number"`
	Head   chain.Head     `cbor:"2,keyasint" json:"head"`
	Epoch  uint32         `cbor:"3,keyasint" json:"epoch"`
	Fork   uint64         `cbor:"4,keyasint" json:"fork"` // the first sequence at which it differed from the log
	Cause  Cause          `cbor:"5,keyasint" json:"cause"`
	From   area.Center    `cbor:"6,keyasint,omitempty" json:"from,omitempty"`  // who sent it
	At     int64          `cbor:"7,keyasint" json:"at"`                        // Unix milliseconds
	Heavy  bool           `cbor:"8,keyasint,omitempty" json:"heavy,omitempty"` // it holds a decision or a service behind the fork
	Holder casefile.Party `cbor:"9,keyasint" json:"holder"`
	// Settled: the log says what becomes of it. Computed, not stored.
	Settled bool `cbor:"-" json:"settled"`
}

// parcel is what waits for a newer Register or a newer program.
type parcel struct {
	Case    casefile.ID `cbor:"1,keyasint"`
	From    area.Center `cbor:"2,keyasint"`
	First   uint64      `cbor:"3,keyasint"`
	Records [][]byte    `cbor:"4,keyasint"`
	Need    uint64      `cbor:"5,keyasint"` // Register index; 0: an upgrade
	Reason  string      `cbor:"6,keyasint"`
	At      int64       `cbor:"7,keyasint"`
}

// folder is one case in memory. It is never changed: a change makes a new one.
type folder struct {
	branch, next uint64
	frozen       bool
	open         []chain.Head // heads of the other branches
	state        casefile.State
}

func (f *folder) row() headRow {
	return headRow{
		Version: foldVersion, Branch: f.branch, Next: f.next, Frozen: f.frozen,
		Head: f.state.Head, State: wire.Encode(f.state), Open: f.open,
	}
}

// load returns a case as it stands, from memory or disk; a case that is not
// here is an empty one.
func (c *Cabinet) load(id casefile.ID) (*folder, error) {
	if v, ok := c.cache.Get(id); ok {
		return v.(*folder), nil
	}
	var f *folder
	err := c.db.View(func(txn *badger.Txn) error {
		var err error
		f, err = readFolder(txn, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("load case %s: %w", id, err)
	}
	if f.state.Head.Index > 0 {
		c.cache.Add(id, f)
	}
	return f, nil
}

func readFolder(txn *badger.Txn, id casefile.ID) (*folder, error) {
	item, err := txn.Get(keyHead(id))
	if errors.Is(err, badger.ErrKeyNotFound) {
		return &folder{branch: 1, next: 2, state: casefile.New(id)}, nil
	}
	if err != nil {
		return nil, err
	}
	var f *folder
	err = item.Value(func(v []byte) error {
		f, err = decodeFolder(txn, id, v)
		return err
	})
	return f, err
}

// decodeFolder reads a head row; one of another version is folded again.
func decodeFolder(txn *badger.Txn, id casefile.ID, v []byte) (*folder, error) {
	var row headRow
	if err := wire.Decode(v, &row); err != nil {
		return nil, err
	}
	f := &folder{branch: row.Branch, next: row.Next, frozen: row.Frozen, open: row.Open}
	if row.Version == foldVersion {
		if err := wire.Decode(row.State, &f.state); err == nil {
			return f, nil
		}
	}
	records, err := readLog(txn, id, row.Branch, 1, int(row.Head.Index))
	if err != nil {
		return nil, err
	}
	f.state, err = casefile.Fold(id, records)
	return f, err
}

// readLog reads up to max records of a branch.
func readLog(txn *badger.Txn, id casefile.ID, branch, from uint64, max int) ([][]byte, error) {
	if max <= 0 {
		return nil, nil
	}
	prefix := keyEvent(id, branch, 0)
	prefix = prefix[:len(prefix)-8]
	opts := badger.DefaultIteratorOptions
	opts.Prefix = prefix
	opts.PrefetchSize = min(max, 64)
	it := txn.NewIterator(opts)
	defer it.Close()
	var records [][]byte
	for it.Seek(keyEvent(id, branch, from)); it.Valid() && len(records) < max; it.Next() {
		b, err := it.Item().ValueCopy(nil)
		if err != nil {
			return nil, err
		}
		if want := keyEvent(id, branch, from+uint64(len(records))); string(it.Item().Key()) != string(want) {
			return nil, fmt.Errorf("event %d of %s is missing on the disk", from+uint64(len(records)), id)
		}
		records = append(records, b)
	}
	return records, nil
}

// log reads records of the case's own log, never past its head: rows behind
// the head are left-overs of a change that did not come to its end.
func (c *Cabinet) branchLog(id casefile.ID, branch uint64, head uint64, from uint64, max int) ([][]byte, error) {
	if from == 0 || from > head {
		return nil, nil
	}
	if left := head - from + 1; uint64(max) > left {
		max = int(left)
	}
	var records [][]byte
	err := c.db.View(func(txn *badger.Txn) error {
		var err error
		records, err = readLog(txn, id, branch, from, max)
		return err
	})
	return records, err
}

// scan calls visit for each row of a prefix, with its value; it stops when
// visit says false.
func scan(txn *badger.Txn, prefix, from []byte, visit func(key, value []byte) (bool, error)) error {
	opts := badger.DefaultIteratorOptions
	opts.Prefix = prefix
	it := txn.NewIterator(opts)
	defer it.Close()
	if from == nil {
		from = prefix
	}
	for it.Seek(from); it.Valid(); it.Next() {
		v, err := it.Item().ValueCopy(nil)
		if err != nil {
			return err
		}
		on, err := visit(it.Item().KeyCopy(nil), v)
		if err != nil || !on {
			return err
		}
	}
	return nil
}
