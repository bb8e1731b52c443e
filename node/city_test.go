package node

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/starter"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/enrol"
)

// The places of the tests: a piece of the real Wujiang.
const (
	wujiang area.Center = "320509000000"
	tongli  area.Center = "320509111000"
	lili    area.Center = "320509110000"
	yejian  area.Center = "320509111201"
)

// situations are those of the tests' applicants, by the item's record.
var situations = map[string]item.Answers{"D01": {"filer": {"self"}}, "D02": {"filer": {"self"}}, "D23": {"traits": {"none"}}}

// city is a few real nodes over loopback.
type city struct {
	t     *testing.T
	ctx   context.Context
	dir   string
	nodes map[area.Center]*running
	logs  map[area.Center]*logbook // of each center, over all its starts
	ahead atomic.Int64             // how far the nodes' clocks are ahead, nanoseconds
}

type running struct {
	*Node
	dir  string
	stop context.CancelFunc
	done chan error
}

func newCity(t *testing.T, centers ...area.Center) *city {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	c := &city{t: t, ctx: ctx, dir: t.TempDir(), nodes: map[area.Center]*running{}, logs: map[area.Center]*logbook{}}
	t.Cleanup(func() {
		for center := range c.nodes {
			c.kill(center)
		}
		cancel()
	})
	founder := centers[0]
	dir := filepath.Join(c.dir, string(founder))
	_, err := Create(dir, testConfig(t, founder), Founding{Name: "吴江区", Area: founder.Area(), Center: "吴江区政务服务中心", Staff: "建设者"}, rand.Reader, time.Now())
	must(t, err)
	c.start(founder)
	c.join(founder, centers[1:]...)
	return c
}

func testConfig(t *testing.T, center area.Center) Config {
	config := DefaultConfig(center)
	config.Profile = "village"
	config.Peer.Listen = []string{"/ip4/127.0.0.1/tcp/" + freePort(t)}
	config.Enrol.Listen = "127.0.0.1:0"
	config.Presence.Listen = ""
	config.API.Listen = "127.0.0.1:0"
	config.Disk = DiskConfig{MinFreeMiB: 16, BallastMiB: 1}
	config.Timing.Fast = true
	return config
}

// freePort is a port that nobody listens on. It lies below those that the
// system gives to outgoing connections: a node that is started again finds it
// still free.
func freePort(t *testing.T) string {
	t.Helper()
	for range 100 {
		port := strconv.Itoa(20000 + mathrand.N(12000))
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

// now is the clock of every node of the city.
func (c *city) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// options are those of a node of a center: its own logbook, the city's clock.
func (c *city) options(center area.Center) Options {
	if c.logs[center] == nil {
		c.logs[center] = &logbook{}
	}
	w := io.Writer(c.logs[center])
	if os.Getenv("TONGBAN_TEST_LOG") != "" {
		w = io.MultiWriter(w, os.Stderr)
	}
	log := slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug})).With("node", string(center))
	return Options{Log: log, Now: c.now, Version: "test"}
}

func (c *city) dirOf(center area.Center) string { return filepath.Join(c.dir, string(center)) }

func (c *city) start(center area.Center) *running {
	c.t.Helper()
	r := c.run(c.dirOf(center), c.options(center))
	c.nodes[center] = r
	c.wait("ready "+string(center), func() bool { return r.notReady() == "" })
	return r
}

// run opens and runs the node of a data directory. Whoever calls it ends it.
func (c *city) run(dir string, o Options) *running {
	c.t.Helper()
	n, err := Open(dir, o)
	must(c.t, err)
	ctx, stop := context.WithCancel(c.ctx)
	r := &running{Node: n, dir: dir, stop: stop, done: make(chan error, 1)}
	go func() { r.done <- n.Run(ctx) }()
	return r
}

func (c *city) kill(center area.Center) {
	r := c.nodes[center]
	if r == nil {
		return
	}
	delete(c.nodes, center)
	r.stop()
	if err := <-r.done; err != nil {
		c.t.Errorf("node %s stopped with: %v", center, err)
	}
}

