// Package ledgertest is a journal in memory for the tests of the packages
// that certify and feed one. It verifies every chain as a real one does, and
// knows one command only: who the voters are.
//
// It must never be linked into the program.
package ledgertest

import (
	"slices"
	"sync"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Record is one entry. Its first three keys are those of every journal.
type Record struct {
	Log     string        `cbor:"1,keyasint"`
	Index   uint64        `cbor:"2,keyasint"`
	Prev    chain.Hash    `cbor:"3,keyasint"`
	Voters  []chain.Voter `cbor:"20,keyasint,omitempty"` // the voters from the next record on
	Content []byte        `cbor:"21,keyasint,omitempty"`
	Root    []byte        `cbor:"22,keyasint,omitempty"` // record 1: the root key's seal over Voters
}

// Read is the chain.Reader of these records.
func Read(record []byte) (chain.Link, error) {
	var r Record
	if err := wire.Decode(record, &r); err != nil {
		return chain.Link{}, err
	}
	return chain.Link{Log: r.Log, Index: r.Index, Prev: r.Prev}, nil
}

// Founders makes the function that reads the first voters out of record 1 and
// checks that the owner of root sealed them.
func Founders(root chain.PublicKey) func([]byte) (chain.VoterSet, error) {
	return func(record []byte) (chain.VoterSet, error) {
		var r Record
		if err := wire.Decode(record, &r); err != nil {
			return chain.VoterSet{}, err
		}
		seal, err := chain.Unseal(r.Root)
		if err != nil {
			return chain.VoterSet{}, err
		}
		if err := seal.Verify(chain.CommandDomain, root); err != nil {
			return chain.VoterSet{}, err
		}
		var voters []chain.Voter
		if err := wire.Decode(seal.Body, &voters); err != nil {
			return chain.VoterSet{}, err
		}
		return chain.VoterSet{Index: 1, Members: voters}, nil
	}
}

// Key makes the key of a name, always the same one.
func Key(name string) chain.Key {
	seed := chain.Sum([]byte(name))
	k, err := chain.NewKey(seed[:])
	if err != nil {
		panic(err)
	}
	return k
}

// Voters names voters, each with the Key of its name.
func Voters(names ...string) []chain.Voter {
	set := make([]chain.Voter, len(names))
	for i, n := range names {
		set[i] = chain.Voter{ID: n, Key: Key(n).Public()}
	}
	return set
}

// Ledger is a journal in memory. Safe for concurrent use.
type Ledger struct {
	realm      string
	generation uint32

	mu      sync.Mutex
	records [][]byte
	heads   []chain.Head // heads[i] is the head after i records
	sets    []chain.VoterSet
	certs   map[uint64]chain.Certificate
	newest  uint64
	changed chan struct{}
	broken  error // what Ingest answers instead of working
}

// New makes an empty journal.
func New(realm string, generation uint32) *Ledger {
	return &Ledger{
		realm: realm, generation: generation,
		heads: []chain.Head{chain.Start(realm)},
		certs: map[uint64]chain.Certificate{}, changed: make(chan struct{}),
	}
}

// Found makes a journal whose record 1 is sealed by root and names the voters.
func Found(realm string, root chain.Key, voters ...string) *Ledger {
	l := New(realm, 0)
	set := Voters(voters...)
	l.append(Record{Voters: set, Root: chain.Sign(root, chain.CommandDomain, wire.Encode(set))})
	return l
}

// Append adds a record with content.
func (l *Ledger) Append(content []byte) chain.Head { return l.append(Record{Content: content}) }

// SetVoters adds a record that changes the voters.
func (l *Ledger) SetVoters(names ...string) chain.Head {
	return l.append(Record{Voters: Voters(names...)})
}

func (l *Ledger) append(r Record) chain.Head {
	l.mu.Lock()
	defer l.mu.Unlock()
	head := l.heads[len(l.heads)-1]
	r.Log, r.Index, r.Prev = l.realm, head.Index+1, head.Hash
	return l.addLocked(wire.Encode(r))
}

func (l *Ledger) addLocked(record []byte) chain.Head {
	var r Record
	if err := wire.Decode(record, &r); err != nil {
		panic(err)
	}
	head := l.heads[len(l.heads)-1].Next(record)
	l.records = append(l.records, record)
	l.heads = append(l.heads, head)
	if r.Voters != nil {
		l.sets = append(l.sets, chain.VoterSet{Index: head.Index, Members: r.Voters})
	}
	l.signalLocked()
	return head
}

func (l *Ledger) signalLocked() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// Copy brings the records of another journal in, without certificates, as
// Raft does on a voter. It stops at index.
func (l *Ledger) Copy(from *Ledger, index uint64) {
	records, err := from.Records(l.Head().Index+1, 1<<20, 1<<30)
	if err != nil {
		panic(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range records {
		if l.heads[len(l.heads)-1].Index < index {
			l.addLocked(r)
		}
	}
}

// Break makes Ingest fail with err until it is called with nil.
func (l *Ledger) Break(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.broken = err
}

// Ingest implements feed.Journal.
func (l *Ledger) Ingest(records [][]byte, cert chain.Certificate) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.broken != nil {
		return l.broken
	}
	head, err := chain.Verify(l.realm, l.heads[len(l.heads)-1], records, Read)
	if err != nil {
		return err
	}
	if err := head.Matches(l.realm, cert.Checkpoint.Head); err != nil {
		return err
	}
	for i, r := range records {
		var rec Record
		if err := wire.Decode(r, &rec); err != nil {
			return err
		}
		if rec.Voters != nil && i < len(records)-1 && rec.Index > cert.Checkpoint.Voters {
			return refusal.Newf("old_voters", "", "", "record %d changes the voters, the certificate is of the set before", rec.Index)
		}
	}
	l.saveLocked(cert)
	for _, r := range records {
		l.addLocked(r)
	}
	return nil
}

// Realm names the log.
func (l *Ledger) Realm() string { return l.realm }

// Generation is the one given to New.
func (l *Ledger) Generation() uint32 { return l.generation }

// Head is the newest head.
func (l *Ledger) Head() chain.Head {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heads[len(l.heads)-1]
}

// HeadAt is the chained hash at an index.
func (l *Ledger) HeadAt(index uint64) (chain.Hash, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if index >= uint64(len(l.heads)) {
		return chain.Hash{}, false
	}
	return l.heads[index].Hash, true
}

// Records returns records from an index on, at least one if there is any.
func (l *Ledger) Records(from uint64, max, maxBytes int) ([][]byte, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out [][]byte
	for i := from; i >= 1 && i <= uint64(len(l.records)) && len(out) < max; i++ {
		r := l.records[i-1]
		if maxBytes -= len(r); maxBytes < 0 && len(out) > 0 {
			break
		}
		out = append(out, r)
	}
	return out, nil
}

// VotersAt is the newest set before index.
func (l *Ledger) VotersAt(index uint64) chain.VoterSet {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.votersAtLocked(index)
}

func (l *Ledger) votersAtLocked(index uint64) chain.VoterSet {
	for _, s := range slices.Backward(l.sets) {
		if s.Index < index {
			return s
		}
	}
	return chain.VoterSet{}
}

// NextTransition is the first change of voters after an index.
func (l *Ledger) NextTransition(after uint64) (uint64, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.sets {
		if s.Index > after {
			return s.Index, true
		}
	}
	return 0, false
}

// Changed is closed when the head moves.
func (l *Ledger) Changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed
}

// SaveCertificate keeps a certificate.
func (l *Ledger) SaveCertificate(c chain.Certificate) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.saveLocked(c)
	return nil
}

