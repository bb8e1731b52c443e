package desk

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/rule"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/applicant"
	"tongban/intake/attach"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
)

// A piece of Wujiang.
const (
	wujiang area.Center = "320509000000" // the district
	tongli  area.Center = "320509111000" // 同里镇
	yejian  area.Center = "320509111201" // 叶建村
	zhenze  area.Center = "320509108000" // 震泽镇
	otherVi area.Center = "320509108201" // a village of 震泽
)

// book is a copy of the Register that all centers of the test share. It stands
// in for the replicated one: here only the desk is looked at.
type book struct {
	journal  []chain.Head
	keys     map[casefile.Party]chain.PublicKey
	current  map[area.Center]uint32
	items    map[item.Ref]*item.Item
	newest   map[item.Code]map[area.Code]item.Version
	powers   map[string]bool
	rules    rule.Set
	calendar workday.Calendar
	grants   map[casefile.ID][]casefile.Grant
}

var _ Register = (*book)(nil)

func (b *book) Head() chain.Head { return b.journal[len(b.journal)-1] }

func (b *book) HeadAt(i uint64) (chain.Hash, bool) {
	if i >= uint64(len(b.journal)) {
		return chain.Hash{}, false
	}
	return b.journal[i].Hash, true
}

func (b *book) advance() { b.journal = append(b.journal, b.Head().Next([]byte("a record"))) }

func (b *book) Key(p casefile.Party) (chain.PublicKey, uint64, uint64, bool) {
	k, ok := b.keys[p]
	return k, 0, 0, ok
}

func (b *book) Current(c area.Center) (uint32, bool) {
	inc, ok := b.current[c]
	return inc, ok
}

func (b *book) Grants(id casefile.ID) []casefile.Grant { return b.grants[id] }

func (b *book) Item(ref item.Ref) (*item.Item, bool) {
	it, ok := b.items[ref]
	return it, ok
}

func (b *book) HasPower(c area.Center, code item.Code, level area.Level, day string, _ uint64) bool {
	return b.powers[fmt.Sprint(c, code, level)] && day >= "2026-01-01"
}

func (b *book) Responsible(subject area.Code, level area.Level) (area.Center, bool) {
	c := area.Center(subject.At(level))
	_, ok := b.current[c]
	return c, ok
}

func (b *book) Offered(code item.Code, in area.Code) (*item.Item, bool) {
	for _, up := range in.Up() {
		if v, ok := b.newest[code][up]; ok {
			return b.items[item.Ref{Code: code, Area: up, Version: v}], true
		}
	}
	return nil, false
}

func (b *book) Agreement(code item.Code, receiving, competent area.Code, day string, _ uint64) (rule.Agreement, bool) {
	return b.rules.Agreement(string(code), receiving, competent, day)
}

func (b *book) Rules() rule.Set            { return b.rules }
func (b *book) Calendar() workday.Calendar { return b.calendar }

func (b *book) Office(c area.Center) (string, string, bool) {
	names := map[area.Center]string{
		wujiang: "吴江区政务服务中心", tongli: "同里镇为民服务中心", yejian: "叶建村便民服务中心",
		zhenze: "震泽镇为民服务中心", otherVi: "震泽镇某村便民服务中心",
	}
	name, ok := names[c]
	return name, "0512-00000000", ok
}

func (b *book) publish(it item.Item, in area.Code) *item.Item {
	b.advance()
	if b.newest[it.Ref.Code] == nil {
		b.newest[it.Ref.Code] = map[area.Code]item.Version{}
	}
	b.newest[it.Ref.Code][in]++
	it.Ref = item.Ref{Code: it.Ref.Code, Area: in, Version: b.newest[it.Ref.Code][in]}
	b.items[it.Ref] = &it
	return &it
}

// node is one center: its own database, blobs, cabinet and desk.
type node struct {
	center  area.Center
	db      *badger.DB
	blobs   *attach.Store
	cabinet *cabinet.Cabinet
	desk    *Desk
}

// city is several centers and a messenger who carries logs between them.
type city struct {
	t     testing.TB
	ctx   context.Context
	book  *book
	now   time.Time
	nodes map[area.Center]*node
	items map[string]item.Code // by record in the source collection
}

func newCity(t testing.TB, centers ...area.Center) *city {
	t.Helper()
	c := &city{
		t: t, ctx: context.Background(), now: at("2026-03-02 09:00"), nodes: map[area.Center]*node{}, items: map[string]item.Code{},
		book: &book{
			journal: []chain.Head{chain.Start("test")}, keys: map[casefile.Party]chain.PublicKey{}, current: map[area.Center]uint32{},
			items: map[item.Ref]*item.Item{}, newest: map[item.Code]map[area.Code]item.Version{}, powers: map[string]bool{},
			grants: map[casefile.ID][]casefile.Grant{},
		},
	}
	years, err := starter.Years()
	must(t, err)
	c.book.calendar = workday.NewCalendar(years)
	items, err := starter.Items()
	must(t, err)
	for _, it := range items {
		it.Authority = "吴江区" + it.Department
		c.items[it.Record] = c.book.publish(it, "320500000000").Ref.Code
	}
	for _, center := range centers {
		c.add(center)
	}
	return c
}

