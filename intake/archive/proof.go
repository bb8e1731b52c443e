package archive

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Standing is how far something that the Register said is shown by what lies in
// a package.
type Standing string

// The standings, from the strongest.
const (
	Certified Standing = "certified" // sealed up to the founding key, and the voters signed for the record
	Sealed    Standing = "sealed"    // sealed by one after another up to the founding key, or to a key that was given
	Asserted  Standing = "asserted"  // the word of the center that made the package
)

// Shown is one thing that the log rests on and how far it is shown.
type Shown struct {
	What     string   `json:"what"`
	Record   uint64   `json:"record,omitempty"` // of the Register
	Standing Standing `json:"standing"`
}

// journalRecord is a record of the journal in a package.
type journalRecord struct {
	file string
	raw  []byte
	rec  register.Record
	cmd  register.Command
	body register.Body
	head chain.Hash
}

// prover holds the answers of a package against the records in it.
type prover struct {
	trust     register.Trust
	given     map[casefile.Party]chain.PublicKey
	records   map[uint64]journalRecord
	parties   map[casefile.Party]uint64 // the record that a party's key stands in
	certified map[uint64]bool
	report    *Report
}

const certificatesFile = "register/certificates.cbor"

func newProver(trust register.Trust, given map[casefile.Party]chain.PublicKey, report *Report) *prover {
	return &prover{
		trust: trust, given: given, records: map[uint64]journalRecord{}, parties: map[casefile.Party]uint64{},
		certified: map[uint64]bool{}, report: report,
	}
}

func (p *prover) fault(file, format string, args ...any) {
	p.report.add(Authenticity, Finding{File: file, Reason: fmt.Sprintf(format, args...)})
}

// run takes neighbouring records in and checks that they hang together.
func (p *prover) run(file string, records [][]byte) {
	if len(records) == 0 {
		p.fault(file, "it holds no record")
		return
	}
	first, err := register.Read(records[0])
	if err != nil || first.Index == 0 {
		p.fault(file, "its first record is not readable")
		return
	}
	if file != runFile(first.Index, first.Index+uint64(len(records))-1) {
		p.fault(file, "it holds other records than its name says")
		return
	}
	head := chain.Head{Index: first.Index - 1, Hash: first.Prev}
	if first.Index == 1 && first.Prev != chain.Start(p.trust.Realm).Hash {
		p.fault(file, "record 1 does not begin the journal of realm %s", p.trust.Realm)
		return
	}
	for _, raw := range records {
		next, err := chain.Verify(p.trust.Realm, head, [][]byte{raw}, register.Read)
		if err != nil {
			p.fault(file, "%v", err)
			return
		}
		head = next
		rec, cmd, body, err := opened(raw)
		if err != nil {
			continue // a command of a newer program: it links, and says nothing here
		}
		p.records[head.Index] = journalRecord{file, raw, rec, cmd, body, head.Hash}
	}
}

// index finds the parties that the records speak of.
func (p *prover) index() {
	for _, i := range slices.Sorted(maps.Keys(p.records)) {
		r := p.records[i]
		if r.rec.Outcome != register.Applied {
			continue
		}
		if who, _, ok := p.keyIn(r); ok {
			p.parties[who] = i
		}
	}
}

// keyIn is the party that a record lets in, and its key.
func (p *prover) keyIn(r journalRecord) (casefile.Party, chain.PublicKey, bool) {
	switch b := r.body.(type) {
	case register.Realm:
		return casefile.Party{Center: b.First.ID, Incarnation: 1}, b.First.Key, true
	case register.Incarnation:
		return casefile.Party{Center: b.Center, Incarnation: b.After + 1}, b.Key, true
	case register.Enrolment:
		n := cmp.Or(b.Center.Incarnation, 1)
		for _, f := range r.rec.Fence {
			if f.Revived == b.Center.ID {
				n = f.Incarnation
			}
		}
		return casefile.Party{Center: b.Center.ID, Incarnation: n}, b.Center.Key, true
	}
	return casefile.Party{}, nil, false
}

// certificates checks them in order, each with the voters that those before it
// have shown.
func (p *prover) certificates(all []chain.Certificate) {
	sortCertificates(all)
	founding, ok := p.records[1]
	if !ok {
		return // nobody can tell who the voters were
	}
	set, err := p.trust.Founders(founding.raw)
	if err != nil {
		p.fault(founding.file, "record 1: %v", err)
		return
	}
	p.certified[1] = true
	for _, cert := range all {
		at := cert.Checkpoint.Head.Index
		err := cert.Verify(set)
		switch {
		case errors.Is(err, chain.ErrVoterSet) || cert.Checkpoint.Log != p.trust.Realm:
			continue // who signed it is not shown here
		case err != nil:
			p.fault(certificatesFile, "%v", err)
			return
		}
		r, here := p.records[at]
		if !here {
			continue
		}
		if r.head != cert.Checkpoint.Head.Hash {
			p.fault(r.file, "record %d is not the one that the voters signed for", at)
			return
		}
		for i := at; ; i-- {
			if one, ok := p.records[i]; !ok || one.file != r.file {
				break
			}
			p.certified[i] = true
		}
		for _, f := range r.rec.Fence {
			if len(f.Voters) > 0 {
				set = chain.VoterSet{Index: at, Members: f.Voters}
			}
		}
	}
}

