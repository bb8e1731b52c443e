package register

import (
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// Certificates are thinned out so that no two neighbours lie further apart
// than this, where they once did not: a follower buffers no more without one.
const (
	maxGapRecords = 4096
	maxGapBytes   = 1 << 20
)

// VotersAt is the set in force for a checkpoint at index: what the newest
// change of voters before index set. Record 1 stands by the root key alone, so
// up to there the set is empty.
func (r *Register) VotersAt(index Index) (set chain.VoterSet) {
	_ = r.look(func(m *machine) { set = m.votersAt(index) })
	return set
}

// votersAt needs rows that are a transaction of badger's.
func (m *machine) votersAt(index Index) (set chain.VoterSet) {
	_, value, err := lastBefore(m.rows.(*txnRows).txn, voterPrefix, voterRow(index))
	if err == nil && value != nil {
		err = wire.Decode(value, &set)
	}
	if err != nil {
		m.err = fmt.Errorf("read the voters at %d: %w", index, err)
	}
	return set
}

// Voters is who orders the Register now.
func (r *Register) Voters() chain.VoterSet { return r.VotersAt(r.Head().Index + 1) }

// NextTransition is the first record after another that changes the voters.
func (r *Register) NextTransition(after Index) (index Index, ok bool) {
	_ = r.look(func(m *machine) { index, ok = m.nextTransition(after) })
	return index, ok
}

func (m *machine) nextTransition(after Index) (index Index, ok bool) {
	err := scan(m.rows.(*txnRows).txn, voterPrefix, voterRow(after+1), func(key string, _ []byte) bool {
		index, ok = numberOf(key), true
		return false
	})
	if err != nil {
		m.err = fmt.Errorf("read the changes of voters after %d: %w", after, err)
	}
	return index, ok
}

// SaveCertificate keeps the voters' word for a head that was computed here.
// Those at a change of voters are kept for good; of the others enough that no
// two neighbours lie further apart than 1 MiB or 4096 records where they once
// did not, and the newest.
func (r *Register) SaveCertificate(cert chain.Certificate) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.certified(nil, cert); err != nil {
		return fmt.Errorf("keep certificate %d: %w", cert.Checkpoint.Head.Index, err)
	}
	w := r.writer()
	defer func() { w.discard() }()
	if err := w.certificate(cert); err != nil {
		return fmt.Errorf("keep certificate %d: %w", cert.Checkpoint.Head.Index, err)
	}
	return w.commit()
}

// certificate stores a verified certificate and drops a neighbour that is not
// needed any more.
func (w *writer) certificate(cert chain.Certificate) error {
	at := cert.Checkpoint.Head.Index
	if old, ok := load[chain.Certificate](w.machine, certificateRow(at)); ok && len(old.Votes) >= len(cert.Votes) {
		return w.err
	}
	store(w.machine, certificateRow(at), cert)
	newest, _ := w.r.NewestCertificate()
	if w.newest != nil {
		newest = *w.newest
	}
	if at >= newest.Checkpoint.Head.Index {
		w.newest = &cert
	}
	before, err := w.neighbour(at)
	if err != nil || before <= 1 {
		return err
	}
	beyond, err := w.neighbour(before)
	if err != nil {
		return err
	}
	if k, is := w.nextTransition(before - 1); is && k == before {
		return w.err
	}
	to, _ := load[headState](w.machine, headRow(at))
	from, _ := load[headState](w.machine, headRow(beyond))
	if at-beyond <= maxGapRecords && to.Bytes-from.Bytes <= maxGapBytes {
		return w.rows.txn.Delete([]byte(certificateRow(before)))
	}
	return w.err
}

// neighbour is the certificate before an index; 0 when there is none.
func (w *writer) neighbour(at Index) (Index, error) {
	key, _, err := lastBefore(w.rows.txn, certificatePrefix, certificateRow(at))
	if err != nil || key == "" {
		return 0, err
	}
	return numberOf(key), nil
}

// NewestCertificate is the voters' word for the furthest head that is known to
// have one. It is asked at every push to every child, and kept in memory:
// behind the newest row lie the marks of all that were dropped, which a look
// at the rows has to pass.
func (r *Register) NewestCertificate() (cert chain.Certificate, ok bool) {
	if newest := r.newest.Load(); newest != nil {
		return *newest, true
	}
	err := r.db.View(func(txn *badger.Txn) error {
		key, value, err := lastBefore(txn, certificatePrefix, certificatePrefix+"\xff\xff\xff\xff\xff\xff\xff\xff\xff")
		if err != nil || key == "" {
			return err
		}
		ok = true
		return wire.Decode(value, &cert)
	})
	if err != nil {
		r.fault.CompareAndSwap(nil, &err)
		return chain.Certificate{}, false
	}
	if ok {
		r.newest.CompareAndSwap(nil, &cert) // unless a newer one was committed meanwhile
	}
	return cert, ok
}

// CertificateAt is the certificate at an index.
func (r *Register) CertificateAt(index Index) (cert chain.Certificate, ok bool) {
	_ = r.look(func(m *machine) { cert, ok = load[chain.Certificate](m, certificateRow(index)) })
	return cert, ok
}
