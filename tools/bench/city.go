package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"sync/atomic"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/starter"
	"tongban/node"
)

// The places of the trials: a piece of the real Wujiang.
const (
	wujiang area.Center = "320509000000"
	tongli  area.Center = "320509111000"
	lili    area.Center = "320509110000"
	yejian  area.Center = "320509111201"
)

// Who writes the catalogue, and who approves it and does everything else.
const (
	writer = "编写员"
	staff  = "测试员"
)

// situation is that of every applicant of D01.
var situation = item.Answers{"filer": {"self"}}

// member is one running node.
type member struct {
	*node.Node
	stop context.CancelFunc
	done chan error
}

// city is a few whole nodes in this process, each with a data directory, a
// key, a database and ports of its own, talking over loopback.
type city struct {
	dir   string
	nodes map[area.Center]*member
	items map[string]item.Item // of the starter catalogue, by record

	counted atomic.Int64 // cases opened so far
}

// perDay is how many cases are opened before the nodes' clock goes on to the next
// day: a counter has 9,999 numbers of an item for a day.
const perDay = 9000

// now is the nodes' clock.
func (c *city) now() time.Time {
	return time.Now().AddDate(0, 0, int(c.counted.Load()/perDay))
}

// newCity founds a realm with the first center and lets the others join it.
func newCity(ctx context.Context, dir string, centers ...area.Center) (_ *city, err error) {
	c := &city{dir: dir, nodes: map[area.Center]*member{}, items: map[string]item.Item{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.close())
		}
	}()
	config, err := localConfig(centers[0])
	if err != nil {
		return nil, err
	}
	founding := node.Founding{Name: "吴江区", Area: centers[0].Area(), Center: "政务服务中心", Staff: staff}
	if _, err := node.Create(c.folder(centers[0]), config, founding, rand.Reader, time.Now()); err != nil {
		return nil, err
	}
	if err := c.start(ctx, centers[0]); err != nil {
		return nil, err
	}
	for _, center := range centers[1:] {
		if err := c.join(ctx, centers[0], center); err != nil {
			return nil, fmt.Errorf("join %s: %w", center, err)
		}
	}
	return c, nil
}

func (c *city) folder(center area.Center) string { return filepath.Join(c.dir, string(center)) }

// localConfig is a node on loopback with the settings of a village's PC.
func localConfig(center area.Center) (node.Config, error) {
	config := node.DefaultConfig(center)
	config.Profile = "village"
	config.Disk = node.DiskConfig{MinFreeMiB: 64, BallastMiB: 1}
	config.Timing.Fast = true
	config.Presence.Listen = ""
	config.API.Listen = ""
	ports, err := freePorts(2)
	if err != nil {
		return config, err
	}
	config.Peer.Listen = []string{"/ip4/127.0.0.1/tcp/" + ports[0]}
	config.Enrol.Listen = "127.0.0.1:" + ports[1]
	return config, nil
}

// freePorts are ports that nobody listens on now, all different.
func freePorts(n int) ([]string, error) {
	var ports []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // all of them at the end, so that they differ
		_, port, _ := net.SplitHostPort(l.Addr().String())
		ports = append(ports, port)
	}
	return ports, nil
}

