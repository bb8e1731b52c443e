package store

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/node/identity"
)

// Codes of a restore.
const (
	NotEmpty      refusal.Code = "not_empty"      // the directory holds a database already
	BackupDamaged refusal.Code = "backup_damaged" // cut off, changed, or no backup
)

// A backup is a stream of frames (wire.WriteFrame): a header, batches of rows,
// an end with the number of rows and the SHA-256 of every byte before it. It
// is our own form because badger's Backup skips a row that it cannot read with
// a line in the log, reads each range of keys at a moment of its own, and took
// 710 MB of memory for 203 MB of data: this one reads one snapshot row by row,
// and fails when it cannot.
type frame struct {
	Header *header `cbor:"1,keyasint,omitempty"`
	Rows   []row   `cbor:"2,keyasint,omitempty"`
	End    *end    `cbor:"3,keyasint,omitempty"`
}

type header struct {
	Magic   string `cbor:"1,keyasint"`
	Version uint16 `cbor:"2,keyasint"`
	Made    int64  `cbor:"3,keyasint"` // Unix milliseconds
}

type row struct {
	_       struct{} `cbor:",toarray"`
	Key     []byte
	Value   []byte
	Meta    byte
	Expires uint64 // Unix seconds; 0 never
}

type end struct {
	Rows uint64 `cbor:"1,keyasint"`
	Sum  []byte `cbor:"2,keyasint"`
}

const (
	backupMagic   = "tongban backup"
	backupVersion = 1
	batchBytes    = 128 << 10
)

// Backup writes everything that the database holds at one moment, but for the
// rows whose keys begin with one of without, such as sessions. The node
// goes on working meanwhile; memory stays within a few MB. The node's key is
// not in it: a restored node needs a new incarnation anyway. now is stamped
// into the header.
func (s *Store) Backup(ctx context.Context, w io.Writer, now time.Time, without ...string) error {
	buffer := bufio.NewWriterSize(w, 64<<10)
	out := &summed{w: buffer, sum: sha256.New()}
	err := out.write(frame{Header: &header{backupMagic, backupVersion, now.UnixMilli()}})
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	var rows uint64
	err = s.db.View(func(txn *badger.Txn) error {
		rows, err = dump(ctx, txn, out, without)
		return err
	})
	if err == nil {
		err = out.write(frame{End: &end{rows, out.sum.Sum(nil)}})
	}
	if err == nil {
		err = buffer.Flush()
	}
	if err == nil {
		err = s.db.Update(func(txn *badger.Txn) error {
			return txn.Set(keyBackedUp, binary.BigEndian.AppendUint64(nil, uint64(now.UnixMilli())))
		})
	}
	if err != nil {
		return fmt.Errorf("back up: %w", err)
	}
	return nil
}

// keyBackedUp is when a backup was last written whole.
var keyBackedUp = []byte("node/backed-up")

// BackedUp is when a backup was last written whole; the zero time: never. That
// it was kept anywhere is not known here.
func (s *Store) BackedUp() (at time.Time, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		row, err := txn.Get(keyBackedUp)
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return row.Value(func(v []byte) error {
			at = time.UnixMilli(int64(binary.BigEndian.Uint64(v)))
			return nil
		})
	})
	return at, err
}

func dump(ctx context.Context, txn *badger.Txn, out *summed, without []string) (rows uint64, err error) {
	// One row ahead is enough: the disk reads ahead by itself, and every
	// prefetched value is memory.
	it := txn.NewIterator(badger.IteratorOptions{PrefetchValues: true, PrefetchSize: 2})
	defer it.Close()
	var batch []row
	var arena []byte // of the batch's keys and values; used again for the next
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := out.write(frame{Rows: batch})
		batch, arena = batch[:0], arena[:0]
		return err
	}
	for it.Rewind(); it.Valid(); it.Next() {
		if ctx.Err() != nil {
			return rows, context.Cause(ctx)
		}
		item := it.Item()
		if slices.ContainsFunc(without, func(prefix string) bool { return bytes.HasPrefix(item.Key(), []byte(prefix)) }) {
			continue
		}
		if len(arena)+len(item.Key())+int(item.ValueSize()) > batchBytes {
			if err := flush(); err != nil {
				return rows, err
			}
		}
		start := len(arena)
		arena = append(arena, item.Key()...)
		middle := len(arena)
		err := item.Value(func(value []byte) error {
			arena = append(arena, value...)
			return nil
		})
		if err != nil {
			return rows, fmt.Errorf("row %x: %w", item.Key(), err)
		}
		batch = append(batch, row{Key: arena[start:middle], Value: arena[middle:],
			Meta: item.UserMeta(), Expires: item.ExpiresAt()})
		rows++
	}
	return rows, flush()
}

