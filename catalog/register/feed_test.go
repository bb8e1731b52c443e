package register

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// grown is a city with three voters, one of them once replaced, and items.
func grown(t testing.TB) *city {
	c := newCity(t)
	c.must(district, Voters{[]area.Center{district, town}, 1})
	c.publish(district, anItem("A", cityArea, 1))
	c.must(district, Voters{[]area.Center{district, town, town2}, c.r.Voters().Index})
	c.must("", incarnation(town2, 1))
	for i := range 4 {
		c.publish(district, anItem("A", cityArea, item.Version(i+2)))
	}
	return c
}

func records(t testing.TB, r *Register, from, to Index) [][]byte {
	t.Helper()
	all, err := r.Records(from, int(to-from)+1, 1<<30)
	if err != nil || len(all) != int(to-from)+1 {
		t.Fatalf("%d records (%v)", len(all), err)
	}
	return all
}

func TestIngestTakesOnlyWhatTheVotersCertified(t *testing.T) {
	c := grown(t)
	k, _ := c.r.NextTransition(1)
	const have = 4
	good := records(t, c.r, have+1, k)
	cert := certify(t, c.r, k)
	rec := must(c.r.Record(have + 2))
	rec.Detail = "x"
	altered := slices.Clone(good)
	altered[1] = wire.Encode(rec)
	foreign := must(c.r.Record(have + 1))
	foreign.Log = "0123456789abcdef"
	forgedCert := func(change func(*chain.Certificate)) chain.Certificate {
		forged := certify(t, c.r, k)
		change(&forged)
		return forged
	}
	for name, test := range map[string]struct {
		records [][]byte
		cert    chain.Certificate
		want    error
	}{
		"no votes":                {good, forgedCert(func(c *chain.Certificate) { c.Votes = nil }), chain.ErrNoMajority},
		"a stranger's vote":       {good, forgedCert(func(c *chain.Certificate) { c.Votes[0].Voter = string(village) }), chain.ErrNoMajority},
		"a vote for another":      {good, forgedCert(func(c *chain.Certificate) { c.Checkpoint.Head.Hash[0]++ }), chain.ErrNoMajority},
		"another set of voters":   {good, forgedCert(func(c *chain.Certificate) { c.Checkpoint.Voters++ }), chain.ErrVoterSet},
		"another log":             {good, forgedCert(func(c *chain.Certificate) { c.Checkpoint.Log = "x" }), chain.ErrForeign},
		"another generation":      {good, forgedCert(func(c *chain.Certificate) { c.Checkpoint.Generation++ }), chain.ErrForeign},
		"an altered record":       {altered, cert, chain.ErrTampered},
		"a gap":                   {good[1:], cert, chain.ErrReordered},
		"another order":           {append([][]byte{good[1], good[0]}, good[2:]...), cert, chain.ErrReordered},
		"a foreign record":        {append([][]byte{wire.Encode(foreign)}, good[1:]...), cert, chain.ErrForeign},
		"too few":                 {good[:1], cert, chain.ErrTruncated},
		"none":                    {nil, cert, chain.ErrTruncated},
		"more than certified":     {records(t, c.r, have+1, k+1), cert, chain.ErrTampered},
		"noise":                   {[][]byte{[]byte("noise")}, cert, nil},
		"past a change of voters": {records(t, c.r, have+1, k+1), certify(t, c.r, k+1), chain.ErrVoterSet},
	} {
		t.Run(name, func(t *testing.T) {
			f := newRegister(t)
			if err := f.Ingest(records(t, c.r, 1, have), certify(t, c.r, have)); err != nil {
				t.Fatal(err)
			}
			before := dump(t, f)
			err := f.Ingest(test.records, test.cert)
			if err == nil || test.want != nil && !errors.Is(err, test.want) {
				t.Fatalf("%v, want %v", err, test.want)
			}
			if errors.Is(err, chain.ErrDiverged) {
				t.Errorf("a sender's fault counts as fatal: %v", err)
			}
			if len(dump(t, f)) != len(before) || f.Head().Index != have {
				t.Error("it had an effect")
			}
			if err := f.Ingest(good, cert); err != nil {
				t.Errorf("the true records no longer go: %v", err)
			}
		})
	}
}

