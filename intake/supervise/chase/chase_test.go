package chase_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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

// post is where the chases of a test go.
type post struct {
	mu    sync.Mutex
	self  casefile.Party
	named int
	down  error                  // why nothing can be sent
	lost  bool                   // the answer to whoever sends is lost: it crashed
	got   map[string]chase.Chase // by the id of the request
	times int
	tries chan struct{} // one for each call of send; nil: nobody counts
}

// set says why nothing can be sent from now on.
func (p *post) set(why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = why
}

// tried waits until send was called n times more.
func (p *post) tried(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-p.tries:
		case <-time.After(20 * time.Second):
			t.Fatal("nothing was sent")
		}
	}
}

func (p *post) open(t *testing.T, db *badger.DB) *chase.Book {
	t.Helper()
	b, err := chase.Open(chase.Config{DB: db, Name: p.name, Send: p.send, Self: func() casefile.Party { return p.self }})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func newPost() *post {
	return &post{self: casetest.First(casetest.District), got: map[string]chase.Chase{}}
}

func (p *post) name() (string, error) {
	p.named++
	return fmt.Sprintf("%s.%d.%d", p.self.Center, p.self.Incarnation, p.named), nil
}

var errCrash = errors.New("the node went down")

func (p *post) send(_ context.Context, c chase.Chase) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.times++
	if p.tries != nil {
		defer func() { p.tries <- struct{}{} }()
	}
	if p.down != nil {
		return p.down
	}
	p.got[c.Request] = c
	if p.lost {
		return errCrash
	}
	return nil
}

func add(t *testing.T, b *chase.Book, key string, c chase.Chase) chase.Chase {
	t.Helper()
	sent, err := b.Add(t.Context(), key, c)
	if err != nil {
		t.Fatal(err)
	}
	return sent
}

