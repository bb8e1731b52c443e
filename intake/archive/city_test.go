package archive

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/consensus/wire"
	"tongban/intake/attach"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
)

// Two districts of a city that does not exist: a case is received in one,
// accepted and decided in the other, with a third center asked.
const (
	cityArea             = area.Code("320500000000")
	far      area.Center = "320505000000" // receives: another district
	district area.Center = "320509000000" // decides
	town     area.Center = "320509111000" // accepts
	second   area.Center = "320509106000" // is asked
	village  area.Center = "320509111201" // what the case is about lies here
)

// parties is a Register as casefiles ask it.
type parties struct{ *register.Register }

func (d parties) Key(p casefile.Party) (chain.PublicKey, uint64, uint64, bool) {
	return d.Register.Key(p.Center, p.Incarnation)
}

func (d parties) Item(ref item.Ref) (*item.Item, bool) { return d.Version(ref) }

func (d parties) Grants(id casefile.ID) (all []casefile.Grant) {
	for _, g := range d.Register.Grants(string(id)) {
		s := g.Seizure
		all = append(all, casefile.Grant{Index: g.Index, Epoch: s.Epoch, Base: s.Base, Lost: s.Lost,
			Grantee: casefile.Party{Center: s.Grantee, Incarnation: s.Incarnation}})
	}
	return all
}

// city is a realm with its journal and the nodes of some centers.
type city struct {
	t       testing.TB
	reg     parties
	root    chain.Key
	counter map[area.Center]uint64
	entry   uint64
	now     time.Time
	nodes   map[area.Center]*node
}

type node struct {
	*cabinet.Cabinet
	self  casefile.Party
	blobs *attach.Store
}

func seeded(name string) chain.Key {
	seed := sha256.Sum256([]byte(name))
	k, err := chain.NewKey(seed[:])
	if err != nil {
		panic(err)
	}
	return k
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func database(t testing.TB) *badger.DB {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions(t.TempDir()).WithLogger(nil).WithMemTableSize(8 << 20).
		WithValueThreshold(256 << 10).WithValueLogFileSize(16 << 20).WithNumMemtables(2).WithMetricsEnabled(false))
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// poolKey is the key of the district's presence pool, in force.
var poolKey = bytes.Repeat([]byte{7}, 32)

func newCity(t testing.TB) *city {
	t.Helper()
	c := &city{t: t, root: seeded("root"), counter: map[area.Center]uint64{}, nodes: map[area.Center]*node{},
		now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.FixedZone("UTC+8", 8*3600))}
	trust := register.Trust{Realm: register.RealmID(c.root.Public()), Root: c.root.Public()}
	reg, err := register.Open(database(t), trust)
	must(t, err)
	c.reg = parties{reg}
	c.propose("", register.Realm{ID: trust.Realm, Name: "某市", Area: cityArea, Root: trust.Root, Publisher: district,
		First: listed(district)})
	c.propose(district, register.GossipKey{District: district.Area(), Key: poolKey})
	c.enrol("", far)
	c.enrol(district, town)
	c.enrol(district, second)
	c.enrol(town, village)
	c.certify()
	return c
}

func listed(id area.Center) register.Center {
	return register.Center{ID: id, Name: "中心" + string(id), Incarnation: 1, Key: seeded(string(id)).Public()}
}

func (c *city) enrol(by, id area.Center) {
	e := listed(id)
	c.propose(by, register.Enrolment{Center: e, Ticket: chain.Sum([]byte(id)), Expires: c.now.Add(time.Hour).UnixMilli(),
		Proof: register.ProveCenter(seeded(string(id)), e)})
}

func (c *city) propose(who area.Center, b register.Body) register.Result {
	return c.proposeAs("张三", who, b)
}

func (c *city) proposeAs(staff string, who area.Center, b register.Body) register.Result {
	c.t.Helper()
	author := register.Author{Realm: register.RealmID(c.root.Public()), Center: who, Incarnation: 1, Key: seeded(string(who))}
	if who == "" {
		author = register.Root(c.root)
	}
	c.counter[who]++
	c.entry++
	out, err := c.reg.Apply([]register.Entry{{Index: c.entry, Time: c.now.UnixMilli(), Commands: [][]byte{author.Command(c.counter[who], c.now, b, staff, "")}}})
	must(c.t, err)
	res, err := register.ReadResult(out[0][0])
	must(c.t, err)
	must(c.t, res.Err(b.Kind().String()))
	return res
}

// certify has the only voter sign for the head.
func (c *city) certify() {
	c.t.Helper()
	head := c.reg.Head()
	cert := chain.Certificate{Checkpoint: chain.Checkpoint{Log: c.reg.Realm(), Voters: c.reg.VotersAt(head.Index).Index, Head: head}}
	cert.Votes = []chain.Vote{chain.SignCheckpoint(seeded(string(district)), string(district), cert.Checkpoint, c.now.UnixMilli())}
	must(c.t, c.reg.SaveCertificate(cert))
}

// publish has the district draft and approve an item for the whole city.
func (c *city) publish(it item.Item) item.Ref {
	c.t.Helper()
	d := register.Draft{Item: it}
	at := c.proposeAs("李四", district, d).Index
	c.propose(district, register.Publication{Draft: at, Content: chain.Sum(wire.Encode(d))})
	c.certify()
	return it.Ref
}

