package quorum

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/raft"
	"pgregory.net/rapid"

	"tongban/consensus/chain"
	"tongban/consensus/raftstore"
	"tongban/consensus/wire"
)

func TestNextStep(t *testing.T) {
	v := func(ids ...string) (list []server) {
		for _, id := range ids {
			list = append(list, server{id, true})
		}
		return list
	}
	with := func(list []server, id string) []server { return append(list, server{id, false}) }
	tests := []struct {
		name   string
		config []server
		target []string
		want   step
	}{
		{"settled", v("a", "b", "c"), []string{"c", "b", "a"}, step{}},
		{"no target yet", with(v("a"), "b"), nil, step{}},
		{"newcomer", v("a"), []string{"a", "b"}, step{add, "b"}},
		{"newcomer catches up", with(v("a"), "b"), []string{"a", "b", "c"}, step{promote, "b"}},
		{"newcomer no longer wanted", with(v("a"), "b"), []string{"a"}, step{remove, "b"}},
		{"one goes", v("a", "b", "c"), []string{"a", "b"}, step{demote, "c"}},
		{"gone but for its place", with(v("a", "b"), "c"), []string{"a", "b"}, step{remove, "c"}},
		{"replaced: first the newcomer", v("a", "b", "c"), []string{"a", "b", "d"}, step{add, "d"}},
		{"replaced: then the old one", v("a", "b", "c", "d"), []string{"a", "b", "d"}, step{demote, "c"}},
		{"the leader goes last", v("a", "b", "c"), []string{"b"}, step{demote, "c"}},
		{"the leader goes", v("a", "b"), []string{"b"}, step{handLead, ""}},
		{"nobody would stay", v("a"), []string{"b"}, step{add, "b"}},
	}
	for _, test := range tests {
		if got := nextStep(test.config, test.target, "a"); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// From any configuration the steps reach any target, one change at a time,
// with a voter in charge throughout and never fewer voters than both sets
// have in common or the smaller of them has.
func TestStepsReachTheTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "e", "f", "g"}), 1, 5, rapid.ID[string])
		target := ids.Draw(t, "target")
		var config []server
		for i, id := range ids.Draw(t, "config") {
			config = append(config, server{id, i == 0 || rapid.Bool().Draw(t, "voter")})
		}
		voters := func() (list []string) {
			for _, s := range config {
				if s.voter {
					list = append(list, s.id)
				}
			}
			return list
		}
		floor := min(len(voters()), len(target))
		self := voters()[0]
		for range 40 {
			s := nextStep(config, target, self)
			at := slices.IndexFunc(config, func(m server) bool { return m.id == s.who })
			switch s.do {
			case nothing:
				if !sameVoters(config, target) {
					t.Fatalf("it stops at %v, target %v", config, target)
				}
				return
			case add:
				config = append(config, server{s.who, false})
			case promote:
				config[at].voter = true
			case demote:
				if s.who == self {
					t.Fatal("the leader demotes itself")
				}
				config[at].voter = false
			case remove:
				config = slices.Delete(config, at, at+1)
			case handLead:
				next := slices.DeleteFunc(voters(), func(id string) bool { return id == self || !slices.Contains(target, id) })
				if len(next) == 0 {
					t.Fatalf("nobody to hand the lead to: %v, target %v", config, target)
				}
				self = rapid.SampledFrom(next).Draw(t, "leader")
			}
			if len(voters()) < floor || !slices.Contains(voters(), self) {
				t.Fatalf("after %v: %v, target %v", s, config, target)
			}
		}
		t.Fatalf("no end: %v, target %v", config, target)
	})
}

func TestChangeOfVoters(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		c.start("d")
		c.setVoters("a", "a", "b", "c", "d") // add
		c.setVoters("a", "a", "b", "d")      // demote and remove
		if config := c.nodes["c"].q.configuration(); slices.Contains(config, server{"c", true}) {
			t.Errorf("c was removed before it knew that it does not vote: %v", config)
		}
		c.stop("c")
		c.start("e")
		c.setVoters("b", "a", "e", "d") // replace one that runs
		c.stop("b")
		c.agree(6)
		for id := range c.nodes {
			c.propose(id, "by whoever votes now")
		}
		c.agree(9)
	})
}

