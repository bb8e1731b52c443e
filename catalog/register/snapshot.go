package register

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// snapshotFormat numbers the form of a snapshot.
const snapshotFormat = 1

// snapshotHeader is the first frame of a snapshot.
type snapshotHeader struct {
	Format  uint16     `cbor:"1,keyasint"`
	Log     string     `cbor:"2,keyasint"`
	Applied uint64     `cbor:"3,keyasint"` // the last Raft entry of which nothing is missing
	Head    chain.Head `cbor:"4,keyasint"`
}

// snapshotPart is every other frame: records in order, then certificates; the
// last one says so.
type snapshotPart struct {
	Records      [][]byte            `cbor:"1,keyasint,omitempty"`
	Certificates []chain.Certificate `cbor:"2,keyasint,omitempty"`
	Last         bool                `cbor:"3,keyasint,omitempty"`
}

// partBytes bounds the records of one frame: one more fits below wire.MaxFrame.
const partBytes = 512 << 10

// WriteSnapshot writes everything up to Applied: the journal, which is the
// Register, and the certificates. It sees one moment and holds nobody up.
func (r *Register) WriteSnapshot(w io.Writer) error {
	txn := r.db.NewTransaction(false)
	defer txn.Discard()
	m := r.machine(&txnRows{txn: txn}, base{})
	b, ok := load[base](m, baseRow)
	if m.err != nil {
		return fmt.Errorf("write a snapshot: %w", m.err)
	}
	if !ok {
		b.Head = chain.Start(r.trust.Realm)
	}
	out := bufio.NewWriterSize(w, 64<<10)
	err := wire.WriteFrame(out, snapshotHeader{snapshotFormat, r.trust.Realm, b.Applied, b.Head})
	if err == nil {
		err = writeParts(txn, out)
	}
	if err == nil {
		err = wire.WriteFrame(out, snapshotPart{Last: true})
	}
	if err == nil {
		err = out.Flush()
	}
	if err != nil {
		return fmt.Errorf("write a snapshot up to record %d: %w", b.Head.Index, err)
	}
	return nil
}

func writeParts(txn *badger.Txn, out io.Writer) error {
	var part snapshotPart
	var size int
	var fault error
	flush := func() bool {
		if size > 0 {
			fault = errors.Join(fault, wire.WriteFrame(out, part))
			part, size = snapshotPart{}, 0
		}
		return fault == nil
	}
	err := scan(txn, journalPrefix, "", func(_ string, value []byte) bool {
		part.Records = append(part.Records, append([]byte(nil), value...))
		size += len(value)
		return size < partBytes || flush()
	})
	if err != nil || !flush() {
		return errors.Join(err, fault)
	}
	err = scan(txn, certificatePrefix, "", func(_ string, value []byte) bool {
		var cert chain.Certificate
		if fault = wire.Decode(value, &cert); fault != nil {
			return false
		}
		part.Certificates = append(part.Certificates, cert)
		size += len(value)
		return size < partBytes || flush()
	})
	if err == nil && fault == nil {
		flush()
	}
	return errors.Join(err, fault)
}

// ReadSnapshot catches up to a snapshot. What is here already stays; a
// snapshot whose journal differs from it is refused with chain.ErrDiverged.
// Every record is applied again and must come out the same. When it fails
// half-way, Applied tells how far it came: call it again.
func (r *Register) ReadSnapshot(in io.Reader) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	frames := bufio.NewReaderSize(in, 64<<10)
	var header snapshotHeader
	if err := wire.ReadFrame(frames, 0, &header); err != nil {
		return fmt.Errorf("read a snapshot: %w", short(err))
	}
	if header.Format != snapshotFormat {
		return fmt.Errorf("read a snapshot: format %d, want %d", header.Format, snapshotFormat)
	}
	if header.Log != r.trust.Realm {
		return fmt.Errorf("read a snapshot: %w", &chain.Fault{Log: r.trust.Realm, Index: 1,
			Reason: fmt.Errorf("%w (it says %+.20q)", chain.ErrForeign, header.Log)})
	}
	w := r.writer()
	defer func() { w.discard() }()
	seen := chain.Start(r.trust.Realm)
	for last := false; !last; {
		var part snapshotPart
		if err := wire.ReadFrame(frames, 0, &part); err != nil {
			return fmt.Errorf("read a snapshot after record %d: %w", seen.Index, short(err))
		}
		var err error
		if seen, err = w.catchUp(part, seen); err != nil {
			return fmt.Errorf("read a snapshot: %w", err)
		}
		last = part.Last
	}
	if err := seen.Matches(r.trust.Realm, header.Head); err != nil {
		return fmt.Errorf("read a snapshot: %w", err)
	}
	w.base.Applied = max(w.base.Applied, header.Applied)
	return w.commit()
}

// catchUp takes in one part of a snapshot that stood at head before.
func (w *writer) catchUp(part snapshotPart, head chain.Head) (chain.Head, error) {
	reached, err := chain.Verify(w.trust.Realm, head, part.Records, Read)
	if err != nil {
		return head, err
	}
	// What is here must be the same: one hash says so for all before it.
	if shared := min(reached.Index, w.base.Head.Index); shared > head.Index {
		at, _ := chain.Verify(w.trust.Realm, head, part.Records[:shared-head.Index], Read)
		if here, ok := load[headState](w.machine, headRow(shared)); !ok || here.Hash != at.Hash {
			return head, errors.Join(w.err, &chain.Fault{Log: w.trust.Realm, Index: shared, Reason: chain.ErrDiverged})
		}
		part.Records = part.Records[shared-head.Index:]
	}
	if err := w.take(part.Records); err != nil {
		return head, err
	}
	for _, cert := range part.Certificates {
		c := cert.Checkpoint
		at, ok := load[headState](w.machine, headRow(c.Head.Index))
		if !ok || at.Hash != c.Head.Hash {
			return head, errors.Join(w.err, fmt.Errorf("certificate %d: %w", c.Head.Index, chain.ErrDiverged))
		}
		set := w.votersAt(c.Head.Index)
		if c.Head.Index == 1 {
			set = w.votersAt(2)
		}
		if err := cert.Verify(set); err != nil {
			return head, err
		}
		if err := w.certificate(cert); err != nil {
			return head, err
		}
		if err := w.room(); err != nil {
			return head, err
		}
	}
	return reached, w.err
}

// short says in words that a stream ended before its time.
func short(err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("it ends too early: %w", io.ErrUnexpectedEOF)
	}
	return err
}