// key is the key of a party by the records and how far they show it.
func (p *prover) key(who casefile.Party, depth int) (chain.PublicKey, Standing) {
	if k, ok := p.given[who]; ok {
		return k, Sealed
	}
	at, ok := p.parties[who]
	if !ok || depth > 8 {
		return nil, Asserted
	}
	r := p.records[at]
	_, key, _ := p.keyIn(r)
	standing, sound := p.author(r, depth)
	if !sound {
		return nil, Asserted
	}
	return key, standing
}

// author checks the seal of a record's command and how far its author's key is
// shown.
func (p *prover) author(r journalRecord, depth int) (Standing, bool) {
	key, standing := p.trust.Root, Sealed
	if r.cmd.ID.Center != "" {
		key, standing = p.key(casefile.Party{Center: r.cmd.ID.Center, Incarnation: r.cmd.ID.Incarnation}, depth+1)
		if key == nil {
			return Asserted, true // who sealed it is not known here
		}
	}
	seal, err := chain.Unseal(r.rec.Command)
	if err == nil {
		err = seal.Verify(chain.CommandDomain, key)
	}
	if err != nil {
		p.fault(r.file, "record %d is not sealed by %s", r.rec.Index, cmp.Or(r.cmd.ID.Center, "the founding key"))
		return Asserted, false
	}
	if p.certified[r.rec.Index] {
		return Certified, true
	}
	return standing, true
}

func (p *prover) show(what string, record uint64, s Standing) {
	p.report.Shown = append(p.report.Shown, Shown{what, record, s})
}

// judge holds every answer against the records.
func (p *prover) judge(a *answers, known map[item.Ref]*item.Item) {
	for _, k := range a.Keys {
		standing := Asserted
		if key, s := p.key(k.Party, 0); key != nil {
			at := p.parties[k.Party]
			if !key.Equal(k.Key) || at != 0 && at != k.Since {
				p.fault(answersFile, "the key of %s is another one than the Register's record %d says", k.Party, at)
				continue
			}
			standing = s
		}
		p.show("key of "+k.Party.String(), k.Since, standing)
	}
	for _, h := range a.Heads {
		if r, ok := p.records[h.Index]; ok && r.head != h.Hash {
			p.fault(answersFile, "the Register's head at record %d is another one than its records lead to", h.Index)
		}
	}
	for _, ref := range a.Items {
		p.item(ref, known[ref])
	}
	for _, g := range a.Grants {
		p.grant(g)
	}
	for _, s := range a.Powers {
		if s.Held {
			p.show(fmt.Sprintf("power of %s for %s", s.Center, s.Item), 0, Asserted)
		}
	}
	for _, s := range a.Agreements {
		if s.OK && s.Agreement != nil {
			p.show("agreement "+s.Agreement.Name, 0, Asserted)
		}
	}
}

// item looks for the publication of a version, and the draft that it approves.
func (p *prover) item(ref item.Ref, have *item.Item) {
	what := "item " + itemName(ref)
	for _, i := range slices.Sorted(maps.Keys(p.records)) {
		draft, ok := p.records[i].body.(register.Draft)
		if !ok || draft.Item.Ref != ref || have == nil {
			continue
		}
		for _, at := range slices.Sorted(maps.Keys(p.records)) {
			published, ok := p.records[at].body.(register.Publication)
			if !ok || published.Draft != i || p.records[at].rec.Outcome != register.Applied {
				continue
			}
			switch {
			case published.Content != chain.Sum(p.records[i].cmd.Body):
				p.fault(p.records[at].file, "record %d approves another text than record %d", at, i)
			case string(wire.Encode(draft.Item)) != string(wire.Encode(*have)):
				p.fault(itemFile(ref, "cbor"), "it is another text than the Register's record %d", i)
			default:
				standing, _ := p.author(p.records[at], 0)
				p.show(what, at, standing)
				return
			}
		}
	}
	p.show(what, 0, Asserted)
}

func (p *prover) grant(g casefile.Grant) {
	what := fmt.Sprintf("seizure of epoch %d", g.Epoch)
	r, ok := p.records[g.Index]
	seizure, is := r.body.(register.Seizure)
	if !ok || !is {
		p.show(what, g.Index, Asserted)
		return
	}
	to := casefile.Party{Center: seizure.Grantee, Incarnation: seizure.Incarnation}
	if seizure.Epoch != g.Epoch || to != g.Grantee || seizure.Base != g.Base || seizure.Lost != g.Lost {
		p.fault(answersFile, "the seizure of epoch %d is another one than the Register's record %d", g.Epoch, g.Index)
		return
	}
	standing, _ := p.author(r, 0)
	p.show(what, g.Index, standing)
}

// readable is what a record says, for people: without the keys of presence.
type readable struct {
	Index   uint64              `json:"index"`
	Kind    string              `json:"kind"`
	ID      register.ProposalID `json:"id"`
	Time    int64               `json:"time"`
	Staff   string              `json:"staff,omitempty"`
	Outcome string              `json:"outcome"`
	Center  area.Center         `json:"center,omitempty"`
	Key     chain.PublicKey     `json:"key,omitempty"`
}

func (e *evidence) readable() []readable {
	p := prover{}
	all := []readable{}
	for _, run := range e.Runs {
		for _, raw := range run.Records {
			rec, cmd, body, err := opened(raw)
			if err != nil {
				continue
			}
			who, key, _ := p.keyIn(journalRecord{rec: rec, body: body})
			all = append(all, readable{rec.Index, cmd.Kind.String(), cmd.ID, rec.Time, cmd.Staff, rec.Outcome.String(), who.Center, key})
		}
	}
	return all
}