func residence() item.Item {
	step := func(name string, a item.Action, l area.Level) item.Step {
		return item.Step{Name: name, Action: a, Level: l}
	}
	return item.Item{
		Ref: item.Ref{Code: "RESIDENCE", Area: cityArea, Version: 1}, Name: "申领居住证", Type: item.Confirmation, Department: "公安",
		Authority: "某区公安分局", Level: area.District, Kind: item.Promised, Scope: item.ScopeCity, Subject: item.ByResidence, Mode: item.ReceivedElsewhere,
		Promise:   item.Limit{Tenths: 150, Unit: item.WorkingDays},
		Materials: []item.Material{{ID: "photo", Name: "本人相片", Need: item.Required}, {ID: "proof", Name: "居住证明", Need: item.Required}},
		Steps: []item.Step{step("收件", item.Receive, area.Town), step("受理", item.Accept, area.Town), step("初审", item.Check, area.Town),
			step("决定", item.Decide, area.District), step("出件", item.HandOut, area.Town)},
		Laws:   []item.Law{{Title: "居住证暂行条例"}},
		Origin: item.Origin{Area: "某区", Date: "2026-01-01", Source: "指南"},
	}
}

// node opens a center's node.
func (c *city) node(id area.Center) *node {
	c.t.Helper()
	if n, ok := c.nodes[id]; ok {
		return n
	}
	db := database(c.t)
	n := &node{self: casefile.Party{Center: id, Incarnation: 1}}
	var err error
	n.blobs, err = attach.Open(db, bytes.Repeat([]byte{7}, 32), rand.Reader)
	must(c.t, err)
	n.Cabinet, err = cabinet.Open(cabinet.Config{DB: db, Register: c.reg, Self: func() casefile.Party { return n.self },
		Key: seeded(string(id)), Now: func() time.Time { return c.now }, Blobs: n.blobs})
	must(c.t, err)
	c.nodes[id] = n
	return n
}

func (c *city) put(n *node, id casefile.ID, kind string, content []byte) casefile.BlobRef {
	c.t.Helper()
	ref, err := n.blobs.Put(context.Background(), id.Owner(), kind, content)
	must(c.t, err)
	return ref
}

func (c *city) do(n *node, id casefile.ID, kind casefile.Kind, body any) casefile.State {
	c.t.Helper()
	c.now = c.now.Add(time.Hour)
	s, err := n.Append(context.Background(), id, func(casefile.State) ([]casefile.Draft, error) {
		return []casefile.Draft{{Kind: kind, Body: body, Staff: "S-" + string(n.self.Center[:6]),
			Hand: &casefile.Hand{Name: "虚构乙", Window: "3 号窗口", Department: "公安"}}}, nil
	})
	if err != nil {
		c.t.Fatalf("%s: %v", kind, err)
	}
	return s
}

// carry brings a case and its content to another center.
func (c *city) carry(id casefile.ID, from, to *node) {
	c.t.Helper()
	s, err := from.State(id)
	must(c.t, err)
	for _, ref := range s.Blobs() {
		b, err := from.blobs.Export(id.Owner(), ref.Hash)
		must(c.t, err)
		must(c.t, to.blobs.Import(context.Background(), id.Owner(), ref.Hash, b))
	}
	records, err := from.Log(id, 1, 1000)
	must(c.t, err)
	_, err = to.Ingest(context.Background(), from.self.Center, id, 1, records)
	must(c.t, err)
}

func (c *city) pass(id casefile.ID, from, to *node, step int) {
	c.t.Helper()
	c.do(from, id, casefile.HandedOver, casefile.HandedOverBody{To: to.self, Step: step})
	c.carry(id, from, to)
	c.do(to, id, casefile.TakenOver, nil)
}

// sources is what a node makes packages of.
func (c *city) sources(n *node) Sources {
	key := seeded(string(n.self.Center))
	return Sources{
		Cases: n, Blobs: n.blobs, Register: c.reg, Journal: c.reg.Register, Maker: n.self,
		Superseded: func(id casefile.ID) (all []Superseded, err error) {
			list, err := n.Branches(id)
			for _, b := range list {
				records, err := n.BranchLog(id, b.Number, 1, 1000)
				must(c.t, err)
				all = append(all, Superseded{Branch{b.Number, b.Head, string(b.Cause)}, records})
			}
			return all, err
		},
		Documents: func(casefile.ID) ([]Document, error) {
			return []Document{{"acceptance", "受理通知书", "text/plain", []byte("虚构甲：\n你的申请已受理。\n")}}, nil
		},
		Applicant: func(b []byte) (any, error) {
			var who struct {
				Name string `cbor:"1,keyasint" json:"name"`
			}
			return who, wire.Decode(b, &who)
		},
		Name: func(a area.Center) string { l, _ := c.reg.Center(a); return l.Name },
		Seal: func(body []byte) []byte { return chain.Sign(key, Domain, body) },
	}
}

var keep = Making{Retention: Retention{Period: "30年", Basis: "某市档案馆〔2026〕1号"}, Personal: true}

var png = append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00"), bytes.Repeat([]byte{3}, 60)...)