// join brings centers in, each by a ticket of the inviter.
func (c *city) join(inviter area.Center, centers ...area.Center) {
	c.t.Helper()
	for _, center := range centers {
		c.joinAs(inviter, testConfig(c.t, center))
	}
}

// joinAs brings in a center with a configuration of its own.
func (c *city) joinAs(inviter area.Center, config Config) {
	c.t.Helper()
	ticket, err := c.nodes[inviter].Invite(config.Center, time.Hour, false)
	must(c.t, err)
	must(c.t, c.knock(c.dirOf(config.Center), config, ticket))
	c.start(config.Center)
}

// knock comes with a ticket, to make a node in dir or to renew it.
func (c *city) knock(dir string, config Config, ticket enrol.Ticket) error {
	_, err := Join(c.ctx, dir, config, ticket.Encode(),
		register.Center{Name: "中心 " + string(ticket.Center)}, "演练", c.options(ticket.Center))
	return err
}

func (c *city) wait(what string, cond func() bool) {
	c.t.Helper()
	deadline := time.After(40 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-deadline:
			c.t.Fatalf("waited too long: %s", what)
		case <-c.ctx.Done():
			c.t.Fatalf("the test ended: %s", what)
		}
	}
}

func (c *city) propose(by area.Center, body register.Body) register.Result {
	c.t.Helper()
	return c.proposeAs("建设者", by, body)
}

func (c *city) proposeAs(staff string, by area.Center, body register.Body) register.Result {
	c.t.Helper()
	results, err := c.nodes[by].Propose(c.ctx, Wish{Body: body, Staff: staff})
	must(c.t, err)
	return results[0]
}

// approve drafts a version of an item and publishes it, as two people do.
func (c *city) approve(by area.Center, it item.Item) {
	c.t.Helper()
	drafted := c.propose(by, register.Draft{Item: it, Base: it.Ref.Version - 1})
	must(c.t, drafted.Err("draft "+it.Name))
	view, _, _ := c.nodes[by].register.Draft(drafted.Index)
	must(c.t, c.proposeAs("审核者", by, register.Publication{Draft: drafted.Index, Content: view.Content}).Err("publish "+it.Name))
}

func (c *city) must(by area.Center, body register.Body) {
	c.t.Helper()
	must(c.t, c.propose(by, body).Err(fmt.Sprintf("%T", body)))
}

// voters makes the given centers the voters, one change at a time.
func (c *city) voters(centers ...area.Center) {
	c.t.Helper()
	for i := 2; i <= len(centers); i++ {
		c.must(centers[0], register.Voters{Members: centers[:i], Base: c.nodes[centers[0]].register.Voters().Index})
		c.wait("a voter more", func() bool {
			return len(c.nodes[centers[0]].Status().Quorum.Peers) >= i-1 && c.nodes[centers[i-1]].roles.quorum() != nil
		})
	}
}

// publish puts starter items into the district's catalogue.
func (c *city) publish(records ...string) map[string]item.Code {
	c.t.Helper()
	all, err := starter.Items()
	must(c.t, err)
	codes := map[string]item.Code{}
	for _, it := range all {
		for _, record := range records {
			if it.Record == record {
				it.Ref.Area, it.Ref.Version = wujiang.Area(), 1
				c.approve(wujiang, it)
				codes[record] = it.Ref.Code
			}
		}
	}
	head := c.nodes[wujiang].register.Head()
	for center, n := range c.nodes {
		c.wait("catalogue at "+string(center), func() bool { return n.register.Head().Index >= head.Index })
	}
	return codes
}

func (c *city) caseAt(center area.Center, id casefile.ID) casefile.State {
	c.t.Helper()
	var s casefile.State
	c.wait(fmt.Sprintf("case %s at %s", id, center), func() bool {
		var err error
		s, err = c.nodes[center].cabinet.State(id)
		return err == nil
	})
	return s
}

func clerk() desk.By { return desk.By{Staff: "窗口一"} }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