func TestDeadVoterIsReplaced(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		dead := c.follower()
		c.kill(dead)
		c.start("d")
		at := c.leader0("d")
		ids := []string{"d"}
		for _, id := range []string{"a", "b", "c"} {
			if id != dead {
				ids = append(ids, id)
			}
		}
		c.setVoters(at, ids...)
		c.kill(at) // two of the three are left: enough only if d counts
		c.propose(c.leader(), "with the newcomer's vote")
		c.agree(5)
	})
}

// leader0 is the leader when not everybody is a voter yet.
func (c *cluster) leader0(except string) string {
	n := c.nodes[except]
	delete(c.nodes, except)
	defer func() { c.nodes[except] = n }()
	return c.leader()
}

func TestLeaderIsReplaced(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b", "c")
		old := c.leader()
		ids := slices.DeleteFunc([]string{"a", "b", "c"}, func(id string) bool { return id == old })
		c.setVoters(old, ids...)
		c.stop(old)
		if now := c.leader(); now == old {
			t.Fatal("the removed center leads")
		}
		c.propose(ids[0], "without it")
		c.agree(5)
		c.start(old) // and back again, with its old log
		c.setVoters(ids[1], "a", "b", "c")
		c.agree(6)
	})
}

// Whoever reads in the Register that it votes no more stops at once, even the
// leader of two. The other must be able to go on alone.
func TestOneOfTwoLeaves(t *testing.T) {
	for _, lead := range []string{"a", "b"} {
		t.Run(lead+" leads", func(t *testing.T) {
			inCluster(t, func(t *testing.T, c *cluster) {
				c.form("a", "b")
				ctx, cancel := minute(c)
				defer cancel()
				if err := c.nodes["a"].q.TransferLeadership(ctx, lead); err != nil {
					t.Fatal(err)
				}
				b := c.nodes["b"]
				c.leader()
				ended := make(chan error)
				go func() {
					tick := time.NewTicker(time.Millisecond)
					defer tick.Stop()
					for slices.Contains(c.votersAt(b), "b") {
						<-tick.C
					}
					b.cancel()
					ended <- <-b.done
				}()
				c.propose("a", "voters:a")
				start := time.Now()
				if err := <-ended; err != nil {
					t.Fatal(err)
				}
				if took := time.Since(start); took > 3*time.Second {
					t.Errorf("b was let go after %s", took)
				}
				b.done <- nil
				c.stop("b")
				c.until("a is alone", func() bool { return sameVoters(c.nodes["a"].q.configuration(), []string{"a"}) })
				c.propose("a", "alone")
				c.agree(4)
			})
		})
	}
}

// A newcomer that cannot be reached stays outside and does no harm.
func TestNewcomerThatDoesNotComeIsNoVoter(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.form("a", "b")
		c.propose("a", "voters:a,b,x")
		c.until("x is waited for", func() bool {
			return slices.Contains(c.nodes["a"].q.configuration(), server{"x", false})
		})
		for range 10 {
			c.propose("b", "meanwhile")
		}
		if slices.Contains(c.nodes["a"].q.configuration(), server{"x", true}) {
			t.Fatal("x votes")
		}
		c.setVoters("a", "a", "b")
	})
}

func TestSnapshotReachesNewVoter(t *testing.T) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.timing = Timing{SnapshotEvery: 5 * time.Second, SnapshotThreshold: 20, TrailingLogs: 5}
		c.form("a", "b", "c")
		for i := range 60 {
			c.propose([]string{"a", "b", "c"}[i%3], "before the snapshot")
		}
		c.until("the log is compacted", func() bool {
			for _, n := range c.nodes {
				if first, _ := raftstore.New(n.db).FirstIndex(); first < 20 {
					return false
				}
			}
			return true
		})
		d := c.start("d")
		c.setVoters("a", "a", "b", "c", "d")
		c.agree(64)
		if d.journal.calls > 10 {
			t.Errorf("the newcomer applied %d times: it got entries, not a snapshot", d.journal.calls)
		}
		c.stop("d") // and what it got lasts
		c.propose("a", "while d is away")
		c.start("d")
		c.agree(65)
		// A voter that was away for longer than the log reaches gets one too.
		c.kill("c")
		for range 60 {
			c.propose("a", "while c is away")
		}
		c.until("the log is compacted again", func() bool {
			first, _ := raftstore.New(c.nodes["a"].db).FirstIndex()
			return first > 90
		})
		c.start("c")
		c.agree(125)
	})
}

