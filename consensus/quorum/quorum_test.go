package quorum

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/hashicorp/raft"

	"tongban/consensus/raftstore"
	"tongban/consensus/refusal"
)

func TestEveryVoterProposes(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		for i, id := range []string{"a", "b", "c"} {
			if got, want := c.propose(id, "from "+id), fmt.Sprint(4+i); got != want {
				t.Errorf("through %s: result %s, want %s", id, got, want)
			}
		}
		c.agree(6)
	})
}

func TestBootstrapOnlyOnce(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a")
		if err := c.nodes["a"].q.Bootstrap(); refusal.CodeOf(err) != refusal.Conflict {
			t.Fatalf("got %v", err)
		}
	})
}

func TestLeaderKilled(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		old := c.leader()
		c.kill(old)
		if now := c.leader(); now == old {
			t.Fatalf("%s still leads", old)
		}
		c.propose(c.follower(), "without "+old)
		c.start(old)
		c.agree(4)
		c.propose(old, "back again")
		c.agree(5)
	})
}

func TestLeaderStopsInGoodOrder(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		start := time.Now()
		if err := c.stop(c.leader()); err != nil {
			t.Fatal(err)
		}
		c.leader()
		if took := time.Since(start); took > time.Second {
			t.Errorf("the others led after %s: the lead was not handed over", took)
		}
	})
}

func TestPartitionedLeader(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		old := c.leader()
		c.net.Isolate(old)
		cut := c.command("written behind the cut")
		ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
		defer cancel()
		if _, err := c.nodes[old].q.Propose(ctx, [][]byte{cut}); refusal.CodeOf(err) != OutcomeUnknown || refusal.HintOf(err) == "" {
			t.Fatalf("a leader without a majority answered %v", err)
		}
		var rest string
		c.until("the majority has a leader", func() bool {
			for id, n := range c.nodes {
				if id != old && n.q.IsLeader() {
					rest = id
				}
			}
			return rest != ""
		})
		if c.nodes[old].q.IsLeader() {
			t.Fatal("the cut-off leader still believes that it leads")
		}
		c.propose(rest, "by the majority")
		c.net.HealAll()
		ctx, cancel = minute(c)
		defer cancel()
		if _, err := c.nodes[old].q.Propose(ctx, [][]byte{cut}); err != nil {
			t.Fatal(err)
		}
		c.agree(5)
	})
}

func TestNoMajority(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		last := c.follower()
		for id := range c.nodes {
			if id != last {
				c.net.Isolate(id)
			}
		}
		c.until("nobody leads", func() bool { _, ok := c.nodes[last].q.Leader(); return !ok })
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, err := c.nodes[last].q.Propose(ctx, [][]byte{c.command("lost")})
		if refusal.CodeOf(err) != refusal.Unavailable || refusal.HintOf(err) == "" {
			t.Fatalf("got %v", err)
		}
		if err := c.nodes[last].q.Barrier(ctx); err == nil {
			t.Fatal("a barrier passed without a leader")
		}
		c.net.HealAll()
		c.propose(c.leader(), "again")
		c.agree(4)
		ctx, cancel = minute(c)
		defer cancel()
		if err := c.nodes[c.leader()].q.Barrier(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

// The machine refuses an entry that it gets twice, so this fails when a
// restart replays what was applied.
func TestRestartSkipsWhatIsApplied(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		ids := []string{"a", "b", "c"}
		c.form(ids...)
		for i := range 20 {
			c.propose(ids[i%3], "before")
		}
		c.agree(23)
		for round := range 3 {
			for _, id := range ids {
				c.stop(id)
			}
			for _, id := range ids {
				c.start(id)
			}
			c.propose(c.follower(), "after")
			c.agree(24 + round)
		}
	})
}

func TestBatch(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		at := c.nodes[c.follower()]
		before := at.journal.entries()
		var commands [][]byte
		for range 5000 {
			commands = append(commands, c.command("one item of many"))
		}
		ctx, cancel := minute(c)
		defer cancel()
		results, err := at.q.Propose(ctx, commands)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range results {
			if string(r) != fmt.Sprint(4+i) {
				t.Fatalf("command %d has record %s: not in order", i, r)
			}
		}
		c.agree(5003)
		if n := at.journal.entries() - before; n != 10 {
			t.Errorf("5000 commands took %d entries, want 10", n)
		}
		again, err := at.q.Propose(ctx, commands) // the whole load again
		if err != nil || !slices.EqualFunc(results, again, slices.Equal) {
			t.Fatalf("the second time gave other results: %v", err)
		}
		c.agree(5003)
	})
}