func (c *city) start(ctx context.Context, center area.Center) error {
	n, err := node.Open(c.folder(center), node.Options{
		Log: slog.New(slog.DiscardHandler), Version: "bench", Now: c.now,
	})
	if err != nil {
		return err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	m := &member{n, stop, make(chan error, 1)}
	go func() { m.done <- n.Run(running) }()
	c.nodes[center] = m
	return wait(ctx, "node "+string(center), func() bool { return n.Status().NotReady == "" })
}

// stop ends nodes and waits until their disks are closed.
func (c *city) stop(centers ...area.Center) error {
	var errs []error
	for _, center := range centers {
		c.nodes[center].stop()
	}
	for _, center := range centers {
		errs = append(errs, <-c.nodes[center].done)
		delete(c.nodes, center)
	}
	return errors.Join(errs...)
}

func (c *city) close() error {
	var all []area.Center
	for center := range c.nodes {
		all = append(all, center)
	}
	return c.stop(all...)
}

func (c *city) join(ctx context.Context, inviter, center area.Center) error {
	ticket, err := c.nodes[inviter].Invite(center, time.Hour, false)
	if err != nil {
		return err
	}
	config, err := localConfig(center)
	if err != nil {
		return err
	}
	_, err = node.Join(ctx, c.folder(center), config, ticket.Encode(), register.Center{Name: "中心 " + string(center)}, "",
		node.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return c.start(ctx, center)
}

// vote makes the centers the voters, one change at a time.
func (c *city) vote(ctx context.Context, centers ...area.Center) error {
	for i := 2; i <= len(centers); i++ {
		base := c.nodes[centers[0]].Register().Voters().Index
		if err := c.propose(ctx, centers[0], register.Voters{Members: centers[:i], Base: base}); err != nil {
			return err
		}
		newest := c.nodes[centers[i-1]]
		err := wait(ctx, fmt.Sprintf("%s votes", centers[i-1]), func() bool {
			q := newest.Status().Quorum
			return q != nil && q.Leader != ""
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *city) propose(ctx context.Context, by area.Center, bodies ...register.Body) error {
	wishes := make([]node.Wish, len(bodies))
	for i, b := range bodies {
		wishes[i] = node.Wish{Body: b, Staff: staff}
	}
	results, err := c.nodes[by].Propose(ctx, wishes...)
	for i, r := range results {
		err = errors.Join(err, r.Err(bodies[i].Kind().String()))
	}
	return err
}

// approve drafts versions of items and publishes them, as two people do.
func (c *city) approve(ctx context.Context, by area.Center, items ...item.Item) error {
	wishes := make([]node.Wish, len(items))
	for i, it := range items {
		wishes[i] = node.Wish{Body: register.Draft{Item: it, Base: it.Ref.Version - 1}, Staff: writer}
	}
	drafted, err := c.nodes[by].Propose(ctx, wishes...)
	if err != nil {
		return err
	}
	for i, r := range drafted {
		if err := r.Err("draft"); err != nil {
			return err
		}
		view, _, _ := c.nodes[by].Register().Draft(r.Index)
		wishes[i] = node.Wish{Body: register.Publication{Draft: r.Index, Content: view.Content}, Staff: staff}
	}
	published, err := c.nodes[by].Propose(ctx, wishes...)
	for _, r := range published {
		err = errors.Join(err, r.Err("publish"))
	}
	return err
}

// publish brings items of the starter catalogue into force and waits until
// every node has them; all of them when no record is named.
func (c *city) publish(ctx context.Context, by area.Center, records ...string) error {
	all, err := starter.Items()
	if err != nil {
		return err
	}
	years, err := starter.Years()
	if err != nil {
		return err
	}
	var bodies []register.Body
	var items []item.Item
	for _, y := range years {
		bodies = append(bodies, register.CalendarSetting{Year: y})
	}
	for _, it := range all {
		wanted := len(records) == 0
		for _, r := range records {
			wanted = wanted || r == it.Record
		}
		if wanted && item.Publishable(item.Validate(it)) { // a law that has changed keeps a template a draft
			it.Ref.Area, it.Ref.Version = by.Area(), 1
			c.items[it.Record] = it
			items = append(items, it)
		}
	}
	if err := c.propose(ctx, by, bodies...); err != nil {
		return err
	}
	if err := c.approve(ctx, by, items...); err != nil {
		return err
	}
	return c.level(ctx, by)
}

// level waits until every node has what one of them has.
func (c *city) level(ctx context.Context, as area.Center) error {
	head := c.nodes[as].Register().Head().Index
	for center, m := range c.nodes {
		err := wait(ctx, "the Register at "+string(center), func() bool { return m.Register().Head().Index >= head })
		if err != nil {
			return err
		}
	}
	return nil
}

// wait looks again and again; half a minute is for ever.
func wait(ctx context.Context, what string, cond func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !cond() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return fmt.Errorf("waited too long: %s: %w", what, ctx.Err())
		}
	}
	return nil
}
