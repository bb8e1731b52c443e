package demo

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/item"
	"tongban/catalog/register"
	"tongban/catalog/starter"
	"tongban/catalog/workday"
	"tongban/node"
	"tongban/tools/client"
	"tongban/tools/process"
)

// The piece of Wujiang that the demo plays in.
const (
	wujiang  area.Center = "320509000000"
	tongli   area.Center = "320509111000"
	lili     area.Center = "320509110000"
	yejian   area.Center = "320509111201" // of Tongli
	beilian  area.Center = "320509111203" // of Tongli
	chengsi  area.Center = "320509110201" // of Lili
	fenhuwan area.Center = "320509110204" // of Lili
)

var (
	towns    = []area.Center{tongli, lili}
	villages = []area.Center{yejian, beilian, chengsi, fenhuwan}
	everyone = append([]area.Center{wujiang, tongli, lili}, villages...)
)

type city struct {
	out     io.Writer
	dir     string
	program []string
	spawner *process.Spawner
	nodes   map[area.Center]*process.Node
	died    func(error) // a node ended that nobody ended
	names   map[area.Code]string
	items   map[string]item.Item // of the starter catalogue, by record

	calendar workday.Calendar // of the starter, as the district publishes it
}

func (c *city) line(format string, args ...any) { fmt.Fprintf(c.out, format+"\n", args...) }

// at is the node of a center.
func (c *city) at(center area.Center) *process.Node { return c.nodes[center] }

// name is how a center presents itself in Suzhou: the names are data.
func (c *city) name(center area.Center) string {
	name := c.names[center.Area()]
	switch center.Level() {
	case area.District:
		return name + "政务服务中心"
	case area.Town:
		return name + "为民服务中心"
	}
	return strings.TrimSuffix(name, "委会") + "便民服务中心"
}

// short is the place alone.
func (c *city) short(center area.Center) string {
	return strings.TrimSuffix(c.names[center.Area()], "委会")
}

// build starts the seven nodes and fills the Register.
func (c *city) build(ctx context.Context) error {
	areas, err := starter.Areas()
	if err != nil {
		return err
	}
	c.names = map[area.Code]string{}
	for _, a := range areas {
		c.names[a.Code] = a.Name
	}
	c.heading("建一座小城", "A small city: seven nodes, three of them voters")
	if err := c.found(ctx); err != nil {
		return err
	}
	for _, town := range towns {
		if err := c.join(ctx, wujiang, town); err != nil {
			return err
		}
	}
	if err := c.vote(ctx, wujiang, tongli, lili); err != nil {
		return err
	}
	for _, village := range villages {
		if err := c.join(ctx, village.Parent(), village); err != nil {
			return err
		}
	}
	if err := c.publishStarter(ctx); err != nil {
		return err
	}
	return c.atOnce(ctx, everyone, func(ctx context.Context, center area.Center) error {
		if err := c.employ(ctx, center); err != nil {
			return err
		}
		return c.people(ctx, center)
	})
}

func (c *city) found(ctx context.Context) error {
	config, err := localConfig(wujiang)
	if err != nil {
		return err
	}
	trust, err := node.Create(c.folder(wujiang), config, node.Founding{
		Name: c.names[wujiang.Area()], Area: wujiang.Area(), Center: c.name(wujiang), Staff: builder,
	}, rand.Reader, time.Now())
	if err != nil {
		return err
	}
	if err := c.start(ctx, wujiang); err != nil {
		return err
	}
	c.tell(wujiang, "建立本区联盟 %s", "founds the realm", trust.Realm)
	return nil
}

func (c *city) folder(center area.Center) string { return filepath.Join(c.dir, string(center)) }

// localConfig is a node on loopback, with ports that are free now.
func localConfig(center area.Center) (node.Config, error) {
	config := node.DefaultConfig(center)
	config.Profile = "village"
	config.Disk = node.DiskConfig{MinFreeMiB: 64, BallastMiB: 1}
	config.Timing.Fast = true
	ports, err := process.FreePorts(4)
	if err != nil {
		return config, err
	}
	config.Peer.Listen = []string{"/ip4/127.0.0.1/tcp/" + ports[0]}
	config.Enrol.Listen = "127.0.0.1:" + ports[1]
	config.Presence.Listen = "127.0.0.1:" + ports[2]
	config.API.Listen = "127.0.0.1:" + ports[3]
	return config, nil
}

// start runs the node of a new folder, and returns when it is ready.
func (c *city) start(ctx context.Context, center area.Center) error {
	api, err := client.Of(c.folder(center), "")
	if err != nil {
		return err
	}
	n := process.New(c.folder(center), c.program, c.spawner, api, c.died)
	c.nodes[center] = n
	return c.startAgain(ctx, center)
}

func (c *city) startAgain(ctx context.Context, center area.Center) error {
	if err := c.at(center).Start(); err != nil {
		return err
	}
	return c.at(center).Ready(ctx)
}

