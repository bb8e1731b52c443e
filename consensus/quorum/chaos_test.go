package quorum

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// A quarter of an hour, in virtual time, of cuts, killings and restarts while
// everybody proposes. Afterwards every voter holds the same commands, each
// once, and every acknowledged one at the place that its answer named.
//
// QUORUM_SEED=n runs the one seed that failed.
func TestChaos(t *testing.T) {
	seeds := []uint64{1, 2, 3}
	if s, err := strconv.ParseUint(os.Getenv("QUORUM_SEED"), 10, 64); err == nil {
		seeds = []uint64{s}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint("QUORUM_SEED=", seed), func(t *testing.T) { chaos(t, seed) })
	}
}

func chaos(t *testing.T, seed uint64) {
	inCluster(t, func(t *testing.T, c *cluster) {
		c.timing = Timing{SnapshotEvery: 30 * time.Second, SnapshotThreshold: 30, TrailingLogs: 10}
		random := rand.New(rand.NewPCG(seed, 0))
		ids := []string{"a", "b", "c"}
		c.form(ids...)

		clients := make([]*Client, 4)
		for i := range clients {
			clients[i] = NewClient(c.net.Join(fmt.Sprint("client ", i)), func() []string { return ids })
		}
		var mu sync.Mutex
		acknowledged := map[string]string{}
		ctx, stop := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		for i, client := range clients {
			wg.Go(func() {
				for n := 0; ctx.Err() == nil; n++ {
					command := fmt.Sprintf("%d-%d=x", i, n)
					results, err := client.Propose(ctx, [][]byte{[]byte(command)})
					if err == nil {
						mu.Lock()
						acknowledged[command] = string(results[0])
						mu.Unlock()
					}
					timer := time.NewTimer(2 * time.Second)
					select {
					case <-timer.C:
					case <-ctx.Done():
						timer.Stop()
					}
				}
			})
		}

		for range 40 {
			id := ids[random.IntN(3)]
			switch random.IntN(6) {
			case 0, 1:
				c.net.Isolate(id)
			case 2:
				c.net.Cut(id, ids[random.IntN(3)])
			case 3:
				c.net.HealAll()
			case 4, 5:
				if c.nodes[id] != nil {
					c.kill(id)
				} else {
					c.start(id)
				}
			}
			<-time.After(time.Duration(random.IntN(40)) * time.Second)
		}
		c.net.HealAll()
		for _, id := range ids {
			if c.nodes[id] == nil {
				c.start(id)
			}
		}
		c.leader()
		stop()
		wg.Wait()
		leader := c.leader()
		c.propose(leader, "the last")
		all := c.agree(len(c.nodes[leader].journal.commands()))
		for _, command := range slices.Sorted(maps.Keys(acknowledged)) {
			at, _ := strconv.Atoi(acknowledged[command])
			if at < 1 || at > len(all) || all[at-1] != command {
				t.Errorf("%s was acknowledged as %d and is not there", command, at)
			}
		}
		t.Logf("%d commands, %d acknowledged", len(all), len(acknowledged))
		if len(acknowledged) < 100 {
			t.Error("hardly anything went through")
		}
	})
}