// A follower that becomes a voter has the journal already; the entries that
// brought it are skipped, from the log or from a snapshot.
func TestFormerFollowerBecomesVoter(t *testing.T) {
	for _, compacted := range []bool{false, true} {
		t.Run(fmt.Sprint("compacted ", compacted), func(t *testing.T) {
			inCluster(t, func(t *testing.T, c *cluster) {
				if compacted {
					c.timing = Timing{SnapshotEvery: 5 * time.Second, SnapshotThreshold: 10, TrailingLogs: 2}
				}
				c.form("a", "b")
				for range 30 {
					c.propose("b", "fed to d")
				}
				c.until("the log is compacted", func() bool {
					first, _ := raftstore.New(c.nodes["a"].db).FirstIndex()
					return !compacted || first > 10
				})
				d := c.open("d")
				r, w := io.Pipe()
				go func() { w.CloseWithError(c.nodes["a"].journal.WriteSnapshot(w)) }()
				if err := d.journal.ReadSnapshot(r); err != nil {
					t.Fatal(err)
				}
				c.propose("a", "not yet fed")
				c.run(d)
				c.setVoters("a", "a", "b", "d")
				c.agree(34)
			})
		})
	}
}

// fixed is a machine that only reads snapshots.
type fixed struct {
	applied uint64
	read    string
	err     error
}

func (m *fixed) Apply([]Entry) ([][][]byte, error) { return nil, nil }
func (m *fixed) Applied() uint64                   { return m.applied }
func (m *fixed) WriteSnapshot(w io.Writer) error   { _, err := io.WriteString(w, "state"); return err }
func (m *fixed) ReadSnapshot(r io.Reader) error {
	b, err := io.ReadAll(r)
	m.read, m.applied = string(b), max(m.applied, 90)
	return firstError(m.err, err)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Raft takes a snapshot file for read by the machine, and the log before it
// for wiped; a crash may have come between.
func TestRepairAfterHalfInstalledSnapshot(t *testing.T) {
	tests := []struct {
		name        string
		applied     uint64
		logTo       uint64
		read        bool
		first, last uint64
	}{
		{"nothing done", 10, 20, true, 0, 0},
		{"machine has read it", 90, 20, false, 0, 0},
		{"all done", 95, 0, false, 0, 0},
		{"own snapshot, log goes on", 95, 120, false, 1, 120},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			snapshots, err := raft.NewFileSnapshotStoreWithLogger(t.TempDir(), 1, raftLogger(logger()))
			if err != nil {
				t.Fatal(err)
			}
			sink, err := snapshots.Create(1, 100, 3, raft.Configuration{}, 1, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := (&snapshot{&fixed{applied: 90}}).Persist(sink); err != nil {
				t.Fatal(err)
			}
			store := raft.NewInmemStore()
			for i := uint64(1); i <= test.logTo; i++ {
				store.StoreLog(&raft.Log{Index: i})
			}
			m := &fixed{applied: test.applied}
			if err := repair(store, snapshots, m, logger()); err != nil {
				t.Fatal(err)
			}
			if got := m.read == "state"; got != test.read {
				t.Errorf("snapshot read: %v", got)
			}
			first, _ := store.FirstIndex()
			last, _ := store.LastIndex()
			if first != test.first || last != test.last {
				t.Errorf("log %d to %d", first, last)
			}
		})
	}
}

func TestSnapshotIsChecked(t *testing.T) {
	read := func(f *fsm, applied uint64) error {
		var b bytes.Buffer
		wire.WriteFrame(&b, snapshotHeader{Applied: applied})
		return f.Restore(io.NopCloser(&b))
	}
	var fatal error
	f := &fsm{machine: &fixed{}, fatal: func(err error) { fatal = err }}
	if err := read(f, 1000); err == nil || fatal != nil {
		t.Fatalf("a snapshot that ends early: %v, fatal %v", err, fatal)
	}
	f.machine = &fixed{err: &chain.Fault{Log: "x", Index: 1, Reason: chain.ErrDiverged}}
	if err := read(f, 90); err == nil || fatal == nil {
		t.Fatalf("a snapshot that contradicts the state: %v, fatal %v", err, fatal)
	}
	if err := read(f, 90); err == nil {
		t.Fatal("it goes on after a fatal error")
	}
}