// Restore fills the data directory dir, which must hold no database, from a
// backup. The whole backup is read and checked before the database appears
// under its name, so a damaged one leaves nothing behind. The database is
// marked: the node that starts on it knows that it was restored, and writes
// nothing until the Register has granted a new incarnation.
func Restore(ctx context.Context, dir string, r io.Reader, log *slog.Logger) error {
	op := "restore into " + dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	held, err := acquire(filepath.Join(dir, lockFile))
	if err != nil {
		return err
	}
	defer held.release()
	final, building := filepath.Join(dir, dbFolder), filepath.Join(dir, restoreFolder)
	if _, err := os.Stat(final); err == nil {
		return refusal.Newf(NotEmpty, op,
			"restore into a new directory, or move the old database away first", "%s holds a database", final)
	}
	if err := os.RemoveAll(building); err != nil { // of a restore that was interrupted
		return fmt.Errorf("%s: %w", op, err)
	}
	if err := build(ctx, building, r, log); err != nil {
		return errors.Join(err, os.RemoveAll(building))
	}
	if err := os.Rename(building, final); err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	defer d.Close()
	return d.Sync()
}

func build(ctx context.Context, dir string, r io.Reader, log *slog.Logger) error {
	// No sync per write: nothing counts before the folder has its name.
	db, err := badger.Open(settings(dir, Village, log).WithSyncWrites(false))
	if err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	err = load(ctx, db, r)
	if err == nil {
		err = db.Update(func(txn *badger.Txn) error {
			return txn.Set(markKey, identity.EncodeMark(identity.Mark{Restored: true}))
		})
	}
	if err == nil {
		err = db.Sync()
	}
	return errors.Join(err, db.Close())
}

func load(ctx context.Context, db *badger.DB, r io.Reader) error {
	in := &summed{r: bufio.NewReaderSize(r, 64<<10), sum: sha256.New()}
	first, _, err := in.next()
	if err != nil || first.Header == nil || first.Header.Magic != backupMagic {
		return damaged("it does not begin like a backup", err)
	}
	if first.Header.Version != backupVersion {
		return damaged(fmt.Sprintf("its form is %d, this program reads %d", first.Header.Version, backupVersion), nil)
	}
	batch := db.NewWriteBatch()
	defer batch.Cancel()
	var rows uint64
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		f, sum, err := in.next()
		if err != nil {
			return damaged(fmt.Sprintf("it ends after %d rows, before its end", rows), err)
		}
		if f.End != nil {
			if f.End.Rows != rows || !bytes.Equal(f.End.Sum, sum) {
				return damaged("its content does not match its check sum", nil)
			}
			return batch.Flush()
		}
		for _, row := range f.Rows {
			entry := badger.NewEntry(row.Key, row.Value).WithMeta(row.Meta)
			entry.ExpiresAt = row.Expires
			if err := batch.SetEntry(entry); err != nil {
				return fmt.Errorf("restore: %w", err)
			}
			rows++
		}
	}
}

func damaged(what string, err error) error {
	if err == nil {
		err = errors.New(what)
	} else {
		err = fmt.Errorf("%s: %w", what, err)
	}
	return refusal.New(BackupDamaged, "restore", "use an older backup; nothing was changed here", err)
}

// summed writes or reads frames and hashes them as they go by.
type summed struct {
	w   io.Writer
	r   *bufio.Reader
	sum hash.Hash
}

func (s *summed) write(f frame) error {
	return wire.WriteFrame(io.MultiWriter(s.w, s.sum), f)
}

// next also returns the sum of all frames before the one that it read.
func (s *summed) next() (f frame, before []byte, err error) {
	before = s.sum.Sum(nil)
	var body wire.Raw
	if err := wire.ReadFrame(s.r, 0, &body); err != nil {
		return f, before, err
	}
	s.sum.Write(binary.AppendUvarint(nil, uint64(len(body))))
	s.sum.Write(body)
	return f, before, wire.Decode(body, &f)
}
