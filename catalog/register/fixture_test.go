package register

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
)

// The piece of a city that the tests play in. The places are made up.
const (
	cityArea  = area.Code("320500000000")
	district  = area.Center("320509000000")
	district2 = area.Center("320506000000")
	town      = area.Center("320509111000")
	town2     = area.Center("320509102000")
	village   = area.Center("320509111201")
	village2  = area.Center("320509102203")
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// keyFor makes the key of a name, always the same one.
func keyFor(name string) chain.Key {
	seed := chain.Sum([]byte(name))
	k, err := chain.NewKey(seed[:])
	if err != nil {
		panic(err)
	}
	return k
}

var (
	rootKey = keyFor("root")
	trust   = Trust{RealmID(rootKey.Public()), rootKey.Public()}
)

// openDB opens a database in the village profile's size.
func openDB(t testing.TB, dir string) *badger.DB {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions(dir).WithLogger(nil).WithSyncWrites(true).
		WithMemTableSize(8 << 20).WithNumMemtables(2).WithBaseTableSize(8 << 20).WithValueThreshold(256 << 10).
		WithValueLogFileSize(64 << 20).WithBlockCacheSize(16 << 20).WithIndexCacheSize(8 << 20).WithMetricsEnabled(false))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func newRegister(t testing.TB) *Register {
	t.Helper()
	r, err := Open(openDB(t, t.TempDir()), trust)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// city proposes to a Register as the centers do. Each proposal is an entry of
// its own.
type city struct {
	t       testing.TB
	r       *Register
	now     time.Time // at which the next entry is ordered
	entry   uint64
	counter map[area.Center]uint64
}

func (c *city) author(who area.Center) Author {
	if who == "" {
		return Root(rootKey)
	}
	inc := uint32(1)
	if now, ok := c.r.Current(who); ok {
		inc = now
	}
	return Author{trust.Realm, who, inc, keyFor(fmt.Sprintf("%s@%d", who, inc))}
}

func (c *city) command(who area.Center, b Body) []byte { return c.commandOf("张敏", who, b) }

func (c *city) commandOf(staff string, who area.Center, b Body) []byte {
	c.counter[who]++
	return c.author(who).Command(c.counter[who], c.now, b, staff, "")
}

// publish drafts an item, by 李文, and approves it, by 张敏 of the same center.
func (c *city) publish(who area.Center, d Draft) Result {
	c.t.Helper()
	return c.must(who, c.drafted(who, d))
}

// drafted drafts an item, by 李文. It returns the approval.
func (c *city) drafted(who area.Center, d Draft) Publication {
	c.t.Helper()
	res := c.apply(c.commandOf("李文", who, d))[0]
	if err := res.Err("draft"); err != nil {
		c.t.Fatal(err)
	}
	return approval(res.Index, d)
}

// approval is that of a draft, whose record is known.
func approval(i Index, d Draft) Publication {
	return Publication{Draft: i, Content: chain.Sum(wire.Encode(d))}
}

// propose applies one command of a center ("" for the root key).
func (c *city) propose(who area.Center, b Body) Result {
	c.t.Helper()
	return c.apply(c.command(who, b))[0]
}

// apply applies commands as one entry.
func (c *city) apply(commands ...[]byte) []Result {
	c.t.Helper()
	c.entry++
	return applyEntry(c.t, c.r, Entry{Index: c.entry, Time: c.now.UnixMilli(), Commands: commands})
}

func applyEntry(t testing.TB, r *Register, e Entry) []Result {
	t.Helper()
	out, err := r.Apply([]Entry{e})
	if err != nil {
		t.Fatal(err)
	}
	all := make([]Result, len(e.Commands))
	for i, b := range out[0] {
		if b == nil {
			continue
		}
		if all[i], err = ReadResult(b); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// must expects that a command is applied.
func (c *city) must(who area.Center, b Body) Result {
	c.t.Helper()
	res := c.propose(who, b)
	if err := res.Err(b.Kind().String()); err != nil {
		c.t.Fatal(err)
	}
	return res
}

func founding() Realm {
	return Realm{
		ID: trust.Realm, Name: "苏州", Area: cityArea, Root: trust.Root, Publisher: district,
		First: entryOf(district, 1),
	}
}

func entryOf(id area.Center, inc uint32) Center {
	return Center{ID: id, Name: "中心 " + string(id), Incarnation: inc, Key: keyFor(fmt.Sprintf("%s@%d", id, inc)).Public()}
}

// enrolment is one with the ticket of that name.
func enrolment(id area.Center, inc uint32, ticket string) Enrolment {
	e := entryOf(id, inc)
	return Enrolment{
		Center: e, Ticket: chain.Sum([]byte(ticket)), Expires: noon.Add(time.Hour).UnixMilli(),
		Proof: ProveCenter(keyFor(fmt.Sprintf("%s@%d", id, inc)), e),
	}
}

func incarnation(id area.Center, after uint32) Incarnation {
	k := keyFor(fmt.Sprintf("%s@%d", id, after+1))
	i := Incarnation{Center: id, Key: k.Public(), After: after, Reason: "换了硬盘"}
	i.Proof = ProveIncarnation(k, i)
	return i
}

// newCity founds the realm and enrols the centers of one district and another
// district; village2's town is enrolled after it.
func newCity(t testing.TB) *city {
	t.Helper()
	c := &city{t: t, r: newRegister(t), now: noon, counter: map[area.Center]uint64{}}
	c.must("", founding())
	c.must("", enrolment(district2, 1, "d2"))
	c.must(district, enrolment(town, 1, "t1"))
	c.must(district, enrolment(village2, 1, "v2"))
	c.must(district, enrolment(town2, 1, "t2"))
	c.must(town, enrolment(village, 1, "v1"))
	return c
}

func anItem(code item.Code, of area.Code, version item.Version) Draft {
	return Draft{Base: version - 1, Item: item.Item{
		Ref: item.Ref{Code: code, Area: of, Version: version}, Name: "生育登记 " + string(code), Local: of.Level() > area.District, Alias: []string{"准生证"},
		Type: item.PublicService, Department: "卫生健康委", Level: area.Town, Kind: item.Immediate,
		Promise: item.Limit{Unit: item.OnTheSpot}, Subject: item.ByHousehold,
		Steps: []item.Step{
			{Name: "受理", Action: item.Accept, Level: area.Town},
			{Name: "决定", Action: item.Decide, Level: area.Town},
		},
		Materials: []item.Material{{ID: "m1", Name: "居民身份证", Need: item.Required, Originals: 1}},
		Laws:      []item.Law{{Title: "江苏省人口与计划生育条例"}},
		Origin:    item.Origin{Area: "吴江", Date: "2026-01-01", Source: "指南"},
	}}
}

// dump is every row of the database but the transient ones, for comparison.
func dump(t testing.TB, r *Register) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, prefix := range []string{statePrefix, journalPrefix, headPrefix} {
		err := r.scan(prefix, "", func(k string, v []byte) bool {
			all[k] = string(v)
			return true
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// sameRows compares two Registers; the applied entry of a follower stays one
// behind, so base rows are compared by their heads.
func sameRows(t testing.TB, a, b *Register) {
	t.Helper()
	if a.Head() != b.Head() {
		t.Fatalf("heads differ: %v and %v", a.Head(), b.Head())
	}
	x, y := dump(t, a), dump(t, b)
	delete(x, baseRow)
	delete(y, baseRow)
	if !maps.Equal(x, y) {
		var diff []string
		for k := range x {
			if x[k] != y[k] {
				diff = append(diff, k)
			}
		}
		for k := range y {
			if _, ok := x[k]; !ok {
				diff = append(diff, k)
			}
		}
		slices.Sort(diff)
		t.Fatalf("rows differ: %q", strings.Join(diff, ", "))
	}
}

// certify signs a checkpoint at an index as all voters do.
func certify(t testing.TB, r *Register, index Index) chain.Certificate {
	t.Helper()
	hash, ok := r.HeadAt(index)
	if !ok {
		t.Fatalf("no record %d", index)
	}
	set := r.VotersAt(index)
	cert := chain.Certificate{Checkpoint: chain.Checkpoint{Log: trust.Realm, Voters: set.Index, Head: chain.Head{Index: index, Hash: hash}}}
	for _, v := range set.Members {
		l, _ := r.Center(area.Center(v.ID))
		for inc := uint32(1); inc <= l.Highest; inc++ {
			if k := keyFor(fmt.Sprintf("%s@%d", v.ID, inc)); k.Public().Equal(v.Key) {
				cert.Votes = append(cert.Votes, chain.SignCheckpoint(k, v.ID, cert.Checkpoint, noon.UnixMilli()))
			}
		}
	}
	return cert
}

// feed brings a follower up to the head of another Register, by way of every
// change of voters.
func feed(t testing.TB, from, to *Register, step uint64) {
	t.Helper()
	for to.Head().Index < from.Head().Index {
		at := to.Head().Index
		next := min(at+max(step, 2), from.Head().Index)
		if k, ok := from.NextTransition(max(at, 1)); ok {
			next = min(next, k)
		}
		records, err := from.Records(at+1, int(next-at), 1<<30)
		if err != nil {
			t.Fatal(err)
		}
		if err := to.Ingest(records, certify(t, from, next)); err != nil {
			t.Fatal(err)
		}
	}
}
