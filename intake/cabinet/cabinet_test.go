package cabinet

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
)

// desk is one node's cabinet on a real database.
type desk struct {
	*Cabinet
	t     testing.TB
	dir   string
	realm *casetest.Realm
	view  *casetest.View
	self  casefile.Party
	cfg   Config
}

func options(dir string) badger.Options {
	return badger.DefaultOptions(dir).WithSyncWrites(true).WithLogger(nil).
		WithMemTableSize(8 << 20).WithNumMemtables(2).WithValueThreshold(256 << 10).
		WithValueLogFileSize(64 << 20).WithBlockCacheSize(16 << 20).WithIndexCacheSize(8 << 20).
		WithNumCompactors(2).WithMetricsEnabled(false)
}

func newDesk(t testing.TB, realm *casetest.Realm, center area.Center) *desk {
	d := &desk{t: t, dir: filepath.Join(t.TempDir(), "db"), realm: realm, view: realm.View(), self: casetest.First(center)}
	d.open()
	return d
}

func (d *desk) open() {
	d.t.Helper()
	db, err := badger.Open(options(d.dir))
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { db.Close() })
	cfg := d.cfg
	cfg.DB, cfg.Register, cfg.Now = db, d.view, time.Now
	cfg.Self, cfg.Key = func() casefile.Party { return d.self }, d.realm.Secret(d.self)
	if d.Cabinet, err = Open(cfg); err != nil {
		d.t.Fatal(err)
	}
}

// reopen is a restart.
func (d *desk) reopen() {
	d.t.Helper()
	if err := d.db.Close(); err != nil {
		d.t.Fatal(err)
	}
	d.open()
}

func drafts(list ...casefile.Draft) func(casefile.State) ([]casefile.Draft, error) {
	return func(casefile.State) ([]casefile.Draft, error) { return list, nil }
}