func (l *Ledger) saveLocked(c chain.Certificate) {
	l.certs[c.Checkpoint.Head.Index] = c
	l.newest = max(l.newest, c.Checkpoint.Head.Index)
}

// Forget drops the certificate at an index.
func (l *Ledger) Forget(index uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.certs, index)
}

// NewestCertificate is the one with the highest index.
func (l *Ledger) NewestCertificate() (chain.Certificate, bool) {
	return l.CertificateAt(l.newestIndex())
}

func (l *Ledger) newestIndex() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.newest
}

// CertificateAt is the certificate at an index.
func (l *Ledger) CertificateAt(index uint64) (chain.Certificate, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c, ok := l.certs[index]
	return c, ok
}

// Checkpoint is what voters sign for an index.
func (l *Ledger) Checkpoint(index uint64) chain.Checkpoint {
	hash, _ := l.HeadAt(index)
	return chain.Checkpoint{
		Log: l.realm, Generation: l.generation,
		Voters: l.VotersAt(index).Index, Head: chain.Head{Index: index, Hash: hash},
	}
}

// Certify makes, and keeps, the certificate at an index with the votes of
// some voters, or of the whole set in force when none is named.
func (l *Ledger) Certify(index uint64, voters ...string) chain.Certificate {
	c := l.Checkpoint(index)
	if len(voters) == 0 {
		for _, v := range l.VotersAt(index).Members {
			voters = append(voters, v.ID)
		}
	}
	cert := Sign(c, voters...)
	if err := l.SaveCertificate(cert); err != nil {
		panic(err)
	}
	return cert
}

// Sign makes a certificate of any checkpoint with the votes of these voters.
func Sign(c chain.Checkpoint, voters ...string) chain.Certificate {
	cert := chain.Certificate{Checkpoint: c}
	for i, v := range voters {
		cert.Votes = append(cert.Votes, chain.SignCheckpoint(Key(v), v, c, int64(1000+i)))
	}
	return cert
}
