package quorum

import (
	"time"

	"github.com/hashicorp/raft"
)

// watched tells when a write of Raft's log or values does not return. Raft
// itself would wait for ever, and a leader that waits goes on sending
// heartbeats, so that nobody takes over.
type watched struct {
	raft.LogStore
	stable raft.StableStore
	limit  time.Duration
	hung   func(op string)
}

var (
	_ raft.LogStore          = (*watched)(nil)
	_ raft.StableStore       = (*watched)(nil)
	_ raft.MonotonicLogStore = (*watched)(nil)
)

func (w *watched) watch(op string) func() bool {
	return time.AfterFunc(w.limit, func() { w.hung(op) }).Stop
}

// IsMonotonic passes on what the store says: the wrapping must not hide it.
func (w *watched) IsMonotonic() bool {
	m, ok := w.LogStore.(raft.MonotonicLogStore)
	return ok && m.IsMonotonic()
}

func (w *watched) StoreLog(l *raft.Log) error {
	defer w.watch("store an entry")()
	return w.LogStore.StoreLog(l)
}

func (w *watched) StoreLogs(l []*raft.Log) error {
	defer w.watch("store entries")()
	return w.LogStore.StoreLogs(l)
}

func (w *watched) DeleteRange(lo, hi uint64) error {
	defer w.watch("delete entries")()
	return w.LogStore.DeleteRange(lo, hi)
}

func (w *watched) Set(key, value []byte) error {
	defer w.watch("store a value")()
	return w.stable.Set(key, value)
}

func (w *watched) SetUint64(key []byte, value uint64) error {
	defer w.watch("store a value")()
	return w.stable.SetUint64(key, value)
}

func (w *watched) Get(key []byte) ([]byte, error)       { return w.stable.Get(key) }
func (w *watched) GetUint64(key []byte) (uint64, error) { return w.stable.GetUint64(key) }