func (d *desk) begin() casefile.State {
	d.t.Helper()
	id, err := d.NewID()
	if err != nil {
		d.t.Fatal(err)
	}
	s, err := d.Open(context.Background(), id, drafts(
		casetest.Open(casetest.Residence, area.Code(casetest.Village), casetest.Town),
		casefile.Draft{Kind: casefile.Received, Staff: "Zhou", Body: casefile.ReceivedBody{}}))
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

func (d *desk) append(id casefile.ID, kind casefile.Kind, body any) casefile.State {
	d.t.Helper()
	s, err := d.Append(context.Background(), id, drafts(casefile.Draft{Kind: kind, Body: body, Staff: "Zhou"}))
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

func (d *desk) refused(id casefile.ID, code refusal.Code, kind casefile.Kind, body any) {
	d.t.Helper()
	_, err := d.Append(context.Background(), id, drafts(casefile.Draft{Kind: kind, Body: body, Staff: "Zhou"}))
	if refusal.CodeOf(err) != code {
		d.t.Fatalf("%s: %v, want refusal %s", kind, err, code)
	}
}

func (d *desk) send(to *desk, id casefile.ID, from uint64) Verdict {
	d.t.Helper()
	records, err := d.Log(id, from, 1000)
	if err != nil {
		d.t.Fatal(err)
	}
	v, err := to.Ingest(context.Background(), d.self.Center, id, from, records)
	if err != nil {
		d.t.Fatal(err)
	}
	return v
}

func (d *desk) verify() {
	d.t.Helper()
	bad, err := d.VerifyAll(context.Background(), nil)
	if err != nil || len(bad) > 0 {
		d.t.Fatalf("verify: %v %v", bad, err)
	}
}

func to(p casefile.Party) casefile.HandedOverBody { return casefile.HandedOverBody{To: p, Step: 1} }

// A case goes from the village to the town and the district and back, each
// with its own database; every copy verifies, also after a restart.
func TestWholeRoute(t *testing.T) {
	realm := casetest.City()
	village, town, district := newDesk(t, realm, casetest.Village), newDesk(t, realm, casetest.Town), newDesk(t, realm, casetest.District)
	s := village.begin()
	id := s.ID
	village.append(id, casefile.HandedOver, to(town.self))
	village.refused(id, casefile.AwaitingAnswer, casefile.Withdrawn, casefile.ReasonBody{Reason: "x"})
	if v := village.send(town, id, 1); v.Ruling != casefile.Extends || v.State.Offer == nil {
		t.Fatalf("%+v", v)
	}
	if v := village.send(town, id, 2); v.Ruling != casefile.Same {
		t.Fatalf("the same again: %+v", v)
	}
	town.append(id, casefile.TakenOver, nil)
	town.refused(id, casefile.NoOffer, casefile.TakenOver, nil)
	town.append(id, casefile.Accepted, casefile.AcceptedBody{Item: casetest.Residence, On: "2026-11-20", Number: "A"})
	town.refused(id, casefile.StepOrder, casefile.Decided, casefile.DecidedBody{Step: 3, Approved: true})
	town.append(id, casefile.Checked, casefile.StepBody{Step: 2, Passed: true})
	town.refused(id, casefile.NotCompetent, casefile.Decided, casefile.DecidedBody{Step: 3, Approved: true})
	town.append(id, casefile.HandedOver, to(district.self))
	town.send(district, id, 1)
	district.append(id, casefile.TakenOver, nil)
	district.append(id, casefile.Decided, casefile.DecidedBody{Step: 3, Approved: true, Number: "D"})
	district.append(id, casefile.HandedOver, to(town.self))
	if v := district.send(town, id, 9); v.Ruling != casefile.Gap || v.Need != 8 {
		t.Fatalf("%+v", v)
	}
	district.send(town, id, 8)
	town.append(id, casefile.TakenOver, nil)
	town.append(id, casefile.HandedOut, casefile.StepBody{Step: 4, Passed: true, To: "applicant"})
	town.append(id, casefile.Concluded, casefile.EmptyBody{})
	town.send(village, id, 4)
	for _, d := range []*desk{village, town, district} {
		d.verify()
		d.reopen()
		d.verify()
	}
	last, err := village.State(id)
	if err != nil || last.Phase != casefile.PhaseConcluded || last.Holder != town.self {
		t.Fatalf("%+v %v", last, err)
	}
	if list, err := town.List(Filter{Mine: casetest.Town}, "", 10); err != nil || len(list) != 1 || list[0].ID != id {
		t.Fatal(list, err)
	}
}

// A node whose Register is older parks what it can't judge, and takes it in
// when the Register has come.
func TestParking(t *testing.T) {
	realm := casetest.City()
	village, town := newDesk(t, realm, casetest.Village), newDesk(t, realm, casetest.Town)
	old := realm.Tick()
	s := village.begin()
	realm.Tick()
	village.append(s.ID, casefile.HandedOver, to(town.self))
	town.view = realm.At(old)
	town.reopen()
	v := village.send(town, s.ID, 1)
	if v.Ruling != casefile.Extends || v.Need != old+1 || v.Head.Index != 2 {
		t.Fatalf("%+v", v)
	}
	if v := village.send(town, s.ID, 3); v.Ruling != casefile.Parked || v.Reason == "" {
		t.Fatalf("%+v", v)
	}
	town.refused(s.ID, casefile.NoOffer, casefile.TakenOver, nil) // it can't answer what it can't judge
	if list, _ := town.Waitings(10); len(list) != 1 {
		t.Fatalf("%+v", list)
	}
	town.reopen()
	if ids, err := town.Retry(context.Background()); err != nil || len(ids) != 0 {
		t.Fatal(ids, err)
	}
	town.view.Move(old + 1)
	if ids, err := town.Retry(context.Background()); err != nil || len(ids) != 1 {
		t.Fatal(ids, err)
	}
	if list, _ := town.Waitings(10); len(list) != 0 {
		t.Fatalf("%+v", list)
	}
	town.append(s.ID, casefile.TakenOver, nil)
}

// Many writers on many cases: nothing is lost, and the own-write counter
// covers exactly what is on the disk.
func TestConcurrentWriters(t *testing.T) {
	realm := casetest.City()
	d := newDesk(t, realm, casetest.Town)
	const writers, each = 16, 24
	var wg sync.WaitGroup
	errs := make(chan error, writers)
	for range writers {
		wg.Go(func() {
			for range each {
				id, err := d.NewID()
				if err == nil {
					_, err = d.Open(context.Background(), id, drafts(casetest.Open(casetest.Residence, area.Code(casetest.Village), casetest.Town)))
				}
				if err != nil {
					errs <- err
					return
				}
				d.Own()
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		t.Fatal(err)
	}
	seq, head := d.Own()
	if seq != writers*each {
		t.Fatalf("own sequence %d, want %d", seq, writers*each)
	}
	d.reopen()
	if again, hash := d.Own(); again != seq || hash != head {
		t.Fatalf("after the restart %d %s, before %d %s", again, hash.Short(), seq, head.Short())
	}
	d.verify()
}

// A write that fails in the outbox leaves no trace but its number.
func TestFailedWrite(t *testing.T) {
	realm := casetest.City()
	d := newDesk(t, realm, casetest.Town)
	out := &flaky{}
	d.cfg.Outbox = out
	d.reopen()
	s := d.begin()
	out.err = errors.New("no room")
	if _, err := d.Append(context.Background(), s.ID, drafts(casefile.Draft{Kind: casefile.Received, Body: casefile.ReceivedBody{}})); !errors.Is(err, out.err) {
		t.Fatal(err)
	}
	out.err = badger.ErrConflict
	if _, err := d.Append(context.Background(), s.ID, drafts(casefile.Draft{Kind: casefile.Received, Body: casefile.ReceivedBody{}})); err == nil {
		t.Fatal("a conflict that never ends")
	}
	out.err = nil
	if now, _ := d.State(s.ID); now.Head != s.Head {
		t.Fatal("the case changed")
	}
	d.append(s.ID, casefile.Received, casefile.ReceivedBody{})
	if seq, _ := d.Own(); seq != 2 {
		t.Fatalf("own sequence %d", seq)
	}
	d.verify()
}

type flaky struct{ err error }

func (f *flaky) Stage(*badger.Txn, casefile.State, casefile.State, int) error { return f.err }

// Rows that a crash left with a gap below are numbered again, and nothing of
// what was claimed changes.
func TestOwnWritesAfterCrash(t *testing.T) {
	realm := casetest.City()
	d := newDesk(t, realm, casetest.Town)
	for range 5 {
		d.begin()
	}
	seq, head := d.Own()
	// Writes 6 and 7 are given numbers; only 7 reaches the disk.
	lost, kept := &sealed{party: d.self, write: chain.Sum([]byte("6"))}, &sealed{party: d.self, write: chain.Sum([]byte("7"))}
	if err := d.own.assign(lost); err != nil {
		t.Fatal(err)
	}
	if err := d.commit(func(*badger.Txn) error { return nil }, kept); err != nil {
		t.Fatal(err)
	}
	if n, h := d.Own(); n != seq || h != head {
		t.Fatalf("claims %d with a gap at %d", n, lost.at.Index)
	}
	d.reopen()
	n, h := d.Own()
	if n != seq+1 || h != (chain.Head{Index: seq, Hash: head}).Next(kept.write[:]).Hash {
		t.Fatalf("after the crash %d %s", n, h.Short())
	}
	d.begin()
	d.reopen()
	if n, _ := d.Own(); n != seq+2 {
		t.Fatalf("then %d", n)
	}
}

// The rows of old own writes are dropped, and the count goes on.
func TestOwnWritesArePruned(t *testing.T) {
	realm := casetest.City()
	d := newDesk(t, realm, casetest.Town)
	const writes = 3*keepOwn + 7
	for i := range writes {
		s := &sealed{party: d.self, write: chain.Sum(fmt.Append(nil, i))}
		if err := d.commit(func(*badger.Txn) error { return nil }, s); err != nil {
			t.Fatal(err)
		}
		if i == keepOwn+9 {
			d.reopen()
		}
	}
	rows := 0
	d.db.View(func(txn *badger.Txn) error {
		return scan(txn, keyOwn(1), nil, func(_, _ []byte) (bool, error) { rows++; return true, nil })
	})
	if n, _ := d.Own(); n != writes || rows > 2*keepOwn {
		t.Fatalf("%d writes, %d rows", n, rows)
	}
	before, hash := d.Own()
	d.reopen()
	if n, h := d.Own(); n != before || h != hash {
		t.Fatalf("after the restart %d", n)
	}
}

func encodeRow(row headRow) []byte { return wire.Encode(row) }

// BenchmarkIntake opens cases from 32 desks at once, each durable when it is
// answered; BenchmarkGroupCommit is the database alone with as many writers
// and transactions of the same size.
func BenchmarkIntake(b *testing.B) {
	for _, clients := range []int{1, 32} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			d := newDesk(b, casetest.City(), casetest.Town)
			each(b, clients, func() error {
				id, err := d.NewID()
				if err != nil {
					return err
				}
				_, err = d.Open(context.Background(), id, drafts(casetest.Open(casetest.Residence, area.Code(casetest.Village), casetest.Town)))
				return err
			})
		})
	}
}

func BenchmarkGroupCommit(b *testing.B) {
	for _, clients := range []int{1, 32} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			db, err := badger.Open(options(b.TempDir()))
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			var n atomic.Uint64
			each(b, clients, func() error {
				return db.Update(func(txn *badger.Txn) error {
					k := fmt.Appendf(nil, "%016d", n.Add(1))
					return errors.Join(txn.Set(append([]byte("e"), k...), make([]byte, 450)),
						txn.Set(append([]byte("c"), k...), make([]byte, 700)), txn.Set(append([]byte("w"), k...), make([]byte, 80)))
				})
			})
		})
	}
}

func each(b *testing.B, clients int, do func() error) {
	var left atomic.Int64
	left.Store(int64(b.N))
	b.ResetTimer()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for left.Add(-1) >= 0 {
				if err := do(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}
