// Package store opens the one database of a node, guards the disk under it,
// and brings it out to a backup and back.
//
// It must never know what the rows mean that others keep in it, never open a
// directory that another process has open, and never go on writing on a disk
// that is about to be full: badger dies there with SIGBUS (its files are
// memory-mapped), which no recover() catches.
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"

	"tongban/consensus/refusal"
	"tongban/node/identity"
)

// Profile is what size of machine the database is made for.
type Profile uint8

// The profiles.
const (
	Village Profile = iota // a PC with 1 GB
	Hub                    // a district's server
)

// Config says where and how.
type Config struct {
	Dir     string       // the node's data directory; the database lies in its folder db
	Profile Profile      //
	Log     *slog.Logger // required
	Space   Space        // zero: the profile's
	// Statfs tells the bytes that are free to this user and the size of the
	// file system that holds path. nil: the system's.
	Statfs func(path string) (free, size uint64, err error)
	// Tidy is how long after the start the value log is first tidied; zero is
	// ten minutes. Then once a day: an office's PC is off at night, so an hour
	// of the clock would never come.
	Tidy time.Duration
}

const (
	dbFolder      = "db"
	lockFile      = "lock"
	tidyFirst     = 10 * time.Minute
	tidyEvery     = 24 * time.Hour
	discardRatio  = 0.5 // tidy a value log file when half of it is garbage
	restoreFolder = "db.restoring"
)

// AlreadyOpen is the code of a directory that another process runs on.
const AlreadyOpen refusal.Code = "already_open"

var markKey = []byte("m/start")

// Store is a node's open database. Safe for concurrent use.
type Store struct {
	log   *slog.Logger
	tidy  time.Duration
	db    *badger.DB
	lock  *lock
	guard *Guard
}

var _ identity.Marks = (*Store)(nil)

// Open locks the data directory and opens the database in it, which is made
// when it is missing. A directory that another process has open is refused
// with AlreadyOpen, a disk without room with refusal.DiskFull.
func Open(cfg Config) (*Store, error) {
	op := "open the data directory " + cfg.Dir
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("%s: %w", op, err)
	}
	held, err := acquire(filepath.Join(cfg.Dir, lockFile))
	if err != nil {
		return nil, err
	}
	guard, err := newGuard(cfg)
	if err != nil {
		return nil, errors.Join(err, held.release())
	}
	db, err := badger.Open(settings(filepath.Join(cfg.Dir, dbFolder), cfg.Profile, cfg.Log))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", op, err), held.release())
	}
	s := &Store{log: cfg.Log, tidy: cfg.Tidy, db: db, lock: held, guard: guard}
	if s.tidy == 0 {
		s.tidy = tidyFirst
	}
	return s, nil
}

// settings are the measured ones: SyncWrites, because without it acknowledged
// writes are lost at a power cut; small tables and caches, because the
// defaults take 700 MB; nothing on a global metrics registry.
func settings(dir string, p Profile, log *slog.Logger) badger.Options {
	o := badger.DefaultOptions(dir).
		WithSyncWrites(true).
		WithDetectConflicts(true).
		WithMetricsEnabled(false).
		WithLogger(logger{log}).
		WithCompression(options.Snappy).
		WithNumVersionsToKeep(1).
		WithMemTableSize(8 << 20).
		WithNumMemtables(2).
		WithNumLevelZeroTables(2).
		WithNumLevelZeroTablesStall(6).
		WithBaseTableSize(8 << 20).
		WithBaseLevelSize(32 << 20).
		WithNumCompactors(2).
		WithNumGoroutines(2).
		WithBlockCacheSize(16 << 20).
		WithIndexCacheSize(8 << 20).
		WithValueThreshold(256 << 10).
		WithValueLogFileSize(64 << 20)
	if p == Hub {
		o = o.WithMemTableSize(32 << 20).
			WithNumMemtables(3).
			WithNumLevelZeroTables(4).
			WithNumLevelZeroTablesStall(10).
			WithBaseLevelSize(128 << 20).
			WithNumCompactors(3).
			WithNumGoroutines(4).
			WithBlockCacheSize(128 << 20).
			WithIndexCacheSize(64 << 20).
			WithValueLogFileSize(256 << 20)
	}
	return o
}

// DB is the database itself, for the packages that keep rows in it.
func (s *Store) DB() *badger.DB { return s.db }

// Guard watches the free space.
func (s *Store) Guard() *Guard { return s.guard }

// Run watches the free space and tidies the value log until ctx ends. An error
// is fatal: the disk is so full that the node must stop before it is killed.
func (s *Store) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	tidied := make(chan struct{})
	go func() {
		defer close(tidied)
		s.tidyLoop(ctx)
	}()
	err := s.guard.run(ctx)
	cancel()
	<-tidied
	return err
}

func (s *Store) tidyLoop(ctx context.Context) {
	timer := time.NewTimer(s.tidy)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		}
		n, err := s.Tidy(ctx)
		if err != nil {
			s.log.Warn("tidying the value log failed", "error", err)
		} else if n > 0 {
			s.log.Info("value log tidied", "files", n)
		}
		timer.Reset(tidyEvery)
	}
}

// Tidy rewrites value log files that are mostly garbage, one after another,
// until there is none, and says how many it rewrote.
func (s *Store) Tidy(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		if ctx.Err() != nil {
			return n, nil
		}
		switch err := s.db.RunValueLogGC(discardRatio); {
		case errors.Is(err, badger.ErrNoRewrite), errors.Is(err, badger.ErrRejected):
			return n, nil // nothing to do, or it is being done
		case err != nil:
			return n, err
		}
	}
}

// Mark is the store's half of the start mark; zero when there is none.
func (s *Store) Mark() (identity.Mark, error) {
	var mark identity.Mark
	err := s.db.View(func(txn *badger.Txn) error {
		row, err := txn.Get(markKey)
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return row.Value(func(b []byte) error {
			mark, err = identity.DecodeMark(b)
			return err
		})
	})
	return mark, err
}

// SetMark stores the start mark durably.
func (s *Store) SetMark(m identity.Mark) error {
	return s.db.Update(func(txn *badger.Txn) error {
		return txn.Set(markKey, identity.EncodeMark(m))
	})
}

// Size is what the database takes on disk, in bytes: its sorted tables and its
// value log. badger measures it once a minute.
func (s *Store) Size() (tables, values int64) { return s.db.Size() }

// Close closes the database and gives the directory free. Call it after Run
// has returned and after everybody has stopped using DB.
func (s *Store) Close() error {
	return errors.Join(s.db.Close(), s.lock.release())
}

// logger lets badger speak through slog. What it calls information is detail
// to us.
type logger struct{ log *slog.Logger }

func (l logger) Errorf(format string, args ...any)   { l.say(slog.LevelError, format, args) }
func (l logger) Warningf(format string, args ...any) { l.say(slog.LevelWarn, format, args) }
func (l logger) Infof(format string, args ...any)    { l.say(slog.LevelDebug, format, args) }
func (l logger) Debugf(format string, args ...any)   { l.say(slog.LevelDebug-4, format, args) }

func (l logger) say(level slog.Level, format string, args []any) {
	if l.log.Enabled(context.Background(), level) {
		l.log.Log(context.Background(), level, "badger", "says", trimmed(format, args))
	}
}

func trimmed(format string, args []any) string {
	return strings.TrimSpace(fmt.Sprintf(format, args...))
}
