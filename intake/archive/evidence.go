package archive

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
)

// Journal is the Register's own log, as far as a proof needs it.
type Journal interface {
	Trust() register.Trust
	Records(from register.Index, max, maxBytes int) ([][]byte, error)
	Keys(c area.Center) []register.PartyKey
	History(c item.Code) ([]register.Published, error)
	CertificateAt(index register.Index) (chain.Certificate, bool)
	NextTransition(after register.Index) (register.Index, bool)
	Gossip(a area.Code) (key []byte, since register.Index, ok bool)
}

var _ Journal = (*register.Register)(nil)

// How much of the journal goes into a package to link one record to a
// checkpoint. What lies further apart goes in unlinked.
const (
	linkBytes   = 512 << 10
	linkRecords = 4096
)

// run is neighbouring records of the journal.
type run struct {
	From    uint64
	Records [][]byte
}

func (r run) end() uint64 { return r.From + uint64(len(r.Records)) - 1 }

// evidence is what of the journal lies in a package.
type evidence struct {
	Runs         []run
	Certificates []chain.Certificate
}

// gatherer collects evidence.
type gatherer struct {
	journal Journal
	records map[uint64][]byte
	certs   map[uint64]chain.Certificate
	asked   map[uint64]bool
}

// gather collects the records that say who the parties of the log are, what
// the pinned items are and which seizures were granted, each with the links to
// a checkpoint where one is near, and what shows who may sign checkpoints.
func gather(j Journal, a answers) (evidence, error) {
	g := &gatherer{j, map[uint64][]byte{}, map[uint64]chain.Certificate{}, map[uint64]bool{}}
	if err := g.want(1); err != nil {
		return evidence{}, err
	}
	for _, k := range a.Keys {
		if err := g.party(k.Party); err != nil {
			return evidence{}, err
		}
		if k.Closed != 0 {
			if err := g.want(k.Closed); err != nil {
				return evidence{}, err
			}
		}
	}
	for _, grant := range a.Grants {
		if err := g.want(grant.Index); err != nil {
			return evidence{}, err
		}
	}
	for _, ref := range a.Items {
		all, err := j.History(ref.Code)
		if err != nil {
			return evidence{}, err
		}
		for _, p := range all {
			if p.Ref != ref {
				continue
			}
			if err := g.want(p.Index, p.Draft); err != nil {
				return evidence{}, err
			}
		}
	}
	if err := g.voters(); err != nil {
		return evidence{}, err
	}
	return g.evidence(), nil
}

// party wants the record that a party's key stands in, and those of whoever
// sealed that, up to the founding.
func (g *gatherer) party(p casefile.Party) error {
	for _, k := range g.journal.Keys(p.Center) {
		if k.Incarnation != p.Incarnation || g.asked[k.Since] {
			continue
		}
		g.asked[k.Since] = true
		if err := g.want(k.Since); err != nil {
			return err
		}
		raw, ok := g.records[k.Since]
		if !ok {
			return nil
		}
		_, cmd, _, err := opened(raw)
		if err != nil {
			return err
		}
		if cmd.ID.Center != "" {
			return g.party(casefile.Party{Center: cmd.ID.Center, Incarnation: cmd.ID.Incarnation})
		}
	}
	return nil
}

// want takes records in, with what links them to the next checkpoint.
func (g *gatherer) want(indexes ...uint64) error {
	for _, index := range indexes {
		if index == 0 {
			continue
		}
		links, cert, err := g.link(index)
		if err != nil {
			return err
		}
		if len(links) == 0 {
			continue
		}
		if cert == nil || slices.ContainsFunc(links[1:], g.secret) {
			links, cert = links[:1], nil
		}
		for i, raw := range links {
			g.records[index+uint64(i)] = raw
		}
		if cert != nil {
			g.certs[cert.Checkpoint.Head.Index] = *cert
		}
	}
	return nil
}

// link reads a record and those behind it up to one that has a certificate.
func (g *gatherer) link(index uint64) (links [][]byte, cert *chain.Certificate, err error) {
	for at, left := index, linkBytes; len(links) < linkRecords; at++ {
		one, err := g.journal.Records(at, 1, 0)
		if err != nil {
			return nil, nil, err
		}
		if len(one) == 0 {
			break
		}
		if left -= len(one[0]); left < 0 && len(links) > 0 {
			break
		}
		links = append(links, one[0])
		if c, ok := g.journal.CertificateAt(at); ok {
			return links, &c, nil
		}
	}
	return links, nil, nil
}

// secret says that a record holds the key of a presence pool that is in force: no
// package gives that away. Nothing rests on such a record but its own place, so
// that what it would link is sealed by its author all the same.
func (g *gatherer) secret(raw []byte) bool {
	_, _, body, err := opened(raw)
	set, is := body.(register.GossipKey)
	if err != nil || !is {
		return false
	}
	now, _, ok := g.journal.Gossip(set.District)
	return ok && bytes.Equal(now, set.Key)
}

// voters wants every change of who signs checkpoints, up to the last that is
// needed.
func (g *gatherer) voters() error {
	var last uint64
	for i := range g.certs {
		last = max(last, i)
	}
	for at, ok := g.journal.NextTransition(1); ok && at < last; at, ok = g.journal.NextTransition(at) {
		if err := g.want(at); err != nil {
			return err
		}
	}
	return nil
}

func (g *gatherer) evidence() (e evidence) {
	var indexes []uint64
	for i := range g.records {
		indexes = append(indexes, i)
	}
	slices.Sort(indexes)
	for _, i := range indexes {
		if n := len(e.Runs); n > 0 && e.Runs[n-1].end()+1 == i {
			e.Runs[n-1].Records = append(e.Runs[n-1].Records, g.records[i])
		} else {
			e.Runs = append(e.Runs, run{i, [][]byte{g.records[i]}})
		}
	}
	for _, c := range g.certs {
		e.Certificates = append(e.Certificates, c)
	}
	sortCertificates(e.Certificates)
	return e
}

func sortCertificates(all []chain.Certificate) {
	slices.SortFunc(all, func(a, b chain.Certificate) int {
		return cmp.Compare(a.Checkpoint.Head.Index, b.Checkpoint.Head.Index)
	})
}

// opened takes a record of the journal apart.
func opened(raw []byte) (rec register.Record, cmd register.Command, body register.Body, err error) {
	if err = wire.Decode(raw, &rec); err != nil {
		return rec, cmd, nil, err
	}
	cmd, body, err = rec.Open()
	if err == nil && body == nil {
		err = fmt.Errorf("record %d is not readable", rec.Index)
	}
	return rec, cmd, body, err
}
