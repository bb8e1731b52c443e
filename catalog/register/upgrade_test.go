package register

import (
	"context"
	"errors"
	"testing"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// decree is a command of feature level 2: it revokes a center and revives
// another, as a newer program would.
type decree struct {
	Revoke area.Center     `cbor:"1,keyasint"`
	Revive area.Center     `cbor:"2,keyasint"`
	Key    chain.PublicKey `cbor:"3,keyasint"`
}

func (decree) Kind() Kind   { return 99 }
func (decree) flaw() string { return "" }
func (d decree) effect(t *turn) verdict {
	row, _ := t.enrolled(d.Revoke)
	t.close(&row, t.index)
	row.Revoked, row.Updated = t.index, t.index
	store(t.machine, centerRow(d.Revoke), row)
	other, _ := t.enrolled(d.Revive)
	t.revive(&other, other.Highest+1, d.Key, t.index)
	store(t.machine, centerRow(d.Revive), other)
	store(t.machine, "g/decree", d)
	t.fences = append(t.fences, Fence{Revoked: d.Revoke, Incarnation: 1}, Fence{Revived: d.Revive, Incarnation: other.Highest, Key: d.Key},
		Fence{Case: string(village) + ".1.7", Epoch: 4})
	return applied
}

// newer is the program after this one.
func newer() program {
	p := program{2, map[Kind]kindSpec{99: {2, reads[decree], false}}}
	for k, spec := range current.kinds {
		p.kinds[k] = spec
	}
	return p
}

func TestAnOlderProgramStopsAndHonoursTheFence(t *testing.T) {
	c := newCity(t)
	r, err := open(c.r.db, trust, newer())
	if err != nil {
		t.Fatal(err)
	}
	c.r = r
	raw := func(n uint64, feature uint16) []byte {
		return chain.Sign(keyFor("320509000000@1"), chain.CommandDomain, wire.Encode(Command{
			Realm: trust.Realm, Kind: 99, ID: ProposalID{district, 1, n}, Feature: feature,
			Body: wire.Encode(decree{town2, village, keyFor("320509111201@2").Public()}),
		}))
	}
	c.must(district, Voters{[]area.Center{district, town}, 1})
	early := c.apply(raw(900, 1), raw(901, 2)) // both programs must say the same to these
	for _, res := range early {
		if res.Outcome != NeedsFeature {
			t.Fatal(res)
		}
	}
	c.must(district, Feature{2})
	c.publish(district, anItem("A", cityArea, 1)) // a known command at the higher level
	if res := c.apply(raw(902, 1))[0]; res.Outcome != NeedsFeature {
		t.Fatal(res)
	}
	known := c.r.Head().Index
	if res := c.apply(raw(903, 2))[0]; res.Outcome != Applied {
		t.Fatal(res)
	}
	c.publish(district, anItem("A", cityArea, 2))
	c.must(district, Voters{[]area.Center{district}, c.r.Voters().Index})
	c.publish(district, anItem("A", cityArea, 3))

	f := newRegister(t)
	feed(t, c.r, f, 2)
	if at, stopped := f.UpgradeNeeded(); !stopped || at != known+1 {
		t.Fatalf("stopped at %d, want %d", at, known+1)
	}
	if f.Head() != c.r.Head() {
		t.Error("it does not store what it cannot apply")
	}
	if _, ok := f.Current(town2); ok {
		t.Error("a revocation is not honoured")
	}
	if inc, ok := f.Current(village); !ok || inc != 2 {
		t.Errorf("an incarnation is not honoured: %d", inc)
	}
	if f.Epoch(string(village)+".1.7") != 4 {
		t.Error("a seizure is not honoured")
	}
	if got, want := f.Voters(), c.r.Voters(); got.Index != want.Index || len(got.Members) != 1 {
		t.Errorf("voters %+v, want %+v", got, want)
	}
	if it, ok := f.Item("A", cityArea, Moment{}); !ok || it.Ref.Version != 1 {
		t.Errorf("it guessed: %+v", it)
	}
	if err := f.Verify(context.Background(), nil); err != nil {
		t.Error(err)
	}
	down := newRegister(t) // a child of its own, fed by the one that is behind
	feed(t, f, down, 3)
	if down.Head() != c.r.Head() {
		t.Error("it does not relay what it cannot apply")
	}
	if _, err := f.Apply([]Entry{{Index: 1000, Commands: [][]byte{raw(904, 2)}}}); !errors.Is(err, ErrUpgrade) {
		t.Errorf("as a voter: %v", err)
	}

	upgraded, err := open(f.db, trust, newer())
	if err != nil {
		t.Fatal(err)
	}
	sameRows(t, c.r, upgraded)
	if _, stopped := upgraded.UpgradeNeeded(); stopped {
		t.Error("still stopped after the upgrade")
	}
	if it, ok := upgraded.Item("A", village.Area(), Moment{}); !ok || it.Ref.Version != 3 {
		t.Errorf("%+v", it)
	}

	// Back on the old program it stops where it did before, and guesses as little.
	old := must(Open(f.db, trust))
	if at, stopped := old.UpgradeNeeded(); !stopped || at != known+1 || old.Head() != c.r.Head() {
		t.Errorf("stopped at %d, head %d", at, old.Head().Index)
	}
	if it, ok := old.Item("A", cityArea, Moment{}); !ok || it.Ref.Version != 1 {
		t.Errorf("%+v", it)
	}
}

func TestAVoterThatIsTooOldStops(t *testing.T) {
	c := newCity(t)
	c.must(district, Feature{2})
	raw := chain.Sign(keyFor("320509000000@1"), chain.CommandDomain, wire.Encode(Command{
		Realm: trust.Realm, Kind: 99, ID: ProposalID{district, 1, 900}, Feature: 2, Body: wire.Encode(decree{}),
	}))
	head := c.r.Head()
	if _, err := c.r.Apply([]Entry{{Index: c.entry + 1, Commands: [][]byte{c.command(district, anItem("A", cityArea, 1)), raw}}}); !errors.Is(err, ErrUpgrade) {
		t.Fatal(err)
	}
	if c.r.Head() != head {
		t.Error("half an entry was applied")
	}
}

func TestFeatureLevel(t *testing.T) {
	p := paperCity(t)
	send := func(c Command) Outcome {
		p.counter++
		c.Realm, c.ID = trust.Realm, ProposalID{district, 1, p.counter}
		res, _ := p.send(chain.Sign(p.author(district).Key, chain.CommandDomain, wire.Encode(c)))
		return res.Outcome
	}
	body := wire.Encode(anItem("NEW", cityArea, 1))
	for name, c := range map[string]Command{
		"above the realm's":      {Kind: DraftItem, Staff: "李文", Feature: 2, Body: body},
		"a kind that is unknown": {Kind: 99, Feature: 1, Body: body},
		"a kind below its own":   {Kind: DraftItem, Staff: "李文", Feature: 0, Body: body},
	} {
		if got := send(c); got != NeedsFeature {
			t.Errorf("%s: %s", name, got)
		}
	}
	if got := send(Command{Kind: DraftItem, Staff: "李文", Feature: 1, Body: wire.Encode(Power{})}); got != Malformed {
		t.Errorf("a body of another kind: %s", got)
	}
	if got := send(Command{Kind: DraftItem, Staff: "李文", Feature: 1, Body: []byte{0xff}}); got != Malformed {
		t.Errorf("no body: %s", got)
	}
	if got := send(Command{Kind: DraftItem, Feature: 1, Body: body, Staff: "张\x00"}); got != Malformed {
		t.Errorf("a control character: %s", got)
	}
}
