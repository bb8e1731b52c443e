package batch

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dgraph-io/badger/v4"
	"pgregory.net/rapid"

	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/intake/casefile"
	"tongban/intake/national"
)

// shelf is cases whose rows are a few words.
type shelf struct {
	rows  map[casefile.ID]map[string]string // by serial
	when  map[string]int64                  // by serial
	moves map[casefile.ID]uint64
}

func newShelf() *shelf {
	return &shelf{map[casefile.ID]map[string]string{}, map[string]int64{}, map[casefile.ID]uint64{}}
}

func (s *shelf) set(id casefile.ID, serial, text string) {
	if s.rows[id] == nil {
		s.rows[id] = map[string]string{}
	}
	s.moves[id]++
	if s.rows[id][serial] = text; text == "" {
		delete(s.rows[id], serial)
	}
}

func (s *shelf) head(id casefile.ID) chain.Head {
	return chain.Head{Index: s.moves[id], Hash: chain.Sum(fmt.Append(nil, id, s.moves[id]))}
}

func (s *shelf) Heads(visit func(casefile.ID, chain.Head) bool) {
	for _, id := range slices.Sorted(maps.Keys(s.rows)) {
		if !visit(id, s.head(id)) {
			return
		}
	}
}

func (s *shelf) Rows(id casefile.ID, _ bool) (rows []national.Row, head chain.Head, err error) {
	for _, serial := range slices.Sorted(maps.Keys(s.rows[id])) {
		r := national.Gone(national.Handling, string(id), serial)
		r.Cells[5], r.At = s.rows[id][serial], s.when[serial]
		rows = append(rows, r)
	}
	return rows, s.head(id), nil
}

func database(t testing.TB) *badger.DB {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil).WithMemTableSize(8 << 20).WithNumMemtables(2))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func newBook(t testing.TB, s *shelf, most int) *Book {
	now := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	return New(Config{DB: database(t), Source: s, Max: most, Now: func() time.Time { now = now.Add(time.Hour); return now }})
}