// stopAll asks every node to end, all at once.
func (c *city) stopAll() error {
	var ending sync.WaitGroup
	ended := make(chan error, len(c.nodes))
	for _, n := range c.nodes {
		ending.Go(func() { ended <- n.Stop() })
	}
	ending.Wait()
	close(ended)
	var errs []error
	for err := range ended {
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// join brings a center in by a ticket of the center above.
func (c *city) join(ctx context.Context, inviter, center area.Center) error {
	ticket, err := c.at(inviter).Invite(ctx, center, 1, false)
	if err != nil {
		return err
	}
	config, err := localConfig(center)
	if err != nil {
		return err
	}
	entry := register.Center{Name: c.name(center)}
	if _, err := node.Join(ctx, c.folder(center), config, ticket.Ticket, entry, "", node.Options{Log: slog.New(slog.DiscardHandler)}); err != nil {
		return err
	}
	if err := c.start(ctx, center); err != nil {
		return err
	}
	c.tell(center, "凭 %s 的一次性邀请加入", "joins with a single-use ticket", c.short(inviter))
	return nil
}

// vote makes the centers the voters, one change at a time.
func (c *city) vote(ctx context.Context, centers ...area.Center) error {
	for i := 2; i <= len(centers); i++ {
		result, err := c.at(centers[0]).SetVoters(ctx, clerk, centers[:i]...)
		if err = errors.Join(err, result.Err("set the voters")); err != nil {
			return err
		}
		newest := centers[i-1]
		err = wait(ctx, string(newest)+" votes", func() bool {
			s, err := c.at(newest).Status(ctx)
			return err == nil && s.Quorum != nil && s.Quorum.Leader != ""
		})
		if err != nil {
			return err
		}
	}
	c.tell(centers[0], "与 %s、%s 共同排定目录次序（Raft 三票）", "votes with two towns", c.short(centers[1]), c.short(centers[2]))
	return nil
}

// Who writes the catalogue, and who approves it.
const (
	clerk    = "目录管理"
	approver = "目录审核"
)

// publishStarter puts items, calendars and rules into the Register and waits
// until the last village has them.
func (c *city) publishStarter(ctx context.Context) error {
	items, err := starter.Items()
	if err != nil {
		return err
	}
	years, err := starter.Years()
	if err != nil {
		return err
	}
	rules, err := starter.Rules()
	if err != nil {
		return err
	}
	c.calendar = workday.NewCalendar(years)
	district := c.at(wujiang)
	for _, y := range years {
		result, err := district.SetCalendar(ctx, clerk, y)
		if err = errors.Join(err, result.Err("publish a calendar")); err != nil {
			return err
		}
	}
	for _, r := range rules {
		result, err := district.SetRule(ctx, clerk, wujiang.Area(), r)
		if err = errors.Join(err, result.Err("set a rule")); err != nil {
			return err
		}
	}
	c.items = map[string]item.Item{}
	ready := 0 // the others wait as drafts for the newer text of their law
	for i, it := range items {
		if it.Record == "D04" { // the source gives both: six months, twelve since 2026
			it = withCondition(it, "登记满 6 个月")
		}
		c.items[it.Record], items[i] = it, it
		if item.Publishable(item.Validate(it)) {
			ready++
		}
	}
	began := time.Now()
	if err := c.publish(ctx, "", items...); err != nil {
		return err
	}
	c.tell(wujiang, "发布 %d 个事项、%d 年日历，%s 内到达全部七个中心", "publishes the starter catalogue; all seven centers have it", ready, len(years), since(began))
	c.line("    事项均为其他地方公开指南的样本（见各项来源），不是吴江的承诺。Templates of other areas, never Wujiang's own promises.")
	return nil
}

// publish publishes versions for the district, for a reason where others stand
// before them, and waits until all have them.
func (c *city) publish(ctx context.Context, reason string, items ...item.Item) error {
	if _, err := c.at(wujiang).PublishItems(ctx, clerk, approver, reason, items...); err != nil {
		return err
	}
	return c.level(ctx)
}

func withCondition(it item.Item, text string) item.Item {
	it.Conditions = append([]string(nil), it.Conditions...)
	for i, condition := range it.Conditions {
		if strings.HasPrefix(condition, "登记满") {
			it.Conditions[i] = text
		}
	}
	return it
}

// level waits until every node has what the district has.
func (c *city) level(ctx context.Context) error {
	district, err := c.at(wujiang).Status(ctx)
	if err != nil {
		return err
	}
	for _, center := range everyone {
		err := wait(ctx, "the Register at "+string(center), func() bool {
			s, err := c.at(center).Status(ctx)
			return err == nil && s.Register.Head.Index >= district.Register.Head.Index
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// wait polls a condition: for a story, half a minute is for ever.
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