func TestTheListOnlyGrows(t *testing.T) {
	db := store(t)
	p := newPost()
	b := p.open(t, db)
	ids := []casefile.ID{"320509111201.1.1", "320509111201.1.10", "320509111201.1.1", "320509111201.1.2", "320509111201.1.1"}
	for i, id := range ids {
		if i == 3 { // the node was off
			b = p.open(t, db)
		}
		if c, err := b.Add(t.Context(), "", word(id)); err != nil || c.Seq != uint64(i+1) {
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
			want.Seq, want.Request = c.Seq, fmt.Sprintf("320509000000.1.%d", c.Seq)
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
	b := newPost().open(t, store(t))
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if _, err := b.Add(t.Context(), "", word("320509111201.1.1")); err != nil {
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
	b := newPost().open(t, store(t))
	for _, change := range []func(*chase.Chase){
		func(c *chase.Chase) { c.Staff = " " }, func(c *chase.Chase) { c.Text = "\n" },
		func(c *chase.Chase) { c.Text = strings.Repeat("催", chase.MaxText+1) }, func(c *chase.Chase) { c.Text = "\xff" },
		func(c *chase.Chase) { c.Staff = strings.Repeat("督", 43) },
	} {
		c := word("320509111201.1.1")
		change(&c)
		if _, err := b.Add(t.Context(), "", c); refusal.CodeOf(err) != refusal.Malformed {
			t.Errorf("%+v: %v", c, err)
		}
	}
	long := word("320509111201.1.1")
	long.Text = strings.Repeat("催", chase.MaxText)
	if _, err := b.Add(t.Context(), "", long); err != nil {
		t.Error(err)
	}
}

// The node goes down between writing a chase down and sending it, or between
// sending it and crossing it off: it is on the list, and goes out once.
func TestACrashOnTheWayOut(t *testing.T) {
	for name, crash := range map[string]func(*post){
		"before it is sent":             func(p *post) { p.down = errCrash },
		"before it is known to be sent": func(p *post) { p.lost = true },
	} {
		t.Run(name, func(t *testing.T) {
			db, p := store(t), newPost()
			b := p.open(t, db)
			crash(p)
			c := add(t, b, "k", word("320509111201.1.1"))
			if why, owed, err := b.Owed(c.Seq); !owed || why == "" || err != nil {
				t.Errorf("it does not wait: %q %v", why, err)
			}
			p.down, p.lost = nil, false
			b = p.open(t, db)
			if left, err := b.Settle(t.Context()); left != 0 || err != nil {
				t.Fatalf("%d wait: %v", left, err)
			}
			if len(p.got) != 1 || p.got[c.Request].Text != c.Text {
				t.Errorf("sent %v", p.got)
			}
			if _, owed, err := b.Owed(c.Seq); owed || err != nil {
				t.Errorf("it waits still: %v", err)
			}
			times := p.times
			if _, err := b.Settle(t.Context()); err != nil || p.times != times {
				t.Errorf("it is sent again: %v", err)
			}
			if all, err := b.List("", 0, 10); err != nil || len(all) != 1 {
				t.Errorf("%d on the list: %v", len(all), err)
			}
		})
	}
}

// What can't be sent holds up nothing, is tried again by Run, and is never
// dropped.
func TestRunSendsWhatWaits(t *testing.T) {
	p := newPost()
	b := p.open(t, store(t))
	p.down = refusal.Newf(refusal.Unavailable, "", "", "it is offered to us")
	add(t, b, "", word("320509111201.1.1"))
	add(t, b, "", word("320509111201.1.2"))
	if left, err := b.Settle(t.Context()); left != 2 || err != nil {
		t.Fatalf("%d wait: %v", left, err)
	}
	p.tries = make(chan struct{}, 10)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- b.Run(ctx) }()
	p.tried(t, 2) // Run finds both in the way still
	p.set(nil)
	p.tried(t, 2)
	stop()
	if err := <-done; err != nil || len(p.got) != 2 {
		t.Errorf("sent %v: %v", p.got, err)
	}
}

// A call that is repeated has one effect.
func TestTheSameCallAgain(t *testing.T) {
	db, p := store(t), newPost()
	b := p.open(t, db)
	first := add(t, b, "key", word("320509111201.1.1"))
	b = p.open(t, db)
	later := word("320509111201.1.1")
	later.Head, later.To = 9, casetest.District // the case has moved since
	if again := add(t, b, "key", later); again != first {
		t.Errorf("got %+v, want %+v", again, first)
	}
	if other := add(t, b, "another", later); other.Seq != 2 {
		t.Errorf("%+v", other)
	}
	if len(p.got) != 2 {
		t.Errorf("sent %v", p.got)
	}
	later.Text = "请说明原因"
	if _, err := b.Add(t.Context(), "key", later); refusal.CodeOf(err) != "key_reused" {
		t.Errorf("another chase under the key: %v", err)
	}
	for _, key := range []string{strings.Repeat("k", 65), "a/b"} {
		if _, err := b.Add(t.Context(), key, later); refusal.CodeOf(err) != refusal.Malformed {
			t.Errorf("%q: %v", key, err)
		}
	}
}

// What an earlier incarnation could not send goes out as this one's.
func TestAnotherIncarnation(t *testing.T) {
	db, p := store(t), newPost()
	p.down = refusal.Newf(refusal.Fenced, "", "", "restored")
	c := add(t, p.open(t, db), "", word("320509111201.1.1"))
	p.down, p.self.Incarnation = nil, 2
	b := p.open(t, db)
	if left, err := b.Settle(t.Context()); left != 0 || err != nil {
		t.Fatalf("%d wait: %v", left, err)
	}
	all, err := b.List("", 0, 10)
	if err != nil || len(all) != 1 || all[0].By != p.self || all[0].Request == c.Request || p.got[all[0].Request].Text != c.Text {
		t.Errorf("%+v, sent %v: %v", all, p.got, err)
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