func made(t testing.TB, b *Book, month string) Batch {
	t.Helper()
	out, err := b.Make(context.Background(), Terms{Staff: "S01", Month: month})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func changes(t testing.TB, b *Book, since uint32, month string) string {
	t.Helper()
	all, err := b.Changes(context.Background(), since, month, false)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range all {
		out = append(out, fmt.Sprintf("%s%d %s/%s %s", c.Op, c.Batch, c.Number, c.Serial, c.Cells[5]))
	}
	return strings.Join(out, "; ")
}

func expect(t testing.TB, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestBatches(t *testing.T) {
	s := newShelf()
	b := newBook(t, s, 0)
	if out := made(t, b, ""); out.Number != 0 {
		t.Errorf("nothing makes a batch: %+v", out)
	}
	s.set("a", "1", "x")
	s.set("b", "1", "y")
	if out := made(t, b, ""); out.Number != 1 || out.Inserts != 2 || out.Cases != 2 {
		t.Errorf("%+v", out)
	}
	expect(t, changes(t, b, 0, ""), "I1 a/1 x; I1 b/1 y")
	s.set("a", "1", "x2")
	s.set("a", "2", "z")
	if dry, err := b.Make(context.Background(), Terms{Staff: "S01", Dry: true}); err != nil || dry.Number != 0 || dry.Updates != 1 || dry.Inserts != 1 {
		t.Errorf("%+v %v", dry, err)
	}
	if out := made(t, b, ""); out.Number != 2 || out.Updates != 1 || out.Inserts != 1 {
		t.Errorf("%+v", out)
	}
	expect(t, changes(t, b, 1, ""), "U2 a/1 x2; I2 a/2 z")
	expect(t, changes(t, b, 0, ""), "I2 a/1 x2; I2 a/2 z; I1 b/1 y")
	s.set("a", "2", "")
	made(t, b, "")
	expect(t, changes(t, b, 2, ""), "D3 a/2 ")
	expect(t, changes(t, b, 1, ""), "U2 a/1 x2") // never known there: no word about it
	s.set("a", "2", "again")
	made(t, b, "")
	expect(t, changes(t, b, 3, ""), "I4 a/2 again")
	expect(t, changes(t, b, 2, ""), "U4 a/2 again") // it was known there and is
	s.moves["b"]++                                  // an event that no table shows
	if out := made(t, b, ""); out.Number != 0 {
		t.Errorf("%+v", out)
	}
	all, err := b.Batches(2)
	if err != nil || len(all) != 2 || all[0].Number != 4 || all[1].Number != 3 {
		t.Errorf("%+v %v", all, err)
	}
}

// What comes late, after a month was closed, is an update in a later batch.
func TestMonths(t *testing.T) {
	s := newShelf()
	s.when["1"] = time.Date(2026, 3, 31, 23, 0, 0, 0, time.FixedZone("UTC+8", 8*3600)).UnixMilli()
	s.when["2"] = s.when["1"] + 2*3600*1000
	s.set("a", "1", "march")
	s.set("a", "2", "april")
	b := newBook(t, s, 0)
	made(t, b, "2026-03")
	expect(t, changes(t, b, 0, ""), "I1 a/1 march")
	made(t, b, "")
	expect(t, changes(t, b, 1, ""), "I2 a/2 april")
	s.set("a", "1", "march, late")
	made(t, b, "")
	expect(t, changes(t, b, 2, ""), "U3 a/1 march, late")
	expect(t, changes(t, b, 0, "2026-03"), "I3 a/1 march, late")
	if _, err := b.Make(context.Background(), Terms{Staff: "S01", Month: "March"}); refusal.CodeOf(err) != refusal.Malformed {
		t.Error(err)
	}
	if _, err := b.Make(context.Background(), Terms{}); refusal.CodeOf(err) != refusal.Malformed {
		t.Error(err)
	}
}

// A large change goes out in several batches and none of it is lost.
func TestSeveralBatches(t *testing.T) {
	s := newShelf()
	for i := range 5 {
		s.set(casefile.ID(fmt.Sprint(i)), "1", "x")
	}
	b := newBook(t, s, 2)
	for n, more := range []bool{true, true, false} {
		if out := made(t, b, ""); out.More != more || out.Number != uint32(n+1) {
			t.Errorf("%+v", out)
		}
	}
	expect(t, changes(t, b, 0, ""), "I1 0/1 x; I1 1/1 x; I2 2/1 x; I2 3/1 x; I3 4/1 x")
}

// Whoever applies every file, or only some of them with their since, holds what
// the cases say.
func TestReplica(t *testing.T) {
	s := newShelf()
	b := newBook(t, s, 0)
	rapid.Check(t, func(rt *rapid.T) {
		if err := b.cfg.DB.DropAll(); err != nil {
			rt.Fatal(err)
		}
		*s = *newShelf()
		b.cfg.Max = rapid.IntRange(1, 4).Draw(rt, "max")
		replica := map[string]string{}
		at := uint32(0)
		for range rapid.IntRange(1, 12).Draw(rt, "rounds") {
			for range rapid.IntRange(0, 4).Draw(rt, "edits") {
				id := casefile.ID(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "case"))
				s.set(id, rapid.SampledFrom([]string{"1", "2"}).Draw(rt, "serial"), rapid.SampledFrom([]string{"", "x", "y"}).Draw(rt, "text"))
			}
			last := made(t, b, "")
			for last.More {
				last = made(t, b, "")
			}
			if rapid.Bool().Draw(rt, "skipped") {
				continue
			}
			all, err := b.Changes(context.Background(), at, "", false)
			if err != nil {
				rt.Fatal(err)
			}
			for _, c := range all {
				_, known := replica[c.Key()]
				switch {
				case c.Op == national.Insert && known, c.Op != national.Insert && !known:
					rt.Fatalf("%s of %s, known %t", c.Op, c.Key(), known)
				case c.Op == national.Delete:
					delete(replica, c.Key())
				default:
					replica[c.Key()] = c.Cells[5]
				}
			}
			newest, err := b.Batches(1)
			if err != nil {
				rt.Fatal(err)
			}
			if len(newest) > 0 {
				at = newest[0].Number
			}
			want := map[string]string{}
			for id, rows := range s.rows {
				for serial, text := range rows {
					r := national.Gone(national.Handling, string(id), serial)
					want[r.Key()] = text
				}
			}
			if !maps.Equal(replica, want) {
				rt.Fatalf("the receiving end holds %v, want %v", replica, want)
			}
		}
	})
}

// cut is a shelf that a reader is torn away from after some cases.
type cut struct {
	*shelf
	after int // so many cases can still be read; negative: all
}

var errCut = errors.New("the node went down")

func (c *cut) Rows(id casefile.ID, personal bool) ([]national.Row, chain.Head, error) {
	if c.after == 0 {
		return nil, chain.Head{}, errCut
	}
	c.after--
	return c.shelf.Rows(id, personal)
}

// A batch that is cut short is gone on with: its figures are those of the whole,
// none of its rows goes out before, and all of them after.
func TestCutShort(t *testing.T) {
	for after := range 4 {
		c := &cut{newShelf(), after}
		for i := range 4 {
			c.set(casefile.ID(fmt.Sprint(i)), "1", "x")
		}
		b := newBook(t, c.shelf, 0)
		b.cfg.Source = c
		if _, err := b.Make(context.Background(), Terms{Staff: "S01"}); !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		c.after = -1
		b = New(b.cfg) // the node is back
		expect(t, changes(t, b, 0, ""), "")
		if all, err := b.Batches(10); err != nil || len(all) != 0 {
			t.Errorf("%+v counts as sent: %v", all, err)
		}
		if dry, err := b.Make(context.Background(), Terms{Staff: "S01", Dry: true}); err != nil || dry.Inserts != 4 || dry.Number != 0 {
			t.Errorf("%+v %v", dry, err)
		}
		if out := made(t, b, ""); out.Number != 1 || out.Cases != 4 || out.Inserts != 4 || out.More {
			t.Errorf("cut after %d: %+v", after, out)
		}
		expect(t, changes(t, b, 0, ""), "I1 0/1 x; I1 1/1 x; I1 2/1 x; I1 3/1 x")
		if out := made(t, b, ""); out.Number != 0 {
			t.Errorf("it is sent twice: %+v", out)
		}
	}
}

// Everything was read when it was cut short, and nothing has changed since.
func TestCutShortAtTheEnd(t *testing.T) {
	c := &cut{newShelf(), -1}
	c.set("a", "1", "x")
	b := newBook(t, c.shelf, 0)
	out, _, err := b.begin(Terms{Staff: "S01"})
	if err == nil {
		err = b.collect("a", Terms{Staff: "S01"}, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	if out := made(t, New(b.cfg), ""); out.Number != 1 || out.Inserts != 1 {
		t.Errorf("%+v", out)
	}
	expect(t, changes(t, b, 0, ""), "I1 a/1 x")
}

// A batch of another month is closed as it stands before the one that was asked
// for is made.
func TestCutShortInAnotherMonth(t *testing.T) {
	c := &cut{newShelf(), 1}
	c.when["1"] = time.Date(2026, 3, 31, 12, 0, 0, 0, time.UTC).UnixMilli()
	c.when["2"] = time.Date(2026, 4, 2, 12, 0, 0, 0, time.UTC).UnixMilli()
	c.set("a", "1", "march")
	c.set("b", "2", "april")
	c.set("c", "1", "march")
	b := newBook(t, c.shelf, 0)
	b.cfg.Source = c
	if _, err := b.Make(context.Background(), Terms{Staff: "S01", Month: "2026-03"}); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	c.after = -1
	if out := made(t, b, "2026-04"); out.Number != 1 || out.Month != "2026-03" || out.Inserts != 1 || !out.More {
		t.Errorf("%+v", out)
	}
	if out := made(t, b, "2026-04"); out.Number != 2 || out.Inserts != 1 {
		t.Errorf("%+v", out)
	}
	if out := made(t, b, ""); out.Number != 3 || out.Inserts != 1 {
		t.Errorf("%+v", out)
	}
	expect(t, changes(t, b, 0, ""), "I1 a/1 march; I2 b/2 april; I3 c/1 march")
}