func TestManyAtOnce(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		ctx, cancel := minute(c)
		defer cancel()
		var wg sync.WaitGroup
		for i := range 120 {
			at, command := c.nodes[string("abc"[i%3])], c.command("at once")
			wg.Go(func() {
				if _, err := at.q.Propose(ctx, [][]byte{command}); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		c.agree(123)
	})
}

func TestTransferLeadership(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		ctx, cancel := minute(c)
		defer cancel()
		for _, to := range []string{"b", "c", "a"} {
			from := c.leader()
			if err := c.nodes[c.follower()].q.TransferLeadership(ctx, c.follower()); refusal.CodeOf(err) != NotLeader {
				t.Fatalf("a follower handed the lead on: %v", err)
			}
			if err := c.nodes[from].q.TransferLeadership(ctx, to); err != nil {
				t.Fatal(err)
			}
			c.until(to+" leads", func() bool { return c.nodes[to].q.IsLeader() })
			if c.leader() != to {
				t.Fatalf("%s leads, want %s", c.leader(), to)
			}
		}
		if err := c.nodes["a"].q.TransferLeadership(ctx, "x"); refusal.CodeOf(err) != refusal.NotFound {
			t.Fatalf("got %v", err)
		}
	})
}

func TestStatus(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		c.leader()
		c.until("the followers have answered", func() bool {
			s := c.nodes["a"].q.Status()
			return !s.Peers[1].LastContact.IsZero() && !s.Peers[2].LastContact.IsZero()
		})
		s := c.nodes["a"].q.Status()
		if s.Role != "leader" || s.Leader != "a" || s.Term == 0 || s.Commit == 0 || len(s.Peers) != 3 {
			t.Errorf("leader: %+v", s)
		}
		if s := c.nodes["b"].q.Status(); s.Role != "follower" || s.Leader != "a" || s.LastContact.IsZero() {
			t.Errorf("follower: %+v", s)
		}
	})
}

// What cannot be applied stops this voter and leaves the others running.
func TestMachineFails(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		c.leader()
		broken := errors.New("cannot apply")
		n := c.nodes["b"]
		n.journal.mu.Lock()
		n.journal.broken = broken
		n.journal.mu.Unlock()
		c.propose("a", "one that b cannot apply")
		if err := <-n.done; !errors.Is(err, broken) {
			t.Fatalf("Run returned %v", err)
		}
		n.done <- nil
		if _, err := n.q.fsm.Snapshot(); !errors.Is(err, broken) {
			t.Fatal("it would still write a snapshot")
		}
		c.stop("b")
		c.propose("a", "the others go on")
		c.start("b")
		c.agree(5)
	})
}

// hanging is a store whose writes can be made to hang.
type hanging struct {
	Store
	mu   sync.Mutex
	gate chan struct{}
}

func (h *hanging) StoreLogs(l []*raft.Log) error {
	h.mu.Lock()
	gate := h.gate
	h.mu.Unlock()
	if gate != nil {
		<-gate
		return errors.New("the disk has gone")
	}
	return h.Store.StoreLogs(l)
}

func (h *hanging) IsMonotonic() bool { return true }

func TestHungDiskGivesUpTheLead(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		stores := map[string]*hanging{}
		c.store = func(id string, s Store) Store {
			stores[id] = &hanging{Store: s}
			return stores[id]
		}
		c.form("a", "b", "c")
		old := c.leader()
		n, h := c.nodes[old], stores[old]
		gate := make(chan struct{})
		h.mu.Lock()
		h.gate = gate
		h.mu.Unlock()
		ctx, cancel := minute(c)
		defer cancel()
		lost := c.command("on a hung disk")
		go n.q.Propose(ctx, [][]byte{lost})
		err := <-n.done
		if !errors.Is(err, ErrHung) || refusal.CodeOf(err) != DiskHung || refusal.HintOf(err) == "" {
			t.Fatalf("Run returned %v", err)
		}
		n.done <- nil
		delete(c.nodes, old)
		now := c.leader()
		if _, err := c.nodes[now].q.Propose(ctx, [][]byte{lost}); err != nil {
			t.Fatal(err)
		}
		c.agree(4)
		close(gate)
		c.nodes[old] = n
		c.stop(old)
	})
}

// Raft wipes the log when it installs a snapshot only if it hears through all
// wrappings that the store is monotonic.
func TestMonotonicThroughTheCache(t *testing.T) {
	cache, err := raft.NewLogCache(512, &watched{LogStore: raftstore.New(nil)})
	if err != nil || !cache.IsMonotonic() {
		t.Fatal("the cache hides that the store is monotonic")
	}
	cache, err = raft.NewLogCache(512, &watched{LogStore: raft.NewInmemStore()})
	if err != nil || cache.IsMonotonic() {
		t.Fatal("a store that is not monotonic is said to be")
	}
	inCluster(t, func(t *testing.T, c *cluster) {
		n := c.open("a")
		defer n.db.Close()
		_, err := Open(Config{
			Self: "a", Machine: n.journal, Store: raft.NewInmemStore(), SnapshotDir: c.dir,
			Network: c.net.Join("a"), Voters: n.journal.voters, Log: logger(),
		})
		if err == nil {
			t.Fatal("a store that is not monotonic was taken")
		}
	})
}