func TestIngestIsFatalWhereTheVotersCertifiedSomethingElse(t *testing.T) {
	c := newCity(t)
	f := newRegister(t)
	feed(t, c.r, f, 100)
	head := f.Head()
	// Every voter signs that a town's command for another town was applied.
	raw := c.command(town, anItem("A", town2.Area(), 1))
	lie := wire.Encode(Record{Log: trust.Realm, Index: head.Index + 1, Prev: head.Hash, Entry: 99, Command: raw, Time: noon.UnixMilli()})
	cert := chain.Certificate{Checkpoint: chain.Checkpoint{Log: trust.Realm, Voters: 1, Head: head.Next(lie)}}
	cert.Votes = []chain.Vote{chain.SignCheckpoint(keyFor("320509000000@1"), string(district), cert.Checkpoint, 1)}
	if err := f.Ingest([][]byte{lie}, cert); !errors.Is(err, chain.ErrDiverged) {
		t.Fatal(err)
	}
	if f.Head() != head {
		t.Error("it was applied")
	}
	// And another past than the one that is here.
	cert.Checkpoint.Head = chain.Head{Index: head.Index, Hash: chain.Sum([]byte("other"))}
	cert.Votes = []chain.Vote{chain.SignCheckpoint(keyFor("320509000000@1"), string(district), cert.Checkpoint, 1)}
	if err := f.Ingest(nil, cert); !errors.Is(err, chain.ErrDiverged) {
		t.Fatal(err)
	}
	if err := f.SaveCertificate(cert); !errors.Is(err, chain.ErrDiverged) {
		t.Fatal(err)
	}
}

func TestReplacedVotersCannotVouchOnward(t *testing.T) {
	c := newCity(t)
	f := newRegister(t)
	feed(t, c.r, f, 100)
	head := f.Head()
	res := c.must(district, Voters{[]area.Center{district, town}, 1})
	c.must(district, anItem("A", cityArea, 1))
	// The founder, who had all the votes, signs on alone.
	signed := func(head chain.Head) chain.Certificate {
		cert := chain.Certificate{Checkpoint: chain.Checkpoint{Log: trust.Realm, Voters: 1, Head: head}}
		cert.Votes = []chain.Vote{chain.SignCheckpoint(keyFor("320509000000@1"), string(district), cert.Checkpoint, 1)}
		return cert
	}
	honest := records(t, c.r, head.Index+1, head.Index+2)
	hiding := must(c.r.Record(res.Index))
	hiding.Fence = nil
	hidden := wire.Encode(hiding)
	next := must(c.r.Record(res.Index + 1))
	next.Prev = head.Next(hidden).Hash
	for name, records := range map[string][][]byte{
		"openly":    honest,
		"in hiding": {hidden, wire.Encode(next)},
	} {
		end := head
		for _, r := range records {
			end = end.Next(r)
		}
		err := f.Ingest(records, signed(end))
		if refusal.CodeOf(err) != OldVoters || errors.Is(err, chain.ErrDiverged) || f.Head() != head {
			t.Errorf("%s: %v, head %d", name, err, f.Head().Index)
		}
	}
	if err := f.Ingest(honest[:1], certify(t, c.r, res.Index)); err != nil {
		t.Fatal(err)
	}
	if err := f.Ingest(honest[1:], certify(t, c.r, res.Index+1)); err != nil {
		t.Fatal(err)
	}
}

func TestFirstContactTrustsTheRootKeyAlone(t *testing.T) {
	c := newCity(t)
	first := records(t, c.r, 1, 1)[0]
	set, err := trust.Founders(first)
	if err != nil || set.Index != 1 || len(set.Members) != 1 || set.Members[0].ID != string(district) {
		t.Fatalf("%+v (%v)", set, err)
	}
	other := Trust{RealmID(keyFor("other").Public()), keyFor("other").Public()}
	if _, err := other.Founders(first); !errors.Is(err, chain.ErrForeign) {
		t.Error(err)
	}
	rec := must(c.r.Record(1))
	rec.Detail = "x"
	if _, err := trust.Founders(wire.Encode(rec)); !errors.Is(err, chain.ErrTampered) {
		t.Error(err)
	}
	rec.Command = Author{Realm: trust.Realm, Key: keyFor("other")}.Command(1, noon, founding(), "", "")
	if _, err := trust.Founders(wire.Encode(rec)); err == nil {
		t.Error("founded by another key")
	}
	if _, err := trust.Founders(records(t, c.r, 2, 2)[0]); err == nil {
		t.Error("founded by record 2")
	}
	if _, err := trust.Founders(nil); err == nil {
		t.Error("founded by nothing")
	}
}

func TestOverlappingRecordsDoNoHarm(t *testing.T) {
	c := newCity(t)
	f := newRegister(t)
	if err := f.Ingest(records(t, c.r, 1, 4), certify(t, c.r, 4)); err != nil {
		t.Fatal(err)
	}
	if err := f.Ingest(records(t, c.r, 2, 6), certify(t, c.r, 6)); err != nil {
		t.Fatal(err)
	}
	if err := f.Ingest(records(t, c.r, 1, 3), certify(t, c.r, 3)); err != nil {
		t.Fatal(err)
	}
	sameRows(t, c.r, f)
}

