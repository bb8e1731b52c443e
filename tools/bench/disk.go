package main

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dgraph-io/badger/v4"
)

// commits is something that can be committed durably, over and over, by
// several at once: a case at a desk, or the same bytes on the bare disk.
type commits func(worker int) error

// rate has workers commit for a while and tells how many commits a second
// became durable.
func rate(workers int, d time.Duration, commit commits) (float64, error) {
	var done atomic.Int64
	var first atomic.Pointer[error]
	var all sync.WaitGroup
	began := time.Now()
	for w := range workers {
		all.Go(func() {
			for time.Since(began) < d && first.Load() == nil {
				if err := commit(w); err != nil {
					first.CompareAndSwap(nil, &err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	if err := first.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(began).Seconds(), nil
}

// journal is the least that a durable commit costs on this disk: bytes
// appended to one file that is long enough already, then fdatasync. Whoever
// comes while a sync is under way shares the next one.
type journal struct {
	file   *os.File
	record []byte

	mu      sync.Mutex
	waiting *group // gathers the next write
	syncing bool
	at      int64
}

// group is the commits that share one sync.
type group struct {
	bytes int
	done  chan struct{}
	err   error
}

// journalSize is what is preallocated; writing starts again at its beginning.
const journalSize = 256 << 20

func openJournal(dir string, record int) (*journal, error) {
	f, err := openFile(dir)
	if err != nil {
		return nil, err
	}
	zeros := make([]byte, 1<<20)
	for range journalSize / len(zeros) { // written, not only reserved: no metadata changes later
		if _, err := f.Write(zeros); err != nil {
			return nil, err
		}
	}
	return &journal{file: f, record: make([]byte, record)}, f.Sync()
}

func openFile(dir string) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, "journal"), os.O_CREATE|os.O_RDWR, 0o600)
}

// commit appends one record. Who finds no sync under way syncs, for as long as
// others come.
func (j *journal) commit(int) error {
	j.mu.Lock()
	if j.waiting == nil {
		j.waiting = &group{done: make(chan struct{})}
	}
	g := j.waiting
	g.bytes += len(j.record)
	if j.syncing {
		j.mu.Unlock()
		<-g.done
		return g.err
	}
	j.syncing = true
	for j.waiting != nil {
		now := j.waiting
		j.waiting = nil
		j.mu.Unlock()
		now.err = j.write(now.bytes)
		close(now.done)
		j.mu.Lock()
	}
	j.syncing = false
	j.mu.Unlock()
	return g.err
}

func (j *journal) write(n int) error {
	if j.at+int64(n) > journalSize {
		j.at = 0
	}
	if _, err := j.file.WriteAt(make([]byte, n), j.at); err != nil {
		return err
	}
	j.at += int64(n)
	return syncData(j.file)
}

func (j *journal) close() error { return j.file.Close() }

// bare is badger alone, with the settings of the nodes: transactions of as many
// rows and bytes as a case has, each synced.
type bare struct {
	db   *badger.DB
	rows int
	size int // of one row
	next atomic.Uint64
}

func (b *bare) commit(int) error {
	n := b.next.Add(1)
	return b.db.Update(func(txn *badger.Txn) error {
		for i := range b.rows {
			key := binary.BigEndian.AppendUint64([]byte("bare/"), n)
			if err := txn.Set(append(key, byte(i)), make([]byte, b.size)); err != nil {
				return err
			}
		}
		return nil
	})
}
