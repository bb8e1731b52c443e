package quorum

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// journal is a small Register: a list of records on badger, each command once
// by its id. A command is "id=text"; the command "id=voters:a,b" sets who
// votes. The result is the command's number.
type journal struct {
	db *badger.DB

	mu      sync.Mutex
	records []journalRecord
	byID    map[string]int
	calls   int    // of Apply
	largest int    // most entries in one call
	broken  error  // what Apply returns
	seen    uint64 // the last entry given to Apply
}

type journalRecord struct {
	Entry   uint64 `cbor:"1,keyasint"`
	Command string `cbor:"2,keyasint"`
	Whole   bool   `cbor:"3,keyasint"` // the last record of its entry
}

func openJournal(db *badger.DB) (*journal, error) {
	j := &journal{db: db, byID: map[string]int{}}
	err := db.View(func(txn *badger.Txn) error {
		it := txn.NewIterator(badger.IteratorOptions{Prefix: []byte("j/"), PrefetchValues: true, PrefetchSize: 100})
		defer it.Close()
		for it.Rewind(); it.Valid(); it.Next() {
			var r journalRecord
			if err := it.Item().Value(func(v []byte) error { return wire.Decode(v, &r) }); err != nil {
				return err
			}
			j.keep(r)
		}
		return nil
	})
	return j, err
}

func (j *journal) keep(r journalRecord) {
	j.records = append(j.records, r)
	if id, _, ok := strings.Cut(r.Command, "="); ok {
		j.byID[id] = len(j.byID) + 1
	}
}

func (j *journal) store(records []journalRecord) error {
	return j.db.Update(func(txn *badger.Txn) error {
		for i, r := range records {
			key := binary.BigEndian.AppendUint64([]byte("j/"), uint64(len(j.records)+i+1))
			if err := txn.Set(key, wire.Encode(r)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (j *journal) Apply(entries []Entry) ([][][]byte, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls++
	j.largest = max(j.largest, len(entries))
	if j.broken != nil {
		return nil, j.broken
	}
	var fresh []journalRecord
	numbers := map[string]int{}
	answers := make([][][]byte, len(entries))
	for i, e := range entries {
		if e.Index <= j.appliedLocked() || e.Index <= j.seen {
			return nil, fmt.Errorf("entry %d came twice", e.Index)
		}
		j.seen = e.Index
		for _, c := range e.Commands {
			id, _, _ := strings.Cut(string(c), "=")
			n := j.byID[id]
			if n == 0 {
				n = numbers[id]
			}
			if n == 0 {
				fresh = append(fresh, journalRecord{Entry: e.Index, Command: string(c)})
				n = len(j.byID) + len(numbers) + 1
				numbers[id] = n
			}
			answers[i] = append(answers[i], []byte(fmt.Sprint(n)))
		}
		fresh = append(fresh, journalRecord{Entry: e.Index, Whole: true})
	}
	if err := j.store(fresh); err != nil {
		return nil, err
	}
	for _, r := range fresh {
		j.keep(r)
	}
	return answers, nil
}

func (j *journal) appliedLocked() uint64 {
	if len(j.records) == 0 {
		return 0
	}
	return j.records[len(j.records)-1].Entry
}

func (j *journal) Applied() uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.appliedLocked()
}

func (j *journal) WriteSnapshot(w io.Writer) error {
	j.mu.Lock()
	records := slices.Clone(j.records)
	j.mu.Unlock()
	for _, r := range records {
		if err := wire.WriteFrame(w, r); err != nil {
			return err
		}
	}
	return nil
}

func (j *journal) ReadSnapshot(r io.Reader) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	br := bufio.NewReader(r)
	for n := 0; ; n++ {
		var rec journalRecord
		err := wire.ReadFrame(br, 0, &rec)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case n < len(j.records) && j.records[n] != rec:
			return chain.ErrDiverged
		case n == len(j.records):
			if err := j.store([]journalRecord{rec}); err != nil {
				return err
			}
			j.keep(rec)
		}
	}
}

// commands are the commands in the order in which they took effect.
func (j *journal) commands() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var list []string
	for _, r := range j.records {
		if r.Command != "" {
			list = append(list, r.Command)
		}
	}
	return list
}

// entries is how many Raft entries brought them.
func (j *journal) entries() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	n := 0
	for _, r := range j.records {
		if r.Whole {
			n++
		}
	}
	return n
}

func (j *journal) voters() []string {
	list := j.commands()
	for _, c := range slices.Backward(list) {
		if _, set, ok := strings.Cut(c, "=voters:"); ok {
			return strings.Split(set, ",")
		}
	}
	return nil
}