func (c *city) add(center area.Center) {
	c.t.Helper()
	opts := badger.DefaultOptions(c.t.TempDir()).WithLogger(nil).WithSyncWrites(true).WithMemTableSize(8 << 20).WithValueLogFileSize(16 << 20).WithNumMemtables(2)
	db, err := badger.Open(opts)
	must(c.t, err)
	c.t.Cleanup(func() { db.Close() })
	must(c.t, c.enrol(center, db, rand.Reader))
}

// enrol makes a center of a database.
func (c *city) enrol(center area.Center, db *badger.DB, random io.Reader) error {
	seed := sha256.Sum256([]byte(center))
	key, err := chain.NewKey(seed[:])
	if err != nil {
		return err
	}
	party := casefile.Party{Center: center, Incarnation: 1}
	c.book.keys[party], c.book.current[center] = key.Public(), 1
	n := &node{center: center, db: db}
	if n.blobs, err = attach.Open(db, bytes.Repeat([]byte{7}, 32), random); err != nil {
		return err
	}
	self := func() casefile.Party { return party }
	now := func() time.Time { return c.now }
	if n.cabinet, err = cabinet.Open(cabinet.Config{DB: db, Register: c.book, Self: self, Key: key, Now: now, Blobs: n.blobs}); err != nil {
		return err
	}
	if n.desk, err = New(Config{DB: db, Cases: n.cabinet, Blobs: n.blobs, Register: c.book, Self: self, Now: now}); err != nil {
		return err
	}
	c.nodes[center] = n
	return nil
}

// carry brings the log of a case, and what lies outside it, from one center to
// another.
func (c *city) carry(id casefile.ID, from, to area.Center) {
	c.t.Helper()
	a, b := c.nodes[from], c.nodes[to]
	s, err := a.cabinet.State(id)
	must(c.t, err)
	for _, ref := range s.Blobs() {
		sealed, err := a.blobs.Export(id.Owner(), ref.Hash)
		must(c.t, err)
		must(c.t, b.blobs.Import(c.ctx, id.Owner(), ref.Hash, sealed))
	}
	records, err := a.cabinet.Log(id, 1, 1000)
	must(c.t, err)
	_, err = b.cabinet.Ingest(c.ctx, from, id, 1, records)
	must(c.t, err)
}

// pass hands a case over by the route, carries it, has it taken over, and
// carries the answer back.
func (c *city) pass(id casefile.ID, from, to area.Center) {
	c.t.Helper()
	done, err := c.nodes[from].desk.HandOver(c.ctx, staff("送件"), id, HandOverForm{})
	must(c.t, err)
	if done.State.Offer == nil || done.State.Offer.To.Center != to {
		c.t.Fatalf("by the route the case goes to %+v, want %s", done.State.Offer, to)
	}
	c.tick(time.Hour)
	c.carry(id, from, to)
	_, err = c.nodes[to].desk.TakeOver(c.ctx, staff("接件"), id)
	must(c.t, err)
	c.carry(id, to, from)
	c.tick(time.Hour)
}

func (c *city) tick(d time.Duration) { c.now = c.now.Add(d) }

// verified checks the whole log at a center and that it stands in that phase.
func (c *city) verified(id casefile.ID, center area.Center, phase casefile.Phase) casefile.State {
	c.t.Helper()
	s, err := c.nodes[center].cabinet.Verify(c.ctx, id)
	must(c.t, err)
	if s.Phase != phase {
		c.t.Fatalf("%s at %s is %s, want %s", id, center, s.Phase, phase)
	}
	return s
}

func (c *city) kinds(id casefile.ID, center area.Center) []casefile.Kind {
	c.t.Helper()
	records, err := c.nodes[center].cabinet.Log(id, 1, 1000)
	must(c.t, err)
	var kinds []casefile.Kind
	for _, b := range records {
		r, err := casefile.Read(b)
		must(c.t, err)
		kinds = append(kinds, r.Event.Kind)
	}
	return kinds
}

// answers are the situations in which the stories open their cases.
var answers = map[string]item.Answers{"D01": {"filer": {"self"}}, "D12": {"applicant": {"person"}}, "D23": {"traits": {"none"}}}

func staff(name string) By { return By{Staff: name} }

func citizen() applicant.Applicant {
	return applicant.Applicant{Person: applicant.Person{Name: "张某某", ResidentID: "11010519491231002X", Telephone: "13800000000"}}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (code %s, hint %q)", err, refusal.CodeOf(err), refusal.HintOf(err))
	}
}

func refused(t testing.TB, err error, want refusal.Code) {
	t.Helper()
	if refusal.CodeOf(err) != want {
		t.Fatalf("refused with %q (%v), want %q", refusal.CodeOf(err), err, want)
	}
}

func at(s string) time.Time {
	moment, err := time.ParseInLocation("2006-01-02 15:04", s, workday.China)
	if err != nil {
		panic(err)
	}
	return moment
}
