package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
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

// The piece of Wujiang that is simulated.
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
	voters   = []area.Center{wujiang, tongli, lili}
	villages = []area.Center{yejian, beilian, chengsi, fenhuwan}
	everyone = append(slices.Clone(voters), villages...)
)

// Who writes the catalogue, and who approves it.
const (
	clerk    = "目录管理"
	approver = "目录审核"
)

// member is one center's node.
type member struct {
	center        area.Center
	dir           string
	config        node.Config
	*process.Node // nil until it is launched
}

// city is seven processes and what they were given.
type city struct {
	dir     string
	bin     string
	spawner *process.Spawner
	died    func(error)
	members map[area.Center]*member
	items   map[string]item.Item // of the starter catalogue, by record
}

// all are the members in their order.
func (c *city) all() []*member {
	out := make([]*member, len(everyone))
	for i, id := range everyone {
		out[i] = c.members[id]
	}
	return out
}

func (c *city) at(center area.Center) *member { return c.members[center] }

// newCity lays the places out: a directory and ports for each center.
func newCity(dir, bin string, died func(error)) (*city, error) {
	c := &city{dir: dir, bin: bin, spawner: process.NewSpawner(), died: died, members: map[area.Center]*member{}}
	ports, err := process.FreePorts(4 * len(everyone))
	if err != nil {
		return nil, err
	}
	for i, center := range everyone {
		p := ports[4*i:]
		config := node.DefaultConfig(center)
		config.Profile = "village" // seven on one machine
		config.Disk = node.DiskConfig{MinFreeMiB: 64, BallastMiB: 1}
		config.Timing.Fast = true
		config.Peer.Listen = []string{"/ip4/127.0.0.1/tcp/" + p[0]}
		config.Enrol.Listen = "127.0.0.1:" + p[1]
		config.Presence.Listen = "127.0.0.1:" + p[2]
		config.API.Listen = "127.0.0.1:" + p[3]
		c.members[center] = &member{
			center: center, dir: filepath.Join(dir, string(center)), config: config,
		}
	}
	return c, nil
}

// found brings the city up: the realm, the towns, the voters, the villages and
// the catalogue.
func (c *city) found(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	first := c.at(wujiang)
	_, err := node.Create(first.dir, first.config, node.Founding{
		Name: "吴江区", Area: wujiang.Area(), Center: "吴江区政务服务中心", Staff: clerk,
	}, rand.Reader, time.Now())
	if err != nil {
		return err
	}
	if err := c.launch(ctx, first); err != nil {
		return err
	}
	for i, town := range voters[1:] {
		if err := c.join(ctx, first, c.at(town)); err != nil {
			return err
		}
		if err := c.vote(ctx, voters[:i+2]); err != nil {
			return err
		}
	}
	err = each(villages, 2, func(v area.Center) error { return c.join(ctx, c.at(v.Parent()), c.at(v)) })
	if err != nil {
		return err
	}
	return c.publish(ctx)
}

// launch starts a node whose directory stands for the first time.
func (c *city) launch(ctx context.Context, m *member) error {
	api, err := client.Of(m.dir, "")
	if err != nil {
		return err
	}
	m.Node = process.New(m.dir, []string{c.bin}, c.spawner, api, c.died)
	if err := m.Start(); err != nil {
		return err
	}
	return m.Ready(ctx)
}

func (c *city) join(ctx context.Context, inviter, m *member) error {
	ticket, err := inviter.Invite(ctx, m.center, 1, false)
	if err != nil {
		return fmt.Errorf("invite %s: %w", m.center, err)
	}
	entry := register.Center{Name: "中心 " + string(m.center)}
	if _, err := node.Join(ctx, m.dir, m.config, ticket.Ticket, entry, "", node.Options{Log: slog.New(slog.DiscardHandler)}); err != nil {
		return fmt.Errorf("join %s: %w", m.center, err)
	}
	return c.launch(ctx, m)
}

func (c *city) vote(ctx context.Context, members []area.Center) error {
	result, err := c.at(wujiang).SetVoters(ctx, clerk, members...)
	if err = errors.Join(err, result.Err("set the voters")); err != nil {
		return err
	}
	newest := c.at(members[len(members)-1])
	err = poll(ctx, 50*time.Millisecond, func() bool {
		s, err := newest.Status(ctx)
		return err == nil && s.Quorum != nil && s.Quorum.Leader != "" && s.Register.Certified >= result.Index
	})
	if err != nil {
		return fmt.Errorf("%s does not vote: %w", newest.center, err)
	}
	return nil
}

// publish fills the Register and waits until every node has it.
func (c *city) publish(ctx context.Context) error {
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
	first := c.at(wujiang)
	for _, y := range years {
		if _, err := first.SetCalendar(ctx, clerk, y); err != nil {
			return err
		}
	}
	for _, r := range rules {
		if _, err := first.SetRule(ctx, clerk, wujiang.Area(), r); err != nil {
			return err
		}
	}
	c.items = map[string]item.Item{}
	for _, it := range items {
		c.items[it.Record] = it
	}
	if _, err := first.PublishItems(ctx, clerk, approver, "", items...); err != nil {
		return err
	}
	today := string(workday.DateOf(time.Now()))
	for _, v := range villages { // births are registered in the village
		_, err := first.GrantPower(ctx, clerk, register.Power{
			Center: v, Item: c.items["D26"].Ref.Code, Level: area.Town, From: today, Document: "授权书〔演〕1号（虚构）",
		})
		if err != nil {
			return err
		}
	}
	return c.level(ctx)
}

// heal starts whoever is down.
func (c *city) heal(ctx context.Context) error {
	return each(c.all(), len(everyone), func(m *member) error {
		m.Resume()
		if m.Condition() == "down" {
			return errors.Join(m.Start(), m.Ready(ctx))
		}
		return nil
	})
}

// level waits until every copy of the Register reaches as far as the farthest.
func (c *city) level(ctx context.Context) error {
	var heads []string
	err := poll(ctx, 100*time.Millisecond, func() bool {
		heads = nil
		for _, m := range c.all() {
			s, err := m.Status(ctx)
			if err != nil {
				heads = append(heads, fmt.Sprintf("%s: %v", m.center, err))
				continue
			}
			h := s.Register.Head
			heads = append(heads, fmt.Sprintf("%d %s", h.Index, h.Hash))
		}
		return len(slices.Compact(slices.Clone(heads))) == 1
	})
	if err != nil {
		return fmt.Errorf("the copies of the Register do not come to one head: %s", strings.Join(heads, "; "))
	}
	return nil
}

// each does something for every one, a few at a time, and joins the errors.
func each[T any](all []T, atOnce int, do func(T) error) error {
	errs := make(chan error, len(all))
	turn := make(chan struct{}, atOnce)
	for _, one := range all {
		turn <- struct{}{}
		go func() {
			defer func() { <-turn }()
			errs <- do(one)
		}()
	}
	var joined error
	for range all {
		joined = errors.Join(joined, <-errs)
	}
	return joined
}
