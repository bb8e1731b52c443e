package quorum

import (
	"context"
	"net"

	"tongban/consensus/refusal"
	"tongban/consensus/wire"
)

// Client proposes from a node that is no voter. Safe for concurrent use.
type Client struct {
	network wire.Network
	targets func() []string
	slots   slots
}

// NewClient makes a client that asks the given targets in turn: the voters,
// and the parent for a node that reaches nobody else. targets is called
// before each round and may be empty for a while.
func NewClient(network wire.Network, targets func() []string) *Client {
	return &Client{network: network, targets: targets}
}

// Propose brings commands to the leader and returns each one's result, in
// order. It goes on until ctx ends, asking one target after another: that is
// safe because each command carries an id of its own, so one that was applied
// already gets its earlier result. On the error OutcomeUnknown the caller
// proposes the same commands again.
func (c *Client) Propose(ctx context.Context, commands [][]byte) ([][]byte, error) {
	return propose(commands, func(batch [][]byte) ([][]byte, error) {
		return persist(ctx, never, func(ctx context.Context) ([][]byte, error) {
			return c.round(ctx, request{Ask: askPropose, Commands: batch, Hops: maxHops}, "")
		})
	})
}

func never() <-chan struct{} { return nil }

// propose checks and splits, and gathers the results of the batches.
func propose(commands [][]byte, one func(batch [][]byte) ([][]byte, error)) ([][]byte, error) {
	if err := check(commands); err != nil {
		return nil, err
	}
	results := make([][]byte, 0, len(commands))
	for _, batch := range split(commands) {
		r, err := one(batch)
		if err != nil {
			return nil, err
		}
		results = append(results, r...)
	}
	return results, nil
}

// round asks the targets in turn, but for the one that asks us, until one
// answers. The error is the weightiest: one that says that the outcome is
// unknown outweighs one that says that nothing happened.
func (c *Client) round(ctx context.Context, req request, except string) ([][]byte, error) {
	var worst error = refusal.Newf(refusal.Unavailable, "propose", "", "no voter is known")
	for _, center := range c.targets() {
		if center == except {
			continue
		}
		resp, err := call(ctx, c.network, center, req)
		if err == nil {
			return resp.Results, nil
		}
		switch refusal.CodeOf(err) {
		case OutcomeUnknown:
			worst = err
		case NotLeader, refusal.Unavailable:
			if refusal.CodeOf(worst) != OutcomeUnknown {
				worst = err
			}
		default:
			return nil, err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return nil, worst
}

// Relay is the handler of ProposeProtocol on a node that is no voter: it
// passes a proposal on to its own targets, so that a village whose only line
// leads to its town reaches the leader all the same.
func (c *Client) Relay(ctx context.Context, from string, stream net.Conn) {
	answer(ctx, stream, &c.slots, from, func(ctx context.Context, req request) (response, error) {
		switch {
		case req.Ask != askPropose:
			return response{}, refusal.Newf(refusal.Unavailable, "relay", "", "this node is no voter")
		case req.Hops == 0:
			return response{}, refusal.Newf(NotLeader, "relay", "", "this node is no voter and the proposal was passed on too often")
		}
		if err := check(req.Commands); err != nil {
			return response{}, err
		}
		req.Hops--
		results, err := c.round(ctx, req, from)
		return response{Results: results}, err
	})
}
