package certify

import (
	"bytes"
	"sync"
	"testing"

	"github.com/dgraph-io/badger/v4"
	"pgregory.net/rapid"

	"tongban/consensus/certify/ledgertest"
	"tongban/consensus/chain"
	"tongban/consensus/refusal"
)

func checkpoint(index uint64, generation uint32, content string) chain.Checkpoint {
	return chain.Checkpoint{
		Log: realm, Generation: generation, Voters: 1,
		Head: chain.Head{Index: index, Hash: chain.Sum([]byte(content))},
	}
}

func signer(c chain.Checkpoint, at int64) func() chain.Vote {
	return func() chain.Vote { return chain.SignCheckpoint(ledgertest.Key("a"), "a", c, at) }
}

func TestVotesAreGivenOnce(t *testing.T) {
	dir := t.TempDir()
	open := func() (*badger.DB, voteStore) {
		db, err := badger.Open(badger.DefaultOptions(dir).WithSyncWrites(true).WithLogger(nil))
		if err != nil {
			t.Fatal(err)
		}
		return db, voteStore{db}
	}
	db, votes := open()
	c := checkpoint(7, 0, "seven")
	first, err := votes.once(c, false, signer(c, 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db, votes = open() // a restart
	defer db.Close()
	again, err := votes.once(c, false, signer(c, 2))
	if err != nil || again.Time != first.Time || !bytes.Equal(again.Signature, first.Signature) {
		t.Errorf("another vote after the restart: %+v, %v", again, err)
	}
	other := checkpoint(7, 0, "another seven")
	if _, err := votes.once(other, false, signer(other, 3)); refusal.CodeOf(err) != AlreadyVoted {
		t.Errorf("a second head at 7: %v", err)
	}
	later := checkpoint(7, 1, "another seven")
	if _, err := votes.once(later, false, signer(later, 4)); err != nil {
		t.Errorf("a later generation: %v", err)
	}
	if _, err := votes.once(c, false, signer(c, 5)); refusal.CodeOf(err) != AlreadyVoted {
		t.Errorf("back to the earlier generation: %v", err)
	}
}

func TestVotesAtOnce(t *testing.T) {
	votes := voteStore{openStore(t)}
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		seen = map[chain.Hash]bool{}
	)
	for i := range 16 {
		wg.Go(func() {
			c := checkpoint(3, 0, string(rune('a'+i%4)))
			if _, err := votes.once(c, false, signer(c, int64(i))); err == nil {
				mu.Lock()
				defer mu.Unlock()
				seen[c.Head.Hash] = true
			}
		})
	}
	wg.Wait()
	if len(seen) != 1 {
		t.Errorf("%d different heads were signed for at one index", len(seen))
	}
}

func TestPruningNeverForgetsWhatCouldBeSignedAgain(t *testing.T) {
	votes := voteStore{openStore(t)}
	transition := func(i uint64) bool { return i == 10 }
	for i := uint64(1); i <= 40; i++ {
		c := checkpoint(i, 0, "true")
		if _, err := votes.once(c, transition(i), signer(c, 1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := votes.prune(30, transition); err != nil {
		t.Fatal(err)
	}
	for i := uint64(1); i <= 41; i++ {
		c := checkpoint(i, 0, "false")
		_, err := votes.once(c, transition(i), signer(c, 2))
		want := AlreadyVoted
		switch {
		case i < 30 && i != 10:
			want = TooOld
		case i == 41:
			want = ""
		}
		if refusal.CodeOf(err) != want {
			t.Errorf("at %d: %v, want %q", i, err, want)
		}
	}
}

// Whatever is asked, in whatever order, with prunings and restarts of the
// service in between: no two heads are signed for at one index of a generation.
func TestNeverTwoVotesAtOneIndex(t *testing.T) {
	db := openStore(t)
	rapid.Check(t, func(t *rapid.T) {
		if err := db.DropAll(); err != nil {
			t.Fatal(err)
		}
		signed := map[[2]uint64]chain.Hash{}
		transition := func(i uint64) bool { return i%7 == 0 }
		var newest uint32
		t.Repeat(map[string]func(*rapid.T){
			"ask": func(t *rapid.T) {
				c := checkpoint(rapid.Uint64Range(1, 20).Draw(t, "index"), rapid.Uint32Range(0, 2).Draw(t, "generation"),
					rapid.SampledFrom([]string{"x", "y"}).Draw(t, "content"))
				if _, err := (voteStore{db}).once(c, transition(c.Head.Index), signer(c, 1)); err != nil {
					return
				}
				newest = max(newest, c.Generation)
				at := [2]uint64{uint64(c.Generation), c.Head.Index}
				if before, ok := signed[at]; ok && before != c.Head.Hash {
					t.Fatalf("two heads at %v", at)
				}
				signed[at] = c.Head.Hash
			},
			"prune": func(t *rapid.T) {
				if err := (voteStore{db}).prune(rapid.Uint64Range(0, 20).Draw(t, "floor"), transition); err != nil {
					t.Fatal(err)
				}
			},
		})
	})
}
