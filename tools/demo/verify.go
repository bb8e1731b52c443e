package demo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tongban/catalog/area"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/intake/exchange"
)

// now is the demo's clock: its nodes use the machine's.
func now() time.Time { return time.Now() }

// state is the case as its holder has it.
func (w *walker) state(ctx context.Context) (casefile.State, error) {
	v, err := w.holder().Case(ctx, w.id)
	return v.State, err
}

// routed checks that a case is concluded and went exactly this way.
func (w *walker) routed(ctx context.Context, want ...area.Center) error {
	s, err := w.state(ctx)
	if err != nil {
		return err
	}
	if s.Phase != casefile.PhaseConcluded {
		return fmt.Errorf("case %s is %s, not concluded", w.id, s.Phase)
	}
	var went []area.Center
	var names []string
	for _, leg := range s.Route {
		went = append(went, leg.Party.Center)
		names = append(names, w.short(leg.Party.Center))
	}
	if !slices.Equal(went, want) {
		return fmt.Errorf("case %s went %v, want %v", w.id, went, want)
	}
	w.line("    路线 %s，%d 个事件，头 %s", strings.Join(names, " → "), s.Head.Index, s.Head.Hash.Short())
	return w.copied(ctx, s.Origin.Center, want[0].Parent())
}

// copied waits until centers hold the same log as the custodian.
func (w *walker) copied(ctx context.Context, centers ...area.Center) error {
	s, err := w.state(ctx)
	if err != nil {
		return err
	}
	for _, center := range centers {
		err := wait(ctx, fmt.Sprintf("the copy of %s at %s", w.id, center), func() bool {
			v, err := w.city.at(center).Case(ctx, w.id)
			return err == nil && v.State.Head == s.Head
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// verify checks every log on every node from its first record, compares the
// nodes with each other, and prints what it found.
func (c *city) verify(ctx context.Context) error {
	c.heading("核验每个节点的每份日志", "Every log on every node, from its first record")
	if err := wait(ctx, "the outboxes to drain", func() bool { return c.drained(ctx) }); err != nil {
		return fmt.Errorf("%w: %w", ErrDoesNotHold, err)
	}
	if err := c.level(ctx); err != nil {
		return fmt.Errorf("%w: %w", ErrDoesNotHold, err)
	}
	custodians, offered := map[casefile.ID]area.Center{}, map[casefile.ID]area.Center{}
	c.line("  %s  %s  %s  %s  %s  %s", pad("中心", 26), pad("目录", 18), pad("核验", 8), pad("办件", 6), pad("核验", 8), "角色")
	failed := 0
	for _, center := range everyone {
		r, err := c.verifyNode(ctx, center, custodians, offered)
		if err != nil {
			return err
		}
		failed += r.failed
		c.line("  %s  %s  %s  %s  %s  %s", pad(c.name(center), 26), pad(r.head, 18), pad(mark(r.register), 8), pad(fmt.Sprint(r.cases), 6), pad(mark(r.casesHold), 8), r.role)
	}
	onTheWay := 0
	for id, custodian := range custodians {
		if custodian == "" && offered[id] != "" { // nobody took it over: its giver answers for it
			onTheWay++
		} else if custodian == "" {
			c.line("  %s: 没有一个节点是保管方", id)
			failed++
		}
	}
	if failed > 0 {
		return fmt.Errorf("%w: %d logs", ErrDoesNotHold, failed)
	}
	c.line("  %d 个办件，每个恰有一个保管中心，其中 %d 个已移交、等待接管。 %d cases, each with exactly one custodian; %d offered on.", len(custodians), onTheWay, len(custodians), onTheWay)
	return nil
}

func mark(holds bool) string {
	if holds {
		return "成立"
	}
	return "不成立"
}

type report struct {
	head                string
	register, casesHold bool
	cases, failed       int
	role                string
}

func (c *city) verifyNode(ctx context.Context, center area.Center, custodians, offered map[casefile.ID]area.Center) (report, error) {
	n := c.at(center)
	status, err := n.Status(ctx)
	if err != nil {
		return report{}, err
	}
	district, err := c.at(wujiang).Status(ctx)
	if err != nil {
		return report{}, err
	}
	head := status.Register.Head
	r := report{head: fmt.Sprintf("%d %s", head.Index, head.Hash.Short()), register: true, casesHold: true, role: status.Role}
	fail := func(holds *bool, format string, args ...any) {
		c.line("  "+format, args...)
		*holds, r.failed = false, r.failed+1
	}
	if head != district.Register.Head {
		fail(&r.register, "%s 的目录与区里不同", center)
	}
	register, err := n.VerifyRegister(ctx)
	if err != nil {
		return r, err
	}
	cases, err := n.VerifyCases(ctx)
	if err != nil {
		return r, err
	}
	r.cases = int(cases.Checked)
	for _, fault := range register.Faults {
		fail(&r.register, "%s: %s", center, fault)
	}
	for _, fault := range cases.Faults {
		fail(&r.casesHold, "%s: %s", center, fault)
	}
	work, err := n.Cases(ctx, desk.All, "", 0, 200)
	if err != nil {
		return r, err
	}
	for _, s := range work.Cases {
		if _, seen := custodians[s.ID]; !seen {
			custodians[s.ID] = ""
		}
		if s.Holder != center {
			continue // a copy: it may be older than the custodian's log
		}
		if s.Offered != "" {
			offered[s.ID] = center
			continue
		}
		if other := custodians[s.ID]; other != "" {
			fail(&r.casesHold, "%s: %s 和 %s 都以为自己是保管方", s.ID, center, other)
		}
		custodians[s.ID] = center
	}
	return r, nil
}

// drained reports whether nothing is on its way any more: an offer that has
// arrived waits for people, not for the line.
func (c *city) drained(ctx context.Context) bool {
	for _, n := range c.nodes {
		waiting, err := n.Outbox(ctx, "")
		if err != nil || slices.ContainsFunc(waiting.Rows, func(v exchange.View) bool { return v.Status != exchange.Arrived }) {
			return false
		}
	}
	return true
}
