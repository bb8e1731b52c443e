package register

import (
	"fmt"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

// Ingest takes in what a follower is fed: records that continue its journal up
// to a checkpoint, and the voters' word for it. Nothing is applied unless the
// records reach exactly the certified head. Records that are here already may
// be among them.
//
// An error that is chain.ErrDiverged is fatal: what the voters certified does
// not fit what this node holds or computes. Any other speaks against whoever
// sent it, or is the disk's, and leaves everything as it was or a verified part
// applied. OldVoters is the code where the certificate is one of voters that
// the records replace.
func (r *Register) Ingest(records [][]byte, cert chain.Certificate) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	records, err := r.certified(records, cert)
	if err != nil {
		return fmt.Errorf("take in the journal up to %d: %w", cert.Checkpoint.Head.Index, err)
	}
	w := r.writer()
	defer func() { w.discard() }()
	if err := w.take(records); err != nil {
		// A set that was replaced can neither vouch for what follows nor, by
		// hiding that it was, bring this node to a stop.
		if set := w.base.Voters; set != cert.Checkpoint.Voters && set < cert.Checkpoint.Head.Index {
			err = oldVoters(cert, set)
		}
		return fmt.Errorf("take in the journal up to %d: %w", cert.Checkpoint.Head.Index, err)
	}
	if err := w.certificate(cert); err != nil {
		return fmt.Errorf("keep certificate %d: %w", cert.Checkpoint.Head.Index, err)
	}
	return w.commit()
}

// OldVoters refuses a certificate of voters that were replaced before it.
const OldVoters refusal.Code = "old_voters"

func oldVoters(cert chain.Certificate, since Index) error {
	return refusal.Newf(OldVoters, "", "", "it is signed by the voters of record %d, since replaced by those of %d", cert.Checkpoint.Voters, since)
}

// certified checks records and certificate against each other and against
// what is here, and returns those that are new.
func (r *Register) certified(records [][]byte, cert chain.Certificate) ([][]byte, error) {
	c := cert.Checkpoint
	head := r.base.Head
	fault := func(index Index, reason error) error {
		return &chain.Fault{Log: r.trust.Realm, Index: index, Reason: reason}
	}
	if c.Log != r.trust.Realm || c.Generation != r.base.Generation {
		return nil, fault(c.Head.Index, fmt.Errorf("%w (a checkpoint of %+.20q, generation %d)", chain.ErrForeign, c.Log, c.Generation))
	}
	set := r.VotersAt(c.Head.Index)
	if head.Index == 0 && len(records) > 0 {
		var err error
		if set, err = r.trust.Founders(records[0]); err != nil {
			return nil, err
		}
	}
	if err := cert.Verify(set); err != nil {
		return nil, err
	}
	for len(records) > 0 {
		link, err := Read(records[0])
		if err != nil {
			return nil, fault(head.Index+1, err)
		}
		if link.Index > head.Index {
			break
		}
		records = records[1:] // it is here; what it must have been, the chain decides
	}
	for _, raw := range records {
		if rec, err := decodeRecord(raw); err == nil && rec.changesVoters() && rec.Index < c.Head.Index && rec.Index > set.Index {
			return nil, oldVoters(cert, rec.Index)
		}
	}
	if c.Head.Index <= head.Index {
		if hash, ok := r.HeadAt(c.Head.Index); !ok || hash != c.Head.Hash {
			return nil, fault(c.Head.Index, fmt.Errorf("%w: the voters certified another record", chain.ErrDiverged))
		}
		return nil, nil
	}
	reached, err := chain.Verify(r.trust.Realm, head, records, Read)
	if err != nil {
		return nil, err
	}
	switch {
	case reached.Index < c.Head.Index:
		return nil, fault(reached.Index+1, chain.ErrTruncated)
	case reached != c.Head:
		return nil, fault(c.Head.Index, fmt.Errorf("%w: the records do not lead to the certified head", chain.ErrTampered))
	}
	return records, nil
}

// changesVoters reports whether other voters are in force after this record.
func (rec Record) changesVoters() bool {
	for _, f := range rec.Fence {
		if len(f.Voters) > 0 {
			return true
		}
	}
	return false
}

// take applies records and keeps them, in as many transactions as it takes.
func (w *writer) take(records [][]byte) error {
	return w.replayAll(records, func([]byte) error { return w.room() }, w.keep)
}

// UpgradeNeeded reports the first record that this program could not apply.
// From there on the catalogue here is old and stays so until the program is
// upgraded; revocations, incarnations, seizures and voters are still honoured.
func (r *Register) UpgradeNeeded() (Index, bool) {
	at := r.sight.Load().base.Stopped
	return at, at != 0
}
