package quorum

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dgraph-io/badger/v4"
	"go.uber.org/goleak"

	"tongban/consensus/raftstore"
	"tongban/consensus/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// cluster is a set of real voters on one in-memory network, each with its own
// badger. It runs in virtual time.
type cluster struct {
	*testing.T
	net    *wire.Memory
	dir    string
	nodes  map[string]*node
	timing Timing
	serial int
	named  atomic.Pointer[[]string] // the voters as a newcomer's feed knows them
	// What a test may put between a voter and the world.
	network func(id string, n wire.Network) wire.Network
	store   func(id string, s Store) Store
}

type node struct {
	id      string
	db      *badger.DB
	journal *journal
	q       *Quorum
	cancel  context.CancelFunc
	done    chan error // what Run returned
}

// inCluster runs a test with virtual time in which nothing has started yet.
func inCluster(t *testing.T, test func(*testing.T, *cluster)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		c := &cluster{T: t, net: wire.NewMemory(), dir: dir, nodes: map[string]*node{}}
		c.timing = Timing{SnapshotEvery: time.Hour}
		defer func() {
			for id := range c.nodes {
				c.stop(id)
			}
			c.net.Close()
		}()
		test(t, c)
	})
}

func logger() *slog.Logger {
	level := slog.LevelError + 1
	if os.Getenv("QUORUM_LOG") != "" {
		level = slog.LevelInfo
	}
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
}

// open prepares a center's disk without starting its voter.
func (c *cluster) open(id string) *node {
	c.Helper()
	db, err := badger.Open(badger.DefaultOptions(filepath.Join(c.dir, id, "db")).WithSyncWrites(true).WithLogger(nil).
		WithMemTableSize(8 << 20).WithNumMemtables(2).WithNumCompactors(2).WithBlockCacheSize(1 << 20).
		WithValueThreshold(256 << 10).WithValueLogFileSize(64 << 20))
	if err != nil {
		c.Fatal(err)
	}
	j, err := openJournal(db)
	if err != nil {
		c.Fatal(err)
	}
	return &node{id: id, db: db, journal: j, done: make(chan error, 1)}
}

func (c *cluster) start(id string) *node {
	c.Helper()
	n := c.open(id)
	c.run(n)
	return n
}

func (c *cluster) run(n *node) {
	c.Helper()
	network := c.net.Join(n.id)
	if c.network != nil {
		network = c.network(n.id, network)
	}
	var store Store = raftstore.New(n.db)
	if c.store != nil {
		store = c.store(n.id, store)
	}
	q, err := Open(Config{
		Self: n.id, Machine: n.journal, Store: store, SnapshotDir: filepath.Join(c.dir, n.id),
		Network: network, Voters: func() []string { return c.votersAt(n) }, Timing: c.timing, Log: logger().With("at", n.id),
	})
	if err != nil {
		c.Fatal(err)
	}
	n.q = q
	ctx, cancel := context.WithCancel(context.Background())
	n.cancel = cancel
	go func() { n.done <- q.Run(ctx) }()
	c.nodes[n.id] = n
}

// votersAt is what the Register of a center says, or for a newcomer what the
// feed brought it.
func (c *cluster) votersAt(n *node) []string {
	if list := n.journal.voters(); list != nil {
		return list
	}
	if list := c.named.Load(); list != nil {
		return *list
	}
	return nil
}

// stop ends a voter in good order.
func (c *cluster) stop(id string) error {
	c.Helper()
	n := c.nodes[id]
	delete(c.nodes, id)
	n.cancel()
	err := <-n.done
	c.net.Leave(id)
	if err := n.db.Close(); err != nil {
		c.Error(err)
	}
	return err
}

// kill takes a voter off the network before it can say a word.
func (c *cluster) kill(id string) {
	c.net.Leave(id)
	c.stop(id)
}

// form starts the first center as founder and brings in the others.
func (c *cluster) form(ids ...string) {
	c.Helper()
	first := c.start(ids[0])
	if err := first.q.Bootstrap(); err != nil {
		c.Fatal(err)
	}
	for i := range ids {
		if i > 0 {
			c.start(ids[i])
		}
		c.setVoters(ids[0], ids[:i+1]...)
	}
}

// setVoters changes the set through the center at, and waits until Raft's
// configuration has followed.
func (c *cluster) setVoters(at string, ids ...string) {
	c.Helper()
	c.propose(at, "voters:"+strings.Join(ids, ","))
	c.named.Store(&ids)
	c.until("raft follows the voters", func() bool {
		for _, id := range ids {
			if n := c.nodes[id]; n != nil && !sameVoters(n.q.configuration(), ids) {
				return false
			}
		}
		return true
	})
}

func sameVoters(config []server, ids []string) bool {
	var got []string
	for _, s := range config {
		if !s.voter {
			return false
		}
		got = append(got, s.id)
	}
	slices.Sort(got)
	return slices.Equal(got, slices.Sorted(slices.Values(ids)))
}

// until waits for a state of the cluster.
func (c *cluster) until(what string, ok func() bool) {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), 10*time.Minute)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			for _, n := range c.nodes {
				c.Logf("%s: %+v", n.id, n.q.Status())
			}
			c.Fatalf("never: %s", what)
		}
	}
}

// command makes a command that no other is like.
func (c *cluster) command(text string) []byte {
	c.serial++
	return fmt.Appendf(nil, "%d=%s", c.serial, text)
}

func minute(c *cluster) (context.Context, context.CancelFunc) {
	return context.WithTimeout(c.Context(), time.Minute)
}

// propose brings one command in at a voter and returns its result.
func (c *cluster) propose(at, text string) string {
	c.Helper()
	ctx, cancel := minute(c)
	defer cancel()
	results, err := c.nodes[at].q.Propose(ctx, [][]byte{c.command(text)})
	if err != nil {
		c.Fatalf("propose %q at %s: %v", text, at, err)
	}
	return string(results[0])
}

// leader waits until all running voters agree on one.
func (c *cluster) leader() string {
	c.Helper()
	var leader string
	c.until("one leader", func() bool {
		leader = ""
		for _, n := range c.nodes {
			l, ok := n.q.Leader()
			if !ok || leader != "" && l != leader || c.nodes[l] == nil || !c.nodes[l].q.IsLeader() {
				return false
			}
			leader = l
		}
		return leader != ""
	})
	return leader
}

func (c *cluster) follower() string {
	c.Helper()
	leader := c.leader()
	for _, id := range slices.Sorted(func(yield func(string) bool) {
		for id := range c.nodes {
			if !yield(id) {
				return
			}
		}
	}) {
		if id != leader {
			return id
		}
	}
	c.Fatal("no follower")
	return ""
}

// agree waits until every running voter holds the same commands, count in all.
func (c *cluster) agree(count int) []string {
	c.Helper()
	var all []string
	c.until(fmt.Sprintf("%d commands everywhere", count), func() bool {
		all = nil
		for _, n := range c.nodes {
			list := n.journal.commands()
			if len(list) != count || all != nil && !slices.Equal(list, all) {
				return false
			}
			all = list
		}
		return true
	})
	seen := map[string]bool{}
	for _, cmd := range all {
		if seen[cmd] {
			c.Fatalf("%s took effect twice", cmd)
		}
		seen[cmd] = true
	}
	return all
}