func TestCertificatesAreThinnedOut(t *testing.T) {
	c := grown(t)
	head := c.r.Head().Index
	for i := Index(2); i <= head; i++ {
		if err := c.r.SaveCertificate(certify(t, c.r, i)); err != nil {
			t.Fatal(err)
		}
	}
	var kept, transitions []Index
	for i := Index(1); i <= head; i++ {
		if _, ok := c.r.CertificateAt(i); ok {
			kept = append(kept, i)
		}
	}
	for k, ok := c.r.NextTransition(1); ok; k, ok = c.r.NextTransition(k) {
		transitions = append(transitions, k)
		if !slices.Contains(kept, k) {
			t.Errorf("the certificate of the change of voters at %d is gone", k)
		}
	}
	if len(transitions) != 3 {
		t.Errorf("changes of voters at %v", transitions)
	}
	if newest, ok := c.r.NewestCertificate(); !ok || newest.Checkpoint.Head != c.r.Head() {
		t.Errorf("newest %d", newest.Checkpoint.Head.Index)
	}
	if len(kept) > len(transitions)+2 {
		t.Errorf("kept %v", kept)
	}
	if err := c.r.SaveCertificate(certify(t, c.r, head-1)); err != nil {
		t.Error(err)
	}
	forged := certify(t, c.r, head-2)
	forged.Votes = forged.Votes[:1]
	if err := c.r.SaveCertificate(forged); !errors.Is(err, chain.ErrNoMajority) {
		t.Error(err)
	}
	// Far apart in bytes they stay.
	entries := bulk(c, 500)
	for _, e := range entries {
		c.entry = e.Index
		applyEntry(t, c.r, e)
		if err := c.r.SaveCertificate(certify(t, c.r, c.r.Head().Index)); err != nil {
			t.Fatal(err)
		}
	}
	var before Index
	var size uint64
	for i := Index(1); i <= c.r.Head().Index; i++ {
		row := headAt(t, c.r, i)
		if _, ok := c.r.CertificateAt(i); ok {
			if before > head && row.Bytes-size > maxGapBytes {
				t.Errorf("%d bytes between the certificates of %d and %d", row.Bytes-size, before, i)
			}
			before, size = i, row.Bytes
		}
	}
}

func headAt(t testing.TB, r *Register, i Index) (row headState) {
	t.Helper()
	if err := r.look(func(m *machine) { row, _ = load[headState](m, headRow(i)) }); err != nil {
		t.Fatal(err)
	}
	return row
}

func TestVotersAtACheckpoint(t *testing.T) {
	c := grown(t)
	if set := c.r.VotersAt(1); len(set.Members) != 0 {
		t.Errorf("record 1 needs no voters, has %v", set)
	}
	sizes := map[Index]int{}
	for k, ok := c.r.NextTransition(0); ok; k, ok = c.r.NextTransition(k) {
		if at := c.r.VotersAt(k); at.Index >= k {
			t.Errorf("the change at %d vouches for itself", k)
		}
		set := c.r.VotersAt(k + 1)
		if set.Index != k {
			t.Errorf("after %d the set of %d is in force", k, set.Index)
		}
		sizes[k] = len(set.Members)
	}
	if fmt.Sprint(sizes) != "map[1:1 7:2 10:3 11:3]" {
		t.Errorf("sets %v", sizes)
	}
}

func TestChangedIsClosedWhenTheHeadMoves(t *testing.T) {
	c := newCity(t)
	changed := c.r.Changed()
	c.apply([]byte("noise"))
	select {
	case <-changed:
		t.Fatal("the head did not move")
	default:
	}
	c.must(district, anItem("A", cityArea, 1))
	select {
	case <-changed:
	default:
		t.Fatal("the head moved")
	}
	if c.r.Changed() == changed {
		t.Error("the same channel again")
	}
}

func TestReadersDuringWrites(t *testing.T) {
	c := newCity(t)
	entries := bulk(c, 400)
	done := make(chan error, 1)
	go func() {
		_, err := c.r.Apply(entries)
		done <- err
	}()
	for last := uint64(0); ; {
		select {
		case err := <-done:
			if err != nil || c.r.CountItems(Filter{}) != 400 {
				t.Fatal(err, c.r.CountItems(Filter{}))
			}
			return
		case <-c.r.Changed():
		}
		head := c.r.Head()
		if hash, ok := c.r.HeadAt(head.Index); !ok || hash != head.Hash || head.Index < last {
			t.Fatalf("head %d is not there", head.Index)
		}
		last = head.Index
		if n := c.r.CountItems(Filter{}); n < int(last)-6-400 {
			t.Fatalf("%d items at head %d", n, last)
		}
		c.r.Rules()
		c.r.Calendar()
	}
}

func TestFaultKeepsTheFirstFailure(t *testing.T) {
	c := newCity(t)
	if err := c.r.db.Update(func(txn *badger.Txn) error { return txn.Set([]byte(centerRow(town)), []byte("noise")) }); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.r.Center(town); ok {
		t.Error("noise is a center")
	}
	if err := c.r.Fault(); err == nil || !strings.Contains(err.Error(), string(town)) {
		t.Error(err)
	}
}
