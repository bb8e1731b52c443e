package chase_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"tongban/catalog/area"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
	"tongban/consensus/wire"
	"tongban/intake/casefile"
	"tongban/intake/casefile/casetest"
	"tongban/intake/supervise/chase"
)

func store(t *testing.T) *badger.DB {
	t.Helper()
	db, err := badger.Open(badger.DefaultOptions("").WithInMemory(true).WithLogger(nil))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func word(id casefile.ID) chase.Chase {
	return chase.Chase{Case: id, To: casetest.Town, By: casetest.First(casetest.District), Staff: "督查一", Text: "请于两个工作日内办结", Request: "r", Head: 3}
}

func TestTheListOnlyGrows(t *testing.T) {
	db := store(t)
	b, err := chase.Open(db)
	if err != nil {
		t.Fatal(err)
	}
	ids := []casefile.ID{"320509111201.1.1", "320509111201.1.10", "320509111201.1.1", "320509111201.1.2", "320509111201.1.1"}
	for i, id := range ids {
		if i == 3 { // the node was off
			if b, err = chase.Open(db); err != nil {
				t.Fatal(err)
			}
		}
		if c, err := b.Add(word(id)); err != nil || c.Seq != uint64(i+1) {
			t.Fatalf("%+v %v", c, err)
		}
	}
	for _, q := range []struct {
		id     casefile.ID
		before uint64
		limit  int
		want   []uint64
	}{
		{"", 0, 10, []uint64{5, 4, 3, 2, 1}}, {"", 0, 2, []uint64{5, 4}}, {"", 4, 2, []uint64{3, 2}}, {"", 1, 5, nil},
		{"320509111201.1.1", 0, 10, []uint64{5, 3, 1}}, {"320509111201.1.1", 5, 1, []uint64{3}}, {"320509111201.1.10", 0, 10, []uint64{2}},
		{"320509111201.1.3", 0, 10, nil},
	} {
		got, err := b.List(q.id, q.before, q.limit)
		var seqs []uint64
		for _, c := range got {
			seqs = append(seqs, c.Seq)
			want := word(ids[c.Seq-1])
			want.Seq = c.Seq
			if c != want {
				t.Errorf("got %+v, want %+v", c, want)
			}
		}
		if err != nil || !slices.Equal(seqs, q.want) {
			t.Errorf("%q before %d: %v %v, want %v", q.id, q.before, seqs, err, q.want)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	b, err := chase.Open(store(t))
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := b.Add(word("320509111201.1.1")); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got, err := b.List("", 0, 100)
	if err != nil || len(got) != 20 || got[0].Seq != 20 || got[19].Seq != 1 {
		t.Errorf("%d kept: %v", len(got), err)
	}
}

func TestWhatIsNoChase(t *testing.T) {
	b, err := chase.Open(store(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(*chase.Chase){
		func(c *chase.Chase) { c.Staff = " " }, func(c *chase.Chase) { c.Text = "\n" },
		func(c *chase.Chase) { c.Text = strings.Repeat("催", chase.MaxText+1) }, func(c *chase.Chase) { c.Text = "\xff" },
	} {
		c := word("320509111201.1.1")
		change(&c)
		if _, err := b.Add(c); refusal.CodeOf(err) != refusal.Malformed {
			t.Errorf("%+v: %v", c, err)
		}
	}
	long := word("320509111201.1.1")
	long.Text = strings.Repeat("催", chase.MaxText)
	if _, err := b.Add(long); err != nil {
		t.Error(err)
	}
}

// The answer is the first thing that is done after the chase stands in the log.
func TestFollow(t *testing.T) {
	key, err := chain.NewKey(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	seq := uint64(3)
	event := func(kind casefile.Kind, staff string, body any) []byte {
		seq++
		return chain.Sign(key, chain.EventDomain, wire.Encode(casefile.Event{
			Format: casefile.Format, Case: "320509111201.1.1", Seq: seq, Author: casetest.First(casetest.Town), Staff: staff,
			DeskTime: int64(seq), Kind: kind, Body: wire.Encode(body),
		}))
	}
	before := event(casefile.Opinion, "early", casefile.OpinionBody{Center: casetest.Town, Text: "x"})
	other := event(casefile.RequestKept, "keeper", casefile.RequestBody{ID: "another"})
	kept := event(casefile.RequestKept, "keeper", casefile.RequestBody{ID: "r"})
	later := event(casefile.RequestKept, "keeper", casefile.RequestBody{ID: "more"})
	done := event(casefile.Checked, "李审查", casefile.StepBody{Step: 1, Passed: true})
	for _, c := range []struct {
		name    string
		records [][]byte
		want    chase.Answer
	}{
		{"nothing came", nil, chase.Answer{}},
		{"not recorded", [][]byte{before, other}, chase.Answer{}},
		{"recorded", [][]byte{before, other, kept, later}, chase.Answer{Recorded: 6}},
		{"answered", [][]byte{before, other, kept, later, done}, chase.Answer{Recorded: 6, Event: 8, Kind: casefile.Checked, By: area.Center(casetest.Town), Staff: "李审查", At: 8}},
	} {
		if got, err := chase.Follow(word("320509111201.1.1"), c.records); err != nil || got != c.want {
			t.Errorf("%s: %+v %v", c.name, got, err)
		}
	}
	if _, err := chase.Follow(word("320509111201.1.1"), [][]byte{{1, 2, 3}}); err == nil {
		t.Error("what is no record was read")
	}
}
