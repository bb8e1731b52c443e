package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"tongban/catalog/area"
	"tongban/catalog/register"
	"tongban/consensus/chain"
	"tongban/intake/cabinet"
	"tongban/intake/casefile"
	"tongban/intake/desk"
	"tongban/node/api"
)

// verdict is what was found of one node.
type verdict struct {
	status   api.Status
	register api.Verified
	cases    api.Verified
}

// findings are the results of the final checks.
type findings struct {
	nodes map[area.Center]verdict

	cases   int           // that the nodes have
	copies  int           // logs compared
	acked   int           // acknowledged heads found in every copy that must have them
	orders  int           // acknowledged commands found in the journal
	drained time.Duration // from healing until nothing waited
}

// drain waits until nothing waits to leave any node, nor for a newer Register.
func (c *city) drain(ctx context.Context, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var left []string // of the last look that was whole
	err := poll(ctx, 150*time.Millisecond, func() bool {
		var now []string
		for _, m := range c.all() {
			w, err := m.Outbox(ctx, "")
			if ctx.Err() != nil {
				return false
			}
			if err != nil {
				now = append(now, err.Error())
				continue
			}
			for _, r := range w.Rows {
				now = append(now, fmt.Sprintf("at %s: %s (next try %s, tries %d)", m.center, r, r.Next.Format(time.TimeOnly), r.Tries))
			}
			for _, p := range w.Parked {
				now = append(now, fmt.Sprintf("at %s: parked %+v", m.center, p))
			}
		}
		left = now
		return len(left) == 0
	})
	if err != nil {
		return fmt.Errorf("after %s there still wait %d:\n    %s", limit, len(left), strings.Join(left[:min(len(left), 20)], "\n    "))
	}
	return nil
}

// check holds the logs of all nodes against the ledger.
func (c *city) check(ctx context.Context, book *ledger) (*findings, error) {
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute)
	defer cancel()
	f := &findings{nodes: map[area.Center]verdict{}}
	if err := c.level(within(ctx, 30*time.Second)); err != nil {
		book.fault("%v", err)
	}
	if err := c.verifyNodes(ctx, book, f); err != nil {
		return f, err
	}
	cases, orders := book.settled()
	if err := c.checkOrders(ctx, book, f, orders); err != nil {
		return f, err
	}
	holders, err := c.custodians(ctx, book, f)
	if err != nil {
		return f, err
	}
	for id := range cases {
		if _, known := holders[id]; !known {
			book.fault("no node has case %s, which was acknowledged", id)
		}
	}
	for id := range holders {
		if cases[id] == nil {
			book.fault("case %s (custodian %s) was never acknowledged to anybody: a call opened two", id, holders[id])
		}
	}
	return f, c.compare(ctx, book, f, cases, holders)
}

func within(ctx context.Context, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(ctx, d)
	context.AfterFunc(ctx, cancel)
	return ctx
}

// verifyNodes has each node verify everything it has.
func (c *city) verifyNodes(ctx context.Context, book *ledger, f *findings) error {
	var mu sync.Mutex
	return each(c.all(), 2, func(m *member) error {
		var v verdict
		var errs [3]error
		v.register, errs[0] = m.VerifyRegister(ctx)
		v.cases, errs[1] = m.VerifyCases(ctx)
		v.status, errs[2] = m.Status(ctx)
		if err := errors.Join(errs[:]...); err != nil {
			return fmt.Errorf("verify %s: %w", m.center, err)
		}
		if !v.register.Holds {
			book.fault("the Register at %s does not hold: %s", m.center, strings.Join(v.register.Faults, "; "))
		}
		if !v.cases.Holds {
			book.fault("%d cases at %s do not hold: %s", len(v.cases.Faults), m.center, strings.Join(v.cases.Faults[:min(5, len(v.cases.Faults))], "; "))
		}
		if v.status.Fenced != "" {
			book.fault("%s has fenced itself: %s", m.center, v.status.Fenced)
		}
		mu.Lock()
		defer mu.Unlock()
		f.nodes[m.center] = v
		return nil
	})
}

// checkOrders looks for every acknowledged command in the journal: at its
// index, and nowhere else.
func (c *city) checkOrders(ctx context.Context, book *ledger, f *findings, orders map[string]order) error {
	found := map[string][]api.RecordView{}
	for from := register.Index(1); ; {
		page, err := c.at(wujiang).Records(ctx, from, 500)
		if err != nil {
			return err
		}
		if len(page) == 0 {
			break
		}
		for _, r := range page {
			if strings.HasPrefix(r.Staff, orderTag) {
				found[r.Staff] = append(found[r.Staff], r)
			}
		}
		from = page[len(page)-1].Index + 1
	}
	for tag, o := range orders {
		at := found[tag]
		switch {
		case len(at) > 1:
			book.fault("%s of %s stands %d times in the journal: at %d and %d", tag, o.by, len(at), at[0].Index, at[1].Index)
		case o.index == 0: // no answer: once or not at all
		case len(at) == 0:
			book.fault("%s of %s was acknowledged as record %d and is not in the journal", tag, o.by, o.index)
		case at[0].Index != o.index || string(at[0].Outcome.Code()) != o.code:
			book.fault("%s of %s was acknowledged as record %d (%s) and is record %d (%s)", tag, o.by, o.index, o.code, at[0].Index, at[0].Outcome)
		default:
			f.orders++
		}
	}
	return nil
}

