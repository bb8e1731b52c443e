package feed

import (
	"errors"
	"fmt"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Position is how far the follower's own journal reaches.
type Position struct {
	Head       chain.Head
	Certified  uint64         // the newest checkpoint whose certificate it holds
	Signers    chain.VoterSet // in force for a checkpoint at Head
	Next       chain.VoterSet // in force for one after Head
	Generation uint32
}

// Founders reads the first set of voters out of record 1, and refuses a
// record that the realm's root key did not seal. It is a pure function.
type Founders func(record []byte) (chain.VoterSet, error)

// Batch is what may be applied: records right behind the position, and the
// certificate of the last of them. Without records, the certificate vouches
// for the position itself.
type Batch struct {
	Records     [][]byte
	Certificate chain.Certificate
}

// verifier decides what of a source's pushes may be applied. It holds what
// has no certificate yet, bounded; nothing in it is trusted.
type verifier struct {
	realm    string
	founders Founders
	limit    int // bytes of records without a certificate

	at      Position
	pending [][]byte
	tip     chain.Head // after pending
	bytes   int        // of pending
	signers chain.VoterSet
	newest  uint64 // the highest checkpoint that this source brought
}

// reset drops what is pending, for another source or another position.
func (v *verifier) reset(at Position) {
	*v = verifier{realm: v.realm, founders: v.founders, limit: v.limit, at: at, tip: at.Head, signers: at.Next}
}

// push takes one push in. It returns a batch when one may be applied now; the
// caller applies it and resets to the new position. An error is the source's
// fault.
func (v *verifier) push(p Push) (*Batch, *refusal.Error) {
	if err := v.records(p); err != nil {
		return nil, err
	}
	if p.Certificate == nil {
		return nil, nil
	}
	return v.certificate(*p.Certificate)
}

func (v *verifier) records(p Push) *refusal.Error {
	from, records := p.From, p.Records
	if len(records) > MaxPushRecords {
		return refusal.Newf(refusal.TooLarge, "take push", "", "%d records, at most %d", len(records), MaxPushRecords)
	}
	// What this node got meanwhile by another road is passed over: it is
	// verified where it stands, and the chain must go on from there.
	for len(v.pending) == 0 && len(records) > 0 && from >= 1 && from <= v.at.Head.Index {
		from, records = from+1, records[1:]
	}
	if len(records) > 0 && from != v.tip.Index+1 {
		return refusal.Newf(Gap, at(v.tip.Index+1), "", "the push begins at record %d", from)
	}
	for _, record := range records {
		if err := v.record(record); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) record(record []byte) *refusal.Error {
	op := at(v.tip.Index + 1)
	if len(record) > chain.MaxRecord {
		return refusal.New(refusal.TooLarge, op, "", chain.ErrSize)
	}
	if v.bytes += len(record); v.bytes > v.limit {
		return refusal.Newf(Uncertified, op, "", "more than %d bytes without a certificate", v.limit)
	}
	tip, err := chain.Verify(v.realm, v.tip, [][]byte{record}, readLink)
	switch {
	case err == nil:
	case errors.Is(err, chain.ErrForeign):
		return refusal.New(ForeignRealm, op, "", err)
	case errors.Is(err, chain.ErrReordered):
		return refusal.New(Gap, op, "", err)
	case errors.Is(err, chain.ErrTampered):
		return refusal.New(ForgedRecord, op, "", err)
	default:
		return refusal.New(refusal.Malformed, op, "", err)
	}
	if tip.Index == 1 {
		founders, err := v.founders(record)
		if err != nil {
			return refusal.New(NotFounded, op, "the invitation may be of another realm", err)
		}
		v.signers = founders
	}
	v.pending, v.tip = append(v.pending, record), tip
	return nil
}

// readLink reads what every record of a journal says of its own place: keys
// 1 to 3. What else it holds is not for this package.
func readLink(record []byte) (chain.Link, error) {
	var r struct {
		Log   string     `cbor:"1,keyasint"`
		Index uint64     `cbor:"2,keyasint"`
		Prev  chain.Hash `cbor:"3,keyasint"`
	}
	if err := wire.Decode(record, &r); err != nil {
		return chain.Link{}, err
	}
	return chain.Link{Log: r.Log, Index: r.Index, Prev: r.Prev}, nil
}

// certificate checks a certificate against what is pending.
func (v *verifier) certificate(cert chain.Certificate) (*Batch, *refusal.Error) {
	c := cert.Checkpoint
	op := fmt.Sprintf("verify checkpoint %d", c.Head.Index)
	switch {
	case len(cert.Votes) > maxVotes:
		return nil, refusal.Newf(refusal.TooLarge, op, "", "%d votes, at most %d", len(cert.Votes), maxVotes)
	case c.Log != v.realm:
		return nil, refusal.Newf(ForeignRealm, op, "", "it is of realm %s, not of %s", c.Log, v.realm)
	case c.Generation != v.at.Generation:
		return nil, refusal.Newf(OtherGeneration, op, "", "it is of generation %d, this node is in %d", c.Generation, v.at.Generation)
	case c.Head.Index < v.newest:
		return nil, refusal.Newf(Backwards, op, "", "after checkpoint %d", v.newest)
	}
	v.newest = c.Head.Index
	if len(v.pending) == 0 && c.Head.Index <= v.at.Head.Index {
		return v.known(op, cert)
	}
	if c.Head.Index != v.tip.Index {
		return nil, refusal.Newf(Misplaced, op, "", "the last record sent is %d", v.tip.Index)
	}
	if err := signedBy(op, cert, v.signers); err != nil {
		return nil, err
	}
	if c.Head.Hash != v.tip.Hash {
		return nil, refusal.Newf(ForgedRecord, op, "",
			"the records end in %s, the voters certified %s: %w", v.tip.Hash.Short(), c.Head.Hash.Short(), chain.ErrDiverged)
	}
	return &Batch{v.pending, cert}, nil
}

// known handles a certificate for records that are applied already.
func (v *verifier) known(op string, cert chain.Certificate) (*Batch, *refusal.Error) {
	c := cert.Checkpoint
	if c.Head.Index < v.at.Head.Index || c.Head == v.at.Head && v.at.Certified >= c.Head.Index {
		return nil, nil // nothing new
	}
	if err := signedBy(op, cert, v.at.Signers); err != nil {
		return nil, err
	}
	if c.Head.Hash != v.at.Head.Hash {
		return nil, refusal.Newf(Diverged, op, "this node's copy of the Register is not what the voters certified",
			"certified is %s, this node holds %s: %w", c.Head.Hash.Short(), v.at.Head.Hash.Short(), chain.ErrDiverged)
	}
	return &Batch{Certificate: cert}, nil
}

// signedBy checks that a majority of the set in force signed.
func signedBy(op string, cert chain.Certificate, set chain.VoterSet) *refusal.Error {
	switch named := cert.Checkpoint.Voters; {
	case named > set.Index:
		return refusal.Newf(SkippedVoters, op, "",
			"it is signed by the voters of record %d, whose making has no certificate here yet (known are those of %d)", named, set.Index)
	case named < set.Index:
		return refusal.Newf(OldVoters, op, "", "it is signed by the voters of record %d, since replaced by those of %d", named, set.Index)
	}
	if err := cert.Verify(set); err != nil {
		return refusal.New(ForgedCheckpoint, op, "", err)
	}
	return nil
}

func at(index uint64) string { return fmt.Sprintf("take record %d", index) }
