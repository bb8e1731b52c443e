package quorum

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/hashicorp/raft"

	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// Entry is one Raft entry: its index, when the leader took it by its own
// clock (Unix milliseconds), and the batch of commands that it holds.
type Entry = struct {
	Index    uint64
	Time     int64
	Commands [][]byte
}

// Machine is the replicated state machine. Its methods are never called from
// two goroutines at once, but for WriteSnapshot and Applied, which may run
// beside Apply.
type Machine interface {
	// Apply gets whole entries in the order of their indexes, each one once
	// in the machine's life, and returns the result of every command of every
	// entry. Effect and applied index must reach the disk in one transaction.
	// An error is fatal: the voter stops. A machine that is fed from elsewhere
	// beside Raft may meet an entry that reached it meanwhile, and must know it.
	Apply(entries []Entry) ([][][]byte, error)
	// Applied is the last entry whose whole effect is stored, 0 for none.
	// Entries up to it are not given to Apply again.
	Applied() uint64
	// WriteSnapshot writes a consistent state that reaches Applied, as it is
	// when it is called or later.
	WriteSnapshot(w io.Writer) error
	// ReadSnapshot brings the state up to what WriteSnapshot wrote. It keeps
	// what it has in common with it and does nothing when it is further on. A
	// snapshot that contradicts what it has is refused with chain.ErrDiverged.
	ReadSnapshot(r io.Reader) error
}

// batch is the content of a Raft entry.
type batch struct {
	Commands [][]byte `cbor:"1,keyasint"`
	Time     int64    `cbor:"2,keyasint"`
}

// snapshotHeader stands before the machine's own bytes in a snapshot.
type snapshotHeader struct {
	Applied uint64 `cbor:"1,keyasint"` // the snapshot holds every entry up to here
}

// One call of Machine.Apply gets no more than this, so that its transaction
// stays small: as many entries as fit, one at least.
const (
	applyBytes   = 256 << 10
	applyEntries = 64
)

// errSkipped answers a proposal whose entry had been applied before: its
// results are no longer at hand.
var errSkipped = errors.New("the entry was applied before")

// fsm is what Raft sees of the machine. Raft calls it from one goroutine,
// Persist from another.
type fsm struct {
	machine Machine
	fatal   func(error) // told once; the voter stops

	mu     sync.Mutex
	broken error // why nothing more is applied
}

var _ raft.BatchingFSM = (*fsm)(nil)

func (f *fsm) failed() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.broken
}

func (f *fsm) fail(err error) error {
	f.mu.Lock()
	first := f.broken == nil
	if first {
		f.broken = err
	}
	f.mu.Unlock()
	if first {
		f.fatal(err)
	}
	return err
}

// Apply implements raft.FSM; Raft calls ApplyBatch instead.
func (f *fsm) Apply(l *raft.Log) any { return f.ApplyBatch([]*raft.Log{l})[0] }

// ApplyBatch gives the machine what it has not applied yet. The answer to
// each log is [][]byte, the results of its commands, or an error.
func (f *fsm) ApplyBatch(logs []*raft.Log) []any {
	answers := make([]any, len(logs))
	applied := f.machine.Applied()
	var entries []Entry
	var places []int
	size := 0
	flush := func() {
		if len(entries) > 0 {
			f.apply(entries, places, answers)
		}
		entries, places, size = nil, nil, 0
	}
	for i, l := range logs {
		if l.Type != raft.LogCommand {
			continue
		}
		if l.Index <= applied {
			answers[i] = errSkipped
			continue
		}
		var b batch
		if err := wire.Decode(l.Data, &b); err != nil {
			// Every voter reads the same bytes and stops here; none guesses.
			answers[i] = f.fail(fmt.Errorf("raft entry %d: %w", l.Index, err))
			break
		}
		if size+len(l.Data) > applyBytes || len(entries) == applyEntries {
			flush()
		}
		entries = append(entries, Entry{l.Index, b.Time, b.Commands})
		places = append(places, i)
		size += len(l.Data)
	}
	flush()
	for i, l := range logs {
		if answers[i] == nil && l.Type == raft.LogCommand {
			answers[i] = f.failed()
		}
	}
	return answers
}

func (f *fsm) apply(entries []Entry, places []int, answers []any) {
	if f.failed() != nil {
		return
	}
	results, err := f.machine.Apply(entries)
	if err == nil && len(results) != len(entries) {
		err = fmt.Errorf("%d results for %d entries", len(results), len(entries))
	}
	if err != nil {
		f.fail(fmt.Errorf("apply raft entries %d to %d: %w", entries[0].Index, entries[len(entries)-1].Index, err))
		return
	}
	for i, r := range results {
		answers[places[i]] = r
	}
}

// Snapshot implements raft.FSM. After a failure there is none: Raft would
// take it for the state at an index that the machine never reached.
func (f *fsm) Snapshot() (raft.FSMSnapshot, error) {
	if err := f.failed(); err != nil {
		return nil, err
	}
	return &snapshot{f.machine}, nil
}

// snapshot is written from the machine as it is when Raft gets to it. It may
// hold later entries than Raft thinks: they are committed, and whoever
// installs it skips them when they come again.
type snapshot struct{ machine Machine }

func (s *snapshot) Persist(sink raft.SnapshotSink) error {
	w := bufio.NewWriterSize(sink, 64<<10)
	err := wire.WriteFrame(w, snapshotHeader{Applied: s.machine.Applied()})
	if err == nil {
		err = s.machine.WriteSnapshot(w)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write snapshot: %w", err), sink.Cancel())
	}
	return sink.Close()
}

func (s *snapshot) Release() {}

// Restore implements raft.FSM: a snapshot came from the leader.
func (f *fsm) Restore(r io.ReadCloser) error {
	if err := f.failed(); err != nil {
		return err
	}
	err := restore(f.machine, r, true)
	if errors.Is(err, chain.ErrDiverged) {
		return f.fail(err)
	}
	return err
}

// restore reads a snapshot into the machine; one that holds nothing new only
// when it is to be compared.
func restore(m Machine, r io.Reader, compare bool) error {
	br := bufio.NewReaderSize(r, 64<<10)
	var header snapshotHeader
	if err := wire.ReadFrame(br, 0, &header); err != nil {
		return fmt.Errorf("read snapshot: %w", err)
	}
	if !compare && header.Applied <= m.Applied() {
		return nil
	}
	if err := m.ReadSnapshot(br); err != nil {
		return fmt.Errorf("read snapshot: %w", err)
	}
	if got := m.Applied(); got < header.Applied {
		return fmt.Errorf("read snapshot: it reaches entry %d, but says %d", got, header.Applied)
	}
	return nil
}
