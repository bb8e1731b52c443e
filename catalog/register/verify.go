package register

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
)

// verifyChunk is how many records are verified between two looks at the
// context and two words to whoever waits.
const verifyChunk = 256

// ErrState says that the journal holds but what was derived from it does not:
// Rebuild mends it.
var ErrState = errors.New("the state differs from what the journal leads to")

// Verify checks everything that is here, from record 1 on: the chain, every
// seal, every authority (each command is applied again, in memory, and must
// give the same record), the certificates, and the rows derived from it all.
// A record that does not hold is named by a *chain.Fault. It looks at one
// moment and holds nobody up. progress, where not nil, is told how many records
// are done, and of how many.
func (r *Register) Verify(ctx context.Context, progress func(done, total uint64)) error {
	if progress == nil {
		progress = func(uint64, uint64) {}
	}
	txn := r.db.NewTransaction(false)
	defer txn.Discard()
	disk := r.machine(&txnRows{txn: txn}, base{})
	disk.base, _ = load[base](disk, baseRow)
	if disk.err != nil || disk.base.Format == 0 {
		return disk.err
	}
	rows := memoryRows{}
	m := r.machine(rows, base{Format: stateFormat, Program: disk.base.Program, Head: chain.Start(r.trust.Realm)})
	total := disk.base.Head.Index
	same := func(record []byte) error { // the hashes that are kept name the very record
		next := m.base.Head.Next(record)
		here, ok := load[headState](disk, headRow(next.Index))
		if !ok || here.Hash != next.Hash {
			return errors.Join(disk.err, &chain.Fault{Log: r.trust.Realm, Index: next.Index, Reason: chain.ErrTampered})
		}
		return nil
	}
	err := replayJournal(ctx, txn, m, same, func([]byte) error {
		if i := m.base.Head.Index; i%verifyChunk == 0 || i == total {
			progress(i, total)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("verify the register: %w", err)
	}
	if err := m.base.Head.Matches(r.trust.Realm, disk.base.Head); err != nil {
		return fmt.Errorf("verify the register: %w", err)
	}
	if err := verifyCertificates(txn, disk); err != nil {
		return fmt.Errorf("verify the register: %w", err)
	}
	if err := sameState(txn, rows, m.base, disk.base); err != nil {
		return fmt.Errorf("verify the register: %w", err)
	}
	return nil
}

// replayJournal applies the journal in txn from record 1 on to a machine. before
// is called ahead of each record, after once it has had its effect.
func replayJournal(ctx context.Context, txn *badger.Txn, m *machine, before, after func(record []byte) error) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		var chunk [][]byte
		size := 0
		err := scan(txn, journalPrefix, journalRow(m.base.Head.Index+1), func(_ string, value []byte) bool {
			chunk = append(chunk, append([]byte(nil), value...))
			size += len(value)
			return len(chunk) < verifyChunk && size < 4<<20
		})
		if err != nil || len(chunk) == 0 {
			return err
		}
		if err := m.replayAll(chunk, before, after); err != nil {
			return err
		}
	}
}

func verifyCertificates(txn *badger.Txn, disk *machine) error {
	return errors.Join(scanFault(txn, certificatePrefix, func(key string, _ []byte) error {
		index := numberOf(key)
		cert, _ := load[chain.Certificate](disk, key)
		head, _ := load[headState](disk, headRow(index))
		if disk.err != nil {
			return disk.err
		}
		if cert.Checkpoint.Head != (chain.Head{Index: index, Hash: head.Hash}) {
			return &chain.Fault{Log: disk.trust.Realm, Index: index, Reason: chain.ErrDiverged}
		}
		return cert.Verify(disk.votersAt(max(index, 2)))
	}), disk.err)
}

// scanFault is scan for a function that may fail.
func scanFault(txn *badger.Txn, prefix string, see func(key string, value []byte) error) error {
	var fault error
	err := scan(txn, prefix, "", func(key string, value []byte) bool {
		fault = see(key, value)
		return fault == nil
	})
	return errors.Join(err, fault)
}

// sameState compares the rows on disk with those that the journal leads to.
func sameState(txn *badger.Txn, want memoryRows, ours, disk base) error {
	if ours.Feature != disk.Feature || ours.Voters != disk.Voters || ours.Stopped != disk.Stopped || ours.Bytes != disk.Bytes || ours.Time != disk.Time {
		return fmt.Errorf("%w (row %q)", ErrState, baseRow)
	}
	n := 0
	err := scanFault(txn, statePrefix, func(key string, value []byte) error {
		if key == baseRow {
			return nil
		}
		n++
		if !bytes.Equal(want[key], value) {
			return fmt.Errorf("%w (row %q)", ErrState, key)
		}
		return nil
	})
	if err == nil && n != len(want) {
		err = fmt.Errorf("%w (%d rows are missing)", ErrState, len(want)-n)
	}
	return err
}

// Rebuild drops everything that was derived from the journal and derives it
// again. Queries meanwhile answer from what there is: do it before a node
// serves. When it is cut short, the next Open does it.
func (r *Register) Rebuild() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.rebuild(); err != nil {
		return fmt.Errorf("rebuild the register: %w", err)
	}
	return nil
}

// rebuild expects that nobody else writes. Where it fails, nothing more is
// written until the next Open.
func (r *Register) rebuild() (err error) {
	defer func() {
		if err != nil {
			r.broken = fmt.Errorf("the register was not rebuilt: %w", err)
		}
	}()
	applied := r.base.Applied
	err = r.db.Update(func(txn *badger.Txn) error {
		m := r.machine(&txnRows{txn: txn}, base{})
		if earlier, pending := load[uint64](m, rebuildRow); pending {
			applied = max(applied, earlier)
		}
		store(m, rebuildRow, applied)
		return m.err
	})
	if err != nil {
		return err
	}
	if err := r.dropState(); err != nil {
		return err
	}
	r.base = base{Format: stateFormat, Program: r.program.level, Head: chain.Start(r.trust.Realm)}
	r.catalogue.forget()
	w := r.writer()
	defer func() { w.discard() }()
	w.journal = false
	txn := r.db.NewTransaction(false)
	defer txn.Discard()
	err = replayJournal(context.Background(), txn, w.machine, func([]byte) error { return w.room() }, w.keep)
	if err != nil {
		return err
	}
	w.base.Applied = max(w.base.Applied, applied)
	if err := w.rows.txn.Delete([]byte(rebuildRow)); err != nil {
		return err
	}
	w.rows.count++
	if err := w.commit(); err != nil {
		return err
	}
	r.publish()
	return nil
}

// dropState deletes the derived rows, but for the mark that says so.
func (r *Register) dropState() error {
	for {
		var keys []string
		err := r.scan(statePrefix, "", func(key string, _ []byte) bool {
			if key != rebuildRow {
				keys = append(keys, key)
			}
			return len(keys) < txnRowsN
		})
		if err != nil || len(keys) == 0 {
			return err
		}
		err = r.db.Update(func(txn *badger.Txn) error {
			for _, key := range keys {
				if err := txn.Delete([]byte(key)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}