// custodians finds who holds each case that any node has: who alone may write
// its next event, by that node's own word.
func (c *city) custodians(ctx context.Context, book *ledger, f *findings) (map[casefile.ID]area.Center, error) {
	holders := map[casefile.ID]area.Center{}
	for _, m := range c.all() {
		for skip := 0; ; {
			list, err := m.Cases(ctx, desk.All, "", skip, 200)
			if err != nil {
				return nil, fmt.Errorf("list the cases at %s: %w", m.center, err)
			}
			for _, s := range list.Cases {
				next := s.Holder
				if s.Offered != "" {
					next = s.Offered
				}
				before := holders[s.ID]
				if next != m.center {
					holders[s.ID] = before
					continue
				}
				if before != "" {
					book.fault("case %s has two custodians: %s and %s", s.ID, before, m.center)
				}
				holders[s.ID] = m.center
			}
			if skip += len(list.Cases); len(list.Cases) == 0 || skip >= list.Total {
				break
			}
		}
	}
	for id, center := range holders {
		if center == "" {
			book.fault("case %s has no custodian: no node says that it is the one", id)
		}
	}
	f.cases = len(holders)
	return holders, nil
}

// compare reads the log of each case at its custodian and in the copies that
// there must be, and holds them against what was acknowledged.
func (c *city) compare(ctx context.Context, book *ledger, f *findings, cases map[casefile.ID]*entry, holders map[casefile.ID]area.Center) error {
	var ids []casefile.ID
	for id := range cases {
		if holders[id] != "" {
			ids = append(ids, id)
		}
	}
	var mu sync.Mutex
	return each(ids, 6, func(id casefile.ID) error {
		holder, e := holders[id], cases[id]
		view, err := c.at(holder).Case(ctx, id)
		if err != nil {
			return fmt.Errorf("read %s at %s: %w", id, holder, err)
		}
		unsettled := func(b cabinet.Branch) bool { return !e.seized || !b.Settled }
		if view.Frozen || slices.ContainsFunc(view.Branches, unsettled) {
			book.fault("case %s at %s: seized %v, frozen %v, superseded branches %+v", id, holder, e.seized, view.Frozen, view.Branches)
		}
		copies, acked := 0, 0
		for _, center := range copiesOf(e.origin, holder) {
			hashes, err := c.logOf(ctx, center, id)
			if err != nil {
				book.fault("the copy of %s at %s: %v", id, center, err)
				continue
			}
			copies++
			if n := uint64(len(hashes)); n != view.State.Head.Index || hashes[n-1] != view.State.Head.Hash {
				book.fault("the copy of %s at %s ends at event %d, the custodian's (%s) at %d", id, center, n, holder, view.State.Head.Index)
			}
			for seq, a := range e.acks {
				if seq > uint64(len(hashes)) || hashes[seq-1] != a.hash {
					book.fault("LOST: event %d %s of %s, acknowledged by %s at t+%s (%s, key %s), is not in the log at %s (%d events)",
						seq, a.hash.Short(), id, a.by, a.when, a.action, a.key, center, len(hashes))
					continue
				}
				if center == holder {
					acked++
				}
			}
		}
		mu.Lock()
		defer mu.Unlock()
		f.copies, f.acked = f.copies+copies, f.acked+acked
		return nil
	})
}

// copiesOf is who must have a whole copy: the custodian, the origin, and the
// centers above both up to the district.
func copiesOf(origin, holder area.Center) []area.Center {
	var out []area.Center
	for _, c := range []area.Center{holder, origin} {
		for ; c != "" && c.Level() >= area.District; c = c.Parent() {
			if !slices.Contains(out, c) {
				out = append(out, c)
			}
		}
	}
	return out
}

// logOf is the hash of each head of a case's log at a center.
func (c *city) logOf(ctx context.Context, center area.Center, id casefile.ID) ([]chain.Hash, error) {
	events, err := c.at(center).CaseLog(ctx, id, 1, 1000)
	if err != nil {
		return nil, err
	}
	if len(events) == 0 {
		return nil, errors.New("it is empty")
	}
	out := make([]chain.Hash, len(events))
	for i, e := range events {
		if e.Seq != uint64(i+1) {
			return nil, fmt.Errorf("event %d stands where %d should", e.Seq, i+1)
		}
		out[i] = e.Hash
	}
	return out, nil
}
