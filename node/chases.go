package node

import (
	"context"
	"slices"

	"tongban/intake/casefile"
	"tongban/intake/supervise/chase"
)

func (n *Node) openChases() (err error) {
	n.chases, err = chase.Open(chase.Config{DB: n.store.DB(), Name: n.exchange.Name, Send: n.sendChase, Self: n.self, Log: n.log})
	return err
}

// sendChase asks under the chase's own id; what stands in the log already was
// asked by a copy of this node from which it was restored.
func (n *Node) sendChase(ctx context.Context, c chase.Chase) error {
	if s, err := n.cabinet.State(c.Case); err == nil && slices.Contains(s.Requests, c.Request) {
		return nil
	}
	return n.exchange.AskAs(ctx, casefile.Request{ID: c.Request, Case: c.Case, Kind: chase.Kind, Staff: c.Staff, Body: []byte(c.Text), Time: c.At})
}
